"""The printers: the text form reads back to the same tree; people and LaTeX get what the tree says."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lossproof.latex_names import is_harmless, latex_name
from lossproof.print_latex import escape_text, latex
from lossproof.print_text import pretty, text
from lossproof.read.expression import parse, parse_declarations
from lossproof.term import (
    ARRAY_FUNCTIONS,
    KNOWN_FUNCTIONS,
    MINUS_ONE,
    ONE,
    Add,
    Bool,
    Call,
    Component,
    Const,
    Derivative,
    Entry,
    Family,
    Fold,
    ForAll,
    Integral,
    Limit,
    Mul,
    Number,
    Partial,
    Piecewise,
    Pow,
    Range,
    Relation,
    Subst,
    Symbol,
    Term,
    divide,
    mul,
    negate,
    number,
    subtract,
)

NAMES = parse_declarations({
    "K": {"kind": "size", "min": 2}, "n": {"kind": "size"}, "d": {"kind": "size"},
    "p": {"kind": "index", "upto": "K"}, "k": {"kind": "index", "upto": "K"}, "j": {"kind": "index", "upto": "K"},
    "q": {"kind": "index", "upto": "K"},
    "a": {"kind": "scalar"}, "b": {"kind": "scalar"}, "x": {"kind": "scalar"}, "L": {"kind": "scalar"},
    "z": {"kind": "indexed", "shape": ["K"]}, "y": {"kind": "indexed", "shape": ["K"]},
    "yhat": {"kind": "indexed", "shape": ["K"]}, "w": {"kind": "indexed", "rank": 2},
    "A": {"kind": "matrix", "shape": ["n", "d"]}, "B": {"kind": "matrix", "shape": ["d", "d"]},
    "u": {"kind": "vector", "shape": ["n"]}, "v": {"kind": "vector", "shape": ["d"]},
    "f": {"kind": "function"}, "g": {"kind": "function", "arity": 2}, "G": {"kind": "functional"},
})


def read(source: str) -> Term:
    return parse(source, names=NAMES)


# Trees in the shape that the reader makes: flat chains of two or more, shapes that fit, names in scope.

_bound = st.sampled_from(["k", "j", "i", "E", "x"])
_numbers = st.one_of(st.integers(-3, 9).map(number), st.fractions(-2, 2, max_denominator=7).map(Number))
_leaves = st.one_of(
    _numbers, st.sampled_from(["a", "b", "x", "k", "j", "K",
    "p"]).map(Symbol), st.sampled_from([Const("pi"), Const("EulerGamma")]),
    st.sampled_from(["z", "yhat"]).map(lambda name: Entry(name, (Symbol("p"),))))
_ends = st.sampled_from([number(0), ONE, Const("oo"), Const("-oo"), Symbol("b")])


def _range(name: str, upper: Term) -> Range:
    return Range(name, ONE, upper)


def _condition(values: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    relations = st.builds(Relation, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), values, values)
    return relations | st.builds(Bool, st.sampled_from(["and", "or"]), st.just(()))


def _more_conditions(inner: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    return st.one_of(
        st.builds(Bool, st.sampled_from(["and", "or"]), st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(lambda c: Bool("not", (c,)), inner),
        st.builds(ForAll, inner, st.builds(_range, _bound, st.just(Symbol("K"))), st.none() | inner))


def _grow(inner: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    several = st.lists(inner, min_size=2, max_size=4).map(tuple)
    relation = _condition(inner)
    conditions = relation | _more_conditions(relation)
    ranges = st.builds(_range, _bound, inner | st.just(Const("oo")))
    variables = st.sampled_from([Symbol("a"), Symbol("L"), Entry("z", (Symbol("p"),)), Entry("w", (Symbol("p"), ONE))])
    return st.one_of(
        st.builds(Add, several), st.builds(Mul, several), st.builds(Pow, inner, inner),
        st.builds(negate, inner), st.builds(subtract, inner, inner), st.builds(divide, inner, inner),
        st.builds(lambda t: Pow(t, MINUS_ONE), inner),
        st.builds(lambda f, t: Call(f, (t,)), st.sampled_from(["exp", "log", "sqrt", "f", "logistic", "Abs"]), inner),
        st.builds(lambda f, s, t: Call(f, (s, t)), st.sampled_from(["g", "Max", "KroneckerDelta",
        "binomial"]), inner, inner),
        st.builds(lambda f, t, n: Call(f, (t,), (n,)), st.sampled_from(["f", "logistic"]), inner, st.integers(1, 4)),
        st.builds(lambda s, t, n: Call("g", (s, t), (n, 1)), inner, inner, st.integers(0, 2)),
        st.builds(lambda t: Entry("z", (t,)), inner), st.builds(lambda s, t: Entry("w", (s, t)), inner, inner),
        st.builds(lambda t: Call("softmax", (Symbol("z"), t)), inner),
        st.builds(lambda t, r: Call("G", (Family(t, (r,)),)), inner, ranges),
        st.builds(lambda t: Partial("G", Symbol("z"), (t,)), inner),
        st.builds(Fold, st.sampled_from(["sum", "product"]), inner, ranges, st.none() | conditions),
        st.builds(Integral, inner, _bound, inner, _ends),
        st.builds(Derivative, inner, variables, st.integers(1, 3)),
        st.builds(Limit, inner, variables, _ends, st.sampled_from(["+", "-", "+-"])),
        st.builds(Subst, inner, variables, inner),
        st.builds(Piecewise, st.lists(st.tuples(inner, conditions), min_size=1, max_size=3).map(tuple)),
    )


trees = st.recursive(_leaves, _grow, max_leaves=12)
conditions = st.recursive(_condition(trees), _more_conditions, max_leaves=5)
relaxed = settings(max_examples=150, deadline=None,
                   suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@relaxed
@given(trees)
def test_text_reads_back_to_the_same_tree(term: Term) -> None:
    """parse(text(t)) == t for every tree in the shape that the reader makes."""
    assert read(text(term)) == term


@relaxed
@given(conditions)
def test_text_of_conditions_reads_back(term: Term) -> None:
    """Conditions, which a report gives in the input's own syntax, can be fed back."""
    assert read(text(term)) == term


