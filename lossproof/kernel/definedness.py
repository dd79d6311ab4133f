"""Where a written line is defined, read from the tree before any rewriting.

Trusted. Imports `domains`, `existence`, `kinks`, `conditions` and the ground floor.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction

from lossproof.derivation import Domain
from lossproof.kernel.conditions import Condition
from lossproof.kernel.context import Scope
from lossproof.kernel.diagonal import diagonal
from lossproof.kernel.domains import Domains
from lossproof.kernel.existence import strictly
from lossproof.kernel.hypotheses import Hypotheses
from lossproof.kernel.inequalities import sign_of
from lossproof.kernel.normal_form import Unsupported
from lossproof.kernel.sign_sets import STRICT_SIGNS
from lossproof.term import (
    ARRAY_FUNCTIONS,
    ONE,
    ZERO,
    Add,
    Bool,
    Call,
    Component,
    Const,
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
    children,
    free_names,
    fresh_name,
    substitute,
)


class Conditions(Domains):
    """Definedness of written terms under the hypotheses of a step."""

    def __init__(self, hypotheses: Hypotheses) -> None:
        super().__init__(hypotheses)
        self.n.defined_at = self.defined
        self.n.at_kink = self.at_kink
        self.n.facts.forget_made()      # made without these
        # the names that have other values under the limits and substitutions around
        self._replaced: frozenset[str] = frozenset()
        # by name, and by what varies or is replaced: less is known there
        self._quantities: dict[tuple[str, frozenset[str], frozenset[str]], tuple[Condition, ...]] = {}

    def defined(self, term: Term, scope: Scope) -> bool:
        """Whether the term is known to be defined, bound variables as in the scope."""
        taken = set(self.n.declarations) | set(self.n.definitions) | free_names(term) | set(scope.bound)
        # a bound name is not the declared one, of which something may be known
        renamed = {name: fresh_name(name + "'", taken) for name in sorted(scope.bound) if name in self.n.declarations}
        for name, new in renamed.items():
            scope = scope.bind(new, scope.bound[name])
        term = substitute(term, {name: Symbol(new) for name, new in renamed.items()})
        return all(self.discharged(c.term, scope) for c in self.written(term))

    def written(self, term: Term) -> tuple[Condition, ...]:
        """The conditions under which every part of the term is defined, without repetition."""
        found: dict[Condition, None] = {}
        self._collect(term, {}, found)
        exact = {c.term for c in found if c.exact}
        return tuple(c for c in found if c.exact or c.term not in exact)

    def _collect(self, term: Term, ranges: dict[str, Range], found: dict[Condition, None]) -> None:
        term = self.apart(term)
        match term:
            case Fold(_, body, range_, condition):
                for bound in (range_.lower, range_.upper):
                    if bound != Const("oo"):
                        self._collect(bound, ranges, found)
                within = {**ranges, range_.name: range_}
                if condition is not None:
                    asked: dict[Condition, None] = {}
                    self._collect(condition, within, asked)
                    for c in asked:
                        found[self.quantified(c, range_, None)] = None
                inner: dict[Condition, None] = {}
                self._collect(body, within, inner)
                for c in inner:
                    found[self.quantified(c, range_, condition)] = None
                if range_.upper == Const("oo"):
                    self.converges(term, found)
                return
            case Derivative(body, by, order):
                self._derivative(body, by, order, ranges, found)
                return
            case Limit():
                self._limit(term, ranges, found)
                return
            case Subst(body, variable, value):
                self._collect(value, ranges, found)
                inner = {}
                with self._replacing(_name_of(variable)):
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
                # a quantity that is replaced is a variable, wherever its definition means nothing
                if name not in self._replaced:
                    found.update(dict.fromkeys(self._quantity(name)))
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

    @contextmanager
    def _replacing(self, name: str) -> Iterator[None]:
        """While the body of a limit or a substitution is read: what hypotheses say of the name is not said there."""
        before = self._replaced
        self._replaced = before | {name}
        try:
            with self.n.facts.without(self.n.mentions(Symbol(name))):
                yield
        finally:
            self._replaced = before

    def _substituted(self, condition: Term, variable: Term, value: Term) -> Term:
        """The condition with the variable at a value, also where a quantity depends on it."""
        if not isinstance(variable, Symbol) or variable.name not in self.n.mentions(condition):
            return _put_in(condition, variable, value) if isinstance(variable, Entry) else condition
        plain = {
            name: q.body for name, q in self.n.definitions.items()
            if not q.ranges and not self.n.arrays.shape(q.body) and name != variable.name
        }
        unfolded = condition
        for _ in plain:
            unfolded = substitute(unfolded, plain)
        if self.n.mentions(unfolded) - free_names(unfolded):
            # it may be reached through an indexed quantity too
            return _put_in(condition, variable, value)
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
                on_diagonal = diagonal(inner, self.n.definitions)
                if on_diagonal is None:
                    found[Condition(Relation("!=", Call("det", (inner,)), ZERO))] = None
                    return
                family = self.apart(Family(on_diagonal[0], (on_diagonal[1],)))
                assert isinstance(family, Family)
                nonzero = Condition(Relation("!=", family.body, ZERO))
                found[self.quantified(nonzero, family.ranges[0], None)] = None
            case Call("matrix", (_, _, *entries)):
                for entry in entries:
                    self._collect(entry, ranges, found)
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
        key = name, self._varied, self._replaced
        if key not in self._quantities:
            self._quantities[key] = ()
            definition = self.n.definitions[name]
            inner: dict[Condition, None] = {}
            if not definition.ranges and self.n.arrays.shape(definition.body):
                self._whole(definition.body, {}, inner)
                self._quantities[key] = tuple(inner)
            else:
                family = self.apart(Family(definition.body, definition.ranges))
                assert isinstance(family, Family)
                self._collect(family.body, {r.name: r for r in family.ranges}, inner)
                own = {r.name: Symbol(was.name) for r, was in zip(family.ranges, definition.ranges, strict=True)}
                self._quantities[key] = tuple(Condition(substitute(c.term, own), c.exact) for c in inner)
        return self._quantities[key]

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
        self._in_ranges(indices, [(ONE, size) for size in shape], ranges, found)

    def _in_ranges(self, indices: tuple[Term, ...], sizes: list[tuple[Term, Term]], ranges: dict[str, Range],
                   found: dict[Condition, None]) -> None:
        if len(indices) != len(sizes):
            raise Unsupported("an array with another number of indices")
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
        name = _name_of(by)
        inner: dict[Condition, None] = {}
        with self.varying(name), self.n.facts.without(self.n.mentions(Symbol(name)), keep_open=True):
            self._collect(body, ranges, inner)
        kinks = [self.at_entry(kink, by) for kink in self.kinks(body, ranges, name)]
        edge = self._root_at_its_edge(body, by)
        for c in inner:
            around = self.opened(c, name)
            if around.term == edge:
                around = Condition(around.term)
            if around.exact or not self._holds_around(c.term, name, ranges) or not isinstance(around.term, Relation):
                found[around] = None
            elif around.term.op in ("<", ">"):
                # at the edge of what always holds there may be a bend, as of sqrt(x**2)
                kinks.append(Condition(Relation("!=", around.term.left, around.term.right), exact=False))
        if kinks and isinstance(by, Symbol) and name not in self.n.definitions and not ranges:
            kinks = self.settled(Derivative(body, by, order), name, kinks)
        found.update(dict.fromkeys(kinks))

    def _holds_around(self, condition: Term, name: str, ranges: dict[str, Range]) -> bool:
        """Whether a condition holds whatever the value of a variable is."""
        declaration = self.n.declarations.get(name)
        if declaration is None or declaration.domain != Domain():
            return False
        with self.n.facts.without(self.n.mentions(Symbol(name))):
            return self.discharged(condition, self._scope(ranges))

    def _root_at_its_edge(self, body: Term, by: Term) -> Term | None:
        """g > 0 for the body sqrt(g) (or a multiple), where this is not more than needed: at g = 0 the root has no
        derivative if the second derivative of g is not 0, since g then changes its sign or is like a square."""
        match body:
            case Mul((Number(factor), rest)) if factor != 0:
                return self._root_at_its_edge(rest, by)
            case Call("sqrt", (g,)) | Pow(g, Number(Fraction(numerator=1, denominator=2))):
                if sign_of(self.h, Derivative(g, by, 2)) in STRICT_SIGNS:
                    return Relation(">", g, ZERO)
        return None

    def _limit(self, term: Limit, ranges: dict[str, Range], found: dict[Condition, None]) -> None:
        """Conditions about the variable must hold near the target; the others stand."""
        if not isinstance(term.target, Const):
            self._collect(term.target, ranges, found)
        name = _name_of(term.variable)
        inner: dict[Condition, None] = {}
        with self._replacing(name):
            self._collect(term.body, ranges, inner)
        for c in inner:
            if name not in self.n.mentions(c.term):
                found[c] = None
                continue
            # under a derivative it must hold for all values near that of the derivative's variable
            varied: frozenset[str] = frozenset().union(*(self.n.mentions(Symbol(other)) for other in self._varied))
            with self.n.facts.without(varied, keep_open=True):
                near = self.discharged_near(strictly(c.term) if self._varied else c.term, term, self._scope(ranges))
            if not near:
                raise Unsupported("a limit along which the expression is not seen to be defined")

    def _piecewise(self, pieces: tuple[tuple[Term, Term], ...], ranges: dict[str, Range],
                   found: dict[Condition, None]) -> None:
        earlier: list[Term] = []
        for value, condition in pieces:
            # a condition is asked for only where no earlier one holds
            asked: dict[Condition, None] = {}
            self._collect(condition, ranges, asked)
            for c in asked:
                found[Condition(Bool("or", (*earlier, c.term)), c.exact) if earlier else c] = None
            inner: dict[Condition, None] = {}
            self._collect(value, ranges, inner)
            for c in inner:
                excused = (*earlier, Bool("not", (condition,)))
                found[Condition(Bool("or", (*excused, c.term)), c.exact)] = None
            earlier.append(condition)
        if pieces[-1][1] != Bool("and", ()):
            found[Condition(Bool("or", tuple(earlier)))] = None


def _name_of(variable: Term) -> str:
    """The name of what a derivative, a limit or a substitution varies."""
    match variable:
        case Symbol(name) | Entry(name):
            return name
        case _:
            return ""


def _put_in(condition: Term, variable: Term, value: Term) -> Term:
    """The condition with the variable at a value, as a substitution that is written on both sides."""
    match condition:
        case Relation(op, left, right):
            return Relation(op, Subst(left, variable, value), Subst(right, variable, value))
        case Bool(op, args):
            return Bool(op, tuple(_put_in(a, variable, value) for a in args))
        case ForAll(body, range_, extra):
            bounds = free_names(range_.lower) | free_names(range_.upper)
            if range_.name in free_names(value) | free_names(variable) or not bounds.isdisjoint(free_names(variable)):
                raise Unsupported("a substitution under a binder of the same name, or in its bounds")
            return ForAll(_put_in(body, variable, value), range_, extra)
        case _:
            raise Unsupported("a substitution in this condition")
