"""Finite sums and products over ranges with symbolic bounds.

Trusted. Imports `atoms`, `functions`, `normal_form`. A sum becomes a linear combination of
sums of monomials, each over canonical binders: deltas are eliminated where their point is
known to be in the range, what does not depend on the index is pulled out, nested sums are
flattened, and binders get the smallest order. Conditions are the work: a count is
upper - lower + 1 only where that is known not to be negative.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import partial
from itertools import permutations
from math import comb

from lossproof.kernel.atoms import Bounds, DeltaAtom, EntryAtom, ExpAtom, FoldAtom, LogAtom, RootAtom, Var, binder
from lossproof.kernel.functions import exp, power, reduce
from lossproof.kernel.normal_form import DivisionByZero, Normal, Table, Unsupported, height
from lossproof.kernel.sign_sets import Sign

EXPAND_UP_TO = 64
"""Concrete ranges of at most so many values are written out."""

_NOT_NEGATIVE = (Sign.ZERO, Sign.POSITIVE, Sign.NONNEGATIVE)


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
    if name not in factor.free():
        count = _count(t, bounds)
        if count is None or bounds.excluded:
            raise Unsupported("a product over a range that may be empty")
        return power(t, factor, count, integer=True)
    return _close(t, "product", [name], [bounds], factor)


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
        if not all(_nonzero(t, d) for d in differences):
            return None
        kept.append(value)
    t.use("concrete-range")
    return [t.substitute(body, {name: value}) for value in kept]


def _nonzero(t: Table, normal: Normal) -> bool:
    value = normal.constant
    return value not in (None, 0) or t.sign(normal) in (Sign.POSITIVE, Sign.NEGATIVE, Sign.NONZERO)


def in_range(t: Table, value: Normal, bounds: Bounds) -> bool | None:
    """Whether an integer-valued normal form is in the range: True, False, or None where not known."""
    if not is_integer(t, value):
        return None
    below, above = t.sign(value - bounds.lower), t.sign(bounds.upper - value)
    if Sign.NEGATIVE in (below, above):
        return False
    if any((value - e).is_zero for e in bounds.excluded):
        return False
    if below in _NOT_NEGATIVE and above in _NOT_NEGATIVE and all(_nonzero(t, value - e) for e in bounds.excluded):
        return True
    return None


def is_integer(t: Table, value: Normal) -> bool:
    """Whether the value is an integer at every point: a polynomial in integer variables."""
    if not value.den.is_one():
        return False
    return all(isinstance(atom := t[i], Var) and t.is_integer_name(atom.name) for i in value.atoms())


def _count(t: Table, bounds: Bounds) -> Normal | None:
    """upper - lower + 1 where that is known not to be negative."""
    count = bounds.upper - bounds.lower + t.one
    return count if t.sign(count) in _NOT_NEGATIVE else None


def _eliminate_delta(t: Table, name: str, bounds: Bounds, body: Normal) -> tuple[Normal, Normal] | None:
    """(value where the delta is 1, body with the delta at 0), for a delta that is decided in the range."""
    for i in body.atoms():
        atom = t[i]
        if not isinstance(atom, DeltaAtom) or name not in atom.difference.free():
            continue
        point = _solve_linear(t, atom.difference, name)
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


def _solve_linear(t: Table, difference: Normal, name: str) -> Normal | None:
    """The value of `name` at which the difference is 0, where it is name times +-1 plus a rest free of it."""
    coefficient, rest = 0, t.zero
    own = t.number(Var(name))
    for mono, c in t.terms(difference.num):
        if mono == ((own, 1),):
            coefficient = c
        elif any(name in t.free_of(i) for i, _ in mono):
            return None
        else:
            rest = rest + t.monomial(mono).scaled(Fraction(c))
    if not difference.den.is_one() or abs(coefficient) != 1:
        return None
    return rest.scaled(Fraction(-1, coefficient))


def _sum_of(t: Table, name: str, bounds: Bounds, body: Normal) -> Normal:
    """The sum of one monomial over its denominator."""
    if name not in body.free():
        count = _count(t, bounds)
        if count is not None and _separate_points(t, bounds):
            t.use("sum-of-constant")
            return (count - t.rational(len(bounds.excluded))) * body
        return body * _close(t, "sum", [name], [bounds], t.one)
    closed = _power_sum(t, name, bounds, body)
    if closed is not None:
        return closed
    names, ranges, body = _flatten(t, name, bounds, body)
    if len(names) == 1:
        aligned = _align(t, name, bounds, body)
        if aligned is not None:
            return aligned
    result = _close(t, "sum", names, ranges, body)
    t.release(names[1:])
    return result


def _separate_points(t: Table, bounds: Bounds) -> bool:
    """Whether the excluded values are known to lie in the range and to differ."""
    full = Bounds(bounds.lower, bounds.upper)
    points = bounds.excluded
    return all(in_range(t, e, full) is True for e in points) and all(
        _nonzero(t, a - b) for i, a in enumerate(points) for b in points[:i])


def _power_sum(t: Table, name: str, bounds: Bounds, body: Normal) -> Normal | None:
    """sum of k^m over lower..upper by Faulhaber's formula, for a range that is not negative in length."""
    if not body.den.is_one() or len(body.num) != 1 or bounds.excluded:
        return None
    ((mono, coefficient),) = t.terms(body.num)
    if coefficient != 1 or len(mono) != 1 or t[mono[0][0]] != Var(name) or _count(t, bounds) is None:
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


