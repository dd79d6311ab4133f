"""What authors build lines with, beside SymPy itself: losses, derivatives, folds, arrays.

Untrusted. Imports SymPy, nodes and names. Every function returns a SymPy expression that
stays as written.
"""

from __future__ import annotations

from typing import Any

from sympy import And, Eq, FunctionClass, Indexed, KroneckerDelta, Ne, Product, S, Sum, Symbol, Tuple
from sympy.core.symbol import Str

from lossproof import term as t
from lossproof.vocabulary.arrays import ArrayOf, ArraySlope, apply, array_call, same_shape
from lossproof.vocabulary.names import OpaqueFunction, OpaqueFunctional, whole_family, whole_rank
from lossproof.vocabulary.nodes import (
    Declared,
    Every,
    Family,
    FamilyOf,
    Folded,
    Part,
    Quantity,
    Slope,
    WholeCall,
    exact,
    shape_of,
)
from lossproof.vocabulary.registry import wrong


class KnownFunction:
    """A function of numbers with laws of its own; at an array it acts on every entry."""

    def __init__(self, name: str, arity: int) -> None:
        self.name = name
        self.arity = arity

    def __call__(self, *arguments: Any) -> Any:
        return self.derived((), arguments)

    def derived(self, orders: tuple[int, ...], arguments: tuple[Any, ...]) -> Any:
        """The function, or its derivative of these orders, at the arguments."""
        if len(arguments) != self.arity:
            raise wrong("LP107", f"`{self.name}` takes {self.arity} argument(s), not {len(arguments)}")
        return apply(self.name, tuple(exact(a) for a in arguments), orders)


logistic = KnownFunction("logistic", 1)
softplus = KnownFunction("softplus", 1)
xlogy = KnownFunction("xlogy", 2)


def softmax(z: Any, k: Any = None) -> Any:
    """exp(z[k]) / sum_j exp(z[j]), of a whole family z; of a vector without k, the vector of all of them."""
    z = whole_family(z, "softmax")
    if k is not None:
        return WholeCall(Str("softmax"), Tuple(), z, exact(k))
    if not shape_of(z):
        raise wrong("LP107", "softmax of a family needs the index",
                    'write softmax(z, k), or declare z = vector("z", K)')
    bound = _fresh("k", z)
    return ArrayOf(WholeCall(Str("softmax"), Tuple(), z, bound), Tuple(bound, S.One, shape_of(z)[0]))


def logsumexp(z: Any) -> Any:
    """log sum_j exp(z[j]), of a whole family."""
    return WholeCall(Str("logsumexp"), Tuple(), whole_family(z, "logsumexp"))


def D(expr: Any, by: Any, *more: Any) -> Any:
    """The derivative of `expr` by a name, an entry, a quantity or an array, total through quantities.

    `D(L, z[p])`, `D(L, x, 2)` twice, `D(L, x, y)` by x, then by y. LP107 by anything else.
    """
    expr, by = exact(expr), exact(by)
    order = 1
    if more and isinstance(more[0], int):
        order, more = more[0], more[1:]
    match by:
        case Declared():
            free = by.declaration.kind == "scalar"
        case Family():
            free = by.is_array
        case _:
            free = isinstance(by, (Indexed, Quantity, Part)) or type(by) is Symbol   # a plain symbol gets its own error
    if not free or order < 1:
        raise wrong("LP107", f"no derivative by `{by}`", "differentiate by a real name, an entry z[k], a quantity, "
                    "a vector or a matrix")
    rank = len(shape_of(expr)) + len(shape_of(by))
    if rank > 2:
        raise wrong("LP106", "this derivative has more than two indices", "write it for one entry: D(a[i], W[j, k])")
    made = (ArraySlope if rank else Slope)(expr, by, exact(order))
    return D(made, *more) if more else made


def prime(function: Any, *orders: int) -> Any:
    """The derivative of a function, itself a function: `prime(f)(z)` is f'(z), `prime(f, 2)(z)` is f''(z)."""
    orders = orders or (1,)
    if isinstance(function, (KnownFunction, OpaqueFunction)):
        return lambda *arguments: function.derived(orders, arguments)
    name = getattr(function, "__name__", "")
    if isinstance(function, FunctionClass) and name in t.KNOWN_FUNCTIONS:
        return lambda *arguments: apply(name, tuple(exact(a) for a in arguments), orders)
    raise wrong("LP107", f"prime takes a function, and `{function}` is none", "write prime(f)(z), or D(f(z), z)")


def partial(functional: Any, whole: Any, *indices: Any) -> Any:
    """The partial derivative of an opaque functional by one entry of its argument, taken at `whole`."""
    if not isinstance(functional, OpaqueFunctional):
        raise wrong("LP107", "partial takes an opaque functional",
                    'declare J = functional("J"); else write D(expr, a[i])')
    return functional.partial(whole, indices)


def delta(i: Any, j: Any) -> Any:
    """The Kronecker delta: 1 where the two indices are equal, else 0."""
    return KroneckerDelta(exact(i), exact(j), evaluate=False)


