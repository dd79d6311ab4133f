"""Which terms are arrays, and of what shape.

Untrusted: it decides how a written `*` is read and refuses lines whose shapes cannot fit; it
never decides whether a line is true. Imports the ground floor and `lexical`.

A shape is a tuple of sizes: () for a number, (d,) for a vector, which is a column, (n, d) for a
matrix, (1, d) for a transposed vector. A size that is not known is None and fits every size.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

from lossproof.derivation import Declaration, Definition
from lossproof.read.lexical import refuse, shorten
from lossproof.term import (
    ARRAY_FUNCTIONS,
    EXPECTATIONS,
    ONE,
    Add,
    Call,
    Component,
    Derivative,
    Entry,
    Family,
    Fold,
    ForAll,
    Integral,
    Limit,
    Mul,
    Number,
    Partial,
    Piecewise,
    Pow,
    Range,
    Relation,
    Subst,
    Symbol,
    Term,
    binders,
    children,
)

Shape = tuple[Term | None, ...]
_NOTHING: frozenset[str] = frozenset()
_WHOLE_TO_NUMBER = {"softmax", "logsumexp"}


class Shapes:
    """Shapes of terms under declarations and definitions; remembers what it has seen.

    `of` returns the shape of a term and raises InputError LP106 or LP107 where the parts do
    not fit: both operands of a sum of different shape, a product of matrices whose inner sizes
    differ, a family without the index it needs.
    """

    def __init__(self, names: Mapping[str, Declaration], definitions: Mapping[str, Definition]) -> None:
        self._names = names
        self._definitions = definitions
        self._seen: dict[int, tuple[Term, Shape]] = {}
        self._defined: dict[str, Shape] = {}
        self._open: set[str] = set()

    def of(self, term: Term, bound: frozenset[str] = _NOTHING) -> Shape:
        """The shape of `term`, in which the names of `bound` are bound variables."""
        if isinstance(term, Symbol):
            return () if term.name in bound else self.of_name(term.name) or ()
        known = self._seen.get(id(term))
        if known is not None:
            return known[1]
        shape = self._compute(term, bound)
        self._seen[id(term)] = (term, shape)  # the term is kept, so its id is not used again
        return shape

    def of_name(self, name: str) -> Shape | None:
        """The shape of a declared or defined name held whole; None where nothing is known of it."""
        declaration = self._names.get(name)
        if declaration is not None:
            if declaration.kind != "family":
                return ()
            return declaration.shape if declaration.shape is not None else (None,) * declaration.rank
        definition = self._definitions.get(name)
        if definition is None:
            return None
        if name not in self._defined:
            if name in self._open:
                refuse("LP108", f"`{shorten(name)}` is defined by itself", definition.span)
            self._open.add(name)
            try:
                sizes = tuple(self._size(r) for r in definition.ranges)
                self._defined[name] = sizes + self.of(definition.body, frozenset(r.name for r in definition.ranges))
            finally:
                self._open.discard(name)
        return self._defined[name]

    def is_bare_family(self, term: Term, bound: frozenset[str]) -> bool:
        """True for a family that lines may not hold whole: one declared without `vector` or `matrix`."""
        if not isinstance(term, Symbol) or term.name in bound:
            return False
        declaration = self._names.get(term.name)
        if declaration is not None:
            return declaration.kind == "family" and not declaration.array
        definition = self._definitions.get(term.name)
        return definition is not None and bool(definition.ranges)

    @staticmethod
    def _size(range_: Range) -> Term | None:
        return range_.upper if range_.lower == ONE else None

    def _compute(self, term: Term, bound: frozenset[str]) -> Shape:
        inner = bound | set(binders(term))
        match term:
            case Add(args):
                return self._same(args, bound, "a sum")
            case Mul(args):
                return self._scaled(args, bound)
            case Pow(base, exponent):
                for part in (base, exponent):
                    if self._operand(part, bound):
                        refuse("LP106", "an array has no power here", part.span,
                               "write HadamardProduct(a, a) for the square of each entry, or A@A")
                return ()
            case Call(function, args):
                return self._call(term, function, args, bound)
            case Fold(kind, body):
                self._parts(term, bound, inner, skip=body)
                shape = self._operand(body, inner)
                if shape and kind == "product":
                    refuse("LP106", "a product over a range of arrays is not read", body.span)
                return shape
            case Family(body, ranges):
                self._parts(term, bound, inner, skip=body)
                return tuple(self._size(r) for r in ranges) + self._operand(body, inner)
            case Derivative(body, by):
                by_shape = self._by(by, bound)
                return self._operand(body, bound) + by_shape * term.order
            case Component(array, indices):
                return self._component(array, indices, bound)
            case Subst(body, variable, value):
                self._same((variable, value), bound, "a substitution")
                return self._operand(body, bound)
            case Limit(body=body) | Integral(body=body):
                self._parts(term, bound, inner, skip=body)
                return self._operand(body, inner)
            case Piecewise(pieces):
                for _, condition in pieces:
                    self.of(condition, bound)
                return self._same(tuple(value for value, _ in pieces), bound, "a Piecewise")
            case Relation(op, left, right):
                shape = self._same((left, right), bound, "a relation")
                if shape and op not in ("=", "!="):
                    refuse("LP106", f"arrays have no order: `{op}` needs numbers", term.span)
                return ()
            case Partial(family=family, indices=indices):
                self._indices(len(self.of(family, bound)), indices, bound, term)
                return ()
            case Entry(family, indices):
                for index in indices:
                    self._scalar(index, bound, "an index")
                return ()
            case ForAll():
                self._parts(term, bound, inner, skip=term.body)
                self.of(term.body, inner)
                return ()
            case _:
                for child in children(term):
                    self.of(child, bound)
                return ()

    def _parts(self, term: Term, bound: frozenset[str], inner: frozenset[str], skip: Term) -> None:
        """Look into bounds, conditions and targets, which must be numbers."""
        condition = getattr(term, "condition", None)
        for child in children(term):
            if child is condition:
                self.of(child, inner)
            elif child is not skip:
                self._scalar(child, bound, "a bound")

    def _operand(self, term: Term, bound: frozenset[str]) -> Shape:
        """The shape of a part that must be a value: a bare family is none."""
        if self.is_bare_family(term, bound):
            assert isinstance(term, Symbol)
            refuse("LP107", f"`{shorten(term.name)}` is a family and stands here without an index", term.span,
                   f"write {shorten(term.name)}[k], or declare it as a vector or matrix")
        return self.of(term, bound)

    def _scalar(self, term: Term, bound: frozenset[str], what: str) -> None:
        if self._operand(term, bound):
            refuse("LP106", f"{what} must be a number, not an array", term.span)

    def _by(self, by: Term, bound: frozenset[str]) -> Shape:
        if self.is_bare_family(by, bound):
            assert isinstance(by, Symbol)
            refuse("LP107", f"a derivative by the family `{shorten(by.name)}` needs an entry", by.span,
                   f"write {shorten(by.name)}[p], or declare it as a vector or matrix")
        return self.of(by, bound)

    def _same(self, args: tuple[Term, ...], bound: frozenset[str], what: str) -> Shape:
        shape = self._operand(args[0], bound) if args else ()
        for arg in args[1:]:
            other = self._operand(arg, bound)
            if not _fits(shape, other):
                refuse("LP106", f"{what} joins {_say(shape)} and {_say(other)}", arg.span)
            shape = tuple(a if a is not None else b for a, b in zip(shape, other, strict=True))
        return shape

    def _scaled(self, args: tuple[Term, ...], bound: frozenset[str]) -> Shape:
        shape: Shape = ()
        for arg in args:
            other = self._operand(arg, bound)
            if shape and other:
                refuse("LP106", f"this product joins {_say(shape)} and {_say(other)}", arg.span,
                       "write A@B for the product of matrices, HadamardProduct(a, b) entry by entry")
            shape = shape or other
        return shape

    def _indices(self, rank: int, indices: tuple[Term, ...], bound: frozenset[str], term: Term) -> None:
        if len(indices) != rank:
            refuse("LP106", f"{len(indices)} indices where there are {rank}", term.span)
        for index in indices:
            self._scalar(index, bound, "an index")

    def _component(self, array: Term, indices: tuple[Term, ...], bound: frozenset[str]) -> Shape:
        shape = self.of(array, bound)
        if not shape:
            refuse("LP106", "only an array has entries, and this is a number", array.span)
        self._indices(len(shape), indices, bound, array)
        return ()

    def _call(self, term: Call, function: str, args: tuple[Term, ...], bound: frozenset[str]) -> Shape:
        declaration = self._names.get(function)
        if declaration is not None and declaration.kind == "functional":
            if not self.of(args[0], bound):
                refuse("LP106", f"`{shorten(function)}` takes a whole family, and this is a number", args[0].span)
            return ()
        if function in _WHOLE_TO_NUMBER:
            if not self.of(args[0], bound):
                refuse("LP106", f"`{function}` takes a whole family, and this is a number", args[0].span,
                       "name the family without an index, as in softmax(z, k)")
            for index in args[1:]:
                self._scalar(index, bound, "an index")
            return ()
        if function in ARRAY_FUNCTIONS:
            return self._array_call(term, function, args, bound)
        shapes = [self.of(arg, bound) for arg in args]
        arrays = [shape for shape in shapes if shape]
        for shape in arrays[1:]:
            if not _fits(arrays[0], shape):
                refuse("LP106", f"`{shorten(function)}` joins {_say(arrays[0])} and {_say(shape)}", term.span)
        if arrays and len(arrays) != len(args):
            refuse("LP106", f"`{shorten(function)}` joins a number and {_say(arrays[0])}", term.span)
        return arrays[0] if arrays else ()

    def _array_call(self, term: Call, function: str, args: tuple[Term, ...], bound: frozenset[str]) -> Shape:
        if function in ("identity", "zeros", "ones"):
            for size in args:
                self._scalar(size, bound, "a size")
            return (args[0], args[0]) if function == "identity" else args
        if function == "matrix":
            for entry in args[2:]:
                self._scalar(entry, bound, "an entry of a matrix")
            return args[:1] if args[1] == ONE else args[:2]
        shapes = [self._operand(arg, bound) for arg in args]
        if function in EXPECTATIONS:
            return _expected(term, shapes)
        if function == "hadamard":
            return self._same(args, bound, "HadamardProduct")
        for arg, shape in zip(args, shapes, strict=True):
            if not shape:
                refuse("LP106", f"`{function}` takes arrays, and this is a number", arg.span)
        first = shapes[0]
        match function:
            case "matmul":
                shape = first
                for arg, right in zip(args[1:], shapes[1:], strict=True):
                    shape = _times(shape, right, arg)
                return shape
            case "transpose":
                _need(first, (1, 2), term)
                if len(first) == 1:
                    return (ONE, first[0])
                return (first[1],) if first[0] == ONE else (first[1], first[0])
            case "inverse" | "trace" | "det":
                _need(first, (2,), term)
                if not _fits((first[0],), (first[1],)):
                    refuse("LP106", f"`{function}` needs a square matrix, and this is {_say(first)}", term.span)
                return first if function == "inverse" else ()
            case "outer":
                _need(first, (1,), term)
                _need(shapes[1], (1,), term)
                return (first[0], shapes[1][0])
            case "dot":
                _need(first, (1,), term)
                self._same(args, bound, "Dot")
                return ()
            case _:
                raise AssertionError(function)


def _expected(term: Call, shapes: list[Shape]) -> Shape:
    """The shape of an expectation, a variance (of a vector: a matrix) or the like."""
    if term.function == "expectation":
        return shapes[0]
    ranks = (0, 1) if term.function in ("variance", "covariance") else (0,)
    first, last = shapes[0], shapes[-1]
    for shape in shapes:
        if len(shape) not in ranks or len(shape) != len(first):
            refuse("LP106", f"`{term.function}` does not take {_say(shape)}", term.span)
    return first + last


def _need(shape: Shape, ranks: tuple[int, ...], term: Call) -> None:
    if len(shape) not in ranks:
        refuse("LP106", f"`{term.function}` does not take {_say(shape)}", term.span)


def _times(left: Shape, right: Shape, at: Term) -> Shape:
    """The shape of a matrix product; a row times a column is a number."""
    if not left or not right:
        return left or right
    if len(left) > 2 or len(right) > 2:
        _unfit(left, right, at)
    if len(left) == 1:  # a column: only a row may follow
        if len(right) != 2 or not _fits((right[0],), (ONE,)):
            _unfit(left, right, at)
        return (left[0], right[1])
    if not _fits(left[1:], right[:1]):
        _unfit(left, right, at)
    if len(right) == 1:
        return () if left[0] == ONE else left[:1]
    return (left[0], right[1])


def _unfit(left: Shape, right: Shape, at: Term) -> NoReturn:
    refuse("LP106", f"the matrix product of {_say(left)} and {_say(right)} does not fit", at.span,
           "write Transpose(a)@b or Dot(a, b) for the inner product of two vectors")


def _fits(left: Shape, right: Shape) -> bool:
    """False where ranks differ, or two sizes that are plain names or numbers do."""
    if len(left) != len(right):
        return False
    return all(a == b or not (isinstance(a, Symbol | Number) and type(a) is type(b))
               for a, b in zip(left, right, strict=True))


def _say(shape: Shape) -> str:
    sizes = " x ".join(d.name if isinstance(d, Symbol) else str(d.value) if isinstance(d, Number) else "?"
                       for d in shape)
    match len(shape):
        case 0:
            return "a number"
        case 1:
            return f"a vector of {sizes}"
        case 2:
            return f"a {sizes} matrix"
        case _:
            return f"a {sizes} array"
