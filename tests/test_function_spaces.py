"""Divergences and entropies of functions that are named without their argument, over the set that a line writes."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_documents import outcomes

DECIDED = ("proved", "conditional")


def chain(first: str, second: str) -> str:
    return rf"""Consider densities $p(x)$ and $q(x)$.

$$
\begin{{split}}
&{first} \\
= \; &{second} \\
\end{{split}}
$$
"""


SUM = r"\sum_{x \in \mathcal{X}} "
OVER = r"\int_{\mathcal{X}} "


@pytest.mark.parametrize(("first", "second"), [
    (r"2 \, \mathrm{KL}[P||Q]", r"2 " + SUM + r"p(x) \cdot \log \frac{p(x)}{q(x)}"),
    (r"2 \, \mathrm{KL}[q||p]", r"2 " + SUM + r"q(x) \cdot \log \frac{q(x)}{p(x)}"),
    (r"\mathrm{KL}[t p + (1-t) q||q]",
     SUM + r"\left( t p(x) + (1-t) q(x) \right) \cdot \log \frac{t p(x) + (1-t) q(x)}{q(x)}"),
    (OVER + r"f(x) \log \frac{f(x)}{g(x)} \, \mathrm{d}x", r"\mathrm{KL}[f||g]"),
    (OVER + r"f(x) \log f(x) \, \mathrm{d}x", r"- \mathrm{h}[f(x)]"),
])
def test_the_sum_that_a_functional_is(tmp_path: Path, first: str, second: str) -> None:
    assert outcomes(tmp_path, chain(first, second))[-1] in DECIDED


def test_what_only_says_the_usual_is_a_definition(tmp_path: Path) -> None:
    assert outcomes(tmp_path, chain(r"\mathrm{KL}[p||q]", SUM + r"p(x) \cdot \log \frac{p(x)}{q(x)}")) == ["defined"]


@pytest.mark.parametrize(("first", "second"), [
    (r"2 \, \mathrm{KL}[p||q]", r"2 " + SUM + r"p(x) \cdot \log \frac{q(x)}{p(x)}"),
    (r"2 \, \mathrm{KL}[p||q]", r"2 " + SUM + r"q(x) \cdot \log \frac{p(x)}{q(x)}"),
    (r"2 \, \mathrm{KL}[p||r]", r"2 " + SUM + r"p(x) \cdot \log \frac{p(x)}{q(x)}"),
    (r"\mathrm{KL}[t p + (1-t) q||q]", SUM + r"\left( t p(x) + (1-t) q(x) \right) \cdot \log \frac{t p(x)}{q(x)}"),
    (r"\mathrm{KL}[p||q]", SUM + r"p(x) \cdot \log \frac{p(x)}{q(x)} + "
     r"\sum_{x \in \mathcal{Y}} p(x) \cdot \log \frac{p(x)}{q(x)}"),
    (OVER + r"f(x) \log f(x) \, \mathrm{d}x", r"\mathrm{h}[f(x)]"),
    (OVER + r"f(x) \log f(x) \, \mathrm{d}x", r"- \mathrm{h}[g(x)]"),
    (OVER + r"f(x) \log \frac{f(x)}{g(x)} \, \mathrm{d}x", r"\mathrm{KL}[g||f]"),
])
def test_what_a_functional_is_not(tmp_path: Path, first: str, second: str) -> None:
    """Another order, another function, another sign; sums over two sets say nothing of which one is meant."""
    assert outcomes(tmp_path, chain(first, second))[-1] not in DECIDED
