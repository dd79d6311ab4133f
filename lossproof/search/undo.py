"""Looks for the one change of a refuted line that makes it right.

Untrusted: what it finds is a proposal, which the caller has proved by the kernel. Imports the ground floor, `slips`,
`scope`, the points of `counterexample`, and the kernel's evaluator. Every place of the line is tried with every slip
that may have happened there (`slips`). What a place ought to be worth at a point is worked out from the left line
where the way up to the root can be undone, so that most changes are judged by their own value alone; below sums and
the like the whole line is evaluated, and what did not change is remembered. What agrees at the first point is tried
at more. Work is counted in evaluations, so that the same step gets the same answer everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice

from flint import arb, ctx, fmpq

from lossproof.derivation import Step
from lossproof.kernel.concrete import Array, Value
from lossproof.kernel.enclosure import Evaluator
from lossproof.kernel.jets import Dual, OutOfBudget, Undecided, Undefined
from lossproof.kernel.points import Point
from lossproof.kernel.worlds import NOTHING, Local, World
from lossproof.search import counterexample
from lossproof.search.scope import Role, Scope, role_of
from lossproof.search.slips import Slip, slips, with_factor, with_term
from lossproof.term import (
    MINUS_ONE,
    ONE,
    Add,
    Call,
    Mul,
    Number,
    Pow,
    Relation,
    Symbol,
    Term,
    children,
    free_names,
    map_children,
    node_count,
)

PRECISION = 80
POINTS_DRAWN = 24
POINTS_USED = 6
LEAST_AGREEING = 2
OPERATIONS = 120_000
"""Evaluations of nodes at the first point; a tenth at each further one."""
MOST_SURVIVORS = 60
_REPEATED = 12
_ACCURATE = 24      # bits that a value must have to say something


class Sight(Evaluator):
    """The kernel's evaluator at a point; it remembers the values of nodes, which many lines share."""

    def __init__(self, step: Step, point: Point, operations: int) -> None:
        super().__init__(step.declarations, step.definitions, point, PRECISION, operations)
        self.step = step
        self.point = point
        self._memory: dict[tuple[object, ...], tuple[Term, Value | Undefined | Undecided]] = {}

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
                if not isinstance(a, Array) or not isinstance(b, Array) or a.shape != b.shape:
                    return False
                pairs = list(zip(a.flat(), b.flat(), strict=True))
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
            return self.holds(Relation(relation, left, right))
        return None


def _arb(value: fmpq | arb) -> arb:
    return value if isinstance(value, arb) else arb(value)


def _is_sharp(x: arb) -> bool:
    return bool(x.rel_accuracy_bits() >= _ACCURATE) or bool(x.rad() < arb(2) ** -_ACCURATE)


@dataclass(frozen=True, slots=True)
class Change:
    """A line that fits at the points tried, and the slip that it undoes."""

    line: Term
    slip: Slip


def changes(step: Step) -> Iterator[Change]:
    """Lines in the place of the right one, one slip away, that fit at points; the nearest first."""
    try:
        search = _Search(step)
        if search.sights:
            with ctx.workprec(PRECISION):
                # a line that repeats the left one says nothing, unless nothing else does
                found = sorted(search.found(), key=lambda c: c.slip.cost + _REPEATED * (c.line == step.left))
                for change in found[:MOST_SURVIVORS]:
                    if search.agrees(change.line):
                        yield change
    except OutOfBudget:
        return


Rebuild = Callable[[Term], Term]


