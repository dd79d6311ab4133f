"""JSON Lines: derivations as data, from anyone, in; one line a step out. Hostile lines, dead workers, endless files."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lossproof import runner
from lossproof.derivation import Document
from lossproof.diagnostic import Diagnostic, InputError
from lossproof.read.json_text import MAX_DEPTH
from lossproof.read.jsonl import read_line
from lossproof.read.lines import MAX_LINE, LineStream, RawLine
from lossproof.summary import Checked
from lossproof.task import FileTold, StepTold
from lossproof.term import ONE, Range, Span, Symbol, walk
from lossproof.verdict import Proved, StepResult, Unknown

ROOT = Path(__file__).parent.parent
TESTS = str(Path(__file__).parent)
Object = dict[str, Any]

SYMBOLS: Object = {
    "K": {"kind": "size", "min": 2}, "p": {"kind": "index", "upto": "K"},
    "k": {"kind": "index", "from": "1", "upto": "K"}, "n": {"kind": "size"}, "d": {"kind": "size"},
    "z": {"kind": "indexed", "shape": ["K"]}, "y": {"kind": "indexed", "rank": 1, "assume": ["nonnegative"]},
    "c": {"kind": "indexed", "shape": ["n"], "values": {"kind": "index", "upto": "K"}},
    "x": {"kind": "scalar", "assume": ["positive"]}, "w": {"kind": "scalar"},
    "a": {"kind": "scalar", "interval": ["0", "1"], "closed": False}, "t": {"kind": "scalar", "values": ["-1", "1"]},
    "m": {"kind": "integer", "assume": ["nonnegative"]},
    "A": {"kind": "matrix", "shape": ["n", "n"], "assume": ["invertible"]}, "v": {"kind": "vector", "shape": ["d"]},
    "f": {"kind": "function", "arity": 1}}
CONTRACT: Object = {
    "id": "softmax-ce", "title": "Softmax and cross-entropy", "symbols": SYMBOLS,
    "let": {"L": "-Sum(y[k]*log(exp(z[k])/Sum(exp(z[j]),(j,1,K))),(k,1,K))"},
    "given": ["Eq(Sum(y[k],(k,1,K)),1)", "x < 1"],
    "steps": [{"expr": "Derivative(L, z[p])"},
              {"relation": "=", "expr": "exp(z[p])/Sum(exp(z[j]),(j,1,K)) - y[p]", "by": "softmax derivative",
               "given": [], "expect": "proved"}]}


def lines(*exprs: str, **more: Any) -> Object:
    """A derivation of these expressions under SYMBOLS."""
    return {"id": "d", "symbols": SYMBOLS, "steps": [{"expr": expr} for expr in exprs], **more}


def read(made: Object | bytes, line: int = 1) -> Document:
    return read_line("f.jsonl", line, made if isinstance(made, bytes) else json.dumps(made).encode())


def refusal(made: Object | bytes) -> Diagnostic:
    """The error of a line that cannot be read."""
    with pytest.raises(InputError) as caught:
        read(made, 7)
    found = caught.value.diagnostic
    assert found.span is not None and (found.span.file, found.span.line) == ("f.jsonl", 7)
    return found


# --- reading -----------------------------------------------------------------------------------------------------


def test_the_example_of_the_contract_is_read() -> None:
    """Every kind of symbol, a quantity, hypotheses, lines with what is said of them."""
    document = read(CONTRACT, 3)
    [derivation] = document.derivations
    assert set(document.declarations) == set(SYMBOLS) and set(document.definitions) == {"L"}
    assert (derivation.name, derivation.title, len(derivation.given)) == ("softmax-ce", "Softmax and cross-entropy", 2)
    first, second = derivation.lines
    assert (second.relation, second.by, second.expect) == ("=", "softmax derivative", "proved")
    assert first.span is not None and first.span.line == 3
    assert derivation.span == Span("f.jsonl", 3, 1, 3, len(json.dumps(CONTRACT)) + 1)


def test_what_a_line_leaves_out_has_a_default() -> None:
    """No id: the line's number; no title: the id; `=`, proved, no hypotheses."""
    [derivation] = read({"steps": [{"expr": "1"}, {"expr": "2"}]}, 12).derivations
    assert (derivation.name, derivation.title, derivation.given) == ("line-12", "line-12", ())
    assert [(line.relation, line.expect, line.by, line.given, line.latex) for line in derivation.lines] == [
        ("=", "proved", None, (), None)] * 2


def test_latex_of_a_line_is_carried_along() -> None:
    """As text; it is never looked into."""
    made = lines("x", "x")
    made["steps"][1]["latex"] = r"\input{/etc/passwd}"
    assert read(made).derivations[0].lines[1].latex == r"\input{/etc/passwd}"


def test_a_line_may_end_as_on_windows_and_the_first_begin_with_a_byte_order_mark() -> None:
    """Both are white space."""
    raw = json.dumps(lines("x", "x")).encode()
    assert read(b"\xef\xbb\xbf" + raw + b"\r").derivations[0].name == "d"


