"""Matrices that are quantities and are written by their entries, kept as the names that they have; inverses in both
lines, kept as they are.

Trusted. Imports the ground floor and `normal_form`. What holds for every matrix holds for one with these entries; where
both lines depend on it, they are undefined together where it is. Nothing may vary it: steps with derivatives, limits,
integrals, sums, cases or substitutions are left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from lossproof.derivation import Declaration, Step, reached
from lossproof.kernel.normal_form import Unsupported
from lossproof.term import (
    Call,
    Component,
    Derivative,
    Entry,
    Family,
    Fold,
    ForAll,
    Integral,
    Limit,
    Partial,
    Piecewise,
    Subst,
    Symbol,
    Term,
    binders,
    children,
    fresh_identifier,
    map_children,
    walk,
)

__all__ = ["varies", "with_kept_inverses", "with_kept_names"]

_VARYING = (Derivative, Fold, ForAll, Integral, Limit, Partial, Piecewise, Subst)


def with_kept_names(step: Step, shape: Callable[[Term], tuple[Term, ...]]) -> Step | None:
    """The step in which such quantities of both lines are any matrices; None where it has none."""
    both = reached((step.left,), step.definitions) & reached((step.right,), step.definitions)
    kept = [name for name in sorted(both) if name in step.definitions and not step.definitions[name].ranges
            and isinstance(step.definitions[name].body, Family) and not _asked_for_entries(step, name)]
    if not kept or step.relation != "=":
        return None
    declarations = dict(step.declarations)
    for name in kept:
        try:
            sizes = shape(step.definitions[name].body)
        except Unsupported:
            return None
        if len(sizes) != 2 or (name in declarations and declarations[name].kind != "family"):
            return None
        declarations[name] = Declaration(name, "family", shape=sizes, rank=2, array=True)
    definitions = {name: body for name, body in step.definitions.items() if name not in kept}
    found = replace(step, declarations=declarations, definitions=definitions)
    return None if varies(found) else found


def _asked_for_entries(step: Step, name: str) -> bool:
    """Whether a line asks for single entries of a matrix, of which some may be undefined and others not."""
    terms = (step.left, step.right, *(known.body for known in step.definitions.values()))
    return any((isinstance(part, Entry) and part.family == name) or (
        isinstance(part, Component) and part.array == Symbol(name)) for term in terms for part in walk(term))


def with_kept_inverses(step: Step, shape: Callable[[Term], tuple[Term, ...]]) -> tuple[Step, frozenset[str]] | None:
    """The step in which inverses that are written in both lines are any matrices, and their names; None without any."""
    if step.relation != "=" or varies(step):
        return None
    bound = {name for side in (step.left, step.right) for part in walk(side) for name in binders(part)}
    both = [part for part in dict.fromkeys(_inverses(step.left)) if part in set(_inverses(step.right))
            and not reached((part,), step.definitions) & bound]     # one that varies with an index is no one matrix
    taken = {*step.declarations, *step.definitions}
    names: dict[Term, str] = {}
    declarations = dict(step.declarations)
    for part in both:
        names[part] = name = fresh_identifier("inverted", taken)
        taken.add(name)
        try:
            declarations[name] = Declaration(name, "family", shape=shape(part), rank=2, array=True)
        except Unsupported:
            return None
    if not names:
        return None
    left, right = (_kept(side, names) for side in (step.left, step.right))
    return replace(step, left=left, right=right, declarations=declarations), frozenset(names.values())


def _inverses(term: Term) -> list[Term]:
    """The inverses in a term, but for those within others."""
    if isinstance(term, Call) and term.function == "inverse":
        return [term]
    return [found for child in children(term) for found in _inverses(child)]


def _kept(term: Term, names: Mapping[Term, str]) -> Term:
    return Symbol(names[term]) if term in names else map_children(term, lambda child: _kept(child, names))


def varies(step: Step) -> bool:
    """Whether anything in a step, or in what its names mean, varies a name."""
    names = reached((step.left, step.right, *step.given), step.definitions)
    bodies = [step.definitions[name].body for name in names & step.definitions.keys()]
    return any(isinstance(part, _VARYING) for term in (step.left, step.right, *step.given, *bodies)
               for part in walk(term))
