"""What is wrong with a refuted step between complex lines: residual, factor, and a line that would have been right.

Untrusted: everything here is a proposal, made from the residuals of the real steps. Imports `repair`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from lossproof.derivation import Step
from lossproof.kernel.complex_steps import I, RealSteps
from lossproof.kernel.hypotheses import Hypotheses
from lossproof.kernel.normal_form import DivisionByZero, OutOfWork, Unsupported
from lossproof.kernel.normalize import NeedsCases, Normalizer
from lossproof.search import repair
from lossproof.term import (
    MINUS_ONE,
    ZERO,
    Add,
    Call,
    Mul,
    Number,
    Term,
    map_children,
    negate,
    node_count,
    subtract,
    walk,
)
from lossproof.verdict import Diagnosis

LONGEST_RESIDUAL = 16
"""The right line less its residual is offered where the residual has at most so many nodes more than the line."""


def diagnose(step: Step, parts: RealSteps, proves: Callable[[Term], bool]) -> Diagnosis:
    """Residual (right minus left), remark and a proved suggestion; empty where nothing was found."""
    if step.relation != "=":
        return Diagnosis()
    residual = _residual(parts)
    for remark, line in _proposals(step, parts, residual):
        if proves(line):
            return Diagnosis(residual, remark, line)
    return Diagnosis(residual)


def _residual(parts: RealSteps) -> Term | None:
    """The residuals of the real steps as one; None where one is not known."""
    found: list[Term] = []
    for real in parts.steps:
        residual = repair.diagnose(real, lambda _: False, lambda _: False).residual
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


def _proposals(step: Step, parts: RealSteps, residual: Term | None) -> Iterator[tuple[str | None, Term]]:
    """Lines in the place of the right one, the most usual mistakes first."""
    right = step.right
    ratio = _ratio(parts)
    if ratio is not None:
        factor = Number(1 / ratio)
        yield f"off by a factor {ratio}", negate(right) if ratio == -1 else Mul((factor, right))
    yield "off by a factor I", Mul((MINUS_ONE, I, right))
    yield "off by a factor -I", Mul((I, right))
    for part in walk(right):
        if isinstance(part, Call) and part.function == "conjugate":
            yield "a conjugate too many", _replaced(right, part, part.args[0])
    yield "the complex conjugate is needed", Call("conjugate", (right,))
    if residual is not None and node_count(residual) <= node_count(right) + LONGEST_RESIDUAL:
        yield None, subtract(right, residual)


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


def _replaced(term: Term, old: Term, new: Term) -> Term:
    return new if term is old else map_children(term, lambda child: _replaced(child, old, new))
