"""What the printers share: names, signs, fractions, and how tightly a piece holds together.

Trusted (data only). Imports `term`; no SymPy.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from lossproof.term import (
    MINUS_ONE,
    ONE,
    Call,
    Entry,
    Mul,
    Number,
    Partial,
    Pow,
    Symbol,
    Term,
    binders,
    walk,
)

__all__ = ["Level", "Piece", "digits", "is_literal", "is_reciprocal", "names_in", "segments", "signed", "space_of"]


class Level(IntEnum):
    """How tightly a printed piece holds together, from loose to tight.

    OF is `d/dx of ...`. PREFIX is what reaches over all that follows in a product, as sum_k does.
    """

    FORALL = 0
    OR = 1
    AND = 2
    RELATION = 3
    OF = 4
    SUM = 5
    PRODUCT = 6
    PREFIX = 7
    POWER = 8
    ATOM = 9


Piece = tuple[str, Level]


def digits(value: int) -> str:
    """The decimal digits of an integer of any size; Python's own limit on them does not apply."""
    if abs(value) < 10**4000:
        return str(value)
    high, low = divmod(abs(value), 10**4000)
    return ("-" if value < 0 else "") + digits(high) + str(low).zfill(4000)


def space_of(lower: Term, upper: Term) -> str | None:
    """The space that an integral is over, of which only the name is known: x of inf_x and sup_x."""
    match lower, upper:
        case Symbol(low), Symbol(high) if low.startswith("inf_") and high == f"sup_{low[4:]}":
            return low[4:]
        case _:
            return None


def names_in(terms: Iterable[Term]) -> set[str]:
    """All names of symbols, families, functions and bound variables in the terms."""
    found: set[str] = set()
    for term in terms:
        for part in walk(term):
            found.update(binders(part))
            match part:
                case Symbol(name) | Entry(family=name) | Call(function=name) | Partial(function=name):
                    found.add(name)
                case _:
                    pass
    return found


def is_literal(term: Term) -> bool:
    """True for what is printed as a bare literal: the sign before it would become part of it."""
    return isinstance(term, Number) and term.value.denominator == 1 and term.value >= 0


def is_reciprocal(term: Term) -> bool:
    return isinstance(term, Pow) and term.exponent == MINUS_ONE


def signed(term: Term) -> tuple[bool, Term]:
    """Whether `term` is written with a minus sign in front, and what stands behind it."""
    match term:
        case Number(value) if value < 0:
            return True, Number(-value)
        case Mul((first, *rest)) if rest:
            negative, positive = signed(first)
            if not negative:
                return False, term
            kept = tuple(rest) if positive == ONE else (positive, *rest)
            if len(kept) == 1:
                return True, kept[0]
            return True, Mul(kept)
        case Call("matmul", (first, *rest)):
            negative, positive = signed(first)
            return (True, Call("matmul", (positive, *rest))) if negative else (False, term)
        case _:
            return False, term


def rows_of(args: tuple[Term, ...]) -> list[tuple[Term, ...]]:
    """The rows of entries of a matrix that is written out; none where the arguments do not fit its sizes."""
    match args:
        case (Number(rows), Number(columns), *entries) if rows * columns == len(entries) and entries:
            width = int(columns)
            return [tuple(entries[start:start + width]) for start in range(0, len(entries), width)]
        case _:
            return []


def segments(args: Iterable[Term]) -> list[tuple[list[Term], list[Term]]]:
    """The factors of a product as written fractions: (above, below), from left to right.

    a*b/c*d is [([a, b], [c]), ([d], [])].
    """
    found: list[tuple[list[Term], list[Term]]] = [([], [])]
    for factor in args:
        if is_reciprocal(factor):
            assert isinstance(factor, Pow)
            found[-1][1].append(factor.base)
        elif found[-1][1]:
            found.append(([factor], []))
        else:
            found[-1][0].append(factor)
    return found
