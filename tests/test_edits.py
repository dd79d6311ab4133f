"""Edited lines of the derivations that another evaluation shows to be wrong are refuted and never proved.

A small sample; the sweep over all lines is `python tests/edit_sweep.py`.
"""

from __future__ import annotations

import random
from functools import cache
from itertools import islice
from pathlib import Path

import edit_sweep
import pytest
import sampling
from edit_sweep import Job, Outcome
from edits import choose, edits
from steps import Symbols, make_step

from lossproof import checker
from lossproof.derivation import Document, Step
from lossproof.print_text import text
from lossproof.read.python_file import read

ROOT = Path(__file__).parent.parent
FILES = sorted((ROOT / "derivations").glob("*.py"))
RECORDED = ROOT / "tests" / "data" / "identities.jsonl"
PER_FILE = 12
RECORDED_STEPS = 60
SEED = "a sample"
LEAST_MENDED = 0.8


@cache
def document(path: Path) -> Document:
    return read(path)


@cache
def sample(path: Path) -> tuple[list[Job], list[Outcome]]:
    """Edits of a file that break their step, with what becomes of them."""
    chance = random.Random(f"{SEED}:{path.stem}")
    if path.suffix == ".py":
        every = list(edit_sweep.jobs(document(path), 2, (SEED,)))
        count = PER_FILE
    else:
        documents = list(edit_sweep.documents(path))
        every = [job for d in chance.sample(documents, RECORDED_STEPS) for job in edit_sweep.jobs(d, 1, (SEED,))]
        count = RECORDED_STEPS * 3 // 4
    chance.shuffle(every)
    tasks = list(islice((job for job in every if edit_sweep.effect(job.step, job.seed) == "broken"), count))
    verdicts: dict[str, bool] = {}
    return tasks, [edit_sweep.outcome(job, "broken", verdicts) for job in tasks]


@pytest.mark.parametrize("path", [*FILES, RECORDED], ids=lambda path: path.stem)
def test_edits_are_never_proved_where_they_change_the_value(path: Path) -> None:
    """They are refuted, at a point that the evaluation confirms where it has values there; few may stay unknown."""
    summary = edit_sweep.summarise(*sample(path))
    assert not summary.false, "\n".join(summary.false)
    assert summary.broken["proved"] == summary.broken["conditional"] == 0
    assert len(summary.not_refuted) <= 1 + summary.broken.total() // 30, "\n".join(summary.not_refuted)
    assert summary.broken.total() >= PER_FILE


@pytest.mark.parametrize("path", [*FILES, RECORDED], ids=lambda path: path.stem)
def test_the_diagnosis_finds_the_original_line(path: Path) -> None:
    """Of edits of lines that are proved, most are named by their kind, and the original line is suggested."""
    summary = edit_sweep.summarise(*sample(path))
    mended = summary.provable["mended"] + summary.provable["mended, reordered"]
    assert mended >= LEAST_MENDED * summary.provable.total() - 2, "\n".join(summary.not_mended)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_evaluation_agrees_with_the_derivations(path: Path) -> None:
    """By a way of its own it finds every step that is expected proved true, and every other one broken."""
    here = document(path)
    for derivation in here.derivations:
        for number, line in enumerate(derivation.lines[1:], 2):
            step = checker.step_of(here, derivation, number)
            outcomes = {sampling.compare(step, point) for point in islice(sampling.points(step, SEED), 4)}
            expected = "related" if line.expect == "proved" else "unrelated"
            assert outcomes == {expected}, f"{derivation.name}, line {number}"


SYMBOLS: Symbols = {"K": {"kind": "size"}, "k": {"kind": "index", "upto": "K"}, "p": {"kind": "index", "upto": "K"},
           "q": {"kind": "index", "upto": "K"}, "z": {"kind": "indexed", "shape": ["K"]},
           "y": {"kind": "indexed", "shape": ["K"]}, "x": {"kind": "scalar"}, "w": {"kind": "scalar"},
           "f": {"kind": "function"}, "A": {"kind": "matrix", "shape": ["K", "K"]},
           "v": {"kind": "vector", "shape": ["K"]}}
SOFTMAX = {"a": "FamilyOf(exp(z[k])/Sum(exp(z[j]), (j, 1, K)), (k, 1, K))"}


def step_of(left: str, right: str = "0") -> Step:
    return make_step(SYMBOLS, left, right, let=SOFTMAX)


