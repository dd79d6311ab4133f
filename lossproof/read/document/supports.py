"""Functions that are only said on a stretch of the line, a density on its support: where a line may use the formula.

Untrusted as to truth. Imports the ground floor and `families`.

The formula stands for f(x) in a line where x is free and the line is judged where x is in the stretch, and under an
integral or a sum over no more than it. Elsewhere f is what it is: the formula there, 0 outside. An integral of a
density over the whole line, or over the space of its variable, is one over the support.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from lossproof.read.latex.families import Support, by_cases
from lossproof.read.latex.keys import identifier
from lossproof.term import (
    Call,
    Const,
    Entry,
    Fold,
    Integral,
    Limit,
    Mul,
    Number,
    Piecewise,
    Range,
    Relation,
    Subst,
    Symbol,
    Term,
    binders,
    free_names,
    map_children,
    walk,
)

__all__ = ["Supports"]

_LINE = (Const("-oo"), Const("oo"))


@dataclass(frozen=True, slots=True)
class _Ends:
    """Between what a bound name runs, and whether it takes whole numbers only."""

    lower: Term
    upper: Term
    folds: bool = False


@dataclass(slots=True)
class Supports:
    """The stretch of each function, by its present name; what goes with other names; the spaces of variables."""

    functions: dict[str, Support] = field(default_factory=dict)
    given: dict[str, tuple[Term, ...]] = field(default_factory=dict)
    spaces: dict[str, Term] = field(default_factory=dict)       # an end of a space that only has a name, and what it is

    def space(self, of: str, support: Support) -> None:
        r"""The space of X is the support of its density: what an integral over `\mathcal{X}` runs over."""
        if re.fullmatch("[A-Z]", of):
            space = identifier(rf"\mathcal{{{of}}}")
            self.spaces |= zip((f"inf_{space}", f"sup_{space}"), support.ends, strict=True)

    def restated(self, before: str, name: str, body: Term) -> None:
        """A name gets a further meaning: under the same conditions, on the same stretch unless it is said by cases."""
        if before in self.given:
            self.given[name] = self.given[before]
        if before in self.functions and not isinstance(body, Piecewise):
            self.functions[name] = self.functions[before]

    def lines(self, terms: Iterable[Term], rests_on: Callable[[Term], set[str]]
              ) -> tuple[list[Term], tuple[Term, ...]]:
        """The lines of a chain with formulas where they hold, and under what they are judged then.

        Where a line has cases, what f is outside of its stretch matters, and nothing is supposed of x. `rests_on` gives
        the names that a term rests on, also through definitions.
        """
        terms = list(terms)
        if not self.functions and not self.given and not self.spaces:
            return terms, ()
        cases = any(isinstance(part, Piecewise) for term in terms for part in walk(term))
        found: dict[Term, None] = {}
        placed = [self._place(term, {}, frozenset(), None if cases else found) for term in terms]
        for term in terms:
            for name in sorted(self.given.keys() & rests_on(term)):
                found |= dict.fromkeys(self.given[name])
        return placed, tuple(found)

    def quantity(self, name: str, term: Term) -> Term:
        """The body of a quantity's definition; what it supposes goes with the quantity from here on."""
        found: dict[Term, None] = {}
        placed = self._place(term, {}, frozenset(), found) if self.functions or self.spaces else term
        if found:
            self.given[name] = tuple(dict.fromkeys((*self.given.get(name, ()), *found)))
        return placed

    def body(self, term: Term) -> Term:
        """The body of a definition for all values of its indices or arguments."""
        return self._place(term, {}, frozenset(), None) if self.functions or self.spaces else term

    def _place(self, term: Term, ranges: Mapping[str, _Ends], bound: frozenset[str],
               found: dict[Term, None] | None) -> Term:
        match term:
            case Symbol(name) if name in self.spaces and name not in bound:
                return self.spaces[name]
            case Call(name, (argument,), orders) if name in self.functions:
                support = self.functions[name]
                inner = Call(name, (self._place(argument, ranges, bound, found),), orders, span=term.span)
                if isinstance(argument, Symbol) and not any(orders):
                    range_ = ranges.get(argument.name)
                    if range_ is not None and range_.folds == support.whole and _covers(support, range_, bound, found):
                        return inner
                if found is not None and not free_names(argument) & bound:
                    found |= dict.fromkeys(support.conditions(argument, True))
                    return inner
                return by_cases(inner, argument, support, any(orders))
            case Integral(body, name, lower, upper):
                lower, upper = (self._place(end, ranges, bound, found) for end in (lower, upper))
                lower, upper = self._clipped(body, name, (lower, upper), bound, found)
                inside = self._place(body, {**ranges, name: _Ends(lower, upper)}, bound | {name}, found)
                return Integral(inside, name, lower, upper, span=term.span)
            case Fold(range=Range() as range_):
                folded = {**ranges, range_.name: _Ends(range_.lower, range_.upper, True)}
                return map_children(term, lambda child: self._place(child, folded, bound | {range_.name}, found))
            case Limit(variable=Symbol(name) | Entry(family=name)) | Subst(variable=Symbol(name) | Entry(family=name)):
                return map_children(term, lambda child: self._place(child, ranges, bound | {name}, found))
            case _:
                inner_bound = bound | set(binders(term))
                return map_children(term, lambda child: self._place(child, ranges, inner_bound, found))

    def _clipped(self, body: Term, name: str, ends: tuple[Term, Term], bound: frozenset[str],
                 found: dict[Term, None] | None) -> tuple[Term, Term]:
        """The bounds of an integral without the parts where a factor of its body is 0."""
        lower, upper = ends
        for factor in body.args if isinstance(body, Mul) else (body,):
            support = self.functions.get(factor.function) if isinstance(factor, Call) else None
            if support is None or not support.exists or support.rises or support.whole or not isinstance(factor, Call) \
                    or factor.args != (Symbol(name),) or any(factor.orders):
                continue
            if ends == _LINE:
                return support.lower or lower, support.upper or upper
            for end, other, low in ((support.lower, upper, True), (support.upper, lower, False)):
                if end is None or ends[not low] != _LINE[not low]:
                    continue
                needed = Relation("<", end, other) if low else Relation("<", other, end)
                if isinstance(end, Number) and isinstance(other, Number):
                    clear = end.value < other.value if low else other.value < end.value
                elif found is not None and not free_names(other) & bound:
                    found[needed] = None
                    clear = True
                else:
                    clear = False
                if clear:
                    lower, upper = (end, upper) if low else (lower, end)
            break
        return lower, upper


def _covers(support: Support, range_: _Ends, bound: frozenset[str], found: dict[Term, None] | None) -> bool:
    """True where what a bound name takes is in the support, but for two points of an integral.

    Of an integral, both ends must be in it: which of them is the smaller one is not known.
    """
    needed: list[Relation] = []
    for end, sign in ((support.lower, 1), (support.upper, -1)):
        if end is None:
            continue
        first, last = (range_.lower, range_.upper)[::sign]
        for reached in (first,) if range_.folds else (first, last):
            if reached == end or reached == (support.upper if sign == 1 else support.lower) or (
                    reached == Const("oo" if sign == 1 else "-oo")):
                continue
            if isinstance(end, Number) and isinstance(reached, Number):
                if sign * reached.value < sign * end.value:
                    return False
            elif found is None or free_names(reached) & bound or isinstance(reached, Const):
                return False
            else:
                needed.append(Relation("<=", end, reached) if sign == 1 else Relation("<=", reached, end))
    if found is not None:
        found |= dict.fromkeys(needed)
    return True
