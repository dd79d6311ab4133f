"""Finite sums and products over ranges with symbolic bounds.

Trusted. Imports `atoms`, `functions`, `word_sums`, `normal_form`. A sum becomes a linear combination of
sums of monomials, each over canonical binders: deltas are eliminated where their point is
known to be in the range, what does not depend on the index is pulled out, nested sums are
flattened, and binders get the smallest order. Conditions are the work: a count is
upper - lower + 1 only where that is known not to be negative.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from math import comb

from lossproof.kernel.atoms import Bounds, DeltaAtom, ExpAtom, FoldAtom, PowAtom, RootAtom, Var, binder
from lossproof.kernel.binders import (
    NOT_NEGATIVE,
    close_fold,
    constant_part,
    count_of,
    entry_offset,
    in_range,
    known_nonzero,
    map_bounds,
    open_fold,
    opened,
    reversed_entries,
    separate_points,
    solve_linear,
    surely_defined,
)
from lossproof.kernel.functions import exp, power, reduce
from lossproof.kernel.normal_form import DivisionByZero, Normal, Table, Unsupported
from lossproof.kernel.sign_sets import Sign
from lossproof.kernel.word_sums import contracted

EXPAND_UP_TO = 64
"""Concrete ranges of at most so many values are written out."""


def sum_over(t: Table, name: str, bounds: Bounds, body: Normal) -> Normal:
    """The sum of `body` over the opened variable `name` in `bounds`."""
    body = reduce(t, body)
    if body.is_zero:
        return t.zero
    expanded = _expand(t, name, bounds, body)
    if expanded is not None:
        return t.total(expanded)
    eliminated = _eliminate_delta(t, name, bounds, body)
    if eliminated is not None:
        at_point, rest = eliminated
        return at_point + sum_over(t, name, bounds, rest)
    parts = t.split(body, name)
    if len(parts) > 1 or parts[0][0] != t.one:
        t.use("sum-linear")
    return t.total(c * _sum_of(t, name, bounds, b) for c, b in parts)


def product_over(t: Table, name: str, bounds: Bounds, body: Normal) -> Normal:
    """The product of `body` over the opened variable `name` in `bounds`."""
    body = reduce(t, body)
    expanded = _expand(t, name, bounds, body)
    if expanded is not None:
        result = t.one
        for factor in expanded:
            result = result * factor
        return result
    t.use("product-of-factors")
    result = t.one
    for poly, direction in ((body.num, 1), (body.den, -1)):
        content, found = t.factors(poly)
        factors = []
        for factor, multiplicity in found:
            if t.sign(factor) is Sign.NEGATIVE:
                factor, content = -factor, content * (-1) ** multiplicity
            factors.append((factor, multiplicity))
        for factor, multiplicity in [(t.rational(content), 1), *factors]:
            result = result * _product_of(t, name, bounds, factor) ** (direction * multiplicity)
    return result


def _product_of(t: Table, name: str, bounds: Bounds, factor: Normal) -> Normal:
    if factor == t.one:
        return t.one
    terms = t.terms(factor.num)
    atom = t[terms[0][0][0][0]] if len(terms) == 1 and terms[0][0] and terms[0][1] == 1 else None
    if isinstance(atom, ExpAtom) and name in factor.free():
        t.use("product-of-exp")
        return exp(t, sum_over(t, name, bounds, atom.exponent.scaled(Fraction(1, atom.root))))
    # wherever the factors are defined, so is the power of their product, and it is the same
    match atom:
        case RootAtom(base, root) if name in base.free():
            t.use("power-of-product")
            return power(t, product_over(t, name, bounds, base), t.rational(Fraction(1, root)))
        case PowAtom(base, exponent) if name not in exponent.free():
            t.use("power-of-product")
            return power(t, product_over(t, name, bounds, base), exponent)
    if name not in factor.free():
        count = count_of(t, bounds)
        if count is None or bounds.excluded:
            raise Unsupported("a product over a range that may be empty")
        return power(t, factor, count, integer=True)
    return close_fold(t, "product", [name], [bounds], factor)


def _expand(t: Table, name: str, bounds: Bounds, body: Normal) -> list[Normal] | None:
    """The values of `body` over a concrete range, None where the range is not concrete."""
    count = (bounds.upper - bounds.lower).integer
    if count is None:
        return None
    if count < 0:
        t.use("empty-range")
        return []
    if count >= EXPAND_UP_TO:
        return None
    values = [bounds.lower + t.rational(i) for i in range(count + 1)]
    kept = []
    for value in values:
        differences = [value - e for e in bounds.excluded]
        if any(d.is_zero for d in differences):
            continue
        if not all(known_nonzero(t, d) for d in differences):
            return None
        kept.append(value)
    t.use("concrete-range")
    return [t.substitute(body, {name: value}) for value in kept]


def _eliminate_delta(t: Table, name: str, bounds: Bounds, body: Normal) -> tuple[Normal, Normal] | None:
    """(value where the delta is 1, body with the delta at 0), for a delta that is decided in the range."""
    for i in body.atoms():
        atom = t[i]
        if not isinstance(atom, DeltaAtom) or name not in atom.difference.free():
            continue
        point = solve_linear(t, atom.difference, name)
        if point is None:
            continue
        inside = in_range(t, point, bounds)
        if inside is None or any(i == j for mono, _ in t.terms(body.den) for j, _ in mono):
            continue
        rest, with_delta = t.zero, t.zero
        den = t.polynomial(body.den)
        for mono, coefficient in t.terms(body.num):
            others = tuple((j, e) for j, e in mono if j != i)
            term = t.monomial(others).scaled(Fraction(coefficient))
            if len(others) == len(mono):
                rest = rest + term
            else:
                with_delta = with_delta + term
        t.use("delta-in-sum" if inside else "delta-of-distinct")
        at_point = t.substitute(with_delta / den, {name: point}) if inside else t.zero
        return at_point, rest / den
    return None


def _sum_of(t: Table, name: str, bounds: Bounds, body: Normal) -> Normal:
    """The sum of one monomial over its denominator."""
    if name not in body.free():
        count = count_of(t, bounds)
        if count is not None and separate_points(t, bounds):
            t.use("sum-of-constant")
            return (count - t.rational(len(bounds.excluded))) * body
        return body * close_fold(t, "sum", [name], [bounds], t.one)
    if bounds.lower == t.one and not bounds.excluded:
        joined = contracted(t, name, bounds.upper, body)
        if joined is not None:
            return joined
    closed = _power_sum(t, name, bounds, body)
    if closed is not None:
        return closed
    names, ranges, body = _flatten(t, name, bounds, body)
    if len(names) == 1:
        aligned = _align(t, name, bounds, body)
        if aligned is not None:
            return aligned
    if len(names) == 2:
        swapped = _triangle(t, names, ranges, body)
        if swapped is not None:
            t.release(names[1:])
            return swapped
    grouped = _in_groups(t, names, ranges, body)
    if grouped is not None:
        t.release(names[1:])
        return grouped
    result = close_fold(t, "sum", names, ranges, body)
    t.release(names[1:])
    return result


def _triangle(t: Table, names: list[str], ranges: list[Bounds], body: Normal) -> Normal | None:
    """i in a..u, k in i + c..u is k in a..u, i in a..k - c: the inner range starts where the outer does, and
    is empty at the outer range's first values."""
    outer, inner = ranges
    if not outer.excluded and not inner.excluded:
        short = (t.var(names[0]) - inner.upper).integer
        start = (outer.lower - inner.lower).integer
        if short is not None and start is not None and 0 < start <= short:
            t.use("empty-range")
            wide = Bounds(inner.lower, outer.upper)
            i = t.open(wide)
            k = t.open(Bounds(inner.lower, t.var(i) - t.rational(short)))
            moved = t.substitute(body, {names[0]: t.var(i), names[1]: t.var(k)})
            result = sum_over(t, i, wide, sum_over(t, k, t.ranges[k], moved))
            t.release((k, i))
            return result
    gap = (inner.lower - t.var(names[0])).integer
    if gap is None or gap < 0 or inner.upper != outer.upper or outer.excluded or inner.excluded:
        return None
    t.use("sums-exchange")
    first = Bounds(outer.lower, outer.upper)
    k = t.open(first)
    second = Bounds(outer.lower, t.var(k) - t.rational(gap))
    i = t.open(second)
    moved = t.substitute(body, {names[0]: t.var(i), names[1]: t.var(k)})
    result = sum_over(t, k, first, sum_over(t, i, second, moved))
    t.release((k, i))
    return result


