"""What a document says of cases, as hypotheses or in doubt: it defines nothing, and no line rests on it."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_documents import judged, outcomes

from lossproof.print_text import text as text_of
from lossproof.read.document.argument import Argument
from lossproof.verdict import Refuted

HYPOTHETICAL = [
    "Suppose for a contradiction that\n\n$$ @ $$", "Assume to the contrary that\n\n$$ @ $$",
    "Under the null hypothesis,\n\n$$ @ $$", "One might think that\n\n$$ @ $$\n\n", "The claim that $@$ is false.",
    "It is not true that\n\n$$ @ $$", "If we had $@$, all would be well.", "For example, let\n\n$$ @ $$",
    "When the sizes are equal, $@$, it is simple.", "We stop if $@$.", "Is $@$?", "In the balanced case, $@$.",
    "Es ist falsch, dass $@$ gilt.",
]
ASSERTED = [
    "Let\n\n$$ @ $$", "Suppose that\n\n$$ @ $$", "If n is even, then\n\n$$ @ $$", "Was that clear? We have\n\n$$ @ $$",
    "For all $i$ we define\n\n$$ @ $$", "This is not wrong. Now\n\n$$ @ $$", "If we define $@$, we get it.",
]


@pytest.mark.parametrize("text", HYPOTHETICAL)
def test_what_is_only_imagined(text: str) -> None:
    begin = text.index("@")
    assert Argument(text).hypothetical(begin, begin, display="$$" in text)


@pytest.mark.parametrize("text", ASSERTED)
def test_what_is_said(text: str) -> None:
    begin = text.index("@")
    assert not Argument(text).hypothetical(begin, begin, display="$$" in text)


@pytest.mark.parametrize("text", [text for text in HYPOTHETICAL if text.isascii()])
def test_what_is_only_imagined_proves_nothing(tmp_path: Path, text: str) -> None:
    """It is no definition, and no premise."""
    after = "\n\nNow\n\n$$ {0} (\\lambda - \\mu) (\\lambda + 1) = 0 $$\n"
    assert outcomes(tmp_path, text.replace("@", r"\lambda = \mu") + after.replace("{0}", ""))[-1] == "unknown"


@pytest.mark.parametrize("text", ASSERTED)
def test_what_is_said_counts(tmp_path: Path, text: str) -> None:
    after = "\n\nNow\n\n$$ (\\lambda - \\mu) (\\lambda + 1) = 0 $$\n"
    assert outcomes(tmp_path, text.replace("@", r"\lambda = \mu") + after)[-1] in ("proved", "conditional")


@pytest.mark.parametrize(("said", "follows", "outcome"), [
    (r"y_i = 2 x_i, \quad i = 1, \ldots, m", r"\sum_{i=1}^n y_i = 2 \sum_{i=1}^n x_i", "unknown"),
    (r"y_i = 2 x_i \quad \text{for } i = 1", r"\sum_{i=1}^n y_i = 2 \sum_{i=1}^n x_i", "unknown"),
    (r"y_i = 2 x_i \quad \text{for } i = n", r"\sum_{i=1}^n y_i = 2 \sum_{i=1}^n x_i", "unknown"),
    (r"y_i = 2 x_i, \quad i = 1, \ldots, n", r"\sum_{i=1}^n y_i = 2 \sum_{i=1}^n x_i", "proved"),
    (r"y_i = 2 x_i", r"\sum_{i=1}^n y_i = 2 \sum_{i=1}^n x_i", "proved"),
    (r"f(x) = 2 x \quad \text{for} \quad 0 \leq x \leq 1", r"\int_0^2 f(x) \, \mathrm{d}x = 4", "unknown"),
    (r"f(x) = 2 x \quad \text{for} \quad 0 \leq x \leq 1", r"f(2) = 4", "unknown"),
    (r"f(x) = 2 x", r"\int_0^2 f(x) \, \mathrm{d}x = 4", "proved"), (r"f(x) = 2 x", r"f(2) = 4", "proved"),
    (r"a = b \quad \Leftrightarrow \quad c = 0", r"(a - b)^2 = 0", "unknown"),
    (r"H_0: a = b", r"(a - b) c = 0", "unknown"), (r"a = b \quad \text{(false)}", r"(a - b) c = 0", "unknown"),
])
def test_what_is_said_of_some_values_defines_nothing_for_others(tmp_path: Path, said: str, follows: str,
                                                                 outcome: str) -> None:
    assert outcomes(tmp_path, f"$$ {said} $$\n\nHence\n\n$$ {follows} $$\n")[-1] == outcome


@pytest.mark.parametrize(("said", "follows", "outcome"), [
    ("f(a) = 2", "f(3) = 10", "proved"), ("f(a) = 2", "f(3) = 2", "refuted"), ("f(x) = 2", "f(3) = 10", "proved"),
    ("f(x_0) = x_0 + 1", "f(3) = 10", "proved"), (r"f(\hat{x}) = \hat{x} + 1", "f(3) = 10", "proved"),
    ("f(x) = 2", r"\frac{\mathrm{d}}{\mathrm{d}x} f(x) = 2 x", "proved"),
])
def test_a_value_is_no_further_meaning(tmp_path: Path, said: str, follows: str, outcome: str) -> None:
    """What a function is worth at a point says nothing of its other values."""
    text = f"Let $x_0$ and $\\hat{{x}}$ be values of $x$.\n\n$$ f(x) = x^2 + 1 $$\n\n$$ {said} $$\n\n$$ {follows} $$\n"
    assert outcomes(tmp_path, text)[-1] == outcome


def test_a_first_value_is_one_at_its_letter(tmp_path: Path) -> None:
    """F(m) = 1/2 says nothing of F(0), and a density that is constant is one."""
    assert outcomes(tmp_path, "$$ F(m) = 1/2 $$\n\n$$ F(0) = 0 $$\n")[-1] == "unknown"
    text = "$$ f(x) = \\frac{1}{b - a} $$\n\n$$ \\int_a^b f(x) \\, \\mathrm{d}x = 1 $$\n"
    assert outcomes(tmp_path, text)[-1] in ("proved", "conditional")


def test_a_theorem_proves_nothing_of_its_own_proof(tmp_path: Path) -> None:
    """What a proof takes from what it is to prove defines no name, and the theorem does not rest on it."""
    text = ("**Theorem:** It holds that\n\n$$ \\label{eq:t} u + v = 2 w $$\n\n**Proof:** {0}\n\n$$ u = 2 w - v $$\n\n"
            "Hence\n\n$$ u + v = 2 w $$\n")
    assert outcomes(tmp_path, text.replace("{0}", "We know"))[0] in ("proved", "conditional")
    assert outcomes(tmp_path, text.replace("{0}", "By \\eqref{eq:t},"))[0] in ("unknown", "defined")


@pytest.mark.parametrize(("said", "row"), [
    (r"\sum_{i=1}^n w_i = 1", r"\sum_{i=1}^n w_i (x_i - c) = \sum_{i=1}^n w_i x_i - c"),
    ("a + b = 1", "a b (a + b) = a b"),
    (r"x^\mathrm{T} y = 0", r"(x + y)^\mathrm{T} (x + y) = x^\mathrm{T} x + y^\mathrm{T} y"),
    (r"\sum_{i=1}^n x_i = 0", r"\sum_{i=1}^n (x_i - a)^2 = \sum_{i=1}^n x_i^2 + n a^2"),
    ("P P = P", "P P P = P"),
])
def test_nothing_is_refuted_where_what_the_text_says_does_not_hold(tmp_path: Path, said: str, row: str) -> None:
    """A hypothesis that stands before a row, displayed or not, is used; a mistake beside it stays one."""
    for before in (f"$$ {said} $$", f"Let ${said}$."):
        assert outcomes(tmp_path, f"{before}\n\nHence\n\n$$ {row} $$\n")[-1] == "conditional"
    assert outcomes(tmp_path, f"$$ {said} $$\n\nHence\n\n$$ (r + s)^2 = r^2 + s^2 $$\n")[-1] == "refuted"


def test_the_point_of_a_mistake_is_one_that_the_text_allows(tmp_path: Path) -> None:
    """Where it says a + b = 4, a mistake is not shown at a = b = 1; the line that leaves this out is named."""
    text = "We have\n\n$$ a + b = 4 $$\n\n$$ (a + b)^2 = a^2 + b^2 $$\n\n$$ (r + s)^2 = r^2 + s^2 $$\n"
    rows, results = judged(tmp_path, text)
    first, second = (results[row.steps[0]] for row in rows[1:])
    assert isinstance(first.verdict, Refuted) and isinstance(second.verdict, Refuted)
    assert first.verdict.counterexample.left == "16" and first.verdict.counterexample.right != "16"
    assert [premise.span.line for premise in first.premises if premise.span] == [3] and second.premises == ()
    values = {text_of(name): text_of(value) for name, value in first.verdict.counterexample.values}
    assert int(values["a"]) + int(values["b"]) == 4     # what line 3 tells is shown, too


def test_labels_are_their_squares(tmp_path: Path) -> None:
    """What is said of every y_i excludes the points at which it does not hold of some."""
    text = "As each is 0 or 1,\n\n$$ y_i^2 = y_i $$\n\n$$ \\sum_{i=1}^n y_i^2 = {0} \\sum_{i=1}^n y_i $$\n"
    assert outcomes(tmp_path, text.replace("{0}", "")) == ["unknown", "conditional"]
    assert outcomes(tmp_path, text.replace("{0}", "2")) == ["unknown", "refuted"]
