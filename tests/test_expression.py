"""The reader of the text form: what it reads, what it refuses, and that no text gets further."""

from __future__ import annotations

import sys
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lossproof.derivation import Declaration, Definition, Domain
from lossproof.diagnostic import InputError
from lossproof.print_latex import latex
from lossproof.print_text import pretty, text
from lossproof.read.expression import parse, parse_declarations
from lossproof.term import (
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
    Span,
    Subst,
    Symbol,
    Term,
    number,
)

NAMES = parse_declarations({
    "K": {"kind": "size", "min": 2}, "n": {"kind": "size"}, "d": {"kind": "size"},
    "p": {"kind": "index", "upto": "K"}, "m": {"kind": "integer"},
    "a": {"kind": "scalar"}, "b": {"kind": "scalar"}, "x": {"kind": "scalar"}, "sigma": {"kind": "scalar"},
    "z": {"kind": "indexed", "shape": ["K"]}, "y": {"kind": "indexed", "rank": 1}, "w": {"kind": "indexed", "rank": 2},
    "A": {"kind": "matrix", "shape": ["n", "d"]}, "B": {"kind": "matrix", "shape": ["d", "d"]},
    "u": {"kind": "vector", "shape": ["n"]}, "v": {"kind": "vector", "shape": ["d"]},
    "f": {"kind": "function"}, "g": {"kind": "function", "arity": 2}, "G": {"kind": "functional"},
})
a, b, x, k, p, K = (Symbol(name) for name in ("a", "b", "x", "k", "p", "K"))
ONE_TO_K = Range("k", ONE, K)


def read(source: str) -> Term:
    return parse(source, names=NAMES)


def refused(source: str, names: dict[str, Declaration] = NAMES, span: Span | None = None) -> InputError:
    with pytest.raises(InputError) as caught:
        parse(source, names=names, span=span)
    return caught.value


def z(index: Term) -> Term:
    return Entry("z", (index,))


@pytest.mark.parametrize(("source", "tree"), [
    ("a + b - x", Add((a, b, Mul((MINUS_ONE, x))))),
    ("a - 2", Add((a, number(-2)))),
    ("a - 2*b", Add((a, Mul((MINUS_ONE, Mul((number(2), b))))))),
    ("a + (b + x)", Add((a, Add((b, x))))),
    ("(a + b) + x", Add((Add((a, b)), x))),
    ("((a) + b) - x", Add((Add((a, b)), Mul((MINUS_ONE, x))))),
    ("(a) + b - x", Add((a, b, Mul((MINUS_ONE, x))))),
    ("a*b/x", Mul((a, b, Pow(x, MINUS_ONE)))),
    ("a*(b*x)", Mul((a, Mul((b, x))))),
    ("(a*b)*x", Mul((Mul((a, b)), x))),
    ("a/b/x", Mul((a, Pow(b, MINUS_ONE), Pow(x, MINUS_ONE)))),
    ("1/x", Mul((ONE, Pow(x, MINUS_ONE)))),
    ("x/x", Mul((x, Pow(x, MINUS_ONE)))),
    ("-x", Mul((MINUS_ONE, x))),
    ("-x*a", Mul((MINUS_ONE, x, a))),
    ("-(x*a)", Mul((MINUS_ONE, Mul((x, a))))),
    ("-x**2", Mul((MINUS_ONE, Pow(x, number(2))))),
    ("-2", number(-2)),
    ("-(2)", number(-2)),
    ("-2*x", Mul((number(-2), x))),
    ("-2**2", Mul((MINUS_ONE, Pow(number(2), number(2))))),
    ("--2", Mul((MINUS_ONE, number(-2)))),
    ("+x", x),
    ("a**b**x", Pow(a, Pow(b, x))),
    ("a**-1", Pow(a, MINUS_ONE)),
    ("exp(log(x))", Call("exp", (Call("log", (x,)),))),
    ("ln(x) + abs(x)", Add((Call("log", (x,)), Call("Abs", (x,))))),
    ("2*pi*E*EulerGamma", Mul((number(2), Const("pi"), Const("E"), Const("EulerGamma")))),
    ("\n  a +\r\n b \t", Add((a, b))),
])
def test_written_order_and_brackets_are_kept(source: str, tree: Term) -> None:
    """The tree holds what was written: chains without brackets are flat, brackets stay, nothing is evaluated."""
    assert read(source) == tree


