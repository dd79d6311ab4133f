"""Which integrals over spaces that are only named must exist, and which are known to.

Trusted. Imports `space_terms`. An integral exists where that of the absolute value is finite; for integrals that stand
directly in one another, that of all of them with the absolute value innermost, which Fubini's theorem asks for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lossproof.kernel.space_terms import Names, canonical, is_plainly_nonnegative, nest, nested, space_over
from lossproof.term import (
    Add,
    Bool,
    Call,
    Const,
    Family,
    Fold,
    ForAll,
    Integral,
    Mul,
    Pow,
    Range,
    Relation,
    Term,
    children,
    free_names,
)

Around = tuple[tuple[Range, Term | None], ...]
"""The ranges that a term stands in, from the outside in, each with its condition."""

_OO = Const("oo")


def existence(sides: Iterable[Term], given: Iterable[Term], declarations: Names) -> tuple[Term, ...]:
    """The conditions under which all integrals over spaces exist, save those that the hypotheses say."""
    given = tuple(given)
    known = {canonical(condition) for term in given for condition in _known(term, (), declarations)}
    asked: dict[Term, None] = {}
    for side in sides:
        for members, body, around in _integrals(side, (), declarations):
            asked[_where_needed(_finite(members, body), around)] = None
    for term in given:
        # that the order does not matter is not said by a hypothesis in one order
        for members, body, around in _integrals(term, (), declarations):
            if len(members) > 1 and not is_plainly_nonnegative(body, declarations):
                asked[_where_needed(_finite(members, body), around)] = None
    found = {canonical(condition): condition for condition in reversed(asked) if canonical(condition) not in known}
    return tuple(reversed(found.values()))


def _finite(members: tuple[Integral, ...], body: Term) -> Term:
    size = body if isinstance(body, Call) and body.function == "Abs" else Call("Abs", (body,))
    return Relation("<", nested(members, size), _OO)


def _integrals(term: Term, around: Around, declarations: Names) -> Iterator[tuple[tuple[Integral, ...], Term, Around]]:
    """The integrals in a term, with those that stand directly in them, and what they stand in."""
    match term:
        case Integral() if space_over(term, declarations) is not None:
            members, body = nest(term, declarations)
            yield members, body, around
            inner = (*around, *((Range(m.name, m.lower, m.upper), None) for m in members))
            yield from _integrals(body, inner, declarations)
        case Fold(body=body, range=range_, condition=condition) | ForAll(body=body, range=range_, condition=condition):
            if condition is not None:
                yield from _integrals(condition, (*around, (range_, None)), declarations)
            yield from _integrals(body, (*around, (range_, condition)), declarations)
        case Family(body, ranges):
            yield from _integrals(body, (*around, *((range_, None) for range_ in ranges)), declarations)
        case _:
            for child in children(term):
                yield from _integrals(child, around, declarations)


def _where_needed(condition: Term, around: Around) -> Term:
    """The condition wherever its names run."""
    for range_, extra in reversed(around):
        if range_.name in free_names(condition):
            condition = ForAll(condition, range_, extra)
    return condition


def _known(given: Term, around: Around, declarations: Names) -> Iterator[Term]:
    """What a hypothesis says of the existence of integrals: those without which it is not defined exist."""
    match given:
        case Bool("and", args):
            for arg in args:
                yield from _known(arg, around, declarations)
        case ForAll(body, range_, condition):
            yield from _known(body, (*around, (range_, condition)), declarations)
        case Relation("<", Integral(), right) if right == _OO:
            yield _wherever(given, around)
        case Relation(_, left, right) if _OO not in (left, right):
            for side in (left, right):
                for members, body in _definite(side, declarations):
                    yield _wherever(_finite(members, body), around)
        case _:
            pass


def _wherever(condition: Term, around: Around) -> Term:
    for range_, extra in reversed(around):
        condition = ForAll(condition, range_, extra)
    return condition


def _definite(term: Term, declarations: Names) -> Iterator[tuple[tuple[Integral, ...], Term]]:
    """The integrals without which a term is not defined, whatever its names are, and whose order does not matter."""
    match term:
        case Integral() if space_over(term, declarations) is not None:
            members, body = nest(term, declarations)
            if len(members) == 1 or is_plainly_nonnegative(body, declarations):
                yield members, body
        case Add(args) | Mul(args) | Call(args=args):
            for arg in args:
                yield from _definite(arg, declarations)
        case Pow(base, exponent):
            yield from _definite(base, declarations)
            yield from _definite(exponent, declarations)
