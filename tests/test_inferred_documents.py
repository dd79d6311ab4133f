"""Small documents without a declared notation: what is taken as said, what is judged, what is left open."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_documents import judged

from lossproof.summary import row_outcome


def outcomes(tmp_path: Path, text: str) -> list[tuple[int, str | None]]:
    """Line and outcome of every row that counts."""
    rows, results = judged(tmp_path, text)
    return [(row.span.line, row_outcome(row, results)) for row in rows]


THEOREM = r"""**Theorem:** For $x > 0$,

$$L = 2 x$$

**Proof:** By definition,

$$L = \int_0^x 2 \, dt$$

which is {0}.

$$L = {0}$$
"""


def test_a_theorem_before_its_proof_is_judged_by_what_the_proof_begins_with(tmp_path: Path) -> None:
    """The first meaning of a name is a claim about the one that follows."""
    assert outcomes(tmp_path, THEOREM.replace("{0}", "2 x")) == [(3, "proved"), (7, "proved"), (11, "proved")]


def test_a_meaning_that_does_not_follow_stays_a_definition(tmp_path: Path) -> None:
    """The same letter for two things is no mistake."""
    text = "$$L = x^2$$\n\n# Another section\n\n$$L = x^3$$\n"
    assert outcomes(tmp_path, text) == [(1, "defined"), (5, "defined")]


def test_a_case_that_a_row_goes_on_from_is_used_in_it(tmp_path: Path) -> None:
    """`a = 0 => b = a + c = c` says what a is, for what rests on it: after it, a may be 1."""
    text = r"$$a = 0 \quad \Rightarrow \quad b = a + c = c$$" + "\n"
    assert outcomes(tmp_path, text) == [(1, "conditional")]
    assert outcomes(tmp_path, f"{text}\nIn general,\n\n$$(a + c)^2 = c^2$$\n")[-1] == (5, "conditional")
    assert outcomes(tmp_path, text.replace("a + c = c", "a + c = 2 c")) == [(1, "unknown")]


def test_an_author_may_suppose_something_of_a_name_that_stands_nowhere_else(tmp_path: Path) -> None:
    """The names of a hypothesis are guessed like others; one that cannot be read is an error with its place."""
    text = "<!-- given: y = 1; w > 0 -->\n\n$$(a + b)^2 = a^2 + 2 a b + b^2$$\n"
    assert outcomes(tmp_path, text) == [(3, "proved")]


@pytest.mark.parametrize(("said", "outcome"), [("n = a + b", "conditional"), ("m = a + b", "refuted")])
def test_a_name_of_which_the_text_says_more_refutes_nothing(tmp_path: Path, said: str, outcome: str) -> None:
    """What an equation says of a size, which no definition can, a step rests on; one that it does not make true is
    left open."""
    text = f"$$\\sum_{{i=1}}^n x_i = \\sum_{{k=1}}^n x_k$$\n\n$${said}$$\n\n$$n^2 + n + a + b = n^2 + 2 a + 2 b$$\n"
    assert outcomes(tmp_path, text)[-1] == (5, outcome)


def test_a_derivative_in_changed_coordinates_is_not_refuted(tmp_path: Path) -> None:
    """With Z = X + Y, d/dZ of X depends on what is held fixed, and nobody said that."""
    text = "$$\\begin{aligned} Z &= X + Y \\\\ W &= Y \\end{aligned}$$\n\n"
    text += "$$\\frac{\\mathrm{d} X}{\\mathrm{d} Z} = 1$$\n"
    assert outcomes(tmp_path, text)[-1] == (3, "unknown")


MEANS = r"""$$\sum_{i=1}^n (x_i - \bar{x}) = \sum_{i=1}^n x_i - n \bar{x} = 0$$

$$\bar{x} = \frac{1}{n} \sum_{i=1}^n x_i$$

$$\sum_{i=1}^n (x_i - \bar{x})^2 = \sum_{i=1}^n x_i^2 - {0} \bar{x}^2$$
"""


@pytest.mark.parametrize(("factor", "outcome"), [("n", "proved"), ("2", "refuted")])
def test_a_bar_is_guessed_to_be_the_mean(tmp_path: Path, factor: str, outcome: str) -> None:
    """Where a family of that letter has a known range; what the document says of it itself counts from there."""
    assert outcomes(tmp_path, MEANS.replace("{0}", factor)) == [(1, "proved"), (3, "proved"), (5, outcome)]


SAMPLES = r"""The mean $\bar{x}$, the mean $\bar{y}$, and {0}.

