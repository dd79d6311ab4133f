"""Inverses and determinants of forms, and which forms are positive definite.

Trusted. Imports `words`, `written`, `letters`, `functions`, `normal_form`. An inverse holds wherever the form
is invertible, a determinant everywhere. Sizes are at least 1.
"""

from __future__ import annotations

from collections.abc import Iterator

from lossproof.kernel.atoms import DetAtom, TraceAtom
from lossproof.kernel.functions import power
from lossproof.kernel.letters import (
    Form,
    InverseOf,
    Letter,
    Named,
    OnesVector,
    Unit,
    Word,
    columns_of,
    form_key,
    inverse_letter,
    is_square,
    key_of,
    rows_of,
    turned,
    word_key,
)
from lossproof.kernel.normal_form import DivisionByZero, Normal, Table
from lossproof.kernel.sign_sets import STRICT_SIGNS, Sign, product_sign, sum_sign
from lossproof.kernel.words import (
    collected,
    identity,
    negative,
    normalized,
    number,
    of_number,
    of_word,
    plus,
    product,
    scaled,
    times,
    trace,
    trace_of,
    transpose,
    transposed,
)
from lossproof.kernel.written import cofactors, inverse_by_entries

_CLEARED = 6
"""So many inverses at the ends of words are multiplied away."""


def inverse(form: Form) -> Form:
    """The inverse of a square form; DivisionByZero where it is 0."""
    t = form.rows.table
    if form.is_zero:
        raise DivisionByZero
    if form.rows == t.one:
        return of_number(t.one / number(form))
    small = inverse_by_entries(form)
    if small is not None:
        return small
    if len(form.terms) == 1:
        ((word, c),) = form.terms
        if all(is_square(letter) for letter in word):
            if len(word) > 1:
                t.use("inverse-of-product")
            parts = [_inverse_of_letter(letter) for letter in reversed(word)]
            return scaled(product(identity(form.rows), *parts), t.one / c)
    pulled = _pulled(form)
    if pulled is not None:
        t.use("inverse-of-product")
        left, inner, right = pulled
        return product(inverse(right), inverse(inner), inverse(left))
    form, c = normalized(form)
    return scaled(of_word((InverseOf(form),)), t.one / c)


def _inverse_of_letter(letter: Letter) -> Form:
    match letter:
        case Named():
            if letter.inverted:
                letter.rows.table.use("inverse-twice")
            return of_word((inverse_letter(letter),))
        case InverseOf(form):
            letter.form.rows.table.use("inverse-twice")
            return form
        case _:
            raise DivisionByZero


def _pulled(form: Form) -> tuple[Form, Form, Form] | None:
    """(a, inner, b) with form = a * inner * b, where a or b is a square letter: an inverse that stands at an
    end of some word, or any letter at that end of all words. The other one is the identity."""
    if not form.rows.table.pulls:
        return None
    words = [word for word, _ in form.terms]
    eye = identity(form.rows)
    for end in (0, -1):
        last = [word[end] for word in words if word]
        inverted = [a for a in last if isinstance(a, Named) and is_square(a) and a.inverted]
        long_enough = len(words) > 1 or len(words[0]) > 1
        shared = [last[0]] if len(last) == len(words) and len(set(last)) == 1 and long_enough else []
        for letter in sorted((*inverted, *shared), key=key_of):
            if not isinstance(letter, Named) or not is_square(letter):
                continue
            away, back = of_word((inverse_letter(letter),)), of_word((letter,))
            if end == 0:
                return back, times(away, form), eye
            return eye, times(form, away), back
    return None


def det(form: Form) -> Normal:
    """The determinant of a square form."""
    t = form.rows.table
    n = form.rows
    if form.is_zero:
        return t.zero
    if n == t.one:
        return number(form)
    small = cofactors(form)
    if small is not None:
        t.use("det-by-cofactors")
        return small[1]
    if len(form.terms) == 1:
        ((word, c),) = form.terms
        if all(is_square(letter) for letter in word):
            result = _scale(t, c, n)
            if len(word) > 1:
                t.use("det-of-product")
            for letter in word:
                result = result * _det_of_letter(t, letter)
            return result
    pulled = _pulled(form)
    if pulled is not None:
        t.use("det-of-product")
        left, inner, right = pulled
        return det(left) * det(inner) * det(right)
    form, c = normalized(form)
    lemma = _rotated(form)
    if lemma is None:
        other, factor = normalized(transpose(form))
        if form_key(other) < form_key(form):
            t.use("det-of-transpose")
            form, c = other, c * factor
        lemma = t.atom(DetAtom(form))
    return _scale(t, c, n) * lemma


