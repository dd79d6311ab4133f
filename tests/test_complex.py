"""Complex numbers: true and false steps, their conditions and points, and the parts of terms against complex balls."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest
from flint import acb, arb, fmpq
from steps import at, conditions, judge, make_step

from lossproof import checker
from lossproof.cli import main
from lossproof.derivation import Domain, Step
from lossproof.diagnostic import InputError
from lossproof.kernel import proof
from lossproof.kernel.complex_steps import complex_number, is_complex, real_steps
from lossproof.kernel.enclosure import Evaluator
from lossproof.kernel.jets import Undefined
from lossproof.kernel.normal_form import Unsupported
from lossproof.kernel.pairs import imaginary_name, real_name
from lossproof.kernel.points import Point
from lossproof.kernel.real_parts import RealParts
from lossproof.print_latex import latex
from lossproof.print_text import pretty, text
from lossproof.read.expression import parse, parse_declarations
from lossproof.term import (
    Add,
    Call,
    Const,
    Entry,
    Fold,
    Mul,
    Number,
    Pow,
    Range,
    Symbol,
    Term,
    number,
    substitute,
)

COMPLEX = {"kind": "scalar", "assume": ["complex"]}
SYMBOLS: Mapping[str, Mapping[str, object]] = {
    "z": COMPLEX, "w": COMPLEX, "h": {"kind": "scalar", "assume": ["complex", "nonzero"]},
    "x": {"kind": "scalar"}, "y": {"kind": "scalar"}, "t": {"kind": "scalar"}, "r": {"kind": "scalar",
                                                                                    "assume": ["positive"]},
    "n": {"kind": "size"}, "m": {"kind": "integer"}, "p": {"kind": "index", "upto": "n"},
    "c": {"kind": "indexed", "shape": ["n"], "assume": ["complex"]}, "u": {"kind": "indexed", "shape": ["n"]},
    "A": {"kind": "matrix", "shape": ["n", "n"], "assume": ["complex"]},
    "B": {"kind": "matrix", "shape": ["n", "n"]},
    "v": {"kind": "vector", "shape": ["n"], "assume": ["complex"]},
    "f": {"kind": "function", "arity": 1},
}

TRUE = [
    ("I**2", "-1"), ("1/I", "-I"), ("I**(-3)", "I"), ("z*w", "w*z"), ("z*(w + 1)", "z*w + z"),
    ("(z + w)**2", "z**2 + 2*z*w + w**2"), ("(1 + I)/(1 - I)", "I"), ("(1 + I)**8", "16"),
    ("Abs(z*w)**2", "Abs(z)**2*Abs(w)**2"), ("Abs(z*w)", "Abs(z)*Abs(w)"), ("Abs(conjugate(z))", "Abs(z)"),
    ("Abs(I*x)", "Abs(x)"), ("Abs(exp(I*x))", "1"), ("Abs(exp(z))", "exp(re(z))"),
    ("1/z", "conjugate(z)/Abs(z)**2"), ("1/(z*w)", "1/z*1/w"), ("conjugate(z)*z", "Abs(z)**2"),
    ("conjugate(z*w)", "conjugate(z)*conjugate(w)"), ("conjugate(z/w)", "conjugate(z)/conjugate(w)"),
    ("conjugate(conjugate(z))", "z"), ("conjugate(exp(z))", "exp(conjugate(z))"), ("conjugate(x)", "x"),
    ("z + conjugate(z)", "2*re(z)"), ("z - conjugate(z)", "2*I*im(z)"), ("re(I*z)", "-im(z)"), ("im(x)", "0"),
    ("re(z*conjugate(w))", "re(z)*re(w) + im(z)*im(w)"), ("z", "re(z) + I*im(z)"),
    ("Abs(z + w)**2 + Abs(z - w)**2", "2*Abs(z)**2 + 2*Abs(w)**2"),
    ("Abs(z + w)**2 - Abs(z - w)**2 + I*Abs(z + I*w)**2 - I*Abs(z - I*w)**2", "4*z*conjugate(w)"),
    ("exp(I*x)", "cos(x) + I*sin(x)"), ("exp(I*x)*exp(-I*x)", "1"), ("1/exp(I*x)", "exp(-I*x)"),
    ("exp(I*x)**m", "exp(I*m*x)"), ("cos(x)", "(exp(I*x) + exp(-I*x))/2"), ("sin(x)", "(exp(I*x) - exp(-I*x))/(2*I)"),
    ("sin(z)**2 + cos(z)**2", "1"), ("cosh(z)**2 - sinh(z)**2", "1"), ("sinh(I*x)", "I*sin(x)"),
    ("cos(I*z)", "cosh(z)"), ("tan(z)", "sin(z)/cos(z)"), ("r**(I*x)", "exp(I*x*log(r))"),
    ("Derivative(exp(I*x*t), t)", "I*x*exp(I*x*t)"), ("Derivative(exp(w*t), t)", "w*exp(w*t)"),
    ("Derivative(1/(x + I*t), t)", "-I/(x + I*t)**2"), ("Derivative(Abs(x + I*t)**2, t)", "2*t"),
    ("Limit((exp(I*x) - 1)/x, x, 0)", "I"),
    ("Sum(c[k] + conjugate(c[k]), (k, 1, n))", "2*Sum(re(c[k]), (k, 1, n))"),
    ("Sum(I*u[k], (k, 1, n))", "I*Sum(u[k], (k, 1, n))"), ("Sum(I**k, (k, 0, 3))", "0"),
    ("Product(1 + I*k, (k, 1, 3))", "-10"), ("Product(exp(c[k]), (k, 1, n))", "exp(Sum(c[k], (k, 1, n)))"),
    ("Abs(Sum(c[k], (k, 1, n)))**2", "Sum(Sum(c[k]*conjugate(c[j]), (k, 1, n)), (j, 1, n))"),
    ("Derivative(Sum(c[k]*u[k], (k, 1, n)), u[p])", "c[p]"),
    ("Transpose(conjugate(v))@v", "Sum(Abs(v[k])**2, (k, 1, n))"), ("conjugate(A@v)", "conjugate(A)@conjugate(v)"),
    ("Transpose(A@B)", "Transpose(B)@Transpose(A)"), ("B@v", "B@re(v) + I*(B@im(v))"), ("Trace(I*A)", "I*Trace(A)"),
    ("Piecewise((z, x > 0), (w, True))", "Piecewise((w, x <= 0), (z, True))"),
    ("f(re(z))", "f((z + conjugate(z))/2)"), ("log(Abs(z)**2)", "log(conjugate(z)*z)"), ("h/h", "1"),
    ("1/(1 + I*x)", "(1 - I*x)/(1 + x**2)"), ("sqrt(re(z*conjugate(z)))", "Abs(z)"), ("z**0", "1"),
]


@pytest.mark.parametrize(("left", "right"), TRUE)
def test_true_steps_are_proved(left: str, right: str) -> None:
    """What holds for all complex numbers, at the same points, is proved."""
    result = judge(SYMBOLS, left, right)
    assert result.verdict.verdict == "proved", result.verdict


CONDITIONAL = [
    ("z/z", "1", {"Ne(z, 0)"}), ("z**2/z", "z", {"Ne(z, 0)"}), ("(z**2 - w**2)/(z - w)", "z + w", {"Ne(z - w, 0)"}),
    ("1/z*z*w", "w", {"Ne(z, 0)"}), ("z/Abs(z)*Abs(z)", "z", {"Ne(z, 0)"}), ("I*x/x", "I", {"Ne(x, 0)"}),
    ("I*log(x) - I*log(x)", "0", {"x > 0"}), ("0*I*log(x)", "0", {"x > 0"}), ("re(I*log(x))", "0", {"x > 0"}),
    ("im(x + I*y/y)", "1", {"Ne(y, 0)"}), ("Sum(c[k]/c[k], (k, 1, n))", "n", {"ForAll(Ne(c[k], 0), (k, 1, n))"}),
    ("(1/x + I)*0", "0", {"Ne(x, 0)"}),
]


@pytest.mark.parametrize(("left", "right", "wanted"), CONDITIONAL)
def test_definedness_is_kept(left: str, right: str, wanted: set[str]) -> None:
    """A line is undefined where either of its parts is, and the condition is about the complex number itself."""
    assert conditions(judge(SYMBOLS, left, right)) == wanted


FALSE = [
    ("z*w", "-z*w"), ("I**2", "1"), ("1/I", "I"), ("z", "conjugate(z)"), ("Abs(z)", "z"), ("Abs(z)**2", "z**2"),
    ("Abs(z + w)", "Abs(z) + Abs(w)"), ("re(z*w)", "re(z)*re(w)"), ("1/z", "z/Abs(z)**2"), ("exp(I*x)", "cos(x)"),
    ("exp(I*x)", "cos(x) - I*sin(x)"), ("exp(I*x)*exp(I*x)", "1"), ("Derivative(exp(I*x*t), t)", "x*exp(I*x*t)"),
    ("Derivative(Abs(x + I*t)**2, t)", "2*(x + I*t)"), ("sin(z)", "sinh(z)"), ("sinh(I*x)", "sin(x)"),
    ("conjugate(I*z)", "I*conjugate(z)"), ("Abs(Sum(c[k], (k, 1, n)))**2", "Sum(Abs(c[k])**2, (k, 1, n))"),
    ("Transpose(v)@v", "Sum(Abs(v[k])**2, (k, 1, n))"), ("A@v", "conjugate(A)@v"), ("z**3", "Abs(z)**3"),
    ("1 + exp(2*pi*I/3)", "0"), ("(z + w)**2", "z**2 + w**2"), ("z - conjugate(z)", "2*im(z)"), ("I*x", "x"),
    ("1/(1 + I*x)", "(1 + I*x)/(1 + x**2)"), ("Sum(I**k, (k, 0, 4))", "0"), ("exp(I*pi)", "1"),
    ("r**(I*x)", "exp(x*log(r))"), ("z**0", "z"), ("Trace(A)", "conjugate(Trace(A))"), ("cos(I*x)", "I*cosh(x)"),
    ("I**m", "I"), ("Piecewise((z, x > 0), (w, True))", "z"), ("Product(1 + I*k, (k, 1, 3))", "10"),
]


@pytest.mark.parametrize(("left", "right"), FALSE)
def test_false_steps_are_refuted(left: str, right: str) -> None:
    """What fails for some complex numbers is refuted by some."""
    result = judge(SYMBOLS, left, right)
    assert result.verdict.verdict == "refuted", result.verdict


BRANCHES = [
    ("sqrt(z**2)", "z"), ("log(z*w)", "log(z) + log(w)"), ("log(exp(z))", "z"), ("exp(log(z))", "z"),
    ("(z**2)**(1/2)", "z"), ("(z*w)**x", "z**x*w**x"), ("sqrt(z)*sqrt(w)", "sqrt(z*w)"), ("z**w", "exp(w*log(z))"),
    ("asin(sin(z))", "z"), ("(exp(z))**w", "exp(z*w)"), ("(-1)**z", "exp(I*pi*z)"), ("z**m*z**m", "z**(2*m)"),
    ("log(I)", "I*pi/2"), ("sqrt(-1)*I", "-1"), ("log(-1)", "I*pi"),
]


@pytest.mark.parametrize(("left", "right"), BRANCHES)
def test_branches_are_not_followed(left: str, right: str) -> None:
    """A root, a logarithm or a power of a complex number with a branch is never decided; log(-1) is undefined."""
    assert judge(SYMBOLS, left, right).verdict.verdict == "unknown"


@pytest.mark.parametrize(("left", "right", "reason"), [
    ("sqrt(z**2)", "z", "the branch of sqrt"), ("log(z)", "log(z)", "the branch of log"),
    ("Max(z, w)", "Max(w, z)", "Max of a complex number"), ("floor(z)", "z", "floor of a complex number"),
    ("Derivative(z**2, z)", "2*z", "a derivative by a complex number"), ("f(z)", "f(z + 0)", "f of a complex number"),
    ("Piecewise((1, z > 0), (0, True))", "1", "no order"), ("Inverse(A)@A", "Identity(n)", "inverse"),
    ("z**n", "z*z**(n - 1)", "as exponent"), ("exp(A)", "exp(A)", "entry by entry"),
])
def test_what_is_not_supported_says_so(left: str, right: str, reason: str) -> None:
    """A step that has no real and imaginary parts that are known is unknown, with the reason."""
    verdict = judge(SYMBOLS, left, right).verdict
    assert verdict.verdict == "unknown"
    assert reason in verdict.reason


@pytest.mark.parametrize(("left", "right", "relation", "given"), [
    ("z", "w", "<=", ()), ("z", "0", ">", ()), ("x", "0", "=", ("z > 0",)), ("z*w", "1", ">=", ("x > 0",)),
])
def test_complex_numbers_have_no_order(left: str, right: str, relation: str, given: tuple[str, ...]) -> None:
    """An inequality between complex numbers is an error that says what to compare."""
    verdict = judge(SYMBOLS, left, right, relation=relation, given=given).verdict
    assert verdict.verdict == "error"
    assert verdict.diagnostic.code == "LP108"
    assert "re(z)" in verdict.diagnostic.helps[0]


@pytest.mark.parametrize(("left", "right", "relation"), [
    ("Abs(z + w)", "Abs(z) + Abs(w)", "<="), ("Abs(z - w)", "Abs(z) + Abs(w)", "<="),
    ("Abs(Sum(c[k], (k, 1, n)))", "Sum(Abs(c[k]), (k, 1, n))", "<="), ("Abs(z*w + 1)", "Abs(z)*Abs(w) + 1", "<="),
    ("re(z)", "Abs(z)", "<="), ("Abs(z)**2", "0", ">="), ("z*conjugate(z)", "0", ">="),
    ("z*conjugate(z) + 1", "0", ">"),
    ("Abs(z - w)**2", "Abs(z)**2 + Abs(w)**2 - 2*re(z*conjugate(w))", "<="),
])
def test_what_is_real_can_be_compared(left: str, right: str, relation: str) -> None:
    """A line whose imaginary part is 0 by its normal form may stand in an inequality."""
    assert judge(SYMBOLS, left, right, relation=relation).verdict.verdict == "proved"


@pytest.mark.parametrize(("left", "right", "relation"), [
    ("Abs(z + w)", "Abs(z) + Abs(w)", "<"), ("Abs(z + w)", "Abs(z) + Abs(w)", ">="), ("Abs(z + w)", "Abs(z)", "<="),
    ("Abs(z - w)", "Abs(z) - Abs(w)", "<="), ("Abs(z)", "re(z)", "<="), ("Abs(z)", "0", ">"),
    ("Abs(Sum(c[k], (k, 1, n)))", "Sum(Abs(c[k]), (k, 1, n))", "<"),
])
def test_false_inequalities_are_refuted(left: str, right: str, relation: str) -> None:
    """The triangle inequality is not strict, and does not hold the other way round."""
    assert judge(SYMBOLS, left, right, relation=relation).verdict.verdict == "refuted"


@pytest.mark.parametrize(("left", "right", "given", "verdict"), [
    ("z**2", "2*I", ("Eq(z, 1 + I)",), "proved"), ("z*w", "0", ("Eq(z, 0)",), "proved"),
    ("1/z*z", "1", ("Ne(z, 0)",), "proved"), ("(z**2 - w**2)/(z - w)", "z + w", ("Ne(z - w, 0)",), "proved"),
    ("1/(z*w)*z*w", "1", ("Ne(z, 0)", "Ne(w, 0)"), "proved"), ("1/(z*w)*z*w", "1", ("Ne(z, 0)",), "conditional"),
    ("conjugate(z)*z", "1", ("Eq(Abs(z)**2, 1)",), "proved"), ("1/z", "conjugate(z)", ("Eq(Abs(z)**2, 1)",), "proved"),
    ("1/z", "conjugate(z)", ("Eq(Abs(z)**2, 2)",), "refuted"), ("conjugate(z)", "z", ("Eq(im(z), 0)",), "proved"),
    ("z", "0", ("Eq(z*w, 0)",), "refuted"), ("z", "w", ("Eq(z**2, w**2)",), "refuted"),
    ("Sum(c[k], (k, 1, n))", "0", ("ForAll(Eq(c[k], 0), (k, 1, n))",), "proved"),
    ("Sum(1/c[k]*c[k], (k, 1, n))", "n", ("ForAll(Ne(c[k], 0), (k, 1, n))",), "proved"),
])
def test_hypotheses_about_complex_numbers_act(left: str, right: str, given: tuple[str, ...], verdict: str) -> None:
    """An equation between complex numbers is two, `!=` is about the number and not about its parts."""
    assert judge(SYMBOLS, left, right, given=given).verdict.verdict == verdict


@pytest.mark.parametrize(("left", "right", "relation", "verdict"), [
    ("Eq(z, w)", "Eq(z**2, w**2)", "=>", "proved"), ("Eq(z**2, w**2)", "Eq(z, w)", "=>", "refuted"),
    ("Eq(2*z, 2*w)", "Eq(z, w)", "<=>", "proved"), ("Eq(z, w)", "Eq(conjugate(z), conjugate(w))", "<=>", "proved"),
    ("Eq(Abs(z), Abs(w))", "Eq(z, w)", "=>", "refuted"), ("Eq(z, I*w)", "Eq(Abs(z)**2, Abs(w)**2)", "=>", "proved"),
    ("Eq(z, I*w)", "Eq(Abs(z)**2, Abs(w)**2)", "<=>", "refuted"), ("Eq(z, 0)", "Eq(re(z), 0)", "<=>", "refuted"),
])
def test_equations_between_complex_numbers(left: str, right: str, relation: str, verdict: str) -> None:
    """=> and <=> join complex equations: all real equations of one side are supposed for each of the other."""
    assert judge(SYMBOLS, left, right, relation=relation).verdict.verdict == verdict


@pytest.mark.parametrize(("left", "right", "let", "verdict"), [
    ("q*conjugate(q)", "x**2 + y**2", {"q": "x + I*y"}, "proved"),
    ("Derivative(q, x)", "1", {"q": "x + I*y"}, "proved"), ("Derivative(q**2, y)", "2*I*q", {"q": "x + I*y"}, "proved"),
    ("s", "re(z)**2 + im(z)**2", {"s": "z*conjugate(z)"}, "proved"),
    ("Derivative(s**2, s)", "2*s", {"s": "z*conjugate(z)"}, "proved"), ("q*conjugate(q)", "q**2", {"q": "x + I*y"},
                                                                        "refuted"),
    ("b[p]*c[p]", "Abs(c[p])**2", {"b": "FamilyOf(conjugate(c[k]), (k, 1, n))"}, "proved"),
    ("q/q", "1", {"q": "x + I*y"}, "conditional"), ("Derivative(q, x)", "I", {"q": "x + I*y"}, "refuted"),
])
def test_quantities_may_be_complex(left: str, right: str, let: dict[str, str], verdict: str) -> None:
    """A quantity with a complex value is two, one whose value is real by its form stays one."""
    assert judge(SYMBOLS, left, right, let=let).verdict.verdict == verdict


# points, printing


def test_a_point_shows_complex_values() -> None:
    """The counterexample gives a complex number as one value, and both parts of both sides."""
    result = judge(SYMBOLS, "I*z*conjugate(z)", "conjugate(z)*z")
    verdict = result.verdict
    assert verdict.verdict == "refuted"
    assert at(result) == {"z": "1"}
    assert (verdict.counterexample.left, verdict.counterexample.right) == ("I", "1")
    assert at(judge(SYMBOLS, "z", "conjugate(z)")) == {"z": "I"}
    assert at(judge(SYMBOLS, "z", "w", given=("Eq(z, 2 - 3*I)", "Eq(w, 0)"))) == {"z": "2 - 3*I", "w": "0"}


def test_a_refuted_line_is_mended() -> None:
    """The suggestion is a line in the written symbols, and proved."""
    for left, right, wanted in (("1/z", "z/Abs(z)**2", "conjugate(z)/Abs(z)**2"),
                                ("exp(I*x)", "-exp(I*x)", "exp(I*x)"), ("1/(z + I)", "1/(z - I)", "1/(z + I)"),
                                ("z - conjugate(z)", "2*im(z)", "I*(2*im(z))")):
        result = judge(SYMBOLS, left, right)
        assert result.diagnosis is not None
        assert result.diagnosis.suggestion is not None
        assert text(result.diagnosis.suggestion) == wanted
        assert judge(SYMBOLS, left, wanted).verdict.verdict == "proved"


@pytest.mark.parametrize(("re", "im", "said"), [
    (0, 0, "0"), (2, 0, "2"), (0, 1, "I"), (0, -1, "-I"), (1, 1, "1 + I"), (1, -1, "1 - I"), (-1, 2, "-1 + 2*I"),
    (0, -3, "-3*I"), (1, -3, "1 - 3*I"),
])
def test_complex_values_print_as_people_write_them(re: int, im: int, said: str) -> None:
    """a + b I, and nothing that is 0; the text is read back."""
    value = complex_number(number(re), number(im))
    assert text(value) == said
    assert parse(said, names={}) is not None


def test_complex_terms_are_printed() -> None:
    """I, conjugate, re and im in the text form, for people and in LaTeX."""
    term = parse("I*conjugate(z*w) + re(z)*im(w)", names=parse_declarations(SYMBOLS))
    assert text(term) == "I*conjugate(z*w) + re(z)*im(w)"
    assert pretty(term) == "I conjugate(z w) + re(z) im(w)"
    assert latex(term) == r"\mathrm{i} \overline{z w} + \operatorname{Re}(z) \operatorname{Im}(w)"


def test_nothing_inside_reaches_the_report() -> None:
    """Conditions, points, residuals and suggestions are in the input's own syntax: they can be read again."""
    names = parse_declarations(SYMBOLS)
    for left, right in (("z/z", "1"), ("1/(z*w + 1)", "2/(z*w + 1)"), ("Abs(z)/z", "w/z"), ("A@v", "v"), ("c[1]", "I")):
        result = judge(SYMBOLS, left, right)
        verdict = result.verdict
        said: list[Term] = []
        if verdict.verdict == "conditional":
            said += verdict.conditions
        if verdict.verdict == "refuted":
            said += [term for pair in verdict.counterexample.values for term in pair]
        if result.diagnosis is not None:
            said += [t for t in (result.diagnosis.residual, result.diagnosis.suggestion) if t is not None]
        assert said
        for term in said:
            assert parse(text(term), names=names) is not None