@relaxed
@given(trees | conditions)
def test_pretty_and_latex_are_one_line_with_matching_brackets(term: Term) -> None:
    """No tree breaks a printer; brackets and braces match."""
    shown = pretty(term)
    assert shown
    assert shown.isascii()
    assert "\n" not in shown
    assert_matching(shown, "()[]{}")
    made = latex(term)
    assert_matching(re.sub(r"\\[{}]", "", made), "{}")
    assert made.count(r"\left") == made.count(r"\right")
    assert "--" not in made.replace(" ", "")


def assert_matching(line: str, brackets: str) -> None:
    opened: list[str] = []
    for character in line:
        where = brackets.find(character)
        if where >= 0 and where % 2 == 0:
            opened.append(brackets[where + 1])
        elif where >= 0:
            assert opened and opened.pop() == character, line
    assert not opened, line


_vectors = st.sampled_from([Symbol("v"), Call("f", (Symbol("v"),)), Call("matmul", (Symbol("B"), Symbol("v")))])
_squares = st.recursive(st.just(Symbol("B")), lambda inner: st.one_of(
    st.builds(lambda s, t: Call("matmul", (s, t)), inner, inner), st.builds(lambda s, t: Add((s, t)), inner, inner),
    st.builds(lambda t: Call("transpose", (t,)), inner), st.builds(lambda t: Call("inverse", (t,)), inner),
    st.builds(negate, inner), st.builds(lambda t: Mul((Symbol("a"), t)), inner), st.builds(subtract, inner, inner),
    st.builds(lambda s, t: Call("hadamard", (s, t)), inner, inner),
    st.builds(lambda s, t: Call("outer", (s, t)), _vectors, _vectors)), max_leaves=6)
_array_numbers = st.one_of(
    st.builds(lambda t: Call("trace", (t,)), _squares), st.builds(lambda t: Call("det", (t,)), _squares),
    st.builds(lambda s, m, t: Call("matmul", (Call("transpose", (s,)), m, t)), _vectors, _squares, _vectors),
    st.builds(lambda t: Component(Call("transpose", (t,)), (ONE, Symbol("p"))), _squares),
    st.builds(lambda s, t: Call("dot", (s, t)), _vectors, _vectors))


