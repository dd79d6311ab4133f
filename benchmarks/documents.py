"""How much of a set of documents is read and decided: the figures of README, and the commonest reasons against.

    python benchmarks/documents.py FOLDER [--reasons N] [--list OUTCOME] [--step-timeout S]

Counts are of rows: displayed rows with a relation, and chains within lines of text. `decided` is proved or conditional.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from lossproof.derivation import Row
from lossproof.read.document.open import load
from lossproof.read.document.pieces import Formula
from lossproof.runner import find_files, run
from lossproof.summary import Checked, coverage, row_outcome, step_results, unread_reason
from lossproof.verdict import StepResult, Unknown


def reason_of(row: Row, results: dict[tuple[str, int], StepResult]) -> str:
    """Why a row is not read or unknown, without its names and numbers."""
    found = unread_reason(row, results)
    if found is not None:
        return f"[{found.code}] {general(found.message)}"
    for step in row.steps:
        verdict = results[step].verdict if step in results else None
        if isinstance(verdict, Unknown):
            return f"[{verdict.code}] {general(verdict.reason)}"
    return row.remark or ""


def general(message: str) -> str:
    """A message without what differs from row to row."""
    message = re.sub(r"joins .* to the rest", "joins ... to the rest", message)
    return re.sub(r"`[^`]*`", "`...`", re.sub(r"\d+", "N", message))[:110]


def main() -> int:
    """Print the figures; 0 where there is something to print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--reasons", type=int, default=10, help="so many of the commonest reasons")
    parser.add_argument("--list", metavar="OUTCOME", help="also each row with this outcome, such as refuted or unknown")
    parser.add_argument("--step-timeout", type=float, default=10.0)
    arguments = parser.parse_args()
    files = find_files([arguments.folder])[0]
    if not files:
        print(f"no documents in {arguments.folder}", file=sys.stderr)
        return 2
    started = time.monotonic()
    done = run(files, step_timeout=arguments.step_timeout)
    report(done, arguments.reasons, arguments.list)
    displayed = sum(isinstance(piece, Formula) and piece.display for name in files for piece in load(name).pieces)
    print(f"{len(files)} files, {displayed} displayed formulas, {time.monotonic() - started:.0f} s")
    return 0


def report(done: list[Checked], most: int, listed: str | None) -> None:
    """The counts over all documents, and the reasons."""
    total: Counter[str] = Counter()
    reasons: dict[str, Counter[str]] = {"not_read": Counter(), "unknown": Counter()}
    for checked in done:
        counted = coverage(checked)
        for error in checked.result.errors:
            print(f"{checked.result.path}: {error.message}")
        if counted is None or checked.document is None or checked.document.prose is None:
            continue
        total.update(asdict(counted))
        results = step_results(checked)
        for row in checked.document.prose.rows:
            outcome = row_outcome(row, results)
            if row.counts and outcome in reasons:
                reasons[outcome][reason_of(row, results)] += 1
            if row.counts and outcome == listed:
                print(f"{Path(checked.result.path).name}:{row.span.line}: {' '.join(row.latex.split())[:200]}")
                print(f"        {reason_of(row, results)}")
    read, decided = total["read"], total["proved"] + total["conditional"]
    print(f"rows {total['rows']}, read {read} ({percent(read, total['rows'])}); of these defined {total['defined']} "
          f"({percent(total['defined'], read)}), decided {decided} ({percent(decided, read)}): "
          f"proved {total['proved']}, conditional {total['conditional']}; "
          f"refuted {total['refuted']}, unknown {total['unknown']}; "
          f"not read {total['not_read']}; pictures {total['pictures']}")
    for outcome, found in reasons.items():
        print(f"\n{outcome.replace('_', ' ')}:")
        for reason, count in found.most_common(most):
            print(f"{count:5}  {reason}")


def percent(part: int, whole: int) -> str:
    """A share, in percent."""
    return f"{100 * part / whole:.1f} %" if whole else "-"


if __name__ == "__main__":
    sys.exit(main())
