"""Words over matrices: what a matrix expression is made of.

Trusted. Data only. A word is a product of letters, read from left to right; a form is a
linear combination of words of one shape. A vector is a column of width 1. The arithmetic
is in `words`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lossproof.kernel.normal_form import Normal


SYMMETRIC = frozenset({"symmetric", "diagonal", "positive_definite"})
"""Traits of matrices that are their own transposes."""


@dataclass(frozen=True, slots=True)
class Named:
    """A declared array, transposed or inverted. `traits` are the assumptions that may be used of it:
    none while it varies under a derivative."""

    name: str
    rows: Normal
    columns: Normal
    rank: int = 2
    traits: frozenset[str] = frozenset()
    transposed: bool = False
    inverted: bool = False


@dataclass(frozen=True, slots=True)
class Unit:
    """The column with a single 1 at `index`, which is in 1..size; `row`: its transpose."""

    index: Normal
    size: Normal
    row: bool = False


@dataclass(frozen=True, slots=True)
class OnesVector:
    """The column of ones; `row`: its transpose."""

    size: Normal
    row: bool = False


@dataclass(frozen=True, slots=True)
class InverseOf:
    """The inverse of a square form that is not a single product of square letters."""

    form: Form


Letter = Named | Unit | OnesVector | InverseOf
Word = tuple[Letter, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """The sum of coefficient * word over `terms`, in their canonical order; the empty word is the identity.

    A form of one row and one column has at most the empty word: it is a number.
    """

    rows: Normal
    columns: Normal
    terms: tuple[tuple[Word, Normal], ...]

    @property
    def is_zero(self) -> bool:
        return not self.terms


def rows_of(letter: Letter) -> Normal:
    """The number of rows, as a normal form."""
    match letter:
        case Named(rows=rows):
            return rows
        case Unit(size=size, row=row) | OnesVector(size=size, row=row):
            return size.table.one if row else size
        case InverseOf(form):
            return form.rows


def columns_of(letter: Letter) -> Normal:
    """The number of columns, as a normal form."""
    match letter:
        case Named(columns=columns):
            return columns
        case Unit(size=size, row=row) | OnesVector(size=size, row=row):
            return size if row else size.table.one
        case InverseOf(form):
            return form.columns


def is_square(letter: Letter) -> bool:
    """Whether rows and columns are known to be as many."""
    return rows_of(letter) == columns_of(letter)


def key_of(letter: Letter) -> tuple[object, ...]:
    """A key by which letters of one table are put in order; equal for equal letters only."""
    match letter:
        case Named(name, _, _, _, traits, transposed, inverted):
            return (1, name, transposed, inverted, sorted(traits))
        case Unit(index, size, row):
            return (2, row, index.key, size.key)
        case OnesVector(size, row):
            return (3, row, size.key)
        case InverseOf(form):
            return (4, form_key(form))


def word_key(word: Word) -> tuple[object, ...]:
    """Longer words come after shorter ones, then the order of the letters counts."""
    return (len(word), [key_of(letter) for letter in word])


def form_key(form: Form) -> tuple[object, ...]:
    """A key of a form: its words with their coefficients."""
    return (form.rows.key, [(word_key(word), c.key) for word, c in form.terms])


def normals_of(word: Word) -> Iterator[Normal]:
    """The normal forms inside a word: sizes, indices, coefficients of inner forms."""
    for letter in word:
        match letter:
            case Named(rows=rows, columns=columns):
                yield from (rows, columns)
            case Unit(index, size):
                yield from (index, size)
            case OnesVector(size):
                yield size
            case InverseOf(form):
                yield from normals_of_form(form)


def normals_of_form(form: Form) -> Iterator[Normal]:
    """The normal forms inside a form."""
    yield from (form.rows, form.columns)
    for word, coefficient in form.terms:
        yield coefficient
        yield from normals_of(word)


def names_of(word: Word) -> Iterator[str]:
    """The names of arrays in a word, also inside inverses."""
    for letter in word:
        match letter:
            case Named(name):
                yield name
            case InverseOf(form):
                yield from names_of_form(form)


def names_of_form(form: Form) -> Iterator[str]:
    """The names of arrays in a form."""
    for word, _ in form.terms:
        yield from names_of(word)


def turned(letter: Named | Unit | OnesVector) -> Letter:
    """The transpose of a plain letter."""
    match letter:
        case Named(_, rows, columns, _, traits, transposed):
            if traits & SYMMETRIC:
                rows.table.use("symmetric")
                return letter
            return replace(letter, rows=columns, columns=rows, transposed=not transposed)
        case Unit(row=row) | OnesVector(row=row):
            return replace(letter, row=not row)


def inverse_letter(letter: Named) -> Letter:
    """The inverse of a square named letter; of an orthogonal one, its transpose."""
    if "orthogonal" in letter.traits:
        return turned(letter)
    return replace(letter, inverted=not letter.inverted)