@relaxed
@given(_squares | _array_numbers | st.builds(lambda s, t: Mul((s, t)), _array_numbers, _squares)
       | st.builds(lambda s, t: Relation("=", s, t), _squares, _squares)
       | st.builds(lambda s: Derivative(s, Symbol("B")), _array_numbers))
def test_text_of_arrays_reads_back(term: Term) -> None:
    """Matrix products keep their brackets too."""
    assert read(text(term)) == term
    assert pretty(term).isascii()
    assert_matching(latex(term), "{}")


@pytest.mark.parametrize(("source", "expected"), [
    ("a-b-2*x+3", "a - b - 2*x + 3"), ("a/b/x*2", "a/b/x*2"), ("-(a*b)/x", "-(a*b)/x"), ("-a*b", "-a*b"),
    ("0.5*x", "Rational(1, 2)*x"), ("a**(b**x)", "a**(b**x)"), ("Sum(Sum(w[i,j],(i,1,n)),(j,1,K),Ne(j,p))",
                                                               "Sum(w[i, j], (i, 1, n), (j, 1, K), Ne(j, p))"),
    ("Limit(x,x,0,'+')", "Limit(x, x, 0, '+')"), ("A*B*v", "A@B@v"), ("Derivative(x, x, x)", "Derivative(x, (x, 2))"),
    ("~(x<1)&Eq(a,1)", "~(x < 1) & Eq(a, 1)"),
])
def test_text_is_as_people_write_it(source: str, expected: str) -> None:
    """The text form is SymPy's, without brackets that nothing needs."""
    assert text(read(source)) == expected


def test_text_renames_what_is_no_identifier() -> None:
    """A bound variable that a substitution named k' gets a name that can be read, and that nothing else has."""
    primed = Fold("sum", Mul((Entry("z", (Symbol("k'"),)), Symbol("k_"))), Range("k'", ONE, Symbol("K")))
    assert text(primed) == "Sum(z[k_1]*k_, (k_1, 1, K))"


def test_text_of_eulers_number_beside_a_name_e() -> None:
    """Where something else is called E, Euler's number is exp(1)."""
    assert text(Add((Const("E"), Symbol("E")))) == "exp(1) + E"
    assert text(Const("E")) == "E"


def test_numbers_of_any_size_are_printed() -> None:
    """Numbers longer than Python turns into text by itself do not stop a printer."""
    big = Number(Fraction(10**9000 + 1))
    assert text(big) == pretty(big) == latex(big) == "1" + "0" * 8999 + "1"
    assert text(Number(Fraction(-1, 10**5000))).endswith("0" * 5000 + ")")


