"""The documents of the inventory as they stand, with and without a declared notation. Skipped where they are absent."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lossproof.read.document.open import load
from lossproof.read.document.pieces import Formula
from lossproof.read.document.raw_rows import raw_rows
from lossproof.runner import run
from lossproof.summary import Checked, coverage, row_outcome, step_results
from lossproof.verdict import Proved, Refuted

SHARED = Path(__file__).parent.parent.parent / "shared"
DOCUMENTS = {path.name[:3]: path for path in sorted((SHARED / "documents").glob("0*.txt"))}
CORPUS = SHARED / "corpus" / "statproofbook"
NOTATION = Path(__file__).parent / "notation"

pytestmark = pytest.mark.skipif(len(DOCUMENTS) < 5, reason="the documents are not here")


def verified(path: Path, notation: Path | None = NOTATION) -> Checked:
    [checked] = run([str(path)], notation=str(notation) if notation else "")
    assert checked.result.errors == ()
    return checked


def outcomes(checked: Checked) -> list[tuple[int, str | None]]:
    """Line and outcome of every row that counts."""
    assert checked.document is not None and checked.document.prose is not None
    results = step_results(checked)
    return [(row.span.line, row_outcome(row, results)) for row in checked.document.prose.rows if row.counts]


def test_document_a_is_proved_but_for_the_two_formulas_that_are_unbalanced() -> None:
    """The broken ones are named with their lines; the step behind one of them is unknown, the rest is proved."""
    checked = verified(DOCUMENTS["000"])
    assert checked.document is not None and checked.document.prose is not None
    unread = [(row.span.line, row.unread.code) for row in checked.document.prose.rows if row.unread is not None]
    assert unread == [(68, "LP001"), (79, "LP001")]
    assert {outcome for line, outcome in outcomes(checked) if line not in (68, 69)} == {"defined", "proved"}


def test_document_a_with_its_brackets_closed_is_proved_whole(tmp_path: Path) -> None:
    """One bracket is missing in each of the two formulas; with it they are read, and every step is proved."""
    text = DOCUMENTS["000"].read_text(encoding="utf-8")
    text = text.replace(r"{\sigma(z)(1 - \sigma(z)} )", r"{\sigma(z)(1 - \sigma(z))} )")
    text = text.replace(r"\cdot (1 - \sigma(z)$", r"\cdot (1 - \sigma(z))$")
    path = tmp_path / DOCUMENTS["000"].name
    path.write_text(text, encoding="utf-8")
    checked = verified(path)
    assert {outcome for _, outcome in outcomes(checked)} == {"defined", "proved"}
    assert all(isinstance(step.verdict, Proved) or step.verdict.verdict == "defined"
               for derivation in checked.result.derivations for step in derivation.steps)
    assert any(line == 79 for line in _lines_with_steps(checked))


def _lines_with_steps(checked: Checked) -> list[int]:
    assert checked.document is not None and checked.document.prose is not None
    return [row.span.line for row in checked.document.prose.rows if row.steps]


@pytest.mark.parametrize("name", ["001", "003"])
def test_documents_b_and_d_are_read_and_proved_whole(name: str) -> None:
    """Every displayed formula is read; nothing is unknown or refuted."""
    assert {outcome for _, outcome in outcomes(verified(DOCUMENTS[name]))} <= {"defined", "proved"}


def test_document_c_is_proved_but_for_the_chain_rule_that_is_refuted() -> None:
    """C11's first step is refuted, with the missing term; its second step is proved, as is everything else."""
    checked = verified(DOCUMENTS["002"])
    assert [line for line, outcome in outcomes(checked) if outcome not in ("defined", "proved")] == [94]
    refuted = [step for derivation in checked.result.derivations for step in derivation.steps
               if isinstance(step.verdict, Refuted)]
    assert len(refuted) == 1 and refuted[0].diagnosis is not None
    assert refuted[0].diagnosis.remark is not None and "is missing" in refuted[0].diagnosis.remark


def test_document_e_is_pictures_only() -> None:
    """Images without text are counted, and nothing is made of them."""
    counted = coverage(verified(DOCUMENTS["004"], None))
    assert counted is not None and counted.rows == 0 and counted.pictures == 33


@pytest.mark.parametrize("name", ["000", "001", "002"])
def test_without_a_notation_most_is_read_and_nothing_true_is_refuted(name: str) -> None:
    """The proposal is part of the result, so that the report prints it first; all verdicts rest on it."""
    checked = verified(DOCUMENTS[name], None)
    assert checked.document is not None and checked.document.prose is not None
    assert checked.document.prose.notation is not None and checked.document.prose.inferred
    counted = coverage(checked)
    assert counted is not None and counted.refuted == 0 and counted.read >= 0.8 * counted.rows


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus is not here")
def test_rows_of_the_corpus_are_counted_as_an_independent_count_finds_them() -> None:
    """1241 displayed formulas; 1970 rows with a relation, within 2 %."""
    displayed = rows = 0
    for path in sorted(CORPUS.glob("*.md")):
        for piece in load(str(path)).pieces:
            if isinstance(piece, Formula):
                displayed += piece.display
                rows += sum(row.relations > 0 if piece.display else row.equals >= 2 for row in raw_rows(piece.text))
    assert displayed == 1241
    assert abs(rows - 1970) <= 0.02 * 1970


def test_every_formula_knows_its_place() -> None:
    """What stands at the places of a formula that is plain text is the formula."""
    for path in DOCUMENTS.values():
        pieces = load(str(path))
        for piece in pieces.pieces:
            if isinstance(piece, Formula) and "latex?" not in pieces.text.text[piece.places[0] - 60:piece.places[0]]:
                shown = "".join(pieces.text.text[place] for place in piece.places[:-1])
                assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", piece.text) or "%" in shown
