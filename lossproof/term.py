"""The written tree: what an author wrote, and nothing else.

Trusted. Imports nothing of lossproof and no SymPy. Every reader makes these
trees, every printer prints them, the kernel judges them. A tree keeps the order
of arguments, exact numbers and the names of bound variables; it is never
simplified, so `x/x` and `exp(log(x))` stay as they are.

Subtraction and division have no nodes of their own: `a - b` is
`Add(a, Mul(-1, b))` and `a/b` is `Mul(a, Pow(b, -1))`, as in SymPy.

Values are real numbers; complex ones appear where a symbol is declared complex
or `I` is written. A vector or matrix is a tree too (a `Symbol` that is declared
with a shape, a `Family`, or an array function such as `matmul`); its entries
count from 1.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

__all__ = [
    "Add", "Bool", "Call", "Component", "Const", "Derivative", "Entry", "Family", "ForAll",
    "Fold", "Index", "Integral", "Limit", "Mul", "Number", "Partial", "Piecewise", "Pow", "Range",
    "Relation", "Span", "Subst", "Symbol", "Term", "ZERO", "ONE", "MINUS_ONE", "add", "children",
    "divide", "free_names", "fresh_identifier",
    "fresh_name", "mul", "negate", "number", "subtract", "substitute",
    "walk", "map_children", "binders", "rename_binders", "renamed",
]


@dataclass(frozen=True, slots=True)
class Span:
    """Where a piece of source stands: file, line and column (from 1), end (exclusive)."""

    file: str
    line: int
    column: int = 1
    end_line: int = 0
    end_column: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """Base of all nodes. `span` is where it was written; it does not count in equality."""

    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Number(Term):
    """An exact rational number."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Const(Term):
    """A named constant. `oo` and `-oo` stand only as limit targets and bounds; I is the imaginary unit."""

    name: Literal["pi", "E", "EulerGamma", "I", "oo", "-oo"]


@dataclass(frozen=True, slots=True)
class Symbol(Term):
    """A declared name, a quantity, or a bound variable."""

    name: str


@dataclass(frozen=True, slots=True)
class Entry(Term):
    """One entry of a family, vector, matrix or quantity with indices: z[k], W[i, j]."""

    family: str
    indices: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Add(Term):
    """A sum of written summands, in their order."""

    args: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Mul(Term):
    """A product of written factors, in their order."""

    args: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Pow(Term):
    """base ** exponent."""

    base: Term
    exponent: Term


@dataclass(frozen=True, slots=True)
class Call(Term):
    """A function at its arguments.

    `orders`, where given, has one derivative order an argument:
    Call("f", (z,), (1,)) is f'(z). Known names are listed in `KNOWN_FUNCTIONS`
    and `ARRAY_FUNCTIONS`; any other name is a declared (opaque) function or
    functional. The argument of a functional is a whole family.
    """

    function: str
    args: tuple[Term, ...]
    orders: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Partial(Term):
    """The partial derivative of an opaque functional by one entry of its argument.

    Partial("G", x, (i,)) is dG/dx_i, taken at the family x (its only argument).
    """

    function: str
    family: Term
    indices: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """A bound integer variable with inclusive bounds; empty where upper < lower."""

    name: str
    lower: Term
    upper: Term


@dataclass(frozen=True, slots=True)
class Fold(Term):
    """A finite sum or product of `body` over a range, restricted to `condition` if there is one.

    The condition is a Relation (usually k != p) or a Bool of such. Empty sums are 0,
    empty products 1. Several indices are nested folds.
    """

    kind: Literal["sum", "product"]
    body: Term
    range: Range
    condition: Term | None = None


@dataclass(frozen=True, slots=True)
class Family(Term):
    """The family of `body` for every value of its ranges: (body)_{k = 1..K}."""

    body: Term
    ranges: tuple[Range, ...]


