"""Where a normal form is defined and smooth as some of its variables move.

Trusted. Imports `atoms`, `binders`, `normal_form`, `sign_sets`. What does not depend on these variables is
not asked: it is as it is at the point of the line.
"""

from __future__ import annotations

from lossproof.kernel.atoms import (
    AbsAtom,
    Atom,
    ConstAtom,
    DeltaAtom,
    EntryAtom,
    ExpAtom,
    FoldAtom,
    FunctionAtom,
    LogAtom,
    PowAtom,
    RootAtom,
    Var,
)
from lossproof.kernel.binders import NOT_NEGATIVE, is_integer, known_nonzero, opened
from lossproof.kernel.normal_form import Normal, Table
from lossproof.kernel.sign_sets import Sign

_TOTAL = frozenset({"rgamma", "sin", "cos", "atan", "erf", "erfc", "sign", "floor", "ceiling"})
_SMOOTH = frozenset({"rgamma", "sin", "cos", "atan", "erf", "erfc"})


def defined_along(t: Table, normal: Normal, names: frozenset[str], functions: frozenset[str]) -> bool:
    """Whether every division, log, root and power that depends on the names is known to be defined."""

    def fine(inner: Normal, moving: frozenset[str]) -> bool:
        if moving.isdisjoint(inner.free()):
            return True
        if not inner.den.is_constant():
            for factor, _ in t.factors(inner.den)[1]:
                if not moving.isdisjoint(factor.free()) and not known_nonzero(t, factor):
                    return False
        return all(atom_fine(t[i], moving) for i in inner.atoms() if not moving.isdisjoint(t.free_of(i)))

    def atom_fine(atom: Atom, moving: frozenset[str]) -> bool:
        match atom:
            case Var() | ConstAtom():
                return True
            case EntryAtom(family, indices):
                return t.entry_in_range(family, indices)
            case ExpAtom(inner) | AbsAtom(inner) | DeltaAtom(inner):
                return fine(inner, moving)
            case LogAtom(base):
                # the atom is log |base|
                return known_nonzero(t, base) and fine(base, moving)
            case RootAtom(base):
                return fine(base, moving)
            case PowAtom(base, exponent):
                begun = known_nonzero(t, base) or t.sign(exponent) in NOT_NEGATIVE
                return begun and is_integer(t, exponent) and fine(base, moving)
            case FunctionAtom("fibonacci", (x,), (0,)):
                return is_integer(t, x) and fine(x, moving)
            case FunctionAtom("digamma" | "polygamma", (*_, x)):
                return t.sign(x) is Sign.POSITIVE and fine(x, moving)
            case FunctionAtom(name, args):
                return (name in functions or name in _TOTAL) and all(fine(a, moving) for a in args)
            case FoldAtom():
                with opened(t, atom) as (inside, ranges, body):
                    within = moving | frozenset(inside)
                    edges = [e for r in ranges for e in (r.lower, r.upper)]
                    return all(is_integer(t, e) for e in edges) and fine(body, within)
            case _:
                return False

    return fine(normal, names)


def smooth_along(t: Table, normal: Normal, names: frozenset[str], functions: frozenset[str]) -> bool:
    """Whether a normal form that is defined along the names is also differentiable, any number of times."""
    for i in normal.atoms():
        if names.isdisjoint(t.free_of(i)):
            continue
        match t[i]:
            case Var() | EntryAtom():
                continue
            case RootAtom(base) | AbsAtom(base):
                if not known_nonzero(t, base) or not smooth_along(t, base, names, functions):
                    return False
            case ExpAtom(inner) | LogAtom(inner):
                if not smooth_along(t, inner, names, functions):
                    return False
            case FunctionAtom(name, args) if name in functions or name in _SMOOTH:
                if not all(smooth_along(t, a, names, functions) for a in args):
                    return False
            case FoldAtom() as fold:
                with opened(t, fold) as (inside, ranges, body):
                    moving = any(not names.isdisjoint(e.free()) for r in ranges for e in (r.lower, r.upper))
                    if moving or not smooth_along(t, body, names | frozenset(inside), functions):
                        return False
            case _:
                return False
    return True
