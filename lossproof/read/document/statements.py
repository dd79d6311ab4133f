"""What the formula reader hands over: rows of statements, each side with its place; and what holds around a formula.

Untrusted as to truth. Imports the ground floor and `argument`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lossproof.derivation import Expectation
from lossproof.diagnostic import Diagnostic
from lossproof.read.document.argument import Role
from lossproof.term import Relation, RelationName, Span, Term

__all__ = ["Context", "ReadRow", "Side", "Statement", "condition"]

_CONDITIONS: Mapping[str, RelationName] = {
    "=": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a relation."""

    term: Term
    span: Span
    latex: str


@dataclass(frozen=True, slots=True)
class Statement:
    """Sides joined by relations. One that continues begins with a relation; `join` joins it to the one before."""

    sides: tuple[Side, ...]
    relations: tuple[str, ...]
    continues: bool = False
    join: str = ""


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row as the formula reader gives it: its statements, or why it could not be read.

    `belongs` marks a line that is part of the row before it, `words` is the text at the edges of its statements,
    `supposed` what its notation supposes.
    """

    statements: tuple[Statement, ...]
    span: Span
    latex: str
    counts: bool
    problem: Diagnostic | None = None
    continues: bool = False
    belongs: bool = False
    words: tuple[str, ...] = ()
    supposed: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """What holds around a formula: hypotheses, the section's number, the name and title of what is made of it.

    `narrowed` marks a row that says beside its formula for what it holds.
    """

    given: tuple[Term, ...] = ()
    section: int = 0
    name: str = "formula"
    title: str = ""
    expect: tuple[Expectation, ...] = ()
    formula: Span | None = None
    role: Role = "said"
    labels: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    narrowed: bool = False


def condition(statement: Statement) -> list[Term]:
    """The hypotheses that a statement is."""
    found: list[Term] = []
    for left, relation, right in zip(statement.sides, statement.relations, statement.sides[1:], strict=False):
        if relation in _CONDITIONS:
            found.append(Relation(_CONDITIONS[relation], left.term, right.term))
    return found