@pytest.mark.parametrize(("key", "body", "ranges"), [
    ("q[k]", "exp(z[k])", [Range("k", ONE, Symbol("K"))]),                   # declared
    ("q[i]", "exp(z[i])/Sum(exp(z[j]), (j, 1, K))", [Range("i", ONE, Symbol("K"))]),
    ("q[ i , j ]", "A[i, j]*v[j]*2", None),                                  # of n and of d
    ("q[i, j]", "A[i, j] + A[j, i]", [Range("i", ONE, Symbol("n")), Range("j", ONE, Symbol("n"))]),
    ("q[i]", "softmax(z, i)", [Range("i", ONE, Symbol("K"))]),
    ("q[i]", "Sum(z[i], (i, 1, K))*v[i]", [Range("i", ONE, Symbol("d"))]),   # another i inside
    ("q[i]", "i**2", None), ("q[i]", "y[i]", None), ("q[i]", "z[i + 1]", None),
])
def test_a_quantity_with_an_index_runs_over_its_range(key: str, body: str, ranges: list[Range] | None) -> None:
    """The declared range, else the one of the families that the index stands at; else that is asked for."""
    made = lines("x", "x", let={key: body})
    if ranges is None:
        found = refusal(made)
        assert found.code == "LP103" and found.helps[0].startswith("declare it: ")
    else:
        assert list(read(made).definitions["q"].ranges) == ranges


def test_quantities_may_use_those_before_them() -> None:
    """Also an indexed one, whose range then is known."""
    made = lines("x", "x", let={"q[k]": "exp(z[k])", "r[i]": "2*q[i]", "s": "Sum(r[k], (k, 1, K))"})
    assert list(read(made).definitions["r"].ranges) == [Range("i", ONE, Symbol("K"))]
    assert "change the order" in refusal(lines("x", "x", let={"s": "r", "r": "1"})).helps[0]
    assert "by itself" in refusal(lines("x", "x", let={"s": "s + 1"})).helps[0]


@pytest.mark.parametrize(("raw", "code", "message", "column"), [
    ("{", "LP006", "the line ends where a key", 2),
    ('{"id": "a", "id": "b"}', "LP006", "id: the key `id` stands twice", 13),
    ('{"symbols": {"x": {"kind": "scalar", "kind": "size"}}}', "LP006", "symbols.x.kind: the key `kind` stands", 38),
    ('{"a": NaN}', "LP006", "a: `NaN` is not JSON", 7), ("{'a': 1}", "LP006", "a key in double quotes", 2),
    ('{"a": 1,}', "LP006", "a key in double quotes is expected here, and `}`", 9),
    ('{"a": 01}', "LP006", "`,` or `}` is expected here", 8),
    ('{"a": "b', "LP006", "a: this string is never closed", 7), (r'{"a": "\q"}', "LP006", "a: invalid \\escape", 8),
    ('{"a": "b\x00"}', "LP006", "a: invalid control character", 9),
    (r'{"id": "\ud800"}', "LP006", "id: half of a surrogate pair", 9),
    ("{} {}", "LP006", "something follows", 4), ("\x00", "LP006", "a value is expected here, and `U+0000`", 1),
    ("[" * 10**5, "LP006", "[0]", MAX_DEPTH + 2),
    ('{"a": ' + "9" * 10**6 + "}", "LP006", "a: a number with 1000000 characters", 7),
    ("[]", "LP107", "a derivation is an object, and this is a list", 1),
    ("null", "LP107", "a derivation is an object, and this is null", 1),
    ("{}", "LP107", "`steps` is missing", 1), ('{"id": 3}', "LP107", "id: a string is expected here", 8),
    ('{"id": ""}', "LP107", "id: an id has 1 to 200", 8), ('{"step": []}', "LP107", "step: this key is not known", 2),
    ('{"steps": {}}', "LP107", "steps: a list is expected here, and this is an object", 11),
    ('{"steps": [{"expr": "1"}]}', "LP107", "steps: there is 1 line, and a step needs two", 11),
    ('{"steps": ["1", "1"]}', "LP107", "steps[0]: an object is expected here, and this is a string", 12),
    ('{"steps": [{"expr": "1"}, {"by": "magic"}]}', "LP107", "steps[1]: `expr` is missing", 27),
    ('{"steps": [{"expr": "1"}, {"expr": 1}]}', "LP107", "steps[1].expr: a string is expected here, and this is a", 36),
    ('{"steps": [{"expr": "1"}, {"expr": "1", "relation": "->"}]}', "LP107", "steps[1].relation: `->` is not", 53),
    ('{"steps": [{"expr": "1"}, {"expr": "1", "expect": "true"}]}', "LP107", "steps[1].expect: `true` is not", 51),
    ('{"steps": [{"expr": "1", "given": ["1 < 2"]}, {"expr": "1"}]}', "LP107", "steps[0].given: no step leads", 35),
    ('{"title": null}', "LP107", "title: a string is expected here, and this is null", 11),
    ('{"symbols": {"x": {"kind": "scaler"}}, "steps": []}', "LP107", "symbols: `x`: the kind `scaler`", 14),
    ('{"symbols": {"x": 1}, "steps": []}', "LP107", "symbols: `x`: a declaration is an object", 14),
    ('{"symbols": {"x": {"kind": "scalar", "interval": [0.5, 1]}}, "steps": []}', "LP101", "symbols: `x`: ", 14),
    ('{"symbols": {"x": {"kind": "vector", "shape": ["K"]}}, "steps": []}', "LP102", "symbols: `x`: `K`: `K` is", 14),
    ('{"symbols": {"x": {"kind": "scalar"}}, "let": {"x": "1"}, "steps": []}', "LP104", "let.x: `x` is declared", 48),
    ('{"let": {"Sum": "1"}, "steps": []}', "LP104", "let: `Sum`: this name has a fixed meaning", 10),
    ('{"let": {"q[1]": "1"}, "steps": []}', "LP107", "let.q[1]: a quantity is called by a name", 10),
    ('{"let": {"q": "1 < 2"}, "steps": []}', "LP107", "let.q: a condition stands here", 15),
    ('{"let": {"q": "1 + r"}, "steps": []}', "LP102", "let.q: `r` is not declared", 20),
    ('{"given": "1 < 2", "steps": []}', "LP107", "given: a list is expected here, and this is a string", 11),
    ('{"given": ["1 < 2", "1"], "steps": []}', "LP107", "given[1]: this is a value; a hypothesis is a", 21),
    ('{"given": ["1 < 2", "1 <"], "steps": []}', "LP006", "given[1]: this is not an expression", 22),
])
def test_a_broken_line_is_one_error_with_its_place(raw: str, code: str, message: str, column: int) -> None:
    """The line's number, the JSON path, the column, and what is wrong there."""
    found = refusal(raw.encode())
    assert found.code == code and found.message.startswith(message), found.message
    assert found.span is not None and found.span.column == column


