"""What may be known of a number's sign or bounds, and how that combines.

Trusted. Data and small tables; imports `derivation` for declared domains.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from lossproof.derivation import Domain


class Sign(Enum):
    """What is known of a real number's sign; UNKNOWN is no knowledge."""

    ZERO = "= 0"
    POSITIVE = "> 0"
    NEGATIVE = "< 0"
    NONNEGATIVE = ">= 0"
    NONPOSITIVE = "<= 0"
    NONZERO = "!= 0"
    UNKNOWN = "?"


STRICT_SIGNS = (Sign.POSITIVE, Sign.NEGATIVE, Sign.NONZERO)

_FLIPPED = {
    Sign.POSITIVE: Sign.NEGATIVE, Sign.NEGATIVE: Sign.POSITIVE, Sign.NONNEGATIVE: Sign.NONPOSITIVE,
    Sign.NONPOSITIVE: Sign.NONNEGATIVE,
}
_SETS = {
    Sign.ZERO: frozenset("0"), Sign.POSITIVE: frozenset("+"), Sign.NEGATIVE: frozenset("-"),
    Sign.NONNEGATIVE: frozenset("0+"), Sign.NONPOSITIVE: frozenset("0-"), Sign.NONZERO: frozenset("+-"),
    Sign.UNKNOWN: frozenset("0+-"),
}
_FROM_SET = {values: sign for sign, values in _SETS.items()}


def flipped(sign: Sign) -> Sign:
    """The sign of -x."""
    return _FLIPPED.get(sign, sign)


def both(a: Sign, b: Sign) -> Sign:
    """What is known when both are known of one number."""
    return _FROM_SET.get(_SETS[a] & _SETS[b], a)


def product_sign(a: Sign, b: Sign) -> Sign:
    """The sign of a product."""
    found = frozenset(
        "0" if "0" in (x, y) else "+" if x == y else "-" for x in _SETS[a] for y in _SETS[b]
    )
    return _FROM_SET[found]


def sum_sign(a: Sign, b: Sign) -> Sign:
    """The sign of a sum."""
    found: set[str] = set()
    for x in _SETS[a]:
        for y in _SETS[b]:
            found |= {y} if x == "0" else {x} if y == "0" or x == y else {"0", "+", "-"}
    return _FROM_SET[frozenset(found)]


def power_sign(sign: Sign, exponent: int) -> Sign:
    """The sign of a power with a positive integer exponent."""
    if exponent % 2:
        return sign
    if sign is Sign.ZERO:
        return sign
    return Sign.POSITIVE if sign in STRICT_SIGNS else Sign.NONNEGATIVE


def folded_sign(each: Sign, *, nonempty: bool) -> Sign:
    """The sign of a sum of which each term has the sign: terms that are not 0 may add up to 0."""
    if each is Sign.NONZERO:
        return Sign.UNKNOWN
    return each if nonempty else any_of([each, Sign.ZERO])


def any_of(signs: list[Sign]) -> Sign:
    """What is known where one of several cases holds."""
    if not signs:
        return Sign.UNKNOWN
    return _FROM_SET[frozenset().union(*(_SETS[s] for s in signs))]


@dataclass(frozen=True, slots=True)
class Interval:
    """Bounds of an atom; None is no bound."""

    lower: Fraction | None = None
    upper: Fraction | None = None
    lower_open: bool = False
    upper_open: bool = False
    nonzero: bool = False

    @property
    def sign(self) -> Sign:
        """The sign that the bounds give."""
        if self.lower is not None and self.lower >= 0:
            strict = self.lower > 0 or self.lower_open or self.nonzero
            return Sign.POSITIVE if strict else Sign.NONNEGATIVE
        if self.upper is not None and self.upper <= 0:
            strict = self.upper < 0 or self.upper_open or self.nonzero
            return Sign.NEGATIVE if strict else Sign.NONPOSITIVE
        return Sign.NONZERO if self.nonzero else Sign.UNKNOWN


def interval_of(domain: Domain) -> Interval:
    """The interval of a declared domain (of a finite set: its hull)."""
    if domain.values is not None:
        return Interval(min(domain.values), max(domain.values), nonzero=0 not in domain.values)
    lower, upper = domain.lower, domain.upper
    return Interval(lower, upper, domain.lower_open, domain.upper_open, domain.nonzero)


OF_SIGN = {
    Sign.POSITIVE: Interval(Fraction(0), None, lower_open=True), Sign.NONNEGATIVE: Interval(Fraction(0)),
    Sign.NEGATIVE: Interval(None, Fraction(0), upper_open=True), Sign.NONPOSITIVE: Interval(None, Fraction(0)),
    Sign.ZERO: Interval(Fraction(0), Fraction(0)), Sign.NONZERO: Interval(nonzero=True), Sign.UNKNOWN: Interval(),
}


def sign_decides(op: str, sign: Sign) -> bool | None:
    """Whether x `op` 0 holds for an x of this sign; None where the sign does not tell."""
    yes = {
        "=": {Sign.ZERO}, "!=": {Sign.POSITIVE, Sign.NEGATIVE, Sign.NONZERO}, ">": {Sign.POSITIVE},
        ">=": {Sign.POSITIVE, Sign.NONNEGATIVE, Sign.ZERO}, "<": {Sign.NEGATIVE},
        "<=": {Sign.NEGATIVE, Sign.NONPOSITIVE, Sign.ZERO},
    }
    opposite = {"=": "!=", "!=": "=", ">": "<=", ">=": "<", "<": ">=", "<=": ">"}
    if sign in yes[op]:
        return True
    return False if sign in yes[opposite[op]] else None
