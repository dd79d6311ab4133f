"""Formulas in their order to derivations: what is a definition, what a claim, what follows what, under what.

Untrusted as to truth. Imports the ground floor, `names`, and the shapes of what the formula reader hands over.

- The first `name = expression` with a name that nothing has been said of is a definition; further sides are a chain
  from there.
- `A = B = C` and rows that begin with a relation are a chain.
- An equation between known things is a claim. A row that changes both sides of an equation follows from the row
  before (`<=>`), unless it says something of a name or of a derivative: then it is a claim of its own.
- A name that is given a meaning again, in another section or where the notation is inferred: the line is proved where
  it follows from the meaning so far, else it is a new definition.
  The line that gave the first meaning is then proved where it follows from the new one: a theorem before its proof.
- `y = 1`, a name and a number, says what holds in a case: it is neither judged nor used. Where the same row goes on
  with what follows from it, it is a definition.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from lossproof.derivation import Derivation, Expectation, Line, LineRelation, Row
from lossproof.diagnostic import Diagnostic, InputError, diagnostic
from lossproof.read.document.names import Head, Names, head_of, is_known_everywhere, is_number
from lossproof.read.latex.as_set import PERHAPS, unknown_dependence
from lossproof.read.shapes import Shapes
from lossproof.term import (
    ZERO,
    Call,
    Component,
    Derivative,
    Entry,
    Partial,
    Relation,
    RelationName,
    Span,
    Subst,
    Symbol,
    Term,
    free_names,
)

__all__ = ["Context", "Deriver", "ReadRow", "Side", "Statement"]

_JOINS: Mapping[str, LineRelation] = {"<=>": "<=>", "=>": "=>"}
_LINES: Mapping[str, LineRelation] = {"=": "=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_CONDITIONS: Mapping[str, RelationName] = {
    "=": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
MAX_SHOWN = 200
_SOLVED = "taken as given: the equation that the next row follows from"


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

    `belongs` marks a line that is part of the row before it.
    """

    statements: tuple[Statement, ...]
    span: Span
    latex: str
    counts: bool
    problem: Diagnostic | None = None
    continues: bool = False
    belongs: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """What holds around a formula: hypotheses, the section's number, the name and title of what is made of it."""

    given: tuple[Term, ...] = ()
    section: int = 0
    name: str = "formula"
    title: str = ""
    expect: tuple[Expectation, ...] = ()
    formula: Span | None = None


@dataclass(frozen=True, slots=True)
class _Stated:
    """What a name was first said to be: its two sides, the place of the row, and what held there."""

    left: Side
    right: Side
    row: int
    context: Context


@dataclass(slots=True)
class _Chain:
    """A derivation under way."""

    name: str
    title: str
    lines: list[Line]
    given: tuple[Term, ...]
    span: Span
    equations: bool = False