# declarations and errors


def test_complex_is_an_assumption_of_numbers_families_and_arrays() -> None:
    """`complex` is read for scalars, families, vectors and matrices; beside it only `nonzero` means something."""
    names = parse_declarations(SYMBOLS)
    assert {n for n, d in names.items() if "complex" in d.assumptions} == {"z", "w", "h", "c", "A", "v"}
    assert names["h"].domain == Domain(nonzero=True)
    for entry in ({"kind": "scalar", "assume": ["complex", "positive"]}, {"kind": "integer", "assume": ["complex"]},
                  {"kind": "scalar", "assume": ["complex"], "interval": ["0", "1"]},
                  {"kind": "matrix", "shape": [2, 2], "assume": ["complex", "symmetric"]},
                  {"kind": "indexed", "shape": [2], "assume": ["complex"], "values": ["0", "1"]}):
        with pytest.raises(InputError) as error:
            parse_declarations({"q": entry})
        assert error.value.diagnostic.code == "LP107"


def test_the_unit_needs_its_name() -> None:
    """Where something else is called I, a step with complex numbers is an error; I alone is what it is declared as."""
    symbols = {"I": {"kind": "scalar"}, "z": COMPLEX}
    assert judge(symbols, "I*I", "I**2").verdict.verdict == "proved"
    assert judge(symbols, "I**2", "-1").verdict.verdict == "refuted"
    assert judge(symbols, "I*z", "z*I").verdict.verdict == "error"


