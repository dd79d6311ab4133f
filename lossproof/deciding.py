"""Decides steps between numbers and arrays: a proof with points that exhibit it, or a point that refutes.

Not trusted with verdicts: it hands the judge what search proposes. Imports the kernel, `search`, and the ground floor.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from lossproof.derivation import Step
from lossproof.diagnostic import InputError
from lossproof.kernel import complex_steps, judge, pointwise, proof, random_names
from lossproof.kernel.normal_form import Unsupported
from lossproof.kernel.points import Point
from lossproof.kernel.validity import validate
from lossproof.search import counterexample, crossings, repair, repair_complex, suppositions
from lossproof.term import Bool, Term, free_names
from lossproof.verdict import (
    Attempt,
    Conditional,
    Diagnosis,
    Proved,
    Refuted,
    StepResult,
    Unknown,
    Verdict,
)

POINTS_TO_EXHIBIT = 3
"""At so many points a proved step is checked by enclosures."""
POINTS_TRIED = 400
POINTS_COSTLY = 40
"""So many points are tried of a step with integrals or infinite sums, which take long to enclose."""
PATIENCE = 24
"""So many drafts without a new point end the search for more points to exhibit."""
POINTS_OUTSIDE = 40
"""So many points are tried where a condition fails that a proof assumed beyond definedness."""
POINTS_OUTSIDE_ALL = 80
"""So many at most, over all such conditions (but some for each)."""
DRAFTS_OUTSIDE = 150
"""So many drafts without a first such point end the search for them."""
LOOKS_OUTSIDE = 2_000
"""So often such points are looked at, for one condition, until its hypotheses hold."""
PRECISION_TO_EXHIBIT = 128
"""What is proved agrees at every precision: so many bits of it are looked at, half as many where that is costly."""
POINTS_FOR_SUGGESTION = 12
"""A suggestion for which a point is hard to find is not made."""
WORK = 150_000
"""The budget of a proof."""
SHRINKING = 300
"""How many smaller points are tried for a counterexample."""


Settled = Callable[[StepResult], None]
"""Takes a result whose verdict stands, while the rest of it is still worked on."""


def nobody(_result: StepResult) -> None:
    """Told to nobody."""


def decide_plainly(step: Step, settled: Settled | None = None) -> StepResult:
    """The result of a step; without a diagnosis where nobody is told."""
    if complex_steps.is_complex(step):
        return _decide_parts(step, settled or nobody)
    return _decide_real(step, settled or nobody, diagnosed=settled is not None)


def proved(step: Step, work: int = WORK) -> StepResult | None:
    """The result of a step without expectations that the kernel proves."""
    plain = random_names.at_an_outcome(step)
    try:
        if complex_steps.is_complex(plain):
            return None
        claim = proof.prove(plain, work)
    except (InputError, Unsupported):
        return None
    if not isinstance(claim, proof.Claim):
        return None
    result = exhibit(pointwise.without_limits(plain), claim)
    return result if isinstance(result.verdict, Proved | Conditional) else None


def claimed(step: Step, work: int = WORK) -> StepResult | None:
    """The result of a step where it is proved; no counterexample is looked for."""
    validate(step)
    claim = proof.prove(step, work)
    return exhibit(pointwise.without_limits(step), claim) if isinstance(claim, proof.Claim) else None


def refuted_at_first_points(step: Step) -> StepResult | None:
    """The result of a step that fails at one of the first points that satisfy its hypotheses."""
    try:
        plain = pointwise.without_limits(step)
        if complex_steps.is_complex(plain):
            return None
        for point in counterexample.points(plain, limit=POINTS_OUTSIDE, first=DRAFTS_OUTSIDE, looks=LOOKS_OUTSIDE):
            if judge.refuted(plain, point) is not None:
                return refuted(plain, point, ())
    except (InputError, Unsupported):
        pass
    return None


def _decide_parts(step: Step, settled: Settled) -> StepResult:
    """The result of a step in which complex numbers occur: its real steps, one after another."""
    validate(step)
    try:
        parts = complex_steps.real_steps(step)
    except Unsupported as reason:
        attempts = (Attempt("real and imaginary parts", str(reason)),)
        return StepResult(0, Unknown(f"not decided: {reason}"), attempts=attempts)
    results: list[StepResult] = []
    for real in parts.steps:
        results.append(_at_first_points(real) or _decide_real(real, diagnosed=False))
        if isinstance(results[-1].verdict, Refuted):
            break
    verdict = judge.gathered(parts, [result.verdict for result in results])
    if isinstance(verdict, Refuted):
        settled(StepResult(0, verdict, attempts=results[-1].attempts))
        diagnosis = repair_complex.diagnose(step, parts, is_proved)
        return StepResult(0, verdict, diagnosis, attempts=results[-1].attempts)
    if verdict is not None:
        return StepResult(0, verdict)
    stuck = next(r for r in results if not isinstance(r.verdict, Proved | Conditional))
    return replace(stuck, attempts=tuple(a for r in results for a in r.attempts))


def _at_first_points(step: Step) -> StepResult | None:
    """An inequality that fails at one of the first points: between moduli a proof is costly to look for."""
    if step.relation not in ("<", "<=", ">", ">="):
        return None
    plain = pointwise.without_limits(step)
    for point in counterexample.points(plain, limit=POINTS_OUTSIDE):
        if judge.refuted(plain, point) is not None:
            return refuted(plain, point, ())
    return None


def _decide_real(step: Step, settled: Settled = nobody, *, diagnosed: bool = True) -> StepResult:
    begun = time.perf_counter()
    claim = proof.prove(step)
    proof_seconds = time.perf_counter() - begun
    plain = pointwise.without_limits(step)
    if isinstance(claim, proof.Claim):
        return _exhibited(step, plain, claim)
    attempts = [Attempt("normal form", claim.reason, proof_seconds)]
    # an inferred declaration says nothing of signs, so that a point with another sign says nothing of the step
    inferred = _is_inferred(step, suppositions.signs(step))
    if inferred and (supposing := _supposing(step, plain, settled)) is not None:
        return replace(supposing, attempts=tuple(attempts))
    begun = time.perf_counter()
    tried = 0
    costly = pointwise.is_costly(plain)
    for point in counterexample.points(plain, limit=POINTS_COSTLY if costly else POINTS_TRIED):
        tried += 1
        if (verdict := judge.refuted(plain, point)) is not None:
            settled(StepResult(0, verdict, attempts=tuple(attempts)))
            found = refuted(plain, point, tuple(attempts))
            settled(found)
            return replace(found, diagnosis=repair.diagnose(step, plain, is_proved)) if diagnosed else found
    attempts.append(Attempt("counterexample", f"none among {tried} points (evidence, not proof)",
                            time.perf_counter() - begun))
    result = StepResult(0, Unknown(f"not decided: {claim.reason}"), attempts=tuple(attempts))
    settled(result)
    if not inferred and (supposing := _supposing(step, plain, settled)) is not None:
        return replace(supposing, attempts=tuple(attempts))
    left_over = repair.residual(step)
    return result if left_over is None else replace(result, diagnosis=Diagnosis(left_over))


def refuted(step: Step, point: Point, attempts: tuple[Attempt, ...]) -> StepResult:
    """The result of a step that fails at a point, with the point made small."""
    verdict = judge.refuted(step, smallest(step, point)) or judge.refuted(step, point)
    assert verdict is not None
    return StepResult(0, verdict, attempts=attempts)


def smallest(step: Step, point: Point) -> Point:
    """A point at which a step fails that is easier to read than the one given."""
    return counterexample.shrink(step, point, lambda p: judge.refuted(step, p) is not None, SHRINKING)


def _supposing(step: Step, plain: Step, settled: Settled) -> StepResult | None:
    """The verdict of the step under as few hypotheses about its parameters as are found, None without any.

    What is supposed of a name that an author declared is held against that declaration: a point where it fails, and
    the step too, refutes.
    """
    def prove(supposed: tuple[Term, ...]) -> proof.Claim | None:
        found = proof.prove_supposing(step, supposed)
        return found if isinstance(found, proof.Claim) else None

    best: StepResult | None = None
    for supposed, claim in suppositions.claims(step, prove):
        within = pointwise.without_limits(replace(step, given=(*step.given, *supposed)))
        own = tuple(c for c in claim.assumed if c not in supposed)
        result = exhibit(within, replace(claim, assumed=own))
        if isinstance(result.verdict, Unknown):
            continue
        if isinstance(result.verdict, Conditional) and not _is_inferred(step, supposed):
            failing = (point for point in _outside(plain, replace(claim, assumed=supposed))
                       if judge.refuted(plain, point) is not None)
            if (point := next(failing, None)) is not None:
                return refuted(plain, point, ())
        best = result
        settled(best)
    return best


def _is_inferred(step: Step, supposed: Sequence[Term]) -> bool:
    """Whether there are hypotheses, and every one is about names whose declarations were inferred."""
    names = [step.declarations.get(name) for hypothesis in supposed for name in free_names(hypothesis)]
    return bool(supposed) and all(found is not None and found.assumed for found in names)


def _exhibited(step: Step, plain: Step, claim: proof.Claim) -> StepResult:
    """The verdict of a claim, for which points are looked for where a limit's value may depend on signs, too."""
    result = exhibit(plain, claim)
    if not isinstance(result.verdict, Unknown) or result.fault is not None or not pointwise.has_limits(plain):
        return result
    supposed = suppositions.signs(step)
    if not supposed:
        return result
    # a point that satisfies more hypotheses is one of the step's own
    again = exhibit(pointwise.without_limits(replace(step, given=(*step.given, *supposed))), claim)
    return result if isinstance(again.verdict, Unknown) else again


