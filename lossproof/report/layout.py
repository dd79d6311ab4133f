"""Plain text in columns: wrapping by the width that a terminal gives each character, and harmless text.

Not trusted. Imports rich's table of character widths only.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from rich.cells import cell_len

__all__ = ["harmless", "keep", "pad", "wrap"]

# Characters that reorder the text around them: a title could make a report read as something else.
_REORDERING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def harmless(text: str) -> str:
    """`text` on one line, with control and reordering characters shown as escapes."""
    shown = []
    for character in text:
        if character in "\n\r\t":
            shown.append(" ")
        elif unicodedata.category(character) in {"Cc", "Cs"} or character in _REORDERING:
            shown.append(f"\\u{ord(character):04x}")
        else:
            shown.append(character)
    return "".join(shown)


def pad(text: str, width: int) -> str:
    """`text` with blanks behind it up to `width` cells."""
    return text + " " * max(0, width - cell_len(text))


def keep(text: str) -> str:
    """`text` with blanks at which `wrap` does not break."""
    return text.replace(" ", "\u00a0")


def wrap(text: str, width: int, hang: int = 0) -> list[str]:
    """Lines of at most `width` cells, broken at blanks; lines after the first are indented by `hang`.

    Blanks inside a line stay. What has no blank breaks anywhere: between wide characters (CJK) before the line
    is full, between others only where the word alone is wider than a line.
    """
    lines: list[str] = []
    line = ""
    for unit, gap in _units(text):
        if line.strip() and cell_len(line) + len(gap) + cell_len(unit) > width:
            lines.append(line.rstrip())
            line, gap = " " * hang, ""
        line += gap
        for character in unit if cell_len(line) + cell_len(unit) > width else (unit,):
            if line.strip() and cell_len(line) + cell_len(character) > width:
                lines.append(line.rstrip())
                line = " " * hang
            line += character
    if line.strip() or not lines:
        lines.append(line.rstrip())
    return [line.replace("\u00a0", " ") for line in lines]


def _units(text: str) -> Iterator[tuple[str, str]]:
    """The pieces that stay together, each with the blanks before it."""
    unit, gap = "", ""
    for character in text:
        if character == " ":
            if unit:
                yield unit, gap
                unit, gap = "", ""
            gap += " "
        elif cell_len(character) == 2:
            if unit:
                yield unit, gap
                gap = ""
            yield character, gap
            unit, gap = "", ""
        else:
            unit += character
    if unit:
        yield unit, gap
