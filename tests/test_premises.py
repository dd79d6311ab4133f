"""What a document says on one line and uses on another: steps that rest on premises, and what never is one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest
from small_documents import judged
from steps import Symbols, make_step

from lossproof.checker import check_step
from lossproof.kernel import proof
from lossproof.kernel.premises import under
from lossproof.lowering import established
from lossproof.read.document.argument import Argument, citations, labels
from lossproof.read.document_file import read
from lossproof.summary import row_outcome
from lossproof.verdict import StepResult

SYMBOLS: Symbols = {
    "n": {"kind": "size"}, "m": {"kind": "size"}, "i": {"kind": "index"}, "k": {"kind": "index", "upto": "m"},
    "y": {"kind": "indexed", "shape": ["n"]}, "e": {"kind": "indexed", "shape": ["n"]},
    "u": {"kind": "indexed", "rank": 2}, "v": {"kind": "indexed", "rank": 2},
    "mu": {"kind": "scalar"}, "a": {"kind": "scalar"}, "b": {"kind": "scalar"}, "c": {"kind": "scalar"},
    "x": {"kind": "scalar", "assume": ["positive"]}, "s": {"kind": "scalar", "assume": ["nonnegative"]},
    "t": {"kind": "scalar"},
    "p": {"kind": "indexed", "rank": 1}, "q": {"kind": "indexed", "rank": 1}, "j": {"kind": "index", "upto": "m"},
}


def follows(left: str, right: str, *premises: str, let: Mapping[str, str] = MappingProxyType({}),
            given: tuple[str, ...] = ()) -> bool:
    """Whether the kernel proves a step under premises."""
    step = make_step(SYMBOLS, left, right, given=(*given, *premises), let=let)
    posed = under(replace(step, given=step.given[:len(given)]), step.given[len(given):])
    return isinstance(proof.prove(posed), proof.Claim)


@pytest.mark.parametrize(("left", "right", "premise"), [
    ("(a - mu)**2", "b**2", "Eq(a, mu + b)"),
    ("Sum((y[i] - mu)**2, (i, 1, n))", "Sum(e[i]**2, (i, 1, n))", "Eq(y[i], mu + e[i])"),
    ("Sum((y[i] - mu)**2, (i, 1, n))", "Sum(e[i]**2, (i, 1, n))", "Eq(y[i] - e[i], mu)"),
    ("a*c", "b*c - 2*c", "Eq(b - a, 2)"),
    ("Sum(u[i, k]**2, (k, 1, m), (i, 1, n))", "4*Sum(v[k, i]**2, (k, 1, m), (i, 1, n))", "Eq(u[i, k], 2*v[k, i])"),
    ("Derivative(t*(a - b)**2, t)", "c**2", "Eq(a, b + c)"),
    ("Derivative(t*(a - b), t)", "c", "Eq(a, b + c)"),
    ("sqrt(x**2)", "a - b", "Eq(x, a - b)"),
    ("Limit(t*a, t, b)", "b*c", "Eq(a, c)"),
    # solved for the name
    ("2*log(x)", "2*(a - b)", "Eq(log(x), a - b)"), ("x", "exp(a - b)", "Eq(a - b, log(x))"),
    ("a", "exp(b + c)", "Eq(log(a), b + c)"), ("b + c", "a", "Eq(exp(b + c), exp(a))"),
    ("Sum(log(p[i])*e[i], (i, 1, n))", "Sum((y[i] + 1)*e[i], (i, 1, n))", "Eq(log(p[i]), y[i] + 1)"),
    ("s", "sqrt(b + c)", "Eq(s**2, b + c)"), ("a*s**4", "a*(b + c)**2", "Eq(s**2, b + c)"),
    ("1/a", "b + c", "Eq(1/a, b + c)"), ("a", "b + c", "Eq(a*x, (b + c)*x)"), ("a", "b/n", "Eq(n*a/2, b/2)"),
    ("a + b", "c - 3", "Eq(-2*(a + b), 6 - 2*c)"),
])
def test_an_equation_is_a_meaning(left: str, right: str, premise: str) -> None:
    """What an equation says of a name holds of all its entries, and next to operators by other names."""
    assert follows(left, right, premise)
    assert not follows(left, right)


@pytest.mark.parametrize(("left", "right", "premise"), [
    # differentiated, substituted, in a limit: the equation is about the name that varies
    ("Derivative((a - mu)**2, mu)", "0", "Eq(a, mu + b)"),
    ("Derivative(a*mu, a)", "0", "Eq(a, b)"),
    ("Subs(a - mu, mu, 0)", "b", "Eq(a, mu + b)"),
    ("Limit(a - t, t, 0)", "b", "Eq(a, t + b)"),
    # of one entry, of the entries up to another size, of two indices that are one
    ("Sum(y[i], (i, 1, n))", "n*mu", "Eq(y[1], mu)"),
    ("Sum(y[i], (i, 1, n))", "n*mu", "Eq(y[k], mu)"),
    ("Sum(u[i, k], (i, 1, n), (k, 1, n))", "n**2*mu", "Eq(u[i, i], mu)"),
    # a name by itself says nothing
    ("a", "2*b", "Eq(a, a + b - b)"),
    # what may be 0 is not divided by, and of two roots none is taken
    ("a", "b", "Eq(a*c, b*c)"), ("a", "b", "Eq(a*s, b*s)"), ("a", "b", "Eq(a*(c + 1), b*(c + 1))"),
    ("a", "sqrt(b + c)", "Eq(a**2, b + c)"), ("s", "-sqrt(b + c)", "Eq(s**2, b + c)"), ("a", "b", "Eq(a**2, b**2)"),
    ("a", "log(b)", "Eq(exp(a)*c, b*c)"),
])
def test_an_equation_that_is_none(left: str, right: str, premise: str) -> None:
    """Just outside of what makes an equation a meaning, it proves nothing."""
    assert not follows(left, right, premise)


def test_a_wider_integral_keeps_its_variable() -> None:
    """A bound name is not the name of the equation."""
    assert follows("Integral(a, (t, 0, 1))", "t", "Eq(a, t)")
    assert not follows("Integral(a, (t, 0, 1))", "Rational(1, 2)", "Eq(a, t)")


@pytest.mark.parametrize(("body", "left", "right", "premise"), [
    ("FamilyOf(p[t], (t, 1, n))", "Q[1]", "1", "Eq(p[j], t)"),
    ("FamilyOf(p[t], (t, 1, n))", "Sum(Q[r], (r, 1, n))", "n*(n + 1)/2", "Eq(p[j], t)"),
    ("FamilyOf(p[t] + 1, (t, 1, n))", "Q[1]", "b + 2", "Eq(p[j], t + b)"),
    ("FamilyOf(u[t, a], (t, 1, n), (a, 1, n))", "Q[1, 2]", "3", "Eq(u[i, k], t + a)"),
    ("FamilyOf(Sum(p[s], (s, 1, t)), (t, 1, n))", "Q[2]", "4", "Eq(p[j], t)"),
    ("FamilyOf(y[t], (t, 1, n))", "Q[1]", "1", "Eq(y[i], t)"),
])
def test_an_equation_is_not_about_the_indices_of_a_quantity(body: str, left: str, right: str, premise: str) -> None:
    """The t of p_j = t is not the t of Q_t = p_t: Q_1 is t, and not 1."""
    assert not follows(left, right, premise, let={"Q": body})


@pytest.mark.parametrize(("body", "left", "right", "premise"), [
    ("FamilyOf(p[t], (t, 1, 2))", "Q[1]", "b", "Eq(p[i], b)"),
    ("FamilyOf(y[t], (t, 1, n))", "Q[1]", "t", "Eq(y[i], t)"),
    ("FamilyOf(p[s], (s, 1, 2))", "Q[1]", "t", "Eq(p[i], t)"),
])
def test_an_equation_about_other_names_than_the_indices_of_a_quantity(
        body: str, left: str, right: str, premise: str) -> None:
    """Just inside of what the test before refuses."""
    assert follows(left, right, premise, let={"Q": body})


SUM, ABSOLUTE = "Sum(p[k], (k, 1, m))", "Sum(Abs(p[k]), (k, 1, m))"


@pytest.mark.parametrize(("left", "right", "premise", "given", "is_proved"), [
    (SUM, "m*mu", "Eq(p[k], mu)", (), True),
    (SUM, "m*mu", "Eq(p[k], mu)", ("Eq(j, 1)", "mu > 0"), True),
    (SUM, "m*mu", "Eq(p[k], mu)", ("Eq(k, 1)",), False),
    (SUM, "m*mu", "Eq(p[k], mu)", ("q[k] > 0",), False),
    (SUM, "m*mu", "Eq(p[k], mu)", ("w > 0",), False),
    (SUM, "m*w", "Eq(p[k], w)", (), False),
    (SUM, "m*w", "Eq(p[j], w)", (), False),
    (ABSOLUTE, SUM, "p[k] >= 0", (), True),
    (ABSOLUTE, SUM, "p[k] >= 0", ("Eq(j, 1)",), True),
    (ABSOLUTE, SUM, "p[k] >= 0", ("Eq(k, 1)",), False),
    (ABSOLUTE, SUM, "p[j] >= 0", ("q[k] > 0",), True),
    (ABSOLUTE, SUM, "And(p[k] >= 0, w >= 0)", (), False),
    ("Sum(Abs(q[k]), (k, 1, m))", "Sum(q[k], (k, 1, m))", "w >= 0", (), False),
    ("Sum(Abs(p[k] - w), (k, 1, m))", "Sum(p[k] - w, (k, 1, m))", "p[k] >= w", (), False),
    ("Sum(Abs(p[k] - q[k]), (k, 1, m))", "Sum(p[k] - q[k], (k, 1, m))", "p[k] >= q[k]", (), True),
])
def test_what_is_said_of_an_index_that_is_supposed_to_be_one(
        left: str, right: str, premise: str, given: tuple[str, ...], is_proved: bool) -> None:
    """Where k = 1 is supposed, or w stands for q_k, what is said with k is not said of all entries."""
    assert follows(left, right, premise, let={"w": "q[k]"}, given=given) == is_proved


@pytest.mark.parametrize(("left", "right", "is_proved"), [
    ("Integral(Expectation(X), (mu, 0, 1))", "Expectation(X)", False),
    ("Sum(Expectation(X), (mu, 1, n))", "n*Expectation(X)", False),
    ("Derivative(Expectation(X), mu)", "0", False),
    ("Integral(t*Expectation(X), (t, 0, 1))", "mu/2", True),
    ("Derivative(t*Expectation(X), t)", "mu", True),
])
def test_an_equation_about_chance_binds_what_it_names(left: str, right: str, is_proved: bool) -> None:
    """E(X) = mu says that the distribution of X changes with mu: it is no constant in a sum or an integral over mu."""
    random = {**SYMBOLS, "X": {"kind": "scalar", "assume": ["random"]}}
    step = make_step(random, left, right, given=("Eq(Expectation(X), mu)",))
    assert (established(under(replace(step, given=()), step.given)) is not None) == is_proved


def outcomes(tmp_path: Path, text: str) -> list[tuple[int, str | None, tuple[int, ...]]]:
    """Line, outcome and the lines that it rests on, of every row that counts."""
    rows, results = judged(tmp_path, text)
    return [(row.span.line, row_outcome(row, results), tuple(sorted({
        premise.span.line for step in row.steps if step in results for premise in results[step].premises
        if premise.span is not None}))) for row in rows]


MODEL = r"""Let the data be

