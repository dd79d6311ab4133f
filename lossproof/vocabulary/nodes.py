"""What SymPy has no class for: SymPy expressions of our own that say which term they stand for.

Untrusted (the kernel judges the terms). Imports SymPy, the ground floor and the registry.
Each class knows its term (`as_term`); none ever evaluates. `arrays` has those that are whole
vectors or matrices.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol

from sympy import Add, Expr, Function, Indexed, Mul, S, Symbol, SympifyError, Tuple, sympify
from sympy.core.symbol import Str
from sympy.logic.boolalg import Boolean

from lossproof import term as t
from lossproof.derivation import Declaration
from lossproof.vocabulary.registry import wrong

Shape = tuple[Any, ...]


class Reading(Protocol):
    """What a node needs of the reader that converts it."""

    def term(self, expr: Any) -> t.Term:
        """The term of a SymPy expression, in the present scope."""
        ...

    def range(self, limit: Any) -> t.Range:
        """The range that a limit tuple (k, lower, upper) says."""
        ...

    def under(self, *limits: Any) -> Reading:
        """The reader inside binders of these limit tuples."""
        ...

    def use(self, named: Any) -> None:
        """Note that a declared name or quantity occurs (it may come from another module)."""
        ...


def exact(value: Any) -> Any:
    """`value` as a SymPy object; InputError for text, floats and what is no mathematics."""
    if isinstance(value, str):
        raise wrong("LP105", f'"{value}" is text, not an expression',
                    "write the expression itself, without quotation marks")
    if isinstance(value, bool) or value is None:
        raise wrong("LP105", f"{value} stands where an expression should",
                    "Python's == compares at once: write Eq(a, b) for an equation")
    if isinstance(value, float):
        raise wrong_float(value)
    if isinstance(value, (list, tuple)):
        raise wrong("LP105", "a list stands where one expression should",
                    "a matrix or vector is declared: matrix(\"A\", n, d), vector(\"v\", n)")
    try:
        converted = sympify(value, strict=True)
    except SympifyError as error:
        raise wrong("LP105", f"this {type(value).__name__} is no expression",
                    "a function needs its argument, as in f(z); a step stands only in a derivation's list") from error
    if converted.is_Float:
        raise wrong_float(converted)
    return converted


def wrong_float(value: Any) -> Exception:
    """LP101 for a float, with the exact number to write instead."""
    value = float(value)    # its shortest spelling
    return wrong("LP101", f"{value} is a float; floats are not exact",
                 f'write Rational("{value}"), or Rational(1, 2) where you divided two integers (Python makes 1/2 0.5)')


def shape_of(expr: Any) -> Shape:
    """The shape of an array expression, a tuple of sizes; () for a number (and for a bare family)."""
    if isinstance(expr, (Node, Family)):
        return expr.shape if expr.is_array else ()
    if isinstance(expr, (Add, Mul, Function)):
        for argument in expr.args:
            if shape := shape_of(argument):
                return shape
    return ()


class Node(Expr):  # type: ignore[misc]  # SymPy has no types
    """An expression of ours. It stays what it is; SymPy's `diff` of it is our derivative, unevaluated."""

    is_commutative = True
    is_array = False
    shape: Shape = ()
    __iter__ = None         # entries are asked for, never listed

    def as_term(self, read: Reading) -> t.Term:
        """The written tree that this stands for."""
        raise NotImplementedError

    def _eval_derivative(self, by: Any) -> Any:
        return Slope(self, by, S.One) if by.free_symbols & self.free_symbols else S.Zero


