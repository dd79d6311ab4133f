"""Walks a derivation: each step to the judge, points from search, one result a step.

Not trusted with verdicts: it hands the judge what search proposes, and reports.
Imports the kernel's judge, `search`, and the ground floor.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import chain

from lossproof.derivation import Derivation, Document, Line, LineRelation, Premise, Step
from lossproof.diagnostic import InputError, diagnostic
from lossproof.kernel import complex_steps, expectations, expected_numbers, judge, pointwise, proof, spaces
from lossproof.kernel.normal_form import Unsupported
from lossproof.kernel.points import Point
from lossproof.kernel.premises import under
from lossproof.kernel.validity import validate
from lossproof.prose_verdicts import is_only_as_set, of_prose
from lossproof.search import counterexample, repair, repair_complex, suppositions
from lossproof.search import premises as premises_of
from lossproof.term import Bool, Relation, Term, free_names
from lossproof.verdict import (
    Attempt,
    Conditional,
    Defined,
    Diagnosis,
    Error,
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
WORK_BEFORE_READINGS = 2_000
"""The budget of one that is tried before other readings of a step, which are easier where they hold."""
WORK_FOR_ORDER = 20_000
"""The budget of a proof that one side of a reading is not less than the other, which is a long shot."""
SHRINKING = 300
"""How many smaller points are tried for a counterexample."""

_SPACES = "not decided: an integral over a space of which only the name is known"
_COMPOSED: dict[tuple[str, str], LineRelation] = {
    ("<=", "<"): "<", ("<", "<="): "<", (">=", ">"): ">", (">", ">="): ">",
}


Settled = Callable[[StepResult], None]
"""Takes a result whose verdict stands, while the rest of it is still worked on."""


def _nobody(_result: StepResult) -> None:
    """Told to nobody."""


def compose(first: LineRelation, second: LineRelation) -> LineRelation | None:
    """The relation of the ends of two joined steps, None where they do not compose."""
    if first == second or second == "=":
        return first
    if first == "=":
        return second
    if {first, second} == {"=>", "<=>"}:
        return "=>"
    return _COMPOSED.get((first, second))


def step_of(document: Document, derivation: Derivation, index: int) -> Step:
    """The question that line `index` (from 2) asks of the judge."""
    line = derivation.lines[index - 1]
    return Step(
        derivation.lines[derivation.before(index) - 1].term, line.term, line.relation, (*derivation.given, *line.given),
        document.declarations, document.definitions,
    )


def check_step(document: Document, derivation: Derivation, index: int, settled: Settled = _nobody) -> StepResult:
    """The result of the step from line index - 1 to line `index`; an error for a line that could not be read.

    Line 1 has a result only as such an error. A step from a line that could not be read is unknown.
    `settled` is told what `check` tells it.
    """
    line = derivation.lines[index - 1]
    wrong = line.unread or line.given_unread
    if wrong is not None:
        return StepResult(index, Error(wrong))
    if derivation.lines[derivation.before(index) - 1].unread is not None:
        return StepResult(index, Unknown(f"line {index - 1}, which it follows from, could not be read"))
    step = step_of(document, derivation, index)
    result = _by_readings(document, line, step)
    if not line.bare and (result is None or not isinstance(result.verdict, Proved | Conditional)):
        resting = _resting(document, line, step)
        if resting is not None:
            return replace(resting, index=index)
    if line.otherwise is not None:
        settled(StepResult(index, Defined(line.otherwise)))     # where nothing more is found in time
    if result is None and line.alone and isinstance(line.term, Relation) and line.term.op == "=":
        by_itself = check(replace(step, left=line.term.left, right=line.term.right, relation="="))
        result = by_itself if isinstance(by_itself.verdict, Proved | Conditional) else None

    def stands(found: StepResult) -> None:
        settled(of_prose(document, line, step, replace(found, index=index)))

    result = replace(result or check(step, stands), index=index)
    if isinstance(result.verdict, Error) and result.verdict.diagnostic.span is None:
        result = replace(result, verdict=Error(replace(result.verdict.diagnostic, span=line.span)))
    result = of_prose(document, line, step, result)
    if line.correct is not None:
        result = replace(result, correction=check(replace(step, right=line.correct)).verdict)
    return result


def _resting(document: Document, line: Line, step: Step) -> StepResult | None:
    """The result of a line that is proved under what the document says elsewhere, and is not refuted as it stands."""
    if not line.premises or line.correct is not None:
        return None
    begun = time.perf_counter()
    whole = [step]
    if line.alone and isinstance(line.term, Relation) and line.term.op == "=":
        whole.insert(0, replace(step, left=line.term.left, right=line.term.right, relation="="))
    try:
        if any(complex_steps.is_complex(one) or (_is_plain(one) and isinstance(proof.prove(one), proof.Claim)) or (
                not _is_plain(one) and _established(one) is not None) for one in whole):
            return None
        if _is_plain(step) and _fails(document, line, step):
            return None
        for one in whole:
            found = _rests_on(one, line.premises)
            if found is not None:
                return replace(found, seconds=time.perf_counter() - begun)
    except (InputError, Unsupported):
        pass        # said where the line is judged as it stands
    return None


def _fails(document: Document, line: Line, step: Step) -> bool:
    """Whether a step is refuted at one of the first points, as it stands."""
    if is_only_as_set(document, step):
        return False
    plain = pointwise.without_limits(step)
    for point in counterexample.points(plain, limit=POINTS_OUTSIDE):
        if (verdict := judge.refuted(plain, point)) is not None:
            return isinstance(of_prose(document, line, step, StepResult(0, verdict)).verdict, Refuted)
    return False


def _rests_on(step: Step, premises: Sequence[Premise]) -> StepResult | None:
    """The result of a step under the least premises that were found to prove it."""
    for proposal in premises_of.proposals(step, premises):
        if not _follows(step, proposal):
            continue
        proposal = premises_of.least(proposal, lambda fewer: _follows(step, fewer))
        result = _established(under(step, [premise.term for premise in proposal]))
        if result is not None:
            return replace(result, premises=proposal)
    return None


def _follows(step: Step, premises: Sequence[Premise]) -> bool:
    posed = under(step, [premise.term for premise in premises])
    if _is_plain(posed):
        return isinstance(proof.prove(posed), proof.Claim)
    return _established(posed) is not None


def _is_plain(step: Step) -> bool:
    """Whether a step is one between numbers or arrays, with no chance and no space in it."""
    return not (expected_numbers.values_of(step) or expectations.has_expectations(step) or spaces.over_spaces(step))


def _established(step: Step) -> StepResult | None:
    """The result of a step that is proved, at least under conditions; no counterexample is looked for."""
    if _is_plain(step):
        result = _proved(step)
    elif spaces.over_spaces(step):
        result = _by_points(step)
    else:
        result = _by_values(step, supposed=True)
    return result if result is not None and isinstance(result.verdict, Proved | Conditional) else None


def _by_readings(document: Document, line: Line, step: Step) -> StepResult | None:
    """The result of a step that is proved, as it stands or read in another way; None where it is to be judged else.

    As it stands, it gets a small budget first where matrices or integrals over named spaces make it costly.
    """
    chance = bool(expected_numbers.values_of(step)) or expectations.has_expectations(step)
    if line.bare:
        found = None if chance else _in_a_reading(line, step)
        return found or StepResult(0, Unknown("it says what its left side means"))
    if not line.readings or chance or complex_steps.is_complex(step):
        return None
    read = (replace(step, left=reading.left, right=reading.right) for reading in line.readings)
    costly = proof.has_arrays(step) or any(map(spaces.over_spaces, (step, *read)))
    try:
        found = _claimed(step, WORK_BEFORE_READINGS if costly else WORK)
    except InputError:
        return None
    if found is not None and isinstance(found.verdict, Proved if costly else Proved | Conditional):
        return found
    return None if _fails(document, line, step) else _in_a_reading(line, step)


def _in_a_reading(line: Line, step: Step) -> StepResult | None:
    """The result of the first reading of a step in which it is proved, at least under conditions."""
    for reading in line.readings:
        read = replace(step, left=reading.left, right=reading.right, given=(*step.given, *reading.given))
        try:
            work = WORK if step.relation == "=" else WORK_FOR_ORDER
            claim = _by_points(read, work) or (None if spaces.over_spaces(read) else _claimed(read, work))
        except InputError:
            continue
        if claim is not None and isinstance(claim.verdict, Proved | Conditional):
            return replace(claim, verdict=judge.in_reading(claim.verdict))
    return None


def _claimed(step: Step, work: int = WORK) -> StepResult | None:
    """The result of a step where it is proved; no counterexample is looked for."""
    validate(step)
    claim = proof.prove(step, work)
    return _exhibit(pointwise.without_limits(step), claim) if isinstance(claim, proof.Claim) else None


def check_claim(document: Document, derivation: Derivation, settled: Settled = _nobody) -> StepResult | None:
    """The result for first line against last; None for a chain of one step or less.

    It is unknown where one of them, or a hypothesis of a step, could not be read.
    Hypotheses of single steps count for the claim, since every one of them is used on the way.
    Where the claim is not settled on its own but every step is proved, it is proved by these.
    """
    lines = derivation.lines
    if len(lines) < 3 or any(line.otherwise for line in lines):
        return None
    relation: LineRelation = lines[1].relation
    for line in lines[2:]:
        composed = compose(relation, line.relation)
        if composed is None:
            message = f"`{relation}` and `{line.relation}` do not compose to a claim about first and last line"
            return StepResult(len(lines), Error(diagnostic("LP109", message, line.span)))
        relation = composed
    missing = [number for number, line in enumerate(lines, 1)
               if line.given_unread or (line.unread and number in (1, len(lines)))]
    if missing:
        return StepResult(len(lines), Unknown(f"line {missing[0]} could not be read"))
    given = tuple(dict.fromkeys((*derivation.given, *(g for line in lines for g in line.given))))
    step = Step(lines[0].term, lines[-1].term, relation, given, document.declarations, document.definitions)
    verdicts = _verdicts(document, derivation, step)
    chained = _chained(step, verdicts)
    if chained is not None:
        return StepResult(len(lines), chained)

    def stands(found: StepResult) -> None:
        settled(of_prose(document, lines[-1], step, replace(found, index=len(lines))))

    result = of_prose(document, lines[-1], step, replace(check(step, stands), index=len(lines)))
    if isinstance(result.verdict, Unknown):
        result = replace(result, attempts=(*result.attempts, *_unsettled(verdicts)))
    return result


def _verdicts(document: Document, derivation: Derivation, claim: Step) -> list[Verdict]:
    """The verdicts of the steps, where the claim is not settled on its own; else none."""
    try:
        if isinstance(proof.prove(claim), proof.Claim):
            return []
    except InputError:
        return []
    return [check_step(document, derivation, index).verdict for index in range(2, len(derivation.lines) + 1)]


def _unsettled(verdicts: Sequence[Verdict]) -> Iterator[Attempt]:
    """Which steps keep a claim from following from its steps."""
    for number, verdict in enumerate(verdicts, 2):
        match verdict:
            case Proved():
                pass
            case Unknown(reason=reason):
                yield Attempt(f"the step to line {number}", f"not settled: {reason}")
            case _:
                yield Attempt(f"the step to line {number}", verdict.verdict)


def _chained(claim: Step, verdicts: Sequence[Verdict]) -> Proved | None:
    """The claim from its steps, where every one of them is proved."""
    if not verdicts:
        return None
    try:
        if expectations.has_expectations(claim):
            claim = expectations.over_outcomes(claim).proving
        claim = expectations.at_an_outcome(claim)
        claims = complex_steps.real_steps(claim).steps if complex_steps.is_complex(claim) else (claim,)
    except (InputError, Unsupported):
        return None
    found: Proved | None = None
    for real in claims:
        plain = pointwise.without_limits(real)
        found = judge.chained(plain, verdicts, counterexample.points(plain, limit=POINTS_OUTSIDE))
        if found is None:
            return None
    return found


def check(step: Step, settled: Settled = _nobody) -> StepResult:
    """The verdict of one step, with diagnosis where it is refuted.

    `settled` is told the result as soon as its verdict stands, before counterexample and diagnosis are made
    good to read.
    """
    start = time.perf_counter()
    try:
        result = _decide(step, settled)
    except InputError as error:
        result = StepResult(0, Error(error.diagnostic))
    return replace(result, seconds=time.perf_counter() - start)


def _decide(step: Step, settled: Settled) -> StepResult:
    if expected_numbers.values_of(step):
        return _decide_values(step, settled)
    if expectations.has_expectations(step):
        return _decide_outcomes(step)
    step = expectations.at_an_outcome(step)
    if complex_steps.is_complex(step):
        return _decide_parts(step, settled)
    if spaces.over_spaces(step):
        # nothing is refuted by what a space or a function might be
        return _by_points(step) or _claimed(step) or StepResult(0, Unknown(_SPACES))
    return _decide_real(step, settled)


def _decide_values(step: Step, settled: Settled) -> StepResult:
    """The result of a step with values that a document gives to expectations.

    The step holds if it does with their values, or with the expectations themselves. Where expectations without a
    value stand beside them, how all are joined is not known, and nothing is refuted.
    """
    result = _by_values(step)
    if result is not None:
        return result
    if not expectations.has_expectations(step):
        return _decide_plainly(expectations.at_an_outcome(step), settled)
    return StepResult(0, Unknown("not decided: the values of expectations do not settle it"))


def _by_values(step: Step, *, supposed: bool = False) -> StepResult | None:
    """The strongest result of a step that is proved with the values of its expectations, or with these themselves.

    `supposed`: its hypotheses are what a document says elsewhere, for which no distribution is asked for.
    """
    readings, values = [step], expected_numbers.values_of(step)
    with suppress(Unsupported):
        readings += [expected_numbers.as_expectations(step, values)] if values else []
    weaker: StepResult | None = None
    for reading in readings:
        result = _proved_by_chance(reading, supposed) if expectations.has_expectations(reading) else _proved(reading)
        if result is not None and isinstance(result.verdict, Proved):
            return result
        weaker = weaker or result
    return weaker


def _proved(step: Step) -> StepResult | None:
    """The result of a step without expectations that the kernel proves."""
    plain = expectations.at_an_outcome(step)
    try:
        if complex_steps.is_complex(plain):
            return None
        claim = proof.prove(plain)
    except (InputError, Unsupported):
        return None
    if not isinstance(claim, proof.Claim):
        return None
    result = _exhibit(pointwise.without_limits(plain), claim)
    return result if isinstance(result.verdict, Proved | Conditional) else None


def _proved_by_chance(step: Step, supposed: bool = False) -> StepResult | None:
    """The result of a step with expectations that the kernel proves, with these as numbers or over outcomes."""
    numbers = _proved_as_numbers(step, supposed)
    if numbers is not None and isinstance(numbers.verdict, Proved):
        return numbers
    try:
        found = expectations.over_outcomes(step)
    except (InputError, Unsupported):
        return numbers
    result = _proved(found.proving)
    if result is None or (numbers is not None and not isinstance(result.verdict, Proved)):
        return numbers
    assert isinstance(result.verdict, Proved | Conditional)
    return replace(result, verdict=judge.over_outcomes(found, result.verdict))


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
    result = _proved(numbers.step)
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
    result = _decide_plainly(found.proving)
    if numbers is not None and not isinstance(result.verdict, Proved):
        return numbers
    if isinstance(result.verdict, Proved | Conditional):
        return replace(result, verdict=judge.over_outcomes(found, result.verdict))
    if isinstance(result.verdict, Refuted) and found.refuting is not found.proving:
        result = _decide_plainly(found.refuting)
        if isinstance(result.verdict, Proved | Conditional):
            return StepResult(0, Unknown("not decided: it may fail at an outcome of chance 0"))
    return replace(result, diagnosis=None)


def _decide_plainly(step: Step, settled: Settled | None = None) -> StepResult:
    """The result of a step; without a diagnosis where nobody is told."""
    if complex_steps.is_complex(step):
        return _decide_parts(step, settled or _nobody)
    return _decide_real(step, settled or _nobody, diagnosed=settled is not None)


def _by_points(step: Step, work: int = WORK) -> StepResult | None:
    """The result of a step with integrals over spaces that are only named, where finite sums settle it."""
    validate(step)
    sums = spaces.atoms(step)
    claim = None if sums is None else proof.prove(sums.step, work)
    if sums is None or not isinstance(claim, proof.Claim):
        return None
    found = _exhibit(pointwise.without_limits(sums.step), claim)
    if isinstance(found.verdict, Proved | Conditional):
        return replace(found, verdict=judge.over_spaces(sums, found.verdict))
    return found if found.fault else None


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
        diagnosis = repair_complex.diagnose(step, parts, _is_proved)
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
            return _refuted(plain, point, ())
    return None


def _decide_real(step: Step, settled: Settled = _nobody, *, diagnosed: bool = True) -> StepResult:
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
            found = _refuted(plain, point, tuple(attempts))
            settled(found)
            return replace(found, diagnosis=repair.diagnose(step, plain, _is_proved)) if diagnosed else found
    attempts.append(Attempt("counterexample", f"none among {tried} points (evidence, not proof)",
                            time.perf_counter() - begun))
    result = StepResult(0, Unknown(f"not decided: {claim.reason}"), attempts=tuple(attempts))
    settled(result)
    if not inferred and (supposing := _supposing(step, plain, settled)) is not None:
        return replace(supposing, attempts=tuple(attempts))
    left_over = repair.residual(step)
    return result if left_over is None else replace(result, diagnosis=Diagnosis(left_over))


def _refuted(step: Step, point: Point, attempts: tuple[Attempt, ...]) -> StepResult:
    """The result of a step that fails at a point, with the point made small."""
    least = counterexample.shrink(step, point, lambda p: judge.refuted(step, p) is not None, SHRINKING)
    verdict = judge.refuted(step, least) or judge.refuted(step, point)
    assert verdict is not None
    return StepResult(0, verdict, attempts=attempts)


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
        result = _exhibit(within, replace(claim, assumed=own))
        if isinstance(result.verdict, Unknown):
            continue
        if isinstance(result.verdict, Conditional) and not _is_inferred(step, supposed):
            failing = (point for point in _outside(plain, replace(claim, assumed=supposed))
                       if judge.refuted(plain, point) is not None)
            if (point := next(failing, None)) is not None:
                return _refuted(plain, point, ())
        best = result
        settled(best)
    return best


def _is_inferred(step: Step, supposed: Sequence[Term]) -> bool:
    """Whether there are hypotheses, and every one is about names whose declarations were inferred."""
    names = [step.declarations.get(name) for hypothesis in supposed for name in free_names(hypothesis)]
    return bool(supposed) and all(found is not None and found.assumed for found in names)


def _exhibited(step: Step, plain: Step, claim: proof.Claim) -> StepResult:
    """The verdict of a claim, for which points are looked for where a limit's value may depend on signs, too."""
    result = _exhibit(plain, claim)
    if not isinstance(result.verdict, Unknown) or result.fault is not None or not pointwise.has_limits(plain):
        return result
    supposed = suppositions.signs(step)
    if not supposed:
        return result
    # a point that satisfies more hypotheses is one of the step's own
    again = _exhibit(pointwise.without_limits(replace(step, given=(*step.given, *supposed))), claim)
    return result if isinstance(again.verdict, Unknown) else again


def _exhibit(step: Step, claim: proof.Claim, limit: int = POINTS_TRIED) -> StepResult:
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
            return _refuted(step, point, ())
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


def _is_proved(step: Step) -> bool:
    """Whether the judge proves a step that search proposes."""
    try:
        if complex_steps.is_complex(step):
            return all(_is_proved(real) for real in complex_steps.real_steps(step).steps)
    except (InputError, Unsupported):
        return False
    try:
        found = proof.prove(step)
    except InputError:
        return False
    if not isinstance(found, proof.Claim):
        return False
    result = _exhibit(pointwise.without_limits(step), found, POINTS_FOR_SUGGESTION)
    return isinstance(result.verdict, Proved | Conditional)

