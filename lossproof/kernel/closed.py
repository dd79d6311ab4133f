"""The sign of a number: a normal form without names, by enclosures.

Trusted. Imports `atoms`, `normal_form`, `sign_sets` and Arb. Precision is doubled until 0 is outside the
enclosure; a number that is 0 stays undecided here.
"""

from __future__ import annotations

from flint import arb, ctx

from lossproof.kernel.atoms import Atom, ConstAtom, ExpAtom, FunctionAtom, LogAtom, RootAtom
from lossproof.kernel.normal_form import Normal, Table
from lossproof.kernel.sign_sets import Sign

_PRECISIONS = (64, 128, 256)
_FUNCTIONS = {"sin": arb.sin, "cos": arb.cos, "atan": arb.atan, "erf": arb.erf, "tanh": arb.tanh}
_LARGEST = 10_000
"""Numbers and exponents above this are left alone."""


def closed_sign(t: Table, normal: Normal) -> Sign:
    """The sign of a normal form that has no name in it; UNKNOWN where no precision tells."""
    for precision in _PRECISIONS:
        with ctx.workprec(precision):
            value = _enclosed(t, normal)
        if value is None:
            return Sign.UNKNOWN
        if value > 0:
            return Sign.POSITIVE
        if value < 0:
            return Sign.NEGATIVE
    return Sign.UNKNOWN


def _enclosed(t: Table, normal: Normal) -> arb | None:
    """An enclosure of the value; None where an atom is not known here."""
    values: dict[int, arb] = {}
    for i in normal.atoms():
        value = _atom(t, t[i])
        if value is None or not value.is_finite():
            return None
        values[i] = value
    sides: list[arb] = []
    for poly in (normal.num, normal.den):
        total = arb(0)
        for mono, coefficient in t.terms(poly):
            product = arb(coefficient)
            for i, e in mono:
                if e > _LARGEST:
                    return None
                product *= values[i] ** e
            total += product
        sides.append(total)
    return sides[0] / sides[1]


def _atom(t: Table, atom: Atom) -> arb | None:
    match atom:
        case ConstAtom("pi"):
            return arb.pi()
        case ConstAtom("EulerGamma"):
            return arb.const_euler()
        case ExpAtom(exponent, root):
            inner = _enclosed(t, exponent)
            return None if inner is None or not abs(inner) < _LARGEST else (inner / root).exp()
        case LogAtom(base):
            inner = _enclosed(t, base)
            return None if inner is None else abs(inner).log()
        case RootAtom(base, root):
            inner = _enclosed(t, base)
            return None if inner is None or inner.contains(0) else (abs(inner).log() / root).exp()
        case FunctionAtom(name, (argument,), (0,)) if name in _FUNCTIONS:
            inner = _enclosed(t, argument)
            return None if inner is None else _FUNCTIONS[name](inner)
        case _:
            return None
