"""Which letters of a document are vectors and matrices, and which of their sizes are the same: guessed from products.

Untrusted as to truth. What shows by itself is found first (`array_evidence`); then sums, products and equations carry
shapes from letter to letter, the careful conclusions before the bold ones; last, with all kinds known, the sizes are
found anew. Imports the typeset tree, `survey`, `array_names` and `array_evidence`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lossproof.read.document.array_evidence import (
    NORMALS,
    look_at,
    look_for_blocks,
    look_for_densities,
    look_for_spaces,
    parts_of_normal,
)
from lossproof.read.document.array_names import SCALAR, Arrays, Shape, full_name, inner_of, is_upper, is_word, split
from lossproof.read.document.dotted import DIAGONAL, are_dotted, size_of_diagonal, size_of_dotted
from lossproof.read.document.survey import TRANSPOSED, is_label
from lossproof.read.latex.layout import (
    Bracket,
    Command,
    Environment,
    Group,
    Leaf,
    Node,
    Nodes,
    Scripted,
    Words,
    canonical,
)

__all__ = ["Arrays", "find_arrays"]

_RELATIONS = frozenset({"=", "<", ">", r"\leq", r"\geq", r"\neq", r"\approx", r"\propto", r"\sim", r"\equiv",
                        r"\Leftrightarrow", r"\Rightarrow", ",", ";", r"\in", r"\rightarrow"})
_APART = frozenset({",", ";", r"\Leftrightarrow", r"\Rightarrow", r"\sim", r"\in"})
_TIMES = frozenset({r"\cdot", r"\times"})
_SUM_SIGNS = frozenset({"+", "-", r"\pm"})
_GIVEN = frozenset({"|", r"\mid"})
_OTHER_PRODUCTS = frozenset({r"\otimes", r"\odot", r"\circ", r"\oplus", r"\backslash", r"\setminus",
                             r"\cup", r"\cap"})
_LISTS = frozenset({",", ";", "|", r"\mid", "="})
_EXPECTATIONS = frozenset({r"\mathrm{E}", r"\mathbb{E}"})
_MATRICES = frozenset({"matrix", "pmatrix", "bmatrix"})
_DOTS = frozenset({r"\dots", r"\ldots", r"\cdots", r"\vdots", r"\ddots"})
_BEHIND_ROWS = r"(?:[a-z]|\\beta|\\theta|\\(?:tilde|hat)\{(?:[a-z]|\\beta|\\theta)\})(?:_\{[a-z0-9]\})?"
"""Letters that are vectors where they end a product behind a row."""
_NUMBERS = frozenset({"n", "k", "p", "m", "i", "j", "l", "e", "d", "s", "t", r"\pi", r"\sigma", r"\tau", r"\lambda"})
ROUNDS = 8
BOLDEST = 2


def find_arrays(formulas: Iterable[Nodes], said: Sequence[Nodes] = ()) -> Arrays:
    """The arrays of formulas; in `said`, it may be said in which space a name lies."""
    found = Arrays()
    rows = [row for nodes in formulas for row in _rows(nodes)]
    for nodes in said:
        look_for_spaces(found, nodes)
    look_at(found, rows)
    if not found.kinds and not found.units and not any(map(are_dotted, rows)):
        return found
    for row in rows:
        look_for_blocks(found, row)
    reader = _Reader(found)
    for reader.boldness in range(BOLDEST + 1):
        for _ in range(ROUNDS):
            reader.changed = False
            for row in rows:
                reader.row(row)
            if not reader.changed:
                break
    settled = _Reader(found.resized(), boldness=BOLDEST)
    for nodes in said:
        look_for_spaces(settled.found, nodes)
    for row in rows:
        settled.row(row)
    for row in rows:
        look_for_densities(settled.found, row, settled.size)
    return settled.found


def _rows(nodes: Nodes) -> list[Nodes]:
    """The rows of a display: of environments that join rows, each with its cells joined."""
    made: list[Nodes] = []
    rest: list[Node] = []
    for node in nodes:
        if isinstance(node, Environment) and node.name.rstrip("*") in (
                "split", "aligned", "align", "gather", "equation", "eqnarray", "gathered"):
            for row in node.rows:
                made += _rows(tuple(item for cell in row for item in cell))
        else:
            rest.append(node)
    return [*made, tuple(rest)] if rest else made


@dataclass(slots=True)
class _Reader:
    """Carries shapes through rows.

    With `boldness` 0 only where no letter in between may still turn out to be an array; with 1, what is stacked in a
    matrix and has shown no sign of being an array is a number; with 2, all other letters are taken as they are known.
    """

    found: Arrays
    changed: bool = False
    boldness: int = 0

    def row(self, nodes: Nodes) -> None:
        """The sides of a row have one shape."""
        sides: list[list[Node]] = [[]]
        listed = False      # whether what comes now goes on a list, as in X_1, X_2 ~ N(m, V)
        for at, node in enumerate(nodes):
            base = node.base if isinstance(node, Scripted) else node
            over = isinstance(node, Command) and node.name in (r"\overset", r"\stackrel")
            if isinstance(node, Words) and full_name(node) is None:     # and, with, where
                self._agree(sides)
                sides, listed = [[]], False
            elif over or (isinstance(base, Leaf) and base.text in _RELATIONS):
                if isinstance(base, Leaf) and base.text in _APART:
                    if base.text == r"\sim" and at + 2 < len(nodes):
                        self._distributed(() if listed else tuple(sides[-1]), nodes[at + 1], nodes[at + 2])
                    self._agree(sides)
                    listed = base.text == "," and len(sides) == 1 and bool(sides[0])
                    sides = [[]]
                else:
                    sides.append([])
            else:
                sides[-1].append(node)
        self._agree(sides)

    def _distributed(self, nodes: Nodes, name: Node, arguments: Node) -> None:
        """X ~ N(m, V): X and m are vectors of the covariance's size; of MN(M, U, V), X and M are matrices."""
        parts = parts_of_normal(name, arguments)
        if parts:
            variable = split(nodes, _GIVEN)
            self._normal((variable[0] if variable else (), *parts), canonical(name))

    def _normal(self, parts: tuple[Nodes, ...], name: str) -> None:
        shapes = [self.sum(part) for part in parts]
        covariance, rows = shapes[-1], shapes[-2]
        if covariance is None or covariance[0] != "m":
            return
        self.found.same(*covariance[1])
        wanted: Shape = ("v", covariance[1][:1])
        most = 3
        if name == r"\mathcal{MN}":
            if rows is None or rows[0] != "m" or len(parts) < 4:
                return
            self.found.same(*rows[1])
            wanted, most = ("m", (rows[1][0], covariance[1][0])), 4
        for part, shape in zip(parts[:2], shapes, strict=False):
            if len(parts) == most and part:
                self._bring(part, shape, wanted)

    def _agree(self, sides: Sequence[Sequence[Node]]) -> None:
        """The sides of one equation."""
        shapes = [(tuple(side), self.sum(tuple(side))) for side in sides if side]
        array = next((shape for nodes, shape in shapes if shape is not None and shape[0] != "s"
                      and (self.boldness == BOLDEST or self._known(nodes))), None)
        for nodes, shape in shapes:
            if array is not None:
                self._bring(nodes, shape, array)

    def _known(self, nodes: Nodes) -> bool:
        """Whether no letter in a formula may still turn out to be an array."""
        for node in nodes:
            name = full_name(node)
            if name is not None and (is_upper(name) or not name.isascii() or name not in _NUMBERS) \
                    and name not in self.found.kinds and name not in self.found.numbers and "math" not in name:
                return False
            if isinstance(node, Bracket) and not self._known(node.items):
                return False
            if isinstance(node, Scripted) and name is None and not self._known((node.base,)):
                return False
        return True

    def _bring(self, nodes: Nodes, shape: Shape | None, wanted: Shape) -> None:
        """Make a piece have a shape, by its only name or the last letter of its product."""
        if shape is None:
            return
        if shape[0] == wanted[0] and len(shape[1]) == len(wanted[1]):
            if shape[0] == "m" and self._is_open(nodes):
                name = full_name(nodes[-1])
                assert name is not None
                self.changed |= self.found.become(name, "m", (shape[1][1], wanted[1][1]))
                return
            for first, second in zip(shape[1], wanted[1], strict=True):
                self.found.same(first, second)
            return
        if shape[0] != "s" and not (shape[0] == "m" and wanted[0] == "v"):
            return
        names = [node for node in nodes if full_name(node) is not None]
        if not names or any(isinstance(node, Leaf) and node.text in ("+", "-") for node in nodes[1:]):
            return
        last = names[-1]
        name = full_name(last)
        if name is None or nodes[-1] is not last or name in self.found.kinds or is_word(name) or (
                isinstance(last, Scripted) and last.sup and not is_label(last.sup)):
            return
        if not (all(full_name(node) is not None or _is_sign(node) for node in nodes) or shape[0] == "m"):
            return
        alone = len(nodes) == 1 or all(map(_is_sign, nodes[:-1]))
        if wanted[0] == "v" and (not is_upper(name) or alone or shape[0] == "m"):
            if shape[0] == "s" and len(names) > 1 and self._matrix_before(names[-2], wanted):
                return
            sizes = wanted[1] if shape[0] == "s" else (shape[1][1],)
            self.changed |= self.found.become(name, "v", sizes)
        elif wanted[0] == "m" and is_upper(name) and shape[0] == "s":
            self.changed |= self.found.become(name, "m", wanted[1] if len(nodes) == 1 else ())

    def _is_open(self, nodes: Nodes) -> bool:
        """True for a product that ends with a capital of which nothing is known: numbers stand before matrices."""
        last = nodes[-1]
        name = full_name(last)
        return len(nodes) > 1 and name is not None and is_upper(name) and name not in self.found.kinds \
            and name not in self.found.numbers and not self.found.settled and "math" not in name \
            and not name.startswith("I_{") and not (
                isinstance(last, Scripted) and last.sup is not None and not is_label(last.sup))

    def _matrix_before(self, node: Node, wanted: Shape) -> bool:
        """X_0 b, which is a vector, where X is a matrix: X_0 is one, too; True where that is new."""
        name = full_name(node) or ""
        base, below = name.partition("_{")[0], isinstance(node, Scripted) and bool(node.sub)
        if not below or not is_upper(name) or self.found.kinds.get(base) != "m" or (
                isinstance(node, Scripted) and node.sup and not is_label(node.sup)):
            return False
        made = self.found.become(name, "m", (wanted[1][0], self.found.size()))
        self.changed |= made
        return made

    def sum(self, nodes: Nodes) -> Shape | None:
        """The shape of a sum, whose terms agree."""
        shapes = [(term, self.product(term)) for term in split(nodes, _SUM_SIGNS)]
        array = next((shape for _, shape in shapes if shape is not None and shape[0] != "s"), None)
        if array is not None:
            for term, shape in shapes:
                self._bring(term, shape, array)
            return array
        return SCALAR if all(shape == SCALAR for _, shape in shapes) else None

    def _vectors(self, bracket: Bracket, before: Shape) -> Shape:
        """A sum of small letters behind a matrix, as in S (x - m), is one of vectors: numbers stand before matrices."""
        letters = [node for node in bracket.items if not (isinstance(node, Leaf) and node.text in ("+", "-"))]
        names = [full_name(node) for node in letters]
        signs = len(bracket.items) - len(letters)
        if not signs or len(letters) != signs + 1 or any(
                name is None or name in _NUMBERS or "math" in name for name in names) or all(
                is_upper(name or "") for name in names) or any(
                isinstance(node, Scripted) and node.sup and not is_label(node.sup) for node in letters):
            return SCALAR
        for name in names:
            assert name is not None
            self.changed |= self.found.become(name, "v", (before[1][1],))
        return self.found.shape(names[0] or "")

    def _goes_on(self, nodes: Nodes) -> bool:
        """Whether an array follows in a product."""
        return any((shape := self.found.shape(full_name(node) or ""))[0] != "s" and bool(shape[1]) for node in nodes)

    def product(self, nodes: Nodes, within_trace: bool = False) -> Shape | None:
        """The shape of a product; adjacent sizes are the same."""
        if any(isinstance(node, Leaf) and node.text in _OTHER_PRODUCTS for node in nodes):
            return None
        shape: Shape = SCALAR
        held: str | None = None     # the name that the shape of a vector comes from
        at = 0
        while at < len(nodes):
            node = nodes[at]
            at += 1
            if _is_sign(node):
                continue
            if isinstance(node, Leaf) and node.text == "/":
                at += 1
                continue
            name = full_name(node)
            after = nodes[at] if at < len(nodes) else None
            if name in NORMALS and isinstance(after, Bracket):
                if any(isinstance(item, Leaf) and item.text == ";" for item in after.items):
                    self._normal(parts_of_normal(node, after), canonical(node))
                at += 1
                continue
            factor = self.factor(node)
            if after is not None and factor == SCALAR and name is not None and self._is_call(after):
                self.factor(after)
                return None
            if isinstance(after, Bracket) and canonical(node) in DIAGONAL:
                factor, at = self._diagonal(after.items), at + 1
            elif isinstance(after, Bracket) and factor == SCALAR and name is not None and "mathrm" in name:
                trace = name == r"\mathrm{tr}" and not any(
                    isinstance(n, Leaf) and n.text in ("+", "-") for n in after.items)
                square = self.product(after.items, True) if trace else self.sum(after.items)    # a function's value
                if trace and square is not None and square[0] == "m":
                    self.found.same(*square[1])
                at += 1
                if name in _EXPECTATIONS:
                    factor = square     # the expectation of an array is one
                elif "tr" not in name:
                    factor = None
            if factor is None:
                return None
            if factor == SCALAR:
                factor = self._concluded(shape, node, name, after, nodes[at:], within_trace)
            if shape[0] == "v" and factor[0] == "v":
                # numbers stand before vectors
                self.changed |= held is not None and self.found.drop(held)
                shape = SCALAR
            joined = self._times(shape, factor)
            if joined is None:
                return None
            if shape[0] == "m" and self.boldness < BOLDEST and at == len(nodes) and self._is_open(nodes):
                return None
            held = name if joined is factor and factor[0] == "v" and not (
                isinstance(node, Scripted) and node.sup and not is_label(node.sup)) else None
            shape = joined
        return shape

    def _diagonal(self, items: Nodes) -> Shape | None:
        """The shape of diag(...): of a vector, or of a list with dots."""
        size = size_of_diagonal(items)
        if size is not None:
            return ("m", (self.found.named(size),) * 2)
        inside = self.sum(items) if not any(isinstance(item, Leaf) and item.text in _LISTS for item in items) else None
        return ("m", inside[1] * 2) if inside is not None and inside[0] == "v" else None

    def _is_call(self, after: Node) -> bool:
        """True for brackets that hold a list or a single array, which nobody puts in brackets behind a factor."""
        if not isinstance(after, Bracket) or after.opening not in ("(", "["):
            return False
        if any(isinstance(item, Leaf) and item.text in _LISTS for item in after.items):
            return True
        return len(after.items) == 1 and self.found.shape(full_name(after.items[0]) or "") != SCALAR

    def _concluded(self, shape: Shape, node: Node, name: str | None, after: Node | None, rest: Nodes,
                   within_trace: bool) -> Shape:
        """What an unknown factor behind an array is; SCALAR where nothing says that it is one."""
        raised = isinstance(node, Scripted) and bool(node.sup)
        if name is not None and not is_word(name) and not raised and not isinstance(after, Bracket):
            small = not is_upper(name) and name.islower() and name not in _NUMBERS
            if shape[0] == "m" and small:       # numbers stand before matrices, so this is a vector
                self.changed |= self.found.become(name, "v", (shape[1][1],))
                return self.found.shape(name)
            if shape[0] == "r" and small and not rest and re.fullmatch(_BEHIND_ROWS, name):
                # numbers stand before vectors: w^T x_i is no row with a number behind it
                self.changed |= self.found.become(name, "v", (shape[1][0],))
                return self.found.shape(name)
            if shape[0] in ("r", "m") and is_upper(name) and (within_trace or self._goes_on(rest)):
                self.changed |= self.found.become(name, "m", (shape[1][-1], self.found.size()))
                return self.found.shape(name)   # a capital between arrays
        if shape[0] == "m" and isinstance(node, Bracket):
            return self._vectors(node, shape)
        return SCALAR

    def _times(self, left: Shape, right: Shape) -> Shape | None:
        same = self.found.same
        match (left[0], right[0]):
            case ("s", _):
                return right
            case (_, "s"):
                return left
            case ("m", "v"):
                same(left[1][1], right[1][0])
                return ("v", (left[1][0],))
            case ("m", "m"):
                same(left[1][1], right[1][0])
                return ("m", (left[1][0], right[1][1]))
            case ("r", "v"):
                same(left[1][0], right[1][0])
                return SCALAR
            case ("r", "m"):
                same(left[1][0], right[1][0])
                return ("r", (right[1][1],))
            case ("v", "r"):
                return ("m", (left[1][0], right[1][0]))
        return None

    def factor(self, node: Node) -> Shape | None:
        """The shape of one factor with its scripts."""
        name = full_name(node)
        if name is not None:
            shape: Shape | None = self.found.shape(name)
            if name.startswith("I_{") and len(name) == 5:
                size = self.found.named(name[3])
                shape = ("m", (size, size))
        elif isinstance(node, Scripted) and isinstance(node.base, Leaf) and node.base.text in ("0", "1") and node.sub \
                and (sizes := canonical(node.sub)).isalpha():
            shape = ("v" if len(sizes) == 1 else "m", tuple(map(self.found.named, sizes)))     # 1_n, 0_{np}
            if len(sizes) > 2:
                return None
        elif isinstance(node, Scripted):
            return self._powered(self.factor(node.base), node)
        else:
            match node:
                case Bracket("|", "|", items) | Bracket(r"\|", r"\|", items):
                    inside = self.sum(items)
                    if inside is not None and inside[0] == "m":
                        self.found.same(*inside[1])
                    return SCALAR
                case Bracket(items=items) | Group(items=items):
                    parts = split(items, _LISTS)
                    shapes = [self.sum(part) for part in parts]
                    return shapes[0] if len(parts) == 1 else None
                case Leaf("number"):
                    return SCALAR
                case Environment(env, cells):
                    return self._written_out(cells) if env in _MATRICES else None
                case _:
                    for inner in inner_of(node):
                        self.sum(inner)
                    return SCALAR
        return self._powered(shape, node) if isinstance(node, Scripted) else shape

    def _written_out(self, rows: tuple[tuple[Nodes, ...], ...]) -> Shape | None:
        """The shape of a matrix of numbers, of columns side by side, of rows one below another; None for others."""
        rows = tuple(row for row in rows if any(row))
        width = len(rows[0]) if rows else 0
        if not width or any(len(row) != width or not all(row) for row in rows):
            return None
        if any(isinstance(node, Leaf) and node.text in _DOTS for row in rows for cell in row for node in cell):
            dotted = size_of_dotted(rows)
            return None if dotted is None else ("m", (self.found.named(dotted),) * 2)
        shapes = [[self.sum(cell) for cell in row] for row in rows]
        array = next((shape for row in shapes for shape in row if shape is not None and shape[0] != "s"), None)
        if array is None:
            return self._of_numbers(rows) if all(shape is not None for row in shapes for shape in row) else None
        beside, below = width > 1 == len(rows), width == 1 < len(rows)
        if (array[0], beside) == ("v", True) or (array[0], below) == ("r", True):
            for row, found in zip(rows, shapes, strict=True):
                for cell, shape in zip(row, found, strict=True):
                    self._bring(cell, shape, array)
            count = self.found.named(str(width * len(rows)))
            return ("m", (array[1][0], count) if beside else (count, array[1][0]))
        for lines, place in ((shapes, 0), (list(zip(*shapes, strict=True)), 1)):
            for line in lines:      # blocks beside each other have the same rows, blocks below each other columns
                sizes = [shape[1][place] for shape in line if shape is not None and shape[0] == "m"]
                for size in sizes[1:]:
                    self.found.same(sizes[0], size)
        return None

    def _of_numbers(self, rows: tuple[tuple[Nodes, ...], ...]) -> Shape | None:
        """The shape of a matrix of which no entry is known to be an array; letters in it are numbers from now on."""
        letters = {name for row in rows for cell in row for node in cell if (name := full_name(node)) is not None}
        if not all(self._known(cell) for row in rows for cell in row):
            if self.boldness == 0:
                return None
            self.changed |= not letters <= self.found.numbers
            self.found.numbers |= letters
        height, width = len(rows), len(rows[0])
        if height == 1:
            return ("r", (self.found.named(str(width)),)) if width > 1 else SCALAR
        sizes = tuple(self.found.named(str(size)) for size in (height, width))
        return ("v", sizes[:1]) if width == 1 else ("m", sizes)

    def size(self, nodes: Nodes) -> int | None:
        """The number of rows of a square matrix; None for anything else."""
        shape = self.sum(nodes)
        return shape[1][0] if shape is not None and shape[0] == "m" else None

    def _powered(self, shape: Shape | None, node: Scripted) -> Shape | None:
        """A shape behind its superscript."""
        if shape is None or not node.sup:
            return shape
        sup = canonical(node.sup)
        if sup in TRANSPOSED:
            kind, sizes = shape
            return {"v": ("r", sizes), "r": ("v", sizes), "m": ("m", sizes[::-1]), "s": shape}[kind]
        if shape[0] == "m" and not is_label(node.sup):
            self.found.same(*shape[1])
        return shape


def _is_sign(node: Node) -> bool:
    return isinstance(node, Leaf) and (node.text in _TIMES or node.kind == "number")
