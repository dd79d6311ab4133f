"""What `X ~ D` says of the names of a document: its f_X(x), F_X(x), M_X(t), E(X), Var(X) and the like.

Untrusted as to truth. Imports the ground floor, `families` and the shapes that `derive` takes.

Only what the document writes somewhere gets a meaning. It is the usual one, and a row that says another one gives a new
meaning to the name: parameters are not always what `families` takes them for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product

from lossproof.read.document.judged import is_distribution
from lossproof.read.document.statements import ReadRow, Side
from lossproof.read.latex.distributions import DISTRIBUTIONS
from lossproof.read.latex.families import Known, Support
from lossproof.read.latex.layout import canonical, lay_out
from lossproof.read.latex.tokens import LatexProblem, tokenize
from lossproof.term import (
    ONE,
    ZERO,
    Add,
    Call,
    Derivative,
    Fold,
    Integral,
    Mul,
    Number,
    Pow,
    Range,
    Relation,
    Subst,
    Symbol,
    Term,
    add,
    free_names,
    fresh_name,
    mul,
    number,
    substitute,
)

__all__ = ["Distributed", "Fact", "distributed", "facts"]

# What is written with the variable in brackets, by the name as set.
_MEAN = frozenset({r"\mathrm{E}", r"\mathbb{E}", "E"})
_VALUES: Mapping[str, Callable[[Known], Term | None]] = {
    r"\mathrm{Var}": lambda law: law.variance, r"\mathbb{V}": lambda law: law.variance,
    r"\mathrm{median}": lambda law: law.median, r"\mathrm{mode}": lambda law: law.mode,
    r"\mathrm{h}": lambda law: None if law.support.whole else law.entropy, r"\mathrm{Skew}": lambda law: law.skewness,
}
_ALL = Support()
_MAX_POWER = 6      # of the moments that an expectation is made of
_LOGS = (r"\ln ", r"\log ", r"\ln", r"\log", r"\ln(", r"\log(")


@dataclass(frozen=True, slots=True)
class Distributed:
    """That something is distributed so: it as set, its term, the family, the parameters."""

    of: str
    term: Term
    kind: str
    parameters: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """The value of what is set as `written`, at the argument that is set as `argument`.

    `given` holds with it, `support` is the stretch on which it is that.
    """

    written: str
    argument: str
    value: Callable[[Term], Term | None]
    support: Support = _ALL
    given: tuple[Relation, ...] = ()


def distributed(rows: Iterable[ReadRow]) -> Iterator[Distributed]:
    """What rows say to be distributed in a known way."""
    for row in rows:
        for statement in row.statements:
            if statement.continues:
                continue
            sides: list[Side] = []      # that are equal
            for side, relation, after in zip(statement.sides, statement.relations, statement.sides[1:], strict=False):
                sides.append(side)
                if relation == "distributed" and is_distribution(after) and isinstance(after.term, Call):
                    name, *parameters = after.term.args
                    kind = DISTRIBUTIONS.get(name.name.removeprefix("~ ")) if isinstance(name, Symbol) else None
                    if kind:
                        yield from (Distributed(_set(one.latex), one.term, kind, tuple(parameters)) for one in sides)
                if relation != "=":
                    sides = []


def facts(said: Distributed, law: Known, written: Mapping[str, Iterable[str]], values: Collection[str]
          ) -> Iterator[Fact]:
    """What follows for all that a document writes: from each name as set to what it is applied to.

    `values` are names of numbers that are not random, beside those in the parameters; more may come as facts are told.
    """
    domain = _telling(law.domain)
    fixed = frozenset().union(*map(free_names, said.parameters))
    for name, arguments in written.items():
        base, _, sub = name.partition("_{")
        of = re.sub(r"^\\mathrm\{(.*)\}$", r"\1", sub.removesuffix("}")) if sub else ""
        for argument in sorted(arguments, key=len):     # E(X) before E((X - E(X))^2)
            if of == said.of and base in ("f", "F", "M"):
                yield from _function(name, argument, base, law, domain)
            elif argument == said.of and name in _VALUES:
                value = _VALUES[name](law)
                if value is not None:
                    given = _telling(law.unimodal) if name == r"\mathrm{mode}" else ()
                    yield Fact(name, argument, _constant(value), _ALL, (*domain, *given))
            elif name in _MEAN and law.mean is not None:
                found = law.mean if argument == said.of else law.log_mean if argument.strip("()") in {
                    log.rstrip("(") + said.of for log in _LOGS} else None
                if found is not None:
                    yield Fact(name, argument, _constant(found), _ALL, domain)
                elif argument != said.of and isinstance(said.term, Symbol):
                    average = _averaged(law, said.term.name, lambda: fixed.union(values))
                    yield Fact(name, argument, average, _ALL, domain)


def _function(name: str, argument: str, base: str, law: Known, domain: tuple[Relation, ...]) -> Iterator[Fact]:
    support = replace(law.support, rises=base == "F")
    if base == "f":
        yield Fact(name, argument, law.density, support, domain)
    elif base == "F" and law.distribution is not None:
        yield Fact(name, argument, law.distribution, support, domain)
    elif base == "M" and law.transform is not None:
        yield Fact(name, argument, law.transform, law.exists, domain)


def _averaged(law: Known, variable: str, fixed: Callable[[], frozenset[str]]) -> Callable[[Term], Term | None]:
    """E(g(X)): of a polynomial g by the moments, else the integral or the sum of g times the density (Ross, A First
    Course in Probability, 4.4 and 5.2).

    None where g holds what is no function of the values of X, as another expectation, or a name that may be random.
    """
    def value(term: Term) -> Term | None:
        names = free_names(term)
        if variable not in names or not names <= fixed() | {variable}:
            return None
        powers = _polynomial(term, variable)
        if powers is not None:
            moments = {power: _moment(law, power, free_names(term)) for power in powers}
            found = [mul(factor, moment) for power, factor in powers.items() if (moment := moments[power]) is not None]
            if len(found) == len(powers):
                return add(*found)
        lower, upper = law.support.ends
        taken = free_names(term) | free_names(law.density(Symbol(variable)))
        name = fresh_name(variable.lower(), taken)
        at = Symbol(name)
        body = mul(substitute(term, {variable: at}), law.density(at))
        return Fold("sum", body, Range(name, lower, upper)) if law.support.whole else Integral(body, name, lower, upper)
    return value


def _moment(law: Known, power: int, taken: frozenset[str]) -> Term | None:
    """E(X^k): from mean and variance, else the k-th derivative of the moment-generating function at 0."""
    if power == 0:
        return ONE
    if power == 1:
        return law.mean
    if power == 2 and law.mean is not None and law.variance is not None:
        return add(law.variance, Pow(law.mean, number(2)))
    if law.transform is None:
        return None
    t = Symbol(fresh_name("t", taken | free_names(law.transform(ONE))))
    return Subst(Derivative(law.transform(t), t, power), t, ZERO)


def _polynomial(term: Term, variable: str) -> dict[int, Term] | None:
    """The coefficients of the powers of a name in a polynomial of a low degree; None for anything else."""
    match term:
        case Symbol(name) if name == variable:
            return {1: ONE}
        case _ if variable not in free_names(term):
            return {0: term}
        case Add(args):
            sums: dict[int, Term] = {}
            for arg in args:
                found = _polynomial(arg, variable)
                if found is None:
                    return None
                for power, factor in found.items():
                    sums[power] = add(sums[power], factor) if power in sums else factor
            return sums
        case Mul((first, *rest)):
            return _product(_polynomial(first, variable), _polynomial(mul(*rest), variable) if rest else {0: ONE})
        case Pow(base, Number(value)) if value.denominator == 1 and 1 <= value <= _MAX_POWER:
            return _product(_polynomial(base, variable), _polynomial(Pow(base, number(value - 1)), variable)
                            if value > 1 else {0: ONE})
        case _:
            return None


def _product(left: dict[int, Term] | None, right: dict[int, Term] | None) -> dict[int, Term] | None:
    if left is None or right is None:
        return None
    found: dict[int, Term] = {}
    for (one, factor), (other, by) in product(left.items(), right.items()):
        term = factor if by == ONE else by if factor == ONE else mul(factor, by)
        found[one + other] = add(found[one + other], term) if one + other in found else term
    return found if max(found) <= _MAX_POWER else None


def _constant(value: Term) -> Callable[[Term], Term | None]:
    return lambda term: value


def _telling(conditions: Iterable[Relation]) -> tuple[Relation, ...]:
    """Conditions that say something of a name."""
    return tuple(c for c in conditions if not (isinstance(c.left, Number) and isinstance(c.right, Number)))


def _set(latex: str) -> str:
    """What is set, in canonical form; nothing where it cannot be."""
    try:
        return canonical(lay_out(tokenize(latex)))
    except LatexProblem:
        return ""
