"""Induction on an integer that is a bound: two lines that agree at its first values and grow alike.

Trusted. Imports `sums`, `binders`, `relations`, `functions`, `signs`. A difference D of normal forms in which
the integer n occurs is 0 where D(m) is 0 for m = n: with m in the place of n, D(m) = 0 is shown for the first
values one by one, and from D(j) = 0 for D(j + 1), for j from the last of these up to n - 1. No hypothesis
mentions m, so all of them stand; but D(m) has to be defined all along, which is asked for (`defined_along`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction

from lossproof.kernel.atoms import (
    Atom,
    Bounds,
    ExpAtom,
    FoldAtom,
    PowAtom,
    Var,
)
from lossproof.kernel.binders import NOT_NEGATIVE, is_integer, known_nonzero, open_fold
from lossproof.kernel.creative import advanced_terms
from lossproof.kernel.functions import reduce
from lossproof.kernel.normal_form import DivisionByZero, Normal, Table, Unsupported
from lossproof.kernel.regular import defined_along
from lossproof.kernel.sign_sets import Sign
from lossproof.kernel.sums import product_over, sum_over
from lossproof.kernel.vanishing import vanishes

_MOST_BASES = 8
"""So many first values are shown one by one."""
_MOST_TERMS = 8
"""So many terms are split off a sum in one step."""


def by_induction(t: Table, difference: Normal, *, function: frozenset[str]) -> bool:
    """Whether the difference is 0 by induction on one of the integers in its bounds and exponents.

    `function` are the names of opaque functions, which are defined everywhere.
    """
    # where a factor of the numerator is 0 the difference is
    for factor, _ in t.factors(difference.num)[1]:
        for name, first in _starts(t, factor):
            try:
                if _Induction(t, factor, name, function).holds(first):
                    t.use("induction")
                    return True
            except (Unsupported, DivisionByZero):
                continue
    return False


def sign_by_induction(t: Table, poly: Normal, *, function: frozenset[str]) -> Sign:
    """NONNEGATIVE or NONPOSITIVE where that is seen by induction: D(j + 1) = a D(j) + b with a, b >= 0."""
    for sign, way in ((Sign.NONNEGATIVE, poly), (Sign.NONPOSITIVE, -poly)):
        for name, first in _starts(t, way):
            try:
                if _Induction(t, way, name, function).stays(first):
                    t.use("induction")
                    return sign
            except (Unsupported, DivisionByZero):
                continue
    return Sign.UNKNOWN


def _starts(t: Table, difference: Normal) -> Iterator[tuple[str, list[Normal]]]:
    """Integers to argue on, each with the first values: from its least one to where all ranges have begun."""
    for name in _integers(t, difference):
        bounds = [b for b in _ranges(t, difference) if name in b.upper.free()]
        n = t.var(name)
        known = [c for c in range(-1, 9) if t.sign(n - t.rational(c)) in NOT_NEGATIVE]
        # the ranges have begun where upper >= lower - 1
        begun = {b.lower - t.one - b.upper + n for b in bounds if (b.upper - n).free().isdisjoint((name,))}
        if known:
            least = max(known)
            values = [x.integer for x in begun]
            last = max((v for v in values if v is not None), default=least)
            if max(last, least) - least < _MOST_BASES:
                yield name, [t.rational(m) for m in range(least, max(last, least) + 1)]
        for start in begun:
            if start.integer is None and name not in start.free() and is_integer(t, start) and t.sign(
                    n - start) in NOT_NEGATIVE:
                yield name, [start]


def _integers(t: Table, difference: Normal) -> list[str]:
    """Declared integers in upper bounds, those of the most sums first; then those in exponents."""
    counts: dict[str, int] = {}
    for b in _ranges(t, difference):
        for name in b.upper.free():
            counts[name] = counts.get(name, 0) + 2
    for i in difference.atoms():
        match t[i]:
            case PowAtom(_, exponent) | ExpAtom(exponent):
                for name in exponent.free():
                    counts[name] = counts.get(name, 0) + 1
    fitting = [n for n in counts if n[0] not in "%#@" and t.is_integer_name(n) and t.number(Var(n)) is not None]
    return sorted(fitting, key=lambda n: (-counts[n], n))[:3]


def _ranges(t: Table, normal: Normal) -> Iterator[Bounds]:
    for i in normal.atoms():
        atom = t[i]
        if isinstance(atom, FoldAtom):
            yield from (b for b in atom.ranges if not any(n[0] == "#" for n in b.lower.free() | b.upper.free()))


class _Induction:
    """The induction of one difference (a polynomial) on one integer."""

    def __init__(self, t: Table, difference: Normal, name: str, function: frozenset[str]) -> None:
        self.t = t
        self.difference = difference
        self.name = name
        self.function = function

    def at(self, value: Normal) -> Normal:
        """The difference with a value in the place of the integer."""
        return reduce(self.t, self.t.substitute(self.difference, {self.name: value}))

    def holds(self, first: list[Normal]) -> bool:
        """Whether it is 0 at the first values and, from the last of these on, at each one's successor."""
        t = self.t
        if not all(_is_zero(t, self.at(m)) for m in first):
            return False
        with self._step(first) as (j, known, wanted):
            return known is not None and any(_is_zero(t, x) for x in self._under(known, wanted, j))

    def stays(self, first: list[Normal]) -> bool:
        """Whether it is >= 0 at the first values and, from the last of these on, at each one's successor."""
        t = self.t
        if not all(t.sign(self.at(m)) in NOT_NEGATIVE for m in first):
            return False
        with self._step(first) as (j, known, wanted):
            if known is None:
                return False
            if t.sign(t.polynomial(wanted.den)) is Sign.POSITIVE:
                wanted = t.polynomial(wanted.num)
            for i in known.atoms():
                before, after = linear_in(t, known, i), linear_in(t, wanted, i)
                if j not in t.free_of(i) or before is None or after is None or not wanted.den.is_one():
                    continue
                if not known_nonzero(t, before[0]):
                    continue
                factor = after[0] / before[0]
                if t.sign(factor) in NOT_NEGATIVE and t.sign(wanted - factor * known) in NOT_NEGATIVE:
                    return True
            return t.sign(wanted - known) in NOT_NEGATIVE

    @contextmanager
    def _step(self, first: list[Normal]) -> Iterator[tuple[str, Normal | None, Normal]]:
        """(j, D(j), D(j + 1)) for a j from the last of the first values on; D(j) None where D is not seen to
        be defined all along."""
        t = self.t
        j = t.open(Bounds(first[-1], t.var(self.name) - t.one))
        try:
            here = t.var(j)
            known, wanted = self.at(here), self.at(here + t.one)
            wanted = advanced_terms(t, wanted, j, self.function)
            if all(defined_along(t, x, frozenset((j,)), self.function) for x in (known, wanted)):
                yield j, known, advanced(t, wanted, j, {t[i] for i in known.atoms()})
            else:
                yield j, None, wanted
        finally:
            t.release((j,))

    def _under(self, known: Normal, wanted: Normal, j: str) -> Iterator[Normal]:
        """What is to be 0, with `known` = 0 solved for one of its atoms."""
        t = self.t
        yield wanted
        for i in sorted(known.atoms(), key=lambda i: (not isinstance(t[i], FoldAtom), -i)):
            if j not in t.free_of(i):
                continue
            solved = linear_in(t, known, i)
            if solved is not None and known_nonzero(t, solved[0]):
                yield t.with_atom(wanted, i, -(solved[1] / solved[0]))
        yield wanted - known


