"""What is wrong with a refuted step between complex lines: residual, factor, and a line that would have been right.

Untrusted: everything here is a proposal. Imports the kernel's real steps, `repair`, `slips` and `scope`. The residual
is put together from those of the real steps. Lines one slip away are tried at points and then given to the kernel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import islice

from lossproof.derivation import Step
from lossproof.diagnostic import InputError
from lossproof.kernel.complex_steps import I, RealSteps, real_steps
from lossproof.kernel.components import Components
from lossproof.kernel.context import NeedsCases
from lossproof.kernel.hypotheses import Hypotheses
from lossproof.kernel.normal_form import DivisionByZero, OutOfWork, Unsupported
from lossproof.kernel.normalize import Normalizer
from lossproof.kernel.points import Point
from lossproof.kernel.pointwise import compare, without_limits
from lossproof.print_text import pretty
from lossproof.search import counterexample, repair
from lossproof.search.factoring import scaled
from lossproof.search.scope import Role, Scope, role_of
from lossproof.search.slips import Slip, slips
from lossproof.search.undo import into, words
from lossproof.search.writing import flipped
from lossproof.term import (
    MINUS_ONE,
    ZERO,
    Add,
    Call,
    Entry,
    Mul,
    Symbol,
    Term,
    children,
    node_count,
    subtract,
)
from lossproof.verdict import Diagnosis

LONGEST_RESIDUAL = 16
"""The right line less its residual is offered where the residual has at most so many nodes more than the line."""
MOST_SLIPS = 150
MOST_NODES = 8_000
"""Fewer slips are tried of long lines: so many nodes of real lines are looked at."""
POINTS = 3
PROOFS = 4


def diagnose(step: Step, parts: RealSteps, is_proved: Callable[[Step], bool]) -> Diagnosis:
    """Residual (right minus left), remark and a proved suggestion; empty where nothing was found."""
    if step.relation != "=":
        return Diagnosis()
    residual = _residual(parts)
    points = _points(parts)
    tried = 0
    for found in _proposals(step, parts, residual):
        if found.suggestion is None or not _fits(step, found.suggestion, points):
            continue
        if is_proved(replace(step, right=found.suggestion)):
            return found
        tried += 1
        if tried >= PROOFS:
            break
    return Diagnosis(residual)


def _residual(parts: RealSteps) -> Term | None:
    """The residuals of the real steps as one; None where one is not known."""
    if Components(parts.steps[0].declarations, parts.steps[0].definitions).shape(parts.steps[0].left):
        return None
    found: list[Term] = []
    for real in parts.steps:
        residual = repair.residual_of(real)
        if residual is None:
            return None
        found.append(parts.written(residual))
    if not parts.pairs:
        return found[0]
    re, im = found
    if im == ZERO:
        return re
    turned = Mul((I, im))
    return turned if re == ZERO else Add((re, turned))


def _points(parts: RealSteps) -> list[Point]:
    """Points that have a value for every name of the real steps, where there are such."""
    drawn = [islice(counterexample.points(without_limits(real), limit=2 * POINTS), POINTS) for real in parts.steps]
    found = [list(points) for points in drawn]
    return max(found, key=lambda points: sum(len(p.values) + len(p.entries) for p in points), default=[])


def _fits(step: Step, line: Term, points: list[Point]) -> bool:
    """Whether the step holds with this line at the points that say something."""
    try:
        parts = real_steps(replace(step, right=line))
    except (Unsupported, InputError):
        return False
    reals = [without_limits(real) for real in parts.steps]
    return all((found := compare(real, point)) is None or found.holds for point in points for real in reals)


def _proposals(step: Step, parts: RealSteps, residual: Term | None) -> Iterator[Diagnosis]:
    """Lines in the place of the right one, the most usual mistakes first."""
    right = step.right
    ratio = _ratio(parts)
    if ratio is not None:
        line = flipped(right) if ratio == -1 else scaled(right, 1 / ratio)
        yield Diagnosis(residual, f"off by a factor {ratio}", line)
    yield Diagnosis(residual, "off by a factor I", Mul((MINUS_ONE, I, right)))
    yield Diagnosis(residual, "off by a factor -I", Mul((I, right)))
    size = sum(node_count(line) for real in parts.steps for line in (real.left, real.right))
    found = islice(_slips(step), min(MOST_SLIPS, MOST_NODES // size))
    for slip, line in sorted(found, key=lambda item: item[0].cost):
        yield Diagnosis(residual, words(slip, pretty), line, slip.kind)
    if residual is not None and node_count(residual) <= node_count(right) + LONGEST_RESIDUAL:
        yield Diagnosis(residual, None, subtract(right, residual))


def _slips(step: Step) -> Iterator[tuple[Slip, Term]]:
    """Single changes of the right line, each with the line that it makes."""
    def at(term: Term, role: Role, parent: Term | None, scope: Scope,
           rebuild: Callable[[Term], Term]) -> Iterator[tuple[Slip, Term]]:
        if role == "fixed":
            return
        for slip in slips(term, role, parent, scope):
            yield slip, rebuild(slip.term)
        if role == "value":
            if isinstance(term, Call) and term.function == "conjugate":
                without = Slip("function", term.args[0], 11, "the conjugate in {} is too much", (term,))
                yield without, rebuild(without.term)
            else:
                turned = Slip("function", Call("conjugate", (term,)), 12 if isinstance(term, Symbol | Entry) else 13,
                              "the conjugate of {} is needed", (term,))
                yield turned, rebuild(turned.term)
        inner = scope.inside(term)
        for position, child in enumerate(children(term)):
            child_role = role_of(term, position, role)
            within = inner if child_role in ("value", "condition") else scope
            yield from at(child, child_role, term, within, into(term, position, rebuild))

    yield from at(step.right, "value", None, Scope(step, {}), lambda term: term)


def _ratio(parts: RealSteps) -> Fraction | None:
    """The number c with right = c * left, in the real and in the imaginary parts."""
    found: set[Fraction] = set()
    for real in parts.steps:
        n = Normalizer(real.declarations, real.definitions)
        try:
            h = Hypotheses(n, real.given)
            left, right = h.value(real.left), h.value(real.right)
            if left.is_zero and right.is_zero:
                continue
            ratio = None if left.is_zero or right.is_zero else (right / left).constant
        except (Unsupported, DivisionByZero, NeedsCases, OutOfWork):
            return None
        if ratio is None:
            return None
        found.add(Fraction(ratio))
    return found.pop() if len(found) == 1 else None
