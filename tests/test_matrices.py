"""Matrices of symbolic size: inverses, determinants, assumptions, gradients; and words against enclosures."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from flint import arb, fmpq
from matrix_terms import SYMBOLS as RANDOM_SYMBOLS
from matrix_terms import number, point
from steps import Case, conditional, judge, proved, refuted

from lossproof.kernel.enclosure import Evaluator
from lossproof.kernel.jets import OutOfBudget, Undecided, Undefined
from lossproof.kernel.normal_form import DivisionByZero, OutOfWork, Unsupported
from lossproof.kernel.normalize import Normalizer
from lossproof.kernel.readback import Readback
from lossproof.print_latex import latex
from lossproof.print_pretty import pretty
from lossproof.print_text import text
from lossproof.read.expression import parse, parse_declarations
from lossproof.term import Term

SQUARE = {"kind": "matrix", "shape": ["n", "n"]}
SYMBOLS = {
    "n": {"kind": "size"}, "d": {"kind": "size"}, "m": {"kind": "size"},
    "A": {**SQUARE, "assume": ["invertible"]}, "B": {**SQUARE, "assume": ["invertible"]},
    "C": {"kind": "matrix", "shape": ["m", "m"], "assume": ["invertible"]},
    "M": SQUARE, "N": SQUARE,
    "U": {"kind": "matrix", "shape": ["n", "m"]}, "V": {"kind": "matrix", "shape": ["m", "n"]},
    "S": {"kind": "matrix", "shape": ["d", "d"], "assume": ["positive_definite"]},
    "P": {**SQUARE, "assume": ["positive_definite"]},
    "Y": {**SQUARE, "assume": ["symmetric"]}, "Z": {**SQUARE, "assume": ["symmetric"]},
    "Q": {**SQUARE, "assume": ["orthogonal"]},
    "D": {**SQUARE, "assume": ["diagonal"]}, "F": {**SQUARE, "assume": ["diagonal"]},
    "X": {"kind": "matrix", "shape": ["n", "d"]}, "W": {"kind": "matrix", "shape": ["m", "d"]},
    "G": {"kind": "matrix", "shape": ["2", "2"]}, "e": {"kind": "vector", "shape": ["2"]},
    "w": {"kind": "vector", "shape": ["d"]}, "x": {"kind": "vector", "shape": ["d"]},
    "mu": {"kind": "vector", "shape": ["d"]}, "y": {"kind": "vector", "shape": ["n"]},
    "u": {"kind": "vector", "shape": ["n"]}, "v": {"kind": "vector", "shape": ["n"]},
    "l": {"kind": "scalar", "assume": ["positive"]}, "c": {"kind": "scalar"},
    "i": {"kind": "index", "upto": "n"}, "j": {"kind": "index", "upto": "n"},
}
NORMAL = ("Eq(w, Inverse(Transpose(X)*X)*Transpose(X)*y)",)
RIDGE = "Inverse(Transpose(X)*X + l*Identity(d))*Transpose(X)*y"
HAT = {"H": "X*Inverse(Transpose(X)*X)*Transpose(X)"}
RESIDUAL = {"R": "y - X*w", "L": "Transpose(R)*R/2"}
KERNEL = {"K": "Transpose(X)*X + l*Identity(d)", "L": "log(Determinant(K))"}
GAUSS = "-log(Determinant(S))/2 - Transpose(x - mu)*Inverse(S)*(x - mu)/2"
CENTRE = "(Identity(n) - OneMatrix(n)*Transpose(OneMatrix(n))/n)"

REGRESSION = [
    proved("least-squares-gradient", "Derivative(Transpose(y - X*w)*(y - X*w)/2, w)", "-Transpose(X)*(y - X*w)"),
    refuted("least-squares-gradient-sign", "Derivative(Transpose(y - X*w)*(y - X*w)/2, w)", "Transpose(X)*(y - X*w)"),
    proved("normal-equations", "Transpose(X)*(X*w - y)", "0*w", given=NORMAL),
    proved("gradient-at-the-solution", "Derivative(Transpose(X*w - y)*(X*w - y), w)", "0*w", given=NORMAL),
    refuted("solution-interpolates", "X*w", "y", given=NORMAL),
    proved("ridge-solution", f"(Transpose(X)*X + l*Identity(d))*({RIDGE})", "Transpose(X)*y"),
    proved("ridge-dual", RIDGE, "Transpose(X)*Inverse(X*Transpose(X) + l*Identity(n))*y"),
    refuted("ridge-dual-twice-the-penalty", RIDGE, "Transpose(X)*Inverse(X*Transpose(X) + 2*l*Identity(n))*y"),
    refuted("ridge-without-penalty", RIDGE, "Inverse(Transpose(X)*X)*Transpose(X)*y"),
    proved("residual-gradient-by-the-residual", "Derivative(L, R)", "R", let=RESIDUAL),
    proved("residual-chain-rule", "Derivative(L, w)", "-Transpose(X)*Derivative(L, R)", let=RESIDUAL),
    proved("hat-is-idempotent", "H*H", "H", let=HAT),
    proved("hat-is-symmetric", "Transpose(H)", "H", let=HAT),
    proved("residual-maker-is-idempotent", "(Identity(n) - H)*(Identity(n) - H)", "Identity(n) - H", let=HAT),
    conditional("hat-trace", "Trace(H)", "d", "Ne(Determinant(Transpose(X)@X), 0)", let=HAT),
    refuted("hat-trace-is-not-n", "Trace(H)", "n", let=HAT),
    proved("centring-is-idempotent", f"{CENTRE}*{CENTRE}", CENTRE),
    proved("centring-kills-ones", f"{CENTRE}*OneMatrix(n)", "0*u"),
    proved("bias-gradient", "Derivative(Transpose(OneMatrix(n))*(X*w)/n, w)", "Transpose(X)*OneMatrix(n)/n"),
]

LIKELIHOOD = [
    proved("gaussian-by-the-mean", f"Derivative({GAUSS}, mu)", "Inverse(S)*(x - mu)"),
    refuted("gaussian-by-the-mean-sign", f"Derivative({GAUSS}, mu)", "-Inverse(S)*(x - mu)"),
    proved("gaussian-by-the-covariance", f"Derivative({GAUSS}, S)",
           "-Inverse(S)/2 + Inverse(S)*(x - mu)*Transpose(x - mu)*Inverse(S)/2"),
    refuted("gaussian-by-the-covariance-no-half", f"Derivative({GAUSS}, S)",
            "-Inverse(S) + Inverse(S)*(x - mu)*Transpose(x - mu)*Inverse(S)"),
    proved("scatter-by-the-covariance", "Derivative(-n*log(Determinant(P))/2 - Trace(Inverse(P)*M)/2, P)",
           "-n*Inverse(P)/2 + Inverse(P)*Transpose(M)*Inverse(P)/2"),
    refuted("scatter-not-transposed", "Derivative(-n*log(Determinant(P))/2 - Trace(Inverse(P)*M)/2, P)",
            "-n*Inverse(P)/2 + Inverse(P)*M*Inverse(P)/2"),
    proved("mahalanobis-is-not-negative", "Transpose(x - mu)*Inverse(S)*(x - mu)", "0", ">="),
    refuted("mahalanobis-is-not-positive", "Transpose(x - mu)*Inverse(S)*(x - mu)", "0", ">"),
    proved("log-det-of-a-kernel", "Derivative(L, K)", "Inverse(K)", let=KERNEL),
    proved("log-det-of-a-kernel-by-the-data", "Derivative(L, X)", "2*X*Inverse(K)", let=KERNEL),
    proved("log-det-of-a-kernel-by-the-penalty", "Derivative(L, l)", "Trace(Inverse(K))", let=KERNEL),
    refuted("log-det-of-a-kernel-by-the-penalty-wrong", "Derivative(L, l)", "Trace(K)", let=KERNEL),
    proved("log-det-of-a-gram-matrix", "Derivative(log(Determinant(Transpose(X)*X)), X)",
           "2*X*Inverse(Transpose(X)*X)"),
    conditional("log-det-along-a-line", "Derivative(log(Determinant(P + c*N)), c)", "Trace(Inverse(P + c*N)*N)",
                "Determinant(P + c*N) > 0"),
    conditional("log-det-of-a-product", "log(Determinant(A*B))", "log(Determinant(A)) + log(Determinant(B))",
                "Determinant(A) > 0", "Determinant(B) > 0"),
    proved("log-abs-det-of-a-product", "log(Abs(Determinant(A*B)))",
           "log(Abs(Determinant(A))) + log(Abs(Determinant(B)))"),
]

INVERSES = [
    proved("woodbury", "Inverse(A + U*C*V)",
           "Inverse(A) - Inverse(A)*U*Inverse(Inverse(C) + V*Inverse(A)*U)*V*Inverse(A)"),
    refuted("woodbury-sign", "Inverse(A + U*C*V)",
            "Inverse(A) + Inverse(A)*U*Inverse(Inverse(C) + V*Inverse(A)*U)*V*Inverse(A)"),
    refuted("woodbury-without-the-inverse-of-C", "Inverse(A + U*C*V)",
            "Inverse(A) - Inverse(A)*U*Inverse(C + V*Inverse(A)*U)*V*Inverse(A)"),
    proved("sherman-morrison", "Inverse(A + u*Transpose(v))",
           "Inverse(A) - Inverse(A)*u*Transpose(v)*Inverse(A)/(1 + Transpose(v)*Inverse(A)*u)"),
    refuted("sherman-morrison-swapped", "Inverse(A + u*Transpose(v))",
            "Inverse(A) - Inverse(A)*u*Transpose(v)*Inverse(A)/(1 + Transpose(u)*Inverse(A)*v)"),
    proved("parallel-sum", "Inverse(Inverse(A) + Inverse(B))", "A*Inverse(A + B)*B"),
    proved("resolvent-identity", "Inverse(A) - Inverse(B)", "Inverse(A)*(B - A)*Inverse(B)"),
    refuted("resolvent-identity-sign", "Inverse(A) - Inverse(B)", "Inverse(A)*(A - B)*Inverse(B)"),
    proved("push-through", "Inverse(Identity(n) + U*V)*U", "U*Inverse(Identity(m) + V*U)"),
    conditional("push-through-at-0", "Inverse(c*Identity(n) + U*V)*U", "U*Inverse(c*Identity(m) + V*U)"),
    refuted("push-through-no-order", "Inverse(Identity(n) + M*N)*M", "Inverse(Identity(n) + N*M)*M"),
    proved("trace-of-a-resolvent", "Trace(Inverse(Identity(n) + U*V)) - n", "Trace(Inverse(Identity(m) + V*U)) - m"),
    refuted("trace-of-a-resolvent-sizes", "Trace(Inverse(Identity(n) + U*V))", "Trace(Inverse(Identity(m) + V*U))"),
    conditional("inverse-of-any", "M*Inverse(M)", "Identity(n)", "Ne(Determinant(M), 0)"),
    proved("inverse-of-a-product-of-any", "Inverse(M*N)", "Inverse(N)*Inverse(M)"),
    proved("inverse-of-a-multiple", "Inverse(c*M)", "Inverse(M)/c"),
    refuted("inverse-of-a-multiple-wrong", "Inverse(c*A)", "c*Inverse(A)"),
    refuted("inverse-of-a-nonsquare-product", "Inverse(U*V)*U*V", "2*Identity(n)"),
    conditional("least-squares-projection", "Inverse(Transpose(X)*X)*Transpose(X)*X", "Identity(d)",
                "Ne(Determinant(Transpose(X)@X), 0)"),
    proved("derivative-along-a-line", "Derivative(Inverse(A + c*N), c)", "-Inverse(A + c*N)*N*Inverse(A + c*N)"),
    refuted("derivative-along-a-line-order", "Derivative(Inverse(A + c*N), c)",
            "-N*Inverse(A + c*N)*Inverse(A + c*N)"),
    proved("derivative-of-an-entry", "Derivative(Inverse(A)[i, j], A[j, i])", "-Inverse(A)[i, j]**2"),
    proved("trace-of-inverse", "Derivative(Trace(Inverse(A)*M), A)", "-Transpose(Inverse(A)*M*Inverse(A))"),
    refuted("trace-of-inverse-not-transposed", "Derivative(Trace(Inverse(A)*M), A)", "-Inverse(A)*M*Inverse(A)"),
    proved("entries-of-an-inverse", "Sum(Inverse(S)[i, j]*x[i]*x[j], (i, 1, d), (j, 1, d))",
           "Transpose(x)*Inverse(S)*x"),
    conditional("cramer-of-size-2", "Inverse(G)[1, 2]*(G[1, 1]*G[2, 2] - G[1, 2]*G[2, 1])", "-G[1, 2]",
                "Ne(Determinant(G), 0)"),
    proved("det-of-size-2", "Determinant(G)", "G[1, 1]*G[2, 2] - G[1, 2]*G[2, 1]"),
    refuted("det-of-size-2-sign", "Determinant(G)", "G[1, 1]*G[2, 2] + G[1, 2]*G[2, 1]"),
    proved("form-of-size-2", "Transpose(e)*G*e",
           "G[1, 1]*e[1]**2 + (G[1, 2] + G[2, 1])*e[1]*e[2] + G[2, 2]*e[2]**2"),
]

DETERMINANTS = [
    proved("sylvester", "Determinant(Identity(n) + U*V)", "Determinant(Identity(m) + V*U)"),
    refuted("sylvester-without-identity", "Determinant(U*V)", "Determinant(V*U)"),
    proved("matrix-determinant-lemma", "Determinant(A + u*Transpose(v))",
           "Determinant(A)*(1 + Transpose(v)*Inverse(A)*u)"),
    refuted("matrix-determinant-lemma-swapped", "Determinant(A + u*Transpose(v))",
            "Determinant(A)*(1 + Transpose(u)*Inverse(A)*v)"),
    proved("weinstein-aronszajn", "Determinant(A + U*C*V)",
           "Determinant(A)*Determinant(C)*Determinant(Inverse(C) + V*Inverse(A)*U)"),
    proved("det-of-a-multiple", "Determinant(c*M)", "c**n*Determinant(M)"),
    refuted("det-of-a-multiple-once", "Determinant(c*M)", "c*Determinant(M)"),
    refuted("det-of-minus", "Determinant(-M)", "-Determinant(M)"),
    proved("det-of-a-similar-matrix", "Determinant(Inverse(A)*M*A)", "Determinant(M)"),
    refuted("det-of-a-sum-with-1", "Determinant(M + Identity(n))", "Determinant(M) + 1"),
    refuted("rank-1-is-not-singular-at-size-1", "Determinant(u*Transpose(v))", "0"),
    proved("orthogonal-det-squared", "Determinant(Q)**2", "1"),
    refuted("orthogonal-det", "Determinant(Q)", "1"),
    conditional("det-gradient", "Derivative(Determinant(M), M)", "Determinant(M)*Transpose(Inverse(M))",
                "Ne(Determinant(M), 0)"),
    refuted("det-gradient-not-transposed", "Derivative(Determinant(M), M)", "Determinant(M)*Inverse(M)"),
    proved("abs-det-gradient", "Derivative(Abs(Determinant(A)), A)", "Abs(Determinant(A))*Transpose(Inverse(A))"),
    refuted("abs-det-gradient-sign", "Derivative(Abs(Determinant(A)), A)", "Determinant(A)*Transpose(Inverse(A))"),
    proved("det-of-a-ridge", "Determinant(Transpose(X)*X + l*Identity(d))", "0", ">"),
    proved("det-of-a-gram-matrix", "Determinant(Transpose(X)*X)", "0", ">="),
    refuted("det-of-a-gram-matrix-not-strict", "Determinant(Transpose(X)*X)", "0", ">"),
    refuted("det-of-any", "Determinant(M)", "0", ">="),
    proved("orthogonal-by-hypothesis", "Trace(Transpose(M)*M)", "n", given=("Eq(Transpose(M)*M, Identity(n))",)),
]

ASSUMPTIONS = [
    proved("symmetric", "Y", "Transpose(Y)"),
    proved("symmetric-entries", "Y[i, j]", "Y[j, i]"),
    refuted("any-entries", "M[i, j]", "M[j, i]"),
    proved("symmetric-inverse", "Transpose(Inverse(Y))", "Inverse(Y)"),
    refuted("symmetric-do-not-commute", "Y*Z", "Z*Y"),
    refuted("definite-do-not-commute", "P*Y", "Y*P"),
    proved("symmetric-form", "Derivative(Transpose(u)*Y*u, u)", "2*Y*u"),
    refuted("any-form", "Derivative(Transpose(u)*M*u, u)", "2*M*u"),
    proved("entries-vary-freely", "Derivative(Transpose(u)*Y*v, Y)", "u*Transpose(v)"),
    refuted("entries-vary-freely-transposed", "Derivative(Transpose(u)*Y*v, Y)", "v*Transpose(u)"),
    refuted("a-hypothesis-is-not-differentiated", "Derivative(Transpose(u)*M*v, M)", "Derivative(Transpose(v)*M*u, M)",
            given=("Eq(M, Transpose(M))",)),
    proved("diagonal-commute", "D*F", "F*D"),
    refuted("diagonal-with-any", "D*M", "M*D"),
    proved("diagonal-form", "Transpose(u)*D*v", "Sum(D[i, i]*u[i]*v[i], (i, 1, n))"),
    proved("diagonal-gradient-is-full", "Derivative(Trace(D*M), D)", "Transpose(M)"),
    proved("orthogonal-keeps-products", "Transpose(Q*u)*(Q*v)", "Transpose(u)*v"),
    proved("orthogonal-trace", "Trace(Q*M*Transpose(Q))", "Trace(M)"),
    refuted("any-trace", "Trace(N*M*Transpose(N))", "Trace(M)"),
    proved("idempotent", "M*M*M", "M", given=("Eq(M*M, M)",)),
    proved("idempotent-complement", "(Identity(n) - M)*(Identity(n) - M)", "Identity(n) - M", given=("Eq(M*M, M)",)),
    refuted("idempotent-is-not-the-identity", "M*M", "Identity(n)", given=("Eq(M*M, M)",)),
]

SIGNS = [
    proved("square-norm", "Transpose(y - X*w)*(y - X*w)", "0", ">="),
    proved("penalized-norm", "Transpose(y - X*w)*(y - X*w) + l*Transpose(w)*w", "0", ">="),
    refuted("penalty-of-unknown-sign", "Transpose(y - X*w)*(y - X*w) + c*Transpose(w)*w", "0", ">="),
    proved("frobenius-norm", "Trace(Transpose(M - N)*(M - N))", "0", ">="),
    refuted("bilinear-form", "Transpose(x - mu)*Inverse(S)*(x + mu)", "0", ">="),
    refuted("symmetric-is-not-definite", "Transpose(u)*Y*u", "0", ">="),
    proved("trace-of-definite", "Trace(P)", "0", ">"),
    proved("cauchy-schwarz-of-matrices", "Trace(Transpose(M)*N)**2",
           "Trace(Transpose(M)*M)*Trace(Transpose(N)*N)", "<="),
    refuted("cauchy-schwarz-is-not-strict", "(Transpose(u)*v)**2", "(Transpose(u)*u)*(Transpose(v)*v)", "<"),
    refuted("trace-of-a-square", "Trace(M*M)", "0", ">="),
]

GRADIENTS = [
    proved("rayleigh", "Derivative(Transpose(u)*M*u/(Transpose(u)*u), u)",
           "((M + Transpose(M))*u - 2*(Transpose(u)*M*u)/(Transpose(u)*u)*u)/(Transpose(u)*u)"),
    proved("norm", "Derivative(sqrt(Transpose(u)*u), u)", "u/sqrt(Transpose(u)*u)"),
    proved("weighted-norm", "Derivative(sqrt(Transpose(u)*P*u), u)", "P*u/sqrt(Transpose(u)*P*u)"),
    conditional("root-squared", "Derivative(sqrt(Transpose(u)*u)**2, u)", "2*u"),
    proved("gaussian-kernel", "Derivative(exp(-Transpose(u)*P*u/2), u)", "-exp(-Transpose(u)*P*u/2)*P*u"),
    proved("logistic-of-a-form", "Derivative(log(1 + exp(-Transpose(u)*P*u)), u)",
           "-2*P*u*exp(-Transpose(u)*P*u)/(1 + exp(-Transpose(u)*P*u))"),
    proved("weights-of-a-layer", "Derivative(Trace(Transpose(X*Transpose(W))*(X*Transpose(W)))/2, W)",
           "W*Transpose(X)*X"),
    refuted("weights-of-a-layer-twice", "Derivative(Trace(Transpose(X*Transpose(W))*(X*Transpose(W)))/2, W)",
            "2*W*Transpose(X)*X"),
    proved("rank-1-product", "Transpose(u)*(v*Transpose(v))*u", "(Transpose(u)*v)**2"),
    refuted("outer-product-commutes", "u*Transpose(v)", "v*Transpose(u)"),
    proved("sum-of-outer-products", "Derivative(Sum(c**2*(Transpose(u)*v)**2, (i, 1, n)), u)",
           "2*n*c**2*(Transpose(u)*v)*v"),
]

ALL = [*REGRESSION, *LIKELIHOOD, *INVERSES, *DETERMINANTS, *ASSUMPTIONS, *SIGNS, *GRADIENTS]


@pytest.mark.parametrize("case", [case.parameter() for case in ALL])
def test_matrix_steps(case: Case) -> None:
    """True steps are proved, or conditional under the recorded conditions; false ones are refuted."""
    case.verify(SYMBOLS)


# words against enclosures

DIRECTIONS = ("A[p, q]", "M[q, p]", "S[p, p]", "u[p]", "U[p, 1]", "r", "c", "Y[p, q]", "D[p, q]", "Q[p, q]")


def differentiated(source: str, random: Random) -> str:
    """The derivative by an entry or a number, or an entry of the derivative by the whole array."""
    by = random.choice(DIRECTIONS)
    if "[" not in by or random.random() < 0.5:
        return f"Derivative({source}, {by})"
    family, indices = by[:-1].split("[")
    return f"Derivative({source}, {family})[{indices}]"


def check_words(seed: int, *, derivative: bool) -> None:
    """A random number from matrices has the value of its normal form by words, wherever both are defined."""
    random = Random(seed)
    source = number(random, random.randint(1, 3))
    names = parse_declarations(RANDOM_SYMBOLS)
    term = parse(differentiated(source, random) if derivative else source, names=names)
    try:
        n = Normalizer(names, {}, words=True)
        normal = Readback(n.table, frozenset(names)).term(n.normal(term))
    except (Unsupported, DivisionByZero, OutOfWork):
        return
    for sizes in ((1, 2), (2, 1), (2, 3), (3, 2)):
        at = point(random, *sizes)
        try:
            written, made = (Evaluator(names, {}, at, 128, 400_000).number(t) for t in (term, normal))
        except (Undefined, Undecided, OutOfBudget):
            continue
        assert ball(written).overlaps(ball(made)), (text(term), text(normal), sizes)


def ball(value: Fraction | arb) -> arb:
    return arb(fmpq(value.numerator, value.denominator)) if isinstance(value, Fraction) else value


@pytest.mark.parametrize("seed", range(0, 120, 10))
def test_words_keep_values(seed: int) -> None:
    """Normal forms over words have the values of what was written."""
    for each in range(seed, seed + 10):
        check_words(each, derivative=False)
        check_words(each, derivative=True)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1000, 6000, 100))
def test_words_keep_values_at_length(seed: int) -> None:
    """The same for many more."""
    for each in range(seed, seed + 100):
        check_words(each, derivative=each % 2 == 0)


# sizes

@pytest.mark.parametrize(("left", "right"), [
    ("(u*M)[1, 1]", "u[1]*M[1, 1]"), ("Dot(e, u)", "u[1]*e[1] + u[2]*e[2]"), ("Dot(e, u) - Dot(e, u)", "0"),
    ("(u + e)[1]", "u[1] + e[1]"), ("(G*u)[1]", "G[1, 1]*u[1] + G[1, 2]*u[2]"), ("Trace(T)", "T[1, 1] + T[2, 2]"),
    ("Dot(FamilyOf(c, (s, 1, n)), FamilyOf(l, (s, 1, 2*n - 1)))", "n*c*l"), ("q", "u[1] + e[1]"),
])
def test_arrays_that_fit_at_some_sizes_only(left: str, right: str) -> None:
    """What they join means nothing at other sizes, where the entries on the other side may have values."""
    symbols = {**SYMBOLS, "T": {"kind": "matrix", "shape": ["2", "n"]}}
    result = judge(symbols, left, right, let={"q": "(u + e)[1]"})
    assert result.fault is None
    assert result.verdict.verdict in ("unknown", "error")


@pytest.mark.parametrize(("left", "right"), [
    ("Dot(FamilyOf(c, (s, 1, n)), FamilyOf(l, (s, 1, n + 1 - 1)))", "n*c*l"), ("Trace(u*Transpose(v))", "Dot(u, v)"),
    ("Dot(e, e)", "e[1]**2 + e[2]**2"), ("(u + v)[1]", "u[1] + v[1]"), ("Transpose(u)*M*v", "Dot(u, M*v)"),
    ("Sum(Dot(FamilyOf(c, (s, 1, k)), FamilyOf(l, (s, 1, k))), (k, 1, 2))", "3*c*l"),
])
def test_arrays_that_fit_at_all_sizes(left: str, right: str) -> None:
    assert judge(SYMBOLS, left, right).verdict.verdict == "proved"


# names of sizes, and of what is varied

LET = {"q": "FamilyOf(c, (s, 1, n))", "r": "FamilyOf(n*Trace(M), (n, 1, m))", "k": "j"}


@pytest.mark.parametrize(("left", "right", "verdict"), [
    ("Sum(Trace(M), (n, 1, 2))", "2*Trace(M)", "proved"),
    ("Sum(Trace(M), (n, 1, 2))", "2*M[1, 1] + M[2, 2]", "refuted"),
    ("Sum(Dot(u, v) + n, (n, 1, 2))", "2*Dot(u, v) + 3", "proved"),
    ("Limit(Sum(c*Dot(u, u), (n, 1, 2)), c, 1)", "2*u[1]**2 + u[2]**2", "refuted"),
    ("Integral(n*Dot(u, u), (n, 0, 2))", "2*Dot(u, u)", "proved"),
    ("Sum(logsumexp(q), (n, 1, 2))", "2*logsumexp(q)", "proved"),
    ("Sum(logsumexp(q), (n, 1, 2))", "2*c + log(2)", "refuted"),
    ("r[1]", "Trace(M)", "proved"), ("r[1]", "M[1, 1]", "refuted"),
    # the size that is written in a sum is the one that is bound there
    ("Sum(Dot(FamilyOf(c, (s, 1, n)), FamilyOf(c, (s, 1, n))), (n, 1, 2))", "3*c**2", "proved"),
])
def test_a_size_is_not_what_is_bound_under_its_name(left: str, right: str, verdict: str) -> None:
    """An array has the size that is declared, also where a sum runs through values of the same name."""
    result = judge(SYMBOLS, left, right, let=LET)
    assert result.fault is None
    assert result.verdict.verdict == verdict


@pytest.mark.parametrize(("left", "right", "verdict"), [
    ("Subs(FamilyOf(j*u[s], (s, 1, n)), j, 1)[j]", "u[j]", "unknown"),
    ("Subs(FamilyOf(h*u[s], (s, 1, n)), h, 1)[h]", "u[1]", "refuted"),
    ("Subs(FamilyOf(h*u[s], (s, 1, n)), h, 1)[k]", "u[1]", "refuted"),
    ("Limit(FamilyOf(s/h, (s, 1, 3)), h, oo)[h]", "1", "unknown"),
    ("Subs(FamilyOf(h*u[s], (s, 1, n)), h, 2)[j]", "2*u[j]", "proved"),
    ("Subs(FamilyOf(c*u[s], (s, 1, n)), c, 2)[j]", "2*u[j]", "proved"),
])
def test_an_index_is_not_varied_with_what_it_stands_outside_of(left: str, right: str, verdict: str) -> None:
    """The index of an entry is what it is around the array, whatever is put for its name within."""
    result = judge({**SYMBOLS, "h": {"kind": "integer"}}, left, right, let={**LET, "k": "h"})
    assert result.fault is None
    assert result.verdict.verdict == verdict


# printing

def test_a_hypothesis_that_turns_a_word_round_does_not_turn_a_trace_for_ever() -> None:
    """From M N = -N M the trace of M N is 0; its rotations are not rewritten back and forth."""
    result = judge(SYMBOLS, "Trace(M*N)", "0", given=("Eq(M*N, -N*M)",))
    assert result.fault is None
    assert result.verdict.verdict in ("proved", "unknown")


PRINTED = [
    ("Inverse(Transpose(X)@X + l*Identity(d))@Transpose(X)@y", "(X^T X + l identity(d))^(-1) X^T y",
     r"(X^{\top} X + l I_{d})^{-1} X^{\top} y"),
    ("log(Determinant(S)) + Trace(Inverse(S)@Outer(x, x))", "log(det(S)) + tr(S^(-1) outer(x, x))",
     r"\log(\det(S)) + \operatorname{tr}(S^{-1} (x x^{\top}))"),
    ("Transpose(Inverse(A))@u@Transpose(v)", "(A^(-1))^T u v^T", r"(A^{-1})^{\top} u v^{\top}"),
    ("Inverse(Inverse(A))", "(A^(-1))^(-1)", "(A^{-1})^{-1}"),
    ("Determinant(-2*M)**2", "det(-2 M)^2", r"\det(-2 M)^{2}"),
]


@pytest.mark.parametrize(("source", "plain", "tex"), PRINTED)
def test_matrix_lines_are_printed(source: str, plain: str, tex: str) -> None:
    """Matrix lines are printed as people write them, and their text form is read as the same line."""
    names = parse_declarations(SYMBOLS)
    term: Term = parse(source, names=names)
    assert parse(text(term), names=names) == term
    assert pretty(term) == plain
    assert latex(term) == tex
