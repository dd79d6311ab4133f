"""Arrays in documents that declare none: which letters are arrays, of which sizes; matrices that are written out."""

from __future__ import annotations

from pathlib import Path

import pytest
from steps import judge
from test_inferred_documents import outcomes

from lossproof.read.document.arrays import find_arrays
from lossproof.read.document.propose import propose
from lossproof.read.document.survey import laid_out


def shapes(*formulas: str) -> dict[str, list[str]]:
    """The shapes found: sizes as the letters that were seen for them, else numbered; equal sizes have equal names."""
    found = find_arrays(laid_out(formulas))
    seen: dict[int, str] = {}
    return {name: [found.letters.get(found.find(place)) or seen.setdefault(found.find(place), f"#{len(seen)}")
                   for place in places] for name, places in found.places.items()}


def test_sizes_are_found_with_all_kinds_known() -> None:
    """E y does not make the sizes of its value and of y the same, though E is seen to be a matrix only later."""
    found = shapes(r"\hat{\beta} = E y", r"E = (X^T X)^{-1} X^T", r"R = I_n - X (X^T X)^{-1} X^T", r"y = X \beta + e_0")
    assert found["X"][0] == found["y"][0] == "n"
    assert found["\\hat{\\beta}"] == found["E"][:1] == [found["X"][1]] != ["n"]


def test_numbers_stand_before_vectors() -> None:
    """b_0 of b_0 1_n is a number, though it is added to a vector elsewhere."""
    found = shapes(r"y = b_0 1_n + b_1 x + u", r"y = b_0 + b_1 x + u", r"V^{-1} y", r"x^T V^{-1} x")
    assert set(found) == {"y", "x", "u", "V"}
    assert found["y"] == found["x"] == found["u"] == found["V"][:1] == ["n"]


def test_a_function_of_arrays_is_no_product() -> None:
    """p(b, t | y) says nothing of the sizes of b and y."""
    found = shapes(r"p(b, t | y) = p(y | b, t) p(b, t)", r"(y - X b)^T V^{-1} (y - X b)", r"X^T X")
    assert found["b"] == [found["X"][1]] != [found["X"][0]] == found["y"]


def test_a_random_vector_may_be_a_capital() -> None:
    """X ~ N(m, Sigma) is a vector; of a list, the last name is not."""
    assert [len(shapes(said, r"X^T A X")["X"]) for said in (r"X \sim \mathcal{N}(\mu, \Sigma)", "X = X")] == [1, 2]
    assert shapes(r"S = \mathrm{E}[(X - \mu) (X - \mu)^T]")["S"][0] == shapes("x^T x")["x"][0]     # an expectation
    assert "Y" not in shapes(r"X, Y \sim \mathcal{N}(\mu, \Sigma)", r"\mu^T A \mu")


def test_stacked_columns_have_sizes_of_their_own() -> None:
    """Below each other, blocks share their columns, not their rows."""
    found = shapes(r"\mu = \begin{bmatrix} \mu_1 \\ \mu_2 \end{bmatrix}", r"\mu_1^T A \mu_1", r"\mu_2^T B \mu_2")
    assert found["\\mu_{1}"] != found["\\mu_{2}"]


def test_sizes_that_are_said() -> None:
    """x in R^n, X in R^{n x p}; a row is left alone, and so is a product of sizes."""
    said = [r"X \in \mathbb{R}^{n \times p}", r"u \in \mathbb{R}^{1 \times n}", r"w \in \mathbb{R}^{np}"]
    found = find_arrays(laid_out([r"y = X \beta + e_0", r"y^T y"]), laid_out(said))
    sizes = {name: [found.letters.get(found.find(place)) for place in places] for name, places in found.places.items()}
    assert sizes == {"X": ["n", "p"], "y": ["n"], "\\beta": ["p"], "e_{0}": ["n"]}


