"""Values of definite integrals: a proved antiderivative between its limits, and a few laws by name.

Trusted. Imports `antiderivatives` (whose proposals are differentiated here before they count), `integral_laws`,
`limits`, `derivatives`, `integral_atoms`, `normal_form`. An integral that has no value here is an atom where its
interval is finite; whether it exists is a matter of `conditions`, which ask `closed` again, with `suppose`
taking note of what must be positive for an integral to infinity to converge.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from lossproof.kernel import limits
from lossproof.kernel.antiderivatives import propose
from lossproof.kernel.asymptotics import Side
from lossproof.kernel.atoms import AbsAtom, FoldAtom, FunctionAtom, IntegralAtom, PowAtom, Var, arguments
from lossproof.kernel.binders import NOT_NEGATIVE, is_integer, opened
from lossproof.kernel.derivatives import Differentiator
from lossproof.kernel.function_atoms import function
from lossproof.kernel.functions import power, reduce
from lossproof.kernel.integral_atoms import End, close_integral
from lossproof.kernel.integral_laws import IntegralLaws
from lossproof.kernel.normal_form import DivisionByZero, Normal, Table, Unsupported
from lossproof.kernel.sign_sets import STRICT_SIGNS, Sign
from lossproof.kernel.sums import close_again
from lossproof.kernel.univariate import coefficients


class Integration(IntegralLaws):
    """Integrals over one interval."""

    def value(self, body: Normal) -> Normal:
        """The integral; Unsupported where it has neither a value here nor a finite interval."""
        found = self.closed(body)
        if found is not None:
            return found
        if self.lower is None or self.upper is None:
            raise Unsupported("an integral to infinity")
        parts = self.t.split(body, self.name)
        if len(parts) > 1 or parts[0][0].constant != 1:
            self.t.use("integral-linear")
        return self.t.total(self._part(c, b) for c, b in parts)

    def closed(self, body: Normal) -> Normal | None:
        """The value of the whole integral, which then exists; None where none is found."""
        t = self.t
        body = reduce(t, body)
        if body.is_zero:
            return t.zero
        if self.lower is not None and self.lower == self.upper:
            t.use("integral-empty")
            return t.zero
        kink = self._kink(body)
        if kink is not None:
            below, above = self._beside(kink, -1, body), self._beside(kink, 1, body)
            t.use("integral-split")
            return None if below is None or above is None else below + above
        if self.infinite() or not self.regular(body):
            parts = t.split(body, self.name)
            # asked before anything is supposed: 0 times a divergent integral is 0
            sharp = len(parts) == 1 and t.sign(parts[0][0]) in STRICT_SIGNS
            laws = [self.law(part) for _, part in parts]
            if all(law is not None for law in laws):
                self.sharp = sharp
                return t.total(c * law for (c, _), law in zip(parts, laws, strict=True) if law is not None)
            for _, part in parts:
                self.ask_for_decay(part)
        return self._by_antiderivative(body)

    def _kink(self, body: Normal) -> Normal | None:
        """A place strictly inside at which the argument of an absolute value changes its sign."""
        t = self.t
        if self.way is not Sign.POSITIVE:
            return None
        for base in _absolute_bases(t, body, self.name):
            poly = coefficients(t, base, self.name)
            if poly is None or len(poly) != 2:
                continue
            at = -poly[0] / poly[1]
            above = Sign.POSITIVE if self.lower is None else t.sign(at - self.lower)
            below = Sign.POSITIVE if self.upper is None else t.sign(self.upper - at)
            if above is below is Sign.POSITIVE:
                return at
        return None

    def _beside(self, at: Normal, side: int, body: Normal) -> Normal | None:
        """The integral over the part of the interval on one side of a place."""
        low, high = (self.lower, at) if side < 0 else (at, self.upper)
        work = Integration(self.t, self.facts, low, high, self.opaque, self.suppose)
        with work.inside():
            return work.closed(self.t.substitute(body, {self.name: work.x}))

    def _part(self, coefficient: Normal, body: Normal) -> Normal:
        found = self._by_antiderivative(body) or self._power(body)
        if found is None:
            found = self._under_sum(body)
        if found is None and self.lower is not None and self.upper is not None:
            t = self.t
            if (self.lower + self.upper).is_zero and reduce(
                    t, body + t.substitute(body, {self.name: -self.x})).is_zero:
                t.use("odd-integrand")
                return t.zero
            found = self._substituted(body)
        if found is None:
            found = close_integral(self.t, self.name, self.lower, self.upper, body)
        return coefficient * found

    def _power(self, body: Normal) -> Normal | None:
        """x**n for an integer n >= 0, on both sides of 0."""
        t = self.t
        count = 0
        exponent: Normal | None = None
        if not body.den.is_one() or len(body.num) != 1 or self.lower is None or self.upper is None:
            return None
        ((mono, coefficient),) = t.terms(body.num)
        for i, e in mono:
            match t[i]:
                case PowAtom(base, n) if base == self.x and e == 1 and exponent is None:
                    exponent = n
                case Var(name) if name == self.name:
                    count = e
                case _:
                    return None
        if exponent is None or not is_integer(t, exponent) or t.sign(exponent) not in NOT_NEGATIVE:
            return None
        t.use("fundamental-theorem")
        total = exponent + t.rational(count + 1)
        ends = [power(t, end, total, integer=True) for end in (self.upper, self.lower)]
        return (ends[0] - ends[1]).scaled(Fraction(coefficient)) / total

    def _under_sum(self, body: Normal) -> Normal | None:
        """The integral of a finite sum, term by term."""
        t = self.t
        sums = [i for i in body.atoms() if self.name in t.free_of(i) and isinstance(t[i], FoldAtom)]
        if len(sums) != 1 or self.infinite():
            return None
        fold = t[sums[0]]
        assert isinstance(fold, FoldAtom)
        rest = body / t.monomial(((sums[0], 1),))
        if fold.kind != "sum" or sums[0] in rest.atoms():
            return None
        with opened(t, fold) as (names, ranges, inner):
            if any(self.name in end.free() for r in ranges for end in (r.lower, r.upper, *r.excluded)):
                return None
            t.use("integral-of-sum")
            return close_again(t, "sum", names, ranges, self.value(inner * rest))

    def _by_antiderivative(self, body: Normal) -> Normal | None:
        """F(upper) - F(lower), where F is smooth inside with F' = body, and has limits at the ends."""
        t = self.t
        proposal = propose(t, body, self.name)
        if proposal is None:
            return None
        proposal = reduce(t, proposal)
        try:
            rate = Differentiator(t, Var(self.name), lambda _atom: None)(proposal)
            if not reduce(t, rate - body).is_zero or not self.smooth(proposal):
                return None
            top, bottom = self._end(proposal, self.upper, "-"), self._end(proposal, self.lower, "+")
        except (Unsupported, DivisionByZero):
            return None
        t.use("fundamental-theorem")
        return reduce(t, top - bottom)

    def _end(self, primitive: Normal, end: End, side: Side) -> Normal:
        """The limit at an end, of all terms together or of each on its own."""
        t = self.t
        try:
            return self._limit(primitive, end, side)
        except Unsupported:
            parts = t.split(primitive, self.name)
            if len(parts) > 8:
                raise
            return t.total(c * self._limit_of_term(p, end, side) for c, p in parts)

    def _limit_of_term(self, part: Normal, end: End, side: Side) -> Normal:
        """A power goes to 0 at 0 where its exponent is positive, and at infinity where it is negative."""
        t = self.t
        shape = self.shape(part) if self.way is Sign.POSITIVE and end != t.one else None
        if shape is not None and shape[1].is_zero and self.name not in shape[2].free():
            at_zero = end is not None and end.is_zero
            at_infinity = end is None and side == "-" and self.lower is not None
            if (at_zero and self.suppose(shape[0])) or (at_infinity and self.suppose(-shape[0])):
                t.use("limit")
                return t.zero
        return self._limit(part, end, side)

    def _limit(self, primitive: Normal, end: End, side: Side) -> Normal:
        t = self.t
        if end is None:
            return limits.limit(t, self.facts, primitive, self.name, "oo" if side == "-" else "-oo", side)
        value = limits.by_continuity(t, primitive, self.name, end)
        if value is not None:
            return value
        if self.way not in (Sign.POSITIVE, Sign.NEGATIVE):
            raise Unsupported("an integral from an end that may be the other one")
        if self.way is Sign.NEGATIVE:
            side = "+" if side == "-" else "-"
        return limits.limit(t, self.facts, primitive, self.name, end, side)

    def _substituted(self, body: Normal) -> Normal | None:
        """An opaque function at g(x): u = g(x), where g is affine or the rest is g' times a constant."""
        t = self.t
        assert self.lower is not None and self.upper is not None
        if not self.smooth(body) or not self.regular(body):
            return None
        for i in body.atoms():
            atom = t[i]
            if not isinstance(atom, FunctionAtom) or len(atom.args) != 1 or not self.opaque(atom.name):
                continue
            inner = atom.args[0]
            rate = Differentiator(t, Var(self.name), lambda _atom: None)(inner)
            if inner == self.x or rate.is_zero or not self.smooth(inner):
                continue
            rest = reduce(t, body / rate)
            fresh = t.fresh()
            u = t.var(fresh)
            if self.name not in rate.free():
                if t.sign(rate) not in STRICT_SIGNS:
                    continue
                offset = inner - rate * self.x
                rest = t.substitute(rest, {self.name: (u - offset) / rate})
            else:
                rest = t.rebuild(rest, lambda j, i=i, u=u, atom=atom: t.monomial(  # type: ignore[misc]
                    ((j, 1),)) if j != i else function(t, atom.name, (u,), atom.orders))
                if self.name in rest.free():
                    continue
            t.use("integral-substitution")
            low, high = (t.substitute(inner, {self.name: end}) for end in (self.lower, self.upper))
            return close_integral(t, fresh, low, high, reduce(t, rest))
        return None


def _absolute_bases(t: Table, normal: Normal, name: str) -> Iterator[Normal]:
    """The arguments of absolute values, at any depth, in which the name occurs."""
    for i in normal.atoms():
        if name not in t.free_of(i):
            continue
        atom = t[i]
        if isinstance(atom, AbsAtom):
            yield atom.base
        if not isinstance(atom, FoldAtom | IntegralAtom):
            for inner in arguments(atom):
                yield from _absolute_bases(t, inner, name)
