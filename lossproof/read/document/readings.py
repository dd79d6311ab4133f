"""Every step of a document with the other ways to read it: by the laws of densities, of proportional sides.

Untrusted as to truth. Imports the ground floor, `names`, `probabilities`, `proportional`.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace

from lossproof.derivation import Derivation, Line
from lossproof.read.document.names import Names
from lossproof.read.document.probabilities import Probabilities
from lossproof.read.document.proportional import Proportional
from lossproof.term import divide

__all__ = ["PROPORTIONAL", "with_readings"]

PROPORTIONAL = "what varies is not written, and the two sides are not seen to be proportional"


def with_readings(derivations: tuple[Derivation, ...], names: Names, proportional: Set[str]) -> tuple[Derivation, ...]:
    """The derivations, each line with its readings; `proportional` are the chains L, R that say L ~ R."""
    return tuple(_proportional(one, names) if one.name in proportional else _read(one, names) for one in derivations)


def _read(derivation: Derivation, names: Names) -> Derivation:
    probabilities = Probabilities(names)

    def read(index: int, line: Line) -> Line:
        before = derivation.lines[derivation.before(index) - 1] if index > 1 else line
        if index < 2 or line.unread or before.unread or line.relation in ("=>", "<=>"):
            return line
        return replace(line, readings=probabilities.readings(before.term, line.term, alone=line.bare))

    return replace(derivation, lines=tuple(read(index, line) for index, line in enumerate(derivation.lines, 1)))


def _proportional(derivation: Derivation, names: Names) -> Derivation:
    """L ~ R as L/R here = L/R elsewhere."""
    first, second = derivation.lines
    found = Proportional(names).readings(first.term, second.term)
    quotient = divide(first.term, second.term)
    here, elsewhere = (found[0].left, found[0].right) if found else (quotient, quotient)
    return replace(derivation, lines=(replace(first, term=here), replace(second, term=elsewhere, readings=found)))
