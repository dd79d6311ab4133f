"""From typeset nodes to names: which declared name a letter with its accents and scripts is.

Untrusted as to truth. Imports the ground floor, `shapes`, and the notation. What is not declared is a
problem with its place; nothing is taken for a product of letters because a name was not found.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NoReturn

from lossproof.derivation import Declaration, Definition, Domain
from lossproof.diagnostic import InputError
from lossproof.latex_names import HOLE
from lossproof.read.latex.layout import (
    Bracket,
    Command,
    Group,
    Leaf,
    Node,
    Nodes,
    Scripted,
    Words,
    canonical,
    leaves,
)
from lossproof.read.latex.notation import UNSPECIFIED, Function, Name, Notation, split_parts
from lossproof.read.latex.tokens import MAX_DEPTH, LatexProblem
from lossproof.read.shapes import Shape, Shapes
from lossproof.term import Call, Const, Derivative, Entry, Partial, Span, Subst, Symbol, Term, walk

__all__ = ["Cursor", "Names", "place_of", "span_of"]

LETTER_LIKE = frozenset({r"\hat", r"\bar", r"\tilde", r"\dot", r"\ddot", r"\vec", r"\check", r"\breve", r"\acute",
                         r"\grave", r"\overline", r"\underline", r"\mathrm", r"\mathbf", r"\mathit", r"\mathsf",
                         r"\mathtt", r"\mathcal", r"\mathbb", r"\mathfrak", r"\boldsymbol", r"\operatorname",
                         r"\mathscr", r"\mathnormal"})
TRANSPOSED = frozenset({"T", r"\top", r"\mathrm{T}", r"\mathsf{T}", r"\mathbf{T}", r"\mathrm{t}", r"\dagger", r"\mathit{T}"})
MENTIONS = "mentions:"
_NONE = Declaration("", "scalar")


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
    `seen` gathers the leaves that were read, for the check that none was left out.
    """

    def __init__(self, notation: Notation, prime_by: Term | None = None) -> None:
        self.notation = notation
        self.prime_by = prime_by
        self.integrated: str | None = None      # the key of the variable of the last integral that was read
        self.declarations: dict[str, Declaration] = notation.declarations
        self.extra: dict[str, Declaration] = {}
        self.seen: set[int] = set()
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

    # to be completed by the grammar

    def value(self, nodes: Nodes) -> Term:
        """The term of a whole expression."""
        raise NotImplementedError

    # places and refusals

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

    # shapes

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

    # names

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
        from lossproof.read.latex.layout import lay_out
        from lossproof.read.latex.tokens import tokenize
        bracket = nodes[-1]
        pattern = lay_out(tokenize(name.key))[-1]
        if not isinstance(bracket, Bracket) or not isinstance(pattern, Bracket) \
                or (bracket.opening, bracket.closing) != (pattern.opening, pattern.closing):
            return None
        mine, theirs = _arguments(bracket.items), _arguments(pattern.items)
        if _separators(bracket.items) != _separators(pattern.items) or canonical(nodes[:-1]) != canonical(lay_out(tokenize(name.key))[:-1]):
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
        base, sub, sup, primes = _parts(node)
        if base is None:
            return None
        key = canonical(base)
        bound = self._bound(node, base, sub, sup, primes, key)
        if bound is not None:
            return bound
        best: tuple[int, Name, tuple[Nodes, ...], bool] | None = None
        for name in self._by_base.get(key, ()):
            fit = _fit(name, sub, sup, primes)
            if fit is not None and (best is None or fit[0] > best[0]):
                best = (fit[0], name, fit[1], fit[2])
        if best is None:
            return None
        _, name, indices, power = best
        self.mark(base)
        whole = node if not power else Scripted(base, sub, None, primes, node.start, node.end) if sub or primes else base
        if sub is not None:
            self.mark(sub)
        if sup is not None and not power:
            self.mark(sup)
        term = self._entry(name, indices, whole)
        if not power:
            return term
        assert sup is not None
        return self.raised(term, sup, node)

    def _bound(self, node: Node, base: Node, sub: Nodes | None, sup: Nodes | None, primes: int, key: str) -> Term | None:
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
                    self.declare(Declaration(index, "index", Domain(integer=True), lower=range_.lower, upper=range_.upper,
                                             assumed=True))
                    break
            else:
                self.declare(Declaration(index, "index", Domain(integer=True), assumed=True))
        return Symbol(index, span=span_of(at))

    def _plain(self, name: Name, nodes: Nodes) -> Term:
        return self._entry(name, (), nodes[0])

    # scripts on what is no name

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

    # problems with names

    def undeclared(self, node: Node) -> NoReturn:
        """The problem of a name that is not declared, with what comes close."""
        base, sub, sup, primes = _parts(node)
        key = canonical(base) if base is not None else canonical(node)
        close = [name.key for name in self._by_base.get(key, ())]
        shown = canonical(Scripted(base, sub, None, primes, node.start, node.end)) if base is not None and (sub or primes) \
            else key
        help = f"declared are {', '.join(close[:3])}" if close else f"declare it in the notation: {shown}"
        self.refuse(f"`{shown}` is not declared", node, help, "LP102")

    # what is read as it is set

    def template(self, nodes: Nodes, key: str, args: tuple[Term, ...], hint: str, *, mentions: frozenset[str] = frozenset(),
                 at: Nodes | Node | None = None) -> Term:
        """The value of an opaque function of `args` that is set as `key`, which has a hole for each of them.

        `mentions` are the arrays in it; how it depends on them is not known, and the declaration says so.
        """
        place = nodes if at is None else at
        name = hint
        if not re.fullmatch(r"[A-Za-z]\w{0,40}", hint) or self.declarations.get(hint, _NONE).latex not in (key, None):
            name = re.sub(r"\W", "", hint)[:30] or "opaque"
            name = f"{name}_{hashlib.sha256(key.encode()).hexdigest()[:6]}"
        unknown = frozenset({UNSPECIFIED, *(MENTIONS + array for array in mentions)})
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
                inner = change(_without_power(node))
                if isinstance(inner, Scripted):
                    return Scripted(inner.base, inner.sub, node.sup, inner.primes, node.start, node.end)
                return Scripted(inner, None, node.sup, 0, node.start, node.end)
            base = _parts(node)[0]
            if isinstance(node, Scripted) and node.sup is not None and base is not None and canonical(base) not in hidden:
                whole_name = self._scalar_name(node, set())
                if isinstance(whole_name, Symbol) or (isinstance(whole_name, Entry) and whole):
                    holes.append(whole_name)        # its superscript belongs to the name
                    return Leaf("command", HOLE, node.start, node.end)
            if base is not None and canonical(base) not in hidden and canonical(_without_power(node)) not in hidden:
                term = self._scalar_name(_without_power(node), arrays)
                if isinstance(term, Entry) and not whole:
                    arrays.add(term.family)
                elif term is not None:
                    holes.append(term)
                    hole: Node = Leaf("command", HOLE, node.start, node.end)
                    if isinstance(node, Scripted) and node.sup is not None and _without_power(node) is not node:
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
        """A declared function at a node: it, the part of the node that is its name, superscript and primes left over."""
        base, sub, sup, primes = _parts(node)
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


