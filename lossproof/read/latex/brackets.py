"""Brackets of all kinds: groups, absolute values, determinants, norms, values between bounds.

Untrusted as to truth. Imports the ground floor, `scripts` and the typeset tree.
"""

from __future__ import annotations

from lossproof.derivation import UNSPECIFIED, Declaration, Domain
from lossproof.read.latex.keys import identifier, split_parts
from lossproof.read.latex.matching import split_at
from lossproof.read.latex.names import span_of
from lossproof.read.latex.scripts import Scripts
from lossproof.read.latex.tokens import LatexProblem
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
    Integral,
    Mul,
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
        if shape and around is not None and around.sup is not None and canonical(around.sup) == "2":
            self.mark(around.sup)
            return Call("dot", (term, term), span=span_of(around))      # differentiable everywhere, as no root is
        made: Term = Call("sqrt", (Call("dot", (term, term)),), span=span_of(bracket)) if shape else \
            Call("Abs", (term,), span=span_of(bracket))
        return made if around is None or around.sup is None else self.raised(made, around.sup, around)

    def _mean_value(self, bracket: Bracket, around: Scripted | None) -> Term:
        """Angle brackets, with the density that the mean is by below them: an integral, or read as they are set."""
        found = None if around is None or around.sub is None else self._mean_by(bracket, around.sub, around)
        if found is not None:
            assert around is not None
            return found if around.sup is None else self.raised(found, around.sup, around)
        inner: Nodes = (bracket,) if around is None or around.sub is None else (
            Scripted(bracket, around.sub, None, 0, around.start, around.end),)
        term = self.set_as_is(inner, "mean_value")
        if around is None or around.sup is None:
            return term
        return self.raised(term, around.sup, around)

    def _mean_by(self, bracket: Bracket, by: Nodes, at: Node) -> Term | None:
        """The integral of f q(x) over all x, for f between angle brackets and q(x) below them.

        None where something else stands there, or the density is one of a vector.
        """
        arguments = by[1] if len(by) == 2 else None
        function = self.function_at(by[0])
        if not isinstance(arguments, Bracket) or function is None or (
                not function[0].opaque and function[0].declaration is None):
            return None
        left = split_at(split_at(arguments.items, ("|", r"\mid"))[0], (",",))
        if not all(len(part) == 1 and self._is_index(part) for part in left):
            return None
        keys = [canonical(part) for part in left]
        named = [self.notation.names.get(key) for key in keys]
        if any(name is not None and name.declaration.kind not in ("scalar", "integer") for name in named):
            return None
        before, extra = set(self.seen), dict(self.extra)
        try:
            return self._mean_over(bracket, by, left, at)
        except LatexProblem:
            self.seen = before
            for name in set(self.extra) - set(extra):
                del self.extra[name], self.declarations[name]
            return None

    def _mean_over(self, bracket: Bracket, by: Nodes, variables: list[Nodes], at: Node) -> Term:
        if not variables:
            density = self.value(by)
            inner = self.value(bracket.items)
            return Mul((density, inner), span=span_of(at))
        first, *others = variables
        name = identifier(canonical(first))
        while name in self.frame.names:
            name += "_"
        lower, upper = self._domain(first)
        with self.binding(canonical(first), Symbol(name), name), self.deeper(at):
            return Integral(self._mean_over(bracket, by, others, at), name, lower, upper, span=span_of(at))
