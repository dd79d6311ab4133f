"""Traps: what a checker built on SymPy gets wrong, each with the truth that lossproof must give."""

from __future__ import annotations

import pytest
from steps import Case, Symbols, conditional, error, proved, refuted

from lossproof.derivation import Declaration
from lossproof.diagnostic import InputError
from lossproof.print_latex import latex
from lossproof.read.expression import parse, parse_declarations
from lossproof.term import Symbol

SYMBOLS: Symbols = {
    "K": {"kind": "size", "min": 2}, "n": {"kind": "size"}, "m": {"kind": "integer"}, "l": {"kind": "integer"},
    "b": {"kind": "integer", "assume": ["nonnegative"]},
    "p": {"kind": "index", "upto": "K"}, "i": {"kind": "index", "upto": "n"}, "k": {"kind": "index", "upto": "K"},
    "z": {"kind": "indexed", "shape": ["K"]}, "u": {"kind": "indexed", "shape": ["n"]},
    "v": {"kind": "indexed", "shape": ["n"]}, "w": {"kind": "indexed", "shape": ["K"]},
    "a": {"kind": "indexed", "shape": ["n", "K"]}, "h": {"kind": "indexed", "rank": 1},
    "x": {"kind": "scalar"}, "y": {"kind": "scalar"}, "s": {"kind": "scalar"}, "t": {"kind": "scalar"},
    "q": {"kind": "scalar", "assume": ["positive"]}, "f": {"kind": "function", "arity": 1},
    "X": {"kind": "matrix", "shape": ["n", "n"]}, "A": {"kind": "matrix", "shape": ["n", "n"]},
    "B": {"kind": "matrix", "shape": ["n", "n"]}, "e": {"kind": "vector", "shape": ["n"]},
    "V": {"kind": "matrix", "shape": ["n", "n"], "assume": ["invertible"]},
}
SOFTMAX = {"yhat": "FamilyOf(exp(z[k])/Sum(exp(z[j]), (j, 1, K)), (k, 1, K))"}
CROSS_ENTROPY = {**SOFTMAX, "L": "-Sum(w[k]*log(yhat[k]), (k, 1, K))"}
MEAN = {"mean": "Sum(u[k], (k, 1, n))/n"}
INTEGRAL = "integrals are not taken yet"
PIECES = "cases on a bound variable are not made"