@pytest.mark.parametrize(("source", "expected"), [
    ("Derivative(Sum((y[k] - yhat[k])**2, (k, 1, K)), z[p])", "d/dz_p of sum_k (y_k - yhat_k)^2"),
    ("-2*yhat[p]*(1 - yhat[p])**2", "-2 yhat_p (1 - yhat_p)^2"),
    ("Sum(yhat[k]**2, (k, 1, K), Ne(k, p))", "sum_{k != p} yhat_k^2"),
    ("2*yhat[p]*Sum(yhat[k]**2, (k, 1, K), Ne(k, p))", "2 yhat_p * sum_{k != p} yhat_k^2"),
    ("-2*yhat[p]*((1 - yhat[p])**2 + Sum(yhat[k]**2, (k, 1, K), Ne(k, p)))",
     "-2 yhat_p ((1 - yhat_p)^2 + sum_{k != p} yhat_k^2)"),
    ("exp(z[p])/Sum(exp(z[k]), (k, 1, K))", "exp(z_p)/sum_k exp(z_k)"),
    ("Sum(z[k], (k, 2, K))", "sum_{k=2}^{K} z_k"),
    ("Sum(z[k], (k, 2, K), Ne(k, p))", "sum_{k=2, k != p}^{K} z_k"),
    ("Sum(z[k], (k, 1, K - 1))", "sum_{k=1}^{K - 1} z_k"),
    ("Sum(z[k], (k, 1, 3))", "sum_{k=1}^{3} z_k"),
    ("Sum(z[k], (k, 1, K)) - Sum(z[k], (k, 1, n))", "sum_{k=1}^{K} z_k - sum_{k=1}^{n} z_k"),
    ("Sum(w[i, j], (i, 1, j), (j, 1, K))", "sum_j sum_{i=1}^{j} w_ij"),
    ("Sum(z[k], (k, 1, K), Eq(k, p))", "sum_{k: k = p} z_k"),
    ("Sum(a + b, (k, 1, K))*x", "(sum_k (a + b)) x"),
    ("Sum(-a, (k, 1, K)) + x", "sum_k (-a) + x"),
    ("Sum(z[k], (k, 1, K))/K", "(sum_k z_k)/K"),
    ("Sum(z[k]/K, (k, 1, K))", "sum_k z_k/K"),
    ("Sum(z[k], (k, 1, K))**2", "(sum_k z_k)^2"),
    ("Product(z[k], (k, 1, K))", "prod_k z_k"),
    ("Prime(logistic, x)", "sigma'(x)"), ("Prime(f, x, 4)", "f^(4)(x)"), ("Prime(g, (x, a), (1, 0))", "g^(1,0)(x, a)"),
    ("Limit(a*x + 1, x, -oo, '+')", "lim_{x -> -oo} (a x + 1)"), ("Limit(1/x, x, 0, '+')", "lim_{x -> 0+} 1/x"),
    ("Integral(x**2, (x, 0, oo))", "int_{x=0}^{oo} x^2 dx"),
    ("-a", "-a"), ("a - b", "a - b"), ("a/b", "a/b"), ("a/(b*x)", "a/(b x)"), ("a/b*x", "(a/b) x"), ("a*b/x", "a b/x"),
    ("a*(b/x)", "a (b/x)"), ("a - (b - x)", "a - (b - x)"), ("a - (-b)", "a - (-b)"), ("(a + b)*x", "(a + b) x"),
    ("f(x + 1) + x*(x + 1)", "f(x + 1) + x (x + 1)"), ("2*3*x*4", "2*3 x*4"), ("2**x", "2^x"), ("x**-1", "1/x"),
    ("x**-2", "x^(-2)"), ("(-x)**2", "(-x)^2"), ("-x**2", "-x^2"), ("(a**b)**x", "(a^b)^x"),
    ("a**(b + 1)", "a^(b + 1)"),
    ("x*Rational(1, 2)", "x (1/2)"), ("Rational(1, 2)", "1/2"), ("-0.5*x", "-(1/2) x"), ("x - 0.5", "x - 1/2"),
    ("Derivative(L, z[p])*Derivative(yhat[k], a)", "(dL/dz_p) (dyhat_k/da)"), ("Derivative(L, (a, 2))", "d^2L/da^2"),
    ("Derivative(a*x, x) + 1", "(d/dx of a x) + 1"), ("Derivative(a + x, x)", "d/dx of (a + x)"),
    ("Partial(G, z, p)", "dG/dz_p"), ("softmax(z, p)*x", "softmax(z)_p x"), ("KroneckerDelta(k, p)", "[k = p]"),
    ("z[k + 1] + w[1, 2] + z[12]", "z_{k + 1} + w_{1,2} + z_12"),
    ("Piecewise((a, x < 0), (b, True))", "{a if x < 0; b otherwise}"),
    ("ForAll(Ne(z[k], 1), (k, 1, K), Ne(k, p))", "for all k in 1..K with k != p: z_k != 1"),
    ("(x < 1) & (Eq(a, 1) | ~Ne(x, 2))", "x < 1 and (a = 1 or not (x != 2))"),
    ("Transpose(A)*(u - A*v)", "A^T (u - A v)"), ("a*A*B", "a (A B)"), ("-A*v", "-A v"), ("Inverse(B)", "B^(-1)"),
    ("HadamardProduct(v, f(v))", "v .* f(v)"), ("(A@B)[1, p]", "(A B)_{1, p}"),
    ("FamilyOf(z[k], (k, 1, n))", "(z_k)_{k=1..n}"), ("Subs(x**2, x, 3)", "(x^2 at x = 3)"),
    ("Eq(Derivative(L, a), 0)", "dL/da = 0"), ("Max(x, 0) + Abs(a)", "max(x, 0) + abs(a)"),
])
def test_pretty(source: str, expected: str) -> None:
    """What a person sees is short, and has the brackets that its meaning needs."""
    assert pretty(read(source)) == expected


