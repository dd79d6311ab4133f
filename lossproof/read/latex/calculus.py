"""Limits, integrals and values at a point, and which operator stands at a place.

Untrusted as to truth. Imports the ground floor, `derivatives` and the typeset tree.
"""

from __future__ import annotations

from typing import Literal

from lossproof.derivation import Declaration
from lossproof.kernel.spaces import SPACE
from lossproof.read.latex.derivatives import Derivatives
from lossproof.read.latex.folds import TIMES, UNKNOWN
from lossproof.read.latex.functions import INTEGRAL
from lossproof.read.latex.keys import identifier
from lossproof.read.latex.matching import split_at
from lossproof.read.latex.names import Cursor, span_of
from lossproof.read.latex.typeset import (
    Bracket,
    Command,
    Leaf,
    Node,
    Nodes,
    Scripted,
    canonical,
    leaves,
)
from lossproof.term import (
    MINUS_ONE,
    ONE,
    ZERO,
    Add,
    Call,
    Const,
    Entry,
    Family,
    Integral,
    Limit,
    Mul,
    Range,
    Subst,
    Symbol,
    Term,
    free_names,
    mul,
    substitute,
)

__all__ = ["Calculus"]

_VARIABLES = frozenset("rstuvwxyz")     # of the letters in d(a x + b) and [a x + b]_0^1, the one that varies
_EXTREMES = frozenset(
    {
        "max",
        "min",
        "argmax",
        "argmin",
        "arg max",
        "arg min",
        r"\max",
        r"\min",
        r"\arg\max",
        r"\arg\min",
        "sup",
        "inf",
        "arg,max",
        "arg,min",
    }
)


