"""Sums over an index as products of words: sum_k u_k A_kj is the entry j of u^T A, sum_i x_i x_i^T is X^T X.

Trusted. Imports `words`, `letters`, `normal_form`. The range of the index must be that of the letters, 1 to their
size, so that no entry is left out and none is read outside its array.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from lossproof.kernel.atoms import EntryAtom, TraceAtom
from lossproof.kernel.letters import Form, InverseOf, Letter, Named, OnesVector, Unit, Word, normals_of
from lossproof.kernel.normal_form import Normal, Table
from lossproof.kernel.words import number_of, of_word, plus, scaled, trace_of, transposed, zero


def contracted(t: Table, name: str, upper: Normal, body: Normal) -> Normal | None:
    """The sum over name = 1..upper of a product of entries, as a product of words: sum_k u_k v_k = u^T v.

    None where `name` occurs otherwise than once or twice as a whole index.
    """
    if not body.den.is_one() or len(body.num) != 1:
        return None
    ((mono, coefficient),) = t.terms(body.num)
    me = t.var(name)
    ends: list[Word] = []
    middle: Word = ()
    for i, power in mono:
        weight = _diagonal(t, i, me, upper)
        if weight is not None:
            middle += (weight,) * power
            continue
        word = _as_word(t, i)
        if word is None or power > 2:
            return None
        sides = [end for end, letter in ((0, word[0]), (-1, word[-1]))
                 if isinstance(letter, Unit) and letter.index == me and letter.size == upper]
        if not sides:
            return None
        inside = word[1 if 0 in sides else 0:-1 if -1 in sides else None]
        if any(name in n.free() for n in normals_of(inside)) or (len(sides) == 2 and (power > 1 or len(mono) > 1)):
            return None
        if len(sides) == 2:
            t.use("sum-as-product")
            return trace_of(t, word[1:-1], upper).scaled(Fraction(coefficient))
        ends += [word if sides == [-1] else _flipped(word)] * power
    if len(ends) > 2:
        return None
    t.use("sum-as-product")
    if not ends:
        return trace_of(t, middle, upper).scaled(Fraction(coefficient))
    first = ends[0][:-1] + middle
    rest = _flipped(ends[1])[1:] if len(ends) == 2 else (OnesVector(upper),)
    return number_of(t, first + rest).scaled(Fraction(coefficient))


def _diagonal(t: Table, atom: int, index: Normal, size: Normal) -> Named | None:
    """The diagonal matrix of which an atom is the entry at (index, index), None for other atoms."""
    match t[atom]:
        case EntryAtom(family, (i, j)) if i == j == index:
            letter = t.letter(family)
            return letter if letter is not None and "diagonal" in letter.traits and letter.rows == size else None
        case _:
            return None


def _as_word(t: Table, atom: int) -> Word | None:
    """An atom as a word with unit vectors at its ends, None where it is none."""
    match t[atom]:
        case TraceAtom(word) if isinstance(word[0], Unit) or isinstance(word[-1], Unit):
            # inner forms would have to be scaled anew by a flip
            return None if any(isinstance(letter, InverseOf) for letter in word) and not _stable(word) else word
        case EntryAtom(family, indices):
            letter = t.letter(family)
            if letter is None or len(indices) != letter.rank:
                return None
            left: Word = () if letter.rows == t.one else (Unit(indices[0], letter.rows, row=True),)
            if letter.columns == t.one:
                return (*left, letter)
            return (*left, letter, Unit(indices[-1], letter.columns))
        case _:
            return None


def _stable(word: Word) -> bool:
    """Whether a transposition needs no factor."""
    _, factor = transposed(word)
    return factor == factor.table.one


def _flipped(word: Word) -> Word:
    return transposed(word)[0]


def sum_of_form(t: Table, name: str, upper: Normal, form: Form, add_up: Callable[[Normal], Normal]) -> Form | None:
    """The sum of a form over name = 1..upper; None where it is no form. `add_up` sums numbers over the same range."""
    total = zero(form.rows, form.columns)
    for word, coefficient in form.terms:
        here = Form(form.rows, form.columns, ((word, t.one),))
        fixed = not any(name in n.free() for n in normals_of(word))
        for outside, inside in t.split(coefficient, name):
            made = scaled(here, add_up(inside)) if fixed else _joined(t, name, upper, word, inside, here)
            if made is None:
                return None
            total = plus(total, scaled(made, outside))
    return total


def _joined(t: Table, name: str, upper: Normal, word: Word, factor: Normal, shape: Form) -> Form | None:
    """The sum over name = 1..upper of factor * word, where `name` is the index of unit vectors in the word."""
    me = t.var(name)
    places = [k for k, letter in enumerate(word)
              if isinstance(letter, Unit) and letter.index == me and letter.size == upper]
    if any(name in n.free() for k, letter in enumerate(word) if k not in places for n in normals_of((letter,))):
        return None
    middle: Word
    match places:
        case [first, second] if factor == t.one and second == first + 1 and _is_row(word[second]) \
                and not _is_row(word[first]):
            middle, after = (), second + 1      # the sum of e_i e_i^T is the identity
        case [first]:
            letter = word[first]
            assert isinstance(letter, Unit)
            found = _beside(t, name, letter, factor)
            if found is None:
                return None
            middle, after = found, first + 1
        case _:
            return None
    t.use("sum-as-product")
    whole = (*word[:first], *middle, *word[after:])
    return of_word(whole) if whole else Form(shape.rows, shape.columns, (((), t.one),))


def _is_row(letter: Letter) -> bool:
    return isinstance(letter, Unit) and letter.row


def _beside(t: Table, name: str, unit: Unit, factor: Normal) -> Word | None:
    """What the sum of factor * unit is: ones for the factor 1, and v where the factor is the entry of v there."""
    if factor == t.one:
        return (OnesVector(unit.size, unit.row),)
    if not factor.den.is_one() or len(factor.num) != 1:
        return None
    ((mono, number),) = t.terms(factor.num)
    word = _as_word(t, mono[0][0]) if len(mono) == 1 and mono[0][1] == 1 and number == 1 else None
    if word is None:
        return None
    ends = [end for end, letter in ((0, word[0]), (-1, word[-1]))
            if isinstance(letter, Unit) and letter.index == unit.index and letter.size == unit.size]
    rest = word[1:] if ends == [0] else word[:-1]
    if len(ends) != 1 or any(name in n.free() for n in normals_of(rest)):
        return None
    as_row = ends == [-1]
    if not rest:
        return None
    return rest if as_row == unit.row else _flipped(rest)
