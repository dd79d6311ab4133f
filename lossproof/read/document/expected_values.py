"""Expectations to which a document gives a value: E(X) = mu, Var(y_i) = sigma^2 for every i.

Untrusted as to truth. An expectation keeps its meaning; what the document says of it is a quantity with a name of its
own, whose definition remembers of which expectation it is the value. Imports the ground floor and shapes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lossproof.derivation import RANDOM, Declaration, Definition
from lossproof.diagnostic import InputError
from lossproof.read.shapes import Shapes
from lossproof.term import (
    EXPECTATIONS,
    ONE,
    ZERO,
    Call,
    Entry,
    Symbol,
    Term,
    binders,
    children,
    free_names,
    fresh_identifier,
    map_children,
    substitute,
    walk,
)

__all__ = ["ExpectedValues", "is_expectation", "rests_on_chance"]

_SHORT = {"expectation": "E", "variance": "Var", "covariance": "Cov", "correlation": "Corr", "deviation": "sd"}


def is_expectation(term: Term) -> bool:
    """True for E(X), Var(X) and their like."""
    return isinstance(term, Call) and term.function in EXPECTATIONS


def rests_on_chance(term: Term, declarations: Mapping[str, Declaration],
                    definitions: Mapping[str, Definition]) -> bool:
    """Whether something random, or an expectation, is in a term or in what its names are defined as."""
    waiting, seen = [term], set[str]()
    while waiting:
        here = waiting.pop()
        if any(is_expectation(part) for part in walk(here)):
            return True
        for name in free_names(here) - seen:
            seen.add(name)
            if name in definitions:
                of = definitions[name].of
                waiting.append(of if of is not None else definitions[name].body)
            elif name in declarations and RANDOM in declarations[name].assumptions:
                return True
    return False


@dataclass(frozen=True, slots=True)
class _Named:
    """The value of an expectation: its quantity's name, and the indices for every one of which it is named."""

    name: str
    indices: tuple[str, ...]
    of: Term


@dataclass(slots=True)
class ExpectedValues:
    """The names of expectations' values."""

    known: list[_Named] = field(default_factory=list)

    def name(self, call: Call, latex: str, declarations: dict[str, Declaration],
             definitions: Mapping[str, Definition]) -> Term | None:
        """What stands for the value of an expectation, a new name where it has none; None where it can have none.

        Of y_i with an index that may be any, it is an entry: one for every index.
        """
        found = self.find(call)
        if found is not None:
            return found
        indices = tuple(sorted(n for n in free_names(call) if n in declarations and declarations[n].kind == "index"))
        sizes = [_size(call, index, declarations) for index in indices]
        try:
            shape = Shapes(declarations, definitions).of(call)
        except InputError:
            return None
        if None in sizes or None in shape or (shape and indices):
            return None
        words = "_".join(sorted(free_names(call) - set(indices)))
        wanted = re.sub(r"\W", "_", f"{_SHORT[call.function]}_of_{words}")[:60].strip("_")
        name = fresh_identifier(wanted, {*declarations, *definitions, *(known.name for known in self.known)})
        ranges = (*(size for size in sizes if size is not None), *(size for size in shape if size is not None))
        declarations[name] = Declaration(name, "family" if ranges else "scalar", shape=ranges or None, latex=latex,
                                         rank=len(ranges), array=bool(shape), assumed=True)
        self.known.append(_Named(name, indices, call))
        return self.find(call)

    def is_value(self, name: str) -> bool:
        """True for the name of an expectation's value."""
        return any(known.name == name for known in self.known)

    def find(self, call: Term) -> Term | None:
        """The name of the value of an expectation, or the entry of a name."""
        for known in self.known:
            found: dict[str, Term] = {}
            if _match(known.of, call, set(known.indices), found):
                if not known.indices:
                    return Symbol(known.name, span=call.span)
                return Entry(known.name, tuple(found[index] for index in known.indices), span=call.span)
        return None

    def of(self, name: str, indices: tuple[str, ...]) -> Term | None:
        """The expectation whose value a name is, for these indices."""
        for known in self.known:
            if known.name == name and len(known.indices) == len(indices):
                return substitute(known.of, {
                    old: Symbol(new) for old, new in zip(known.indices, indices, strict=True)})
        return None


def _size(call: Term, index: str, declarations: Mapping[str, Declaration]) -> Term | None:
    """What an index runs up to, from 1."""
    declared = declarations[index]
    if declared.upper is not None:
        return declared.upper if declared.lower in (None, ONE) else None
    for part in walk(call):
        if isinstance(part, Entry) and Symbol(index) in part.indices and part.family in declarations:
            shape = declarations[part.family].shape
            if shape is not None and len(shape) == len(part.indices):
                return shape[part.indices.index(Symbol(index))]
    return None


def _match(pattern: Term, term: Term, places: set[str], found: dict[str, Term]) -> bool:
    """Whether a term is the pattern with terms at its places, which are free in it."""
    if isinstance(pattern, Symbol) and pattern.name in places:
        if pattern.name in found:
            return found[pattern.name] == term
        found[pattern.name] = term
        return True
    if pattern == term and not free_names(pattern) & places:
        return True
    inside = children(pattern)
    if set(binders(pattern)) or not inside or len(inside) != len(children(term)):
        return False
    if map_children(pattern, lambda _: ZERO) != map_children(term, lambda _: ZERO):
        return False
    return all(_match(a, b, places, found) for a, b in zip(inside, children(term), strict=True))
