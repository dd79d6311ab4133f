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
    # true values -1/2, 1/2, none
    ("x**2*log(cos(1/x) + exp(-x))", "0"), ("x*log(sqrt(1 + 1/x) + exp(-x))", "0"), ("sin(x)", "0"),
    ("x*sin(1/x)", "0"), ("x/(x + x*sin(x))", "1"), ("exp(sin(x))", "1"),
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


SIGNS: Final = [
    ("exp(-a*x)", "Piecewise((0, a > 0), (1, Eq(a, 0)))", "a >= 0", "proved"),
    ("exp(-a*x)", "0", "a > 0", "proved"), ("exp(-a*x)", "0", "a >= 0", "refuted"),
    ("exp(-a**2*x)", "Piecewise((1, Eq(a, 0)), (0, True))", "", "proved"), ("exp(-a**2*x)", "0", "", "refuted"),
    ("log(1 + exp(a*x))/x", "Max(a, 0)", "", "proved"), ("log(exp(a*x) + exp(b*x))/x", "Max(a, b)", "", "proved"),
    ("log(exp(a*x) + exp(b*x))/x", "a", "", "refuted"), ("1/(1 + exp(-a*x))", "(1 + sign(a))/2", "", "proved"),
    ("1/(1 + exp(-a*x))", "1", "", "refuted"), ("atan(a*x)", "sign(a)*pi/2", "", "proved"),
    ("Abs(a*x + 1)/x", "Abs(a)", "", "proved"), ("Abs(a*x + 1)/x", "a", "", "refuted"),
]


@pytest.mark.parametrize(("body", "value", "given", "verdict"), SIGNS)
def test_a_limit_may_depend_on_a_sign(body: str, value: str, given: str, verdict: str) -> None:
    """The sign of what does not move is split into cases, and a case in which the value is another one refutes."""
    hypotheses = (given,) if given else ()
    assert judge(SYMBOLS, f"Limit({body}, x, oo, '-')", value, given=hypotheses).verdict.verdict == verdict


UNDER: Final = [
    ("Derivative(Limit(a*x/(x + 1), x, oo, '-'), a)", "1", "Eq(a, 0)"),
    ("Derivative(Limit(a*b*x/(x + 1), x, oo, '-'), a)", "b", "Eq(a, b)"),
    ("Derivative(Limit(sqrt(a*x)/x, x, oo, '-'), a)", "0", "Eq(a, 1)"),
    ("Subs(Limit(a*x/(x + 1), x, oo, '-'), a, 2)", "2", "Eq(a, 0)"),
    ("Limit(Limit(a*x/(x + 1), x, oo, '-'), a, 2)", "2", "Eq(a, 0)"),
    ("Integral(Limit(Abs(a)*x/(x + 1), x, oo, '-'), (a, -1, 1))", "1", "a > 0"),
    ("Integral(Limit(a*x/(x + 1), x, oo, '-'), (a, -1, 1))", "0", "Eq(a, 2)"),
    ("Sum(Limit(k*x/(x + 1), x, oo, '-'), (k, 1, 3))", "6", "Eq(k, 2)"),
    ("Sum(Limit(Abs(k - 2)*x/(x + 1), x, oo, '-'), (k, 1, 3))", "2", "k > 2"),
]


@pytest.mark.parametrize(("left", "right", "given"), UNDER)
def test_a_hypothesis_does_not_act_in_a_limit_under_an_operator(left: str, right: str, given: str) -> None:
    """A hypothesis about a name that an operator around varies or binds says nothing of a limit inside it."""
    symbols = {**SYMBOLS, "k": {"kind": "integer"}}
    true = judge(symbols, left, right, given=(given,))
    assert true.verdict.verdict in ("proved", "unknown") and not true.fault, true.verdict
    false = judge(symbols, left, f"{right} + 1", given=(given,))
    assert false.verdict.verdict in ("refuted", "unknown") and not false.fault, false.verdict


@pytest.mark.parametrize(("limit", "left", "right", "given"), [
    ("Limit(a*x/(x + 1), x, oo, '-')", "Derivative(q, a)", "1", "Eq(a, 0)"),
    ("Limit(a*b*x/(x + 1), x, oo, '-')", "Derivative(q, a)", "b", "Eq(a, b)"),
    ("Limit(sqrt(a*x)/x, x, oo, '-')", "Derivative(q, a)", "0", "Eq(a, 1)"),
    ("Limit(a*x/(x + 1), x, oo, '-')", "Subs(q, a, 2)", "2", "Eq(a, 0)"),
    ("Limit(a*x/(x + 1), x, oo, '-')", "Limit(q, a, 2)", "2", "Eq(a, 0)"),
])
def test_a_hypothesis_does_not_act_in_a_quantity_that_is_a_limit(
        limit: str, left: str, right: str, given: str) -> None:
    """As where the limit stands there itself."""
    for value, verdicts in ((right, ("proved", "unknown")), (f"{right} + 1", ("refuted", "unknown"))):
        result = judge(SYMBOLS, left, value, given=(given,), let={"q": limit})
        assert result.verdict.verdict in verdicts and not result.fault, result.verdict


