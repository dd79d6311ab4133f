"""Sets, probabilities of sets and of events, and expectations, where what is said of them is linear: point by point."""

from __future__ import annotations

from pathlib import Path

import pytest
import small_documents
from steps import make_step

from lossproof import checker
from lossproof.read.document.set_terms import heads_of_sets
from lossproof.verdict import Conditional


def outcomes(tmp_path: Path, *parts: str) -> list[str | None]:
    """What became of each displayed row; what is no text stands between dollars."""
    return small_documents.outcomes(tmp_path, "\n\n".join(parts) + "\n")


@pytest.mark.parametrize("row", [
    r"A \cup (B \cap C) = (A \cup B) \cap (A \cup C)", r"A \setminus B = A \setminus (A \cap B)",
    r"A \cap \emptyset = \emptyset", r"A \cup \Omega = \Omega",
    r"p(A \cup B) = p(A) + p(B) - p(A \cap B)", r"p(A \cap B) \geq p(A) + p(B) - 1", r"p(\emptyset) = 0",
    r"p(\emptyset) = \sum_{i=1}^\infty p(\emptyset)", r"p(A \setminus B) = p(A) - p(A \cap B)",
    r"p(A \cup B \cup C) \leq p(A) + p(B) + p(C)", r"2 p(A \cap B) \leq p(A) + p(B)",
    r"p\left(\bigcup_{i=1}^n A_i\right) \leq \sum_{i=1}^n p(A_i)", r"P(A \cup B) \geq P(A)",
])
def test_what_holds_of_all_sets(tmp_path: Path, row: str) -> None:
    """It holds at each point, for 0 or 1 in place of each set."""
    assert outcomes(tmp_path, "Let $A$, $B$ and $C$ be events.", f"$$ {row} $$") == ["proved"]


FAMILY = r"$$ \sum_{i=1}^n p(A_i) + \sum_{i=1}^n p(B_i) = \sum_{i=1}^n p(B_i) + \sum_{i=1}^n p(A_i) $$"


@pytest.mark.parametrize(("row", "outcome"), [
    (r"\bigcup_{i=1}^n (C \cap A_i) = C \cap \bigcup_{i=1}^n A_i", "proved"),
    (r"\bigcup_{i=1}^n (A_i \cup C) = C \cup \bigcup_{i=1}^n A_i", "proved"),
    (r"\bigcup_{i=1}^n (A_i \cup B_i) = \bigcup_{i=1}^n A_i \cup \bigcup_{i=1}^n B_i", "proved"),
    (r"\bigcup_{i=1}^n (A_i \cap B_i) = \bigcup_{i=1}^n A_i \cap \bigcup_{i=1}^n B_i", "defined"),
    (r"\bigcap_{i=1}^n (A_i \cap B_i) = \left(\bigcap_{i=1}^n A_i\right) \cap \left(\bigcap_{i=1}^n B_i\right)",
     "proved"),
    (r"\bigcap_{i=1}^n (A_i \cup B_i) = \left(\bigcap_{i=1}^n A_i\right) \cup \left(\bigcap_{i=1}^n B_i\right)",
     "defined"),
    (r"p\left(\bigcup_{i=1}^{n} A_i \cup C\right) = p\left(\bigcup_{i=1}^{n} A_i\right) + p(C) - "
     r"p\left(\bigcup_{i=1}^{n} A_i \cap C\right)", "proved"),
])
def test_unions_over_an_index(tmp_path: Path, row: str, outcome: str) -> None:
    """What does not depend on the index stands outside; what does is not exchanged with intersections."""
    assert outcomes(tmp_path, FAMILY, f"$$ {row} $$")[-1] == outcome


