"""Terms times numbers, and common factors of a line and what is to be added to it.

Untrusted: it decides what a proposed line looks like. Imports the ground floor.
"""

from __future__ import annotations

from fractions import Fraction

from lossproof.term import Add, Mul, Number, Pow, Term, add, mul


def scaled(term: Term, factor: Fraction) -> Term:
    """The term times a number, which joins the number that it begins with."""
    match term:
        case Number(value):
            return Number(value * factor)
        case Mul((Number(value), *rest)) if rest:
            return mul(*rest) if value * factor == 1 else mul(Number(value * factor), *rest)
        case Mul(args):
            return Mul((Number(factor), *args))
        case _:
            return Mul((Number(factor), term))


def negated(term: Term) -> Term:
    """Minus the term, each summand for itself."""
    match term:
        case Add(args):
            return Add(tuple(scaled(a, Fraction(-1)) for a in args))
        case _:
            return scaled(term, Fraction(-1))


def _parts(term: Term) -> list[tuple[Term, Fraction]]:
    """Factors with their integer exponents."""
    parts: list[tuple[Term, Fraction]] = []
    for factor in term.args if isinstance(term, Mul) else (term,):
        match factor:
            case Pow(base, Number(value)) if value.denominator == 1 and value > 0:
                parts.append((base, value))
            case _:
                parts.append((factor, Fraction(1)))
    return parts


def factored(line: Term, extra: Term) -> Term | None:
    """line + extra with their common factors taken out; None where they have none."""
    first, second = dict(_merged(line)), dict(_merged(extra))
    number_1, number_2 = _number(first), _number(second)
    if number_1 == 0:
        return None
    common: list[Term] = []
    for base, power in list(first.items()):
        shared = min(power, second.get(base, Fraction(0)))
        if shared > 0:
            common.append(base if shared == 1 else Pow(base, Number(shared)))
            first[base] -= shared
            second[base] -= shared
    if not common:
        return None
    ratio = number_2 / number_1
    head = () if number_1 == 1 else (Number(number_1),)
    rest = _product(second)
    return mul(*head, *common, add(_product(first), rest if ratio == 1 else scaled(rest, ratio)))


def _merged(term: Term) -> list[tuple[Term, Fraction]]:
    merged: dict[Term, Fraction] = {}
    number = Fraction(1)
    for base, power in _parts(term):
        if isinstance(base, Number):
            number *= base.value**int(power)
        else:
            merged[base] = merged.get(base, Fraction(0)) + power
    return [(Number(number), Fraction(0)), *merged.items()]


def _number(parts: dict[Term, Fraction]) -> Fraction:
    (number,) = (base.value for base in list(parts) if isinstance(base, Number))
    for base in [b for b in parts if isinstance(b, Number)]:
        del parts[base]
    return number


def _product(parts: dict[Term, Fraction]) -> Term:
    return mul(*(base if power == 1 else Pow(base, Number(power)) for base, power in parts.items() if power > 0))
