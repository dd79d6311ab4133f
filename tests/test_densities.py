"""Densities by their arguments, functionals of them, integrals over named spaces, proportional sides in documents."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_documents import verified

from lossproof import checker
from lossproof.derivation import Declaration, Definition, Document, Step
from lossproof.kernel import spaces
from lossproof.kernel.spaces import SPACE
from lossproof.read.document_file import read
from lossproof.term import Add, Call, Integral, Mul, Symbol, Term, number
from lossproof.verdict import Conditional, Proved, Verdict

ENDS = {name: Declaration(name, "scalar", assumptions=frozenset({SPACE, "unspecified"}))
        for name in ("inf_calX", "sup_calX", "inf_calY", "sup_calY")}
NAMES = {**ENDS, "x": Declaration("x", "scalar"), "c": Declaration("c", "scalar"), "y": Declaration("y", "scalar"),
         **{name: Declaration(name, "function", arity=1) for name in "fgh"},
         "k": Declaration("k", "function", arity=2)}


def over(body: Term, variable: str = "x", space: str = "calX") -> Term:
    return Integral(body, variable, Symbol(f"inf_{space}"), Symbol(f"sup_{space}"))


def at(name: str, *arguments: str) -> Term:
    return Call(name, tuple(Symbol(argument) for argument in arguments))


def times(*factors: Term) -> Term:
    return Mul(factors)


def plus(*terms: Term) -> Term:
    return Add(terms)


C = Symbol("c")


@pytest.mark.parametrize(("left", "right", "holds"), [
    (over(plus(at("f", "x"), times(C, at("g", "x")))), plus(over(at("f", "x")), times(C, over(at("g", "x")))), True),
    (over(times(at("f", "x"), at("g", "x"))), times(over(at("f", "x")), over(at("g", "x"))), False),
    (over(at("f", "x")), over(at("f", "y"), "y"), True),
    (over(at("f", "x")), over(at("f", "x"), "x", "calY"), False),
    (over(C), C, False),
    (over(Symbol("x")), over(number(1)), False),
    (over(over(at("k", "x", "y"), "y", "calY")), over(over(at("k", "x", "y")), "y", "calY"), True),
    (over(at("f", "x")), at("f", "x"), False),
    (over(times(at("f", "x"), over(at("g", "y"), "y", "calY"))),
     times(over(at("f", "x")), over(at("g", "x"), "x", "calY")), True),
])
def test_an_integral_over_a_named_space_is_linear_and_no_more(left: Term, right: Term, holds: bool) -> None:
    """Constants go out and sums apart, orders change; a product, another space, the space's size are not known."""
    found = checker.check(Step(left, right, declarations=NAMES)).verdict
    assert isinstance(found, Proved | Conditional) == holds
    if holds:
        assert isinstance(found, Conditional), "that the integrals exist is a condition"
        assert "integral-by-points" in found.laws


def test_what_varies_unseen_with_the_variable_is_no_constant() -> None:
    """A quantity made of x inside an integral over x is not taken out of it."""
    step = Step(over(times(Symbol("q"), at("f", "x"))), times(Symbol("q"), over(at("f", "x"))), declarations=NAMES,
                definitions={"q": Definition("q", Symbol("x"))})
    assert spaces.atoms(step) is None


def found(tmp_path: Path, text: str) -> dict[int, list[Verdict]]:
    """What became of every step, by the line of its row."""
    path = tmp_path / "notes.md"
    path.write_text(text, encoding="utf-8")
    document: Document = read(str(path))
    assert document.prose is not None
    by_line: dict[int, list[Verdict]] = {}
    for row in document.prose.rows:
        for name, index in row.steps:
            derivation = next(d for d in document.derivations if d.name == name)
            if index > 1:
                verdict = checker.check_step(document, derivation, index).verdict
                by_line.setdefault(row.span.line, []).append(verdict)
    return by_line


def verdicts(tmp_path: Path, text: str) -> dict[int, list[str]]:
    """The verdicts of every step, by the line of its row."""
    return {line: [verdict.verdict for verdict in of] for line, of in found(tmp_path, text).items()}


FAMILY = "$$ \\log p(y|\\theta,m) = \\log p(y|\\theta,m) + 0 $$\n\n"


