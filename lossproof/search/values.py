"""Values worth trying: small numbers, fractions, edges of domains, places where a branch changes.

Untrusted. Imports the ground floor and `draft`.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction

from lossproof.derivation import Declaration
from lossproof.search.draft import Cell, Draft
from lossproof.term import (
    ONE,
    ZERO,
    Call,
    Number,
    Piecewise,
    Pow,
    Relation,
    Term,
    binders,
    free_names,
    substitute,
    walk,
)

SMALL = tuple(Fraction(n) for n in (1, 2, -1, 3, 0, -2))
LATER = tuple(Fraction(n) for n in (5, 8, 4, 6, 12, 7, -5, 10))
_FRACTIONS = tuple(Fraction(n, d) for n, d in (
    (1, 2), (-1, 3), (2, 3), (3, 2), (-3, 4), (1, 5), (5, 4), (-7, 5), (7, 3), (1, 7), (-5, 2), (17, 10)))
_POSITIVE = tuple(Fraction(n, d) for n, d in ((1, 2), (2, 1), (1, 3), (3, 1), (3, 2), (5, 1), (4, 5), (1, 4), (1, 1)))
_LARGE = tuple(Fraction(n) for n in (50, -50, 1000, -1000, 20, 100_001))
# (a**b)**c and a**(b*c) differ where a < 0, b is even and c is a root.
_EXPONENTS = (Fraction(2), Fraction(1, 2), Fraction(2), Fraction(1, 2), Fraction(3), Fraction(-1))
_BASES = (Fraction(-1), Fraction(-4), Fraction(4), Fraction(-2), Fraction(0))
# Points on the way between the bounds of an interval.
_INSIDE = tuple(Fraction(n, d) for n, d in ((1, 2), (1, 4), (3, 4), (1, 3), (4, 5), (1, 10), (9, 10), (1, 1000)))
NEARBY = tuple(Fraction(n, d) for n, d in ((0, 1), (1, 8), (-1, 8), (1, 1), (-1, 1), (1, 1000), (-1, 1000)))
_ROTATIONS = ((Fraction(3, 5), Fraction(4, 5)), (Fraction(5, 13), Fraction(-12, 13)), (Fraction(0), Fraction(1)))


class Chooser:
    """Chooses values in the manner of a style, inside a declaration's domain."""

    def __init__(self, draft: Draft, style: str, special: Sequence[Fraction], random_: random.Random,
                 in_exponents: frozenset[str] = frozenset()) -> None:
        self._draft = draft
        self._in_exponents = in_exponents
        self._style = style
        self._special = special
        self._random = random_
        self._count = random_.randrange(3) if style != "small" else 0
        self._equal: Fraction | None = None

    def choose(self, cell: Cell, declaration: Declaration) -> None:
        """Set a cell that has no value yet."""
        pool = [v for v in self._pool(declaration) if self._draft.allowed(cell, v)]
        if not pool:
            pool = [v for v in self._fallback(declaration) if self._draft.allowed(cell, v)]
        self._draft.set(cell, self._pick(cell, pool) if pool else Fraction(0))

    def _pick(self, cell: Cell, pool: Sequence[Fraction]) -> Fraction:
        if self._style in ("zeros", "equal"):
            if self._equal is None or not self._draft.allowed(cell, self._equal):
                self._equal = pool[0] if self._style == "zeros" else self._random.choice(pool[:4])
            return self._equal
        if self._style == "small":
            self._count += 1
            return pool[(self._count - 1) % len(pool)]
        if self._style == "large" and self._random.random() < 0.6:
            ordinary = [v for v in pool if abs(v) < 20]
            return self._random.choice(ordinary or pool)
        return self._random.choice(pool)

    def _pool(self, declaration: Declaration) -> Sequence[Fraction]:
        domain = declaration.domain
        if domain.values is not None:
            return domain.values
        inside = _inside(declaration)
        match self._style:
            case "zeros":
                return (Fraction(0), *inside, Fraction(1))
            case "boundary":
                edges = [e for e in (domain.lower, domain.upper) if e is not None]
                return [e + d for e in edges for d in NEARBY] or (*SMALL, *_FRACTIONS)
            case "special" | "kink":
                return (*self._special, *SMALL[:3], *_FRACTIONS[:3])
            case "fractions":
                return inside or _FRACTIONS
            case "positive":
                return inside or _POSITIVE
            case "powers":
                return _EXPONENTS if declaration.name in self._in_exponents else _BASES
            case "large":
                return (*_LARGE, *_FRACTIONS[:6])
            case _:
                return inside or SMALL

    @staticmethod
    def _fallback(declaration: Declaration) -> Sequence[Fraction]:
        domain = declaration.domain
        edge = domain.lower if domain.lower is not None else domain.upper
        beyond = [] if edge is None else [edge + d for d in (*SMALL, *NEARBY, *_FRACTIONS)]
        return (*_inside(declaration), *SMALL, *_FRACTIONS, *beyond, *(Fraction(n) for n in range(-20, 21)))


