"""How large a number that is written as a power gets, without computing it: `9**9**9**9` ends here.

Untrusted as to truth; it only refuses. Imports `term` and `lexical`. A number of which the text form would not read the
digits (see `lexical.MAX_DIGITS`) is not read as a power either; no step can be about it within the limits of a worker.
"""

from __future__ import annotations

import math

from lossproof.read.lexical import MAX_DIGITS
from lossproof.term import Add, Mul, Number, Pow, Term

__all__ = ["is_huge"]

_MOST_BITS = MAX_DIGITS * math.log2(10)


def is_huge(power: Pow) -> bool:
    """True where base and exponent are numbers, sums, products and powers of numbers, and the value is too long.

    The estimate is from above, so a number just below the limit may be called huge.
    """
    bits = _bits(power)
    return bits is not None and bits > _MOST_BITS


def _bits(term: Term) -> float | None:
    """At least the binary logarithm of the value's numerator and denominator; None for what is not made of numbers."""
    match term:
        case Number(value):
            return math.log2(max(abs(value.numerator), value.denominator))
        case Add(args) | Mul(args):
            # a sum of fractions is no longer than its parts together, and one bit for each
            parts = [_bits(arg) for arg in args]
            known = [part for part in parts if part is not None]
            if len(known) != len(parts):
                return None
            return sum(known) if isinstance(term, Mul) or not known else _sum_bits(args, known)
        case Pow(base, exponent):
            length = _bits(base)
            times = None if length is None else _bits(exponent)
            if length is None or times is None:
                return None
            # 1 to any power is 1
            return 0.0 if length == 0 else length * 2.0**times if times < 1000 else math.inf
        case _:
            return None


def _sum_bits(args: tuple[Term, ...], known: list[float]) -> float:
    """The bits of a sum: of integers those of the largest and its carries, of fractions of all together."""
    if all(isinstance(arg, Number) and arg.value.denominator == 1 for arg in args):
        return max(known) + math.log2(len(args))
    return sum(known) + len(args)
