"""Integrands on complex enclosures: the value of a term where its variable is a complex ball.

Trusted. Imports the ground floor, `worlds`, `points`, `jets`, `complex_jets`, `calculus`. A value that is
finite on a ball is defined at the ball's real points; on the way round a contour (`analytic`) it is
holomorphic on the whole ball, too, and what is not gives a value that is not finite.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from flint import acb, arb, fmpq

from lossproof.kernel.complex_jets import FUNCTIONS, NO_TAGS, Wave, constant, of_real, power_of, reciprocal
from lossproof.kernel.jets import Dual, Real, Undecided
from lossproof.kernel.points import Point
from lossproof.kernel.worlds import NOTHING, Local
from lossproof.term import (
    Add,
    Bool,
    Call,
    Const,
    Derivative,
    Fold,
    Mul,
    Number,
    Piecewise,
    Pow,
    Relation,
    Symbol,
    Term,
    free_names,
)

NOWHERE = acb("nan")
Bound = Mapping[str, Wave]


class _MovingEdge(Exception):
    """The edge between two pieces may lie on the ball, and moves with a parameter: no piece has the slope by that."""


class Contour:
    """Values of one integrand. `leaf` gives the jet of a term that is free of the variable."""

    def __init__(self, leaf: Callable[[Term, Local], Real], span: Callable[[Fold, Local], range],
                 point: Point, tag: Callable[[], int]) -> None:
        self.leaf, self.span, self.point, self.tag = leaf, span, point, tag
        self.analytic = False
        self._leaves: dict[tuple[int, tuple[tuple[str, int], ...]], Wave] = {}
        self._free: dict[int, frozenset[str]] = {}
        self._kept: list[Term] = []

    def _depends(self, term: Term, bound: Bound) -> bool:
        found = self._free.get(id(term))
        if found is None:
            found = self._free[id(term)] = free_names(term)
            self._kept.append(term)
        return not found.isdisjoint(bound)

    def at(self, term: Term, bound: Bound, local: Local) -> Wave:
        """The value of a term."""

        if not self._depends(term, bound):
            key = (id(term), tuple(sorted((n, v) for n, v in local.items() if isinstance(v, int))))
            if key not in self._leaves:
                self._leaves[key] = of_real(self.leaf(term, local))
            return self._leaves[key]
        match term:
            case Symbol(name):
                return bound[name]
            case Add(args):
                result = constant(0)
                for a in args:
                    result = result + self.at(a, bound, local)
                return result
            case Mul(args):
                result = constant(1)
                for a in args:
                    result = result * self.at(a, bound, local)
                return result
            case Pow(base, exponent):
                return self._power(base, exponent, bound, local)
            case Call(name, args, orders):
                return self._call(name, args, orders, bound, local)
            case Fold("sum", body, range_, None):
                result = constant(0)
                for k in self.span(term, local):
                    result = result + self.at(body, {n: v for n, v in bound.items() if n != range_.name},
                                              {**local, range_.name: k})
                return result
            case Derivative(body, Symbol(name), order) if name in bound:
                return self._slope(lambda x: self.at(body, {**bound, name: x}, local), bound[name], order)
            case Piecewise(pieces):
                return self._piecewise(pieces, bound, local)
            case _:
                raise Undecided(f"{type(term).__name__} under an integral")

    def slope(self, term: Term, name: str, at: Wave, order: int) -> Wave:
        """The derivative of a term by its variable."""
        return self._slope(lambda x: self.at(term, {name: x}, {}), at, order)

    def _slope(self, function: Callable[[Wave], Wave], at: Wave, order: int) -> Wave:
        if order == 0:
            return function(at)
        tag = self.tag()
        moved = self._slope(function, at + Wave({NO_TAGS: acb(0), frozenset((tag,)): acb(1)}), order - 1)
        parts = {tags - {tag}: v for tags, v in moved.parts.items() if tag in tags}
        return Wave({NO_TAGS: acb(0), **parts})

    def _power(self, base: Term, exponent: Term, bound: Bound, local: Local) -> Wave:
        if base == Const("E"):
            return self.at(exponent, bound, local).applied(FUNCTIONS["exp"])
        if self._depends(exponent, bound):
            x = self.at(base, bound, local).applied(FUNCTIONS["log"])
            return (x * self.at(exponent, bound, local)).applied(FUNCTIONS["exp"])
        x = self.at(base, bound, local)
        if isinstance(exponent, Number) and exponent.value.denominator == 1:
            return _whole(x, int(exponent.value))
        y = self.leaf(exponent, local)
        if isinstance(y, Dual):
            return (x.applied(FUNCTIONS["log"]) * of_real(y)).applied(FUNCTIONS["exp"])
        if isinstance(y, fmpq) and y.q == 1 and abs(y.p) <= 64 and (y.p > 0 or not x.base.contains(0)):
            return _whole(x, int(y.p))
        return self._root(x, acb(arb(y)) if isinstance(y, fmpq) else acb(y))

    def _root(self, x: Wave, y: acb) -> Wave:
        edge = not self.analytic and x.is_constant and x.base.imag.is_zero() and x.base.real >= 0
        if edge and not x.base.real > 0:
            # at the end of the domain: from 0 up to the power of the upper bound
            if not y.real > 0:
                return constant(NOWHERE)
            return constant(acb(arb(0).union((acb(x.base.real.upper()).log() * y).exp().real)))
        return x.applied(power_of(y))

    def _call(self, name: str, args: tuple[Term, ...], orders: tuple[int, ...], bound: Bound, local: Local) -> Wave:
        values = [self.at(a, bound, local) for a in args]
        stands_for = self.point.functions.get(name)
        function: Callable[[list[Wave]], Wave] = partial(self._known, name)
        if stands_for is not None:
            if stands_for.functional or len(values) != len(stands_for.parameters):
                raise Undecided("a functional under an integral")
            parameters, body = stands_for.parameters, stands_for.body
            function = lambda numbers: self.at(  # noqa: E731
                body, dict(zip(parameters, numbers, strict=True)), NOTHING)
        for position, order in enumerate(orders):
            for _ in range(order):
                function = self._differentiated(function, position)
        return function(values)

    def _differentiated(self, function: Callable[[list[Wave]], Wave], position: int) -> Callable[[list[Wave]], Wave]:
        def slope(numbers: list[Wave]) -> Wave:
            return self._slope(lambda x: function([*numbers[:position], x, *numbers[position + 1:]]),
                               numbers[position], 1)

        return slope

    def _known(self, name: str, values: list[Wave]) -> Wave:
        x = values[0]
        if name == "sqrt":
            return self._root(x, acb(arb(fmpq(1, 2))))
        if name in FUNCTIONS and len(values) == 1:
            return x.applied(FUNCTIONS[name])
        match name, values:
            case "Abs", [_]:
                return self._chosen(x, x, x.scaled(acb(-1)))
            case ("Max" | "Min"), _:
                for y in values[1:]:
                    gap = x + y.scaled(acb(-1))
                    x = self._chosen(gap, x, y) if name == "Max" else self._chosen(gap, y, x)
                return x
            case "sign", [_]:
                return self._chosen(x, constant(1), constant(-1))
            case "xlogy", [_, y]:
                return x * y.applied(FUNCTIONS["log"])
        raise Undecided(f"{name} under an integral")

    def _chosen(self, gap: Wave, above: Wave, below: Wave) -> Wave:
        """`above` where the gap is > 0, `below` where it is < 0, both where that is not known.

        Where a gap that moves with a parameter may be 0, the slope by it is that of neither.
        """
        if gap.base.real > 0:
            return above
        if gap.base.real < 0:
            return below
        return constant(NOWHERE) if self.analytic or not gap.is_constant else above.union(below)

    def _piecewise(self, pieces: tuple[tuple[Term, Term], ...], bound: Bound, local: Local) -> Wave:
        result: Wave | None = None
        for value, condition in pieces:
            try:
                holds = self._holds(condition, bound, local)
            except _MovingEdge:
                return constant(NOWHERE)
            if holds is False:
                continue
            found = self.at(value, bound, local)
            if holds and result is None:
                return found
            if self.analytic:
                return constant(NOWHERE)
            result = found if result is None else result.union(found)
            if holds:
                return result
        return constant(NOWHERE)

    def _holds(self, condition: Term, bound: Bound, local: Local) -> bool | None:
        """Whether a condition holds on the whole ball; None where that is not known."""
        match condition:
            case Relation(op, left, right):
                gap = self.at(left, bound, local) + self.at(right, bound, local).scaled(acb(-1))
                if gap.base.real > 0:
                    return op in (">", ">=", "!=")
                if gap.base.real < 0:
                    return op in ("<", "<=", "!=")
                if not gap.is_constant:
                    raise _MovingEdge
                return None
            case Bool("and", args):
                found = [self._holds(a, bound, local) for a in args]
                return False if False in found else None if None in found else True
            case Bool("or", args):
                found = [self._holds(a, bound, local) for a in args]
                return True if True in found else None if None in found else False
            case Bool("not", (inner,)):
                known = self._holds(inner, bound, local)
                return None if known is None else not known
            case _:
                return None


def _whole(x: Wave, n: int) -> Wave:
    if n < 0:
        return _whole(x, -n).applied(reciprocal)
    if x.is_constant:
        return constant(x.base**n)
    result = constant(1)
    for _ in range(n):
        result = result * x
    return result
