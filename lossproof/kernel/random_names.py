"""What a step says of random names: where expectations stand in it, and on what they, and distributions, rest.

Trusted. Imports the ground floor.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from lossproof.derivation import RANDOM, Definition, Step
from lossproof.derivation import reached as all_reached
from lossproof.term import (
    EXPECTATIONS,
    Call,
    Derivative,
    Entry,
    Family,
    Fold,
    ForAll,
    Integral,
    Limit,
    Partial,
    Relation,
    Subst,
    Symbol,
    Term,
    binders,
    free_names,
    walk,
)


def has_expectations(step: Step) -> bool:
    """Whether an expectation stands in the step or in what it rests on."""
    terms = [step.left, step.right, *step.given]
    if step.definitions:
        terms += [step.definitions[name].body for name in reached(terms, step.definitions) if name in step.definitions]
    return any(isinstance(part, Call) and part.function in EXPECTATIONS for term in terms for part in walk(term))


def at_an_outcome(step: Step) -> Step:
    """A step without expectations, whose random names are what they are at one outcome: any values."""
    if not any(RANDOM in declared.assumptions for declared in step.declarations.values()):
        return step
    return replace(step, declarations={
        name: replace(declared, assumptions=declared.assumptions - {RANDOM}) if RANDOM in declared.assumptions
        else declared for name, declared in step.declarations.items()})


def reached(terms: Iterable[Term], definitions: Mapping[str, Definition]) -> frozenset[str]:
    """The names in terms and in what their quantities are defined as, with their ranges; the indices of these count,
    too: what an index carries into a quantity is looked for under the name that it has there."""
    found: set[str] = set()
    waiting = [name for term in terms for name in free_names(term)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            if name in definitions:
                waiting.extend(free_names(definitions[name].body))
                waiting.extend(end for range_ in definitions[name].ranges
                               for end in free_names(range_.lower) | free_names(range_.upper))
    return frozenset(found)


def parameters(step: Step) -> frozenset[str]:
    """The names, random ones aside, with which the distributions in a step may change, and what is equal to them.

    Of an index of what is random, in all that a hypothesis says of chance, others have their own: E(y[i]) = mu[i].
    """
    random = {name for name, declared in step.declarations.items() if RANDOM in declared.assumptions}
    found: set[str] = set()
    for definition in step.definitions.values():
        if definition.of is not None:
            own = {range_.name for range_ in definition.ranges}
            found |= {definition.name} | all_reached((definition.body, definition.of), step.definitions) - own
    for term in step.given:
        names = all_reached((term,), step.definitions)
        if names & random or has_expectations(replace(step, left=term, right=term, given=())):
            found |= names - _indices(term, random, step)
    for name in random:
        found |= all_reached(map(Symbol, step.declarations[name].parameters), step.definitions)
    equal = [names for term in step.given if any(isinstance(part, Relation) and part.op == "=" for part in walk(term))
             and not (names := all_reached((term,), step.definitions)) & random]
    for _ in equal:     # E(X) = mu, mu = a
        found |= frozenset().union(*(names for names in equal if names & found))
    return frozenset(found - random)


def _indices(term: Term, random: Collection[str], step: Step) -> frozenset[str]:
    """The declared indices in a term at which each random name in it stands."""
    declared = step.declarations
    found = frozenset(name for name in free_names(term) if name in declared and declared[name].kind == "index")
    for part in walk(term):
        match part:
            case Symbol(name) if name in random or name in step.definitions:
                return frozenset()
            case Entry(name, indices) if name in random:
                found &= {index.name for index in indices if isinstance(index, Symbol)}
            case Entry(name) if name in step.definitions:
                return frozenset()
            case _:
                pass
    return found


def varying(term: Term) -> tuple[frozenset[str], tuple[Term, ...]]:
    """The names that a term gives other values itself, and where it does so."""
    match term:
        case Derivative(body=body, by=by):
            return free_names(by), (body,)
        case Limit(body=body, variable=variable) | Subst(body=body, variable=variable):
            return free_names(variable), (body,)
        case Fold(body=body, condition=condition) | ForAll(body=body, condition=condition):
            return frozenset(binders(term)), (body,) if condition is None else (body, condition)
        case Family(body=body) | Integral(body=body):
            return frozenset(binders(term)), (body,)
        case Partial(family=family):
            return free_names(family), (family,)
        case _:
            return frozenset(), ()


def all_names(step: Step) -> set[str]:
    """Every name in a step, free or bound."""
    terms = [step.left, step.right, *step.given, *(Family(d.body, d.ranges) for d in step.definitions.values())]
    return {*step.declarations, *step.definitions, *(name for term in terms for part in walk(term)
                                                     for name in (*binders(part), *free_names(part)))}
