"""Expectations: what holds for all distributions is proved, what fails for one is refuted with one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from steps import make_step

from lossproof import checker
from lossproof.derivation import NONNEGATIVE, POSITIVE, Step
from lossproof.kernel.expectations import over_outcomes
from lossproof.kernel.expected_numbers import are_realized
from lossproof.print_latex import latex
from lossproof.print_text import pretty, text
from lossproof.read.expression import parse, parse_declarations
from lossproof.term import number
from lossproof.verdict import Conditional, Proved, Refuted, StepResult, Unknown

NAMES: Mapping[str, Mapping[str, Any]] = {
    "X": {"kind": "scalar", "assume": ["random"]}, "Y": {"kind": "scalar", "assume": ["random"]},
    "P": {"kind": "scalar", "assume": ["random", "positive"]}, "N": {"kind": "integer", "assume": ["random"]},
    "a": {"kind": "scalar"}, "b": {"kind": "scalar"}, "t": {"kind": "scalar"}, "mu": {"kind": "scalar"},
    "s": {"kind": "scalar", "assume": ["positive"]}, "n": {"kind": "size"}, "k": {"kind": "size"},
    "i": {"kind": "index", "upto": "n"}, "y": {"kind": "indexed", "shape": ["n"], "assume": ["random"]},
    "V": {"kind": "vector", "shape": ["k"], "assume": ["random"]},
    "U": {"kind": "vector", "shape": ["k"], "assume": ["random"]},
    "Z": {"kind": "scalar", "assume": ["random", "complex"]}, "K": {"kind": "size"},
    "A": {"kind": "matrix", "shape": ["k", "k"]}, "B": {"kind": "matrix", "shape": ["k", "k"], "assume": ["random"]},
    "S": {"kind": "matrix", "shape": ["k", "k"], "assume": ["random", "symmetric"]},
    "c": {"kind": "vector", "shape": ["k"]}, "w": {"kind": "indexed", "shape": ["n"]}, "M": {"kind": "integer"},
    "f": {"kind": "function", "arity": 1}, "g": {"kind": "function", "arity": 2},
}
MEAN = {"m": "Sum(y[i], (i, 1, n))/n", "v": "Sum((y[i] - m)**2, (i, 1, n))/n"}


def step(left: str, right: str, relation: str = "=", given: tuple[str, ...] = (),
         let: Mapping[str, str] | None = None) -> Step:
    return make_step(NAMES, left, right, relation=relation, given=given, let=let or {})


def judged(left: str, right: str, relation: str = "=", given: tuple[str, ...] = (),
           let: Mapping[str, str] | None = None) -> StepResult:
    result = checker.check(step(left, right, relation, given, let))
    assert result.fault is None
    return result


@pytest.mark.parametrize(("left", "right"), [
    ("Variance(X)", "Expectation((X - Expectation(X))**2)"),
    ("Variance(X)", "Expectation(X**2) - Expectation(X)**2"),
    ("Covariance(X, Y)", "Expectation(X*Y) - Expectation(X)*Expectation(Y)"),
    ("Expectation(a*X + b*Y + 3)", "a*Expectation(X) + b*Expectation(Y) + 3"),
    ("Expectation(a)", "a"),
    ("Expectation(Expectation(X)*Y)", "Expectation(X)*Expectation(Y)"),
    ("Variance(a*X + b*Y)", "a**2*Variance(X) + b**2*Variance(Y) + 2*a*b*Covariance(X, Y)"),
    ("Expectation(exp(t*X + a))", "exp(a)*Expectation(exp(t*X))"),
    ("Expectation(exp(I*t*(X + a)))", "exp(I*t*a)*Expectation(exp(I*t*X))"),
    ("Expectation(f(X) + 1)", "1 + Expectation(f(X))"),
    ("Expectation(log(P**2))", "2*Expectation(log(P))"),
    ("Sum(Expectation(y[i]), (i, 1, n))", "Expectation(Sum(y[i], (i, 1, n)))"),
    ("Covariance(V)", "Expectation(Outer(V, V)) - Outer(Expectation(V), Expectation(V))"),
    ("Covariance(V + c)", "Variance(V)"),
    ("Covariance(A@V)", "A@Covariance(V)@Transpose(A)"),
    ("Covariance(V + U)", "Covariance(V) + Covariance(U) + Covariance(V, U) + Covariance(U, V)"),
    ("Expectation(Dot(V, A@V))", "Trace(A@Covariance(V)) + Dot(Expectation(V), A@Expectation(V))"),
    ("Expectation(Trace(B))", "Trace(Expectation(B))"),
    ("(X - Expectation(X))**2", "X**2 - 2*X*Expectation(X) + Expectation(X)**2"),
    ("Derivative(t*Expectation(X), t)", "Expectation(X)"),
    ("Integral(X*Expectation(Y), (X, 0, 1))", "Expectation(Y)/2"),
    ("Subs(Expectation(t*X), t, X)", "X*Expectation(X)"),
])
def test_what_holds_for_all_distributions_is_proved(left: str, right: str) -> None:
    """Linearity, definitions of moments, vectors and matrices, names that are bound or at one outcome."""
    assert isinstance(judged(left, right).verdict, Proved)


@pytest.mark.parametrize(("left", "right", "relation"), [
    ("Expectation(X*Y)", "Expectation(X)*Expectation(Y)", "="),
    ("Variance(X + Y)", "Variance(X) + Variance(Y)", "="),
    ("Variance(a*X + b*Y)", "a**2*Variance(X) + b**2*Variance(Y) + a*b*Covariance(X, Y)", "="),
    ("Covariance(V + U)", "Covariance(V) + Covariance(U) + 2*Covariance(V, U)", "="),
    ("Expectation(f(X))", "f(Expectation(X))", "="),
    ("Expectation(X)", "0", ">="),
    ("Variance(X)", "0", ">"),
    ("X", "Expectation(X)", "="),
    ("Expectation(N)**2", "Expectation(N**2)", "="),
])
def test_what_fails_for_a_distribution_is_refuted(left: str, right: str, relation: str) -> None:
    """The counterexample is a distribution: how many outcomes, their chances, the values at them."""
    found = judged(left, right, relation).verdict
    assert isinstance(found, Refuted)
    shown = {text(place) for place, _ in found.counterexample.values}
    assert {"outcomes", "chance[1]"} <= shown


@pytest.mark.parametrize(("left", "right", "relation"), [
    ("Variance(X)", "0", ">="), ("Expectation(P)", "0", ">"),
    ("Expectation(X*Y)**2", "Expectation(X**2)*Expectation(Y**2)", "<="),
])
def test_inequalities_of_moments(left: str, right: str, relation: str) -> None:
    """Squares have no negative expectation, positive numbers a positive one; the inequality of Cauchy and Schwarz."""
    assert isinstance(judged(left, right, relation).verdict, Proved)


@pytest.mark.parametrize(("left", "right"), [
    ("Expectation(v)", "Sum(Expectation(y[i]**2), (i, 1, n))/n - Expectation(m**2)"),
    ("Expectation(v)", "Sum(Variance(y[i]) + Expectation(y[i])**2, (i, 1, n))/n - Variance(m) - Expectation(m)**2"),
])
def test_quantities_of_random_names_are_random(left: str, right: str) -> None:
    """The mean of random numbers is random through its definition."""
    assert isinstance(judged(left, right, let=MEAN).verdict, Proved)


def test_hypotheses_about_moments() -> None:
    """No covariance, a mean, a variance: said of the distribution; without them the step fails."""
    independent = ("Eq(Expectation(X*Y), Expectation(X)*Expectation(Y))",)
    assert isinstance(judged("Variance(X + Y)", "Variance(X) + Variance(Y)", given=independent).verdict, Proved)
    moments = ("Eq(Expectation(X), mu)", "Eq(Variance(X), b)")
    assert isinstance(judged("Expectation(X**2)", "b + mu**2", given=moments).verdict, Proved)
    assert isinstance(judged("Expectation(X**2)", "b + mu**2", given=moments[:1]).verdict, Refuted)


def test_a_hypothesis_on_a_random_name_holds_at_every_outcome() -> None:
    """X > 0 makes log X defined and its expectation that of a power."""
    assert isinstance(judged("Expectation(log(X**2))", "2*Expectation(log(X))", given=("X > 0",)).verdict, Proved)


def test_conditions_are_said_of_the_random_name() -> None:
    """Where the logarithm must be defined, the condition names X, and no outcome; a deviation of 0 is excluded."""
    found = judged("Expectation(log(X**2))", "2*Expectation(log(X))").verdict
    assert isinstance(found, Conditional)
    assert [text(condition) for condition in found.conditions] == ["X > 0"]
    found = judged("Variance((X - Expectation(X))/StandardDeviation(X))", "1").verdict
    assert isinstance(found, Conditional)
    assert [text(condition) for condition in found.conditions] == ["Ne(Variance(X), 0)"]


@pytest.mark.parametrize(("left", "right"), [
    ("Derivative(Expectation(exp(t*X)), t)", "Expectation(X*exp(t*X))"),
    ("Integral(Expectation(X*t), (t, 0, 1))", "Expectation(X)/2"),
    ("Sum(Expectation(X**j)/2**j, (j, 1, oo))", "Expectation(Sum(X**j/2**j, (j, 1, oo)))"),
    ("Limit(Expectation(exp(t*X)), t, 0)", "1"),
    ("Derivative(Expectation(X**2), X)", "2*Expectation(X)"),
    ("Subs(Expectation(X*Y), X, 1)", "Expectation(Y)"),
    ("Expectation(Trace(S))", "Trace(Expectation(S))"),
])
def test_what_needs_more_than_finitely_many_expectations_is_not_decided(left: str, right: str) -> None:
    """An expectation under a derivative, integral, limit or sum without end by what it depends on stays open."""
    assert isinstance(judged(left, right).verdict, Unknown)


def test_quantities_do_not_hide_a_dependence() -> None:
    """A derivative by t of a quantity that is an expectation with t in it is not decided either."""
    found = judged("Derivative(M, t)", "0", let={"M": "Expectation(exp(t*X))"})
    assert isinstance(found.verdict, Unknown)
    assert "depends" in found.verdict.reason


def test_an_outcome_of_chance_0_proves_nothing_false() -> None:
    """Outside of expectations a name is at an outcome that may have chance 0: the proof may not use that it has none.
    That X is 1 says nothing of the mean, if it is said of one outcome."""
    made = over_outcomes(step("X - Expectation(X)", "X - Expectation(X)"))
    assert made.proving.declarations[made.chance].domain == NONNEGATIVE
    assert made.refuting.declarations[made.chance].domain == POSITIVE
    assert isinstance(judged("Eq(X, 1)", "Eq(Expectation(X), 1)", "=>").verdict, Unknown)


def test_expectations_as_numbers() -> None:
    """What holds for any numbers holds for expectations, but these change with what a value is put for."""
    assert isinstance(judged("Expectation(X**3)/s - mu/s", "(Expectation(X**3) - mu)/s").verdict, Proved)
    assert isinstance(judged("Subs(Expectation(t*X), t, 2)", "Expectation(t*X)").verdict, Refuted)
    assert not isinstance(judged("0*Expectation(log(X))", "0").verdict, Proved)


def test_no_point_no_proof() -> None:
    """What is said of a distribution that does not exist is not proved."""
    found = judged("Expectation(P)", "-1", given=("Eq(Expectation(P), -1)",))
    assert isinstance(found.verdict, Unknown)


def test_random_names_without_expectations_are_any_numbers() -> None:
    """Without an expectation in the step, nothing is drawn: the suggestion stands as for any names."""
    assert isinstance(judged("(X + Y)**2", "X**2 + 2*X*Y + Y**2").verdict, Proved)
    found = judged("(X + Y)**2", "X**2 + X*Y + Y**2")
    assert isinstance(found.verdict, Refuted)
    assert found.diagnosis is not None and found.diagnosis.suggestion is not None


def test_the_text_form_and_the_printers() -> None:
    """What is written comes back; people see E(X), Var(X)."""
    term = parse("Expectation(X**2) - Covariance(X, Y) + StandardDeviation(X)*Correlation(X, Y) - Variance(X)",
                 names=parse_declarations(NAMES))
    assert parse(text(term), names=parse_declarations(NAMES)) == term
    assert pretty(term) == "E(X^2) - Cov(X, Y) + sd(X) Corr(X, Y) - Var(X)"
    assert latex(term).startswith(r"\mathrm{E}(X^{2}) - \mathrm{Cov}(X, Y) + \mathrm{sd}(X)")


@pytest.mark.parametrize(("left", "right"), [
    ("Subs(Derivative(Subs(Expectation(a**3/(a**2 + P)**2), a, t), t), t, 0)", "0"),
    ("Derivative(Subs(Expectation(a**3/(a**2 + P)**2), a, t), t)",
     "Expectation(3*t**2/(t**2 + P)**2 - 4*t**4/(t**2 + P)**3)"),
    ("Integral(Subs(Expectation((P**2 - a**2)/(P**2 + a**2)**2), a, t), (t, 0, 1))", "Expectation(1/(P**2 + 1))"),
    ("Limit(Subs(Expectation(a*P), a, t), t, 0, '+')", "0"),
    ("Limit(Sum(Expectation(j*X), (j, 1, K))/K**2, K, oo)", "Expectation(X)/2"),
])
def test_a_dependence_does_not_come_in_by_another_way(left: str, right: str) -> None:
    """By a value that is put, or the end of a range: as if it stood in the expectation."""
    found = judged(left, right)
    assert isinstance(found.verdict, Unknown)


def test_what_an_expectation_does_not_depend_on_may_vary() -> None:
    """Just inside of what the test before refuses."""
    for left, right in [("Derivative(t*Subs(Expectation(a*X), a, b), t)", "b*Expectation(X)"),
                        ("Derivative(t*Sum(Expectation(y[j]), (j, 1, n)), t)", "Sum(Expectation(y[j]), (j, 1, n))"),
                        ("Limit(t*Expectation(X), t, 0)", "0")]:
        assert isinstance(judged(left, right).verdict, Proved), left


@pytest.mark.parametrize(("left", "right"), [
    ("Abs(Expectation(exp(I*X)))**2", "Expectation(exp(I*X))**2"),
    ("Abs(Expectation(Z))**2", "Expectation(Z)**2"),
    ("sqrt(Expectation(Z)**2)", "Abs(Expectation(Z))"),
    ("Abs(exp(Expectation(Z)))", "exp(Expectation(Z))"),
    ("log(exp(Expectation(exp(I*X))))", "Expectation(exp(I*X))"),
    ("exp(log(Expectation(exp(I*X))**2))", "Expectation(exp(I*X))**2"),
])
def test_complex_expectations_are_no_real_numbers(left: str, right: str) -> None:
    assert not isinstance(judged(left, right).verdict, Proved | Conditional)


def test_variances_of_complex_quantities_have_two_meanings() -> None:
    """With and without a conjugate: neither is proved, neither is refuted."""
    for left, right in [("Variance(I*X)", "-Variance(X)"), ("Variance(Z)", "Expectation(Z**2) - Expectation(Z)**2"),
                        ("Variance(Z)", "Expectation(Z*conjugate(Z)) - Expectation(Z)*conjugate(Expectation(Z))"),
                        ("Abs(Variance(Z))", "sqrt(Variance(Z)**2)")]:
        assert isinstance(judged(left, right).verdict, Unknown), (left, right)
    assert isinstance(judged("Expectation(2*Z)", "2*Expectation(Z)").verdict, Proved)


def valued(left: str, right: str, relation: str = "=", given: tuple[str, ...] = (), *, let: Mapping[str, str],
           of: Mapping[str, str]) -> StepResult:
    """The result of a step with quantities that a document calls the values of expectations."""
    made = step(left, right, relation, given, let)
    definitions = {name: replace(known, of=parse(of[name], names=made.declarations)) if name in of else known
                   for name, known in made.definitions.items()}
    result = checker.check(replace(made, definitions=definitions))
    assert result.fault is None
    return result


SQUARE: Mapping[str, Any] = {"let": {"q": "a**2", "r": "q + 1"}, "of": {"q": "Expectation(X)"}}


@pytest.mark.parametrize(("left", "right"), [
    ("Derivative(q, a)", "0"), ("Derivative(a*q, a)", "q"), ("Limit(q, a, 0)", "q"), ("Subs(q, a, 3)", "q"),
    ("Integral(q, (a, 0, 1))", "q"), ("Sum(q, (a, 1, n))", "n*q"), ("Derivative(r, a)", "0"),
    ("Derivative(Expectation(X), a)", "0"), ("Derivative(Expectation(X**2), a)", "0"),
    ("Derivative(Variance(X) + a, a)", "1"), ("Limit(Expectation(Y)*q, a, 0)", "Expectation(Y)*q"),
    ("Subs(Expectation(X**2), a, 0)", "Expectation(X**2)"),
    ("Sum(Expectation(X**2), (a, 1, n))", "n*Expectation(X**2)"),
    ("Derivative(Subs(q, a, t), t)", "0"), ("Integral(r*Expectation(X), (a, 0, 1))", "r*Expectation(X)"),
])
def test_a_distribution_varies_with_what_its_expectations_are_said_to_be(left: str, right: str) -> None:
    """E(X) = a^2 says that the distribution of X is another one for another a: it is no constant under d/da."""
    assert not isinstance(valued(left, right, **SQUARE).verdict, Proved | Conditional)


@pytest.mark.parametrize(("left", "right"), [
    ("Derivative(q, a)", "2*a"), ("Limit(q, a, 0)", "0"), ("Subs(q, a, 3)", "9"), ("Derivative(r, a)", "2*a"),
    ("Derivative(t*q, t)", "q"), ("Derivative(t*Expectation(X**2), t)", "Expectation(X**2)"),
    ("Variance(X) + q", "Expectation(X**2) - q**2 + q"), ("Sum(q, (t, 1, n))", "n*a**2"), ("q", "Expectation(X)"),
])
def test_the_value_of_an_expectation_is_judged_as_what_it_is(left: str, right: str) -> None:
    """Just inside of what the test before refuses: with the value, or by a name that the value does not hold."""
    assert isinstance(valued(left, right, **SQUARE).verdict, Proved)


@pytest.mark.parametrize(("left", "right"), [
    ("Derivative(q*Expectation(X), q)", "Expectation(X)"), ("Derivative(u*Expectation(X), u)", "Expectation(X)"),
    ("Derivative(z*Expectation(X), z)", "Expectation(X)"),
])
def test_a_distribution_varies_with_the_quantities_of_its_values(left: str, right: str) -> None:
    """E(X) is q: it is no constant under d/dq, nor under a derivative by what q is made of or what is made of it."""
    let, of = {"q": "b + a", "u": "2*q", "z": "3*a"}, {"q": "Expectation(X)"}
    assert isinstance(valued(left, right, let=let, of=of).verdict, Unknown)
    given = ("Eq(Expectation(X), q)",)
    assert isinstance(judged(left, right, given=given, let=let).verdict, Unknown)
    assert isinstance(judged(left, right, let=let).verdict, Proved)


MOMENTS: Mapping[str, Any] = {
    "let": {"d": "a", "e": "b", "p": "mu", "q": "t", "u": "w[1]", "v": "a*b"},
    "of": {"d": "Expectation(X)", "e": "Variance(X)", "p": "Variance(Y)", "q": "Covariance(X, Y)",
           "u": "Expectation(P)", "v": "Expectation(Y)"}}


@pytest.mark.parametrize(("left", "relation", "right", "given"), [
    ("q", "=", "e", ("Eq(e, 0)",)), ("Abs(q - e - p)", "=", "e + p - q", ()), ("u", ">", "-1", ("Ne(P, 1)",)),
])
def test_no_step_fails_for_values_that_no_distribution_has(
        left: str, relation: str, right: str, given: tuple[str, ...]) -> None:
    """Of Var(X) = 0 and Cov(X, Y) = 1 nothing follows: there are no such X and Y."""
    assert not isinstance(valued(left, right, relation, given, **MOMENTS).verdict, Refuted)


@pytest.mark.parametrize(("left", "relation", "right", "given"), [
    ("d", "=", "2*a", ()), ("d", "=", "v", ()), ("d", "<=", "v + 1", ()), ("e", "=", "d", ()), ("e", ">", "0", ()),
    ("u", "=", "1", ()), ("q", "=", "1", ()), ("d", "=", "1", ("X > 0",)),
])
def test_a_step_fails_for_values_that_some_distribution_has(
        left: str, relation: str, right: str, given: tuple[str, ...]) -> None:
    """Just inside: the means of different names are any numbers, and for other values a distribution is found."""
    assert isinstance(valued(left, right, relation, given, **MOMENTS).verdict, Refuted)


def test_the_values_of_a_named_distribution_are_those_of_its_parameters() -> None:
    """Whatever the parameters are there is a distribution, and the values stand for nothing else."""
    made = step("e", "d", let={"d": "s*t", "e": "s*t**2"})
    of = {"d": parse("Expectation(X)", names=made.declarations), "e": parse("Variance(X)", names=made.declarations)}
    definitions = {name: replace(known, of=of[name]) for name, known in made.definitions.items()}
    named = {**made.declarations, "X": replace(made.declarations["X"], parameters=frozenset("st"))}
    assert are_realized(replace(made, declarations=named, definitions=definitions))
    assert not are_realized(replace(made, definitions=definitions))
    numbers = {name: replace(known, body=number(1)) for name, known in definitions.items()}
    assert are_realized(replace(made, declarations=named, definitions=numbers))
    assert not are_realized(replace(made, definitions=numbers))
    named["X"] = replace(named["X"], parameters=frozenset("s"))
    assert not are_realized(replace(made, declarations=named, definitions=definitions))


@pytest.mark.parametrize("given", ["Eq(Expectation(X), a**2)", "Eq(X, a)", "X > a", "Eq(Variance(X), a)",
                                   "Eq(Expectation(a*X), 1)", "ForAll(Expectation(X) > a*i, (i, 1, n))"])
def test_a_distribution_varies_with_what_hypotheses_say_of_it(given: str) -> None:
    """Neither is E(X) known to be constant in a, nor known not to be."""
    for left, right in [("Derivative(Expectation(X), a)", "0"), ("Derivative(Expectation(X), a)", "2*a"),
                        ("Sum(Expectation(X), (a, 1, n))", "n*Expectation(X)"),
                        ("Subs(Expectation(X), a, 0)", "Expectation(X)"),
                        ("Integral(Expectation(X), (a, 0, 1))", "Expectation(X)")]:
        assert isinstance(judged(left, right, given=(given,)).verdict, Unknown), left


def test_a_distribution_varies_with_what_is_equal_to_its_parameters() -> None:
    """E(X) = mu and mu = a: neither mu nor a may vary beside E(X)."""
    given = ("Eq(b, a)", "Eq(mu, b)", "Eq(Expectation(X), mu)")
    for name in ("a", "b", "mu"):
        assert isinstance(judged(f"Derivative(Expectation(X), {name})", "0", given=given).verdict, Unknown)
    assert isinstance(judged("Derivative(Expectation(X), t)", "0", given=given).verdict, Proved)


def test_hypotheses_on_other_names_vary_no_distribution() -> None:
    """A name in a hypothesis that says nothing of chance, an index of what is random, and another name vary nothing."""
    assert isinstance(judged("Derivative(Expectation(X), a)", "0", given=("a > 0",)).verdict, Proved)
    assert isinstance(judged("Derivative(t*Expectation(X), t)", "Expectation(X)", given=("X > a",)).verdict, Proved)
    indexed = ("Eq(Expectation(y[i]), mu)",)
    assert isinstance(judged("Sum(Expectation(y[i]), (i, 1, n))", "Expectation(Sum(y[i], (i, 1, n)))",
                             given=indexed).verdict, Proved)
    assert isinstance(judged("Sum(Expectation(X), (i, 1, n))", "n*Expectation(X)",
                             given=("Eq(Expectation(X), i)",)).verdict, Unknown)


@pytest.mark.parametrize(("value", "condition"), [("1/a", "Ne(a, 0)"), ("log(a)", "a > 0"), ("b/(a*b)", "Ne(a*b, 0)")])
def test_a_value_is_defined_only_somewhere(value: str, condition: str) -> None:
    """An expectation with the value 1/a stands for nothing at a = 0, however it cancels."""
    for left, right in [("q - q", "0"), ("0*q", "0"), ("q + Variance(X)", "q + Expectation(X**2) - Expectation(X)**2"),
                        ("Variance(X)", "Expectation(X**2) - q**2")]:
        found = valued(left, right, let={"q": value}, of={"q": "Expectation(X)"}).verdict
        if left == "q + Variance(X)":
            assert isinstance(found, Proved)
        else:
            assert isinstance(found, Conditional)
            assert condition in [text(one) for one in found.conditions]


ENTRIES: Mapping[str, Any] = {"let": {"q": "FamilyOf(w[s], (s, 1, n))"}, "of": {"q": "Expectation(X*s)"}}


@pytest.mark.parametrize(("left", "right", "verdict"), [
    ("q[n + 1]", "(n + 1)*q[1]", "unknown"), ("q[n + 1] - q[n + 1]", "0", "unknown"),
    ("Sum(q[j], (j, 1, n + 1))", "q[1]*(n + 1)*(n + 2)/2", "unknown"),
    ("q[0] + Expectation(X)", "Expectation(X)", "unknown"),
    ("q[i]", "i*Expectation(X)", "proved"), ("Sum(q[j], (j, 1, n))", "q[1]*n*(n + 1)/2", "proved"),
])
def test_a_value_for_every_index_has_the_range_of_its_definition(left: str, right: str, verdict: str) -> None:
    assert valued(left, right, **ENTRIES).verdict.verdict == verdict


@pytest.mark.parametrize(("first", "left", "right", "verdict"), [
    (1, "Expectation(q[n + 1])", "(n + 1)*Expectation(X)", "unknown"),
    (1, "Expectation(q[n + 1])", "0", "unknown"),
    (1, "q[n + 1] - q[n + 1] + Expectation(X)", "Expectation(X)", "unknown"),
    (1, "Expectation(Sum(q[j], (j, 1, n + 1)))", "Expectation(X)*(n + 1)*(n + 2)/2", "unknown"),
    (1, "q[0]", "0*Expectation(X)", "unknown"),
    (1, "Expectation(q[M])", "M*Expectation(X)", "conditional"),
    (1, "Variance(q[n])", "n**2*Variance(X)", "proved"),
    (1, "Expectation(q[i])", "i*Expectation(X)", "proved"),
    (1, "Expectation(Sum(q[j], (j, 1, n)))", "Expectation(X)*n*(n + 1)/2", "proved"),
    (1, "Expectation(logsumexp(q))", "Expectation(log(Sum(exp(X*j), (j, 1, n))))", "proved"),
    (0, "Expectation(logsumexp(q))", "Expectation(log(Sum(exp(X*j), (j, 1, n))))", "unknown"),
    (2, "Expectation(q[1])", "Expectation(X)", "unknown"),
    (2, "Expectation(q[i])", "i*Expectation(X)", "unknown"),
    (2, "Expectation(Sum(q[j], (j, 1, n)))", "Expectation(X)*n*(n + 1)/2", "unknown"),
])
def test_a_family_of_random_quantities_keeps_its_range(first: int, left: str, right: str, verdict: str) -> None:
    """Written out at an outcome, an entry is one only within the range of the definition."""
    assert judged(left, right, let={"q": f"FamilyOf(X*s, (s, {first}, n))"}).verdict.verdict == verdict


def test_conditions_are_on_all_outcomes_or_on_any() -> None:
    """Not on one by its number, nor on a sum over some of them; what they say is in the names that are written."""
    found = over_outcomes(step("X - Expectation(X)", "0"))
    names = {name: {"kind": "indexed", "rank": 1} for name in ("X", found.chance)}
    sizes = {found.size: {"kind": "size"}, "o": {"kind": "index"}, found.outcome: {"kind": "index"}}

    def written(source: str) -> str | None:
        term = found.written(parse(source, names=parse_declarations({**names, **sizes})))
        return None if term is None else text(term)

    for size, lower, expected in [(found.size, 1, "Expectation(X) > 0"), (found.size, 2, None), ("3", 1, None)]:
        assert written(f"Sum({found.chance}[o]*X[o], (o, {lower}, {size})) > 0") == expected
    assert written(f"X[{found.outcome}] > 0") == written(f"ForAll(X[o] > 0, (o, 1, {found.size}))") == "X > 0"
    assert written("X[1] > 0") is written(f"ForAll(X[o] > X[1], (o, 1, {found.size}))") is None
    assert written(f"ForAll(X[o] > X[{found.outcome}], (o, 1, {found.size}))") is None


ANTISYMMETRIC = "(P**2 - t**2)/(P**2 + t**2)**2"


@pytest.mark.parametrize(("left", "relation", "right", "given"), [
    # the order of two expectations: P uniform on (0, 1)
    (f"Expectation(Subs(Expectation({ANTISYMMETRIC}), t, P))", "=", "0", ()),
    ("Expectation(Subs(Expectation(g(t, X)), t, Y))", "=", "Expectation(Subs(Expectation(g(Y, t)), t, X))", ()),
    ("Expectation(Subs(Subs(Expectation(g(t, X)), t, b), b, Y))", "=",
     "Expectation(Subs(Expectation(g(Y, t)), t, X))", ()),
    ("Expectation(Sum(Expectation(g(j, X)), (j, 1, N)))", "=",
     "Expectation(Subs(Expectation(Sum(g(j, t), (j, 1, N))), t, X))", ()),
    # that X is what it is at an outcome has a chance above 0 for finitely many outcomes
    ("Expectation(Y)", ">", "0", ("Eq(Y, Subs(Expectation(KroneckerDelta(t, N)), t, N))", "Y >= 0")),
    ("Expectation(Subs(Expectation((t - Y)/(t - Y)), t, X))", "=", "1", ()),
    ("Expectation(Subs(Expectation(log((t - Y)**2)), t, X))", "=",
     "Expectation(Subs(Expectation(2*log(t - Y)), t, X))", ()),
    ("Expectation(Sum(Subs(Expectation((t - Y)/(t - Y)), t, y[j]), (j, 1, n)))", "=", "n", ()),
    ("Covariance(X, Subs(Expectation(t*X), t, Y))", "=", "Expectation(X)*Covariance(X, Y)", ()),
])
def test_expectations_that_vary_with_the_outcome_around_them(
        left: str, relation: str, right: str, given: tuple[str, ...]) -> None:
    """These may be infinitely many: nothing is said of them, nor by them."""
    found = judged(left, right, relation, given).verdict
    assert isinstance(found, Unknown)
    assert "outcome around" in found.reason


@pytest.mark.parametrize(("left", "right"), [
    ("Subs(Expectation((t - Y)/(t - Y)), t, X)", "1"), ("Subs(Expectation(log((t - Y)**2)), t, X)",
                                                        "Subs(Expectation(2*log(t - Y)), t, X)"),
])
def test_conditions_on_two_outcomes_are_not_those_on_one(left: str, right: str) -> None:
    """That X - Y is not 0 at any outcome does not say that X at one outcome is not Y at another."""
    assert isinstance(judged(left, right).verdict, Unknown)


@pytest.mark.parametrize(("left", "right"), [
    ("Subs(Expectation(g(t, X) + t), t, Y)", "Y + Subs(Expectation(g(t, X)), t, Y)"),
    ("Expectation(X*Subs(Expectation(t*Y), t, a))", "a*Expectation(X)*Expectation(Y)"),
    ("Expectation(Sum(X*Expectation(y[j]), (j, 1, n)))", "Expectation(X)*Sum(Expectation(y[j]), (j, 1, n))"),
    ("Expectation(Sum(y[j]*Expectation(y[j]), (j, 1, n)))", "Sum(Expectation(y[j])**2, (j, 1, n))"),
    ("Expectation(Dot(V, Expectation(V)))", "Dot(Expectation(V), Expectation(V))"),
    ("Expectation(Sum(a, (j, 1, N**2)))", "a*Expectation(N**2)"),
    ("Expectation(Subs(t*X, t, Y))", "Expectation(X*Y)"),
])
def test_expectations_within_others_that_do_not_vary(left: str, right: str) -> None:
    """Just inside: at one outcome, or at the same number of places whatever the outcome."""
    assert isinstance(judged(left, right).verdict, Proved)


OWN: Mapping[str, str] = {"p": "FamilyOf(X, (o, 1, n))", "q": "FamilyOf(X, (outcome, 1, 3))",
                          "r": "FamilyOf(X, (s, 1, n))", "d": "FamilyOf(Expectation(X), (s, 1, n))"}


@pytest.mark.parametrize(("left", "right", "verdict"), [
    ("Expectation(p[1])", "Expectation(X)", "proved"), ("Expectation(p[1]**2)", "Expectation(X)**2", "refuted"),
    ("q[2] - Expectation(X)", "X - Expectation(X)", "proved"),
    ("Sum(Expectation(r[n]), (n, 1, k))", "k*Expectation(X)", "conditional"),
    ("Sum(d[n], (n, 1, k))", "k*Expectation(X)", "conditional"),
    ("Sum(Expectation(r[n]), (n, 1, 1))", "Expectation(X)", "proved"),
    ("Sum(Expectation(Dot(V, V)), (k, 1, 2))", "2*Expectation(Dot(V, V))", "proved"),
    ("Sum(Expectation(Dot(V, V)), (k, 1, 2))", "2*Expectation(V[1]**2) + Expectation(V[2]**2)", "refuted"),
    ("Sum(Expectation(logsumexp(r)), (n, 1, 2))", "2*Expectation(logsumexp(r))", "proved"),
    ("Sum(Expectation(logsumexp(r)), (n, 1, 2))", "2*Expectation(X) + log(2)", "refuted"),
    ("Limit(Expectation(exp(logsumexp(r) - X))/n**2, n, oo)", "0", "unknown"),
    ("Limit(Expectation(Dot(V, V))/k, k, oo)", "0", "unknown"),
])
def test_ranges_and_sizes_keep_their_names(left: str, right: str, verdict: str) -> None:
    """Neither an outcome nor what a sum runs through is what a definition's range, or a size, goes by."""
    assert judged(left, right, let=OWN).verdict.verdict == verdict


