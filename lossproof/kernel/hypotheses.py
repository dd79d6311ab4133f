"""Hypotheses: equations become rules that rewrite normal forms, inequalities become facts.

Trusted. Imports `rewriting`, `normalize`, `signs` and what these import. An equation is taken for a rule in the
first of several ways that fits: a name, entry or family by its value, one atom that occurs linearly, a highest power;
an equation for all k also as one between sums over k; an equation between arrays for a rule on words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from lossproof.kernel.atoms import Atom, Bounds, EntryAtom, FoldAtom, Var, arguments
from lossproof.kernel.binders import in_range, known_nonzero, map_bounds
from lossproof.kernel.context import NeedsCases, Scope
from lossproof.kernel.inverses import cleared, det, difference
from lossproof.kernel.letters import Form, Word, names_of
from lossproof.kernel.normal_form import DivisionByZero, Normal, Table, Unsupported
from lossproof.kernel.normalize import Normalizer
from lossproof.kernel.rewriting import Rewriting, Rule
from lossproof.kernel.sign_sets import Sign, interval_of
from lossproof.kernel.sums import split_entry
from lossproof.kernel.word_changes import relator, rules_of, supposing
from lossproof.kernel.words import collected, element, of_word, transpose
from lossproof.term import Bool, Const, Entry, Fold, ForAll, Range, Relation, Symbol, Term, walk

_HIGHEST = 6
"""Powers up to this one are replaced."""


class Hypotheses(Rewriting):
    """The hypotheses of a step, taken into its normalizer."""

    def __init__(self, normalizer: Normalizer, given: tuple[Term, ...]) -> None:
        super().__init__(normalizer, given)
        parts = [part for hypothesis in given for part in _conjuncts(hypothesis)]
        # what is not 0 may be divided by when the equations are solved
        for part in parts:
            if not _is_equation(part):
                self.n.facts.learn_all(self.facts(part))
        # symbols first, so that later rules are written in what these leave
        for part in sorted((p for p in parts if _is_equation(p)), key=_order):
            self._equation(part)
        for part in parts:
            self.n.facts.learn_all(self.facts(part))

    def _equation(self, condition: Term) -> None:
        self._rule_of(condition)
        self.n.facts.forget_made()      # made without this rule

    def _rule_of(self, condition: Term) -> None:
        mentions = self.n.mentions(condition)
        self._acted = frozenset()
        try:
            if isinstance(condition, Relation) and self.n.matrices is not None and self.n.arrays.shape(condition.left):
                found = self._matrix_rule(condition.left, condition.right, mentions)
                if found is not None:
                    self.rules.append(found)
                return
            match condition:
                case ForAll(Relation("=", left, right), range_, extra):
                    rule = self._family_rule(left, right, range_, extra) or self._family_rule(
                        right, left, range_, extra) or self._summed(condition)
                case ForAll():
                    rule = self._summed(condition)
                case Relation("=", left, right):
                    rule = (
                        self._variable_rule(left, right) or self._variable_rule(right, left)
                        or self._polynomial_rule(left, right)
                    )
                case _:
                    rule = None
        except (Unsupported, DivisionByZero, NeedsCases):
            rule = None
        if rule is not None:
            self.rules.append(Rule(mentions | self._acted, rule))

    def _is_primitive(self, name: str) -> bool:
        return name in self.n.declarations

    def _family_rule(self, left: Term, right: Term, range_: Range, extra: Term | None) -> Callable[
            [Normal], Normal] | None:
        """for all k: family[k] = right, over the family's whole range."""
        n, t = self.n, self.n.table
        match left:
            case Entry(family, (Symbol(index),)) if index == range_.name and self._is_primitive(family):
                pass
            case _:
                return None
        if family in n.mentions(right):
            return None
        shape = n.facts.entry_shape.get(family)
        bounds = Bounds(self.value(range_.lower), self.value(range_.upper))
        if extra is not None or (shape is not None and (bounds,) != tuple(map_bounds(b, self.apply) for b in shape)):
            return None

        def value(atom: Atom) -> Normal | None:
            if not isinstance(atom, EntryAtom) or atom.family != family:
                return None
            (at,) = atom.indices
            if shape is None and in_range(t, at, bounds) is not True:
                return t.atom(atom)
            return n.normal(right, Scope().bind(index, at))

        return lambda normal: t.replace(normal, frozenset((family,)), value)

    def _summed(self, condition: Term) -> Callable[[Normal], Normal] | None:
        """for all k: left = right, as sum_k left = sum_k right; the range of k must end."""
        ranges: list[Range] = []
        while isinstance(condition, ForAll) and condition.condition is None:
            ranges.append(condition.range)
            condition = condition.body
        if not isinstance(condition, Relation) or any(
                isinstance(part, Const) for range_ in ranges for end in (range_.lower, range_.upper)
                for part in walk(end)):
            return None
        left, right = condition.left, condition.right
        for range_ in reversed(ranges):
            left, right = Fold("sum", left, range_), Fold("sum", right, range_)
        rule = self._polynomial_rule(left, right)
        if rule is None:
            return None

        def apply(normal: Normal) -> Normal:
            changed = rule(normal)
            if changed != normal:
                self.n.table.use("sum-relation")
            return changed

        return apply

    def _variable_rule(self, left: Term, right: Term) -> Callable[[Normal], Normal] | None:
        """symbol = term, or entry = term, where the term does not mention it."""
        n, t = self.n, self.n.table
        match left:
            case Symbol(name) if self._is_primitive(name) and n.declarations[name].kind != "family":
                if name in n.mentions(right):
                    return None
                value = self.value(right)
                self._lies_within(name, value, n.mentions(left) | n.mentions(right) | self._acted)
                return lambda normal: t.substitute(normal, {name: value})
            case Entry(family, indices) if self._is_primitive(family) and family not in n.mentions(right):
                value = self.value(right)
                at = tuple(self.value(i) for i in indices)

                def entry_rule(normal: Normal) -> Normal:
                    if family not in normal.free():
                        return normal
                    normal = split_entry(t, normal, family, at)
                    return t.replace(
                        normal, frozenset((family,)),
                        lambda atom: value if atom == EntryAtom(family, at) else None,
                    )

                return entry_rule
            case _:
                return None

    def _lies_within(self, name: str, value: Normal, mentions: frozenset[str]) -> None:
        """What a name stands for lies in the interval that is declared of the name."""
        interval = interval_of(self.n.declarations[name].domain)
        t = self.n.table
        ends = ((interval.lower, 1, interval.lower_open), (interval.upper, -1, interval.upper_open))
        for end, direction, is_open in ends:
            if end is not None:
                gap = (value - t.rational(end)).scaled(Fraction(direction))
                sign = Sign.POSITIVE if is_open else Sign.NONNEGATIVE
                self.n.facts.learn_all(self._sign_facts(gap, sign, mentions, (), ()))

    def _matrix_rule(self, left: Term, right: Term, mentions: frozenset[str]) -> Rule | None:
        """array = form, where the form does not mention it; else the greatest word of left - right by the others."""
        n, t = self.n, self.n.table
        assert n.matrices is not None
        for me, other in ((left, right), (right, left)):
            if isinstance(me, Symbol) and self._is_primitive(me.name) and me.name not in n.mentions(other):
                value = self.form(n.matrices.form(other, Scope()))
                return self._supposition(mentions, frozenset((me.name,)), {me.name: value}, ())
        equation = self.form(cleared(self.form(difference(
            n.matrices.form(left, Scope()), n.matrices.form(right, Scope())))))
        words: list[tuple[Word, Form]] = []
        for side in (equation, transpose(equation)):
            if side.is_zero:
                continue
            product = relator(side)
            if product is not None:
                t.use("inverse-cancel")
                words += rules_of(*product)
                self.n.facts.learn_all([fact for letter in product[0] for fact in self._sign_facts(
                    det(of_word((letter,))), Sign.NONZERO, mentions | self._acted, (), ())])
            lead, c = side.terms[-1]
            if lead and known_nonzero(t, c):
                rest = collected(side.rows, side.columns, [(w, -(d / c)) for w, d in side.terms[:-1]])
                words.append((lead, rest))
        names = frozenset(name for lead, _ in words for name in names_of(lead))
        return self._supposition(mentions, names, {}, tuple(words)) if names else None

    def _supposition(self, mentions: frozenset[str], names: frozenset[str], values: Mapping[str, Form],
                     words: tuple[tuple[Word, Form], ...]) -> Rule:
        t = self.n.table

        def entry(atom: Atom) -> Normal | None:
            if isinstance(atom, EntryAtom) and atom.family in values:
                row, *rest = atom.indices
                return element(values[atom.family], row, rest[-1] if rest else t.one)
            return None

        def apply(normal: Normal) -> Normal:
            with supposing(t, values, words):
                return t.replace(normal, names, entry)

        return Rule(mentions | self._acted, apply, values, words)

    def _polynomial_rule(self, left: Term, right: Term) -> Callable[[Normal], Normal] | None:
        """An equation solved for one atom that occurs once, linearly, with a coefficient that is not 0."""
        t = self.n.table
        equation = t.polynomial((self.value(left) - self.value(right)).num)
        if equation.constant is not None:
            return None
        # of a product that is 0, the one factor that may be 0
        open_factors = [
            f for f, _ in t.factors(equation.num)[1]
            if not known_nonzero(t, f)
        ]
        if len(open_factors) == 1:
            (equation,) = open_factors
        ranked = sorted(equation.atoms(), key=lambda i: (not isinstance(t[i], FoldAtom), not isinstance(
            t[i], EntryAtom), not isinstance(t[i], Var), -i))
        for i in ranked:
            coefficient, rest = t.zero, t.zero
            linear = True
            for mono, c in t.terms(equation.num):
                powers = dict(mono)
                others = t.monomial(tuple((j, e) for j, e in mono if j != i)).scaled(Fraction(c))
                if powers.get(i, 0) == 0:
                    rest = rest + others
                elif powers[i] == 1:
                    coefficient = coefficient + others
                else:
                    linear = False
            if linear and known_nonzero(t, coefficient):
                atom, value = t[i], -(rest / coefficient)
                if any(atom == t[j] for j in value.atoms()):
                    continue
                names = t.free_of(i)
                if not names:
                    continue
                return self._replacing(atom, value, names)
        return self._power_rule(equation, ranked)

    def _power_rule(self, equation: Normal, ranked: Sequence[int]) -> Callable[[Normal], Normal] | None:
        """An equation solved for the highest power of one symbol or entry, as x^2 = 1 - y^2; it acts outside of
        functions and sums."""
        t = self.n.table
        for i in ranked:
            if not isinstance(t[i], Var | EntryAtom):
                continue
            terms = [(dict(mono), coefficient) for mono, coefficient in t.terms(equation.num)]
            degree = max(powers.get(i, 0) for powers, _ in terms)
            leading = [(powers, c) for powers, c in terms if powers.get(i, 0) == degree]
            if degree < 2 or degree > _HIGHEST or len(leading) != 1 or len(leading[0][0]) != 1:
                continue
            power = t.monomial(((i, degree),))
            value = power - equation.scaled(Fraction(1, leading[0][1]))
            return lambda normal: _lowered(t, normal, i, degree, value)
        return None

    def _replacing(self, atom: Atom, value: Normal, names: frozenset[str]) -> Callable[[Normal], Normal]:
        t = self.n.table
        found: dict[int, bool] = {}

        def occurs(normal: Normal) -> bool:
            return any(holds(i) for i in normal.atoms())

        def holds(i: int) -> bool:
            if i not in found:
                found[i] = t[i] == atom or (not names.isdisjoint(t.free_of(i)) and any(
                    occurs(inner) for inner in arguments(t[i])))
            return found[i]

        def apply(normal: Normal) -> Normal:
            # sums are made again where something in them is replaced, which is costly
            if isinstance(atom, FoldAtom) and not occurs(normal):
                return normal
            return t.replace(normal, names, lambda other: value if other == atom else None)

        return apply


