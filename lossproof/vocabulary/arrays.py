"""Whole vectors and matrices: SymPy expressions of our own with their shape and operators.

Untrusted. Imports SymPy, the ground floor, nodes and registry. SymPy's own matrix products
evaluate (`A*A.I` collapses), so these take their place. A vector is a column; entries count
from 1. A shape is a tuple of sizes; LP106 names shapes that do not fit.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, Mul, Pow, S, Tuple
from sympy.core.symbol import Str

from lossproof import term as t
from lossproof.derivation import Declaration
from lossproof.vocabulary.nodes import (
    Applied,
    Family,
    FamilyOf,
    Node,
    Part,
    Quantity,
    Reading,
    Shape,
    Slope,
    WholeCall,
    checked_indices,
    exact,
    shape_of,
)
from lossproof.vocabulary.registry import wrong


def same_shape(what: str, *arrays: Any) -> Shape:
    """The common shape of the arrays; LP106 where they differ."""
    first, *others = (shape_of(a) for a in arrays)
    for other in others:
        if other != first:
            raise wrong("LP106", f"{what}: shapes {show_shape(first)} and {show_shape(other)} do not fit",
                        "every entry needs its partner: check the sizes in the declarations")
    return first


def show_shape(shape: Shape) -> str:
    """A shape as people read it: n x d, n, or scalar."""
    return " x ".join(str(size) for size in shape) or "(a number)"


class ArrayMixin:
    """Operators of vectors and matrices."""

    is_array = True

    _op_priority = 20.0     # SymPy's numbers have 10: `2*A` and `B + A` come here too
    shape: Shape

    def __add__(self, other: Any) -> Any:
        return ArraySum(self, exact(other))

    def __radd__(self, other: Any) -> Any:
        return ArraySum(exact(other), self)

    def __neg__(self) -> Any:
        return ArrayProduct(S.NegativeOne, self)

    def __sub__(self, other: Any) -> Any:
        other = exact(other)
        return ArraySum(self, -other if shape_of(other) else Mul(S.NegativeOne, other))

    def __rsub__(self, other: Any) -> Any:
        return ArraySum(exact(other), -self)

    def __mul__(self, other: Any) -> Any:
        return ArrayProduct(self, exact(other))

    def __rmul__(self, other: Any) -> Any:
        return ArrayProduct(exact(other), self)

    def __truediv__(self, other: Any) -> Any:
        return ArrayProduct(self, Pow(exact(other), S.NegativeOne))

    def __rtruediv__(self, other: Any) -> Any:
        raise wrong("LP107", "an array cannot be divided by", "write inverse(A) for the inverse of a matrix")

    def __pow__(self, other: Any) -> Any:
        raise wrong("LP107", "`**` of an array is ambiguous",
                    "write A @ A, inverse(A), hadamard(v, v), or give the entry's power")

    def __matmul__(self, other: Any) -> Any:
        return matmul(self, exact(other))

    def __rmatmul__(self, other: Any) -> Any:
        return matmul(exact(other), self)

    def __getitem__(self, indices: Any) -> Any:
        return Part(self, *checked_indices(self, indices, len(self.shape)))

    @property
    def T(self) -> Any:
        """The transpose."""
        return array_call("transpose", (self,))


class ArrayFamily(ArrayMixin, Family):
    """A declared vector or matrix."""

    def __getitem__(self, indices: Any) -> Any:
        return Family.__getitem__(self, indices)


class ArrayQuantity(ArrayMixin, Quantity):
    """A quantity whose body is an array."""

    @property
    def shape(self) -> Shape:  # type: ignore[override]
        return shape_of(self.body)


class AppliedArray(ArrayMixin, Applied):
    """A scalar function applied to every entry of an array."""

    @property
    def shape(self) -> Shape:  # type: ignore[override]
        return same_shape(self.args[0].name, *(a for a in self.args[2:] if shape_of(a)))


def apply(name: str, arguments: tuple[Any, ...], orders: tuple[int, ...] = (),
          declaration: Declaration | None = None) -> Applied:
    """A function of numbers at its arguments; at arrays it acts on every entry, and is an array itself."""
    kind = AppliedArray if any(shape_of(argument) for argument in arguments) else Applied
    made: Applied = kind(Str(name), Tuple(*orders), *arguments)
    made.declaration = declaration
    return made


class ArrayCall(ArrayMixin, WholeCall):
    """A function of whole arrays whose value is an array, of the shape that its last argument says."""

    @property
    def shape(self) -> Shape:  # type: ignore[override]
        return tuple(self.args[-1])

    def as_term(self, read: Reading) -> t.Term:
        return WholeCall(*self.args[:-1]).as_term(read)


def array_call(name: str, arguments: tuple[Any, ...], shape: Shape | None = None) -> Any:
    """A call of an array function; its shape follows from its name where it is not given."""
    if name == "transpose":
        old = shape_of(arguments[0])
        shape = (S.One, *old) if len(old) == 1 else old[::-1]
    if not shape:
        return WholeCall(Str(name), Tuple(), *arguments)
    return ArrayCall(Str(name), Tuple(), *arguments, Tuple(*shape))


def matmul(left: Any, right: Any) -> Any:
    """left @ right. A row (the transpose of a vector) times a column is a number. LP106 where the shapes do not fit."""
    rows, columns = shape_of(left), shape_of(right)
    if not rows or not columns:
        raise wrong("LP106", "`@` needs an array on both sides", "write `*` to multiply by a number")
    if len(rows) == 1 and len(columns) == 1:
        raise wrong("LP106", "`@` of two vectors is ambiguous",
                    "write dot(u, v) for the number, outer(u, v) for the matrix, hadamard(u, v) for elementwise")
    inner = rows[-1] if len(rows) == 2 else S.One
    if inner != columns[0]:
        raise wrong("LP106", f"`@`: shapes {show_shape(rows)} and {show_shape(columns)} do not fit",
                    "the left array's last size must be the right array's first")
    shape = (rows[0], *columns[1:])
    return array_call("matmul", (left, right), () if shape == (S.One,) else shape)


class ArraySum(ArrayMixin, Node):
    """A sum of arrays, written order kept."""

    def __new__(cls, *arrays: Any) -> ArraySum:
        same_shape("`+`", *arrays)
        made: ArraySum = Expr.__new__(cls, *arrays)
        return made

    @property
    def shape(self) -> Shape:  # type: ignore[override]
        return shape_of(self.args[0])

    def as_term(self, read: Reading) -> t.Term:
        first, *rest = (read.term(a) for a in self.args)
        return t.Add((*(first.args if isinstance(first, t.Add) else (first,)), *rest))


class ArrayProduct(ArrayMixin, Node):
    """A product of numbers and one array."""

    def __new__(cls, *factors: Any) -> ArrayProduct:
        if sum(1 for factor in factors if shape_of(factor)) > 1:
            raise wrong("LP107", "`*` between two arrays is ambiguous",
                        "write A @ B for the matrix product, hadamard(a, b) for the elementwise one")
        made: ArrayProduct = Expr.__new__(cls, *factors)
        return made

    @property
    def shape(self) -> Shape:  # type: ignore[override]
        return next(shape for factor in self.args if (shape := shape_of(factor)))

    def as_term(self, read: Reading) -> t.Term:
        first, *rest = (t.Pow(read.term(a.args[0]), t.MINUS_ONE) if isinstance(a, Pow) and a.args[1] is S.NegativeOne
                        else read.term(a) for a in self.args)
        return t.Mul((*(first.args if isinstance(first, t.Mul) else (first,)), *rest))


class ArraySlope(ArrayMixin, Slope):
    """A derivative of or by an array: the array of the entries' derivatives."""

    @property
    def shape(self) -> Shape:  # type: ignore[override]
        return (*shape_of(self.args[0]), *shape_of(self.args[1]))


class ArrayOf(ArrayMixin, FamilyOf):
    """A family that is used as a vector or matrix."""
