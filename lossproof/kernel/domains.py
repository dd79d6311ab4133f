"""Where functions and powers are defined: the conditions of one node, its parts being defined.

Trusted. Imports `existence`, `conditions` and the ground floor.
"""

from __future__ import annotations

from dataclasses import replace

from lossproof.kernel.binders import is_integer
from lossproof.kernel.conditions import Condition
from lossproof.kernel.context import NeedsCases, Scope
from lossproof.kernel.existence import Existence
from lossproof.kernel.inequalities import sign_of
from lossproof.kernel.integers import written_integer
from lossproof.kernel.normal_form import DivisionByZero, Unsupported
from lossproof.kernel.sign_sets import Sign, sign_decides
from lossproof.term import (
    MINUS_ONE,
    ONE,
    ZERO,
    Bool,
    Call,
    Const,
    Mul,
    Number,
    Pow,
    Range,
    Relation,
    RelationName,
    Term,
)


class Domains(Existence):
    """Conditions of single nodes."""

    def _own(self, term: Term, ranges: dict[str, Range]) -> list[Condition]:
        """Conditions of the node itself, its parts being defined."""
        if isinstance(term, Call) and any(term.orders) and term.function not in self.n.declarations:
            # a known function's derivative: defined inside the function's domain, away from kinks
            inside = self._own(replace(term, orders=()), ranges)
            return [*(_strict(c) for c in inside), *self.kinks_of_call(term)]
        match term:
            case Pow(base, exponent):
                return self._power(base, exponent, ranges)
            case Call("log", (x,)):
                return _positive(x)
            case Call("sqrt", (x,)):
                return [Condition(Relation(">=", x, ZERO))]
            case Call("xlogy", (x, y)):
                return [Condition(Bool("or", (Relation(">", y, ZERO), Relation("=", x, ZERO))))]
            case Call("tan" | "sec", (x,)):
                return [Condition(Relation("!=", Call("cos", (x,)), ZERO))]
            case Call("cot" | "csc", (x,)):
                return [Condition(Relation("!=", Call("sin", (x,)), ZERO))]
            case Call("coth" | "csch", (x,)):
                return [Condition(Relation("!=", x, ZERO))]
            case Call("asin" | "acos", (x,)):
                return [Condition(Relation(">=", x, MINUS_ONE)), Condition(Relation("<=", x, ONE))]
            case Call("atanh", (x,)):
                return [Condition(Relation(">", x, MINUS_ONE)), Condition(Relation("<", x, ONE))]
            case Call("acosh", (x,)):
                return [Condition(Relation(">=", x, ONE))]
            case Call("loggamma", (x,)):
                return [Condition(Relation(">", x, ZERO))]
            case Call("gamma" | "digamma", (x,)) | Call("polygamma", (Number(), x)):
                return [self._off_poles(x, ZERO, ranges)]
            case Call("polygamma", (order, x)):
                return [Condition(Relation(">=", order, ZERO), exact=False),
                        Condition(Relation(">", x, ZERO), exact=False)]
            case Call("beta", (x, y)):
                return [Condition(Relation(">", a, ZERO), exact=False) for a in (x, y)]
            case Call("zeta", (x,)):
                return [Condition(Relation(">", x, ONE), exact=False)]
            case Call("Mod", (_, y)):
                return [Condition(Relation("!=", y, ZERO))]
            case Call("factorial" | "harmonic", (x,)):
                return [self._off_poles(x, MINUS_ONE, ranges)]
            case Call("binomial", (_, y)) if self._is_integer(y, ranges):
                return []
            case Call("binomial", (x, y)):
                return [Condition(Relation(">=", y, ZERO), exact=False), Condition(Relation(">=", x, y), exact=False)]
            case Call("inverse", (x,)):
                return [Condition(Relation("!=", Call("det", (x,)), ZERO))]
            case _:
                return []

    def _off_poles(self, x: Term, highest: Term, ranges: dict[str, Range]) -> Condition:
        """x is no integer <= highest, which is a pole; between poles x > highest is more than is needed."""
        match x:
            case Number(value) if isinstance(highest, Number) and (value.denominator != 1 or value > highest.value):
                return Condition(Bool("and", ()))
        if self._is_integer(x, ranges):
            return Condition(Relation(">=", x, ZERO) if highest == MINUS_ONE else Relation(">", x, highest))
        return Condition(Relation(">", x, highest), exact=False)

    def _is_integer(self, term: Term, ranges: dict[str, Range]) -> bool:
        try:
            return is_integer(self.n.table, self.h.value(term, self._scope(ranges)))
        except (Unsupported, DivisionByZero, NeedsCases):
            return False

    def _scope(self, ranges: dict[str, Range]) -> Scope:
        """The bound variables around a node as opened ones."""
        scope = Scope()
        for name, r in ranges.items():
            bounds = self.h.bounds(r, scope)
            scope = scope.bind(name, self.n.table.var(self.n.table.open(bounds)))
        return scope

    def _power(self, base: Term, exponent: Term, ranges: dict[str, Range]) -> list[Condition]:
        if isinstance(base, Const):
            return []
        if isinstance(exponent, Number):
            value = exponent.value
            if value.denominator == 1:
                return [] if value >= 0 else self._nonzero(base, ranges)
            return [Condition(Relation(">=", base, ZERO))] if value > 0 else _positive(base)
        scope = self._scope(ranges)
        try:
            integer = is_integer(self.n.table, self.h.value(exponent, scope))
        except (Unsupported, DivisionByZero, NeedsCases):
            integer = False
        sign = sign_of(self.h, exponent, scope)
        if integer:
            # 0**0 is 1 only where the exponent is an integer as it is written
            least: RelationName = ">=" if written_integer(
                exponent, self.n.declarations, self.n.definitions, dict.fromkeys(ranges, True)) else ">"
            if sign_decides(least, sign):
                return []
            if sign_decides(least, sign) is False:
                return self._nonzero(base, ranges)
            return [Condition(Bool("or", (Relation("!=", base, ZERO), Relation(least, exponent, ZERO))))]
        # a negative base is defined where the exponent happens to be an integer, so neither is exact
        if sign is Sign.POSITIVE:
            return [Condition(Relation(">=", base, ZERO), exact=False)]
        return [Condition(Relation(">", base, ZERO), exact=False)]

    def _nonzero(self, x: Term, ranges: dict[str, Range]) -> list[Condition]:
        """The conditions for x != 0, said of what is inside where that is the same."""
        match x:
            case Call("Abs" | "sign", (inner,)):
                return self._nonzero(inner, ranges)
            case Pow(base, Number(value)) if value.denominator == 1 and value > 0:
                return self._nonzero(base, ranges)
            case Call("binomial", (n, k)) if self._is_integer(k, ranges) and self._is_integer(n, ranges) and \
                    self.discharged(Relation(">=", n, ZERO), self._scope(ranges)):
                return [Condition(Relation(">=", k, ZERO)), Condition(Relation("<=", k, n))]
            case Call("sqrt", (inner,)):
                return [Condition(Relation(">", inner, ZERO))]
            case Mul((Number(value), inner)) if value != 0:
                return self._nonzero(inner, ranges)
            case Mul(args) if all(isinstance(a, Call) and not self._nonzero(a, ranges) for a in args):
                return []
            case Call("gamma" | "factorial" | "exp" | "cosh", _):
                # never 0 where it is defined
                return []
            case _:
                return [Condition(Relation("!=", x, ZERO))]


def _positive(x: Term) -> list[Condition]:
    """The condition for x > 0, said of what is inside where that is the same."""
    match x:
        case Call("Abs", (inner,)):
            return [Condition(Relation("!=", inner, ZERO))]
        case Pow(base, Number(value)) if value.denominator == 1 and value > 0 and value % 2 == 0:
            return [Condition(Relation("!=", base, ZERO))]
        case _:
            return [Condition(Relation(">", x, ZERO))]


def _strict(c: Condition) -> Condition:
    match c.term:
        case Relation(">=", left, right):
            return Condition(Relation(">", left, right), exact=False)
        case Relation("<=", left, right):
            return Condition(Relation("<", left, right), exact=False)
        case _:
            return Condition(c.term, exact=False)
