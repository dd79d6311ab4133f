"""Special functions, angles, roots, kinks and sums of binomials: what is true comes out, what is false does not."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

import pytest
from steps import Symbols, conditions, judge, make_step, said

from lossproof.kernel.enclosure import Evaluator
from lossproof.kernel.integers import written_integer
from lossproof.kernel.jets import Undefined
from lossproof.kernel.points import Point
from lossproof.term import Pow, Term

SYMBOLS: Final[Symbols] = {
    "x": {"kind": "scalar"}, "y": {"kind": "scalar"}, "c": {"kind": "scalar"},
    "a": {"kind": "scalar", "assume": ["positive"]}, "b": {"kind": "scalar", "assume": ["positive"]},
    "d": {"kind": "scalar", "assume": ["positive"]}, "z": {"kind": "scalar", "assume": ["nonzero"]},
    "t": {"kind": "scalar", "interval": ["0", "1"], "closed": False},
    "m": {"kind": "integer"}, "n": {"kind": "integer"}, "k": {"kind": "integer", "assume": ["nonnegative"]},
    "N": {"kind": "integer", "assume": ["nonnegative"]}, "K": {"kind": "size"},
    "f": {"kind": "function", "arity": 1}, "u": {"kind": "indexed", "shape": ["K"]},
}

PROVED: Final = (
    # gamma and its kin
    ("gamma(Rational(-1, 2))", "-2*sqrt(pi)"), ("gamma(a + 3)/gamma(a)", "a*(a + 1)*(a + 2)"),
    ("gamma(a + Rational(3, 2))", "(a + Rational(1, 2))*gamma(a + Rational(1, 2))"),
    ("gamma(t + 1)*gamma(1 - t)", "pi*t/sin(pi*t)"), ("log(gamma(a + 1))", "log(a) + loggamma(a)"),
    ("Subs(gamma(a + 1), a, 2)", "2"), ("1/(gamma(a)*a)", "1/gamma(a + 1)"),
    ("digamma(a + 2) - digamma(a)", "1/a + 1/(a + 1)"), ("digamma(3)", "Rational(3, 2) - EulerGamma"),
    ("digamma(Rational(1, 2))", "-EulerGamma - 2*log(2)"), ("polygamma(1, 1)", "pi**2/6"),
    ("polygamma(2, a + 1)", "polygamma(2, a) + 2/a**3"), ("Derivative(polygamma(1, a), a)", "polygamma(2, a)"),
    ("beta(a, b + 1)", "b/(a + b)*beta(a, b)"), ("beta(a, 1)", "1/a"), ("beta(t, 1 - t)", "pi/sin(pi*t)"),
    ("binomial(N, m)", "binomial(N, N - m)"), ("binomial(x, 3)", "x*(x - 1)*(x - 2)/6"),
    ("binomial(m, 0)", "1"), ("binomial(N, N)", "1"), ("binomial(N, -1)", "0"), ("binomial(N, N + 1)", "0"),
    ("fibonacci(m + 3)", "2*fibonacci(m + 1) + fibonacci(m)"), ("fibonacci(-6)", "-8"),
    ("harmonic(4)", "Rational(25, 12)"),
    ("Sum(harmonic(k), (k, 1, N))", "(N + 1)*harmonic(N) - N"), ("Product((k + 1)/k, (k, 1, N))", "N + 1"),
    ("Product(2*k - 1, (k, 1, N))", "factorial(2*N)/(2**N*factorial(N))"),
    ("Sum(fibonacci(k)**2, (k, 0, N))", "fibonacci(N)*fibonacci(N + 1)"),
    ("Sum(1/(k + 1)**2, (k, 1, N))", "polygamma(1, 2) - polygamma(1, N + 2)"),
    # sums of binomials
    ("Sum((-1)**k*binomial(K, k), (k, 0, K))", "0"), ("Sum(binomial(N, k)*2**k, (k, 0, N))", "3**N"),
    ("Sum(binomial(N, k)*x**k, (k, 0, N))", "(x + 1)**N"),
    ("Sum(k**2*binomial(K, k), (k, 0, K))", "K*(K + 1)*2**(K - 2)"),
    ("Sum((-1)**k*binomial(N, k)/(k + 1), (k, 0, N))", "1/(N + 1)"),
    ("Sum(binomial(K, k)*t**k*(1 - t)**(K - k), (k, 0, K))", "1"),
    ("Sum((k - K*t)**2*binomial(K, k)*t**k*(1 - t)**(K - k), (k, 0, K))", "K*t*(1 - t)"),
    ("Sum(1/(factorial(k)*factorial(N - k)), (k, 0, N))", "2**N/factorial(N)"),
    # angles
    ("sin(5*x)", "16*sin(x)**5 - 20*sin(x)**3 + 5*sin(x)"), ("cos(x/2)**2", "(1 + cos(x))/2"),
    ("cos(x + m*pi)", "(-1)**m*cos(x)"), ("sin(x - pi/2)", "-cos(x)"), ("cos(3*pi/2 - x)", "-sin(x)"),
    ("cos(pi/5) - cos(2*pi/5)", "Rational(1, 2)"), ("tan(pi/12)", "2 - sqrt(3)"), ("sin(-7*pi/6)", "Rational(1, 2)"),
    ("sin(pi/7)*sin(2*pi/7)*sin(3*pi/7)", "sqrt(7)/8"), ("atan(-sqrt(3))", "-pi/3"), ("acos(-1)", "pi"),
    ("sin(2*atan(x))", "2*x/(1 + x**2)"), ("cos(2*asin(t))", "1 - 2*t**2"), ("tan(asin(t))", "t/sqrt(1 - t**2)"),
    ("asin(sin(t))", "t"), ("atan(a) + atan(1/a)", "pi/2"), ("atan(-a) + atan(-1/a)", "-pi/2"),
    ("exp(sin(x + y))", "exp(sin(x)*cos(y))*exp(cos(x)*sin(y))"), ("sin(t)", "Abs(sin(t))"),
    ("Sum(cos(u[k] + x), (k, 1, K))", "cos(x)*Sum(cos(u[k]), (k, 1, K)) - sin(x)*Sum(sin(u[k]), (k, 1, K))"),
    ("Derivative(sin(x)**2, x)", "sin(2*x)"), ("asinh(-x)", "-asinh(x)"), ("sech(x)**2", "1 - tanh(x)**2"),
    ("1 + 1/tan(t)**2", "csc(t)**2"),
    # roots
    ("(2 + 10*sqrt(3)/9)**Rational(1, 3) + (2 - 10*sqrt(3)/9)**Rational(1, 3)", "2"),
    ("sqrt(a + b - 2*sqrt(a*b))", "Abs(sqrt(a) - sqrt(b))"), ("sqrt(x**2 + y**2 + 2*x*y)", "Abs(x + y)"),
    ("x*sqrt(3 + 2*sqrt(2))", "x + x*sqrt(2)"), ("sqrt(2)*sqrt(3 + sqrt(5))", "1 + sqrt(5)"),
    # powers, floors
    ("x**k*x**N", "x**(k + N)"), ("x**(K - 1)*x", "x**K"), ("(x*y)**N", "x**N*y**N"), ("(-2)**m", "(-1)**m*2**m"),
    ("(-1)**(m*(m + 1))", "1"), ("z**(m - n)", "z**m/z**n"), ("Mod(x + m, 1)", "Mod(x, 1)"),
    ("ceiling(x + 2)", "ceiling(x) + 2"), ("floor(7*m/2)", "3*m + floor(m/2)"),
    # kinks: both sides are undefined where there is no derivative
    ("Derivative(Abs(x), x)", "x/Abs(x)"), ("Derivative(x*Abs(x), x)", "2*Abs(x)"),
    ("Derivative(x*Abs(x), (x, 2))", "2*x/Abs(x)"), ("Derivative(x**2*Abs(x), (x, 2))", "6*Abs(x)"),
    ("Derivative(Max(0, 1 - x)**2, x)", "-2*Max(0, 1 - x)"), ("Derivative(sqrt(x**2), x)", "x/Abs(x)"),
    ("Derivative(sqrt(x**4), x)", "2*x"), ("Derivative(Max(x, 0) - Max(-x, 0), x)", "1"),
    ("Derivative(exp(-Abs(x)), x)", "-exp(-Abs(x))*x/Abs(x)"), ("Derivative(Abs(x)**3, x)", "3*x*Abs(x)"),
    ("log(x*(1 - x))", "log(x) + log(1 - x)"),
    ("Derivative(Piecewise((x**2/2, Abs(x) <= d), (d*Abs(x) - d**2/2, True)), x)", "Max(-d, Min(x, d))"),
    ("Derivative(Piecewise((x**2, x < 0), (x**3, True)), x)", "Piecewise((2*x, x < 0), (3*x**2, True))"),
    ("Derivative(Max(0, x), x)", "Piecewise((0, x < 0), (1, x > 0))"),
    # names that Subs binds
    ("Subs(Derivative(f(v), v), v, x**2)", "Prime(f, x**2)"), ("Subs(v**2 + x, v, x)", "x**2 + x"),
    ("Rational(1, 10**12)*10**12", "1"),
)

NOT_PROVED: Final = (
    # true at small integers, or at most points, only
    ("binomial(m, n)", "binomial(m, m - n)"), ("binomial(-2, m)", "binomial(-2, -2 - m)"),
    ("Sum((-1)**k*binomial(N, k), (k, 0, N))", "0"), ("Sum(k**2*binomial(K, k), (k, 0, K))", "K*(K + 1)*2**(K - 1)"),
    ("Sum(binomial(N, k), (k, 0, N))", "2**N + 1"), ("Sum(binomial(N, k), (k, 0, N - 1))", "2**N"),
    ("Sum(binomial(k, m), (k, 0, N))", "binomial(N + 1, m + 1)"), ("Sum(binomial(m, k), (k, 0, m))", "2**m"),
    ("Sum(binomial(N, k)/(k + 1), (k, 0, N))", "(2**N - 1)/(N + 1)"),
    ("gamma(m + 1)*KroneckerDelta(m, 0)", "0"), ("Subs(gamma(a + 1), a, 0)", "0"),
    ("fibonacci(m + 3)", "2*fibonacci(m + 1) + fibonacci(m - 1)"), ("digamma(a + 1)", "digamma(a) + 1/(a + 1)"),
    ("gamma(t)*gamma(1 - t)", "pi/sin(t)"), ("polygamma(1, a + 1)", "polygamma(1, a) + 1/a**2"),
    ("cos(x + m*pi)", "cos(x)"), ("sin(x + m*pi/2)", "sin(x)"), ("sin(x - pi/2)", "cos(x)"), ("sin(2*x)", "2*sin(x)"),
    ("asin(sin(x))", "x"), ("atan(x) + atan(1/x)", "pi/2"), ("atan(tan(x))", "x"), ("acos(cos(x))", "x"),
    ("sin(7*pi/6)", "Rational(1, 2)"), ("cos(pi/7) - cos(2*pi/7) + cos(3*pi/7)", "1/2 + Rational(1, 10**50)"),
    ("sqrt(2) + sqrt(3)", "sqrt(5 + 2*sqrt(6)) + Rational(1, 10**40)"),
    ("sqrt(a + b - 2*sqrt(a*b))", "sqrt(a) - sqrt(b)"),
    ("sqrt(x**2 + y**2 + 2*x*y)", "x + y"), ("sqrt(7 - 4*sqrt(3))", "sqrt(3) - 2"),
    ("x**(k + N)", "x**k + x**N"), ("(-1)**(m + n)", "(-1)**m"), ("floor(-x)", "-floor(x)"),
    ("floor(x + m/2)", "floor(x) + m/2"), ("floor(2*x)", "2*floor(x)"),
    ("Derivative(Piecewise((x**2/2, Abs(x) <= d), (d*Abs(x) - d**2/2, True)), x)", "Max(-d, Min(x, 2*d))"),
    ("Derivative(Piecewise((x**2, x < 0), (x**3, True)), x)", "Piecewise((2*x, x < 0), (3*x, True))"),
    ("Derivative(Abs(x), x)", "1"), ("Derivative(Max(0, x)**2/2, x)", "x"), ("Derivative(Max(x, x + x**2), x)", "1"),
    ("Subs(Abs(a), a, -1)", "-1"), ("Subs(v + v, v, x)", "x"),
)

CONDITIONAL: Final = (
    # equal where both are defined, and the domains differ
    ("Derivative(Abs(x), x)", "sign(x)", "Ne(x, 0)"), ("Derivative(Max(x, 0) + Max(-x, 0), x)", "sign(x)", "Ne(x, 0)"),
    ("Derivative(Piecewise((x**2, x < 0), (x**3 + 1, True)), x)", "Piecewise((2*x, x < 0), (3*x**2, True))",
     "Ne(x, 0)"),
    ("factorial(m)", "m*factorial(m - 1)", "m >= 1"), ("loggamma(x + 1)", "log(x) + loggamma(x)", "x > 0"),
    ("log(x*(x - 1))", "log(x) + log(x - 1)", "x > 1"), ("factorial(N)/factorial(N - 2)", "N*(N - 1)", "N >= 2"),
    ("Product(k, (k, 1, m))", "factorial(m)", "m >= 0"), ("Sum(1/k, (k, 1, m))", "harmonic(m)", "m >= 0"),
    ("Derivative(x**Rational(3, 2), x)", "3*sqrt(x)/2", "x > 0"), ("Derivative(Abs(x)/x, x)", "0", "Ne(x, 0)"),
)


@pytest.mark.parametrize(("left", "right"), PROVED)
def test_a_true_step_is_proved(left: str, right: str) -> None:
    """The two lines are defined at the same points and equal there."""
    result = judge(SYMBOLS, left, right)
    assert result.verdict.verdict == "proved", said(result)


@pytest.mark.parametrize(("left", "right"), NOT_PROVED)
def test_a_false_step_is_refuted(left: str, right: str) -> None:
    """A step that fails somewhere is refuted there."""
    result = judge(SYMBOLS, left, right)
    assert result.verdict.verdict == "refuted", said(result)


@pytest.mark.parametrize(("left", "right", "condition"), CONDITIONAL)
def test_a_step_that_changes_the_domain_is_conditional(left: str, right: str, condition: str) -> None:
    """The condition under which both lines are defined is printed."""
    result = judge(SYMBOLS, left, right)
    assert conditions(result) == {condition}, said(result)


@pytest.mark.parametrize(("exponent", "integer"), [
    ("m - m", True), ("m*n", True), ("k", True), ("m**2", True), ("Abs(m)", True), ("K - 1", True), ("floor(x)", True),
    ("Sum(m, (j, 1, K))", True), ("KroneckerDelta(m, n)", True), ("c - c", False), ("0*c", False), ("c", False),
    ("m*(m + 1)/2", False), ("Sum(1/2, (j, 1, K))", False), ("2*(m/2)", False), ("q", False), ("r", True),
])
def test_zero_to_the_zero_goes_by_the_written_exponent(exponent: str, integer: bool) -> None:
    """x**e is 1 at x = 0 and e = 0 where e is written as an integer, for proofs and at points alike."""
    let = {"q": "c - c", "r": "m - m"}
    step = make_step(SYMBOLS, f"x**({exponent})", "x", let=let)
    assert isinstance(step.left, Pow)
    assert written_integer(step.left.exponent, step.declarations, step.definitions, {}) is integer
    values = {name: Fraction(0) for name in ("x", "m", "n", "k", "c")} | {"K": Fraction(1)}
    found = Evaluator(step.declarations, step.definitions, Point(values))
    if found.exact(step.left.exponent) == 0:
        assert (found.exact(step.left) == 1) if integer else _is_undefined(found, step.left)
    if exponent in ("c - c", "q", "0*c"):
        assert conditions(judge(SYMBOLS, f"x**({exponent})", "1", let=let)) == {"Ne(x, 0)"}


def _is_undefined(found: Evaluator, term: Term) -> bool:
    with pytest.raises(Undefined):
        found.number(term)
    return True


@pytest.mark.parametrize("value", ["0", "1", "-1", "4"])
@pytest.mark.parametrize("body", [
    "sqrt({})", "({})**Rational(1, 3)", "Abs({})", "({})**Rational(2, 3)", "log({})", "1/sqrt({})", "sign({})",
    "exp({})", "asin({})", "atan({})", "xlogy({}, 2)", "sqrt({})*x", "sqrt({} + y**2)", "Max({}, 0)", "floor({}/2)",
])
def test_a_hypothesis_puts_a_value_into_a_function(body: str, value: str) -> None:
    """Given c = 0, sqrt(c) is 0, and so on: no function of c is taken for another value, and none that is
    undefined there has one."""
    given = (f"Eq(c, {value})",)
    left, right = body.format("c"), body.format(f"({value})")
    true = judge(SYMBOLS, left, right, given=given)
    assert true.verdict.verdict in ("proved", "unknown") and not true.fault, said(true)
    false = judge(SYMBOLS, left, f"{right} + 1", given=given)
    assert false.verdict.verdict in ("refuted", "unknown") and not false.fault, said(false)


def test_the_root_of_0_is_0() -> None:
    """Where its argument becomes 0 by a hypothesis, an index or a substitution."""
    for left, right, given in (
        ("sqrt(c)*x", "0", ("Eq(c, 0)",)), ("sqrt(c - y) + x", "x", ("Eq(c, y)",)), ("Subs(sqrt(c), c, 0)", "0", ()),
        ("Sum(sqrt(j - 1)*x, (j, 1, 2))", "x", ()), ("Sum(sqrt(j - 1)*u[j], (j, 1, K), Ne(j, 1))",
                                                     "Sum(sqrt(j - 1)*u[j], (j, 1, K))", ()),
    ):
        result = judge(SYMBOLS, left, right, given=given)
        assert result.verdict.verdict == "proved", (left, said(result))


def test_a_binomial_of_real_numbers_is_that_of_the_gammas() -> None:
    """n!/(k! (n - k)!) for 0 <= k <= n, which is named where nothing says it; beyond, the factorials have poles."""
    factorials = "factorial(x)/(factorial(y)*factorial(x - y))"
    assert conditions(judge(SYMBOLS, "binomial(x, y)", factorials)) == {"y >= 0", "x >= y"}
    assert judge(SYMBOLS, "binomial(x, y)", factorials, given=("0 <= y", "y <= x")).verdict.verdict == "proved"
    assert judge(SYMBOLS, "binomial(x, y)", f"2*{factorials}").verdict.verdict == "refuted"
    assert judge(SYMBOLS, "binomial(x, y)", factorials, given=("y < 0",)).verdict.verdict != "proved"
