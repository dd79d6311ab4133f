"""Which letters of a document are vectors and matrices, and which of their sizes are the same: guessed from products.

Untrusted as to truth. It looks at how formulas are set: what is transposed, inverted, stands in a determinant or a
trace is an array; sums, products and equations say which sizes agree, and carry shapes from letter to letter.
Imports the typeset tree and `survey`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from lossproof.read.document.survey import TRANSPOSED, is_label, letter
from lossproof.read.latex.layout import Bracket, Command, Environment, Group, Leaf, Node, Nodes, Scripted, canonical

__all__ = ["Arrays", "find_arrays"]

# What a piece of a formula is: a number, a column, a row, a matrix (sizes as numbers of classes), or unknown (None).
Shape = tuple[str, tuple[int, ...]]
SCALAR: Shape = ("s", ())

_RELATIONS = frozenset({"=", "<", ">", r"\leq", r"\geq", r"\neq", r"\approx", r"\propto", r"\sim", r"\equiv",
                        r"\Leftrightarrow", r"\Rightarrow", ",", ";", r"\in", r"\rightarrow"})
_TIMES = frozenset({r"\cdot", r"\times"})
_UPPER_GREEK = frozenset({r"\Gamma", r"\Delta", r"\Theta", r"\Lambda", r"\Xi", r"\Pi", r"\Sigma", r"\Upsilon", r"\Phi",
                          r"\Psi", r"\Omega"})
_NUMBERS = frozenset({"n", "k", "p", "m", "i", "j", "l", "e", "d", "s", "t", r"\pi", r"\sigma", r"\tau", r"\lambda"})
ROUNDS = 6


@dataclass(slots=True)
class Arrays:
    """The shapes found, by a name's full text; `sizes` names the classes of sizes that a size letter was seen for."""

    kinds: dict[str, str] = field(default_factory=dict)         # full name -> "v" or "m"
    places: dict[str, tuple[int, ...]] = field(default_factory=dict)
    parents: list[int] = field(default_factory=list)
    letters: dict[int, str] = field(default_factory=dict)
    numbers: set[str] = field(default_factory=set)

    def size(self) -> int:
        self.parents.append(len(self.parents))
        return len(self.parents) - 1

    def find(self, size: int) -> int:
        while self.parents[size] != size:
            self.parents[size] = self.parents[self.parents[size]]
            size = self.parents[size]
        return size

    def same(self, first: int, second: int) -> None:
        """Two sizes are one."""
        first, second = self.find(first), self.find(second)
        if first == second:
            return
        self.parents[second] = first
        if second in self.letters:
            self.letters.setdefault(first, self.letters[second])

    def named(self, name: str) -> int:
        """The class of a size that is written as a letter."""
        for size, written in self.letters.items():
            if written == name:
                return self.find(size)
        made = self.size()
        self.letters[made] = name
        return made

    def become(self, name: str, kind: str, sizes: tuple[int, ...] = ()) -> bool:
        """Make a name a vector or matrix; True where that is new. What stands in an exponent is a number."""
        if name in self.kinds or (kind == "v" and name in self.numbers):
            return False
        wanted = 1 if kind == "v" else 2
        self.kinds[name] = kind
        self.places[name] = sizes if len(sizes) == wanted else tuple(self.size() for _ in range(wanted))
        return True

    def shape(self, name: str) -> Shape:
        return (self.kinds[name], self.places[name]) if name in self.kinds else SCALAR


def find_arrays(formulas: Iterable[Nodes]) -> Arrays:
    """The arrays of formulas."""
    found = Arrays()
    rows = [row for nodes in formulas for row in _rows(nodes)]
    reader = _Reader(found)
    for row in rows:
        reader.exponents(row)
    for row in rows:
        reader.evidence(row)
    if not found.kinds:
        return found
    for row in rows:
        reader.blocks(row)
    for _ in range(ROUNDS):
        reader.changed = False
        for row in rows:
            reader.row(row)
        if not reader.changed:
            break
    return found


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


def full_name(node: Node) -> str | None:
    """The text of a name with scripts that belong to it; None for what is no name."""
    base = node.base if isinstance(node, Scripted) else node
    key = letter(base)
    if key is None:
        return None
    if isinstance(node, Scripted):
        if node.sub:
            key += f"_{{{canonical(node.sub)}}}"
        if node.sup and is_label(node.sup):
            key += f"^{{{canonical(node.sup)}}}"
    return key