@pytest.mark.parametrize(("left", "right", "conditions"), [
    ("Expectation(X/X) + Y/Y", "2", ["Ne(X, 0)", "Ne(Y, 0)"]),
    ("Expectation(Sum(y[i]/y[i], (i, 1, n)))", "n", ["ForAll(Ne(y[i], 0), (i, 1, n))"]),
    ("Expectation((X - Expectation(X))/(X - Expectation(X)))", "1", ["Ne(X - Expectation(X), 0)"]),
    ("Expectation(log((X*Y)**2))", "2*Expectation(log(X*Y))", ["X*Y > 0"]),
    ("Piecewise((1, Expectation(X) > 0), (Expectation(X/X), True))", "1", ["(Expectation(X) > 0) | ~True | Ne(X, 0)"]),
])
def test_conditions_on_one_outcome(left: str, right: str, conditions: list[str]) -> None:
    """Just inside: each condition, or part of one, is about one outcome, or about expectations."""
    found = judged(left, right).verdict
    assert isinstance(found, Conditional)
    assert [text(condition) for condition in found.conditions] == conditions


@pytest.mark.parametrize(("left", "right", "verdict"), [
    ("Sum(Expectation(X), (X, 1, n))", "n*Expectation(X)", "unknown"),
    ("Sum(Expectation(X), (X, 1, n))", "n*(n + 1)/2", "unknown"),
    ("Sum(Expectation(X*Y), (X, 1, n))", "n*(n + 1)/2*Expectation(Y)", "unknown"),
    ("Sum(d, (X, 1, n)) + 0*Expectation(Y)", "n*d + 0*Expectation(Y)", "unknown"),
    ("Expectation(Sum(X, (X, 1, n)))", "n*(n + 1)/2", "proved"),
    ("Sum(X*Expectation(Y), (X, 1, n))", "n*(n + 1)/2*Expectation(Y)", "proved"),
    ("Variance(Sum(X*Y, (X, 1, n)))", "(n*(n + 1)/2)**2*Variance(Y)", "proved"),
    ("Expectation(Integral(X*Y, (X, 0, 1)))", "Expectation(Y)/2", "proved"),
])
def test_a_bound_name_is_not_the_random_one(left: str, right: str, verdict: str) -> None:
    """Where an expectation stands under it, it may be of the one or of the other; elsewhere a bound name is a name."""
    assert judged(left, right, let={"d": "X + 1"}).verdict.verdict == verdict


