"""How the sets of steps written from textbooks come out: `python tests/measure_sets.py [-v] [AREA ...]`.

`identities.jsonl` holds true steps (proved, or conditional under exactly the recorded conditions),
`near_misses.jsonl` false ones, `unseen/` both by someone who had not seen the program. Prints shares, false verdicts,
and with -v what is not as recorded.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

DATA = Path(__file__).parent / "data"
OWN_KEYS = ("source", "area", "conditions", "point", "note")


def verdicts(name: str, areas: set[str]) -> tuple[list[dict[str, object]], dict[str, dict[str, object]]]:
    """The derivations of a set, and the first outcome of each by id."""
    lines = [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines() if line.strip()]
    lines = [line for line in lines if not areas or line.get("area") in areas]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / Path(name).name
        plain = [{k: v for k, v in line.items() if k not in OWN_KEYS} for line in lines]
        for line in plain:
            line["steps"] = [{k: v for k, v in step.items() if k not in OWN_KEYS} for step in line["steps"]]
        file.write_text("\n".join(map(json.dumps, plain)) + "\n", encoding="utf-8")
        command = [sys.executable, "-m", "lossproof", "verify", str(file), "--output-format", "json-lines"]
        found = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    outcomes: dict[str, dict[str, object]] = {}
    for text in found.splitlines():
        outcome = json.loads(text)
        if "verdict" in outcome and outcome.get("id") is not None:
            outcomes.setdefault(str(outcome["id"]), outcome)
    return lines, outcomes


def main() -> None:
    """Print the figures."""
    areas = {word for word in sys.argv[1:] if not word.startswith("-")}
    unseen: Counter[str] = Counter()
    for name in ("identities.jsonl", "near_misses.jsonl", "unseen/true.jsonl", "unseen/false.jsonl"):
        lines, outcomes = verdicts(name, areas)
        counts: Counter[str] = Counter()
        by_area: dict[str, Counter[str]] = {}
        rest = []
        for line in lines:
            outcome = outcomes.get(line["id"], {"verdict": "missing"})
            verdict = str(outcome["verdict"])
            counts[verdict] += 1
            recorded = line["steps"][-1].get("expect", "proved")
            as_recorded = verdict == recorded
            by_area.setdefault(str(line.get("area")), Counter())["as recorded" if as_recorded else verdict] += 1
            if not as_recorded:
                rest.append((line, outcome))
        total = len(lines) or 1
        right = sum(c["as recorded"] for c in by_area.values())
        if name.startswith("unseen"):
            unseen += Counter({"steps": len(lines), "as recorded": right})
        print(f"{name}: {total} steps, {right} as recorded ({100 * right / total:.1f} %); {dict(counts)}")
        if "-v" in sys.argv:
            for area, c in sorted(by_area.items()):
                print(f"  {area}: {dict(c)}")
            for line, outcome in rest:
                first, last = line["steps"][0]["expr"], line["steps"][-1]
                why = outcome.get("reason") or outcome.get("conditions") or outcome.get("error")
                step = f"{first} {last.get('relation', '=')} {last['expr']}"
                print(f"  {line['id']}: {outcome['verdict']} | {step} | {why}")
    print(f"unseen together: {unseen['steps']} steps, {unseen['as recorded']} as recorded")


if __name__ == "__main__":
    main()
