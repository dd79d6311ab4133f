"""Derivatives and integrals at a point: nested dual numbers, and the midpoint rule with its error.

Trusted. Imports the ground floor, `worlds`, `points`, `jets`, `concrete`. `enclosure` builds
on this. No symbolic rule is used: a derivative varies its variable by an infinitesimal and
evaluates the body. At a kink it looks at both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from flint import arb, fmpq

from lossproof.derivation import Declaration, Definition
from lossproof.kernel import concrete
from lossproof.kernel.concrete import Array, Position, Value, scalar
from lossproof.kernel.jets import (
    ONE,
    ZERO,
    Dual,
    Kink,
    Real,
    Undecided,
    Undefined,
    ball,
    same,
    tangent,
    times,
)
from lossproof.kernel.points import Point
from lossproof.kernel.worlds import Local, Names, Target, World
from lossproof.term import Entry, Symbol, Term


class Calculus(Names):
    """Derivatives and integrals of terms; what a term is, `enclosure` adds."""

    def __init__(self, declarations: Mapping[str, Declaration], definitions: Mapping[str, Definition], point: Point,
                 precision: int, operations: int) -> None:
        super().__init__(declarations, definitions, point, operations)
        self._precision = precision
        self._tags = 0
        self._numbers: dict[int, Term] = {}

    def _target(self, by: Term, local: Local, world: World) -> Target:
        """The name or entry that a derivative or a substitution is by; Undecided for one that is bound."""
        match by:
            case Symbol(name):
                indices: Position = ()
            case Entry(name, written):
                indices = self._position(written, local, world)
            case _:
                raise Undecided("only a name or an entry can be varied")
        if isinstance(local.get(name), int | Array):
            raise Undecided(f"{name} is bound")
        if indices:
            self._entry(name, indices, local, world)  # Undefined outside the range
        return Target(name, indices)

    def _derivative(self, body: Term, by: Term, order: int, local: Local, world: World) -> Value:
        if not isinstance(by, Symbol | Entry):
            raise Undecided("only a name or an entry can be varied")
        if isinstance(by, Symbol):
            self._must_vary(by.name, local, world)
            whole = self._symbol(by.name, local, world)
            if isinstance(whole, Array):
                return self._by_array(body, by.name, whole.shape, order, local, world)
        elif self._is_integer(by, local) and by.family not in self._definitions:
            raise Undecided(f"{by.family} has integer entries")
        targets = (self._target(by, local, world),) * order
        outer = self._shape_of(body, local, world)
        if outer:
            return Array(outer, lambda at: self._along(body, at, targets, local, world))
        return self._along(body, (), targets, local, world)

    def _must_vary(self, name: str, local: Local, world: World) -> None:
        """Undecided where a name is no real variable: bound, integer, or unknown."""
        declaration = self._declarations.get(name)
        if name in local:
            varies = isinstance(local[name], fmpq | arb | Dual)
        elif declaration is not None:
            varies = declaration.kind in ("scalar", "family")
        else:
            varies = name in self._definitions or world.changes(name)
        if not varies:
            raise Undecided(f"{name} is not a variable to differentiate by")

    def _shape_of(self, term: Term, local: Local, world: World) -> Position:
        """The shape of an array, () for a number. That a term is a number is remembered."""
        if id(term) in self._numbers:
            return ()
        held = self._value(term, local, world)
        if isinstance(held, Array):
            return held.shape
        self._numbers[id(term)] = term  # kept, so that its id is not used again
        return ()

    def _by_array(self, body: Term, name: str, shape: Position, order: int, local: Local, world: World) -> Array:
        """The array of derivatives by all entries: the body's shape, then that of `name` per order."""
        outer = self._shape_of(body, local, world)

        def entry(at: Position) -> Real:
            rest = at[len(outer):]
            targets = [Target(name, rest[i : i + len(shape)]) for i in range(0, len(rest), len(shape))]
            return self._along(body, at[:len(outer)], targets, local, world)

        return Array(outer + shape * order, entry)

    def _along(self, body: Term, at: Position, targets: Sequence[Target], local: Local, world: World) -> Real:
        """The entry at `at` of the body, differentiated by each target in turn, the first innermost."""
        if not targets:
            held = self._value(body, local, world)
            return concrete.component(held, at) if at else scalar(held)
        target = targets[-1]

        def along(tag: int, side: int) -> Real:
            if not tag:
                return self._along(body, at, targets[:-1], local, world)
            bound = local.get(target.name)
            if bound is None:
                return self._along(body, at, targets[:-1], local, World(world, target, tag, side))
            assert isinstance(bound, fmpq | arb | Dual)
            moved: Local = {**local, target.name: Dual(tag, bound, ONE, side)}
            return self._along(body, at, targets[:-1], moved, world)

        return self._slope(along)

    def _slope(self, along: Callable[[int, int], Real]) -> Real:
        """The derivative of what `along` gives for the infinitesimal of a tag on a side (tag 0: none).

        At a kink, both one-sided values and slopes are taken: Undefined where they provably
        do not agree, Undecided where that is not known.
        """
        self._charge()
        self._tags += 1
        tag = self._tags
        try:
            return tangent(along(tag, 0), tag)
        except Kink as kink:
            if kink.tag != tag:
                raise
        here = along(0, 0)
        slopes: list[Real] = []
        continues: list[bool | None] = []
        for side in (1, -1):
            self._tags += 1
            side_tag = self._tags
            try:
                beside = along(side_tag, side)
            except Undefined as undefined:
                raise Undecided("a derivative at the edge of a domain") from undefined
            moves = isinstance(beside, Dual) and beside.tag == side_tag
            continues.append(same(beside.re if moves else beside, here))
            slopes.append(tangent(beside, side_tag))
        if False in continues:
            raise Undefined("a derivative where there is a jump")
        smooth = same(slopes[0], slopes[1])
        if smooth is False:
            # Also where a jump is not excluded: then there is no derivative either.
            raise Undefined("a derivative where the slopes on both sides differ")
        if smooth is None or None in continues:
            raise Undecided("a derivative where a branch changes")
        return slopes[0]

    def _integral(self, integrand: Callable[[Real], Real], lower: Real, upper: Real) -> Real:
        """The integral by the midpoint rule on panels, with its error enclosed; more panels at higher precision.

        The error on a panel of width h is h^3/24 times a value that the second derivative
        takes in it. Where that has no enclosure (a kink), h times the integrand's own serves.
        """
        if isinstance(lower, Dual) or isinstance(upper, Dual):
            raise Undecided("a derivative by what the bounds of an integral depend on")
        panels = max(1, self._precision // 2)
        width = (ball(upper) - ball(lower)) / panels
        result: Real = ZERO
        for k in range(panels):
            left = lower + width * k
            panel = ball(left).union(left + width)
            try:
                first, second = self._tags + 1, self._tags + 2
                self._tags += 2
                bend = tangent(tangent(integrand(Dual(second, Dual(first, panel, ONE), ONE)), second), first)
                middle = integrand(left + width / 2)
                result = result + times(width, middle) + times(width**3 / 24, bend)
            except (Undecided, Undefined):
                result = result + times(width, integrand(panel))
        return result

    def _ordered(self, function: Callable[[Sequence[Real]], Real],
                 orders: Sequence[int]) -> Callable[[Sequence[Real]], Real]:
        """The partial derivative of a function, with one order an argument."""
        for position, order in enumerate(orders):
            for _ in range(order):
                function = self._differentiated(function, position)
        return function

    def _differentiated(self, function: Callable[[Sequence[Real]], Real],
                        position: int) -> Callable[[Sequence[Real]], Real]:
        def slope(numbers: Sequence[Real]) -> Real:
            def along(tag: int, side: int) -> Real:
                moved = list(numbers)
                if tag:
                    moved[position] = Dual(tag, numbers[position], ONE, side)
                return function(moved)

            return self._slope(along)

        return slope
