"""Vectors and matrices by their entries.

Trusted. Imports the ground floor. An array line is judged by its generic entry: `shape`
gives the sizes as terms, `component` the scalar term of one entry. A vector is a column.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from lossproof.derivation import Declaration, Definition, reached
from lossproof.kernel.normal_form import Unsupported
from lossproof.term import (
    ARRAY_FUNCTIONS,
    MINUS_ONE,
    ONE,
    ZERO,
    Add,
    Call,
    Component,
    Const,
    Derivative,
    Entry,
    Family,
    Fold,
    Limit,
    Mul,
    Number,
    Partial,
    Pow,
    Range,
    Subst,
    Symbol,
    Term,
    free_names,
    fresh_name,
    substitute,
    walk,
)

Shape = tuple[Term, ...]


_LARGEST_WRITTEN_OUT = 3
"""Determinants up to this concrete size are written out."""




def _product_shape(left: Shape, right: Shape) -> Shape:
    """The shape of a matrix product; a row times a column is a number."""
    if not left or not right:
        return left or right
    if len(left) == 1:
        return (left[0], right[-1])
    if len(right) == 1:
        return () if left[0] == ONE else left[:1]
    return (left[0], right[1])


def _sizes(ranges: tuple[Range, ...], what: str) -> Shape:
    """The sizes of a family taken whole, whose entries count from 1 like those of every array."""
    if any(r.lower != ONE for r in ranges):
        raise Unsupported(f"{what}, whose indices do not start at 1, taken whole")
    return tuple(r.upper for r in ranges)


def _without(positions: tuple[int, ...], position: int) -> tuple[int, ...]:
    return tuple(p for p in positions if p != position)


class Components:
    """Shapes and entries under the declarations and definitions of a step."""

    def __init__(self, declarations: Mapping[str, Declaration], definitions: Mapping[str, Definition]) -> None:
        self.declarations = declarations
        self.definitions = definitions

    def shape_of_name(self, name: str) -> Shape:
        """The sizes of a declared family or a quantity; () for a scalar."""
        declaration = self.declarations.get(name)
        if declaration is not None:
            return declaration.shape or () if declaration.kind == "family" else ()
        definition = self.definitions.get(name)
        if definition is None:
            return ()
        if definition.ranges:
            return _sizes(definition.ranges, f"the family {name}")
        return self.shape(definition.body)

    def shape(self, term: Term) -> Shape:
        """The sizes of a term: () for a scalar, (n,) for a vector, (n, d) for a matrix."""
        match term:
            case Symbol(name):
                return self.shape_of_name(name)
            case Number() | Const() | Entry() | Component() | Partial() | Pow():
                return ()
            case Fold(body=body):
                return self.shape(body)
            case Add(args):
                return self.shape(args[0])
            case Mul(args):
                shapes = [s for a in args if (s := self.shape(a))]
                if len(shapes) > 1:
                    raise Unsupported("a product of several arrays: write matmul or hadamard")
                return shapes[0] if shapes else ()
            case Family(_, ranges):
                return _sizes(ranges, "a family")
            case Derivative(body, by, _):
                by_shape = self.shape(by)
                return by_shape if by_shape else self.shape(body)
            case Limit(body=body) | Subst(body=body):
                return self.shape(body)
            case Call(function, args):
                return self._call_shape(function, args)
            case _:
                return ()

    def _call_shape(self, function: str, args: tuple[Term, ...]) -> Shape:
        match function:
            case "dot" | "trace" | "det" | "softmax" | "logsumexp" | "correlation" | "deviation":
                return ()
            case "expectation":
                return self.shape(args[0])
            case "variance" | "covariance":
                return tuple(size for arg in (args[0], args[-1]) for size in self.shape(arg))
            case "identity":
                return (args[0], args[0])
            case "zeros" | "ones":
                return args
            case "matrix":
                return args[:1] if args[1] == ONE else args[:2]
            case "transpose":
                shape = self._rank_at_least(args[0])
                if len(shape) == 1:
                    return (ONE, shape[0])
                return (shape[1],) if shape[0] == ONE else (shape[1], shape[0])
            case "inverse" | "hadamard":
                return self.shape(args[0])
            case "outer":
                return (self._rank_at_least(args[0])[0], self._rank_at_least(args[1])[0])
            case "matmul":
                shape = self.shape(args[0])
                for factor in args[1:]:
                    shape = _product_shape(shape, self.shape(factor))
                return shape
        declaration = self.declarations.get(function)
        if declaration is not None and declaration.kind == "functional":
            return ()
        return self.shape(args[0]) if len(args) == 1 else ()

    def _rank_at_least(self, term: Term) -> Shape:
        """The shape of an argument that must be an array."""
        shape = self.shape(term)
        if not shape:
            raise Unsupported("a number where a vector or matrix must stand")
        return shape

    def component(self, term: Term, indices: Shape) -> Term:
        """The scalar term of the entry at `indices`."""
        match term:
            case Symbol(name):
                definition = self.definitions.get(name)
                if definition is not None and not definition.ranges and not self.shape(definition.body):
                    raise Unsupported(f"an entry of the scalar {name}")
                return Entry(name, indices)
            case Add(args):
                return Add(tuple(self.component(a, indices) for a in args))
            case Mul(args):
                return Mul(tuple(self.component(a, indices) if self.shape(a) else a for a in args))
            case Fold("sum", body, range_, condition):
                if range_.name in {n for i in indices for n in free_names(i)}:
                    raise Unsupported("an entry of a sum under the name of its index")
                return Fold("sum", self.component(body, indices), range_, condition)
            case Family(body, ranges):
                _sizes(ranges, "a family")
                return substitute(body, {r.name: i for r, i in zip(ranges, indices, strict=True)})
            case Derivative(body, by, order):
                if self.shape(by):
                    if not isinstance(by, Symbol) or order != 1 or self.shape(body):
                        raise Unsupported("a derivative of an array by an array")
                    return Derivative(body, Entry(by.name, indices))
                return Derivative(self.component(body, self._outside(indices, by)), by, order)
            case Limit(body, variable, target, side):
                return Limit(self.component(body, self._outside(indices, variable)), variable, target, side)
            case Subst(body, variable, value):
                return Subst(self.component(body, self._outside(indices, variable)), variable, value)
            case Call(function, args, orders):
                return self._call_component(function, args, orders, indices)
            case _:
                raise Unsupported("an entry of something that is no array")

    def _outside(self, indices: Shape, variable: Term) -> Shape:
        """Indices of an entry, of which none depends on the variable that is varied within the array."""
        if reached(indices, self.definitions) & free_names(variable):
            raise Unsupported("an entry, at an index that is varied within the array")
        return indices

    def _call_component(self, function: str, args: Shape, orders: tuple[int, ...], indices: Shape) -> Term:
        match function:
            case "transpose":
                (array,) = args
                if len(self.shape(array)) == 1:
                    return self.component(array, (indices[1],))
                return self.component(array, (ONE if len(indices) == 1 else indices[1], indices[0]))
            case "hadamard":
                return Mul(tuple(self.component(a, indices) for a in args))
            case "outer":
                return Mul((self.component(args[0], (indices[0],)), self.component(args[1], (indices[1],))))
            case "matmul":
                return self._product(args, indices)
            case "identity":
                return Call("KroneckerDelta", indices)
            case "zeros":
                return ZERO
            case "ones":
                return ONE
            case "matrix":
                return _written_entry(args, indices)
            case "inverse":
                return self._inverse_entry(args[0], indices)
        if function in ARRAY_FUNCTIONS:
            raise Unsupported(f"an entry of {function}")
        return Call(function, tuple(self.component(a, indices) if self.shape(a) else a for a in args), orders)

    def _product(self, args: Shape, indices: Shape) -> Term:
        """An entry of a product; with no indices, a product that is a number."""
        *rest, last = args
        if not rest:
            return self.component(last, indices) if self.shape(last) else last
        head: Term = rest[0] if len(rest) == 1 else Call("matmul", tuple(rest))
        left, right = self.shape(head), self.shape(last)
        if not left or not right:
            # one of them is a number
            parts = [self.component(x, indices) if self.shape(x) else self._number(x) for x in (head, last)]
            return Mul(tuple(parts))
        if len(left) == 1:
            # a column times a row
            return Mul((self.component(head, (indices[0],)), self.component(last, (ONE, indices[1]))))

        def body(k: Term) -> Term:
            row = (ONE if left[0] == ONE else indices[0], k)
            column = (k, indices[-1]) if len(right) == 2 else (k,)
            return Mul((self.component(head, row), self.component(last, column)))

        return self._sum(body, left[1], (*args, *indices))

    def _sum(self, body: Callable[[Term], Term], size: Term, parts: Shape) -> Term:
        """The sum of body(1), ..., body(size); term by term where a matrix that is written out is among the parts."""
        if isinstance(size, Number) and any(self.holds_written(part) for part in parts):
            return Add(tuple(body(Number(Fraction(k))) for k in range(1, int(size.value) + 1)))
        name = self._fresh(parts)
        return Fold("sum", body(Symbol(name)), Range(name, ONE, size))

    def holds_written(self, term: Term) -> bool:
        """Whether a matrix that is written out is in the term, or in what its names are defined as."""
        waiting, seen = [term], set[str]()
        while waiting:
            for part in walk(waiting.pop()):
                match part:
                    case Call("matrix"):
                        return True
                    case Symbol(name) | Entry(family=name) if name in self.definitions and name not in seen:
                        seen.add(name)
                        waiting.append(self.definitions[name].body)
        return False

    def _number(self, term: Term) -> Term:
        """A number among the factors of a product."""
        return self._product(term.args, ()) if isinstance(term, Call) and term.function == "matmul" else term

    def _fresh(self, terms: Shape) -> str:
        taken: set[str] = set(self.declarations) | set(self.definitions)
        for term in terms:
            taken |= free_names(term)
        return fresh_name("k", taken)

    def _inverse_entry(self, array: Term, indices: Shape) -> Term:
        """A cofactor over the determinant at a small concrete size; at others the entry itself."""
        size = self.concrete_size(array)
        if size is None or not all(isinstance(i, Number) for i in indices):
            return Component(Call("inverse", (array,)), indices)
        i, j = (int(n.value) for n in indices if isinstance(n, Number))
        if not 1 <= i <= size or not 1 <= j <= size:
            raise Unsupported("an entry outside its array")
        everything = tuple(range(1, size + 1))
        minor = self._minor(array, _without(everything, j), _without(everything, i))
        sign = Number(Fraction(-1 if (i + j) % 2 else 1))
        return Mul((sign, minor, Pow(self._minor(array, everything, everything), MINUS_ONE)))

    def concrete_size(self, array: Term) -> int | None:
        """The size of a square matrix of a small concrete size, None for others."""
        shape = self.shape(array)
        match shape:
            case (Number(rows), Number(columns)) if rows == columns and 1 <= rows <= _LARGEST_WRITTEN_OUT:
                return int(rows)
            case _:
                return None

    def _minor(self, array: Term, rows: tuple[int, ...], columns: tuple[int, ...]) -> Term:
        """The determinant of the entries in some rows and columns, written out."""
        if not rows:
            return ONE
        parts: list[Term] = []
        for place, column in enumerate(columns):
            here = self.component(array, (Number(Fraction(rows[0])), Number(Fraction(column))))
            rest = self._minor(array, rows[1:], _without(columns, column))
            parts.append(Mul((Number(Fraction(-1 if place % 2 else 1)), here, rest)))
        return Add(tuple(parts))

    def scalar(self, term: Call) -> Term:
        """The scalar term that an array function with a scalar value stands for."""
        match term:
            case Call("dot", (left, right)):
                return self._sum(lambda k: Mul((self.component(left, (k,)), self.component(right, (k,)))),
                                 self._rank_at_least(left)[0], term.args)
            case Call("trace", (array,)):
                return self._sum(lambda k: self.component(array, (k, k)), self._rank_at_least(array)[0], term.args)
            case Call("matmul", args) if not self.shape(term):
                return self._product(args, ())
            case Call("det", (array,)) if (rows := self.concrete_size(array)) is not None:
                everything = tuple(range(1, rows + 1))
                return self._minor(array, everything, everything)
            case Call("softmax", (family, index)):
                total = self._total(family, term.args)
                return Mul((Call("exp", (self.component(family, (index,)),)), Pow(total, Number(-ONE.value))))
            case Call("logsumexp", (family,)):
                return Call("log", (self._total(family, term.args),))
            case _:
                raise Unsupported(f"the value of {term.function}")

    def _total(self, family: Term, parts: Shape) -> Term:
        """The sum of the exponentials of a family."""
        (size,) = self.shape(family)
        return self._sum(lambda k: Call("exp", (self.component(family, (k,)),)), size, parts)


def _written_entry(args: Shape, indices: Shape) -> Term:
    """An entry of a matrix that is written out."""
    (rows, columns), entries = args[:2], args[2:]
    column = indices[1] if len(indices) == 2 else ONE
    match rows, columns, indices[0], column:
        case Number(most), Number(width), Number(i), Number(j) if 1 <= i <= most and 1 <= j <= width \
                and i.denominator == j.denominator == 1:
            return entries[int((i - 1) * width + j - 1)]
    raise Unsupported("an entry of a matrix written out, at an index that is no number of its")
