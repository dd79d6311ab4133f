"""What a run takes up, one after another: Python files and documents whole, JSON Lines files line by line.

Not trusted: it hands bytes on. Imports `diagnostic`, `term` for places, and the cutter of lines. Never waits: where a
pipe has nothing to say yet, that is what it says.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path

from lossproof.diagnostic import Diagnostic, diagnostic
from lossproof.read.lines import MAX_LINE, LineStream, RawLine
from lossproof.term import Span

__all__ = ["DOCUMENTS", "STDIN", "Intake", "Taken", "find_files", "is_document", "is_lines"]

STDIN = "-"     # the path that stands for standard input, as JSON Lines
DOCUMENTS = (".md", ".markdown", ".txt", ".tex", ".ipynb")      # files whose formulas are read
FOUND = (".py", ".jsonl", ".md", ".markdown", ".tex", ".ipynb")         # what directories are looked through for


@dataclass(frozen=True, slots=True)
class Taken:
    """A Python file or a document (`line` None), or a line; or why there is none."""

    path: str
    line: RawLine | None = None
    error: Diagnostic | None = None


def is_lines(path: str) -> bool:
    """True for what is read as JSON Lines, line by line: standard input and `*.jsonl`."""
    return path == STDIN or path.endswith(".jsonl")


def is_document(path: str) -> bool:
    """True for what is read as text with formulas."""
    return path.lower().endswith(DOCUMENTS)


def find_files(paths: Sequence[str]) -> tuple[tuple[str, ...], tuple[Diagnostic, ...]]:
    """The files that `paths` name: files as they are, directories by all their derivation files and documents, sorted.

    Names that begin with `_` or `.` are left out of directories. Second, an error for each path that does not exist.
    """
    found: dict[str, None] = {}
    errors: list[Diagnostic] = []
    for name in paths:
        path = Path(name)
        if name == STDIN:
            found[name] = None
        elif path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.suffix in FOUND and not p.is_dir()
                            and not any(part[0] in "._" for part in p.relative_to(path).parts))
            found.update(dict.fromkeys(str(p) for p in inside))
        elif path.exists():
            found[str(path)] = None
        else:
            errors.append(diagnostic("LP002", f"`{name}` does not exist", Span(name, 1)))
    return tuple(found), tuple(errors)


class Intake:
    """The files of a run in order, a JSON Lines file as its lines."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._paths = deque(paths)
        self._lines: LineStream | None = None    # the JSON Lines file under way
        self._path = ""                          # and what it is called

    def next(self) -> Taken | None:
        """What comes next; None where nothing is left, or (see `source`) nothing is there yet."""
        while True:
            if self._lines is None:
                if not self._paths:
                    return None
                found = self._open(self._paths.popleft())
                if found is not None:
                    return found
                continue
            line = self._lines.next()
            if line is not None:
                return self._taken(line)
            if self._lines.ended:
                self.close()
            elif wait([self._lines.fileno()], 0):
                try:
                    self._lines.read()
                except OSError as error:
                    self.close()
                    return self._unreadable(error)
            else:
                return None

    @property
    def source(self) -> int | None:
        """The descriptor to wait for where a file or pipe is under way."""
        return None if self._lines is None else self._lines.fileno()

    @property
    def python_files(self) -> int:
        """How many Python files are left."""
        return sum(not is_lines(path) and not is_document(path) for path in self._paths)

    @property
    def documents(self) -> int:
        """How many documents are left."""
        return sum(is_document(path) for path in self._paths)

    def is_empty(self) -> bool:
        """True where nothing is left, now or later."""
        return self._lines is None and not self._paths

    def close(self) -> None:
        """Close the file under way."""
        if self._lines is not None:
            self._lines.close()
            self._lines = None

    def _open(self, path: str) -> Taken | None:
        """A file that is read whole; or None, with a JSON Lines file under way."""
        if not is_lines(path):
            return Taken(path)
        self._path = "<stdin>" if path == STDIN else path
        try:
            descriptor = 0 if path == STDIN else os.open(path, os.O_RDONLY)
        except OSError as error:
            return self._unreadable(error)
        self._lines = LineStream(descriptor, owned=path != STDIN)
        return None

    def _unreadable(self, error: OSError) -> Taken:
        message = f"cannot read {self._path}: {error.strerror or error}"
        return Taken(self._path, None, diagnostic("LP002", message, Span(self._path, 1)))

    def _taken(self, line: RawLine) -> Taken:
        if not line.too_long:
            return Taken(self._path, line)
        message = f"the line has {line.length} bytes; at most {MAX_LINE} are read"
        helps = ("one line holds one derivation, without data that the derivation does not need",)
        return Taken(self._path, line, diagnostic("LP002", message, Span(self._path, line.number), helps=helps))
