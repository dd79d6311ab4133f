"""Signs of normal forms: what follows from declarations, ranges, hypotheses and the bounds of atoms.

Trusted. Imports `atom_bounds`, `facts`, `squares`, `constants`, `sums`, `normal_form`. A polynomial is positive when,
after each bounded atom is written as its bound plus something positive, all its terms are;
or when it is a known positive polynomial plus such a one. It gives up (`Sign.UNKNOWN`)
on anything that needs more, such as a sum of squares that was expanded: signs of squares
are read from the written line (`inequalities`).
"""

from __future__ import annotations

from fractions import Fraction
from functools import partial

from lossproof.kernel.atom_bounds import AtomBounds
from lossproof.kernel.atoms import ExpAtom, FoldAtom, LogAtom, RootAtom, Var, binder
from lossproof.kernel.binders import NOT_NEGATIVE, in_range
from lossproof.kernel.constants import is_closed, sign_of_number
from lossproof.kernel.facts import Fact
from lossproof.kernel.functions import reduce
from lossproof.kernel.normal_form import DivisionByZero, Monomial, Normal, Unsupported
from lossproof.kernel.sign_sets import (
    OF_SIGN,
    Interval,
    Sign,
    both,
    flipped,
    power_sign,
    product_sign,
    sum_sign,
)
from lossproof.kernel.squares import by_square, by_two_terms, least_squares
from lossproof.kernel.sums import split_term

_SLACK = "%slack"
_DEEPEST = 5
"""Signs are asked for within signs to this depth."""


