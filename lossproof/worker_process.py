"""Our end of a worker: a child process that can be killed, and the socket to it.

Not trusted: it carries questions and answers. Imports `worker` (the other end) for its messages.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import IO, Literal

from lossproof.verdict import StepResult
from lossproof.worker import Died, Forget, Setup

__all__ = ["Job", "Role", "STARTUP_TIMEOUT", "WorkerProcess"]

STARTUP_TIMEOUT = 120.0        # seconds until a worker has done its imports: a backstop, never met in practice
KEPT_DOCUMENTS = 16            # a judge keeps so many; questions come in the order of documents, a few at a time

# The child's first line: it sees the modules that its parent sees, in the same order.
BOOT = "import sys; sys.path[:] = {path!r}; from lossproof.worker import main; main({descriptor})"

Role = Literal["reader", "documents", "judge"]


@dataclass(frozen=True, slots=True)
class Job:
    """A file or line to read (`derivation` None), a step to judge, or a claim (`index` None)."""

    file: int
    derivation: int | None = None
    index: int | None = None


class WorkerProcess:
    """A child process and our end of its socket."""

    def __init__(self, role: Role, module: str, memory: int) -> None:
        """Start the process; it is of use once it has sent `Ready`."""
        self.role = role
        self.ready = False
        self.job: Job | None = None
        self.answered = 0
        self.settled: StepResult | None = None      # of the present job, as far as it is known
        self.deadline = time.monotonic() + STARTUP_TIMEOUT
        self._documents: dict[int, None] = {}
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed in kill()
        ours, theirs = socket.socketpair()
        with ours, theirs:
            environment = {**os.environ, "PYTHONHASHSEED": "0"}   # no order may depend on the run
            boot = BOOT.format(path=sys.path, descriptor=theirs.fileno())
            # A group of its own: Ctrl-C at the terminal reaches the parent alone, which ends its children.
            # What a derivation file prints must not mix with a report on stdout.
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", boot], stdin=subprocess.DEVNULL, process_group=0, env=environment,
                pass_fds=[theirs.fileno()], stdout=sys.__stderr__ if role != "judge" and sys.__stderr__ else
                subprocess.DEVNULL, stderr=self._errors)
            self.connection = Connection(ours.detach())
        with contextlib.suppress(OSError):
            self.connection.send(Setup(role, module, memory))

    def send(self, message: object) -> None:
        """Hand a message over; OSError when the process is gone."""
        self.connection.send(message)

    def has(self, document: int) -> bool:
        """True where the process keeps the document under this number."""
        return document in self._documents

    def keep(self, document: int) -> None:
        """Note that the process keeps a document; the oldest one goes where there are many. OSError as `send`."""
        self._documents[document] = None
        if len(self._documents) > KEPT_DOCUMENTS:
            oldest = next(iter(self._documents))
            del self._documents[oldest]
            self.send(Forget(oldest))

    def died(self) -> Died:
        """How the process ended, after its end of the socket was closed."""
        try:
            code = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            code = 0
        self._errors.seek(0)
        said = self._errors.read().decode(errors="replace").strip().splitlines()
        last = f": {said[-1].strip()}" if said else ""
        how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        memory = any("memory" in line.lower() or "MemoryError" in line for line in said[-5:])
        return Died(how + last, memory)

    def kill(self) -> None:
        """End the process and everything that it started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self.connection.close()
        self._errors.close()
