"""Values of terms at a point by mpmath floats: the tests' own reading of the tree.

Shares nothing with `lossproof.kernel`, so that an error there does not hide here. Sums are
loops, derivatives are central differences at many digits, opaque functions are Python's.
Not a test itself.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import product
from typing import Final

import mpmath
from mpmath import mpf

from lossproof.derivation import Declaration, Definition
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
    Mul,
    Number,
    Piecewise,
    Pow,
    Relation,
    Subst,
    Symbol,
    Term,
)

Key = tuple[str, tuple[int, ...]]
"""A name and the indices of one entry of it, () for the name itself."""


class Undefined(Exception):
    """The term has no real value at the point."""


class NotCovered(Exception):
    """This evaluator does not know the construct; it says nothing."""


@dataclass(frozen=True, slots=True)
class Point:
    """Exact values of names and entries; Python functions for the opaque ones, of mpf arguments."""

    values: Mapping[str, Fraction] = field(default_factory=dict)
    entries: Mapping[str, Mapping[tuple[int, ...], Fraction]] = field(default_factory=dict)
    functions: Mapping[str, Callable[..., mpf]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _World:
    declarations: Mapping[str, Declaration]
    definitions: Mapping[str, Definition]
    point: Point
    dps: int
    # bound names, which hide the others; values that a derivative or substitution moves, which quantities see
    bound: Mapping[str, int] = field(default_factory=dict)
    moved: Mapping[Key, mpf] = field(default_factory=dict)


def evaluate(term: Term, declarations: Mapping[str, Declaration], definitions: Mapping[str, Definition], point: Point,
             dps: int = 30) -> mpf:
    """The value of a scalar term, right to about `dps` digits.

    Raises Undefined where it has none, NotCovered for limits, integrals, whole arrays and the like.
    """
    # each order of a derivative costs half of the digits
    with mpmath.workdps(dps * 4 + 20):
        return +_value(term, _World(declarations, definitions, point, dps * 4 + 20))


def holds(condition: Term, declarations: Mapping[str, Declaration], definitions: Mapping[str, Definition],
          point: Point, dps: int = 30) -> bool:
    """Whether a condition holds; numbers that agree to `dps` digits count as equal. An undefined one does not hold."""
    with mpmath.workdps(dps * 4 + 20):
        try:
            return _holds(condition, _World(declarations, definitions, point, dps * 4 + 20))
        except Undefined:
            return False


def same(a: mpf, b: mpf, dps: int = 30) -> bool:
    """Whether two values agree to `dps` digits, relative to the larger or to 1."""
    with mpmath.workdps(dps + 10):
        return bool(abs(a - b) <= mpf(10) ** (-dps) * max(1, abs(a), abs(b)))


# values


def _value(term: Term, w: _World) -> mpf:
    match term:
        case Number(value):
            return mpf(value.numerator) / value.denominator
        case Const("pi"):
            return +mpmath.pi
        case Const("E"):
            return +mpmath.e
        case Const("EulerGamma"):
            return +mpmath.euler
        case Symbol(name):
            return _symbol(name, w)
        case Entry(family, indices):
            return _entry(family, tuple(_integer(i, w) for i in indices), w)
        case Add(args):
            return mpmath.fsum(_value(a, w) for a in args)
        case Mul(args):
            return mpmath.fprod([_value(a, w) for a in args])
        case Pow(base, exponent):
            return _power(base, exponent, w)
        case Call(function, args, orders):
            return _call(function, args, orders, w)
        case Fold(kind, body, _, _):
            values = [_value(body, inner) for inner in _each(term, w)]
            return mpmath.fsum(values) if kind == "sum" else mpmath.fprod(values)
        case Component(Family(body, ranges), indices):
            at = [_integer(i, w) for i in indices]
            for r, i in zip(ranges, at, strict=True):
                if not _integer(r.lower, w) <= i <= _integer(r.upper, w):
                    raise Undefined("an entry outside its family")
            return _value(body, _bind(w, {r.name: i for r, i in zip(ranges, at, strict=True)}))
        case Derivative(body, by, order):
            return _derivative(body, by, order, w)
        case Subst(body, Symbol(name), value):
            return _value(body, replace(w, moved={**w.moved, (name, ()): _value(value, w)}))
        case Piecewise(pieces):
            for value, condition in pieces:
                if _holds(condition, w):
                    return _value(value, w)
            raise Undefined("no piece")
        case _:
            raise NotCovered(type(term).__name__)


def _symbol(name: str, w: _World) -> mpf:
    if name in w.bound:
        return mpf(w.bound[name])
    if (name, ()) in w.moved:
        return w.moved[name, ()]
    definition = w.definitions.get(name)
    if definition is not None:
        if definition.ranges:
            raise NotCovered("a whole family as a value")
        return _value(definition.body, replace(w, bound={}))
    if name not in w.point.values:
        raise NotCovered(f"no value for {name}")
    value = w.point.values[name]
    return mpf(value.numerator) / value.denominator


def _entry(family: str, at: tuple[int, ...], w: _World) -> mpf:
    if (family, at) in w.moved:
        return w.moved[family, at]
    definition = w.definitions.get(family)
    if definition is not None:
        if len(definition.ranges) != len(at):
            raise NotCovered("an entry of an array quantity")
        inner = replace(w, bound={})
        for r, i in zip(definition.ranges, at, strict=True):
            if not _integer(r.lower, inner) <= i <= _integer(r.upper, inner):
                raise Undefined("an entry outside its family")
        return _value(definition.body, _bind(inner, {r.name: i for r, i in zip(definition.ranges, at, strict=True)}))
    value = w.point.entries.get(family, {}).get(at)
    if value is None:
        raise Undefined("an entry outside its family")
    return mpf(value.numerator) / value.denominator


def _integer(term: Term, w: _World) -> int:
    value = _value(term, w)
    nearest = int(mpmath.nint(value))
    if abs(value - nearest) > mpf(10) ** (-w.dps // 3):
        raise Undefined("an index or bound that is no integer")
    return nearest


def _bind(w: _World, names: Mapping[str, int]) -> _World:
    return replace(w, bound={**w.bound, **names})


def _each(fold: Fold | ForAll, w: _World) -> Iterator[_World]:
    """The worlds of the values in the range that satisfy the condition."""
    for i in range(_integer(fold.range.lower, w), _integer(fold.range.upper, w) + 1):
        inner = _bind(w, {fold.range.name: i})
        if fold.condition is None or _holds(fold.condition, inner):
            yield inner


def _power(base: Term, exponent: Term, w: _World) -> mpf:
    b, e = _value(base, w), _value(exponent, w)
    near = mpmath.nint(e)
    if e == near:
        n = int(near)
        if n < 0:
            _away_from_0(b)
        if b == 0 and n < 0:
            raise Undefined("0 to a negative power")
        if b == 0 and n == 0 and not _is_integer(exponent, w):
            raise Undefined("0**0")
        return b**n
    if _away_from_0(b) < 0 or (b == 0 and e < 0):
        raise Undefined("a power of a negative base")
    return mpmath.power(b, e)


def _is_integer(term: Term, w: _World) -> bool:
    """Whether a term is an integer by how it is written and declared."""
    match term:
        case Number(value):
            return value.denominator == 1
        case Symbol(name):
            declaration = w.declarations.get(name)
            return name in w.bound or (declaration is not None and (
                declaration.kind in ("integer", "size", "index") or declaration.domain.integer))
        case Add(args) | Mul(args):
            return all(_is_integer(a, w) for a in args)
        case _:
            return False


# conditions

_COMPARE: Final = {"=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt,
                   ">=": operator.ge}


def _holds(condition: Term, w: _World) -> bool:
    match condition:
        case Relation(op, left, right):
            a, b = _value(left, w), _value(right, w)
            if abs(a - b) <= mpf(10) ** (-w.dps // 3) * max(1, abs(a), abs(b)):
                return op in ("=", "<=", ">=")
            return bool(_COMPARE[op](a, b))
        case Bool("and", args):
            return all(_holds(a, w) for a in args)
        case Bool("or", args):
            return any(_holds(a, w) for a in args)
        case Bool("not", (inner,)):
            return not _holds(inner, w)
        case ForAll(body, _, _):
            return all(_holds(body, inner) for inner in _each(condition, w))
        case _:
            raise NotCovered(type(condition).__name__)


# derivatives


def _derivative(body: Term, by: Term, order: int, w: _World) -> mpf:
    """The derivative by central differences from both sides, which must agree."""
    match by:
        case Symbol(name):
            key: Key = (name, ())
        case Entry(name, indices):
            key = (name, tuple(_integer(i, w) for i in indices))
        case _:
            raise NotCovered("a derivative by this")
    here = _value(by, w)

    def at(x: mpf) -> mpf:
        # a quantity that is moved keeps its value whatever becomes of what it was made of
        return _value(body, replace(w, moved={**w.moved, key: x}))

    if name in w.bound and not key[1]:
        raise NotCovered("a derivative by a bound variable")
    if order > 2:
        raise NotCovered("a derivative of high order")
    h = mpf(10) ** (-(w.dps // (order + 3)))
    at(here)
    if order == 1:
        right, left = (at(here + h) - at(here)) / h, (at(here) - at(here - h)) / h
        if abs(right - left) > mpf(10) ** (-w.dps // 10) * max(1, abs(right), abs(left)):
            raise Undefined("a kink")
        # the error of the central difference is of order h^2; two steps of extrapolation leave h^4
        coarse, fine = ((at(here + s) - at(here - s)) / (2 * s) for s in (h, h / 2))
        return (4 * fine - coarse) / 3
    coarse, fine = ((at(here + s) - 2 * at(here) + at(here - s)) / s**2 for s in (h, h / 2))
    return (4 * fine - coarse) / 3


# functions


def _call(function: str, args: tuple[Term, ...], orders: tuple[int, ...], w: _World) -> mpf:
    if function in w.point.functions:
        chosen = w.point.functions[function]
        values = tuple(_value(a, w) for a in args)
        if any(orders):
            return mpmath.diff(chosen, values if len(values) > 1 else values[0],
                               orders if len(orders) > 1 else orders[0])
        return chosen(*values)
    if any(orders):
        raise NotCovered("the derivative of a known function")
    if function in ("softmax", "logsumexp"):
        return _softmax(function, args, w)
    values = tuple(_value(a, w) for a in args)
    try:
        return _known(function, values)
    except (ValueError, ZeroDivisionError) as reason:
        raise Undefined(str(reason)) from reason


def _softmax(function: str, args: tuple[Term, ...], w: _World) -> mpf:
    family = args[0]
    if isinstance(family, Family) and len(family.ranges) == 1:
        (r,) = family.ranges
        values = [_value(family.body, _bind(w, {r.name: i}))
                  for i in range(_integer(r.lower, w), _integer(r.upper, w) + 1)]
    elif isinstance(family, Symbol) and family.name in w.point.entries:
        values = [_entry(family.name, at, w) for at in sorted(w.point.entries[family.name])]
    else:
        raise NotCovered(f"{function} of this")
    total = mpmath.fsum(mpmath.exp(v) for v in values)
    if function == "logsumexp":
        return mpmath.log(total)
    at = _integer(args[1], w)
    if not 1 <= at <= len(values):
        raise Undefined("an entry outside its family")
    return mpmath.exp(values[at - 1]) / total


def _away_from_0(x: mpf) -> mpf:
    """The number, if it is 0 or the digits tell that it is not; else NotCovered."""
    if x != 0 and abs(x) <= mpf(10) ** (-mpmath.mp.dps // 3):
        raise NotCovered("a number that may be 0")
    return x


def _log(x: mpf) -> mpf:
    if _away_from_0(x) <= 0:
        raise Undefined("the log of a number that is not positive")
    return mpmath.log(x)


def _root(x: mpf) -> mpf:
    if _away_from_0(x) < 0:
        raise Undefined("the root of a negative number")
    return mpmath.sqrt(x)


def _inside(x: mpf, lower: int, upper: int | None, function: Callable[[mpf], mpf]) -> mpf:
    if x < lower or (upper is not None and x > upper):
        raise Undefined("outside the domain")
    return function(x)


_SIMPLE: Final[Mapping[str, Callable[..., mpf]]] = {
    "exp": mpmath.exp, "log": _log, "sqrt": _root, "Abs": abs, "sign": lambda x: mpmath.sign(_away_from_0(x)),
    "Max": max, "Min": min,
    "floor": mpmath.floor, "ceiling": mpmath.ceil, "sin": mpmath.sin, "cos": mpmath.cos, "tan": mpmath.tan,
    "asin": lambda x: _inside(x, -1, 1, mpmath.asin), "acos": lambda x: _inside(x, -1, 1, mpmath.acos),
    "atan": mpmath.atan, "sinh": mpmath.sinh, "cosh": mpmath.cosh, "tanh": mpmath.tanh, "asinh": mpmath.asinh,
    "acosh": lambda x: _inside(x, 1, None, mpmath.acosh), "erf": mpmath.erf, "erfc": mpmath.erfc,
    "gamma": mpmath.gamma, "digamma": mpmath.digamma, "factorial": mpmath.factorial,
    "KroneckerDelta": lambda i, j: mpf(_away_from_0(i - j) == 0), "logistic": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
}


def _known(function: str, values: tuple[mpf, ...]) -> mpf:
    match function, values:
        case "xlogy", (x, y):
            return mpf(0) if x == 0 else x * _log(y)
        case "atanh", (x,):
            if not -1 < x < 1:
                raise Undefined("atanh outside its domain")
            return mpmath.atanh(x)
        case "loggamma", (x,):
            if x <= 0:
                raise Undefined("loggamma of a number that is not positive")
            return mpmath.loggamma(x)
    chosen = _SIMPLE.get(function)
    if chosen is None:
        raise NotCovered(function)
    return chosen(*values)


def positions(shape: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """All index tuples of an array of the shape, counted from 1."""
    return product(*(range(1, n + 1) for n in shape))
