"""The file that `lossproof new` writes: its live part and every commented feature are read without error."""

from __future__ import annotations

from pathlib import Path

import pytest

import lossproof
from lossproof.checker import check_step
from lossproof.read.python_file import read
from lossproof.read.template import FEATURES, LIVE, template


def uncommented(block: str) -> str:
    """The block as code: explanations stay comments."""
    return "\n".join(line[2:] if line.startswith("# ") else line for line in block.splitlines())


BLOCKS = FEATURES.strip().split("\n\n")[1:]


def test_live_part_is_short(tmp_path: Path) -> None:
    """What a newcomer has to write is under ten lines, and it is a derivation of one step."""
    assert len([line for line in LIVE.splitlines() if line.strip()]) < 10
    file = tmp_path / "demo.py"
    file.write_text(template("demo"), encoding="utf-8")
    document = read(file)
    assert document.title == "demo"
    assert [(d.name, len(d.lines)) for d in document.derivations] == [("slope", 2)]


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_each_feature_works_alone(number: int, tmp_path: Path) -> None:
    """Each block of the template is read when it alone is uncommented."""
    file = tmp_path / "demo.py"
    file.write_text(LIVE + "\n" + uncommented(BLOCKS[number]), encoding="utf-8")
    assert read(file).derivations


def test_all_features_work_together(tmp_path: Path) -> None:
    """All blocks at once declare no name twice, and every step has the verdict that it expects."""
    file = tmp_path / "demo.py"
    file.write_text(LIVE + uncommented(FEATURES), encoding="utf-8")
    document = read(file)
    assert len(document.derivations) > 20
    wrong = [f"{d.name}: {result.verdict.verdict}" for d in document.derivations for index in range(2, len(d.lines) + 1)
             if (result := check_step(document, d, index)).verdict.verdict != d.lines[index - 1].expect]
    assert wrong == []


def test_every_name_is_shown() -> None:
    """The template uses or names every function that lossproof offers to authors."""
    text = template("demo")
    assert [name for name in lossproof.__all__ if f"{name}(" not in text] == []


@pytest.mark.parametrize("title", ['say "hi"', "back\\slash", "two\nlines", '"""', "\\", "模型", ""])
def test_any_title(title: str, tmp_path: Path) -> None:
    """No title breaks the file."""
    file = tmp_path / "demo.py"
    file.write_text(template(title), encoding="utf-8")
    assert read(file).derivations
