"""Vectors and matrices by their entries.

Trusted. Imports the ground floor. An array line is judged by its generic entry: `shape`
gives the sizes as terms, `component` the scalar term of one entry. A vector is a column.
"""

from __future__ import annotations

from collections.abc import Mapping

from lossproof.derivation import Declaration, Definition
from lossproof.kernel.normal_form import Unsupported
from lossproof.term import (
    ARRAY_FUNCTIONS,
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
)

Shape = tuple[Term, ...]


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
            if any(r.lower != ONE for r in definition.ranges):
                raise Unsupported(f"the family {name}, whose indices do not start at 1, taken whole")
            return tuple(r.upper for r in definition.ranges)
        return self.shape(definition.body)

    def shape(self, term: Term) -> Shape:
        """The sizes of a term: () for a scalar, (n,) for a vector, (n, d) for a matrix."""
        match term:
            case Symbol(name):
                return self.shape_of_name(name)
            case Number() | Const() | Entry() | Component() | Fold() | Partial() | Pow():
                return ()
            case Add(args):
                return self.shape(args[0])
            case Mul(args):
                shapes = [s for a in args if (s := self.shape(a))]
                if len(shapes) > 1:
                    raise Unsupported("a product of several arrays: write matmul or hadamard")
                return shapes[0] if shapes else ()
            case Family(_, ranges):
                return tuple(r.upper for r in ranges)
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
            case "dot" | "trace" | "det" | "softmax" | "logsumexp":
                return ()
            case "identity":
                return (args[0], args[0])
            case "zeros" | "ones":
                return args
            case "transpose":
                shape = self.shape(args[0])
                return (ONE, shape[0]) if len(shape) == 1 else tuple(reversed(shape))
            case "inverse" | "hadamard":
                return self.shape(args[0])
            case "outer":
                return (self._rank_at_least(args[0])[0], self._rank_at_least(args[1])[0])
            case "matmul":
                first, last = self._rank_at_least(args[0]), self._rank_at_least(args[-1])
                if len(first) == 2 and first[0] == ONE and len(last) == 1:
                    return ()
                return (first[0], last[1]) if len(last) == 2 else (first[0],)
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
            case Family(body, ranges):
                return substitute(body, {r.name: i for r, i in zip(ranges, indices, strict=True)})
            case Derivative(body, by, order):
                if self.shape(by):
                    if not isinstance(by, Symbol) or order != 1 or self.shape(body):
                        raise Unsupported("a derivative of an array by an array")
                    return Derivative(body, Entry(by.name, indices))
                return Derivative(self.component(body, indices), by, order)
            case Limit(body, variable, target, side):
                return Limit(self.component(body, indices), variable, target, side)
            case Subst(body, variable, value):
                return Subst(self.component(body, indices), variable, value)
            case Call(function, args, orders):
                return self._call_component(function, args, orders, indices)
            case _:
                raise Unsupported("an entry of something that is no array")

    def _call_component(self, function: str, args: Shape, orders: tuple[int, ...], indices: Shape) -> Term:
        match function:
            case "transpose":
                (array,) = args
                if len(self.shape(array)) == 1:
                    return self.component(array, (indices[1],))
                return self.component(array, (indices[1], indices[0]))
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
            case "inverse":
                raise Unsupported("an entry of an inverse matrix")
        if function in ARRAY_FUNCTIONS:
            raise Unsupported(f"an entry of {function}")
        return Call(function, tuple(self.component(a, indices) if self.shape(a) else a for a in args), orders)

    def _product(self, args: Shape, indices: Shape) -> Term:
        *rest, last = args
        if not rest:
            return self.component(last, indices)
        head: Term = rest[0] if len(rest) == 1 else Call("matmul", tuple(rest))
        shape = self.shape(head)
        taken: set[str] = set()
        for term in (*args, *indices):
            taken |= free_names(term)
        name = fresh_name("k", taken | set(self.declarations) | set(self.definitions))
        k = Symbol(name)
        row = (indices[0], k) if len(shape) == 2 and len(indices) >= 1 else (k,)
        if len(shape) == 1:
            # a column times a row vector
            return Mul((self.component(head, (indices[0],)), self.component(last, (ONE, indices[1]))))
        column = (k, indices[1]) if len(self.shape(last)) == 2 else (k,)
        body = Mul((self.component(head, row), self.component(last, column)))
        return Fold("sum", body, Range(name, ONE, shape[1]))

    def scalar(self, term: Call) -> Term:
        """The scalar term that an array function with a scalar value stands for."""
        taken = free_names(term) | set(self.declarations) | set(self.definitions)
        name = fresh_name("k", taken)
        k = Symbol(name)
        match term:
            case Call("dot", (left, right)):
                body = Mul((self.component(left, (k,)), self.component(right, (k,))))
                return Fold("sum", body, Range(name, ONE, self.shape(left)[0]))
            case Call("trace", (array,)):
                return Fold("sum", self.component(array, (k, k)), Range(name, ONE, self.shape(array)[0]))
            case Call("matmul", args):
                *rest, last = args
                head = rest[0] if len(rest) == 1 else Call("matmul", tuple(rest))
                body = Mul((self.component(head, (ONE, k)), self.component(last, (k,))))
                return Fold("sum", body, Range(name, ONE, self.shape(last)[0]))
            case Call("softmax", (family, index)):
                (size,) = self.shape(family)
                total = Fold("sum", Call("exp", (self.component(family, (k,)),)), Range(name, ONE, size))
                return Mul((Call("exp", (self.component(family, (index,)),)), Pow(total, Number(-ONE.value))))
            case Call("logsumexp", (family,)):
                (size,) = self.shape(family)
                total = Fold("sum", Call("exp", (self.component(family, (k,)),)), Range(name, ONE, size))
                return Call("log", (total,))
            case _:
                raise Unsupported(f"the value of {term.function}")
