"""Words made anew: with a change applied to the numbers in them, and under hypotheses about their letters.

Trusted. Imports `words`, `letters`, `binders`, `normal_form`. Letters get the traits that may be used now, and the
values that are supposed of them.

Where A B C = r with r not 0 and all of them square, each of them is invertible, and so B C A = r and C A B = r,
A B = r C^-1, A^-1 = B C / r, and so on. Each rule replaces the greater part of such a product by the inverse of the
rest, as in Dehn's algorithm (Lyndon and Schupp, Combinatorial Group Theory, V.4), so that every word comes out shorter,
or as long and smaller.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from lossproof.kernel.atoms import TraceAtom
from lossproof.kernel.binders import known_nonzero
from lossproof.kernel.letters import (
    SYMMETRIC,
    Form,
    InverseOf,
    Letter,
    Named,
    OnesVector,
    Unit,
    Word,
    inverse_letter,
    is_square,
    rows_of,
    word_key,
)
from lossproof.kernel.normal_form import Normal, Table
from lossproof.kernel.words import (
    collected,
    identity,
    of_ones,
    of_unit,
    of_word,
    plus,
    scaled,
    times,
    trace,
    transpose,
    zero,
)

_LONGEST = 8
"""A product of more letters says nothing here."""


def changed(form: Form, change: Callable[[Normal], Normal]) -> Form:
    """The form with a change applied to every normal form in it, and its letters made anew."""
    rows, columns = change(form.rows), change(form.columns)
    parts = [scaled(_changed_word(word, rows, change), change(c)) for word, c in form.terms]
    return plus(zero(rows, columns), *parts)


def _changed_word(word: Word, size: Normal, change: Callable[[Normal], Normal]) -> Form:
    result = identity(size)
    for letter in word:
        result = times(result, changed_letter(letter, change))
    return result


def changed_letter(letter: Letter, change: Callable[[Normal], Normal]) -> Form:
    """A letter with a change applied inside; a named one with the traits that may be used now."""
    match letter:
        case InverseOf(form):
            t = form.rows.table
            return t.inverse_of(changed(form, change))
        case Unit(index, size, row):
            return of_unit(change(index), change(size), row=row)
        case OnesVector(size, row):
            return of_ones(change(size), row=row)
        case Named(name, rows, columns):
            value = rows.table.letter_values.get(name)
            if value is not None:
                value = transpose(value) if letter.transposed else value
                return rows.table.inverse_of(value) if letter.inverted else value
            known = rows.table.letter(name)
            traits = letter.traits if known is None else known.traits
            again = replace(letter, rows=change(rows), columns=change(columns), traits=traits)
            if again.transposed and traits & SYMMETRIC:
                again = replace(again, transposed=False)
            if again.inverted and "orthogonal" in traits:
                again = replace(again, inverted=False)
                return transpose(of_word((again,)))
            return of_word((again,))


def changed_trace(atom: TraceAtom, change: Callable[[Normal], Normal]) -> Normal:
    """The constructor of trace atoms for `Table.inside`."""
    size = change(rows_of(atom.word[0]))
    return trace(_changed_word(atom.word, size, change))


@contextmanager
def supposing(t: Table, values: Mapping[str, Form], rules: tuple[tuple[Word, Form], ...] = ()) -> Iterator[None]:
    """While words are made anew, these letters have values, and these words equal forms of smaller words."""
    before = t.letter_values, t.word_rules
    t.letter_values, t.word_rules = {**t.letter_values, **values}, (*t.word_rules, *rules)
    try:
        yield
    finally:
        t.letter_values, t.word_rules = before


def relator(equation: Form) -> tuple[tuple[Named, ...], Normal] | None:
    """(w, r) where the form is 0 exactly where the word w of square letters is r, which is not 0; None for others."""
    if len(equation.terms) != 2 or equation.rows != equation.columns:
        return None
    (first, a), (word, b) = equation.terms
    letters = tuple(letter for letter in word if isinstance(letter, Named) and is_square(letter))
    if first or len(letters) < len(word) or not 1 < len(word) <= _LONGEST:
        return None
    t = equation.rows.table
    return (letters, -(a / b)) if known_nonzero(t, a) and known_nonzero(t, b) else None


def rules_of(word: tuple[Named, ...], value: Normal) -> Iterator[tuple[Word, Form]]:
    """The rules that word = value has as its consequences, each lead once."""
    t = value.table
    seen: set[Word] = set()
    for turned, number in ((word, value), (_inverse(word), t.one / value)):
        for k in range(len(turned)):
            rotation = (*turned[k:], *turned[:k])
            for length in {(len(word) + 1) // 2, len(word) // 2 + 1}:
                lead, rest = rotation[:length], _inverse(rotation[length:])
                if lead not in seen and word_key(lead) > word_key(rest):
                    seen.add(lead)
                    size = word[0].rows
                    yield lead, collected(size, size, [(rest, number)])


def _inverse(word: Word) -> tuple[Named, ...]:
    """The inverse of a word of square letters that are declared names."""
    found = (inverse_letter(letter) for letter in reversed(word) if isinstance(letter, Named))
    return tuple(letter for letter in found if isinstance(letter, Named))
