"""Sums and products with dots: x_1 + ... + x_n as the sum over its index.

Untrusted as to truth. The terms on both sides of the dots must differ in one index and in nothing else. Imports the
ground floor and `folds`.
"""

from __future__ import annotations

from typing import Literal

from lossproof.read.latex.folds import Folds
from lossproof.read.latex.names import span_of
from lossproof.read.latex.typeset import Leaf, Node, Nodes
from lossproof.term import (
    MINUS_ONE,
    ONE,
    Add,
    Call,
    Entry,
    Family,
    Fold,
    Mul,
    Number,
    Range,
    Relation,
    Symbol,
    Term,
    children,
    free_names,
    map_children,
    substitute,
)

__all__ = ["Dots", "is_dots"]


class Dots(Folds):
    """Finds the range that dots stand for."""

    def dotted(self, before: list[Term], after: Term, kind: Literal["sum", "product"],
               at: Nodes) -> tuple[Fold, int] | None:
        """The fold that `..., b(u) + \\dots + b(v)` is, and how many terms before it takes in; None if it is none."""
        pairs: list[tuple[Term, Term]] = []
        if not _differences(before[-1], after, pairs) or not pairs or any(p != pairs[0] for p in pairs):
            return None
        low, high = pairs[0]
        if not (self._counts(low) and self._counts(high)):
            return None     # k_1! ... k_m!: two names, and no index between them
        name = next(n for n in (*"ijklmn", "index") if n not in self.frame.names and n not in self.declarations
                    and not any(n in free_names(t) for t in (before[-1], after)))
        hole = Symbol(name)
        body = _with_hole(before[-1], after, hole)
        taken = 1
        first = low
        while isinstance(first, Number) and taken < len(before):
            earlier = Number(first.value - 1)
            if before[-1 - taken] != substitute(body, {name: earlier}):
                break
            first, taken = earlier, taken + 1
        return Fold(kind, body, Range(name, first, high), span=span_of(at)), taken

    def listed(self, parts: list[Nodes], at: Nodes) -> Term | None:
        """x_1, \\ldots, x_n as the vector of them; None for a list without dots, or of what has no common form."""
        dots = [n for n, part in enumerate(parts) if len(part) == 1 and is_dots(part[0])]
        if len(dots) != 1 or not 0 < dots[0] == len(parts) - 2:
            return None
        terms = [self.value(part) for n, part in enumerate(parts) if n != dots[0]]
        if any(self.shape(term, at) or self.is_perhaps_array(term) for term in terms):
            return None
        found = self.dotted(terms[:-1], terms[-1], "sum", at)
        if found is None or found[1] != len(terms) - 1 or found[0].range.lower != ONE:
            return None
        self.mark(at)
        return Family(found[0].body, (found[0].range,), span=span_of(at))

    def _counts(self, term: Term) -> bool:
        """True for what can be the bound of a range: whole numbers, sizes, indices, and sums of them."""
        match term:
            case Number(value):
                return value.denominator == 1
            case Symbol(name):
                declaration = self.declarations.get(name)
                return name in self.frame.names or (declaration is not None and declaration.kind in (
                    "size", "index", "integer"))
            case Add(args) | Mul(args):
                return all(self._counts(arg) for arg in args)
            case _:
                return False

    def joined(self, left: Term, right: Term) -> Term | None:
        """Two sums, up to just before one index and from just after it, as the sum over all but that; else None."""
        match left, right:
            case Fold(kind, a, Range(one, low, before), None), Fold(other, b, Range(two, after, high), None) \
                    if kind == other and substitute(b, {two: Symbol(one)}) == a:
                if not isinstance(before, Add) or len(before.args) != 2 or before.args[1] != MINUS_ONE:
                    return None
                skipped = before.args[0]
                if after != Add((skipped, ONE)) or not isinstance(skipped, Symbol):
                    return None
                declaration = self.declarations.get(skipped.name)
                if (
                    declaration is None
                    or declaration.kind != "index"
                    or (declaration.lower, declaration.upper) != (low, high)
                ):
                    return None
                return Fold(kind, a, Range(one, low, high), Relation("!=", Symbol(one), skipped), span=left.span)
            case _:
                return None


def is_dots(node: Node) -> bool:
    """True for any kind of dots."""
    return isinstance(node, Leaf) and node.text in (r"\dots", r"\ldots", r"\cdots", r"\vdots", r"\ddots")


def _differences(a: Term, b: Term, pairs: list[tuple[Term, Term]]) -> bool:
    """Gather where two trees differ; False where they differ in more than indices or numbers."""
    if a == b:
        return True
    if type(a) is type(b):
        match a, b:
            case (Entry(x, i), Entry(y, j)) if x == y and len(i) == len(j):
                return all(_difference_of_index(u, v, pairs) for u, v in zip(i, j, strict=True))
            case (Number(), Number()):
                pairs.append((a, b))
                return True
            case (Symbol(), Symbol()):
                pairs.append((a, b))
                return True
        parts_a, parts_b = children(a), children(b)
        if _head(a) == _head(b) and len(parts_a) == len(parts_b):
            return all(_differences(u, v, pairs) for u, v in zip(parts_a, parts_b, strict=True))
        return False
    if isinstance(a, Number | Symbol | Add) or isinstance(b, Number | Symbol | Add):
        pairs.append((a, b))
        return True
    return False


def _difference_of_index(u: Term, v: Term, pairs: list[tuple[Term, Term]]) -> bool:
    if u != v:
        pairs.append((u, v))
    return True


def _head(term: Term) -> tuple[object, ...]:
    match term:
        case Call(function, _, orders):
            return (Call, function, orders)
        case Entry(family, _):
            return (Entry, family)
        case Fold(kind, _, range_, _):
            return (Fold, kind, range_.name)
        case _:
            return (type(term),)


def _with_hole(a: Term, b: Term, hole: Term) -> Term:
    """`a` with `hole` where it differs from `b`."""
    if a == b:
        return a
    if isinstance(a, Entry) and isinstance(b, Entry):
        return Entry(
            a.family, tuple(hole if u != v else u for u, v in zip(a.indices, b.indices, strict=True)), span=a.span
        )
    if type(a) is type(b) and not isinstance(a, Number | Symbol) and len(children(a)) == len(children(b)):
        others = iter(children(b))
        return map_children(a, lambda child: _with_hole(child, next(others), hole))
    return hole
