"""Leading terms near a target: c * exp(p(u)) * u^a * (log u)^b as u -> +oo.

Trusted. Imports `atoms`, `functions`, `signs`, `normal_form`. Every limit is one for u -> +oo; each atom that
moves gets a leading term, and the quotient of the leading groups of numerator and denominator is that of the
whole. It gives up (`Unsupported`) where a coefficient's sign decides and is not known (`UnknownSign`, which
says what has that sign), where the limit is infinite, and where the variable is inside a symbolic sum.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from lossproof.kernel.atoms import AbsAtom, Atom, ConstAtom, ExpAtom, FunctionAtom, LogAtom, PowAtom, RootAtom, Var
from lossproof.kernel.function_atoms import function
from lossproof.kernel.functions import absolute_power, exp, log_abs, reduce
from lossproof.kernel.normal_form import Normal, Table, Unsupported
from lossproof.kernel.sign_sets import STRICT_SIGNS, Sign
from lossproof.kernel.signs import Facts

Side = Literal["+", "-", "+-"]

BROKEN = frozenset({
    "sign", "floor", "ceiling", "Mod", "Heaviside", "gamma", "loggamma", "digamma", "polygamma", "zeta", "beta",
    "binomial", "factorial", "harmonic",
})
"""Known functions that are not continuous everywhere; opaque ones are smooth."""


class UnknownSign(Unsupported):
    """The limit depends on the sign of something that does not move: on that of `poly`."""

    def __init__(self, value: Normal) -> None:
        super().__init__("a limit that depends on an unknown sign")
        t = value.table
        self.poly = t.one
        for factor, _ in (*t.factors(value.num)[1], *t.factors(value.den)[1]):
            if t.sign(factor) not in (Sign.POSITIVE, Sign.NEGATIVE):
                self.poly = self.poly * factor


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


class Asymptotics:
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
        self.expanding = False

    def limit(self, body: Normal) -> Normal:
        """The limit of something that is written in the variable."""
        try:
            return self._limit(body)
        except Unsupported as reason:
            first = reason
        # once more with roots and exps as their leading terms times 1 + (something small)
        self.expanding = True
        try:
            return self._limit(body)
        except Unsupported as second:
            raise (first if isinstance(first, UnknownSign) else second) from None

    def _limit(self, body: Normal) -> Normal:
        lead = self._lead_of(self._written(body))
        order = self._compare(lead.growth, self.flat)
        if order < 0:
            return self.t.zero
        if order == 0 and lead.coefficient.is_zero and not self.expanding:
            raise Unsupported("a limit in which the leading terms cancel")
        if order > 0:
            raise Unsupported("an infinite limit")
        return lead.coefficient

    def sign(self, body: Normal) -> Sign:
        """The sign that the leading coefficient gives; where that may be 0 other terms decide."""
        sign = self.t.sign(self._lead_of(self._written(body)).coefficient)
        return sign if sign in STRICT_SIGNS or body.is_zero else Sign.UNKNOWN

    def _written(self, body: Normal) -> Normal:
        return body if self.u in body.free() else self.t.substitute(body, self.change)

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
            elif self.expanding and self.u in t.free_of(i):
                expanded = self._expanded(atom)
                if expanded is not None:
                    values[i] = expanded
        if not values:
            return normal
        return reduce(t, t.rebuild(normal, lambda i: values.get(i) or t.monomial(((i, 1),))))

    def _expanded(self, atom: Atom) -> Normal | None:
        """A root, or an exp that goes to a constant, as an exact leading term times 1 + (something small)."""
        t = self.t
        match atom:
            case RootAtom(base, root):
                exact = self._without_logs(base)
                lead = self._leading(exact)
                main, rest = self._split(exact, lead.growth)
                plain = lead.growth.exponent.is_zero and not lead.growth.logs
                if not plain or self._approximate(main) or t.sign(lead.coefficient) is not Sign.POSITIVE:
                    return None
                u = absolute_power(t, t.var(self.u), lead.growth.power / root)
                whole = absolute_power(t, lead.coefficient, Fraction(1, root)) * u
                if rest.is_zero:
                    return whole
                second = self._leading(rest)
                ratio = second.coefficient / lead.coefficient
                small = Leading(ratio.scaled(Fraction(1, root)), second.growth.times(lead.growth, -1))
            case ExpAtom(exponent, root) if not self._plain_growth(atom):
                exponent = exponent.scaled(Fraction(1, root))
                end = self.limit_of(exponent)
                whole = exp(t, end)
                if (exponent - end).is_zero:
                    return whole
                small = self._lead_of(exponent - end)
            case _:
                return None
        if self._compare(small.growth, self.flat) >= 0:
            return None
        name = t.fresh()
        self.small[name] = small
        return whole * (t.one + t.var(name))

    def _log(self, base: Normal) -> Normal:
        t = self.t
        exact = self._without_logs(base)
        lead = self._leading(exact)
        if lead.growth.logs or t.sign(lead.coefficient) not in STRICT_SIGNS:
            raise Unsupported("the log of something with an unclear leading term")
        main = lead.growth.exponent + t.var(self.log_u).scaled(lead.growth.power) + log_abs(t, lead.coefficient)
        leading_terms, rest = self._split(exact, lead.growth)
        if self._approximate(leading_terms):
            # what it lacks to its leading term may be more than the other terms
            raise Unsupported("the log of an approximate leading term")
        if rest.is_zero:
            return main
        name = t.fresh()
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
        if isinstance(atom, RootAtom):
            return atom.base == self.t.var(self.u)
        return isinstance(atom, Var) or (isinstance(atom, ExpAtom) and self._plain_growth(atom))

    # leading terms

    def _joint_exps(self, den: Normal) -> tuple[Normal, Normal]:
        """A denominator of one term without its exps that are no plain growth, and their exponent."""
        t = self.t
        if len(den.num) != 1:
            return den, t.zero
        ((mono, coefficient),) = t.terms(den.num)
        joint, kept = t.zero, []
        for i, e in mono:
            atom = t[i]
            if isinstance(atom, ExpAtom) and not self._plain_growth(atom):
                joint = joint + atom.exponent.scaled(Fraction(e, atom.root))
            else:
                kept.append((i, e))
        return t.monomial(tuple(kept)).scaled(Fraction(coefficient)), joint

    def _terms(self, poly: Normal, beside: Normal | None = None) -> list[tuple[Normal, Leading]]:
        t = self.t
        found = []
        below = t.polynomial(poly.den).constant
        if below is None:
            raise Unsupported("a limit of a quotient inside a function")
        for mono, whole in t.terms(poly.num):
            coefficient = Fraction(whole) / below
            lead = Leading(t.rational(coefficient), self.flat)
            # exps that are no plain growth, such as exp(u log(1 + 1/u)), are taken together
            joint = t.zero if beside is None else beside
            for i, e in mono:
                atom = t[i]
                if isinstance(atom, ExpAtom) and not self._plain_growth(atom):
                    joint = joint + atom.exponent.scaled(Fraction(e, atom.root))
                    continue
                one = self._atom(i)
                lead = Leading(lead.coefficient * one.coefficient**e, lead.growth.times(one.growth, e))
            if not joint.is_zero:
                lead = Leading(lead.coefficient * exp(t, self.limit_of(joint)), lead.growth)
            found.append((t.monomial(mono).scaled(coefficient), lead))
        return found

    def _leading(self, poly: Normal, beside: Normal | None = None) -> Leading:
        """The sum of the terms of greatest growth; o(growth) where these cancel."""
        t = self.t
        if poly.is_zero:
            return Leading(t.zero, self.flat)
        terms = self._terms(poly, beside)
        best = terms[0][1].growth
        for _, lead in terms[1:]:
            if self._compare(lead.growth, best) > 0:
                best = lead.growth
        total = t.total(lead.coefficient for _, lead in terms if self._compare(lead.growth, best) == 0)
        return Leading(total, best)

    def _plain_growth(self, atom: ExpAtom) -> bool:
        """Whether the exponent is a polynomial in u with coefficients that do not move, or does not move."""
        t = self.t
        exponent = atom.exponent
        if self.u not in exponent.free():
            return True
        return self.u not in t.polynomial(exponent.den).free() and all(
            isinstance(t[i], Var) for i in exponent.atoms() if self.u in t.free_of(i))

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
                return Leading(t.one, Growth(exponent.scaled(Fraction(1, root)), Fraction(0), Fraction(0)))
            case PowAtom(base, exponent) if self.sign(base) is Sign.POSITIVE:
                return Leading(exp(t, self.limit_of(exponent * log_abs(t, base))), self.flat)
            case RootAtom(base, root):
                lead = self._lead_of(base)
                if lead.coefficient.is_zero:
                    raise Unsupported("a root of something with an unclear leading term")
                growth = self.flat.times(lead.growth, Fraction(1, root))
                return Leading(absolute_power(t, lead.coefficient, Fraction(1, root)), growth)
            case AbsAtom(base):
                lead = self._lead_of(base)
                sign = t.sign(lead.coefficient)
                if sign in (Sign.POSITIVE, Sign.NEGATIVE):
                    return Leading(lead.coefficient if sign is Sign.POSITIVE else -lead.coefficient, lead.growth)
                raise UnknownSign(lead.coefficient)
            case FunctionAtom("erf" | "atan" as name, (inner,), (0,)) if (way := self._way_out(inner)) is not None:
                t.use("limit-at-infinity")
                end = t.one if name == "erf" else t.atom(ConstAtom("pi")).scaled(Fraction(1, 2))
                return Leading(end if way is Sign.POSITIVE else -end, self.flat)
            case FunctionAtom("sin" | "cos" as name, (inner,), (0,)):
                try:
                    return Leading(function(t, name, (self.limit_of(inner),), (0,)), self.flat)
                except Unsupported:
                    # bounded in any case: less than any power
                    return Leading(t.zero, Growth(t.zero, Fraction(1, 1000), Fraction(0)))
            case FunctionAtom(name, args, orders) if name not in BROKEN:
                ends = tuple(self.limit_of(a) for a in args)
                return Leading(function(t, name, ends, orders), self.flat)
        raise Unsupported("a limit of this expression")

    def _way_out(self, argument: Normal) -> Sign | None:
        """The sign with which an argument goes to infinity, None where it does not."""
        if self.u not in argument.free():
            return None
        lead = self._lead_of(argument)
        sign = self.t.sign(lead.coefficient)
        if self._compare(lead.growth, self.flat) <= 0 or sign is Sign.ZERO:
            return None
        if sign not in (Sign.POSITIVE, Sign.NEGATIVE):
            raise UnknownSign(lead.coefficient)
        return sign

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
        """The leading term of a quotient that is written in u."""
        t = self.t
        exact = self._without_logs(reduce(t, normal))
        den, joint = self._joint_exps(t.polynomial(exact.den))
        top, bottom = self._leading(t.polynomial(exact.num), -joint), self._leading(den)
        if t.sign(bottom.coefficient) not in STRICT_SIGNS:
            raise Unsupported("a limit whose denominator's leading coefficient may be 0")
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
            raise UnknownSign(lead)
        if a.power != b.power:
            return 1 if a.power > b.power else -1
        return 0 if a.logs == b.logs else 1 if a.logs > b.logs else -1
