"""Integrals and infinite series: true steps, false ones, and such as have no meaning. Names are fixed in `SYMBOLS`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pytest
from steps import conditions, judge

SYMBOLS: Final[Mapping[str, Mapping[str, object]]] = {
    "x": {"kind": "scalar"}, "y": {"kind": "scalar"}, "a": {"kind": "scalar"}, "b": {"kind": "scalar"},
    "m": {"kind": "scalar"}, "s": {"kind": "scalar", "assume": ["positive"]},
    "r": {"kind": "scalar", "assume": ["positive"]}, "q": {"kind": "scalar", "interval": ["0", "1"], "closed": False},
    "v": {"kind": "scalar", "interval": ["-1", "1/2"]},
    "n": {"kind": "size"}, "K": {"kind": "size"}, "w": {"kind": "indexed", "shape": ["K"]},
    "p": {"kind": "index", "upto": "K"}, "f": {"kind": "function", "arity": 1}, "g": {"kind": "function", "arity": 1},
}

NORMAL = "exp(-(t - m)**2/(2*s**2))/(s*sqrt(2*pi))"

TRUE: Final = [
    # an antiderivative between its ends
    ("Integral(1/(s + t**2), (t, 0, 1))", "atan(1/sqrt(s))/sqrt(s)"),
    ("Integral(t**n, (t, 0, x))", "x**(n + 1)/(n + 1)"),
    ("Integral(tanh(t), (t, 0, x))", "log(cosh(x))"),
    ("Integral(sqrt(1 - t**2), (t, -1, 1))", "pi/2"),
    ("Integral(exp(-r*t)*cos(x*t), (t, 0, oo))", "r/(r**2 + x**2)"),
    ("Integral(erf(t), (t, 0, 1))", "erf(1) + exp(-1)/sqrt(pi) - 1/sqrt(pi)"),
    ("Integral(xlogy(t, t), (t, 0, 1))", "-Rational(1, 4)"),
    ("Integral(Abs(t), (t, -1, 2))", "Rational(5, 2)"),
    ("Integral(exp(-Abs(t - m)/s)/(2*s), (t, -oo, oo))", "1"),
    ("Integral(1/t, (t, s, 2*s))", "log(2)"),
    ("Integral(Integral(t*u, (t, 0, u)), (u, 0, 1))", "Rational(1, 8)"),
    # rules for opaque integrands
    ("Integral(f(t), (t, a, b))", "-Integral(f(u), (u, b, a))"),
    ("Integral(f(t), (t, a, b)) + Integral(f(t), (t, b, x))", "Integral(f(u), (u, a, x))"),
    ("Integral(f(t)*Prime(g, t), (t, a, b))", "f(b)*g(b) - f(a)*g(a) - Integral(Prime(f, t)*g(t), (t, a, b))"),
    ("Integral(f(2*t + 1), (t, a, b))", "Integral(f(u), (u, 2*a + 1, 2*b + 1))/2"),
    ("Integral(2*t*f(t**2), (t, a, b))", "Integral(f(u), (u, a**2, b**2))"),
    ("Integral(t*f(t**2), (t, -a, a))", "0"),
    ("Integral(Derivative(f(t), t), (t, 0, a))", "f(a) - f(0)"),
    ("Derivative(Integral((x - t)*f(t), (t, 0, x)), x, x)", "f(x)"),
    ("Derivative(Integral(f(x*t), (t, 0, 1)), x)", "Integral(t*Prime(f, x*t), (t, 0, 1))"),
    ("Derivative(Integral(exp(t*Sum(w[k], (k, 1, K))), (t, 0, 1)), w[p])",
     "Integral(t*exp(t*Sum(w[k], (k, 1, K))), (t, 0, 1))"),
    ("Integral(Sum(exp(w[k]*t), (k, 1, K)), (t, 0, 1))", "Sum(Integral(exp(w[k]*t), (t, 0, 1)), (k, 1, K))"),
    # expectations against a density
    (f"Integral((t - m)**4*{NORMAL}, (t, -oo, oo))", "3*s**4"),
    (f"Integral(exp(x*t)*{NORMAL}, (t, -oo, oo))", "exp(m*x + s**2*x**2/2)"),
    (f"-Integral({NORMAL}*log({NORMAL}), (t, -oo, oo))", "log(2*pi*E*s**2)/2"),
    ("Integral(Max(0, t)*exp(-t**2/2)/sqrt(2*pi), (t, -oo, oo))", "1/sqrt(2*pi)"),
    ("Integral((t - 1/r)**2*r*exp(-r*t), (t, 0, oo))", "1/r**2"),
    ("Integral(t**(s - 1)*exp(-r*t), (t, 0, oo))", "gamma(s)/r**s"),
    ("Integral(t**(s - 1)*(1 - t)**(r - 1), (t, 0, 1))", "gamma(s)*gamma(r)/gamma(s + r)"),
    ("Integral(s/t**(s + 1), (t, 1, oo))", "1"),
    # logarithms beside a gamma, beta or Gaussian integral
    ("Integral(log(t)*t**(s - 1)*exp(-r*t), (t, 0, oo))", "gamma(s)*(digamma(s) - log(r))/r**s"),
    ("Integral(log(t)**2*exp(-t), (t, 0, oo))", "EulerGamma**2 + pi**2/6"),
    ("Integral(log(t)*t*exp(-r*t**2), (t, 0, oo))", "-(EulerGamma + log(r))/(4*r)"),
    ("Integral(log(t)*t**(s - 1)*(1 - t), (t, 0, 1))", "-1/s**2 + 1/(s + 1)**2"),
    ("Integral(t**2/(t*sqrt(2*pi*s**2))*exp(-(log(t) - m)**2/(2*s**2)), (t, 0, oo))", "exp(2*m + 2*s**2)"),
    ("Integral(exp(-a*log(t)**2), (t, 0, oo))", "sqrt(pi)/sqrt(a)*exp(1/(4*a))"),
    ("Integral(log(t)/(t*s*sqrt(2*pi))*exp(-(log(t) - m)**2/(2*s**2)), (t, 0, oo))", "m"),
    ("Derivative(Integral(exp(-r*t**2), (t, -oo, oo)), r)", "-Integral(t**2*exp(-r*t**2), (t, -oo, oo))"),
    # infinite series
    ("Sum(k**2*s**k*exp(-s)/factorial(k), (k, 0, oo))", "s**2 + s"),
    ("Sum(x**k/factorial(k), (k, 0, oo))", "exp(x)"),
    ("Sum(k*q*(1 - q)**(k - 1), (k, 1, oo))", "1/q"),
    ("Derivative(Sum(q**k, (k, 0, oo)), q)", "Sum(k*q**(k - 1), (k, 1, oo))"),
    ("Sum(1/2**k/k, (k, 1, oo))", "log(2)"),
]

CONDITIONAL: Final = [
    ("Integral(exp(-a*t), (t, 0, oo))", "1/a", {"a > 0"}),
    ("Derivative(Integral(exp(-a*t), (t, 0, oo)), a)", "-1/a**2", {"a > 0"}),
    ("Integral(log(t)*t**(a - 1)*exp(-t), (t, 0, oo))", "gamma(a)*digamma(a)", {"a > 0"}),
    ("Integral(exp(-t**2/(2*a**2)), (t, -oo, oo))", "sqrt(2*pi)*Abs(a)", {"Ne(a, 0)"}),
    ("Integral(1/t, (t, 1, x))", "log(x)", {"x > 0"}),
    ("Sum(x**k, (k, 0, oo))", "1/(1 - x)", {"x < 1", "x > -1"}),
    # at -1 the series of log converges, the geometric one does not
    ("Sum(x**k/k, (k, 1, oo))", "-log(1 - x)", {"x < 1", "x >= -1"}),
    ("Sum(x**k/k, (k, 1, oo))", "-log(1 - x) + log(1 + x) - log(1 + x)", {"x < 1", "1 + x > 0"}),
    ("Derivative(Sum(v**k/k, (k, 1, oo)), v)", "1/(1 - v)", {"v > -1"}),
    ("Sum((-1)**k*y**(2*k)/k, (k, 1, oo))", "-log(1 + y**2)", {"(y - 1)*(y + 1) <= 0"}),
]

FALSE: Final = [
    ("Integral(f(t)**2, (t, a, b))", "Integral(f(t), (t, a, b))**2"),
    ("Integral(f(t)*g(t), (t, 0, 1))", "Integral(f(t), (t, 0, 1))*Integral(g(t), (t, 0, 1))"),
    ("Integral(f(t), (t, a, b))", "Integral(f(u), (u, b, a))"),
    ("Derivative(Integral(f(t), (t, x, 2*x)), x)", "f(2*x) - f(x)"),
    ("Derivative(Integral(x*f(t), (t, 0, x)), x)", "x*f(x)"),
    ("Integral(f(2*t), (t, 0, 1))", "Integral(f(t), (t, 0, 2))"),
    (f"Integral(t**2*{NORMAL}, (t, -oo, oo))", "s**2"),
    (f"Integral(exp(t)*{NORMAL}, (t, -oo, oo))", "exp(m)"),
    ("Integral(t**s*exp(-t), (t, 0, oo))", "gamma(s)"),
    ("Integral(Abs(t), (t, -1, 2))", "Rational(3, 2)"),
    ("Integral(log(t), (t, 0, 1))", "1"),
    ("Integral(log(t)*exp(-r*t), (t, 0, oo))", "-EulerGamma/r"),
    ("Integral(log(t)**2*exp(-t), (t, 0, oo))", "EulerGamma**2"),
    ("Integral(exp(-log(t)**2), (t, 0, oo))", "sqrt(pi)"),
    ("Integral(1/sqrt(t), (t, 0, 1))", "1"),
    ("Integral(1/(1 + t**2), (t, 0, oo))", "pi"),
    ("Integral(sin(t), (t, 0, pi))", "0"),
    ("Sum(1/2**k, (k, 0, oo))", "1"),
    ("Sum(x**k/factorial(k), (k, 1, oo))", "exp(x)"),
    ("Sum(k*s**k*exp(-s)/factorial(k), (k, 0, oo))", "s**2"),
    ("Sum(q**k, (k, 1, oo))", "1/(1 - q)"),
    ("Sum(1/k**2, (k, 1, oo))", "2"),
    # 0 times what diverges: at a = 0 the integrand is 0
    ("Integral(a*exp(-a*t), (t, 0, oo))", "1"),
    ("Integral(a*exp(-a**2*t**2), (t, -oo, oo))", "sqrt(pi)"),
]

MEANINGLESS: Final = [
    # poles inside and at ends
    ("Integral(1/t, (t, -1, 1))", "0"), ("Integral(1/t**2, (t, -1, 1))", "-2"), ("Integral(1/t, (t, 0, 1))", "0"),
    ("Integral(1/(t - 1)**2, (t, 0, 3))", "-Rational(3, 2)"), ("Integral(tan(t), (t, 0, pi))", "0"),
    ("Integral(t**3/(t**2 - 1), (t, -2, 2))", "0"), ("Integral(1/t**3, (t, -1, 1))", "0"),
    ("Integral(log(t), (t, -1, 1))", "-2"), ("Integral(sqrt(t)**2, (t, -1, 1))", "0"),
    # no convergence at infinity, though symmetric
    ("Integral(t, (t, -oo, oo))", "0"), ("Integral(t/(1 + t**2), (t, -oo, oo))", "0"),
    ("Integral(1/t, (t, 1, oo))", "0"), ("Integral(exp(t), (t, 0, oo))", "-1"), ("Integral(sin(t), (t, 0, oo))", "1"),
    ("Integral(t*f(t**2), (t, -oo, oo))", "0"), ("Integral(exp(t**2), (t, -oo, oo))", "0"),
    ("Integral(exp(r*t), (t, 0, oo))", "-1/r"),
    ("Integral(log(t)/t*exp(-t), (t, 0, oo))", "-EulerGamma"), ("Integral(exp(log(t)**2), (t, 0, oo))", "sqrt(pi)"),
    ("Integral(log(t), (t, 0, oo))", "0"), ("Integral(log(t)*t**(-r - 1)*(1 - t), (t, 0, 1))", "0"),
    # series that diverge, or have a term that is undefined
    ("Sum(1, (k, 0, oo))", "0"), ("Sum(2**k, (k, 0, oo))", "-1"), ("Sum((-1)**k, (k, 0, oo))", "Rational(1, 2)"),
    ("Sum(1/k, (k, 1, oo))", "0"), ("Sum(1/(k*2**k), (k, 0, oo))", "log(2)"),
    ("Sum(k, (k, 1, oo))", "-Rational(1, 12)"),
    ("Sum(1/q**k, (k, 0, oo))", "q/(q - 1)"),
]

OPEN: Final = [
    # jumps, limits of functions that need not be continuous: nothing is claimed
    ("Integral(Limit(t**y, y, oo), (t, 0, 1))", "1"),
    ("Integral(1/(t + Heaviside(-t)), (t, -1, 1))", "0"),
    ("Integral(Piecewise((1/t, t > 0), (0, True)), (t, -1, 1))", "0"),
]


@pytest.mark.parametrize(("left", "right"), TRUE)
def test_a_true_step_is_proved(left: str, right: str) -> None:
    """Both sides are defined at the same points and equal there."""
    assert judge(SYMBOLS, left, right).verdict.verdict == "proved"


@pytest.mark.parametrize(("left", "right", "wanted"), CONDITIONAL)
def test_convergence_is_a_condition(left: str, right: str, wanted: set[str]) -> None:
    """Where an integral or a series exists only under a condition, the step says which."""
    assert conditions(judge(SYMBOLS, left, right)) == wanted


@pytest.mark.parametrize(("left", "right"), FALSE)
def test_a_false_step_is_refuted(left: str, right: str) -> None:
    """A point is shown at which the two sides differ."""
    assert judge(SYMBOLS, left, right).verdict.verdict == "refuted"


@pytest.mark.parametrize(("left", "right"), [*MEANINGLESS, *OPEN])
def test_nothing_is_claimed_of_what_does_not_exist(left: str, right: str) -> None:
    """An integral over a pole or a divergent one equals nothing."""
    assert judge(SYMBOLS, left, right).verdict.verdict not in ("proved", "conditional")


def test_the_bound_variable_is_its_own() -> None:
    """Hypotheses about a symbol say nothing of an integral's variable of the same name."""
    step = ("Integral(Abs(x), (x, -1, 1))", "Integral(x, (x, -1, 1))")
    assert judge(SYMBOLS, *step, given=("x > 0",)).verdict.verdict == "refuted"


def test_hypotheses_about_integrals_act() -> None:
    """The mean of an affine function, under a density that sums to 1."""
    given = ("Eq(Integral(g(t), (t, 0, 1)), 1)",)
    left, right = "Integral(g(t)*(a*f(t) + b), (t, 0, 1))", "a*Integral(g(t)*f(t), (t, 0, 1)) + b"
    assert judge(SYMBOLS, left, right, given=given).verdict.verdict in ("proved", "unknown")
    assert judge(SYMBOLS, left, right).verdict.verdict == "refuted"