$$ \frac{\sum_{i=1}^n (x_i - \bar{x}) (y_i - \bar{y})}{\sum_{i=1}^n (x_i - \bar{x})^2} = {1} $$
"""


@pytest.mark.parametrize(("named", "stands", "outcome"), [
    ("$s_{xy} > 0$", r"\frac{s_{xy}}{s_x^2}", "proved"), ("$s_y > 0$", r"r_{xy} \frac{s_y}{s_x}", "conditional"),
    ("$s_{xy} > 0$", r"\frac{s_{xy}}{s_x}", "unknown"), ("$s_{xy} > 0$", r"\frac{s_{xy}}{s_y^2}", "unknown"),
    ("$s_{xz} > 0$", r"\frac{s_{xz}}{s_x^2}", "unknown"),
])
def test_samples_have_their_usual_statistics(tmp_path: Path, named: str, stands: str, outcome: str) -> None:
    """s_x^2, s_xy and r_xy are guessed; they refute nothing."""
    assert outcomes(tmp_path, SAMPLES.replace("{0}", named).replace("{1}", stands)) == [(3, outcome)]


def test_what_a_document_says_of_a_statistic_counts(tmp_path: Path) -> None:
    """With n in the place of n - 1, s_x^2 is what the document says."""
    squares = r"\sum_{i=1}^n (x_i - \bar{x})^2 $$"
    text = rf"$$ s_x^2 = \frac{{1}}{{n}} {squares}" + "\n\n" + r"$$ {0} s_x^2 = " + squares
    assert outcomes(tmp_path, text.replace("{0}", "n"))[-1][1] in ("proved", "conditional")
    assert outcomes(tmp_path, text.replace("{0}", "(n - 1)"))[-1][1] == "unknown"
    usual = text.replace("{n}", "{n - 1}").replace("{0}", "(n - 1)")
    assert [outcome for _, outcome in outcomes(tmp_path, usual)] == ["defined", "conditional"]


def test_nothing_is_refuted_by_a_guessed_mean(tmp_path: Path) -> None:
    """The bar may mean something else."""
    text = r"$$\sum_{i=1}^n (x_i - \bar{x})^2 = \sum_{i=1}^n x_i^2 - \bar{x}^2$$"
    assert outcomes(tmp_path, text) == [(1, "unknown")]


def test_a_list_that_is_not_written_out_is_no_mistake(tmp_path: Path) -> None:
    """What a matrix with dots holds is not known; a line that sets it equal to a vector is left open."""
    text = "$$y^T y = \\sum_{i=1}^n y_i^2$$\n\n$$X = \\begin{bmatrix} y_1 & \\ldots & y_n \\end{bmatrix}$$\n\n"
    text += "$$X^T y = X^T y$$\n"
    assert [outcome for _, outcome in outcomes(tmp_path, text)] == ["proved", "defined", "unknown"]


ROWS = r"""---
lossproof:
  names:
    n: size
    p: size
    y_i: {kind: vector, shape: [p], over: [n]}
    \mu: {kind: vector, shape: [p]}
    \bar{y}: {kind: vector, shape: [p]}
    \Sigma: {kind: matrix, shape: [p, p], assume: [positive_definite]}
---

$$ \bar{y} = \frac{1}{n} \sum_{i=1}^n y_i $$

$$ \sum_{i=1}^n (y_i - \bar{y}) = 0 $$

$$ \sum_{i=1}^n (y_i - \mu)^T \Sigma^{-1} (y_i - \mu)
   = \sum_{i=1}^n y_i^T \Sigma^{-1} y_i - 2 n \mu^T \Sigma^{-1} \bar{y} + n \mu^T \Sigma^{-1} \mu $$

$$ \frac{\partial}{\partial \mu} \sum_{i=1}^n (y_i - \mu)^T \Sigma^{-1} (y_i - \mu)
   = -2 \Sigma^{-1} \sum_{i=1}^n (y_i - \mu) $$

