"""Products of exponentials, for comparing normal forms: one exponential of the sum of their exponents.

Trusted. Imports `atoms` and `normal_form`. An exponent's parts are atoms of their own, and parts over one denominator
may be as much as parts over another: exp(a b/(a + b)) exp(a a/(a + b)) is exp(a).
"""

from __future__ import annotations

from fractions import Fraction

from lossproof.kernel.atoms import ExpAtom
from lossproof.kernel.normal_form import Normal, Table

__all__ = ["joined"]

_MOST_TERMS = 200


def joined(t: Table, normal: Normal) -> Normal:
    """0 where the terms of the numerator cancel that have one exponential, exponents taken together; else `normal`."""
    terms = list(t.terms(normal.num))
    if len(terms) > _MOST_TERMS:
        return normal
    sums: dict[Normal, Normal] = {}
    several = False
    for mono, c in terms:
        exponent, rest = t.zero, []
        for i, e in mono:
            atom = t[i]
            if isinstance(atom, ExpAtom):
                exponent = exponent + atom.exponent.scaled(Fraction(e, atom.root))
                several = several or len(mono) > 1
            else:
                rest.append((i, e))
        t.spend(2)
        sums[exponent] = sums.get(exponent, t.zero) + t.monomial(tuple(rest)).scaled(Fraction(c))
    if not several or not all(found.is_zero for found in sums.values()):
        return normal
    t.use("exp-of-sum")
    return t.zero
