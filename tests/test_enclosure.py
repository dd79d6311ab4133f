"""The evaluator: what a written term is at a point, exactly, enclosed, or provably undefined."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import mpmath
import pytest
from flint import arb, arb_series

from lossproof.derivation import Declaration, Definition
from lossproof.kernel.comparison import admissible, compared, decided, decimal
from lossproof.kernel.enclosure import Evaluator
from lossproof.kernel.jets import Missing, OutOfBudget, Undecided, Undefined, only_integer
from lossproof.kernel.points import ConcreteFunction, Point
from lossproof.read.expression import parse, parse_declarations
from lossproof.search.concrete_functions import candidates
from lossproof.term import ONE, Call, Component, Number, Range, Relation, Symbol, Term, number

F = Fraction

NAMES = parse_declarations({
    "K": {"kind": "size"}, "p": {"kind": "index", "upto": "K"}, "q": {"kind": "index", "upto": "K"},
    "z": {"kind": "indexed", "shape": ["K"]}, "y": {"kind": "indexed", "shape": ["K"]},
    "r": {"kind": "indexed", "rank": 1}, "x": {"kind": "scalar"}, "w": {"kind": "scalar"},
    "n": {"kind": "integer"}, "t": {"kind": "scalar", "values": ["0", "1"]},
    "f": {"kind": "function", "arity": 1}, "g": {"kind": "function", "arity": 2}, "G": {"kind": "functional"},
    "A": {"kind": "matrix", "shape": ["K", "K"]}, "v": {"kind": "vector", "shape": ["K"]},
})


def _definitions() -> dict[str, Definition]:
    index = {"k": Declaration("k", "index")}
    found: dict[str, Definition] = {}

    def define(name: str, text: str, indexed: bool = False) -> None:
        ranges = (Range("k", ONE, Symbol("K")),) if indexed else ()
        body = parse(text, names={**NAMES, **(index if indexed else {})}, definitions=found)
        found[name] = Definition(name, body, ranges)

    define("a", "w*x + 1")
    define("s", "logistic(a)")
    define("c", "(s - 1)**2/2 + x")
    define("h", "x**2")
    define("yhat", "exp(z[k])/Sum(exp(z[j]), (j, 1, K))", indexed=True)
    define("L", "-Sum(y[k]*log(yhat[k]), (k, 1, K))")
    define("u", "A@v")
    define("C", "Dot(u - v, u - v)/2")
    return found


DEFINITIONS = _definitions()

CUBIC = ConcreteFunction(("t",), parse("t**3/3 + t/2 + 1", names=NAMES), "t**3/3 + t/2 + 1")

POINT = Point(
    values={"K": F(3), "p": F(2), "q": F(1), "x": F(1, 2), "w": F(2), "n": F(0), "t": F(0)},
    entries={
        "z": {(1,): F(0), (2,): F(1), (3,): F(-1)},
        "y": {(1,): F(1, 4), (2,): F(1, 2), (3,): F(1, 4)},
        "v": {(1,): F(1), (2,): F(2), (3,): F(3)},
        "A": {(i, j): F(i * j + (i == j) * i) for i in (1, 2, 3) for j in (1, 2, 3)},
        "r": {(0,): F(5), (7,): F(6)},
    },
    functions={"f": CUBIC, "g": candidates(NAMES["g"])[0], "G": candidates(NAMES["G"])[0]},
)


def term(text: str) -> Term:
    return parse(text, names=NAMES, definitions=DEFINITIONS)


def evaluator(precision: int = 128, point: Point = POINT, operations: int = 200_000) -> Evaluator:
    return Evaluator(NAMES, DEFINITIONS, point, precision, operations)


def at(**values: Fraction | int) -> Point:
    return Point({**POINT.values, **{n: F(v) for n, v in values.items()}}, POINT.entries, POINT.functions)


def entries(**families: Mapping[tuple[int, ...], Fraction]) -> Point:
    return Point(POINT.values, {**POINT.entries, **families}, POINT.functions)


@pytest.mark.parametrize(("text", "value"), [
    ("0.1 + 0.2 - 0.3", 0),
    ("Sum(z[k], (k, 1, K))", 0),
    ("Sum(1, (k, 5, 2))", 0),
    ("Product(z[k], (k, 5, 2))", 1),
    ("Sum(k, (k, 1, -2))", 0),
    ("Sum(y[k], (k, 1, K), Ne(k, p))", F(1, 2)),
    ("Sum(KroneckerDelta(k, 3/2)*z[k], (k, 1, K))", 0),
    ("Sum(log(y[k])*KroneckerDelta(k, p), (k, 1, K), Ne(k, k))", 0),
    ("exp(0) + log(1) + sqrt(9/4) + logistic(0)", 3),
    ("(8/27)**(-2/3)", F(9, 4)),
    ("0**n", 1), ("0**0", 1), ("0**t", 1), ("0**x", 0),
    ("xlogy(x - 1/2, x - 1)", 0),
    ("Max(1/3, x, z[p]) + Min(0, x)", 1),
    ("floor(-x) + ceiling(x) + Mod(-7, 3)", 2),
    ("Heaviside(x - 1/2) + sign(-x) + Abs(-x)", 0),
    ("binomial(5, 2) + factorial(4) + gamma(4) + harmonic(2)", F(83, 2)),
    ("Piecewise((1/(x - 1/2), x > 1/2), (7, True))", 7),
    ("softmax(v, p)*0 + Dot(v, v)", 14),
    ("Sum(x*i, (i, 1, 3))", 3),
    ("Subs(Sum(x*i, (i, 1, 3)), x, p)", 12),
    ("Subs(c, s, 1)", F(1, 2)),
    ("FamilyOf(z[k]*y[k], (k, 1, K))[p]", F(1, 2)),
    ("(A@v)[p]", 32), ("Trace(A)", 20), ("Determinant(A)", 42), ("(A@Inverse(A))[p, q]", 0),
    ("(Transpose(v)@v)*x", 7), ("Outer(v, v)[p, q]", 2), ("HadamardProduct(v, v)[p]", 4),
    ("(v + A@v)[p] + Identity(K)[p, p]", 35),
    ("u[p]", 32), ("f(v)[p]", F(14, 3)), ("r[0] + r[7]", 11),
])
def test_exact_values(text: str, value: Fraction | int) -> None:
    """Rational values come out exactly: empty sums are 0, empty products 1, and 0**0 is 1 for integers."""
    assert evaluator().exact(term(text)) == value


@pytest.mark.parametrize("text", [
    "1/(x - 1/2)", "log(x - 1/2)", "log(-x)", "0*log(-x)", "sqrt(-x)", "(-x)**(1/3)", "0**(-x)", "0**(x - 1/2)",
    "(-x)**(1/3)*0", "gamma(-2)", "digamma(0)", "asin(2)", "acosh(x)", "atanh(1)", "zeta(1)", "z[p + 2]", "z[0]",
    "yhat[K + 1]", "Sum(z[k], (k, 1, x))", "Sum(1/k, (k, -1, 1))", "Piecewise((1, x > 1))", "z[p/3]",
    "Inverse(Outer(v, v))[p, q]", "Derivative(Abs(x - 1/2), x)", "Derivative(sqrt(x - 1/2), x)",
    "Derivative(Piecewise((0, x < 1/2), (1, True)), x)", "Derivative(log(-x), x)", "Derivative(floor(2*x), x)",
    "Derivative(Max(0, x - 1/2, 2*x - 1), x)", "Derivative(asin(2*x), x)",
    "Derivative(Abs(x - 1/2) + exp(x), x)", "1/sin(pi)", "log(sin(pi))",
    "Sum(xlogy(0, 1/(k - 1)), (k, 1, 2))", "log(exp(x) - 2) + 1/(x - 1/2)",
])
def test_undefined(text: str) -> None:
    """What has no value at the point is provably undefined, also under a factor 0."""
    with pytest.raises(Undefined) as raised:
        evaluator().number(term(text))
    assert raised.value.term is not None


@pytest.mark.parametrize("text", [
    "1/(exp(log(2)) - 2)", "Integral(log(t), (t, -2, -1))", "Sum(1/k, (k, 1, oo))", "Limit(x, x, 0)",
    "Derivative(Abs((x - 1/2)**2), x, x)", "Integral(1/w, (w, 0, 1))",
])
def test_undecided(text: str) -> None:
    """What enclosures cannot tell is neither a value nor undefined."""
    with pytest.raises(Undecided):
        evaluator().number(term(text))


@pytest.mark.parametrize(("text", "value"), [
    ("Derivative(Max(x - 1/2, x - 1/2 + (x - 1/2)**2), x)", 1),
    ("Derivative(Abs(x - 1/2) - Abs(x - 1/2), x)", 0),
    ("Derivative(Abs((x - 1/2)**2), x)", 0),
    ("Derivative(Piecewise((0, x < 1/2), ((x - 1/2)**2, True)), x)", 0),
    ("Derivative((x - 1/2)*Abs(x - 1/2), x)", 0),
])
def test_derivatives_at_ties(text: str, value: int) -> None:
    """Where the slopes of both sides agree, a derivative exists although a branch changes."""
    assert evaluator().exact(term(text)) == value


@pytest.mark.parametrize(("left", "right"), [
    ("Derivative(z[k]*0 + Sum(z[k], (k, 1, K)), z[p])".replace("z[k]*0 + ", ""), "1"),
    ("Derivative(exp(z[p])/Sum(exp(z[p]), (p, 1, K)), z[p])", "yhat[p]*(1 - yhat[p])"),
    ("Derivative(exp(z[q])/Sum(exp(z[k]), (k, 1, K)), z[p])", "-yhat[q]*yhat[p]"),
    ("Derivative(softmax(z, q), z[p])", "-yhat[q]*yhat[p]"),
    ("Derivative(Sum((z[q] - Sum(z[q], (q, 1, K))/K)**2, (q, 1, K))/K, z[q])", "2*(z[q] - Sum(z[k], (k, 1, K))/K)/K"),
    ("Derivative(logsumexp(z), z[p])", "yhat[p]"),
    ("Derivative(L, z[p])", "yhat[p] - y[p]"),
    ("Derivative(L, yhat[p])", "-y[p]/yhat[p]"),
    ("Derivative(Sum(y[k], (k, 1, K)), y[p])", "1"),
    ("Derivative(c, s)", "s - 1"),
    ("Derivative(c, a)", "(s - 1)*s*(1 - s)"),
    ("Derivative(c, x)", "(s - 1)*s*(1 - s)*w + 1"),
    ("Derivative(Derivative(c, s), x)", "s*(1 - s)*w"),
    ("Derivative(Derivative(c, x), s)", "s*(1 - s)*w"),
    ("Derivative(Derivative(h**2, x), h)", "4*x"),
    ("Subs(Derivative(c, x), s, 1)", "1"),
    ("Subs(Derivative(x**3, x), x, 2)", "12"),
    ("Derivative(x*Derivative(x + w, w), x)", "1"),
    ("Derivative(x*Derivative(x*w, w), x)", "2*x"),
    ("Derivative(f(x), x)", "Prime(f, x)"), ("Prime(f, x)", "x**2 + 1/2"), ("Prime(f, x, 2)", "2*x"),
    ("Derivative(f(x**2), x)", "2*x*Prime(f, x**2)"),
    ("Prime(logistic, x)", "logistic(x)*(1 - logistic(x))"),
    ("Derivative(G(v), v[p])", "Partial(G, v, p)"), ("Partial(G, v, p)", "p + Sum(v[k], (k, 1, K))"),
    ("Derivative(G(FamilyOf(v[k]**2, (k, 1, K))), v[p])", "2*v[p]*Partial(G, FamilyOf(v[k]**2, (k, 1, K)), p)"),
    ("Derivative(log(Determinant(A)), A)[p, q]", "Transpose(Inverse(A))[p, q]"),
    ("Derivative(Trace(Transpose(A)@A), A)[p, q]", "2*A[p, q]"),
    ("Derivative(C, u)[p]", "u[p] - v[p]"), ("Derivative(C, u[p])", "u[p] - v[p]"),
    ("Derivative(C, A)[p, q]", "((u - v)[p])*v[q]"),
    ("Derivative(Dot(v, A@v), v, v)[p, q]", "A[p, q] + A[q, p]"),
    ("Derivative(A@v, v)[p, q]", "A[p, q]"),
    ("Derivative(x**w, w)", "x**w*log(x)"),
    ("Derivative(erf(x), x)", "2/sqrt(pi)*exp(-x**2)"),
    ("Derivative(loggamma(x), x, x)", "polygamma(1, x)"),
    ("Derivative(Integral(exp(w*x), (w, 0, 1)), x)", "Integral(w*exp(w*x), (w, 0, 1))"),
])
def test_derivatives(left: str, right: str) -> None:
    """Derivatives by symbols, entries, quantities and arrays agree with the known formulas; nothing is captured."""
    comparison = compared(term(left), term(right), evaluator, 128)
    assert comparison.outcome in ("equal", "overlap")
    assert comparison.left is not None
    assert comparison.right is not None


@pytest.mark.parametrize("text", [
    "exp(x)", "log(x)", "sqrt(x)", "x**x", "sin(x)*cos(2*x)", "tan(x)", "asin(x)", "acos(x)", "atan(x)", "sinh(x)",
    "cosh(x)", "tanh(x)", "asinh(x)", "acosh(x + 2)", "atanh(x)", "erf(x)", "erfc(x)", "gamma(x)", "loggamma(x)",
    "digamma(x)", "zeta(x + 2)", "logistic(3*x)", "softplus(x)", "xlogy(x, x)", "beta(x, 2)", "factorial(x)",
    "harmonic(x)", "binomial(x, 2)", "1/(1 + x**2)", "x**(-3)", "polygamma(1, x)", "sec(x)",
])
@pytest.mark.parametrize("order", [1, 2])
def test_slopes_against_mpmath(text: str, order: int) -> None:
    """Each function's first and second slope agree with numerical differentiation."""
    def value(t: object) -> object:
        exact = F(int(mpmath.nint(t * mpmath.mpf(2) ** 120)), 2**120)
        return mpmath.mpf(evaluator(256, at(x=exact)).value(term(text)).mid().str(60, radius=False))

    with mpmath.workdps(50):
        expected = mpmath.diff(value, mpmath.mpf("0.5"), order, h=mpmath.mpf(2) ** -30)
        found = evaluator(256).value(term(f"Derivative({text}, x, {order})".replace(", 1)", ")").replace(
            ", x, 2)", ", x, x)")))
        assert abs(expected - mpmath.mpf(found.mid().str(60, radius=False))) < mpmath.mpf(10) ** -6


