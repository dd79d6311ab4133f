"""The names of distributions: which family each is, as `X ~ N(m, v)` and `N(x; m, v)` are written.

Untrusted as to truth: data.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["DISTRIBUTION", "DISTRIBUTIONS", "IDENTIFIED"]

DISTRIBUTION = "distribution"       # a call of it has the distribution's name as set, then its parameters

# The words that name each family, set upright; those without a name of ours are only compared with themselves.
_WORDS: Mapping[str, tuple[str, ...]] = {
    "normal": ("N", "Normal", "Gaussian"), "log-normal": ("Lognormal", "LogNormal"),
    "gamma": ("Gam", "Gamma"), "exponential": ("Exp", "Expon", "Exponential"), "beta": ("Bet", "Beta"),
    "binomial": ("Bin", "Binom", "Binomial"), "bernoulli": ("Bern", "Ber", "Bernoulli"),
    "poisson": ("Poiss", "Pois", "Poi", "Po", "Poisson"), "uniform": ("Unif", "Uniform"),
    "chi-squared": ("Chi2",), "dirichlet": ("Dir", "Dirichlet"), "beta-binomial": ("BetBin", "BetaBin"),
    "student": ("t",), "wald": ("Wald",), "ex-gaussian": ("ex-Gaussian",),
    "": ("IG", "Mult", "Cat", "NG", "NW", "vM", "F"),
}
# As set in canonical form.
DISTRIBUTIONS: Mapping[str, str] = {
    **{rf"\mathrm{{{word}}}": family for family, words in _WORDS.items() for word in words},
    r"\mathcal{N}": "normal", r"\ln\mathcal{N}": "log-normal", r"\mathcal{U}": "uniform", r"\chi^2": "chi-squared",
    r"\mathcal{MN}": "matrix-normal", r"\mathcal{W}": "", "t": "student", "F": "",
}

# Two members are the same distribution only where their parameters are: no two of a matrix-normal distribution's are,
# and a binomial distribution with p = 0 is the same for every n.
IDENTIFIED = frozenset({"normal", "log-normal", "gamma", "exponential", "beta", "poisson", "chi-squared"})