@dataclass(slots=True)
class Deriver:
    """Takes rows one after another and makes derivations of them."""

    names: Names
    inferred: bool
    chains: list[_Chain] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    _open: _Chain | None = None         # the chain that a row may continue
    _started: Side | None = None        # or the last side of a definition, which is no chain yet
    _equation: tuple[Side, Side, str] | None = None    # the equation that a row may follow from
    _expect: list[Expectation] = field(default_factory=list)
    _steps: list[tuple[str, int]] = field(default_factory=list)
    _defines: list[str] = field(default_factory=list)
    _remark: str | None = None
    _stated: dict[str, _Stated] = field(default_factory=dict)
    _leads: bool = False                # whether the next statement of the row follows from this one

    def formula(self, rows: Sequence[ReadRow], context: Context) -> None:
        """The rows of one formula."""
        self._expect = list(context.expect)
        self._equation = None
        if not rows or not (rows[0].continues or (rows[0].statements and rows[0].statements[0].continues)):
            self._open = self._started = None
        for row in rows:
            if row.belongs and self.rows:
                self.rows.append(replace(self.rows[-1], span=row.span, latex=row.latex, counts=row.counts, defines=()))
                continue
            self._steps, self._defines, self._remark = [], [], None
            if row.problem is not None:
                self._unread(row, context)
            for statement, after in zip_longest(row.statements, row.statements[1:]):
                self._leads = after is not None and after.join == "=>"
                self._statement(statement, row, context)
            self.rows.append(Row(row.span, row.latex, context.formula or row.span, row.counts, tuple(self._steps),
                                 tuple(self._defines), row.problem, self._remark))

    def derivations(self) -> tuple[Derivation, ...]:
        """What was made, functions of the document replaced by their bodies."""
        unfold = self.names.unfold
        return tuple(
            Derivation(chain.name, chain.title,
                       self._judgeable(tuple(replace(line, term=unfold(line.term)) if line.unread is None else line
                                             for line in chain.lines)),
                       tuple(unfold(given) for given in chain.given), span=chain.span)
            for chain in self.chains)

    def _judgeable(self, lines: tuple[Line, ...]) -> tuple[Line, ...]:
        """The lines, but for those that hold a derivative of what depends on its variable in a way nobody wrote down.

        p(y|b), read as it is set, would be a constant for the derivative by the vector b.
        """
        made = []
        for line in lines:
            array = None if line.unread is not None else unknown_dependence(
                (line.term,), self.names.declarations, self.names.definitions)
            if array is not None:
                said = f"how this depends on `{self.names.origin.get(array, array)}` is not written"
                line = replace(line, unread=diagnostic("LP105", said, line.span))
            made.append(line)
        return tuple(made)

    # rows

    def _unread(self, row: ReadRow, context: Context) -> None:
        assert row.problem is not None
        shown = Symbol(row.latex[:MAX_SHOWN], span=row.span)
        line = Line(shown, span=row.span, latex=row.latex, unread=row.problem, expect="holds")
        self._equation = None
        if row.continues and self._open is not None:
            self._append(self._open, line)
        elif row.continues and self._started is not None:
            chain = self._chain([self._first(self._started)], row.span, context)
            self._append(chain, line)
        else:
            self._open = self._chain([line], row.span, context)
            self._steps.append((self._open.name, 1))

    def _statement(self, statement: Statement, row: ReadRow, context: Context) -> None:
        unjudged = [relation for relation in statement.relations if relation not in _LINES]
        if not statement.relations:
            self._remark = self._remark or "no relation"
            return
        sides = [replace(side, term=self.names.now(side.term)) for side in statement.sides]
        if unjudged:
            self._remark = f"`{unjudged[0]}` is not judged"
            self._open = self._started = self._equation = None
            return
        relations = [_LINES[relation] for relation in statement.relations]
        if statement.continues:
            self._continue(sides, relations, row, context)
            return
        self._start(statement, sides, relations, row, context)

    def _continue(self, sides: list[Side], relations: list[LineRelation], row: ReadRow, context: Context) -> None:
        self._equation = None
        if self._open is None and self._started is not None:
            self._chain([self._first(self._started)], row.span, context)
        chain = self._open
        if chain is None:
            self._remark = "it continues nothing that was read"
            return
        if chain.equations:     # a row goes on from the last right side
            last = chain.lines[-1].term
            if not isinstance(last, Relation):
                self._remark = "it continues nothing that was read"
                return
            chain = self._chain([Line(last.right, span=chain.lines[-1].span, latex=None)], row.span, context)
        for side, relation in zip(sides, relations, strict=True):
            self._append(chain, self._line(side, relation))

    def _start(self, statement: Statement, sides: list[Side], relations: list[LineRelation], row: ReadRow,
               context: Context) -> None:
        first, second = sides[0], sides[1]
        follows = self._equation if statement.join in ("", "<=>", "=>") else None
        self._open = self._started = self._equation = None
        head = self.head(statement.sides[0]) if relations[0] == "=" else None
        if head is not None and isinstance(first.term, Call):
            first = sides[0] = replace(first, term=self.names.now(statement.sides[0].term))
        if head is not None and len(sides) == 2 and is_number(second.term) and not head.arguments:
            if self._leads and not self.names.is_defined(head.name) and head.name not in self.names.used:
                self._define(head, sides, relations, row, context)
            else:
                self._remark = "taken as said"
            return
        if head is not None and len(sides) == 2 and self._is_unwritten_array(head, second.term):
            self._remark = "taken as said"
            return
        restates = False
        if head is not None and self.names.may_define(head, second.term):
            if not self.names.is_defined(head.name):
                if follows is None or head.name not in free_names(follows[0].term) | free_names(follows[1].term):
                    self._define(head, sides, relations, row, context)
                    return
            else:
                elsewhere = self.names.sections.get(self.names.current.get(head.name, head.name)) != context.section
                restates = self.inferred or elsewhere
        if follows is not None and len(sides) == 2 and relations == ["="] and (
                statement.join or not (_says(first.term) and _says(follows[0].term))):
            self._follow(follows, first, second, statement.join, row, context)
            return
        lines = [Line(first.term, span=first.span, latex=first.latex)]
        chain = self._chain(lines, row.span, context)
        for side, relation in zip(sides[1:], relations, strict=True):
            self._append(chain, self._line(side, relation))
        if restates:
            said = statement.sides[0].latex.strip()
            otherwise = f"`{said}` has another meaning here: this does not follow from the one before"
            chain.lines[1] = replace(chain.lines[1], otherwise=otherwise)
        elif self.inferred and set(relations) != {"="}:
            chain.lines[1] = replace(chain.lines[1], otherwise="taken as given: the notation is inferred")
        if restates and head is not None and not context.given:
            self._defines.append(self.names.define(head, second.term, row.span, context.section))
            self._judge_stated(head, row)
        if len(sides) == 2 and relations == ["="]:
            self._equation = (first, second, chain.name)

    def _is_unwritten_array(self, head: Head, body: Term) -> bool:
        """Whether a declared vector or matrix is said to be one that is only read as it is set."""
        declared = self.names.declarations.get(head.name)
        made = self.names.declarations.get(body.name) if isinstance(body, Symbol) else \
            self.names.declarations.get(body.function) if isinstance(body, Call) else None
        return declared is not None and declared.array and made is not None and PERHAPS in made.assumptions

    def head(self, side: Side) -> Head | None:
        """What a left side may define; the value of an unspecified function gets a name first."""
        term = side.term
        declared = self.names.declarations.get(term.function) if isinstance(term, Call) else None
        if isinstance(term, Call) and declared is not None and declared.kind == "function" \
                and not is_known_everywhere(declared) and not any(term.orders):
            term = self.names.name_value(term, side.latex)
        return head_of(term, self.names.declarations)

    def _judge_stated(self, head: Head, row: ReadRow) -> None:
        """What was first said of a name, as a claim about the meaning that it has been given now."""
        stated = self._stated.pop(head.name, None)
        if stated is None or stated.context.given or stated.row >= len(self.rows):
            return
        line = self._line(stated.right, "=")
        otherwise = f"it does not follow from line {row.span.line}, where the name is given another meaning"
        before = self._open
        chain = self._chain([self._first(replace(stated.left, term=self.names.now(stated.left.term)))],
                            self.rows[stated.row].span, stated.context)
        chain.lines.append(replace(line, otherwise=otherwise))
        self._open = before
        there = self.rows[stated.row]
        self.rows[stated.row] = replace(there, steps=(*there.steps, (chain.name, 2)))

    def _define(self, head: Head, sides: list[Side], relations: list[LineRelation], row: ReadRow,
                context: Context) -> None:
        """A definition; its further sides are a chain from the first right side."""
        self._stated.setdefault(head.name, _Stated(sides[0], sides[1], len(self.rows), context))
        self._defines.append(self.names.define(head, sides[1].term, row.span, context.section))
        self._started = sides[1]
        if len(sides) > 2:
            chain = self._chain([self._first(sides[1])], row.span, context)
            for side, relation in zip(sides[2:], relations[1:], strict=True):
                self._append(chain, self._line(side, relation))

    def _follow(self, before: tuple[Side, Side, str], left: Side, right: Side, join: str, row: ReadRow,
                context: Context) -> None:
        """An equation that follows from the one before."""
        chain = next((chain for chain in self.chains if chain.name == before[2]), None)
        if chain is None or not chain.equations:
            if chain is not None and len(chain.lines) == 2 and chain.lines[1].unread is None:
                # the first equation says what is solved: where it does not hold by itself, it is taken as given
                chain.lines[1] = replace(chain.lines[1], otherwise=chain.lines[1].otherwise or _SOLVED)
            first = self._equality(before[0], before[1])
            chain = self._chain([Line(first, span=before[0].span)], row.span, context, equations=True)
        term = self._equality(left, right)
        relation = _JOINS.get(join, "<=>")
        line = Line(term, relation, span=left.span, latex=row.latex, expect=self._expected(), alone=True)
        self._open = chain
        self._append(chain, line)
        self._equation = (left, right, chain.name)

    def _equality(self, left: Side, right: Side) -> Relation:
        return Relation("=", self._zero(left.term, right.term), self._zero(right.term, left.term), span=left.span)

    # chains

    def _first(self, side: Side) -> Line:
        return Line(side.term, span=side.span, latex=side.latex)

    def _line(self, side: Side, relation: LineRelation) -> Line:
        return Line(side.term, relation, span=side.span, latex=side.latex, expect=self._expected())

    def _expected(self) -> Expectation:
        return self._expect.pop(0) if self._expect else "holds"

    def _append(self, chain: _Chain, line: Line) -> None:
        if line.unread is None:
            line = replace(line, term=self._zero(line.term, chain.lines[-1].term))
            first = self._zero(chain.lines[-1].term, line.term)
            chain.lines[-1] = replace(chain.lines[-1], term=first)
            self.names.used |= free_names(line.term) | free_names(chain.lines[-1].term)
        chain.lines.append(line)
        self._steps.append((chain.name, len(chain.lines)))

    def _zero(self, term: Term, other: Term) -> Term:
        """0 beside a vector or matrix is the one of that shape whose entries are 0."""
        if term != ZERO or isinstance(other, Relation):
            return term
        try:
            shape = Shapes(self.names.declarations, self.names.definitions).of(other)
        except InputError:
            return term
        sizes = tuple(size for size in shape if size is not None)
        return Call("zeros", sizes, span=term.span) if shape and len(sizes) == len(shape) else term

    def _chain(self, lines: list[Line], span: Span, context: Context, equations: bool = False) -> _Chain:
        name, number = context.name, 1
        while name in self.taken:
            number += 1
            name = f"{context.name}-{number}"
        self.taken.add(name)
        self._open = _Chain(name, context.title, lines, context.given, span, equations)
        self.chains.append(self._open)
        return self._open


def _says(term: Term) -> bool:
    """True for what an equation may say something of by itself: a name, an entry, a derivative, a function's value."""
    return isinstance(term, Symbol | Entry | Derivative | Call | Component | Partial | Subst)


def condition(statement: Statement) -> list[Term]:
    """The hypotheses that a statement is."""
    found: list[Term] = []
    for left, relation, right in zip(statement.sides, statement.relations, statement.sides[1:], strict=False):
        if relation in _CONDITIONS:
            found.append(Relation(_CONDITIONS[relation], left.term, right.term))
    return found


def slug(text: str) -> str:
    """A name for a derivation, of letters, digits and hyphens."""
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")[:60]
