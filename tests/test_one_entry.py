"""Arrays of one entry: sizes of 1 change no verdict."""

from __future__ import annotations

from steps import judge

SYMBOLS = {
    "P": {"kind": "size"}, "Q": {"kind": "size"}, "V": {"kind": "matrix", "shape": ["Q", "P"]},
    "b": {"kind": "vector", "shape": ["P"]}, "t": {"kind": "vector", "shape": ["Q"]},
    "h": {"kind": "index", "upto": "Q"}, "f": {"kind": "function", "arity": 1},
}
LAYER = {"u": "V@b", "a": "f(u)", "J": "Sum((a[k] - t[k])**2, (k, 1, Q))/2"}


def test_a_gradient_by_a_quantity_of_one_entry_is_not_refuted() -> None:
    """With Q = 1 the product V b is a number for whoever multiplies, and a is an array of one entry still."""
    for given in ((), ("Eq(Q, 1)",)):
        result = judge(SYMBOLS, "Derivative(J, a)", "a - t", let=LAYER, given=given)
        assert result.verdict.verdict in ("proved", "unknown"), result.verdict
        assert result.fault is None


def test_a_wrong_gradient_is_still_refuted() -> None:
    """Sizes above 1 show it."""
    result = judge(SYMBOLS, "Derivative(J, a)", "t - a", let=LAYER)
    assert result.verdict.verdict == "refuted"