@pytest.mark.parametrize(("made", "help_"), [
    ({"id": "d", "stpes": []}, "did you mean `steps`?"), ({"id": "d"}, 'write "steps": [...]'),
    ({"id": 17, "steps": []}, 'write "id": "..."'),
    ({"id": "d", "steps": [{"expr": "1"}, {"expr": 2}]}, 'write "2" in double quotes'),
    ({"id": "d", "steps": [{"expr": "1"}]}, "add the line that follows"),
    ({"id": "d", "steps": [{"expr": "1"}, {"expr": "1", "relation": "=="}]}, "write one of =, <=, <, >=, >, =>, <=>"),
    ({"id": "d", "symbols": {"x": {"kind": "scaler"}}, "steps": []}, "did you mean `scalar`?"),
])
def test_an_error_says_what_to_write(made: Object, help_: str) -> None:
    """One remedy, ready to use."""
    assert help_ in refusal(made).helps


def test_a_line_that_is_not_utf_8_says_which_byte() -> None:
    """With the column in characters."""
    found = refusal('{"id": "é'.encode() + b'\xff"}')
    assert (found.code, found.message) == ("LP002", "the line is not UTF-8: byte 0xff in column 10")


def test_the_error_of_a_line_names_its_derivation() -> None:
    """Where the id was read before the error."""
    with pytest.raises(InputError) as caught:
        read({"id": "mine", "steps": []})
    assert caught.value.derivation == "mine"


def unread(made: Object) -> list[str | None]:
    """For each line, what its error says."""
    found = []
    for line in read(made).derivations[0].lines:
        wrong = line.unread or line.given_unread
        found.append(None if wrong is None else wrong.message)
    return found


def test_an_expression_that_fails_spoils_its_own_line_only() -> None:
    """Also a hypothesis of one step; the other lines are kept."""
    assert unread(lines("x", "x + sigmaa", "x")) == [None, "steps[1].expr: `sigmaa` is not declared", None]
    made = lines("x", "x", "x")
    made["steps"][1]["given"] = ["x < 1", "x"]
    assert unread(made) == [None, "steps[1].given[1]: this is a value; a hypothesis is a condition", None]


def test_a_line_that_could_not_be_read_is_kept_as_its_text() -> None:
    """So that reports can show it; it is never judged."""
    line = read(lines("x", "x + sigmaa")).derivations[0].lines[1]
    assert line.term == Symbol("x + sigmaa") and line.unread is not None


@pytest.mark.parametrize("ascii_", [True, False])
@pytest.mark.parametrize("expr", [
    "x + sigmaa", "x\n + sigmaa*x", "x + \t sigmaa", "σ + x + sigmaa/σ", "\r\n x - sigmaa"])
def test_places_are_columns_of_the_line(expr: str, ascii_: bool) -> None:
    """Escapes count as they are written, and a line break in an expression does not begin a new line of the file."""
    made = lines(expr, expr.replace("sigmaa", "x"))
    made["symbols"] = {**SYMBOLS, "σ": {"kind": "scalar"}}
    written = json.dumps(made, ensure_ascii=ascii_)
    first, second = read_line("f.jsonl", 9, written.encode()).derivations[0].lines
    assert first.unread is not None and first.unread.span is not None
    assert shown(written, first.unread.span) == "sigmaa"
    names = [part for part in walk(second.term) if isinstance(part, Symbol) and part.name == "x"]
    assert {shown(written, part.span) for part in names} == {"x"}