@pytest.mark.parametrize("name", ["exp", "log", "sqrt", "sin", "cos", "tan", "asin", "atan", "gamma", "erf"])
def test_slopes_against_power_series(name: str) -> None:
    """The third derivative of a function is six times the coefficient in Arb's own power series."""
    series = getattr(arb_series([arb(1) / 2, 1], prec=4), name)()
    found = evaluator(64).value(term(f"Derivative({name}(x), x, x, x)"))
    assert found.overlaps(series[3] * 6)


def test_precision_shows_small_numbers() -> None:
    """acosh(1 + 1e-8) and log(1 + 1e-30) are not 0."""
    for text in ("acosh(1 + 10**-8)", "log(1 + 10**-30)", "180*acos(7823207/7823209)/pi"):
        assert compared(term(text), number(0), evaluator).outcome == "differ"


def test_exact_equality_only() -> None:
    """Two enclosures that overlap do not make an equality."""
    comparison = compared(term("sin(x)**2 + cos(x)**2"), number(1), evaluator)
    assert comparison.outcome == "overlap"
    assert compared(term("sin(x)**2 + cos(x)**2"), term("1 + 10**-12"), evaluator).outcome == "differ"
    assert compared(term("logistic(0)"), term("1/2"), evaluator).outcome == "equal"
    assert compared(term("1/(x - x)"), term("1/2"), evaluator).outcome == "undefined"


