"""The rows of a display, and each row's sides and relations.

Untrusted as to truth. Imports the grammar and the typeset tree. A display is split into rows at its line ends;
a line without a relation of its own continues the line before it. Every sign of a row ends in a side, in a relation
or in what is left out by rule (labels, spacing, words at the edge, full stops); `covered` says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from lossproof.derivation import Declaration
from lossproof.read.latex.grammar import Grammar
from lossproof.read.latex.layout import ARGUMENTS, lay_out
from lossproof.read.latex.names import place_of
from lossproof.read.latex.notation import Notation
from lossproof.read.latex.raw_rows import RELATION_SIGNS, RawRow, split_rows
from lossproof.read.latex.tokens import LatexProblem, Token
from lossproof.read.latex.typeset import Command, Group, Leaf, Node, Nodes, Scripted, Words, canonical, leaves
from lossproof.term import Derivative, Term

__all__ = ["RawRow", "Row", "Side", "covered", "read_formula", "read_row", "split_rows"]


_LOOSE = frozenset({"in", "notin", "subset", "distributed", "independent"})
_STRONG = frozenset({"=>", "<=>"})
# Commands that are no leaves of the typeset tree: those with arguments, and brackets.
_STRUCTURE = frozenset({r"\left", r"\right", r"\lfloor", r"\rfloor", r"\lceil", r"\rceil", r"\langle", r"\rangle",
                        r"\lvert", r"\rvert", r"\lVert", r"\rVert", r"\choose", r"\over", *ARGUMENTS})


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a row: its term, or the problem why there is none. Places are offsets into the given text.

    `supposed` are conditions that its notation supposes and does not say.
    """

    term: Term | None
    problem: LatexProblem | None
    start: int
    end: int
    nodes: Nodes = field(default=(), compare=False, repr=False)
    supposed: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A chain: sides joined by relations; one relation less than sides, or as many where the row continues another.

    `relations` are "=", "!=", "<", "<=", ">", ">=", "=>", "<=>", ":=", "->" and words for what is no claim ("~" for
    proportional, "distributed", "approx", "in", ...). `words` is running text at the row's edge, `extra` holds the
    declarations that the row brings along.
    """

    sides: tuple[Side, ...]
    relations: tuple[str, ...]
    start: int
    end: int
    continues: bool = False
    words: tuple[str, ...] = ()
    extra: dict[str, Declaration] = field(default_factory=dict)
    signs: Nodes = field(default=(), compare=False, repr=False)
    tokens: tuple[Token, ...] = field(default=(), repr=False)
    row: int = 0        # where the written row begins that the chain is part of
    join: str = ""      # the implication that joins it to the one before it

    @property
    def problems(self) -> tuple[LatexProblem, ...]:
        return tuple(side.problem for side in self.sides if side.problem is not None)


def read_formula(source: str, notation: Notation, offset: int = 0) -> tuple[Row, ...]:
    """The rows of a display or an inline formula, read under a notation.

    LatexProblem where the whole cannot be a formula (brackets, macros, size); what is wrong with one side is in its
    `problem`. A derivative on a row's first side says what `'` differentiates by, in the rows that continue it, too.
    """
    rows: list[Row] = []
    prime_by: Term | None = None
    integrated: str | None = None
    for raw in split_rows(source, offset):
        integrated = _integrated_by(raw) or integrated
        for row in read_row(raw, notation, prime_by if raw.continues else None, integrated):
            rows.append(row)
            first = row.sides[0].term if row.sides and not row.continues else None
            if isinstance(first, Derivative):
                prime_by = first.by
            elif not row.continues:
                prime_by = None
    return tuple(rows)


def read_row(raw: RawRow, notation: Notation, prime_by: Term | None = None, integrated: str | None = None) -> tuple[
        Row, ...]:
    """The chains of one row: one, or several side by side with a comma or a word between them.

    `integrated` is the variable of the integrals in the rows before it.
    """
    try:
        nodes = lay_out(raw.tokens)
    except LatexProblem as problem:
        return (
            Row(
                (Side(None, problem, raw.start, raw.end),),
                _relations_in(raw.tokens),
                raw.start,
                raw.end,
                raw.continues,
                tokens=raw.tokens,
                row=raw.start,
            ),
        )
    found: list[Row] = []
    for part in _chains(nodes):
        for piece, join in _implied(part):
            continues = raw.continues and not found and not join
            row = _chain(piece, notation, prime_by, continues, integrated)
            if row is not None:
                tokens = tuple(t for t in raw.tokens if row.start <= t.start < row.end)
                found.append(replace(row, row=raw.start, tokens=tokens, join=join))
    return tuple(found)


def _implied(nodes: Nodes) -> list[tuple[Nodes, str]]:
    """What follows from a distribution, X ~ N(m, v) => E(X) = m, as formulas of their own, with what joins them."""
    relations = [_relation_of(node) for node in nodes]
    if "distributed" not in relations or not set(relations) & _STRONG:
        return [(nodes, "")]
    parts: list[tuple[list[Node], str]] = [([], "")]
    for node, relation in zip(nodes, relations, strict=True):
        if relation in _STRONG:
            parts.append(([], relation or ""))
        else:
            parts[-1][0].append(node)
    return [(tuple(part), join) for part, join in parts if part]


def _relations_in(tokens: Sequence[Token]) -> tuple[str, ...]:
    """The relations of a row that cannot be set, as far as its braces tell."""
    depth, found = 0, []
    for token in tokens:
        if token.kind in ("open", "begin", "close", "end"):
            depth += 1 if token.kind in ("open", "begin") else -1
        elif depth <= 0 and token.text in RELATION_SIGNS:
            found.append(RELATION_SIGNS[token.text])
    return tuple(found)


def _relation_of(node: Node) -> str | None:
    """The relation that a node is: a sign, or one with something written above it."""
    if isinstance(node, Leaf):
        return RELATION_SIGNS.get(node.text)
    if isinstance(node, Command) and node.name in (r"\overset", r"\stackrel", r"\underset") and len(node.args[-1]) == 1:
        return _relation_of(node.args[-1][0])
    if isinstance(node, Command) and node.name == r"\not" and len(node.args[0]) == 1:
        return {"=": "!=", "in": "notin"}.get(_relation_of(node.args[0][0]) or "")
    if isinstance(node, Command) and node.name == r"\xrightarrow":
        return "->"
    if isinstance(node, Scripted) and node.primes == 0:
        inner = _relation_of(node.base)
        return inner if inner in ("->", "=", "distributed", "approx") else None
    return None


def _chains(nodes: Nodes) -> list[Nodes]:
    """The formulas that stand side by side, cut at commas, semicolons and words before what has a relation of its own.

    A part without a relation belongs to the one before it, as in i = 1, ..., n, or to the one that follows.
    """
    parts: list[list[Node]] = [[]]
    for node in nodes:
        parts[-1].append(node)
        if (isinstance(node, Leaf) and node.text in (",", ";", ":")) or isinstance(node, Words):
            parts.append([])
    found: list[list[Node]] = []
    for part in parts:
        relates = any(_relation_of(n) for n in part)
        if found and (not relates or not any(_relation_of(n) for n in found[-1])):
            found[-1] += part
        elif part:
            found.append(part)
    return [tuple(part) for part in found if part]


def _chain(nodes: Nodes, notation: Notation, prime_by: Term | None, continues: bool,
           integrated: str | None) -> Row | None:
    start, end = place_of(nodes)
    nodes, words = _without_edges(nodes)
    if not nodes:
        return None
    sides: list[list[Node]] = [[]]
    relations: list[str] = []
    signs: list[Node] = []
    for node in nodes:
        relation = _relation_of(node)
        if relation is None:
            sides[-1].append(node)
        else:
            relations.append(relation)
            signs.append(node)
            sides.append([])
    if len(sides) == 2 and relations == ["="] and _is_range(sides[1]):
        relations = ["in"]
    joined = [tuple(side) for side in sides]
    if joined and not joined[0] and relations:
        joined = joined[1:]
        continues = True
    extra: dict[str, Declaration] = {}
    read: list[Side] = []
    integrated = _integrated_in(list(leaves(nodes))) or integrated
    if set(relations) & _STRONG and (set(relations) - _STRONG or not joined[0]):
        return _implications(nodes, notation, prime_by, continues, words, (start, end))
    for place, side in enumerate(joined):
        # the relation before a side, or the first one behind it
        before = place - 1 if len(relations) == len(joined) - 1 else place
        beside = relations[max(before, 0)] if relations else ""
        if "distributed" in relations[:before + 1] and beside in ("distributed", "=") and before >= 0:
            beside = "distributed by"
        made = _side(side, notation, prime_by, extra, (start, end), integrated=integrated, beside=beside)
        read.append(made)
        if prime_by is None and isinstance(made.term, Derivative) and len(read) == 1:
            prime_by = made.term.by
    return Row(tuple(read), tuple(relations), start, end, continues, words, extra, tuple(signs))


def _side(nodes: Nodes, notation: Notation, prime_by: Term | None, extra: dict[str, Declaration],
          around: tuple[int, int], condition: bool = False, integrated: str | None = None,
          beside: str = "") -> Side:
    place = place_of(nodes) if nodes else around
    reader = Grammar(notation, prime_by)
    reader.integrated = integrated
    reader.declarations.update(extra)
    try:
        nodes = _trimmed(nodes)
        if not nodes:
            raise LatexProblem("one side of this relation is empty", "", *place)
        term = reader.condition(nodes) if condition else reader.side(nodes, beside)
        if beside not in _LOOSE and reader.shapes.is_bare_family(term, frozenset()):
            raise LatexProblem(
                "a family stands here without an index",
                "write an index, or declare it as a vector or matrix",
                *place,
                "LP107",
            )
        missed = [leaf for leaf in leaves(nodes) if leaf.start not in reader.seen
                  and not (isinstance(leaf, Leaf) and leaf.kind == "sign")]
        if missed:
            raise LatexProblem("this part was not read", "", missed[0].start, missed[0].end, "LP105")
    except LatexProblem as problem:
        if problem.end == 0:
            problem.start, problem.end = place
        return Side(None, problem, *place, nodes)
    except RecursionError:
        return Side(None, LatexProblem("the formula is nested too deeply", "", *place, "LP105"), *place, nodes)
    extra.update(reader.extra)
    return Side(term, None, *place, nodes, tuple(reader.supposed))


def _integrated_by(raw: RawRow) -> str | None:
    """The variable of the first integral of a row that is not read yet."""
    try:
        return _integrated_in(list(leaves(lay_out(raw.tokens))))
    except LatexProblem:
        return None


def _integrated_in(signs: Sequence[Leaf | Words]) -> str | None:
    """The variable of the first integral of a row, for brackets with bounds that stand before it or in rows behind."""
    began = False
    for sign, after in pairwise(signs):
        began = began or sign.text == r"\int"
        if began and sign.text == "d" and not isinstance(after, Words) and after.kind in ("letter", "command"):
            return after.text
    return None


def _is_range(nodes: list[Node]) -> bool:
    """1, ..., n"""
    return sum(isinstance(n, Leaf) and n.text == "," for n in nodes) >= 2 and any(
        isinstance(n, Leaf) and n.text == r"\dots" for n in nodes)


def _implications(nodes: Nodes, notation: Notation, prime_by: Term | None, continues: bool, words: tuple[str, ...],
                  place: tuple[int, int]) -> Row:
    """a = b \\Rightarrow c = d: the sides are statements, as conditions where they can be."""
    sides: list[list[Node]] = [[]]
    relations: list[str] = []
    signs: list[Node] = []
    for node in nodes:
        relation = _relation_of(node)
        if relation in _STRONG:
            relations.append(relation or "")
            signs.append(node)
            sides.append([])
        else:
            sides[-1].append(node)
    parts = [tuple(side) for side in sides]
    if not parts[0]:
        parts, continues = parts[1:], True
    extra: dict[str, Declaration] = {}
    read = tuple(_side(part, notation, prime_by, extra, place, condition=any(_relation_of(n) for n in part))
                 for part in parts)
    return Row(read, tuple(relations), *place, continues, words, extra, tuple(signs))


def _trimmed(nodes: Nodes) -> Nodes:
    """Without punctuation at the edges."""
    while nodes and isinstance(nodes[-1], Leaf) and nodes[-1].text in (",", ";", ".", ":"):
        nodes = nodes[:-1]
    return nodes


def _without_edges(nodes: Nodes) -> tuple[Nodes, tuple[str, ...]]:
    """The nodes without words and punctuation at their edges, and without a label such as `m_1:`; and those words."""
    words: list[str] = []
    for place, node in enumerate(nodes):
        if isinstance(node, Leaf) and node.text == ":" and not any(_relation_of(n) for n in nodes[:place]):
            words.append(canonical(nodes[:place]))
            nodes = nodes[place + 1:]
            break
    while nodes and (isinstance(nodes[-1], Words) or _is_stop(nodes[-1])
                     or (isinstance(nodes[-1], Group) and not nodes[-1].items)):
        if isinstance(nodes[-1], Words):
            if len(nodes) > 1 and _relation_of(nodes[-2]) is not None:
                break       # a word is the side of a relation
            words.append(nodes[-1].text.strip())
        nodes = nodes[:-1]
    while (
        nodes
        and (isinstance(nodes[0], Words) or _is_stop(nodes[0]))
        and len(nodes) > 1
        and (_is_stop(nodes[0]) or _relation_of(nodes[1]) is None or _relation_of(nodes[1]) in _STRONG)
    ):
        if isinstance(nodes[0], Words):
            words.insert(0, nodes[0].text.strip())
        nodes = nodes[1:]
    return nodes, tuple(words)


def _is_stop(node: Node) -> bool:
    return isinstance(node, Leaf) and node.text in (",", ";", ".", ":")


def covered(row: Row) -> bool:
    """True where every letter, number and command of the row stands in a side or a relation.

    What is left out by rule is spacing, punctuation, and words or a label at the row's edge. A row whose brackets do
    not match is not read at all, and says so.
    """
    if len(row.sides) == 1 and row.sides[0].problem is not None and not row.sides[0].nodes:
        return True
    inside = {leaf.start for side in row.sides for leaf in leaves(side.nodes)} | {
        leaf.start for leaf in leaves(row.signs)
    }
    first = min((side.start for side in row.sides), default=row.start)
    for token in row.tokens:
        if token.kind in ("letter", "number", "command") and token.start >= first and token.start not in inside \
                and token.text not in _STRUCTURE:
            return False
    return True
