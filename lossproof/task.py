"""A file, or a line of a JSON Lines file, under way in the runner: what is asked about it, what is answered and told.

Not trusted: it keeps results in order and decides nothing. Imports the data types, `summary` and `worker`'s messages.
"""

from __future__ import annotations

import pickle
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from lossproof.derivation import Derivation, Document, Line
from lossproof.diagnostic import Diagnostic
from lossproof.read.lines import RawLine
from lossproof.summary import Checked
from lossproof.verdict import Defined, DerivationResult, DocumentResult, StepResult, Unknown
from lossproof.worker import Outline, Read

__all__ = ["ClaimTold", "FileTold", "StepTold", "Task", "Told"]


@dataclass(frozen=True, slots=True)
class StepTold:
    """A step of a derivation, with all before it told already; line 1 only where it could not be read."""

    document: Document
    derivation: Derivation
    result: StepResult


@dataclass(frozen=True, slots=True)
class ClaimTold:
    """The claim of a derivation (None: not asked for), behind its steps."""

    document: Document
    derivation: Derivation
    steps: tuple[StepResult, ...]
    claim: StepResult | None


@dataclass(frozen=True, slots=True)
class FileTold:
    """The end of a file or line, with all results; of an error, the derivation it belongs to where that is known."""

    checked: Checked
    derivation: str | None = None


Told = StepTold | ClaimTold | FileTold


@dataclass(slots=True)
class Task:
    """One file, or one line; `read` notes what it says, `answers` is filled in, `tell` and `end` hand results on."""

    path: str
    line: RawLine | None = None
    answers: dict[tuple[int, int | None], StepResult | None] = field(default_factory=dict)
    pickled: bytes = b""
    outline: Outline = ()
    _is_read: bool = False
    _error: Diagnostic | None = None
    _name: str | None = None
    _open: deque[tuple[int, int | None]] = field(default_factory=deque)
    _document: Document | None = None
    _steps: list[StepResult] = field(default_factory=list)
    _results: list[DerivationResult] = field(default_factory=list)

    @property
    def size(self) -> int:
        """The bytes of the line."""
        return 0 if self.line is None else len(self.line.text)

    def read(self, found: Read, select: str | None) -> None:
        """Note what was read; of its derivations, those whose name matches `select` are asked about."""
        self._is_read = True
        if found.document is None:
            self._name = found.derivation
            if found.derivation is None or select is None or fnmatchcase(found.derivation, select):
                self._error = found.error
            return
        self.pickled, self.outline = found.document, found.outline
        for number, (name, lines) in enumerate(found.outline):
            if select is None or fnmatchcase(name, select):
                self._open.extend((number, index) for index in lines)
                self._open.append((number, None))

    def questions(self) -> list[tuple[int, int | None]]:
        """What is to be asked: (derivation, line), and (derivation, None) for its claim where there is a step."""
        return [(number, index) for number, index in self._open if index is not None or self.outline[number][1]]

    def is_done(self) -> bool:
        """True where it is read and everything is told."""
        return self._is_read and not self._open

    def tell(self) -> Iterator[StepTold | ClaimTold]:
        """Results in order, up to the first question without an answer; each is told once."""
        while self._open and (self._open[0] in self.answers or not self.outline[self._open[0][0]][1]):
            number, index = self._open.popleft()
            document = self._read_document()
            derivation = document.derivations[number]
            result = self.answers.pop((number, index), None)
            if index is None:
                steps = tuple(self._steps)
                self._steps.clear()
                self._results.append(DerivationResult(derivation.name, steps, result))
                yield ClaimTold(document, derivation, steps, result)
            elif result is not None:
                result = _interrupted(derivation.lines[index - 1], result)
                self._steps.append(result)
                yield StepTold(document, derivation, result)

    def end(self) -> FileTold:
        """The results of the whole; what it held is let go."""
        errors = () if self._error is None else (self._error,)
        document = self._read_document() if self.pickled else None
        number = None if self.line is None else self.line.number
        return FileTold(Checked(document, DocumentResult(self.path, tuple(self._results), errors), number), self._name)

    def _read_document(self) -> Document:
        """The document. It is made when it is told, so that what waits stays small."""
        if self._document is None:
            document: Document = pickle.loads(self.pickled)
            self._document = document
        return self._document


def _interrupted(line: Line, result: StepResult) -> StepResult:
    """The result for a step that took too long or too much: what need not be proved is as where it is not."""
    verdict = result.verdict
    if line.otherwise is not None and isinstance(verdict, Unknown) and verdict.code in ("LP301", "LP304"):
        return StepResult(result.index, Defined(line.otherwise), seconds=result.seconds)
    return result
