"""Bounds that the text of a document says of numbers: lines rest on them, and the verdict names the place."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_documents import judged, outcomes

THEOREM = """**Theorem:** Let {words}. Then

$$ x \\leq \\frac{{y}}{{a}} $$

**Proof:** It is known that

$$ a x \\leq y $$

hence

$$ x \\leq \\frac{{y}}{{a}} \\; . $$
"""


def test_a_factor_is_divided_by_where_the_text_says_its_sign(tmp_path: Path) -> None:
    """a x <= y gives x <= y/a for a > 0; the claim rests on its proof."""
    rows, results = judged(tmp_path, THEOREM.format(words="$a > 0$"))
    [last] = rows[-1].steps
    assert [premise.span.line if premise.span else None for premise in results[last].premises] == [7, 1]
    assert outcomes(tmp_path, THEOREM.format(words="$a > 0$")) == ["conditional", "defined", "conditional"]


@pytest.mark.parametrize("words", [
    "$a$ be a number", "$a < 0$", "$a > -1$", r"$a \neq 0$", "$x > 0$ and $y > 0$",
    "$a > b$",
])
def test_another_bound_does_not_do(tmp_path: Path, words: str) -> None:
    """Dividing needs the sign itself."""
    assert outcomes(tmp_path, THEOREM.format(words=words))[-1] == "defined"


@pytest.mark.parametrize("words", ["If $a > 0$, then", "Unless $a > 0$, we have", "It is wrong that $a > 0$, and",
                                   "Is $a > 0$? Anyway", "For example, $a > 0$ and"])
def test_what_is_asked_or_said_of_a_case_is_no_premise(tmp_path: Path, words: str) -> None:
    """The line behind it is not under it, as far as the words go."""
    text = f"It is known that\n\n$$ a x \\leq y $$\n\n{words} the rest is easy.\n\nHence\n\n"
    text += "$$ x \\leq \\frac{y}{a} $$\n"
    assert outcomes(tmp_path, text)[-1] == "defined"


def test_cases_come_one_after_another(tmp_path: Path) -> None:
    """Only the nearest bounds of a name count: two cases are never taken together."""
    text = "First, $a > 2$ holds.\n\n$$ a^2 > 4 $$\n\nThen $a < 1$ is looked at.\n\n$$ a^2 > 4 $$\n\n$$ a < 2 $$\n"
    assert outcomes(tmp_path, text)[0] == outcomes(tmp_path, text)[2] == "conditional"


def test_both_ends_of_a_range_are_said_at_once(tmp_path: Path) -> None:
    """0 < p < 1 says two things of p."""
    text = "Let $0 < p < 1$ be given.\n\n$$ p^2 < p $$\n\n$$ p < 1 $$\n\n$$ p > 2 $$\n"
    assert outcomes(tmp_path, text)[1:] == ["conditional", "defined"]


def test_an_event_is_no_bound(tmp_path: Path) -> None:
    """X > a is said of what may happen, not of a number."""
    text = "Let $X$ be a random variable with $\\mathrm{E}(X) = \\mu$, and look at $X > 0$.\n\n" \
           "$$ \\mathrm{E}(X) > 0 $$\n\n$$ X \\geq 0 $$\n"
    assert "conditional" not in outcomes(tmp_path, text)