def shown(line: str, span: Span | None) -> str:
    assert span is not None and span.line == span.end_line == 9
    return line[span.column - 1: span.end_column - 1]


@pytest.mark.parametrize("expr", [
    "9**9**9**9", "x + 2**(10**9)", "(1 + 1/3)**(10**7)", "1" * 10**5, "1e999999", "(" * 10**4 + "x" + ")" * 10**4,
    "-" * 10**4 + "x", "+".join(["x"] * 20_000), "__import__('os').system('true')", "x.__class__", "x\x00", "lambda: x",
    "[x for x in (1,)]", "f'{x}'", "eval(x)", "x" * 10**5, "x if x else x", "(x := 1)", "Ellipsis", "...", "1j"])
def test_hostile_expressions_are_errors(expr: str) -> None:
    """Read in no time, and never run."""
    started = time.monotonic()
    assert unread(lines("x", expr))[1] is not None
    assert time.monotonic() - started < 5


def test_powers_that_can_be_written_out_are_read() -> None:
    """Only numbers that nobody could write are refused."""
    assert unread(lines("2**1000", "x**(10**9)", "(1/2)**100", "1**(10**9)", "x**x**x")) == [None] * 5


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=80) | st.text(max_size=60).map(str.encode))
def test_any_bytes_are_a_document_or_an_error(raw: bytes) -> None:
    """Nothing else comes out of a line."""
    try:
        read(raw)
    except InputError as error:
        assert error.diagnostic.span is not None and error.diagnostic.span.line == 1


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(json.dumps(CONTRACT))), st.integers(0, 12), st.text(max_size=3) | st.sampled_from(
    ['"', "\\", "{", "}", "[", "]", ",", ":", "null", "1e5", "9**9**9", "[k]", "(", ")", "\\u0000", "'+'"]))
def test_any_edit_of_a_line_is_a_document_or_an_error(at: int, length: int, put: str) -> None:
    """Also where most of it is right."""
    raw = json.dumps(CONTRACT)
    try:
        document = read((raw[:at] + put + raw[at + length:]).encode())
    except InputError as error:
        found = error.diagnostic
        assert found.span is not None and 1 <= found.span.column <= len(raw) + len(put) + 2 and len(found.message) < 300
    else:
        assert len(document.derivations) == 1


@settings(max_examples=100, deadline=None)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
                    | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
                        st.sampled_from(["id", "steps", "expr", "symbols", "kind", "shape", "let", "given"])
                        | st.text(max_size=3), inner, max_size=4), max_leaves=12))
def test_any_json_value_is_a_document_or_an_error(value: Any) -> None:
    """Every value stands once in every place."""
    for made in (value, {"steps": value}, {"symbols": {"x": value}, "steps": []}, {"let": value, "steps": []},
                 {"steps": [{"expr": "1"}, value]},
                 {"symbols": {"x": {"kind": "matrix", "shape": value}}, "steps": []}):
        try:
            read(json.dumps(made).encode())
        except InputError:
            continue


# --- lines ---------------------------------------------------------------------------------------------------------


def cut(tmp_path: Path, data: bytes) -> list[RawLine]:
    path = tmp_path / "lines"
    path.write_bytes(data)
    stream = LineStream(os.open(path, os.O_RDONLY))
    found = []
    while not stream.ended:
        stream.read()
        while (line := stream.next()) is not None:
            found.append(line)
    stream.close()
    return found


def test_lines_are_counted_and_empty_ones_left_out(tmp_path: Path) -> None:
    """The last one needs no end."""
    found = cut(tmp_path, b"a\n\n \t\r\nb\r\nc")
    assert [(line.number, line.text) for line in found] == [(1, b"a"), (4, b"b\r"), (5, b"c")]


def test_lines_longer_than_a_piece_are_put_together(tmp_path: Path) -> None:
    """Up to the limit; of a longer one, only its length is kept."""
    long, longest, longer = b"x" * 200_000, b"y" * MAX_LINE, b"z" * (MAX_LINE + 1)
    found = cut(tmp_path, b"\n".join([long, longest, longer, b"end"]))
    assert [(line.number, line.length, line.too_long) for line in found] == [
        (1, len(long), False), (2, MAX_LINE, False), (3, MAX_LINE + 1, True), (4, 3, False)]
    assert [line.text for line in found] == [long, longest, b"", b"end"]


# --- runs with a checker of the tests --------------------------------------------------------------------------------


Put = Callable[..., list[str]]


@pytest.fixture
def put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Put:
    """Writes a.jsonl, whose lines are words of the fake checker, and returns its path."""
    monkeypatch.syspath_prepend(TESTS)

    def file(*texts: str) -> list[str]:
        path = tmp_path / "a.jsonl"
        path.write_text("\n".join(words(text) for text in texts) + "\n", encoding="utf-8")
        return [str(path)]

    return file


