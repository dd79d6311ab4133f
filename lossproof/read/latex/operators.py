"""What reaches over a part of a formula: sums, products, limits, integrals, derivatives, values at a point.

Untrusted as to truth. Imports the ground floor, `calls` and the typeset tree.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from lossproof.derivation import Declaration, Domain
from lossproof.read.index_ranges import range_of
from lossproof.read.latex.calls import Calls, split_at
from lossproof.read.latex.layout import Bracket, Command, Environment, Group, Leaf, Node, Nodes, Scripted, canonical
from lossproof.read.latex.names import Cursor, literal, span_of, unknown_dependence
from lossproof.read.latex.notation import UNSPECIFIED, identifier
from lossproof.read.latex.tokens import LatexProblem
from lossproof.term import (
    MINUS_ONE,
    ONE,
    Add,
    Bool,
    Call,
    Const,
    Derivative,
    Entry,
    Family,
    Fold,
    Integral,
    Limit,
    Mul,
    Number,
    Partial,
    Range,
    Relation,
    Subst,
    Symbol,
    Term,
    free_names,
    substitute,
)

__all__ = ["Operators", "RELATIONS"]

RELATIONS: dict[str, Literal["=", "!=", "<", "<=", ">", ">="]] = {
    "=": "=", r"\neq": "!=", "<": "<", r"\leq": "<=", ">": ">", r"\geq": ">="}
_D = frozenset({"d", r"\mathrm{d}", r"\partial", r"\mathbf{d}", r"\mathit{d}"})
_TIMES = frozenset({r"\cdot", r"\times", "*"})


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


class Operators(Calls):
    """Reads operators and their bodies. The grammar gives `product` and `condition`."""

    def product(self, nodes: Nodes) -> Term:
        """The term of a product."""
        raise NotImplementedError

    def signed_product(self, nodes: Nodes) -> Term:
        """A product that may have a sign before it: what stands behind a sum's sign."""
        raise NotImplementedError

    def operator(self, cursor: Cursor) -> Term | None:
        """The operator at the cursor with its body, or None where none stands there."""
        node = cursor.peek()
        assert node is not None
        base = node.base if isinstance(node, Scripted) else node
        if isinstance(node, Command) and node.name == r"\frac" and (found := self._derivative_parts(node)) is not None:
            return self._fraction_derivative(cursor, node, *found)
        if isinstance(node, Command) and node.name == _INTEGRAL:
            cursor.take()
            return self._integral(node)
        if isinstance(base, Command) and base.name in (r"\underset", r"\operatorname", r"\mathrm"):
            word = canonical(base.args[-1])
            if base.name == r"\underset" or isinstance(node, Scripted):
                if word.replace(" ", "") in _EXTREMES or word in _EXTREMES:
                    return self._as_set_to_the_end(cursor, "extreme")
            return None
        if not isinstance(base, Leaf):
            return None
        match base.text:
            case r"\sum" | r"\prod":
                return self._fold(cursor, node, "sum" if base.text == r"\sum" else "product")
            case r"\lim":
                return self._limit(cursor, node)
            case r"\arg" | r"\sup" | r"\inf":
                return self._as_set_to_the_end(cursor, "extreme")
            case r"\max" | r"\min":
                after = cursor.peek(1)
                if isinstance(node, Scripted) or not isinstance(after, Bracket) or any(
                        isinstance(n, Leaf) and n.text in ("|", r"\mid", r"\in", ":") for n in after.items):
                    return self._as_set_to_the_end(cursor, "extreme")
                return None
            case r"\partial" | r"\nabla":
                return self._short_derivative(cursor, node)
            case r"\int" | r"\iint" | r"\oint" | r"\iiint":
                self.refuse("this integral is not closed by its d...", node, r"write \int_a^b f(x) \, \mathrm{d}x")
            case r"\bigcup" | r"\bigcap" | r"\bigoplus" | r"\bigotimes":
                return self._as_set_to_the_end(cursor, base.text[1:])
            case _:
                return None

    def _as_set_to_the_end(self, cursor: Cursor, hint: str) -> Term:
        """An operator without a meaning here, with all that follows in its product, as it is set."""
        nodes = cursor.rest
        cursor.at = len(cursor.nodes)
        hidden = frozenset(canonical(n) for node in nodes[:2] if isinstance(node, Scripted) and node.sub
                           for n in node.sub[:1])
        text, holes, arrays = self.as_set(nodes, hint, hidden)
        self.mark(nodes)
        return self.template(nodes, text, holes, f"{hint} of", mentions=arrays)

    # sums and products over ranges

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
            if isinstance(after[0], Leaf) and after[0].text in _TIMES:
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
            again = node.sub if isinstance(node, Scripted) and isinstance(node.base, Leaf) \
                and node.base.text in (r"\sum", r"\prod") else None
            if again is not None and again and _mentions(again[0], keys):
                # its index is bound anew: what follows is no part of this product
                stop = place - 1 if place and isinstance(rest[place - 1], Leaf) and rest[place - 1].text in _TIMES \
                    else place  # type: ignore[union-attr]
                if stop == 0:
                    break
                return rest[:stop], rest[stop:]
            if _mentions(node, keys):
                last = place
        starts = [n for n, node in enumerate(rest) if isinstance(node, Leaf) and node.text in _TIMES]
        if last < 0:
            if not starts:
                if sum(not (isinstance(n, Leaf) and n.kind == "sign") for n in rest) > 1 and not _one_factor(rest):
                    self.refuse("it is not clear how far this product reaches", (at, *rest), "use brackets")
                return rest, ()
            return rest[:starts[0]], rest[starts[0]:]
        behind = [n for n in starts if n > last]
        inside = rest[:behind[0]] if behind else rest
        if len(inside) > last + 1:
            tail = inside[last + 1:]
            if not all(isinstance(n, Bracket) or (isinstance(n, Scripted) and isinstance(n.base, Bracket)) for n in tail[:1]):
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
        condition = None if not conditions else conditions[0] if len(conditions) == 1 else Bool("and", tuple(conditions))
        if condition is None and range_ is not None and first.lower is None:
            pass
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
                                 assumptions=_UNKNOWN, latex=rf"\mathrm{{card}}_{{{first.members}}}"))
        self.declare(Declaration(members, "family", shape=(Symbol(size),), rank=1, assumed=True, assumptions=_UNKNOWN,
                                 latex=f"{first.key}^{{{first.members}}}"))
        entry = Entry(members, (Symbol(index),))
        with self.binding(first.key, entry, index):
            inner = self._nested(kind, others, body, at)
            conditions = [self.condition(c) for c in first.conditions]
        condition = None if not conditions else conditions[0] if len(conditions) == 1 else Bool("and", tuple(conditions))
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

    # limits

    def _limit(self, cursor: Cursor, node: Node) -> Term:
        cursor.take()
        sub = node.sub if isinstance(node, Scripted) else None
        arrow = [] if sub is None else [n for n, s in enumerate(sub) if isinstance(s, Leaf) and s.text == r"\rightarrow"]
        if sub is None or len(arrow) != 1:
            self.refuse("a limit says which variable goes where", node, r"write \lim_{x \to 0}")
        self.mark(node)
        variable = self.value(sub[:arrow[0]])
        if not isinstance(variable, Symbol | Entry):
            self.refuse("a limit is by a name or an entry", sub[:arrow[0]])
        target, side = self._target(sub[arrow[0] + 1:])
        body = self._rest(cursor, node, "limit")
        return Limit(body, variable, target, side, span=span_of((node, *cursor.nodes)))

    def _target(self, nodes: Nodes) -> tuple[Term, Literal["+", "-", "+-"]]:
        last = nodes[-1] if nodes else None
        if isinstance(last, Scripted) and last.sup is not None and canonical(last.sup) in ("+", "-") and last.sub is None:
            value = self.value((*nodes[:-1], last.base))
            return value, "+" if canonical(last.sup) == "+" else "-"
        return self.value(nodes), "+-"

    def _rest(self, cursor: Cursor, node: Node, what: str) -> Term:
        rest = cursor.rest
        cursor.at = len(cursor.nodes)
        if not rest:
            self.refuse(f"this {what} has nothing behind it", node)
        with self.deeper(node):
            return self.product(rest)

    # integrals

    def integrals(self, nodes: Nodes) -> Nodes:
        """The nodes with each \\int ... dx joined to one node: its bounds, its body and its variable."""
        first = next((n for n, node in enumerate(nodes) if _integral_sign(node)), None)
        if first is None:
            return nodes
        last = next(n for n in range(len(nodes) - 1, -1, -1) if _integral_sign(nodes[n]))
        # the innermost, which is the last one, ends first
        inner = nodes[last]
        end = self._differential(nodes, last + 1)
        if end is None:
            fraction = self._in_fraction(nodes, last)
            if fraction is None:
                self.refuse("this integral is not closed by its d...", inner, r"write \int_a^b f(x) \, \mathrm{d}x")
            return self.integrals(fraction)
        start, stop = end
        sub = inner.sub or () if isinstance(inner, Scripted) else ()
        sup = inner.sup or () if isinstance(inner, Scripted) else ()
        sign = inner.base if isinstance(inner, Scripted) else inner
        if canonical(sign) == r"\iint":
            second = self._differential(nodes, stop)
            if second is None or second[0] != stop:
                self.refuse("a double integral has two d...", inner)
            made = Command(_INTEGRAL, (sub, sup, nodes[last + 1:start], nodes[start + 1:stop]), (sign,), inner.start,
                           nodes[stop - 1].end)
            outer = Command(_INTEGRAL, (sub, sup, (made,), nodes[second[0] + 1:second[1]]), (sign,), inner.start,
                            nodes[second[1] - 1].end)
            self.mark((nodes[start], *nodes[stop:second[1]]))
            return self.integrals((*nodes[:last], outer, *nodes[second[1]:]))
        self.mark(nodes[start])
        joined = Command(_INTEGRAL, (sub, sup, nodes[last + 1:start], nodes[start + 1:stop]), (sign,), inner.start,
                         nodes[stop - 1].end)
        return self.integrals((*nodes[:last], joined, *nodes[stop:]))

    def _differential(self, nodes: Nodes, start: int) -> tuple[int, int] | None:
        """Where the next d x stands: the place of its d and the one behind it."""
        for place in range(start, len(nodes) - 1):
            if canonical(nodes[place]) in ("d", r"\mathrm{d}", r"\mathit{d}") and not isinstance(nodes[place], Scripted):
                after = nodes[place + 1]
                if isinstance(after, Bracket) and after.opening in ("(", "["):
                    return place, place + 2
                if self._is_index((after,)) and not (isinstance(after, Leaf) and after.text in _TIMES):
                    return place, place + 2
        return None

    def _in_fraction(self, nodes: Nodes, sign: int) -> Nodes | None:
        """\\int \\frac{dx}{x} as \\int \\frac{1}{x} dx."""
        for place in range(sign + 1, len(nodes)):
            node = nodes[place]
            if isinstance(node, Command) and node.name == r"\frac":
                found = self._differential(node.args[0], 0)
                if found is not None and found[1] == len(node.args[0]):
                    above: Nodes = node.args[0][:found[0]] or (Leaf("number", "1", node.start, node.start),)
                    fraction = Command(r"\frac", (above, node.args[1]), None, node.start, node.end)
                    return (*nodes[:place], fraction, *node.args[0][found[0]:], *nodes[place + 1:])
        return None

    def _integral(self, node: Command) -> Term:
        sub, sup, body, variable = node.args
        assert node.option is not None
        self.mark(node.option)
        self.mark(variable)
        key = canonical(variable)
        self.integrated = key
        name = identifier(key)
        while name in self.frame.names:
            name += "_"
        if not body:
            body = (Leaf("number", "1", node.start, node.start),)
        if len(body) == 1 and isinstance(body[0], Command) and body[0].name == _INTEGRAL:
            pass
        if sup and not sub:
            self.refuse("this integral has no lower bound", node, r"write \int_a^b", "LP105")
        if len(variable) == 1 and isinstance(variable[0], Bracket):
            return self._integral_as_set(node, "integral")
        if sup:
            lower, upper = self.value(sub), self.value(sup)
        elif not sub:
            lower, upper = self._domain(variable)       # over all values of its variable
        elif _is_power_of_a_set(sub) or (self.notation.names.get(key) is not None and self.notation.names[
                key].declaration.kind == "family" and self.notation.names[key].declaration.array):
            return self._integral_as_set(node, "integral")
        else:
            lower, upper = self._domain(sub)
        declared = self.notation.names.get(key)
        if declared is not None and declared.declaration.array:
            return self._integral_as_set(node, "integral")
        with self.binding(key, Symbol(name), name), self.deeper(node):
            inner = self.value(body)
        return Integral(inner, name, lower, upper, span=span_of(node))

    def _integral_as_set(self, node: Command, hint: str) -> Term:
        """An integral over a space of vectors, or by something other than a name: read as it is set."""
        sub, sup, body, variable = node.args
        assert node.option is not None
        key = canonical(variable)
        written = (Scripted(node.option[0], sub or None, sup or None, 0, node.start, node.start) if sub or sup else
                   node.option[0], *body, Leaf("letter", "d", node.start, node.start), *variable)
        text, holes, arrays = self.as_set(written, hint, frozenset({key}))
        self.mark((sub, sup, body, variable)[0] + sup + body + variable)
        return self.template((node,), text, holes, f"{hint} of", mentions=arrays - {key}, at=node)

    def _domain(self, sub: Nodes) -> tuple[Term, Term]:
        """An integral over a set that only has a name: an interval with bounds of its own. The line is the whole line."""
        key = canonical(sub)
        self.mark(sub)
        if key in (r"\mathbb{R}", r"-\infty"):
            return Const("-oo"), Const("oo")
        if (len(sub) == 1 and isinstance(sub[0], Leaf | Command)) or (len(sub) == 1 and isinstance(sub[0], Scripted)
                                                                    and sub[0].sup is None):
            made = identifier(key)
            for bound in ("inf", "sup"):
                self.declare(Declaration(f"{bound}_{made}", "scalar", assumed=True, assumptions=_UNKNOWN,
                                         latex=rf"\{bound} {key}"))
            return Symbol(f"inf_{made}"), Symbol(f"sup_{made}")
        self.refuse("an integral over this set is not read", sub, r"write \int_a^b", "LP105")

    # derivatives

    def _derivative_parts(self, node: Command) -> tuple[Nodes, Nodes] | None:
        """Numerator and denominator of d.../d..., without their signs' fonts; None for other fractions."""
        above, below = node.args
        if not above or not below or not _is_d(below[0]) or len(below) < 2:
            return None
        first = above[0]
        if not _is_d(first.base if isinstance(first, Scripted) else first):
            return None
        if canonical(below[0]) == "d" and "d" in self._by_base:
            self.refuse("`d` is declared as a name: this may be a fraction or a derivative", node,
                        r"write \frac{\mathrm{d}y}{\mathrm{d}x}")
        return above, below

    def _fraction_derivative(self, cursor: Cursor, node: Command, above: Nodes, below: Nodes) -> Term:
        cursor.take()
        first = above[0]
        total = 1
        if isinstance(first, Scripted):
            value = None if first.sup is None or len(first.sup) != 1 or first.sub is not None or first.primes else literal(
                first.sup[0])
            if value is None or value.denominator != 1 or not 1 <= value <= 64:
                self.refuse("the order of a derivative is a number from 1 to 64", first)
            total = int(value)
        self.mark(first)
        if self._is_opaque_derivative(above[1:], below):
            text, holes, arrays = self.as_set((node,), "derivative", whole=False)
            self.mark(node)
            return self.template((node,), text, holes, "derivative of", mentions=arrays)
        if len(above) == 1:
            rest = cursor.rest
            if not rest:
                self.refuse("this derivative has nothing behind it", node)
            if isinstance(rest[0], Leaf) and rest[0].text in _TIMES:
                self.refuse("this derivative has nothing behind it", node)
            for place, later in enumerate(rest):
                if isinstance(later, Leaf) and later.text in _TIMES:
                    if any(isinstance(n, Bracket) or (isinstance(n, Scripted) and isinstance(n.base, Bracket))
                           for n in rest[:1]) and place == 1:
                        rest = rest[:1]
                        break
                    self.refuse("it is not clear how far this derivative reaches", (node, *rest),
                                r"use brackets: \frac{d}{dx} \left( ... \right)")
            cursor.at += len(rest)
            with self.deeper(node):
                body = self.product(rest)
        else:
            body = self._body(above[1:])
        return self._by(body, self._variables(below, total), node)

    def _is_opaque_derivative(self, above: Nodes, below: Nodes) -> bool:
        """True where what is differentiated is only read as it is set, and by an array that it mentions."""
        if not above:
            return False
        found = self.function_at(above[0])
        if found is None or not found[0].opaque:
            return False
        by = self.frame.bound.get(canonical(below[-1])) or self._as_name(below[-1])
        if not isinstance(by, Symbol | Entry):
            return False
        return unknown_dependence((Derivative(self._as_name_or_value(above), by),), self.declarations, {}) is not None

    def _as_name(self, node: Node) -> Term | None:
        before = set(self.seen)
        try:
            return self.name(node)
        except LatexProblem:
            return None
        finally:
            self.seen = before

    def _as_name_or_value(self, nodes: Nodes) -> Term:
        before = set(self.seen)
        try:
            return self.value(nodes)
        except LatexProblem:
            return ONE
        finally:
            self.seen = before

    def _body(self, nodes: Nodes) -> Term:
        """What is differentiated: a value, or a functional's name."""
        return self.value(nodes)

    def _variables(self, below: Nodes, total: int) -> list[tuple[Nodes, int]]:
        """The variables under a derivative with their orders, which must make up `total`."""
        found: list[tuple[Nodes, int]] = []
        place = 0
        while place < len(below):
            if not _is_d(below[place]) or place + 1 >= len(below):
                self.refuse("a derivative is by names: dx, dx dy, dx^2", below)
            self.mark(below[place])
            variable = below[place + 1]
            order = 1
            if isinstance(variable, Group) and len(variable.items) == 1:
                variable = variable.items[0]
            if total > 1 and isinstance(variable, Scripted) and variable.sup is not None and len(variable.sup) == 1 \
                    and literal(variable.sup[0]) is not None:
                value = literal(variable.sup[0])
                assert value is not None
                if value.denominator == 1 and 1 <= value <= 64:
                    order = int(value)
                    self.mark(variable.sup)
                    variable = variable.base if variable.sub is None and not variable.primes else Scripted(
                        variable.base, variable.sub, None, variable.primes, variable.start, variable.end)
            found.append(((variable,), order))
            place += 2
        if sum(order for _, order in found) != total:
            self.refuse(f"the orders under this derivative do not make up {total}", below)
        return found

    def _by(self, body: Term, variables: list[tuple[Nodes, int]], node: Node) -> Term:
        term = body
        # d/dx dy is by y first
        for nodes, order in reversed(variables):
            by = self.variable(nodes)
            self._check_opaque(body, by, nodes)
            if isinstance(body, Symbol) and body.name in self.declarations \
                    and self.declarations[body.name].kind == "functional":
                if isinstance(by, Entry) and order == 1 and len(variables) == 1:
                    return Partial(body.name, Symbol(by.family, span=by.span), by.indices, span=span_of(node))
                self.refuse("a functional is differentiated by an entry", nodes)
            term = Derivative(term, by, order, span=span_of(node))
        return term

    def variable(self, nodes: Nodes) -> Term:
        """A name or an entry that a derivative can be by."""
        by = self.value(nodes)
        if not isinstance(by, Symbol | Entry):
            self.refuse("a derivative is by a name or an entry", nodes)
        if isinstance(by, Symbol) and by.name not in self.frame.names:
            declaration = self.declarations.get(by.name)
            if declaration is not None and declaration.kind in ("size", "index", "integer"):
                self.refuse(f"`{canonical(nodes)}` takes integers only: a derivative by it has no meaning", nodes,
                            code="LP107")
            if declaration is not None and declaration.kind == "family" and not declaration.array:
                self.refuse(f"a derivative by the family `{canonical(nodes)}` needs an entry", nodes,
                            "write an index, or declare it as a vector or matrix", "LP107")
        return by

    def _check_opaque(self, body: Term, by: Term, at: Nodes) -> None:
        """What is read as it is set does not say how it depends on the arrays that it mentions."""
        if isinstance(by, Symbol | Entry) and unknown_dependence((Derivative(body, by),), self.declarations, {}) is not None:
            self.refuse(f"`{canonical(at)}` stands inside of what is only read as it is set", at, code="LP105")

    def _short_derivative(self, cursor: Cursor, node: Node) -> Term:
        """\\partial_x f"""
        sub = node.sub if isinstance(node, Scripted) else None
        if not isinstance(node, Scripted) or sub is None or node.sup is not None or canonical(node.base) != r"\partial":
            self.refuse("this derivative is not read", node, r"write \frac{\partial f}{\partial x}", "LP105")
        cursor.take()
        self.mark(node.base)
        body = self._rest(cursor, node, "derivative")
        return self._by(body, [(sub, 1)], node)

    # values at a point

    def value_at(self, body: Term, sub: Nodes, at: Node) -> Term:
        """`body` at x = a, or at several such; the arrow of `x \\to a` is no value."""
        self.mark(sub)
        term = body
        for clause in split_at(sub, (",", ";")):
            equal = [n for n, node in enumerate(clause) if isinstance(node, Leaf) and node.text == "="]
            if len(equal) != 1:
                self.refuse("this does not say at which point", clause or at, r"write \left. f \right|_{x=0}")
            variable = self.value(clause[:equal[0]])
            if not isinstance(variable, Symbol | Entry):
                self.refuse("a value is taken at a name or an entry", clause)
            value = self.value(clause[equal[0] + 1:])
            self._check_opaque(body, variable, clause)
            term = Subst(term, variable, value, span=span_of(at))
        return term

    def between(self, body: Nodes, low: Nodes, high: Nodes, at: Node) -> Term:
        """[F(x)]_a^b: the difference of the values at both ends, by the variable of the integral before it."""
        if self.integrated is None:
            self.refuse("it is not clear which variable takes these values", at, "write F(b) - F(a)")
        name = "x_" + identifier(self.integrated)
        with self.binding(self.integrated, Symbol(name), name):
            inner = self.value(body)
        ends: list[Term] = []
        for nodes in (high, low):
            end = self.value(nodes)
            if isinstance(end, Const) and end.name in ("oo", "-oo"):
                variable = identifier(self.integrated)
                self.declare(Declaration(variable, "scalar", latex=self.integrated, assumed=True))
                ends.append(Limit(substitute(inner, {name: Symbol(variable)}), Symbol(variable), end, span=span_of(at)))
            else:
                ends.append(substitute(inner, {name: end}))
        return Add((ends[0], Mul((MINUS_ONE, ends[1]))), span=span_of(at))

    def family(self, at: Node, body: Nodes, sub: Nodes, sup: Nodes, equal: int) -> Term:
        """(x_k)_{k=1}^{K}: the family of all values."""
        index = self._index(sub[:equal], self.value(sub[equal + 1:]), self.value(sup), at)
        self.mark(sub)
        assert index.lower is not None and index.upper is not None
        with self.binding(index.key, Symbol(index.index), index.index):
            inner = self.value(body)
        return Family(inner, (Range(index.index, index.lower, index.upper),), span=span_of(at))

    # sums with dots

    def dotted(self, before: list[Term], after: Term, kind: Literal["sum", "product"],
               at: Nodes) -> tuple[Fold, int] | None:
        """The fold that `..., b(u) + \\dots + b(v)` is, and how many of the terms before it takes in; None if it is none."""
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
        """The sum over all but one of two sums up to just before it and from just after it; None where they are not that."""
        match left, right:
            case Fold(kind, a, Range(one, low, before), None), Fold(other, b, Range(two, after, high), None) \
                    if kind == other and substitute(b, {two: Symbol(one)}) == a:
                if not isinstance(before, Add) or len(before.args) != 2 or before.args[1] != MINUS_ONE:
                    return None
                skipped = before.args[0]
                if after != Add((skipped, ONE)) or not isinstance(skipped, Symbol):
                    return None
                declaration = self.declarations.get(skipped.name)
                if declaration is None or declaration.kind != "index" or (declaration.lower, declaration.upper) != (low, high):
                    return None
                return Fold(kind, a, Range(one, low, high), Relation("!=", Symbol(one), skipped), span=left.span)
            case _:
                return None


