"""Expectations as numbers: known by a value that a document gives them, or not known at all.

Trusted. Imports the ground floor, `components`, `random_names` and `expectations`. What holds whatever numbers the
expectations in a step are holds of them, and is seen sooner than over outcomes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from lossproof.derivation import RANDOM, REAL, Declaration, Definition, Step
from lossproof.kernel.complex_steps import is_complex
from lossproof.kernel.components import Components
from lossproof.kernel.expectations import over_outcomes
from lossproof.kernel.normal_form import Unsupported
from lossproof.kernel.random_names import all_names, at_an_outcome, reached, varying
from lossproof.term import (
    EXPECTATIONS,
    ZERO,
    Add,
    Bool,
    Call,
    Component,
    Const,
    Entry,
    Family,
    Fold,
    ForAll,
    Integral,
    Mul,
    Number,
    Piecewise,
    Range,
    Relation,
    Subst,
    Symbol,
    Term,
    binders,
    children,
    fresh_identifier,
    map_children,
    substitute,
    walk,
)

__all__ = ["Numbers", "are_realized", "as_expectations", "as_numbers", "refuse_bound", "values_of", "with_values"]


def values_of(step: Step) -> tuple[str, ...]:
    """The quantities in a step, or in what it rests on, that a document calls the value of an expectation."""
    terms = [step.left, step.right, *step.given]
    return tuple(sorted(name for name in reached(terms, step.definitions)
                        if name in step.definitions and step.definitions[name].of is not None))


def as_expectations(step: Step, names: Collection[str]) -> Step:
    """The step with quantities that are the values of expectations as these expectations.

    Each is defined where the value is: 0 times the value stands beside the expectation.
    """
    def changed(term: Term, bound: frozenset[str]) -> Term:
        match term:
            case Symbol(name) if name in names and name not in bound:
                return Add((_expectation(name, (), bound), Mul((ZERO, term))))
            case Entry(name, indices) if name in names:
                at = tuple(changed(index, bound) for index in indices)
                return Add((_expectation(name, at, bound), Mul((ZERO, Entry(name, at)))))
            case _:
                inner = bound | _taken(term)
                return map_children(term, lambda child: changed(child, inner))

    def _expectation(name: str, indices: tuple[Term, ...], bound: frozenset[str]) -> Term:
        definition = step.definitions[name]
        assert definition.of is not None
        own = {range_.name for range_ in definition.ranges}
        if (reached((definition.of,), step.definitions) - own) & bound or (own and not indices):
            raise Unsupported(f"the expectation that {name} is the value of, where its names are bound")
        if not own and indices:
            return Component(definition.of, indices)
        return substitute(definition.of, {range_.name: at for range_, at in zip(
            definition.ranges, indices, strict=True)})

    none = frozenset[str]()
    return replace(
        step, left=changed(step.left, none), right=changed(step.right, none),
        given=tuple(changed(term, none) for term in step.given),
        definitions={name: d if name in names else replace(
            d, body=changed(d.body, frozenset(r.name for r in d.ranges))) for name, d in step.definitions.items()})


def refuse_bound(step: Step) -> None:
    """Unsupported where a name that the value of an expectation rests on is bound around it.

    Whether a sum or an integral over mu then reaches the distribution, and with it E(X) = mu, is not known.
    """
    definitions = step.definitions
    lines = (step.left, step.right, *step.given)
    used = [definitions[name] for name in reached(lines, definitions) if name in definitions]
    places = [varying(part) for term in (*lines, *(one.body for one in used)) for part in walk(term) if binders(part)]
    places += [(frozenset(range_.name for range_ in one.ranges), (one.body,)) for one in used]
    for bound, bodies in places:
        for name in reached(bodies, definitions) & definitions.keys():
            value = definitions[name]
            if value.of is not None:
                own = {range_.name for range_ in value.ranges}
                if (reached((value.body, value.of), definitions) - own) & bound:
                    raise Unsupported(f"what the value {name} of an expectation rests on is bound around it")


def are_realized(step: Step) -> bool:
    """Whether each point at which the values in a step are defined is known to be one of a distribution: that of names
    which are certain to be their means, or one of those that a name's parameters say."""
    definitions, declarations = step.definitions, step.declarations
    means: set[str] = set()
    for name in values_of(step):
        value = definitions[name]
        assert value.of is not None
        own = tuple(Symbol(range_.name) for range_ in value.ranges)
        named = frozenset().union(*(declarations[n].parameters for n in reached((value.of,), definitions)
                                    if n in declarations and RANDOM in declarations[n].assumptions))
        rests = reached((value.body,), definitions) - definitions.keys() - {symbol.name for symbol in own}
        if named and rests <= named:
            continue
        match value.of:
            case Call("expectation", (Symbol(mean),)) if not own:
                pass
            case Call("expectation", (Entry(mean, indices),)) if own and indices == own:
                pass
            case _:
                return False
        known = declarations.get(mean)
        if known is None or mean in means or known.domain != REAL or known.traits != {RANDOM} or any(
                mean in reached((term,), definitions) for term in step.given):
            return False
        means.add(mean)
    return True


