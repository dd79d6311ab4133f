"""What authors write with: each name stands for the term that its documentation says."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

import lossproof
from lossproof import vocabulary
from lossproof.derivation import NONNEGATIVE, POSITIVE, Declaration, Document, Domain
from lossproof.print_text import text
from lossproof.read.python_file import read
from lossproof.term import ONE, Number, Range, Symbol

HEADER = """\
from sympy import *
from lossproof import *
x, y = reals("x y")
K, n = size("K n")
k, p, j = index("k p j", K)
i = index("i", n)
z, t = family("z t", K)
w = family("w", n, K)
u, v = vector("u v", n)
A, B = matrix("A", n, K), matrix("B", K, n)
M = matrix("M", n, n, symmetric=True, invertible=True)
f, g = function("f"), function("g", arity=2)
J = functional("J")
s = quantity("s", softmax(z, k), over=k)
c = quantity("c", x**2 + y)
a = quantity("a", f(u))
"""


def document(folder: Path, body: str) -> Document:
    """The document that HEADER and `body` make."""
    file = folder / "demo.py"
    file.write_text(HEADER + body, encoding="utf-8")
    return read(file)


@pytest.mark.parametrize(("written", "term"), [
    ("logistic(x)", "logistic(x)"),
    ("softplus(x)", "softplus(x)"),
    ("xlogy(x, y)", "xlogy(x, y)"),
    ("softmax(z, p)", "softmax(z, p)"),
    ("softmax(s, p)", "softmax(s, p)"),
    ("logsumexp(z)", "logsumexp(z)"),
    ("softmax(u)", "FamilyOf(softmax(u, k), (k, 1, n))"),
    ("softmax(u)[i]", "FamilyOf(softmax(u, k), (k, 1, n))[i]"),
    ("D(c, x)", "Derivative(c, x)"),
    ("D(c, x, 2)", "Derivative(c, (x, 2))"),
    ("D(c, x, y)", "Derivative(Derivative(c, x), y)"),
    ("D(s[p], z[j])", "Derivative(s[p], z[j])"),
    ("D(x, c)", "Derivative(x, c)"),
    ("D(dot(u, v), u)", "Derivative(Dot(u, v), u)"),
    ("D(dot(u, v), u)[i]", "Derivative(Dot(u, v), u)[i]"),
    ("D(a, x)", "Derivative(a, x)"),
    ("prime(logistic)(x)", "Prime(logistic, x)"),
    ("prime(f)(x)", "Prime(f, x)"),
    ("prime(f, 2)(x)", "Prime(f, x, 2)"),
    ("prime(g, 1, 0)(x, y)", "Prime(g, (x, y), (1, 0))"),
    ("prime(tanh)(x)", "Prime(tanh, x)"),
    ("prime(f)(u)", "Prime(f, u)"),
    ("delta(k, p)", "KroneckerDelta(k, p)"),
    ("sum_over(k, z[k])", "Sum(z[k], (k, 1, K))"),
    ("sum_over(k, z[k], exclude=p)", "Sum(z[k], (k, 1, K), Ne(k, p))"),
    ("sum_over((k, 2, n), z[k], where=k < p)", "Sum(z[k], (k, 2, n), k < p)"),
    ("product_over(k, z[k], exclude=p)", "Product(z[k], (k, 1, K), Ne(k, p))"),
    ("J(z)", "J(z)"), ("J(s)", "J(s)"), ("J(a)", "J(a)"),
    ("J(family_of(x*z[k], k))", "J(FamilyOf(x*z[k], (k, 1, K)))"),
    ("partial(J, s, p)", "Partial(J, s, p)"),
    ("D(J(s), z[p])", "Derivative(J(s), z[p])"),
    ("A @ B", "A@B"), ("A @ B @ u", "A@B@u"), ("A.T", "Transpose(A)"), ("transpose(A)", "Transpose(A)"),
    ("A.T @ (u - v)", "Transpose(A)@(u - v)"), ("(A @ B).T", "Transpose(A@B)"), ("(A @ B)[i, j]", "(A@B)[i, j]"),
    ("hadamard(u, v)", "HadamardProduct(u, v)"), ("outer(u, v)", "Outer(u, v)"), ("dot(u, v)", "Dot(u, v)"),
    ("trace(M)", "Trace(M)"), ("det(M)", "Determinant(M)"), ("inverse(M) @ u", "Inverse(M)@u"),
    ("identity(n) @ u", "Identity(n)@u"), ("u + zeros(n)", "u + ZeroMatrix(n)"),
    ("A - ones(n, K)", "A - OneMatrix(n, K)"),
    ("2*u - v/2", "2*u - v/2"), ("-u", "-u"), ("x*A", "x*A"), ("(u - v)/x", "(u - v)/x"), ("x*(u + v)", "x*(u + v)"),
    ("exp(u) + f(v)", "exp(u) + f(v)"), ("u.T @ M @ u", "Transpose(u)@M@u"), ("a[i]", "a[i]"), ("u[1]", "u[1]"),
    ("M @ inverse(M)", "M@Inverse(M)"),
])
def test_names_stand_for_terms(written: str, term: str, tmp_path: Path) -> None:
    """The line that is judged is the one that the name says."""
    found = document(tmp_path, f'derivation("t", [{written}, {written}])').derivations[0].lines[0].term
    assert text(found) == term


@pytest.mark.parametrize(("written", "term"), [
    ("one_hot(t, p)", "ForAll(Eq(t[k], KroneckerDelta(k, p)), (k, 1, K))"),
    ("one_hot(t, k)", "ForAll(Eq(t[k_], KroneckerDelta(k_, k)), (k_, 1, K))"),
    ("for_all(k, z[k] > 0)", "ForAll(z[k] > 0, (k, 1, K))"),
    ("for_all(k, Eq(z[k], 0), where=Ne(k, p))", "ForAll(Eq(z[k], 0), (k, 1, K), Ne(k, p))"),
    ("x > 0", "x > 0"), ("K >= 2", "K >= 2"), ("Or(x > 0, y > 0)", "(x > 0) | (y > 0)"),
    ("And(x > 0, x < 1)", "(x > 0) & (x < 1)"), ("(y < x) & (x < 1)", "(y < x) & (x < 1)"),
    ("Eq(Sum(t[k], (k, 1, K)), 1)", "Eq(Sum(t[k], (k, 1, K)), 1)"),
])
def test_hypotheses(written: str, term: str, tmp_path: Path) -> None:
    """Hypotheses are conditions; a bound index never captures a free one."""
    found = document(tmp_path, f'derivation("t", [x, x], given=[{written}])').derivations[0].given[0]
    assert text(found) == term


def declared(folder: Path, written: str) -> Declaration:
    """The declaration of the name q that `written` makes."""
    return document(folder, f"{written}\n").declarations["q"]


@pytest.mark.parametrize(("written", "kind", "domain"), [
    ('reals("q")', "scalar", Domain()),
    ('positives("q")', "scalar", POSITIVE),
    ('scalar("q", nonnegative=True)', "scalar", NONNEGATIVE),
    ('scalar("q", negative=True)', "scalar", Domain(upper=Fraction(0), upper_open=True)),
    ('scalar("q", nonzero=True)', "scalar", Domain(nonzero=True)),
    ('scalar("q", interval=(0, 1))', "scalar", Domain(Fraction(0), Fraction(1), True, True)),
    ('scalar("q", interval=(0, 1), closed=True)', "scalar", Domain(Fraction(0), Fraction(1))),
    ('scalar("q", interval=(0, 1), closed="right")', "scalar", Domain(Fraction(0), Fraction(1), True, False)),
    ('scalar("q", interval=(-oo, Rational("0.5")))', "scalar", Domain(None, Fraction(1, 2), True, True)),
    ('scalar("q", values=(-1, 1))', "scalar", Domain(values=(Fraction(-1), Fraction(1)))),
    ('integers("q")', "integer", Domain(integer=True)),
    ('integers("q", nonnegative=True)', "integer", Domain(lower=Fraction(0), integer=True)),
    ('size("q")', "size", Domain(lower=Fraction(1), integer=True)),
    ('size("q", min=2)', "size", Domain(lower=Fraction(2), integer=True)),
    ('family("q", K, positive=True)', "family", POSITIVE),
    ('family("q", K, values=(0, 1))', "family", Domain(values=(Fraction(0), Fraction(1)))),
])
def test_domains(written: str, kind: str, domain: Domain, tmp_path: Path) -> None:
    """A declaration says exactly what its name ranges over."""
    found = declared(tmp_path, written)
    assert (found.kind, found.domain) == (kind, domain)


def test_indices_shapes_and_arities(tmp_path: Path) -> None:
    """Indices carry their range, families and matrices their shape, functions how many arguments they take."""
    plain, ranged = declared(tmp_path, 'index("q", K)'), declared(tmp_path, 'index("q", 2, K - 1)')
    assert (plain.lower, plain.upper) == (ONE, Symbol("K"))
    assert ranged.lower == Number(Fraction(2)) and ranged.upper is not None and text(ranged.upper) == "K - 1"
    family, matrix = declared(tmp_path, 'family("q", n, K)'), declared(tmp_path, 'matrix("q", n, n, orthogonal=True)')
    assert (family.shape, family.rank, family.array) == ((Symbol("n"), Symbol("K")), 2, False)
    assert (matrix.rank, matrix.array, matrix.assumptions) == (2, True, {"orthogonal"})
    assert declared(tmp_path, 'function("q", arity=2)').arity == 2
    assert declared(tmp_path, 'functional("q")').kind == "functional"
    assert declared(tmp_path, 'q = reals("q", latex=r"\\\\theta")').latex == r"\\theta"


def test_quantities(tmp_path: Path) -> None:
    """A quantity keeps its name; it has a range for each index, what prints, what it cites and its place."""
    found = document(tmp_path, 'q = quantity("q", z[k]*w[i, k], over=(i, k), latex="Q", cites="E1, page 3")\n')
    q = found.definitions["q"]
    assert q.ranges == (Range("i", ONE, Symbol("n")), Range("k", ONE, Symbol("K")))
    assert (q.latex, q.cites, q.span and q.span.line) == ("Q", ("E1", "page 3"), HEADER.count("\n") + 1)
    assert found.definitions["a"].ranges == () and text(found.definitions["a"].body) == "f(u)"


def test_steps(tmp_path: Path) -> None:
    """What a step says arrives: relation, justification, hypotheses, expectation, erratum, correction, claim."""
    found = document(tmp_path, """
