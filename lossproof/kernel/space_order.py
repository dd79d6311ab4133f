"""In which order points are chosen for integrals over spaces of which only the name is known, where there is one.

Trusted. Imports `space_terms`. Finitely many points of a space stand for it in all integrals over it only if they can
be chosen before those of every space whose integrals depend on them. Integrals that stand directly in one another may
change places, as their absolute convergence is a condition (Fubini); no others may. The same space has more than one
system of points where one of its integrals depends on the variable of another.
"""

from __future__ import annotations

from collections.abc import Iterable

from lossproof.kernel.space_terms import Names, is_plainly_nonnegative, nest, nested, space_over
from lossproof.term import Integral, Mul, Symbol, Term, children, free_names, map_children, mul, walk

Node = tuple[str, int]
"""A system of points: its space, and which of the systems of that space it is."""


def systems(terms: Iterable[Term], declarations: Names, loose: bool) -> dict[str, Node] | None:
    """The system of points of each variable (all have different names); None where none could be chosen first.

    `loose`: an integral that varies with the variable of another is the value of some function there.
    """
    made = _Systems(declarations, loose)
    for term in terms:
        made.visit(term, ())
    return made.nodes if made.have_an_order() else None


class _Systems:
    def __init__(self, declarations: Names, loose: bool) -> None:
        self._declarations = declarations
        self._loose = loose
        self.nodes: dict[str, Node] = {}
        self._before: dict[Node, set[Node]] = {}

    def visit(self, term: Term, around: tuple[str, ...]) -> None:
        if not isinstance(term, Integral) or space_over(term, self._declarations) is None:
            for child in children(term):
                self.visit(child, around)
            return
        members, body = nest(term, self._declarations)
        held = free_names(body)
        above = {self.nodes[name] for name in around if name in held}
        if above and self._loose:
            return
        # those of one space in the order in which the body has them, so that it is the same where they change places
        order = [part.name for part in walk(body) if isinstance(part, Symbol)]
        used: set[Node] = set()
        for member in sorted(members, key=lambda m: order.index(m.name) if m.name in order else len(order)):
            space = space_over(member, self._declarations) or ""
            self.nodes[member.name] = node = space, 1 + max((n for at, n in above | used if at == space), default=-1)
            used.add(node)
            self._before.setdefault(node, set()).update(above)
        self.visit(body, (*around, *(member.name for member in members)))

    def have_an_order(self) -> bool:
        """Whether no system depends on itself."""
        left = {node: set(before) for node, before in self._before.items()}
        while left:
            first = [node for node, before in left.items() if not before & left.keys()]
            if not first:
                return False
            for node in first:
                del left[node]
        return True


def merged(term: Term, declarations: Names) -> Term:
    """The term with integrals of what is nowhere below 0 drawn out of the products that other integrals are of.

    By Tonelli's theorem the one integral of all exists where the two in one another do, and is the same.
    """
    if not isinstance(term, Integral) or space_over(term, declarations) is None:
        return map_children(term, lambda child: merged(child, declarations))
    members, body = nest(term, declarations)
    factors = list(_factors(body))
    for at, factor in enumerate(factors):
        if isinstance(factor, Integral) and space_over(factor, declarations) is not None \
                and is_plainly_nonnegative(factor, declarations):
            inner, rest = nest(factor, declarations)
            factors[at] = rest
            return merged(nested((*members, *inner), Mul(tuple(factors))), declarations)
    return nested(members, map_children(body, lambda child: merged(child, declarations)))


def parted(term: Term, declarations: Names) -> Term:
    """The term with products for integrals over the same space that stand directly in one another, where no factor of
    what they are of has the variables of two.

    By Fubini's theorem, under the condition that they exist: if one of the integrals does not, another is 0, as what
    it is of is 0 almost everywhere, and so at all points that are chosen.
    """
    term = map_children(term, lambda child: parted(child, declarations))
    if not isinstance(term, Integral) or space_over(term, declarations) is None:
        return term
    members, body = nest(term, declarations)
    if len({space_over(member, declarations) for member in members}) == len(members):
        return term
    names = {member.name for member in members}
    parts: list[tuple[set[str], list[Term]]] = [({name}, []) for name in sorted(names)]
    outside: list[Term] = []
    for factor in _factors(body):
        held = free_names(factor) & names
        joined = [part for part in parts if part[0] & held]
        if not joined:
            outside.append(factor)
            continue
        parts = [part for part in parts if part not in joined]
        parts.append((set().union(*(part[0] for part in joined)), [f for part in joined for f in part[1]] + [factor]))
    return mul(*outside, *(nested(tuple(m for m in members if m.name in own), mul(*factors))
                           for own, factors in parts))


def _factors(term: Term) -> Iterable[Term]:
    if isinstance(term, Mul):
        for arg in term.args:
            yield from _factors(arg)
    else:
        yield term
