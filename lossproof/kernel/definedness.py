"""Where a written line is defined, read from the tree before any rewriting.

Trusted. Imports `kinks`, `conditions` and the ground floor.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from lossproof.derivation import Domain
from lossproof.kernel.binders import is_integer
from lossproof.kernel.conditions import Condition
from lossproof.kernel.existence import Existence, strictly
from lossproof.kernel.hypotheses import Hypotheses
from lossproof.kernel.inequalities import sign_of
from lossproof.kernel.normal_form import DivisionByZero, Unsupported
from lossproof.kernel.normalize import NeedsCases, Scope
from lossproof.kernel.sign_sets import Sign
from lossproof.term import (
    ARRAY_FUNCTIONS,
    MINUS_ONE,
    ONE,
    ZERO,
    Add,
    Bool,
    Call,
    Component,
    Const,
    Derivative,
    Entry,
    Fold,
    ForAll,
    Integral,
    Limit,
    Mul,
    Number,
    Partial,
    Piecewise,
    Pow,
    Range,
    Relation,
    Subst,
    Symbol,
    Term,
    children,
    free_names,
    substitute,
)


class Conditions(Existence):
    """Definedness of written terms under the hypotheses of a step."""

    def __init__(self, hypotheses: Hypotheses) -> None:
        super().__init__(hypotheses)
        self.n.defined_at = self.defined
        self.n.at_kink = self.at_kink
        self._quantities: dict[str, tuple[Condition, ...]] = {}

    def defined(self, term: Term, scope: Scope) -> bool:
        """Whether the term is known to be defined, bound variables as in the scope."""
        return all(self.discharged(c.term, scope) for c in self.written(term))

    def written(self, term: Term) -> tuple[Condition, ...]:
        """The conditions under which every part of the term is defined, without repetition."""
        found: dict[Condition, None] = {}
        self._collect(term, {}, found)
        exact = {c.term for c in found if c.exact}
        return tuple(c for c in found if c.exact or c.term not in exact)

    # collecting

    def _collect(self, term: Term, ranges: dict[str, Range], found: dict[Condition, None]) -> None:
        term = self.apart(term)
        match term:
            case Fold(_, body, range_, condition):
                for bound in (range_.lower, range_.upper):
                    if bound != Const("oo"):
                        self._collect(bound, ranges, found)
                inner: dict[Condition, None] = {}
                self._collect(body, {**ranges, range_.name: range_}, inner)
                for c in inner:
                    found[self.quantified(c, range_, condition)] = None
                if range_.upper == Const("oo"):
                    self.converges(term, found)
                return
            case Derivative(body, by, order):
                self._derivative(body, by, order, ranges, found)
                return
            case Limit():
                self._limit(term, found)
                return
            case Subst(body, variable, value):
                self._collect(value, ranges, found)
                inner = {}
                self._collect(body, ranges, inner)
                for c in inner:
                    found[Condition(self._substituted(c.term, variable, value), c.exact)] = None
                return
            case Integral():
                self._integral(term, ranges, found)
                return
            case Piecewise(pieces):
                self._piecewise(pieces, ranges, found)
                return
            case Component(array, indices):
                for i in indices:
                    self._collect(i, ranges, found)
                self._in_shape(indices, self.n.arrays.shape(array), ranges, found)
                if isinstance(array, Call) and array.function == "inverse":
                    # all entries of the matrix count
                    self._whole(array, ranges, found)
                else:
                    self._collect(self.n.arrays.component(array, indices), ranges, found)
                return
            case Call("det", (array,)):
                self._whole(array, ranges, found)
                return
            case Call(function) if function in ARRAY_FUNCTIONS and self.n.arrays.shape(term):
                self._whole(term, ranges, found)
                return
            case Call("softmax" | "logsumexp" | "dot" | "trace" | "matmul", _) as call:
                for arg in call.args[1:]:
                    if not self.n.arrays.shape(arg):
                        self._collect(arg, ranges, found)
                        self._in_shape((arg,), self.n.arrays.shape(call.args[0]), ranges, found)
                self._collect(self.n.arrays.scalar(call), ranges, found)
                return
            case Call(function, (family,)) | Partial(function, family, _) if self.is_functional(function):
                self._whole(family, ranges, found)
                if isinstance(term, Partial):
                    for i in term.indices:
                        self._collect(i, ranges, found)
                    self._in_shape(term.indices, self.n.arrays.shape(family), ranges, found)
                return
            case Symbol(name) if name in self.n.definitions:
                for c in self._quantity(name):
                    found[c] = None
                return
            case Entry(family, indices):
                for i in indices:
                    self._collect(i, ranges, found)
                self._entry(family, indices, ranges, found)
                return
        for child in children(term):
            self._collect(child, ranges, found)
        for condition_ in self._own(term, ranges):
            found[condition_] = None

    def _substituted(self, condition: Term, variable: Term, value: Term) -> Term:
        """The condition with the variable at a value, also where a quantity depends on it."""
        if not isinstance(variable, Symbol) or variable.name not in self.n.mentions(condition):
            return _substituted(condition, variable, value) if isinstance(variable, Entry) else condition
        plain = {
            name: q.body for name, q in self.n.definitions.items()
            if not q.ranges and not self.n.arrays.shape(q.body) and name != variable.name
        }
        unfolded = condition
        for _ in plain:
            unfolded = substitute(unfolded, plain)
        if self.n.mentions(unfolded) - free_names(unfolded):
            # it may be reached through an indexed quantity too
            return _substituted(condition, variable, value)
        return substitute(unfolded, {variable.name: value})

    def _whole(self, array: Term, ranges: dict[str, Range], found: dict[Condition, None]) -> None:
        """Every entry of an array, and the inverses in it."""
        match array:
            case Call("matmul" | "transpose" | "hadamard" | "outer", args) | Add(args) | Mul(args):
                for arg in args:
                    if self.n.arrays.shape(arg):
                        self._whole(arg, ranges, found)
                    else:
                        self._collect(arg, ranges, found)
            case Call("inverse", (inner,)):
                self._whole(inner, ranges, found)
                found[Condition(Relation("!=", Call("det", (inner,)), ZERO))] = None
            case Call("identity" | "zeros" | "ones", sizes):
                for size in sizes:
                    self._collect(size, ranges, found)
            case Symbol(name) if name in self.n.definitions:
                self._collect(array, ranges, found)
            case _:
                component, own = self.generic(array)
                inside: dict[Condition, None] = {}
                self._collect(component, {**ranges, **{r.name: r for r in own}}, inside)
                for c in inside:
                    for r in reversed(own):
                        c = self.quantified(c, r, None)
                    found[c] = None

    def _quantity(self, name: str) -> tuple[Condition, ...]:
        """Conditions of a quantity's definition (with its own indices free)."""
        if name not in self._quantities:
            self._quantities[name] = ()
            definition = self.n.definitions[name]
            inner: dict[Condition, None] = {}
            if not definition.ranges and self.n.arrays.shape(definition.body):
                self._whole(definition.body, {}, inner)
            else:
                self._collect(definition.body, {r.name: r for r in definition.ranges}, inner)
            self._quantities[name] = tuple(inner)
        return self._quantities[name]

    def _entry(self, family: str, indices: tuple[Term, ...], ranges: dict[str, Range],
               found: dict[Condition, None]) -> None:
        definition = self.n.definitions.get(family)
        if definition is not None and definition.ranges:
            sizes: list[tuple[Term, Term]] = [(r.lower, r.upper) for r in definition.ranges]
            values = {r.name: i for r, i in zip(definition.ranges, indices, strict=True)}
            for c in self._quantity(family):
                found[Condition(substitute(c.term, values), c.exact)] = None
        elif definition is not None:
            sizes = [(ONE, s) for s in self.n.arrays.shape(definition.body)]
            for c in self._quantity(family):
                # known for all entries at once: sufficient for this one
                found[Condition(c.term, c.exact and not isinstance(c.term, ForAll))] = None
        else:
            declaration = self.n.declarations.get(family)
            if declaration is None or declaration.shape is None:
                return
            sizes = [(ONE, s) for s in declaration.shape]
        self._in_ranges(indices, sizes, ranges, found)

    def _in_shape(self, indices: tuple[Term, ...], shape: tuple[Term, ...], ranges: dict[str, Range],
                  found: dict[Condition, None]) -> None:
        """Each index of a written array is one of its entries'."""
        if len(indices) != len(shape):
            raise Unsupported("an array with another number of indices")
        self._in_ranges(indices, [(ONE, size) for size in shape], ranges, found)

    def _in_ranges(self, indices: tuple[Term, ...], sizes: list[tuple[Term, Term]], ranges: dict[str, Range],
                   found: dict[Condition, None]) -> None:
        for index, (lower, upper) in zip(indices, sizes, strict=True):
            if not self._plainly_in(index, lower, upper, ranges):
                found[Condition(Relation(">=", index, lower))] = None
                found[Condition(Relation("<=", index, upper))] = None

    def _plainly_in(self, index: Term, lower: Term, upper: Term, ranges: dict[str, Range]) -> bool:
        if not isinstance(index, Symbol):
            return False
        if index.name in ranges:
            return ranges[index.name].lower == lower and ranges[index.name].upper == upper
        declaration = self.n.declarations.get(index.name)
        if declaration is None or declaration.kind != "index":
            return False
        return declaration.upper is None or ((declaration.lower or ONE) == lower and declaration.upper == upper)

    def _derivative(self, body: Term, by: Term, order: int, ranges: dict[str, Range],
                    found: dict[Condition, None]) -> None:
        """A derivative exists where the body is defined in a neighbourhood and has no kink."""
        if isinstance(by, Entry):
            self._collect(by, ranges, found)
        name = by.family if isinstance(by, Entry) else by.name if isinstance(by, Symbol) else ""
        inner: dict[Condition, None] = {}
        with self.varying(name):
            self._collect(body, ranges, inner)
        kinks = [self.at_entry(kink, by) for kink in self.kinks(body, ranges, name)]
        edge = self._root_at_its_edge(body, by)
        for c in inner:
            around = self.opened(c, name)
            if around.term == edge:
                around = Condition(around.term)
            if around.exact or not self._holds_around(c.term, name) or not isinstance(around.term, Relation):
                found[around] = None
            elif around.term.op in ("<", ">"):
                # at the edge of what always holds there may be a bend, as of sqrt(x**2)
                kinks.append(Condition(Relation("!=", around.term.left, around.term.right), exact=False))
        if kinks and isinstance(by, Symbol) and name not in self.n.definitions and not ranges:
            kinks = self.settled(Derivative(body, by, order), name, kinks)
        found.update(dict.fromkeys(kinks))

    def _holds_around(self, condition: Term, name: str) -> bool:
        """Whether a condition holds whatever the value of a variable is."""
        declaration = self.n.declarations.get(name)
        if declaration is None or declaration.domain != Domain():
            return False
        with self.n.facts.without(self.n.mentions(Symbol(name))):
            return self.discharged(condition)

    def _root_at_its_edge(self, body: Term, by: Term) -> Term | None:
        """g > 0 for the body sqrt(g) (or a multiple), where this is not more than needed: at g = 0 the root has no
        derivative if the second derivative of g is not 0, since g then changes its sign or is like a square."""
        match body:
            case Mul((Number(factor), rest)) if factor != 0:
                return self._root_at_its_edge(rest, by)
            case Call("sqrt", (g,)) | Pow(g, Number(Fraction(numerator=1, denominator=2))):
                if sign_of(self.h, Derivative(g, by, 2)) in (Sign.POSITIVE, Sign.NEGATIVE, Sign.NONZERO):
                    return Relation(">", g, ZERO)
        return None

    def _limit(self, term: Limit, found: dict[Condition, None]) -> None:
        """Conditions about the variable must hold near the target; the others stand."""
        if not isinstance(term.target, Const):
            self._collect(term.target, {}, found)
        variable = term.variable
        name = variable.family if isinstance(variable, Entry) else variable.name if isinstance(
            variable, Symbol) else ""
        for c in self.written(term.body):
            if name not in self.n.mentions(c.term):
                found[c] = None
                continue
            # under a derivative it must hold for all values near that of the derivative's variable
            varied: frozenset[str] = frozenset().union(*(self.n.mentions(Symbol(name)) for name in self._varied))
            with self.n.facts.without(varied, keep_open=True):
                near = self.discharged_near(strictly(c.term) if self._varied else c.term, term)
            if not near:
                raise Unsupported("a limit along which the expression is not seen to be defined")

    def _piecewise(self, pieces: tuple[tuple[Term, Term], ...], ranges: dict[str, Range],
                   found: dict[Condition, None]) -> None:
        earlier: list[Term] = []
        for value, condition in pieces:
            self._collect(condition, ranges, found)
            inner: dict[Condition, None] = {}
            self._collect(value, ranges, inner)
            for c in inner:
                excused = (*earlier, Bool("not", (condition,)))
                found[Condition(Bool("or", (*excused, c.term)), c.exact)] = None
            earlier.append(condition)
        if pieces[-1][1] != Bool("and", ()):
            found[Condition(Bool("or", tuple(earlier)))] = None

    def _own(self, term: Term, ranges: dict[str, Range]) -> list[Condition]:
        """Conditions of the node itself, its parts being defined."""
        if isinstance(term, Call) and any(term.orders) and term.function not in self.n.declarations:
            # a known function's derivative: defined inside the function's domain, away from kinks
            inside = self._own(replace(term, orders=()), ranges)
            return [*(_strict(c) for c in inside), *self.kinks_of_call(term)]
        match term:
            case Pow(base, exponent):
                return self._power(base, exponent, ranges)
            case Call("log", (x,)):
                return _positive(x)
            case Call("sqrt", (x,)):
                return [Condition(Relation(">=", x, ZERO))]
            case Call("xlogy", (x, y)):
                return [Condition(Bool("or", (Relation(">", y, ZERO), Relation("=", x, ZERO))))]
            case Call("tan" | "sec", (x,)):
                return [Condition(Relation("!=", Call("cos", (x,)), ZERO))]
            case Call("cot" | "csc", (x,)):
                return [Condition(Relation("!=", Call("sin", (x,)), ZERO))]
            case Call("coth" | "csch", (x,)):
                return [Condition(Relation("!=", x, ZERO))]
            case Call("asin" | "acos", (x,)):
                return [Condition(Relation(">=", x, MINUS_ONE)), Condition(Relation("<=", x, ONE))]
            case Call("atanh", (x,)):
                return [Condition(Relation(">", x, MINUS_ONE)), Condition(Relation("<", x, ONE))]
            case Call("acosh", (x,)):
                return [Condition(Relation(">=", x, ONE))]
            case Call("loggamma", (x,)):
                return [Condition(Relation(">", x, ZERO))]
            case Call("gamma" | "digamma", (x,)) | Call("polygamma", (Number(), x)):
                return [self._off_poles(x, ZERO, ranges)]
            case Call("polygamma", (order, x)):
                return [Condition(Relation(">=", order, ZERO), exact=False),
                        Condition(Relation(">", x, ZERO), exact=False)]
            case Call("beta", (x, y)):
                return [Condition(Relation(">", a, ZERO), exact=False) for a in (x, y)]
            case Call("zeta", (x,)):
                return [Condition(Relation(">", x, ONE), exact=False)]
            case Call("Mod", (_, y)):
                return [Condition(Relation("!=", y, ZERO))]
            case Call("factorial" | "harmonic", (x,)):
                return [self._off_poles(x, MINUS_ONE, ranges)]
            case Call("binomial", (_, y)) if self._is_integer(y, ranges):
                return []
            case Call("binomial", (x, y)):
                return [Condition(Relation(">=", y, ZERO), exact=False), Condition(Relation(">=", x, y), exact=False)]
            case Call("inverse", (x,)):
                return [Condition(Relation("!=", Call("det", (x,)), ZERO))]
            case _:
                return []

    def _off_poles(self, x: Term, highest: Term, ranges: dict[str, Range]) -> Condition:
        """x is no integer <= highest, which is a pole; between poles x > highest is more than is needed."""
        match x:
            case Number(value) if isinstance(highest, Number) and (value.denominator != 1 or value > highest.value):
                return Condition(Bool("and", ()))
        if self._is_integer(x, ranges):
            return Condition(Relation(">=", x, ZERO) if highest == MINUS_ONE else Relation(">", x, highest))
        return Condition(Relation(">", x, highest), exact=False)

    def _is_integer(self, term: Term, ranges: dict[str, Range]) -> bool:
        try:
            return is_integer(self.n.table, self.h.value(term, self._scope(ranges)))
        except (Unsupported, DivisionByZero, NeedsCases):
            return False

    def _scope(self, ranges: dict[str, Range]) -> Scope:
        """The bound variables around a node as opened ones."""
        scope = Scope()
        for name, r in ranges.items():
            bounds = self.h.bounds(r, scope)
            scope = scope.bind(name, self.n.table.var(self.n.table.open(bounds)))
        return scope

    def _power(self, base: Term, exponent: Term, ranges: dict[str, Range]) -> list[Condition]:
        if isinstance(base, Const):
            return []
        if isinstance(exponent, Number):
            value = exponent.value
            if value.denominator == 1:
                return [] if value >= 0 else self._nonzero(base, ranges)
            return [Condition(Relation(">=", base, ZERO))] if value > 0 else _positive(base)
        scope = self._scope(ranges)
        try:
            integer = is_integer(self.n.table, self.h.value(exponent, scope))
        except (Unsupported, DivisionByZero, NeedsCases):
            integer = False
        sign = sign_of(self.h, exponent, scope)
        if integer:
            if sign in (Sign.NONNEGATIVE, Sign.POSITIVE, Sign.ZERO):
                return []
            return [Condition(Bool("or", (Relation("!=", base, ZERO), Relation(">=", exponent, ZERO))))]
        # a negative base is defined where the exponent happens to be an integer, so neither is exact
        if sign is Sign.POSITIVE:
            return [Condition(Relation(">=", base, ZERO), exact=False)]
        return [Condition(Relation(">", base, ZERO), exact=False)]

    def _nonzero(self, x: Term, ranges: dict[str, Range]) -> list[Condition]:
        """The conditions for x != 0, said of what is inside where that is the same."""
        match x:
            case Call("Abs" | "sign", (inner,)):
                return self._nonzero(inner, ranges)
            case Pow(base, Number(value)) if value.denominator == 1 and value > 0:
                return self._nonzero(base, ranges)
            case Call("binomial", (n, k)) if self._is_integer(k, ranges) and self._is_integer(n, ranges) and \
                    self.discharged(Relation(">=", n, ZERO), self._scope(ranges)):
                return [Condition(Relation(">=", k, ZERO)), Condition(Relation("<=", k, n))]
            case Call("sqrt", (inner,)):
                return [Condition(Relation(">", inner, ZERO))]
            case Mul((Number(value), inner)) if value != 0:
                return self._nonzero(inner, ranges)
            case Call("gamma" | "factorial" | "exp" | "cosh", _):
                # never 0 where it is defined
                return []
            case _:
                return [Condition(Relation("!=", x, ZERO))]


