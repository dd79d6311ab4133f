"""Totals and means of tables with unequal counts: sums in groups; what is said for all of an index, summed over it."""

from __future__ import annotations

from pathlib import Path

import pytest
from steps import Symbols, judge, make_step

from lossproof.kernel import proof
from lossproof.read.document.argument import Argument
from lossproof.read.document.multiples import solved
from lossproof.runner import run
from lossproof.summary import Checked, has_fault, row_outcome, step_results
from lossproof.term import Entry, Symbol

SYMBOLS: Symbols = {
    "a": {"kind": "size"}, "b": {"kind": "size"}, "i": {"kind": "index", "upto": "a"},
    "j": {"kind": "index", "upto": "b"},
    "c": {"kind": "indexed", "shape": ["a", "b"], "assume": ["integer", "positive"]},
    "w": {"kind": "indexed", "shape": ["a", "b"]}, "y": {"kind": "indexed", "rank": 3},
    "u": {"kind": "indexed", "shape": ["a"]}, "v": {"kind": "indexed", "shape": ["b"]},
    "n": {"kind": "size"}, "s": {"kind": "scalar"},
    "t": {"kind": "indexed", "shape": ["a", "a"], "assume": ["positive"]},
}
COLUMN = "Sum(Sum(y[p, {0}, k], (k, 1, c[p, {0}])), (p, 1, a))"
COUNT = "Sum(c[p, {0}], (p, 1, a))"


def column(index: str) -> str:
    return COLUMN.format(index)


def count(index: str) -> str:
    return COUNT.format(index)


def proved(left: str, right: str, *given: str) -> bool:
    return isinstance(proof.prove(make_step(SYMBOLS, left, right, given=given)), proof.Claim)


@pytest.mark.parametrize(("left", "right"), [
    # the inner sum of the counts cancels with what the outer index divides by, whichever sum is written first
    (f"Sum(Sum(c[i, j]*({column('j')}/{count('j')})**2, (j, 1, b)), (i, 1, a))",
     f"Sum({column('j')}**2/{count('j')}, (j, 1, b))"),
    (f"Sum(Sum(Sum(v[j]*{column('j')}/{count('j')}, (k, 1, c[i, j])), (j, 1, b)), (i, 1, a))",
     f"Sum(v[j]*{column('j')}, (j, 1, b))"),
    (f"Sum(Sum(Sum((y[i, j, k] - {column('j')}/{count('j')}), (k, 1, c[i, j])), (j, 1, b)), (i, 1, a))", "0"),
])
def test_sums_in_groups(left: str, right: str) -> None:
    assert proved(left, right)
    assert not proved(left, f"{right} + 1") and (right == "0" or not proved(left, f"2*({right})"))


@pytest.mark.parametrize(("left", "right"), [
    # the range of the one index depends on the other
    ("Sum(Sum(t[q, p]/Sum(t[r, p], (r, 1, a)), (p, 1, q)), (q, 1, a))", "a"),
    ("Sum(Sum(t[q, p]/Sum(t[r, p], (r, 1, q)), (p, 1, a)), (q, 1, a))", "a"),
    # what is divided by is not what the sum comes to
    ("Sum(Sum(c[i, j]*v[j]/Sum(c[i, p], (p, 1, b)), (j, 1, b)), (i, 1, a))", "Sum(v[j], (j, 1, b))"),
])
def test_sums_that_do_not_go_in_groups(left: str, right: str) -> None:
    assert not proved(left, right)


def test_ranges_may_be_empty() -> None:
    """A sum over no rows is 0, also where each of its terms is divided by a sum over other rows."""
    symbols: Symbols = {**SYMBOLS, "m": {"kind": "integer"}}
    left = "Sum(Sum(v[j]*c[i, j]/Sum(c[p, j], (p, 1, a)), (j, 1, b)), (i, 1, a))"
    assert judge(symbols, left, "Sum(v[j], (j, 1, b))").verdict.verdict == "proved"
    short = left.replace("(i, 1, a)", "(i, 1, m)").replace("(p, 1, a)", "(p, 1, m)")
    assert judge({**symbols, "c": {"kind": "indexed", "rank": 2, "assume": ["positive"]}}, short,
                 "Sum(v[j], (j, 1, b))").verdict.verdict != "proved"


ROWS = "Sum(c[p, q]*u[p], (p, 1, a))"


