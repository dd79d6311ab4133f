"""JSON, version 1: the fields that README promises, with values of the right kind."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from samples import checked, one_step, plain, refuted, unreadable

from lossproof.diagnostic import diagnostic
from lossproof.report.json import report, write_json
from lossproof.verdict import Error, StepResult

FORMULA = {"text": str, "latex": str}
PLACE = {"file": (str, None), "line": (int, None), "column": (int, None)}
DIAGNOSTIC = {"severity": str, "code": str, "slug": str, "message": str, "notes": [str], "helps": [str], **PLACE}
COUNTEREXAMPLE = {"values": [{"name": str, "value": str, "latex": str}], "functions": dict, "free": [str],
                  "left": str, "right": str}
OUTCOME = {
    "verdict": str, "expected": (str, None), "as_expected": bool, "conditions": [FORMULA], "laws": [str],
    "counterexample": (COUNTEREXAMPLE, None), "residual": (FORMULA, None), "remark": (str, None),
    "suggestion": (FORMULA, None), "edit": (str, None), "reason": (str, None), "code": (str, None),
    "error": (DIAGNOSTIC, None), "fault": (str, None),
    "attempts": [{"what": str, "outcome": str, "seconds": float}], "seconds": float}
STEP = {"index": int, "relation": str, "left": FORMULA, "right": FORMULA, "by": (str, None), "given": [FORMULA],
        "premises": [{**FORMULA, **PLACE}],
        **OUTCOME, "erratum": (str, None), "correct": (FORMULA, None), "correction": (str, None), **PLACE}
DERIVATION = {"name": str, "title": str, "cites": [str], "given": [FORMULA], **PLACE, "claim": (OUTCOME, None),
              "steps": [STEP]}
DOCUMENT = {
    "path": str, "title": (str, None), "source": (str, None), "language": (str, None), "errors": [DIAGNOSTIC],
    "declarations": [{"name": str, "kind": str, "says": str, "assumed": bool}],
    "quantities": [{"name": str, "left": FORMULA, "right": FORMULA, "verdict": str, "cites": [str], **PLACE}],
    "derivations": [DERIVATION],
    "coverage": (dict.fromkeys(["rows", "read", "defined", "proved", "conditional", "refuted", "unknown", "not_read",
                                "pictures"], int), None),
    "notation": (str, None),
    "rows": [{"latex": str, "counts": bool, "outcome": (str, None), "defines": [str], "remark": (str, None),
              "steps": [{"derivation": str, "index": int}], **PLACE}],
    "not_read": [{"reason": str, "code": str, "latex": str, "counts": bool, **PLACE}], "pictures": [PLACE]}
TOTALS = dict.fromkeys(["documents", "derivations", "steps", "proved", "conditional", "refuted", "unknown", "error",
                        "defined", "refuted_as_expected", "unexpected", "errors", "faults"], int)
REPORT = {"version": int, "documents": [DOCUMENT], "totals": TOTALS, "exit_code": int, "seconds": float}


def matches(value: Any, shape: Any, where: str = "report") -> None:
    """Fails where `value` does not have exactly the fields and kinds of `shape`."""
    match shape:
        case dict():
            assert isinstance(value, dict) and value.keys() == shape.keys(), f"{where}: {value}"
            for name, inside in shape.items():
                matches(value[name], inside, f"{where}.{name}")
        case [inside]:
            assert isinstance(value, list), where
            for i, item in enumerate(value):
                matches(item, inside, f"{where}[{i}]")
        case (inside, None):
            if value is not None:
                matches(value, inside, where)
        case _:
            assert isinstance(value, shape) and not (shape is int and isinstance(value, bool)), f"{where}: {value!r}"


def words(text: str) -> list[str]:
    """What stands in backticks or in double quotes."""
    return re.findall(r'`[^`]*`|"[^"]*"', text) + re.findall(r'"[^"]*"', text)


def samples() -> list[Any]:
    broken = StepResult(2, Error(diagnostic("LP108", "no meaning")))
    return [checked(plain(), refuted(True)), checked(refuted(False), one_step(broken)), unreadable()]


def test_the_report_has_exactly_the_fields_of_version_1() -> None:
    """Every kind of result: proved, conditional, refuted, unknown, error, a file that could not be read."""
    matches(json.loads(write_json(samples(), 0.5)), REPORT)


def test_readme_names_every_field() -> None:
    """The section on JSON documents the format, so no field may be missing there."""
    section = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8").split("## JSON, version 1")[1]
    section = section.split("\n## ")[0]
    verdicts = {"proved", "conditional", "refuted", "unknown"}

    def names(shape: Any) -> set[str]:
        match shape:
            case dict():
                return set(shape).union(*(names(inside) for inside in shape.values()))
            case [inside] | (inside, None):
                return names(inside)
            case _:
                return set()

    assert [name for name in names(REPORT) - verdicts if not {f"`{name}`", f'"{name}"'} & set(words(section))] == []


def test_values_are_those_of_the_step() -> None:
    """Lines as text that the reader reads, the place in the source, the point, the proved suggestion."""
    [document] = report([checked(refuted(True))], 0.5)["documents"]
    [derivation] = document["derivations"]
    step = derivation["steps"][0]
    assert (step["index"], step["file"], step["line"], step["column"]) == (2, "derivations/softmax_losses.py", 61, 9)
    assert step["right"]["text"] == "-2*yhat[p]*(1 - yhat[p])**2"
    assert (step["verdict"], step["expected"], step["as_expected"], step["correction"]) == (
        "refuted", "refuted", True, "proved")
    assert step["counterexample"]["values"][:2] == [
        {"name": "K", "value": "2", "latex": "K = 2"}, {"name": "z[1]", "value": "0", "latex": "z_1 = 0"}]
    assert step["suggestion"] == step["correct"]
    assert derivation["claim"]["expected"] == "refuted"
    assert document["quantities"][0]["left"]["text"] == "yhat[k]"


def test_totals_count_what_the_exit_code_says() -> None:
    """Errors come before steps that are not as expected."""
    made = report(samples(), 0.5)
    assert made["totals"] == {
        "documents": 3, "derivations": 4, "steps": 8, "proved": 3, "conditional": 1, "refuted": 2, "unknown": 1,
        "error": 1, "defined": 0, "refuted_as_expected": 1, "unexpected": 3, "errors": 1, "faults": 0}
    assert made["exit_code"] == 2


def test_text_is_not_escaped_to_ascii() -> None:
    """A title in Chinese stays readable."""
    assert "均方误差" in write_json([checked(plain())], 0.5)




def test_a_document_counts_its_rows_by_what_became_of_them() -> None:
    """Coverage and rows are there for documents that are read as text, in the kinds that README promises."""
    from lossproof.derivation import Document, Prose, Row
    from lossproof.diagnostic import diagnostic as made
    from lossproof.summary import Checked
    from lossproof.term import Span
    from lossproof.verdict import DocumentResult
    place = Span("notes.md", 3, 1)
    rows = (Row(place, "a = 1", place, defines=("a",)),
            Row(place, "b = (", place, unread=made("LP001", "never closed", place)),
            Row(place, "c", place, counts=False))
    document = Document("Notes", "notes.md", prose=Prose(rows, (place,), "packs: [ml]\n"))
    found = report([Checked(document, DocumentResult("notes.md", ()))], 0.5)
    matches(json.loads(json.dumps(found)), REPORT)
    assert found["documents"][0]["coverage"] == {
        "rows": 2, "read": 1, "defined": 1, "proved": 0, "conditional": 0, "refuted": 0, "unknown": 0, "not_read": 1,
        "pictures": 1}
    assert [row["reason"] for row in found["documents"][0]["not_read"]] == ["never closed"]
