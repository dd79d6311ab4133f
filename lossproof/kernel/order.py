"""Whether a normal form is on the right side of 0: what an inequality line comes down to.

Trusted. Imports `estimates`, `induction`, `mean_value`, `signs` and what these import. Asked for the
difference of the two lines only, since it is far slower than `signs`: the difference is factored, and each
factor's sign is sought by roots as variables, terms under one sum, logs taken away, known inequalities
between sums, induction, and the mean value theorem.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import lcm

from lossproof.kernel.atoms import AbsAtom, Bounds, EntryAtom, FoldAtom, LogAtom, RootAtom, Var, binder
from lossproof.kernel.binders import count_of, known_nonzero
from lossproof.kernel.estimates import estimates, use_estimate
from lossproof.kernel.facts import Fact
from lossproof.kernel.functions import exp
from lossproof.kernel.induction import sign_by_induction
from lossproof.kernel.mean_value import by_mean_value
from lossproof.kernel.normal_form import DivisionByZero, Normal, Table, Unsupported
from lossproof.kernel.sign_sets import (
    OF_SIGN,
    Sign,
    any_of,
    both,
    flipped,
    folded_sign,
    power_sign,
    product_sign,
    sign_decides,
    sum_sign,
)
from lossproof.kernel.signs import Facts

_SETTLED = (Sign.POSITIVE, Sign.NEGATIVE, Sign.ZERO)


class Order:
    """Signs of differences, under the hypotheses of a case."""

    def __init__(self, t: Table, facts: Facts, apply: Callable[[Normal], Normal], functions: frozenset[str]) -> None:
        self.t, self.facts, self.apply, self.functions = t, facts, apply, functions

    def holds(self, difference: Normal, op: str) -> bool:
        """Whether difference `op` 0 at every point where the line is defined."""
        sign = self._sign(difference, lambda s: sign_decides(op, s) is True)
        return sign_decides(op, sign) is True

    def _sign(self, normal: Normal, enough: Callable[[Sign], bool]) -> Sign:
        known = self.t.sign(normal)
        if enough(known) or known in _SETTLED:
            return known
        result = self.facts.sign(self.t.polynomial(normal.den))
        content, factors = self.t.factors(normal.num)
        result = product_sign(result, Sign.POSITIVE if content > 0 else Sign.NEGATIVE)
        for factor, multiplicity in factors:
            result = product_sign(result, power_sign(self._factor(factor), multiplicity))
        return both(known, result)

    def _factor(self, poly: Normal) -> Sign:
        """The sign of a factor, by one rule after another until one tells more than that it is not 0."""
        known = self.t.sign(poly)
        for rule in (self._roots, self._termwise, self._logs, self._estimates, self._induction, self._mean_value):
            if known not in (Sign.UNKNOWN, Sign.NONZERO):
                return known
            try:
                known = both(known, rule(poly))
            except (Unsupported, DivisionByZero):
                continue
        return known

    def _roots(self, poly: Normal) -> Sign:
        """Roots as variables: with x = u^2, u >= 0, what was x - 2 sqrt(x) + 1 is a polynomial in u."""
        t = self.t
        orders: dict[Normal, int] = {}
        for i in poly.atoms():
            atom = t[i]
            if isinstance(atom, RootAtom):
                orders[atom.base] = lcm(orders.get(atom.base, 1), atom.root)
        changed = poly
        for base, order in orders.items():
            if order > 6 or t.sign(base) not in (Sign.POSITIVE, Sign.NONNEGATIVE):
                return Sign.UNKNOWN
            solved = self._solved(base)
            if solved is None:
                return Sign.UNKNOWN
            number, rest, factor = solved
            name = t.fresh()
            strict = t.sign(base) is Sign.POSITIVE
            self.facts.declare_within(name, OF_SIGN[Sign.POSITIVE if strict else Sign.NONNEGATIVE])
            u = t.var(name)
            root_of = {i: u ** (order // a.root) for i in changed.atoms()
                       if isinstance(a := t[i], RootAtom) and a.base == base}
            root_of[number] = (u**order - rest).scaled(1 / factor)
            changed = t.rebuild(changed, lambda i, r=root_of: r.get(i) or t.monomial(((i, 1),)))  # type: ignore[misc]
        if not orders:
            return Sign.UNKNOWN
        t.use("roots-as-variables")
        return t.sign(changed)

    def _solved(self, base: Normal) -> tuple[int, Normal, Fraction] | None:
        """(number of an atom, r, f) with base = f * atom + r, f a rational number."""
        t = self.t
        for i in base.atoms():
            if base.num.degrees()[i] == 1 and isinstance(t[i], Var | EntryAtom) and base.den.is_one():
                coefficient = dict(t.terms(base.num)).get(((i, 1),))
                if coefficient is not None:
                    rest = base - t.monomial(((i, 1),)).scaled(Fraction(coefficient))
                    if i not in rest.atoms():
                        return i, rest, Fraction(coefficient)
        return None

    def _termwise(self, poly: Normal) -> Sign:
        """Sums over one range under one sum, with what is left spread over its terms if need be."""
        t = self.t
        best = Sign.UNKNOWN
        groups: dict[Bounds, list[int]] = {}
        for i in poly.atoms():
            atom = t[i]
            if isinstance(atom, FoldAtom) and atom.kind == "sum" and len(atom.ranges) == 1:
                groups.setdefault(atom.ranges[0], []).append(i)
        for bounds, sums in groups.items():
            name = t.open(bounds)
            try:
                best = both(best, self._joint(poly, bounds, sums, name))
            finally:
                t.release((name,))
        return best

    def _joint(self, poly: Normal, bounds: Bounds, sums: list[int], name: str) -> Sign:
        t = self.t
        body, rest = t.zero, t.zero
        for mono, c in t.terms(poly.num):
            inside = [(i, e) for i, e in mono if i in sums]
            others = t.monomial(tuple((i, e) for i, e in mono if i not in sums)).scaled(Fraction(c))
            if not inside:
                rest = rest + others
            elif len(inside) == 1 and inside[0][1] == 1:
                fold = t[inside[0][0]]
                assert isinstance(fold, FoldAtom)
                body = body + others * t.substitute(fold.body, {binder(fold.first): t.var(name)})
            else:
                return Sign.UNKNOWN
        count = count_of(t, bounds) if not bounds.excluded else None
        each = self._each(body)
        t.use("sum-of-nonnegatives")
        if count is None or t.sign(count) is not Sign.POSITIVE:
            return sum_sign(folded_sign(each, nonempty=False), t.sign(rest))
        apart = sum_sign(folded_sign(each, nonempty=True), t.sign(rest))
        if apart is not Sign.UNKNOWN:
            return apart
        return folded_sign(self._each(body * count + rest), nonempty=True)

    def _each(self, body: Normal, cases: int = 3) -> Sign:
        """The sign of the general term, by cases on its absolute values."""
        t = self.t
        # facts are tried for the one side and for the other
        sign = both(t.sign(body), flipped(t.sign(-body)))
        if sign is not Sign.UNKNOWN or not cases:
            return sign
        for i in body.atoms():
            atom = t[i]
            if isinstance(atom, AbsAtom):
                found: list[Sign] = []
                for case, value in ((Sign.NONNEGATIVE, atom.base), (Sign.NONPOSITIVE, -atom.base)):
                    with self.facts.assuming([Fact(atom.base, case, frozenset())]):
                        found.append(self._each(t.with_atom(body, i, value), cases - 1))
                t.use("cases")
                return any_of(found)
        return sign

    def _logs(self, poly: Normal) -> Sign:
        """c log a + ... + r has the sign of a^c ... exp(r) - 1, for rational c."""
        t = self.t
        logs = [i for i in poly.atoms() if isinstance(t[i], LogAtom)]
        with_logs = [(mono, c) for mono, c in t.terms(poly.num) if any(i in logs for i, _ in mono)]
        rests = {tuple((i, e) for i, e in mono if i not in logs) for mono, _ in with_logs}
        if len(rests) != 1 or not all(isinstance(a := t[i], LogAtom) and known_nonzero(t, a.base) for i in logs):
            return Sign.UNKNOWN
        # what all logs are multiplied with, if it is > 0, is divided by
        rest = t.monomial(next(iter(rests)))
        small = all(abs(c) <= 6 and sum(e for i, e in mono if i in logs) == 1 for mono, c in with_logs)
        if not small or t.sign(rest) is not Sign.POSITIVE:
            return Sign.UNKNOWN
        poly = poly / rest
        grown = exp(t, poly) - t.one
        sign = t.sign(grown)
        if sign is Sign.UNKNOWN:
            bottom = t.sign(t.polynomial(grown.den))
            top = t.polynomial(grown.num)
            sign = product_sign(both(self._termwise(top), self._estimates(top)), bottom)
        if sign is not Sign.UNKNOWN:
            t.use("exp-monotone")
        return sign

    def _estimates(self, poly: Normal) -> Sign:
        """With known inequalities between sums as facts."""
        for law, found in estimates(self.t, self.facts, poly, self.apply, self.functions):
            if not found:
                continue
            with self.facts.assuming(found):
                sign = self.t.sign(poly)
            if sign not in (Sign.UNKNOWN, Sign.NONZERO):
                use_estimate(self.t, law)
                return sign
        return Sign.UNKNOWN

    def _induction(self, poly: Normal) -> Sign:
        return sign_by_induction(self.t, poly, function=self.functions)

    def _mean_value(self, poly: Normal) -> Sign:
        return by_mean_value(self.t, self.facts, poly, self.functions)


