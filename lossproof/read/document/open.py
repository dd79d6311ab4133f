"""A file to pieces, by what it is: Markdown, LaTeX or a notebook.

Untrusted as to truth, safe on any bytes. Imports the cutters when they are needed.
"""

from __future__ import annotations

from pathlib import Path

from lossproof.diagnostic import InputError, diagnostic, why_unreadable
from lossproof.read.document.pieces import Pieces, Text
from lossproof.term import Span

__all__ = ["load"]

MAX_DOCUMENT = 16 << 20     # bytes


def load(path: str) -> Pieces:
    """A file cut into pieces; InputError (LP002) where it cannot be read."""
    file = Path(path)
    try:
        size = file.stat().st_size
        if size > MAX_DOCUMENT:
            message = f"the file has {size} bytes; at most {MAX_DOCUMENT} are read"
            raise InputError(diagnostic("LP002", message, Span(path, 1)))
        text = file.read_bytes().decode("utf-8").removeprefix("\ufeff")
    except (OSError, UnicodeDecodeError) as error:
        helps = () if isinstance(error, OSError) else ("save the file as UTF-8",)
        message = f"cannot read {path}: {why_unreadable(error)}"
        raise InputError(diagnostic("LP002", message, Span(path, 1), helps=helps)) from None
    whole = Text(path, text)
    match file.suffix.lower():
        case ".tex":
            from lossproof.read.document.tex import tex_pieces

            return tex_pieces(whole)
        case ".ipynb":
            from lossproof.read.document.notebook import notebook_pieces

            return notebook_pieces(whole)
        case _:
            from lossproof.read.document.markdown import markdown_pieces

            return markdown_pieces(whole)