def test_real_steps_stay_as_they_were() -> None:
    """A step without complex numbers is not taken apart, also where a complex symbol is declared."""
    assert not is_complex(make_step(SYMBOLS, "x*y", "y*x"))
    assert is_complex(make_step(SYMBOLS, "q", "q", let={"q": "x*z"}))
    assert is_complex(make_step(SYMBOLS, "x", "x", given=("Eq(z, I)",)))


def test_a_line_that_is_real_is_one_step() -> None:
    """Where both lines are real by their form there is nothing to show of imaginary parts."""
    assert len(real_steps(make_step(SYMBOLS, "z*conjugate(z)", "Abs(z)**2")).steps) == 1
    assert len(real_steps(make_step(SYMBOLS, "z", "Abs(z)**2")).steps) == 2


def test_a_bound_name_hides_a_complex_one() -> None:
    """An index that is called like a complex symbol is an index."""
    assert judge(SYMBOLS, "Sum(z, (z, 1, n))", "n*(n + 1)/2").verdict.verdict == "proved"
    assert judge(SYMBOLS, "I*Sum(w, (w, 1, n)) + w", "I*n*(n + 1)/2 + w").verdict.verdict == "proved"


def test_a_line_about_nothing_is_not_proved() -> None:
    """Two lines that are defined nowhere together say nothing."""
    assert judge(SYMBOLS, "z/(w - w)", "1/(w - w)").verdict.verdict == "unknown"
    assert isinstance(proof.prove(make_step(SYMBOLS, "1/z", "z/z**2")), proof.Claim)


