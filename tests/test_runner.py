"""The runner: order, limits, dead workers, broken files beside good ones."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lossproof import runner
from lossproof.runner import FileDone, StepDone, find_files
from lossproof.summary import Checked
from lossproof.verdict import Proved, StepResult, Unknown

TESTS = str(Path(__file__).parent)
Write = Callable[..., list[str]]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes a.py, b.py, ... in a fresh directory and returns their paths; children find the fake checker."""
    monkeypatch.syspath_prepend(TESTS)

    def files(*texts: str) -> list[str]:
        paths = [tmp_path / f"{chr(97 + i)}.py" for i in range(len(texts))]
        for path, text in zip(paths, texts, strict=True):
            path.write_text(text, encoding="utf-8")
        return [str(path) for path in paths]

    return files


def run(paths: list[str], **options: Any) -> list[Checked]:
    return runner.run(paths, reader="fake_checker", checker="fake_checker", **options)


def steps(checked: Checked) -> list[StepResult]:
    return [step for derivation in checked.result.derivations for step in derivation.steps]


def laws(checked: Checked) -> list[str]:
    return [step.verdict.laws[0] if isinstance(step.verdict, Proved) else step.verdict.verdict
            for step in steps(checked)]


def code(result: StepResult) -> str:
    assert isinstance(result.verdict, Unknown), result
    return result.verdict.code


def test_results_come_in_the_order_of_files_derivations_and_lines(write: Write) -> None:
    """A slow step in front does not come behind the quick ones."""
    found = run(write("one: first slow b c\ntwo: first d", "three: first e f"), jobs=3)
    assert [laws(checked) for checked in found] == [["slow", "b", "c", "d"], ["e", "f"]]
    assert [[d.name for d in checked.result.derivations] for checked in found] == [["one", "two"], ["three"]]
    assert [step.index for step in steps(found[0])] == [2, 3, 4, 2]
    assert all(step.seconds > 0 for step in steps(found[0]))


def test_claims_are_asked_for_once_a_derivation(write: Write) -> None:
    """A checker that says None for a claim leaves it out."""
    [found] = run(write("open: a b\nquiet: a b\nplain: a b"))
    claims = [d.claim for d in found.result.derivations]
    assert [claim and claim.verdict.verdict for claim in claims] == ["unknown", None, "proved"]


def test_a_derivation_of_one_line_has_no_question(write: Write) -> None:
    """Nothing is asked of a chain without a link."""
    [found] = run(write("single: a"))
    assert found.result.derivations[0].steps == () and found.result.derivations[0].claim is None


def test_a_step_that_hangs_is_unknown_and_nothing_else_is_lost(write: Write) -> None:
    """The step that runs into the limit says LP301 with the limit; its neighbours have their verdicts."""
    started = time.monotonic()
    [found] = run(write("chain: a b hang c d"), step_timeout=0.5)
    assert time.monotonic() - started < 8
    assert laws(found) == ["b", "unknown", "c", "d"]
    assert code(steps(found)[1]) == "LP301" and steps(found)[1].index == 3
    verdict = steps(found)[1].verdict
    assert isinstance(verdict, Unknown) and verdict.reason == "no verdict within 0.5 s"


@pytest.mark.parametrize(("word", "wanted"), [
    ("die", "LP305"), ("segfault", "LP305"), ("memory", "LP304"), ("abort-memory", "LP304"), ("raise", "LP402")])
def test_a_worker_that_ends_takes_only_its_step(write: Write, word: str, wanted: str) -> None:
    """A crash, a limit of memory and an exception are unknown for that step, each with its code."""
    [found] = run(write(f"chain: a b {word} c"), jobs=1)
    assert laws(found) == ["b", "unknown", "c"]
    assert code(steps(found)[1]) == wanted
    assert (steps(found)[1].fault is not None) == (wanted == "LP402")


@pytest.mark.parametrize("word", ["settled-hang", "settled-die"])
def test_a_verdict_that_stands_outlives_its_explanation(write: Write, word: str) -> None:
    """What is still worked on when the limit comes, or the worker ends, costs the explanation and not the verdict."""
    [found] = run(write(f"chain: a b {word} c"), jobs=1, step_timeout=0.5)
    assert laws(found) == ["b", word, "c"]
    assert steps(found)[1].index == 3 and "not finished" in steps(found)[1].attempts[-1].outcome


def test_workers_are_kept_and_share_a_hash_seed(write: Write) -> None:
    """One process judges many steps; hashing is the same in every run."""
    [found] = run(write("chain: a pid pid hash pid"), jobs=1)
    first, second, seed, third = laws(found)
    assert first == second == third
    command = [sys.executable, "-c", "print(hash('lossproof'))"]
    seeded = {**os.environ, "PYTHONHASHSEED": "0"}
    zero = subprocess.run(command, env=seeded, capture_output=True, text=True, check=True)
    assert seed == zero.stdout.strip()


