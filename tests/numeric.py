"""Numbers and arrays at a point, by mpmath: what `evaluation` computes with. Not a test itself.

Shares nothing with the kernel: imports mpmath only. An array is a list of its entries, or of its rows.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from typing import Any

import mpmath
from mpmath import mp, mpf

Position = tuple[int, ...]
Value = Any     # an mpf, or a list of values for a vector, a list of rows for a matrix
Concrete = Callable[[Sequence[Value], Sequence[int]], Value]


class Undefined(Exception):
    """The term has no value at the point."""


class Unsettled(Exception):
    """This evaluation cannot tell the value: nothing follows."""


# arrays


def each(function: Callable[..., Value], *values: Value) -> Value:
    """`function` of numbers, entry by entry where values are arrays of one shape (numbers are the same everywhere)."""
    arrays = [v for v in values if isinstance(v, list)]
    if not arrays:
        return function(*values)
    if len({len(a) for a in arrays}) != 1:
        raise Unsettled("arrays of different shapes")
    count = len(arrays[0])
    return [each(function, *(v[i] if isinstance(v, list) else v for v in values)) for i in range(count)]


def is_matrix(value: Value) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], list)


def rows(value: Value) -> list[list[Any]]:
    """The value as a matrix; a vector is a column."""
    if not isinstance(value, list):
        raise Unsettled("an array was expected")
    return value if is_matrix(value) else [[v] for v in value]


def product(left: Value, right: Value) -> Value:
    a, b = rows(left), rows(right)
    if len(a[0]) != len(b):
        raise Unsettled("arrays whose product has no meaning")
    product = [[mp.fsum(r[k] * b[k][j] for k in range(len(b))) for j in range(len(b[0]))] for r in a]
    return [row[0] for row in product] if not is_matrix(right) else product


def flat(value: Value) -> list[Any]:
    """The numbers in the value, row by row."""
    return [v for part in value for v in flat(part)] if isinstance(value, list) else [value]


def shape(value: Value) -> Position:
    return (len(value), *(shape(value[0]) if value else ())) if isinstance(value, list) else ()


def array_function(name: str, values: Sequence[Value]) -> Value:
    """A function of whole arrays; Unsettled where shapes do not fit, and for a name that is none."""
    match name, values:
        case "softmax", [family, k]:
            if not 1 <= k <= len(family):
                raise Undefined("an entry outside its family")
            return mpmath.exp(family[int(k) - 1]) / mp.fsum(mpmath.exp(v) for v in family)
        case "logsumexp", [family]:
            return mpmath.log(mp.fsum(mpmath.exp(v) for v in family))
        case "matmul", _:
            return reduce(product, values)
        case "transpose", [array]:
            return [list(row) for row in zip(*rows(array), strict=True)]
        case "hadamard", _ if isinstance(values[0], list) and len({shape(v) for v in values}) == 1:
            return each(lambda *numbers: mp.fprod(numbers), *values)
        case "outer", [list(left), list(right)] if not is_matrix(left) and not is_matrix(right):
            return [[a * b for b in right] for a in left]
        case "dot", [list(left), list(right)] if shape(left) == shape(right):
            return mp.fsum(a * b for a, b in zip(left, right, strict=True))
        case "trace", [array] if is_matrix(array):
            return mp.fsum(array[i][i] for i in range(len(array)))
        case "identity", [n]:
            return [[mpf(i == j) for j in range(int(n))] for i in range(int(n))]
        case "zeros" | "ones", [*sizes]:
            entry = mpf(name == "ones")
            inner: Value = entry
            for size in reversed(sizes):
                inner = [inner] * int(size)
            return inner
        case "det", [array] if is_matrix(array) and len(array) == len(array[0]):
            return mpmath.det(mpmath.matrix(array))
        case "inverse", [array] if is_matrix(array) and len(array) == len(array[0]):
            if abs(mpmath.det(mpmath.matrix(array))) <= tiny():
                raise Undefined("the inverse of a singular matrix")
            return mpmath.inverse(mpmath.matrix(array)).tolist()
        case _:
            raise Unsettled(f"{name} is not known here, or not of these shapes")


def single(value: Value) -> Value:
    """The number in an array of one entry; anything else as it is."""
    while isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value


# functions


def tiny() -> Any:
    """Below this a computed number is taken for zero."""
    return mpf(10) ** (-(mp.dps * 7 // 10))


def _log(x: Any) -> Any:
    if x <= tiny():
        raise Undefined("log of a number that is not positive")
    return mpmath.log(x)


def _reciprocal(x: Any) -> Any:
    if abs(x) <= tiny():
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


def _off_poles(function: Callable[[Any], Any], shift: int = 0) -> Callable[[Any], Any]:
    """A function with poles at the integers up to 0 (of its argument and the shift)."""
    def checked(x: Any) -> Any:
        at = x + shift
        if abs(at - mpmath.nint(at)) <= tiny() and mpmath.nint(at) <= 0:
            raise Undefined("a pole")
        return function(at)
    return checked


def _positive(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def checked(x: Any) -> Any:
        if x <= tiny():
            raise Undefined("outside the function's domain")
        return function(x)
    return checked


def _acosh(x: Any) -> Any:
    if x < 1:
        raise Undefined("outside the function's domain")
    return mpmath.acosh(x)


def _atanh(x: Any) -> Any:
    if abs(x) >= 1:
        raise Undefined("outside the function's domain")
    return mpmath.atanh(x)


def _whole(x: Any) -> int:
    if abs(x - mpmath.nint(x)) > tiny():
        raise Unsettled("a number that is no integer")
    return int(mpmath.nint(x))


def _binomial(top: Any, bottom: Any) -> Any:
    n, k = _whole(top), _whole(bottom)
    if k < 0:
        return mpf(0)
    return mpf(math.comb(n, k)) if n >= 0 else mpf((-1)**k * math.comb(k - n - 1, k))


def _polygamma(order: Any, x: Any) -> Any:
    if _whole(order) < 0:
        raise Unsettled("a polygamma function of negative order")
    return _off_poles(lambda at: mpmath.psi(_whole(order), at))(x)


def _mod(x: Any, y: Any) -> Any:
    if abs(y) <= tiny():
        raise Undefined("division by zero")
    return x - y * mpmath.floor(x / y)


_gamma, _digamma = _off_poles(mpmath.gamma), _off_poles(mpmath.digamma)


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "exp": mpmath.exp, "log": _log, "sqrt": _nonnegative, "Abs": abs, "sign": mpmath.sign, "Max": max, "Min": min,
    "floor": mpmath.floor, "ceiling": mpmath.ceil, "sin": mpmath.sin, "cos": mpmath.cos,
    "tan": lambda x: mpmath.sin(x) * _reciprocal(mpmath.cos(x)), "sinh": mpmath.sinh, "cosh": mpmath.cosh,
    "tanh": mpmath.tanh, "asin": _between(-1, 1, mpmath.asin), "acos": _between(-1, 1, mpmath.acos),
    "atan": mpmath.atan, "asinh": mpmath.asinh, "erf": mpmath.erf, "erfc": mpmath.erfc,
    "KroneckerDelta": lambda i, j: mpf(1) if abs(i - j) <= tiny() else mpf(0),
    "logistic": lambda x: 1 / (1 + mpmath.exp(-x)), "softplus": lambda x: mpmath.log(1 + mpmath.exp(x)),
    "acosh": _acosh, "atanh": _atanh, "gamma": _gamma, "factorial": _off_poles(mpmath.gamma, 1),
    "loggamma": _positive(mpmath.loggamma), "digamma": _digamma, "polygamma": _polygamma,
    "beta": lambda a, b: _gamma(a) * _gamma(b) / mpmath.gamma(a + b), "binomial": _binomial,
    "harmonic": lambda n: _off_poles(mpmath.digamma, 1)(n) + mp.euler, "Mod": _mod,
    "fibonacci": lambda n: mpmath.fib(_whole(n)),
    "xlogy": lambda x, y: mpf(0) if abs(x) <= tiny() else x * _log(y),
}


def usual(arity: int, seed: int) -> Concrete:
    """A smooth function of so many numbers, with its derivatives of any orders, that treats no two arguments alike."""
    chance = random.Random(seed)
    in_exp = [Fraction(chance.randint(1, 9), 13) for _ in range(arity)]
    in_sin = [Fraction(chance.randint(5, 15), 7) for _ in range(arity)]

    def function(args: Sequence[Value], orders: Sequence[int]) -> Value:
        def at(weights: Sequence[Fraction]) -> tuple[Any, Any]:
            inner = mp.fsum(to_real(w) * x for w, x in zip(weights, args, strict=True))
            return inner, mp.fprod(to_real(w) ** o for w, o in zip(weights, orders, strict=True))
        (e, before_exp), (s, before_sin) = at(in_exp), at(in_sin)
        return before_exp * mpmath.exp(e) + before_sin * mpmath.sin(s + sum(orders) * mp.pi / 2)
    return function


def usual_functional(args: Sequence[Value], orders: Sequence[int]) -> Value:
    """A smooth function of all entries of an array; no two entries play the same part."""
    entries = flat(args[0])
    weighted = mp.fsum((i + 2) * v / 7 for i, v in enumerate(entries))
    return mpmath.sin(weighted) + mp.fsum(v ** 3 / (i + 3) + v for i, v in enumerate(entries)) + weighted ** 2


def to_real(value: Any) -> Any:
    return mpf(value.numerator) / value.denominator if isinstance(value, Fraction) else mpf(value)


def compares(op: str, difference: Any) -> bool:
    """Whether `difference op 0`, what is tiny being 0."""
    sign = 0 if abs(difference) <= tiny() else 1 if difference > 0 else -1
    return {"=": sign == 0, "!=": sign != 0, "<": sign < 0, "<=": sign <= 0, ">": sign > 0, ">=": sign >= 0}[op]


def component(value: Value, at: Position) -> Value:
    for i in at:
        if not isinstance(value, list):
            raise Unsettled("an entry of a number")
        if not 1 <= i <= len(value):
            raise Undefined("an entry outside its array")
        value = value[i - 1]
    if isinstance(value, list):
        raise Unsettled("a row of a matrix")
    return value


def added(value: Value, at: Position, by: Any) -> Value:
    if not at:
        return value + by
    return [added(v, at[1:], by) if i == at[0] else v for i, v in enumerate(value, 1)]


def difference_quotient(function: Callable[..., Any], args: Sequence[Any], orders: Sequence[int]) -> Any:
    """The partial derivative of a known function, by central differences."""
    for position, order in enumerate(orders):
        if order:
            h = mpf(10) ** (-(mp.dps // 4))
            less = [o - (i == position) for i, o in enumerate(orders)]
            above, below = ([*args[:position], args[position] + s * h, *args[position + 1:]] for s in (1, -1))
            return (difference_quotient(function, above, less) - difference_quotient(function, below, less)) / (2 * h)
    return function(*args)


def settled(values: Sequence[Any]) -> Any:
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
