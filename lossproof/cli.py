"""The command line: arguments, progress, exit codes.

Not trusted: it decides nothing. Imports click at once, everything else when a command needs it, so that `--help` is
quick; SymPy and the kernel are loaded in worker processes only (`laws` reads the kernel's table of laws).
"""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from lossproof import __version__
from lossproof.diagnostic import CODES, Diagnostic, diagnostic

if TYPE_CHECKING:
    from lossproof.runner import Event, Options
    from lossproof.summary import Checked

__all__ = ["cli", "main"]

DEFAULT_PATH = "derivations"
EXIT_USAGE = 2
EXIT_FAULT = 3
MAX_NAMES = 1000           # so many names are looked through for one like that of --select
EXIT_INTERRUPTED = 130     # as shells say of a program that Ctrl-C ended


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and end the process with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")   # a terminal without Unicode gets escapes, not a crash
    sys.exit(_main(sys.argv[1:] if arguments is None else arguments))


def _main(arguments: Sequence[str]) -> int:
    try:
        code = cli.main(args=list(arguments), prog_name="lossproof", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.ClickException as error:
        error.show()
        return EXIT_USAGE
    except click.Abort:
        click.echo("interrupted", err=True)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has enough (`| head`); Python must not complain when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_INTERRUPTED
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a fault of ours and has its own exit code
        import traceback

        traceback.print_exc()
        click.echo(f"fault[LP402] internal-fault: {type(error).__name__}; please report it", err=True)
        return EXIT_FAULT


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def cli() -> None:
    """Check derivations of losses and gradients, line by line."""


_notation_option = click.option(
    "--notation", metavar="PATH", type=click.Path(exists=True), callback=lambda context, option, value: value or "",
    help="Notation of the documents: a YAML file, or a directory with NAME.notation.yaml.")


def _run_options(command: Callable[..., int]) -> Callable[..., int]:
    """The arguments that `verify` and `latex` share."""
    for decorate in reversed([
        click.argument("paths", nargs=-1, metavar="[PATH]..."),
        click.option("--select", metavar="NAME", help="Only derivations of this name; * is a wildcard."),
        click.option("--step-timeout", type=click.FloatRange(min=0, min_open=True), default=10.0, show_default=True,
                     metavar="SECONDS", help="A step without a verdict by then is unknown."),
        click.option("--step-memory", type=click.IntRange(min=0), default=1024, show_default=True, metavar="MIB",
                     help="Memory limit of a worker; 0 is none."),
        click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Worker processes; default: one a CPU."),
        _notation_option,
    ]):
        command = decorate(command)
    return command


@cli.command()
@_run_options
@click.option("-q", "--quiet", is_flag=True, help="Only what is not as expected, and the summary.")
@click.option("-v", "--verbose", is_flag=True, help="Also what was tried, and times.")
@click.option("--annotate", is_flag=True, help="Write NAME.checked.md beside each Markdown file: marked.")
@click.option("--output-format", type=click.Choice(["full", "concise", "json", "json-lines"]), default="full",
              show_default=True)
def verify(paths: tuple[str, ...], select: str | None, step_timeout: float, step_memory: int, jobs: int | None,
           notation: str, quiet: bool, verbose: bool, annotate: bool, output_format: str) -> int:
    """Check every step of the derivation files under PATH (default: derivations/).

    Python files are run; *.jsonl holds one derivation a line as data, and - reads such lines from standard input. Of
    documents (Markdown, .tex, .ipynb) the formulas are read as they stand.
    Exit codes: 0 every step has the verdict that its file expects (default: proved); 1 some step does not;
    2 a file could not be read, or wrong usage; 3 a fault of lossproof; 5 nothing found to check.
    """
    if quiet and verbose:
        raise click.UsageError("-q and -v exclude each other")
    started = time.monotonic()
    options: Options = {"select": select, "step_timeout": step_timeout, "step_memory": step_memory, "jobs": jobs,
                        "notation": notation}
    if annotate and output_format == "json-lines":
        raise click.UsageError("--annotate needs whole results: choose another output format")
    if output_format == "json-lines":
        return _json_lines(paths, options)
    from lossproof.summary import EXIT_NOTHING, Tally, exit_code

    if output_format == "json":
        from lossproof.report.json import write_json
        from lossproof.summary import totals

        run = list(_check(paths, options))
        if annotate:
            _annotate(run)
        click.echo(write_json(run, time.monotonic() - started), nl=False)
        return exit_code(totals(run))
    from lossproof.report.console import (
        Detail,
        make_console,
        print_concise,
        print_document,
        print_finding,
        print_summary,
    )

    console = make_console()
    detail: Detail = "quiet" if quiet else "verbose" if verbose else "normal"
    tally = Tally()
    seen = _Seen()
    with closing(_check(paths, options)) as checks:
        for checked in checks:
            tally.add(checked)
            seen.add(checked)
            if annotate:
                _annotate([checked])
            if output_format == "concise":
                print_concise(console, [checked], detail)
            else:
                print_document(console, checked, detail)
    code = exit_code(tally.totals())
    if code == EXIT_NOTHING:
        print_finding(console, seen.nothing(paths, select))
    elif output_format == "full":
        print_summary(console, tally.totals(), time.monotonic() - started)
    return code


def _annotate(run: Sequence[Checked]) -> None:
    """Write the marked copies of the Markdown files."""
    from lossproof.report.annotated import annotated

    for checked in run:
        path = Path(checked.result.path)
        if path.suffix.lower() not in (".md", ".markdown", ".txt") or checked.document is None:
            continue
        target = path.with_name(f"{path.stem}.checked.md")
        try:
            target.write_text(annotated(checked, path.read_text(encoding="utf-8-sig")), encoding="utf-8")
        except OSError as error:
            raise click.UsageError(f"{target} cannot be written: {error.strerror}") from None
        click.echo(f"{target} is written", err=True)


def _json_lines(paths: tuple[str, ...], options: Options) -> int:
    """Write a line for each step, claim and error as it comes."""
    from lossproof.report.json_lines import error_line, lines_of
    from lossproof.runner import stream
    from lossproof.summary import EXIT_NOTHING, Tally, exit_code
    from lossproof.task import FileTold

    files, missing = _files(paths)
    tally = Tally()
    seen = _Seen()
    for checked in missing:
        tally.add(checked)
        for error in checked.result.errors:
            click.echo(error_line(error))
    with _orderly_end(), closing(stream(files, **options)) as told:
        for one in told:
            for line in lines_of(one):
                click.echo(line)
            if isinstance(one, FileTold):
                tally.add(one.checked)
                seen.add(one.checked)
    code = exit_code(tally.totals())
    if code == EXIT_NOTHING:
        found = seen.nothing(paths, options.get("select"))
        click.echo("; ".join((f"{found.severity}[{found.code}] {found.message}", *found.helps)), err=True)
    return code


@cli.command()
@_run_options
@click.option("-o", "--output", "directory", type=click.Path(file_okay=False, path_type=Path), required=True,
              metavar="DIR", help="Where the .tex files go; it is made where it is missing.")
@click.option("--fragment", is_flag=True, help="No preamble: for \\input in a paper of your own.")
def latex(paths: tuple[str, ...], select: str | None, step_timeout: float, step_memory: int, jobs: int | None,
          notation: str, directory: Path, fragment: bool) -> int:
    """Check the files under PATH and write each as LaTeX for xelatex, with its verdicts.

    Exit codes are those of `verify`.
    """
    run = list(_check(paths, {"select": select, "step_timeout": step_timeout, "step_memory": step_memory,
                              "jobs": jobs, "notation": notation}))
    from lossproof.report.console import make_console, print_finding, summary_words
    from lossproof.report.latex import document_latex, fragment_latex
    from lossproof.summary import EXIT_NOTHING, exit_code, totals

    counted = totals(run)
    code = exit_code(counted)
    errors = make_console(stderr=True)
    if code == EXIT_NOTHING:
        seen = _Seen()
        for checked in run:
            seen.add(checked)
        print_finding(errors, seen.nothing(paths, select))
        return code
    directory.mkdir(parents=True, exist_ok=True)
    taken: set[str] = set()
    for checked in run:
        for error in checked.result.errors:
            print_finding(errors, error)
        if checked.document is None or not checked.result.derivations:
            continue
        name = stem = _stem(checked)
        number = 1
        while name in taken:       # the same file name in two directories
            number += 1
            name = f"{stem}-{number}"
        taken.add(name)
        target = directory / f"{name}.tex"
        target.write_text(fragment_latex(checked) if fragment else document_latex(checked), encoding="utf-8")
        click.echo(str(target))
    click.echo("; ".join(summary_words(counted)), err=True)
    return code


def _stem(checked: Checked) -> str:
    """What a file's LaTeX is called; for a line of a JSON Lines file, with the derivation's name made harmless."""
    path = checked.result.path
    if checked.line is None:
        return Path(path).stem
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", "".join(d.name for d in checked.result.derivations))[:60]
    return f"{Path(path.strip('<>')).stem}-{name}"


@cli.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
def notation(file: str) -> int:
    """Print the notation that the formulas of FILE suggest, as YAML: edit it and save it as NAME.notation.yaml.

    What the document declares itself is not looked at.
    """
    from lossproof.diagnostic import InputError
    from lossproof.read.document.propose import proposed

    try:
        click.echo(proposed(file), nl=False)
    except InputError as error:
        return _unreadable(error.diagnostic)
    return 0


@cli.command("read")
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@_notation_option
def read_(file: str, notation: str) -> int:
    """Print each formula of FILE beside what was understood of it, as LaTeX and as text; nothing is checked.

    Exit codes: 0 every formula with a relation was read; 2 some was not.
    """
    from lossproof.diagnostic import InputError
    from lossproof.report.reading import print_reading

    try:
        return EXIT_USAGE if print_reading(file, notation) else 0
    except InputError as error:
        return _unreadable(error.diagnostic)


def _unreadable(found: Diagnostic) -> int:
    from lossproof.report.console import make_console, print_finding

    print_finding(make_console(stderr=True), found)
    return EXIT_USAGE


@cli.command()
def laws() -> int:
    """List the laws that verdicts rest on, each with its conditions and a reference."""
    from lossproof.kernel.laws import LAWS
    from lossproof.report.console import make_console, print_laws

    print_laws(make_console(), LAWS)
    return 0


@cli.command()
@click.argument("name")
def new(name: str) -> int:
    """Write derivations/NAME.py, a file that verifies, with every feature shown in a comment."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", name):
        raise click.UsageError(f"`{name}` is no name for a file: letters, digits, _ and -, a letter first, no .py")
    from lossproof.read.template import template

    target = Path(DEFAULT_PATH) / f"{name}.py"
    try:
        target.parent.mkdir(exist_ok=True)
        with target.open("x", encoding="utf-8") as file:
            file.write(template(name))
    except FileExistsError:
        raise click.UsageError(f"{target} is there already") from None
    except OSError as error:
        raise click.UsageError(f"{target} cannot be written: {error.strerror}") from None
    click.echo(f"{target} is written; check it with: lossproof verify {target}")
    return 0


@cli.command()
@click.argument("code")
def explain(code: str) -> int:
    """Print the page of a diagnostic's CODE, such as LP201: what it means, a broken and a fixed example."""
    from importlib.resources import files

    wanted = code.upper()
    if wanted not in CODES:
        raise click.UsageError(f"`{code}` is no code; there are {', '.join(CODES)}")
    click.echo((files("lossproof") / "pages" / f"{wanted}.md").read_text(encoding="utf-8"), nl=False)
    return 0


# --- a run with progress ---------------------------------------------------------------------------------------


def _files(paths: tuple[str, ...]) -> tuple[tuple[str, ...], list[Checked]]:
    """The files under `paths`, and an error for each path that does not exist."""
    from lossproof.runner import find_files
    from lossproof.summary import Checked
    from lossproof.verdict import DocumentResult

    wanted = paths or ((DEFAULT_PATH,) if Path(DEFAULT_PATH).exists() else ())
    files, errors = find_files(wanted)
    return files, [Checked(None, DocumentResult(error.span.file if error.span else "", (), (error,)))
                   for error in errors]


def _check(paths: tuple[str, ...], options: Options) -> Generator[Checked, None, None]:
    """The results for all files under `paths`; paths that do not exist come first, as errors.

    Python files are told when all are done, below a bar that shows progress. A run with a JSON Lines file, which may
    be endless, has no bar, and each of its lines is told as it is done.
    """
    from lossproof.intake import is_lines
    from lossproof.runner import run, stream
    from lossproof.task import FileTold

    files, missing = _files(paths)
    yield from missing
    with _orderly_end():
        if any(is_lines(file) for file in files):
            with closing(stream(files, **options)) as told:
                yield from (one.checked for one in told if isinstance(one, FileTold))
            return
        with _progress(len(files)) as on_event:
            done = run(files, on_event=on_event, **options)
    yield from done


@dataclass(slots=True)
class _Seen:
    """What a run saw, for the words of one that found nothing to check."""

    names: list[str] = field(default_factory=list)      # of derivations, that a name to select may be like
    documents: int = 0
    rows: int = 0               # of documents, as their coverage counts them
    defining: int = 0           # and of these, those that define a name
    others: bool = False        # whether there was something else than documents

    def add(self, checked: Checked) -> None:
        """Count a file, or a line of one."""
        document = checked.document
        if document is not None:
            self.names.extend(d.name for d in document.derivations[:MAX_NAMES - len(self.names)])
        if document is None or document.prose is None:
            self.others = True
            return
        self.documents += 1
        counted = [row for row in document.prose.rows if row.counts]
        self.rows += len(counted)
        self.defining += sum(bool(row.defines) for row in counted)

    def nothing(self, paths: tuple[str, ...], select: str | None) -> Diagnostic:
        """The error of a run that found nothing to check."""
        where = ", ".join(paths) or f"{DEFAULT_PATH}/"
        if select is not None and self.names:
            import difflib

            close = difflib.get_close_matches(select, self.names, 1)
            helps = (f"did you mean `{close[0]}`?",) if close else ()
            return diagnostic("LP005", f"no derivation in {where} is named `{select}`", helps=helps)
        if not self.documents or self.others:
            return diagnostic("LP005", f"there is no derivation in {where}",
                              helps=("lossproof new NAME writes a first derivation file",))
        if not self.rows:
            return diagnostic("LP005", f"there is no displayed formula with a relation in {where}")
        one = self.rows == 1
        why = "" if self.defining < self.rows else ": it defines a name" if one else ": each defines a name"
        rows = "the one formula row" if one else f"none of the {self.rows} formula rows"
        return diagnostic("LP005", f"{rows} in {where} claims {'nothing' if one else 'anything'}{why}")


@contextmanager
def _orderly_end() -> Iterator[None]:
    """While workers run, a request to end (SIGTERM) ends them first."""
    def end(number: int, frame: object) -> None:
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _progress(files: int) -> Iterator[Callable[[Event], None]]:
    """Shows a bar on stderr while it is entered, if that is a terminal; gives what to call with events."""
    if not sys.stderr.isatty() or not files:
        yield lambda event: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from lossproof.runner import FileDone, StepDone

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        reading = bar.add_task("reading files", total=files)
        judging = bar.add_task("judging steps", total=0)
        total = 0

        def on_event(event: Event) -> None:
            nonlocal total
            match event:
                case FileDone(steps=steps):
                    total += steps
                    bar.advance(reading)
                    bar.update(judging, total=total)
                case StepDone():
                    bar.advance(judging)

        yield on_event
