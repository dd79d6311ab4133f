"""Signs of polynomials beyond those of their terms: squares that are completed or summed, two terms against each other.

Trusted. Imports `atoms`, `binders`, `functions`, `normal_form`, `sign_sets`. Signs of smaller polynomials are asked for
through the table (`Table.sign`), which counts how deep it goes.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import permutations
from math import lcm

from lossproof.kernel.atoms import ExpAtom, FoldAtom, RootAtom
from lossproof.kernel.binders import NOT_NEGATIVE, count_of
from lossproof.kernel.functions import log_abs, reduce
from lossproof.kernel.normal_form import Normal, Table
from lossproof.kernel.sign_sets import Sign, flipped

_MOST_TERMS = 24
_MOST_SUMS = 6


def by_square(t: Table, poly: Normal) -> Sign:
    """a x^2 + b x + c has the sign of a where a != 0 and 4 a c - b^2 >= 0 (strictly where > 0)."""
    best = Sign.UNKNOWN
    if len(poly.num) < 3:
        return best
    for leading, _, gap in _completed(t, poly):
        t.use("completed-square")
        if gap[1] is Sign.POSITIVE:
            return leading
        best = Sign.NONNEGATIVE if leading is Sign.POSITIVE else Sign.NONPOSITIVE
    return best


def completed(t: Table, poly: Normal) -> tuple[Normal, ...]:
    """What is 0 where a x^2 + b x + c is: 2 a x + b and 4 a c - b^2, for a != 0 and 4 a c - b^2 >= 0; () if
    that is not so. Of a x^2 with a != 0, x."""
    for _, root, gap in _completed(t, poly):
        return root, gap[0]
    if len(poly.num) == 1:
        ((mono, _),) = t.terms(poly.num)
        if len(mono) == 1 and mono[0][1] > 1:
            return (t.monomial(((mono[0][0], 1),)),)
    return ()


def least_squares(t: Table, poly: Normal) -> Iterator[tuple[int, Normal]]:
    """Sums of squares in a polynomial, and what each is at least: (sum x)^2 / n <= sum x^2 over n > 0 terms."""
    folds = [(i, atom) for i in poly.atoms() if isinstance(atom := t[i], FoldAtom) and atom.kind == "sum"
             and len(atom.ranges) == 1 and not any(name[0] == "#" for name in t.free_of(i))]
    for (i, squares), (j, sums) in permutations(folds[:_MOST_SUMS], 2):
        if squares.ranges != sums.ranges or squares.first != sums.first or sums.body * sums.body != squares.body:
            continue
        count = count_of(t, sums.ranges[0])
        if count is not None and t.sign(count) is Sign.POSITIVE:
            yield i, t.monomial(((j, 2),)) / count


def _completed(t: Table, poly: Normal) -> Iterator[tuple[Sign, Normal, tuple[Normal, Sign]]]:
    """(sign of a, 2 a x + b, (4 a c - b^2, its sign)) for the x with a != 0 and 4 a c - b^2 >= 0."""
    if not 2 <= len(poly.num) <= _MOST_TERMS:
        return
    degrees = poly.num.degrees()
    for i in poly.atoms():
        if degrees[i] != 2:
            continue
        parts = [t.zero, t.zero, t.zero]
        for mono, coefficient in t.terms(poly.num):
            power = dict(mono).get(i, 0)
            rest = t.monomial(tuple((k, e) for k, e in mono if k != i)).scaled(Fraction(coefficient))
            parts[power] = parts[power] + rest
        c, b, a = parts
        leading = t.sign(a)
        if leading not in (Sign.POSITIVE, Sign.NEGATIVE):
            continue
        t.spend(4)
        gap = (a * c).scaled(Fraction(4)) - b * b
        sign = t.sign(gap)
        if sign in NOT_NEGATIVE:
            yield leading, a.scaled(Fraction(2)) * t.monomial(((i, 1),)) + b, (gap, sign)


def by_two_terms(t: Table, poly: Normal) -> Sign:
    """m - m' with m and m' > 0 has the sign of log m - log m', and of m^q - m'^q; asked for where there is an
    exp or a root."""
    terms = t.terms(poly.num)
    if len(terms) != 2 or terms[0][1] * terms[1][1] > 0:
        return Sign.UNKNOWN
    roots = [atom.root for i in poly.atoms() if isinstance(atom := t[i], RootAtom)]
    if not roots and not any(isinstance(t[i], ExpAtom) for i in poly.atoms()):
        return Sign.UNKNOWN
    (first, a), (second, b) = terms
    one, other = t.monomial(first), t.monomial(second)
    order = lcm(*roots)
    if roots and order <= 6 and all(t.sign(t.monomial(((i, 1),))) in NOT_NEGATIVE for i in poly.atoms()):
        sign = t.sign(reduce(t, (one.scaled(Fraction(abs(a))) ** order - other.scaled(Fraction(abs(b))) ** order)))
        if sign is not Sign.UNKNOWN:
            t.use("power-monotone")
            return sign if a > 0 else flipped(sign)
    if not any(isinstance(t[i], ExpAtom) for i in poly.atoms()):
        return Sign.UNKNOWN
    if not all(t.sign(t.monomial(((i, 1),))) is Sign.POSITIVE for i in poly.atoms()):
        return Sign.UNKNOWN
    sign = t.sign(log_abs(t, one.scaled(Fraction(abs(a)))) - log_abs(t, other.scaled(Fraction(abs(b)))))
    if sign is not Sign.UNKNOWN:
        t.use("exp-monotone")
    return sign if a > 0 else flipped(sign)
