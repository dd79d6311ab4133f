"""Integrals of one term that have a value by a law: Gaussian, gamma and beta integrals, also with logarithms.

Trusted. Imports `stretches`, `univariate`, `functions`, `known`, `derivatives`, `normal_form`.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import factorial

from lossproof.kernel.atoms import ConstAtom, ExpAtom, LogAtom, RootAtom, Var
from lossproof.kernel.derivatives import Differentiator
from lossproof.kernel.functions import absolute_power, exp, log_abs, single_atom
from lossproof.kernel.known import known
from lossproof.kernel.normal_form import Normal, Table
from lossproof.kernel.sign_sets import Sign
from lossproof.kernel.stretches import Stretch
from lossproof.kernel.univariate import coefficients

_MOST_LOGS = 4
"""So many logarithms may stand beside what has a law without them."""


class IntegralLaws(Stretch):
    """Laws for terms c x**p (1 - x)**q exp(polynomial) over the line, from 0 to infinity, and from 0 to 1; there
    with powers of log x, too."""

    def shape(self, part: Normal) -> tuple[Normal, Normal, Normal] | None:
        """(power of x, power of 1 - x, exponent) of a product of these and an exp, constants apart."""
        t = self.t
        power, beside, exponent = t.zero, t.zero, t.zero
        for poly, direction in ((part.num, 1), (part.den, -1)):
            content, factors = t.factors(poly)
            if abs(content) != 1:
                return None
            for factor, multiplicity in factors:
                count = Fraction(direction * multiplicity)
                atom = single_atom(factor)
                if factor == self.x:
                    power = power + t.rational(count)
                elif factor in (self.x - t.one, t.one - self.x):
                    beside = beside + t.rational(count)
                elif isinstance(atom, RootAtom) and atom.base == self.x:
                    power = power + t.rational(count / atom.root)
                elif isinstance(atom, RootAtom) and atom.base in (self.x - t.one, t.one - self.x):
                    beside = beside + t.rational(count / atom.root)
                elif isinstance(atom, ExpAtom):
                    exponent = exponent + atom.exponent.scaled(count / atom.root)
                else:
                    return None
        log_x, log_y = log_abs(t, self.x), log_abs(t, t.one - self.x)
        rest = t.zero
        for c, b in t.split(exponent, self.name):
            if b == log_x:
                power = power + c
            elif b == log_y:
                beside = beside + c
            else:
                rest = rest + c * b
        return power, beside, rest

    def law(self, part: Normal) -> Normal | None:
        """The value of one term over the whole line, from 0 to infinity, or from 0 to 1."""
        t = self.t
        logs, part = self._without_logs(part)
        shape = self.shape(part)
        if shape is None or logs > _MOST_LOGS:
            return None
        power, beside, exponent = shape
        poly = coefficients(t, exponent, self.name)
        if poly is None:
            return self._by_log(logs, power, exponent) if beside.is_zero else None
        sign = t.sign(part)
        if self.lower is None and self.upper is None:
            n = power.integer
            return self._gaussian(n, poly) if n is not None and n >= 0 and beside.is_zero and not logs else None
        if self.lower is None or not self.lower.is_zero:
            return None
        if self.upper is None and beside.is_zero:
            return self._gamma(power + t.one, poly, logs)
        if self.upper == t.one and len(poly) <= 1 and sign in (Sign.POSITIVE, Sign.NEGATIVE):
            factor = exp(t, exponent) if sign is Sign.POSITIVE else -exp(t, exponent)
            value = self._beta(power + t.one, beside + t.one, logs)
            return None if value is None else factor * value
        return None

    def _without_logs(self, part: Normal) -> tuple[int, Normal]:
        """The power of log x in the part, and the part without it."""
        t = self.t
        number = t.number(LogAtom(self.x))
        if number is None or number not in part.atoms() or self.lower is None or not self.lower.is_zero:
            return 0, part
        degrees = [poly.degrees()[number] for poly in (t.polynomial(part.num).num, t.polynomial(part.den).num)]
        if degrees[1]:
            return 0, part
        count = int(degrees[0])
        return count, part / t.monomial(((number, count),))

    def _by_log(self, logs: int, power: Normal, exponent: Normal) -> Normal | None:
        """(log x)**n x**p exp(-a (log x)**2 + c) from 0 to infinity: with x = exp(u) over the line."""
        t = self.t
        if self.lower is None or not self.lower.is_zero or self.upper is not None:
            return None
        log_x = log_abs(t, self.x)
        square, rest = t.zero, t.zero
        for c, b in t.split(exponent, self.name):
            if b == log_x * log_x:
                square = square + c
            elif self.name in b.free():
                return None
            else:
                rest = rest + c * b
        if square.is_zero:
            return None
        t.use("integral-by-log")
        return self._gaussian(logs, [rest, power + t.one, square])

    def _gaussian(self, n: int, poly: list[Normal]) -> Normal | None:
        """x**n exp(-a x**2 + b x + c) over the line, by parts down to n = 0."""
        t = self.t
        if len(poly) != 3 or n > 40:
            return None
        a, b, c = -poly[2], poly[1], poly[0]
        if not self.suppose(a):
            return None
        t.use("gaussian-integral")
        middle = b / a.scaled(Fraction(2))
        before, moment = t.zero, t.one
        for k in range(1, n + 1):
            before, moment = moment, middle * moment + before.scaled(Fraction(k - 1)) / a.scaled(Fraction(2))
        area = absolute_power(t, t.atom(ConstAtom("pi")) / a, Fraction(1, 2))
        return moment * area * exp(t, c + b * b / a.scaled(Fraction(4)))

    def _gamma(self, s: Normal, poly: list[Normal], logs: int) -> Normal | None:
        """(log x)**n x**(s-1) exp(-r x**p + c) from 0 to infinity: gamma(s/p)/(p r**(s/p)), and its derivatives
        by s."""
        t = self.t
        p = len(poly) - 1
        if p < 1 or any(not c.is_zero for c in poly[1:p]):
            return None
        r = -poly[p]
        if not self.suppose(r) or not self.suppose(s):
            return None
        t.use("gamma-integral")

        def value(at: Normal) -> Normal:
            order = at.scaled(Fraction(1, p))
            scale = exp(t, poly[0] - order * log_abs(t, r))
            return (scale * gamma_at(t, order)).scaled(Fraction(1, p))

        return self._by_parameter(value, s, logs)

    def _by_parameter(self, value: Callable[[Normal], Normal], s: Normal, logs: int) -> Normal:
        """The derivative of that order of an integral of x**(s-1) times something by s: each gives a log x."""
        t = self.t
        if not logs:
            return value(s)
        t.use("integral-with-log")
        name = t.fresh()
        self.facts.declare_positive(name)
        found = value(t.var(name))
        slope = Differentiator(t, Var(name), lambda _atom: None)
        for _ in range(logs):
            found = slope(found)
        return t.substitute(found, {name: s})

    def _beta(self, a: Normal, b: Normal, logs: int) -> Normal | None:
        """(log x)**n x**(a-1) (1-x)**(b-1) from 0 to 1: beta(a, b), and its derivatives by a."""
        t = self.t
        if not self.suppose(a) or not self.suppose(b):
            return None
        t.use("beta-integral")
        return self._by_parameter(lambda at: _beta_at(t, at, b), a, logs)

    def ask_for_decay(self, part: Normal) -> None:
        """Where a polynomial times exp of a polynomial is integrated to infinity, the exp must fall."""
        t = self.t
        shape = self.shape(part)
        if shape is None or (self.lower is not None and self.upper is not None):
            return
        poly = coefficients(t, shape[2], self.name)
        if poly is None or len(poly) < 2:
            return
        if self.upper is None:
            self.suppose(-poly[-1])
        if self.lower is None:
            self.suppose(-poly[-1] if len(poly) % 2 else poly[-1])


def _beta_at(t: Table, a: Normal, b: Normal) -> Normal:
    """beta(a, b) as a rational function where b is a small integer."""
    if (n := b.integer) is not None and n <= 12:
        result = t.rational(factorial(n - 1))
        for k in range(n):
            result = result / (a + t.rational(k))
        return result
    return gamma_at(t, a) * gamma_at(t, b) / gamma_at(t, a + b)


def gamma_at(t: Table, s: Normal) -> Normal:
    """gamma(s): a factorial, or a multiple of sqrt(pi), where that is known."""
    value = s.constant
    if value is not None and value.denominator == 1 and 0 < value <= 200:
        return t.rational(factorial(int(value) - 1))
    if value is not None and value.denominator == 2 and 0 < value <= 100:
        result = absolute_power(t, t.atom(ConstAtom("pi")), Fraction(1, 2))
        half = Fraction(1, 2)
        while half < value:
            result, half = result.scaled(half), half + 1
        return result
    return known(t, "gamma", (s,))