@contextmanager
def opened(t: Table, atom: FoldAtom, change: Callable[[Normal], Normal] = lambda n: n) -> Iterator[
        tuple[list[str], list[Bounds], Normal]]:
    """Names for the binders, their ranges (changed), and the body in these names; for the duration."""
    names, ranges, body = open_fold(t, atom, change)
    try:
        yield names, ranges, body
    finally:
        t.release(names)


def open_fold(t: Table, atom: FoldAtom, change: Callable[[Normal], Normal] = lambda n: n) -> tuple[
        list[str], list[Bounds], Normal]:
    """The same, for the caller to release."""
    values: dict[str, Normal] = {}
    names: list[str] = []
    ranges: list[Bounds] = []
    for i, bounds in enumerate(atom.ranges):
        range_ = map_bounds(map_bounds(bounds, partial(t.substitute, values=values)), change)
        name = t.open(range_)
        values = {**values, binder(atom.first + i): t.var(name)}
        names.append(name)
        ranges.append(range_)
    return names, ranges, t.substitute(atom.body, values)


def split_term(t: Table, atom: FoldAtom, index: Normal) -> Normal:
    """A sum over one range as the sum over the range less `index`, plus the term there (in the range)."""
    (bounds,) = atom.ranges
    rest = Bounds(bounds.lower, bounds.upper, (*bounds.excluded, index))
    name = t.open(rest)
    body = t.substitute(atom.body, {binder(atom.first): t.var(name)})
    result = sum_over(t, name, rest, body) + t.substitute(body, {name: index})
    t.release((name,))
    return result


def map_bounds(bounds: Bounds, change: Callable[[Normal], Normal]) -> Bounds:
    """The bounds with a change applied to each of their normal forms."""
    return Bounds(change(bounds.lower), change(bounds.upper), tuple(change(e) for e in bounds.excluded))


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
    offset = _offset(t, name, body)
    shift = t.one - bounds.lower if offset is None else t.rational(offset)
    if not shift.is_zero:
        t.use("sum-shift")
        moved = map_bounds(bounds, lambda n: n + shift)
        fresh = t.fresh(moved)
        return sum_over(t, fresh, moved, t.substitute(body, {name: t.var(fresh) - shift}))
    if bounds.excluded:
        return None
    lower, upper = bounds.lower.integer, _small_part(t, bounds.upper)
    if lower is not None and 1 < lower <= 9:
        return _peel(t, name, Bounds(t.one, bounds.upper), body, range(1, lower), -1)
    if upper is not None and upper[1] and t.sign(upper[0]) in _NOT_NEGATIVE and lower == 1:
        base, extra = upper
        if extra > 0:
            return _peel(t, name, Bounds(bounds.lower, base), body, range(1, extra + 1), 1, base)
        if t.sign(bounds.upper) in _NOT_NEGATIVE:
            return _peel(t, name, Bounds(bounds.lower, base), body, range(extra + 1, 1), -1, base)
    return None


