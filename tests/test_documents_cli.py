"""Documents on the command line: verify with and without notation, annotate, notation, read, JSON, exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent

NOTES = """# Slopes

<!-- lossproof:
names: {x: scalar, y: scalar, f: scalar}
-->

$$
f = x^2 + y
$$

$$
\\frac{\\partial f}{\\partial x} = 2 x
$$

## A case

<!-- given: y = 1 -->

$$
f = x^2 + 1
$$

<!-- expect: refuted -->

$$
\\frac{\\partial f}{\\partial x} = x
$$

<!-- lossproof: skip -->

$$
f = 7
$$
"""


def lossproof(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, "-m", "lossproof", *arguments], cwd=cwd, env=environment, text=True,
                          capture_output=True, check=False)


def verify(text: str, folder: Path, *more: str) -> tuple[int, dict[str, object]]:
    (folder / "notes.md").write_text(text, encoding="utf-8")
    done = lossproof("verify", "notes.md", "--output-format", "json", *more, cwd=folder)
    found = json.loads(done.stdout)["documents"][0]
    return done.returncode, found


def test_a_document_with_its_notation_in_a_comment(tmp_path: Path) -> None:
    """A definition, a claim, a hypothesis for its section, an expected refutation, a formula that is left out."""
    code, found = verify(NOTES, tmp_path)
    assert code == 0
    assert [(row["line"], row["outcome"], row["remark"]) for row in found["rows"]] == [  # type: ignore[attr-defined]
        (8, "defined", None), (12, "proved", None), (20, "proved", None), (26, "refuted", None),
        (31, "defined", "left out")]
    assert found["coverage"] == {"rows": 4, "read": 4, "defined": 1, "proved": 2, "conditional": 0, "refuted": 1,
                                 "unknown": 0, "not_read": 0, "pictures": 0}


def test_the_document_in_readme_verifies(tmp_path: Path) -> None:
    """As it stands there."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    code, found = verify(readme.split("````markdown\n")[1].split("````")[0], tmp_path)
    assert code == 0 and found["coverage"] == {
        "rows": 3, "read": 3, "defined": 2, "proved": 1, "conditional": 0, "refuted": 0, "unknown": 0, "not_read": 0,
        "pictures": 0}


def test_a_mistake_is_refuted_and_the_exit_code_says_so(tmp_path: Path) -> None:
    """Without the expectation, the refuted row is not as expected."""
    code, found = verify(NOTES.replace("<!-- expect: refuted -->", ""), tmp_path)
    assert code == 1 and found["coverage"]["refuted"] == 1  # type: ignore[index]


def test_a_formula_that_cannot_be_read_is_an_error_with_its_line(tmp_path: Path) -> None:
    """The others are judged."""
    code, found = verify(NOTES + "\n$$\nf = (x\n$$\n", tmp_path)
    assert code == 2 and found["coverage"]["proved"] == 2  # type: ignore[index]
    assert [(entry["line"], entry["code"]) for entry in found["not_read"]] == [(36, "LP001")]  # type: ignore[attr-defined]


def test_a_side_file_and_front_matter_declare_notation(tmp_path: Path) -> None:
    """NAME.notation.yaml beside the document; the `lossproof` key of front matter; a bad one is an error."""
    body = "$$\nh = \\frac{d}{dt} t^2 = 2t\n$$\n"
    (tmp_path / "notes.notation.yaml").write_text("names: {t: scalar, h: scalar}\n", encoding="utf-8")
    code, found = verify(body, tmp_path)
    assert code == 0 and found["coverage"]["proved"] == 1 and found["notation"] is None  # type: ignore[index]
    (tmp_path / "notes.notation.yaml").unlink()
    code, found = verify("---\nlossproof:\n  names: {t: scalar, h: scalar}\n---\n" + body, tmp_path)
    assert code == 0 and found["coverage"]["proved"] == 1  # type: ignore[index]
    code, found = verify("---\nlossproof:\n  names: {t: nonsense}\n---\n" + body, tmp_path)
    assert code == 2 and "nonsense" in found["errors"][0]["message"]  # type: ignore[index]


