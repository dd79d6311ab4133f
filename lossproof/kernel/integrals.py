"""Values of definite integrals: a proved antiderivative between its limits, and a few laws by name.

Trusted. Imports `antiderivatives` (whose proposals are differentiated here before they count), `limits`,
`derivatives`, `integral_atoms`, `normal_form`. An integral that has no value here is an atom where its
interval is finite; whether it exists is a matter of `conditions`, which ask `value` again, with `suppose`
taking note of what must be positive for an integral to infinity to converge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from math import factorial

from lossproof.kernel import limits
from lossproof.kernel.antiderivatives import propose
from lossproof.kernel.atoms import (
    AbsAtom,
    ConstAtom,
    ExpAtom,
    FoldAtom,
    FunctionAtom,
    IntegralAtom,
    LogAtom,
    RootAtom,
    Var,
    arguments,
)
from lossproof.kernel.binders import opened
from lossproof.kernel.derivatives import Differentiator
from lossproof.kernel.functions import absolute_power, exp, function, log_abs, reduce
from lossproof.kernel.integral_atoms import End, close_integral, open_integral
from lossproof.kernel.known import known
from lossproof.kernel.normal_form import DivisionByZero, Normal, Table, Unsupported
from lossproof.kernel.sign_sets import Interval, Sign
from lossproof.kernel.signs import Fact, Facts
from lossproof.kernel.sums import close_again
from lossproof.kernel.univariate import coefficients

_STRICT = (Sign.POSITIVE, Sign.NEGATIVE, Sign.NONZERO)
_ENTIRE = frozenset({"sin", "cos", "atan", "erf"})
_ON_POSITIVE = frozenset({"gamma", "loggamma", "digamma"})

Suppose = Callable[[Normal], bool]
"""Whether something is positive, or may be taken to be (it is then a condition for convergence)."""


class Integration:
    """Integrals over one interval, with a fresh variable that is known to lie in it."""

    def __init__(self, t: Table, facts: Facts, lower: End, upper: End, opaque: Callable[[str], bool],
                 suppose: Suppose | None = None) -> None:
        self.t, self.facts, self.lower, self.upper = t, facts, lower, upper
        self.opaque = opaque
        self.suppose: Suppose = suppose or (lambda x: t.sign(x) is Sign.POSITIVE)
        # says, after `closed`, that the integral diverges wherever something that was supposed fails
        self.sharp = False
        self.name = t.fresh()
        self.x = t.var(self.name)
        self.way = Sign.POSITIVE if lower is None or upper is None else t.sign(upper - lower)
        self.w = t.fresh()
        facts.declare_positive(self.w)

    @contextmanager
    def inside(self) -> Iterator[Normal]:
        """The variable of integration, known to lie strictly between the ends, where it is known which is less."""
        t = self.t
        low, high = (self.upper, self.lower) if self.way in (Sign.NEGATIVE, Sign.NONPOSITIVE) else (
            self.lower, self.upper)
        found: list[Fact] = []
        if self.way in (Sign.POSITIVE, Sign.NEGATIVE):
            ends = [None if end is None else end.constant for end in (low, high)]
            self.facts.declare_between(self.name, Interval(ends[0], ends[1], lower_open=True, upper_open=True))
            for end, sign in ((low, Sign.POSITIVE), (high, Sign.NEGATIVE)):
                if end is not None and end.constant is None and end.den.is_constant():
                    gap = t.polynomial((self.x - end).num)
                    found.append(Fact(gap, sign, frozenset()))
        with self.facts.assuming(found):
            yield self.x

    def strict(self, normal: Normal) -> Sign:
        """The sign on the open interval, UNKNOWN where it is not one and the same strict sign."""
        t = self.t
        found = t.sign(normal)
        if found in _STRICT or self.name not in normal.free():
            return found
        return t.sign(t.substitute(normal, {self.name: self.along()}))

    def along(self) -> Normal:
        """The variable in terms of one that runs through all positive numbers."""
        t = self.t
        w = t.var(self.w)
        if self.lower is None:
            return self.x if self.upper is None else self.upper - w
        if self.upper is None:
            return self.lower + w
        return (self.lower + self.upper * w) / (t.one + w)

    # values

    def value(self, body: Normal) -> Normal:
        """The integral; Unsupported where it has neither a value here nor a finite interval."""
        found = self.closed(body)
        if found is not None:
            return found
        if self.lower is None or self.upper is None:
            raise Unsupported("an integral to infinity")
        return self.t.total(self._part(c, b) for c, b in self.t.split(body, self.name))

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
        if self._infinite() or not self._regular(body):
            parts = t.split(body, self.name)
            laws = [self._law(part) for _, part in parts]
            if all(law is not None for law in laws):
                self.sharp = len(parts) == 1 and t.sign(parts[0][0]) in _STRICT
                return t.total(c * law for (c, _), law in zip(parts, laws, strict=True) if law is not None)
            for _, part in parts:
                self._ask_for_decay(part)
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
        ends = (self.lower, at) if side < 0 else (at, self.upper)
        work = Integration(self.t, self.facts, *ends, self.opaque, self.suppose)
        with work.inside():
            return work.closed(self.t.substitute(body, {self.name: work.x}))

    def _infinite(self) -> bool:
        return self.lower is None or self.upper is None

    def _part(self, coefficient: Normal, body: Normal) -> Normal:
        found = self._by_antiderivative(body)
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

    def _under_sum(self, body: Normal) -> Normal | None:
        """The integral of a finite sum, term by term."""
        t = self.t
        sums = [i for i in body.atoms() if self.name in t.free_of(i) and isinstance(t[i], FoldAtom)]
        if len(sums) != 1 or self._infinite():
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
            if not reduce(t, rate - body).is_zero or not self._smooth(proposal):
                return None
            top, bottom = self._end(proposal, self.upper, "-"), self._end(proposal, self.lower, "+")
        except (Unsupported, DivisionByZero):
            return None
        t.use("fundamental-theorem")
        return reduce(t, top - bottom)

    def _end(self, primitive: Normal, end: End, side: limits.Side) -> Normal:
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

    def _smooth(self, normal: Normal) -> bool:
        """Whether the normal form is differentiable everywhere strictly between the ends."""
        t = self.t
        if not normal.den.is_constant() and self.strict(t.polynomial(normal.den)) not in _STRICT:
            return False
        return all(self._smooth_atom(i) for i in normal.atoms() if self.name in t.free_of(i))

    def _smooth_atom(self, number: int) -> bool:
        t = self.t
        match t[number]:
            case Var():
                return True
            case ExpAtom(inner):
                return self._smooth(inner)
            case LogAtom(inner) | RootAtom(inner) | AbsAtom(inner):
                return self._smooth(inner) and self.strict(inner) in _STRICT
            case FunctionAtom(name, args) if self.opaque(name) or name in _ENTIRE:
                return all(self._smooth(a) for a in args)
            case FunctionAtom(name, (inner,)) if name in _ON_POSITIVE:
                return self._smooth(inner) and self.strict(inner) is Sign.POSITIVE
            case FunctionAtom("asin" | "acos", (inner,)):
                inside = self.strict(t.one - inner * inner) is Sign.POSITIVE
                return inside and self._smooth(inner)
            case FoldAtom("sum", ranges, body):
                return all(self.name not in end.free() for r in ranges for end in (r.lower, r.upper)) and (
                    body.den.is_constant() and all(
                        self._plain(i) for i in body.atoms() if self.name in t.free_of(i)))
            case _:
                return False

    def _plain(self, number: int) -> bool:
        """Whether an atom inside a sum is the variable, or exp of a polynomial in it."""
        match self.t[number]:
            case Var():
                return True
            case ExpAtom(inner):
                return coefficients(self.t, inner, self.name) is not None
            case _:
                return False

    def _regular(self, body: Normal) -> bool:
        """Whether the body is continuous at the ends, too (both finite)."""
        t = self.t
        if self.lower is None or self.upper is None:
            return False
        try:
            return all(limits.by_continuity(t, body, self.name, end) is not None for end in (self.lower, self.upper))
        except (Unsupported, DivisionByZero):
            return False

    def _substituted(self, body: Normal) -> Normal | None:
        """An opaque function at g(x): u = g(x), where g is affine or the rest is g' times a constant."""
        t = self.t
        assert self.lower is not None and self.upper is not None
        if not self._smooth(body) or not self._regular(body):
            return None
        for i in body.atoms():
            atom = t[i]
            if not isinstance(atom, FunctionAtom) or len(atom.args) != 1 or not self.opaque(atom.name):
                continue
            inner = atom.args[0]
            rate = Differentiator(t, Var(self.name), lambda _atom: None)(inner)
            if inner == self.x or rate.is_zero or not self._smooth(inner):
                continue
            rest = reduce(t, body / rate)
            fresh = t.fresh()
            u = t.var(fresh)
            if self.name not in rate.free():
                if t.sign(rate) not in _STRICT:
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

    # laws for integrals to infinity, and between 0 and 1

    def _shape(self, part: Normal) -> tuple[Normal, Normal, Normal] | None:
        """(power of x, power of 1 - x, exponent) of a product of these and an exp, constants apart."""
        t = self.t
        power, beside, exponent = t.zero, t.zero, t.zero
        for poly, direction in ((part.num, 1), (part.den, -1)):
            content, factors = t.factors(poly)
            if abs(content) != 1:
                return None
            for factor, multiplicity in factors:
                count = Fraction(direction * multiplicity)
                atom = _single(t, factor)
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

    def _law(self, part: Normal) -> Normal | None:
        """The value of one term over the whole line, from 0 to infinity, or from 0 to 1."""
        t = self.t
        shape = self._shape(part)
        if shape is None:
            return None
        power, beside, exponent = shape
        poly = coefficients(t, exponent, self.name)
        if poly is None:
            return None
        sign = t.sign(part)
        if self.lower is None and self.upper is None:
            n = power.integer
            return self._gaussian(n, poly) if n is not None and n >= 0 and beside.is_zero else None
        if self.lower is None or not self.lower.is_zero:
            return None
        if self.upper is None and beside.is_zero:
            return self._gamma(power + t.one, poly)
        if self.upper == t.one and len(poly) <= 1 and sign in (Sign.POSITIVE, Sign.NEGATIVE):
            factor = exp(t, exponent) if sign is Sign.POSITIVE else -exp(t, exponent)
            value = self._beta(power + t.one, beside + t.one)
            return None if value is None else factor * value
        return None

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

    def _gamma(self, s: Normal, poly: list[Normal]) -> Normal | None:
        """x**(s-1) exp(-r x**p + c) from 0 to infinity: gamma(s/p)/(p r**(s/p))."""
        t = self.t
        p = len(poly) - 1
        if p < 1 or any(not c.is_zero for c in poly[1:p]):
            return None
        r = -poly[p]
        if not self.suppose(r) or not self.suppose(s):
            return None
        t.use("gamma-integral")
        order = s.scaled(Fraction(1, p))
        scale = exp(t, poly[0] - order * log_abs(t, r))
        return (scale * gamma_at(t, order)).scaled(Fraction(1, p))

    def _beta(self, a: Normal, b: Normal) -> Normal | None:
        t = self.t
        if not self.suppose(a) or not self.suppose(b):
            return None
        t.use("beta-integral")
        if (n := b.integer) is not None and n <= 12:
            result = t.rational(factorial(n - 1))
            for k in range(n):
                result = result / (a + t.rational(k))
            return result
        return gamma_at(t, a) * gamma_at(t, b) / gamma_at(t, a + b)

    def _ask_for_decay(self, part: Normal) -> None:
        """Where a polynomial times exp of a polynomial is integrated to infinity, the exp must fall."""
        t = self.t
        shape = self._shape(part)
        if shape is None or (self.lower is not None and self.upper is not None):
            return
        poly = coefficients(t, shape[2], self.name)
        if poly is None or len(poly) < 2:
            return
        if self.upper is None:
            self.suppose(-poly[-1])
        if self.lower is None:
            self.suppose(-poly[-1] if len(poly) % 2 else poly[-1])


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


