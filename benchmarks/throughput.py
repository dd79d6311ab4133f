"""How many derivations of mixed kinds a minute are judged, and in how much memory: python benchmarks/throughput.py

Derivations are made from a seed, one after another, and piped into `lossproof verify - --output-format json-lines`, so
that nothing but lossproof itself could grow with their number. Each says which verdicts its steps should have. Prints
derivations and steps a second, verdicts, what did not come out as it should, and the peak memory of the parent and of
its workers (/proc, Linux): of the first tenth of the run and of the whole.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

Derivation = dict[str, Any]

CLASSES = {"K": {"kind": "size", "min": 2}, "p": {"kind": "index", "upto": "K"},
           "z": {"kind": "indexed", "shape": ["K"]}, "y": {"kind": "indexed", "shape": ["K"]}}
SOFTMAX = {"yhat[k]": "exp(z[k])/Sum(exp(z[j]), (j, 1, K))"}
NUMBERS = {"x": {"kind": "scalar"}, "w": {"kind": "scalar"}, "b": {"kind": "scalar"}, "t": {"kind": "scalar"},
           "q": {"kind": "scalar", "assume": ["positive"]}}
SAMPLES = {"n": {"kind": "size"}, "u": {"kind": "indexed", "shape": ["n"]}, "v": {"kind": "indexed", "shape": ["n"]},
           "c": {"kind": "scalar"}}
ARRAYS = {"n": {"kind": "size"}, "d": {"kind": "size"}, "X": {"kind": "matrix", "shape": ["n", "d"]},
          "theta": {"kind": "vector", "shape": ["d"]}, "r": {"kind": "vector", "shape": ["n"]}}


def made(symbols: Derivation, *lines: str | tuple[str, str], let: Derivation | None = None,
         given: tuple[str, ...] = (), relation: str = "=") -> Derivation:
    """A derivation of these lines; a line is an expression, or one with the verdict that it should have."""
    steps = []
    for line in lines:
        expr, expect = line if isinstance(line, tuple) else (line, "proved")
        steps.append({"expr": expr, "relation": relation, "expect": expect})
    return {"symbols": symbols, "let": let or {}, "given": list(given), "steps": steps}


def polynomial(r: random.Random) -> Derivation:
    a, b, e = r.randint(2, 9), r.randint(1, 9), r.randint(2, 5)
    return made(NUMBERS, f"Derivative(({a}*x + {b})**{e}, x)", f"{e}*({a}*x + {b})**{e - 1}*{a}",
                f"{a * e}*({a}*x + {b})**{e - 1}")


def wrong_polynomial(r: random.Random) -> Derivation:
    a, b = r.randint(1, 9), r.randint(1, 9)
    return made(NUMBERS, f"({a}*x + {b}*w)**2", (f"{a * a}*x**2 + {b * b}*w**2", "refuted"))


def sigmoid(r: random.Random) -> Derivation:
    a = r.randint(2, 9)
    return made(NUMBERS, f"Derivative(logistic({a}*w*x + b), w)",
                f"logistic({a}*w*x + b)*(1 - logistic({a}*w*x + b))*{a}*x")


def binary(r: random.Random) -> Derivation:
    a = r.randint(1, 9)
    return made(NUMBERS, f"Derivative({a}*L, w)", f"{a}*(act - t)*x",
                let={"act": "logistic(w*x + b)", "L": "-t*log(act) - (1 - t)*log(1 - act)"})


def cross_entropy(r: random.Random) -> Derivation:
    a = r.randint(1, 9)
    return made(CLASSES, f"Derivative({a}*L, z[p])", f"{a}*(yhat[p]*Sum(y[k], (k, 1, K)) - y[p])",
                f"{a}*(yhat[p] - y[p])",
                let={**SOFTMAX, "L": "-Sum(y[k]*log(yhat[k]), (k, 1, K))"}, given=("Eq(Sum(y[k], (k, 1, K)), 1)",))


def squared_error(r: random.Random) -> Derivation:
    a = r.randint(1, 9)
    return made(CLASSES, f"Derivative({a}*L, z[p])", (f"-2*{a}*yhat[p]*(1 - yhat[p])**2", "refuted"),
                let={**SOFTMAX, "L": "Sum((y[k] - yhat[k])**2, (k, 1, K))"},
                given=("ForAll(Eq(y[k], KroneckerDelta(k, p)), (k, 1, K))",))


def mean(r: random.Random) -> Derivation:
    a = r.randint(1, 9)
    return made(SAMPLES, f"Sum({a}*(u[i] - m), (i, 1, n))", f"{a}*Sum(u[i], (i, 1, n)) - {a}*n*m", "0",
                let={"m": "Sum(u[i], (i, 1, n))/n"})


def power_sum(r: random.Random) -> Derivation:
    a = r.randint(1, 9)
    return made(SAMPLES, f"Sum({a}*i, (i, 1, n))", f"{a}*n*(n + 1)/2")


def off_by_one(r: random.Random) -> Derivation:
    a = r.randint(1, 9)
    return made(SAMPLES, f"Sum({a}*u[i]*v[i], (i, 1, n))", (f"{a}*Sum(u[i]*v[i], (i, 1, n - 1))", "refuted"))


def cancelled(r: random.Random) -> Derivation:
    a = r.randint(1, 9)
    return made(NUMBERS, f"(x**2 - {a * a})/(x - {a})", (f"x + {a}", "conditional"))


def logarithm(r: random.Random) -> Derivation:
    a = r.randint(2, 9)
    return made(NUMBERS, f"log(q**{a}*exp({a}*x))", f"{a}*log(q) + {a}*x")


def square(r: random.Random) -> Derivation:
    a = r.randint(1, 9)
    return made(NUMBERS, f"x**2 + {a}", f"{a}", relation=">=")


def least_squares(r: random.Random) -> Derivation:
    a = r.randint(1, 9)
    return made(ARRAYS, f"Derivative({a}*Dot(X@theta - r, X@theta - r), theta)", f"{2 * a}*Transpose(X)@(X@theta - r)")


def unreadable(r: random.Random) -> Derivation:
    return made(NUMBERS, f"x + {r.randint(1, 9)}*sigmaa", "x")


KINDS: tuple[Callable[[random.Random], Derivation], ...] = (
    polynomial, wrong_polynomial, sigmoid, binary, cross_entropy, squared_error, mean, power_sum, off_by_one, cancelled,
    logarithm, square, least_squares, unreadable)


def derivations(count: int, seed: int) -> Iterator[Derivation]:
    """So many derivations, of every kind in turn, the same for the same seed."""
    chooser = random.Random(seed)
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        yield {"id": f"{kind.__name__}-{number}", **kind(chooser)}


@dataclass
class Memory:
    """Peak resident memory in MiB, of the parent and of its largest worker; looked up again and again in /proc."""

    process: int
    parent: float = 0.0
    worker: float = 0.0
    early: tuple[float, float] = (0.0, 0.0)
    stop: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        while not self.stop.wait(0.2):
            self.look()

    def look(self) -> None:
        self.parent = max(self.parent, _peak(Path(f"/proc/{self.process}/status")))
        try:
            children = Path(f"/proc/{self.process}/task/{self.process}/children").read_text().split()
        except OSError:
            return
        for child in children:
            self.worker = max(self.worker, _peak(Path(f"/proc/{child}/status")))


def _peak(status: Path) -> float:
    """The high-water mark of a process in MiB; 0 where it is gone."""
    try:
        lines = status.read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), 0.0)


def _feed(pipe: IO[bytes], count: int, seed: int) -> None:
    with pipe:
        for derivation in derivations(count, seed):
            pipe.write(json.dumps(derivation).encode() + b"\n")


def main() -> int:
    parser = argparse.ArgumentParser(description="Judge many derivations; print how fast, and in how much memory.")
    parser.add_argument("--derivations", type=int, default=10_000, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, metavar="N", help="worker processes; default: one a CPU")
    parser.add_argument("--show", action="store_true", help="print every line that does not come out as it should")
    arguments = parser.parse_args()
    command = [sys.executable, "-m", "lossproof", "verify", "-", "--output-format", "json-lines"]
    command += ["--jobs", str(arguments.jobs)] if arguments.jobs else []
    started = time.monotonic()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        assert running.stdin is not None and running.stdout is not None
        memory = Memory(running.pid)
        threads = [threading.Thread(target=_feed, args=(running.stdin, arguments.derivations, arguments.seed)),
                   threading.Thread(target=memory.watch)]
        for thread in threads:
            thread.start()
        verdicts: Counter[str] = Counter()
        claims = wrong = 0
        deciding = 0.0
        for line in running.stdout:
            told = json.loads(line)
            if "claim" in told:
                claims += 1
                if claims == max(1, arguments.derivations // 10):
                    memory.look()
                    memory.early = (memory.parent, memory.worker)
                continue
            verdicts[told["verdict"]] += 1
            deciding += told.get("seconds", 0.0)
            if not told.get("as_expected", False) and not str(told["id"]).startswith("unreadable"):
                wrong += 1
                if arguments.show:
                    print(line.decode().rstrip())
        memory.stop.set()
        for thread in threads:
            thread.join()
    seconds = time.monotonic() - started
    steps = sum(verdicts.values())
    print(f"{claims} derivations, {steps} steps in {seconds:.1f} s: {claims / seconds:.1f} derivations a second, "
          f"{steps / seconds:.1f} steps a second, {1000 * deciding / max(1, steps):.1f} ms of deciding a step")
    print("verdicts: " + ", ".join(f"{count} {name}" for name, count in verdicts.most_common()))
    print(f"not as it should be: {wrong}")
    print(f"peak memory: parent {memory.parent:.0f} MiB, largest worker {memory.worker:.0f} MiB; "
          f"after a tenth of the run {memory.early[0]:.0f} and {memory.early[1]:.0f} MiB")
    return 0 if claims == arguments.derivations else 1


if __name__ == "__main__":
    sys.exit(main())
