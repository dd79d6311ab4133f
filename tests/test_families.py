"""What is known of families of distributions, against numerical integrals and sums of their densities."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from evaluation import Point, evaluate
from mpmath import inf, mp, mpf, quad
from numeric import Undefined

from lossproof.derivation import Step
from lossproof.read.latex.families import Known, known
from lossproof.term import ZERO, Number, Term, number

MEMBERS = {
    "normal": ("1/2", 3), "log-normal": ("1/4", "1/3"), "exponential": ("3/2",), "gamma": ("5/2", "3/2"),
    "chi-squared": (5,), "beta": ("5/2", 3), "uniform": (1, 4), "ex-gaussian": ("1/2", "3/4", 2),
    "wald": ("3/2", 2), "bernoulli": ("1/3",), "binomial": (4, "1/3"), "poisson": ("5/4",),
    "beta-binomial": (4, "3/2", "5/2"),
}
NOTHING = Step(ZERO, ZERO)


def value(term: Term) -> Any:
    return evaluate(term, NOTHING, Point({}, {}, {}), 20)


def exact(x: Any) -> Number:
    return Number(Fraction(int(mp.floor(mpf(x) * 2**50)), 2**50))


def density(law: Known, x: Any) -> Any:
    """The density at a point; 0 where it cannot be computed, so near to the end of the support that it is."""
    try:
        return value(law.density(exact(x)))
    except Undefined:
        return mpf(0)


def average(law: Known, g: Callable[[Any], Any], low: Any = None, high: Any = None) -> Any:
    """E(g(X)), of X between two ends where they are given."""
    lower, upper = law.support.lower, law.support.upper
    begin = low if low is not None else -inf if lower is None else value(lower)
    end = high if high is not None else inf if upper is None else value(upper)
    if law.support.whole:
        return sum(g(x) * value(law.density(number(x))) for x in range(int(begin), int(min(end, 40)) + 1))
    middle = 1 if begin == -inf or begin < 1 else begin
    points = [begin, middle, end] if begin < middle < end else [begin, end]
    with mp.workdps(15):
        return quad(lambda x: g(x) * density(law, x), points, maxdegree=6)


def member(kind: str) -> Known:
    law = known(kind, [number(parameter) for parameter in MEMBERS[kind]])
    assert law is not None
    return law


def near(left: Any, right: Any) -> bool:
    return bool(abs(left - right) < mpf("1e-6"))


@pytest.mark.parametrize("kind", MEMBERS)
def test_moments_are_those_of_the_density(kind: str) -> None:
    """Total, mean, variance, skewness, E(ln X) and entropy."""
    law = member(kind)
    assert near(average(law, lambda x: 1), 1)
    assert law.mean is not None and law.variance is not None
    mean, variance = value(law.mean), value(law.variance)
    assert near(average(law, lambda x: x), mean)
    assert near(average(law, lambda x: (x - mean) ** 2), variance)
    if law.skewness is not None:
        assert near(average(law, lambda x: (x - mean) ** 3) / variance ** mpf(1.5), value(law.skewness))
    if law.log_mean is not None:
        assert near(average(law, mp.log), value(law.log_mean))
    if law.entropy is not None:
        assert near(-average(law, lambda x: mp.log(density(law, x) + mpf(10) ** -200)), value(law.entropy))


@pytest.mark.parametrize("kind", MEMBERS)
def test_functions_are_those_of_the_density(kind: str) -> None:
    """Moment-generating function where it exists, distribution function, median, mode."""
    law = member(kind)
    if law.transform is not None:
        t = mpf(1) / 4
        assert law.exists.upper is None or value(law.exists.upper) > t
        assert near(average(law, lambda x: mp.exp(t * x)), value(law.transform(number("1/4"))))
    if law.distribution is not None:
        for x in (1, 2) if law.support.whole else ("5/4", 2):
            assert near(average(law, lambda z: 1, high=value(number(x))), value(law.distribution(number(x))))
    if law.median is not None:
        assert near(average(law, lambda z: 1, high=value(law.median)), mpf(1) / 2)
    if law.mode is not None:
        top = value(law.mode)
        for x in (top - mpf("0.01"), top + mpf("0.01")):
            if law.support.lower is None or x > value(law.support.lower):
                assert density(law, x) < density(law, top)


@pytest.mark.parametrize("kind", MEMBERS)
def test_another_number_of_parameters_says_nothing(kind: str) -> None:
    """A document may give a family more parameters than are known here."""
    assert known(kind, [number(1)] * (len(MEMBERS[kind]) + 1)) is None
