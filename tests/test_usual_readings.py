"""Inverse functions and probabilities of events in documents: what follows from what these are, and what does not."""

from __future__ import annotations

from pathlib import Path

import pytest
import small_documents

from lossproof.read.document.pieces import Text
from lossproof.read.document.wording import Wording
from lossproof.verdict import Conditional


def outcomes(tmp_path: Path, *parts: str) -> list[str | None]:
    """What became of each displayed row; what is no text stands between dollars."""
    return small_documents.outcomes(tmp_path, "\n\n".join(parts) + "\n")


def display(*rows: str) -> str:
    return "$$\n\\begin{split}\n" + " \\\\\n".join(rows) + "\n\\end{split}\n$$"


STANDARDIZED = display(r"Z = g(X) = \frac{X - \mu}{\sigma^2 + 1}")


@pytest.mark.parametrize(("inverse", "outcome"), [
    (r"X = g^{-1}(Z) = (\sigma^2 + 1) Z + \mu", "proved"),
    (r"X = g^{-1}(Z) = (\sigma^2 + 1) Z - \mu", "unknown"),
    (r"X = g^{-1}(Z) = \sigma^2 Z + \mu", "unknown"),
])
def test_an_inverse_is_checked(tmp_path: Path, inverse: str, outcome: str) -> None:
    """Both ways round; a wrong one proves nothing."""
    assert outcomes(tmp_path, STANDARDIZED, display(inverse)) == ["defined", outcome]


def test_a_checked_inverse_stands_for_the_function(tmp_path: Path) -> None:
    """In later lines, also under a derivative; with another value, they are not proved."""
    right = r"h(g^{-1}(z)) &= h((\sigma^2 + 1) z + \mu)"
    wrong = r"h(g^{-1}(z)) &= h(\sigma^2 z + \mu)"
    slope = r"\frac{\mathrm{d}}{\mathrm{d}z} g^{-1}(z) &= \sigma^2 + 1"
    said = r"The inverse is $X = g^{-1}(Z) = (\sigma^2 + 1) Z + \mu$."
    found = outcomes(tmp_path, STANDARDIZED, display(r"X = g^{-1}(Z) = (\sigma^2 + 1) Z + \mu"), said,
                     *map(display, (right, wrong, slope)), "$h(x)$, $h(z)$")
    assert [one for one in found if one != "defined"][1:] == ["proved", "unknown", "proved"] or \
        found[-3:] == ["proved", "unknown", "proved"]


@pytest.mark.parametrize(("function", "inverse", "outcome"), [
    (r"X^2", r"\sqrt{Z}", "unknown"),          # X may be negative
    (r"X^3 + 1", r"Z - 1", "unknown"),
    (r"\exp(X)", r"\ln(Z)", "proved"),
    (r"2 X", r"\frac{Z}{2}", "proved"),
    (r"2 X", r"\frac{1}{2 Z}", "unknown"),     # the reciprocal
])
def test_a_formula_that_is_no_inverse_proves_nothing(tmp_path: Path, function: str, inverse: str, outcome: str) -> None:
    """A function without one, a wrong one, the reciprocal."""
    found = outcomes(tmp_path, display(f"Z = g(X) = {function}"), display(f"X = g^{{-1}}(Z) = {inverse}"))
    assert found[1] == outcome


def test_a_function_with_two_meanings_has_no_one_inverse(tmp_path: Path) -> None:
    """After g is said to be something else, nothing is known of g^{-1}."""
    found = outcomes(tmp_path, display("Z = g(X) = 2 X"), display("W = g(X) = 3 X"),
                     display(r"X = g^{-1}(Z) = \frac{Z}{2}"))
    assert found == ["defined", "defined", "unknown"]


LET = "Let $X$ be a {kind}random variable and let $g(x)$ be {course} function. Then let $Y = g(X)$."


def events(tmp_path: Path, kind: str, course: str, *rows: str) -> list[str | None]:
    return outcomes(tmp_path, LET.format(kind=kind, course=course), display(*rows))


@pytest.mark.parametrize(("course", "outcome"), [
    ("a strictly increasing", "conditional"), ("a strictly decreasing", "unknown"), ("an invertible", "unknown"),
    ("a", "unknown")])
def test_events_of_increasing_functions(tmp_path: Path, course: str, outcome: str) -> None:
    """g(X) <= y is X <= g^{-1}(y) where g is said to be strictly increasing."""
    found = events(tmp_path, "", course, r"F_Y(y) &= \mathrm{Pr}(Y \leq y)", r"&= \mathrm{Pr}(g(X) \leq y)",
                   r"&= \mathrm{Pr}(X \leq g^{-1}(y))", r"&= F_X(g^{-1}(y))")
    assert found == ["proved", "proved", outcome, "proved"]


