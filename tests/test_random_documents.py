"""Expectations in documents: which letters are random, what follows from what they are, what is taken as said."""

from __future__ import annotations

from pathlib import Path

import pytest
import small_documents

from lossproof.read.document.random_names import random_letters
from lossproof.read.document.survey import laid_out

DECLARED = """---
lossproof:
  packs: [statistics]
  names:
    X: {kind: scalar, assume: [random]}
    Y: {kind: scalar, assume: [random]}
    a: scalar
    b: scalar
    m: scalar
---

"""


def outcomes(tmp_path: Path, *rows: str, notation: str = "") -> list[str | None]:
    """What became of each row, one formula each."""
    return small_documents.outcomes(tmp_path, notation + "\n\n".join(f"$$ {row} $$" for row in rows) + "\n")


@pytest.mark.parametrize(("formula", "letters"), [
    (r"\mathrm{E}(aX + b) = \mu", {"X"}),
    (r"\mathrm{Cov}(X_i, Y) - \mathrm{E}[\bar{y}]", {"X", "Y", r"\bar{y}"}),
    (r"\mathrm{E}[ X^\mathrm{T} A X ]", {"X"}),
    (r"\mathrm{E}[ \mathrm{tr}(A) ] = \mathrm{E}[ \sum_{i=1}^n a_{ii} ]", {"A", "a"}),
    (r"\mathrm{Var}(p) = -p^2 + p", set()),
    (r"X + Y", set()),
])
def test_which_letters_are_random(formula: str, letters: set[str]) -> None:
    """Late capitals, data and estimates under an expectation; what is left where there is none of these."""
    assert random_letters(laid_out([formula])) == letters


def test_what_expectations_are_is_known(tmp_path: Path) -> None:
    """A first row that says what an expectation is, is judged; so are the steps that follow."""
    assert outcomes(
        tmp_path, r"\mathrm{Var}(aX+b) = a^2 \mathrm{Var}(X)", r"\mathrm{Var}(X) = \mathrm{E}[ (X-\mathrm{E}(X))^2 ]",
        r"\mathrm{E}[ (X-\mathrm{E}(X))^2 ] = \mathrm{E}(X^2) - 2 \mathrm{E}(X) \mathrm{E}(X) + \mathrm{E}(X)^2",
        r"\mathrm{Var}(X) \geq 0") == ["proved"] * 4


def test_a_guess_refutes_nothing(tmp_path: Path) -> None:
    """What is random is guessed, and what is independent is said in words."""
    rows = (r"\mathrm{E}(X Y) + 1 = \mathrm{E}(X) \mathrm{E}(Y) + 1", r"\mathrm{Var}(X) \geq 1")
    assert outcomes(tmp_path, *rows)[0] == "unknown"
    assert "refuted" not in outcomes(tmp_path, *rows)


def test_what_is_declared_is_refuted(tmp_path: Path) -> None:
    """Under a notation of its own, a document that is wrong about all distributions is told so."""
    assert outcomes(tmp_path, r"\mathrm{E}(X Y) + 1 = \mathrm{E}(X) \mathrm{E}(Y) + 1",
                    r"\mathrm{E}(aX + b) + 1 = a \mathrm{E}(X) + b + 1", notation=DECLARED) == ["refuted", "proved"]


def test_what_is_not_declared_random_is_read_as_it_is_set(tmp_path: Path) -> None:
    """E(a) of a constant would be a: without a random name in it, nothing is said of it."""
    assert outcomes(tmp_path, r"\mathrm{E}(a) + 1 = m + 1", notation=DECLARED) == ["unknown"]


def test_values_of_expectations_are_used(tmp_path: Path) -> None:
    """A mean that a text gives is defined, also for every index; what rests on it follows, and nothing else does."""
    rows = (r"\mathrm{E}(y_i) = \mu, \quad i = 1, \ldots, n",
            r"\frac{1}{n} \sum_{j=1}^n \mathrm{E}(y_j) + 1 = \frac{1}{n} \sum_{i=1}^n \mu + 1",
            r"\mathrm{E}(y_1) + 1 = \mu + 2")
    assert outcomes(tmp_path, *rows) == ["defined", "proved", "unknown"]


def test_an_index_in_a_value_is_not_fixed(tmp_path: Path) -> None:
    """Where the mean of y_i is p_i, the means do not sum to n p_i."""
    rows = (r"\mathrm{E}(y_i) = p_i", r"\sum_{i=1}^n \mathrm{E}(y_i) + 1 = \sum_{i=1}^n p_i + 1",
            r"\sum_{i=1}^n \mathrm{E}(y_i) + 1 = n p_i + 1")
    assert outcomes(tmp_path, *rows)[1:] == ["proved", "unknown"]


def test_a_value_in_a_chain_is_taken_as_said(tmp_path: Path) -> None:
    """m = E(X) = 1/c says what the mean is: later rows rest on it."""
    assert outcomes(tmp_path, r"m = \mathrm{E}(X) = \frac{1}{c}", r"\mathrm{E}(X) + 1 = \frac{1 + c}{c}") == [
        "defined", "proved"]


