"""Products of exponentials whose exponents are over different denominators."""

from __future__ import annotations

import pytest
from steps import make_step

from lossproof.kernel import proof

SYMBOLS = {
    "n": {"kind": "size"}, "l": {"kind": "scalar", "assume": ["positive"]}, "m": {"kind": "scalar"},
    "u": {"kind": "scalar"}, "t": {"kind": "scalar", "assume": ["positive"]}, "y": {"kind": "indexed", "shape": ["n"]},
}
MEAN = "((l*u + n*m)/(l + n))"


@pytest.mark.parametrize(("left", "right", "holds"), [
    ("exp(t*l/(l + t))*exp(t*t/(l + t))", "exp(t)", True),
    ("exp(t*l/(l + t))*exp(t*t/(l + t))", "exp(-t)", False),
    ("exp(t*l/(l + t))*exp(t*t/(l - t))", "exp(t)", False),
    ("2*exp(t*l/(l + t))*exp(t*t/(l + t))", "exp(t)", False),
    ("exp(t*l/(l + t)) + exp(t*t/(l + t))", "exp(t)", False),
    ("exp(t*l/(l + t))**2*exp(t*t/(l + t))**2", "exp(t)**2", True),
    (f"exp(-(l + n)*(m - u)**2/2)*exp((l + n)*{MEAN}**2/2)",
     "exp(-(l + n)*(m - u)**2/2 + (l*u + n*m)**2/(2*(l + n)))", True),
    (f"exp(-(l + n)*(m - u)**2/2)*exp((l + n)*{MEAN}**2/2)",
     "exp(-(l + n)*(m - u)**2/2 - (l*u + n*m)**2/(2*(l + n)))", False),
    (f"exp(-(l + n)*(m - u)**2/2)*exp((l + n)*{MEAN}**2/2)",
     "exp(-(l + n)*(m - u)**2/2 + (l*u + n*m)**2/(2*l + n))", False),
])
def test_one_exponential_of_the_sum(left: str, right: str, holds: bool) -> None:
    assert isinstance(proof.prove(make_step(SYMBOLS, left, right)), proof.Claim) is holds
