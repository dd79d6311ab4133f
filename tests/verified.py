"""The derivation files and what the checker says of them, computed once. Not a test itself."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from lossproof import checker
from lossproof.derivation import Document
from lossproof.read.python_file import read
from lossproof.verdict import StepResult

DERIVATIONS = Path(__file__).parent.parent / "derivations"
FILES = tuple(sorted(path.name for path in DERIVATIONS.glob("*.py")))


@cache
def document(file: str) -> Document:
    """The document in a file of the folder, by the file's name."""
    return read(DERIVATIONS / file)


@cache
def results(file: str, name: str) -> tuple[dict[int, StepResult], StepResult | None]:
    """The results of a derivation's steps by line number, and of its claim."""
    here = document(file)
    derivation = next(d for d in here.derivations if d.name == name)
    steps = {i: checker.check_step(here, derivation, i) for i in range(2, len(derivation.lines) + 1)}
    return steps, checker.check_claim(here, derivation)
