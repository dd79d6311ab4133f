"""What a person sees, compared as exact text of 80 columns."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.cells import cell_len
from samples import (
    POINT,
    K,
    checked,
    number,
    one_step,
    plain,
    refuted,
    span,
    unreadable,
    x,
    y,
)

from lossproof.diagnostic import diagnostic
from lossproof.report.console import Detail, make_console, print_concise, print_finding, print_full, print_laws
from lossproof.report.layout import harmless, keep, wrap
from lossproof.report.phrases import step_finding
from lossproof.summary import Checked
from lossproof.term import ONE, Entry, Relation, Span, Symbol
from lossproof.verdict import Conditional, Counterexample, Error, Proved, Refuted, StepResult, Unknown


@pytest.fixture(autouse=True)
def neutral_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables by which a user asks for colours, or for none, do not reach the tests."""
    for name in ("FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")


def full(*run: Checked, detail: Detail = "normal", width: int = 80) -> str:
    out = io.StringIO()
    print_full(make_console(out, width=width), run, 1.25, detail)
    return out.getvalue()


def finding(found: object, width: int = 80) -> str:
    out = io.StringIO()
    print_finding(make_console(out, width=width), found)  # type: ignore[arg-type]
    return out.getvalue()


def test_every_line_of_a_chain_stands_with_its_verdict_laws_and_conditions() -> None:
    """Proved, conditional and unknown as expected; refuted as expected calmly, with erratum and correction."""
    assert full(checked(plain(), refuted(True))) == """\
derivations/softmax_losses.py: Softmax: 均方误差与交叉熵 (document C, zh)
  defined       12  yhat_k := softmax(z)_k

total: The sum of softmax [C7, E1]
  given             sum_k y_k = 1
                20    q^2/q + sum_k yhat_k
  conditional   21  = q + sum_k yhat_k
                      by: cancel
                      where: q != 0
                      laws: cancel-common-factor
  proved        22  = q + 1
                      given: sum_k yhat_k = 1
                      laws: softmax-sums-to-one, range-of-a-sum
  unknown       23  = 1 + q
                      unknown, as expected: the normal forms differ and no point
                        was found

squared-error: Squared error, as printed [C11]
                60    d/dz_p of sum_k (y_k - yhat_k)^2
  refuted       61  = -2 yhat_p (1 - yhat_p)^2
                      by: chain rule
                      refuted, as expected: left is -1/2, right is -1/4 at
                        K = 2, z = (0, 0), p = 1
                      erratum: the other yhat_k also depend on z_p
                      note: right - left = 2 yhat_p * sum_{k != p} yhat_k^2: the
                        terms k != p are missing
                      correct: = -2 yhat_p ((1 - yhat_p)^2 + sum_{k != p}
                        yhat_k^2) (proved)
  proved        62  = -2 yhat_p (1 - yhat_p)^2
                      laws: normal form
  refuted           claim: from the first line to the last, as expected

1 file, 2 derivations, 5 steps: 2 proved, 1 conditional, 1 refuted as expected,
  1 unknown (1.2 s)
all as expected
"""


def test_quiet_shows_only_what_is_not_as_expected() -> None:
    """A refuted step in the shape of the style page; the claim that fails with it; the summary."""
    assert full(checked(refuted(False)), detail="quiet") == """\
refuted[LP201] refuted-step: the two sides differ at K = 2, z = (0, 0), p = 1
  --> derivations/softmax_losses.py:61:9
   |
60 |   d/dz_p of sum_k (y_k - yhat_k)^2        left is -1/2
61 |   = -2 yhat_p (1 - yhat_p)^2              right is -1/4
   |   ^^^^^^^^^^^^^^^^^^^^^^^^^^
note: right - left = 2 yhat_p * sum_{k != p} yhat_k^2: the terms k != p are
      missing
help: -2 yhat_p ((1 - yhat_p)^2 + sum_{k != p} yhat_k^2) is proved equal to the
      left side

refuted[LP202] refuted-claim: the chain's two ends differ
  --> derivations/softmax_losses.py:62:9
   |
60 |   d/dz_p of sum_k (y_k - yhat_k)^2        left is -1/2
62 |   = -2 yhat_p (1 - yhat_p)^2              right is -1/4
   |   ^^^^^^^^^^^^^^^^^^^^^^^^^^
note: they differ at K = 2, z = (0, 0), p = 1
note: right - left = 2 yhat_p * sum_{k != p} yhat_k^2: the terms k != p are
      missing
help: -2 yhat_p ((1 - yhat_p)^2 + sum_{k != p} yhat_k^2) is proved equal to the
      first line

1 file, 1 derivation, 2 steps: 1 proved, 1 refuted (1.2 s)
2 not as expected
"""
    assert full(checked(plain()), detail="quiet") == """\
1 file, 1 derivation, 3 steps: 1 proved, 1 conditional, 1 unknown (1.2 s)
all as expected
"""


