"""Words made anew: with a change applied to the numbers in them, and under hypotheses about their letters.

Trusted. Imports `words`, `letters`, `normal_form`. Letters get the traits that may be used now, and the values
that are supposed of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from lossproof.kernel.atoms import TraceAtom
from lossproof.kernel.letters import SYMMETRIC, Form, InverseOf, Letter, Named, OnesVector, Unit, Word, rows_of
from lossproof.kernel.normal_form import Normal, Table
from lossproof.kernel.words import identity, of_ones, of_unit, of_word, plus, scaled, times, trace, transpose, zero


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
