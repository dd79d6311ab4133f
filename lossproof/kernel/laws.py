"""The table of laws: everything the kernel uses beyond arithmetic of polynomials.

Trusted in the sense that this is what there is to trust; data only. `lossproof laws` prints
it. Each law has an instance in the text form, over the names of `SYMBOLS`; tests evaluate it
inside its conditions by enclosures, and show that it fails, or is undefined, just outside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from lossproof.derivation import LineRelation


@dataclass(frozen=True, slots=True)
class Law:
    """One law. `left` = `right` (or `relation`) is an instance that holds under `given`; `outside` gives values
    of an instance outside the conditions, at which it must fail or be undefined (of a matrix: of all its entries)."""

    name: str
    statement: str
    conditions: str
    reference: str
    left: str
    right: str
    given: tuple[str, ...] = ()
    outside: Mapping[str, str] = field(default_factory=dict)
    relation: LineRelation = "="


SYMBOLS: Final[Mapping[str, Mapping[str, object]]] = {
    "x": {"kind": "scalar"}, "y": {"kind": "scalar"}, "t": {"kind": "scalar"},
    "s": {"kind": "scalar", "values": ["-1", "1"]},
    "n": {"kind": "size", "min": 2}, "m": {"kind": "integer"}, "p": {"kind": "index", "upto": "n"},
    "j": {"kind": "integer"},
    "u": {"kind": "indexed", "shape": ["n"]}, "v": {"kind": "indexed", "shape": ["n"]},
    "a": {"kind": "indexed", "shape": ["n", "n"]},
    "b": {"kind": "vector", "shape": ["n"]}, "c": {"kind": "vector", "shape": ["n"]},
    "C": {"kind": "matrix", "shape": ["n", "n"]},
    "A": {"kind": "matrix", "shape": ["n", "n"], "assume": ["invertible"]},
    "B": {"kind": "matrix", "shape": ["n", "n"], "assume": ["symmetric"]},
    "S": {"kind": "matrix", "shape": ["n", "n"], "assume": ["positive_definite"]},
    "Q": {"kind": "matrix", "shape": ["n", "n"], "assume": ["orthogonal"]},
    "D": {"kind": "matrix", "shape": ["n", "n"], "assume": ["diagonal"]},
    "E": {"kind": "matrix", "shape": ["n", "n"], "assume": ["diagonal"]},
    "f": {"kind": "function", "arity": 1}, "G": {"kind": "functional"},
}
"""The names of the instances."""

DEFINITIONS: Final[Mapping[str, str]] = {"q": "x**2 + 1"}
"""The quantities of the instances."""

_ANALYSIS = "real analysis, elementary functions (DLMF 4)"
_SUMS = "Graham, Knuth, Patashnik: Concrete Mathematics, chapter 2"
_CALCULUS = "differential calculus (DLMF 1.4, 1.5)"
_MATRICES = "Petersen, Pedersen: The Matrix Cookbook"
_NONE = "none"

_TABLE: Final = (
    # definitions of functions
    Law("definition", "a quantity is what it was defined to be", _NONE, "the derivation itself",
        "q", "x**2 + 1"),
    Law("same-line", "a line equals itself", _NONE, "reflexivity", "log(x)", "log(x)", ("x > 0",), {"x": "-1"}),
    Law("logistic", "logistic(x) = 1/(1 + exp(-x))", _NONE, "definition", "logistic(x)", "1/(1 + exp(-x))"),
    Law("softplus", "softplus(x) = log(1 + exp(x))", _NONE, "definition", "softplus(x)", "log(1 + exp(x))"),
    Law("softmax", "softmax(u, p) = exp(u_p) / sum_k exp(u_k)", "1 <= p <= n", "definition",
        "softmax(u, p)", "exp(u[p])/Sum(exp(u[k]), (k, 1, n))"),
    Law("hyperbolic", "sinh, cosh, tanh by exp", _NONE, "DLMF 4.28", "tanh(x)", "(exp(2*x) - 1)/(exp(2*x) + 1)"),
    Law("inverse-hyperbolic", "asinh, acosh, atanh by log", "acosh: x >= 1; atanh: -1 < x < 1", "DLMF 4.37",
        "acosh(x)", "log(x + sqrt(x**2 - 1))", ("x >= 1",), {"x": "-2"}),
    Law("max-as-abs", "max(x, y) = (x + y + |x - y|)/2", _NONE, _ANALYSIS, "Max(x, y)", "(x + y + Abs(x - y))/2"),
    Law("piecewise", "the first value whose condition holds", "the condition holds", "definition",
        "Piecewise((x, x > 0), (y, True))", "x", ("x > 0",), {"x": "-1", "y": "5"}),
    # exp, log, powers
    Law("exp-of-sum", "exp(x + y) = exp(x) exp(y)", _NONE, _ANALYSIS, "exp(x + y)", "exp(x)*exp(y)"),
    Law("exp-of-log", "exp(c log x) = x**c", "x > 0", _ANALYSIS, "exp(2*log(x))", "x**2", ("x > 0",), {"x": "-1"}),
    Law("log-of-exp", "log(exp(x)) = x", _NONE, _ANALYSIS, "log(exp(x))", "x"),
    Law("log-of-product", "log(x y) = log|x| + log|y|", "both sides defined", _ANALYSIS,
        "log(x*y)", "log(x) + log(y)", ("x > 0", "y > 0"), {"x": "-1", "y": "-1"}),
    Law("power-of-product", "(x y)**c = |x|**c |y|**c for rational c", "x y >= 0 (> 0 for c < 0)", _ANALYSIS,
        "sqrt(x*y)", "sqrt(x)*sqrt(y)", ("x > 0", "y > 0"), {"x": "-1", "y": "-1"}),
    Law("power-as-exp", "x**y = exp(y log x)", "x > 0", _ANALYSIS, "x**y", "exp(y*log(x))", ("x > 0",),
        {"x": "0", "y": "2"}),
    Law("abs-of-nonnegative", "|x| = x", "x >= 0", _ANALYSIS, "Abs(x)", "x", ("x >= 0",), {"x": "-1"}),
    Law("abs-of-nonpositive", "|x| = -x", "x <= 0", _ANALYSIS, "Abs(x)", "-x", ("x <= 0",), {"x": "1"}),
    Law("abs-of-product", "|x y| = |x| |y|", _NONE, _ANALYSIS, "Abs(x*y)", "Abs(x)*Abs(y)"),
    Law("odd-function", "sin(-x) = -sin(x), likewise tan, atan, asin, erf", _NONE, "DLMF 4.14", "sin(-x)", "-sin(x)"),
    Law("even-function", "cos(-x) = cos(x)", _NONE, "DLMF 4.14", "cos(-x)", "cos(x)"),
    # sums and products
    Law("sum-linear", "sum (c f + g) = c sum f + sum g", "c free of the index", _SUMS,
        "Sum(x*u[k] + v[k], (k, 1, n))", "x*Sum(u[k], (k, 1, n)) + Sum(v[k], (k, 1, n))"),
    Law("concrete-range", "a sum over a concrete range is its terms added up", "concrete bounds", _SUMS,
        "Sum(x**k, (k, 1, 3))", "x + x**2 + x**3"),
    Law("empty-range", "a sum over an empty range is 0, a product 1", "upper < lower", _SUMS,
        "Sum(x, (k, 5, 2))", "0"),
    Law("sum-of-constant", "sum_{k=1..m} c = m c", "m >= 0", _SUMS, "Sum(x, (k, 1, m))", "m*x", ("m >= 0",),
        {"m": "-2", "x": "1"}),
    Law("power-sum", "sum_{k=1..m} k**r by Faulhaber's formula", "m >= 0", _SUMS,
        "Sum(k, (k, 1, m))", "m*(m + 1)/2", ("m >= 0",), {"m": "-3"}),
    Law("delta-in-sum", "sum_k f(k) delta(k, j) = f(j)", "1 <= j <= n", _SUMS,
        "Sum(KroneckerDelta(k, j), (k, 1, n))", "1", ("j >= 1", "j <= n"), {"j": "0", "n": "2"}),
    Law("delta-of-distinct", "delta(i, j) = 0", "i and j known to differ", "definition",
        "Sum(KroneckerDelta(k, j), (k, 1, n))", "0", ("j > n",), {"j": "1", "n": "2"}),
    Law("sum-except", "sum_{k != p} f(k) = sum_k f(k) - f(p)", "p in range, f(p) defined", _SUMS,
        "Sum(u[k], (k, 1, n), Ne(k, j))", "Sum(u[k], (k, 1, n)) - x", ("j >= 1", "j <= n", "Eq(x, u[j])"),
        {"j": "0", "x": "1", "n": "2"}),
    Law("sum-split", "sum over 1..n+1 = sum over 1..n plus the last term", "n >= 0, the term defined", _SUMS,
        "Sum(exp(k*x), (k, 1, m + 1))", "Sum(exp(k*x), (k, 1, m)) + exp((m + 1)*x)", ("m >= 0",),
        {"m": "-2", "x": "1"}),
    Law("sum-shift", "sum_{k=a..b} f(k) = sum_{k=a+c..b+c} f(k - c)", _NONE, _SUMS,
        "Sum(f(k + 1), (k, 1, n))", "Sum(f(k), (k, 2, n + 1))"),
    Law("sums-exchange", "sum_i sum_j = sum_j sum_i", "bounds do not depend on the indices", _SUMS,
        "Sum(Sum(a[i, k], (i, 1, n)), (k, 1, n))", "Sum(Sum(a[i, k], (k, 1, n)), (i, 1, n))"),
    Law("sum-relation", "a linear relation between bodies holds between the sums", "same range, count >= 0", _SUMS,
        "Sum(exp(u[k])/(1 + exp(u[k])), (k, 1, n)) + Sum(1/(1 + exp(u[k])), (k, 1, n))", "n"),
    Law("product-of-factors", "prod f g = prod f prod g", _NONE, _SUMS,
        "Product(u[k]*v[k], (k, 1, n))", "Product(u[k], (k, 1, n))*Product(v[k], (k, 1, n))"),
    Law("product-of-exp", "prod exp(f) = exp(sum f)", _NONE, _SUMS,
        "Product(exp(u[k]), (k, 1, n))", "exp(Sum(u[k], (k, 1, n)))"),
    # derivatives
    Law("derivative", "the derivative of polynomials: linear, product rule", "differentiable there", _CALCULUS,
        "Derivative(x**3*y, x)", "3*x**2*y"),
    Law("quotient-rule", "(f/g)' = (f' - (f/g) g')/g", "g != 0", _CALCULUS,
        "Derivative(x/(x + y), x)", "y/(x + y)**2", ("x + y > 0",), {"x": "1", "y": "-1"}),
    Law("chain-rule", "(f o g)' = f'(g) g'", "both differentiable", _CALCULUS,
        "Derivative(f(x**2), x)", "2*x*Prime(f, x**2)"),
    Law("chain-rule-of-functional", "dG(w)/du_p = sum_i G_i(w) dw_i/du_p", "smooth", _CALCULUS,
        "Derivative(G(FamilyOf(x*u[k], (k, 1, n))), u[p])", "x*Partial(G, FamilyOf(x*u[k], (k, 1, n)), p)"),
    Law("derivative-of-exp", "exp' = exp", _NONE, _CALCULUS, "Derivative(exp(2*x), x)", "2*exp(2*x)"),
    Law("derivative-of-log", "(log x)' = 1/x", "x > 0", _CALCULUS, "Derivative(log(x), x)", "1/x", ("x > 0",),
        {"x": "-1"}),
    Law("derivative-of-power", "(x**c)' = c x**(c-1)", "x > 0, or c a natural number", _CALCULUS,
        "Derivative(sqrt(x), x)", "1/(2*sqrt(x))", ("x > 0",), {"x": "0"}),
    Law("derivative-of-abs", "|x|' = |x|/x", "x != 0", _CALCULUS, "Derivative(Abs(x), x)", "Abs(x)/x", ("Ne(x, 0)",),
        {"x": "0"}),
    Law("derivative-of-entry", "d u_k / d u_p = delta(k, p)", "p in range", _CALCULUS,
        "Derivative(Sum(u[k]**2, (k, 1, n)), u[p])", "2*u[p]"),
    Law("derivative-of-sum", "the derivative of a finite sum is the sum of the derivatives",
        "bounds do not depend on the variable", _CALCULUS,
        "Derivative(Sum(exp(x*u[k]), (k, 1, n)), x)", "Sum(u[k]*exp(x*u[k]), (k, 1, n))"),
    Law("derivative-of-product", "(prod f)' = prod f sum f'/f", "no factor is 0", _CALCULUS,
        "Derivative(Product(1 + exp(x*u[k]), (k, 1, n)), x)",
        "Product(1 + exp(x*u[k]), (k, 1, n))*Sum(u[k]*exp(x*u[k])/(1 + exp(x*u[k])), (k, 1, n))"),
    Law("derivative-of-sin", "sin' = cos", _NONE, "DLMF 4.20", "Derivative(sin(x), x)", "cos(x)"),
    Law("derivative-of-cos", "cos' = -sin", _NONE, "DLMF 4.20", "Derivative(cos(x), x)", "-sin(x)"),
    Law("derivative-of-asin", "asin' = 1/sqrt(1 - x**2)", "-1 < x < 1", "DLMF 4.24",
        "Derivative(asin(x), x)", "1/sqrt(1 - x**2)", ("x < 1", "x > -1"), {"x": "1"}),
    Law("derivative-of-acos", "acos' = -1/sqrt(1 - x**2)", "-1 < x < 1", "DLMF 4.24",
        "Derivative(acos(x), x)", "-1/sqrt(1 - x**2)", ("x < 1", "x > -1"), {"x": "1"}),
    Law("derivative-of-atan", "atan' = 1/(1 + x**2)", _NONE, "DLMF 4.24", "Derivative(atan(x), x)", "1/(1 + x**2)"),
    Law("derivative-of-erf", "erf' = 2/sqrt(pi) exp(-x**2)", _NONE, "DLMF 7.2",
        "Derivative(erf(x), x)", "2*exp(-x**2)/sqrt(pi)"),
    Law("derivative-of-gamma", "gamma' = gamma digamma", "x > 0", "DLMF 5.2",
        "Derivative(gamma(x), x)", "gamma(x)*digamma(x)", ("x > 0",), {"x": "0"}),
    Law("derivative-of-loggamma", "loggamma' = digamma", "x > 0", "DLMF 5.2",
        "Derivative(loggamma(x), x)", "digamma(x)", ("x > 0",), {"x": "0"}),
    # limits, signs, cases
    Law("limit", "a quotient goes as its dominant terms", "their coefficients not 0", "Hardy: Orders of Infinity",
        "Limit((x + exp(-x))/(2*x + 1), x, oo)", "1/2"),
    Law("l-hopital", "lim f/g = lim f'/g'", "f and g go to 0, g' does not", _CALCULUS,
        "Limit((exp(x) - 1)/x, x, 0)", "1"),
    Law("log-tangent", "1 - 1/x <= log x <= x - 1", "x > 0", _ANALYSIS, "log(x)", "x - 1", ("x > 0",),
        {"x": "-1"}, "<="),
    Law("exp-tangent", "exp(x) >= 1 + x", _NONE, _ANALYSIS, "exp(x)", "1 + x", (), {}, ">="),
    Law("square-nonnegative", "x**2 >= 0", _NONE, "ordered fields", "(x - y)**2", "0", (), {}, ">="),
    Law("sum-of-nonnegatives", "a sum of terms >= 0 is >= 0", _NONE, "ordered fields",
        "Sum((u[k] - v[k])**2, (k, 1, n)) + (x - y)**2", "0", (), {}, ">="),
    Law("log-against-1", "log x has the sign of x - 1", "x > 0", _ANALYSIS, "log(x)*y**2", "0", ("x >= 1",),
        {"x": "1/2", "y": "1"}, ">="),
    # matrices
    Law("inverse-cancel", "A A^-1 = A^-1 A = 1, where A is a letter or a sum", "A invertible", _MATRICES,
        "(C@Inverse(C))[p, p]", "1", ("Ne(Determinant(C), 0)",), {"C": "0"}),
    Law("inverse-of-product", "(A B)^-1 = B^-1 A^-1", "A and B square, A B invertible", _MATRICES,
        "Inverse(C@A)[p, 1]", "(Inverse(A)@Inverse(C))[p, 1]", ("Ne(Determinant(C), 0)",), {"C": "0"}),
    Law("inverse-twice", "(A^-1)^-1 = A", "A invertible", _MATRICES,
        "Inverse(Inverse(C))[p, 1]", "C[p, 1]", ("Ne(Determinant(C), 0)",), {"C": "0"}),
    Law("symmetric", "B^T = B", "B symmetric or positive definite", "definition",
        "(Inverse(A)@Transpose(B))[1, 2]", "(Inverse(A)@B)[1, 2]", (), {"B": "@"}),
    Law("orthogonal", "Q^T Q = Q Q^T = 1", "Q orthogonal", "definition",
        "(Transpose(Q)@Q)[p, p]", "1", (), {"Q": "2"}),
    Law("diagonal-commute", "diagonal matrices commute", "both diagonal", _MATRICES,
        "(D@E)[1, 2]", "(E@D)[1, 2]", (), {"D": "@", "E": "@"}),
    Law("diagonal-entry", "D_ij = D_ii delta(i, j)", "D diagonal", "definition",
        "Sum(D[p, k]*(u[k]**2 + 1), (k, 1, n))", "D[p, p]*(u[p]**2 + 1)", (), {"D": "@"}),
    Law("sum-as-product", "a sum of entries over a common index is an entry of a product",
        "the index runs over the whole range", "definition of the matrix product",
        "Sum(Inverse(A)[p, k]*u[k]*x, (k, 1, n))", "x*Sum(u[i]*Transpose(Inverse(A))[i, p], (i, 1, n))"),
    Law("trace-cyclic", "tr(A B) = tr(B A)", _NONE, _MATRICES,
        "Trace(Inverse(A)@C@B)", "Trace(C@B@Inverse(A))"),
    Law("trace-transpose", "tr(A^T) = tr(A)", _NONE, _MATRICES,
        "Trace(Inverse(A)@C)", "Trace(Transpose(C)@Transpose(Inverse(A)))"),
    Law("trace-of-identity", "the trace of the identity is its size", _NONE, _MATRICES,
        "Trace(Inverse(A)@A)", "n"),
    Law("det-of-product", "det(A B) = det(A) det(B)", "A and B square", _MATRICES,
        "Determinant(C@A)", "Determinant(C)*Determinant(A)"),
    Law("det-of-multiple", "det(c A) = c**n det(A)", _NONE, _MATRICES,
        "Determinant(2*C)", "2**n*Determinant(C)"),
    Law("det-of-transpose", "det(A^T) = det(A)", _NONE, _MATRICES, "Determinant(Transpose(C))", "Determinant(C)"),
    Law("det-of-inverse", "det(A^-1) = 1/det(A)", "A invertible", _MATRICES,
        "Determinant(Inverse(C))", "1/Determinant(C)", ("Ne(Determinant(C), 0)",), {"C": "0"}),
    Law("push-through", "(r + U V)^-1 U = U (r + V U)^-1", "r not 0, one of them invertible", "Henderson, Searle 1981",
        "Transpose(b)@Inverse(Identity(n) + A@C)@A@c", "Transpose(b)@A@Inverse(Identity(n) + C@A)@c",
        ("Ne(Determinant(Identity(n) + A@C), 0)",), {"A": "-1/4", "C": "1", "n": "2"}),
    Law("det-of-orthogonal", "det(Q)**2 = 1", "Q orthogonal", _MATRICES, "Determinant(Q)**2", "1", (), {"Q": "2"}),
    Law("det-of-rotation", "det(A + U V) = det(A) det(1 + V A^-1 U)", "A invertible", "Sylvester; Harville 18.1",
        "Determinant(A + b@Transpose(c))", "Determinant(A)*(1 + Transpose(c)@Inverse(A)@b)", (), {"A": "0"}),
    Law("definite-form", "x^T S x >= 0, tr(P^T S P) >= 0, and det, trace and inverse alike",
        "S positive definite", "Horn, Johnson 7.1", "Transpose(b)@S@b", "0", (), {"S": "-1"}, ">="),
    Law("cauchy-schwarz", "tr(P Q)**2 <= tr(P P^T) tr(Q^T Q)", _NONE, "Steele, chapter 1",
        "(Transpose(b)@c)**2", "(Transpose(b)@b)*(Transpose(c)@c)", (), {}, "<="),
    Law("derivative-of-matrix-product", "d(A B) = dA B + A dB", _NONE, _MATRICES,
        "Derivative(Trace(Inverse(A)@C@C), C[p, p])", "(C@Inverse(A) + Inverse(A)@C)[p, p]"),
    Law("derivative-of-inverse", "d(A^-1) = -A^-1 dA A^-1", "A invertible", _MATRICES,
        "Derivative(Transpose(b)@Inverse(C)@c, C[p, p])", "-(Transpose(Inverse(C))@b)[p]*(Inverse(C)@c)[p]",
        ("Ne(Determinant(C), 0)",), {"C": "0"}),
    Law("derivative-of-det", "d det(A) = det(A) tr(A^-1 dA)", "A invertible", _MATRICES,
        "Derivative(Determinant(C), C[p, p])", "Determinant(C)*Inverse(C)[p, p]", ("Ne(Determinant(C), 0)",),
        {"C": "0"}),
    Law("gradient-of-trace", "the derivative of f by X is G where df = tr(G^T dX)", "f differentiable", _MATRICES,
        "Derivative(Trace(Inverse(A)@C), C)[p, 1]", "Inverse(A)[1, p]"),
    Law("transitivity", "what is joined to what is joined is joined, along a chain of proved steps",
        "every step proved", "equivalence relations, ordered fields", "x", "x"),
    Law("cases", "what holds in every case holds", "the cases are all there are", "propositional logic",
        "s**2", "1", (), {}),
)

LAWS: Final[Mapping[str, Law]] = {law.name: law for law in _TABLE}
"""All laws by name."""
