"""Steps between equations: what follows from what, and points at which it does not."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from steps import at, make_step

from lossproof import checker

SYMBOLS: Mapping[str, Mapping[str, object]] = {
    "x": {"kind": "scalar"}, "y": {"kind": "scalar"}, "z": {"kind": "scalar"},
    "a": {"kind": "scalar", "assume": ["positive"]}, "b": {"kind": "scalar", "assume": ["nonnegative"]},
    "c": {"kind": "scalar", "assume": ["nonnegative"]},
    "h": {"kind": "scalar", "interval": ["0", "1"], "closed": False},
    "n": {"kind": "size"}, "u": {"kind": "indexed", "shape": ["n"]},
}

TRUE = (
    ("Eq(exp(x), a)", "<=>", "Eq(x, log(a))"),
    ("Eq(log(a), log(x))", "=>", "Eq(a, x)"),
    ("Eq(sqrt(x), y)", "=>", "Eq(x, y**2)"),
    ("Eq(b**2, c**2)", "<=>", "Eq(b, c)"),
    ("Eq(x**3, 8)", "<=>", "Eq(x, 2)"),
    ("Eq(x**5, y**5)", "=>", "Eq(x**3, y**3)"),
    ("Eq(x**2 + y**2, 0)", "=>", "Eq(x, y)"),
    ("Eq(x**2 + 2*x, 8)", "=>", "Eq((x - 2)*(x + 4), 0)"),
    ("Eq(x*y, 0)", "=>", "Eq(x**2*y, 0)"),
    ("Eq(a**2, 4)", "=>", "Eq(a, 2)"),
    ("Eq(exp(x)*exp(y), 1)", "=>", "Eq(x, -y)"),
    ("Eq(h/(1 - h), exp(x))", "<=>", "Eq(h, logistic(x))"),
    ("Eq(x, 2)", "=>", "Eq(x**2, 4)"),
    ("Eq(a*x, a*y)", "<=>", "Eq(x, y)"),
)

FALSE = (
    ("Eq(exp(x), a)", "<=>", "Eq(x, -log(a))"),
    ("Eq(x**2, y**2)", "=>", "Eq(x, y)"),
    ("Eq(x**2, 4)", "=>", "Eq(x, 2)"),
    ("Eq(x**2 + 2*x, 8)", "=>", "Eq(x, 2)"),
    ("Eq(x**2 - x, 6)", "=>", "Eq(x, 3)"),
    ("Eq(x*y, 0)", "=>", "Eq(x, 0)"),
    ("Eq(x*y, x*z)", "=>", "Eq(y, z)"),
    ("Eq(sin(x), sin(y))", "=>", "Eq(x, y)"),
    ("Eq(cos(x), cos(y))", "=>", "Eq(x, y)"),
    ("Eq(log(h/(1 - h)), z)", "<=>", "Eq(h, logistic(-z))"),
    ("Eq(y, exp(x))", "=>", "Eq(log(y), 2*x)"),
    ("Eq(y, sqrt(a))", "=>", "Eq(y**2, a + 1)"),
    ("Eq(Abs(x), Abs(y))", "=>", "Eq(x, y)"),
    ("Eq(x**2 + y**2, 1)", "=>", "Eq(x, 1)"),
    ("Eq(x, y)", "<=>", "Eq(x**4, y**4)"),
)


@pytest.mark.parametrize(("left", "relation", "right"), TRUE)
def test_what_follows_is_proved(left: str, relation: str, right: str) -> None:
    """By injective functions on both sides, all the factors of a product, or a substitution."""
    assert checker.check(make_step(SYMBOLS, left, right, relation=relation)).verdict.verdict == "proved"


@pytest.mark.parametrize(("left", "relation", "right"), FALSE)
def test_what_does_not_follow_is_refuted(left: str, relation: str, right: str) -> None:
    """A lost root, a division by what may be 0, a function that is not injective, a wrong sign."""
    assert checker.check(make_step(SYMBOLS, left, right, relation=relation)).verdict.verdict == "refuted"


def test_a_point_may_have_values_that_are_not_rational() -> None:
    """sin(x) = sin(y) holds exactly at 0 and pi, and exp(x) = y at 1 and exp(1)."""
    found = at(checker.check(make_step(SYMBOLS, "Eq(sin(x), sin(y))", "Eq(x, y)", relation="=>")))
    assert any("pi" in value for value in found.values())
    found = at(checker.check(make_step(SYMBOLS, "Eq(y, exp(x))", "Eq(log(y), 2*x)", relation="=>")))
    assert found["y"].startswith("exp(")


def test_a_hypothesis_may_ask_for_such_values() -> None:
    """Given y = exp(x), log(y) is x and not 2 x."""
    given = ("Eq(y, exp(x))",)
    assert checker.check(make_step(SYMBOLS, "log(y)", "x", given=given)).verdict.verdict == "proved"
    assert checker.check(make_step(SYMBOLS, "log(y)", "2*x", given=given)).verdict.verdict == "refuted"


@pytest.mark.parametrize(("left", "relation", "right"), [
    ("Eq(x/x, 2)", "<=>", "Eq(x, 0)"), ("Eq(1/x, 1/x + 1)", "<=>", "Eq(x, 0)"), ("Eq(x, 0)", "<=>", "Eq(1/x, 1/x + 1)"),
    ("Eq(log(x), log(-x))", "<=>", "Eq(x, 0)"), ("Eq(x/(x - 1), 1/(x - 1))", "<=>", "Eq(x, 1)"),
    ("Eq(Derivative(Abs(x), x), 0)", "<=>", "Eq(x, 0)"), ("Eq(x, 0)", "=>", "Eq(x/x, 2)"),
    ("Eq(x, 0)", "=>", "Eq(1/x, I)"), ("Eq(x, -1)", "=>", "Eq(sqrt(x), I)"), ("Eq(x, 0)", "=>", "Eq(x + I/x, 1 + I/x)"),
])
def test_an_equation_without_values_refutes_nothing(left: str, relation: str, right: str) -> None:
    """Where a side is undefined, an equation is neither true nor false."""
    result = checker.check(make_step(SYMBOLS, left, right, relation=relation))
    assert result.verdict.verdict == "unknown", result


def test_a_counterexample_shows_the_lines_in_their_order() -> None:
    """Also where it is the way back that fails, with complex numbers too."""
    for left, right in (("Eq(x + I*y, 0)", "Eq(x, 0)"), ("Eq(x**2 + y**2, 0)", "Eq(x, 0)")):
        result = checker.check(make_step(SYMBOLS, left, right, relation="<=>"))
        assert result.verdict.verdict == "refuted"
        assert (result.verdict.counterexample.left, result.verdict.counterexample.right) == ("false", "true")


@pytest.mark.parametrize(("left", "right"), [
    ("Eq(n*(x - cos(x)), 0)", "Eq(x, cos(x))"), ("Eq(exp(-x), x + y**2)", "Eq(exp(x)*(x + y**2), 1)"),
    ("Eq(a*cos(x), a - log(2))", "Eq(cos(x), 1 - log(2)/a)"), ("Eq(digamma(a), 0)", "Eq(2*digamma(a), 0)"),
])
def test_an_equation_whose_solutions_cannot_be_written(left: str, right: str) -> None:
    """Points on both sides of a solution, near each other, show that the equation is about something."""
    assert checker.check(make_step(SYMBOLS, left, right, relation="<=>")).verdict.verdict == "proved"


@pytest.mark.parametrize(("left", "right"), [
    ("Eq(x**2, -1)", "Eq(x**2 + 1, 0)"), ("Eq(1/x, 0)", "Eq(2/x, 0)"), ("Eq(exp(x) + 1, 0)", "Eq(exp(x), -1)"),
    ("Eq(1/(x - y), 0)", "Eq(2/(x - y), 0)"), ("Eq(x, 0)", "Eq(x**2/x, 0)"),
    ("Eq(x, 1)", "Eq((x - 1)**3/(x - 1)**2, 0)"),
    ("Eq(Abs(x)/x, 0)", "Eq(2*Abs(x)/x, 0)"), ("Eq(2, 3)", "Eq(4, 6)"),
])
def test_an_equation_that_never_holds_proves_nothing(left: str, right: str) -> None:
    """Nothing is claimed about no point, also where the sides change places at a jump."""
    assert checker.check(make_step(SYMBOLS, left, right, relation="<=>")).verdict.verdict == "unknown"


@pytest.mark.parametrize(("left", "right"), [
    ("Eq(n*(x - cos(x)), 0)", "Eq(x, 2*cos(x))"), ("Eq(exp(-x), x)", "Eq(exp(x), x)"),
])
def test_another_equation_of_that_kind_does_not_follow(left: str, right: str) -> None:
    """Points between which the sides change places prove nothing by themselves."""
    assert checker.check(make_step(SYMBOLS, left, right, relation="<=>")).verdict.verdict in ("unknown", "refuted")