def _head(node: Node) -> str:
    return canonical(node.base if isinstance(node, Scripted) else node)


def _parts(node: Node) -> tuple[Node | None, Nodes | None, Nodes | None, int]:
    """Base, subscript, superscript and primes of what may be a name; no base for everything else."""
    sub = sup = None
    primes = 0
    if isinstance(node, Scripted):
        sub, sup, primes = node.sub, node.sup, node.primes
        node = node.base
    while isinstance(node, Group) and len(node.items) == 1:
        inner = node.items[0]
        if isinstance(inner, Scripted):
            if inner.sup is None and not inner.primes and sub is None:
                # {x_i}^T is x_i with a superscript
                return _parts(inner)[0], inner.sub, sup, primes
            return node, sub, sup, primes
        node = inner
    match node:
        case Leaf("letter" | "command"):
            return node, sub, sup, primes
        case Command(name) if name in LETTER_LIKE:
            return node, sub, sup, primes
        case Words():
            return node, sub, sup, primes
        case Group(items=(Scripted(),)):
            return node, sub, sup, primes
        case _:
            return None, sub, sup, primes


def _without_power(node: Node) -> Node:
    """The node without a superscript that is a number or a transposition."""
    if isinstance(node, Scripted) and node.sup is not None and not node.primes:
        if node.sub is None:
            return node.base
        return Scripted(node.base, node.sub, None, 0, node.start, node.end)
    return node


def _fit(name: Name, sub: Nodes | None, sup: Nodes | None, primes: int) -> tuple[int, tuple[Nodes, ...], bool] | None:
    """How well a name fits scripts: a score, the nodes of its indices, and whether the superscript is left over."""
    if name.primes != primes:
        return None
    score, indices, power = primes, [], sup is not None
    labels = tuple(part for part in name.sub if part is not None)
    labels_up = tuple(part for part in name.sup if part is not None)
    if None in (*name.sub, *name.sup) and (labels or labels_up or sub is None) and tuple(
            canonical(p) for p in split_parts(sub)) == labels and (sup is None) == (not labels_up) and tuple(
            canonical(p) for p in split_parts(sup)) == labels_up:
        # the family as a whole, if nothing else has this name
        return 10 * len(labels) + 20 * len(labels_up) - 2, (), False
    if name.sup:
        bracketed = bool(sup) and isinstance(sup[0], Bracket) and len(sup) == 1  # type: ignore[index]
        parts_up = split_parts(sup)
        if len(parts_up) != len(name.sup) or bracketed != name.bracketed:
            if None not in name.sup or any(part is not None for part in name.sup):
                return None
            # its index may stand below as well
            full = _split(sub, len(name.sub) + len(name.sup))
            if full is None or None not in name.sup:
                return None
            return 1, full, sup is not None
        for part, want in zip(parts_up, name.sup, strict=True):
            if want is not None and canonical(part) != want:
                return None
        power = False
        score += 20 * sum(part is not None for part in name.sup) + 5
    rank = name.declaration.rank if name.declaration.kind == "family" else 0
    parts = _split(sub, len(name.sub))
    if name.sub and parts is not None:
        for part, want in zip(parts, name.sub, strict=True):
            if want is None:
                indices.append(part)
                score += 1
            elif canonical(part) == want:
                score += 10
            else:
                parts = None
                break
    if name.sub and parts is None:
        full = _split(sub, rank) if sub is not None and all(p is None for p in name.sub) else None
        return None if full is None else (score, full, power)
    if not name.sub and sub is not None:
        if not rank:
            return None
        full = _split(sub, rank) or _split(sub, rank - len(name.implied))
        return None if full is None else (score, full, power)
    if name.sup:
        indices += [part for part, want in zip(split_parts(sup), name.sup, strict=True) if want is None]
    return score, tuple(indices), power


