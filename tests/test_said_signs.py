r"""Signs that the words of a text say: `$k$ is positive`, `a positive constant $c$`."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_inferred_documents import outcomes

from lossproof.read.document.said_signs import said_sign


@pytest.mark.parametrize(("before", "after", "sign"), [
    ("where", " is positive.", ">"), ("since $a$ and", " [are positive](/D/vm), we have", ">"),
    ("Let", " be a positive real number.", ">"), ("with a positive constant", ", we have", ">"),
    ("for some strictly negative real number", ".", "<"), ("where", " is non-negative, and", ">="),
    ("and", " is nonzero", "!="), ("Here", " and $b$ are both positive;", ">"),
])
def test_words_that_say_a_sign(before: str, after: str, sign: str) -> None:
    """Behind the name or before it; links are read as their words."""
    assert said_sign(before, after) == sign


@pytest.mark.parametrize(("before", "after"), [
    ("where", " is not positive."), ("if", " is positive"), ("where", " is positive definite."),
    ("where", " is positive if $b$ is."), ("where", " is positive for large $n$."), ("where", " be positive."),
    ("with a positive multiple of", "."), ("a positive function", "."), ("a positive definite matrix", "."),
    ("suppose that we could show that", " is positive"), ("the positive part of", " is"),
    ("where", " is positive or 0."), ("not because", " is positive."),
    ("the sum of $a$ and", " is positive."), ("the square of", " is positive."),
    ("a number", ", positive or not"), ("where", " is more positive than $b$."),
])
def test_other_words_say_nothing(before: str, after: str) -> None:
    """What is denied, supposed, restricted or said of something else."""
    assert said_sign(before, after) is None


ROWS = """We look at {words}. Then

$$ {first} $$

$$ {second} $$
"""


def test_a_sign_counts_for_later_lines(tmp_path: Path) -> None:
    """An inequality is multiplied by what is positive; the verdict rests on the words."""
    def second(words: str, right: str = "2 k") -> str | None:
        text = ROWS.format(words=words, first=r"\frac{c}{k} \leq 2", second=rf"c \leq {right}")
        return outcomes(tmp_path, text)[1][1]

    assert second("a positive number $k$") == "conditional"
    assert second("a number $k$") == "defined"
    assert second("a negative number $k$") == "defined"
    assert second("a positive number $k$", "k") == "defined"


def test_the_nearest_words_count(tmp_path: Path) -> None:
    """What is said of another case before is over."""
    text = ("Let $k$ be positive. Then\n\n$$ a k \\geq 0 $$\n\nLet $k$ be negative. Then\n\n"
            "$$ c / k \\leq 2 $$\n\n$$ c \\leq 2 k $$\n")
    assert outcomes(tmp_path, text)[-1][1] == "defined"
