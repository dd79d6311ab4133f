"""Python derivation files: expressions arrive as written, and every broken file gives one error with its place."""

from __future__ import annotations

import builtins
import pickle
import sys
from fractions import Fraction
from pathlib import Path

import pytest
import sympy
from sympy.core.parameters import global_parameters

from lossproof.derivation import Document
from lossproof.diagnostic import Diagnostic, InputError
from lossproof.print_text import text
from lossproof.read.expression import parse
from lossproof.read.python_file import read
from lossproof.term import ONE, Add, Call, Fold, Limit, Mul, Number, Piecewise, Pow, Range, Relation, Symbol, Term

HEADER = """\
from sympy import *
from lossproof import *
x, u, sigma = reals("x u sigma")
q = positives("q")
K = size("K"); n = size("n")
k, p = index("k", K), index("p", K)
z = family("z", K); w = family("w", n, K)
v = vector("v", n); A, B = matrix("A", n, n), matrix("B", n, n)
f = function("f"); J = functional("J")
"""
FIRST = HEADER.count("\n") + 1     # the line after the header
DERIVATIONS = sorted((Path(__file__).parent.parent / "derivations").glob("*.py"))

X, U = Symbol("x"), Symbol("u")


def write(folder: Path, body: str, name: str = "demo.py") -> Path:
    file = folder / name
    file.write_text(HEADER + body, encoding="utf-8")
    return file


def line(folder: Path, expr: str) -> Term:
    """The tree of one line that an author wrote."""
    return read(write(folder, f'derivation("t", [{expr}, 1])\n')).derivations[0].lines[0].term


def error(folder: Path, body: str) -> Diagnostic:
    """What is said about a broken file."""
    with pytest.raises(InputError) as caught:
        read(write(folder, body))
    return caught.value.diagnostic


# Expressions arrive as written.

@pytest.mark.parametrize(("written", "tree"), [
    ("x/x", Mul((X, Pow(X, Number(Fraction(-1)))))),
    ("exp(log(x))", Call("exp", (Call("log", (X,)),))),
    ("1/x", Mul((ONE, Pow(X, Number(Fraction(-1)))))),
    ("Rational('0.1')", Number(Fraction(1, 10))),
    ("x - u", Add((X, Mul((Number(Fraction(-1)), U))))),
    ("x - 2*u", Add((X, Mul((Number(Fraction(-1)), Mul((Number(Fraction(2)), U))))))),
    ("x + u + 1", Add((X, U, ONE))),
    ("x + (u + 1)", Add((X, Add((U, ONE))))),
    ("sqrt(x)", Call("sqrt", (X,))),
    ("x + x", Add((X, X))),
    ("0*log(x)", Mul((Number(Fraction(0)), Call("log", (X,))))),
    ("Max(x, 0, x)", Call("Max", (X, Number(Fraction(0)), X))),
    ("Max(q, 0)", Call("Max", (Symbol("q"), Number(Fraction(0))))),
    ("Limit(1/x, x, 0, '-')", Limit(Mul((ONE, Pow(X, Number(Fraction(-1))))), X, Number(Fraction(0)), "-")),
])
def test_trees(written: str, tree: Term, tmp_path: Path) -> None:
    """The tree is the written one, and nothing is simplified."""
    assert line(tmp_path, written) == tree


@pytest.mark.parametrize("written", [
    "-(x + u)", "-x*u", "-(x*u)", "x - (u - q)", "x*(u*q)", "x/u*q", "2*x/(u*q)", "-x**2",
    "-(x/u - (1 - x)/(1 - u))*q",
    "(x - u)**2/2", "E**x", "x**Rational(1, 3)", "log(x*u)", "Abs(x)*Max(x, u)", "Sum(z[k], (k, 1, K))",
    "Sum(2*z[k], (k, 1, K))", "-Sum(z[k]*log(z[k]), (k, 1, K))/K", "Sum(w[n, k], (k, 1, K))",
    "Product(z[k], (k, 1, K))",
    "Sum(Sum(z[k]*z[p], (k, 1, K)), (p, 1, K))", "Sum(x*Piecewise((z[k], Ne(k, p)), (0, True)), (k, 1, K))",
    "Integral(u**2, (u, 0, 1))", "Derivative(x**2*u, x)", "Derivative(x**2, x, x)", "Limit(x*u, x, oo)",
    "Subs(x**2, x, u + 1)", "KroneckerDelta(k, p)*x", "Derivative(Sum(z[k], (k, 1, K)), z[p])", "x**x",
    "binomial(K, k)", "And(x < u, x < u)",
    "Piecewise((x, x < 0), (u, True))", "Min(x, x)", "1 - x/u", "x*(1 - x)*u",
])
def test_text_form_is_what_was_written(written: str, tmp_path: Path) -> None:
    """A line printed in text form is the author's own text."""
    printed = text(line(tmp_path, written))
    same = {"Sum(Sum(z[k]*z[p], (k, 1, K)), (p, 1, K))": "Sum(z[k]*z[p], (k, 1, K), (p, 1, K))",
            "Derivative(x**2, x, x)": "Derivative(x**2, (x, 2))", "And(x < u, x < u)": "(x < u) & (x < u)"}
    assert printed == same.get(written, written)