$$ y_i - \varepsilon_i = \mu $$

Then the sum of squares is

$$ \sum_{i=1}^n \varepsilon_i^2 = \sum_{i=1}^n (y_i - {0})^2 $$
"""


def test_a_line_rests_on_the_line_before(tmp_path: Path) -> None:
    """What the model says is used, and named."""
    assert outcomes(tmp_path, MODEL.replace("{0}", r"\mu"))[-1] == (7, "conditional", (3,))
    assert outcomes(tmp_path, MODEL.replace("{0}", r"2 \mu"))[-1] == (7, "unknown", ())


@pytest.mark.parametrize(("given", "outcome"), [("", "conditional"), ("<!-- given: i = 1 -->", "unknown"),
                                                ("<!-- given: n = 3 -->", "conditional")])
def test_what_is_said_where_an_index_is_supposed_to_be_one(tmp_path: Path, given: str, outcome: str) -> None:
    """x_i - a = a under i = 1 says nothing of the other x."""
    text = rf"""{given}

We have

$$ x_i - a = a $$

so that

$$ \sum_{{i=1}}^n x_i = 2 n a $$
"""
    assert outcomes(tmp_path, text)[-1][1] == outcome


IN_CASES = r"""## One

<!-- given: y = 1 -->

$$ L = -\log a $$

