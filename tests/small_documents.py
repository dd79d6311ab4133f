"""Small documents that tests write and verify. One worker is enough for them, and no step of them is a fault."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from lossproof.derivation import Row
from lossproof.runner import run
from lossproof.summary import Checked, has_fault, row_outcome, step_results
from lossproof.verdict import StepResult


def verified(tmp_path: Path, text: str) -> Checked:
    """What a Markdown document of this text comes to."""
    path = tmp_path / "notes.md"
    path.write_text(text, encoding="utf-8")
    [checked] = run([str(path)], jobs=1)
    return checked


def judged(tmp_path: Path, text: str) -> tuple[list[Row], Mapping[tuple[str, int], StepResult]]:
    """The rows that count, and the results of all steps."""
    checked = verified(tmp_path, text)
    assert checked.document is not None and checked.document.prose is not None
    results = step_results(checked)
    assert not any(map(has_fault, results.values()))
    return [row for row in checked.document.prose.rows if row.counts], results


def outcomes(tmp_path: Path, text: str) -> list[str | None]:
    """The outcome of every row that counts."""
    rows, results = judged(tmp_path, text)
    return [row_outcome(row, results) for row in rows]
