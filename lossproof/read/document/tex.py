"""LaTeX files to pieces: formulas, headings, comments and pictures, without running anything.

Untrusted as to truth, safe on any text: macros are not expanded, nothing is included. Imports `pieces`.
"""

from __future__ import annotations

import re

from lossproof.read.document.pieces import Broken, Formula, Heading, Picture, Piece, Pieces, Remark, Text

__all__ = ["tex_pieces"]

_ENVIRONMENTS = ("equation", "align", "alignat", "flalign", "gather", "multline", "eqnarray", "displaymath", "math")
_OPENINGS = re.compile(
    r"(?P<escape>\\[\\$%])"
    r"|(?P<comment>%[^\n]*)"
    r"|(?P<verbatim>\\begin\{(?:verbatim\*?|lstlisting|comment|minted)\}|\\verb\*?(?P<mark>[^A-Za-z\s]))"
    rf"|\\begin\{{(?P<environment>(?:{'|'.join(_ENVIRONMENTS)})\*?)\}}"
    r"|(?P<display>\$\$|\\\[)|(?P<inline>\$|\\\()"
    r"|\\(?P<heading>part|chapter|section|subsection|subsubsection|paragraph)\*?\s*(?:\[[^\]\n]*\])?\{(?P<words>[^}\n]*)\}"
    r"|\\includegraphics\s*(?:\[[^\]\n]*\])?\{(?P<picture>[^}\n]*)\}"
    r"|\\begin\{(?P<document>document)\}|(?P<paragraph>\n[ \t]*\n)")
_CLOSING = {"$$": "$$", "\\[": "\\]", "$": "$", "\\(": "\\)"}
_LEVELS = {name: level for level, name in enumerate(
    ("part", "chapter", "section", "subsection", "subsubsection", "paragraph"), 1)}
_COMMENT = re.compile(r"(?<!\\)(?:\\\\)*(%[^\n]*)")


def tex_pieces(text: Text) -> Pieces:
    """The pieces of a LaTeX file in its order; where it has a preamble, of its body."""
    source = text.text
    found: list[Piece] = []
    block = lead = cursor = 0
    while (opening := _OPENINGS.search(source, cursor)) is not None:
        start, cursor = opening.start(), opening.end()
        if opening["document"]:
            found = [piece for piece in found if isinstance(piece, Remark)]    # what stood before is the preamble
        elif opening["paragraph"]:
            block, lead = block + 1, cursor
        elif opening["comment"]:
            found.append(Remark(opening["comment"][1:], start + 1))
        elif opening["verbatim"]:
            closing = opening["mark"] or opening["verbatim"].replace("begin", "end")
            cursor = _after(source, closing, cursor)
        elif opening["heading"]:
            found.append(Heading(_LEVELS[opening["heading"]], opening["words"], start))
            block, lead = block + 1, cursor
        elif opening["picture"]:
            found.append(Picture(opening["picture"], start, cursor))
        elif opening["escape"] is None:
            delimiter = opening["environment"] or opening["display"] or opening["inline"]
            closing = _CLOSING.get(delimiter) or rf"\end{{{delimiter}}}"
            end = _closing(source, closing, cursor)
            if end is None:
                found.append(Broken(f"`{opening[0]}` opened here is never closed", start, cursor))
                continue
            display = not opening["inline"] and opening["environment"] != "math"
            # an environment is part of its formula: it says how rows are joined
            begin, stop = (start, end + len(closing)) if opening["environment"] else (cursor, end)
            content, places = _without_comments(source, begin, stop)
            found.append(Formula(content, places, display, block, source[max(lead, start - 200):start]))
            cursor = end + len(closing)
            block += display
    return Pieces(text, tuple(found))


def _after(source: str, closing: str, start: int) -> int:
    at = source.find(closing, start)
    return len(source) if at < 0 else at + len(closing)


def _closing(source: str, closing: str, start: int) -> int | None:
    """Where a formula ends; None where it does not, or a paragraph ends before it."""
    at = start
    while (at := source.find(closing, at)) >= 0:
        if source[at - 1] != "\\" or source[at - 2:at] == "\\\\":
            break
        at += 1
    if at < 0:
        return None
    blank = re.compile(r"\n[ \t]*\n").search(source, start, at)
    return None if blank else at


def _without_comments(source: str, start: int, end: int) -> tuple[str, list[int] | range]:
    """A formula's text without comments, with the place of each character and of its end."""
    if "%" not in source[start:end]:
        return source[start:end], range(start, end + 1)
    places: list[int] = []
    cursor = start
    for comment in _COMMENT.finditer(source, start, end):
        places += range(cursor, comment.start(1))
        cursor = comment.end()
    places += range(cursor, end)
    return "".join(source[place] for place in places), [*places, end]
