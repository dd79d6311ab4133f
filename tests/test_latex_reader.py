"""Formulas under a declared notation: what they are read as, and what is refused because it is not clear."""

from __future__ import annotations

import pytest

from lossproof.diagnostic import InputError
from lossproof.print_text import text
from lossproof.read.latex.notation import Notation
from lossproof.read.latex.rows import Row, covered, read_formula, split_rows
from lossproof.read.latex.tokens import LatexProblem

NOTATION = Notation.from_mapping(
    {
        "names": {
            "n": "size",
            "K": {"kind": "size", "min": 2},
            "d": "size",
            "p": {"kind": "index", "upto": "K"},
            "q": {"kind": "index", "upto": "K"},
            "i": {"kind": "index", "upto": "n"},
            "x": "scalar",
            "y": "scalar",
            "t": "scalar",
            "a": "scalar",
            "b": "scalar",
            "w": "scalar",
            "c": "scalar",
            "s": "scalar",
            r"\mu": "scalar",
            "P(y|x)": "scalar",
            "z_k": {"kind": "indexed", "shape": ["K"]},
            r"\hat{z}_k": {"same": "z_k"},
            r"\hat{y}": "scalar",
            r"\hat{y}_k": {"kind": "indexed", "shape": ["K"]},
            "y_k": {"kind": "indexed", "shape": ["K"]},
            "x_{ij}": {"kind": "indexed", "shape": ["n", "d"]},
            "v": {"kind": "vector", "shape": ["n"]},
            "u": {"kind": "vector", "shape": ["n"]},
            "A": {"kind": "matrix", "shape": ["n", "n"]},
            "B": {"kind": "matrix", "shape": ["n", "n"]},
            "X": {"kind": "matrix", "shape": ["n", "d"]},
            r"\delta^l": {"kind": "vector", "shape": ["n"]},
            r"\delta^{l+1}": {"kind": "vector", "shape": ["n"]},
            "W^{l+1}": {"kind": "matrix", "shape": ["n", "n"]},
            "z^l": {"kind": "vector", "shape": ["n"]},
            r"\bar{y}^{(i)}": {"kind": "indexed", "shape": ["n"]},
            "Loss": "scalar",
            r"x_\mathrm{new}": "scalar",
            r"\tau^2": {"kind": "scalar", "assume": ["positive"]},
        },
        "functions": {
            "f": "opaque",
            "g": {"is": "opaque", "arity": 2},
            "J": "functional",
            "h": {"is": "opaque", "of": "x"},
            r"\sigma": {"is": "logistic", "of": "s"},
        },
        "prime": "derivative",
    }
)
STATISTICS = NOTATION.merged(Notation.from_mapping({"packs": ["statistics"]}))


def rows(latex: str, notation: Notation = NOTATION) -> tuple[Row, ...]:
    found = read_formula(latex, notation)
    assert all(covered(row) for row in found)
    return found


