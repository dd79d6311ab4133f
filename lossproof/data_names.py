"""Data in documents: what a model says it is made of does not vary where the likelihood is differentiated.

Imports the ground floor. `y = X b + e, e ~ N(0, v)` says how y comes about. A likelihood is a function of y and of b,
each on its own: where something is differentiated by b, or taken at a value of b, y is what was observed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from lossproof.derivation import Declaration, Step, reached
from lossproof.term import Derivative, Entry, Subst, Symbol, Term, free_names, walk

__all__ = ["held_fixed"]


def held_fixed(step: Step, data: Mapping[str, Declaration]) -> Step:
    """The step with names of data for quantities, where what they are made of is varied in a line."""
    if not data.keys() & step.definitions.keys():
        return step
    varied = frozenset(_varied(step, data))
    fixed = {name for name in data.keys() & step.definitions.keys()
             if varied & reached((step.definitions[name].body,), step.definitions)
             and name in reached((step.left, step.right), step.definitions)}
    if not fixed:
        return step
    return replace(step, declarations={**step.declarations, **{name: data[name] for name in fixed}},
                   definitions={name: known for name, known in step.definitions.items() if name not in fixed})


def _varied(step: Step, data: Mapping[str, Declaration]) -> Iterator[str]:
    """The names by which something else than data is differentiated, or of which a value is put in."""
    terms: list[Term] = [step.left, step.right]
    names = reached(terms, step.definitions)
    terms += [step.definitions[name].body for name in names & step.definitions.keys()]
    for term in terms:
        for part in walk(term):
            match part:
                case Derivative(Symbol(name) | Entry(family=name), _) if name in data:
                    pass        # how it comes about is just what is asked
                case Derivative(by=by):
                    yield from free_names(by)
                case Subst(_, variable):
                    yield from free_names(variable)
                case _:
                    pass
