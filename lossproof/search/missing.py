"""What may be missing at a place of a line: terms, factors and exponents that fill a gap.

Untrusted. Where it is known what the place ought to be worth, what is missing has a value, and terms that the step
writes, or nearly writes, are looked through for it; elsewhere small terms are offered, and the whole line is tried.
Imports the ground floor, `scope`, `sight`, `slips` and `writing`.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import islice

from flint import arb

from lossproof.search.scope import Scope
from lossproof.search.sight import Sight, rational
from lossproof.search.slips import Slip
from lossproof.search.writing import negated, product, scaled, with_factor, with_term
from lossproof.term import (
    MINUS_ONE,
    ONE,
    Add,
    Call,
    Derivative,
    Entry,
    Mul,
    Number,
    Pow,
    Symbol,
    Term,
    node_count,
)

_UNWRITTEN = 3
_NAMES = 12      # so many names are tried in differences


class Missing:
    """What may be missing in the right line of a step, judged at one point."""

    def __init__(self, sight: Sight, is_equation: bool) -> None:
        self.sight = sight
        self.is_equation = is_equation
        self.pools: dict[tuple[str, ...], list[Term]] = {}
        self.values: dict[tuple[str, ...], list[tuple[Term, arb, int]]] = {}

    def additions(self, term: Term, parent: Term | None, scope: Scope, wanted: arb | None) -> Iterator[Slip]:
        if isinstance(term, Number):
            if isinstance(parent, Pow) or (isinstance(parent, Mul) and wanted is None):
                return
            found = None if wanted is None else rational(wanted, 144) if not wanted.contains(0) else Fraction(0)
            if found is not None and found != term.value:
                if found == -term.value:
                    yield Slip("sign", Number(found), 10, "the sign of {} is wrong", (term,))
                elif not (isinstance(parent, Mul | Add) and found in (0, 1, -1)):
                    yield Slip("number", Number(found), 16, "the number {} should be {}", (term, Number(found)))
        if not isinstance(parent, Add) and not (isinstance(term, Number) and isinstance(parent, Mul)):
            yield from self._missing_terms(term, scope, wanted)
        if not isinstance(parent, Mul):
            yield from self._missing_factors(term, scope, wanted)
        if wanted is not None and not isinstance(parent, Pow) and not isinstance(term, Number | Mul):
            yield from self._missing_exponents(term, scope, wanted)

    def _missing_exponents(self, term: Term, scope: Scope, wanted: arb) -> Iterator[Slip]:
        """Powers of the node with an exponent that the step writes."""
        here = self.sight.at(term)
        if here is None or not (here > 0 and wanted > 0) or (here - 1).contains(0):
            return
        exponent = wanted.log() / here.log()
        for candidate, value, cost in self._valued(scope):
            if exponent.overlaps(value):
                yield Slip("exponent", Pow(term, candidate), 20 + cost, "{} should have the exponent {}",
                           (term, candidate))
            elif exponent.overlaps(-value):
                yield Slip("exponent", Pow(term, negated(candidate)), 21 + cost, "{} should have the exponent {}",
                           (term, negated(candidate)))

    def _pool(self, scope: Scope) -> list[Term]:
        key = tuple(sorted(scope.bound))
        if key not in self.pools:
            self.pools[key] = scope.pool()
        return self.pools[key]

    def _valued(self, scope: Scope) -> list[tuple[Term, arb, int]]:
        """Terms that may be missing, with their values at the first point and what they cost."""
        key = tuple(sorted(scope.bound))
        if key not in self.values:
            pool = self._pool(scope)
            offered = [(t, node_count(t)) for t in pool]
            offered += [(t, _UNWRITTEN + node_count(t)) for t in scope.relatives(pool)]
            found = [(t, self.sight.at(t), cost) for t, cost in offered]
            self.values[key] = [(t, v, cost) for t, v, cost in found if v is not None and not v.contains(0)]
        return self.values[key]

    def _missing_terms(self, term: Term, scope: Scope, wanted: arb | None) -> Iterator[Slip]:
        if wanted is None:
            if not self.is_equation:
                return
            offered = [t for t in self._pool(scope) if node_count(t) <= 8]
            if scope.has_arrays:
                offered += [t for t in scope.relatives(offered) if isinstance(t, Call) and t.function == "matmul"]
            factors = (1, -1, 2, -2) if scope.has_arrays else (1, -1)
            for missing in (ONE, MINUS_ONE, *offered):
                for times in (1,) if isinstance(missing, Number) else factors:
                    yield _term_missing(term, scaled(missing, Fraction(times)), 17 + node_count(missing))
            return
        here = self.sight.at(term)
        if here is None:
            return
        gap = wanted - here
        if gap.contains(0):
            return
        constant = rational(gap, 12)
        if constant is not None:
            yield _term_missing(term, Number(constant), 17)
        for candidate, value, cost in self._valued(scope):
            factor = rational(gap / value, 6)
            if factor is not None:
                yield _term_missing(term, scaled(candidate, factor), 17 + cost)
                continue
            factor = None if isinstance(candidate, Mul | Pow) else rational(gap * value, 6)
            if factor is not None:
                yield _term_missing(term, scaled(product(Pow(candidate, MINUS_ONE)), factor), 19 + cost)
        yield from (_term_missing(term, whole, 24 + node_count(whole))
                    for whole in islice(self._products(gap, scope), 6))

    def _products(self, gap: arb, scope: Scope, most: int = 2) -> Iterator[Term]:
        """Products of two small terms that fill the gap, perhaps with a number up to `most`."""
        small = [(t, v) for t, v, cost in self._valued(scope) if cost <= 7 and not isinstance(t, Derivative)][:32]
        for i, (first, a) in enumerate(small):
            for second, b in small[i:]:
                if isinstance(first, Number) or isinstance(second, Number):
                    continue
                factor = rational(gap / (a * b), most)
                if factor is not None:
                    whole = Pow(first, Number(Fraction(2))) if first == second else with_factor(first, second)
                    yield scaled(whole, factor)
                factor = rational(gap / (a / b), most)
                if factor is not None and first != second:
                    yield scaled(with_factor(first, Pow(second, MINUS_ONE)), factor)

    def _missing_factors(self, term: Term, scope: Scope, wanted: arb | None) -> Iterator[Slip]:
        if wanted is None:
            for value in (2, Fraction(1, 2), 3, Fraction(1, 3), 4) if not isinstance(term, Number) else ():
                yield _factor_missing(term, Number(Fraction(value)), 13 + _size(Fraction(value)))
            for candidate in self._pool(scope):
                if node_count(candidate) <= 8 and not isinstance(candidate, Mul):
                    yield _factor_missing(term, candidate, 16 + node_count(candidate))
                    if not isinstance(candidate, Pow):
                        yield _factor_missing(term, Pow(candidate, MINUS_ONE), 17 + node_count(candidate))
            return
        here = self.sight.at(term)
        if here is None or here.contains(0):
            return
        ratio = wanted / here
        constant = rational(ratio, 12)
        if constant is not None and constant not in (0, 1, -1) and not isinstance(term, Number):
            yield _factor_missing(term, Number(constant), 13 + _size(constant) + 5 * (constant < 0))
        for candidate, value, cost in self._valued(scope):
            if isinstance(candidate, Mul):
                continue
            if ratio.overlaps(value):
                yield _factor_missing(term, candidate, 16 + cost)
            elif (ratio * value).overlaps(arb(1)):
                yield _factor_missing(term, Pow(candidate, MINUS_ONE), 17 + cost)
            elif (ratio / value).overlaps(value):
                yield _factor_missing(term, Pow(candidate, Number(Fraction(2))), 18 + cost)
            elif ratio.overlaps(1 - value):
                yield _factor_missing(term, Add((ONE, negated(candidate))), 19 + cost)
        for whole in islice(self._products(ratio, scope, 1), 4):
            yield _factor_missing(term, whole, 22 + node_count(whole))
        names = [(t, v) for t, v, _ in self._valued(scope) if isinstance(t, Symbol | Entry)][:_NAMES]
        for first, a in names:
            for second, b in names:
                if ratio.overlaps(a - b):
                    yield _factor_missing(term, Add((first, negated(second))), 22)


def _term_missing(term: Term, missing: Term, cost: int) -> Slip:
    missing = product(missing)
    return Slip("missing-term", with_term(term, missing), cost, "the term {} is missing", (missing,))


def _factor_missing(term: Term, missing: Term, cost: int) -> Slip:
    if isinstance(missing, Number) and isinstance(term, Mul) and isinstance(term.args[0], Number):
        cost += 4 if abs(term.args[0].value) != 1 else 0      # then that number is wrong
    return Slip("missing-factor", with_factor(term, missing), cost, "the factor {} is missing", (missing,))


def _size(value: Fraction) -> int:
    """1 for 2 and 1/2, 2 for 3 and 1/3, 3 for what is less usual."""
    return min(abs(value.numerator) * value.denominator, 4) - 1