def _scale(t: Table, c: Normal, n: Normal) -> Normal:
    if c == t.one:
        return c
    t.use("det-of-multiple")
    return power(t, c, n, integer=True)


def _det_of_letter(t: Table, letter: Letter) -> Normal:
    match letter:
        case Named(inverted=True):
            t.use("det-of-inverse")
            return t.one / _det_of_letter(t, inverse_letter(letter))
        case Named():
            if letter.transposed:
                t.use("det-of-transpose")
                plain = turned(letter)
                assert isinstance(plain, Named)
                letter = plain
            return t.atom(DetAtom(of_word((letter,))))
        case InverseOf(form):
            t.use("det-of-inverse")
            return t.one / det(form)
        case _:
            raise DivisionByZero


def _rotated(form: Form) -> Normal | None:
    """det(M + W) by det(1 + UV) = det(1 + VU), where M is known to be invertible and W is a single word:
    a number where W is an outer product, else by the smallest rotation of M^-1 W. None where neither applies."""
    t = form.rows.table
    n = form.rows
    for word, c in reversed(form.terms):
        rest = plus(form, collected(n, n, [(word, -c)]))
        if not word or not rest.terms or t.sign(det(rest)) not in STRICT_SIGNS:
            continue
        if any(columns_of(letter) == t.one for letter in word[:-1]):
            t.use("det-of-rotation")
            narrow = times(inverse(rest), collected(n, n, [(word, c)]))
            return det(rest) * (t.one + t.total(d * trace_of(t, w, n) for w, d in narrow.terms))
        if len(rest.terms) > 1 or c != t.one:
            continue
        ((other, r),) = rest.terms
        rectangular = not all(is_square(letter) for letter in word)
        if not other:
            return _least_rotation(t, word, r, n)
        if rectangular and all(is_square(letter) for letter in other):
            joined = times(inverse(rest), collected(n, n, [(word, c)]))
            if len(joined.terms) == 1 and joined.terms[0][0]:
                ((whole, d),) = joined.terms
                return det(rest) * _scale(t, d, n) * _least_rotation(t, whole, t.one / d, n)
    return None


def _least_rotation(t: Table, word: Word, r: Normal, n: Normal) -> Normal:
    """det(r + W), r not 0, as r^(n-m) det(r + W') for the smallest rotation W' of W, which is m x m, or of W^T."""
    rotations = [word[i:] + word[:i] for i in range(len(word))]
    both = rotations + [w for w, factor in map(transposed, rotations) if factor == t.one]
    least = min((w for w in both if not _is_reducible(w)), key=word_key, default=word)
    if least != word:
        t.use("det-of-rotation")
    m = rows_of(least[0])
    atom = t.atom(DetAtom(collected(m, m, [((), r), (least, t.one)])))
    return atom if m == n else power(t, r, n - m, integer=True) * atom


def _is_reducible(word: Word) -> bool:
    form = of_word(word)
    return len(form.terms) != 1 or form.terms[0][0] != word


# signs


def sign_of_det(atom: DetAtom) -> Sign:
    """What is known of the sign of a determinant."""
    terms = atom.form.terms
    if len(terms) == 1 and len(terms[0][0]) == 1:
        (letter,) = terms[0][0]
        if isinstance(letter, Named):
            if "positive_definite" in letter.traits:
                return Sign.POSITIVE
            return Sign.NONZERO if letter.traits & {"invertible", "orthogonal"} else Sign.UNKNOWN
    return definite(atom.form)


def definite(form: Form) -> Sign:
    """POSITIVE for a form that is positive definite, NONNEGATIVE for one that is positive semidefinite."""
    t = form.rows.table
    result = Sign.ZERO
    for word, c in form.terms:
        result = sum_sign(result, product_sign(t.sign(c), _definite_word(t, word)))
        if result not in (Sign.POSITIVE, Sign.NONNEGATIVE):
            return Sign.UNKNOWN
    return result