def _positive(x: Term) -> list[Condition]:
    """The condition for x > 0, said of what is inside where that is the same."""
    match x:
        case Call("Abs", (inner,)):
            return [Condition(Relation("!=", inner, ZERO))]
        case Pow(base, Number(value)) if value.denominator == 1 and value > 0 and value % 2 == 0:
            return [Condition(Relation("!=", base, ZERO))]
        case _:
            return [Condition(Relation(">", x, ZERO))]

def _strict(c: Condition) -> Condition:
    match c.term:
        case Relation(">=", left, right):
            return Condition(Relation(">", left, right), exact=False)
        case Relation("<=", left, right):
            return Condition(Relation("<", left, right), exact=False)
        case _:
            return Condition(c.term, exact=False)


def _substituted(condition: Term, variable: Term, value: Term) -> Term:
    """The condition with the variable at a value, also where a quantity depends on it."""
    match condition:
        case Relation(op, left, right):
            return Relation(op, Subst(left, variable, value), Subst(right, variable, value))
        case Bool(op, args):
            return Bool(op, tuple(_substituted(a, variable, value) for a in args))
        case ForAll(body, range_, extra):
            if range_.name in free_names(value) | free_names(variable):
                raise Unsupported("a substitution under a binder of the same name")
            return ForAll(_substituted(body, variable, value), range_, extra)
        case _:
            raise Unsupported("a substitution in this condition")
