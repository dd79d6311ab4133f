"""Both lines of a step at a concrete point, by enclosures.

Trusted. Shares no rule with `proof`, save that a limit is replaced by the value that the kernel
finds for it. Points come from outside (search proposes); every hypothesis is checked again here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice, product
from typing import cast, get_args

from flint import arb

from lossproof.derivation import Step, reached
from lossproof.kernel.comparison import LAST_PRECISION, Factory, admissible, compared, decided
from lossproof.kernel.components import Components
from lossproof.kernel.context import NeedsCases
from lossproof.kernel.definedness import Conditions
from lossproof.kernel.enclosure import Evaluator
from lossproof.kernel.equations import sign_cases
from lossproof.kernel.hypotheses import Hypotheses
from lossproof.kernel.jets import OutOfBudget, Undecided, Undefined
from lossproof.kernel.normal_form import DivisionByZero, Normal, OutOfWork, Unsupported
from lossproof.kernel.normalize import Normalizer
from lossproof.kernel.points import Point
from lossproof.kernel.readback import Readback
from lossproof.kernel.sizes import sizes_apart
from lossproof.term import (
    Component,
    Const,
    Derivative,
    Integral,
    Limit,
    Number,
    Partial,
    Piecewise,
    Relation,
    RelationName,
    Subst,
    Symbol,
    Term,
    binders,
    map_children,
    walk,
)

HYPOTHESIS_PRECISION = 256
OPERATIONS = 60_000
COSTLY_PRECISION = 128
MOST_SPLITS = 2
"""A limit's value is written by cases of at most so many signs."""
MOST_ENTRIES = 64
"""So many entries of an array line are compared at a point."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Both lines at one point: their values. `holds` is False where the step's relation provably
    fails, True where it holds or the enclosures still overlap at the last precision."""

    holds: bool
    left: Fraction | arb | bool
    right: Fraction | arb | bool
    position: tuple[int, ...] = ()


def without_limits(step: Step) -> Step:
    """The step with every limit that the kernel can take replaced by its value, under the conditions for
    it, so that the lines can be evaluated at a point. Limits that it cannot take stay."""

    if not has_limits(step):
        return step
    step = sizes_apart(step)
    conditions: dict[Term, None] = {}

    n = Normalizer(step.declarations, step.definitions)

    def change(term: Term, bound: frozenset[str], varied: frozenset[str]) -> Term:
        if isinstance(term, Limit):
            names = n.mentions(term)
            if isinstance(term.variable, Symbol) and term.variable.name not in n.mentions(term.target):
                names -= {term.variable.name}       # it is the limit's own
            if names & bound:
                # of what a binder runs through nothing is known that is declared or given of its name
                return term
            # near a point there is only what is strict, and cases may meet there
            given = tuple(g for g in step.given if varied.isdisjoint(n.mentions(g)) or _is_strict(g))
            splits = 0 if names & varied else MOST_SPLITS
            value = _limit_value(replace(step, given=given), term, conditions, splits)
            return term if value is None else value
        bound = bound.union(binders(term))
        match term:
            case Derivative(_, by):
                varied = varied | n.mentions(by)
            case Subst(_, variable):
                bound = bound | n.mentions(variable)
        return map_children(term, lambda child: change(child, bound, varied))

    left, right = (change(line, frozenset(), frozenset()) for line in (step.left, step.right))
    definitions = dict(step.definitions)
    held = [definitions[name] for name in _with_limits(step)]
    if held:
        # wherever it stands: what some part of the step runs through or varies counts for all
        parts = [part for line in (step.left, step.right, *step.given, *(d.body for d in definitions.values()))
                 for part in walk(line)]
        varied = frozenset[str]().union(*(n.mentions(part.by) for part in parts if isinstance(part, Derivative)))
        bound = frozenset[str]().union(
            *(binders(part) for part in parts), *({r.name for r in d.ranges} for d in definitions.values()),
            *(n.mentions(part.variable) for part in parts if isinstance(part, Subst | Limit)),
            *(n.mentions(part.family) for part in parts if isinstance(part, Partial)))
        definitions |= {d.name: replace(d, body=change(d.body, bound, varied)) for d in held}
    # the value stands for the limit only where the limit is defined
    return replace(step, left=left, right=right, given=(*step.given, *conditions), definitions=definitions)


def has_limits(step: Step) -> bool:
    """Whether a limit is written in a line, or in a quantity that it holds."""
    return any(isinstance(x, Limit) for line in (step.left, step.right) for x in walk(line)) or bool(_with_limits(step))


def _with_limits(step: Step) -> list[str]:
    """The quantities of the lines in whose definitions a limit is written."""
    if not step.definitions:
        return []
    return sorted(name for name in reached((step.left, step.right), step.definitions) & step.definitions.keys()
                  if any(isinstance(x, Limit) for x in walk(step.definitions[name].body)))


def _is_strict(hypothesis: Term) -> bool:
    return isinstance(hypothesis, Relation) and hypothesis.op in ("<", ">", "!=")


def _limit_value(step: Step, term: Limit, conditions: dict[Term, None], splits: int) -> Term | None:
    n = Normalizer(step.declarations, step.definitions)
    try:
        h = Hypotheses(n, step.given)
        c = Conditions(h)
        needed = [x.term for x in c.written(term) if not c.discharged(x.term)]
        with n.facts.assuming([f for x in needed for f in h.facts(x)]):
            value = Readback(n.table, frozenset(step.declarations)).term(h.value(term))
    except NeedsCases as cases:
        return _by_cases(step, term, n, cases.poly, splits) if splits else None
    except (Unsupported, DivisionByZero, OutOfWork):
        return None
    conditions.update(dict.fromkeys(needed))
    return value


