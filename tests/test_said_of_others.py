"""What a text says in words counts for what it is said of, from there on, until the same name is something else."""

from __future__ import annotations

from pathlib import Path

import pytest
import small_documents

from lossproof.read.document.bars import others_than_means
from lossproof.read.document.introductions import about
from lossproof.read.document.pieces import Text
from lossproof.read.document.wording import Wording


def display(*rows: str) -> str:
    return "$$\n\\begin{split}\n" + " \\\\\n".join(rows) + "\n\\end{split}\n$$"


def outcomes(tmp_path: Path, *parts: str) -> list[str | None]:
    """What became of each displayed row."""
    return small_documents.outcomes(tmp_path, "\n\n".join(parts) + "\n")


@pytest.mark.parametrize(("text", "row", "outcome"), [
    ("Let $X$ be a continuous random variable.", r"\mathrm{Pr}(X < x) = F_X(x)", "conditional"),
    ("Let $Y$ be a continuous random variable and let $X$ be a Bernoulli variable.", r"\mathrm{Pr}(X < x) = F_X(x)",
     "unknown"),
    ("The variable $X$ differs from a continuous random variable $Y$.", r"\mathrm{Pr}(X < x) = F_X(x)", "unknown"),
    ("Let $Y$ and $X$ be continuous random variables.", r"\mathrm{Pr}(X < x) = F_X(x)", "conditional"),
    ("Let $X$ have the density $f_X(x)$ and let $Y$ be a discrete random variable.", r"\mathrm{Pr}(X = x) = f_X(x)",
     "unknown"),
    ("Let $X$ be no member of $B$, in contrast to a discrete random variable.", r"\mathrm{Pr}(X = x) = f_X(x)",
     "unknown"),
    ("Let $X$ be a discrete random variable.\n\nNow let $X$ be a continuous random variable.",
     r"\mathrm{Pr}(X = x) = f_X(x)", "unknown"),
    ("Let $X$ be a continuous random variable.\n\n# Next\n\nLet $X$ be a random variable with two values.",
     r"\mathrm{Pr}(X < x) = F_X(x)", "unknown"),
    ("Let $X$ be a continuous random variable.\n\n# Next\n\nWe go on.", r"\mathrm{Pr}(X < x) = F_X(x)", "conditional"),
])
def test_of_which_variable_a_kind_is_said(tmp_path: Path, text: str, row: str, outcome: str) -> None:
    """The one beside the words, in the present section."""
    left, right = row.split(" = ") if "X = x" not in row else (r"\mathrm{Pr}(X = x)", "f_X(x)")
    found = outcomes(tmp_path, text, display(r"0 &\leq F_X(x)", r"0 &\leq f_X(x)"),
                     display(f"2 + {left} &= 2 + {right}"))
    assert found[-1] == outcome


@pytest.mark.parametrize(("sentence", "words", "found"), [
    ("Let $X$ and $Y$ be discrete variables", "discrete variables", ["Y", "X"]),
    ("Let $X$ and $Y$ differ from discrete variables $U$", "discrete variables", ["U"]),
    ("Let $Y$ be a discrete variable, $X$ a number", "discrete variable", ["Y"]),
    ("Beside $Y$ there is a discrete variable, $X$ a number", "discrete variable", []),
    ("Let $n$ be a number and $X$ an $n$-dimensional discrete vector", "discrete vector", ["X"]),
    ("Let $X$ be an $n$-dimensional discrete vector", "discrete vector", ["X"]),
    ("a discrete variable $U$ and $V$", "discrete variable", ["U"]),
    ("$X$ is unlike a discrete variable", "discrete variable", []),
])
def test_what_words_are_about(sentence: str, words: str, found: list[str]) -> None:
    """What stands beside them with known words between."""
    begin = sentence.index(words)
    assert about(sentence, begin, begin + len(words), one=False) == found


UP = "Let $g$ be strictly increasing."


@pytest.mark.parametrize(("before", "between", "course"), [
    (UP, "", "increasing"), ("", UP, None), (UP, "Next, assume that $g$ decreases.", None),
    (UP, "Now let $g$ be any function.", None), (UP, "Now let $h$ be any function.", "increasing"),
    (UP, "Then let $Y = g(X)$.", "increasing"), ("Let $g$ be a function.", "", None),
    ("Let $g$ be a strictly decreasing function.", "\n\n" + UP, None),
])
def test_how_a_function_runs_from_a_line_on(before: str, between: str, course: str | None) -> None:
    """What is said behind the line, or before the function is brought in again, does not count."""
    text = f"{before}\n{between if before else ''}\nHere.\n{between if not before else ''}\n"
    found = Wording(Text("t.md", text)).at(text[:text.index("Here")].count("\n") + 1).course("g")
    assert (None if found is None else found[0]) == course


