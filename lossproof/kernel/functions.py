"""Constructors of the atoms that are functions: exp, log, powers, absolute values, deltas.

Trusted. Imports `atoms`, `normal_form`. Each constructor returns a normal form that is
equal to the function at its argument at every point where the written line is defined.
"""

from __future__ import annotations

from fractions import Fraction
from math import isqrt

from lossproof.kernel.atoms import (
    AbsAtom,
    DeltaAtom,
    DetAtom,
    EntryAtom,
    ExpAtom,
    FoldAtom,
    FunctionAtom,
    LogAtom,
    PowAtom,
    RootAtom,
)
from lossproof.kernel.letters import Form, Named
from lossproof.kernel.normal_form import DivisionByZero, Normal, Table, Unsupported
from lossproof.kernel.sign_sets import Sign

ODD_FUNCTIONS = frozenset({"sin", "tan", "asin", "atan", "asinh", "atanh", "erf"})
EVEN_FUNCTIONS = frozenset({"cos"})


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
        if basis.den.is_one() and len(mono) == 1 and mono[0][1] == 1 and isinstance(atom := t[mono[0][0]], LogAtom):
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
    # x^(n+c) = x^c x^n asks for x != 0, or for c > 0 and n >= 0
    whole = _constant_part(t, exponent)
    rest = exponent - t.rational(whole)
    nonzero = t.sign(base) in (Sign.NONZERO, Sign.NEGATIVE)
    if whole and (nonzero or (whole > 0 and t.sign(rest) in (Sign.NONNEGATIVE, Sign.POSITIVE))):
        return base**whole * power(t, base, rest, integer=True)
    negative_one = base.constant == -1
    if negative_one and rest.num.is_constant() is False and rest.den.is_one():
        # (-1)^(2 n) = 1
        odd = t.total(t.monomial(m).scaled(Fraction(c % 2)) for m, c in t.terms(rest.num))
        if odd.is_zero:
            return t.one
        return t.atom(PowAtom(base, odd))
    return t.atom(PowAtom(base, exponent))


def absolute_power(t: Table, base: Normal, exponent: Fraction) -> Normal:
    """|base| ** exponent for a rational exponent, factor by factor."""
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
    whole = exponent.numerator // exponent.denominator
    rest = exponent - whole
    result = absolute(t, factor) ** whole if whole % 2 else factor**whole
    if rest:
        result = result * t.atom(RootAtom(factor, rest.denominator)) ** rest.numerator
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


def delta(t: Table, difference: Normal) -> Normal:
    """1 where the difference is 0, else 0; decided where the difference's sign is known."""
    difference = reduce(t, difference)
    if difference.is_zero:
        return t.one
    if difference.constant is not None or t.sign(difference) in (Sign.POSITIVE, Sign.NEGATIVE, Sign.NONZERO):
        t.use("delta-of-distinct")
        return t.zero
    content = abs(t.factors(difference.num)[0]) or 1
    leading = difference.num.leading_coefficient()
    primitive = t.polynomial(difference.num).scaled(Fraction(1 if leading > 0 else -1, content))
    return t.atom(DeltaAtom(primitive))


def function(t: Table, name: str, args: tuple[Normal, ...], orders: tuple[int, ...]) -> Normal:
    """The function at its arguments; odd and even functions take the sign out."""
    args = tuple(reduce(t, a) for a in args)
    if not any(orders) and len(args) == 1:
        argument = args[0]
        if argument.is_zero and name in ODD_FUNCTIONS:
            return t.zero
        if argument.is_zero and name == "cos":
            return t.one
        if not argument.is_zero and argument.num.leading_coefficient() < 0:
            if name in ODD_FUNCTIONS:
                t.use("odd-function")
                return -t.atom(FunctionAtom(name, (-argument,), orders))
            if name in EVEN_FUNCTIONS:
                t.use("even-function")
                return t.atom(FunctionAtom(name, (-argument,), orders))
    return t.atom(FunctionAtom(name, args, orders))


def reduce(t: Table, normal: Normal) -> Normal:
    """`normal` with the algebraic relations of single atoms applied: sqrt(x)^2 = |x|, sin^2 = 1 - cos^2 ..."""
    while True:
        rules = {i: rule for i in normal.atoms() if (rule := _power_rule(t, i)) is not None}
        if not rules or not _applies(normal, rules):
            return normal
        num = _reduced(t, normal.num, rules)
        den = _reduced(t, normal.den, rules)
        normal = num / den


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


def entry(t: Table, family: str, indices: tuple[Normal, ...]) -> Normal:
    """family[indices]."""
    return t.atom(EntryAtom(family, tuple(reduce(t, i) for i in indices)))


def _constant_part(t: Table, normal: Normal) -> int:
    if not normal.den.is_one():
        return 0
    return sum(c for m, c in t.terms(normal.num) if not m)


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