def _lowered(t: Table, normal: Normal, atom: int, degree: int, value: Normal) -> Normal:
    """`normal` with atom**degree replaced by its value, until no such power is left."""
    def lowered(poly: Normal) -> Normal:
        while max((e for mono, _ in t.terms(poly.num) for i, e in mono if i == atom), default=0) >= degree:
            result = t.zero
            for mono, coefficient in t.terms(poly.num):
                high = dict(mono).get(atom, 0)
                if high < degree:
                    result = result + t.monomial(mono).scaled(Fraction(coefficient))
                else:
                    left = tuple((i, e - degree if i == atom else e) for i, e in mono if i != atom or e > degree)
                    result = result + t.monomial(left).scaled(Fraction(coefficient)) * value
            poly = result
        return poly

    if atom not in normal.atoms():
        return normal
    top, bottom = (lowered(t.polynomial(part)) for part in (normal.num, normal.den))
    return normal if bottom.is_zero else top / bottom


def _conjuncts(condition: Term) -> tuple[Term, ...]:
    match condition:
        case Bool("and", args):
            return tuple(p for a in args for p in _conjuncts(a))
        case _:
            return (condition,)


def _is_equation(part: Term) -> bool:
    match part:
        case Relation("="):
            return True
        case ForAll(body):
            return _is_equation(body)
        case _:
            return False


def _order(part: Term) -> int:
    match part:
        case Relation("=", left, right) if isinstance(left, Symbol) or isinstance(right, Symbol):
            return 0
        case ForAll():
            return 1
        case Relation("=", left, right) if isinstance(left, Entry) or isinstance(right, Entry):
            return 2
        case _:
            return 3
