"""The first look at LaTeX: tokens and the typeset tree, on good text and on hostile text."""

from __future__ import annotations

import time

import pytest

from lossproof.read.latex.layout import canonical, lay_out, leaves
from lossproof.read.latex.notation import Notation
from lossproof.read.latex.rows import read_formula
from lossproof.read.latex.tokens import MAX_FORMULA, LatexProblem, tokenize


def problem(text: str) -> LatexProblem:
    with pytest.raises(LatexProblem) as caught:
        lay_out(tokenize(text))
    return caught.value


def test_tokens_have_places() -> None:
    """Each token says where it stands, counted from the offset."""
    tokens = tokenize(r"\frac{ab}{12} \, x_{1}", 100)
    assert [(t.text, t.start, t.end) for t in tokens][:4] == [(r"\frac", 100, 105), ("{", 105, 106), ("a", 106, 107),
                                                             ("b", 107, 108)]
    assert [t.kind for t in tokens if t.text == r"\,"] == ["skip"]


@pytest.mark.parametrize(("one", "other"), [
    (r"\hat y", r"\hat{y}"), (r"x_1", r"x_{1}"), (r"\widehat{y}_{ k }", r"\hat{y}_k"), (r"\le", r"\leq"),
    (r"\left( x \right)", "(x)"), (r"x^{\prime}", "x'"), (r"{x}_i", "x_i"), (r"\operatorname{tr}", r"\mathrm{tr}"),
    ("x\uff0cy", "x,y"), ("\uff08x\uff09", "(x)"), (r"{n \choose k}", r"\binom{n}{k}"), (r"\cdots", r"\ldots"),
    (r"x \; % a remark" + "\n", "x"), (r"\bigl( x \bigr)", "(x)"), (r"\lvert x \rvert", "|x|"),
])
def test_what_is_set_alike_is_alike(one: str, other: str) -> None:
    """Spacing, sizes, needless braces and other spellings do not count."""
    assert canonical(lay_out(tokenize(one))) == canonical(lay_out(tokenize(other)))


@pytest.mark.parametrize(("text", "message", "piece"), [
    (r"f(x", "never closed", "("), (r"x)", "closes what is not open", ")"), (r"\frac{1}{", "never closed", "{"),
    (r"\left( x", "never closed", r"\left"), (r"\frac{(a}{b}", "never closed", "("), (r"x^", "nothing behind it", "^"),
    (r"\begin{cases} x", "never closed", r"\begin{cases}"), (r"x^a^b", "two superscripts", "^"),
    (r"x_a_b", "two subscripts", "_"), (r"x^12", "first digit only", "12"), (r"\text{abc", "never closed", "{"),
    (r"\sqrt", "nothing behind it", r"\sqrt"), (r"|a| b |", "belong together", "|"),
])
def test_what_is_not_balanced_is_a_problem_at_its_place(text: str, message: str, piece: str) -> None:
    """An unbalanced formula is never read as a shorter one."""
    found = problem(text)
    assert message in found.message
    assert text[found.start:found.end].startswith(piece)


@pytest.mark.parametrize("text", [
    r"\def\x{\x\x}\x", r"\newcommand{\a}{b}", r"\input{/etc/passwd}", r"\csname x\endcsname", r"\catcode`\%=12",
    r"\write18{ls}", r"\let\x=y", r"\expandafter x",
])
def test_macros_and_files_are_refused(text: str) -> None:
    """Nothing is expanded, nothing is opened."""
    assert "not read" in problem(text).message


@pytest.mark.parametrize("text", [
    "{" * 5_000 + "x" + "}" * 5_000, "(" * 5_000 + "x" + ")" * 5_000, r"\frac{" * 3_000 + "x" + "}{y}" * 3_000,
    "x^{" * 3_000 + "2" + "}" * 3_000, r"\left(" * 2_000, "-" * 20_000 + "x", r"\begin{cases}" * 2_000, "'" * 30_000,
    "_" * 10_000, "|" * 9_999, r"\sum_k" * 5_000, r"\log" * 3_000, "x" * 90_000, r"\int" * 2_000, "a+" * 9_000,
    r"\left." * 3_000 + r"\right." * 3_000, "9" * 50_000, "\\", "\x00", "\ud800", "&" * 5_000, r"\\" * 5_000,
    "P(y|" * 4_000, r"\frac" * 5_000, r"\overset" * 9_000, "!" * 9_000, "{" * 19_000, r"\dots+" * 5_000,
])
def test_hostile_text_ends_in_a_problem_soon(text: str) -> None:
    """Deep nesting, endless repetition and odd characters cost no more than a moment, and are never read as a value."""
    started = time.monotonic()
    notation = Notation.from_mapping({"names": {"x": "scalar", "y": "scalar", "a": "scalar", "k": {"kind": "index"}}})
    try:
        rows = read_formula(text, notation)
        assert all(side.problem is not None for row in rows for side in row.sides) or len(rows) == 0 or text[0] in "x-"
    except LatexProblem as found:
        assert 0 <= found.start <= found.end <= len(text) + 1
    assert time.monotonic() - started < 5


def test_ten_megabytes_are_refused_at_once() -> None:
    """The length is looked at before anything else."""
    started = time.monotonic()
    with pytest.raises(LatexProblem, match=f"longer than {MAX_FORMULA}"):
        tokenize("x+" * 5_000_000)
    assert time.monotonic() - started < 0.5


def test_every_letter_becomes_a_leaf() -> None:
    """The typeset tree holds each letter, number and word of the text once."""
    text = r"\sum_{k=1}^{K} \frac{\hat{y}_k^2}{\sqrt[3]{a}} \text{ if } x' \in \left[ 0, 1 \right]"
    tokens = [t for t in tokenize(text) if t.kind in ("letter", "number", "text")]
    found = sorted(leaf.start for leaf in leaves(lay_out(tokenize(text))))
    assert [t.start for t in tokens] == [start for start in found if start in {t.start for t in tokens}]
