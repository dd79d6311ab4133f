"""Printing a tree as LaTeX and reading that gives the tree again: random trees and published formulas."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from random_terms import DECLARATIONS, random_term

from lossproof.print_latex import latex
from lossproof.print_text import text
from lossproof.read.expression import parse
from lossproof.read.latex.distributions import DISTRIBUTION
from lossproof.read.latex.notation import Notation
from lossproof.read.latex.rows import covered, read_formula
from lossproof.read.latex.tokens import LatexProblem
from lossproof.term import MINUS_ONE, ONE, Add, Bool, Call, Mul, Number, Relation, Term, map_children, mul

CORPUS = Path(__file__).parent.parent.parent / "shared" / "corpus" / "statproofbook"
NOTATION = Notation.from_mapping({
    "names": {"n": "size", "p": {"kind": "index", "upto": "n"}, "q": {"kind": "index", "upto": "n"}, "x": "scalar",
              "y": "scalar", "r": {"kind": "scalar", "assume": ["positive"]}, "z": {"kind": "indexed", "shape": ["n"]},
              "w": {"kind": "indexed", "shape": ["n"], "assume": ["positive"]}},
    "functions": {"f": "opaque"}})
RICH = Notation.from_mapping(
    {
        "names": {
            "n": "size",
            "m": "size",
            "p": {"kind": "index", "upto": "n"},
            "x": "scalar",
            "t": "scalar",
            r"\hat{y}": "scalar",
            r"\beta_0": "scalar",
            r"\sigma^2": {"kind": "scalar", "assume": ["positive"]},
            r"\hat{z}_k": {"kind": "indexed", "shape": ["n"]},
            r"\alpha_{0j}": {"kind": "indexed", "shape": ["n"]},
            r"\bar{u}^{(i)}": {"kind": "indexed", "shape": ["n"]},
            "X_{ij}": {"kind": "indexed", "shape": ["n", "m"]},
            "v": {"kind": "vector", "shape": ["n"]},
            "A": {"kind": "matrix", "shape": ["n", "n"]},
            r"W^{l+1}": {"kind": "matrix", "shape": ["n", "n"]},
            r"\mathrm{RSS}": "scalar",
        },
        "functions": {"f": "opaque", "g_X": {"is": "opaque", "arity": 2}, "G": "functional"},
    }
)


def settled(term: Term) -> Term:
    """The tree with products and sums flat, signs in front and factors 1 left out: what is printed alike."""
    term = map_children(term, settled)
    match term:
        case Mul(args):
            factors: list[Term] = []
            negative = False
            for factor in [f for arg in args for f in (arg.args if isinstance(arg, Mul) else (arg,))]:
                if isinstance(factor, Number) and factor.value < 0:
                    negative, factor = not negative, Number(-factor.value)
                if factor != ONE:
                    factors.append(factor)
            return mul(*([MINUS_ONE] if negative else []), *factors)
        case Add(args):
            return Add(tuple(a for arg in args for a in (arg.args if isinstance(arg, Add) else (arg,))))
        case _:
            return term


def read_again(printed: str, notation: Notation, *, distribution: bool = False) -> Term:
    row, = read_formula(rf"0 \sim {printed}" if distribution else printed, notation)
    assert covered(row)
    side = row.sides[-1]
    assert len(row.sides) == 1 + distribution
    if side.problem is not None:
        raise side.problem
    assert side.term is not None
    return side.term


@pytest.mark.parametrize("seed", range(40))
def test_random_trees_come_back(seed: int) -> None:
    """What the printer writes is read as the same tree, but for flat products and signs, and prints alike again."""
    random = Random(f"round trip {seed}")
    for number in range(15):
        term = random_term(random, 1 + number % 5)
        printed = latex(term)
        again = read_again(printed, NOTATION)
        assert settled(again) == settled(term), printed
        assert latex(again) == printed
    assert set(NOTATION.declarations) == set(DECLARATIONS)


@pytest.mark.parametrize(
    "written",
    [
        "Product(zhat[k], (k, 1, n))*x",
        "Product(zhat[k]*x, (k, 1, n))",
        "Product(1/zhat[k], (k, 2, n - 1))",
        "Sum(zhat[k]**2, (k, 1, n), Ne(k, p))",
        "Sum(Sum(X[i, j], (j, 1, m)), (i, 1, n))",
        "Limit(f(x)/x, x, 0, '+')",
        "Limit(f(x), x, -oo)*t",
        "Integral(f(t)*x, (t, 0, x)) + 1",
        "Integral(exp(-t**2), (t, -oo, oo))",
        "Subs(f(x) + x, x, 2*t)",
        "Subs(Derivative(f(x), x), x, 0)",
        "Prime(f, x, 2)",
        "Prime(f, x, 5)",
        "Partial(G, zhat, p)",
        "Transpose(A)@v",
        "Transpose(v)@A@v*x",
        "Inverse(A)@W_up_l_plus_1@v",
        "Trace(A@A)",
        "Determinant(A)**2",
        "HadamardProduct(A@v, v)",
        "Piecewise((x, x > 0), (t, x < -1), (0, True))",
        "Max(x, t, 0)",
        "Abs(x)**2",
        "log(x)**2*t",
        "log(x*t)**2",
        "sin(x)*t",
        "sin(x*t)**x",
        "(x**t)**2",
        "x**(t**2)",
        "(-x)**2",
        "-x**2",
        "-(x - t)",
        "x - (t - 1)",
        "sqrt(x)**3",
        "1/x/t",
        "x/(t/2)",
        "(x/t)**2",
        "gamma(x)*digamma(t)",
        "beta(x, t)",
        "binomial(n, 2)",
        "factorial(n)*x",
        "factorial(x + 1)",
        "logistic(x)**2",
        "Prime(logistic, x)",
        "softmax(zhat, p)",
        "KroneckerDelta(p, 2)*x",
        "alpha_0j[p]**2",
        "ubar_up_i[p] + beta_0",
        "sigma_up_2**2*RSS",
        "g_X(x, t)**2",
        "Derivative(g_X(x, t), x, t)",
        "Derivative(x**2, (x, 2))",
        "v[2]*A[1, p]",
        "pi*E**2",
        "floor(x) + ceiling(t)",
        "Mod(n, 2)",
        "erf(x) + tanh(t) + acos(x)",
        "sign(x)*harmonic(n)",
        "polygamma(2, x)",
        "Derivative(Sum(zhat[k]**2, (k, 1, n)), zhat[p])",
        "(A@A)[1, p]",
        "yhat**2*(1 - yhat)",
        "Rational(3, 2)**2*2*3",
        "Transpose(A@v)@v",
        "Outer(v, v)@v",
        "Dot(v, v)*x",
        "2*A@v - v",
        "FamilyOf(zhat[k]**2, (k, 1, n))",
    ],
)
def test_forms_come_back(written: str) -> None:
    """Each form that the printers have is read as itself, in names of all kinds."""
    term = parse(written, names=RICH.declarations, definitions={})
    printed = latex(term, RICH.latex_names)
    again = read_again(printed, RICH)
    assert latex(again, RICH.latex_names) == printed
    # alike in print: other brackets, matmul for dot and outer, e^2 as exp(2), 1/(x t) for 1/x/t
    if not written.startswith(("Transpose(v)@A@v*x", "2*A", "Outer", "Dot", "pi*E", "1/x/t")):
        assert settled(again) == settled(term), (printed, text(again))


@pytest.mark.parametrize(
    "written", ["x < 1", "Eq(x, 1)", "Ne(p, 2)", "(x < 1) & (t > 0)", "(x < 1) | (t > 0)", "0 <= x"]
)
def test_conditions_come_back(written: str) -> None:
    """Conditions of cases are read as they were."""
    condition = parse(written, names=RICH.declarations, definitions={})
    assert isinstance(condition, Relation | Bool)
    term = parse(f"Piecewise((x, {written}), (0, True))", names=RICH.declarations, definitions={})
    assert settled(read_again(latex(term, RICH.latex_names), RICH)) == settled(term)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")
def test_published_formulas_are_covered_and_mostly_come_back() -> None:
    """Every sign of every row is in the tree or in a problem; what was read prints as what is read as the same tree."""
    from lossproof.read.document.open import load
    from lossproof.read.document.pieces import Formula
    from lossproof.read.document.propose import propose

    same = others = 0
    for path in sorted(CORPUS.glob("*.md"))[::4]:
        formulas = [piece for piece in load(str(path)).pieces if isinstance(piece, Formula)]
        notation = propose([(formula.text, formula.display) for formula in formulas]).notation
        for formula in formulas:
            try:
                found = read_formula(formula.text, notation)
            except LatexProblem:
                continue
            for row in found:
                assert covered(row), formula.text
                brought = notation.with_declarations(row.extra)
                shown = brought.latex_names | {n: d.latex for n, d in row.extra.items() if d.latex}
                for side in row.sides:
                    if side.term is None or isinstance(side.term, Relation | Bool):
                        continue
                    try:
                        distribution = isinstance(side.term, Call) and side.term.function == DISTRIBUTION
                        again: Term | None = read_again(latex(side.term, shown), brought, distribution=distribution)
                    except (LatexProblem, ValueError):
                        again = None
                    if again is not None and settled(again) == settled(side.term):
                        same += 1
                    else:
                        others += 1
    assert others <= same // 25, (same, others)
