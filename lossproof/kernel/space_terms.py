"""Terms with integrals over spaces of which only the name is known: what they bind, how their variables are named.

Trusted. Imports the ground floor. A space has a measure (sigma-finite, perhaps 0) and nothing else is known of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

from lossproof.derivation import Declaration, Definition, Step
from lossproof.term import (
    Add,
    Call,
    Const,
    Derivative,
    Entry,
    ForAll,
    Integral,
    Limit,
    Mul,
    Number,
    Partial,
    Pow,
    Subst,
    Symbol,
    Term,
    binders,
    children,
    free_names,
    fresh_identifier,
    map_children,
    rename_binders,
    substitute,
    walk,
)

SPACE = "end of a space"
"""Assumption of the two names that stand for the bounds of an integral over a set of which only the name is known."""

Names = Mapping[str, Declaration]


def space_over(term: Term, declarations: Names) -> str | None:
    """The name of the space that an integral, or what is said of all points, is over; None for any other term."""
    match term:
        case Integral(lower=lower, upper=upper):
            ends = lower, upper
        case ForAll(range=range_):
            ends = range_.lower, range_.upper
        case _:
            return None
    match ends:
        case Symbol(low), Symbol(high) if low.startswith("inf_") and high == f"sup_{low[4:]}" and all(
                end in declarations and SPACE in declarations[end].assumptions for end in (low, high)):
            return low[4:]
        case _:
            return None


def holds_space(term: Term, declarations: Names) -> bool:
    """Whether an integral over such a space, or something that is said of all of its points, stands in a term."""
    return any(space_over(part, declarations) is not None for part in walk(term))


def is_endless(term: Term) -> bool:
    """Whether a term binds a name that runs without an end."""
    bound = set(binders(term))
    return bool(bound) and not isinstance(term, Integral) and any(
        isinstance(part, Const) and part.name in ("oo", "-oo") for child in children(term) for part in walk(child))


def nest(term: Integral, declarations: Names) -> tuple[tuple[Integral, ...], Term]:
    """The integrals that stand directly in one another, from the outside in, and what the innermost is of."""
    members, body = [term], term.body
    while isinstance(body, Integral) and space_over(body, declarations) is not None:
        members.append(body)
        body = body.body
    return tuple(members), body


def nested(members: tuple[Integral, ...], body: Term) -> Term:
    """The integrals in one another, of a body."""
    for member in reversed(members):
        body = replace(member, body=body)
    return body


# quantities


def names_reached(term: Term, definitions: Mapping[str, Definition]) -> frozenset[str]:
    """The names in a term and in what its quantities are made of, in the end."""
    found: set[str] = set()
    waiting = list(free_names(term))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            if name in definitions:
                definition = definitions[name]
                waiting.extend(free_names(definition.body))
                for range_ in definition.ranges:
                    waiting.extend(free_names(range_.lower) | free_names(range_.upper))
    return frozenset(found)


def quantities_over_spaces(step: Step) -> frozenset[str]:
    """The quantities in whose definition such a space stands, in the end."""
    own = {name for name, d in step.definitions.items() if holds_space(d.body, step.declarations)}
    if not own:
        return frozenset()
    return frozenset(name for name, d in step.definitions.items()
                     if name in own or names_reached(d.body, step.definitions) & own)


def written_out(term: Term, step: Step, quantities: frozenset[str]) -> Term | None:
    """A term with these quantities as what they are defined as; None where that would say something else."""
    for _ in range(len(step.definitions) + 1):
        used = free_names(term) & quantities
        if not used:
            return term
        if any(step.definitions[name].ranges or step.definitions[name].of is not None for name in used):
            return None
        for part in walk(term):
            held = free_names(part) & used
            bound = set(binders(part))
            if bound & {name for q in used for name in names_reached(Symbol(q), step.definitions)} and any(
                    free_names(child) & used for child in children(part)):
                return None     # what is bound varies the quantity, and the tree does not show how
            if held and ((isinstance(part, Entry) and part.family in used) or isinstance(
                    part, Derivative | Limit | Subst | Partial)):
                return None
        term = substitute(term, {name: step.definitions[name].body for name in used})
    return None


# names of variables


def apart(term: Term, declarations: Names, numbers: Iterator[int]) -> Term:
    """The term with another name for the variable of each space's integral; no author's name looks like these."""
    if space_over(term, declarations) is not None:
        (name,) = binders(term)
        term = rename_binders(term, {name: f"{name.split()[0]} {next(numbers)}"})
    return map_children(term, lambda child: apart(child, declarations, numbers))


def named(term: Term) -> Term:
    """The term with its variables as an author writes them, each different from what stands within its integral."""
    term = map_children(term, named)
    made = [name for name in binders(term) if " " in name]
    if not made:
        return term
    inside = {name for child in children(term) for name in free_names(child)}
    inside |= {name for child in children(term) for part in walk(child) if free_names(part) & set(made)
               for name in binders(part)}
    return rename_binders(term, {name: fresh_identifier(name.split()[0], inside) for name in made})


def canonical(term: Term, depth: int = 0) -> Term:
    """The same term for all that differ by the names of bound variables only."""
    bound = tuple(dict.fromkeys(binders(term)))
    if bound:
        term = rename_binders(term, {name: f" {depth + number}" for number, name in enumerate(bound)})
        depth += len(bound)
    return map_children(term, lambda child: canonical(child, depth))


def is_plainly_nonnegative(term: Term, declarations: Names) -> bool:
    """Whether a term is never below 0, as is seen from how it is written."""
    match term:
        case Number(value):
            return value >= 0
        case Call("exp" | "Abs" as function) if function not in declarations:
            return True
        case Call(function, _, orders) if not any(orders) and function in declarations:
            lower = declarations[function].domain.lower
            return declarations[function].kind == "function" and lower is not None and lower >= 0
        case Pow(base, Number(value)):
            return (value.denominator == 1 and value % 2 == 0) or (
                value == Fraction(-1) and is_plainly_nonnegative(base, declarations))
        case Add(args) | Mul(args):
            return all(is_plainly_nonnegative(arg, declarations) for arg in args)
        case Integral(body=body) if space_over(term, declarations) is not None:
            return is_plainly_nonnegative(body, declarations)
        case _:
            return False
