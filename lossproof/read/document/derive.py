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
from itertools import pairwise

from lossproof.derivation import PERHAPS_ARRAY, Line, LineRelation, Row
from lossproof.read.document.argument import citations
from lossproof.read.document.at_values import is_stationary, meaning
from lossproof.read.document.chains import SAID, Chain, Chains
from lossproof.read.document.expected_values import is_expectation, rests_on_chance
from lossproof.read.document.judged import between, is_distribution, is_identified, models, parameters
from lossproof.read.document.likelihoods import Likelihoods
from lossproof.read.document.multiples import solved
from lossproof.read.document.names import Head, head_of, is_known_everywhere, is_number
from lossproof.read.document.narrowed import holds_for_some, is_narrowed
from lossproof.read.document.other_meanings import Meaning, SaidOf
from lossproof.read.document.posteriors import Posteriors
from lossproof.read.document.premises import Renewed, Said
from lossproof.read.document.probabilities import Probabilities
from lossproof.read.document.readings import PROPORTIONAL
from lossproof.read.document.set_terms import chance_of, is_of_sets
from lossproof.read.document.statements import Context, ReadRow, Side, Statement
from lossproof.read.document.usual_readings import says_meaning
from lossproof.term import (
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
    renamed,
)

__all__ = ["Deriver"]