def test_sums_bring_no_artefacts(tmp_path: Path) -> None:
    """SymPy's factor 1, its merging and its folding of a Piecewise inside a Sum do not reach the tree."""
    found = line(tmp_path, "Sum(z[k]*Piecewise((1, Ne(k, p)), (0, True)), (k, 1, K))")
    assert isinstance(found, Fold) and found.range == Range("k", ONE, Symbol("K"))
    assert isinstance(found.body, Mul) and isinstance(found.body.args[1], Piecewise)
    assert found.body.args[1].pieces[0][1] == Relation("!=", Symbol("k"), Symbol("p"))
    assert line(tmp_path, "Sum(1, (k, 1, K))") == Fold("sum", ONE, Range("k", ONE, Symbol("K")))


def test_author_may_evaluate(tmp_path: Path) -> None:
    """What the author asks SymPy to compute arrives as SymPy gives it."""
    body = 'with evaluate(True):\n    total = Sum(k, (k, 1, 3)).doit()*x\nderivation("t", [total, x + x])\n'
    first, second = read(write(tmp_path, body)).derivations[0].lines
    assert (text(first.term), text(second.term)) == ("6*x", "x + x")


def test_reading_leaves_sympy_as_it_was(tmp_path: Path) -> None:
    """Evaluation, constructors, the import function and the list of modules are as before, after an error too."""
    before = (builtins.__import__, sympy.Sum.__new__, sympy.Max.__new__, sympy.Integral.__new__, set(sys.modules))
    read(write(tmp_path, 'derivation("t", [x, x])'))
    error(tmp_path, "raise ValueError")
    after = (builtins.__import__, sympy.Sum.__new__, sympy.Max.__new__, sympy.Integral.__new__, set(sys.modules))
    assert before == after and global_parameters.evaluate
    x = sympy.Symbol("x")
    assert x/x == 1 and sympy.Max(x, x) == x


def test_imports_of_a_file_are_evaluated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module that a file imports sees SymPy as it was written for."""
    (tmp_path / "borrowed_constants.py").write_text("import sympy\nTWO = sympy.Integer(1) + 1\nONE = TWO/TWO\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert line(tmp_path, "__import__('borrowed_constants').ONE*x") == Mul((ONE, X))


def test_two_files_of_one_name(tmp_path: Path) -> None:
    """Files called alike in two folders do not meet."""
    for folder, value in (("a", "x + 1"), ("b", "x + 2")):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder, f'derivation("t", [{value}, 1])')
    found = [text(read(tmp_path / folder / "demo.py").derivations[0].lines[0].term) for folder in "ab"]
    assert found == ["x + 1", "x + 2"]


def test_names_and_derivations_of_an_imported_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names may come from another module; the derivations there are not this file's."""
    (tmp_path / "shared_names.py").write_text(
        'from lossproof import *\nh, spare = reals("h spare")\nc = quantity("c", h**2)\nderivation("other", [h, h])\n')
    monkeypatch.syspath_prepend(str(tmp_path))
    for _ in range(2):      # the second time the module is loaded already
        document = read(write(tmp_path, 'from shared_names import c, h\nderivation("mine", [D(c, h), 2*h])'))
        assert [d.title for d in document.derivations] == ["mine"]
        assert "h" in document.declarations and "spare" not in document.declarations and "c" in document.definitions
    sys.modules.pop("shared_names")


# Places, names, titles.

def test_spans_of_lines(tmp_path: Path) -> None:
    """Each line of a chain knows its line and columns, counted in characters; a step has its expression's."""
    body = 'derivation("标题", [\n    x,\n    step(x + u, by="é"), (x -\n      u),\n])\n'
    lines = read(write(tmp_path, body)).derivations[0].lines
    places = [(s.line - FIRST, s.column, s.end_line - FIRST, s.end_column)
              for s in (found.span for found in lines) if s]
    assert places == [(1, 5, 1, 6), (2, 10, 2, 15), (2, 27, 3, 8)]
    assert lines[0].term.span == lines[0].span