# the parts of a term against its value by complex balls


def value(term: Term, point: Mapping[str, acb], entries: Mapping[str, list[acb]]) -> acb:
    """The term by complex balls: nothing of the kernel takes part. ZeroDivisionError where it is undefined."""
    match term:
        case Number(exact):
            return acb(fmpq(exact.numerator, exact.denominator))
        case Const("I"):
            return acb(0, 1)
        case Const("pi"):
            return acb(arb.pi())
        case Symbol(name):
            return point[name]
        case Entry(name, (Number(exact),)):
            return entries[name][int(exact) - 1]
        case Add(args):
            return sum((value(a, point, entries) for a in args), acb(0))
        case Mul(args):
            result = acb(1)
            for a in args:
                result *= value(a, point, entries)
            return result
        case Pow(base, Number(power)):
            inner = value(base, point, entries)
            if power < 0 and inner.contains(0):
                raise ZeroDivisionError
            return inner ** int(power)
        case Fold("sum", body, Range(name, Number(lower), Number(upper))):
            parts = [substitute(body, {name: number(k)}) for k in range(int(lower), int(upper) + 1)]
            return sum((value(p, point, entries) for p in parts), acb(0))
        case Call("conjugate", (inner_term,)):
            return value(inner_term, point, entries).conjugate()
        case Call("re" | "im" as part, (inner_term,)):
            inner = value(inner_term, point, entries)
            return acb(inner.real if part == "re" else inner.imag)
        case Call("Abs", (inner_term,)):
            return acb(abs(value(inner_term, point, entries)))
        case Call(function, (inner_term,)):
            result = getattr(value(inner_term, point, entries), function)()
            if not result.is_finite():
                raise ZeroDivisionError
            return result
        case _:
            raise TypeError(term)


