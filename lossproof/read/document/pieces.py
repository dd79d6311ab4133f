"""What a document is cut into before any formula is read: formulas, headings, remarks, pictures, each with its place.

Untrusted as to truth. Imports the ground floor for places.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from lossproof.term import Span

__all__ = ["Broken", "Formula", "FrontMatter", "Heading", "Picture", "Piece", "Pieces", "Remark", "Text"]

# Where an editor breaks a line. Python's `splitlines` also breaks at separators that editors show as characters.
_LINE_END = re.compile(r"\r\n|\n|\r")


class Text:
    """A file's text, which knows the line and column (from 1) of every offset."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self.starts = [0, *(found.end() for found in _LINE_END.finditer(text))]

    def line(self, offset: int) -> int:
        """The line (from 1) that an offset stands on."""
        return bisect_right(self.starts, offset)

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column (from 1) of an offset."""
        line = self.line(offset)
        return line, offset - self.starts[line - 1] + 1

    def span(self, start: int, end: int) -> Span:
        """The span of text[start:end]."""
        line, column = self.place(start)
        end_line, end_column = self.place(max(start, end))
        return Span(self.file, line, column, end_line, end_column)


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula without its delimiters.

    `places` holds the offset in the file of each of its characters, and of its end. `block` is the number of the
    paragraph or block that it stands in, `lead` the words before it there.
    """

    text: str
    places: Sequence[int]
    display: bool
    block: int = 0
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a level (1 is the highest)."""

    level: int
    words: str
    offset: int


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment that the document does not show: an HTML comment, or a LaTeX one."""

    text: str
    offset: int


@dataclass(frozen=True, slots=True)
class Picture:
    """An image whose content nobody can read here: it may show a formula."""

    address: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Broken:
    """A formula that begins and does not end, or cannot be cut out: why."""

    message: str
    start: int
    end: int


Piece = Formula | Heading | Remark | Picture | Broken


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The YAML text before a document, and its offset."""

    text: str
    offset: int


@dataclass(frozen=True, slots=True)
class Pieces:
    """A document in its order."""

    text: Text
    pieces: tuple[Piece, ...]
    front: FrontMatter | None = None
