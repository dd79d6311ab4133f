"""What is said again of a name, judged by what other lines say that it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_inferred_documents import outcomes

THEOREM = r"""**Theorem:** It holds that

$$ \label{eq:claim} Q = {claim} $$

**Proof:** By definition,

$$ Q = {first} $$

{words}

$$ Q = {second} $$
"""


def claimed(tmp_path: Path, claim: str, second: str, *, first: str = "h(a)", words: str = "that is to say") -> str:
    """The outcome of a theorem whose proof says in two ways what the name is."""
    text = THEOREM.replace("{claim}", claim).replace("{first}", first).replace("{second}", second).replace(
        "{words}", words)
    return str(outcomes(tmp_path, text)[0][1])


def test_a_theorem_may_rest_on_a_further_meaning_in_its_proof(tmp_path: Path) -> None:
    """What h(a) is nobody says; the second line says what Q is, and the theorem follows from that."""
    assert claimed(tmp_path, "3 (a + b)", "3 a + 3 b") == "conditional"
    assert claimed(tmp_path, "(a + b)^2", "a^2 + 2 a b + b^2") == "conditional"


@pytest.mark.parametrize("second", ["3 a - 3 b", "3 a + b", "a + b", "3 a + 3 b + 1"])
def test_it_must_follow_from_that_meaning(tmp_path: Path, second: str) -> None:
    """A proof that arrives at something else proves nothing."""
    assert claimed(tmp_path, "3 (a + b)", second) == "defined"


def test_it_does_not_rest_on_its_own_words(tmp_path: Path) -> None:
    """A proof that ends with what is to be proved, and is not seen to get there, proves nothing."""
    assert claimed(tmp_path, "3 a + 3 b", "3 a + 3 b") == "defined"


def test_it_does_not_rest_on_what_points_to_it(tmp_path: Path) -> None:
    """What follows from the theorem does not prove it."""
    assert claimed(tmp_path, "3 (a + b)", "3 a + 3 b", words=r"By \eqref{eq:claim} we have") == "defined"


def test_a_first_meaning_that_it_contradicts_stands_against_it(tmp_path: Path) -> None:
    """Where the two meanings differ, one of the two lines is wrong, or they are about two things."""
    assert claimed(tmp_path, "3 (a + b)", "3 a + 3 b", first="a + b") == "defined"


@pytest.mark.parametrize(("first", "outcome"), [("p + q", "defined"), (r"\mathrm{Var}(X - 1)", "conditional")])
def test_a_first_value_of_a_variance_stands_against_it_too(tmp_path: Path, first: str, outcome: str) -> None:
    """What is random on one side only is compared by its value, where it has one."""
    text = THEOREM.replace(" Q = ", r" \mathrm{Var}(X) = ").replace("{claim}", "2 (p + q)").replace(
        "{first}", first).replace("{second}", "2 p + 2 q").replace("{words}", "that is to say")
    assert outcomes(tmp_path, text)[0][1] == outcome


def test_it_does_not_rest_on_the_proof_of_another_theorem(tmp_path: Path) -> None:
    """The name may be another one there."""
    text = THEOREM.replace("{claim}", "3 (a + b)").replace("{first}", "h(a)").replace("{second}", "k(a)").replace(
        "{words}", "and so")
    other = "\n\n**Theorem:** It holds that\n\n$$ P = a $$\n\n**Proof:** We have\n\n$$ Q = 3 a + 3 b $$\n"
    assert outcomes(tmp_path, text + other)[0][1] == "defined"


@pytest.mark.parametrize(("last", "outcome"), [("3 (a + b)", "conditional"), ("3 (a - b)", "defined")])
def test_what_is_said_again_may_rest_on_an_earlier_meaning(tmp_path: Path, last: str, outcome: str) -> None:
    """Q = k(b) says nothing that could be compared; the line before it does."""
    rows = ["Q = h(a)", "Q = 3 a + 3 b", "Q = k(b)", f"Q = {last}"]
    assert outcomes(tmp_path, "\n\n".join(f"$$ {row} $$" for row in rows))[3][1] == outcome


def test_another_section_is_about_something_else(tmp_path: Path) -> None:
    """The earlier meaning stood under another heading."""
    rows = ["# One\n\n$$ Q = 3 a + 3 b $$", "# Two\n\n$$ Q = k(b) $$", "$$ Q = 3 (a + b) $$"]
    assert outcomes(tmp_path, "\n\n".join(rows))[2][1] == "defined"
