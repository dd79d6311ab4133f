"""Each row of the five documents is in the derivation file that cites it, as written, with the verdict of its row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cache

import pytest
import sampling
from inventory import FIXED_SIZES, READER_ONLY, ROWS, SOURCES, A, B, C, Chain, E, Source
from steps import at, judge
from verified import document, results

from lossproof import checker
from lossproof.derivation import Declaration, Definition, Derivation, Step
from lossproof.print_text import text
from lossproof.read.expression import parse, parse_declarations
from lossproof.term import (
    ONE,
    Add,
    Call,
    Entry,
    Family,
    Fold,
    ForAll,
    Integral,
    Mul,
    Number,
    Partial,
    Pow,
    Range,
    Relation,
    Symbol,
    Term,
    add,
    binders,
    map_children,
    mul,
    walk,
)
from lossproof.verdict import Refuted, StepResult

LINE_RELATIONS = ("<= ", ">= ", "< ", "> ")


def citing(source: Source, row: str) -> list[Derivation]:
    return [d for d in document(source.file).derivations if row in d.cites]


def source_of(row: str) -> Source:
    return SOURCES["ABCDE".index(row[0])]


# what a row says, as terms


@cache
def declared(source_index: int) -> Mapping[str, Declaration]:
    return parse_declarations(SOURCES[source_index].symbols)


@cache
def quantities(source_index: int) -> Mapping[str, Definition]:
    """The source's quantities; `a[n]` runs over the range of the index n."""
    names = declared(source_index)
    found: dict[str, Definition] = {}
    for written, body in SOURCES[source_index].quantities.items():
        name, _, index = written.rstrip("]").partition("[")
        ranges = tuple(Range(i, ONE, names[i].upper or ONE) for i in (index,) if i)
        found[name] = Definition(name, parse(body, names=names, definitions=found), ranges)
    return found


def term_of(source: Source, written: str) -> Term:
    index = SOURCES.index(source)
    return parse(written, names=declared(index), definitions=quantities(index))


def normal(term: Term, names: Mapping[str, str], bound: tuple[str, ...] = ()) -> Term:
    """The term under the file's names with numbered bound names, without brackets and signs that say nothing.

    Nothing else is changed: no argument moves, nothing is cancelled.
    """
    def name(of: str) -> str:
        return f"#{len(bound) - 1 - bound[::-1].index(of)}" if of in bound else names.get(of, of)

    inner = (*bound, *binders(term))

    def range_(r: Range, position: int) -> Range:
        return Range(f"#{len(bound) + position}", normal(r.lower, names, bound), normal(r.upper, names, bound))

    def optional(condition: Term | None) -> Term | None:
        return None if condition is None else normal(condition, names, inner)

    match term:
        case Symbol(of):
            return Symbol(name(of))
        case Fold(kind, body, r, condition):
            return Fold(kind, normal(body, names, inner), range_(r, 0), optional(condition))
        case ForAll(body, r, condition):
            return ForAll(normal(body, names, inner), range_(r, 0), optional(condition))
        case Family(body, ranges):
            return Family(normal(body, names, inner), tuple(range_(r, i) for i, r in enumerate(ranges)))
        case Integral():
            raise AssertionError("no row has an integral")
    below = map_children(term, lambda child: normal(child, names, bound))
    match below:
        case Entry(family, indices):
            return Entry(name(family), indices)
        case Call(function, args, orders):
            return Call(names.get(function, function), args, orders)
        case Partial(function, family, indices):
            return Partial(names.get(function, function), family, indices)
        case Add(args):
            return add(*(part for arg in args for part in (arg.args if isinstance(arg, Add) else (arg,))))
        case Mul(args):
            return _product([part for arg in args for part in (arg.args if isinstance(arg, Mul) else (arg,))])
        case Pow(Number(value), Number(exponent)) if value and exponent.denominator == 1:
            return Number(value ** int(exponent))
        case _:
            return below


