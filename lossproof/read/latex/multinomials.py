r"""Multinomial coefficients, \binom{n}{k_1, \ldots, k_m}, as the quotients of factorials that they stand for.

Untrusted as to truth. That the numbers below add up to the one above is what the notation supposes: it is noted, and a
step may rest on it. Imports the ground floor, `dots` and the typeset tree.
"""

from __future__ import annotations

from dataclasses import dataclass

from lossproof.read.latex.dots import Dots, is_dots
from lossproof.read.latex.matching import split_at
from lossproof.read.latex.names import span_of
from lossproof.read.latex.tokens import LatexProblem
from lossproof.read.latex.typeset import Command, Group, Leaf, Node, Nodes
from lossproof.term import MINUS_ONE, Add, Call, Family, Fold, Mul, Pow, Relation, Term, free_names

__all__ = ["Multinomials"]


@dataclass(frozen=True, slots=True)
class _Below:
    """The product of the factorials of what stands below, and its sum."""

    product: Term
    total: Term


class Multinomials(Dots):
    """Reads what looks like a binomial coefficient."""

    def _binomial(self, node: Command, above: Nodes, below: Nodes) -> Term:
        while len(below) == 1 and isinstance(below[0], Group):
            below = below[0].items
        if not any(isinstance(item, Leaf) and item.text == "," for item in below):
            if any(map(is_dots, below)):
                return self.set_as_is((node,), "multinomial")
            return Call("binomial", (self.value(above), self.value(below)), span=span_of(node))
        before, extra = set(self.seen), dict(self.extra)
        try:
            top = self.value(above)
            made = self._below(split_at(below, (",",)), below)
        except LatexProblem:
            made = None
        if made is None or not self._is_said_of_all(top, made.total) or self._is_no_number(top, above):
            self.seen = before
            for name in set(self.extra) - set(extra):
                del self.extra[name], self.declarations[name]
            return self.set_as_is((node,), "multinomial")
        self.mark(below)
        if top != made.total:
            self.supposed.append(Relation("=", top, made.total, span=span_of(node)))
        return Mul((Call("factorial", (top,)), Pow(made.product, MINUS_ONE)), span=span_of(node))

    def _below(self, parts: list[Nodes], at: Nodes) -> _Below | None:
        """What stands below, with dots or without; None where the dots do not say what they stand for."""
        if any(map(is_dots, at)):
            listed = self.listed(parts, at)
            if not isinstance(listed, Family):
                return None
            body, (over,) = listed.body, listed.ranges
            return _Below(Fold("product", Call("factorial", (body,)), over), Fold("sum", body, over))
        numbers = [self.value(part) for part in parts]
        if any(self._is_no_number(number, at) for number in numbers):
            return None
        return _Below(Mul(tuple(Call("factorial", (number,)) for number in numbers)), Add(tuple(numbers)))

    def _is_no_number(self, term: Term, at: Nodes | Node) -> bool:
        return bool(self.shape(term, at)) or self.is_perhaps_array(term) or self.shapes.is_bare_family(
            term, self.frame.names)

    def _is_said_of_all(self, *terms: Term) -> bool:
        """Whether what is bound around the coefficient is declared as an index: else nothing could be said of it."""
        return all(name in self.declarations and self.declarations[name].kind == "index"
                   for term in terms for name in free_names(term) & self.frame.names)