def test_spans_of_a_named_list_and_of_a_loop(tmp_path: Path) -> None:
    """A chain in a variable is found by its list; one that is computed has its steps' or its call's place."""
    named = read(write(tmp_path, 'chain = [x,\n  u]\nderivation("t", chain)\n')).derivations[0]
    assert [found.span.line - FIRST for found in named.lines if found.span] == [0, 1]
    built = read(write(tmp_path, 'derivation("t",\n  [x + i for i in range(3)])\n')).derivations[0]
    assert [found.span.line - FIRST for found in built.lines if found.span] == [0, 0, 0]


def test_names_of_derivations(tmp_path: Path) -> None:
    """A derivation is called as its variable, else by its title, and names are unique."""
    body = ('kept = derivation("Kept", [x, x])\nfor value in (1, 2):\n    derivation("Same title!", [x*value, x])\n'
            'derivation("交叉熵 损失", [x, x])\n')
    assert [d.name for d in read(write(tmp_path, body)).derivations] == [
        "kept", "same-title", "same-title-2", "交叉熵-损失"]


def test_title_without_document(tmp_path: Path) -> None:
    """Without Document, the title is the docstring's first line, else the file's name."""
    assert read(write(tmp_path, 'derivation("t", [x, x])')).title == "demo"
    file = tmp_path / "other.py"
    file.write_text('"""A title.\n\nMore."""\nfrom lossproof import *\nx = reals("x")\nderivation("t", [x, x])\n')
    assert read(file).title == "A title"


# Broken files: one error each, with its line and what to write instead.

@pytest.mark.parametrize(("body", "code", "row", "column", "said", "helped"), [
    ('derivation("t", [x, sigmaa])', "LP102", 0, 21, "`sigmaa` is not declared", "did you mean `sigma`?"),
    ('derivation("t", [x, nothinglike])', "LP102", 0, 21, "`nothinglike`", 'reals("nothinglike")'),
    ('derivation("t", [\n  x,\n  x + Symbol("h"),\n])', "LP102", 2, 3, "`h` is not declared", 'h = reals("h")'),
    ('derivation("t", [x, Symbol("x")])', "LP102", 0, 21, "plain symbol", "use the declared one"),
    ('derivation("t", [x, Function("g")(x)])', "LP102", 0, 21, "`g` is not declared", 'g = function("g")'),
    ('derivation("t", [x, (x + 1])', "LP001", 0, 27, "does not match", ""),
    ('derivation("t", [x, x*(x + 1)', "LP001", 0, 17, "`[` opened here is never closed", ""),
    ('derivation("t", [x x])', "LP006", 0, 18, "invalid syntax", "comma"),
    ('derivation("t", [x,\n  0.1*x])', "LP101", 1, 3, "0.1 is a float", 'Rational("0.1")'),
    ('derivation("t", [x, 1/2*x])', "LP101", 0, 21, "0.5 is a float", "Rational(1, 2)"),
    ('y = scalar("y", interval=(0.1, 1))', "LP101", 0, 5, "0.1 is a float", 'Rational("0.1")'),
    ('c = quantity("c", x**0.5)', "LP101", 0, 5, "0.5 is a float", 'Rational("0.5")'),
    ('derivation("t", [x, step(x, given=[Eq(x, 0.5)])])', "LP101", 0, 26, "0.5 is a float", 'Rational("0.5")'),
    ('i = index("i")', "LP103", 0, 5, "`i` has no range", 'i = index("i", K)'),
    ('y = IndexedBase("y")\nderivation("t", [x, y[1]])', "LP103", 1, 21, "IndexedBase", 'y = family("y", K)'),
    ('i = Idx("i")\nderivation("t", [x, z[i]])', "LP103", 1, 21, "Idx", 'i = index("i", K)'),
    ('i = Symbol("i", integer=True)\nderivation("t", [x, Sum(z[i], i)])', "LP103", 1, 21, "`i` has no range",
     "(i, 1, K)"),
    ('derivation("t", [x, Sum(z[k], (k, 1))])', "LP103", 0, 21, "two bounds", "(k, 1, K)"),
    ('derivation("t", [x, z[0]])', "LP103", 0, 21, "positions count from 1", "[1]"),
    ('derivation("t", [x, z[x]])', "LP103", 0, 21, "`x` is no index", 'index("x", K)'),
    ('x = positives("x")', "LP104", 0, 5, "`x` is declared twice", "another name"),
    ('c = quantity("z", x)', "LP104", 0, 5, "`z` is declared twice", "another name"),
    ('derivation("t", [x, "x + 1"])', "LP105", 0, 21, "is text", "without quotation marks"),
    ('derivation("t", [x, riemann_xi(x)])', "LP105", 0, 21, "no laws for SymPy's riemann_xi", "function("),
    ('derivation("t", [x, MatrixSymbol("M", 2, 2)])', "LP105", 0, 21, "SymPy's matrices", 'matrix("A"'),
    ('derivation("t", [x, x], given=[x == 1])', "LP105", 0, 1, "False", "Eq(a, b)"),
    ('derivation("t", [x, logistic])', "LP105", 0, 21, "no expression", "f(z)"),
    ('derivation("t", [x, A @ v + x])', "LP106", 0, 21, "do not fit", ""),
    ('derivation("t", [x, v @ v])', "LP106", 0, 21, "ambiguous", "dot(u, v)"),
    ('derivation("t", [x, A[1]])', "LP106", 0, 21, "has 2 indices", ""),
    ('derivation("t", [v, exp(v)*v])', "LP107", 0, 21, "ambiguous", "hadamard"),
    ('derivation("t", [A, A*B])', "LP107", 0, 21, "ambiguous", "A @ B"),
    ('derivation("t", [x, z + 1])', "LP107", 0, 21, "stands here without an index", "z[k]"),
    ('derivation("t", [x, D(x, K)])', "LP107", 0, 21, "no derivative by `K`", ""),
    ('derivation("t", [x])', "LP107", 0, 1, "has 1 line", ""),
    ('derivation("t", [x, step(x, relation="==")])', "LP107", 0, 21, "relation='=='", "<="),
    ('derivation("t", [x, step(x, erratum="wrong")])', "LP107", 0, 21, "erratum", 'expect="refuted"'),
    ('derivation("t", [x, x], given=[x])', "LP107", 0, 1, "a hypothesis is a condition", "Eq(y, 1)"),
    ('h = reals("lambda")', "LP107", 0, 5, "cannot be a name", "latex="),
    ('c = quantity("c", x**2)\nderivation("t", [x, c.subs(x, 1)])', "LP107", 1, 21, "`.subs`", "Subs("),
    ('c = quantity("c", 2*z[k])\nderivation("t", [x,\n  Sum(c, (k, 1, K))])', "LP107", 2, 3, "one c or many", "over=k"),
    ('Document("a")\nDocument("b")', "LP107", 1, 1, "a second Document", ""),
    ('derivation("t", [x, x], given=[0 < x < 1])', "LP003", 0, 32, "truth value", "And(0 < a, a < 1)"),
    ('derivation("t", [x, 2(x + 1)])', "LP003", 0, 21, "not callable", "`*`"),
    ('from lossproof import sigmoid', "LP003", 0, 1, "lossproof has no `sigmoid`", "logistic"),
    ('def g():\n    raise ValueError("oops")\ng()', "LP003", 1, 5, "ValueError: oops", ""),
    ('import sys\nsys.exit(3)', "LP003", 1, 1, "SystemExit: 3", ""),
])
def test_broken_files(body: str, code: str, row: int, column: int, said: str, helped: str, tmp_path: Path) -> None:
    """A mistake gives one error at its line that says what to write."""
    found = error(tmp_path, body)
    assert found.span is not None
    assert (found.code, found.span.line - FIRST, found.span.column) == (code, row, column), found
    assert found.span.file == str(tmp_path / "demo.py")
    assert said in found.message and "\n" not in found.message
    assert helped in " ".join(found.helps)


