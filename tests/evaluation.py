"""What a term is worth at a point, by mpmath and from the tree alone. Not a test itself.

Shares nothing with the kernel: imports the ground floor's data, the reader of texts and mpmath, so that what it says of a step is
evidence of its own. Derivatives are central differences at high precision, limits are read off at far points, arrays
go entry by entry, opaque functions are concrete smooth ones. A quantity keeps its definition everywhere: where it is
differentiated by, or goes to a limit, a shift is added to its value, and what it depends on keeps its place. So the
derivative by a quantity moves that quantity and nothing below it, as a free variable moves.
"""

from __future__ import annotations

import itertools
import random
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

import mpmath
from mpmath import mp, mpf

from lossproof.derivation import Declaration, Definition, Domain, Step
from lossproof.read.expression import parse, parse_declarations
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
    walk,
)
from lossproof.verdict import Counterexample

DIGITS = 60
DIGITS_FOR_LIMITS = 300

Position = tuple[int, ...]
Value = Any     # an mpf, or a list of values for a vector, a list of rows for a matrix
Concrete = Callable[[Sequence[Value], Sequence[int]], Value]


class Undefined(Exception):
    """The term has no value at the point."""


class Unsettled(Exception):
    """This evaluation cannot tell the value: nothing follows."""


@dataclass(frozen=True, slots=True)
class Point:
    """Values of sizes, indices and scalars, of families' entries; concrete functions where not the usual ones."""

    values: Mapping[str, Fraction] = field(default_factory=dict)
    entries: Mapping[str, Mapping[Position, Fraction]] = field(default_factory=dict)
    functions: Mapping[str, Concrete] = field(default_factory=dict)


def evaluate(term: Term, step: Step, point: Point, digits: int = DIGITS) -> Value:
    """The value of `term` at `point` under the step's declarations and definitions; Undefined or Unsettled."""
    with mp.workdps(digits):
        return _Place(step, point).value(term, {})


def holds(condition: Term, step: Step, point: Point, digits: int = DIGITS) -> bool:
    """Whether the condition holds at the point; Undefined or Unsettled where its terms are."""
    with mp.workdps(digits):
        return _Place(step, point).holds(condition, {})


# arrays


def _map(function: Callable[..., Value], *values: Value) -> Value:
    """`function` of numbers, entry by entry where values are arrays of one shape (numbers are the same everywhere)."""
    arrays = [v for v in values if isinstance(v, list)]
    if not arrays:
        return function(*values)
    if len({len(a) for a in arrays}) != 1:
        raise Unsettled("arrays of different shapes")
    count = len(arrays[0])
    return [_map(function, *(v[i] if isinstance(v, list) else v for v in values)) for i in range(count)]


def _is_matrix(value: Value) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], list)


def _rows(value: Value) -> list[list[Any]]:
    """The value as a matrix; a vector is a column."""
    if not isinstance(value, list):
        raise Unsettled("an array was expected")
    return value if _is_matrix(value) else [[v] for v in value]


def _product(left: Value, right: Value) -> Value:
    a, b = _rows(left), _rows(right)
    if len(a[0]) != len(b):
        raise Unsettled("arrays whose product has no meaning")
    product = [[mp.fsum(r[k] * b[k][j] for k in range(len(b))) for j in range(len(b[0]))] for r in a]
    return [row[0] for row in product] if not _is_matrix(right) else product


def flat(value: Value) -> list[Any]:
    """The numbers in the value, row by row."""
    return [v for part in value for v in flat(part)] if isinstance(value, list) else [value]


def _shape(value: Value) -> Position:
    return (len(value), *(_shape(value[0]) if value else ())) if isinstance(value, list) else ()


# functions


