"""Variances of sums of uncorrelated quantities: what says so, what follows, and what does not."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from small_documents import judged, outcomes
from steps import Symbols, make_step

from lossproof.kernel.uncorrelated import with_variances_apart
from lossproof.lowering import established

SYMBOLS: Final[Symbols] = {
    "n": {"kind": "size"}, "m": {"kind": "size"}, "a": {"kind": "scalar"}, "c": {"kind": "scalar"},
    "w": {"kind": "indexed", "shape": ["n"]}, "k": {"kind": "index", "upto": "n"},
    "X": {"kind": "indexed", "shape": ["n"], "assume": ["random"]},
    "Y": {"kind": "indexed", "shape": ["n"], "assume": ["random"]},
    "Z": {"kind": "scalar", "assume": ["random"]},
}
APART = "ForAll(ForAll(Eq(Covariance(X[i], X[j]), 0), (j, 1, n), Ne(i, j)), (i, 1, n))"
SUM = "Sum(Variance(X[i]), (i, 1, n))"


def follows(left: str, right: str, given: tuple[str, ...] = (APART,)) -> bool:
    """Whether a step is established under hypotheses."""
    return established(make_step(SYMBOLS, left, right, given=given)) is not None


@pytest.mark.parametrize(("left", "right"), [
    ("Variance(Sum(X[i], (i, 1, n)))", SUM),
    ("Variance(Sum(X[i], (i, 1, n))/n)", f"{SUM}/n**2"),
    ("Variance(c + a*Sum(w[i]*X[i], (i, 1, n)))", "a**2*Sum(w[i]**2*Variance(X[i]), (i, 1, n))"),
    ("Variance(-Sum(X[j], (j, 1, n)))", SUM),
    ("Variance(Sum(X[i], (i, 2, n)))", "Sum(Variance(X[i]), (i, 2, n))"),
    ("Sum(Variance(w[l]*Sum(X[i], (i, 1, n))), (l, 1, n))", f"Sum(w[l]**2, (l, 1, n))*{SUM}"),
])
def test_the_variance_of_a_sum(left: str, right: str) -> None:
    """Under the hypothesis, and not without it."""
    assert follows(left, right)
    assert not follows(left, right, ())


@pytest.mark.parametrize(("left", "right"), [
    ("Variance(Sum(X[i], (i, 1, n)))", f"2*{SUM}"), ("Variance(Sum(X[i], (i, 1, n))/n)", f"{SUM}/n"),
    ("Variance(Sum(w[i]*X[i], (i, 1, n)))", "Sum(w[i]*Variance(X[i]), (i, 1, n))"),
    # other quantities, a product with one, the same one twice, an entry for all
    ("Variance(Sum(Y[i], (i, 1, n)))", "Sum(Variance(Y[i]), (i, 1, n))"),
    ("Variance(Sum(X[i] + Y[i], (i, 1, n)))", "Sum(Variance(X[i] + Y[i]), (i, 1, n))"),
    ("Variance(Z*Sum(X[i], (i, 1, n)))", f"Z**2*{SUM}"), ("Variance(Z + Sum(X[i], (i, 1, n)))", SUM),
    ("Variance(Sum(X[k], (i, 1, n)))", "Sum(Variance(X[k]), (i, 1, n))"),
    ("Variance(Sum(X[i]**2, (i, 1, n)))", "Sum(Variance(X[i]**2), (i, 1, n))"),
    ("Variance(Product(X[i], (i, 1, n)))", "Product(Variance(X[i]), (i, 1, n))"),
    ("Variance(Sum(X[1], (i, 1, n)))", "Sum(Variance(X[1]), (i, 1, n))"),
])
def test_what_does_not_follow(left: str, right: str) -> None:
    """Wrong factors, and sums of something else."""
    assert not follows(left, right)


@pytest.mark.parametrize("given", [
    "ForAll(ForAll(Eq(Covariance(X[i], X[j]), 1), (j, 1, n), Ne(i, j)), (i, 1, n))",
    "ForAll(ForAll(Eq(Covariance(X[i], Y[j]), 0), (j, 1, n), Ne(i, j)), (i, 1, n))",
    "ForAll(ForAll(Eq(Covariance(X[i], X[j]), 0), (j, 1, m), Ne(i, j)), (i, 1, m))",
    "ForAll(ForAll(Eq(Covariance(X[i], X[j]), 0), (j, 2, n), Ne(i, j)), (i, 2, n))",
    "ForAll(ForAll(Eq(Covariance(X[i], X[j]), 0), (j, 1, n), Ne(i, j + 1)), (i, 1, n))",
    "ForAll(ForAll(Eq(Covariance(X[i], X[k]), 0), (j, 1, n), Ne(i, j)), (i, 1, n))",
    "Eq(Covariance(X[1], X[2]), 0)",
])
def test_another_hypothesis_does_not_say_it(given: str) -> None:
    """All pairs of the family, and covariances that are 0."""
    step = make_step(SYMBOLS, "Variance(Sum(X[i], (i, 1, n)))", SUM, given=(given,))
    assert with_variances_apart(step) is None


def test_a_bound_name_is_not_the_size() -> None:
    """Where n is bound, or a letter of the family's size, nothing is known of the X there."""
    for left in ("Sum(Variance(Sum(X[i], (i, 1, n))), (n, 1, m))", "Derivative(a*Variance(Sum(X[i], (i, 1, n))), a)"):
        assert with_variances_apart(make_step(SYMBOLS, left, "0", given=(APART,))) is None


TEXT = """{said}

$$ \\bar{X} = \\frac{1}{n} \\sum_{i=1}^n X_i \\; . $$

Then

$$ \\mathrm{Var}(\\bar{X}) = \\frac{1}{n^2} \\sum_{i=1}^n \\mathrm{Var}(X_i) $$
"""


@pytest.mark.parametrize("said", [
    r"Let $X_1, \ldots, X_n$ be [independent](/ind) random variables with the mean",
    r"For independent and identically distributed random variables $X_1, \dots, X_n$, the mean is",
    r"As $X_1, \ldots, X_n$ are uncorrelated, the mean is",
    r"We have $X_i \overset{\mathrm{i.i.d.}}{\sim} \mathcal{N}(\mu, \sigma^2)$ and the mean",
])
def test_what_a_text_says(tmp_path: Path, said: str) -> None:
    """The line is named on which they are said to be independent."""
    text = TEXT.replace("{said}", said)
    rows, results = judged(tmp_path, text)
    result = results[rows[-1].steps[0]]
    assert outcomes(tmp_path, text)[-1] == "conditional"
    assert 1 in [premise.span.line for premise in result.premises if premise.span]


@pytest.mark.parametrize("said", [
    r"Let $X_1, \ldots, X_n$ be random variables with the mean",
    r"Let $X_1, \ldots, X_n$ not be independent, with the mean",
    r"Let $X_1, \ldots, X_n$ be dependent random variables with the mean",
    r"If $X_1, \ldots, X_n$ are independent, that is simple. The mean is",
    r"Let $X_1, \ldots, X_n$ be linearly independent vectors with the mean",
    r"We have $X_i \sim \mathcal{N}(\mu, \sigma^2)$ and the mean",
])
def test_what_a_text_does_not_say(tmp_path: Path, said: str) -> None:
    """Without independence the variance of a sum is not known."""
    assert outcomes(tmp_path, TEXT.replace("{said}", said))[-1] in ("unknown", "defined")
