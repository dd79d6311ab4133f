"""Random matrix expressions, and points at which they can be evaluated. Not a test itself."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import product
from random import Random
from typing import Final

from lossproof.derivation import Step
from lossproof.kernel.points import Point
from lossproof.read.expression import parse_declarations
from lossproof.search.draft import Draft
from lossproof.search.values import shape_matrix
from lossproof.term import Symbol

SYMBOLS: Final[Mapping[str, Mapping[str, object]]] = {
    "n": {"kind": "size"}, "m": {"kind": "size"}, "c": {"kind": "scalar"},
    "r": {"kind": "scalar", "assume": ["positive"]},
    "p": {"kind": "index", "upto": "n"}, "q": {"kind": "index", "upto": "n"},
    "A": {"kind": "matrix", "shape": ["n", "n"], "assume": ["invertible"]},
    "M": {"kind": "matrix", "shape": ["n", "n"]},
    "Y": {"kind": "matrix", "shape": ["n", "n"], "assume": ["symmetric"]},
    "S": {"kind": "matrix", "shape": ["n", "n"], "assume": ["positive_definite"]},
    "Q": {"kind": "matrix", "shape": ["n", "n"], "assume": ["orthogonal"]},
    "D": {"kind": "matrix", "shape": ["n", "n"], "assume": ["diagonal"]},
    "F": {"kind": "matrix", "shape": ["n", "n"], "assume": ["diagonal"]},
    "U": {"kind": "matrix", "shape": ["n", "m"]}, "V": {"kind": "matrix", "shape": ["m", "n"]},
    "u": {"kind": "vector", "shape": ["n"]}, "v": {"kind": "vector", "shape": ["n"]},
    "w": {"kind": "vector", "shape": ["m"]},
}
SQUARE = ("A", "M", "Y", "S", "Q", "D", "F")


def square(random: Random, depth: int) -> str:
    """An expression of shape n x n."""
    if depth == 0:
        return random.choice((*SQUARE, "Identity(n)", "U@V", "U@Transpose(U)", "u@Transpose(v)", "u@Transpose(u)"))
    match random.randrange(9):
        case 0 | 1:
            return f"({square(random, depth - 1)} {random.choice('+-')} {square(random, depth - 1)})"
        case 2 | 3:
            return f"({square(random, depth - 1)}@{square(random, depth - 1)})"
        case 4:
            return f"Transpose({square(random, depth - 1)})"
        case 5 | 6:
            return f"Inverse({square(random, depth - 1)})"
        case 7:
            return f"({random.choice(('c', 'r', '2', 'r', '-1', '(1/r)'))}*{square(random, depth - 1)})"
        case _:
            return f"(U@{inner(random, depth - 1)}@V)"


def inner(random: Random, depth: int) -> str:
    """An expression of shape m x m."""
    middle = square(random, max(depth - 1, 0))
    return random.choice((f"(V@{middle}@U)", f"Inverse(r*Identity(m) + V@{middle}@U)", f"(Transpose(U)@{middle}@U)",
                          "Inverse(Identity(m) + Transpose(U)@U)", "(w@Transpose(w))", "Identity(m)"))


def number(random: Random, depth: int) -> str:
    """An expression whose value is a number."""
    matrix = square(random, depth)
    match random.randrange(8):
        case 0 | 1:
            return f"Trace({matrix})"
        case 2:
            return f"Determinant({matrix})"
        case 3 | 4:
            return f"Transpose({random.choice('uv')})@{matrix}@{random.choice('uv')}"
        case 5:
            return f"({matrix})[p, {random.choice('pq')}]"
        case 6:
            return f"Sum(({matrix})[p, k]*{random.choice('uv')}[k], (k, 1, n))"
        case _:
            return f"Trace({inner(random, depth)})*Transpose(u)@v"


def point(random: Random, n: int, m: int) -> Point:
    """Values for all symbols, small rationals."""
    names = parse_declarations(SYMBOLS)

    def real() -> Fraction:
        return Fraction(random.randint(-4, 4), random.choice((1, 1, 2, 3)))

    sizes = {"n": n, "m": m}
    draft = Draft(Step(Symbol("c"), Symbol("c"), declarations=names))
    draft.values = {"n": Fraction(n), "m": Fraction(m), "c": real(), "r": abs(real()) + Fraction(1, 3),
                    "p": Fraction(random.randint(1, n)), "q": Fraction(random.randint(1, n))}
    for name, declaration in names.items():
        if declaration.kind == "family" and declaration.shape is not None:
            shape = tuple(sizes[size.name] for size in declaration.shape if isinstance(size, Symbol))
            draft.entries[name] = {at: real() for at in product(*(range(1, k + 1) for k in shape))}
            if declaration.assumptions:
                assert shape_matrix(draft, name, shape, declaration.assumptions, random)
    return draft.point()
