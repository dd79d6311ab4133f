"""Decides a step of any kind: one with expectations or over named spaces is posed as one between numbers first.

Not trusted with verdicts: the kernel says what poses a step, and the judge what comes of it. Imports `deciding` and
the kernel.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from lossproof.deciding import WORK, Settled, decide_plainly, exhibit, proved, refuted_at_first_points
from lossproof.derivation import Step
from lossproof.diagnostic import InputError
from lossproof.kernel import (
    complex_steps,
    expectations,
    expected_numbers,
    judge,
    pointwise,
    proof,
    random_names,
    spaces,
    uncorrelated,
)
from lossproof.kernel.normal_form import Unsupported
from lossproof.kernel.validity import validate
from lossproof.verdict import (
    Attempt,
    Conditional,
    Proved,
    Refuted,
    StepResult,
    Unknown,
)

_SPACES = "not decided: an integral over a space of which only the name is known"


def decide(step: Step, settled: Settled | None) -> StepResult:
    """The result of a step; `settled` is told it as soon as its verdict stands. No diagnosis where nobody is told."""
    if spaces.over_spaces(step):
        # nothing is refuted by what a space or a function might be
        return _proved_over_spaces(step) or StepResult(0, Unknown(_SPACES))
    if expected_numbers.values_of(step):
        return _decide_values(step, settled)
    if random_names.has_expectations(step):
        return _decide_outcomes(step)
    return decide_plainly(random_names.at_an_outcome(step), settled)


def is_plain(step: Step) -> bool:
    """Whether a step is one between numbers or arrays, with no chance and no space in it."""
    return not (expected_numbers.values_of(step) or random_names.has_expectations(step) or spaces.over_spaces(step))


def established(step: Step, work: int = WORK) -> StepResult | None:
    """The result of a step that is proved, at least under conditions; no counterexample is looked for.

    `work` is the budget of a proof of a plain step.
    """
    apart = None if is_plain(step) else uncorrelated.with_variances_apart(step)
    if apart is not None:
        result = established(apart)
        return None if result is None else replace(result, verdict=judge.of_uncorrelated(result.verdict))
    if is_plain(step):
        result = proved(step, work)
    elif spaces.over_spaces(step):
        result = _proved_over_spaces(step)
    else:
        result = _by_values(step, supposed=True)
    return result if result is not None and isinstance(result.verdict, Proved | Conditional) else None


def _decide_values(step: Step, settled: Settled | None) -> StepResult:
    """The result of a step with values that a document gives to expectations.

    The step holds if it does with their values, or with the expectations themselves. Where expectations without a
    value stand beside them, how all are joined is not known, and nothing is refuted. Nor is it by values that no
    distribution is known to have together.
    """
    try:
        expected_numbers.refuse_bound(step)
    except Unsupported as reason:
        return StepResult(0, Unknown(f"not decided: {reason}"))
    result = _by_values(step)
    if result is not None:
        return result
    if random_names.has_expectations(step):
        return StepResult(0, Unknown("not decided: the values of expectations do not settle it"))
    plain = random_names.at_an_outcome(step)
    if expected_numbers.are_realized(step):
        return decide_plainly(plain, settled)
    result = decide_plainly(plain)
    return _with_a_distribution(step) if isinstance(result.verdict, Refuted) else result


def _with_a_distribution(step: Step) -> StepResult:
    """The result of a step that fails for some values of its expectations: is there a distribution with such values?"""
    try:
        found = expectations.over_outcomes(expected_numbers.with_values(step))
    except (InputError, Unsupported):
        found = None
    failing = None if found is None else refuted_at_first_points(found.refuting)
    return failing or StepResult(0, Unknown("not decided: it fails for values of expectations of which no distribution "
                                            "is known"))


def _by_values(step: Step, *, supposed: bool = False) -> StepResult | None:
    """The strongest result of a step that is proved with the values of its expectations, or with these themselves.

    `supposed`: its hypotheses are what a document says elsewhere, for which no distribution is asked for.
    """
    readings, values = [step], expected_numbers.values_of(step)
    try:
        expected_numbers.refuse_bound(step)
    except Unsupported:
        return None
    with suppress(Unsupported):
        readings += [expected_numbers.as_expectations(step, values)] if values else []
    weaker: StepResult | None = None
    for reading in readings:
        result = _proved_by_chance(reading, supposed) if random_names.has_expectations(reading) else proved(reading)
        if result is not None and isinstance(result.verdict, Proved):
            return result
        weaker = weaker or result
    return weaker


def _proved_by_chance(step: Step, supposed: bool = False) -> StepResult | None:
    """The result of a step with expectations that the kernel proves, with these as numbers or over outcomes."""
    numbers = _proved_as_numbers(step, supposed)
    if numbers is not None and isinstance(numbers.verdict, Proved):
        return numbers
    try:
        found = expectations.over_outcomes(step)
    except (InputError, Unsupported):
        return numbers
    result = proved(found.proving)
    if result is None or (numbers is not None and not isinstance(result.verdict, Proved)):
        return numbers
    assert isinstance(result.verdict, Proved | Conditional)
    verdict = judge.over_outcomes(found, result.verdict)
    return numbers if isinstance(verdict, Unknown) else replace(result, verdict=verdict)


def _proved_as_numbers(step: Step, supposed: bool = False) -> StepResult | None:
    """The result of a step that holds whatever numbers its expectations are.

    Not under hypotheses, for which there may be no distribution, unless they are only supposed.
    """
    if step.given and not supposed:
        return None
    try:
        numbers = expected_numbers.as_numbers(step)
    except (InputError, Unsupported):
        return None
    result = proved(numbers.step)
    if result is not None and isinstance(result.verdict, Proved | Conditional):
        return replace(result, verdict=judge.of_numbers(numbers, result.verdict))
    return None


def _decide_outcomes(step: Step) -> StepResult:
    """The result of a step about random quantities: that of the step over finitely many outcomes."""
    try:
        found = expectations.over_outcomes(step)
    except Unsupported as reason:
        return StepResult(0, Unknown(f"not decided: {reason}"), attempts=(Attempt("expectations", str(reason)),))
    numbers = _proved_as_numbers(step)
    if numbers is not None and isinstance(numbers.verdict, Proved):
        return numbers
    result = decide_plainly(found.proving)
    if numbers is not None and not isinstance(result.verdict, Proved):
        return numbers
    if isinstance(result.verdict, Proved | Conditional):
        return replace(result, verdict=judge.over_outcomes(found, result.verdict))
    if isinstance(result.verdict, Refuted) and found.refuting is not found.proving:
        result = decide_plainly(found.refuting)
        if isinstance(result.verdict, Proved | Conditional):
            return StepResult(0, Unknown("not decided: it may fail at an outcome of chance 0"))
    return replace(result, diagnosis=None)


def _proved_over_spaces(step: Step) -> StepResult | None:
    """The result of a step in which spaces stand that are only named, where finite sums settle it, or where its lines
    hold without what is said of spaces. Such a space is no interval, and nothing of intervals is asked of it."""
    result = by_points(step)
    plain = spaces.without_spaces(step)
    return result if result is not None or plain is None else established(plain)


def by_points(step: Step, work: int = WORK) -> StepResult | None:
    """The result of a step with integrals over spaces that are only named, where finite sums settle it."""
    validate(step)
    if complex_steps.is_complex(step) or expected_numbers.values_of(step) or random_names.has_expectations(step):
        return None
    sums = spaces.atoms(random_names.at_an_outcome(step))
    if sums is None:
        return None
    try:
        claim = proof.prove(sums.step, work)
        found = exhibit(pointwise.without_limits(sums.step), claim) if isinstance(claim, proof.Claim) else None
    except InputError:      # what stands for the values of functions cannot stand everywhere
        return None
    if found is None or not isinstance(found.verdict, Proved | Conditional):
        return found if found is not None and found.fault else None
    verdict = judge.over_spaces(sums, found.verdict)
    return None if verdict is None else replace(found, verdict=verdict)
