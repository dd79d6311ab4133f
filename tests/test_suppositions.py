"""Signs of parameters that nobody declared: found where a step needs them, named in the verdict, never invented."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import pytest
from steps import conditions, judge, make_step

from lossproof import checker
from lossproof.print_text import text
from lossproof.search.suppositions import signs

SYMBOLS: Final[Mapping[str, Mapping[str, object]]] = {
    **{name: {"kind": "scalar"} for name in ("x", "a", "b", "m", "p", "r", "t")},
    "s": {"kind": "scalar", "assume": ["positive"]}, "K": {"kind": "size"}, "w": {"kind": "indexed", "shape": ["K"]},
}

FALLING: Final = "Limit((-x**2/r - 2*x/r**2)*exp(-r*x), x, oo)"


@pytest.mark.parametrize(("left", "right", "found"), [
    (FALLING, "0", {"r > 0"}),
    ("Limit(m - x*exp(-r*x + b), x, oo)", "m", {"r > 0"}),
    (f"{FALLING} + Limit(x*exp(-p*x), x, oo)", "0", {"r > 0", "p > 0"}),
])
def test_a_step_that_is_shown_for_one_sign_only_names_it(left: str, right: str, found: set[str]) -> None:
    """The limit of a falling exp is 0, and where it does not fall there is none; no other parameter is named."""
    assert conditions(judge(SYMBOLS, left, right)) == found


def test_what_is_supposed_may_follow_from_a_hypothesis() -> None:
    """Nothing is left to be supposed."""
    assert judge(SYMBOLS, FALLING, "0", given=("r > 2",)).verdict.verdict == "proved"


def test_nothing_is_supposed_that_contradicts_a_hypothesis() -> None:
    """A verdict under a condition that never holds would say nothing."""
    assert judge(SYMBOLS, FALLING, "0", given=("r < 0",)).verdict.verdict == "unknown"


def test_a_false_step_stays_false_under_every_sign() -> None:
    """The limit is 0, not 1."""
    assert judge(SYMBOLS, FALLING, "1").verdict.verdict in ("refuted", "unknown")


SIGN: Final = "Limit(erf(x/r), x, oo)"


def test_a_declared_number_may_have_the_other_sign() -> None:
    """With r = -1 both sides are defined and differ: who declares r to be real is told so."""
    assert judge(SYMBOLS, SIGN, "1").verdict.verdict == "refuted"


def test_an_inferred_number_is_given_its_sign_by_a_condition() -> None:
    """Nobody said that it may be negative, so that a point where it is refutes nothing."""
    step = make_step(SYMBOLS, SIGN, "1")
    assumed = replace(step, declarations={n: replace(d, assumed=True) for n, d in step.declarations.items()})
    verdict = checker.check(assumed).verdict
    assert verdict.verdict == "conditional" and [text(c) for c in verdict.conditions] == ["r > 0"]
    assert checker.check(replace(assumed, right=make_step(SYMBOLS, "r", "2").right)).verdict.verdict == "refuted"


def test_only_parameters_of_integrals_limits_and_infinite_sums_are_supposed() -> None:
    """Bound variables, positive numbers and what stands outside of them are not."""
    step = make_step(SYMBOLS, f"m + {FALLING}", "b*Integral(exp(-s*t), (t, 0, oo))")
    assert [text(c) for c in signs(step)] == ["r > 0"]
    step = make_step(SYMBOLS, "Integral(t*(1 - p), (t, a, b))", "m")
    assert [text(c) for c in signs(step)] == ["a < b", "p > 0", "p < 1"]
    step = make_step(SYMBOLS, "Limit(Sum(exp(-w[k]*x), (k, 1, K)), x, oo)", "0")
    assert len(signs(step)) == 1


def test_every_entry_of_a_family_may_be_supposed_to_be_positive() -> None:
    """The condition is about all of them."""
    found = conditions(judge(SYMBOLS, "Limit(x*exp(-x*w[1]), x, oo)", "0"))
    assert len(found) == 1 and "w" in next(iter(found))
