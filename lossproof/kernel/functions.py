"""Constructors of the atoms that are elementary functions: exp, log, powers, absolute values; `reduce`.

Trusted. Imports `atoms`, `binders`, `letters`, `normal_form`. Each constructor returns a normal form that is
equal to the function at its argument at every point where the written line is defined.
"""

from __future__ import annotations

from fractions import Fraction
from math import isqrt

from lossproof.kernel.atoms import (
    AbsAtom,
    DeltaAtom,
    DetAtom,
    ExpAtom,
    FoldAtom,
    FunctionAtom,
    LogAtom,
    PowAtom,
    RootAtom,
)
from lossproof.kernel.binders import NOT_NEGATIVE
from lossproof.kernel.letters import Form, Named
from lossproof.kernel.normal_form import DivisionByZero, Normal, Table, Unsupported
from lossproof.kernel.sign_sets import Sign


def exp(t: Table, exponent: Normal) -> Normal:
    """exp(exponent) as a product of exp of monomials; exp(c log|f|) becomes |f|**c."""
    exponent = reduce(t, exponent)
    if exponent.is_zero:
        return t.one
    if len(exponent.num) > 1:
        t.use("exp-of-sum")
    content = int(exponent.den.content())
    den = t.polynomial(exponent.den).scaled(Fraction(1, content))
    result = t.one
    for mono, coefficient in t.terms(exponent.num):
        power = Fraction(coefficient, content)
        basis = t.monomial(mono) / den
        if isinstance(atom := single_atom(basis), LogAtom):
            t.use("exp-of-log")
            factor = absolute_power(t, atom.base, power)
        else:
            factor = t.atom(ExpAtom(basis, power.denominator)) ** power.numerator
        result = result * factor
    return result


def log_abs(t: Table, argument: Normal) -> Normal:
    """log|argument| as the sum over irreducible factors; DivisionByZero at 0."""
    argument = reduce(t, argument)
    if argument.is_zero:
        raise DivisionByZero
    parts: list[Normal] = []
    for poly, direction in ((argument.num, 1), (argument.den, -1)):
        content, factors = t.factors(poly)
        for prime, multiplicity in _primes(abs(content)):
            parts.append(t.atom(LogAtom(t.rational(prime))).scaled(Fraction(direction * multiplicity)))
        for factor, multiplicity in factors:
            parts.append(_log_factor(t, factor).scaled(Fraction(direction * multiplicity)))
            if multiplicity > 1:
                t.use("log-of-product")
    if len(parts) > 1:
        t.use("log-of-product")
    return t.total(parts)


def _log_factor(t: Table, factor: Normal) -> Normal:
    match single_atom(factor):
        case ExpAtom(exponent, root):
            t.use("log-of-exp")
            return exponent.scaled(Fraction(1, root))
        case RootAtom(base, root):
            return log_abs(t, base).scaled(Fraction(1, root))
        case AbsAtom(base):
            return t.atom(LogAtom(base))
        case PowAtom(base, exponent):
            return exponent * log_abs(t, base)
        case FoldAtom("product", ranges, body, first):
            t.use("log-of-product")
            names = [t.fresh() for _ in ranges]
            opened = {f"#{first + i}": t.var(name) for i, name in enumerate(names)}
            inner = log_abs(t, t.substitute(body, opened))
            back = {name: t.var(f"#{first + i}") for i, name in enumerate(names)}
            if any(r.lower.free() & set(opened) or r.upper.free() & set(opened) for r in ranges):
                raise Unsupported("the log of a nested product")
            return t.constructors[FoldAtom](FoldAtom("sum", ranges, t.substitute(inner, back), first), lambda n: n)
        case _:
            return t.atom(LogAtom(factor))