def sides(latex: str, notation: Notation = NOTATION) -> list[str]:
    """All sides of all rows as text; the first problem is raised."""
    found = []
    for row in rows(latex, notation):
        for side in row.sides:
            if side.problem is not None:
                raise side.problem
            assert side.term is not None
            found.append(text(side.term))
    return found


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        # numbers, products, fractions
        (r"0.5 x + \frac{2}{4}", "Rational(1, 2)*x + 2/4"),
        (r"2^{10} 3 \cdot 4", "2**10*3*4"),
        (r"-2 x y", "-2*x*y"),
        (r"x / y", "x/y"),
        (r"\frac{1}{x}", "x**(-1)"),
        (r"x(1-y)", "x*(1 - y)"),
        (r"\sqrt{x y}", "sqrt(x*y)"),
        (r"\sqrt[3]{x}", "x**Rational(1, 3)"),
        (r"{x}^{2}", "x**2"),
        (r"a \times b * c", "a*b*c"),
        (r"68 \%", "68*Rational(1, 100)"),
        (r"(x^a)^b", "(x**a)**b"),
        (r"\left[ x - \left\{ y - 1 \right\} \right]", "x - (y - 1)"),
        (r"n!", "factorial(n)"),
        (r"\binom{n}{2} {n \choose 3}", "binomial(n, 2)*binomial(n, 3)"),
        (r"-(-x)", "-(-x)"),
        # names as they are set
        (r"\hat{y} + \hat{y}_p + y_p + y", "yhat + yhat_k[p] + y_k[p] + y"),
        (r"\hat{z}_p", "z[p]"),
        (r"x_{\mathrm{new}}^2", "x_new**2"),
        (r"x_{i,3} x_{i3} x_{12}", "x_ij[i, 3]*x_ij[i, 3]*x_ij[1, 2]"),
        (r"\bar{y}^{(i)}", "ybar_up_i[i]"),
        (r"Loss + 1", "L_o_s_s + 1"),
        (r"\tau^2 x", "tau_up_2*x"),
        (r"y_{p}^{2}", "y_k[p]**2"),
        (r"P(y | x)", "P_y_given_x"),
        (r"P(y=1 | x)", "Subs(P_y_given_x, y, 1)"),
        (r"A_{ij}", "!`j` is not declared"),
        (r"v_1 + A_{1,2}", "v[1] + A[1, 2]"),
        # functions
        (r"\sigma(x) + \sigma (x) + \sigma{(x)}", "logistic(x) + logistic(x) + logistic(x)"),
        (r"\sigma", "logistic(s)"),
        (r"\sigma'(x) + f''(x) + f^{(3)}(x)", "Prime(logistic, x) + Prime(f, x, 2) + Prime(f, x, 3)"),
        (r"log(a) + sigmoid(x)", "log(a) + logistic(x)"),
        (r"y \log \hat{y} + (1-y) \log (1-\hat{y})", "y*log(yhat) + (1 - y)*log(1 - yhat)"),
        (r"\log \frac{1}{1+e^{-y s}}", "log((1 + exp(-y*s))**(-1))"),
        (r"\ln(x) y", "log(x)*y"),
        (r"\log_2 x", "log(x)/log(2)"),
        (r"\sin 2x \cos x", "sin(2*x)*cos(x)"),
        (r"\sin^2 x", "sin(x)**2"),
        (r"f(x)^2", "f(x)**2"),
        (r"\log f(x)", "log(f(x))"),
        (r"e^{x} \exp(y) \mathrm{e}^{-x}", "exp(x)*exp(y)*exp(-x)"),
        (r"g(x, y)", "g(x, y)"),
        (r"h + h(y)", "h(x) + h(y)"),
        (r"\max(x, 0) + \min\{a, b\}", "Max(x, 0) + Min(a, b)"),
        (r"\Gamma(x) + \psi(x) + \mathrm{B}(a, b)", "gamma(x) + digamma(x) + beta(a, b)"),
        (r"\operatorname{erf}(x) + \mathrm{sgn}(x)", "erf(x) + sign(x)"),
        (r"|x| + \left| y \right| + \lfloor a \rfloor", "Abs(x) + Abs(y) + floor(a)"),
        (r"\mathrm{softmax}(z)_p", "softmax(z, p)"),
        (r"\delta_{pq} + \delta_{p,1}", "KroneckerDelta(p, q) + KroneckerDelta(p, 1)"),
        # sums and products
        (r"\sum_{k=1}^{K} e^{z_k}", "Sum(exp(z[k]), (k, 1, K))"),
        (r"\sum_k z_k + 1", "Sum(z[k], (k, 1, K)) + 1"),
        (r"\sum_{k \neq p} z_k^2", "Sum(z[k]**2, (k, 1, K), Ne(k, p))"),
        (r"\sum_{k=1, k \neq p}^{K} z_k", "Sum(z[k], (k, 1, K), Ne(k, p))"),
        (r"\sum_{\substack{k=1 \\ k \neq p}}^{K} z_k", "Sum(z[k], (k, 1, K), Ne(k, p))"),
        (r"\sum_{i=1}^n \sum_{j=1}^d x_{ij}", "Sum(x_ij[i, j], (j, 1, d), (i, 1, n))"),
        (r"\sum_{i,j=1}^{n} A_{ij}", "Sum(A[i, j], (j, 1, n), (i, 1, n))"),
        (r"\sum_{1 \leq k < n} k", "Sum(k, (k, 1, n - 1))"),
        (r"\sum_{k \in \{1, \dots, n\}} k", "Sum(k, (k, 1, n))"),
        (r"\sum_{k=1}^{K} -z_k", "Sum(-z[k], (k, 1, K))"),
        (r"\frac{1}{n} \sum_{i=1}^n v_i - x", "n**(-1)*Sum(v[i], (i, 1, n)) - x"),
        (r"\prod_{k=1}^K e^{z_k} \cdot x", "Product(exp(z[k]), (k, 1, K))*x"),
        (r"\prod_{k=1}^K \frac{1}{2} \cdot z_k", "Product(Rational(1, 2)*z[k], (k, 1, K))"),
        (r"\prod_{k=1}^K z_k \cdot x^{\sum_{k=1}^K z_k}", "Product(z[k], (k, 1, K))*x**Sum(z[k], (k, 1, K))"),
        (r"\prod_{k=1}^K z_k \cdot x^{\sum_{k=1}^K z_k + z_1}",
         "Product(z[k], (k, 1, K))*x**(Sum(z[k], (k, 1, K)) + z[1])"),
        (r"\prod_{k=1}^K \frac{1}{2} \cdot x^{\sum_{p=1}^K z_p + z_k}",
         "Product(Rational(1, 2)*x**(Sum(z[p], (p, 1, K)) + z[k]), (k, 1, K))"),
        (r"\prod_{k=1}^K 2 \cdot \prod_{k=1}^K z_k", "Product(2, (k, 1, K))*Product(z[k], (k, 1, K))"),
        (r"z_1 + z_2 + \dots + z_K", "Sum(z[j], (j, 1, K))"),
        (r"1 + 2 + \dots + n", "Sum(j, (j, 1, n))"),
        (r"- (y_1 \log \hat{y}_1 + \dots + y_K \log \hat{y}_K)", "-Sum(y_k[j]*log(yhat_k[j]), (j, 1, K))"),
        (r"x - z_1 - \dots - z_K", "x - Sum(z[j], (j, 1, K))"),
        (r"z_1 \cdots z_K", "Product(z[j], (j, 1, K))"),
        (r"z_1^2 + \dots + z_{p-1}^2 + z_{p+1}^2 + \dots + z_K^2", "Sum(z[j]**2, (j, 1, K), Ne(j, p))"),
        # calculus
        (r"\frac{\partial c}{\partial w}", "Derivative(c, w)"),
        (r"\frac{\mathrm{d}}{\mathrm{d}x} f(x)", "Derivative(f(x), x)"),
        (r"\frac{dy}{dx}", "!`d`"),
        (r"\frac{\partial^2 f(x)}{\partial x^2}", "Derivative(f(x), (x, 2))"),
        (r"\frac{\partial^2}{\partial x \partial y} g(x,y)", "Derivative(Derivative(g(x, y), y), x)"),
        (r"\frac{\partial L}{\partial z_p}", "!`L` is not declared"),
        (r"\frac{\partial J}{\partial z_p}", "Partial(J, z, p)"),
        (r"\partial_x f(x)", "Derivative(f(x), x)"),
        (r"\frac{\partial \sigma}{\partial w}", "Derivative(logistic(s), w)"),
        (r"\lim_{x \to 0^+} \frac{f(x)}{x}", "Limit(f(x)/x, x, 0, '+')"),
        (r"\lim_{x \rightarrow -\infty} f(x)", "Limit(f(x), x, -oo)"),
        (r"\int_0^1 f(t) \, \mathrm{d}t", "Integral(f(t), (t, 0, 1))"),
        (r"\int_{-\infty}^{\infty} e^{-x^2} + 1 \, dx", "Integral(exp(-x**2) + 1, (x, -oo, oo))"),
        (r"\int_0^1 \int_0^2 g(x,y) \, \mathrm{d}x \, \mathrm{d}y", "Integral(g(x, y), (x, 0, 2), (y, 0, 1))"),
        (r"\int_1^2 \frac{\mathrm{d}x}{x}", "Integral(x**(-1), (x, 1, 2))"),
        (r"\left. \frac{\partial f(x)}{\partial x} \right|_{x=0}", "Subs(Derivative(f(x), x), x, 0)"),
        (r"f(x)|_{x=1}", "Subs(f(x), x, 1)"),
        # arrays
        (r"v^\top A v + u^T v", "Transpose(v)@A@v + Transpose(u)@v"),
        (r"A^{-1} v - 2 A^2 v", "Inverse(A)@v + -2*((A@A)@v)"),
        (r"(X^\mathrm{T} X)^{-1} X^\mathrm{T} v", "Inverse(Transpose(X)@X)@Transpose(X)@v"),
        (r"|A|", "Determinant(A)"),
        (
            r"(W^{l+1})^T \delta^{l+1} \odot f'(z^l)",
            "HadamardProduct(Transpose(W_up_l_plus_1)@delta_up_l_plus_1, Prime(f, z_up_l))",
        ),
        (r"\mathrm{tr}(A B) + \det(A)", "Trace(A@B) + Determinant(A)"),
        (r"\|v\|^2", "Dot(v, v)"),
        (r"(A B)_{1,2}", "(A@B)[1, 2]"),
        (r"(z_k)_{k=1}^{K}", "FamilyOf(z[k], (k, 1, K))"),
        (r"I_n + \mathbf{0}_{n \times n}", "Identity(n) + ZeroMatrix(n, n)"),
        # cases
        (
            r"\begin{cases} x^2 & \text{if } x > 0 \\ 0 & \text{otherwise} \end{cases}",
            "Piecewise((x**2, x > 0), (0, True))",
        ),
        (
            r"\left\{ \begin{array}{rl} x , & x \geq 0 \\ -x , & x < 0 \end{array} \right.",
            "Piecewise((x, x >= 0), (-x, x < 0))",
        ),
    ],
)
def test_formulas_are_read(latex: str, expected: str) -> None:
    """Each formula means one thing under the notation; what begins with ! is the problem that it is."""
    if expected.startswith("!"):
        with pytest.raises(LatexProblem) as caught:
            sides(latex)
        assert expected[1:] in caught.value.message
    else:
        assert sides(latex) == [expected]


