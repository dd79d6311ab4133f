"""Derivatives at values of their variables, data held fixed under them, values to which chains give a meaning."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from small_documents import judged, outcomes
from steps import make_step

from lossproof.data_names import held_fixed
from lossproof.derivation import Declaration
from lossproof.kernel import proof
from lossproof.kernel.array_values import at_arrays
from lossproof.term import ONE, Derivative, Relation, Subst, Symbol

SYMBOLS = {
    "n": {"kind": "size"}, "d": {"kind": "size"}, "X": {"kind": "matrix", "shape": ["n", "d"]},
    "y": {"kind": "vector", "shape": ["n"]}, "b": {"kind": "vector", "shape": ["d"]},
    "bhat": {"kind": "vector", "shape": ["d"]}, "w": {"kind": "vector", "shape": ["n"]},
}
SQUARES = "Transpose(y - X@b)@(y - X@b)"


def rate(zero: str, known: str = r"\frac{k}{r} - t") -> str:
    """A likelihood of one rate, its derivative, and what it is to be 0 at an estimate."""
    return rf"""The function is

$$
\mathrm{{LL}}(r) = k \log r - r t
$$

with $r > 0$ and the derivative

$$
\frac{{\mathrm{{d}}\mathrm{{LL}}(r)}}{{\mathrm{{d}}r}} = {known}
$$

Setting it to zero, we get

$$
\begin{{split}}
\frac{{\mathrm{{d}}\mathrm{{LL}}(\hat{{r}})}}{{\mathrm{{d}}r}} &= 0 \\
0 &= {zero} \\
\end{{split}}
$$
"""


@pytest.mark.parametrize("zero", [r"\frac{k}{\hat{r}} - t", r"t - \frac{k}{\hat{r}}"])
def test_what_is_zero_at_an_estimate(tmp_path: Path, zero: str) -> None:
    found = outcomes(tmp_path, rate(zero))
    assert found[2] == "defined" and found[3] in ("proved", "conditional")


@pytest.mark.parametrize("zero", [r"\frac{k}{\hat{r}} + t", r"\frac{k}{r} - t", r"\frac{2 k}{\hat{r}} - t",
                                  r"\frac{k}{\hat{r}^2} - t"])
def test_what_is_not_zero_at_an_estimate(tmp_path: Path, zero: str) -> None:
    assert outcomes(tmp_path, rate(zero))[3] == "unknown"


def test_another_letter_is_no_value_of_the_variable(tmp_path: Path) -> None:
    text = rate(r"\frac{k}{s} - t").replace(r"\mathrm{LL}(\hat{r})", r"\mathrm{LL}(s)")
    assert outcomes(tmp_path, text)[3] not in ("proved", "conditional")


def test_a_value_at_two_marks(tmp_path: Path) -> None:
    text = r"""Let

$$
\mathrm{S}(a,b) = \sum_{i=1}^n (y_i - a - b x_i)^2
$$

Then

$$
\frac{\mathrm{d}\mathrm{S}(\hat{a},b)}{\mathrm{d}b} = -2 \sum_{i=1}^n x_i (y_i - \hat{a} - b x_i)
$$

$$
\frac{\mathrm{d}\mathrm{S}(\hat{a},b)}{\mathrm{d}b} = -2 \sum_{i=1}^n x_i (y_i - a - b x_i)
$$
"""
    found = outcomes(tmp_path, text)
    assert found[1] == "proved" and found[2] not in ("proved", "conditional")


def test_data_are_held_fixed(tmp_path: Path) -> None:
    """What a model says y is made of does not vary with its coefficients; a quantity that is no data does."""
    text = r"""Let

$$
y_i = a + b x_i + e_i, \; e_i \sim \mathcal{N}(0, v), \; i = 1,\ldots,n
$$

$$
\mathrm{S}(b) = \sum_{i=1}^n (y_i - a - b x_i)^2
$$

$$
\frac{\mathrm{d}\mathrm{S}(b)}{\mathrm{d}b} = -2 \sum_{i=1}^n x_i (y_i - a - b x_i)
$$

$$
\frac{\mathrm{d}\mathrm{S}(b)}{\mathrm{d}b} = 2 \sum_{i=1}^n x_i (y_i - a - b x_i)
$$
"""
    found = outcomes(tmp_path, text)
    assert found[2] == "proved" and found[3] not in ("proved", "conditional")
    rows, results = judged(tmp_path, text)
    assert "data-fixed" in getattr(results[rows[2].steps[0]].verdict, "laws", ())


def test_data_stay_what_they_are_where_nothing_is_varied() -> None:
    step = make_step({**SYMBOLS, "e": {"kind": "vector", "shape": ["n"]}}, "y - X@b", "e")
    data = {"y": Declaration("y", "family", shape=(Symbol("n"),), array=True)}
    assert held_fixed(step, data) is step


@pytest.mark.parametrize(("right", "holds"), [
    ("-2*Transpose(X)@(y - X@bhat)", True), ("2*Transpose(X)@(y - X@bhat)", False),
    ("-2*Transpose(X)@(y - X@b)", False)])
def test_a_value_at_an_array(right: str, holds: bool) -> None:
    step = make_step(SYMBOLS, SQUARES, right)
    step = replace(step, left=Subst(Derivative(step.left, Symbol("b")), Symbol("b"), Symbol("bhat")))
    assert isinstance(proof.prove(at_arrays(step)), proof.Claim) is holds


def test_a_value_at_an_array_that_stands_there_already() -> None:
    """d/db of b'bhat at b = bhat is bhat, and not 2 bhat."""
    step = make_step(SYMBOLS, "Transpose(b)@bhat", "2*bhat")
    step = replace(step, left=Subst(Derivative(step.left, Symbol("b")), Symbol("b"), Symbol("bhat")))
    assert at_arrays(step).left == step.left
    assert not isinstance(proof.prove(at_arrays(step)), proof.Claim)


