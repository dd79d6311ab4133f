"""A derivative at a value of its variable: dL(\\hat a, b)/da is the derivative of L(a, b) by a, at a = \\hat a.

Untrusted as to truth. Imports the typeset tree.
"""

from __future__ import annotations

from lossproof.read.latex.typeset import Bracket, Command, Leaf, Node, Nodes, Scripted, canonical

__all__ = ["at_variable", "unmarked"]

_MARKS = frozenset({r"\hat", r"\tilde", r"\check"})
_SEPARATORS = frozenset({",", ";", "|", r"\mid"})


def unmarked(node: Node) -> Node | None:
    """The letter of which a node is a value by a mark: a of \\hat a, a_0 of \\hat a_0; None for others."""
    match node:
        case Command(name, ((inner,),)) if name in _MARKS:
            return inner
        case Scripted(base, sub, sup, primes) if (inner_base := unmarked(base)) is not None:
            return Scripted(inner_base, sub, sup, primes, node.start, node.end)
        case _:
            return None


def at_variable(above: Nodes, by: Node) -> tuple[Nodes, Node] | None:
    """`F(\\hat a, b)` as `F(a, b)` and `\\hat a`, by the letter `a`; None unless just one argument is its value.

    A letter with a further subscript in capitals, or 0, is a value, too: p_M of p, x_0 of x; so is x^*.
    """
    if len(above) != 2 or not isinstance(above[1], Bracket):
        return None
    bracket, letter = above[1], canonical(by)
    items = list(bracket.items)
    found = []
    for place, node in enumerate(items):
        alone = all(isinstance(beside, Leaf) and beside.text in _SEPARATORS
                    for beside in (*items[max(place - 1, 0):place], *items[place + 1:place + 2]))
        if not alone:
            continue
        if canonical(node) == letter:
            return None
        plain = unmarked(node) or _labelled(node)
        if plain is not None and canonical(plain) == letter:
            found.append(place)
    if len(found) != 1:
        return None
    value = items[found[0]]
    items[found[0]] = by
    return (above[0], Bracket(bracket.opening, bracket.closing, tuple(items), bracket.start, bracket.end)), value


def _labelled(node: Node) -> Node | None:
    """The letter with a subscript that is one capital letter or 0, or with a star."""
    match node:
        case Scripted(base, (Leaf(_, text),), None, 0) if text.isupper() or text == "0":
            return base
        case Scripted(base, None, (Leaf(_, "*"),), 0):
            return base
        case _:
            return None
