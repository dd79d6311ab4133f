"""Sizes of arrays: a size is not what is bound under its name.

Trusted. Imports the ground floor.
"""

from __future__ import annotations

from dataclasses import replace

from lossproof.derivation import Definition, Step
from lossproof.term import (
    Family,
    Symbol,
    Term,
    binders,
    free_names,
    fresh_identifier,
    map_children,
    rename_binders,
    substitute,
    walk,
)


def sizes_apart(step: Step) -> Step:
    """The step with other names for what is bound under a name that sizes of arrays are made of.

    An array has the size that is declared or defined, also where a sum runs through values of the same name.
    """
    shapes = [size for declared in step.declarations.values() for size in declared.shape or ()]
    shapes += [end for known in step.definitions.values() for r in known.ranges for end in (r.lower, r.upper)]
    sizes = frozenset(name for size in shapes for name in free_names(size))
    terms = (step.left, step.right, *step.given,
             *(Family(known.body, known.ranges) for known in step.definitions.values()))
    bound = {name for term in terms for part in walk(term) for name in binders(part)}
    if not bound & sizes:
        return step
    taken = {*step.declarations, *step.definitions, *bound, *(name for term in terms for name in free_names(term))}
    renamed: dict[str, str] = {}
    for name in sorted(bound & sizes):
        renamed[name] = fresh_identifier(name, taken)
        taken.add(renamed[name])

    def change(term: Term) -> Term:
        term = map_children(term, change)
        own = {name: renamed[name] for name in binders(term) if name in renamed}
        return rename_binders(term, own) if own else term

    def defined(known: Definition) -> Definition:
        if not known.ranges:
            return replace(known, body=change(known.body))
        family = change(Family(known.body, known.ranges))
        assert isinstance(family, Family)
        own = {old.name: Symbol(new.name) for old, new in zip(known.ranges, family.ranges, strict=True)}
        of = None if known.of is None else substitute(known.of, own)
        return replace(known, body=family.body, ranges=family.ranges, of=of)

    return replace(step, left=change(step.left), right=change(step.right), given=tuple(map(change, step.given)),
                   definitions={name: defined(known) for name, known in step.definitions.items()})
