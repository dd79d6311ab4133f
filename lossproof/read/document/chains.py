"""Chains of a document's lines as they are made, and the derivations that become of them.

Untrusted as to truth. Imports the ground floor, `names`, and what says how lines may be read and on what they rest.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from lossproof.derivation import Derivation, Expectation, Line, LineRelation, Premise, Row
from lossproof.diagnostic import InputError, diagnostic
from lossproof.read.document.agreement import disagreeing
from lossproof.read.document.cases import Cases
from lossproof.read.document.expected_values import is_expectation, rests_on_chance
from lossproof.read.document.names import Head, Names, head_of, is_known_everywhere
from lossproof.read.document.other_meanings import Meaning, SaidOf, with_other_meanings
from lossproof.read.document.premises import Renewed, Said, with_premises
from lossproof.read.document.readings import with_readings
from lossproof.read.document.statements import Context, Side
from lossproof.read.document.usual_readings import with_usual_readings
from lossproof.read.document.wording import Wording
from lossproof.read.latex.as_set import unknown_dependence
from lossproof.read.shapes import Shapes
from lossproof.term import (
    ZERO,
    Call,
    Relation,
    Span,
    Term,
    free_names,
    renamed,
)

__all__ = ["SAID", "Chain", "Chains"]

_MARKS = re.compile(r"\\(?:hat|bar|tilde|check|vec)\b|[_^](?:\{[^{}]*\}|\\?\w+|\*)")
SAID = "it says what this expectation is: it does not follow from what expectations are"
_USUAL = "the sides differ at a point, but what a distribution's parameters mean is only taken for the usual"


@dataclass(slots=True)
class Chain:
    """A derivation under way."""

    name: str
    title: str
    lines: list[Line]
    given: tuple[Term, ...]
    span: Span
    equations: bool = False


@dataclass(slots=True)
class Chains:
    """The chains and rows of one document."""

    names: Names
    inferred: bool
    cases: Cases
    chains: list[Chain] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    _open: Chain | None = None         # the chain that a row may continue
    _expect: list[Expectation] = field(default_factory=list)
    _steps: list[tuple[str, int]] = field(default_factory=list)
    _defines: list[str] = field(default_factory=list)
    _places: dict[int, Context] = field(default_factory=dict)       # of the rows, by their number
    _said: list[Said] = field(default_factory=list)
    _renewed: list[Renewed] = field(default_factory=list)
    _again: set[str] = field(default_factory=set)       # chains in which a first meaning is judged by a later one
    _restated: set[str] = field(default_factory=set)    # chains that begin with what had another meaning before
    # of a chain that goes on from an equation: the equation's left side, and the chain that it is in
    _left: dict[str, tuple[Term, str]] = field(default_factory=dict)
    _proportional: set[str] = field(default_factory=set)        # chains L, R that say that L ~ R
    _usable: set[str] = field(default_factory=set)              # of these, what others may rest on
    # chains that say what F_X(x) and the like mean, with what they rest on
    _means: dict[str, tuple[Premise, ...]] = field(default_factory=dict)
    _meanings: list[Meaning] = field(default_factory=list)
    _said_of: dict[str, SaidOf] = field(default_factory=dict)   # what chains begin with that say something of a name
    wording: Wording | None = None      # the words of the text, where they count

    def derivations(self) -> tuple[Derivation, ...]:
        """What was made, functions of the document replaced by their bodies."""
        self.names.without_usual(disagreeing(self.names))
        self.names.settle()
        made = tuple(self._derivation(chain) for chain in self.chains)
        made = with_readings(made, self.names, self._proportional, self._usable)
        said = [replace(one, term=self.names.unfold(one.term)) for one in self._said]
        left = {name: (self.names.unfold(term), chain) for name, (term, chain) in self._left.items()}
        made = with_premises(made, self.rows, self._places, said, self._again, self._restated, left,
                             self._renewed)
        made = with_usual_readings(made, self.names, self.wording, self._means)
        claims = [number for number, place in self._places.items() if place.role == "claimed"]
        return with_other_meanings(made, self.rows, self._said_of, self._meanings, claims, self.names)

    def _derivation(self, chain: Chain) -> Derivation:
        """A chain, functions of the document replaced by their bodies where these hold."""
        names = self.names
        written = [self._named(line, chain.lines[1:2]) for line in chain.lines]
        outside = self.cases.outside(chain.given)
        written = [replace(line, term=renamed(line.term, outside)) if line.unread is None else line for line in written]
        terms, given = names.supports.lines((line.term for line in written if line.unread is None), names.rests_on)
        made = iter(terms)
        lines = []
        for line in written:
            if line.unread is None:
                usual = names.supposed & names.rests_on(line.term)
                line = replace(line, term=names.unfold(next(made)))
                if usual:
                    line = replace(line, doubt=line.doubt or _USUAL, usual=True)
            lines.append(line)
        steps = list(lines)
        for number in range(1, len(lines)):     # a step rests on the line before it, too
            before, line = lines[number - 1], lines[number]
            steps[number] = replace(line, doubt=line.doubt or before.doubt, usual=line.usual or before.usual)
        return Derivation(
            chain.name, chain.title, self._judgeable(tuple(steps)),
            (*(names.unfold(term) for term in chain.given), *map(names.unfold, given)), span=chain.span, is_text=True)

    def _named(self, line: Line, after: Sequence[Line]) -> Line:
        """The line, with names for the values of expectations, which count from the start, but not where they are
        said."""
        said = bool(after) and after[0].otherwise == SAID
        if line.unread is not None or said:
            return line
        # what an earlier section says of a name is not said of what this section calls so
        others = {name for new in self._renewed if line.span is not None and new.line <= line.span.line
                  for name in new.names if self.names.sections.get(name, new.section) < new.section}
        return replace(line, term=self.names.with_values(line.term, others))

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

    def _first(self, side: Side) -> Line:
        return Line(side.term, span=side.span, latex=side.latex)

    def _line(self, side: Side, relation: LineRelation) -> Line:
        return Line(side.term, relation, span=side.span, latex=side.latex, expect=self._expected())

    def _expected(self) -> Expectation:
        return self._expect.pop(0) if self._expect else "holds"

    def _append(self, chain: Chain, line: Line, *, claimed: bool = False) -> None:
        """Add a line; what a theorem claims gives an expectation no value."""
        if line.unread is None:
            line = line if claimed else self._valued(chain.lines[-1], line)
            line = replace(line, term=self._zero(line.term, chain.lines[-1].term))
            first = self._zero(chain.lines[-1].term, line.term)
            chain.lines[-1] = replace(chain.lines[-1], term=first)
            self.names.used |= free_names(line.term) | free_names(chain.lines[-1].term)
        chain.lines.append(line)
        self._steps.append((chain.name, len(chain.lines)))

    def _valued(self, before: Line, line: Line) -> Line:
        """The line; where it is the first that is said of an expectation's value, it is taken as said."""
        declarations, definitions = self.names.declarations, self.names.definitions
        if line.relation != "=" or line.otherwise is not None or before.unread is not None or not isinstance(
                before.term, Call) or not is_expectation(before.term) or rests_on_chance(
                line.term, declarations, definitions):
            return line
        value = self.names.name_expectation(before.term, before.latex or "")
        head = None if value is None else head_of(value, declarations)
        if head is None or self.names.is_defined(head.name) or not self.names.may_define(head, line.term):
            return line
        self._defines.append(self.names.define(head, line.term, line.span, 0))
        return replace(line, otherwise=SAID)

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

    def _equality(self, left: Side, right: Side) -> Relation:
        return Relation("=", self._zero(left.term, right.term), self._zero(right.term, left.term), span=left.span)

    def _chain(self, lines: list[Line], span: Span, context: Context, equations: bool = False) -> Chain:
        name, number = context.name, 1
        while name in self.taken:
            number += 1
            name = f"{context.name}-{number}"
        self.taken.add(name)
        self._open = Chain(name, context.title, lines, context.given, span, equations)
        self.chains.append(self._open)
        return self._open

    def _define_function(self, sides: list[Side], relations: list[LineRelation], span: Span,
                         context: Context) -> tuple[list[Side], list[LineRelation]]:
        """`Z = g(X) = ...` says what g is, too, where the notation is inferred: the sides without what says so."""
        term = sides[1].term
        if not isinstance(term, Call):
            return sides, relations
        declared = self.names.declarations.get(term.function)
        if len(sides) < 3 or set(relations[:2]) != {"="} or not self.inferred or declared is None or (
                not is_known_everywhere(declared)) or context.given or context.narrowed or context.role == "claimed":
            return sides, relations
        name = self.names.origin.get(declared.name, declared.name)
        head, body = head_of(Call(name, term.args, term.orders), self.names.declarations), sides[2].term
        if head is None or not self.names.may_define(head, body) or not set(head.arguments) <= free_names(body) or (
                self._is_value(head, body)):
            return sides, relations
        if self.names.is_defined(name):
            if self.names.unfold(term) == self.names.unfold(body):
                return sides, relations
            chain = self._chain([self._first(sides[1])], span, context)
            self._append(chain, replace(self._line(sides[2], "="), otherwise=(
                f"`{sides[1].latex.strip()}` has another meaning here: this does not follow from the one before")))
            self._restated.add(chain.name)
            self._open = None
        elif name in self.names.used:
            return sides, relations
        self._defines.append(self.names.define(head, body, span, context.section))
        sides = [replace(side, term=self.names.now(side.term)) for side in sides]
        return [sides[0], sides[1], *sides[3:]], [relations[0], *relations[2:]]

    def _is_value(self, head: Head, body: Term) -> bool:
        """Whether `f(a) = ...` says what a function is worth at `a`, a letter for a value: x_0 or x-hat beside x.

        Or the function has a meaning already, and this one does not depend on its argument.
        """
        if not head.arguments:
            return False
        letters = {declared.latex or name for name, declared in self.names.declarations.items()}
        values = [_MARKS.sub("", self.names.declarations[name].latex or name).strip("{}") for name in head.arguments]
        marked = all(value != (self.names.declarations[name].latex or name) and value in letters
                     for name, value in zip(head.arguments, values, strict=True))
        return marked or (self.names.is_defined(head.name) and not set(head.arguments) <= free_names(body))