@pytest.mark.parametrize(
    ("latex", "message", "piece"),
    [
        (r"\log x y", "how far", "x y"),
        (r"\log (x)^2", "belongs to", "2"),
        (r"1/2 x", "slash divides by", "/2 x"),
        (r"x \cdot -1", "two signs", "-"),
        (r"x - -1", "two signs", "-"),
        (r"y(x)", "looks like its value", "y(x)"),
        (r"a(x, y)", "looks like its value", "a(x, y)"),
        (r"1{,}000", "`,` is not expected", ","),
        (r"a \pm b", "two signs at once", r"\pm"),
        (r"q_1", "`q_1` is not declared", "q_1"),
        (r"z", "without an index", "z"),
        (r"f + 1", "without an argument", "f"),
        (r"g(x)", "takes 2 arguments", "g(x)"),
        (r"\frac{\mathrm{d}}{\mathrm{d}x} f(x) \cdot y", "how far", r"\frac"),
        (r"A x + v", "", ""),
        (r"\int f(x)", "not closed by its d", r"\int"),
        (r"\sum z_k", "does not say over what", r"\sum"),
        (r"\foo{x}", r"\foo", r"\foo"),
        (r"\frac{\partial c}{\partial n}", "integers only", "n"),
        (r"v u", "does not fit", ""),
        (r"v + x", "a sum joins", ""),
        (r"v^2", "powers -1, 2", ""),
        (r"x^{(i)}", "no power", "(i)"),
        (r"\sum_k k", "range of `k`", "k"),
        (r"\text{hello} x", "", ""),
        (r"z_1 + \dots + y_K", "dots", r"\dots"),
        (r"\dots + x", "dots", r"\dots"),
        (r"x_{1}", "not declared", "x_{1}"),
        (r"\prod_{k=1}^{K} z_k x", "how far", r"\prod"),
        (r"\sin^{-1} x", "inverse function", "-1"),
        (r"x + ", "nothing behind", "+"),
        (r"x \cdot", "nothing behind", r"\cdot"),
        (r"\frac{x}{}", "empty", r"\frac"),
        (r"\frac{1}{A}", "no reciprocal", "A"),
        (r"\lambda", "not declared", r"\lambda"),
        (r"x'", "by what", "x'"),
        (r"f(x)(y)", "", ""),
    ],
)
def test_what_is_not_clear_is_refused(latex: str, message: str, piece: str) -> None:
    """A problem says what is wrong and where; nothing is guessed and nothing is left out."""
    try:
        found = sides(latex)
    except LatexProblem as problem:
        assert message in problem.message
        assert latex[problem.start:problem.end].startswith(piece)
    else:
        assert not message, found


