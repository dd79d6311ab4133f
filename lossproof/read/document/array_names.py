"""What is found of the arrays of a document: their kinds, the classes of their sizes, the letters of these.

Untrusted as to truth. Data, and how a name is told from its scripts. Imports the typeset tree and `survey`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lossproof.read.document.survey import GREEK, TRANSPOSED, is_label, letter
from lossproof.read.latex.typeset import Group, Leaf, Node, Nodes, Scripted, canonical, children

__all__ = ["SCALAR", "Arrays", "Shape", "full_name", "inner_of", "is_upper", "is_word", "split"]

_UPRIGHT = re.compile(r"\\mathrm\{[A-DGJ-MOQ-SU-Z]\}_\{[A-Z]+\}")
"""D_X, C_{XX}, set upright: matrices of X, where nothing in brackets follows; E, F, H, I, N, P, T are functions."""

# What a piece of a formula is: a number, a column, a row, a matrix (sizes as numbers of classes), or unknown (None).
Shape = tuple[str, tuple[int, ...]]
SCALAR: Shape = ("s", ())


@dataclass(slots=True)
class Arrays:
    """The shapes found, by a name's full text.

    `strong` are names whose kind is seen and not concluded, `square` those whose two sizes are one, `units` the size
    letters that stand below 1, 0 and I. `numbers` are names that are no vectors, `symmetric` covariance matrices of
    stated distributions. Once `settled`, no kind changes.
    """

    kinds: dict[str, str] = field(default_factory=dict)         # full name -> "v" or "m"
    places: dict[str, tuple[int, ...]] = field(default_factory=dict)
    parents: list[int] = field(default_factory=list)
    letters: dict[int, str] = field(default_factory=dict)
    numbers: set[str] = field(default_factory=set)
    strong: set[str] = field(default_factory=set)
    square: set[str] = field(default_factory=set)
    symmetric: set[str] = field(default_factory=set)
    units: set[str] = field(default_factory=set)
    settled: bool = False

    def size(self) -> int:
        self.parents.append(len(self.parents))
        return len(self.parents) - 1

    def find(self, size: int) -> int:
        while self.parents[size] != size:
            self.parents[size] = self.parents[self.parents[size]]
            size = self.parents[size]
        return size

    def same(self, first: int, second: int) -> None:
        """Two sizes are one; of two letters that were seen for it, one that is a number counts."""
        first, second = self.find(first), self.find(second)
        if first == second:
            return
        self.parents[second] = first
        written = self.letters.get(second)
        if written is not None and (first not in self.letters or written.isdigit()):
            self.letters[first] = written

    def named(self, name: str) -> int:
        """The class of a size that is written as a letter or a number."""
        for size, written in self.letters.items():
            if written == name:
                return self.find(size)
        made = self.size()
        self.letters[made] = name
        return made

    def become(self, name: str, kind: str, sizes: tuple[int, ...] = (), *, strong: bool = False) -> bool:
        """Make a name a vector or matrix; True where that is new. What stands in an exponent is a number."""
        eye = name.startswith("I_{") and len(name) == 5
        if name in self.kinds or self.settled or eye or (name in self.numbers and (kind == "v" or not strong)):
            return False
        wanted = 1 if kind == "v" else 2
        self.kinds[name] = kind
        self.places[name] = sizes if len(sizes) == wanted else tuple(self.size() for _ in range(wanted))
        if strong:
            self.strong.add(name)
        return True

    def become_square(self, name: str) -> None:
        """Make a name a square matrix; what is seen to be a vector stays one."""
        self.become(name, "m", strong=True)
        if self.kinds.get(name) == "m":
            self.square.add(name)
            self.same(*self.places[name])

    def drop(self, name: str) -> bool:
        """A name that was only concluded to be a vector is a number; True where that is new."""
        if name not in self.kinds or name in self.strong or self.settled:
            return False
        del self.kinds[name], self.places[name]
        self.numbers.add(name)
        return True

    def resized(self) -> Arrays:
        """The same kinds with sizes that nothing is known of: what was concluded of sizes before all kinds were known
        may be wrong."""
        made = Arrays(numbers=self.numbers, strong=self.strong, units=self.units, symmetric=self.symmetric)
        for name, kind in self.kinds.items():
            made.kinds[name] = kind
            made.places[name] = (made.size(),) if kind == "v" else (made.size(), made.size())
        for name in self.square & self.kinds.keys():
            made.become_square(name)
        made.settled = True
        return made

    def shape(self, name: str) -> Shape:
        return (self.kinds[name], self.places[name]) if name in self.kinds else SCALAR


def full_name(node: Node) -> str | None:
    """The text of a name with scripts that belong to it; None for what is no name."""
    if isinstance(node, Scripted) and isinstance(node.base, Group) and len(node.base.items) == 1 \
            and isinstance(node.base.items[0], Scripted) and node.sub is None:
        return full_name(node.base.items[0])        # {y_1}^T
    base = node.base if isinstance(node, Scripted) else node
    key = letter(base)
    if key is None:
        return None
    if isinstance(node, Scripted):
        if node.sub:
            key += f"_{{{canonical(node.sub)}}}"
        if node.sup and is_label(node.sup) and canonical(node.sup) not in TRANSPOSED:
            key += f"^{{{canonical(node.sup)}}}"
    return key


def is_upper(name: str) -> bool:
    """True for a name whose letter is a capital."""
    core = name.removeprefix(r"\mathrm{") if _UPRIGHT.fullmatch(name) else name
    for start in (r"\hat{", r"\bar{", r"\tilde{", r"\mathbf{", r"\boldsymbol{"):
        core = core.removeprefix(start)
    return core[:1].isupper() or (core[:1] == "\\" and core[1:2].isupper() and any(
        core.startswith(greek) for greek in GREEK))


def is_word(name: str) -> bool:
    """True for a name that is set as a function is, and not as a matrix may be."""
    return "math" in name and not _UPRIGHT.fullmatch(name)


def inner_of(node: Node) -> list[Nodes]:
    """The formulas inside of a node: no indices, and nothing of what belongs to a name."""
    if isinstance(node, Scripted):
        return [(node.base,) if full_name(node) is None else (), node.sup or ()]
    return list(children(node))


def split(nodes: Nodes, signs: frozenset[str]) -> list[Nodes]:
    """The parts between signs; empty ones are left out."""
    parts: list[list[Node]] = [[]]
    for node in nodes:
        if isinstance(node, Leaf) and node.text in signs:
            parts.append([])
        else:
            parts[-1].append(node)
    return [tuple(part) for part in parts if part]