def is_upper(name: str) -> bool:
    """True for a name whose letter is a capital."""
    core = name
    for start in (r"\hat{", r"\bar{", r"\tilde{", r"\mathbf{", r"\boldsymbol{"):
        core = core.removeprefix(start)
    return core[:1].isupper() or any(core.startswith(greek) for greek in _UPPER_GREEK)


@dataclass(slots=True)
class _Reader:
    found: Arrays
    changed: bool = False

    # what is an array for certain

    def exponents(self, nodes: Nodes, inside: bool = False) -> None:
        """Names in exponents, but for those of exp and e, where x^T y may stand."""
        for node in nodes:
            name = full_name(node)
            if inside and name is not None:
                self.found.numbers.add(name)
            raised = isinstance(node, Scripted) and node.sup and canonical(node.sup) not in TRANSPOSED \
                and not is_label(node.sup) and canonical(node.base) not in ("e", r"\mathrm{e}")
            if raised and isinstance(node, Scripted):
                self.exponents(node.sup or (), True)
            if isinstance(node, Scripted) and name is None:
                self.exponents((node.base,), inside)
            elif not isinstance(node, Scripted):
                for inner_nodes in _inner(node):
                    self.exponents(inner_nodes, inside)

    def evidence(self, nodes: Nodes) -> None:
        before: str | None = None
        for node in nodes:
            name = full_name(node)
            if name is not None and isinstance(node, Scripted) and node.sup:
                sup = canonical(node.sup)
                if sup in TRANSPOSED:
                    self.found.become(name, "m" if is_upper(name) else "v")
                elif sup.startswith("-1") and len(sup) == 2 and is_upper(name) and r"\mathrm" not in name:
                    self._square(name)
            if isinstance(node, Bracket) and len(node.items) == 1 and before == r"\mathrm{tr}" and (
                    traced := full_name(node.items[0])) is not None and is_upper(traced) and "math" not in traced:
                self._square(traced)
            before = name
            match node:
                case Bracket("|", "|", (inner,)) if (inside := full_name(inner)) is not None and is_upper(inside) \
                        and r"\math" not in inside:
                    self._square(inside)
            for inner_nodes in _inner(node):
                self.evidence(inner_nodes)

    def blocks(self, nodes: Nodes) -> None:
        """Where \\Sigma_{22} is a matrix, \\Sigma_{12} is one: they are blocks of a matrix."""
        for node in nodes:
            name = full_name(node)
            if name is not None and is_upper(name) and name not in self.found.kinds and any(
                    kind == "m" and _are_blocks(known, name) for known, kind in self.found.kinds.items()):
                self.found.become(name, "m")
            for inner_nodes in _inner(node):
                self.blocks(inner_nodes)

    def _square(self, name: str) -> None:
        self.found.become(name, "m")
        if self.found.kinds[name] == "m":
            self.found.same(*self.found.places[name])

    # shapes

    def row(self, nodes: Nodes) -> None:
        """The sides of a row have one shape."""
        sides: list[list[Node]] = [[]]
        for node in nodes:
            base = node.base if isinstance(node, Scripted) else node
            over = isinstance(node, Command) and node.name in (r"\overset", r"\stackrel")
            if over or (isinstance(base, Leaf) and base.text in _RELATIONS):
                if isinstance(base, Leaf) and base.text in (",", ";", r"\Leftrightarrow", r"\Rightarrow"):
                    self._agree(sides)
                    sides = [[]]
                else:
                    sides.append([])
            else:
                sides[-1].append(node)
        self._agree(sides)

    def _agree(self, sides: Sequence[Sequence[Node]]) -> None:
        """The sides of one equation."""
        shapes = [(tuple(side), self.sum(tuple(side))) for side in sides if side]
        array = next((shape for _, shape in shapes if shape is not None and shape[0] != "s"), None)
        for nodes, shape in shapes:
            if array is not None:
                self._bring(nodes, shape, array)

    def _bring(self, nodes: Nodes, shape: Shape | None, wanted: Shape) -> None:
        """Make a piece have a shape, by its only name or the last letter of its product."""
        if shape is None:
            return
        if shape[0] == wanted[0] and len(shape[1]) == len(wanted[1]):
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
        if name is None or nodes[-1] is not last or name in self.found.kinds or (
                isinstance(last, Scripted) and last.sup and not is_label(last.sup)):
            return
        plain = all(full_name(node) is not None or _is_sign(node) for node in nodes)
        if plain or shape[0] == "m":
            if wanted[0] == "v" and not is_upper(name):
                sizes = wanted[1] if shape[0] == "s" else (shape[1][1],)
                self.changed |= self.found.become(name, "v", sizes)
            elif wanted[0] == "m" and is_upper(name) and shape[0] == "s":
                self.changed |= self.found.become(name, "m", wanted[1] if len(nodes) == 1 else ())

    def sum(self, nodes: Nodes) -> Shape | None:
        """The shape of a sum, whose terms agree."""
        terms: list[list[Node]] = [[]]
        for node in nodes:
            if isinstance(node, Leaf) and node.text in ("+", "-", r"\pm"):
                terms.append([])
            else:
                terms[-1].append(node)
        shapes = [(tuple(term), self.product(tuple(term))) for term in terms if term]
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
                name is None or is_upper(name) or name in _NUMBERS or "math" in name for name in names) or any(
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
        shape: Shape = SCALAR
        at = 0
        while at < len(nodes):
            node = nodes[at]
            at += 1
            if _is_sign(node):
                continue
            if isinstance(node, Leaf) and node.text == "/":
                at += 1
                continue
            factor = self.factor(node)
            after = nodes[at] if at < len(nodes) else None
            if isinstance(after, Bracket) and factor == SCALAR and full_name(node) is not None \
                    and "mathrm" in (full_name(node) or ""):
                trace = full_name(node) == r"\mathrm{tr}" and not any(
                    isinstance(n, Leaf) and n.text in ("+", "-") for n in after.items)
                square = self.product(after.items, True) if trace else self.sum(after.items)    # a function's value
                if trace and square is not None and square[0] == "m":
                    self.found.same(*square[1])
                at += 1
                if "tr" not in (full_name(node) or ""):
                    factor = None
            if factor is None:
                return None
            name = full_name(node)
            if shape[0] == "m" and factor == SCALAR and name is not None and not is_upper(name) and name.islower() \
                    and name not in _NUMBERS and "mathrm" not in name \
                    and not (isinstance(node, Scripted) and node.sup) \
                    and not isinstance(after, Bracket):
                # numbers stand before matrices, so this is a vector
                self.changed |= self.found.become(name, "v", (shape[1][1],))
                factor = self.found.shape(name)
            if shape[0] in ("r", "m") and factor == SCALAR and name is not None and is_upper(name) \
                    and "math" not in name and not isinstance(after, Bracket) \
                    and not (isinstance(node, Scripted) and node.sup) and (within_trace or self._goes_on(nodes[at:])):
                # a capital between arrays
                self.changed |= self.found.become(name, "m", (shape[1][-1], self.found.size()))
                factor = self.found.shape(name)
            if shape[0] == "m" and factor == SCALAR and isinstance(node, Bracket):
                factor = self._vectors(node, shape)
            joined = self._times(shape, factor)
            if joined is None:
                return None
            shape = joined
        return shape

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
            shape = self.found.shape(name)
            if name.startswith("I_{") and len(name) == 5:
                size = self.found.named(name[3])
                shape = ("m", (size, size))
        elif isinstance(node, Scripted) and isinstance(node.base, Leaf) and node.base.text in ("0", "1") and node.sub \
                and canonical(node.sub).isalpha():
            shape = ("v", (self.found.named(canonical(node.sub)),))     # 1_n
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
                    return self.sum(items)
                case Leaf("number"):
                    return SCALAR
                case _:
                    for inner in _inner(node):
                        self.sum(inner)
                    return SCALAR if not isinstance(node, Environment) else None
        return self._powered(shape, node) if isinstance(node, Scripted) else shape

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


def _are_blocks(first: str, second: str) -> bool:
    """Whether two names differ in the two digits below them only."""
    (letter_, _, below), (other, _, beneath) = first.partition("_{"), second.partition("_{")
    return letter_ == other and all(len(sub) == 3 and sub[:2].isdigit() for sub in (below, beneath))


def _is_sign(node: Node) -> bool:
    return isinstance(node, Leaf) and (node.text in _TIMES or node.kind == "number")


def _inner(node: Node) -> list[Nodes]:
    match node:
        case Group(items=items) | Bracket(items=items):
            return [items]
        case Scripted(base=base, sup=sup):
            return [(base,) if full_name(node) is None else (), sup or ()]
        case Command(args=args):
            return list(args)
        case Environment(rows=rows):
            return [cell for row in rows for cell in row]
        case _:
            return []
