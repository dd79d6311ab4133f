"""What came of a run: does each step have the verdict that its file expects, and the totals.

Not trusted: it counts. Imports `derivation`, `verdict` and `diagnostic`; reports print what
stands here and the command line turns it into an exit code.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from lossproof.derivation import Derivation, Document, Expectation, Row
from lossproof.diagnostic import Diagnostic
from lossproof.verdict import (
    Conditional,
    Defined,
    DocumentResult,
    Error,
    Proved,
    Refuted,
    StepResult,
    Unknown,
    VerdictName,
)

__all__ = ["Checked", "Coverage", "EXIT_FAULT", "EXIT_NOTHING", "EXIT_OK", "EXIT_UNEXPECTED", "EXIT_UNREADABLE",
           "RowOutcome", "Tally", "Totals", "claim_expectation", "coverage", "exit_code", "has_fault", "is_expected",
           "matched", "row_outcome", "step_results", "totals", "unread_reason"]

EXIT_OK = 0
EXIT_UNEXPECTED = 1
EXIT_UNREADABLE = 2
EXIT_FAULT = 3
EXIT_NOTHING = 5

ORDER: tuple[VerdictName, ...] = ("proved", "conditional", "refuted", "unknown", "error", "defined")


@dataclass(frozen=True, slots=True)
class Checked:
    """One file after a run: its document (None where it could not be read) and its results.

    Of a JSON Lines file, one line: its number.
    """

    document: Document | None
    result: DocumentResult
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts over a run. `verdicts` counts steps by verdict; `refuted_as_expected` those recorded on purpose.

    `unexpected` counts steps and claims whose verdict is not the one that their file expects;
    `errors` files' errors that belong to no step; `faults` faults of lossproof.
    """

    documents: int = 0
    derivations: int = 0
    steps: int = 0
    verdicts: dict[str, int] = field(default_factory=dict)
    refuted_as_expected: int = 0
    unexpected: int = 0
    errors: int = 0
    faults: int = 0


def claim_expectation(derivation: Derivation) -> Expectation | None:
    """The verdict expected of first line ~ last line; None where the file does not ask for one."""
    if derivation.expect_claim is not None:
        return derivation.expect_claim
    expected = {line.expect for line in derivation.lines[1:]}
    if expected <= {"proved", "holds"}:
        return "holds" if "holds" in expected else "proved"
    return None


def is_expected(expected: Expectation | None, result: StepResult, *, corrected: bool = False) -> bool:
    """True where `result` has the verdict `expected` and, if the step records a correction, that is proved.

    `corrected` says that the step records a correction. None expects nothing but that the line has a meaning.
    A fault of lossproof is never expected.
    """
    if has_fault(result) or isinstance(result.verdict, Error):
        return False
    if isinstance(result.verdict, Defined):
        return expected in (None, "proved", "holds")
    if expected == "holds":
        return isinstance(result.verdict, Proved | Conditional) and not corrected
    if expected is not None and result.verdict.verdict != expected:
        return False
    return not corrected or isinstance(result.correction, Proved)


def has_fault(result: StepResult) -> bool:
    """True where the result tells of a fault of lossproof itself, not of the derivation."""
    match result.verdict:
        case Unknown(code=code):
            return result.fault is not None or code.startswith("LP4")
        case Error(diagnostic=found):
            return result.fault is not None or found.severity == "fault"
        case Proved() | Conditional() | Refuted() | Defined():
            return result.fault is not None


def matched(checked: Checked) -> Iterator[tuple[Derivation, tuple[StepResult, ...], StepResult | None]]:
    """The derivations of one file that were checked, each with its steps' results and its claim's."""
    if checked.document is None:
        return
    derivations = {derivation.name: derivation for derivation in checked.document.derivations}
    for result in checked.result.derivations:
        yield derivations[result.name], result.steps, result.claim


@dataclass(frozen=True, slots=True)
class Coverage:
    """What became of a document's rows: those with a relation that are displayed, and chains within lines of text."""

    rows: int = 0
    read: int = 0
    defined: int = 0
    proved: int = 0
    conditional: int = 0
    refuted: int = 0
    unknown: int = 0
    not_read: int = 0
    pictures: int = 0


