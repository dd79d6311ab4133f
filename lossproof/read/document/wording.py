"""What the words of a text say of functions and variables: `let $g$ be strictly increasing`, `the probability mass
function of $X$`.

Untrusted as to truth: what is found is a premise, which is named where a line rests on it. Imports `pieces` and
`introductions`. Only a sentence without doubt counts, and only where nothing but known words stands between the name
and what is said. It counts for the lines behind it, until the text says otherwise or brings the name in anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from lossproof.read.document.introductions import INLINE, about, heading_between, introduced, listed, said_otherwise
from lossproof.read.document.pieces import Text
from lossproof.term import Span

__all__ = ["Course", "Wording"]

_Kind = Literal["mass", "density", "continuous"]
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
_NONNEGATIVE = re.compile(
    r"\b(?:non-?negative|positive)\s+(?:(?:real|real-valued|discrete|continuous)\s+)*random\s+(?:variable|number)s?\b",
    re.I)
_NAMED: Mapping[_Kind, re.Pattern[str]] = {
    "mass": re.compile(
        r"\bprobability\s+mass\s+function\b|\bdiscrete\s+(?:real\s+)?random\s+(?:variable|vector|number)s?\b", re.I),
    "density": re.compile(r"\bprobability\s+density(?:\s+function)?\b|\bdensity\s+function\b", re.I),
    "continuous": re.compile(
        r"\bcontinuous\s+(?:real\s+)?random\s+(?:variable|vector|number)s?\b|\bcontinuously\s+distributed\b"
        r"|\b(?:follow(?:s|ing)|ha(?:s|ving)|with)\s+an?\s+(?:normal|gaussian|log-?normal|exponential|gamma|beta"
        r"|chi-squared?|continuous\s+uniform)\s+distribution\b", re.I)}




@dataclass(frozen=True, slots=True)
class _Said:
    """Words that say something of formulas, and where."""

    begin: int
    end: int
    what: _Kind
    of: tuple[str, ...]
    sure: bool      # or it only says what a name stands for


@dataclass(slots=True)
class _Found:
    """What was found in a text, when it was first asked for."""

    courses: list[tuple[str, Course | None, int, int]] | None = None
    kinds: list[_Said] | None = None
    introduced: list[tuple[int, str]] | None = None
    signs: list[tuple[int, int, str]] | None = None


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one document, as a line of it may rest on them; without a line, all of them."""

    text: Text
    line: int | None = None
    _found: _Found = field(default_factory=_Found)

    def at(self, line: int) -> Wording:
        """The words as a line with this number may rest on them."""
        return replace(self, line=line)

    def course(self, letter: str) -> tuple[Course, Span] | None:
        """How the function of this letter is said to run, and where; not where it is said to run both ways.

        Only what is said before counts, and not what is said before the function is brought in again.
        """
        if self._found.courses is None:
            self._found.courses = list(self._courses())
        found: dict[Course, Span] = {}
        for name, course, begin, end in self._found.courses:
            if name != letter or begin > self._place():
                continue
            if course is None:
                found.clear()
            else:
                found.setdefault(course, self.text.span(begin, end))
        if ("increasing" in found) != ("decreasing" in found):
            one: Course = "increasing" if "increasing" in found else "decreasing"
            return one, found[one]
        return ("invertible", found["invertible"]) if "invertible" in found else None

    def named(self, what: _Kind, function: str, variable: str) -> Span | None:
        """Where a sentence says of f_X, or of X, that it is so: the last that does before the line, else the next.

        None where the last one says that X is of the other kind, or where X is something else behind a heading.
        """
        if self._found.kinds is None:
            self._found.kinds = list(self._kinds())
        told = re.compile(rf"(?<![A-Za-z\\]){function}_\{{?{re.escape(variable)}\}}?\s*(?:\(|$)"
                          rf"|^\s*{re.escape(variable)}\s*(?:=|\\sim\b|$)")
        either = re.compile(rf"(?<![A-Za-z\\])[fF]_\{{?{re.escape(variable)}\}}?\s*(?:\(|$)"
                            rf"|^\s*{re.escape(variable)}\s*(?:=|\\sim\b|$)")
        place = self._place()
        kinds = [one for one in self._found.kinds if any(map(either.search, one.of))]
        before = [one for one in kinds if one.begin <= place]
        counted = before or [one for one in kinds if not heading_between(self.text.text, place, one.begin)][:1]
        of_kind = [one for one in counted if one.what == what and (one.sure or what != "continuous") and any(
            map(told.search, one.of))]
        if not of_kind:
            return None
        said = of_kind[-1]
        # discrete in one case, continuous in the next
        if any((one.what == "mass") != (what == "mass") and one.begin > said.begin for one in counted):
            return None
        return None if self._is_renewed(variable, said.end, place) else self.text.span(said.begin, said.end)

    def nonnegative(self, variable: str) -> Span | None:
        """Where a sentence before the line says that a random variable is not negative."""
        if self._found.signs is None:
            self._found.signs = [(begin + words.start(), begin + words.end(), formula)
                                 for begin, sentence in self._sentences() if not _DOUBT.search(sentence)
                                 for words in _NONNEGATIVE.finditer(sentence)
                                 for formula in about(sentence, words.start(), words.end(), one=False)]
        for begin, end, formula in self._found.signs:
            if formula.strip() == variable and begin <= self._place() and not self._is_renewed(
                    variable, end, self._place()):
                return self.text.span(begin, end)
        return None

    def _place(self) -> int:
        """The end of the line."""
        starts = self.text.starts
        return len(self.text.text) if self.line is None or self.line >= len(starts) else starts[self.line] - 1

    def _is_renewed(self, variable: str, begin: int, end: int) -> bool:
        """Whether a variable is brought in between two places, behind a heading."""
        if self._found.introduced is None:
            self._found.introduced = list(self._introduced())
        name = re.compile(rf"\s*{re.escape(variable)}\s*(?:=|\\sim\b|$)")
        return any(begin < place <= end and name.match(formula) and heading_between(self.text.text, begin, place)
                   for place, formula in self._found.introduced)

    def _introduced(self) -> Iterator[tuple[int, str]]:
        for begin, sentence in self._sentences():
            for found in listed(sentence):
                if introduced(sentence[:found.start()], sentence[found.end():]):
                    yield begin + found.start(), found[1]

    def _kinds(self) -> Iterator[_Said]:
        found = []
        for begin, sentence in self._sentences():
            doubt = _DOUBT.search(sentence) is not None
            for what, pattern in _NAMED.items():
                for words in pattern.finditer(sentence):
                    of = about(sentence, words.start(), words.end(), one=what == "density")
                    # `if X is continuous, with probability density function $f_X(x)$` says what f_X stands for
                    if doubt:
                        beside = re.match(r"\s*\$\s*(f_\{?\w\}?\s*\([^$]*)\$", sentence[words.end():])
                        of = [beside[1]] if beside else []
                    if of:
                        found.append(_Said(begin + words.start(), begin + words.end(), what, tuple(of), not doubt))
        return iter(sorted(found, key=lambda one: one.begin))

    def _sentences(self) -> Iterator[tuple[int, str]]:
        """Each sentence with its offset; of a link, its words stay in place."""
        source = _LINK.sub(lambda found: found[1].ljust(len(found[0])), _SPACE.sub("  ", self.text.text))
        begin = 0
        for end in (*(found.start() for found in _END.finditer(source)), len(source)):
            if end > begin:
                yield begin, source[begin:end]
            begin = end + 1

    def _courses(self) -> Iterator[tuple[str, Course | None, int, int]]:
        """How functions are said to run, in order; None where one is brought in, or said to run, in other words."""
        for begin, sentence in self._sentences():
            told = set[str]()
            for found in () if _DOUBT.search(sentence) else _COURSE.finditer(sentence):
                name = _name_before(sentence[:found.start()]) or _name_behind(sentence[found.end():])
                if name is not None and (_NEXT.match(sentence[found.end():])):
                    course: Course = "increasing" if found["up"] else "decreasing" if found["down"] else "invertible"
                    told.add(name)
                    yield name, course, begin + found.start(), begin + found.end()
            for formula in listed(sentence):
                name = _function(formula[1])
                before, after = sentence[:formula.start()], sentence[formula.end():]
                if name is not None and name not in told and "=" not in formula[1] and said_otherwise(
                        before, after):
                    yield name, None, begin + formula.start(), begin + formula.end()


def _name_before(before: str) -> str | None:
    """`$g(x)$ be a`: the function that the words before a property are about."""
    formulas = list(INLINE.finditer(before))
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
