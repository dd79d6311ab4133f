"""What is said of a refuted step: which one change mends the line, in words, and only lines that are proved.

Steps that stay open say what is left over and which step of a chain it is.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from steps import Symbols, judge, make_step, said

from lossproof import checker
from lossproof.derivation import Derivation, Document, Line
from lossproof.kernel.jets import OutOfBudget
from lossproof.print_text import pretty, text
from lossproof.read.expression import parse, parse_declarations
from lossproof.report.phrases import step_finding
from lossproof.search import repair, undo
from lossproof.search.sight import Budget, Sight
from lossproof.verdict import Diagnosis, EditKind, Proved, StepResult, Unknown

SYMBOLS: Symbols = {
    "x": {"kind": "scalar"}, "y": {"kind": "scalar"}, "a": {"kind": "scalar", "assume": ["positive"]},
    "b": {"kind": "scalar", "assume": ["positive"]}, "K": {"kind": "size"}, "p": {"kind": "index", "upto": "K"},
    "q": {"kind": "index", "upto": "K"}, "z": {"kind": "indexed", "shape": ["K"]},
    "t": {"kind": "indexed", "shape": ["K"]}, "A": {"kind": "matrix", "shape": ["K", "K"]},
    "B": {"kind": "matrix", "shape": ["K", "K"]}, "v": {"kind": "vector", "shape": ["K"]},
    "f": {"kind": "function"},
}
SOFTMAX = "exp(z[q])/Sum(exp(z[j]), (j, 1, K))"


NAMES = parse_declarations(SYMBOLS)


def diagnosis(left: str, right: str, relation: str = "=") -> Diagnosis:
    result = judge(SYMBOLS, left, right, relation=relation)
    assert result.verdict.verdict == "refuted", said(result)
    assert result.diagnosis is not None
    return result.diagnosis


@pytest.mark.parametrize(("left", "wrong", "kind", "mended"), [
    ("(x + y)**2", "x**2 - 2*x*y + y**2", "sign", "x**2 + 2*x*y + y**2"),
    ("Derivative(x**3, x)", "2*x**2", "number", "3*x**2"),
    ("(x + y)**2", "x**2 + x*y + y**2", "missing-factor", "x**2 + 2*x*y + y**2"),
    ("Derivative(exp(x*y), x)", "exp(x*y)", "missing-factor", "y*exp(x*y)"),
    ("Sum(z[k]*(t[k] + x), (k, 1, K))", "Sum(z[k]*t[k], (k, 1, K)) + Sum(z[k], (k, 1, K))", "missing-factor",
     "Sum(z[k]*t[k], (k, 1, K)) + x*Sum(z[k], (k, 1, K))"),
    ("Derivative(x**2/2, x)", "2*x", "extra-factor", "x"),
    ("log(a*b)", "log(a)", "missing-term", "log(a) + log(b)"),
    ("(x + y)**2", "x**2 + y**2", "missing-term", "x**2 + y**2 + 2*x*y"),
    ("Derivative(x**2 + 1, x)", "2*x + 1", "extra-term", "2*x"),
    ("Derivative(x**4, x)", "4*x**4", "exponent", "4*x**3"),
    ("Derivative(log(a), a)", "a", "exponent", "1/a"),
    ("Derivative(logsumexp(z), z[q])", "exp(z[p])/Sum(exp(z[j]), (j, 1, K))", "index", SOFTMAX),
    ("Derivative(logsumexp(z), z[q])", "exp(z[q])/Sum(exp(z[j]), (j, 2, K))", "bound", SOFTMAX),
    ("Sum(z[k], (k, 1, K)) - z[p]", "Sum(z[k], (k, 1, K), Ne(k, q))", "index", "Sum(z[k], (k, 1, K), Ne(k, p))"),
    ("Sum(z[k], (k, 1, K)) - z[p]", "Sum(z[k], (k, 1, K))", "condition", "Sum(z[k], (k, 1, K), Ne(k, p))"),
    ("Derivative(x*y + x, x)", "x + 1", "name", "y + 1"),
    ("Derivative(sin(x), x)", "sin(x)", "function", "cos(x)"),
    ("Derivative(x**2/2 - x*y, x)", "y - x", "order", "x - y"),
    ("Transpose(A@B)", "Transpose(A)@Transpose(B)", "order", "Transpose(B)@Transpose(A)"),
    ("Derivative(Dot(v, A@v), v)", "(A + A)@v", "transpose", "(Transpose(A) + A)@v"),
    ("Derivative(f(x**2), x)", "2*x*f(x**2)", "derivative", "2*x*Prime(f, x**2)"),
    ("log(exp(Sum(z[k], (k, 1, K))))", "Product(z[k], (k, 1, K))", "fold", "Sum(z[k], (k, 1, K))"),
])
def test_a_single_slip_is_named_and_the_line_mended(left: str, wrong: str, kind: str, mended: str) -> None:
    """The nearest change is found, whatever place it is at, and what it gives is proved and written as people write."""
    found = diagnosis(left, wrong)
    assert (found.edit, found.suggestion and text(found.suggestion)) == (kind, mended)
    assert found.remark
    assert judge(SYMBOLS, left, mended).verdict.verdict in ("proved", "conditional")


@pytest.mark.parametrize(("left", "relation", "right", "kind", "line"), [
    ("x**2 + 1", "<=", "2*x", "relation", "2*x"),
    ("2*x", ">=", "x**2 + 1", "relation", "x**2 + 1"),
    ("exp(x)", ">=", "2*x + 1", "extra-factor", "x + 1"),
    ("log(x)", "<=", "1 - x", "order", "x - 1"),
])
def test_inequalities_are_mended(left: str, relation: str, right: str, kind: str, line: str) -> None:
    """A relation may be turned round; then the line stands."""
    found = diagnosis(left, right, relation)
    assert (found.edit, found.suggestion and text(found.suggestion)) == (kind, line)


def test_every_kind_has_a_meaning_in_the_contract() -> None:
    """README lists the kinds that `edit` can have, all of them and no others."""
    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    listed = readme.partition("`edit` is one of")[2].partition("\n\n")[0]
    assert {kind for kind in get_args(EditKind) if f"`{kind}`" in listed} == set(get_args(EditKind))


def test_nothing_is_suggested_that_is_not_proved() -> None:
    """Where the kernel proves nothing, there is no suggestion and no kind, whatever fits at points."""
    step = make_step(SYMBOLS, "(x + y)**2", "x**2 - 2*x*y + y**2")
    assert any(text(c.line) == "x**2 + 2*x*y + y**2" for c in undo.changes(step, step.left))
    found = repair.diagnose(step, step, lambda _: False)
    assert found.suggestion is None and found.edit is None


@pytest.mark.parametrize(("left", "wrong"), [
    ("exp(x)*exp(y)", "exp(x*y)"), ("log(a + b)", "log(a) + log(b)"), ("sqrt(x**2 + y**2)", "x + y"),
])
def test_a_line_without_a_near_one_gets_no_kind(left: str, wrong: str) -> None:
    """What no single change mends is not explained away: no kind, and no mixture that only repeats the left line."""
    found = diagnosis(left, wrong)
    assert found.edit is None or found.suggestion is not None
    assert found.remark is None or "missing" not in found.remark


def test_the_same_step_gets_the_same_diagnosis() -> None:
    """Points and order derive from the step, work is counted and not timed."""
    step = make_step(SYMBOLS, "Sum((z[k] - t[k])**2, (k, 1, K))", "Sum(z[k]**2 - z[k]*t[k] + t[k]**2, (k, 1, K))")
    first, second = ([(text(c.line), c.slip.kind, c.cost) for c in undo.changes(step, step.left)] for _ in range(2))
    assert first == second != []


def test_the_search_ends_when_its_work_is_done() -> None:
    """A budget of evaluations holds for all points together, inside integrals too."""
    step = make_step(SYMBOLS, "Integral(exp(-t**2), (t, 0, a))", "a")
    point = next(iter(undo.counterexample.points(step, limit=1)))
    with pytest.raises(OutOfBudget):
        Sight(step, point, Budget(10)).fits(step.right)


def test_the_report_says_the_mistake_in_words() -> None:
    """A person reads what is wrong and what would have been right."""
    step = make_step(SYMBOLS, "(x + y)**2", "x**2 - 2*x*y + y**2")
    result = checker.check(step)
    derivation = Derivation("d", "d", (Line(step.left), Line(step.right)))
    found = step_finding(derivation, replace(result, index=2), pretty)
    assert any("the sign of -2 x y is wrong" in note for note in found.notes), found.notes
    assert any("x^2 + 2 x y + y^2 is proved equal" in help_ for help_ in found.helps), found.helps


def _chain(*lines: str) -> StepResult:
    terms = [parse(line, names=NAMES) for line in lines]
    derivation = Derivation("d", "d", tuple(Line(term) for term in terms))
    claim = checker.check_claim(Document("d", "d.jsonl", declarations=NAMES, derivations=(derivation,)), derivation)
    assert claim is not None
    return claim


def test_an_open_step_says_what_is_left_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """An unknown step carries the difference that was not shown to be 0, and the report says so."""
    monkeypatch.setattr(checker.counterexample, "points", lambda step, limit: iter(()))
    result = checker.check(make_step(SYMBOLS, "x*y + x", "x*y"))
    assert isinstance(result.verdict, Unknown)
    assert result.diagnosis is not None and result.diagnosis.residual is not None
    assert text(result.diagnosis.residual) == "-x"
    derivation = Derivation("d", "d", (Line(parse("x", names=NAMES)), Line(parse("y", names=NAMES))))
    found = step_finding(derivation, replace(result, index=2), pretty)
    assert "right - left = -x, which was not shown to be 0" in found.notes


def test_an_open_claim_names_its_open_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a step is open, the claim says which; the steps that are proved are not named."""
    def verdict(document: Document, derivation: Derivation, index: int, *_: object) -> StepResult:
        return StepResult(index, Unknown("not decided: too hard") if index == 3 else Proved(("same-line",), 1))
    monkeypatch.setattr(checker, "check_step", verdict)
    monkeypatch.setattr(checker, "check", lambda step, *_: StepResult(0, Unknown("not decided")))
    claim = _chain("zeta(a)", "zeta(b)", "zeta(x)")
    assert isinstance(claim.verdict, Unknown)
    assert [(a.what, a.outcome) for a in claim.attempts] == [
        ("the step to line 3", "not settled: not decided: too hard")]
