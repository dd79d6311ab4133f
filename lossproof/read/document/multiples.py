"""An equation that says what a new name is by a multiple of it: `R / s^2 = ...` with s > 0 says what R is.

Untrusted as to truth. Imports the ground floor.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from fractions import Fraction

from lossproof.derivation import REAL, Declaration, is_nonzero
from lossproof.term import MINUS_ONE, Mul, Number, Pow, Symbol, Term, free_names

__all__ = ["solved"]


def solved(left: Term, right: Term, declarations: Mapping[str, Declaration], met: Collection[str]) -> tuple[
        str, Term] | None:
    """The one new name in a product on the left, and what it is; None where another factor may be 0.

    New is a number whose name is not among those that were met, and that the right side does not mention.
    """
    if not isinstance(left, Mul):
        return None
    factors = list(_factors(left))
    new = [factor.name for factor in factors if isinstance(factor, Symbol) and factor.name not in met
           and factor.name in declarations and declarations[factor.name].kind == "scalar"
           and declarations[factor.name].assumed and not declarations[factor.name].assumptions
           and declarations[factor.name].domain == REAL]
    if len(new) != 1 or new[0] in free_names(right):
        return None
    others = [factor for factor in factors if not (isinstance(factor, Symbol) and factor.name == new[0])]
    # f(-1) may be the value of a function
    if len(others) != len(factors) - 1 or all(isinstance(factor, Number) for factor in others) or not all(
            is_nonzero(factor, declarations) and new[0] not in free_names(factor) for factor in others):
        return None
    return new[0], Mul((right, *map(_inverse, others)))


def _factors(term: Term) -> Iterator[Term]:
    if isinstance(term, Mul):
        for arg in term.args:
            yield from _factors(arg)
    else:
        yield term


def _inverse(term: Term) -> Term:
    match term:
        case Number(value):
            return Number(Fraction(1) / value)
        case Pow(base, Number(value)):
            return Pow(base, Number(-value))
        case _:
            return Pow(term, MINUS_ONE)