def _in_groups(t: Table, names: list[str], ranges: list[Bounds], body: Normal) -> Normal | None:
    """sum_i sum_j f_j g_ij / d_j is sum_j (f_j sum_i g_ij) / d_j, where that sum cancels with d_j; else None.

    The range of j must not depend on i. Binders of the inner sums that no factor and no range joins are summed apart.
    """
    if len(names) < 2 or len(body.num) != 1 or body.den.is_constant():
        return None
    uses = {name: frozenset().union(*(n.free() for n in (r.lower, r.upper, *r.excluded))) & set(names)
            for name, r in zip(names, ranges, strict=True)}
    den = t.polynomial(body.den)
    outer = set(den.free()) & set(names)
    for name in reversed(names):        # a range mentions earlier names only
        if name in outer:
            outer |= uses[name]
    if not outer or len(outer) == len(names):
        return None
    ((mono, coefficient),) = t.terms(body.num)
    result = t.rational(coefficient)
    groups = [({name}, t.one) for name in names if name not in outer]
    for joined, factor in [*(({name, *uses[name]} - outer, t.one) for name in names if name not in outer),
                           *((set(t.free_of(i)) & set(names) - outer, t.monomial(((i, e),))) for i, e in mono)]:
        touched = [group for group in groups if group[0] & joined]
        if not touched:
            result = result * factor
            continue
        groups = [group for group in groups if not group[0] & joined]
        for _, other in touched:
            factor = factor * other
        groups.append((joined.union(*(group for group, _ in touched)), factor))
    of = dict(zip(names, ranges, strict=True))
    for group, factor in groups:
        own = [name for name in names if name in group]
        result = result * close_again(t, "sum", own, [of[name] for name in own], factor)
    result = result / den
    if result.den.total_degree() >= body.den.total_degree():
        return None
    t.use("sums-exchange")
    first = [name for name in names if name in outer]
    return close_again(t, "sum", first, [of[name] for name in first], result)


