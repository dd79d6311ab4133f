"""The sweep of edits over all lines of the derivations: `python tests/edit_sweep.py [PATH ...]`. Not a test itself.

Edits lines mechanically, asks an evaluation that does not use the kernel whether the edited line still follows, and
then the checker. Prints how many edits break their step, what the checker says of these, and every one that is not
refuted. Exit code 1 where a broken step is proved or conditional, where a step that holds is refuted, where a
counterexample is not confirmed, or where less than 97 % of the broken steps are refuted.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from multiprocessing import SimpleQueue, get_context
from pathlib import Path
from typing import Any

import sampling
from edits import choose, edits

from lossproof import checker
from lossproof.derivation import Derivation, Document, Step
from lossproof.diagnostic import InputError
from lossproof.print_text import text
from lossproof.read.python_file import read
from lossproof.read.shapes import Shapes
from lossproof.term import Term
from lossproof.verdict import Refuted

ROOT = Path(__file__).parent.parent
SEED = "edits 1"
PER_LINE = 4
POINTS = 5
"""An edit is taken to change nothing where so many points show no difference."""
SECONDS = 10
"""Longer than that no single edit is checked: the program's own default."""
LEAST_REFUTED = 0.97


@dataclass(frozen=True, slots=True)
class Job:
    """One edit: the file's, derivation's and line's position, and the edited step."""

    where: str
    kind: str
    seed: str
    step: Step


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out: whether the edit breaks the step (broken, holds or unclear), and the checker's verdict.

    `counterexample` is what the evaluation says of it: unrelated where it confirms it. A verdict of "error" is the
    checker's word that the edited line has no meaning (shapes); `fault` is a fault of the checker.
    """

    effect: str
    verdict: str
    counterexample: str = ""
    fault: str = ""
    seconds: float = 0.0


def jobs(document: Document, per_line: int, seed: str) -> Iterator[Job]:
    """Edits of every line: as the right side of its step, the first line as the left side of the next.

    Beside these, every step without each of its hypotheses.
    """
    for derivation in document.derivations:
        for number in range(1, len(derivation.lines) + 1):
            yield from _line_jobs(document, derivation, number, per_line, seed)


def _line_jobs(document: Document, derivation: Derivation, number: int, per_line: int, seed: str) -> Iterator[Job]:
    step = checker.step_of(document, derivation, max(2, number))
    line = derivation.lines[number - 1].term
    where = f"{Path(document.path).stem}.{derivation.name}:{number}"
    shapes = Shapes(step.declarations, step.definitions)
    meant = [edit for edit in edits(line, step) if _has_shape(edit.line, shapes)]
    for edit in choose(meant, per_line, f"{seed}:{where}"):
        edited = replace(step, left=edit.line) if number == 1 else replace(step, right=edit.line)
        yield Job(where, edit.kind, f"{seed}:{where}", edited)
    if number > 1:
        for i in range(len(step.given)):
            dropped = replace(step, given=step.given[:i] + step.given[i + 1:])
            yield Job(where, "drop-hypothesis", f"{seed}:{where}", dropped)


def _has_shape(line: Term, shapes: Shapes) -> bool:
    """Whether a file could hold the line: its reader refuses products and sums of arrays that do not fit."""
    try:
        shapes.of(line)
    except InputError:
        return False
    return True


def effect(step: Step, seed: str) -> str:
    """Whether the edited step is broken or holds, by points; unclear where too few say anything."""
    agreed = 0
    for point in islice(sampling.points(step, seed), 4 * POINTS):
        match sampling.compare(step, point):
            case "unrelated":
                return "broken"
            case "related":
                agreed += 1
        if agreed == POINTS:
            return "holds"
    return "unclear"


def outcome(job: Job, changed: str) -> Outcome:
    """What the checker says of the step with this effect of the edit, and what evaluation says of that."""
    begun = time.perf_counter()
    result = checker.check(job.step)
    shown = ""
    if isinstance(result.verdict, Refuted):
        shown = sampling.confirms(job.step, result.verdict.counterexample, job.seed)
    seconds = time.perf_counter() - begun
    return Outcome(changed, result.verdict.verdict, shown, result.fault or "", seconds)


# worker processes, which can be killed


def _work(tasks: Sequence[Job], inbox: SimpleQueue[Any], outbox: SimpleQueue[Any]) -> None:
    while (number := inbox.get()) is not None:
        changed = effect(tasks[number].step, tasks[number].seed)
        outbox.put(changed)
        try:
            found = outcome(tasks[number], changed)
        except Exception as error:      # noqa: BLE001  the sweep goes on, and reports it
            found = Outcome(changed, "crash", fault=f"{type(error).__name__}: {error}")
        outbox.put(found)


class _Worker:
    """A forked process that does one job after the other; it knows the jobs, only their numbers are sent."""

    def __init__(self, tasks: Sequence[Job]) -> None:
        self.tasks = tasks
        self.number: int | None = None
        self.effect = "unclear"
        self.deadline = 0.0
        self._start()

    def _start(self) -> None:
        context = get_context("fork")
        self.inbox, self.outbox = context.SimpleQueue(), context.SimpleQueue()
        self.process = context.Process(target=_work, args=(self.tasks, self.inbox, self.outbox), daemon=True)
        self.process.start()

    def give(self, number: int) -> None:
        self.number, self.effect, self.deadline = number, "unclear", time.monotonic() + SECONDS
        self.inbox.put(number)

    def taken(self) -> Outcome | None:
        """The result of the present job, None while it runs; one that is too slow is unknown, as in the program."""
        while not self.outbox.empty():
            found = self.outbox.get()
            if isinstance(found, Outcome):
                return found
            self.effect = found
        late = time.monotonic() > self.deadline
        if not late and self.process.is_alive():
            return None
        self.process.kill()
        self.process.join()
        self._start()
        return Outcome(self.effect, "unknown", seconds=SECONDS) if late else \
            Outcome(self.effect, "crash", fault="the process died")

    def stop(self) -> None:
        self.inbox.put(None)
        self.process.join(2)
        self.process.kill()


def run(tasks: Sequence[Job], processes: int) -> list[Outcome]:
    """The outcomes in the order of the jobs."""
    found: dict[int, Outcome] = {}
    waiting = iter(range(len(tasks)))
    workers = [_Worker(tasks) for _ in range(processes)]
    try:
        while len(found) < len(tasks):
            for worker in workers:
                if worker.number is not None and (result := worker.taken()) is not None:
                    found[worker.number] = result
                    worker.number = None
                if worker.number is None and (number := next(waiting, None)) is not None:
                    worker.give(number)
            time.sleep(0.002)
    finally:
        for worker in workers:
            worker.stop()
    return [found[i] for i in range(len(tasks))]


# report


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of a sweep, and the lines that name what is not as it should be."""

    edits: int
    broken: Counter[str]
    holding: Counter[str]
    unclear: int
    meaningless: int
    false: tuple[str, ...]
    not_refuted: tuple[str, ...]

    @property
    def share_refuted(self) -> float:
        return self.broken["refuted"] / max(1, self.broken.total())


