"""What has no meaning of its own here and is read as it is set: a function of the numbers in it, and nothing more.

Untrusted as to truth. Such a function is marked: no counterexample may choose one for it, and where it mentions an
array, nothing is known of how it depends on that. Imports `names` and the typeset tree.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping

from lossproof.derivation import MENTIONS, PERHAPS_ARRAY, UNSPECIFIED, Declaration, Definition
from lossproof.latex_names import HOLE
from lossproof.read.latex.matching import LETTER_LIKE, base_and_scripts, split_at, without_power
from lossproof.read.latex.names import TRANSPOSED, Names, span_of
from lossproof.read.latex.notation import Function
from lossproof.read.latex.tokens import LatexProblem
from lossproof.read.latex.typeset import (
    Bracket,
    Command,
    Group,
    Leaf,
    Node,
    Nodes,
    Scripted,
    Words,
    canonical,
)
from lossproof.term import (
    Call,
    Derivative,
    Entry,
    Integral,
    Limit,
    Partial,
    Subst,
    Symbol,
    Term,
    free_names,
    walk,
)

__all__ = ["AsSet", "unknown_dependence"]

_NONE = Declaration("", "scalar")


class AsSet(Names):
    """Makes opaque values of typeset nodes."""

    def template(
        self,
        nodes: Nodes,
        key: str,
        args: tuple[Term, ...],
        hint: str,
        *,
        mentions: frozenset[str] = frozenset(),
        at: Nodes | Node | None = None,
        number: bool = True,
    ) -> Term:
        """The value of an opaque function of `args` that is set as `key`, which has a hole for each of them.

        `mentions` are the arrays in it; how it depends on them is not known, and the declaration says so. `number` is
        false for what may be a vector or a matrix.
        """
        place = nodes if at is None else at
        name = hint
        if not re.fullmatch(r"[A-Za-z]\w{0,40}", hint) or self.declarations.get(hint, _NONE).latex not in (key, None):
            name = re.sub(r"\W", "", hint)[:30] or "opaque"
            name = f"{name}_{hashlib.sha256(key.encode()).hexdigest()[:6]}"
        unknown = frozenset({UNSPECIFIED, *(MENTIONS + array for array in mentions),
                             *(() if number else (PERHAPS_ARRAY,))})
        if not args:
            self.declare(Declaration(name, "scalar", latex=key, assumed=True, assumptions=unknown))
            return Symbol(name, span=span_of(place))
        self.declare(Declaration(name, "function", arity=len(args), latex=key, assumed=True, assumptions=unknown))
        return Call(name, args, span=span_of(place))

    def as_set(self, nodes: Nodes, hint: str, hidden: frozenset[str] = frozenset(), *,
               whole: bool = True) -> tuple[str, tuple[Term, ...], frozenset[str]]:
        """The canonical text of nodes with a hole for each scalar name in it, those names, and the arrays mentioned.

        Names in `hidden` are bound inside. With `whole` false, an entry is not a number of its own: its index is.
        """
        holes: list[Term] = []
        arrays: set[str] = set()

        def change(node: Node) -> Node:
            if isinstance(node, Words):
                return node
            if isinstance(node, Scripted) and node.sup is not None and canonical(node.sup) in TRANSPOSED:
                inner = change(without_power(node))
                if isinstance(inner, Scripted):
                    return Scripted(inner.base, inner.sub, node.sup, inner.primes, node.start, node.end)
                return Scripted(inner, None, node.sup, 0, node.start, node.end)
            base = base_and_scripts(node)[0]
            if (
                isinstance(node, Scripted)
                and node.sup is not None
                and base is not None
                and canonical(base) not in hidden
            ):
                whole_name = self._scalar_name(node, set())
                if isinstance(whole_name, Symbol) or (isinstance(whole_name, Entry) and whole):
                    holes.append(whole_name)        # its superscript belongs to the name
                    return Leaf("command", HOLE, node.start, node.end)
            if base is not None and canonical(base) not in hidden and canonical(without_power(node)) not in hidden:
                term = self._scalar_name(without_power(node), arrays)
                if isinstance(term, Entry) and not whole:
                    arrays.add(term.family)
                elif term is not None:
                    holes.append(term)
                    hole: Node = Leaf("command", HOLE, node.start, node.end)
                    if isinstance(node, Scripted) and node.sup is not None and without_power(node) is not node:
                        return Scripted(hole, None, tuple(change(n) for n in node.sup), 0, node.start, node.end)
                    return hole
            match node:
                case Group(items=items):
                    return Group(tuple(change(n) for n in items), node.start, node.end)
                case Bracket(opening, closing, items):
                    return Bracket(opening, closing, tuple(change(n) for n in items), node.start, node.end)
                case Scripted(inner, sub, sup, primes):
                    return Scripted(inner if base is not None else change(inner), None if sub is None else tuple(
                        change(n) for n in sub), None if sup is None else tuple(change(n) for n in sup), primes,
                        node.start, node.end)
                case Command(name, args, option) if name not in LETTER_LIKE:
                    return Command(name, tuple(tuple(change(n) for n in a) for a in args), option, node.start, node.end)
                case _:
                    return node

        changed = tuple(change(node) for node in nodes)
        return canonical(changed), tuple(holes), frozenset(arrays)

    def _scalar_name(self, node: Node, arrays: set[str]) -> Term | None:
        if isinstance(node, Leaf) and node.kind not in ("letter", "command"):
            return None
        try:
            term = self.name(node)
        except LatexProblem:
            return None
        if term is None:
            return None
        try:
            if self.shape(term, node) or self.shapes.is_bare_family(term, self.frame.names):
                if isinstance(term, Symbol):
                    arrays.add(term.name)
                return None
        except LatexProblem:
            return None
        return term

    def function_at(self, node: Node) -> tuple[Function, Node, Nodes | None, int] | None:
        """A declared function at a node: it, its name's part of the node, the superscript and the primes left over."""
        base, sub, sup, primes = base_and_scripts(node)
        if base is None:
            return None
        inner: Node = base if sub is None else Scripted(base, sub, None, 0, base.start, node.end)
        for key_sup in (True, False):
            if key_sup and sup is None:
                continue
            full: Node = Scripted(base, sub, sup, 0, base.start, node.end) if key_sup else inner
            for with_primes in ((True, False) if primes else (False,)):
                named: Node = full
                if with_primes:
                    named = Scripted(base, sub, sup if key_sup else None, primes, base.start, node.end)
                found = self.notation.functions.get(canonical(named))
                if found is not None:
                    return found, named, None if key_sup else sup, 0 if with_primes else primes
        found = self.notation.functions.get(canonical(base))
        if found is not None and found.opaque and sub is not None:
            return found, inner, sup, primes
        return None

    def set_as_is(self, nodes: Nodes, hint: str) -> Term:
        """A value that is only read as it is set."""
        parts = split_at(nodes, (",", ";", "|", r"\mid"))
        if not all(parts):
            self.refuse("a part of this list is empty", nodes)
        text, holes, arrays = self.as_set(nodes, hint)
        self.mark(nodes)
        number = hint not in ("matrix", "list", "set") and not arrays
        return self.template(nodes, text, holes, f"{hint} of", mentions=arrays, number=number)

    def is_perhaps_array(self, term: Term) -> bool:
        """True where a term holds a value, read as it is set, that may be a vector or a matrix."""
        for part in walk(term):
            name = part.name if isinstance(part, Symbol) else part.function if isinstance(part, Call) else ""
            if name in self.declarations and PERHAPS_ARRAY in self.declarations[name].assumptions:
                return True
        return False

    def need_number(self, term: Term, at: Nodes | Node) -> None:
        """LatexProblem where it is not known whether a term is a number, and that matters."""
        if self.is_perhaps_array(term):
            self.refuse("it is not known whether this is a number, a vector or a matrix", at,
                        "declare a name for it as a vector or matrix", "LP105")