def _power_sum(t: Table, name: str, bounds: Bounds, body: Normal) -> Normal | None:
    """sum of k^m over lower..upper by Faulhaber's formula, for a range that is not negative in length."""
    if not body.den.is_one() or len(body.num) != 1 or bounds.excluded:
        return None
    ((mono, coefficient),) = t.terms(body.num)
    if coefficient != 1 or len(mono) != 1 or t[mono[0][0]] != Var(name) or count_of(t, bounds) is None:
        return None
    degree = mono[0][1]
    if degree > 12:
        return None
    t.use("power-sum")
    return _faulhaber(t, bounds.upper, degree) - _faulhaber(t, bounds.lower - t.one, degree)


def _faulhaber(t: Table, n: Normal, m: int) -> Normal:
    """The polynomial whose difference P(n) - P(n-1) is n^m, with P(0) = 0."""
    bernoulli = [Fraction(1)]
    for k in range(1, m + 1):
        bernoulli.append(-sum((comb(k + 1, j) * bernoulli[j] for j in range(k)), Fraction(0)) / (k + 1))
    if m >= 1:
        bernoulli[1] = Fraction(1, 2)
    return t.total(
        (n ** (m + 1 - j)).scaled(comb(m + 1, j) * bernoulli[j] / (m + 1)) for j in range(m + 1)
    )


def _flatten(t: Table, name: str, bounds: Bounds, body: Normal) -> tuple[list[str], list[Bounds], Normal]:
    """Nested sums in the numerator that depend on the index join its binders."""
    names, ranges = [name], [bounds]
    ((mono, _),) = t.terms(body.num)
    kept: list[tuple[int, int]] = []
    inner: list[FoldAtom] = []
    for i, e in mono:
        atom = t[i]
        if isinstance(atom, FoldAtom) and atom.kind == "sum" and name in t.free_of(i):
            inner += [atom] * e
        else:
            kept.append((i, e))
    if not inner or len(inner) > 3:
        return names, ranges, body
    t.use("sums-exchange")
    body = t.monomial(tuple(kept)) / t.polynomial(body.den)
    for atom in inner:
        opened_names, opened_ranges, opened_body = open_fold(t, atom)
        names += opened_names
        ranges += opened_ranges
        body = body * opened_body
    return names, ranges, body


def split_term(t: Table, atom: FoldAtom, index: Normal) -> Normal:
    """A sum over one range as the sum over the range less `index`, plus the term there (in the range)."""
    (bounds,) = atom.ranges
    rest = Bounds(bounds.lower, bounds.upper, (*bounds.excluded, index))
    name = t.open(rest)
    body = t.substitute(atom.body, {binder(atom.first): t.var(name)})
    result = sum_over(t, name, rest, body) + t.substitute(body, {name: index})
    t.release((name,))
    return result


