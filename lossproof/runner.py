"""Runs every step of the given files in worker processes that can be killed.

Not trusted: it carries questions and answers and decides nothing. Imports the data types, `worker` (the other end)
and `summary`; no kernel and no SymPy, which only the children load.

One process reads files (each in a fork of its own), one process a CPU judges steps. A step that takes too long, too
much memory or its worker with it becomes `unknown`, with the reason; its worker is replaced and nothing else is lost.
Results come back in the order of files, derivations and lines, whatever finished first.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import IO, Literal

from lossproof.derivation import Document
from lossproof.diagnostic import Diagnostic, diagnostic
from lossproof.summary import Checked
from lossproof.term import Span
from lossproof.verdict import DerivationResult, DocumentResult, StepResult, Unknown
from lossproof.worker import Died, Judged, OutOfMemory, Question, Read, Ready, Request, Setup, Take

__all__ = ["Event", "FileDone", "READ_TIMEOUT", "STEP_MEMORY", "STEP_TIMEOUT", "StepDone", "find_files", "run"]

STEP_TIMEOUT = 10.0            # seconds
STEP_MEMORY = 2048             # MiB of address space
READ_TIMEOUT = 10.0            # seconds for one derivation file
STARTUP_TIMEOUT = 120.0        # seconds until a worker has done its imports: a backstop, never met in practice
EARLY_WORKERS = 4              # judges that start before any file is read; more follow when there is work for them
FILES_PER_READER = 8           # a second reader costs another import of SymPy

# The child's first line: it sees the modules that its parent sees, in the same order.
BOOT = "import sys; sys.path[:] = {path!r}; from lossproof.worker import main; main({descriptor})"


@dataclass(frozen=True, slots=True)
class FileDone:
    """Event: a file was read (or not: then `steps` is 0); it has so many questions to judge."""

    path: str
    steps: int


@dataclass(frozen=True, slots=True)
class StepDone:
    """Event: a step (or a claim) of a derivation was judged; `result` is None for a claim that is not asked for."""

    path: str
    derivation: str
    result: StepResult | None


Event = FileDone | StepDone


def find_files(paths: Sequence[str]) -> tuple[tuple[str, ...], tuple[Diagnostic, ...]]:
    """The derivation files that `paths` name: files as they are, directories by all their `*.py`, sorted.

    Names that begin with `_` or `.` are left out of directories. Second, an error for each path that does not exist.
    """
    found: dict[str, None] = {}
    errors: list[Diagnostic] = []
    for name in paths:
        path = Path(name)
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*.py")
                            if not any(part[0] in "._" for part in p.relative_to(path).parts))
            found.update(dict.fromkeys(str(p) for p in inside))
        elif path.exists():
            found[str(path)] = None
        else:
            errors.append(diagnostic("LP002", f"`{name}` does not exist", Span(name, 1)))
    return tuple(found), tuple(errors)


def run(paths: Sequence[str], *, select: str | None = None, jobs: int | None = None,
        step_timeout: float = STEP_TIMEOUT, step_memory: int = STEP_MEMORY,
        on_event: Callable[[Event], None] = lambda event: None, read_timeout: float = READ_TIMEOUT,
        reader: str = "lossproof.read.python_file", checker: str = "lossproof.checker") -> list[Checked]:
    """Read and judge the files, in order. `select` keeps the derivations whose name matches it (`*` is a wildcard).

    `jobs` workers judge at a time (default: one a CPU that this process may use). `step_timeout` is in seconds,
    `step_memory` in MiB (0: no limit). `reader` and `checker` name the modules whose `read(path)`, `check_step` and
    `check_claim` the children call. Never raises for what is in a file; on KeyboardInterrupt no process is left.
    """
    session = _Session([_File(path) for path in paths], select, jobs or _processors(), step_timeout,
                       step_memory << 20, on_event, read_timeout, reader, checker)
    try:
        session.work()
    finally:
        session.close()
    return [file.checked() for file in session.files]


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(slots=True)
class _File:
    """One file under way: its document once it is read, a slot for each answer."""

    path: str
    document: Document | None = None
    pickled: bytes = b""
    error: Diagnostic | None = None
    chosen: list[int] = field(default_factory=list)
    answers: dict[tuple[int, int | None], StepResult | None] = field(default_factory=dict)

    def checked(self) -> Checked:
        """The file's results in order of its lines."""
        results: list[DerivationResult] = []
        if self.document is not None:
            for number in self.chosen:
                derivation = self.document.derivations[number]
                steps = [self.answers[number, index] for index in range(2, len(derivation.lines) + 1)]
                results.append(DerivationResult(derivation.name, tuple(s for s in steps if s is not None),
                                                self.answers.get((number, None))))
        errors = () if self.error is None else (self.error,)
        return Checked(self.document, DocumentResult(self.path, tuple(results), errors))