class _Search:
    def __init__(self, step: Step) -> None:
        self.step = step
        self.scope = Scope(step, {})
        self.is_equation = step.relation == "=" and not isinstance(step.left, Relation)
        self.sights = self._sights()
        self.pools: dict[tuple[str, ...], list[Term]] = {}
        self.values: dict[tuple[str, ...], list[tuple[Term, arb]]] = {}

    def _sights(self) -> list[Sight]:
        """Evaluators at points where the left line has a value, the most telling one first."""
        ranked: list[tuple[tuple[int, ...], int, Sight]] = []
        for number, point in enumerate(counterexample.points(self.step, limit=POINTS_DRAWN)):
            sight = Sight(self.step, point, OPERATIONS if not ranked else OPERATIONS)
            with ctx.workprec(PRECISION):
                try:
                    fits = sight.fits(self.step.right)
                    known = fits is not None or not self.is_equation or self._is_known(sight)
                except OutOfBudget:
                    continue
            if not known:
                continue
            cells = [*point.values.values(), *(v for held in point.entries.values() for v in held.values())]
            telling = len({c for c in cells if c not in (0, 1, -1, 2)})
            size = max([int(point.values[d.name]) for d in self.step.declarations.values()
                        if d.kind == "size" and d.name in point.values], default=2)
            rank = (0 if fits is False else 1, 0 if size in (2, 3) else 1, -telling)
            ranked.append((rank, number, sight))
        ranked.sort(key=lambda item: item[:2])
        return [sight for _, _, sight in ranked[:POINTS_USED]]

    def _is_known(self, sight: Sight) -> bool:
        return sight.agree(self.step.left, self.step.left) is True

    def agrees(self, line: Term) -> bool:
        """Whether the line fits at all points that say something, at two or more (at one, if there is but one)."""
        agreed = 0
        for sight in self.sights:
            found = sight.fits(line)
            if found is False:
                return False
            agreed += found is True
        return agreed >= min(LEAST_AGREEING, len(self.sights))

    def found(self) -> Iterator[Change]:
        """Changes that fit at the first point."""
        try:
            sight = self.sights[0]
            target = sight.at(self.step.left) if self.is_equation else None
            yield from self._relation()
            yield from self._at(self.step.right, "value", None, self.scope, lambda term: term, target)
        except OutOfBudget:
            return

    def _relation(self) -> Iterator[Change]:
        return iter(())

    # the places of the line

    def _at(self, term: Term, role: Role, parent: Term | None, scope: Scope, rebuild: Rebuild,
            wanted: arb | None) -> Iterator[Change]:
        """Changes at the node and below it; `wanted` is the value that it ought to have, where that is known."""
        if role == "fixed":
            return
        for slip in slips(term, role, parent, scope):
            yield from self._tried(slip, rebuild, wanted)
        if role in ("value", "exponent") and not isinstance(term, Relation):
            for slip in self._additions(term, parent, scope, wanted):
                yield from self._tried(slip, rebuild, wanted)
        inner = scope.inside(term)
        parts = children(term)
        for position, child in enumerate(parts):
            child_role = role_of(term, position, role)
            within = inner if child_role in ("value", "condition") else scope
            needed = None if wanted is None or within is not scope else self._wanted(term, position, wanted)
            yield from self._at(child, child_role, term, within, into(term, position, rebuild), needed)

    def _tried(self, slip: Slip, rebuild: Rebuild, wanted: arb | None) -> Iterator[Change]:
        sight = self.sights[0]
        if wanted is not None:
            value = sight.at(slip.term)
            if value is None or not value.overlaps(wanted):
                return
            yield Change(rebuild(slip.term), slip)
        else:
            line = rebuild(slip.term)
            if sight.fits(line) is True:
                yield Change(line, slip)

    def _wanted(self, term: Term, position: int, wanted: arb) -> arb | None:
        """The value that a child must have for the node to have the one that is wanted."""
        sight = self.sights[0]
        found: arb | None = None
        match term:
            case Add(args):
                rest = [sight.at(a) for i, a in enumerate(args) if i != position]
                found = wanted
                for value in rest:
                    if value is None:
                        return None
                    found = found - value
            case Mul(args):
                found = wanted
                for i, factor in enumerate(args):
                    if i != position:
                        value = sight.at(factor)
                        if value is None or value.contains(0):
                            return None
                        found = found / value
            case Pow(base, Number(power)):
                if position == 1 or power == 0:
                    return None
                if power.denominator == 1 and power.numerator % 2:
                    size = abs(wanted) ** (arb(1) / arb(int(power))) if not wanted.contains(0) else None
                    found = None if size is None else size if wanted > 0 else -size
                elif wanted > 0:
                    here = sight.at(base)
                    found = wanted ** (arb(1) / arb(fmpq(power.numerator, power.denominator)))
                    if here is not None and here < 0:
                        found = -found
            case Call("exp", _, ()) if wanted > 0:
                found = wanted.log()
            case Call("log", _, ()):
                found = wanted.exp()
            case Call("sqrt", _, ()) if wanted > 0:
                found = wanted * wanted
            case Call("logistic", _, ()) if wanted > 0 and wanted < 1:
                found = (wanted / (1 - wanted)).log()
            case _:
                return None
        return found if found is not None and found.is_finite() and _is_sharp(found) else None

    # what may be missing at a place

    def _additions(self, term: Term, parent: Term | None, scope: Scope, wanted: arb | None) -> Iterator[Slip]:
        if isinstance(term, Number) and isinstance(parent, Pow):
            return
        if not isinstance(parent, Add):
            yield from self._missing_terms(term, scope, wanted)
        if not isinstance(parent, Mul) and not isinstance(term, Number):
            yield from self._missing_factors(term, scope, wanted)

    def _pool(self, scope: Scope) -> list[Term]:
        key = tuple(sorted(scope.bound))
        if key not in self.pools:
            self.pools[key] = scope.pool()
        return self.pools[key]

    def _valued(self, scope: Scope) -> list[tuple[Term, arb]]:
        key = tuple(sorted(scope.bound))
        if key not in self.values:
            found = [(t, self.sights[0].at(t)) for t in self._pool(scope)]
            self.values[key] = [(t, v) for t, v in found if v is not None and not v.contains(0)]
        return self.values[key]

    def _missing_terms(self, term: Term, scope: Scope, wanted: arb | None) -> Iterator[Slip]:
        if wanted is None:
            if not self.is_equation:
                return
            for missing in (ONE, MINUS_ONE, *(t for t in self._pool(scope) if node_count(t) <= 8)):
                cost = 17 + node_count(missing)
                for signed in (missing,) if isinstance(missing, Number) else (missing, _negated(missing)):
                    yield _term_missing(term, signed, cost)
            return
        here = self.sights[0].at(term)
        if here is None:
            return
        gap = wanted - here
        if gap.contains(0):
            return
        constant = rational(gap, 12)
        if constant is not None:
            yield _term_missing(term, Number(constant), 17)
        for candidate, value in self._valued(scope):
            factor = rational(gap / value, 6)
            if factor is not None:
                yield _term_missing(term, _scaled(candidate, factor), 17 + node_count(candidate))
        yield from (_term_missing(term, product, 24 + node_count(product))
                    for product in islice(self._products(gap, scope), 6))

    def _products(self, gap: arb, scope: Scope) -> Iterator[Term]:
        """Products of two small terms that fill the gap, perhaps with a number."""
        small = [(t, v) for t, v in self._valued(scope) if node_count(t) <= 6][:24]
        for i, (first, a) in enumerate(small):
            for second, b in small[i:]:
                if isinstance(first, Number) or isinstance(second, Number):
                    continue
                factor = rational(gap / (a * b), 2)
                if factor is not None:
                    whole = Pow(first, Number(Fraction(2))) if first == second else with_factor(first, second)
                    yield _scaled(whole, factor)
                factor = rational(gap / (a / b), 2)
                if factor is not None and first != second:
                    yield _scaled(with_factor(first, Pow(second, MINUS_ONE)), factor)

    def _missing_factors(self, term: Term, scope: Scope, wanted: arb | None) -> Iterator[Slip]:
        if wanted is None:
            for value in (2, Fraction(1, 2), 3, Fraction(1, 3), 4):
                yield _factor_missing(term, Number(Fraction(value)), 14)
            for candidate in self._pool(scope):
                if node_count(candidate) <= 8 and not isinstance(candidate, Mul):
                    yield _factor_missing(term, candidate, 16 + node_count(candidate))
                    if not isinstance(candidate, Pow):
                        yield _factor_missing(term, Pow(candidate, MINUS_ONE), 17 + node_count(candidate))
            return
        here = self.sights[0].at(term)
        if here is None or here.contains(0):
            return
        ratio = wanted / here
        constant = rational(ratio, 12)
        if constant is not None and constant not in (0, 1, -1):
            yield _factor_missing(term, Number(constant), 14 if constant > 0 else 19)
        for candidate, value in self._valued(scope):
            if isinstance(candidate, Mul) or candidate == MINUS_ONE:
                continue
            if ratio.overlaps(value):
                yield _factor_missing(term, candidate, 16 + node_count(candidate))
            elif (ratio * value).overlaps(arb(1)):
                yield _factor_missing(term, Pow(candidate, MINUS_ONE), 17 + node_count(candidate))
            elif (ratio / value).overlaps(value):
                yield _factor_missing(term, Pow(candidate, Number(Fraction(2))), 18 + node_count(candidate))
            elif ratio.overlaps(1 - value):
                missing = Add((ONE, _negated(candidate)))
                yield _factor_missing(term, missing, 19 + node_count(candidate))