def test_verbose_adds_attempts_and_times() -> None:
    """What was tried on a step, and how long it took, in its place."""
    shown = full(checked(plain()), detail="verbose")
    assert "tried: points: both sides agree at 40 points (2.2 s)" in shown
    assert shown.count("time: 0.00 s") == 3


def test_concise_is_one_line_a_step() -> None:
    """Place, verdict and code; a claim has a line only where it fails."""
    out = io.StringIO()
    print_concise(make_console(out, width=80), [checked(plain(), refuted(False)), unreadable()])
    assert out.getvalue() == """\
derivations/softmax_losses.py:21:9: conditional, as expected (total, line 2)
derivations/softmax_losses.py:22:9: proved (total, line 3)
derivations/softmax_losses.py:23:9: unknown, as expected (total, line 4)
derivations/softmax_losses.py:61:9: refuted[LP201] refuted-step: the two sides differ at K = 2, z = (0, 0), p = 1
derivations/softmax_losses.py:62:9: proved (squared-error, line 3)
derivations/softmax_losses.py:62:9: refuted[LP202] refuted-claim: the chain's two ends differ
derivations/broken.py:3:5: error[LP102] undeclared-symbol: `sigmaa` is not declared
"""


def block(result: StepResult, **options: object) -> str:
    shown = full(checked(one_step(result, **options)), detail="quiet")  # type: ignore[arg-type]
    return shown.split("\n\n1 file")[0] + "\n"


def test_a_conditional_step_says_where_it_is_proved() -> None:
    """Conditions are printed as people write them, and what to do."""
    assert block(StepResult(2, Conditional((Relation("!=", x, ONE),), ()))) == """\
conditional[LP203] undischarged-condition: proved only where x != 1
  --> derivations/softmax_losses.py:31:9
   |
30 |   x
31 |   = y
   |   ^^^
help: say expect="conditional" if the domain is meant to change, or add what is
      missing to `given`
"""


def test_an_unknown_step_is_not_worded_as_wrong() -> None:
    """The reason is the headline."""
    assert block(StepResult(2, Unknown("no verdict within 10 s", "LP301"))) == """\
unknown[LP301] step-timeout: no verdict within 10 s
  --> derivations/softmax_losses.py:31:9
   |
30 |   x
31 |   = y
   |   ^^^
"""


def test_a_proved_step_can_be_unexpected() -> None:
    """The file expects a refutation of what is true."""
    assert block(StepResult(2, Proved(())), expect="refuted") == """\
error[LP110] unmet-expectation: proved, but the file expects `refuted`
  --> derivations/softmax_losses.py:31:9
   |
30 |   x
31 |   = y
   |   ^^^
help: remove expect="refuted", or write the line as the source has it
"""


def test_a_correction_must_be_proved() -> None:
    """A recorded erratum whose correction is not proved fails."""
    derivation, result = refuted(True)
    step = StepResult(2, result.steps[0].verdict, correction=Unknown("open"))
    found = step_finding(derivation, step)
    assert (found.code, found.message) == ("LP110", "refuted as expected, but the correction is unknown")


def test_a_fault_is_loud() -> None:
    """A disagreement inside lossproof is told as its own fault, whatever the verdict."""
    shown = block(StepResult(2, Unknown("disagreement"), fault="proved, but the enclosures differ at x = 1"))
    assert shown.startswith("fault[LP401] kernel-disagreement: a fault of lossproof, not of the derivation\n")
    assert "note: proved, but the enclosures differ at x = 1" in shown


def test_a_headline_stands_alone_under_80_characters() -> None:
    """Values that do not fit are a note; the headline keeps its sense."""
    many = tuple((Entry("a_long_name", (number(i), number(1))), number(f"{i}/17")) for i in range(2, 9))
    point = Counterexample(((K, number(2)), *many), "0.1111111111111111111...", "7/19", free=("y",))
    shown = block(StepResult(2, Refuted(point)))
    assert shown.splitlines()[0] == "refuted[LP201] refuted-step: the two sides differ"
    assert "note: they differ at K = 2, a_long_name_{2,1} = 2/17" in shown
    assert "note: for any y" in shown
    assert all(cell_len(line) <= 80 for line in shown.splitlines())


@pytest.mark.parametrize(("relation", "headline"), [
    ("<=", "left <= right fails at K = 2, z = (0, 0), p = 1"), ("=>", "`=>` fails at K = 2, z =")])
def test_other_relations_are_worded_as_such(relation: str, headline: str) -> None:
    """A refuted inequality does not say that the sides differ."""
    assert headline in block(StepResult(2, Refuted(POINT)), relation=relation)