def linear_in(t: Table, poly: Normal, number: int) -> tuple[Normal, Normal] | None:
    """(c, r) with poly = c * atom + r, neither having the atom outside; None where it is not linear."""
    coefficient, rest = t.zero, t.zero
    for mono, c in t.terms(poly.num):
        powers = dict(mono)
        if powers.get(number, 0) > 1:
            return None
        others = t.monomial(tuple((k, e) for k, e in mono if k != number)).scaled(Fraction(c))
        if number in powers:
            coefficient = coefficient + others
        else:
            rest = rest + others
    return coefficient, rest


def _is_zero(t: Table, normal: Normal) -> bool:
    return vanishes(t, reduce(t, normal))


def advanced(t: Table, normal: Normal, j: str, wanted: Iterable[Atom]) -> Normal:
    """`normal` with the last terms split off the sums and products whose upper bounds grow with j, until
    these are the wanted ones."""
    known = set(wanted)
    for _ in range(2):
        changes: dict[int, Normal] = {}
        for i in normal.atoms():
            atom = t[i]
            if isinstance(atom, FoldAtom) and j in t.free_of(i) and atom not in known:
                changes[i] = _split_off(t, atom, j)
        if not changes:
            return normal
        normal = reduce(t, t.rebuild(normal, lambda i, c=changes: c.get(i) or t.monomial(((i, 1),))))  # type: ignore[misc]
    return normal


def _split_off(t: Table, atom: FoldAtom, j: str) -> Normal:
    """The fold over the ranges as they were at j - 1, with the terms that came since."""
    names, ranges, body = open_fold(t, atom)
    over = sum_over if atom.kind == "sum" else product_over
    less = t.var(j) - t.one
    for name, bounds in zip(reversed(names), reversed(ranges), strict=True):
        before = t.substitute(bounds.upper, {j: less})
        grown = (bounds.upper - before).integer
        begun = t.sign(before - bounds.lower + t.one) in NOT_NEGATIVE
        if grown is None or not 0 < grown <= _MOST_TERMS or bounds.excluded or not begun:
            body = over(t, name, bounds, body)
            continue
        old = Bounds(bounds.lower, before)
        fresh = t.open(old)
        result = over(t, fresh, old, t.substitute(body, {name: t.var(fresh)}))
        t.release((fresh,))
        for k in range(1, grown + 1):
            term = t.substitute(body, {name: before + t.rational(k)})
            result = result + term if atom.kind == "sum" else result * term
        t.use("sum-split")
        body = result
    t.release(names)
    return body
