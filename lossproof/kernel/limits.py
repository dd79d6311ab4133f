"""Limits of normal forms: by continuity, by l'Hopital's rule, and by leading terms.

Trusted. Imports `asymptotics`, `derivatives`, `functions`, `signs`, `normal_form`.
"""

from __future__ import annotations

from lossproof.kernel.asymptotics import BROKEN, Asymptotics, Side
from lossproof.kernel.atoms import AbsAtom, Atom, ExpAtom, FunctionAtom, LogAtom, RootAtom, Var
from lossproof.kernel.derivatives import Differentiator
from lossproof.kernel.functions import reduce
from lossproof.kernel.normal_form import DivisionByZero, Normal, Table, Unsupported
from lossproof.kernel.sign_sets import STRICT_SIGNS, Sign
from lossproof.kernel.signs import Facts

MOST_DIFFERENTIATIONS = 6
"""So often l'Hopital's rule is applied to one limit."""


def limit(t: Table, facts: Facts, body: Normal, name: str, target: Normal | str, side: Side) -> Normal:
    """The limit of `body` as the variable `name` goes to the target (a normal form, "oo" or "-oo")."""
    if name not in body.free():
        return body
    if isinstance(target, Normal):
        value = by_continuity(t, body, name, target)
        if value is not None:
            return value
    values = [Asymptotics(t, facts, name, target, way).limit(body) for way in _ways(target, side)]
    if len(values) == 2 and values[0] != values[1]:
        raise Unsupported("a limit whose two sides are not seen to be the same")
    return values[0]


def by_continuity(t: Table, body: Normal, name: str, target: Normal, left: int = MOST_DIFFERENTIATIONS) -> (
        Normal | None):
    """The value at the target that makes the body continuous there; numerator over denominator by l'Hopital's
    rule, at most so often, where both are 0 there; None where neither applies."""
    if name not in body.free():
        return body
    top, bottom = (value_at(t, part, name, target) for part in t.parts(body))
    if top is None or bottom is None:
        return None
    if t.sign(bottom) in STRICT_SIGNS:
        return top / bottom
    if not (top.is_zero and bottom.is_zero) or left == 0:
        return None
    slope = Differentiator(t, Var(name), lambda _atom: None)
    lower = slope(t.polynomial(body.den))
    if lower.is_zero:
        return None
    t.use("l-hopital")
    return by_continuity(t, slope(t.polynomial(body.num)) / lower, name, target, left - 1)


def value_at(t: Table, normal: Normal, name: str, target: Normal) -> Normal | None:
    """The value with the variable at the target, None where an atom may not be continuous there."""
    for i in normal.atoms():
        if name in t.free_of(i) and not _continuous(t, t[i], name, target):
            return None
    try:
        return reduce(t, t.substitute(normal, {name: target}))
    except DivisionByZero:
        return None


def _continuous(t: Table, atom: Atom, name: str, target: Normal) -> bool:
    match atom:
        case Var():
            return True
        case ExpAtom(inner):
            return _finite_at(t, inner, name, target)
        case LogAtom(inner) | RootAtom(inner):
            if not _finite_at(t, inner, name, target):
                return False
            value = value_at(t, inner, name, target)
            return value is not None and t.sign(value) in STRICT_SIGNS
        case AbsAtom(inner):
            return _finite_at(t, inner, name, target)
        case FunctionAtom(function_, args):
            return function_ not in BROKEN and all(_finite_at(t, a, name, target) for a in args)
        case _:
            return False


def _finite_at(t: Table, normal: Normal, name: str, target: Normal) -> bool:
    top, bottom = (value_at(t, part, name, target) for part in t.parts(normal))
    return top is not None and bottom is not None and t.sign(bottom) in STRICT_SIGNS


def eventual_sign(t: Table, facts: Facts, body: Normal, name: str, target: Normal | str, side: Side) -> Sign:
    """The sign of `body` near the target (on the side, the target itself left out)."""
    if name not in body.free():
        return t.sign(body)
    signs = {Asymptotics(t, facts, name, target, way).sign(body) for way in _ways(target, side)}
    if len(signs) == 1:
        return signs.pop()
    return Sign.NONZERO if signs <= {Sign.POSITIVE, Sign.NEGATIVE, Sign.NONZERO} else Sign.UNKNOWN


def _ways(target: Normal | str, side: Side) -> tuple[Side, ...]:
    if isinstance(target, str):
        return ("-",) if target == "oo" else ("+",)
    return ("+", "-") if side == "+-" else (side,)
