"""Relations between integrals, for comparing normal forms: over one interval, and over adjacent ones.

Trusted. Imports `integrals`, `integral_atoms`, `normal_form`. Used when two lines are compared, not in normal
forms themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from lossproof.kernel.atoms import IntegralAtom, arguments
from lossproof.kernel.functions import reduce
from lossproof.kernel.integral_atoms import End, open_integral
from lossproof.kernel.integrals import Integration
from lossproof.kernel.normal_form import Normal, Table
from lossproof.kernel.signs import Facts


def eliminate_integrals(t: Table, facts: Facts, opaque: Callable[[str], bool], difference: Normal) -> Normal:
    """`difference` with integrals over one interval taken together, and then with every integral of one
    body as a difference of two ends: what is left is 0 where these cancel."""
    number = [i for i in difference.atoms() if isinstance(t[i], IntegralAtom)]
    if not number or any(not isinstance(t[i], IntegralAtom) and _holds_integral(t, i) for i in difference.atoms()):
        return difference
    linear = [(mono, c) for mono, c in t.terms(difference.num)]
    if any(sum(e for i, e in mono if i in number) > 1 for mono, _ in linear):
        return difference
    if any(i in number for i in t.polynomial(difference.den).atoms()):
        return difference
    rest, by_interval = t.zero, dict[tuple[End, End], list[tuple[Normal, IntegralAtom]]]()
    for mono, c in linear:
        inside = [i for i, _ in mono if i in number]
        factor = t.monomial(tuple(p for p in mono if p[0] not in number)).scaled(Fraction(c))
        if not inside:
            rest = rest + factor
            continue
        atom = t[inside[0]]
        assert isinstance(atom, IntegralAtom)
        by_interval.setdefault((atom.lower, atom.upper), []).append((factor, atom))
    ends: dict[tuple[Normal, End | str], Normal] = {}
    for (lower, upper), held in by_interval.items():
        work = Integration(t, facts, lower, upper, opaque)
        with work.inside():
            body = t.zero
            for factor, atom in held:
                name, opened = open_integral(t, atom)
                body = body + factor * t.substitute(opened, {name: work.x})
            body = reduce(t, body)
            found = work.closed(body)
        if found is not None:
            t.use("integral-linear")
            rest = rest + found
            continue
        # one integral of all, or each on its own: the formal ends cancel either way
        for factor, atom in held:
            placed = atom.body
            for end, sign in ((atom.upper if atom.upper is not None else "oo", 1),
                              (atom.lower if atom.lower is not None else "-oo", -1)):
                key = (placed, end)
                ends[key] = ends.get(key, t.zero) + factor.scaled(Fraction(sign))
    if any(not reduce(t, c).is_zero for c in ends.values()):
        return difference
    if ends:
        t.use("integral-split")
    return rest / t.polynomial(difference.den)


def _holds_integral(t: Table, number: int) -> bool:
    return any(isinstance(t[i], IntegralAtom) or _holds_integral(t, i)
               for inner in arguments(t[number]) for i in inner.atoms())