@pytest.mark.parametrize("row", [
    r"A \cup (B \cap C) = (A \cup B) \cap C", r"A \cup B = A \cap B", r"A \setminus B = B \setminus A",
    r"A \cup B \cap C = A \cap C \cup B",       # which sign comes first is not said
    r"\bigcup_{i=1}^n (A_i \cap B_i) = \bigcup_{i=1}^n A_i \cap \bigcup_{i=1}^n B_i",
    r"\bigcup_{i=1}^n (B \cup A_i) = B \cap \bigcup_{i=1}^n A_i",
    r"p(A \cup B) = p(A) + p(B)", r"p(A \cup B) = p(A) + p(B) + p(A \cap B)", r"p(A \cap B) = p(A) p(B)",
    r"p(A \cap B) \geq p(A)", r"p(A \cap B) < p(A)", r"p(A \setminus B) = p(A) - p(B)", r"p(A \cup B) \geq p(A) + p(B)",
    r"p\left(\bigcup_{i=1}^n A_i\right) = \sum_{i=1}^n p(A_i)",
    r"p\left(\bigcup_{i=1}^n A_i\right) \leq \sum_{i=1}^n p(A_i) - 1",
    r"p\left(\bigcap_{i=1}^n A_i\right) \geq \sum_{i=1}^n p(A_i)",
    r"p(A \cup B) = P(A) + p(B) - p(A \cap B)",         # two functions
    r"f(A \cup B) = f(A) + f(B) - f(A \cap B)",         # no probability
    r"p(A \cup x) = p(A) + p(x) - p(A \cap x)",         # x is no event
])
def test_what_does_not_hold_of_all_sets(tmp_path: Path, row: str) -> None:
    """It is taken as said, or open; never refuted, since the text may say more of the sets."""
    [found] = outcomes(tmp_path, "Let $A$, $B$ and $C$ be events.", f"$$ {row} $$")
    assert found in ("defined", "unknown")


@pytest.mark.parametrize(("text", "row", "outcome"), [
    (r"Let $A \cap B = \emptyset$.", r"p(A \cup B) = p(A) + p(B)", "conditional"),
    (r"Let $A \cap B = \emptyset$.", r"p(A \cup B) = p(A) + 2 p(B)", "defined"),
    (r"Let $A \cap C = \emptyset$.", r"p(A \cup B) = p(A) + p(B)", "defined"),
    (r"Suppose for contradiction that $A \cap B = \emptyset$.", r"p(A \cup B) = p(A) + p(B)", "defined"),
    (r"It is wrong that $A \cap B = \emptyset$ here.", r"p(A \cup B) = p(A) + p(B)", "defined"),
    (r"Let $A \cup B = B$.", r"p(B \setminus A) = p(B) - p(A)", "conditional"),
    (r"Let $A \cup B = B$.", r"p(A \setminus B) = p(A) - p(B)", "defined"),
    (r"Let $A_i \cap A_j = \emptyset$ for all $i \neq j$.", r"p(\bigcup_{i=1}^n A_i) = \sum_{i=1}^n p(A_i)",
     "conditional"),
    (r"Let $A_i \cap A_j = \emptyset$ for all $i \neq j$.", r"p(\bigcup_{i=1}^n B_i) = \sum_{i=1}^n p(B_i)", "defined"),
    (r"Let $A_i \cap A_j = \emptyset$ for all $i \neq j$.", r"p(\bigcup_{i=1}^n A_i) = 2 \sum_{i=1}^n p(A_i)",
     "defined"),
])
def test_what_is_said_of_sets(tmp_path: Path, text: str, row: str, outcome: str) -> None:
    """Where the text says that sets do not meet, or are parts of others, of the sets in question."""
    assert outcomes(tmp_path, text, f"$$ {row} $$")[-1] == outcome


PARTITION = r"Let $B_i \cap B_j = \emptyset$ for all $i \neq j$", r" and $\bigcup_{i=1}^n B_i = \Omega$"


@pytest.mark.parametrize(("text", "row", "outcome"), [
    ("".join(PARTITION), r"p(A) = \sum_{i=1}^n p(A \cap B_i)", "conditional"),
    ("".join(PARTITION), r"p(A) = \sum_{i=1}^n p(A \cup B_i)", "defined"),
    ("".join(PARTITION), r"p(A) = \sum_{i=1}^n p(C \cap B_i)", "defined"),
    (PARTITION[0], r"p(A) = \sum_{i=1}^n p(A \cap B_i)", "defined"),
    ("Let" + PARTITION[1].removeprefix(" and"), r"p(A) = \sum_{i=1}^n p(A \cap B_i)", "defined"),
    ("Let" + PARTITION[1].removeprefix(" and"), r"p(A) \leq \sum_{i=1}^n p(A \cap B_i)", "conditional"),
])
def test_the_law_of_total_probability(tmp_path: Path, text: str, row: str, outcome: str) -> None:
    """Under both of its conditions."""
    assert outcomes(tmp_path, text + ".", f"$$ {row} $$")[-1] == outcome


def test_what_sets_are_under_a_condition(tmp_path: Path) -> None:
    """What follows from what is said before the arrow of the same row."""
    row = r"B_i \cap B_j = \emptyset \quad \Rightarrow \quad (A \cap B_i) \cap (A \cap B_j) = "
    good = row + r"A \cap (B_i \cap B_j) = A \cap \emptyset = \emptyset"
    assert outcomes(tmp_path, "Let $A$ be an event.", f"$$ {good} $$") == ["conditional"]
    wrong = row + r"A \cap (B_i \cap B_j) = A \cap \emptyset = A"
    assert outcomes(tmp_path, "Let $A$ be an event.", f"$$ {wrong} $$") != ["conditional"]


