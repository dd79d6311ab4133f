"""Verdicts on random steps, against an evaluation that shares nothing with the kernel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from fractions import Fraction
from random import Random

import partial_terms
import pytest
import sum_terms
import test_strangers
import test_traps
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from independent import NotCovered, Point, Undefined, evaluate, holds, same
from random_terms import DECLARATIONS, conditionally, edit, places, random_term, replaced, rewrite, sample
from steps import Case, make_step

from lossproof import checker
from lossproof.derivation import Definition, LineRelation, Step
from lossproof.diagnostic import InputError
from lossproof.print_text import text
from lossproof.read.expression import parse, parse_declarations
from lossproof.term import Entry, Number, Relation, Symbol, Term, node_count
from lossproof.verdict import Counterexample, StepResult

NOTHING: Mapping[str, Definition] = {}
RANDOMS = st.randoms(use_true_random=False)
FEW = settings(max_examples=60, derandomize=True, deadline=None, database=None,
               suppress_health_check=[HealthCheck.too_slow])
MANY = settings(FEW, max_examples=800)
LARGEST = 120
"""Random terms of more nodes are left out: they cost much and show little more."""


def shown(step: Step, result: StepResult) -> str:
    """A step and its result, for messages."""
    return f"{text(step.left)}  {step.relation}  {text(step.right)}: {result.verdict} {result.fault or ''}"


def differ(step: Step, random: Random, tries: int = 6) -> Point | None:
    """A random point at which both sides are defined and differ clearly, found without the kernel."""
    for _ in range(tries):
        point = sample(random)
        try:
            left, right = (evaluate(side, step.declarations, step.definitions, point, 20)
                           for side in (step.left, step.right))
        except (Undefined, NotCovered):
            continue
        if not same(left, right, 12):
            return point
    return None


def contradicted(step: Step, point: Point) -> bool:
    """Whether both sides are defined at the point and clearly not related there.

    Two sides that agree to many digits count as equal only if they still do to ten times as many.
    """
    claim = Relation(step.relation, step.left, step.right)  # type: ignore[arg-type]
    try:
        for side in (step.left, step.right):
            evaluate(side, step.declarations, step.definitions, point, 20)
        return not any(holds(claim, step.declarations, step.definitions, point, dps) for dps in (20, 200))
    except (Undefined, NotCovered):
        return False


# what is true is never refuted

TALLY: Counter[str] = Counter()


def check_rewriting(random: Random, depth: int, times: int) -> None:
    """Judge a random term against a rewriting of it, and count the verdicts."""
    left = random_term(random, depth)
    right = rewrite(random, left, times)
    condition = random.random() < 0.25
    if condition:
        right = conditionally(random, right)
    if node_count(left) + node_count(right) > LARGEST or left == right:
        return
    step = Step(left, right, declarations=DECLARATIONS)
    result = checker.check(step)
    assert result.fault is None, shown(step, result)
    assert result.verdict.verdict in ("proved", "conditional", "unknown"), shown(step, result)
    TALLY[result.verdict.verdict] += 1


@pytest.mark.parametrize("depth", [2, 3])
def test_rewritings_are_not_refuted(depth: int) -> None:
    """A step whose lines have one value by construction is never refuted, and seldom unknown."""
    TALLY.clear()

    @FEW
    @given(RANDOMS)
    def check(random: Random) -> None:
        check_rewriting(random, depth, 2)

    check()
    assert TALLY["unknown"] <= UNKNOWN * TALLY.total(), TALLY


UNKNOWN = 0.15
"""At most this share of the true random steps may stay unknown."""


@pytest.mark.slow
@pytest.mark.parametrize("depth", [2, 3, 4])
def test_many_rewritings_are_not_refuted(depth: int) -> None:
    """The same with more and longer steps."""
    TALLY.clear()

    @MANY
    @given(RANDOMS)
    def check(random: Random) -> None:
        check_rewriting(random, depth, 4)

    check()
    assert TALLY["unknown"] <= 2 * UNKNOWN * TALLY.total(), TALLY


# what is false is never proved

def check_edit(random: Random, depth: int) -> None:
    """Judge a random term against an edited rewriting of it that has another value somewhere."""
    left = random_term(random, depth)
    right = edit(random, rewrite(random, left, 1))
    if node_count(left) + node_count(right) > LARGEST or left == right:
        return
    step = Step(left, right, declarations=DECLARATIONS)
    if differ(step, Random(1)) is None:
        return
    result = checker.check(step)
    assert result.fault is None, shown(step, result)
    assert result.verdict.verdict in ("refuted", "unknown"), shown(step, result)
    TALLY[result.verdict.verdict] += 1
    if result.verdict.verdict == "refuted":
        confirm(step, result.verdict.counterexample)


@pytest.mark.parametrize("depth", [2, 3])
def test_mistakes_are_not_proved(depth: int) -> None:
    """A step whose lines differ at a point is never proved or conditional, and mostly refuted."""
    TALLY.clear()

    @FEW
    @given(RANDOMS)
    def check(random: Random) -> None:
        check_edit(random, depth)

    check()
    assert TALLY["unknown"] <= UNKNOWN * TALLY.total(), TALLY


@pytest.mark.slow
@pytest.mark.parametrize("depth", [2, 3, 4])
def test_many_mistakes_are_not_proved(depth: int) -> None:
    """The same with more and longer steps."""
    TALLY.clear()

    @MANY
    @given(RANDOMS)
    def check(random: Random) -> None:
        check_edit(random, depth)

    check()
    assert TALLY["unknown"] <= UNKNOWN * TALLY.total(), TALLY


# inequalities: what the independent values contradict is never proved

@pytest.mark.parametrize("relation", ["<", "<=", ">", ">="])
def test_inequalities_against_random_values(relation: str) -> None:
    """A random inequality that fails at a random point is never proved."""
    @FEW
    @given(RANDOMS)
    def check(random: Random) -> None:
        left = random_term(random, 2)
        right = random.choice((Number(Fraction(0)), Number(Fraction(1)), random_term(random, 1)))
        step = Step(left, right, relation, declarations=DECLARATIONS)  # type: ignore[arg-type]
        result = checker.check(step)
        assert result.fault is None, shown(step, result)
        if result.verdict.verdict not in ("proved", "conditional"):
            return
        for seed in range(6):
            point = sample(Random(seed))
            assert not contradicted(step, point), (shown(step, result), point)

    check()


# steps whose lines are undefined here and there

Change = Callable[[Random, Term], Term | None]
Sampler = Callable[[Random], Point]


def changed(random: Random, term: Term, change: Change) -> Term:
    """The term after one or two changes that keep its value, or only seem to."""
    for _ in range(random.choice((1, 1, 2))):
        place = random.choice(places(term))
        new = change(random, place)
        if new is not None:
            term = replaced(term, place, new)
    return term


def partial_step(random: Random) -> Step:
    """A random step of lines with logs, roots, quotients, kinks and pieces, under none to two hypotheses."""
    left = partial_terms.partial_term(random, 2)
    right = changed(random, left, partial_terms.change)
    relation: LineRelation = random.choice(("=", "=", "=", "<=", ">", ">=", "<"))
    if relation != "=" and random.random() < 0.5:
        right = Number(Fraction(random.choice((0, 1))))
    hypotheses = tuple(random.sample(partial_terms.HYPOTHESES, random.choice((0, 0, 1, 2))))
    return Step(left, right, relation, hypotheses, declarations=partial_terms.DECLARATIONS)


def sum_step(random: Random) -> Step:
    """A random step of lines with sums, products, deltas, conditions and awkward ranges."""
    left = sum_terms.sum_term(random, 2)
    return Step(left, changed(random, left, sum_terms.change), declarations=sum_terms.DECLARATIONS)


def check_anywhere(step: Step, sampler: Sampler) -> None:
    """Assert that a verdict agrees with the independent values, and its domains with theirs."""
    if node_count(step.left) + node_count(step.right) > LARGEST:
        return
    result = checker.check(step)
    assert result.fault is None, shown(step, result)
    verdict = result.verdict
    TALLY[verdict.verdict] += 1
    if verdict.verdict == "refuted":
        confirm(step, verdict.counterexample)
    if verdict.verdict not in ("proved", "conditional"):
        return
    wanted = (*step.given, *(verdict.conditions if verdict.verdict == "conditional" else ()))
    for seed in range(40):
        point = sampler(Random(seed))
        try:
            if not all(holds(g, step.declarations, step.definitions, point, 20) for g in step.given):
                continue
            left, right = _defined(step.left, step, point), _defined(step.right, step, point)
            if left and right:
                assert not contradicted(step, point), (shown(step, result), point)
            if all(holds(c, step.declarations, step.definitions, point, 20) for c in wanted):
                assert left == right, (shown(step, result), point)
        except NotCovered:
            continue


ANYWHERE = pytest.mark.parametrize(("make", "sampler"), [
    pytest.param(partial_step, partial_terms.special_point, id="partial"),
    pytest.param(sum_step, sum_terms.size_point, id="sums"),
])


@ANYWHERE
def test_domains(make: Callable[[Random], Step], sampler: Sampler) -> None:
    """Where lines are undefined here and there, what is proved is defined at the same points and equal there;
    what is conditional is so where the conditions hold; what is refuted differs."""
    TALLY.clear()

    @FEW
    @given(RANDOMS)
    def check(random: Random) -> None:
        check_anywhere(make(random), sampler)

    check()
    assert TALLY["unknown"] <= 3 * UNKNOWN * TALLY.total(), TALLY


@pytest.mark.slow
@ANYWHERE
def test_many_domains(make: Callable[[Random], Step], sampler: Sampler) -> None:
    """The same with more steps."""
    @MANY
    @given(RANDOMS)
    def check(random: Random) -> None:
        check_anywhere(make(random), sampler)

    check()


# the strangers' and the traps' steps, once more

def confirm(step: Step, found: Counterexample) -> None:
    """Assert that the two sides are defined and differ at a counterexample, by the independent evaluation."""
    point = point_of(step, found)
    try:
        left, right = (evaluate(side, step.declarations, step.definitions, point, 30)
                       for side in (step.left, step.right))
        related = holds(Relation(step.relation, step.left, step.right),  # type: ignore[arg-type]
                        step.declarations, step.definitions, point, 30)
        for hypothesis in step.given:
            assert holds(hypothesis, step.declarations, step.definitions, point, 30), f"{text(hypothesis)} at {found}"
    except NotCovered:
        return
    assert not related, f"{text(step.left)} is {left}, {text(step.right)} is {right} at {found}"


def point_of(step: Step, found: Counterexample) -> Point:
    """The counterexample's point for the independent evaluation."""
    values: dict[str, Fraction] = {}
    entries: dict[str, dict[tuple[int, ...], Fraction]] = {}
    for name, value in found.values:
        assert isinstance(value, Number)
        match name:
            case Symbol(symbol):
                values[symbol] = value.value
            case Entry(family, indices):
                at = tuple(int(i.value) for i in indices if isinstance(i, Number))
                entries.setdefault(family, {})[at] = value.value
    functions = {}
    for function, source in found.functions:
        arity = step.declarations[function].arity
        if step.declarations[function].kind == "function" and arity == 1:
            names = parse_declarations({"t": {"kind": "scalar"}})
            body = parse(source, names=names)
            functions[function] = lambda t, body=body, names=names: evaluate(
                body, names, NOTHING, Point({"t": _fraction(t)}), 60)
    return Point(values, entries, functions)


