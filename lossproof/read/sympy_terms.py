"""From a SymPy expression, as its author wrote it, to the written tree.

Untrusted as to truth, but what is judged is what this makes of the expression: arguments are
read in their order, nothing is simplified, and what has no meaning here is an error. Imports
SymPy, the ground floor and the vocabulary.

Measured on SymPy 1.14 without evaluation: `.args` are in the author's order, `a*b*c` nests to
the left, `-(a*b)` becomes one product (-1, a, b), `1/x` is a power, `sqrt(x)` is x**(1/2).
"""

from __future__ import annotations

import difflib
from fractions import Fraction
from typing import Any, Literal

import sympy
from sympy import S
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational
from sympy.matrices.expressions.matexpr import MatrixExpr
from sympy.matrices.matrixbase import MatrixBase

from lossproof import term as t
from lossproof.derivation import Declaration, Definition
from lossproof.vocabulary.nodes import Applied, Declared, Every, Family, Node, OpaquePartial, Quantity, exact
from lossproof.vocabulary.registry import Registry, wrong

_HALF = sympy.Rational(1, 2)
_CONSTANTS: dict[Any, Literal["pi", "E", "EulerGamma", "I", "oo", "-oo"]] = {
    S.Pi: "pi", S.Exp1: "E", S.EulerGamma: "EulerGamma", S.ImaginaryUnit: "I", S.Infinity: "oo",
    S.NegativeInfinity: "-oo"}
_RELATIONS: dict[Any, t.RelationName] = {
    sympy.Equality: "=", sympy.Unequality: "!=", sympy.StrictLessThan: "<", sympy.LessThan: "<=",
    sympy.StrictGreaterThan: ">", sympy.GreaterThan: ">="}
_INDEX_KINDS = ("index", "size", "integer")


