"""Integrals without bounds whose variable stands outside of them: antiderivatives, equal up to a constant."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_documents import judged, outcomes

from lossproof.print_latex import latex
from lossproof.print_text import pretty
from lossproof.read import document_file
from lossproof.read.document.antiderivatives import antiderivatives
from lossproof.verdict import Proved

RIGHT = [
    r"\int x^2 \, dx = \frac{x^3}{3} + C", r"\int \cos(2 t) dt = \frac{1}{2} \sin(2 t) + C", r"\int 3 \, dx = 3 x",
    r"\int x e^x \, dx = x e^x - \int e^x \, dx", r"2 \int x \, dx + \int e^x \, dx = x^2 + e^x",
    r"\int f'(x) g(x) \, dx = f(x) g(x) - \int f(x) g'(x) \, dx", r"\int \frac{dx}{1 + x^2} = \arctan x + C",
    r"\int x \exp[-a x^2] dx = -\frac{1}{2 a} \exp[-a x^2]",
]
WRONG = [
    r"\int x^2 \, dx = \frac{x^3}{2} + C", r"\int \cos(2 t) dt = \sin(2 t) + C", r"\int 3 \, dx = 3 x^2",
    r"\int x e^x \, dx = x e^x + \int e^x \, dx", r"\int f'(x) g(x) \, dx = f(x) g(x) + \int f(x) g'(x) \, dx",
    r"\left( \int x \, dx \right)^2 = \frac{x^4}{4}", r"x \int x \, dx = \frac{x^3}{2}",
    r"\int x \exp[-a x^2] dx = -\frac{1}{a} \exp[-a x^2]", r"\int_0^1 x^2 \, dx = \frac{x^3}{3}",
]


@pytest.mark.parametrize("row", RIGHT)
def test_both_sides_have_the_integrand_as_their_derivative(tmp_path: Path, row: str) -> None:
    """The law is named; a condition is said (a != 0)."""
    rows, results = judged(tmp_path, f"We have\n\n$$ {row} $$\n")
    verdict = results[rows[0].steps[0]].verdict
    assert verdict.verdict in ("proved", "conditional") and "antiderivatives" in getattr(verdict, "laws", ())


@pytest.mark.parametrize("row", WRONG)
def test_what_has_another_derivative_is_not_proved(tmp_path: Path, row: str) -> None:
    """Nor what is no sum of integrals: a constant in it does not go away."""
    assert outcomes(tmp_path, f"We have\n\n$$ {row} $$\n")[0] in ("unknown", "defined", "refuted")


def test_rows_below_one_another(tmp_path: Path) -> None:
    """Two of them in one display are two statements."""
    text = "\\begin{align}\n\\int x \\, dx &= \\frac{x^2}{2} + C \\\\\n\\int e^x \\, dx &= e^x + C\n\\end{align}\n"
    assert outcomes(tmp_path, f"We have\n\n$$\n{text}$$\n") == ["proved", "proved"]
    assert outcomes(tmp_path, f"We have\n\n$$\n{text.replace('= e^x', '= 2 e^x')}$$\n") == ["proved", "unknown"]


def test_an_integral_over_all_values_stays_one(tmp_path: Path) -> None:
    """Where x stands only within, it is the integral over all x."""
    rows, results = judged(tmp_path, "Let $p$ be a density.\n\n$$ p(y) = \\int p(y|x) \\, p(x) \\, dx $$\n")
    assert "antiderivatives" not in getattr(results[rows[0].steps[0]].verdict, "laws", ())


def test_it_is_printed_without_bounds(tmp_path: Path) -> None:
    """As it was written; what is read of it is derived on both sides."""
    rows, results = judged(tmp_path, f"We have\n\n$$ {RIGHT[0]} $$\n")
    assert isinstance(results[rows[0].steps[0]].verdict, Proved)
    document = document_file.read(str(tmp_path / "notes.md"))
    first, second = document.derivations[0].lines
    assert pretty(first.term) == "int x^2 dx" and latex(first.term).startswith(r"\int x^{2}")
    reading = antiderivatives(first.term, second.term, document.declarations)
    assert reading is not None and pretty(reading.left) == "x^2"
