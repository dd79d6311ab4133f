"""Where a line is defined, under operators that vary a name and under binders that take one up."""

from __future__ import annotations

from itertools import product

import pytest
from steps import Case, Symbols, conditional, conditions, judge, proved, said

SYMBOLS: Symbols = {
    "n": {"kind": "size"}, "m": {"kind": "integer"}, "l": {"kind": "integer"},
    "k": {"kind": "index", "upto": "n"}, "p": {"kind": "index", "upto": "n"},
    "x": {"kind": "scalar"}, "y": {"kind": "scalar"}, "r": {"kind": "scalar", "assume": ["positive"]},
    "nn": {"kind": "scalar", "assume": ["nonnegative"]}, "closed": {"kind": "scalar", "interval": ["0", "1"]},
    "bit": {"kind": "scalar", "values": ["0", "1"]},
    "u": {"kind": "indexed", "shape": ["n"]}, "a": {"kind": "indexed", "shape": ["n"], "assume": ["positive"]},
    "whole": {"kind": "indexed", "shape": ["n"], "assume": ["integer"]},
}

HYPOTHESES = (("Eq({0}, 2)",), ("{0} >= 0",))
OPERATORS = ("Subs({1}, {0}, -1)", "Limit({1}, {0}, -1)")
BODIES = (("x", "y**x"), ("m", "y**m"), ("x", "sqrt(x)*y"), ("x", "log(x + 1)"), ("x", "1/(x + 1)"),
          ("x", "gamma(x)"), ("x", "Piecewise((1, x > 0), (1/y, True))"), ("m", "binomial(m, 2)*factorial(m)"))


@pytest.mark.parametrize(("given", "operator", "inside"), list(product(HYPOTHESES, OPERATORS, BODIES)))
def test_a_hypothesis_does_not_reach_under_an_operator(given: tuple[str, ...], operator: str,
                                                       inside: tuple[str, str]) -> None:
    """What is known of x says nothing of where a body is defined in which an operator puts -1 for x."""
    name, body = inside
    result = judge(SYMBOLS, f"0*{operator.format(name, body)}", "0", given=tuple(g.format(name) for g in given))
    assert result.verdict.verdict in ("conditional", "unknown"), said(result)


def test_a_derivative_asks_for_a_neighbourhood() -> None:
    """y**x is differentiated by x at 2 only where it is defined beside 2."""
    for inner in ("y**x", "q"):
        result = judge(SYMBOLS, f"0*Derivative({inner}, x)", "0", given=("Eq(x, 2)",), let={"q": "y**x"})
        assert result.verdict.verdict in ("conditional", "unknown"), said(result)


def test_a_sum_over_what_is_not_x_jumps() -> None:
    """A sum over k != x jumps where x is an index, and has no derivative there."""
    result = judge(SYMBOLS, "Derivative(Sum(u[k], (k, 1, n), Ne(k, x)), x)", "0")
    assert result.verdict.verdict == "unknown", said(result)


@pytest.mark.parametrize("line", ["q + 0*Derivative(q, nn)", "0*Derivative(q, nn) + q"])
def test_a_quantity_is_asked_again_under_a_derivative(line: str) -> None:
    """A quantity that is defined at the edge of an interval has no derivative there for that."""
    result = judge(SYMBOLS, line, "q", let={"q": "Integral(sqrt(nn + t), (t, 0, 1))"})
    assert result.verdict.verdict in ("conditional", "unknown"), said(result)


@pytest.mark.parametrize(("declared", "given"), [
    ({"kind": "index", "upto": "n"}, ()), ({"kind": "index", "from": "1", "upto": "3"}, ()),
    ({"kind": "index", "from": "0", "upto": "3"}, ("k >= 1",)), ({"kind": "index"}, ("Eq(k, 1)",)),
    ({"kind": "size"}, ()), ({"kind": "scalar", "assume": ["positive"]}, ()),
])
def test_a_bound_name_is_not_the_declared_one(declared: dict[str, object], given: tuple[str, ...]) -> None:
    """What is declared of k, and what hypotheses say of it, is not said of a bound k with another range."""
    line = "Sum(Limit(log(k - x) - log(k - x), x, 0, '+'), (k, 0, 2))"
    result = judge({**SYMBOLS, "k": declared}, line, "0", given=given)
    assert result.verdict.verdict == "unknown", said(result)


@pytest.mark.parametrize("line", ["q[p]", "Sum(q[j], (j, 1, n))", "q[1]"])
def test_an_index_of_a_quantity_is_not_the_declared_one(line: str) -> None:
    """A hypothesis about k is none about the k of a quantity that is defined for every k."""
    body = "FamilyOf(u[k]*Integral(0*log(k - Rational(3, 2) - t), (t, 0, Rational(1, 4))), (k, 1, n))"
    result = judge(SYMBOLS, f"0*{line}", "0", given=("k >= 2",), let={"q": body})
    assert result.verdict.verdict in ("conditional", "unknown"), said(result)


