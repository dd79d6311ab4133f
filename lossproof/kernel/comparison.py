"""Comparing two terms at a point, and whether a point is one that the declarations allow.

Trusted. Imports the ground floor, `enclosure`, `points`, `jets`, `concrete`. Precision is doubled
until the enclosures decide or the last precision is reached.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

from flint import arb, ctx, fmpq

from lossproof.derivation import Declaration
from lossproof.kernel.concrete import Array, determinant
from lossproof.kernel.enclosure import Evaluator
from lossproof.kernel.jets import Undecided, Undefined
from lossproof.kernel.points import Point
from lossproof.term import Number, Relation, RelationName, Symbol, Term

Factory: TypeAlias = Callable[[int], Evaluator]
"""Makes an evaluator of that many bits."""

Outcome: TypeAlias = Literal["differ", "equal", "overlap", "undefined"]

FIRST_PRECISION = 64
LAST_PRECISION = 1024

# Binary exponents up to this are written out digit by digit.
_LARGEST_EXPONENT = 10_000


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two values compare: they provably differ, are equal exactly, or neither is known.

    A side is its exact value, else its enclosure, else the reason why it is undefined, else
    None where it was not decided. "undefined": at least one side is.
    """

    outcome: Outcome
    left: Fraction | arb | Undefined | None
    right: Fraction | arb | Undefined | None


def precisions(last: int = LAST_PRECISION) -> Iterator[int]:
    """The precisions to try, doubling."""
    precision = FIRST_PRECISION
    while precision <= last:
        yield precision
        precision *= 2


def compared(left: Term, right: Term, factory: Factory, max_precision: int = LAST_PRECISION) -> Comparison:
    """How the values of two scalar terms compare. Raises OutOfBudget."""
    values: list[Fraction | arb | Undefined | None] = [None, None]
    for precision in precisions(max_precision):
        for side, term in enumerate((left, right)):
            if isinstance(values[side], Fraction | Undefined):
                continue
            try:
                values[side] = factory(precision).number(term)
            except Undefined as undefined:
                values[side] = undefined
            except Undecided:
                continue
        x, y = values
        if x is None or y is None:
            continue
        if isinstance(x, Undefined) or isinstance(y, Undefined):
            return Comparison("undefined", x, y)
        if isinstance(x, Fraction) and isinstance(y, Fraction):
            return Comparison("equal" if x == y else "differ", x, y)
        with ctx.workprec(precision):
            if not _ball(x).overlaps(_ball(y)):
                return Comparison("differ", x, y)
    x, y = values
    return Comparison("undefined" if isinstance(x, Undefined) or isinstance(y, Undefined) else "overlap", x, y)


def _ball(x: Fraction | arb) -> arb:
    return arb(fmpq(x.numerator, x.denominator)) if isinstance(x, Fraction) else x


def decided(condition: Term, factory: Factory, max_precision: int = LAST_PRECISION) -> bool | None:
    """Whether a condition holds at the point, None where no precision decides. Raises OutOfBudget."""
    for precision in precisions(max_precision):
        answer = factory(precision).holds(condition)
        if answer is not None:
            return answer
    return None


def decimal(value: Fraction | arb, digits: int = 10) -> str:
    """The value as text: exact where it is rational, else its certain digits and "...".

    An enclosure too wide for that is written as one, "[0.5 +/- 0.0101]".
    """
    if isinstance(value, Fraction):
        return str(value)
    with ctx.workprec(64 + 4 * digits):
        ends = value.lower(), value.upper()
        if not all(end.is_finite() and abs(end.man_exp()[1]) <= _LARGEST_EXPONENT for end in ends):
            return str(value.str(digits))
        low, high = (_exactly(end) for end in ends)
    if low <= 0 <= high:
        return "0" if low == high else str(value.str(3))
    sign = "-" if high <= 0 else ""
    low, high = min(abs(low), abs(high)), max(abs(low), abs(high))
    # The first digit that counts stands at 10**top; small and large numbers get an exponent.
    top = _leading(high)
    for places in range(digits - 1 - top, -top - 1, -1):
        shown, other = (_truncated(end, places) for end in (low, high))
        if shown == other and shown:
            return sign + _written(shown, places, top)
    return str(value.str(3))


def _exactly(end: arb) -> Fraction:
    mantissa, exponent = end.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def _leading(value: Fraction) -> int:
    """The greatest n with 10**n <= value, for value > 0."""
    # from bit lengths: decimal digits of a huge number would take long, and Python refuses them
    n = int((value.numerator.bit_length() - value.denominator.bit_length()) * 0.30103)
    while Fraction(10) ** n > value:
        n -= 1
    while Fraction(10) ** (n + 1) <= value:
        n += 1
    return n


