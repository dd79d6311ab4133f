"""Steps from texts, judged: what the tests of verdicts share. Not a test itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, cast

import pytest
from _pytest.mark import ParameterSet

from lossproof import checker
from lossproof.derivation import Definition, LineRelation, Step
from lossproof.diagnostic import InputError
from lossproof.print_text import text
from lossproof.read.expression import parse, parse_declarations
from lossproof.term import Family
from lossproof.verdict import StepResult

Symbols = Mapping[str, Mapping[str, object]]

_NOTHING: Final[Mapping[str, str]] = {}


def make_step(symbols: Symbols, left: str, right: str, *, relation: str = "=", given: tuple[str, ...] = (),
              let: Mapping[str, str] = _NOTHING) -> Step:
    """The step that the texts spell.

    A quantity in `let` may use those before it; one that is a `FamilyOf(...)` has indices.
    Raises InputError where a text cannot be read.
    """
    declarations = parse_declarations(symbols)
    definitions: dict[str, Definition] = {}
    for name, source in let.items():
        body = parse(source, names=declarations, definitions=definitions)
        definitions[name] = (Definition(name, body.body, body.ranges) if isinstance(body, Family)
                             else Definition(name, body))
    lines = [parse(source, names=declarations, definitions=definitions) for source in (left, right, *given)]
    return Step(lines[0], lines[1], cast(LineRelation, relation), tuple(lines[2:]),
                declarations, definitions)


def judge(symbols: Symbols, left: str, right: str, *, relation: str = "=", given: tuple[str, ...] = (),
          let: Mapping[str, str] = _NOTHING) -> StepResult:
    """What the checker says of the step that the texts spell."""
    return checker.check(make_step(symbols, left, right, relation=relation, given=given, let=let))


def conditions(result: StepResult) -> set[str]:
    """The printed conditions of a conditional verdict; empty for any other."""
    verdict = result.verdict
    return {text(c) for c in verdict.conditions} if verdict.verdict == "conditional" else set()


def at(result: StepResult) -> dict[str, str]:
    """The values of a refuted verdict's point, printed; empty for any other."""
    verdict = result.verdict
    if verdict.verdict != "refuted":
        return {}
    return {text(name): text(value) for name, value in verdict.counterexample.values}


def said(result: StepResult) -> str:
    """The verdict with what it says, in one line: for the messages of failing tests."""
    match result.verdict.verdict:
        case "conditional":
            return f"conditional {sorted(conditions(result))}"
        case "refuted":
            return f"refuted at {at(result)}"
        case _:
            return f"{result.verdict} {result.fault or ''}"


@dataclass(frozen=True, slots=True)
class Case:
    """A step with the truth about it. `fails` is the reason why the truth does not come out today.

    A `slow` one is left to the long sweeps.
    """

    name: str
    left: str
    right: str
    truth: str
    relation: str = "="
    given: tuple[str, ...] = ()
    let: Mapping[str, str] = field(default_factory=dict)
    conditions: frozenset[str] | None = None
    point: Mapping[str, str] = field(default_factory=dict)
    fails: str | None = None
    slow: bool = False

    def parameter(self) -> ParameterSet:
        """The case as a parameter of a test, with its name as the id."""
        marks = [] if self.fails is None else [pytest.mark.xfail(strict=True, reason=self.fails)]
        return pytest.param(self, id=self.name, marks=[*marks, *([pytest.mark.slow] if self.slow else [])])

    def run(self, symbols: Symbols) -> StepResult:
        """The step judged under the names."""
        return judge(symbols, self.left, self.right, relation=self.relation, given=self.given, let=self.let)

    def verify(self, symbols: Symbols) -> None:
        """Assert that the checker says the truth, with the conditions and the point that the case asks for."""
        try:
            result = self.run(symbols)
        except InputError as error:
            assert self.truth == "error", f"cannot be read: {error}"
            return
        assert result.fault is None, f"a fault is reported: {result.fault}"
        assert result.verdict.verdict == self.truth, said(result)
        if self.conditions is not None:
            assert conditions(result) == self.conditions, said(result)
        found = at(result)
        assert {name: found.get(name) for name in self.point} == dict(self.point), said(result)


def proved(name: str, left: str, right: str, relation: str = "=", *, given: tuple[str, ...] = (),
           let: Mapping[str, str] = _NOTHING, fails: str | None = None) -> Case:
    """A case that is true, with equal domains."""
    return Case(name, left, right, "proved", relation, given, let, fails=fails)


def conditional(name: str, left: str, right: str, *wanted: str, relation: str = "=", given: tuple[str, ...] = (),
                let: Mapping[str, str] = _NOTHING, fails: str | None = None) -> Case:
    """A case that is true where both lines are defined, under exactly the wanted conditions (none: whichever)."""
    return Case(name, left, right, "conditional", relation, given, let, frozenset(wanted) if wanted else None,
                fails=fails)


def refuted(name: str, left: str, right: str, relation: str = "=", *, given: tuple[str, ...] = (),
            let: Mapping[str, str] = _NOTHING, point: Mapping[str, str] = _NOTHING, fails: str | None = None,
            slow: bool = False) -> Case:
    """A case that is false; `point` holds values that the counterexample must have."""
    return Case(name, left, right, "refuted", relation, given, let, point=point, fails=fails, slow=slow)


def error(name: str, left: str, right: str, relation: str = "=", *, given: tuple[str, ...] = (),
          let: Mapping[str, str] = _NOTHING, fails: str | None = None) -> Case:
    """A case that has no meaning."""
    return Case(name, left, right, "error", relation, given, let, fails=fails)