def test_ranges_that_differ_between_two_lines_are_shown() -> None:
    """A range is left out only where every sum over that name, in the lines beside it too, has it."""
    left, right = read("Sum(z[k], (k, 1, K))"), read("Sum(z[k], (k, 1, n))")
    assert pretty(left) == pretty(right) == "sum_k z_k"
    assert pretty(left, beside=(right,)) == "sum_{k=1}^{K} z_k"


def test_functions_do_not_take_a_declared_name() -> None:
    """The logistic function is shown as sigma unless something else is called so."""
    assert pretty(Call("logistic", (Symbol("sigma"),))) == "logistic(sigma)"
    assert pretty(Call("logistic", (Symbol("x"),)), taken={"sigma"}) == "logistic(x)"
    assert latex(Call("logistic", (Symbol("x"),)), {"sigma": ""}) == r"\operatorname{logistic}(x)"


def test_an_entry_beside_a_symbol_of_the_same_look() -> None:
    """The entry z[p] and the symbol z_p are told apart."""
    assert pretty(Add((Entry("z", (Symbol("p"),)), Symbol("z_p")))) == "z[p] + z_p"


@pytest.mark.parametrize(("source", "expected"), [
    ("Derivative(Sum((y[k] - yhat[k])**2, (k, 1, K)), z[p])",
     r"\frac{\partial}{\partial z_p} \sum_{k=1}^{K} (y_k - \hat{y}_k)^{2}"),
    ("-2*yhat[p]*(1 - yhat[p])**2", r"-2 \hat{y}_p (1 - \hat{y}_p)^{2}"),
    ("Sum(yhat[k]**2, (k, 1, K), Ne(k, p))", r"\sum_{\substack{k=1\\ k \neq p}}^{K} \hat{y}_k^{2}"),
    ("exp(z[p])/Sum(exp(z[k]), (k, 1, K))", r"\frac{e^{z_p}}{\sum_{k=1}^{K} e^{z_k}}"),
    ("-Sum(y[k]*log(yhat[k]), (k, 1, K))", r"-\sum_{k=1}^{K} y_k \log \hat{y}_k"),
    ("log(yhat[k])*y[k]", r"(\log \hat{y}_k) y_k"), ("log(a/b)", r"\log\left(\frac{a}{b}\right)"),
    ("log(x)**2", r"(\log x)^{2}"), ("log(x)/x", r"\frac{\log x}{x}"), ("exp(x)**2", r"(e^{x})^{2}"),
    ("(1/n)*Sum(z[k], (k, 1, n))", r"\frac{1}{n} \sum_{k=1}^{n} z_k"),
    ("Sum(z[k], (k, 1, K))*x", r"\left(\sum_{k=1}^{K} z_k\right) x"),
    ("a*b/x*y[1]/2", r"\frac{a b}{x} \frac{y_1}{2}"), ("a*(b/x)", r"a \frac{b}{x}"), ("a/b/x", r"\frac{a}{b x}"),
    ("(a + b)/(a - b)", r"\frac{a + b}{a - b}"), ("-a/b", r"-\frac{a}{b}"), ("a - b/x", r"a - \frac{b}{x}"),
    ("a - (b + x)", "a - (b + x)"), ("2*3", r"2 \cdot 3"), ("2*(1/2)", r"2 \cdot \frac{1}{2}"), ("x*-2", "x (-2)"),
    ("Prime(logistic, x)", r"\sigma'(x)"), ("Prime(f, a/b, 4)", r"f^{(4)}\left(\frac{a}{b}\right)"),
    ("Derivative(L, z[p])", r"\frac{\partial L}{\partial z_p}"),
    ("Derivative(f(x), (x, 2))", r"\frac{\partial^{2} f(x)}{\partial x^{2}}"),
    ("Derivative(-x, x)", r"\frac{\partial}{\partial x} (-x)"),
    ("Partial(G, z, p)", r"\frac{\partial G}{\partial z_p}"),
    ("Limit(f(x), x, 0, '+')", r"\lim_{x \to 0^{+}} f(x)"), ("Limit(a, x, oo)", r"\lim_{x \to \infty} a"),
    ("Integral(x**2, (x, 0, 1))", r"\int_{0}^{1} x^{2} \,\mathrm{d}x"),
    ("sqrt(x)*Abs(a)", r"\sqrt{x} \left|a\right|"), ("softmax(z, p)", r"\mathrm{softmax}(z)_p"),
    ("KroneckerDelta(k, p)", r"\delta_{kp}"), ("binomial(n, k)", r"\binom{n}{k}"), ("factorial(n - 1)", "(n - 1)!"),
    ("Piecewise((a, x < 0), (b, True))", r"\begin{cases} a & x < 0 \\ b & \text{otherwise} \end{cases}"),
    ("ForAll(z[k] >= 0, (k, 1, K), Ne(k, p))", r"z_k \geq 0 \quad \forall k \in \{1, \dots, K\},\ k \neq p"),
    ("(x < 1) & (Eq(a, 1) | ~Ne(x, 2))", r"x < 1 \wedge (a = 1 \vee \neg (x \neq 2))"),
    ("Transpose(A)*(u - A*v)", r"A^{\top} (u - A v)"), ("HadamardProduct(v, Prime(f, v))", r"v \odot f'(v)"),
    ("Inverse(B)", "B^{-1}"), ("Trace(B) + Determinant(B)", r"\operatorname{tr}(B) + \det(B)"),
    ("Outer(u, v)", r"u v^{\top}"), ("Identity(d)", "I_{d}"), ("w[p, k + 1]", r"w_{p, k + 1}"), ("w[p, k]", "w_{pk}"),
    ("Subs(x**2, x, 3)", r"\left.x^{2}\right|_{x = 3}"), ("x**Rational(1, 2)", r"x^{\frac{1}{2}}"),
    ("digamma(x) + polygamma(1, x) + gamma(x)", r"\psi(x) + \psi^{(1)}(x) + \Gamma(x)"),
])
def test_latex(source: str, expected: str) -> None:
    """LaTeX comes from the tree, in the order written, with brackets that grow only where they must."""
    assert latex(read(source)) == expected


