"""Limits in which leading terms cancel, or are only nearly what they seem."""

from __future__ import annotations

from typing import Final

import pytest
from steps import judge

SYMBOLS: Final = {"x": {"kind": "scalar"}, "a": {"kind": "scalar"}, "b": {"kind": "scalar"}}

TRUE: Final = [
    ("sqrt(x**2 + x) - x", "Rational(1, 2)"), ("sqrt(x**2 + a*x) - sqrt(x**2 + b*x)", "(a - b)/2"),
    ("(x**3 + x**2)**Rational(1, 3) - x", "Rational(1, 3)"), ("x - sqrt(x**2 - 1)", "0"),
    ("x*log((exp(a/x) + exp(b/x))/2)", "(a + b)/2"), ("x*(exp(a/x) - 1)", "a"),
    ("x*log(exp(1/x) + exp(-x))", "1"), ("x*log(exp(1/x) + 1/x)", "2"), ("log(sqrt(x) + 1) - log(x)/2", "0"),
    ("log(sqrt(x/2 + 1) + 1) - log(x)/2", "-log(2)/2"), ("erf(x)", "1"), ("atan(-x**2)", "-pi/2"),
    ("cos(x)*exp(-x)*x**5", "0"), ("(x + sin(x))/x", "1"), ("log(x + sin(x)) - log(x)", "0"),
]

FALSE: Final = [
    ("sqrt(x**2 + x) - x", "0"), ("x*log((exp(a/x) + exp(b/x))/2)", "Max(a, b)"),
    ("x*log(exp(1/x) + exp(-x))", "0"), ("log(sqrt(x/2 + 1) + 1) - log(x)/2", "0"), ("erf(x)", "0"),
]

OPEN: Final = [
    # true values -1/2, 1/2, none, pi/2 only for a > 0
    ("x**2*log(cos(1/x) + exp(-x))", "0"), ("x*log(sqrt(1 + 1/x) + exp(-x))", "0"), ("sin(x)", "0"),
    ("atan(a*x)", "pi/2"), ("x*sin(1/x)", "0"), ("x/(x + x*sin(x))", "1"), ("exp(sin(x))", "1"),
]


@pytest.mark.parametrize(("body", "value"), TRUE)
def test_a_limit_is_proved(body: str, value: str) -> None:
    """At infinity, by the leading terms that are left."""
    assert judge(SYMBOLS, f"Limit({body}, x, oo, '-')", value).verdict.verdict == "proved"


@pytest.mark.parametrize(("body", "value"), FALSE)
def test_another_value_is_refuted(body: str, value: str) -> None:
    """The value that is proved differs from the one that is claimed."""
    assert judge(SYMBOLS, f"Limit({body}, x, oo, '-')", value).verdict.verdict == "refuted"


MAY_VANISH: Final = [
    # at c = 0 what is under the root, or in the log, is negative near the target
    ("Limit(sqrt(c*x - 1)/x, x, oo, '-')", "0"), ("Limit(sqrt(c - x), x, 0, '+')", "sqrt(c)"),
    ("Limit(sqrt(c*x**2 - x)/x**2, x, oo, '-')", "0"), ("Limit(1/x + 0*log(c*x**2 - x), x, oo, '-')", "0"),
    ("Limit(sqrt(c*exp(x) - x)*exp(-x), x, oo, '-')", "0"), ("Limit(exp(-x)*(c*x - 2)**x, x, oo, '-')", "0"),
    ("Limit(sqrt(x*(c - x)), x, 0)", "0"),
]


@pytest.mark.parametrize(("left", "right"), MAY_VANISH)
def test_a_leading_coefficient_may_be_0(left: str, right: str) -> None:
    """Where a leading coefficient c >= 0 is 0, other terms decide on which side of 0 an expression is."""
    symbols = {**SYMBOLS, "c": {"kind": "scalar", "assume": ["nonnegative"]}}
    assert judge(symbols, left, right).verdict.verdict not in ("proved", "conditional")


@pytest.mark.parametrize(("body", "value"), OPEN)
def test_no_value_is_claimed(body: str, value: str) -> None:
    """What the leading terms do not settle is not settled."""
    assert judge(SYMBOLS, f"Limit({body}, x, oo, '-')", value).verdict.verdict not in ("proved", "conditional")