$$ y_1^T \mu = \sum_{k=1}^p y_{1k} \mu_k $$
"""


def test_a_vector_for_each_index(tmp_path: Path) -> None:
    """Data vectors y_1 .. y_n; 0 beside a vector is the zero vector."""
    assert outcomes(tmp_path, ROWS) == [(12, "defined"), (14, "proved"), (16, "proved"), (19, "proved"), (22, "proved")]
    assert outcomes(tmp_path, ROWS.replace(r"= -2 \Sigma", r"= 2 \Sigma"))[3] == (19, "refuted")


def test_vectors_for_each_index_are_seen_without_a_notation(tmp_path: Path) -> None:
    """Where such a letter is transposed. That the matrix is symmetric nobody says then."""
    text = ROWS.split("---\n")[2]
    assert [outcome for _, outcome in outcomes(tmp_path, text)][:3] == ["defined", "proved", "unknown"]


LISTS = r"""---
lossproof:
  names:
    n: size
    x: {kind: vector, shape: [n]}
---

$$ x = \left[ x_1, \ldots, x_n \right]^T $$

$$ x^T x = \begin{bmatrix} x_1 & \cdots & x_n \end{bmatrix} \begin{bmatrix} x_1 \\ \vdots \\ x_n \end{bmatrix} $$

$$ 2 x = \begin{pmatrix} 2 x_1 \\ 2 x_2 \\ \vdots \\ 2 x_n \end{pmatrix} $$

$$ x = \begin{pmatrix} x_1 \\ \vdots \\ 2 x_n \end{pmatrix} $$

