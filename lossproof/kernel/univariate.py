"""Polynomials in one variable whose coefficients are normal forms free of it, and rational functions of it.

Imports `atoms`, `functions`, `normal_form`. What `primitive_of_rational` gives is a proposal: `integrals`
differentiates it before it is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from lossproof.kernel.atoms import Var
from lossproof.kernel.function_atoms import function
from lossproof.kernel.functions import absolute_power, log_abs, reduce
from lossproof.kernel.normal_form import Normal, Table
from lossproof.kernel.sign_sets import Sign

Poly = list[Normal]
"""Coefficients, the constant one first; no leading zeros."""

_MOST_DEGREE = 24


def coefficients(t: Table, normal: Normal, name: str) -> Poly | None:
    """The coefficients of a polynomial in the name; None for anything else."""
    if name in t.polynomial(normal.den).free():
        return None
    own = t.number(Var(name))
    found: dict[int, Normal] = {}
    for mono, c in t.terms(normal.num):
        degree, rest = 0, []
        for i, e in mono:
            if i == own:
                degree = e
            elif name in t.free_of(i):
                return None
            else:
                rest.append((i, e))
        part = t.monomial(tuple(rest)).scaled(Fraction(c))
        found[degree] = found[degree] + part if degree in found else part
    if not found or max(found) > _MOST_DEGREE:
        return None if found else []
    below = t.polynomial(normal.den)
    return _trimmed(t, [found.get(i, t.zero) / below for i in range(max(found) + 1)])


def _trimmed(t: Table, poly: Sequence[Normal]) -> Poly:
    result = [reduce(t, c) for c in poly]
    while result and result[-1].is_zero:
        result.pop()
    return result


def value(t: Table, poly: Sequence[Normal], at: Normal) -> Normal:
    """The polynomial at a value."""
    result = t.zero
    for c in reversed(poly):
        result = result * at + c
    return result


def product(t: Table, a: Sequence[Normal], b: Sequence[Normal]) -> Poly:
    """a b."""
    if not a or not b:
        return []
    result = [t.zero] * (len(a) + len(b) - 1)
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            result[i + j] = result[i + j] + x * y
    return _trimmed(t, result)


def difference(t: Table, a: Sequence[Normal], b: Sequence[Normal]) -> Poly:
    """a - b."""
    size = max(len(a), len(b))
    wide = [[*p, *([t.zero] * (size - len(p)))] for p in (a, b)]
    return _trimmed(t, [x - y for x, y in zip(*wide, strict=True)])


def divided(t: Table, a: Sequence[Normal], b: Sequence[Normal]) -> tuple[Poly, Poly]:
    """Quotient and remainder of a by b, which is not 0."""
    rest, quotient = list(a), [t.zero] * max(0, len(a) - len(b) + 1)
    while len(rest) >= len(b):
        shift, factor = len(rest) - len(b), rest[-1] / b[-1]
        quotient[shift] = factor
        rest = _trimmed(t, [c - factor * b[i - shift] if i >= shift else c for i, c in enumerate(rest[:-1])])
    return _trimmed(t, quotient), rest


def _inverse(t: Table, a: Poly, modulus: Poly) -> Poly | None:
    """The inverse of a modulo a polynomial, None where they have a factor in common."""
    r0, r1 = modulus, divided(t, a, modulus)[1]
    s0: Poly = []
    s1: Poly = [t.one]
    while r1:
        quotient, rest = divided(t, r0, r1)
        r0, r1 = r1, rest
        s0, s1 = s1, difference(t, s0, product(t, quotient, s1))
    if len(r0) != 1:
        return None
    return _trimmed(t, [c / r0[0] for c in s0])


def slope(t: Table, poly: Sequence[Normal]) -> Poly:
    """The derivative."""
    return _trimmed(t, [c.scaled(Fraction(i)) for i, c in enumerate(poly)][1:])


def primitive(t: Table, poly: Sequence[Normal]) -> Poly:
    """The antiderivative without constant term."""
    return [t.zero, *(c.scaled(Fraction(1, i + 1)) for i, c in enumerate(poly))] if poly else []


def primitive_of_rational(t: Table, body: Normal, name: str) -> Normal | None:
    """An antiderivative of a rational function, by partial fractions over factors of degree 1 and 2."""
    x = t.var(name)
    top = coefficients(t, t.polynomial(body.num), name)
    if top is None:
        return None
    content, found = t.factors(body.den)
    factors: list[tuple[Poly, int]] = []
    scale = t.rational(content)
    for factor, multiplicity in found:
        if name not in factor.free():
            scale = scale * factor**multiplicity
            continue
        poly = coefficients(t, factor, name)
        if poly is None or len(poly) > 3 or (len(poly) == 3 and multiplicity > 3):
            return None
        factors.append((poly, multiplicity))
    whole: Poly = [t.one]
    for poly, multiplicity in factors:
        whole = product(t, whole, _power(t, poly, multiplicity))
    quotient, rest = divided(t, top, whole)
    result = value(t, primitive(t, quotient), x)
    for poly, multiplicity in factors:
        power = _power(t, poly, multiplicity)
        others = divided(t, whole, power)[0]
        inverse = _inverse(t, others, power)
        if inverse is None:
            return None
        numerator = divided(t, product(t, rest, inverse), power)[1]
        for k in range(multiplicity, 0, -1):
            numerator, digit = divided(t, numerator, poly)
            part = _simple(t, digit, poly, k, x)
            if part is None:
                return None
            result = result + part
    return result / scale


def _power(t: Table, poly: Poly, exponent: int) -> Poly:
    result: Poly = [t.one]
    for _ in range(exponent):
        result = product(t, result, poly)
    return result


def _simple(t: Table, digit: Poly, poly: Poly, k: int, x: Normal) -> Normal | None:
    """An antiderivative of digit/poly**k, the digit's degree below that of the polynomial (1 or 2)."""
    if not digit:
        return t.zero
    at = value(t, poly, x)
    if len(poly) == 2:
        factor = digit[0] / poly[1]
        return factor * log_abs(t, at) if k == 1 else factor * (t.one / at ** (k - 1)).scaled(Fraction(1, 1 - k))
    _, b, a = poly
    constant, linear = digit[0], digit[1] if len(digit) > 1 else t.zero
    half = linear / a.scaled(Fraction(2))
    rest = constant - half * b
    first = log_abs(t, at) if k == 1 else (t.one / at ** (k - 1)).scaled(Fraction(1, 1 - k))
    second = _inverse_power(t, poly, k, x) if not rest.is_zero else t.zero
    return None if second is None else half * first + rest * second


def _inverse_power(t: Table, poly: Poly, k: int, x: Normal) -> Normal | None:
    """An antiderivative of 1/(a x^2 + b x + c)**k."""
    c, b, a = poly
    gap = (a * c).scaled(Fraction(4)) - b * b
    moved = a.scaled(Fraction(2)) * x + b
    if k > 1:
        lower = _inverse_power(t, poly, k - 1, x)
        if lower is None:
            return None
        scale = gap.scaled(Fraction(k - 1))
        return moved / (scale * value(t, poly, x) ** (k - 1)) + a.scaled(Fraction(4 * k - 6)) / scale * lower
    root = absolute_power(t, gap, Fraction(1, 2))
    match t.sign(gap):
        case Sign.POSITIVE:
            return t.rational(2) / root * function(t, "atan", (moved / root,), (0,))
        case Sign.NEGATIVE:
            return (log_abs(t, moved - root) - log_abs(t, moved + root)) / root
        case _:
            return None