@pytest.mark.parametrize(("density", "size"), [
    (r"f = \frac{1}{\sqrt{(2 \pi)^n |V|}} e^{-x^T V^{-1} x/2}", "n"),
    (r"f = \sqrt{\frac{|P|}{(2 \pi)^n}} e^{-x^T P x/2}, P = V^{-1}", "n"),
    (r"f = \frac{2^n}{\sqrt{|V|}} e^{-x^T V^{-1} x/2}", "#0"),
])
def test_the_size_of_a_normal_density(density: str, size: str) -> None:
    """n of (2 pi)^n is the size of the covariance matrix beside it, and no other exponent is."""
    found = shapes(density, r"V^{-1} x")
    assert found["x"] == [size] and found["V"] == [size, size]


def test_a_covariance_of_a_stated_distribution_is_symmetric() -> None:
    """It is proposed as such; a matrix that only looks like one is not."""
    said = r"y \sim \mathcal{N}(X \beta, \sigma^2 V)"
    notation = propose([(said, True), (r"W^{-1} V^{-1} y", True)]).yaml
    assert "V: {kind: matrix, shape: [n, n], assume: [symmetric], assumed: true}" in notation
    assert notation.count("symmetric") == 1
    assert "symmetric" not in propose([(r"W^{-1} V^{-1} y", True)]).yaml


LINE = r"$$L = (y - m)^T V^{-1} (y - m)$$" + "\n\n" + r"$$L = y^T V^{-1} y - 2 m^T V^{-1} y + m^T V^{-1} m$$" + "\n"


@pytest.mark.parametrize(("said", "outcome"), [
    (r"y \sim \mathcal{N}(m, V)", "proved"),
    (r"y \sim \mathcal{N}(m, 3 (t V)^{-1})", "defined"),        # nothing is understood of this covariance
    (r"V V = V V", "defined"),
])
def test_symmetry_is_used_where_it_is_stated(tmp_path: Path, said: str, outcome: str) -> None:
    """With a covariance the two mixed terms are one; with another matrix the second line is another meaning."""
    assert outcomes(tmp_path, f"$${said}$$\n\n" + LINE)[-1] == (5, outcome)


COLUMNS = r"""$$X = \begin{bmatrix} 1_n & x \end{bmatrix}$$

$$A = (X^T X)^{-1} X^T y = \begin{bmatrix} 1_n^T 1_n & 1_n^T x \\ x^T 1_n & x^T x \end{bmatrix}^{-1}
\begin{bmatrix} 1_n^T \\ x^T \end{bmatrix} y$$

$$A = \frac{1}{n x^T x - (1_n^T x)^2} \begin{bmatrix} x^T x & -1_n^T x \\ -x^T 1_n & {0} \end{bmatrix}
\begin{bmatrix} 1_n^T y \\ x^T y \end{bmatrix}$$
"""


@pytest.mark.parametrize(("corner", "outcome"), [("n", "proved"), ("1", "defined")])
def test_columns_side_by_side(tmp_path: Path, corner: str, outcome: str) -> None:
    """[1 x] with its transpose is the matrix of the products; its inverse is by cofactors."""
    found = outcomes(tmp_path, COLUMNS.replace("{0}", corner))
    assert found == [(1, "defined"), (3, "proved"), (6, outcome)]


