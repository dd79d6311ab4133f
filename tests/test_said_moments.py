"""Means and variances that the words of a text say: `a random variable $X$ with mean $\\mu$`."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_documents import judged, outcomes

from lossproof.read.document.moments import moment_of

ROW = r"\mathrm{E}[(X - \mu)^2] = \mathrm{Var}(X)"


@pytest.mark.parametrize(("before", "found"), [
    ("Let $X$ be a random variable with mean", ("expectation", "X")),
    ("for a [random variable](/D/rvar) $X$ with [expected value](/D/mean)", ("expectation", "X")),
    (r"a random vector $y_i$ with mean vector", ("expectation", "y_i")),
    (r"Let $X$ be a real-valued random variable with unknown mean $\mu$ and variance", ("variance", "X")),
    (r"a random variable $X$ having the finite variance", ("variance", "X")),
    (r"Let $X$ be an $n$-dimensional [random vector](/D/rvec) with mean $\mu$ and [covariance](/D/covmat)",
     ("covariance", "X")),
    (r"a random vector $X$ with mean $m$ and covariance matrix", ("covariance", "X")),
])
def test_the_words_lead_to_the_value(before: str, found: tuple[str, str]) -> None:
    """The function and the variable; links are read as their words."""
    assert moment_of(before) == found


@pytest.mark.parametrize("before", [
    "Let $X$ be a random variable with median", "a random variable $X$ with sample mean", "no variable $X$ with mean",
    "if there were a random variable $X$ with mean", "a random variable $X$ whose mode, not the mean, is",
    r"a random variable $X$ with mean $\mu$, mode", "a random variable $X$. Now take the mean",
    r"random vectors $X$ and $Y$ with covariance", r"the vectors $X$, $Y$ with covariance matrix",
    r"a random variable $X$ with the mean of $Y$ and mean", "a random variable $X$ with mean of", "mean",
])
def test_other_words_say_nothing(before: str) -> None:
    """A mean of something else, another value, or one that is denied."""
    assert moment_of(before) is None


def test_a_variance_is_about_the_mean_that_is_said(tmp_path: Path) -> None:
    """The verdict names the line; without the words, mu may be any number."""
    text = f"Let $X$ be a random variable with mean $\\mu$. Then\n\n$$ {ROW} $$\n"
    rows, results = judged(tmp_path, text)
    assert outcomes(tmp_path, text) == ["conditional"]
    assert [premise.span.line for premise in results[rows[0].steps[0]].premises if premise.span] == [1]
    assert outcomes(tmp_path, text.replace("with mean", "with mode")) != ["conditional"]
    assert outcomes(tmp_path, text.replace("Var}(X)", "Var}(X) + \\mu"))[0] in ("unknown", "defined")


def test_mean_and_variance_are_said_together(tmp_path: Path) -> None:
    """E[X^2] by both."""
    text = ("Let $X$ be a random variable with mean $\\mu$ and variance $\\sigma^2$. Then\n\n"
            "$$ \\mathrm{E}[X^2] = \\mu^2 + \\sigma^2 $$\n")
    assert outcomes(tmp_path, text)[0] in ("conditional", "proved")
    assert outcomes(tmp_path, text.replace("+ \\sigma^2", "- \\sigma^2"))[0] in ("unknown", "defined")


def test_mean_and_covariance_of_a_vector(tmp_path: Path) -> None:
    """The expectation of a quadratic form, by words that say shapes, mean and covariance matrix."""
    text = ("Let $X$ be an $n$-dimensional random vector with mean $m$ and covariance $C$, and let $A$ be a symmetric "
            "$n \\times n$ matrix. Then\n\n$$ \\mathrm{E}[X X^T] = C + m m^T $$\n\n"
            "$$ \\mathrm{E}[X^T A X] = \\mathrm{E}[\\mathrm{tr}(A X X^T)] $$\n")
    assert outcomes(tmp_path, text) == ["conditional", "proved"]
    assert outcomes(tmp_path, text.replace("C + m", "C - m"))[0] in ("unknown", "defined")
    assert outcomes(tmp_path, text.replace("covariance $C$", "mode $C$"))[0] in ("unknown", "defined")
    assert outcomes(tmp_path, text.replace("A X X^T", "X^T X"))[1] in ("unknown", "defined")


def test_covariance_matrices_by_their_letters(tmp_path: Path) -> None:
    """Sigma_{XY} is that of two random vectors, in this order."""
    row = r"\mathrm{E}[(X + Y) (X + Y)^T] - \mathrm{E}[X + Y] \mathrm{E}[X + Y]^T = "
    whole = r"\Sigma_{XX} + \Sigma_{YY} + \Sigma_{XY} + \Sigma_{YX}"
    cross = r"\mathrm{E}[X Y^T] - \mathrm{E}[X] \mathrm{E}[Y]^T = \Sigma_{XY}"
    words = "Let $X$ be an $n$-dimensional random vector. Let $Y$ be an $n$-dimensional random vector.\n\n"

    def two(first: str, second: str) -> list[str]:
        return [str(outcome) for outcome in outcomes(tmp_path, f"{words}$$ {row} {first} $$\n\n$$ {second} $$\n")]

    assert two(whole, cross) == ["proved", "proved"]
    assert two(whole, cross.replace("_{XY}", "_{YX}"))[1] == "unknown"
    assert two(whole.replace("_{XY}", "_{YX}"), cross)[0] == "unknown"