def test_unreadable_files(tmp_path: Path) -> None:
    """A missing file, bytes that are no text and a null byte are errors too."""
    for name, content, code in (("gone.py", None, "LP002"), ("bytes.py", b"x = '\xff\xfe'", "LP002"),
                                ("null.py", b"x = 1\0", "LP006")):
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError) as caught:
            read(tmp_path / name)
        assert caught.value.diagnostic.code == code
        if name == "bytes.py":
            assert caught.value.diagnostic.message == f"cannot read {tmp_path / name}: byte 6 is no UTF-8"


# The project's own derivations.

@pytest.mark.parametrize("path", DERIVATIONS, ids=lambda path: path.stem)
def test_own_derivations_are_read(path: Path) -> None:
    """Every derivation file is read, can be sent to another process, and cites rows."""
    document: Document = read(path)
    assert document.derivations and pickle.loads(pickle.dumps(document)) == document
    assert all(d.cites for d in document.derivations)
    assert len({d.name for d in document.derivations}) == len(document.derivations)


@pytest.mark.parametrize("path", DERIVATIONS, ids=lambda path: path.stem)
def test_text_form_says_the_same(path: Path) -> None:
    """Every line, hypothesis and definition comes back from its text form as the same tree."""
    document = read(path)
    terms = [definition.body for definition in document.definitions.values() if not definition.ranges]
    for derivation in document.derivations:
        terms += [*derivation.given, *(found.term for found in derivation.lines)]
    for term in terms:
        assert parse(text(term), names=document.declarations, definitions=document.definitions) == term