SUMS = [
    proved("derivative-of-a-sum-by-an-entry-is-1", "Derivative(Sum(z[k], (k, 1, K)), z[k])", "1"),
    refuted("derivative-of-a-sum-by-an-entry-is-not-K", "Derivative(Sum(z[k], (k, 1, K)), z[k])", "K"),
    proved("derivative-of-softmax-with-the-bound-name-reused",
           "Derivative(exp(z[k])/Sum(exp(z[k]), (k, 1, K)), z[k])", "yhat[k]*(1 - yhat[k])", let=SOFTMAX),
    refuted("derivative-of-softmax-is-not-0", "Derivative(exp(z[k])/Sum(exp(z[k]), (k, 1, K)), z[k])", "0"),
    proved("batch-norm-variance-by-an-input", "Derivative(Sum((u[i] - x)**2, (i, 1, n))/n, u[i])", "2*(u[i] - x)/n"),
    refuted("batch-norm-variance-is-not-0", "Derivative(Sum((u[i] - x)**2, (i, 1, n))/n, u[i])", "0"),
    proved("substitution-under-a-sum-does-not-capture", "Subs(Sum(x*i, (i, 1, 3)), x, i)", "6*i"),
    refuted("substitution-under-a-sum-is-not-14", "Subs(Sum(x*i, (i, 1, 3)), x, i)", "14"),
    proved("substitution-under-an-integral-does-not-capture", "Subs(Integral(x*t, (t, 0, 1)), x, t)", "t/2"),
    refuted("substitution-under-an-integral-is-not-a-third", "Subs(Integral(x*t, (t, 0, 1)), x, t)", "1/3"),
    proved("softmax-cross-entropy-gradient", "Derivative(L, z[p])", "yhat[p]*Sum(w[k], (k, 1, K)) - w[p]",
           let=CROSS_ENTROPY),
    proved("bound-names-do-not-matter", "Sum(u[i], (i, 1, n))", "Sum(u[j], (j, 1, n))"),
    proved("sums-exchange", "Sum(Sum(a[i, j], (j, 1, K)), (i, 1, n))", "Sum(Sum(a[i, j], (i, 1, n)), (j, 1, K))"),
    proved("sum-shift", "Sum(f(k + 1), (k, 1, n))", "Sum(f(k), (k, 2, n + 1))"),
    proved("product-of-sums", "Sum(u[i], (i, 1, n))*Sum(w[j], (j, 1, K))",
           "Sum(Sum(u[i]*w[j], (i, 1, n)), (j, 1, K))"),
    proved("softmax-sums-to-1", "Sum(yhat[k], (k, 1, K))", "1", let=SOFTMAX),
    proved("deviations-from-the-mean-sum-to-0", "Sum(u[i] - mean, (i, 1, n))", "0", let=MEAN),
    proved("variance-is-mean-of-squares-less-square-of-mean", "Sum((u[i] - mean)**2, (i, 1, n))/n",
           "Sum(u[i]**2, (i, 1, n))/n - mean**2", let=MEAN),
    proved("empty-sum-of-1", "Sum(1, (k, 5, 2))", "0"),
    refuted("empty-sum-is-not-karr", "Sum(1, (k, 5, 2))", "-2"),
    proved("empty-sum-of-i", "Sum(i, (i, 1, -2))", "0"),
    refuted("empty-sum-of-i-is-not-karr", "Sum(i, (i, 1, -2))", "1"),
    refuted("joining-ranges", "Sum(f(k), (k, 1, m)) + Sum(f(k), (k, m + 1, l))", "Sum(f(k), (k, 1, l))"),
    refuted("joining-ranges-at-2-and-1", "Sum(f(k), (k, 1, m)) + Sum(f(k), (k, m + 1, l))", "Sum(f(k), (k, 1, l))",
            given=("Eq(m, 2)", "Eq(l, 1)"), point={"m": "2", "l": "1"}),
    proved("joining-ranges-in-order", "Sum(f(k), (k, 1, m)) + Sum(f(k), (k, m + 1, l))", "Sum(f(k), (k, 1, l))",
           given=("0 <= m", "m <= l")),
    error("bound-that-is-no-integer", "Sum(1, (i, 1, 5/2))", "5/2"),
    error("literal-bound-that-is-no-integer", "Sum(1, (i, 1, Rational(5, 2)))", "5/2"),
    refuted("telescoping-over-an-empty-range", "Sum(1/(k*(k + 1)), (k, -3, m))", "-1/3 - 1/(m + 1)"),
    refuted("telescoping-at-minus-5", "Sum(1/(k*(k + 1)), (k, -3, m))", "-1/3 - 1/(m + 1)", given=("Eq(m, -5)",),
            point={"m": "-5"}),
    proved("telescoping-at-minus-2", "Sum(1/(k*(k + 1)), (k, -3, m))", "-1/3 - 1/(m + 1)", given=("Eq(m, -2)",)),
    refuted("delta-at-no-integer", "Subs(Sum(KroneckerDelta(j, x), (j, 1, 3)), x, Rational(3, 2))", "1"),
    proved("delta-at-no-integer-is-0", "Subs(Sum(KroneckerDelta(j, x), (j, 1, 3)), x, Rational(3, 2))", "0"),
    refuted("delta-sum-at-a-free-real", "Sum(KroneckerDelta(j, x), (j, 1, n))", "1"),
    refuted("delta-sum-at-a-free-integer", "Sum(KroneckerDelta(j, m), (j, 1, n))", "1"),
    proved("delta-sum-in-range", "Sum(KroneckerDelta(j, m), (j, 1, n))", "1", given=("1 <= m", "m <= n")),
    proved("delta-under-a-piecewise",
           "-Sum(Piecewise((KroneckerDelta(j, i), u[j] > 0), (0, True)), (j, 1, n))",
           "Piecewise((-1, u[i] > 0), (0, True))", fails=PIECES),
    proved("delta-under-a-piecewise-out-of-range",
           "-Sum(Piecewise((KroneckerDelta(j, m), u[j] > 0), (0, True)), (j, 1, n))", "0", given=("m > n",),
           fails=PIECES),
    refuted("square-of-sum", "Sum(u[i], (i, 1, n))**2", "Sum(u[i]**2, (i, 1, n))", point={"n": "2"}),
    refuted("sum-of-products", "Sum(u[i]*v[i], (i, 1, n))", "Sum(u[i], (i, 1, n))*Sum(v[i], (i, 1, n))",
            point={"n": "2"}),
    refuted("sum-of-squares-of-softmax", "Sum(yhat[k], (k, 1, K))", "Sum(yhat[k]**2, (k, 1, K))", let=SOFTMAX,
            point={"K": "2"}),
    refuted("sum-is-not-twice-itself", "Sum(u[k], (k, 1, n))", "2*Sum(u[k], (k, 1, n))", point={"n": "1"}),
    proved("reciprocal-gamma-from-1", "Sum(1/gamma(k), (k, 1, 3))", "5/2"),
    refuted("vandermonde-sum-is-not-0",
            "Sum(sin(m/64)*binomial(51, m)*binomial(77, 64 - m)/binomial(128, 64), (m, 0, 64))", "0"),
    refuted("vandermonde-sum-from-below",
            "Sum(sin(m/64)*binomial(51, m)*binomial(77, 64 - m)/binomial(128, 64), (m, 0, 64))",
            "Rational(38760, 100000)", "<=", slow=True),
    refuted("vandermonde-sum-from-above",
            "Sum(sin(m/64)*binomial(51, m)*binomial(77, 64 - m)/binomial(128, 64), (m, 0, 64))",
            "Rational(38762, 100000)", ">=", slow=True),
]

