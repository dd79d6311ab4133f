"""Cases of a step by the values of scalars that range over finite sets, without those that a hypothesis rules out.

Trusted. Imports the ground floor.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from fractions import Fraction
from itertools import product

from lossproof.derivation import Step
from lossproof.term import Add, Mul, Number, Pow, Relation, Symbol, Term

__all__ = ["finite_cases"]

_MAX_POWER = 10


def finite_cases(step: Step, names: Collection[str]) -> Iterator[tuple[Term, ...]]:
    """One case a combination of values of those scalars among some names that range over a finite set."""
    known = {g.left for g in step.given if isinstance(g, Relation) and g.op == "="}
    finite = [
        (name, values) for name in sorted(names)
        if (d := step.declarations.get(name)) is not None and d.kind in ("scalar", "integer")
        and (values := d.domain.values) is not None and Symbol(name) not in known
    ]
    for combination in product(*(values for _, values in finite)):
        case = {name: value for (name, _), value in zip(finite, combination, strict=True)}
        if not any(_is_false(condition, case) for condition in step.given):
            yield tuple(Relation("=", Symbol(name), Number(value)) for name, value in case.items())


def _is_false(condition: Term, values: Mapping[str, Fraction]) -> bool:
    """Whether a relation between numbers that are known does not hold."""
    if not isinstance(condition, Relation):
        return False
    left, right = (_value(side, values) for side in (condition.left, condition.right))
    if left is None or right is None:
        return False
    match condition.op:
        case "=":
            return left != right
        case "!=":
            return left == right
        case "<":
            return left >= right
        case "<=":
            return left > right
        case ">":
            return left <= right
        case ">=":
            return left < right
        case _:
            return False


def _value(term: Term, values: Mapping[str, Fraction]) -> Fraction | None:
    """The value of a polynomial; None for anything else, and for what is not known."""
    match term:
        case Number(value):
            return value
        case Symbol(name):
            return values.get(name)
        case Add(args) | Mul(args):
            found = [_value(arg, values) for arg in args]
            made = Fraction(isinstance(term, Mul))
            for one in found:
                if one is None:
                    return None
                made = made * one if isinstance(term, Mul) else made + one
            return made
        case Pow(base, Number(power)) if power.denominator == 1 and 0 < power <= _MAX_POWER:
            inner = _value(base, values)
            return None if inner is None else inner ** int(power)
        case _:
            return None