$$ L + y = 1 - \log a $$

## In general

$$ L + 2 = 2 - \log a $$

## Zero

<!-- given: y = 0 -->

$$ L = -\log(1 - a) $$

$$ L + y = -\log(1 - a) $$

$$ L + 2 = 2 - \log a $$
"""


def test_a_meaning_in_a_case_is_one_in_that_case(tmp_path: Path) -> None:
    """What L is where y = 1 says nothing of it in general, nor where y = 0; nor does what it is there."""
    assert [outcome for _, outcome, _ in outcomes(tmp_path, IN_CASES)] == [
        "defined", "proved", "unknown", "defined", "proved", "refuted"]


@pytest.mark.parametrize(("given", "formula", "claim", "outcome"), [
    ("i = 1", "x_i = 2 a", r"\sum_{i=1}^n x_i = 2 n a", "unknown"),
    ("i > 2", "x_i = 2 a", r"\sum_{i=1}^n x_i = 2 n a", "unknown"),
    ("z_i = 1", "x_i = 2 z_i", r"\sum_{i=1}^n x_i = 2 \sum_{i=1}^n z_i", "proved"),
    ("z_i > 0", "x_i = 2 z_i", r"\sum_{i=1}^n x_i = 2 \sum_{i=1}^n z_i", "proved"),
    ("n = 3", "x_i = 2 a", r"\sum_{i=1}^n x_i = 2 n a", "proved"),
    ("t = 1", "f(t) = 2 a", "f(3) = 2 a", "unknown"),
    ("t > 0", "f(t) = t^2", "f(-3) = 9", "unknown"),
    ("a > 0", "f(t) = t^2 a", "f(-3) = 9 a", "proved"),
])
def test_what_is_said_of_some_values_under_a_hypothesis_is_no_meaning_for_all(
        tmp_path: Path, given: str, formula: str, claim: str, outcome: str) -> None:
    """A hypothesis about an index or an argument singles out values of it."""
    text = f"<!-- given: {given} -->\n\n$$ {formula} $$\n\n$$ {claim} $$\n"
    assert outcomes(tmp_path, text)[-1][1] == outcome


@pytest.mark.parametrize(("row", "outcome"), [
    (r"u_i = x_i - c \quad \Rightarrow \quad v = 0", "proved"), (r"u_i = x_i - c, \quad v = 0", "unknown"),
    (r"v = 0 \quad \Rightarrow \quad v + u_i = x_i - c", "conditional"),
    (r"u_i = x_i - c \quad \text{if} \quad v = 0", "unknown"),
])
def test_what_follows_from_a_meaning_does_not_narrow_it(tmp_path: Path, row: str, outcome: str) -> None:
    """u_i = x_i - c => v = 0 says what u is; u_i = x_i - c, v = 0 says it of a case."""
    text = f"$$ {row} $$\n\n$$ \\sum_{{i=1}}^n u_i = \\sum_{{i=1}}^n x_i - n c $$\n"
    assert outcomes(tmp_path, text)[-1][1] == outcome


@pytest.mark.parametrize(("rows", "found"), [
    # both rows are about the case of both
    (r"a &= 0 \Rightarrow p = a + b + c = c \\ b &= 0 \Rightarrow q = b + c = c",
     [("conditional", (3, 4)), ("conditional", (4,))]),
    (r"a &= 0 \Rightarrow p = a + b + c = 2 c \\ b &= 0 \Rightarrow q = b + c = c",
     [("unknown", ()), ("conditional", (4,))]),
    # each row is a case of its own
    (r"a &= 0 \Rightarrow p = a + c = c \\ a &= 1 \Rightarrow q = a + c = 1 + c",
     [("conditional", (3,)), ("conditional", (4,))]),
    (r"a &= 0 \Rightarrow p = a + c = 1 + c \\ a &= 1 \Rightarrow q = a + c = c", [("unknown", ()), ("unknown", ())]),
])
def test_cases_of_one_display(tmp_path: Path, rows: str, found: list[tuple[str, tuple[int, ...]]]) -> None:
    """What a name is said to be in one row of a display counts for the others, after what they say of it themselves."""
    first, second = rows.split(r" \\ ")
    text = f"$$ \\begin{{split}}\nc &= c_0 + c_1 \\\\\n{first} \\\\\n{second}\n\\end{{split}} $$\n"
    assert [(outcome, lines) for _, outcome, lines in outcomes(tmp_path, text)[1:]] == found


def test_the_least_is_named(tmp_path: Path) -> None:
    """Of what could be used, only what is needed."""
    text = "$$ c^2 + a = b + c^2 + 1 $$\n\n" + "$$ d + a = b^2 $$\n\n" + "$$ 2 a = 2 b + 2 $$\n"
    assert outcomes(tmp_path, text)[-1] == (5, "conditional", (1,))


THEOREM = r"""**Theorem:** Let $g = 3 h$. Then