class Declared(Symbol):  # type: ignore[misc]
    """A declared scalar, integer, size or index: a SymPy symbol that carries its declaration.

    `lower` and `upper` are an index's bounds. Never SymPy's plain symbol of the same name.
    """

    __slots__ = ("declaration", "identity", "lower", "upper")
    identity: str
    declaration: Declaration
    lower: Any
    upper: Any

    def __new__(cls, declaration: Declaration, lower: Any = None, upper: Any = None, **assumptions: bool) -> Declared:
        made: Declared = Symbol.__xnew__(cls, declaration.name, **assumptions)   # not through SymPy's cache of symbols
        made.declaration, made.lower, made.upper = declaration, lower, upper
        made.identity = repr(replace(declaration, span=None))
        return made

    def _hashable_content(self) -> tuple[Any, ...]:
        return (self.name, self.identity)

    def as_term(self, read: Reading) -> t.Term:
        read.use(self)
        return t.Symbol(self.name)


class Family(Expr):  # type: ignore[misc]
    """A declared indexed family; its entries are SymPy's `Indexed`."""

    is_commutative = True
    is_real = True
    is_array = False
    __iter__ = None
    declaration: Declaration
    identity: str
    shape: Shape

    def __new__(cls, declaration: Declaration, shape: Shape) -> Family:
        made: Family = Expr.__new__(cls, Str(declaration.name))
        made.declaration, made.shape = declaration, shape
        made.identity = repr(replace(declaration, span=None))
        return made

    def _hashable_content(self) -> tuple[Any, ...]:
        return (*self.args, self.identity)

    @property
    def func(self) -> Any:
        return lambda *args: self   # SymPy rebuilds expressions by func(*args)

    @property
    def free_symbols(self) -> set[Any]:
        return {self}

    def as_term(self, read: Reading) -> t.Term:
        read.use(self)
        return t.Symbol(self.declaration.name)

    def __getitem__(self, indices: Any) -> Any:
        return Indexed(self, *checked_indices(self, indices, len(self.shape)))

    def _sympystr(self, printer: Any) -> str:
        return self.declaration.name


def checked_indices(array: Any, indices: Any, rank: int) -> tuple[Any, ...]:
    """The indices as SymPy integers; InputError for a wrong number, a real number or position 0."""
    given = indices if isinstance(indices, tuple) else (indices,)
    found = tuple(exact(index) for index in given)
    if len(found) != rank:
        raise wrong("LP106", f"`{array}` has {rank} {'index' if rank == 1 else 'indices'}, not {len(found)}",
                    "every entry needs one index for each size of its declaration")
    for index in found:
        if index.is_integer is False or (isinstance(index, Declared) and index.declaration.kind == "scalar"):
            raise wrong("LP103", f"`{index}` is no index of `{array}`", f'write {index} = index("{index}", K)')
        if index.is_Integer and index < 1:
            raise wrong("LP103", f"entry {index} of `{array}`: positions count from 1", "the first entry is [1]")
    return found


class Quantity(Node):
    """A defined name. It prints as its name; `body` is what it stands for, for each index of `limits`."""

    _diff_wrt = True
    name: str
    body: Any
    limits: tuple[Any, ...]

    def __new__(cls, name: str, body: Any, limits: tuple[Any, ...] = ()) -> Quantity:
        made: Quantity = Expr.__new__(cls, Str(name))
        made.name, made.body, made.limits = name, body, limits
        return made

    @property
    def func(self) -> Any:
        return lambda *args: self

    def _hashable_content(self) -> tuple[Any, ...]:
        return (*self.args, self.body, Tuple(*self.limits))

    @property
    def free_symbols(self) -> set[Any]:
        """Those of the body as well, so that SymPy never takes a derivative of it for 0."""
        bound = {limit[0] for limit in self.limits}
        return {self} | (set(self.body.free_symbols) - bound)

    def _eval_subs(self, old: Any, new: Any) -> Any:
        if old != self and old in self.free_symbols:
            raise wrong("LP107", f"`.subs` does not reach inside the quantity `{self.name}`",
                        "write Subs(expr, variable, value), or a hypothesis given=[Eq(variable, value)]")
        return None

    def as_term(self, read: Reading) -> t.Term:
        read.use(self)
        return t.Symbol(self.name)

    def __getitem__(self, indices: Any) -> Any:
        if not self.limits:
            raise wrong("LP107", f"`{self.name}` is one number, it has no entries",
                        f'for one value an index, write quantity("{self.name}", ..., over=k)')
        return Part(self, *checked_indices(self, indices, len(self.limits)))

    def _sympystr(self, printer: Any) -> str:
        return self.name


