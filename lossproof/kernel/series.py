"""Sums to infinity: geometric and exponential series with polynomial coefficients, and the series of log.

Trusted. Imports `functions`, `stretches`, `univariate`, `normal_form`. A sum is taken apart into terms each of which
converges on its own; `suppose` takes note of what must be positive for that. 0**0 is 1 here, as the exponents
are integers.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import factorial

from lossproof.kernel.atoms import ExpAtom, FunctionAtom, PowAtom
from lossproof.kernel.binders import NOT_NEGATIVE, is_integer
from lossproof.kernel.functions import exp, log_abs, power, reduce
from lossproof.kernel.normal_form import Normal, Table, Unsupported
from lossproof.kernel.sign_sets import STRICT_SIGNS
from lossproof.kernel.stretches import Suppose, known_only
from lossproof.kernel.univariate import Poly, coefficients

_MOST_DEGREE = 12


class Series:
    """The sum over all integers name >= lower. `sharp` says, after `value`, that it diverges wherever
    something that was supposed fails."""

    def __init__(self, t: Table, name: str, lower: Normal, suppose: Suppose | None = None) -> None:
        self.t, self.name, self.lower = t, name, lower
        self.suppose = suppose or known_only(t)
        self.sharp = False

    def value(self, body: Normal) -> Normal:
        """The sum; Unsupported where a term is of no known kind or is not seen to converge."""
        t = self.t
        result = t.zero
        parts = t.split(reduce(t, body), self.name)
        self.sharp = len(parts) == 1 and t.sign(parts[0][0]) in STRICT_SIGNS
        for coefficient, part in parts:
            if self.name not in part.free():
                raise Unsupported("an infinite sum of a constant")
            result = result + coefficient * self._term(part)
        return result

    def _term(self, part: Normal) -> Normal:
        """P(k) x**k, P(k) x**k / (k + d)! or x**k / k."""
        t = self.t
        base, first, shift = t.one, t.one, None
        rest = part
        for i in part.atoms():
            if self.name not in t.free_of(i):
                continue
            atom = t[i]
            count = _exponent(part, i)
            if isinstance(atom, ExpAtom):
                rate, start = self._linear(atom.exponent)
                factor = Fraction(count, atom.root)
                base, first = base * exp(t, rate.scaled(factor)), first * exp(t, start.scaled(factor))
            elif isinstance(atom, PowAtom) and self.name not in atom.base.free() and count > 0:
                rate, start = self._linear(atom.exponent)
                step = rate.integer
                if step is None or step < 1 or not is_integer(t, start) or t.sign(start) not in NOT_NEGATIVE:
                    raise Unsupported("an infinite sum with this power")
                base = base * atom.base ** (step * count)
                first = first * power(t, atom.base, start, integer=True) ** count
            elif isinstance(atom, FunctionAtom) and (atom.name, count) in (
                    ("rgamma", 1), ("gamma", -1), ("factorial", -1)) and shift is None:
                rate, start = self._linear(atom.args[0] + (t.one if atom.name == "factorial" else t.zero))
                shift = start.integer
                if rate != t.one or shift is None:
                    raise Unsupported("an infinite sum with this factorial")
            else:
                continue
            rest = rest / t.monomial(((i, 1),)) ** count
        # k = lower + j with j = 0, 1, ...
        j = t.var(self.name) + self.lower
        moved = t.substitute(rest, {self.name: j})
        if shift is not None:
            return first * self._exponential(base, moved, shift)
        poly = coefficients(t, moved, self.name)
        if poly is not None and len(poly) <= _MOST_DEGREE:
            return first * self._geometric(base, poly)
        if (moved * j).constant == 1 and self.lower == t.one:
            # at -1 it converges, too, and to the same (Abel)
            self._converges(base, at_minus_one=True)
            t.use("log-series")
            # x**j/(j + 1), times x for x**(j + 1)
            if first == base:
                return -log_abs(t, t.one - base)
            if t.sign(base) not in STRICT_SIGNS:
                raise Unsupported("the series of log at what may be 0")
            return -first * log_abs(t, t.one - base) / base
        raise Unsupported("an infinite sum of this kind")

    def _linear(self, exponent: Normal) -> tuple[Normal, Normal]:
        """(a, b) with exponent = a (name - lower) + b."""
        poly = coefficients(self.t, exponent, self.name)
        if poly is None or len(poly) != 2:
            raise Unsupported("an infinite sum with this exponent")
        return poly[1], poly[0] + poly[1] * self.lower

    def _converges(self, base: Normal, *, at_minus_one: bool = False) -> None:
        t = self.t
        if not (self.suppose(t.one - base) and self.suppose(t.one + base, weak=at_minus_one)):
            raise Unsupported("an infinite sum that is not seen to converge")

    def _geometric(self, base: Normal, poly: Poly) -> Normal:
        """sum P(j) x**j with |x| < 1; sum C(j, i) x**j = x**i/(1 - x)**(i + 1)."""
        t = self.t
        self._converges(base)
        t.use("geometric-series")
        return t.total(c * base**i / (t.one - base) ** (i + 1) for i, c in enumerate(_in_binomials(t, poly)))

    def _exponential(self, base: Normal, rest: Normal, shift: int) -> Normal:
        """sum P(j) x**j / gamma(j + shift), by k = j + shift - 1 where that starts at 0 or above."""
        t = self.t
        j = t.var(self.name)
        # 1/(j gamma(j)) is 1/gamma(j + 1)
        for _ in range(_MOST_DEGREE):
            if coefficients(t, rest, self.name) is not None:
                break
            rest, shift = rest * (j + t.rational(shift)), shift + 1
        offset = shift - 1
        poly = coefficients(t, rest, self.name)
        if poly is None or len(poly) > _MOST_DEGREE or not 0 <= offset <= _MOST_DEGREE:
            raise Unsupported("an infinite sum with this factorial")
        t.use("exponential-series")
        if offset == 0:
            # sum C(j, i) x**j/j! = x**i/i! e**x
            return exp(t, base) * t.total(c.scaled(Fraction(1, factorial(i))) * base**i
                                          for i, c in enumerate(_in_binomials(t, poly)))
        if t.sign(base) not in STRICT_SIGNS:
            raise Unsupported("an infinite sum that starts late, in powers of what may be 0")
        late = t.substitute(rest, {self.name: j - t.rational(offset)})
        whole = self._exponential(base, late, 1)
        for k in range(offset):
            whole = whole - t.substitute(late, {self.name: t.rational(k)}) * base**k / t.rational(factorial(k))
        return whole / base**offset


def _exponent(part: Normal, number: int) -> int:
    """The power of an atom in a quotient of monomials times polynomials."""
    t = part.table
    above = min((dict(m).get(number, 0) for m, _ in t.terms(part.num)), default=0)
    below = min((dict(m).get(number, 0) for m, _ in t.terms(part.den)), default=0)
    return above - below


def _in_binomials(t: Table, poly: Poly) -> Poly:
    """The coefficients of a polynomial in j over the basis C(j, i), by differences at 0, 1, 2, ..."""
    values = [t.total(c.scaled(Fraction(k) ** i) for i, c in enumerate(poly)) for k in range(len(poly))]
    result: Poly = []
    while values:
        result.append(values[0])
        values = [b - a for a, b in pairwise(values)]
    return result

