"""lossproof's deciding time beside SymPy's, step by step in one run: python benchmarks/against_sympy.py

The steps are the equalities between scalars of `tests/data/identities.jsonl` (true) and `near_misses.jsonl` (false).
Each is asked three times, in a process that can be killed and with caches cleared before: of lossproof (its whole
checker, with counterexample and diagnosis), of `simplify(a - b) == 0`, and of `(a - b).doit().equals(0)`. SymPy gets
what one would type: `log(x)` evaluated as SymPy does, declared signs as assumptions; it cannot be told hypotheses, so
steps with `given` are left out. Prints the shares decided, wrong answers, and ratios of the medians of times over the
steps that both decide.

Decided: lossproof by proved, conditional or refuted; simplify by 0 (it says nothing by another result); equals by
True or False. Wrong: a false step called equal, or a true one called different.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from statistics import median
from typing import Any

from lossproof.derivation import Document

DATA = Path(__file__).parent.parent / "tests" / "data"
OWN_KEYS = ("source", "area", "conditions", "point", "note")
Answer = bool | None      # equal, different, nothing


def lossproof_says(document: Document) -> Answer:
    from lossproof.checker import check_step
    from lossproof.verdict import Conditional, Proved, Refuted

    match check_step(document, document.derivations[0], 2).verdict:
        case Proved() | Conditional():
            return True
        case Refuted():
            return False
    return None


def _sides(document: Document) -> tuple[Any, Any]:
    from sympy_form import Writer

    first, last = document.derivations[0].lines[:2]
    writer = Writer(document.declarations, document.definitions)
    return writer.write(first.term), writer.write(last.term)


def simplify_says(document: Document) -> Answer:
    import sympy

    left, right = _sides(document)
    return True if sympy.simplify(left - right) == 0 else None


def equals_says(document: Document) -> Answer:
    left, right = _sides(document)
    found = (left - right).doit().equals(0)
    return found if isinstance(found, bool) else None


ENGINES: dict[str, Callable[[Document], Answer]] = {
    "lossproof": lossproof_says, "simplify": simplify_says, "equals": equals_says}


def answering(connection: Connection) -> None:
    """A worker: reads (engine, document), sends (answer, seconds, what went wrong)."""
    import sympy  # noqa: F401 - imports are not timed
    import sympy_form  # noqa: F401
    from sympy.core.cache import clear_cache

    from lossproof import checker  # noqa: F401

    connection.send("ready")
    while True:
        try:
            engine, document = connection.recv()
        except EOFError:
            return      # there are no more questions
        clear_cache()
        started = time.perf_counter()
        answer: Answer = None
        wrong = ""
        try:
            answer = ENGINES[engine](document)
        except Exception as error:  # noqa: BLE001 - whatever SymPy raises is an answer not given
            wrong = type(error).__name__
        connection.send((answer, time.perf_counter() - started, wrong))


@dataclass
class Worker:
    """A process that answers one question at a time and is replaced when it takes too long."""

    limit: float
    process: BaseProcess | None = None
    connection: Connection | None = None

    def ask(self, engine: str, document: Document) -> tuple[Answer, float, str]:
        if self.process is None:
            context = multiprocessing.get_context("spawn")
            self.connection, theirs = context.Pipe()
            self.process = context.Process(target=answering, args=(theirs,), daemon=True)
            self.process.start()
            self.connection.recv()
        assert self.connection is not None
        self.connection.send((engine, document))
        if self.connection.poll(self.limit):
            answered: tuple[Answer, float, str] = self.connection.recv()
            return answered
        self.process.kill()
        self.process = None
        return None, self.limit, "time limit"


@dataclass
class Tally:
    """The answers of one engine, by step."""

    answers: dict[str, Answer] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    failures: dict[str, int] = field(default_factory=dict)


def steps() -> list[tuple[str, bool, Document]]:
    """(id, whether it is true, the document) for every equality between scalars without hypotheses."""
    from sympy_form import NotTyped

    from lossproof.diagnostic import InputError
    from lossproof.read.jsonl import read_line

    found = []
    for name, true in (("identities.jsonl", True), ("near_misses.jsonl", False)):
        for number, text in enumerate((DATA / name).read_text(encoding="utf-8").splitlines(), 1):
            raw = json.loads(text)
            plain = {k: v for k, v in raw.items() if k not in OWN_KEYS}
            plain["steps"] = [{k: v for k, v in s.items() if k not in OWN_KEYS} for s in raw["steps"]][:2]
            try:
                document = read_line(name, number, json.dumps(plain).encode())
            except InputError:
                continue
            derivation = document.derivations[0]
            last = derivation.lines[1]
            if last.relation != "=" or derivation.given or last.given or any(x.unread for x in derivation.lines):
                continue
            try:
                _sides(document)
            except NotTyped:
                continue
            except Exception:  # noqa: BLE001 - what SymPy cannot even hold still counts as asked
                pass
            found.append((raw["id"], true, document))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="Time lossproof beside SymPy's simplify and equals.")
    parser.add_argument("--limit", type=float, default=10.0, metavar="SECONDS", help="for one question; default 10")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="ask every Nth step only")
    arguments = parser.parse_args()
    asked = steps()[:: arguments.every]
    worker = Worker(arguments.limit)
    tallies = {engine: Tally() for engine in ENGINES}
    for identifier, _, document in asked:
        for engine, tally in tallies.items():
            answer, seconds, wrong = worker.ask(engine, document)
            tally.answers[identifier], tally.seconds[identifier] = answer, seconds
            if wrong:
                tally.failures[wrong] = tally.failures.get(wrong, 0) + 1
    truth = {identifier: true for identifier, true, _ in asked}
    total = len(asked)
    print(f"{total} equalities between scalars, {sum(truth.values())} true; {arguments.limit:g} s a question")
    for engine, tally in tallies.items():
        decided = [i for i, a in tally.answers.items() if a is not None]
        wrong_ids = [i for i in decided if tally.answers[i] != truth[i]]
        times = sorted(tally.seconds.values())
        print(f"{engine:>10}: decided {len(decided)} ({100 * len(decided) / total:.1f} %), wrong {len(wrong_ids)}, "
              f"median {1000 * median(times):.1f} ms, in all {sum(times):.0f} s; failures {tally.failures or 'none'}")
        if wrong_ids:
            print(f"{'':>12}wrong: {', '.join(wrong_ids)}")
    ours = tallies["lossproof"]
    for engine in ("simplify", "equals"):
        theirs = tallies[engine]
        both = [i for i in truth if ours.answers[i] is not None and theirs.answers[i] is not None]
        if both:
            slow, fast = (median(t.seconds[i] for i in both) for t in (theirs, ours))
            each = median(theirs.seconds[i] / ours.seconds[i] for i in both)
            print(f"both decide {len(both)} with {engine}: medians {1000 * slow:.1f} ms and {1000 * fast:.1f} ms, "
                  f"ratio {slow / fast:.1f}; median of the ratios {each:.1f}")


if __name__ == "__main__":
    main()
