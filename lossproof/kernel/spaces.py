"""Integrals over spaces of which only the name is known: a step with such integrals as one with finite sums.

Trusted. Imports the ground floor.

Over a space X that is only named, finitely many functions g_1, ..., g_m that are integrable there have finitely many
points x_i of X and weights w_i > 0 with sum_i w_i g_k(x_i) = the integral of g_k, for every k at once (Richter 1957,
Rogosinski 1958), and the points avoid any given null set. A statement about finitely many integrals, and about the
values of functions at each point, that holds for all finite systems of points and weights holds for the integrals
therefore, wherever each of them exists. An integral within an integral is one at each of the chosen points; that its
order does not matter is Fubini's theorem, which asks for the same existence: of the integral of the absolute value.

Nothing is known of the functions: each value of an opaque function is a number of its own, one for each point (which
is more general than any function). So what is proved holds for every space, measure and function; what is not proved
is open, and nothing is refuted here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from lossproof.derivation import POSITIVE, Declaration, Definition, Domain, Step
from lossproof.term import (
    ONE,
    Call,
    Const,
    Derivative,
    Entry,
    Fold,
    ForAll,
    Integral,
    Limit,
    Mul,
    Partial,
    Range,
    Relation,
    Subst,
    Symbol,
    Term,
    binders,
    children,
    free_names,
    map_children,
    mul,
    substitute,
    walk,
)

__all__ = ["SPACE", "Atoms", "atoms", "over_spaces"]

SPACE = "end of a space"
"""Assumption of the two names that stand for the bounds of an integral over a set of which only the name is known."""


@dataclass(frozen=True, slots=True)
class Atoms:
    """A step with finite sums for integrals, under which conditions it says the same, and the way back."""

    step: Step
    conditions: tuple[Term, ...]
    _names: Mapping[str, tuple[Term, tuple[str, ...]]]      # a value's name: the value, its variables
    _spaces: Mapping[str, tuple[str, Term, Term]]           # the number of points: variable, ends of the space
    _weights: frozenset[str]

    def written(self, condition: Term) -> Term:
        """A condition on the sums as one on the integrals."""
        return self._back(condition, {})

    def _back(self, term: Term, points: Mapping[str, Term]) -> Term:
        match term:
            case Symbol(name) if name in self._names:
                return self._names[name][0]
            case Entry(name, indices) if name in self._names:
                value, variables = self._names[name]
                at = (points.get(i.name, i) if isinstance(i, Symbol) else i for i in indices)
                return substitute(value, dict(zip(variables, at, strict=True)))
            case Fold("sum", body, Range(index, _, Symbol(size)), None) if size in self._spaces:
                variable, lower, upper = self._spaces[size]
                inner = {**points, index: Symbol(variable)}
                factors = body.args if isinstance(body, Mul) else (body,)
                rest = [self._back(factor, inner) for factor in factors if not self._is_weight(factor)]
                return Integral(mul(*rest), variable, lower, upper)
            case ForAll(body, Range(index, _, Symbol(size)), condition) if size in self._spaces:
                variable, lower, upper = self._spaces[size]
                inner = {**points, index: Symbol(variable)}
                return ForAll(self._back(body, inner), Range(variable, lower, upper),
                              None if condition is None else self._back(condition, inner))
            case _:
                return map_children(term, lambda child: self._back(child, points))

    @property
    def integrals(self) -> bool:
        """Whether there was an integral: that values are numbers is no law."""
        return bool(self._spaces)

    def _is_weight(self, factor: Term) -> bool:
        return isinstance(factor, Entry) and factor.family in self._weights


def over_spaces(step: Step) -> bool:
    """True where a line of the step holds an integral over a space of which only the name is known."""
    return any(isinstance(part, Integral) and _space(part.lower, part.upper, step.declarations) is not None
               for side in (step.left, step.right) for part in walk(side))


def atoms(step: Step) -> Atoms | None:
    """The step with finite sums for its integrals over named spaces, and numbers for the values of opaque functions.

    None where something in it is not a matter of values at points: a derivative, a limit, an integral with bounds that
    holds a variable of such a space.
    """
    made = _Change(step.declarations, step.definitions)
    if not all(made.fits(term) for term in (step.left, step.right, *step.given)):
        return None
    left, right = made.change(step.left, {}), made.change(step.right, {})
    given = tuple(made.change(term, {}) for term in step.given)
    if step.relation != "=" and len(made.spaces) > 1:
        return None         # for integrals within integrals in both orders, only what is linear is known to carry over
    declarations = {**step.declarations, **made.declarations}
    known = {part for term in step.given for part in walk(term) if isinstance(part, Integral)}
    exist: dict[Term, None] = {}
    for side in (step.left, step.right):
        for integral in _outermost(side, step.declarations):
            if integral not in known:
                exist[Relation("<", _absolute(integral, step.declarations), Const("oo"))] = None
    return Atoms(replace(step, left=left, right=right, given=given, declarations=declarations), tuple(exist),
                 made.names, made.spaces, frozenset(made.weights))


def _space(lower: Term, upper: Term, declarations: Mapping[str, Declaration]) -> str | None:
    """The name of the space whose ends two bounds are."""
    match lower, upper:
        case Symbol(low), Symbol(high) if low.startswith("inf_") and high == f"sup_{low[4:]}" and all(
                end in declarations and SPACE in declarations[end].assumptions for end in (low, high)):
            return low[4:]
        case _:
            return None


def _outermost(term: Term, declarations: Mapping[str, Declaration]) -> list[Integral]:
    if isinstance(term, Integral) and _space(term.lower, term.upper, declarations) is not None:
        return [term]
    return [found for child in children(term) for found in _outermost(child, declarations)]


def _absolute(term: Term, declarations: Mapping[str, Declaration]) -> Term:
    """The integral of the absolute value of what an integral, or one within it, is of."""
    if isinstance(term, Integral) and _space(term.lower, term.upper, declarations) is not None:
        return replace(term, body=_absolute(term.body, declarations))
    return Call("Abs", (term,))


@dataclass(slots=True)
class _Point:
    """A variable of a space within its integral: the index of the point that it is, and the space."""

    index: str
    space: str


@dataclass(slots=True)
class _Change:
    """Makes sums of integrals, and numbers of values; one naming for all the terms of a step."""

    known: Mapping[str, Declaration]
    definitions: Mapping[str, Definition]
    declarations: dict[str, Declaration] = field(default_factory=dict)
    names: dict[str, tuple[Term, tuple[str, ...]]] = field(default_factory=dict)
    spaces: dict[str, tuple[str, Term, Term]] = field(default_factory=dict)
    weights: set[str] = field(default_factory=set)
    _values: dict[tuple[Term, tuple[str, ...]], str] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)
    _count: int = 0

    def fits(self, term: Term, inside: frozenset[str] = frozenset()) -> bool:
        """Whether a term is made of values at points only, as far as variables of spaces are concerned."""
        match term:
            case Derivative() | Limit() | Subst() | Partial():
                return self._settled(term, inside)
            case Integral(body, name, lower, upper):
                if _space(lower, upper, self.known) is not None:
                    return self.fits(body, inside | {name})
                return self._settled(term, inside)
            case Symbol(name) | Entry(family=name) if name in self.definitions and self._reached(name) & inside:
                return False        # it varies with the variable, and the tree does not show how
            case _:
                hidden = inside - set(binders(term))
                return all(self.fits(child, hidden) for child in children(term))

    def _settled(self, term: Term, inside: frozenset[str]) -> bool:
        """Whether a term stays as it is: no variable of a space, and no integral over one, is in it."""
        names = free_names(term)
        reached = names.union(*(self._reached(name) for name in names))
        return not (reached & inside) and not _outermost(term, self.known)

    def _reached(self, name: str) -> set[str]:
        """The names that a quantity is made of, in the end."""
        found: set[str] = set()
        waiting = [name]
        while waiting:
            here = waiting.pop()
            if here in self.definitions and here not in found:
                waiting.extend(free_names(self.definitions[here].body))
            found.add(here)
        return found

    def change(self, term: Term, points: Mapping[str, _Point | None]) -> Term:
        """The term with sums for integrals and numbers for values, at these points; None for an index of a sum."""
        match term:
            case Integral(body, name, lower, upper) if (space := _space(lower, upper, self.known)) is not None:
                index, size = self._index(), self._size(space, name, lower, upper)
                inner = self.change(body, {**points, name: _Point(index, space)})
                weight = self._family(f"weight_{space}", (size,), POSITIVE)
                self.weights.add(weight)
                factors = inner.args if isinstance(inner, Mul) else (inner,)
                return Fold("sum", Mul((Entry(weight, (Symbol(index),)), *factors)), Range(index, ONE, Symbol(size)))
            case ForAll(body, Range(name, lower, upper), None) if (
                    space := _space(lower, upper, self.known)) is not None:
                index, size = self._index(), self._size(space, name, lower, upper)
                inner = self.change(body, {**points, name: _Point(index, space)})
                return ForAll(inner, Range(index, ONE, Symbol(size)))
            case Symbol(name) if (point := points.get(name)) is not None:
                family = self._named(Symbol(name), (name,), (point.space,), None)
                return Entry(family, (Symbol(point.index),))
            case Call(function, _, orders) if not any(orders) and self._is_opaque(function):
                return self._value(term, points)
            case Derivative() | Limit() | Subst() | Partial() | Integral():
                return term
            case _:
                inner_points = {**points, **dict.fromkeys(binders(term))}
                return map_children(term, lambda child: self.change(child, inner_points))

    def _is_opaque(self, function: str) -> bool:
        declared = self.known.get(function)
        return declared is not None and declared.kind == "function"

    def _value(self, call: Call, points: Mapping[str, _Point | None]) -> Term:
        """A value of an opaque function: a number, or one for each point and index that it is taken at."""
        bound = free_names(call) & points.keys()
        order = list(dict.fromkeys(p.name for p in walk(call) if isinstance(p, Symbol) and p.name in bound))
        domain = self.known[call.function].domain
        if not order:
            return Symbol(self._named(call, (), (), domain, call))
        shape = substitute(call, {name: Symbol(f"_{number}") for number, name in enumerate(order)})
        at = [points[name] for name in order]
        spaces = tuple("" if point is None else point.space for point in at)
        family = self._named(call, tuple(order), spaces, domain, shape)
        return Entry(family, tuple(Symbol(name if point is None else point.index)
                                   for name, point in zip(order, at, strict=True)))

    # names

    def _named(self, value: Term, variables: tuple[str, ...], spaces: tuple[str, ...], domain: Domain | None,
               shape: Term | None = None) -> str:
        """The name of the numbers that a value is; the same for what is the same but for the variables' names."""
        key = (value if shape is None else shape, spaces)
        if key not in self._values:
            wanted = value.function if isinstance(value, Call) else value.name if isinstance(value, Symbol) else "value"
            kept = Domain() if domain is None else domain
            if variables and all(spaces):
                name = self._family(f"{wanted}_at", tuple(f"points_{space}" for space in spaces), kept, fresh=True)
            elif variables:
                name = self._fresh(f"{wanted}_at")
                self.declarations[name] = Declaration(name, "family", kept, rank=len(variables), assumed=True)
            else:
                name = self._fresh(f"{wanted}_here")
                self.declarations[name] = Declaration(name, "scalar", kept, assumed=True)
            self._values[key] = name
            self.names[name] = (value, variables)
        return self._values[key]

    def _family(self, name: str, sizes: tuple[str, ...], domain: Domain, fresh: bool = False) -> str:
        name = self._fresh(name) if fresh else name
        shape = tuple(Symbol(size) for size in sizes)
        self.declarations[name] = Declaration(name, "family", domain, shape=shape, rank=len(shape), assumed=True)
        return name

    def _size(self, space: str, variable: str, lower: Term, upper: Term) -> str:
        size = f"points_{space}"
        self.declarations[size] = Declaration(size, "size", Domain(lower=ONE.value, integer=True), assumed=True)
        self.spaces.setdefault(size, (variable, lower, upper))
        return size

    def _fresh(self, wanted: str) -> str:
        name, number = wanted, 1
        while name in self.known or name in self._taken or name in self.declarations:
            number += 1
            name = f"{wanted}_{number}"
        self._taken.add(name)
        return name

    def _index(self) -> str:
        while True:
            self._count += 1
            name = f"i_{self._count}"
            if name not in self.known:
                return name

