"""Derivatives by a name of which nobody says how the other depends on it: they are not 0, nothing is proved by that."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_documents import outcomes


@pytest.mark.parametrize("row", [
    r"\frac{dx}{dt} = 0", r"\frac{d f(x)}{dt} = f'(x) \frac{dx}{dt}", r"\frac{d}{dt} (x^2) = x \frac{dx}{dt}",
    r"\frac{\partial L}{\partial w} = \frac{\partial L}{\partial a} \frac{\partial a}{\partial w}",
    r"\frac{\partial L}{\partial w} = 2 \frac{\partial L}{\partial a} \frac{\partial a}{\partial w}",
    r"\frac{\partial L}{\partial w_j} = 0", r"\frac{\mathrm{d}^2 \mathrm{LL}(\hat\lambda)}{\mathrm{d}\lambda^2} = 0",
    r"\frac{\partial^2 L}{\partial u \partial w} = 0", r"\frac{d}{dt} h(x) = 0",
])
def test_nothing_is_proved_by_names_that_may_depend(tmp_path: Path, row: str) -> None:
    """The chain rule with a factor too many is not proved, and not refuted: nobody said what depends on what."""
    assert outcomes(tmp_path, f"We look at\n\n$$ {row} $$\n")[0] in ("unknown", "defined")


def test_where_it_is_said_it_is_judged(tmp_path: Path) -> None:
    """What a name is made of, the document may say; a declared notation says that names are numbers of their own."""
    text = "Let $a = w^2$ and $L = 3 a + 1$.\n\n$$ \\frac{\\partial L}{\\partial w} = {row} $$\n"
    assert outcomes(tmp_path, text.replace("{row}", "6 w"))[-1] == "proved"
    assert outcomes(tmp_path, text.replace("{row}", "2 w"))[-1] == "refuted"
    declared = "---\nlossproof:\n  names: {x: scalar, t: scalar}\n---\n\n$$ \\frac{dx}{dt} = 0 $$\n"
    assert outcomes(tmp_path, declared) == ["proved"]


@pytest.mark.parametrize("row", [
    r"\frac{\partial}{\partial x} [x^2 y] = 2 x y", r"\frac{d}{dx} (c + x) = 1", r"\frac{d}{dx} [f(x) + c] = f'(x)",
    r"\frac{\partial}{\partial w} (y - w x)^2 = - 2 x (y - w x)", r"\frac{d}{dx} x = 1", r"\frac{d}{dx} 3 = 0",
])
def test_other_names_stay_constant_beside_it(tmp_path: Path, row: str) -> None:
    """What is differentiated is written out here."""
    assert outcomes(tmp_path, f"We look at\n\n$$ {row} $$\n") == ["proved"]
