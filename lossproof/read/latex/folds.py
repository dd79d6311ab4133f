"""Sums and products over ranges: what stands below and above them, and how far they reach.

Untrusted as to truth. Imports the ground floor, `calls` and the typeset tree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lossproof.derivation import UNSPECIFIED, Declaration, Domain
from lossproof.read.index_ranges import range_of
from lossproof.read.latex.calls import Calls
from lossproof.read.latex.keys import identifier
from lossproof.read.latex.matching import split_at
from lossproof.read.latex.names import Cursor, span_of
from lossproof.read.latex.typeset import (
    Bracket,
    Command,
    Environment,
    Group,
    Leaf,
    Node,
    Nodes,
    Scripted,
    canonical,
)
from lossproof.term import (
    MINUS_ONE,
    ONE,
    Add,
    Bool,
    Entry,
    Fold,
    Mul,
    Range,
    Symbol,
    Term,
)

__all__ = ["Folds", "RELATIONS", "TIMES", "UNKNOWN"]

RELATIONS: dict[str, Literal["=", "!=", "<", "<=", ">", ">="]] = {
    "=": "=", r"\neq": "!=", "<": "<", r"\leq": "<=", ">": ">", r"\geq": ">="}
TIMES = frozenset({r"\cdot", r"\times", "*"})
UNKNOWN = frozenset({UNSPECIFIED})


@dataclass(frozen=True, slots=True)
class _Under:
    """What a sum ranges over. `lower` None: to be found from the notation or from the body."""

    key: str
    index: str
    lower: Term | None
    upper: Term | None
    at: Nodes
    conditions: tuple[Nodes, ...] = ()
    members: str = ""       # the set that the index runs through, where it is one


class Folds(Calls):
    """Reads sums and products with their ranges. The grammar gives `product`."""

    def product(self, nodes: Nodes) -> Term:
        """The term of a product."""
        raise NotImplementedError

    def signed_product(self, nodes: Nodes) -> Term:
        """A product that may have a sign before it: what stands behind a sum's sign."""
        raise NotImplementedError

    def _fold(self, cursor: Cursor, node: Node, kind: Literal["sum", "product"]) -> Term:
        cursor.take()
        self.mark(node.base if isinstance(node, Scripted) else node)
        sub = node.sub if isinstance(node, Scripted) else None
        sup = node.sup if isinstance(node, Scripted) else None
        if sub is None:
            self.refuse("this sum does not say over what", node, r"write \sum_{k=1}^{K}")
        under = self._under(sub, sup, node)
        rest = cursor.rest
        cursor.at = len(cursor.nodes)
        if not rest:
            self.refuse("there is nothing to sum", node)
        keys = frozenset(u.key for u in under)
        body_nodes, after = (rest, ()) if kind == "sum" else self._reach(rest, keys, node)
        term = self._nested(kind, under, body_nodes, node)
        if after:
            if isinstance(after[0], Leaf) and after[0].text in TIMES:
                self.mark(after[0])
                after = after[1:]
            if not after:
                self.refuse("there is nothing behind this sign", rest[-1])
            other = self.product(after)
            parts = other.args if isinstance(other, Mul) else (other,)
            return Mul((term, *parts), span=span_of((node, *rest)))
        return term

    def _reach(self, rest: Nodes, keys: frozenset[str], at: Node) -> tuple[Nodes, Nodes]:
        """How far a product over a range reaches: through the last factor that has its index."""
        last = -1
        for place, node in enumerate(rest):
            if _binds(node, keys):
                # its index is bound anew: what follows is no part of this product
                before = rest[place - 1] if place else None
                stop = place - 1 if isinstance(before, Leaf) and before.text in TIMES else place
                if stop == 0:
                    break
                signs = [n for n, item in enumerate(rest[:stop]) if isinstance(item, Leaf) and item.text in TIMES]
                # \prod_i a_i \cdot c \prod_i b_i: the sign parts off what does not have the index
                stop = next((n for n in signs if 0 <= last < n), stop)
                return rest[:stop], rest[stop:]
            if _mentions(node, keys):
                last = place
        starts = [n for n, node in enumerate(rest) if isinstance(node, Leaf) and node.text in TIMES]
        if last < 0:
            if not starts:
                if sum(not (isinstance(n, Leaf) and n.kind == "sign") for n in rest) > 1 and not _one_factor(rest):
                    self.refuse("it is not clear how far this product reaches", (at, *rest), "use brackets")
                return rest, ()
            return rest[:starts[0]], rest[starts[0]:]
        while last + 1 < len(rest) and canonical(rest[last + 1]) == "!":
            last += 1       # y_i! is one factor
        behind = [n for n in starts if n > last]
        inside = rest[:behind[0]] if behind else rest
        if len(inside) > last + 1:
            tail = inside[last + 1:]
            if not all(
                isinstance(n, Bracket) or (isinstance(n, Scripted) and isinstance(n.base, Bracket)) for n in tail[:1]
            ):
                self.refuse("it is not clear how far this product reaches", (at, *rest), "use brackets")
        return inside, rest[behind[0]:] if behind else ()

    def _nested(self, kind: Literal["sum", "product"], under: tuple[_Under, ...], body: Nodes, at: Node) -> Term:
        """The folds of several indices around the body, the first outermost."""
        if not under:
            with self.deeper(at):
                return self.signed_product(body)
        first, *others = under
        if first.members:
            return self._over_members(kind, first, tuple(others), body, at)
        with self.binding(first.key, Symbol(first.index), first.index):
            inner = self._nested(kind, tuple(others), body, at)
            conditions = [self.condition(c) for c in first.conditions]
        range_ = self._range(first, inner, at)
        condition = _all(conditions)
        return Fold(kind, inner, range_, condition, span=span_of((at, *body)))

    def _range(self, under: _Under, body: Term, at: Node) -> Range:
        if under.lower is not None and under.upper is not None:
            return Range(under.index, under.lower, under.upper)
        declared = self.notation.sums.get(under.key)
        if declared is not None and declared.lower is not None and declared.upper is not None:
            return Range(under.index, declared.lower, declared.upper)
        index = self.notation.names.get(under.key)
        if index is not None and index.declaration.lower is not None and index.declaration.upper is not None:
            return Range(under.index, index.declaration.lower, index.declaration.upper)
        found = range_of(under.index, body, self.declarations, {})
        if isinstance(found, Range):
            if under.lower is not None:
                return Range(under.index, under.lower, found.upper)
            return found
        self.refuse(f"the range of `{under.key}` is not known: {found}", under.at or at,
                    f"say it in the notation: sums: {{{under.key}: {{upto: n}}}}", "LP103")

    def _over_members(self, kind: Literal["sum", "product"], first: _Under, others: tuple[_Under, ...], body: Nodes,
                      at: Node) -> Term:
        """A sum over the members of a named finite set: they are numbered, and the sum is over the numbers."""
        set_ = identifier(first.members)
        size, members = f"card_{set_}", f"{first.index}_in_{set_}"
        index = next(name for name in (*"ijklmnrstuvw", *(f"i{n}" for n in range(99))) if name not in self.frame.names
                     and name not in self.declarations and name not in self._by_base)
        self.declare(Declaration(size, "size", Domain(lower=ONE.value, integer=True), assumed=True,
                                 assumptions=UNKNOWN, latex=rf"\mathrm{{card}}_{{{first.members}}}"))
        self.declare(Declaration(members, "family", shape=(Symbol(size),), rank=1, assumed=True, assumptions=UNKNOWN,
                                 latex=f"{first.key}^{{{first.members}}}"))
        entry = Entry(members, (Symbol(index),))
        with self.binding(first.key, entry, index):
            inner = self._nested(kind, others, body, at)
            conditions = [self.condition(c) for c in first.conditions]
        condition = (
            None if not conditions else conditions[0] if len(conditions) == 1 else Bool("and", tuple(conditions))
        )
        return Fold(kind, inner, Range(index, ONE, Symbol(size)), condition, span=span_of((at, *body)))

    def _under(self, sub: Nodes, sup: Nodes | None, at: Node) -> tuple[_Under, ...]:
        """What stands under a sum."""
        rows: list[Nodes] = []
        if len(sub) == 1 and isinstance(sub[0], Environment):
            if any(len(row) > 1 for row in sub[0].rows):
                self.refuse("columns under a sum are not read", sub)
            rows = [row[0] for row in sub[0].rows]
        elif len(sub) == 1 and isinstance(sub[0], Command) and sub[0].name == r"\substack":
            return self._under(sub[0].args[0], sup, at)
        else:
            rows = [sub]
        self.mark(sub)
        clauses = [part for row in rows for part in split_at(row, (",", ":", ";", "|", r"\mid")) if part]
        upper = None if sup is None else self.value(sup)
        found: list[_Under] = []
        waiting: list[Nodes] = []       # indices without a range yet: in i,j=1 they share it
        for clause in clauses:
            relation = [n for n, node in enumerate(clause) if isinstance(node, Leaf) and (
                node.text in RELATIONS or node.text in (r"\in", r"\notin", r"\sim"))]
            if not relation:
                waiting.append(clause)
                continue
            left, sign, right = clause[:relation[0]], clause[relation[0]], clause[relation[0] + 1:]
            assert isinstance(sign, Leaf)
            if sign.text == "=" and len(relation) == 1 and self._is_index(left):
                lower = self.value(right)
                for early in (*waiting, left):
                    found.append(self._index(early, lower, upper, at))
                waiting = []
            elif sign.text == r"\in" and len(relation) == 1:
                found += [self._membership(early, right, at) for early in (*waiting, left)]
                waiting = []
            elif len(relation) == 2 and not found:
                found.append(self._between(clause, relation))
            elif found or waiting or self._is_index(left):
                if not found:
                    for early in waiting or [left]:
                        found.append(self._index(early, None, upper, at))
                    waiting = []
                last = found[-1]
                found[-1] = _Under(last.key, last.index, last.lower, last.upper, last.at, (*last.conditions, clause),
                                   last.members)
            else:
                self.refuse("this range is not read", clause)
        found += [self._index(early, None, upper, at) for early in waiting]
        return tuple(found)

    def _is_index(self, nodes: Nodes) -> bool:
        node = nodes[0] if len(nodes) == 1 else None
        return (isinstance(node, Leaf) and node.kind in ("letter", "command")) or (
            isinstance(node, Scripted) and isinstance(node.base, Leaf)) or (isinstance(node, Command))

    def _index(self, nodes: Nodes, lower: Term | None, upper: Term | None, at: Node) -> _Under:
        if not self._is_index(nodes):
            self.refuse("an index is expected here", nodes or at)
        key = canonical(nodes)
        declared = self.notation.sums.get(key)
        if declared is not None and lower is None:
            return _Under(key if declared.index == identifier(key) else _key_of_index(declared.index), declared.index,
                          declared.lower, declared.upper if upper is None else upper, nodes)
        name = self.notation.names.get(key)
        made = name.identifier if name is not None and name.declaration.kind == "index" else identifier(key)
        if lower is None and upper is not None:
            lower = ONE
        return _Under(key, made, lower, upper, nodes)

    def _membership(self, nodes: Nodes, right: Nodes, at: Node) -> _Under:
        """x \\in {1, ..., n}, or in a set that only has a name."""
        if not self._is_index(nodes):
            self.refuse("an index is expected here", nodes or at)
        key = canonical(nodes)
        if len(right) == 1 and isinstance(right[0], Bracket) and right[0].opening == r"\{":
            ends = split_at(right[0].items, (",",))
            dots = [n for n, part in enumerate(ends) if canonical(part) == r"\dots"]
            if len(dots) == 1 and 0 < dots[0] == len(ends) - 2:
                return _Under(key, identifier(key), self.value(ends[0]), self.value(ends[-1]), nodes)
        if len(right) == 1 and not isinstance(right[0], Bracket):
            return _Under(key, identifier(key), None, None, nodes, (), canonical(right))
        self.refuse("this set is not read", right)

    def _between(self, clause: Nodes, relation: list[int]) -> _Under:
        """1 \\leq i \\leq n, i < j < n."""
        low, index, high = clause[:relation[0]], clause[relation[0] + 1:relation[1]], clause[relation[1] + 1:]
        signs = [clause[n].text for n in relation]  # type: ignore[union-attr]
        if not self._is_index(index) or not set(signs) <= {"<", r"\leq"}:
            self.refuse("this range is not read", clause)
        lower, upper = self.value(low), self.value(high)
        if signs[0] == "<":
            lower = Add((lower, ONE))
        if signs[1] == "<":
            upper = Add((upper, MINUS_ONE))
        key = canonical(index)
        return _Under(key, identifier(key), lower, upper, index)


