"""Which of the things that a document says a step rests on: few, near, and about what its two sides do not share.

Untrusted: it proposes hypotheses, and the kernel judges the step under them. Imports the ground floor and the kernel's
view of what a name reaches.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lossproof.derivation import Premise, Step
from lossproof.kernel.premises import reached
from lossproof.term import Relation, Term

__all__ = ["proposals", "without_one"]

_NEAR = (3, 10)
"""So many premises that are not cited are tried together."""


def proposals(step: Step, premises: Sequence[Premise]) -> Iterator[tuple[Premise, ...]]:
    """Sets of premises to try, smallest first. `premises` come nearest first."""
    usable = [premise for premise in premises if not _is_step(step, premise.term)]
    cited = tuple(premise for premise in usable if premise.cited)
    seen: set[tuple[Premise, ...]] = {()}
    for extra in (0, *_NEAR):
        found = (*cited, *_relevant(step, cited, [p for p in usable if not p.cited], extra))
        if found not in seen:
            seen.add(found)
            yield found


def without_one(premises: tuple[Premise, ...]) -> Iterator[tuple[Premise, ...]]:
    """The set less one premise, the least near first."""
    for leave in reversed(range(len(premises))):
        yield premises[:leave] + premises[leave + 1:]


def _is_step(step: Step, premise: Term) -> bool:
    """Whether a premise is what the step claims: a line does not follow from itself."""
    if not isinstance(premise, Relation):
        return False
    claimed = {(step.left, step.right), (step.right, step.left)}
    if isinstance(step.right, Relation):
        claimed |= {(step.right.left, step.right.right), (step.right.right, step.right.left)}
    return (premise.left, premise.right) in claimed


def _relevant(step: Step, taken: Sequence[Premise], premises: Sequence[Premise], most: int) -> list[Premise]:
    """The nearest premises about a name that the step, or a premise taken before, is about."""
    about = reached(step.left, step.definitions) | reached(step.right, step.definitions)
    for premise in taken:
        about |= reached(premise.term, step.definitions)
    about &= step.declarations.keys()
    found: list[Premise] = []
    for _ in range(2):      # a premise may bring in names that only an earlier one speaks of
        for premise in premises:
            if len(found) == most:
                return found
            names = reached(premise.term, step.definitions) & step.declarations.keys()
            if premise not in found and names & about:
                found.append(premise)
                about |= names
    return found
