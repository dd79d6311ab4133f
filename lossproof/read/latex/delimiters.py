"""Brackets that lines interrupt, and bars that are brackets or separators.

Untrusted as to truth. Imports the typeset tree.
"""

from __future__ import annotations

from dataclasses import replace

from lossproof.read.latex.tokens import LatexProblem, Token
from lossproof.read.latex.typeset import (
    Bracket,
    Command,
    Leaf,
    Node,
    Nodes,
    Scripted,
)

__all__ = ["bars", "infix", "without_empty_delimiters"]


_INFIX = {r"\choose": r"\binom", r"\over": r"\frac"}


def without_empty_delimiters(tokens: list[Token]) -> list[Token]:
    """The tokens without pairs \\right. ... \\left. that only interrupt a bracket at the end of a line."""
    kept: list[Token] = []
    open_: list[int] = []           # of each \left that is open, its delimiter's place in `kept`; -1: not empty
    suspended: list[int] = []
    place = 0
    while place < len(tokens):
        token = tokens[place]
        after = tokens[place + 1] if place + 1 < len(tokens) else None
        if token.text == r"\left" and after is not None:
            if after.text == "." and suspended:
                open_.append(suspended.pop())
                place += 2
                continue
            open_.append(len(kept))
        elif token.text == r"\right" and after is not None and open_:
            top = open_.pop()
            if after.text == "." and any(
                    t.text == r"\left" and n + 1 < len(tokens) and tokens[n + 1].text == "."
                    for n, t in enumerate(tokens[place + 2:place + 2002], place + 2)) and _resumes(tokens, place + 2):
                suspended.append(top)
                place += 2
                continue
        kept.append(token)
        place += 1
    return kept


def _resumes(tokens: list[Token], start: int) -> bool:
    """True where a \\left. follows whose bracket is closed by more \\right than \\left: it continues one."""
    depth = 0
    for place in range(start, len(tokens)):
        text = tokens[place].text
        if text == r"\left":
            if tokens[place + 1: place + 2] and tokens[place + 1].text == "." and depth == 0:
                # its partner: an empty \right. or any delimiter; \left. ... \right| with a script is a value at a point
                return not _is_value_at(tokens, place)
            depth += 1
        elif text == r"\right":
            depth -= 1
            if depth < 0:
                depth = 0
    return False


def _is_value_at(tokens: list[Token], start: int) -> bool:
    depth = 0
    for place in range(start, len(tokens)):
        if tokens[place].text == r"\left":
            depth += 1
        elif tokens[place].text == r"\right":
            depth -= 1
            if depth == 0:
                rest = [t.text for t in tokens[place + 1:place + 3]]
                return rest in (["|", "_"], [r"\rvert", "_"])
    return False


def infix(items: Nodes) -> Nodes:
    """{n \\choose k} as \\binom{n}{k}."""
    for place, item in enumerate(items):
        if isinstance(item, Leaf) and item.text in _INFIX:
            above, below = items[:place], items[place + 1:]
            if any(isinstance(i, Leaf) and i.text in _INFIX for i in below):
                raise LatexProblem(f"two `{item.text}` stand in one group", "use braces", item.start, item.end)
            return (Command(_INFIX[item.text], (above, below), None, items[0].start, items[-1].end),)
    return items


def _bar(node: Node) -> str:
    """"|" or "\\|" for a bar, with scripts or without; "" for everything else."""
    leaf = node.base if isinstance(node, Scripted) else node
    return leaf.text if isinstance(leaf, Leaf) and leaf.text in ("|", r"\|") else ""


def bars(items: Nodes) -> Nodes:
    """Bars in pairs are brackets; a single one separates, as in p(x|y), or ends a value at a point."""
    places = [n for n, item in enumerate(items) if _bar(item)]
    if not places:
        return items
    if len(places) == 2 and places[1] == places[0] + 1 and items[places[0]].end == items[places[1]].start:
        joined = Leaf("sign", r"\|", items[places[0]].start, items[places[1]].end)
        return (*items[:places[0]], joined, *items[places[1] + 1:])
    if len(places) == 1:
        return items
    if len(places) % 2 or any(isinstance(items[n], Scripted) for n in places[::2]):
        at = items[places[0]]
        raise LatexProblem("it is not clear which bars `|` belong together", r"write \left| ... \right|, or \mid",
                           at.start, at.end)
    found: list[Node] = []
    done = 0
    for first, last in zip(places[::2], places[1::2], strict=True):
        found += items[done:first]
        opening, closing = items[first], items[last]
        bracket = Bracket(_bar(opening), _bar(closing), items[first + 1:last], opening.start,
                          closing.base.end if isinstance(closing, Scripted) else closing.end)
        if first + 1 == last:
            raise LatexProblem("there is nothing between the bars", "", opening.start, closing.end)
        found.append(replace(closing, base=bracket, start=opening.start) if isinstance(closing, Scripted) else bracket)
        done = last + 1
    return (*found, *items[done:])