def _by_cases(step: Step, term: Limit, n: Normalizer, poly: Normal, splits: int) -> Term | None:
    """The limit in the cases of a sign in which it has a value without further conditions; undefined in others."""
    pieces: list[tuple[Term, Term]] = []
    try:
        cases = sign_cases(n, poly)
    except Unsupported:
        return None
    for case in cases:
        conditions: dict[Term, None] = {}
        value = _limit_value(replace(step, given=(*step.given, case)), term, conditions, splits - 1)
        if value is not None and not conditions:
            pieces.append((value, case))
    return Piecewise(tuple(pieces)) if pieces else None


def hypotheses_hold(step: Step, point: Point) -> bool:
    """Whether the point provably satisfies declarations and hypotheses."""
    factory = _factory(step, point)
    return admissible(point, step.declarations, factory(64)) and holds_at(step, point, step.given)


def holds_at(step: Step, point: Point, conditions: tuple[Term, ...]) -> bool:
    """Whether the conditions provably hold at a point."""
    factory = _factory(step, point)
    return all(decided(c, factory, HYPOTHESIS_PRECISION) is True for c in conditions)


def _factory(step: Step, point: Point, operations: int = OPERATIONS) -> Factory:
    return lambda precision: Evaluator(step.declarations, step.definitions, point, precision, operations)


def compare(step: Step, point: Point, precision: int = LAST_PRECISION) -> Outcome | None:
    """Both lines at a point that satisfies the hypotheses; None where a line is undefined or undecided.

    `step` is free of limits (`without_limits`). Values that overlap are looked at with up to `precision` bits.
    """
    try:
        if not hypotheses_hold(step, point):
            return None
        if step.relation in ("=>", "<=>"):
            return _compare_equations(step, point)
        shape = _shape(step, point)
        found: Outcome | None = None
        for position in islice(product(*(range(1, n + 1) for n in shape)), MOST_ENTRIES):
            found = _compare_at(step, point, position, precision)
            if found is None or not found.holds:
                return found
        return found
    except (Undefined, Undecided, OutOfBudget, Unsupported):
        return None


def _shape(step: Step, point: Point) -> tuple[int, ...]:
    """The sizes of the left line at the point."""
    if not Components(step.declarations, step.definitions).shape(step.left):
        return ()
    return _factory(step, point)(64).shape(step.left)


def _compare_at(step: Step, point: Point, position: tuple[int, ...], precision: int) -> Outcome | None:
    at = tuple(Number(Fraction(i)) for i in position)
    left = Component(step.left, at) if at else step.left
    right = Component(step.right, at) if at else step.right
    factory = _factory(step, point)
    precision = min(precision, _last_precision(step))
    values = compared(left, right, factory, precision)
    a, b = values.left, values.right
    if a is None or b is None or isinstance(a, Undefined) or isinstance(b, Undefined):
        return None
    if step.relation == "=":
        holds: bool | None = values.outcome != "differ"
    else:
        holds = decided(Relation(_plain(step.relation), left, right), factory, precision)
    return Outcome(holds is not False, a, b, position)


def is_costly(step: Step) -> bool:
    """Whether a line or a quantity has an integral or an infinite sum, which take long to enclose."""
    bodies = [q.body for q in step.definitions.values()]
    return any(map(takes_long, (step.left, step.right, *step.given, *bodies)))


def takes_long(term: Term) -> bool:
    """Whether a term has an integral or an infinite sum, which take long to enclose."""
    return any(isinstance(part, Integral) or part == Const("oo") for part in walk(term))


def _last_precision(step: Step) -> int:
    return COSTLY_PRECISION if is_costly(step) else LAST_PRECISION


def _compare_equations(step: Step, point: Point) -> Outcome | None:
    factory = _factory(step, point)
    a, b = decided(step.left, factory), decided(step.right, factory)
    if a and b is None and _overlap(step.right, factory):
        return Outcome(True, True, True)
    if b and a is None and step.relation == "<=>" and _overlap(step.left, factory):
        return Outcome(True, True, True)
    if a is None or b is None:
        return None
    fails = (a and not b) or (step.relation == "<=>" and b and not a)
    if fails and _is_undefined(step.right if a else step.left, factory):
        return None     # an equation without values on both sides is neither true nor false
    if fails or (a and b):
        return Outcome(not fails, a, b)
    return None


def _is_undefined(equation: Term, factory: Factory) -> bool:
    """Whether a side of an equation is known to have no value, or may have none."""
    if not isinstance(equation, Relation):
        return False
    found = compared(equation.left, equation.right, factory)
    return found.outcome == "undefined" or found.left is None or found.right is None


def _overlap(equation: Term, factory: Factory) -> bool:
    """Whether both sides of an equation have values, which still overlap at the last precision."""
    if not isinstance(equation, Relation) or equation.op != "=":
        return False
    found = compared(equation.left, equation.right, factory)
    return found.outcome == "overlap" and found.left is not None and found.right is not None


def _plain(relation: str) -> RelationName:
    for op in get_args(RelationName):
        if op == relation:
            return cast(RelationName, op)
    raise ValueError(relation)
