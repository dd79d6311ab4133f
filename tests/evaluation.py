"""What a term is worth at a point, by mpmath and from the tree alone. Not a test itself.

Shares nothing with the kernel: imports the ground floor's data, `numeric` and mpmath, so that what it says of a
term is evidence of its own. Derivatives are central differences at high precision, integrals quadratures, limits are
read off at far points, arrays go entry by entry, opaque functions are concrete smooth ones. A quantity keeps its
definition everywhere: where it is differentiated by, or goes to a limit, a shift is added to its value, and what it
depends on keeps its place. So the derivative by a quantity moves that quantity and nothing below it, as a free
variable moves.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import mpmath
from mpmath import mp, mpf
from numeric import (
    FUNCTIONS,
    Concrete,
    Position,
    Undefined,
    Unsettled,
    Value,
    added,
    array_function,
    compares,
    component,
    difference_quotient,
    each,
    settled,
    shape,
    single,
    tiny,
    to_real,
    usual,
    usual_functional,
)

from lossproof.derivation import Declaration, Definition, Step
from lossproof.term import (
    Add,
    Bool,
    Call,
    Component,
    Const,
    Derivative,
    Entry,
    Family,
    Fold,
    ForAll,
    Integral,
    Limit,
    Mul,
    Number,
    Partial,
    Piecewise,
    Pow,
    Range,
    Relation,
    Subst,
    Symbol,
    Term,
)

DIGITS = 60
DIGITS_FOR_INTEGRALS = 45
SHARP = mpf(10) ** -30
"""An integral must be known to so much: difference quotients multiply its error."""


@dataclass(frozen=True, slots=True)
class Point:
    """Values of sizes, indices and scalars, of families' entries; concrete functions where not the usual ones."""

    values: Mapping[str, Fraction] = field(default_factory=dict)
    entries: Mapping[str, Mapping[Position, Fraction]] = field(default_factory=dict)
    functions: Mapping[str, Concrete] = field(default_factory=dict)


def evaluate(term: Term, step: Step, point: Point, digits: int = DIGITS) -> Value:
    """The value of `term` at `point` under the step's declarations and definitions; Undefined or Unsettled."""
    with mp.workdps(digits):
        return Place(step, point).value(term, {})


def holds(condition: Term, step: Step, point: Point, digits: int = DIGITS) -> bool:
    """Whether the condition holds at the point; Undefined or Unsettled where its terms are."""
    with mp.workdps(digits):
        return Place(step, point).holds(condition, {})


Shifts = Mapping[tuple[str, Position], Any]
Bound = Mapping[str, Any]


