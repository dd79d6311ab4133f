"""Sums and products with symbolic bounds: closed forms, ranges that are split and joined, and what is false of them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from steps import make_step

from lossproof import checker

SYMBOLS: Mapping[str, Mapping[str, object]] = {
    "n": {"kind": "size"}, "m": {"kind": "integer"}, "l": {"kind": "integer", "assume": ["nonnegative"]},
    "p": {"kind": "index", "upto": "n"}, "j": {"kind": "integer"},
    "x": {"kind": "scalar"}, "r": {"kind": "scalar"}, "q": {"kind": "scalar", "assume": ["positive"]},
    "u": {"kind": "indexed", "shape": ["n"]}, "v": {"kind": "indexed", "shape": ["n"]},
    "f": {"kind": "function", "arity": 1},
}

TRUE = (
    ("Sum((2*k - 1)**2, (k, 1, l))", "l*(2*l - 1)*(2*l + 1)/3", "proved"),
    ("Sum(k*factorial(k), (k, 1, l))", "factorial(l + 1) - 1", "proved"),
    ("Sum(1/((2*k - 1)*(2*k + 1)), (k, 1, l))", "l/(2*l + 1)", "proved"),
    ("Sum(r**k, (k, 0, l))*(1 - r)", "1 - r**(l + 1)", "proved"),
    ("Sum((-1)**k, (k, 1, 2*l))", "0", "proved"),
    ("Sum((-1)**k*k**2, (k, 1, l))", "(-1)**l*l*(l + 1)/2", "proved"),
    ("Sum(k**2*2**k, (k, 0, l))", "2**(l + 1)*(l**2 - 2*l + 3) - 6", "proved"),
    ("Sum(f(k) - f(k - 1), (k, 1, n))", "f(n) - f(0)", "proved"),
    ("Sum(f(k), (k, 1, n))", "Sum(f(n + 1 - k), (k, 1, n))", "proved"),
    ("Product(1 + 1/k, (k, 1, n))", "n + 1", "proved"),
    ("Product(q**k, (k, 1, n))", "q**(n*(n + 1)/2)", "proved"),
    ("Product(u[k], (k, 1, n))", "Product(u[k], (k, 1, p))*Product(u[k], (k, p + 1, n))", "proved"),
    ("Sum(u[k], (k, p, n))", "Sum(u[k], (k, 1, n)) - Sum(u[k], (k, 1, p - 1))", "proved"),
    ("Sum(Sum(u[i]*v[k], (k, 1, i)), (i, 1, n))", "Sum(Sum(u[i]*v[k], (i, k, n)), (k, 1, n))", "proved"),
    ("Sum(Sum(u[i]*v[k], (k, 1, n)), (i, 1, n))",
     "Sum(Sum(u[i]*v[k], (k, 1, i)), (i, 1, n)) + Sum(Sum(u[i]*v[k], (k, i + 1, n)), (i, 1, n))", "proved"),
    ("Derivative(Product(u[i]**2, (i, 1, n)), u[p])", "2*u[p]*Product(u[i]**2, (i, 1, n), Ne(i, p))", "proved"),
    ("Sum(r**k, (k, 0, n))", "(1 - r**(n + 1))/(1 - r)", "conditional"),
)

# not one of these is proved or conditional; most have a small counterexample
FALSE = (
    ("Sum(1/(k*(k + 1)), (k, 1, m))", "m/(m + 1)"),
    ("Sum(r**k, (k, 0, m))*(1 - r)", "1 - r**(m + 1)"),
    ("Sum(k**2, (k, 1, m))", "m*(m + 1)*(2*m + 1)/6"),
    ("Product(k, (k, 1, m))", "factorial(Abs(m))"),
    ("Sum(f(k), (k, 1, n))", "Sum(f(k), (k, 1, j)) + Sum(f(k), (k, j + 1, n))"),
    ("Sum(f(k), (k, 1, n))", "Sum(f(n - k), (k, 1, n))"),
    ("Sum(f(k + 1) - f(k), (k, 1, n))", "f(n + 1) - f(0)"),
    ("Sum(f(k + 1) - f(k), (k, 2, m))", "f(m + 1) - f(2)"),
    ("Sum(2**k, (k, 0, l))", "2**(l + 1) - 2"),
    ("Sum(2**k, (k, 1, l))", "2**(l + 1) - 1"),
    ("Product(1 - 1/k**2, (k, 2, l))", "(l + 1)/(2*l + KroneckerDelta(l, 7))"),
    ("Sum(Sum(u[i]*u[k], (k, i, n)), (i, 1, n))", "Sum(u[k], (k, 1, n))**2/2"),
    ("Sum(Sum(u[i]*v[k], (k, 1, i)), (i, 1, n))", "Sum(Sum(u[i]*v[k], (i, 1, k)), (k, 1, n))"),
    ("Derivative(Product(u[i], (i, 1, n)), u[p])", "Product(u[i], (i, 1, n))/u[p] + KroneckerDelta(n, 3)"),
    ("Sum(harmonic(k), (k, 1, l))", "(l + 1)*harmonic(l) - l + l*(l - 1)*(l - 2)"),
    ("Sum((-1)**k*k, (k, 1, l))", "l/2"),
    ("Sum(k*(k - 1)*(k - 2)*(k - 3)*(k - 4), (k, 1, l))", "0"),
)


@pytest.mark.parametrize(("left", "right", "verdict"), TRUE)
def test_a_true_closed_form_is_proved(left: str, right: str, verdict: str) -> None:
    """By induction on a bound, or by canonical ranges."""
    assert checker.check(make_step(SYMBOLS, left, right)).verdict.verdict == verdict


@pytest.mark.parametrize(("left", "right"), FALSE)
def test_what_is_false_at_some_bound_is_refuted(left: str, right: str) -> None:
    """Where a range is empty before the first value, an index is off by one, or a late value differs."""
    assert checker.check(make_step(SYMBOLS, left, right)).verdict.verdict == "refuted"


def test_a_pole_on_the_way_stops_an_induction() -> None:
    """1/(n - 3) on both sides is undefined at 3, so a step over it says nothing of 4 and later."""
    step = make_step(SYMBOLS, "Sum(k, (k, 1, n))/(n - 3)", "n*(n + 1)/2/(n - 3) + (n - 1)*(n - 2)*0")
    assert checker.check(step).verdict.verdict == "proved"
    late = make_step(SYMBOLS, "Sum(log(k), (k, 1, n))", "Sum(log(k), (k, 1, n)) + Max(0, n - 3)")
    assert checker.check(late).verdict.verdict == "refuted"


def test_one_range_less_a_point_is_two_ranges() -> None:
    """sum_{k != p} is the sum below p and the sum above it; p itself in neither is wrong with k <= p."""
    two = "Sum(u[k], (k, 1, p - 1)) + Sum(u[k], (k, p + 1, n))"
    assert checker.check(make_step(SYMBOLS, "Sum(u[k], (k, 1, n), Ne(k, p))", two)).verdict.verdict == "proved"
    wrong = "Sum(u[k], (k, 1, p)) + Sum(u[k], (k, p + 1, n))"
    assert checker.check(make_step(SYMBOLS, "Sum(u[k], (k, 1, n), Ne(k, p))", wrong)).verdict.verdict == "refuted"
