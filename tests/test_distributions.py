"""Documents that say how something is distributed: what follows from it, and what does not."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_documents import outcomes

from lossproof import task
from lossproof.derivation import Line
from lossproof.term import ZERO
from lossproof.verdict import Defined, StepResult, Unknown


@pytest.mark.parametrize(("left", "right", "outcome"), [
    (r"\mathcal{N}(m + m, v)", r"\mathcal{N}(2 m, v)", "proved"),
    (r"\mathcal{N}(\frac{1}{n} n m, v)", r"\mathcal{N}(m, v)", "conditional"),
    (r"\mathcal{N}(m, v + v)", r"\mathcal{N}(m, 3 v)", "refuted"),
    (r"\mathcal{N}(m, v)", r"\mathrm{Gam}(m, v)", "defined"),       # of two families: nothing to compare
    (r"\chi^2(n + n - 1)", r"\chi^2(2 n - 1)", "proved"),
    (r"\mathrm{Bin}(n, m - m)", r"\mathrm{Bin}(2 n, 0)", "unknown"),     # one distribution, for all n
])
def test_distributions_of_one_family_are_compared_by_their_parameters(
        tmp_path: Path, left: str, right: str, outcome: str) -> None:
    """Equal parameters make equal distributions; others are a mistake only where the family tells them apart."""
    assert outcomes(tmp_path, rf"$$X \sim {left} = {right} \; .$$" + "\n") == [outcome]


@pytest.mark.parametrize(("factor", "outcome"), [("2", "proved"), ("3", "refuted")])
def test_equalities_beside_a_distribution_are_judged(tmp_path: Path, factor: str, outcome: str) -> None:
    """`a = b ~ N(m, v)` claims that a = b."""
    text = rf"$$x + x = {factor} x \sim \mathcal{{N}}(m, v)$$" + "\n\n"
    text += rf"$$x + x = {factor} x \neq 7$$" + "\n"
    assert outcomes(tmp_path, text) == [outcome, outcome]


def test_a_row_that_goes_on_with_a_distribution_claims_its_parameters(tmp_path: Path) -> None:
    """`X ~ N(m + m, v)`, then `~ N(2 m, v)`."""
    text = r"$$\begin{aligned} a = b &\sim \mathcal{N}(m + m, v) \\ "
    text += r"&\sim \mathcal{N}({0} m, v) = \mathcal{N}({0} m, v) \end{aligned}$$"
    assert outcomes(tmp_path, text.replace("{0}", "2")) == ["defined", "proved"]
    assert outcomes(tmp_path, text.replace("{0}", "3")) == ["defined", "refuted"]


SAID = r"Let $X \sim \mathrm{Exp}(\lambda)$." + "\n\n"


@pytest.mark.parametrize(("row", "outcome"), [
    (r"f_X(x) = \lambda e^{-\lambda x}", "proved"),
    (r"f_X(x) = \lambda e^{-2 \lambda x}", "defined"),
    (r"\mathrm{E}(X) = \frac{1}{\lambda}", "proved"),
    (r"\mathrm{E}(X) = \lambda", "defined"),        # the mean of a scale is no mistake
    (r"\mathrm{E}[X^2] = \frac{2}{\lambda^2}", "proved"),
    (r"\mathrm{E}[(X - \mathrm{E}(X))^2] = \frac{1}{\lambda^2}", "proved"),
    (r"\mathrm{E}[X^3] = \frac{6}{\lambda^3}", "proved"),
    (r"\mathrm{E}[X^3] = \frac{5}{\lambda^3}", "defined"),
    (r"\mathrm{E}(X) = \int_{\mathcal{X}} x f_X(x) \, \mathrm{d}x", "proved"),
    (r"\mathrm{Var}(X) = \mathrm{E}(X)^2", "proved"),
    (r"M_X(t) = \frac{\lambda}{\lambda - t}", "proved"),
    (r"\mathrm{median}(X) = \frac{\ln 2}{\lambda}", "proved"),
])
def test_a_stated_distribution_gives_the_usual_values(tmp_path: Path, row: str, outcome: str) -> None:
    """Its density, moments and the like are claims then; another value is another meaning and no mistake."""
    assert outcomes(tmp_path, f"{SAID}$${row}$$\n") == [outcome]


@pytest.mark.parametrize(("row", "outcome"), [
    (r"\int_{-\infty}^{\infty} f_X(x) \, \mathrm{d}x = 1", "proved"),
    (r"\int_{-\infty}^{z} f_X(x) \, \mathrm{d}x = 1 - e^{-\lambda z}", "proved"),       # where z > 0
    (r"\int_{-1}^{1} f_X(x) \, \mathrm{d}x = e^{\lambda} - e^{-\lambda}", "unknown"),
    (r"\int_1^{-1} f_X(x) \, \mathrm{d}x = e^{-\lambda} - e^{\lambda}", "unknown"),
    (r"f_X(-1) = \lambda e^{\lambda}", "unknown"),
    (r"f_X(x) = \begin{cases} \lambda e^{-\lambda x} & \text{if } x \geq 0 \\ 0 & \text{if } x < 0 \end{cases}",
     "proved"),
    (r"f_X(x) = \begin{cases} \lambda e^{-\lambda x} & \text{if } x \geq -1 \\ 0 & \text{if } x < -1 \end{cases}",
     "defined"),
    (r"F_X(x) = \begin{cases} 0 & \text{if } x < 0 \\ 1 - e^{-\lambda x} & \text{if } x \geq 0 \end{cases}", "proved"),
    (r"\left. \frac{\mathrm{d}}{\mathrm{d}x} f_X(x) \right|_{x=-1} = -\lambda^2 e^{\lambda}", "unknown"),
])
def test_a_density_is_its_formula_on_its_support_only(tmp_path: Path, row: str, outcome: str) -> None:
    """Outside of it, nothing is proved by the formula."""
    assert outcomes(tmp_path, f"{SAID}$${row}$$\n") == [outcome]


def test_a_density_that_is_said_again_stays_on_its_support(tmp_path: Path) -> None:
    """A formula that is written without its x is one for the x of the support."""
    text = SAID + "$$f_X(x) = \\lambda e^{-\\lambda x}$$\n\n$$\\int_{-\\infty}^{\\infty} f_X(x) \\mathrm{d}x = 1$$\n"
    assert outcomes(tmp_path, text) == ["proved", "proved"]


def test_what_follows_from_a_distribution_is_a_claim_under_it(tmp_path: Path) -> None:
    """`X ~ D => E(X) = ...`, and the means of other variables stay unknown."""
    text = r"$$Y \sim \mathrm{Gam}(a, b) \quad \Rightarrow \quad \mathrm{E}(Y) = \frac{a}{b} \quad \text{and} \quad "
    text += r"\mathrm{E}(\ln Y) = {0} - \ln b$$" + "\n"
    assert outcomes(tmp_path, text.replace("{0}", r"\psi(a)")) == ["proved"]
    text = SAID + "$$\\mathrm{E}(Y) = \\frac{1}{\\lambda}$$\n\n$$\\mathrm{E}(X Y) = \\frac{1}{\\lambda} Y$$\n"
    assert outcomes(tmp_path, text) == ["defined", "defined"]


def test_a_parameter_that_is_random_gives_no_mean(tmp_path: Path) -> None:
    """Where Y is distributed given X, E(Y) is not X: the usual mean is one given the others."""
    text = r"Let $X \sim \mathrm{Gam}(a, b)$ and $Y \sim \mathrm{Poiss}(X)$." + "\n\n"
    text += r"$$\mathrm{E}(Y) = X$$" + "\n\n" + r"$$\mathrm{Var}(Y) = X$$" + "\n"
    assert outcomes(tmp_path, text) == ["defined", "defined"]


@pytest.mark.parametrize(("said", "value"), [
    (r"\mathcal{N}(m, v)", "m"), (r"\mathcal{U}(a, b)", r"\frac{a + b}{2}"), (r"\chi^2(k)", "k"),
    (r"\mathrm{Bet}(a, b)", r"\frac{a}{a + b}"), (r"\mathrm{Bin}(n, p)", "n p"), (r"\mathrm{Poiss}(c)", "c"),
    (r"\mathrm{Bern}(p)", "p"), (r"\ln \mathcal{N}(m, v)", r"\exp(m + \frac{v}{2})"),
    (r"\mathrm{Wald}(g, a)", r"\frac{a}{g}"),
    (r"\text{ex-Gaussian}(m, s, c)", r"m + \frac{1}{c}"), (r"\mathrm{BetBin}(n, a, b)", r"\frac{n a}{a + b}"),
])
def test_means_of_the_families(tmp_path: Path, said: str, value: str) -> None:
    """Each is proved by the usual value."""
    assert outcomes(tmp_path, f"Let $X \\sim {said}$.\n\n$$\\mathrm{{E}}(X) = {value}$$\n") == ["proved"]


def test_parameters_are_positive_where_they_must_be(tmp_path: Path) -> None:
    """A standard deviation and a rate are; a mean is not, also in a log-normal distribution."""
    said = "Let $X \\sim \\mathcal{N}(m, s^2)$, $\\ln Y \\sim \\mathcal{N}(k, w^2)$, $Z \\sim \\mathrm{Exp}(c)$.\n\n"
    rows = [rf"\lvert {name} \rvert = {name}" for name in "swcmk"]
    assert outcomes(tmp_path, said + "".join(f"$${row}$$\n\n" for row in rows)) == ["proved"] * 3 + ["refuted"] * 2


def test_a_document_that_means_other_parameters_is_not_told_the_usual(tmp_path: Path) -> None:
    """Where its density is that of a scale, no mean of a rate is proved; what follows from its own density is."""
    rows = [r"f_X(x) = \frac{1}{b} e^{-\frac{x}{b}}", r"\mathrm{E}(X) = \frac{1}{b}",
            r"\mathrm{Var}(X) = \frac{1}{b^2}", r"\int_{-\infty}^{\infty} f_X(x) \, \mathrm{d}x = 1"]
    text = "Let $X \\sim \\mathrm{Exp}(b)$.\n\n" + "".join(f"$${row}$$\n\n" for row in rows)
    assert outcomes(tmp_path, text) == ["defined", "defined", "defined", "proved"]
    assert outcomes(tmp_path, text.replace(r"\frac{1}{b} e^{-\frac{x}{b}}", "b e^{-b x}")) == ["proved"] * 4


def test_what_is_usual_holds_beside_another_way_to_say_it(tmp_path: Path) -> None:
    """A row that says what a name is in words of its own takes nothing from a later one, which rests on it, too."""
    rows = [r"\mathrm{E}(X) = G(X)", r"\mathrm{E}(X) = \frac{1}{b}", r"\mathrm{E}(X) = 0"]
    text = "Let $X \\sim \\mathrm{Exp}(b)$.\n\n" + "".join(f"$${row}$$\n\n" for row in rows)
    assert outcomes(tmp_path, text) == ["defined", "proved", "defined"]


@pytest.mark.parametrize(("name", "mean"), [
    (r"\mathrm{Poisson}(b)", "b"), (r"\operatorname{Poi}(b)", "b"), (r"\mathrm{Bernoulli}(b)", "b"),
    (r"\mathrm{Exponential}(b)", r"\frac{1}{b}"), (r"\mathrm{Normal}(c, b)", "c"), (r"\mathrm{Binomial}(4, b)", "4 b"),
    (r"\text{Uniform}(b, c)", r"\frac{b + c}{2}"),
])
def test_distributions_by_their_names(tmp_path: Path, name: str, mean: str) -> None:
    """Short and whole words; what is taken as usual is among the laws."""
    text = f"Let $X \\sim {name}$. Then\n\n" r"$$ \mathrm{E}(X) = {0} $$" "\n"
    assert outcomes(tmp_path, text.replace("{0}", mean)) == ["proved"]
    assert outcomes(tmp_path, text.replace("{0}", f"2 {mean}")) == ["defined"]


def test_a_normal_vector_has_its_transform(tmp_path: Path) -> None:
    """Also at another argument."""
    said = "Let $X \\sim \\mathcal{N}(\\mu, \\Sigma)$ with $x^\\mathrm{T} \\Sigma^{-1} x = \\mu^\\mathrm{T} A t$.\n\n"
    rows = [r"M_X(t) = \exp[ t^\mathrm{T} \mu + \frac{1}{2} t^\mathrm{T} \Sigma t ]",
            r"M_X(A^\mathrm{T} t) = \exp[ t^\mathrm{T} A \mu + \frac{1}{2} t^\mathrm{T} A \Sigma A^\mathrm{T} t ]",
            r"M_X(A^\mathrm{T} t) = \exp[ t^\mathrm{T} A \mu + t^\mathrm{T} A \Sigma A^\mathrm{T} t ]"]
    assert outcomes(tmp_path, said + "".join(f"$${row}$$\n\n" for row in rows))[-3:] == ["proved", "proved", "defined"]


@pytest.mark.parametrize(("said", "row", "outcome"), [
    (r"\mathrm{Poiss}(c)", r"F_X(x) = G(x)", "defined"),       # no sum up to a number that may not be whole
    (r"\mathrm{Bin}(n, p)", r"\mathrm{E}(e^X) = c", "defined"),
    (r"\mathrm{Bin}(n, p)", r"f_X(x) = \binom{n}{x} p^x (1 - p)^{n - x}", "conditional"),
    (r"\mathrm{Bin}(n, p)", r"\sum_{x=0}^n f_X(x) = \sum_{x=0}^n \binom{n}{x} p^x (1 - p)^{n - x}", "proved"),
])
def test_discrete_variables(tmp_path: Path, said: str, row: str, outcome: str) -> None:
    """Masses are claims, sums only where their ends are whole numbers."""
    assert outcomes(tmp_path, f"Let $X \\sim {said}$.\n\n$${row}$$\n") == [outcome]


def test_what_takes_too_long_to_follow_is_another_meaning() -> None:
    """A line that need not be proved stays a definition where its step is given up."""
    line = Line(ZERO, otherwise="another meaning")
    late, wrong = (StepResult(2, Unknown("no verdict", code)) for code in ("LP301", "LP402"))
    assert isinstance(task._interrupted(line, late).verdict, Defined)
    assert task._interrupted(line, wrong) is wrong
    assert task._interrupted(Line(ZERO), late) is late
