"""Readings of steps by what inverse functions, probabilities of events, distribution functions and densities usually
are, each with what the document says that it rests on.

Untrusted as to truth: each reading is judged for itself. Imports `inverses`, `chances`, `names`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lossproof.derivation import Declaration, Derivation, Line, Premise, Reading
from lossproof.read.document.affine import sign_of
from lossproof.read.document.averages import Averages
from lossproof.read.document.chances import Chances
from lossproof.read.document.indicators import Indicators
from lossproof.read.document.inverses import Inverse, Inverses
from lossproof.read.document.names import Names
from lossproof.read.document.wording import Wording
from lossproof.term import (
    Add,
    Call,
    Const,
    Derivative,
    Integral,
    Mul,
    Relation,
    Symbol,
    Term,
    binders,
    free_names,
    map_children,
    walk,
)

__all__ = ["says_meaning", "with_usual_readings"]


def with_usual_readings(derivations: tuple[Derivation, ...], names: Names, wording: Wording | None,
                        means: Mapping[str, tuple[Premise, ...]]) -> tuple[Derivation, ...]:
    """The derivations, each line with further readings; `means` are the chains that say what F_X(x) or the like means,
    with what they rest on."""
    inverses = Inverses(names, wording, derivations)
    chances = Chances(names, inverses)
    reader = _Reader(names, inverses, chances, Averages(names, chances), Indicators(names, chances))
    return tuple(_read(one, reader, means) for one in derivations)


def says_meaning(left: Term, right: Term, names: Names, wording: Wording | None, line: int) -> tuple[
        Premise, ...] | None:
    """What it rests on that a row says of F_X(x) or the like what it means; None where it says something else."""
    wording = None if wording is None else wording.at(line)
    return Chances(names, Inverses(names, wording, ())).says(left, right)


def _read(derivation: Derivation, reader: _Reader, means: Mapping[str, tuple[Premise, ...]]) -> Derivation:
    def read(index: int, line: Line) -> Line:
        before = derivation.lines[derivation.before(index) - 1] if index > 1 else line
        if index < 2 or line.unread or before.unread or line.relation in ("=>", "<=>"):
            return line
        if derivation.name in means:
            made = Reading(line.term, line.term, law="usual-meaning", premises=means[derivation.name])
            return replace(line, readings=(*line.readings, made))
        if line.bare:
            return line
        if line.span is not None and reader.inverses.wording is not None:
            reader.inverses.wording = reader.inverses.wording.at(line.span.line)
        return replace(line, readings=(*line.readings, *reader.readings(before.term, line.term, line.premises)))

    return replace(derivation, lines=tuple(read(index, line) for index, line in enumerate(derivation.lines, 1)))


@dataclass(slots=True)
class _Reader:
    """Makes the readings of steps, those that rest on less first."""

    names: Names
    inverses: Inverses
    chances: Chances
    averages: Averages
    indicators: Indicators
    _values: dict[Term, str] = field(default_factory=dict)

    def readings(self, left: Term, right: Term, said: Sequence[Premise]) -> Iterator[Reading]:
        """The readings of a step that are another than what is written."""
        found: list[Reading] = []
        for reading in self._all(left, right, said):
            if ((reading.left, reading.right) != (left, right) or reading.given) and reading not in found:
                found.append(reading)
        yield from found

    def _all(self, left: Term, right: Term, said: Sequence[Premise]) -> Iterator[Reading]:
        yield from self.averages.readings(left, right)
        yield from self.indicators.readings(left, right, said)
        median = self.chances.medians(left, right)
        if median is not None:
            yield Reading(median[0], median[1], law="usual-meaning", premises=median[2])
        left, right = self.chances.in_space(left, right) or (left, right)
        parts = [part for side in (left, right) for part in walk(side)]
        if any(isinstance(part, Integral) and any(isinstance(end, Add | Mul) for end in (part.lower, part.upper))
               for part in parts):
            left, right = map(self._ends, (left, right))
            yield Reading(left, right, law="usual-meaning")
        inverse = any(isinstance(part, Call) and self.inverses.of(part.function) for part in parts)
        event = any(self.chances.event(part) for part in parts)
        formulas: dict[str, Inverse] = {}
        premises: dict[Term, Premise] = {}
        if inverse:
            written = [self.inverses.written_out(side, formulas) for side in (left, right)]
            beside = tuple(dict.fromkeys(pair for formula in formulas.values() for pair in formula.beside))
            own = frozenset[str]().union(*(formula.own for formula in formulas.values()))
            if formulas:
                yield Reading(written[0], written[1], law="usual-meaning", beside=beside, own=own)
            left, right = (self.inverses.cancelled(side, premises) for side in (left, right))
            yield self._reading(left, right, premises)
        if event:
            needed = dict(premises)
            yield self._reading(self.chances.valued(left, needed), self.chances.valued(right, needed), needed)
            left, right = (self.chances.solved(side, premises) for side in (left, right))
            yield self._reading(left, right, premises)
            left, right = (self.chances.valued(side, premises) for side in (left, right))
            yield self._reading(left, right, premises)
        if any(isinstance(part, Derivative) or (isinstance(part, Call) and any(part.orders)) for part in parts):
            left, right = (self._by_rule(side, said, premises) for side in (left, right))
            left, right = (self.chances.slopes(side, premises) for side in (left, right))
            left, right = (self.inverses.cancelled(side, premises) for side in (left, right))
            yield self._reading(left, right, premises)

    def _reading(self, left: Term, right: Term, premises: Mapping[Term, Premise]) -> Reading:
        # what is no more than a condition must hold somewhere
        given = tuple(premise.term for premise in premises.values() if premise.span is None)
        return Reading(left, right, given, "usual-meaning", tuple(premises.values()))

    def _by_rule(self, term: Term, said: Sequence[Premise], premises: dict[Term, Premise],
                 bound: frozenset[str] = frozenset()) -> Term:
        """The term with what the document says a function's value at its letter to be, for all values of that."""
        for premise in said:
            rule = premise.term
            if isinstance(rule, Relation) and rule.op == "=" and rule.left == term and (
                    letter := self._value(term)) is not None and letter in free_names(rule.right) and not (
                        free_names(rule.right) - {letter}) & bound:
                premises[rule] = premise
                return rule.right
        inside = bound | set(binders(term))
        return map_children(term, lambda child: self._by_rule(child, said, premises, inside))

    def _value(self, term: Term) -> str | None:
        """The letter of which a function of the document is said for all values, where a term is its value there."""
        if not self._values:
            for name, function in self.names.functions.items():
                if function.at == "all" and len(function.parameters) == 1 and name not in self.names.supports.functions:
                    value = self.names.unfold(Call(name, (Symbol(function.parameters[0]),)))
                    self._values[value] = function.parameters[0]
        return None if self.chances.event(term) is None else self._values.get(term)

    def _ends(self, term: Term) -> Term:
        """The term with infinite ends of integrals for what is made of them: (oo - m)/s is oo for a positive s."""
        inner = map_children(term, self._ends)
        match inner:
            case Integral(body, name, lower, upper):
                return Integral(body, name, self._end(lower) or lower, self._end(upper) or upper, span=term.span)
            case _:
                return inner

    def _end(self, end: Term) -> Const | None:
        sign = self._infinite(end)
        return None if sign is None else Const("oo" if sign > 0 else "-oo")

    def _declared(self) -> dict[str, Declaration]:
        """What is declared of names that nothing else is said of."""
        return {name: declared for name, declared in self.names.declarations.items()
                if name not in self.names.definitions}

    def _infinite(self, term: Term) -> int | None:
        """1 for what is made of oo, -1 of -oo; None where it is finite, or not known."""
        match term:
            case Const("oo"):
                return 1
            case Const("-oo"):
                return -1
            case Add(args):
                infinite = [arg for arg in args if _has_infinity(arg)]
                return self._infinite(infinite[0]) if len(infinite) == 1 else None
            case Mul(args):
                infinite = [arg for arg in args if _has_infinity(arg)]
                signs = [self._infinite(arg) if _has_infinity(arg) else sign_of(arg, self._declared()) for arg in args]
                if len(infinite) != 1 or None in signs:
                    return None
                made = 1
                for sign in signs:
                    made *= sign or 0
                return made
            case _:
                return None


def _has_infinity(term: Term) -> bool:
    return any(isinstance(part, Const) and part.name in ("oo", "-oo") for part in walk(term))