def test_what_holds_for_all_is_summed() -> None:
    """Side conditions, one for each column, over all columns; with a factor; and not where one is left out."""
    whole = "Sum(Sum(c[p, q]*u[p]/n, (q, 1, b)), (p, 1, a))"
    assert proved(whole, "0", "ForAll(Eq(Sum(c[p, q]*u[p]/n, (p, 1, a)), 0), (q, 1, b))")
    assert proved(f"n*{whole}", "0", "ForAll(Eq(Sum(c[p, q]*u[p]/n, (p, 1, a)), 0), (q, 1, b))")
    assert proved("Sum(Sum(w[p, q], (q, 1, b)), (p, 1, a))", "a*b*s",
                  "ForAll(ForAll(Eq(w[p, q]**3 + w[p, q], w[p, q]**3 + s), (q, 1, b)), (p, 1, a))")
    assert not proved(whole, "0")
    assert not proved(whole, "1", "ForAll(Eq(Sum(c[p, q]*u[p]/n, (p, 1, a)), 0), (q, 1, b))")
    assert not proved(whole, "0", "ForAll(Eq(Sum(c[p, q]*u[p]/n, (p, 1, a)), 0), (q, 2, b))")
    assert not proved(whole, "0", "ForAll(Eq(Sum(c[p, q]*u[p]/n, (p, 1, a)), 0), (q, 1, b), Ne(q, 1))")
    assert not proved(whole, "0", "Eq(Sum(c[p, j]*u[p]/n, (p, 1, a)), 0)")


def test_a_sum_of_what_varies_is_no_hypothesis() -> None:
    """Under a derivative by a name that it is about, it is not used."""
    given = f"ForAll(Eq({ROWS}, 0), (q, 1, b))"
    assert proved("Sum(Sum(c[p, q]*u[p], (q, 1, b)), (p, 1, a))*s", "0", given)
    assert not proved("Derivative(Sum(Sum(c[p, q]*u[p], (q, 1, b)), (p, 1, a)), u[i])", "0", given)


# documents

def outcomes(tmp_path: Path, text: str) -> list[tuple[int, str | None, tuple[int, ...]]]:
    """Line, outcome and the lines that it rests on, of each row of a document without notation."""
    path = tmp_path / "totals.md"
    path.write_text(text, encoding="utf-8")
    (found,) = run([str(path)], step_timeout=120.0)
    assert isinstance(found, Checked) and found.document is not None and found.document.prose is not None
    results = step_results(found)
    assert not any(map(has_fault, results.values()))
    return [(row.span.line, row_outcome(row, results), tuple(sorted({
        premise.span.line for step in row.steps if step in results for premise in results[step].premises
        if premise.span is not None}))) for row in found.document.prose.rows if row.counts]


TABLE = r"""Let $i = 1, \ldots, a$ and $j = 1, \ldots, b$.

$$ n_{i \bullet} = \sum_{j=1}^{b} n_{ij} $$

$$ \bar{y}_{i \bullet} = \frac{1}{n_{i \bullet}} \sum_{j=1}^{b} \sum_{k=1}^{n_{ij}} y_{ijk} $$

"""


def test_dots_name_families(tmp_path: Path) -> None:
    text = TABLE + r"$$ \sum_{i=1}^{a} \sum_{j=1}^{b} n_{ij} \bar{y}_{i \bullet} = " \
        r"\sum_{i=1}^{a} \sum_{j=1}^{b} \sum_{k=1}^{n_{ij}} y_{ijk} $$" + "\n"
    assert [outcome for _, outcome, _ in outcomes(tmp_path, text)] == ["defined", "defined", "proved"]
    wrong = text.replace(r"\sum_{i=1}^{a} \sum_{j=1}^{b} n_{ij} \bar", r"\sum_{i=1}^{a} \bar")
    assert outcomes(tmp_path, wrong)[-1][1] not in ("proved", "conditional")


CONSTRAINT = r"""$$ \sum_{i=1}^{a} n_{ij} \alpha_i = 0 \quad \text{for all} \quad j = {0}, \ldots, b $$

$$ {1} \sum_{i=1}^{a} \sum_{j=1}^{b} n_{ij} \alpha_i = {2} $$
"""


@pytest.mark.parametrize(("first", "factor", "value", "outcome"), [
    ("1", "c", "0", "conditional"), ("2", "c", "0", "unknown"), ("1", "c", "1", "unknown"),
    ("1", "c", r"\sum_{i=1}^{a} \sum_{j=1}^{b} n_{ij} \alpha_i", "unknown"),    # it holds whatever the factor is
])
def test_side_conditions(tmp_path: Path, first: str, factor: str, value: str, outcome: str) -> None:
    text = CONSTRAINT.replace("{0}", first).replace("{1}", factor).replace("{2}", value)
    assert outcomes(tmp_path, text)[-1] == (3, outcome, (1,) if outcome == "conditional" else ())