@pytest.mark.parametrize(("line", "kind", "edited"), [
    ("x*w", "missing-factor", "x"),
    ("x + w", "missing-term", "w"),
    ("x + w", "sign", "x - w"),
    ("2*x", "number", "3*x"),
    ("x**2", "exponent", "x**3"),
    ("z[p]", "index", "z[q]"),
    ("z[p]", "name", "y[p]"),
    ("Sum(z[k], (k, 1, K))", "bound", "Sum(z[k], (k, 2, K))"),
    ("Sum(z[k], (k, 1, K), Ne(k, p))", "condition", "Sum(z[k], (k, 1, K))"),
    ("Sum(z[k], (k, 1, K))", "condition", "Sum(z[k], (k, 1, K), Ne(k, p))"),
    ("Sum(z[k]*y[k], (k, 1, K))", "index", "Sum(z[k]*y[p], (k, 1, K))"),
    ("exp(x)", "function", "logistic(x)"),
    ("Prime(f, x)", "derivative", "f(x)"),
    ("Derivative(a[p], z[p])", "index", "Derivative(a[p], z[q])"),
    ("Limit(exp(x), x, -oo)", "limit", "Limit(exp(x), x, oo)"),
    ("Transpose(A)@v", "transpose", "A@v"),
])
def test_the_slips_that_people_make_are_among_the_edits(line: str, kind: str, edited: str) -> None:
    """Each kind does what its name says."""
    step = step_of(line)
    wanted = step_of(edited).left
    assert (kind, text(wanted)) in [(e.kind, text(e.line)) for e in edits(step.left, step)]


def test_the_same_seed_chooses_the_same_edits() -> None:
    """Which edits are made depends on the line and the seed alone."""
    step = step_of("Sum(z[k]*log(a[k]), (k, 1, K)) + x*w**2")
    every = edits(step.left, step)
    assert choose(every, 9, "1") == choose(every, 9, "1") != choose(every, 9, "2")
    assert len({e.line for e in every}) == len(every)


@pytest.mark.parametrize(("left", "right", "relation"), [
    ("Derivative(a[p], z[p])", "a[p]*(1 - a[p])", "="),
    ("Derivative(a[p], z[q])", "a[p]*(KroneckerDelta(p, q) - a[q])", "="),
    ("Derivative(Sum(a[k]**2, (k, 1, K)), a[p])", "2*a[p]", "="),
    ("Derivative(x*a[p], a[p])", "x", "="),
    ("Derivative(f(x**2), x)", "2*x*Prime(f, x**2)", "="),
    ("Limit(x/(1 + Abs(x)), x, oo)", "1", "="),
    ("Limit(a[p], z[p], oo)", "1", "="),
    ("Limit(xlogy(x, x), x, 0, '+')", "0", "="),
    ("Subs(Derivative(x**3, x), x, 2)", "12", "="),
    ("Derivative(Dot(v, v), v)", "2*v", "="),
    ("(A@v)[p]", "Sum(A[p, k]*v[k], (k, 1, K))", "="),
    ("Sum(1, (k, 3, 2))", "0", "="),
    ("Sum(a[k], (k, 1, K), Ne(k, p)) + a[p]", "1", "="),
    ("logistic(x)", "1", "<"),
])
def test_the_evaluation_knows_these(left: str, right: str, relation: str) -> None:
    """Facts of calculus by hand, each at several points: derivatives by entries and quantities, limits, arrays."""
    step = make_step(SYMBOLS, left, right, let=SOFTMAX, relation=relation)
    outcomes = [sampling.compare(step, point) for point in islice(sampling.points(step, SEED), 5)]
    assert outcomes == ["related"] * 5


@pytest.mark.parametrize(("left", "right"), [
    ("Derivative(a[p], z[p])", "a[p]*(1 + a[p])"),
    ("Derivative(z[k], z[p])", "1"),
    ("sin(x)**2 + cos(x)**2", "1 + 10**-8"),
    ("Limit(a[p], z[p], oo)", "9/10"),
    ("A@v", "Transpose(A)@v"),
])
def test_the_evaluation_tells_these_apart(left: str, right: str) -> None:
    """What differs somewhere is found to differ within a few points."""
    step = step_of(left, right)
    assert "unrelated" in {sampling.compare(step, point) for point in islice(sampling.points(step, SEED), 12)}


@pytest.mark.parametrize("line", ["1/(x - x)", "log(-Abs(x))", "z[K + 1]", "Limit(1/x, x, 0)", "sqrt(-1 - x**2)"])
def test_the_evaluation_gives_no_value_where_there_is_none(line: str) -> None:
    """Division by zero, logarithms and roots of what is negative, entries outside, limits that do not exist."""
    step = step_of(line)
    assert {sampling.compare(step, point) for point in islice(sampling.points(step, SEED), 4)} == {"unclear"}