def test_relations_make_chains() -> None:
    """A row is a chain of sides and relations; punctuation at its end is none of it."""
    row, = rows(r"a \overset{(1)}{=} b \leq c < 3 \; .")
    assert row.relations == ("=", "<=", "<") and len(row.sides) == 4 and not row.continues


def test_aligned_rows_continue() -> None:
    """A row that begins with a relation continues the one before; a row without one belongs to it."""
    found = rows(
        r"\begin{align} \label{x} a &= b + \\ & \quad c \nonumber \\ &= \left( x + \right. \\ & \left. y \right) \\"
        r" &\leq 3 \tag{7} \end{align}"
    )
    assert [row.continues for row in found] == [False, True, True]
    assert [text(side.term) for row in found for side in row.sides if side.term] == ["a", "b + c", "x + y", "3"]


def test_implications_join_statements() -> None:
    """=> and <=> bind looser than the relations between their sides."""
    row, = rows(r"x = 1 \Rightarrow x^2 = 1")
    assert row.relations == ("=>",) and [text(s.term) for s in row.sides if s.term] == ["Eq(x, 1)", "Eq(x**2, 1)"]


def test_formulas_side_by_side_are_chains_of_their_own() -> None:
    """Commas and words of any language separate what has relations of its own; ranges stay whole."""
    assert [row.relations for row in rows(r"x = 1, \quad y = 2")] == [("=",), ("=",)]
    found = rows("当 y=1 时\uff0cx = 2")
    assert [row.words for row in found] == [("当", "时"), ()] or [len(row.sides) for row in found] == [2, 2]
    assert [row.relations for row in rows(r"a = b \quad \text{for all} \quad i = 1, \ldots, n")] == [("=",), ("in",)]


