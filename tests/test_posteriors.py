"""Posterior densities by what they are proportional to, in documents without a notation."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_documents import judged, outcomes

from lossproof.verdict import Conditional

NORMAL = (r"p(\mu) = \mathcal{N}(\mu; m, v)", r"p(y|\mu) = \mathcal{N}(y; \mu, s)")
COUNTS = (r"p(\lambda) = \mathrm{Gam}(\lambda; a, b)", r"p(y|\lambda) = \frac{\lambda^y \exp[-\lambda]}{\Gamma(y+1)}")
SHARES = (r"p(x) = \mathrm{Bet}(x; a, b)", "p(y|x) = x^y (1-x)^{n-y}")
MEAN = r"\frac{s m + v y}{v+s}"


def rows(*formulas: str) -> str:
    return "".join(f"$$ {formula} $$\n\n" for formula in formulas)


def last(tmp_path: Path, *formulas: str) -> str | None:
    return outcomes(tmp_path, rows(*formulas))[-1]


@pytest.mark.parametrize(("model", "posterior"), [
    (NORMAL, rf"p(\mu|y) = \mathcal{{N}}(\mu; {MEAN}, \frac{{v s}}{{v+s}})"),
    (NORMAL, rf"p(\mu|y) = \sqrt{{\frac{{v+s}}{{2 \pi v s}}}} \exp[-\frac{{v+s}}{{2 v s}} (\mu-{MEAN})^2]"),
    (COUNTS, r"p(\lambda|y) = \mathrm{Gam}(\lambda; a+y, b+1)"),
    (SHARES, r"p(x|y) = \mathrm{Bet}(x; a+y, b+n-y)"),
])
def test_a_density_is_the_one_to_which_the_joint_density_is_proportional(
        tmp_path: Path, model: tuple[str, str], posterior: str) -> None:
    """It rests on the lines that say the joint density, and on what parameters must satisfy."""
    found, results = judged(tmp_path, rows(*model, posterior))
    result = results[found[-1].steps[0]]
    assert isinstance(result.verdict, Conditional)
    assert {"densities", "normalized"} <= set(result.verdict.laws)
    assert [premise.span.line for premise in result.premises if premise.span is not None] == [3, 1]
    assert any(premise.span is None for premise in result.premises)


@pytest.mark.parametrize(("model", "posterior"), [
    (NORMAL, rf"p(\mu|y) = \mathcal{{N}}(\mu; {MEAN}, \frac{{v}}{{v+s}})"),
    (NORMAL, r"p(\mu|y) = \mathcal{N}(\mu; \frac{s m - v y}{v+s}, \frac{v s}{v+s})"),
    (NORMAL, rf"p(\mu|y) = 2 \mathcal{{N}}(\mu; {MEAN}, \frac{{v s}}{{v+s}})"),
    (NORMAL, rf"p(\mu|y) = \exp[-\frac{{v+s}}{{2 v s}} (\mu-{MEAN})^2]"),
    (NORMAL, r"p(\mu|y) = \mathcal{N}(y; \frac{s m + v \mu}{v+s}, \frac{v s}{v+s})"),
    (NORMAL, rf"p(y|\mu) = \mathcal{{N}}(y; {MEAN}, \frac{{v s}}{{v+s}})"),
    (NORMAL, rf"q(\mu|y) = \mathcal{{N}}(\mu; {MEAN}, \frac{{v s}}{{v+s}})"),
    (NORMAL, rf"p(\mu|y,z) = \mathcal{{N}}(\mu; {MEAN}, \frac{{v s}}{{v+s}})"),
    (COUNTS, r"p(\lambda|y) = \mathrm{Gam}(\lambda; a+y, b)"),
    (COUNTS, r"p(\lambda|y) = \mathrm{Exp}(\lambda; b+1)"),
    (SHARES, r"p(x|y) = \mathrm{Bet}(x; a+y, b-y)"),
])
def test_another_density_is_not(tmp_path: Path, model: tuple[str, str], posterior: str) -> None:
    """Wrong parameters, a factor, another variable or letter, proportional only in the other argument."""
    assert last(tmp_path, *model, posterior) == "defined"


@pytest.mark.parametrize("prior", [
    r"\mathrm{Exp}(\mu; \lambda)", r"\lambda \exp[-\lambda \mu]", r"\lambda \cdot \exp[-\mu \lambda]",
])
def test_a_density_on_another_support_is_not(tmp_path: Path, prior: str) -> None:
    """With mu > 0, the posterior is a truncated normal density, although the formulas are proportional."""
    posterior = r"p(\mu|y) = \mathcal{N}(\mu; y - \lambda s, s)"
    assert last(tmp_path, rf"p(\mu) = {prior}", NORMAL[1], posterior) == "defined"


def test_a_bounded_prior_is_not(tmp_path: Path) -> None:
    """A uniform prior bounds the posterior."""
    prior = r"p(\mu) = \mathcal{U}(\mu; 0, 1)"
    assert last(tmp_path, prior, NORMAL[1], r"p(\mu|y) = \mathcal{N}(\mu; y, s)") == "defined"


def test_what_is_proportional_counts(tmp_path: Path) -> None:
    """In all that is varied; from the joint density, too, and of a larger set of names by densities in order."""
    joint = r"p(y,\mu,\tau) \propto \tau^{1/2} \exp[-\frac{\tau l}{2} (\mu-m)^2] \tau^{a-1} \exp[-b \tau]"
    prior = r"p(\mu,\tau) = \mathcal{N}(\mu; 0, \tau^{-1}) \cdot \mathrm{Gam}(\tau; c, d)"
    mean = r"p(\mu|\tau,y) = \mathcal{N}(\mu; m, (\tau l)^{-1})"
    both = r"p(\mu,\tau|y) = \mathcal{N}(\mu; m, (\tau l)^{-1}) \cdot \mathrm{Gam}(\tau; a, b)"
    assert last(tmp_path, prior, joint, mean) == "conditional"
    assert last(tmp_path, prior, joint, both) == "conditional"
    assert last(tmp_path, prior, joint, mean, r"p(\tau|y) = \mathrm{Gam}(\tau; a, b)") == "conditional"
    assert last(tmp_path, prior, joint, mean, r"p(\tau|y) = \mathrm{Gam}(\tau; a+1, b)") == "defined"
    assert last(tmp_path, prior, joint, r"p(\tau|y) = \mathrm{Gam}(\tau; a, b)") == "defined"
    assert last(tmp_path, prior, joint, both.replace("Gam}(\\tau; a,", "Gam}(\\tau; a+1/2,")) == "defined"
    assert last(tmp_path, prior, joint, r"p(\mu|y) = \mathcal{N}(\mu; m, (\tau l)^{-1})") == "defined"


def test_nothing_rests_on_itself(tmp_path: Path) -> None:
    """A joint density that is said by way of the posterior says nothing of that."""
    posterior = r"p(\mu|y) = \mathcal{N}(\mu; 3 y, s)"
    assert last(tmp_path, r"p(y,\mu) = p(\mu|y) p(y)", posterior) == "defined"
    theorem = f"**Theorem:** Then\n\n$$ {posterior} $$\n\n**Proof:** We have\n\n$$ p(y,\\mu) = p(\\mu|y) p(y) $$\n"
    assert outcomes(tmp_path, theorem)[0] == "defined"


@pytest.mark.parametrize(("mean", "outcome"), [(r"\Lambda^{-1} (X^T y + K m)", "conditional"),
                                               (r"\Lambda^{-1} (X^T y - K m)", "defined")])
def test_the_posterior_of_a_vector(tmp_path: Path, mean: str, outcome: str) -> None:
    """Data are held fixed, whatever a model says they are made of; the covariance must be symmetric."""
    text = ("---\nlossproof:\n  packs: [statistics]\n  names:\n    n: size\n    k: size\n"
            "    y: {kind: vector, shape: [n]}\n    \\beta: {kind: vector, shape: [k]}\n"
            "    m: {kind: vector, shape: [k]}\n    \\mu: {kind: vector, shape: [k]}\n"
            "    X: {kind: matrix, shape: [n, k]}\n"
            "    K: {kind: matrix, shape: [k, k], assume: [symmetric]}\n"
            "    \\Lambda: {kind: matrix, shape: [k, k], assume: [symmetric]}\n"
            "  functions: {p: unspecified}\n---\n\n$$ \\Lambda = X^T X + K $$\n\n" + rf"$$ \mu = {mean} $$" + "\n\n"
            r"$$ p(y,\beta) = \exp[-\frac{1}{2} (\beta^T \Lambda \beta - 2 \beta^T (X^T y + K m))] $$" + "\n\n"
            r"$$ p(\beta|y) = \mathcal{N}(\beta; \mu, \Lambda^{-1}) $$" + "\n")
    assert outcomes(tmp_path, text)[-1] == outcome


def test_the_letter_b_is_the_beta_function_beside_a_beta_density(tmp_path: Path) -> None:
    """And else a function of which nothing is known."""
    row = r"q = \frac{1}{B(a,b)} x^{a-1} (1-x)^{b-1} = \frac{\Gamma(a+b)}{\Gamma(a) \Gamma(b)} x^{a-1} (1-x)^{b-1}"
    assert last(tmp_path, row) != "conditional"
    assert last(tmp_path, r"p(x) = \mathrm{Bet}(x; a, b)", row) == "conditional"


JOINT = (r"p(\mu,\tau) = \mathcal{N}(\mu; 0, \tau^{-1}) \cdot \mathrm{Gam}(\tau; c, d)",
         r"p(y,\mu,\tau) = \frac{y^2}{2} \sqrt{\frac{\tau l}{2 \pi}} \exp[-\frac{\tau l}{2} (\mu-m)^2] \, \tau^{a-1} "
         r"\exp[-b \tau]",
         r"p(\mu|\tau,y) = \mathcal{N}(\mu; m, (\tau l)^{-1})", r"p(\tau|y) = \mathrm{Gam}(\tau; a, b)")
EVIDENCE = r"\iint p(y,\mu,\tau) \, \mathrm{d}\mu \, \mathrm{d}\tau"


@pytest.mark.parametrize(("value", "outcome"), [
    (r"\frac{y^2}{2} \frac{\Gamma(a)}{b^a}", "conditional"), (r"\frac{y^2}{2} \frac{\Gamma(a+1)}{b^a}", "unknown"),
    (r"y^2 \frac{\Gamma(a)}{b^a}", "unknown"), (r"\frac{y^2}{2} \frac{\Gamma(a)}{b^a} \frac{\tau}{\tau+1}", "unknown"),
])
def test_the_integral_of_a_multiple_of_a_density(tmp_path: Path, value: str, outcome: str) -> None:
    """What is integrated is a product of densities that the text writes, times what does not vary."""
    assert last(tmp_path, *JOINT, rf"{EVIDENCE} = {value}") == outcome


def test_the_log_of_such_an_integral(tmp_path: Path) -> None:
    """Of what a density is said to be, too; not where another prior says that a parameter is bounded."""
    says, row = rf"p(y) = {EVIDENCE}", r"\log p(y) = \log \frac{y^2}{2} + \log \Gamma(a) - a \log b"
    assert last(tmp_path, *JOINT, says, row) == "conditional"
    assert last(tmp_path, *JOINT, says, row.replace("- a", "+ a")) == "unknown"
    bounded = JOINT[0].replace(r"\mathcal{N}(\mu; 0, \tau^{-1})", r"\mathrm{Exp}(\mu; l)")
    assert last(tmp_path, bounded, *JOINT[1:2], *JOINT[3:], says, row) != "conditional"


def test_a_later_side_follows_from_the_side_before_it(tmp_path: Path) -> None:
    """That the last side is the posterior density does not prove a wrong one between."""
    right = rf"\mathcal{{N}}(\mu; {MEAN}, \frac{{v s}}{{v+s}})"
    wrong = rf"\mathcal{{N}}(\mu; {MEAN}, \frac{{2 v s}}{{v+s}})"
    assert last(tmp_path, *NORMAL, rf"p(\mu|y) = {right} = {wrong}") not in ("proved", "conditional")
    assert last(tmp_path, *NORMAL, rf"p(\mu|y) = {wrong} = {right}") not in ("proved", "conditional")


def test_what_a_theorem_claims_to_be_proportional_says_nothing_in_its_proof(tmp_path: Path) -> None:
    """It would rest on itself."""
    claim = r"p(\mu|y) \propto \exp[-\frac{(\mu-3 y)^2}{2 s}]"
    text = f"**Theorem:** Then\n\n$$ {claim} $$\n\n**Proof:** So\n\n" + rows(r"p(\mu|y) = \mathcal{N}(\mu; 3 y, s)")
    assert outcomes(tmp_path, text)[-1] == "defined"