@pytest.mark.parametrize(("source", "value"), [
    ("0.1", Fraction(1, 10)), ("1e-3", Fraction(1, 1000)), ("-1.5E2", Fraction(-150)), (".5", Fraction(1, 2)),
    ("3.", Fraction(3)), ("Rational(1, 3)", Fraction(1, 3)), ("Rational(-2, 4)", Fraction(-1, 2)),
    ("Rational(0.25)", Fraction(1, 4)), ("0.1000000000000000055", Fraction(1000000000000000055, 10**19)),
    ("123456789012345678901234567890", Fraction(123456789012345678901234567890)),
])
def test_numbers_are_exact(source: str, value: Fraction) -> None:
    """A decimal is the rational that it spells, to the last digit."""
    assert read(source) == Number(value)


@pytest.mark.parametrize(("source", "tree"), [
    ("Sum(z[k], (k, 1, K))", Fold("sum", z(k), ONE_TO_K)),
    ("Product(z[k], (k, 1, K), Ne(k, p))", Fold("product", z(k), ONE_TO_K, Relation("!=", k, p))),
    ("Sum(w[i, j], (i, 1, j), Ne(i, p), i < 5, (j, 1, n), j > 2)",
     Fold("sum", Fold("sum", Entry("w", (Symbol("i"), Symbol("j"))), Range("i", ONE, Symbol("j")),
                      Bool("and", (Relation("!=", Symbol("i"), p), Relation("<", Symbol("i"), number(5))))),
          Range("j", ONE, Symbol("n")), Relation(">", Symbol("j"), number(2)))),
    ("Sum(a*x, (a, 1, 3))", Fold("sum", Mul((a, x)), Range("a", ONE, number(3)))),
    ("Integral(t**2, (t, 0, oo))", Integral(Pow(Symbol("t"), number(2)), "t", number(0), Const("oo"))),
    ("Integral(s*t, (t, 0, s), (s, 0, 1))",
     Integral(Integral(Mul((Symbol("s"), Symbol("t"))), "t", number(0), Symbol("s")), "s", number(0), ONE)),
    ("Derivative(a*x, x)", Derivative(Mul((a, x)), x)),
    ("Derivative(a*x, x, x)", Derivative(Mul((a, x)), x, 2)),
    ("Derivative(a*x, (x, 2), a)", Derivative(Derivative(Mul((a, x)), x, 2), a)),
    ("Derivative(a*x, x, 3)", Derivative(Mul((a, x)), x, 3)),
    ("Derivative(x, z[p])", Derivative(x, z(p))),
    ("Limit(a, x, -oo, '+')", Limit(a, x, Const("-oo"), "+")),
    ('Limit(a, z[p], 0, "-")', Limit(a, z(p), number(0), "-")),
    ("Limit(a, x, 0)", Limit(a, x, number(0), "+-")),
    ("Limit(1/x, x, 0, dir='+')", Limit(Mul((ONE, Pow(x, MINUS_ONE))), x, number(0), "+")),
    ("Subs(x**2, x, 3)", Subst(Pow(x, number(2)), x, number(3))),
    ("Piecewise((a, x < 0), (b, True))", Piecewise(((a, Relation("<", x, number(0))), (b, Bool("and", ()))))),
    ("ForAll(Eq(y[k], KroneckerDelta(k, p)), (k, 1, K))",
     ForAll(Relation("=", Entry("y", (k,)), Call("KroneckerDelta", (k, p))), ONE_TO_K)),
    ("ForAll(Ne(z[k], 0), (k, 1, K), Ne(k, p))",
     ForAll(Relation("!=", z(k), number(0)), ONE_TO_K, Relation("!=", k, p))),
    ("FamilyOf(z[k]**2, (k, 1, K))", Family(Pow(z(k), number(2)), (ONE_TO_K,))),
    ("Prime(f, x)", Call("f", (x,), (1,))),
    ("Prime(logistic, x, 2)", Call("logistic", (x,), (2,))),
    ("Prime(g, (x, a), (1, 0))", Call("g", (x, a), (1, 0))),
    ("Partial(G, z, p)", Partial("G", Symbol("z"), (p,))),
    ("G(z) + G(FamilyOf(x, (k, 1, K)))", Add((Call("G", (Symbol("z"),)), Call("G", (Family(x, (ONE_TO_K,)),))))),
    ("softmax(z, p)", Call("softmax", (Symbol("z"), p))),
    ("Eq(a, b)", Relation("=", a, b)), ("Ge(a, b)", Relation(">=", a, b)), ("a >= b", Relation(">=", a, b)),
    ("0 < a < 1", Bool("and", (Relation("<", number(0), a), Relation("<", a, ONE)))),
    ("(a < b) & Ne(a, x) & True", Bool("and", (Relation("<", a, b), Relation("!=", a, x), Bool("and", ())))),
    ("~(a < b) | False", Bool("or", (Bool("not", (Relation("<", a, b),)), Bool("or", ())))),
    ("Or(a < b, Not(Eq(a, 1)))", Bool("or", (Relation("<", a, b), Bool("not", (Relation("=", a, ONE),))))),
])
def test_forms(source: str, tree: Term) -> None:
    """Each form of the text form is one node; of several ranges the first is the innermost, as in SymPy."""
    assert read(source) == tree


