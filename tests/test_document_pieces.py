"""Documents are cut into formulas, remarks and pictures, each with its place, whatever stands in them."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from lossproof.diagnostic import InputError
from lossproof.read.document.declared import declared, read_yaml
from lossproof.read.document.markdown import markdown_pieces
from lossproof.read.document.notebook import notebook_pieces
from lossproof.read.document.open import load
from lossproof.read.document.pieces import Broken, Formula, Heading, Picture, Pieces, Remark, Text
from lossproof.read.document.raw_rows import raw_rows
from lossproof.read.document.tex import tex_pieces
from lossproof.runner import run


def formulas(pieces: Pieces) -> list[tuple[str, bool, int]]:
    """Text, whether displayed, and line of each formula."""
    return [(piece.text.strip(), piece.display, pieces.text.line(piece.places[0]))
            for piece in pieces.pieces if isinstance(piece, Formula)]


def markdown(text: str) -> Pieces:
    return markdown_pieces(Text("notes.md", text))


def test_display_and_inline_formulas_are_found_with_their_lines() -> None:
    """In paragraphs, right below text, in lists, in quotations; not in code."""
    found = formulas(markdown("Let $x = 1$:\n$$\ny = 2\n$$\n\n- item $a$\n  $$ b $$\n\n> quoted $c$\n\n`$no$`\n\n"
                              "```\n$$ no $$\n```\n\n```math\nd = e\n```\n"))
    assert found == [("x = 1", False, 1), ("y = 2", True, 2), ("a", False, 6), ("b", True, 7), ("c", False, 9),
                     ("d = e", True, 18)]


def test_environments_inside_and_outside_of_dollar_signs_are_one_formula() -> None:
    """Text may stand right above either."""
    found = formulas(markdown("Loss:\n$$\n\\begin{equation}\nc = 1\n\\end{equation}\n$$\n\n"
                              "Text\n\\begin{align}\na &= b \\\\\n&= c\n\\end{align}\n"))
    assert [(display, line) for _, display, line in found] == [(True, 2), (True, 9)]


def test_formulas_in_image_addresses_are_read_and_other_images_are_pictures() -> None:
    """Percent escapes and &plus; are characters, each with the place of its escape."""
    pieces = markdown("See ![](http://host/gif.latex?%5Cinline%20a%20&plus;%20b) and\n\n"
                      "![](http://host/gif.latex?z%20%3D%201)\n\n![](img/1.png)\n")
    assert formulas(pieces) == [("a + b", False, 1), ("z = 1", True, 3)]
    assert [piece.address for piece in pieces.pieces if isinstance(piece, Picture)] == ["img/1.png"]


def test_comments_headings_and_formulas_that_do_not_end() -> None:
    """A comment is a remark; two dollar signs without a partner are broken, and what follows is read."""
    pieces = markdown("# One $h$\n<!-- given: y = 1 -->\ntext $$ open\n\nthen $a$\n")
    kinds = [type(piece) for piece in pieces.pieces]
    assert kinds == [Heading, Formula, Remark, Broken, Formula]


def test_latex_files_without_preamble_comments_and_verbatim() -> None:
    """Only the body counts; what is commented out is a remark."""
    pieces = tex_pieces(Text("n.tex", "\\newcommand{$x$}\n\\begin{document}\n\\section{A}\nLet $a=1$. % $no$\n"
                             "\\[ b = 2 % why\n + 3 \\]\n\\verb|$no$| \\$5\n\\begin{align*} c &= d \\end{align*}\n"))
    assert [(text.replace("\n", ""), display) for text, display, _ in formulas(pieces)] == [
        ("a=1", False), ("b = 2  + 3", True), ("\\begin{align*} c &= d \\end{align*}", True)]


def test_notebooks_are_read_with_places_in_their_file() -> None:
    """Only Markdown cells; escapes in the JSON are counted."""
    cells = [{"cell_type": "markdown", "source": ["A \"quote\" and $x$\n", "$$y = \\frac{1}{2}$$\n"]},
             {"cell_type": "code", "source": "$no$"}]
    source = json.dumps({"cells": cells}, indent=1)
    text = Text("n.ipynb", source)
    found = [piece for piece in notebook_pieces(text).pieces if isinstance(piece, Formula)]
    assert [piece.text for piece in found] == ["x", "y = \\frac{1}{2}"]
    assert [source[piece.places[0]] for piece in found] == ["x", "y"]
    with pytest.raises(InputError):
        notebook_pieces(Text("n.ipynb", "{}"))


@pytest.mark.parametrize(("formula", "rows"), [
    ("a = b", [(1, 1, False)]), (r"\begin{split} a &= b \\ &= c = d \end{split}", [(1, 1, False), (2, 2, True)]),
    (r"\sum_{i=1}^n x_i", [(0, 0, False)]), (r"a &\overset{(1)}{=} b", [(1, 1, False)]),
    (r"\begin{cases} 1 & x = 0 \\ 2 & x > 0 \end{cases}", [(0, 0, False)]), ("", []),
    ("}}}\\\\{{{", [(0, 0, False)] * 2),
])
def test_rows_are_counted_without_being_understood(formula: str, rows: list[tuple[int, int, bool]]) -> None:
    """Relations outside of braces; rows of environments that join rows."""
    assert [(row.relations, row.equals, row.begins) for row in raw_rows(formula)] == rows


@pytest.mark.parametrize("text", [
    "a: *x", "a: &x 1\nb: *x", "!!python/object/apply:os.system [ls]", "a: 1\na: 2", "[" * 50, "? [1]\n: 2", "a: b: c"])
def test_a_notation_that_is_not_plain_yaml_is_refused(text: str) -> None:
    """No aliases, tags, doubled keys or deep nesting; the error has a place."""
    with pytest.raises(InputError) as caught:
        read_yaml(text, Text("n.yaml", text), 0)
    assert caught.value.diagnostic.span is not None


@pytest.mark.parametrize(("comment", "marked", "message", "helps"), [
    ("lossproof: skp", "skp", "`skp` is nothing that a comment may say", "did you mean `skip`?"),
    ("lossproof:\n loss", "loss", "`loss` is nothing that a comment may say", "write skip, or a notation"),
    ("lossproof: [x]", "[", "a notation is a list of names with what they range over", "write names:"),
])
def test_a_comment_that_says_nothing_known_is_marked(comment: str, marked: str, message: str, helps: str) -> None:
    """At its words; where they are like an order, that is the help."""
    pieces = markdown_pieces(Text("n.md", f"Text.\n\n <!-- {comment} -->\n"))
    with pytest.raises(InputError) as caught:
        declared("n.md", pieces, "")
    found = caught.value.diagnostic
    assert found.message == message and found.helps[0].startswith(helps) and found.span is not None
    line = pieces.text.text.splitlines()[found.span.line - 1]
    assert line[found.span.column - 1:].startswith(marked)


def test_bytes_that_are_no_text_are_counted(tmp_path: Path) -> None:
    """In a document, from 1 and with its mark of UTF-8, and in the notation beside it."""
    notes, beside = tmp_path / "n.md", tmp_path / "n.notation.yaml"
    for content, number in ((b"ab\xbd", 3), (b"\xef\xbb\xbfab\xbd", 6)):
        notes.write_bytes(content)
        with pytest.raises(InputError) as caught:
            load(str(notes))
        assert caught.value.diagnostic.message == f"cannot read {notes}: byte {number} is no UTF-8"
    notes.write_bytes(b"\xef\xbb\xbf$x$")
    beside.write_bytes(b"\xff")
    assert load(str(notes)).text.text == "$x$"
    with pytest.raises(InputError) as caught:
        declared(str(notes), load(str(notes)), "")
    assert caught.value.diagnostic.message == f"cannot read {beside}: byte 1 is no UTF-8"


def test_yaml_numbers_stay_exact() -> None:
    """A number with a point stays text; `y` and `no` are words."""
    text = "a: 0.5\nb: 2\ny: no\n\\hat{y}: true\n"
    assert read_yaml(text, Text("n.yaml", text), 0) == {"a": "0.5", "b": 2, "y": "no", "\\hat{y}": True}


HOSTILE = {
    "nested": "$$" + "{" * 5000 + "x" + "}" * 5000 + " = 1$$\n",
    "brackets": "$$" + "(" * 5000 + "x" + ")" * 5000 + " = 1$$\n",
    "fractions": "$$" + "\\frac{1}{" * 2000 + "x" + "}" * 2000 + " = 1$$\n",
    "input": "$$\\input{/etc/passwd} = 1$$\n", "def": "$$\\def\\x{\\x\\x}\\x = 1$$\n",
    "unterminated": "$$\\begin{aligned} a &= b \\\\$$\n", "html": "<script>$$ a = b $$</script>\n\n<p>$x$\n",
    "dollars": "$$\n" * 3001, "quotes": "> " * 3000 + "$$x = 1$$\n", "lists": "".join(
        "  " * depth + "- $x$\n" for depth in range(300)), "controls": "$$ a\x00\x1b[2J = b $$\n",
    "huge": "$$ x = " + "1 + " * 2_500_000 + "1 $$\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_documents_end_in_an_error_line_in_bounded_time(name: str, tmp_path: Path) -> None:
    """Nothing hangs, crashes or is run; whatever cannot be read has a line."""
    path = tmp_path / "hostile.md"
    path.write_text(HOSTILE[name], encoding="utf-8")
    started = time.monotonic()
    [checked] = run([str(path)], jobs=1)
    assert time.monotonic() - started < 60
    assert all(error.severity != "fault" for error in checked.result.errors)
    if checked.document is not None and name not in ("html", "lists", "quotes"):
        assert checked.document.prose is not None
        assert any(row.unread is not None for row in checked.document.prose.rows)
