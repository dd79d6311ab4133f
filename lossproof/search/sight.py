"""Values at a point for many lines that differ in one place: the kernel's evaluator with a memory, and a budget.

Untrusted: what it finds chooses proposals and decides nothing. Imports the ground floor and the kernel's evaluator.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from flint import arb, fmpq

from lossproof.derivation import Step
from lossproof.kernel.concrete import Array, Value, array
from lossproof.kernel.enclosure import Evaluator
from lossproof.kernel.jets import Dual, OutOfBudget, Undecided, Undefined, only_integer
from lossproof.kernel.points import Point
from lossproof.kernel.worlds import NOTHING, Local, World
from lossproof.term import Number, Relation, Symbol, Term

PRECISION = 80
_ACCURATE = 24      # bits that a value must have to say something


@dataclass(slots=True)
class Budget:
    """Evaluations that are left, for all points together."""

    left: int


class Sight(Evaluator):
    """The kernel's evaluator at a point; it remembers the values of nodes, which many lines share."""

    def __init__(self, step: Step, point: Point, budget: Budget) -> None:
        super().__init__(step.declarations, step.definitions, point, PRECISION)
        self.step = step
        self.point = point
        self._budget = budget
        self._memory: dict[tuple[object, ...], tuple[Term, Value | Undefined | Undecided]] = {}

    def _charge(self, work: int = 1) -> None:
        self._budget.left -= work
        if self._budget.left < 0:
            raise OutOfBudget

    def _value(self, term: Term, local: Local, world: World) -> Value:
        if world is not self._root or isinstance(term, Number | Symbol):
            return super()._value(term, local, world)
        key: tuple[object, ...] = (id(term),)
        if local:
            if not all(isinstance(v, int) for v in local.values()):
                return super()._value(term, local, world)
            key = (id(term), *local.items())
        known = self._memory.get(key)
        if known is None:
            found: Value | Undefined | Undecided
            try:
                found = super()._value(term, local, world)
            except (Undefined, Undecided) as reason:
                found = reason
            except (ValueError, TypeError, IndexError, AssertionError) as reason:
                # a change may make a term without meaning, which no reader would let through
                found = Undecided(f"no meaning: {reason}")
            self._memory[key] = known = (term, found)     # the term is kept, so that its id is not used again
        if isinstance(known[1], Undefined | Undecided):
            raise known[1]
        return known[1]

    def at(self, term: Term) -> arb | None:
        """The number that the term is here; None where it is none, or not known well."""
        try:
            found = self._value(term, NOTHING, self._root)
        except (Undefined, Undecided):
            return None
        if isinstance(found, Array | Dual):
            return None
        return _arb(found)

    def agree(self, left: Term, right: Term) -> bool | None:
        """Whether two numbers or arrays have the same value here; None where one has none."""
        try:
            a, b = (self._value(t, NOTHING, self._root) for t in (left, right))
            if isinstance(a, Array) or isinstance(b, Array):
                first, second = array(a), array(b)
                if _wide(first) != _wide(second):
                    return False
                pairs = list(zip(first.flat(), second.flat(), strict=True))
            else:
                pairs = [(a, b)]
        except (Undefined, Undecided):
            return None
        for x, y in pairs:
            if isinstance(x, Dual) or isinstance(y, Dual):
                return None
            if not _arb(x).overlaps(_arb(y)):
                return False
        return True

    def fits(self, right: Term) -> bool | None:
        """Whether the step would hold here with this line; None where that cannot be told."""
        relation, left = self.step.relation, self.step.left
        if relation == "=" and not isinstance(left, Relation):
            return self.agree(left, right)
        if isinstance(left, Relation):
            a, b = self.holds(left), self.holds(right)
            if a is None or b is None:
                return None
            return not (a and not b) if relation == "=>" else a == b
        if relation in ("<", "<=", ">", ">="):
            if self.at(left) is None or self.at(right) is None:
                return None     # a relation does not hold where a side is undefined, and nothing follows
            return self.holds(Relation(relation, left, right))
        return None


def _wide(found: Array) -> tuple[int, ...]:
    """The shape without sizes of 1: a row is compared with a column, a number with an array of one entry."""
    return tuple(n for n in found.shape if n != 1)


def _arb(value: fmpq | arb) -> arb:
    return value if isinstance(value, arb) else arb(value)


def is_sharp(x: arb) -> bool:
    """Whether a value is known well enough to compare others with it."""
    return bool(x.rel_accuracy_bits() >= _ACCURATE) or bool(x.rad() < arb(2) ** -_ACCURATE)


def rational(value: arb, most: int) -> Fraction | None:
    """The fraction of a small denominator that the number seems to be; `most` bounds its numerator."""
    if not abs(value) < 2 * most:
        return None     # also where it is hardly known: the integers in a wide enclosure are too many to look at
    for denominator in (1, 2, 3, 4, 5, 6, 8, 10):
        scaled = value * denominator
        found = only_integer(scaled)
        if found is not None and scaled.rad() < arb(2) ** -_ACCURATE:
            return Fraction(int(found), denominator) if 0 < abs(int(found)) <= most else None
    return None
