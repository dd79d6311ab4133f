"""Which letters a text brings in, or brings in anew, and whom words in a sentence are about.

Untrusted as to truth. Imports nothing of lossproof. What is said of a letter is not said of another thing that has the
same letter behind the next heading: `Now let $g$ be a convex function`.
"""

from __future__ import annotations

import re

__all__ = ["INLINE", "about", "heading_between", "introduced", "listed", "said_otherwise"]

INLINE = re.compile(r"\$([^$]+)\$")
_HEADING = re.compile(r"^#{1,6}[ \t]|\\(?:sub)*section\b|\\chapter\b", re.M)
_BRINGS = re.compile(r"\b(?:let|suppose|assume|consider|redefine)\b", re.I)
_TURNS = re.compile(r"\b(?:let|suppose|assume|consider|redefine|now|next|instead|otherwise|case|given|take|denote)\b",
                    re.I)
_SAME = re.compile(r"[^.;:$]{0,40}\b(?:as (?:above|before|in)|the same|again)\b")
_IS = re.compile(r"\s*(?:be|is|are|denotes?|stands?|follows?|has|have|increases|decreases)\b")
_NOUN = re.compile(r"\b(?:functions?|maps?|mappings?|variables?|vectors?|numbers?|process(?:es)?)\s*$")
_JOINED = re.compile(r"\s*,?\s*(?:and|und)?\s*")
_MANY = re.compile(r"variables|vectors|numbers", re.I)
_OF = frozenset({"of", "the", "a", "an", "any", "some", "two", "real", "scalar", "random", "variable", "variables",
                 "vector", "vectors", "number", "numbers", "discrete", "continuous", "real-valued", "function", "pdf",
                 "pmf", "univariate", "multivariate", "dimensional"})
_LINK = _OF | {"be", "is", "are", "as", "its", "which", "that", "with", "having", "has", "have", "follow", "follows",
               "following", "denote", "denotes", "therefore", "thus", "hence", "also", "independent", "two"}
_DIMENSION = re.compile(r"\$\s*[^$\s]+\s*\$-(?=dimensional)")


def heading_between(text: str, first: int, second: int) -> bool:
    """Whether a heading stands between two places."""
    return _HEADING.search(text, first, second) is not None


def introduced(before: str, after: str) -> bool:
    """Whether the words of its sentence around a name bring it in: `let ... be`, `consider a function ...`."""
    return bool(_BRINGS.search(before) and (_IS.match(after) or _NOUN.search(before)) and not _SAME.match(after))


def said_otherwise(before: str, after: str) -> bool:
    """Whether the words around a name bring it in, or may turn to another case: `now $g$ is`."""
    return bool(_TURNS.search(before) and (_IS.match(after) or _NOUN.search(before)))


def listed(sentence: str) -> list[re.Match[str]]:
    """The formulas within a sentence; what only counts dimensions, as `$n$-dimensional`, is a word."""
    return list(INLINE.finditer(_plain(sentence)))


def about(sentence: str, begin: int, end: int, *, one: bool) -> list[str]:
    """The formulas that words between two places of a sentence are about: `$X$ is` before them, else those behind them,
    else those before them.

    Only known words may stand between, and no comma before what is behind. `one` takes the nearest one only; else
    `$X$ and $Y$` are taken together where the words are of several.
    """
    formulas = listed(sentence)
    plain = _plain(sentence)
    several = not one and _MANY.search(plain[begin:end]) is not None
    behind = [found for found in formulas if found.start() >= end]
    between = plain[end:behind[0].start()] if behind else ","
    before = [found for found in formulas if found.end() <= begin]
    words = _words(plain[before[-1].end():begin]) if before else {"nothing"}
    if words <= _LINK and words & {"be", "is", "are"}:
        return _run(plain, before[::-1]) if several else [before[-1][1]]
    if "," not in between and _words(between) <= _OF:
        return _run(plain, behind) if several else [behind[0][1]]
    if words <= _LINK:
        return _run(plain, before[::-1]) if several else [before[-1][1]]
    return []


def _run(text: str, formulas: list[re.Match[str]]) -> list[str]:
    """The first of formulas with those that are joined to it by commas and `and`."""
    found = [formulas[0]]
    for formula in formulas[1:]:
        first, second = sorted((found[-1], formula), key=lambda one: one.start())
        if not _JOINED.fullmatch(text[first.end():second.start()]):
            break
        found.append(formula)
    return [formula[1] for formula in found]


def _words(text: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[^\s,()]+", text)}


def _plain(sentence: str) -> str:
    return _DIMENSION.sub(lambda found: " " * len(found[0]), sentence)