@pytest.mark.parametrize(("row", "outcome"), [
    (r"p(\theta|y,m) = \frac{p(y|\theta,m) p(\theta|m)}{p(y|m)}", "conditional"),
    (r"p(\theta|y,m) = \frac{p(y|\theta,m) p(y|m)}{p(\theta|m)}", "defined"),
    (r"p(\theta|y,m) = \frac{p(y|\theta,m) p(\theta|m)}{p(y)}", "defined"),
    (r"p(y,\theta|m) = p(\theta|y,m) p(y|m)", "conditional"),
    (r"p(y,\theta|m) = p(\theta|m) p(y|m)", "defined"),
    (r"p(y|m) = \int p(y|\theta,m) p(\theta|m) d\theta", "conditional"),
    (r"p(y|m) = \int_\Theta p(y,\theta|m) d\theta", "proved"),
    (r"p(y|m) = \int_{\mathcal{A}} p(y,\theta|m) d\theta", "defined"),
    (r"p(y|m) = \int p(y|\theta,m) d\theta", "defined"),
])
def test_laws_of_densities_by_their_arguments(tmp_path: Path, row: str, outcome: str) -> None:
    """Bayes' theorem and marginals hold under conditions; what looks like them and is not stays a definition."""
    verdict, = found(tmp_path, FAMILY + f"$$ {row} $$\n")[3]
    assert verdict.verdict == outcome
    if isinstance(verdict, Proved | Conditional):
        assert "densities" in verdict.laws


def test_a_condition_at_two_indices_is_two_conditions(tmp_path: Path) -> None:
    """p(y|m_i) and p(y|m_j) are two densities, although both are given a model."""
    text = "$$ S = \\sum_{i=1}^M p(y|m_i) \\cdot p(m_i) $$\n\n"
    assert verdicts(tmp_path, text + "$$ p(y|m_1) = p(y|m_2) \\cdot 1 $$\n")[3] == ["defined"]
    assert verdicts(tmp_path, text + "$$ p(y,m_1) = p(y|m_1) p(m_1) $$\n")[3] == ["conditional"]
    assert verdicts(tmp_path, text + "$$ p(y,m_1) = p(y|m_1) p(m_2) $$\n")[3] == ["defined"]


@pytest.mark.parametrize(("row", "outcome"), [
    (r"\mathrm{I}(X,Y) = \mathrm{h}(X) - \mathrm{h}(X|Y)", "conditional"),
    (r"\mathrm{I}(X,Y) = \mathrm{h}(X) - \mathrm{h}(Y|X)", "defined"),
    (r"\mathrm{I}(X,Y) = \mathrm{h}(X) + \mathrm{h}(Y) - \mathrm{h}(X,Y)", "conditional"),
    (r"\mathrm{h}(X,Y) = \mathrm{h}(X) + \mathrm{h}(Y)", "defined"),
])
def test_information_of_random_variables(tmp_path: Path, row: str, outcome: str) -> None:
    """By the marginals of the joint density, and not by independence."""
    assert verdicts(tmp_path, f"$$ p(x,y) = p(x|y) p(y) $$\n\n$$ {row} $$\n")[3][0] == outcome


@pytest.mark.parametrize(("sign", "outcome"), [("+", "conditional"), ("-", "unknown")])
def test_means_and_entropies_of_densities(tmp_path: Path, sign: str, outcome: str) -> None:
    """The mean of log p - log q by q is a mean and an entropy, with the sign that it has."""
    text = (r"""$$
\begin{aligned}
\mathrm{F}[q(\theta)] &= \left\langle \log p(y,\theta) - \log q(\theta) \right\rangle_{q(\theta)} \\
&= \left\langle \log p(y,\theta) \right\rangle_{q(\theta)} SIGN \mathrm{h}[q(\theta)]
\end{aligned}
$$

$$ p(y,\theta) = p(y|\theta) p(\theta) $$
""")
    assert verdicts(tmp_path, text.replace("SIGN", sign))[4] == [outcome]


