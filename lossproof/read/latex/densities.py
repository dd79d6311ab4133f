"""Densities that are written by the name of their distribution: N(x; mu, sigma^2) as the formula it stands for.

Untrusted as to truth: the formulas are the usual ones, of numbers those of `families`, of arrays those of Gupta and
Nagar, *Matrix Variate Distributions*, and Kotz, Balakrishnan and Johnson, *Continuous Multivariate Distributions*;
reading back shows them. Imports the ground floor and `families`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lossproof.read.latex.families import by_cases, known
from lossproof.term import (
    MINUS_ONE,
    ONE,
    Add,
    Call,
    Component,
    Const,
    Entry,
    Fold,
    Mul,
    Pow,
    Range,
    Symbol,
    Term,
    add,
    divide,
    free_names,
    fresh_name,
    mul,
    number,
    subtract,
)

if TYPE_CHECKING:
    from lossproof.read.latex.layout import Nodes
    from lossproof.read.latex.names import Names

__all__ = ["density", "density_of_arrays", "transform_of_vectors"]

_TWO = number(2)

Shape = Sequence[Term | None]


def density(kind: str, args: Sequence[Term], reader: Names, at: Nodes) -> Term | None:
    """The density or mass of a distribution at its first argument; None where the arguments do not fit."""
    shapes = [tuple(reader.shape(arg, at)) for arg in args]
    if any(shapes):
        return density_of_arrays(kind, args, shapes)
    match kind, args:
        case "uniform", (x, a, b):
            law = known(kind, (a, b))
            return None if law is None else by_cases(law.density(x), x, law.support)
        case _, (x, *parameters):
            law = known(kind, parameters)
            return None if law is None else law.density(x)
        case _:
            return None


def density_of_arrays(kind: str, args: Sequence[Term], shapes: Sequence[Shape]) -> Term | None:
    """The same for vectors and matrices, whose shapes are known; None where they do not fit."""
    ranks = tuple(map(len, shapes))
    sizes = [size for shape in shapes for size in shape]
    if None in sizes:
        return None
    match kind, tuple(args), ranks:
        case "normal", (x, mean, covariance), (1, 1, 2):
            return _normal(x, mean, covariance, _size(shapes[0], 0))
        case "student", (x, mean, scale, freedom), (1, 1, 2, 0):
            return _student(x, mean, scale, freedom, _size(shapes[0], 0))
        case "matrix-normal", (x, mean, rows, columns), (2, 2, 2, 2):
            return _matrix_normal(x, mean, rows, columns, _size(shapes[0], 0), _size(shapes[0], 1))
        case "dirichlet", (x, concentration), (1, 1):
            return _dirichlet(x, concentration, _size(shapes[0], 0))
        case _:
            return None


def transform_of_vectors(t: Term, mean: Term, covariance: Term) -> Term:
    """The moment-generating function of a normal vector: exp(t^T m + t^T S t / 2)."""
    row = Call("transpose", (t,))
    return _exp(add(Call("matmul", (row, mean)), mul(number("1/2"), Call("matmul", (row, covariance, t)))))


def _size(shape: Shape, place: int) -> Term:
    size = shape[place]
    assert size is not None
    return size


def _exp(argument: Term) -> Term:
    return Call("exp", (argument,))


def _off(x: Term, mean: Term) -> Term:
    return Add((x, Mul((MINUS_ONE, mean))))


def _square(off: Term, scale: Term) -> Term:
    return Call("matmul", (Call("transpose", (off,)), Call("inverse", (scale,)), off))


def _det(matrix: Term) -> Term:
    return Call("det", (matrix,))


def _normal(x: Term, mean: Term, covariance: Term, size: Term) -> Term:
    scale = Call("sqrt", (mul(Pow(mul(_TWO, Const("pi")), size), _det(covariance)),))
    return mul(Pow(scale, MINUS_ONE), _exp(mul(number("-1/2"), _square(_off(x, mean), covariance))))


def _student(x: Term, mean: Term, scale: Term, freedom: Term, size: Term) -> Term:
    """Of t in several variables: Gamma((v+n)/2) / (Gamma(v/2) sqrt((v pi)^n |S|)) (1 + (x-m)^T S^-1 (x-m) / v)^..."""
    power = divide(add(freedom, size), _TWO)
    below = mul(Call("gamma", (divide(freedom, _TWO),)), Call("sqrt", (
        mul(Pow(mul(freedom, Const("pi")), size), _det(scale)),)))
    square = divide(_square(_off(x, mean), scale), freedom)
    return mul(divide(Call("gamma", (power,)), below), Pow(add(ONE, square), mul(MINUS_ONE, power)))


def _matrix_normal(x: Term, mean: Term, rows: Term, columns: Term, height: Term, width: Term) -> Term:
    off = _off(x, mean)
    product = Call("matmul", (Call("inverse", (columns,)), Call("transpose", (off,)), Call("inverse", (rows,)), off))
    scale = mul(Pow(mul(_TWO, Const("pi")), mul(height, width)), Pow(_det(columns), height), Pow(_det(rows), width))
    return mul(Pow(Call("sqrt", (scale,)), MINUS_ONE), _exp(mul(number("-1/2"), Call("trace", (product,)))))


def _dirichlet(x: Term, concentration: Term, size: Term) -> Term:
    index = fresh_name("i", free_names(x) | free_names(concentration) | free_names(size))

    def entry(array: Term) -> Term:
        at = (Symbol(index),)
        return Entry(array.name, at) if isinstance(array, Symbol) else Component(array, at)

    over = Range(index, ONE, size)
    total = Call("gamma", (Fold("sum", entry(concentration), over),))
    norm = divide(total, Fold("product", Call("gamma", (entry(concentration),)), over))
    return mul(norm, Fold("product", Pow(entry(x), subtract(entry(concentration), ONE)), over))
