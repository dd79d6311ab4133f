"""Each formula of a document beside what was understood of it: as set, as LaTeX printed from the tree, as text.

Not trusted: it words what was read. Imports the reader of documents, the printers of terms and the console report.
"""

from __future__ import annotations

from lossproof.derivation import Document, Row
from lossproof.print_latex import latex
from lossproof.print_text import text
from lossproof.read.document_file import read
from lossproof.report.console import count_words, make_console, print_finding, put
from lossproof.report.json import latex_names
from lossproof.report.layout import harmless, wrap
from lossproof.term import Entry, Symbol, Term

__all__ = ["print_reading"]


def print_reading(path: str, notation: str) -> int:
    """Print the readings of a file; how many formulas with a relation were not read."""
    console = make_console()
    document = read(path, notation)
    prose = document.prose
    assert prose is not None
    if prose.notation is not None:
        put(console, "no notation is declared; inferred:")
        for line in prose.notation.rstrip().splitlines():
            put(console, "  " + harmless(line))
        put(console, "")
    names = latex_names(document)
    unread = 0
    for row in prose.rows:
        put(console, (f"{row.span.line}:{row.span.column}", "gutter"), "  " + harmless(" ".join(row.latex.split())))
        if row.unread is not None:
            unread += 1
            print_finding(console, row.unread)
            continue
        for word, term in _terms(document, row):
            for shown in (latex(term, names), text(term)):
                for line in wrap(harmless(f"{word} {shown}"), console.width - 6, 4):
                    put(console, "      " + line)
        if row.remark:
            put(console, "      ", (row.remark, "quiet"))
    put(console, count_words(len(prose.rows), "formula") + f", {unread} not read")
    return unread


def _terms(document: Document, row: Row) -> list[tuple[str, Term]]:
    """The trees that a row became, each with the relation before it."""
    found: list[tuple[str, Term]] = []
    for name in row.defines:
        definition = document.definitions.get(name)
        if definition is not None:
            head: Term = Entry(name, tuple(Symbol(r.name) for r in definition.ranges)) if definition.ranges \
                else Symbol(name)
            found += [("", head), (":=", definition.body)]
    lines = {derivation.name: derivation.lines for derivation in document.derivations}
    for name, index in row.steps:
        line = lines[name][index - 1]
        if line.unread is not None:
            continue
        if index == 2:
            found.append(("", lines[name][0].term))
        found.append((line.relation, line.term))
    return found
