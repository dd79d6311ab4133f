"""Integrals over spaces of which only the name is known: nothing is proved, and nothing refuted, that some space,
measure or function breaks. One space and measure stand behind most of these: two half-lines or intervals, the function
(x^2 - y^2)/(x^2 + y^2)^2 there, whose integrals in the two orders differ; a measure that is 0; the counting measure."""

from __future__ import annotations

from dataclasses import replace

import pytest
from steps import make_step, said

from lossproof import checker
from lossproof.derivation import NONNEGATIVE
from lossproof.kernel.space_sums import Written
from lossproof.kernel.spaces import SPACE
from lossproof.print_text import text
from lossproof.term import Call, Entry, Symbol, free_names, number
from lossproof.verdict import StepResult

SYMBOLS = {
    **{f"{end}_cal{space}": {"kind": "scalar"} for end in ("inf", "sup") for space in "XYZ"},
    **{name: {"kind": "scalar"} for name in ("x", "y", "z", "a", "b", "c", "t")},
    **{name: {"kind": "function", "arity": 1} for name in "fgh"},
    **{name: {"kind": "function", "arity": 2} for name in ("k", "l", "p")},
    "n": {"kind": "size"}, "i": {"kind": "index", "upto": "n"}, "j": {"kind": "index"}, "N": {"kind": "integer"},
    "v": {"kind": "indexed", "shape": ["n"]}, "w": {"kind": "indexed", "rank": 1},
    "R": {"kind": "scalar", "assume": ["random", "positive"]}, "zc": {"kind": "scalar", "assume": ["complex"]},
    "_0": {"kind": "scalar"}, "points_calX": {"kind": "scalar"}, "weight_calX": {"kind": "scalar"},
    "i_1": {"kind": "scalar"},
}


def over(body: str, variable: str = "x", space: str = "X") -> str:
    return f"Integral({body}, ({variable}, inf_cal{space}, sup_cal{space}))"


def twice(body: str) -> str:
    """Over X within Y."""
    return over(over(body), "y", "Y")


def swapped(body: str) -> str:
    """Over Y within X."""
    return over(over(body, "y", "Y"))


def check(left: str, right: str, relation: str = "=", given: tuple[str, ...] = (),
          let: dict[str, str] | None = None) -> StepResult:
    step = make_step(SYMBOLS, left, right, relation=relation, given=given, let=let or {})
    declarations = {name: replace(d, assumptions=frozenset({SPACE, "unspecified"})) if name[:4] in ("inf_", "sup_")
                    else replace(d, domain=NONNEGATIVE) if name == "p" else d
                    for name, d in step.declarations.items()}
    return checker.check(replace(step, declarations=declarations))


def holds(result: StepResult) -> bool:
    return result.verdict.verdict in ("proved", "conditional")


def asked(result: StepResult) -> list[str]:
    assert result.verdict.verdict == "conditional", said(result)
    return [text(condition) for condition in result.verdict.conditions]


ONE = over("1")


@pytest.mark.parametrize(("left", "right"), [
    (f"12*{over('x**2')}*{ONE}", f"12*{over('x')}**2 + {ONE}**4"),
    (f"{over('cos(x)')}**2 + {over('sin(x)')}**2", f"2 - 2*cos({ONE})"),
    (f"{over('exp(x)')}*{over('exp(-x)')}", f"exp({ONE}) + exp(-{ONE}) - 2"),
    (f"Derivative({over('k(x,a)')}, a)", over("Derivative(k(x,a), a)")),
    (f"0*{over('Derivative(f(x), x)')}", "0"),
    (f"0*{over('Subs(exp(t), t, x)')}", "0"),
    (over(over("Subs(k(x,t), t, y)"), "y", "Y"), over(over("Subs(k(x,t), t, y)", "y", "Y"))),
    (f"12*{over('x**2')}*{ONE} + Expectation(R)", f"12*{over('x')}**2 + {ONE}**4 + Expectation(R)"),
    (f"12*{over('x**2')}*{ONE} + zc", f"12*{over('x')}**2 + {ONE}**4 + zc"),
    (over("Derivative(f(x), x)"), "f(sup_calX) - f(inf_calX)"),
])
def test_a_space_is_no_interval(left: str, right: str) -> None:
    """What holds of lengths, antiderivatives, derivatives under the integral is not known of a space."""
    assert check(left, right).verdict.verdict == "unknown"


def test_neither_is_one_in_a_definition_or_a_hypothesis() -> None:
    """A quantity made of such an integral, and a hypothesis about one, are about any space too."""
    let = {"q2": over("x**2"), "q1": over("x"), "q0": ONE, "r2": "12*q2"}
    assert check("r2*q0", "12*q1**2 + q0**4", let=let).verdict.verdict == "unknown"
    given = (f"Eq({ONE}, a)", f"Eq({over('x')}, b)", f"Eq({over('x**2')}, c)")
    assert check("12*c*a", "12*b**2 + a**4", given=given).verdict.verdict == "unknown"
    assert holds(check("12*c*a - 12*a*c", "0", given=given))


