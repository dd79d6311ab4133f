"""Linear relations between sums over one range, for comparing normal forms.

Trusted. Imports `sums`, `binders`. Used when two lines are compared, not in normal forms
themselves: what is removed depends on which sums stand there.
"""

from __future__ import annotations

from fractions import Fraction

from lossproof.kernel.atoms import Bounds, FoldAtom, binder
from lossproof.kernel.binders import count_of, in_range, known_nonzero
from lossproof.kernel.normal_form import Normal, Table
from lossproof.kernel.sums import close_again


def eliminate_relations(t: Table, normal: Normal) -> Normal:
    """`normal` with linear relations between sums over one range used to remove sums.

    Two sums over a range whose bodies (and 1, whose sum is the count) are linearly dependent
    over the field of what does not depend on the index satisfy the same relation.
    """
    normal = _combined(t, _split_products(t, normal))
    groups = {r: sums for r, sums in _sums_by_range(t, normal).items() if len(r) == 1}
    for (bounds,), sums in groups.items():
        count = count_of(t, bounds) if not bounds.excluded else None
        if len(sums) + (count is not None) < 2 or len(sums) > 12:
            continue
        name = t.fresh(bounds)
        folds = [fold for i in sums if isinstance(fold := t[i], FoldAtom)]
        bodies = [t.substitute(fold.body, {binder(fold.first): t.var(name)}) for fold in folds]
        values = [t.atom(fold) for fold in folds]
        if count is not None:
            bodies, values = [t.one, *bodies], [count, *values]
        found = linear_relation(t, name, bodies)
        if found is not None:
            coefficients, pivot = found
            t.use("sum-relation")
            others = t.total(c * v for i, (c, v) in enumerate(zip(coefficients, values, strict=True)) if i != pivot)
            solved = -(others / coefficients[pivot])
            (gone,) = values[pivot].atoms()
            changed = t.with_atom(t.polynomial(normal.num), gone, solved)
            return eliminate_relations(t, changed)
    return normal


def _split_products(t: Table, normal: Normal) -> Normal:
    """A product over a range as its factor at e times the product over the range less e, where that one occurs."""
    products = {i: atom for i in normal.atoms() if isinstance(atom := t[i], FoldAtom) and atom.kind == "product"
                and len(atom.ranges) == 1}
    changes: dict[int, Normal] = {}
    for less in products.values():
        (bounds,) = less.ranges
        if len(bounds.excluded) != 1 or in_range(t, bounds.excluded[0], Bounds(bounds.lower, bounds.upper)) is not True:
            continue
        whole = t.number(FoldAtom("product", (Bounds(bounds.lower, bounds.upper),), less.body, less.first))
        if whole in products and whole not in changes:
            t.use("sum-split")
            changes[whole] = t.atom(less) * t.substitute(less.body, {binder(less.first): bounds.excluded[0]})
    return t.rebuild(normal, lambda i: changes.get(i) or t.monomial(((i, 1),))) if changes else normal


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


def linear_relation(t: Table, name: str, bodies: list[Normal]) -> tuple[list[Normal], int] | None:
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
        candidates = [i for i, c in enumerate(track) if not c.is_zero and bodies[i] != t.one and known_nonzero(t, c)]
        if candidates:
            return track, candidates[-1]
    return None