A, B, u, v = (Symbol(name) for name in "ABuv")


@pytest.mark.parametrize(("source", "tree"), [
    ("A*B", Call("matmul", (A, B))),
    ("A@B@v", Call("matmul", (A, B, v))),
    ("a*A*B*v", Mul((a, Call("matmul", (A, B, v))))),
    ("A*x*B", Mul((Call("matmul", (A, B)), x))),
    ("a*A", Mul((a, A))),
    ("-A*v", Mul((MINUS_ONE, Call("matmul", (A, v))))),
    ("A/a", Mul((A, Pow(a, MINUS_ONE)))),
    ("Transpose(v)*v + 1", Add((Call("matmul", (Call("transpose", (v,)), v)), ONE))),
    ("u*Transpose(v) - A", Add((Call("matmul", (u, Call("transpose", (v,)))), Mul((MINUS_ONE, A))))),
    ("B**-1", Call("inverse", (B,))),
    ("B**2", Call("matmul", (B, B))),
    ("(A@B)[1, p]", Component(Call("matmul", (A, B)), (ONE, p))),
    ("f(v)[p]", Component(Call("f", (v,)), (p,))),
    ("A[p, 1]*x", Mul((Entry("A", (p, ONE)), x))),
    ("HadamardProduct(v, Prime(f, v))", Call("hadamard", (v, Call("f", (v,), (1,))))),
    ("Derivative(Dot(v, v), v) - 2*v",
     Add((Derivative(Call("dot", (v, v)), v), Mul((MINUS_ONE, Mul((number(2), v))))))),
    ("Trace(B) + Determinant(Inverse(B))", Add((Call("trace", (B,)), Call("det", (Call("inverse", (B,)),))))),
    ("Eq(B@Inverse(B), Identity(d))",
     Relation("=", Call("matmul", (B, Call("inverse", (B,)))), Call("identity", (Symbol("d"),)))),
    ("Outer(u, v) - ZeroMatrix(n, d)", Add((Call("outer", (u, v)), Mul((MINUS_ONE, Call("zeros", (Symbol("n"),
                                                                                                  Symbol("d")))))))),
])
def test_products_of_arrays(source: str, tree: Term) -> None:
    """`*` between arrays is the matrix product, between a number and an array it is not."""
    assert read(source) == tree


