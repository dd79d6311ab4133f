"""Lines of documents that are proved under what the document says on other lines, or in another reading of the step.

Not trusted with verdicts: it proposes hypotheses and readings, and the judge decides. Imports `lowering`,
`deciding`, `prose_verdicts`, the kernel, `search`, and the ground floor.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import islice, takewhile

from lossproof.deciding import (
    LOOKS_OUTSIDE,
    POINTS_COSTLY,
    POINTS_OUTSIDE,
    POINTS_TRIED,
    WORK,
    Settled,
    claimed,
    nobody,
    smallest,
)
from lossproof.derivation import Declaration, Document, Line, Premise, Reading, Step
from lossproof.diagnostic import InputError
from lossproof.kernel import complex_steps, expected_numbers, judge, pointwise, proof, random_names, spaces
from lossproof.kernel.normal_form import Unsupported
from lossproof.kernel.points import Point
from lossproof.kernel.premises import under
from lossproof.kernel.values_apart import values_apart
from lossproof.lowering import by_points, established, is_plain
from lossproof.prose_verdicts import is_only_as_set, of_prose
from lossproof.search import counterexample
from lossproof.search import premises as premises_of
from lossproof.term import ZERO, Relation, Symbol, Term, free_names, substitute
from lossproof.verdict import (
    Conditional,
    Proved,
    Refuted,
    StepResult,
    Unknown,
)

WORK_BEFORE_READINGS = 2_000
"""The budget of a proof that is tried before other readings of a step, which are easier where they hold."""
WORK_UNDER_PREMISES = 50_000
"""The budget of a proof under premises, of which many are tried."""
_MOST_RESTRICTIONS, _MOST_ASKED = 6, 12
"""So many other lines leave out points at which a step fails, of so many that are looked at."""
WORK_FOR_ORDER = 20_000
"""The budget of a proof that one side of a reading is not less than the other, which is a long shot."""


def resting(document: Document, line: Line, step: Step, settled: Settled = nobody) -> StepResult | None:
    """The result of a line that is proved under what the document says elsewhere, and is not refuted as it stands.

    `settled` is told one under more of it, before the least of it is looked for.
    """
    if not line.premises or line.correct is not None:
        return None
    begun = time.perf_counter()
    whole = [step]
    if line.alone and isinstance(line.term, Relation) and line.term.op == "=":
        whole.insert(0, replace(step, left=line.term.left, right=line.term.right, relation="="))
    try:
        if any(complex_steps.is_complex(one) or (is_plain(one) and isinstance(proof.prove(one), proof.Claim)) or (
                not is_plain(one) and established(one) is not None) for one in whole):
            return None
        failing = _fails(document, line, step) if is_plain(step) else None
        if failing is not None and still_refuted(
                document, line, step, StepResult(0, failing)) is not None:
            return None
        for one in whole:
            found = _rests_on(one, line.premises, settled)
            if found is not None:
                return replace(found, seconds=time.perf_counter() - begun)
    except (InputError, Unsupported):
        pass        # said where the line is judged as it stands
    return None


def _fails(document: Document, line: Line, step: Step) -> Refuted | None:
    """The verdict of one of the first points at which a step is refuted, as it stands."""
    if is_only_as_set(document, step):
        return None
    plain = pointwise.without_limits(step)
    for point in counterexample.points(plain, limit=POINTS_OUTSIDE, looks=LOOKS_OUTSIDE):
        if (verdict := judge.refuted(plain, point)) is not None:
            told = of_prose(document, line, step, StepResult(0, verdict)).verdict
            return verdict if isinstance(told, Refuted) else None
    return None


def still_refuted(document: Document, line: Line, step: Step, result: StepResult) -> StepResult | None:
    """The result of a step that is refuted, at a point at which what the document says on other lines holds, if any.

    It is the one that was found where these leave out no points. What is a mistake by itself says nothing, and what is
    only read as it is set cannot be asked.
    """
    said = tuple(islice(_restrictions(document, line, step), _MOST_RESTRICTIONS))
    if not said:
        return result
    posed = pointwise.without_limits(under(step, [premise.term for premise in said]))
    costly = pointwise.is_costly(posed)
    for point in counterexample.points(posed, limit=POINTS_COSTLY if costly else POINTS_TRIED):
        if judge.refuted(posed, point) is not None:
            return replace(result, verdict=_shown(step, posed, smallest(posed, point)), premises=said)
    return None


def _shown(step: Step, posed: Step, point: Point) -> Refuted:
    """The verdict of a point of a step under premises, with the values of names that premises tell."""
    plain = pointwise.without_limits(step)
    told = sorted(name for name in posed.definitions.keys() - step.definitions.keys()
                  if step.declarations[name].kind == "scalar")
    values = dict(point.values)
    for name in told:
        found = pointwise.compare(replace(posed, left=Symbol(name), right=Symbol(name), relation="="), point)
        if found is not None and isinstance(found.left, Fraction):
            values[name] = found.left
    verdict = judge.refuted(plain, replace(point, values=values)) or judge.refuted(posed, point)
    assert verdict is not None
    return verdict


def _restrictions(document: Document, line: Line, step: Step) -> Iterator[Premise]:
    """What is said on other lines of the names of a step, and is not true of all their values."""
    names = premises_of.names_of(step)
    asked = 0
    for premise in line.premises:
        term = premise.term
        if not isinstance(term, Relation) or term.op == "!=" or premises_of.is_step(step, term):
            continue
        alone = replace(step, left=term.left, right=term.right, relation=term.op)
        try:
            if premise.supposed and premises_of.names_of(alone) & names and is_plain(alone):
                yield premise
                continue
            if not premises_of.names_of(alone) & names or not is_plain(alone) or is_only_as_set(
                    document, alone) or pointwise.is_costly(alone):
                continue
            asked += 1
            if asked > _MOST_ASKED:
                return
            if not isinstance(proof.prove(alone, WORK_UNDER_PREMISES), proof.Claim) and not _fails(
                    document, line, alone):
                yield premise
        except (InputError, Unsupported):
            continue


def _rests_on(step: Step, premises: Sequence[Premise], settled: Settled) -> StepResult | None:
    """The result of a step under the least premises that were found to prove it."""
    if is_plain(step):      # what is said of chance would make it another question, and a costly one
        premises = [premise for premise in premises if is_plain(replace(step, given=(premise.term,)))]
    for proposal in premises_of.proposals(step, premises):
        if not _follows(step, proposal):
            continue
        whole = _under(step, proposal) if len(proposal) > 1 else None
        if whole is not None:
            settled(whole)
        found = _under(step, premises_of.least(proposal, lambda fewer: _follows(step, fewer))) or whole
        if found is not None:
            return found
    return None


def _under(step: Step, premises: tuple[Premise, ...]) -> StepResult | None:
    """The result of a step under premises that prove it, where they are not such that both of its sides vanish."""
    if _both_vanish(step, premises):
        return None
    said = [premise.term for premise in premises]
    result = _with_values_apart(step, said) or established(under(step, said), WORK_UNDER_PREMISES)
    if result is None:
        return None
    assert isinstance(result.verdict, Proved | Conditional)
    return replace(result, verdict=judge.resting(result.verdict), premises=premises)


def _with_values_apart(step: Step, said: Sequence[Term]) -> StepResult | None:
    """The result of a step under premises with numbers for values of functions, for which points are found sooner."""
    apart = values_apart(step, said)
    result = None if apart is None else established(under(apart.step, apart.hypotheses), WORK_UNDER_PREMISES)
    if apart is None or result is None:
        return None
    assert isinstance(result.verdict, Proved | Conditional)
    return replace(result, verdict=judge.of_values(apart, result.verdict))


def _both_vanish(step: Step, premises: Sequence[Premise]) -> bool:
    """Whether premises make both sides of an equation between numbers 0, of which neither is written so.

    It holds then whatever factor a side has: what its author means is said by other lines, or is a slip. Sides that
    are the same when what a premise says of a name stands for that name are an exception: nothing else is meant.
    """
    if step.relation != "=" or not is_plain(step) or ZERO in (step.left, step.right) or isinstance(
            step.left, Relation):
        return False
    told = {premise.term.left.name: premise.term.right for premise in premises if isinstance(
        premise.term, Relation) and premise.term.op == "=" and isinstance(premise.term.left, Symbol)
            and premise.term.right != ZERO}
    if substitute(step.left, told) == substitute(step.right, told):
        return False
    try:
        return all(_follows(replace(step, left=side, right=ZERO), premises) for side in (step.left, step.right))
    except InputError:      # arrays are no numbers
        return False


def _follows(step: Step, premises: Sequence[Premise]) -> bool:
    posed = under(step, [premise.term for premise in premises])
    if is_plain(posed):
        return isinstance(proof.prove(posed, WORK_UNDER_PREMISES), proof.Claim)
    return established(posed) is not None


def by_readings(document: Document, line: Line, step: Step) -> StepResult | None:
    """The result of a step that is proved, as it stands or read in another way; None where it is to be judged else.

    As it stands, it gets a small budget first where matrices or integrals over named spaces make it costly.
    """
    chance = is_of_chance(step)
    if line.bare:
        found = None if chance else _in_a_reading(line, step)
        return found or StepResult(0, Unknown("it says what its left side means"))
    line = replace(line, readings=tuple(reading for reading in line.readings if not reading.elsewhere))
    if not line.readings or complex_steps.is_complex(step):
        return None
    by_density = tuple(takewhile(lambda reading: reading.law == "normalized", line.readings))
    if by_density and is_only_as_set(document, step) and not chance:     # no point refutes it as it stands
        found = _in_a_reading(replace(line, readings=by_density), step)
        if found is not None:
            return found
        line = replace(line, readings=line.readings[len(by_density):])
        if not line.readings:
            return None
    if line.alone and isinstance(line.term, Relation):
        step = replace(step, left=line.term.left, right=line.term.right, relation="=")
    if chance:      # what is read otherwise may hold no expectations
        certain = tuple(reading for reading in line.readings if reading.law in (
            "events", "usual-meaning") and not is_of_chance(replace(step, left=reading.left, right=reading.right)))
        return _in_a_reading(replace(line, readings=certain), step)
    read = (replace(step, left=reading.left, right=reading.right) for reading in line.readings)
    costly = proof.has_arrays(step) or any(map(spaces.over_spaces, (step, *read)))
    try:
        before = WORK_BEFORE_READINGS if costly else WORK
        found = by_points(step, before) if spaces.over_spaces(step) else claimed(step, before)
    except InputError:
        return None
    if found is not None and isinstance(found.verdict, Proved if costly else Proved | Conditional):
        return found
    return None if _fails(document, line, step) else _in_a_reading(line, step)


def by_other_meanings(document: Document, line: Line, step: Step) -> StepResult | None:
    """The result of what is said of a name, by what other lines say that it is: where what is said here does not speak
    against it."""
    others = tuple(reading for reading in line.readings if reading.elsewhere and not is_of_chance(
        replace(step, left=reading.left, right=reading.right)))
    if not others or complex_steps.is_complex(step):
        return None
    try:
        here = _with_its_value(step)
        if is_plain(here) and _fails(document, replace(line, otherwise=None), here):
            return None
        return _in_a_reading(replace(line, readings=others), step)
    except InputError:
        return None


def _with_its_value(step: Step) -> Step:
    """The step with what its left side is defined as, which may hold nothing that is random: Var(X) = p + q."""
    definition = step.definitions.get(step.left.name) if isinstance(step.left, Symbol) else None
    return step if definition is None or definition.ranges else replace(step, left=definition.body)


def is_of_chance(step: Step) -> bool:
    """Whether an expectation, or the name of one's value, is in a step."""
    return bool(expected_numbers.values_of(step)) or random_names.has_expectations(step)


