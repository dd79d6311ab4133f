"""Derivatives in all their spellings.

Untrusted as to truth. Imports the ground floor, `dots` and the typeset tree.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from lossproof.derivation import Declaration
from lossproof.read.latex.as_set import unknown_dependence
from lossproof.read.latex.at_values import at_variable
from lossproof.read.latex.folds import TIMES
from lossproof.read.latex.matching import literal, without_power
from lossproof.read.latex.multinomials import Multinomials
from lossproof.read.latex.names import Cursor, span_of
from lossproof.read.latex.tokens import LatexProblem
from lossproof.read.latex.typeset import (
    Bracket,
    Command,
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
    Call,
    Derivative,
    Entry,
    Mul,
    Number,
    Partial,
    Pow,
    Subst,
    Symbol,
    Term,
    free_names,
    mul,
    number,
)

__all__ = ["Derivatives"]

_D = frozenset({"d", r"\mathrm{d}", r"\partial", r"\mathbf{d}", r"\mathit{d}"})


class Derivatives(Multinomials):
    """Reads derivatives and what they are by."""

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
            value = (
                None
                if first.sup is None or len(first.sup) != 1 or first.sub is not None or first.primes
                else literal(first.sup[0])
            )
            if value is None or value.denominator != 1 or not 1 <= value <= 64:
                self.refuse("the order of a derivative is a number from 1 to 64", first)
            total = int(value)
        self.mark(first)
        behind = len(above) == 1 and len(cursor.rest) == 2 and self._is_plain_call(cursor.rest)
        whole: Nodes = (node, *cursor.rest) if behind else (node,)
        body_nodes = tuple(cursor.rest) if behind else above[1:]
        opaque = self._opaque_derivative(body_nodes, below)
        if opaque == ONE and (at := self._at_value(body_nodes, below, total, whole)) is not None:
            cursor.at += len(whole) - 1
            return at
        # what is only read as it is set may be said to be made of the variable
        if opaque is not None and (not behind or (opaque == ONE and self._is_function(body_nodes[0]))):
            if isinstance(opaque, Derivative) and total == 1:
                self.mark(node)
                return replace(opaque, span=span_of(node))
            cursor.at += len(whole) - 1
            text, holes, arrays = self.as_set(whole, "derivative", whole=False)
            self.mark(whole)
            return self.template(whole, text, holes, "derivative of", mentions=arrays)
        if len(above) == 1:
            rest = cursor.rest
            if not rest:
                self.refuse("this derivative has nothing behind it", node)
            if isinstance(rest[0], Leaf) and rest[0].text in TIMES:
                self.refuse("this derivative has nothing behind it", node)
            for place, later in enumerate(rest):
                if isinstance(later, Leaf) and later.text in TIMES:
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

    def _is_function(self, node: Node) -> bool:
        """Whether a node is a function of numbers that nobody declared."""
        found = self.function_at(node)
        return found is not None and not found[0].opaque and _is_guessed(found[0].declaration)

    def _is_plain_call(self, nodes: Nodes) -> bool:
        """Whether d/da F(b) is to be read as dF(b)/da: not of an expectation, nor of a density, which hold more."""
        found = self.function_at(nodes[0])
        return found is not None and found[0].expectation is None and found[0].density is None and not (
            isinstance(nodes[1], Bracket) and any(isinstance(node, Leaf) and node.text in ("|", r"\mid", ";")
                                                  for node in nodes[1].items))

    def _opaque_derivative(self, above: Nodes, below: Nodes) -> Term | None:
        """The derivative of what is only read as it is set, by what it mentions: the document may say what it is.

        ONE where it does not hold the variable at all: d L(b)/d a is no 0, it is L' at b. None for other derivatives.
        """
        if not above:
            return None
        found = self.function_at(above[0])
        if found is None or not (found[0].opaque or (_is_guessed(found[0].declaration) and len(above) == 2)):
            return None
        variable = _differentiated(below[-1])
        by = self.frame.bound.get(canonical(variable)) or self._as_name(variable)
        if not isinstance(by, Symbol | Entry):
            return None
        body = self._as_name_or_value(above)
        made = Derivative(body, by)
        if unknown_dependence((made,), self.declarations, {}) is not None:
            return made
        name = by.name if isinstance(by, Symbol) else by.family
        as_set = isinstance(body, Call) or (isinstance(body, Symbol) and body.name not in self.notation.declarations)
        return ONE if as_set and name not in free_names(body) else None

    def _at_value(self, above: Nodes, below: Nodes, total: int, whole: Nodes) -> Term | None:
        """The derivative of what is only read as it is set, at a value of its variable; None for other derivatives."""
        variables = self._variables(below, total)
        found = at_variable(above, variables[0][0][0]) if len(variables) == 1 else None
        if found is None:
            return None
        by, value = self._as_name(variables[0][0][0]), self._as_name(found[1])
        if total == 1 and (power := self._power_of(variables[0][0])) is not None:
            return self._at_power(found, power, whole)
        if not isinstance(by, Symbol) or not isinstance(value, Symbol) or by.name in self.frame.names:
            return None
        body = self._as_name_or_value(found[0])
        if body == ONE or self.shape(by, whole) != self.shape(value, whole):
            return None
        self.mark(whole)
        return Subst(Derivative(body, by, total, span=span_of(whole)), by, value, span=span_of(whole))

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
        if len(variables) == 1 and variables[0][1] == 1 and (by_power := self._by_power(body, variables[0][0], node)):
            return by_power
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

    def _by_power(self, body: Term, nodes: Nodes, node: Node) -> Term | None:
        """df/d(x^n) as df/dx / (n x^(n-1)), of a number x; None for what is by a name.

        Where x is not 0, x^n takes every value near its own at one place near x, so f is a function of it there.
        """
        found = self._power_of(nodes)
        if found is None:
            return None
        by, power = found
        self.mark(nodes)
        self._check_opaque(body, by, nodes)
        return Mul((Derivative(body, by), Pow(_slope(by, power), MINUS_ONE)), span=span_of(node))

    def _power_of(self, nodes: Nodes) -> tuple[Symbol | Entry, int] | None:
        """x and n of the power x^n of a number x; None for what is a name, or something else."""
        variable = nodes[0] if len(nodes) == 1 else None
        if not isinstance(variable, Scripted) or variable.sup is None or len(variable.sup) != 1:
            return None
        power = literal(variable.sup[0])
        if power is None or power.denominator != 1 or not 2 <= power <= 64 or isinstance(
                self._as_name(variable), Symbol | Entry):
            return None
        by = self.variable((without_power(variable),))
        return None if self.shape(by, nodes) or not isinstance(by, Symbol | Entry) else (by, int(power))

    def _at_power(self, found: tuple[Nodes, Node], power: tuple[Symbol | Entry, int], whole: Nodes) -> Term | None:
        """The derivative by x^n at a value of x^n, for a positive x."""
        (by, order), value = power, self._as_name_or_value((found[1],))
        body, name = self._as_name_or_value(found[0]), by.name if isinstance(by, Symbol) else ""
        declared = self.declarations.get(name)
        if declared is None or name in self.frame.names or Fraction(0) in declared.domain or Fraction(
                -1) in declared.domain or body == ONE or value == ONE or self.shape(value, whole):
            return None
        self.mark(whole)
        slope = Mul((Derivative(body, by), Pow(_slope(by, order), MINUS_ONE)))
        return Subst(slope, by, Pow(value, Number(Fraction(1, order))), span=span_of(whole))

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
        if (
            isinstance(by, Symbol | Entry)
            and unknown_dependence((Derivative(body, by),), self.declarations, {}) is not None
        ):
            self.refuse(f"`{canonical(at)}` stands inside of what is only read as it is set", at, code="LP105")

    def _short_derivative(self, cursor: Cursor, node: Node) -> Term:
        """\\partial_x f, \\nabla_x f"""
        sub = node.sub if isinstance(node, Scripted) else None
        if not isinstance(node, Scripted) or sub is None or node.sup is not None or canonical(
                node.base) not in (r"\partial", r"\nabla"):
            self.refuse("this derivative is not read", node, r"write \frac{\partial f}{\partial x}", "LP105")
        cursor.take()
        self.mark(node.base)
        rest = tuple(cursor.rest)
        opaque = self._opaque_derivative(rest, sub) if len(rest) == 2 else None
        if isinstance(opaque, Derivative):
            cursor.at += len(rest)
            self.mark((node, *rest))
            return replace(opaque, span=span_of((node, *rest)))
        if opaque is not None:
            self.refuse("this derivative is not read", node, r"write \frac{\partial f}{\partial x}", "LP105")
        body = self._rest(cursor, node, "derivative")
        return self._by(body, [(sub, 1)], node)

    def _rest(self, cursor: Cursor, node: Node, what: str) -> Term:
        rest = cursor.rest
        cursor.at = len(cursor.nodes)
        if not rest:
            self.refuse(f"this {what} has nothing behind it", node)
        with self.deeper(node):
            return self.product(rest)


def _slope(by: Term, power: int) -> Term:
    """The derivative of by^power."""
    return mul(number(power), Pow(by, number(power - 1)) if power > 2 else by)


def _differentiated(node: Node) -> Node:
    """The variable at the end of a denominator, without the order."""
    if isinstance(node, Scripted) and node.sup is not None and len(node.sup) == 1 and literal(node.sup[0]) is not None:
        return without_power(node)
    return node


def _is_guessed(declared: Declaration | None) -> bool:
    """Whether a function is one that nobody declared."""
    return declared is not None and declared.assumed


def _is_d(node: Node) -> bool:
    return not isinstance(node, Scripted) and canonical(node) in _D
