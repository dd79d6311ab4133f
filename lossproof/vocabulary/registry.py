"""What one derivation file has declared so far, and where in the file its author is.

Untrusted: it records, the reader converts. Imports the ground floor only. A registry is
current while a file is read; at a Python prompt a lenient one stands in, in which a name
may be declared again.
"""

from __future__ import annotations

import linecache
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from lossproof.derivation import Declaration
from lossproof.diagnostic import InputError, diagnostic
from lossproof.term import Span


@dataclass(slots=True)
class WrittenLine:
    """A line as its author gave it: the SymPy expression and what `step` says about it."""

    expr: Any
    relation: str = "="
    by: str | None = None
    given: tuple[Any, ...] = ()
    expect: str = "proved"
    erratum: str | None = None
    correct: Any = None
    span: Span | None = None


@dataclass(slots=True)
class WrittenDerivation:
    """A derivation as its author gave it, not yet converted."""

    title: str
    lines: tuple[WrittenLine, ...]
    given: tuple[Any, ...]
    cites: tuple[str, ...]
    expect_claim: str | None
    span: Span | None


@dataclass(slots=True)
class WrittenDocument:
    """Title, source and language of the document that the file is about."""

    title: str
    source: str
    language: str


@dataclass(slots=True)
class Registry:
    """Everything that one file said, in its order. `path` is None at a Python prompt."""

    path: str | None = None
    names: dict[str, Any] = field(default_factory=dict)
    spans: dict[str, Span | None] = field(default_factory=dict)
    derivations: list[WrittenDerivation] = field(default_factory=list)
    document: WrittenDocument | None = None

    def add(self, name: str, what: Any, declaration: Declaration | None) -> None:
        """Record a declared name (or a quantity, whose declaration is None); LP104 if it is taken otherwise.

        The same declaration twice is no error: it says the same thing again.
        """
        if elsewhere():
            return      # entered when this file uses it
        known = self.names.get(name)
        same = known is not None and declaration is not None and getattr(known, "declaration", None) == declaration
        if known is not None and not same and self.path is not None:
            first = self.spans.get(name)
            where = f" (first on line {first.line})" if first else ""
            raise wrong("LP104", f"`{name}` is declared twice in this file, with different meanings{where}",
                        "give one of the two another name")
        if not same:
            self.names[name] = what
            self.spans[name] = place()


_current = Registry()


def current() -> Registry:
    """The registry of the file that is being read, else the prompt's."""
    return _current


@contextmanager
def reading(path: str) -> Iterator[Registry]:
    """A fresh registry, current inside the `with`."""
    global _current
    before = _current
    _current = Registry(path)
    try:
        yield _current
    finally:
        _current = before


def author_frame() -> FrameType | None:
    """The frame in which the author's code stands that called the vocabulary, or None."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if module.partition(".")[0] not in ("lossproof", "sympy", "contextlib", "importlib"):
            return frame
        frame = frame.f_back
    return None


def file_frame(path: str) -> FrameType | None:
    """The author's frame that stands in the file itself: helper functions elsewhere are passed over."""
    frame = author_frame()
    while frame is not None and frame.f_code.co_filename != path:
        frame = frame.f_back
    return frame


def frame_span(frame: FrameType) -> Span:
    """The span of the expression that the frame is evaluating, columns counted in characters from 1."""
    file = frame.f_code.co_filename
    positions = list(frame.f_code.co_positions())
    line, end_line, column, end_column = positions[frame.f_lasti // 2]
    return make_span(file, line or frame.f_lineno, column or 0, end_line or 0, end_column or 0)


def make_span(file: str, line: int, column: int, end_line: int, end_column: int) -> Span:
    """A span from Python's positions, which count columns from 0 and in UTF-8 bytes."""
    end_line = end_line or line
    return Span(file, line, _characters(file, line, column) + 1, end_line, _characters(file, end_line, end_column) + 1)


def _characters(file: str, line: int, column: int) -> int:
    text = linecache.getline(file, line)
    return column if text.isascii() else len(text.encode()[:column].decode(errors="ignore"))


def place() -> Span | None:
    """Where the author is now: in the file that is being read, if one is, and None after it has run."""
    registry = current()
    frame = author_frame() if registry.path is None else file_frame(registry.path)
    return None if frame is None else frame_span(frame)


def elsewhere() -> bool:
    """True while another module runs that the file being read has imported: what that declares is its own."""
    frame = author_frame()
    path = current().path
    return (path is not None and frame is not None and frame.f_code.co_name == "<module>"
            and frame.f_code.co_filename != path)


def wrong(code: str, message: str, *helps: str, span: Span | None = None) -> InputError:
    """The error to raise at the author's present place."""
    return InputError(diagnostic(code, message, span or place(), helps=helps))