@pytest.mark.parametrize(("left", "right"), [
    ("Sum(Expectation(1/X), (j, 2, n))", "(n - 1)*Expectation(1/X)"),
    ("Piecewise((Expectation(log(X)), a > 0), (0, True))",
     "Piecewise((Expectation(log(X)), a > 0), (0*Expectation(log(X)), True))"),
    ("Sum(0*Expectation(log(X)), (j, 1, M))", "0*Expectation(log(X))"),
    ("Sum(Expectation(1/X), (j, 1, 0)) + a", "a + 0*Expectation(1/X)"),
    ("Sum(Expectation(1/X), (j, 1, n), Ne(j, 1))", "(n - 1)*Expectation(1/X)"),
    ("Sum(Sum(Expectation(1/X), (j, 1, n)), (n, 0, 0))", "0*Expectation(1/X)"),
    ("Matrix([a, Expectation(1/X)])[1] + 0*b", "Matrix([a, 0*Expectation(1/X)])[1] + 0*b + 0*Expectation(1/X)"),
    ("d", "0*Expectation(1/X)"), ("e[1]", "0*Expectation(1/X)"),
])
def test_expectations_that_one_side_may_not_ask_for(left: str, right: str) -> None:
    """In another case, and over an empty range, an expectation is not asked for: the other side may be undefined."""
    let = {"d": "Sum(0*Expectation(1/X), (j, 1, M))", "e": "FamilyOf(Sum(0*Expectation(1/X), (j, 2, s)), (s, 1, n))"}
    assert not isinstance(judged(left, right, let=let).verdict, Proved)


@pytest.mark.parametrize(("left", "right"), [
    ("Sum(Expectation(log(X)), (j, 1, n))", "n*Expectation(log(X))"),
    ("Sum(Expectation(log(X)), (j, 2, 4))", "3*Expectation(log(X))"),
    ("g + Expectation(log(X))", "(1 + n)*Expectation(log(X))"),
    ("Limit(t*Expectation(log(X)), t, 1)", "Expectation(log(X))"),
])
def test_expectations_that_both_sides_ask_for(left: str, right: str) -> None:
    """Just inside of the condition: both sides exist where this one expectation does."""
    assert isinstance(judged(left, right, let={"g": "Sum(Expectation(log(X)), (j, 1, n))"}).verdict, Proved)
