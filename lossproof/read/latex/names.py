"""From typeset nodes to names: which declared name a letter with its accents and scripts is.

Untrusted as to truth. Imports the ground floor, `shapes`, and the notation. What is not declared is a
problem with its place; nothing is taken for a product of letters because a name was not found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NoReturn

from lossproof.derivation import Declaration, Domain
from lossproof.diagnostic import InputError
from lossproof.read.latex.layout import lay_out
from lossproof.read.latex.matching import arguments_of, base_and_scripts, fit, separators_of
from lossproof.read.latex.notation import Name, Notation
from lossproof.read.latex.tokens import MAX_DEPTH, LatexProblem, tokenize
from lossproof.read.latex.typeset import (
    Bracket,
    Leaf,
    Node,
    Nodes,
    Scripted,
    canonical,
    leaves,
)
from lossproof.read.shapes import Shape, Shapes
from lossproof.term import (
    ONE,
    Const,
    Entry,
    Family,
    Range,
    Span,
    Subst,
    Symbol,
    Term,
    free_names,
    fresh_identifier,
)

__all__ = ["Cursor", "Names", "ONE_LETTER_CONSTANTS", "TRANSPOSED", "place_of", "span_of"]

TRANSPOSED = frozenset(
    {"T", r"\top", r"\mathrm{T}", r"\mathsf{T}", r"\mathbf{T}", r"\mathrm{t}", r"\dagger", r"\mathit{T}"}
)
ONE_LETTER_CONSTANTS: Mapping[str, Term] = {r"\pi": Const("pi"), r"\infty": Const("oo"), r"\mathrm{e}": Const("E")}


@dataclass(slots=True)
class Cursor:
    """A place in a list of nodes."""

    nodes: Nodes
    at: int = 0

    def peek(self, ahead: int = 0) -> Node | None:
        place = self.at + ahead
        return self.nodes[place] if place < len(self.nodes) else None

    def take(self) -> Node:
        self.at += 1
        return self.nodes[self.at - 1]

    @property
    def rest(self) -> Nodes:
        return self.nodes[self.at:]


def place_of(nodes: Nodes | Node) -> tuple[int, int]:
    """Where nodes stand: start and end."""
    if not isinstance(nodes, tuple):
        return nodes.start, nodes.end
    return (nodes[0].start, nodes[-1].end) if nodes else (0, 0)


def span_of(nodes: Nodes | Node) -> Span:
    """The offsets of nodes as a span without a file: column is the start + 1, both on line 1."""
    start, end = place_of(nodes)
    return Span("", 1, start + 1, 1, end + 1)


@dataclass(slots=True)
class Frame:
    """What is bound where a formula is read: typeset key -> the term that it means there."""

    bound: dict[str, Term] = field(default_factory=dict)
    names: frozenset[str] = frozenset()


class Names:
    """The reader's context, and the resolution of names. The grammar completes it.

    `extra` gathers declarations that the formula brings along itself (opaque calls, indices that are not written).
    `supposed` gathers what the way in which a number is written supposes.
    `seen` gathers the leaves that were read, for the check that none was left out.
    """

    def __init__(self, notation: Notation, prime_by: Term | None = None) -> None:
        self.notation = notation
        self.prime_by = prime_by
        self.integrated: str | None = None      # the key of the variable of the last integral that was read
        self.declarations: dict[str, Declaration] = notation.declarations
        self.extra: dict[str, Declaration] = {}
        self.seen: set[int] = set()
        self.supposed: list[Term] = []
        self.frame = Frame()
        self.shapes = Shapes(self.declarations, {})
        self._depth = 0
        self._by_base: dict[str, list[Name]] = {}
        self._spread: list[Name] = []
        for name in notation.names.values():
            if name.nodes > 1:
                self._spread.append(name)
            else:
                self._by_base.setdefault(name.base, []).append(name)
        self._spread.sort(key=lambda name: -name.nodes)
        self._spread_functions = sorted((f for f in notation.functions.values() if len(f.key) > 1 and f.key.isalpha()),
                                        key=lambda f: -len(f.key))

    def value(self, nodes: Nodes) -> Term:
        """The term of a whole expression."""
        raise NotImplementedError

    def refuse(self, message: str, at: Nodes | Node, help: str = "", code: str = "LP006") -> NoReturn:
        start, end = place_of(at)
        raise LatexProblem(message, help, start, end, code)

    def mark(self, nodes: Nodes | Node) -> None:
        """Note that all leaves of the nodes were read."""
        self.seen.update(leaf.start for leaf in leaves(nodes if isinstance(nodes, tuple) else (nodes,)))

    @contextmanager
    def deeper(self, at: Nodes | Node) -> Iterator[None]:
        self._depth += 1
        if self._depth > MAX_DEPTH * 2:
            self.refuse("the formula is nested too deeply", at, code="LP105")
        try:
            yield
        finally:
            self._depth -= 1

    @contextmanager
    def binding(self, key: str, term: Term, name: str | None = None) -> Iterator[None]:
        """`key` means `term` inside; `name` is the bound variable that it brings."""
        before = self.frame
        self.frame = Frame({**before.bound, key: term}, before.names | ({name} if name else frozenset()))
        try:
            yield
        finally:
            self.frame = before

    def shape(self, term: Term, at: Nodes | Node) -> Shape:
        """The shape of a term; LatexProblem where its parts do not fit."""
        try:
            return self.shapes.of(term, self.frame.names)
        except InputError as error:
            found = error.diagnostic
            start, end = place_of(at)
            if found.span is not None and found.span.file == "":
                start, end = found.span.column - 1, found.span.end_column - 1
            raise LatexProblem(found.message, "", start, end, found.code) from error

    def is_array(self, term: Term, at: Nodes | Node) -> bool:
        return bool(self.shape(term, at))

    def declare(self, declaration: Declaration) -> None:
        """A declaration that the formula brings along."""
        self.declarations.setdefault(declaration.name, declaration)
        self.extra.setdefault(declaration.name, declaration)

    def spread_name(self, cursor: Cursor) -> Term | None:
        """A name of several nodes, such as P(y|x) or Loss, where one stands at the cursor."""
        for name in self._spread:
            nodes = cursor.nodes[cursor.at:cursor.at + name.nodes]
            if len(nodes) < name.nodes or _head(nodes[0]) != name.base:
                continue
            last = nodes[-1]
            bare = (*nodes[:-1], last.base if isinstance(last, Scripted) else last)
            if canonical(nodes) == name.key:
                self.mark(nodes)
                cursor.at += name.nodes
                return self._plain(name, nodes)
            if isinstance(last, Scripted) and canonical(bare) == name.key:
                self.mark(bare)
                cursor.at += name.nodes
                return self.scripts(self._plain(name, bare), last)
            moved = self._at_values(name, bare)
            if moved is not None:
                self.mark(bare)
                cursor.at += name.nodes
                return self.scripts(moved, last) if isinstance(last, Scripted) else moved
        return None

    def _at_values(self, name: Name, nodes: Nodes) -> Term | None:
        """P(y=1|x) where P(y|x) is a name: that name at y = 1."""
        bracket = nodes[-1]
        pattern = lay_out(tokenize(name.key))[-1]
        if not isinstance(bracket, Bracket) or not isinstance(pattern, Bracket) \
                or (bracket.opening, bracket.closing) != (pattern.opening, pattern.closing):
            return None
        mine, theirs = arguments_of(bracket.items), arguments_of(pattern.items)
        if separators_of(bracket.items) != separators_of(pattern.items) or canonical(nodes[:-1]) != canonical(
            lay_out(tokenize(name.key))[:-1]
        ):
            return None
        term: Term = self._plain(name, nodes)
        for part, wanted in zip(mine, theirs, strict=True):
            if canonical(part) == canonical(wanted):
                continue
            equal = [n for n, node in enumerate(part) if isinstance(node, Leaf) and node.text == "="]
            if len(equal) != 1 or canonical(part[:equal[0]]) != canonical(wanted):
                return None
            variable, value = self.value(part[:equal[0]]), self.value(part[equal[0] + 1:])
            if not isinstance(variable, Symbol | Entry):
                return None
            term = Subst(term, variable, value, span=span_of(nodes))
        return term

    def name(self, node: Node) -> Term | None:
        """The term of a declared or bound name with all its scripts; None where no name fits."""
        base, sub, sup, primes = base_and_scripts(node)
        if base is None:
            return None
        key = canonical(base)
        bound = self._bound(node, base, sub, sup, primes, key)
        if bound is not None:
            return bound
        best: tuple[int, Name, tuple[Nodes, ...], bool] | None = None
        for name in self._by_base.get(key, ()):
            found = fit(name, sub, sup, primes)
            if found is not None and (best is None or found[0] > best[0]):
                best = (found[0], name, found[1], found[2])
        if best is None:
            return None
        _, name, indices, power = best
        label = next((part for part in (*name.sub, *name.sup) if part in self.frame.bound), None)
        if label is not None:
            self.refuse(f"`{name.key}` is declared as one name, and `{label}` is an index here", node,
                        "declare it as indexed", "LP102")
        self.mark(base)
        whole = (
            node if not power else Scripted(base, sub, None, primes, node.start, node.end) if sub or primes else base
        )
        if sub is not None:
            self.mark(sub)
        if sup is not None and not power:
            self.mark(sup)
        term = self._entry(name, indices, whole)
        if not power:
            return term
        assert sup is not None
        return self.raised(term, sup, node)

    def _bound(
        self, node: Node, base: Node, sub: Nodes | None, sup: Nodes | None, primes: int, key: str
    ) -> Term | None:
        for with_sub in (True, False):
            if with_sub and sub is None:
                continue
            inner: Node = Scripted(base, sub, None, 0, base.start, node.end) if with_sub else base
            here = self.frame.bound.get(canonical(inner))
            if here is None or (not with_sub and sub is not None) or primes:
                continue
            self.mark(inner)
            term = _placed(here, inner)
            return term if sup is None else self.raised(term, sup, node)
        return None

    def _entry(self, name: Name, indices: tuple[Nodes, ...], at: Node) -> Term:
        declaration = name.declaration
        if declaration.kind != "family":
            return Symbol(name.identifier, span=span_of(at))
        written = tuple(self.index(part) for part in indices)
        if len(written) == declaration.rank:
            return Entry(name.identifier, written, span=span_of(at))
        if name.rows and len(written) == declaration.rank - 1 and declaration.shape is not None:
            taken = {*self.frame.names, *self.declarations}.union(*(free_names(index) for index in written))
            place = fresh_identifier("c", taken)
            entry = Entry(name.identifier, (*written, Symbol(place)), span=span_of(at))
            return Family(entry, (Range(place, ONE, declaration.shape[-1]),), span=span_of(at))
        implied = tuple(self._implied(index, at) for index in name.implied)
        if len(implied) + len(written) == declaration.rank:
            return Entry(name.identifier, implied + written, span=span_of(at))
        return Symbol(name.identifier, span=span_of(at))

    def index(self, part: Nodes) -> Term:
        """An index; a dot for a whole row or column is no index."""
        if canonical(part) in (r"\bullet", r"\cdot", ":", r"\ast", "*"):
            self.refuse("a whole row or column is not read here", part, "declare it as a name of its own", "LP105")
        return self.value(part)

    def _implied(self, index: str, at: Node) -> Term:
        if index not in self.frame.names and index not in self.declarations:
            for range_ in self.notation.sums.values():
                if range_.index == index:
                    self.declare(
                        Declaration(
                            index, "index", Domain(integer=True), lower=range_.lower, upper=range_.upper, assumed=True
                        )
                    )
                    break
            else:
                self.declare(Declaration(index, "index", Domain(integer=True), assumed=True))
        return Symbol(index, span=span_of(at))

    def _plain(self, name: Name, nodes: Nodes) -> Term:
        return self._entry(name, (), nodes[0])

    def scripts(self, term: Term, node: Scripted) -> Term:
        """`term` with the superscript of `node`; a subscript or prime is a problem here."""
        if node.sub is not None:
            self.refuse("a subscript stands where no name is", node.sub, "declare the name with its subscript")
        if node.primes:
            return self.primed(term, node)
        if node.sup is None:
            return term
        return self.raised(term, node.sup, node)

    def primed(self, term: Term, node: Scripted) -> Term:
        raise NotImplementedError

    def raised(self, base: Term, sup: Nodes, at: Node) -> Term:
        raise NotImplementedError

    def undeclared(self, node: Node) -> NoReturn:
        """The problem of a name that is not declared, with what comes close."""
        base, sub, _, primes = base_and_scripts(node)
        key = canonical(base) if base is not None else canonical(node)
        close = [name.key for name in self._by_base.get(key, ())]
        shown = (
            canonical(Scripted(base, sub, None, primes, node.start, node.end))
            if base is not None and (sub or primes)
            else key
        )
        help = f"declared are {', '.join(close[:3])}" if close else f"declare it in the notation: {shown}"
        self.refuse(f"`{shown}` is not declared", node, help, "LP102")


def _head(node: Node) -> str:
    return canonical(node.base if isinstance(node, Scripted) else node)


def _placed(term: Term, node: Node) -> Term:
    """`term`, which stands for a bound name, with the place where it is written."""
    match term:
        case Symbol(name):
            return Symbol(name, span=span_of(node))
        case Entry(family, indices):
            return Entry(family, indices, span=span_of(node))
        case _:
            return term
