"""Whether a document means by parameters what is usually meant: the first of its formulas that can tell says so.

Untrusted as to truth: it only says whose meaning is taken. Two sides are compared at a few points by enclosures.
Imports the ground floor, the kernel's values at a point, and `names`.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from lossproof.derivation import UNSPECIFIED, Definition, Step
from lossproof.kernel.points import Point
from lossproof.kernel.pointwise import compare, is_costly
from lossproof.read.document.names import Names
from lossproof.term import Limit, Term, node_count, walk

__all__ = ["disagreeing"]

_MOST_NODES = 500
_TRIES = 40
_ENOUGH = 3         # points at which both sides have a value
_STEPS = (Fraction(1, 2), Fraction(4, 3), Fraction(5, 2), Fraction(7, 3), Fraction(1, 3), Fraction(7, 4), Fraction(2))


def disagreeing(names: Names) -> set[str]:
    """The variables of which a document says what is not usual, where it first says what can be compared."""
    found: dict[str, bool] = {}
    for of, left, right in names.restated:
        if of not in found:
            agrees = _agree(names, left, right)
            if agrees is not None:
                found[of] = agrees
    return {of for of, agrees in found.items() if not agrees}


def _agree(names: Names, left: Term, right: Term) -> bool | None:
    """Whether two terms have one value at a few points; None where they cannot be computed, or say nothing."""
    (left, right), given = names.supports.lines((left, right), names.rests_on)
    left, right = names.unfold(left), names.unfold(right)
    given = tuple(names.unfold(term) for term in given)
    if left == right:
        return True
    reached = set().union(*(names.rests_on(term) for term in (left, right, *given)))
    definitions: dict[str, Definition] = {
        name: names.definitions[name] for name in reached & names.definitions.keys()}
    free = sorted(reached - definitions.keys())
    if any(name not in names.declarations or names.declarations[name].kind not in ("scalar", "integer", "size", "index")
           or UNSPECIFIED in names.declarations[name].assumptions for name in free):
        return None
    declarations = {name: names.declarations[name] for name in free}
    bodies = {name: names.unfold(definition.body) for name, definition in definitions.items()}
    step = Step(left, right, "=", given, declarations, {
        name: Definition(name, bodies[name], definition.ranges) for name, definition in definitions.items()})
    terms = (left, right, *bodies.values())
    if is_costly(step) or sum(map(node_count, terms)) > _MOST_NODES or any(
            isinstance(part, Limit) for term in terms for part in walk(term)):
        return None
    agreed = 0
    for point in _points(free, names):
        outcome = compare(step, point)
        if outcome is not None:
            if not outcome.holds:
                return False
            agreed += 1
            if agreed == _ENOUGH:
                return True
    return None


def _points(free: list[str], names: Names) -> Iterator[Point]:
    for start in range(_TRIES):
        values = {}
        for place, name in enumerate(free):
            step = _STEPS[(start * (place + 1) + place) % len(_STEPS)]
            whole = names.declarations[name].kind != "scalar"
            values[name] = Fraction(1 + (start + place) % 4) if whole else step
        yield Point(values)