class Calculus(Derivatives):
    """Reads operators and their bodies."""

    def operator(self, cursor: Cursor) -> Term | None:
        """The operator at the cursor with its body, or None where none stands there."""
        node = cursor.peek()
        assert node is not None
        base = node.base if isinstance(node, Scripted) else node
        if isinstance(node, Command) and node.name == r"\frac" and (found := self._derivative_parts(node)) is not None:
            return self._fraction_derivative(cursor, node, *found)
        if isinstance(node, Command) and node.name == INTEGRAL:
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

    def _limit(self, cursor: Cursor, node: Node) -> Term:
        cursor.take()
        sub = node.sub if isinstance(node, Scripted) else None
        arrow = (
            [] if sub is None else [n for n, s in enumerate(sub) if isinstance(s, Leaf) and s.text == r"\rightarrow"]
        )
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
        if (
            isinstance(last, Scripted)
            and last.sup is not None
            and canonical(last.sup) in ("+", "-")
            and last.sub is None
        ):
            value = self.value((*nodes[:-1], last.base))
            return value, "+" if canonical(last.sup) == "+" else "-"
        return self.value(nodes), "+-"

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
            made = Command(INTEGRAL, (sub, sup, nodes[last + 1:start], nodes[start + 1:stop]), (sign,), inner.start,
                           nodes[stop - 1].end)
            outer = Command(INTEGRAL, (sub, sup, (made,), nodes[second[0] + 1:second[1]]), (sign,), inner.start,
                            nodes[second[1] - 1].end)
            self.mark((nodes[start], *nodes[stop:second[1]]))
            return self.integrals((*nodes[:last], outer, *nodes[second[1]:]))
        self.mark(nodes[start])
        joined = Command(INTEGRAL, (sub, sup, nodes[last + 1:start], nodes[start + 1:stop]), (sign,), inner.start,
                         nodes[stop - 1].end)
        return self.integrals((*nodes[:last], joined, *nodes[stop:]))

    def _differential(self, nodes: Nodes, start: int) -> tuple[int, int] | None:
        """Where the next d x stands: the place of its d and the one behind it."""
        for place in range(start, len(nodes) - 1):
            if canonical(nodes[place]) in ("d", r"\mathrm{d}", r"\mathit{d}") and not isinstance(
                nodes[place], Scripted
            ):
                after = nodes[place + 1]
                if isinstance(after, Bracket) and after.opening in ("(", "["):
                    return place, place + 2
                if self._is_index((after,)) and not (isinstance(after, Leaf) and after.text in TIMES):
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
        if len(body) == 1 and isinstance(body[0], Command) and body[0].name == INTEGRAL:
            pass
        if sup and not sub:
            self.refuse("this integral has no lower bound", node, r"write \int_a^b", "LP105")
        if len(variable) == 1 and isinstance(variable[0], Bracket):
            return self._by_a_value(node, variable[0]) or self._integral_as_set(node, "integral")
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

    def _by_a_value(self, node: Command, by: Bracket) -> Term | None:
        """An integral d(g(x)) is one of the integrand times g'(x) by x, where it is clear that x is what varies."""
        sub, sup, body, _ = node.args
        letters = {canonical(leaf) for leaf in leaves(by.items) if isinstance(leaf, Leaf) and leaf.text in _VARIABLES}
        letters -= {canonical(leaf) for leaf in leaves((*sub, *sup)) if isinstance(leaf, Leaf)}
        if len(letters) != 1 or not sup:
            return None
        (key,) = letters
        name = identifier(key)
        while name in self.frame.names:
            name += "_"
        lower, upper = (_end(self.value(nodes)) for nodes in (sub, sup))
        with self.binding(key, Symbol(name), name), self.deeper(node):
            slope = _slope(self.value(by.items), name)
            if slope is None or self.shape(slope, by):
                return None
            inner = self.value(body)
        self.integrated = key
        return Integral(mul(inner, slope), name, lower, upper, span=span_of(node))

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
        """The ends of a set that only has a name, which is taken for an interval; of the line, its own."""
        key = canonical(sub)
        self.mark(sub)
        if key in (r"\mathbb{R}", r"-\infty"):
            return Const("-oo"), Const("oo")
        if (len(sub) == 1 and isinstance(sub[0], Leaf | Command)) or (len(sub) == 1 and isinstance(sub[0], Scripted)
                                                                    and sub[0].sup is None):
            made = identifier(key)
            for bound in ("inf", "sup"):
                self.declare(Declaration(f"{bound}_{made}", "scalar", assumed=True, assumptions=UNKNOWN | {SPACE},
                                         latex=rf"\{bound} {key}"))
            return Symbol(f"inf_{made}"), Symbol(f"sup_{made}")
        self.refuse("an integral over this set is not read", sub, r"write \int_a^b", "LP105")

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
        """[F(x)]_a^b: the difference of the values at both ends, by the variable of the integral before it.

        Where there is none, by the one letter in it that is usual for a variable.
        """
        if self.integrated is None:
            letters = {leaf.text for leaf in leaves(body) if isinstance(leaf, Leaf) and leaf.text in _VARIABLES}
            self.integrated = letters.pop() if len(letters) == 1 else None
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


def _slope(term: Term, name: str) -> Term | None:
    """The derivative of a linear expression, or of the exponential of one; None for others."""
    if name not in free_names(term):
        return ZERO
    match term:
        case Symbol():
            return ONE
        case Add(args):
            slopes = [_slope(arg, name) for arg in args]
            kept = [slope for slope in slopes if slope is not None and slope != ZERO]
            return None if None in slopes else kept[0] if len(kept) == 1 else Add(tuple(kept))
        case Mul(args):
            moving = [arg for arg in args if name in free_names(arg)]
            slope = _slope(moving[0], name) if len(moving) == 1 else None
            return None if slope is None else mul(*(arg for arg in args if arg is not moving[0]), slope)
        case Call("exp", (inner,)):
            slope = _slope(inner, name)
            return None if slope is None else mul(slope, term)
        case _:
            return None


def _end(term: Term) -> Term:
    """The end of a range; infinity and something finite are infinity."""
    infinite = [arg for arg in term.args if isinstance(arg, Const) and arg.name in ("oo", "-oo")] if isinstance(
        term, Add) else []
    return infinite[0] if len(infinite) == 1 else term


def _integral_sign(node: Node) -> bool:
    leaf = node.base if isinstance(node, Scripted) else node
    return isinstance(leaf, Leaf) and leaf.text in (r"\int", r"\iint")


def _is_power_of_a_set(nodes: Nodes) -> bool:
    return len(nodes) == 1 and isinstance(nodes[0], Scripted) and nodes[0].sup is not None