_JOINS: Mapping[str, LineRelation] = {"<=>": "<=>", "=>": "=>"}
_ORDERS: Mapping[str, RelationName] = {"<": "<", "<=": "<=", ">": ">", ">=": ">="}
_LINES: Mapping[str, LineRelation] = {"=": "=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
MAX_SHOWN = 200
_CLAIMED = "claimed: what the text says besides does not prove it"
_NARROWED = "it is said in a case, of some values, as a hypothesis or by what is to be proved, and defines nothing"
_UNLIKE = "the parameters differ at a point, but this family may have one distribution for both"
_OF_SETS = "taken as said: it does not hold of all sets"
_SOLVED = "taken as given: the equation that the next row follows from"


@dataclass(frozen=True, slots=True)
class _Stated:
    """What a name was first said to be: its two sides, the place of the row, and what held there."""

    left: Side
    right: Side
    row: int
    context: Context


@dataclass(slots=True)
class Deriver(Chains):
    """Takes rows one after another and makes derivations of them."""

    _started: Side | None = None        # or the last side of a definition, which is no chain yet
    _equation: tuple[Side, Side, str] | None = None    # the equation that a row may follow from
    _remark: str | None = None
    _stated: dict[str, _Stated] = field(default_factory=dict)
    _distribution: Side | None = None   # what the row before says something is distributed as
    _claimed: set[str] = field(default_factory=set)     # the labels of what theorems claim
    _met: set[str] = field(default_factory=set)         # the names of all rows but those of theorems

    def formula(self, rows: Sequence[ReadRow], context: Context) -> None:
        """The rows of one formula."""
        self._expect = list(context.expect)
        self._equation = self._distribution = None
        self.cases.begin(context.given)
        if context.role == "claimed":
            self._claimed |= set(context.labels)
        if not rows or not (rows[0].continues or (rows[0].statements and rows[0].statements[0].continues)):
            self._open = self._started = None
        for row in rows:
            here = self._places[len(self.rows)] = replace(
                context, cites=(*context.cites, *citations(row.latex)),
                narrowed=context.narrowed or is_narrowed(row, self.names.declarations))
            if row.belongs and self.rows:
                self.rows.append(replace(self.rows[-1], span=row.span, latex=row.latex, counts=row.counts, defines=()))
                continue
            self._steps, self._defines, self._remark = [], [], None
            if row.problem is not None:
                self._unread(row, context)
            for number, statement in enumerate(row.statements):
                if [one.join for one in row.statements[number + 1:number + 2]] == ["=>"] and any(
                        is_of_sets(side.term, self.names.declarations) for side in statement.sides):
                    self.say(statement, here, row.span)     # what follows holds where it does
                else:
                    self._statement(statement, row, here)
                if context.role != "claimed":
                    self._met.update(*(free_names(side.term) for side in statement.sides))
            for term in row.supposed:
                self.hold(self.names.now(term), replace(here, role="said", narrowed=False), row.span, supposed=True)
            self.names.data |= models(row, self._defines, self.names.definitions)
            self.rows.append(Row(row.span, row.latex, context.formula or row.span, row.counts, tuple(self._steps),
                                 tuple(self._defines), row.problem, self._remark))

    def say(self, statement: Statement, context: Context, span: Span) -> None:
        """Note an equation, or the bounds of numbers, that are not judged where they stand: later lines may rest on it.

        Bounds are said of numbers that are not random: `$X > a$` is an event.
        """
        sides = [self.names.now(side.term) for side in statement.sides]
        if any(isinstance(side, Relation) for side in sides):
            return
        if statement.relations == ("=",):
            value = free_names(sides[0]) if is_number(sides[1]) else frozenset()
            self._said.append(Said(len(self.rows), Relation("=", *sides), span, context, value))
        elif all(op in _ORDERS for op in statement.relations) and not any(
                rests_on_chance(side, self.names.declarations, self.names.definitions) for side in sides):
            for op, (left, right) in zip(statement.relations, pairwise(sides), strict=True):
                relation = Relation(_ORDERS[op], left, right)
                self._said.append(Said(len(self.rows), relation, span, context, free_names(relation)))

    def hold(self, term: Term, context: Context, span: Span, value: frozenset[str] = frozenset(), *,
             supposed: bool = False) -> None:
        """Note a condition that the words of the text say, or its notation supposes: later lines may rest on it.
        `value` are the names of whose values it tells something, until something else is said of them."""
        self._said.append(Said(len(self.rows), term, span, context, value, supposed))

    def bring_in(self, names: frozenset[str], line: int, section: int) -> None:
        """Note that the text brings names in: what earlier sections say of them is said of something else."""
        forgotten = self.names.forget_said(names, section)
        self._renewed.append(Renewed(len(self.rows), line, section, names | forgotten))

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
            if len(statement.sides) == 1 and self._open is None and self._started is None:
                # the left side of rows that follow
                self._started = replace(statement.sides[0], term=self.names.now(statement.sides[0].term))
            return
        if set(statement.relations) <= {"~", "="} and unjudged and not statement.continues:
            self._say_proportional([self._now(side) for side in statement.sides], statement, row, context)
            return
        if unjudged:
            self._between(statement, unjudged[0], row, context)
            return
        sides = [self._now(side) for side in statement.sides]
        relations = [_LINES[relation] for relation in statement.relations]
        if statement.continues:
            self._continue(sides, relations, row, context)
            return
        self._start(statement, sides, relations, row, context)

    def _say_proportional(self, sides: list[Side], statement: Statement, row: ReadRow, context: Context) -> None:
        """L ~ R = S: the quotient of the first two does not depend on what varies, and the last two are equal."""
        self._open = self._started = self._equation = None
        for (before, after), relation in zip(pairwise(sides), statement.relations, strict=True):
            chain = self._chain([self._first(before)], row.span, context)
            line = self._line(after, "=")
            if relation == "~":
                self._proportional.add(chain.name)
                if context.role != "claimed" and not context.narrowed and not context.given:
                    self._usable.add(chain.name)
                self._again.add(chain.name)
                line = replace(line, otherwise=PROPORTIONAL, bare=True)
            chain.lines.append(line)
            self._steps.append((chain.name, 2))
        self._open = None

    def _between(self, statement: Statement, sign: str, row: ReadRow, context: Context) -> None:
        """What stands between signs that are not judged: equalities, and the parameters of one distribution."""
        self._remark = f"`{sign}` is not judged"
        before = self._distribution if statement.continues else None
        runs = between(statement, frozenset(_LINES))
        if not runs or not runs[0].continues:
            self._open = self._started = self._equation = None
        self._distribution = None
        for run in runs:
            if not is_distribution(run.sides[0]):
                self._statement(run, row, context)
                continue
            self._open = self._started = self._equation = None
            sides = (*((before,) if before is not None else ()), *run.sides)
            for one, other in pairwise(sides):
                for mine, theirs in parameters(one, other):
                    chain = self._chain([self._first(self._now(mine))], row.span, context)
                    line = self._line(self._now(theirs), "=")
                    self._append(chain, line if is_identified(one) else replace(line, doubt=_UNLIKE))
            self._open, self._distribution, before = None, run.sides[-1], None

    def _now(self, side: Side) -> Side:
        return replace(side, term=self.names.now(side.term))

    def _continue(self, sides: list[Side], relations: list[LineRelation], row: ReadRow, context: Context) -> None:
        self._equation = None
        if self._open is None and self._started is not None and set(relations) == {"="} and self._gives_meaning(
                self._started.term, sides[0], row, context):
            self._started = sides[0]
            sides, relations = sides[1:], relations[1:]
            if not sides:
                return
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
            solved_by = chain.name
            chain = self._chain([Line(last.right, span=chain.lines[-1].span, latex=None)], row.span, context)
            self._left[chain.name] = last.left, solved_by
        for side, relation in zip(sides, relations, strict=True):
            self._append(chain, self._line(side, relation))

    def _start(self, statement: Statement, sides: list[Side], relations: list[LineRelation], row: ReadRow,
               context: Context) -> None:
        written = statement.sides[0]
        follows = self._equation if statement.join in ("", "<=>", "=>") else None
        self._open = self._started = self._equation = None
        sides, relations = self._define_function(sides, relations, row.span, context)
        first, second = sides[0], sides[1]
        head = self.head(statement.sides[0]) if relations[0] == "=" else None
        if self.inferred and head is None and relations[0] == "=" and self._defines_by_multiple(
                statement, sides, relations, row, context):
            return
        if head is not None and isinstance(first.term, Call) and not is_expectation(first.term):
            first = sides[0] = replace(first, term=self.names.now(statement.sides[0].term))
        if head is not None and len(sides) == 2 and self._is_case(statement, head, second.term, follows):
            self._remark = "taken as said"
            self.say(statement, context, row.span)
            return
        if head is not None and len(sides) == 2 and self._is_unwritten_array(head, second.term):
            self._remark = "taken as said"
            return
        restates = claims = False
        narrowed = head is not None and (
            (context.narrowed and not head.arguments) or bool(self._claimed & set(context.cites))
            or holds_for_some(head.indices, context.given))
        if head is not None and not narrowed and not self._is_value(head, second.term) and self.names.may_define(
                head, second.term):
            self.cases.meet(head.name, context.given)
            if not self.names.is_defined(head.name):
                claims = context.role == "claimed"      # its proof says what the name is
                if claims:
                    pass
                elif follows is None or head.name not in free_names(follows[0].term) | free_names(follows[1].term):
                    self._define(head, written, sides, relations, row, context)
                    return
            else:
                elsewhere = self.names.sections.get(self.names.current.get(head.name, head.name)) != context.section
                restates = self.inferred or elsewhere
        if follows is not None and len(sides) == 2 and relations == ["="] and (
                statement.join or not (_says(first.term) and _says(follows[0].term))):
            self._follow(follows, first, second, statement.join, row, context)
            return
        if len(sides) == 3 and set(relations) == {"="} and self._gives_meaning(
                second.term, sides[2], row, context):
            sides, relations, second = [first, sides[2]], relations[:1], sides[2]
        lines = [Line(first.term, span=first.span, latex=first.latex)]
        chain = self._chain(lines, row.span, context)
        for side, relation in zip(sides[1:], relations, strict=True):
            self._append(chain, self._line(side, relation), claimed=claims)
        if restates:
            said = statement.sides[0].latex.strip()
            otherwise = f"`{said}` has another meaning here: this does not follow from the one before"
            chain.lines[1] = replace(chain.lines[1], otherwise=otherwise)
            self._restated.add(chain.name)
        elif narrowed:
            chain.lines[1] = replace(chain.lines[1], otherwise=_NARROWED)
        elif claims:
            chain.lines[1] = replace(chain.lines[1], otherwise=_CLAIMED)
        elif self.inferred and set(relations) != {"="}:
            chain.lines[1] = replace(chain.lines[1], otherwise="taken as given: the notation is inferred")
        elif len(sides) == 2 and any(self._is_of_sets(side.term) for side in (first, second)):
            chain.lines[1] = replace(chain.lines[1], otherwise=_OF_SETS)
        elif is_stationary(first.term, second.term):
            chain.lines[1] = replace(chain.lines[1], otherwise=_SOLVED, bare=True)
        if restates and head is not None:
            self._usually(head, sides, chain, otherwise, row, context)
        if head is not None and (restates or claims):
            now = self.names.current.get(head.name, head.name)
            self._said_of[chain.name] = SaidOf(head.name, now, first.term, second.term, len(self.rows), context)
        if restates and head is not None and not context.given and context.role != "claimed":
            self._defines.append(self.names.define(
                head, second.term, row.span, context.section, narrowed=context.narrowed))
            self._means_now(head, first.term, second.term, row, context)
            self._judge_stated(head, row)
        if len(sides) == 2 and relations == ["="]:
            self._equation = (first, second, chain.name)

    def _defines_by_multiple(self, statement: Statement, sides: list[Side], relations: list[LineRelation],
                             row: ReadRow, context: Context) -> bool:
        """Whether an equation says what a new name is, by a multiple that is 0 only where the name is."""
        if context.role == "claimed" or context.narrowed or context.given:
            return False
        found = solved(statement.sides[0].term, sides[1].term, self.names.declarations, self._met)
        if found is None or self.names.is_defined(found[0]):
            return False
        head, first = Head(found[0]), replace(sides[0], term=Symbol(found[0], span=sides[0].span))
        if not self.names.may_define(head, found[1]):
            return False
        self._define(head, first, [first, replace(sides[1], term=found[1])], relations[:1], row, context)
        self._started = sides[1]
        if len(sides) > 2:
            chain = self._chain([self._first(sides[1])], row.span, context)
            for side, relation in zip(sides[2:], relations[1:], strict=True):
                self._append(chain, self._line(side, relation))
        return True

    def _usually(self, head: Head, sides: list[Side], chain: Chain, otherwise: str, row: ReadRow,
                 context: Context) -> None:
        """What is said of a name, by what it usually is where it has had another meaning since."""
        usual, now = self.names.usual.get(head.name), self.names.current.get(head.name, head.name)
        if usual is None:
            return
        left = renamed(sides[0].term, {now: usual}) if head.arguments else Symbol(usual, span=sides[0].span)
        self.names.restated.append((self.names.of[usual], left, sides[1].term))
        if usual == now:
            return
        line = replace(self._line(sides[1], "="), otherwise=otherwise)
        usually = self._chain([self._first(replace(sides[0], term=left))], row.span, context)
        self._append(usually, line)
        self._restated.add(usually.name)
        self._open = chain

    def _is_case(self, statement: Statement, head: Head, value: Term, follows: tuple[Side, Side, str] | None) -> bool:
        """Whether `y = 1` says what holds in a case: it is no value of a function, and no equation solved."""
        if not is_number(value) or head.arguments or isinstance(statement.sides[0].term, Call):
            return False
        return follows is None or head.name not in free_names(follows[0].term) | free_names(follows[1].term)

    def _is_unwritten_array(self, head: Head, body: Term) -> bool:
        """Whether a declared vector or matrix is said to be one that is only read as it is set."""
        declared = self.names.declarations.get(head.name)
        made = self.names.declarations.get(body.name) if isinstance(body, Symbol) else \
            self.names.declarations.get(body.function) if isinstance(body, Call) else None
        return declared is not None and declared.array and made is not None and PERHAPS_ARRAY in made.assumptions

    def head(self, side: Side) -> Head | None:
        """What a left side may define; the value of an unspecified function, or an expectation, gets a name first."""
        term = side.term
        if self._is_of_sets(term):
            return None         # what sets and probabilities are is known
        if isinstance(term, Call) and is_expectation(term):
            value = self.names.name_expectation(term, side.latex)
            return None if value is None else head_of(value, self.names.declarations)
        declared = self.names.declarations.get(term.function) if isinstance(term, Call) else None
        if isinstance(term, Call) and declared is not None and declared.kind == "function" \
                and not is_known_everywhere(declared) and not any(term.orders):
            term = self.names.name_value(term, side.latex)
        elif isinstance(term, Derivative) and isinstance(known := self.names.now(term), Symbol):
            term = Symbol(self.names.origin.get(known.name, known.name), span=term.span)
        return head_of(term, self.names.declarations)

    def _is_of_sets(self, term: Term) -> bool:
        """Whether a term is a set that is written with signs, or the probability of a set."""
        chance = chance_of(term, self.names.declarations)
        return is_of_sets(term, self.names.declarations) or (chance is not None and chance[0] in self.names.of_sets)

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
        self._again.add(chain.name)
        self._open = before
        there = self.rows[stated.row]
        self.rows[stated.row] = replace(there, steps=(*there.steps, (chain.name, 2)))

    def _define(self, head: Head, first: Side, sides: list[Side], relations: list[LineRelation], row: ReadRow,
                context: Context) -> None:
        """A definition; its further sides are a chain from the first right side."""
        self._stated.setdefault(head.name, _Stated(sides[0], sides[1], len(self.rows), context))
        said = replace(sides[0], term=self.names.as_written(sides[0].term)), sides[1]
        usual = not context.given and (Probabilities(self.names).says(first.term, sides[1].term) or Posteriors(
            self.names).may_be(first.term, sides[1].term) or Likelihoods(self.names).may_be(first.term))
        means = None if usual or context.given or context.narrowed else says_meaning(
            self.names.as_written(first.term), sides[1].term, self.names, self.wording,
            row.span.line)
        made = self.names.define(head, sides[1].term, row.span, context.section,
                                 narrowed=context.narrowed or holds_for_some(head.arguments, context.given))
        self._defines.append(made)
        self._means_now(head, sides[0].term, sides[1].term, row, context)
        self.cases.define(head.name, made, context.given)
        if is_expectation(said[0].term) and not context.given:
            # it may follow from what expectations are, or from what is said of others
            chain = self._chain([self._first(said[0])], row.span, context)
            self._append(chain, replace(self._line(said[1], "="), otherwise=SAID))
            self._open = None
        elif is_expectation(said[0].term):
            # it says nothing for its own row
            self._said.append(Said(len(self.rows) + 1, Relation("=", said[0].term, said[1].term), row.span, context))
        self._started = sides[1]
        if usual or means is not None:       # a meaning that it has anyhow, by the laws of densities
            open_ = self._open
            chain = self._chain([self._first(first)], row.span, context)
            chain.lines.append(replace(self._line(sides[1], "="), otherwise="it says what its left side means",
                                       bare=True))
            self._again.add(chain.name)
            if means is not None:
                self._means[chain.name] = means
            self._steps.append((chain.name, 2))
            self._open = open_
        if len(sides) > 2 and relations[1] == "=" and self._gives_meaning(sides[1].term, sides[2], row, context):
            self._started = sides[2]
            sides, relations = sides[1:], relations[1:]
        if len(sides) > 2:
            chain = self._chain([self._first(sides[1])], row.span, context)
            for side, relation in zip(sides[2:], relations[1:], strict=True):
                self._append(chain, self._line(side, relation))

    def _means_now(self, head: Head, left: Term, right: Term, row: ReadRow, context: Context) -> None:
        """Note a meaning that a name has been given by a row for all that it says."""
        if not context.given and not context.narrowed:
            self._meanings.append(Meaning(head.name, self.names.current.get(head.name, head.name), left, right,
                                          len(self.rows), row.span, context))

    def _gives_meaning(self, before: Term, after: Side, row: ReadRow, context: Context) -> bool:
        """Whether a side gives a meaning to the value before it in its chain, which had none: it is defined then."""
        if context.role == "claimed" or context.narrowed or context.given:
            return False
        found = meaning(before, after.term, self.names)
        if found is None or Probabilities(self.names).says(*found):
            return False
        head = self.head(Side(found[0], after.span, after.latex))
        if head is None or self.names.is_defined(head.name) or not self.names.may_define(head, found[1]):
            return False
        self._defines.append(self.names.define(head, found[1], row.span, context.section))
        return True

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


def _says(term: Term) -> bool:
    """True for what an equation may say something of by itself: a name, an entry, a derivative, a function's value."""
    return isinstance(term, Symbol | Entry | Derivative | Call | Component | Partial | Subst) and not (
        isinstance(term, Call) and term.function == "zeros")


def slug(text: str) -> str:
    """A name for a derivation, of letters, digits and hyphens."""
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")[:60]
