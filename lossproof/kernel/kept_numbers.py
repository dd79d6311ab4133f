"""Numbers that both lines are made of in the same way, kept as they are: quadratic forms, determinants, quantities.

Trusted. Imports `kept_names` and the ground floor. What holds for any number holds for this one; where it is undefined,
both lines are, since each asks for its value: a number is kept only where it stands in both lines outside of arrays,
and nothing in either line varies a name. Conditions are about the number that stands for it, and are told of what it
was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from lossproof.derivation import RANDOM, Declaration, Step, reached
from lossproof.kernel.kept_names import varies
from lossproof.kernel.normal_form import Unsupported
from lossproof.term import (
    ARRAY_FUNCTIONS,
    Add,
    Call,
    Mul,
    Pow,
    Symbol,
    Term,
    binders,
    children,
    fresh_identifier,
    map_children,
    substitute,
    walk,
)

__all__ = ["Kept", "with_kept_numbers"]

_OF_ARRAYS = frozenset(ARRAY_FUNCTIONS) - {"matrix", "identity", "zeros", "ones"}


@dataclass(frozen=True, slots=True)
class Kept:
    """A step with names for numbers, and what these are."""

    step: Step
    numbers: Mapping[str, Term]

    def written(self, conditions: Iterable[Term]) -> tuple[Term, ...]:
        """Conditions about what the numbers were."""
        return tuple(substitute(condition, self.numbers) for condition in conditions)


def with_kept_numbers(step: Step, shape: Callable[[Term], tuple[Term, ...]]) -> Kept | None:
    """The step in which numbers that stand in both lines are any real numbers, if one of these is made of arrays; None
    without any, and where something random or complex is spoken of.
    """
    if step.relation != "=":
        return None
    names = reached((step.left, step.right, *step.given), step.definitions)
    if any(step.declarations[name].assumptions & {RANDOM, "complex"} for name in names & step.declarations.keys()):
        return None
    try:
        if shape(step.left) or shape(step.right):
            return None
        both = set(_numbers(step, step.right, shape))
        common = [part for part in dict.fromkeys(_numbers(step, step.left, shape)) if part in both]
    except Unsupported:
        return None
    if not any(_of_arrays(step, part) for part in common):
        return None
    taken = {*step.declarations, *step.definitions,
             *(name for side in (step.left, step.right, *step.given) for part in walk(side) for name in binders(part))}
    chosen: dict[Term, str] = {}
    for part in common:
        chosen[part] = fresh_identifier("number", taken)
        taken.add(chosen[part])
    left, right = (_kept(side, chosen) for side in (step.left, step.right))
    # a hypothesis that is left out makes the step hold for more
    given = tuple(term for term in step.given if not varies(replace(step, left=term, right=term, given=())))
    declarations = {**step.declarations, **{name: Declaration(name, "scalar") for name in chosen.values()}}
    found = replace(step, left=left, right=right, given=given, declarations=declarations)
    return None if varies(found) else Kept(found, {name: part for part, name in chosen.items()})


def _numbers(step: Step, term: Term, shape: Callable[[Term], tuple[Term, ...]]) -> Iterator[Term]:
    """The numbers of a line that are quantities or functions of arrays, outermost first, of which it asks the value."""
    match term:
        case Symbol(name):
            if name in step.definitions and not step.definitions[name].ranges and not shape(term):
                yield term
        case Call(function) if function in _OF_ARRAYS:
            if not shape(term):
                yield term
        case Add() | Mul() | Pow():
            for child in children(term):
                yield from _numbers(step, child, shape)
        case Call(function, _, orders) if not any(orders) and function not in ARRAY_FUNCTIONS and not shape(term):
            for child in children(term):
                yield from _numbers(step, child, shape)
        case _:
            pass


def _of_arrays(step: Step, term: Term) -> bool:
    """Whether functions of arrays are in a term, or in what it reaches."""
    names = reached((term,), step.definitions) & step.definitions.keys()
    return any(isinstance(part, Call) and part.function in _OF_ARRAYS
               for one in (term, *(step.definitions[name].body for name in names)) for part in walk(one))


def _kept(term: Term, names: Mapping[Term, str]) -> Term:
    """A line with names for its numbers, as far as it asks for their values."""
    if term in names:
        return Symbol(names[term], span=term.span)
    match term:
        case Add() | Mul() | Pow():
            return map_children(term, lambda child: _kept(child, names))
        case Call(function) if function not in ARRAY_FUNCTIONS:
            return map_children(term, lambda child: _kept(child, names))
        case _:
            return term
