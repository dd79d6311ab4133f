"""Sums over an index whose terms depend on an integer of their own, such as binomials: recurrences for them.

Trusted. Imports `relations`, `regular`, `recurrences`, `sums`, `binders`. For the terms F(n, k) of a sum a
recurrence F(n + 1, k) = c(n) F(n, k) + G(k + 1) - G(k) is sought with G(k) = P(k) W(k), where P is a polynomial
and W is made of the gammas and powers of F (creative telescoping). It is found by linear algebra, then checked as
an identity of normal forms; G has to be defined along the range. Summed over k, only the ends of G are left.
"""

from __future__ import annotations

from dataclasses import dataclass

from lossproof.kernel.atoms import Bounds, ExpAtom, FoldAtom, FunctionAtom, PowAtom, Var, binder
from lossproof.kernel.binders import NOT_NEGATIVE, known_nonzero
from lossproof.kernel.functions import reduce
from lossproof.kernel.normal_form import Normal, Table
from lossproof.kernel.recurrences import rgamma
from lossproof.kernel.regular import defined_along
from lossproof.kernel.relations import linear_relation
from lossproof.kernel.sums import sum_over

MOST_DEGREE = 3
MOST_GROWN = 4


@dataclass(frozen=True, slots=True)
class _Factor:
    """rgamma(slope k + rest)**exponent in the terms; `top` and `low` are its extreme arguments."""

    top: Normal
    low: Normal
    slope: int
    exponent: int


def advanced_terms(t: Table, normal: Normal, j: str, functions: frozenset[str]) -> Normal:
    """`normal` with its sums whose terms depend on j written by the sums as they were at j - 1; sums over one
    range that occur linearly are taken as one."""
    groups: dict[Bounds, dict[int, FoldAtom]] = {}
    for i in normal.atoms():
        atom = t[i]
        if isinstance(atom, FoldAtom) and atom.kind == "sum" and len(atom.ranges) == 1 and j in atom.body.free():
            groups.setdefault(atom.ranges[0], {})[i] = atom
    for bounds, folds in groups.items():
        rest, factors = normal, {}
        for i in folds:
            without = t.with_atom(rest, i, t.zero)
            factors[i] = t.with_atom(rest, i, t.one) - without
            if set(folds) & set(factors[i].atoms()) or without + factors[i] * t.monomial(((i, 1),)) != rest:
                return normal
            rest = without
        k = t.open(Bounds(bounds.lower, bounds.upper + t.one))
        try:
            terms = t.total(factor * t.substitute(folds[i].body, {binder(folds[i].first): t.var(k)})
                            for i, factor in factors.items())
            changed = _advanced(t, bounds, reduce(t, terms), k, j, functions)
        finally:
            t.release((k,))
        if changed is not None:
            normal = reduce(t, rest + changed)
    return normal


def _advanced(t: Table, bounds: Bounds, here: Normal, k: str, j: str, functions: frozenset[str]) -> Normal | None:
    """The sum of `here` over k in the bounds; k is known to lie there or one place after, where G is looked at."""
    less = t.var(j) - t.one
    before = t.substitute(bounds.upper, {j: less})
    grown = (bounds.upper - before).integer
    if bounds.excluded or grown is None or not 0 <= grown <= MOST_GROWN or j in bounds.lower.free():
        return None
    if t.sign(before - bounds.lower + t.one) not in NOT_NEGATIVE:
        return None
    found = _recurrence(t, here, t.substitute(here, {j: less}), k)
    if found is None:
        return None
    factor, ends, old = found
    if k in factor.free():
        return None

    def at(x: Normal, value: Normal) -> Normal:
        return t.substitute(x, {k: value})

    gap = here - factor * old - at(ends, t.var(k) + t.one) + ends
    if not reduce(t, gap).is_zero:
        return None
    moving = frozenset((k, j))
    if not all(defined_along(t, x, moving, functions) for x in (here, old, ends, factor)):
        return None
    if not all(x.den.is_constant() or known_nonzero(t, t.polynomial(x.den)) for x in (factor, ends)):
        return None
    narrow = Bounds(bounds.lower, before)
    inner = t.open(narrow)
    result = sum_over(t, inner, narrow, at(old, t.var(inner)))
    t.release((inner,))
    for i in range(1, grown + 1):
        result = result + at(old, before + t.rational(i))
    result = factor * result + at(ends, bounds.upper + t.one) - at(ends, bounds.lower)
    t.use("creative-telescoping")
    return result