def words(text: str) -> str:
    """A line whose expressions are the words of `name: word word ...`; anything else stays as it is."""
    if text.startswith("{") or ": " not in text:
        return text
    name, rest = text.split(": ")
    names = rest.split()
    return json.dumps({"id": name, "symbols": {word: {"kind": "scalar"} for word in names},
                       "steps": [{"expr": word} for word in names]})


def fake_run(paths: list[str], **options: Any) -> list[Checked]:
    return runner.run(paths, checker="fake_checker", **options)


def steps(checked: Checked) -> list[StepResult]:
    return [step for derivation in checked.result.derivations for step in derivation.steps]


def said(checked: Checked) -> list[str]:
    return [step.verdict.laws[0] if isinstance(step.verdict, Proved) else step.verdict.code
            if isinstance(step.verdict, Unknown) else step.verdict.verdict for step in steps(checked)]


def test_lines_come_in_order_whatever_finished_first(put: Put) -> None:
    """A slow line in front does not come behind the quick ones."""
    texts = ["first: a slow b", *(f"d{i}: a b{i}" for i in range(40))]
    found = fake_run(put(*texts), jobs=3)
    assert [said(checked)[-1] for checked in found] == ["b", *(f"b{i}" for i in range(40))]
    assert [checked.line for checked in found] == list(range(1, 42))


def test_a_step_that_hangs_or_dies_takes_only_itself(put: Put) -> None:
    """A time limit, a crash, a memory limit: unknown for that step; everything else is judged."""
    paths = put("one: a hang b", "two: a die b", "three: a memory b", "bad", "four: a segfault b", "five: a c")
    found = fake_run(paths, step_timeout=0.5, jobs=2)
    assert [said(checked) for checked in found] == [
        ["LP301", "b"], ["LP305", "b"], ["LP304", "b"], [], ["LP305", "b"], ["c"]]
    assert [error.code for error in found[3].result.errors] == ["LP006"]


def test_a_worker_killed_from_outside_takes_only_its_step(put: Put) -> None:
    """kill -9 of the worker that judges: its step is unknown, the rest of the file is judged."""
    told = runner.stream(put("one: a pid hang b", "two: a c", "three: a d"), checker="fake_checker", jobs=1,
                         step_timeout=60)
    found = []
    for one in told:
        match one:
            case StepTold(result=StepResult(verdict=Proved(laws=(law,)))) if law.isdigit():
                os.kill(int(law), signal.SIGKILL)
            case FileTold(checked=checked):
                found.append(said(checked))
    assert [found[0][1:], *found[1:]] == [["LP305", "b"], ["c"], ["d"]]


def test_a_worker_that_holds_too_much_is_not_the_fault_of_the_step(put: Put) -> None:
    """A step that runs out of memory in a worker that judged others before is tried once more in a fresh one."""
    found = fake_run(put(*(f"d{i}: a b" for i in range(30)), "last: a memory b"), jobs=1)
    assert said(found[-1]) == ["LP304", "b"] and {said(c)[0] for c in found[:-1]} == {"b"}


def test_select_keeps_derivations_by_id(put: Put) -> None:
    """Errors of other derivations are left out, errors without an id are not."""
    bad = json.dumps({"id": "two", "steps": []})
    found = fake_run(put("one: a b", bad, "nonsense", "twofold: a c"), select="two*")
    assert [said(checked) for checked in found] == [[], [], [], ["c"]]
    assert [[error.code for error in checked.result.errors] for checked in found] == [[], ["LP107"], ["LP006"], []]
    assert not fake_run(put("one: a b", bad), select="one")[1].result.errors


def test_python_files_and_lines_stand_in_one_run(put: Put, tmp_path: Path) -> None:
    """In the order of the paths; a directory gives both kinds, sorted."""
    put("one: a b")
    (tmp_path / "b.py").write_text("two: a c", encoding="utf-8")
    files, errors = runner.find_files([str(tmp_path)])
    assert ([Path(file).name for file in files], errors) == (["a.jsonl", "b.py"], ())
    found = runner.run(files, reader="fake_checker", checker="fake_checker")
    assert [said(checked) for checked in found] == [["b"], ["c"]]


def test_a_file_that_cannot_be_opened_is_an_error(put: Put, tmp_path: Path) -> None:
    """A directory called like a file; the others are judged."""
    (tmp_path / "x.jsonl").mkdir()
    found = fake_run([str(tmp_path / "x.jsonl"), *put("one: a b")])
    assert found[0].result.errors[0].code == "LP002" and said(found[1]) == ["b"]


def test_workers_that_do_not_start_are_a_fault(put: Put) -> None:
    """And the run ends."""
    found = runner.run(put("one: a b", "two: a b"), checker="nothing_of_this_name")
    assert [checked.result.errors[0].code for checked in found] == ["LP402", "LP402"]