def with_values(step: Step) -> Step:
    """The step with hypotheses that say what it calls the values of expectations. Unsupported for families of these."""
    given = list(step.given)
    definitions = dict(step.definitions)
    for name in values_of(step):
        value = definitions[name]
        if value.of is None or value.ranges:
            raise Unsupported(f"a distribution with the values {name}")
        given.append(Relation("=", value.of, Symbol(name)))
        definitions[name] = replace(value, of=None)
    return replace(step, given=tuple(given), definitions=definitions)


@dataclass(frozen=True, slots=True)
class Numbers:
    """A step with names of numbers for its expectations."""

    step: Step
    means: Mapping[str, Term]

    def written(self, term: Term) -> Term:
        """A term of that step with the expectations that were written."""
        return substitute(term, self.means)


def as_numbers(step: Step) -> Numbers:
    """The step with each expectation as a number of which nothing is known, which is enough for much.

    Unsupported where there is none, where expectations stand at bound names or are arrays, and where the two sides do
    not ask for the same ones, whatever the other names are: a side is defined only where those exist that it asks for.
    """
    if is_complex(step):
        raise Unsupported("complex expectations, which are no real numbers")
    over_outcomes(step)     # for what it refuses
    arrays = Components(step.declarations, step.definitions)
    taken = all_names(step)
    numbers: dict[Term, str] = {}
    definitions = dict(step.definitions)
    random = {name for name, declared in step.declarations.items() if RANDOM in declared.assumptions}

    def changed(term: Term, bound: frozenset[str]) -> Term:
        if isinstance(term, Call) and term.function in EXPECTATIONS:
            if reached((term,), step.definitions) & bound or arrays.shape(term):
                raise Unsupported("an expectation that is not one number")
            if term not in numbers:
                numbers[term] = fresh_identifier("mean", taken)
                taken.add(numbers[term])
            return Symbol(numbers[term], span=term.span)
        if isinstance(term, Symbol | Entry) and _name(term) in random - bound:
            raise Unsupported("something random outside of an expectation")
        inner = bound | _taken(term)
        return map_children(term, lambda child: changed(child, inner))

    lines = [changed(line, frozenset()) for line in (step.left, step.right)]
    given = tuple(changed(term, frozenset()) for term in step.given)
    for name in reached((step.left, step.right, *step.given), step.definitions) & step.definitions.keys():
        own = frozenset(range_.name for range_ in definitions[name].ranges)
        definitions[name] = replace(definitions[name], body=changed(definitions[name].body, own))
    sides = [reached((line,), definitions) & set(numbers.values()) for line in lines]
    if sides[0] != sides[1] or any(not side <= _asked(step, line, definitions)
                                   for side, line in zip(sides, lines, strict=True)):
        raise Unsupported("expectations that are not sure to be asked for on both sides")
    declarations = {**at_an_outcome(step).declarations, **{
        name: Declaration(name, "scalar") for name in numbers.values()}}
    used = reached((*lines, *given), definitions)
    made = replace(step, left=lines[0], right=lines[1], given=given, declarations=declarations,
                   definitions={name: d for name, d in definitions.items() if name in used})
    return Numbers(made, {name: term for term, name in numbers.items()})


def _asked(step: Step, line: Term, definitions: Mapping[str, Definition]) -> frozenset[str]:
    """The names whose values a line needs wherever it is defined: not in cases, among entries, nor over what may be
    empty."""
    used = [definitions[name].body for name in reached((line,), definitions) if name in definitions]
    other = frozenset().union(*(varying(part)[0] for term in (line, *used) for part in walk(term)))
    found: set[str] = set()
    waiting = [line]
    while waiting:
        term = waiting.pop()
        match term:
            case Piecewise() | Bool() | Integral() | Component() | Call("matrix"):
                continue
            case Fold(range=range_, condition=condition) | ForAll(range=range_, condition=condition):
                if condition is not None or not _holds_an_index(step, range_, other):
                    continue
            case Family(ranges=ranges):
                if not all(_holds_an_index(step, range_, other) for range_ in ranges):
                    continue
            case Symbol(name) | Entry(family=name) if name not in found | other:
                found.add(name)
                if name in definitions:
                    ranges, body = definitions[name].ranges, definitions[name].body
                    waiting.append(Family(body, ranges) if ranges and isinstance(term, Symbol) else body)
            case _:
                pass
        waiting += children(term)
    return frozenset(found)


def _holds_an_index(step: Step, range_: Range, other: frozenset[str]) -> bool:
    """Whether a range is seen not to be empty; `other` names stand for something else than what is declared."""
    match range_.lower, range_.upper:
        case Number(lower), Number(upper):
            return lower <= upper
        case Number(), Const("oo"):
            return True
        case Number(lower), Symbol(name) if name in step.declarations and name not in other:
            declared = step.declarations[name]
            return declared.kind == "size" and lower <= (declared.domain.lower or 1)
        case _:
            return False


def _taken(term: Term) -> frozenset[str]:
    """The names that mean something else inside of a term: those that it binds, and what it puts a value for."""
    varied = term.variable if isinstance(term, Subst) else None
    return frozenset({*binders(term), *((_name(varied),) if isinstance(varied, Symbol | Entry) else ())})


def _name(term: Symbol | Entry) -> str:
    return term.name if isinstance(term, Symbol) else term.family
