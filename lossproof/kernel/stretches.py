"""An interval of integration: a variable that lies in it, signs along it, and whether a normal form is smooth there.

Trusted. Imports `limits`, `signs`, `normal_form`. The interval is open; its ends are looked at by limits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from lossproof.kernel import limits
from lossproof.kernel.atoms import AbsAtom, ExpAtom, FoldAtom, FunctionAtom, LogAtom, RootAtom, Var
from lossproof.kernel.binders import NOT_NEGATIVE
from lossproof.kernel.facts import Fact
from lossproof.kernel.integral_atoms import End
from lossproof.kernel.normal_form import DivisionByZero, Normal, Table, Unsupported
from lossproof.kernel.sign_sets import STRICT_SIGNS, Interval, Sign
from lossproof.kernel.signs import Facts
from lossproof.kernel.univariate import coefficients

_ENTIRE = frozenset({"sin", "cos", "atan", "erf", "rgamma"})
_ON_POSITIVE = frozenset({"digamma"})


class Suppose(Protocol):
    """Whether something is positive (`weak`: not negative), or may be taken to be: then that is a condition for
    convergence."""

    def __call__(self, x: Normal, *, weak: bool = False) -> bool: ...


def known_only(t: Table) -> Suppose:
    """What takes nothing for positive that is not known to be."""
    return lambda x, *, weak=False: t.sign(x) in (NOT_NEGATIVE if weak else (Sign.POSITIVE,))



class Stretch:
    """One interval, with a fresh variable that is known to lie in it."""

    def __init__(self, t: Table, facts: Facts, lower: End, upper: End, opaque: Callable[[str], bool],
                 suppose: Suppose | None = None) -> None:
        self.t, self.facts, self.lower, self.upper = t, facts, lower, upper
        self.opaque = opaque
        self.suppose = suppose or known_only(t)
        # says, after `closed`, that the integral diverges wherever something that was supposed fails
        self.sharp = False
        self.name = t.fresh()
        self.x = t.var(self.name)
        self.way = Sign.POSITIVE if lower is None or upper is None else t.sign(upper - lower)
        self.w = t.fresh()
        facts.declare_positive(self.w)

    @contextmanager
    def inside(self) -> Iterator[Normal]:
        """The variable of integration, known to lie strictly between the ends, where it is known which is less."""
        t = self.t
        low, high = (self.upper, self.lower) if self.way in (Sign.NEGATIVE, Sign.NONPOSITIVE) else (
            self.lower, self.upper)
        found: list[Fact] = []
        if self.way in (Sign.POSITIVE, Sign.NEGATIVE):
            ends = [None if end is None else end.constant for end in (low, high)]
            self.facts.declare_within(self.name, Interval(ends[0], ends[1], lower_open=True, upper_open=True))
            for end, sign in ((low, Sign.POSITIVE), (high, Sign.NEGATIVE)):
                if end is not None and end.constant is None and end.den.is_constant():
                    gap = t.polynomial((self.x - end).num)
                    found.append(Fact(gap, sign, frozenset()))
        with self.facts.assuming(found):
            yield self.x

    def strict(self, normal: Normal) -> Sign:
        """The sign on the open interval, UNKNOWN where it is not one and the same strict sign."""
        t = self.t
        found = t.sign(normal)
        if found in STRICT_SIGNS or self.name not in normal.free():
            return found
        return t.sign(t.substitute(normal, {self.name: self.along()}))

    def along(self) -> Normal:
        """The variable in terms of one that runs through all positive numbers."""
        t = self.t
        w = t.var(self.w)
        if self.lower is None:
            return self.x if self.upper is None else self.upper - w
        if self.upper is None:
            return self.lower + w
        return (self.lower + self.upper * w) / (t.one + w)

    def infinite(self) -> bool:
        return self.lower is None or self.upper is None

    # smoothness

    def smooth(self, normal: Normal) -> bool:
        """Whether the normal form is differentiable everywhere strictly between the ends."""
        t = self.t
        if not normal.den.is_constant() and self.strict(t.polynomial(normal.den)) not in STRICT_SIGNS:
            return False
        return all(self._smooth_atom(i) for i in normal.atoms() if self.name in t.free_of(i))

    def _smooth_atom(self, number: int) -> bool:
        t = self.t
        match t[number]:
            case Var():
                return True
            case ExpAtom(inner):
                return self.smooth(inner)
            case LogAtom(inner) | RootAtom(inner) | AbsAtom(inner):
                return self.smooth(inner) and self.strict(inner) in STRICT_SIGNS
            case FunctionAtom(name, args) if self.opaque(name) or name in _ENTIRE:
                return all(self.smooth(a) for a in args)
            case FunctionAtom(name, (inner,)) if name in _ON_POSITIVE:
                return self.smooth(inner) and self.strict(inner) is Sign.POSITIVE
            case FunctionAtom("asin" | "acos", (inner,)):
                inside = self.strict(t.one - inner * inner) is Sign.POSITIVE
                return inside and self.smooth(inner)
            case FoldAtom("sum", ranges, body):
                return all(self.name not in end.free() for r in ranges for end in (r.lower, r.upper)) and (
                    body.den.is_constant() and all(
                        self._plain(i) for i in body.atoms() if self.name in t.free_of(i)))
            case _:
                return False

    def _plain(self, number: int) -> bool:
        """Whether an atom inside a sum is the variable, or exp of a polynomial in it."""
        match self.t[number]:
            case Var():
                return True
            case ExpAtom(inner):
                return coefficients(self.t, inner, self.name) is not None
            case _:
                return False

    def regular(self, body: Normal) -> bool:
        """Whether the body is continuous at the ends, too (both finite)."""
        t = self.t
        if self.lower is None or self.upper is None:
            return False
        try:
            return all(limits.by_continuity(t, body, self.name, end) is not None for end in (self.lower, self.upper))
        except (Unsupported, DivisionByZero):
            return False