@dataclass(frozen=True, slots=True)
class Component(Term):
    """One entry of a written array: (A @ B)[i, j]."""

    array: Term
    indices: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Derivative(Term):
    """The derivative of `body`, `order` times, by a symbol, an entry or a quantity.

    `by` is a Symbol or an Entry. By a symbol that is declared with a shape, it is the
    array of the derivatives by the entries. Total through every quantity that
    depends on `by`.
    """

    body: Term
    by: Term
    order: int = 1


@dataclass(frozen=True, slots=True)
class Limit(Term):
    """The limit of `body` as `variable` (Symbol or Entry) goes to `target`, from `side`."""

    body: Term
    variable: Term
    target: Term
    side: Literal["+", "-", "+-"] = "+-"


@dataclass(frozen=True, slots=True)
class Integral(Term):
    """The definite integral of `body` over the bound variable `name` from lower to upper."""

    body: Term
    name: str
    lower: Term
    upper: Term


@dataclass(frozen=True, slots=True)
class Subst(Term):
    """`body` with `variable` (Symbol or Entry) at `value`; inside a derivative: differentiated first."""

    body: Term
    variable: Term
    value: Term


@dataclass(frozen=True, slots=True)
class Piecewise(Term):
    """The first value whose condition holds; undefined where none does."""

    pieces: tuple[tuple[Term, Term], ...]


