"""Relations between values of one function at different places, used where two lines are compared.

Trusted. Imports `atoms`, `recurrences`, `trigonometry`, `sums`, `normal_form`. Reflection (x and 1 - x),
duplication (x and 2 x), the inverse tangent of x and 1/x, powers of one base, and sums and products that are
values of digamma and gamma.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import factorial

from lossproof.kernel.atoms import Atom, Bounds, ConstAtom, FoldAtom, FunctionAtom, PowAtom, binder
from lossproof.kernel.binders import NOT_NEGATIVE, count_of, is_integer, known_nonzero, solve_linear
from lossproof.kernel.function_atoms import function
from lossproof.kernel.functions import power, reduce
from lossproof.kernel.normal_form import Normal, Table
from lossproof.kernel.recurrences import deep_atoms, digamma, polygamma, rgamma
from lossproof.kernel.sign_sets import Sign

_HALF = Fraction(1, 2)


def reflected(t: Table, normal: Normal) -> Normal:
    """`normal` with rgamma(x) rgamma(m - x), digamma(m - x) and atan(1/x) in terms of x."""
    for name, rule in (("rgamma", _reflect_rgamma), ("digamma", _reflect_digamma), ("atan", _reflect_atan)):
        if t.function_count.get(name, 0) > 1:
            for a, b in combinations(list(deep_atoms(t, normal, frozenset((name,)))), 2):
                normal = rule(t, normal, a, b)
    return normal


def _pi(t: Table) -> Normal:
    return t.atom(ConstAtom("pi"))


def _circular(t: Table, name: str, x: Normal) -> Normal:
    return function(t, name, (_pi(t) * x,), (0,))


def _reflect_rgamma(t: Table, normal: Normal, a: FunctionAtom, b: FunctionAtom) -> Normal:
    """rgamma(x) rgamma(1 - x) = sin(pi x)/pi in every monomial that has both."""
    (x,), (y,) = a.args, b.args
    total = (x + y).integer
    if total is None or abs(total) > 20:
        return normal
    value = _circular(t, "sin", x) / _pi(t)
    # from y to 1 - x by rgamma(z) = z rgamma(z + 1)
    steps = [y + t.rational(i) for i in range(1 - total)] if total < 1 else [
        t.one - x + t.rational(i) for i in range(total - 1)]
    product = t.one
    for step in steps:
        product = product * step
    if total > 1 and not known_nonzero(t, product):
        return normal
    value = value * product if total < 1 else value / product
    i, j = t.number(a), t.number(b)
    t.use("gamma-reflection")

    def part(poly: object) -> Normal:
        result = t.zero
        for mono, c in t.terms(poly):
            powers = dict(mono)
            both = min(powers.get(i or 0, 0), powers.get(j or 0, 0))
            rest = tuple((k, e - both if k in (i, j) else e) for k, e in mono if not (k in (i, j) and e == both))
            result = result + t.monomial(rest).scaled(Fraction(c)) * value**both
        return result

    return part(normal.num) / part(normal.den)


def _reflect_digamma(t: Table, normal: Normal, a: FunctionAtom, b: FunctionAtom) -> Normal:
    """digamma(1 - x) = digamma(x) + pi cos(pi x)/sin(pi x), wherever both are defined."""
    (x,), (y,) = a.args, b.args
    total = (x + y).integer
    if total is None or abs(total) > 20:
        return normal
    t.use("digamma-reflection")
    value = t.atom(a) + _pi(t) * _circular(t, "cos", x) / _circular(t, "sin", x)
    if total >= 1:
        value = value + t.total(t.one / (t.one - x + t.rational(i)) for i in range(total - 1))
    else:
        value = value - t.total(t.one / (y + t.rational(i)) for i in range(1 - total))
    return _replaced(t, normal, b, value)


def _reflect_atan(t: Table, normal: Normal, a: FunctionAtom, b: FunctionAtom) -> Normal:
    """atan(1/x) = pi/2 - atan(x) for x > 0, with the other sign for x < 0."""
    (x,), (y,) = a.args, b.args
    product = (x * y).constant
    if product not in (1, -1):
        return normal
    sign = t.sign(x)
    if sign not in (Sign.POSITIVE, Sign.NEGATIVE):
        return normal
    t.use("atan-of-reciprocal")
    quarter = _pi(t).scaled(_HALF if sign is Sign.POSITIVE else -_HALF)
    value = quarter - t.atom(a)
    return _replaced(t, normal, b, value if product == 1 else -value)


def _replaced(t: Table, normal: Normal, atom: Atom, value: Normal) -> Normal:
    names: frozenset[str] = frozenset().union(*(x.free() for x in atom.args)) if isinstance(atom, FunctionAtom) else (
        frozenset())
    return t.replace(normal, names, lambda other: value if other == atom else None)


def duplicated(t: Table, normal: Normal) -> Normal:
    """rgamma(2 x) = sqrt(pi) 2**(1 - 2 x) rgamma(x) rgamma(x + 1/2) where one of the halves is there, too."""
    if t.function_count.get("rgamma", 0) < 2:
        return normal
    atoms = list(deep_atoms(t, normal, frozenset(("rgamma",))))
    half = t.rational(_HALF)
    for atom in atoms:
        doubled = atom.args[0]
        for other in atoms:
            (x,) = other.args
            shift = (doubled - x.scaled(Fraction(2))).integer
            if shift is None or other == atom or abs(shift) > 20:
                continue
            t.use("gamma-duplication")
            base = doubled.scaled(_HALF)
            two = power(t, t.rational(2), t.one - doubled)
            value = power(t, _pi(t), half) * two * rgamma(t, base) * rgamma(t, base + half)
            return duplicated(t, t.align(_replaced(t, normal, atom, value)))
    return normal


def supported(t: Table, normal: Normal) -> Normal:
    """The numerator without the terms in rgamma(x), x an integer, that are 0 at every x > 0 that is left:
    where x <= m is known these are 1 to m."""
    for atom in list(deep_atoms(t, normal, frozenset(("rgamma",)))):
        (x,) = atom.args
        if not is_integer(t, x):
            continue
        most = next((m for m in range(6) if t.sign(x - t.rational(m)) in (
            Sign.NONPOSITIVE, Sign.NEGATIVE, Sign.ZERO)), None)
        number = t.number(atom)
        if most is None or number not in normal.atoms():
            continue
        kept = t.with_atom(t.polynomial(normal.num), number, t.zero)
        gone = t.polynomial(normal.num) - kept
        names = [n for n in sorted(x.free()) if t.is_integer_name(n)]
        places = [[solve_linear(t, x - t.rational(i), name) for i in range(1, most + 1)] for name in names]
        for name, values in zip(names, places, strict=True):
            if all(v is not None and reduce(t, t.substitute(gone, {name: v})).is_zero for v in values):
                t.use("gamma-recurrence")
                normal = kept
                break
    return normal


def merged_powers(t: Table, normal: Normal) -> Normal:
    """x**m x**n as x**(m + n) in every monomial of the numerator, for m, n >= 0."""
    if not any(isinstance(t[i], PowAtom) for i in normal.atoms()):
        return normal
    result = t.zero
    for mono, c in t.terms(normal.num):
        result = result + _merged(t, mono).scaled(Fraction(c))
    return result / t.polynomial(normal.den)


def _merged(t: Table, mono: tuple[tuple[int, int], ...]) -> Normal:
    exponents: dict[Normal, Normal] = {}
    rest: list[tuple[int, int]] = []
    for i, e in mono:
        atom = t[i]
        if isinstance(atom, PowAtom) and atom.base.constant is None and t.sign(atom.exponent) in NOT_NEGATIVE:
            exponents[atom.base] = exponents.get(atom.base, t.zero) + atom.exponent.scaled(Fraction(e))
        else:
            rest.append((i, e))
    result = t.one
    for i, e in rest:
        me = t.monomial(((i, 1),))
        if me in exponents:
            exponents[me] = exponents[me] + t.rational(e)
        else:
            result = result * me**e
    for base, exponent in exponents.items():
        result = result * t.atom(PowAtom(base, exponent))
    if exponents:
        t.use("power-of-sum")
    return result


def named_folds(t: Table, normal: Normal) -> Normal:
    """Sums of 1/(k + a)**p as digammas, products of k + a as gammas, over ranges that are not negative in length."""

    def value(i: int) -> Normal:
        atom = t[i]
        named = _named(t, atom) if isinstance(atom, FoldAtom) else None
        return named if named is not None else t.monomial(((i, 1),))

    if not any(isinstance(t[i], FoldAtom) for i in normal.atoms()):
        return normal
    return t.rebuild(normal, value)


def _named(t: Table, fold: FoldAtom) -> Normal | None:
    if len(fold.ranges) != 1 or fold.ranges[0].excluded or count_of(t, fold.ranges[0]) is None:
        return None
    (bounds,) = fold.ranges
    body, me = fold.body, t.var(binder(fold.first))
    if fold.kind == "product":
        ends = _ends(t, bounds, body - me, fold)
        if ends is None:
            return None
        t.use("product-as-gamma")
        return rgamma(t, ends[0]) / rgamma(t, ends[1])
    if not body.num.is_one():
        return None
    content, factors = t.factors(body.den)
    if content != 1 or len(factors) != 1:
        return None
    base, order = factors[0]
    ends = _ends(t, bounds, base - me, fold)
    if ends is None or order > 12:
        return None
    t.use("sum-as-digamma")
    if order == 1:
        return digamma(t, ends[1]) - digamma(t, ends[0])
    gap = polygamma(t, t.rational(order - 1), ends[1]) - polygamma(t, t.rational(order - 1), ends[0])
    return gap.scaled(Fraction((-1) ** (order - 1), factorial(order - 1)))


def _ends(t: Table, bounds: Bounds, offset: Normal, fold: FoldAtom) -> tuple[Normal, Normal] | None:
    """First value, and the one after the last, of k + offset; None where the first is not known to be > 0."""
    if binder(fold.first) in offset.free():
        return None
    first = bounds.lower + offset
    if t.sign(first) is not Sign.POSITIVE:
        return None
    return first, bounds.upper + offset + t.one
