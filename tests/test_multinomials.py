"""Multinomial coefficients in documents: quotients of factorials, of numbers that are supposed to add up."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_documents import judged, outcomes

from lossproof.verdict import Conditional, Refuted

LIST = r"Let $y = [y_1, \ldots, y_k]$ be counts."
WRITTEN = (r"\binom{n}{y_1, \ldots, y_k}", r"{n \choose {y_1, \ldots, y_k}}", r"\binom{n}{y_1, y_2, \dots, y_k}")
PRODUCT = r"\prod_{j=1}^k \Gamma(y_j + 1)"


def display(*rows: str) -> str:
    return "\n\n".join(f"$$ {row} $$" for row in rows) + "\n"


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize(("value", "outcome"), [
    (rf"\frac{{\Gamma(n + 1)}}{{{PRODUCT}}}", "conditional"),
    (r"\frac{n!}{\prod_{i=1}^k y_i!}", "conditional"),
    (rf"\frac{{\Gamma(1 + \sum_{{j=1}}^k y_j)}}{{{PRODUCT}}}", "given"),       # that they add up to n
    (rf"\frac{{\Gamma(n)}}{{{PRODUCT}}}", "refuted"),
    (r"\frac{\Gamma(n + 1)}{\prod_{j=1}^k \Gamma(y_j)}", "refuted"),
    (rf"\frac{{\Gamma(2 + \sum_{{j=1}}^k y_j)}}{{{PRODUCT}}}", "unknown"),
])
def test_it_is_a_quotient_of_factorials(tmp_path: Path, written: str, value: str, outcome: str) -> None:
    _, results = judged(tmp_path, LIST + display(rf"{written} = {value}"))
    [step] = results.values()
    assert step.verdict.verdict == outcome.replace("given", "conditional")
    if outcome in ("given", "conditional"):
        assert len(step.premises) == (outcome == "given")


@pytest.mark.parametrize(("value", "outcome"), [
    (r"\binom{n}{a}", "conditional"),
    (r"\frac{n!}{a! b!}", "conditional"),
    (r"\binom{n}{b}", "conditional"),
    (r"\binom{n + 1}{a}", "refuted"),
    (r"\binom{n}{a} \binom{n}{b}", "refuted"),
])
def test_two_numbers_below_add_up(tmp_path: Path, value: str, outcome: str) -> None:
    """As a binomial coefficient it has another meaning where they do not, and nothing is refuted there."""
    text = display(rf"\binom{{n}}{{a, b}} = {value}")
    if outcome == "refuted":
        declared = "---\nlossproof:\n  names: {n: scalar, a: scalar, b: scalar}\n---\n\n"
        assert outcomes(tmp_path, declared + text) == [outcome]
    else:
        assert outcomes(tmp_path, text) == [outcome]


def test_a_declared_notation_refutes_nothing_where_the_numbers_do_not_add_up(tmp_path: Path) -> None:
    declared = "---\nlossproof:\n  names:\n    n: scalar\n    a: {kind: integer, assume: [nonnegative]}\n" \
               "    b: {kind: integer, assume: [nonnegative]}\n---\n\n"
    true, false = r"\binom{n}{a, b} = \frac{(a + b)!}{a! b!}", r"\binom{n}{a, b} = \frac{(a + b)!}{(a + 1)! b!}"
    _, results = judged(tmp_path, declared + display(true, false))
    first, second = (step.verdict for step in results.values())
    assert isinstance(first, Conditional)
    assert isinstance(second, Refuted)
    values = {name.name: value.value for name, value in second.counterexample.values}  # type: ignore[union-attr]
    assert values["n"] == values["a"] + values["b"]


def test_numbers_of_a_list_for_each_index(tmp_path: Path) -> None:
    """y_{2k}^{(i)} is number k of the list y_2^{(i)}, which is another one for each i."""
    coefficient = r"\log \binom{m}{y_{21}^{(i)}, \ldots, y_{2k}^{(i)}}"
    counts = r"Counts $y_{2j}^{(i)}$, $j = 1, \ldots, k$."
    true = display(
        rf"\sum_{{i=1}}^S \left[ {coefficient} + c \right] = S c + \sum_{{i=1}}^S {coefficient}",
        rf"\sum_{{i=1}}^S \left[ {coefficient} + \sum_{{j=1}}^k y_{{2j}}^{{(i)}} \right] = "
        rf"\sum_{{j=1}}^k \sum_{{i=1}}^S y_{{2j}}^{{(i)}} + \sum_{{i=1}}^S {coefficient}",
        r"\sum_{i=1}^S \sum_{j=1}^k y_{2j}^{(i)} = S \sum_{j=1}^k y_{2j}^{(i)}")     # both are S m
    assert outcomes(tmp_path, counts + true) == ["proved", "proved", "conditional"]
    false = display(rf"\sum_{{i=1}}^S \left[ {coefficient} \right] = S {coefficient}",
                    rf"\sum_{{i=1}}^S \left[ {coefficient} \right] = \sum_{{i=1}}^S \log \frac{{m!}}{{S!}}")
    assert not {"proved", "conditional"} & set(outcomes(tmp_path, counts + false))
    alone = display(r"\sum_{i=1}^S \sum_{j=1}^k y_{2j}^{(i)} = S \sum_{j=1}^k y_{2j}^{(i)}")
    assert not {"proved", "conditional"} & set(outcomes(tmp_path, counts + alone))


def test_lists_without_a_common_form_are_read_as_they_are_set(tmp_path: Path) -> None:
    """Nothing is known of them: the two coefficients below are not the same."""
    text = display(r"\binom{n}{a_1, \ldots, b_k} = \binom{n}{a_1, \ldots, b_m}")
    assert outcomes(tmp_path, text) == ["defined"]


def test_a_product_of_factorials_with_dots(tmp_path: Path) -> None:
    right = r"\binom{n}{k_1, \ldots, k_m} = \frac{n!}{k_1! \cdots k_m!}"
    wrong = r"\binom{n}{k_1, \ldots, k_m} = \frac{(n + 1)!}{k_1! \cdot \ldots \cdot k_m!}"
    assert outcomes(tmp_path, display(right)) == ["conditional"]
    assert outcomes(tmp_path, display(wrong)) not in (["conditional"], ["proved"])


def test_a_product_over_a_range_ends_at_a_sign_before_another(tmp_path: Path) -> None:
    r"""\prod_i a_i \cdot c \prod_i b_i: c stands once."""
    start = r"\prod_{i=1}^n a_i \cdot c \prod_{i=1}^n b_i"
    assert outcomes(tmp_path, display(rf"{start} = c \prod_{{i=1}}^n a_i b_i")) == ["proved"]
    assert outcomes(tmp_path, display(rf"{start} = c^n \prod_{{i=1}}^n a_i b_i")) == ["refuted"]


def test_functions_with_an_index_are_others_for_each(tmp_path: Path) -> None:
    text = display(r"\sum_{i=1}^n f_i(x) = n f_i(x)", r"\sum_{i=1}^n \mathrm{L}_i(m) = n \, \mathrm{L}_i(m)",
                   r"\sum_{i=1}^n \left( f_i(x) + c \right) = \sum_{j=1}^n f_j(x) + n c")
    assert outcomes(tmp_path, text) == ["unknown", "unknown", "proved"]
