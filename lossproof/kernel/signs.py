"""What is known of signs: declarations, ranges, hypotheses, and what follows from them.

Trusted. Imports `atoms`, `sums`, `inverses`, `normal_form`, `derivation`. A polynomial is positive when,
after each bounded atom is written as its bound plus something positive, all its terms are;
or when it is a known positive polynomial plus such a one. It gives up (`Sign.UNKNOWN`)
on anything that needs more, such as a sum of squares that was expanded: signs of squares
are read from the written line (`inequalities`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction

from lossproof.derivation import Declaration
from lossproof.kernel.atoms import (
    AbsAtom,
    Bounds,
    ConstAtom,
    DeltaAtom,
    DetAtom,
    EntryAtom,
    ExpAtom,
    FoldAtom,
    FunctionAtom,
    LogAtom,
    PowAtom,
    RootAtom,
    TraceAtom,
    Var,
    binder,
)
from lossproof.kernel.binders import in_range, is_integer, opened
from lossproof.kernel.constants import is_closed, sign_of_number
from lossproof.kernel.functions import reduce
from lossproof.kernel.inverses import gram, sign_of_det, sign_of_trace
from lossproof.kernel.normal_form import DivisionByZero, Monomial, Normal, Table, Unsupported
from lossproof.kernel.sign_sets import (
    OF_SIGN,
    Interval,
    Sign,
    both,
    flipped,
    folded_sign,
    interval_of,
    power_sign,
    product_sign,
    sum_sign,
)
from lossproof.kernel.squares import by_square, by_two_terms
from lossproof.kernel.sums import split_term


@dataclass(frozen=True, slots=True)
class Fact:
    """`poly` has the sign, for all values of `names` in `ranges`; `mentions` are the free names."""

    poly: Normal
    sign: Sign
    mentions: frozenset[str]
    names: tuple[str, ...] = ()
    ranges: tuple[Bounds, ...] = ()


_BETWEEN = {"pi": Interval(Fraction(333, 106), Fraction(355, 113), True, True),
            "EulerGamma": Interval(Fraction(15, 26), Fraction(41, 71), True, True)}
_QUARTER = Fraction(11, 7)
"""More than pi/2."""
_SLACK = "%slack"
_DEEPEST = 5
"""Signs are asked for within signs to this depth."""
_MOST_FACTS = 40
"""So many facts are tried for one sign."""


class Facts:
    """Answers for one table: `sign`, integer names, entries in range."""

    def __init__(self, table: Table, declarations: Mapping[str, Declaration]) -> None:
        self.table = table
        self.declarations = declarations
        self._facts: list[Fact] = []
        self._memo: dict[Normal, Sign] = {}
        self._unknown_at: dict[Normal, int] = {}
        self._depth = 0
        # the names that operators around vary: no hypothesis about them acts
        self.varying: frozenset[str] = frozenset()
        self._shifted: dict[str, Interval] = {}
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
            if names.isdisjoint(f.mentions) or (keep_open and f.sign in (Sign.POSITIVE, Sign.NEGATIVE, Sign.NONZERO))
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

    def declare_within(self, name: str, interval: Interval) -> None:
        """A fresh variable that lies in an interval."""
        self._shifted[name] = interval
        self._forget()

    def within(self, name: str) -> Interval:
        """The interval of a variable, by its declaration."""
        return self._variable(name)

    def declare_positive(self, name: str) -> None:
        """A fresh variable that is positive."""
        self._shifted[name] = Interval(Fraction(0), None, lower_open=True)

    def declare_between(self, name: str, interval: Interval) -> None:
        """A fresh variable between two bounds."""
        self._shifted[name] = interval

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
        bounds = self._variable(name) if declaration.kind == "size" else interval_of(domain)
        ends = [(value, bounds.lower, 1, bounds.lower_open), (value, bounds.upper, -1, bounds.upper_open)]
        for x, end, direction, is_open in ends:
            if end is not None:
                sign = self.sign((x - self.table.rational(end)).scaled(Fraction(direction)))
                if sign is not Sign.POSITIVE and (is_open or sign not in (Sign.NONNEGATIVE, Sign.ZERO)):
                    return False
        return not bounds.nonzero or self.sign(value) in (Sign.POSITIVE, Sign.NEGATIVE, Sign.NONZERO)

    def _is_integer_name(self, name: str) -> bool:
        if name in self.table.ranges:
            return True
        declaration = self.declarations.get(name)
        return declaration is not None and (
            declaration.kind in ("integer", "size", "index") or declaration.domain.integer
        )

    def _entry_in_range(self, family: str, indices: tuple[Normal, ...]) -> bool:
        shape = self.entry_shape.get(family)
        if shape is None:
            return True
        return all(in_range(self.table, i, b) is True for i, b in zip(indices, shape, strict=True))

    # the sign of a normal form

    def sign(self, normal: Normal) -> Sign:
        """What is known of the sign at every point where the line is defined."""
        value = normal.constant
        if value is not None:
            return Sign.ZERO if value == 0 else Sign.POSITIVE if value > 0 else Sign.NEGATIVE
        if normal in self._memo:
            return self._memo[normal]
        if is_closed(self.table, normal):
            self._memo[normal] = sign_of_number(self.table, normal)
            if self._memo[normal] is not Sign.UNKNOWN:
                self.table.use("enclosure")
            return self._memo[normal]
        # a sign that was not found with as much depth left will not be found now
        if self._depth > _DEEPEST or self._unknown_at.get(normal, _DEEPEST) <= self._depth:
            return Sign.UNKNOWN
        self._depth += 1
        try:
            result = self._poly_sign(self.table.polynomial(normal.num))
            if not normal.den.is_constant():
                result = product_sign(result, self._poly_sign(self.table.polynomial(normal.den)))
        except (Unsupported, DivisionByZero):
            result = Sign.UNKNOWN
        finally:
            self._depth -= 1
        if result is Sign.UNKNOWN:
            self._unknown_at[normal] = self._depth
        else:
            self._memo[normal] = result
        return result

    def _poly_sign(self, poly: Normal) -> Sign:
        direct = self._irreducible_sign(poly)
        if direct in (Sign.POSITIVE, Sign.NEGATIVE):
            return direct
        content, factors = self.table.factors(poly.num)
        if len(factors) == 1 and factors[0][1] == 1:
            return direct
        result = Sign.POSITIVE if content > 0 else Sign.NEGATIVE
        for factor, multiplicity in factors:
            sign = self._irreducible_sign(factor)
            result = product_sign(result, power_sign(sign, multiplicity))
        return both(result, direct)

    def _irreducible_sign(self, poly: Normal) -> Sign:
        known = self._by_terms(poly)
        if known in (Sign.POSITIVE, Sign.NEGATIVE, Sign.ZERO):
            return known
        known = both(known, self._by_ranges(poly))
        if known in (Sign.POSITIVE, Sign.NEGATIVE, Sign.ZERO):
            return known
        facts = self._instances(poly)
        for fact in facts:
            ratio = self._proportional(poly, fact.poly)
            if ratio is not None:
                known = both(known, fact.sign if ratio > 0 else flipped(fact.sign))
        if known in (Sign.POSITIVE, Sign.NEGATIVE):
            return known
        if len(poly.num) > 12:
            return known
        known = both(known, self._by_facts(poly, facts, 2))
        if known in (Sign.UNKNOWN, Sign.NONZERO):
            known = both(known, flipped(self._by_facts(-poly, facts, 2)))
        if known in (Sign.POSITIVE, Sign.NEGATIVE):
            return known
        known = both(known, self._by_conjugate(poly))
        if known is Sign.UNKNOWN:
            known = flipped(self._by_conjugate(-poly))
        known = both(known, self._by_peeling(poly))
        for rule in (self._by_ends, self._by_tangents, self._by_two_terms, self._by_square):
            known = both(known, rule(poly))
            if known in (Sign.POSITIVE, Sign.NEGATIVE):
                break
        return known

    def _by_two_terms(self, poly: Normal) -> Sign:
        return by_two_terms(self.table, poly)

    def _by_square(self, poly: Normal) -> Sign:
        return by_square(self.table, poly)

    def _by_ranges(self, poly: Normal) -> Sign:
        """Something affine in variables that have ranges is at least its value at their nearer ends."""
        if poly.num.total_degree() > 1 or not all(isinstance(self.table[i], Var) for i in poly.atoms()):
            return Sign.UNKNOWN
        found = Sign.UNKNOWN
        for direction, weak in ((poly, Sign.NONNEGATIVE), (-poly, Sign.NONPOSITIVE)):
            least = self._least(direction)
            if least is not None and least != direction:
                sign = self.sign(least)
                if sign is Sign.POSITIVE:
                    return Sign.POSITIVE if weak is Sign.NONNEGATIVE else Sign.NEGATIVE
                if sign in (Sign.NONNEGATIVE, Sign.ZERO):
                    found = both(found, weak)
        return found

    def _least(self, poly: Normal) -> Normal | None:
        """The polynomial with each variable that has a range at the end where it is least, in turn."""
        t = self.table
        for _ in range(6):
            ranged = {n: r for n in poly.free() if (r := self._range_of(n)) is not None}
            # a variable before those that its bounds mention
            inner = [n for n in ranged if not any(n in r.lower.free() | r.upper.free() for r in ranged.values())]
            if not inner:
                return poly
            name = min(inner)
            number = t.number(Var(name))
            rising = dict(t.terms(poly.num)).get(((number or 0, 1),), 0) > 0
            poly = t.substitute(poly, {name: ranged[name].lower if rising else ranged[name].upper})
            if not poly.den.is_constant() or poly.constant is not None:
                return poly
        return None

    def _by_tangents(self, poly: Normal) -> Sign:
        """log b = b - 1 - s = 1 - 1/b + s and exp(e) = 1 + e + s with some s >= 0 (another one each time)."""
        t = self.table
        slack = t.var(_SLACK)
        self._shifted[_SLACK] = OF_SIGN[Sign.NONNEGATIVE]
        degrees = poly.num.degrees()
        for i in poly.atoms():
            atom = t[i]
            if degrees[i] != 1:
                continue
            match atom:
                case LogAtom(base) if self.sign(base) is Sign.POSITIVE:
                    bounds: tuple[Normal, ...] = (base - t.one - slack, t.one - t.one / base + slack)
                case ExpAtom(exponent, 1):
                    bounds = (t.one + exponent + slack,)
                case _:
                    continue
            for bound in bounds:
                sign = self._without_denominator(t.with_atom(poly, i, bound))
                if sign is Sign.UNKNOWN:
                    continue
                if isinstance(atom, LogAtom):
                    t.use("log-tangent")
                else:
                    t.use("exp-tangent")
                return sign
        return Sign.UNKNOWN

    def _without_denominator(self, normal: Normal) -> Sign:
        t = self.table
        return product_sign(self._by_terms(t.polynomial(normal.num)), self._by_terms(t.polynomial(normal.den)))

    def _by_conjugate(self, poly: Normal) -> Sign:
        """p + q sqrt(r) > 0 where q > 0 and q^2 r > p^2, or p > 0 and p^2 > q^2 r."""
        t = self.table
        degrees = poly.num.degrees()
        for i in poly.atoms():
            atom = t[i]
            if degrees[i] != 1 or not isinstance(atom, RootAtom) or atom.root != 2:
                continue
            rest = t.with_atom(poly, i, t.zero)
            factor = t.with_atom(poly, i, t.one) - rest
            gap = reduce(t, factor * factor * t.monomial(((i, 2),)) - rest * rest)
            for part, wanted in ((factor, gap), (rest, -gap)):
                if self.sign(part) is Sign.POSITIVE:
                    sign = self.sign(wanted)
                    if sign in (Sign.POSITIVE, Sign.NONNEGATIVE, Sign.ZERO):
                        t.use("conjugate-sign")
                        return Sign.POSITIVE if sign is Sign.POSITIVE else Sign.NONNEGATIVE
        return Sign.UNKNOWN

    def _by_ends(self, poly: Normal) -> Sign:
        """Something affine in an atom between two bounds lies between its values at these."""
        t = self.table
        degrees = poly.num.degrees()
        for i in poly.atoms():
            interval = self._interval(i)
            if degrees[i] != 1 or interval.lower is None or interval.upper is None:
                continue
            ends = [self.sign(t.with_atom(poly, i, t.rational(end))) for end in (interval.lower, interval.upper)]
            for strict, weak in ((Sign.POSITIVE, Sign.NONNEGATIVE), (Sign.NEGATIVE, Sign.NONPOSITIVE)):
                if all(end is strict for end in ends):
                    return strict
                if all(end in (strict, weak, Sign.ZERO) for end in ends):
                    return weak
        return Sign.UNKNOWN

    def _proportional(self, a: Normal, b: Normal) -> Fraction | None:
        ratio = (a / b).constant if len(a.num) == len(b.num) else None
        return ratio

    # terms

    def _by_terms(self, poly: Normal) -> Sign:
        """All terms of one sign, once bounded atoms are written from their bounds."""
        plain = self._terms_sign(poly.num)
        if plain is not Sign.UNKNOWN:
            return plain
        t = self.table
        values: dict[int, Normal] = {}
        ends: list[tuple[int, Fraction]] = []
        for i in poly.atoms():
            interval = self._interval(i)
            if interval.lower in (None, 0) and interval.upper is None:
                continue
            values[i] = self._from_bounds(i, interval)
            if interval.lower is not None and interval.upper is not None and not interval.upper_open:
                ends.append((i, interval.upper))
        if not values:
            return plain
        moved = t.rebuild(poly, lambda i: values.get(i) or t.monomial(((i, 1),)))
        # the denominator is a product of 1 + (something nonnegative)
        sign = self._terms_sign(moved.num)
        if sign in (Sign.POSITIVE, Sign.NEGATIVE):
            # closed upper ends are reached in the limit u -> oo only: strictness is asked for there too
            for i, end in ends:
                if self._by_terms(t.with_atom(poly, i, t.rational(end))) is not sign:
                    return Sign.NONNEGATIVE if sign is Sign.POSITIVE else Sign.NONPOSITIVE
        return sign

    def _from_bounds(self, number: int, interval: Interval) -> Normal:
        """The atom as its lower bound plus, or its upper bound less, something; between both bounds as
        (lower + upper u)/(1 + u), where u = oo stands for the upper one."""
        t = self.table
        name = f"%+{number}"
        if interval.lower is not None and interval.upper is not None:
            self._shifted[name] = Interval(Fraction(0), None, lower_open=interval.lower_open)
            u = t.var(name)
            low, high = t.rational(interval.lower), t.rational(interval.upper)
            return (low + high * u) / (t.one + u)
        if interval.lower is not None:
            self._shifted[name] = Interval(Fraction(0), None, lower_open=interval.lower_open)
            return t.rational(interval.lower) + t.var(name)
        assert interval.upper is not None
        self._shifted[name] = Interval(Fraction(0), None, lower_open=interval.upper_open)
        return t.rational(interval.upper) - t.var(name)

    def _terms_sign(self, poly: object) -> Sign:
        found: Sign | None = None
        strict = False
        for mono, coefficient in self.table.terms(poly):
            sign = self._monomial_sign(mono)
            if coefficient < 0:
                sign = flipped(sign)
            if sign in (Sign.UNKNOWN, Sign.NONZERO):
                # a single term may still be known not to be 0
                return sign if len(self.table.terms(poly)) == 1 else Sign.UNKNOWN
            weak = Sign.NONNEGATIVE if sign in (Sign.POSITIVE, Sign.NONNEGATIVE) else Sign.NONPOSITIVE
            if sign is Sign.ZERO:
                continue
            if found not in (None, weak):
                return Sign.UNKNOWN
            found, strict = weak, strict or sign in (Sign.POSITIVE, Sign.NEGATIVE)
        if found is None:
            return Sign.ZERO
        if not strict:
            return found
        return Sign.POSITIVE if found is Sign.NONNEGATIVE else Sign.NEGATIVE

    def _monomial_sign(self, mono: Monomial) -> Sign:
        result = Sign.POSITIVE
        for i, e in mono:
            result = product_sign(result, power_sign(self._interval(i).sign, e))
        return result

    def _interval(self, number: int) -> Interval:
        """The bounds of an atom by its kind and declaration."""
        match self.table[number]:
            case Var(name):
                return self._variable(name)
            case EntryAtom(family, (i, j)) if i == j and (letter := self.table.letter(family)) is not None and (
                    "positive_definite" in letter.traits):
                return OF_SIGN[Sign.POSITIVE]
            case EntryAtom(family):
                declaration = self.declarations.get(family)
                return interval_of(declaration.domain) if declaration is not None else Interval()
            case ConstAtom(name):
                return _BETWEEN[name]
            case ExpAtom():
                return OF_SIGN[Sign.POSITIVE]
            case RootAtom(base):
                strict = self.sign(base) in (Sign.POSITIVE, Sign.NEGATIVE, Sign.NONZERO)
                return OF_SIGN[Sign.POSITIVE if strict else Sign.NONNEGATIVE]
            case AbsAtom(base):
                strict = self.sign(base) is Sign.NONZERO
                return OF_SIGN[Sign.POSITIVE if strict else Sign.NONNEGATIVE]
            case LogAtom(base):
                match self.sign(base):
                    case Sign.POSITIVE:
                        return OF_SIGN[self.sign(base - self.table.one)]
                    case Sign.NEGATIVE:
                        return OF_SIGN[self.sign(-base - self.table.one)]
                return Interval()
            case DeltaAtom():
                return Interval(Fraction(0), Fraction(1))
            case FoldAtom() as fold:
                return OF_SIGN[self._fold_sign(fold)]
            case FunctionAtom("rgamma", (x,), (0,)) if self.sign(x) is Sign.POSITIVE:
                return OF_SIGN[Sign.POSITIVE]
            case FunctionAtom("sin" | "cos" | "erf" | "asin" | "atan" as name, (x,), (0,)):
                return self._of_function(name, x)
            case TraceAtom() as trace:
                return OF_SIGN[sign_of_trace(trace)]
            case DetAtom() as det:
                return OF_SIGN[sign_of_det(det)]
            case PowAtom(base):
                sign = self.sign(base)
                if sign in (Sign.NEGATIVE, Sign.NONZERO):
                    sign = Sign.NONZERO
                return OF_SIGN[sign if sign in (Sign.POSITIVE, Sign.NONZERO) else Sign.UNKNOWN]
            case _:
                return Interval()

    def _of_function(self, name: str, x: Normal) -> Interval:
        """Bounds of a function between two bounds: sin is positive in 0..pi, cos in -pi/2..pi/2, the others
        have the sign of their argument."""
        most = _QUARTER if name in ("asin", "atan") else Fraction(1)
        half = self.table.atom(ConstAtom("pi")).scaled(Fraction(1, 2))
        ends = (x,) if name not in ("sin", "cos") else (x, half + half - x) if name == "sin" else (half - x, half + x)
        signs = [self.sign(end) for end in ends]
        if all(s in (Sign.POSITIVE, Sign.NONNEGATIVE, Sign.ZERO) for s in signs):
            self.table.use("circular-sign")
            return Interval(Fraction(0), most, lower_open=all(s is Sign.POSITIVE for s in signs))
        if len(signs) == 1 and signs[0] in (Sign.NEGATIVE, Sign.NONPOSITIVE):
            return Interval(-most, Fraction(0), upper_open=signs[0] is Sign.NEGATIVE)
        return Interval(-most, most)

    def _variable(self, name: str) -> Interval:
        if name in self._shifted:
            return self._shifted[name]
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

    def _fold_sign(self, fold: FoldAtom) -> Sign:
        with opened(self.table, fold) as (_, ranges, body):
            return self._opened_sign(fold, ranges, body)

    def _opened_sign(self, fold: FoldAtom, ranges: list[Bounds], body: Normal) -> Sign:
        sign = self.sign(body)
        if fold.kind == "product":
            return sign if sign in (Sign.POSITIVE, Sign.NONNEGATIVE) else Sign.UNKNOWN
        return folded_sign(sign, nonempty=all(self._nonempty(b) for b in ranges))

    def _nonempty(self, bounds: Bounds) -> bool:
        left = bounds.upper - bounds.lower + self.table.one - self.table.rational(len(bounds.excluded))
        return self.sign(left) is Sign.POSITIVE

    # facts

    def _instances(self, poly: Normal) -> list[Fact]:
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
        bounds = self._range_of(name)
        if bounds is None:
            return
        me = self.table.var(name)
        for difference in (me - bounds.lower, bounds.upper - me):
            if difference.constant is None:
                yield Fact(difference, Sign.NONNEGATIVE, frozenset())
        for excluded in bounds.excluded:
            yield Fact(me - excluded, Sign.NONZERO, frozenset())

    def _range_of(self, name: str) -> Bounds | None:
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
        for atom in self._entries(poly):
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

    def _entries(self, normal: Normal) -> Iterator[EntryAtom]:
        """Entries at any depth outside folds."""
        t = self.table
        for i in normal.atoms():
            match t[i]:
                case EntryAtom() as entry:
                    yield entry
                case ExpAtom(inner) | LogAtom(inner) | RootAtom(inner) | AbsAtom(inner):
                    yield from self._entries(inner)

    def _by_facts(self, poly: Normal, facts: list[Fact], depth: int) -> Sign:
        """poly = c * fact + rest with c > 0 chosen to cancel a term, and rest of known sign."""
        if depth == 0 or not facts:
            return Sign.UNKNOWN
        terms = dict(self.table.terms(poly.num))
        best = Sign.UNKNOWN
        for fact in facts:
            if fact.sign not in (Sign.POSITIVE, Sign.NONNEGATIVE, Sign.NEGATIVE, Sign.NONPOSITIVE):
                continue
            known, sign = fact.poly, Sign(fact.sign)
            if sign in (Sign.NEGATIVE, Sign.NONPOSITIVE):
                known, sign = -known, flipped(sign)
            ratios = {
                Fraction(terms[m], c) for m, c in self.table.terms(known.num) if m in terms and terms[m] * c > 0
            }
            for ratio in sorted(ratios):
                self.table.spend()
                rest = poly - known.scaled(ratio)
                other = Sign.ZERO if rest.is_zero else self._by_terms(rest)
                if other in (Sign.UNKNOWN, Sign.NONPOSITIVE, Sign.NEGATIVE, Sign.NONZERO):
                    if len(rest.num) >= len(poly.num) + 2:
                        continue
                    other = self._by_facts(rest, facts, depth - 1)
                if other in (Sign.ZERO, Sign.POSITIVE, Sign.NONNEGATIVE):
                    best = both(best, sum_sign(sign, other))
                    if best is Sign.POSITIVE:
                        return best
        return best

    def _by_peeling(self, poly: Normal) -> Sign:
        """A sum of positive terms is more than its term at an index of its range."""
        t = self.table
        for i in poly.atoms():
            fold = t[i]
            if not isinstance(fold, FoldAtom) or fold.kind != "sum" or len(fold.ranges) != 1:
                continue
            bounds = fold.ranges[0]
            families = {a.family for a in self._entries(fold.body)}
            outside = [a for a in self._entries(t.with_atom(poly, i, t.zero)) if a.family in families]
            for index in {x: None for a in outside for x in a.indices}:
                if binder(fold.first) in index.free() or in_range(t, index, bounds) is not True:
                    continue
                split = split_term(t, fold, index)
                known = self._by_terms(t.with_atom(poly, i, split))
                if known is not Sign.UNKNOWN:
                    return known
        return Sign.UNKNOWN
