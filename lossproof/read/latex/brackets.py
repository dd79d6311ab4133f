"""Brackets of all kinds: groups, absolute values, determinants, norms, values between bounds.

Untrusted as to truth. Imports the ground floor, `scripts` and the typeset tree.
"""

from __future__ import annotations

from lossproof.derivation import Declaration, Domain
from lossproof.read.latex.keys import identifier, split_parts
from lossproof.read.latex.names import span_of
from lossproof.read.latex.notation import UNSPECIFIED
from lossproof.read.latex.scripts import Scripts
from lossproof.read.latex.typeset import (
    Bracket,
    Command,
    Environment,
    Leaf,
    Node,
    Nodes,
    Scripted,
    canonical,
)
from lossproof.term import (
    ONE,
    Call,
    Component,
    Symbol,
    Term,
)

__all__ = ["Brackets"]

class Brackets(Scripts):
    """Reads what stands between two delimiters."""

    def _cases(self, node: Environment) -> Term:
        """The value of the first case whose condition holds."""
        raise NotImplementedError

    def _bracket(self, bracket: Bracket, around: Scripted | None) -> Term:
        opening, closing, items = bracket.opening, bracket.closing, bracket.items
        at: Node = around or bracket
        if around is not None and around.sub is not None and around.sup is not None and not around.primes:
            equal = [n for n, s in enumerate(around.sub) if isinstance(s, Leaf) and s.text == "="]
            if len(equal) == 1 and opening == "(":
                return self.family(around, items, around.sub, around.sup, equal[0])
            if not equal and (opening in "[." or self.integrated is not None) and opening in "([.":
                return self.between(items, around.sub, around.sup, around)
        if opening == "." and closing == "|" and around is not None and around.sub is not None and around.sup is None:
            return self.value_at(self.value(items), around.sub, at)
        match opening, closing:
            case ("(", ")") | ("[", "]") | (r"\{", r"\}") | (".", "."):
                term = self.value(items)
            case ("|", "|"):
                term = self._bars(bracket)
            case (r"\|", r"\|"):
                return self._norm(bracket, around)
            case (r"\lfloor", r"\rfloor") | (r"\lceil", r"\rceil"):
                term = Call(
                    "floor" if opening == r"\lfloor" else "ceiling", (self.value(items),), span=span_of(bracket)
                )
            case (r"\langle", r"\rangle"):
                return self._mean_value(bracket, around)
            case (r"\{", "."):
                if len(items) == 1 and isinstance(items[0], Environment):
                    return self._cases(items[0])
                self.refuse("this bracket is never closed", bracket, code="LP001")
            case _:
                self.refuse(f"a bracket from `{opening}` to `{closing}` is not read", bracket, code="LP105")
        if around is None:
            return term
        if around.sub is not None:
            return self._bracket_with_index(term, around, bracket)
        return self.scripts(term, around)

    def _bracket_with_index(self, term: Term, around: Scripted, bracket: Bracket) -> Term:
        """(A B)_{ij} is an entry; [f]_{x=a} a value at a point."""
        sub = around.sub
        assert sub is not None
        if around.sup is None and any(isinstance(n, Leaf) and n.text == "=" for n in sub):
            return self.value_at(term, sub, around)
        shape = self.shape(term, bracket)
        parts = split_parts(sub) if len(shape) != 1 else (sub,)
        if not shape or len(parts) != len(shape):
            self.refuse("a subscript stands where no name is", sub, "declare the name with its subscript")
        entry: Term = Component(term, tuple(self.index(p) for p in parts), span=span_of(around))
        return entry if around.sup is None else self.raised(entry, around.sup, around)

    def _bars(self, bracket: Bracket) -> Term:
        """A determinant, a number of members, or an absolute value."""
        members = self._members(bracket)
        if members is not None:
            return members
        term = self.value(bracket.items)
        self.need_number(term, bracket)
        shape = self.shape(term, bracket)
        if len(shape) == 2:
            made = Call("det", (term,), span=span_of(bracket))
            self.shape(made, bracket)
            return made
        if len(shape) == 1:
            return Call("sqrt", (Call("dot", (term, term)),), span=span_of(bracket))
        return Call("Abs", (term,), span=span_of(bracket))

    def _members(self, bracket: Bracket) -> Term | None:
        """|\\mathcal{X}|: how many members a set has."""
        items = bracket.items
        if len(items) != 1 or not isinstance(items[0], Command) or items[0].name != r"\mathcal" \
                or canonical(items) in self._by_base:
            return None
        size = f"card_{identifier(canonical(items))}"
        self.declare(
            Declaration(
                size,
                "size",
                Domain(lower=ONE.value, integer=True),
                assumed=True,
                assumptions=frozenset({UNSPECIFIED}),
                latex=rf"\mathrm{{card}}_{{{canonical(items)}}}",
            )
        )
        self.mark((bracket,))
        return Symbol(size, span=span_of(bracket))

    def _norm(self, bracket: Bracket, around: Scripted | None) -> Term:
        if around is not None and around.sub is not None and canonical(around.sub) != "2":
            self.refuse("only the Euclidean norm is read", around.sub, code="LP105")
        if around is not None and around.sub is not None:
            self.mark(around.sub)
        term = self.value(bracket.items)
        shape = self.shape(term, bracket)
        if len(shape) == 2:
            self.refuse("the norm of a matrix is not read", bracket, code="LP105")
        made: Term = Call("sqrt", (Call("dot", (term, term)),), span=span_of(bracket)) if shape else \
            Call("Abs", (term,), span=span_of(bracket))
        return made if around is None or around.sup is None else self.raised(made, around.sup, around)

    def _mean_value(self, bracket: Bracket, around: Scripted | None) -> Term:
        """Angle brackets, with the density that the mean is by below them: read as they are set."""
        inner: Nodes = (bracket,) if around is None or around.sub is None else (
            Scripted(bracket, around.sub, None, 0, around.start, around.end),)
        term = self.set_as_is(inner, "mean_value")
        if around is None or around.sup is None:
            return term
        return self.raised(term, around.sup, around)