@pytest.mark.parametrize("case", [c.parameter() for c in (
    conditional("excluded-value", "0*Sum(u[k], (k, 1, n), Ne(k, 1/y))", "0", "Ne(y, 0)"),
    conditional("excluded-entry", "0*Sum(u[k], (k, 1, n), Ne(k, whole[m]))", "0", "m >= 1", "m <= n"),
    conditional("later-condition", "Piecewise((1, x <= 0), (2, log(x) > 0), (3, True))",
                "Piecewise((1, x <= 0), (2, log(x) > 0), (3, True)) + 0*log(x)", "x > 0"),
    proved("later-condition-that-is-not-asked", "Piecewise((1, x <= 0), (2, log(x) > 0), (3, True))*Heaviside(-x - 1)",
           "Heaviside(-x - 1)", given=("x < -1",)),
    conditional("power-0-by-hypothesis", "x**y", "1", "Ne(x, 0)", given=("Eq(y, 0)",)),
    conditional("power-0-by-difference", "x**(y - y)", "1", "Ne(x, 0)"),
    proved("power-0-by-values", "x**bit", "1 - bit + bit*x"),
    proved("limit-by-a-quantity", "Limit(q + 1, q, 0)", "1", let={"q": "log(x)"}),
    conditional("limit-by-a-quantity-is-no-domain", "Limit(q, q, 0)", "log(x) - log(x)", "x > 0", let={"q": "log(x)"}),
    conditional("derivative-by-a-quantity", "Derivative(q, q)", "1", "x > 0", let={"q": "log(x)"}),
    proved("power-0-by-declaration", "x**m", "1", given=("Eq(m, 0)",)),
    proved("abs-of-integer", "Piecewise((m, m >= 0), (-m, True))", "Abs(m)"),
)])
def test_the_truth_comes_out(case: Case) -> None:
    """Conditions of sums and of pieces are parts of the line, and 0**0 is 1 for written integers only."""
    case.verify(SYMBOLS)


@pytest.mark.parametrize(("line", "value", "given"), [
    ("Subs(Abs(n - p), n, 1)", "1 - p", ()), ("Subs(Sum(1, (k, p, n)), n, 1)", "2 - p", ()),
    ("Subs(KroneckerDelta(p, n + 1), n, 1)", "0", ()), ("0*Subs(Sum(u[j], (j, 1, n)), n, 3)", "0", ()),
    ("Subs(Abs(free[n]), n, 5)", "free[5]", ("ForAll(free[k] > 0, (k, 1, n))",)),
    ("Subs(Abs(from_m - m), m, 9)", "from_m - 9", ()), ("Limit(Abs(from_m - m)/m, m, oo)", "-1", ()),
])
def test_a_range_does_not_follow_another_value_of_its_end(line: str, value: str, given: tuple[str, ...]) -> None:
    """p <= n is said of n, and of no number that an operator puts in its place: these are false at a point."""
    symbols = {**SYMBOLS, "free": {"kind": "indexed", "rank": 1}, "from_m": {"kind": "index", "from": "m", "upto": "9"}}
    result = judge(symbols, line, value, given=given)
    assert result.verdict.verdict in ("unknown", "refuted") and result.fault is None, said(result)


def test_an_index_stays_below_its_end_as_that_grows() -> None:
    """As n grows beyond all bounds, p <= n stays true."""
    proved("end-that-grows", "Limit(Abs(n - p) - n, n, oo)", "-p").verify(SYMBOLS)


@pytest.mark.parametrize(("line", "value"), [
    ("Limit(Abs(r), r, -1)", "-1"), ("Limit(Abs(r), r, -1)", "1"), ("Limit(Abs(r)/r, r, 0, '-')", "1"),
    ("Limit(Abs(nn)/nn, nn, -oo)", "1"), ("Limit(Max(closed, 1), closed, 2)", "1"),
    ("Limit(Abs(a[p]), a[p], -1)", "-1"), ("Limit(sin(pi*m), m, Rational(1, 2))", "0"),
    ("Limit(Abs(n), n, -oo)", "-oo"),
])
def test_no_limit_outside_of_what_is_declared(line: str, value: str) -> None:
    """A name that is declared positive goes nowhere below 0."""
    result = judge(SYMBOLS, line, value)
    assert result.verdict.verdict in ("unknown", "error"), said(result)


def test_a_positive_name_goes_to_what_is_positive() -> None:
    """To a number of unknown sign it goes where that is positive, which is said."""
    assert conditions(judge(SYMBOLS, "Limit(Abs(r), r, x)", "x")) == {"x > 0"}


@pytest.mark.parametrize("case", [c.parameter() for c in (
    proved("edge", "Limit(r*log(r), r, 0, '+')", "0"), proved("inside", "Limit(Abs(r), r, 1)", "1"),
    proved("sequence", "Limit(1/n, n, oo)", "0"), proved("upper-edge", "Limit(Abs(closed), closed, 1, '-')", "1"),
)])
def test_a_limit_within_what_is_declared(case: Case) -> None:
    """A name may go to the edges of its interval from within."""
    case.verify(SYMBOLS)
