"""What runs inside a child process: reading one file after another, or reading lines and judging steps.

Not trusted: it carries data. `runner` starts it as a program of its own (a fresh interpreter, so that nothing of
the parent's state can change a verdict) and talks to it over a socket, in pickles that both ends made themselves.
The reader of Python files imports SymPy once, that of documents does not; each file is read in a fork of its own: what
one file does to SymPy's caches, to the interpreter or to itself never reaches the next. The judge imports the kernel
and no SymPy; it also reads the lines of JSON Lines files, which are data and not code, so that they stand under the
same limits as a step.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import pickle
import resource
import signal
import sys
import time
import traceback
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from types import FrameType
from typing import Any, Literal, NoReturn

from lossproof.derivation import Document
from lossproof.diagnostic import Diagnostic, InputError, diagnostic
from lossproof.term import Span
from lossproof.verdict import StepResult, Unknown

__all__ = ["Died", "Forget", "Judged", "Outline", "OutOfMemory", "Parse", "Question", "Read", "Ready", "Request",
           "Setup", "Take", "main"]

# The derivations of a document in order: each one's name, and the lines (numbers from 1) that have a result.
Outline = tuple[tuple[str, tuple[int, ...]], ...]

# The alarm inside the reading fork names the line of a loop; a fork that does not react (it is in C code) is killed
# this many seconds later.
GRACE = 0.5


@dataclass(frozen=True, slots=True)
class Setup:
    """First message to a worker: which module to import, and its limit of address space in bytes (0: none)."""

    role: Literal["reader", "documents", "judge"]
    module: str
    memory: int


@dataclass(frozen=True, slots=True)
class Request:
    """To a reader: read this file within so many seconds; `options` are handed to its `read` behind the path."""

    path: str
    seconds: float
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parse:
    """To a judge: read this line of a JSON Lines file with `read_line` of `module`, keep the document under `key`."""

    key: int
    module: str
    path: str
    line: int
    text: bytes


@dataclass(frozen=True, slots=True)
class Forget:
    """To a judge: the document under this number is not asked about any more."""

    key: int


@dataclass(frozen=True, slots=True)
class Take:
    """To a judge: keep this pickled document under this number."""

    key: int
    document: bytes


@dataclass(frozen=True, slots=True)
class Question:
    """To a judge: the step to line `index` (its number, from 2) of a derivation, or its claim (None)."""

    key: int
    derivation: int
    index: int | None


@dataclass(frozen=True, slots=True)
class Ready:
    """From a worker: its imports are done."""


@dataclass(frozen=True, slots=True)
class Read:
    """The pickled document with its outline, or what is wrong with the file, or with the line of a JSON Lines file.

    `derivation` is the name of the derivation that the error belongs to, where it was read.
    """

    document: bytes | None
    error: Diagnostic | None
    outline: Outline = ()
    derivation: str | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """From a judge: the result; None where a claim is not asked for."""

    result: StepResult | None


@dataclass(frozen=True, slots=True)
class OutOfMemory:
    """From a judge: the step did not fit; this worker should be replaced."""


@dataclass(frozen=True, slots=True)
class Died:
    """Not a message: how the parent notes a worker that ended by itself."""

    how: str
    memory: bool


def main(descriptor: int) -> None:
    """Serve requests from the socket `descriptor` until the parent closes it."""
    _die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)   # the parent decides what Ctrl-C ends
    connection = Connection(descriptor)
    with contextlib.suppress(EOFError, OSError):
        setup: Setup = connection.recv()
        module = importlib.import_module(setup.module)
        match setup.role:
            case "reader" | "documents":
                connection.send(Ready())
                _serve_reader(connection, module, setup.memory)
            case "judge":
                _limit_memory(setup.memory)
                connection.send(Ready())
                _serve_judge(connection, module)
    # Threads and exit handlers of whatever was imported are of no interest here.
    os._exit(0)


def _die_with_parent() -> None:
    """Ask the kernel to kill this process when its parent ends, however that ends (Linux; elsewhere: nothing)."""
    if sys.platform != "linux":
        return
    import ctypes

    pr_set_pdeathsig = 1
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, int(signal.SIGKILL), 0, 0, 0)


def _limit_memory(limit: int) -> None:
    """Limit this process's address space to `limit` bytes; 0 leaves it as it is."""
    if limit:
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        wanted = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))


def _serve_judge(connection: Connection, checker: Any) -> None:
    """Answer questions about documents that were handed over before."""
    documents: dict[int, Document] = {}
    while True:
        message = connection.recv()
        match message:
            case Take(key, pickled):
                documents[key] = pickle.loads(pickled)
            case Forget(key):
                documents.pop(key, None)
            case Parse():
                try:
                    answer = _parse(message, documents)
                except MemoryError:
                    connection.send(OutOfMemory())
                    return
                connection.send(answer)
            case Question(key, number, index):
                try:
                    result = _answer(checker, documents[key], number, index)
                except MemoryError:
                    connection.send(OutOfMemory())
                    return
                connection.send(Judged(result))
            case _:
                raise TypeError(f"not a message to a judge: {message!r}")


