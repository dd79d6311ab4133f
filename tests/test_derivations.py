"""Every derivation that comes with the program has the verdicts that its file expects."""

from __future__ import annotations

import pytest
from verified import FILES, document, results

from lossproof.derivation import Derivation
from lossproof.kernel.laws import LAWS
from lossproof.verdict import Conditional, Proved, Refuted

DERIVATIONS = [(file, derivation) for file in FILES for derivation in document(file).derivations]
every_derivation = pytest.mark.parametrize(("file", "derivation"), DERIVATIONS,
                                           ids=[derivation.name for _, derivation in DERIVATIONS])


@every_derivation
def test_steps_have_the_expected_verdicts(file: str, derivation: Derivation) -> None:
    """Each step comes out as its line expects; kernel and enclosures agree everywhere."""
    steps, _ = results(file, derivation.name)
    expected = {i: line.expect for i, line in enumerate(derivation.lines, 1) if i > 1}
    assert {i: result.verdict.verdict for i, result in steps.items()} == expected
    assert [result.fault for result in steps.values()] == [None] * len(steps)


@every_derivation
def test_claims_have_the_expected_verdicts(file: str, derivation: Derivation) -> None:
    """First line against last: as the file says, else proved where every step is expected to be."""
    _, claim = results(file, derivation.name)
    if claim is None:
        assert len(derivation.lines) == 2
        return
    all_proved = all(line.expect == "proved" for line in derivation.lines[1:])
    expected = derivation.expect_claim or ("proved" if all_proved else None)
    assert claim.fault is None
    assert expected is None or claim.verdict.verdict == expected


@every_derivation
def test_recorded_mistakes_have_a_reason_and_a_proved_correction(file: str, derivation: Derivation) -> None:
    """An erratum is a step that is expected to be refuted, and what is written instead is proved."""
    steps, _ = results(file, derivation.name)
    for number, line in enumerate(derivation.lines, 1):
        assert (line.erratum is None) == (line.correct is None)
        if line.correct is not None:
            correction = steps[number].correction
            assert line.expect == "refuted"
            assert correction is not None and correction.verdict == "proved"


@every_derivation
def test_verdicts_rest_on_something(file: str, derivation: Derivation) -> None:
    """What is proved names laws of the table only and was checked at a point; what is refuted shows a point."""
    steps, _ = results(file, derivation.name)
    for result in steps.values():
        match result.verdict:
            case Proved(laws, checked_at) | Conditional(_, laws, checked_at):
                assert checked_at >= 1
                assert set(laws) <= set(LAWS)
            case Refuted(counterexample):
                assert counterexample.values
                assert counterexample.left != counterexample.right
                assert result.diagnosis is not None


def test_names_are_unique_in_a_file() -> None:
    """A derivation is selected by its name."""
    for file in FILES:
        names = [d.name for d in document(file).derivations]
        assert len(names) == len(set(names))
