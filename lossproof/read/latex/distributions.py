"""The names of distributions: which family each is, as `X ~ N(m, v)` and `N(x; m, v)` are written.

Untrusted as to truth: data.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["DISTRIBUTION", "DISTRIBUTIONS", "IDENTIFIED"]

DISTRIBUTION = "distribution"       # a call of it has the distribution's name as set, then its parameters

# As set in canonical form; families without a name of ours are only compared with themselves.
DISTRIBUTIONS: Mapping[str, str] = {
    r"\mathcal{N}": "normal", r"\mathrm{N}": "normal", r"\ln\mathcal{N}": "log-normal",
    r"\mathrm{Gam}": "gamma", r"\mathrm{Gamma}": "gamma", r"\mathrm{IG}": "",
    r"\mathrm{Exp}": "exponential", r"\mathrm{Bet}": "beta", r"\mathrm{Beta}": "beta",
    r"\mathrm{Bin}": "binomial", r"\mathrm{Bern}": "bernoulli", r"\mathrm{Poiss}": "poisson",
    r"\mathcal{U}": "uniform", r"\chi^2": "chi-squared", r"\mathrm{Chi2}": "chi-squared",
    r"\mathrm{Mult}": "", r"\mathrm{Dir}": "dirichlet", r"\mathrm{Cat}": "", r"\mathcal{MN}": "matrix-normal",
    r"\mathcal{W}": "", r"\mathrm{NG}": "", r"\mathrm{NW}": "", r"\mathrm{BetBin}": "beta-binomial",
    r"\mathrm{BetaBin}": "beta-binomial", r"\mathrm{vM}": "", r"\mathrm{t}": "student", "t": "student",
    r"\mathrm{F}": "", "F": "",
    r"\mathrm{Wald}": "wald", r"\mathrm{ex-Gaussian}": "ex-gaussian",
}

# Two members are the same distribution only where their parameters are: no two of a matrix-normal distribution's are,
# and a binomial distribution with p = 0 is the same for every n.
IDENTIFIED = frozenset({"normal", "log-normal", "gamma", "exponential", "beta", "poisson", "chi-squared"})
