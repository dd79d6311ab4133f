"""Numbers that both lines are made of in the same way, kept as they are: what holds for any number."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from steps import Symbols, judge, make_step

from lossproof.kernel import proof
from lossproof.kernel.kept_numbers import with_kept_numbers
from lossproof.kernel.normalize import Normalizer

SYMBOLS: Symbols = {
    "n": {"kind": "size"}, "m": {"kind": "size"}, "V": {"kind": "matrix", "shape": ["n", "n"]},
    "P": {"kind": "matrix", "shape": ["n", "n"], "assume": ["positive_definite"]},
    "X": {"kind": "matrix", "shape": ["n", "m"]}, "y": {"kind": "vector", "shape": ["n"]},
    "a": {"kind": "scalar"}, "b": {"kind": "scalar"}, "s": {"kind": "scalar", "assume": ["positive"]},
    "f": {"kind": "function", "arity": 1},
}
Q = "(Transpose(y)@Inverse(V)@y)"
R = "(Transpose(y)@X@Inverse(Transpose(X)@Inverse(V)@X)@Transpose(X)@y)"


def kept(left: str, right: str, let: Mapping[str, str] | None = None) -> bool:
    """Whether numbers are kept."""
    step = make_step(SYMBOLS, left, right, let=let or {})
    return with_kept_numbers(step, Normalizer(step.declarations, step.definitions).arrays.shape) is not None


@pytest.mark.parametrize(("left", "right"), [
    (f"sqrt(1/((2*pi*s)**n*Determinant(V)))*exp(-{Q}/2)", f"(2*pi*s)**(-n/2)*Determinant(V)**(-1/2)*exp(-{Q}/2)"),
    (f"log(exp({R})*s)", f"{R} + log(s)"), (f"({Q} + {R})**2", f"{Q}**2 + 2*{Q}*{R} + {R}**2"),
    (f"f({Q})*{R}/{R}", f"f({Q})"), (f"({Q} - a)*({Q} + a)", f"{Q}**2 - a**2"),
])
def test_what_holds_for_any_number(left: str, right: str) -> None:
    """Quadratic forms and determinants are numbers like others."""
    assert kept(left, right)
    assert judge(SYMBOLS, left.replace("**(-1/2)", "**Rational(-1, 2)"), right.replace("**(-1/2)", "**Rational(-1, 2)")
                 ).verdict.verdict in ("proved", "conditional")


@pytest.mark.parametrize(("left", "right"), [
    (f"({Q} + {R})**2", f"{Q}**2 + {R}**2"), (f"exp({Q})", f"exp(-{Q})"), (f"sqrt({Q}**2)", f"{Q}"),
    (f"f({Q})", f"f({Q} + 1)"), ("Determinant(V)*a", "Determinant(V)*b"),
])
def test_what_fails_for_some_number(left: str, right: str) -> None:
    """A number that is kept may be any: nothing false is proved of it."""
    assert judge(SYMBOLS, left, right).verdict.verdict not in ("proved", "conditional")


def test_relations_between_numbers_are_not_lost() -> None:
    """What holds of these numbers only is seen where they are worked out."""
    assert judge(SYMBOLS, f"{Q}*a - Transpose(y)@(a*Inverse(V))@y", "0*Determinant(V)").verdict.verdict in (
        "proved", "conditional")
    assert judge(SYMBOLS, "sqrt(Determinant(P)**2)", "Determinant(P)").verdict.verdict == "proved"
    assert judge(SYMBOLS, "log(Determinant(P)**2)", "2*log(Determinant(P))").verdict.verdict == "proved"


def test_conditions_are_told_of_what_a_number_was() -> None:
    """log(q^2) = 2 log q only where q > 0, for a quadratic form, too."""
    found = judge(SYMBOLS, f"log({Q}**2)", f"2*log({Q})").verdict
    assert found.verdict == "conditional" and "number" not in str(found.conditions)


@pytest.mark.parametrize(("left", "right"), [
    (f"Trace({Q}*V)", f"{Q}*Trace(V)"),      # within an array, of which some entries may not be looked at
    (f"Derivative({Q}*a, a)", f"{Q}"),       # beside a derivative
    (f"Sum({Q}*a, (i, 1, n))", f"n*{Q}*a"),  # in a sum, which may be empty
    ("a*b", "b*a"), (f"{Q}", f"{R}"),
])
def test_what_is_not_kept(left: str, right: str) -> None:
    """A number is kept only where both lines ask for its value, and nothing varies."""
    assert not kept(left, right)


def test_a_quantity_is_kept() -> None:
    """A quantity in both lines is any number, if arrays are in what it is."""
    let = {"q": Q, "r": "a + 1"}
    assert kept("log(exp(q)*s)", "q + log(s)", let) and not kept("log(exp(r)*s)", "r + log(s)", let)
    assert judge(SYMBOLS, "q**2 - a**2", "(q - a)*(q + a)", let=let).verdict.verdict == "proved"
    assert judge(SYMBOLS, "q**2 - a**2", "(q - a)*(q - a)", let=let).verdict.verdict == "refuted"


def test_the_same_is_answered_once() -> None:
    """An answer is given again for the same step and budget, and made anew for others."""
    step = make_step(SYMBOLS, f"({Q} + a)**2", f"{Q}**2 + 2*a*{Q} + a**2")
    assert proof.prove(step) is proof.prove(make_step(SYMBOLS, f"({Q} + a)**2", f"{Q}**2 + 2*a*{Q} + a**2"))
    assert proof.prove(step, 10) is not proof.prove(step)
    other = make_step(SYMBOLS, f"({Q} + a)**2", f"{Q}**2 + 2*a*{Q} + a**2 + 1")
    assert isinstance(proof.prove(other), proof.Open)