def _product(factors: list[Term]) -> Term:
    coefficient = Fraction(1)
    rest: list[Term] = []
    literal_zero = [f for f in factors if isinstance(f, Number) and f.value == 0]
    for factor in factors:
        if isinstance(factor, Number):
            coefficient *= factor.value
        else:
            rest.append(factor)
    if literal_zero or coefficient != 1:
        rest.insert(0, Number(coefficient))
    return mul(*rest)


Normal = tuple[tuple[tuple[str, Term, frozenset[Term]], ...], frozenset[Term]]


def written(source: Source, chain: Chain) -> Normal:
    """The chain of the inventory in the file's names: relation, line and own hypotheses of each line; hypotheses."""
    def hypotheses(texts: tuple[str, ...]) -> frozenset[Term]:
        return frozenset(normal(term_of(source, g), source.names) for g in texts)

    lines = []
    for number, line in enumerate(chain.lines, 1):
        relation = next((r.strip() for r in LINE_RELATIONS if line.startswith(r)), "=")
        if relation != "=":
            line = line.partition(" ")[2]
        lines.append((relation, normal(term_of(source, line), source.names), hypotheses(chain.later.get(number, ()))))
    return tuple(lines), hypotheses(chain.given)


def held(derivation: Derivation) -> Normal:
    """The chain that the file holds."""
    lines = tuple((line.relation, normal(line.term, {}), frozenset(normal(g, {}) for g in line.given))
                  for line in derivation.lines)
    return lines, frozenset(normal(g, {}) for g in derivation.given)


CHAINS = [(row, source, chain) for source in SOURCES for row, chains in source.rows.items() for chain in chains]
NAMES = [f"{row}-{source.rows[row].index(chain) + 1}" for row, source, chain in CHAINS]


@pytest.mark.parametrize(("row", "source", "chain"), CHAINS, ids=NAMES)
def test_the_file_that_cites_a_row_holds_its_lines(row: str, source: Source, chain: Chain) -> None:
    """Line by line, with relations and hypotheses, up to bound names and the names that the document chooses."""
    expected = written(source, chain)
    found = [held(d) for d in citing(source, row)]
    assert expected in found, f"{row} is not held as\n  " + "\n  ".join(chain.lines)


@pytest.mark.parametrize("source", SOURCES, ids="ABCDE")
def test_a_file_cites_a_row_only_for_what_it_says(source: Source) -> None:
    """No derivation in a file cites a row without being one of the row's chains, or cites nothing."""
    for derivation in document(source.file).derivations:
        assert derivation.cites, f"{derivation.name} shows no row"
        for row in derivation.cites:
            chains = [written(source, chain) for chain in source.rows.get(row, ())]
            assert held(derivation) in chains, f"{derivation.name} cites {row}, which does not say this"


@pytest.mark.parametrize("source", SOURCES, ids="ABCDE")
def test_quantities_are_defined_as_in_the_document(source: Source) -> None:
    """Each quantity of a file is the one that the document defines, over the same ranges, and no other is there."""
    def definition(d: Definition, names: Mapping[str, str]) -> Term:
        return normal(Family(d.body, d.ranges), names)

    mine = quantities(SOURCES.index(source))
    expected = {source.names.get(d.name, d.name): definition(d, source.names) for d in mine.values()}
    found = {d.name: definition(d, {}) for d in document(source.file).definitions.values()}
    assert found == expected


@pytest.mark.parametrize("source", SOURCES, ids="ABCDE")
def test_names_are_declared_as_the_document_uses_them(source: Source) -> None:
    """Kinds, domains, shapes and ranges agree; no name has more assumed of it than the row says."""
    def facts(d: Declaration, names: Mapping[str, str]) -> tuple[object, ...]:
        terms = (*(d.shape or ()), *(t for t in (d.lower, d.upper) if t is not None))
        return (d.kind, d.domain, d.rank, d.array, d.arity, d.assumptions, [normal(t, names) for t in terms])

    mine = declared(SOURCES.index(source))
    expected = {source.names.get(d.name, d.name): facts(d, source.names) for d in mine.values()}
    found = {d.name: facts(d, {}) for d in document(source.file).declarations.values()}
    assert found == expected