GROWTH = """
import resource, sys
sys.path[:0] = [{tests!r}]
from lossproof import runner
from lossproof.task import FileTold
count = sum(isinstance(one, FileTold) for one in runner.stream([sys.argv[1]], checker="fake_checker", jobs=1))
print(count, *(resource.getrusage(who).ru_maxrss // 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))
"""


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """Neither the parent's nor the workers': a file of 10 times the lines needs no more than some MiB."""
    peaks = []
    for count in (60, 600):
        path = tmp_path / f"{count}.jsonl"
        with path.open("w", encoding="utf-8") as file:
            for number_ in range(count):
                file.write(json.dumps(lines("x", "x + " + "+".join("z[k]*w" for _ in range(20)), "w", id=str(number_)))
                           + "\n")
        done = subprocess.run([sys.executable, "-c", GROWTH.format(tests=TESTS), str(path)], cwd=ROOT, check=True,
                              capture_output=True, text=True, timeout=120)
        made, *peak = (int(word) for word in done.stdout.split())
        assert made == count
        peaks.append(peak)
    assert all(after - before < 15 for before, after in zip(*peaks, strict=True)), peaks


# --- the command line, with the real checker -----------------------------------------------------------------------


def lossproof(*arguments: str, data: bytes = b"", cwd: Path = ROOT) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80"}
    return subprocess.run([sys.executable, "-m", "lossproof", "verify", *arguments], input=data, capture_output=True,
                          timeout=120, check=False, env=environment, cwd=cwd)


def verify(*made: Object | str | bytes, options: tuple[str, ...] = ()) -> tuple[int, list[Object]]:
    """Exit code and lines of output for these lines of input."""
    raw = [line if isinstance(line, bytes) else line.encode() if isinstance(line, str) else json.dumps(line).encode()
           for line in made]
    done = lossproof("-", "--output-format", "json-lines", *options, data=b"\n".join(raw) + b"\n")
    assert done.stderr == b"", done.stderr
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


OUTCOME = ["conditions", "laws", "counterexample", "residual", "remark", "suggestion", "edit", "reason", "code",
           "error", "fault", "attempts", "seconds", "expected", "as_expected", "file", "line", "column"]
POINT = ["sizes", "indices", "values", "functions", "free", "left", "right"]
ERROR = ["severity", "code", "slug", "message", "notes", "helps", "file", "line", "column"]


def test_a_step_and_a_claim_have_exactly_the_fields_of_the_contract() -> None:
    """In this order for people, by name for programs; README documents each."""
    code, [step, claim] = verify(CONTRACT)
    assert code == 0
    assert sorted(step) == sorted(["id", "step", "verdict", "latex", *OUTCOME])
    assert sorted(claim) == sorted(["id", "claim", *OUTCOME])
    assert (step["id"], step["step"], step["verdict"], step["file"], step["line"]) == (
        "softmax-ce", 2, "proved", "<stdin>", 1)
    assert "derivative-of-exp" in step["laws"] and step["as_expected"] and claim["claim"] == "proved"
    section = (ROOT / "README.md").read_text(encoding="utf-8").split("## JSON Lines, version 1")[1].split("\n## ")[0]
    assert [name for name in {*step, *claim, *POINT, *ERROR} if f"`{name}`" not in section] == []


def test_the_example_of_the_readme_is_proved() -> None:
    """It stands there on several lines, for people."""
    section = (ROOT / "README.md").read_text(encoding="utf-8").split("## JSON Lines, version 1")[1]
    code, told = verify(section.split("```json\n")[1].split("```")[0].replace("\n", " "))
    assert (code, told[0]["id"], told[0]["verdict"], told[1]["claim"]) == (0, "softmax-ce", "proved", "proved")


def test_a_refuted_step_shows_its_point() -> None:
    """Sizes, indices, other values and both sides, each in the input's own syntax."""
    made = lines("Derivative(Sum(z[k]**2, (k, 1, K)), z[p])", "2*z[p] + w - w**2/K")
    made["steps"][1]["expect"] = "refuted"
    code, [step, claim] = verify(made)
    assert (code, step["verdict"], claim["claim"], claim["expected"]) == (0, "refuted", "refuted", None)
    point = step["counterexample"]
    assert sorted(point) == sorted(POINT) and point["left"] != point["right"]
    assert set(point["sizes"]) == {"K"} and int(point["sizes"]["K"]) >= 2 and "w" in point["values"]


@pytest.mark.parametrize(("left", "right"), [
    ("(w**2 - 1)/(w - 1)", "w + 1"), ("exp(log(w))", "w"), ("w/w", "1"), ("Sum(z[k]/z[k], (k, 1, K))", "K"),
    ("log(w**2*x)", "2*log(w) + log(x)"), ("1/(1/w - 1/(w + 1))", "w*(w + 1)"),
])
def test_conditions_can_be_fed_back(left: str, right: str) -> None:
    """A conditional step is proved where its conditions are given."""
    made = lines(left, right)
    _, [step, claim] = verify(made)
    assert step["verdict"] == "conditional" and step["conditions"], step
    assert claim["conditions"] == step["conditions"]
    code, [again, _] = verify({**made, "given": step["conditions"]})
    assert (code, again["verdict"]) == (0, "proved"), again


