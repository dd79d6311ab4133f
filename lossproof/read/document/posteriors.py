"""Densities that are known by what they are proportional to: p(x|y) is the normal density to which p(x, y) is
proportional in x, and the integral of c N(x; m, v) over all x is c.

Untrusted as to truth: it says what the document gives for the joint density, and `kernel.normalized` what a product of
densities is; each reading is judged for itself. Imports the ground floor, `names`, `probabilities`, `recognised`,
`values`, and from the kernel `normalized`.

- p(A|B) is proportional, in A, to p(C|D) with C and D together A and B, and D without any of A: they differ by a factor
  that does not depend on A. So it is to p(C|D) p(E|F) with p(E|F) the joint density of what D holds of A, given others.
- What is proportional to a product of densities of A and E in both is so, integrated over E, to that of A.
- All values of A are those that the density has where it is not 0: A is declared to range over these, or what the
  document says of another density of A has the same. Where it says another, there is no reading.
- What else p(A|B) is given, such as data, varies with nothing: it is held fixed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from lossproof.derivation import MENTIONS, Derivation, Line, Premise, Reading
from lossproof.kernel.normalized import Factor, Normalized, ends, normalized
from lossproof.latex_names import HOLE
from lossproof.read.document.names import Names
from lossproof.read.document.probabilities import Probabilities, has_densities
from lossproof.read.document.proportional import Proportional, any_value
from lossproof.read.document.recognised import densities_of
from lossproof.read.document.values import Part, Value, density
from lossproof.term import (
    Derivative,
    Entry,
    Limit,
    Partial,
    Relation,
    Span,
    Subst,
    Symbol,
    Term,
    binders,
    divide,
    free_names,
    mul,
    node_count,
    renamed,
    substitute,
    walk,
)

__all__ = ["Posteriors", "is_claimed"]

MAX_NODES = 4_000
MAX_READINGS = 6


@dataclass(frozen=True, slots=True)
class _Said:
    """What a document says that a density is, or is proportional to: its value's name there, the term, the place."""

    value: Value
    term: Term
    span: Span | None
    left: Term
    written: Relation | None = None     # where it is an equation