@pytest.mark.parametrize(("text", "answer"), [
    ("x < w", True), ("x > w", False), ("Eq(x, 1/2)", True), ("Ne(x, 1/2)", False), ("exp(x) > 1", True),
    ("Eq(exp(x), 2)", False), ("Eq(sin(x)**2 + cos(x)**2, 1)", None), ("Eq(exp(x), exp(x))", True),
    ("sin(x)**2 + cos(x)**2 < 1", None), ("log(x - 1/2) > 0", False), ("x < oo", True),
    ("ForAll(z[k] <= 1, (k, 1, K))", True), ("ForAll(z[k] < 1, (k, 1, K), Ne(k, p))", True),
    ("ForAll(z[k] < 1, (k, 1, K))", False), ("Eq(A@v, A@v)", True), ("Eq(v, A@v)", False),
])
def test_conditions(text: str, answer: bool | None) -> None:
    """Conditions have three answers; equality is decided by exact values, order also by enclosures."""
    assert decided(term(text), evaluator, 256) is answer


def test_functions_are_evaluated_in_their_own_scope() -> None:
    """A concrete function's parameters are not the point's names."""
    inner = ConcreteFunction(("x",), parse("x**2", names=NAMES), "x**2")
    point = Point(POINT.values, POINT.entries, {"f": inner})
    assert evaluator(point=point).exact(term("f(w) + x")) == F(9, 2)