def test_suggestions_and_residuals_can_be_fed_back() -> None:
    """The suggested line is proved in place of the wrong one; the residual is right minus left."""
    made = lines("(w + 1)**2", "w**2 + 1")
    _, [step, _] = verify(made)
    assert step["verdict"] == "refuted" and step["suggestion"] and step["residual"]
    code, told = verify(lines("(w + 1)**2", step["suggestion"]),
                        lines("w**2 + 1 - (w + 1)**2", step["residual"]))
    assert code == 0 and {one.get("verdict", "proved") for one in told} == {"proved"}


def test_an_error_of_one_line_is_an_error_of_that_step() -> None:
    """Line 1 appears only then; what follows from such a line is unknown; other steps are judged."""
    code, told = verify(lines("x", "x + sigmaa", "w", "w*1"), lines("sigmaa", "x", "x*1"))
    assert code == 2
    assert [(one.get("step", "claim"), one.get("verdict", one.get("claim"))) for one in told] == [
        (2, "error"), (3, "unknown"), (4, "proved"), ("claim", "refuted"),
        (1, "error"), (2, "unknown"), (3, "proved"), ("claim", "unknown")]
    assert told[0]["error"]["message"] == "steps[1].expr: `sigmaa` is not declared"
    assert sorted(told[0]["error"]) == sorted(ERROR)
    assert told[1]["reason"] == "line 2, which it follows from, could not be read"


def test_a_hypothesis_that_could_not_be_read_spoils_its_step_and_the_claim() -> None:
    """A claim without it could be refuted for want of it."""
    made = lines("w", "w", "x")
    made["steps"][2]["given"] = ["Eq(w, sigmaa)"]
    code, told = verify(made)
    assert (code, [one.get("verdict", one.get("claim")) for one in told]) == (2, ["proved", "error", "unknown"])


def test_a_bad_line_is_one_error_line_and_the_next_is_read() -> None:
    """With the derivation's id where that could be read; no claim is told."""
    code, told = verify("nonsense", {"id": "mine", "steps": []}, "", lines("x", "x"))
    assert code == 2 and [one["id"] for one in told] == [None, "mine", "d", "d"]
    assert sorted(told[0]) == sorted(["id", "verdict", "error", "file", "line", "column"])
    assert [(one["verdict"], one["line"]) for one in told[:3]] == [("error", 1), ("error", 2), ("proved", 4)]


def test_relations_of_a_chain() -> None:
    """Inequalities and equations, as `relation` says; the claim composes them."""
    code, told = verify(
        {**lines("w**2 + 1"), "steps": [{"expr": "w**2 + 1"}, {"expr": "1", "relation": ">="},
                                        {"expr": "0", "relation": ">"}]},
        {**lines("x"), "steps": [{"expr": "Eq(2*w, 4)"}, {"expr": "Eq(w, 2)", "relation": "<=>"}]},
        {**lines("x"), "steps": [{"expr": "w**2"}, {"expr": "w**2 + 1", "relation": "<="},
                                 {"expr": "0", "relation": ">="}]})
    assert [one.get("verdict", one.get("claim")) for one in told] == [
        "proved", "proved", "proved", "proved", "proved", "proved", "proved", "error"]
    assert told[-1]["error"]["code"] == "LP109" and code == 1


def test_every_form_of_a_quantity_is_judged() -> None:
    """By name, by entry, and one of another."""
    let = {"q[i]": "exp(z[i])", "s": "Sum(q[k], (k, 1, K))", "yhat[i]": "q[i]/s"}
    code, told = verify(lines("Sum(yhat[k], (k, 1, K))", "1", let=let),
                        lines("Derivative(log(s), z[p])", "yhat[p]", let=let))
    assert (code, [one.get("verdict", one.get("claim")) for one in told]) == (0, ["proved"] * 4)


