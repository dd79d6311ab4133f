"""Results for programs as JSON Lines, version 1: one line a step as it comes, one a claim. README has the contract.

Not trusted: it copies results. Imports the data types, `summary`, `task` (what the runner tells), the JSON report and
the printer of terms. Terms are written in the input's own syntax, so that they can be fed back. Fields are only ever
added within a version.
"""

from __future__ import annotations

import json
from dataclasses import replace

from lossproof.derivation import Derivation, Document
from lossproof.diagnostic import Diagnostic
from lossproof.print_text import text
from lossproof.report.json import Object, diagnostic_object, outcome, place
from lossproof.summary import claim_expectation, is_expected
from lossproof.task import ClaimTold, FileTold, StepTold, Told
from lossproof.term import Symbol
from lossproof.verdict import Counterexample, StepResult

__all__ = ["error_line", "lines_of"]


def lines_of(told: Told) -> list[str]:
    """The lines for what the runner tells, without line ends: of a file, its errors only."""
    match told:
        case StepTold(document, derivation, result):
            return [_written(_step(document, derivation, result))]
        case ClaimTold(document, derivation, steps, claim):
            found = _claim(document, derivation, steps, claim)
            return [] if found is None else [_written(found)]
        case FileTold(checked, name):
            return [error_line(error, name) for error in checked.result.errors]


def error_line(error: Diagnostic, name: str | None = None) -> str:
    """The line for a file, or a line of one, that could not be read; `name` is its derivation's, where it was read."""
    return _written({"id": name, "verdict": "error", "error": diagnostic_object(error), **place(error.span)})


def _written(made: Object) -> str:
    return json.dumps(made, ensure_ascii=False)


def _step(document: Document, derivation: Derivation, result: StepResult) -> Object:
    line = derivation.lines[result.index - 1]
    return {
        "id": derivation.name, "step": result.index, **_outcome(document, result),
        "expected": line.expect,
        "as_expected": is_expected(line.expect, result, corrected=line.correct is not None),
        "latex": line.latex, **place(line.span),
    }


def _claim(document: Document, derivation: Derivation, steps: tuple[StepResult, ...],
           claim: StepResult | None) -> Object | None:
    """The claim's object; a chain of one step claims what that step says. None where nothing was judged."""
    result = claim
    if result is None:
        last = [step for step in steps if step.index == len(derivation.lines)]
        if len(derivation.lines) != 2 or not last:
            return None
        result = replace(last[0], attempts=(), seconds=0.0)
    expected = claim_expectation(derivation)
    said = _outcome(document, result)
    return {
        "id": derivation.name, "claim": said.pop("verdict"), **said,
        "expected": expected, "as_expected": is_expected(expected, result), **place(derivation.span),
    }


def _outcome(document: Document, result: StepResult) -> Object:
    return outcome(result, text, lambda found: _counterexample(document, found))


def _counterexample(document: Document, found: Counterexample) -> Object:
    """The point, its values sorted by what their names are declared as."""
    sorts: Object = {"sizes": {}, "indices": {}, "values": {}}
    for name, value in found.values:
        declared = document.declarations.get(name.name) if isinstance(name, Symbol) else None
        sort = {"size": "sizes", "index": "indices"}.get("" if declared is None else declared.kind, "values")
        sorts[sort][text(name)] = text(value)
    return {**sorts, "functions": dict(found.functions), "free": list(found.free),
            "left": found.left, "right": found.right}
