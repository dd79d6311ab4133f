"""Results for programs: JSON, version 1. README describes the fields.

Not trusted: it copies results. Imports the data types, `summary`, the other report modules and the printers of terms.
Fields are only ever added within a version.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from lossproof.derivation import Definition, Derivation, Document
from lossproof.diagnostic import Diagnostic
from lossproof.print_latex import latex
from lossproof.print_text import text
from lossproof.report.phrases import describe_declaration
from lossproof.summary import (
    Checked,
    claim_expectation,
    coverage,
    exit_code,
    is_expected,
    matched,
    row_outcome,
    step_results,
    totals,
    unread_reason,
)
from lossproof.term import Entry, Span, Symbol, Term
from lossproof.verdict import Conditional, Counterexample, Defined, Error, Proved, Refuted, StepResult, Unknown

__all__ = ["VERSION", "Object", "diagnostic_object", "latex_names", "outcome", "place", "report", "write_json"]

VERSION = 1

Object = dict[str, Any]


def write_json(run: Sequence[Checked], seconds: float) -> str:
    """The report as text, indented, ending in a newline; not only ASCII."""
    return json.dumps(report(run, seconds), ensure_ascii=False, indent=2) + "\n"


def report(run: Sequence[Checked], seconds: float) -> Object:
    """The report of a run as JSON values."""
    counted = totals(run)
    return {
        "version": VERSION,
        "documents": [_document(checked) for checked in run],
        "totals": {"documents": counted.documents, "derivations": counted.derivations, "steps": counted.steps,
                   **counted.verdicts, "refuted_as_expected": counted.refuted_as_expected,
                   "unexpected": counted.unexpected, "errors": counted.errors, "faults": counted.faults},
        "exit_code": exit_code(counted),
        "seconds": round(seconds, 3),
    }


def latex_names(document: Document) -> dict[str, str]:
    """Every declared name with its author's LaTeX, "" for none: a function's sign then gives way to the name."""
    names = {entry.name: entry.latex or "" for entry in document.declarations.values()}
    return names | {entry.name: entry.latex or "" for entry in document.definitions.values()}


def _document(checked: Checked) -> Object:
    document = checked.document
    if document is None:
        return {"path": checked.result.path, "title": None, "source": None, "language": None,
                "errors": [diagnostic_object(error) for error in checked.result.errors],
                "declarations": [], "quantities": [], "derivations": [], **_prose(checked)}
    names = latex_names(document)
    return {
        "path": checked.result.path, "title": document.title, "source": document.source,
        "language": document.language,
        "errors": [diagnostic_object(error) for error in checked.result.errors],
        "declarations": [{"name": d.name, "kind": d.kind, "says": describe_declaration(d, text), "assumed": d.assumed}
                         for d in document.declarations.values()],
        "quantities": [_quantity(definition, names) for definition in document.definitions.values()],
        "derivations": [_derivation(document, derivation, steps, claim, names)
                        for derivation, steps, claim in matched(checked)],
        **_prose(checked),
    }


def _prose(checked: Checked) -> Object:
    """What is said of documents only: coverage, rows, what was not read, and the notation where it was inferred."""
    counted = coverage(checked)
    if counted is None or checked.document is None or checked.document.prose is None:
        return {"coverage": None, "notation": None, "rows": [], "not_read": [], "pictures": []}
    prose, results = checked.document.prose, step_results(checked)
    unread = [(row, found) for row in prose.rows if (found := unread_reason(row, results)) is not None]
    return {
        "coverage": asdict(counted),
        "notation": prose.notation,
        "rows": [{"latex": row.latex, "counts": row.counts, "outcome": row_outcome(row, results),
                  "defines": list(row.defines), "remark": row.remark,
                  "steps": [{"derivation": name, "index": index} for name, index in row.steps], **place(row.span)}
                 for row in prose.rows],
        "not_read": [{"reason": found.message, "code": found.code, "latex": row.latex, "counts": row.counts,
                      **place(found.span or row.span)} for row, found in unread],
        "pictures": [place(span) for span in prose.pictures],
    }


def _quantity(definition: Definition, names: Mapping[str, str]) -> Object:
    head: Term = Symbol(definition.name)
    if definition.ranges:
        head = Entry(definition.name, tuple(Symbol(r.name) for r in definition.ranges))
    return {"name": definition.name, "left": _formula(head, names), "right": _formula(definition.body, names),
            "verdict": "defined", "cites": list(definition.cites), **place(definition.span)}


def _derivation(document: Document, derivation: Derivation, steps: Sequence[StepResult], claim: StepResult | None,
                names: Mapping[str, str]) -> Object:
    expected = claim_expectation(derivation)
    made_claim = None
    if claim is not None:
        made_claim = {**_outcome(claim, names), "expected": expected, "as_expected": is_expected(expected, claim)}
    return {
        "name": derivation.name, "title": derivation.title, "cites": list(derivation.cites),
        "given": [_formula(given, names) for given in derivation.given],
        **place(derivation.span),
        "claim": made_claim,
        "steps": [_step(derivation, result, names) for result in steps],
    }


def _step(derivation: Derivation, result: StepResult, names: Mapping[str, str]) -> Object:
    line, before = derivation.lines[result.index - 1], derivation.lines[max(derivation.before(result.index) - 1, 0)]
    return {
        "index": result.index, "relation": line.relation,
        "left": _formula(before.term, names), "right": _formula(line.term, names),
        "by": line.by, "given": [_formula(given, names) for given in line.given],
        "premises": [{**_formula(premise.term, names), **place(premise.span)} for premise in result.premises],
        "expected": line.expect,
        "as_expected": is_expected(line.expect, result, corrected=line.correct is not None),
        **_outcome(result, names),
        "erratum": line.erratum,
        "correct": None if line.correct is None else _formula(line.correct, names),
        "correction": None if result.correction is None else result.correction.verdict,
        **place(line.span),
    }


def _outcome(result: StepResult, names: Mapping[str, str]) -> Object:
    return outcome(result, lambda term: _formula(term, names), lambda found: _counterexample(found, names))


def outcome(result: StepResult, formula: Callable[[Term], object],
            counterexample: Callable[[Counterexample], Object]) -> Object:
    """What a step and a claim have in common; the last two say how a term and a point are written."""
    conditions: tuple[Term, ...] = ()
    laws: tuple[str, ...] = ()
    point: Object | None = None
    error: Object | None = None
    reason: str | None = None
    code: str | None = None
    match result.verdict:
        case Proved(laws=laws):
            pass
        case Conditional(conditions=conditions, laws=laws):
            pass
        case Refuted(counterexample=found):
            point = counterexample(found)
        case Unknown() as unknown:
            reason, code = unknown.reason, unknown.code
        case Error(diagnostic=diagnostic):
            error = diagnostic_object(diagnostic)
        case Defined(reason=reason):
            pass
    known = result.diagnosis
    return {
        "verdict": result.verdict.verdict,
        "conditions": [formula(condition) for condition in conditions],
        "laws": list(laws),
        "counterexample": point,
        "residual": None if known is None or known.residual is None else formula(known.residual),
        "remark": None if known is None else known.remark,
        "suggestion": None if known is None or known.suggestion is None else formula(known.suggestion),
        "edit": None if known is None else known.edit,
        "reason": reason, "code": code, "error": error, "fault": result.fault,
        "attempts": [{"what": a.what, "outcome": a.outcome, "seconds": round(a.seconds, 4)} for a in result.attempts],
        "seconds": round(result.seconds, 4),
    }


def _counterexample(found: Counterexample, names: Mapping[str, str]) -> Object:
    return {"values": [{"name": text(name), "value": text(value), "latex": f"{latex(name, names)} = {latex(value)}"}
                       for name, value in found.values],
            "functions": dict(found.functions), "free": list(found.free),
            "left": found.left, "right": found.right}


def _formula(term: Term, names: Mapping[str, str]) -> Object:
    """A term in the input's own syntax and in LaTeX."""
    return {"text": text(term), "latex": latex(term, names)}


def place(span: Span | None) -> Object:
    """File, line and column as members of an object."""
    return {"file": None if span is None else span.file, "line": None if span is None else span.line,
            "column": None if span is None else span.column}


def diagnostic_object(found: Diagnostic) -> Object:
    """A diagnostic as JSON values."""
    return {"severity": found.severity, "code": found.code, "slug": found.slug, "message": found.message,
            "notes": list(found.notes), "helps": list(found.helps), **place(found.span)}