class SympyReader:
    """Converts the expressions of one file; collects its declarations and definitions on the way.

    `term` gives the tree of an expression in the present scope and raises InputError LP101 to
    LP107 for what is not allowed in it. `bound` are the plain symbols that binders bind here.
    """

    def __init__(self, registry: Registry, bound: frozenset[str] = frozenset(),
                 shared: SympyReader | None = None) -> None:
        self.registry = registry
        self.bound = bound
        self.declarations: dict[str, Declaration] = shared.declarations if shared else {}
        self.definitions: dict[str, Definition] = shared.definitions if shared else {}
        self._named: dict[str, Any] = shared._named if shared else {}
        # the names that a quantity's value depends on, through other quantities
        self._depends: dict[str, frozenset[str]] = shared._depends if shared else {}

    def declare_all(self) -> None:
        """Enter everything that the file declared and defined, in its order, used or not."""
        for named in list(self.registry.names.values()):
            self.use(named)

    # what nodes ask for

    def under(self, *limits: Any) -> SympyReader:
        """The reader of what stands inside binders of these limits."""
        return SympyReader(self.registry, self.bound | {str(limit[0]) for limit in limits}, self)

    def use(self, named: Any) -> None:
        """Note a declared name or quantity that occurs; LP104 if another one has its name."""
        name = _name_of(named)
        if name in self._named:
            if self._named[name] != named and getattr(self._named[name], "declaration", 0) != _declaration_of(named):
                raise wrong("LP104", f"two different things are called `{name}` here",
                            "give one of the two another name")
            return
        registered = self.registry.names.get(name, named)
        if registered != named and getattr(registered, "declaration", 0) != _declaration_of(named):
            raise wrong("LP104", f"`{name}` is declared in this file and came from another module too, differently",
                        "give one of the two another name")
        self._named[name] = named
        if isinstance(named, Quantity):
            self._define(named)
        else:
            self.declarations[name] = _declaration_of(named)

    def range(self, limit: Any) -> t.Range:
        """The range of a limit tuple; LP103 where it has no bounds."""
        return t.Range(*self._limit(limit))

    def _define(self, named: Quantity) -> None:
        outside = SympyReader(self.registry, frozenset(), self)     # a definition sees no binder around its use
        ranges = tuple(outside.range(limit) for limit in named.limits)
        inside = outside.under(*named.limits)
        body = inside.term(named.body)
        for limit in named.limits:
            inside._check_reach(str(limit[0]), body)
        own = frozenset(r.name for r in ranges)
        self._depends[named.name] = self._dependencies(body) - own
        self.definitions[named.name] = Definition(named.name, body, ranges, named.latex, named.cites, named.span)

    def _dependencies(self, body: t.Term) -> frozenset[str]:
        free = t.free_names(body)
        return free.union(*(self._depends.get(name, frozenset()) for name in free))

    def _check_reach(self, index: str, body: t.Term) -> None:
        """LP107 where a binder of `index` stands around a quantity that means the index outside of it."""
        for name in sorted(t.free_names(body)):
            if index in self._depends.get(name, frozenset()):
                raise wrong("LP107", f"`{name}` depends on `{index}`, which is bound here: is it one {name} or many?",
                            f'define it for every {index}: {name} = quantity("{name}", ..., over={index}), '
                            f"then write {name}[{index}]")

    # expressions

    def term(self, expr: Any) -> t.Term:
        """The tree of one expression, condition or number."""
        expr = expr if isinstance(expr, sympy.Basic) else exact(expr)
        match expr:
            case Node() | Declared() | Family() | Every():
                found = expr.as_term(self)
                self._check_binder(found)
                return found
            case sympy.Symbol() | sympy.Idx():
                return self._plain_symbol(expr)
            case sympy.Rational():
                return t.Number(Fraction(int(expr.p), int(expr.q)))
            case sympy.Float():
                return t.Number(Fraction(str(exact(expr))))      # exact() raises LP101
            case sympy.Add():
                return t.Add(self._spine(expr))
            case sympy.Mul():
                return self._product(expr)
            case sympy.Pow():
                return self._power(expr)
            case sympy.Indexed():
                return self._entry(expr)
            case sympy.Sum() | sympy.Product():
                return self._fold(expr)
            case sympy.Integral():
                return self._integral(expr)
            case sympy.Derivative():
                body = self.term(expr.args[0])
                for by, count in expr.args[1:]:
                    body = t.Derivative(body, self.term(by), self._order(count))
                return body
            case sympy.Limit():
                return self._limit_line(expr)
            case sympy.Subs():
                return self._subst(expr)
            case sympy.Piecewise():
                return t.Piecewise(tuple((self.term(value), self.term(condition)) for value, condition in expr.args))
            case Relational():
                return t.Relation(_RELATIONS[type(expr)], self.term(expr.args[0]), self.term(expr.args[1]))
            case sympy.And() | sympy.Or() | sympy.Not():
                op: Literal["and", "or", "not"] = "and" if isinstance(expr, sympy.And) else (
                    "or" if isinstance(expr, sympy.Or) else "not")
                return t.Bool(op, tuple(self.term(a) for a in expr.args))
            case AppliedUndef():
                name = expr.func.__name__
                raise wrong("LP102", f"function `{name}` is not declared", f'write {name} = function("{name}")')
            case sympy.Function() | sympy.Max() | sympy.Min():
                return self._function(expr)
        return self._rest(expr)

    def _rest(self, expr: Any) -> t.Term:
        if expr in _CONSTANTS:
            return t.Const(_CONSTANTS[expr])
        if expr in (S.true, S.false):
            return t.Bool("and" if expr is S.true else "or", ())
        if isinstance(expr, sympy.IndexedBase):
            raise self._bare(expr)
        if isinstance(expr, (MatrixExpr, MatrixBase)):
            raise wrong("LP105", "SymPy's matrices evaluate what is written (A*A.I becomes the identity)",
                        'declare A = matrix("A", n, d) or v = vector("v", n); products are A @ B, transposes A.T')
        if expr in (S.NaN, S.ComplexInfinity):
            raise wrong("LP105", f"SymPy has evaluated this to {expr}", "a division by 0 stands in the line")
        raise wrong("LP105", f"{type(expr).__name__} is not read: {str(expr)[:60]}")

    def _spine(self, expr: Any) -> tuple[t.Term, ...]:
        """The operands of a + b + c, which Python nests to the left."""
        first, *rest = expr.args
        start = self._spine(first) if isinstance(first, sympy.Add) else (self.term(first),)
        return (*start, *(self._summand(a) for a in rest))

    def _summand(self, expr: Any) -> t.Term:
        """A summand behind the first: SymPy makes x + (-2)*y of x - 2*y."""
        if isinstance(expr, sympy.Mul) and expr.args[0].is_Rational and expr.args[0] < -1:
            return t.Mul((t.MINUS_ONE, self._product(sympy.Mul(-expr.args[0], *expr.args[1:], evaluate=False))))
        return self.term(expr)

    def _product(self, expr: Any) -> t.Mul:
        if expr.args[0] is S.NegativeOne and len(expr.args) > 2:
            # only the negation of a product looks like this: -(a*b), or x - a*b
            return t.Mul((t.MINUS_ONE, self._product(sympy.Mul(*expr.args[1:], evaluate=False))))
        return t.Mul(self._factors(expr))

    def _factors(self, expr: Any) -> tuple[t.Term, ...]:
        """The factors of a*b/c, which Python nests to the left."""
        first, *rest = expr.args
        if isinstance(first, sympy.Mul):
            start = self._product(first).args
        elif _is_reciprocal(first):
            start = (t.ONE, t.Pow(self.term(first.base), t.MINUS_ONE))
        else:
            start = (self.term(first),)
        return (*start, *(t.Pow(self.term(f.base), t.MINUS_ONE) if _is_reciprocal(f) else self.term(f) for f in rest))

    def _power(self, expr: Any) -> t.Term:
        base, exponent = expr.args
        if _is_reciprocal(expr):
            return t.Mul((t.ONE, t.Pow(self.term(base), t.MINUS_ONE)))
        if exponent == _HALF:
            return t.Call("sqrt", (self.term(base),))
        return t.Pow(self.term(base), self.term(exponent))

    def _entry(self, expr: Any) -> t.Term:
        base, *indices = expr.args
        if not isinstance(base, Family):
            raise self._bare(base)
        self.use(base)
        return t.Entry(base.declaration.name, tuple(self.term(i) for i in indices))

    def _bare(self, base: Any) -> Exception:
        return wrong("LP103", f"`{base}` is SymPy's IndexedBase, whose ranges nobody knows",
                     f'write {base} = family("{base}", K), with one size for each index')

    def _plain_symbol(self, symbol: Any) -> t.Term:
        name = str(symbol)
        if name in self.bound:
            return t.Symbol(name)
        if isinstance(symbol, sympy.Idx):
            raise wrong("LP103", f"`{name}` is SymPy's Idx, which is not declared",
                        f'write {name} = index("{name}", K)')
        if name in self.registry.names:
            raise wrong("LP102", f"this `{name}` is SymPy's plain symbol, not the `{name}` that the file declares",
                        f"use the declared one: the object that the declaration of {name} returned")
        close = difflib.get_close_matches(name, list(self.registry.names), n=1)
        raise wrong("LP102", f"`{name}` is not declared: SymPy's symbols do not say what they range over",
                    f'write {name} = reals("{name}"), or size, index, family, scalar with its range',
                    *(f"did you mean `{other}`?" for other in close))

    def _function(self, expr: Any) -> t.Term:
        name = type(expr).__name__
        arguments = expr.args
        if name == "log" and len(arguments) == 2:
            number, base = arguments
            return t.divide(t.Call("log", (self.term(number),)), t.Call("log", (self.term(base),)))
        if name == "Heaviside" and len(arguments) == 2 and arguments[1] == _HALF:
            arguments = arguments[:1]
        if name not in t.KNOWN_FUNCTIONS or not (
                t.KNOWN_FUNCTIONS[name][0] <= len(arguments) <= t.KNOWN_FUNCTIONS[name][1]):
            raise wrong("LP105", f"there are no laws for SymPy's {name} with {len(arguments)} argument(s)",
                        f'to leave it open what it is, declare f = function("f", arity={len(arguments)})')
        return t.Call(name, tuple(self.term(a) for a in arguments))

    # binders

    def _limit(self, limit: Any) -> tuple[str, t.Term, t.Term]:
        parts = tuple(limit)
        if len(parts) != 3:
            raise wrong("LP103", f"`{parts[0]}` has no range here", f"write ({parts[0]}, 1, K)")
        name = parts[0]
        if not isinstance(name, (sympy.Symbol, sympy.Idx)):
            raise wrong("LP107", f"`{name}` cannot run over a range", 'declare an index: k = index("k", K)')
        return str(name), self.term(parts[1]), self.term(parts[2])

    def _fold(self, expr: Any) -> t.Term:
        kind: Literal["sum", "product"] = "sum" if isinstance(expr, sympy.Sum) else "product"
        body, *limits = expr.args
        for limit in limits:
            if isinstance(limit[0], Declared) and limit[0].declaration.kind not in _INDEX_KINDS:
                raise wrong("LP103", f"`{limit[0]}` is declared as a number, not as an index",
                            f'write {limit[0]} = index("{limit[0]}", K)')
        found = self.under(*limits).term(body)
        for position, limit in enumerate(limits):
            outside = self.under(*limits[position + 1:])
            found = t.Fold(kind, found, outside.range(limit))
            self._check_binder(found)
        return found

    def _integral(self, expr: Any) -> t.Term:
        body, *limits = expr.args
        found = self.under(*limits).term(body)
        for position, limit in enumerate(limits):
            outside = self.under(*limits[position + 1:])
            found = t.Integral(found, *outside._limit(limit))
            self._check_binder(found)
        return found

    def _check_binder(self, found: t.Term) -> None:
        match found:
            case t.Fold(body=body) | t.ForAll(body=body) | t.Family(body=body) | t.Integral(body=body):
                for name in t.binders(found):
                    self._check_reach(name, body)

    def _limit_line(self, expr: Any) -> t.Term:
        body, variable, target, direction = expr.args
        side: Literal["+", "-", "+-"] = {"+": "+", "-": "-"}.get(str(direction), "+-")  # type: ignore[assignment]
        if target in (S.Infinity, S.NegativeInfinity):
            side = "+-"     # SymPy names a side there too, and there is only one
        return t.Limit(self.term(body), self.term(variable), self.term(target), side)

    def _subst(self, expr: Any) -> t.Term:
        body, variables, values = expr.args
        if len(variables) > 1 and any(value.has(*variables) for value in values):
            raise wrong("LP105", "Subs of several variables at values that contain them", "write one Subs in another")
        found = self.term(body)
        for variable, value in zip(variables, values, strict=True):
            found = t.Subst(found, self.term(variable), self.term(value))
        return found

    def _order(self, count: Any) -> int:
        # Derivative(f, x, x) counts 1 + 1, unevaluated
        parts = sympy.preorder_traversal(count)
        numbers = [part for part in parts if not isinstance(part, sympy.Add)]
        if not all(part.is_Integer for part in numbers) or sum(int(part) for part in numbers) < 1:
            raise wrong("LP105", f"a derivative {count} times", "the order of a derivative is a number: 1, 2, ...")
        return sum(int(part) for part in numbers)


def _is_reciprocal(expr: Any) -> bool:
    return isinstance(expr, sympy.Pow) and expr.args[1] is S.NegativeOne


def _name_of(named: Any) -> str:
    match named:
        case Applied() | OpaquePartial():
            return str(named.args[0])
        case Family():
            return named.declaration.name
        case Declared() | Quantity():
            return named.name
        case _:
            return str(named.declaration.name)      # an opaque function or functional


def _declaration_of(named: Any) -> Any:
    return getattr(named, "declaration", None)