class Place:
    """A point and what is moved there: `shifts` are added to the values of names and entries."""

    def __init__(self, step: Step, point: Point, shifts: Shifts | None = None) -> None:
        self.step = step
        self.point = point
        self.shifts: Shifts = shifts or {}
        self.known: dict[tuple[str, Position], Value] = {}

    def moved(self, where: tuple[str, Position], by: Any) -> Place:
        return Place(self.step, self.point, {**self.shifts, where: self.shifts.get(where, 0) + by})

    # names

    def symbol(self, name: str, bound: Bound) -> Value:
        if name in bound:
            return bound[name]
        definition = self.step.definitions.get(name)
        if definition is not None:
            if definition.ranges:
                return self._whole(name, [self._upper(r, {}) for r in definition.ranges])
            return self._defined(name, definition, ())
        if name not in self.step.declarations:
            raise Unsettled(f"{name} is not declared")
        declaration = self.step.declarations[name]
        if declaration.kind == "family":
            return self._whole(name, self.sizes(declaration))
        return self._given(name)

    def sizes(self, declaration: Declaration) -> list[int]:
        if declaration.shape is None:
            raise Unsettled("a family whose ranges are not known")
        return [self.integer(s, {}) for s in declaration.shape]

    def _upper(self, range_: Range, bound: Bound) -> int:
        if self.integer(range_.lower, bound) != 1:
            raise Unsettled("a family that does not begin at 1")
        return self.integer(range_.upper, bound)

    def _whole(self, name: str, sizes: Sequence[int], begun: Position = ()) -> Value:
        if len(begun) == len(sizes):
            return self.entry(name, begun)
        return [self._whole(name, sizes, (*begun, i)) for i in range(1, sizes[len(begun)] + 1)]

    def entry(self, name: str, at: Position) -> Value:
        definition = self.step.definitions.get(name)
        if definition is not None:
            if definition.ranges:
                for i, r in zip(at, definition.ranges, strict=True):
                    if not self.integer(r.lower, {}) <= i <= self.integer(r.upper, {}):
                        raise Undefined("an entry outside its family")
                return self._defined(name, definition, at)
            return component(self._defined(name, definition, ()), at)
        declaration = self.step.declarations[name]
        if declaration.shape is None or len(at) != declaration.rank:
            raise Unsettled("a family whose ranges are not known, or with other indices")
        if any(not 1 <= i <= n for i, n in zip(at, self.sizes(declaration), strict=True)):
            raise Undefined("an entry outside its family")
        return self._given(name, at)

    def _given(self, name: str, at: Position = ()) -> Value:
        if (name, at) not in self.known:
            value = self.point.entries[name][at] if at else self.point.values[name]
            self.known[name, at] = to_real(value) + self.shifts.get((name, at), 0)
        return self.known[name, at]

    def _defined(self, name: str, definition: Definition, at: Position) -> Value:
        if (name, at) not in self.known:
            bound = {r.name: mpf(i) for r, i in zip(definition.ranges, at, strict=True)}
            value = self.value(definition.body, bound)
            if isinstance(value, list):
                for (moved, where), by in self.shifts.items():
                    if moved == name:
                        value = added(value, where, by)
            else:
                value = value + self.shifts.get((name, at), 0)
            self.known[name, at] = value
        return self.known[name, at]

    # values

    def integer(self, term: Term, bound: Bound) -> int:
        value = self.value(term, bound)
        if isinstance(value, list):
            raise Unsettled("an array as an index")
        nearest = mpmath.nint(value)
        if abs(value - nearest) > tiny():
            raise Undefined("an index or bound that is no integer")
        return int(nearest)

    def number(self, term: Term, bound: Bound) -> Any:
        value = single(self.value(term, bound))
        if isinstance(value, list):
            raise Unsettled("an array where a number is expected")
        return value

    def value(self, term: Term, bound: Bound) -> Value:
        match term:
            case Number(value):
                return to_real(value)
            case Const(name):
                if name in ("oo", "-oo"):
                    raise Unsettled("infinity is no value")
                return +{"pi": mp.pi, "E": mp.e, "EulerGamma": mp.euler}[name]
            case Symbol(name):
                return self.symbol(name, bound)
            case Entry(family, indices):
                return self.entry(family, tuple(self.integer(i, bound) for i in indices))
            case Add(args):
                values = [self.value(a, bound) for a in args]
                if len({shape(v) for v in values}) != 1:
                    raise Unsettled("a sum of arrays of different shapes")
                return each(lambda *numbers: mp.fsum(numbers), *values)
            case Mul(args):
                values = [self.value(a, bound) for a in args]
                if sum(isinstance(v, list) for v in values) > 1:
                    values = [single(v) for v in values]
                if sum(isinstance(v, list) for v in values) > 1:
                    raise Unsettled("a product of arrays")
                return each(lambda *numbers: mp.fprod(numbers), *values)
            case Pow(base, exponent):
                return self._power(base, exponent, bound)
            case Call(function, args, orders):
                return self._call(function, args, orders, bound)
            case Fold(range=Range(upper=Const(name="oo"))):
                return self._series(term, bound)
            case Integral():
                return self._integral(term, bound)
            case Fold():
                values = [self.number(term.body, inner) for inner in self.inside(term.range, term.condition, bound)]
                return mp.fsum(values) if term.kind == "sum" else mp.fprod(values)
            case Family(body, ranges):
                return self._family(body, ranges, bound)
            case Component(array, indices):
                return component(self.value(array, bound), tuple(self.integer(i, bound) for i in indices))
            case Derivative(body, by, order):
                return self._derivative(body, by, order, bound)
            case Partial(function, family, indices):
                return self._partial(function, family, indices, bound)
            case Limit():
                return self._limit(term, bound)
            case Subst(body, variable, value):
                return self._at(body, variable, self.number(value, bound), bound)
            case Piecewise(pieces):
                for value_term, condition in pieces:
                    if self.holds(condition, bound):
                        return self.value(value_term, bound)
                raise Undefined("no piece applies")
            case _:
                raise Unsettled(f"no value for a {type(term).__name__}")

    def inside(self, range_: Range, condition: Term | None, bound: Bound) -> Iterator[Bound]:
        for i in range(self.integer(range_.lower, bound), self.integer(range_.upper, bound) + 1):
            inner = {**bound, range_.name: mpf(i)}
            if condition is None or self.holds(condition, inner):
                yield inner

    def _family(self, body: Term, ranges: Sequence[Range], bound: Bound) -> Value:
        sizes = [self._upper(r, bound) for r in ranges]

        def built(begun: Position) -> Value:
            if len(begun) == len(ranges):
                return self.value(body, {**bound, **{r.name: mpf(i) for r, i in zip(ranges, begun, strict=True)}})
            return [built((*begun, i)) for i in range(1, sizes[len(begun)] + 1)]
        return built(())

    def _power(self, base_term: Term, exponent_term: Term, bound: Bound) -> Any:
        base, exponent = self.number(base_term, bound), self.number(exponent_term, bound)
        integral = self._is_integer(exponent_term, bound)
        if abs(base) <= tiny():
            if integral and abs(exponent) <= tiny():
                return mpf(1)
            if exponent <= tiny():
                raise Undefined("zero to a power that is not positive")
            return mpf(0)
        if integral:
            return base ** int(mpmath.nint(exponent))
        if base < 0:
            if exponent == mpmath.nint(exponent):
                raise Unsettled("a negative base whose exponent happens to be an integer")
            raise Undefined("a negative base")
        return mpmath.power(base, exponent)

    def _is_integer(self, term: Term, bound: Bound) -> bool:
        match term:
            case Number(value):
                return value.denominator == 1
            case Symbol(name):
                kind = self.step.declarations[name].kind if name in self.step.declarations else ""
                return mpmath.isint(bound[name]) if name in bound else kind in ("size", "index", "integer")
            case Add(args) | Mul(args):
                return all(self._is_integer(a, bound) for a in args)
            case _:
                return False

    def _call(self, name: str, args: Sequence[Term], orders: Sequence[int], bound: Bound) -> Value:
        values = [self.value(a, bound) for a in args]
        declaration = self.step.declarations.get(name)
        if declaration is not None:
            seed = zlib.crc32(name.encode())
            concrete = self.point.functions.get(name)
            if declaration.kind == "functional":
                return (concrete or usual_functional)(values, ())
            function = concrete or usual(declaration.arity, seed)
            return each(lambda *numbers: function(numbers, orders or (0,) * len(numbers)), *values)
        if name not in FUNCTIONS:
            return array_function(name, values)
        return each(lambda *numbers: difference_quotient(FUNCTIONS[name], numbers, orders), *values)

    # calculus

    def _series(self, fold: Fold, bound: Bound) -> Value:
        """A sum without end, by extrapolation at fewer digits."""
        if fold.kind != "sum" or fold.condition is not None:
            raise Unsettled("an infinite product, or a condition in an infinite sum")
        lower = self.integer(fold.range.lower, bound)
        with mp.workdps(DIGITS_FOR_INTEGRALS):
            found = mpmath.nsum(lambda i: self.number(fold.body, {**bound, fold.range.name: i}), [lower, mpmath.inf])
            last = abs(self.number(fold.body, {**bound, fold.range.name: mpf(lower + 4000)}))
        if not mpmath.isfinite(found) or last > mpf(10) ** -6:
            raise Unsettled("no sum is seen")
        return found

    def _integral(self, integral: Integral, bound: Bound) -> Value:
        """An integral by quadrature at fewer digits, where that says that it is sharp."""
        def end(term: Term) -> Any:
            if isinstance(term, Const) and term.name in ("oo", "-oo"):
                return mpmath.inf if term.name == "oo" else -mpmath.inf
            return self.number(term, bound)

        def integrand(t: Any) -> Any:
            return self.number(integral.body, {**bound, integral.name: t})
        lower, upper = end(integral.lower), end(integral.upper)
        with mp.workdps(DIGITS_FOR_INTEGRALS):
            inside = sorted((lower, upper))
            ends = [inside[0], *(x for x in (-3, 0, 3) if inside[0] < x < inside[1]), inside[1]]
            found, error = mpmath.quad(integrand, ends, error=True)
        if not mpmath.isfinite(found) or error > SHARP * (1 + abs(found)):
            raise Unsettled("a quadrature that is not sharp")
        return found if lower <= upper else -found

    def _derivative(self, body: Term, by: Term, order: int, bound: Bound) -> Value:
        match by:
            case Entry(name, indices):
                at = tuple(self.integer(i, bound) for i in indices)
                self.entry(name, at)        # undefined outside the family
            case Symbol(name) if name not in bound:
                whole = self.symbol(name, bound)
                if isinstance(whole, list):
                    if order > 1:
                        raise Unsettled("a higher derivative by an array")
                    return self._gradient(body, name, shape(whole), bound)
                at = ()
            case _:
                raise Unsettled("a derivative by a bound variable")
        return self._slope(body, (name, at), order, bound)

    def _slope(self, body: Term, where: tuple[str, Position], order: int, bound: Bound) -> Value:
        if order == 0:
            return self.value(body, bound)
        h = mpf(10) ** (-(mp.dps // 4))
        above = self.moved(where, h)._slope(body, where, order - 1, bound)
        below = self.moved(where, -h)._slope(body, where, order - 1, bound)
        return each(lambda a, b: (a - b) / (2 * h), above, below)

    def _gradient(self, body: Term, name: str, sizes: Position, bound: Bound, begun: Position = ()) -> Value:
        if len(begun) == len(sizes):
            slope = single(self._slope(body, (name, begun), 1, bound))
            if isinstance(slope, list):
                raise Unsettled("a derivative of an array by an array")
            return slope
        return [self._gradient(body, name, sizes, bound, (*begun, i)) for i in range(1, sizes[len(begun)] + 1)]

    def _partial(self, function: str, family: Term, indices: Sequence[Term], bound: Bound) -> Value:
        values = self.value(family, bound)
        at = tuple(self.integer(i, bound) for i in indices)
        component(values, at)
        h = mpf(10) ** (-(mp.dps // 4))
        concrete = self.point.functions.get(function, usual_functional)
        return (concrete([added(values, at, h)], ()) - concrete([added(values, at, -h)], ())) / (2 * h)

    def _at(self, body: Term, variable: Term, value: Any, bound: Bound) -> Value:
        """`body` where the variable has the value and everything below it keeps its own."""
        match variable:
            case Symbol(name) if name in bound:
                return self.value(body, {**bound, name: value})
            case Symbol(name):
                at: Position = ()
            case Entry(name, indices):
                at = tuple(self.integer(i, bound) for i in indices)
            case _:
                raise Unsettled("neither a name nor an entry")
        here = self.number(variable, bound)
        return self.moved((name, at), value - here).value(body, bound)

    def _limit(self, limit: Limit, bound: Bound) -> Value:
        def along(point: Callable[[int], Any]) -> Any:
            return settled([self._at(limit.body, limit.variable, point(n), bound) for n in (1, 2, 4)])
        match limit.target:
            case Const(name="oo"):
                return along(lambda n: mpf(40 * n))
            case Const(name="-oo"):
                return along(lambda n: mpf(-40 * n))
        target = self.number(limit.target, bound)
        sides = {"+": (1,), "-": (-1,), "+-": (1, -1)}[limit.side]
        found = [along(lambda n, sign=sign: target + sign * mpf(10) ** (-15 * n)) for sign in sides]  # type: ignore[misc]
        if any(abs(v - found[0]) > mpf(10) ** -6 * (1 + abs(v)) for v in found):
            raise Undefined("the sides' limits differ")
        return found[0]

    # conditions

    def holds(self, condition: Term, bound: Bound) -> bool:
        match condition:
            case Relation(op, left, right):
                difference = self.number(left, bound) - self.number(right, bound)
                return compares(op, difference)
            case Bool(op, args):
                truth = [self.holds(a, bound) for a in args]
                return all(truth) if op == "and" else any(truth) if op == "or" else not truth[0]
            case ForAll(body, range_, where):
                return all(self.holds(body, inner) for inner in self.inside(range_, where, bound))
            case _:
                raise Unsettled("this is no condition")
