"""Diagonal matrices that are written by their entries: d_i delta_ij.

Trusted. Imports the ground floor. Such a matrix is invertible exactly where no d_i is 0; its inverse has the entries
delta_ij / d_i then.
"""

from __future__ import annotations

from collections.abc import Mapping

from lossproof.derivation import Definition
from lossproof.term import MINUS_ONE, ONE, Call, Family, Mul, Pow, Range, Symbol, Term, free_names, substitute

__all__ = ["diagonal", "inverse_entry"]


def diagonal(array: Term, definitions: Mapping[str, Definition]) -> tuple[Term, Range] | None:
    """What stands on the diagonal, and the range of its index, of a matrix d_i delta_ij; None for other arrays.

    It may be the meaning of a name, where that is no family of meanings.
    """
    seen: set[str] = set()
    while isinstance(array, Symbol) and array.name in definitions and array.name not in seen:
        seen.add(array.name)
        if definitions[array.name].ranges:
            return None
        array = definitions[array.name].body
    match array:
        case Family(body, (Range(i, lower, height) as rows, Range(j, first, width))) if (
                i != j and lower == first == ONE and height == width):
            factors = body.args if isinstance(body, Mul) else (body,)
            deltas = [factor for factor in factors if factor in _deltas(i, j)]
            rest = tuple(factor for factor in factors if factor not in _deltas(i, j))
            if len(deltas) != 1 or any(j in free_names(factor) for factor in rest):
                return None
            return (ONE if not rest else rest[0] if len(rest) == 1 else Mul(rest)), rows
        case _:
            return None


def inverse_entry(array: Term, indices: tuple[Term, ...], definitions: Mapping[str, Definition]) -> Term | None:
    """An entry of the inverse of a diagonal matrix, where that is invertible; None for other arrays."""
    found = diagonal(array, definitions)
    if found is None or len(indices) != 2:
        return None
    entry, rows = found
    return Mul((Pow(substitute(entry, {rows.name: indices[0]}), MINUS_ONE), Call("KroneckerDelta", indices)))


def _deltas(i: str, j: str) -> tuple[Term, Term]:
    return Call("KroneckerDelta", (Symbol(i), Symbol(j))), Call("KroneckerDelta", (Symbol(j), Symbol(i)))
