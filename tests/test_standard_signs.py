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


@pytest.mark.parametrize(("rows", "last"), [
    ((r"m = I^{-1}(1/2; a, b)", r"m = I^{-1}\left( \frac{1}{2}; a, b \right)"), "proved"),
    ((r"m = I^{-1}(1/2; a, b)", r"m = I^{-1}\left( \frac{1}{2}; b, a \right)"), "defined"),
    ((r"m = I^{-1}(1/2; a, b)", r"m = I^{-1}\left( \frac{1}{2}, a, b \right)"), "defined"),
    ((r"m = \frac{1}{b} \gamma_a^{-1}\left( \frac{\Gamma(a)}{2} \right)",
      r"m b = \gamma_a^{-1}\left( \frac{\Gamma(a)}{2} \right)"), "conditional"),
    ((r"m = \gamma_a^{-1}(y)", r"m = \gamma_c^{-1}(y)"), "defined"),
    ((r"\frac{\mathrm{d}}{\mathrm{d}\tau} \left( \tau^{-1}(x) + \tau \right) = 1",), None),
    ((r"\frac{\mathrm{d}}{\mathrm{d}a} \left( \gamma_a^{-1}(y) + a \right) = 1",), None),
    ((r"\gamma_a^{-1}(y) \gamma_a = y",), None),        # true of a reciprocal only
])
def test_inverse_functions_of_which_nothing_is_known(tmp_path: Path, rows: tuple[str, ...], last: str | None) -> None:
    """The same at the same numbers; no more is known, and nothing is refuted."""
    found = outcomes(tmp_path, display(*rows))[-1]
    if last is None:
        assert found not in DECIDED
    else:
        assert found == last
    assert found != "refuted"


@pytest.mark.parametrize("row", [
    r"\frac{\mathrm{d}}{\mathrm{d}\theta} \left( f_\theta(x) + \theta \right) = 1",
    r"\frac{\partial}{\partial a} \left( c_a + a \right) = 1",
    r"\lim_{a \to 0} \left( f_a(x) + a \right) = f_a(x)",
    r"\int_0^1 f_a(x) \, \mathrm{d}a = f_a(x)",
    r"\frac{\partial}{\partial a} \log g_a(y) = 0",
])
def test_what_is_set_with_a_letter_may_depend_on_it(tmp_path: Path, row: str) -> None:
    assert not DECIDED & set(outcomes(tmp_path, display(row)))


@pytest.mark.parametrize("row", [
    r"\frac{\mathrm{d}}{\mathrm{d}x} \left( f_\theta(x) + c x \right) = f_\theta'(x) + c",
    r"\frac{\partial}{\partial a} \left( a c_{\mathrm{a}} \right) = c_{\mathrm{a}}",
    r"\lim_{x \to 0} \left( c_b + x \right) = c_b",
])
def test_what_is_set_with_another_letter_does_not(tmp_path: Path, row: str) -> None:
    assert set(outcomes(tmp_path, display(row))) <= DECIDED


@pytest.mark.parametrize(("rows", "used"), [
    ((r"p(y=1|x) &= \frac{a}{a + b}", r"p(y=0|x) &= \frac{b}{a + b}"), True),
    ((r"p(y=1|x) &= \frac{a}{a + y}", r"p(y=0|x) &= \frac{b}{a + y}"), False),      # of y = 1, and of y = 0
    ((r"p(y=1|x) &= \frac{a}{a + b}", r"c &= \frac{b}{a + b}"), False),
])
def test_what_is_said_for_a_value_that_is_written(tmp_path: Path, rows: tuple[str, ...], used: bool) -> None:
    """For y = 1, p(y=1|x) is what is said; anything else is said of that case only."""
    split = "$$\n\\begin{split}\n" + " \\\\\n".join(rows) + "\n\\end{split}\n$$\n"
    claim = display(r"\frac{p(y=1|x)}{p(y=0|x)} = \frac{a}{b}" if "y=0" in rows[1] else r"c = \frac{b}{a + b}")
    found = outcomes(tmp_path, "The chances for $y = 1$ and $y = 0$ are\n\n" + split + "\nNow we have\n\n" + claim)
    assert (found[-1] in DECIDED) == used