$$ x = \begin{pmatrix} x_2 \\ \vdots \\ x_n \end{pmatrix} $$
"""


def test_dots_in_a_vector_stand_for_its_entries(tmp_path: Path) -> None:
    """Where they have one form, from the first to the last; others are read as they are set, and not judged."""
    found = [outcome for _, outcome in outcomes(tmp_path, LISTS)]
    assert found[:3] == ["proved", "proved", "proved"]
    assert not {"proved", "refuted"} & set(found[3:])


@pytest.mark.parametrize(("formula", "outcome"), [
    # a transposition may not be lost where nobody said that a letter is a number
    (r"$$S = (X - Y) (X - Y)^T$$", "defined"),      # they are matrices, of which columns are a case
    # an inverse function is no reciprocal
    (r"$$m = \frac{1}{b} \gamma_a^{-1} \left( \frac{c}{2} \right)$$", "defined"),
    (r"$$m = \frac{1}{b} \gamma_a^{-1}(p \Gamma(a))$$", "defined"),
    (r"$$\gamma_a^{-1} (b + c) = \frac{b + c}{\gamma_a}$$", "proved"),
    # f(g^{-1}(x)) is no product; what is written in roman type may be a formula
    (r"$$R^2 \cdot \mathrm{1-R^2} = R^2 (1 - R^2)$$", "proved"),
    (r"$$\mathrm{exp}(x) \mathrm{exp}(y) = \mathrm{exp}(x + y)$$", "proved"),
    # a condition claims nothing and defines nothing
    (r"$$a = b, \quad \text{if } \mu = \mu_0$$", "defined"),
])
def test_nothing_is_read_as_something_else(tmp_path: Path, formula: str, outcome: str) -> None:
    """What was once misread."""
    assert outcomes(tmp_path, formula + "\n") == [(1, outcome)]


def test_a_condition_defines_nothing(tmp_path: Path) -> None:
    """After `if m = k`, m is what it was."""
    text = "$$a = b, \\quad \\text{if } m = k$$\n\n$$m + x = k + x$$\n"
    assert outcomes(tmp_path, text)[-1] == (3, "unknown")


def test_values_of_one_function_at_three_arguments_have_three_names(tmp_path: Path) -> None:
    """E(X^2) and E(X^3) are not the same number."""
    text = "".join(f"$$\\mathrm{{E}}(X^{power}) = {value}$$\n\n" for power, value in ((1, "a"), (2, "b"), (3, "c")))
    text += r"$$\mathrm{E}(X^2) - \mathrm{E}(X^3) = {0}$$" + "\n"
    assert outcomes(tmp_path, text.replace("{0}", "b - c"))[-1] == (7, "proved")
    assert outcomes(tmp_path, text.replace("{0}", "0"))[-1] == (7, "unknown")


def test_a_value_under_an_integral_by_its_argument_is_no_constant(tmp_path: Path) -> None:
    """Where p(x) = 2 x, the integral of p(x) over x from 0 to 1 is 1, and not p(x)."""
    text = "$$p(x) = 2 x$$\n\n$$p(x, y) = p(x) \\, p(y|x)$$\n\n$$\\int_0^1 p(x) \\, \\mathrm{d}x = {0}$$\n"
    assert outcomes(tmp_path, text.replace("{0}", "1"))[-1] == (5, "proved")
    assert outcomes(tmp_path, text.replace("{0}", "p(x)"))[-1] == (5, "unknown")


def test_a_difference_is_one_name(tmp_path: Path) -> None:
    r"""\Delta x is no product."""
    text = "$$\\Delta x = b - a$$\n\n$$x = 3$$\n\n$$2 \\, \\Delta x = 2 b - 2 a$$\n"
    assert outcomes(tmp_path, text)[-1] == (5, "conditional")


def test_a_discrete_uniform_distribution_is_no_continuous_one(tmp_path: Path) -> None:
    """The same letter, another mass."""
    text = "Let $X \\sim \\mathcal{U}(a, b)$ be {0}.\n\n$$f_X(x) = \\frac{1}{b - a}$$\n"
    assert outcomes(tmp_path, text.replace("{0}", "uniform"))[-1][1] in ("proved", "conditional")
    assert outcomes(tmp_path, text.replace("{0}", "discrete uniform"))[-1][1] in ("defined", "unknown")


@pytest.mark.parametrize(("row", "outcome"), [
    (r"\int \exp\left( -\frac{x^2}{2} \right) \mathrm{d}x = \sqrt{2 \pi}", "proved"),
    (r"\int \exp\left( -\frac{x^2}{2} \right) \mathrm{d}x = \sqrt{\pi}", "unknown"),
    (r"\int \exp(-(x - c)^2) \, \mathrm{d}x = \int \exp(-x^2) \, \mathrm{d}x", "proved"),
    (r"\int \exp(-x) \, \mathrm{d}x = 1", "unknown"), (r"\int x \, \mathrm{d}x = \frac{x^2}{2}", "proved"),
    ("\\int x \\exp(-x) \\, \\mathrm{d}x = 1 $$\n\nfor a length\n\n$$ \\sqrt{x}^2 = x", "proved"),
])
def test_an_integral_without_bounds_may_be_over_all_values(tmp_path: Path, row: str, outcome: str) -> None:
    """Of a name that stands under a logarithm, over the positive numbers; nothing is refuted by this reading."""
    assert outcomes(tmp_path, f"$$ {row} $$\n")[0][1] == outcome


FITTED = r"""The model is

$$ y_i = \beta_0 + \beta_1 x_i + \varepsilon_i, \quad i = 1, \ldots, n \; . $$

{0}

$$ \sum_{i=1}^n (y_i - \hat{y}_i) = \sum_{i=1}^n y_i - {1} \hat{\beta}_0 - \hat{\beta}_1 \sum_{i=1}^n x_i $$
"""


@pytest.mark.parametrize(("said", "factor", "outcome"), [
    ("", "n", "proved"), ("", "2 n", "unknown"), (r"$\hat{y}_i = \hat{\beta}_0 + \hat{\beta}_1 x_i$", "n", "proved"),
    (r"$$ \hat{y}_i = \hat{\beta}_1 x_i $$", "n", "unknown"),
    (r"The third estimate is $\hat{\beta}_2 > 0$.", "n", "unknown"), ("There are $z_i > 0$, too.", "n", "unknown"),
])
def test_what_two_estimates_fit_is_guessed(tmp_path: Path, said: str, factor: str, outcome: str) -> None:
    """Of one other sample, where nothing else is said; it refutes nothing."""
    assert outcomes(tmp_path, FITTED.replace("{0}", said).replace("{1}", factor))[-1][1] == outcome