@pytest.mark.parametrize(("formula", "outcome"), [
    (r"$$\begin{vmatrix} a & b \\ g & h \end{vmatrix} = a h - b g$$", "proved"),
    (r"$$\begin{vmatrix} a & b \\ g & h \end{vmatrix} = a h + b g$$", "refuted"),
    # dots: the corners say what is meant
    (r"$$\begin{bmatrix} a_1 & \dots & 0 \\ \vdots & \ddots & \vdots \\ 0 & \dots & a_n \end{bmatrix}"
     r" \begin{bmatrix} x_1 \\ \vdots \\ x_n \end{bmatrix} = \begin{bmatrix} a_1 x_1 \\ \vdots \\ a_n x_n"
     r" \end{bmatrix} \quad \text{and} \quad \sum_{i=1}^n (a_i + x_i) = \sum_{j=1}^n (a_j + x_j)$$", "proved"),
    (r"$$\begin{bmatrix} a_1 b_1 & \dots & a_1 b_n \\ \vdots & \ddots & \vdots \\ a_n b_1 & \dots & a_n b_n"
     r" \end{bmatrix} = \begin{bmatrix} a_1 \\ \vdots \\ a_n \end{bmatrix} \begin{bmatrix} b_1 & \dots & b_n"
     r" \end{bmatrix} \quad \text{and} \quad \sum_{i=1}^n a_i b_i = \sum_{j=1}^n a_j b_j$$", "proved"),
    # of no common form
    (r"$$M = \begin{bmatrix} a_1 b_1 & \dots & a_1 b_n \\ \vdots & \ddots & \vdots \\ a_n b_1 & \dots & a_n c_n"
     r" \end{bmatrix} M \quad \text{and} \quad \sum_{i=1}^n a_i b_i = \sum_{j=1}^n a_j c_j$$", "unknown"),
    (r"$$p^T \mathrm{diag}(p) p = \sum_{i=1}^n p_i^3 \quad \text{and} \quad \sum_{i=1}^n p_i = 1_n^T p$$", "proved"),
    (r"$$p^T \mathrm{diag}(p) p = \sum_{i=1}^n p_i^2 \quad \text{and} \quad \sum_{i=1}^n p_i = 1_n^T p$$", "refuted"),
])
def test_matrices_that_are_written_out(tmp_path: Path, formula: str, outcome: str) -> None:
    """Numbers, dots, diagonals."""
    assert outcomes(tmp_path, formula + "\n") == [(1, outcome)]


def test_an_equation_with_0_beside_arrays(tmp_path: Path) -> None:
    """0 is the zero vector, and what is multiplied by an inverse is 0 only where it is 0 itself."""
    text = (r"$$0 = V^{-1} X^T u - V^{-1} X^T X b$$" + "\n\n" + r"$$u^T X^T b$$" + "\n\n"
            r"$$\begin{aligned} 0 &= V^{-1} A u - V^{-1} B u \\ 0 &= A u - B u \\ A u &= B u \end{aligned}$$" + "\n\n"
            r"$$u^T A^T B^{-1} u = u^T (B^T)^{-1} A u$$" + "\n")
    assert dict(outcomes(tmp_path, text))[5] in ("conditional", "proved")


SQUARE = {"kind": "matrix", "shape": ["n", "n"]}
SYMBOLS = {"n": {"kind": "size"}, "S": SQUARE, "M": SQUARE, "N": SQUARE, "u": {"kind": "vector", "shape": ["n"]},
           "b": {"kind": "vector", "shape": ["n"]}, "c": {"kind": "vector", "shape": ["n"]}}
B = "(b@Matrix([[1, 0]]) + c@Matrix([[0, 1]]))"


WORDS = [
    ("Eq(M@Inverse(S), N@Inverse(S))", "<=>", "Eq(M, N)", "conditional"),
    ("Eq(M@S, N@S)", "=>", "Eq(M, N)", "unknown"),      # S may be singular
    (f"Determinant(Transpose({B})@{B})*(Inverse(Transpose({B})@{B})@Transpose({B})@b)", "=",
     f"Determinant(Transpose({B})@{B})*Matrix([1, 0])", "conditional"),
    (f"Inverse(Transpose({B})@{B})@Transpose({B})@c", "=", "Matrix([1, 0])", "refuted"),
    (f"Determinant(Transpose({B})@S@{B})", "=",
     "(Transpose(b)@S@b)*(Transpose(c)@S@c) - (Transpose(b)@S@c)*(Transpose(c)@S@b)", "proved"),
    (f"Determinant(Transpose({B})@S@{B})", "=", "(Transpose(b)@S@b)*(Transpose(c)@S@c) - (Transpose(b)@S@c)**2",
     "refuted"),        # S is not symmetric
]


