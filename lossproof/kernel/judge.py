"""The judge: the only module that makes Proved, Conditional and Refuted.

Trusted. A claim of `proof` becomes a verdict where a point was exhibited at which it says
something; a point becomes a refutation where `pointwise` shows that the step fails there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from fractions import Fraction

from flint import arb

from lossproof.derivation import ReadingLaw, Step
from lossproof.kernel.comparison import decimal
from lossproof.kernel.complex_steps import RealSteps
from lossproof.kernel.expected_numbers import Numbers
from lossproof.kernel.outcomes import Outcomes
from lossproof.kernel.pairs import twin
from lossproof.kernel.points import Point
from lossproof.kernel.pointwise import compare
from lossproof.kernel.proof import Claim
from lossproof.kernel.spaces import Atoms
from lossproof.kernel.values_apart import Apart
from lossproof.term import Entry, Number, Symbol, Term, free_names
from lossproof.verdict import Conditional, Counterexample, Proved, Refuted, Unknown, Verdict


def proved(claim: Claim, checked_at: int) -> Proved | Conditional:
    """The verdict of a claim for which points were exhibited."""
    if checked_at < 1:
        raise ValueError("a claim about nothing is not proved")
    if claim.same_domain:
        return Proved(claim.laws, checked_at)
    return Conditional(claim.conditions, claim.laws, checked_at)


def chained(claim: Step, verdicts: Sequence[Verdict], points: Iterable[Point]) -> Proved | None:
    """The claim of a chain whose steps are all proved and whose relations compose: first and last
    line are defined at the same points, and related there."""
    if not verdicts or not all(isinstance(v, Proved) for v in verdicts):
        return None
    # every step says something, but perhaps under hypotheses that never hold together
    found = [outcome for point in points if (outcome := compare(claim, point)) is not None]
    if not found or not all(outcome.holds for outcome in found):
        return None
    laws = dict.fromkeys(law for v in verdicts if isinstance(v, Proved) for law in v.laws)
    return Proved(("transitivity", *laws), min(v.checked_at for v in verdicts if isinstance(v, Proved)))


def over_spaces(atoms: Atoms, verdict: Proved | Conditional) -> Proved | Conditional | None:
    """The verdict of a step with integrals over spaces that are only named, from that of its finite sums; None where
    a condition on these says nothing of the integrals."""
    kept = [atoms.written(c) for c in verdict.conditions] if isinstance(verdict, Conditional) else []
    conditions: dict[Term, None] = {}
    for condition in (*kept, *atoms.conditions):
        if condition is None:
            return None
        conditions[condition] = None
    laws = dict.fromkeys(verdict.laws)
    if atoms.integrals:
        laws["integral-by-points"] = None
    if not conditions:
        return Proved(tuple(laws), verdict.checked_at)
    return Conditional(tuple(conditions), tuple(laws), verdict.checked_at)


def in_reading(verdict: Proved | Conditional, law: ReadingLaw) -> Proved | Conditional:
    """The verdict of a step that is read by what something usually is, from that of the step it is read as."""
    if law == "usual-meaning":
        return by_usual_meanings(verdict)
    laws = dict.fromkeys(verdict.laws)
    match law:
        case "antiderivatives":
            laws["antiderivatives"] = None
        case "definition":
            laws["definition"] = None
        case "events":
            laws["events"] = None
        case "normalized":
            laws["densities"] = None
            laws["normalized"] = None
        case _:
            laws["densities"] = None
    return replace(verdict, laws=tuple(laws))


def together(verdicts: Sequence[Proved | Conditional]) -> Proved | Conditional:
    """The verdict of several steps that must all hold: under the conditions of all, by the laws of all."""
    laws = dict.fromkeys(law for verdict in verdicts for law in verdict.laws)
    checked_at = min(verdict.checked_at for verdict in verdicts)
    conditions = dict.fromkeys(condition for verdict in verdicts if isinstance(verdict, Conditional)
                               for condition in verdict.conditions)
    if all(isinstance(verdict, Proved) for verdict in verdicts):
        return Proved(tuple(laws), checked_at)
    return Conditional(tuple(conditions), tuple(laws), checked_at)


def for_all(verdict: Proved | Conditional, names: Collection[str]) -> Proved | Conditional:
    """The verdict of a step that is asked of all values of names, wherever it is defined, without conditions on these.

    These must be about definedness alone: the step holds no integral, sum or limit.
    """
    if isinstance(verdict, Proved):
        return verdict
    kept = tuple(condition for condition in verdict.conditions if not free_names(condition) & set(names))
    return replace(verdict, conditions=kept) if kept else Proved(verdict.laws, verdict.checked_at)


def by_usual_meanings(verdict: Proved | Conditional) -> Proved | Conditional:
    """The verdict of a step in which a name means what it usually does, since the document does not say it."""
    laws = dict.fromkeys(verdict.laws)
    laws["usual-meaning"] = None
    return replace(verdict, laws=tuple(laws))


def resting(verdict: Proved | Conditional) -> Conditional:
    """The verdict of a step that rests on other lines, from that of the step with these as hypotheses."""
    conditions = verdict.conditions if isinstance(verdict, Conditional) else ()
    return Conditional(conditions, verdict.laws, verdict.checked_at)


def refuted(step: Step, point: Point) -> Refuted | None:
    """The verdict of a point at which the step provably fails; None if it does not."""
    found = compare(step, point)
    if found is None or found.holds:
        return None
    values: list[tuple[Term, Term]] = []
    for kinds in (("size",), ("index",), ("scalar", "integer")):
        for name in sorted(point.values):
            declaration = step.declarations.get(name)
            if declaration is not None and declaration.kind in kinds:
                values.append((Symbol(name), Number(point.values[name])))
    values += [(Symbol(name), value) for name, value in sorted(point.constants.items())]
    for family in sorted(point.entries):
        for position, value in sorted(point.entries[family].items()):
            values.append((_entry(family, position), Number(value)))
    functions = tuple((name, f.text) for name, f in sorted(point.functions.items()))
    where = f" at entry {', '.join(map(str, found.position))}" if found.position else ""
    left, right = shown(found.left), shown(found.right)
    return Refuted(Counterexample(tuple(values), f"{left}{where}", f"{right}{where}", functions))


def over_outcomes(found: Outcomes, verdict: Proved | Conditional) -> Proved | Conditional | Unknown:
    """The verdict of a step with expectations from that of its step over finitely many outcomes."""
    laws = ("finite-distributions", *verdict.laws)
    if isinstance(verdict, Proved):
        return Proved(laws, verdict.checked_at)
    written = [found.written(condition) for condition in verdict.conditions]
    if None in written:
        return Unknown("not decided: it holds under conditions on outcomes that cannot be said of the random names")
    conditions = dict.fromkeys(condition for condition in written if condition is not None)
    return Conditional(tuple(conditions), laws, verdict.checked_at)


def with_data_fixed(verdict: Proved | Conditional) -> Proved | Conditional:
    """The verdict of a step in which data do not vary with the parameters of their model."""
    laws = dict.fromkeys(verdict.laws)
    laws["data-fixed"] = None
    return replace(verdict, laws=tuple(laws))


def of_uncorrelated(verdict: Verdict) -> Verdict:
    """The verdict of a step with variances of sums of uncorrelated quantities from that of the step with sums."""
    if not isinstance(verdict, Proved | Conditional):
        return verdict
    laws = dict.fromkeys(verdict.laws)
    laws["variance-of-sum"] = None
    return replace(verdict, laws=tuple(laws))


def of_values(found: Apart, verdict: Proved | Conditional) -> Proved | Conditional:
    """The verdict of a step from that of the step with any numbers for values of functions."""
    if isinstance(verdict, Proved):
        return verdict
    conditions = tuple(dict.fromkeys(found.written(condition) for condition in verdict.conditions))
    return replace(verdict, conditions=conditions)


def of_numbers(found: Numbers, verdict: Proved | Conditional) -> Proved | Conditional:
    """The verdict of a step with expectations from that of its step with any numbers for them."""
    if isinstance(verdict, Proved):
        return verdict
    conditions = tuple(dict.fromkeys(found.written(condition) for condition in verdict.conditions))
    return Conditional(conditions, verdict.laws, verdict.checked_at)


def gathered(parts: RealSteps, verdicts: Sequence[Verdict]) -> Proved | Conditional | Refuted | None:
    """The verdict of a complex step from those of its real steps: refuted if one is, proved if all are."""
    for real, verdict in zip(parts.steps, verdicts, strict=False):
        if isinstance(verdict, Refuted):
            point = _complex_point(parts, verdict.counterexample)
            return Refuted(replace(point, left=point.right, right=point.left) if real in parts.backwards else point)
    laws = dict.fromkeys(parts.laws)
    conditions: dict[Term, None] = {}
    for verdict in verdicts:
        if not isinstance(verdict, Proved | Conditional):
            return None
        laws.update(dict.fromkeys(verdict.laws))
        if isinstance(verdict, Conditional):
            conditions.update(dict.fromkeys(parts.written(c) for c in verdict.conditions))
    checked_at = min(v.checked_at for v in verdicts if isinstance(v, Proved | Conditional))
    if any(isinstance(verdict, Conditional) for verdict in verdicts):
        return Conditional(tuple(conditions), tuple(laws), checked_at)
    return Proved(tuple(laws), checked_at)


def _complex_point(parts: RealSteps, found: Counterexample) -> Counterexample:
    """A point at which a real step fails, as one of the complex step, with both parts of both lines if they are
    known there."""
    left, right = found.left, found.right
    if parts.pairs and not found.functions:
        both = [_at_point(step, found.values) for step in parts.steps]
        if all(both):
            left, right = (_complex_shown([sides[side] for sides in both if sides]) for side in (0, 1))
    return replace(found, values=parts.point(found.values), left=left, right=right)


def _at_point(step: Step, values: Sequence[tuple[Term, Term]]) -> tuple[Fraction | arb | bool, ...] | None:
    numbers: dict[str, Fraction] = {}
    entries: dict[str, dict[tuple[int, ...], Fraction]] = {}
    for place, value in values:
        match place, value:
            case Symbol(name), Number(exact):
                numbers[name] = exact
            case Entry(family, indices), Number(exact):
                at = tuple(int(i.value) for i in indices if isinstance(i, Number))
                entries.setdefault(family, {})[at] = exact
    for name in [n for n in step.declarations if "(" in n]:
        # a part that the real step did not ask for is 0
        if twin(name) in numbers:
            numbers.setdefault(name, Fraction(0))
        elif twin(name) in entries:
            entries[name] = {at: entries.get(name, {}).get(at, Fraction(0)) for at in entries[twin(name)]}
    outcome = compare(step, Point(numbers, entries))
    return None if outcome is None or outcome.position else (outcome.left, outcome.right)


def _complex_shown(parts: Sequence[Fraction | arb | bool]) -> str:
    re, im = (shown(part) for part in parts)
    if im == "0":
        return re
    turned = {"1": "I", "-1": "-I"}.get(im, f"{im}*I")
    return turned if re == "0" else f"{re} - {turned[1:]}" if turned.startswith("-") else f"{re} + {turned}"


def shown(value: Fraction | arb | bool) -> str:
    """A value as people read it: exact, or its certain digits."""
    return str(value).lower() if isinstance(value, bool) else decimal(value)


def _entry(family: str, position: tuple[int, ...]) -> Term:
    return Entry(family, tuple(Number(Fraction(i)) for i in position))