def test_the_innermost_undefined_term_is_named() -> None:
    """The term that Undefined carries is the one to blame."""
    with pytest.raises(Undefined) as raised:
        evaluator().number(term("x + 2*log(x - 1/2)"))
    assert raised.value.term == term("log(x - 1/2)")


def test_missing_entries_are_asked_for() -> None:
    """An entry of a family of unknown ranges that has no value is named."""
    with pytest.raises(Missing) as raised:
        evaluator().number(term("Sum(r[i], (i, 7, 8))"))
    assert (raised.value.name, raised.value.indices) == ("r", (8,))


def test_budget_counts_work() -> None:
    """The same budget ends at the same place, and a long sum does not run away."""
    with pytest.raises(OutOfBudget):
        evaluator(operations=1000).number(term("Sum(1/k, (k, 1, 10**9))"))
    assert evaluator(operations=1000).exact(term("Sum(1, (k, 1, 100))")) == 100


def test_large_rationals_become_enclosures() -> None:
    """Powers that would be too long are enclosed, not computed exactly."""
    assert evaluator().exact(term("3**100000")) is None
    assert evaluator().value(term("3**100000")) > 0
    assert evaluator().exact(term("3**100")) == 3**100


def test_fresh_indices() -> None:
    """An index that is not declared may be given by the point, as the position of an array's entry."""
    point = Point({**POINT.values, "#1": F(2)}, POINT.entries, POINT.functions)
    assert evaluator(point=point).exact(Component(term("A@v"), (Symbol("#1"),))) == 32
    assert evaluator().shape(term("A@v")) == (3,)
    assert evaluator().shape(term("Outer(v, v)")) == (3, 3)
    assert evaluator().shape(term("x")) == ()
    assert evaluator().shape(term("Derivative(Dot(v, v), A)")) == (3, 3)


