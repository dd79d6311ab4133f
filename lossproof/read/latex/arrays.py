"""Which names of a document are vectors and matrices, where nobody says so: a guess from its own formulas.

Untrusted as to truth: every guess is printed as `assumed`. The kinds are those under which the most rows can be
read; the sizes come from sums, from \\mathbb{R}^{n \\times p}, and from what is added and multiplied. Imports the
ground floor, the grammar and the notation. The work is bounded by the number of trials.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lossproof.derivation import REAL, Declaration
from lossproof.diagnostic import InputError
from lossproof.read.latex.array_sizes import VALUES, ArrayGuess, Sizes
from lossproof.read.latex.layout import lay_out
from lossproof.read.latex.names import TRANSPOSED
from lossproof.read.latex.notation import Name, Notation, normalized
from lossproof.read.latex.raw_rows import RawRow, split_rows
from lossproof.read.latex.rows import Row, read_row
from lossproof.read.latex.tokens import LatexProblem, tokenize
from lossproof.read.latex.typeset import Bracket, Command, Leaf, Node, Nodes, Scripted, canonical
from lossproof.read.shapes import Shapes
from lossproof.term import (
    ZERO,
    free_names,
)

__all__ = ["ArrayGuess", "infer_arrays"]

_MAX_READINGS = 2_500
_WRONG = 1_000


def infer_arrays(notation: Notation, formulas: Sequence[str]) -> ArrayGuess:
    """The arrays among the names of `notation` that the formulas show; empty where no formula needs any."""
    fit = _Fit(notation, formulas)
    if not fit.evidence():
        return ArrayGuess()
    fit.climb()
    guess = Sizes(fit.notation, fit.final_rows()).guess()
    return replace(guess, dropped=frozenset(key for base, key in fit.dropped.items() if base in guess.arrays))


class _Fit:
    """Searches the ranks of names under which the fewest rows have problems."""

    def __init__(self, notation: Notation, formulas: Sequence[str]) -> None:
        self.notation = notation
        self._raws: list[RawRow] = []
        self._letters: list[frozenset[str]] = []
        self._nodes: list[Nodes] = []
        for formula in formulas:
            try:
                for raw in split_rows(formula):
                    self._nodes.append(lay_out(raw.tokens))
                    self._raws.append(raw)
                    self._letters.append(frozenset(t.text for t in raw.tokens if t.kind in ("letter", "command")))
            except LatexProblem:
                continue
        self._left = _MAX_READINGS
        self._failing: list[int] = []
        self.dropped: dict[str, str] = {}   # a letter -> the key with indices that it stands for
        self._rekeyed()
        self._sure: set[str] = set()        # what is transposed is no number
        self._at: dict[str, list[int]] = {}

    def evidence(self) -> bool:
        """Take what is transposed, inverted or in bars for an array; False where nothing is transposed."""
        marked: dict[str, int] = {}
        for nodes in self._nodes:
            _marks(nodes, marked)
        if not any(rank for rank in marked.values()):
            return False
        for key, name in list(self.notation.names.items()):
            if key in marked and marked[key] and _may_be_array(name):
                self._set(key, 2 if _is_capital(key) else 1)
                self._sure.add(key)
        self._weak = {key for key, rank in marked.items() if not rank}
        for key in self._weak:
            if _is_capital(key) and key in self.notation.names and _may_be_array(self.notation.names[key]):
                self._set(key, 2)
        return True

    def _set(self, key: str, rank: int) -> None:
        self.notation = self._with(key, rank)

    def _with(self, key: str, rank: int) -> Notation:
        """The notation with one name as a number, a vector or a matrix of sizes that are not known yet."""
        name = self.notation.names[key]
        old = name.declaration
        if rank == 0:
            made = Declaration(old.name, "scalar", REAL, latex=old.latex, assumed=True)
        else:
            made = Declaration(old.name, "family", old.domain if old.kind == "family" else REAL, rank=rank, array=True,
                               latex=old.latex, assumed=True)
        try:
            changed = normalized(key, made)
        except LatexProblem:
            return self.notation
        return replace(self.notation, names={**self.notation.names, key: changed})

    def _rekeyed(self) -> None:
        """A family whose key shows its indices, such as y_i, by its letter alone: that is how an array is known."""
        names = {}
        for key, name in self.notation.names.items():
            shown = name.declaration.kind == "family" and name.base != key and all(
                part is None for part in (*name.sub, *name.sup)) and not name.implied and not name.primes
            if shown and name.base not in self.notation.names and name.declaration.rank <= 2:
                self.dropped[name.base] = key
                names[name.base] = replace(name, key=name.base)
            else:
                names[key] = name
        self.notation = replace(self.notation, names=names)

    def climb(self) -> None:
        """Change one name at a time as long as that leaves fewer rows with problems."""
        self._failing = [self._failures(self.notation, n) for n in range(len(self._raws))]
        for key, name in self.notation.names.items():
            letter = _letter_of(name.base)
            self._at[key] = [n for n, letters in enumerate(self._letters) if letter in letters]
        for _ in range(40):
            wrong = [n for n, count in enumerate(self._failing) if count]
            letters = frozenset().union(*(self._letters[n] for n in wrong)) if wrong else frozenset()
            best: tuple[int, str, int] | None = None
            for key, name in self.notation.names.items():
                if not _may_be_array(name) or _letter_of(name.base) not in letters:
                    continue
                rank = name.declaration.rank if name.declaration.array else 0
                # small letters are no matrices: too much would fit
                for other in (2, 1, 0) if _is_capital(key) else (1, 0):
                    if (other == rank and (name.declaration.kind != "family" or name.declaration.array)) \
                            or (other == 0 and key in self._sure):
                        continue
                    gain = self._gain(key, other)
                    if gain > 0 and (best is None or gain > best[0]):
                        best = gain, key, other
                if self._left <= 0:
                    break
            if best is None:
                return
            self._set(best[1], best[2])
            for n in self._at[best[1]]:
                self._failing[n] = self._failures(self.notation, n)
            if self._left <= 0:
                return

    def _gain(self, key: str, rank: int) -> int:
        changed = self._with(key, rank)
        gain = 0
        for n in self._at[key]:
            gain += self._failing[n] - self._failures(changed, n)
        return gain

    def _failures(self, notation: Notation, n: int) -> int:
        self._left -= 1
        shapes = Shapes(notation.declarations, {})
        score = 0
        for row in read_row(self._raws[n], notation):
            for side in row.sides:
                if side.problem is not None:
                    # a problem further to the right is a step ahead: what stands before it fits now
                    ahead = side.end - min(max(side.problem.start, side.start), side.end)
                    score += _WRONG + _WRONG * ahead // max(side.end - side.start, 1)
            score += _WRONG * _mismatches(row, shapes)
        return score

    def final_rows(self) -> list[Row]:
        return [row for raw in self._raws for row in read_row(raw, self.notation)]


def _mismatches(row: Row, shapes: Shapes) -> int:
    """How often a number stands beside an array, or a vector beside a matrix; 0 stands beside everything."""
    ranks: list[int | None] = []
    for side in row.sides:
        try:
            known = side.term is not None and side.term != ZERO and not free_names(side.term) & set(row.extra)
            ranks.append(len(shapes.of(side.term)) if known and side.term is not None else None)
        except InputError:
            ranks.append(None)
    return sum(relation in VALUES and a is not None and b is not None and a != b
               for relation, a, b in zip(row.relations, ranks, ranks[1:], strict=False))


def _may_be_array(name: Name) -> bool:
    if name.nodes > 1 or name.implied or name.primes:
        return False
    declaration = name.declaration
    if declaration.kind == "family":
        return declaration.rank <= 2 and (declaration.array or not any(p is not None for p in name.sub))
    return declaration.kind in ("scalar", "integer") and None not in (*name.sub, *name.sup)


def _is_capital(key: str) -> bool:
    letter = _letter_of(key)
    return letter.lstrip("\\")[:1].isupper()


def _letter_of(key: str) -> str:
    """The innermost letter or Greek letter of a key: \\hat{\\Sigma} is \\Sigma."""
    try:
        nodes = lay_out_key(key)
    except LatexProblem:
        return key
    node: Node | None = nodes[0] if nodes else None
    while True:
        match node:
            case Scripted(base=base):
                node = base
            case Command(args=(first, *_)) if first:
                node = first[0]
            case Leaf(text=text):
                return text
            case _:
                return key


def lay_out_key(key: str) -> Nodes:
    return lay_out(tokenize(key))


def _marks(nodes: Nodes, found: dict[str, int]) -> None:
    """Names that are transposed (1), and those that are inverted or stand in bars (0)."""
    for node in nodes:
        match node:
            case Scripted(base, sub, sup, _):
                named = base if sub is None else Scripted(base, sub, None, 0, node.start, node.end)
                if sup is not None and canonical(sup) in TRANSPOSED and not isinstance(base, Bracket):
                    found[canonical(named)] = 1
                elif sup is not None and canonical(sup) == "-1":
                    found.setdefault(canonical(named), 0)
                _marks((base,), found)
                for script in (sub, sup):
                    _marks(script or (), found)
            case Bracket("|", "|", items) if len(items) == 1:
                found.setdefault(canonical(items), 0)
            case Bracket(items=items):
                _marks(items, found)
            case Command(args=args):
                for arg in args:
                    _marks(arg, found)
            case _:
                for items in (getattr(node, "items", ()), *(cell for row in getattr(node, "rows", ()) for cell in row)):
                    _marks(items, found)
