"""Jupyter notebooks to pieces: the Markdown of their cells, with places in the notebook's file.

Untrusted as to truth, safe on any text. Imports the reader of JSON that knows places, `markdown` and `pieces`.
Code cells and outputs are left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lossproof.diagnostic import InputError, diagnostic
from lossproof.read.document.markdown import markdown_pieces
from lossproof.read.document.pieces import Broken, Formula, Picture, Piece, Pieces, Text
from lossproof.read.json_text import JsonError, Node, places_in_string, read_json

__all__ = ["notebook_pieces"]


def notebook_pieces(text: Text) -> Pieces:
    """The pieces of all Markdown cells, in order; InputError (LP006) for what is no notebook."""
    try:
        node = read_json(text.text)
    except JsonError as error:
        raise InputError(diagnostic("LP006", error.message, text.span(error.offset, error.offset + 1),
                                    helps=error.helps)) from None
    cells = node.value.get("cells") if isinstance(node.value, dict) else None
    if cells is None or not isinstance(cells.value, list):
        raise InputError(diagnostic("LP006", "this is no notebook: it has no list of cells", text.span(0, 1)))
    found: list[Piece] = []
    front = None
    for number, cell in enumerate(cells.value):
        strings = _markdown(cell)
        if not strings:
            continue
        inside, places = _joined(text.text, strings)
        pieces = markdown_pieces(inside)
        front = front or pieces.front
        found.extend(_moved(piece, places, (number + 1) * 1_000_000) for piece in pieces.pieces)
    return Pieces(text, tuple(found), None if front is None else replace(front, offset=0))


def _markdown(cell: Node) -> list[Node]:
    """The strings of a Markdown cell."""
    if not isinstance(cell.value, dict):
        return []
    kind, source = cell.value.get("cell_type"), cell.value.get("source")
    if kind is None or kind.value != "markdown" or source is None:
        return []
    strings = source.value if isinstance(source.value, list) else [source]
    return [node for node in strings if isinstance(node.value, str)]


def _joined(source: str, strings: Sequence[Node]) -> tuple[Text, list[int]]:
    """The text of a cell, and the place in the file of each of its characters and of its end."""
    places: list[int] = []
    parts: list[str] = []
    for node in strings:
        parts.append(str(node.value))
        places += places_in_string(source, node)
    return Text("", "".join(parts)), [*places, strings[-1].end - 1]


def _moved(piece: Piece, places: Sequence[int], blocks: int) -> Piece:
    """A piece of a cell as one of the file."""
    match piece:
        case Formula():
            return replace(piece, places=[places[place] for place in piece.places], block=piece.block + blocks)
        case Picture() | Broken():
            return replace(piece, start=places[piece.start], end=places[piece.end])
        case _:
            return replace(piece, offset=places[piece.offset])
