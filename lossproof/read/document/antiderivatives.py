"""Integrals without bounds as antiderivatives: `\\int x^2 dx = x^3/3 + C` says that both sides have one derivative.

Untrusted as to truth: it makes a reading of a step, which the judge decides. Imports the ground floor. The reader gives
such an integral the bounds inf_x and sup_x, over all x, which is what it means where x is nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping

from lossproof.derivation import Declaration, Reading
from lossproof.print_parts import space_of
from lossproof.term import (
    ZERO,
    Add,
    Derivative,
    Integral,
    Mul,
    Symbol,
    Term,
    add,
    free_names,
    map_children,
    mul,
    substitute,
    walk,
)

__all__ = ["antiderivatives"]


def antiderivatives(left: Term, right: Term, declarations: Mapping[str, Declaration]) -> Reading | None:
    """The derivatives of both sides; None where no name of integrals without bounds stands outside of them, too."""
    found = {name for side in (left, right) for part in walk(side) if (name := _variable(part)) is not None}
    outside = free_names(_without(left)) | free_names(_without(right))
    if len(found) != 1 or not found <= outside:
        return None
    (variable,) = found
    declared = declarations.get(variable)
    if declared is None or declared.kind != "scalar":
        return None
    one, other = (_derivative(side, variable) for side in (left, right))
    return Reading(one, other, law="antiderivatives") if one is not None and other is not None else None


def _variable(term: Term) -> str | None:
    """The variable of an integral without bounds."""
    return space_of(term.lower, term.upper) if isinstance(term, Integral) else None


def _without(term: Term) -> Term:
    return ZERO if _variable(term) is not None else map_children(term, _without)


def _derivative(term: Term, variable: str) -> Term | None:
    """The derivative of what is made of integrals without bounds by sums and factors, else None."""
    if _variable(term) == variable:
        assert isinstance(term, Integral)
        body = substitute(term.body, {term.name: Symbol(variable)})
        return body if _without(body) == body else None
    if _without(term) == term:
        return Derivative(term, Symbol(variable)) if variable in free_names(term) else ZERO
    match term:
        case Add(terms):
            found = [_derivative(one, variable) for one in terms]
            return None if None in found else add(*(one for one in found if one is not None))
        case Mul(factors):
            within = [factor for factor in factors if _without(factor) != factor]
            others = [factor for factor in factors if _without(factor) == factor]
            if len(within) != 1 or any(variable in free_names(factor) for factor in others):
                return None
            inner = _derivative(within[0], variable)
            return None if inner is None else mul(*others, inner)
        case _:
            return None
