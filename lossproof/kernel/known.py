"""The known functions as normal forms: what logistic, tanh, Max, xlogy and the others mean.

Trusted. Imports `functions`, `derivatives`. A function without a meaning here is an atom.
"""

from __future__ import annotations

from fractions import Fraction

from lossproof.kernel import function_atoms, functions, recurrences
from lossproof.kernel.atoms import Var
from lossproof.kernel.binders import NOT_NEGATIVE, is_integer
from lossproof.kernel.derivatives import Differentiator
from lossproof.kernel.normal_form import Normal, Table, Unsupported
from lossproof.kernel.sign_sets import Sign


def known_prime(t: Table, function: str, values: tuple[Normal, ...], orders: tuple[int, ...]) -> Normal:
    """A known function's derivative: differentiated at a fresh variable, then put at its place."""
    names = [t.fresh() for _ in values]
    result = known(t, function, tuple(t.var(n) for n in names))
    for name, order in zip(names, orders, strict=True):
        for _ in range(order):
            result = Differentiator(t, Var(name), lambda _atom: None)(result)
    return t.substitute(result, dict(zip(names, values, strict=True)))


def known(t: Table, function: str, values: tuple[Normal, ...]) -> Normal:
    """The value of a known function; DivisionByZero where it is undefined everywhere."""
    x = values[0]
    half = Fraction(1, 2)
    match function, values:
        case "exp", _:
            return functions.exp(t, x)
        case "log", _:
            return functions.log_abs(t, x)
        case "sqrt", _:
            return functions.power(t, x, t.rational(half))
        case "Abs", _:
            return functions.absolute(t, x)
        case "Max" | "Min", _:
            result = x
            for other in values[1:]:
                gap = functions.absolute(t, result - other)
                t.use("max-as-abs")
                result = (result + other + (gap if function == "Max" else -gap)).scaled(half)
            return result
        case "sign", _:
            sign = t.sign(x)
            if sign in (Sign.POSITIVE, Sign.NEGATIVE, Sign.ZERO):
                return t.rational({Sign.POSITIVE: 1, Sign.NEGATIVE: -1, Sign.ZERO: 0}[sign])
            return function_atoms.function(t, "sign", values, (0,))
        case "floor", _:
            return _floor(t, x)
        case "ceiling", _:
            t.use("ceiling-as-floor")
            return -_floor(t, -x)
        case "Mod", (a, b):
            t.use("mod-as-floor")
            return a - b * _floor(t, a / b)
        case "KroneckerDelta", (i, j):
            return function_atoms.delta(t, i - j)
        case "logistic", _:
            t.use("logistic")
            return t.one / (t.one + functions.exp(t, -x))
        case "softplus", _:
            t.use("softplus")
            return functions.log_abs(t, t.one + functions.exp(t, x))
        case "xlogy", (a, b):
            return a if a.is_zero else a * functions.log_abs(t, b)
        case "sinh" | "cosh", _:
            t.use("hyperbolic")
            e, f = functions.exp(t, x), functions.exp(t, -x)
            return (e - f if function == "sinh" else e + f).scaled(half)
        case "tanh", _:
            t.use("hyperbolic")
            e = functions.exp(t, x.scaled(Fraction(2)))
            return (e - t.one) / (e + t.one)
        case "tan", _:
            return function_atoms.function(t, "sin", values, (0,)) / function_atoms.function(t, "cos", values, (0,))
        case "sec", _:
            return t.one / function_atoms.function(t, "cos", values, (0,))
        case "csc", _:
            return t.one / function_atoms.function(t, "sin", values, (0,))
        case "cot", _:
            return function_atoms.function(t, "cos", values, (0,)) / function_atoms.function(t, "sin", values, (0,))
        case "sech", _:
            return t.one / known(t, "cosh", values)
        case "csch", _:
            return t.one / known(t, "sinh", values)
        case "coth", _:
            return t.one / known(t, "tanh", values)
        case "asinh", _:
            t.use("inverse-hyperbolic")
            if not x.is_zero and x.num.leading_coefficient() < 0:
                t.use("odd-function")
                return -known(t, "asinh", (-x,))
            return functions.log_abs(t, x + functions.absolute_power(t, x * x + t.one, half))
        case "acosh", _:
            t.use("inverse-hyperbolic")
            return functions.log_abs(t, x + functions.absolute_power(t, x * x - t.one, half))
        case "atanh", _:
            t.use("inverse-hyperbolic")
            return (functions.log_abs(t, t.one + x) - functions.log_abs(t, t.one - x)).scaled(half)
        case "erfc", _:
            return t.one - function_atoms.function(t, "erf", values, (0,))
        case "gamma", _:
            return recurrences.gamma(t, x)
        case "factorial", _:
            t.use("factorial-as-gamma")
            return recurrences.gamma(t, x + t.one)
        case "loggamma", _:
            return recurrences.loggamma(t, x)
        case "polygamma", (order, y):
            return recurrences.polygamma(t, order, y)
        case "harmonic", _:
            return recurrences.harmonic(t, x)
        case "beta", (y, z):
            return recurrences.beta(t, y, z)
        case "binomial", (n, k):
            if t.sign(k) in NOT_NEGATIVE and t.sign(n - k) in NOT_NEGATIVE:
                # by gamma where k is no integer, and the same value where it is one
                return recurrences.binomial(t, n, k, factorials=True)
            if not is_integer(t, k):
                return function_atoms.function(t, "binomial", values, (0, 0))
            return recurrences.binomial(t, n, k, factorials=is_integer(t, n) and t.sign(n) in NOT_NEGATIVE)
        case "fibonacci", _:
            if not is_integer(t, x):
                raise Unsupported("fibonacci of what is not known to be an integer")
            return function_atoms.function(t, "fibonacci", values, (0,))
        case _:
            return function_atoms.function(t, function, values, (0,) * len(values))


def _floor(t: Table, x: Normal) -> Normal:
    """The greatest integer <= x, what is an integer taken out."""
    value = x.constant
    if value is not None:
        return t.rational(value.numerator // value.denominator)
    if not x.den.is_constant():
        return function_atoms.function(t, "floor", (x,), (0,))
    divisor = int(x.den.leading_coefficient())
    whole = t.zero
    for mono, coefficient in t.terms(x.num):
        part = t.monomial(mono)
        if is_integer(t, part):
            whole = whole + part.scaled(Fraction(coefficient // divisor))
    if whole.is_zero:
        return function_atoms.function(t, "floor", (x,), (0,))
    t.use("floor-of-sum")
    return whole + known(t, "floor", (x - whole,))