def _peel(t: Table, name: str, wider: Bounds, body: Normal, at: Iterable[int], sign: int,
          base: Normal | None = None) -> Normal | None:
    """The sum over `wider` plus or less the terms at base + i, if each of these is defined
    and the ranges are not negative in length."""
    points = [t.rational(i) if base is None else base + t.rational(i) for i in at]
    # sum over lower..upper is the sum over 1..upper less the terms below lower only if upper >= lower - 1
    if base is None and t.sign(wider.upper - points[-1]) not in _NOT_NEGATIVE:
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


def surely_defined(t: Table, normal: Normal) -> bool:
    """Whether every division, log, root and entry in the normal form is known to be defined."""
    if not normal.den.is_constant() and not _nonzero(t, t.polynomial(normal.den)):
        return False
    for i in normal.atoms():
        match t[i]:
            case Var():
                continue
            case EntryAtom(family, indices):
                if not t.entry_in_range(family, indices):
                    return False
            case ExpAtom(exponent):
                if not surely_defined(t, exponent):
                    return False
            case LogAtom(base) | RootAtom(base):
                if t.sign(base) is not Sign.POSITIVE or not surely_defined(t, base):
                    return False
            case _:
                return False
    return True


def _offset(t: Table, name: str, body: Normal) -> int | None:
    """The least constant c of entries with index name + c, None where there is no such entry."""
    offsets: list[int] = []
    own = t.number(Var(name))

    def look(normal: Normal) -> None:
        for i in normal.atoms():
            if name not in t.free_of(i):
                continue
            atom = t[i]
            if isinstance(atom, EntryAtom):
                for index in atom.indices:
                    terms = dict(t.terms(index.num)) if index.den.is_one() else {}
                    if terms.get(((own or 0, 1),)) == 1 and set(terms) <= {((own or 0, 1),), ()}:
                        offsets.append(terms.get((), 0))
            elif isinstance(atom, ExpAtom):
                look(atom.exponent)
            elif isinstance(atom, LogAtom | RootAtom):
                look(atom.base)

    look(body)
    return min(offsets) if offsets else None


def _small_part(t: Table, upper: Normal) -> tuple[Normal, int] | None:
    """upper as (rest, integer constant), for a polynomial upper bound with a small constant."""
    if not upper.den.is_one() or upper.constant is not None:
        return None
    constant = sum(c for m, c in t.terms(upper.num) if not m)
    return (upper - t.rational(constant), constant) if abs(constant) <= 8 else None


def _close(t: Table, kind: str, names: list[str], ranges: list[Bounds], body: Normal) -> Normal:
    """The fold atom with canonical binders: the smallest key over the orders that the bounds allow."""
    inner = [n for r in ranges for n in (r.lower, r.upper, *r.excluded)]
    first = height(body, *inner)
    best: FoldAtom | None = None
    best_key: object = None
    for order in _orders(names, ranges):
        values = {names[j]: t.var(binder(first + i)) for i, j in enumerate(order)}

        def rename(normal: Normal, values: dict[str, Normal] = values) -> Normal:
            return t.substitute(normal, values)

        atom = FoldAtom(
            "sum" if kind == "sum" else "product", tuple(map_bounds(ranges[j], rename) for j in order), rename(body),
            first,
        )
        key = (atom.body.key, [(r.lower.key, r.upper.key, [e.key for e in r.excluded]) for r in atom.ranges])
        if best is None or key < best_key:  # type: ignore[operator]
            best, best_key = atom, key
    assert best is not None
    return t.atom(best)


def _orders(names: list[str], ranges: list[Bounds]) -> Iterator[tuple[int, ...]]:
    """Orders of the binders in which every bound mentions only earlier ones."""
    size = len(names)
    if size == 1 or size > 4:
        yield tuple(range(size))
        return
    uses = [
        {j for j in range(size) if j != i and any(names[j] in n.free() for n in (r.lower, r.upper, *r.excluded))}
        for i, r in enumerate(ranges)
    ]
    for order in permutations(range(size)):
        if all(uses[j] <= set(order[:i]) for i, j in enumerate(order)):
            yield order


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


