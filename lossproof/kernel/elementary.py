"""The known functions on jets: exact where a rational is exact, else by Arb, with their slopes.

Trusted. Imports `jets`, `powers` and python-flint. The slope of each function is stated here once
more and apart from the kernel's rules of differentiation, which it serves to check.
Functions are real: outside its real domain a function is Undefined.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import comb, factorial
from typing import TypeAlias

from flint import acb, arb, arb_series, fmpq

from lossproof.kernel.jets import (
    ONE,
    ZERO,
    Dual,
    Real,
    Undecided,
    Undefined,
    absolute,
    ball,
    compare,
    finite,
    floor,
    integer_of,
    maximum,
    primal,
    reciprocal,
    sign,
    times,
)
from lossproof.kernel.powers import certainly_moves, log, square_root

Base: TypeAlias = fmpq | arb
Function: TypeAlias = Callable[[Real], Real]

# Integers up to here have exact factorials, binomials and harmonic numbers.
_EXACT_LIMIT = 1000


def lift(value: Callable[[Base], Base], slope: Function) -> Function:
    """The function on jets whose values are `value` and whose derivative is `slope`.

    Where the value exists and the slope does not, a moving argument is at the end of the
    domain: Undefined, or Undecided where its own slope may be 0.
    """

    def lifted(x: Real) -> Real:
        if not isinstance(x, Dual):
            return value(x)
        inner = lifted(x.re)
        try:
            rate = slope(x.re)
        except Undefined as undefined:
            if certainly_moves(x):
                raise
            raise Undecided(undefined.reason) from undefined
        return Dual(x.tag, inner, times(rate, x.eps), x.side)

    return lifted


def _arb(method: str, exact: Mapping[int, int] | None = None) -> Callable[[Base], Base]:
    """Arb's function of that name, with the exact values that are given."""
    table = {fmpq(k): fmpq(v) for k, v in (exact or {}).items()}

    def value(x: Base) -> Base:
        if isinstance(x, fmpq) and x in table:
            return table[x]
        return finite(getattr(ball(x), method)())

    return value


def _within(value: Callable[[Base], Base], test: Callable[[Base], Real], *, closed: bool,
            what: str) -> Callable[[Base], Base]:
    """`value`, Undefined where `test` is below 0 (or is 0, unless `closed`)."""

    def checked(x: Base) -> Base:
        if compare(test(x), "<" if closed else "<=", ZERO):
            raise Undefined(what)
        return value(x)

    return checked


def _off_poles(value: Callable[[Base], Base], what: str) -> Callable[[Base], Base]:
    """`value`, Undefined at the integers <= 0."""

    def checked(x: Base) -> Base:
        if isinstance(x, fmpq) and x.q == 1 and x <= 0:
            raise Undefined(f"a pole of {what}")
        return value(x)

    return checked


exp: Function = lift(_arb("exp", {0: 1}), lambda x: exp(x))
sin: Function = lift(_arb("sin", {0: 0}), lambda x: cos(x))
cos: Function = lift(_arb("cos", {0: 1}), lambda x: -sin(x))
tan: Function = lift(_arb("tan", {0: 0}), lambda x: 1 + _square(tan(x)))
sinh: Function = lift(_arb("sinh", {0: 0}), lambda x: cosh(x))
cosh: Function = lift(_arb("cosh", {0: 1}), lambda x: sinh(x))
tanh: Function = lift(_arb("tanh", {0: 0}), lambda x: 1 - _square(tanh(x)))
asin: Function = lift(_within(_arb("asin", {0: 0}), lambda x: 1 - _square(x), closed=True, what="asin outside -1..1"),
            lambda x: reciprocal(square_root(1 - _square(x))))
acos: Function = lift(_within(_arb("acos", {1: 0}), lambda x: 1 - _square(x), closed=True, what="acos outside -1..1"),
            lambda x: -reciprocal(square_root(1 - _square(x))))
atan: Function = lift(_arb("atan", {0: 0}), lambda x: reciprocal(1 + _square(x)))
asinh: Function = lift(_arb("asinh", {0: 0}), lambda x: reciprocal(square_root(1 + _square(x))))
acosh: Function = lift(_within(_arb("acosh", {1: 0}), lambda x: x - 1, closed=True, what="acosh below 1"),
             lambda x: reciprocal(times(square_root(x - 1), square_root(x + 1))))