@pytest.mark.parametrize(("source", "code", "said"), [
    # names
    ("x + sigmaa", "LP102", "`sigmaa` is not declared"),
    ("h(x)", "LP102", "`h` is not declared"),
    ("zz[1]", "LP102", "`zz` is not declared"),
    ("Sum(z[j], (k, 1, K))", "LP102", "`j` is not declared"),
    ("Sum(z[k], (k, 1, k))", "LP102", "`k` is not declared"),
    ("FamilyOf(w[i, j], (i, 1, j), (j, 1, n))", "LP102", "`j` is not declared"),
    ("Sum(z[k], (k, 1, K)) + k", "LP102", "`k` is not declared"),
    ("f + 1", "LP107", "without an argument"),
    ("exp + 1", "LP107", "without an argument"),
    ("x(2)", "LP107", "not declared as a function"),
    ("x[1]", "LP107", "without entries"),
    ("z[1, 2]", "LP106", "1 indices, and 2"),
    ("w[1][2]", "LP106", "2 indices, and 1"),
    ("z[1][2]", "LP107", "an entry has no entries"),
    ("Sum(z[1], (z, 1, K))", "LP107", "bound variable"),
    ("Sum(f(1), (f, 1, K))", "LP107", "bound variable"),
    ("z + 1", "LP107", "without an index"),
    ("Derivative(x, z)", "LP107", "needs an entry"),
    ("Derivative(x, K)", "LP107", "integers only"),
    ("Derivative(x, x + 1)", "LP107", "by a name or an entry"),
    ("Derivative(x, (x, n))", "LP107", "order of a derivative"),
    ("Derivative(x, (x, 0))", "LP107", "order of a derivative"),
    ("Derivative(x, x, 10**9)", "LP107", "by a name or an entry"),
    ("Derivative(x, x, 999999)", "LP107", "from 1 to 64"),
    ("f(x, x)", "LP107", "takes 1 argument"),
    ("exp()", "LP107", "takes 1 argument"),
    ("Sum(x)", "LP107", "not complete"),
    ("Sum(x, k)", "LP107", "tuple"),
    ("Sum(x, (k, 1))", "LP107", "(name, lower, upper)"),
    ("Sum(x, (1, 1, K))", "LP107", "(name, lower, upper)"),
    ("Sum(x, (pi*2, 1, K))", "LP107", "(name, lower, upper)"),
    ("Sum(x, (k, 1, K), 3)", "LP107", "condition is expected"),
    ("Partial(f, z, p)", "LP107", "functional"),
    ("Prime(x, x)", "LP107", "not declared as a function"),
    ("Prime(g, (x, a))", "LP107", "one order"),
    ("Limit(x, x, 0, '?')", "LP105", "strings"),
    ("Limit(x, x, 0, side='+')", "LP105", "side of a limit"),
    ("Rational(1, 0)", "LP108", "denominator 0"),
    ("Rational(x, 2)", "LP107", "numbers only"),
    # sorts
    ("x + (a < b)", "LP107", "value is expected"),
    ("exp(Eq(a, b))", "LP107", "value is expected"),
    ("x & a", "LP107", "condition is expected"),
    ("a < 1 & b < 2", "LP107", "condition is expected"),
    ("Piecewise((a, b))", "LP107", "condition is expected"),
    ("2*oo", "LP107", "`oo` is no number"),
    ("z[oo]", "LP107", "`oo` is no number"),
    # shapes
    ("A + B", "LP106", "n x d matrix and a d x d matrix"),
    ("A + 1", "LP106", "n x d matrix and a number"),
    ("A*A", "LP106", "does not fit"),
    ("v*v", "LP106", "does not fit"),
    ("x/A", "LP106", "no reciprocal"),
    ("A**x", "LP106", "powers"),
    ("x**A", "LP106", "no power"),
    ("A < B", "LP106", "a relation joins"),
    ("v < v", "LP106", "no order"),
    ("x[1]", "LP107", "without entries"),
    ("(x + 1)[1]", "LP106", "only an array"),
    ("(A@B)[1]", "LP106", "1 indices where there are 2"),
    ("z[v]", "LP106", "an index must be a number"),
    ("Sum(x, (k, 1, v))", "LP106", "a bound must be a number"),
    ("Trace(A)", "LP106", "square"),
    ("softmax(x, p)", "LP106", "whole family"),
    ("G(x)", "LP106", "whole family"),
    ("x@x", "LP106", "takes arrays"),
    # what the form does not have
    ("__import__('os').system('true')", "LP105", "strings"),
    ("__import__", "LP102", "not declared"),
    ("().__class__.__bases__[0].__subclasses__()", "LP105", "attribute"),
    ("x.__class__", "LP105", "attribute"),
    ("A.T", "LP105", "attribute"),
    ("x.diff(x)", "LP105", "attribute"),
    ("lambda: x", "LP105", "lambda"),
    ("(lambda q: q)(x)", "LP105", "only a named function"),
    ("(x := 1)", "LP105", ":="),
    ("x := 1", "LP105", ":="),
    ("f'{x}'", "LP105", "strings"),
    ("f'+'", "LP105", "strings"),
    ("b'+'", "LP105", "string"),
    ("'+'", "LP105", "string"),
    ("'''+'''", "LP105", "strings"),
    ("a if x else b", "LP105", "if"),
    ("[x for x in a]", "LP105", "not allowed"),
    ("f(x for x in a)", "LP105", "not allowed"),
    ("[a, b]", "LP105", "a list"),
    ("{a: b}", "LP105", "not allowed"),
    ("{a}", "LP105", "not allowed"),
    ("a, b", "LP105", "tuple"),
    ("()", "LP105", "tuple"),
    ("f(*z)", "LP105", "before an argument"),
    ("f(x=1)", "LP105", "keyword"),
    ("f(**x)", "LP105", "keyword"),
    ("z[1:2]", "LP105", "slices"),
    ("z[()]", "LP105", "index"),
    ("...", "LP105", "not allowed"),
    ("None", "LP105", "not allowed"),
    ("x and a", "LP105", "`and`"),
    ("not x", "LP105", "`not`"),
    ("x == 1", "LP105", "compare"),
    ("x != 1", "LP105", "compare"),
    ("x in a", "LP105", "compare"),
    ("x is a", "LP105", "compare"),
    ("x ^ 2", "LP105", "`^`"),
    ("x % 2", "LP105", "`%`"),
    ("x // 2", "LP105", "`//`"),
    ("x << 2", "LP105", "operator"),
    ("await x", "LP105", "not allowed"),
    ("yield x", "LP105", "not allowed"),
    ("x # y", "LP105", "comments"),
    ("x; a", "LP105", "`;`"),
    ("x \\\n + 1", "LP105", "`\\`"),
    ("x\x00", "LP105", "U+0000"),
    ("x\x0c", "LP105", "U+000C"),
    ("\ud800", "LP105", "U+D800"),
    ("x \u2212 1", "LP105", "U+2212"),
    ("n!", "LP105", "`!`"),
    ("2x", "LP105", "do not make a number"),
    ("0x10", "LP105", "do not make a number"),
    ("1_000", "LP105", "do not make a number"),
    ("2j", "LP105", "do not make a number"),
    ("1.2.3", "LP105", "do not make a number"),
    # brackets and syntax
    ("log(x", "LP001", "never closed"),
    ("z[1]]", "LP001", "closes nothing"),
    ("f(z[1)]", "LP001", "does not match"),
    (")(", "LP001", "closes nothing"),
    ("", "LP006", "empty"),
    ("  \n ", "LP006", "empty"),
    ("x +", "LP006", "not an expression"),
    ("x y", "LP006", "not an expression"),
    ("x = 1", "LP006", "not an expression"),
    ("import os", "LP006", "not an expression"),
    ("lambda", "LP006", "not an expression"),
    ("01", "LP006", "not an expression"),
])
def test_everything_else_is_refused(source: str, code: str, said: str) -> None:
    """What is not on the white list ends in a diagnostic that says what is not allowed."""
    found = refused(source).diagnostic
    assert (found.code, said in found.message) == (code, True), found


