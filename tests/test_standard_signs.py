"""Signs with a standard meaning in documents: derivatives by a power, stars, bases of logarithms, inverse functions."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_documents import outcomes

DECIDED = {"proved", "conditional"}


def display(*rows: str) -> str:
    return "\n\n".join(f"$$ {row} $$" for row in rows) + "\n"


@pytest.mark.parametrize(("row", "outcome"), [
    (r"\frac{\mathrm{d}}{\mathrm{d}\sigma^2} \log \sigma = \frac{1}{2 \sigma^2}", "proved"),
    (r"\frac{\mathrm{d}}{\mathrm{d}\sigma^2} \left( \sigma^2 \right)^3 = 3 \sigma^4", "conditional"),   # sigma != 0
    (r"\frac{\partial}{\partial x^3} \left( x^6 + x^3 \right) = 2 x^3 + 1", "conditional"),
    (r"\frac{\mathrm{d}}{\mathrm{d}\sigma^2} \log \sigma = \frac{1}{\sigma}", "refuted"),
    (r"\frac{\mathrm{d}}{\mathrm{d}\sigma^2} \log \sigma = \frac{1}{\sigma^2}", "refuted"),
    (r"\frac{\mathrm{d}}{\mathrm{d}x^2} x^4 = 4 x^3", "refuted"),
    (r"\frac{\mathrm{d}^2}{\mathrm{d}x^2} x^4 = 2 x^2", "refuted"),         # the second derivative by x
    (r"\frac{\mathrm{d}^2}{\mathrm{d}x^2} x^4 = 12 x^2", "proved"),
])
def test_derivatives_by_a_power(tmp_path: Path, row: str, outcome: str) -> None:
    found = outcomes(tmp_path, display(row))
    assert found == [outcome] or (outcome == "conditional" and found == ["proved"])


def test_a_derivative_by_a_power_at_a_value(tmp_path: Path) -> None:
    """At hat sigma^2, in whose place sigma^2 stands in the function."""
    said = r"\mathrm{LL}(\mu, \sigma^2) = -\frac{n}{2} \log(\sigma^2) - \frac{\mu^2}{2 \sigma^2}"
    slope = r"\frac{\mathrm{d}\mathrm{LL}(\mu, \hat{\sigma}^2)}{\mathrm{d}\sigma^2}"
    rows = [rf"{slope} = 0", r"0 = -\frac{n}{2 \hat{\sigma}^2} + \frac{\mu^2}{2 (\hat{\sigma}^2)^2}"]
    split = "$$\n\\begin{split}\n" + " \\\\\n".join(rows) + "\n\\end{split}\n$$\n"
    found = outcomes(tmp_path, display(said) + split)
    assert found[-1] in DECIDED
    wrong = split.replace(r"0 = -", "0 = ")
    assert outcomes(tmp_path, display(said) + wrong)[-1] not in DECIDED


def test_a_star_makes_another_function(tmp_path: Path) -> None:
    text = display(r"\mathrm{L}^{*}(m) = \mathrm{L}(m) - \log c", r"\exp\left[ \mathrm{L}^{*}(m) \right] = "
                   r"\frac{\exp\left[ \mathrm{L}(m) \right]}{c}", r"\mathrm{L}^{*}(m) = \mathrm{L}(m)",
                   r"\mathrm{L}^{*}(m) = c \, \mathrm{L}(m)")
    found = outcomes(tmp_path, text)
    assert found[1] in DECIDED
    assert not DECIDED & {found[2], found[3]}
    alone = display(r"f^{*}(x) + f(x) = f(x) + f^*(x)", r"f^{*}(x) f(x) = f(x)^2")
    assert outcomes(tmp_path, alone) == ["proved", "unknown"]


@pytest.mark.parametrize(("row", "decided"), [
    (r"\log_b (x y) = \log_b (x) + \log_b (y)", True),
    (r"\log_b (b^3) = 3", True),
    (r"\log_b (x) = \frac{\ln x}{\ln b}", True),
    (r"\log_b (x) = \ln x", False),
    (r"\log_b (x) = \log_a (x)", False),
    (r"\log_b (x y) = \log_b (x) \log_b (y)", False),
])
def test_a_logarithm_to_a_base_that_is_nowhere_else(tmp_path: Path, row: str, decided: bool) -> None:
    """The base is positive, and not 1 where the quotient stands."""
    [found] = outcomes(tmp_path, display(row))
    assert (found in DECIDED) == decided
    assert found not in ("not_read", "error")