def close_again(t: Table, kind: str, names: list[str], ranges: list[Bounds], body: Normal) -> Normal:
    """The fold over opened binders after a change of the body, innermost first."""
    over = sum_over if kind == "sum" else product_over
    for name, bounds in zip(reversed(names), reversed(ranges), strict=True):
        body = over(t, name, bounds, body)
    return body


def refold(atom: FoldAtom, change: Callable[[Normal], Normal]) -> Normal:
    """The constructor of fold atoms for `Table.inside`."""
    t = atom.body.table
    with opened(t, atom, change) as (names, ranges, body):
        return close_again(t, atom.kind, names, ranges, change(body))


def _align(t: Table, name: str, bounds: Bounds, body: Normal) -> Normal | None:
    """The sum with its index shifted so that entries have no offset, and its bounds' small
    constant parts peeled off as single terms; None where it stands so already."""
    if reversed_entries(t, name, body):
        t.use("sum-shift")
        both = bounds.lower + bounds.upper
        mirrored = Bounds(bounds.lower, bounds.upper, tuple(both - e for e in bounds.excluded))
        fresh = t.open(mirrored)
        result = sum_over(t, fresh, mirrored, t.substitute(body, {name: both - t.var(fresh)}))
        t.release((fresh,))
        return result
    offset = entry_offset(t, name, body)
    shift = t.one - bounds.lower if offset is None else t.rational(offset)
    if not shift.is_zero:
        t.use("sum-shift")
        moved = map_bounds(bounds, lambda n: n + shift)
        fresh = t.fresh(moved)
        return sum_over(t, fresh, moved, t.substitute(body, {name: t.var(fresh) - shift}))
    if bounds.excluded:
        return None
    lower, upper = bounds.lower.integer, constant_part(t, bounds.upper)
    if lower is not None and 1 < lower <= 9:
        return _peel(t, name, Bounds(t.one, bounds.upper), body, range(1, lower), -1)
    if upper is not None and upper[1] and t.sign(upper[0]) in NOT_NEGATIVE and lower == 1:
        base, extra = upper
        if extra > 0:
            return _peel(t, name, Bounds(bounds.lower, base), body, range(1, extra + 1), 1, base)
        if t.sign(bounds.upper) in NOT_NEGATIVE:
            return _peel(t, name, Bounds(bounds.lower, base), body, range(extra + 1, 1), -1, base)
    return None


def _peel(t: Table, name: str, wider: Bounds, body: Normal, at: Iterable[int], sign: int,
          base: Normal | None = None) -> Normal | None:
    """The sum over `wider` plus or less the terms at base + i, if each of these is defined
    and the ranges are not negative in length."""
    points = [t.rational(i) if base is None else base + t.rational(i) for i in at]
    # sum over lower..upper is the sum over 1..upper less the terms below lower only if upper >= lower - 1
    if base is None and t.sign(wider.upper - points[-1]) not in NOT_NEGATIVE:
        return None
    try:
        terms = [t.substitute(body, {name: p}) for p in points]
    except DivisionByZero:
        return None
    if not all(surely_defined(t, term) for term in terms):
        return None
    t.use("sum-split")
    fresh = t.fresh(wider)
    return sum_over(t, fresh, wider, t.substitute(body, {name: t.var(fresh)})) + t.total(terms).scaled(Fraction(sign))


def split_entry(t: Table, normal: Normal, family: str, index: tuple[Normal, ...]) -> Normal:
    """`normal` with the term at `index` split off every sum whose body has family[k]."""

    def value(atom: object) -> Normal | None:
        if not isinstance(atom, FoldAtom) or family not in atom.body.free():
            return None
        if len(atom.ranges) == 1 and index in [(e,) for e in atom.ranges[0].excluded]:
            return t.atom(atom)
        if atom.kind != "sum" or len(atom.ranges) != 1 or atom.ranges[0].excluded or len(index) != 1:
            raise Unsupported(f"a term of {family} inside nested sums or products")
        if in_range(t, index[0], atom.ranges[0]) is not True:
            raise Unsupported(f"an entry of {family} not known to be in a sum's range")
        t.use("sum-split")
        return split_term(t, atom, index[0])

    return t.replace(normal, frozenset((family,)), value)