def exhibit(step: Step, claim: proof.Claim, limit: int = POINTS_TRIED) -> StepResult:
    """The verdict of a claim: it needs a point at which it says something, and no point against it."""
    agreed: list[Point] = []
    closed = tuple(c for c in claim.conditions if not free_names(c))
    if not pointwise.holds_at(step, Point(), closed):
        limit = 0
    precision = PRECISION_TO_EXHIBIT
    if pointwise.is_costly(step):
        limit, precision = min(limit, POINTS_COSTLY), precision // 2
    points = counterexample.points(step, limit=limit, patience=PATIENCE)
    for point in chain(_outside(step, claim), points):
        found = pointwise.compare(step, point, precision)
        if found is None:
            continue
        if not found.holds and claim.assumed and not pointwise.holds_at(step, point, claim.assumed):
            return refuted(step, point, ())
        if step.relation in ("=>", "<=>") and not pointwise.holds_at(step, point, claim.conditions):
            # the right side need not be defined there
            continue
        if not found.holds:
            fault = f"proved, but the sides are {judge.shown(found.left)} and {judge.shown(found.right)} at a point"
            return StepResult(0, Unknown("the kernel and the enclosures disagree", "LP401"), fault=fault)
        if pointwise.holds_at(step, point, claim.conditions):
            agreed.append(point)
        if len(agreed) >= POINTS_TO_EXHIBIT:
            break
    if not agreed and step.relation in ("=>", "<=>"):
        agreed = crossings.crossing(step, claim.conditions, limit, PATIENCE, precision)
    if not agreed:
        reason = "no point was found at which the hypotheses hold and both lines are defined"
        return StepResult(0, Unknown(reason, "LP303"))
    verdict: Verdict = judge.proved(claim, len(agreed))
    return StepResult(0, verdict)


def _outside(step: Step, claim: proof.Claim) -> Iterator[Point]:
    """Points at which a condition fails that the proof assumed beyond definedness."""
    costly = 4 if pointwise.is_costly(step) else 1
    for condition in claim.assumed:
        yield from counterexample.points(
            replace(step, given=(*step.given, Bool("not", (condition,)))),
            limit=max(4, min(POINTS_OUTSIDE, POINTS_OUTSIDE_ALL // len(claim.assumed)) // costly),
            first=DRAFTS_OUTSIDE, looks=LOOKS_OUTSIDE,
        )


def is_proved(step: Step) -> bool:
    """Whether the judge proves a step that search proposes."""
    try:
        if complex_steps.is_complex(step):
            return all(is_proved(real) for real in complex_steps.real_steps(step).steps)
    except (InputError, Unsupported):
        return False
    try:
        found = proof.prove(step)
    except InputError:
        return False
    if not isinstance(found, proof.Claim):
        return False
    result = exhibit(pointwise.without_limits(step), found, POINTS_FOR_SUGGESTION)
    return isinstance(result.verdict, Proved | Conditional)