@pytest.mark.parametrize("row", [row for row in ROWS if row not in READER_ONLY])
def test_every_row_is_cited(row: str) -> None:
    """By a derivation, or, where it only defines, by the quantities that it defines."""
    source = source_of(row)
    here = document(source.file)
    defined = source.defined.get(row, ())
    assert defined or row in source.rows
    assert bool(citing(source, row)) == (row in source.rows)
    assert {name for name, d in here.definitions.items() if row in d.cites} == \
        {source.names.get(name, name) for name in defined}


def test_no_row_is_cited_that_is_not_there() -> None:
    """Files cite rows of their own document only, and none that no derivation can show."""
    for source, letter in zip(SOURCES, "ABCDE", strict=True):
        here = document(source.file)
        cited = {row for d in here.derivations for row in d.cites}
        cited |= {row for d in here.definitions.values() for row in d.cites}
        assert cited == {row for row in ROWS if row[0] == letter} - READER_ONLY


@pytest.mark.parametrize("source", SOURCES, ids="ABCDE")
def test_sizes_are_symbolic(source: Source) -> None:
    """Sums, families and indices run to declared sizes; only rows about fixed numbers of things fix a size."""
    here = document(source.file)
    sizes = {d.name for d in here.declarations.values() if d.kind == "size"}
    for d in here.declarations.values():
        ends = (*(d.shape or ()), *((d.upper,) if d.upper is not None else ()))
        assert all(isinstance(end, Symbol) and end.name in sizes for end in ends), d.name
    assert all(d.domain.lower == 1 for d in here.declarations.values() if d.kind == "size")
    for derivation in here.derivations:
        hypotheses = (*derivation.given, *(g for line in derivation.lines for g in line.given))
        fixed = [g for g in hypotheses if isinstance(g, Relation) and g.op == "=" and
                 any(isinstance(side, Symbol) and side.name in sizes for side in (g.left, g.right))]
        assert not fixed or set(derivation.cites) <= FIXED_SIZES, derivation.name
        for term in (*(line.term for line in derivation.lines), *(d.body for d in here.definitions.values())):
            for range_ in _ranges(term):
                assert range_.lower == ONE, derivation.name
                assert isinstance(range_.upper, Symbol) and range_.upper.name in sizes, derivation.name


def _ranges(term: Term) -> Iterator[Range]:
    for part in walk(term):
        match part:
            case Fold(range=range_) | ForAll(range=range_):
                yield range_
            case Family(ranges=ranges):
                yield from ranges


# verdicts


@pytest.mark.parametrize(("row", "source", "chain"), CHAINS, ids=NAMES)
def test_a_row_comes_out_as_its_table_says(row: str, source: Source, chain: Chain) -> None:
    """Proved without conditions, step by step and as a claim, but for the lines that do not follow: refuted."""
    derivation = next(d for d in citing(source, row) if held(d) == written(source, chain))
    steps, claim = results(source.file, derivation.name)
    expected = {i: "refuted" if i in chain.refuted else "proved" for i in steps}
    assert {i: result.verdict.verdict for i, result in steps.items()} == expected
    assert not any(result.fault for result in steps.values())
    assert (claim.verdict.verdict if claim else None) == chain.claim


def refuted_step(source: Source, row: str, number: int) -> tuple[Step, StepResult, Refuted]:
    """The step into line `number` of the row's chain that holds a line which does not follow."""
    chain = next(c for c in source.rows[row] if c.refuted)
    derivation = next(d for d in citing(source, row) if held(d) == written(source, chain))
    result = results(source.file, derivation.name)[0][number]
    assert isinstance(result.verdict, Refuted)
    return checker.step_of(document(source.file), derivation, number), result, result.verdict


@pytest.mark.parametrize(("row", "source"), [("B7", B), ("C11", C), ("E5", E)], ids=["B7", "C11", "E5"])
def test_counterexamples_of_rows_hold_by_another_evaluation(row: str, source: Source) -> None:
    """At the point shown, hypotheses and declarations hold and the two lines have different values."""
    step, _, verdict = refuted_step(source, row, 2)
    assert sampling.confirms(step, verdict.counterexample, "inventory") == "unrelated"


