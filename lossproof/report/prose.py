"""What a person sees of a document: its rows in its own order with what became of each, and the coverage.

Not trusted: it words results. Imports the data types, `summary`, the console report and the printer of terms.
"""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console

from lossproof.derivation import Derivation, Document, Prose, Row
from lossproof.report.console import (
    Detail,
    count_words,
    failures,
    print_finding,
    put,
    put_definition,
    put_detail,
    put_finding,
    put_row,
    put_step,
    step_snippet,
)
from lossproof.report.layout import harmless, wrap
from lossproof.report.phrases import given_words, show_for
from lossproof.summary import Checked, Coverage, coverage, matched, row_outcome, step_results
from lossproof.verdict import Defined, StepResult, Unknown

__all__ = ["coverage_words", "print_prose"]


def coverage_words(found: Coverage) -> str:
    """The coverage of a document on one line."""
    parts = [f"{number} {word}" for number, word in (
        (found.defined, "defined"), (found.proved, "proved"), (found.conditional, "conditional"),
        (found.refuted, "refuted"), (found.unknown, "unknown"), (found.not_read, "not read")) if number]
    if found.pictures:
        parts.append(count_words(found.pictures, "picture") + ", not read")
    return f"{count_words(found.rows, 'formula row')}, {found.read} read" + (": " + ", ".join(parts) if parts else "")


def print_prose(console: Console, checked: Checked, prose: Prose, detail: Detail) -> None:
    """The document's rows with their verdicts; then what is not as expected; then the coverage."""
    document = checked.document
    assert document is not None
    if not prose.rows and not prose.pictures:
        return
    if detail != "quiet":
        _head(console, checked, document, prose)
        _rows(console, checked, document, prose, detail)
    for error in checked.result.errors:
        print_finding(console, error)
    for derivation, results, claim in matched(checked):
        show = show_for(document, derivation)
        for found, result in failures(derivation, results, claim, show):
            if isinstance(result.verdict, Unknown) and found.severity != "fault" and detail != "verbose":
                continue        # its row says why
            put_finding(console, found, step_snippet(derivation, result, show, found.span, result is claim))
    for row in prose.rows:
        if row.unread is not None and not row.steps:
            print_finding(console, row.unread)
    counted = coverage(checked)
    if counted is not None:
        for line in wrap(f"coverage: {coverage_words(counted)}", console.width, 2):
            put(console, line)
        put(console, "")


def _head(console: Console, checked: Checked, document: Document, prose: Prose) -> None:
    language = "" if document.language == "en" else document.language
    source = ", ".join(text for text in (document.source, language) if text)
    for line in wrap(harmless(f"{checked.result.path}: {document.title}" + (f" ({source})" if source else "")),
                     console.width, 2):
        put(console, (line, "title"))
    if prose.notation is not None:
        put(console, "  no notation is declared; inferred, and every verdict rests on it:")
        for text in prose.notation.rstrip().splitlines():
            for line in wrap(harmless(text), console.width - 4, 4):
                put(console, "    ", (line, "quiet"))
    put(console, "")


def _rows(console: Console, checked: Checked, document: Document, prose: Prose, detail: Detail) -> None:
    results = step_results(checked)
    derivations = {derivation.name: derivation for derivation in document.derivations}
    begun: set[str] = set()
    pictures = list(prose.pictures)
    for row in prose.rows:
        while pictures and pictures[0].line <= row.span.line:
            put_row(console, ("picture", "quiet"), pictures.pop(0), "not read")
        _row(console, document, row, derivations, results, begun, detail)
    for span in pictures:
        put_row(console, ("picture", "quiet"), span, "not read")
    put(console, "")


def _row(console: Console, document: Document, row: Row, derivations: Mapping[str, Derivation],
         results: Mapping[tuple[str, int], StepResult], begun: set[str], detail: Detail) -> None:
    """One row: what it defines, its steps; or why there are none."""
    judged = [results[step].verdict for step in row.steps if step in results]
    again = bool(judged) and bool(row.defines) and not isinstance(judged[0], Defined) and row.steps[0][1] == 2
    for name in row.defines if not again else ():
        if name in document.definitions:
            put_definition(console, document.definitions[name], show_for(document))
        else:
            put_row(console, ("defined", "defined"), row.span, harmless(row.latex))
    for name, index in row.steps:
        result = results.get((name, index))
        if result is None:
            continue
        derivation = derivations[name]
        show = show_for(document, derivation)
        if name not in begun:
            begun.add(name)
            for given in given_words(derivation.given, show):
                put_row(console, ("given", ""), None, given)
            if index > 1:
                put_row(console, ("", ""), derivation.lines[0].span, "  " + show(derivation.lines[0].term))
        put_step(console, derivation.lines[index - 1], result, detail, show)
        if isinstance(result.verdict, Unknown):
            put_detail(console, result.verdict.reason)
    if row.steps or row.defines:
        return
    if row.unread is not None:
        put_row(console, ("not read", "error"), row.span, row.latex.strip())
        put_detail(console, row.unread.message)
    elif row.counts or row.remark == "left out":
        outcome = row_outcome(row, results) or ""
        put_row(console, (outcome if row.remark != "left out" else "", "quiet"), row.span, row.latex.strip())
        if row.remark:
            put_detail(console, row.remark)