class Part(Node):
    """One entry of a quantity or of a written array."""

    _diff_wrt = True

    @property
    def free_symbols(self) -> set[Any]:
        return {self}.union(*(argument.free_symbols for argument in self.args))

    def as_term(self, read: Reading) -> t.Term:
        array, *indices = self.args
        where = tuple(read.term(index) for index in indices)
        if isinstance(array, Quantity):
            read.use(array)
            return t.Entry(array.name, where)
        return t.Component(read.term(array), where)

    def _sympystr(self, printer: Any) -> str:
        return f"{printer.doprint(self.args[0])}[{', '.join(printer.doprint(i) for i in self.args[1:])}]"


class Applied(Node):
    """A function of ours at its arguments, with a derivative order an argument (() for none).

    args: name, orders, arguments. `declaration` is that of an opaque function.
    """

    declaration: Declaration | None = None

    @property
    def func(self) -> Any:
        def again(*args: Any) -> Any:
            made = type(self)(*args)
            made.declaration = self.declaration
            return made
        return again

    def as_term(self, read: Reading) -> t.Term:
        name, orders, *arguments = self.args
        if self.declaration is not None:
            read.use(self)
        return t.Call(name.name, tuple(read.term(a) for a in arguments), tuple(int(o) for o in orders))


class WholeCall(Applied):
    """A function of whole families, with a number as its value: softmax's entry, logsumexp, a functional, trace."""

    def as_term(self, read: Reading) -> t.Term:
        found = super().as_term(read)
        match found:
            case t.Call("matmul", (t.Call("matmul", first), *rest)):
                return t.Call("matmul", (*first, *rest))    # Python nests A @ B @ C to the left
            case _:
                return found


class Slope(Node):
    """A derivative as written: args body, by, order."""

    def as_term(self, read: Reading) -> t.Term:
        body, by, order = self.args
        return t.Derivative(read.term(body), read.term(by), int(order))


class OpaquePartial(Node):
    """The partial derivative of an opaque functional: args name, family, indices."""

    declaration: Declaration | None = None

    def as_term(self, read: Reading) -> t.Term:
        name, family, *indices = self.args
        read.use(self)
        return t.Partial(name.name, read.term(family), tuple(read.term(i) for i in indices))


class Folded(Node):
    """A sum or product with a condition on its index: args kind, body, limit, condition (or none)."""

    def as_term(self, read: Reading) -> t.Term:
        kind, body, limit, *condition = self.args
        inside = read.under(limit)
        return t.Fold(kind.name, inside.term(body), read.range(limit),
                      inside.term(condition[0]) if condition else None)

    @property
    def free_symbols(self) -> set[Any]:
        return set(super().free_symbols) - {self.args[2][0]}


class FamilyOf(Node):
    """The family of a body over indices: args body, limits."""

    def as_term(self, read: Reading) -> t.Term:
        body, *limits = self.args
        return t.Family(read.under(*limits).term(body), tuple(read.range(limit) for limit in limits))

    @property
    def shape(self) -> Shape:  # type: ignore[override]
        return tuple(limit[2] for limit in self.args[1:])


class Every(Boolean):  # type: ignore[misc]
    """A condition for every value of an index: args body, limit, condition (or none)."""

    def as_term(self, read: Reading) -> t.Term:
        body, limit, *condition = self.args
        inside = read.under(limit)
        return t.ForAll(inside.term(body), read.range(limit), inside.term(condition[0]) if condition else None)