def test_one_bad_side_costs_one_side() -> None:
    """The other sides and rows are read; the problem stands at its place in the whole text."""
    source = r"\begin{align} a &= b \log c x \\ &= x \end{align}"
    first, second = rows(source)
    assert first.sides[0].term is not None and second.sides[0].term is not None
    problem = first.sides[1].problem
    assert problem is not None and source[problem.start:problem.end] == "c x"


def test_an_unbalanced_row_is_named_and_the_next_is_read() -> None:
    """A bracket that is missing in one row of several is that row's problem."""
    first, second = rows(r"\begin{split} a &= -( \frac{\sigma(x}{b} ) \\ &= x \end{split}")
    assert [p.code for p in first.problems] == ["LP001"] and first.relations == ("=",)
    assert not second.problems


def test_a_prime_differentiates_by_what_the_left_side_does() -> None:
    """In rows under a derivative by w, [..]' is the derivative by w, where the notation says so."""
    found = sides(r"\frac{\partial c}{\partial w} &= (a - y) \cdot a' \\ &= [\sigma(w x + b)]'")
    assert found == ["Derivative(c, w)", "(a - y)*Derivative(a, w)", "Derivative(logistic(w*x + b), w)"]


def test_a_sum_over_samples_has_an_index_that_is_not_written() -> None:
    """\\sum_x over n samples: names of the samples get the index that the notation gives them."""
    notation = Notation.from_mapping(
        {
            "names": {
                "n": "size",
                "d": "size",
                "j": {"kind": "index", "upto": "d"},
                "C": "scalar",
                "b": "scalar",
                "x_j": {"kind": "indexed", "shape": ["n", "d"], "implied": ["i"]},
                "w_j": {"kind": "indexed", "shape": ["d"]},
                "a": {"kind": "indexed", "shape": ["n"], "implied": ["i"]},
                "z": {"kind": "indexed", "shape": ["n"], "implied": ["i"]},
            },
            "functions": {r"\sigma": "logistic"},
            "sums": {"x": {"index": "i", "upto": "n"}},
        }
    )
    assert sides(r"z = \sum_j w_j x_j + b", notation) == ["z[i]", "Sum(w[j]*x[i, j], (j, 1, d)) + b"]
    assert sides(r"\frac{1}{n} \sum_x x_j (\sigma(z) - a)", notation) == [
        "n**(-1)*Sum(x[i, j]*(logistic(z[i]) - a[i]), (i, 1, n))"]
    row, = rows("a = 1", notation)
    assert set(row.extra) == {"i"} and row.extra["i"].assumed


