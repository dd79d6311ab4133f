"""Sizes of arrays: which of them must be equal, and that a size is not what is bound under its name.

Trusted. Imports `components`, `normalize` and the ground floor.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from lossproof.derivation import Definition, Step
from lossproof.kernel.components import Components, Shape
from lossproof.kernel.normal_form import DivisionByZero, Unsupported
from lossproof.kernel.normalize import Normalizer
from lossproof.term import (
    ARRAY_FUNCTIONS,
    ONE,
    Add,
    Call,
    Family,
    Relation,
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


def have_equal_sizes(step: Step) -> bool:
    """Whether the arrays that a step joins have the same sizes, whatever the names in these stand for.

    Where they are the same for some values only, the line means nothing for the others: its entries do not show that.
    """
    terms = [step.left, step.right, *step.given]
    seen: set[str] = set()
    for term in terms:      # it grows
        for name in free_names(term) & step.definitions.keys() - seen:
            seen.add(name)
            terms.append(step.definitions[name].body)
    arrays = {name for name, d in step.declarations.items() if d.kind == "family"} | {
        name for name in seen if step.definitions[name].ranges or _is_array(step.definitions[name].body)}
    if not any(_is_array(term) or any(isinstance(part, Symbol) and part.name in arrays for part in walk(term))
               for term in terms):
        return True
    n = Normalizer(step.declarations, step.definitions)
    try:
        return all(_same(n, one, other)
                   for term in terms for part in walk(term) for one, other in _joined(n.arrays, part))
    except Unsupported:     # a size that is not known
        return False


def _is_array(term: Term) -> bool:
    return any(isinstance(part, Family) or (isinstance(part, Call) and part.function in ARRAY_FUNCTIONS)
               for part in walk(term))


def _same(n: Normalizer, one: Term, other: Term) -> bool:
    try:
        return one == other or n.normal(one) == n.normal(other)
    except (Unsupported, DivisionByZero):
        return False


def _joined(arrays: Components, term: Term) -> Iterator[tuple[Term, Term]]:
    """The sizes that are to be equal, by pairs, for a term to mean something."""
    match term:
        case Add(args) | Call("hadamard" | "dot", args):
            for arg in args[1:]:
                yield from zip(arrays.shape(args[0]), arrays.shape(arg), strict=False)
        case Relation(_, one, other):
            yield from zip(arrays.shape(one), arrays.shape(other), strict=False)
        case Call("trace" | "det" | "inverse", (array,)):
            yield from pairwise(arrays.shape(array))
        case Call("matmul", args):
            left: Shape = ()
            for number, arg in enumerate(args):
                right = arrays.shape(arg)
                if left and right:
                    yield (left[1] if len(left) > 1 else ONE), right[0]
                left = arrays.shape(Call("matmul", args[:number + 1])) if number else right
        case _:
            pass
