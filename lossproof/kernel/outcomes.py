"""A step over finitely many outcomes, and the way back from its conditions to the written names.

Trusted. Imports the ground floor.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from lossproof.derivation import Step
from lossproof.term import (
    MINUS_ONE,
    ONE,
    Add,
    Bool,
    Call,
    Entry,
    Family,
    Fold,
    ForAll,
    Mul,
    Number,
    Pow,
    Range,
    Symbol,
    Term,
    free_names,
    map_children,
    mul,
)

_TWO = Number(Fraction(2))


@dataclass(frozen=True, slots=True)
class Outcomes:
    """A step as one over finitely many outcomes: what to prove, what to refute, and the names it brings along."""

    proving: Step
    refuting: Step
    size: str
    chance: str
    outcome: str
    names: frozenset[str]

    def written(self, term: Term) -> Term | None:
        """A condition over outcomes in the symbols of the written step; None where there is no such condition.

        A random name without an expectation around it stands for its values at one outcome, which is any. So what is
        about two outcomes at once, as that an independent copy of X is not X, is not said by it.
        """
        found = self._everywhere(term, self.outcome)
        return None if found is None or free_names(found) & {self.size, self.chance, self.outcome} else found

    def _everywhere(self, term: Term, at: str) -> Term | None:
        """A condition on the outcome `at`, or on all of a range, as one on the random names."""
        match term:
            case ForAll(body, Range(name, _, Symbol(self.size)), None):
                # one more outcome than the one before, if that is still spoken of
                inner = None if at in free_names(body) else self._everywhere(body, name)
                return None if inner is None or name in free_names(inner) else inner
            case ForAll(body, Range(name, lower, upper), condition):
                inner = None if name == at else self._everywhere(body, at)
                within = None if condition is None else self._written(condition, at)
                range_ = Range(name, self._written(lower, at), self._written(upper, at))
                return None if inner is None else ForAll(inner, range_, within)
            case Bool("and", args):
                parts = [self._everywhere(part, at) for part in args]
                found = [part for part in parts if part is not None]
                return Bool("and", tuple(found)) if len(found) == len(parts) else None
            case Bool("or", args) if len(over := [part for part in args if self._is_everywhere(part)]) == 1:
                # as the other conditions are about no outcome, it is at each outcome one of them
                if any(at in free_names(part) for part in args):
                    return None
                inner = self._everywhere(over[0], at)
                return None if inner is None else Bool("or", tuple(
                    inner if part is over[0] else self._written(part, at) for part in args))
            case _:
                return self._written(term, at)

    def _is_everywhere(self, term: Term) -> bool:
        return isinstance(term, ForAll) and term.range.upper == Symbol(self.size)

    def _written(self, term: Term, at: str) -> Term:
        """A term whose random names are at the outcome `at`, those in expectations at that of the expectation."""
        match term:
            case Fold("sum", body, Range(name, lower, Symbol(self.size)), None):
                factors = list(body.args) if isinstance(body, Mul) else [body]
                weight = Entry(self.chance, (Symbol(name),))
                if lower != ONE or weight not in factors or at in free_names(body):
                    return term
                factors.remove(weight)
                return _named(self._written(mul(*factors), name))
            case Entry(family, (Symbol(name), *rest)) if family in self.names and name == at:
                indices = tuple(self._written(index, at) for index in rest)
                return Entry(family, indices) if indices else Symbol(family)
            case Entry(family) if family in self.names:
                return Symbol(self.outcome)     # at another outcome, or at one by its number: of these nothing is said
            case Family(Entry(family, (Symbol(name), *rest)), ranges) if family in self.names and name == at and \
                    tuple(rest) == tuple(Symbol(range_.name) for range_ in ranges):
                return Symbol(family)
            case _:
                return map_children(term, lambda child: self._written(child, at))


def _named(body: Term) -> Term:
    """The expectation of a body; that of a squared deviation is a variance."""
    match body:
        case Pow(Add((inner, Mul((sign, Call("expectation", (mean,)))))), exponent) if (
                inner == mean and sign == MINUS_ONE and exponent == _TWO):
            return Call("variance", (inner,))
        case _:
            return Call("expectation", (body,))
