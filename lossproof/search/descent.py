"""Downhill from a point to one where an inequality fails, if only just.

Untrusted: floats choose where to look, and the judge checks what is found. Imports the ground floor, `draft`,
`kernel`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from lossproof.derivation import Step
from lossproof.kernel.jets import OutOfBudget, Undecided, Undefined
from lossproof.kernel.points import Point
from lossproof.search.draft import Cell, Draft
from lossproof.term import Term, subtract

_LENGTHS = tuple(Fraction(1, 4**k) for k in range(6))
_MOST_CELLS = 6
_MOST_MOVES = 6


def descents(step: Step, starts: Sequence[Point]) -> Iterator[Point]:
    """Points to which single names can be moved from the starts so that the lines' difference goes the wrong way."""
    if step.relation not in ("<=", "<", ">=", ">"):
        return
    smaller, larger = (step.left, step.right) if step.relation[0] == "<" else (step.right, step.left)
    margin = subtract(larger, smaller)
    for start in starts:
        draft = Draft.of(step, start)
        found = _value(draft, margin)
        if found is None:
            continue
        lowest = _lowest(draft, margin, found)
        if lowest < found:
            yield draft.point()


def _lowest(draft: Draft, margin: Term, here: float) -> float:
    """Move the draft to where the margin is least along its cells, one after another, in shrinking steps."""
    cells = [c for c in draft.cells() if _moves(draft, c)][:_MOST_CELLS]
    for length in _LENGTHS:
        for cell in cells:
            for direction in (length, -length):
                for _ in range(_MOST_MOVES):
                    before = draft.get(cell)
                    value = before + direction
                    draft.set(cell, value)
                    margin_there = _value(draft, margin) if draft.allowed(cell, value) and draft.valid() else None
                    if margin_there is None or margin_there >= here:
                        draft.set(cell, before)
                        break
                    here = margin_there
    return here


def _moves(draft: Draft, cell: Cell) -> bool:
    declaration = draft.step.declarations.get(cell[0])
    return declaration is not None and declaration.kind in ("scalar", "family") and not declaration.domain.integer and (
        declaration.domain.values is None)


def _value(draft: Draft, term: Term) -> float | None:
    """The value of a term near enough to choose by; None where there is none."""
    try:
        found = draft.evaluator().number(term)
    except (Undefined, Undecided, OutOfBudget):
        return None
    try:
        return float(found) if isinstance(found, Fraction) else float(found.mid())
    except OverflowError:
        return None