def _inside(declaration: Declaration) -> tuple[Fraction, ...]:
    """Points inside an interval that is bounded on both sides; none for others."""
    low, high = declaration.domain.lower, declaration.domain.upper
    if low is None or high is None or declaration.domain.integer:
        return ()
    return tuple(low + (high - low) * part for part in _INSIDE)


def special_values(terms: Sequence[Term]) -> tuple[Fraction, ...]:
    """Numbers that stand in the terms, and their surroundings; what lies between two of them."""
    seen: dict[Fraction, None] = {}
    for term in terms:
        for part in walk(term):
            match part:
                case Pow(_, Number()):
                    continue
                case Number(value):
                    seen[value] = None
    plain = sorted(seen, key=lambda v: (-abs(v), v))[:24]
    middle = [(a + b) / 2 for i, a in enumerate(plain) for b in plain[i + 1:i + 3]]
    near = [v + d for d in NEARBY for v in plain]
    negated = [-v for v in plain]
    return tuple(dict.fromkeys([*near, *middle, *negated]))


def names_in_exponents(terms: Sequence[Term]) -> frozenset[str]:
    """Free names of exponents."""
    found: set[str] = set()
    for term in terms:
        for part in walk(term):
            if isinstance(part, Pow):
                found |= free_names(part.exponent)
    return frozenset(found)


def kinks(terms: Sequence[Term]) -> list[tuple[Term, Term]]:
    """Pairs of terms whose equality is where a branch changes; bound variables stand at 1."""
    found: dict[tuple[Term, Term], None] = {}

    def look(term: Term) -> None:
        for part in walk(term):
            match part:
                case Piecewise(pieces):
                    for _, condition in pieces:
                        for inner in walk(condition):
                            if isinstance(inner, Relation):
                                found[inner.left, inner.right] = None
                case Call(("Max" | "Min"), args):
                    for i, left in enumerate(args):
                        for right in args[i + 1:]:
                            found[left, right] = None
                case Call(("Abs" | "sign" | "Heaviside" | "sqrt"), (arg,)):
                    found[arg, ZERO] = None
                case Call("KroneckerDelta", (left, right)):
                    found[left, right] = None

    bound: set[str] = set()
    for term in terms:
        look(term)
        bound.update(name for part in walk(term) for name in binders(part))
    first = dict.fromkeys(bound, ONE)
    return list(dict.fromkeys((substitute(left, first), substitute(right, first)) for left, right in found))


def shape_matrix(draft: Draft, name: str, shape: tuple[int, ...], assumptions: frozenset[str],
                  random_: random.Random) -> bool:
    """Change the entries of a matrix until it is what its declaration assumes."""
    if len(shape) != 2 or shape[0] != shape[1]:
        return False
    n = shape[0]
    held = draft.entries[name]
    span = range(1, n + 1)
    if "orthogonal" in assumptions:
        for at, value in _orthogonal(n, random_).items():
            held[at] = value
        return True
    if "diagonal" in assumptions:
        held.update({(i, j): Fraction(0) for i in span for j in span if i != j})
    if "symmetric" in assumptions:
        held.update({(i, j): held[j, i] for i in span for j in span if i > j})
    if "positive_definite" in assumptions:
        old = dict(held)
        held.update({(i, j): sum((old[i, k] * old[j, k] for k in span), Fraction(i == j)) for i in span for j in span})
    elif "invertible" in assumptions:
        # A dominant diagonal makes it invertible whatever else it holds.
        for i in span:
            rest = sum((abs(held[i, j]) for j in span if j != i), Fraction(0))
            if abs(held[i, i]) <= rest:
                held[i, i] = rest + random_.choice((1, 2, Fraction(1, 2)))
    return True


def _orthogonal(n: int, random_: random.Random) -> dict[tuple[int, int], Fraction]:
    """A rational rotation in the first two coordinates, a sign in the last."""
    held = {(i, j): Fraction(i == j) for i in range(1, n + 1) for j in range(1, n + 1)}
    if n >= 2:
        c, s = random_.choice(_ROTATIONS)
        held.update({(1, 1): c, (1, 2): -s, (2, 1): s, (2, 2): c})
    if n != 2:
        held[n, n] = Fraction(random_.choice((1, -1)))
    return held