def test_a_value_at_an_array_of_another_shape_or_a_number() -> None:
    step = make_step(SYMBOLS, SQUARES, "0")
    for value in (Symbol("w"), ONE):
        one = replace(step, left=Subst(step.left, Symbol("b"), value))
        assert at_arrays(one).left == one.left


@pytest.mark.parametrize(("left", "right", "holds"), [
    ("Derivative(x**3, x)", "3*x**2", True), ("Derivative(x**3, x)", "-3*x**2", True),
    ("Derivative(x**3, x)", "2*x**2", False), ("Derivative(x**2, x)", "2*x + 1", False)])
def test_equations_that_differ_by_the_same(left: str, right: str, holds: bool) -> None:
    step = make_step({"x": {"kind": "scalar"}, "a": {"kind": "scalar"}}, left, right)
    at = Subst(step.left, Symbol("x"), Symbol("a"))
    value = Subst(step.right, Symbol("x"), Symbol("a"))
    zero = make_step({}, "0", "0").left
    posed = replace(step, left=Relation("=", at, zero), right=Relation("=", zero, value), relation="<=>")
    assert isinstance(proof.prove(posed), proof.Claim) is (holds or right == "2*x**2")


def test_a_chain_gives_a_value_its_meaning(tmp_path: Path) -> None:
    """What p(y_i|m) is within a product is said by the next side; what follows is a claim about that."""
    text = r"""The likelihood is

$$
\begin{split}
p(y|m) &= \prod_{i=1}^n p(y_i|m) \\
&= \prod_{i=1}^n \mathcal{N}(y_i; m, 1) \\
\end{split}
$$

so that

$$
\begin{split}
\mathrm{LL}(m) &= \log p(y|m) \\
&= -\frac{n}{2} \log(2 \pi) - \frac{1}{2} \sum_{i=1}^n (y_i - m)^2 \\
&= -\frac{n}{2} \log(2 \pi) + \frac{1}{2} \sum_{i=1}^n (y_i - m)^2 \\
\end{split}
$$
"""
    found = outcomes(tmp_path, text)
    assert found[1] == "defined" and found[3] == "proved" and found[4] not in ("proved", "conditional")


def test_an_integral_ends_what_a_logarithm_is_of(tmp_path: Path) -> None:
    text = r"""We have

$$
\log \frac{1}{b-a} \int_0^1 x \, \mathrm{d}x = \frac{1}{2} \log \frac{1}{b-a}
$$

$$
\log \frac{1}{b-a} \int_0^1 x \, \mathrm{d}x = \log \frac{1}{2 (b-a)}
$$
"""
    found = outcomes(tmp_path, text)
    assert found[0] == "proved" and found[1] not in ("proved", "conditional")


POINTS = [
    (r"\frac{d f(x_0)}{dx} = 2 x_0", "proved"), (r"\frac{d f(\hat x)}{dx} = 2 \hat x", "proved"),
    (r"\frac{d}{dx} f(x_0) = 2 x_0", "proved"), (r"\frac{d f(x_0)}{dx} = 2 x", "unknown"),
    (r"\frac{d f(x_0)}{dx} = 0", "defined"), (r"\frac{d^2 f(x_0)}{dx^2} = 2", "proved"),
    (r"\frac{d f(a)}{dx} = 0", "unknown"), (r"\frac{d}{dx} f(a) = 0", "unknown"),
]


@pytest.mark.parametrize(("row", "outcome"), POINTS)
def test_a_derivative_at_a_point(tmp_path: Path, row: str, outcome: str) -> None:
    """df(x_0)/dx is f' at x_0, no 0; what a is by x is not said."""
    found = outcomes(tmp_path, f"We look at $a$, $x_0$ and $\\hat x$.\n\n$$ f(x) = x^2 $$\n\n$$ {row} $$\n")[-1]
    assert found == outcome or (outcome == "unknown" and found in ("defined", "not_read", "refuted"))


RIDGE = ("$$ L(w) = \\| X w - y \\|^2 + \\lambda \\| w \\|^2 $$\n\n$$ \\nabla_w L(w) = {row} $$\n\n"
         "$$ (X^T X) w = X^T y $$\n")


@pytest.mark.parametrize(("row", "outcome"), [
    (r"2 X^T (X w - y) + 2 \lambda w", "proved"), (r"X^T (X w - y) + 2 \lambda w", "refuted"),
    (r"2 X^T (X w - y) + \lambda w", "refuted"),
])
def test_a_gradient(tmp_path: Path, row: str, outcome: str) -> None:
    """The norm squared has a gradient everywhere, where the norm is 0, too."""
    assert outcomes(tmp_path, RIDGE.replace("{row}", row))[1] == outcome