RelationName = Literal["=", "!=", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Relation(Term):
    """left `op` right: a condition, a hypothesis, or a line that is an equation."""

    op: RelationName
    left: Term
    right: Term


@dataclass(frozen=True, slots=True)
class Bool(Term):
    """`and`, `or`, `not` of conditions; Bool("and", ()) is true, Bool("or", ()) is false."""

    op: Literal["and", "or", "not"]
    args: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class ForAll(Term):
    """`body`, a condition, for every integer in the range that satisfies `condition`."""

    body: Term
    range: Range
    condition: Term | None = None


# An index list in docstrings and signatures.
Index = tuple[Term, ...]

ZERO = Number(Fraction(0))
ONE = Number(Fraction(1))
MINUS_ONE = Number(Fraction(-1))

KNOWN_FUNCTIONS: Mapping[str, tuple[int, int]] = {
    # name: least and greatest number of arguments
    "exp": (1, 1), "log": (1, 1), "sqrt": (1, 1), "Abs": (1, 1), "sign": (1, 1),
    "Max": (1, 64), "Min": (1, 64), "floor": (1, 1), "ceiling": (1, 1), "Mod": (2, 2),
    "sin": (1, 1), "cos": (1, 1), "tan": (1, 1), "asin": (1, 1), "acos": (1, 1), "atan": (1, 1),
    "cot": (1, 1), "sec": (1, 1), "csc": (1, 1), "coth": (1, 1), "sech": (1, 1), "csch": (1, 1),
    "sinh": (1, 1), "cosh": (1, 1), "tanh": (1, 1), "asinh": (1, 1), "acosh": (1, 1), "atanh": (1, 1),
    "erf": (1, 1), "erfc": (1, 1), "gamma": (1, 1), "loggamma": (1, 1), "digamma": (1, 1),
    "polygamma": (2, 2), "beta": (2, 2), "zeta": (1, 1), "binomial": (2, 2), "factorial": (1, 1),
    "harmonic": (1, 1), "fibonacci": (1, 1), "KroneckerDelta": (2, 2), "Heaviside": (1, 1),
    "logistic": (1, 1), "softplus": (1, 1), "xlogy": (2, 2),
    "conjugate": (1, 1), "re": (1, 1), "im": (1, 1),
    # softmax(z, k) is exp(z_k) / sum_j exp(z_j); logsumexp(z) is log sum_j exp(z_j); z a whole family
    "softmax": (2, 2), "logsumexp": (1, 1),
}
"""Scalar functions with a meaning of their own, as in SymPy where SymPy has them."""

ARRAY_FUNCTIONS: Mapping[str, tuple[int, int]] = {
    "matmul": (2, 64),      # matrix product; a vector is a column
    "transpose": (1, 1),
    "hadamard": (2, 64),    # elementwise product
    "outer": (2, 2),        # u v^T
    "dot": (2, 2),          # u^T v, a scalar
    "trace": (1, 1),        # a scalar
    "inverse": (1, 1),
    "det": (1, 1),          # a scalar
    "identity": (1, 1),     # of size n
    "zeros": (1, 2),        # of the sizes given
    "ones": (1, 2),
    "matrix": (3, 66),      # written out: the numbers of rows and columns, then the entries row by row
    # of random quantities, numbers or arrays; see EXPECTATIONS
    "expectation": (1, 1), "variance": (1, 1), "covariance": (1, 2), "correlation": (2, 2), "deviation": (1, 1),
    # elementwise application is written as Call("f", (array,)): a scalar function at an array
}
"""Functions of whole vectors and matrices."""


EXPECTATIONS = frozenset({"expectation", "variance", "covariance", "correlation", "deviation"})
"""Functions of random quantities: E(t); Var(t) = E((t - E t)^2), of a vector E((t - E t)(t - E t)^T); Cov(s, t) =
E((s - E s)(t - E t)), of vectors E((s - E s)(t - E t)^T), and Cov(t) = Var(t); Corr(s, t) = Cov(s, t)/(sd(s) sd(t));
sd(t) = sqrt(Var(t)). They bind the names that are declared random."""

MOST_ENTRIES = ARRAY_FUNCTIONS["matrix"][1] - 2
"""A matrix that is written out has at most so many."""


def written_out(rows: int, columns: int, entries: tuple[Term, ...], span: Span | None = None) -> Call:
    """A matrix by its entries, row by row; with one column a vector."""
    return Call("matrix", (Number(Fraction(rows)), Number(Fraction(columns)), *entries), span=span)


def number(value: int | str | Fraction) -> Number:
    """The exact number; a string such as "0.1" or "1/3" is read exactly."""
    return Number(Fraction(value))


def add(*args: Term) -> Term:
    """Add of the arguments; 0 for none, the argument itself for one."""
    return ZERO if not args else args[0] if len(args) == 1 else Add(args)


def mul(*args: Term) -> Term:
    """Mul of the arguments; 1 for none, the argument itself for one."""
    return ONE if not args else args[0] if len(args) == 1 else Mul(args)


def negate(term: Term) -> Term:
    """-term, as SymPy writes it: Mul(-1, term); a number is negated."""
    return Number(-term.value) if isinstance(term, Number) else Mul((MINUS_ONE, term))


def subtract(left: Term, right: Term) -> Term:
    """left - right."""
    return Add((left, negate(right)))


def divide(left: Term, right: Term) -> Term:
    """left / right."""
    return Mul((left, Pow(right, MINUS_ONE)))


def children(term: Term) -> tuple[Term, ...]:
    """The terms directly inside `term`, in written order, bounds and conditions included."""
    match term:       # the commonest nodes without a detour
        case Number() | Const() | Symbol():
            return ()
        case Add(args) | Mul(args) | Call(_, args):
            return args
        case Pow(base, exponent):
            return (base, exponent)
    found: list[Term] = []

    def note(child: Term) -> Term:
        found.append(child)
        return child

    map_children(term, note)
    return tuple(found)


def walk(term: Term) -> Iterator[Term]:
    """`term` and all terms inside it, from the outside in, left to right."""
    stack = [term]
    while stack:
        here = stack.pop()
        yield here
        stack.extend(reversed(children(here)))


def map_children(term: Term, change: Callable[[Term], Term]) -> Term:
    """`term` with `change` applied to each direct child; spans stay."""
    match term:
        case Number() | Const() | Symbol():
            return term
        case Entry(family, indices):
            return Entry(family, tuple(change(i) for i in indices), span=term.span)
        case Add(args):
            return Add(tuple(change(a) for a in args), span=term.span)
        case Mul(args):
            return Mul(tuple(change(a) for a in args), span=term.span)
        case Pow(base, exponent):
            return Pow(change(base), change(exponent), span=term.span)
        case Call(function, args, orders):
            return Call(function, tuple(change(a) for a in args), orders, span=term.span)
        case Partial(function, family_term, indices):
            return Partial(function, change(family_term), tuple(change(i) for i in indices), span=term.span)
        case Fold(kind, body, range_, condition):
            return Fold(kind, change(body), _map_range(range_, change),
                        None if condition is None else change(condition), span=term.span)
        case Family(body, ranges):
            return Family(change(body), tuple(_map_range(r, change) for r in ranges), span=term.span)
        case Component(array, indices):
            return Component(change(array), tuple(change(i) for i in indices), span=term.span)
        case Derivative(body, by, order):
            return Derivative(change(body), change(by), order, span=term.span)
        case Limit(body, variable, target, side):
            return Limit(change(body), change(variable), change(target), side, span=term.span)
        case Integral(body, name, lower, upper):
            return Integral(change(body), name, change(lower), change(upper), span=term.span)
        case Subst(body, variable, value):
            return Subst(change(body), change(variable), change(value), span=term.span)
        case Piecewise(pieces):
            return Piecewise(tuple((change(v), change(c)) for v, c in pieces), span=term.span)
        case Relation(op, left, right):
            return Relation(op, change(left), change(right), span=term.span)
        case Bool(op, args):
            return Bool(op, tuple(change(a) for a in args), span=term.span)
        case ForAll(body, range_, condition):
            return ForAll(change(body), _map_range(range_, change),
                          None if condition is None else change(condition), span=term.span)
        case _:
            raise TypeError(f"not a term: {type(term).__name__}")


def _map_range(range_: Range, change: Callable[[Term], Term]) -> Range:
    return Range(range_.name, change(range_.lower), change(range_.upper))


def binders(term: Term) -> tuple[str, ...]:
    """The names that `term` itself binds in its body (not in its bounds)."""
    match term:
        case Fold(range=range_) | ForAll(range=range_):
            return (range_.name,)
        case Family(ranges=ranges):
            return tuple(r.name for r in ranges)
        case Integral(name=name):
            return (name,)
        case _:
            return ()


def _bound_here(term: Term) -> tuple[str, ...]:
    """The names whose free occurrences in its body `term` takes up: those that it binds, and what it substitutes."""
    match term:
        case Subst(variable=Symbol(name)):
            return (name,)
        case _:
            return binders(term)


def _bounds(term: Term) -> tuple[Term, ...]:
    """The bounds of a binder, which its own names do not reach (a Family's bounds neither)."""
    match term:
        case Fold(range=range_) | ForAll(range=range_):
            return (range_.lower, range_.upper)
        case Family(ranges=ranges):
            return tuple(b for r in ranges for b in (r.lower, r.upper))
        case Integral(lower=lower, upper=upper):
            return (lower, upper)
        case Subst(value=value):
            return (value,)
        case _:
            return ()


def free_names(term: Term) -> frozenset[str]:
    """Names of symbols, families and functions that occur free in `term`."""
    found: set[str] = set()
    stack: list[tuple[Term, frozenset[str]]] = [(term, frozenset())]    # each with the names bound around it
    while stack:
        here, around = stack.pop()
        match here:
            case Symbol(name) | Entry(family=name):
                if name not in around:
                    found.add(name)
            case Call(function=name) | Partial(function=name):
                if name not in KNOWN_FUNCTIONS and name not in ARRAY_FUNCTIONS and name not in around:
                    found.add(name)
        own = _bound_here(here)
        if own:
            inside = around.union(own)
            stack.extend((child, inside) for child in _scoped(here))
            stack.extend((child, around) for child in _bounds(here))
        else:
            stack.extend((child, around) for child in children(here))
    return frozenset(found)


def _scoped(term: Term) -> tuple[Term, ...]:
    """The children of a binder that its names reach: body and condition."""
    match term:
        case Fold(body=body, condition=condition) | ForAll(body=body, condition=condition):
            return (body,) if condition is None else (body, condition)
        case Family(body=body) | Integral(body=body) | Subst(body=body):
            return (body,)
        case _:
            return ()


def fresh_name(wanted: str, taken: frozenset[str] | set[str]) -> str:
    """`wanted`, or `wanted` with primes as needed to differ from all names in `taken`."""
    while wanted in taken:
        wanted += "'"
    return wanted


def fresh_identifier(name: str, taken: Collection[str]) -> str:
    """`name`, or `name` with the first number behind it, from 2, that makes it a name that is not taken."""
    made, number = name, 2
    while made in taken:
        made, number = f"{name}_{number}", number + 1
    return made


def substitute(term: Term, values: Mapping[str, Term]) -> Term:
    """`term` with free symbols replaced, bound variables renamed where they would capture."""
    if not values:
        return term
    if isinstance(term, Symbol):
        return values.get(term.name, term)
    bound = _bound_here(term)
    if not bound:
        return map_children(term, lambda child: substitute(child, values))
    inner = {n: v for n, v in values.items() if n not in bound}
    reached: frozenset[str] = frozenset().union(*(free_names(c) for c in _scoped(term)))
    inner = {n: v for n, v in inner.items() if n in reached}
    incoming: set[str] = set()
    for value in inner.values():
        incoming |= free_names(value)
    renamed = {name: fresh_name(name, incoming | (reached - {name})) for name in bound if name in incoming}
    return _rebound(term, renamed, inner, values)


def renamed(term: Term, names: Mapping[str, str]) -> Term:
    """The term with names (of symbols, families and functions) replaced; they are bound nowhere in it."""
    if not names:
        return term
    inner = map_children(term, lambda child: renamed(child, names))
    match inner:
        case Symbol(name) if name in names:
            return Symbol(names[name], span=term.span)
        case Entry(family, indices) if family in names:
            return Entry(names[family], indices, span=term.span)
        case Call(function, args, orders) if function in names:
            return Call(names[function], args, orders, span=term.span)
        case Partial(function, family_term, indices) if function in names:
            return Partial(names[function], family_term, indices, span=term.span)
        case _:
            return inner


def rename_binders(term: Term, renamed: Mapping[str, str]) -> Term:
    """The binder `term` with its bound names changed; the new names must not occur in it."""
    return _rebound(term, renamed, {}, {})


def _rebound(term: Term, renamed: Mapping[str, str], inner: Mapping[str, Term], outer: Mapping[str, Term]) -> Term:
    """A binder with new bound names, `inner` substituted in what they reach and `outer` in the bounds."""
    mapping: dict[str, Term] = {**inner, **{old: Symbol(new) for old, new in renamed.items()}}

    def range_(r: Range) -> Range:
        return Range(renamed.get(r.name, r.name), substitute(r.lower, outer), substitute(r.upper, outer))

    match term:
        case Fold(kind, body, r, condition):
            return Fold(kind, substitute(body, mapping), range_(r),
                        None if condition is None else substitute(condition, mapping), span=term.span)
        case ForAll(body, r, condition):
            return ForAll(substitute(body, mapping), range_(r),
                          None if condition is None else substitute(condition, mapping), span=term.span)
        case Family(body, ranges):
            return Family(substitute(body, mapping), tuple(range_(r) for r in ranges), span=term.span)
        case Integral(body, name, lower, upper):
            return Integral(substitute(body, mapping), renamed.get(name, name), substitute(lower, outer),
                            substitute(upper, outer), span=term.span)
        case Subst(body, Symbol(name), value):
            return Subst(substitute(body, mapping), Symbol(renamed.get(name, name)), substitute(value, outer),
                         span=term.span)
        case _:
            raise TypeError(f"not a binder: {type(term).__name__}")


def node_count(term: Term) -> int:
    """How many nodes the tree has: what work budgets count."""
    return sum(1 for _ in walk(term))