def random_term(random: Random, depth: int) -> Term:
    """A term over z, w, x, c[1..3], I and small numbers."""
    if depth == 0 or random.random() < 0.15:
        return random.choice([Symbol("z"), Symbol("w"), Symbol("x"), Const("I"), number(random.randint(-2, 2)),
                              Entry("c", (number(random.randint(1, 3)),))])
    inner = [random_term(random, depth - 1) for _ in range(2)]
    match random.randrange(9):
        case 0 | 1:
            return Add(tuple(inner))
        case 2 | 3:
            return Mul(tuple(inner))
        case 4:
            return Pow(inner[0], number(random.choice([-2, -1, 0, 2, 3])))
        case 5 | 6:
            return Call(random.choice(["conjugate", "re", "im", "Abs"]), (inner[0],))
        case 7:
            return Fold("sum", Mul((inner[0], Entry("c", (Symbol("k"),)))), Range("k", number(1), number(3)))
        case _:
            small = Mul((inner[0], Pow(Add((number(2), Pow(Call("Abs", (inner[0],)), number(2)))), number(-1))))
            return Call(random.choice(["exp", "sin", "cos", "sinh", "cosh", "tan", "tanh"]), (small,))


@pytest.mark.parametrize("seed", range(150))
def test_the_parts_of_a_term_are_those_of_its_value(seed: int) -> None:
    """Real and imaginary part, evaluated as real terms, enclose the value by complex balls; both are undefined where
    that is."""
    random = Random(seed)
    term = random_term(random, 3)
    names = parse_declarations({"z": COMPLEX, "w": COMPLEX, "x": {"kind": "scalar"},
                                "c": {"kind": "indexed", "shape": [3], "assume": ["complex"]}})
    parts = RealParts(names, {})
    pair = parts.pair(term, {})
    lines = parts.guarded(pair.re, pair.im), parts.guarded(pair.im, pair.re)
    for _ in range(4):
        def some() -> Fraction:
            return Fraction(random.randint(-3, 3), random.choice([1, 1, 2]))

        values = {"x": some(), **{part(n): some() for n in ("z", "w") for part in (real_name, imaginary_name)}}
        held = {part("c"): {(k,): some() for k in (1, 2, 3)} for part in (real_name, imaginary_name)}
        evaluator = Evaluator(parts.declarations, {}, Point(values, held), 128)

        def ball(re: Fraction, im: Fraction) -> acb:
            return acb(arb(fmpq(re.numerator, re.denominator)), arb(fmpq(im.numerator, im.denominator)))

        point = {"x": ball(values["x"], Fraction(0)),
                 **{n: ball(values[real_name(n)], values[imaginary_name(n)]) for n in ("z", "w")}}
        entries = {"c": [ball(held[real_name("c")][k,], held[imaginary_name("c")][k,]) for k in (1, 2, 3)]}
        try:
            wanted = value(term, point, entries)
        except ZeroDivisionError:
            for line in lines:
                with pytest.raises(Undefined):
                    evaluator.number(line)
            continue
        found = [evaluator.value(line) for line in lines]
        assert found[0].overlaps(wanted.real), term
        assert found[1].overlaps(wanted.imag), term


