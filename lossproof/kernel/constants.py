"""Numbers without names: their signs by enclosures, and whether a number made of roots is 0.

Trusted. Imports `atoms`, `normal_form`, `sign_sets` and python-flint. An enclosure that holds no 0 gives a
sign. That a number is 0 is shown for polynomials in roots of integers (roots of such, too) only: an
algebraic integer of degree at most D whose conjugates are at most u in size has a norm of at least 1
unless it is 0, so it is 0 where it is smaller than u**(1 - D).
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm, prod

from flint import arb, ctx, fmpq

from lossproof.kernel.atoms import AbsAtom, Atom, ConstAtom, ExpAtom, FunctionAtom, LogAtom, RootAtom
from lossproof.kernel.normal_form import Monomial, Normal, Table
from lossproof.kernel.sign_sets import Sign

PRECISIONS = (64, 256, 1024)
MOST_BITS = 20_000
"""Numbers are told from 0 with so many bits at most."""
_ENCLOSED = {"sin": "sin", "cos": "cos", "asin": "asin", "atan": "atan", "erf": "erf", "rgamma": "rgamma",
             "digamma": "digamma"}


class _Open(Exception):
    """Something with a name, or of which there is no enclosure."""


def is_closed(t: Table, normal: Normal) -> bool:
    """Whether the value is a number of which there are enclosures."""
    return all(_closed_atom(t, t[i]) for i in normal.atoms())


def _closed_atom(t: Table, atom: Atom) -> bool:
    match atom:
        case ConstAtom():
            return True
        case RootAtom(inner) | LogAtom(inner) | AbsAtom(inner) | ExpAtom(inner):
            return is_closed(t, inner)
        case FunctionAtom(name, (inner,), (0,)):
            return name in _ENCLOSED and is_closed(t, inner)
        case _:
            return False


def sign_of_number(t: Table, normal: Normal) -> Sign:
    """The sign of a closed normal form; UNKNOWN where the enclosures do not tell."""
    for precision in PRECISIONS:
        t.spend(4)
        value = enclosure(t, normal, precision)
        if value is None:
            return Sign.UNKNOWN
        if value > 0 or value < 0:
            return Sign.POSITIVE if value > 0 else Sign.NEGATIVE
    return Sign.ZERO if is_zero(t, normal) else Sign.UNKNOWN


def enclosure(t: Table, normal: Normal, precision: int) -> arb | None:
    """The value of a closed normal form, None where it has no finite enclosure."""
    with ctx.workprec(precision):
        try:
            found = _enclosed(t, normal, {})
        except _Open:
            return None
        return found if found.is_finite() else None


def _enclosed(t: Table, normal: Normal, memo: dict[int, arb]) -> arb:
    top, bottom = (_polynomial(t, poly, memo) for poly in (normal.num, normal.den))
    return top / bottom


def _polynomial(t: Table, poly: object, memo: dict[int, arb]) -> arb:
    total = arb(0)
    for mono, coefficient in t.terms(poly):
        total += coefficient * prod((_atom(t, i, memo) ** e for i, e in mono), start=arb(1))
    return total


def _atom(t: Table, number: int, memo: dict[int, arb]) -> arb:
    if number not in memo:
        memo[number] = _atom_value(t, t[number], memo)
    return memo[number]


def _atom_value(t: Table, atom: Atom, memo: dict[int, arb]) -> arb:
    match atom:
        case ConstAtom(name):
            return arb.pi() if name == "pi" else arb.const_euler()
        case RootAtom(base, root):
            inside = abs(_enclosed(t, base, memo))
            return inside.sqrt() if root == 2 else inside ** arb(fmpq(1, root))
        case LogAtom(base):
            return abs(_enclosed(t, base, memo)).log()
        case ExpAtom(exponent, root):
            return (_enclosed(t, exponent, memo) / root).exp()
        case AbsAtom(base):
            return abs(_enclosed(t, base, memo))
        case FunctionAtom(name, (x,), (0,)) if name in _ENCLOSED:
            value: arb = getattr(_enclosed(t, x, memo), _ENCLOSED[name])()
            return value
        case _:
            raise _Open


# zero


def is_zero(t: Table, normal: Normal) -> bool:
    """Whether each coefficient of the numerator, as a polynomial in what is not made of roots, is 0."""
    groups: dict[Monomial, dict[Monomial, int]] = {}
    roots = {i for i in normal.atoms() if _is_algebraic(t, t[i])}
    if not roots:
        return normal.is_zero
    for mono, coefficient in t.terms(normal.num):
        rest = tuple(m for m in mono if m[0] not in roots)
        groups.setdefault(rest, {})[tuple(m for m in mono if m[0] in roots)] = coefficient
    if any(not any(inner) for inner in groups.values()):
        return False
    found = all(_number_is_zero(t, inner) for inner in groups.values())
    if found:
        t.use("algebraic-zero")
    return found


def _is_algebraic(t: Table, atom: Atom) -> bool:
    match atom:
        case FunctionAtom("sin" | "cos", (x,), (0,)):
            return _turns(t, x) is not None
        case RootAtom(base):
            return base.den.is_one() and all(
                isinstance(t[i], RootAtom) and _is_algebraic(t, t[i]) for i in base.atoms())
        case _:
            return False


def _turns(t: Table, x: Normal) -> Fraction | None:
    """The rational r of x = r pi."""
    if x.den.is_constant() and len(x.num) == 1 and [t[i] for i in x.atoms()] == [ConstAtom("pi")]:
        ((mono, coefficient),) = t.terms(x.num)
        if mono[0][1] == 1:
            return Fraction(coefficient, int(x.den.leading_coefficient()))
    return None


def _number_is_zero(t: Table, terms: dict[Monomial, int]) -> bool:
    poly = t.total(t.monomial(mono) * t.rational(c) for mono, c in terms.items())
    degrees: dict[int, int] = {}
    # twice a sine or cosine of a rational angle is an algebraic integer of size up to 2
    circular = {i: turns for i in poly.atoms() if isinstance(a := t[i], FunctionAtom)
                and (turns := _turns(t, a.args[0])) is not None}
    height = max((sum(e for i, e in mono if i in circular) for mono in terms), default=0)
    poly = poly.scaled(Fraction(2**height))
    size = _size(t, poly, degrees, dict.fromkeys(circular, 1))
    # they lie in the field of the roots of unity of order 4 q
    degree = prod(degrees.values()) * (4 * lcm(*(turns.denominator for turns in circular.values())) if circular else 1)
    needed = (degree - 1) * size.bit_length()
    if degree == 1 or needed > MOST_BITS:
        return False
    t.spend(1 + needed // 64)
    value = enclosure(t, poly, needed + size.bit_length() + 64)
    with ctx.workprec(64):
        return value is not None and bool(abs(value) < arb(2) ** -needed)


def _size(t: Table, poly: Normal, degrees: dict[int, int], memo: dict[int, int]) -> int:
    """A bound on all conjugates of a polynomial in roots; notes the roots that occur, with their degrees."""
    total = 0
    for mono, coefficient in t.terms(poly.num):
        product = abs(coefficient)
        for i, e in mono:
            if i not in memo:
                atom = t[i]
                assert isinstance(atom, RootAtom)
                degrees[i] = atom.root
                memo[i] = _root_above(_size(t, atom.base, degrees, memo), atom.root)
            product *= memo[i] ** e
        total += product
    return max(total, 1)


def _root_above(value: int, root: int) -> int:
    """An integer that is at least the root."""
    return 1 << -(-value.bit_length() // root)