def test_the_nearest_declared_name_is_suggested() -> None:
    """A misspelt name gets the nearest declared one as help."""
    assert refused("x + sigmaa").diagnostic.helps == ("did you mean `sigma`?",)
    assert refused("expp(x)").diagnostic.helps == ("did you mean `exp`?",)


def test_names_are_what_the_symbols_say() -> None:
    """E, I, S, N, beta, gamma and zeta are symbols where they are declared, and functions keep working when called."""
    names = parse_declarations({name: {"kind": "scalar"} for name in ("E", "I", "S", "N", "Q", "pi", "oo")}
                               | {name: {"kind": "indexed", "rank": 1} for name in ("beta", "gamma", "zeta")})
    assert parse("E*I + S*N - Q", names=names) == Add((
        Mul((Symbol("E"), Symbol("I"))), Mul((Symbol("S"), Symbol("N"))), Mul((MINUS_ONE, Symbol("Q")))))
    assert parse("pi + oo", names=names) == Add((Symbol("pi"), Symbol("oo")))
    assert parse("beta[1]*gamma[2]", names=names) == Mul((Entry("beta", (ONE,)), Entry("gamma", (number(2),))))
    assert refused("beta(1, 2)", names).diagnostic.code == "LP107"
    assert parse("gamma(2)", names={}) == Call("gamma", (number(2),))


def test_bound_names_shadow() -> None:
    """A bound name needs no declaration and hides a declared one, also a constant."""
    assert read("Sum(E, (E, 1, 3))") == Fold("sum", Symbol("E"), Range("E", ONE, number(3)))
    assert read("E + Sum(E, (E, 1, 3))") == Add((Const("E"), Fold("sum", Symbol("E"), Range("E", ONE, number(3)))))
    assert read("Sum(A, (A, 1, 3))*x") == Mul((Fold("sum", A, Range("A", ONE, number(3))), x))


def test_quantities_are_names() -> None:
    """A quantity is a symbol; one with ranges has entries; one whose body is an array is an array."""
    definitions = {
        "L": Definition("L", read("Sum(z[k], (k, 1, K))")),
        "yhat": Definition("yhat", read("softmax(z, p)"), (ONE_TO_K,)),
        "h": Definition("h", read("A@v")),
    }

    def with_them(source: str) -> Term:
        return parse(source, names=NAMES, definitions=definitions)

    assert with_them("Derivative(L, z[p])") == Derivative(Symbol("L"), z(p))
    assert with_them("yhat[p]*L") == Mul((Entry("yhat", (p,)), Symbol("L")))
    assert with_them("Transpose(A)*h") == Call("matmul", (Call("transpose", (A,)), Symbol("h")))
    assert with_them("h[1] + G(yhat)") == Add((Entry("h", (ONE,)), Call("G", (Symbol("yhat"),))))
    for wrong, code in (("yhat + 1", "LP107"), ("L[1]", "LP107"), ("h + v", "LP106"), ("L(1)", "LP107")):
        with pytest.raises(InputError) as caught:
            with_them(wrong)
        assert caught.value.diagnostic.code == code


