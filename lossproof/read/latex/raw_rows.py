"""A display cut into rows: line ends, columns, lines that continue one another.

Untrusted as to truth. Looks at tokens only. Imports `tokens`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lossproof.read.latex.tokens import LatexProblem, Token, tokenize

__all__ = ["RELATION_SIGNS", "RawRow", "split_rows"]


RELATION_SIGNS = {
    "=": "=", r"\neq": "!=", "<": "<", r"\leq": "<=", ">": ">", r"\geq": ">=", r"\Rightarrow": "=>",
    r"\Leftrightarrow": "<=>", r"\rightarrow": "->", r"\propto": "~", r"\sim": "distributed", r"\approx": "approx",
    r"\in": "in", r"\equiv": "=", ":=": ":=", r"\ll": "<<", r"\gg": ">>", r"\notin": "notin", r"\subset": "subset",
    r"\subseteq": "subset", r"\leftrightarrow": "<=>", r"\simeq": "approx", r"\perp": "independent",
    r"\doteq": "=", r"\le": "<=", r"\mapsto": "->", r"\supset": "subset", r"\supseteq": "subset", r"\preceq": "<=",
    r"\cong": "approx", r"\leftarrow": "->"}
_OUTER = frozenset({"equation", "equation*", "align", "align*", "aligned", "split", "gather", "gather*", "gathered",
                    "multline", "multline*", "eqnarray", "eqnarray*", "flalign", "flalign*", "alignat", "alignat*",
                    "alignedat", "displaymath", "math"})


@dataclass(frozen=True, slots=True)
class RawRow:
    """The tokens of one row, in their order, and where it stands. `continues`: it begins with a relation."""

    tokens: tuple[Token, ...]
    start: int
    end: int
    continues: bool = False


def split_rows(source: str, offset: int = 0) -> tuple[RawRow, ...]:
    """The rows of a display's source. LatexProblem where it cannot be a formula."""
    tokens = tokenize(source, offset)
    _check_balance(tokens)
    return tuple(_rows(tokens))


def _check_balance(tokens: Sequence[Token]) -> None:
    """Braces and environments must match over the whole display before it is cut into rows."""
    stack: list[Token] = []
    for token in tokens:
        if token.kind in ("open", "begin"):
            stack.append(token)
            if len(stack) > 200:
                raise LatexProblem("the formula is nested too deeply", "", token.start, token.end, "LP105")
        elif token.kind in ("close", "end"):
            top = stack.pop() if stack else None
            wanted = "open" if token.kind == "close" else "begin"
            if top is None or top.kind != wanted or (wanted == "begin" and top.text != token.text):
                shown = "`}`" if token.kind == "close" else f"\\end{{{token.text}}}"
                raise LatexProblem(f"{shown} closes what is not open", "", token.start, token.end, "LP001")
    if stack:
        last = stack[-1]
        shown = "`{`" if last.kind == "open" else f"\\begin{{{last.text}}}"
        raise LatexProblem(f"{shown} opened here is never closed", "", last.start, last.end, "LP001")


def _rows(tokens: Sequence[Token]) -> list[RawRow]:
    """Cut at line ends that stand outside of braces and inner environments."""
    lines: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        if token.kind in ("begin", "end") and token.text in _OUTER and depth == 0:
            if token.kind == "begin" and lines[-1] and any(t.kind != "skip" for t in lines[-1]):
                lines.append(lines.pop())
            continue
        if token.kind in ("open", "begin"):
            depth += 1
        elif token.kind in ("close", "end"):
            depth -= 1
        if token.kind == "newline" and depth == 0:
            lines.append([])
        elif token.kind != "align" or depth:
            lines[-1].append(token)
    rows: list[list[Token]] = []
    for line in lines:
        meaningful = [t for t in line if t.kind != "skip"]
        if not meaningful:
            if rows:
                rows[-1] += line
            continue
        if rows and (_unfinished(rows[-1]) or (not _has_relation(meaningful)
                     and not _ends_sentence(rows[-1]))):
            rows[-1] += line
        else:
            rows.append(line)
    found = []
    for line in rows:
        meaningful = [t for t in line if t.kind != "skip"]
        if meaningful:
            found.append(
                RawRow(tuple(line), meaningful[0].start, meaningful[-1].end, _begins_with_relation(meaningful))
            )
    return found


def _has_relation(tokens: Sequence[Token]) -> bool:
    depth = 0
    for token in tokens:
        if token.kind in ("open", "begin"):
            depth += 1
        elif token.kind in ("close", "end"):
            depth -= 1
        elif (depth == 0 and token.text in RELATION_SIGNS) or token.text in (
            r"\overset",
            r"\stackrel",
            r"\xrightarrow",
        ):
            return True
    return False


def _ends_sentence(tokens: Sequence[Token]) -> bool:
    meaningful = [t for t in tokens if t.kind != "skip"]
    return bool(meaningful) and meaningful[-1].text in (",", ";", ".")


def _unfinished(tokens: Sequence[Token]) -> bool:
    """True where a bracket is open at the end of a line, or a sign waits for what it joins."""
    depth = 0
    meaningful = [t for t in tokens if t.kind != "skip"]
    for n, token in enumerate(meaningful):
        if token.kind == "command" and token.text == r"\left":
            depth += 1
        elif token.kind == "command" and token.text == r"\right":
            # \right. only interrupts a bracket
            empty = n + 1 < len(meaningful) and meaningful[n + 1].text == "."
            depth -= 0 if empty else 1
        elif token.text == "." and n and meaningful[n - 1].text == r"\left":
            depth -= 1
    last = meaningful[-1].text if meaningful else ""
    return depth > 0 or last in ("+", "-", r"\cdot", r"\times", "*", "(", "[", "=", r"\leq", r"\geq")


def _begins_with_relation(tokens: Sequence[Token]) -> bool:
    first = tokens[0].text
    return first in RELATION_SIGNS or first in (r"\overset", r"\stackrel")