@pytest.mark.parametrize(("name", "expected"), [
    ("sigma", r"\sigma"), ("yhat", r"\hat{y}"), ("zbar", r"\bar{z}"), ("ytilde", r"\tilde{y}"), ("Sigma", r"\Sigma"),
    ("sigmahat", r"\hat{\sigma}"), ("sigmahatbar", r"\bar{\hat{\sigma}}"), ("w_1", "w_{1}"), ("w1", "w_{1}"),
    ("z_out", r"z_{\mathrm{out}}"), ("W_ij_k", r"W_{\mathrm{ij},k}"), ("loss", r"\mathit{loss}"),
    ("lambda_", r"\lambda"),
    ("lamda", r"\lambda"), ("hat", r"\mathit{hat}"), ("k'", "k'"), ("_x", r"\mathit{\_x}"), ("σ", r"\sigma"),
    ("x_", "x"),
    ("损失", r"\mathit{\text{损}\text{失}}"), ("alpha_beta", r"\alpha_{\beta}"),
    ("loss_max", r"\mathit{loss}_{\mathrm{max}}"),
])
def test_default_latex_of_names(name: str, expected: str) -> None:
    """Greek letters, accents and subscripts come from the name as people spell them."""
    assert str(latex_name(name, {})) == expected


def test_own_latex_of_names() -> None:
    """A declared LaTeX is used, joins with indices and powers, and gives way where it is not harmless."""
    names = {"z": "z^{l}", "w": "w_{0}", "yhat": r"\hat{\mathbf{y}}", "a": r"\input{/etc/passwd}"}
    p = Symbol("p")
    assert latex(Entry("z", (p,)), names) == "z^{l}_p"
    assert latex(Pow(Entry("z", (p,)), number(2)), names) == "(z^{l}_p)^{2}"
    assert latex(Entry("w", (p,)), names) == "{w_{0}}_p"
    assert latex(Pow(Entry("yhat", (p,)), number(2)), names) == r"\hat{\mathbf{y}}_p^{2}"
    assert latex(Symbol("a"), names) == "a"
    assert latex(Call("f", (Symbol("x"),), (1,)), {"f": "f^{l}"}) == "{f^{l}}'(x)"


