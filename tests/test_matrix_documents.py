"""What documents say of matrices: in words, by products that are the identity, and step by step."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from steps import make_step
from test_premises import outcomes

from lossproof.kernel import proof
from lossproof.kernel.premises import under
from lossproof.read.document.argument import Argument
from lossproof.read.document.properties import property_words

SQUARE = {"kind": "matrix", "shape": ["n", "n"]}
SYMBOLS = {
    "n": {"kind": "size"}, "m": {"kind": "size"}, "d": {"kind": "size"}, "c": {"kind": "scalar"},
    "W": SQUARE, "K": SQUARE, "V": {**SQUARE, "assume": ["symmetric"]},
    "A": {"kind": "matrix", "shape": ["m", "n"]}, "B": {"kind": "matrix", "shape": ["n", "m"]},
    "X": {"kind": "matrix", "shape": ["n", "d"]}, "y": {"kind": "vector", "shape": ["n"]},
    "b": {"kind": "vector", "shape": ["d"]},
}
TURNED, ROOT = "Eq(Transpose(W), W)", "Eq(W@V@Transpose(W), Identity(n))"
WITH_ROOT = "Inverse(Transpose(X)@W@W@X)@Transpose(X)@W@W@y"
WITHOUT = "Inverse(Transpose(X)@Inverse(V)@X)@Transpose(X)@Inverse(V)@y"


def follows(left: str, right: str, *premises: str) -> bool:
    """Whether the kernel proves a step under premises."""
    step = make_step(SYMBOLS, left, right, given=premises)
    return isinstance(proof.prove(under(replace(step, given=()), step.given)), proof.Claim)


@pytest.mark.parametrize(("left", "right", "premises"), [
    (WITH_ROOT, WITHOUT, (ROOT, TURNED)),
    ("W@W", "Inverse(V)", (TURNED, ROOT)),
    ("V", "Inverse(W)@Inverse(W)", (ROOT, TURNED)),
    ("W@V@W", "Identity(n)", (ROOT, TURNED)),
    ("Transpose(W)@W", "Inverse(V)", (ROOT,)),
    ("Transpose(y)@W@W@y", "Transpose(y)@Inverse(V)@y", ("Eq(W@W, Inverse(V))",)),
    ("Trace(W@W)", "Trace(Inverse(V))", ("Eq(W@V@W, Identity(n))",)),
    ("Derivative(Transpose(b)@Transpose(X)@W@W@X@b, b)", "2*Transpose(X)@Inverse(V)@X@b", (ROOT, TURNED)),
    ("K@W", "Identity(n)", ("Eq(W@K, Identity(n))",)),
    ("K@W", "2*Identity(n)", ("Eq(W@K, 2*Identity(n))",)),
    ("K", "Inverse(W)", ("Eq(W@K, Identity(n))",)),
    ("Determinant(K)*Determinant(W)", "1", ("Eq(W@K, Identity(n))",)),
    ("W", "Inverse(W)", ("Eq(W@W, Identity(n))",)),
    ("V@K@W", "Identity(n)", ("Eq(W@V@K, Identity(n))",)),
])
def test_a_product_that_is_the_identity(left: str, right: str, premises: tuple[str, ...]) -> None:
    """Its factors are invertible, and it may be turned around and solved for each of them."""
    assert follows(left, right, *premises)
    assert not follows(left, right)


@pytest.mark.parametrize(("left", "right", "premises"), [
    (WITH_ROOT, WITHOUT, (ROOT,)),                              # W need not be symmetric
    ("W@W", "Inverse(V)", (ROOT,)),
    ("W@Transpose(W)", "Inverse(V)", (ROOT,)),
    ("W@W", "V", (ROOT, TURNED)),
    ("B@A", "Identity(n)", ("Eq(A@B, Identity(m))",)),          # not square
    ("K@W", "c*Identity(n)", ("Eq(W@K, c*Identity(n))",)),      # c may be 0
    ("W@W@y", "W@y", ("Eq(W@W@W, W)",)),                        # W may be singular
    ("W", "Identity(n)", ("Eq(W@W, W)",)),
    ("W", "Identity(n)", ("Eq(W@W, Identity(n))",)),
    ("W@K", "K@W", ("Eq(W@V@K, Identity(n))",)),
    ("V@W@K", "Identity(n)", ("Eq(W@V@K, Identity(n))",)),      # turned the wrong way
    ("Determinant(K)", "Determinant(W)", ("Eq(W@K, Identity(n))",)),
    # what a rule rests on varies
    ("Derivative(Transpose(y)@W@W@y, V)", "Derivative(Transpose(y)@Inverse(V)@y, V)", (ROOT, TURNED)),
    ("Limit(c**2*Trace(K@V@K), c, 0)", "n", ("Eq(W, c*K)", "Eq(W@V@W, Identity(n))")),
])
def test_a_product_says_no_more(left: str, right: str, premises: tuple[str, ...]) -> None:
    assert not follows(left, right, *premises)


@pytest.mark.parametrize(("before", "after", "words"), [
    ("Since ", " is a [covariance matrix and thus symmetric](/c), $W$ is also", ("symmetric",)),
    ("Since $V$ is a covariance matrix, ", " is also symmetric and can be expressed as the root", ("symmetric",)),
    ("Let ", " be symmetric and idempotent", ("symmetric", "idempotent")),
    ("Let ", " and $B$ be symmetric matrices", ("symmetric",)),
    ("where ", r" is an $n \times n$ covariance matrix across observations", ("symmetric",)),
    ("Substituting $V^{-1}$ by the precision matrix ", " to ease notation", ("symmetric",)),
    (r"with an orthogonal $n \times n$ matrix ", " such that", ("orthogonal",)),
    ("", " is a symmetric positive definite matrix", ("symmetric", "positive")),
    ("by the invertible matrix ", "", ("invertible",)),
    # denied, asked, restricted, imagined, or said of something else
    ("", " is not symmetric", ()), ("", " is symmetric if $V$ is", ()), ("if ", " is symmetric", ()),
    ("if ", " were symmetric", ()), ("", " is symmetric only for $n = 1$", ()), ("", " is never symmetric", ()),
    ("whether ", " is symmetric", ()), ("", " be symmetric", ()), ("", " is symmetric or not", ()),
    ("a skew symmetric matrix ", "", ()), ("a skew-symmetric matrix ", "", ()), ("an asymmetric matrix ", "", ()),
    ("not a symmetric matrix ", "", ()), ("an almost symmetric matrix ", "", ()), ("an indefinite matrix ", "", ()),
    ("the difference of symmetric matrices ", "", ()), ("the symmetric part of the matrix ", "", ()),
    ("the cross-covariance matrix ", "", ()), ("", " is the covariance matrix between $X$ and $Y$", ()),
    ("", " is a covariance function", ()), ("", " is positive semi-definite", ()), ("", " is positive", ()),
    ("", " is the inverse of a symmetric matrix", ()), ("Let ", " and $v$ be orthogonal", ()),
    ("", " is orthogonal to $B$", ()), ("", " would be symmetric", ()),
])
def test_words_of_the_text(before: str, after: str, words: tuple[str, ...]) -> None:
    """What a sentence says of the matrix whose name stands between its words."""
    assert property_words(before, after) == words


TEXT = r"""Let $A$ be an $n \times n$ matrix and $x$ a vector of $n$ numbers, $x^\mathrm{T} A x > 0$. {0}