class Facts(AtomBounds):
    """Answers for one table: `sign`, integer names, entries in range."""

    def sign(self, normal: Normal) -> Sign:
        """What is known of the sign at every point where the line is defined."""
        value = normal.constant
        if value is not None:
            return Sign.ZERO if value == 0 else Sign.POSITIVE if value > 0 else Sign.NEGATIVE
        if normal in self._memo:
            return self._memo[normal]
        if is_closed(self.table, normal):
            self._memo[normal] = sign_of_number(self.table, normal)
            if self._memo[normal] is not Sign.UNKNOWN:
                self.table.use("enclosure")
            return self._memo[normal]
        # a sign that was not found with as much depth left will not be found now
        if self._depth > _DEEPEST or self._unknown_at.get(normal, _DEEPEST) <= self._depth:
            return Sign.UNKNOWN
        self._depth += 1
        try:
            result = self._poly_sign(self.table.polynomial(normal.num))
            if not normal.den.is_constant():
                result = product_sign(result, self._poly_sign(self.table.polynomial(normal.den)))
                if result in (Sign.UNKNOWN, Sign.NONZERO) and self._facts:
                    result = both(result, self._known_fraction(normal))
        except (Unsupported, DivisionByZero):
            result = Sign.UNKNOWN
        finally:
            self._depth -= 1
        if result is Sign.UNKNOWN:
            self._unknown_at[normal] = self._depth
        else:
            self._memo[normal] = result
        return result

    def _known_fraction(self, normal: Normal) -> Sign:
        """The sign of a fraction that a hypothesis is about: numerator times denominator has it, too."""
        t = self.table
        product = t.polynomial(normal.num) * t.polynomial(normal.den)
        known = Sign.UNKNOWN
        for fact in self.instances(product):
            ratio = self._proportional(product, fact.poly)
            if ratio is not None:
                known = both(known, fact.sign if ratio > 0 else flipped(fact.sign))
        return known

    def _poly_sign(self, poly: Normal) -> Sign:
        direct = self._irreducible_sign(poly)
        if direct in (Sign.POSITIVE, Sign.NEGATIVE):
            return direct
        content, factors = self.table.factors(poly.num)
        if len(factors) == 1 and factors[0][1] == 1:
            return direct
        result = Sign.POSITIVE if content > 0 else Sign.NEGATIVE
        for factor, multiplicity in factors:
            sign = self._irreducible_sign(factor)
            result = product_sign(result, power_sign(sign, multiplicity))
        return both(result, direct)

    def _irreducible_sign(self, poly: Normal) -> Sign:
        known = self._by_terms(poly)
        if known in (Sign.POSITIVE, Sign.NEGATIVE, Sign.ZERO):
            return known
        known = both(known, self._by_ranges(poly))
        if known in (Sign.POSITIVE, Sign.NEGATIVE, Sign.ZERO):
            return known
        facts = self.instances(poly)
        for fact in facts:
            ratio = self._proportional(poly, fact.poly)
            if ratio is not None:
                known = both(known, fact.sign if ratio > 0 else flipped(fact.sign))
        if known in (Sign.POSITIVE, Sign.NEGATIVE):
            return known
        if len(poly.num) > 12:
            return known
        known = both(known, self._by_facts(poly, facts, 2))
        if known in (Sign.UNKNOWN, Sign.NONZERO):
            known = both(known, flipped(self._by_facts(-poly, facts, 2)))
        if known in (Sign.POSITIVE, Sign.NEGATIVE):
            return known
        known = both(known, self._by_conjugate(poly))
        if known is Sign.UNKNOWN:
            known = flipped(self._by_conjugate(-poly))
        known = both(known, self._by_peeling(poly))
        for rule in (self._by_ends, self._by_tangents, self._by_squares_under_sums, partial(by_two_terms, self.table),
                     partial(by_square, self.table)):
            known = both(known, rule(poly))
            if known in (Sign.POSITIVE, Sign.NEGATIVE):
                break
        return known

    def _by_ranges(self, poly: Normal) -> Sign:
        """Something affine in variables that have ranges is at least its value at their nearer ends."""
        if poly.num.total_degree() > 1 or not all(isinstance(self.table[i], Var) for i in poly.atoms()):
            return Sign.UNKNOWN
        found = Sign.UNKNOWN
        for direction, weak in ((poly, Sign.NONNEGATIVE), (-poly, Sign.NONPOSITIVE)):
            least = self._least(direction)
            if least is not None and least != direction:
                sign = self.sign(least)
                if sign is Sign.POSITIVE:
                    return Sign.POSITIVE if weak is Sign.NONNEGATIVE else Sign.NEGATIVE
                if sign in (Sign.NONNEGATIVE, Sign.ZERO):
                    found = both(found, weak)
        return found

    def _least(self, poly: Normal) -> Normal | None:
        """The polynomial with each variable that has a range at the end where it is least, in turn."""
        t = self.table
        for _ in range(6):
            ranged = {n: r for n in poly.free() if (r := self.range_of(n)) is not None}
            # a variable before those that its bounds mention
            inner = [n for n in ranged if not any(n in r.lower.free() | r.upper.free() for r in ranged.values())]
            if not inner:
                return poly
            name = min(inner)
            number = t.number(Var(name))
            rising = dict(t.terms(poly.num)).get(((number or 0, 1),), 0) > 0
            poly = t.substitute(poly, {name: ranged[name].lower if rising else ranged[name].upper})
            if not poly.den.is_constant() or poly.constant is not None:
                return poly
        return None

    def _by_tangents(self, poly: Normal) -> Sign:
        """log b = b - 1 - s = 1 - 1/b + s and exp(e) = 1 + e + s with some s >= 0 (another one each time)."""
        t = self.table
        slack = t.var(_SLACK)
        self.declare_within(_SLACK, OF_SIGN[Sign.NONNEGATIVE])
        degrees = poly.num.degrees()
        for i in poly.atoms():
            atom = t[i]
            if degrees[i] != 1:
                continue
            match atom:
                case LogAtom(base) if self.sign(base) is Sign.POSITIVE:
                    bounds: tuple[Normal, ...] = (base - t.one - slack, t.one - t.one / base + slack)
                case ExpAtom(exponent, 1):
                    bounds = (t.one + exponent + slack,)
                case _:
                    continue
            for bound in bounds:
                sign = self._without_denominator(t.with_atom(poly, i, bound))
                if sign is Sign.UNKNOWN:
                    continue
                if isinstance(atom, LogAtom):
                    t.use("log-tangent")
                else:
                    t.use("exp-tangent")
                return sign
        return Sign.UNKNOWN

    def _by_squares_under_sums(self, poly: Normal) -> Sign:
        """sum x^2 = (sum x)^2 / n + s over n terms with some s >= 0."""
        t = self.table
        slack = t.var(_SLACK)
        self.declare_within(_SLACK, OF_SIGN[Sign.NONNEGATIVE])
        degrees = poly.num.degrees()
        for i, least in least_squares(t, poly):
            if degrees[i] != 1:
                continue
            sign = self._without_denominator(t.with_atom(poly, i, least + slack))
            if sign is not Sign.UNKNOWN:
                t.use("cauchy-schwarz")
                return sign
        return Sign.UNKNOWN

    def _without_denominator(self, normal: Normal) -> Sign:
        t = self.table
        return product_sign(self._by_terms(t.polynomial(normal.num)), self._by_terms(t.polynomial(normal.den)))

    def _by_conjugate(self, poly: Normal) -> Sign:
        """p + q sqrt(r) > 0 where q > 0 and q^2 r > p^2, or p > 0 and p^2 > q^2 r."""
        t = self.table
        degrees = poly.num.degrees()
        for i in poly.atoms():
            atom = t[i]
            if degrees[i] != 1 or not isinstance(atom, RootAtom) or atom.root != 2:
                continue
            rest = t.with_atom(poly, i, t.zero)
            factor = t.with_atom(poly, i, t.one) - rest
            gap = reduce(t, factor * factor * t.monomial(((i, 2),)) - rest * rest)
            for part, wanted in ((factor, gap), (rest, -gap)):
                if self.sign(part) is Sign.POSITIVE:
                    sign = self.sign(wanted)
                    if sign in NOT_NEGATIVE:
                        t.use("conjugate-sign")
                        return Sign.POSITIVE if sign is Sign.POSITIVE else Sign.NONNEGATIVE
        return Sign.UNKNOWN

    def _by_ends(self, poly: Normal) -> Sign:
        """Something affine in an atom between two bounds lies between its values at these."""
        t = self.table
        degrees = poly.num.degrees()
        for i in poly.atoms():
            interval = self.bounds_of(i)
            if degrees[i] != 1 or interval.lower is None or interval.upper is None:
                continue
            ends = [self.sign(t.with_atom(poly, i, t.rational(end))) for end in (interval.lower, interval.upper)]
            for strict, weak in ((Sign.POSITIVE, Sign.NONNEGATIVE), (Sign.NEGATIVE, Sign.NONPOSITIVE)):
                if all(end is strict for end in ends):
                    return strict
                if all(end in (strict, weak, Sign.ZERO) for end in ends):
                    return weak
        return Sign.UNKNOWN

    def _proportional(self, a: Normal, b: Normal) -> Fraction | None:
        ratio = (a / b).constant if len(a.num) == len(b.num) else None
        return ratio

    # terms

    def _by_terms(self, poly: Normal) -> Sign:
        """All terms of one sign, once bounded atoms are written from their bounds."""
        plain = self._terms_sign(poly.num)
        if plain is not Sign.UNKNOWN:
            return plain
        t = self.table
        values: dict[int, Normal] = {}
        ends: list[tuple[int, Fraction]] = []
        for i in poly.atoms():
            interval = self.bounds_of(i)
            if interval.lower in (None, 0) and interval.upper is None:
                continue
            values[i] = self._from_bounds(i, interval)
            if interval.lower is not None and interval.upper is not None and not interval.upper_open:
                ends.append((i, interval.upper))
        if not values:
            return plain
        moved = t.rebuild(poly, lambda i: values.get(i) or t.monomial(((i, 1),)))
        # the denominator is a product of 1 + (something nonnegative)
        sign = self._terms_sign(moved.num)
        if sign in (Sign.POSITIVE, Sign.NEGATIVE):
            # closed upper ends are reached in the limit u -> oo only: strictness is asked for there too
            for i, end in ends:
                if self._by_terms(t.with_atom(poly, i, t.rational(end))) is not sign:
                    return Sign.NONNEGATIVE if sign is Sign.POSITIVE else Sign.NONPOSITIVE
        return sign

    def _from_bounds(self, number: int, interval: Interval) -> Normal:
        """The atom as its lower bound plus, or its upper bound less, something; between both bounds as
        (lower + upper u)/(1 + u), where u = oo stands for the upper one."""
        t = self.table
        # no sign of what has this name in it is kept, so it may be declared anew
        name = f"%+{number}"
        if interval.lower is not None and interval.upper is not None:
            self._declared[name] = Interval(Fraction(0), None, lower_open=interval.lower_open)
            u = t.var(name)
            low, high = t.rational(interval.lower), t.rational(interval.upper)
            return (low + high * u) / (t.one + u)
        if interval.lower is not None:
            self._declared[name] = Interval(Fraction(0), None, lower_open=interval.lower_open)
            return t.rational(interval.lower) + t.var(name)
        assert interval.upper is not None
        self._declared[name] = Interval(Fraction(0), None, lower_open=interval.upper_open)
        return t.rational(interval.upper) - t.var(name)

    def _terms_sign(self, poly: object) -> Sign:
        found: Sign | None = None
        strict = False
        for mono, coefficient in self.table.terms(poly):
            sign = self._monomial_sign(mono)
            if coefficient < 0:
                sign = flipped(sign)
            if sign in (Sign.UNKNOWN, Sign.NONZERO):
                # a single term may still be known not to be 0
                return sign if len(self.table.terms(poly)) == 1 else Sign.UNKNOWN
            weak = Sign.NONNEGATIVE if sign in (Sign.POSITIVE, Sign.NONNEGATIVE) else Sign.NONPOSITIVE
            if sign is Sign.ZERO:
                continue
            if found not in (None, weak):
                return Sign.UNKNOWN
            found, strict = weak, strict or sign in (Sign.POSITIVE, Sign.NEGATIVE)
        if found is None:
            return Sign.ZERO
        if not strict:
            return found
        return Sign.POSITIVE if found is Sign.NONNEGATIVE else Sign.NEGATIVE

    def _monomial_sign(self, mono: Monomial) -> Sign:
        result = Sign.POSITIVE
        for i, e in mono:
            result = product_sign(result, power_sign(self.bounds_of(i).sign, e))
        return result

    def _by_facts(self, poly: Normal, facts: list[Fact], depth: int) -> Sign:
        """poly = c * fact + rest with c > 0 chosen to cancel a term, and rest of known sign."""
        if depth == 0 or not facts:
            return Sign.UNKNOWN
        terms = dict(self.table.terms(poly.num))
        best = Sign.UNKNOWN
        for fact in facts:
            if fact.sign not in (Sign.POSITIVE, Sign.NONNEGATIVE, Sign.NEGATIVE, Sign.NONPOSITIVE):
                continue
            known, sign = fact.poly, Sign(fact.sign)
            if sign in (Sign.NEGATIVE, Sign.NONPOSITIVE):
                known, sign = -known, flipped(sign)
            ratios = {
                Fraction(terms[m], c) for m, c in self.table.terms(known.num) if m in terms and terms[m] * c > 0
            }
            for ratio in sorted(ratios):
                self.table.spend()
                rest = poly - known.scaled(ratio)
                other = Sign.ZERO if rest.is_zero else self._by_terms(rest)
                if other in (Sign.UNKNOWN, Sign.NONPOSITIVE, Sign.NEGATIVE, Sign.NONZERO):
                    if len(rest.num) >= len(poly.num) + 2:
                        continue
                    other = self._by_facts(rest, facts, depth - 1)
                if other in NOT_NEGATIVE:
                    best = both(best, sum_sign(sign, other))
                    if best is Sign.POSITIVE:
                        return best
        return best

    def _by_peeling(self, poly: Normal) -> Sign:
        """A sum of positive terms is more than its term at an index of its range."""
        t = self.table
        for i in poly.atoms():
            fold = t[i]
            if not isinstance(fold, FoldAtom) or fold.kind != "sum" or len(fold.ranges) != 1:
                continue
            bounds = fold.ranges[0]
            families = {a.family for a in self.entries(fold.body)}
            outside = [a for a in self.entries(t.with_atom(poly, i, t.zero)) if a.family in families]
            for index in {x: None for a in outside for x in a.indices}:
                if binder(fold.first) in index.free() or in_range(t, index, bounds) is not True:
                    continue
                split = split_term(t, fold, index)
                known = self._by_terms(t.with_atom(poly, i, split))
                if known is not Sign.UNKNOWN:
                    return known
        return Sign.UNKNOWN
