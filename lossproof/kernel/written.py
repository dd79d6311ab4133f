"""Matrices of few rows by their entries: what is written out as a form, inverses and determinants by cofactors.

Trusted. Imports `words`, `letters`, `normal_form`. A matrix that is written out is the sum of its entries times unit
matrices, e_i e_j^T. Where unit vectors stand in a form of 2 or 3 rows, its inverse and determinant are those of its
entries: the inverse holds wherever the determinant is not 0.
"""

from __future__ import annotations

from collections.abc import Sequence

from lossproof.kernel.letters import Form, Unit
from lossproof.kernel.normal_form import DivisionByZero, Normal
from lossproof.kernel.words import element, of_unit, plus, scaled, times, zero

_LARGEST = 3
"""Forms up to this size are inverted by their entries."""


def written_form(rows: Normal, columns: Normal, entries: Sequence[Sequence[Normal]]) -> Form:
    """The matrix with these entries, row by row."""
    t = rows.table
    parts = [scaled(times(of_unit(t.rational(i), rows, row=False), of_unit(t.rational(j), columns, row=True)), entry)
             for i, line in enumerate(entries, 1) for j, entry in enumerate(line, 1)]
    return plus(zero(rows, columns), *parts)


def cofactors(form: Form) -> tuple[Form, Normal] | None:
    """The adjugate of a square form and its determinant, from its entries; None where it is large, or has no unit
    vectors in it."""
    size = _size(form)
    if size is None:
        return None
    t = form.rows.table
    held = [[element(form, t.rational(i), t.rational(j)) for j in range(1, size + 1)] for i in range(1, size + 1)]
    everything = tuple(range(size))

    def minor(rows: tuple[int, ...], columns: tuple[int, ...]) -> Normal:
        if not rows:
            return t.one
        total = t.zero
        for place, column in enumerate(columns):
            rest = minor(rows[1:], columns[:place] + columns[place + 1:])
            part = held[rows[0]][column] * rest
            total = total - part if place % 2 else total + part
        return total

    def without(place: int) -> tuple[int, ...]:
        return everything[:place] + everything[place + 1:]

    adjugate = [[minor(without(j), without(i)) if (i + j) % 2 == 0 else -minor(without(j), without(i))
                 for j in everything] for i in everything]
    return written_form(form.rows, form.columns, adjugate), minor(everything, everything)


def inverse_by_entries(form: Form) -> Form | None:
    """The inverse of a small form by its entries; DivisionByZero where its determinant is 0 everywhere."""
    found = cofactors(form)
    if found is None:
        return None
    adjugate, value = found
    if value.is_zero:
        raise DivisionByZero
    t = form.rows.table
    t.use("inverse-by-cofactors")
    return scaled(adjugate, t.one / value)


def _size(form: Form) -> int | None:
    """The size of a small square form with a unit vector in it that is a column or row of the whole."""
    size = form.rows.constant
    if size is None or form.rows != form.columns or size.denominator != 1 or not 2 <= size <= _LARGEST:
        return None
    words = [word for word, _ in form.terms if word]
    if any(isinstance(word[0], Unit) or isinstance(word[-1], Unit) for word in words):
        return int(size)
    return None
