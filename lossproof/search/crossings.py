"""Points between which an equation turns from less to more: it is about something, though no solution can be written.

Not trusted: it shows that a claim between equations is not about nothing. Imports the kernel's points and
`counterexample`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from flint import arb

from lossproof.derivation import Step
from lossproof.kernel import pointwise
from lossproof.kernel.points import Point
from lossproof.search import counterexample
from lossproof.term import Relation, RelationName, Term

__all__ = ["crossing"]

_WAYS = 4           # so many are tried
_HALVINGS = 12
_NEARER = 64        # by so much the difference of the sides gets smaller on the way, unless it jumps
_ORDERS: tuple[RelationName, ...] = ("<", ">")


def crossing(step: Step, conditions: tuple[Term, ...], limit: int, patience: int, precision: int) -> list[Point]:
    """Two points near each other at which the sides of a step's first equation are in different orders.

    Both equations are defined at them, and the conditions hold; the difference of the sides gets small between them,
    and what the conditions ask not to be 0 does not. None where there are no such points, and for arrays.
    """
    if not all(isinstance(condition, Relation) and condition.op != "=" for condition in conditions):
        return []
    lines = [line for line in (step.left, step.right) if isinstance(line, Relation) and line.op == "="]
    if len(lines) < 2:
        return []
    first, second = (replace(step, left=line.left, right=line.right, relation="=", given=(*step.given, *conditions))
                     for line in lines)
    seen: dict[RelationName, list[tuple[Point, Fraction]]] = {order: [] for order in _ORDERS}
    ways = 0
    for point in counterexample.points(first, limit=limit, patience=patience):
        order, size = _order(first, second, point, precision)
        if order is None:
            continue
        seen[order].append((point, size))
        (opposite,) = set(_ORDERS) - {order}
        for other, far in seen[opposite]:
            if _between(first, point, other) is None:
                continue
            found = _nearer(first, second, {order: point, opposite: other}, max(size, far), precision)
            ways += 1
            if found and not any(_vanishes(first, condition, point, found, precision) for condition in conditions):
                return found
            if ways == _WAYS:
                return []
    return []


def _order(first: Step, second: Step, point: Point, precision: int) -> tuple[RelationName | None, Fraction]:
    """How the sides of the first equation are ordered at a point, and about how far they are from each other."""
    found, other = (pointwise.compare(one, point, precision) for one in (first, second))
    if found is None or other is None or found.position or other.position:
        return None, Fraction(0)
    for order in _ORDERS:
        if pointwise.holds_at(first, point, (Relation(order, first.left, first.right),)):
            return order, abs(_middle(found.left) - _middle(found.right))
    return None, Fraction(0)


def _middle(value: Fraction | arb | bool) -> Fraction:
    return value if isinstance(value, Fraction) else Fraction(float(value.mid())) if isinstance(value, arb) else \
        Fraction(value)


def _nearer(first: Step, second: Step, ends: dict[RelationName, Point], start: Fraction, precision: int) -> list[Point]:
    """Ends of a shorter way, where the difference of the sides is much smaller; none where it is not."""
    size = start
    for _ in range(_HALVINGS):
        middle = _between(first, *ends.values())
        if middle is None:
            return []
        order, size = _order(first, second, middle, precision)
        if order is None:
            return []
        ends[order] = middle
    return list(ends.values()) if size * _NEARER <= start else []


def _vanishes(step: Step, condition: Term, start: Point, ends: list[Point], precision: int) -> bool:
    """Whether the sides of a condition, which are apart at the start of the way, are about equal at its end."""
    assert isinstance(condition, Relation)
    asked = replace(step, left=condition.left, right=condition.right, relation="=")
    apart: list[Fraction] = []
    for point in (start, *ends):
        found = pointwise.compare(asked, point, precision)
        if found is None:
            return True
        apart.append(abs(_middle(found.left) - _middle(found.right)))
    return min(apart[1:]) * _NEARER <= apart[0]


def _between(step: Step, one: Point, other: Point) -> Point | None:
    """The point half-way; None where the two differ in more than real numbers."""
    if (one.functions, one.constants, one.entries.keys()) != (
            other.functions, other.constants, other.entries.keys()):
        return None
    values = _halves(step, one.values, other.values)
    entries: dict[str, Mapping[tuple[int, ...], Fraction]] = {}
    for family, cells in one.entries.items():
        there = other.entries[family]
        if cells.keys() != there.keys() or (cells != there and step.declarations[family].domain.integer):
            return None
        entries[family] = {cell: (value + there[cell]) / 2 for cell, value in cells.items()}
    return None if values is None else replace(one, values=values, entries=entries)


def _halves(step: Step, one: Mapping[str, Fraction], other: Mapping[str, Fraction]) -> dict[str, Fraction] | None:
    if one.keys() != other.keys():
        return None
    made: dict[str, Fraction] = {}
    for name, value in one.items():
        declared = step.declarations.get(name)
        if value != other[name] and (declared is None or declared.kind != "scalar" or declared.domain.integer):
            return None
        made[name] = (value + other[name]) / 2
    return made
