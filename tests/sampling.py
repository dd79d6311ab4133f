"""Random points for a step, and what `evaluation` says of the step at them. Not a test itself.

Imports the ground floor's data, `evaluation`, the reader of texts for the functions that a counterexample names, and
mpmath; nothing of the kernel or of the program's own search.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, Literal

import mpmath
from evaluation import DIGITS, Bound, Place, Point, evaluate, holds
from mpmath import mp, mpf
from numeric import Concrete, Position, Undefined, Unsettled, Value, difference_quotient, flat, shape, single, to_real

from lossproof.derivation import Declaration, Domain, Step
from lossproof.read.expression import parse, parse_declarations
from lossproof.term import Entry, Fold, ForAll, Limit, Relation, Symbol, Term, walk
from lossproof.verdict import Counterexample

DIGITS_FOR_LIMITS = 300


def points(step: Step, seed: str, tries: int = 60) -> Iterator[Point]:
    """Random points that satisfy the step's declarations and hypotheses."""
    equations = [line for line in (step.left, step.right) if isinstance(line, Relation)]
    for attempt in range(tries):
        chance = random.Random(f"{seed}:{attempt}")
        # one of two equations holds at most points: elsewhere neither does, and nothing follows
        supposed = tuple(equations[i:i + 1] for i in (0, 1))[attempt % 3] if equations and attempt % 3 < 2 else []
        try:
            point = _drawn(step, chance, attempt, supposed)
            if all(holds(g, step, point) for g in step.given):
                yield point
        except (Undefined, Unsettled):
            continue


def _drawn(step: Step, chance: random.Random, attempt: int, supposed: Sequence[Term] = ()) -> Point:
    values: dict[str, Fraction] = {}
    entries: dict[str, dict[Position, Fraction]] = {}
    point = Point(values, entries)
    unit = attempt % 2 == 1      # every other time between 0 and 1, where shares and probabilities are
    for d in step.declarations.values():
        if d.kind == "size":
            least = int(d.domain.lower or 1)
            values[d.name] = Fraction(max(least, chance.choice([1, 2, 2, 3, 3])))
    for hypothesis in step.given:       # sizes first: families and indices follow them
        match hypothesis:
            case Relation("=", Symbol(size), other) | Relation("=", other, Symbol(size)) if size in values:
                values[size] = _rational(evaluate(other, step, point))
    for d in step.declarations.values():
        match d.kind:
            case "index" if d.upper is not None and d.lower is not None:
                low, high = (int(mpmath.nint(evaluate(t, step, point))) for t in (d.lower, d.upper))
                values[d.name] = Fraction(chance.randint(low, high))
            case "index":
                values[d.name] = Fraction(chance.randint(1, 2))
            case "scalar" | "integer":
                values[d.name] = _number(d.domain, chance, unit)
            case "family" if d.shape is not None:
                sizes = [int(mpmath.nint(evaluate(s, step, point))) for s in d.shape]
                where = list(itertools.product(*(range(1, n + 1) for n in sizes)))
                if d.lower is not None and d.upper is not None:
                    low, high = (int(mpmath.nint(evaluate(t, step, point))) for t in (d.lower, d.upper))
                    entries[d.name] = {at: Fraction(chance.randint(low, high)) for at in where}
                else:
                    numbers = {at: _number(d.domain, chance, unit) for at in where}
                    entries[d.name] = _special(numbers, sizes, d.assumptions - _OF_ENTRIES)
    for hypothesis in (*supposed, *step.given):
        _impose(hypothesis, step, point, values, entries)
    for d in step.declarations.values():
        numbers = [values[d.name]] if d.name in values else entries.get(d.name, {}).values()
        if d.kind != "index" and any(n not in d.domain for n in numbers):
            raise Unsettled("a hypothesis contradicts a declaration here")
    return point


_OF_ENTRIES = {"real", "positive", "nonnegative", "negative", "nonpositive", "nonzero", "integer"}


def _special(numbers: dict[Position, Fraction], sizes: Sequence[int],
             assumptions: frozenset[str]) -> dict[Position, Fraction]:
    """The entries changed so that the matrix is what is assumed of it. Singular ones are left to the definedness."""
    if not assumptions or assumptions == {"invertible"}:
        return numbers
    if len(assumptions - {"invertible"}) > 1 or len(sizes) != 2 or sizes[0] != sizes[1]:
        raise Unsettled("a matrix of several special kinds")
    n = range(1, sizes[0] + 1)
    match next(iter(assumptions - {"invertible"})):
        case "symmetric":
            return {(i, j): numbers[min(i, j), max(i, j)] for i in n for j in n}
        case "positive_definite":
            return {(i, j): sum((numbers[i, k] * numbers[j, k] for k in n), Fraction(i == j)) for i in n for j in n}
        case "diagonal":
            return {(i, j): numbers[i, j] if i == j else Fraction(0) for i in n for j in n}
        case "orthogonal":      # a reflection: 1 - 2 v v^T / v^T v
            v = [numbers[i, 1] + i for i in n]
            square = sum((x * x for x in v), Fraction(0)) or Fraction(1)
            return {(i, j): Fraction(i == j) - 2 * v[i - 1] * v[j - 1] / square for i in n for j in n}
        case other:
            raise Unsettled(f"no {other} matrix is drawn here")


