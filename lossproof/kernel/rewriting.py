"""Equations as rewriting of finished normal forms, and what inequalities that hold say of signs.

Trusted. Imports `normalize`, `signs` and what these import. `hypotheses` makes the rules. An equation acts on a
normal form only when every derivative in it has been taken, so a hypothesis never reaches under an operator; a limit
asks for those that do not mention its variable (`before_limit`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from lossproof.kernel.atoms import Bounds, PowAtom, RootAtom
from lossproof.kernel.binders import is_integer, map_bounds
from lossproof.kernel.context import NeedsCases, Scope
from lossproof.kernel.facts import Fact
from lossproof.kernel.functions import reduce, single_atom
from lossproof.kernel.letters import Form, Word
from lossproof.kernel.normal_form import DivisionByZero, Normal, Unsupported
from lossproof.kernel.normalize import Normalizer
from lossproof.kernel.sign_sets import STRICT_SIGNS, Sign, flipped
from lossproof.kernel.word_changes import changed, supposing
from lossproof.term import ZERO, Bool, Call, ForAll, Number, Pow, Range, Relation, Term

SIGN_OF = {
    ">": Sign.POSITIVE, ">=": Sign.NONNEGATIVE, "<": Sign.NEGATIVE, "<=": Sign.NONPOSITIVE, "!=": Sign.NONZERO,
    "=": Sign.ZERO,
}


@dataclass(frozen=True, slots=True)
class Rule:
    """An equation as a rewriting of normal forms; `mentions` are all names that it is about."""

    mentions: frozenset[str]
    apply: Callable[[Normal], Normal]
    # of an equation between arrays
    values: Mapping[str, Form] = field(default_factory=dict)
    words: tuple[tuple[Word, Form], ...] = ()


class Rewriting:
    """Rules that act on normal forms, and facts from conditions that hold."""

    def __init__(self, normalizer: Normalizer, given: tuple[Term, ...]) -> None:
        self.n = normalizer
        # the names that hypotheses say something of
        self.mentions: frozenset[str] = frozenset().union(*(normalizer.mentions(g) for g in given))
        self.rules: list[Rule] = []
        # what the equations that acted while a new rule was made are about: the rule rests on them too
        self._acted: frozenset[str] = frozenset()
        normalizer.before_limit = self.apply

    def apply(self, normal: Normal) -> Normal:
        """`normal` under the equations that mention none of the names that vary under an operator around."""
        return self._applied(normal)[0]

    def _applied(self, normal: Normal) -> tuple[Normal, frozenset[str]]:
        """The same, with all that the equations that acted are about."""
        used: frozenset[str] = frozenset()
        for _ in range(4):
            before = normal
            for rule in self._acting():
                changed = rule.apply(normal)
                if changed != normal:
                    normal, used = changed, used | rule.mentions
            normal = reduce(self.n.table, normal)
            if normal == before:
                break
        return normal, used

    def _acting(self) -> list[Rule]:
        """The rules that mention none of the names that vary under an operator around."""
        varying = self.n.facts.varying
        return [rule for rule in self.rules if rule.mentions.isdisjoint(varying)]

    def form(self, form: Form) -> Form:
        """A form under the equations; a rule that is made of it rests on those that acted."""
        for _ in range(4):
            before = form
            for rule in self._acting():
                with supposing(self.n.table, rule.values, rule.words):
                    applied = changed(form, rule.apply)
                if applied != form:
                    form = applied
                    self._acted |= rule.mentions
            if form == before:
                break
        return form

    def value(self, term: Term, scope: Scope = Scope()) -> Normal:  # noqa: B008 (immutable)
        """The normal form under the hypotheses."""
        made = self.n.facts.made_values if not scope.bound and not scope.frozen and self.n.is_at_rest() else {}
        found = made.get(term)
        if found is None:
            found = made[term] = self._applied(self.n.normal(term, scope))
        normal, used = found
        self._acted |= used
        return normal

    def bounds(self, range_: Range, scope: Scope = Scope()) -> Bounds:  # noqa: B008 (immutable)
        """A range under the hypotheses."""
        return map_bounds(self.n.bounds(range_, scope), self.apply)

    # facts

    def facts(self, condition: Term, scope: Scope = Scope(), names: tuple[str, ...] = (),  # noqa: B008
              ranges: tuple[Bounds, ...] = ()) -> list[Fact]:
        """What a condition that holds says of signs; nothing where it is not understood."""
        try:
            match condition:
                case Bool("and", args):
                    return [f for a in args for f in self.facts(a, scope, names, ranges)]
                case Relation(op, left, right):
                    ends = [end.free() for r in ranges for end in (r.lower, r.upper, *r.excluded)]
                    mentions = self.n.mentions(condition).union(*ends)
                    written = self.n.normal(left, scope) - self.n.normal(right, scope)
                    found = self._sign_facts(written, SIGN_OF[op], mentions, names, ranges)
                    if op in (">", "!=") and right == ZERO and (root := _square_root_of(left)) is not None:
                        # a root that is not 0 is one of a positive number
                        found += self.facts(Relation(">", root, ZERO), scope, names, ranges)
                    applied, used = self._applied(written)
                    if applied != written:
                        found += self._sign_facts(applied, SIGN_OF[op], mentions | used, names, ranges)
                    return found
                case ForAll(body, range_, extra) if len(names) == 0:
                    bounds = Bounds(self.value(range_.lower, scope), self.value(range_.upper, scope))
                    bounds = self.n.restricted(range_.name, bounds, extra, scope)
                    # the name stands in the fact and is not released
                    name = self.n.table.open(bounds)
                    inner = scope.bind(range_.name, self.n.table.var(name))
                    return self.facts(body, inner, (name,), (bounds,))
                case _:
                    return []
        except (Unsupported, DivisionByZero, NeedsCases):
            return []

    def _sign_facts(self, difference: Normal, sign: Sign, mentions: frozenset[str], names: tuple[str, ...],
                    ranges: tuple[Bounds, ...]) -> list[Fact]:
        """The sign of numerator times denominator; where only one factor's sign is open, that factor's."""
        t = self.n.table
        product = t.polynomial(difference.num) * t.polynomial(difference.den)
        if product.constant is not None:
            return []
        found = [Fact(product, sign, mentions, names, ranges)]
        # what holds is defined
        bottom = {factor for factor, _ in t.factors(difference.den)[1]}
        found += [Fact(factor, Sign.NONZERO, mentions, names, ranges) for factor in bottom
                  if t.sign(factor) not in STRICT_SIGNS]
        if sign in (Sign.POSITIVE, Sign.NEGATIVE) and is_integer(t, product):
            # an integer > 0 is >= 1
            one = t.one if sign is Sign.POSITIVE else -t.one
            weak = Sign.NONNEGATIVE if sign is Sign.POSITIVE else Sign.NONPOSITIVE
            found.append(Fact(product - one, weak, mentions, names, ranges))
        content, factors = t.factors(product.num)
        open_factors = []
        negative = content < 0
        for factor, multiplicity in factors:
            known = t.sign(factor)
            root = single_atom(factor)
            if isinstance(root, RootAtom) and sign in STRICT_SIGNS:
                # a root that is not 0 is one of something that is not 0
                found.append(Fact(root.base, Sign.NONZERO, mentions, names, ranges))
            if isinstance(root, PowAtom) and sign in STRICT_SIGNS and root.base.constant is None \
                    and t.sign(root.exponent) is Sign.POSITIVE:
                found.append(Fact(root.base, Sign.NONZERO, mentions, names, ranges))
            if sign is Sign.NONZERO:
                found.append(Fact(factor, sign, mentions, names, ranges))
            elif multiplicity % 2 == 0 and (known in STRICT_SIGNS or factor in bottom):
                continue
            elif multiplicity % 2 == 0 and sign in (Sign.POSITIVE, Sign.NEGATIVE):
                found.append(Fact(factor, Sign.NONZERO, mentions, names, ranges))
            elif multiplicity % 2 == 0:
                # x^2 y >= 0 says nothing of y where x may be 0
                return found
            elif known is Sign.POSITIVE:
                continue
            elif known is Sign.NEGATIVE:
                negative = not negative
            else:
                open_factors.append(factor)
        if len(open_factors) == 2 and sign is Sign.POSITIVE:
            # a b > 0 with a + b > 0: both are
            a, b = open_factors[0], -open_factors[1] if negative else open_factors[1]
            together = t.sign(a + b)
            if together in (Sign.POSITIVE, Sign.NEGATIVE):
                found += [Fact(x, together, mentions, names, ranges) for x in (a, b)]
        if len(open_factors) == 1 and sign is not Sign.NONZERO:
            (factor,) = open_factors
            found.append(Fact(factor, flipped(sign) if negative else sign, mentions, names, ranges))
        return found


def _square_root_of(term: Term) -> Term | None:
    match term:
        case Call("sqrt", (base,)) | Pow(base, Number(Fraction(numerator=1, denominator=2))):
            return base
        case _:
            return None
