"""Whether a declared name fits what is written: bases, scripts, and the parts of scripts.

Untrusted as to truth. Imports the notation and the typeset tree.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from lossproof.read.latex.keys import split_parts
from lossproof.read.latex.notation import Name
from lossproof.read.latex.typeset import (
    Bracket,
    Command,
    Group,
    Leaf,
    Node,
    Nodes,
    Scripted,
    Words,
    canonical,
)

__all__ = [
    "LETTER_LIKE",
    "arguments_of",
    "base_and_scripts",
    "fit",
    "literal",
    "separators_of",
    "split_at",
    "without_power",
]

LETTER_LIKE = frozenset({r"\hat", r"\bar", r"\tilde", r"\dot", r"\ddot", r"\vec", r"\check", r"\breve", r"\acute",
                         r"\grave", r"\overline", r"\underline", r"\mathrm", r"\mathbf", r"\mathit", r"\mathsf",
                         r"\mathtt", r"\mathcal", r"\mathbb", r"\mathfrak", r"\boldsymbol", r"\operatorname",
                         r"\mathscr", r"\mathnormal"})


def base_and_scripts(node: Node) -> tuple[Node | None, Nodes | None, Nodes | None, int]:
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
                return base_and_scripts(inner)[0], inner.sub, sup, primes
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


def without_power(node: Node) -> Node:
    """The node without a superscript that is a number or a transposition."""
    if isinstance(node, Scripted) and node.sup is not None and not node.primes:
        if node.sub is None:
            return node.base
        return Scripted(node.base, node.sub, None, 0, node.start, node.end)
    return node


def fit(name: Name, sub: Nodes | None, sup: Nodes | None, primes: int) -> tuple[int, tuple[Nodes, ...], bool] | None:
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
        bracketed = sup is not None and len(sup) == 1 and isinstance(sup[0], Bracket)
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
    if name.rows and (entry := _split(sub, rank)) is not None:
        return score, entry, power
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
        letters = [n for n, m in pairwise(sub) if _is_letter(n) and _is_letter(m)]
        return None if letters or any(isinstance(n, Leaf) and n.text in (",", ";") for n in sub) else (sub,)
    if len(sub) == 1 and isinstance(sub[0], Leaf) and sub[0].kind == "number" and len(sub[0].text) == count:
        leaf = sub[0]
        return tuple((Leaf("number", digit, leaf.start + n, leaf.start + n + 1),) for n, digit in enumerate(leaf.text))
    return None


def _is_letter(node: Node) -> bool:
    base = node.base if isinstance(node, Scripted) else node
    return isinstance(base, Leaf) and base.kind in ("letter", "command") and base.text not in (r"\cdot", r"\times")


def separators_of(items: Nodes) -> list[str]:
    """The signs between arguments: p(y, x) is not p(y|x)."""
    return [{r"\mid": "|"}.get(n.text, n.text) for n in items if isinstance(n, Leaf) and n.text in (
        ",", ";", "|", r"\mid", r"\|")]


def arguments_of(items: Nodes) -> list[Nodes]:
    parts: list[list[Node]] = [[]]
    for node in items:
        if isinstance(node, Leaf) and node.text in (",", ";", "|", r"\mid", r"\|"):
            parts.append([])
        else:
            parts[-1].append(node)
    return [tuple(part) for part in parts]


def literal(node: Node) -> Fraction | None:
    """The value of a node that is a number."""
    return Fraction(node.text) if isinstance(node, Leaf) and node.kind == "number" else None


def split_at(nodes: Nodes, signs: tuple[str, ...]) -> list[Nodes]:
    """The nodes between the given signs."""
    parts: list[list[Node]] = [[]]
    for node in nodes:
        if isinstance(node, Leaf) and node.text in signs:
            parts.append([])
        else:
            parts[-1].append(node)
    return [tuple(part) for part in parts]
