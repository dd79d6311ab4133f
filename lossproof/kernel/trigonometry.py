"""Sine and cosine: shifts by multiples of pi, exact values, inverse functions; sums and multiples of angles.

Trusted. Imports `atoms`, `functions`, `binders`, `normal_form`. What is done at once keeps an atom an atom:
sin(x + pi) is -sin(x). Sums and multiples of angles are written out only where two lines are compared
(`expanded`), so that signs and derivatives see the functions as they were written.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import floor, lcm

from lossproof.kernel.atoms import Atom, ConstAtom, FoldAtom, FunctionAtom
from lossproof.kernel.binders import NOT_NEGATIVE, is_integer
from lossproof.kernel.function_atoms import function
from lossproof.kernel.functions import absolute_power, power, reduce, single_atom
from lossproof.kernel.normal_form import Normal, Table
from lossproof.kernel.recurrences import deep_atoms

FUNCTIONS = frozenset({"sin", "cos", "asin", "acos", "atan"})
CIRCULAR = frozenset({"sin", "cos"})
MOST_ANGLES = 5
MOST_TURNS = 24
"""Sines of more angles, or of larger multiples, are not written out."""
_HALF = Fraction(1, 2)
_NEXT = {("sin", 0): ("sin", 1), ("sin", 1): ("cos", 1), ("sin", 2): ("sin", -1), ("sin", 3): ("cos", -1),
         ("cos", 0): ("cos", 1), ("cos", 1): ("sin", -1), ("cos", 2): ("cos", -1), ("cos", 3): ("sin", 1)}
"""f(x + k pi/2) as (function, sign) of x."""


def special_value(t: Table, name: str, x: Normal) -> Normal | None:
    """The function in terms of one with a simpler argument; None where there is nothing to do."""
    match name:
        case "sin" | "cos":
            return _circular(t, name, x)
        case "acos":
            t.use("acos-by-asin")
            return _pi(t).scaled(_HALF) - function(t, "asin", (x,), (0,))
        case "asin" | "atan":
            return _inverse(t, name, x)
        case _:
            return None


def _pi(t: Table) -> Normal:
    return t.atom(ConstAtom("pi"))


def _circular(t: Table, name: str, x: Normal) -> Normal | None:
    match single_atom(x):
        case FunctionAtom("asin" | "atan" as inverse, (u,), (0,)):
            t.use("circular-of-inverse")
            squared = t.one - u * u if inverse == "asin" else t.one + u * u
            if inverse == "asin":
                return u if name == "sin" else absolute_power(t, squared, _HALF)
            root = absolute_power(t, squared, -_HALF)
            return u * root if name == "sin" else root
    turns, halves, rest = _turns(t, x)
    if turns == 0 and halves.is_zero:
        return None
    if not halves.is_zero:
        t.use("shift-by-pi")
        inner = function(t, name, (rest + _pi(t).scaled(turns),), (0,))
        return power(t, t.rational(-1), halves, integer=True) * inner
    if rest.is_zero:
        return _constant(t, name, turns)
    if rest.num.leading_coefficient() < 0:
        sine = name == "sin"
        t.use("odd-function" if sine else "even-function")
        value = function(t, name, (-x,), (0,))
        return -value if sine else value
    quarters = floor(2 * turns)
    if quarters == 0:
        return None
    t.use("shift-by-pi")
    other, sign = _NEXT[name, quarters % 4]
    left = rest + _pi(t).scaled(turns - Fraction(quarters, 2))
    return function(t, other, (left,), (0,)).scaled(Fraction(sign))


def _turns(t: Table, x: Normal) -> tuple[Fraction, Normal, Normal]:
    """x = pi (r + m) + rest: the rational r, the m that is an integer by declaration, and the rest."""
    number = t.number(ConstAtom("pi"))
    turns, halves = Fraction(0), t.zero
    if number is None or not x.den.is_constant():
        return turns, halves, x
    divisor = int(x.den.leading_coefficient())
    for mono, coefficient in t.terms(x.num):
        if (number, 1) not in mono:
            continue
        factor = t.monomial(tuple(m for m in mono if m != (number, 1)))
        if factor.constant is not None:
            turns += Fraction(coefficient, divisor)
        elif coefficient % divisor == 0 and is_integer(t, factor):
            halves = halves + factor.scaled(Fraction(coefficient // divisor))
    return turns, halves, x - _pi(t) * (halves + t.rational(turns))


def _constant(t: Table, name: str, turns: Fraction) -> Normal | None:
    """sin or cos of a rational multiple of pi: brought to 0..pi/4, and exact there where that is by square roots."""
    quarters = floor(2 * turns)
    rest = turns - Fraction(quarters, 2)
    other, sign = _NEXT[name, quarters % 4]
    if rest > Fraction(1, 4):
        rest, other = _HALF - rest, "cos" if other == "sin" else "sin"
    value = _exact(t, other, rest)
    if value is None:
        if (quarters, rest) == (0, turns) and other == name:
            return None
        value = t.atom(FunctionAtom(other, (_pi(t).scaled(rest),), (0,)))
        t.use("shift-by-pi")
    return value.scaled(Fraction(sign))


def _exact(t: Table, name: str, turns: Fraction) -> Normal | None:
    def root(value: int | Normal, over: int = 1) -> Normal:
        base = t.rational(value) if isinstance(value, int) else value
        return absolute_power(t, base, _HALF).scaled(Fraction(1, over))

    sine = name == "sin"
    if turns == 0:
        return t.zero if sine else t.one
    t.use("exact-angle")
    match turns.denominator, turns.numerator:
        case 6, 1:
            return t.rational(_HALF) if sine else root(3, 2)
        case 4, 1:
            return root(2, 2)
        case 12, 1:
            return root(6, 4) - root(2, 4) if sine else root(6, 4) + root(2, 4)
        case 8, 1:
            return root(t.rational(2) - root(2), 2) if sine else root(t.rational(2) + root(2), 2)
        case 10, 1:
            return (root(5) - t.one).scaled(Fraction(1, 4)) if sine else root(t.rational(10) + root(5).scaled(
                Fraction(2)), 4)
        case 5, 1:
            return root(t.rational(10) - root(5).scaled(Fraction(2)), 4) if sine else (root(5) + t.one).scaled(
                Fraction(1, 4))
        case _:
            return None


# inverse functions


def _inverse(t: Table, name: str, x: Normal) -> Normal | None:
    """Angles with a known sine or tangent; asin(sin y) = y in -pi/2..pi/2, atan(tan y) = y inside."""
    pi, direction = _pi(t), "sin" if name == "asin" else "tan"
    if not x.free():
        for turns in (Fraction(1, n) for n in (12, 10, 8, 6, 5, 4, 3)):
            for angle in (turns, _HALF - turns, -turns, turns - _HALF):
                if _circular_value(t, direction, angle) == x:
                    t.use("exact-angle")
                    return pi.scaled(angle)
        if name == "asin" and x.constant in (1, -1):
            t.use("exact-angle")
            return pi.scaled(_HALF * (x.constant or 0))
    angle_of = _argument(t, direction, x)
    if angle_of is not None:
        quarter = pi.scaled(_HALF)
        if all(t.sign(end) in NOT_NEGATIVE for end in (quarter - angle_of, quarter + angle_of)):
            t.use("inverse-of-circular")
            return angle_of
    return None


def _circular_value(t: Table, direction: str, turns: Fraction) -> Normal | None:
    sine, cosine = (_value(t, name, turns) for name in ("sin", "cos"))
    if direction == "sin":
        return sine
    return None if cosine.is_zero else sine / cosine


def _value(t: Table, name: str, turns: Fraction) -> Normal:
    return function(t, name, (_pi(t).scaled(turns),), (0,))


def _argument(t: Table, direction: str, x: Normal) -> Normal | None:
    """The y of sin(y), or of sin(y)/cos(y)."""
    top, bottom = (single_atom(part) for part in t.parts(x))
    match direction, top, bottom:
        case "sin", FunctionAtom("sin", (y,), (0,)), _ if x.den.is_one():
            return y
        case "tan", FunctionAtom("sin", (y,), (0,)), FunctionAtom("cos", (z,), (0,)) if y == z:
            return y
        case _:
            return None


# sums and multiples of angles


def expanded(t: Table, normal: Normal) -> Normal:
    """`normal` with the sines and cosines of sums and multiples written by those of common parts of the angles."""
    if not any(t.function_count.get(name) for name in CIRCULAR):
        return normal
    atoms = list(deep_atoms(t, normal, CIRCULAR))
    parts: dict[Normal, int] = {}
    for atom in atoms:
        for basis, multiple in _angles(t, atom.args[0]):
            parts[basis] = lcm(parts.get(basis, 1), multiple.denominator)
    changed = {atom: _written_out(t, atom, parts) for atom in atoms}
    values: dict[Atom, Normal] = {a: v for a, v in changed.items() if v is not None}
    return reduce(t, _replaced(t, normal, values))


def _replaced(t: Table, normal: Normal, values: Mapping[Atom, Normal]) -> Normal:
    """`normal` with atoms replaced at any depth; the bodies of folds are written out on their own."""

    def one(i: int) -> Normal:
        atom = t[i]
        if atom in values:
            return values[atom]
        if isinstance(atom, FunctionAtom) or CIRCULAR.isdisjoint(t.free_of(i)):
            return t.monomial(((i, 1),))
        if isinstance(atom, FoldAtom):
            return t.inside(atom, lambda n: expanded(t, n))
        return t.inside(atom, lambda n: t.rebuild(n, one))

    return t.rebuild(normal, one)


def _angles(t: Table, x: Normal) -> list[tuple[Normal, Fraction]]:
    """x as a sum of rational multiples of monomials (over its denominator)."""
    content = int(x.den.content())
    den = t.polynomial(x.den).scaled(Fraction(1, content))
    return [(t.monomial(mono) / den, Fraction(coefficient, content)) for mono, coefficient in t.terms(x.num)]


def _written_out(t: Table, atom: FunctionAtom, parts: Mapping[Normal, int]) -> Normal | None:
    angles = _angles(t, atom.args[0])
    steps = [multiple * parts[basis] for basis, multiple in angles]
    pi = _pi(t)
    total = sum(abs(step) for (basis, _), step in zip(angles, steps, strict=True) if basis != pi)
    if len(angles) > MOST_ANGLES or total > MOST_TURNS:
        return None
    if len(angles) == 1 and abs(steps[0]) == 1:
        return None
    cosine, sine = t.one, t.zero
    for (basis, multiple), step in zip(angles, steps, strict=True):
        unit = basis.scaled(multiple) if basis == pi else basis.scaled(Fraction(1, parts[basis]))
        turns = 1 if basis == pi else int(step)
        c, s = function(t, "cos", (unit,), (0,)), function(t, "sin", (unit,), (0,))
        if turns < 0:
            s = -s
        for _ in range(abs(turns)):
            cosine, sine = reduce(t, cosine * c - sine * s), reduce(t, sine * c + cosine * s)
    t.use("angle-addition")
    return sine if atom.name == "sin" else cosine
