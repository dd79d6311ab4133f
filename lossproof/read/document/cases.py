"""What names mean in cases: `L = -log a` where y = 1 is supposed, `L = -log(1 - a)` where y = 0 is.

A name that is given a meaning in each of several cases has none outside of them; one that is given a meaning in one
case only has it everywhere, as in the words `let y = 1`. Untrusted as to truth. Imports the ground floor and `names`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from lossproof.read.document.names import Names
from lossproof.term import Relation, Term


@dataclass(slots=True)
class Cases:
    """The meanings of one document's names that were given in cases."""

    names: Names
    _meant: dict[str, tuple[str, frozenset[Term]]] = field(default_factory=dict)    # now: the meaning, and its case
    _general: dict[str, str] = field(default_factory=dict)      # of names with several meanings: what they are in none
    _all: dict[str, tuple[frozenset[Term], str]] = field(default_factory=dict)      # meanings, their cases, the names

    def begin(self, given: Collection[Term]) -> None:
        """From here on, these hypotheses hold."""
        for name, general in self._general.items():
            if name in self._meant and not self._meant[name][1] <= set(given):
                del self._meant[name]
                self.names.current[name] = general

    def meet(self, name: str, given: Collection[Term]) -> None:
        """Let a name have a new meaning where it has one of another case."""
        made, case = self._meant.get(name, (name, frozenset[Term]()))
        if name not in self._general and case and _case(given) and not case <= set(
                given) and self.names.current.get(name, name) == made:
            self._general[name] = self.names.renew(name)
            self._all[made] = case, self._general[name]
        if name in self._general and self.names.current.get(name) == self._general[name] and _case(given):
            self.names.renew(name)

    def define(self, name: str, made: str, given: Collection[Term]) -> None:
        """Note that `made` is what a name means from here on."""
        case = _case(given)
        if case:
            self._meant[name] = made, case
            if name in self._general:
                self._all[made] = case, self._general[name]

    def outside(self, given: Collection[Term]) -> dict[str, str]:
        """What meanings of other cases than these are called here."""
        return {made: general for made, (case, general) in self._all.items() if not case <= set(given)}


def _case(given: Collection[Term]) -> frozenset[Term]:
    """The equations among hypotheses."""
    return frozenset(term for term in given if isinstance(term, Relation) and term.op == "=")