def _tiny() -> Any:
    """Below this a computed number is taken for zero."""
    return mpf(10) ** (-(mp.dps * 7 // 10))


def _log(x: Any) -> Any:
    if x <= _tiny():
        raise Undefined("log of a number that is not positive")
    return mpmath.log(x)


def _reciprocal(x: Any) -> Any:
    if abs(x) <= _tiny():
        raise Undefined("division by zero")
    return 1 / x


def _between(low: int, high: int, function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def checked(x: Any) -> Any:
        if not low <= x <= high:
            raise Undefined("outside the function's domain")
        return function(x)
    return checked


def _nonnegative(x: Any) -> Any:
    if x < 0:
        raise Undefined("root of a negative number")
    return mpmath.sqrt(x)


_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "exp": mpmath.exp, "log": _log, "sqrt": _nonnegative, "Abs": abs, "sign": mpmath.sign, "Max": max, "Min": min,
    "floor": mpmath.floor, "ceiling": mpmath.ceil, "sin": mpmath.sin, "cos": mpmath.cos,
    "tan": lambda x: mpmath.sin(x) * _reciprocal(mpmath.cos(x)), "sinh": mpmath.sinh, "cosh": mpmath.cosh,
    "tanh": mpmath.tanh, "asin": _between(-1, 1, mpmath.asin), "acos": _between(-1, 1, mpmath.acos),
    "atan": mpmath.atan, "asinh": mpmath.asinh, "erf": mpmath.erf, "erfc": mpmath.erfc,
    "KroneckerDelta": lambda i, j: mpf(1) if abs(i - j) <= _tiny() else mpf(0),
    "logistic": lambda x: 1 / (1 + mpmath.exp(-x)), "softplus": lambda x: mpmath.log(1 + mpmath.exp(x)),
    "xlogy": lambda x, y: mpf(0) if abs(x) <= _tiny() else x * _log(y),
}


def usual(arity: int, seed: int) -> Concrete:
    """A smooth function of so many numbers, with its derivatives of any orders, that treats no two arguments alike."""
    chance = random.Random(seed)
    in_exp = [Fraction(chance.randint(1, 9), 13) for _ in range(arity)]
    in_sin = [Fraction(chance.randint(5, 15), 7) for _ in range(arity)]

    def function(args: Sequence[Value], orders: Sequence[int]) -> Value:
        def at(weights: Sequence[Fraction]) -> tuple[Any, Any]:
            inner = mp.fsum(_mpf(w) * x for w, x in zip(weights, args, strict=True))
            return inner, mp.fprod(_mpf(w) ** o for w, o in zip(weights, orders, strict=True))
        (e, before_exp), (s, before_sin) = at(in_exp), at(in_sin)
        return before_exp * mpmath.exp(e) + before_sin * mpmath.sin(s + sum(orders) * mp.pi / 2)
    return function


def _usual_functional(args: Sequence[Value], orders: Sequence[int]) -> Value:
    """A smooth function of all entries of an array; no two entries play the same part."""
    entries = flat(args[0])
    weighted = mp.fsum((i + 2) * v / 7 for i, v in enumerate(entries))
    return mpmath.sin(weighted) + mp.fsum(v ** 3 / (i + 3) + v for i, v in enumerate(entries)) + weighted ** 2


def _mpf(value: Any) -> Any:
    return mpf(value.numerator) / value.denominator if isinstance(value, Fraction) else mpf(value)


# evaluation

Shifts = Mapping[tuple[str, Position], Any]
Bound = Mapping[str, Any]


class _Place:
    """A point and what is moved there: `shifts` are added to the values of names and entries."""

    def __init__(self, step: Step, point: Point, shifts: Shifts | None = None) -> None:
        self.step = step
        self.point = point
        self.shifts: Shifts = shifts or {}
        self.known: dict[tuple[str, Position], Value] = {}

    def moved(self, where: tuple[str, Position], by: Any) -> _Place:
        return _Place(self.step, self.point, {**self.shifts, where: self.shifts.get(where, 0) + by})

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
            return _component(self._defined(name, definition, ()), at)
        declaration = self.step.declarations[name]
        if declaration.shape is None or len(at) != declaration.rank:
            raise Unsettled("a family whose ranges are not known, or with other indices")
        if any(not 1 <= i <= n for i, n in zip(at, self.sizes(declaration), strict=True)):
            raise Undefined("an entry outside its family")
        return self._given(name, at)

    def _given(self, name: str, at: Position = ()) -> Value:
        if (name, at) not in self.known:
            value = self.point.entries[name][at] if at else self.point.values[name]
            self.known[name, at] = _mpf(value) + self.shifts.get((name, at), 0)
        return self.known[name, at]

    def _defined(self, name: str, definition: Definition, at: Position) -> Value:
        if (name, at) not in self.known:
            bound = {r.name: mpf(i) for r, i in zip(definition.ranges, at, strict=True)}
            value = self.value(definition.body, bound)
            if isinstance(value, list):
                for (moved, where), by in self.shifts.items():
                    if moved == name:
                        value = _added(value, where, by)
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
        if abs(value - nearest) > _tiny():
            raise Undefined("an index or bound that is no integer")
        return int(nearest)

    def number(self, term: Term, bound: Bound) -> Any:
        value = self.value(term, bound)
        if isinstance(value, list):
            raise Unsettled("an array where a number is expected")
        return value

    def value(self, term: Term, bound: Bound) -> Value:
        match term:
            case Number(value):
                return _mpf(value)
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
                if len({_shape(v) for v in values}) != 1:
                    raise Unsettled("a sum of arrays of different shapes")
                return _map(lambda *numbers: mp.fsum(numbers), *values)
            case Mul(args):
                values = [self.value(a, bound) for a in args]
                if sum(isinstance(v, list) for v in values) > 1:
                    raise Unsettled("a product of arrays")
                return _map(lambda *numbers: mp.fprod(numbers), *values)
            case Pow(base, exponent):
                return self._power(base, exponent, bound)
            case Call(function, args, orders):
                return self._call(function, args, orders, bound)
            case Fold():
                values = [self.number(term.body, inner) for inner in self._inside(term.range, term.condition, bound)]
                return mp.fsum(values) if term.kind == "sum" else mp.fprod(values)
            case Family(body, ranges):
                return self._family(body, ranges, bound)
            case Component(array, indices):
                return _component(self.value(array, bound), tuple(self.integer(i, bound) for i in indices))
            case Derivative(body, by, order):
                return self._derivative(body, by, order, bound)
            case Partial(function, family, indices):
                return self._partial(function, family, indices, bound)
            case Limit():
                return self._limit(term, bound)
            case Subst(body, variable, value):
                return self._substituted(body, variable, self.number(value, bound), bound)
            case Piecewise(pieces):
                for value_term, condition in pieces:
                    if self.holds(condition, bound):
                        return self.value(value_term, bound)
                raise Undefined("no piece applies")
            case _:
                raise Unsettled(f"no value for a {type(term).__name__}")

    def _inside(self, range_: Range, condition: Term | None, bound: Bound) -> Iterator[Bound]:
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
        if abs(base) <= _tiny():
            if integral and abs(exponent) <= _tiny():
                return mpf(1)
            if exponent <= _tiny():
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
                return name in bound or kind in ("size", "index", "integer")
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
                return (concrete or _usual_functional)(values, ())
            function = concrete or usual(declaration.arity, seed)
            return _map(lambda *numbers: function(numbers, orders or (0,) * len(numbers)), *values)
        match name, values:
            case "softmax", [family, k]:
                if not 1 <= k <= len(family):
                    raise Undefined("an entry outside its family")
                return mpmath.exp(family[int(k) - 1]) / mp.fsum(mpmath.exp(v) for v in family)
            case "logsumexp", [family]:
                return mpmath.log(mp.fsum(mpmath.exp(v) for v in family))
            case "matmul", _:
                product = values[0]
                for value in values[1:]:
                    product = _product(product, value)
                return product
            case "transpose", [array]:
                return [list(row) for row in zip(*_rows(array), strict=True)]
            case "hadamard", _:
                if len({_shape(v) for v in values}) != 1 or not isinstance(values[0], list):
                    raise Unsettled("an elementwise product of different shapes")
                return _map(lambda *numbers: mp.fprod(numbers), *values)
            case "outer", [list(left), list(right)]:
                if _is_matrix(left) or _is_matrix(right):
                    raise Unsettled("an outer product of matrices")
                return [[a * b for b in right] for a in left]
            case "dot", [list(left), list(right)]:
                if len(left) != len(right):
                    raise Unsettled("a dot product of different sizes")
                return mp.fsum(a * b for a, b in zip(left, right, strict=True))
            case _:
                if name not in _FUNCTIONS:
                    raise Unsettled(f"{name} is not known here")
                return _map(lambda *numbers: _differentiated(_FUNCTIONS[name], numbers, orders), *values)

    # calculus

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
                    return self._gradient(body, name, _shape(whole), bound)
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
        return _map(lambda a, b: (a - b) / (2 * h), above, below)

    def _gradient(self, body: Term, name: str, shape: Position, bound: Bound, begun: Position = ()) -> Value:
        if len(begun) == len(shape):
            slope = self._slope(body, (name, begun), 1, bound)
            if isinstance(slope, list):
                raise Unsettled("a derivative of an array by an array")
            return slope
        return [self._gradient(body, name, shape, bound, (*begun, i)) for i in range(1, shape[len(begun)] + 1)]

    def _partial(self, function: str, family: Term, indices: Sequence[Term], bound: Bound) -> Value:
        values = self.value(family, bound)
        at = tuple(self.integer(i, bound) for i in indices)
        _component(values, at)
        h = mpf(10) ** (-(mp.dps // 4))
        concrete = self.point.functions.get(function, _usual_functional)
        return (concrete([_added(values, at, h)], ()) - concrete([_added(values, at, -h)], ())) / (2 * h)

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

    def _substituted(self, body: Term, variable: Term, value: Any, bound: Bound) -> Value:
        return self._at(body, variable, value, bound)

    def _limit(self, limit: Limit, bound: Bound) -> Value:
        def along(point: Callable[[int], Any]) -> Any:
            return _settled([self._at(limit.body, limit.variable, point(n), bound) for n in (1, 2, 4)])
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
                return all(self.holds(body, inner) for inner in self._inside(range_, where, bound))
            case _:
                raise Unsettled("this is no condition")


def compares(op: str, difference: Any) -> bool:
    """Whether `difference op 0`, what is tiny being 0."""
    sign = 0 if abs(difference) <= _tiny() else 1 if difference > 0 else -1
    return {"=": sign == 0, "!=": sign != 0, "<": sign < 0, "<=": sign <= 0, ">": sign > 0, ">=": sign >= 0}[op]


def _component(value: Value, at: Position) -> Value:
    for i in at:
        if not isinstance(value, list):
            raise Unsettled("an entry of a number")
        if not 1 <= i <= len(value):
            raise Undefined("an entry outside its array")
        value = value[i - 1]
    if isinstance(value, list):
        raise Unsettled("a row of a matrix")
    return value


def _added(value: Value, at: Position, by: Any) -> Value:
    if not at:
        return value + by
    return [_added(v, at[1:], by) if i == at[0] else v for i, v in enumerate(value, 1)]


def _differentiated(function: Callable[..., Any], args: Sequence[Any], orders: Sequence[int]) -> Any:
    """The partial derivative of a known function, by central differences."""
    for position, order in enumerate(orders):
        if order:
            h = mpf(10) ** (-(mp.dps // 4))
            less = [o - (i == position) for i, o in enumerate(orders)]
            above, below = ([*args[:position], args[position] + s * h, *args[position + 1:]] for s in (1, -1))
            return (_differentiated(function, above, less) - _differentiated(function, below, less)) / (2 * h)
    return function(*args)


def _settled(values: Sequence[Any]) -> Any:
    """What values at points n, 2n, 4n go to; Unsettled where they show nothing."""
    if any(isinstance(v, list) for v in values):
        raise Unsettled("the limit of an array")
    first, second, third = values
    if abs(third - second) <= mpf(10) ** -10 * (1 + abs(third)):
        return third
    faster, fastest = 2 * second - first, 2 * third - second      # what goes like 1/n
    if abs(fastest - faster) <= mpf(10) ** -3 * (1 + abs(fastest)):
        return fastest
    raise Unsettled("no limit is seen")


# points


def points(step: Step, seed: str, tries: int = 60) -> Iterator[Point]:
    """Random points that satisfy the step's declarations and hypotheses."""
    for attempt in range(tries):
        chance = random.Random(f"{seed}:{attempt}")
        try:
            point = _drawn(step, chance, attempt)
            if all(holds(g, step, point) for g in step.given):
                yield point
        except (Undefined, Unsettled):
            continue


def _drawn(step: Step, chance: random.Random, attempt: int) -> Point:
    values: dict[str, Fraction] = {}
    entries: dict[str, dict[Position, Fraction]] = {}
    point = Point(values, entries)
    unit = attempt % 2 == 1      # every other time between 0 and 1, where shares and probabilities are
    for d in step.declarations.values():
        if d.kind == "size":
            least = int(d.domain.lower or 1)
            values[d.name] = Fraction(chance.choice([least, 2, 2, 3, 3]) if least <= 2 else least + chance.randint(0, 1))
    for d in step.declarations.values():
        match d.kind:
            case "index" if d.upper is not None and d.lower is not None:
                low, high = (int(mpmath.nint(evaluate(t, step, point))) for t in (d.lower, d.upper))
                values[d.name] = Fraction(chance.randint(low, high))
            case "index" | "integer":
                values[d.name] = Fraction(chance.randint(1, 2)) if d.kind == "index" else _number(d.domain, chance, unit)
            case "scalar":
                values[d.name] = _number(d.domain, chance, unit)
            case "family" if d.shape is not None:
                if d.lower is not None or d.assumptions:
                    raise Unsettled("families of indices and special matrices are not drawn here")
                sizes = [int(mpmath.nint(evaluate(s, step, point))) for s in d.shape]
                where = itertools.product(*(range(1, n + 1) for n in sizes))
                entries[d.name] = {at: _number(d.domain, chance, unit) for at in where}
    for hypothesis in step.given:
        _impose(hypothesis, step, point, values, entries)
    for d in step.declarations.values():
        numbers = [values[d.name]] if d.name in values else entries.get(d.name, {}).values()
        if d.kind != "index" and any(n not in d.domain for n in numbers):
            raise Unsettled("a hypothesis contradicts a declaration here")
    return point


def _number(domain: Domain, chance: random.Random, unit: bool) -> Fraction:
    if domain.values is not None:
        return chance.choice(domain.values)
    low = domain.lower if domain.lower is not None else Fraction(0 if unit else -2)
    high = domain.upper if domain.upper is not None else max(low, Fraction(0)) + Fraction(1 if unit else 2)
    while True:
        found = low + (high - low) * Fraction(chance.randint(1, 96), 97)
        if domain.integer:
            found = Fraction(round(found))
        if found in domain:
            return found


def _impose(hypothesis: Term, step: Step, point: Point, values: dict[str, Fraction],
            entries: dict[str, dict[Position, Fraction]]) -> None:
    """Changes the point so that the hypothesis holds, where it is an equation that says how."""
    def assign(target: Term, value: Any, bound: Bound) -> bool:
        exact = _rational(value)
        match target:
            case Symbol(name) if name in values:
                values[name] = exact
                return True
            case Entry(family, indices) if family in entries:
                place = _Place(step, point)
                entries[family][tuple(place.integer(i, bound) for i in indices)] = exact
                return True
        return False

    def solve(condition: Term, bound: Bound) -> None:
        place = _Place(step, point)
        match condition:
            case Relation("=", left, right):
                for target, other in ((left, right), (right, left)):
                    if isinstance(target, Symbol | Entry) and assign(target, place.number(other, bound), bound):
                        return
                for fold in (t for t in walk(condition) if isinstance(t, Fold)):
                    for entry in (t for t in walk(fold.body) if isinstance(t, Entry) and t.family in entries):
                        last = {**bound, fold.range.name: mpf(place.integer(fold.range.upper, bound))}
                        residuals = []
                        for trial in (0, 1):
                            assign(entry, mpf(trial), last)
                            here = _Place(step, point)
                            residuals.append(here.number(left, bound) - here.number(right, bound))
                        if residuals[0] != residuals[1]:
                            assign(entry, residuals[0] / (residuals[0] - residuals[1]), last)
                        return
            case ForAll(body, range_, where):
                for inner in list(place._inside(range_, where, bound)):
                    solve(body, inner)
    with mp.workdps(DIGITS):
        solve(hypothesis, {})


def _rational(value: Any) -> Fraction:
    """The rational of moderate denominator next to a computed number."""
    sign, man, exponent, _ = mpf(value)._mpf_
    exact = Fraction(int(man)) * Fraction(2) ** exponent
    return (-exact if sign else exact).limit_denominator(10 ** 15)


# steps

Outcome = Literal["related", "unrelated", "unclear"]


def compare(step: Step, point: Point) -> Outcome:
    """Whether the step's relation holds between the two lines' values; unclear where a line has none, or nearly."""
    limits = _mentions_limit(step)
    digits = DIGITS_FOR_LIMITS if limits else DIGITS
    margin, exact = (mpf("0.02"), mpf("1e-3")) if limits else (mpf("1e-9"), mpf("1e-12"))
    try:
        left, right = (evaluate(t, step, point, digits) for t in (step.left, step.right))
    except (Undefined, Unsettled):
        return "unclear"
    if _shape(left) != _shape(right):
        return "unclear"
    outcomes = set()
    for a, b in zip(flat(left), flat(right), strict=True):
        apart = abs(a - b) / (1 + abs(a) + abs(b))
        if exact < apart < margin:
            return "unclear"
        sign = 0 if apart <= exact else 1 if a > b else -1
        outcomes.add({"=": sign == 0, "<": sign < 0, "<=": sign <= 0, ">": sign > 0, ">=": sign >= 0}[step.relation])
    return "unrelated" if False in outcomes else "related"


def _mentions_limit(step: Step) -> bool:
    return any(isinstance(t, Limit) for line in (step.left, step.right) for t in walk(line))


# counterexamples


def confirms(step: Step, found: Counterexample, seed: str) -> Outcome | Literal["inadmissible"]:
    """What this evaluation says at a counterexample: unrelated confirms it, related contradicts it.

    Inadmissible where a hypothesis or a declaration does not hold there. What the counterexample leaves open is drawn.
    """
    with mp.workdps(DIGITS):
        values: dict[str, Fraction] = {}
        entries: dict[str, dict[Position, Fraction]] = {}
        place = _Place(step, Point())
        for name, value in found.values:
            exact = _rational(place.value(value, {}))
            match name:
                case Symbol(scalar):
                    values[scalar] = exact
                case Entry(family, indices):
                    entries.setdefault(family, {})[tuple(place.integer(i, {}) for i in indices)] = exact
        drawn = _completed(step, values, entries, random.Random(seed))
        functions = {name: written(text, step.declarations[name]) for name, text in found.functions}
        point = Point(drawn.values, drawn.entries, functions)
        for declared in step.declarations.values():
            numbers = [point.values[declared.name]] if declared.name in point.values else \
                point.entries.get(declared.name, {}).values()
            if declared.kind != "index" and any(n not in declared.domain for n in numbers):
                return "inadmissible"
        try:
            if not all(holds(g, step, point) for g in step.given):
                return "inadmissible"
        except (Undefined, Unsettled):
            return "unclear"
    return compare(step, point)


def _completed(step: Step, values: Mapping[str, Fraction], entries: Mapping[str, Mapping[Position, Fraction]],
               chance: random.Random) -> Point:
    """The point with everything that it leaves out drawn at random."""
    all_values = dict(values)
    all_entries: dict[str, dict[Position, Fraction]] = {}
    point = Point(all_values, all_entries)
    for d in sorted(step.declarations.values(), key=lambda d: d.kind != "size"):
        if d.name in all_values or d.kind in ("function", "functional"):
            continue
        match d.kind:
            case "size":
                all_values[d.name] = Fraction(max(2, int(d.domain.lower or 1)))
            case "index":
                all_values[d.name] = Fraction(1)
            case "family" if d.shape is not None:
                sizes = [int(mpmath.nint(evaluate(s, step, point))) for s in d.shape]
                given = entries.get(d.name, {})
                where = itertools.product(*(range(1, n + 1) for n in sizes))
                all_entries[d.name] = {at: given[at] if at in given else _number(d.domain, chance, False)
                                       for at in where}
            case "scalar" | "integer":
                all_values[d.name] = _number(d.domain, chance, False)
    return point


def written(text: str, declaration: Declaration) -> Concrete:
    """The concrete function of t, u, v, w, or of all entries x[1..n] of an array, that a counterexample names."""
    if declaration.kind == "functional":
        names = parse_declarations({"n": {"kind": "size"}, "x": {"kind": "indexed", "shape": ["n"]}})
        body = parse(text, names=names)

        def functional(args: Sequence[Value], orders: Sequence[int]) -> Value:
            entries = flat(args[0])
            point = Point({"n": Fraction(len(entries))}, {"x": {(i,): v for i, v in enumerate(entries, 1)}})
            return _Place(Step(body, body, declarations=names), point).value(body, {})
        return functional
    parameters = ("t", "u", "v", "w")[:declaration.arity]
    names = parse_declarations({p: {"kind": "scalar"} for p in parameters})
    body = parse(text, names=names)

    def function(args: Sequence[Value], orders: Sequence[int]) -> Value:
        def at(*numbers: Value) -> Value:
            point = Point(dict(zip(parameters, numbers, strict=True)))
            return _Place(Step(body, body, declarations=names), point).value(body, {})
        return _differentiated(at, args, orders)
    return function