def test_between_the_labels_the_two_forms_differ() -> None:
    """B7: the counterexample has a label strictly between -1 and +1."""
    _, result, _ = refuted_step(B, "B7", 2)
    assert -1 < Fraction(at(result)["v"].removeprefix("Rational(").rstrip(")").replace(", ", "/")) < 1


def test_the_chain_rule_of_the_source_misses_the_other_outputs() -> None:
    """C11: refuted with two classes or more, exact values, the missing term named, the corrected line proved."""
    step, result, verdict = refuted_step(C, "C11", 2)
    values = {text(name): value for name, value in verdict.counterexample.values}
    assert isinstance(values["K"], Number) and values["K"].value >= 2
    assert Fraction(verdict.counterexample.left) != Fraction(verdict.counterexample.right)
    diagnosis = result.diagnosis
    assert diagnosis is not None and diagnosis.remark is not None and diagnosis.residual is not None
    assert "missing" in diagnosis.remark and "sum_{k != p} yhat_k^2" in diagnosis.remark
    missing = term_of(C, "2*yhat[p]*Sum(yhat[k]**2, (k, 1, K), Ne(k, p))")
    assert normal(diagnosis.residual, {}) == normal(missing, C.names)
    assert diagnosis.suggestion is not None
    assert checker.check(replace(step, right=diagnosis.suggestion)).verdict.verdict == "proved"


def test_the_correction_is_recorded_and_proved() -> None:
    """C11: the file records the erratum, with the right line, which the checker proves equal to the left."""
    derivation = next(d for d in citing(C, "C11") if any(line.erratum for line in d.lines))
    line = derivation.lines[1]
    assert line.expect == "refuted" and derivation.expect_claim == "refuted"
    right = term_of(C, C.rows["C11"][1].lines[-1])
    assert line.correct is not None and normal(line.correct, {}) == normal(right, C.names)
    correction = results(C.file, derivation.name)[0][2].correction
    assert correction is not None and correction.verdict == "proved"


def test_the_claim_of_the_source_is_refuted_with_its_missing_term() -> None:
    """C11: first line against last; the term that is missing is named and the corrected line is offered."""
    derivation = next(d for d in citing(C, "C11") if any(line.erratum for line in d.lines))
    claim = results(C.file, derivation.name)[1]
    assert claim is not None and claim.diagnosis is not None and claim.diagnosis.suggestion is not None
    assert normal(claim.diagnosis.suggestion, {}) == normal(term_of(C, C.rows["C11"][1].lines[-1]), C.names)


def test_cross_entropy_at_the_label_itself_says_nothing() -> None:
    """C4: where the prediction is the one-hot label and K >= 2, the sum form has 0 log 0: the step is vacuous."""
    result = judge({"K": {"kind": "size"}, "p": {"kind": "index", "upto": "K"}, "k": {"kind": "index", "upto": "K"},
                    "y": {"kind": "indexed", "shape": ["K"]}, "yhat": {"kind": "indexed", "shape": ["K"]}},
                   "-Sum(y[k]*log(yhat[k]), (k, 1, K))", "0",
                   given=("ForAll(Eq(y[k], KroneckerDelta(k, p)), (k, 1, K))",
                          "ForAll(Eq(yhat[k], y[k]), (k, 1, K))", "K >= 2"))
    assert result.verdict.verdict == "unknown" and result.verdict.code == "LP303"


def test_exact_values_of_three_classes() -> None:
    """C6: 3/50 and 13/200 are compared as they are: a billionth more is refuted."""
    nothing: Mapping[str, Mapping[str, object]] = {}
    assert judge(nothing, "(1 - 0.8)**2 + (0 - 0.1)**2 + (0 - 0.1)**2", "3/50").verdict.verdict == "proved"
    assert judge(nothing, "(1 - 0.8)**2 + (0 - 0.1)**2 + (0 - 0.1)**2",
                 "3/50 + 10**-9").verdict.verdict == "refuted"


def test_probabilities_of_the_sigmoid_are_not_assumed() -> None:
    """A5: 0 < a < 1 is found from the definition; the derivation has no hypothesis."""
    assert all(not d.given and not any(line.given for line in d.lines) for d in citing(A, "A5"))