@pytest.mark.parametrize(("left", "relation", "right", "let"), [
    (f"Abs({over('exp(I*f(x))')})", "<=", ONE, {}),
    (f"Expectation(R)*{over('exp(f(x))')}", ">=", "0", {}),
    (f"Expectation(R)*{over('f(x)**2')}", ">=", "0", {}),
    ("q", ">=", "0", {"q": over("f(x)**2")}),
    ("q", ">=", "0", {"q": over("x**2")}),
    (over("f(x)"), "=", over("g(x)"), {}),
])
def test_nothing_is_refuted_by_an_interval(left: str, relation: str, right: str, let: dict[str, str]) -> None:
    """Some of these are true of every space."""
    assert check(left, right, relation, let=let).verdict.verdict != "refuted"


@pytest.mark.parametrize(("left", "right"), [
    (over(f"f(x)*{over('k(x,y)*h(y)', 'y', 'Y')}"), over(f"h(y)*{over('f(x)*k(x,y)')}", "y", "Y")),
    (over(f"2*{over('k(x,y)', 'y', 'Y')}"), over(f"2*{over('k(x,y)')}", "y", "Y")),
    (over(f"-{over('k(x,y)', 'y', 'Y')}"), f"-{over('1*' + over('k(x,y)'), 'y', 'Y')}"),
    (over(f"f(x) + {over('k(x,y)', 'y', 'Y')}"), f"{over('f(x)')} + {over('0 + ' + over('k(x,y)'), 'y', 'Y')}"),
    (over(f"g(a)*{over('k(x,y)', 'y', 'Y')}"), f"g(a)*{over('1*' + over('k(x,y)'), 'y', 'Y')}"),
    (over(over("k(x,y)", "y") + "/2"), over(over("k(x,y)") + "/2", "y")),
    # what is nowhere below 0 changes places, but not a difference
    (over(f"{over('p(x,y)', 'y', 'Y')} - {over('p(y,x)', 'y', 'Y')}"),
     over(f"{over('p(x,y)')} - {over('p(y,x)')}", "y", "Y")),
    (over(f"log(exp({over('p(x,y)', 'y', 'Y')})/exp({over('p(y,x)', 'y', 'Y')}))"),
     over(f"log(exp({over('p(x,y)')})/exp({over('p(y,x)')}))", "y", "Y")),
])
def test_integrals_change_places_only_where_they_stand_directly_in_one_another(left: str, right: str) -> None:
    """Each side may exist, and be another number."""
    assert not holds(check(left, right)), said(check(left, right))


@pytest.mark.parametrize(("left", "right"), [
    (swapped("k(x,y)"), twice("k(x,y)")),
    (swapped("k(x,y) + 2*l(x,y)"), f"{twice('k(x,y)')} + 2*{swapped('l(x,y)')}"),
    (over(f"2*{over('k(x,y)', 'y', 'Y')}"), f"2*{twice('k(x,y)')}"),
    (over(f"f(x)*{over('k(x,y)*h(y)', 'y', 'Y')}"), twice("f(x)*k(x,y)*h(y)")),
    (over(over("k(x,y)", "y")), over(over("k(x,y)"), "y")),
    (over(f"f(x)*{over('h(y)', 'y', 'Y')}"), f"{over('f(x)')}*{over('h(y)', 'y', 'Y')}"),
    (over(f"f(x)*{over('g(y)', 'y')}"), f"{over('f(x)')}*{over('g(x)')}"),
    (swapped("f(x)*h(y)"), f"{over('f(x)')}*{over('h(x)', 'x', 'Y')}"),
    (over(over("f(x)*g(y)", "y")), f"{over('f(x)')}*{over('g(x)')}"),
    (over(over("2*f(x)*g(y)*f(y)", "y")), over(over("2*f(y)*g(x)*f(x)", "y"))),
    (over(over("f(x)", "y")), f"{ONE}*{over('f(x)')}"),
    (over(over("a", "y")), f"a*{ONE}**2"),
    # densities: what is nowhere below 0
    (over(f"f(x)*{over('p(x,y)', 'y', 'Y')}"), over(over("f(x)*p(x,y)"), "y", "Y")),
    (over(f"f(x)*{over('p(x,y)', 'y', 'Y')}") + "+" + over(f"g(y)*{over('p(x,y)')}", "y", "Y"),
     twice("p(x,y)*(f(x) + g(y))")),
])
def test_what_is_true_of_nested_integrals(left: str, right: str) -> None:
    """Under conditions, among which absolute convergence is."""
    assert asked(check(left, right))


