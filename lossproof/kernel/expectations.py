"""Expectations of random quantities as finite sums over outcomes.

Trusted. Imports the ground floor, `components` and `complex_steps`.

A step is about the numbers E f_1, ..., E f_k of finitely many functions of the random quantities, at any values of the
other names. By the theorem of Richter and Rogosinski (K. Schmuedgen: The Moment Problem, theorem 1.24), whatever the
distribution, a distribution over finitely many outcomes, all of positive chance and outside of a null set, has the same
expectations. So a step holds for all distributions for which its expectations exist, as the declaration `random` says,
if and only if it holds for all finite ones: E t is Sum(chance[o] t[o], (o, 1, outcomes)), where a random name X becomes
the family X[o], and the chances sum to 1.

Random names outside of every expectation stand for their values at one outcome, which is any. That outcome may have
chance 0: the proof then allows such chances, while a counterexample shows an outcome that occurs.

The distribution of what is declared random is one, whatever the values of the other names: d/da E(X) = 0. But where a
hypothesis, or the value that a document gives to an expectation, says something of a distribution, or where the
declaration of a random name lists parameters, the distribution may be another one for other values of the names in
these (`parameters`), and all that is jointly distributed with it, too.

Nothing is said of (`Unsupported`): an expectation inside of a derivative, limit, integral or infinite sum by a name
that it depends on, as these do not act on finitely many numbers; an expectation inside of anything that varies a
parameter, an index or a value that is put, too; a derivative or limit by something random, a value put for it; random
matrices of which more is assumed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from lossproof.derivation import NONNEGATIVE, POSITIVE, RANDOM, UNSPECIFIED, Declaration, Definition, Domain, Step
from lossproof.derivation import reached as all_reached
from lossproof.diagnostic import InputError, diagnostic
from lossproof.kernel.complex_steps import is_complex
from lossproof.kernel.components import Components, sizes_apart
from lossproof.kernel.normal_form import Unsupported
from lossproof.term import (
    ARRAY_FUNCTIONS,
    EXPECTATIONS,
    MINUS_ONE,
    ONE,
    Add,
    Bool,
    Call,
    Component,
    Const,
    Derivative,
    Entry,
    Family,
    Fold,
    ForAll,
    Integral,
    Limit,
    Mul,
    Number,
    Partial,
    Pow,
    Range,
    Relation,
    Subst,
    Symbol,
    Term,
    binders,
    free_names,
    fresh_identifier,
    map_children,
    mul,
    rename_binders,
    substitute,
    subtract,
    walk,
)

__all__ = ["Outcomes", "all_names", "at_an_outcome", "has_expectations", "over_outcomes", "parameters", "reached",
           "varying"]

_TWO = Number(Fraction(2))
_HALF = Number(Fraction(1, 2))


@dataclass(frozen=True, slots=True)
class Outcomes:
    """A step as one over finitely many outcomes: what to prove, what to refute, and the names it brings along."""

    proving: Step
    refuting: Step
    size: str
    chance: str
    outcome: str
    names: frozenset[str]

    def written(self, term: Term) -> Term | None:
        """A condition over outcomes in the symbols of the written step; None where there is no such condition.

        A random name without an expectation around it stands for its values at one outcome, which is any. So what is
        about two outcomes at once, as that an independent copy of X is not X, is not said by it.
        """
        found = self._everywhere(term, self.outcome)
        return None if found is None or free_names(found) & {self.size, self.chance, self.outcome} else found

    def _everywhere(self, term: Term, at: str) -> Term | None:
        """A condition on the outcome `at`, or on all of a range, as one on the random names."""
        match term:
            case ForAll(body, Range(name, _, Symbol(self.size)), None):
                # one more outcome than the one before, if that is still spoken of
                inner = None if at in free_names(body) else self._everywhere(body, name)
                return None if inner is None or name in free_names(inner) else inner
            case ForAll(body, Range(name, lower, upper), condition):
                inner = None if name == at else self._everywhere(body, at)
                within = None if condition is None else self._written(condition, at)
                range_ = Range(name, self._written(lower, at), self._written(upper, at))
                return None if inner is None else ForAll(inner, range_, within)
            case Bool("and", args):
                parts = [self._everywhere(part, at) for part in args]
                found = [part for part in parts if part is not None]
                return Bool("and", tuple(found)) if len(found) == len(parts) else None
            case Bool("or", args) if len(over := [part for part in args if self._is_everywhere(part)]) == 1:
                # as the other conditions are about no outcome, it is at each outcome one of them
                if any(at in free_names(part) for part in args):
                    return None
                inner = self._everywhere(over[0], at)
                return None if inner is None else Bool("or", tuple(
                    inner if part is over[0] else self._written(part, at) for part in args))
            case _:
                return self._written(term, at)

    def _is_everywhere(self, term: Term) -> bool:
        return isinstance(term, ForAll) and term.range.upper == Symbol(self.size)

    def _written(self, term: Term, at: str) -> Term:
        """A term whose random names are at the outcome `at`, those in expectations at that of the expectation."""
        match term:
            case Fold("sum", body, Range(name, _, Symbol(self.size)), None):
                factors = list(body.args) if isinstance(body, Mul) else [body]
                weight = Entry(self.chance, (Symbol(name),))
                if weight not in factors or at in free_names(body):
                    return term
                factors.remove(weight)
                return _named(self._written(mul(*factors), name))
            case Entry(family, (Symbol(name), *rest)) if family in self.names and name == at:
                indices = tuple(self._written(index, at) for index in rest)
                return Entry(family, indices) if indices else Symbol(family)
            case Family(Entry(family, (Symbol(name), *rest)), ranges) if family in self.names and name == at and \
                    tuple(rest) == tuple(Symbol(range_.name) for range_ in ranges):
                return Symbol(family)
            case _:
                return map_children(term, lambda child: self._written(child, at))


def _named(body: Term) -> Term:
    """The expectation of a body; that of a squared deviation is a variance."""
    match body:
        case Pow(Add((inner, Mul((sign, Call("expectation", (mean,)))))), exponent) if (
                inner == mean and sign == MINUS_ONE and exponent == _TWO):
            return Call("variance", (inner,))
        case _:
            return Call("expectation", (body,))


def has_expectations(step: Step) -> bool:
    """Whether an expectation stands in the step or in what it rests on."""
    terms = [step.left, step.right, *step.given]
    if step.definitions:
        terms += [step.definitions[name].body for name in reached(terms, step.definitions) if name in step.definitions]
    return any(isinstance(part, Call) and part.function in EXPECTATIONS for term in terms for part in walk(term))


def at_an_outcome(step: Step) -> Step:
    """A step without expectations, whose random names are what they are at one outcome: any values."""
    if not any(RANDOM in declared.assumptions for declared in step.declarations.values()):
        return step
    return replace(step, declarations={
        name: replace(declared, assumptions=declared.assumptions - {RANDOM}) if RANDOM in declared.assumptions
        else declared for name, declared in step.declarations.items()})


def over_outcomes(step: Step) -> Outcomes:
    """The step over finitely many outcomes. Unsupported where it does not come down to one."""
    return _Lowering(sizes_apart(step)).outcomes()


def reached(terms: Iterable[Term], definitions: Mapping[str, Definition]) -> frozenset[str]:
    """The names in terms and in what their quantities are defined as, with their ranges; the indices of these count,
    too: what an index carries into a quantity is looked for under the name that it has there."""
    found: set[str] = set()
    waiting = [name for term in terms for name in free_names(term)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            if name in definitions:
                waiting.extend(free_names(definitions[name].body))
                waiting.extend(end for range_ in definitions[name].ranges
                               for end in free_names(range_.lower) | free_names(range_.upper))
    return frozenset(found)


def parameters(step: Step) -> frozenset[str]:
    """The names, random ones aside, with which the distributions in a step may change, and what is equal to them.

    Of an index of what is random, in all that a hypothesis says of chance, others have their own: E(y[i]) = mu[i].
    """
    random = {name for name, declared in step.declarations.items() if RANDOM in declared.assumptions}
    found: set[str] = set()
    for definition in step.definitions.values():
        if definition.of is not None:
            own = {range_.name for range_ in definition.ranges}
            found |= {definition.name} | all_reached((definition.body, definition.of), step.definitions) - own
    for term in step.given:
        names = all_reached((term,), step.definitions)
        if names & random or has_expectations(replace(step, left=term, right=term, given=())):
            found |= names - _indices(term, random, step)
    for name in random:
        found |= all_reached(map(Symbol, step.declarations[name].parameters), step.definitions)
    equal = [names for term in step.given if any(isinstance(part, Relation) and part.op == "=" for part in walk(term))
             and not (names := all_reached((term,), step.definitions)) & random]
    for _ in equal:     # E(X) = mu, mu = a
        found |= frozenset().union(*(names for names in equal if names & found))
    return frozenset(found - random)


def _indices(term: Term, random: Collection[str], step: Step) -> frozenset[str]:
    """The declared indices in a term at which each random name in it stands."""
    declared = step.declarations
    found = frozenset(name for name in free_names(term) if name in declared and declared[name].kind == "index")
    for part in walk(term):
        match part:
            case Symbol(name) if name in random or name in step.definitions:
                return frozenset()
            case Entry(name, indices) if name in random:
                found &= {index.name for index in indices if isinstance(index, Symbol)}
            case Entry(name) if name in step.definitions:
                return frozenset()
            case _:
                pass
    return found


def varying(term: Term) -> tuple[frozenset[str], tuple[Term, ...]]:
    """The names that a term gives other values itself, and where it does so."""
    match term:
        case Derivative(body=body, by=by):
            return free_names(by), (body,)
        case Limit(body=body, variable=variable) | Subst(body=body, variable=variable):
            return free_names(variable), (body,)
        case Fold(body=body, condition=condition) | ForAll(body=body, condition=condition):
            return frozenset(binders(term)), (body,) if condition is None else (body, condition)
        case Family(body=body) | Integral(body=body):
            return frozenset(binders(term)), (body,)
        case Partial(family=family):
            return free_names(family), (family,)
        case _:
            return frozenset(), ()


def _put_through(term: Term, name: str) -> frozenset[str]:
    """A name, and those in a term that run up to it, or for which what it is in is put."""
    found = {name}
    while True:
        before = len(found)
        for part in walk(term):
            match part:
                case Subst(variable=variable, value=value) if free_names(value) & found:
                    found |= free_names(variable)
                case Fold() | ForAll() | Family() if found & free_names(_ends(part)):
                    found.update(binders(part))
                case _:
                    pass
        if len(found) == before:
            return frozenset(found)


def _ends(term: Fold | ForAll | Family) -> Term:
    """The ends of the ranges of a term, in one."""
    ranges = term.ranges if isinstance(term, Family) else (term.range,)
    return Add(tuple(end for range_ in ranges for end in (range_.lower, range_.upper)))


def all_names(step: Step) -> set[str]:
    """Every name in a step, free or bound."""
    terms = [step.left, step.right, *step.given, *(Family(d.body, d.ranges) for d in step.definitions.values())]
    return {*step.declarations, *step.definitions, *(name for term in terms for part in walk(term)
                                                     for name in (*binders(part), *free_names(part)))}


class _Lowering:
    """The terms of one step over outcomes."""

    def __init__(self, step: Step) -> None:
        self.step = step
        self.arrays = Components(step.declarations, step.definitions)
        self.random = {name for name, declared in step.declarations.items() if RANDOM in declared.assumptions}
        # quantities that rest on something random are written out
        self.moving = {name for name, definition in step.definitions.items() if self._moves(definition.body)}
        self.taken = all_names(step)
        self.size, self.chance, self.outcome = (self._fresh(name) for name in ("outcomes", "chance", "outcome"))
        self.outside = False

    def _fresh(self, name: str) -> str:
        made = fresh_identifier(name, self.taken)
        self.taken.add(made)
        return made

    def _moves(self, term: Term) -> bool:
        names = reached((term,), self.step.definitions)
        bodies = (term, *(self.step.definitions[name].body for name in names if name in self.step.definitions))
        return bool(names & self.random) or any(
            isinstance(part, Call) and part.function in EXPECTATIONS for body in bodies for part in walk(body))

    def outcomes(self) -> Outcomes:
        step = self.step
        self._refuse_parameters()
        for name in self.random & reached((step.left, step.right, *step.given), step.definitions):
            if step.declarations[name].assumptions - {RANDOM, "complex", UNSPECIFIED}:
                raise Unsupported(f"the random matrix {name}, of which more is assumed")
        lines = [self.value(line, None, frozenset()) for line in (step.left, step.right)]
        one_outcome = self.outside
        if one_outcome and step.relation in ("=>", "<=>"):
            raise Unsupported("random names outside of an expectation, in an equation that follows from another")
        given = tuple(self._hypothesis(term) for term in step.given)
        for term in (*lines, *given):
            self._refuse_at_outcomes(term)
        name = self._fresh("o")
        total = Fold("sum", Entry(self.chance, (Symbol(name),)), Range(name, ONE, Symbol(self.size)))
        made = replace(step, left=lines[0], right=lines[1], given=(Relation("=", total, ONE), *given),
                       definitions={n: d for n, d in step.definitions.items() if n not in self.moving})
        refuting = replace(made, declarations=self._declarations(POSITIVE))
        proving = replace(made, declarations=self._declarations(NONNEGATIVE)) if one_outcome else refuting
        return Outcomes(proving, refuting, self.size, self.chance, self.outcome, frozenset(self.random))

    def _refuse_parameters(self) -> None:
        """Refuse what varies a name with which distributions may change, around an expectation."""
        names, definitions = parameters(self.step), self.step.definitions
        lines = (self.step.left, self.step.right, *self.step.given)
        used = [definitions[name] for name in reached(lines, definitions) if name in definitions]
        places = [varying(part) for term in (*lines, *(one.body for one in used)) for part in walk(term)]
        places += [(frozenset(range_.name for range_ in one.ranges), (one.body,)) for one in used]
        for varied, bodies in places:
            for name in sorted(reached(map(Symbol, varied), definitions) & names):
                if any(True for body in bodies for _ in self._expectations(body)):
                    raise Unsupported(f"{name} varies around an expectation, and the distribution may depend on it")

    def _refuse_at_outcomes(self, term: Term) -> None:
        """Refuse expectations that are others at other outcomes: there may be infinitely many of these, and the order
        of two expectations, or that X is likely to be what it is, says something for finitely many only."""
        for over in walk(term):
            match over:
                case Fold(range=Range(name, _, Symbol(self.size))) | ForAll(range=Range(name, _, Symbol(self.size))):
                    through = _put_through(over, name)
                    for part in walk(over):
                        if isinstance(part, Fold) and part.range.upper == Symbol(self.size) \
                                and through & free_names(part):
                            raise Unsupported("an expectation that varies with the outcome around it")
                case _:
                    pass

    def _hypothesis(self, term: Term) -> Term:
        """What is known holds at every outcome."""
        before, self.outside = self.outside, False
        found = self.value(term, None, frozenset())
        everywhere, self.outside = self.outside, before
        if not everywhere:
            return found
        name = self._fresh("o")
        return ForAll(substitute(found, {self.outcome: Symbol(name)}), Range(name, ONE, Symbol(self.size)))

    def _declarations(self, chances: Domain) -> dict[str, Declaration]:
        size = Symbol(self.size)
        found = {name: self._declared(declared) for name, declared in self.step.declarations.items()}
        found[self.size] = Declaration(self.size, "size", Domain(lower=Fraction(1), integer=True))
        found[self.chance] = Declaration(self.chance, "family", chances, shape=(size,), rank=1)
        found[self.outcome] = Declaration(self.outcome, "index", Domain(integer=True), lower=ONE, upper=size)
        return found

    def _declared(self, declared: Declaration) -> Declaration:
        if declared.name not in self.random:
            return declared
        rest = declared.assumptions - {RANDOM}
        if declared.kind == "family":
            shape = None if declared.shape is None else (Symbol(self.size), *declared.shape)
            return replace(declared, shape=shape, rank=declared.rank + 1, array=False, assumptions=rest)
        domain = replace(declared.domain, integer=declared.whole)
        return replace(declared, kind="family", shape=(Symbol(self.size),), rank=1, domain=domain, assumptions=rest)

    # terms

    def value(self, term: Term, outcome: Term | None, bound: frozenset[str]) -> Term:
        """A term at an outcome; at the one that is any, where it stands outside of every expectation."""
        def inside(child: Term) -> Term:
            return self.value(child, outcome, bound)

        match term:
            case Symbol(name) if name in bound:
                return term
            case Symbol(name) if name in self.random:
                return self._whole(name, outcome)
            case Symbol(name) if name in self.moving:
                return self._written_out(name, (), outcome, bound)
            case Entry(name, indices) if name in self.random:
                return Entry(name, (self._at(outcome), *map(inside, indices)), span=term.span)
            case Entry(name, indices) if name in self.moving:
                return self._written_out(name, indices, outcome, bound)
            case Component(Symbol(name), indices) if name in self.random and name not in bound:
                return Entry(name, (self._at(outcome), *map(inside, indices)), span=term.span)
            case Call(function, args) if function in EXPECTATIONS:
                return self._expectation(function, args, bound, term)
            case Derivative(body, by):
                self._varied(by, body, bound, "a derivative by")
            case Subst(body, variable):
                self._varied(variable, None, bound, "a value put for")
                if isinstance(variable, Symbol):
                    return Subst(self.value(body, outcome, bound | {variable.name}), variable, inside(term.value),
                                 span=term.span)
            case Limit(body, variable):
                self._varied(variable, body, bound, "a limit by")
            case Integral(body, name):
                self._independent(body, name, "an integral over")
            case Fold(body=body, range=range_) | ForAll(body=body, range=range_) if any(
                    isinstance(part, Const) and part.name in ("oo", "-oo")
                    for end in (range_.lower, range_.upper) for part in walk(end)):
                self._independent(body, range_.name, "an infinite range of")
            case Partial(family=family) if reached((family,), self.step.definitions) & (self.random | self.moving):
                raise Unsupported("a partial derivative at something random")
            case _:
                pass
        term = self._bound_apart(term)
        within = bound | set(binders(term))
        if within == bound:
            return map_children(term, inside)
        return map_children(term, lambda child: self.value(child, outcome, within))

    def _bound_apart(self, term: Term) -> Term:
        """A term whose bound names are not random. Refused where an expectation, or a quantity, may be of either."""
        taken = set(binders(term)) & (self.random | self.moving)
        if not taken:
            return term
        if taken & free_names(term):
            raise Unsupported("a bound name that is random in the bounds")
        definitions = self.step.definitions
        inside = [*self._expectations(term), *(definition.body for name in reached((term,), definitions) - taken
                                               if (definition := definitions.get(name)) is not None)]
        if taken & reached(inside, definitions):
            raise Unsupported("an expectation or a quantity of a random name that is bound where it stands")
        return rename_binders(term, {name: self._fresh(name) for name in sorted(taken)})

    def _at(self, outcome: Term | None) -> Term:
        if outcome is None:
            self.outside = True
            return Symbol(self.outcome)
        return outcome

    def _whole(self, name: str, outcome: Term | None) -> Term:
        """A random name without an index: a number, or all its entries."""
        at = self._at(outcome)
        declared = self.step.declarations[name]
        if declared.kind != "family":
            return Entry(name, (at,))
        if declared.shape is None:
            raise Unsupported(f"the whole family {name}, whose ranges are not known")
        places = [self._fresh("c") for _ in declared.shape]
        ranges = tuple(Range(place, ONE, size) for place, size in zip(places, declared.shape, strict=True))
        return Family(Entry(name, (at, *map(Symbol, places))), ranges)

    def _written_out(self, name: str, indices: tuple[Term, ...], outcome: Term | None, bound: frozenset[str]) -> Term:
        """What a quantity is defined as, at an outcome."""
        definition = self.step.definitions[name]
        own = {range_.name for range_ in definition.ranges}
        if (reached((Family(definition.body, definition.ranges),), self.step.definitions) - own) & bound:
            raise Unsupported(f"what {name} rests on is bound where it stands")
        body = definition.body
        if definition.ranges:
            if any(range_.lower != ONE for range_ in definition.ranges):
                raise Unsupported(f"the family {name}, which rests on chance, whose indices do not start at 1")
            body = Family(body, definition.ranges)      # whose entries are in these ranges
        if indices:
            body = Component(body, indices)
        return self.value(body, outcome, bound)

    def _varied(self, by: Term, body: Term | None, bound: frozenset[str], what: str) -> None:
        """Refuse what varies something random, or what an expectation depends on."""
        name = by.name if isinstance(by, Symbol) else by.family if isinstance(by, Entry) else None
        if name is None or (name in self.random | self.moving and name not in bound):
            raise Unsupported(f"{what} something random")
        if body is not None:
            self._independent(body, name, what)

    def _independent(self, body: Term, name: str, what: str) -> None:
        """Refuse expectations that depend on a name, also through a value that is put, an index or a range."""
        through = self._carried(body, name)
        for expectation in self._expectations(body):
            names = reached((expectation,), self.step.definitions)
            sizes = [size for other in names if other in self.step.declarations
                     for size in self.step.declarations[other].shape or ()]
            if through & (names | reached(sizes, self.step.definitions)):
                raise Unsupported(f"{what} {name}, on which an expectation depends")

    def _carried(self, body: Term, name: str) -> frozenset[str]:
        """A name, and the bound names in a term and its quantities whose values may depend on it."""
        definitions = self.step.definitions
        used = [definitions[other] for other in reached((body,), definitions) if other in definitions]
        terms = (body, *(definition.body for definition in used))
        ranges = {range_.name for definition in used for range_ in definition.ranges}
        found = {name}

        def carries(*parts: Term) -> bool:
            return not found.isdisjoint(reached(parts, definitions))

        while True:
            before = len(found)
            for part in (part for term in terms for part in walk(term)):
                match part:
                    case Subst(variable=Symbol(varied) | Entry(family=varied), value=value) if carries(value):
                        found.add(varied)
                    case Fold(range=range_) | ForAll(range=range_) if carries(range_.lower, range_.upper):
                        found.add(range_.name)
                    case Family(ranges=over) if carries(*(end for one in over for end in (one.lower, one.upper))):
                        found.update(one.name for one in over)
                    case Entry(family, indices) if family in definitions and carries(*indices):
                        found.update(range_.name for range_ in definitions[family].ranges)
                    case Component() | Call() if carries(part):
                        found.update(ranges, *(binders(inner) for inner in walk(part) if isinstance(inner, Family)))
                    case _:
                        pass
            if len(found) == before:
                return frozenset(found)

    def _expectations(self, term: Term) -> Iterator[Term]:
        names = reached((term,), self.step.definitions)
        for body in (term, *(self.step.definitions[name].body for name in names if name in self.step.definitions)):
            yield from (part for part in walk(body) if isinstance(part, Call) and part.function in EXPECTATIONS)

    # expectations

    def _expectation(self, function: str, args: tuple[Term, ...], bound: frozenset[str], term: Term) -> Term:
        least, most = ARRAY_FUNCTIONS[function]
        if not least <= len(args) <= most:
            wanted = str(least) if least == most else f"{least} to {most}"
            raise InputError(diagnostic("LP108", f"`{function}` takes {wanted} arguments, not {len(args)}", term.span))
        first, last = args[0], args[-1]
        if function != "expectation" and is_complex(replace(self.step, left=first, right=last, given=())):
            raise Unsupported("the variance of something complex, of which there are two meanings")
        match function:
            case "expectation":
                return self._mean(lambda o: self.value(first, o, bound))
            case "variance" | "covariance":
                return self._covariance(first, last, bound, term)
            case "deviation":
                return Pow(self._covariance(first, first, bound, term, numbers=True), _HALF)
            case _:
                apart = (Pow(self._covariance(arg, arg, bound, term, numbers=True), _HALF) for arg in args)
                together = self._covariance(first, last, bound, term, numbers=True)
                return Mul((together, Pow(Mul(tuple(apart)), MINUS_ONE)))

    def _mean(self, at: Callable[[Term], Term]) -> Term:
        name = self._fresh("o")
        outcome = Symbol(name)
        return Fold("sum", Mul((Entry(self.chance, (outcome,)), at(outcome))), Range(name, ONE, Symbol(self.size)))

    def _covariance(self, first: Term, second: Term, bound: frozenset[str], term: Term, *,
                    numbers: bool = False) -> Term:
        ranks = [len(self.arrays.shape(part)) for part in (first, second)]
        if max(ranks) > 1 or ranks[0] != ranks[1] or (numbers and ranks[0]):
            message = f"a {term.function if isinstance(term, Call) else 'variance'} is of numbers or of vectors"
            raise InputError(diagnostic("LP106", message, term.span))

        def apart(part: Term, outcome: Term) -> Term:
            mean = self._mean(lambda o: self.value(part, o, bound))
            return subtract(self.value(part, outcome, bound), mean)

        def product(outcome: Term) -> Term:
            if first == second and not ranks[0]:
                return Pow(apart(first, outcome), _TWO)
            factors = (apart(first, outcome), apart(second, outcome))
            return Call("outer", factors) if ranks[0] else Mul(factors)

        return self._mean(product)
