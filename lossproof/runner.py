"""Runs every step of the given files in worker processes that can be killed.

Not trusted: it carries questions and answers and decides nothing. Imports the data types, `worker_process` (our end of
a worker), `task` and `intake`; no kernel and no SymPy, which only the children load.

One process reads Python files and one documents (each in a fork of its own), one process a CPU reads lines of JSON
Lines files and judges steps. A step that takes too long, too much memory or its worker with it becomes `unknown`, with
the reason; its worker is replaced and nothing else is lost. Results come in the order of files, derivations and lines,
whatever finished first, and as soon as all before them are there. Only so many files and lines are under way at a time,
so memory does not grow with a JSON Lines file.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import TypedDict, Unpack

from lossproof.diagnostic import diagnostic
from lossproof.intake import Intake, find_files, is_document
from lossproof.read.lines import MAX_LINE
from lossproof.summary import Checked
from lossproof.task import FileTold, Task, Told
from lossproof.term import Span
from lossproof.verdict import StepResult, Unknown
from lossproof.worker import Died, Judged, OutOfMemory, Parse, Question, Read, Ready, Request, Take
from lossproof.worker_process import STARTUP_TIMEOUT, Job, Role, WorkerProcess

__all__ = ["Event", "FileDone", "Options", "READ_TIMEOUT", "STEP_MEMORY", "STEP_TIMEOUT", "StepDone", "find_files",
           "run", "stream"]

STEP_TIMEOUT = 10.0            # seconds
STEP_MEMORY = 1024             # MiB of address space
READ_TIMEOUT = 10.0            # seconds for one derivation file, or one line of a JSON Lines file
EARLY_WORKERS = 4              # judges that start before any file is read; more follow when there is work for them
FILES_PER_READER = 8           # a second reader costs another import of SymPy

# So many files and lines are under way at a time, and so many bytes of lines: enough that no worker waits while the
# first of them takes its time.
OPEN_TASKS = 256
OPEN_BYTES = 4 * MAX_LINE


@dataclass(frozen=True, slots=True)
class FileDone:
    """Event: a file or a line was read (or not: then `steps` is 0); it has so many questions to judge."""

    path: str
    steps: int


@dataclass(frozen=True, slots=True)
class StepDone:
    """Event: a step (or a claim) of a derivation was judged; `result` is None for a claim that is not asked for."""

    path: str
    derivation: str
    result: StepResult | None


Event = FileDone | StepDone


def _no_event(event: Event) -> None:
    """What is told of events where nobody asked."""


class Options(TypedDict, total=False):
    """What `run` and `stream` take beside the paths; README describes the first four.

    `select` keeps the derivations whose name matches it (`*` is a wildcard). `jobs` workers judge at a time (default:
    one a CPU that this process may use). `step_timeout` and `read_timeout` are in seconds, `step_memory` in MiB (0: no
    limit). `notation` is a file or directory with the notation of documents. `reader`, `document_reader`, `line_reader`
    and `checker` name the modules whose `read(path)`, `read(path, notation)`, `read_line(path, number, bytes)`,
    `check_step` and `check_claim` the children call.
    """

    select: str | None
    jobs: int | None
    step_timeout: float
    step_memory: int
    read_timeout: float
    notation: str
    reader: str
    document_reader: str
    line_reader: str
    checker: str


@dataclass(frozen=True, slots=True)
class _Settings:
    """The options, with what holds where one is not given."""

    select: str | None = None
    jobs: int | None = None
    step_timeout: float = STEP_TIMEOUT
    step_memory: int = STEP_MEMORY
    read_timeout: float = READ_TIMEOUT
    notation: str = ""
    reader: str = "lossproof.read.python_file"
    document_reader: str = "lossproof.read.document_file"
    line_reader: str = "lossproof.read.jsonl"
    checker: str = "lossproof.checker"


def run(paths: Sequence[str], *, on_event: Callable[[Event], None] = _no_event,
        **options: Unpack[Options]) -> list[Checked]:
    """All that `stream` tells of files, at once."""
    with contextlib.closing(stream(paths, on_event=on_event, **options)) as told:
        return [one.checked for one in told if isinstance(one, FileTold)]


def stream(paths: Sequence[str], *, on_event: Callable[[Event], None] = _no_event,
           **options: Unpack[Options]) -> Generator[Told, None, None]:
    """Read and judge the files, and tell each step, each claim and each file (a line is one), in order, as they come.

    Never raises for what is in a file. However it ends, also by `close`, no process is left.
    """
    session = _Session(paths, on_event, _Settings(**options))
    try:
        yield from session.work()
    finally:
        session.close()


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Session:
    """The loop of one run: take up files and lines, hand out jobs, take answers, replace workers, tell results."""

    def __init__(self, paths: Sequence[str], on_event: Callable[[Event], None], settings: _Settings) -> None:
        self.intake = Intake(paths)
        self.on_event = on_event
        self.settings = settings
        self.limit = settings.jobs or _processors()
        self.count = 0
        self.tasks: dict[int, Task] = {}         # under way, in order
        self.bytes = 0                           # of their lines
        self.workers: list[WorkerProcess] = []
        # steps come before lines: results of what is read already are waited for
        self.queues: dict[str, deque[Job]] = {
            "files": deque(), "documents": deque(), "steps": deque(), "lines": deque()}
        self.broken: dict[Role, str] = {}        # role -> why its workers do not start

    def work(self) -> Iterator[Told]:
        """Until every file is read, every question answered, and everything told."""
        if self.intake.is_empty():
            return
        python = self.intake.python_files
        for _ in range(min(self.limit, 1 + python // FILES_PER_READER) if python else 0):
            self._start("reader")
        if self.intake.documents:
            self._start("documents")
        for _ in range(min(self.limit, EARLY_WORKERS)):
            self._start("judge")
        while True:
            self._take_up()
            self._hand_out()
            before = len(self.tasks)
            yield from self._tell()
            if not self.tasks and self.intake.is_empty():
                return
            if len(self.tasks) == before:
                self._wait()

    def close(self) -> None:
        """End all workers."""
        for worker in self.workers:
            worker.kill()
        self.workers.clear()
        self.intake.close()

    # files and lines

    def _take_up(self) -> None:
        """Take up files and lines while there is room and something is there."""
        while self._has_room() and (taken := self.intake.next()) is not None:
            self.count += 1
            self.tasks[self.count] = task = Task(taken.path, taken.line)
            self.bytes += task.size
            if taken.error is not None:
                self._note_read(self.count, Read(None, taken.error))
            else:
                kind = "lines" if taken.line is not None else "documents" if is_document(taken.path) else "files"
                self.queues[kind].append(Job(self.count))

    def _has_room(self) -> bool:
        return len(self.tasks) < OPEN_TASKS and self.bytes < OPEN_BYTES

    # telling

    def _tell(self) -> Iterator[Told]:
        """What is known, up to the first question that is open."""
        while self.tasks:
            number, task = next(iter(self.tasks.items()))
            yield from task.tell()
            if not task.is_done():
                return
            del self.tasks[number]
            self.bytes -= task.size
            yield task.end()

    # workers

    def _start(self, role: Role) -> None:
        settings = self.settings
        module = {"reader": settings.reader, "documents": settings.document_reader, "judge": settings.checker}[role]
        self.workers.append(WorkerProcess(role, module, self.settings.step_memory << 20))

    def _drop(self, worker: WorkerProcess) -> None:
        worker.kill()
        self.workers.remove(worker)

    def _wait(self) -> None:
        """Until an answer comes, a time limit ends, or, where there is room for it, something to read."""
        busy = [worker.deadline for worker in self.workers if worker.job is not None or not worker.ready]
        timeout = max(0.0, min(busy) - time.monotonic()) if busy else None
        connections = {worker.connection: worker for worker in self.workers}
        source = [self.intake.source] if self.intake.source is not None and self._has_room() else []
        # Answers first, then the clock: a machine that slept must not lose what was ready.
        for connection in wait([*connections, *source], timeout):
            if isinstance(connection, Connection):
                self._receive(connections[connection])
        now = time.monotonic()
        for worker in [w for w in self.workers if w.deadline <= now and (w.job is not None or not w.ready)]:
            self._overdue(worker)

    def _hand_out(self) -> None:
        """Give waiting jobs to workers that are free, and start workers that are missing."""
        for worker in [w for w in self.workers if w.ready and w.job is None]:
            job = self._next(worker.role)
            if job is not None:
                self._assign(worker, job)
            elif ((worker.role == "reader" and not self.intake.python_files)
                  or (worker.role == "documents" and not self.intake.documents)):
                self._drop(worker)   # no file is left to read: free its memory
        waiting = len(self.queues["steps"]) + len(self.queues["lines"]) if "judge" not in self.broken else 0
        judges = [w for w in self.workers if w.role == "judge"]
        missing = min(self.limit - len(judges), waiting - sum(w.job is None for w in judges))
        for _ in range(missing):
            self._start("judge")
        readers: tuple[tuple[str, Role], ...] = (("files", "reader"), ("documents", "documents"))
        for queue, role in readers:
            if self.queues[queue] and role not in self.broken and not any(w.role == role for w in self.workers):
                self._start(role)
        for role, why in self.broken.items():
            while (job := self._next(role)) is not None:
                self._answer(job, self._no_worker(why))

    def _next(self, role: Role) -> Job | None:
        """The next job for a worker of this role."""
        for name in {"reader": ("files",), "documents": ("documents",), "judge": ("steps", "lines")}[role]:
            if self.queues[name]:
                return self.queues[name].popleft()
        return None

    def _assign(self, worker: WorkerProcess, job: Job) -> None:
        """Send a job; a worker that turns out to be gone is as one that died over it."""
        worker.job = job
        task = self.tasks[job.file]
        limit = self.settings.read_timeout
        try:
            if job.derivation is not None:
                if not worker.has(job.file):
                    worker.send(Take(job.file, task.pickled))
                    worker.keep(job.file)
                worker.send(Question(job.file, job.derivation, job.index))
                limit = self.settings.step_timeout
            elif task.line is not None:
                worker.send(Parse(job.file, self.settings.line_reader, task.path, task.line.number, task.line.text))
                worker.keep(job.file)
            else:
                options = (self.settings.notation,) if worker.role == "documents" else ()
                worker.send(Request(task.path, limit, options))
                limit += STARTUP_TIMEOUT        # it keeps the time itself
            worker.deadline = time.monotonic() + limit
        except OSError:
            self._lost(worker)

    # answers

    def _receive(self, worker: WorkerProcess) -> None:
        try:
            message = worker.connection.recv()
        except (EOFError, OSError):
            self._lost(worker)
            return
        job = worker.job
        match message:
            case Ready():
                worker.ready = True
            case OutOfMemory() if job is not None:
                self._drop(worker)
                if not self._again(worker, job):
                    self._answer(job, self._out_of_memory(job))
            case Read() | Judged() if job is not None:
                worker.job = None
                worker.answered += 1
                self._answer(job, message)
            case _:
                raise TypeError(f"not an answer: {message!r}")

    def _lost(self, worker: WorkerProcess) -> None:
        """The process ended by itself: its job is answered with that, others go on."""
        died = worker.died()
        self._drop(worker)
        if worker.job is not None:
            if not (died.memory and self._again(worker, worker.job)):
                self._answer(worker.job, died)
        elif not worker.ready:
            self.broken[worker.role] = died.how

    def _again(self, worker: WorkerProcess, job: Job) -> bool:
        """Put back a job that did not fit into a worker that held more than it: what came before must not matter."""
        if worker.role != "judge" or not worker.answered:
            return False
        self.queues["lines" if job.derivation is None else "steps"].appendleft(job)
        return True

    def _overdue(self, worker: WorkerProcess) -> None:
        self._drop(worker)
        if worker.job is None:
            self.broken[worker.role] = f"no sign of life within {STARTUP_TIMEOUT:g} s"
        elif worker.job.derivation is None and worker.role == "judge":
            message = f"reading this line took longer than {self.settings.read_timeout:g} s"
            self._answer(worker.job, self._not_read(worker.job, message))
        else:
            limit = self.settings.step_timeout
            unknown = Unknown(f"no verdict within {limit:g} s", "LP301")
            self._answer(worker.job, Judged(StepResult(0, unknown, seconds=limit)))

    def _not_read(self, job: Job, message: str) -> Read:
        task = self.tasks[job.file]
        return Read(None, diagnostic("LP002", message, Span(task.path, task.line.number if task.line else 1)))

    def _out_of_memory(self, job: Job) -> Judged | Read:
        limit = f"{self.settings.step_memory} MiB of memory"
        if job.derivation is None:
            return self._not_read(job, f"reading this line takes more than {limit}")
        return Judged(StepResult(0, Unknown(f"no verdict within {limit}", "LP304")))

    def _no_worker(self, why: str) -> Judged:
        reason = "the worker process does not start"
        return Judged(StepResult(0, Unknown(reason, "LP402"), fault=f"{reason} ({why})"))

    def _answer(self, job: Job, answer: Read | Judged | Died) -> None:
        """Note what came of a job."""
        task = self.tasks[job.file]
        if job.derivation is None:
            self._note_read(job.file, answer)
            return
        match answer:
            case Judged(result):
                pass
            case Died(memory=True):
                noted = self._out_of_memory(job)
                assert isinstance(noted, Judged)
                result = noted.result
            case Died(how=how):
                result = StepResult(0, Unknown(f"its worker process ended ({how})", "LP305"))
            case Read():
                raise TypeError("a step was answered by a file")
        if result is not None and result.index == 0 and job.index is not None:
            result = StepResult(job.index, result.verdict, seconds=result.seconds, fault=result.fault)
        task.answers[job.derivation, job.index] = result
        self.on_event(StepDone(task.path, task.outline[job.derivation][0], result))

    def _note_read(self, number: int, answer: Read | Judged | Died) -> None:
        """Note a file or line that was read, or was not, and queue its questions."""
        task = self.tasks[number]
        what = "file" if task.line is None else "line"
        place = Span(task.path, task.line.number if task.line else 1)
        match answer:
            case Read():
                pass
            case Died(memory=True) if task.line is not None:
                noted = self._out_of_memory(Job(number))
                assert isinstance(noted, Read)
                answer = noted
            case Died(how=how):
                code = "LP003" if task.line is None else "LP002"
                answer = Read(None, diagnostic(code, f"the process that read this {what} ended ({how})", place))
            case Judged(result):
                why = "" if result is None else result.fault or ""
                message = f"this {what} could not be read: a fault of lossproof"
                answer = Read(None, diagnostic("LP402", message, place, notes=(why,)))
        task.read(answer, self.settings.select)
        self.queues["steps"].extend(Job(number, derivation, index) for derivation, index in task.questions())
        self.on_event(FileDone(task.path, len(task.questions())))