def power(t: Table, base: Normal, exponent: Normal, *, integer: bool = False) -> Normal:
    """base ** exponent where that is defined; `integer` says the exponent is one by declaration."""
    base, exponent = reduce(t, base), reduce(t, exponent)
    value = exponent.constant
    if value is not None and value.denominator == 1:
        return base ** int(value)
    if base.is_zero:
        if t.sign(exponent) is Sign.POSITIVE:
            return t.zero
        raise Unsupported("0 to a power of unknown sign")
    if value is not None:
        t.use("power-of-product")
        return absolute_power(t, base, value)
    if base == t.one or t.sign(base) is Sign.POSITIVE:
        t.use("power-as-exp")
        return exp(t, exponent * log_abs(t, base))
    if not integer:
        return t.atom(PowAtom(base, exponent))
    # (x y)^n = x^n y^n for an integer n, wherever the left side is defined
    result = t.one
    parts = 0
    for poly, direction in ((base.num, 1), (base.den, -1)):
        content, factors = t.factors(poly)
        numbers = [(t.rational(-1 if content < 0 else 1), 1), (t.rational(abs(content)), 1)]
        for factor, multiplicity in [*numbers, *factors]:
            if factor != t.one:
                parts += 1
                result = result * _integer_power(t, factor, exponent.scaled(Fraction(multiplicity))) ** direction
    if parts > 1:
        t.use("power-of-factors")
    return result


def _integer_power(t: Table, base: Normal, exponent: Normal) -> Normal:
    """base ** exponent for an irreducible base and an exponent that is an integer: x^(m + n) = x^m x^n where x is
    known not to be 0, or where neither m nor n is negative."""
    if base.constant is not None and base.constant != -1:
        return exp(t, exponent * log_abs(t, base))
    sign = t.sign(base)
    if sign is Sign.POSITIVE:
        return exp(t, exponent * log_abs(t, base))
    terms = [(mono, c) for mono, c in t.terms(exponent.num)]
    if base.constant == -1:
        result = t.one
        for mono, c in terms:
            # (-1)^2 = 1, and n^2 is as even as n
            once = t.monomial(tuple((i, 1) for i, _ in mono))
            if c % 2:
                result = result * (-t.one if not mono else t.atom(PowAtom(base, once)))
        return result
    nonzero = sign in (Sign.NONZERO, Sign.NEGATIVE)
    if not nonzero and len(terms) > 1:
        # parts that are >= 0 may be split off; a constant only where the rest is
        kept = [(mono, c) for mono, c in terms if c < 0 or (
            mono and t.sign(t.monomial(mono)) not in NOT_NEGATIVE)]
        rest = t.total(t.monomial(mono).scaled(Fraction(c)) for mono, c in kept)
        if kept and t.sign(rest) not in NOT_NEGATIVE:
            return t.atom(PowAtom(base, exponent))
        result = t.one if rest.is_zero else t.atom(PowAtom(base, rest))
        terms = [term for term in terms if term not in kept]
    elif not nonzero:
        ((mono, c),) = terms
        if c < 0:
            return t.atom(PowAtom(base, exponent))
        result = t.one
    else:
        result = t.one
    for mono, c in terms:
        result = result * (t.atom(PowAtom(base, t.monomial(mono))) if mono else base) ** c
    if len(terms) > 1:
        t.use("power-of-sum")
    return result


def absolute_power(t: Table, base: Normal, exponent: Fraction) -> Normal:
    """|base| ** exponent for a rational exponent, factor by factor; DivisionByZero for 0 to a negative one."""
    if base.is_zero and exponent:
        if exponent < 0:
            raise DivisionByZero
        return t.zero
    result = t.one
    for poly, direction in ((base.num, 1), (base.den, -1)):
        content, factors = t.factors(poly)
        for prime, multiplicity in _primes(abs(content)):
            result = result * _factor_power(t, t.rational(prime), exponent * multiplicity * direction)
        for factor, multiplicity in factors:
            result = result * _factor_power(t, factor, exponent * multiplicity * direction)
    return result


def _factor_power(t: Table, factor: Normal, exponent: Fraction) -> Normal:
    match single_atom(factor):
        case ExpAtom(basis, root):
            return exp(t, basis.scaled(exponent / root))
        case RootAtom(base, root):
            return _factor_power(t, base, exponent / root)
    if exponent.denominator % 2 == 0 and (simpler := _denested(t, factor)) is not None:
        return absolute_power(t, simpler, 2 * exponent)
    whole = exponent.numerator // exponent.denominator
    rest = exponent - whole
    result = absolute(t, factor) ** whole if whole % 2 else factor**whole
    if rest:
        result = result * t.atom(RootAtom(factor, rest.denominator)) ** rest.numerator
    return result