def test_a_diagonal_may_have_no_measure() -> None:
    """Finitely many points of one space serve for a variable, and not for one in whose integral it stands."""
    for delta in ("KroneckerDelta(f(x), f(y))", "Piecewise((1, Eq(f(x), f(y))), (0, True))"):
        assert not holds(check(over(over(delta), "y"), "0", ">"))
        assert not holds(check(over(over(f"exp(a)*{delta}"), "y"), over("exp(a)") + "*0", ">"))


@pytest.mark.parametrize(("left", "right"), [
    (over(over("f(x)*g(x)", "y")), f"{over('f(x)')}*{over('g(x)')}"),
    (over(over("f(x)*g(y)*k(x,y)", "y")), f"{over('f(x)')}*{over('g(x)')}"),
    (over(over("f(x)*g(y)", "y", "Y")), f"{over('f(x)')}*{over('g(x)')}"),
    (over(f"{over('f(x)')}*g(x)"), f"{over('f(x)*g(x)')}*{ONE}"),
    (over(over("k(x,y)", "y")), over("k(x,x)")),
])
def test_a_product_is_of_integrals_that_have_no_variable_in_common(left: str, right: str) -> None:
    assert not holds(check(left, right))


BOTH = (f"Eq({twice('k(x,y)')}, a)", f"Eq({swapped('k(x,y)')}, b)")


@pytest.mark.parametrize(("left", "right", "given"), [
    (twice("k(x,y)"), swapped("k(x,y)"), BOTH),
    (f"a*{twice('k(x,y)')}", f"b*{swapped('k(x,y)')}", BOTH),
    (twice("k(x,y)"), "a", (f"Eq({swapped('k(x,y)')}, a)", f"Eq({twice('k(x,y)')}*0, 0)")),
    ("a", "b", BOTH),
    ("a", "b + c", (*BOTH, "Eq(c, 0)")),
])
def test_that_both_orders_exist_is_not_that_they_agree(left: str, right: str, given: tuple[str, ...]) -> None:
    """A hypothesis says that an integral within another exists in its order only."""
    found = check(left, right, given=given)
    assert not holds(found) or any("abs(k(x, y))" in c or "Abs(k(x, y))" in c for c in asked(found)), said(found)


G, H, F = over("k(x,y)"), over("k(j,x)"), over("f(x)")


@pytest.mark.parametrize(("left", "right", "given"), [
    (f"{G} - {G}", "0", f"Eq({over(G, 'y', 'Y')}, 1)"),
    (f"{H} - {H}", "0", f"Eq(Sum({H}, (j, 1, n)), 1)"),
    (f"{H} - {H}", "0", f"ForAll(Eq({H}, 1), (j, 1, n))"),
    (f"{F} - {F}", "0", f"Eq(Sum({F}, (j, 1, N)), 0)"),
    (f"Sum({H} - {H}, (j, 1, n))", "0", f"Eq({H}, 0)"),
    (f"{F} - {F}", "0", f"Eq(Piecewise(({F}, a > 0), (0, True)), 0)"),
    (f"{F} - {F}", "0", f"Or(Eq({F}, 1), a > 0)"),
])
def test_a_hypothesis_says_that_an_integral_exists_only_where_it_would_mean_nothing_else(
        left: str, right: str, given: str) -> None:
    """Not under a binder, in a branch, in one of two statements."""
    found = check(left, right, given=(given,))
    assert not holds(found) or any("oo" in c for c in asked(found)), said(found)


@pytest.mark.parametrize("given", [f"Eq({F}, 1)", f"2*{F} > a", f"And(Eq({F}, 1), a > 0)", f"{over('Abs(f(x))')} < oo"])
def test_it_says_so_where_it_stands_by_itself(given: str) -> None:
    assert check(f"{F} - {F}", "0", given=(given,)).verdict.verdict == "proved"


@pytest.mark.parametrize(("left", "right"), [
    (f"Sum({over('k(i,x)')}, (i, 1, n))", over("Sum(k(i,x), (i, 1, n))")),
    (f"Sum({over('k(i,x)')} - {over('k(i,x)')}, (i, 1, n))", "0"),
    (f"Product(1 + 0*{over('k(i,x)')}, (i, 1, n))", "1"),
])
def test_what_exists_at_every_index_is_asked_of_every_index(left: str, right: str) -> None:
    """Although a name that is bound there may be declared too."""
    found = check(left, right)
    if holds(found):
        verdict = found.verdict
        assert verdict.verdict == "conditional"
        assert not any("i" in free_names(c) for c in verdict.conditions), said(found)