atanh: Function = lift(_within(_arb("atanh", {0: 0}), lambda x: 1 - _square(x), closed=False,
                               what="atanh outside -1..1"),
                       lambda x: reciprocal(1 - _square(x)))
erf: Function = lift(_arb("erf", {0: 0}), lambda x: _bell(x))
erfc: Function = lift(_arb("erfc", {0: 1}), lambda x: -_bell(x))


def _square(x: Real) -> Real:
    return times(x, x)


def _bell(x: Real) -> Real:
    """The slope of erf: 2/sqrt(pi) exp(-x^2)."""
    return times(2 / arb.pi().sqrt(), exp(-_square(x)))


def logistic(x: Real) -> Real:
    """1/(1 + exp(-x))."""
    return reciprocal(1 + exp(-x))


softplus: Function = lift(lambda x: finite(ball(x).exp().log1p()), lambda x: logistic(x))


def _gamma_value(x: Base) -> Base:
    n = integer_of(x) if isinstance(x, fmpq) else None
    return fmpq(factorial(n - 1)) if n is not None and n <= _EXACT_LIMIT else finite(ball(x).gamma())


def _digamma_slope(order: int) -> Function:
    return lambda x: polygamma(order, x)


def _polygamma_value(order: int) -> Callable[[Base], Base]:
    return lambda x: finite(acb(ball(x)).polygamma(order).real)


def _loggamma_value(x: Base) -> Base:
    if x <= 0:
        raise Undefined("loggamma of a number that is not positive")
    if x in (ONE, fmpq(2)):
        return ZERO
    return finite(ball(x).lgamma())


gamma: Function = lift(_off_poles(_gamma_value, "gamma"), lambda x: times(gamma(x), digamma(x)))
digamma: Function = lift(_off_poles(_arb("digamma"), "digamma"), _digamma_slope(1))
loggamma: Function = lift(_off_poles(_loggamma_value, "loggamma"), lambda x: digamma(x))


def polygamma(order: int, x: Real) -> Real:
    """The derivative of digamma of that order (0: digamma itself)."""
    if order == 0:
        return digamma(x)
    return lift(_off_poles(_polygamma_value(order), "polygamma"), _digamma_slope(order + 1))(x)


def zeta(x: Real, order: int = 0) -> Real:
    """Riemann's zeta, or its derivative of that order, from Arb's power series."""

    def value(s: Base) -> Base:
        if isinstance(s, fmpq) and s == 1:
            raise Undefined("the pole of zeta")
        return finite(arb_series([ball(s), 1], prec=order + 1).zeta()[order] * factorial(order))

    return lift(value, lambda s: zeta(s, order + 1))(x)


def factorial_of(x: Real) -> Real:
    """gamma(x + 1)."""
    return gamma(x + 1)


def beta(x: Real, y: Real) -> Real:
    """gamma(x) gamma(y) / gamma(x + y)."""
    top = times(gamma(x), gamma(y))
    try:
        return times(top, reciprocal(gamma(x + y)))
    except Undefined as undefined:
        raise Undecided("beta where gamma(x + y) has a pole") from undefined


def binomial(x: Real, y: Real) -> Real:
    """x over y: 0 for an integer y < 0, a product for an integer y >= 0, else by gamma."""
    if isinstance(y, fmpq) and y.q == 1 and y <= _EXACT_LIMIT:
        k = int(y.p)
        if k < 0:
            return ZERO
        if isinstance(x, fmpq) and x.q == 1 and 0 <= x <= _EXACT_LIMIT:
            return fmpq(comb(int(x.p), k))
        result: Real = ONE
        for i in range(k):
            result = times(times(result, x - i), fmpq(1, i + 1))
        return result
    try:
        return times(gamma(x + 1), reciprocal(times(gamma(y + 1), gamma(x - y + 1))))
    except Undefined as undefined:
        raise Undecided("binomial at a pole of gamma") from undefined


def harmonic(x: Real) -> Real:
    """1 + 1/2 + ... + 1/x for an integer x, digamma(x + 1) + Euler's constant for others."""
    if isinstance(x, fmpq) and x.q == 1 and 0 <= x <= _EXACT_LIMIT:
        return sum((fmpq(1, k) for k in range(1, int(x.p) + 1)), ZERO)
    return digamma(x + 1) + arb.const_euler()


