"""Sines of rational multiples of pi that are rational, from the written term.

Trusted. Imports the ground floor only.
"""

from __future__ import annotations

from fractions import Fraction

from lossproof.term import Add, Const, Mul, Number, Term

_RATIONAL = {
    Fraction(0): Fraction(0), Fraction(1, 6): Fraction(1, 2), Fraction(1, 2): Fraction(1),
    Fraction(5, 6): Fraction(1, 2), Fraction(1): Fraction(0),
    Fraction(7, 6): Fraction(-1, 2), Fraction(3, 2): Fraction(-1), Fraction(11, 6): Fraction(-1, 2),
}


def sine_of_pi(angle: Term, shift: Fraction = Fraction(0)) -> Fraction | None:
    """sin(angle + shift pi) where the angle is written as a rational multiple of pi and the sine is rational."""
    multiple = _multiple_of_pi(angle)
    return None if multiple is None else _RATIONAL.get((multiple + shift) % 2)


def _multiple_of_pi(term: Term) -> Fraction | None:
    match term:
        case Number(value):
            return Fraction(0) if value == 0 else None
        case Const("pi"):
            return Fraction(1)
        case Mul((Number(value), rest)):
            inner = _multiple_of_pi(rest)
            return None if inner is None else value * inner
        case Add((first, second)):
            one, other = _multiple_of_pi(first), _multiple_of_pi(second)
            return None if one is None or other is None else one + other
        case _:
            return None