def test_values_do_not_rest_on_themselves(tmp_path: Path) -> None:
    """Two rows that say the same thing in two ways make no circle."""
    rows = (r"\mathrm{Var}(X) = \mathrm{E}(X^2) - \mathrm{E}(X)^2",
            r"\mathrm{E}(X^2) = \mathrm{Var}(X) + \mathrm{E}(X)^2")
    assert outcomes(tmp_path, *rows) == ["proved", "proved"]


def test_what_is_only_written_squared_is_known_by_its_square(tmp_path: Path) -> None:
    """s^2 = ... says what s^2 is where nothing is said of s; beside an s, it says nothing of what is new."""
    rows = (r"s^2 = \frac{a + b}{2} + 1", r"2 s^2 + 1 = a + b + 3")
    assert outcomes(tmp_path, *rows) == ["defined", "proved"]
    assert outcomes(tmp_path, *rows, "s + 1 = 1 + s") == ["unknown", "conditional", "proved"]


def test_moments_by_greek_letters(tmp_path: Path) -> None:
    """Sigma(X) and sigma(X), where these letters stand at what is random only; mu_2' is a name."""
    rows = (r"\mathrm{Var}(X) = \mathrm{E}(X^2) - \mathrm{E}(X)^2", r"\mu_2' = \mathrm{E}(X^2)",
            r"\sigma(X) = \sqrt{\mathrm{Var}(X)}", r"\mu_2' + 1 = \mathrm{E}(X)^2 + \sigma(X)^2 + 1",
            r"\Sigma(X + a) = \Sigma(X)")
    assert outcomes(tmp_path, *rows) == ["proved", "defined", "proved", "proved", "proved"]


def test_a_row_says_nothing_for_itself(tmp_path: Path) -> None:
    """A value that is given twice follows from neither: the first row is no premise of its own claim."""
    rows = (r"\mathrm{E}(X) = \int_0^1 g(x) \, dx", r"\mathrm{E}(X) = \int_0^1 h(x) \, dx")
    assert outcomes(tmp_path, *rows) == ["defined", "defined"]


def test_what_is_said_of_expectations_is_a_premise(tmp_path: Path) -> None:
    """No covariance, said in a row, makes the variance of the sum; without it, nothing is proved.
    What rests on another line is conditional on that."""
    rows = (r"\mathrm{E}(X Y) = \mathrm{E}(X) \mathrm{E}(Y)",
            r"\mathrm{Var}(X + Y) + 1 = \mathrm{Var}(X) + \mathrm{Var}(Y) + 1")
    assert outcomes(tmp_path, *rows) == ["defined", "conditional"]
    assert outcomes(tmp_path, rows[1]) == ["unknown"]


NORMAL = r"Let $X \sim \mathcal{N}(\mu, \sigma^2)$ and $Y \sim F_\theta$."


@pytest.mark.parametrize(("row", "outcome"), [
    (r"\frac{d}{d\mu} \mathrm{E}(X) = 0", "unknown"),
    (r"\frac{d}{d\mu} \mathrm{E}(X) = 1", "proved"),
    (r"\int_0^1 \mathrm{E}(X) \, d\mu = \mathrm{E}(X)", "unknown"),
    (r"\frac{d}{d\mu} \mathrm{E}(X^3) = 0", "unknown"),
    (r"\frac{d}{d\sigma} \mathrm{E}(g(X)) = 0", "unknown"),
    (r"\frac{d}{d\sigma} \mathrm{Cov}(X, Y) = 0", "unknown"),
    (r"\frac{d}{d\theta} \mathrm{E}(Y) = 0", "unknown"),
    (r"\frac{d}{d\mu} \mathrm{Var}(X) = 0", "proved"),
    (r"\frac{d}{dt} (t \mathrm{E}(Y)) = \mathrm{E}(Y)", "proved"),
])
def test_parameters_of_a_distribution_are_no_constants_beside_it(tmp_path: Path, row: str, outcome: str) -> None:
    """X ~ N(mu, sigma^2): what is expected of X varies with mu, as the value that is known says or unknown how."""
    assert small_documents.outcomes(tmp_path, f"{NORMAL}\n\n$$ {row} $$\n") == [outcome]


def test_what_is_said_of_each_entry_is_of_its_index(tmp_path: Path) -> None:
    """X_i ~ N(mu_i, 1) makes no parameter of i: sums over i stay sums of expectations."""
    assert outcomes(tmp_path, r"X_i \sim \mathcal{N}(\mu_i, 1), \quad i = 1, \ldots, n",
                    r"\sum_{i=1}^n \mathrm{E}(X_i) + 1 = \sum_{i=1}^n \mu_i + 1")[-1] == "proved"


@pytest.mark.parametrize("density", [r"f_X(x) = \lambda e^{-\lambda x}", r"p(x \mid \lambda) = \lambda e^{-\lambda x}",
                                     r"P(X = x) = \lambda (1 - \lambda)^{x}"])
def test_what_a_density_holds_is_a_parameter(tmp_path: Path, density: str) -> None:
    """Where its density holds lambda, what is expected of X is no constant in it, but is in a and b."""
    rows = (density, r"\frac{d}{d\lambda} \mathrm{E}(X) = 0", r"\frac{d}{da} (a \mathrm{E}(X)) = \mathrm{E}(X)")
    assert outcomes(tmp_path, *rows)[1:] == ["unknown", "proved"]