@pytest.mark.parametrize(("text", "low", "high"), [
    ("Integral(x*t, (t, 0, 1))", F(1, 4), F(1, 4)), ("Integral(Abs(w), (w, -1, 1))", F(9, 10), F(11, 10)),
    ("Integral(exp(w), (w, 0, 1))", F(17182, 10000), F(17183, 10000)),
    ("Integral(w, (w, 1, 0))", F(-1, 2), F(-1, 2)),
])
def test_integrals_are_enclosed(text: str, low: Fraction, high: Fraction) -> None:
    """A proper integral over a finite interval has an enclosure that holds its value."""
    found = evaluator(256).value(term(text))
    assert found.overlaps(arb(low.numerator) / low.denominator) or found > arb(low.numerator) / low.denominator
    assert found.overlaps(arb(high.numerator) / high.denominator) or found < arb(high.numerator) / high.denominator


@pytest.mark.parametrize(("value", "text"), [
    (F(-1, 2), "-1/2"), (arb.pi(), "3.141592653..."), (-arb.pi() / 10**8, "-3.141592653...e-8"),
    (arb("0.5 +/- 0.01"), "[0.5 +/- 0.0101]"), (arb(1) / 3, "0.3333333333..."),
])
def test_decimals_are_certain(value: Fraction | arb, text: str) -> None:
    """Exact values are printed exactly, others with certain digits only."""
    assert decimal(value) == text


@pytest.mark.parametrize("exponent", [10**6, 10**13, 10**30, 2**70])
@pytest.mark.parametrize("sign", [1, -1])
def test_numbers_of_very_many_digits_are_handled(exponent: int, sign: int) -> None:
    """Neither the decimals of such a number nor the integers in it take memory, or the process with them."""
    value = (arb(exponent) * sign).exp()
    assert decimal(value)
    for ball in (value, 1 + value):
        found = only_integer(ball)
        assert found is None or ball.contains(found)


@pytest.mark.parametrize(("ball", "integer"), [
    (arb(3), 3), (arb(-2, 0.5), -2), (arb(0, 0.1), 0), (arb(0.1, 0.2), 0), (arb(0.1, 0.05), None), (arb(1, 1), None),
    (arb(0.5), None), (arb("nan"), None), (arb("inf"), None)])
def test_the_only_integer_in_an_enclosure(ball: arb, integer: int | None) -> None:
    """It is found where there is one alone."""
    assert only_integer(ball) == integer


def test_points_outside_their_declarations() -> None:
    """A value outside its declared set, range or shape makes a point inadmissible."""
    assert admissible(POINT, NAMES, evaluator())
    for point in (at(t=F(1, 2)), at(K=0), at(K=F(3, 2)), at(p=4), at(n=F(1, 2))):
        assert not admissible(point, NAMES, evaluator(point=point))
    outside = entries(z={**POINT.entries["z"], (4,): F(1)})
    assert not admissible(outside, NAMES, evaluator(point=outside))