ZEROS = [
    refuted("acosh-near-1", "acosh(1 + Rational(1, 100000000))", "0"),
    refuted("acosh-near-1-is-small", "acosh(1 + Rational(1, 100000000))", "Rational(141422, 1000000000)", ">="),
    refuted("acos-near-1", "180*acos(Rational(7823207, 7823209))/pi", "0"),
    refuted("acos-near-1-from-above", "180*acos(Rational(7823207, 7823209))/pi", "Rational(4098, 100000)", ">="),
    refuted("acos-near-1-from-below", "180*acos(Rational(7823207, 7823209))/pi", "Rational(4096, 100000)", "<="),
    proved("sinh-of-log", "(1 - sinh(log(1 + sqrt(2)))**2)**2", "0"),
    proved("log-just-above-1", "log(1 + 10**(-30))", "0", ">"),
    refuted("log-just-above-1-is-not-0", "log(1 + 10**(-30))", "0"),
    proved("pythagoras", "sin(x)**2 + cos(x)**2", "1"),
    refuted("pythagoras-with-a-tolerance", "sin(x)**2 + cos(x)**2", "1 + 10**(-12)"),
    refuted("pi-is-no-decimal", "pi", "3.141593"),
    refuted("relative-tolerance", "x", "x*(1 + 10**(-12))"),
    refuted("polynomial-with-small-integer-roots",
            "x*(x - 1)*(x - 2)*(x - 3)*(x - 4)*(x - 5)*(x - 6)*(x - 7)*(x - 8)*(x - 9)", "0"),
    refuted("far-step", "Piecewise((0, x < 1000), (1, True))", "0"),
    refuted("far-bump", "Piecewise(((x - 49)*(51 - x), (x > 49) & (x < 51)), (0, True))", "0"),
    proved("decimals-are-exact", "0.1 + 0.2", "0.3"),
]

