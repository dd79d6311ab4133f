"""A copy of a Markdown document with a mark at each formula that something came of.

Not trusted: it words results. Imports the data types, `summary` and the printer of terms.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping

from lossproof.derivation import Row
from lossproof.report.phrases import show_for, value_words
from lossproof.summary import Checked, matched, row_outcome, step_results
from lossproof.term import Span
from lossproof.verdict import Refuted, StepResult

__all__ = ["annotated"]

_SIGNS = {"proved": "\u2713", "conditional": "\u2713", "defined": ":=", "refuted": "\u2717", "unknown": "?",
          "not_read": "!"}
_LINE_END = re.compile(r"\r\n|\n|\r")


def annotated(checked: Checked, source: str) -> str:
    """The source with marks: behind inline formulas, and below the lines that end displayed ones."""
    if checked.document is None or checked.document.prose is None:
        return source
    starts = [0, *(found.end() for found in _LINE_END.finditer(source))]
    results = step_results(checked)
    points = _points(checked)
    marks: dict[Span, list[str]] = {}
    for row in checked.document.prose.rows:
        outcome = row_outcome(row, results)
        if outcome is None or not (row.counts or row.steps or row.defines):
            continue
        words = f"{_SIGNS[outcome]} line {row.span.line} {outcome.replace('_', ' ')}{_why(row, results, points)}"
        marks.setdefault(row.formula, []).append(words)
    made = source
    for span in sorted(marks, key=lambda span: (span.line, span.column), reverse=True):
        offset = starts[min(span.end_line, len(starts)) - 1] + span.end_column - 1
        made = _marked(made, offset, marks[span], starts)
    return made


def _points(checked: Checked) -> Mapping[tuple[str, int], str]:
    """Where refuted steps fail, in words."""
    found: dict[tuple[str, int], str] = {}
    for derivation, results, _ in matched(checked):
        assert checked.document is not None
        show = show_for(checked.document, derivation)
        for result in results:
            if isinstance(result.verdict, Refuted):
                found[derivation.name, result.index] = ", ".join(value_words(result.verdict.counterexample, show))
    return found


def _why(row: Row, results: Mapping[tuple[str, int], StepResult], points: Mapping[tuple[str, int], str]) -> str:
    if row.unread is not None:
        return f": {row.unread.message}"
    at = [points[step] for step in row.steps if step in points]
    lines = sorted({p.span.line for step in row.steps if step in results for p in results[step].premises if p.span})
    given = f", given line{'s' * (len(lines) > 1)} {', '.join(map(str, lines))}" if lines else ""
    return f" at {at[0]}" if at and at[0] else given


def _marked(source: str, offset: int, words: list[str], starts: list[int]) -> str:
    """The source with words put behind the formula that ends at an offset."""
    closing = re.compile(r"\s*(?:\$\$|```)").match(source, offset)
    if closing is None and not source.startswith("\\end", offset - 1) and _ends_inline(source, offset):
        end = source.find(")", offset) + 1 if source[offset:offset + 1] != "$" else offset + 1
        return f"{source[:end]} **[{'; '.join(words)}]**{source[end:]}"
    end = closing.end() if closing is not None else offset
    line = bisect_right(starts, end)
    stop = starts[line] if line < len(starts) else len(source)
    rest = source[end:stop]
    if rest.strip():        # text goes on behind the formula
        return f"{source[:end]} **[{'; '.join(words)}]** {source[end:].lstrip()}"
    lines = "".join(f"> **{text}**  \n" for text in words)
    head = source[:stop] if source[:stop].endswith("\n") else source[:stop] + "\n"
    return f"{head}\n{lines}\n{source[stop:]}"


def _ends_inline(source: str, offset: int) -> bool:
    return source[offset:offset + 1] in ("$", ")")