@pytest.mark.parametrize(("left", "right"), [
    (over(over("k(x,y)/k(x,y)", "y")), over(over("1", "y"))),
    (over(over("log(k(x,y)**2)", "y")), over(over("2*log(k(x,y))", "y"))),
    (f"{over('f(y)/f(y)', 'y')}*{over('k(x,y)/k(x,y)')}", f"{ONE}**2"),
    (over(f"a/{over('k(x,y)')}", "y"), f"a*{over('1/' + over('k(x,y)'), 'y')}"),
])
def test_a_condition_at_two_points_of_a_space_is_not_one_at_one(left: str, right: str) -> None:
    found = check(left, right)
    if holds(found):
        for condition in asked(found):
            assert "k(x, x)" not in condition and "k(y, y)" not in condition, said(found)


@pytest.mark.parametrize(("left", "right"), [
    ("f(1/a) - f(1/a) + {}", "{}"), ("{} + 0*f(1/a)", "{}"), ("{} + 0*f(1/(a - a + a))", "{}"),
    ("{} + 0*f(log(a))", "{}"), ("{} + 0*f(1 + k(a, 1/a))", "{}"), ("{} + 0*f(q)", "{}"),
])
def test_a_value_exists_only_where_the_argument_does(left: str, right: str) -> None:
    integral = over("g(x)")
    found = check(left.replace("{}", integral), right.replace("{}", integral), given=(f"Eq({integral}, 1)",),
                  let={"q": "1/a"})
    assert any("a" in c for c in asked(found))
    plain = check(f"f(a + b) - f(a + b) + {integral}", integral, given=(f"Eq({integral}, 1)",))
    assert plain.verdict.verdict == "proved"


def test_a_value_within_an_integral_too() -> None:
    assert any("for all" in c or "ForAll" in c for c in asked(check(over("f(1/x) - f(1/x)"), "0")))


def test_a_quantity_exists_where_its_integral_does() -> None:
    """It is written out, and that it exists is a condition as for any other integral."""
    integral = over("g(x)")
    for left in (f"q + {integral} - q", f"0*q + {integral}", f"{integral} + r - r"):
        found = check(left, integral, given=(f"Eq({integral}, 1)",), let={"q": over("f(x)"), "r": "2*q"})
        assert any("f(x)" in c and "oo" in c for c in asked(found))
    assert holds(check("q", f"2*{over('f(x)/2')}", let={"q": over("f(x)")}))
    ranged = {"q": f"FamilyOf({over('k(s,x)')}, (s, 1, n))"}
    assert not holds(check("q[n + 1] - q[n + 1]", "0", let=ranged))


@pytest.mark.parametrize(("left", "relation", "right"), [
    (over("exp(f(x))"), ">", "0"), (ONE, ">", "0"), (over("f(x)"), "<", over("f(x) + exp(g(x))")),
])
def test_a_space_may_have_no_measure(left: str, relation: str, right: str) -> None:
    """Then nothing is positive."""
    found = check(left, right, relation)
    assert not holds(found) or any(c.endswith((" > 0", " != 0")) or "Ne(" in c for c in asked(found)), said(found)
    assert holds(check(over("exp(f(x))"), "0", ">="))


@pytest.mark.parametrize(("left", "right"), [
    (f"{ONE}/{ONE}", "1"), (over(f"exp(f(x))/{over('exp(f(y))', 'y')}"), "1"),
])
def test_what_is_divided_by_must_not_be_0(left: str, right: str) -> None:
    found = check(left, right)
    assert any("Abs" not in c and "abs" not in c and ("!=" in c or "Ne" in c or "> 0" in c) for c in asked(found)), \
        said(found)


@pytest.mark.parametrize(("left", "right"), [
    (f"Abs(points_calX) + {F}", f"points_calX + {F}"), (f"Abs(weight_calX) + {F}", f"weight_calX + {F}"),
    (over("k(x,_0)"), over("k(x,x)")), (over("k(_0,x)"), over("k(x,x)")),
    (over("k(x,i_1)"), over("k(x,x)")), (over("Sum(f(i_1)*f(x), (i_1, 1, n))"), over("n*f(x)**2")),
])
def test_no_name_of_an_author_is_taken(left: str, right: str) -> None:
    assert not holds(check(left, right))


def test_the_number_of_a_point_is_no_value() -> None:
    """What is said of the first chosen point is not said of the number 1."""
    written = Written(values={"f_at": (Call("f", (Symbol("x 1"),)), ("x 1",))})
    assert written.back(Entry("f_at", (number(1),)), {}) == Entry("f_at", (number(1),))
    assert written.back(Entry("f_at", (Symbol("o"),)), {"o": Symbol("x")}) == Call("f", (Symbol("x"),))