def limit_of(k: Any) -> Any:
    """The limit tuple (k, lower, upper) of a declared index, or of a tuple that says it; LP103 without a range."""
    if isinstance(k, Declared) and k.lower is not None:
        return Tuple(k, k.lower, k.upper)
    if isinstance(k, (tuple, Tuple)) and len(k) == 3:
        return Tuple(*(exact(part) for part in k))
    raise wrong("LP103", f"`{k}` has no range", f'write {k} = index("{k}", K), or give the range: ({k}, 1, K)')


def sum_over(k: Any, body: Any, *, exclude: Any = None, where: Any = None) -> Any:
    """The sum of `body` over the index k, without k = `exclude`, or only where the condition `where` holds."""
    return _fold("sum", Sum, k, exact(body), exclude, where)


def product_over(k: Any, body: Any, *, exclude: Any = None, where: Any = None) -> Any:
    """The product of `body` over the index k, as `sum_over`."""
    return _fold("product", Product, k, exact(body), exclude, where)


def _fold(kind: str, plain: Any, k: Any, body: Any, exclude: Any, where: Any) -> Any:
    limit = limit_of(k)
    conditions = [] if exclude is None else [Ne(limit[0], exact(exclude), evaluate=False)]
    conditions += [] if where is None else [where]
    if not conditions:
        return plain(body, limit)
    return Folded(Str(kind), body, limit, conditions[0] if len(conditions) == 1 else And(*conditions))


def for_all(k: Any, condition: Any, *, where: Any = None) -> Any:
    """The hypothesis that `condition` holds for every k in its range (and `where` it is said)."""
    limit = limit_of(k)
    return Every(condition, limit, *(() if where is None else (where,)))


def one_hot(y: Any, p: Any) -> Any:
    """The hypothesis that y is 1 at p and 0 elsewhere: y[k] is the Kronecker delta of k and p for every k."""
    whole_family(y, "one_hot")
    if whole_rank(y) != 1:
        raise wrong("LP106", f"one_hot needs a family with one index, and `{y}` has several")
    p = exact(p)
    k = _fresh("k", y, p)
    return Every(Eq(y[k], delta(k, p)), Tuple(k, S.One, _size(y)))


def _size(y: Any) -> Any:
    return y.limits[0][2] if isinstance(y, Quantity) and y.limits else y.shape[0]


def _fresh(wanted: str, *expressions: Any) -> Any:
    """A bound index that is not free in the expressions."""
    taken = {str(symbol) for expression in expressions for symbol in expression.free_symbols}
    return Symbol(t.fresh_name(wanted, taken), integer=True)


def family_of(body: Any, *indices: Any) -> Any:
    """The family of `body` for every value of the indices: what a functional is applied to."""
    return FamilyOf(exact(body), *(limit_of(index) for index in indices))


def transpose(array: Any) -> Any:
    """The transpose; of a vector, a row."""
    return array_call("transpose", (_array(array, "transpose"),))


def hadamard(*arrays: Any) -> Any:
    """The elementwise product of arrays of one shape."""
    whole = tuple(_array(array, "hadamard") for array in arrays)
    return array_call("hadamard", whole, same_shape("hadamard", *whole))


def outer(u: Any, v: Any) -> Any:
    """The matrix u v^T of two vectors."""
    u, v = _vector(u, "outer"), _vector(v, "outer")
    return array_call("outer", (u, v), (*shape_of(u), *shape_of(v)))


def dot(u: Any, v: Any) -> Any:
    """The number u^T v of two vectors of one size."""
    u, v = _vector(u, "dot"), _vector(v, "dot")
    same_shape("dot", u, v)
    return array_call("dot", (u, v))


def trace(array: Any) -> Any:
    """The sum of a square matrix's diagonal."""
    return array_call("trace", (_square(array, "trace"),))


def det(array: Any) -> Any:
    """The determinant of a square matrix."""
    return array_call("det", (_square(array, "det"),))


def inverse(array: Any) -> Any:
    """The inverse of a square matrix, undefined where there is none."""
    array = _square(array, "inverse")
    return array_call("inverse", (array,), shape_of(array))


def identity(n: Any) -> Any:
    """The identity matrix of size n."""
    return array_call("identity", (exact(n),), (exact(n), exact(n)))


def zeros(*sizes: Any) -> Any:
    """The vector or matrix of zeros."""
    shape = tuple(exact(size) for size in sizes)
    return array_call("zeros", shape, shape)


def ones(*sizes: Any) -> Any:
    """The vector or matrix of ones."""
    shape = tuple(exact(size) for size in sizes)
    return array_call("ones", shape, shape)


def _array(array: Any, user: str) -> Any:
    array = exact(array)
    if not shape_of(array):
        raise wrong("LP106", f"{user}: `{array}` is no vector or matrix",
                    'declare it: vector("v", n), matrix("A", n, d)')
    return array


def _vector(array: Any, user: str) -> Any:
    if len(shape_of(_array(array, user))) != 1:
        raise wrong("LP106", f"{user}: `{array}` is no vector")
    return array


def _square(array: Any, user: str) -> Any:
    shape = shape_of(_array(array, user))
    if len(shape) != 2 or shape[0] != shape[1]:
        raise wrong("LP106", f"{user}: `{array}` is not square")
    return array
