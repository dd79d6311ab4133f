"""Rows of documents beside what was understood, for comparing by eye: a random sample with a seed.

    python benchmarks/read_back.py FOLDER [--rows 200] [--seed 1]

Only rows that count and were read are drawn. A definition shows its body, a step its two lines.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

from lossproof.print_text import pretty
from lossproof.read import document_file
from lossproof.runner import find_files


def main() -> None:
    """Print the rows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    shown: list[str] = []
    for path in find_files([arguments.folder])[0]:
        document = document_file.read(path)
        assert document.prose is not None
        lines = {derivation.name: derivation.lines for derivation in document.derivations}
        for row in document.prose.rows:
            if not row.counts or row.unread is not None:
                continue
            parts = [f"{name} := {pretty(document.definitions[name].body)}" for name in row.defines
                     if name in document.definitions]
            for name, index in row.steps:
                before, line = lines[name][index - 2] if index > 1 else None, lines[name][index - 1]
                if line.unread is None and before is not None and before.unread is None:
                    parts.append(f"{pretty(before.term)}  {line.relation}  {pretty(line.term)}")
            if parts:
                source = " ".join(row.latex.split())
                place = f"{Path(path).stem}:{row.span.line}"
                shown.append("\n".join([place, f"  {source}", *(f"    {part}" for part in parts)]))
    random.Random(arguments.seed).shuffle(shown)
    print("\n".join(sorted(shown[:arguments.rows])))


if __name__ == "__main__":
    main()
