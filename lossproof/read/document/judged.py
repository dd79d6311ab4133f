"""What of a statement can be judged where it holds a sign that says something else: `~`, "is in", "is not", "about".

Untrusted as to truth. Imports the ground floor, the names of distributions and the shapes that `derive` takes.

`a = b ~ N(m, v)` says that a = b, and of what it is distributed as; `~ N(2 m / 2, v) = N(m, v)` says besides that both
are one distribution, which follows where the parameters are equal. That something is distributed so is taken as said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from lossproof.derivation import Definition
from lossproof.read.latex.distributions import DISTRIBUTION, DISTRIBUTIONS, IDENTIFIED
from lossproof.term import Call, Symbol, free_names

if TYPE_CHECKING:
    from lossproof.read.document.statements import ReadRow, Side, Statement

__all__ = ["between", "is_distribution", "is_identified", "models", "parameters"]

_CUTS = frozenset({"distributed", "in", "notin", "!=", "approx"})


def between(statement: Statement, judged: frozenset[str]) -> list[Statement]:
    """What signs in `judged` join in a statement, as statements of their own; a distribution alone is one, too.

    Nothing where the statement holds a sign of which it is not clear how far it reaches.
    """
    if any(relation not in judged | _CUTS for relation in statement.relations):
        return []
    sides = list(statement.sides)
    runs: list[tuple[list[Side], list[str]]] = [([], []) if statement.continues else ([sides.pop(0)], [])]
    for relation, side in zip(statement.relations, sides, strict=True):
        if relation in judged:
            runs[-1][0].append(side)
            runs[-1][1].append(relation)
        else:
            runs.append(([side], []))
    return [replace(statement, sides=tuple(run), relations=tuple(relations), continues=len(run) == len(relations))
            for run, relations in runs if relations or (run and is_distribution(run[0]))]


def is_distribution(side: Side) -> bool:
    """True for a side that is a distribution with its parameters, and not a value."""
    return isinstance(side.term, Call) and side.term.function == DISTRIBUTION


def is_identified(side: Side) -> bool:
    """Whether a distribution has no other parameters than these: others are then a mistake."""
    match side.term:
        case Call(_, (Symbol(name), *_)):
            return DISTRIBUTIONS.get(name.removeprefix("~ ")) in IDENTIFIED
        case _:
            return False


def parameters(first: Side, second: Side) -> Sequence[tuple[Side, Side]]:
    """The parameters of two distributions of one family, in pairs; none where they are not of one."""
    match first.term, second.term:
        case Call(here, (Symbol() as one, *left)), Call(there, (Symbol() as other, *right)) \
                if here == there == DISTRIBUTION and one == other and len(left) == len(right):
            return [(replace(first, term=mine), replace(second, term=theirs))
                    for mine, theirs in zip(left, right, strict=True)]
        case _:
            return ()


def models(row: ReadRow, defined: Iterable[str], definitions: Mapping[str, Definition]) -> set[str]:
    """Of the names that a row defines, those in whose meaning something stands that the row says to be distributed."""
    sides = (side for statement in row.statements
             for relation, side in zip(statement.relations, statement.sides, strict=False) if relation == "distributed")
    errors = {name for side in sides for name in free_names(side.term)}
    return {name for name in defined if name in definitions and free_names(definitions[name].body) & errors}