def test_without_notation_the_proposal_comes_first_and_can_be_saved(tmp_path: Path) -> None:
    """`notation` prints it; saved beside the document it is read again, with the same outcome."""
    text = "$$\ns = \\sum_{i=1}^n (x_i + 1) = n + \\sum_{i=1}^n x_i\n$$\n"
    code, found = verify(text, tmp_path)
    assert code == 0 and "assumed" in found["notation"] and found["coverage"]["proved"] == 1  # type: ignore[index,operator]
    shown = lossproof("verify", "notes.md", cwd=tmp_path).stdout
    assert shown.index("inferred, and every verdict rests on it") < shown.index("proved")
    printed = lossproof("notation", "notes.md", cwd=tmp_path)
    (tmp_path / "notes.notation.yaml").write_text(printed.stdout, encoding="utf-8")
    assert verify(text, tmp_path)[1]["coverage"] == found["coverage"]


def test_annotate_writes_a_copy_with_marks(tmp_path: Path) -> None:
    """The document itself stays; each displayed formula has a line below it."""
    (tmp_path / "notes.md").write_text(NOTES, encoding="utf-8")
    assert lossproof("verify", "--annotate", "notes.md", cwd=tmp_path).returncode == 0
    made = (tmp_path / "notes.checked.md").read_text(encoding="utf-8")
    assert (tmp_path / "notes.md").read_text(encoding="utf-8") == NOTES
    assert "line 12 proved" in made and "line 26 refuted at" in made and "line 8 defined" in made
    assert [line for line in made.splitlines() if line.startswith("$$")] == ["$$"] * 10


def test_read_shows_each_formula_beside_its_reading(tmp_path: Path) -> None:
    """The source, LaTeX printed from the tree, and text."""
    (tmp_path / "notes.md").write_text(NOTES, encoding="utf-8")
    done = lossproof("read", "notes.md", cwd=tmp_path)
    assert done.returncode == 0 and "x**2 + y" in done.stdout and "Derivative(f, x)" in done.stdout


def test_directories_are_looked_through_for_documents(tmp_path: Path) -> None:
    """A document without formulas says nothing and fails nothing."""
    (tmp_path / "notes.md").write_text(NOTES, encoding="utf-8")
    (tmp_path / "README.md").write_text("# Nothing\n\ncosts 5$ or 6$\n", encoding="utf-8")
    done = lossproof("verify", ".", cwd=tmp_path)
    assert done.returncode == 0 and "Nothing" not in done.stdout, done.stdout


def test_a_document_that_claims_nothing_is_told_why(tmp_path: Path) -> None:
    """Its rows define names, or there is none; what writes a Python file is no help there."""
    notes = tmp_path / "notes.md"
    told = []
    for text in ("$$ f = x^2 $$\n\n$$ g = 2 x $$\n", "$$ f = x^2 $$\n", "Nothing but $x$.\n"):
        notes.write_text(text, encoding="utf-8")
        done = lossproof("verify", "notes.md", cwd=tmp_path)
        assert done.returncode == 5 and "lossproof new" not in done.stdout
        told.append(" ".join(done.stdout[done.stdout.index("error["):].split()))
    assert told == [
        "error[LP005] nothing-to-check: none of the 2 formula rows in notes.md claims anything: each defines a name",
        "error[LP005] nothing-to-check: the one formula row in notes.md claims nothing: it defines a name",
        "error[LP005] nothing-to-check: there is no displayed formula with a relation in notes.md"]


def test_a_name_in_use_is_not_defined_in_passing(tmp_path: Path) -> None:
    """An inline equation behind a claim must not make the claim easier: x is any number in the first formula."""
    text = ("<!-- lossproof:\nnames: {x: scalar, t: scalar}\n-->\n\n"
            "$$\nx^2 = 4 t^2\n$$\n\nThis is so for $x = 2t$ only.\n")
    code, found = verify(text, tmp_path)
    assert code == 1 and found["coverage"]["refuted"] == 1  # type: ignore[index]