@pytest.mark.parametrize(("row", "outcome"), [
    (r"p(\lambda) \propto \lambda^{a-1} \exp[-b \lambda]", "conditional"),
    (r"p(\lambda) \propto \lambda^{a} \exp[-b \lambda]", "defined"),
    (r"p(\lambda|y) \propto p(y|\lambda) p(\lambda)", "conditional"),
    (r"p(\lambda|y) \propto p(y|\lambda) p(y)", "defined"),
    (r"p(\lambda|y) \propto p(y|\lambda)", "defined"),
])
def test_proportional_means_that_the_quotient_does_not_vary(tmp_path: Path, row: str, outcome: str) -> None:
    """In the names left of the bar; a factor that varies with them is missed."""
    text = "$$ p(\\lambda) = \\frac{b^a}{\\Gamma(a)} \\lambda^{a-1} \\exp[-b \\lambda] $$\n\n"
    text += "$$ p(y|\\lambda) = \\lambda^y \\exp[-\\lambda] $$\n\n"
    assert verdicts(tmp_path, text + f"$$ {row} $$\n")[5] == [outcome]


def test_a_polynomial_called_p_is_no_density(tmp_path: Path) -> None:
    """Where nothing says that the letter stands for densities, its integral is not 1."""
    assert verdicts(tmp_path, "$$ p(x) + \\int p(x) dx = p(x) + 1 $$\n")[1] == ["unknown"]
    assert verdicts(tmp_path, "$$ \\int p(x) dx = \\frac{2}{2} $$\n")[1] == ["unknown"]


@pytest.mark.parametrize(("factor", "outcome"), [(r"\frac{c}{\lambda^2}", "conditional"), ("c", "defined")])
def test_a_quantity_that_varies_is_no_constant_of_proportion(tmp_path: Path, factor: str, outcome: str) -> None:
    """Where c is lambda^2, it does not go out of what is proportional in lambda."""
    text = "$$ c = \\lambda^2 $$\n\n$$ \\log p(y|\\lambda) = \\log p(y|\\lambda) + 0 $$\n\n"
    row = rf"p(\lambda|y) \propto {factor} p(y|\lambda) p(\lambda)"
    assert verdicts(tmp_path, text + f"$$ {row} $$\n")[5] == [outcome]


@pytest.mark.parametrize("row", [
    r"\frac{\partial}{\partial \mu} \log p(y|\mu) = 0",
    r"\left. p(y|\mu) \right|_{\mu=0} = p(y|\mu)",
])
def test_how_a_density_depends_on_what_it_is_given_is_not_known(tmp_path: Path, row: str) -> None:
    """A joint density does not lose the name by which the line differentiates, or for which it puts a value."""
    assert verdicts(tmp_path, f"$$ {row} $$\n")[1] == ["unknown"]


def test_a_marginal_at_an_index_that_nothing_binds_is_no_law(tmp_path: Path) -> None:
    """Where a density is of x_i, the line does not say whether for one i or for each."""
    text = "$$ L = \\sum_{i=1}^n \\log p(x_i) $$\n\n$$ \\int p(y, x_i) dy = p(x_i) $$\n"
    assert verdicts(tmp_path, text)[3] == ["unknown"]


@pytest.mark.parametrize("row", [
    r"\frac{\partial}{\partial a} p(y|\mu) = 0", r"\lim_{a \to 0} p(y|\mu) = p(y|\mu)",
    r"\frac{\partial}{\partial a} \mathrm{E}(\mu) = 0", r"\int_0^1 p(y|\mu) \, \mathrm{d}a = p(y|\mu)",
])
def test_what_an_array_is_made_of_varies_what_depends_on_it(tmp_path: Path, row: str) -> None:
    """With mu = a v, nothing is said of p(y|mu) as a varies; as c does, which mu is not made of, it stays."""
    notation = ("---\nlossproof:\n  packs: [statistics]\n  names:\n    n: size\n    a: scalar\n    c: scalar\n"
                "    y: scalar\n    v: {kind: vector, shape: [n]}\n    \\mu: {kind: vector, shape: [n]}\n"
                "  functions: {p: unspecified}\n---\n\n$$ \\mu = a v $$\n\n")
    checked = verified(tmp_path, f"{notation}$$ {row} $$\n")
    assert all(step.verdict.verdict not in ("proved", "conditional")
               for derivation in checked.result.derivations for step in derivation.steps)
    still = row.replace("partial a", "partial c").replace("{a ", "{c ").replace("d}a", "d}c")
    checked = verified(tmp_path, f"{notation}$$ {still} $$\n")
    found = {step.verdict.verdict for derivation in checked.result.derivations for step in derivation.steps}
    assert "proved" in found or r"\mathrm{E}" in row
