"""What a person sees in a terminal: `full` (every step), quiet (what failed) and `concise` (one line a step).

Not trusted: it words results. Imports the data types, `summary`, the other report modules, the printer of terms, and
rich. Text is laid out here, exactly, for the console's width; rich adds colours, which never carry meaning alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal, Protocol

from rich.cells import cell_len
from rich.console import Console
from rich.style import Style
from rich.text import Text
from rich.theme import Theme

from lossproof.derivation import Definition, Derivation, Document, Line
from lossproof.diagnostic import Diagnostic
from lossproof.report.layout import harmless, keep, pad, wrap
from lossproof.report.phrases import (
    Show,
    assumed_names,
    claim_finding,
    diagnosis_words,
    given_words,
    laws_words,
    premises_words,
    seconds_words,
    show_for,
    step_finding,
    value_words,
)
from lossproof.summary import Checked, Totals, claim_expectation, is_expected, matched, totals
from lossproof.term import Entry, Span, Symbol
from lossproof.verdict import Conditional, Defined, Error, Proved, Refuted, StepResult, Unknown

__all__ = ["Detail", "THEME", "count_words", "failures", "make_console", "print_concise", "print_document",
           "print_finding", "print_full", "print_laws", "print_summary", "put", "put_definition", "put_detail",
           "put_finding", "put_row", "put_step", "step_snippet", "summary_words"]

Detail = Literal["quiet", "normal", "verbose"]

THEME = Theme({
    "proved": "green", "defined": "green", "conditional": "yellow", "refuted": "red", "unknown": "magenta",
    "error": "bold red", "fault": "bold red", "expected": "cyan", "gutter": "blue", "mark": "red", "quiet": "dim",
    "title": "bold", "good": "bold green", "bad": "bold red",
})

VERDICT = 11      # "conditional"
NUMBER = 4        # a source line's number
TEXT = 2 + VERDICT + 1 + NUMBER + 2


def make_console(file: IO[str] | None = None, *, stderr: bool = False, width: int | None = None) -> Console:
    """A console that prints text as it is: no markup, no highlighting; 80 columns where there is no terminal."""
    return Console(file=file, stderr=stderr, width=width, theme=THEME, markup=False, highlight=False, emoji=False,
                   soft_wrap=True)


def put(console: Console, *parts: str | tuple[str, str]) -> None:
    """One line of text; blanks at its end are dropped."""
    text = Text()
    for part in parts:
        if isinstance(part, str):
            text.append(part)
        else:
            text.append(part[0], Style.null() if not part[1] else part[1])
    text.rstrip()
    console.print(text)


def print_full(console: Console, run: Sequence[Checked], seconds: float, detail: Detail = "normal") -> None:
    """Every document and derivation with every line; for `quiet` only what failed. Then the summary."""
    for checked in run:
        print_document(console, checked, detail)
    print_summary(console, totals(run), seconds)


# --- documents and derivations ---------------------------------------------------------------------------------


def print_document(console: Console, checked: Checked, detail: Detail = "normal") -> None:
    """One document with its derivations and every line of them; for `quiet` only what failed."""
    document = checked.document
    if document is not None and document.prose is not None:
        from lossproof.report.prose import print_prose  # it words its rows with what stands here

        print_prose(console, checked, document.prose, detail)
        return
    if detail != "quiet" and document is not None and checked.result.derivations:
        language = "" if document.language == "en" else document.language
        source = ", ".join(text for text in (document.source, language) if text)
        head = f"{checked.result.path}: {document.title}" + (f" ({source})" if source else "")
        for row in wrap(harmless(head), console.width, 2):
            put(console, (row, "title"))
        for definition in document.definitions.values():
            put_definition(console, definition, show_for(document))
        console.print()
    for error in checked.result.errors:
        print_finding(console, error)
    if document is None:
        return
    for derivation, results, claim in matched(checked):
        show = show_for(document, derivation)
        if detail != "quiet":
            _derivation(console, document, derivation, results, claim, detail)
        for found, result in failures(derivation, results, claim, show):
            put_finding(console, found, step_snippet(derivation, result, show, found.span, result is claim))


def failures(derivation: Derivation, results: Sequence[StepResult], claim: StepResult | None,
              show: Show) -> Iterator[tuple[Diagnostic, StepResult]]:
    """What is not as the file expects, each with its result."""
    for result in results:
        line = derivation.lines[result.index - 1]
        if not is_expected(line.expect, result, corrected=line.correct is not None):
            yield step_finding(derivation, result, show), result
    if claim is not None and not is_expected(claim_expectation(derivation), claim):
        # A claim that fails as its only step does would be the same message twice.
        if len(results) != 1 or results[0].verdict.verdict != claim.verdict.verdict:
            yield claim_finding(derivation, claim, show), claim


def put_definition(console: Console, definition: Definition, show: Show) -> None:
    name = Entry(definition.name, tuple(Symbol(r.name) for r in definition.ranges)) if definition.ranges \
        else Symbol(definition.name)
    put_row(console, ("defined", "defined"), definition.span, f"{show(name)} := {show(definition.body)}")


def put_row(console: Console, verdict: tuple[str, str], span: Span | None, text: str) -> None:
    """A line of a chain: verdict, source line, text with its continuation lines."""
    number = "" if span is None else str(span.line)
    rows = wrap(harmless(text), console.width - TEXT, 4)
    put(console, "  ", (pad(verdict[0], VERDICT), verdict[1]), " ", (number.rjust(NUMBER), "gutter"), "  ", rows[0])
    for row in rows[1:]:
        put(console, " " * TEXT, row)


def put_detail(console: Console, text: str, style: str = "quiet") -> None:
    """A remark under a line of a chain."""
    for row in wrap(harmless(text), console.width - TEXT - 2, 2):
        put(console, " " * (TEXT + 2), (row, style))


def _derivation(console: Console, document: Document, derivation: Derivation, results: Sequence[StepResult],
                claim: StepResult | None, detail: Detail) -> None:
    show = show_for(document, derivation)
    cites = f" [{', '.join(derivation.cites)}]" if derivation.cites else ""
    title = "" if derivation.title == derivation.name else f": {derivation.title}"
    for row in wrap(harmless(f"{derivation.name}{title}{cites}"), console.width, 2):
        put(console, (row, "title"))
    for given in given_words(derivation.given, show):
        put_row(console, ("given", ""), None, given)
    if assumed := assumed_names(document, derivation):
        put_row(console, ("assumed", ""), None, "every verdict rests on what was inferred of " + ", ".join(assumed))
    if derivation.lines and derivation.lines[0].unread is None:     # else it has a result, which shows it
        put_row(console, ("", ""), derivation.lines[0].span, "  " + show(derivation.lines[0].term))
    for result in results:
        put_step(console, derivation.lines[result.index - 1], result, detail, show)
    if claim is not None:
        fine = is_expected(claim_expectation(derivation), claim)
        said = claim.verdict.verdict
        put_row(console, (said, _style(said, fine)), None, "claim: from the first line to the last"
             + (", as expected" if fine and said != "proved" else ""))
    console.print()


def _style(verdict: str, fine: bool) -> str:
    return "expected" if fine and verdict not in {"proved", "conditional"} else verdict


def put_step(console: Console, line: Line, result: StepResult, detail: Detail, show: Show) -> None:
    """One line of a chain with what came of it."""
    verdict = result.verdict
    fine = is_expected(line.expect, result, corrected=line.correct is not None)
    put_row(console, (verdict.verdict, _style(verdict.verdict, fine)), line.span,
         ("  " if result.index == 1 else f"{line.relation} ") + show(line.term))
    if line.given:
        put_detail(console, "given: " + "; ".join(given_words(line.given, show)))
    if line.by:
        put_detail(console, f"by: {line.by}")
    match verdict:
        case Proved(laws=laws):
            put_detail(console, f"laws: {laws_words(laws)}")
        case Conditional(conditions=conditions, laws=laws):
            if conditions:
                put_detail(console, "where: " + "; ".join(show(condition) for condition in conditions), "conditional")
            put_detail(console, f"laws: {laws_words(laws)}")
        case Refuted() if fine:
            _refuted_as_expected(console, line, result, verdict, show)
        case Unknown(reason=reason) if fine:
            put_detail(console, f"unknown, as expected: {reason}")
        case Defined(reason=reason):
            put_detail(console, reason)
        case Unknown() if line.expect == "holds":
            pass        # of a document, whose rows say why
        case Refuted() | Unknown() | Error():
            put_detail(console, "not as expected: see below", "error")
    for premise in premises_words(result, show):
        put_detail(console, premise)
    if detail == "verbose":
        for attempt in result.attempts:
            put_detail(console, f"tried: {attempt.what}: {attempt.outcome} ({seconds_words(attempt.seconds)})")
        put_detail(console, f"time: {seconds_words(result.seconds)}")


def _refuted_as_expected(console: Console, line: Line, result: StepResult, verdict: Refuted, show: Show) -> None:
    point = verdict.counterexample
    at = ", ".join(keep(value) for value in value_words(point, show))
    where = f" at {at}" if at else ""
    put_detail(console, f"refuted, as expected: left is {point.left}, right is {point.right}{where}", "expected")
    if line.erratum:
        put_detail(console, f"erratum: {line.erratum}")
    diagnosis = result.diagnosis
    if note := diagnosis_words(result, show):
        put_detail(console, f"note: {note}")
    if line.correct is not None:
        put_detail(console, f"correct: {line.relation} {show(line.correct)} (proved)", "proved")
    elif diagnosis is not None and diagnosis.suggestion is not None and diagnosis.edit != "relation":
        put_detail(console, f"found: {line.relation} {show(diagnosis.suggestion)} (proved)", "proved")


# --- one finding -----------------------------------------------------------------------------------------------


def print_finding(console: Console, found: Diagnostic) -> None:
    """A diagnostic: headline, place with the source line, notes and helps, each wrapped; a blank line."""
    put_finding(console, found, _source_snippet(found.span))


def put_finding(console: Console, found: Diagnostic, snippet: Sequence[_Row]) -> None:
    head = f"{found.severity}[{found.code}]"
    first, *rest = wrap(harmless(f"{head} {found.slug}: {found.message}"), console.width, 2)
    put(console, (head, found.severity), first.removeprefix(head))
    for row in rest:
        put(console, row)
    gutter = max([len(row.number) for row in snippet] + [1])
    if found.span is not None:
        put(console, " " * gutter, ("--> ", "gutter"), harmless(_place(found.span)))
    if snippet:
        put(console, " " * gutter, (" |", "gutter"))
        _print_snippet(console, snippet, gutter)
    for label, texts in (("note", found.notes), ("help", found.helps)):
        for text in texts:
            for number, row in enumerate(wrap(harmless(text), console.width - 6)):
                put(console, (f"{label}: ", "title") if number == 0 else " " * 6, row)
    console.print()


def _place(span: Span) -> str:
    return f"{span.file}:{span.line}:{span.column}"


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of a snippet: source line number, text, what stands to the right of it, what is marked.

    `mark` is a range of cells below the text (from, width); None marks nothing.
    """

    number: str
    text: str
    value: str = ""
    marked: bool = False
    mark: tuple[int, int] | None = None


