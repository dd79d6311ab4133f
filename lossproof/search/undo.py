"""Looks for the one change of a refuted line that makes it right.

Untrusted: what it finds is a proposal, which the caller has proved by the kernel. Imports the ground floor, `slips`,
`scope`, the points of `counterexample`, and the kernel's evaluator. Every place of the line is tried with every slip
that may have happened there (`slips`). What a place ought to be worth at a point is worked out from the left line
where the way up to the root can be undone, so that most changes are judged by their own value alone; below sums and
the like the whole line is evaluated, and what did not change is remembered. What agrees at the first point is tried
at more. Work is counted in evaluations, so that the same step gets the same answer everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
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
from lossproof.search.slips import Slip, around, product, slips, with_factor, with_term
from lossproof.term import (
    MINUS_ONE,
    ONE,
    Add,
    Call,
    Derivative,
    Entry,
    Mul,
    Number,
    Pow,
    Relation,
    Symbol,
    Term,
    children,
    map_children,
    node_count,
)

PRECISION = 80
POINTS_DRAWN = 24
POINTS_USED = 10
LEAST_AGREEING = 2
OPERATIONS_TO_BEGIN = 30_000
OPERATIONS = 80_000
OPERATIONS_TO_AGREE = 30_000
"""Evaluations of nodes: of the line as it stands at all points; of changes at the first; of those that fit there at
the others. The last two are granted twice, without and with what may be missing."""
MOST_SURVIVORS = 60
COST_OF_FIRST = 15
"""What is no dearer than this is proposed before it is asked what may be missing."""
_REPEATED = 12
_UNWRITTEN = 3
_NAMES = 12      # so many names are tried in differences
_LOOSE = {"sign": 6, "number": 2}
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


def changes(step: Step, written: Term) -> Iterator[Change]:
    """Lines in the place of the right one, one slip away, that fit at points; the nearest first.

    `step` is free of the limits that the kernel can take, `written` is the left line as it was written.
    """
    search = _Search(step)
    seen: set[Term] = set()
    for more in (False, True) if search.sights else ():
        with ctx.workprec(PRECISION):
            found = sorted(search.found(more), key=lambda change: search.cost(change, written))
            fitting = search.fitting(found[:MOST_SURVIVORS])
        for change in fitting:
            if change.line not in seen and (more or search.cost(change, written) <= COST_OF_FIRST):
                seen.add(change.line)
                yield change


Rebuild = Callable[[Term], Term]


class _Search:
    def __init__(self, step: Step) -> None:
        self.step = step
        self.scope = Scope(step, {})
        self.is_equation = step.relation == "=" and not isinstance(step.left, Relation)
        self.budget = Budget(OPERATIONS_TO_BEGIN)
        self.sights = self._sights()
        self.pools: dict[tuple[str, ...], list[Term]] = {}
        self.values: dict[tuple[str, ...], list[tuple[Term, arb, int]]] = {}

    def _sights(self) -> list[Sight]:
        """Evaluators at points where the left line has a value, the most telling one first."""
        ranked: list[tuple[tuple[int, ...], int, Sight]] = []
        for number, point in enumerate(counterexample.points(self.step, limit=POINTS_DRAWN)):
            sight = Sight(self.step, point, self.budget)
            with ctx.workprec(PRECISION):
                try:
                    fits = sight.fits(self.step.right)
                    known = fits is not None or not self.is_equation or self._is_known(sight)
                except OutOfBudget:
                    break
            if not known:
                continue
            cells = [*point.values.values(), *(v for held in point.entries.values() for v in held.values())]
            telling = len({c for c in cells if c not in (0, 1, -1, 2)})
            size = max([int(point.values[d.name]) for d in self.step.declarations.values()
                        if d.kind == "size" and d.name in point.values], default=2)
            rank = (0 if fits is False else 1, 0 if size in (2, 3) else 1, -telling)
            ranked.append((rank, number, sight))
        ranked.sort(key=lambda item: item[:2])
        failing = [sight for rank, _, sight in ranked if rank[0] == 0]
        # points at which the line as it stands is right tell a mended one from others, too
        fitting = [sight for rank, _, sight in ranked if rank[0] == 1][:POINTS_USED // 2]
        return [*failing[:POINTS_USED - len(fitting)], *fitting]

    def _is_known(self, sight: Sight) -> bool:
        return sight.agree(self.step.left, self.step.left) is True

    def cost(self, change: Change, written: Term) -> int:
        """How near a change is. To repeat the left line says nothing, unless nothing else does; nearly any sign mends
        an inequality."""
        turned = change.slip.kind in ("sign", "order", "index")
        repeats = (change.line == written and not turned) or written in change.slip.about
        loose = 0 if self.is_equation else _LOOSE.get(change.slip.kind, 0)
        return change.slip.cost + _REPEATED * repeats + loose

    def fitting(self, changes: Sequence[Change]) -> list[Change]:
        """Those that fit at the other points, too."""
        self.budget.left = OPERATIONS_TO_AGREE
        found: list[Change] = []
        try:
            found.extend(change for change in changes if self.agrees(change.line))
        except OutOfBudget:
            pass                # what was found so far is enough to go on with
        return found

    def agrees(self, line: Term) -> bool:
        """Whether the line fits at all points that say something, at two or more (at one, if there is but one)."""
        agreed = 0
        for sight in self.sights:
            found = sight.fits(line)
            if found is False:
                return False
            agreed += found is True
        return agreed >= min(LEAST_AGREEING, len(self.sights))

    def found(self, more: bool) -> Iterator[Change]:
        """Changes that fit at the first point: what is there changed, and with `more` also what is missing added."""
        self.budget.left = OPERATIONS
        try:
            sight = self.sights[0]
            target = sight.at(self.step.left) if self.is_equation else None
            yield from self._at(self.step.right, "value", None, self.scope, lambda term: term, target, more)
        except OutOfBudget:
            return

    # the places of the line

    def _at(self, term: Term, role: Role, parent: Term | None, scope: Scope, rebuild: Rebuild,
            wanted: arb | None, more: bool, depth: int = 0) -> Iterator[Change]:
        """Changes at the node and below it; `wanted` is the value that it ought to have, where that is known."""
        if role == "fixed":
            return
        for slip in slips(term, role, parent, scope):
            yield from self._tried(slip, rebuild, wanted)
        if more and role in ("value", "exponent") and not isinstance(term, Relation):
            for slip in around(term, role, parent, scope):
                yield from self._tried(slip, rebuild, wanted)
            for slip in self._additions(term, parent, scope, wanted):
                yield from self._tried(replace(slip, cost=slip.cost + depth), rebuild, wanted)
        inner = scope.inside(term)
        parts = children(term)
        for position, child in enumerate(parts):
            child_role = role_of(term, position, role)
            within = inner if child_role in ("value", "condition") else scope
            needed = None if wanted is None or within is not scope else self._wanted(term, position, wanted)
            yield from self._at(child, child_role, term, within, into(term, position, rebuild), needed, more,
                                depth + 1)

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
            case Pow(_, Number(power)):
                if position == 1 or power == 0:
                    return None
                if power.denominator == 1 and power.numerator % 2:
                    size = abs(wanted) ** (arb(1) / arb(int(power))) if not wanted.contains(0) else None
                    found = None if size is None else size if wanted > 0 else -size
                elif power.denominator != 1 and wanted > 0:
                    found = wanted ** (arb(1) / arb(fmpq(power.numerator, power.denominator)))
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
        if isinstance(term, Number):
            if isinstance(parent, Pow) or (isinstance(parent, Mul) and wanted is None):
                return
            found = None if wanted is None else rational(wanted, 144) if not wanted.contains(0) else Fraction(0)
            if found is not None and found != term.value:
                if found == -term.value:
                    yield Slip("sign", Number(found), 10, "the sign of {} is wrong", (term,))
                elif not (isinstance(parent, Mul | Add) and found in (0, 1, -1)):
                    yield Slip("number", Number(found), 16, "the number {} should be {}", (term, Number(found)))
        if not isinstance(parent, Add) and not (isinstance(term, Number) and isinstance(parent, Mul)):
            yield from self._missing_terms(term, scope, wanted)
        if not isinstance(parent, Mul):
            yield from self._missing_factors(term, scope, wanted)
        if wanted is not None and not isinstance(parent, Pow) and not isinstance(term, Number | Mul):
            yield from self._missing_exponents(term, scope, wanted)

    def _missing_exponents(self, term: Term, scope: Scope, wanted: arb) -> Iterator[Slip]:
        """Powers of the node with an exponent that the step writes."""
        here = self.sights[0].at(term)
        if here is None or not (here > 0 and wanted > 0) or (here - 1).contains(0):
            return
        exponent = wanted.log() / here.log()
        for candidate, value, cost in self._valued(scope):
            if exponent.overlaps(value):
                yield Slip("exponent", Pow(term, candidate), 16 + cost, "{} should have the exponent {}",
                           (term, candidate))
            elif exponent.overlaps(-value):
                yield Slip("exponent", Pow(term, _negated(candidate)), 17 + cost, "{} should have the exponent {}",
                           (term, _negated(candidate)))

    def _pool(self, scope: Scope) -> list[Term]:
        key = tuple(sorted(scope.bound))
        if key not in self.pools:
            self.pools[key] = scope.pool()
        return self.pools[key]

    def _valued(self, scope: Scope) -> list[tuple[Term, arb, int]]:
        """Terms that may be missing, with their values at the first point and what they cost."""
        key = tuple(sorted(scope.bound))
        if key not in self.values:
            pool = self._pool(scope)
            offered = [(t, node_count(t)) for t in pool]
            offered += [(t, _UNWRITTEN + node_count(t)) for t in scope.relatives(pool)]
            found = [(t, self.sights[0].at(t), cost) for t, cost in offered]
            self.values[key] = [(t, v, cost) for t, v, cost in found if v is not None and not v.contains(0)]
        return self.values[key]

    def _missing_terms(self, term: Term, scope: Scope, wanted: arb | None) -> Iterator[Slip]:
        if wanted is None:
            if not self.is_equation:
                return
            offered = [t for t in self._pool(scope) if node_count(t) <= 8]
            if scope.has_arrays:
                offered += [t for t in scope.relatives(offered) if isinstance(t, Call) and t.function == "matmul"]
            factors = (1, -1, 2, -2) if scope.has_arrays else (1, -1)
            for missing in (ONE, MINUS_ONE, *offered):
                for factor in (1,) if isinstance(missing, Number) else factors:
                    yield _term_missing(term, _scaled(missing, Fraction(factor)), 17 + node_count(missing))
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
        for candidate, value, cost in self._valued(scope):
            factor = rational(gap / value, 6)
            if factor is not None:
                yield _term_missing(term, _scaled(candidate, factor), 17 + cost)
                continue
            factor = None if isinstance(candidate, Mul | Pow) else rational(gap * value, 6)
            if factor is not None:
                yield _term_missing(term, _scaled(product(Pow(candidate, MINUS_ONE)), factor), 19 + cost)
        yield from (_term_missing(term, product, 24 + node_count(product))
                    for product in islice(self._products(gap, scope), 6))

    def _products(self, gap: arb, scope: Scope) -> Iterator[Term]:
        """Products of two small terms that fill the gap, perhaps with a number."""
        small = [(t, v) for t, v, cost in self._valued(scope) if cost <= 7 and not isinstance(t, Derivative)][:32]
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
            for value in (2, Fraction(1, 2), 3, Fraction(1, 3), 4) if not isinstance(term, Number) else ():
                yield _factor_missing(term, Number(Fraction(value)), 13 + _size(Fraction(value)))
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
        if constant is not None and constant not in (0, 1, -1) and not isinstance(term, Number):
            yield _factor_missing(term, Number(constant), 13 + _size(constant) + 5 * (constant < 0))
        for candidate, value, cost in self._valued(scope):
            if isinstance(candidate, Mul):
                continue
            if ratio.overlaps(value):
                yield _factor_missing(term, candidate, 16 + cost)
            elif (ratio * value).overlaps(arb(1)):
                yield _factor_missing(term, Pow(candidate, MINUS_ONE), 17 + cost)
            elif (ratio / value).overlaps(value):
                yield _factor_missing(term, Pow(candidate, Number(Fraction(2))), 18 + cost)
            elif ratio.overlaps(1 - value):
                yield _factor_missing(term, Add((ONE, _negated(candidate))), 19 + cost)
        names = [(t, v) for t, v, _ in self._valued(scope) if isinstance(t, Symbol | Entry)][:_NAMES]
        for first, a in names:
            for second, b in names:
                if ratio.overlaps(a - b):
                    yield _factor_missing(term, Add((first, _negated(second))), 22)


def rational(value: arb, most: int) -> Fraction | None:
    """The fraction of a small denominator that the number seems to be; `most` bounds its numerator."""
    if not value.is_finite() or abs(value) > 2 * most:
        return None
    for denominator in (1, 2, 3, 4, 5, 6, 8, 10):
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
    if isinstance(missing, Number) and isinstance(term, Mul) and isinstance(term.args[0], Number):
        cost += 4 if abs(term.args[0].value) != 1 else 0      # then that number is wrong
    return Slip("missing-factor", with_factor(term, missing), cost, "the factor {} is missing", (missing,))


def _size(value: Fraction) -> int:
    """1 for 2 and 1/2, 2 for 3 and 1/3, 3 for what is less usual."""
    return min(abs(value.numerator) * value.denominator, 4) - 1


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


__all__ = ["Change", "changes", "into", "words"]
