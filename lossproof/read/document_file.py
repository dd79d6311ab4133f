"""One document to a `Document`: Markdown, LaTeX or a notebook, its formulas read in order as they stand.

Untrusted as to truth, safe on any text: nothing in it is run or expanded, sizes are bounded, and what cannot be read
costs its own row. Imports the ground floor, `document` and `latex`; no SymPy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast, get_args

from lossproof.derivation import RANDOM, Document, Expectation, Prose, Row
from lossproof.diagnostic import InputError, diagnostic
from lossproof.read.document.argument import Argument, citations, labels
from lossproof.read.document.cases import Cases
from lossproof.read.document.declared import declared, directive, merged
from lossproof.read.document.derive import Deriver, slug
from lossproof.read.document.formulas import read_rows
from lossproof.read.document.independence import first_listed, independent, is_identical, uncorrelated
from lossproof.read.document.introductions import introduced
from lossproof.read.document.moments import moment_of
from lossproof.read.document.names import Names
from lossproof.read.document.open import load
from lossproof.read.document.pieces import Broken, Formula, Heading, Picture, Pieces, Remark
from lossproof.read.document.properties import properties_of, property_words
from lossproof.read.document.propose import propose_for
from lossproof.read.document.said_signs import said_sign
from lossproof.read.document.set_terms import heads_of_sets
from lossproof.read.document.statements import Context, ReadRow, Side, condition
from lossproof.read.document.usual import Usual
from lossproof.read.document.wording import Wording
from lossproof.read.expression import parse
from lossproof.read.latex.notation import Notation
from lossproof.read.latex.notation_mapping import OWN_KEYS
from lossproof.term import ZERO, Bool, Call, Entry, ForAll, Relation, Span, Symbol, Term, free_names

__all__ = ["notation_of", "read"]


def read(path: str, notation: str = "") -> Document:
    """The document of a file; InputError where the file, or its declared notation, cannot be read at all.

    `notation` is a file with its notation, or a directory in which NAME.notation.yaml is looked for.
    """
    pieces = load(path)
    found = notation_of(path, pieces, notation)
    return _Reader(path, pieces, found).document()


@dataclass(frozen=True, slots=True)
class FoundNotation:
    """A document's notation: as the formula reader takes it, what else it says, and its YAML where it is inferred."""

    notation: Notation
    own: Mapping[str, Any]
    inferred: str | None
    mapping: Mapping[str, Any] = field(default_factory=dict)


def notation_of(path: str, pieces: Pieces, where: str = "") -> FoundNotation:
    """The notation that a document declares, else the one that its formulas suggest."""
    found = declared(path, pieces, where)
    if found.mapping is None:
        proposed = propose_for(pieces)
        return FoundNotation(proposed.notation, {"let": list(proposed.let)}, proposed.yaml)
    own = {key: found.mapping[key] for key in OWN_KEYS if key in found.mapping}
    rest = {key: value for key, value in found.mapping.items() if key not in OWN_KEYS}
    return FoundNotation(Notation.from_mapping(rest, span=Span(found.source, 1)), own, None, rest)


@dataclass(frozen=True, slots=True)
class _At:
    """What a notation says of some lines of the document."""

    first: int
    last: int
    given: tuple[str, ...] = ()
    fresh: tuple[str, ...] = ()
    skip: bool = False
    expect: tuple[Expectation, ...] = ()
    meaning: tuple[tuple[str, int], ...] = ()       # names with the line that defined what they mean here
    notation: Notation | None = None                # what names mean here only
    let: tuple[str, ...] = ()                       # definitions that the text leaves out, as LaTeX


@dataclass(slots=True)
class _Section:
    """A section under way: its level and number, and the hypotheses that were added in it."""

    level: int
    number: int
    title: str
    given: list[Term] = field(default_factory=list)


