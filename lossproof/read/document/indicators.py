r"""Steps about sets, and steps that are linear in probabilities and expectations, as steps about what is at a point.

Untrusted as to truth: it says what such a step means, and each reading is judged for itself. Imports the ground floor,
`names`, `chances`, `set_terms`.

Sets are equal where their indicators are, which are 1 in a set and 0 outside. p(A) is the mean of the indicator of A,
Pr(X <= a) that of the event: a relation that is linear in p, Pr and E, with factors that are not random, holds where it
holds at every point for what they are of. (That is so for every probability: means are linear and keep an order, and
the mean of 1 is 1. It is needed, too, where nothing is known of the probability.) For a union over an index of which
the range is finite, at every point it is no more than the sum.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from lossproof.derivation import RANDOM, UNSPECIFIED, Declaration, Domain, Premise, Reading
from lossproof.latex_names import HOLE
from lossproof.read.document.chances import Chances
from lossproof.read.document.names import Names
from lossproof.read.document.set_terms import (
    Both,
    Either,
    Empty,
    Leaf,
    Not,
    Sets,
    Union,
    Whole,
    chance_of,
    is_of_sets,
    sets_of,
    settled,
)
from lossproof.term import (
    ONE,
    ZERO,
    Add,
    Bool,
    Call,
    Const,
    Entry,
    Fold,
    Mul,
    Piecewise,
    Range,
    Relation,
    Span,
    Symbol,
    Term,
    add,
    binders,
    free_names,
    fresh_identifier,
    mul,
    substitute,
    subtract,
    walk,
)

__all__ = ["Indicators"]

_TRUTH = Domain(values=(Fraction(0), Fraction(1)))
_MEANS = (rf"\mathrm{{E}}({HOLE})", rf"\mathbb{{E}}({HOLE})", rf"\mathrm{{E}}[{HOLE}]", rf"\mathbb{{E}}[{HOLE}]")
_SET = re.compile(r"[A-Z]|\\math(?:cal|scr|frak)\b")
_FEW = 4            # so many of the nearest premises about sets are tried
_MOST_SETS = 8      # a step about more of them is not read


@dataclass(slots=True)
class _Step:
    """What was met in one step: how probabilities are set, which sets, what unions are besides."""

    heads: set[str] = field(default_factory=set)
    sets: set[str] = field(default_factory=set)
    unions: dict[str, Fold] = field(default_factory=dict)


@dataclass(slots=True)
class Indicators:
    """Makes readings of steps of one document."""

    names: Names
    chances: Chances
    _indicators: dict[object, str] = field(default_factory=dict)

    def readings(self, left: Term, right: Term, said: Sequence[Premise]) -> Iterator[Reading]:
        """The step at a point, by itself, and under what the document says of the sets or the variables in it."""
        met = _Step()
        try:
            sides = self._of_sets(left, right, met) or self._of_means(left, right, met) or self._of_values(left, right)
        except LookupError:
            return
        if sides is None or len(met.sets) > _MOST_SETS:
            return
        if sides != (left, right):
            yield Reading(*sides, self._facts(met), "events")
        known = list(self._known(sides, said, met))
        facts = self._facts(met)
        for premises in (*((one,) for one in known[:_FEW]), tuple(known[:_FEW])):
            if premises:
                given = tuple(term for term, _ in premises)
                yield Reading(*sides, (*facts, *given), "events", tuple(dict.fromkeys(p for _, p in premises)))

    def _facts(self, met: _Step) -> tuple[Term, ...]:
        return tuple(Relation("<=", Symbol(name), total) for name, total in met.unions.items())

    # what holds besides

    def _known(self, sides: tuple[Term, Term], said: Sequence[Premise], met: _Step) -> Iterator[tuple[Term, Premise]]:
        """What the document says of the sets in a step, of the signs of its variables, of bounds of what is fixed."""
        reached = self._reached(sides)
        for name in sorted(reached):
            span = self._sign(name)
            if span is not None:
                bound = Relation(">=", Symbol(name), ZERO)
                yield bound, Premise(bound, span)
        sets = list(self._said_of_sets(said, met))
        for _, here, _ in sets:
            met.unions |= here.unions
        for made, _, premise in sets:
            yield Relation("=", *made), premise
            for name, total in met.unions.items():
                if _are_apart(made, total):
                    yield Relation("=", Symbol(name), total), premise
        for premise in said:
            match premise.term:
                case Relation("<" | "<=" | ">" | ">=", left, right) as bound if free_names(bound) <= reached and (
                        self._is_fixed(left) and self._is_fixed(right)):
                    yield bound, premise
                case _:
                    pass

    def _said_of_sets(self, said: Sequence[Premise], met: _Step) -> Iterator[tuple[tuple[Term, Term], _Step, Premise]]:
        """What the document says of the sets in a step, and of unions of them, as equations between indicators."""
        for premise in said:
            match premise.term:
                case Relation("=", left, right):
                    here = _Step()
                    try:
                        made = self._of_sets(left, right, here)
                    except LookupError:
                        continue
                    if made is not None and here.sets - here.unions.keys() <= met.sets:
                        yield made, here, premise
                case _:
                    pass

    # sets

    def _of_sets(self, left: Term, right: Term, met: _Step) -> tuple[Term, Term] | None:
        """An equation between sets, of which one is written with a sign, as one between indicators."""
        declarations = self.names.declarations
        if not any(is_of_sets(side, declarations) and chance_of(side, declarations) is None for side in (left, right)):
            return None
        found = [self._opened(side) for side in (left, right)]
        if None in found:
            return None
        one, other = (self._indicator(settled(sets), met) for sets in found if sets is not None)
        return one, other

    def _opened(self, term: Term | str) -> Sets | None:
        """The set that a term is, with what quantities are that are sets."""
        if isinstance(term, Symbol) and term.name in self.names.definitions:
            definition = self.names.definitions[term.name]
            if not definition.ranges and is_of_sets(definition.body, self.names.declarations):
                return sets_of(definition.body, self.names.declarations)
        return sets_of(term, self.names.declarations)

    def _indicator(self, sets: Sets, met: _Step) -> Term:
        match sets:
            case Empty():
                return ZERO
            case Whole():
                return ONE
            case Leaf(of):
                return self._of_leaf(of, met)
            case Not(of):
                return subtract(ONE, self._indicator(of, met))
            case Both(parts):
                return mul(*(self._indicator(part, met) for part in parts))
            case Either(parts):
                outside = [subtract(ONE, self._indicator(part, met)) for part in parts]
                return subtract(ONE, mul(*outside))
            case Union():
                return self._of_union(sets, met)

    def _of_leaf(self, of: Term | str, met: _Step) -> Term:
        declarations = self.names.declarations
        match of:
            case str():
                return Symbol(self._named(of, of, met))
            case Symbol(name) if name in declarations and declarations[name].kind == "scalar":
                if UNSPECIFIED in declarations[name].assumptions or name in self.names.definitions or not _SET.match(
                        declarations[name].latex or name):
                    raise LookupError
                return Symbol(self._named(declarations[name].latex or name, name, met))
            case Entry(family, indices) if family in declarations and not declarations[family].array and _SET.match(
                    declarations[family].latex or family):
                return Entry(self._named((family, len(indices)), family, met, declarations[family]), indices)
            case _:
                raise LookupError

    def _of_union(self, union: Union, met: _Step) -> Term:
        """A name for the indicator of a union over an index, and that it is no more than the sum; one with a last set
        beyond a family's size is a union with that."""
        upper = union.upper
        last = self._beyond(union)
        if last is not None:
            size, beyond = last
            inner = settled(Union(union.index, size, union.body))
            return self._indicator(Either((inner, Leaf(beyond))), met)
        plain = settled(union.body)
        name = self._named((self._canonical(plain, union.index, met), upper), "union", met)
        if upper is not None and upper != Const("oo"):
            body = self._indicator(plain, met)
            met.unions[name] = Fold("sum", body, Range(union.index, ONE, upper))
        return Symbol(name)

    def _canonical(self, sets: Sets, index: str, met: _Step) -> Term:
        return substitute(self._indicator(sets, met), {index: Symbol("_")})

    def _beyond(self, union: Union) -> tuple[Term, Term] | None:
        """Of a union of A_i over 1..n+1, where A has the size n and A_{n+1} is a name: the size, and that name."""
        match union.upper, union.body:
            case upper, Leaf(Entry(family, (Symbol(index),))) if upper is not None and index == union.index:
                return self._last(family, upper)
            case _:
                return None

    def _last(self, family: str, upper: Term) -> tuple[Term, Term] | None:
        declared = self.names.declarations.get(family)
        if declared is None or declared.shape is None or len(declared.shape) != 1:
            return None
        size = declared.shape[0]
        if not isinstance(size, Symbol) or upper != add(size, ONE):
            return None
        base = re.sub(r"_.*", "", declared.latex or family)
        written = self.names.declarations.get(size.name)
        set_as = f"{base}_{{{(written.latex if written is not None else None) or size.name}+1}}"
        found = [name for name, one in self.names.declarations.items() if one.kind == "scalar" and one.latex == set_as]
        return (size, Symbol(found[0])) if len(found) == 1 else None

    def _named(self, key: object, name: str, met: _Step, family: Declaration | None = None) -> str:
        """The name of an indicator, by what it is of."""
        if key not in self._indicators:
            declarations = self.names.declarations
            made = fresh_identifier(f"in_{name}", {*declarations, *self.names.definitions})
            declarations[made] = Declaration(made, "scalar", domain=_TRUTH, assumed=True) if family is None else \
                Declaration(made, "family", domain=_TRUTH, shape=family.shape, rank=family.rank, assumed=True)
            self._indicators[key] = made
        met.sets.add(self._indicators[key])
        return self._indicators[key]

    # values of random variables

    def _of_values(self, left: Term, right: Term) -> tuple[Term, Term] | None:
        """A step about values of a random variable that the text says not to be negative, as it stands."""
        if any(map(self._has_mean, (left, right))) or not any(self._sign(name) for name in sorted(
                self._reached((left, right)))):
            return None
        return left, right

    def _reached(self, sides: Sequence[Term]) -> set[str]:
        return set().union(*(self.names.rests_on(side) for side in sides))

    def _sign(self, name: str) -> Span | None:
        """Where the text says that a random variable is not negative."""
        declared, wording = self.names.declarations.get(name), self.chances.inverses.wording
        if declared is None or declared.kind != "scalar" or wording is None:
            return None
        return wording.nonnegative(declared.latex or name)

    # means

    def _of_means(self, left: Term, right: Term, met: _Step) -> tuple[Term, Term] | None:
        """What is linear in probabilities and expectations, by what it is at a point."""
        if not any(self._has_mean(side) for side in (left, right)):
            return None
        parts = [self._written(part) for side in (left, right) for part in walk(side)]
        heads = {found[0] for part in parts if self.chances.event(part) is None and (
            found := chance_of(part, self.names.declarations)) is not None}
        if not heads <= self.names.of_sets:
            return None         # p may be a density
        made = self._mean(left, met), self._mean(right, met)
        return made if len(met.heads) <= 1 else None

    def _written(self, term: Term) -> Term:
        """The value of a function for the name that it was given."""
        if isinstance(term, Symbol):
            for call, name in self.names.values.items():
                if name == term.name and isinstance(call, Call):
                    return call
        return term

    def _has_mean(self, term: Term) -> bool:
        return any(self._is_mean(self._written(part)) for part in walk(term))

    def _is_mean(self, term: Term) -> bool:
        return isinstance(term, Call | Symbol) and (
            self.chances.event(term) is not None or chance_of(term, self.names.declarations) is not None
            or self._averaged(term) is not None)

    def _averaged(self, term: Term) -> Term | None:
        """What a term is the expectation of."""
        match term:
            case Call("expectation", (argument,)):
                return argument
            case Call(name, (argument,), ()) if (declared := self.names.declarations.get(name)) is not None and (
                    UNSPECIFIED in declared.assumptions and declared.latex in _MEANS):
                return argument
            case _:
                return None

    def _mean(self, term: Term, met: _Step) -> Term:
        if not self._has_mean(term):
            if not self._is_fixed(term):
                raise LookupError
            return term
        term = self._written(term)
        event = self.chances.event(term)
        if event is not None:
            met.heads.add(event.head)
            return self._at_point(term, Piecewise((
                (ONE, Bool("and", tuple(Relation(sign, one, other) for sign, one, other in zip(  # type: ignore[arg-type]
                    event.signs, event.sides, event.sides[1:], strict=False)))), (ZERO, Bool("and", ())))))
        argument = self._averaged(term)
        if argument is not None:
            return self._at_point(term, argument)
        chance = chance_of(term, self.names.declarations)
        if chance is not None:
            met.heads.add(chance[0])
            sets = self._opened(chance[1])
            if sets is None:
                raise LookupError
            return self._indicator(settled(sets), met)
        match term:
            case Add(args):
                return Add(tuple(self._mean(arg, met) for arg in args), span=term.span)
            case Mul(args) if sum(map(self._has_mean, args)) == 1:
                return Mul(tuple(self._mean(arg, met) for arg in args), span=term.span)
            case Fold("sum", body, Range(name, lower, upper), None):
                return self._sum(body, Range(name, lower, upper), met)
            case _:
                raise LookupError

    def _at_point(self, term: Term, value: Term) -> Term:
        """What a mean is of, at a point: a number that is made of no other mean."""
        inner = [part for part in walk(term) if part is not term]
        if any(self._is_mean(self._written(part)) for part in inner) or self.names.shape(value) != ():
            raise LookupError
        return value

    def _sum(self, body: Term, range_: Range, met: _Step) -> Term:
        if self._has_mean(range_.lower) or self._has_mean(range_.upper) or not (
                self._is_fixed(range_.lower) and self._is_fixed(range_.upper)):
            raise LookupError
        inner = self._mean(body, met)
        if range_.upper == Const("oo"):
            if inner != ZERO:
                raise LookupError       # its sum at a point need not exist
            return Fold("sum", ZERO, range_)
        match inner:
            case Entry(family, (Symbol(index),)) if index == range_.name:
                for key, name in self._indicators.items():
                    if name == family and isinstance(key, tuple) and isinstance(key[0], str):
                        last = self._last(key[0], range_.upper)
                        if last is not None and range_.lower == ONE:
                            rest = Fold("sum", inner, Range(index, ONE, last[0]))
                            return add(rest, self._of_leaf(last[1], met))
            case _:
                pass
        return Fold("sum", inner, range_)

    def _is_fixed(self, term: Term) -> bool:
        """Whether nothing random is in a term, as far as is seen, nor anything of which only the look is known."""
        for name in self.names.rests_on(term) - set().union(*(binders(part) for part in walk(term))):
            declared = self.names.declarations.get(name)
            if declared is None or declared.kind in ("size", "index"):
                continue
            letter = declared.latex or name
            if {RANDOM, UNSPECIFIED} & declared.assumptions or letter in self.names.distributed or re.match(
                    "[A-Z]", letter):
                return False
        return True


def _are_apart(said: tuple[Term, Term], total: Fold) -> bool:
    """Whether an equation says that the sets of one family do not meet of which the sum, of no more than these, is."""
    match said, total:
        case (Mul((Entry(one, (Symbol(i),)), Entry(other, (Symbol(j),)))), right), Fold(body=body, range=range_) if (
                one == other and i != j and right == ZERO):
            factors = body.args if isinstance(body, Mul) else (body,)
            return Entry(one, (Symbol(range_.name),)) in factors
        case _:
            return False
