r"""What the words of a text say of a letter with a bar: `let $\\bar{x}$ be the median`, `the weighted mean $\\bar{x}$`.

Untrusted as to truth. Imports nothing of lossproof. A bar is the mean of a sample unless the text says that it is
something else: it needs little to be believed then.
"""

from __future__ import annotations

import re

__all__ = ["others_than_means"]

_BAR = re.compile(r"\$\s*\\bar\s*(?:\{\s*(?P<braced>\\?[A-Za-z]+)\s*\}|(?P<bare>[A-Za-z])|\s(?P<spaced>[A-Za-z]))\s*"
                  r"(?:(?P<sign>:?=)(?P<value>[^$]*))?\$")
_MEAN = re.compile(r"\b(?:mean|average|Mittelwert|Durchschnitt)s?\b|均值|平均", re.I)
_OTHER = re.compile(r"\b(?:weighted|geometric|harmonic|trimmed|winsori[sz]ed|moving|running|true|expected|population"
                    r"|conditional|exponential|quadratic|root|median|mode|midrange|maximum|minimum|complement\w*"
                    r"|conjugate|negation|upper bound|gewichtete[nrs]?|geometrische[nrs]?)\b|加权|几何|中位", re.I)
_SAYS = re.compile(r"(?:\s*,?\s*(?:and\s+)?\$[^$]+\$)*\s*"
                   r"(?:(?:be|is|are|denotes?|stands? for|means|bezeichne[nt]?|sei|ist)\b|表示|是|为)\s*")
_CALLED = re.compile(r"\b(?:the|a|an|by|its|their|der|die|das|den)\s+(?:[\w-]+\s+){0,3}[\w-]+\s*$")
_STOP = re.compile(r"[.;:!?$]")
_SUM = re.compile(r"\\sum|\\[cl]?dots|\\mathrm\{E\}|\\mathbb\{E\}|\\frac\s*\{?1|/")
_NEAR = 80      # so many characters around a name are looked at


def others_than_means(text: str) -> frozenset[str]:
    """The letters of which a text says, within a line, that with a bar they are something else than a mean."""
    found: set[str] = set()
    for bar in _BAR.finditer(text):
        letter = bar["braced"] or bar["bare"] or bar["spaced"]
        before = _STOP.split(text[max(0, bar.start() - _NEAR):bar.start()].partition("\n\n")[2] or text[
            max(0, bar.start() - _NEAR):bar.start()])[-1]
        after = text[bar.end():bar.end() + _NEAR].partition("\n\n")[0]
        says, called = _SAYS.match(after), _CALLED.search(before)
        what = _STOP.split(after[says.end():])[0] if says else ""
        if (bar["sign"] and not _SUM.search(bar["value"])) or _OTHER.search(what) or (
                called and _OTHER.search(called[0])) or (not _MEAN.search(what) and len(what.split()) > 1):
            found.add(letter)
    return frozenset(found)
