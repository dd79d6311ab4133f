"""Values of functions as numbers, where a hypothesis tells them: what is told apart, and what never is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from small_documents import outcomes
from steps import Symbols, make_step

from lossproof.kernel.premises import under
from lossproof.kernel.values_apart import values_apart
from lossproof.lowering import established
from lossproof.print_text import text

SYMBOLS: Final[Symbols] = {
    "n": {"kind": "size"}, "i": {"kind": "index", "upto": "n"}, "w": {"kind": "indexed", "shape": ["n"]},
    **{name: {"kind": "scalar"} for name in ("x", "y", "t", "c", "K")}, "Z": {"kind": "scalar", "assume": ["random"]},
    "f": {"kind": "function", "arity": 1}, "D": {"kind": "function", "arity": 2},
}


def apart(left: str, right: str, *premises: str) -> list[str] | None:
    """What the numbers stand for."""
    step = make_step(SYMBOLS, left, right, given=premises)
    found = values_apart(replace(step, given=()), step.given)
    return None if found is None else sorted(map(text, found.values.values()))


@pytest.mark.parametrize(("left", "right", "premise", "values"), [
    ("D(x, y)", "c + log(3)", "Eq(D(x, y) - c, log(3))", ["D(x, y)"]),
    ("f(x)*f(y)", "c", "Eq(f(x)*f(y), c)", ["f(x)", "f(y)"]),
    ("f(2*x)", "log(3)", "Eq(3, exp(f(2*x)))", ["f(2*x)"]),
    ("f(w[1])", "c", "Eq(f(w[1]), c)", ["f(w[1])"]),
])
def test_told_apart(left: str, right: str, premise: str, values: list[str]) -> None:
    """One value, or values at names that stand nowhere else."""
    assert apart(left, right, premise) == values


@pytest.mark.parametrize(("left", "right", "premise"), [
    ("f(x) + f(2*x)", "c", "Eq(f(x), c)"), ("f(x)*x + f(y)", "c", "Eq(f(x), c)"),       # may be one place
    ("Sum(f(w[i]), (i, 1, n))", "c", "Eq(f(w[i]), c)"), ("f(w[i])", "c", "Eq(f(w[i]), c)"),
    ("f(i)", "c", "Eq(f(i), c)"),
    ("Derivative(f(x), x)", "f(x)", "Eq(f(x), c)"), ("Limit(f(x), x, 0)", "f(x)", "Eq(f(x), c)"),
    ("Subs(f(x), x, 2)", "f(x)", "Eq(f(x), c)"), ("Integral(f(x), (x, 0, 1))", "f(x)", "Eq(f(x), c)"),
    ("f(x)", "Expectation(Z)", "Eq(f(x), c)"), ("f(Z)", "c", "Eq(f(Z), c)"), ("x", "y", "Eq(x, y)"),
])
def test_not_told_apart(left: str, right: str, premise: str) -> None:
    """Where two values may be one, where the place varies, and what is random."""
    assert apart(left, right, premise) is None


def test_a_hypothesis_about_all_indices_stays_one() -> None:
    """f(i) = i for all i does not say of one number that it is every i."""
    step = make_step(SYMBOLS, "f(i)", "f(i) + 1", given=("Eq(f(i), i)",))
    assert values_apart(replace(step, given=()), step.given) is None
    assert established(under(replace(step, given=()), step.given)) is None


def test_lines_about_a_value(tmp_path: Path) -> None:
    """It was only unknown since no function with such a value was found."""
    text = ("We know that\n\n$$ \\log K - D(x, y) = \\sum_{i=1}^n w_i^2 \\log 2 $$\n\nHence\n\n"
            "$$ D(x, y) - \\log K = - \\log 2 \\sum_{i=1}^n w_i^2 $$\n")
    assert outcomes(tmp_path, text)[-1] == "conditional"
    assert outcomes(tmp_path, text.replace("- \\log 2", "\\log 2"))[-1] in ("unknown", "defined")