def _recurrence(t: Table, new: Normal, old: Normal, k: str) -> tuple[Normal, Normal, Normal] | None:
    """(c, G, old) with new = c old + G(k + 1) - G(k)."""
    shape = _shape(t, new, old, k)
    if shape is None:
        return None
    common, ends = shape
    me = t.var(k)
    after = t.substitute(ends, {k: me + t.one})
    steps = [reduce(t, ((me + t.one) ** d * after - me**d * ends) / common) for d in range(MOST_DEGREE + 1)]
    terms = [reduce(t, x / common) for x in (old, new)]
    bodies = [*steps, *terms]
    if any(not _rational_in(t, body, k) for body in bodies):
        return None
    for used in (bodies, [*steps, terms[-1]]):
        found = linear_relation(t, k, used)
        if found is None:
            return None
        coefficients, _ = found
        last = coefficients[-1]
        if last.is_zero:
            # the old terms telescope by themselves: the new ones do, too
            continue
        scaled = [-(c / last) for c in coefficients]
        certificate = t.total(c * me**d for d, c in enumerate(scaled[:len(steps)]))
        return scaled[len(steps)] if len(used) == len(bodies) else t.zero, certificate * ends, old
    return None


def _rational_in(t: Table, normal: Normal, k: str) -> bool:
    """Whether the variable occurs as itself only."""
    return all(k not in t.free_of(i) or t[i] == Var(k) for i in normal.atoms())


def _shape(t: Table, new: Normal, old: Normal, k: str) -> tuple[Normal, Normal] | None:
    """A product of gammas and powers of which both terms are rational multiples, and one like it, W, for which
    W(k) and W(k + 1) are polynomial multiples."""
    above: list[_Factor] = []
    below: list[_Factor] = []
    for term in (new, old):
        if not _collect(t, term.num, k, above) or not _collect(t, term.den, k, below):
            return None
    common, ends = t.one, t.one
    for factor in above:
        common = common * rgamma(t, factor.top) ** factor.exponent
        shifted = factor.top - t.rational(factor.slope) if factor.slope > 0 else factor.top
        ends = ends * rgamma(t, shifted) ** factor.exponent
    for factor in below:
        common = common / rgamma(t, factor.low) ** factor.exponent
        shifted = factor.low if factor.slope > 0 else factor.low - t.rational(factor.slope)
        ends = ends / rgamma(t, shifted) ** factor.exponent
    powers = t.one
    for poly, direction in ((old.num, 1), (old.den, -1)):
        for mono, _ in t.terms(poly)[:1]:
            for i, e in mono:
                if isinstance(t[i], PowAtom | ExpAtom) and k in t.free_of(i):
                    powers = powers * t.monomial(((i, 1),)) ** (direction * e)
    return common * powers, ends * powers


def _collect(t: Table, poly: object, k: str, found: list[_Factor]) -> bool:
    """Notes the gammas of a polynomial that have the variable; False where they are not of the kind above."""
    here: dict[int, int] = {}
    for mono, _ in t.terms(poly):
        for i, e in mono:
            if isinstance(t[i], FunctionAtom) and k in t.free_of(i):
                here[i] = max(here.get(i, 0), e)
    for i, exponent in here.items():
        atom = t[i]
        assert isinstance(atom, FunctionAtom)
        if atom.name != "rgamma":
            return False
        x = atom.args[0]
        slope = (t.substitute(x, {k: t.var(k) + t.one}) - x).integer
        if slope is None or slope == 0 or abs(slope) > 4:
            return False
        for place, other in enumerate(found):
            above, below = (x - other.top).integer, (other.low - x).integer
            if above is not None and below is not None:
                top, low = x if above > 0 else other.top, x if below > 0 else other.low
                found[place] = _Factor(top, low, slope, max(exponent, other.exponent))
                break
        else:
            found.append(_Factor(x, x, slope, exponent))
    return True
