"""Expectations as sums and integrals over all values of a variable: E(g(X)) is the sum, or the integral, of g(x)
f_X(x).

Untrusted as to truth: it says what expectations usually are (Ross, A First Course in Probability, 4.4 and 5.2), and
each reading is judged for itself. Imports the ground floor, `names`, `chances`, `probabilities`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lossproof.derivation import RANDOM, Declaration, Reading
from lossproof.print_latex import latex
from lossproof.read.document.chances import Chances
from lossproof.read.document.expected_values import is_expectation
from lossproof.read.document.names import Names
from lossproof.read.document.probabilities import is_own
from lossproof.term import (
    ONE,
    Call,
    Entry,
    Fold,
    Integral,
    Pow,
    Range,
    Symbol,
    Term,
    binders,
    children,
    free_names,
    fresh_identifier,
    map_children,
    mul,
    number,
    substitute,
    subtract,
    walk,
)

__all__ = ["Averages"]


@dataclass(frozen=True, slots=True)
class _Over:
    """A sum or an integral over all values: what it is over, the value in it, the letter of that."""

    whole: Fold | Integral
    value: Term
    letter: str


@dataclass(slots=True)
class Averages:
    """Makes readings of steps that say what an expectation is."""

    names: Names
    chances: Chances

    def readings(self, left: Term, right: Term) -> Iterator[Reading]:
        """The step with a sum or an integral for an expectation that is one of its sides."""
        for one, other in ((left, right), (right, left)):
            argument = self._averaged(one)
            if argument is None:
                continue
            for over in self._overs(other):
                made = self._written(argument, over)
                if made is not None:
                    sides = self._with_numbers((made, other) if one is left else (other, made))
                    if sides is not None:
                        yield Reading(*sides, law="usual-meaning")

    def _averaged(self, term: Term) -> Term | None:
        """What a term is the expectation of: also of the name of its value, and of a variance."""
        if isinstance(term, Symbol) and (definition := self.names.definitions.get(term.name)) is not None:
            term = definition.of if definition.of is not None and not definition.ranges else term
        match term:
            case Call("expectation", (argument,)):
                return argument
            case Call("variance", (Symbol() as variable,)) if self.names.shape(variable) == ():
                return Pow(subtract(variable, Call("expectation", (variable,))), number(2))
            case _:
                return None

    def _overs(self, term: Term) -> Iterator[_Over]:
        for part in walk(term):
            match part:
                case Integral(_, name, Symbol(low), Symbol()) if is_own(name, low):
                    yield _Over(part, Symbol(name), name)
                case Fold("sum", body, Range(index, lower, Symbol(size)), None) if lower == ONE and size.startswith(
                        "card_"):
                    for inner in walk(body):
                        match inner:
                            case Entry(family, (Symbol(at),)) if at == index and family.endswith(f"_in_{size[5:]}"):
                                name = family.removesuffix(f"_in_{size[5:]}")
                                if is_own(name, f"inf_{size[5:]}"):
                                    yield _Over(part, inner, name)
                                    break
                            case _:
                                pass
                case _:
                    pass

    def _written(self, argument: Term, over: _Over) -> Term | None:
        """The sum or integral of a function of one variable times its density, or mass function."""
        body = over.whole.body
        taken = _outside_expectations(argument)
        for name in sorted(taken):
            declared = self.names.declarations.get(name)
            letter = (declared.latex if declared is not None else None) or name
            if not re.fullmatch("[A-Z]", letter) or letter.lower() != over.letter:
                continue
            if taken & set(binders(over.whole)) or not all(map(self._is_fixed, taken - {name})):
                return None
            density = self.chances.density(Symbol(name), over.value)
            if density is None or not any(part == density for part in walk(body)):
                return None
            inner = mul(_at(argument, name, over.value), density)
            match over.whole:
                case Fold(kind, _, range_):
                    return Fold(kind, inner, range_)
                case Integral(_, variable, lower, upper):
                    return Integral(inner, variable, lower, upper)
        return None

    def _is_fixed(self, name: str) -> bool:
        """Whether a name is not random, as far as is seen, nor is what it is made of."""
        for part in self.names.rests_on(Symbol(name)):
            declared = self.names.declarations.get(part)
            if declared is not None and declared.kind not in ("function", "size") and (
                    RANDOM in declared.assumptions or re.match("[A-Z]", declared.latex or part)
                    or (declared.latex or part) in self.names.distributed):
                return False
        return True

    def _with_numbers(self, sides: tuple[Term, Term]) -> tuple[Term, Term] | None:
        """Both sides with names of numbers for the expectations in them; None where these are no numbers."""
        declarations = self.names.declarations
        numbers: dict[Term, str] = {}

        def change(term: Term, bound: frozenset[str]) -> Term:
            if is_expectation(term):
                if free_names(term) & bound or self.names.shape(term) != ():
                    raise LookupError
                if term not in numbers:
                    numbers[term] = fresh_identifier("mean", {*declarations, *self.names.definitions})
                    declarations[numbers[term]] = Declaration(
                        numbers[term], "scalar", assumed=True, latex=latex(term, self.names.typeset()))
                return Symbol(numbers[term], span=term.span)
            inside = bound | set(binders(term))
            return map_children(term, lambda child: change(child, inside))

        try:
            return change(sides[0], frozenset()), change(sides[1], frozenset())
        except LookupError:
            return None


def _outside_expectations(term: Term) -> frozenset[str]:
    """The free names of a term that are not only within expectations."""
    if is_expectation(term):
        return frozenset()
    if isinstance(term, Symbol):
        return frozenset({term.name})
    own = frozenset(binders(term))
    calls = frozenset({term.function}) & free_names(term) if isinstance(term, Call) else frozenset[str]()
    entries = frozenset({term.family}) if isinstance(term, Entry) else frozenset[str]()
    return frozenset[str]().union(calls, entries, *(
        _outside_expectations(child) for child in children(term))) - own


def _at(term: Term, name: str, value: Term) -> Term:
    """The term at a value of a name, which is left in expectations."""
    if is_expectation(term):
        return term
    if isinstance(term, Symbol):
        return value if term.name == name else term
    if binders(term):
        return substitute(term, {name: value})
    return map_children(term, lambda child: _at(child, name, value))
