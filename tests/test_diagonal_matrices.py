"""Diagonal matrices by their entries, matrices with dots in documents, and what is kept as a name in a proof."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from steps import make_step
from test_premises import outcomes

from lossproof.deciding import decide_plainly
from lossproof.derivation import Definition
from lossproof.kernel import proof
from lossproof.verdict import Conditional, Proved, Refuted

SQUARE = {"kind": "matrix", "shape": ["n", "n"]}
SYMBOLS = {
    "n": {"kind": "size"}, "m": {"kind": "size"}, "a": {"kind": "indexed", "shape": ["n"]},
    "b": {"kind": "indexed", "shape": ["n"]}, "s": {"kind": "scalar"}, "C": SQUARE, "K": SQUARE,
    "T": {"kind": "indexed", "shape": ["n", "n"]}, "U": {"kind": "indexed", "shape": ["n", "n", "n"]},
    "p": {"kind": "index", "upto": "n"},
}


def diagonal(entry: str, size: str = "n") -> str:
    return f"FamilyOf({entry}*KroneckerDelta(i, j), (i, 1, {size}), (j, 1, {size}))"


D, E = diagonal("a[i]"), diagonal("1/a[i]")


@pytest.mark.parametrize(("left", "right", "verdict"), [
    (f"Inverse({D})", E, Conditional),          # an entry of the right side asks for its own a[i] only
    (f"Inverse({diagonal('2')})", diagonal("1/2"), Proved),
    (f"Inverse({D})@{D}", "Identity(n)", Conditional),
    (f"Inverse({D}@{diagonal('b[i]')})", f"Inverse({D})@Inverse({diagonal('b[i]')})", None),
    (f"Inverse({D})", diagonal("a[i]"), Refuted),
    (f"Inverse({D})", diagonal("-1/a[i]"), Refuted),
    (f"Inverse({D})", diagonal("1/a[i]**2"), Refuted),
    (f"Inverse({D})", diagonal("1/a[j]"), Conditional),
    ("Inverse(FamilyOf(a[j]*KroneckerDelta(i, j), (i, 1, n), (j, 1, n)))", E, None),
    ("Inverse(FamilyOf(T[i, j], (i, 1, n), (j, 1, n)))", diagonal("1/T[i, j]"), Refuted),
    (f"Inverse({diagonal('T[i, i]')})", diagonal("1/T[i, i]"), Conditional),
    (f"Inverse({D})@Inverse(C)", f"{E}@Inverse(C)", Conditional),
    (f"Inverse({D})@Inverse(C)", f"Inverse(C)@{E}", Refuted),
    (f"Inverse(C)@{D}", f"Inverse(K)@{D}", Refuted),
])
def test_inverses_of_diagonal_matrices(left: str, right: str, verdict: type | None) -> None:
    """Off the diagonal an inverse is 0, on it 1/d_i, where no d_i is 0."""
    found = decide_plainly(make_step(SYMBOLS, left, right)).verdict
    assert isinstance(found, verdict) if verdict else not isinstance(found, Refuted), found


def test_the_condition_is_asked_for_at_every_index() -> None:
    found = decide_plainly(make_step(SYMBOLS, f"Inverse({D})", E)).verdict
    assert isinstance(found, Conditional) and all("ForAll" in str(type(c)) for c in found.conditions)


def test_an_inverse_that_varies_is_no_one_matrix() -> None:
    """The inverse of U_i is not the same for every i: what holds for one matrix says nothing."""
    inverse = "Inverse(FamilyOf(U[i, k, l], (k, 1, n), (l, 1, n)))"
    left = f"FamilyOf({inverse}[p, 1], (i, 1, n))"
    assert not isinstance(proof.prove(make_step(SYMBOLS, left, f"FamilyOf({inverse}[p, 2], (i, 1, n))")), proof.Claim)
    other = inverse.replace("U[i", "U[p")
    step = make_step(SYMBOLS, f"FamilyOf({inverse}[i, 1], (i, 1, n))", f"FamilyOf({other}[i, 1], (i, 1, n))")
    assert not isinstance(proof.prove(step), proof.Claim)


@pytest.mark.parametrize(("left", "right", "claimed"), [
    ("Inverse(D@C@D)", "Inverse(D)@Inverse(C)@Inverse(D)", True),
    ("Inverse(D@C)", "Inverse(D)@Inverse(C)", False),
    ("D@C", "C@D", False),
    ("Derivative(Trace(D@Inverse(C)), s)", "0*Trace(D@Inverse(C))", False),
    ("Derivative(Trace(D@C), s)", "0*Trace(D@C)", False),
])
def test_a_quantity_that_is_kept(left: str, right: str, claimed: bool) -> None:
    """What holds for all matrices holds for D; D may still depend on what is varied."""
    body = make_step(SYMBOLS, diagonal("s*a[i]"), "C").left
    step = make_step({**SYMBOLS, "D": SQUARE}, left, right)
    names = {name: declared for name, declared in step.declarations.items() if name != "D"}
    step = replace(step, declarations=names, definitions={"D": Definition("D", body)})
    assert isinstance(proof.prove(step), proof.Claim) is claimed


DOTS = r"\begin{bmatrix} @0 & \ldots & @1 \\ \vdots & \ddots & \vdots \\ @2 & \ldots & @3 \end{bmatrix}"


def dotted(*corners: str) -> str:
    found = DOTS
    for number, corner in enumerate(corners):
        found = found.replace(f"@{number}", corner)
    return found


S = dotted(r"\sigma_{X_1}", "0", "0", r"\sigma_{X_n}")
LIST = r"\mathrm{diag}(\sigma_{X_1},\ldots,\sigma_{X_n})"
INVERSE = dotted(r"\frac{1}{\sigma_{X_1}}", "0", "0", r"\frac{1}{\sigma_{X_n}}")
PRODUCT = f"{S} {dotted('c_{11}', 'c_{1n}', 'c_{n1}', 'c_{nn}')} = "


@pytest.mark.parametrize(("row", "outcome"), [
    (rf"\mathrm{{D}}_X = {LIST} = {S}", "proved"),
    (rf"\mathrm{{D}}_X = {LIST} = {INVERSE}", "refuted"),
    (rf"{LIST}^{{-1}} = {INVERSE}", "conditional"),
    (rf"{S}^{{-1}} = {INVERSE}", "conditional"),
    (rf"{S}^{{-1}} = -{INVERSE}", "refuted"),
    (PRODUCT + dotted(*(rf"\sigma_{{X_{at[0]}}} c_{{{at}}}" for at in ("11", "1n", "n1", "nn"))), "proved"),
    (PRODUCT + dotted(*(rf"\sigma_{{X_{at[1]}}} c_{{{at}}}" for at in ("11", "1n", "n1", "nn"))), "refuted"),
])
def test_matrices_with_dots(tmp_path: Path, row: str, outcome: str) -> None:
    """What stands at 1 and at n is a family, also where it is of X_1 and of X_n."""
    assert outcomes(tmp_path, f"$$ {row} $$\n")[-1][1] == outcome


def test_a_product_with_an_upright_matrix(tmp_path: Path) -> None:
    text = rf"""$$ \mathrm{{D}}_X = {S} $$

$$ \Sigma_{{XX}} = \mathrm{{D}}_X \cdot \mathrm{{C}}_{{XX}} \cdot \mathrm{{D}}_X $$

$$ L = \Sigma_{{XX}}^{{-1}} = \mathrm{{D}}_X^{{-1}} \cdot \mathrm{{C}}_{{XX}}^{{-1}} \cdot \mathrm{{D}}_X^{{-1}}
= {INVERSE} \cdot \mathrm{{C}}_{{XX}}^{{-1}} \cdot {INVERSE} $$
"""
    assert outcomes(tmp_path, text)[-1][1] == "proved"
    assert outcomes(tmp_path, text.replace(rf"{INVERSE} \cdot \mathrm", rf"{S} \cdot \mathrm"))[-1][1] not in (
        "proved", "conditional")
