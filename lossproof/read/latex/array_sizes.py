"""Which sizes of arrays are equal, by what is added, multiplied and summed over.

Untrusted as to truth: what it finds is proposed and marked as assumed. Imports the ground floor, rows and the notation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from lossproof.derivation import REAL, Declaration, Domain
from lossproof.read.latex.keys import identifier
from lossproof.read.latex.notation import Notation, normalized
from lossproof.read.latex.rows import Row
from lossproof.read.latex.typeset import (
    Leaf,
    Scripted,
    canonical,
)
from lossproof.term import (
    ONE,
    Add,
    Call,
    Derivative,
    Entry,
    Fold,
    Mul,
    Number,
    Range,
    Relation,
    Symbol,
    Term,
    children,
)

__all__ = ["ArrayGuess", "Sizes", "VALUES"]


VALUES = frozenset({"=", "<=", "<", ">=", ">", ":=", "approx"})


@dataclass(frozen=True, slots=True)
class ArrayGuess:
    """`arrays`: key -> (kind, sizes as set); `sizes`: the keys that are sizes, `fresh` of them new.

    `dropped` are keys of families with their indices (y_i) that an array (y) takes the place of.
    """

    arrays: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    sizes: frozenset[str] = frozenset()
    fresh: frozenset[str] = frozenset()
    dropped: frozenset[str] = frozenset()

    def applied(self, notation: Notation) -> Notation:
        """The notation with these arrays and sizes."""
        names = dict(notation.names)
        terms: dict[str, Term] = {"1": ONE}
        for key in self.sizes | self.fresh:
            old = names.get(key)
            name = old.identifier if old is not None else identifier(key)
            size = Declaration(name, "size", Domain(lower=ONE.value, integer=True), latex=key, assumed=True)
            names[key] = normalized(key, size)
            terms[key] = Symbol(name)
        for key, (_, shape) in self.arrays.items():
            if key in names:
                before = names[key].declaration
            else:
                before = next(n.declaration for k, n in names.items() if k in self.dropped and n.base == key)
            made = replace(
                before,
                kind="family",
                shape=tuple(terms[size] for size in shape),
                rank=len(shape),
                array=True,
                domain=before.domain if before.kind == "family" else REAL,
            )
            names[key] = normalized(key, made)
        return replace(notation, names={k: n for k, n in names.items() if k not in self.dropped})


class Sizes:
    """Finds equal sizes by what is added, multiplied and summed over."""

    def __init__(self, notation: Notation, rows: Iterable[Row]) -> None:
        self._notation = notation
        self._rows = list(rows)
        self._parent: dict[str, str] = {}
        self._arrays = {name.identifier: (key, name.declaration) for key, name in notation.names.items()
                        if name.declaration.array}
        self._ranges: list[Range] = []

    def guess(self) -> ArrayGuess:
        for row in self._rows:
            shapes = [None if side.term is None else self._shape(side.term) for side in row.sides]
            for relation, left, right in zip(row.relations, shapes, shapes[1:], strict=False):
                if relation in VALUES and left and right:
                    self._same(left, right)
            self._space(row)
        return self._named()

    # union-find over "name:axis", "=size" and "1"

    def _find(self, size: str) -> str:
        while self._parent.setdefault(size, size) != size:
            size = self._parent[size]
        return size

    def _join(self, a: str, b: str) -> None:
        a, b = self._find(a), self._find(b)
        if a == b:
            return
        fixed_a, fixed_b = a.startswith("="), b.startswith("=")
        if fixed_a and fixed_b:
            return          # two named sizes are not made equal
        if fixed_a:
            a, b = b, a
        self._parent[a] = b

    def _same(self, left: tuple[str, ...], right: tuple[str, ...]) -> None:
        if len(left) == len(right):
            for a, b in zip(left, right, strict=True):
                self._join(a, b)

    def _size(self, term: Term) -> str | None:
        match term:
            case Symbol(name):
                return f"={name}"
            case Number(value) if value == 1:
                return "=1"
            case _:
                return None

    def _shape(self, term: Term) -> tuple[str, ...]:
        """The sizes of a term, joining those that must be equal."""
        match term:
            case Symbol(name) if name in self._arrays:
                return tuple(f"{name}:{axis}" for axis in range(self._arrays[name][1].rank))
            case Entry(family, indices):
                if family in self._arrays:
                    for axis, index in enumerate(indices):
                        for range_ in self._ranges:
                            if index == Symbol(range_.name) and range_.lower == ONE:
                                size = self._size(range_.upper)
                                if size is not None:
                                    self._join(f"{family}:{axis}", size)
                return ()
            case Add(args):
                shapes = [s for s in map(self._shape, args) if s]
                for other in shapes[1:]:
                    self._same(shapes[0], other)
                return shapes[0] if shapes else ()
            case Mul(args):
                shapes = [s for s in map(self._shape, args) if s]
                return shapes[0] if shapes else ()
            case Call(function, args):
                return self._call(function, [self._shape(a) for a in args], args)
            case Fold(body=body, range=range_):
                self._ranges.append(range_)
                shape = self._shape(body)
                self._ranges.pop()
                return shape
            case Derivative(body, by, order):
                return self._shape(body) + self._shape(by) * order
            case Relation(_, left, right):
                self._same(self._shape(left), self._shape(right))
                return ()
            case _:
                found = [self._shape(child) for child in children(term)]
                return found[0] if found and term.__class__.__name__ in ("Limit", "Subst", "Integral") else ()

    def _call(self, function: str, shapes: list[tuple[str, ...]], args: tuple[Term, ...]) -> tuple[str, ...]:
        match function:
            case "transpose":
                shape = shapes[0]
                if len(shape) == 1:
                    return ("=1", shape[0])
                return shape[1:] if shape[:1] == ("=1",) else shape[::-1]
            case "inverse" | "det" | "trace":
                if len(shapes[0]) == 2:
                    self._join(shapes[0][0], shapes[0][1])
                return shapes[0] if function == "inverse" else ()
            case "matmul":
                shape = shapes[0]
                for other in shapes[1:]:
                    shape = self._times(shape, other)
                return shape
            case "hadamard":
                for other in shapes[1:]:
                    self._same(shapes[0], other)
                return shapes[0]
            case "dot":
                self._same(shapes[0], shapes[1])
                return ()
            case "identity":
                size = self._size(args[0])
                return (size, size) if size else ()
            case _:
                return ()

    def _times(self, left: tuple[str, ...], right: tuple[str, ...]) -> tuple[str, ...]:
        if not left or not right:
            return left or right
        if len(left) == 1:
            return (left[0], right[1]) if len(right) == 2 else ()
        self._join(left[1], right[0])
        if len(right) == 1:
            return () if left[0] == "=1" else left[:1]
        return (left[0], right[1])

    def _space(self, row: Row) -> None:
        """X \\in \\mathbb{R}^{n \\times p}"""
        if row.relations != ("in",) or len(row.sides) != 2 or not isinstance(row.sides[0].term, Symbol):
            return
        name, nodes = row.sides[0].term.name, row.sides[1].nodes
        if name not in self._arrays or len(nodes) != 1 or not isinstance(nodes[0], Scripted) \
                or canonical(nodes[0].base) != r"\mathbb{R}" or nodes[0].sup is None:
            return
        parts: list[str] = [""]
        for node in nodes[0].sup:
            if isinstance(node, Leaf) and node.text == r"\times":
                parts.append("")
            else:
                parts[-1] += canonical(node)
        for axis, part in enumerate(parts[:self._arrays[name][1].rank]):
            known = self._notation.names.get(part)
            if known is not None and not known.declaration.array:
                self._join(f"{name}:{axis}", f"={known.identifier}")

    def _named(self) -> ArrayGuess:
        """Sizes by name; classes without one get a new name."""
        keys = {name.identifier: key for key, name in self._notation.names.items()}
        taken = set(self._notation.names) | set(keys)
        fresh: dict[str, str] = {}
        arrays: dict[str, tuple[str, tuple[str, ...]]] = {}
        sizes: set[str] = set()
        for name, (key, declaration) in self._arrays.items():
            shape = []
            for axis in range(declaration.rank):
                root = self._find(f"{name}:{axis}")
                if root == "=1":
                    shape.append("1")
                    continue
                if root.startswith("=") and root[1:] in keys:
                    shape.append(keys[root[1:]])
                    sizes.add(shape[-1])
                    continue
                if root not in fresh:
                    fresh[root] = next(f"d_{{{n}}}" if n > 9 else f"d_{n}" for n in range(len(fresh) + 1, 10_000)
                                       if f"d_{n}" not in taken and f"d_{{{n}}}" not in taken)
                    taken.add(fresh[root])
                shape.append(fresh[root])
            arrays[key] = ("vector" if declaration.rank == 1 else "matrix", tuple(shape))
        return ArrayGuess(arrays, frozenset(sizes), frozenset(fresh.values()))
