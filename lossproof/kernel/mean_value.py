"""Signs by the mean value theorem: D(x) = D(c) + D'(s) (x - c) for some s between c and x.

Trusted. Imports `signs`, `derivatives`, `regular`. D must be defined from c to x and
differentiable between; c is a number, an end of the declared interval, or another scalar.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from lossproof.kernel.atoms import Var
from lossproof.kernel.derivatives import Differentiator
from lossproof.kernel.facts import Fact
from lossproof.kernel.normal_form import DivisionByZero, Normal, Table, Unsupported
from lossproof.kernel.regular import defined_along, smooth_along
from lossproof.kernel.sign_sets import (
    STRICT_SIGNS,
    Interval,
    Sign,
    any_of,
    both,
    interval_of,
    power_sign,
    product_sign,
    sum_sign,
)
from lossproof.kernel.signs import Facts

_NUMBERS = tuple(Fraction(n, d) for n, d in ((0, 1), (1, 1), (-1, 1), (1, 2), (2, 1)))
_DEEPEST = 3
"""So many derivatives are taken."""


def by_mean_value(t: Table, facts: Facts, poly: Normal, functions: frozenset[str]) -> Sign:
    """The sign of a polynomial over atoms, seen along one of its scalars; UNKNOWN where it is not seen."""
    scalars = [n for n in sorted(poly.free()) if _is_scalar(facts, n)]
    for name in scalars:
        for c in _references(t, facts, name, [n for n in scalars if n != name]):
            try:
                sign = _Along(t, facts, functions, c).sign(poly, name, _DEEPEST)
            except (Unsupported, DivisionByZero):
                continue
            if sign is not Sign.UNKNOWN:
                t.use("mean-value")
                return sign
    return Sign.UNKNOWN


def _is_scalar(facts: Facts, name: str) -> bool:
    d = facts.declarations.get(name)
    return d is not None and d.kind == "scalar" and d.domain.values is None and not d.domain.integer


def _references(t: Table, facts: Facts, name: str, others: list[str]) -> Iterator[Normal]:
    interval = interval_of(facts.declarations[name].domain)
    ends = [e for e in (interval.lower, interval.upper) if e is not None]
    for value in dict.fromkeys((*ends, *_NUMBERS)):
        below = interval.lower is not None and value < interval.lower
        above = interval.upper is not None and value > interval.upper
        if not below and not above:
            yield t.rational(value)
    for other in others[:2]:
        # the other's interval lies in this one's, so that what is between lies there too
        if interval_of(facts.declarations[other].domain) == interval:
            yield t.var(other)


class _Along:
    """Signs along a variable, seen from one value c of it."""

    def __init__(self, t: Table, facts: Facts, functions: frozenset[str], c: Normal) -> None:
        self.t, self.facts, self.functions, self.c = t, facts, functions, c

    def sign(self, poly: Normal, name: str, depth: int) -> Sign:
        """The sign of `poly` at every value of the variable."""
        t = self.t
        start = t.substitute(poly, {name: self.c})
        at = t.sign(start)
        if at is Sign.UNKNOWN or at is Sign.NONZERO:
            return Sign.UNKNOWN
        gap = t.var(name) - self.c
        found: list[Sign] = []
        known = t.sign(gap)
        if known not in STRICT_SIGNS:
            found.append(at)
        for side, ruled_out in ((Sign.POSITIVE, (Sign.NEGATIVE, Sign.NONPOSITIVE)),
                                (Sign.NEGATIVE, (Sign.POSITIVE, Sign.NONNEGATIVE))):
            if known in ruled_out or known is Sign.ZERO:
                continue
            with self.facts.assuming([Fact(gap, side, frozenset())]):
                slope = self._slope(poly, name, side, depth)
            found.append(sum_sign(at, product_sign(slope, side)))
        return any_of(found)

    def _slope(self, poly: Normal, name: str, side: Sign, depth: int) -> Sign:
        """The sign of the derivative strictly between c and the variable, on one side of c."""
        t = self.t
        between = t.fresh()
        self.facts.declare_within(between, self._interval(name, side))
        s, x = t.var(between), t.var(name)
        weak = Sign.NONNEGATIVE if side is Sign.POSITIVE else Sign.NONPOSITIVE
        moved = t.substitute(poly, {name: s})
        closed = [Fact(s - self.c, weak, frozenset()), Fact(x - s, weak, frozenset())]
        with self.facts.assuming(closed):
            # the open interval's facts are not used here: D is to be continuous at c, too
            # and the variable itself lies in its declared interval
            self.facts.declare_within(between, _closed(self._interval(name, side), side))
            continuous = defined_along(t, moved, frozenset((between,)), self.functions)
        self.facts.declare_within(between, self._interval(name, side))
        if not continuous:
            return Sign.UNKNOWN
        with self.facts.assuming([Fact(s - self.c, side, frozenset()), Fact(x - s, side, frozenset())]):
            if not smooth_along(t, moved, frozenset((between,)), self.functions):
                return Sign.UNKNOWN
            return self._product(Differentiator(t, Var(between), lambda _atom: None)(moved), between, depth)

    def _product(self, slope: Normal, name: str, depth: int) -> Sign:
        """The sign of a derivative, from those of its factors."""
        t = self.t
        known = t.sign(slope)
        if known in (Sign.POSITIVE, Sign.NEGATIVE, Sign.ZERO) or depth < 2:
            return known
        result = t.sign(t.polynomial(slope.den))
        content, factors = t.factors(slope.num)
        result = product_sign(result, Sign.POSITIVE if content > 0 else Sign.NEGATIVE)
        for factor, multiplicity in factors:
            sign = t.sign(factor)
            if sign not in (Sign.POSITIVE, Sign.NEGATIVE) and multiplicity % 2:
                sign = both(sign, self.sign(factor, name, depth - 1))
            result = product_sign(result, power_sign(sign, multiplicity))
        return both(known, result)

    def _interval(self, name: str, side: Sign) -> Interval:
        """Where values between c and the variable lie, c being a number."""
        declaration = self.facts.declarations.get(name)
        whole = interval_of(declaration.domain) if declaration is not None else self.facts.within(name)
        value = self.c.constant
        plain = replace(whole, nonzero=False)
        if value is None:
            return plain
        if side is Sign.POSITIVE:
            return replace(plain, lower=value, lower_open=True)
        return replace(plain, upper=value, upper_open=True)


def _closed(interval: Interval, side: Sign) -> Interval:
    """The interval with the end towards c."""
    return replace(interval, lower_open=False) if side is Sign.POSITIVE else replace(interval, upper_open=False)
