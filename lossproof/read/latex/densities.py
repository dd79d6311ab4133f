"""Densities that are written by the name of their distribution: N(x; mu, sigma^2) as the formula it stands for.

Untrusted as to truth: the formulas are the usual ones, and reading back shows them. Imports the ground floor.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lossproof.term import (
    MINUS_ONE,
    ONE,
    Add,
    Call,
    Const,
    Mul,
    Pow,
    Term,
    divide,
    mul,
    number,
    subtract,
)

if TYPE_CHECKING:
    from lossproof.read.latex.layout import Nodes
    from lossproof.read.latex.names import Names

__all__ = ["density"]

_TWO = number(2)


def density(kind: str, args: Sequence[Term], reader: Names, at: Nodes) -> Term | None:
    """The density or mass of a distribution at its first argument; None where the arguments do not fit."""
    shapes = [reader.shape(arg, at) for arg in args]
    if kind == "normal" and len(args) == 3 and len(shapes[0]) == 1 and len(shapes[2]) == 2:
        return _normal_of_vectors(args[0], args[1], args[2], shapes[0][0])
    if any(shapes):
        return None
    match kind, args:
        case "normal", (x, mean, variance):
            square = Pow(subtract(x, mean), _TWO)
            scale = Call("sqrt", (mul(_TWO, Const("pi"), variance),))
            return mul(Pow(scale, MINUS_ONE), _exp(Mul((MINUS_ONE, divide(square, mul(_TWO, variance))))))
        case "gamma", (x, a, b):
            return mul(divide(Pow(b, a), Call("gamma", (a,))), Pow(x, subtract(a, ONE)), _exp(mul(MINUS_ONE, b, x)))
        case "beta", (x, a, b):
            return mul(Pow(Call("beta", (a, b)), MINUS_ONE), Pow(x, subtract(a, ONE)),
                       Pow(subtract(ONE, x), subtract(b, ONE)))
        case "binomial", (x, n, p):
            return mul(Call("binomial", (n, x)), Pow(p, x), Pow(subtract(ONE, p), subtract(n, x)))
        case "bernoulli", (x, p):
            return mul(Pow(p, x), Pow(subtract(ONE, p), subtract(ONE, x)))
        case "poisson", (x, rate):
            return divide(mul(Pow(rate, x), _exp(Mul((MINUS_ONE, rate)))), Call("factorial", (x,)))
        case "exponential", (x, rate):
            return mul(rate, _exp(mul(MINUS_ONE, rate, x)))
        case _:
            return None


def _exp(argument: Term) -> Term:
    return Call("exp", (argument,))


def _normal_of_vectors(x: Term, mean: Term, covariance: Term, size: Term | None) -> Term | None:
    if size is None:
        return None
    off = Add((x, Mul((MINUS_ONE, mean))))
    square = Call("matmul", (Call("transpose", (off,)), Call("inverse", (covariance,)), off))
    scale = Call("sqrt", (mul(Pow(mul(_TWO, Const("pi")), size), Call("det", (covariance,))),))
    return mul(Pow(scale, MINUS_ONE), _exp(mul(number("-1/2"), square)))