def step_snippet(derivation: Derivation, result: StepResult, show: Show, span: Span | None,
                 is_claim: bool) -> list[_Row]:
    """The two lines of a step (of a claim: first and last) as understood, with the values of a counterexample.

    Of an error, the source line.
    """
    if isinstance(result.verdict, Error):
        return _source_snippet(span)
    left = derivation.lines[0 if is_claim else derivation.before(result.index) - 1]
    right = derivation.lines[-1 if is_claim else result.index - 1]
    left_value = right_value = ""
    if isinstance(result.verdict, Refuted):
        left_value = f"left is {result.verdict.counterexample.left}"
        right_value = f"right is {result.verdict.counterexample.right}"
    relations = {line.relation for line in derivation.lines[1:]}
    relation = right.relation if not is_claim or len(relations) == 1 else "..."
    above, below = (str(line.span.line) if line.span else "" for line in (left, right))
    return [_Row(above, show(left.term), left_value),
            _Row(below, f"{relation} {show(right.term)}", right_value, marked=True)]


def _source_snippet(span: Span | None) -> list[_Row]:
    """The source line of a span with its mark, where the file can be read; else nothing.

    A line of a JSON Lines file is a whole derivation, and its file may be endless: its message says what stands there.
    """
    if span is None or span.file.endswith(".jsonl"):
        return []
    try:
        text = Path(span.file).read_text(encoding="utf-8").splitlines()[span.line - 1]
    except (OSError, UnicodeDecodeError, IndexError):
        return []
    end = span.end_column if span.end_line in (0, span.line) else len(text) + 1
    before = cell_len(harmless(text[:span.column - 1]))
    return [_Row(str(span.line), text, mark=(before, max(1, cell_len(harmless(text[span.column - 1:end - 1])))))]


