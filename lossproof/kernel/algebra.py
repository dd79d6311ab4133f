"""A new atom table with the constructors that rebuild each kind of atom.

Trusted. Imports the modules of the constructors, so that these need not import each other.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import get_args

from lossproof.kernel import (
    binders,
    function_atoms,
    functions,
    integral_atoms,
    inverses,
    recurrences,
    sums,
    trigonometry,
    word_changes,
)
from lossproof.kernel.atoms import (
    AbsAtom,
    Atom,
    Bounds,
    ConstAtom,
    DeltaAtom,
    DetAtom,
    EntryAtom,
    ExpAtom,
    FoldAtom,
    FunctionalAtom,
    FunctionAtom,
    IntegralAtom,
    LogAtom,
    PowAtom,
    RootAtom,
    TraceAtom,
    Var,
    binder,
)
from lossproof.kernel.binders import height, map_bounds
from lossproof.kernel.normal_form import Normal, Table

Change = Callable[[Normal], Normal]


def new_table(work: int = 200_000) -> Table:
    """An empty table that can rebuild every atom."""
    t = Table(work)

    def rebuild(atom: Atom, change: Change) -> Normal:
        match atom:
            case Var() | ConstAtom():
                return t.atom(atom)
            case EntryAtom(family, indices):
                return function_atoms.entry(t, family, tuple(change(i) for i in indices))
            case ExpAtom(exponent, root):
                return functions.exp(t, change(exponent).scaled(Fraction(1, root)))
            case RootAtom(base, root):
                return functions.absolute_power(t, change(base), Fraction(1, root))
            case LogAtom(base):
                return functions.log_abs(t, change(base))
            case AbsAtom(base):
                return functions.absolute(t, change(base))
            case DeltaAtom(difference):
                return function_atoms.delta(t, change(difference))
            case FoldAtom():
                return sums.refold(atom, change)
            case FunctionAtom(name, args, orders):
                return function_atoms.function(t, name, tuple(change(a) for a in args), orders)
            case FunctionalAtom():
                return refunctional(t, atom, change)
            case IntegralAtom():
                return integral_atoms.reintegral(t, atom, change)
            case TraceAtom():
                return word_changes.changed_trace(atom, change)
            case DetAtom(form):
                return inverses.det(word_changes.changed(form, change))
            case PowAtom(base, exponent):
                power = change(exponent)
                return functions.power(t, change(base), power, integer=binders.is_integer(t, power))

    t.inverse_of = inverses.inverse
    for kind in get_args(Atom):
        t.constructors[kind] = rebuild

    def special(name: str, args: tuple[Normal, ...]) -> Normal | None:
        if name in recurrences.RECURRING:
            return recurrences.special_value(t, name, args)
        if name in trigonometry.FUNCTIONS:
            return trigonometry.special_value(t, name, args[0])
        return None

    def align(normal: Normal) -> Normal:
        if any(t.function_count.get(name) for name in recurrences.RECURRING):
            return recurrences.align(t, normal)
        return normal

    t.special, t.align = special, align
    return t


def functional(t: Table, name: str, names: list[str], ranges: tuple[Bounds, ...], body: Normal,
               partials: tuple[tuple[Normal, ...], ...]) -> Normal:
    """A functional at the family of `body` over opened names; partial derivatives commute."""
    first = height(body)
    values = {n: t.var(binder(first + i)) for i, n in enumerate(names)}
    closed = tuple(map_bounds(r, lambda n: t.substitute(n, values)) for r in ranges)
    ordered = tuple(sorted(partials, key=lambda p: repr([i.key for i in p])))
    return t.atom(FunctionalAtom(name, closed, t.substitute(body, values), first, ordered))


def open_functional(t: Table, atom: FunctionalAtom) -> tuple[list[str], list[Bounds], Normal]:
    """Fresh names for the family's indices, their ranges, and the entry in those names."""
    names = [t.fresh(r) for r in atom.ranges]
    values = {binder(atom.first + i): t.var(n) for i, n in enumerate(names)}
    return names, list(atom.ranges), t.substitute(atom.body, values)


def refunctional(t: Table, atom: FunctionalAtom, change: Change) -> Normal:
    """The functional atom with its family and indices changed."""
    names, ranges, body = open_functional(t, atom)
    changed = tuple(map_bounds(r, change) for r in ranges)
    partials = tuple(tuple(change(i) for i in p) for p in atom.partials)
    return functional(t, atom.name, names, changed, change(body), partials)