def test_what_goes_on_with_what_is_supposed() -> None:
    def role(text: str) -> str:
        return Argument(f"**Theorem:** {text}\n\n**Proof:** So\n").role(len("**Theorem:** ") + text.rfind("$$ b") + 2)

    assert role("It is $$ c $$ where $$ a = 1 $$ with the sizes $$ b = 2 $$") == "supposed"
    assert role("Let $$ a = 1 $$ under the conditions $$ b = 2 $$") == "supposed"
    assert role("It holds that $$ a = 1 $$ with the sizes $$ b = 2 $$") == "claimed"
    assert role("Let $$ a = 1 $$ Then, with them, $$ b = 2 $$") == "claimed"
    assert role("Let $$ a = 1 . $$ with the sizes $$ b = 2 $$") == "claimed"
    assert role("Let $$ a = 1 $$ with sizes. Now $$ b = 2 $$") == "claimed"
    assert role("Then $$ c = a - b $$ where the gain is $$ a = 1 $$ and the penalty is the cost of $$ b = 2 $$") \
        == "supposed"
    assert role("Then $$ c $$ where the gain is $$ a = 1 . $$ and the penalty is $$ b = 2 $$") == "claimed"
    assert role("Let $$ a = 1 $$ and the estimate is $$ b = 2 $$") == "claimed"
    assert role("where $$ c = 1 $$ then the gain is $$ a = 1 $$ and the penalty is $$ b = 2 $$") == "claimed"


def test_a_multiple_says_what_a_name_is(tmp_path: Path) -> None:
    given = "$$ X \\sim \\mathcal{N}(\\mu, \\sigma^2) $$\n\n"
    text = given + "$$ \\frac{R}{\\sigma^2} = (x - z)^2 = x^2 - 2 x z + z^2 $$\n\n$$ R = (z - x)^2 \\sigma^2 $$\n"
    assert [outcome for _, outcome, _ in outcomes(tmp_path, text)][-2:] == ["proved", "proved"]
    assert outcomes(tmp_path, text.replace("(z - x)^2", "(z + x)^2"))[-1][1] not in ("proved", "conditional")
    # a factor may be 0; or the name was met before
    assert outcomes(tmp_path, text.replace(r"\frac{R}{\sigma^2}", "R z"))[-1][1] != "proved"
    met = given + "$$ R + x = z $$\n\n" + text.removeprefix(given)
    assert outcomes(tmp_path, met)[-1][1] != "proved"


def test_solved_for_one_new_name() -> None:
    declarations = make_step({"s": {"kind": "scalar", "assume": ["positive"]}, "x": {"kind": "scalar"},
                              "n": {"kind": "size"}, "d": {"kind": "scalar", "assume": ["nonnegative"]}},
                             "x/s", "n").declarations
    from dataclasses import replace
    declarations = {**declarations, "x": replace(declarations["x"], assumed=True)}
    step = make_step({"s": {"kind": "scalar", "assume": ["positive"]}, "x": {"kind": "scalar"}, "n": {"kind": "size"},
                      "d": {"kind": "scalar", "assume": ["nonnegative"]}}, "2*x/(s**2*n)", "d*x")
    assert solved(step.left, Symbol("d"), declarations, ()) is not None
    assert solved(step.left, Symbol("d"), declarations, ("x",)) is None
    assert solved(step.left, Symbol("x"), declarations, ()) is None
    assert solved(step.right, Symbol("s"), declarations, ()) is None
    assert solved(Entry("y", (Symbol("n"),)), Symbol("s"), declarations, ()) is None


def test_a_hat_over_a_subscript(tmp_path: Path) -> None:
    text = r"$$ \hat{g_{i}} = 2 x_i $$" + "\n\n" + r"$$ \sum_{i=1}^{n} \hat{g}_i^2 = 4 \sum_{i=1}^{n} x_i^2 $$" + "\n"
    assert [outcome for _, outcome, _ in outcomes(tmp_path, text)] == ["defined", "proved"]


def test_a_chain_goes_on_from_an_equation(tmp_path: Path) -> None:
    """What a solved equation's left side is equal to in the end."""
    text = r"""$$ y^2 + z^3 = 4 $$

$$ \begin{split} 0 &= 2 \hat{m} - 2 y^2 - 2 z^3 \\ \hat{m} &= y^2 + z^3 \\ &= 4 \end{split} $$

$$ \hat{m}^3 - 64 = {0} $$
"""
    assert outcomes(tmp_path, text.replace("{0}", "0"))[-1][1] == "conditional"
    assert outcomes(tmp_path, text.replace("{0}", "1"))[-1][1] not in ("proved", "conditional")


def test_what_is_solved_for_some_values_says_nothing_of_others(tmp_path: Path) -> None:
    text = r"""$$ \begin{split} 0 &= 2 m_i - 2 y_i - 2 z {0} \\ m_i &= y_i + z {0} \\ &= 4 \end{split} $$

$$ \sum_{i=1}^n m_i = 4 n $$
"""
    assert outcomes(tmp_path, text.replace("{0}", ""))[-1][1] == "conditional"
    assert outcomes(tmp_path, text.replace("{0}", r", \quad i = 2, \ldots, n"))[-1][1] != "conditional"