def _print_snippet(console: Console, rows: Sequence[_Row], gutter: int) -> None:
    """Rows behind their line numbers; values stand beside the texts where all of them fit, else below."""
    room = console.width - gutter - 5
    aligned = max(cell_len(harmless(row.text)) for row in rows) + 8
    beside = all(aligned + cell_len(row.value) <= room for row in rows)
    bare = (" " * gutter + " |", "gutter")
    for row in rows:
        number = (row.number.rjust(gutter) + " |", "gutter")
        if row.mark is not None:        # a source line stands as it is
            put(console, number, " " + harmless(row.text))
            put(console, bare, " " * (1 + row.mark[0]), ("^" * row.mark[1], "mark"))
            continue
        lines = wrap(harmless(row.text), room, 4)
        for count, line in enumerate(lines):
            put(console, number if count == 0 else bare, "   ", pad(line, aligned) + row.value if beside else line)
        if row.marked:
            text = lines[-1].lstrip()
            put(console, bare, "   " + " " * (len(lines[-1]) - len(text)), ("^" * cell_len(text), "mark"))
        if not beside:
            for line in wrap(row.value, room - 4, 4) if row.value else ():
                put(console, bare, "       " + line)


# --- one line a step, and the summary --------------------------------------------------------------------------


def print_concise(console: Console, run: Iterable[Checked], detail: Detail = "normal") -> None:
    """`file:line:col: verdict ...`, one line for each step, claim that fails, and error; nothing wraps."""
    for checked in run:
        for error in checked.result.errors:
            _concise(console, error)
        if checked.document is None:
            continue
        for derivation, results, claim in matched(checked):
            show = show_for(checked.document, derivation)
            failed = {id(result): found for found, result in failures(derivation, results, claim, show)}
            for result in results:
                if id(result) in failed:
                    _concise(console, failed[id(result)])
                elif detail != "quiet":
                    line = derivation.lines[result.index - 1]
                    place = _place(line.span or Span(checked.result.path, 1))
                    expected = "" if isinstance(result.verdict, Proved) else ", as expected"
                    put(console, f"{harmless(place)}: ", (result.verdict.verdict, result.verdict.verdict),
                         f"{expected} ({harmless(derivation.name)}, line {result.index})")
            if claim is not None and id(claim) in failed:
                _concise(console, failed[id(claim)])