def _denested(t: Table, factor: Normal) -> Normal | None:
    """The s with s^2 = +-(p + q sqrt(r)), where p^2 - q^2 r is a square d^2: sqrt((p + d)/2) +- sqrt((p - d)/2)."""
    degrees = factor.num.degrees()
    for i in factor.atoms():
        atom = t[i]
        if not isinstance(atom, RootAtom) or atom.root != 2 or degrees[i] != 1:
            continue
        p = t.with_atom(factor, i, t.zero)
        q = t.with_atom(factor, i, t.one) - p
        signs = t.sign(p), t.sign(q)
        if signs[0] in (Sign.NEGATIVE, Sign.NONPOSITIVE):
            p, q, signs = -p, -q, (t.sign(-p), t.sign(-q))
        # (p + d)/2 and (p - d)/2 have the product q^2 r/4 >= 0 and the sum p >= 0: both are >= 0
        if signs[0] not in (Sign.POSITIVE, Sign.NONNEGATIVE) or signs[1] not in (Sign.POSITIVE, Sign.NEGATIVE):
            continue
        d = _square_root(t, reduce(t, p * p - q * q * t.monomial(((i, 2),))))
        if d is None:
            continue
        t.use("denesting")
        half = Fraction(1, 2)
        parts = [absolute_power(t, (p + e).scaled(half), half) for e in (d, -d)]
        return parts[0] + parts[1] if signs[1] is Sign.POSITIVE else parts[0] - parts[1]
    return None