def _split(sub: Nodes | None, count: int) -> tuple[Nodes, ...] | None:
    """A subscript as `count` parts, or None."""
    if sub is None or count == 0:
        return () if sub is None and count == 0 else None
    parts = split_parts(sub)
    if len(parts) == count:
        return parts
    if count == 1:
        # x_{ij} of a family with one index is no entry at i times j
        letters = [n for n, m in zip(sub, sub[1:], strict=False) if _is_letter(n) and _is_letter(m)]
        return None if letters or any(isinstance(n, Leaf) and n.text in (",", ";") for n in sub) else (sub,)
    if len(sub) == 1 and isinstance(sub[0], Leaf) and sub[0].kind == "number" and len(sub[0].text) == count:
        leaf = sub[0]
        return tuple((Leaf("number", digit, leaf.start + n, leaf.start + n + 1),) for n, digit in enumerate(leaf.text))
    return None


def _is_letter(node: Node) -> bool:
    base = node.base if isinstance(node, Scripted) else node
    return isinstance(base, Leaf) and base.kind in ("letter", "command") and base.text not in (r"\cdot", r"\times")


def _separators(items: Nodes) -> list[str]:
    """The signs between arguments: p(y, x) is not p(y|x)."""
    return [{r"\mid": "|"}.get(n.text, n.text) for n in items if isinstance(n, Leaf) and n.text in (
        ",", ";", "|", r"\mid", r"\|")]


def _arguments(items: Nodes) -> list[Nodes]:
    parts: list[list[Node]] = [[]]
    for node in items:
        if isinstance(node, Leaf) and node.text in (",", ";", "|", r"\mid", r"\|"):
            parts.append([])
        else:
            parts[-1].append(node)
    return [tuple(part) for part in parts]


def _placed(term: Term, node: Node) -> Term:
    """`term`, which stands for a bound name, with the place where it is written."""
    match term:
        case Symbol(name):
            return Symbol(name, span=span_of(node))
        case Entry(family, indices):
            return Entry(family, indices, span=span_of(node))
        case _:
            return term


def literal(node: Node) -> Fraction | None:
    """The value of a node that is a number."""
    return Fraction(node.text) if isinstance(node, Leaf) and node.kind == "number" else None


ONE_LETTER_CONSTANTS: Mapping[str, Term] = {r"\pi": Const("pi"), r"\infty": Const("oo"), r"\mathrm{e}": Const("E")}



def unknown_dependence(terms: Iterable[Term], declarations: Mapping[str, Declaration],
                       definitions: Mapping[str, Definition]) -> str | None:
    """The array that something is differentiated by, or taken at a value of, while a value that is only read as it is
    set mentions it; None where there is none. Definitions that the terms use are looked into.

    Such a value is no constant, and the tree does not say so: a step that holds both cannot be judged.
    """
    waiting, seen = list(terms), set[str]()
    by: set[str] = set()
    mentioned: set[str] = set()
    while waiting:
        for part in walk(waiting.pop()):
            match part:
                case Derivative(by=Symbol(name) | Entry(family=name)) | Subst(variable=Symbol(name) | Entry(family=name)):
                    by.add(name)
                case Partial(family=Symbol(name)):
                    by.add(name)
                case _:
                    pass
            match part:
                case Symbol(name) | Entry(family=name) | Call(function=name):
                    declaration = declarations.get(name)
                    if declaration is not None:
                        mentioned |= {a.removeprefix(MENTIONS) for a in declaration.assumptions if a.startswith(MENTIONS)}
                    if name in definitions and name not in seen:
                        seen.add(name)
                        waiting.append(definitions[name].body)
                case _:
                    pass
    return min(by & mentioned, default=None)


__all__ += ["LETTER_LIKE", "MENTIONS", "ONE_LETTER_CONSTANTS", "TRANSPOSED", "literal", "unknown_dependence"]
