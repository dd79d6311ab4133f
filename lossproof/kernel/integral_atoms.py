"""Integrals as atoms: opening one under a fresh name, and closing it again in one canonical way.

Trusted. Imports `atoms`, `binders`, `normal_form`. An integral between finite ends is linear in its body; one to
infinity is kept whole, since its parts need not converge. A reversed or an empty interval is seen here.
"""

from __future__ import annotations

from collections.abc import Callable

from lossproof.kernel.atoms import IntegralAtom, binder
from lossproof.kernel.binders import height
from lossproof.kernel.normal_form import Normal, Table

End = Normal | None
"""An end of an interval; None is -oo as the lower one and oo as the upper one."""


def open_integral(t: Table, atom: IntegralAtom) -> tuple[str, Normal]:
    """A fresh name for the variable, and the body in it."""
    name = t.fresh()
    return name, t.substitute(atom.body, {binder(atom.first): t.var(name)})


def close_integral(t: Table, name: str, lower: End, upper: End, body: Normal) -> Normal:
    """The integral of the body over the name."""
    if body.is_zero:
        return t.zero
    if lower is None or upper is None:
        return _atom(t, name, lower, upper, body)
    if lower == upper:
        t.use("integral-empty")
        return t.zero
    result = t.zero
    parts = t.split(body, name)
    for coefficient, part in parts:
        if len(parts) > 1 or coefficient.constant != 1:
            t.use("integral-linear")
        over = upper - lower if name not in part.free() else _oriented(t, name, lower, upper, part)
        result = result + coefficient * over
    return result


def _oriented(t: Table, name: str, lower: Normal, upper: Normal, body: Normal) -> Normal:
    """The atom with the end of the smaller key as its lower one."""
    if repr(lower.key) <= repr(upper.key):
        return _atom(t, name, lower, upper, body)
    t.use("integral-reversed")
    return -_atom(t, name, upper, lower, body)


def _atom(t: Table, name: str, lower: End, upper: End, body: Normal) -> Normal:
    ends = [end for end in (lower, upper) if end is not None]
    first = height(body, *ends)
    return t.atom(IntegralAtom(lower, upper, t.substitute(body, {name: t.var(binder(first))}), first))


def reintegral(t: Table, atom: IntegralAtom, change: Callable[[Normal], Normal]) -> Normal:
    """The integral with its ends and body changed."""
    name, body = open_integral(t, atom)
    lower = None if atom.lower is None else change(atom.lower)
    upper = None if atom.upper is None else change(atom.upper)
    return close_integral(t, name, lower, upper, change(body))