def _definite_word(t: Table, word: Word) -> Sign:
    """The same for a word: P^T K P with K positive definite is positive semidefinite, and positive definite
    where P has full column rank."""
    if not word:
        return Sign.POSITIVE
    if len(word) == 1:
        (letter,) = word
        match letter:
            case Named(traits=traits) if "positive_definite" in traits:
                return Sign.POSITIVE
            case InverseOf(form) if definite(form) is Sign.POSITIVE:
                return Sign.POSITIVE
        return Sign.UNKNOWN
    other, factor = transposed((word[-1],))
    if other != (word[0],) or t.sign(factor) is not Sign.POSITIVE:
        return Sign.UNKNOWN
    inner = _definite_word(t, word[1:-1])
    if inner is Sign.POSITIVE and not _full_rank(t, word[-1]):
        return Sign.NONNEGATIVE
    return inner


def _full_rank(t: Table, letter: Letter) -> bool:
    """Whether the columns of a letter are known to be independent."""
    match letter:
        case Unit(row=False) | OnesVector(row=False):
            return True
        case Named() if is_square(letter):
            return letter.inverted or t.sign(_det_of_letter(t, letter)) in STRICT_SIGNS
        case InverseOf():
            return True
        case _:
            return False


def sign_of_trace(atom: TraceAtom) -> Sign:
    """What is known of the sign of a trace: that of P^T K P with K positive definite is not negative."""
    word = atom.word
    t = rows_of(word[0]).table
    best = Sign.UNKNOWN
    rotations = [word] if rows_of(word[0]) == t.one else [word[i:] + word[:i] for i in range(len(word))]
    for rotation in rotations:
        if len(rotation) > 1 or rows_of(rotation[0]) == columns_of(rotation[0]):
            found = _definite_word(t, rotation)
            if found is Sign.POSITIVE:
                t.use("definite-form")
                return found
            if found is Sign.NONNEGATIVE:
                t.use("definite-form")
                best = found
    return best


def gram(t: Table, poly: Normal) -> Iterator[Normal]:
    """Numbers that are not negative by Cauchy and Schwarz, trace(P P^T) trace(Q^T Q) - trace(P Q)^2, for the
    traces of products that occur in a polynomial."""
    held = set(poly.atoms())
    for i in poly.atoms():
        atom = t[i]
        if not isinstance(atom, TraceAtom) or len(atom.word) < 2 or len(atom.word) > 6:
            continue
        for k in range(1, len(atom.word)):
            first, second = of_word(atom.word[:k]), of_word(atom.word[k:])
            norms = [trace(times(first, transpose(first))), trace(times(transpose(second), second))]
            if all(set(norm.atoms()) <= held for norm in norms):
                t.use("cauchy-schwarz-of-traces")
                yield norms[0] * norms[1] - t.monomial(((i, 2),))


# when two forms are equal


def vanishes(form: Form, depth: int = 4) -> bool:
    """Whether a form is 0: also after a product with the forms whose inverses stand at its ends."""
    if form.is_zero:
        return True
    if depth == 0:
        return False
    form.rows.table.spend(10)
    for end in (0, -1):
        for letter in sorted({word[end] for word, _ in form.terms if word and isinstance(word[end], InverseOf)},
                             key=key_of):
            assert isinstance(letter, InverseOf)
            form.rows.table.use("inverse-cancel")
            cleared = times(letter.form, form) if end == 0 else times(form, letter.form)
            if vanishes(cleared, depth - 1):
                return True
    return False


def difference(left: Form, right: Form) -> Form:
    """left - right."""
    return plus(left, negative(right))


def cleared(form: Form) -> Form:
    """A form that is 0 exactly where this one is: multiplied by what stands inverted at the ends of its words."""
    for _ in range(_CLEARED):
        for end in (0, -1):
            base = next((_base(word[end]) for word, _ in form.terms if word and _base(word[end]) is not None), None)
            if base is not None:
                form.rows.table.use("inverse-cancel")
                form = times(base, form) if end == 0 else times(form, base)
                break
        else:
            break
    return form


def _base(letter: Letter) -> Form | None:
    """What a letter is the inverse of; None where it is none."""
    match letter:
        case Named() if letter.inverted and is_square(letter):
            return of_word((inverse_letter(letter),))
        case InverseOf(form):
            return form
        case _:
            return None
