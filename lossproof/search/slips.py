"""Single changes at a place of a written line: the slips that people make, undone.

Untrusted: every change is a proposal, which `undo` tries at points and the kernel then proves. Imports the ground
floor, `scope` and `writing`. A change has a kind (README lists them) and a cost: the nearer of two that serve is
proposed. What is added at a place (a factor, a term) comes from `missing`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

from lossproof.search.scope import Role, Scope
from lossproof.search.writing import flipped, is_negative, is_reciprocal, product
from lossproof.term import (
    MINUS_ONE,
    ONE,
    ZERO,
    Add,
    Bool,
    Call,
    Const,
    Derivative,
    Entry,
    Fold,
    Integral,
    Limit,
    Mul,
    Number,
    Partial,
    Piecewise,
    Pow,
    Range,
    Relation,
    RelationName,
    Symbol,
    Term,
    add,
    free_names,
    mul,
    number,
)
from lossproof.verdict import EditKind


@dataclass(frozen=True, slots=True)
class Slip:
    """What may stand in the place of a node; `words` says what is wrong, with `about` in its gaps."""

    kind: EditKind
    term: Term
    cost: int
    words: str
    about: tuple[Term, ...] = ()


Slips = Iterator[Slip]

_NEAR: Final[Sequence[frozenset[str]]] = tuple(map(frozenset, (
    ("exp", "log", "logistic", "softplus"), ("sin", "cos", "tan"), ("sinh", "cosh", "tanh", "exp"),
    ("asin", "acos", "atan"), ("asinh", "acosh", "atanh"), ("sqrt", "Abs", "exp"), ("Abs", "sign"),
    ("floor", "ceiling"), ("erf", "erfc"), ("gamma", "loggamma", "digamma", "factorial"), ("tanh", "logistic"),
)))
_SINGLE: Final = ("exp", "log", "sqrt", "Abs", "sign", "logistic", "softplus", "sin", "cos", "tan", "sinh", "cosh",
                  "tanh", "asin", "acos", "atan", "floor", "ceiling", "erf", "erfc", "gamma", "factorial", "digamma")
_PAIRS: Final[Mapping[str, str]] = {"Max": "Min", "Min": "Max"}
_OPPOSITE: Final[Mapping[RelationName, Sequence[RelationName]]] = {
    "=": ("!=",), "!=": ("=",), "<": ("<=", ">", ">="), "<=": ("<", ">=", ">"), ">": (">=", "<", "<="),
    ">=": (">", "<=", "<"),
}


def _sign(about: Term, new: Term, extra: int = 0) -> Slip:
    """A wrong sign. One that stands there is rather too much than one is missing."""
    return Slip("sign", new, (9 if is_negative(about) else 10) + extra, "the sign of {} is wrong", (about,))


def slips(term: Term, role: Role, parent: Term | None, scope: Scope) -> Slips:
    """Single changes of the node itself, in no special order. `role` says what it is to its parent."""
    if role == "index":
        yield from _index(term, scope)
        return
    if role == "bound":
        yield from _bound(term)
        return
    if role == "condition":
        yield from _condition(term)
        return
    if role == "target":
        yield from _target(term)
        return
    if role == "exponent":
        yield from _exponent(term)
    elif role == "value" and not isinstance(parent, Mul | Add):
        yield _sign(term, flipped(term))
    match term:
        case Number(value) if role == "value":
            yield from _number(value, parent)
        case Symbol(name):
            for other in scope.names_like(name):
                yield Slip("name", other, 15, "{} should be {}", (term, other))
        case Entry(family, indices):
            for other_family in scope.families_like(family):
                other = Entry(other_family, indices)
                yield Slip("name", other, 15, "{} should be {}", (term, other))
        case Add(args):
            yield from _sum(args, parent)
        case Mul(args):
            yield from _product(args)
        case Pow(base, exponent):
            yield Slip("order", Pow(exponent, base), 13, "base and exponent of {} are exchanged", (term,))
            if exponent != MINUS_ONE:
                yield Slip("exponent", base, 14, "the exponent of {} is too much", (term,))
        case Fold():
            yield from _fold(term, scope)
        case Derivative(body, by, order):
            yield Slip("derivative", body, 16, "{} should not be differentiated", (body,))
            for other_order in (order + 1, order - 1):
                if other_order > 0:
                    yield Slip("derivative", Derivative(body, by, other_order), 13,
                               "the order of the derivative {} is wrong", (term,))
        case Limit(body):
            yield Slip("limit", body, 17, "the limit of {} is too much", (body,))
        case Integral(body, name, lower, upper):
            yield Slip("order", Integral(body, name, upper, lower), 13, "the bounds of {} are exchanged", (term,))
        case Piecewise(pieces) if len(pieces) == 2:
            (first, when), (second, otherwise) = pieces
            yield Slip("order", Piecewise(((second, when), (first, otherwise))), 13,
                       "the values of {} are exchanged", (term,))
        case Relation(op, left, right):
            for other_op in _OPPOSITE[op]:
                yield Slip("condition", Relation(other_op, left, right), 12, "{} should be {}",
                           (term, Relation(other_op, left, right)))
        case Call(function, args, orders):
            yield from _call(function, args, orders, scope)
        case Partial(function, family, _):
            yield Slip("derivative", Call(function, (family,)), 16, "{} should not be differentiated", (term,))
        case _:
            pass


# places with roles of their own


def _index(term: Term, scope: Scope) -> Slips:
    for other in scope.indices_like(term):
        yield Slip("index", other, 12, "index {} should be {}", (term, other))
    match term:
        case Number(value):
            near: list[Term] = [number(value + 1), number(value - 1)]
        case Add((inner, Number(value))):
            near = [inner if value == -d else Add((inner, number(value + d))) for d in (1, -1)]
            near.append(inner)
        case _:
            near = [Add((term, ONE)), Add((term, MINUS_ONE))]
    for other in near:
        yield Slip("index", other, 13, "index {} should be {}", (term, other))


def _shifted(term: Term, by: int) -> Term:
    match term:
        case Number(value):
            return Number(value + by)
        case Add((*rest, Number(value))):
            return add(*rest) if value + by == 0 else Add((*rest, Number(value + by)))
        case _:
            return Add((term, number(by)))


def _bound(term: Term) -> Slips:
    if isinstance(term, Const):
        opposite = Const("oo" if term.name == "-oo" else "-oo")
        for other in (opposite, ZERO, ONE) if term.name in ("oo", "-oo") else ():
            yield Slip("bound", other, 14, "the bound {} should be {}", (term, other))
        return
    for by in (1, -1):
        yield Slip("bound", _shifted(term, by), 12, "the bound {} should be {}", (term, _shifted(term, by)))
    if isinstance(term, Add):
        yield from (Slip("bound", add(*term.args[:i], *term.args[i + 1:]), 14, "the bound {} should be {}",
                         (term, add(*term.args[:i], *term.args[i + 1:]))) for i in range(len(term.args)))
    if isinstance(term, Number) and term.value:
        other = Number(-term.value)
        yield Slip("bound", other, 13, "the bound {} should be {}", (term, other))


def _condition(term: Term) -> Slips:
    match term:
        case Relation(op, left, right):
            for other in _OPPOSITE[op]:
                changed = Relation(other, left, right)
                yield Slip("condition", changed, 12, "the condition {} should be {}", (term, changed))
        case Bool("and" | "or" as op, args) if len(args) > 1:
            other_op: Literal["and", "or"] = "or" if op == "and" else "and"
            yield Slip("condition", Bool(other_op, args), 13, "the condition {} should be {}",
                       (term, Bool(other_op, args)))
        case _:
            pass


def _target(term: Term) -> Slips:
    targets: list[Term] = [Const("oo"), Const("-oo"), ZERO, ONE, MINUS_ONE]
    if isinstance(term, Number):
        targets += [Number(term.value + d) for d in (Fraction(-1, 2), Fraction(1, 2), 1, -1)]
    if isinstance(term, Add):
        targets += [add(*term.args[:i], *term.args[i + 1:]) for i in range(len(term.args))]
    for other in dict.fromkeys(targets):
        if other != term:
            yield Slip("limit", other, 13, "the limit is at {}, not at {}", (other, term))


def _exponent(term: Term) -> Slips:
    if not isinstance(term, Number):
        yield Slip("exponent", flipped(term), 13, "the exponent {} should be {}", (term, flipped(term)))
        return
    value = term.value
    others = {value - 1: 11, value + 1: 11, -value: 12, value * 2: 14, value / 2: 14, value - 2: 15, value + 2: 15}
    if value and abs(value) != 1:
        others.setdefault(1 / value, 14)
    for other, cost in others.items():
        if other not in (0, 1, value):
            yield Slip("exponent", Number(other), cost, "the exponent {} should be {}", (term, Number(other)))


# values


def _number(value: Fraction, parent: Term | None) -> Slips:
    term = Number(value)
    if value == -1 and isinstance(parent, Mul):
        return                  # a minus sign
    if value and not isinstance(parent, Mul | Add):
        pass                    # its sign is seen above
    elif value and isinstance(parent, Add):
        yield _sign(term, Number(-value))
    others: dict[Fraction, int] = {}
    by_one = 12 if value.denominator == 1 else 15
    for other, cost in ((value - 1, by_one), (value + 1, by_one), (value * 2, 13), (value / 2, 13), (value + 2, 15),
                        (value - 2, 15), (1 / value if value else value, 15), (value * 3, 16), (value / 3, 16),
                        (value * 4, 17), (value / 4, 17)):
        others.setdefault(other, cost)
    neutral = ONE if isinstance(parent, Mul) else ZERO
    # a number written as nothing (one times, plus zero) would be left out
    barred = {value, -value} | ({neutral.value, -neutral.value} if isinstance(parent, Mul | Add) else set())
    if isinstance(parent, Mul):
        barred.add(Fraction(0))
    if isinstance(parent, Mul) and is_reciprocal(parent.args[1]):
        barred.discard(Fraction(1))     # 1/x
    for other, cost in others.items():
        if other not in barred:
            yield Slip("number", Number(other), cost, "the number {} should be {}", (term, Number(other)))


def _sum(args: tuple[Term, ...], parent: Term | None) -> Slips:
    whole = Add(args)
    for i, arg in enumerate(args):
        if not isinstance(arg, Number):
            yield _sign(arg, Add((*args[:i], flipped(arg), *args[i + 1:])), -1 if i else 0)
        if len(args) > 1:
            # nobody writes two numbers into a sum on purpose
            second = isinstance(arg, Number) and sum(isinstance(a, Number) for a in args) > 1
            yield Slip("extra-term", add(*args[:i], *args[i + 1:]), 11 if second else 13, "the term {} is too much",
                       (arg,))
    if len(args) == 2 and is_negative(args[1]) and not is_negative(args[0]):
        turned = Add((flipped(args[1]), flipped(args[0])))
        # a product whose sign is wrong rather has a difference turned round than a minus sign left out
        signed = isinstance(parent, Mul) and is_negative(parent)
        yield Slip("order", turned, 11 if signed else 9, "{} should be {}", (whole, turned))


def _product(args: tuple[Term, ...]) -> Slips:
    whole = Mul(args)
    yield _sign(whole, flipped(whole))
    for i, arg in enumerate(args):
        rest = (*args[:i], *args[i + 1:])
        if isinstance(arg, Number) and arg.value < 0 and arg != MINUS_ONE and i == 0 and rest:
            yield Slip("extra-factor", Mul((MINUS_ONE, *rest)), 13, "the factor {} is too much", (Number(-arg.value),))
        elif arg != MINUS_ONE and rest:
            yield Slip("extra-factor", product(*rest), 13, "the factor {} is too much", (arg,))
        if isinstance(arg, Mul | Add) and i and is_negative(arg) and isinstance(arg, Mul):
            yield _sign(arg, mul(*args[:i], flipped(arg), *args[i + 1:]))
        for j in range(i + 1, len(args)):
            other = args[j]
            if isinstance(other, Pow) and other.exponent == MINUS_ONE and arg not in (ONE, MINUS_ONE) \
                    and not isinstance(arg, Pow):
                turned = mul(*args[:i], other.base, *args[i + 1:j], Pow(arg, MINUS_ONE), *args[j + 1:])
                yield Slip("order", turned, 13, "the quotient {} is upside down", (Mul((arg, other)),))


def around(term: Term, role: Role, parent: Term | None, scope: Scope) -> Slips:
    """Something is missing around the node: an exponent, a function, a derivative, a sum, a limit."""
    if role not in ("value", "exponent") or isinstance(term, Number):
        return
    if ((role == "value" and not isinstance(term, Mul)) or isinstance(term, Add)) and not isinstance(parent, Pow):
        for power, cost in ((2, 14), (3, 16), (-1, 15), (Fraction(1, 2), 22)):
            raised: Term = Pow(term, number(power))
            yield Slip("exponent", raised if isinstance(parent, Mul) else product(raised), cost,
                       "{} should have the exponent {}", (term, number(power)))
    if role == "value":
        for name in dict.fromkeys((*scope.functions, *_SINGLE)):
            if isinstance(term, Call) and term.function == name:
                continue
            cost = 18 if name in scope.functions else 21
            yield Slip("function", Call(name, (term,)), cost, "the function {} around {} is missing",
                       (Symbol(name), term))
        for by in (*scope.derived_by, *(scope.variables if scope.is_quantity(term) else ())):
            depends = isinstance(term, Symbol | Call) or not free_names(by).isdisjoint(free_names(term))
            if by != term and (depends or scope.is_quantity(term)):
                yield Slip("derivative", Derivative(term, by), 17, "the derivative of {} by {} is missing", (term, by))
        for range_, condition in scope.ranges:
            if range_.name in free_names(term) and range_.name not in scope.bound:
                yield Slip("fold", Fold("sum", term, range_, condition), 15 if condition is None else 16,
                           "the sum over {} is missing", (Symbol(range_.name),))
        for limit in scope.limits:
            if not free_names(limit.variable).isdisjoint(free_names(term)):
                taken = Limit(term, limit.variable, limit.target, limit.side)
                yield Slip("limit", taken, 16, "the limit {} is missing", (taken,))
        for whole in scope.arrays:
            for function, pair in (("matmul", (whole, term)), ("matmul", (term, whole)), ("hadamard", (whole, term)),
                                   ("hadamard", (term, whole))):
                if not (isinstance(parent, Call) and parent.function == function):
                    yield Slip("missing-factor", Call(function, pair), 17, "the factor {} is missing", (whole,))
        if scope.has_arrays and not isinstance(term, Add | Mul):
            yield Slip("transpose", Call("transpose", (term,)), 12, "the transpose of {} is missing", (term,))
            yield Slip("function", Call("inverse", (term,)), 16, "the inverse of {} is missing", (term,))


def _fold(term: Fold, scope: Scope) -> Slips:
    body, range_, condition = term.body, term.range, term.condition
    if range_.name not in free_names(body) or scope.is_declared(range_.name):
        yield Slip("fold", body, 17, "the sum {} is too much", (term,))
    other: Literal["sum", "product"] = "product" if term.kind == "sum" else "sum"
    yield Slip("fold", Fold(other, body, range_, condition), 14, f"{{}} should be a {other}", (term,))
    if condition is not None:
        yield Slip("condition", Fold(term.kind, body, range_), 12, "the condition {} is too much", (condition,))
        return
    for index in scope.indices_like(Symbol(range_.name), (range_.name, range_.upper)):
        missing = Relation("!=", Symbol(range_.name), index)
        yield Slip("condition", Fold(term.kind, body, range_, missing), 13, "the condition {} is missing", (missing,))
    for outer in scope.bound:
        index = Symbol(outer)
        for other_range in (Range(range_.name, index, range_.upper), Range(range_.name, range_.lower, index)):
            if other_range != range_:
                yield Slip("bound", Fold(term.kind, body, other_range), 15, "the bounds of {} are wrong", (term,))


def _call(function: str, args: tuple[Term, ...], orders: tuple[int, ...], scope: Scope) -> Slips:
    term = Call(function, args, orders)
    if any(orders):
        yield Slip("derivative", Call(function, args), 14, "{} should not be differentiated", (term,))
    places = range(len(args)) if scope.is_smooth(function) or any(orders) else ()
    for i in places:
        full = list(orders or (0,) * len(args))
        for by in (1, -1):
            if full[i] + by >= 0 and any(changed := (*full[:i], full[i] + by, *full[i + 1:])):
                other = Call(function, args, tuple(changed))
                yield Slip("derivative", other, 13, "{} should be {}", (term, other))
    if any(orders):
        return
    if len(args) == 1:
        if function == "transpose":
            yield Slip("transpose", args[0], 12, "the transpose of {} is too much", (args[0],))
        else:
            yield Slip("function", args[0], 17, "the function {} around {} is too much", (Symbol(function), args[0]))
        if function in _SINGLE or scope.is_smooth(function):
            for name in dict.fromkeys((*scope.functions, *_SINGLE)):
                near = any({name, function} <= group for group in _NEAR) or name in scope.functions
                if name != function:
                    yield Slip("function", Call(name, args), 14 if near else 16, f"{function} should be {name}")
        if function in ("trace", "det", "inverse"):
            for name in ("trace", "det", "inverse"):
                if name != function:
                    yield Slip("function", Call(name, args), 14, f"{function} should be {name}")
    if function in _PAIRS:
        yield Slip("function", Call(_PAIRS[function], args), 12, f"{function} should be {_PAIRS[function]}")
    for i in range(len(args) - 1):
        swapped = Call(function, (*args[:i], args[i + 1], args[i], *args[i + 2:]))
        if function not in ("Max", "Min", "hadamard", "KroneckerDelta", "dot"):
            yield Slip("order", swapped, 12, "the arguments of {} are exchanged", (term,))
    if function in ("matmul", "hadamard"):
        for i, arg in enumerate(args):
            rest = (*args[:i], *args[i + 1:])
            less = rest[0] if len(rest) == 1 else Call(function, rest)
            yield Slip("extra-factor", less, 14, "the factor {} is too much", (arg,))
        for whole in scope.arrays:
            for i in range(len(args) + 1):
                yield Slip("missing-factor", Call(function, (*args[:i], whole, *args[i:])), 16,
                           "the factor {} is missing", (whole,))
