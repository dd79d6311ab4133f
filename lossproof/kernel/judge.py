"""The judge: the only module that makes Proved, Conditional and Refuted.

Trusted. A claim of `proof` becomes a verdict where a point was exhibited at which it says
something; a point becomes a refutation where `pointwise` shows that the step fails there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from flint import arb

from lossproof.derivation import Step
from lossproof.kernel.comparison import decimal
from lossproof.kernel.points import Point
from lossproof.kernel.pointwise import compare
from lossproof.kernel.proof import Claim
from lossproof.term import Entry, Number, Symbol, Term
from lossproof.verdict import Conditional, Counterexample, Proved, Refuted, Verdict


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


def shown(value: Fraction | arb | bool) -> str:
    """A value as people read it: exact, or its certain digits."""
    return str(value).lower() if isinstance(value, bool) else decimal(value)


def _entry(family: str, position: tuple[int, ...]) -> Term:
    return Entry(family, tuple(Number(Fraction(i)) for i in position))
