"""Concrete arrays of jets: families, vectors and matrices at a point, entry by entry.

Trusted. Imports `jets` and python-flint. An array has a shape and computes an entry when it is asked for,
so that an entry nobody looks at cannot make a line undefined. A vector of shape (n,)
counts as a column. Positions count from 1.

How many indices a value has goes by the line as written, not by the sizes at the point: A v is a vector
also where A has one row, and v^T w is a number because a transposed vector is written with one row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import TypeAlias

from flint import fmpq, fmpq_mat

from lossproof.kernel.jets import ONE, ZERO, Real, Undecided, Undefined, reciprocal, times

Position: TypeAlias = tuple[int, ...]


class Single(int):
    """The size 1 where it is written, as opposed to a size that happens to be 1 at the point."""

    __slots__ = ()


SINGLE = Single(1)

# Determinants go by expansion along rows: n! terms.
_LARGEST_DETERMINANT = 6


class Array:
    """A shape, and the entries inside it."""

    __slots__ = ("_entries", "_entry", "shape")

    def __init__(self, shape: Position, entry: Callable[[Position], Real]) -> None:
        self.shape = shape
        self._entry = entry
        self._entries: dict[Position, Real] = {}

    def at(self, position: Position) -> Real:
        """The entry; Undefined outside the shape, Undecided where the rank does not fit."""
        known = self._entries.get(position)
        if known is not None:
            return known
        if len(position) != len(self.shape):
            raise Undecided("an entry with the wrong number of indices")
        if any(not 1 <= i <= n for i, n in zip(position, self.shape, strict=True)):
            raise Undefined("an entry outside its array")
        self._entries[position] = self._entry(position)
        return self._entries[position]

    def positions(self) -> list[Position]:
        """All positions, row by row."""
        return list(product(*(range(1, n + 1) for n in self.shape)))

    def flat(self) -> list[Real]:
        """All entries, row by row."""
        return [self.at(position) for position in self.positions()]

    def rows_and_columns(self) -> tuple[int, int]:
        """The shape as a matrix; Undecided beyond rank 2."""
        if len(self.shape) == 1:
            return self.shape[0], SINGLE
        if len(self.shape) == 2:
            return self.shape[0], self.shape[1]
        raise Undecided("a matrix was expected")

    def element(self, i: int, j: int) -> Real:
        """The entry in row i and column j of the array as a matrix."""
        return self.at((i,) if len(self.shape) == 1 else (i, j))


Value: TypeAlias = Real | Array


def scalar(value: Value) -> Real:
    """The number; a matrix written with one row and one column counts as its entry, others raise Undecided."""
    if not isinstance(value, Array):
        return value
    if _is_number(value):
        return value.at((1, 1))
    raise Undecided("an array stands where a number must")


def _is_number(value: Value) -> bool:
    return not isinstance(value, Array) or (len(value.shape) == 2 and all(isinstance(n, Single) for n in value.shape))


def array(value: Value) -> Array:
    """The array; a number is an array of one entry."""
    return value if isinstance(value, Array) else Array((SINGLE, SINGLE), lambda _: value)


def component(value: Value, position: Position) -> Real:
    """One entry. Undefined outside the array, Undecided for a number."""
    if isinstance(value, Array):
        return value.at(position)
    raise Undecided("a number has no entries")


def elementwise(function: Callable[[Sequence[Real]], Real], values: Sequence[Value]) -> Value:
    """`function` at numbers, or entry by entry where arguments are arrays of one shape.

    Numbers beside arrays are the same for every entry. Undecided where shapes differ.
    """
    shapes = [v.shape for v in values if isinstance(v, Array)]
    if not shapes:
        return function([scalar(v) for v in values])
    if any(shape != shapes[0] for shape in shapes):
        raise Undecided("arrays of different shapes")
    return Array(shapes[0], lambda at: function([v.at(at) if isinstance(v, Array) else v for v in values]))


def total(values: Sequence[Value]) -> Value:
    """The sum of numbers, or of arrays of one shape; numbers and arrays do not mix."""
    if values and all(isinstance(v, Array) for v in values):
        return elementwise(_sum, values)
    return _sum([scalar(v) for v in values])


def _sum(values: Sequence[Real]) -> Real:
    result: Real = ZERO
    for value in values:
        result = result + value
    return result


def multiply(values: Sequence[Real]) -> Real:
    """The product of numbers."""
    result: Real = ONE
    for value in values:
        result = times(result, value)
    return result


def scaled(values: Sequence[Value]) -> Value:
    """The product of numbers and at most one array; Undecided for more arrays."""
    arrays = [v for v in values if isinstance(v, Array) and not _is_number(v)]
    if len(arrays) > 1:
        raise Undecided("a product of arrays that says neither matmul nor hadamard")
    if not arrays:
        return multiply([scalar(v) for v in values])
    (held,) = arrays
    factor = multiply([scalar(v) for v in values if v is not held])
    return Array(held.shape, lambda at: times(factor, held.at(at)))


def matrix_product(values: Sequence[Value]) -> Value:
    """A B C ...; a matrix times a vector is a vector, a row times a vector a number, numbers scale."""
    result = values[0]
    for value in values[1:]:
        result = _two_matrices(result, value)
    return result


def _two_matrices(left: Value, right: Value) -> Value:
    if not isinstance(left, Array) or not isinstance(right, Array):
        return scaled((left, right))
    (rows, inner), (inner_right, columns) = left.rows_and_columns(), right.rows_and_columns()
    if inner != inner_right:
        raise Undecided("a matrix product of shapes that do not fit")

    def entry(i: int, j: int) -> Real:
        return _sum([times(left.element(i, k), right.element(k, j)) for k in range(1, inner + 1)])

    if len(left.shape) == 1 or len(right.shape) == 2:
        return Array((rows, columns), lambda at: entry(at[0], at[1]))
    if isinstance(rows, Single):
        return entry(1, 1)
    return Array((rows,), lambda at: entry(at[0], 1))


def transpose(value: Value) -> Array:
    """The transpose: of a vector a row, of what is written as a row a vector."""
    held = array(value)
    rows, columns = held.rows_and_columns()
    if isinstance(rows, Single) and len(held.shape) == 2:
        return Array((columns,), lambda at: held.element(1, at[0]))
    return Array((columns, rows), lambda at: held.element(at[1], at[0]))


def outer(left: Value, right: Value) -> Value:
    """u v^T."""
    u, v = array(left), array(right)
    (rows, one), (columns, also_one) = u.rows_and_columns(), v.rows_and_columns()
    if one != 1 or also_one != 1:
        raise Undecided("an outer product of what are not vectors")
    return Array((rows, columns), lambda at: times(u.element(at[0], 1), v.element(at[1], 1)))


def dot(left: Value, right: Value) -> Real:
    """The sum of products of entries at equal positions."""
    u, v = array(left), array(right)
    if u.rows_and_columns() != v.rows_and_columns():
        raise Undecided("a dot product of different shapes")
    return _sum([times(x, y) for x, y in zip(u.flat(), v.flat(), strict=True)])


def _square(value: Value) -> tuple[Array, int]:
    held = array(value)
    rows, columns = held.rows_and_columns()
    if rows != columns or len(held.shape) != 2:
        raise Undecided("a square matrix was expected")
    return held, rows


def trace(value: Value) -> Real:
    """The sum along the diagonal."""
    held, n = _square(value)
    return _sum([held.element(i, i) for i in range(1, n + 1)])


def determinant(value: Value) -> Real:
    """The determinant, of rationals exactly, else by expansion; Undecided above a small size there."""
    held, n = _square(value)
    exact = _rationals(held, n)
    if exact is not None:
        return exact.det()
    return _minor(held, tuple(range(1, n + 1)), tuple(range(1, n + 1)))


def _rationals(held: Array, n: int) -> fmpq_mat | None:
    """The matrix where all its entries are rational."""
    entries: list[fmpq] = []
    for i in range(1, n + 1):
        for j in range(1, n + 1):
            entry = held.element(i, j)
            if not isinstance(entry, fmpq):
                return None
            entries.append(entry)
    return fmpq_mat(n, n, entries)


def _minor(held: Array, rows: tuple[int, ...], columns: tuple[int, ...]) -> Real:
    if len(rows) > _LARGEST_DETERMINANT:
        raise Undecided("a determinant of this size is not computed")
    if not rows:
        return ONE
    result: Real = ZERO
    for position, column in enumerate(columns):
        cofactor = _minor(held, rows[1:], columns[:position] + columns[position + 1:])
        term = times(held.element(rows[0], column), cofactor)
        result = result + (-term if position % 2 else term)
    return result


def inverse(value: Value) -> Array:
    """The inverse, of rationals exactly, else by cofactors; Undefined where the determinant is 0."""
    held, n = _square(value)
    exact = _rationals(held, n)
    if exact is not None:
        if exact.det() == 0:
            raise Undefined("the inverse of a singular matrix")
        turned = exact.inv()
        return Array(held.shape, lambda at: turned[at[0] - 1, at[1] - 1])
    everything = tuple(range(1, n + 1))
    scale = reciprocal(_minor(held, everything, everything))

    def entry(at: Position) -> Real:
        i, j = at
        cofactor = _minor(held, tuple(r for r in everything if r != j), tuple(c for c in everything if c != i))
        return times(scale, -cofactor if (i + j) % 2 else cofactor)

    return Array(held.shape, entry)


def filled(shape: Position, entry: Real) -> Array:
    """The array that is `entry` everywhere."""
    return Array(shape, lambda _: entry)


def identity(n: int) -> Array:
    """The identity matrix of size n."""
    return Array((n, n), lambda at: ONE if at[0] == at[1] else ZERO)
