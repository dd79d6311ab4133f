"""Likelihoods by how data are said to be distributed, in documents without a notation."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_documents import outcomes

SAID = r"y \sim \mathcal{N}(\mu, s)"
COUNT = r"y \sim \mathrm{Bin}(n, x)"
VECTOR = ("---\nlossproof:\n  packs: [statistics]\n  names:\n    n: size\n    k: size\n"
          "    y: {kind: vector, shape: [n]}\n    e: {kind: vector, shape: [n]}\n    u: {kind: vector, shape: [n]}\n"
          "    \\beta: {kind: vector, shape: [k]}\n"
          "    X: {kind: matrix, shape: [n, k]}\n    V: {kind: matrix, shape: [n, n], assume: [symmetric]}\n"
          "  functions: {p: unspecified}\n---\n\n")
MODEL = r"y = X \beta + e, \; e \sim \mathcal{N}(0, V)"


def last(tmp_path: Path, *formulas: str, notation: str = "") -> str | None:
    return outcomes(tmp_path, notation + "".join(f"$$ {formula} $$\n\n" for formula in formulas))[-1]


@pytest.mark.parametrize(("said", "row", "decided"), [
    (SAID, r"p(y|\mu,s) = \mathcal{N}(y; \mu, s)", True),
    (SAID, r"p(y|\mu) = \frac{1}{\sqrt{2 \pi s}} \exp[-\frac{(y-\mu)^2}{2 s}]", True),
    (SAID, r"p(y|\mu,s) = \mathcal{N}(y; \mu, 2 s)", False),
    (SAID, r"p(y|\mu,s) = \mathcal{N}(y; -\mu, s)", False),
    (SAID, r"p(y|z) = \mathcal{N}(y; \mu, s)", False),
    (SAID, r"p(y|\mu,z) = \mathcal{N}(y; \mu, s)", False),
    (SAID, r"p(\mu|y) = \mathcal{N}(y; \mu, s)", False),
    (SAID, r"q(y|\mu,s) = \mathcal{N}(y; \mu, s)", False),
    (COUNT, r"p(y|x) = {n \choose y} x^y (1-x)^{n-y}", True),
    (COUNT, r"p(y|x) = {n \choose y} x^{n-y} (1-x)^y", False),
])
def test_the_density_of_data_is_that_of_their_distribution(
        tmp_path: Path, said: str, row: str, decided: bool) -> None:
    """Given what its parameters are made of, and nothing else."""
    assert (last(tmp_path, said, row) in ("proved", "conditional")) == decided


def test_what_varies_must_be_given(tmp_path: Path) -> None:
    """Where s has a density, or a distribution, p(y|mu) is a mean of N(y; mu, s)."""
    row = r"p(y|\mu) = \mathcal{N}(y; \mu, s)"
    assert last(tmp_path, SAID, row) in ("proved", "conditional")
    assert last(tmp_path, SAID, r"p(s) = \mathrm{Gam}(s; a, b)", row) == "defined"
    assert last(tmp_path, SAID, r"s \sim \mathrm{Gam}(a, b)", row) == "defined"


def test_what_is_said_of_two_cases_says_nothing(tmp_path: Path) -> None:
    """It is not known which of them the line is about."""
    assert last(tmp_path, SAID, r"y \sim \mathcal{N}(\mu, 2 s)", r"p(y|\mu,s) = \mathcal{N}(y; \mu, 2 s)") == "defined"


@pytest.mark.parametrize(("model", "row", "decided"), [
    (MODEL, r"p(y|\beta,V) = \mathcal{N}(y; X \beta, V)", True),
    (MODEL, r"p(y|\beta,V) = \mathcal{N}(y; X \beta, 2 V)", False),
    (MODEL, r"p(y|\beta,V) = \mathcal{N}(y; 2 X \beta, V)", False),
    (MODEL.replace("+ e", "- e"), r"p(y|\beta,V) = \mathcal{N}(y; X \beta, V)", False),
    (MODEL.replace("+ e", "+ u + e") + r", \; u \sim \mathcal{N}(0, V)",
     r"p(y|\beta,V) = \mathcal{N}(y; X \beta + u, V)", False),
])
def test_a_model_with_an_error(tmp_path: Path, model: str, row: str, decided: bool) -> None:
    """What is added to the error moves its mean; another random quantity would have to be given."""
    assert (last(tmp_path, model, row, notation=VECTOR) in ("proved", "conditional")) == decided
