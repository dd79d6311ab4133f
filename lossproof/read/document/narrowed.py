"""Whether a row says beside its formula that it holds for some values only: `x = y, i = 2, ..., n`, `x = y if z > 0`.

What is said of some values is not used for others. Untrusted as to truth. Imports the ground floor, `names` and
`statements`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from lossproof.derivation import Declaration
from lossproof.read.document.names import is_number
from lossproof.read.document.statements import ReadRow, Side, Statement
from lossproof.term import ONE, Call, Symbol, free_names

__all__ = ["is_narrowed"]

_LIMITS = frozenset({"!=", "<", "<=", ">", ">=", "<<", ">>", "->", "notin", "subset", "if", "or"})
_WORDS = frozenset({
    "almost", "as", "assuming", "even", "except", "falls", "if", "large", "most", "nur", "odd", "only", "probability",
    "provided", "small", "some", "unless", "wenn", "when", "whenever", "\u5f53", "\u82e5", "\u5982\u679c"})
_WHOLE_SPACE = re.compile(r"\\math(?:bb\s*\{?\s*R|cal\s*\{?\s*\w)\s*\}?(?:\^.*)?")
_RANGE = re.compile(      # 1, ..., n and 1, 2, ..., n, with or without brackets
    r"(?:\\?[{(\[]|\\lbrace)?\s*1\s*,\s*(?:2\s*,\s*(?:3\s*,\s*)?)?\\[lc]?dots[a-z]*\s*,"
    r"\s*(?:[A-Za-z]|\\[A-Za-z]+)(?:_\w|_\{\w+\})?\s*(?:\\?[})\]]|\\rbrace)?")


def is_narrowed(row: ReadRow, declarations: Mapping[str, Declaration]) -> bool:
    """Whether some statement or word of the row says for what the others hold, and that is not all there is."""
    if any(word in _WORDS for text in row.words for word in re.findall(r"[^\W\d_]+", text.lower())):
        return True
    return len(row.statements) > 1 and any(_narrows(statement, declarations) for statement in row.statements)


def _narrows(statement: Statement, declarations: Mapping[str, Declaration]) -> bool:
    if set(statement.relations) & _LIMITS:
        return True
    if statement.relations == ("=",) and len(statement.sides) == 2 and is_number(statement.sides[1].term):
        return isinstance(statement.sides[0].term, Symbol)      # one case
    return statement.relations[-1:] == ("in",) and not _is_all(statement.sides[:-1], statement.sides[-1], declarations)


def _is_all(members: tuple[Side, ...], whole: Side, declarations: Mapping[str, Declaration]) -> bool:
    """Whether a range is the one that its index has anyway, or a set is a whole space."""
    if _WHOLE_SPACE.fullmatch(whole.latex.strip()):
        return True
    if not _RANGE.fullmatch(whole.latex.strip()):
        return False
    named = free_names(whole.term) - ({whole.term.function} if isinstance(whole.term, Call) else set())
    for member in members:
        declared = declarations.get(member.term.name) if isinstance(member.term, Symbol) else None
        if declared is None or declared.kind != "index" or declared.lower not in (None, ONE):
            return False
        if declared.upper is not None and not (isinstance(declared.upper, Symbol) and named == {declared.upper.name}):
            return False
    return True