RowOutcome = Literal["defined", "proved", "conditional", "refuted", "unknown", "not_read"]


def step_results(checked: Checked) -> dict[tuple[str, int], StepResult]:
    """The results by derivation's name and line's number."""
    return {(derivation.name, result.index): result
            for derivation in checked.result.derivations for result in derivation.steps}


def row_outcome(row: Row, results: Mapping[tuple[str, int], StepResult]) -> RowOutcome | None:
    """What became of a row, the worst of its steps; None where none of them was asked about."""
    if row.unread is not None:
        return "not_read"
    found = {results[step].verdict.verdict for step in row.steps if step in results}
    if row.steps and not found:
        return None
    worst: tuple[tuple[VerdictName, RowOutcome], ...] = (
        ("refuted", "refuted"), ("error", "not_read"), ("unknown", "unknown"), ("conditional", "conditional"),
        ("proved", "proved"))
    return next((outcome for verdict, outcome in worst if verdict in found), "defined")


def unread_reason(row: Row, results: Mapping[tuple[str, int], StepResult]) -> Diagnostic | None:
    """Why a row was not read: it has no tree, or its tree has no meaning."""
    if row.unread is not None:
        return row.unread
    errors = (results[step].verdict for step in row.steps if step in results)
    return next((verdict.diagnostic for verdict in errors if isinstance(verdict, Error)), None)


def coverage(checked: Checked) -> Coverage | None:
    """The counts of a document's rows; None for files of other kinds."""
    if checked.document is None or checked.document.prose is None:
        return None
    results = step_results(checked)
    outcomes = [row_outcome(row, results) for row in checked.document.prose.rows if row.counts]
    counts = {name: outcomes.count(name) for name in get_args(RowOutcome)}
    rows = sum(counts.values())
    return Coverage(rows=rows, read=rows - counts["not_read"], pictures=len(checked.document.prose.pictures), **counts)


class Tally:
    """Counts results file by file, so that none has to be kept. The lines of one file, in a row, are one file."""

    def __init__(self) -> None:
        self._documents = self._derivations = self._steps = 0
        self._expected_refutations = self._unexpected = self._errors = self._faults = 0
        self._verdicts: dict[str, int] = dict.fromkeys(ORDER, 0)
        self._path: str | None = None

    def add(self, checked: Checked) -> None:
        """Count one file, or one line of a file."""
        self._documents += checked.line is None or checked.result.path != self._path
        self._path = checked.result.path
        self._errors += sum(error.severity != "fault" for error in checked.result.errors)
        self._faults += sum(error.severity == "fault" for error in checked.result.errors)
        for derivation, results, claim in matched(checked):
            self._derivations += 1
            for result in results:
                line = derivation.lines[result.index - 1]
                self._steps += result.index > 1     # line 1 has a result only as an error
                self._verdicts[result.verdict.verdict] += 1
                fine = is_expected(line.expect, result, corrected=line.correct is not None)
                self._unexpected += not fine
                self._expected_refutations += fine and isinstance(result.verdict, Refuted)
                self._faults += has_fault(result)
            if claim is not None:
                self._unexpected += not is_expected(claim_expectation(derivation), claim)
                self._faults += has_fault(claim)

    def totals(self) -> Totals:
        """The counts so far."""
        return Totals(self._documents, self._derivations, self._steps, dict(self._verdicts),
                      self._expected_refutations, self._unexpected, self._errors, self._faults)


def totals(run: Iterable[Checked]) -> Totals:
    """The counts over all files of a run."""
    tally = Tally()
    for checked in run:
        tally.add(checked)
    return tally.totals()


def exit_code(counted: Totals) -> int:
    """0 as expected, 1 some step is not, 2 something could not be read, 3 a fault of lossproof, 5 nothing checked."""
    if counted.faults:
        return EXIT_FAULT
    if counted.errors or counted.verdicts.get("error"):
        return EXIT_UNREADABLE
    if counted.unexpected:
        return EXIT_UNEXPECTED
    return EXIT_OK if counted.steps else EXIT_NOTHING
