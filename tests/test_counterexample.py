"""The search for counterexamples: points that hold every hypothesis, found again, made small."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import pytest
from steps import judge

from lossproof.checker import check
from lossproof.derivation import Declaration, Definition, LineRelation, Step
from lossproof.kernel.comparison import admissible, compared
from lossproof.kernel.enclosure import Evaluator
from lossproof.kernel.points import Point
from lossproof.read.expression import parse, parse_declarations
from lossproof.search.counterexample import _Search, points, shrink
from lossproof.search.draft import Draft, used_names
from lossproof.term import ONE, Range, Symbol, Term

F = Fraction

SYMBOLS: Mapping[str, Mapping[str, object]] = {
    "K": {"kind": "size", "min": 2}, "p": {"kind": "index", "upto": "K"}, "q": {"kind": "index", "upto": "K"},
    "z": {"kind": "indexed", "shape": ["K"]}, "y": {"kind": "indexed", "shape": ["K"], "assume": ["nonnegative"]},
    "x": {"kind": "scalar"}, "w": {"kind": "scalar"}, "a": {"kind": "scalar"}, "b": {"kind": "scalar"},
    "c": {"kind": "scalar"}, "pos": {"kind": "scalar", "assume": ["positive"]},
    "u": {"kind": "scalar", "interval": ["0", "1"], "closed": False}, "t": {"kind": "scalar", "values": ["-1", "1"]},
    "n": {"kind": "size"}, "m": {"kind": "size"}, "i0": {"kind": "integer", "assume": ["nonnegative"]},
    "r": {"kind": "indexed", "rank": 1}, "f": {"kind": "function", "arity": 1}, "G": {"kind": "functional"},
    "A": {"kind": "matrix", "shape": ["n", "n"], "assume": ["invertible"]},
    "S": {"kind": "matrix", "shape": ["n", "n"], "assume": ["positive_definite"]},
    "R": {"kind": "matrix", "shape": ["n", "n"], "assume": ["orthogonal"]},
    "v": {"kind": "vector", "shape": ["n"]},
    "d": {"kind": "indexed", "shape": ["n"], "values": {"kind": "index", "upto": "K"}},
}
NAMES = parse_declarations(SYMBOLS)

Lets = Sequence[tuple[str, str, str]]
SOFTMAX: Lets = (
    ("yhat", "exp(z[k])/Sum(exp(z[j]), (j, 1, K))", "K"),
    ("L", "-Sum(y[k]*log(yhat[k]), (k, 1, K))", ""),
    ("Q", "Sum((y[k] - yhat[k])**2, (k, 1, K))", ""),
)
ONE_HOT = "ForAll(Eq(y[k], KroneckerDelta(k, p)), (k, 1, K))"


def make(left: str, right: str, given: Sequence[str] = (), lets: Lets = (), relation: LineRelation = "=") -> Step:
    definitions: dict[str, Definition] = {}
    for name, text, size in lets:
        names = {**NAMES, **({"k": Declaration("k", "index")} if size else {})}
        ranges = (Range("k", ONE, Symbol(size)),) if size else ()
        definitions[name] = Definition(name, parse(text, names=names, definitions=definitions), ranges)

    def term(text: str) -> Term:
        return parse(text, names=NAMES, definitions=definitions)

    return Step(term(left), term(right), relation, tuple(term(g) for g in given), NAMES, definitions)


def factory(step: Step, point: Point) -> Callable[[int], Evaluator]:
    return lambda precision: Evaluator(step.declarations, step.definitions, point, precision)


def differs(step: Step) -> Callable[[Point], bool]:
    return lambda point: compared(step.left, step.right, factory(step, point)).outcome == "differ"


def refuting(step: Step, limit: int = 30) -> Point | None:
    found = next((p for p in points(step, limit=limit) if differs(step)(p)), None)
    return None if found is None else shrink(step, found, differs(step), 300)


def hypotheses_hold(step: Step, point: Point) -> bool:
    evaluator = Evaluator(step.declarations, step.definitions, point)
    return admissible(point, step.declarations, evaluator) and all(evaluator.holds(h) is True for h in step.given)


FALSE: Sequence[tuple[str, str, Sequence[str], Lets]] = [
    ("Derivative(L, z[p])", "yhat[p] - y[p]", (), SOFTMAX),
    ("Derivative(Q, z[p])", "Derivative(Q, yhat[p])*Derivative(yhat[p], z[p])", (ONE_HOT,), SOFTMAX),
    ("Derivative(Q, z[p])", "-2*yhat[p]*(1 - yhat[p])**2", (ONE_HOT,), SOFTMAX),
    ("Sum(y[k], (k, 1, K))**2", "Sum(y[k]**2, (k, 1, K))", (), ()),
    ("Sum(y[k], (k, 1, K))", "2*Sum(y[k], (k, 1, K))", (), ()),
    ("Sum(y[k], (k, 1, K))", "Sum(y[k]**2, (k, 1, K))", ("Eq(Sum(y[k], (k, 1, K)), 1)",), ()),
    ("Sum(r[i], (i, 1, n)) + Sum(r[i], (i, n + 1, m))", "Sum(r[i], (i, 1, m))", (), ()),
    ("Sum(r[i - 1], (i, 1, n))", "Sum(r[i], (i, 1, n))", (), ()),
    ("Sum(1, (k, 1, K), Ne(k, p))", "K", (), ()),
    ("x*(x-1)*(x-2)*(x-3)*(x-4)*(x-5)*(x-6)*(x-7)*(x-8)*(x-9)", "0", (), ()),
    ("Piecewise((0, x < 1000), (1, True))", "0", (), ()),
    ("Piecewise((0, x < 49), (0, x > 51), (1, True))", "0", (), ()),
    ("Piecewise((0, Ne(x, 2*w + 7/5)), (1, True))", "0", (), ()),
    ("sqrt(x**2)", "x", (), ()), ("Abs(x)", "x", (), ()), ("(a**b)**c", "a**(b*c)", (), ()),
    ("sin(x)**2 + cos(x)**2", "1 + 10**-12", (), ()), ("x", "x*(1 + 10**-12)", (), ()),
    ("acosh(1 + 10**-8)", "0", (), ()), ("t**3", "t**2", (), ()), ("u**2", "u", (), ()),
    ("b", "c", ("Eq(a*b, a*c)",), ()), ("x + w", "1", ("Eq(x**2 + w**2, 1)",), ()),
    ("x", "w", ("Eq(x, w**2)", "w > 0"), ()), ("a", "b", ("a < b", "b < c"), ()),
    ("Max(x, 2*w + 1)", "x + 2*w + 1", (), ()), ("Derivative(f(x**2), x)", "2*x*f(x)", (), ()),
    ("f(x + w)", "f(x) + f(w)", (), ()), ("Partial(G, v, 1)", "G(v)", (), ()),
    ("Trace(A@A)", "Trace(A)**2", (), ()), ("Determinant(S)", "Trace(S)", (), ()), ("Trace(R)", "n", (), ()),
    ("Sum(y[d[i]], (i, 1, n))", "Sum(y[k], (k, 1, K))", (), ()),
    ("2**i0", "i0 + 1", (), ()),
]


@pytest.mark.parametrize(("left", "right", "given", "lets"), FALSE, ids=[f"{f[0]} = {f[1]}" for f in FALSE])
def test_false_steps_are_refuted(left: str, right: str, given: Sequence[str], lets: Lets) -> None:
    """A false step has a counterexample, which holds the hypotheses before and after it was made small."""
    step = make(left, right, given, lets)
    point = refuting(step)
    assert point is not None
    assert hypotheses_hold(step, point)
    assert differs(step)(point)


TRUE: Sequence[tuple[str, str, Sequence[str], Lets]] = [
    ("Derivative(L, z[p])", "yhat[p] - y[p]", ("Eq(Sum(y[k], (k, 1, K)), 1)",), SOFTMAX),
    ("L", "-log(yhat[p])", (ONE_HOT,), SOFTMAX),
    ("Sum(y[k], (k, 1, K))", "1", ("Eq(Sum(y[k], (k, 1, K)), 1)", "Eq(y[p], 1/2)", "Ne(p, q)"), ()),
    ("K + p", "5", ("Eq(K, 3)", "Eq(p, 2)"), ()),
    ("Sum(r[i], (i, 1, n)) + Sum(r[i], (i, n + 1, m))", "Sum(r[i], (i, 1, m))", ("n <= m",), ()),
    ("Abs(x)", "x", ("x >= 0",), ()), ("a*b", "a*c", ("Eq(a*b, a*c)",), ()),
    ("a + pos", "pos**2 + w", ("Eq(a, pos**2 - pos + w)", "pos < 1", "Ne(w, 0)"), ()),
    ("x", "w", ("Eq(2*x + 3*w, 5)", "Eq(x, 1)"), ()),
    ("Sum(z[k], (k, 1, K))", "0", ("ForAll(Eq(z[k], 0), (k, 1, K), Ne(k, p))", "Eq(z[p], 0)"), ()),
    ("Sum(z[k], (k, 1, K), Ne(k, p))", "1 - z[p]", ("Eq(Sum(z[k], (k, 1, K), Ne(k, p)), 1 - z[p])",), ()),
    ("(Transpose(R)@R)[1, 1]", "1", (), ()), ("S[1, 1]", "Abs(S[1, 1])", (), ()),
    ("(A@Inverse(A))[1, 1]", "1", (), ()), ("t**2", "1", (), ()),
    ("f(x)", "f(w)", ("Eq(x, w)",), ()), ("Dot(v, v)", "Dot(v, A@v)", ("Eq(v, A@v)",), ()),
]


@pytest.mark.parametrize(("left", "right", "given", "lets"), TRUE, ids=[f"{t[0]} = {t[1]}" for t in TRUE])
def test_points_hold_their_hypotheses(left: str, right: str, given: Sequence[str], lets: Lets) -> None:
    """Every point that is yielded holds declarations and hypotheses exactly; there are some; none refutes."""
    step = make(left, right, given, lets)
    found = list(points(step, limit=16))
    assert len(found) >= (1 if any("Eq" in g for g in given) else 2)
    for point in found:
        assert hypotheses_hold(step, point)
        assert not differs(step)(point)
        assert {*point.values, *point.entries, *point.functions} == used_names(step) - set(step.definitions)


@pytest.mark.parametrize(("left", "right", "relation"), [
    ("Eq(a*b, a*c)", "Eq(b, c)", "=>"), ("Eq(a, b)", "Eq(a**2, b**2)", "<=>"), ("x < w", "x**2 < w**2", "=>"),
    ("Eq(x**2, 4)", "Eq(x, 2)", "=>"),
])
def test_implications_are_refuted_where_one_side_holds(left: str, right: str, relation: LineRelation) -> None:
    """Between equations a counterexample satisfies one and not the other, also after it was made small."""
    step = make(left, right, (), (), relation)

    def fails(point: Point) -> bool:
        evaluator = Evaluator(step.declarations, step.definitions, point)
        sides = evaluator.holds(step.left), evaluator.holds(step.right)
        return sides == (True, False) or (relation == "<=>" and sides == (False, True))

    found = next(p for p in points(step, limit=30) if fails(p))
    assert fails(shrink(step, found, fails, 200))


def test_points_where_nothing_is_defined_are_left_out() -> None:
    """log(x*w) = log(x) + log(w) is looked at where a side is defined."""
    step = make("log(x*w)", "log(x) + log(w)")
    found = [compared(step.left, step.right, factory(step, p)) for p in points(step, limit=20)]
    assert not any(c.outcome == "undefined" and type(c.left) is type(c.right) for c in found)
    assert any(c.outcome == "overlap" for c in found)


def test_sizes_indices_and_functions_vary() -> None:
    """Among the first points are several sizes, equal and different indices, and several concrete functions."""
    step = make("Sum(f(z[k]), (k, 1, K))*z[p]", "z[q]")
    found = list(points(step, limit=24))
    assert len(found) == 24
    assert {p.values["K"] for p in found} >= {2, 3, 4}
    assert {p.values["p"] == p.values["q"] for p in found} == {True, False}
    assert len({p.functions["f"].text for p in found}) >= 4
    flat = [set(p.entries["z"].values()) for p in found]
    assert any(len(values) == 1 for values in flat)
    assert {0} in flat
    assert any(min(values) < 0 < max(values) for values in flat)


def test_only_what_the_step_uses_has_a_value() -> None:
    """Names that neither lines nor hypotheses reach are left out."""
    point = next(iter(points(make("x + 1", "w"), limit=1)))
    assert set(point.values) == {"x", "w"}
    assert not point.entries
    assert not point.functions


@pytest.mark.parametrize(("left", "right", "given", "values", "entries"), [
    ("Sum(y[k], (k, 1, K))**2", "Sum(y[k]**2, (k, 1, K))", (), {"K": 2}, {"y": (1, 1)}),
    ("sqrt(x**2)", "x", (), {"x": -1}, {}),
    ("(a**b)**c", "a**(b*c)", (), {"a": -1, "b": 2, "c": F(1, 2)}, {}),
    ("b", "c", ("Eq(a*b, a*c)",), {"a": 0, "b": 0, "c": 1}, {}),
    ("Sum(1, (k, 1, K), Ne(k, p))", "K", (), {"K": 2, "p": 1}, {}),
    ("Sum(y[k], (k, 1, K))", "Sum(y[k]**2, (k, 1, K))", ("Eq(Sum(y[k], (k, 1, K)), 1)",), {"K": 2},
     {"y": (F(1, 2), F(1, 2))}),
    ("u**2", "u", (), {"u": F(1, 2)}, {}),
    ("Piecewise((0, x < 1000), (1, True))", "0", (), {"x": 1000}, {}),
])
def test_counterexamples_are_small(left: str, right: str, given: Sequence[str], values: Mapping[str, Fraction],
                                   entries: Mapping[str, Sequence[Fraction]]) -> None:
    """Shrinking ends at the smallest size, the most zeros and the smallest numbers that hold the hypotheses."""
    point = refuting(make(left, right, given))
    assert point is not None
    assert point.values == values
    assert {name: tuple(held.values()) for name, held in point.entries.items()} == entries


def test_softmax_counterexample_is_the_plain_one() -> None:
    """The wrong chain rule of squared error fails at K = 2, z = (0, 0), p = 1."""
    point = refuting(make("Derivative(Q, z[p])", "-2*yhat[p]*(1 - yhat[p])**2", (ONE_HOT,), SOFTMAX))
    assert point == Point({"K": F(2), "p": F(1)}, {"y": {(1,): F(1), (2,): F(0)}, "z": {(1,): F(0), (2,): F(0)}})


def test_simple_functions_are_preferred() -> None:
    """An opaque function is shown as simple as the difference allows."""
    point = refuting(make("f(x + w)", "f(x) + f(w)"))
    assert point is not None
    assert point.functions["f"].text == "t**2"


def test_shrinking_keeps_to_its_budget() -> None:
    """The question is asked no more often than allowed, and what comes back still differs."""
    step = make("Sum(z[k]**2, (k, 1, K))", "Sum(z[k], (k, 1, K))**2")
    asked: list[Point] = []

    def still(point: Point) -> bool:
        asked.append(point)
        return differs(step)(point)

    start = next(p for p in points(step, limit=30) if differs(step)(p))
    assert differs(step)(shrink(step, start, still, 5))
    assert len(asked) <= 5


def test_contradictory_hypotheses_have_no_points() -> None:
    """Where hypotheses cannot hold, nothing is yielded and the search ends."""
    assert not list(points(make("x", "x", ("x < 0", "x > 0")), limit=8))
    assert not list(points(make("K", "K", ("Eq(K, 1)",)), limit=8))


def test_points_do_not_depend_on_the_process() -> None:
    """The same step gets the same points under every hash seed."""
    code = ("from tests.test_counterexample import *\n"
            "s = make('Derivative(L, z[p])*f(x)', 'yhat[q]', ('Eq(Sum(y[k], (k, 1, K)), 1)', 'x < w'), SOFTMAX)\n"
            "ps = list(points(s, limit=12))\n"
            "print(ps); print(shrink(s, next(p for p in ps if differs(s)(p)), differs(s), 40))")
    path = os.pathsep.join(sys.path)
    outputs = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                              env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path}).stdout
               for seed in ("1", "2")]
    assert outputs[0] == outputs[1]
    assert len(outputs[0]) > 1000


def test_a_hypothesis_about_an_entry_survives_smaller_sizes() -> None:
    """Shrinking tries K = 1, where the entry that a hypothesis is about is not there: no fault, and K stays 2."""
    symbols = {"K": {"kind": "size"}, "z": {"kind": "indexed", "shape": ["K"]}}
    result = judge(symbols, "exp(z[1])/Sum(exp(z[j]), (j, 1, K))", "2*logistic(z[1])",
                   given=("Eq(K, 2)", "Eq(z[2], 0)"))
    assert result.verdict.verdict == "refuted" and result.fault is None


def test_what_a_reader_marks_says_nothing_of_values() -> None:
    """A family of which only its setting is known has entries like any other; with a trait that nobody knows, none."""
    step = make("Sum(z[j] + y[j], (j, 1, K))", "Sum(z[j], (j, 1, K)) + Sum(y[j], (j, 1, K))")
    for marks, found in ((("unspecified", "mentions:X"), True), (("unheard of",), False)):
        marked = replace(step.declarations["z"], assumptions=frozenset(marks))
        declared = replace(step, declarations={**step.declarations, "z": marked})
        assert (check(declared).verdict.verdict == "proved") is found


def test_looks_that_take_long_end_the_search_sooner() -> None:
    """The budget of a search counts what looks take, the entries of arrays among it: the same on every machine."""
    text_ = "(Transpose(v)@Inverse(S)@S@Inverse(S)@v)**2"
    step = Step(parse(text_, names=NAMES), parse("x", names=NAMES), "=",
                (parse(f"Eq(exp({text_}) + log(pos), 7)", names=NAMES),), NAMES)
    search = _Search(step)
    draft = search.draft(0)
    assert draft is None or draft.point() is not None
    assert search.looks > 0
    plain = Draft(step, {"x": F(1)})
    assert plain.exact(parse("x + 1", names=NAMES)) == 2
    cheap = plain.spent()
    assert plain.exact(parse("Sum(x + n, (n, 1, 50))", names=NAMES)) == F(50 + 1275)
    assert plain.spent() > 10 * cheap


def test_entries_of_arrays_count_as_work() -> None:
    """An array's entries are computed when they are asked for, beyond the nodes of the term."""
    found: list[int] = []
    for size in (1, 4):
        entries = {"S": {(i, j): F(i == j) for i in range(1, size + 1) for j in range(1, size + 1)}}
        evaluator = Evaluator(NAMES, {}, Point({"n": F(size)}, entries))
        assert evaluator.exact(parse("Trace(S@S@S)", names=NAMES)) == size
        found.append(evaluator.spent())
    assert found[1] > found[0] + 40


