"""A checker and a reader for tests of the runner: a line's text says what happens to it. Not a test itself."""

from __future__ import annotations

import ctypes
import os
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from lossproof.derivation import Derivation, Document, Line
from lossproof.diagnostic import InputError, diagnostic
from lossproof.term import Span, Symbol
from lossproof.verdict import Proved, StepResult, Unknown


def read(path: str) -> Document:
    """Each line of the file is `name: word word ...`, a derivation with a line a word; `@` lines are Python, run."""
    derivations = []
    for number, text in enumerate(Path(path).read_text(encoding="utf-8").splitlines(), 1):
        if text.startswith("@"):
            exec(compile("\n" * (number - 1) + text[1:].strip(), path, "exec"), {})
        elif ":" in text:
            name, words = text.split(":")
            lines = tuple(Line(Symbol(word), span=Span(path, number)) for word in words.split())
            derivations.append(Derivation(name, name.title(), lines, span=Span(path, number)))
        elif text:
            raise InputError(diagnostic("LP006", "no colon", Span(path, number)))
    return Document("Fake", path, derivations=tuple(derivations))


def check_step(document: Document, derivation: Derivation, index: int,
               settled: Callable[[StepResult], None]) -> StepResult:
    """Proved, by a law that is the line's name, except for the names below."""
    term = derivation.lines[index - 1].term
    assert isinstance(term, Symbol)
    match term.name:
        case "hang":
            while True:
                time.sleep(0.01)
        case "settled-hang" | "settled-die":
            settled(StepResult(index, Proved((term.name,))))
            if term.name == "settled-die":
                os._exit(7)
            time.sleep(60)
        case "die":
            os._exit(7)
        case "segfault":
            ctypes.string_at(0)
        case "memory":
            return StepResult(index, Proved((str(len(bytearray(8 << 30))),)))
        case "abort-memory":
            sys.stderr.write("Flint exception: Unable to allocate memory\n")
            sys.stderr.flush()
            os.abort()
        case "raise":
            raise ValueError("no such thing")
        case "pid":
            return StepResult(index, Proved((str(os.getpid()),)))
        case "hash":
            return StepResult(index, Proved((str(hash("lossproof")),)))
        case "sympy":
            return StepResult(index, Proved((str("sympy" in sys.modules),)))
        case "slow":
            time.sleep(0.2)
    return StepResult(index, Proved((term.name,)), seconds=float(Fraction(1, 4)))


def check_claim(document: Document, derivation: Derivation,
                settled: Callable[[StepResult], None]) -> StepResult | None:
    """Unknown for a derivation named `open`, not asked for with `quiet`, else proved."""
    match derivation.name:
        case "open":
            return StepResult(1, Unknown("open"))
        case "quiet":
            return None
        case _:
            return StepResult(1, Proved(()))
