"""Majorants to infinity: how large a term can be for all s >= S, and what its integral or sum from there is.

Trusted. Imports the ground floor, `jets`, `complex_jets` and python-flint. A `Tail` knows bounds
|f(s)| <= M s^p e^(q s) and, where it has one, |f(s)| >= m s^p e^(q s), for all real s >= S, and where it
can an enclosure by a Laurent polynomial in s with a bounded error, which is what exp is taken of. A parameter
may be a complex disc: then the bound holds on all of it, and Cauchy's estimate bounds derivatives by it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flint import acb, arb, fmpq

from lossproof.kernel.jets import Undecided
from lossproof.term import Add, Call, Const, Mul, Number, Pow, Symbol, Term, free_names

_MOST_DEGREE = 8


@dataclass(frozen=True, slots=True)
class Growth:
    """size * s**power * e**(rate s)."""

    size: arb
    power: arb
    rate: arb

    def at(self, s: arb) -> arb:
        """The value at s."""
        return self.size * s**self.power * (self.rate * s).exp()


@dataclass(frozen=True, slots=True)
class Tail:
    """What is known of a term for s >= S. `positive`: it is real and > 0 there; `real`: it is real."""

    above: Growth | None
    below: Growth | None = None
    poly: Mapping[int, acb] | None = None
    error: arb = arb(0)  # noqa: RUF009 (immutable)
    positive: bool = False
    real: bool = True


class Tails:
    """Bounds of terms for one S. `leaf` gives the enclosure of what does not depend on the variable."""

    def __init__(self, start: arb, leaf: Callable[[Term], acb]) -> None:
        self.start, self.leaf = start, leaf

    def variable(self) -> Tail:
        """s itself."""
        return self.enclosed({1: acb(1)}, arb(0))

    def constant(self, value: acb) -> Tail:
        """A number (or a disc of such)."""
        return self.enclosed({0: value}, arb(0))

    def enclosed(self, poly: Mapping[int, acb], error: arb) -> Tail:
        """The bounds of a Laurent polynomial with an error."""
        poly = {k: c for k, c in poly.items() if not c.is_zero()}
        n = max(poly, default=0)
        if not error.is_zero():
            n = max(n, 0)
        s = self.start
        lead = poly.get(n, acb(0))
        lower_terms = sum((c.abs_upper() * s ** (k - n) for k, c in poly.items() if k != n), arb(0)) + error * s ** (-n)
        above = Growth((lead.abs_upper() + lower_terms).upper(), arb(n), arb(0))
        least = lead.abs_lower() - lower_terms
        real = all(c.imag.is_zero() for c in poly.values())
        below = Growth(least.lower(), arb(n), arb(0)) if least > 0 else None
        return Tail(above, below, poly, error.upper(), positive=real and below is not None and lead.real > 0, real=real)

    def bounded(self, size: arb) -> Tail:
        """Something real that is at most `size` in absolute value."""
        return Tail(Growth(size, arb(0), arb(0)), None, {}, size)

    def of(self, term: Term, bound: Mapping[str, Tail]) -> Tail:
        """What is known of a term, variables being bound as said. Undecided where nothing is."""
        if free_names(term).isdisjoint(bound):
            return self.constant(self.leaf(term))
        match term:
            case Symbol(name):
                return bound[name]
            case Add(args):
                return self._sum([self.of(a, bound) for a in args])
            case Mul(args):
                result = self.constant(acb(1))
                for a in args:
                    result = self._product(result, self.of(a, bound))
                return result
            case Pow(Const("E"), exponent):
                return self._exp(self.of(exponent, bound))
            case Pow(base, exponent):
                return self._power(base, exponent, bound)
            case Call("log", (inner,), ()):
                return self._log(inner, bound)
            case Call("xlogy", (x, y), ()):
                return self._product(self.of(x, bound), self._log(y, bound))
            case Call("Max" | "Min" as name, args, ()):
                best = self.of(args[0], bound)
                for a in args[1:]:
                    best = self._greater(best, self.of(a, bound), least=name == "Min")
                return best
            case Call(name, (inner,), ()):
                return self._call(name, self.of(inner, bound))
            case _:
                raise Undecided("a tail of this term")

    def _sum(self, parts: list[Tail]) -> Tail:
        s = self.start
        if all(p.poly is not None for p in parts):
            poly: dict[int, acb] = {}
            for p in parts:
                for i, c in (p.poly or {}).items():
                    poly[i] = poly[i] + c if i in poly else c
            known = self.enclosed(poly, sum((p.error for p in parts), arb(0)))
        else:
            known = Tail(None)
        power = _largest([p.above.power for p in parts if p.above is not None])
        rate = _largest([p.above.rate for p in parts if p.above is not None])
        above, below = known.above, known.below
        if above is None and all(p.above is not None for p in parts):
            # every part against the largest power and rate: s >= S makes up for the difference
            size_ = sum((p.above.size * s ** (p.above.power - power) * ((p.above.rate - rate) * s).exp()
                         for p in parts if p.above is not None), arb(0))
            above = Growth(size_.upper(), power, rate)
        real = all(p.real for p in parts)
        positive = (known.positive and real) or all(p.positive for p in parts)
        if below is None and all(p.positive for p in parts):
            below = next((p.below for p in parts if p.below is not None), None)
        return Tail(above, below, known.poly, known.error, positive, real)

    def _product(self, a: Tail, b: Tail) -> Tail:
        above, below = _times(a.above, b.above), _times(a.below, b.below)
        positive = a.positive and b.positive
        real = a.real and b.real
        poly: Mapping[int, acb] | None = None
        error = arb(0)
        if a.poly is not None and b.poly is not None:
            if a.error.is_zero() and b.error.is_zero() and len(a.poly) + len(b.poly) <= _MOST_DEGREE + 2:
                product: dict[int, acb] = {}
                for i, x in a.poly.items():
                    for j, y in b.poly.items():
                        product[i + j] = product[i + j] + x * y if i + j in product else x * y
                known = self.enclosed(product, arb(0))
                return Tail(known.above, known.below, known.poly, known.error, known.positive or positive, real)
            for u, v in ((a, b), (b, a)):
                if u.poly is not None and v.poly is not None and set(u.poly) == {0} and u.error.is_zero():
                    poly = {k: c * u.poly[0] for k, c in v.poly.items()}
                    error = v.error * u.poly[0].abs_upper()
        found = Tail(above, below, poly, error, positive, real)
        return found if poly is not None else self._if_small(found)

    def _if_small(self, x: Tail) -> Tail:
        """The same, with a constant enclosure where the bound does not grow."""
        if x.poly is None and x.above is not None and x.above.power <= 0 and x.above.rate <= 0:
            error = x.above.at(self.start).upper()
            return Tail(x.above, x.below, {}, error, x.positive, x.real)
        return x

    def _exp(self, x: Tail) -> Tail:
        if x.poly is None:
            raise Undecided("exp of something without an enclosure to infinity")
        degree = max((*x.poly, 0))
        grows = [x.poly[k].real if k in x.poly else arb(0) for k in range(degree + 1)]
        # what falls is at most what it is at S
        error = x.error + sum((c.abs_upper() * self.start**k for k, c in x.poly.items() if k < 0), arb(0))
        above, below = self._linear(grows, upper=True), self._linear(grows, upper=False)
        if above is None:
            raise Undecided("exp of something that is not seen to fall")
        top = Growth((above[0] + error).exp().upper(), arb(0), above[1])
        bottom = None if below is None else Growth((below[0] - error).exp().lower(), arb(0), below[1])
        return self._if_small(Tail(top, bottom, None, arb(0), positive=x.real, real=x.real))

    def _linear(self, poly: list[arb], *, upper: bool) -> tuple[arb, arb] | None:
        """(c, q) with poly(s) <= c + q s for s >= S (or >=)."""
        rate = poly[-1] if len(poly) > 1 else arb(0)
        for k in range(len(poly) - 2, 0, -1):
            # the inner polynomial is at most its bound, which at s >= S is at most that at S
            if not (rate <= 0 if upper else rate >= 0):
                return None
            rate = poly[k] + rate * self.start
        return poly[0], rate

    def _power(self, base: Term, exponent: Term, bound: Mapping[str, Tail]) -> Tail:
        if not free_names(exponent).isdisjoint(bound):
            inner = self.of(exponent, bound)
            if not free_names(base).isdisjoint(bound):
                raise Undecided("a power of which both parts vary")
            value = self.leaf(base)
            if not inner.positive or not inner.real or inner.poly is None:
                raise Undecided("a power with an exponent that may be negative")
            if value.is_zero():
                return self.constant(acb(0))
            # |base|**exponent is at most its greatest modulus to it; that a base that is not positive has
            # integer exponents only is for the caller to know
            high, low = value.abs_upper(), value.abs_lower()
            top = self._exp(self._product(self.constant(acb(high.log())), inner))
            if not low > 0:
                return Tail(top.above, real=value.imag.is_zero())
            bottom = self._exp(self._product(self.constant(acb(low.log())), inner))
            real = value.imag.is_zero()
            return Tail(top.above, bottom.below, None, arb(0),
                        positive=real and value.real > 0, real=real)
        x = self.of(base, bound)
        y = self.leaf(exponent)
        if not y.imag.is_zero():
            raise Undecided("a complex exponent")
        e = y.real
        whole = isinstance(exponent, Number) and exponent.value.denominator == 1
        if not whole and not x.positive:
            raise Undecided("a power of something that may be negative")
        if whole and isinstance(exponent, Number) and x.poly is not None and len(x.poly) == 1 and (
                exponent.value < 0 and x.error.is_zero() and x.below is not None):
            ((k, c),) = x.poly.items()
            n = int(exponent.value)
            return self.enclosed({k * n: c**n}, arb(0))
        if whole and isinstance(exponent, Number) and 0 <= exponent.value <= _MOST_DEGREE and x.poly is not None:
            result = self.constant(acb(1))
            for _ in range(int(exponent.value)):
                result = self._product(result, x)
            return result
        first, second = (x.above, x.below) if e >= 0 else (x.below, x.above)
        if not (e >= 0 or e < 0):
            raise Undecided("an exponent of unknown sign")
        if first is None:
            raise Undecided("a divisor without a lower bound to infinity")
        # an even power is positive where the base is not 0
        even = whole and isinstance(exponent, Number) and exponent.value % 2 == 0 and x.below is not None
        return self._if_small(Tail(_raised(first, e), None if second is None else _raised(second, e), None, arb(0),
                                   x.positive or (even and x.real), x.real))

    def _log(self, term: Term, bound: Mapping[str, Tail]) -> Tail:
        """log of a product factor by factor, of exp what is inside; every factor must be positive."""
        if free_names(term).isdisjoint(bound):
            value = self.leaf(term)
            if not (value.imag.is_zero() and value.real > 0):
                raise Undecided("log of a number that may not be positive")
            return self.constant(value.log())
        match term:
            case Call("exp", (inner,), ()) | Pow(Const("E"), inner):
                return self.of(inner, bound)
            case Mul(args):
                return self._sum([self._log(a, bound) for a in args])
            case Pow(base, Number(value)):
                factor = self.constant(acb(arb(fmpq(value.numerator, value.denominator))))
                return self._product(factor, self._log(base, bound))
            case _:
                return self._call("log", self.of(term, bound))

    def _sign(self, x: Tail) -> int:
        """1 or -1 where a real tail is known to keep that sign, else 0."""
        if x.positive:
            return 1
        if not x.real or not x.poly or self.enclosed(x.poly, x.error).below is None:
            return 0
        lead = x.poly[max(x.poly)].real
        return 1 if lead > 0 else -1 if lead < 0 else 0

    def _greater(self, a: Tail, b: Tail, *, least: bool) -> Tail:
        minus = self.constant(acb(-1))
        sign = self._sign(self._sum([a, self._product(minus, b)]))
        if sign:
            return a if (sign > 0) != least else b
        if not (a.real and b.real):
            raise Undecided("the greater of complex numbers")
        both = self._sum([Tail(a.above), Tail(b.above)])
        return Tail(both.above)

    def _call(self, name: str, x: Tail) -> Tail:
        s = self.start
        match name:
            case "exp":
                return self._exp(x)
            case "sqrt" if x.positive:
                half = arb(fmpq(1, 2))
                assert x.above is not None
                return self._if_small(Tail(_raised(x.above, half), None if x.below is None else _raised(
                    x.below, half), positive=True))
            case "log" if x.positive and x.above is not None and x.below is not None:
                size, power, rate = (_largest([abs(a), abs(b)]) for a, b in (
                    (x.above.size.log(), x.below.size.log()), (x.above.power, x.below.power),
                    (x.above.rate, x.below.rate)))
                # log s <= 2 s**(1/4) for s > 0
                if not rate.is_zero():
                    return Tail(Growth(((size + 2 * power * s ** fmpq(1, 4)) / s + rate).upper(), arb(1), arb(0)))
                if not power.is_zero():
                    quarter = arb(fmpq(1, 4))
                    return Tail(Growth((size / s**quarter + 2 * power).upper(), quarter, arb(0)))
                return self.bounded(size.upper())
            case "Abs" if self._sign(x):
                return x if self._sign(x) > 0 else self._product(self.constant(acb(-1)), x)
            case "Abs" if x.real:
                return Tail(x.above, x.below, positive=x.below is not None)
            case "sin" | "cos" | "tanh" | "erf" | "logistic" if x.real:
                return self._positive(self.bounded(arb(1)), name == "logistic")
            case "atan" | "erfc" if x.real:
                return self._positive(self.bounded(arb(2)), name == "erfc")
            case "softplus" if x.real and x.above is not None:
                found = self._sum([Tail(x.above), self.constant(acb(arb(2).log()))])
                return Tail(found.above, positive=True)
            case "factorial" if x.poly is not None and set(x.poly) <= {0, 1} and x.error.is_zero() and x.real:
                # (s + c)! at integers: n!/n**n e**(log(n) s) below, from n = S + c on
                offset = x.poly[0].real if 0 in x.poly else arb(0)
                n = s + offset
                if x.poly.get(1) != 1 or not n >= 1:
                    raise Undecided("the factorial of this")
                low = (n + 1).gamma() / (n.log() * n).exp() * (n.log() * offset).exp()
                return Tail(None, Growth(low.lower(), arb(0), n.log()), positive=True)
            case _:
                raise Undecided(f"{name} towards infinity")

    @staticmethod
    def _positive(x: Tail, positive: bool) -> Tail:
        return Tail(x.above, x.below, x.poly, x.error, positive, x.real)

    # what is left beyond S

    def integral(self, x: Tail) -> arb:
        """A bound of the integral of |f| from S on; Undecided where it may diverge."""
        if x.above is None:
            raise Undecided("a tail without a bound")
        s, g = self.start, x.above
        if g.size.is_zero():
            return arb(0)
        if g.rate < 0:
            decay = -g.rate - (g.power / s if g.power > 0 else arb(0))
            if decay > 0:
                return (g.at(s) / decay).upper()
        if g.rate <= 0 and g.power < -1:
            return (g.size * s ** (g.power + 1) / (-g.power - 1)).upper()
        raise Undecided("a tail that is not seen to be small")

    def series(self, x: Tail) -> arb:
        """A bound of the sum of |f(k)| over k = S, S + 1, ...; Undecided where it may diverge."""
        if x.above is None:
            raise Undecided("a tail without a bound")
        s, g = self.start, x.above
        if g.size.is_zero():
            return arb(0)
        if g.rate < 0:
            ratio = g.rate.exp() * ((1 + 1 / s) ** g.power if g.power > 0 else arb(1))
            if ratio < 1:
                return (g.at(s) / (1 - ratio)).upper()
        if g.rate <= 0 and g.power < -1:
            return (g.size * s**g.power * (1 + s / (-g.power - 1))).upper()
        raise Undecided("a tail that is not seen to be small")


def _largest(values: list[arb]) -> arb:
    best = values[0] if values else arb(0)
    for value in values[1:]:
        best = best.max(value)
    return best


def _times(a: Growth | None, b: Growth | None) -> Growth | None:
    return None if a is None or b is None else Growth(a.size * b.size, a.power + b.power, a.rate + b.rate)


def _raised(x: Growth, e: arb) -> Growth:
    return Growth(x.size**e, x.power * e, x.rate * e)