d = derivation("t", [x, step(y, by="why", relation="<=", given=[x < y]),
                     step(x, expect="refuted", erratum="wrong", correct=y)], cites=["A1"], expect_claim="refuted")
""").derivations[0]
    first, second = found.lines[1:]
    assert (first.relation, first.by, first.expect) == ("<=", "why", "proved")
    assert [text(hypothesis) for hypothesis in first.given] == ["x < y"]
    assert second.correct is not None
    assert (second.expect, second.erratum, text(second.correct)) == ("refuted", "wrong", "y")
    assert (found.name, found.cites, found.expect_claim) == ("d", ("A1",), "refuted")


def test_sympy_derivatives_of_quantities_are_never_zero(tmp_path: Path) -> None:
    """SymPy's Derivative and diff see through a quantity to what it depends on."""
    body = 'derivation("t", [Derivative(c, x), c.diff(x), s[p].diff(z[j]), Derivative(s[p], z[j])])'
    assert [text(found.term) for found in document(tmp_path, body).derivations[0].lines] == [
        "Derivative(c, x)", "Derivative(c, x)", "Derivative(s[p], z[j])", "Derivative(s[p], z[j])"]


def test_the_package_offers_the_vocabulary() -> None:
    """`lossproof` offers exactly the vocabulary's names, and `derivation` is the function, not the module."""
    assert lossproof.__all__ == vocabulary.__all__
    assert all(getattr(lossproof, name) is getattr(vocabulary, name) for name in vocabulary.__all__)
    assert callable(lossproof.derivation)
    with pytest.raises(AttributeError):
        lossproof.nothing  # noqa: B018


@pytest.mark.parametrize(("code", "loaded"), [
    ("import lossproof; lossproof.__version__", False),
    ("import lossproof.derivation", False),
    ("from lossproof import derivation; assert callable(derivation)", True),
    ("import lossproof.derivation; from lossproof import D, derivation; assert callable(derivation)", True),
    ("from lossproof import *; assert callable(derivation)", True),
])
def test_sympy_comes_late(code: str, loaded: bool) -> None:
    """The bare package and the ground floor do not import SymPy; the vocabulary does."""
    test = f"{code}\nimport sys; assert ('sympy' in sys.modules) is {loaded}"
    subprocess.run([sys.executable, "-c", test], check=True, cwd=Path(__file__).parent.parent)


def test_at_a_prompt_names_may_be_declared_again() -> None:
    """Outside of a file a name can be declared anew."""
    from lossproof import positives, reals

    assert reals("prompt_name") != positives("prompt_name")
