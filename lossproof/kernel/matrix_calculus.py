"""Derivatives of traces, determinants and words along a direction, and gradients read off from them.

Trusted. Imports `words`, `inverses`, `letters`, `normal_form`. The derivative of a number by a matrix
X is taken along a direction dX, a letter of its own: the gradient G is what stands in trace(G^T dX).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

from lossproof.kernel.atoms import DetAtom, EntryAtom, TraceAtom, Var
from lossproof.kernel.inverses import inverse
from lossproof.kernel.letters import (
    Form,
    InverseOf,
    Letter,
    Named,
    OnesVector,
    Unit,
    Word,
    columns_of,
    names_of,
    rows_of,
)
from lossproof.kernel.normal_form import Normal, Table, Unsupported
from lossproof.kernel.words import (
    collected,
    element,
    identity,
    negative,
    of_unit,
    of_word,
    plus,
    product,
    scaled,
    times,
    trace,
    transpose,
    zero,
)


@dataclass(frozen=True, slots=True)
class Direction:
    """The array `name` moves along the form."""

    name: str
    along: Form


Target = Var | EntryAtom | Direction
OfNumber = Callable[[Normal], Normal]


def direction(t: Table, target: Target) -> Direction | None:
    """The direction in which an array moves with a target; None for a scalar target."""
    match target:
        case Direction():
            return target
        case EntryAtom(family, indices) if (letter := t.letter(family)) is not None:
            row = of_unit(indices[0], letter.rows, row=False)
            if letter.rank == 1:
                return Direction(family, row)
            return Direction(family, times(row, of_unit(indices[1], letter.columns, row=True)))
        case _:
            return None


def of_entry(t: Table, moved: Direction, indices: tuple[Normal, ...]) -> Normal:
    """The derivative of an entry of the moving array."""
    return element(moved.along, indices[0], indices[1] if len(indices) == 2 else t.one)


def of_atom(t: Table, atom: TraceAtom | DetAtom, moved: Direction | None, of_number: OfNumber) -> Normal:
    """The derivative of a trace or a determinant."""
    if isinstance(atom, TraceAtom):
        return trace(_of_word(atom.word, rows_of(atom.word[0]), moved, of_number))
    inside = differential(atom.form, moved, of_number)
    if inside.is_zero:
        return t.zero
    t.use("derivative-of-det")
    return t.atom(atom) * trace(times(inverse(atom.form), inside))


def differential(form: Form, moved: Direction | None, of_number: OfNumber) -> Form:
    """The derivative of a form."""
    parts = [zero(form.rows, form.columns)]
    for word, c in form.terms:
        slope = of_number(c)
        if not slope.is_zero:
            parts.append(collected(form.rows, form.columns, [(word, slope)]))
        if word:
            parts.append(scaled(_of_word(word, form.rows, moved, of_number), c))
    return plus(*parts)


def _of_word(word: Word, size: Normal, moved: Direction | None, of_number: OfNumber) -> Form:
    parts: list[Form] = []
    for i, letter in enumerate(word):
        inner = _of_letter(letter, moved, of_number)
        if inner is not None and not inner.is_zero:
            before = of_word(word[:i]) if i else identity(rows_of(letter))
            parts.append(times(times(before, inner), of_word(word[i + 1:])) if i + 1 < len(word)
                         else times(before, inner))
    if not parts:
        return zero(size, columns_of(word[-1]))
    size.table.use("derivative-of-matrix-product")
    return plus(*parts)


def _of_letter(letter: Letter, moved: Direction | None, of_number: OfNumber) -> Form | None:
    match letter:
        case Named(name):
            if moved is None or moved.name != name:
                return None
            inner = transpose(moved.along) if letter.transposed else moved.along
            if not letter.inverted:
                return inner
            me = of_word((letter,))
            letter.rows.table.use("derivative-of-inverse")
            return negative(product(me, inner, me))
        case InverseOf(form):
            inner = differential(form, moved, of_number)
            if inner.is_zero:
                return None
            me = of_word((letter,))
            form.rows.table.use("derivative-of-inverse")
            return negative(product(me, inner, me))
        case Unit(index):
            if not of_number(index).is_zero:
                raise Unsupported("a derivative by an index")
            return None
        case OnesVector():
            return None


def gradient(t: Table, slope: Normal, moving: Named) -> Form:
    """The form G with slope = trace(G^T moving), where the slope is linear in the letter `moving`."""
    name = moving.name
    result = zero(moving.rows, moving.columns)
    den = t.polynomial(slope.den)
    if name in den.free():
        raise Unsupported("a derivative by an array inside an operator")
    for mono, coefficient in t.terms(slope.num):
        found = [(i, e) for i, e in mono if name in t.free_of(i)]
        if len(found) != 1 or found[0][1] != 1:
            raise Unsupported("a derivative by an array inside an operator")
        atom = t[found[0][0]]
        places = [k for k, letter in enumerate(atom.word) if isinstance(letter, Named) and letter.name == name
                  ] if isinstance(atom, TraceAtom) else []
        if not isinstance(atom, TraceAtom) or len(places) != 1 or list(names_of(atom.word)).count(name) != 1:
            raise Unsupported("a derivative by an array inside an operator")
        k = places[0]
        letter = atom.word[k]
        assert isinstance(letter, Named)
        others = atom.word[k + 1:] + atom.word[:k]
        rest = of_word(others) if others else identity(letter.rows)
        factor = t.monomial(tuple((i, e) for i, e in mono if (i, e) not in found)).scaled(Fraction(coefficient))
        part = rest if letter.transposed else transpose(rest)
        result = plus(result, scaled(part, factor / den))
    t.use("gradient-of-trace")
    return result


def moving_letter(t: Table, letter: Named) -> Named:
    """A letter of the same shape that stands for the direction in which an array moves."""
    return replace(letter, name=t.fresh(), traits=frozenset(), transposed=False, inverted=False)

