"""Rows of a matrix as vectors, and sums over them: sum_i x_i x_i^T = X^T X."""

from __future__ import annotations

import pytest
from steps import judge

SYMBOLS = {
    "n": {"kind": "size"}, "p": {"kind": "size"}, "m": {"kind": "size"}, "i": {"kind": "index", "upto": "n"},
    "X": {"kind": "matrix", "shape": ["n", "p"]}, "Z": {"kind": "matrix", "shape": ["n", "m"]},
    "Q": {"kind": "matrix", "shape": ["n", "n"]}, "b": {"kind": "vector", "shape": ["p"]},
    "y": {"kind": "vector", "shape": ["n"]}, "mu": {"kind": "vector", "shape": ["p"]},
    "S": {"kind": "matrix", "shape": ["p", "p"], "assume": ["symmetric", "invertible"]},
    "C": {"kind": "matrix", "shape": ["p", "p"], "assume": ["positive_definite"]},
}
X, XJ, Z = "FamilyOf(X[i, c], (c, 1, p))", "FamilyOf(X[j, c], (c, 1, p))", "FamilyOf(Z[i, c], (c, 1, m))"
FIRST = "FamilyOf(X[1, c], (c, 1, p))"
TOTAL = f"Sum({X}, (i, 1, n))"
SCATTER = f"Sum(({X} - mu)@Transpose({X} - mu), (i, 1, n))"
DISTANCE = f"Transpose({X} - mu)@Inverse(S)@({X} - mu)"
LIKELIHOOD = f"-n*log(Determinant(C))/2 - Sum({DISTANCE.replace('S', 'C')}, (i, 1, n))/2"


@pytest.mark.parametrize(("left", "right"), [
    (f"Sum({X}@Transpose({X}), (i, 1, n))", "Transpose(X)@X"),
    (f"Sum({X}@Transpose({Z}), (i, 1, n))", "Transpose(X)@Z"),
    (f"Sum(y[i]*{X}, (i, 1, n))", "Transpose(X)@y"),
    (f"Sum((y[i] - Transpose({X})@b)*{X}, (i, 1, n))", "Transpose(X)@(y - X@b)"),
    (f"Sum((y[i] - Transpose({X})@b)**2, (i, 1, n))", "Transpose(y - X@b)@(y - X@b)"),
    (f"Derivative(Sum((y[i] - Transpose({X})@b)**2, (i, 1, n)), b)", "-2*Transpose(X)@(y - X@b)"),
    (f"Sum({X}@Transpose({X}), (i, 2, n))", f"Transpose(X)@X - {FIRST}@Transpose({FIRST})"),
    (SCATTER, f"Transpose(X)@X - {TOTAL}@Transpose(mu) - mu@Transpose({TOTAL}) + n*mu@Transpose(mu)"),
    (DISTANCE, f"Transpose({X})@Inverse(S)@{X} - 2*Transpose(mu)@Inverse(S)@{X} + Transpose(mu)@Inverse(S)@mu"),
    (f"Derivative(Sum({DISTANCE}, (i, 1, n)), mu)", f"-2*Sum(Inverse(S)@({X} - mu), (i, 1, n))"),
    (f"Derivative({LIKELIHOOD}, C)", f"-n*Inverse(C)/2 + Inverse(C)@{SCATTER}@Inverse(C)/2"),
    (f"Sum(Sum({X}@Transpose({XJ}), (j, 1, n)), (i, 1, n))", f"{TOTAL}@Transpose({TOTAL})"),
    (f"Sum(Sum(Q[i, j]*{X}@Transpose({XJ}), (j, 1, n)), (i, 1, n))", "Transpose(X)@Q@X"),
    ("Sum(FamilyOf(X[i, c], (i, 1, n))@Transpose(FamilyOf(X[i, c], (i, 1, n))), (c, 1, p))", "X@Transpose(X)"),
    ("Sum(mu, (i, 1, n - 1))", "(n - 1)*mu"),
    (f"Sum(Transpose({X})@Inverse(S)@{X}, (i, 1, n))", "Trace(Inverse(S)@Transpose(X)@X)"),
])
def test_sums_over_rows_are_products(left: str, right: str) -> None:
    """Data as rows of a matrix: scatter, normal equations, likelihoods of the Gaussian."""
    result = judge(SYMBOLS, left, right)
    assert result.verdict.verdict == "proved", result


@pytest.mark.parametrize(("left", "right"), [
    (f"Sum({X}@Transpose({X}), (i, 1, n))", "2*Transpose(X)@X"),
    (f"Sum({X}@Transpose({X}), (i, 1, n - 1))", "Transpose(X)@X"),
    (f"Sum({X}@Transpose({X}), (i, 2, n))", "Transpose(X)@X"),
    (f"Sum((y[i] - Transpose({X})@b)*{X}, (i, 1, n))", "Transpose(X)@(y + X@b)"),
    (SCATTER, f"Transpose(X)@X - {TOTAL}@Transpose(mu) - mu@Transpose({TOTAL}) + mu@Transpose(mu)"),
    (f"Derivative({LIKELIHOOD}, C)", f"-n*Inverse(C)/2 - Inverse(C)@{SCATTER}@Inverse(C)/2"),
    (f"Sum(Sum(Q[j, i]*{X}@Transpose({XJ}), (j, 1, n)), (i, 1, n))", "Transpose(X)@Q@X"),
    (f"Sum(i*{X}, (i, 1, n))", f"n*{TOTAL}"),
    (f"Sum({X}@Transpose({XJ}), (i, 1, n))".replace("X[j", "X[1"), "Transpose(X)@X"),
])
def test_wrong_sums_over_rows_are_refuted(left: str, right: str) -> None:
    """A bound, a sign, a factor or a transposition."""
    result = judge(SYMBOLS, left, right)
    assert result.verdict.verdict == "refuted", result
