"""Functionals of functions that are named without their argument: KL[p||q] of the p(x), q(x) that a line sums over x.

Untrusted as to truth. Imports the ground floor and `values`. The sum over the members of a set, or the integral over
it, is the one that the same step writes over values of the same functions, so that their argument is known from it;
where there is none, or more than one, nothing is said. P is the distribution whose density is p.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lossproof.derivation import Declaration
from lossproof.kernel.space_terms import canonical
from lossproof.kernel.spaces import SPACE
from lossproof.read.document.values import value_of
from lossproof.term import (
    Call,
    Entry,
    Fold,
    Integral,
    Symbol,
    Term,
    divide,
    map_children,
    mul,
    negate,
    walk,
)

__all__ = ["Sums", "divergence", "entropy", "sums_in"]


@dataclass(frozen=True, slots=True)
class Sums:
    """A sum or integral over a set, and the values in it, by how the functions are set that they are of."""

    over: Fold | Integral
    values: Mapping[str, Term]


def sums_in(terms: Sequence[Term], declarations: Mapping[str, Declaration]) -> list[Sums]:
    """The sums over the members of sets, and the integrals over them, that stand in terms and in no other such sum."""
    found: list[Sums] = []
    for term in terms:
        for part in _outermost(term, declarations):
            values = dict(_values(part, declarations))
            if values and not any(_is_same(part, values, one) for one in found):
                found.append(Sums(part, values))
    return found


def divergence(p: Term, q: Term, sums: Sequence[Sums], declarations: Mapping[str, Declaration]) -> Term | None:
    """KL[p||q] over the one set of which the functions in p and q are."""
    return _over((p, q), sums, declarations, lambda at: mul(at[0], Call("log", (divide(at[0], at[1]),))))


def entropy(p: Term, sums: Sequence[Sums], declarations: Mapping[str, Declaration]) -> Term | None:
    """The entropy of p over the one set of which the functions in p are."""
    made = _over((p,), sums, declarations, lambda at: mul(at[0], Call("log", (at[0],))))
    return None if made is None else negate(made)


def _over(of: tuple[Term, ...], sums: Sequence[Sums], declarations: Mapping[str, Declaration],
          body: Callable[[list[Term]], Term]) -> Term | None:
    found: dict[Term, Term] = {}
    for one in sums:
        at = [made for term in of if (made := _at(term, one, declarations)) is not None]
        if len(at) == len(of):
            made = replace(one.over, body=body(at))
            found.setdefault(canonical(made), made)
    return next(iter(found.values())) if len(found) == 1 else None


def _at(term: Term, sums: Sums, declarations: Mapping[str, Declaration]) -> Term | None:
    """A combination of functions at the point of a sum; None where one of them has no value in it."""
    known = False
    missing = False

    def change(part: Term) -> Term:
        nonlocal known, missing
        if isinstance(part, Call) and part in sums.values.values():
            known = True
            return part
        if isinstance(part, Symbol) and part.name in declarations:
            declared = declarations[part.name]
            if declared.kind == "function":
                missing = True
            set_as = declared.latex or part.name
            value = sums.values.get(set_as) or sums.values.get(set_as[:1].lower() + set_as[1:])
            if value is not None:
                known = True
                return value
            if part.name.endswith("_value"):
                missing = True
            return part
        return map_children(part, change)

    made = change(term)
    return made if known and not missing else None


def _values(part: Fold | Integral, declarations: Mapping[str, Declaration]) -> Iterator[tuple[str, Term]]:
    """The values of functions at the point of a sum."""
    for inner in walk(part.body):
        match inner:
            case Call(function, (Entry(_, (Symbol(at),)),)) if isinstance(part, Fold) and at == part.range.name:
                pass
            case Call(function, (Symbol(at),)) if isinstance(part, Integral) and at == part.name:
                pass
            case _:
                continue
        if function in declarations and not any(inner.orders):
            value = value_of(inner, declarations)
            yield (value.head if value is not None else declarations[function].latex or function), inner


def _outermost(term: Term, declarations: Mapping[str, Declaration]) -> Iterator[Fold | Integral]:
    match term:
        case Fold("sum", body, range_, None) if isinstance(range_.upper, Symbol) and range_.upper.name.startswith(
                "card_") and not any(isinstance(part, Integral) for part in walk(body)):
            yield term
        case Integral(body, _, Symbol(low), Symbol()) if low in declarations and SPACE in declarations[
                low].assumptions and not any(isinstance(part, Integral | Fold) for part in walk(body)):
            yield term
        case _:
            for child in _children(term):
                yield from _outermost(child, declarations)


def _children(term: Term) -> list[Term]:
    found: list[Term] = []

    def keep(child: Term) -> Term:
        found.append(child)
        return child

    map_children(term, keep)
    return found


def _is_same(part: Fold | Integral, values: Mapping[str, Term], other: Sums) -> bool:
    """Whether two sums are over one set, of the same functions at least."""
    match part, other.over:
        case Fold(range=one), Fold(range=two):
            same = one.upper == two.upper and one.lower == two.lower
        case Integral(lower=low), Integral(lower=other_low):
            same = low == other_low
        case _:
            same = False
    return same and values.keys() <= other.values.keys()