def unknown_dependence(terms: Iterable[Term], declarations: Mapping[str, Declaration],
                       definitions: Mapping[str, Definition]) -> str | None:
    """The array that something is differentiated by, or taken at a value of, while a value that is only read as it is
    set mentions it; None where there is none. Definitions that the terms use are looked into: they say how they depend.

    Such a value is no constant, and the tree does not say so: a step that holds both cannot be judged.
    """
    waiting, seen = list(terms), set[str]()
    by: set[str] = set()
    mentioned: set[str] = set()
    while waiting:
        for part in walk(waiting.pop()):
            match part:
                case (
                    Derivative(by=Symbol(name) | Entry(family=name)) | Subst(variable=Symbol(name) | Entry(family=name))
                ):
                    by.add(name)
                case Partial(family=Symbol(name)) | Limit(variable=Symbol(name)) | Integral(name=name):
                    by.add(name)
                case _:
                    pass
            match part:
                case Symbol(name) | Entry(family=name) | Call(function=name):
                    declaration = declarations.get(name)
                    if declaration is not None and name not in definitions:
                        mentioned |= {
                            a.removeprefix(MENTIONS) for a in declaration.assumptions if a.startswith(MENTIONS)
                        }
                    if name in definitions and name not in seen:
                        seen.add(name)
                        waiting.append(definitions[name].body)
                case _:
                    pass
    resting = list(mentioned)
    while resting:      # an array may be a quantity: what that is made of is mentioned, too
        if (definition := definitions.get(resting.pop())) is not None:
            below = free_names(definition.body) - mentioned
            mentioned |= below
            resting += below
    return min(by & mentioned, default=None)
