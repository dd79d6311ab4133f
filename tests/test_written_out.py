"""Matrices written out, entry by entry: Matrix([[a, b], [c, d]])."""

from __future__ import annotations

import pytest
from steps import conditions, judge

from lossproof.diagnostic import InputError
from lossproof.print_latex import latex
from lossproof.print_text import pretty, text
from lossproof.read.expression import parse, parse_declarations

SYMBOLS = {**{name: {"kind": "scalar"} for name in "abcdrstxy"}, "n": {"kind": "size"},
           "A": {"kind": "matrix", "shape": ["n", "2"]}, "v": {"kind": "vector", "shape": ["2"]}}
M = "Matrix([[a, b], [c, d]])"
D = "Matrix([[s, 0], [0, t]])"
ROTATION = "Matrix([[cos({0}), -sin({0})], [sin({0}), cos({0})]])"


@pytest.mark.parametrize(("left", "right"), [
    (f"Determinant({M})", "a*d - b*c"),
    (f"Trace({M}@{M})", "a**2 + 2*b*c + d**2"),
    (f"Inverse({M})", "Matrix([[d, -b], [-c, a]])/(a*d - b*c)"),
    (f"{D}@Matrix([[1, r], [r, 1]])@{D}", "Matrix([[s**2, r*s*t], [r*s*t, t**2]])"),
    ("Transpose(Matrix([x, y]))@Matrix([[2, 1], [1, 3]])@Matrix([x, y])", "2*x**2 + 2*x*y + 3*y**2"),
    ("Derivative(Matrix([x*y, x**2]), x)", "Matrix([y, 2*x])"),
    ("Matrix([[1, a], [0, 1]])@v", "Matrix([v[1] + a*v[2], v[2]])"),
    (f"{ROTATION.format('a')}@{ROTATION.format('b')}", ROTATION.format("a + b")),
    (f"Transpose({ROTATION.format('a')})", f"Inverse({ROTATION.format('a')})"),
    ("Matrix([[1, 0], [0, 1]])", "Identity(2)"),
    ("Matrix([x])@Transpose(Matrix([a, b]))", "Matrix([[x*a, x*b]])"),
    ("A@Matrix([[1, c], [0, 1]])@Matrix([[1, -c], [0, 1]])", "A"),
    ("logsumexp(Matrix([a, b]))", "log(exp(a) + exp(b))"),
    ("softmax(Matrix([a, b]), 1)", "logistic(a - b)"),
    ("HadamardProduct(Matrix([[a, b]]), Matrix([[c, d]]))", "Matrix([[a*c, b*d]])"),
    ("exp(s*(Matrix([[x, y]])@Matrix([[1, r], [r, 1]])@Matrix([x, y])))", "exp(s*(x**2 + 2*r*x*y + y**2))"),
    ("Matrix([[0, 1]])@Transpose(Matrix([[x, y]]))", "y"),     # a row times a column
    ("Trace(Matrix([[1, 1/x], [0, 1]]))", "2"),     # an entry that nobody looks at
])
def test_true_steps_are_proved(left: str, right: str) -> None:
    """Each entry is compared by itself."""
    result = judge(SYMBOLS, left, right)
    assert result.verdict.verdict == "proved", result


@pytest.mark.parametrize(("left", "right"), [
    (f"Determinant({M})", "a*d + b*c"),
    (f"Inverse({M})", "Matrix([[d, b], [c, a]])/(a*d - b*c)"),
    (f"{D}@Matrix([[1, r], [r, 1]])@{D}", "Matrix([[s**2, r*s*t], [r*s, t**2]])"),
    (f"{M}@{D}", f"{D}@{M}"),
    (f"Transpose({M})", M),
    ("A@Matrix([[1, c], [0, 1]])", "A@Matrix([[1, 0], [c, 1]])"),
    ("softmax(Matrix([a, b]), 2)", "logistic(a - b)"),
])
def test_false_steps_are_refuted(left: str, right: str) -> None:
    """One entry that differs is enough."""
    result = judge(SYMBOLS, left, right)
    assert result.verdict.verdict == "refuted", result


@pytest.mark.parametrize(("left", "right", "condition"), [
    ("Matrix([[1, 2], [0, 1]])", "Matrix([[x/x, 2], [0, 1]])", "Ne(x, 0)"),
    ("Trace(Matrix([[1, 1/x], [0, 1]]))", "2*x/x", "Ne(x, 0)"),
    ("Inverse(Matrix([[x, 0], [0, 1]]))@Matrix([[x, 0], [0, 1]])", "Identity(2)", ""),
])
def test_conditions_of_the_entries_are_kept(left: str, right: str, condition: str) -> None:
    """An array is defined where all that is looked at of it is."""
    result = judge(SYMBOLS, left, right)
    assert result.verdict.verdict == "conditional", result
    assert not condition or conditions(result) == {condition}


def test_a_singular_matrix_has_no_inverse() -> None:
    """Nothing is proved of what exists nowhere."""
    assert judge(SYMBOLS, "Inverse(Matrix([[a, a], [a, a]]))", "Identity(2)").verdict.verdict == "unknown"


@pytest.mark.parametrize("source", ["Matrix([[1, 0], [0]])", "Matrix([])", "Matrix([[]])", "Matrix(3)", "[1, 2]",
                                    "Matrix([[1, 2], [3, v]])", f"Matrix([{', '.join('1' * 100)}])"])
def test_what_is_no_matrix_is_one_clear_error(source: str) -> None:
    """Rows of different lengths, no entries, entries that are no numbers, too many."""
    with pytest.raises(InputError):
        parse(source, names=parse_declarations(SYMBOLS))


def test_a_matrix_is_printed_as_it_is_read() -> None:
    """The text form comes back; the other two show rows."""
    term = parse(M, names=parse_declarations(SYMBOLS))
    assert parse(text(term), names=parse_declarations(SYMBOLS)) == term
    assert pretty(term) == "[a, b; c, d]"
    assert latex(term) == r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}"
