"""Bounds of an atom from what it is: exp is positive, sin lies between -1 and 1, a sum of positive terms is positive.

Trusted. Imports `facts`, `inverses`, `binders`, `normal_form`, `sign_sets`.
"""

from __future__ import annotations

from fractions import Fraction

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
)
from lossproof.kernel.binders import NOT_NEGATIVE, opened
from lossproof.kernel.facts import FactStore
from lossproof.kernel.inverses import sign_of_det, sign_of_trace
from lossproof.kernel.normal_form import Normal
from lossproof.kernel.sign_sets import OF_SIGN, STRICT_SIGNS, Interval, Sign, folded_sign, interval_of

_BETWEEN = {"pi": Interval(Fraction(333, 106), Fraction(355, 113), True, True),
            "EulerGamma": Interval(Fraction(15, 26), Fraction(41, 71), True, True)}
_QUARTER = Fraction(11, 7)
"""More than pi/2."""


class AtomBounds(FactStore):
    """Bounds of atoms by their kind, their arguments' signs, and declarations."""

    def bounds_of(self, number: int) -> Interval:
        """The bounds of an atom by its kind and declaration."""
        match self.table[number]:
            case Var(name):
                return self.within(name)
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
                strict = self.sign(base) in STRICT_SIGNS
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
                known = self._fold_signs.get(number)
                if known is None or (known[0] is Sign.UNKNOWN and known[1] > self._depth):
                    known = self._fold_signs[number] = self._fold_sign(fold), self._depth
                return OF_SIGN[known[0]]
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
        if all(s in NOT_NEGATIVE for s in signs):
            self.table.use("circular-sign")
            return Interval(Fraction(0), most, lower_open=all(s is Sign.POSITIVE for s in signs))
        if len(signs) == 1 and signs[0] in (Sign.NEGATIVE, Sign.NONPOSITIVE):
            return Interval(-most, Fraction(0), upper_open=signs[0] is Sign.NEGATIVE)
        return Interval(-most, most)

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
