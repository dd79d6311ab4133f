"""Definite integrals and infinite sums at a point, with every error enclosed.

Trusted. Imports the ground floor, `calculus`, `contours`, `tails`, `complex_jets`, `jets`, `worlds`. Integrals go
round small contours (Arb's `acb.integral`), ends at infinity and ends at which the integrand grows are bounded
by majorants, derivatives by parameters are carried along. Nothing here is a rule of the normal form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations

from flint import acb, arb, fmpq

from lossproof.kernel.calculus import Calculus
from lossproof.kernel.complex_jets import NO_TAGS, Tags, Wave, constant, of_real, to_real
from lossproof.kernel.contours import Contour
from lossproof.kernel.jets import ZERO, Dual, OutOfBudget, Real, Undecided, Undefined, ball, primal
from lossproof.kernel.tails import Tail, Tails
from lossproof.kernel.worlds import Local, World
from lossproof.term import (
    MINUS_ONE,
    Add,
    Call,
    Const,
    Fold,
    Integral,
    Mul,
    Number,
    Pow,
    Symbol,
    Term,
    map_children,
    mul,
    substitute,
    walk,
)

_STARTS = (4, 8, 16, 32, 64, 256, 1024, 2**16, 2**30, 2**60)
"""Where the part beyond which a majorant serves begins; the first at which it is small is taken."""
_MOST_TERMS = 600
_RADIUS = fmpq(1, 16)
"""Parameters move in discs of this radius for Cauchy's estimate of a tail's derivatives."""
_CALLS = 6000
_LONGEST = 200
"""Intervals are shorter than two to this power."""


class Quadrature(Calculus):
    """Integrals and infinite sums of terms."""

    def _integral_of(self, term: Integral, local: Local, world: World) -> Real:
        ends: list[Real | None] = []
        for end, infinite in ((term.lower, "-oo"), (term.upper, "oo")):
            found = _infinity(end)
            if found is None:
                ends.append(self._number(end, local, world))
            elif found == infinite:
                ends.append(None)
            else:
                raise Undecided("an integral that runs from oo or to -oo")
        inner: Local = {k: v for k, v in local.items() if k != term.name}
        lower, upper = (None if end is None else primal(end) for end in ends)
        result = self._between(term, lower, upper, inner, world)
        for moving, direction in zip(ends, (-1, 1), strict=True):
            if isinstance(moving, Dual):
                beyond = self._beyond(term, moving, inner, world)
                result = result + to_real({tags: v.real * direction for tags, v in beyond.parts.items()})
        return result

    def _beyond(self, term: Integral, end: Dual, local: Local, world: World) -> Wave:
        """From where a moving end is to where it moves: sum over j >= 1 of the integrand's derivative of
        order j - 1 there, times move**j/j!."""
        whole = of_real(end)
        move = Wave({NO_TAGS: acb(0), **{tags: v for tags, v in whole.parts.items() if tags}})
        contour = self._contour_of(local, world)
        result, power, factor = constant(0), constant(1), 1
        for j in range(1, len(frozenset().union(*whole.parts)) + 1):
            power, factor = power * move, factor * j
            here = contour.slope(term.body, term.name, constant(whole.base), j - 1)
            if not here.base.is_finite():
                raise Undecided("an integrand at a moving end")
            result = result + (here * power).scaled(1 / acb(factor))
        return result

    def _between(self, term: Integral, lower: Real | None, upper: Real | None, local: Local, world: World) -> Real:
        """The integral between ends that do not move (None: infinite)."""
        assert not isinstance(lower, Dual) and not isinstance(upper, Dual)
        if isinstance(lower, fmpq) and lower == upper:
            # the integrand must have a value there
            self._number(term.body, {**local, term.name: lower}, world)
            return ZERO
        try:
            return self._enclosed(term, lower, upper, local, world)
        except Undecided:
            if isinstance(lower, fmpq) and lower == 0 and upper is None and _is_by_log(term):
                return self._enclosed(_by_log(term), None, None, local, world)
            if lower is None or upper is None or self._precision > 64:
                raise
            return self._integral(lambda t: self._number(term.body, {**local, term.name: t}, world), lower, upper)

    def _enclosed(self, term: Integral, lower: fmpq | arb | None, upper: fmpq | arb | None, local: Local,
                  world: World) -> Real:
        if lower is not None and upper is not None:
            return to_real(self._finite(term, lower, upper, local, world))
        ends: list[tuple[fmpq | arb, int]]
        if lower is not None:
            ends = [(lower, 1)]
        elif upper is not None:
            ends = [(upper, -1)]
        else:
            ends = [(ZERO, 1), (ZERO, -1)]
        return to_real(_summed([self._half(term, start, way, local, world) for start, way in ends]))

    def _half(self, term: Integral, start: fmpq | arb, way: int, local: Local, world: World) -> dict[Tags, arb]:
        """From a finite end to infinity (way -1: from -oo to the end): x = start + way s."""
        moved = substitute(term.body, {term.name: _added(start, Symbol(term.name), way)})
        held = {**local, **({} if isinstance(start, fmpq) else {_START: start})}
        best = self._tail(moved, term.name, held, world)
        if best is None:
            raise Undecided("an integral to infinity that is not seen to converge")
        cut, errors = best
        inner = Integral(moved, term.name, Number(Fraction(0)), Number(Fraction(cut)))
        return _summed((self._finite(inner, ZERO, fmpq(cut), held, world), errors))

    def _finite(self, term: Integral, lower: fmpq | arb, upper: fmpq | arb, local: Local,
                world: World) -> dict[Tags, arb]:
        """Between finite ends, at which the integrand may grow or stop being smooth."""
        edges = [not self._smooth_at(term, end, local, world) for end in (lower, upper)]
        if not any(edges):
            return self._contour(term, lower, upper, local, world)
        if not (ball(lower) < ball(upper) or ball(upper) < ball(lower)):
            raise Undecided("an integral between ends that may be one")
        middle = (lower + upper) / 2
        if abs(ball(upper) - ball(lower)) > 2:
            middle = lower + 1 if ball(lower) < ball(upper) else lower - 1
        return _summed([
            self._to_end(term, middle, end, way, local, world) if edge
            else self._contour(term, *((end, middle) if way < 0 else (middle, end)), local, world)
            for edge, end, way in zip(edges, (lower, upper), (-1, 1), strict=True)])

    def _smooth_at(self, term: Integral, end: fmpq | arb, local: Local, world: World) -> bool:
        contour = self._contour_of(local, world)
        contour.analytic = True
        try:
            return bool(contour.at(term.body, {term.name: constant(acb(ball(end)))}, {}).base.is_finite())
        except (Undecided, Undefined):
            return False

    def _contour_of(self, local: Local, world: World) -> Contour:
        return Contour(lambda t, inner: self._number(t, {**local, **inner}, world),
                       lambda fold, inner: self._span(fold.range, {**local, **inner}, world),
                       self._point, self._next_tag)

    def _to_end(self, term: Integral, middle: fmpq | arb, end: fmpq | arb, way: int, local: Local,
                world: World) -> dict[Tags, arb]:
        """Between a middle point and an end at which the integrand may grow: x = end -+ 1/s near it.
        The orientation is that of the whole interval: towards its upper end for way 1."""
        width = abs(ball(end) - ball(middle))
        inward = 1 if ball(middle) > ball(end) else -1
        reach = Pow(Symbol(term.name), MINUS_ONE)
        moved = mul(substitute(term.body, {term.name: _added(end, reach, inward)}),
                    Pow(Symbol(term.name), Number(Fraction(-2))))
        held = local if isinstance(end, fmpq) else {**local, _START: end}
        best = self._tail(moved, term.name, held, world, starts=(2**10, 2**20, 2**40, 2**60), at_least=1 / width)
        if best is None:
            raise Undecided("an integral that is not seen to exist at an end")
        cut, errors = best
        found = self._contour(term, middle, end + inward * fmpq(1, cut), local, world)
        return _summed(({tags: value * way for tags, value in found.items()}, errors))

    def _tail(self, body: Term, name: str, local: Local, world: World, starts: tuple[int, ...] = _STARTS,
              at_least: arb | None = None,
              bound: Callable[[Tails, Tail], arb] = Tails.integral) -> tuple[int, dict[Tags, arb]] | None:
        """Where to cut, and what lies beyond, for every set of tags that it may have."""
        goal = arb(2) ** (-self._precision // 2)
        best: tuple[int, arb] | None = None
        moving: set[int] = set()
        for start in starts:
            if at_least is not None and not arb(start) > at_least:
                continue
            self._charge(8)
            tails = Tails(arb(start), lambda t: self._disc(t, local, world, moving))
            try:
                size = bound(tails, tails.of(body, {name: tails.variable()}))
            except Undecided:
                continue
            if size.is_finite() and (best is None or size < best[1]):
                best = (start, size)
            if size < goal:
                break
        if best is None:
            return None
        cut, size = best
        sets = (frozenset(tags) for n in range(len(moving) + 1) for tags in combinations(sorted(moving), n))
        return cut, {tags: arb(0, (size / arb(_RADIUS) ** len(tags)).upper()) for tags in sets}

    def _disc(self, term: Term, local: Local, world: World, moving: set[int]) -> acb:
        """The value of a term, its infinitesimals replaced by discs; their tags are noted."""
        result = acb(0)
        for tags, value in of_real(self._number(term, local, world)).parts.items():
            moving |= tags
            if tags:
                size = (value.abs_upper() * arb(_RADIUS) ** len(tags)).upper()
                result = result + acb(arb(0, size), arb(0, size))
            else:
                result = result + value
        return result

    def _contour(self, term: Integral, lower: fmpq | arb, upper: fmpq | arb, local: Local,
                 world: World) -> dict[Tags, arb]:
        """The integral over a finite interval, for every set of tags that the integrand has."""
        calls = 0
        failure: Exception | None = None
        contour = self._contour_of(local, world)
        low, high = acb(ball(lower)), acb(ball(upper))
        goal = arb(2) ** (-self._precision // 2)
        width = abs(ball(upper) - ball(lower))
        # where an integrand is still not enclosed on pieces of this size, it has a pole, or nearly so
        narrow = arb(2) ** -20
        if not width < arb(2) ** _LONGEST:
            raise Undecided("an integral over a very long interval")
        found: dict[Tags, arb] = {}
        # grows: the integral of the values visits the whole interval, and with it every piece and its tags
        wanted: list[Tags] = [NO_TAGS]
        for tags in wanted:

            def integrand(z: acb, analytic: bool, tags: Tags = tags) -> acb:
                nonlocal calls, failure
                if failure is not None:
                    return acb("nan")
                calls += 1
                if calls > _CALLS:
                    # a higher precision would not take fewer
                    failure = OutOfBudget()
                    return acb("nan")
                contour.analytic = bool(analytic)
                try:
                    self._charge(4)
                    value = contour.at(term.body, {term.name: constant(z)}, {})
                except (Undecided, Undefined, OutOfBudget) as reason:
                    # an exception does not pass through Arb
                    failure = reason
                    return acb("nan")
                if value.base.is_finite():
                    wanted.extend(t for t in value.parts if t not in wanted)
                    return value.parts.get(tags, acb(0))
                if not analytic and z.real.rad() < narrow:
                    failure = Undecided("an integrand that may have a pole")
                return acb("nan")

            depth = self._precision // 2 + next(k for k in range(0, _LONGEST + 4, 4) if width < arb(2) ** k)
            result = acb.integral(integrand, low, high, rel_tol=goal, abs_tol=goal, eval_limit=_CALLS,
                                  depth_limit=depth)
            if failure is not None:
                if isinstance(failure, Undefined):
                    raise Undecided("an integrand that is not defined somewhere") from failure
                raise failure
            if not result.is_finite():
                raise Undecided("an integral that is not enclosed")
            found[tags] = result.real
        return found

    def _next_tag(self) -> int:
        self._tags += 1
        return self._tags

    # infinite sums

    def _series(self, term: Fold, local: Local, world: World) -> Real:
        """A sum to infinity: the first terms, and a bound of the others."""
        if term.kind != "sum" or term.condition is not None:
            raise Undecided("an infinite product or a restricted infinite sum")
        first = self._integer(term.range.lower, local, world, "a bound")
        name = term.range.name
        shifted = substitute(term.body, {name: _added(fmpq(first - 1), Symbol(name), 1)})
        best = self._tail(shifted, name, local, world, starts=(8, 16, 32, 64, 128, 256, _MOST_TERMS),
                          bound=Tails.series)
        if best is None:
            raise Undecided("an infinite sum that is not seen to converge")
        count, errors = best
        total: Real = ZERO
        for k in range(first, first + count - 1):
            self._charge()
            total = total + self._number(term.body, {**local, name: k}, world)
        return total + to_real(errors)


_START = "@start"


def _summed(parts: Sequence[Mapping[Tags, arb]]) -> dict[Tags, arb]:
    """The sums, tags by tags."""
    result: dict[Tags, arb] = {}
    for part in parts:
        for tags, value in part.items():
            result[tags] = result[tags] + value if tags in result else value
    return result


def _added(start: fmpq | arb, rest: Term, way: int) -> Term:
    """start + way rest."""
    moved = rest if way == 1 else Mul((MINUS_ONE, rest))
    if isinstance(start, fmpq):
        return moved if start == 0 else Add((Number(Fraction(int(start.p), int(start.q))), moved))
    return Add((Symbol(_START), moved))


def _infinity(end: Term) -> str | None:
    match end:
        case Const("oo" | "-oo" as name):
            return name
        case Mul((Number(value), Const("oo"))):
            return "oo" if value > 0 else "-oo"
        case _:
            return None


def _is_by_log(term: Integral) -> bool:
    """Whether the integrand is a plain expression with the logarithm of the variable in it."""
    parts = list(walk(term.body))
    plain = all(isinstance(part, Number | Const | Symbol | Add | Mul | Pow | Call) for part in parts)
    return plain and Call("log", (Symbol(term.name),)) in parts


def _by_log(term: Integral) -> Integral:
    """The integral from 0 to infinity with the variable's logarithm as variable, over the line: it exists, and has
    the same value, where the first does."""
    me = Symbol(term.name)

    def change(part: Term) -> Term:
        match part:
            case Call("log", (inner,), ()) if inner == me:
                return me
            case Pow(base, exponent) if base == me:
                return Call("exp", (mul(change(exponent), me),))
            case Symbol(name) if name == term.name:
                return Call("exp", (me,))
        return map_children(part, change)

    return Integral(mul(change(term.body), Call("exp", (me,))), term.name, Const("-oo"), Const("oo"))