@pytest.mark.parametrize(("course", "outcome"), [
    ("a strictly increasing", "unknown"), ("a strictly decreasing", "conditional"), ("an invertible", "unknown")])
def test_events_of_decreasing_functions(tmp_path: Path, course: str, outcome: str) -> None:
    """g(X) <= y is X >= g^{-1}(y) where g is said to be strictly decreasing."""
    found = events(tmp_path, "", course, r"F_Y(y) &= \mathrm{Pr}(g(X) \leq y)", r"&= \mathrm{Pr}(X \geq g^{-1}(y))")
    assert found[1] == outcome


def test_the_premise_is_named(tmp_path: Path) -> None:
    """A verdict that rests on the words of the text says where they stand."""
    text = "\n\n".join((LET.format(kind="", course="a strictly increasing"), display(
        r"F_Y(y) &= \mathrm{Pr}(g(X) \leq y)", r"&= \mathrm{Pr}(X \leq g^{-1}(y))"))) + "\n"
    rows, results = small_documents.judged(tmp_path, text)
    result = results[next(row for row in rows if r"g^{-1}" in row.latex).steps[0]]
    assert isinstance(result.verdict, Conditional)
    assert [premise.span.line for premise in result.premises if premise.span] == [1]


@pytest.mark.parametrize(("kind", "row", "outcome"), [
    ("", r"\mathrm{Pr}(X \leq x) = F_X(x)", "proved"),
    ("", r"\mathrm{Pr}(X > x) = 1 - F_X(x)", "proved"),
    ("", r"\mathrm{Pr}(X < x) = F_X(x)", "unknown"),               # not where X takes the value x
    ("continuous ", r"\mathrm{Pr}(X < x) = F_X(x)", "conditional"),
    ("continuous ", r"\mathrm{Pr}(X \geq x) = 1 - F_X(x)", "conditional"),
    ("", r"\mathrm{Pr}(a < X \leq b) = F_X(b) - F_X(a)", "conditional"),        # where a <= b
    ("", r"\mathrm{Pr}(a \leq X \leq b) = F_X(b) - F_X(a)", "unknown"),
    ("continuous ", r"\mathrm{Pr}(a \leq X \leq b) = F_X(b) - F_X(a)", "conditional"),
    ("continuous ", r"\mathrm{Pr}(a \leq X \leq b) = F_X(a) - F_X(b)", "unknown"),
    ("continuous ", r"\mathrm{Pr}(1 \leq X \leq 0) = F_X(0) - F_X(1)", "unknown"),  # a condition that never holds
    ("", r"\mathrm{Pr}(X = x) = f_X(x)", "unknown"),
    ("discrete ", r"\mathrm{Pr}(X = x) = f_X(x)", "conditional"),
    ("continuous ", r"\mathrm{Pr}(X = x) = f_X(x)", "unknown"),
    ("", r"\mathrm{Pr}(X \leq X) = F_X(X)", "unknown"),
    ("", r"\mathrm{Pr}(X \leq W) = F_X(W)", "unknown"),            # W may be random
    ("", r"\mathrm{Pr}(X \leq x) = F_X(x) + 0 x", "proved"),
    ("", r"\mathrm{Pr}(X \leq x) = F_X(2 x)", "unknown"),
    ("", r"\mathrm{Pr}(X \leq x) = F_W(x)", "unknown"),
])
def test_what_distribution_functions_are(tmp_path: Path, kind: str, row: str, outcome: str) -> None:
    """Definitions of them, for all X; what needs more is said by the text, or is not proved."""
    left, right = row.split(" = ", 1) if "X = x" not in row else (r"\mathrm{Pr}(X = x)", "f_X(x)")
    found = outcomes(tmp_path, f"Let $X$ be a {kind}random variable.", display(r"0 &\leq F_X(x)", r"0 &\leq F_W(x)",
                     r"0 &\leq f_X(x)"), display(f"q + {left} &= q + {right}"))
    assert found[-1] == outcome


