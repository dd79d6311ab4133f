"""Where a definite integral exists: its integrand on the interval, and convergence at improper ends.

Trusted. Imports `kinks`, `conditions`, `integrals` and the ground floor. An integrand that is defined on the
closed interval is continuous there (functions that jump are not taken), and its integral exists. At an end
where it is not, or at infinity, the integral exists if `integrals` finds its value by a limit or a law; what
had to be positive for that is a condition. A pole strictly inside is never integrated over.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from lossproof.kernel.atoms import Var
from lossproof.kernel.conditions import Condition
from lossproof.kernel.context import NeedsCases, Scope
from lossproof.kernel.derivatives import Differentiator
from lossproof.kernel.integrals import Integration
from lossproof.kernel.kinks import Neighbourhoods
from lossproof.kernel.normal_form import DivisionByZero, Normal, Unsupported
from lossproof.kernel.readback import Readback
from lossproof.kernel.sign_sets import Sign, sign_decides
from lossproof.kernel.stretches import Suppose
from lossproof.term import (
    ZERO,
    Bool,
    Call,
    Const,
    Fold,
    ForAll,
    Integral,
    Limit,
    Mul,
    Number,
    Piecewise,
    Range,
    Relation,
    RelationName,
    Term,
    free_names,
    mul,
    substitute,
    subtract,
)

_JUMPING = frozenset({"sign", "Heaviside", "floor", "ceiling", "Mod", "KroneckerDelta"})


class Existence(Neighbourhoods):
    """Conditions for integrals to exist."""

    _varied: frozenset[str] = frozenset()

    def _collect(self, term: Term, ranges: dict[str, Range], found: dict[Condition, None]) -> None:
        raise NotImplementedError

    @contextmanager
    def varying(self, name: str) -> Iterator[None]:
        """While the body of a derivative by `name` is looked at: conditions must hold in a neighbourhood."""
        before = self._varied
        self._varied = before | {name}
        try:
            yield
        finally:
            self._varied = before

    def _integral(self, term: Integral, ranges: dict[str, Range], found: dict[Condition, None]) -> None:
        finite = [end for end in (term.lower, term.upper) if not _infinite(end)]
        for end in finite:
            self._collect(end, ranges, found)
        self._no_jumps(term)
        inner: dict[Condition, None] = {}
        self._collect(term.body, {n: r for n, r in ranges.items() if n != term.name}, inner)
        needed: list[Condition] = []
        for c in inner:
            if term.name in free_names(c.term):
                needed.append(c)
            else:
                found[c] = None
        # what the rest of the line asks for may be known here
        known = [f for c in found for f in self.h.facts(c.term)]
        proper = len(finite) == 2
        with self.n.facts.assuming(known):
            if needed:
                with self.n.integration(Integral(ZERO, term.name, term.lower, term.upper), Scope()) as (work, _, _):
                    for c in needed:
                        proper = self._on_interval(c, term, work, found) and proper
            if not proper:
                self._improper(term, found)

    def _no_jumps(self, term: Integral) -> None:
        for part in self._reached(term.body):
            jumps = isinstance(part, Piecewise | Limit) or (isinstance(part, Call) and part.function in _JUMPING)
            if jumps and term.name in free_names(part):
                raise Unsupported("an integral of a function that may jump")

    # the integrand's own conditions

    def _on_interval(self, c: Condition, term: Integral, work: Integration, found: dict[Condition, None]) -> bool:
        """Whether the condition holds at the finite ends, too; conditions at the ends are noted where it is not
        known inside. Unsupported where nothing is known."""
        condition = self._plain(c.term)
        # under a derivative what moves must hold strictly, and so in a neighbourhood
        within = self._varied & self.n.mentions(term.body)
        if within:
            condition = strictly(condition)
        if within and self._varied & self.n.mentions(condition) and (work.lower is None or work.upper is None):
            raise Unsupported("a derivative under an integral to infinity of this integrand")
        scope = Scope()
        inside = self.discharged(condition, scope.bind(term.name, work.x)) or self.discharged(
            condition, scope.bind(term.name, work.along()))
        if inside:
            closed = True
            for end in (term.lower, term.upper):
                if _infinite(end):
                    continue
                moving = bool(self._varied & self.n.mentions(end))
                here = strictly(condition) if moving else condition
                if not self.discharged(here, scope.bind(term.name, self.h.value(end))):
                    if moving or within:
                        raise Unsupported("a derivative of an integral whose integrand is not defined at an end")
                    closed = False
            return closed
        self._at_ends(condition, term, work, found)
        return True

    def _plain(self, condition: Term) -> Term:
        """The condition without the exception of xlogy at 0, where the function need not be continuous."""
        match condition:
            case Bool("or", (Relation(">", y, zero), Relation("=", _, other))) if zero == other == ZERO:
                return Relation(">", y, ZERO)
            case _:
                return condition

    def _at_ends(self, condition: Term, term: Integral, work: Integration, found: dict[Condition, None]) -> None:
        """Something affine in the variable keeps its sign on the closed interval if it has it at both ends."""
        match condition:
            case Relation(op, left, right) if op != "=" and not _infinite(term.lower) and not _infinite(term.upper):
                gap = left if right == ZERO else subtract(left, right)
            case _:
                raise Unsupported("an integrand that is not seen to be defined on its interval")
        normal = self.n.normal(gap, Scope().bind(term.name, work.x))
        rate = Differentiator(self.n.table, Var(work.name), lambda _atom: None)(normal)
        if work.name in rate.free():
            raise Unsupported("an integrand that is not seen to be defined on its interval")
        low, high = (substitute(gap, {term.name: end}) for end in (term.lower, term.upper))
        if op == "!=":
            # on one side of the zero at both ends
            if free_names(low) and not free_names(high):
                low, high = high, low
            sign = self.n.table.sign(self.n.normal(low))
            if sign in (Sign.POSITIVE, Sign.NEGATIVE):
                # the other end lies on the same side
                found[Condition(Relation(">" if sign is Sign.POSITIVE else "<", high, ZERO), exact=False)] = None
            else:
                found[Condition(Relation(">", mul(low, high), ZERO), exact=False)] = None
            return
        for at, end in ((low, term.lower), (high, term.upper)):
            needed: Term = Relation(op, at, ZERO)
            if self._varied & self.n.mentions(end):
                needed = strictly(needed)
            if not self.discharged(needed):
                found[Condition(needed, exact=False)] = None

    # improper ends

    def _improper(self, term: Integral, found: dict[Condition, None]) -> None:
        """Convergence: a value found by limits or a law, under what it had to take for positive."""
        if self._varied & self.n.mentions(term) and any(
                not _infinite(end) and self._varied & self.n.mentions(end) for end in (term.lower, term.upper)):
            raise Unsupported("a derivative by an end of an improper integral")
        with self._supposing() as (suppose, asked):
            try:
                with self.n.integration(term, Scope(), suppose) as (work, body, _):
                    value = work.closed(self.h.apply(body))
            except (DivisionByZero, NeedsCases) as reason:
                raise Unsupported("the convergence of an integral") from reason
            if value is None:
                raise Unsupported("the convergence of an integral")
            sharp = work.sharp
        found.update(dict.fromkeys(Condition(term, exact=sharp) for term in asked))

    def converges(self, term: Fold, found: dict[Condition, None]) -> None:
        """Convergence of a sum to infinity: a law gives its value, under what it had to take for positive."""
        known = [f for c in found for f in self.h.facts(c.term)]
        with self.n.facts.assuming(known), self._supposing() as (suppose, asked):
            try:
                with self.n.series(term, Scope(), suppose) as (work, body):
                    work.value(self.h.apply(body))
            except (DivisionByZero, NeedsCases) as reason:
                raise Unsupported("the convergence of a sum") from reason
            sharp = work.sharp
        found.update(dict.fromkeys(Condition(term, exact=sharp) for term in asked))

    @contextmanager
    def _supposing(self) -> Iterator[tuple[Suppose, dict[Term, None]]]:
        """What may be taken for positive, and a record of what was; for the duration it counts as known."""
        t = self.n.table
        asked: dict[Term, None] = {}

        def suppose(x: Normal, *, weak: bool = False) -> bool:
            # under a derivative it must hold near the point, too
            op: RelationName = ">=" if weak and not self._varied else ">"
            known = sign_decides(op, t.sign(x))
            if known is None and not any(n[0] in "%#@" for n in x.free()):
                wanted = Relation(op, self._written(x), ZERO)
                if wanted not in asked:
                    asked[wanted] = None
                    self.n.facts.learn_all(self.h.facts(wanted))
                return True
            return known is True

        with self.n.facts.assuming([]):
            yield suppose, asked

    def _written(self, normal: Normal) -> Term:
        return Readback(self.n.table, frozenset(self.n.declarations)).term(normal)


def _infinite(end: Term) -> bool:
    match end:
        case Const("oo" | "-oo") | Mul((Number(), Const("oo"))):
            return True
        case _:
            return False


def strictly(condition: Term) -> Term:
    """The condition with strict inequalities, which then hold in a neighbourhood, too."""
    match condition:
        case Relation(">=", left, right):
            return Relation(">", left, right)
        case Relation("<=", left, right):
            return Relation("<", left, right)
        case Bool(op, args):
            return Bool(op, tuple(strictly(a) for a in args))
        case ForAll(body, range_, extra):
            return ForAll(strictly(body), range_, extra)
        case _:
            return condition
