"""What matrices with dots show: which letters are families there, and which letter is their size.

`diag(s_1, ..., s_n)`, and a matrix of three rows and three columns of which the middle ones are dots: what stands at 1
and at n is a family up to n, and the whole is a matrix of n rows. The lower numbers k_1, ..., k_m of a multinomial
coefficient are a family, too. Untrusted as to truth. Imports the typeset tree, `survey` and `array_names`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lossproof.read.document.array_names import Arrays, inner_of, split
from lossproof.read.document.survey import Survey, letter, parts
from lossproof.read.latex.typeset import (
    Bracket,
    Command,
    Environment,
    Group,
    Leaf,
    Node,
    Nodes,
    Scripted,
    canonical,
    children,
)

__all__ = ["DIAGONAL", "are_dotted", "note_families", "size_of_diagonal", "size_of_dotted"]

DIAGONAL = frozenset({r"\mathrm{diag}", r"\operatorname{diag}", r"\text{diag}", r"\diag"})
_MATRICES = frozenset({"matrix", "pmatrix", "bmatrix"})
_DOTS = frozenset({r"\dots", r"\ldots", r"\cdots", r"\vdots", r"\ddots"})
_COMMA = frozenset({","})
_LETTERS = "ijklrs"
_BELOW = re.compile(r"_(?:\{[^{}]*\}|.)")


@dataclass(frozen=True, slots=True)
class _Family:
    """A letter with the parts of its subscript, None at the places that run from 1 to `size`."""

    key: str
    sub: tuple[str | None, ...]
    size: str


def size_of_dotted(rows: Sequence[tuple[Nodes, ...]]) -> str | None:
    """The letter of the size of a square matrix with dots; None for other matrices."""
    corners = _corners(tuple(row for row in rows if any(row)))
    return _size(corners) if corners else None


def size_of_diagonal(items: Nodes) -> str | None:
    """The letter of the size of a list with dots within `diag(...)`; None for other lists."""
    ends = _ends(items)
    return _size(ends) if ends else None


def are_dotted(nodes: Nodes) -> bool:
    """Whether such a matrix is in a formula."""
    return any(group and _size(group) is not None for group in _groups(nodes, coefficients=False))


def note_families(found: Survey, arrays: Arrays, formulas: Iterable[Nodes]) -> None:
    """Add what such matrices show to what is known of letters: a family by an index that runs up to its size."""
    families = dict.fromkeys(family for nodes in formulas for group in _groups(nodes) if _size(group)
                             for family in _families(group))
    sums = {size for counter in found.bounds.values() for size in counter}
    for family in families:
        if family.size in found.bounds or family.key not in found.uses:
            continue        # an index of a sum; or no name
        if any(len(sub) == len(family.sub) == len(set(sub)) and all(part in found.bounds for part in sub)
               for sub in found.uses[family.key].subscripts):
            continue        # it is a family already
        used = {part for use in found.uses.values() for sub in use.subscripts for part in sub}
        free = [index for index in _LETTERS if index not in found.uses and (
            set(found.bounds[index]) == {family.size} if index in found.bounds else index not in used | sums)]
        wanted = sum(part is None for part in family.sub)
        if len(free) < wanted:
            continue
        places = iter(free)
        sub = tuple(next(places) if part is None else part for part in family.sub)
        found.uses[family.key].subscripts[sub] += 1
        for index in free[:wanted]:
            found.bounds.setdefault(index, type(found.bare_sums)())[family.size] += 1
        arrays.units.add(family.size)


def _groups(nodes: Nodes, *, coefficients: bool = True) -> Iterator[Sequence[Nodes]]:
    """The ends of each list within diag(...) and below in a coefficient, the corners of each matrix with dots."""
    for at, node in enumerate(nodes):
        after = nodes[at + 1] if at + 1 < len(nodes) else None
        if canonical(node) in DIAGONAL and isinstance(after, Bracket):
            yield _ends(after.items)
        if coefficients and isinstance(node, Command) and node.name == r"\binom":
            below = node.args[1]
            yield _ends(below[0].items if len(below) == 1 and isinstance(below[0], Group) else below)
        if isinstance(node, Environment) and node.name in _MATRICES:
            yield _corners(tuple(row for row in node.rows if any(row)))
        inner = children(node) if isinstance(node, Environment | Command) else inner_of(node)
        for part in inner:
            yield from _groups(part, coefficients=coefficients)


def _ends(items: Nodes) -> tuple[Nodes, ...]:
    """The first and the last term of a list with dots before its last; () for other lists."""
    terms = split(items, _COMMA)
    return (terms[0], terms[-1]) if len(terms) > 2 and _is_dots(terms[-2]) and sum(map(_is_dots, terms)) == 1 else ()


def _corners(rows: Sequence[tuple[Nodes, ...]]) -> tuple[Nodes, ...]:
    """The corners of a matrix of three rows and columns of which the middle ones are dots; () for others."""
    if len(rows) != 3 or any(len(row) != 3 for row in rows) or not all(
            _is_dots(rows[i][j]) for i, j in ((0, 1), (1, 0), (1, 1), (1, 2), (2, 1))):
        return ()
    return rows[0][0], rows[0][2], rows[2][0], rows[2][2]


def _size(cells: Sequence[Nodes]) -> str | None:
    """The letter of the size, where the cells have one form: the same with 1 below for it, or 0 off the diagonal."""
    sizes = {family.size for family in _families(cells)}
    if len(sizes) != 1:
        return None
    (size,) = sizes
    texts = [canonical(cell) for cell in cells]
    if len(texts) == 4 and texts[1] == texts[2] == "0":
        texts = [texts[0], texts[3]]
    forms = {_BELOW.sub(lambda below: below[0].replace(size, "1"), text) for text in texts}
    return size if len(forms) == 1 else None


def _families(cells: Sequence[Nodes]) -> Iterator[_Family]:
    """The letters that stand in some cells with 1 and with one other letter at the same places below them."""
    seen: dict[tuple[str, int], set[tuple[str, ...]]] = {}
    for cell in cells:
        for node in _names(cell):
            key = letter(node.base)
            assert key is not None
            below = parts(node.sub)
            seen.setdefault((key, len(below)), set()).add(below)
    for (key, count), subs in seen.items():
        values = [{sub[place] for sub in subs} for place in range(count)]
        sizes = {value for found in values if "1" in found and len(found) == 2 for value in found - {"1"}}
        if len(sizes) != 1 or not all(len(found) == 1 or ("1" in found and len(found) == 2) for found in values):
            continue
        (size,) = sizes
        if len(size) == 1 and size.isalpha():
            yield _Family(key, tuple(None if len(found) == 2 else next(iter(found)) for found in values), size)


def _names(nodes: Nodes) -> Iterator[Scripted]:
    """The letters with a subscript in a formula."""
    for node in nodes:
        if isinstance(node, Scripted) and node.sub and letter(node.base) is not None:
            yield node
        for inner in inner_of(node) if isinstance(node, Scripted) else children(node):
            yield from _names(inner)


def _is_dots(nodes: Nodes | Node) -> bool:
    only = nodes[0] if isinstance(nodes, tuple) and len(nodes) == 1 else nodes
    return isinstance(only, Leaf) and only.text in _DOTS
