"""The sweep of edits over all true steps: `python tests/edit_sweep.py [--part I/N] [PATH ...]`. Not a test itself.

Edits the right line of every true step of `derivations/*.py` and `tests/data/*.jsonl` mechanically, asks an evaluation
that does not use the kernel whether the edited line still follows, and then the checker. Prints how many edits break
their step, what the checker says of these, every one that is not refuted, and of the refuted ones how many times the
diagnosis names the kind of the edit and suggests the original line. Exit code 1 where a broken step is proved or
conditional, where a step that holds is refuted, where a counterexample is not confirmed, or where a share is below
its least.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice
from multiprocessing import SimpleQueue, get_context
from pathlib import Path
from typing import Any

import sampling
from edits import choose, edits

from lossproof import checker
from lossproof.derivation import Derivation, Document, LineRelation, Step
from lossproof.diagnostic import InputError
from lossproof.print_text import text
from lossproof.read import jsonl, python_file
from lossproof.read.shapes import Shapes
from lossproof.term import ZERO, Add, Const, Mul, Number, Symbol, Term, binders, children, map_children
from lossproof.verdict import Refuted

ROOT = Path(__file__).parent.parent
PATHS = [*sorted((ROOT / "derivations").glob("*.py")), *sorted((ROOT / "tests" / "data").glob("*.jsonl"))]
SEEDS = ("edits 1", "edits 2")
PER_LINE = 6
OWN_KEYS = ("source", "area", "conditions", "point", "note")
"""Keys of the recorded sets that are no part of the format."""
POINTS = 5
"""An edit is taken to change nothing where so many points show no difference."""
SECONDS = 10
"""What takes longer than that (of the processor's time, so that a busy machine gives the same figures) is unknown, as
it is in the program."""
PATIENCE = 12
"""So many times as long a worker may take by the clock until it is stopped."""
LEAST_REFUTED = 0.97
LEAST_MENDED = 0.80
_TURNED: dict[LineRelation, LineRelation] = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True, slots=True)
class Job:
    """One edit: the file's, derivation's and line's position, the edited step, and the line before the edit.

    Where a hypothesis was dropped and not the line edited, `original` is None.
    """

    where: str
    kind: str
    seed: str
    step: Step
    original: Term | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out: whether the edit breaks the step (broken, holds or unclear), and the checker's verdict.

    `counterexample` is what the evaluation says of it: unrelated where it confirms it. A verdict of "error" is the
    checker's word that the edited line has no meaning (shapes); `fault` is a fault of the checker. `edit` and
    `suggestion` are the diagnosis; `same_line` says whether the suggestion is the original line: yes, reordered (the
    same up to the order of summands and factors and the names of bound indices) or no. `provable` tells of a refuted
    edit whether the checker proves the step with the original line: only then can it suggest that.
    """

    effect: str
    verdict: str
    counterexample: str = ""
    fault: str = ""
    seconds: float = 0.0
    edit: str = ""
    suggestion: str = ""
    same_line: str = "no"
    provable: bool = False


def documents(path: Path) -> Iterator[Document]:
    """The documents of a file of derivations, or of a recorded set."""
    if path.suffix == ".py":
        yield python_file.read(path)
        return
    for number, row in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        entry = {key: value for key, value in json.loads(row).items() if key not in OWN_KEYS}
        entry["steps"] = [{k: v for k, v in line.items() if k not in OWN_KEYS} for line in entry["steps"]]
        if all(line.get("expect") in ("refuted", "unknown") for line in entry["steps"][1:]):
            continue
        try:
            yield jsonl.read_line(str(path), number, json.dumps(entry).encode())
        except InputError as error:
            print(f"{path.name}:{number} is left out: {error}")


def jobs(document: Document, per_line: int, seeds: Sequence[str]) -> Iterator[Job]:
    """Edits of the right line of every step that is expected to be true; each once, whichever seeds choose it.

    Beside these, steps of an inequality with the relation turned round, and steps without one of their hypotheses.
    """
    for derivation in document.derivations:
        for number in range(2, len(derivation.lines) + 1):
            lines = derivation.lines[number - 2:number]
            if lines[1].expect in ("proved", "conditional") and not any(line.unread for line in lines):
                yield from _line_jobs(document, derivation, number, per_line, seeds)


def _line_jobs(document: Document, derivation: Derivation, number: int, per_line: int,
               seeds: Sequence[str]) -> Iterator[Job]:
    step = checker.step_of(document, derivation, number)
    where = f"{Path(document.path).stem}.{derivation.name}:{number}"
    shapes = Shapes(step.declarations, step.definitions)
    meant = [edit for edit in edits(step.right, step) if _has_shape(edit.line, shapes)]
    first = f"{seeds[0]}:{where}"
    chosen = dict.fromkeys(edit for seed in seeds for edit in choose(meant, per_line, f"{seed}:{where}"))
    for edit in chosen:
        yield Job(where, edit.kind, first, replace(step, right=edit.line), step.right)
    if step.relation in _TURNED:
        yield Job(where, "relation", first, replace(step, relation=_TURNED[step.relation]), step.right)
    for i in range(len(step.given)):
        dropped = replace(step, given=step.given[:i] + step.given[i + 1:])
        yield Job(where, "hypothesis", first, dropped)


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
    for point in islice(sampling.points(step, seed), 8 * POINTS):
        match sampling.compare(step, point):
            case "unrelated":
                return "broken"
            case "related":
                agreed += 1
        if agreed == POINTS:
            return "holds"
    return "unclear"


def outcome(job: Job, changed: str, verdicts: dict[str, bool]) -> Outcome:
    """What the checker says of the step with this effect of the edit, and what evaluation says of that.

    `verdicts` keeps which steps are proved with their original lines, from one call to the next.
    """
    begun = time.process_time()
    result = checker.check(job.step)
    seconds = time.process_time() - begun
    shown = ""
    if isinstance(result.verdict, Refuted):
        shown = sampling.confirms(job.step, result.verdict.counterexample, job.seed)
    if seconds > SECONDS:
        return Outcome(changed, "unknown", seconds=seconds)
    said = Outcome(changed, result.verdict.verdict, shown, result.fault or "", seconds)
    if not isinstance(result.verdict, Refuted) or job.original is None:
        return said
    said = replace(said, provable=_is_provable(job, job.original, verdicts))
    found = result.diagnosis
    if found is None or found.suggestion is None:
        return said
    return replace(said, edit=found.edit or "", suggestion=text(found.suggestion),
                   same_line=_same(found.suggestion, job.original))


def _is_provable(job: Job, original: Term, verdicts: dict[str, bool]) -> bool:
    """Whether the step of the edit is proved with the line before the edit; each step is judged once."""
    if job.where not in verdicts:
        relation = job.step.relation if job.kind != "relation" else _TURNED[job.step.relation]
        step = replace(job.step, right=original, relation=relation)
        verdicts[job.where] = checker.check(step).verdict.verdict in ("proved", "conditional")
    return verdicts[job.where]


def _same(suggestion: Term, original: Term) -> str:
    if text(suggestion) == text(original):
        return "yes"
    return "reordered" if _ordered(suggestion) == _ordered(original) else "no"


def _ordered(term: Term, bound: Sequence[str] = ()) -> object:
    """The term with nested sums and products flattened, their arguments sorted, and bound names by their depth."""
    match term:
        case Symbol(name) if name in bound:
            return f"%{bound.index(name)}"
        case Add() | Mul():
            flat: list[Term] = []
            waiting = list(term.args)
            while waiting:
                here = waiting.pop()
                if type(here) is type(term) and isinstance(here, Add | Mul):
                    waiting.extend(here.args)
                else:
                    flat.append(here)
            numbers = Fraction(1)
            if isinstance(term, Mul):       # -2*x is one number times x, however it is written
                for here in flat:
                    numbers *= here.value if isinstance(here, Number) else 1
                flat = [here for here in flat if not isinstance(here, Number)]
            return (type(term).__name__, str(numbers), sorted((_ordered(a, bound) for a in flat), key=repr))
        case Number() | Symbol() | Const():
            return text(term)
        case _:
            hull = repr(map_children(term, lambda _: ZERO))
            names = binders(term)
            for name in names:
                hull = hull.replace(f"name='{name}'", "name='%'")
            return (hull, [_ordered(child, (*names, *bound)) for child in children(term)])


# worker processes, which can be killed


def _work(tasks: Sequence[Job], inbox: SimpleQueue[Any], outbox: SimpleQueue[Any]) -> None:
    verdicts: dict[str, bool] = {}
    while (number := inbox.get()) is not None:
        changed = effect(tasks[number].step, tasks[number].seed)
        outbox.put(changed)
        try:
            found = outcome(tasks[number], changed, verdicts)
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
        self.number, self.effect, self.deadline = number, "unclear", time.monotonic() + SECONDS * PATIENCE
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
    diagnosed: Counter[str]
    provable: Counter[str]
    not_mended: tuple[str, ...]
    by_kind: Mapping[str, Counter[str]]

    @property
    def share_mended(self) -> float:
        """Of the refuted edits of a line, those with the kind named and the original line suggested."""
        return (self.diagnosed["mended"] + self.diagnosed["mended, reordered"]) / max(1, self.diagnosed.total())

    @property
    def share_refuted(self) -> float:
        return self.broken["refuted"] / max(1, self.broken.total())


def summarise(tasks: Sequence[Job], outcomes: Sequence[Outcome]) -> Summary:
    """The figures; `false` lists verdicts that are wrong, `not_refuted` broken steps that were not found out."""
    broken: Counter[str] = Counter()
    holding: Counter[str] = Counter()
    false: list[str] = []
    missed: list[str] = []
    diagnosed: Counter[str] = Counter()
    provable: Counter[str] = Counter()
    not_mended: list[str] = []
    by_kind: dict[str, Counter[str]] = {}
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
            elif job.original is not None:
                word = _mended(job, found)
                diagnosed[word] += 1
                provable[word] += found.provable
                by_kind.setdefault(job.kind, Counter())[word] += 1
                if not word.startswith("mended"):
                    unproved = "" if found.provable else "(unproved) "
                    not_mended.append(f"{unproved}{job.where} [{job.kind}] {_shown(job.step)}\n            {word}; "
                                      f"original {text(job.original)}; suggested [{found.edit}] {found.suggestion}")
        elif found.effect == "holds":
            holding[found.verdict] += 1
        wrong = found.effect == "broken" and found.verdict in ("proved", "conditional")
        contradicted = found.counterexample in ("related", "inadmissible")
        if wrong or contradicted or (found.effect == "holds" and found.verdict == "refuted"
                                     and found.counterexample != "unrelated") or found.fault:
            false.append(f"{shown}   ({found.effect}; counterexample: {found.counterexample or 'none'})")
    meaningless = sum(o.verdict == "error" for o in outcomes)
    unclear = sum(o.effect == "unclear" and o.verdict != "error" for o in outcomes)
    return Summary(len(tasks), broken, holding, unclear, meaningless, tuple(false), tuple(missed), diagnosed, provable,
                   tuple(not_mended), by_kind)


def _mended(job: Job, found: Outcome) -> str:
    if not found.suggestion:
        return "no suggestion"
    if found.same_line == "no":
        return "another line" if found.edit == job.kind else "another line and kind"
    if found.edit != job.kind:
        return "another kind"
    return "mended" if found.same_line == "yes" else "mended, reordered"


def _shown(step: Step) -> str:
    given = f"  given {'; '.join(text(g) for g in step.given)}" if step.given else ""
    return f"{text(step.left)} {step.relation} {text(step.right)}{given}"


def main() -> int:
    """The whole sweep, or a part of it; the exit code."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("paths", nargs="*", type=Path, default=PATHS)
    arguments.add_argument("--per-line", type=int, default=PER_LINE, help="edits of each line and seed at most")
    arguments.add_argument("--seed", action="append", help="may be given several times")
    arguments.add_argument("--part", default="1/1", help="I/N: every N-th edit, from the I-th on")
    arguments.add_argument("--processes", type=int, default=2)
    arguments.add_argument("--verbose", action="store_true", help="also list what the diagnosis did not mend")
    given = arguments.parse_args()
    begun = time.monotonic()
    seeds = tuple(given.seed or SEEDS)
    part, parts = map(int, given.part.split("/"))
    every = [job for path in given.paths for document in documents(path)
             for job in jobs(document, given.per_line, seeds)]
    tasks = every[part - 1::parts]
    outcomes = run(tasks, given.processes)
    summary = summarise(tasks, outcomes)
    kinds = Counter(job.kind for job, found in zip(tasks, outcomes, strict=True) if found.effect == "broken"
                    and found.verdict != "error")
    confirmed = Counter(o.counterexample for o in outcomes if o.counterexample)
    single = sum(job.original is not None for job in tasks)
    print(f"seeds {seeds}, {given.per_line} edits a line and seed, part {given.part}: {single} single edits of a line, "
          f"{len(tasks) - single} steps without a hypothesis")
    print(f"break their step: {summary.broken.total()}  {dict(summary.broken)}  refuted {summary.share_refuted:.1%}")
    print(f"  of kinds {dict(kinds.most_common())}")
    print(f"leave it true at {POINTS} points: {summary.holding.total()}  {dict(summary.holding)}")
    print(f"not counted: {summary.unclear} without values to compare, {summary.meaningless} without meaning (shapes)")
    print(f"counterexamples, evaluated again: {dict(confirmed)} (unrelated confirms, unclear says nothing)")
    print(f"diagnosis of {summary.diagnosed.total()} refuted edits: {dict(summary.diagnosed.most_common())}  "
          f"mended {summary.share_mended:.1%}, "
          f"in the original order {summary.diagnosed['mended'] / max(1, summary.diagnosed.total()):.1%}")
    good = summary.provable["mended"] + summary.provable["mended, reordered"]
    print(f"  of steps that are proved with the original line: {good} of {summary.provable.total()}  "
          f"mended {good / max(1, summary.provable.total()):.1%}")
    for kind, words in sorted(summary.by_kind.items()):
        good = words["mended"] + words["mended, reordered"]
        print(f"  {kind:<15} {good:>5} of {words.total():>5}  {dict(words.most_common())}")
    slow = sorted(zip(outcomes, tasks, strict=True), key=lambda pair: -pair[0].seconds)[:8]
    print("slowest:", ", ".join(f"{job.where} [{job.kind}] {found.seconds:.1f} s" for found, job in slow))
    times = sorted(found.seconds for found in outcomes) or [0.0]
    print(f"seconds of a check: median {times[len(times) // 2]:.2f}, 95 % below {times[len(times) * 19 // 20]:.2f}")
    print(f"not refuted: {len(summary.not_refuted)}", *summary.not_refuted, sep="\n  ")
    if given.verbose:
        print(f"not mended: {len(summary.not_mended)}", *summary.not_mended, sep="\n  ")
    print(f"false verdicts and faults: {len(summary.false)}", *summary.false, sep="\n  ")
    print(f"{time.monotonic() - begun:.0f} s")
    enough = summary.share_refuted >= LEAST_REFUTED and summary.share_mended >= LEAST_MENDED
    return 0 if enough and not summary.false else 1


if __name__ == "__main__":
    sys.exit(main())
