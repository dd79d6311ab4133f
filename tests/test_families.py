"""What is known of families of distributions, against numerical integrals and sums of their densities."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from evaluation import Point, evaluate
from mpmath import inf, mp, mpf, quad
from numeric import Undefined, single

from lossproof.derivation import Declaration, Step
from lossproof.read.latex.densities import density_of_arrays
from lossproof.read.latex.families import _FAMILIES, Known, known
from lossproof.term import ONE, ZERO, Call, Number, Symbol, Term, map_children, number

MEMBERS = {
    "normal": ("1/2", 3), "log-normal": ("1/4", "1/3"), "exponential": ("3/2",), "gamma": ("5/2", "3/2"),
    "chi-squared": (5,), "beta": ("5/2", 3), "uniform": (1, 4), "ex-gaussian": ("1/2", "3/4", 2),
    "wald": ("3/2", 2), "bernoulli": ("1/3",), "binomial": (4, "1/3"), "poisson": ("5/4",),
    "beta-binomial": (4, "3/2", "5/2"), "discrete-uniform": (2, 6),
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


def test_every_family_has_a_member_here() -> None:
    """None is known that the tests below leave out."""
    assert MEMBERS.keys() == _FAMILIES.keys()


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


def arrays(**entries: list[list[str]]) -> tuple[Step, Point]:
    """Vectors (of one row) and matrices by their rows, and what to evaluate at."""
    declared, values = {}, {}
    for name, rows in entries.items():
        shape = (number(len(rows[0])),) if len(rows) == 1 else (number(len(rows)), number(len(rows[0])))
        declared[name] = Declaration(name, "family", shape=shape, rank=len(shape), array=True)
        values[name] = {((i, j) if len(rows) > 1 else (j,)): Fraction(entry)
                        for i, row in enumerate(rows, 1) for j, entry in enumerate(row, 1)}
    return Step(ZERO, ZERO, declarations=declared), Point({}, values, {})


def test_densities_of_arrays() -> None:
    """Normal vectors, matrices with one column, vectors of shares, and t in two variables, by hand."""
    step, point = arrays(x=[["1/2", "2"]], m=[["1", "1/3"]], S=[["2", "1/2"], ["1/2", "3"]], p=[["1/4", "3/4"]],
                         a=[["2", "5/2"]], X=[["1/2"], ["2"]], M=[["1"], ["1/3"]])
    x, m, s, shares, a, x1, m1 = map(Symbol, "xmSpaXM")

    def found(kind: str, args: list[Term], shapes: list[tuple[Term, ...]]) -> Any:
        term = density_of_arrays(kind, args, shapes)
        assert term is not None
        return single(evaluate(numbers(term), step, point, 20))

    def numbers(term: Term) -> Term:
        """With quadratic forms as numbers: the evaluation adds no array of one entry to a number."""
        if isinstance(term, Call) and term.function == "matmul" and len(term.args) == 3:
            return exact(single(evaluate(term, step, point, 20)))
        return map_children(term, numbers)

    two, one = number(2), number(1)
    d, e = mpf(1) / 2 - 1, mpf(2) - mpf(1) / 3
    det = 6 - mpf(1) / 4
    form = (3 * d * d - d * e + 2 * e * e) / det
    vectors: list[tuple[Term, ...]] = [(two,), (two,), (two, two)]
    assert near(found("normal", [x, m, s], vectors), mp.exp(-form / 2) / mp.sqrt((2 * mp.pi) ** 2 * det))
    square: list[tuple[Term, ...]] = [(two, one), (two, one), (two, two), (one, one)]
    assert near(found("matrix-normal", [x1, m1, s, Call("identity", (one,))], square),
                mp.exp(-form / 2) / mp.sqrt((2 * mp.pi) ** 2 * det))
    student = mp.gamma(mpf(7) / 2) / (mp.gamma(mpf(5) / 2) * mp.sqrt((5 * mp.pi) ** 2 * det))
    assert near(found("student", [x, m, s, number(5)], [*vectors, ()]), student / (1 + form / 5) ** mpf(3.5))
    beta = known("beta", [number(2), number("5/2")])
    assert beta is not None
    assert near(found("dirichlet", [shares, a], [(two,), (two,)]), value(beta.density(number("1/4"))))


def test_densities_of_arrays_that_do_not_fit() -> None:
    """Sizes that are not known, and families of numbers."""
    x, s = Symbol("x"), Symbol("S")
    assert density_of_arrays("normal", [x, x, s], [(None,), (None,), (None, None)]) is None
    assert density_of_arrays("gamma", [x, x, s], [(ONE,), (ONE,), (ONE, ONE)]) is None