def _mentions(node: Node, keys: frozenset[str]) -> bool:
    """True where one of the index keys occurs free in a node; in a sum over an index of that name it does not."""
    match node:
        case Leaf(text=text):
            return text in keys
        case Group(items=items) | Bracket(items=items):
            return _occurs(items, keys)
        case Scripted(base, sub, sup):
            return _mentions(base, keys) or _occurs(sub or (), keys) or _occurs(sup or (), keys)
        case Command(args=args, option=option):
            return _occurs(option or (), keys) or any(_occurs(arg, keys) for arg in args)
        case Environment(rows=rows):
            return any(_occurs(cell, keys) for row in rows for cell in row)
        case _:
            return False


def _occurs(nodes: Nodes, keys: frozenset[str]) -> bool:
    """True where one of the keys occurs free in the nodes of a formula."""
    bound = False       # the body of a sum over a key reaches to the next sign
    for place, node in enumerate(nodes):
        if isinstance(node, Leaf) and node.text in ("+", "-") and place and not _binds(nodes[place - 1], keys):
            bound = False
        elif _binds(node, keys):
            bound = True
        elif not bound and _mentions(node, keys):
            return True
    return False


def _binds(node: Node, keys: frozenset[str]) -> bool:
    """True for a sum or product whose index is one of the keys."""
    return isinstance(node, Scripted) and isinstance(node.base, Leaf) and node.base.text in (r"\sum", r"\prod") \
        and bool(node.sub) and _occurs((node.sub or ())[:1], keys)


def _one_factor(nodes: Nodes) -> bool:
    """A function's name and its bracket are one factor; so is a number with the sign before it."""
    return (
        len(nodes) == 2 and isinstance(nodes[1], Bracket | Scripted) and isinstance(nodes[0], Leaf | Command | Scripted)
    )


def _key_of_index(index: str) -> str:
    return index if len(index) == 1 else "\\" + index if index.isalpha() else index


def _all(conditions: list[Term]) -> Term | None:
    """The conditions as one; None for none."""
    if len(conditions) > 1:
        return Bool("and", tuple(conditions))
    return conditions[0] if conditions else None
