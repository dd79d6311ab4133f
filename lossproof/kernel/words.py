"""Arithmetic of words over matrices: products, transposes, traces, and numbers among them.

Trusted. Imports `letters`, `functions`, `normal_form`. A product is reduced as soon as it is
made: a square letter cancels with its inverse, and with F = c W + ... the product W F^-1 becomes
(1 - ...)/c. A part of one row and one column is a number and is taken out. Everything holds
wherever the inverses in the words are defined, which is judged apart. Inverses and
determinants are made in `inverses`.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from lossproof.kernel.atoms import TraceAtom
from lossproof.kernel.function_atoms import delta, entry
from lossproof.kernel.letters import (
    Form,
    InverseOf,
    Letter,
    Named,
    OnesVector,
    Unit,
    Word,
    columns_of,
    inverse_letter,
    is_square,
    key_of,
    rows_of,
    turned,
    word_key,
)
from lossproof.kernel.normal_form import Normal, Table
from lossproof.kernel.sign_sets import STRICT_SIGNS

Terms = Iterable[tuple[Word, Normal]]


def collected(rows: Normal, columns: Normal, terms: Terms) -> Form:
    """The form of the terms, equal words added up."""
    found: dict[Word, Normal] = {}
    for word, coefficient in terms:
        found[word] = found[word] + coefficient if word in found else coefficient
    kept = [(word, c) for word, c in found.items() if not c.is_zero]
    return Form(rows, columns, tuple(sorted(kept, key=lambda term: word_key(term[0]))))


def zero(rows: Normal, columns: Normal) -> Form:
    """The zero form."""
    return Form(rows, columns, ())


def identity(size: Normal) -> Form:
    """The identity of a size."""
    return Form(size, size, (((), size.table.one),))


def of_number(value: Normal) -> Form:
    """A number as a form of one row and one column."""
    one = value.table.one
    return collected(one, one, [((), value)])


def of_word(word: Word) -> Form:
    """The reduced form of a word that is not empty."""
    t = rows_of(word[0]).table
    return collected(rows_of(word[0]), columns_of(word[-1]), _reduced(t, word))


def plus(*forms: Form) -> Form:
    """The sum of forms of one shape."""
    return collected(forms[0].rows, forms[0].columns, [term for form in forms for term in form.terms])


def scaled(form: Form, factor: Normal) -> Form:
    """factor * form."""
    return collected(form.rows, form.columns, [(word, c * factor) for word, c in form.terms])


def negative(form: Form) -> Form:
    """-form."""
    return scaled(form, -form.rows.table.one)


def times(left: Form, right: Form) -> Form:
    """The product; the caller has seen that the shapes fit."""
    t = left.rows.table
    terms: list[tuple[Word, Normal]] = []
    for a, c in left.terms:
        for b, d in right.terms:
            terms += [(word, c * d * e) for word, e in _reduced(t, (*a, *b))]
    return collected(left.rows, right.columns, terms)


def product(*forms: Form) -> Form:
    """The product of forms, from left to right."""
    result = forms[0]
    for form in forms[1:]:
        result = times(result, form)
    return result


def transpose(form: Form) -> Form:
    """The transpose."""
    t = form.rows.table
    terms: list[tuple[Word, Normal]] = []
    for word, c in form.terms:
        if not word:
            terms.append((word, c))
            continue
        turned_word, factor = transposed(word)
        terms += [(w, c * factor * d) for w, d in _reduced(t, turned_word)]
    return collected(form.columns, form.rows, terms)


def transposed(word: Word) -> tuple[Word, Normal]:
    """The transpose of a word that is not empty, and a number to multiply it by: inverses of transposed forms are
    scaled anew."""
    factor = rows_of(word[0]).table.one
    letters: list[Letter] = []
    for letter in reversed(word):
        if isinstance(letter, InverseOf):
            inner, scale = normalized(transpose(letter.form))
            letters.append(InverseOf(inner))
            factor = factor / scale
        else:
            letters.append(turned(letter))
    return tuple(letters), factor


def normalized(form: Form) -> tuple[Form, Normal]:
    """(form / c, c) where the leading coefficient c is known not to be 0 where the form is invertible; else c = 1."""
    t = form.rows.table
    c = form.terms[-1][1]
    if c == t.one:
        return form, c
    if t.sign(c) in STRICT_SIGNS or all((d / c).constant is not None for _, d in form.terms):
        return collected(form.rows, form.columns, [(word, d / c) for word, d in form.terms]), c
    return form, t.one


# reduction


def _reduced(t: Table, word: Word) -> list[tuple[Word, Normal]]:
    """The reduced form of a word as terms."""
    pending: list[tuple[Word, Normal]] = [(word, t.one)]
    done: list[tuple[Word, Normal]] = []
    while pending:
        here, coefficient = pending.pop()
        t.spend(1 + len(here) // 4)
        found = _numbers_out(t, here) or rewritten(t, here)
        if found is None:
            done.append((here, coefficient))
        else:
            pending += [(w, coefficient * c) for w, c in found if not c.is_zero]
    return done


def _narrow(t: Table, word: Word) -> list[int]:
    """The places in a word (0 before the first letter) where the size is 1."""
    sizes = [rows_of(word[0]), *(columns_of(letter) for letter in word)] if word else []
    return [i for i, size in enumerate(sizes) if size == t.one]


def _numbers_out(t: Table, word: Word) -> list[tuple[Word, Normal]] | None:
    """The word less its parts of one row and one column, these as a coefficient."""
    places = _narrow(t, word)
    if len(places) < 2:
        return None
    value = t.one
    for start, end in pairwise(places):
        value = value * number_of(t, word[start:end])
    return [(word[:places[0]] + word[places[-1]:], value)]


def rewritten(t: Table, word: Word, *, in_order: bool = True) -> list[tuple[Word, Normal]] | None:
    """One step of reduction, None where the word is reduced.

    `in_order` False: not a step that only puts letters in another order, which the rotations of a trace would take
    back and forth.
    """
    for i, letter in enumerate(word):
        before = word[i - 1] if i else None
        if isinstance(letter, Named) and isinstance(before, Named) and is_square(letter):
            if is_square(before) and letter == inverse_letter(before):
                t.use("orthogonal" if "orthogonal" in letter.traits else "inverse-cancel")
                return [(word[:i - 1] + word[i + 1:], t.one)]
            if in_order and "diagonal" in letter.traits & before.traits and key_of(letter) < key_of(before):
                t.use("diagonal-commute")
                return [((*word[:i - 1], letter, before, *word[i + 1:]), t.one)]
        if isinstance(letter, InverseOf):
            lead, c = letter.form.terms[-1]
            if c != t.one and t.sign(c) not in STRICT_SIGNS:
                continue
            others = [(w, -(d / c)) for w, d in letter.form.terms[:-1]]
            n = len(lead)
            if word[max(0, i - n):i] == lead:
                t.use("inverse-cancel")
                left, right = word[:i - n], word[i:]
                return [(left + right[1:], t.one / c), *((left + w + right, d) for w, d in others)]
            if word[i + 1:i + 1 + n] == lead:
                t.use("inverse-cancel")
                left, right = word[:i + 1], word[i + 1 + n:]
                return [(left[:-1] + right, t.one / c), *((left + w + right, d) for w, d in others)]
            moved = _pushed(t, word, i)
            if moved is not None:
                return [(moved, t.one)]
    for lead, value in t.word_rules:
        if not in_order and any(len(w) == len(lead) for w, _ in value.terms):
            continue
        for i in range(len(word) - len(lead) + 1):
            if word[i:i + len(lead)] == lead:
                return [(word[:i] + w + word[i + len(lead):], d) for w, d in value.terms]
    return None


def least_rotation(word: Word) -> tuple[Word, int]:
    """The smallest rotation of a square word, and where it begins in it."""
    return min(((word[k:] + word[:k], k) for k in range(len(word))), key=lambda r: (word_key(r[0]), r[1]))


def _shifted(t: Table, form: Form) -> tuple[Form, Word, int] | None:
    """For r + W, r not 0, where W has a smaller rotation W': (r + W', W, its beginning in W); None for others.

    r + UV is invertible where r + VU is.
    """
    if len(form.terms) != 2 or form.terms[0][0] or form.terms[1][1] != t.one:
        return None
    r, word = form.terms[0][1], form.terms[1][0]
    least, k = least_rotation(word)
    if k == 0 or t.sign(r) not in STRICT_SIGNS:
        return None
    size = rows_of(least[0])
    other = Form(size, size, (((), r), (least, t.one)))
    return (other, word, k) if len(_reduced(t, least)) == 1 and size != t.one else None


def _pushed(t: Table, word: Word, i: int) -> Word | None:
    """(r + PQ)^-1 P as P (r + QP)^-1, and Q (r + PQ)^-1 as (r + QP)^-1 Q, towards the smaller rotation."""
    letter = word[i]
    assert isinstance(letter, InverseOf)
    shifted = _shifted(t, letter.form)
    if shifted is None:
        return None
    other, whole, k = shifted
    first, last = whole[:k], whole[k:]
    if word[i + 1:i + 1 + len(first)] == first:
        t.use("push-through")
        return (*word[:i], *first, InverseOf(other), *word[i + 1 + len(first):])
    if i >= len(last) and word[i - len(last):i] == last:
        t.use("push-through")
        return (*word[:i - len(last)], InverseOf(other), *last, *word[i + 1:])
    return None


# numbers


def number(form: Form) -> Normal:
    """The value of a form of one row and one column."""
    t = form.rows.table
    return t.total(c for _, c in form.terms)


def number_of(t: Table, word: Word) -> Normal:
    """A word of one row and one column as a number."""
    if not word:
        return t.one
    places = _narrow(t, word)
    if len(places) > 2:
        value = t.one
        for start, end in pairwise(places):
            value = value * number_of(t, word[start:end])
        return value
    found = rewritten(t, word)
    if found is not None:
        return t.total(c * number_of(t, w) for w, c in found)
    return _atom(t, [word])


def trace(form: Form) -> Normal:
    """The trace of a square form."""
    t = form.rows.table
    return t.total(c * trace_of(t, word, form.rows) for word, c in form.terms)


def trace_of(t: Table, word: Word, size: Normal) -> Normal:
    """The trace of a square word, `size` being its number of rows."""
    if not word:
        t.use("trace-of-identity")
        return size
    places = _narrow(t, word)
    if places:
        turned_to = word[places[0]:] + word[:places[0]]
        if places[0]:
            t.use("trace-cyclic")
        return number_of(t, turned_to)
    rotations = [word[i:] + word[:i] for i in range(len(word))]
    for i, rotation in enumerate(rotations):
        found = rewritten(t, rotation, in_order=i == 0)
        if found is not None:
            if i:
                t.use("trace-cyclic")
            return t.total(c * trace_of(t, w, rows_of(rotation[0])) for w, c in found)
    if len(word) == 1 and isinstance(word[0], InverseOf) and (shifted := _shifted(t, word[0].form)) is not None:
        # tr (r + PQ)^-1 - n/r = tr (r + QP)^-1 - m/r
        other, _, _ = shifted
        t.use("push-through")
        return (size - other.rows) / other.terms[0][1] + trace_of(t, (InverseOf(other),), other.rows)
    return _atom(t, rotations)


def _atom(t: Table, words: list[Word]) -> Normal:
    """The number that every one of these reduced words, and its transpose, has as its trace."""
    choices = [(word, t.one) for word in words]
    choices += [transposed(word) for word in words]
    word, factor = min(choices, key=lambda choice: word_key(choice[0]))
    if word not in words:
        t.use("trace-transpose")
    elif word != words[0]:
        t.use("trace-cyclic")
    plain = _plain(t, word)
    return factor * (plain if plain is not None else t.atom(TraceAtom(word)))


def _plain(t: Table, word: Word) -> Normal | None:
    """An entry, a delta or a size, where the word is no more than that."""
    match word:
        case (Named() as letter,) if rows_of(letter) == t.one and not letter.name.startswith("%"):
            return _entry(t, letter, t.one, t.one)
        case (Unit(),) | (OnesVector(),):
            return t.one
        case (Unit(i), Unit(j)):
            return delta(t, i - j)
        case (OnesVector(size), OnesVector()):
            return size
        case (Unit(), OnesVector()) | (OnesVector(), Unit()):
            return t.one
        case (Unit(i), Named() as letter) if not letter.name.startswith("%"):
            return _entry(t, letter, i, t.one)
        case (Named() as letter, Unit(i)) if not letter.name.startswith("%"):
            return _entry(t, letter, t.one, i)
        case (Unit(i), Named() as letter, Unit(j)) if not letter.name.startswith("%"):
            return _entry(t, letter, i, j)
        case _:
            return None


def _entry(t: Table, letter: Named, i: Normal, j: Normal) -> Normal | None:
    """The entry in row i and column j of a letter as it stands; None for an inverse."""
    if letter.inverted:
        return t.one / entry(t, letter.name, (t.one,) * letter.rank) if letter.rows == letter.columns == t.one else None
    if "diagonal" in letter.traits:
        t.use("diagonal-entry")
        return entry(t, letter.name, (i, i)) * delta(t, i - j)
    if letter.transposed:
        i, j = j, i
    return entry(t, letter.name, (i, j) if letter.rank == 2 else (i,))


def element(form: Form, i: Normal, j: Normal) -> Normal:
    """The entry of a form in row i and column j, which are in range."""
    t = form.rows.table
    parts = [form]
    if form.rows != t.one:
        parts.insert(0, of_unit(i, form.rows, row=True))
    if form.columns != t.one:
        parts.append(of_unit(j, form.columns, row=False))
    return number(product(*parts))


def of_unit(index: Normal, size: Normal, *, row: bool) -> Form:
    """A unit vector as a form; of size 1, the number 1."""
    t = size.table
    if size == t.one:
        return identity(size)
    letter = Unit(index, size, row)
    return Form(rows_of(letter), columns_of(letter), (((letter,), t.one),))


def of_ones(size: Normal, *, row: bool) -> Form:
    """A vector of ones as a form; of size 1, the number 1."""
    return identity(size) if size == size.table.one else of_word((OnesVector(size, row),))
