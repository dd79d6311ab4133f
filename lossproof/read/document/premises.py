"""What a document's lines may rest on: what it says on other lines, nearest first.

Untrusted as to truth: the kernel judges each step under the premises that it turns out to need, and the report names
them. Imports the ground floor, `expected_values` and `statements`.

- A line may rest on the lines before it, on what an equation in the text says, on what a name is said to be in another
  row of the same display, and on what it points to; never on what a theorem claims.
- What a theorem claims may rest on any line but a claim: its proof comes behind it, and may end with the same words.
- A step of a chain does not rest on its own chain.
- What is said for some values only, beside the formula, is no premise, nor is what follows from it in its chain.
- What an earlier section says of a name is none where the text has brought in the name again since.
- A row that says the value of an expectation does not rest on what is said of that value: that may be so only by this
  row.
- A name that is said to be a number, or bounded, rests on the nearest such words in its section: cases come one after
  another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace

from lossproof.derivation import Derivation, Line, Premise, Row
from lossproof.read.document.expected_values import is_expectation
from lossproof.read.document.statements import Context
from lossproof.term import Relation, RelationName, Span, Term, free_names

__all__ = ["Renewed", "Said", "with_premises"]

MAX_PREMISES = 200


@dataclass(frozen=True, slots=True)
class Said:
    """An equation in the text before row number `row`, or a bound; `value` holds the names whose values it tells.

    `supposed`: no words say so, but the notation supposes it.
    """

    row: int
    term: Term
    span: Span
    context: Context
    value: frozenset[str] = frozenset()
    supposed: bool = False


@dataclass(frozen=True, slots=True)
class Renewed:
    """Names that the text brings in again before row number `row`, on a line in a section with these numbers."""

    row: int
    line: int
    section: int
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Known:
    """One thing that is said: where, by which chain, and under what labels."""

    row: int
    term: Term
    span: Span | None
    chain: str
    context: Context
    value: frozenset[str] = frozenset()
    given: tuple[Term, ...] = ()
    supposed: bool = False


def with_premises(derivations: tuple[Derivation, ...], rows: Sequence[Row], places: Mapping[int, Context],
                  said: Sequence[Said], again: Set[str], restated: Set[str],
                  left: Mapping[str, tuple[Term, str]], renewed: Sequence[Renewed] = ()) -> tuple[Derivation, ...]:
    """The derivations, each line with what it may rest on. `places` are the contexts of rows, by their numbers.

    `again` are chains in which what was said before is judged by what is said later: they say nothing themselves.
    `restated` are chains whose first line may have another meaning from here on: they say nothing of it.
    `left` is what an equation says is equal to the first line of a chain that goes on from it, and the chain of that
    equation: both say together what it is equal to in the end.
    `renewed` is where the text brings in names again.
    """
    known = [_Known(one.row, one.term, one.span, "", one.context, one.value, supposed=one.supposed) for one in said]
    chains = {derivation.name: derivation for derivation in derivations}
    where: dict[tuple[str, int], int] = {}
    narrowed: set[str] = set()      # chains with a row that holds for some values only
    for number, row in enumerate(rows):
        for name, index in row.steps:
            where[name, index] = number
            if number in places and places[number].narrowed:
                narrowed.add(name)
            term = None if name in again or name in narrowed else _says(chains[name], index, name in restated)
            if term is not None and number in places:
                known.append(_Known(number, term, row.span, name, places[number], given=chains[name].given))
                solved, before = left.get(name, (None, name))
                if solved is not None and before not in narrowed | again | restated and isinstance(
                        term, Relation) and term.op == "=" and term.left == chains[name].lines[0].term:
                    term = Relation("=", solved, term.right)
                    known.append(_Known(number, term, row.span, name, places[number], given=chains[name].given))
    claimed = {name for number, row in enumerate(rows) if number in places and places[number].role == "claimed"
               for name in row.defines}
    usable = [one for one in known if not one.context.narrowed and one.context.role != "claimed"
              and not free_names(one.term) & claimed]
    usable.sort(key=lambda one: one.row, reverse=True)
    return tuple(
        replace(derivation, lines=tuple(
            replace(line, premises=_premises(derivation, where[derivation.name, index], rows, usable, places,
                                                     renewed))
            if index > 1 and line.unread is None and (derivation.name, index) in where else line
            for index, line in enumerate(derivation.lines, 1)))
        for derivation in derivations)


def _says(derivation: Derivation, index: int, restated: bool) -> Term | None:
    """What a line of a chain says by itself: of equations the line, else that it is related to the first line."""
    lines = derivation.lines[restated:]
    index -= restated
    line = lines[index - 1]
    if index < 2 or line.unread is not None or line.bare:
        return None
    if isinstance(line.term, Relation):
        return line.term
    before: Line = lines[index - 2]
    if all(one.relation == "=" for one in lines[1:index]) and lines[0].unread is None:
        before = lines[0]
    if before.unread is not None or line.relation in ("=>", "<=>"):
        return None
    relation: RelationName = line.relation  # type: ignore[assignment]
    return Relation(relation, before.term, line.term)


def _premises(derivation: Derivation, row: int, rows: Sequence[Row], usable: Sequence[_Known],
              places: Mapping[int, Context], renewed: Sequence[Renewed]) -> tuple[Premise, ...]:
    context = places.get(row)
    if context is None:
        return ()
    renewed = [one for one in renewed if one.row <= row]
    own = frozenset(rows[row].defines) if is_expectation(derivation.lines[0].term) else frozenset[str]()
    anywhere = context.role == "claimed"
    equations = isinstance(derivation.lines[0].term, Relation)
    circular = min((number for number, place in places.items() if number > row and set(place.cites) & set(
        context.labels)), default=len(places)) if anywhere else 0
    found: dict[Term, Premise] = {}
    valued: dict[str, Span | None] = {}
    beside = [one for one in usable if one.value and row < one.row < len(rows)
              and rows[one.row].formula == rows[row].formula]
    before = [one for one in usable if one not in beside]       # counts first for a name that both are about
    for one in (*before, *reversed(beside)):
        cited = bool(set(one.context.labels) & set(context.cites))
        if one.chain == derivation.name and not (equations and one.row < row):
            continue
        if not cited and not anywhere and one.row > row - (one.chain != "") and one not in beside:
            continue
        if not set(one.given) <= set(derivation.given):
            continue        # it is said of fewer points
        if anywhere and one.row > row and (one.value or one.row >= circular):
            continue        # a case of the proof, or what may rest on the claim itself
        if own & free_names(one.term) or any(one.context.section < new.section and (
                new.names & free_names(one.term)) for new in renewed):
            continue
        if one.value:
            if any(valued.get(name, one.span) != one.span for name in one.value) or (
                    one.context.section != context.section):
                continue
            valued |= dict.fromkeys(one.value, one.span)
        if one.term not in found or cited:
            found[one.term] = Premise(one.term, one.span, cited, anywhere and one.row > row, one.supposed)
        if len(found) >= MAX_PREMISES:
            break
    return tuple(found.values())