class _Reader:
    """Walks the pieces of one document."""

    def __init__(self, path: str, pieces: Pieces, found: FoundNotation) -> None:
        self._path = path
        self._text = pieces.text
        self._pieces = pieces.pieces
        self._own = found.own
        self._inferred = found.inferred
        self._notation = found.notation
        self._mapping = found.mapping
        names = Names(dict(found.notation.declarations))
        self._deriver = Deriver(names, found.inferred is not None, Cases(names), wording=Wording(pieces.text))
        self._sections = [_Section(0, 0, "")]
        self._count = 0
        self._pictures: list[Span] = []
        self._skip = False
        self._expect: tuple[Expectation, ...] = ()
        self._at = [self._part(entry) for entry in self._list("at")]
        self._begun: set[int] = set()
        self._argument = Argument(pieces.text.text)
        formulas = [piece.text for piece in pieces.pieces if isinstance(piece, Formula)]
        names.of_sets = heads_of_sets(formulas)
        self._usual = Usual(self._deriver, formulas, pieces.text.text)

    def document(self) -> Document:
        self._sections[0].given += [term for text in self._list("given") for term in self._said(text)]
        self._let(tuple(str(text) for text in self._list("let")), self._notation)
        for piece in self._pieces:
            match piece:
                case Formula():
                    self._formula(piece)
                case Heading():
                    self._heading(piece)
                case Remark():
                    self._remark(piece)
                case Picture(start=start, end=end):
                    self._pictures.append(self._text.span(start, end))
                case Broken():
                    span = self._text.span(piece.start, piece.end)
                    shown = self._text.text[piece.start:piece.start + 80].partition("\n")[0]
                    row = ReadRow((), span, shown, True, diagnostic("LP001", piece.message, span))
                    self._deriver.formula([row], self._context(span.line, None))
        names = self._deriver.names
        derivations = self._deriver.derivations()
        title = self._own.get("title") or next(
            (piece.words for piece in self._pieces if isinstance(piece, Heading)), Path(self._path).stem)
        data = {name: names.declarations[name] for name in names.data & names.definitions.keys()}
        prose = Prose(tuple(self._deriver.rows), tuple(self._pictures), self._inferred, data=data)
        return Document(str(title), self._path, str(self._own.get("source", "")), str(self._own.get("language", "en")),
                        names.kept(), names.final(), derivations, prose)

    # what the notation says beside names

    def _list(self, key: str) -> list[Any]:
        value = self._own.get(key) or []
        if isinstance(value, str):
            value = [value]
        if not isinstance(value, list):
            self._refuse(f"`{key}` is a list")
        return value

    def _refuse(self, message: str, *helps: str) -> None:
        raise InputError(diagnostic("LP107", f"notation: {message}", Span(self._path, 1), helps=helps))

    def _part(self, entry: Any) -> _At:
        help_ = "write - {lines: 12-20, given: ['y = 1']}"
        local = {"names", "functions", "sums", "prime"}
        if not isinstance(entry, Mapping) or set(entry) - {
                "lines", "given", "fresh", "skip", "expect", "meaning", "let", *local}:
            self._refuse("an entry of `at` has `lines` and what holds there: `given`, `fresh`, `skip`, `expect`, "
                         "`meaning`, `let`, `names`, `functions`, `sums`", help_)
        found = re.fullmatch(r"\s*(\d{1,9})\s*(?:-\s*(\d{1,9}))?\s*", str(entry.get("lines", "")))
        if found is None:
            self._refuse("`lines` is a line's number, or two with a hyphen between", help_)
        assert found is not None
        lists = {key: tuple(str(text) for text in ([entry[key]] if isinstance(entry[key], str) else entry[key]))
                 for key in ("given", "fresh", "expect", "let") if key in entry and isinstance(entry[key], str | list)}
        expect = lists.get("expect", ())
        if set(expect) - set(get_args(Expectation)):
            self._refuse(f"`expect` is one of {', '.join(get_args(Expectation))}")
        meaning = entry.get("meaning", {})
        if not isinstance(meaning, Mapping) or not all(isinstance(line, int) for line in meaning.values()):
            self._refuse("`meaning` says on which line a name was defined", "write meaning: {L: 30}")
        return _At(int(found[1]), int(found[2] or found[1]), lists.get("given", ()), lists.get("fresh", ()),
                   entry.get("skip") is True, cast(tuple[Expectation, ...], expect), tuple(meaning.items()),
                   self._local(entry, local), lists.get("let", ()))

    def _local(self, entry: Mapping[str, Any], keys: set[str]) -> Notation | None:
        """The notation of some lines: the document's, with what is said for them."""
        said = {key: value for key, value in entry.items() if key in keys}
        if not said:
            return None
        found = Notation.from_mapping(merged(self._mapping, said), span=Span(self._path, 1))
        for name, declaration in found.declarations.items():
            if self._deriver.names.declarations.setdefault(name, declaration) != declaration:
                self._refuse(f"`{name}` means two things: give one of them another name",
                             "write name: ... beside its kind")
        return found

    def _heading(self, piece: Heading) -> None:
        while len(self._sections) > 1 and self._sections[-1].level >= piece.level:
            self._sections.pop()
        self._count += 1
        self._sections.append(_Section(piece.level, self._count, piece.words))

    def _remark(self, piece: Remark) -> None:
        found = directive(piece)
        if found is None:
            return
        match found.name:
            case "skip":
                self._skip = True
            case "expect":
                words = re.split(r"[\s,]+", found.text)
                if set(words) - set(get_args(Expectation)):
                    raise InputError(diagnostic("LP107", f"`expect` is one of {', '.join(get_args(Expectation))}",
                                                self._text.span(piece.offset, piece.offset + len(piece.text))))
                self._expect = cast(tuple[Expectation, ...], tuple(words))
            case "fresh":
                for name in found.text.split(";"):
                    self._forget(name)
            case "given":
                if found.text == "none":
                    for section in self._sections:
                        section.given.clear()
                else:
                    self._sections[-1].given += self._hypotheses(found.text, piece)

    def _forget(self, name: str) -> None:
        rows = read_rows(_as_formula(name), self._notation, self._text, self._deriver.names.declarations)
        for row in rows:
            for statement in row.statements:
                for side in statement.sides[:1]:
                    for identifier in free_names(side.term):
                        self._deriver.names.forget(identifier)

    def _said(self, entry: Any) -> list[Term]:
        """The hypotheses of an entry: LaTeX, or `text` with the condition in the text form."""
        if isinstance(entry, str):
            return self._hypotheses(entry, None)
        if not isinstance(entry, Mapping) or set(entry) != {"text"}:
            self._refuse("a hypothesis is LaTeX, or {text: ...} in the text form")
        names = {name: declared for name, declared in self._deriver.names.declarations.items() if name.isidentifier()}
        term = parse(str(entry["text"]), names=names)
        if not isinstance(term, Relation | Bool | ForAll):
            self._refuse(f"`{entry['text']}` is a value; a hypothesis is a condition")
        return [term]

    def _let(self, formulas: Sequence[str], notation: Notation) -> None:
        """Definitions that the text leaves out."""
        for text in formulas:
            for row in read_rows(_as_formula(text), notation, self._text, self._deriver.names.declarations):
                statement = row.statements[0] if len(row.statements) == 1 and row.problem is None else None
                head = None if statement is None else self._deriver.head(statement.sides[0])
                if self._inferred is not None and (head is None or row.problem is not None):
                    continue        # only a guess
                if statement is None or head is None or statement.relations != ("=",):
                    reason = row.problem.message if row.problem else "write name = expression"
                    self._refuse(f"the definition `{text[:80]}` cannot be read: {reason}")
                    return
                body = self._deriver.names.now(statement.sides[1].term)
                if not self._deriver.names.may_define(head, body):
                    self._refuse(f"`{text[:80]}` cannot be a definition: its range is not known, or it rests on itself")
                self._deriver.names.define(head, body, None, 0)

    def _mean(self, name: str, line: int) -> None:
        """Let a name mean what it was defined as on a line."""
        for row in read_rows(_as_formula(name), self._notation, self._text, self._deriver.names.declarations):
            for statement in row.statements:
                for identifier in free_names(statement.sides[0].term):
                    if not self._deriver.names.mean(identifier, line):
                        self._refuse(f"`{name}` is not defined on line {line}")

    def _hypotheses(self, text: str, remark: Remark | None) -> list[Term]:
        """The conditions that LaTeX text says, parts separated by semicolons."""
        found: list[Term] = []
        for part in text.split(";"):
            part = part.strip().strip("$")
            if not part:
                continue
            for row in read_rows(_as_formula(part), self._notation, self._text, self._deriver.names.declarations):
                terms = [term for statement in row.statements for term in condition(statement)]
                if row.problem is not None or not terms:
                    reason = row.problem.message if row.problem else "it is no condition"
                    span = Span(self._path, 1) if remark is None else self._text.span(
                        remark.offset, remark.offset + len(remark.text))
                    message = f"the hypothesis `{part[:80]}` cannot be read: {reason}"
                    raise InputError(diagnostic("LP107", message, span))
                found += [self._deriver.names.now(term) for term in terms]
        return found

    # formulas

    def _context(self, line: int, formula: Formula | None, here: Sequence[_At] = ()) -> Context:
        given = [term for section in self._sections for term in section.given]
        for at in here:
            given += [term for text in at.given for term in self._hypotheses(text, None)]
        found = labels(formula.text) if formula is not None else ()
        name = slug(found[0].replace("eq:", "eq-")) if found else ""
        expect = self._expect or tuple(verdict for at in here for verdict in at.expect)
        span = None if formula is None else self._text.span(formula.places[0], formula.places[-1])
        context = Context(tuple(dict.fromkeys(given)), self._sections[-1].number, name or f"line-{line}",
                          self._sections[-1].title, expect, span)
        if formula is None:
            return context
        return replace(context, role=self._argument.role(formula.places[0], display=formula.display),
                       labels=found,
                       cites=citations(formula.lead) or citations(self._argument.before(formula.places[0])),
                       narrowed=self._argument.hypothetical(
                           formula.places[0], formula.places[-1], display=formula.display))

    def _formula(self, formula: Formula) -> None:
        first, last = (self._text.line(formula.places[at]) for at in (0, -1))
        here = [at for at in self._at if at.first <= last and first <= at.last]
        notation = self._notation
        for at in here:
            notation = at.notation or notation
            if id(at) not in self._begun:
                self._begun.add(id(at))
                for name in at.fresh:
                    self._forget(name)
                self._let(at.let, notation)
            for name, place in at.meaning:
                self._mean(name, place)
        if self._skip or any(at.skip for at in here):
            if formula.display:
                self._skip = False
            span = self._text.span(formula.places[0], formula.places[-1])
            self._deriver.rows.append(Row(span, formula.text.strip(), span, False, remark="left out"))
            return
        rows = read_rows(formula, notation, self._text, self._deriver.names.declarations)
        context = self._context(rows[0].span.line if rows else first, formula, here)
        if not self._argument.denied(formula.places[0], formula.places[-1]):
            self._usual.suppose(rows, lambda text: self._alone(text, notation), self._sections[-1].number)
        self._bring_in(rows, formula)
        self._independent(rows, context, formula)
        if not formula.display:
            self._inline(rows, context, formula)
            return
        self._derive(rows, context)
        self._expect = ()

    def _bring_in(self, rows: Sequence[ReadRow], formula: Formula) -> None:
        """Names that a later section brings in: `let $X$ be a random variable`, `let $Y_1, \\ldots, Y_n$ be ...`."""
        section = self._sections[-1].number
        if formula.display or not section or not introduced(
                *self._argument.around(formula.places[0], formula.places[-1])):
            return
        terms = [side.term for row in rows for statement in row.statements if not statement.relations
                 for side in statement.sides]
        listed = first_listed(formula.text)
        first = self._alone(listed, self._notation) if listed is not None else None
        found = frozenset().union(*map(_whole_names, (*terms, *(() if first is None else (first.term,)))))
        if found:
            self._deriver.bring_in(found, self._text.line(formula.places[0]), section)

    def _independent(self, rows: Sequence[ReadRow], context: Context, formula: Formula) -> None:
        """What is said to be independent, by the words around a formula or by a sign in it."""
        if context.narrowed or not rows:
            return
        terms = [statement.sides[0].term for row in rows if is_identical(row.latex) for statement in row.statements
                 if "distributed" in statement.relations and len(statement.sides) > 1]
        listed = independent(formula.text, *self._argument.around(formula.places[0], formula.places[-1]))
        first = self._alone(listed, self._notation) if listed is not None else None
        for term in (*terms, *(() if first is None else (first.term,))):
            declared = self._deriver.names.declarations.get(term.family) if isinstance(term, Entry) else None
            if declared is not None and (said := uncorrelated(declared)) is not None:
                self._deriver.hold(said, context, rows[0].span)

    def _alone(self, text: str, notation: Notation) -> Side | None:
        """LaTeX of a value, read."""
        rows = read_rows(_as_formula(text), notation, self._text, self._deriver.names.declarations)
        if len(rows) != 1 or rows[0].problem is not None or len(rows[0].statements) != 1:
            return None
        statement = rows[0].statements[0]
        return statement.sides[0] if len(statement.sides) == 1 else None

    def _derive(self, rows: Sequence[ReadRow], context: Context) -> None:
        self._deriver.formula(rows, context)

    def _inline(self, rows: Sequence[ReadRow], context: Context, formula: Formula) -> None:
        """A formula within a line of text: a chain, a definition, a condition, or no more than a name."""
        for row in rows:
            if row.problem is not None:
                if row.counts or row.problem.code == "LP001":
                    self._derive([row], context)
                elif "=" in row.latex and not self._inferred:
                    self._deriver.rows.append(Row(row.span, row.latex, row.span, False, unread=row.problem))
                continue
            if len(row.statements) != 1:
                continue
            statement = row.statements[0]
            if not statement.relations:
                self._property(statement.sides, row, context, formula)
            if statement.continues:
                continue
            if set(statement.relations) != {"="}:
                self._deriver.say(statement, context, row.span)
                continue
            # with one equal sign it may be no more than a condition: it is a claim only where both sides say something,
            # and what was used before as it pleases is not defined in passing
            head = self._deriver.head(statement.sides[0])
            if not row.counts and head is not None and head.name in self._deriver.names.used \
                    and not self._deriver.names.is_defined(head.name):
                self._deriver.say(statement, context, row.span)
                continue
            is_claim = not self._inferred and not _plain(statement.sides[1].term)
            if row.counts or is_claim or self._is_definition(row):
                self._derive([row], context)
            else:
                self._deriver.say(statement, context, row.span)

    def _property(self, sides: Sequence[Side], row: ReadRow, context: Context, formula: Formula) -> None:
        """A value alone, of which the words around it may say what it is: later lines may rest on that."""
        term = sides[0].term if len(sides) == 1 else None
        if term is not None and not context.narrowed:
            self._moment(term, row, context, formula)
            self._sign(term, row, context, formula)
        declared = self._deriver.names.declarations.get(term.name) if isinstance(term, Symbol) else None
        if declared is None or context.narrowed:
            return
        words = property_words(*self._argument.around(formula.places[0], formula.places[-1]))
        for said in properties_of(declared.name, declared, words):
            self._deriver.hold(self._deriver.names.now(said), context, row.span)

    def _sign(self, term: Term, row: ReadRow, context: Context, formula: Formula) -> None:
        """A number that is said to be positive, negative or not 0: as `a > 0` beside it, it counts until it is said
        otherwise."""
        declared = self._deriver.names.declarations.get(term.name) if isinstance(term, Symbol) else None
        sign = said_sign(*self._argument.around(formula.places[0], formula.places[-1]))
        if sign is not None and declared is not None and declared.kind in ("scalar", "integer") \
                and not declared.assumptions & {RANDOM, "complex"}:
            said = self._deriver.names.now(Relation(sign, term, ZERO))
            self._deriver.hold(said, context, row.span, value=free_names(said))

    def _moment(self, value: Term, row: ReadRow, context: Context, formula: Formula) -> None:
        """The mean or the variance of a random variable that is named before it."""
        found = moment_of(self._argument.around(formula.places[0], formula.places[-1])[0])
        of = self._alone(found[1], self._notation) if found is not None else None
        if found is None or of is None:
            return
        declared = self._deriver.names.declarations.get(of.term.name) if isinstance(of.term, Symbol) else None
        if declared is not None and RANDOM in declared.assumptions:
            said = Relation("=", Call(found[0], (of.term,)), value)
            self._deriver.hold(self._deriver.names.now(said), context, row.span)

    def _is_definition(self, row: ReadRow) -> bool:
        statement = row.statements[0]
        head = self._deriver.head(statement.sides[0])
        return (head is not None and not self._deriver.names.is_defined(head.name)
                and not _plain(statement.sides[1].term) and statement.relations == ("=",))


def _whole_names(term: Term) -> frozenset[str]:
    """The name that a term is, or of whose entries it is a list: X of `X`, Y of `Y_1`."""
    match term:
        case Symbol(name) | Entry(family=name):
            return frozenset({name})
        case _:
            return frozenset()


def _plain(term: Term) -> bool:
    """True for a number or a single name, of which an inline equation says what holds here and not what it is."""
    return isinstance(term, Symbol) or not free_names(term)


def _as_formula(text: str) -> Formula:
    """LaTeX of a notation as a formula without a place of its own."""
    return Formula(text, [0] * (len(text) + 1), False)