@pytest.mark.parametrize(("left", "relation", "right", "verdict"), WORDS)
def test_words_of_few_rows(left: str, relation: str, right: str, verdict: str) -> None:
    """Inverses and determinants by cofactors; what stands before an inverse, and not before any matrix, is 0 where
    the product is."""
    assert judge(SYMBOLS, left, right, relation=relation).verdict.verdict == verdict


@pytest.mark.parametrize(("loss", "slope", "wrong"), [
    (r"\sum_{i=1}^n \left[ y_i \log \sigma(w^T x_i) + (1 - y_i) \log (1 - \sigma(w^T x_i)) \right]",
     r"\sum_{i=1}^n (y_i - \sigma(w^T x_i)) x_i", r"\sum_{i=1}^n (\sigma(w^T x_i) - y_i) x_i"),
    (r"\frac{1}{2} \sum_{i=1}^n (y_i - w^\top x_i)^2", r"- \sum_{i=1}^n (y_i - w^\top x_i) x_i",
     r"- 2 \sum_{i=1}^n (y_i - w^\top x_i) x_i"),
    (r"\sum_{i=1}^n \exp(\theta^T x_i)", r"\sum_{i=1}^n \exp(\theta^T x_i) x_i", r"\sum_{i=1}^n \exp(\theta^T x_i)"),
])
def test_a_small_letter_behind_a_row_is_a_vector(tmp_path: Path, loss: str, slope: str, wrong: str) -> None:
    """w^T x_i of a sample: numbers stand before vectors."""
    by = r"\theta" if "theta" in loss else "w"
    text = f"$$ L({by}) = {loss} $$\n\n$$ \\frac{{\\partial L({by})}}{{\\partial {by}}} = {{row}} $$\n"
    assert [outcome for _, outcome in outcomes(tmp_path, text.replace("{row}", slope))] == ["defined", "proved"]
    assert outcomes(tmp_path, text.replace("{row}", wrong))[1][1] in ("refuted", "not_read")


@pytest.mark.parametrize("row", ["w^T x_i n = n w^T x_i", r"a \, 1_n^T y = a \sum_{i=1}^n y_i"])
def test_numbers_behind_and_before_rows_stay_numbers(tmp_path: Path, row: str) -> None:
    """Letters that are usual for numbers, and what stands before."""
    assert outcomes(tmp_path, f"$$ {row} $$\n")[0][1] in ("proved", "conditional")


def test_a_set_that_is_counted_is_no_number(tmp_path: Path) -> None:
    """|X| is how many members it has, beside a sum over them; a set that is only named stays a name."""
    text = ("$$ \\sum_{x \\in \\mathcal{X}} \\frac{1}{|\\mathcal{X}|} = 1 $$\n\n"
            "$$ \\log |\\mathcal{X}| = \\log |\\mathcal{X}| $$\n")
    assert [outcome for _, outcome in outcomes(tmp_path, text)] == ["proved", "proved"]
    text = ("$$ \\mathcal{Y} = \\left\\lbrace y = g(x): x \\in \\mathcal{X} \\right\\rbrace $$\n\n"
            "$$ y \\in \\mathcal{Y} $$\n")
    assert outcomes(tmp_path, text)[0][1] == "defined"


@pytest.mark.parametrize("rows", [
    ("Z = g(X) = |X|", "X = g^{-1}(Z) = Z"),            # X is a number, if it is anything that fits
    ("y = X b", "b = |X|"),
    ("y = X b", r"b = y^T y"),
])
def test_an_array_is_not_said_to_be_a_number(tmp_path: Path, rows: tuple[str, str]) -> None:
    """Where a letter was taken for an array and a row says that it is a number, the row gives it no meaning.

    What is said with that meaning would be proved for no array at all.
    """
    text = "\n\n".join(f"$$ {row} $$" for row in ("y = X b + e", "X^T X = A", *rows))
    made = outcomes(tmp_path, text)
    assert made[-1][1] not in ("proved", "conditional", "refuted"), made