DOMAINS = [
    conditional("x-over-x", "x/x", "1", "Ne(x, 0)"),
    conditional("cancelled-factor", "(x**2 - 1)/(x - 1)", "x + 1", "Ne(x, 1)"),
    conditional("nothing-times-log", "0*log(x)/x", "0", "x > 0"),
    conditional("log-of-product", "log(x*y)", "log(x) + log(y)", "x > 0", "y > 0"),
    conditional("root-of-product", "sqrt(x*y)", "sqrt(x)*sqrt(y)", "x >= 0", "y >= 0"),
    refuted("root-of-square", "sqrt(x**2)", "x", point={"x": "-1"}),
    refuted("abs", "Abs(x)", "x", point={"x": "-1"}),
    proved("root-of-square-nonnegative", "sqrt(x**2)", "x", given=("x >= 0",)),
    proved("abs-nonnegative", "Abs(x)", "x", given=("x >= 0",)),
    conditional("log-of-square", "log(x**2)", "2*log(x)", "x > 0"),
    conditional("exp-of-log", "exp(log(x))", "x", "x > 0"),
    proved("log-of-exp", "log(exp(x))", "x"),
    proved("power-of-power-positive", "(x**y)**t", "x**(y*t)", given=("x > 0",)),
    refuted("power-of-power-at-minus-1", "(x**y)**t", "x**(y*t)", given=("Eq(x, -1)", "Eq(y, 2)", "Eq(t, 1/2)")),
    refuted("power-of-power", "(x**y)**t", "x**(y*t)"),
    conditional("relu-kink", "Derivative(Max(0, x), x)", "Piecewise((1, x > 0), (0, True))", "Ne(x, 0)"),
    refuted("relu-at-0-is-undefined-and-no-half", "Derivative(Max(0, x), x)", "1/2"),
    conditional("abs-kink", "Derivative(Abs(x), x)", "sign(x)", "Ne(x, 0)"),
    conditional("step-kink", "Derivative(Piecewise((0, x < 0), (1, True)), x)", "0", "Ne(x, 0)"),
    conditional("max-of-three-kink", "Derivative(Max(0, x, 2*x), x)", "Piecewise((2, x > 0), (0, True))"),
    proved("differentiable-tie", "Derivative(Max(x, x + x**2), x)", "1 + 2*x"),
    proved("differentiable-tie-at-0", "Subs(Derivative(Max(x, x + x**2), x), x, 0)", "1"),
    refuted("tie-is-not-averaged", "Subs(Derivative(Max(x, x + x**2), x), x, 0)", "1/2"),
    proved("declared-constant", "Derivative(y, x)", "0"),
    refuted("dependent-quantity", "Derivative(g, x)", "0", let={"g": "logistic(x)"}),
    refuted("function-of-x", "Derivative(f(x), x)", "0"),
    refuted("squaring-is-not-an-equivalence", "Eq(x, y)", "Eq(x**2, y**2)", "<=>"),
    proved("squaring-one-way", "Eq(x, y)", "Eq(x**2, y**2)", "=>"),
    refuted("cancelling-a-factor", "Eq(x*y, x*t)", "Eq(y, t)", "=>", point={"x": "0"}),
    proved("cancelling-a-nonzero-factor", "Eq(x*y, x*t)", "Eq(y, t)", "=>", given=("Ne(x, 0)",)),
    conditional("inverse-of-any-matrix", "A@Inverse(A)", "Identity(n)", "Ne(Determinant(A), 0)"),
    proved("inverse-of-an-invertible-matrix", "V@Inverse(V)", "Identity(n)"),
    conditional("binomial-ratio", "binomial(n, m)/binomial(n - 1, m - 1)", "n/m"),
    proved("binomial-ratio-in-range", "binomial(n, m)/binomial(n - 1, m - 1)", "n/m", given=("1 <= m", "m <= n")),
]

CALCULUS = [
    conditional("log-det", "Derivative(log(Determinant(X)), X)", "Transpose(Inverse(X))", "Determinant(X) > 0"),
    refuted("log-det-is-not-0", "Derivative(log(Determinant(X)), X)", "ZeroMatrix(n, n)"),
    proved("exp-of-trace", "Derivative(exp(Trace(X)), X)", "exp(Trace(X))*Identity(n)"),
    conditional("det-plus-1", "Derivative(Determinant(X) + 1, X)", "Determinant(X)*Transpose(Inverse(X))",
                "Ne(Determinant(X), 0)"),
    refuted("det-plus-1-is-not-0", "Derivative(Determinant(X) + 1, X)", "ZeroMatrix(n, n)"),
    proved("exp-of-square-norm", "Derivative(exp(Dot(e, e)), e)", "2*exp(Dot(e, e))*e"),
    proved("sum-of-traces", "Derivative(Trace(Transpose(A)@A) + Trace(Transpose(B)@B), A)", "2*A"),
    proved("trace-plus-1", "Derivative(Trace(X) + 1, X)", "Identity(n)"),
    proved("one-entry-by-the-matrix", "Derivative(X[1, 1], X)",
           "FamilyOf(KroneckerDelta(i, 1)*KroneckerDelta(j, 1), (i, 1, n), (j, 1, n))"),
    refuted("lhopital-without-0-over-0", "Limit((x + 1)/(x + 2), x, 0)", "1"),
    proved("no-lhopital-needed", "Limit((x + 1)/(x + 2), x, 0)", "1/2"),
    proved("bounded-limit-inside-the-domain", "Limit(Abs(sqrt(x**2 - 1))/x, x, 1, '+')", "0"),
    proved("integral-of-cancelled-roots", "Integral(sqrt(2 - x)*sqrt(1/(2 - x)), (x, 0, 1))", "1"),
    refuted("integral-of-cancelled-roots-is-not-minus-1", "Integral(sqrt(2 - x)*sqrt(1/(2 - x)), (x, 0, 1))", "-1"),
    refuted("integral-over-the-line", "Integral((cos(x**2) - cos(x))/x**2, (x, -oo, oo))", "0", fails=INTEGRAL),
    proved("rational-integral",
           "Integral(400*pi**2*x**2/(1600*pi**4*x**4 - 796*pi**2*x**2 + 100), (x, 0, oo))", "Rational(5, 2)",
           fails=INTEGRAL),
    refuted("rational-integral-is-positive",
            "Integral(400*pi**2*x**2/(1600*pi**4*x**4 - 796*pi**2*x**2 + 100), (x, 0, oo))", "-0.0125"),
    conditional("gaussian-integral", "Integral(exp(-x**2/(2*s**2)), (x, -oo, oo))", "sqrt(2*pi)*Abs(s)", "Ne(s, 0)"),
]