def test_long_lines_wrap_behind_the_gutter() -> None:
    """A formula wider than the console continues on its own rows, with the values below."""
    long = Relation("=", Symbol("a" * 50), Symbol("b" * 50))
    shown = block(StepResult(2, Refuted(POINT)), left=long, right=y)
    assert shown == f"""\
refuted[LP201] refuted-step: the two sides differ at K = 2, z = (0, 0), p = 1
  --> derivations/softmax_losses.py:31:9
   |
30 |   {"a" * 50} =
   |       {"b" * 50}
   |       left is -1/2
31 |   = y
   |   ^^^
   |       right is -1/4
"""


def test_an_error_shows_the_source_line(tmp_path: Path) -> None:
    """The mark stands under the place, by the width of what is before it, wide characters included."""
    file = tmp_path / "broken.py"
    file.write_text("x = 1\n标题 = sigmaa + 1\n", encoding="utf-8")
    found = diagnostic("LP102", "`sigmaa` is not declared", Span(str(file), 2, 6, 2, 12), helps=("did you mean it?",))
    assert finding(found) == f"""\
error[LP102] undeclared-symbol: `sigmaa` is not declared
 --> {file}:2:6
  |
2 | 标题 = sigmaa + 1
  |        ^^^^^^
help: did you mean it?

"""


def test_an_error_in_a_step_is_shown_as_the_reader_said_it() -> None:
    """The step's own diagnostic is printed, without the two lines."""
    found = diagnostic("LP108", "a sum up to 5/2 has no meaning", span(31))
    shown = block(StepResult(2, Error(found)))
    assert shown.startswith("error[LP108] meaningless-line: a sum up to 5/2 has no meaning\n")


def test_a_file_that_cannot_be_read_is_counted() -> None:
    """The summary has the error, and the count of files has the file."""
    assert full(unreadable()).endswith("1 file, 0 derivations, 0 steps (1.2 s)\n1 error\n")


def test_titles_cannot_control_the_terminal() -> None:
    """Escape sequences and reordering characters are shown, not obeyed."""
    shown = full(checked(plain(), title="a\x1b[2Jb\u202ec\nd"))
    assert "\x1b" not in shown and "\u202e" not in shown
    assert "a\\u001b[2Jb\\u202ec d" in shown
    assert harmless("plain 文") == "plain 文"


def test_markup_in_titles_is_text() -> None:
    """What looks like rich's markup, a link or an emoji is printed as it is."""
    assert "[red]x[/red] :smile: http://a.b" in full(checked(plain(), title="[red]x[/red] :smile: http://a.b"))


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_no_line_is_wider_than_the_console(width: int) -> None:
    """Wrapping counts cells: a wide character takes two."""
    title = "交叉熵损失函数与均方误差的比较以及为什么分类使用交叉熵" * 3
    shown = full(checked(plain(), refuted(False), title=title), width=width)
    assert max(cell_len(line) for line in shown.splitlines()) <= width


def test_wrap_breaks_at_blanks_and_inside_words_only_when_it_must() -> None:
    """Continuation lines hang; blanks inside a line and kept blanks stay."""
    assert wrap("a  b", 10) == ["a  b"]
    assert wrap("aaa bbb ccc", 7, 2) == ["aaa bbb", "  ccc"]
    assert wrap("x" * 25, 10, 2) == ["x" * 10, "  " + "x" * 8, "  " + "x" * 7]
    assert wrap("中" * 6, 5) == ["中中", "中中", "中中"]
    assert wrap("aaaa " + keep("b = 2"), 8) == ["aaaa", "b = 2"]
    assert wrap("", 10) == [""]


def test_verdicts_have_colours_that_say_nothing_new(monkeypatch: pytest.MonkeyPatch) -> None:
    """With colours the text is the same, NO_COLOR takes them away."""
    from rich.text import Text

    without = full(checked(plain(), refuted(False)))
    monkeypatch.setenv("FORCE_COLOR", "1")
    coloured = full(checked(plain(), refuted(False)))
    assert "\x1b[3" in coloured
    assert Text.from_ansi(coloured).plain.rstrip() == without.rstrip()
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[3" not in full(checked(plain(), refuted(False)))


def test_the_law_table_has_every_part_of_a_law() -> None:
    """Name, statement, conditions, reference; then the count."""
    class Law:
        statement, conditions, reference = "exp(log x) = x", "x > 0", "DLMF 4.2"

    out = io.StringIO()
    print_laws(make_console(out, width=80), {"exp-of-log": Law()})
    assert out.getvalue() == "exp-of-log\n  exp(log x) = x\n  where x > 0\n  see DLMF 4.2\n\n1 law\n"


