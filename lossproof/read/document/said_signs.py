"""The sign that the words of a text say a number has: `$k$ is positive`, `a positive constant $c$`.

Untrusted as to truth: what is found is a premise, which is named where a line rests on it. Imports `properties` and the
ground floor. Only words that are known count: what is asked, denied or restricted says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from lossproof.read.document.properties import is_doubtful, without_links
from lossproof.term import RelationName

__all__ = ["said_sign"]

_SIGNS: Mapping[str, RelationName] = {
    "positive": ">", "negative": "<", "nonnegative": ">=", "non-negative": ">=", "nonzero": "!=", "non-zero": "!="}
_SIGN = r"(?:strictly\s+)?(?P<sign>positive|negative|non-?negative|non-?zero)"
_KIND = r"(?:\s+(?:real|finite|fixed|known|constant|scalar|number|numbers|integer|integers|reals|constants|scalars))*"
_TOLD = re.compile(
    rf"(?:\s*,?\s*(?:and\s+)?\$[^$]+\$)*\s*(?:is|are|be)\s+(?:both\s+|all\s+|an?\s+)?{_SIGN}{_KIND}\s*"
    r"(?=[.;:,?!)]|\Z|\n\s*\n|and\b(?!\s+(?:semi-?)?definite)|so\b|which\b|because\b|since\b|here\b)")
_NAMED = re.compile(rf"(?:\b(?:an?|the|some|two|with|for|by|and)\s+){_SIGN}(?:\s+[a-z]+){{0,3}}\s*\Z", re.I)
_REASON = re.compile(r"(?<!not )(?<!only )\b(?:[Ss]ince|[Bb]ecause)\b")
"""A reason is asserted, whatever the rest is."""
_OF = re.compile(r"\b(?:of|between|plus|minus|times|over|by|from|with|in|than)\s*"
                 r"(?:\$[^$]+\$\s*,?\s*(?:(?:and|or)\s*)?)*\Z")       # the sum of $a$ and $b$ is positive
_LET = re.compile(r"\b[Ll]et\b")
_OTHERS = re.compile(r"\b(?:matrix|matrices|function|functions|definite|semidefinite|of|than|or|to|if|operator)\b")


def said_sign(before: str, after: str) -> RelationName | None:
    """How a number is said to compare with 0, by the words of its sentence before and after it."""
    before, after = _REASON.split(without_links(before))[-1], without_links(after)
    if is_doubtful(before):
        return None
    told = _TOLD.match(after)
    if told is not None and not _OF.search(before) and ("be" not in told[0].split() or _LET.search(before)):
        return _SIGNS[told["sign"]]
    named = _NAMED.search(before)
    if named is not None and not _OTHERS.search(named[0]):
        return _SIGNS[named["sign"].lower()]
    return None
