"""A formula's rows, found without understanding it: what is counted does not depend on what can be read.

Untrusted as to truth, safe on any text: one pass, no recursion. Imports nothing of lossproof.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["RawRow", "raw_rows"]

_PIECE = re.compile(
    r"\\(?P<edge>begin|end)\s*\{(?P<name>[A-Za-z]+)\*?\}|\\(?:label|tag|eqref|ref)\*?\s*\{[^{}]*\}"
    r"|\\(?P<over>overset|stackrel)\s*(?=\{)|\\[A-Za-z]+|\\.|[{}]|.", re.S)
_ROWS = frozenset({"split", "aligned", "align", "gather", "gathered", "eqnarray", "multline", "equation", "alignat",
                   "alignedat", "flalign", "displaymath", "math"})
_RELATIONS = frozenset({"=", "<", ">", r"\leq", r"\geq", r"\le", r"\ge", r"\lt", r"\gt", r"\leqslant", r"\geqslant",
                        r"\neq", r"\ne", r"\approx", r"\propto"})


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row: where it stands in the formula, how many relations and equal signs it has outside of braces."""

    start: int
    end: int
    relations: int
    equals: int
    begins: bool        # with a relation


def raw_rows(formula: str) -> tuple[RawRow, ...]:
    """The rows of a formula that hold anything: those of the environments that join rows, else the whole."""
    found: list[RawRow] = []
    start = depth = inside = relations = equals = 0
    last = len(formula)
    begins: bool | None = None
    over = 0        # braces behind \\overset: the second one holds the relation
    empty = True
    for piece in _PIECE.finditer(formula):
        text = piece[0]
        outer = depth == 0 and inside == 0
        if piece["edge"]:
            if piece["name"] in _ROWS and outer:
                if empty:
                    start = piece.end()
                elif piece["edge"] == "end":
                    last = min(last, piece.start())
                continue
            inside = max(0, inside + (1 if piece["edge"] == "begin" else -1))
        elif text == r"\\" and outer:
            if not empty:
                found.append(RawRow(start, min(last, piece.start()), relations, equals, bool(begins)))
            start, last, relations, equals, begins, empty = piece.end(), len(formula), 0, 0, None, True
            continue
        elif piece["over"] and outer:
            over = 2
        elif text == "{":
            depth += 1
        elif text == "}":
            depth = max(0, depth - 1)
            over -= depth == 0 and over > 0
        if text.isspace() or text == "&" or text.startswith((r"\label", r"\tag")):
            continue
        is_relation = text in _RELATIONS and inside == 0 and (depth == 0 or (over == 1 and depth == 1))
        if is_relation:
            relations += 1
            equals += text == "="
        if begins is None and not piece["over"] and over != 2 and text not in "{}":
            begins = is_relation
        empty = False
    if not empty:
        found.append(RawRow(start, last, relations, equals, bool(begins)))
    return tuple(found)