$$ a^2 + g = b^2 $$

**Proof:** It holds that

$$ {0} $$

so that

$$ b^2 = a^2 + 3 h $$
"""


def test_a_theorem_is_no_premise_of_its_proof(tmp_path: Path) -> None:
    """The theorem follows from the lines of its proof, and these not from it."""
    found = outcomes(tmp_path, THEOREM.replace("{0}", r"a = b - 2 h"))
    assert [(line, rests) for line, _, rests in found if 3 in rests] == []


def test_a_theorem_rests_on_its_proof(tmp_path: Path) -> None:
    """What the proof says makes the theorem conditional on it."""
    text = "**Theorem:** It holds that\n\n$$ a + b = c $$\n\n**Proof:** We know\n\n$$ a + 2 b = c + b^2/b $$\n"
    assert outcomes(tmp_path, text)[0][1:] == ("conditional", (7,))


def test_a_line_is_no_premise_of_itself(tmp_path: Path) -> None:
    """The same equation again, or with its sides exchanged, proves nothing."""
    text = "$$ a^2 + b = c^3 $$\n\nText.\n\n$$ c^3 = a^2 + b $$\n"
    assert [outcome for _, outcome, _ in outcomes(tmp_path, text)] == ["unknown", "unknown"]


def test_a_theorem_rests_on_the_end_of_its_proof(tmp_path: Path) -> None:
    """What the proof arrives at is the theorem, also in the same words; not so without a proof, or by another one."""
    text = "**Theorem:** It holds that\n\n$$ a^2 + b = c^3 $$\n\n{0}:** So\n\n$$ {1} $$\n"
    made = text.replace("{0}", "**Proof")
    assert outcomes(tmp_path, made.replace("{1}", "a^2 + b = c^3"))[0] == (3, "conditional", (7,))
    assert outcomes(tmp_path, made.replace("{1}", "c^3 = a^2 + b"))[0] == (3, "conditional", (7,))
    assert outcomes(tmp_path, made.replace("{1}", "c^3 = a^2 - b"))[0][1] == "unknown"
    again = text.replace("{0}", "**Corollary").replace("{1}", "a^2 + b = c^3")
    assert "conditional" not in {outcome for _, outcome, _ in outcomes(tmp_path, again)}


def test_lines_that_contradict_prove_nothing(tmp_path: Path) -> None:
    """Premises that never hold together are about no point."""
    text = "$$ a + b = c + 1 $$\n\n$$ a + b = c + 2 $$\n\n$$ a^2 = c^4 + b $$\n"
    assert outcomes(tmp_path, text)[-1][1] == "unknown"


def test_a_mistake_stays_refuted(tmp_path: Path) -> None:
    """What no reading of the names saves is refuted, whatever the lines before say."""
    text = "$$ a + b = 2 a $$\n\n$$ (a + b)^2 = a^2 + b^2 $$\n"
    assert outcomes(tmp_path, text)[-1] == (3, "refuted", (1,))     # at a point where a + b is 2 a


def test_a_line_that_could_not_be_read_does_not_hide_the_next(tmp_path: Path) -> None:
    """What is equal to it is compared with the line before it."""
    text = "\\begin{align}\n(a + b)^2 &= a^2 + 2 a b + b^2 \\\\\n&= \\frac{a {b} \\\\\n&= (b + a)^2\n\\end{align}\n"
    text = text.replace(r"\frac{a {b}", r"\oint a^{b} \unknownthing")
    found = outcomes(tmp_path, "$$\n" + text + "$$\n")
    assert [outcome for _, outcome, _ in found] == ["proved", "not_read", "proved"]


@pytest.mark.parametrize(("text", "role"), [
    ("**Theorem:** Let $x$ be a number with\n\n@", "supposed"),
    ("**Theorem:** Let $x$ be a number. Then\n\n@", "claimed"),
    ("**Theorem:** The mean is\n\n@", "claimed"),
    ("**Theorem:** The mean is\n\n$$a = b$$\n\nwhere $b$ is\n\n@", "supposed"),
    ("**Lemma 3.** If $x$ is given by @", "claimed"),
    ("**Theorem:** Then $$a = b$$\n\n**Proof:** Let @", "said"),
    ("# Theorem: sums\n\nThen\n\n@", "claimed"),
    ("\\begin{theorem} Suppose @ \\end{theorem}", "supposed"),
    ("\\begin{theorem} We have a = b. \\end{theorem} Now @", "said"),
    ("Theorems are nice. @", "said"),
    ("@", "said"),
])
def test_the_part_of_a_formula(text: str, role: str) -> None:
    """What is supposed, claimed and said; a statement without a proof is only said."""
    assert Argument(text + "\n\n**Proof:** By hand.\n").role(text.index("@")) == role
    assert Argument(text).role(text.index("@")) == "said"


def test_labels_and_citations() -> None:
    """What a formula is called, and what it points to."""
    assert labels(r"\label{eq:a} x = y \tag{2}") == ("eq:a", "2")
    assert citations(r"\overset{\eqref{eq:a}}{=} by \ref{b} and \cref{c,d}") == ("eq:a", "b", "c", "d")


MATRICES: Symbols = {
    "n": {"kind": "size"}, "S": {"kind": "matrix", "shape": ["n", "n"]}, "A": {"kind": "matrix", "shape": ["n", "n"]},
    "B": {"kind": "matrix", "shape": ["n", "n"]}, "X": {"kind": "matrix", "shape": ["n", "n"]}}


@pytest.mark.parametrize(("left", "right", "premise", "proved"), [
    ("A", "B", "Eq(A@Inverse(S), B@Inverse(S))", True),
    ("A", "B", "Eq(Inverse(S)@A - Inverse(S)@B, ZeroMatrix(n, n))", True),
    ("X", "Inverse(A@S)@B", "Eq(A@S@X, B)", True),
    ("A", "B", "Eq(A@S, B@S)", False),
    ("X", "Inverse(A@S)@B", "Eq(S@A@X, B)", False),
    ("A@X", "B@X", "Eq(X@A@Inverse(S), X@B@Inverse(S))", False),
])
def test_inverses_at_the_ends_of_an_equation(left: str, right: str, premise: str, proved: bool) -> None:
    """What stands inverted on the same side of all terms can be multiplied away, and nothing else."""
    step = make_step(MATRICES, left, right, given=(premise,))
    assert isinstance(proof.prove(step), proof.Claim) is proved


def test_a_claim_about_an_expectation_does_not_prove_itself(tmp_path: Path) -> None:
    """What a theorem says of E(X) is no value of it: the proof says one."""
    text = ("**Theorem:** Let $X$ be random. Then\n\n$$ \\mathrm{E}(X) = {0} $$\n\n**Proof:** We are told that\n\n"
            "$$ \\mathrm{E}(X) = 2 c + a - a $$\n")
    assert outcomes(tmp_path, text.replace("{0}", "2 c"))[0][1] in ("proved", "conditional")
    assert outcomes(tmp_path, text.replace("{0}", "3 c"))[0][1] in ("unknown", "defined")
    alone = text.partition("$$ \\mathrm{E}(X) = 2 c")[0]
    assert outcomes(tmp_path, alone.replace("{0}", "2 c"))[0][1] in ("unknown", "defined")


@pytest.mark.parametrize(("left", "right", "premises"), [
    ("c", "1", ("Eq(a, mu + b)", "Eq(c, Derivative(a, mu))")),
    ("c", "b", ("Eq(a, mu + b)", "Eq(c, Limit(a, mu, 0))")),
    ("c", "b", ("Eq(a, mu + b)", "Eq(c, Subs(a, mu, 0))")),
    ("a", "1", ("Eq(b, mu)", "Eq(a, w)")),
    ("a", "1/2", ("Eq(u[i, k], t)", "Eq(a, z)")),
])
def test_later_premises_vary_earlier_ones(left: str, right: str, premises: tuple[str, ...]) -> None:
    """In whichever order they come, a premise is no meaning of what another one varies or binds."""
    for order in (premises, premises[::-1]):
        made = make_step(SYMBOLS, left, right, given=order,
                         let={"w": "Derivative(b, mu)", "z": "Integral(u[1, 1], (t, 0, 1))"})
        assert not isinstance(proof.prove(under(replace(made, given=()), made.given)), proof.Claim)


@pytest.mark.parametrize(("left", "right", "premise"), [
    ("p[m + 1]", "mu", "Eq(p[j], mu)"), ("p[0]", "mu", "Eq(p[j], mu)"),
    ("Sum(p[k], (k, 1, n))", "n*mu", "Eq(p[j], mu)"), ("Sum(p[k], (k, 0, m))", "(m + 1)*mu", "Eq(p[j], mu)"),
    ("Sum(u[i, k], (k, 1, n))", "n*mu", "Eq(u[i, k], mu)"),
])
def test_an_index_with_an_end_says_nothing_beyond_it(left: str, right: str, premise: str) -> None:
    assert not follows(left, right, premise)
    assert follows("Sum(p[k], (k, 1, m))", "m*mu", "Eq(p[j], mu)")


@pytest.mark.parametrize(("left", "right", "premise"), [
    ("y[1]", "y[2]", "Eq(y[i], w)"), ("p[1]", "p[2]", "Eq(p[j], z)"), ("p[1]", "p[2]", "Eq(p[j], 2*z)"),
])
def test_a_quantity_at_one_index_is_no_meaning_of_all_entries(left: str, right: str, premise: str) -> None:
    made = make_step(SYMBOLS, left, right, given=(premise,), let={"w": "e[i]", "z": "q[j]"})
    assert not isinstance(proof.prove(under(replace(made, given=()), made.given)), proof.Claim)


@pytest.mark.parametrize(("said", "ranges"), [
    (r", \quad j = 1, \ldots, m", False), (r" \quad \text{for } j = 1, \ldots, m", False),
    (r" \quad \text{for all } j \in \{1, \ldots, m\}", False), (r", \quad 1 \leq j \leq m", False),
    (r", \quad j = 1, \ldots, n - 1", False), (r", \quad j = 2, \ldots, n", False), (r", \quad j \neq 2", False),
    (r", \quad j = 1, 3, \ldots, n", False), (r", \quad j = 1, 2, \ldots, 2n", False),
    (r", \quad \mu = 3", False), (r" \quad \text{if } \mu > 0", False), (r" \quad \text{for } \mu > 0", False),
    (r" \quad \text{as } \mu \to \infty", False), (r", \quad \mu \in [0, 1]", False),
    ("", True), (r", \quad j = 1, \ldots, n", True), (r" \quad \text{for all } j \in \{1, \ldots, n\}", True),
    (r", \quad \mu \in \mathbb{R}", True),
])
def test_what_is_said_of_some_values_is_not_used_for_others(tmp_path: Path, said: str, ranges: bool) -> None:
    """A range, a case or a condition beside a formula narrows it, unless it is the range that its index has anyway."""
    text = rf"$$ p_j + 1 = \mu{said} $$" + "\n\nHence\n\n" + r"$$ \sum_{j=1}^{n} p_j = n (\mu - 1) $$" + "\n"
    assert outcomes(tmp_path, text)[-1] == ((5, "conditional", (1,)) if ranges else (5, "unknown", ()))


def test_what_follows_from_what_is_narrowed_is_narrowed(tmp_path: Path) -> None:
    """The rows of a chain behind the one that is said of some values, not the one before it."""
    text = (r"$$ \begin{aligned} p_j + 1 &= 2 \nu {0} \\ &= \mu {1} \end{aligned} $$"
            "\n\nHence\n\n" r"$$ \sum_{j=1}^{n} p_j = n ({2} - 1) $$" "\n")
    for first, second, mean, found in [
            ("", "", r"\mu", "conditional"), ("", r", \quad \mu > 0", r"2 \nu", "conditional"),
            ("", r", \quad \mu > 0", r"\mu", "unknown"), (r", \quad \mu > 0", "", r"\mu", "unknown")]:
        made = text.replace("{0}", first).replace("{1}", second).replace("{2}", mean)
        assert outcomes(tmp_path, made)[-1][1] == found, made


def test_a_further_meaning_says_nothing_of_the_first(tmp_path: Path) -> None:
    """With a = b + c and then a = 2 (b + c), which are two meanings of a, it does not follow that b + c = 0."""
    text = "$$ a = b + c $$\n\nNow let\n\n$$ a = 2 (b + c) $$\n\nso that\n\n$$ {0} $$\n"
    assert outcomes(tmp_path, text.replace("{0}", "b f = -c f"))[-1][1] in ("unknown", "refuted")
    assert outcomes(tmp_path, text.replace("{0}", "a - 2 b = 2 c"))[-1][1] == "proved"


def test_what_a_line_rests_on_is_told_before_the_least_of_it_is_found(tmp_path: Path) -> None:
    """Where time runs out while premises are left out one by one, the line rests on those that were found."""
    path = tmp_path / "notes.md"
    path.write_text("Here\n\n$$ b - 1 = c $$\n\nand\n\n$$ g - h = h \\; . $$\n\nIt follows that\n\n"
                    "$$ b g + c = 2 h (c + 1) + c \\; . $$\n", encoding="utf-8")
    document = read(str(path), None)
    assert document.prose is not None
    name, index = document.prose.rows[-1].steps[-1]
    [derivation] = [one for one in document.derivations if one.name == name]
    told: list[StepResult] = []
    result = check_step(document, derivation, index, told.append)
    assert result.verdict.verdict == "conditional" and len(result.premises) == 2
    assert told and told[0].verdict.verdict == "conditional" and set(told[0].premises) >= set(result.premises)
    assert told[0].index == index
