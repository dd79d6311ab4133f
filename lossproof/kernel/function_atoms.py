"""Constructors of the other atoms that are functions: functions by name, deltas, entries of families.

Trusted. Imports `functions`, `atoms`, `normal_form`. Each constructor returns a normal form that is
equal to the function at its argument at every point where the written line is defined.
"""

from __future__ import annotations

from fractions import Fraction

from lossproof.kernel.atoms import DeltaAtom, EntryAtom, FunctionAtom
from lossproof.kernel.functions import reduce
from lossproof.kernel.normal_form import Normal, Table
from lossproof.kernel.sign_sets import STRICT_SIGNS

_ODD = frozenset({"sin", "asin", "atan", "erf"})
_EVEN = frozenset({"cos"})


def delta(t: Table, difference: Normal) -> Normal:
    """1 where the difference is 0, else 0; decided where the difference's sign is known."""
    difference = reduce(t, difference)
    if difference.is_zero:
        return t.one
    if difference.constant is not None or t.sign(difference) in STRICT_SIGNS:
        t.use("delta-of-distinct")
        return t.zero
    content = abs(t.factors(difference.num)[0]) or 1
    leading = difference.num.leading_coefficient()
    primitive = t.polynomial(difference.num).scaled(Fraction(1 if leading > 0 else -1, content))
    return t.atom(DeltaAtom(primitive))


def function(t: Table, name: str, args: tuple[Normal, ...], orders: tuple[int, ...]) -> Normal:
    """The function at its arguments; odd and even functions take the sign out."""
    args = tuple(reduce(t, a) for a in args)
    if not any(orders):
        special = t.special(name, args)
        if special is not None:
            return special
    if not any(orders) and len(args) == 1:
        argument = args[0]
        if argument.is_zero and name in _ODD:
            return t.zero
        if argument.is_zero and name == "cos":
            return t.one
        if not argument.is_zero and argument.num.leading_coefficient() < 0:
            if name in _ODD:
                t.use("odd-function")
                return -t.atom(FunctionAtom(name, (-argument,), orders))
            if name in _EVEN:
                t.use("even-function")
                return t.atom(FunctionAtom(name, (-argument,), orders))
    return t.atom(FunctionAtom(name, args, orders))


def entry(t: Table, family: str, indices: tuple[Normal, ...]) -> Normal:
    """family[indices]."""
    return t.atom(EntryAtom(family, tuple(reduce(t, i) for i in indices)))
