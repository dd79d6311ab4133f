"""The command line: arguments, exit codes, progress, interruption, files that are written."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lossproof.diagnostic import CODES

ROOT = Path(__file__).parent.parent
TESTS = str(Path(__file__).parent)
PAGES = ROOT / "lossproof" / "pages"

# Runs the command line with the fake reader and checker in place of the real ones.
FAKE = f"""
import sys
sys.path[:0] = [{str(ROOT)!r}, {TESTS!r}]
from functools import partial
from lossproof import cli, runner
runner.run = partial(runner.run, reader="fake_checker", checker="fake_checker")
cli.main()
"""


def environment(**extra: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items()
            if name not in {"FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"}}
    return {**kept, "PYTHONPATH": str(ROOT), "COLUMNS": "80", "TERM": "xterm", **extra}


def lossproof(*arguments: str, cwd: Path = ROOT, fake: bool = True, **extra: str) -> subprocess.CompletedProcess[str]:
    start = [sys.executable, "-c", FAKE] if fake else [sys.executable, "-m", "lossproof"]
    return subprocess.run([*start, *arguments], cwd=cwd, env=environment(**extra), capture_output=True, text=True,
                          timeout=120, check=False, encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A directory with derivations/ in it."""
    (tmp_path / "derivations").mkdir()
    return tmp_path


def put(folder: Path, name: str, text: str) -> None:
    (folder / "derivations" / name).write_text(text, encoding="utf-8")


def untimed(text: str) -> str:
    return re.sub(r"\(\d+\.\d s\)", "(0.0 s)", text)