def changed(term: Term, random: Random) -> Term:
    """The term in other words, or with another meaning, at a few places."""
    match term:
        case Add(args) | Mul(args):
            inner = tuple(changed(a, random) for a in args)
            term = type(term)(inner[::-1] if random.random() < 0.4 else inner)
        case Pow(base, exponent):
            term = Pow(changed(base, random), exponent)
        case Call(function, args):
            term = Call(function, tuple(changed(a, random) for a in args))
        case Fold(kind, body, range_):
            term = Fold(kind, changed(body, random), range_)
    unit = Const("I")
    match random.randrange(30):
        case 0 | 1:
            return Call("conjugate", (Call("conjugate", (term,)),))
        case 2:
            return Call("conjugate", (term,))
        case 3:
            return Add((term, Mul((unit, term)), Mul((number(-1), unit, term))))
        case 4:
            return Mul((unit, term))
        case 5:
            return Pow(Pow(term, number(-1)), number(-1))
        case _:
            return term


def complex_ball(random: Random, *, real: bool = False) -> acb:
    """A small complex number, or a real one."""
    re, im = (arb(fmpq(random.randint(-3, 3), random.randint(1, 2))) for _ in range(2))
    return acb(re) if real else acb(re, im)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(300))
def test_random_steps_are_never_falsely_proved(seed: int) -> None:
    """What is proved is equal, and undefined at the same points, by complex balls; what is conditional is equal."""
    random = Random(seed)
    left = random_term(random, 2)
    right = changed(left, random) if random.random() < 0.8 else random_term(random, 2)
    names = parse_declarations({"z": COMPLEX, "w": COMPLEX, "x": {"kind": "scalar"},
                                "c": {"kind": "indexed", "shape": [3], "assume": ["complex"]}})
    result = checker.check(Step(left, right, "=", (), names, {}))
    assert result.fault is None
    if result.verdict.verdict not in ("proved", "conditional"):
        return
    for _ in range(20):
        point = {"z": complex_ball(random), "w": complex_ball(random), "x": complex_ball(random, real=True)}
        entries = {"c": [complex_ball(random) for _ in range(3)]}
        values: list[acb | None] = []
        for side in (left, right):
            try:
                values.append(value(side, point, entries))
            except ZeroDivisionError:
                values.append(None)
        a, b = values
        if a is None or b is None:
            assert result.verdict.verdict == "conditional" or (a is None and b is None)
        else:
            assert a.overlaps(b)


