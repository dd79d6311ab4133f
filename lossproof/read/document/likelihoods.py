"""Likelihoods by how data are said to be distributed: p(y|b, v) is N(y; X b, v I) where y = X b + e, e ~ N(0, v I).

Untrusted as to truth: it says what the usual density is, and that a line says the same is proved. Imports the ground
floor, `names`, `probabilities`, `values` and from the formula reader the densities of the families.

What the density is given must be what the distribution's parameters are made of, and nothing else, which could say more
of the data; what parameters are made of must be given where the text has a density of it, or says how it is
distributed, so that it may vary. What is said in two ways, of two cases perhaps, says nothing here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lossproof.derivation import Derivation, Premise, Reading
from lossproof.read.document.names import Model, Names
from lossproof.read.document.probabilities import Probabilities
from lossproof.read.document.values import Part, Value, density
from lossproof.read.latex.densities import density_of_arrays
from lossproof.read.latex.families import known
from lossproof.term import MINUS_ONE, ZERO, Add, Mul, Relation, Symbol, Term, add, free_names

__all__ = ["Likelihoods"]


@dataclass(slots=True)
class Likelihoods:
    """Makes readings of lines that say what density data have."""

    names: Names

    def may_be(self, left: Term) -> bool:
        """Whether a side is the density of something that is said to be distributed in a known way, or made of it."""
        value = self._value(left)
        return value is not None and any(True for _ in self._models(value))

    def readings(self, derivation: Derivation, index: int) -> tuple[Reading, ...]:
        """The readings of a line that says the density itself."""
        line = derivation.lines[index - 1]
        value = self._value(derivation.lines[0].term)
        if index != 2 or value is None or line.relation != "=" or line.unread or derivation.given:
            return ()
        return tuple(self._readings(value, line.term))

    def _readings(self, value: Value, right: Term) -> Iterator[Reading]:
        given = {name for part in value.right for name in self._of(part)}
        others = {name for one in self._values() for part in one.left for name in self._of(part)}
        others |= {name for model in self.names.models for name in free_names(model.of)}
        for model, at, premises in self._models(value):
            made = self._density(model, at)
            if made is None:
                continue
            about = set(self._of(value.left[0]))
            below = free_names(made) - about
            if given <= below and below & others <= given:
                data = (self.names.declarations[name] for name in sorted(about & self.names.definitions.keys()))
                yield Reading(made, right, law="usual-meaning", premises=premises, kept=tuple(data))

    def _models(self, value: Value) -> Iterator[tuple[Model, Term, tuple[Premise, ...]]]:
        """How the one thing that a density is of is distributed, or what it differs from by what does not vary."""
        if value.head not in ("p", r"\mathrm{p}") or len(value.left) != 1 or not value.right:
            return
        [name] = list(self._of(value.left[0]))[:1] or [""]
        if not name or value.left[0] not in (Part(value.left[0].piece), Part(value.left[0].piece, (Symbol(name),))):
            return
        for model in self.names.models:
            if any(other != model for other in self.names.models if other.of == model.of):
                continue        # said twice, of two cases
            if model.of == Symbol(name):
                yield model, Symbol(name), ()
            for made, definition in self.names.definitions.items():
                if self.names.origin.get(made, made) != name or definition.ranges or not isinstance(
                        definition.body, Add) or definition.body.args.count(model.of) != 1:
                    continue
                rest = add(*(arg for arg in definition.body.args if arg != model.of))
                if free_names(model.of) & free_names(rest):
                    continue
                premise = Premise(Relation("=", Symbol(name), definition.body), definition.span)
                if model.kind in ("normal", "matrix-normal"):       # what is added moves the mean
                    mean, *others = model.parameters
                    mean = rest if mean == ZERO else add(rest, mean)
                    yield Model(Symbol(name), model.kind, (mean, *others)), Symbol(name), (premise,)
                else:
                    yield model, Add((Symbol(name), Mul((MINUS_ONE, rest)))), (premise,)

    def _density(self, model: Model, at: Term) -> Term | None:
        args = (at, *model.parameters)
        shapes = [self.names.shape(arg) for arg in args]
        first = self.names.shape(model.of)
        if None in shapes or first is None or shapes[0] != first:
            return None
        if first:
            return density_of_arrays(model.kind, args, [shape or () for shape in shapes])
        if any(shapes):
            return None
        law = known(model.kind, model.parameters)
        return None if law is None or model.kind == "uniform" else law.density(at)

    def _value(self, term: Term) -> Value | None:
        values = Probabilities(self.names).values()
        return density(values.get(term.name, term) if isinstance(term, Symbol) else term, self.names.declarations)

    def _values(self) -> Iterator[Value]:
        declarations = self.names.declarations
        for call in (*self.names.values, *map(Symbol, declarations)):
            value = density(call, declarations)
            if value is not None:
                yield value

    def _of(self, part: Part) -> Iterator[str]:
        """The names in an argument."""
        for arg in part.args:
            yield from free_names(arg)
        if not part.args:
            yield from (name for name, declared in self.names.declarations.items()
                        if declared.array and (declared.latex or name) == part.piece)