def summarise(tasks: Sequence[Job], outcomes: Sequence[Outcome]) -> Summary:
    """The figures; `false` lists verdicts that are wrong, `not_refuted` broken steps that were not found out."""
    broken: Counter[str] = Counter()
    holding: Counter[str] = Counter()
    false: list[str] = []
    missed: list[str] = []
    for job, found in zip(tasks, outcomes, strict=True):
        shown = f"{found.verdict:<11} {job.where} [{job.kind}] {_shown(job.step)}"
        if found.fault:
            shown += f"\n            fault: {found.fault}"
        if found.verdict == "error":
            continue
        if found.effect == "broken":
            broken[found.verdict] += 1
            if found.verdict != "refuted":
                missed.append(shown)
        elif found.effect == "holds":
            holding[found.verdict] += 1
        wrong = found.effect == "broken" and found.verdict in ("proved", "conditional")
        contradicted = found.counterexample in ("related", "inadmissible")
        if wrong or contradicted or (found.effect == "holds" and found.verdict == "refuted"
                                     and found.counterexample != "unrelated") or found.fault:
            false.append(f"{shown}   ({found.effect}; counterexample: {found.counterexample or 'none'})")
    meaningless = sum(o.verdict == "error" for o in outcomes)
    unclear = sum(o.effect == "unclear" and o.verdict != "error" for o in outcomes)
    return Summary(len(tasks), broken, holding, unclear, meaningless, tuple(false), tuple(missed))


def _shown(step: Step) -> str:
    given = f"  given {'; '.join(text(g) for g in step.given)}" if step.given else ""
    return f"{text(step.left)} {step.relation} {text(step.right)}{given}"


def main() -> int:
    """The whole sweep; the exit code."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("paths", nargs="*", type=Path, default=sorted((ROOT / "derivations").glob("*.py")))
    arguments.add_argument("--per-line", type=int, default=PER_LINE, help="edits of each line at most")
    arguments.add_argument("--seed", default=SEED)
    arguments.add_argument("--processes", type=int, default=2)
    given = arguments.parse_args()
    begun = time.monotonic()
    tasks = [job for path in given.paths for job in jobs(read(path), given.per_line, given.seed)]
    outcomes = run(tasks, given.processes)
    summary = summarise(tasks, outcomes)
    kinds = Counter(job.kind for job, found in zip(tasks, outcomes, strict=True) if found.effect == "broken"
                    and found.verdict != "error")
    confirmed = Counter(o.counterexample for o in outcomes if o.counterexample)
    print(f"seed {given.seed!r}, {given.per_line} edits a line: {summary.edits} edits")
    print(f"break their step: {summary.broken.total()}  {dict(summary.broken)}  refuted {summary.share_refuted:.1%}")
    print(f"  of kinds {dict(kinds.most_common())}")
    print(f"leave it true at {POINTS} points: {summary.holding.total()}  {dict(summary.holding)}")
    print(f"not counted: {summary.unclear} without values to compare, {summary.meaningless} without meaning (shapes)")
    print(f"counterexamples, evaluated again: {dict(confirmed)} (unrelated confirms, unclear says nothing)")
    slow = sorted(zip(outcomes, tasks, strict=True), key=lambda pair: -pair[0].seconds)[:5]
    print("slowest:", ", ".join(f"{job.where} [{job.kind}] {found.seconds:.1f} s" for found, job in slow))
    print(f"not refuted: {len(summary.not_refuted)}", *summary.not_refuted, sep="\n  ")
    print(f"false verdicts and faults: {len(summary.false)}", *summary.false, sep="\n  ")
    print(f"{time.monotonic() - begun:.0f} s")
    return 1 if summary.false or summary.share_refuted < LEAST_REFUTED else 0


if __name__ == "__main__":
    sys.exit(main())
