"""A concrete point: exact values for names, and concrete functions for opaque ones.

Trusted (data only). Imports the ground floor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from lossproof.term import Term


@dataclass(frozen=True, slots=True)
class ConcreteFunction:
    """A concrete function that an opaque one stands for; it must be smooth everywhere.

    `body` holds the parameters as symbols. A functional has the parameters (family, size):
    `body` reads the entries of the whole family, row by row, as Entry(family, (i,)) for i in
    1..size. `text` is what people are shown.
    """

    parameters: tuple[str, ...]
    body: Term
    text: str
    functional: bool = False


@dataclass(frozen=True, slots=True)
class Point:
    """Exact values of sizes, indices, integers and scalars, of families' entries, of functions.

    A scalar whose value is no rational number has it in `constants`, as a term without names.
    """

    values: Mapping[str, Fraction] = field(default_factory=dict)
    entries: Mapping[str, Mapping[tuple[int, ...], Fraction]] = field(default_factory=dict)
    functions: Mapping[str, ConcreteFunction] = field(default_factory=dict)
    constants: Mapping[str, Term] = field(default_factory=dict)
