"""Looks for the one change of a refuted line that makes it right.

Untrusted: what it finds is a proposal, which the caller has proved by the kernel. Imports the ground floor, `slips`,
`missing`, `scope`, `sight` and the points of `counterexample`. Every place of the line is tried with every slip
that may have happened there (`slips`). What a place ought to be worth at a point is worked out from the left line
where the way up to the root can be undone, so that most changes are judged by their own value alone; below sums and
the like the whole line is evaluated, and what did not change is remembered. What agrees at the first point is tried
at more. Work is counted in evaluations, so that the same step gets the same answer everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import zip_longest

from flint import arb, ctx, fmpq

from lossproof.derivation import Step
from lossproof.kernel.jets import OutOfBudget
from lossproof.search import counterexample
from lossproof.search.missing import Missing
from lossproof.search.scope import Role, Scope, role_of
from lossproof.search.sight import PRECISION, Budget, Sight, is_sharp
from lossproof.search.slips import Slip, around, slips
from lossproof.term import (
    Add,
    Call,
    Mul,
    Number,
    Pow,
    Relation,
    Term,
    children,
    map_children,
)

POINTS_DRAWN = 24
POINTS_USED = 10
LEAST_AGREEING = 2
OPERATIONS_TO_BEGIN = 30_000
OPERATIONS = 50_000
OPERATIONS_TO_AGREE = 30_000
"""Evaluations of nodes: of the line as it stands at all points; of changes at the first; of those that fit there at
the others. The last two are granted twice, for changes of what is there and for what may be missing."""
MOST_SURVIVORS = 60
COST_OF_FIRST = 15
"""What is no dearer than this is proposed before it is asked what may be missing."""
_REPEATED = 12
_LOOSE = {"sign": 6, "number": 2}


@dataclass(frozen=True, slots=True)
class Change:
    """A line that fits at the points tried, the slip that it undoes, and how far it is from the line as it stands."""

    line: Term
    slip: Slip
    cost: int = 0


def changes(step: Step, written: Term) -> Iterator[Change]:
    """Lines in the place of the right one, one slip away, that fit at points; the nearest first.

    `step` is free of the limits that the kernel can take, `written` is the left line as it was written.
    """
    search = _Search(step)
    if not search.sights:
        return
    seen: set[Term] = set()
    later: list[Change] = []
    for more in (False, True):
        with ctx.workprec(PRECISION):
            found = [replace(change, cost=search.cost(change, written)) for change in search.found(more)]
            now = found if more else [change for change in found if change.cost <= COST_OF_FIRST]
            fitting = search.fitting(sorted((*later, *now), key=lambda change: change.cost)[:MOST_SURVIVORS])
        later = [change for change in found if change.cost > COST_OF_FIRST]
        for change in fitting:
            if change.line not in seen:
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
        self.missing = Missing(self.sights[0], self.is_equation) if self.sights else None

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
            rank = (0 if fits is False else 1, abs(size - 2), -telling)
            ranked.append((rank, number, sight))
        ranked.sort(key=lambda item: item[:2])
        failing = _mixed([(rank[1], sight) for rank, _, sight in ranked if rank[0] == 0])
        # points at which the line as it stands is right tell a mended one from others, too
        fitting = _mixed([(rank[1], sight) for rank, _, sight in ranked if rank[0] == 1])[:POINTS_USED // 2]
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
        with suppress(OutOfBudget):     # what was found so far is enough to go on with
            found.extend(change for change in changes if self.agrees(change.line))
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
        """Changes that fit at the first point: of what is there, or (`more`) what is missing added."""
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
        for slip in slips(term, role, parent, scope) if not more else ():
            yield from self._tried(slip, rebuild, wanted)
        if more and role in ("value", "exponent") and not isinstance(term, Relation):
            for slip in around(term, role, parent, scope):
                yield from self._tried(slip, rebuild, wanted)
            added = () if self.missing is None else self.missing.additions(term, parent, scope, wanted)
            for slip in added:
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
        return found if found is not None and found.is_finite() and is_sharp(found) else None


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


def _mixed(ranked: Sequence[tuple[int, Sight]]) -> list[Sight]:
    """The points of all sizes in turn, the order of those of one size kept."""
    groups: dict[int, list[Sight]] = {}
    for size, sight in ranked:
        groups.setdefault(size, []).append(sight)
    return [sight for turn in zip_longest(*groups.values()) for sight in turn if sight is not None]


def words(slip: Slip, show: Callable[[Term], str]) -> str:
    """The slip in one sentence."""
    return slip.words.format(*map(show, slip.about))


__all__ = ["Change", "changes", "into", "words"]
