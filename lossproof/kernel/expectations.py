"""Expectations of random quantities as finite sums over outcomes.

Trusted. Imports the ground floor, `random_names`, `outcomes`, `components`, `sizes` and `complex_steps`.

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
parameter, an index or a value that is put, too; an expectation that varies with the outcome of another one, as that of
g(t, X) at t = Y within one; a derivative or limit by something random, a value put for it; random matrices of which
more is assumed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction

from lossproof.derivation import NONNEGATIVE, POSITIVE, RANDOM, UNSPECIFIED, Declaration, Domain, Step
from lossproof.derivation import reached as all_reached
from lossproof.diagnostic import InputError, diagnostic
from lossproof.kernel.complex_steps import is_complex
from lossproof.kernel.components import Components
from lossproof.kernel.normal_form import Unsupported
from lossproof.kernel.outcomes import Outcomes
from lossproof.kernel.random_names import all_names, parameters, reached, varying
from lossproof.kernel.sizes import sizes_apart
from lossproof.term import (
    ARRAY_FUNCTIONS,
    EXPECTATIONS,
    MINUS_ONE,
    ONE,
    Add,
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
    rename_binders,
    substitute,
    subtract,
    walk,
)

_TWO = Number(Fraction(2))
_HALF = Number(Fraction(1, 2))


def over_outcomes(step: Step) -> Outcomes:
    """The step over finitely many outcomes. Unsupported where it does not come down to one."""
    return _Lowering(sizes_apart(step)).outcomes()


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
            sizes = all_reached((expectation,), self.step.definitions, self.step.declarations)
            if through & (names | sizes):
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
