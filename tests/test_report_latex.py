"""LaTeX: documents compile as they are, nothing typed breaks out of text, nothing runs off the page."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from samples import CLASSES, checked, number, plain, q, refuted, span, unreadable, x, y, yhat

from lossproof.derivation import Derivation, Line
from lossproof.report.latex import document_latex, fragment_latex, pieces, prose
from lossproof.term import ONE, Add, Call, Entry, Fold, Mul, Pow, Relation, Symbol, Term, add, divide
from lossproof.verdict import Counterexample, DerivationResult, Proved, Refuted, StepResult

EVIL = r"50% of $x$ & #1 _ ^ ~ } { \input{/etc/passwd} \end{document} \\ ^^5cinput σ'(z) ≤ → Привет 中文 ∂ − `' \""

needs_tex = pytest.mark.skipif(shutil.which("xelatex") is None and not os.environ.get("CI"),
                               reason="xelatex is not installed (Debian: texlive-xetex, texlive-lang-chinese)")


def long_sum() -> Term:
    def summand(i: int) -> Term:
        return Mul((Pow(Symbol(f"alpha_{i}"), number(2)), Fold("sum", Pow(yhat(Symbol("k")), number(i)), CLASSES)))

    return Add(tuple(summand(i) for i in range(2, 16)))


def long_lines() -> tuple[Derivation, DerivationResult]:
    """A sum, a fraction, a product and a name that are wider than a page."""
    fraction = divide(Add(tuple(Symbol(f"beta_{i}") for i in range(1, 60))), add(x, y))
    factors = Mul(tuple(Add((Symbol(f"w_{i}"), Call("log", (divide(x, q),)))) for i in range(14)))
    name = Symbol("averyveryverylongname" * 8)
    lines = (Line(long_sum(), span=span(1)), Line(fraction, by=EVIL, span=span(2)), Line(factors, span=span(3)),
             Line(Relation("=", name, long_sum()), relation="<=>", span=span(4)))
    point = Counterexample(((x, number("1/3")), (Entry("W", (ONE, ONE)), ONE)), "0.333333...", "1/2", (("f", "t**2"),))
    steps = (StepResult(2, Proved(("a-law-whose-name-is-very-long-and-does-not-end-soon", "under_score"))),
             StepResult(3, Refuted(point)), StepResult(4, Proved(())))
    return Derivation("long", EVIL, lines), DerivationResult("long", steps, StepResult(1, Proved(())))


def compile_tex(source: str, folder: Path, name: str = "paper") -> str:
    """Compiles with xelatex, without a shell; returns the log. Fails where TeX reports an error."""
    (folder / f"{name}.tex").write_text(source, encoding="utf-8")
    made = subprocess.run(["xelatex", "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", f"{name}.tex"],
                          cwd=folder, capture_output=True, text=True, errors="replace", timeout=240, check=False)
    assert made.returncode == 0, made.stdout[-2000:]
    return (folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")


def unwrapped(log: str) -> str:
    return log.replace("\n", "")


def test_pieces_break_before_top_level_signs_only() -> None:
    """Not inside brackets, fractions, scripts; a leading sign is no break."""
    assert pieces(r"-a_{i + 1} + (b - c) = \frac{x + y}{2} - \left(u + v\right)") == [
        r"-a_{i + 1}", "+ (b - c)", r"= \frac{x + y}{2}", r"- \left(u + v\right)"]
    assert pieces("x") == ["x"] and pieces("") == []
    assert pieces(r"x \to -\infty") == [r"x \to", r"-\infty"] or pieces(r"x \to -\infty") == [r"x \to -\infty"]


def test_a_long_product_breaks_between_factors() -> None:
    """Not between a function and its argument."""
    factor = r"\left(a + \log\left(\frac{x}{q}\right)\right)"
    assert pieces(" ".join([factor] * 9)) == [factor] * 9
    assert len(pieces(r"\log\left(" + "x + " * 60 + r"y\right)")) == 1


def test_what_an_author_types_stays_text() -> None:
    """No character that an author can type is left as a command."""
    shown = prose(EVIL)
    left = re.sub(r"\\(?:[%#&$_{}]|text[a-z]+\{\}|ensuremath\{(?:\\[a-z]+|-)\})", "", shown)
    assert not re.search(r"[\\{}$&#%_^~]", left)


def test_a_document_says_what_was_declared_supposed_and_found() -> None:
    """Hypotheses, justification, laws, verdicts, conditions, the point, erratum and correction."""
    tex = document_latex(checked(plain(), refuted(True)))
    for wanted in [
            r"$K$: size, at least 2", r"Given $\sum_{k=1}^{K} y_k = 1$", "softmax-sums-to-one", r"where $q \neq 0$",
            "chain rule", r"$z = (0, 0)$", "left is $-1/2$", r"Erratum: the other yhat\_k also depend on z\_p",
            r"correct; \lpverdict{lpproved}{proved}", "as expected", r"\hat{y}_p", "Softmax: 均方误差与交叉熵"]:
        assert wanted in tex, wanted


def test_chinese_fonts_are_loaded_only_where_they_are_needed() -> None:
    """A document without Chinese needs no Chinese TeX."""
    assert "xeCJK" in document_latex(checked(plain()))
    assert "xeCJK" not in document_latex(checked(plain(), title="Plain"))


def test_a_file_that_could_not_be_read_still_makes_a_document() -> None:
    """It says so."""
    assert r"`sigmaa\textasciigrave{} is not declared" not in document_latex(unreadable())
    assert "is not declared" in document_latex(unreadable())


@needs_tex
@pytest.mark.parametrize("title", ["Plain", EVIL, "均方误差与交叉熵", "交叉エントロピの损失"])
def test_documents_compile_as_they_are(tmp_path: Path, title: str) -> None:
    """With titles in several scripts; nothing is wider than the page and no character is lost."""
    log = unwrapped(compile_tex(document_latex(checked(plain(), refuted(True), long_lines(), title=title)), tmp_path))
    assert "Overfull" not in log
    assert "Missing character" not in log


@needs_tex
def test_a_document_compiles_under_every_verdict(tmp_path: Path) -> None:
    """Steps that are not as expected, and a file that could not be read."""
    compile_tex(document_latex(checked(refuted(False))), tmp_path)
    compile_tex(document_latex(unreadable()), tmp_path)


@needs_tex
def test_a_fragment_can_be_included_twice(tmp_path: Path) -> None:
    """In a paper that loads the four packages that the fragment's first lines name."""
    fragment = fragment_latex(checked(plain(), title="Plain"))
    packages = re.search(r"\\usepackage\{[^}]*\}", fragment)
    assert packages is not None and r"\documentclass" not in fragment
    (tmp_path / "part.tex").write_text(fragment, encoding="utf-8")
    compile_tex("\\documentclass{article}" + packages.group() + "\\begin{document}Before \\input{part} and "
                "\\input{part} after\\end{document}", tmp_path)