def rational(value: arb, most: int) -> Fraction | None:
    """The fraction of a small denominator that the number seems to be; `most` bounds its numerator."""
    if not value.is_finite() or abs(value) > 2 * most:
        return None
    for denominator in (1, 2, 3, 4, 6):
        scaled = value * denominator
        found = scaled.unique_fmpz()
        if found is not None and scaled.rad() < arb(2) ** -_ACCURATE:
            return Fraction(int(found), denominator) if 0 < abs(int(found)) <= most else None
    return None


def into(term: Term, position: int, rebuild: Rebuild) -> Rebuild:
    """The line with another child at a position of `term`; all else stays the same object."""
    def rebuilt(new: Term) -> Term:
        seen = -1

        def change(old: Term) -> Term:
            nonlocal seen
            seen += 1
            return new if seen == position else old
        return rebuild(map_children(term, change))
    return rebuilt


def _term_missing(term: Term, missing: Term, cost: int) -> Slip:
    return Slip("missing-term", with_term(term, missing), cost, "the term {} is missing", (missing,))


def _factor_missing(term: Term, missing: Term, cost: int) -> Slip:
    if isinstance(missing, Number) and isinstance(term, Pow) and term.exponent == MINUS_ONE:
        cost += 1
    return Slip("missing-factor", with_factor(term, missing), cost, "the factor {} is missing", (missing,))


def _negated(term: Term) -> Term:
    return _scaled(term, Fraction(-1))


def _scaled(term: Term, factor: Fraction) -> Term:
    """The term times a number, as it is written: -1 stands apart from what follows, as in a difference."""
    if factor == 1:
        return term
    match term:
        case Number(value):
            return Number(value * factor)
        case _ if factor == -1:
            return Mul((MINUS_ONE, *term.args)) if isinstance(term, Mul) and not isinstance(term.args[0], Number) \
                else Mul((MINUS_ONE, term))
        case _ if factor < 0:
            return Mul((MINUS_ONE, _scaled(term, -factor)))
        case _:
            return with_factor(term, Number(factor))


def words(slip: Slip, show: Callable[[Term], str]) -> str:
    """The slip in one sentence."""
    return slip.words.format(*map(show, slip.about))


__all__ = ["Change", "changes", "free_names", "into", "words"]