@pytest.mark.parametrize(("text", "row", "outcome"), [
    ("Let $X$ be a non-negative random variable and $a > 0$.", r"\mathrm{Pr}(X \geq a) \leq \frac{\mathrm{E}(X)}{a}",
     "conditional"),
    ("Let $X$ be a non-negative random variable and $a > 0$.", r"\mathrm{Pr}(X > a) \leq \frac{\mathrm{E}(X)}{a}",
     "conditional"),
    ("Let $X$ be a random variable and $a > 0$.", r"\mathrm{Pr}(X \geq a) \leq \frac{\mathrm{E}(X)}{a}", "defined"),
    ("Let $Y$ be a non-negative random variable, $X$ another and $a > 0$.",
     r"\mathrm{Pr}(X \geq a) \leq \frac{\mathrm{E}(X)}{a}", "defined"),
    ("Let $X$ be a non-negative random variable and $a < 0$.", r"\mathrm{Pr}(X \geq a) \leq \frac{\mathrm{E}(X)}{a}",
     "defined"),
    ("Let $X$ be a non-negative random variable and $a > 0$.", r"\mathrm{Pr}(X \leq a) \leq \frac{\mathrm{E}(X)}{a}",
     "defined"),
    ("Let $X$ be a non-negative random variable and $a > 0$.", r"\mathrm{Pr}(X \geq a) \leq \frac{\mathrm{E}(X)}{a^2}",
     "defined"),
    ("Let $X$ be a non-negative random variable and $a > 0$.", r"\mathrm{Pr}(X \geq a) < \frac{\mathrm{E}(X)}{a}",
     "defined"),
    ("Let $X$ be a random variable and $a > 0$.", r"\mathrm{Pr}(X \geq a) \leq \frac{\mathrm{E}(X^2)}{a^2}",
     "conditional"),
    ("Let $X$ be a non-negative random variable.", r"\mathrm{E}(X^2) \geq \mathrm{E}(X)", "defined"),
    ("Let $X$ be a non-negative random variable.", r"\mathrm{E}(X) \geq X", "defined"),       # X is random outside
])
def test_markovs_inequality(tmp_path: Path, text: str, row: str, outcome: str) -> None:
    """Under its conditions, of the variable of which they are said, in its direction."""
    assert outcomes(tmp_path, text, f"$$ {row} $$")[-1] == outcome


def test_what_it_rests_on_is_named(tmp_path: Path) -> None:
    """The words that say that X is not negative, and the bound of a."""
    text = "Let $X$ be a non-negative random variable and $a > 0$.\n\n$$ a \\, \\mathrm{Pr}(X \\geq a) \\leq " \
        "\\mathrm{E}(X) $$\n\n$$ a \\, \\mathrm{Pr}(X \\geq a) + \\mathrm{E}(X) \\leq 2 \\mathrm{E}(X) $$\n"
    rows, results = small_documents.judged(tmp_path, text)
    for row in rows:
        [result] = [results[step] for step in row.steps if step in results]
        assert isinstance(result.verdict, Conditional)
        assert "events" in result.verdict.laws
        assert {premise.span.line for premise in result.premises if premise.span} == {1}


@pytest.mark.parametrize(("formulas", "heads"), [
    ([r"p(A \cup B)"], {"p"}), ([r"p(A)", r"\mathrm{Pr}\left( A \cap B \right)"], {r"\mathrm{Pr}"}),
    ([r"p(A \cup B)", r"p(x)"], set()), ([r"p(A) \cup B"], set()), ([r"\exp(A \cup B)"], set()), ([r"p(x|y)"], set()),
])
def test_which_letters_stand_for_probabilities_of_sets(formulas: list[str], heads: set[str]) -> None:
    """Those that are applied to sets written with signs, and to no small letter."""
    assert heads_of_sets(formulas) == heads


@pytest.mark.parametrize(("given", "outcome"), [
    ((), "refuted"), (("Eq(a*b, 0)",), "proved"), (("a + b <= 1",), "proved"), (("Eq(a*b, 1)",), "refuted")])
def test_values_that_a_hypothesis_rules_out(given: tuple[str, ...], outcome: str) -> None:
    """They are no case of a step."""
    symbols = {name: {"kind": "scalar", "values": [0, 1]} for name in "ab"}
    found = checker.check(make_step(symbols, "a + b - a*b", "a + b", given=given))
    assert found.verdict.verdict == outcome