@pytest.mark.parametrize(("text", "course"), [
    ("Let $g(x)$ be a strictly increasing function.", "increasing"),
    ("Because $s$ is positive, $g(X)$ is strictly decreasing and we go on.", "decreasing"),
    ("Let $Y = g(X)$ be an invertible and differentiable function of it.", "invertible"),
    (r"Let $g: \; \mathbb{R} \rightarrow \mathbb{R}$ be an invertible function on the support of $X$.", "invertible"),
    ("Consider a strictly increasing function $g$.", "increasing"),
    ("If $g(x)$ is strictly increasing, this holds.", None),
    ("The function $g$ is not strictly increasing.", None),
    ("Let $h(x)$ be a function of $g(x)$, which is strictly increasing.", None),
    ("Let $g$ be strictly increasing for $x > 0$.", None),
    ("Let $g$ be strictly increasing on $(0, 1)$.", None),
    ("Let $f(x)$ be strictly increasing.", None),
    ("Let $g$ be strictly increasing. Now let $g$ be strictly decreasing.", None),
    ("Let $g$ be increasing.", None),
    ("Nobody would say that $g$ is invertible.", None),
])
def test_how_a_function_is_said_to_run(text: str, course: str | None) -> None:
    """Only what is said without doubt of the function itself, everywhere."""
    found = Wording(Text("t.md", text)).course("g")
    assert (None if found is None else found[0]) == course


@pytest.mark.parametrize(("row", "outcome"), [
    (r"\int_{(-\infty - m)/s}^{0} \exp(x) \, \mathrm{d}x = \int_{-\infty}^{0} \exp(x) \, \mathrm{d}x", "proved"),
    (r"\int_{-(-\infty)/s}^{0} \exp(x) \, \mathrm{d}x = \int_{-\infty}^{0} \exp(x) \, \mathrm{d}x", "unknown"),
    (r"\int_{(-\infty - m)/r}^{0} \exp(x) \, \mathrm{d}x = \int_{-\infty}^{0} \exp(x) \, \mathrm{d}x", "unknown"),
    (r"\int_{-\infty + \infty}^{0} \exp(x) \, \mathrm{d}x = \int_{-\infty}^{0} \exp(x) \, \mathrm{d}x", "unknown"),
])
def test_ends_made_of_infinity(tmp_path: Path, row: str, outcome: str) -> None:
    """Where the sign of what it is divided by is known."""
    names = "{m: scalar, r: scalar, s: {kind: scalar, assume: [positive]}, x: scalar}"
    assert outcomes(tmp_path, f"---\nlossproof:\n  names: {names}\n---\n{display(row)}")[-1] == outcome


@pytest.mark.parametrize(("row", "outcome"), [
    (r"\mathrm{E}[g(X)] = \sum_{x \in \mathcal{X}} g(x) f_X(x)", "proved"),
    (r"\mathrm{E}(X) = \sum_{x \in \mathcal{X}} x f_X(x)", "proved"),
    (r"\mathrm{E}(X^2) = \int_{\mathcal{X}} x^2 f_X(x) \, \mathrm{d}x", "conditional"),    # where it exists
    (r"\mathrm{Var}(X) = \sum_{x \in \mathcal{X}} (x - \mathrm{E}(X))^2 f_X(x)", "proved"),
    (r"\mathrm{Var}(X) = \sum_{x \in \mathcal{X}} (x - \mathrm{E}(X)) f_X(x)", "defined"),
    (r"\mathrm{Var}(X) = \sum_{x \in \mathcal{X}} x^2 f_X(x)", "defined"),
    (r"\mathrm{E}(X) = \sum_{x \in \mathcal{X}} x^2 f_X(x)", "defined"),
    (r"\mathrm{E}(X) = - \sum_{x \in \mathcal{X}} x f_X(x)", "defined"),
    (r"\mathrm{E}(X) = \sum_{x \in \mathcal{X}} x f_Y(x)", "defined"),
    (r"\mathrm{E}(X) = \sum_{x \in \mathcal{Y}} x f_X(x)", "defined"),
    (r"\mathrm{E}(X Y) = \sum_{x \in \mathcal{X}} x Y f_X(x)", "defined"),      # Y is random, too
    (r"\mathrm{E}[g(X)] = \sum_{x \in \mathcal{X}} g(2 x) f_X(x)", "defined"),
])
def test_expectations_over_all_values(tmp_path: Path, row: str, outcome: str) -> None:
    """The sum and the integral that an expectation usually is; another one only gives it a meaning."""
    found = outcomes(tmp_path, "Let $X$ and $Y$ be random variables.", display(r"0 &\leq f_X(x)", r"0 &\leq f_Y(x)"),
                     display(row.replace("=", "&=", 1)))
    assert found[-1] == outcome


def test_an_expectation_over_one_variable(tmp_path: Path) -> None:
    """E_X is the expectation where nothing else is random in it."""
    found = outcomes(tmp_path, "Let $Y = 2 X$.", display(r"q &= \mathrm{E}_X[3 X]", r"&= 3 \mathrm{E}_X[X]"),
                     display(r"r &= \mathrm{E}_Z[Z U]", r"&= U \mathrm{E}_Z[Z]"))
    assert found == ["defined", "proved", "defined", "unknown"]