_INTEGRAL = r"\int...d"
_UNKNOWN = frozenset({UNSPECIFIED})
_EXTREMES = frozenset({"max", "min", "argmax", "argmin", "arg max", "arg min", r"\max", r"\min", r"\arg\max", r"\arg\min",
                       "sup", "inf", "arg,max", "arg,min"})


def _is_d(node: Node) -> bool:
    return not isinstance(node, Scripted) and canonical(node) in _D


def _integral_sign(node: Node) -> bool:
    leaf = node.base if isinstance(node, Scripted) else node
    return isinstance(leaf, Leaf) and leaf.text in (r"\int", r"\iint")


def _mentions(node: Node, keys: frozenset[str]) -> bool:
    """True where one of the index keys occurs in a node."""
    from lossproof.read.latex.layout import leaves
    return any(isinstance(leaf, Leaf) and leaf.text in keys for leaf in leaves((node,)))


def _one_factor(nodes: Nodes) -> bool:
    """A function's name and its bracket are one factor; so is a number with the sign before it."""
    return len(nodes) == 2 and isinstance(nodes[1], Bracket | Scripted) and isinstance(nodes[0], Leaf | Command | Scripted)


def _is_power_of_a_set(nodes: Nodes) -> bool:
    return len(nodes) == 1 and isinstance(nodes[0], Scripted) and nodes[0].sup is not None


def _key_of_index(index: str) -> str:
    return index if len(index) == 1 else "\\" + index if index.isalpha() else index


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
        parts_a, parts_b = list(_parts(a)), list(_parts(b))
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


def _parts(term: Term) -> Iterator[Term]:
    from lossproof.term import children
    yield from children(term)


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
    from lossproof.term import children, map_children
    if a == b:
        return a
    if isinstance(a, Entry) and isinstance(b, Entry):
        return Entry(a.family, tuple(hole if u != v else u for u, v in zip(a.indices, b.indices, strict=True)), span=a.span)
    if type(a) is type(b) and not isinstance(a, Number | Symbol) and len(children(a)) == len(children(b)):
        others = iter(children(b))
        return map_children(a, lambda child: _with_hole(child, next(others), hole))
    return hole


_ = contextmanager