$$ x^\mathrm{T} A^\mathrm{T} A x = x^\mathrm{T} A A x $$
"""


@pytest.mark.parametrize(("said", "outcome"), [
    ("Here $A$ is symmetric.", ("conditional", (1,))), ("Here $A$ is not symmetric.", ("unknown", ())),
    ("If $A$ is symmetric, it is normal.", ("unknown", ())), ("Is $A$ symmetric?", ("unknown", ())),
    ("It is false that $A$ is symmetric.", ("unknown", ())), ("$A$ is a nice matrix.", ("unknown", ())),
    ("Suppose for a contradiction that $A$ is symmetric.", ("unknown", ())),
])
def test_a_line_rests_on_words(tmp_path: Path, said: str, outcome: tuple[str, tuple[int, ...]]) -> None:
    """A property that the text gives to a matrix is a premise that is named; of a name that is no matrix it is none."""
    assert outcomes(tmp_path, TEXT.replace("{0}", said))[-1][1:] == outcome


SOLVED = r"""Let

$$ y = X \beta + \varepsilon, \; \varepsilon \sim \mathcal{N}(0, \sigma^2 V) $$

$$ \begin{split}
0 &= - 2 X^\mathrm{T} V^{-1} y + 2 X^\mathrm{T} V^{-1} X b \\
X^\mathrm{T} V^{-1} X b &= X^\mathrm{T} V^{-1} y \\
b &= {0} \; .
\end{split} $$
"""


@pytest.mark.parametrize(("solution", "outcome"), [
    (r"(X^\mathrm{T} V^{-1} X)^{-1} X^\mathrm{T} V^{-1} y", "conditional"),
    (r"(X^\mathrm{T} V X)^{-1} X^\mathrm{T} V^{-1} y", "unknown"),
    (r"(X^\mathrm{T} V^{-1} X)^{-1} X^\mathrm{T} y", "unknown"),
    (r"2 (X^\mathrm{T} V^{-1} X)^{-1} X^\mathrm{T} V^{-1} y", "unknown"),
])
def test_an_equation_is_solved_step_by_step(tmp_path: Path, solution: str, outcome: str) -> None:
    """The last row rests on the one before it."""
    found = outcomes(tmp_path, SOLVED.replace("{0}", solution))
    assert found[-1][:2] == (8, outcome)
    assert (found[-1][2] == (7,)) == (outcome == "conditional")


THEOREM = "**Theorem:** Let there be a model\n\n$$ a $$\n\nand the second model\n\n$$ b $$\n\nwhich is linked to it" \
    "\n\n$$ c $$\n\n{0}\n\n$$ d \\; . $$\n\n**Proof:** So\n\n$$ e $$\n"


@pytest.mark.parametrize(("words", "role"), [
    ("and", "supposed"), ("and the third model", "supposed"),
    ("and the third estimate", "claimed"), ("Then", "claimed"), ("and the estimate is", "claimed"),
    ("and the estimate is given by", "claimed"), ("and then", "claimed"), ("the estimate", "claimed"),
    ("which are known, the estimate is", "claimed"),
])
def test_what_goes_on_is_supposed_with_the_formula_before(words: str, role: str) -> None:
    """`Let A and B` supposes both; what begins anew is claimed."""
    text = THEOREM.replace("{0}", words)
    found = Argument(text)
    assert [found.role(text.index(f"$$ {letter}") + 2) for letter in "abc"] == ["supposed"] * 3
    assert found.role(text.index("$$ d") + 2) == role


SYMMETRIC = {"assume": ["symmetric"]}
BAYES = {
    "n": {"kind": "size"}, "d": {"kind": "size"}, "S": {**SQUARE, **SYMMETRIC}, "N": SQUARE,
    "T": {"kind": "matrix", "shape": ["d", "d"], **SYMMETRIC}, "X": {"kind": "matrix", "shape": ["n", "d"]},
    "y": {"kind": "vector", "shape": ["n"]}, "m": {"kind": "vector", "shape": ["d"]},
}
POSTERIOR = {"U": "Inverse(Transpose(X)@Inverse(S)@X + Inverse(T))",
             "u": "U@(Transpose(X)@Inverse(S)@y + Inverse(T)@m)"}


@pytest.mark.parametrize(("left", "right", "is_true"), [
    ("Transpose(u)@Inverse(U)@u", "Transpose(u)@(Transpose(X)@Inverse(S)@y + Inverse(T)@m)", True),
    ("Transpose(y)@Inverse(S)@y + Transpose(m)@Inverse(T)@m - Transpose(u)@Inverse(U)@u",
     "Transpose(y - X@u)@Inverse(S)@(y - X@u) + Transpose(m - u)@Inverse(T)@(m - u)", True),
    ("(Transpose(X)@Inverse(S)@X + Inverse(T))@U@m", "m", True),
    ("Transpose(y)@Inverse(S)@y + Transpose(m)@Inverse(T)@m + Transpose(u)@Inverse(U)@u",
     "Transpose(y - X@u)@Inverse(S)@(y - X@u) + Transpose(m - u)@Inverse(T)@(m - u)", False),
    ("(Transpose(X)@Inverse(S)@X + 2*Inverse(T))@U@m", "m", False),
    ("(Transpose(X)@Inverse(S)@X + T)@U@m", "m", False),
    ("Inverse(N + Inverse(S))@y", "Transpose(Inverse(N + Inverse(S)))@y", False),    # N is not symmetric
])
def test_an_inverse_of_a_sum_with_an_inverse(left: str, right: str, is_true: bool) -> None:
    """Products with it are also reduced as it stands, not only with the inverse inside pulled out."""
    step = make_step(BAYES, left, right, let=POSTERIOR)
    assert isinstance(proof.prove(step), proof.Claim) == is_true
