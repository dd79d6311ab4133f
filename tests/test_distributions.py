"""Documents that say how something is distributed: what follows from it, and what does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from lossproof.runner import run
from lossproof.summary import row_outcome, step_results


def outcomes(tmp_path: Path, text: str) -> list[str | None]:
    """The outcome of every row that counts."""
    path = tmp_path / "notes.md"
    path.write_text(text, encoding="utf-8")
    [checked] = run([str(path)])
    assert checked.document is not None and checked.document.prose is not None
    results = step_results(checked)
    return [row_outcome(row, results) for row in checked.document.prose.rows if row.counts]


@pytest.mark.parametrize(("left", "right", "outcome"), [
    (r"\mathcal{N}(m + m, v)", r"\mathcal{N}(2 m, v)", "proved"),
    (r"\mathcal{N}(\frac{1}{n} n m, v)", r"\mathcal{N}(m, v)", "conditional"),
    (r"\mathcal{N}(m, v + v)", r"\mathcal{N}(m, 3 v)", "refuted"),
    (r"\mathcal{N}(m, v)", r"\mathrm{Gam}(m, v)", "defined"),       # of two families: nothing to compare
    (r"\chi^2(n + n - 1)", r"\chi^2(2 n - 1)", "proved"),
    (r"\mathrm{Bin}(n, m - m)", r"\mathrm{Bin}(2 n, 0)", "unknown"),     # one distribution, for all n
])
def test_distributions_of_one_family_are_compared_by_their_parameters(
        tmp_path: Path, left: str, right: str, outcome: str) -> None:
    """Equal parameters make equal distributions; others are a mistake only where the family tells them apart."""
    assert outcomes(tmp_path, rf"$$X \sim {left} = {right} \; .$$" + "\n") == [outcome]


@pytest.mark.parametrize(("factor", "outcome"), [("2", "proved"), ("3", "refuted")])
def test_equalities_beside_a_distribution_are_judged(tmp_path: Path, factor: str, outcome: str) -> None:
    """`a = b ~ N(m, v)` claims that a = b."""
    text = rf"$$x + x = {factor} x \sim \mathcal{{N}}(m, v)$$" + "\n\n"
    text += rf"$$x + x = {factor} x \neq 7$$" + "\n"
    assert outcomes(tmp_path, text) == [outcome, outcome]


def test_a_row_that_goes_on_with_a_distribution_claims_its_parameters(tmp_path: Path) -> None:
    """`X ~ N(m + m, v)`, then `~ N(2 m, v)`."""
    text = r"$$\begin{aligned} a = b &\sim \mathcal{N}(m + m, v) \\ "
    text += r"&\sim \mathcal{N}({0} m, v) = \mathcal{N}({0} m, v) \end{aligned}$$"
    assert outcomes(tmp_path, text.replace("{0}", "2")) == ["defined", "proved"]
    assert outcomes(tmp_path, text.replace("{0}", "3")) == ["defined", "refuted"]
