"""Limits of normal forms, by dominant terms.

Trusted. Imports `atoms`, `functions`, `signs`, `normal_form`. Every limit is turned into one
for u -> +oo; each atom that moves gets a leading term c * exp(p(u)) * u^a * (log u)^b, and
the quotient of the leading groups of numerator and denominator is the limit. It gives up
(`Unsupported`) where leading terms cancel, where a coefficient's sign decides and is not
known, where the limit is infinite, and where the variable is inside a symbolic sum.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from lossproof.kernel.atoms import AbsAtom, Atom, ExpAtom, FunctionAtom, LogAtom, RootAtom, Var
from lossproof.kernel.functions import absolute_power, function, log_abs, reduce
from lossproof.kernel.normal_form import Normal, Table, Unsupported
from lossproof.kernel.sign_sets import Sign
from lossproof.kernel.signs import Facts

Side = Literal["+", "-", "+-"]


@dataclass(frozen=True, slots=True)
class Growth:
    """exp(exponent) * u**power * (log u)**logs; `exponent` a polynomial in u without constant term."""

    exponent: Normal
    power: Fraction
    logs: Fraction

    def times(self, other: Growth, n: int | Fraction = 1) -> Growth:
        """self * other**n."""
        return Growth(
            self.exponent + other.exponent.scaled(Fraction(n)), self.power + other.power * n, self.logs + other.logs * n
        )


@dataclass(frozen=True, slots=True)
class Leading:
    """coefficient * growth * (1 + o(1)), or o(growth) where the coefficient is 0."""

    coefficient: Normal
    growth: Growth


def limit(t: Table, facts: Facts, body: Normal, name: str, target: Normal | str, side: Side) -> Normal:
    """The limit of `body` as the variable `name` goes to the target (a normal form, "oo" or "-oo")."""
    if name not in body.free():
        return body
    values = [_Asymptotics(t, facts, name, target, way).limit(body) for way in _ways(target, side)]
    if len(values) == 2 and values[0] != values[1]:
        raise Unsupported("a limit whose two sides are not seen to be the same")
    return values[0]


def eventual_sign(t: Table, facts: Facts, body: Normal, name: str, target: Normal | str, side: Side) -> Sign:
    """The sign of `body` near the target (on the side, the target itself left out)."""
    if name not in body.free():
        return t.sign(body)
    signs = {_Asymptotics(t, facts, name, target, way).sign(body) for way in _ways(target, side)}
    if len(signs) == 1:
        return signs.pop()
    return Sign.NONZERO if signs <= {Sign.POSITIVE, Sign.NEGATIVE, Sign.NONZERO} else Sign.UNKNOWN


def _ways(target: Normal | str, side: Side) -> tuple[Side, ...]:
    if isinstance(target, str):
        return ("-",) if target == "oo" else ("+",)
    return ("+", "-") if side == "+-" else (side,)


class _Asymptotics:
    """Leading terms as u -> +oo, where u stands for how near the variable is to its target."""

    def __init__(self, t: Table, facts: Facts, name: str, target: Normal | str, way: Side) -> None:
        self.t = t
        self.u = t.fresh()
        facts.declare_positive(self.u)
        u = t.var(self.u)
        self.change = {
            name: u if target == "oo" else -u if isinstance(target, str) else
            target + t.one / u if way == "+" else target - t.one / u
        }
        self.small: dict[str, Leading] = {}
        self.log_u = t.fresh()
        facts.declare_positive(self.log_u)
        self.flat = Growth(t.zero, Fraction(0), Fraction(0))

    def limit(self, body: Normal) -> Normal:
        t = self.t
        top, bottom = self._quotient(body)
        order = self._compare(top.growth, bottom.growth)
        if order < 0:
            return t.zero
        if order > 0:
            raise Unsupported("an infinite limit")
        return top.coefficient / bottom.coefficient

    def sign(self, body: Normal) -> Sign:
        top, bottom = self._quotient(body)
        return self.t.sign(top.coefficient / bottom.coefficient)

    def _quotient(self, body: Normal) -> tuple[Leading, Leading]:
        t = self.t
        exact = self._without_logs(reduce(t, t.substitute(body, self.change)))
        top, bottom = self._leading(t.polynomial(exact.num)), self._leading(t.polynomial(exact.den))
        if t.sign(bottom.coefficient) not in (Sign.POSITIVE, Sign.NEGATIVE, Sign.NONZERO):
            raise Unsupported("a limit whose denominator's leading coefficient may be 0")
        return top, bottom

    def _without_logs(self, normal: Normal) -> Normal:
        """log|f| written as p(u) + a log u + log|c| + (something that goes to 0)."""
        t = self.t
        values: dict[int, Normal] = {}
        for i in normal.atoms():
            atom = t[i]
            if isinstance(atom, LogAtom) and self.u in atom.base.free():
                if atom == LogAtom(t.var(self.u)):
                    values[i] = t.var(self.log_u)
                    continue
                values[i] = self._log(atom.base)
        if not values:
            return normal
        return t.rebuild(normal, lambda i: values.get(i) or t.monomial(((i, 1),)))

    def _log(self, base: Normal) -> Normal:
        t = self.t
        exact = self._without_logs(base)
        lead = self._leading(exact)
        if lead.growth.logs or t.sign(lead.coefficient) not in (Sign.POSITIVE, Sign.NEGATIVE, Sign.NONZERO):
            raise Unsupported("the log of something with an unclear leading term")
        main = lead.growth.exponent + t.var(self.log_u).scaled(lead.growth.power) + log_abs(t, lead.coefficient)
        leading_terms, rest = self._split(exact, lead.growth)
        if rest.is_zero and not self._approximate(leading_terms):
            return main
        name = t.fresh()
        if rest.is_zero:
            raise Unsupported("the log of an approximate leading term")
        second = self._leading(rest)
        self.small[name] = Leading(
            second.coefficient / lead.coefficient, second.growth.times(lead.growth, -1)
        )
        return main + t.var(name)

    def _approximate(self, poly: Normal) -> bool:
        return any(not self._exact(i) for i in poly.atoms())

    def _exact(self, number: int) -> bool:
        atom = self.t[number]
        if self.u not in self.t.free_of(number):
            return not (isinstance(atom, Var) and atom.name in self.small)
        return isinstance(atom, Var) or (isinstance(atom, ExpAtom) and atom.exponent.den.is_constant())

    # leading terms

    def _terms(self, poly: Normal) -> list[tuple[Normal, Leading]]:
        t = self.t
        found = []
        for mono, coefficient in t.terms(poly.num):
            lead = Leading(t.rational(coefficient), self.flat)
            for i, e in mono:
                one = self._atom(i)
                lead = Leading(lead.coefficient * one.coefficient**e, lead.growth.times(one.growth, e))
            found.append((t.monomial(mono).scaled(Fraction(coefficient)), lead))
        return found

    def _leading(self, poly: Normal) -> Leading:
        """The sum of the terms of greatest growth; Unsupported where these cancel."""
        t = self.t
        if poly.is_zero:
            return Leading(t.zero, self.flat)
        terms = self._terms(poly)
        best = terms[0][1].growth
        for _, lead in terms[1:]:
            if self._compare(lead.growth, best) > 0:
                best = lead.growth
        total = t.total(lead.coefficient for _, lead in terms if self._compare(lead.growth, best) == 0)
        if total.is_zero:
            raise Unsupported("a limit in which the leading terms cancel")
        return Leading(total, best)

    def _split(self, poly: Normal, growth: Growth) -> tuple[Normal, Normal]:
        t = self.t
        main, rest = t.zero, t.zero
        for term, lead in self._terms(poly):
            if self._compare(lead.growth, growth) == 0:
                main = main + term
            else:
                rest = rest + term
        return main, rest

    def _atom(self, number: int) -> Leading:
        t = self.t
        atom: Atom = t[number]
        me = t.monomial(((number, 1),))
        if isinstance(atom, Var):
            if atom.name == self.u:
                return Leading(t.one, Growth(t.zero, Fraction(1), Fraction(0)))
            if atom.name == self.log_u:
                return Leading(t.one, Growth(t.zero, Fraction(0), Fraction(1)))
            if atom.name in self.small:
                return self.small[atom.name]
        if self.u not in t.free_of(number):
            return Leading(me, self.flat)
        match atom:
            case ExpAtom(exponent, root):
                inner = exponent.scaled(Fraction(1, root))
                if self.u in t.polynomial(exponent.den).free():
                    lead = self._lead_of(inner)
                    if self._compare(lead.growth, self.flat) < 0:
                        return Leading(t.one, self.flat)
                elif all(isinstance(t[i], Var) for i in inner.atoms() if self.u in t.free_of(i)):
                    return Leading(t.one, Growth(inner, Fraction(0), Fraction(0)))
            case RootAtom(base, root):
                lead = self._lead_of(base)
                growth = self.flat.times(lead.growth, Fraction(1, root))
                return Leading(absolute_power(t, lead.coefficient, Fraction(1, root)), growth)
            case AbsAtom(base):
                lead = self._lead_of(base)
                sign = t.sign(lead.coefficient)
                if sign in (Sign.POSITIVE, Sign.NEGATIVE):
                    return Leading(lead.coefficient if sign is Sign.POSITIVE else -lead.coefficient, lead.growth)
            case FunctionAtom(name, args, orders) if name not in _BROKEN:
                ends = tuple(self.limit_of(a) for a in args)
                return Leading(function(t, name, ends, orders), self.flat)
        raise Unsupported("a limit of this expression")

    def limit_of(self, argument: Normal) -> Normal:
        """The limit of an argument that is already written in u."""
        if self.u not in argument.free():
            return argument
        lead = self._lead_of(argument)
        if self._compare(lead.growth, self.flat) < 0:
            return self.t.zero
        if self._compare(lead.growth, self.flat) == 0:
            return lead.coefficient
        raise Unsupported("a function at an argument that goes to infinity")

    def _lead_of(self, normal: Normal) -> Leading:
        t = self.t
        exact = self._without_logs(normal)
        top, bottom = self._leading(t.polynomial(exact.num)), self._leading(t.polynomial(exact.den))
        return Leading(top.coefficient / bottom.coefficient, top.growth.times(bottom.growth, -1))

    def _compare(self, a: Growth, b: Growth) -> int:
        """-1, 0 or 1: which grows faster."""
        t = self.t
        difference = a.exponent - b.exponent
        if not difference.is_zero:
            # the highest power of u in the exponent decides
            own = t.number(Var(self.u))
            degrees: dict[int, Normal] = {}
            for mono, c in t.terms(difference.num):
                degree = dict(mono).get(own or 0, 0) if own is not None else 0
                rest = tuple((i, e) for i, e in mono if i != own)
                degrees[degree] = degrees.get(degree, t.zero) + t.monomial(rest).scaled(Fraction(c))
            lead = degrees[max(degrees)] / t.polynomial(difference.den)
            sign = t.sign(lead)
            if sign is Sign.POSITIVE:
                return 1
            if sign is Sign.NEGATIVE:
                return -1
            raise Unsupported("a limit that depends on an unknown sign")
        if a.power != b.power:
            return 1 if a.power > b.power else -1
        return 0 if a.logs == b.logs else 1 if a.logs > b.logs else -1


_BROKEN = frozenset({
    "sign", "floor", "ceiling", "Mod", "Heaviside", "gamma", "loggamma", "digamma", "polygamma", "zeta", "beta",
    "binomial", "factorial", "harmonic",
})
"""Known functions that are not continuous everywhere; opaque ones are smooth."""
