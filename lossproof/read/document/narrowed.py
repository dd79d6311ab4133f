"""Whether a row says beside its formula that it holds for some values only: `x = y, i = 2, ..., n`, `x = y if z > 0`.

Or a hypothesis that it stands under says so. What is said of some values is not used for others. Untrusted as to
truth. Imports the ground floor, `names` and `statements`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Set

from lossproof.derivation import Declaration
from lossproof.read.document.names import is_number
from lossproof.read.document.statements import ReadRow, Side, Statement
from lossproof.term import ONE, Call, Relation, Symbol, Term, free_names, walk

__all__ = ["holds_for_some", "is_narrowed"]

_LIMITS = frozenset({"!=", "<", "<=", ">", ">=", "<<", ">>", "->", "notin", "subset", "if", "or"})
_WORDS = frozenset({
    "almost", "as", "assuming", "even", "except", "falls", "false", "if", "large", "most", "nur", "odd", "only",
    "probability", "provided", "small", "some", "unless", "untrue", "wenn", "when", "whenever", "当", "若", "如果"})
_CASE = re.compile(     # H_0: a = b
    r"\s*(?:\\label\s*\{[^{}]*\}\s*)?(?:[mM]|H|\\mathcal\{?[HM]\}?)_(?:\{\w+\}|\w)\s*&?\s*:")
_WHOLE_SPACE = re.compile(r"\\math(?:bb\s*\{?\s*R|cal\s*\{?\s*\w)\s*\}?(?:\^.*)?")
_RANGE = re.compile(      # 1, ..., n and 1, 2, ..., n, with or without brackets
    r"(?:\\?[{(\[]|\\lbrace)?\s*1\s*,\s*(?:2\s*,\s*(?:3\s*,\s*)?)?\\[lc]?dots[a-z]*\s*,"
    r"\s*(?:[A-Za-z]|\\[A-Za-z]+)(?:_\w|_\{\w+\})?\s*(?:\\?[})\]]|\\rbrace)?")


def is_narrowed(row: ReadRow, declarations: Mapping[str, Declaration]) -> bool:
    """Whether some statement or word of the row says for what the others hold, and that is not all there is."""
    if any(word in _WORDS for text in row.words for word in re.findall(r"[^\W\d_]+", text.lower())):
        return True
    if _CASE.match(row.latex):
        return True
    if any(statement.join == "<=>" for statement in row.statements[1:]):
        return True         # neither is said to hold
    if len(row.statements) < 2:
        return False
    about = frozenset[str]().union(*(free_names(side.term) for statement in row.statements for side in statement.sides
                                     if statement.relations[-1:] != ("in",)))
    joins = (*(statement.join for statement in row.statements[1:]), "")
    # what follows from the rest says nothing of when that holds
    return any("=>" not in (join, statement.join) and _narrows(statement, about, declarations)
               for statement, join in zip(row.statements, joins, strict=True))


def holds_for_some(names: Collection[str], given: Iterable[Term]) -> bool:
    """Whether hypotheses single out values of names: `i = 1`, `t > 0`; not `z_i = 1`, which is said of an entry."""
    return any(isinstance(side, Symbol) and side.name in names for term in given for part in walk(term)
               if isinstance(part, Relation) for side in (part.left, part.right))


def _narrows(statement: Statement, about: Set[str], declarations: Mapping[str, Declaration]) -> bool:
    if set(statement.relations) & _LIMITS:
        return True
    first = statement.sides[0].term
    if statement.relations == ("=",) and len(statement.sides) == 2 and isinstance(first, Symbol):
        declared = declarations.get(first.name)         # one case
        if is_number(statement.sides[1].term) or (declared is not None and declared.kind == "index"):
            return True
    return statement.relations[-1:] == ("in",) and not _is_all(
        statement.sides[:-1], statement.sides[-1], about, declarations)


def _is_all(members: tuple[Side, ...], whole: Side, about: Set[str], declarations: Mapping[str, Declaration]) -> bool:
    """Whether a range is the one that its index has anyway, or of what nothing is about, or a set is a whole space."""
    if _WHOLE_SPACE.fullmatch(whole.latex.strip()):
        return True
    if not _RANGE.fullmatch(whole.latex.strip()):
        return False
    named = free_names(whole.term) - ({whole.term.function} if isinstance(whole.term, Call) else set())
    for member in members:
        if isinstance(member.term, Symbol) and member.term.name not in about:
            continue
        declared = declarations.get(member.term.name) if isinstance(member.term, Symbol) else None
        if declared is None or declared.kind != "index" or declared.lower not in (None, ONE):
            return False
        if declared.upper is not None and not (isinstance(declared.upper, Symbol) and named == {declared.upper.name}):
            return False
    return True