def test_verify_checks_derivations_by_default(folder: Path) -> None:
    """Everything under derivations/, in full, with exit code 0."""
    put(folder, "a.py", "one: a b")
    put(folder, "b.py", "two: a c d")
    done = lossproof("verify", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert untimed(done.stdout) == """\
derivations/a.py: Fake

one: One
                 1    a
  proved         1  = b
                      laws: b
  proved            claim: from the first line to the last

derivations/b.py: Fake

two: Two
                 1    a
  proved         1  = c
                      laws: c
  proved         1  = d
                      laws: d
  proved            claim: from the first line to the last

2 files, 2 derivations, 3 steps: 3 proved (0.0 s)
all as expected
"""


def test_one_bad_step_is_exit_code_1_and_hides_nothing(folder: Path) -> None:
    """A step that hangs is unknown, with its limit; its neighbours are proved."""
    put(folder, "a.py", "one: a b hang c")
    done = lossproof("verify", "-q", "--step-timeout", "0.4", cwd=folder)
    assert done.returncode == 1
    assert untimed(done.stdout) == """\
unknown[LP301] step-timeout: no verdict within 0.4 s
 --> derivations/a.py:1:1
  |
1 |   b
1 |   = hang
  |   ^^^^^^

1 file, 1 derivation, 3 steps: 2 proved, 1 unknown (0.0 s)
1 not as expected
"""


def test_a_broken_file_is_exit_code_2_and_the_others_are_reported(folder: Path) -> None:
    """The error names file and line; the good file's step is there."""
    put(folder, "bad.py", "\nnonsense")
    put(folder, "good.py", "one: a b")
    done = lossproof("verify", "--output-format", "concise", cwd=folder)
    assert done.returncode == 2
    assert done.stdout == ("derivations/bad.py:2:1: error[LP006] syntax-error: no colon\n"
                           "derivations/good.py:1:1: proved (one, line 2)\n")


def test_a_fault_is_exit_code_3(folder: Path) -> None:
    """An exception inside the checker is reported as a fault of lossproof."""
    put(folder, "a.py", "one: a raise")
    done = lossproof("verify", cwd=folder)
    assert done.returncode == 3
    assert "fault[LP402] internal-fault: a fault of lossproof, not of the derivation" in done.stdout
    assert "ValueError: no such thing" in done.stdout


def test_nothing_to_check_is_exit_code_5(folder: Path) -> None:
    """An empty directory, no directory, and a name that matches nothing."""
    done = lossproof("verify", cwd=folder)
    assert done.returncode == 5 and "error[LP005] nothing-to-check" in done.stdout
    (folder / "derivations").rmdir()
    assert lossproof("verify", cwd=folder).returncode == 5
    (folder / "derivations").mkdir()
    put(folder, "a.py", "total: a b")
    done = lossproof("verify", "--select", "totl", cwd=folder)
    assert done.returncode == 5
    assert "no derivation in derivations/ is named `totl`" in done.stdout and "did you mean `total`?" in done.stdout


@pytest.mark.parametrize("arguments", [
    ["verify", "--nonsense"], ["verify", "-q", "-v"], ["verify", "--step-timeout", "0"], ["verify", "--jobs", "none"],
    ["nonsense"], ["explain", "LP999"], ["new", "../escape"], ["new", "a b"], ["latex"]])
def test_wrong_usage_is_exit_code_2(folder: Path, arguments: list[str]) -> None:
    """With a message on stderr and nothing on stdout."""
    done = lossproof(*arguments, cwd=folder)
    assert (done.returncode, done.stdout) == (2, "") and "Error" in done.stderr


def test_a_path_that_does_not_exist_is_an_error_beside_the_others(folder: Path) -> None:
    """Exit code 2, and what exists is checked."""
    put(folder, "a.py", "one: a b")
    done = lossproof("verify", "missing.py", "derivations", cwd=folder)
    assert done.returncode == 2
    assert "error[LP002] unreadable-file: `missing.py` does not exist" in done.stdout and "proved" in done.stdout


def test_json_is_one_object_on_stdout(folder: Path) -> None:
    """Whatever a file prints, stdout is the report alone."""
    put(folder, "a.py", "@print('noise')\none: a b")
    done = lossproof("verify", "--output-format", "json", cwd=folder)
    made = json.loads(done.stdout)
    assert (done.returncode, made["version"], made["totals"]["proved"], made["exit_code"]) == (0, 1, 1, 0)


def test_select_keeps_one_derivation(folder: Path) -> None:
    """By its name; the others are not run."""
    put(folder, "a.py", "one: a hang\ntwo: a b")
    done = lossproof("verify", "--select", "two", "--output-format", "concise", cwd=folder)
    assert (done.returncode, done.stdout) == (0, "derivations/a.py:2:1: proved (two, line 2)\n")


def test_an_output_without_unicode_gets_escapes(folder: Path) -> None:
    """A terminal that cannot show a title does not end the program."""
    put(folder, "标题.py", "one: a b")
    done = lossproof("verify", cwd=folder, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode == 0 and "\\u6807\\u9898" in done.stdout


def test_a_reader_that_closes_the_pipe_is_no_crash(folder: Path) -> None:
    """`lossproof verify | head -1` prints no traceback."""
    put(folder, "a.py", "\n".join(f"d{i}: a b c d e f" for i in range(300)))
    command = f"'{sys.executable}' -c \"$FAKE\" verify | head -1"
    done = subprocess.run(["bash", "-c", command], cwd=folder, env=environment(FAKE=FAKE), capture_output=True,
                          text=True, timeout=120, check=False)
    assert done.stdout == "derivations/a.py: Fake\n" and done.stderr == ""


def test_help_and_version_are_quick_and_load_neither_sympy_nor_rich() -> None:
    """Arguments are read before anything heavy is imported."""
    check = ("import sys\nfrom lossproof import cli\ntry:\n    cli.main(['--help'])\nexcept SystemExit as end:\n"
             "    heavy = {'sympy', 'rich', 'flint', 'lossproof.runner'} & set(sys.modules)\n"
             "    sys.exit(str(heavy) if heavy or end.code else 0)")
    done = subprocess.run([sys.executable, "-c", check], env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert lossproof("--version", fake=False).stdout.startswith("lossproof, version ")


# --- a terminal ------------------------------------------------------------------------------------------------


class Terminal:
    """A program at a pseudo-terminal of 80 columns; stdout is apart where `split` says so."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.seen = b""
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            # a runner that was itself started in the background may have SIGINT ignored, and children inherit that
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.chdir(folder)
            os.execve(sys.executable, [sys.executable, "-c", FAKE, *arguments], environment())

    def read_until(self, text: str, seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while text.encode() not in self.seen and time.monotonic() < deadline:
            if not self.read():
                break
        assert text.encode() in self.seen, self.seen

    def read(self) -> bool:
        if select.select([self.descriptor], [], [], 0.2)[0]:
            try:
                self.seen += os.read(self.descriptor, 1 << 16)
            except OSError:     # the other side is closed
                return False
        return True

    def finish(self, seconds: float = 30) -> int:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.read()
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                while self.read() and select.select([self.descriptor], [], [], 0)[0]:
                    pass
                os.close(self.descriptor)
                return os.waitstatus_to_exitcode(status)
        os.kill(self.pid, signal.SIGKILL)
        raise AssertionError("the program did not end")


def descendants(pid: int) -> set[int]:
    """All processes below a process, by /proc."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
    found, queue = set(), [pid]
    while queue:
        here = queue.pop()
        below = [child for child, parent in parents.items() if parent == here]
        found.update(below)
        queue.extend(below)
    return found


def alive(pids: set[int]) -> set[int]:
    living = set()
    for pid in pids:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z":
                living.add(pid)
        except OSError:
            continue
    return living


def gone(pids: set[int], seconds: float = 5) -> bool:
    deadline = time.monotonic() + seconds
    while alive(pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not alive(pids)


def test_a_progress_bar_is_shown_at_a_terminal_and_taken_away(folder: Path) -> None:
    """It counts files and steps, and nothing of it is left in front of the report."""
    put(folder, "a.py", "one: a slow slow slow b")
    terminal = Terminal(folder, "verify")
    terminal.read_until("judging steps")
    assert terminal.finish() == 0
    shown = terminal.seen.decode()
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l"), "the cursor is back"
    assert "reading files" in shown and "all as expected" in shown.split("\x1b[?25h")[-1]


@pytest.mark.parametrize("text", ["one: a b hang hang hang", "@while True: pass"])
def test_ctrl_c_leaves_a_clean_terminal_and_no_process(folder: Path, text: str) -> None:
    """While steps are judged and while a file is read: cursor back, no traceback, no worker, exit code 130."""
    put(folder, "a.py", text)
    terminal = Terminal(folder, "verify")
    terminal.read_until("judging steps")
    time.sleep(1.0)
    below = descendants(terminal.pid)
    assert len(below) >= 2
    os.write(terminal.descriptor, b"\x03")
    assert terminal.finish() == 130
    shown = terminal.seen.decode()
    assert "interrupted" in shown and "Traceback" not in shown
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l"), "the cursor is back"
    assert gone(below)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_workers_end_with_their_parent(folder: Path, number: signal.Signals) -> None:
    """Whatever ends the parent, also what it cannot catch, no worker goes on by itself."""
    put(folder, "a.py", "one: a hang hang")
    with subprocess.Popen([sys.executable, "-c", FAKE, "verify"], cwd=folder, env=environment(),
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        deadline = time.monotonic() + 20
        while len(descendants(running.pid)) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.5)
        below = descendants(running.pid)
        running.send_signal(number)
        assert running.wait(10) == (143 if number == signal.SIGTERM else -9)
    assert below and gone(below)


# --- other commands --------------------------------------------------------------------------------------------


def test_latex_writes_a_document_per_file(folder: Path) -> None:
    """Named after the file, in a directory that it makes; two files of one name get two names."""
    put(folder, "a.py", "one: a b")
    (folder / "derivations" / "more").mkdir()
    put(folder, "more/a.py", "two: a c")
    put(folder, "bad.py", "nonsense")
    done = lossproof("latex", "-o", "out/tex", cwd=folder)
    assert done.returncode == 2 and "error[LP006]" in done.stderr
    assert done.stdout.splitlines() == ["out/tex/a.tex", "out/tex/a-2.tex"]
    assert (folder / "out/tex/a.tex").read_text(encoding="utf-8").count("\\documentclass") == 1
    done = lossproof("latex", "derivations/a.py", "-o", "fragments", "--fragment", cwd=folder)
    assert done.returncode == 0 and "\\documentclass" not in (folder / "fragments/a.tex").read_text(encoding="utf-8")


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_a_page(code: str) -> None:
    """With its slug as title; no page is without a code."""
    page = (PAGES / f"{code}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {code} {CODES[code][0]}\n")
    assert {path.stem for path in PAGES.glob("*")} == set(CODES)


def test_explain_prints_the_page() -> None:
    """In any case of letters."""
    done = lossproof("explain", "lp201", fake=False)
    assert done.returncode == 0 and done.stdout == (PAGES / "LP201.md").read_text(encoding="utf-8")


def test_new_writes_a_file_once(folder: Path) -> None:
    """derivations/ is made where it is missing; a file that is there is left alone."""
    (folder / "derivations").rmdir()
    done = lossproof("new", "demo", cwd=folder)
    target = folder / "derivations" / "demo.py"
    assert done.returncode == 0 and "derivations/demo.py" in done.stdout and target.exists()
    target.write_text("mine", encoding="utf-8")
    done = lossproof("new", "demo", cwd=folder)
    assert done.returncode == 2 and "is there already" in done.stderr and target.read_text(encoding="utf-8") == "mine"


def test_laws_lists_what_is_trusted() -> None:
    """Every law of the table, and how many there are."""
    from lossproof.kernel.laws import LAWS

    done = lossproof("laws", fake=False)
    assert done.returncode == 0 and done.stdout.splitlines()[-1] == f"{len(LAWS)} laws"
    assert all(re.search(rf"^{re.escape(name)}$", done.stdout, re.M) for name in LAWS)


# --- the pages' examples ---------------------------------------------------------------------------------------


EXAMPLES = [(path.stem, kind, text) for path in sorted(PAGES.glob("*.md"))
            for kind, text in re.findall(r"(Broken|Fixed):\n\n```python\n(.*?)```", path.read_text("utf-8"), re.DOTALL)]


@pytest.mark.parametrize(("code", "kind", "text"), EXAMPLES, ids=[f"{code}-{kind}" for code, kind, _ in EXAMPLES])
def test_examples_on_pages_do_what_the_page_says(folder: Path, code: str, kind: str, text: str) -> None:
    """The broken one gives the page's code, the fixed one is as expected."""
    put(folder, "example.py", text)
    done = lossproof("verify", "--output-format", "concise", cwd=folder, fake=False)
    if kind == "Fixed":
        assert done.returncode == 0, done.stdout + done.stderr
    else:
        assert done.returncode in (1, 2) and f"[{code}]" in done.stdout, done.stdout + done.stderr
