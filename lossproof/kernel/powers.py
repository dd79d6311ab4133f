"""Powers, roots and logarithms of jets.

Trusted. Imports `jets` and python-flint. Rational powers of rationals are exact where they are rational. At the end
of the domain a power may have a value and no slope: that is Undefined where the base certainly leaves the domain.
"""

from __future__ import annotations

from flint import arb, fmpq, fmpz

from lossproof.kernel.jets import (
    EXACT_BITS,
    ONE,
    ZERO,
    Dual,
    Real,
    Undecided,
    Undefined,
    ball,
    finite,
    primal,
    reciprocal,
    sign,
    times,
)


def exact_root(x: fmpq, degree: int) -> fmpq | None:
    """The rational root of a rational x >= 0, None where there is none."""
    parts: list[fmpz] = []
    for part in (x.p, x.q):
        root = part.root(degree)
        if root**degree != part:
            return None
        parts.append(root)
    return fmpq(parts[0], parts[1])


def square_root(x: Real) -> Real:
    """sqrt(x); Undefined below 0."""
    return power(x, fmpq(1, 2), integer=False)


def power(x: Real, y: Real, *, integer: bool) -> Real:
    """x ** y; `integer` says that the exponent is an integer by declaration (0**0 is then 1)."""
    if isinstance(y, fmpq) and y.q == 1:
        return _integer_power(x, int(y.p), integer)
    if isinstance(y, fmpq):
        return _rational_power(x, y)
    base = sign_of_base(x)
    if base < 0:
        raise _at_edge(y, "a power of a negative number", integer_of_enclosure(y))
    if base == 0:
        exponent = sign(primal(y))
        if exponent < 0:
            raise Undefined("0 to a negative power")
        if exponent > 0 and not isinstance(x, Dual):
            return ZERO
        raise Undecided("a power at 0")
    if isinstance(x, Dual) or isinstance(y, Dual):
        return _dual_power(x, y)
    return finite(ball(x) ** y)


def sign_of_base(x: Real) -> int:
    """The sign of the value of `x` alone."""
    return sign(primal(x))


def integer_of_enclosure(y: Real) -> bool:
    """Whether the value of an exponent may be an integer."""
    base = primal(y)
    return bool(base.q == 1 if isinstance(base, fmpq) else base.contains_integer())


def _at_edge(varied: Real, reason: str, doubtful: bool) -> Exception:
    """Undefined where the value certainly leaves its domain as `varied` varies, else Undecided."""
    if not doubtful:
        return Undefined(reason)
    if isinstance(varied, Dual) and isinstance(primal(varied), fmpq) and certainly_moves(varied):
        return Undefined(reason)
    return Undecided(reason)


def certainly_moves(x: Real) -> bool:
    """Whether the slope of a dual is a number that is provably not 0, both sides being looked at."""
    if not isinstance(x, Dual) or x.side or isinstance(x.eps, Dual):
        return False
    try:
        return sign(x.eps) != 0
    except Undecided:
        return False


def _dual_power(x: Real, y: Real) -> Real:
    """x ** y for x > 0, where at least one is a dual."""
    tag = max(n.tag for n in (x, y) if isinstance(n, Dual))
    side = next(n.side for n in (x, y) if isinstance(n, Dual) and n.tag == tag)
    x_re, x_eps = (x.re, x.eps) if isinstance(x, Dual) and x.tag == tag else (x, None)
    y_re, y_eps = (y.re, y.eps) if isinstance(y, Dual) and y.tag == tag else (y, None)
    value = power(x_re, y_re, integer=True)
    slope: Real = ZERO
    if x_eps is not None:
        slope = slope + times(times(y_re, power(x_re, y_re - 1, integer=True)), x_eps)
    if y_eps is not None:
        slope = slope + times(times(value, log(x_re)), y_eps)
    return Dual(tag, value, slope, side)


def log(x: Real) -> Real:
    """The natural logarithm; Undefined at x <= 0."""
    if isinstance(x, Dual):
        return Dual(x.tag, log(x.re), times(x.eps, reciprocal(x.re)), x.side)
    if x <= 0:
        raise Undefined("log of a number that is not positive")
    if isinstance(x, fmpq):
        return ZERO if x == 1 else finite(arb(x).log())
    if not x > 0:
        raise Undecided("log of a number that may not be positive")
    return finite(x.log())


def _integer_power(x: Real, n: int, integer: bool) -> Real:
    if n == 0:
        if not integer and sign_of_base(x) == 0:
            raise Undefined("0 to the power 0, the exponent being no integer by declaration")
        return ONE
    if n < 0:
        return reciprocal(_integer_power(x, -n, integer))
    if isinstance(x, Dual):
        lower: Real = ONE if n == 1 else _integer_power(x.re, n - 1, integer)
        return Dual(x.tag, times(lower, x.re), times(times(fmpq(n), lower), x.eps), x.side)
    if (isinstance(x, fmpq) and x.height_bits() * n <= EXACT_BITS) or (isinstance(x, fmpq) and abs(x) in (0, 1)):
        return fmpq(x**n)
    return finite(ball(x) ** n)


def _rational_power(x: Real, y: fmpq) -> Real:
    base = sign_of_base(x)
    if base < 0:
        raise Undefined("a non-integer power of a negative number")
    if isinstance(x, Dual):
        if base > 0:
            return _dual_power(x, y)
        if y < 0:
            raise Undefined("0 to a negative power")
        raise _at_edge(x, "a non-integer power has no derivative at 0", doubtful=True)
    if base == 0:
        if y < 0:
            raise Undefined("0 to a negative power")
        return ZERO
    if isinstance(x, fmpq) and y.q <= 64:
        root = exact_root(x, int(y.q))
        if root is not None:
            return _integer_power(root, int(y.p), True)
    return finite(ball(x).sqrt() if y == fmpq(1, 2) else ball(x) ** y)