def eliminate_relations(t: Table, normal: Normal) -> Normal:
    """`normal` with linear relations between sums over one range used to remove sums.

    Two sums over a range whose bodies (and 1, whose sum is the count) are linearly dependent
    over the field of what does not depend on the index satisfy the same relation.
    """
    normal = _combined(t, normal)
    groups = {r: sums for r, sums in _sums_by_range(t, normal).items() if len(r) == 1}
    for (bounds,), sums in groups.items():
        count = _count(t, bounds) if not bounds.excluded else None
        if len(sums) + (count is not None) < 2 or len(sums) > 12:
            continue
        name = t.fresh(bounds)
        folds = [fold for i in sums if isinstance(fold := t[i], FoldAtom)]
        bodies = [t.substitute(fold.body, {binder(fold.first): t.var(name)}) for fold in folds]
        values = [t.atom(fold) for fold in folds]
        if count is not None:
            bodies, values = [t.one, *bodies], [count, *values]
        found = _relation(t, name, bodies)
        if found is not None:
            coefficients, pivot = found
            t.use("sum-relation")
            others = t.total(c * v for i, (c, v) in enumerate(zip(coefficients, values, strict=True)) if i != pivot)
            solved = -(others / coefficients[pivot])
            (gone,) = values[pivot].atoms()
            changed = t.with_atom(t.polynomial(normal.num), gone, solved)
            return eliminate_relations(t, changed)
    return normal


def _sums_by_range(t: Table, normal: Normal) -> dict[tuple[Bounds, ...], list[int]]:
    groups: dict[tuple[Bounds, ...], list[int]] = {}
    for i in normal.atoms():
        atom = t[i]
        if isinstance(atom, FoldAtom) and atom.kind == "sum":
            groups.setdefault(atom.ranges, []).append(i)
    return groups


def _combined(t: Table, normal: Normal) -> Normal:
    """The numerator with sums over one range that occur linearly put under one sum again: where the
    joint body cancels, so do they, whatever denominators they were split over."""
    num = t.polynomial(normal.num)
    for ranges, sums in _sums_by_range(t, num).items():
        if len(sums) < 2 or any("#" in name for r in ranges for x in (r.lower, r.upper) for name in x.free()):
            continue
        names = [t.open(r) for r in ranges]
        joint, rest = t.zero, t.zero
        for mono, c in t.terms(num.num):
            inside = [(i, e) for i, e in mono if i in sums]
            part = t.monomial(tuple((i, e) for i, e in mono if i not in sums)).scaled(Fraction(c))
            if len(inside) == 1 and inside[0][1] == 1:
                fold = t[inside[0][0]]
                assert isinstance(fold, FoldAtom)
                values = {binder(fold.first + k): t.var(name) for k, name in enumerate(names)}
                joint = joint + part * t.substitute(fold.body, values)
            else:
                rest = rest + part * t.monomial(tuple(inside))
        if joint.is_zero or not set(names) & joint.free():
            t.use("sum-relation")
            num = rest + close_again(t, "sum", names, list(ranges), joint)
        t.release(names)
    return t.polynomial(num.num)


def _relation(t: Table, name: str, bodies: list[Normal]) -> tuple[list[Normal], int] | None:
    """Coefficients, free of `name`, with sum c_i bodies_i = 0, and a pivot whose c is known not to be 0
    (never the first body if that is the constant 1)."""
    common = t.one
    for body in bodies:
        so_far, den = t.aligned(common.num, body.den)
        common = common * t.polynomial(den) / t.polynomial(so_far.gcd(den))
    columns: list[object] = []
    rows: list[tuple[dict[object, Normal], list[Normal]]] = []
    for index, body in enumerate(bodies):
        row: dict[object, Normal] = {}
        for coefficient, part in t.split(body * common, name):
            row[part] = coefficient
            if part not in columns:
                columns.append(part)
        rows.append((row, [t.one if i == index else t.zero for i in range(len(bodies))]))
    done: list[tuple[object, dict[object, Normal], list[Normal]]] = []
    for row, track in rows:
        t.spend(4)
        for column, pivot_row, pivot_track in done:
            if column in row and not row[column].is_zero:
                ratio = row[column] / pivot_row[column]
                row = {c: row.get(c, t.zero) - ratio * pivot_row.get(c, t.zero) for c in {**row, **pivot_row}}
                track = [a - ratio * b for a, b in zip(track, pivot_track, strict=True)]
        live = [c for c in columns if c in row and not row[c].is_zero]
        if live:
            done.append((live[0], row, track))
            continue
        candidates = [i for i, c in enumerate(track) if not c.is_zero and bodies[i] != t.one and _nonzero(t, c)]
        if candidates:
            return track, candidates[-1]
    return None