@pytest.mark.parametrize(("latex", "expected"), [
    (r"\mathrm{E}[x^2] - \mathrm{E}(x)^2", ["E_(x**2) - E_(x)**2"]), (r"\mathrm{Var}(x)", ["Var(x)"]),
    (r"\mathcal{N}(x; \mu, t^2)", ["exp(-((x - mu)**2/(2*t**2)))/sqrt(2*pi*t**2)"]),
    (r"\mathrm{Bin}(x; n, a)", ["binomial(n, x)*a**x*(1 - a)**(n - x)"]),
    (r"\mathrm{Cov}(x, y)", ["Cov_2(x, y)"]), (r"\mathrm{KL}[x || y]", ["KL_1_from_1(x, y)"]),
])
def test_usual_statistics(latex: str, expected: list[str]) -> None:
    """Expectations are read as they are set; densities with their arguments as their formulas."""
    assert sides(latex, STATISTICS) == expected


def test_what_is_read_as_it_is_set_says_so() -> None:
    """The row brings the declaration along, and its mark: no counterexample may choose such a function."""
    row, = rows(r"\mathrm{E}(x + y) = 1", STATISTICS)
    declaration = row.extra["E_"]
    assert declaration.kind == "function" and "unspecified" in declaration.assumptions and declaration.assumed


def test_an_opaque_value_is_not_differentiated_by_an_array_inside() -> None:
    """Its dependence on the array is not known, so the derivative is not 0."""
    with pytest.raises(LatexProblem, match="as it is set"):
        sides(r"\frac{\partial}{\partial v} \left( \mathrm{E}(v^T A) + 1 \right)", STATISTICS)


def test_rows_have_places() -> None:
    """A row's place is that of its text, whatever stands before it."""
    source = r"\begin{align} a &= b \\ &= c \end{align}"
    first, second = split_rows(source, 50)
    assert source[first.start - 50:first.end - 50] == "a &= b" and source[second.start - 50:second.end - 50] == "= c"


@pytest.mark.parametrize(("mapping", "message"), [
    ({"name": {}}, "not known"), ({"names": {"x": {"kind": "scaler"}}}, "scaler"), ({"names": {"x": 3}}, "kind"),
    ({"names": {"{x": "scalar"}}, "never closed"), ({"names": {"x": "scalar", "{x}": "scalar"}}, "declared twice"),
    ({"names": {"y": {"same": "x"}}}, "not declared"), ({"functions": {"f": "logistik"}}, "no function"),
    ({"names": {"z_{ij}": {"kind": "indexed", "shape": ["n", "n", "n"]}, "n": "size"}}, "shows 2 indices"),
    ({"packs": ["physics"]}, "no pack"), ({"sums": {"k": {"to": "n"}}}, "index"), ({"prime": "maybe"}, "prime"),
    ({"names": {"f": {"kind": "function"}}}, "functions"), ({"labels": 3}, "list"), ({"names": ["x"]}, "mapping"),
    ({"names": {"x": {"kind": "scalar", "interval": [0.5, 1]}}}, "exact"),
    ({"pakcs": ["ml"]}, "did you mean `packs`?"), ({"tilte": "Notes"}, "did you mean `title`?"),
    ({"names": {"x": {"kind": "scalar", "over": ["n"]}}}, "names.x: `over` is for `kind: vector`"),
    ({"names": {"x": {"kind": "vector", "shape": ["n"], "over": ["n", "n"]}, "n": "size"}}, "is a list of one size"),
    ({"names": {"y_i": {"kind": "vector", "shape": ["p"], "over": ["m"]}, "p": "size"}},
     "names: `y_i`: the size `m` is not declared add m: size"),
    ({"names": {"i": {"kind": "index", "upto": r"\tau"}}}, r"names: `i`: the bound `\tau` is not declared"),
])
def test_a_notation_that_is_wrong_says_where(mapping: dict[str, object], message: str) -> None:
    """An InputError names the key and the mistake."""
    with pytest.raises(InputError) as caught:
        Notation.from_mapping(mapping)
    assert message in " ".join((caught.value.diagnostic.message, *caught.value.diagnostic.helps))


def test_a_document_s_names_win_over_a_pack_s() -> None:
    """A name that the document declares is not the pack's function of the same look."""
    notation = Notation.from_mapping(
        {"packs": ["ml"], "names": {r"\sigma": {"kind": "scalar", "assume": ["positive"]}}}
    )
    assert sides(r"\sigma^2", notation) == ["sigma**2"]


