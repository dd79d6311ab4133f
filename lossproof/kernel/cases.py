"""One case of a step: both lines' normal forms under its hypotheses, their definedness, and how it splits further.

Trusted. Imports the kernel's normal forms, hypotheses and conditions. What it finds is a `Claim`,
which is no verdict yet: `judge` asks for a point at which it says something.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lossproof.derivation import Step
from lossproof.kernel.atoms import AbsAtom, DeltaAtom, FunctionAtom, IntegralAtom
from lossproof.kernel.conditions import Condition
from lossproof.kernel.context import NeedsCases, Scope
from lossproof.kernel.definedness import Conditions
from lossproof.kernel.equations import sign_cases
from lossproof.kernel.functions import reduce
from lossproof.kernel.hypotheses import Hypotheses
from lossproof.kernel.induction import by_induction
from lossproof.kernel.inequalities import sign_of
from lossproof.kernel.integral_relations import eliminate_integrals
from lossproof.kernel.inverses import cleared
from lossproof.kernel.inverses import difference as difference_of
from lossproof.kernel.inverses import vanishes as form_vanishes
from lossproof.kernel.laws import LAWS
from lossproof.kernel.normal_form import Normal, Unsupported
from lossproof.kernel.normalize import Normalizer
from lossproof.kernel.order import Order
from lossproof.kernel.sign_sets import Sign, sign_decides
from lossproof.kernel.vanishing import vanishes
from lossproof.kernel.wording import tidy
from lossproof.term import ZERO, Call, Component, Pow, Relation, Term, subtract, walk


@dataclass(frozen=True, slots=True)
class Claim:
    """The kernel's finding before a point is exhibited: the lines are equal (or related) wherever
    both are defined; `same_domain` if they are defined at the same points. `assumed` are conditions
    that are more than definedness asks for: where one fails nothing was shown."""

    conditions: tuple[Term, ...]
    same_domain: bool
    laws: tuple[str, ...]
    assumed: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class Open:
    """The kernel did not settle the step, and why."""

    reason: str


class Case:
    """One case of a step, with its own atom table."""

    def __init__(self, step: Step, work: int, defined: bool, words: int) -> None:
        self.step = step
        self.defined = defined
        self.n = Normalizer(step.declarations, step.definitions, work, words=words)
        self.h = Hypotheses(self.n, step.given)
        self.c = Conditions(self.h)

    def settle(self) -> Claim | Open | list[Term]:
        """A claim, the reason why not, or hypotheses that split this case."""
        try:
            return self._settled()
        except NeedsCases as needed:
            return self._split(needed.poly)

    def _settled(self) -> Claim | Open | list[Term]:
        left, right = self._open(self.step.left), self._open(self.step.right)
        impossible = [[c for c in side if self.c.impossible(c.term)] for side in (left, right)]
        if any(impossible):
            # in this case a line is undefined everywhere: nothing to compare, but domains may differ
            nowhere = impossible[0] or impossible[1]
            both = all(any(c.exact for c in side) for side in impossible)
            assumed = tuple(c.term for side in impossible for c in side if not c.exact)
            both = both and not self.defined
            return Claim(() if both else tuple(tidy(c.term) for c in nowhere), both, (), assumed)
        facts = [f for c in (*left, *right) for f in self.h.facts(c.term)]
        with self.n.facts.assuming(facts):
            try:
                related = self._related()
            except NeedsCases as needed:
                related = needed.poly
        if isinstance(related, Normal):
            # split by what the hypotheses leave, not by what definedness adds: a domain is judged, too
            return self._split(related)
        if not related:
            return Open("the two sides' normal forms differ")
        if self.defined:
            same = not left and not right
        else:
            exact = all(c.exact for c in (*left, *right))
            same = exact and self._implied(right, left) and self._implied(left, right)
        conditions = () if same else self._least([*left, *right])
        assumed = tuple(c.term for c in (*left, *right) if not c.exact)
        return Claim(conditions, same, tuple(law for law in LAWS if law in self.n.table.laws), assumed)

    def _open(self, line: Term) -> list[Condition]:
        """Conditions for the line to be defined that do not follow from the hypotheses."""
        left_open: list[Condition] = []
        for c in self.c.written(line):
            if not self.c.discharged(c.term):
                left_open.append(c)
            elif isinstance(c.term, Relation) and any((isinstance(p, Call) and p.function == "sqrt") or isinstance(
                    p, Pow) for p in walk(line)):
                # seen on the written line, where squares still stand: roots ask for it in normal form
                self.n.facts.learn_all(self.h.facts(c.term))
        exact = [c for c in left_open if c.exact]
        # what follows from the exact conditions asks for nothing more, so it does not spoil them
        return [c for c in left_open if c.exact or not self._implied([c], exact)]

    def _implied(self, wanted: list[Condition], known: list[Condition]) -> bool:
        terms = {c.term for c in known}
        facts = [f for c in known for f in self.h.facts(c.term)]
        with self.n.facts.assuming(facts):
            return all(c.term in terms or self.c.discharged(c.term) for c in wanted)

    def _least(self, conditions: list[Condition]) -> tuple[Term, ...]:
        """The conditions less those that follow from the others."""
        kept = list(dict.fromkeys(conditions))
        for c in list(kept):
            others = [o for o in kept if o is not c]
            if any(o.term == c.term for o in others) or self._implied([c], others):
                kept = others
        return tuple(dict.fromkeys(tidy(c.term) for c in kept))

    def _related(self) -> bool | Normal:
        """Whether the lines are related, or what the answer depends on the sign of."""
        step = self.step
        if step.relation != "=":
            if step.left == step.right:
                return step.relation in ("<=", ">=")
            written = step.left if step.right == ZERO else subtract(step.left, step.right)
            if sign_decides(step.relation, sign_of(self.h, written)) is True:
                return True
            difference = self.h.value(written)
            depends = self._depends_on(difference)
            order = Order(self.n.table, self.n.facts, self.h.apply, self._functions())
            return order.holds(difference, step.relation) if depends is False else depends
        if step.left == step.right:
            self.n.table.use("same-line")
            return True
        if self.n.matrices is not None and isinstance(step.left, Component) and isinstance(step.right, Component):
            forms = [self.h.form(self.n.matrices.form(side.array, Scope())) for side in (step.left, step.right)]
            apart = difference_of(*forms)
            if form_vanishes(apart) or (step.given and form_vanishes(self.h.form(cleared(apart)))):
                return True
        difference = reduce(self.n.table, self.h.value(step.left) - self.h.value(step.right))
        if vanishes(self.n.table, difference):
            return True
        if any(isinstance(self.n.table[i], IntegralAtom) for i in difference.atoms()):
            known = eliminate_integrals(self.n.table, self.n.facts, self.n.is_opaque, difference)
            if reduce(self.n.table, known).is_zero:
                return True
        if step.given and self.n.table.sign(difference) is Sign.ZERO:
            return True
        depends = self._depends_on(difference)
        if depends is False and by_induction(self.n.table, difference, function=self._functions()):
            return True
        return depends

    def _functions(self) -> frozenset[str]:
        """The opaque functions, which are smooth everywhere."""
        return frozenset(d.name for d in self.step.declarations.values() if d.kind == "function")

    def _depends_on(self, difference: Normal) -> Literal[False] | Normal:
        """The argument of a delta, an absolute value or a sign that is left in the difference."""
        t = self.n.table
        for i in difference.atoms():
            match t[i]:
                case DeltaAtom(inner) | AbsAtom(inner) | FunctionAtom("sign", (inner,)) if self._closed(inner):
                    return inner
        return False

    def _closed(self, normal: Normal) -> bool:
        return not any(name[0] in "%#@" for name in normal.free())

    def _split(self, poly: Normal) -> list[Term]:
        """The cases of a sign as hypotheses."""
        if not self._closed(poly):
            raise Unsupported("cases on a bound variable")
        return [*sign_cases(self.n, poly)]