def test_a_quantity_defined_by_itself_is_refused() -> None:
    """A circle of definitions is an error, not an endless loop."""
    definitions = {"q": Definition("q", Symbol("r")), "r": Definition("r", Symbol("q"))}
    with pytest.raises(InputError) as caught:
        parse("q + 1", names={}, definitions=definitions)
    assert caught.value.diagnostic.code == "LP108"


def test_spans_count_from_the_base() -> None:
    """Terms and diagnostics point into the file that the text came from; letters count, not bytes."""
    base = Span("d.jsonl", 7, 20)
    term = parse("a + log(x)", names=NAMES, span=base)
    assert isinstance(term, Add)
    assert term.args[1].span == Span("d.jsonl", 7, 24, 7, 30)
    assert term.span == Span("d.jsonl", 7, 20, 7, 30)
    names = parse_declarations({"é": {"kind": "scalar"}})
    assert refused("é + oops", names, base).diagnostic.span == Span("d.jsonl", 7, 24, 7, 28)
    assert refused("a +\n (b", span=base).diagnostic.span == Span("d.jsonl", 8, 2, 8, 3)
    assert refused("a +\n b ) c", span=base).diagnostic.span == Span("d.jsonl", 8, 4, 8, 5)
    error = refused("a b", span=base).diagnostic.span
    assert error is not None
    assert (error.line, error.column) == (7, 20)
    assert read("a + b").span is None


@pytest.mark.parametrize("source", [
    "(" * 10**5, "(" * 49_000 + "x" + ")" * 49_000, "(" * 150 + "x" + ")" * 150, "[" * 99_999, "-" * 90_000 + "x",
    "~" * 50_000 + "x", "x" + "**x" * 30_000, "x" + "+x" * 45_000, "f(" * 30_000 + "x" + ")" * 30_000,
    "x" + "(x)" * 30_000, "x" + "[1]" * 30_000, "x" + ".x" * 30_000, "a<" * 30_000 + "a", "not " * 20_000 + "x",
    "lambda:" * 10_000 + "x", "x if x else " * 5_000 + "x", "{" * 10**5, "1" * 10**6, "9" * 99_000, "1e" + "9" * 5_000,
    "1e999999999", "0." + "0" * 99_000 + "1", "x" * 99_000, "x" * 10**6, "z[" * 100 + "1" + "]" * 100,
    "exp(" * 150 + "x" + ")" * 150, "1/(1+" * 120 + "x" + ")" * 120, "Sum(" * 100 + "x" + ",(k,1,K))" * 100,
    "\n" * 99_000 + "x", " " * 99_000 + "x(", "Rational(1e4000, 1e-4000)", "x\n" * 40_000,
])
def test_absurd_texts_end_in_a_diagnostic_or_a_tree(source: str) -> None:
    """Depth, length and size are refused in words: no RecursionError, no MemoryError, no crash."""
    try:
        term = read(source)
    except InputError as error:
        assert error.diagnostic.code in {"LP001", "LP006", "LP102", "LP105", "LP106", "LP107"}
        assert len(error.diagnostic.message) < 300
    else:
        assert len(text(term)) > 10**5 or read(text(term)) == term


def test_towers_of_powers_are_read_and_not_computed() -> None:
    """9**9**9**9 is a tree of four numbers."""
    nine = number(9)
    assert read("9**9**9**9") == Pow(nine, Pow(nine, Pow(nine, nine)))


def test_numbers_with_four_thousand_digits_are_read() -> None:
    """Long numbers are exact up to the stated limit, and refused beyond it."""
    digits = "7" * 4000
    assert read(digits) == Number(Fraction(int(digits)))
    assert read("1e4000") == Number(Fraction(10**4000))
    assert refused("7" * 4001).diagnostic.code == "LP105"
    assert refused("1e-4001").diagnostic.code == "LP105"


def test_long_sums_are_one_flat_node() -> None:
    """A chain of terms is no nesting: two thousand of them are read."""
    term = read(" + ".join(["x", "a"] * 1000))
    assert isinstance(term, Add)
    assert len(term.args) == 2000
    assert read(text(term)) == term