def _number(domain: Domain, chance: random.Random, unit: bool) -> Fraction:
    if domain.values is not None:
        return chance.choice(domain.values)
    low = domain.lower if domain.lower is not None else Fraction(0 if unit else -2)
    high = domain.upper if domain.upper is not None else max(low, Fraction(0)) + Fraction(1 if unit else 2)
    while True:
        found = low + (high - low) * Fraction(chance.randint(1, 96), 97)
        if domain.integer:
            found = Fraction(round(found))
        if found in domain:
            return found


def _impose(hypothesis: Term, step: Step, point: Point, values: dict[str, Fraction],
            entries: dict[str, dict[Position, Fraction]]) -> None:
    """Changes the point so that the hypothesis holds, where it is an equation that says how."""
    def assign(target: Term, value: Any, bound: Bound) -> bool:
        exact = _rational(value)
        match target:
            case Symbol(name) if name in values:
                values[name] = exact
                return True
            case Entry(family, indices) if family in entries:
                place = Place(step, point)
                entries[family][tuple(place.integer(i, bound) for i in indices)] = exact
                return True
        return False

    def solve(condition: Term, bound: Bound) -> None:
        place = Place(step, point)
        match condition:
            case Relation("=", left, right):
                for target, other in ((left, right), (right, left)):
                    if isinstance(target, Symbol | Entry) and assign(target, place.number(other, bound), bound):
                        return
                for fold in (t for t in walk(condition) if isinstance(t, Fold)):
                    for entry in (t for t in walk(fold.body) if isinstance(t, Entry) and t.family in entries):
                        last = {**bound, fold.range.name: mpf(place.integer(fold.range.upper, bound))}
                        residuals = []
                        for trial in (0, 1):
                            assign(entry, mpf(trial), last)
                            here = Place(step, point)
                            residuals.append(here.number(left, bound) - here.number(right, bound))
                        if residuals[0] != residuals[1]:
                            assign(entry, residuals[0] / (residuals[0] - residuals[1]), last)
                        return
                root(condition)
            case ForAll(body, range_, where):
                for inner in list(place.inside(range_, where, bound)):
                    solve(body, inner)
    def root(condition: Relation) -> None:
        """A scalar moved to where the equation holds, by the secant method from its value."""
        for name in dict.fromkeys(t.name for t in walk(condition) if isinstance(t, Symbol) and t.name in values):
            if step.declarations[name].kind != "scalar":
                continue
            before = values[name]

            def residual(x: Any, name: str = name) -> Any:
                values[name] = _exact(x)
                here = Place(step, point)
                return here.number(condition.left, {}) - here.number(condition.right, {})
            try:
                values[name] = _rational(mpmath.findroot(residual, (to_real(before), to_real(before) + mpf("0.01"))))
                return
            except (ValueError, ZeroDivisionError, Undefined):
                values[name] = before

    with mp.workdps(DIGITS):
        solve(hypothesis, {})


def _rational(value: Any) -> Fraction:
    """The rational of moderate denominator that a computed number seems to be, else the number itself."""
    exact = _exact(value)
    near = exact.limit_denominator(10 ** 15)
    return near if abs(near - exact) < Fraction(1, 10 ** (DIGITS - 10)) else exact


def _exact(value: Any) -> Fraction:
    sign, man, exponent, _ = mpf(value)._mpf_
    exact = Fraction(int(man)) * Fraction(2) ** exponent
    return -exact if sign else exact


# steps

Outcome = Literal["related", "unrelated", "unclear"]


def compare(step: Step, point: Point) -> Outcome:
    """Whether the step's relation holds between the two lines' values; unclear where a line has none, or nearly."""
    if step.relation in ("=>", "<=>"):
        return _compare_equations(step, point)
    limits = _mentions_limit(step)
    digits = DIGITS_FOR_LIMITS if limits else DIGITS
    margin, exact = (mpf("0.02"), mpf("1e-3")) if limits else (mpf("1e-9"), mpf("1e-12"))
    try:
        left, right = (evaluate(t, step, point, digits) for t in (step.left, step.right))
    except (Undefined, Unsettled):
        return "unclear"
    if shape(left) != shape(right):
        left, right = single(left), single(right)
    if shape(left) != shape(right):
        return "unclear"
    outcomes = set()
    for a, b in zip(flat(left), flat(right), strict=True):
        apart = abs(a - b) / (1 + abs(a) + abs(b))
        if exact < apart < margin:
            return "unclear"
        sign = 0 if apart <= exact else 1 if a > b else -1
        outcomes.add({"=": sign == 0, "<": sign < 0, "<=": sign <= 0, ">": sign > 0, ">=": sign >= 0}[step.relation])
    return "unrelated" if False in outcomes else "related"


