"""Walks a derivation: each step to the judge, points from search, one result a step.

Not trusted with verdicts: it hands the judge what search proposes, and reports. Imports the kernel's judge,
`search`, the ground floor, and beside it `deciding`, `lowering`, `resting`, `prose_verdicts`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from lossproof.data_names import held_fixed
from lossproof.deciding import POINTS_OUTSIDE, Settled, nobody
from lossproof.derivation import Derivation, Document, Line, LineRelation, Step
from lossproof.diagnostic import InputError, diagnostic
from lossproof.kernel import complex_steps, expectations, judge, pointwise, proof, random_names
from lossproof.kernel.array_values import at_arrays
from lossproof.kernel.normal_form import Unsupported
from lossproof.lowering import decide, established, is_plain
from lossproof.prose_verdicts import of_prose
from lossproof.resting import by_other_meanings, by_readings, is_of_chance, resting, still_refuted
from lossproof.search import counterexample
from lossproof.term import Derivative, Relation, Subst, walk
from lossproof.verdict import (
    Attempt,
    Conditional,
    Defined,
    Error,
    Proved,
    Refuted,
    StepResult,
    Unknown,
    Verdict,
)

_COMPOSED: dict[tuple[str, str], LineRelation] = {
    ("<=", "<"): "<", ("<", "<="): "<", (">=", ">"): ">", (">", ">="): ">",
}


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
    step = Step(
        derivation.lines[derivation.before(index) - 1].term, line.term, line.relation, (*derivation.given, *line.given),
        document.declarations, document.definitions,
    )
    return at_arrays(step if document.prose is None else held_fixed(step, document.prose.data))


def check_step(document: Document, derivation: Derivation, index: int, settled: Settled = nobody) -> StepResult:
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
    if line.otherwise is not None:
        settled(StepResult(index, Defined(line.otherwise)))     # where nothing more is found in time
    result = by_readings(document, line, step) or _by_derivative(line, step)
    # of chance, the step as it stands may take long, and what is said otherwise holds none
    other = by_other_meanings(document, line, step) if result is None and is_of_chance(step) else None
    if other is not None:
        settled(of_prose(document, line, step, replace(other, index=index)))       # where nothing better is found
    if not line.bare and (result is None or not isinstance(result.verdict, Proved | Conditional)):
        rests = resting(document, line, step, lambda found: settled(
            of_prose(document, line, step, replace(found, index=index))))
        if rests is not None:
            return of_prose(document, line, step, replace(rests, index=index))
    if result is None and line.alone and isinstance(line.term, Relation) and line.term.op == "=":
        by_itself = check(replace(step, left=line.term.left, right=line.term.right, relation="="), diagnosed=False)
        result = by_itself if isinstance(by_itself.verdict, Proved | Conditional) else None

    def stands(found: StepResult) -> None:
        if not (isinstance(found.verdict, Refuted) and line.premises):      # these may leave the point out
            settled(of_prose(document, line, step, replace(found, index=index)))

    # what other lines say may excuse a mistake: then no diagnosis of it is asked for
    excusable = bool(line.premises) or line.otherwise is not None
    result = replace(result or check(step, stands, diagnosed=not excusable), index=index)
    if isinstance(result.verdict, Error) and result.verdict.diagnostic.span is None:
        result = replace(result, verdict=Error(replace(result.verdict.diagnostic, span=line.span)))
    result = of_prose(document, line, step, result)
    if other is None and isinstance(result.verdict, Defined):
        other = by_other_meanings(document, line, step)
    if other is not None and not isinstance(result.verdict, Proved | Conditional):
        return of_prose(document, line, step, replace(other, index=index))
    if isinstance(result.verdict, Refuted) and line.premises:
        reason = "the sides differ at a point, but not where what the text says on other lines holds"
        result = still_refuted(document, line, step, result) or replace(
            result, verdict=Unknown(reason, "LP306"), diagnosis=None)
    if isinstance(result.verdict, Refuted) and excusable:
        settled(result)
        result = replace(result, diagnosis=check(step).diagnosis)
    if line.correct is not None:
        result = replace(result, correction=check(replace(step, right=line.correct)).verdict)
    return result


def _by_derivative(line: Line, step: Step) -> StepResult | None:
    """The result of an equation that follows from one about a derivative, which is the usual case, if it is proved."""
    if line.bare or not (line.alone and isinstance(step.left, Relation)) or not any(
            isinstance(part, Derivative | Subst) for part in walk(step.left)):
        return None
    try:
        return established(step) if is_plain(step) else None
    except (InputError, Unsupported):
        return None


def check_claim(document: Document, derivation: Derivation, settled: Settled = nobody) -> StepResult | None:
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
        if random_names.has_expectations(claim):
            claim = expectations.over_outcomes(claim).proving
        claim = random_names.at_an_outcome(claim)
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


def check(step: Step, settled: Settled = nobody, *, diagnosed: bool = True) -> StepResult:
    """The verdict of one step, with diagnosis where it is refuted, unless that is not asked for.

    `settled` is told the result as soon as its verdict stands, before counterexample and diagnosis are made
    good to read; only where a diagnosis is asked for.
    """
    start = time.perf_counter()
    try:
        result = decide(step, settled if diagnosed else None)
    except InputError as error:
        result = StepResult(0, Error(error.diagnostic))
    return replace(result, seconds=time.perf_counter() - start)
