"""The atoms of a normal form: what polynomial arithmetic does not look into.

Trusted. Data only, with `letters`. An atom's arguments are normal forms; two atoms are the same when
their arguments are. Bound variables have no names of their own: the binders of an atom
are called #h, #h+1, ... where h is one more than the highest binder inside its body, so
that renaming a bound variable changes nothing.

Every atom is a total function of its arguments, whatever value it takes where the
written line is undefined; that the line is defined is judged apart (`conditions`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from lossproof.kernel.letters import Form, Word, names_of, names_of_form, normals_of, normals_of_form

if TYPE_CHECKING:
    from lossproof.kernel.normal_form import Normal


@dataclass(frozen=True, slots=True)
class Var:
    """A declared symbol, a frozen quantity, an opened bound variable (%n) or a binder (#n)."""

    name: str


@dataclass(frozen=True, slots=True)
class ConstAtom:
    """A transcendental constant: pi, EulerGamma."""

    name: str


@dataclass(frozen=True, slots=True)
class EntryAtom:
    """family[indices]."""

    family: str
    indices: tuple[Normal, ...]


@dataclass(frozen=True, slots=True)
class ExpAtom:
    """exp(exponent/root): `exponent` is a monomial over a denominator, content 1; exp is Laurent in these."""

    exponent: Normal
    root: int


@dataclass(frozen=True, slots=True)
class RootAtom:
    """|base| ** (1/root), root >= 2, `base` an irreducible polynomial or a prime."""

    base: Normal
    root: int


@dataclass(frozen=True, slots=True)
class LogAtom:
    """log |base|, `base` an irreducible polynomial or a prime."""

    base: Normal


@dataclass(frozen=True, slots=True)
class AbsAtom:
    """|base|, `base` an irreducible polynomial of unknown sign."""

    base: Normal


@dataclass(frozen=True, slots=True)
class DeltaAtom:
    """1 where `difference` is 0, else 0."""

    difference: Normal


@dataclass(frozen=True, slots=True)
class Bounds:
    """An inclusive integer range less the excluded values."""

    lower: Normal
    upper: Normal
    excluded: tuple[Normal, ...] = ()


@dataclass(frozen=True, slots=True)
class FoldAtom:
    """A sum or product over `ranges`; in `body` and in later ranges, binder i is #(first + i)."""

    kind: Literal["sum", "product"]
    ranges: tuple[Bounds, ...]
    body: Normal
    first: int


@dataclass(frozen=True, slots=True)
class FunctionAtom:
    """A function at its arguments, differentiated `orders[i]` times by argument i."""

    name: str
    args: tuple[Normal, ...]
    orders: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FunctionalAtom:
    """A functional at the family (body)_ranges, differentiated by the entries in `partials`."""

    name: str
    ranges: tuple[Bounds, ...]
    body: Normal
    first: int
    partials: tuple[tuple[Normal, ...], ...]


@dataclass(frozen=True, slots=True)
class PowAtom:
    """base ** exponent where nothing is known of the base's sign."""

    base: Normal
    exponent: Normal


@dataclass(frozen=True, slots=True)
class IntegralAtom:
    """The integral of `body` over the real variable #first; `lower` None is -oo, `upper` None is oo."""

    lower: Normal | None
    upper: Normal | None
    body: Normal
    first: int


@dataclass(frozen=True, slots=True)
class TraceAtom:
    """The trace of a product of matrices; of one row and one column, the number itself."""

    word: Word


@dataclass(frozen=True, slots=True)
class DetAtom:
    """The determinant of a square form."""

    form: Form


Atom = (
    Var | ConstAtom | EntryAtom | ExpAtom | RootAtom | LogAtom | AbsAtom | DeltaAtom | FoldAtom
    | FunctionAtom | FunctionalAtom | PowAtom | IntegralAtom | TraceAtom | DetAtom
)


def binder(number: int) -> str:
    """The name of a binder inside an atom."""
    return f"#{number}"


def arguments(atom: Atom) -> tuple[Normal, ...]:
    """The normal forms inside an atom, bounds included."""
    match atom:
        case Var() | ConstAtom():
            return ()
        case EntryAtom(indices=indices):
            return indices
        case ExpAtom(exponent=inner) | RootAtom(base=inner) | LogAtom(base=inner) | AbsAtom(base=inner):
            return (inner,)
        case DeltaAtom(difference=inner):
            return (inner,)
        case FunctionAtom(args=args):
            return args
        case PowAtom(base=base, exponent=exponent):
            return (base, exponent)
        case FoldAtom(ranges=ranges, body=body):
            return (body, *(x for r in ranges for x in (r.lower, r.upper, *r.excluded)))
        case IntegralAtom(lower, upper, body):
            return (body, *(end for end in (lower, upper) if end is not None))
        case TraceAtom(word):
            return tuple(normals_of(word))
        case DetAtom(form):
            return tuple(normals_of_form(form))
        case FunctionalAtom(ranges=ranges, body=body, partials=partials):
            return (body, *(x for r in ranges for x in (r.lower, r.upper)), *(i for p in partials for i in p))


def free_names_of(atom: Atom) -> frozenset[str]:
    """The names free in an atom: variables and families, its own binders left out."""
    match atom:
        case Var(name):
            return frozenset((name,))
        case EntryAtom(family=family):
            found = frozenset((family,))
        case FunctionAtom(name=name) | FunctionalAtom(name=name):
            found = frozenset((name,))
        case TraceAtom(word):
            found = frozenset(names_of(word))
        case DetAtom(form):
            found = frozenset(names_of_form(form))
        case _:
            found = frozenset()
    for inner in arguments(atom):
        found |= inner.free()
    match atom:
        case FoldAtom(ranges=ranges, first=first) | FunctionalAtom(ranges=ranges, first=first):
            found -= {binder(first + i) for i in range(len(ranges))}
        case IntegralAtom(first=first):
            # the ends are outside of the binder, and never mention one so high
            found -= {binder(first)}
    return found
