"""What the words of a text say of functions and variables: `let $g$ be strictly increasing`, `the probability mass
function of $X$`.

Untrusted as to truth: what is found is a premise, which is named where a line rests on it. Imports `pieces`. Only a
sentence without doubt counts, and only where nothing but known words stands between the name and what is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from lossproof.read.document.pieces import Text
from lossproof.term import Span

__all__ = ["Course", "Wording"]

Course = Literal["invertible", "increasing", "decreasing"]
"""How a function runs; one that is strictly increasing or decreasing is invertible, too."""

_LINK = re.compile(r"\[([^\[\]$]*)\]\([^()\s]*\)")
_END = re.compile(r"[.;?!](?=\s|$)|\n\s*\n|\$\$|[。；？]")
_COURSE = re.compile(
    r"\b(?:(?P<up>strictly\s+(?:monotonic(?:ally)?\s+)?increasing)|(?P<down>strictly\s+(?:monotonic(?:ally)?\s+)?"
    r"decreasing)|(?P<one>invertible|bijective|one-to-one))\b", re.I)
_DOUBT = re.compile(
    r"\b(?:if|whether|unless|when(?:ever)?|no|not|never|neither|nor|none|cannot|without|would|could|might|may|were|had"
    r"|either|or|only|provided|show|prove|claim|check|why|how|false|wrong|any|every|all|each|contradiction|contrary"
    r"|hypothetical(?:ly)?|imagine)\b|n't\b", re.I)
_FILLING = frozenset({"is", "be", "are", "a", "an", "also", "thus", "hence", "therefore", "and", "continuous",
                      "differentiable", "smooth", "real-valued", "measurable"})
_NEXT = re.compile(r"\s*(?:,|$|functions?\b|maps?\b|mappings?\b|and\b|(?:on|over)\s+the\s+(?:support|domain|range)\b"
                   r"|on\s+its\b)", re.I)
_SPACE = re.compile(r"\\[;,!: ]")       # no end of a sentence
_INLINE = re.compile(r"\$([^$]+)\$")
_NAMED = {
    "mass": re.compile(
        r"\bprobability\s+mass\s+function\b|\bdiscrete\s+(?:real\s+)?random\s+(?:variable|vector|number)s?\b", re.I),
    "density": re.compile(r"\bprobability\s+density(?:\s+function)?\b|\bdensity\s+function\b", re.I),
    "continuous": re.compile(
        r"\bcontinuous\s+(?:real\s+)?random\s+(?:variable|number)\b|\bcontinuously\s+distributed\b"
        r"|\b(?:follow(?:s|ing)|ha(?:s|ving)|with)\s+an?\s+(?:normal|gaussian|log-?normal|exponential|gamma|beta"
        r"|chi-squared?|continuous\s+uniform)\s+distribution\b", re.I)}


@dataclass(slots=True)
class Wording:
    """The words of one document."""

    text: Text
    _courses: dict[str, dict[Course, Span]] | None = field(default=None)

    def course(self, letter: str) -> tuple[Course, Span] | None:
        """How the function of this letter is said to run, and where; not where it is said to run both ways."""
        if self._courses is None:
            self._courses = {}
            for name, course, span in self._said():
                self._courses.setdefault(name, {}).setdefault(course, span)
        found = self._courses.get(letter, {})
        if ("increasing" in found) != ("decreasing" in found):
            one: Course = "increasing" if "increasing" in found else "decreasing"
            return one, found[one]
        return ("invertible", found["invertible"]) if "invertible" in found else None

    def named(self, what: Literal["mass", "density", "continuous"], function: str, variable: str) -> Span | None:
        """Where a sentence says of f_X, or of X, that it is so: the words and one of the two within it."""
        about = re.compile(rf"(?<![A-Za-z\\]){function}_\{{?{re.escape(variable)}\}}?\s*(?:\(|$)"
                           rf"|^\s*{re.escape(variable)}\s*(?:=|$)")
        beside = re.compile(rf"\s*\$\s*{function}_\{{?{re.escape(variable)}\}}?\s*\(")
        for begin, sentence in self._sentences():
            for found in _NAMED[what].finditer(sentence):
                inline = [formula[1] for formula in _INLINE.finditer(sentence)]
                # `if X is continuous, with probability density function $f_X(x)$` says what f_X stands for
                named = what != "continuous" and beside.match(sentence, found.end())
                if named or (not _DOUBT.search(sentence) and any(map(about.search, inline))):
                    return self.text.span(begin + found.start(), begin + found.end())
        return None

    def _sentences(self) -> Iterator[tuple[int, str]]:
        """Each sentence with its offset; of a link, its words stay in place."""
        source = _LINK.sub(lambda found: found[1].ljust(len(found[0])), _SPACE.sub("  ", self.text.text))
        begin = 0
        for end in (*(found.start() for found in _END.finditer(source)), len(source)):
            if end > begin:
                yield begin, source[begin:end]
            begin = end + 1

    def _said(self) -> Iterator[tuple[str, Course, Span]]:
        for begin, sentence in self._sentences():
            for found in _COURSE.finditer(sentence):
                if _DOUBT.search(sentence):
                    break
                name = _name_before(sentence[:found.start()]) or _name_behind(sentence[found.end():])
                if name is not None and (_NEXT.match(sentence[found.end():])):
                    course: Course = "increasing" if found["up"] else "decreasing" if found["down"] else "invertible"
                    yield name, course, self.text.span(begin + found.start(), begin + found.end())


def _name_before(before: str) -> str | None:
    """`$g(x)$ be a`: the function that the words before a property are about."""
    formulas = list(_INLINE.finditer(before))
    if not formulas or not set(before[formulas[-1].end():].split()) & {"is", "be"} or not set(
            before[formulas[-1].end():].lower().replace(",", " ").split()) <= _FILLING:
        return None
    return _function(formulas[-1][1])


def _name_behind(behind: str) -> str | None:
    """`function $g$`: the function behind its property."""
    found = re.match(r"\s*(?:function|map|mapping)\s+\$([^$]+)\$", behind)
    return None if found is None else _function(found[1])


def _function(formula: str) -> str | None:
    """The letter of the function that a formula is of: g of `g`, `g(x)`, `g: R -> R`, `Y = g(X)`."""
    found = re.match(r"\s*(?:[A-Z](?:_\{?\w\}?)?\s*=\s*)?(\\?[A-Za-z]+)\s*(?:\(\s*\\?[A-Za-z]+(?:_\{?\w\}?)?\s*\)"
                     r"\s*$|:|$)", formula)
    return found[1] if found else None
