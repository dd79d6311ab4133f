"""Cases and their conditions.

Untrusted as to truth. Imports the ground floor, `blocks` and the typeset tree.
"""

from __future__ import annotations

from lossproof.read.latex.blocks import Blocks
from lossproof.read.latex.folds import RELATIONS
from lossproof.read.latex.matching import split_at
from lossproof.read.latex.names import Cursor, span_of
from lossproof.read.latex.typeset import (
    Bracket,
    Command,
    Environment,
    Leaf,
    Node,
    Nodes,
    Words,
    canonical,
)
from lossproof.term import (
    ONE,
    Bool,
    Call,
    Const,
    Piecewise,
    Relation,
    Term,
)

__all__ = ["Conditions"]

_MATRICES = frozenset({"matrix", "pmatrix", "bmatrix", "vmatrix", "Bmatrix", "smallmatrix", "array", "Vmatrix"})
# Relations that no term has: what they join is read as it is set.
_STATEMENTS = frozenset(
    {r"\sim", r"\notin", r"\propto", r"\approx", r"\subset", r"\subseteq", r"\rightarrow", r"\perp", r"\equiv"}
)
_OTHERWISE = frozenset({"otherwise", "else", "sonst", "otherwise.", "else.", "in all other cases"})
_FILLERS = frozenset({"if", "for", "when", "where", "and", "with", "if,", "falls", "for all"})


