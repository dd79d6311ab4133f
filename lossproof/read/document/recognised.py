"""Densities of known families, recognised in how they are written: c exp(-(x - m)^2 / (2 v)), x^(a-1) exp(-b x), ...

Untrusted as to truth: what is found is a proposal, and that the term is that density is proved. Imports the ground
floor, and from the kernel what a density of a family is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from fractions import Fraction

from lossproof.derivation import Declaration
from lossproof.kernel.normalized import Factor
from lossproof.term import (
    MINUS_ONE,
    ONE,
    Add,
    Call,
    Mul,
    Number,
    Pow,
    Symbol,
    Term,
    add,
    free_names,
    mul,
    number,
)

__all__ = ["densities_of", "density_of"]


def densities_of(term: Term, variables: Collection[str],
                 declarations: Mapping[str, Declaration]) -> tuple[Factor, ...] | None:
    """The densities that a term is the product of, one of each of some of the variables; None where it is not seen."""
    if isinstance(term, Mul):
        parts = [densities_of(arg, variables, declarations) for arg in term.args]
        made = tuple(factor for part in parts for factor in part or ())
        if None not in parts and len({factor.variable for factor in made}) == len(made):
            return made
    return next(((found,) for name in sorted(free_names(term) & set(variables))
                 if (found := density_of(term, name, declarations)) is not None), None)


def density_of(term: Term, name: str, declarations: Mapping[str, Declaration]) -> Factor | None:
    """The density of one variable that a term may be; None where it looks like none."""
    declared = declarations.get(name)
    parts = [part for part in _factors(term, 1) if name in free_names(part[0])]
    exponents = [part.args[0] if power == 1 else mul(MINUS_ONE, part.args[0]) for part, power in parts
                 if isinstance(part, Call) and part.function == "exp" and abs(power) == 1]
    others = [(part, power) for part, power in parts if not (isinstance(part, Call) and part.function == "exp")]
    if declared is None or len(exponents) + len(others) < len(parts):
        return None
    if declared.array:
        return None if others or len(exponents) != 1 else _normal_vector(exponents[0], name)
    if not others and len(exponents) == 1 and (found := _normal(exponents[0], name)) is not None:
        return found
    return _gamma(exponents, others, name) or _beta(exponents, others, name)


def _factors(term: Term, power: int) -> Iterator[tuple[Term, int]]:
    match term:
        case Mul(args):
            for arg in args:
                yield from _factors(arg, power)
        case Pow(base, Number(Fraction(numerator=-1, denominator=1))):
            yield from _factors(base, -power)
        case _:
            yield term, power


def _product(parts: Iterator[tuple[Term, int]] | list[tuple[Term, int]]) -> Term:
    return mul(*(part if power == 1 else Pow(part, MINUS_ONE) for part, power in parts))


def _off(term: Term, name: str) -> Term | None:
    """m of x - m, or of m - x."""
    match term:
        case Symbol() if term.name == name:
            return number(0)
        case Add(args) if len(args) > 1:
            x, negative = Symbol(name), Mul((MINUS_ONE, Symbol(name)))
            if sum(name in free_names(arg) for arg in args) != 1:
                return None
            rest = [arg for arg in args if name not in free_names(arg)]
            if x in args:
                return add(*(_minus(arg) for arg in rest))
            return add(*rest) if negative in args else None
        case _:
            return None


def _minus(term: Term) -> Term:
    match term:
        case Number(value):
            return Number(-value)
        case Mul(args) if args and args[0] == MINUS_ONE:
            return mul(*args[1:])
        case _:
            return Mul((MINUS_ONE, term))


def _normal(exponent: Term, name: str) -> Factor | None:
    """exp(c (x - m)^2) with c = -1/(2 v)."""
    parts = list(_factors(exponent, 1))
    squares = [one for one in parts if name in free_names(one[0])]
    if len(squares) != 1 or squares[0][1] != 1:
        return None
    rest = [one for one in parts if one is not squares[0]]
    match squares[0][0]:
        case Pow(base, Number(Fraction(numerator=2, denominator=1))):
            scale: list[tuple[Term, int]] = []
            for part, power in _factors(base, 1):
                if name not in free_names(part):
                    scale.append((part, power))
            within = [(part, power) for part, power in _factors(base, 1) if name in free_names(part)]
            mean = _off(within[0][0], name) if len(within) == 1 and within[0][1] == 1 else None
        case _:
            return None
    if mean is None:
        return None
    turned = [(part, -power) for part, power in (*rest, *scale, *scale)]
    halved = [(part, power) for part, power in turned if part not in (number(2), MINUS_ONE, number("1/2"),
                                                                      number("-1/2"))]
    value = Fraction(-1, 2)
    for part, power in turned:
        if isinstance(part, Number) and part in (number(2), MINUS_ONE, number("1/2"), number("-1/2")):
            value *= part.value ** power
    return Factor("normal", name, (mean, _scaled(value, _product(halved))))


def _scaled(value: Fraction, term: Term) -> Term:
    return term if value == 1 else Number(value) if term == ONE else mul(Number(value), term)


def _normal_vector(exponent: Term, name: str) -> Factor | None:
    """exp(c (x - m)^T A (x - m)), A perhaps an inverse: the covariance is (-2 c A)^-1."""
    parts = list(_factors(exponent, 1))
    forms = [one for one in parts if name in free_names(one[0])]
    rest = [one for one in parts if one is not forms[0]] if forms else []
    match forms:
        case [(Call("matmul", (Call("transpose", (off,)), middle, other)), 1)] if off == other \
                and name not in free_names(middle):
            mean = _off(off, name)
        case _:
            return None
    value, scale = Fraction(-2), list[tuple[Term, int]]()
    for part, power in rest:
        if isinstance(part, Number):
            value *= part.value ** power
        else:
            scale.append((part, power))
    if mean is None or value <= 0:
        return None
    if value == 1 and not scale:
        match middle:
            case Call("inverse", (covariance,)):
                return Factor("normal-vector", name, (mean, covariance))
            case _:
                return Factor("normal-vector", name, (mean, Call("inverse", (middle,))))
    return Factor("normal-vector", name, (mean, Call("inverse", (mul(_scaled(value, _product(scale)), middle),))))


def _gamma(exponents: list[Term], others: list[tuple[Term, int]], name: str) -> Factor | None:
    """x^(a - 1) exp(-b x)."""
    rates = list[Term]()
    shape: Term = ONE
    for exponent in exponents:
        parts = list(_factors(exponent, 1))
        if parts.count((Symbol(name), 1)) != 1:
            return None
        parts.remove((Symbol(name), 1))
        negative = [part for part in parts if part == (MINUS_ONE, 1)]
        parts = [part for part in parts if part != (MINUS_ONE, 1)]
        rate = _product(parts)
        rates.append(rate if len(negative) % 2 else _minus(rate))
    for part, power in others:
        base, exponent = (part.base, part.exponent) if isinstance(part, Pow) else (part, ONE)
        if base != Symbol(name) or power != 1 or name in free_names(exponent) or shape != ONE:
            return None
        shape = _plus_one(exponent)
    if not rates or any(name in free_names(rate) for rate in rates):
        return None
    return Factor("gamma", name, (shape, add(*rates)))


def _beta(exponents: list[Term], others: list[tuple[Term, int]], name: str) -> Factor | None:
    """x^(a - 1) (1 - x)^(b - 1)."""
    shapes: list[Term] = [ONE, ONE]
    for part, power in others:
        base, exponent = (part.base, part.exponent) if isinstance(part, Pow) else (part, ONE)
        which = 0 if base == Symbol(name) else 1 if base == Add((ONE, Mul((MINUS_ONE, Symbol(name))))) else None
        if which is None or power != 1 or name in free_names(exponent) or shapes[which] != ONE:
            return None
        shapes[which] = _plus_one(exponent)
    return None if exponents or not others else Factor("beta", name, (shapes[0], shapes[1]))


def _plus_one(exponent: Term) -> Term:
    """a of a - 1."""
    match exponent:
        case Add(args) if MINUS_ONE in args:
            at = args.index(MINUS_ONE)
            return add(*args[:at], *args[at + 1:])
        case Number(value):
            return Number(value + 1)
        case _:
            return Add((exponent, ONE))

