"""Random sums and products with deltas, conditions and awkward ranges, and changes of them. Not a test itself."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from random import Random
from typing import Literal

from independent import Point, positions

from lossproof.derivation import Declaration
from lossproof.read.expression import parse_declarations
from lossproof.term import (
    MINUS_ONE,
    ONE,
    ZERO,
    Add,
    Bool,
    Call,
    Derivative,
    Entry,
    Fold,
    Mul,
    Pow,
    Range,
    Relation,
    Symbol,
    Term,
    binders,
    divide,
    free_names,
    number,
    substitute,
    subtract,
    walk,
)

DECLARATIONS: Mapping[str, Declaration] = parse_declarations({
    "n": {"kind": "size"}, "p": {"kind": "index", "upto": "n"}, "q": {"kind": "index", "upto": "n"},
    "m": {"kind": "integer"}, "x": {"kind": "scalar"},
    "z": {"kind": "indexed", "shape": ["n"]}, "w": {"kind": "indexed", "shape": ["n"], "assume": ["positive"]},
    "a": {"kind": "indexed", "shape": ["n", "n"]},
})
N, M, P, Q, X = (Symbol(name) for name in "nmpqx")
TWO = number(2)
NAMES = ("k", "j", "l")


def sum_term(random: Random, depth: int, bound: tuple[str, ...] = ()) -> Term:
    """A sum, a product, or a combination of such."""
    if depth == 0:
        return _body(random, bound)
    match random.randrange(8):
        case 0:
            return Add((sum_term(random, depth - 1, bound), sum_term(random, depth - 1, bound)))
        case 1:
            return Mul((sum_term(random, depth - 1, bound), sum_term(random, depth - 1, bound)))
        case 2 if not bound:
            by = random.choice((Entry("z", (P,)), Entry("w", (Q,)), X))
            return Derivative(sum_term(random, depth - 1, bound), by)
        case _ if len(bound) < len(NAMES):
            name = NAMES[len(bound)]
            kind: Literal["sum", "product"] = "product" if random.random() < 0.15 else "sum"
            return Fold(kind, sum_term(random, depth - 1, (*bound, name)), _range(random, name, bound),
                        _condition(random, name, bound))
        case _:
            return _body(random, bound)


def _range(random: Random, name: str, bound: tuple[str, ...]) -> Range:
    lower: Term = random.choice((ONE, ONE, ONE, ONE, TWO, ZERO, P, Add((P, ONE)), *map(Symbol, bound)))
    upper: Term = random.choice((N, N, N, N, subtract(N, ONE), M, P, Add((N, ONE)), TWO, *map(Symbol, bound)))
    return Range(name, lower, upper)


def _condition(random: Random, name: str, bound: tuple[str, ...]) -> Term | None:
    if random.random() < 0.7:
        return None
    one = Relation("!=", Symbol(name), random.choice((P, Q, ONE, N, *map(Symbol, bound))))
    if random.random() < 0.8:
        return one
    return Bool("and", (one, Relation("!=", Symbol(name), random.choice((P, Q)))))


def _body(random: Random, bound: tuple[str, ...]) -> Term:
    index: Term = Symbol(random.choice((*bound, *bound, *bound, "p")))
    other: Term = Symbol(random.choice((*bound, "p", "q")))
    z, w = Entry("z", (index,)), Entry("w", (index,))
    return random.choice((
        z, z, w, Mul((z, w)), index, ONE, X, Call("KroneckerDelta", (index, other)),
        Mul((Call("KroneckerDelta", (index, P)), z)), Mul((Call("KroneckerDelta", (index, Add((other, ONE)))), z)),
        Entry("a", (index, other)), divide(w, Add((ONE, w))), divide(ONE, Add((ONE, w))), Call("exp", (z,)),
        Pow(X, index) if bound else X, divide(ONE, index), subtract(z, Entry("z", (other,))), Call("log", (w,)),
    ))


def change(random: Random, term: Term) -> Term | None:
    """A change of a fold that keeps its value, or only seems to."""
    match term:
        case Fold(kind, body, Range(name, lower, upper) as range_, None):
            join = Add if kind == "sum" else Mul
            options: list[Term] = [
                join((substitute(body, {name: lower}), Fold(kind, body, Range(name, Add((lower, ONE)), upper)))),
                join((Fold(kind, body, Range(name, lower, subtract(upper, ONE))), substitute(body, {name: upper}))),
                Fold(kind, substitute(body, {name: subtract(Symbol(name), ONE)}),
                     Range(name, Add((lower, ONE)), Add((upper, ONE)))),
                Fold(kind, substitute(body, {name: subtract(Add((lower, upper)), Symbol(name))}), range_),
                join((Fold(kind, body, range_, Relation("!=", Symbol(name), P)), substitute(body, {name: P}))),
                join((Fold(kind, body, Range(name, lower, P)), Fold(kind, body, Range(name, Add((P, ONE)), upper)))),
                join((Fold(kind, body, Range(name, lower, M)), Fold(kind, body, Range(name, Add((M, ONE)), upper)))),
                _renamed(term),
            ]
            if name not in free_names(body):
                count = Add((subtract(upper, lower), ONE))
                options += [Mul((count, body)) if kind == "sum" else Pow(body, count)] * 4
            if body == Symbol(name) and kind == "sum":
                ends = subtract(Mul((upper, Add((upper, ONE)))), Mul((lower, subtract(lower, ONE))))
                options += [divide(ends, TWO)] * 4
            match body:
                case Fold(inner_kind, inside, inner, None) if inner_kind == kind:
                    options += [Fold(kind, Fold(kind, inside, range_), inner)] * 3
                    if inner.upper == Symbol(name):
                        options.append(Fold(kind, Fold(kind, inside, Range(name, Symbol(inner.name), upper)),
                                            Range(inner.name, inner.lower, upper)))
                case Add((a, b)) if kind == "sum":
                    options += [Add((Fold("sum", a, range_), Fold("sum", b, range_)))] * 3
                case Mul((a, b)):
                    each = Mul((Fold(kind, a, range_), Fold(kind, b, range_)))
                    options += [Mul((a, Fold(kind, b, range_))), each] * 2
                    if isinstance(a, Call) and a.function == "KroneckerDelta":
                        options += [substitute(b, {name: a.args[1]})] * 4
                case Call("KroneckerDelta", _):
                    options += [ONE] * 3
            return random.choice(options)
        case Fold(kind, body, Range(name, _, _) as range_, Relation("!=", _, value)):
            away = substitute(body, {name: value})
            if kind == "product":
                return random.choice((Fold(kind, body, range_), divide(Fold(kind, body, range_), away)))
            return random.choice((Fold(kind, body, range_), subtract(Fold(kind, body, range_), away),
                                  subtract(Fold(kind, body, range_), away)))
        case Derivative(Fold("sum", body, range_, condition), by, 1) if range_.name not in free_names(by):
            return Fold("sum", Derivative(body, by), range_, condition)
        case Derivative(Entry("z", (index,)), Entry("z", (at,)), 1):
            return random.choice((Call("KroneckerDelta", (index, at)), ONE, ZERO))
    return random.choice((Add((term, ONE, MINUS_ONE)), None))


def _renamed(fold: Fold) -> Term:
    taken = free_names(fold) | {name for t in walk(fold) for name in binders(t)}
    name = next(letter for letter in "hxmikjl" if letter not in taken)
    old = fold.range
    return Fold(fold.kind, substitute(fold.body, {old.name: Symbol(name)}), Range(name, old.lower, old.upper))


def size_point(random: Random) -> Point:
    """A point with small sizes, indices at the ends, and an integer that may be below 0 or above the size."""
    n = random.choice((1, 1, 2, 2, 3, 4))

    def real() -> Fraction:
        return random.choice((Fraction(0), Fraction(1), Fraction(-1), Fraction(random.randint(-9, 9), 3)))

    return Point(
        {"n": Fraction(n), "p": Fraction(random.choice((1, n, random.randint(1, n)))),
         "q": Fraction(random.choice((1, n, random.randint(1, n)))), "m": Fraction(random.randint(-2, n + 2)),
         "x": real()},
        {"z": {at: real() for at in positions((n,))}, "a": {at: real() for at in positions((n, n))},
         "w": {at: Fraction(random.randint(1, 9), 3) for at in positions((n,))}},
    )