def _square_root(t: Table, normal: Normal) -> Normal | None:
    """A polynomial whose square this is."""
    if not normal.den.is_one() or normal.is_zero:
        return None
    content, factors = t.factors(normal.num)
    root = isqrt(content) if content > 0 else 0
    if root * root != content or any(multiplicity % 2 for _, multiplicity in factors):
        return None
    result = t.rational(root)
    for factor, multiplicity in factors:
        result = result * factor ** (multiplicity // 2)
    return result


def absolute(t: Table, argument: Normal) -> Normal:
    """|argument|, factor by factor; factors of known sign lose the bars."""
    argument = reduce(t, argument)
    if argument.is_zero:
        return t.zero
    match t.sign(argument):
        case Sign.POSITIVE | Sign.NONNEGATIVE:
            t.use("abs-of-nonnegative")
            return argument
        case Sign.NEGATIVE | Sign.NONPOSITIVE:
            t.use("abs-of-nonpositive")
            return -argument
    result = t.one
    for poly, direction in ((argument.num, 1), (argument.den, -1)):
        content, factors = t.factors(poly)
        result = result * t.rational(abs(content)) ** direction
        for factor, multiplicity in factors:
            result = result * _absolute_factor(t, factor, multiplicity) ** direction
    t.use("abs-of-product")
    return result


def _absolute_factor(t: Table, factor: Normal, multiplicity: int) -> Normal:
    if multiplicity % 2 == 0:
        return factor**multiplicity
    match t.sign(factor):
        case Sign.POSITIVE | Sign.NONNEGATIVE:
            return factor**multiplicity
        case Sign.NEGATIVE | Sign.NONPOSITIVE:
            return -(factor**multiplicity)
        case _:
            return factor ** (multiplicity - 1) * t.atom(AbsAtom(factor))


def reduce(t: Table, normal: Normal) -> Normal:
    """`normal` with the algebraic relations of single atoms applied: sqrt(x)^2 = |x|, sin^2 = 1 - cos^2 ..."""
    normal = _without_roots_below(t, normal)
    while True:
        normal = _aligned_powers(t, t.align(normal))
        rules = {i: rule for i in normal.atoms() if (rule := _power_rule(t, i)) is not None}
        if not rules or not _applies(normal, rules):
            return normal
        num = _reduced(t, normal.num, rules)
        den = _reduced(t, normal.den, rules)
        normal = num / den


def _without_roots_below(t: Table, normal: Normal) -> Normal:
    """1/sqrt(2) as sqrt(2)/2: roots of numbers that divide stand above."""
    if normal.den.is_constant():
        return normal
    for i in t.polynomial(normal.den).atoms():
        atom = t[i]
        if isinstance(atom, RootAtom) and atom.base.constant is not None:
            power = min(dict(mono).get(i, 0) for mono, _ in t.terms(normal.den))
            if power:
                # the root divides the denominator: its power there becomes a rational number
                me = t.monomial(((i, 1),))
                whole = -(-power // atom.root)
                rest = t.polynomial(normal.num) * me ** (whole * atom.root - power)
                below = t.polynomial(normal.den) / me**power
                normal = rest / (below * absolute(t, atom.base) ** whole)
    return normal


def _aligned_powers(t: Table, normal: Normal) -> Normal:
    """x**(n + c) as x**c x**n where n >= 0 and both powers of the base occur."""
    powers = [(i, a) for i in normal.atoms() if isinstance(a := t[i], PowAtom) and a.base.constant is None]
    if len(powers) < 2:
        return normal
    values: dict[int, Normal] = {}
    for i, atom in powers:
        gaps = [(gap, other) for _, other in powers if other.base == atom.base
                and (gap := (atom.exponent - other.exponent).integer) is not None and gap > 0]
        gap, least = max(gaps, key=lambda g: g[0], default=(0, atom))
        if gap and t.sign(least.exponent) in NOT_NEGATIVE:
            values[i] = atom.base**gap * t.atom(least)
    if not values:
        return normal
    t.use("power-of-sum")
    return t.rebuild(normal, lambda i: values.get(i) or t.monomial(((i, 1),)))


def _power_rule(t: Table, number: int) -> tuple[int, Normal] | None:
    """(q, value) where atom**q is value, else None."""
    match t[number]:
        case RootAtom(base, root):
            return root, absolute(t, base)
        case ExpAtom(exponent, root) if root > 1:
            return root, t.atom(ExpAtom(exponent, 1))
        case AbsAtom(base):
            return 2, base * base
        case DeltaAtom():
            return 2, t.monomial(((number, 1),))
        case DetAtom(form) if _is_orthogonal(form):
            t.use("det-of-orthogonal")
            return 2, t.one
        case FunctionAtom("sin", args, (0,)):
            return 2, t.one - t.atom(FunctionAtom("cos", args, (0,))) ** 2
        case FunctionAtom("sign", _, (0,)):
            return 3, t.monomial(((number, 1),))
        case PowAtom(base, exponent) if base.constant == -1:
            return 2, t.one
        case _:
            return None


def _is_orthogonal(form: Form) -> bool:
    """Whether a form is a single orthogonal matrix, whose determinant is 1 or -1."""
    match form.terms:
        case (((Named(traits=traits),), _),):
            return "orthogonal" in traits
        case _:
            return False


def _applies(normal: Normal, rules: dict[int, tuple[int, Normal]]) -> bool:
    return any(
        e >= rules[i][0] for poly in (normal.num, normal.den) for mono, _ in normal.table.terms(poly)
        for i, e in mono if i in rules
    )


def _reduced(t: Table, poly: object, rules: dict[int, tuple[int, Normal]]) -> Normal:
    result = t.zero
    for mono, coefficient in t.terms(poly):
        product = t.rational(coefficient)
        for i, e in mono:
            q, value = rules.get(i, (e + 1, t.one))
            product = product * value ** (e // q) * t.monomial(((i, e % q),) if e % q else ())
        result = result + product
    return result


def single_atom(normal: Normal) -> object:
    """The atom, if the normal form is exactly one atom; else None."""
    if not normal.den.is_one() or len(normal.num) != 1:
        return None
    ((mono, coefficient),) = normal.table.terms(normal.num)
    if coefficient != 1 or len(mono) != 1 or mono[0][1] != 1:
        return None
    return normal.table[mono[0][0]]


def _primes(value: int) -> list[tuple[int, int]]:
    """Prime factors of a small integer; a large one counts as one factor (only less is then seen)."""
    found: list[tuple[int, int]] = []
    candidate = 2
    while candidate * candidate <= value and candidate < 10_000:
        multiplicity = 0
        while value % candidate == 0:
            value //= candidate
            multiplicity += 1
        if multiplicity:
            found.append((candidate, multiplicity))
        candidate += 1 if candidate == 2 else 2
    if value > 1:
        root = isqrt(value)
        found.append((root, 2) if root * root == value else (value, 1))
    return found
