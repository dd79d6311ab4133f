"""Usual notation, ready to be used: `ml` and `statistics`.

Untrusted as to truth: data. Imports `notation`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from lossproof.derivation import UNSPECIFIED
from lossproof.read.latex.distributions import DISTRIBUTIONS
from lossproof.read.latex.notation import Notation

__all__ = ["PACKS"]

_ML = Notation.from_mapping({"functions": {
    r"\sigma": "logistic", r"\mathrm{sigmoid}": "logistic", r"\mathrm{Sigmoid}": "logistic",
    r"\mathrm{softplus}": "softplus", r"\mathrm{softmax}": "softmax"}})

# Functionals of random variables, densities and models: read as they are set, where no more is known of them.
_OPAQUE = (
    r"\mathrm{E}",
    r"\mathbb{E}",
    r"\mathrm{Var}",
    r"\mathbb{V}",
    r"\mathrm{Cov}",
    r"\mathrm{Corr}",
    r"\mathrm{h}",
    r"\mathrm{H}",
    r"\mathrm{I}",
    r"\mathrm{KL}",
    r"\mathrm{Pr}",
    r"\Pr",
    r"\mathrm{Skew}",
    r"\mathrm{Kurt}",
    r"\mathrm{mode}",
    r"\mathrm{median}",
    r"\mathrm{LL}",
    r"\mathrm{MLL}",
    r"\mathrm{AIC}",
    r"\mathrm{BIC}",
    r"\mathrm{LME}",
    r"\mathrm{LBF}",
    r"\mathrm{BF}",
    r"\mathrm{Acc}",
    r"\mathrm{Com}",
    r"\mathrm{cvLME}",
    r"\mathrm{oosLME}",
    r"\mathrm{cvLBF}",
    r"\mathrm{ME}",
    r"\mathrm{FE}",
    r"\mathrm{SNR}",
    r"\mathrm{FWHM}",
    r"\mathrm{FHWM}",
    r"\mathrm{rank}",
    r"\mathrm{rk}",
    r"\mathrm{diag}",
    r"\mathrm{vec}",
    r"\mathrm{p}",
    r"\mathrm{q}",
    r"\mathrm{std}",
    r"\mathrm{sd}",
    r"\mathrm{SE}",
    r"\mathrm{MSE}",
    r"\mathrm{RSS}",
    r"\mathrm{TSS}",
    r"\mathrm{ESS}",
    r"\mathrm{wRSS}",
    r"\mathrm{BPS}",
    r"\mathrm{LPS}",
    r"\mathrm{CE}",
    r"\mathrm{D}",
    r"\mathrm{MAP}",
    r"\mathrm{IC}",
    r"\mathrm{F}",
    r"\mathrm{sgn}",
    r"\mathrm{adj}",
    r"\mathrm{mean}",
    r"\mathrm{var}",
    r"\mathrm{cov}",
    r"\mathrm{C}",
    r"\mathrm{ELBO}",
    r"\mathrm{L}",
    r"\mathrm{AICc}",
    r"\mathrm{AIC_c}",
    r"\mathrm{BFF}",
    r"\mathrm{CI}",
    r"\mathcal{L}",
)
# Names of distributions that are no letters with another use.
_FUNCTIONS = tuple(key for key in DISTRIBUTIONS if re.fullmatch(r"\\math\w+\{.*\}", key))

_EXPECTATIONS = {
    r"\mathrm{E}": "expectation", r"\mathbb{E}": "expectation", r"\mathrm{Var}": "variance", r"\mathbb{V}": "variance",
    r"\mathrm{var}": "variance", r"\mathrm{Cov}": "covariance", r"\mathrm{cov}": "covariance",
    r"\mathrm{Corr}": "correlation", r"\mathrm{std}": "deviation", r"\mathrm{sd}": "deviation"}


def _statistics() -> Notation:
    functions: dict[str, object] = {key: {"is": UNSPECIFIED, "arity": 1} for key in (*_OPAQUE, *_FUNCTIONS)}
    functions |= {r"\Gamma": "gamma", r"\mathrm{B}": "beta", r"\psi": "digamma", r"\mathrm{erf}": "erf",
                  r"\mathrm{tr}": "trace", r"\mathrm{erfc}": "erfc"}
    made = Notation.from_mapping({"functions": functions})
    known = {
        key: replace(function, density=DISTRIBUTIONS.get(key) or None, expectation=_EXPECTATIONS.get(key))
        for key, function in made.functions.items()
    }
    return replace(made, functions=known)


PACKS: Mapping[str, Notation] = {"ml": _ML, "statistics": _statistics()}
