"""Inequalities: what is proved by known inequalities, squares, induction and slopes, and what is false of them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from steps import make_step

from lossproof import checker
from lossproof.kernel.proof import Open, prove

SYMBOLS: Mapping[str, Mapping[str, object]] = {
    "n": {"kind": "size"}, "l": {"kind": "integer", "assume": ["nonnegative"]}, "p": {"kind": "index", "upto": "n"},
    "x": {"kind": "scalar"}, "y": {"kind": "scalar"}, "z": {"kind": "scalar"}, "M": {"kind": "scalar"},
    "a": {"kind": "scalar", "assume": ["positive"]}, "b": {"kind": "scalar", "assume": ["positive"]},
    "h": {"kind": "scalar", "interval": ["0", "1"], "closed": False},
    "u": {"kind": "indexed", "shape": ["n"]}, "v": {"kind": "indexed", "shape": ["n"]},
    "w": {"kind": "indexed", "shape": ["n"], "assume": ["positive"]},
    "q": {"kind": "indexed", "shape": ["n"], "assume": ["nonnegative"]},
}
ONE = "Eq(Sum(w[k], (k, 1, n)), 1)"

TRUE: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("x**2 + y**2 + z**2", ">=", "x*y + y*z + z*x", ()),
    ("x**2 - x + 1", ">", "0", ()),
    ("x**4 + 1", ">=", "x**3 + x", ()),
    ("a/b + b/a", ">=", "2", ()),
    ("sqrt(a*b)", ">=", "2*a*b/(a + b)", ()),
    ("sqrt(1 + a)", "<=", "1 + a/2", ()),
    ("exp(pi)", ">", "pi**3 - 8", ()),
    ("log(2)", "<", "7/10", ()),
    ("sin(a)", "<=", "a", ()),
    ("exp(x)", ">=", "1 + x", ()),
    ("exp(x)", ">=", "exp(y)*(1 + x - y)", ()),
    ("exp(a)", ">", "1 + a + a**2/2", ()),
    ("a*log(a)", ">=", "a - 1", ()),
    ("cosh(x)", ">=", "1 + x**2/2", ()),
    ("tanh(a)", "<", "a", ()),
    ("-h*log(h) - (1 - h)*log(1 - h)", "<=", "log(2)", ()),
    ("log(1 + exp(x))", "<=", "Max(0, x) + log(2)", ()),
    ("log(Sum(exp(u[k]), (k, 1, n)))", "<=", "M + log(n)", ("ForAll(u[k] <= M, (k, 1, n))",)),
    ("log(Sum(exp(u[k]), (k, 1, n)))", ">=", "Sum(u[k], (k, 1, n))/n + log(n)", ()),
    ("Sum(Abs(u[k] + v[k]), (k, 1, n))", "<=", "Sum(Abs(u[k]), (k, 1, n)) + Sum(Abs(v[k]), (k, 1, n))", ()),
    ("Sum(u[k]*v[k], (k, 1, n))", "<=", "(Sum(u[k]**2, (k, 1, n)) + Sum(v[k]**2, (k, 1, n)))/2", ()),
    ("Sum(w[k]*u[k], (k, 1, n))**2", "<=", "Sum(w[k], (k, 1, n))*Sum(w[k]*u[k]**2, (k, 1, n))", ()),
    ("Sum(w[k]/(1 + exp(-u[k]))**2, (k, 1, n))", ">=", "Sum(w[k]/(1 + exp(-u[k])), (k, 1, n))**2", (ONE,)),
    ("Sum(w[k]*u[k]**4, (k, 1, n))", ">=", "Sum(w[k]*u[k], (k, 1, n))**4", (ONE,)),
    ("Sum(1/w[k], (k, 1, n))", ">=", "n**2/Sum(w[k], (k, 1, n))", ()),
    ("Sum(w[k]*log(w[k]), (k, 1, n))", ">=", "-log(n)", (ONE,)),
    ("(1 + a)**l", ">=", "1 + l*a", ()),
    ("2**l", ">=", "l + 1", ()),
    ("Sum(1/k**2, (k, 1, n))", "<=", "2 - 1/n", ()),
    ("Sum(1/sqrt(k), (k, 1, n))", ">=", "sqrt(n)", ()),
    ("exp(-b*a)", "<", "1", ()),
    ("h**a", "<", "1", ()),
)

FALSE: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("x**2 + y**2", ">", "2*x*y", ()),
    ("x**2 - 3*x + 2", ">=", "0", ()),
    ("x**4 + 1", ">=", "2*x**3", ()),
    ("exp(x)", ">", "1 + x", ()),
    ("exp(x)", ">=", "exp(y)*(1 + y - x)", ()),
    ("exp(x)", ">=", "1 + x + x**2/2", ()),
    ("sin(x)", "<=", "x", ()),
    ("cosh(x)", ">", "1 + x**2/2", ()),
    ("pi", ">", "22/7", ()),
    ("log(a)", "<", "a - 1", ()),
    ("log(a)", "<=", "(a - 1)*99/100", ()),
    ("log(Sum(exp(u[k]), (k, 1, n)))", "<=", "M", ("ForAll(u[k] <= M, (k, 1, n))",)),
    ("log(Sum(exp(u[k]), (k, 1, n)))", "<=", "Sum(u[k], (k, 1, n))/n + log(n)", ()),
    ("Sum(u[k]*v[k], (k, 1, n))**2", "<", "Sum(u[k]**2, (k, 1, n))*Sum(v[k]**2, (k, 1, n))", ()),
    ("Sum(u[k], (k, 1, n))**2", "<=", "Sum(u[k]**2, (k, 1, n))", ()),
    ("Sum(v[k]*u[k], (k, 1, n))**2", "<=", "Sum(v[k], (k, 1, n))*Sum(v[k]*u[k]**2, (k, 1, n))", ()),
    ("Sum(w[k]*u[k]**2, (k, 1, n))", ">=", "Sum(w[k]*u[k], (k, 1, n))**2", ()),
    ("Sum(w[k]*u[k]**3, (k, 1, n))", ">=", "Sum(w[k]*u[k], (k, 1, n))**3", (ONE,)),
    ("Sum(v[k]*Abs(u[k]), (k, 1, n))", ">=", "Abs(Sum(v[k]*u[k], (k, 1, n)))", ()),
    ("-Sum(w[k]*Abs(u[k]), (k, 1, n))", ">=", "-Abs(Sum(w[k]*u[k], (k, 1, n)))", (ONE,)),
    ("Sum(w[k]*sqrt(q[k]), (k, 1, n))", ">=", "sqrt(Sum(w[k]*q[k], (k, 1, n)))", (ONE,)),
    ("Sum(w[k]*log(w[k]), (k, 1, n))", ">=", "0", (ONE,)),
    ("(1 + x)**l", ">=", "1 + l*x", ()),
    ("2**l", ">=", "l**2", ()),
    ("Sum(1/k, (k, 1, n))", "<=", "2", ()),
    ("h**x", "<", "1", ()),
    ("sqrt(a)", ">=", "2*a/(1 + a)*(1 + 1/1000)", ()),
    ("Abs(x)", ">", "x", ()),
    ("1/x", "<=", "1 - (x - 1)/2", ("x < 1",)),
    ("floor(x)", ">=", "x - 1/2", ()),
)


FRACTIONS: tuple[tuple[str, str, str, str, str], ...] = (
    # a hypothesis about a fraction, whatever the sign of what it is divided by
    ("z", ">=", "1 - x/y", "1 - z <= x/y", "proved"),
    ("z", ">=", "1 - x**2/(n*y**2)", "1 - z <= x**2/(n*y**2)", "proved"),
    ("x/y", "<", "z/y + 1", "z/y - x/y > -1", "proved"), ("x", ">", "z", "x/y**2 > z/y**2", "proved"),
    ("x", ">", "z", "x/a > z/a", "proved"), ("z", ">=", "1 + x/y", "1 - z <= x/y", "refuted"),
    ("x", ">", "z", "x/y > z/y", "refuted"), ("x", ">=", "z*y", "x/y >= z", "refuted"),
    # it is defined where it holds, and nothing else is
    ("0/y", "=", "0", "x/y > 1", "proved"), ("0/(y - z)", "=", "0", "x/(y - z)**2 < 1", "proved"),
    ("0/x", "=", "0", "x/y > z", "conditional"), ("0/y", "=", "0", "Or(x/y > 1, z > 0)", "conditional"),
    ("Sum(0/u[k], (k, 1, n))", "=", "0", "ForAll(x/u[k] > 1, (k, 1, n))", "proved"),
    ("Sum(0/u[k], (k, 1, n))", "=", "0", "ForAll(x/u[k] > 1, (k, 2, n))", "conditional"),
    ("Sum(0/u[k], (k, 1, n))", "=", "0", "x/u[p] > 1", "conditional"),
    ("Piecewise((0/y, x > 1), (0, True))", "=", "0", "Or(x <= 1, x/y > 1)", "conditional"),
)


@pytest.mark.parametrize(("left", "op", "right", "given", "verdict"), FRACTIONS)
def test_a_hypothesis_about_a_fraction(left: str, op: str, right: str, given: str, verdict: str) -> None:
    """It tells the sign of this fraction, and that what stands below is not 0."""
    assert checker.check(make_step(SYMBOLS, left, right, relation=op, given=(given,))).verdict.verdict == verdict


@pytest.mark.parametrize(("left", "op", "right", "given"), TRUE)
def test_a_true_inequality_is_proved(left: str, op: str, right: str, given: tuple[str, ...]) -> None:
    """Exactly, without a number having been tried."""
    assert checker.check(make_step(SYMBOLS, left, right, relation=op, given=given)).verdict.verdict == "proved"


@pytest.mark.parametrize(("left", "op", "right", "given"), FALSE)
def test_a_false_inequality_is_refuted(left: str, op: str, right: str, given: tuple[str, ...]) -> None:
    """Where it is strict and equality occurs, a weight is negative or missing, or the slope changes sign."""
    assert checker.check(make_step(SYMBOLS, left, right, relation=op, given=given)).verdict.verdict == "refuted"


OPEN_SYMBOLS: Mapping[str, Mapping[str, object]] = {
    "n": {"kind": "size"}, "m": {"kind": "integer"}, "a": {"kind": "scalar"},
    "b": {"kind": "scalar", "assume": ["nonzero"]}, "g": {"kind": "indexed", "rank": 1},
    "s": {"kind": "indexed", "shape": ["n"], "assume": ["nonzero"]},
    "t": {"kind": "indexed", "shape": ["n"], "assume": ["nonzero"]},
}
ST = "Sum(s[k], (k, 1, n))*Sum(t[k], (k, 1, n))"
NOT_CLAIMED: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    # terms that are not 0 add up to 0 at s = (1, -1)
    (ST, ">", "0", (f"{ST} >= 0",)),
    ("(n + Sum(s[k], (k, 1, n)))*Sum(t[k], (k, 1, n))", ">", "0",
     ("(n + Sum(s[k], (k, 1, n)))*Sum(t[k], (k, 1, n)) >= 0",)),
    # b = -1: the power at k = -1 is a quotient, and its denominator is negative
    ("2*b - 1 + g[-1]**2", ">", "0", ("ForAll(b**k < 2, (k, -1, 1))",)),
    ("(b - 2)*g[-1]**2", "<", "1 + a**2", ("ForAll(b**k > -2, (k, -1, 1))",)),
    # ranges that may be empty
    ("Sum(exp(g[k]), (k, 1, m))", ">", "0", ()),
    ("Sum(a**2 + 1, (k, 1, m))", ">", "0", ()),
)


@pytest.mark.parametrize(("left", "op", "right", "given"), NOT_CLAIMED)
def test_a_false_inequality_is_not_claimed(left: str, op: str, right: str, given: tuple[str, ...]) -> None:
    """The kernel itself finds no proof, whether or not a point is found at which the inequality fails."""
    assert isinstance(prove(make_step(OPEN_SYMBOLS, left, right, relation=op, given=given)), Open)


SMOOTH_KINKS = (
    ("Derivative(Max(0, 1 - x)**2, x)", "-2*Max(0, 1 - x)", "proved"),
    ("Derivative(x*Abs(x), x)", "2*Abs(x)", "proved"),
    ("Derivative(Abs(x)**3, x)", "3*x*Abs(x)", "proved"),
    ("Derivative(Max(0, x), x)", "(1 + Abs(x)/x)/2", "proved"),
    ("Derivative(Abs(x)*exp(x), x)*x", "Abs(x)*exp(x)*(1 + x)", "conditional"),
    ("Derivative(x*Abs(x), x, x)*x", "2*Abs(x)", "conditional"),
    ("Derivative(x*Abs(x - 1), x)*(x - 1)", "(2*x - 1)*Abs(x - 1)", "conditional"),
    ("Derivative(Max(0, 1 - x)**2, x)", "2*Max(0, 1 - x)", "refuted"),
)


@pytest.mark.parametrize(("left", "right", "verdict"), SMOOTH_KINKS)
def test_a_kink_times_its_own_zero_is_smooth(left: str, right: str, verdict: str) -> None:
    """u |u| has a derivative at u = 0, once; |u| has none there."""
    assert checker.check(make_step(SYMBOLS, left, right)).verdict.verdict == verdict


SPREADS = (
    ("n", "Sum({0}**2, (k, 1, n))", "Sum({0}, (k, 1, n))", True),
    ("(n + 1)", "Sum({0}**2, (k, 1, n))", "Sum({0}, (k, 1, n))", True),
    ("(l + 1)", "Sum(g[k]**2, (k, 0, l))", "Sum(g[k], (k, 0, l))", True),
    ("(n - 1)", "Sum({0}**2, (k, 1, n))", "Sum({0}, (k, 1, n))", False),
    ("l", "Sum(g[k]**2, (k, 0, l))", "Sum(g[k], (k, 0, l))", False),
    ("n", "Sum({0}**2, (k, 1, n - 1))", "Sum({0}, (k, 1, n))", False),
    ("n", "Sum({0}**2, (k, 1, n))", "Sum(v[k], (k, 1, n))", False),
    ("n", "Sum({0}**4, (k, 1, n))", "Sum({0}, (k, 1, n))", False),
    ("(l - n + 1)", "Sum(g[k]**2, (k, n, l))", "Sum(g[k], (k, n, l))", False),
)


@pytest.mark.parametrize(("count", "squares", "sums", "known"), SPREADS)
def test_the_sign_of_a_spread(count: str, squares: str, sums: str, known: bool) -> None:
    """n sum x^2 - (sum x)^2 >= 0 is known inside of roots and absolute values, of n terms, and not without."""
    symbols = {**SYMBOLS, "g": {"kind": "indexed", "rank": 1}}
    for body in ("u[k]", "(u[k] - x)"):
        spread = f"({count}*{squares} - {sums}**2)".replace("{0}", body)
        assert isinstance(prove(make_step(symbols, f"Abs({spread})", spread)), Open) is not known
        for factor, found in [("a", known), ("x", False)]:
            made = make_step(symbols, f"Abs({factor}*{spread})", f"{factor}*{spread}")
            assert isinstance(prove(made), Open) is not found