@pytest.mark.parametrize(
    ("latex", "message"),
    [
        (r"\begin{bmatrix} x & \ldots \end{bmatrix} \begin{bmatrix} x \\ \vdots \end{bmatrix}", "not known whether"),
        (r"A \begin{bmatrix} x & \ldots \end{bmatrix}", "not known whether"),
        (r"\mathrm{E}(v) u", "not known whether"),
        (r"\left| \begin{bmatrix} x & \ldots \end{bmatrix} \right|", "not known whether"),
        (r"\exp \left( \mathrm{Cov}(v) \right)", "not known whether"),
        (r"\begin{bmatrix} x \\ \vdots \end{bmatrix}^T", "not known whether"),
        (r"\frac{x}{\mathrm{Cov}(v)}", "not known whether"),
    ],
)
def test_what_may_be_a_matrix_does_not_commute(latex: str, message: str) -> None:
    """A value that is read as it is set and may be an array stands in sums and beside numbers only."""
    with pytest.raises(LatexProblem, match=message):
        sides(latex, STATISTICS)
    assert sides(r"x \begin{bmatrix} x & \ldots \end{bmatrix} + \mathrm{Cov}(v)", STATISTICS)


@pytest.mark.parametrize(("latex", "form"), [
    (r"\begin{bmatrix} x & y \end{bmatrix} \begin{bmatrix} x \\ y \end{bmatrix}",
     "Matrix([[x, y]])@Matrix([[x], [y]])"),
    (r"\left[ \begin{matrix} x & 0 \\ 0 & y \end{matrix} \right]^{-1}", "Inverse(Matrix([[x, 0], [0, y]]))"),
    (r"\left| \begin{matrix} x & 0 \\ 0 & y \end{matrix} \right|", "Determinant(Matrix([[x, 0], [0, y]]))"),
    (r"2 \begin{pmatrix} x \\ y \end{pmatrix}^T", "2*Transpose(Matrix([[x], [y]]))"),
])
def test_a_matrix_of_numbers_is_read_entry_by_entry(latex: str, form: str) -> None:
    """Where every entry is written and is a number."""
    assert sides(latex, STATISTICS) == [form]


def test_a_letter_between_matrices_that_nobody_declared_is_no_number() -> None:
    """A S A^T with S assumed to be a number would become S A A^T."""
    notation = NOTATION.merged(Notation.from_mapping({"names": {"S": {"kind": "scalar", "assumed": True}}}))
    with pytest.raises(LatexProblem, match="between matrices"):
        sides(r"A S A^T", notation)
    assert sides(r"A x B", notation) == ["(A@B)*x"]


def test_a_power_at_the_name_of_a_function_is_refused() -> None:
    """f^2(x) may be f(x)^2 or f(f(x)); the sine's square is a square."""
    with pytest.raises(LatexProblem, match="repeated application"):
        sides(r"f^2(x)")
    assert sides(r"\sin^2(x)") == ["sin(x)**2"]


def test_a_label_is_no_index() -> None:
    """A name that is declared with a label is not constant in a sum over what the label is there."""
    notation = NOTATION.merged(Notation.from_mapping({"names": {r"n_{i\bullet}": "scalar", "B^{(j)}": "scalar"}}))
    assert sides(r"n_{i \bullet} x", notation) == ["n_i_bullet*x"]
    for latex in (r"\sum_{i=1}^{n} n_{i \bullet}", r"\sum_{j=1}^{n} B^{(j)}"):
        with pytest.raises(LatexProblem, match="is an index here"):
            sides(latex, notation)


def test_a_distribution_is_no_product() -> None:
    """Behind `distributed as` stands a distribution, whatever its sign looks like."""
    row, = rows(r"x \sim \mu^2(n-1)")
    assert row.relations == ("distributed",) and len(row.extra) == 1


def test_two_names_with_dots_between_are_no_range() -> None:
    """k_1! ... k_m! runs over the indices of k, which is no family here: nothing is made of it."""
    notation = Notation.from_mapping({"names": {"k_1": "scalar", "k_m": "scalar"}})
    with pytest.raises(LatexProblem, match="dots"):
        sides(r"k_1! \cdots k_m!", notation)