def test_judging_workers_do_not_import_sympy(write: Write) -> None:
    """SymPy is loaded where files are read, and nowhere else."""
    [found] = run(write("chain: a sympy"))
    assert laws(found) == ["False"]


def test_a_broken_file_does_not_hide_another(write: Write) -> None:
    """Each file that cannot be read has one error with its place; the others are judged."""
    found = run(write("chain: a b", "nonsense", "@import nothing_of_this_name", "@raise SystemExit(0)",
                      "\n@while True: pass", "@import os; os._exit(3)", "@import time; time.sleep(60)", "last: a z"),
                read_timeout=0.5)
    errors = [checked.result.errors[0] if checked.result.errors else None for checked in found]
    assert [error and error.code for error in errors] == [
        None, "LP006", "LP003", "LP003", "LP004", "LP003", "LP004", None]
    assert errors[2] is not None and errors[2].message == "ModuleNotFoundError: No module named 'nothing_of_this_name'"
    assert errors[4] is not None and errors[4].span is not None and errors[4].span.line == 2
    assert laws(found[0]) == ["b"] and laws(found[-1]) == ["z"]


def test_a_loop_in_c_code_ends_too(write: Write) -> None:
    """A file that no alarm can interrupt is killed."""
    [bad, good] = run(write("@(10**9)**(10**8)", "chain: a b"), read_timeout=0.5)
    assert bad.result.errors[0].code in {"LP004", "LP003"} and laws(good) == ["b"]


def test_select_keeps_derivations_by_name(write: Write) -> None:
    """A name or a pattern; nothing else is run."""
    paths = write("one: a b\ntwo: a c", "only: a d")
    assert [laws(c) for c in run(paths, select="two")] == [["c"], []]
    assert [laws(c) for c in run(paths, select="o*")] == [["b"], ["d"]]


def test_events_tell_what_is_done(write: Write) -> None:
    """Every file and every question is told once: what a progress bar needs."""
    events: list[runner.Event] = []
    paths = write("one: a b c", "nonsense")
    run(paths, on_event=events.append)
    files = {e.path: e.steps for e in events if isinstance(e, FileDone)}
    assert files == {paths[0]: 3, paths[1]: 0}
    assert sum(isinstance(e, StepDone) for e in events) == 3


def test_workers_that_do_not_start_are_a_fault(write: Write) -> None:
    """A checker that cannot be imported makes every step a fault of lossproof, and the run ends."""
    [found] = runner.run(write("one: a b"), reader="fake_checker", checker="nothing_of_this_name")
    assert code(steps(found)[0]) == "LP402" and "nothing_of_this_name" in (steps(found)[0].fault or "")
    [found] = runner.run(write("one: a b"), reader="nothing_of_this_name", checker="fake_checker")
    assert found.result.errors[0].code == "LP402"


def test_a_worker_that_is_killed_from_outside_takes_only_its_step(write: Write) -> None:
    """As when the system runs out of memory: the step is unknown, the rest is judged."""
    pids: list[int] = []

    def kill(event: runner.Event) -> None:
        if isinstance(event, StepDone) and event.result is not None and isinstance(event.result.verdict, Proved):
            pids.extend(int(law) for law in event.result.verdict.laws if law.isdigit())
            for pid in pids:
                os.kill(pid, signal.SIGKILL)
            pids.clear()

    [found] = run(write("chain: a pid b c"), jobs=1, on_event=kill)
    assert [laws(found)[0].isdigit(), *laws(found)[1:]] in ([True, "unknown", "c"], [True, "b", "c"])


def test_an_exception_in_the_parent_leaves_no_process(write: Write) -> None:
    """Whatever ends the run, its workers end with it."""
    def stop(event: runner.Event) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(write("chain: a b hang"), on_event=stop)
    assert not children(os.getpid())


def children(parent: int) -> list[int]:
    """The living child processes of a process, by /proc."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == parent and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def test_find_files_takes_files_and_directories(tmp_path: Path) -> None:
    """Directories give their Python files, sorted, without hidden and private ones; what is missing is an error."""
    for name in ["b.py", "a.py", "_private.py", ".hidden.py", "notes.txt", "sub/c.py", "__pycache__/d.py"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    missing = str(tmp_path / "missing.py")
    files, errors = find_files([str(tmp_path), str(tmp_path / "notes.txt"), missing])
    assert [Path(f).name for f in files] == ["a.py", "b.py", "c.py", "notes.txt"]
    assert [e.code for e in errors] == ["LP002"] and missing in errors[0].message