def xlogy(x: Real, y: Real) -> Real:
    """x log(y), and 0 at x = 0."""
    if isinstance(x, fmpq) and x == 0:
        return ZERO
    try:
        return times(x, log(y))
    except Undefined as undefined:
        zero = primal(x)
        if not (isinstance(zero, fmpq) and zero == 0):
            raise
        if isinstance(x, Dual) and certainly_moves(x):
            raise
        raise Undecided("xlogy at x = 0 with no logarithm nearby") from undefined


def heaviside(x: Real) -> Real:
    """0 below 0, 1 above, 1/2 at 0."""
    return fmpq(sign(x) + 1, 2)


def modulo(x: Real, y: Real) -> Real:
    """x - y floor(x/y)."""
    return x - times(y, floor(times(x, reciprocal(y))))


def delta(x: Real, y: Real) -> Real:
    """1 where x = y, else 0."""
    return ONE if compare(x, "=", y) else ZERO


def _polygamma_call(order: Real, x: Real) -> Real:
    n = integer_of(order)
    if n is None or n < 0:
        raise Undecided("polygamma of an order that is no integer >= 0")
    return polygamma(n, x)


def _fibonacci(x: Real) -> Real:
    n = integer_of(x)
    if n is None or not abs(n) <= _EXACT_LIMIT:
        raise Undecided("fibonacci of what is not a small integer")
    before, here = 0, 1
    for _ in range(abs(n)):
        before, here = here, before + here
    # F(-n) = (-1)**(n + 1) F(n)
    return fmpq(before if n > 0 or n % 2 else -before)


def _inverted(function: Function) -> Function:
    """x -> 1/function(x)."""
    return lambda x: reciprocal(function(x))


def _of_inverse(function: Function) -> Function:
    """x -> function(1/x)."""
    return lambda x: function(reciprocal(x))


UNARY: Mapping[str, Function] = {
    "exp": exp, "log": log, "sqrt": square_root, "Abs": absolute, "sign": lambda x: fmpq(sign(x)),
    "floor": floor, "ceiling": lambda x: -floor(-x), "sin": sin, "cos": cos, "tan": tan, "asin": asin,
    "acos": acos, "atan": atan, "sinh": sinh, "cosh": cosh, "tanh": tanh, "asinh": asinh, "acosh": acosh,
    "atanh": atanh, "erf": erf, "erfc": erfc, "gamma": gamma, "loggamma": loggamma, "digamma": digamma,
    "zeta": zeta, "factorial": factorial_of, "harmonic": harmonic, "Heaviside": heaviside,
    "logistic": logistic, "softplus": softplus, "conjugate": lambda x: x, "re": lambda x: x,
    "sec": _inverted(cos), "csc": _inverted(sin), "cot": lambda x: times(cos(x), reciprocal(sin(x))),
    "sech": _inverted(cosh), "csch": _inverted(sinh), "coth": _inverted(tanh),
    "asec": _of_inverse(acos), "acsc": _of_inverse(asin), "asech": _of_inverse(acosh),
    "acsch": _of_inverse(asinh), "acoth": _of_inverse(atanh), "fibonacci": _fibonacci,
}

BINARY: Mapping[str, Callable[[Real, Real], Real]] = {
    "Mod": modulo, "polygamma": _polygamma_call, "beta": beta, "binomial": binomial,
    "KroneckerDelta": delta, "xlogy": xlogy,
}


def apply(name: str, args: Sequence[Real]) -> Real:
    """The known function of that name at scalar arguments; Undecided for a name not listed."""
    if name == "Max" or name == "Min":
        best = args[0]
        for arg in args[1:]:
            best = maximum(best, arg) if name == "Max" else -maximum(-best, -arg)
        return best
    if len(args) == 1 and name in UNARY:
        return UNARY[name](args[0])
    if len(args) == 2 and name in BINARY:
        return BINARY[name](args[0], args[1])
    raise Undecided(f"{name} of {len(args)} arguments has no enclosure")


def softmax(entries: Sequence[Real], position: int) -> Real:
    """exp(z_k) / sum_j exp(z_j), exact where all entries are equal; `position` from 0."""
    total: Real = ZERO
    for entry in entries:
        total = total + exp(entry - entries[position])
    return reciprocal(total)


def logsumexp(entries: Sequence[Real]) -> Real:
    """log sum_j exp(z_j); Undefined for an empty family, whose sum is 0."""
    total: Real = ZERO
    for entry in entries:
        total = total + exp(entry)
    return log(total)
