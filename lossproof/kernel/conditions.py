"""Conditions for definedness, and whether what is known discharges them.

Trusted. Imports the kernel's lower modules and the ground floor. A condition that is not `exact`
is sufficient for definedness but may not be necessary (a kink under a derivative, say): a line
that rests on one that is not discharged is never called proved.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from lossproof.kernel.atoms import Bounds
from lossproof.kernel.context import NeedsCases, Scope
from lossproof.kernel.hypotheses import Hypotheses
from lossproof.kernel.inequalities import sign_of
from lossproof.kernel.normal_form import DivisionByZero, Unsupported
from lossproof.kernel.sign_sets import sign_decides
from lossproof.kernel.sums import EXPAND_UP_TO
from lossproof.term import (
    ONE,
    ZERO,
    Bool,
    Entry,
    ForAll,
    Limit,
    Relation,
    RelationName,
    Symbol,
    Term,
    substitute,
    subtract,
)


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition for definedness; `exact` if the line is undefined wherever it fails."""

    term: Term
    exact: bool = True


class Discharge:
    """Whether conditions follow from the hypotheses of a step and from what is assumed."""

    def __init__(self, hypotheses: Hypotheses) -> None:
        self.h = hypotheses
        self.n = hypotheses.n

    def impossible(self, condition: Term) -> bool:
        """Whether the condition fails at every point that is left."""
        match condition:
            case Relation(op, left, right):
                try:
                    sign = sign_of(self.h, left if right == ZERO else subtract(left, right))
                except (Unsupported, DivisionByZero, NeedsCases):
                    return False
                return sign_decides(op, sign) is False
            case ForAll(body, range_, None):
                # one index at which it fails is enough
                return any(
                    self.discharged(Bool("and", (Relation(">=", i, range_.lower), Relation("<=", i, range_.upper))))
                    and self.impossible(substitute(body, {range_.name: i}))
                    for i in self._known_indices()
                )
            case Bool("and", args):
                return any(self.impossible(a) for a in args)
            case Bool("or", args):
                return all(self.impossible(a) for a in args)
            case _:
                return False

    def _known_indices(self) -> tuple[Term, ...]:
        return (ONE, *(Symbol(d.name) for d in self.n.declarations.values() if d.kind == "index"))

    def discharged(self, condition: Term, scope: Scope = Scope()) -> bool:  # noqa: B008 (immutable)
        """Whether the condition follows from declarations, hypotheses and what is assumed."""
        t = self.n.table
        try:
            match condition:
                case Relation(op, left, right):
                    difference = left if right == ZERO else subtract(left, right)
                    return sign_decides(op, sign_of(self.h, difference, scope)) is True
                case Bool("and", args):
                    return all(self.discharged(a, scope) for a in args)
                case Bool("or", args):
                    return any(self.discharged(a, scope) for a in args)
                case Bool("not", (inner_term,)):
                    return self.discharged(negation(inner_term), scope)
                case ForAll(body, range_, extra):
                    bounds = self.h.bounds(range_, scope)
                    size = (bounds.upper - bounds.lower).integer
                    if size is not None and size < EXPAND_UP_TO:
                        values = [bounds.lower + t.rational(i) for i in range(size + 1)]
                        return all(self.discharged(body, scope.bind(range_.name, value)) for value in values)
                    with suppress(Unsupported):
                        bounds = self.n.restricted(range_.name, bounds, extra, scope)
                    with self.n.inside(range_.name, bounds, scope) as (_, inner):
                        return self.discharged(body, inner)
                case _:
                    return False
        except (Unsupported, DivisionByZero, NeedsCases):
            return False

    def discharged_near(self, condition: Term, limit: Limit, scope: Scope = Scope()) -> bool:  # noqa: B008
        """Whether a condition holds near the limit's target."""
        match condition:
            case Relation(op, left, right):
                sign = self.n.sign_near(subtract(left, right), limit, scope)
                return sign_decides(op, sign) is True
            case Bool("and", args):
                return all(self.discharged_near(a, limit, scope) for a in args)
            case Bool("or", args):
                return any(self.discharged_near(a, limit, scope) for a in args)
            case ForAll(body, range_, _):
                bounds = Bounds(self.h.value(range_.lower, scope), self.h.value(range_.upper, scope))
                if not isinstance(limit.variable, Entry):
                    with self.n.inside(range_.name, bounds, scope) as (_, inner):
                        return self.discharged_near(body, limit, inner)
                # the moving entry on its own, then all others
                if len(limit.variable.indices) != 1:
                    return False
                at = self.h.value(limit.variable.indices[0], scope)
                rest = Bounds(bounds.lower, bounds.upper, (at,))
                if not self.discharged_near(body, limit, scope.bind(range_.name, at)):
                    return False
                with self.n.inside(range_.name, rest, scope) as (_, inner):
                    return self.discharged_near(body, limit, inner)
            case _:
                return False


def negation(condition: Term) -> Term:
    """The condition that holds where this one does not (both sides being defined)."""
    match condition:
        case Relation(op, left, right):
            return Relation(_OPPOSITE[op], left, right)
        case Bool("not", (inner,)):
            return inner
        case Bool("and", args):
            return Bool("or", tuple(negation(a) for a in args))
        case Bool("or", args):
            return Bool("and", tuple(negation(a) for a in args))
        case _:
            raise Unsupported("the negation of this condition")


_OPPOSITE: dict[str, RelationName] = {"=": "!=", "!=": "=", ">": "<=", ">=": "<", "<": ">=", "<=": ">"}
