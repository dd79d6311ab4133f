"""L is proportional to R: their quotient has the same value at two points that differ in the names that vary.

Untrusted as to truth: it says what the sign means, and the quotients are judged. Imports the ground floor, `names`,
`values`, `probabilities`.

Which names vary is not written: those of the density on the left that stand on the right, as it is written; where
densities stand there, as in Bayes' theorem, only those left of the bar.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from lossproof.derivation import MENTIONS, REAL, Declaration, Reading
from lossproof.read.document.names import Names
from lossproof.read.document.probabilities import Probabilities, StepReader
from lossproof.read.document.values import Part, density
from lossproof.term import Call, Entry, Symbol, Term, binders, divide, free_names, renamed, walk

__all__ = ["Proportional", "any_value"]


@dataclass(slots=True)
class Proportional:
    """Makes readings of `L ~ R` in one document."""

    names: Names

    def readings(self, left: Term, right: Term) -> tuple[Reading, ...]:
        """What is to be equal, by the laws of densities and by what they are; none where the left is no density."""
        values = Probabilities(self.names).values()
        written = values.get(left.name, left) if isinstance(left, Symbol) else left
        value = density(written, self.names.declarations)
        if value is None:
            return ()
        shown, densities = self._shown(right, values)
        parts = [part for part in (value.left if densities else (*value.left, *value.right))
                 if self._stands(part, shown)]
        fixed = set[str]()
        for part in (*value.left, *value.right):
            if part not in parts:
                name = self._name(part)
                fixed |= {name} if name is not None else {inner for arg in part.args for inner in free_names(arg)}
        found: list[Reading] = []
        for defined in (False, True):
            for reading in self._two_points(left, right, parts, defined, fixed) if parts else ():
                if reading not in found:
                    found.append(reading)
        return tuple(found)

    def _shown(self, term: Term, values: Mapping[str, Call]) -> tuple[set[str], bool]:
        """The names that stand in a term as it is written, and whether some stand in densities."""
        found: set[str] = set()
        densities = False
        for part in walk(term):
            here = values.get(part.name, part) if isinstance(part, Symbol) else part
            value = density(here, self.names.declarations)
            if value is not None:
                densities = True
                found |= {piece.key for piece in (*value.left, *value.right)}
            if isinstance(here, Symbol | Entry):
                found.add(here.name if isinstance(here, Symbol) else here.family)
        return found, densities

    def _stands(self, part: Part, shown: set[str]) -> bool:
        name = self._name(part)
        return part.key in shown or (name is not None and (name in shown or self.names.origin.get(name) in shown))

    def _name(self, part: Part) -> str | None:
        """The name that a part is, of a number or of an array."""
        if part.symbol is not None:
            return part.symbol
        if part.args:
            return None
        return next((name for name, declared in self.names.declarations.items()
                     if declared.array and (declared.latex or name) == part.piece), None)

    def _two_points(self, left: Term, right: Term, parts: list[Part], defined: bool,
                    fixed: set[str]) -> Iterator[Reading]:
        """The quotient at one point, and at another, for any values of quantities, then for their own; none where what
        it depends on is not known. What is `fixed`, since the density is of it, too, or given it, varies with nothing.
        """
        varied = {part.key: name for part in parts if (name := self._name(part)) is not None}
        if len(varied) < len(parts):
            return
        fixed = fixed - set(varied.values())
        reader = StepReader(self.names, Probabilities(self.names).values(), defined, frozenset(varied),
                            frozenset(varied.values()) if defined else frozenset(), frozenset(fixed))
        sides = reader.sides(left, right)
        if sides is None:
            return
        quotient = divide(*sides)
        names = set(varied.values())
        if any(names & set(binders(part)) for part in walk(quotient)) or any(
                self._depends(name, names, fixed) for name in free_names(quotient) - names):
            return
        other = {name: self._other(name) for name in names}
        for name in free_names(quotient) - names:
            declared = self.names.declarations.get(name)
            if declared is not None and any(a.removeprefix(MENTIONS) in names for a in declared.assumptions
                                            if a.startswith(MENTIONS)):
                other[name] = self._other(name)
        for joint, made in reader.present.items():
            if any(key in varied and not reader.parts[key].args for key in joint.keys):
                name = made.function if isinstance(made, Call) else made.name
                other[name] = self._other(name)
        quantities = free_names(quotient) & self.names.definitions.keys() - names
        choices = [frozenset(quantities), *([frozenset(quantities & fixed)] if defined else [])]
        if not any(self.names.declarations[name].array for name in quantities):
            choices.reverse()       # their own values of numbers cost little, those of arrays much
        for kept in dict.fromkeys(choices):
            yield Reading(quotient, renamed(quotient, other), kept=tuple(
                any_value(self.names.declarations[name], fixed) for name in sorted(kept)))

    def _depends(self, name: str, on: set[str], fixed: set[str]) -> bool:
        """Whether a quantity that was left as it is depends on one of these names."""
        waiting, seen = [name], set(fixed)
        while waiting:
            here = waiting.pop()
            if here in self.names.definitions and here not in seen:
                below = free_names(self.names.definitions[here].body)
                if below & on:
                    return True
                waiting.extend(below)
            seen.add(here)
        return False

    def _other(self, name: str) -> str:
        """Another name of the same kind, for another point."""
        made = f"{name}_elsewhere"
        declared = self.names.declarations[name]
        latex = None if declared.latex is None or "(" in declared.latex else f"{declared.latex}'"
        self.names.declarations.setdefault(made, replace(declared, name=made, latex=latex, assumed=True))
        return made


def any_value(declared: Declaration, fixed: Collection[str]) -> Declaration:
    """What is declared of a quantity that may have any value; those that are `fixed` range over what is declared."""
    plain = declared.kind in ("scalar", "family") and declared.name not in fixed
    return replace(declared, domain=REAL) if plain else declared
