"""Integrals of densities over all values of their variables, known by the densities that they are multiples of: that of
c N(x; m, v) over all x is c.

Untrusted as to truth: it takes the densities of known families that the document writes anywhere, and that what is
integrated is their product times the other side is proved. Imports the ground floor, `posteriors`, `recognised`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, product

from lossproof.derivation import Derivation, Premise, Reading
from lossproof.kernel.normalized import Factor
from lossproof.read.document.posteriors import Posteriors, is_claimed
from lossproof.read.document.probabilities import is_own
from lossproof.read.document.recognised import density_of
from lossproof.term import (
    Call,
    Integral,
    Mul,
    Relation,
    Span,
    Symbol,
    Term,
    free_names,
    map_children,
    mul,
    node_count,
    walk,
)

__all__ = ["Evidences"]

MAX_READINGS = 4
MAX_NODES = 1_000
_MOST_EACH = 3      # densities of one variable that are tried


@dataclass(frozen=True, slots=True)
class _Integrand:
    """What is integrated over all values of some names, and what says that this is the value in question."""

    body: Term
    names: tuple[str, ...]
    premises: tuple[Premise, ...] = ()


@dataclass(slots=True)
class Evidences:
    """Makes readings of steps from an integral, or the log of one, to what it is."""

    posteriors: Posteriors
    derivations: Sequence[Derivation] = ()
    _written: list[tuple[int, Term]] = field(default_factory=list)

    def readings(self, derivation: Derivation, index: int) -> tuple[Reading, ...]:
        """The readings of a step, those by the nearest densities first."""
        line, left = derivation.lines[index - 1], derivation.lines[0].term
        if index != 2 or line.relation != "=" or derivation.given or line.given or line.unread \
                or derivation.lines[0].unread:
            return ()       # a later step is about the line before it
        right = line.term
        if any(isinstance(part, Integral) for part in walk(right)):
            return ()
        if isinstance(left, Call) and left.function == "log":
            left, right = left.args[0], Call("exp", (right,))
        found: list[Reading] = []
        for integrand in self._integrands(left, derivation.span, is_claimed(line)):
            found += self._by(integrand, right, derivation.span, None if is_claimed(line) else derivation.span)
        return tuple(found[:MAX_READINGS])

    def _integrands(self, left: Term, own: Span | None, anywhere: bool) -> Iterator[_Integrand]:
        names, bound, body = self.posteriors.names, list[str](), left
        if isinstance(left, Symbol) and left.name in names.definitions:
            first = names.origin.get(left.name, left.name)
            meanings = [name for name in names.definitions if names.origin.get(name, name) == first] if anywhere else [
                left.name]
            for name in reversed(meanings):
                definition = names.definitions[name]
                if isinstance(definition.body, Integral) and definition.span != own:
                    premise = Premise(Relation("=", Symbol(name), definition.body), definition.span)
                    for found in self._integrands(definition.body, own, anywhere):
                        yield _Integrand(found.body, found.names, (premise, *found.premises))
            return
        while isinstance(body, Integral) and isinstance(body.lower, Symbol) and is_own(body.name, body.lower.name):
            bound.append(body.name)
            body = body.body
        if bound and len(set(bound)) == len(bound) and not any(isinstance(part, Integral) for part in walk(body)):
            premises: dict[Term, Premise] = {}
            yield _Integrand(self._meant(body, own, anywhere, premises), tuple(bound), tuple(premises.values()))

    def _meant(self, term: Term, own: Span | None, anywhere: bool, premises: dict[Term, Premise]) -> Term:
        """A term with the last meanings of values that had none where it was written."""
        names = self.posteriors.names
        if isinstance(term, Call) and term in names.values:
            first = names.values[term]
            for name, known in reversed(names.definitions.items()):
                if names.origin.get(name, name) == first and known.span is not None and known.span != own and (
                        anywhere or own is None or self.posteriors.is_before(known.span, own)):
                    premises[Symbol(name)] = Premise(Relation("=", Symbol(name), known.body), known.span)
                    return Symbol(name)
        return map_children(term, lambda child: self._meant(child, own, anywhere, premises))

    def _by(self, integrand: _Integrand, right: Term, own: Span | None, before: Span | None) -> Iterator[Reading]:
        posteriors, varied = self.posteriors, set(integrand.names)
        held = set(posteriors.names.data) - varied
        if posteriors.reached(right, varied | held) & varied:
            return
        places = [list(islice(self._densities(name, own), _MOST_EACH)) for name in integrand.names]
        for factors in product(*places):
            whole = posteriors.product(factors, varied | held)
            if whole is None or not posteriors.ranges_over(None, factors, own, before):
                continue
            left = posteriors.opened(integrand.body, varied, held)
            if left is None:
                return
            within = [condition for name in integrand.names for condition in whole.within[name]
                      if not posteriors.is_range(name, whole)]
            conditions = (*whole.conditions, *within)
            rests = (*integrand.premises, *map(Premise, conditions))
            yield from posteriors.for_any_values(Reading(
                left, mul(right, whole.term), conditions, "normalized", rests, of_own=whole.equal), varied | held)

    def _densities(self, name: str, own: Span | None) -> Iterator[Factor]:
        """The densities of a name that the document writes, those on the last lines first."""
        names, seen = self.posteriors.names, set[Factor]()
        for term in self._terms():
            for part in walk(term) if name in free_names(term) else ():
                if isinstance(part, Mul) and name in free_names(part) and node_count(part) < MAX_NODES:
                    found = density_of(part, name, names.declarations)
                    if found is not None and found not in seen and _has_scale(part) and self._is_plain(found):
                        seen.add(found)
                        yield found

    def _is_plain(self, factor: Factor) -> bool:
        """Whether the parameters are those of one density, and not of one for each index."""
        declarations = self.posteriors.names.declarations
        return not any(name == factor.variable or (name in declarations and declarations[name].kind == "index")
                       for parameter in factor.parameters for name in free_names(parameter))

    def _terms(self) -> list[Term]:
        if not self._written:
            lines = [(line.span.line if line.span is not None else 0, line.term) for one in self.derivations
                     for line in one.lines if line.unread is None]
            said = [(known.span.line if known.span is not None else 0, known.body)
                    for known in self.posteriors.names.definitions.values()]
            self._written = sorted((*lines, *said), key=lambda pair: pair[0], reverse=True)
        return [term for _, term in self._written]


def _has_scale(term: Mul) -> bool:
    """Whether a product looks like a density and not like a part of one: exp(-x^2) alone is none."""
    inside = [part for part in walk(term) if isinstance(part, Call) and part.function == "exp"]
    return len(inside) <= 1 and any(isinstance(part, Call) and part.function in ("sqrt", "gamma", "beta")
                                    for part in walk(term))
