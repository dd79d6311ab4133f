"""Concrete functions that opaque ones may stand for in a counterexample.

Untrusted: the kernel evaluates the bodies as it does any term. Imports the ground floor and
`kernel.points`. All are smooth everywhere, and no two arguments of one play the same part.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from lossproof.derivation import Declaration
from lossproof.kernel.points import ConcreteFunction
from lossproof.term import (
    ONE,
    Call,
    Entry,
    Fold,
    Pow,
    Range,
    Symbol,
    Term,
    add,
    mul,
    number,
)

_ARGUMENTS = ("t", "u", "v", "w")
_FAMILY, _SIZE, _INDEX = "x", "n", "i"


def candidates(declaration: Declaration) -> Sequence[ConcreteFunction]:
    """Concrete functions for an opaque function or functional, the most telling first."""
    if declaration.kind == "functional":
        return _FUNCTIONALS
    return _functions(declaration.arity)


def simpler(declaration: Declaration) -> Sequence[ConcreteFunction]:
    """Functions that are easier to read, for a counterexample that has been found; simplest first."""
    if declaration.kind == "functional":
        return _SIMPLE_FUNCTIONALS
    names = _names(declaration.arity)
    t = [Symbol(name) for name in names]
    linear = add(*(mul(number(i + 1), s) if i else s for i, s in enumerate(t)))
    text = " + ".join(f"{i + 1}*{n}" if i else n for i, n in enumerate(names))
    found = [_made(names, linear, text)]
    if declaration.arity == 1:
        found.append(_made(names, Pow(t[0], number(2)), "t**2"))
        found.append(_made(names, add(Pow(t[0], number(2)), ONE), "t**2 + 1"))
        found.append(_made(names, Call("exp", (t[0],)), "exp(t)"))
    else:
        found.append(_made(names, mul(*t), "*".join(names)))
    return found


def _names(arity: int) -> tuple[str, ...]:
    return _ARGUMENTS[:arity] if arity <= len(_ARGUMENTS) else tuple(f"t{i}" for i in range(1, arity + 1))


def _made(names: tuple[str, ...], body: Term, text: str) -> ConcreteFunction:
    return ConcreteFunction(names, body, text)


def _functions(arity: int) -> list[ConcreteFunction]:
    names = _names(arity)
    t = [Symbol(name) for name in names]
    # A weighted sum tells the arguments apart; with one argument it is that argument.
    inner = add(*(mul(number(Fraction(1, i + 1)), s) if i else s for i, s in enumerate(t)))
    shown = " + ".join(f"{n}/{i + 1}" if i else n for i, n in enumerate(names))
    if arity > 1:
        inner = add(inner, mul(t[0], *t[1:]))
        shown = f"({shown} + {'*'.join(names)})"
    half, third = number(Fraction(1, 2)), number(Fraction(1, 3))
    return [
        _made(names, add(mul(Pow(inner, number(3)), third), mul(inner, half), ONE),
              f"{shown}**3/3 + {shown}/2 + 1"),
        _made(names, add(Call("exp", (mul(inner, half),)), inner), f"exp({shown}/2) + {shown}"),
        _made(names, add(Pow(inner, number(2)), mul(inner, half), number(2)), f"{shown}**2 + {shown}/2 + 2"),
        _made(names, add(Call("exp", (inner,)), number(1)), f"exp({shown}) + 1"),
        _made(names, add(Call("sin", (inner,)), mul(inner, number(2))), f"sin({shown}) + 2*{shown}"),
        _made(names, add(mul(Pow(inner, number(2)), number(-1)), inner, number(-3)), f"-{shown}**2 + {shown} - 3"),
    ]


def _sum(body: Term) -> Term:
    return Fold("sum", body, Range(_INDEX, ONE, Symbol(_SIZE)))


def _functional(body: Term, text: str) -> ConcreteFunction:
    return ConcreteFunction((_FAMILY, _SIZE), body, text, functional=True)


_i = Symbol(_INDEX)
_x_i = Entry(_FAMILY, (_i,))
_weighted = _sum(mul(_i, _x_i))
_plain = _sum(_x_i)
_squares = _sum(mul(_i, Pow(_x_i, number(2))))
_cubes = _sum(mul(add(_i, ONE), Pow(_x_i, number(3))))

_SIMPLE_FUNCTIONALS = (
    _functional(_plain, "Sum(x[i], (i, 1, n))"),
    _functional(_weighted, "Sum(i*x[i], (i, 1, n))"),
    _functional(_squares, "Sum(i*x[i]**2, (i, 1, n))"),
)

_FUNCTIONALS = (
    _functional(add(_weighted, mul(Pow(_plain, number(2)), number(Fraction(1, 2)))),
                "Sum(i*x[i], (i, 1, n)) + Sum(x[i], (i, 1, n))**2/2"),
    _functional(add(_squares, mul(_plain, _weighted), ONE),
                "Sum(i*x[i]**2, (i, 1, n)) + Sum(x[i], (i, 1, n))*Sum(i*x[i], (i, 1, n)) + 1"),
    _functional(add(_cubes, Call("exp", (mul(_weighted, number(Fraction(1, 4))),))),
                "Sum((i + 1)*x[i]**3, (i, 1, n)) + exp(Sum(i*x[i], (i, 1, n))/4)"),
    _functional(add(Call("exp", (_plain,)), _weighted, number(2)),
                "exp(Sum(x[i], (i, 1, n))) + Sum(i*x[i], (i, 1, n)) + 2"),
)
