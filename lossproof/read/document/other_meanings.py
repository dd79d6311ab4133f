"""What is said again of a name, by the meanings that other lines give it: the proof of a theorem says what a name is
in several ways, of which not each is seen to follow from the one before.

Untrusted as to truth: each reading is judged for itself, and names the lines that it rests on. Imports the ground
floor, `names` and `statements`.

- What a theorem claims may rest on what its own proof says that the name is, up to the next theorem.
- What is said again may rest on what was said before in its section.
- Nothing rests on a line that says the same, or that points to the claim.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lossproof.derivation import Derivation, Premise, Reading, Row
from lossproof.read.document.names import Names
from lossproof.read.document.probabilities import Probabilities
from lossproof.read.document.statements import Context
from lossproof.term import Call, Relation, Span, Symbol, Term, renamed

__all__ = ["Meaning", "SaidOf", "with_other_meanings"]

_MOST = 6       # so many meanings are tried, those nearest to the end first
_FURTHER = 2    # so many lines of a chain that goes on from a meaning, those nearest to its end first


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a row says that a name is, from there on: `left = right`, where `made` is the name inside for it."""

    name: str
    made: str
    left: Term
    right: Term
    row: int
    span: Span
    context: Context


@dataclass(frozen=True, slots=True)
class SaidOf:
    """What a row says of a name in the first step of a chain, where `now` is the name inside for what it was then."""

    name: str
    now: str
    left: Term
    right: Term
    row: int
    context: Context


def with_other_meanings(derivations: tuple[Derivation, ...], rows: Sequence[Row], said: Mapping[str, SaidOf],
                        meanings: Sequence[Meaning], claims: Sequence[int], names: Names) -> tuple[Derivation, ...]:
    """The derivations, the first steps of the chains in `said` with readings by other meanings of their names.

    `claims` are the numbers of the rows that theorems claim.
    """
    probabilities = Probabilities(names)
    where = {step: number for number, row in enumerate(rows) for step in row.steps}

    def read(derivation: Derivation) -> Derivation:
        one = said.get(derivation.name)
        if one is None or derivation.lines[1].unread is not None or derivation.lines[0].unread is not None:
            return derivation
        first, line = derivation.lines[:2]
        readings: list[Reading] = []
        for meaning in _others(one, meanings, claims):
            left = _by(meaning, one, names)
            if left == first.term or left == line.term:
                continue
            premise = Premise(Relation("=", meaning.left, meaning.right), meaning.span)
            for further, premises in _further(left, meaning.row, derivations, rows, where):
                if further != line.term:
                    readings += _between(further, line.term, (premise, *premises), probabilities)
            readings += _between(left, line.term, (premise,), probabilities)
        line = replace(line, readings=(*line.readings, *readings[:_MOST]))
        return replace(derivation, lines=(first, line, *derivation.lines[2:]))

    return tuple(map(read, derivations))


def _between(left: Term, right: Term, premises: tuple[Premise, ...], probabilities: Probabilities) -> Iterator[Reading]:
    """The readings of an equation that rests on premises: as it stands, and by the laws of densities."""
    yield Reading(left, right, law="definition", premises=premises, elsewhere=True)
    for reading in probabilities.readings(left, right)[:1]:
        yield replace(reading, premises=(*premises, *reading.premises), elsewhere=True)


def _by(meaning: Meaning, one: SaidOf, names: Names) -> Term:
    """What a row says something of, by another meaning of the name: what a number was said to be stands for it."""
    definition = names.definitions.get(meaning.made)
    if isinstance(one.left, Symbol | Call) and definition is not None and not definition.ranges:
        return names.unfold(definition.body)
    return names.unfold(renamed(one.left, {one.now: meaning.made}))


def _further(term: Term, row: int, derivations: Sequence[Derivation], rows: Sequence[Row],
             where: Mapping[tuple[str, int], int]) -> Iterator[tuple[Term, tuple[Premise, ...]]]:
    """Lines of the chain that goes on from what a row says, with the premise that says so; those at the end first."""
    for derivation in derivations:
        for index, line in enumerate(derivation.lines[:2], 1):
            following = derivation.lines[index:]
            if line.unread is None and line.term == term and following and where.get(
                    (derivation.name, index + 1), -1) in (row, row + 1):
                equal = []
                for number, after in enumerate(following, index + 1):
                    if after.relation != "=" or after.unread is not None:
                        break
                    equal.append((after.term, number))
                for found, number in reversed(equal[-_FURTHER - 1:]):
                    place = where.get((derivation.name, number))
                    if place is not None:
                        yield found, (Premise(Relation("=", term, found), rows[place].span),)
                return


def _others(one: SaidOf, meanings: Sequence[Meaning], claims: Sequence[int]) -> list[Meaning]:
    """The meanings that what is said of a name may rest on, the last first."""
    found = [meaning for meaning in meanings if meaning.name == one.name and meaning.right != one.right
             and meaning.made != one.now and not set(meaning.context.cites) & set(one.context.labels)]
    if one.context.role == "claimed":
        begun = next((row for row in range(one.row + 1, max(claims) + 2) if row not in claims), one.row)
        ended = min((row for row in claims if row > begun), default=None)
        found = [meaning for meaning in found if one.row < meaning.row and (ended is None or meaning.row < ended)]
    else:
        found = [meaning for meaning in found if meaning.row < one.row
                 and meaning.context.section == one.context.section]
    return sorted(found, key=lambda meaning: meaning.row, reverse=True)