@pytest.mark.parametrize("given", [
    "Eq(W@V@Transpose(W), Identity(n))", "Eq(Transpose(W)@W, Inverse(V))", "Eq(W@W, W)", "Eq(W@V, V@W)",
])
def test_equations_between_products_of_matrices_have_points(given: str) -> None:
    """Entry by entry, from diagonal matrices: also where there is more than one row."""
    symbols = {**SYMBOLS, "W": {"kind": "matrix", "shape": ["n", "n"]},
               "V": {"kind": "matrix", "shape": ["n", "n"], "assume": ["symmetric"]}}
    names = parse_declarations(symbols)
    step = Step(parse("Trace(W@V)", names=names), parse("x", names=names), "=", (parse(given, names=names),), names)
    found = list(points(step, limit=12))
    assert any(point.values["n"] > 1 for point in found)
    for point in found:
        assert Evaluator(names, {}, point).holds(step.given[0]) is True


def test_a_product_that_is_inverted_has_more_rows_than_columns() -> None:
    """y - X b with b = (X^T X)^-1 X^T y is 0 where X is square: a point with log of its square needs another."""
    symbols = {**SYMBOLS, "X": {"kind": "matrix", "shape": ["n", "m"]}, "y": {"kind": "vector", "shape": ["n"]}}
    names = parse_declarations(symbols)
    b = "Inverse(Transpose(X)@X)@Transpose(X)@y"
    left = f"log(Transpose(y - X@({b}))@(y - X@({b})))"
    step = Step(parse(left, names=names), parse(f"x + {left}", names=names), "=", (), names)
    sizes = [(point.values["n"], point.values["m"]) for point in points(step, limit=6)]
    assert sizes and all(n > m for n, m in sizes)
