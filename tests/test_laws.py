"""The table of laws: every law holds inside its conditions, fails or is undefined outside, and is used."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import product
from pathlib import Path
from random import Random

import pytest
from steps import make_step

import lossproof
from lossproof import checker
from lossproof.derivation import Step
from lossproof.kernel import pointwise
from lossproof.kernel.complex_steps import is_complex, real_steps
from lossproof.kernel.derivatives import derivative_of
from lossproof.kernel.enclosure import Evaluator
from lossproof.kernel.expectations import over_outcomes
from lossproof.kernel.jets import Undecided, Undefined
from lossproof.kernel.laws import DEFINITIONS, LAWS, SYMBOLS, Law
from lossproof.kernel.points import Point
from lossproof.kernel.random_names import has_expectations
from lossproof.kernel.validity import validate
from lossproof.read.expression import parse_declarations
from lossproof.search.concrete_functions import candidates
from lossproof.search.draft import Draft
from lossproof.search.values import shape_matrix
from lossproof.term import Const, Integral, Relation, RelationName, Symbol, walk

KERNEL = Path(lossproof.__file__).parent / "kernel"
PLAIN: Mapping[str, RelationName] = {"=": "=", "<=": "<=", "<": "<", ">=": ">=", ">": ">"}
OF_CHAINS = ("transitivity",)
"""Laws that join steps: no single step uses them."""
OF_READINGS = ("antiderivatives", "data-fixed", "densities", "events", "integral-by-points", "normalized",
               "usual-meaning", "variance-of-sum")
"""Laws of steps with densities, names of usual meaning and spaces of which only the name is known: documents' own."""
EACH = pytest.mark.parametrize("law", [pytest.param(law, id=name) for name, law in LAWS.items()])


def step_of(law: Law, given: tuple[str, ...] | None = None) -> Step:
    """The law's instance as a step, under its conditions or others."""
    return make_step(SYMBOLS, law.left, law.right, relation=law.relation, given=law.given if given is None else given,
                     let=DEFINITIONS)


@pytest.mark.parametrize("law", [pytest.param(law, id=name) for name, law in LAWS.items()
                                 if name not in (*OF_CHAINS, *OF_READINGS)])
def test_an_instance_is_proved_by_its_law(law: Law) -> None:
    """Under its conditions the instance of a law is proved, and the law is among those that were used."""
    result = checker.check(step_of(law))
    assert result.verdict.verdict == "proved", result.verdict
    assert law.name in result.verdict.laws


@EACH
def test_an_instance_means_something(law: Law) -> None:
    """The instance and its conditions are well formed."""
    validate(step_of(law))


def evaluated(step: Step) -> Step:
    """The step as it is evaluated: over finitely many outcomes, where expectations stand in it."""
    return pointwise.without_limits(over_outcomes(step).proving if has_expectations(step) else step)


MATRICES = ("A", "B", "C", "D", "E", "Q", "S")


def shaped(name: str, n: int, real: Callable[[], Fraction], random: Random) -> dict[tuple[int, ...], Fraction]:
    """The entries of a matrix with what the symbols of the laws assume of it."""
    names = parse_declarations(SYMBOLS)
    draft = Draft(Step(Symbol("x"), Symbol("x"), declarations=names))
    draft.entries[name] = {at: real() for at in product(range(1, n + 1), repeat=2)}
    assert shape_matrix(draft, name, (n, n), names[name].assumptions, random)
    return draft.entries[name]


def sample(law: Law, random: Random) -> Point:
    """A point over the names of the instances, with the law's values outside the conditions where it asks for them."""
    filled = {name: value for name, value in law.outside.items() if name in MATRICES}
    fixed = {name: Fraction(value) for name, value in law.outside.items() if name not in MATRICES}
    n = int(fixed.get("n", Fraction(random.randint(2, 4))))

    def real() -> Fraction:
        return Fraction(random.randint(-9, 9), random.randint(1, 4))

    values = {"n": Fraction(n), "m": Fraction(random.randint(-2, 4)), "p": Fraction(random.randint(1, n)),
              "j": Fraction(random.randint(0, n + 1)), "s": Fraction(random.choice((-1, 1)))}
    values |= {"outcomes": Fraction(3), "outcome": Fraction(1)}
    values |= {name: real() for name in ("x", "y", "t", "re(z)", "im(z)", "re(w)", "im(w)")} | fixed
    entries = {name: {at: real() for at in product(range(1, n + 1), repeat=rank)}
               for name, rank in (("u", 1), ("v", 1), ("b", 1), ("c", 1), ("a", 2), ("C", 2))}
    entries["X"] = {(at,): real() for at in (1, 2, 3)}
    entries["chance"] = {(at,): Fraction(1, part) for at, part in ((1, 2), (2, 3), (3, 6))}
    entries |= {name: shaped(name, n, real, random) for name in MATRICES if name != "C"}
    for name, value in filled.items():
        # "@" are entries that are all different and not 0, whatever is assumed
        entries[name] = {
            (i, k): Fraction(10*(i*n + k) + random.randint(1, 9)) if value == "@" else Fraction(value)
            for i, k in product(range(1, n + 1), repeat=2)}
    names = parse_declarations(SYMBOLS)
    chosen = {name: random.choice(candidates(names[name])) for name in ("f", "G")}
    return Point(values, entries, chosen)