def _single(t: Table, normal: Normal) -> object:
    if not normal.den.is_one() or len(normal.num) != 1:
        return None
    ((mono, c),) = t.terms(normal.num)
    return t[mono[0][0]] if c == 1 and len(mono) == 1 and mono[0][1] == 1 else None


def eliminate_integrals(t: Table, facts: Facts, opaque: Callable[[str], bool], difference: Normal) -> Normal:
    """`difference` with integrals over one interval taken together, and then with every integral of one
    body as a difference of two ends: what is left is 0 where these cancel."""
    number = [i for i in difference.atoms() if isinstance(t[i], IntegralAtom)]
    if not number or any(not isinstance(t[i], IntegralAtom) and _holds_integral(t, i) for i in difference.atoms()):
        return difference
    linear = [(mono, c) for mono, c in t.terms(difference.num)]
    if any(sum(e for i, e in mono if i in number) > 1 for mono, _ in linear):
        return difference
    if any(i in number for i in t.polynomial(difference.den).atoms()):
        return difference
    rest, by_interval = t.zero, dict[tuple[End, End], list[tuple[Normal, IntegralAtom]]]()
    for mono, c in linear:
        inside = [i for i, _ in mono if i in number]
        factor = t.monomial(tuple(p for p in mono if p[0] not in number)).scaled(Fraction(c))
        if not inside:
            rest = rest + factor
            continue
        atom = t[inside[0]]
        assert isinstance(atom, IntegralAtom)
        by_interval.setdefault((atom.lower, atom.upper), []).append((factor, atom))
    ends: dict[tuple[Normal, End | str], Normal] = {}
    for (lower, upper), held in by_interval.items():
        work = Integration(t, facts, lower, upper, opaque)
        with work.inside():
            body = t.zero
            for factor, atom in held:
                name, opened = open_integral(t, atom)
                body = body + factor * t.substitute(opened, {name: work.x})
            body = reduce(t, body)
            found = work.closed(body)
        if found is not None:
            t.use("integral-linear")
            rest = rest + found
            continue
        # one integral of all, or each on its own: the formal ends cancel either way
        for factor, atom in held:
            placed = atom.body
            for end, sign in ((atom.upper if atom.upper is not None else "oo", 1),
                              (atom.lower if atom.lower is not None else "-oo", -1)):
                key = (placed, end)
                ends[key] = ends.get(key, t.zero) + factor.scaled(Fraction(sign))
    if any(not reduce(t, c).is_zero for c in ends.values()):
        return difference
    if ends:
        t.use("integral-split")
    return rest / t.polynomial(difference.den)


def _holds_integral(t: Table, number: int) -> bool:
    return any(isinstance(t[i], IntegralAtom) or _holds_integral(t, i)
               for inner in arguments(t[number]) for i in inner.atoms())