@needs_tex
@pytest.mark.skipif(shutil.which("pdftoppm") is None and not os.environ.get("CI"), reason="pdftoppm is not installed")
def test_a_page_renders_with_text_inside_its_margins(tmp_path: Path) -> None:
    """The picture of a page has ink, and none in the outer centimetre."""
    compile_tex(document_latex(checked(plain(), refuted(True), long_lines())), tmp_path)
    subprocess.run(["pdftoppm", "-r", "50", "-gray", "paper.pdf", "page"], cwd=tmp_path, check=True)
    pages = sorted(tmp_path.glob("page*.pgm"))
    assert pages
    for page in pages:
        magic, size, _, pixels = page.read_bytes().split(b"\n", 3)
        width, height = map(int, size.split())
        assert magic == b"P5"
        rows = [pixels[i * width:(i + 1) * width] for i in range(height)]
        margin = 20     # a centimetre at 50 dots an inch
        assert any(min(row) < 128 for row in rows)
        assert all(min(row[:margin]) > 200 and min(row[-margin:]) > 200 for row in rows)


@needs_tex
@pytest.mark.slow
def test_every_document_of_the_project_compiles(tmp_path: Path) -> None:
    """As `lossproof latex` writes it; nothing is wider than the page and no character is lost."""
    root = Path(__file__).parent.parent
    made = subprocess.run([sys.executable, "-m", "lossproof", "latex", "derivations", "-o", str(tmp_path)], cwd=root,
                          capture_output=True, text=True, check=False)
    papers = sorted(tmp_path.glob("*.tex"))
    assert len(papers) == len(list((root / "derivations").glob("*.py"))), made.stderr
    for paper in papers:
        log = unwrapped(compile_tex(paper.read_text(encoding="utf-8"), tmp_path, paper.stem))
        assert "Overfull" not in log and "Missing character" not in log, paper.stem