def related(step: Step, point: Point) -> bool | None:
    """Whether the relation of the two sides holds at the point; None where a side is undefined.

    Sides whose enclosures overlap at high precision count as equal. What diverges is never enclosed. Complex
    sides hold if both parts do.
    """
    if is_complex(step):
        found = [related(part, point) for part in real_steps(step).steps]
        return None if None in found else all(found)
    endless = any(isinstance(part, Integral) or part == Const("oo") for part in (*walk(step.left), *walk(step.right)))
    evaluator = Evaluator(step.declarations, step.definitions, point, 64 if endless else 400)
    if step.relation == "=>":
        return evaluator.holds(step.left) is not True or evaluator.holds(step.right) is not False
    try:
        for side in (step.left, step.right):
            evaluator.number(side)
    except Undefined:
        return None
    except Undecided:
        assert endless
        return None
    return evaluator.holds(Relation(PLAIN[step.relation], step.left, step.right)) is not False


def satisfies(step: Step, point: Point) -> bool:
    """Whether the hypotheses hold at the point."""
    if is_complex(step):
        return all(satisfies(part, point) for part in real_steps(step).steps)
    evaluator = Evaluator(step.declarations, step.definitions, point, 200)
    return all(evaluator.holds(g) is True for g in step.given)


def inside(law: Law, random: Random) -> Point:
    """A point at which no value outside the conditions is asked for; equations among them are solved by hand."""
    point = sample(replace(law, outside={}), random)
    values = dict(point.values)
    if "Eq(x, u[j])" in law.given:
        values["j"] = Fraction(random.randint(1, int(values["n"])))
        values["x"] = point.entries["u"][int(values["j"]),]
    return replace(point, values=values)


@EACH
def test_an_instance_holds_inside(law: Law) -> None:
    """At every sampled point that satisfies the conditions both sides are defined, and as the law says."""
    random = Random(law.name)
    step = evaluated(step_of(law))
    found = [related(step, point) for point in (inside(law, random) for _ in range(200)) if satisfies(step, point)]
    assert len(found) >= 5
    assert all(found[:12])


@pytest.mark.parametrize("law", [pytest.param(law, id=name) for name, law in LAWS.items() if law.outside])
def test_an_instance_fails_outside(law: Law) -> None:
    """Just outside the conditions the two sides are not both defined and related, whatever the other names are."""
    random = Random(law.name)
    step = evaluated(step_of(law, ()))
    for _ in range(8):
        point = sample(law, random)
        assert related(step, point) is not True, point


@pytest.mark.parametrize("law", [pytest.param(law, id=name) for name, law in LAWS.items() if law.given])
def test_a_law_with_conditions_shows_why(law: Law) -> None:
    """A law whose instance needs hypotheses says at which values it fails without them."""
    assert law.outside


def used_in_sources() -> Mapping[str, set[str]]:
    """The names that the kernel's sources pass on as laws, with the files that do."""
    patterns = (r'Proved\(\("([^"]+)"', r'\.use\(\s*"([^"{}]+)"', r'\._used\(\s*"([^"{}]+)"', r'laws\["([^"]+)"\]',
                r'laws = \("([^"]+)"',
                r'\.use\(\s*"[^"]+" if [^"]+ else "([^"]+)"')
    found: dict[str, set[str]] = {}
    for path in KERNEL.glob("*.py"):
        source = path.read_text(encoding="utf-8")
        for pattern in patterns:
            for name in re.findall(pattern, source):
                found.setdefault(name, set()).add(path.name)
        if 'f"derivative-of-{name}"' in source:
            inside = (KERNEL / "derivatives.py").read_text(encoding="utf-8").split(f"def {derivative_of.__name__}")[1]
            for name in re.findall(r'case "(\w+)"', inside.split("\ndef ")[0]):
                found.setdefault(f"derivative-of-{name}", set()).add(path.name)
    return found


def test_the_kernel_uses_laws_of_the_table_only() -> None:
    """Every name that the kernel calls a law is in the table."""
    unknown = {name: files for name, files in used_in_sources().items() if name not in LAWS}
    assert not unknown


def test_every_use_is_seen() -> None:
    """No place in the kernel passes a law's name in a way that the test above does not read."""
    for path in KERNEL.glob("*.py"):
        for call in re.findall(r"\.use\((?!\s*\")(.*)", path.read_text(encoding="utf-8")):
            assert call.startswith(('f"derivative-of-{name}"', "law)", "name)", "law,")), (path.name, call)


def test_every_law_is_used() -> None:
    """The table holds no law that the kernel does not use."""
    assert not set(LAWS) - set(used_in_sources())


def test_every_law_has_a_statement_and_a_source() -> None:
    """A law says what it is, when it holds, and where it comes from."""
    for law in LAWS.values():
        assert law.statement
        assert law.conditions
        assert law.reference
