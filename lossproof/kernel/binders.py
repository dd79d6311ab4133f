"""Ranges and binders: what is in a range, opening a fold under fresh names, closing it again.

Trusted. Imports `atoms`, `normal_form`, `sign_sets`. A closed fold has canonical binders: the
smallest key over the orders that its bounds allow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import partial
from itertools import permutations

from lossproof.kernel.atoms import (
    AbsAtom,
    Atom,
    Bounds,
    DeltaAtom,
    EntryAtom,
    ExpAtom,
    FoldAtom,
    FunctionalAtom,
    FunctionAtom,
    IntegralAtom,
    LogAtom,
    PowAtom,
    RootAtom,
    Var,
    arguments,
    binder,
)
from lossproof.kernel.normal_form import Normal, Table
from lossproof.kernel.sign_sets import STRICT_SIGNS, Sign

NOT_NEGATIVE = (Sign.ZERO, Sign.POSITIVE, Sign.NONNEGATIVE)


def known_nonzero(t: Table, normal: Normal) -> bool:
    """Whether the value is known not to be 0."""
    value = normal.constant
    return value not in (None, 0) or t.sign(normal) in STRICT_SIGNS


def in_range(t: Table, value: Normal, bounds: Bounds) -> bool | None:
    """Whether an integer-valued normal form is in the range: True, False, or None where not known."""
    if not is_integer(t, value):
        return None
    below, above = t.sign(value - bounds.lower), t.sign(bounds.upper - value)
    if Sign.NEGATIVE in (below, above):
        return False
    if any((value - e).is_zero for e in bounds.excluded):
        return False
    if below in NOT_NEGATIVE and above in NOT_NEGATIVE and all(known_nonzero(t, value - e) for e in bounds.excluded):
        return True
    return None


def is_integer(t: Table, value: Normal) -> bool:
    """Whether the value is an integer at every point: a polynomial in integer variables, floors and the like."""
    if not value.den.is_one():
        return False
    return all(_integer_atom(t, t[i]) for i in value.atoms())


def _integer_atom(t: Table, atom: Atom) -> bool:
    match atom:
        case Var(name) | EntryAtom(name):
            return t.is_integer_name(name)
        case DeltaAtom() | FunctionAtom("floor" | "sign" | "fibonacci", _, (0,)):
            return True
        case _:
            return False


def count_of(t: Table, bounds: Bounds) -> Normal | None:
    """upper - lower + 1 where that is known not to be negative."""
    count = bounds.upper - bounds.lower + t.one
    return count if t.sign(count) in NOT_NEGATIVE else None


def solve_linear(t: Table, difference: Normal, name: str) -> Normal | None:
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


def separate_points(t: Table, bounds: Bounds) -> bool:
    """Whether the excluded values are known to lie in the range and to differ."""
    full = Bounds(bounds.lower, bounds.upper)
    points = bounds.excluded
    return all(in_range(t, e, full) is True for e in points) and all(
        known_nonzero(t, a - b) for i, a in enumerate(points) for b in points[:i])


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


def map_bounds(bounds: Bounds, change: Callable[[Normal], Normal]) -> Bounds:
    """The bounds with a change applied to each of their normal forms."""
    return Bounds(change(bounds.lower), change(bounds.upper), tuple(change(e) for e in bounds.excluded))


def surely_defined(t: Table, normal: Normal) -> bool:
    """Whether every division, log, root and entry in the normal form is known to be defined."""
    if not normal.den.is_constant() and not known_nonzero(t, t.polynomial(normal.den)):
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


def entry_offset(t: Table, name: str, body: Normal) -> int | None:
    """The least constant c of entries with index name + c, None where there is no such entry."""
    found = [offset for coefficient, offset in _entry_indices(t, name, body) if coefficient == 1 and offset is not None]
    return min(found) if found else None


def reversed_entries(t: Table, name: str, body: Normal) -> bool:
    """Whether the variable is in indices of entries, arguments of functions and integer exponents only as
    (something) - name, the something being no number in the last two."""
    signs = {coefficient for coefficient, _ in _entry_indices(t, name, body)}
    return signs | set(_argument_signs(t, name, body)) == {-1}


def _argument_signs(t: Table, name: str, body: Normal) -> Iterator[int]:
    """The coefficient (0: not as +-name + rest) in each function's argument and integer exponent that has the
    variable; -1 only where the rest has a name."""
    own = t.number(Var(name)) or 0
    for i in body.atoms():
        match t[i]:
            case FunctionAtom(_, (argument,)) | PowAtom(_, argument) if name in argument.free():
                coefficient = dict(t.terms(argument.num)).get(((own, 1),), 0) if argument.den.is_one() else 0
                rest = argument - t.var(name).scaled(Fraction(coefficient))
                plain = coefficient in (1, -1) and name not in rest.free()
                yield coefficient if plain and (coefficient == 1 or rest.free()) else 0


def _entry_indices(t: Table, name: str, body: Normal) -> Iterator[tuple[int, int | None]]:
    """For each index of an entry that has the variable, also inside exps, logs and roots: its coefficient
    (0 where it is not linear) and what is added to it, where that is an integer."""
    own = t.number(Var(name))
    for i in body.atoms():
        if name not in t.free_of(i):
            continue
        match t[i]:
            case EntryAtom(_, indices):
                for index in indices:
                    if name in index.free():
                        coefficient = dict(t.terms(index.num)).get(((own or 0, 1),), 0) if index.den.is_one() else 0
                        rest = index - t.var(name).scaled(Fraction(coefficient))
                        yield (0 if name in rest.free() else coefficient), rest.integer
            case ExpAtom(inner) | LogAtom(inner) | RootAtom(inner) | AbsAtom(inner):
                yield from _entry_indices(t, name, inner)
            case FunctionAtom(_, args):
                for argument in args:
                    yield from _entry_indices(t, name, argument)


def constant_part(t: Table, upper: Normal) -> tuple[Normal, int] | None:
    """upper as (rest, integer constant), for a polynomial upper bound with a small constant."""
    if not upper.den.is_one() or upper.constant is not None:
        return None
    constant = sum(c for m, c in t.terms(upper.num) if not m)
    return (upper - t.rational(constant), constant) if abs(constant) <= 8 else None


def close_fold(t: Table, kind: str, names: list[str], ranges: list[Bounds], body: Normal) -> Normal:
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


def height(*normals: Normal) -> int:
    """One more than the highest binder that occurs at any depth."""
    highest = 0
    for normal in normals:
        for i in normal.atoms():
            highest = max(highest, _atom_height(normal.table, i))
    return highest


def _atom_height(table: Table, number: int) -> int:
    match table[number]:
        case FoldAtom(ranges=ranges, first=first, body=body) | FunctionalAtom(ranges=ranges, first=first, body=body):
            return max(first + len(ranges), height(body))
        case IntegralAtom(first=first):
            return max(first + 1, height(*arguments(table[number])))
        case Var(name) if name.startswith("#"):
            return int(name[1:]) + 1
        case atom:
            return height(*arguments(atom))