@pytest.mark.parametrize("own", [
    r"\input{x}", r"\write18{ls}", r"\def\x{}", "}", "{", "a}{b", "$x$", "a & b", "a % b", "#1", "~", r"\\",
    "a\nb", "", " ",
    r"\csname input\endcsname", "^^5cinput", "x^", "_x", r"\hat", r"x^{\hat}",
    "{}", r"\begin{cases}", r"\catcode", "\\",
    "x_1_2", "a^b^c", r"\left(", "x" * 201, "é", r"\hat{}", r"\text{a_b}", "x\\", r"\href{a}{b}", "\x00",
])
def test_latex_of_an_author_cannot_break_out(own: str) -> None:
    """Own LaTeX with anything but letters, scripts, accents and fonts is not used."""
    assert not is_harmless(own)
    assert latex(Symbol("x"), {"x": own}) == "x"


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.one_of(st.sampled_from("\\{}#%&$_^~ \n'\"abz019"),
st.characters()), min_size=1, max_size=12))
def test_no_name_breaks_out(name: str) -> None:
    """Whatever a name holds, its LaTeX has matching braces, known commands only, and nothing active."""
    made = latex(Add((Symbol(name), Entry(name, (Symbol(name),)), Call(name, (Symbol(name),)))))
    assert_safe(made)
    known = (r"\\(?:mathit|mathrm|operatorname|text|backslash|textasciicircum|textasciitilde|hat|bar|tilde|dot|vec"
             r"|[{}#%&$_ ]|[a-zA-Z]+(?![a-zA-Z]))")
    assert "\\" not in re.sub(known, "", made)


@settings(max_examples=300, deadline=None)
@given(st.text())
def test_running_text_is_escaped(source: str) -> None:
    """Whatever running text holds, LaTeX sees letters."""
    assert_safe(escape_text(source))


def assert_safe(made: str) -> None:
    bare = re.sub(r"\\[{}#%&$_ ]", "", made)
    assert_matching(bare, "{}")
    assert not re.search(r"[#%&$~\n\r\x00]|\^\^|\\\\", bare)
    commands = set(re.findall(r"\\([a-zA-Z]+)", bare))
    assert commands.isdisjoint({"input", "include", "write", "def", "csname", "catcode", "begin", "end",
    "openin", "read"})


def test_escape_text_examples() -> None:
    """The characters that LaTeX takes for commands are written out; control characters are left out."""
    assert escape_text(r"\input{a}_b^c~d#e%f&g$h") == (
        r"\textbackslash{}input\{a\}\_b\textasciicircum{}c\textasciitilde{}d\#e\%f\&g\$h")
    assert escape_text("a\n\nb\x00\u202ec 损失") == "a  bc 损失"


@pytest.mark.parametrize("name", [*KNOWN_FUNCTIONS, *ARRAY_FUNCTIONS])
@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_a_function_with_a_known_name_and_other_arguments_prints(name: str, count: int) -> None:
    """A tree made by hand may hold a function that is called like one of ours; no printer fails on it."""
    term = Call(name, tuple(Symbol(x) for x in "abx"[:count]))
    assert_matching(latex(term), "{}")
    assert isinstance(text(term), str) and isinstance(pretty(term), str)


def test_every_known_function_prints() -> None:
    """Each function with a meaning of its own has a print in all three forms, and reads back."""
    for name, (least, _) in KNOWN_FUNCTIONS.items():
        args: tuple[Term, ...] = tuple(Symbol("x") for _ in range(least))
        if name in ("softmax", "logsumexp"):
            args = (Symbol("z"), *args[1:])
        term = Call(name, args)
        assert read(text(term)) == term
        assert pretty(mul(term, term))
        assert_matching(latex(Pow(term, number(2))), "{}")