@dataclass(frozen=True, slots=True)
class _Job:
    """A file to read (`derivation` None), a step to judge, or a claim (`index` None)."""

    file: int
    derivation: int | None = None
    index: int | None = None


class _Worker:
    """A child process and our end of its socket."""

    def __init__(self, role: Literal["reader", "judge"], module: str, memory: int) -> None:
        """Start the process; it is of use once it has sent `Ready`."""
        self.role = role
        self.ready = False
        self.job: _Job | None = None
        self.deadline = time.monotonic() + STARTUP_TIMEOUT
        self.documents: set[int] = set()
        self.errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed in kill()
        ours, theirs = socket.socketpair()
        with ours, theirs:
            environment = {**os.environ, "PYTHONHASHSEED": "0"}   # no order may depend on the run
            boot = BOOT.format(path=sys.path, descriptor=theirs.fileno())
            # A group of its own: Ctrl-C at the terminal reaches the parent alone, which ends its children.
            # What a derivation file prints must not mix with a report on stdout.
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-c", boot], stdin=subprocess.DEVNULL, process_group=0, env=environment,
                pass_fds=[theirs.fileno()], stdout=sys.__stderr__ if role == "reader" and sys.__stderr__ else
                subprocess.DEVNULL, stderr=self.errors)
            self.connection = Connection(ours.detach())
        with contextlib.suppress(OSError):
            self.connection.send(Setup(role, module, memory))

    def send(self, message: object) -> None:
        """Hand a message over; OSError when the process is gone."""
        self.connection.send(message)

    def died(self) -> Died:
        """How the process ended, after its end of the socket was closed."""
        try:
            code = self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            code = 0
        self.errors.seek(0)
        said = self.errors.read().decode(errors="replace").strip().splitlines()
        last = f": {said[-1].strip()}" if said else ""
        how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        memory = any("memory" in line.lower() or "MemoryError" in line for line in said[-5:])
        return Died(how + last, memory)

    def kill(self) -> None:
        """End the process and everything that it started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.connection.close()
        self.errors.close()


class _Session:
    """The loop of one run: hand out jobs, take answers, replace workers."""

    def __init__(self, files: list[_File], select: str | None, jobs: int, step_timeout: float, memory: int,
                 on_event: Callable[[Event], None], read_timeout: float, reader: str, checker: str) -> None:
        self.files = files
        self.select = select
        self.limit = max(1, jobs)
        self.step_timeout = step_timeout
        self.memory = memory
        self.on_event = on_event
        self.read_timeout = read_timeout
        self.modules = {"reader": reader, "judge": checker}
        self.workers: list[_Worker] = []
        self.queues: dict[str, deque[_Job]] = {
            "reader": deque(_Job(number) for number in range(len(files))), "judge": deque()}
        self.broken: dict[str, str] = {}   # role -> why its workers do not start

    def work(self) -> None:
        """Until every file is read and every question answered."""
        if not self.files:
            return
        for _ in range(min(self.limit, 1 + len(self.files) // FILES_PER_READER)):
            self._start("reader")
        for _ in range(min(self.limit, EARLY_WORKERS)):
            self._start("judge")
        while self._hand_out():
            deadline = min(worker.deadline for worker in self.workers if worker.job is not None or not worker.ready)
            connections = {worker.connection: worker for worker in self.workers}
            # Answers first, then the clock: a machine that slept must not lose what was ready.
            for connection in wait(list(connections), max(0.0, deadline - time.monotonic())):
                if isinstance(connection, Connection):
                    self._receive(connections[connection])
            now = time.monotonic()
            for worker in [w for w in self.workers if w.deadline <= now and (w.job is not None or not w.ready)]:
                self._overdue(worker)

    def close(self) -> None:
        """End all workers."""
        for worker in self.workers:
            worker.kill()
        self.workers.clear()

    def _start(self, role: Literal["reader", "judge"]) -> None:
        self.workers.append(_Worker(role, self.modules[role], self.memory))

    def _drop(self, worker: _Worker) -> None:
        worker.kill()
        self.workers.remove(worker)

    def _hand_out(self) -> bool:
        """Give waiting jobs to workers that are free; False when nothing is under way and nothing waits."""
        for worker in [w for w in self.workers if w.ready and w.job is None]:
            queue = self.queues[worker.role]
            if queue:
                self._assign(worker, queue.popleft())
            elif worker.role == "reader":
                self._drop(worker)   # no file is left to read: free its memory
        waiting = len(self.queues["judge"]) if "judge" not in self.broken else 0
        judges = [w for w in self.workers if w.role == "judge"]
        missing = min(self.limit - len(judges), waiting - sum(w.job is None for w in judges))
        for _ in range(missing):
            self._start("judge")
        if self.queues["reader"] and "reader" not in self.broken and not any(w.role == "reader" for w in self.workers):
            self._start("reader")
        for role, why in self.broken.items():
            while self.queues[role]:
                self._answer(self.queues[role].popleft(), self._no_worker(why))
        return bool(self.queues["judge"] or self.queues["reader"] or any(w.job is not None for w in self.workers))

    def _assign(self, worker: _Worker, job: _Job) -> None:
        """Send a job; a worker that turns out to be gone is as one that died over it."""
        worker.job = job
        file = self.files[job.file]
        try:
            if job.derivation is None:
                worker.deadline = time.monotonic() + self.read_timeout + STARTUP_TIMEOUT   # it keeps the time itself
                worker.send(Request(file.path, self.read_timeout))
                return
            if job.file not in worker.documents:
                worker.send(Take(job.file, file.pickled))
                worker.documents.add(job.file)
            worker.send(Question(job.file, job.derivation, job.index))
            worker.deadline = time.monotonic() + self.step_timeout
        except OSError:
            self._lost(worker)

    def _receive(self, worker: _Worker) -> None:
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
                self._answer(job, self._out_of_memory())
            case Read() | Judged() if job is not None:
                worker.job = None
                self._answer(job, message)
            case _:
                raise TypeError(f"not an answer: {message!r}")

    def _lost(self, worker: _Worker) -> None:
        """The process ended by itself: its job is answered with that, others go on."""
        died = worker.died()
        self._drop(worker)
        if worker.job is not None:
            self._answer(worker.job, died)
        elif not worker.ready:
            self.broken[worker.role] = died.how

    def _overdue(self, worker: _Worker) -> None:
        self._drop(worker)
        if worker.job is None:
            self.broken[worker.role] = f"no sign of life within {STARTUP_TIMEOUT:g} s"
        else:
            unknown = Unknown(f"no verdict within {self.step_timeout:g} s", "LP301")
            self._answer(worker.job, Judged(StepResult(0, unknown, seconds=self.step_timeout)))

    def _out_of_memory(self) -> Judged:
        return Judged(StepResult(0, Unknown(f"no verdict within {self.memory >> 20} MiB of memory", "LP304")))

    def _no_worker(self, why: str) -> Judged:
        reason = "the worker process does not start"
        return Judged(StepResult(0, Unknown(reason, "LP402"), fault=f"{reason} ({why})"))

    def _answer(self, job: _Job, answer: Read | Judged | Died) -> None:
        """Note what came of a job."""
        file = self.files[job.file]
        if job.derivation is None:
            self._note_file(job.file, file, answer)
            return
        match answer:
            case Judged(result):
                pass
            case Died(memory=True):
                result = self._out_of_memory().result
            case Died(how=how):
                result = StepResult(0, Unknown(f"its worker process ended ({how})", "LP305"))
            case Read():
                raise TypeError("a step was answered by a file")
        if result is not None and result.index == 0 and job.index is not None:
            result = StepResult(job.index, result.verdict, seconds=result.seconds, fault=result.fault)
        file.answers[job.derivation, job.index] = result
        assert file.document is not None
        self.on_event(StepDone(file.path, file.document.derivations[job.derivation].name, result))

    def _note_file(self, number: int, file: _File, answer: Read | Judged | Died) -> None:
        """Note a read file and queue its questions."""
        questions: list[_Job] = []
        match answer:
            case Read(document=bytes() as pickled):
                file.pickled = pickled
                file.document = document = pickle.loads(pickled)
                file.chosen = [i for i, derivation in enumerate(document.derivations)
                               if self.select is None or fnmatchcase(derivation.name, self.select)]
                for i in file.chosen:
                    lines = len(document.derivations[i].lines)
                    questions.extend(_Job(number, i, index) for index in range(2, lines + 1))
                    if lines > 1:
                        questions.append(_Job(number, i, None))
            case Read(error=error):
                file.error = error
            case Died(how=how):
                file.error = diagnostic("LP003", f"the process that read this file ended ({how})", Span(file.path, 1))
            case Judged(result):
                why = "" if result is None else result.fault or ""
                file.error = diagnostic("LP402", "this file could not be read: a fault of lossproof",
                                        Span(file.path, 1), notes=(why,))
        self.queues["judge"].extend(questions)
        self.on_event(FileDone(file.path, len(questions)))