def _parse(request: Parse, documents: dict[int, Document]) -> Read | Judged:
    """What the line says, as `Read`; an exception of the reader becomes a fault of lossproof."""
    try:
        document: Document = importlib.import_module(request.module).read_line(request.path, request.line, request.text)
        documents[request.key] = document
        return _read(document)
    except InputError as error:
        return Read(None, error.diagnostic, derivation=error.derivation)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a fault of ours and must not pass silently
        return Judged(StepResult(0, Unknown("lossproof failed on this line", "LP402"), fault=_fault(error)))


def _read(document: Document) -> Read:
    """The message that hands a document over. Line 1 has a result only where it could not be read."""
    outline = tuple(
        (derivation.name, tuple(index for index, line in enumerate(derivation.lines, 1)
                                if index > 1 or line.unread is not None))
        for derivation in document.derivations)
    return Read(pickle.dumps(document), None, outline)


def _fault(error: Exception) -> str:
    """An exception of ours in one line, with the place that raised it."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({os.path.basename(where.filename)}:{where.lineno})"  # noqa: PTH119


def _answer(checker: Any, document: Document, number: int, index: int | None) -> StepResult | None:
    """The checker's answer; an exception of the checker becomes a fault of lossproof, reported as such."""
    derivation = document.derivations[number]
    started = time.perf_counter()
    result: StepResult | None
    try:
        if index is None:
            result = checker.check_claim(document, derivation)
        else:
            result = checker.check_step(document, derivation, index)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a fault of ours and must not pass silently
        result = StepResult(index or 0, Unknown("lossproof failed on this step", "LP402"), fault=_fault(error))
    seconds = time.perf_counter() - started
    return replace(result, seconds=seconds) if result is not None and not result.seconds else result


def _serve_reader(connection: Connection, reader: Any, memory: int) -> None:
    """Read each requested file in a fork and hand on what it says."""
    while True:
        request: Request = connection.recv()
        connection.send(_read_in_fork(reader, request, memory))


def _read_in_fork(reader: Any, request: Request, memory: int) -> Read:
    """What a fork of this process says of the file; an error where it says nothing in time."""
    incoming, outgoing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(incoming)
        _read_and_exit(reader, request, memory, outgoing)
    os.close(outgoing)
    answer = _drain(incoming, request.seconds + GRACE)
    if answer is None:
        os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    if answer is None:
        return Read(None, _too_slow(request, None))
    try:
        found = pickle.loads(answer)
    except (EOFError, pickle.UnpicklingError):
        found = None
    if not isinstance(found, Read):
        how = f"signal {signal.Signals(os.WTERMSIG(status)).name}" if os.WIFSIGNALED(status) else "by itself"
        return Read(None, diagnostic("LP003", f"the process that read this file ended ({how})", Span(request.path, 1)))
    return found


def _drain(descriptor: int, seconds: float) -> bytes | None:
    """All that comes from a pipe until it closes; None when that takes longer than `seconds`."""
    import select

    deadline = time.monotonic() + seconds
    parts: list[bytes] = []
    with open(descriptor, "rb", buffering=0) as pipe:
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([pipe], [], [], left)[0]:
                return None
            part = pipe.read(1 << 16)
            if not part:
                return b"".join(parts)
            parts.append(part)


def _too_slow(request: Request, line: int | None) -> Diagnostic:
    """The error of a file whose import does not end."""
    return diagnostic("LP004", f"reading this file took longer than {request.seconds:g} s",
                      Span(request.path, line or 1),
                      notes=() if line is None else (f"line {line} was running then",),
                      helps=("a derivation file only describes lines; look for a loop that does not end",))


def _read_and_exit(reader: Any, request: Request, memory: int, descriptor: int) -> NoReturn:
    """In the fork: read the file, write the pickled `Read` to the pipe, end."""
    _die_with_parent()

    def reply(found: Read) -> NoReturn:
        data = pickle.dumps(found)
        with open(descriptor, "wb") as pipe:
            pipe.write(data)
        os._exit(0)

    def alarm(number: int, frame: FrameType | None) -> None:
        line = None
        while frame is not None:
            if _same_file(frame.f_code.co_filename, request.path):
                line = frame.f_lineno
                break
            frame = frame.f_back
        reply(Read(None, _too_slow(request, line)))

    signal.signal(signal.SIGALRM, alarm)
    signal.setitimer(signal.ITIMER_REAL, request.seconds)
    try:
        _limit_memory(memory)
        found = _read(reader.read(request.path, *request.options))
    except InputError as error:
        reply(Read(None, error.diagnostic))
    except BaseException as error:  # noqa: BLE001 - the file is code: it may raise anything, SystemExit too
        reply(Read(None, _failed(request, error)))
    signal.setitimer(signal.ITIMER_REAL, 0)
    reply(found)


def _failed(request: Request, error: BaseException) -> Diagnostic:
    """The error of a file that raises while it is imported: its own line, where there is one in the traceback."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__)
             if _same_file(frame.filename, request.path)]
    said = str(error).splitlines()
    message = f"{type(error).__name__}: {said[0]}" if said else type(error).__name__
    return diagnostic("LP003", message, Span(request.path, (lines[-1] if lines else None) or 1))


def _same_file(first: str, second: str) -> bool:
    return os.path.abspath(first) == os.path.abspath(second)  # noqa: PTH100 - resolving links would change names
