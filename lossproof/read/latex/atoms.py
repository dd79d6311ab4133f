"""Single letters, fractions, roots, and letters that may be more than nobody said.

Untrusted as to truth. Imports the ground floor, `conditions` and the typeset tree.
"""

from __future__ import annotations

from lossproof.latex_names import HOLE
from lossproof.read.latex.conditions import Conditions
from lossproof.read.latex.keys import identifier
from lossproof.read.latex.matching import LETTER_LIKE, literal, without_power
from lossproof.read.latex.names import ONE_LETTER_CONSTANTS, Cursor, span_of
from lossproof.read.latex.notation import Function
from lossproof.read.latex.typeset import (
    Bracket,
    Command,
    Leaf,
    Node,
    Nodes,
    Scripted,
    Words,
    canonical,
)
from lossproof.term import (
    MINUS_ONE,
    ONE,
    Call,
    Const,
    Entry,
    Mul,
    Number,
    Pow,
    Symbol,
    Term,
    divide,
)

__all__ = ["Atoms"]


class Atoms(Conditions):
    """Reads what is no operation."""

    def _letter(self, node: Node) -> Term:
        term = self.name(node)
        if term is not None:
            return term
        key = canonical(node)
        if key in ONE_LETTER_CONSTANTS or key == "e":
            self.mark(node)
            constant = Const("E") if key == "e" else ONE_LETTER_CONSTANTS[key]
            return Const(constant.name, span=span_of(node))  # type: ignore[attr-defined]
        if isinstance(node, Words):
            self.refuse(f"the words `{node.text.strip()[:40]}` stand inside of a formula", node, code="LP105")
        if isinstance(node, Leaf) and node.kind == "sign":
            self.refuse(f"`{node.text}` is not expected here", node)
        if key == r"\mathrm{d}":
            self.refuse("a differential stands alone", node, "write an integral or a derivative", "LP105")
        if isinstance(node, Leaf) and node.text in (r"\bullet",):
            self.refuse(f"`{node.text}` is not read", node, code="LP105")
        if isinstance(node, Command) and node.name not in LETTER_LIKE:
            self.refuse(f"`{node.name}` is not read", node, code="LP105")
        self.undeclared(node)

    def _fraction(self, node: Command, above: Nodes, below: Nodes) -> Term:
        if not above or not below:
            self.refuse("a part of this fraction is empty", node)
        top, bottom = self.value(above), self.value(below)
        self.need_number(bottom, below)
        if self.is_array(bottom, below):
            self.refuse("an array has no reciprocal", below, "write A^{-1}", "LP106")
        one, other = (literal(part[0]) if len(part) == 1 else None for part in (above, below))
        if one is not None and other is not None and one.denominator == other.denominator == 1 and other > 1:
            value = one / other
            if value.denominator == other:
                return Number(value, span=span_of(node))
        if top == ONE:
            return Pow(bottom, MINUS_ONE, span=span_of(node))
        term = divide(top, bottom)
        return Mul(term.args, span=span_of(node)) if isinstance(term, Mul) else term

    def _root(self, node: Command, inside: Nodes, option: Nodes | None) -> Term:
        term = self.value(inside)
        if option is None:
            return Call("sqrt", (term,), span=span_of(node))
        degree = self.value(option)
        if isinstance(degree, Number) and degree.value == 2:
            return Call("sqrt", (term,), span=span_of(node))
        exponent: Term = (
            Number(1 / degree.value) if isinstance(degree, Number) and degree.value else Pow(degree, MINUS_ONE)
        )
        return Pow(term, exponent, span=span_of(node))

    def _is_assumed(self, node: Node, *, number: bool = False) -> bool:
        """True where nobody declared the name (or number): then it may be a function as well."""
        term = self.name(node)
        declaration = self.declarations.get(term.name if isinstance(term, Symbol) else term.family if isinstance(
            term, Entry) else "")
        return declaration is not None and declaration.assumed and not (number and declaration.array)

    def _value_of_something(self, cursor: Cursor, node: Node, after: Node) -> Term:
        """D(\\beta, \\sigma^2) of a letter that was taken for a name: read as it is set."""
        bracket = after.base if isinstance(after, Scripted) else after
        cursor.at += 2
        self.mark(node)
        head = canonical(node)
        inside, holes, arrays = self.as_set((bracket,), "value")
        self.mark(bracket)
        term = self.template((node, bracket), head + inside, holes, f"{identifier(head)} of", mentions=arrays)
        return self.scripts(term, after) if isinstance(after, Scripted) else term

    def _inverse_at(self, cursor: Cursor, node: Node, after: Node | None) -> Term | None:
        """I^{-1}(p; a, b), g_a^{-1}(y) of a letter that nobody declared, as it is set; None for what is no such value.

        With one argument it may be a reciprocal before a bracket as well: then it is said to rest on the letter, too.
        """
        bracket = after.base if isinstance(after, Scripted) else after
        if not isinstance(node, Scripted) or node.sup is None or canonical(node.sup) != "-1" or node.primes \
                or not isinstance(bracket, Bracket):
            return None
        listed = bracket.opening in ("(", "[") and any(
            isinstance(item, Leaf) and item.text in (",", ";") for item in bracket.items)
        plain = without_power(node)
        if not self._is_assumed(plain, number=not listed) or not (listed or isinstance(after, Bracket)) or any(
                isinstance(item, Leaf) and item.text in ("+", "-") for item in bracket.items if not listed):
            return None
        letter = self.name(plain)
        if bracket.opening not in ("(", "[") or letter is None:
            self.refuse("this may be an inverse function, or a reciprocal before a bracket", (node, bracket),
                        r"declare the function, or write \cdot for the product")
        base = canonical(plain.base if isinstance(plain, Scripted) else plain)
        text, holes, arrays = base, tuple[Term, ...](), frozenset[str]()
        if isinstance(plain, Scripted) and plain.sub is not None:
            below, holes, arrays = self.as_set(plain.sub, "index")
            text += f"_{{{below}}}"
        if not listed:
            text, holes = f"{text}: {HOLE}", (*holes, letter)
        cursor.at += 2
        self.mark(node)
        function = Function(base, f"{identifier(base)}_inverse", 1, None, True)
        term = self._opaque_call(function, text + "^{-1}", holes, arrays, bracket, (node, bracket))
        return self.scripts(term, after) if isinstance(after, Scripted) else term

    def _differential_alone(self, cursor: Cursor) -> Term | None:
        """\\mathrm{d}x outside of integrals and derivatives: read as it is set."""
        node, after = cursor.peek(), cursor.peek(1)
        if node is None or after is None or canonical(node) != r"\mathrm{d}" or not self._is_index((after,)) \
                or r"\mathrm{d}" in self._by_base:
            return None
        cursor.at += 2
        self.mark((node, after))
        return self.template((node, after), canonical((node, after)), (), "differential of")