class Conditions(Blocks):
    """Reads conditions, and environments inside of formulas."""

    def _environment(self, node: Environment, name: str) -> Term:
        if name in ("cases", "rcases", "dcases"):
            return self._cases(node)
        if name in _MATRICES:
            written = self.written(node)
            if name == "vmatrix" and written is not None and len(self.shape(written, node)) == 2:
                return Call("det", (written,), span=span_of(node))
            if name in ("vmatrix", "Vmatrix"):
                return self.set_as_is((node,), "determinant")
            return self.set_as_is((node,), "matrix") if written is None else written
        if name in ("aligned", "split", "gathered") and len(node.rows) == 1:
            return self.value(tuple(n for cell in node.rows[0] for n in cell))
        self.refuse(f"an environment `{name}` inside of a formula is not read", node, code="LP105")

    def _cases(self, node: Environment) -> Term:
        pieces: list[tuple[Term, Term]] = []
        for row in node.rows:
            cells = [cell for cell in row if cell]
            if not cells:
                continue
            value_nodes, condition_nodes = cells[0], tuple(n for cell in cells[1:] for n in cell)
            if not condition_nodes:
                value_nodes, condition_nodes = self._after_words(value_nodes)
            value_nodes = self._trimmed(value_nodes)
            if not condition_nodes or not value_nodes:
                self.refuse("a case is a value and a condition", cells[0], r"write a & \text{if } x < 0 \\")
            pieces.append((self.value(value_nodes), self.condition(condition_nodes)))
        if not pieces:
            self.refuse("there are no cases", node)
        return Piecewise(tuple(pieces), span=span_of(node))

    def _after_words(self, nodes: Nodes) -> tuple[Nodes, Nodes]:
        for place, node in enumerate(nodes):
            if isinstance(node, Words) and place:
                return nodes[:place], nodes[place:]
        return nodes, ()

    def _trimmed(self, nodes: Nodes) -> Nodes:
        """Without the comma or full stop at the end."""
        while nodes and isinstance(nodes[-1], Leaf) and nodes[-1].text in (",", ";", "."):
            self.mark(nodes[-1])
            nodes = nodes[:-1]
        return nodes

    def condition(self, nodes: Nodes) -> Term:
        """A relation, or several joined by commas and words; `otherwise` is always true."""
        nodes = self._trimmed(nodes)
        parts: list[list[Node]] = [[]]
        choice: list[int] = []
        for node in nodes:
            word = " ".join(node.text.split()).lower().rstrip(",.") if isinstance(node, Words) else ""
            if isinstance(node, Words) and word in _OTHERWISE and len(nodes) == 1:
                self.mark(node)
                return Bool("and", (), span=span_of(node))
            if isinstance(node, Words) and (word in _FILLERS or not word):
                self.mark(node)
                if parts[-1]:
                    parts.append([])
            elif isinstance(node, Leaf) and node.text in (",", r"\wedge"):
                self.mark(node)
                parts.append([])
            elif (isinstance(node, Words) and word == "or") or (isinstance(node, Leaf) and node.text == r"\vee"):
                self.mark(node)
                choice.append(len(parts))
                parts.append([])
            else:
                parts[-1].append(node)
        filled = [tuple(part) for part in parts if part]
        if not filled:
            self.refuse("a condition is expected here", nodes)
        found = [self._relation(part) for part in filled]
        if choice and len(choice) + 1 == len(found):
            return Bool("or", tuple(found), span=span_of(nodes))
        if choice:
            self.refuse("`and` and `or` stand side by side", nodes, "use one of them")
        return found[0] if len(found) == 1 else Bool("and", tuple(found), span=span_of(nodes))

    def _relation(self, nodes: Nodes) -> Term:
        if len(nodes) == 1 and isinstance(nodes[0], Bracket) and nodes[0].opening == "(":
            return self.condition(nodes[0].items)
        if any(
            isinstance(n, Words)
            or (isinstance(n, Leaf) and n.text in _STATEMENTS)
            or (isinstance(n, Command) and n.name in (r"\overset", r"\stackrel"))
            for n in nodes
        ):
            return self._statement(nodes)
        places = [n for n, node in enumerate(nodes) if isinstance(node, Leaf) and (
            node.text in RELATIONS or node.text == r"\in")]
        if not places:
            self.refuse("a condition is expected here", nodes)
        sides: list[Nodes] = []
        begin = 0
        for place in (*places, len(nodes)):
            sides.append(nodes[begin:place])
            begin = place + 1
        self.mark(tuple(nodes[n] for n in places))
        signs = [nodes[n].text for n in places]     # type: ignore[union-attr]
        if r"\in" in signs:
            if len(signs) != 1:
                self.refuse("this condition is not read", nodes)
            return self._membership_condition(sides[0], sides[1], nodes)
        terms = [self.value(side) for side in sides]
        relations = tuple(Relation(RELATIONS[sign], left, right, span=span_of(nodes))
                          for sign, left, right in zip(signs, terms, terms[1:], strict=False))
        return relations[0] if len(relations) == 1 else Bool("and", relations, span=span_of(nodes))

    def _membership_condition(self, left: Nodes, right: Nodes, at: Nodes) -> Term:
        term = self.value(left)
        if len(right) == 1 and isinstance(right[0], Bracket):
            bracket = right[0]
            parts = split_at(bracket.items, (",", ";"))
            self.mark(tuple(n for n in bracket.items if isinstance(n, Leaf) and n.text in (",", ";")))
            if bracket.opening == r"\{" and not any(canonical(p) == r"\dots" for p in parts):
                options = tuple(Relation("=", term, self.value(p), span=span_of(at)) for p in parts)
                return options[0] if len(options) == 1 else Bool("or", options, span=span_of(at))
            if bracket.opening in "[(" and bracket.closing in "])" and len(parts) == 2:
                low, high = self.value(parts[0]), self.value(parts[1])
                bounds = (Relation("<=" if bracket.opening == "[" else "<", low, term),
                          Relation("<=" if bracket.closing == "]" else "<", term, high))
                kept = tuple(r for r, end in zip(bounds, (low, high), strict=True) if not isinstance(end, Const)
                             or end.name not in ("oo", "-oo"))
                return kept[0] if len(kept) == 1 else Bool("and", kept, span=span_of(at))
        return self._statement(at)

    def _statement(self, nodes: Nodes) -> Term:
        """A condition that is only read as it is set: that its indicator is 1."""
        text, holes, arrays = self.as_set(nodes, "statement")
        self.mark(nodes)
        indicator = self.template(nodes, rf"\mathbf{{1}}({text})", holes, "statement of", mentions=arrays)
        return Relation("=", indicator, ONE, span=span_of(nodes))

    def _indicator(self, cursor: Cursor) -> Term | None:
        """\\mathbf{1}(X \\sim N): 1 where the statement holds; read as it is set."""
        node, after = cursor.peek(), cursor.peek(1)
        if (
            node is None
            or canonical(node) != r"\mathbf{1}"
            or not isinstance(after, Bracket)
            or r"\mathbf{1}" in self._by_base
        ):
            return None
        cursor.at += 2
        self.mark((node, after))
        condition = self._statement(after.items)
        assert isinstance(condition, Relation)
        return condition.left