# outside faces


def test_json_lines_hold_complex_numbers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A JSON Lines file may declare complex scalars; verdicts, conditions and points come back in its syntax."""
    line = {"id": "c", "symbols": {"z": {"kind": "scalar", "assume": ["complex"]}}, "let": {"s": "conjugate(z)*z"},
            "steps": [{"expr": "z*conjugate(z)/s"}, {"expr": "1", "expect": "conditional"},
                      {"expr": "z", "expect": "refuted"}]}
    path = tmp_path / "c.jsonl"
    path.write_text(json.dumps(line) + "\n", encoding="utf-8")
    with pytest.raises(SystemExit):
        main(["verify", str(path), "--output-format", "json-lines"])
    first, second, claim = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["verdict"], first["conditions"]) == ("conditional", ["Ne(s, 0)"])
    assert second["verdict"] == "refuted"
    assert set(second["counterexample"]["values"]) == {"z"}
    assert claim["claim"] in ("refuted", "unknown")


def test_a_quantity_without_parts_is_not_read_as_a_real_number() -> None:
    """What has no real and imaginary part has none on the second look either: the step stays unknown."""
    for left, right in (("conjugate(Sum(z*q, (k, 1, 3)))", "Sum(conjugate(z)*q, (k, 1, 3))"),
                        ("Sum(z*q, (k, 1, 3))", "3*z*q")):
        result = judge(SYMBOLS, left, right, let={"q": "log(z)"})
        assert result.verdict.verdict == "unknown", result.verdict


def test_a_product_over_bounds_that_are_no_integers_is_not_written_out() -> None:
    """Such a line has no meaning; it does not get the one of its terms at 0, 1, 2."""
    half = Range("k", Number(Fraction(1, 2)), number(2))
    with pytest.raises(Unsupported):
        RealParts(parse_declarations(SYMBOLS), {}).pair(Fold("product", Add((Symbol("z"), Symbol("k"))), half), {})


def test_the_triangle_inequality_is_not_supposed_of_endless_sums() -> None:
    """The sum of the moduli may diverge where the sum does not: a hypothesis would hide these points."""
    step = make_step(SYMBOLS, "Abs(Sum(exp(I*x*k)/k, (k, 1, oo)))", "Sum(1/k, (k, 1, oo))", relation="<=")
    assert "triangle-inequality" not in real_steps(step).laws
    step = make_step(SYMBOLS, "Abs(Sum(exp(I*x*k)/k, (k, 1, n)))", "Sum(1/k, (k, 1, n))", relation="<=")
    assert "triangle-inequality" in real_steps(step).laws
