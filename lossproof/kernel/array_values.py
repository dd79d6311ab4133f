"""Values at whole arrays: what is said at M = N, for a name N that stands nowhere else in it, is said of N.

Trusted. Imports the ground floor. The value of T at M = N is T with N for M, also as what is differentiated by, and in
what the quantities of T are made of: no more than another name for what varies. That is so only where N is a declared
array of M's shape, no quantity, and T does not hold it. Hypotheses of M say nothing of N; those of N are not used where
T is differentiated by it, as everywhere.
"""

from __future__ import annotations

from dataclasses import replace

from lossproof.derivation import RANDOM, Definition, Step, reached
from lossproof.term import (
    Subst,
    Symbol,
    Term,
    binders,
    fresh_identifier,
    map_children,
    renamed,
    walk,
)

__all__ = ["at_arrays"]


def at_arrays(step: Step) -> Step:
    """The step without values at whole arrays, as far as these are other names."""
    terms = (step.left, step.right, *step.given)
    if not any(isinstance(part, Subst) and isinstance(part.value, Symbol) for term in terms for part in walk(term)):
        return step
    made = dict(step.definitions)

    def change(term: Term) -> Term:
        inner = map_children(term, change)
        match inner:
            case Subst(body, Symbol(name), Symbol(value)) if _is_other_name(name, value, body):
                return at_value(body, name, value)
            case _:
                return inner

    def _is_other_name(name: str, value: str, body: Term) -> bool:
        known, other = step.declarations.get(name), step.declarations.get(value)
        if known is None or other is None or not (known.array and other.array) or known.shape != other.shape:
            return False
        if name == value or name in made or value in made:
            return False
        names = reached((body,), made)
        if any(made[one].of is not None for one in names if one in made) or any(
                RANDOM in step.declarations[one].assumptions for one in names if one in step.declarations):
            return False        # a distribution may depend on it
        bodies = (body, *(made[one].body for one in names if one in made))
        bound = {one for term in bodies for part in walk(term) for one in binders(part)}
        bound |= {range_.name for one in names if one in made for range_ in made[one].ranges}
        return value not in names and not {name, value} & bound

    def at_value(body: Term, name: str, value: str) -> Term:
        names = {name: value}
        for one in sorted(reached((body,), made) & made.keys()):
            if name in reached((Symbol(one),), made):
                names[one] = fresh_identifier(f"{one}_at_{value}", {*step.declarations, *made, *names.values()})
        for one, other in names.items():
            if one in made:
                made[other] = _renamed_definition(made[one], other, names)
        return renamed(body, names)

    left, right, given = change(step.left), change(step.right), tuple(map(change, step.given))
    return replace(step, left=left, right=right, given=given, definitions=made)


def _renamed_definition(known: Definition, name: str, names: dict[str, str]) -> Definition:
    ranges = tuple(replace(range_, lower=renamed(range_.lower, names), upper=renamed(range_.upper, names))
                   for range_ in known.ranges)
    return replace(known, name=name, body=renamed(known.body, names), ranges=ranges)