@dataclass(slots=True)
class Posteriors:
    """Makes readings of steps that say what density, or what integral of one, something is."""

    names: Names
    derivations: Sequence[Derivation] = ()
    proportional: frozenset[str] = frozenset()
    _said: list[_Said] = field(default_factory=list)

    def may_be(self, left: Term, right: Term) -> bool:
        """Whether a line says that a density, given others, is one of a known family."""
        value = self._value(left)
        return value is not None and bool(value.right) and (names := self._names(value.left)) is not None and \
            densities_of(right, names, self.names.declarations) is not None

    def readings(self, derivation: Derivation, index: int) -> tuple[Reading, ...]:
        """The readings of a step, those that rest on the nearest lines first."""
        line = derivation.lines[index - 1]
        if index != 2 or line.relation != "=" or derivation.given or line.given or line.unread \
                or derivation.lines[0].unread:
            return ()       # a later step is about the line before it
        value = self._value(derivation.lines[0].term)
        if value is None:
            return ()
        return tuple(self._posterior(value, derivation, line))[:MAX_READINGS]

    def proportional_to(self, derivation: Derivation) -> tuple[Reading, ...]:
        """The readings of a row L ~ R by what L is proportional to, as the lines before it say."""
        first, second = derivation.lines
        value = self._value(first.term)
        if value is None or first.unread or second.unread or derivation.given:
            return ()
        keys = _keys(value.left) | _keys(value.right)
        written = free_names(second.term)
        varied = {name for part in (*value.left, *value.right) if (name := self._name(part)) in written and name}
        held = self._held(value, varied)
        found: list[Reading] = []
        for term, premises, _ in self._joint(value.head, keys, varied, derivation.span, derivation.span):
            made = self.opened(divide(term, second.term), varied, held)
            if made is not None and not self._rests_on(term, first.term):
                found += self._at_two_points(Reading(made, made, premises=premises), varied, held)
        return tuple(found[:MAX_READINGS]) if varied else ()

    # densities

    def _posterior(self, value: Value, derivation: Derivation, line: Line) -> Iterator[Reading]:
        declarations = self.names.declarations
        variables = self._names(value.left)
        factors = None
        if variables is not None:
            for one in (line, *derivation.lines[1:]):       # how a later side of the chain writes it
                factors = factors or densities_of(one.term, variables, declarations)
        if variables is None or not factors or {factor.variable for factor in factors} != set(variables):
            return
        before = None if is_claimed(line) else derivation.span
        for others in self._others(value, variables, derivation.span, before):
            yield from self._by(value, (*others, *factors), factors, derivation, line.term, before)

    def _by(self, value: Value, factors: Sequence[Factor], own: Sequence[Factor], derivation: Derivation, right: Term,
            before: Span | None) -> Iterator[Reading]:
        """The readings by which a density is a product, and another one of more variables a larger product."""
        varied = {factor.variable for factor in factors}
        held = self._held(value, varied)
        mine = self.product(own, varied | held)
        whole = self.product(factors, varied | held)
        if mine is None or whole is None or not self.ranges_over(value.head, factors, derivation.span, before):
            return
        keys = frozenset(part.key for part in (*value.left, *value.right)) | {
            self._key(name) for name in varied}
        joint = list(self._joint(value.head, keys, varied, derivation.span, before))
        mean = frozenset(part.key for part in value.left)
        joint.sort(key=lambda found: found[2] == mean)      # what says the same of the same density comes last
        for term, premises, _ in joint:
            made = self.opened(divide(term, whole.term), varied, held)
            if made is None or term == right or self._rests_on(term, derivation.lines[0].term):
                continue
            yield from self._reading(made, whole, mine, right, premises, varied, held)

    def _reading(self, quotient: Term, whole: Normalized, mine: Normalized, said: Term,
                 premises: tuple[Premise, ...], varied: set[str], held: set[str]) -> Iterator[Reading]:
        """That a quotient has the same value at two points, where the larger product is a density."""
        other = self.elsewhere(varied)
        within = [condition for name in varied for condition in whole.within[name] if not self.is_range(name, whole)]
        given = (*whole.conditions, *within, *(renamed(condition, other) for condition in within))
        rests = (*premises, *(Premise(condition) for condition in (*whole.conditions, *within)))
        yield from self._at_two_points(Reading(quotient, quotient, given, "normalized", rests, ((said, mine.term),),
                                               of_own=whole.equal), varied, held)

    def _at_two_points(self, reading: Reading, varied: set[str], held: set[str]) -> Iterator[Reading]:
        """A reading by which its left side is the same elsewhere, for any values of quantities, and for their own."""
        yield from self.for_any_values(
            replace(reading, right=renamed(reading.left, self.elsewhere(varied))), varied | held)

    def for_any_values(self, reading: Reading, fixed: set[str]) -> Iterator[Reading]:
        """A reading for any values of its quantities, and for their own; in both, those that are `fixed` have any."""
        fixed = fixed & self.names.definitions.keys()
        quantities = (free_names(reading.left) | free_names(reading.right)) & self.names.definitions.keys()
        choices = [frozenset(quantities | fixed), frozenset(fixed)]
        if not any(self.names.declarations[name].array for name in quantities):
            choices.reverse()       # their own values of numbers cost little, those of arrays much
        for kept in dict.fromkeys(choices):
            free = tuple(any_value(self.names.declarations[name], fixed) for name in sorted(kept))
            yield replace(reading, kept=free)

    def ranges_over(self, head: str | None, factors: Sequence[Factor], own: Span | None, before: Span | None) -> bool:
        """Whether all variables range over the supports of their densities, as far as the document says."""
        said: dict[str, set[object]] = {factor.variable: set() for factor in factors}
        for one in self.all_said():
            names = self._names(one.value.left) if head in (None, one.value.head) and one.span != own else None
            for factor in densities_of(one.term, names, self.names.declarations) or () if names else ():
                if factor.variable in said and (before is None or self.is_before(one.span, before)):
                    said[factor.variable].add(ends(factor))
        for factor in factors:
            declared = self.names.declarations[factor.variable]
            if any(other != ends(factor) for other in said[factor.variable]):
                return False
            exact = (declared.domain.lower, declared.domain.upper) == ends(factor)
            if not said[factor.variable] and (not exact or factor.variable in self.names.definitions):
                return False
        return True

    def is_range(self, name: str, whole: Normalized) -> bool:
        """Whether a variable is declared to have no other values than those at which its density is not 0."""
        domain = self.names.declarations[name].domain
        return all((domain.lower if relation.right == Symbol(name) else domain.upper) is not None
                   for relation in whole.within[name])

    # what the document says

    def all_said(self) -> list[_Said]:
        """What is said of densities: by the definitions of their values, and by what they are proportional to."""
        if self._said:
            return self._said
        values = Probabilities(self.names).values()
        for name, definition in self.names.definitions.items():
            call = values.get(name) or Symbol(self.names.origin.get(name, name))
            value = density(call, self.names.declarations)
            if value is not None and definition.span is not None and not definition.ranges:
                written = Relation("=", Symbol(name), definition.body)
                self._said.append(_Said(value, definition.body, definition.span, call, written))
        for derivation in self.derivations:
            if derivation.name in self.proportional:
                first, second = derivation.lines
                value = self._value(first.term)
                if value is not None and not first.unread and not second.unread:
                    self._said.append(_Said(value, second.term, derivation.span, first.term))
        self._said.sort(key=lambda one: 0 if one.span is None else one.span.line, reverse=True)
        return self._said

    def _joint(self, head: str, keys: frozenset[str], varied: set[str], own: Span | None,
               before: Span | None) -> Iterator[tuple[Term, tuple[Premise, ...], frozenset[str]]]:
        """Terms to which the density of all these names is proportional in some of them, with what they rest on, and
        of what the density is that they are said to be."""
        vary = {self._key(name) for name in varied}
        usable = [one for one in self.all_said() if one.value.head == head and one.span != own and (
            before is None or self.is_before(one.span, before))]
        for one in usable:
            left, right = _keys(one.value.left), _keys(one.value.right)
            if left | right != keys or not (one.written is not None or self._varies(one, vary)):
                continue
            if not right & vary:
                yield one.term, (self._premise(one),), left
                continue
            for other in usable if one.written is not None else ():
                below, given = _keys(other.value.left), _keys(other.value.right)
                if below | given == right and not given & vary and other.written is not None:
                    yield mul(one.term, other.term), (self._premise(one), self._premise(other)), left

    def _varies(self, one: _Said, vary: set[str]) -> bool:
        """Whether what says that a density is proportional says so of all that is varied, at least."""
        written = {self._key(name) for name in free_names(one.term)}
        return vary <= written & (_keys(one.value.left) | _keys(one.value.right)) or vary == _keys(one.value.left)

    def _premise(self, one: _Said) -> Premise:
        if one.written is not None:
            return Premise(one.written, one.span)
        made = Proportional(self.names).readings(one.left, one.term)
        return Premise(Relation("=", made[0].left, made[0].right) if made else one.term, one.span)

    def _others(self, value: Value, variables: set[str], own: Span | None,
                before: Span | None) -> Iterator[tuple[Factor, ...]]:
        """Densities of further variables, given the first ones and what these are given; none, to begin with."""
        yield ()
        found: list[tuple[Factor, ...]] = []
        for one in self.all_said():
            names = self._names(one.value.left)
            if one.value.head != value.head or names is None or one.span == own or (
                    before is not None and not self.is_before(one.span, before)) or not _keys(value.right) <= _keys(
                        one.value.right):
                continue
            factors = densities_of(one.term, names, self.names.declarations) or ()
            further = tuple(factor for factor in factors if factor.variable not in variables)
            if further and further not in found and {f.variable for f in further} | variables >= names:
                found.append(further)
        yield from found[:3]

    def is_before(self, span: Span | None, other: Span) -> bool:
        return span is not None and (span.line, span.column) < (other.line, other.column)

    # names

    def _value(self, term: Term) -> Value | None:
        values = Probabilities(self.names).values()
        value = density(values.get(term.name, term) if isinstance(term, Symbol) else term, self.names.declarations)
        return value if value is not None and (value.right or has_densities(self.names.declarations)) else None

    def _names(self, parts: Sequence[Part]) -> set[str] | None:
        """The names that the parts are; None where one is no name."""
        names = {name for part in parts if (name := self._name(part)) is not None}
        return names if len(names) == len(parts) else None

    def _name(self, part: Part) -> str | None:
        if part.symbol is not None:
            return part.symbol
        if part.args:
            return None
        return next((name for name, declared in self.names.declarations.items()
                     if declared.array and (declared.latex or name) == part.piece), None)

    def _key(self, name: str) -> str:
        """The key of a name as an argument."""
        declared = self.names.declarations.get(name)
        if declared is not None and declared.array:
            return Part(declared.latex or name).key
        return Part(HOLE, (Symbol(name),)).key

    def _held(self, value: Value, varied: set[str]) -> set[str]:
        """The names of what a density is given, and of what it is of besides what is varied."""
        found: set[str] = set()
        for part in (*value.left, *value.right):
            name = self._name(part)
            found |= {name} if name is not None else frozenset().union(*map(free_names, part.args))
        return found - varied

    def elsewhere(self, names: set[str]) -> dict[str, str]:
        """Names of another point."""
        made = {name: f"{name}_elsewhere" for name in names}
        for name, other in made.items():
            declared = self.names.declarations[name]
            latex = None if declared.latex is None or "(" in declared.latex else f"{declared.latex}'"
            self.names.declarations.setdefault(other, replace(declared, name=other, latex=latex, assumed=True))
        return made

    # terms

    def product(self, factors: Sequence[Factor], fixed: set[str]) -> Normalized | None:
        return normalized(factors, self.names.declarations, lambda term: self.reached(term, fixed))

    def reached(self, term: Term, fixed: set[str]) -> frozenset[str]:
        """The names on which a term depends in the end, those that are `fixed` being no quantities."""
        waiting, found = list(free_names(term)), set[str]()
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self._below(name, fixed)
        return frozenset(found)

    def _below(self, name: str, fixed: set[str]) -> Iterator[str]:
        definition = self.names.definitions.get(name)
        if definition is not None and name not in fixed:
            yield from free_names(definition.body)
            return
        declared = self.names.declarations.get(name)
        for mark in declared.assumptions if declared is not None and definition is None else ():
            if mark.startswith(MENTIONS):
                yield mark.removeprefix(MENTIONS)
        for call, known in self.names.values.items() if definition is None else ():
            if known == self.names.origin.get(name, name):      # a value that nothing is said of
                yield from free_names(call)

    def _rests_on(self, term: Term, value: Term) -> bool:
        """Whether a term holds, in the end, a meaning of a value's name."""
        first = self.names.origin.get(value.name, value.name) if isinstance(value, Symbol) else None
        return any(self.names.origin.get(name, name) == first for name in self.reached(term, set()))

    def opened(self, term: Term, varied: set[str], held: set[str]) -> Term | None:
        """A term in which all that depends on the names that are varied is written out; None where it cannot be."""
        fixed = varied | held
        for _ in range(20):
            used = {name for name in free_names(term) - fixed if self.reached(Symbol(name), fixed) & varied}
            if not used:
                break
            bodies = {name: self.names.definitions[name].body for name in used if name in self.names.definitions
                      and not self.names.definitions[name].ranges and self.names.definitions[name].of is None}
            if len(bodies) < len(used) or any(
                    isinstance(part, Entry) and part.family in used for part in walk(term)):
                return None
            term = substitute(term, bodies)
            if node_count(term) > MAX_NODES:
                return None
        else:
            return None
        bound = {name for part in walk(term) for name in binders(part)}
        if bound & varied or any(isinstance(part, Derivative | Subst | Limit | Partial) for part in walk(term)):
            return None
        return term


def _keys(parts: Sequence[Part]) -> frozenset[str]:
    return frozenset(part.key for part in parts)


def is_claimed(line: Line) -> bool:
    """Whether a theorem claims it: its proof comes behind it."""
    return line.otherwise is not None and line.otherwise.startswith("claimed:")