def _truncated(value: Fraction, places: int) -> int:
    scaled = value * Fraction(10) ** places
    return scaled.numerator // scaled.denominator


def _written(shown: int, places: int, top: int) -> str:
    """The digits with their point: shown / 10**places, and "..."."""
    digits = str(shown)
    if -5 <= top <= 15 and places >= 0:
        digits = digits.rjust(places + 1, "0")
        return (f"{digits[:-places]}.{digits[-places:]}" if places else digits + ".") + "..."
    fraction = digits[1:]
    return f"{digits[0]}{'.' + fraction if fraction else '.'}...e{top}"


def admissible(point: Point, declarations: Mapping[str, Declaration], evaluator: Evaluator) -> bool:
    """Whether every value of the point is one that its declaration allows.

    False also where that is not decided. Names that are not declared stand for indices and
    must be integers. Raises OutOfBudget.
    """
    try:
        scalars = all(_allowed(value, declarations.get(name), evaluator) for name, value in point.values.items())
        constants = all(_constant_allowed(name, declarations.get(name), evaluator) for name in point.constants)
        return scalars and constants and all(
            name in declarations and _family_allowed(entries, declarations[name], evaluator)
            for name, entries in point.entries.items())
    except (Undefined, Undecided):
        return False


def _allowed(value: Fraction, declaration: Declaration | None, evaluator: Evaluator) -> bool:
    if declaration is None:
        return value.denominator == 1
    if declaration.kind in ("integer", "size", "index") and value.denominator != 1:
        return False
    if declaration.kind == "size" and value < 1:
        return False
    return value in declaration.domain and _between(value, declaration, evaluator)


def _constant_allowed(name: str, declaration: Declaration | None, evaluator: Evaluator) -> bool:
    """Whether a scalar's value that is no rational number provably lies inside its declared domain."""
    if declaration is None or declaration.kind != "scalar" or declaration.lower or declaration.upper:
        return False
    domain = declaration.domain
    if domain.integer or domain.values is not None:
        return False
    ends = [(">", domain.lower), ("<", domain.upper)] + ([("!=", Fraction(0))] if domain.nonzero else [])
    plain: dict[str, RelationName] = {">": ">", "<": "<", "!=": "!="}
    return all(end is None or evaluator.holds(Relation(plain[op], Symbol(name), Number(end))) is True
               for op, end in ends)


def _between(value: Fraction, declaration: Declaration, evaluator: Evaluator) -> bool:
    lower = None if declaration.lower is None else evaluator.exact(declaration.lower)
    upper = None if declaration.upper is None else evaluator.exact(declaration.upper)
    if (declaration.lower is None) != (lower is None) or (declaration.upper is None) != (upper is None):
        return False
    return (lower is None or lower <= value) and (upper is None or value <= upper)


def _family_allowed(entries: Mapping[tuple[int, ...], Fraction], declaration: Declaration,
                    evaluator: Evaluator) -> bool:
    rank = declaration.rank if declaration.shape is None else len(declaration.shape)
    if any(len(at) != rank for at in entries):
        return False
    if not all(value in declaration.domain and _between(value, declaration, evaluator) for value in entries.values()):
        return False
    if declaration.shape is None:
        return not declaration.traits
    shape = evaluator.shape(Symbol(declaration.name))
    if any(not 1 <= i <= n for at in entries for i, n in zip(at, shape, strict=True)):
        return False
    return not declaration.traits or _matrix_allowed(entries, shape, declaration.traits)


def _matrix_allowed(entries: Mapping[tuple[int, ...], Fraction], shape: tuple[int, ...],
                    assumptions: frozenset[str]) -> bool:
    if len(shape) != 2 or any((i, j) not in entries for i in range(1, shape[0] + 1) for j in range(1, shape[1] + 1)):
        return False
    n = shape[0]
    square = n == shape[1]
    span = range(1, n + 1)
    symmetric = square and all(entries[i, j] == entries[j, i] for i in span for j in span)
    for assumption in assumptions:
        match assumption:
            case "symmetric":
                fits = symmetric
            case "diagonal":
                fits = square and all(entries[i, j] == 0 for i in span for j in span if i != j)
            case "invertible":
                fits = square and _minor(entries, n) != 0
            case "positive_definite":
                fits = symmetric and all(_minor(entries, size) > 0 for size in span)
            case "orthogonal":
                fits = square and all(
                    sum(entries[k, i] * entries[k, j] for k in span) == (i == j) for i in span for j in span)
            case _:
                fits = False
        if not fits:
            return False
    return True


def _minor(entries: Mapping[tuple[int, ...], Fraction], size: int) -> fmpq:
    """The leading minor of that size."""
    return determinant(Array((size, size), lambda at: fmpq(entries[at].numerator, entries[at].denominator)))