@pytest.mark.parametrize(("rows", "outcome"), [
    ((r"\mathrm{Pr}(Z \leq z)", r"\mathrm{Pr}(X \leq \sigma z + \mu)"), "proved"),
    ((r"\mathrm{Pr}(\frac{X - \mu}{\sigma} \leq z)", r"\mathrm{Pr}(X \leq \sigma z + \mu)"), "proved"),
    ((r"\mathrm{Pr}(\frac{X - \mu}{\sigma} \leq z)", r"F_X(\sigma z + \mu)"), "proved"),
    ((r"\mathrm{Pr}(Z \leq z)", r"F_Z(z)"), "proved"),
    ((r"\mathrm{Pr}(\mu - \sigma X \leq z)", r"\mathrm{Pr}(X \geq \frac{\mu - z}{\sigma})"), "proved"),
    ((r"\mathrm{Pr}(\mu - \sigma X \leq z)", r"\mathrm{Pr}(X \leq \frac{\mu - z}{\sigma})"), "unknown"),
    ((r"\mathrm{Pr}(Z \leq z)", r"\mathrm{Pr}(X < \sigma z + \mu)"), "unknown"),
    ((r"\mathrm{Pr}(Z \leq z)", r"\mathrm{Pr}(X \leq \sigma z - \mu)"), "unknown"),
    ((r"\mathrm{Pr}(a X \leq z)", r"\mathrm{Pr}(X \leq \frac{z}{a})"), "unknown"),        # a may be negative
    ((r"\mathrm{Pr}(X^2 \leq z)", r"\mathrm{Pr}(X \leq \sqrt{z})"), "unknown"),
    ((r"\mathrm{Pr}(X \leq \sigma W)", r"F_X(\sigma W)"), "unknown"),       # W may be random
])
def test_events_of_affine_functions(tmp_path: Path, rows: tuple[str, str], outcome: str) -> None:
    """a + b X <= z is X <= (z - a)/b where b is known to be positive, the other way round where it is negative."""
    found = outcomes(tmp_path, "Let $X$ be a random variable.", display(r"Z = \frac{X - \mu}{\sigma}"),
                     display(r"0 &\leq F_X(x)", r"0 &\leq F_Z(z)", r"\log \sigma &\leq \sigma"),
                     display(f"q + {rows[0]} &= q + {rows[1]}"))
    assert found[-1] == outcome


@pytest.mark.parametrize(("text", "row", "outcome"), [
    ("continuous", r"F_X(\mathrm{median}(X)) = \frac{1}{2}", "conditional"),
    ("continuous", r"F_X(\mathrm{median}(X)) = \frac{1}{3}", "unknown"),
    ("continuous", r"F_W(\mathrm{median}(X)) = \frac{1}{2}", "unknown"),
    ("continuous", r"F_X(2 \mathrm{median}(X)) = \frac{1}{2}", "unknown"),
    ("discrete", r"F_X(\mathrm{median}(X)) = \frac{1}{2}", "unknown"),
])
def test_medians(tmp_path: Path, text: str, row: str, outcome: str) -> None:
    """Half of a continuous distribution lies below its median."""
    found = outcomes(tmp_path, f"Let $X$ be a {text} random variable.", display(r"0 &\leq F_X(x)", r"0 &\leq F_W(x)"),
                     display(row.replace("=", "&=")))
    assert found[-1] == outcome


@pytest.mark.parametrize(("cases", "outcome"), [
    ((r"f_X(g^{-1}(y))", r"y \in \mathcal{Y}", "0", r"y \notin \mathcal{Y}"), "conditional"),
    ((r"f_X(g^{-1}(y))", r"y \in \mathcal{Y}", "1", r"y \notin \mathcal{Y}"), "defined"),
    ((r"f_X(g(y))", r"y \in \mathcal{Y}", "0", r"y \notin \mathcal{Y}"), "defined"),
    ((r"f_X(g^{-1}(y))", r"y \in \mathcal{X}", "0", r"y \notin \mathcal{X}"), "defined"),
    ((r"f_X(g^{-1}(y))", r"y \notin \mathcal{Y}", "0", r"y \in \mathcal{Y}"), "defined"),
])
def test_mass_functions_by_cases(tmp_path: Path, cases: tuple[str, ...], outcome: str) -> None:
    """That of g(X), and 0 outside of the possible outcomes."""
    value, inside, other, outside = cases
    claim = rf"f_Y(y) = \left\{{ \begin{{array}}{{rl}} {value} \; , & \text{{if}} \; {inside} \\ " \
        rf"{other} \; , & \text{{if}} \; {outside} \end{{array}} \right."
    found = outcomes(
        tmp_path, "**Theorem:** Let $X$ be a discrete random variable and let $g(x)$ be an invertible function. Then, "
        "the probability mass function of $Y = g(X)$ is", f"$$ {claim} $$", "**Proof:** We have",
        display(r"f_Y(y) &= \mathrm{Pr}(Y = y)", r"&= \mathrm{Pr}(g(X) = y)", r"&= \mathrm{Pr}(X = g^{-1}(y))"))
    assert found[0] == outcome
    assert found[-3:] == ["conditional", "proved", "conditional"]