@pytest.mark.parametrize(("assumption", "rows", "fits"), [
    ("symmetric", ((1, 2), (2, 3)), True), ("symmetric", ((1, 2), (3, 3)), False),
    ("invertible", ((1, 2), (2, 4)), False), ("invertible", ((1, 2), (2, 5)), True),
    ("positive_definite", ((2, 1), (1, 2)), True), ("positive_definite", ((1, 2), (2, 1)), False),
    ("diagonal", ((2, 0), (0, 2)), True), ("diagonal", ((2, 1), (0, 2)), False),
    ("orthogonal", ((F(3, 5), F(-4, 5)), (F(4, 5), F(3, 5))), True), ("orthogonal", ((1, 1), (0, 1)), False),
])
def test_assumptions_about_matrices(assumption: str, rows: tuple[tuple[Fraction, ...], ...], fits: bool) -> None:
    """What is assumed about a matrix is checked exactly."""
    names = parse_declarations({"M": {"kind": "matrix", "shape": [2, 2], "assume": [assumption]}})
    point = Point(entries={"M": {(i, j): F(rows[i - 1][j - 1]) for i in (1, 2) for j in (1, 2)}})
    assert admissible(point, names, Evaluator(names, {}, point)) is fits


def test_an_array_entry_that_is_not_asked_for_cannot_make_a_line_undefined() -> None:
    """Arrays are evaluated entry by entry."""
    assert evaluator().exact(term("FamilyOf(1/z[k], (k, 1, K))[p]")) == 1


def test_relations_and_numbers_do_not_mix() -> None:
    """A condition has no value, and a value is no condition."""
    with pytest.raises(Undecided):
        evaluator().number(Relation("=", Number(F(1)), Number(F(1))))
    assert evaluator().holds(Call("exp", (number(0),))) is None


# integrands with pieces, at x = 1/2: what moves an edge between two pieces counts in the slope, and so does a
# parameter that stands in some pieces only
@pytest.mark.parametrize(("text", "slope"), [
    ("Integral(Piecewise((1, w < x), (0, True)), (w, 0, 2))", F(1)),
    ("Integral(Piecewise((w, Eq(w, 1) | (w < x)), (0, True)), (w, 0, 2))", F(1, 2)),
    ("Integral(sign(w - x), (w, 0, 2))", F(-2)), ("Integral(Heaviside(w - x), (w, 0, 2))", F(-1)),
    ("Integral(Abs(w - x), (w, 0, 2))", F(-1)), ("Integral(Max(w, x), (w, 0, 2))", F(1, 2)),
    ("Integral(Piecewise((x*w, w < 1/3), (0, True)), (w, 0, 2))", F(1, 18)),
    ("Integral(Piecewise((x*w, w < 1/3), (0, True))*exp(-w), (w, 0, oo))",
     F(int(mpmath.nint((1 - mpmath.mpf(4) / 3 * mpmath.exp(-mpmath.mpf(1) / 3)) * 2**40)), 2**40)),
    ("Integral(floor(w + x), (w, 0, 1))", F(1)),
])
def test_slopes_of_integrals_over_pieces(text: str, slope: Fraction) -> None:
    """A slope that is enclosed is the true one; where an edge moves, it may be undecided."""
    try:
        found = evaluator(64).value(term(f"Derivative({text}, x)"))
    except Undecided:
        return
    assert abs(found - arb(slope.numerator) / slope.denominator) < arb(2) ** -15


def test_an_integral_over_a_very_long_interval_is_undecided() -> None:
    """No interval is too long to be asked for."""
    with pytest.raises(Undecided):
        evaluator().number(term("Integral(1/(1 + w**2), (w, 0, 10**80))"))


def test_a_substitution_for_a_whole_array_is_undecided() -> None:
    """An array of one entry is none that may be taken for a number."""
    point = Point({"K": F(1)}, {"v": {(1,): F(2)}, "y": {(1,): F(3)}})
    with pytest.raises(Undecided):
        evaluator(64, point).number(term("Subs(Dot(v, v), v, 3*v)"))


def test_slopes_are_not_equal_because_their_bodies_are_at_the_point() -> None:
    """Two derivatives are not alike where the values of the point make one term of what is differentiated."""
    condition = term("Eq(Derivative(exp(x), x), Derivative(exp(1/2 + (x - 1/2)*(1 + 10**-30)), x))")
    assert evaluator(64).holds(condition) is None
    assert decided(condition, evaluator, 256) is False
