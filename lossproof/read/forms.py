"""The forms of the text form that are no functions: binders, calculus, relations, numbers.

Untrusted as to truth, as `syntax`, which this completes. Imports the ground floor, `lexical` and
`syntax`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Literal, cast

from lossproof.read.lexical import MAX_DIGITS, shorten
from lossproof.read.magnitude import is_huge
from lossproof.read.syntax import (
    ALIASES,
    CONNECTIVES,
    CONSTANTS,
    LAWLESS_FUNCTIONS,
    RELATIONS,
    RESERVED,
    Bound,
    Expressions,
)
from lossproof.term import (
    ARRAY_FUNCTIONS,
    KNOWN_FUNCTIONS,
    MOST_ENTRIES,
    Bool,
    Call,
    Derivative,
    Entry,
    Family,
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
    written_out,
)

# What a name that takes integers only cannot be: differentiated by; the variable of a limit.
_INTEGERS: Mapping[str, tuple[str, ...]] = {
    "a derivative": ("size", "index", "integer"), "a limit": ("index",), "a substitution": ()}


class Builder(Expressions):
    """Makes the tree of one source text. `build` is the whole interface."""

    def form(self, node: ast.Call, name: str, bound: Bound) -> Term:
        """The tree of Sum(...), Derivative(...), Eq(...) and the like."""
        if name in RELATIONS:
            return self._relation(node, name, bound)
        if name in CONNECTIVES:
            return self._connective(node, name, bound)
        forms: Mapping[str, Callable[[ast.Call, str, Bound], Term]] = {
            "Sum": self._fold, "Product": self._fold, "Integral": self._integral, "Derivative": self._derivative,
            "Limit": self._limit, "Subs": self._subst, "Piecewise": self._piecewise, "ForAll": self._for_all,
            "Prime": self._prime, "Partial": self._partial, "FamilyOf": self._family, "Rational": self._rational,
            "Matrix": self._matrix}
        if name not in forms:
            self.refuse("LP107", f"`{name}` is no function", node)
        return forms[name](node, name, bound)

    def _arguments(self, node: ast.Call, form: str, least: int, most: int | None = None) -> list[ast.expr]:
        if len(node.args) < least or (most is not None and len(node.args) > most):
            self.refuse("LP107", "this is not complete" if len(node.args) < least else "there are too many arguments",
                         node, f"write {form}")
        return node.args

    def _relation(self, node: ast.Call, name: str, bound: Bound) -> Term:
        left, right = self._arguments(node, f"{name}(a, b)", 2, 2)
        return Relation(RELATIONS[name], self.extended(left, bound), self.extended(right, bound),
                        span=self.span(node))

    def _connective(self, node: ast.Call, name: str, bound: Bound) -> Term:
        if name == "Not":
            self._arguments(node, "Not(condition)", 1, 1)
        return Bool(CONNECTIVES[name], tuple(self.condition(a, bound) for a in node.args), span=self.span(node))

    def _rational(self, node: ast.Call, name: str, bound: Bound) -> Term:
        parts: list[Fraction] = []
        for arg in self._arguments(node, "Rational(1, 2)", 1, 2):
            part = _exact(self.value(arg, bound))
            if part is None:
                self.refuse("LP107", "Rational takes numbers only", arg, "write a/b")
            parts.append(part)
        if parts[1:] == [0]:
            self.refuse("LP108", "a rational number with denominator 0 has no meaning", node)
        value = parts[0] if len(parts) == 1 else parts[0] / parts[1]
        if max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_DIGITS * 3.3:
            self.refuse("LP105", "this number is too long", node)
        return Number(value, span=self.span(node))

    def _matrix(self, node: ast.Call, name: str, bound: Bound) -> Term:
        """Matrix([[a, b], [c, d]]), written out; one entry a row is a vector."""
        form = "Matrix([[a, b], [c, d]])"
        (whole,) = self._arguments(node, form, 1, 1)
        rows = whole.elts if isinstance(whole, ast.List) else []
        cells = [row.elts if isinstance(row, ast.List) else [row] for row in rows]
        if not cells or not cells[0] or any(len(row) != len(cells[0]) for row in cells):
            self.refuse("LP107", "a matrix is written as a list of rows that are equally long", node, f"write {form}")
        if len(cells) * len(cells[0]) > MOST_ENTRIES:
            self.refuse("LP105", f"a matrix written out has at most {MOST_ENTRIES} entries", node)
        entries = tuple(self.value(cell, bound) for row in cells for cell in row)
        return written_out(len(cells), len(cells[0]), entries, span=self.span(node))

    # binders

    def _limits(self, node: ast.Call, name: str, conditions_too: bool,
                bound: Bound) -> tuple[list[tuple[Range, Term | None]], Bound]:
        """The limit tuples of a call, innermost first, each with its condition; the names bound inside.

        A bound sees the names of the tuples further out, a condition its own as well.
        """
        form = f"{name}(expr, (k, 1, K))"
        groups: list[tuple[ast.Tuple, list[ast.expr]]] = []
        for arg in self._arguments(node, form, 2)[1:]:
            if isinstance(arg, ast.Tuple):
                groups.append((arg, []))
            elif groups and conditions_too:
                groups[-1][1].append(arg)
            else:
                self.refuse("LP107", "a tuple (name, lower, upper) is expected here", arg, f"write {form}")
        found: list[tuple[Range, Term | None]] = []
        for limits, conditions in reversed(groups):
            match limits.elts:
                case [ast.Name(id=index), lower, upper]:
                    outer = bound
                    bound = bound | {index}
                    if index in RESERVED:
                        self.refuse("LP107", f"`{index}` cannot be a bound variable", limits)
                    range_ = Range(index, self.extended(lower, outer), self.extended(upper, outer))
                case _:
                    self.refuse("LP107", "a range is written (name, lower, upper)", limits, f"write {form}")
            terms = tuple(self.condition(c, bound) for c in conditions)
            if len(terms) < 2:
                found.append((range_, terms[0] if terms else None))
            else:
                found.append((range_, Bool("and", terms, span=self.span(conditions[0]))))
        return found[::-1], bound

    def _fold(self, node: ast.Call, name: str, bound: Bound) -> Term:
        ranges, inner = self._limits(node, name, True, bound)
        term = self.value(node.args[0], inner)
        for range_, condition in ranges:
            term = Fold("sum" if name == "Sum" else "product", term, range_, condition, span=self.span(node))
        return term

    def _for_all(self, node: ast.Call, name: str, bound: Bound) -> Term:
        ranges, inner = self._limits(node, name, True, bound)
        term = self.condition(node.args[0], inner)
        for range_, condition in ranges:
            term = ForAll(term, range_, condition, span=self.span(node))
        return term

    def _integral(self, node: ast.Call, name: str, bound: Bound) -> Term:
        ranges, inner = self._limits(node, name, False, bound)
        term = self.value(node.args[0], inner)
        for range_, _ in ranges:
            term = Integral(term, range_.name, range_.lower, range_.upper, span=self.span(node))
        return term

    def _family(self, node: ast.Call, name: str, bound: Bound) -> Term:
        names: set[str] = set()
        ranges: list[Range] = []
        for arg in self._arguments(node, "FamilyOf(expr, (k, 1, K))", 2)[1:]:
            # no range of a family sees the others' names, so each is read by itself
            one = ast.Call(node.func, [node.args[0], arg], [])
            ast.copy_location(one, node)
            (range_, _), = self._limits(one, name, False, bound)[0]
            if range_.name in names:
                self.refuse("LP107", f"`{shorten(range_.name)}` is bound twice", arg)
            names.add(range_.name)
            ranges.append(range_)
        return Family(self.value(node.args[0], bound | names), tuple(ranges), span=self.span(node))

    # calculus

    def _variable(self, node: ast.expr, bound: Bound, what: str) -> Term:
        """A Symbol or an Entry, and of a kind that `what` (a key of _INTEGERS) can be by."""
        term = self.value(node, bound)
        if not isinstance(term, Symbol | Entry):
            self.refuse("LP107", f"{what} is by a name or an entry, such as x or z[p]", node)
        if isinstance(term, Symbol) and term.name not in bound:
            declaration = self.names.get(term.name)
            if declaration is not None and declaration.kind in _INTEGERS[what]:
                self.refuse("LP107", f"`{shorten(term.name)}` takes integers only: {what} by it has no meaning", node)
        return term

    def _derivative(self, node: ast.Call, name: str, bound: Bound) -> Term:
        args = self._arguments(node, "Derivative(expr, x)", 2)
        term = self.value(args[0], bound)
        merged: list[tuple[Term, int]] = []
        plain = False  # the argument before was a name or an entry, and a number may follow: Derivative(e, x, 2)
        for arg in args[1:]:
            match arg:
                case ast.Tuple(elts=[variable, count]):
                    by, order, plain = self._variable(variable, bound, "a derivative"), self._order(count), False
                case ast.Tuple():
                    self.refuse("LP107", "a repeated variable is written (x, 2)", arg)
                case ast.Constant() if plain:
                    by, order, plain = merged[-1][0], self._order(arg) - 1, False
                case _:
                    by, order, plain = self._variable(arg, bound, "a derivative"), 1, True
            if merged and merged[-1][0] == by:
                merged[-1] = (by, merged[-1][1] + order)
            else:
                merged.append((by, order))
        for by, order in merged:
            term = Derivative(term, by, order, span=self.span(node))
        return term

    def _order(self, node: ast.expr) -> int:
        """A literal order from 1 to 64; a symbolic order has no meaning here."""
        term = self.constant(node) if isinstance(node, ast.Constant) else None
        if isinstance(term, Number) and term.value.denominator == 1 and 1 <= term.value <= 64:
            return int(term.value)
        self.refuse("LP107", "the order of a derivative is a number from 1 to 64", node)

    def _limit(self, node: ast.Call, name: str, bound: Bound) -> Term:
        form = "Limit(expr, x, 0, '+')"
        args = self._arguments(node, form, 3, 4)
        side: ast.expr | None = args[3] if len(args) == 4 else None
        for keyword in node.keywords:
            if keyword.arg != "dir" or side is not None:
                self.refuse("LP105", "only the side of a limit may be a keyword argument, once", node, f"write {form}")
            side = keyword.value
        chosen: object = "+-"
        if side is not None:
            chosen = side.value if isinstance(side, ast.Constant) else None
            if chosen not in ("+", "-", "+-"):
                self.refuse("LP107", "the side of a limit is '+', '-' or '+-'", side)
        return Limit(self.value(args[0], bound), self._variable(args[1], bound, "a limit"),
                     self.extended(args[2], bound), cast(Literal["+", "-", "+-"], chosen), span=self.span(node))

    def _subst(self, node: ast.Call, name: str, bound: Bound) -> Term:
        body, variable, value = self._arguments(node, "Subs(expr, x, value)", 3, 3)
        inner = bound
        if isinstance(variable, ast.Name) and self._is_free(variable.id):
            inner = bound | {variable.id}  # Subs binds a name that means nothing else
        return Subst(self.value(body, inner), self._variable(variable, inner, "a substitution"),
                     self.value(value, bound), span=self.span(node))

    def _is_free(self, name: str) -> bool:
        """Whether a name has no meaning yet."""
        return name not in {*self.names, *self._definitions, *CONSTANTS, *RESERVED, *KNOWN_FUNCTIONS,
                            *LAWLESS_FUNCTIONS, *ALIASES, "I"}

    def _piecewise(self, node: ast.Call, name: str, bound: Bound) -> Term:
        pieces: list[tuple[Term, Term]] = []
        for arg in self._arguments(node, "Piecewise((a, x < 0), (b, True))", 1):
            match arg:
                case ast.Tuple(elts=[value, condition]):
                    pieces.append((self.value(value, bound), self.condition(condition, bound)))
                case _:
                    self.refuse("LP107", "a piece is written (value, condition)", arg)
        return Piecewise(tuple(pieces), span=self.span(node))

    def _prime(self, node: ast.Call, name: str, bound: Bound) -> Term:
        args = self._arguments(node, "Prime(f, z)", 2, 3)
        if not isinstance(args[0], ast.Name) or args[0].id in bound:
            self.refuse("LP107", "Prime takes the name of a function first", args[0], "write Prime(f, z)")
        inputs = args[1].elts if isinstance(args[1], ast.Tuple) else [args[1]]
        if len(args) == 2:
            orders = [1] if len(inputs) == 1 else []
        else:
            orders = [0 if isinstance(o, ast.Constant) and o.value == 0 else self._order(o)
                      for o in (args[2].elts if isinstance(args[2], ast.Tuple) else [args[2]])]
        if len(orders) != len(inputs) or not any(orders):
            self.refuse("LP107", "Prime needs one order for each argument, and one above 0", node,
                         "write Prime(f, (x, y), (1, 0))")
        function = self.function(node=ast.copy_location(ast.Call(args[0], inputs, []), node), name=args[0].id)
        declaration = self.names.get(function)
        if function in ("softmax", "logsumexp") or function in ARRAY_FUNCTIONS \
                or (declaration is not None and declaration.kind == "functional"):
            self.refuse("LP107", f"`{shorten(args[0].id)}` is no function of a number", args[0],
                         "write Derivative(...), or Partial(G, a, i) for a functional")
        return Call(function, tuple(self.value(i, bound) for i in inputs), tuple(orders), span=self.span(node))

    def _partial(self, node: ast.Call, name: str, bound: Bound) -> Term:
        args = self._arguments(node, "Partial(G, a, i)", 3)
        declaration = self.names.get(args[0].id) if isinstance(args[0], ast.Name) else None
        if declaration is None or declaration.kind != "functional" or declaration.name in bound:
            self.refuse("LP107", "Partial takes the name of a declared functional first", args[0])
        return Partial(declaration.name, self.value(args[1], bound),
                       tuple(self.value(index, bound) for index in args[2:]), span=self.span(node))


def _exact(term: Term) -> Fraction | None:
    """The number that a literal is, or an integer power of literals such as 10**12; None for any other term."""
    match term:
        case Number(value):
            return value
        case Pow(base, Number(power)) if power.denominator == 1 and not is_huge(Pow(base, Number(power))):
            below = _exact(base)
            return None if below is None or (below == 0 and power < 0) else below ** int(power)
        case Mul((Number(sign), inner)) if sign == -1:
            opposite = _exact(inner)
            return None if opposite is None else -opposite
        case _:
            return None
