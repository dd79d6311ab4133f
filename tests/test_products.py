"""Roots and powers of products: what holds wherever the factors are defined, and what does not."""

from __future__ import annotations

import pytest
from steps import conditions, judge

SYMBOLS: dict[str, dict[str, object]] = {
    "n": {"kind": "size"}, "a": {"kind": "scalar"}, "c": {"kind": "scalar", "assume": ["nonnegative"]},
    "p": {"kind": "indexed", "shape": ["n"], "assume": ["positive"]},
    "r": {"kind": "indexed", "shape": ["n"], "assume": ["nonnegative"]}, "u": {"kind": "indexed", "shape": ["n"]},
}
NOT_NEGATIVE, POSITIVE = {"ForAll(u[k] >= 0, (k, 1, n))"}, {"ForAll(u[k] > 0, (k, 1, n))"}


@pytest.mark.parametrize(("left", "right", "wanted"), [
    ("Product(sqrt(p[k]), (k, 1, n))", "sqrt(Product(p[k], (k, 1, n)))", set()),
    ("Product(sqrt(r[k]), (k, 1, n))", "sqrt(Product(r[k], (k, 1, n)))", set()),
    ("Product(r[k]**(1/n), (k, 1, n))", "Product(r[k], (k, 1, n))**(1/n)", set()),
    ("Product(sqrt(c*r[k]), (k, 1, n))", "sqrt(c)**n*sqrt(Product(r[k], (k, 1, n)))", set()),
    ("Product(r[k]**Rational(1, 3), (k, 1, 3))", "(r[1]*r[2]*r[3])**Rational(1, 3)", {"n >= 3"}),
    ("Product(sqrt(u[k]), (k, 1, n))", "sqrt(Product(u[k], (k, 1, n)))", NOT_NEGATIVE),
    ("sqrt(Product(u[k], (k, 1, n)))", "Product(sqrt(u[k]), (k, 1, n))", NOT_NEGATIVE),
    ("Product(u[k]**a, (k, 1, n))", "Product(u[k], (k, 1, n))**a", POSITIVE),
    ("exp(log(c**(1/n)))", "c**(1/n)", {"c**(1/n) > 0"}),
    ("Product(exp(log(r[k]**(1/n))), (k, 1, n))", "Product(r[k], (k, 1, n))**(1/n)",
     {"ForAll(r[k]**(1/n) > 0, (k, 1, n))"}),
])
def test_a_power_of_a_product_is_the_product_of_the_powers(left: str, right: str, wanted: set[str]) -> None:
    """Where every factor's power is defined; two negative factors have a root together that they have not apart."""
    result = judge(SYMBOLS, left, right)
    assert result.verdict.verdict == ("conditional" if wanted else "proved"), result
    assert conditions(result) == wanted


@pytest.mark.parametrize(("left", "right"), [
    ("Product(sqrt(p[k]), (k, 1, n))", "Product(p[k], (k, 1, n))"),
    ("Product(u[k]**k, (k, 1, n))", "Product(u[k], (k, 1, n))**n"),
    ("Product(p[k]**k, (k, 1, n))", "Product(p[k], (k, 1, n))**n"),
    ("Product(sqrt(u[k]**2), (k, 1, n))", "Product(u[k], (k, 1, n))"),
    ("Product(sqrt(p[k] + 1), (k, 1, n))", "sqrt(Product(p[k], (k, 1, n)) + 1)"),
])
def test_other_powers_are_refuted(left: str, right: str) -> None:
    """An exponent that varies with the factors, and a root that loses a sign."""
    assert judge(SYMBOLS, left, right).verdict.verdict == "refuted"
