"""Random terms that are undefined here and there, and rewritings that may move where. Not a test itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from random import Random

from independent import Point, positions

from lossproof.derivation import Declaration
from lossproof.read.expression import parse, parse_declarations
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
    Number,
    Piecewise,
    Pow,
    Range,
    Relation,
    RelationName,
    Symbol,
    Term,
    divide,
    number,
    subtract,
)

DECLARATIONS: Mapping[str, Declaration] = parse_declarations({
    "n": {"kind": "size"}, "p": {"kind": "index", "upto": "n"}, "m": {"kind": "integer"},
    "x": {"kind": "scalar"}, "y": {"kind": "scalar"}, "s": {"kind": "scalar", "assume": ["nonnegative"]},
    "c": {"kind": "scalar", "interval": ["0", "1"]}, "e": {"kind": "scalar", "values": ["-1", "1"]},
    "z": {"kind": "indexed", "shape": ["n"]},
    "g": {"kind": "indexed", "shape": ["n"], "interval": ["0", "1"]},
})
X, Y, S, C, M, N, P, E = (Symbol(name) for name in "xyscmnpe")
HALF = Fraction(1, 2)


def partial_term(random: Random, depth: int, bound: bool = False) -> Term:
    """A term with logs, roots, quotients, kinks and pieces."""
    if depth == 0:
        index: Term = Symbol("k") if bound and random.random() < 0.7 else P
        return random.choice((X, X, Y, S, C, E, Entry("z", (index,)), Entry("g", (index,)), number(2), ONE))

    def inner() -> Term:
        return partial_term(random, depth - 1, bound)

    match random.randrange(14):
        case 0:
            return Add((inner(), inner()))
        case 1:
            return subtract(inner(), inner())
        case 2:
            return Mul((inner(), inner()))
        case 3:
            return divide(inner(), inner())
        case 4:
            return Call("log", (inner(),))
        case 5:
            return Call("sqrt", (inner(),))
        case 6:
            powers = (number(-1), number(2), number(HALF), number(Fraction(1, 3)), number(-2), M)
            return Pow(inner(), random.choice(powers))
        case 7:
            return Call("Abs", (inner(),))
        case 8:
            return Call("Max", (inner(), inner()))
        case 9:
            op: RelationName = random.choice(("<", "<=", ">", ">=", "!=", "="))
            return Piecewise(((inner(), Relation(op, inner(), ZERO)), (inner(), Bool("and", ()))))
        case 10 if not bound:
            body = partial_term(random, depth - 1, True)
            condition = Relation("!=", Symbol("k"), P) if random.random() < 0.3 else None
            return Fold("sum", body, Range("k", ONE, random.choice((N, N, M, subtract(N, ONE)))), condition)
        case 11 if not bound:
            return Derivative(inner(), random.choice((X, S, C, Entry("z", (P,)))))
        case 12:
            return Call("sign", (inner(),))
        case _:
            return Call("exp", (inner(),))


Rule = Callable[[Random, Term], Term | None]


def change(random: Random, term: Term) -> Term | None:
    """A rewriting that is right wherever both sides are defined, or that only looks right."""
    match term:
        case Call("log", (Mul((a, b)),)):
            return Add((Call("log", (a,)), Call("log", (b,))))
        case Call("log", (Pow(a, Number(v)),)):
            return Mul((Number(v), Call("log", (a,)))) if random.random() < 0.5 else Mul(
                (Number(v), Call("log", (Call("Abs", (a,)),))))
        case Call("sqrt", (Mul((a, b)),)):
            return Mul((Call("sqrt", (a,)), Call("sqrt", (b,))))
        case Call("sqrt", (Pow(a, Number(v)),)) if v == 2:
            return random.choice((a, Call("Abs", (a,))))
        case Pow(Pow(a, Number(v)), Number(w)):
            return Pow(a, Number(v * w))
        case Call("Abs", (a,)):
            return random.choice((Call("sqrt", (Pow(a, number(2)),)), a, Call("Max", (a, Mul((MINUS_ONE, a)))),
                                  Mul((a, Call("sign", (a,))))))
        case Call("Max", (a, b)):
            return random.choice((
                divide(Add((a, b, Call("Abs", (subtract(a, b),)))), number(2)), a,
                Piecewise(((a, Relation(random.choice((">", ">=")), a, b)), (b, Bool("and", ())))),
            ))
        case Call("sign", (a,)):
            return random.choice((divide(a, Call("Abs", (a,))), Derivative(Call("Abs", (X,)), X) if a == X else ONE))
        case Piecewise(((a, condition), (b, _))):
            return random.choice((a, b, Piecewise(((b, Bool("not", (condition,))), (a, Bool("and", ()))))))
        case Pow(a, Number(v)) if v == HALF:
            return Call("sqrt", (a,))
        case Call("exp", (Call("log", (a,)),)):
            return a
        case Derivative(Add((a, b)), by, 1):
            return Add((Derivative(a, by), Derivative(b, by)))
        case Derivative(Mul((a, b)), by, 1):
            return Add((Mul((Derivative(a, by), b)), Mul((a, Derivative(b, by)))))
        case Derivative(Call("log", (a,)), by, 1):
            return divide(Derivative(a, by), a)
        case Fold("sum", Add((a, b)), r, condition):
            return Add((Fold("sum", a, r, condition), Fold("sum", b, r, condition)))
    return random.choice((
        divide(Mul((term, X)), X), Call("exp", (Call("log", (term,)),)), Call("log", (Call("exp", (term,)),)),
        Pow(Call("sqrt", (term,)), number(2)), Mul((ONE, term)), Add((term, Call("log", (Y,)),
                                                                      Mul((MINUS_ONE, Call("log", (Y,)))))),
        Pow(Pow(term, MINUS_ONE), MINUS_ONE), Add((term, Mul((ZERO, Call("sqrt", (X,)))))),
        divide(Mul((term, term)), term),
        Mul((Call("Abs", (term,)), Call("sign", (term,)))), Call("sqrt", (Pow(term, number(2)),)),
    ))


def special_point(random: Random) -> Point:
    """A point with many zeros, ones and ends of intervals."""
    n = random.choice((1, 1, 2, 3))

    def real() -> Fraction:
        return random.choice((Fraction(0), Fraction(0), Fraction(1), Fraction(-1), Fraction(2), Fraction(-2), HALF,
                              -HALF, Fraction(random.randint(-9, 9), random.randint(1, 4))))

    def unit() -> Fraction:
        return random.choice((Fraction(0), Fraction(1), HALF, Fraction(1, 3)))

    at = list(positions((n,)))
    return Point(
        {"n": Fraction(n), "p": Fraction(random.randint(1, n)), "m": Fraction(random.randint(-2, 3)), "x": real(),
         "y": real(), "s": abs(real()), "c": unit(), "e": Fraction(random.choice((-1, 1)))},
        {"z": {i: real() for i in at}, "g": {i: unit() for i in at}},
    )


HYPOTHESES: tuple[Term, ...] = tuple(parse(source, names=DECLARATIONS) for source in (
    "Eq(x, y)", "x > 0", "y < 0", "x*y > 0", "x**2*y >= 0", "Ne(x, y)", "Eq(z[p], x)", "m > 0", "Eq(n, 2)",
    "ForAll(z[k] > 0, (k, 1, n))", "Eq(Sum(z[k], (k, 1, n)), 1)", "x <= y", "c < 1", "Eq(c, 1)", "Eq(e, 1)", "Eq(x, 0)",
    "y >= 1", "s > 0", "Eq(s, x**2)", "ForAll(Eq(z[k], KroneckerDelta(k, p)), (k, 1, n))", "Eq(x*y, 1)", "Ne(x, 0)",
    "x > -1", "Eq(Abs(x), 1)", "Eq(m, 1)", "m <= n", "Eq(y, -x)", "ForAll(Ne(z[k], 0), (k, 1, n))", "sqrt(s) <= 1",
    "Eq(x*y, 0)", "Eq(x**2, 1)",
))
"""Hypotheses to judge such terms under."""
