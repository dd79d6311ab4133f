"""The variance of a sum of uncorrelated quantities: Var(c sum_i a_i X_i) = c^2 sum_i a_i^2 Var(X_i).

Trusted. Imports the ground floor, `complex_steps`, `components` and `random_names`. Source: Ross, A First Course in
Probability, 7.4, for which it is enough that Cov(X_i, X_j) = 0 for all i != j. What says so is a hypothesis of just
that form about a declared family. It is about the distribution at hand: nothing is rewritten where a name varies around
the variance.
"""

from __future__ import annotations

from dataclasses import replace

from lossproof.derivation import RANDOM, Step
from lossproof.kernel.complex_steps import is_complex
from lossproof.kernel.components import Components
from lossproof.kernel.random_names import reached
from lossproof.term import (
    EXPECTATIONS,
    ONE,
    Add,
    Call,
    Derivative,
    Entry,
    Fold,
    ForAll,
    Limit,
    Mul,
    Number,
    Partial,
    Pow,
    Range,
    Relation,
    Subst,
    Symbol,
    Term,
    binders,
    free_names,
    map_children,
    mul,
    number,
    walk,
)

__all__ = ["with_variances_apart"]

_TWO = number(2)


def with_variances_apart(step: Step) -> Step | None:
    """The step with the variances of sums of uncorrelated quantities as sums, without the hypotheses that say so.

    It follows from these that the step holds if the one that is returned holds. None where there is no such sum.
    """
    known = {family: term for term in step.given if (family := _uncorrelated(step, term)) is not None}
    if not known:
        return None
    apart = _Apart(step, frozenset(known))
    left, right = (apart.written(line, frozenset()) for line in (step.left, step.right))
    if (left, right) == (step.left, step.right):
        return None
    return replace(step, left=left, right=right, given=tuple(t for t in step.given if t not in known.values()))


def _uncorrelated(step: Step, term: Term) -> str | None:
    """The family that a hypothesis says to have uncorrelated entries, all of them."""
    match term:
        case ForAll(ForAll(Relation("=", Call("covariance", (Entry(family, (Symbol(i),)), Entry(other, (Symbol(j),)))),
                                    Number(value)),
                           Range(inner, low, high), Relation("!=", Symbol(one), Symbol(two))),
                    Range(outer, lower, upper), None):
            declared = step.declarations.get(family)
            if family == other and value == 0 and {i, j} == {inner, outer} == {one, two} and len({i, j}) == 2 \
                    and low == lower == ONE and high == upper and declared is not None and declared.shape == (upper,) \
                    and RANDOM in declared.assumptions and not free_names(upper) & {i, j} and family not in {i, j}:
                return family
    return None


class _Apart:
    """Writes the variances of sums of some families apart."""

    def __init__(self, step: Step, families: frozenset[str]) -> None:
        self.step = step
        self.families = families
        self.arrays = Components(step.declarations, step.definitions)
        self.random = {name for name, declared in step.declarations.items() if RANDOM in declared.assumptions}

    def written(self, term: Term, bound: frozenset[str]) -> Term:
        match term:
            case Call("variance", (inner,)):
                found = None if is_complex(replace(self.step, left=inner, right=inner, given=())) \
                    else self._variance(inner, bound)
                return term if found is None else found
            case Call(function) if function in EXPECTATIONS:
                return term
            case Fold() | ForAll():
                within = bound | set(binders(term))
                return map_children(term, lambda child: self.written(child, within))
            case Derivative() | Limit() | Subst() | Partial():
                return term
            case _ if binders(term):
                return term
            case _:
                return map_children(term, lambda child: self.written(child, bound))

    def _variance(self, term: Term, bound: frozenset[str]) -> Term | None:
        """The variance of what is a constant plus a multiple of one sum; None of anything else."""
        written = self._unfolded(term, bound)
        if written is None:
            return None
        match written:
            case Add(terms):
                moving = [one for one in terms if not self._is_fixed(one)]
                return self._variance(moving[0], bound) if len(moving) == 1 else None
            case Mul(factors):
                moving = [one for one in factors if not self._is_fixed(one)]
                inner = self._variance(moving[0], bound) if len(moving) == 1 else None
                fixed = [one for one in factors if self._is_fixed(one)]
                return None if inner is None else mul(*(Pow(one, _TWO) for one in fixed), inner)
            case Fold("sum", body, Range(index) as range_, None):
                factors = body.args if isinstance(body, Mul) else (body,)
                moving = [one for one in factors if not self._is_fixed(one)]
                match moving:
                    case [Entry(family, (Symbol(at),)) as entry] if at == index and family in self.families:
                        size = self.step.declarations[family].shape
                        if size is None or family in bound | {index} or (
                                reached(size, self.step.definitions) & (bound | {index})):
                            return None
                        fixed = [one for one in factors if one is not entry]
                        variance = Call("variance", (entry,))
                        return Fold("sum", mul(*(Pow(one, _TWO) for one in fixed), variance), range_)
        return None

    def _unfolded(self, term: Term, bound: frozenset[str]) -> Term | None:
        """A quantity that is not a family as what it is defined as; None where names in that are bound around it."""
        seen: set[str] = set()
        while isinstance(term, Symbol) and (definition := self.step.definitions.get(term.name)) is not None:
            if definition.ranges or definition.of is not None or term.name in seen | bound or (
                    reached((definition.body,), self.step.definitions) & bound):
                return None
            seen.add(term.name)
            term = definition.body
        return term

    def _is_fixed(self, term: Term) -> bool:
        """Whether a term is a number, and nothing random and no expectation is in it or in what it rests on."""
        definitions = self.step.definitions
        if self.arrays.shape(term):
            return False
        names = reached((term,), definitions)
        bodies = (term, *(definitions[name].body for name in names if name in definitions))
        return not names & self.random and not any(
            isinstance(part, Call) and part.function in EXPECTATIONS for body in bodies for part in walk(body)) and all(
            definitions[name].of is None for name in names if name in definitions)
