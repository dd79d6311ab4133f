"""The shapes that the words of a text say."""

from __future__ import annotations

import pytest

from lossproof.read.document.said_shapes import said_shapes


@pytest.mark.parametrize(("words", "said"), [
    ("Let $X$ be an $n$-dimensional [random vector](/D/rvec) with mean $m$", r"X \in \mathbb{R}^{n}"),
    (r"where $A$ is a real $m \times n$ matrix", r"A \in \mathbb{R}^{m \times n}"),
    (r"with known $n \times p$ [design matrix](/D/x) $X$", r"X \in \mathbb{R}^{n \times p}"),
    (r"the $k$-dimensional vector $\hat{\beta}$ of weights", r"\hat{\beta} \in \mathbb{R}^{k}"),
    (r"Let $W = V^{-1}$ be a symmetric $n \times n$ matrix", r"W \in \mathbb{R}^{n \times n}"),
])
def test_shapes_are_said(words: str, said: str) -> None:
    """Of a vector by its dimension, of a matrix by its rows and columns."""
    assert list(said_shapes(words)) == [said]


@pytest.mark.parametrize("words", [
    "Let $X$ be a random vector", "if $X$ is an $n$-dimensional vector", "$X$ is not an $n$-dimensional vector",
    r"the product of $X$ and an $n \times p$ matrix", r"$X$ has the $n$-dimensional vector of means",
    r"$X$ is an $n$-dimensional vector. Later, $X$ is an $m$-dimensional vector",
    r"$X$ is a function of the $n$-dimensional vector", r"$X$ is an $n$-dimensional matrix",
    r"$I_n$ is the $n \times n$ identity matrix", r"$x$ lies in the $n$-dimensional vector space",
])
def test_other_words_say_nothing(words: str) -> None:
    """What is denied, supposed, said in two ways or of something else."""
    assert list(said_shapes(words)) == []
