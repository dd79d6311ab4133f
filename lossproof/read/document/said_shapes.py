r"""The shapes that the words of a text say: `$X$ is an $n$-dimensional random vector`, `an $n \times p$ matrix $A$`.

Untrusted as to truth: a guess for the notation. Each is said again as a formula, `X \in \mathbb{R}^{n}`. Imports
`properties`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lossproof.read.document.properties import without_links

__all__ = ["said_shapes"]

_SENTENCE = re.compile(r"[.;?!](?=\s|$)|\n\s*\n|\$\$|[。；？]")
_DOUBT = re.compile(r"\b(?:if|whether|unless|not|no|neither|cannot|would|might|example|e\.\s?g)\b", re.I)
_NAME = (r"\$\s*(?P<{0}>(?:\\[A-Za-z]+(?:\s*\{{\s*\\?[A-Za-z]+\s*\}})?|[A-Za-z])(?:_(?:\w|\{{\w+\}}))?)\s*"
         r"(?:=[^$]*)?\$")
_SIZES = r"\$\s*(?P<rows>[A-Za-z])(?:\s*\\times\s*(?P<columns>[A-Za-z1]))?\s*\$"
_WORD = r"[A-Za-z][A-Za-z-]*"
_KIND = rf"(?P<dimensional>-\s*dimensional)?\s+(?:(?!is\b|be\b|are\b|and\b|of\b){_WORD}\s+){{0,4}}?" \
    r"(?P<kind>vector|matrix)\b"
_IS = r"\s*(?:,?\s*(?:is|be|denotes?|being|as))\s+(?:an?|the|some|any|its)\s+(?:(?!of\b)[A-Za-z-]+\s+){0,3}?"
_BEFORE = re.compile(_NAME.format("name") + _IS + _SIZES + _KIND)         # $A$ is an $n \times p$ matrix
_BEHIND = re.compile(_SIZES + _KIND + r"\s+" + _NAME.format("name"))      # the $n \times p$ design matrix $X$


def said_shapes(text: str) -> Iterator[str]:
    """What is said, as formulas; a name of which two things are said is left out."""
    source = without_links(text)
    found: dict[str, set[tuple[str, str | None]]] = {}
    for sentence in _SENTENCE.split(source):
        if sentence is None or _DOUBT.search(sentence):
            continue
        for pattern in (_BEFORE, _BEHIND):
            for one in pattern.finditer(sentence):
                if (bool(one["dimensional"]), one["columns"] is None) == (one["kind"] == "vector",) * 2 \
                        and not one["name"].startswith(("I_", "J_")):
                    found.setdefault(one["name"], set()).add((one["rows"], one["columns"]))
    for name, shapes in found.items():
        if len(shapes) == 1:
            rows, columns = next(iter(shapes))
            space = rows if columns is None else rf"{rows} \times {columns}"
            yield rf"{name} \in \mathbb{{R}}^{{{space}}}"