def _compare_equations(step: Step, point: Point) -> Outcome:
    try:
        left, right = (holds(t, step, point) for t in (step.left, step.right))
    except (Undefined, Unsettled):
        return "unclear"
    if left and not right:
        return "unrelated"
    return "related" if left == right or step.relation == "=>" else "unrelated"


def _mentions_limit(step: Step) -> bool:
    return any(isinstance(t, Limit) for line in (step.left, step.right) for t in walk(line))


# counterexamples


def confirms(step: Step, found: Counterexample, seed: str) -> Outcome | Literal["inadmissible"]:
    """What this evaluation says at a counterexample: unrelated confirms it, related contradicts it.

    Inadmissible where a hypothesis or a declaration does not hold there. What the counterexample leaves open is drawn.
    """
    with mp.workdps(DIGITS):
        values: dict[str, Fraction] = {}
        entries: dict[str, dict[Position, Fraction]] = {}
        place = Place(step, Point())
        for name, value in found.values:
            exact = _rational(place.value(value, {}))
            match name:
                case Symbol(scalar):
                    values[scalar] = exact
                case Entry(family, indices):
                    entries.setdefault(family, {})[tuple(place.integer(i, {}) for i in indices)] = exact
        drawn = _completed(step, values, entries, random.Random(seed))
        functions = {name: written(text, step.declarations[name]) for name, text in found.functions}
        point = Point(drawn.values, drawn.entries, functions)
        for declared in step.declarations.values():
            numbers = [point.values[declared.name]] if declared.name in point.values else \
                point.entries.get(declared.name, {}).values()
            if declared.kind != "index" and any(n not in declared.domain for n in numbers):
                return "inadmissible"
        try:
            if not all(holds(g, step, point) for g in step.given):
                return "inadmissible"
        except (Undefined, Unsettled):
            return "unclear"
    return compare(step, point)


def _completed(step: Step, values: Mapping[str, Fraction], entries: Mapping[str, Mapping[Position, Fraction]],
               chance: random.Random) -> Point:
    """The point with everything that it leaves out drawn at random."""
    all_values = dict(values)
    all_entries: dict[str, dict[Position, Fraction]] = {}
    point = Point(all_values, all_entries)
    for d in sorted(step.declarations.values(), key=lambda d: d.kind != "size"):
        if d.name in all_values or d.kind in ("function", "functional"):
            continue
        match d.kind:
            case "size":
                all_values[d.name] = Fraction(max(2, int(d.domain.lower or 1)))
            case "index":
                all_values[d.name] = Fraction(1)
            case "family" if d.shape is not None:
                sizes = [int(mpmath.nint(evaluate(s, step, point))) for s in d.shape]
                given = entries.get(d.name, {})
                where = itertools.product(*(range(1, n + 1) for n in sizes))
                all_entries[d.name] = {at: given[at] if at in given else _number(d.domain, chance, False)
                                       for at in where}
            case "scalar" | "integer":
                all_values[d.name] = _number(d.domain, chance, False)
    return point


def written(text: str, declaration: Declaration) -> Concrete:
    """The concrete function of t, u, v, w, or of all entries x[1..n] of an array, that a counterexample names."""
    if declaration.kind == "functional":
        names = parse_declarations({"n": {"kind": "size"}, "x": {"kind": "indexed", "shape": ["n"]}})
        body = parse(text, names=names)

        def functional(args: Sequence[Value], orders: Sequence[int]) -> Value:
            entries = flat(args[0])
            point = Point({"n": Fraction(len(entries))}, {"x": {(i,): v for i, v in enumerate(entries, 1)}})
            return Place(Step(body, body, declarations=names), point).value(body, {})
        return functional
    parameters = ("t", "u", "v", "w")[:declaration.arity]
    names = parse_declarations({p: {"kind": "scalar"} for p in parameters})
    body = parse(text, names=names)

    def function(args: Sequence[Value], orders: Sequence[int]) -> Value:
        def at(*numbers: Value) -> Value:
            point = Point(dict(zip(parameters, numbers, strict=True)))
            return Place(Step(body, body, declarations=names), point).value(body, {})
        return difference_quotient(at, args, orders)
    return function
