"""How people write sums and products: where a sign stands, where one more term or factor goes.

Untrusted: it decides what a proposed line looks like. Imports the ground floor.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from lossproof.term import (
    MINUS_ONE,
    ONE,
    Add,
    Call,
    Const,
    Derivative,
    Entry,
    Fold,
    Mul,
    Number,
    Pow,
    Symbol,
    Term,
    mul,
)


def is_reciprocal(term: Term) -> bool:
    """Whether the term is 1 over something, as a factor."""
    return isinstance(term, Pow) and term.exponent == MINUS_ONE


def product(*args: Term) -> Term:
    """The product as people write it: 1/x, not x**(-1)."""
    if args and is_reciprocal(args[0]):
        return Mul((ONE, *args))
    return mul(*args)


def flipped(term: Term) -> Term:
    """The term with the other sign, as it is written: a minus sign in front comes or goes."""
    match term:
        case Number(value):
            return Number(-value)
        case Mul((Number(value), *rest)) if value == -1 and rest:
            return product(*rest)
        case Mul((Number(value), *rest)) if value == 1 and rest:
            return Mul((MINUS_ONE, *rest))
        case Mul((Number(value), *rest)) if rest:
            return Mul((Number(-value), *rest))
        case Mul(args):
            return Mul((MINUS_ONE, *args))
        case Call("matmul", (Mul((Number(value), *inner)), *others)) if value == -1 and inner:
            return Call("matmul", (mul(*inner), *others))
        case _:
            return Mul((MINUS_ONE, term))


def is_negative(term: Term) -> bool:
    """Whether the term begins with a minus sign."""
    match term:
        case Number(value) | Mul((Number(value), *_)):
            return value < 0
        case _:
            return False


def with_term(term: Term, missing: Term) -> Term:
    """The node with one more summand, where a reader would expect it."""
    return Add(inserted("+", term.args if isinstance(term, Add) else (term,), missing))


def with_factor(term: Term, missing: Term) -> Term:
    """The node with one more factor, where a reader would expect it."""
    match missing, term:
        case Number(value), Number(other):
            return Number(value * other)
        case Number(value), _ if value == -1:
            return flipped(term)
        case _, Mul((Number(first), *rest)) if first == 1 and rest and not is_reciprocal(missing):
            return with_factor(mul(*rest), missing)
        case _, Mul((Number(first), inner)) if first == -1:      # subtracted, or -x
            more = with_factor(inner, missing)
            return more if isinstance(inner, Number) else Mul((MINUS_ONE, more))
        case Number(value), Mul((Number(first), *rest)) if first == -1 and value.denominator == 1:
            return Mul((Number(-value), *rest))
        case _, Number(value) if value == -1:
            return flipped(missing)
        case _, Number(value) if value == 1:
            return product(missing)
        case Number(value), _ if value.denominator != 1 and abs(value.numerator) == 1:
            divided = with_factor(term, Pow(Number(Fraction(value.denominator)), MINUS_ONE))
            return flipped(divided) if value < 0 else divided
        case _:
            return Mul(inserted("*", term.args if isinstance(term, Mul) else (term,), missing))


def inserted(op: Literal["+", "*"], args: tuple[Term, ...], new: Term) -> tuple[Term, ...]:
    """The arguments with one more, at the place where a reader would expect it."""
    if op == "+":
        negative = isinstance(new, Mul) and isinstance(new.args[0], Number) and new.args[0].value < 0
        leads = isinstance(args[0], Mul) and isinstance(args[0].args[0], Number) and args[0].args[0].value < 0
        return (new, *args) if leads and not negative and not isinstance(new, Number) else (*args, new)
    rank = _rank(new)
    at = len(args)
    while at > 0 and _rank(args[at - 1]) > rank:
        at -= 1
    return (*args[:at], new, *args[at:])


def _rank(factor: Term) -> tuple[int, str]:
    """Factors are written in this order: numbers, names, powers of them, brackets, functions, sums, quotients."""
    match factor:
        case Number():
            return 0, ""
        case Const():
            return 1, ""
        case Symbol(name):
            return 2, name
        case Pow(_, exponent) if exponent == MINUS_ONE:
            return 9, ""
        case Entry(name):
            return 3, name
        case Pow(base):
            return _rank(base)
        case Derivative() | Call():
            return 5, ""
        case Add():
            return 6, ""
        case Fold():
            return 7, ""
        case _:
            return 6, ""


def negated(term: Term) -> Term:
    """Minus the term."""
    return scaled(term, Fraction(-1))


def scaled(term: Term, factor: Fraction) -> Term:
    """The term times a number, as it is written: -1 stands apart from what follows, as in a difference."""
    if factor == 1:
        return term
    match term:
        case Number(value):
            return Number(value * factor)
        case _ if factor == -1:
            return Mul((MINUS_ONE, *term.args)) if isinstance(term, Mul) and not isinstance(term.args[0], Number) \
                else Mul((MINUS_ONE, term))
        case _ if factor < 0:
            return Mul((MINUS_ONE, scaled(term, -factor)))
        case _:
            return with_factor(term, Number(factor))
