"""Events as probabilities are taken of: `X \\leq x`, `a < X \\leq b`, `g(X) = y`, by their signs and sides.

Untrusted as to truth. Imports the typeset tree. The probability of an event is read as a function of the values that
its sides have, so that it is the same where these are said to be.
"""

from __future__ import annotations

from collections.abc import Mapping

from lossproof.read.latex.typeset import Leaf, Node, Nodes

__all__ = ["CHANCES", "SIGNS", "sides_of"]

CHANCES = frozenset({r"\mathrm{Pr}", r"\Pr", r"\mathbb{P}", r"\mathrm{P}", "P"})
"""How the probability of an event is set."""
SIGNS: Mapping[str, str] = {"=": "=", r"\neq": "!=", "<": "<", r"\leq": "<=", ">": ">", r"\geq": ">="}
"""The relations of events by how they are set."""


def sides_of(nodes: Nodes) -> tuple[list[Nodes], list[str]] | None:
    """The sides of a chain of relations, and its signs as they are set; None for what is none."""
    sides: list[list[Node]] = [[]]
    signs: list[str] = []
    for node in nodes:
        if isinstance(node, Leaf) and node.text in SIGNS:
            signs.append(node.text)
            sides.append([])
        else:
            sides[-1].append(node)
    if not signs or not all(sides):
        return None
    return [tuple(side) for side in sides], signs
