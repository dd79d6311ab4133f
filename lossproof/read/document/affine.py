"""Signs of terms by what is declared of their names, and terms that are affine in a name.

Untrusted as to truth. Imports the ground floor.
"""

from __future__ import annotations

from collections.abc import Mapping

from lossproof.derivation import Declaration
from lossproof.term import MINUS_ONE, ONE, ZERO, Add, Mul, Number, Pow, Symbol, Term, add, free_names, mul

__all__ = ["affine", "sign_of", "solution"]


def sign_of(term: Term, declarations: Mapping[str, Declaration]) -> int | None:
    """1 for what is positive whatever its names are, -1 for what is negative; None where that is not known."""
    match term:
        case Number(value) if value:
            return 1 if value > 0 else -1
        case Symbol(name) if name in declarations and declarations[name].kind in ("scalar", "integer", "size"):
            domain = declarations[name].domain
            if declarations[name].kind == "size" or (domain.lower is not None and (
                    domain.lower > 0 or (domain.lower == 0 and domain.lower_open))):
                return 1
            return -1 if domain.upper is not None and (
                domain.upper < 0 or (domain.upper == 0 and domain.upper_open)) else None
        case Pow(base, Number(value)) if value.denominator == 1 and value:
            sign = sign_of(base, declarations)
            return None if sign is None else sign if value % 2 else 1
        case Mul(args):
            made = 1
            for arg in args:
                sign = sign_of(arg, declarations)
                if sign is None:
                    return None
                made *= sign
            return made
        case _:
            return None


def affine(term: Term, name: str) -> tuple[Term, Term] | None:
    """The factor of a name and the rest, of which neither mentions it; None for what is not affine in it."""
    match term:
        case Symbol(here) if here == name:
            return ONE, ZERO
        case _ if name not in free_names(term):
            return ZERO, term
        case Add(args):
            parts = [affine(arg, name) for arg in args]
            found = [part for part in parts if part is not None]
            if len(found) < len(parts):
                return None
            return (add(*(factor for factor, _ in found if factor != ZERO)),
                    add(*(rest for _, rest in found if rest != ZERO)))
        case Mul(args):
            holding = [place for place, arg in enumerate(args) if name in free_names(arg)]
            inner = affine(args[holding[0]], name) if len(holding) == 1 else None
            if inner is None:
                return None
            others = tuple(arg for place, arg in enumerate(args) if place not in holding)
            factor, rest = inner
            return (mul(*others, *(() if factor == ONE else (factor,))), ZERO if rest == ZERO else mul(*others, rest))
        case _:
            return None


def solution(factor: Term, rest: Term) -> Term:
    """Where factor x + rest is 0."""
    return Mul((MINUS_ONE, rest, Pow(factor, MINUS_ONE)))
