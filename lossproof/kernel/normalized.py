"""Densities that are 1 in the integral over all values of their variable, and products of such.

Trusted. Imports the ground floor. A function that is proportional to such a product, over all values of its variables,
and whose integral over these is 1, is the product: both have the same integral, so that the constant is 1.

- A product of densities f_i(x_i), each given some of the other variables, is 1 in the integral over all of them where
  no density depends, through its parameters, on its own variable in the end: those on which no parameter depends are
  integrated first.
- What the parameters must satisfy is a condition, for all values of the variables: one that depends on these must be a
  product of such as are positive on their supports, and of what does not depend on them. A covariance matrix must be
  symmetric, which must be proved besides; that it is positive definite follows: what is proportional has an integral,
  and exp(-x^T A x / 2) with a symmetric invertible A has one only where A is positive definite.
- A density is one on its support. A variable must range over all of it, and over no more, or must be restricted to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from lossproof.derivation import Declaration
from lossproof.term import (
    MINUS_ONE,
    ONE,
    ZERO,
    Add,
    Call,
    Const,
    Mul,
    Number,
    Pow,
    Relation,
    Symbol,
    Term,
    divide,
    mul,
    number,
    subtract,
)

__all__ = ["Factor", "Normalized", "ends", "normalized"]

_TWO = number(2)
_WHOLE: tuple[Fraction | None, Fraction | None] = (None, None)
_POSITIVE: tuple[Fraction | None, Fraction | None] = (Fraction(0), None)
_UNIT: tuple[Fraction | None, Fraction | None] = (Fraction(0), Fraction(1))
_SUPPORTS = {"normal": _WHOLE, "normal-vector": _WHOLE, "gamma": _POSITIVE, "beta": _UNIT}


@dataclass(frozen=True, slots=True)
class Factor:
    """The density of a family, of its variable: `normal` with mean and variance, `normal-vector` with mean and
    covariance, `gamma` with shape and rate, `beta` with its two shapes."""

    family: str
    variable: str
    parameters: tuple[Term, Term]


@dataclass(frozen=True, slots=True)
class Normalized:
    """A product of densities as a term: under `conditions`, where each pair in `equal` is equal, its integral over all
    values of its variables is 1. `within` says where the variables are in the support of each density."""

    term: Term
    conditions: tuple[Relation, ...]
    equal: tuple[tuple[Term, Term], ...]
    within: Mapping[str, tuple[Relation, ...]]


def normalized(factors: Sequence[Factor], declarations: Mapping[str, Declaration],
               reached: Callable[[Term], frozenset[str]]) -> Normalized | None:
    """The product of densities; None where it is not seen to be 1 in the integral over the variables of all.

    `reached` says on which names a term depends, in the end.
    """
    names = [factor.variable for factor in factors]
    if not names or len(set(names)) < len(names) or not all(_is_variable(factor, declarations) for factor in factors):
        return None
    on = {factor.variable: {name for name in names for parameter in factor.parameters if name in reached(parameter)}
          for factor in factors}
    left = set(names)
    while left:     # integrate what no other density that is left depends on
        free = {name for name in left if not any(name in on[other] for other in left)}
        if not free:
            return None
        left -= free
    conditions: list[Relation] = []
    equal: list[tuple[Term, Term]] = []
    positive = {factor.variable for factor in factors if ends(factor)[0] == 0}

    def depends(term: Term) -> bool:
        return not reached(term).isdisjoint(names)

    for factor in factors:
        first, second = factor.parameters
        if factor.family == "normal-vector":
            equal.append((second, Call("transpose", (second,))))
            continue
        for parameter in (second,) if factor.family == "normal" else (first, second):
            parts = list(_parts(parameter))
            if any(depends(part) and not (isinstance(part, Symbol) and part.name in positive) for part in parts):
                return None
            rest = mul(*(part for part in parts if not depends(part)))
            if not (isinstance(rest, Number) and rest.value > 0):
                conditions.append(Relation("<", ZERO, rest))
    terms = [_density(factor, declarations[factor.variable]) for factor in factors]
    within = {factor.variable: _within(factor) for factor in factors}
    return Normalized(terms[0] if len(terms) == 1 else Mul(tuple(terms)), tuple(conditions), tuple(equal), within)


def ends(factor: Factor) -> tuple[Fraction | None, Fraction | None]:
    """Between which ends the support of a density lies; None is no end."""
    return _SUPPORTS[factor.family]


def _is_variable(factor: Factor, declarations: Mapping[str, Declaration]) -> bool:
    """Whether the variable is a number, or a vector, that may have all values of the support, or more."""
    declared = declarations.get(factor.variable)
    if declared is None or factor.family not in _SUPPORTS or declared.whole or declared.domain.values is not None:
        return False
    if factor.family == "normal-vector":
        plain = declared.domain.lower is None and declared.domain.upper is None
        return declared.kind == "family" and declared.array and declared.shape is not None and len(
            declared.shape) == 1 and plain
    lower, upper = _SUPPORTS[factor.family]
    domain = declared.domain
    return declared.kind == "scalar" and (domain.lower is None or (lower is not None and domain.lower <= lower)) and (
        domain.upper is None or (upper is not None and domain.upper >= upper))


def _within(factor: Factor) -> tuple[Relation, ...]:
    variable = Symbol(factor.variable)
    lower, upper = _SUPPORTS[factor.family]
    found = [] if lower is None else [Relation("<", number(lower), variable)]
    return (*found, *([] if upper is None else [Relation("<", variable, number(upper))]))


def _parts(term: Term) -> Iterator[Term]:
    """The factors of a product, inverse ones, too, whose product has the same sign."""
    match term:
        case Mul(args):
            for arg in args:
                yield from _parts(arg)
        case Pow(base, Number(value)) if abs(value) == 1:
            yield from _parts(base)
        case _:
            yield term


def _density(factor: Factor, declared: Declaration) -> Term:
    x, (first, second) = Symbol(factor.variable), factor.parameters
    match factor.family:
        case "normal":
            square = Pow(subtract(x, first), _TWO)
            return divide(_exp(Mul((MINUS_ONE, divide(square, mul(_TWO, second))))),
                          Call("sqrt", (Mul((_TWO, Const("pi"), second)),)))
        case "normal-vector":
            assert declared.shape is not None
            off = Add((x, Mul((MINUS_ONE, first))))
            form = Call("matmul", (Call("transpose", (off,)), Call("inverse", (second,)), off))
            scale = mul(Pow(mul(_TWO, Const("pi")), declared.shape[0]), Call("det", (second,)))
            return mul(Pow(Call("sqrt", (scale,)), MINUS_ONE), _exp(mul(number("-1/2"), form)))
        case "gamma":
            return Mul((divide(Pow(second, first), Call("gamma", (first,))), Pow(x, subtract(first, ONE)),
                        _exp(Mul((MINUS_ONE, second, x)))))
        case _:
            powers = Mul((Pow(x, subtract(first, ONE)), Pow(subtract(ONE, x), subtract(second, ONE))))
            return divide(powers, Call("beta", (first, second)))


def _exp(argument: Term) -> Term:
    return Call("exp", (argument,))
