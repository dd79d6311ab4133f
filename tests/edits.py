"""Mechanical edits of a written line: the slips that people make, each with its kind. Not a test itself.

An edit need not change the value; `evaluation` says whether it does. The kinds are those that the program names
(README), written down here apart from its search, which has to find them. Imports the ground floor's data only.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lossproof.derivation import Step
from lossproof.term import (
    KNOWN_FUNCTIONS,
    MINUS_ONE,
    ONE,
    Add,
    Call,
    Component,
    Const,
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
    RelationName,
    Symbol,
    Term,
    add,
    children,
    free_names,
    map_children,
    mul,
    negate,
    number,
)


@dataclass(frozen=True, slots=True)
class Edit:
    """An edited line and the kind of the slip."""

    kind: str
    line: Term


_OTHER_FUNCTIONS: Mapping[str, tuple[str, ...]] = {
    "exp": ("logistic", "log"), "log": ("exp",), "logistic": ("exp", "tanh"), "sqrt": ("exp", "Abs"),
    "Abs": ("sign", "sqrt"), "softplus": ("logistic", "exp"), "sin": ("cos",), "cos": ("sin",), "tan": ("sin",),
    "tanh": ("logistic", "sinh"), "sinh": ("cosh",), "cosh": ("sinh",), "erf": ("erfc",), "erfc": ("erf",),
    "gamma": ("factorial",), "factorial": ("gamma",), "digamma": ("loggamma",), "floor": ("ceiling",),
    "ceiling": ("floor",), "Max": ("Min",), "Min": ("Max",), "atan": ("tan",), "asin": ("acos",), "acos": ("asin",),
    "trace": ("det",), "det": ("trace",),
}
_TURNED: Mapping[RelationName, RelationName] = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_INTEGERS = ("size", "index", "integer")


def edits(line: Term, step: Step) -> list[Edit]:
    """All single edits of the line, in a fixed order, none twice; names are those of the step."""
    found: dict[Term, str] = {}
    for kind, edited in (*_whole(line, step), *_inside(line, step, {}, None)):
        if edited != line:
            found.setdefault(edited, kind)
    return [Edit(kind, edited) for edited, kind in found.items()]


def choose(every: Sequence[Edit], count: int, seed: str) -> list[Edit]:
    """Some of the edits, of as many kinds as there are; the same for the same seed."""
    chance = random.Random(seed)
    by_kind: dict[str, list[Edit]] = {}
    for edit in every:
        by_kind.setdefault(edit.kind, []).append(edit)
    groups = list(by_kind.values())
    for group in groups:
        chance.shuffle(group)
    chance.shuffle(groups)
    chosen: list[Edit] = []
    while groups and len(chosen) < count:
        groups = [g for g in groups if g]
        for group in groups:
            if group and len(chosen) < count:
                chosen.append(group.pop())
    return chosen


Found = Iterator[tuple[str, Term]]
Bound = Mapping[str, Term]      # a bound index and its upper bound


def _whole(line: Term, step: Step) -> Found:
    """Edits of a line as a whole; of an array only what keeps its shape."""
    if isinstance(line, Relation):
        return
    yield "sign", _flipped(line)
    match line:
        case Number():
            pass
        case Mul((Number(value), *rest)) if value == -1:
            yield "extra-factor", Mul((number(-2), *rest))
        case Mul((Number(value), *rest)) if value == 1:
            yield "number", Mul((number(2), *rest))
        case Mul(args) if not isinstance(args[0], Number):
            yield "extra-factor", Mul((number(2), *args))
        case Mul():
            pass
        case _:
            yield "extra-factor", Mul((number(2), line))
    if not _is_array(line, step) and not isinstance(line, Number):
        yield "extra-term", add(*(line.args if isinstance(line, Add) else (line,)), ONE)


def _product(*args: Term) -> Term:
    """The product, 1/x where it begins with a quotient."""
    return mul(ONE, *args) if args and isinstance(args[0], Pow) and args[0].exponent == MINUS_ONE else mul(*args)


def _flipped(term: Term) -> Term:
    """The term with the other sign, as people write it."""
    match term:
        case Number(value):
            return number(-value)
        case Mul((Number(value), *rest)) if value == -1 and rest:
            return _product(*rest)
        case Mul((Number(value), *rest)) if value == 1 and rest:
            return Mul((MINUS_ONE, *rest))
        case Mul((Number(value), *rest)) if rest:
            return Mul((number(-value), *rest))
        case Mul(args):
            return Mul((MINUS_ONE, *args))
        case _:
            return negate(term)


def _is_array(term: Term, step: Step) -> bool:
    match term:
        case Symbol(name):
            if name in step.definitions:
                definition = step.definitions[name]
                return bool(definition.ranges) or _is_array(definition.body, step)
            return name in step.declarations and step.declarations[name].kind == "family"
        case Family():
            return True
        case Call(function) if function in ("matmul", "transpose", "hadamard", "outer"):
            return True
        case Call(args=args) if len(args) == 1:
            declared = step.declarations.get(term.function)
            return (declared is None or declared.kind == "function") and _is_array(args[0], step)
        case Add(args) | Mul(args):
            return any(_is_array(a, step) for a in args)
        case Derivative(body, by):
            return _is_array(by, step) or _is_array(body, step)
        case _:
            return False


def _inside(term: Term, step: Step, bound: Bound, role: str | None) -> Found:
    """Edits at `term` and below it. `role` says what it is to its parent where that restricts it."""
    yield from _here(term, step, bound, role)
    inner = {**bound, **_binds(term)}
    for position, child in enumerate(children(term)):
        child_role = _role(term, position, role)
        if child_role == "fixed":
            continue
        below = inner if child_role in (None, "condition") else bound
        for kind, edited in _inside(child, step, below, child_role):
            yield kind, _with_child(term, position, edited)


def _binds(term: Term) -> dict[str, Term]:
    match term:
        case Fold(range=range_) | ForAll(range=range_):
            return {range_.name: range_.upper}
        case Family(ranges=ranges):
            return {r.name: r.upper for r in ranges}
        case Integral(name=name, upper=upper):
            return {name: upper}
        case _:
            return {}


def _role(term: Term, position: int, role: str | None) -> str | None:
    """What the child at `position` is to `term`: None where it may be any value."""
    match term:
        case Fold() | ForAll():
            return (None, "fixed", "fixed", "condition")[position]
        case Family() | Integral():
            return None if position == 0 else "fixed"
        case Entry():
            return "index"
        case Component() | Partial():
            return None if position == 0 else "index"
        case Call("softmax" | "KroneckerDelta" as name):
            return None if name == "softmax" and position == 0 else "index"
        case Derivative():
            return None if position == 0 else "variable"
        case Limit():
            return (None, "fixed", "fixed")[position]
        case Pow(Number(), exponent) if exponent == MINUS_ONE:
            return "fixed" if position else "divided"
        case Pow():
            return None if position == 0 else "exponent"
        case Relation():
            return "fixed" if role == "condition" else None
        case Piecewise():
            return "piece" if position % 2 else None
        case Mul(args) if args[position] == MINUS_ONE:
            return "fixed"      # a minus sign
        case _:
            return None


def _with_child(term: Term, position: int, child: Term) -> Term:
    seen = -1

    def change(old: Term) -> Term:
        nonlocal seen
        seen += 1
        return child if seen == position else old
    return map_children(term, change)


def _here(term: Term, step: Step, bound: Bound, role: str | None) -> Found:
    """Edits of the node itself."""
    match term:
        case Number(value) if role == "divided":
            yield "number", number(value + 1)
            yield "number", number(2 * value)
        case Number(value) if role == "exponent":
            for other in (value + 1, value - 1, -value):
                if other not in (0, 1):
                    yield "exponent", number(other)
        case Number(value) if role == "index":
            yield "index", number(value + 1)
            yield "index", number(value - 1)
        case Number(value):
            yield "sign", number(-value)
            yield "number", number(value + 1)
            yield "number", number(2 * value)
        case Symbol(name) if role == "index":
            for other in _indices_like(name, step, bound):
                yield "index", other
        case Symbol(name) if name not in bound:
            for other in _names_like(name, step):
                yield "name", Symbol(other)
        case Entry(family, indices):
            for other in _families_like(family, step):
                yield "name", Entry(other, indices)
        case Add(args):
            for i, arg in enumerate(args):
                yield "missing-term", add(*args[:i], *args[i + 1:])
                yield "sign", add(*args[:i], _flipped(arg), *args[i + 1:])
            if len(args) == 2 and isinstance(args[1], Mul) and args[1].args[0] == MINUS_ONE:
                yield "order", Add((_flipped(args[1]), _flipped(args[0])))
        case Mul(args):
            for i, arg in enumerate(args):
                kind = "sign" if arg == MINUS_ONE else "missing-factor"
                if arg != ONE:
                    yield kind, _product(*args[:i], *args[i + 1:])
                if isinstance(arg, Pow) and arg.exponent == MINUS_ONE and i and args[i - 1] != MINUS_ONE:
                    upside_down = (arg.base, Pow(args[i - 1], MINUS_ONE))
                    yield "order", mul(*args[:i - 1], *upside_down, *args[i + 1:])
                if role is None and not isinstance(arg, Number | Pow | Mul):
                    yield "exponent", mul(*args[:i], Pow(arg, number(2)), *args[i + 1:])
        case Pow(base, exponent):
            if not isinstance(base, Number):
                yield "exponent", base
            if exponent != MINUS_ONE:
                yield "order", Pow(exponent, base)
        case Fold(kind, body, range_, condition):
            yield from _folds(kind, body, range_, condition, step, bound)
        case Derivative(body, by, order):
            yield "derivative", body
            yield "derivative", Derivative(body, by, order + 1)
        case Limit(body, variable, target, side):
            if isinstance(target, Const) and target.name in ("oo", "-oo"):
                yield "limit", Limit(body, variable, Const("oo" if target.name == "-oo" else "-oo"), side)
                yield "limit", Limit(body, variable, ONE, side)
            else:
                yield "limit", Limit(body, variable, add(target, number("1/2")), side)
            yield "limit", body
        case Relation("!=", left, right) if role == "condition":
            yield "condition", Relation("=", left, right)
        case Relation("<" | "<=" | ">" | ">=" as op, left, right) if role == "piece":
            yield "condition", Relation(_TURNED[op], left, right)
        case Call(function, args, orders):
            yield from _calls(function, args, orders, step)
        case Partial(function, family, _):
            yield "derivative", Call(function, (family,))


def _folds(kind: str, body: Term, range_: Range, condition: Term | None, step: Step, bound: Bound) -> Found:
    def fold(**changed: object) -> Fold:
        parts = {"kind": kind, "body": body, "range": range_, "condition": condition, **changed}
        return Fold(**parts)  # type: ignore[arg-type]
    if isinstance(range_.lower, Number):
        yield "bound", fold(range=Range(range_.name, number(range_.lower.value + 1), range_.upper))
    else:
        yield "bound", fold(range=Range(range_.name, add(range_.lower, ONE), range_.upper))
    if not isinstance(range_.upper, Const):
        yield "bound", fold(range=Range(range_.name, range_.lower, add(range_.upper, MINUS_ONE)))
    if range_.name in step.declarations or range_.name not in free_names(body):
        yield "fold", body
    if condition is not None:
        yield "condition", fold(condition=None)
    else:
        for other in _indices_like(range_.name, step, {**bound, range_.name: range_.upper}):
            yield "condition", fold(condition=Relation("!=", Symbol(range_.name), other))
    if kind == "sum":
        yield "fold", fold(kind="product")


def _calls(function: str, args: tuple[Term, ...], orders: tuple[int, ...], step: Step) -> Found:
    if any(orders):
        yield "derivative", Call(function, args)
        yield "derivative", Call(function, args, tuple(o + 1 for o in orders))
        return
    for other in _OTHER_FUNCTIONS.get(function, ()):
        yield "function", Call(other, args)
    if function in KNOWN_FUNCTIONS and len(args) == 1 and function != "logsumexp":
        yield "function", args[0]
    declared = step.declarations.get(function)
    if declared is not None and declared.kind == "function" and len(args) == 1:
        yield "function", args[0]
        yield "function", Call("exp", args)
    match function, args:
        case "transpose", (array,):
            yield "transpose", array
        case (("outer" | "matmul" | "binomial" | "Mod" | "xlogy" | "beta"), (left, right)):
            yield "order", Call(function, (right, left))
        case "matmul", _:
            for i in range(len(args) - 1):
                yield "order", Call(function, (*args[:i], args[i + 1], args[i], *args[i + 2:]))
        case "hadamard", _:
            for i in range(len(args)):
                rest = (*args[:i], *args[i + 1:])
                yield "missing-factor", rest[0] if len(rest) == 1 else Call("hadamard", rest)


def _indices_like(name: str, step: Step, bound: Bound) -> list[Term]:
    """Other indices in scope that run over the same range."""
    upper = bound[name] if name in bound else step.declarations[name].upper if name in step.declarations else None
    names = [other for other, end in bound.items() if end == upper and other != name]
    names += [d.name for d in step.declarations.values()
              if d.kind == "index" and d.upper == upper and d.name != name and d.name not in bound]
    return [Symbol(other) for other in names]


def _families_like(name: str, step: Step) -> list[str]:
    """Other families and quantities with indices over the same ranges."""
    def sizes(of: str) -> tuple[Term, ...] | None:
        if of in step.definitions:
            return tuple(r.upper for r in step.definitions[of].ranges) or None
        declared = step.declarations.get(of)
        return declared.shape if declared is not None and declared.kind == "family" else None
    mine = sizes(name)
    everything = (*step.declarations, *step.definitions)
    return [] if mine is None else [n for n in everything if n != name and sizes(n) == mine]


def _names_like(name: str, step: Step) -> list[str]:
    """Other plain numbers, or other arrays of the same shape, by name."""
    def sort(of: str) -> object:
        if of in step.definitions:
            definition = step.definitions[of]
            if definition.ranges or _is_array(definition.body, step):
                return ("array", tuple(r.upper for r in definition.ranges) or None)
            return "number"
        declared = step.declarations[of]
        match declared.kind:
            case "scalar":
                return "number"
            case "family":
                return ("array", declared.shape)
            case kind:
                return kind
    if name not in step.declarations and name not in step.definitions:
        return []
    mine = sort(name)
    if mine in _INTEGERS:
        mine = "number"
    return [n for n in (*step.declarations, *step.definitions) if n != name and sort(n) == mine]
