"""Whether a derivative exists at a kink: both one-sided germs of the body, compared order by order.

Trusted. Imports `normalize`, `limits`, `derivatives`, `vanishing` and the ground floor. Beside a point x0 the
variable is x0 + e or x0 - e with a positive e that is as small as needed; where the body is then a normal
form that is continuous at e = 0, with all its derivatives that are looked at, these are its one-sided ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from lossproof.kernel.atoms import AbsAtom, DeltaAtom, FunctionAtom, PowAtom, Var, arguments
from lossproof.kernel.binders import known_nonzero
from lossproof.kernel.context import NeedsCases, Scope
from lossproof.kernel.derivatives import Differentiator
from lossproof.kernel.functions import reduce
from lossproof.kernel.limits import eventual_sign, value_at
from lossproof.kernel.normal_form import DivisionByZero, Normal, Table, Unsupported
from lossproof.kernel.normalize import Normalizer
from lossproof.kernel.sign_sets import Sign
from lossproof.kernel.vanishing import vanishes
from lossproof.term import Derivative, Relation, Symbol, Term, free_names, substitute, subtract

MOST_POINTS = 6


def kink_points(n: Normalizer, kink: Term, name: str) -> list[Normal] | None:
    """All values of the variable at which a kink `left != right` fails (and perhaps others); None where they
    are not found."""
    if not isinstance(kink, Relation) or kink.op != "!=":
        return None
    try:
        gap = n.normal(subtract(unfolded(n, kink.left), unfolded(n, kink.right)))
        return _roots(n.table, gap, name)
    except (Unsupported, DivisionByZero, NeedsCases):
        return None


def _roots(t: Table, gap: Normal, name: str) -> list[Normal] | None:
    found: list[Normal] = []
    for factor, _ in t.factors(gap.num)[1]:
        if name not in factor.free():
            if not known_nonzero(t, factor):
                return None
            continue
        inside = [i for i in factor.atoms() if name in t.free_of(i)]
        if len(inside) != 1 or factor.num.degrees()[inside[0]] != 1:
            if known_nonzero(t, factor):
                continue
            return None
        rest = t.with_atom(factor, inside[0], t.zero)
        slope = t.with_atom(factor, inside[0], t.one) - rest
        if not known_nonzero(t, slope):
            return None
        value = -rest / slope
        match t[inside[0]]:
            case Var():
                found.append(value)
            case AbsAtom(base):
                ends = [_roots(t, end, name) for end in (base - value, base + value)]
                for end in ends:
                    if end is None:
                        return None
                    found += end
            case _:
                return None
    return found


def unfolded(n: Normalizer, term: Term) -> Term:
    """The term without the names of quantities; Unsupported where one has indices or is an array."""
    plain = {name: q.body for name, q in n.definitions.items() if not q.ranges and not n.arrays.shape(q.body)}
    for _ in range(len(plain) + 1):
        if free_names(term).isdisjoint(n.definitions):
            return term
        term = substitute(term, plain)
    raise Unsupported("a quantity with indices at a kink")


def exists_at(n: Normalizer, term: Derivative, name: str, point: Normal) -> bool | None:
    """Whether the body is differentiable at a point as often as is written, with the value that the derivative's
    normal form has there; None where that is not seen.

    NeedsCases where the germs agree, but that normal form depends on where the variable is.
    """
    value = slope_at(n, term, name, point)
    if value is None or value is False:
        return value
    try:
        written = reduce(n.table, n.normal(Derivative(unfolded(n, term.body), Symbol(name), term.order)))
        written = n.table.substitute(written, {name: point})
    except NeedsCases:
        raise NeedsCases(n.table.polynomial((n.table.var(name) - point).num)) from None
    except (Unsupported, DivisionByZero):
        return None
    if not vanishes(n.table, reduce(n.table, written - value)):
        return None
    n.table.use("derivative-at-kink")
    return True


def slope_at(n: Normalizer, term: Derivative, name: str, point: Normal) -> Normal | Literal[False] | None:
    """The derivative of the body at a point from both its germs; False where it does not exist, None where that
    is not seen."""
    try:
        body = unfolded(n, term.body)
        here = _value(n, body, name, point)
        if here is None:
            return False
        right, left = _germ(n, body, name, point, 1, term.order), _germ(n, body, name, point, -1, term.order)
        if right is None or left is None:
            return None
        for order, (a, b) in enumerate(zip(right, left, strict=True)):
            for gap in (a - b, *((a - here,) if order == 0 else ())):
                if not vanishes(n.table, reduce(n.table, gap)):
                    return False if known_nonzero(n.table, gap) else None
        return right[-1]
    except (Unsupported, DivisionByZero, NeedsCases):
        return None


def _value(n: Normalizer, body: Term, name: str, point: Normal) -> Normal | None:
    try:
        return n.normal(body, Scope().bind(name, point))
    except DivisionByZero:
        return None


def _germ(n: Normalizer, body: Term, name: str, point: Normal, side: int, order: int) -> list[Normal] | None:
    """The body and its derivatives by the variable at the point, from one side."""
    t = n.table
    small = t.fresh()
    n.facts.declare_positive(small)
    with _near_zero(n, small):
        moved = point + t.var(small) if side > 0 else point - t.var(small)
        germ = n.normal(body, Scope().bind(name, moved))
        if any(_breaks(t, i, small) for i in germ.atoms()):
            return None
        slope = Differentiator(t, Var(small), lambda _atom: None)
        found: list[Normal] = []
        for _ in range(order + 1):
            value = value_at(t, germ, small, t.zero)
            if value is None:
                return None
            found.append(value if side > 0 or len(found) % 2 == 0 else -value)
            germ = reduce(t, slope(germ))
    return found


@contextmanager
def _near_zero(n: Normalizer, small: str) -> Iterator[None]:
    """Signs of what has `small` in it are those for all small enough values above 0."""
    t, before = n.table, n.table.sign

    def sign(normal: Normal) -> Sign:
        known = before(normal)
        if known in (Sign.POSITIVE, Sign.NEGATIVE, Sign.ZERO) or small not in normal.free():
            return known
        try:
            near = eventual_sign(t, n.facts, normal, small, t.zero, "+")
        except (Unsupported, DivisionByZero):
            return known
        return known if near is Sign.UNKNOWN else near

    t.sign = sign
    try:
        yield
    finally:
        t.sign = before


def _breaks(t: Table, number: int, small: str) -> bool:
    """Whether something that may jump or bend depends on the variable."""
    if small not in t.free_of(number):
        return False
    match t[number]:
        case AbsAtom() | DeltaAtom() | PowAtom():
            return True
        case FunctionAtom(name) if name not in ("sin", "cos", "atan", "erf", "rgamma"):
            return True
        case atom:
            return any(_breaks(t, i, small) for inner in arguments(atom) for i in inner.atoms())