@pytest.mark.parametrize(("opening", "closing"), [
    ("exp(", ")"), ("Sum(", ", (i, 1, K))"), ("-(a + ", ")"), ("1/(1 + ", ")"), ("Piecewise((", ", True))"),
    ("z[", "]")])
def test_the_deepest_text_that_is_read_fits_pythons_stack(opening: str, closing: str) -> None:
    """Up to the stated depth a text is read and printed within Python's default limit; beyond it, refused."""
    assert sys.getrecursionlimit() >= 1000
    depth = 0
    for depth in range(10, 200, 5):
        source = opening * depth + "1" + closing * depth
        try:
            term = read(source)
        except InputError as error:
            assert (error.diagnostic.code, "nested more than" in error.diagnostic.message) == ("LP105", True)
            break
        assert read(text(term)) == term
        assert pretty(term)
        assert latex(term)
    assert 40 <= depth <= 105


_PIECES = st.sampled_from([
    *"abxzfGAKpk019+-*/()[],<>=&|~^%.:'\"{}#!@\\\n _", "**", "Sum(", "(k,1,K)", "Eq(", "Derivative(", "z[",
    "exp(", "1e",
    " if ", " else ", "lambda ", " for ", " in ", "__", "'+'", "Limit(", "Piecewise(", "\x00", "é", "２", "ﬁ", "∑"])


@settings(max_examples=300, deadline=None)
@given(st.lists(_PIECES, max_size=25).map("".join))
@example("Sum(x,(k,1,K),(k,1,k))")
@example("ﬁ(x)")
def test_random_text_never_raises_anything_else(source: str) -> None:
    """Any text is a tree or an InputError; a tree prints, and its text form reads back to it."""
    try:
        term = read(source)
    except InputError as error:
        assert error.diagnostic.severity == "error"
        return
    assert read(text(term)) == term
    assert pretty(term)
    assert latex(term)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_random_unicode_never_raises_anything_else(source: str) -> None:
    """Not even characters that no keyboard has get past the reader."""
    try:
        read(source)
    except InputError as error:
        assert error.diagnostic.message.isprintable()


# declarations


def test_declarations_of_the_issue_are_read() -> None:
    """Every kind becomes a Declaration with its domain, shape and bounds; sizes may be declared later."""
    made = parse_declarations({
        "k": {"kind": "index", "from": "1", "upto": "K"}, "K": {"kind": "size", "min": 2},
        "q": {"kind": "index"}, "z": {"kind": "indexed", "shape": ["K"]},
        "y": {"kind": "indexed", "rank": 1, "assume": ["nonnegative"]},
        "c": {"kind": "indexed", "shape": ["n"], "values": {"kind": "index", "upto": "K"}}, "n": {"kind": "size"},
        "x": {"kind": "scalar", "assume": ["positive"]},
        "a": {"kind": "scalar", "interval": ["0", "1"], "closed": False},
        "t": {"kind": "scalar", "values": ["-1", "1"]}, "m": {"kind": "integer", "assume": ["nonnegative"]},
        "A": {"kind": "matrix", "shape": ["n", 3], "assume": ["invertible"]}, "v": {"kind": "vector", "shape": ["K-1"]},
        "f": {"kind": "function", "arity": 2}, "J": {"kind": "functional"},
        "s": {"kind": "scalar", "latex": r"\hat{s}"},
        "r": {"kind": "scalar", "interval": ["-oo", "0.5"]}, "e": {"kind": "scalar", "assume": ["nonzero"]},
    })
    zero, one = Fraction(0), Fraction(1)
    assert made["K"] == Declaration("K", "size", Domain(lower=Fraction(2), integer=True))
    assert made["n"].domain.lower == 1
    assert made["k"] == Declaration("k", "index", Domain(integer=True), lower=ONE, upper=K)
    assert (made["q"].lower, made["q"].upper) == (None, None)
    assert made["z"] == Declaration("z", "family", shape=(K,), rank=1)
    assert made["y"] == Declaration("y", "family", Domain(lower=zero), rank=1)
    assert made["c"] == Declaration("c", "family", Domain(integer=True), (Symbol("n"),), 1, lower=ONE, upper=K)
    assert made["x"].domain == Domain(lower=zero, lower_open=True)
    assert made["a"].domain == Domain(zero, one, True, True)
    assert made["t"].domain == Domain(values=(Fraction(-1), one))
    assert made["m"] == Declaration("m", "integer", Domain(lower=zero, integer=True))
    assert made["A"] == Declaration("A", "family", shape=(Symbol("n"), number(3)), rank=2, array=True,
                                    assumptions=frozenset({"invertible"}))
    assert made["v"].shape == (Add((K, MINUS_ONE)),)
    assert (made["f"].kind, made["f"].arity, made["J"].kind) == ("function", 2, "functional")
    assert made["s"].latex == r"\hat{s}"
    assert made["r"].domain == Domain(upper=Fraction(1, 2))
    assert made["e"].domain.nonzero