def _fraction(value: object) -> Fraction:
    import mpmath
    return Fraction(mpmath.nstr(value, 150, strip_zeros=False))


def _cases() -> list[object]:
    every = [(c, test_strangers.SYMBOLS) for cases in test_strangers.EVERY for c in cases]
    every += [(c, test_traps.SYMBOLS) for c in (*test_traps.SUMS, *test_traps.ZEROS, *test_traps.DOMAINS)]
    return [pytest.param(c, s, id=f"{i}-{c.name}", marks=[pytest.mark.slow] if c.slow else [])
            for i, (c, s) in enumerate(every) if c.truth != "error"]


@pytest.mark.parametrize(("case", "symbols"), _cases())
def test_verdicts_agree_with_independent_values(case: Case, symbols: Mapping[str, Mapping[str, object]]) -> None:
    """What is refuted differs at the point that is shown; what is proved holds at random points that satisfy
    the hypotheses."""
    try:
        step = make_step(symbols, case.left, case.right, relation=case.relation, given=case.given, let=case.let)
    except InputError:
        return
    if case.relation not in ("=", "<", "<=", ">", ">="):
        return
    result = checker.check(step)
    match result.verdict.verdict:
        case "refuted":
            confirm(step, result.verdict.counterexample)
        case "proved" | "conditional":
            agree(step, result)


def agree(step: Step, result: StepResult) -> None:
    """Assert that the sides are related at random points that satisfy the hypotheses, where both are defined;
    of a proved step, that both are defined or neither is."""
    for seed in range(12):
        point = sample(Random(seed), step.declarations)
        try:
            if not all(holds(g, step.declarations, step.definitions, point, 20) for g in step.given):
                continue
            defined = [_defined(side, step, point) for side in (step.left, step.right)]
            if all(defined):
                assert not contradicted(step, point), (shown(step, result), point)
            elif result.verdict.verdict == "proved":
                assert not any(defined), (shown(step, result), point)
        except NotCovered:
            return


def _defined(side: object, step: Step, point: Point) -> bool:
    try:
        evaluate(side, step.declarations, step.definitions, point, 20)  # type: ignore[arg-type]
    except Undefined:
        return False
    return True