def test_hostile_lines_are_errors_and_the_rest_is_judged(tmp_path: Path) -> None:
    """Huge numbers, towers, deep brackets, a line of 10 MB, odd bytes, code: bounded time, no crash, nothing is run."""
    sign = tmp_path / "run"
    hostile: list[Object | str | bytes] = [
        lines("1" * 10**5, "x"), b'{"steps": ' + b"9" * 10**6 + b"}", lines("9**9**9**9", "x"),
        lines("(" * 10**5 + "x" + ")" * 10**5, "x"), b"[" * 10**5, b'{"a":' * 10**5,
        b'{"id": "big", "steps": "' + b"x" * 10**7 + b'"}', b"\x00\x00", lines("x\x00", "x"), b"\xff\xfe\x00{",
        lines(f"__import__('pathlib').Path('{sign}').touch()", "x"),
        {**lines("x", "x"), "symbols": {"__import__": {"kind": "function"}, "x": {"kind": "scalar"}},
         "steps": [{"expr": "__import__(os)"}, {"expr": "x"}]},
        lines("x" + "<x" * 10**4, "x"), lines("x + " * 10**4 + "x", "x")]
    slow: list[Object | str | bytes] = [lines(expr, "x", id="slow") for expr in (
        "factorial(10**9)", "(x + 1)**(10**6)", "Product(x + i, (i, 1, 10**9))", "x**(10**12)",
        "binomial(10**9, 5*10**8)")]
    good = lines("x + x", "2*x", id="good")
    started = time.monotonic()
    told = _between(good, hostile, code=2)
    told += _between(good, slow, "--step-timeout", "1", "--step-memory", "512", code=1)
    assert time.monotonic() - started < 60
    assert sum(one.get("verdict") == "proved" for one in told if one["id"] == "good") == len(hostile) + len(slow) + 2
    assert not any(one.get("fault") for one in told) and not sign.exists()
    verdicts = [one["verdict"] for one in told if one["id"] not in ("good", "slow") and "verdict" in one]
    assert set(verdicts) <= {"error", "unknown"} and verdicts.count("error") == len(hostile)
    assert all("verdict" not in one or one["verdict"] != "proved" for one in told if one["id"] == "slow")


def _between(good: Object, bad: list[Object | str | bytes], *options: str, code: int) -> list[Object]:
    """What is told of bad lines, each between good ones; the command ends with `code`."""
    mixed: list[Object | str | bytes] = [good]
    for line in bad:
        mixed += [line, good]
    ended, told = verify(*mixed, options=options)
    assert ended == code
    return told


def test_results_come_while_the_input_is_open() -> None:
    """A program may write one derivation, read its verdict, and write the next."""
    command = [sys.executable, "-m", "lossproof", "verify", "-", "--output-format", "json-lines"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, cwd=ROOT,
                          env={**os.environ, "PYTHONPATH": str(ROOT)}) as running:
        assert running.stdin is not None and running.stdout is not None
        for turn in range(3):
            running.stdin.write(json.dumps(lines("x", "x", id=str(turn))).encode() + b"\n")
            told = [json.loads(running.stdout.readline()) for _ in range(2)]
            assert [one["id"] for one in told] == [str(turn)] * 2
        running.stdin.close()
        assert running.wait(30) == 0


def test_python_files_give_the_same_lines(tmp_path: Path) -> None:
    """Their derivations' names are the ids."""
    (tmp_path / "a.py").write_text(
        "from lossproof import derivation, reals\nx = reals('x')\nname = derivation('T', [x + x, 2*x, x*2])\n",
        encoding="utf-8")
    (tmp_path / "b.py").write_text("nonsense\n", encoding="utf-8")
    done = lossproof(str(tmp_path), "--output-format", "json-lines")
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 2
    assert [(one["id"], one.get("step"), one.get("verdict", one.get("claim"))) for one in told] == [
        ("name", 2, "proved"), ("name", 3, "proved"), ("name", None, "proved"), (None, None, "error")]
    assert told[0]["file"].endswith("a.py") and told[0]["line"] == 3


def test_people_can_read_the_verdicts_of_a_file(tmp_path: Path) -> None:
    """The full and the concise report, with line numbers of the file; the summary counts one file."""
    path = tmp_path / "a.jsonl"
    made = [lines("x + x", "2*x"), lines("x", "x + sigmaa", id="bad"), {"id": "none", "steps": []}]
    path.write_text("\n".join(map(json.dumps, made)), encoding="utf-8")
    full = lossproof("a.jsonl", cwd=tmp_path).stdout.decode()
    assert "  proved         1  = 2 x\n" in full and "  error          2  = x + sigmaa\n" in full
    assert "error[LP107] wrong-use: steps: there are 0 lines" in full and "--> a.jsonl:3:25" in full
    assert "1 file, 2 derivations, 2 steps: 1 proved, 1 error" in full
    concise = lossproof("a.jsonl", "--output-format", "concise", "--select", "d", cwd=tmp_path)
    assert concise.stdout.decode().endswith(": proved (d, line 2)\n") and concise.returncode == 0


def test_nothing_to_check_is_exit_code_5() -> None:
    """An empty input, and an id that matches nothing; stdout stays empty."""
    done = lossproof("-", "--output-format", "json-lines")
    assert (done.returncode, done.stdout) == (5, b"") and b"LP005" in done.stderr
    data = json.dumps(lines("x", "x", id="softmax")).encode()
    done = lossproof("-", "--output-format", "json-lines", "--select", "sofmax", data=data)
    assert (done.returncode, done.stdout) == (5, b"") and b"did you mean `softmax`?" in done.stderr


@pytest.mark.slow
def test_three_hundred_derivations_of_mixed_kinds() -> None:
    """The throughput benchmark, small: every verdict is as it should be, and the workers stay small."""
    done = subprocess.run([sys.executable, "benchmarks/throughput.py", "--derivations", "300", "--show"], cwd=ROOT,
                          env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=300,
                          check=False)
    assert done.returncode == 0 and "not as it should be: 0" in done.stdout, done.stdout + done.stderr