SPREAD = display(r"q &= 1 + \mathrm{Var}(\sum_{i=1}^n Y_i)", r"&= 1 + \sum_{i=1}^n \mathrm{Var}(Y_i)")


@pytest.mark.parametrize(("text", "outcome"), [
    ("Let $Y_1, \\ldots, Y_n$ be independent.", "conditional"),
    ("Some believe that $Y_1, \\ldots, Y_n$ are independent.", "unknown"),
    ("The $Y_1, \\ldots, Y_n$ are independent in name, yet they are correlated.", "unknown"),
    ("Let $Y_1, \\ldots, Y_n$ be independent.\n\n# Next\n\nLet $Y_1, \\ldots, Y_n$ be a process.", "unknown"),
    ("Let $Y_1, \\ldots, Y_n$ be independent.\n\n# Next\n\nLet $Z_1, \\ldots, Z_n$ be a process.", "conditional"),
    ("Let $Y_1, \\ldots, Y_n$ be independent.\n\n# Next\n\nLet $Y_1, \\ldots, Y_n$ be as above.", "conditional"),
])
def test_independence_is_said_of_one_section(tmp_path: Path, text: str, outcome: str) -> None:
    """Where the same letters are brought in behind a heading, they are other variables."""
    assert outcomes(tmp_path, text, SPREAD)[-1] == outcome


def test_a_distribution_that_is_denied_is_not_taken(tmp_path: Path) -> None:
    """Nor one that is supposed to be refuted, nor that of a variable of the same name before the heading."""
    def found(text: str) -> str | None:
        return outcomes(tmp_path, text, display(r"q &= 3 \mathrm{E}(X^2) + 1", "&= 4"))[-1]
    assert found(r"Let $X \sim \mathcal{N}(0,1)$.") == "proved"
    assert found(r"It is false that $X \sim \mathcal{N}(0,1)$.") == "unknown"
    assert found(r"Suppose for contradiction that $X \sim \mathcal{N}(0,1)$.") == "unknown"
    assert found("Let $X \\sim \\mathcal{N}(0,1)$.\n\n# Next\n\nLet $X$ be a random variable.") == "unknown"
    assert found("Let $X \\sim \\mathcal{N}(0,1)$.\n\n# Next\n\nWe go on.") == "proved"


def test_a_value_of_an_expectation_is_of_one_section(tmp_path: Path) -> None:
    """What E(X) is said to be is not what it is of another X."""
    begun = "# One\n\nLet $X$ be a variable.\n\n$$ \\mathrm{E}(X) = p $$\n\n# Two\n\n"
    row = r"$$ s = 2 \mathrm{E}(X) = 2 p $$"
    assert outcomes(tmp_path, begun + "We go on.", row)[-1] == "proved"
    assert outcomes(tmp_path, begun + "Let $X$ be a variable.", row)[-1] == "unknown"


def test_a_value_of_an_expectation_that_is_said_later(tmp_path: Path) -> None:
    """A line that needs it is conditional on it, and it does not rest on that line itself."""
    rows = r"$$ s = 2 \mathrm{E}(X) = 2 p $$", r"$$ \mathrm{E}(X) = p $$"
    assert outcomes(tmp_path, "Let $X$ be a variable.", *rows) == ["conditional", "defined"]


@pytest.mark.parametrize(("text", "letters"), [
    (r"Let $\bar{x}$ be the median of it.", {"x"}), (r"Let $\bar{x}$ be the mean.", set()),
    (r"where $\bar{x}$ and $\bar{y}$ are the sample means", set()), (r"Here $\bar{y} = 1 - y$.", {"y"}),
    (r"Let $\bar x = \frac{1}{n} \sum_i x_i$.", set()), (r"the weighted mean $\bar{x}$ is", {"x"}),
    (r"We need $\bar{x}$ and its variance.", set()), (r"the average $\bar{x}$", set()),
    (r"with $\bar{x}$ and $\bar{y}$ being known", set()), (r"Let $\bar{x}$ denote the maximum", {"x"}),
])
def test_a_bar_that_is_no_mean(text: str, letters: set[str]) -> None:
    """Only where the words say so."""
    assert others_than_means(text) == letters


def test_a_bar_that_is_no_mean_has_no_such_meaning(tmp_path: Path) -> None:
    """Deviations from a median do not sum to 0."""
    rows = display(r"q &= \sum_{i=1}^n (x_i - \bar{x})", "&= 0")
    assert outcomes(tmp_path, r"Let $\bar{x}$ be the mean of the $x_i$.", rows)[-1] == "proved"
    assert outcomes(tmp_path, r"Let $\bar{x}$ be the median of the $x_i$.", rows)[-1] == "unknown"
