"""Functions that nobody declared: an equation may say what they are, and a mistake about all functions stays one."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_documents import outcomes

PROPERTIES = [
    "g(2 x) = 2 g(x)", "g(x y) = g(x) + g(y)", "g(-x) = - g(x)", "g(x + 1) = g(x)", "k(x, y) = k(y, x)", "g'(x) = g(x)",
    "g(0) = 1", r"\int_0^1 g(t) \, dt = g(1)",
]
MISTAKES = [
    r"\frac{d}{dx} [f(x) g(x)] = f'(x) g'(x)", r"\frac{d}{dx} \frac{f(x)}{g(x)} = \frac{f'(x)}{g'(x)}",
    "(f(x) + g(x))^2 = f(x)^2 + g(x)^2", r"\log (1 + g(x)^2) = \log g(x)^2",
]
ANY = """---
lossproof:
  names: {x: scalar, y: scalar}
  functions: {f: opaque, g: opaque, k: {is: opaque, arity: 2}}
  prime: derivative
---

"""


@pytest.mark.parametrize("row", PROPERTIES)
def test_a_property_refutes_nothing(tmp_path: Path, row: str) -> None:
    """Nobody said that g may be any function; where somebody does, it is refuted."""
    assert outcomes(tmp_path, f"We know that\n\n$$ {row} $$\n")[0] in ("unknown", "defined")
    declared = outcomes(tmp_path, f"{ANY}We know that\n\n$$ {row} $$\n")[0]
    assert declared == "refuted" or row.startswith(("g(0)", r"\int"))


@pytest.mark.parametrize("row", MISTAKES)
def test_a_mistake_about_all_functions_is_refuted(tmp_path: Path, row: str) -> None:
    """The rules of differentiation and algebra are about every f and g."""
    assert outcomes(tmp_path, f"We know that\n\n$$ {row} $$\n") == ["refuted"]


def test_a_function_that_is_told_is_held_to_it(tmp_path: Path) -> None:
    """g(x) = x^2 says what g is, and g(2 x) = 2 g(x) is a mistake then."""
    assert outcomes(tmp_path, "Let $g(x) = x^2$.\n\n$$ g(2 x) = 2 g(x) $$\n")[-1] == "refuted"
    assert outcomes(tmp_path, "Let $g(x) = x^2$.\n\n$$ g(-1) = 1 $$\n\n$$ g(-x) = g(x) $$\n")[-2:] == ["proved"] * 2


@pytest.mark.parametrize("row", ["a (-1) = -a", "x(-2) + 2 x = 0", "b(-1) + c(-1) = -(b + c)"])
def test_a_number_behind_another_letter_is_a_factor(tmp_path: Path, row: str) -> None:
    """a(-1) is minus a."""
    assert outcomes(tmp_path, f"We know that\n\n$$ {row} $$\n") == ["proved"]