@pytest.mark.parametrize("case", [c.parameter() for c in (*SUMS, *ZEROS, *DOMAINS, *CALCULUS)])
def test_the_truth_comes_out(case: Case) -> None:
    """A step on which checkers built on SymPy go wrong gets its true verdict, with its conditions or its point."""
    case.verify(SYMBOLS)


def test_an_undefined_value_has_no_verdict() -> None:
    """1/gamma(0) is undefined, so nothing is proved or refuted of a sum that starts there."""
    case = proved("", "Sum(1/gamma(k), (k, 0, 0))", "E")
    assert case.run(SYMBOLS).verdict.verdict == "unknown"


def test_a_limit_from_outside_the_domain_has_no_verdict() -> None:
    """x/abs(sqrt(x^2 - 1)) has no real value below 1, so no value of its limit from there is proved or refuted."""
    for value in ("0", "1", "-1"):
        case = proved("", "Limit(x/Abs(sqrt(x**2 - 1)), x, 1, '-')", value)
        assert case.run(SYMBOLS).verdict.verdict == "unknown"


NASTY = [
    "__import__('os').system('true')", "().__class__.__bases__[0].__subclasses__()", "exec('1')", "eval('1')",
    "open('/etc/passwd').read()", "x.subs('x', '__import__(1)')", "lambda: 1", "[c for c in (1,)]", "f'{x}'",
    "getattr(x, '__class__')", "x if True else y", "(x := 1)", "sympify('1')", "Matrix(['1'])", "S('1')",
    "x; y", "import os", "'\\input{/etc/passwd}'",
]


@pytest.mark.parametrize("source", NASTY)
def test_text_is_never_executed(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text with code in it is an error; nothing in it is called, imported or opened."""
    def fail(*_args: object, **_keywords: object) -> object:
        raise AssertionError("a text was executed")

    monkeypatch.setattr("os.system", fail)
    for name in ("open", "eval", "exec"):
        monkeypatch.setattr(f"builtins.{name}", fail)
    with pytest.raises(InputError):
        parse(source, names=parse_declarations(SYMBOLS))


@pytest.mark.parametrize("name", ["E", "I", "S", "N", "Q", "beta", "gamma", "zeta"])
def test_declared_names_are_what_they_are_declared_to_be(name: str) -> None:
    """E, I, S, N, Q, beta, gamma, zeta are scalars where they are declared as such."""
    names = parse_declarations({name: {"kind": "scalar"}})
    assert parse(name, names=names) == Symbol(name)


def test_a_crafted_name_does_not_reach_latex() -> None:
    r"""A symbol called \input{...} is escaped when it is printed as LaTeX."""
    for name in (r"\input{/etc/passwd}", r"\write18{true}", "$x$", "a}b"):
        printed = latex(Symbol(name))
        assert r"\input" not in printed
        assert r"\write18" not in printed
        assert "$" not in printed.replace(r"\$", "")


def test_a_declared_name_is_an_identifier() -> None:
    """Names with markup or code in them are no names."""
    for name in (r"\input{x}", "</math><script>x</script>", "$x$", "a b", "f(x)", "__import__('os')", ""):
        with pytest.raises(InputError):
            parse_declarations({name: {"kind": "scalar"}})


def test_a_declaration_takes_no_code() -> None:
    """Sizes, bounds and values in a declaration are read by the same safe reader."""
    for entry in ({"kind": "indexed", "shape": ["__import__('os')"]}, {"kind": "index", "upto": "open('x')"},
                  {"kind": "scalar", "values": ["exec('1')"]}, {"kind": "scalar", "interval": ["eval('0')", "1"]}):
        with pytest.raises(InputError):
            declared: dict[str, Declaration] = parse_declarations({"x": entry})
            assert declared
