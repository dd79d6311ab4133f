"""The part that a formula has in its document's argument: supposed, claimed or said, and which lines it points to.

Untrusted as to truth: it reads the words around formulas, as few of them as it takes. Imports nothing of lossproof.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Literal

__all__ = ["Argument", "Role", "citations", "labels"]

Role = Literal["supposed", "claimed", "said"]
"""`claimed`: what a theorem states; `supposed`: what it supposes (let, given, where); `said`: all else, a proof too."""

_MARK = re.compile(
    r"^[ \t>]*(?:[*_#]+[ \t]*)?(?:(?P<statement>Theorem|Proposition|Lemma|Corollary|Claim|Satz|定理|命题|引理|推论)"
    r"|(?P<proof>Proof|Beweis|证明|证)|Definition|Remark|Example|Beispiel|定义|注|例)(?![a-z])[^\n*_:.：]{0,80}[:.*_：]"
    r"|\\begin\s*\{(?P<begun>theorem|thm|proposition|prop|lemma|lem|corollary|cor|claim)\*?\}"
    r"|\\begin\s*\{(?P<begun_proof>proof)\}"
    r"|(?P<ended>\\end\s*\{(?:theorem|thm|proposition|prop|lemma|lem|corollary|cor|claim)\*?\}|^#+[ \t])", re.M)
_SUPPOSES = re.compile(
    r"\b(?:[Ll]et|[Gg]iven(?! by)|[Aa]ssum\w+|[Cc]onsider\w*|[Ss]uppos\w+|[Ww]here|defined|sei(?:en)?|wobei"
    r"|[Aa]ngenommen)\b|设|令|若|假设|其中")
_CLAIMS = re.compile(r"\b(?:[Tt]hen|[Hh]olds?|[Dd]ann|[Gg]ilt)\b|则|那么")
_WITH = re.compile(r"\s*,?\s*(?:with|under|subject to|mit|unter)\b")      # let A, with B: B is supposed, too
_ASSERTS = re.compile(r"\b(?:is|are|be|has|have|we|it|by|gilt|ist|sind)\b|\b[0-9]+\)")
_LETS = re.compile(
    r"\b(?:[Ll]et|[Aa]ssum\w+|[Ss]uppos\w+|[Ww]here|sei(?:en)?|wobei|[Aa]ngenommen)\b|设|令|若|假设|其中")
_STOPPED = re.compile(r"[.;。；]\s*(?:\\end\s*\{\w+\*?\}\s*|\\[;,!]\s*)*\Z")
_GOES_ON = re.compile(      # `and`, `and the transformed model`, `which is linked to it by`; estimates may be claimed
    r"(?:\$\$)?\s*(?:(?:and|or)(?:\s+(?:an?|the|its)\b(?=[^,:]*\b(?:models?|variables?|matri(?:x|ces)|vectors?|functions?"
    r"|distributions?|data|samples?|process(?:es)?)\b)(?:(?!\b(?:is|are|be|has|have|was|equals?|reads?|becomes?|follows?"
    r"|gives?|given|obeys?|satisf\w+)\b)[^,:])*)?|und|which\b[^,:]*|以及|和)\s*(?:\$\$)?\s*")
_SAYS_TOO = re.compile(       # where the one term is A `and the other one is` B
    r"(?:\$\$)?\s*and\s+(?:the|its|their|an?)\b[^.:;]*\b(?:is|are|equals?|denotes?)\b[^.:;$]*(?:\$\$)?\s*")
_WHERE = re.compile(r"(?:^|[,(]\s*|^\W*)where\b(?!.*\b(?:[Tt]hen|[Hh]olds?)\b)", re.S)
_IMAGINED = re.compile(
    r"\b(?:contradiction|contrary|if (?:we|it|there) (?:had|were)|would|might|whether|[Ee]xample|e\.\s?g\.|instance"
    r"|(?:null|alternative) hypothesis|Widerspruch|Beispiel|Nullhypothese)\b|例如|矛盾|假如")
_CASE = re.compile(r"\b(?:[Ii]f|[Ww]hen(?:ever)?|[Uu]nless|[Ii]n the \w+ case|[Ww]enn|[Ff]alls)\b"
                   r"(?! we (?:define|let|set|write|denote|put))|如果|当\s*\$?$")
_AFTER_CASE = re.compile(r"\b(?:[Tt]hen|[Hh]ence|[Tt]hus|[Ss]o|[Dd]ann)\b|则|那么|所以")
_AT = re.compile(r"\b(?:[Ff]or|[Aa]t|[Ff]ür|[Bb]ei) \$\s*([\\A-Za-z_{}]+)\s*=\s*-?[0-9]+\s*\$")      # for $i = 1$
_IN_PASSING = re.compile(r"\b(?:of|von|der|des)\s+(?:\$|\\\()?$")      # the density of $Y = g(X)$
_EVENT = re.compile(r"\b(?:probability|chance|event|Wahrscheinlichkeit|Ereignis)\]?(?:\([^()]*\))?\s+(?:of|von|der|des)"
                    r"\s+(?:\$|\\\()?$")
_BEHIND = re.compile(r"\s*,?\s*(?:(?:for|at|on)\s+\$|(?:if|when|unless|only)\b)")     # y_i = x_i for $i = 1$
_DENIED = re.compile(r"\b(?:false|wrong|incorrect|untrue|not (?:true|the case|assume)|falsch|nicht wahr)\b"
                     r"|不成立|是错的")
_DOUBTED = re.compile(r"\b(?:contradiction|contrary|whether|would|might|(?:it|there|we) (?:had|were)|Widerspruch)\b"
                      r"|矛盾|假如")
_SENTENCE = re.compile(r"[.;?](?=\s|$)|[。；？]")
_FAR = 300      # so many characters around a formula are looked at
_LABEL = re.compile(r"\\(?:label|tag)\*?\s*\{([^{}]*)\}")
_CITATION = re.compile(r"\\(?:eq|c|C|auto)?ref\*?\s*\{([^{}]*)\}")


class Argument:
    """Where theorems stand in a text."""

    def __init__(self, source: str) -> None:
        self._source = source
        found = list(_MARK.finditer(source))
        self._starts = [0, *(mark.end() for mark in found)]
        self._statement = [False, *(bool(mark["statement"] or mark["begun"]) for mark in found)]
        self._proof = [False, *(bool(mark["proof"] or mark["begun_proof"]) for mark in found)]

    def role(self, offset: int, *, display: bool = True) -> Role:
        """The part of the formula at an offset, from the words behind the formula before it.

        Where these only go on with what that one supposes, it is supposed, too. A statement that no proof follows is
        only said. Within a line, what something is claimed of is supposed: the density of $Y = g(X)$.
        """
        number = bisect_right(self._starts, offset) - 1
        if not self._statement[number] or not self._proved(number):
            return "said"
        words = self._source[max(self._starts[number], offset - _FAR):offset]
        if not display and _IN_PASSING.search(words) and not _EVENT.search(words):
            return "supposed"
        end = offset
        while True:
            before = self._source.rfind("$$", self._starts[number], max(end - 2, 0))
            words = _SENTENCE.split(self._source[max(before, self._starts[number]):end])[-1]
            supposed, claimed = (max((found.start() for found in pattern.finditer(words)), default=-1)
                                 for pattern in (_SUPPOSES, _CLAIMS))
            # where it only goes on, what is said of the formula before is said of this one
            opening = self._source.rfind("$$", self._starts[number], max(before, 0))
            if max(supposed, claimed) >= 0 or opening < 0 or not self._goes_on(words, opening + 2, before):
                return "supposed" if supposed > claimed else "claimed"
            end = opening + 2

    def _goes_on(self, words: str, begin: int, end: int) -> bool:
        """Whether words behind the formula from `begin` to `end` only lead on to the next: `and`; `let A, with B`."""
        if _GOES_ON.fullmatch(words):
            return True
        if _SAYS_TOO.fullmatch(words) and not _STOPPED.search(self._source[begin:end]) and _WHERE.search(
                self.before(begin)):
            return True
        return words.startswith("$$") and bool(_WITH.match(words, 2)) and not _STOPPED.search(
            self._source[begin:end]) and not _ASSERTS.search(words) and bool(_LETS.search(self.before(begin)))

    def before(self, offset: int) -> str:
        """The words of its sentence before a formula, as far as the displayed formula before it."""
        number = bisect_right(self._starts, offset) - 1
        words = self._source[max(self._starts[number], offset - _FAR):offset].rstrip().removesuffix("$$")
        return _SENTENCE.split(words.rpartition("$$")[-1])[-1]

    def around(self, begin: int, end: int) -> tuple[str, str]:
        """The words of its sentence before a formula within a line of text, and the text behind it in its paragraph,
        both without its delimiters."""
        before = self.before(begin).removesuffix("$").removesuffix(r"\(")
        after = self._source[end:end + _FAR].partition("\n\n")[0]
        return before, re.sub(r"^(?:\$|\\\))", "", after)

    def hypothetical(self, begin: int, end: int, *, display: bool) -> bool:
        """Whether the sentence around a formula only asks, denies or imagines it, or gives an example.

        Within a line of text, also whether it is said of a case: `when the sizes are equal, m = n`.
        """
        before = self.before(begin)
        after = self._source[end + 1:end + _FAR].lstrip(" $").partition("\n\n")[0]
        stop = _SENTENCE.search(after)
        after = after[:stop.start()] if stop else after
        if (stop and stop[0] in "?？") or any(
                found for found in (_IMAGINED.search(before), _DENIED.search(before), _DENIED.search(after))):
            return True
        case, rest = (max((found.start() for found in pattern.finditer(before)), default=-1)
                      for pattern in (_CASE, _AFTER_CASE))
        at = _AT.findall(before)
        if at and not _AFTER_CASE.search(before) and not all(
                _is_set(letter, self._source[begin:end + 1]) for letter in at):
            return True
        return not display and (case > rest or bool(_BEHIND.match(after)))

    def denied(self, begin: int, end: int) -> bool:
        """Whether the sentence around a formula denies it, asks whether it is so, or supposes it to refute it."""
        before, after = self.around(begin, end)
        stop = _SENTENCE.search(after)
        after = after[:stop.start()] if stop else after
        return bool(_DOUBTED.search(before) or _DENIED.search(before) or _DENIED.search(after)) or (
            stop is not None and stop[0] in "?？")

    def _proved(self, number: int) -> bool:
        """Whether a proof comes behind a statement, before the next one."""
        for later in range(number + 1, len(self._starts)):
            if self._statement[later]:
                return False
            if self._proof[later]:
                return True
        return False


def _is_set(letter: str, formula: str) -> bool:
    """Whether each row of a formula says itself for which values of a letter it is, as p(y = 1) = a, and no more of it.

    The letter stands there as an argument that is equal to a number, and nowhere else.
    """
    rows = [re.sub(r"\s|\\[,;:! ]", "", row) for row in formula.split(r"\\")]
    value = re.compile(rf"(?<=[(,|]){re.escape(letter)}=-?[0-9]+(?=[),|])")
    return all(value.search(row) is not None and re.search(
        rf"(?<![A-Za-z\\]){re.escape(letter)}(?![A-Za-z])", value.sub("", row)) is None for row in rows if "=" in row)


def labels(text: str) -> tuple[str, ...]:
    """The labels and tags in a formula."""
    return tuple(_LABEL.findall(text))


def citations(text: str) -> tuple[str, ...]:
    """The labels that a formula or the words before it point to."""
    return tuple(label.strip() for found in _CITATION.findall(text) for label in found.split(","))
