"""Arrays of one entry: sizes of 1 change no verdict, and no number of indices."""

from __future__ import annotations

from fractions import Fraction

import pytest
from steps import Symbols, judge

from lossproof.derivation import Definition
from lossproof.kernel.components import Components
from lossproof.kernel.enclosure import Evaluator
from lossproof.kernel.jets import Undecided
from lossproof.kernel.points import Point
from lossproof.read.expression import parse, parse_declarations
from lossproof.term import Call, Symbol

SYMBOLS: Symbols = {
    "P": {"kind": "size"}, "Q": {"kind": "size"}, "V": {"kind": "matrix", "shape": ["Q", "P"]},
    "b": {"kind": "vector", "shape": ["P"]}, "t": {"kind": "vector", "shape": ["Q"]},
    "h": {"kind": "index", "upto": "Q"}, "f": {"kind": "function", "arity": 1},
}
LAYER = {"u": "V@b", "a": "f(u)", "J": "Sum((a[k] - t[k])**2, (k, 1, Q))/2"}

NAMES = parse_declarations({
    **{size: {"kind": "size"} for size in "PQ"}, "x": {"kind": "scalar"},
    "V": {"kind": "matrix", "shape": ["Q", "P"]}, "S": {"kind": "matrix", "shape": ["P", "P"]},
    "b": {"kind": "vector", "shape": ["P"]}, "t": {"kind": "vector", "shape": ["Q"]},
    "R": {"kind": "matrix", "shape": [1, "P"]}, "C": {"kind": "matrix", "shape": ["P", 1]},
    "o": {"kind": "vector", "shape": [1]},
})


def test_a_gradient_by_a_quantity_of_one_entry_is_not_refuted() -> None:
    """With Q = 1 the product V b is a vector of one entry, as it is a vector for every Q."""
    for given in ((), ("Eq(Q, 1)",)):
        result = judge(SYMBOLS, "Derivative(J, a)", "a - t", let=LAYER, given=given)
        assert result.verdict.verdict == "proved", result.verdict
        assert result.fault is None


@pytest.mark.parametrize("given", [(), ("Eq(Q, 1)",)])
def test_a_wrong_gradient_is_still_refuted(given: tuple[str, ...]) -> None:
    """Sizes above 1 show it, and so does a size of 1."""
    result = judge(SYMBOLS, "Derivative(J, a)", "2*a - t", let=LAYER, given=given)
    assert result.verdict.verdict == "refuted"


@pytest.mark.parametrize("text", [
    "V@b", "V", "Transpose(V)", "Transpose(V@b)", "Transpose(Transpose(V@b))", "Transpose(b)@b", "b@Transpose(b)",
    "Transpose(b)@S", "Transpose(b)@S@b", "Transpose(V)@V@b", "V@b - t", "2*x*t", "HadamardProduct(t, V@b)",
    "Outer(t, b)", "Transpose(t)@V@b*t",
    "Inverse(S)@b", "Inverse(S)", "R@b", "R@S", "Transpose(R)", "Transpose(R)@R", "C@R",
    "Transpose(C)@b", "Transpose(C)", "R@C", "Transpose(o)", "o@Transpose(b)",
    "Identity(P)@b", "Identity(1)", "FamilyOf(b[k]**2, (k, 1, P))", "FamilyOf(x*k, (k, 1, 1))", "exp(V@b)",
    "Derivative(Dot(b, b), b)", "Derivative(Dot(t, V@b), V)", "Derivative(V@b, x)", "Sum(k*b, (k, 1, 3))", "q", "Q1",
    "Transpose(Q1)@t", "w", "Transpose(w)@b",
])
def test_the_number_of_indices_goes_by_the_written_line(text: str) -> None:
    """At a point where every size is 1, a line has the indices that it has by its declarations."""
    definitions: dict[str, Definition] = {}
    for name, source in (("q", "Transpose(b)@S@b"), ("Q1", "V@b"), ("w", "HadamardProduct(b, b)")):
        definitions[name] = Definition(name, parse(source, names=NAMES, definitions=definitions))
    term = parse(text, names=NAMES, definitions=definitions)
    for size in (1, 2):
        sizes = {"P": Fraction(size), "Q": Fraction(size), "x": Fraction(3)}
        entries: dict[str, dict[tuple[int, ...], Fraction]] = {"o": {(1,): Fraction(3)}}
        for name in "VSRC":
            entries[name] = {(i, j): Fraction(2 * i + j * j) for i in range(1, size + 1) for j in range(1, size + 1)}
        for name in "bt":
            entries[name] = {(i,): Fraction(i + 1) for i in range(1, size + 1)}
        shape = Evaluator(NAMES, definitions, Point(sizes, entries)).shape(term)
        written = Components(NAMES, definitions).shape(term)
        assert shape == tuple(size if isinstance(n, Symbol) else 1 for n in written)


@pytest.mark.parametrize("function", ["inverse", "det", "trace"])
def test_a_vector_of_one_entry_is_no_square_matrix(function: str) -> None:
    """Such a line comes from a wrong guess only, and has no value at any size."""
    point = Point({"P": Fraction(1)}, {"b": {(1,): Fraction(2)}})
    with pytest.raises(Undecided):
        Evaluator(NAMES, {}, point).shape(Call(function, (Symbol("b"),)))
