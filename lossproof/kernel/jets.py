"""Numbers that carry their derivatives: exact rationals, enclosures, and duals over both.

Trusted. Imports python-flint only. A `Real` is an exact rational (`fmpq`) for as long as
possible, an enclosure (`arb`) once a value is irrational, or a `Dual` a + b e of either,
where e is infinitesimal. Duals nest: each differentiation has a tag of its own, a later
tag is the smaller infinitesimal, so that two derivatives are never confused. Nothing here
rounds a decision: what an enclosure does not decide raises `Undecided`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from flint import arb, fmpq, fmpz

if TYPE_CHECKING:
    from lossproof.term import Term

ZERO = fmpq(0)
ONE = fmpq(1)

# Exact rationals above this many bits become enclosures.
EXACT_BITS = 20_000


class Undefined(Exception):
    """The value provably does not exist; `term` is the innermost term to blame, once known."""

    def __init__(self, reason: str, term: Term | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.term = term


class Undecided(Exception):
    """The enclosures do not decide; at a higher precision they might."""


class Kink(Undecided):
    """A branch is exactly on its edge while the variable of `tag` is being varied."""

    def __init__(self, tag: int) -> None:
        super().__init__("a branch is on its edge")
        self.tag = tag


class Missing(Undecided):
    """The point has no value for a name, or for this entry of a family of unknown ranges."""

    def __init__(self, name: str, indices: tuple[int, ...] = ()) -> None:
        super().__init__(f"no value for {name}{list(indices) if indices else ''}")
        self.name = name
        self.indices = indices


class OutOfBudget(Exception):
    """The operations that were allowed are used up."""


class Dual:
    """re + eps * e of one differentiation.

    `side` 0: e ranges over both sides of 0. 1 or -1: e is only positive or only negative,
    and `eps` is the one-sided slope; this is how kinks are looked at.
    """

    __slots__ = ("eps", "re", "side", "tag")

    def __init__(self, tag: int, re: Real, eps: Real, side: int = 0) -> None:
        self.tag = tag
        self.re = re
        self.eps = eps
        self.side = side

    def __repr__(self) -> str:
        return f"({self.re} + {self.eps} e{self.tag})"

    def __add__(self, other: Real) -> Dual:
        if isinstance(other, Dual):
            if other.tag > self.tag:
                return Dual(other.tag, self + other.re, other.eps, other.side)
            if other.tag == self.tag:
                return Dual(self.tag, self.re + other.re, self.eps + other.eps, self.side)
        return Dual(self.tag, self.re + other, self.eps, self.side)

    __radd__ = __add__

    def __neg__(self) -> Dual:
        return Dual(self.tag, -self.re, -self.eps, self.side)

    def __sub__(self, other: Real) -> Dual:
        return self + -other

    def __rsub__(self, other: Real) -> Dual:
        return -self + other

    def __mul__(self, other: Real) -> Dual:
        if isinstance(other, Dual):
            if other.tag > self.tag:
                return Dual(other.tag, times(self, other.re), times(self, other.eps), other.side)
            if other.tag == self.tag:
                eps = times(self.re, other.eps) + times(self.eps, other.re)
                return Dual(self.tag, times(self.re, other.re), eps, self.side)
        return Dual(self.tag, times(self.re, other), times(self.eps, other), self.side)

    __rmul__ = __mul__


Real: TypeAlias = fmpq | arb | Dual


def primal(x: Real) -> fmpq | arb:
    """The value without its infinitesimal parts."""
    while isinstance(x, Dual):
        x = x.re
    return x


def tangent(x: Real, tag: int) -> Real:
    """The coefficient of e of `tag`, which is the newest tag that `x` can have."""
    return x.eps if isinstance(x, Dual) and x.tag == tag else ZERO


def finite(x: arb) -> fmpq | arb:
    """`x` itself, exact 0 as a rational; Undecided where the enclosure is not finite."""
    if not x.is_finite():
        raise Undecided("the enclosure is not finite")
    return ZERO if x.is_zero() else x


def ball(x: fmpq | arb) -> arb:
    """The enclosure of a number at the precision in force."""
    return arb(x) if isinstance(x, fmpq) else x


def integer_of(x: Real) -> int | None:
    """The exact integer that `x` is, None for any other exact number; Undecided otherwise."""
    if isinstance(x, fmpq):
        return int(x.p) if x.q == 1 else None
    if isinstance(x, Dual):
        raise Undecided("a differentiated variable stands where an integer must")
    if not x.contains_integer():
        return None
    raise Undecided("the enclosure does not show an exact integer")


def times(x: Real, y: Real) -> Real:
    """x * y; exact 0 absorbs, and rationals that grow too long become enclosures."""
    if isinstance(x, fmpq) and isinstance(y, fmpq):
        product = x * y
        return arb(product) if product.height_bits() > EXACT_BITS else product
    if not isinstance(y, Dual) and isinstance(x, fmpq) and x == 0:
        return ZERO
    if not isinstance(x, Dual) and isinstance(y, fmpq) and y == 0:
        return ZERO
    return x * y


def reciprocal(x: Real) -> Real:
    """1 / x; Undefined at exact 0, Undecided where an enclosure holds 0."""
    if isinstance(x, Dual):
        inverse = reciprocal(x.re)
        return Dual(x.tag, inverse, -times(x.eps, times(inverse, inverse)), x.side)
    if isinstance(x, fmpq):
        if x == 0:
            raise Undefined("division by 0")
        return 1 / x
    if x.is_zero():
        raise Undefined("division by 0")
    if x.contains(0):
        raise Undecided("the divisor may be 0")
    return finite(1 / x)


def sign(x: Real) -> int:
    """-1, 0 or 1.

    A dual with exact value 0 has the sign of its one-sided slope; Kink where both sides
    count, because the sign then differs from point to point.
    """
    if isinstance(x, Dual):
        found = sign(x.re)
        if found:
            return found
        if x.side == 0:
            raise Kink(x.tag)
        if isinstance(x.eps, Dual):
            raise Undecided("a branch is on its edge in two variables")
        found = sign(x.eps)
        if not found:
            raise Undecided("a branch is on its edge to first order")
        return found * x.side
    if x > 0:
        return 1
    if x < 0:
        return -1
    if isinstance(x, fmpq) or x.is_zero():
        return 0
    raise Undecided("the sign is not decided")


def compare(x: Real, op: str, y: Real) -> bool:
    """Whether x op y; Undecided where the enclosures do not say."""
    difference = x - y
    if isinstance(difference, Dual):
        found = sign(difference)
        return {"=": found == 0, "!=": found != 0, "<": found < 0, "<=": found <= 0,
                ">": found > 0, ">=": found >= 0}[op]
    if op in ("=", "!="):
        if isinstance(difference, arb) and difference.contains(0) and not difference.is_zero():
            raise Undecided("equality is not decided")
        return (not difference.contains(0) if isinstance(difference, arb) else difference != 0) == (op == "!=")
    positive, wide = {"<": (False, False), "<=": (False, True), ">": (True, False), ">=": (True, True)}[op]
    if not positive:
        difference = -difference
    if difference > 0 or (wide and difference >= 0):
        return True
    if difference < 0 or (not wide and difference <= 0):
        return False
    raise Undecided("the order is not decided")


def same(x: Real, y: Real) -> bool | None:
    """Whether two numbers are equal with all their infinitesimal parts; None where undecided."""
    if not isinstance(x, Dual) and not isinstance(y, Dual):
        try:
            return compare(x, "=", y)
        except Undecided:
            return None
    tag = max(n.tag for n in (x, y) if isinstance(n, Dual))
    x_re, x_eps = (x.re, x.eps) if isinstance(x, Dual) and x.tag == tag else (x, ZERO)
    y_re, y_eps = (y.re, y.eps) if isinstance(y, Dual) and y.tag == tag else (y, ZERO)
    values = same(x_re, y_re)
    if values is False:
        return False
    # Slopes that differ show that the two differ nearby, not here.
    return True if values and same(x_eps, y_eps) else None


def absolute(x: Real) -> Real:
    """|x|."""
    if isinstance(x, fmpq):
        return -x if x < 0 else x
    if isinstance(x, arb):
        return finite(abs(x))
    if x.side and isinstance(x.re, fmpq) and x.re == 0 and not isinstance(x.eps, Dual):
        return Dual(x.tag, ZERO, absolute(x.eps) * x.side, x.side)
    return -x if sign(x) < 0 else x


def maximum(x: Real, y: Real) -> Real:
    """The larger of the two."""
    difference = x - y
    if isinstance(difference, fmpq):
        return x if difference >= 0 else y
    if isinstance(difference, arb):
        if difference > 0 or difference < 0:
            return x if difference > 0 else y
        return finite(ball(primal(x)).max(ball(primal(y))))
    exact_tie = isinstance(difference.re, fmpq) and difference.re == 0
    if difference.side and exact_tie and not isinstance(difference.eps, Dual) and sign(difference.eps) == 0:
        return x
    return x if sign(difference) >= 0 else y


def only_integer(ball: arb) -> fmpz | None:
    """The one integer in an enclosure, None where it holds none or several, or one of very many digits.

    FLINT ends the process when it is asked this of a number whose exponent does not fit in a machine word.
    """
    if abs(ball) < arb(0.25):
        return fmpz(0) if ball.contains(0) else None
    return ball.unique_fmpz() if abs(ball) < arb(2) ** EXACT_BITS else None


def floor(x: Real) -> Real:
    """The greatest integer <= x, which is a constant near any other number."""
    base = primal(x)
    whole = base.floor()
    if isinstance(whole, arb):
        unique = only_integer(whole)
        if unique is None:
            raise Undecided("the enclosure holds an integer")
        whole = unique
        if isinstance(x, Dual) and ball(base - fmpq(whole)).contains(0):
            raise Undecided("a jump may lie at the end of an enclosure that moves")
    result = fmpq(whole)
    if isinstance(x, Dual) and isinstance(base, fmpq) and base == result:
        return result if sign(x - result) > 0 else result - 1
    return result
