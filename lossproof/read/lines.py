"""Cuts what comes from a file or a pipe into lines, of bounded length and without ever waiting for more than one piece.

Untrusted as to truth. Imports nothing of lossproof. Memory is bounded by the longest line that is kept, however long
the file and its lines are.
"""

from __future__ import annotations

import os
from collections import deque
from dataclasses import dataclass

__all__ = ["MAX_LINE", "LineStream", "RawLine"]

MAX_LINE = 1 << 20      # bytes; a derivation of a hundred long lines has a tenth of it
_PIECE = 1 << 16


@dataclass(frozen=True, slots=True)
class RawLine:
    """A line as bytes without its end, its number from 1; of a line that is too long, only its `length`."""

    number: int
    text: bytes
    length: int

    @property
    def too_long(self) -> bool:
        return self.length > MAX_LINE


class LineStream:
    """The lines that can be read from a descriptor. Lines of white space are counted and left out."""

    def __init__(self, descriptor: int, owned: bool = True) -> None:
        """`owned`: close the descriptor with the stream."""
        self._descriptor = descriptor
        self._owned = owned
        self._lines: deque[RawLine] = deque()
        self._parts: list[bytes] = []       # the line under way
        self._length = 0
        self._number = 1
        self.ended = False

    def fileno(self) -> int:
        """The descriptor, to wait for."""
        return self._descriptor

    def next(self) -> RawLine | None:
        """The next whole line; None where more must be read first, or the stream has ended."""
        return self._lines.popleft() if self._lines else None

    def read(self) -> None:
        """Read one piece, which waits where nothing is there yet; OSError where the source cannot be read."""
        piece = os.read(self._descriptor, _PIECE)
        if not piece:
            self.ended = True
            if self._length:
                self._end_line()
            return
        *whole, rest = piece.split(b"\n")
        for part in whole:
            self._add(part)
            self._end_line()
        self._add(rest)

    def close(self) -> None:
        """Close the descriptor, if it is owned."""
        if self._owned:
            os.close(self._descriptor)
            self._owned = False

    def _add(self, part: bytes) -> None:
        self._length += len(part)
        if self._length <= MAX_LINE:
            self._parts.append(part)
        else:
            self._parts.clear()     # too long: its length is all that is said of it

    def _end_line(self) -> None:
        text = b"".join(self._parts)
        if self._length > MAX_LINE or text.strip():
            self._lines.append(RawLine(self._number, text, self._length))
        self._parts.clear()
        self._length = 0
        self._number += 1