def test_a_distribution_function_may_be_said_otherwise(tmp_path: Path) -> None:
    """Who says that F_X(x) is Pr(X < x) does not mean Pr(X <= x); where it is the usual one, it stands for that."""
    def found(event: str) -> str | None:
        return outcomes(tmp_path, "Let $X$ be a random variable.", display(rf"F_X(x) &= \mathrm{{Pr}}({event})"),
                        display(r"q + \mathrm{Pr}(X \leq x) &= q + F_X(x)"))[-1]
    assert found(r"X \leq x") == "proved"
    assert found("X < x") == "unknown"
    assert found("X > x") == "unknown"


def test_an_equation_to_be_solved_is_no_rule(tmp_path: Path) -> None:
    """What a probability is set equal to at one place is not differentiated; what it is for all y, is."""
    first = display(r"F_Y(y) &= \mathrm{Pr}(Y \leq y)", r"&= F_X(2 y)")
    slope = display(r"q + \frac{\mathrm{d}}{\mathrm{d}y} F_Y(y) &= q + \frac{\mathrm{d}}{\mathrm{d}y} F_X(2 y)")
    assert outcomes(tmp_path, "Let $Y$ be a random variable.", first, slope)[-1] == "conditional"
    solved = display(r"F_Y(y) &= \mathrm{Pr}(Y \leq y)", r"&= \frac{1}{2}")
    slope = display(r"q + \frac{\mathrm{d}}{\mathrm{d}y} F_Y(y) &= q + 0")
    assert outcomes(tmp_path, "Let $Y$ be a random variable.", solved, slope)[-1] == "unknown"


def test_a_value_at_a_marked_letter_defines_no_function(tmp_path: Path) -> None:
    """y_0 = f(x_0) = 2 x_0 says what f is at x_0 only."""
    found = outcomes(tmp_path, display("f(x) &= f(z)"), display("y_0 = f(x_0) = 2 x_0"), display("q + f(z) &= q + 2 z"))
    assert found[-1] != "proved"


@pytest.mark.parametrize(("words", "outcome"), [
    ("Then, the density of $Y = 2 X + m$ is", "proved"), ("Then, the probability of $Y = 2 X + m$ is", "defined"),
    ("Then, the [probability](/p) of $Y = 2 X + m$ is", "defined"), ("Then $Y = 2 X + m$ is such that", "defined")])
def test_what_a_theorem_is_about_is_supposed(tmp_path: Path, words: str, outcome: str) -> None:
    """A name within the claim of a theorem that is given in passing; an event is no name."""
    found = outcomes(tmp_path, f"**Theorem:** Let $X$ be a number. {words}", display("q = s"), "**Proof:** We have",
                     display("Y - m &= 2 X"))
    assert found[-1] == outcome or (outcome == "defined" and found[-1] != "proved")


@pytest.mark.parametrize(("row", "outcome"), [
    (r"f_X(x) = \frac{1}{b - a + 1}", "proved"), (r"f_X(x) = \frac{1}{b - a}", "defined"),
    (r"\mathrm{E}(X) = \frac{a + b}{2}", "proved"), (r"\mathrm{Var}(X) = \frac{(b - a + 1)^2 - 1}{12}", "proved"),
    (r"\mathrm{Var}(X) = \frac{(b - a)^2}{12}", "defined")])
def test_a_discrete_uniform_distribution(tmp_path: Path, row: str, outcome: str) -> None:
    """Its mass, mean and variance, where the text says that it is discrete and not continuous."""
    text = "Let $X \\sim \\mathcal{U}(a, b)$ follow a WORDS distribution."
    said = outcomes(tmp_path, text.replace("WORDS", "discrete uniform"), f"$${row}$$")
    assert said[-1] == outcome or (outcome == "defined" and said[-1] == "unknown")
    both = outcomes(tmp_path, text.replace("WORDS", "discrete uniform, no continuous uniform"), f"$${row}$$")
    assert both[-1] in ("defined", "unknown")