def _concise(console: Console, found: Diagnostic) -> None:
    place = "" if found.span is None else f"{_place(found.span)}: "
    put(console, harmless(place), (f"{found.severity}[{found.code}]", found.severity),
         f" {found.slug}: {harmless(found.message)}")


def count_words(number: int, word: str, many: str | None = None) -> str:
    return f"{number} {word if number == 1 else many or word + 's'}"


def summary_words(counted: Totals) -> tuple[str, str]:
    """What was checked with the verdicts, and whether all is as expected."""
    verdicts = []
    for name, number in counted.verdicts.items():
        if name == "refuted" and counted.refuted_as_expected:
            verdicts.append(f"{counted.refuted_as_expected} refuted as expected")
            number -= counted.refuted_as_expected
        if number:
            verdicts.append(count_words(number, "error") if name == "error" else f"{number} {name}")
    what = ", ".join([count_words(counted.documents, "file"), count_words(counted.derivations, "derivation"),
                      count_words(counted.steps, "step")])
    troubles = [text for number, text in (
        (counted.faults, count_words(counted.faults, "fault") + " of lossproof"),
        (counted.errors, count_words(counted.errors, "error")),
        (counted.unexpected, f"{counted.unexpected} not as expected")) if number]
    if not counted.steps and not troubles:
        return what, "nothing to check"
    return what + (": " + ", ".join(verdicts) if verdicts else ""), ", ".join(troubles) or "all as expected"


def print_summary(console: Console, counted: Totals, seconds: float) -> None:
    """What was checked, and whether all is as expected."""
    what, judgement = summary_words(counted)
    good = judgement == "all as expected"
    rows = wrap(f"{what} ({seconds:.1f} s)", console.width, 2)
    for row in rows:
        put(console, row)
    put(console, (judgement, "good" if good else "bad"))


# --- the law table ---------------------------------------------------------------------------------------------


class Law(Protocol):
    """What is printed of a row of the law table."""

    @property
    def statement(self) -> str: ...
    @property
    def conditions(self) -> str: ...
    @property
    def reference(self) -> str: ...


def print_laws(console: Console, laws: Mapping[str, Law]) -> None:
    """Each law: its name, statement, side conditions and reference; then how many there are."""
    for name, law in laws.items():
        put(console, (name, "title"))
        for label, text in (("", law.statement), ("where ", law.conditions), ("see ", law.reference)):
            for row in wrap(harmless(label + text), console.width - 2, 4) if text else ():
                put(console, "  ", (row, "quiet" if label else ""))
        console.print()
    put(console, count_words(len(laws), "law"))
