"""What is known while a step is decided: declared intervals and ranges, hypotheses, and what is assumed for a while.

Trusted. Imports `atoms`, `binders`, `inverses`, `letters`, `normal_form`, `sign_sets`, the ground floor. What follows
from this is for `signs` to see; here facts are stored, and those are found that may bear on a polynomial.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction

from lossproof.derivation import Declaration
from lossproof.kernel.atoms import AbsAtom, Bounds, EntryAtom, ExpAtom, LogAtom, RootAtom
from lossproof.kernel.binders import NOT_NEGATIVE, in_range, is_integer
from lossproof.kernel.inverses import gram
from lossproof.kernel.letters import Form
from lossproof.kernel.normal_form import Normal, Table
from lossproof.kernel.sign_sets import OF_SIGN, STRICT_SIGNS, Interval, Sign, interval_of
from lossproof.term import Term

_MOST_FACTS = 40
"""So many facts are tried for one sign."""


@dataclass(frozen=True, slots=True)
class Fact:
    """`poly` has the sign, for all values of `names` in `ranges`; `mentions` are the free names."""

    poly: Normal
    sign: Sign
    mentions: frozenset[str]
    names: tuple[str, ...] = ()
    ranges: tuple[Bounds, ...] = ()


class FactStore:
    """The declarations of a step and what is taken to be known, for one table."""

    def __init__(self, table: Table, declarations: Mapping[str, Declaration]) -> None:
        self.table = table
        self.declarations = declarations
        self._facts: list[Fact] = []
        self._memo: dict[Normal, Sign] = {}
        self._unknown_at: dict[Normal, int] = {}
        # the signs of sums and products by their numbers, and how deep they were asked for
        self._fold_signs: dict[int, tuple[Sign, int]] = {}
        # what was made under what is known now: terms under the hypotheses, quantities, and arrays among these
        self.made_values: dict[Term, tuple[Normal, frozenset[str]]] = {}
        self.made_quantities: dict[tuple[str, frozenset[str]], Normal] = {}
        self.made_forms: dict[tuple[str, frozenset[str]], Form] = {}
        self._depth = 0
        # the names that operators around vary: no hypothesis about them acts
        self.varying: frozenset[str] = frozenset()
        self._declared: dict[str, Interval] = {}
        self.entry_shape: Mapping[str, tuple[Bounds, ...] | None] = {}
        # ranges that the entries of a family are declared to lie in
        self.entry_bounds: Mapping[str, Bounds] = {}
        table.sign = self.sign
        table.is_integer_name = self._is_integer_name
        table.entry_in_range = self._entry_in_range

    def learn(self, fact: Fact) -> None:
        """Take a hypothesis, or the definedness of a written line, as known."""
        self._facts.append(fact)
        self._forget()

    def _forget(self) -> None:
        self._memo.clear()
        self._unknown_at.clear()
        self._fold_signs.clear()
        self.forget_made()

    def forget_made(self) -> None:
        """Forget what was made, which may come out in another way now."""
        for made in (self.made_values, self.made_quantities, self.made_forms):
            made.clear()

    def learn_all(self, facts: list[Fact]) -> None:
        """Learn several."""
        for fact in facts:
            self.learn(fact)

    @contextmanager
    def without(self, names: frozenset[str], *, keep_open: bool = False) -> Iterator[None]:
        """Forget, for a while, what hypotheses say of these names (they vary under an operator).

        `keep_open` keeps strict inequalities: these hold in a neighbourhood too, which is all
        that a derivative asks for.
        """
        before, varying = self._facts, self.varying
        self.varying = varying | names
        self._facts = [
            f for f in before
            if names.isdisjoint(f.mentions) or (keep_open and f.sign in STRICT_SIGNS)
        ]
        self._forget()
        try:
            yield
        finally:
            self._facts, self.varying = before, varying
            self._forget()

    @contextmanager
    def assuming(self, facts: list[Fact]) -> Iterator[None]:
        """Take these as known for a while."""
        before = self._facts
        self._facts = [*before, *facts]
        self._forget()
        try:
            yield
        finally:
            self._facts = before
            self._forget()

    def sign(self, normal: Normal) -> Sign:
        """What is known of the sign at every point where the line is defined."""
        raise NotImplementedError

    def declare_within(self, name: str, interval: Interval) -> None:
        """A fresh variable that lies in an interval."""
        if self._declared.get(name, interval) != interval:
            self._forget()
        self._declared[name] = interval

    def declare_positive(self, name: str) -> None:
        """A fresh variable that is positive."""
        self.declare_within(name, OF_SIGN[Sign.POSITIVE])

    def within(self, name: str) -> Interval:
        """The interval of a variable, by its declaration."""
        if name in self._declared:
            return self._declared[name]
        bounds = self.table.ranges.get(name)
        if bounds is not None:
            return Interval(bounds.lower.constant, bounds.upper.constant)
        declaration = self.declarations.get(name)
        if declaration is None:
            return Interval()
        if declaration.kind == "index":
            shape = self.entry_shape.get(name)
            if shape:
                return Interval(shape[0].lower.constant, shape[0].upper.constant)
            return Interval()
        if declaration.kind == "size" and declaration.domain.lower is None:
            return Interval(Fraction(1))
        return interval_of(declaration.domain)

    def allowed(self, name: str, value: Normal) -> bool:
        """Whether a value is known to be one that the declaration of a name allows: what was said of the
        name then holds of the value, too."""
        declaration = self.declarations.get(name)
        if declaration is None:
            return True
        if declaration.kind == "index" or (self._is_integer_name(name) and not is_integer(self.table, value)):
            return False
        domain = declaration.domain
        if domain.values is not None:
            return value.constant in domain.values
        bounds = self.within(name) if declaration.kind == "size" else interval_of(domain)
        ends = [(value, bounds.lower, 1, bounds.lower_open), (value, bounds.upper, -1, bounds.upper_open)]
        for x, end, direction, is_open in ends:
            if end is not None:
                sign = self.sign((x - self.table.rational(end)).scaled(Fraction(direction)))
                if sign is not Sign.POSITIVE and (is_open or sign not in (Sign.NONNEGATIVE, Sign.ZERO)):
                    return False
        return not bounds.nonzero or self.sign(value) in STRICT_SIGNS

    def approached(self, name: str, target: Normal | str, side: str) -> bool:
        """Whether values that the declaration of a name allows come as near to the target ("oo", "-oo") as one
        wants, from that side or, for "+-", from one of both."""
        declaration = self.declarations.get(name)
        if declaration is None:
            return True
        if declaration.kind == "index" or declaration.domain.values is not None:
            return False
        bounds = self.within(name) if declaration.kind == "size" else interval_of(declaration.domain)
        if isinstance(target, str):
            return (bounds.upper if target == "oo" else bounds.lower) is None
        if self._is_integer_name(name):
            return False
        one = self.table.one
        above = one if bounds.lower is None else target - self.table.rational(bounds.lower)
        below = one if bounds.upper is None else self.table.rational(bounds.upper) - target
        signs = self.sign(above), self.sign(below)
        inside = all(sign in NOT_NEGATIVE for sign in signs)
        return inside and any(sign is Sign.POSITIVE and way in side for sign, way in zip(signs, "-+", strict=True))

    def _is_integer_name(self, name: str) -> bool:
        if name in self.table.ranges:
            return True
        declaration = self.declarations.get(name)
        return declaration is not None and declaration.whole

    def _entry_in_range(self, family: str, indices: tuple[Normal, ...]) -> bool:
        shape = self.entry_shape.get(family)
        if shape is None:
            return True
        return all(in_range(self.table, i, b) is True for i, b in zip(indices, shape, strict=True))

    # what bears on a polynomial

    def instances(self, poly: Normal) -> list[Fact]:
        """Facts that may bear on the polynomial: hypotheses, ranges of its index variables, and
        quantified facts at the indices that occur in it."""
        free = poly.free()
        found = []
        for fact in self._facts:
            if not fact.names:
                if not free.isdisjoint(fact.poly.free()):
                    found.append(fact)
            elif not free.isdisjoint(fact.poly.free()):
                found += self._instantiate(fact, poly)
        for i in poly.atoms():
            entry = self.table[i]
            if isinstance(entry, EntryAtom) and entry.family in self.entry_bounds:
                bounds = self.entry_bounds[entry.family]
                value = self.table.atom(entry)
                gaps = (value - bounds.lower, bounds.upper - value)
                found += [Fact(gap, Sign.NONNEGATIVE, frozenset()) for gap in gaps]
        seen: set[str] = set()
        pending = sorted(free)
        while pending and len(found) < _MOST_FACTS:
            name = pending.pop(0)
            if name in seen:
                continue
            seen.add(name)
            for fact in self._range_facts(name):
                found.append(fact)
                pending += [n for n in sorted(fact.poly.free()) if n[0] == "%"]
        found += [Fact(known, Sign.NONNEGATIVE, frozenset()) for known in gram(self.table, poly)]
        # facts about what these facts are about: x > -c and c > 0 bear on x
        reached: frozenset[str] = frozenset().union(*(f.poly.free() for f in found)) - free
        found += [
            f for f in self._facts
            if not f.names and not reached.isdisjoint(f.poly.free()) and free.isdisjoint(f.poly.free())
        ]
        return found[:_MOST_FACTS]

    def _range_facts(self, name: str) -> Iterator[Fact]:
        """lower <= name <= upper, and what is excluded."""
        bounds = self.range_of(name)
        if bounds is None:
            return
        me = self.table.var(name)
        for difference in (me - bounds.lower, bounds.upper - me):
            if difference.constant is None:
                yield Fact(difference, Sign.NONNEGATIVE, frozenset())
        for excluded in bounds.excluded:
            yield Fact(me - excluded, Sign.NONZERO, frozenset())

    def range_of(self, name: str) -> Bounds | None:
        """The range of an opened bound variable or of a declared index."""
        bounds = self.table.ranges.get(name)
        if bounds is not None:
            return bounds
        declaration = self.declarations.get(name)
        shape = self.entry_shape.get(name)
        return shape[0] if declaration is not None and declaration.kind == "index" and shape else None

    def _instantiate(self, fact: Fact, poly: Normal) -> list[Fact]:
        if len(fact.names) != 1:
            return []
        t = self.table
        candidates: dict[Normal, None] = {}
        families = {a.family for i in fact.poly.atoms() if isinstance(a := t[i], EntryAtom)}
        for atom in self.entries(poly):
            if atom.family in families or not families:
                for index in atom.indices:
                    candidates[index] = None
        result = []
        for index in candidates:
            if in_range(t, index, fact.ranges[0]) is True:
                # y**k at k = -1 has a denominator, whose sign counts
                top, bottom = t.parts(t.substitute(fact.poly, {fact.names[0]: index}))
                result.append(Fact(top * bottom, fact.sign, fact.mentions))
        return result

    def entries(self, normal: Normal) -> Iterator[EntryAtom]:
        """Entries at any depth outside folds."""
        t = self.table
        for i in normal.atoms():
            match t[i]:
                case EntryAtom() as entry:
                    yield entry
                case ExpAtom(inner) | LogAtom(inner) | RootAtom(inner) | AbsAtom(inner):
                    yield from self.entries(inner)
