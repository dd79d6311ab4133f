"""What the words of a text say of a random variable's mean, variance or covariance matrix: `$X$ with mean $\\mu$`.

Untrusted as to truth: what is found is a premise, which is named where a line rests on it. Imports the ground floor and
`properties`. The words must lead from the variable to the value, with nothing between that could mean another one.
"""

from __future__ import annotations

import re

from lossproof.read.document.properties import is_doubtful, without_links

__all__ = ["moment_of"]

_FUNCTIONS = {"mean": "expectation", "expected value": "expectation", "expectation": "expectation",
              "variance": "variance", "covariance": "covariance"}
_WHAT = r"(?:mean(?: vector)?|expected value|expectation|variance|(?:variance-)?covariance(?: matrix)?)"
_KIND = r"(?:\$[^$]+\$\s*-\s*dimensional\s+)?" \
    r"(?:(?:real|real-valued|discrete|continuous|scalar)\s+)*random\s+(?:variable|vector|number)"
_ADJECTIVES = r"(?:(?:an?|the|known|unknown|finite)\s+)*"
_MOMENT = re.compile(
    rf"\$(?P<of>[^$]+)\$(?:\s+(?:be|is)\s+an?\s+{_KIND})?\s*,?\s*\b(?:with|has|having)\s+"
    rf"(?:{_ADJECTIVES}{_WHAT}\s+\$[^$]+\$\s*,?\s*and\s+)?{_ADJECTIVES}(?P<what>{_WHAT})\s*\Z")
_SEVERAL = re.compile(r"(?:\b(?:and|or|between|variables|vectors|both)|[,$])\s*\Z")


def moment_of(before: str) -> tuple[str, str] | None:
    """The function and the LaTeX of the variable whose value a formula is, by the words of its sentence before it."""
    before = without_links(before)
    found = _MOMENT.search(before)
    if found is None or is_doubtful(before):
        return None
    if "covariance" in found["what"] and _SEVERAL.search(before[:found.start()]):
        return None         # it is the one of X and Y
    what = found["what"].removesuffix(" vector").removesuffix(" matrix").removeprefix("variance-")
    return _FUNCTIONS[what], found["of"]