@pytest.mark.parametrize(("name", "entry", "code"), [
    ("x", {"kind": "scaler"}, "LP107"), ("x", {}, "LP107"), ("x", "scalar", "LP107"),
    ("x", {"kind": ["scalar"]}, "LP107"),
    ("x", {"kind": "scalar", "shape": ["K"]}, "LP107"), ("x", {"kind": "scalar", "assume": ["postive"]}, "LP107"),
    ("x", {"kind": "scalar", "assume": "positive"}, "LP107"),
    ("x", {"kind": "integer", "assume": ["complex"]}, "LP107"),
    ("x", {"kind": "scalar", "assume": [{}]}, "LP107"), ("x", {"kind": "scalar", "interval": ["1", "0"]}, "LP108"),
    ("x", {"kind": "scalar", "interval": ["0", "0"], "closed": False}, "LP108"),
    ("x", {"kind": "scalar", "interval": [0.5, 1]}, "LP101"), ("x", {"kind": "scalar", "values": [0.5]}, "LP101"),
    ("x", {"kind": "scalar", "values": []}, "LP107"), ("x", {"kind": "scalar", "values": ["1+1"]}, "LP107"),
    ("x", {"kind": "scalar", "values": ["1/0"]}, "LP107"), ("x", {"kind": "scalar", "values": [True]}, "LP107"),
    ("x", {"kind": "scalar", "values": ["9" * 10**6]}, "LP107"), ("x", {"kind": "scalar", "closed": True}, "LP107"),
    ("x", {"kind": "scalar", "values": ["-1"], "assume": ["positive"]}, "LP108"),
    ("n", {"kind": "size", "min": 0}, "LP107"), ("n", {"kind": "size", "min": 1.5}, "LP101"),
    ("k", {"kind": "index", "from": "1"}, "LP103"), ("k", {"kind": "index", "upto": "L"}, "LP102"),
    ("k", {"kind": "index", "upto": "__import__('os')"}, "LP105"), ("k", {"kind": "index", "upto": "k < 2"}, "LP107"),
    ("k", {"kind": "index", "upto": None}, "LP107"),
    ("z", {"kind": "indexed"}, "LP103"), ("z", {"kind": "indexed", "shape": "K"}, "LP107"),
    ("z", {"kind": "indexed", "shape": []}, "LP107"), ("z", {"kind": "indexed", "shape": ["z"]}, "LP107"),
    ("z", {"kind": "indexed", "shape": [2.5]}, "LP101"), ("z", {"kind": "indexed", "shape": [2], "rank": 2}, "LP107"),
    ("v", {"kind": "vector"}, "LP107"), ("v", {"kind": "vector", "shape": [1, 2]}, "LP107"),
    ("A", {"kind": "matrix", "shape": [1]}, "LP107"), ("A", {"kind": "matrix", "rank": 2}, "LP107"),
    ("v", {"kind": "vector", "shape": [2], "assume": ["invertible"]}, "LP107"),
    ("f", {"kind": "function", "arity": 0}, "LP107"), ("f", {"kind": "function", "arity": True}, "LP107"),
    ("exp", {"kind": "function"}, "LP104"), ("cot", {"kind": "function"}, "LP104"),
    ("Sum", {"kind": "scalar"}, "LP104"),
    ("True", {"kind": "scalar"}, "LP107"), ("lambda", {"kind": "scalar"}, "LP107"),
    ("a b", {"kind": "scalar"}, "LP107"),
    ("", {"kind": "scalar"}, "LP107"), ("1x", {"kind": "scalar"}, "LP107"), ("ﬁ", {"kind": "scalar"}, "LP107"),
    ("x" * 101, {"kind": "scalar"}, "LP107"), ("x", {"kind": "scalar", "latex": 3}, "LP107"),
])
def test_wrong_declarations_are_refused(name: str, entry: object, code: str) -> None:
    """A declaration that cannot be read is an error that names the symbol."""
    with pytest.raises(InputError) as caught:
        parse_declarations({name: entry})  # type: ignore[dict-item]
    assert caught.value.diagnostic.code == code, caught.value.diagnostic