def _in_a_reading(line: Line, step: Step) -> StepResult | None:
    """The result of the first reading of a step in which it is proved, at least under conditions."""
    for reading in line.readings:
        read = replace(step, left=reading.left, right=reading.right, given=(*step.given, *reading.given))
        read = _with_any_values(read, reading.kept)
        try:
            work = WORK if step.relation == "=" else WORK_FOR_ORDER
            premises = reading.premises
            claim = by_points(read, work) or (None if spaces.over_spaces(read) else claimed(read, work))
            if claim is None and reading.law in ("densities", "normalized") and (set_ := _set_names(line, read)):
                claim = claimed(under(read, [premise.term for premise in set_]), work)
                premises = (*premises, *set_)
        except InputError:
            continue
        if claim is None or not isinstance(claim.verdict, Proved | Conditional):
            continue
        others = _beside(step, reading)
        if others is None:
            continue
        verdict = judge.in_reading(judge.together((claim.verdict, *others)), reading.law)
        if premises:
            verdict = judge.resting(verdict)
        return replace(claim, verdict=verdict, premises=premises)
    return None


def _set_names(line: Line, step: Step) -> tuple[Premise, ...]:
    """What the text says that names of a step are which nothing defines: parameters that are set, as it goes on."""
    found: dict[str, Premise] = {}
    names = premises_of.names_of(step) - step.definitions.keys()
    for premise in line.premises:
        match premise.term:
            case Relation("=", Symbol(name), right) if name in names - found.keys() and name not in free_names(right):
                found[name] = premise
            case _:
                pass
    return tuple(found.values())


def _with_any_values(step: Step, names: Collection[Declaration]) -> Step:
    """The step with any values for quantities."""
    free = {declared.name: declared for declared in names}
    definitions = {name: known for name, known in step.definitions.items() if name not in free}
    return replace(step, declarations={**step.declarations, **free}, definitions=definitions)


def _beside(step: Step, reading: Reading) -> list[Proved | Conditional] | None:
    """The verdicts of what must hold beside a reading; None where one of it is not proved."""
    found: list[Proved | Conditional] = []
    given = reading.given if reading.law == "normalized" else ()
    own = [*reading.of_own, *([(ZERO, ZERO)] if reading.kept and given else [])]
    for (left, right), kept in (*((pair, reading.kept) for pair in reading.beside), *((pair, ()) for pair in own)):
        posed = _with_any_values(Step(left, right, "=", given, step.declarations, step.definitions), kept)
        claim = claimed(posed, WORK_UNDER_PREMISES)
        if claim is None or not isinstance(claim.verdict, Proved | Conditional):
            return None
        found.append(judge.for_all(claim.verdict, reading.own))
    return found