@pytest.mark.parametrize(("left", "right", "verdict"), [
    ("q**2", "4*a**2", "proved"), ("q + r", "r - 2*a", "proved"), ("Derivative(q, a)", "-2", "proved"),
    ("q**2", "4*a", "refuted"), ("q", "r", "refuted"), ("Derivative(q, a)", "0", "refuted"),
])
def test_a_quantity_may_be_a_limit(left: str, right: str, verdict: str) -> None:
    """Points are looked at with its value; another bound x changes nothing."""
    symbols = {**SYMBOLS, "a": {"kind": "scalar", "assume": ["positive"]}}
    let = {"q": "a*(Limit((1/a - x/a)*exp(-a*x), x, oo) - 2)", "r": "Integral(exp(-x), (x, 0, a))"}
    assert judge(symbols, left, right, let=let).verdict.verdict == verdict


def test_a_limit_has_no_derivative_where_its_cases_meet() -> None:
    """The limit is Max(a, 0)."""
    left, right = "Derivative(Limit(log(1 + exp(a*x))/x, x, oo, '-'), a)", "Piecewise((1, a > 0), (0, True))"
    assert judge(SYMBOLS, left, right).verdict.verdict != "proved"


APPROACHED: Final = [
    ("Limit(Abs(p)/p, p, 0, '+')", "1"), ("Limit(sin(p)/p, p, 0)", "1"), ("Limit(1/(1 + h), h, 1, '-')", "1/2"),
    ("Limit(1/n, n, oo)", "0"), ("Limit(log(1 + z[i]), z[i], 0, '+')", "0"), ("Limit(Abs(d), d, 0)", "0"),
]
FAR: Final = [
    ("Limit(Abs(p), p, -2)", "-2"), ("Limit(Abs(p)/p, p, 0, '-')", "1"), ("Limit(1/(1 + h), h, oo)", "0"),
    ("Limit(1/(1 + h), h, 1, '+')", "1/2"), ("Limit(sin(pi*n), n, Rational(1, 2))", "0"),
    ("Limit(s**2, s, 1)", "1"), ("Limit(Abs(z[i]), z[i], -2)", "-2"), ("Limit(Abs(p), p, -2)", "2"),
]
DOMAINS: Final = {
    "p": {"kind": "scalar", "assume": ["positive"]}, "h": {"kind": "scalar", "interval": ["0", "1"]},
    "n": {"kind": "size"}, "s": {"kind": "scalar", "values": ["-1", "1"]}, "i": {"kind": "index", "upto": "n"},
    "z": {"kind": "indexed", "shape": ["n"], "assume": ["positive"]}, "d": {"kind": "scalar", "assume": ["nonzero"]},
}


@pytest.mark.parametrize(("left", "right"), APPROACHED)
def test_a_limit_runs_through_declared_values(left: str, right: str) -> None:
    """What is declared of the variable stands while it goes to its target."""
    assert judge(DOMAINS, left, right).verdict.verdict == "proved"


@pytest.mark.parametrize(("left", "right"), FAR)
def test_no_declared_value_is_near_the_target(left: str, right: str) -> None:
    """A limit that the variable's declared values do not come near to has no value that could be compared."""
    assert judge(DOMAINS, left, right).verdict.verdict == "unknown"


@pytest.mark.parametrize(("body", "value"), OPEN)
def test_no_value_is_claimed(body: str, value: str) -> None:
    """What the leading terms do not settle is not settled."""
    assert judge(SYMBOLS, f"Limit({body}, x, oo, '-')", value).verdict.verdict not in ("proved", "conditional")


FAMILIES: Final = {**SYMBOLS, "n": {"kind": "size"}, "G": {"kind": "functional"},
                   "v": {"kind": "vector", "shape": ["n"]}}


@pytest.mark.parametrize("first", ["0", "2", "n"])
@pytest.mark.parametrize(("left", "right"), [
    ("logsumexp({family})", "log(Sum(exp(a*j), (j, 1, n)))"),
    ("softmax({family}, 1)", "exp(a)/Sum(exp(a*j), (j, 1, n))"),
    ("G({family})", "G(FamilyOf(a*j, (j, 1, n)))"),
    ("Dot({family}, v)", "Dot(FamilyOf(a*j, (j, 1, n)), v)"),
    ("{family}", "FamilyOf(a*j, (j, 1, n))"), ("{family} + v", "v + FamilyOf(a*j, (j, 1, n))"),
])
def test_a_family_in_a_limit_keeps_its_range(left: str, right: str, first: str) -> None:
    """One whose index does not start at 1 is not the one whose index does, also where a limit hides its value."""
    for made in (left, f"Limit({left}, x, 0)"):
        other = made.format(family=f"FamilyOf(a*j, (j, {first}, n))")
        assert judge(FAMILIES, other, right).verdict.verdict not in ("proved", "conditional", "error")


@pytest.mark.parametrize(("left", "right"), [
    ("Limit(logsumexp(FamilyOf(a*j, (j, 1, n))), x, 0)", "log(Sum(exp(a*j), (j, 1, n)))"),
    ("Limit(G(FamilyOf(a*j, (j, 1, n))), x, 0)", "G(FamilyOf(a*j, (j, 1, n)))"),
])
def test_a_family_from_1_in_a_limit(left: str, right: str) -> None:
    """Just inside of the condition."""
    assert judge(FAMILIES, left, right).verdict.verdict == "proved"
