"""Functions with a recurrence: 1/gamma, digamma, polygamma, fibonacci; their special values, and shifts by integers.

Trusted. Imports `atoms`, `functions`, `normal_form`. The atom of the gamma function is its reciprocal
`rgamma`, which is entire: rgamma(x) = x rgamma(x + 1) holds for every real x, so a normal form may be
shifted to the highest argument that occurs in it without a condition. gamma(x) is 1/rgamma(x), which has
the value 1/0 exactly where gamma has a pole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from math import factorial, floor

from lossproof.kernel.atoms import Atom, ConstAtom, FoldAtom, FunctionalAtom, FunctionAtom, arguments
from lossproof.kernel.function_atoms import function
from lossproof.kernel.functions import absolute_power, log_abs
from lossproof.kernel.normal_form import Normal, Table

FARTHEST = 300
"""Arguments are shifted by at most so much."""
RECURRING = frozenset({"rgamma", "digamma", "polygamma", "fibonacci"})


def rgamma(t: Table, x: Normal) -> Normal:
    """1/gamma(x), which is 0 at the poles of gamma."""
    return function(t, "rgamma", (x,), (0,))


def gamma(t: Table, x: Normal) -> Normal:
    """gamma(x); DivisionByZero at a pole."""
    t.use("gamma-by-reciprocal")
    return t.one / rgamma(t, x)


def digamma(t: Table, x: Normal) -> Normal:
    """The derivative of log gamma; DivisionByZero at a pole."""
    return function(t, "digamma", (x,), (0,))


def polygamma(t: Table, order: Normal, x: Normal) -> Normal:
    """The derivative of digamma of that order."""
    if order.is_zero:
        return digamma(t, x)
    return function(t, "polygamma", (order, x), (0, 0))


def harmonic(t: Table, x: Normal) -> Normal:
    """1 + 1/2 + ... + 1/x, as digamma(x + 1) plus Euler's constant."""
    t.use("harmonic-as-digamma")
    return digamma(t, x + t.one) + t.atom(ConstAtom("EulerGamma"))


def loggamma(t: Table, x: Normal) -> Normal:
    """log |gamma(x)|."""
    t.use("gamma-by-reciprocal")
    return -log_abs(t, rgamma(t, x))


def beta(t: Table, x: Normal, y: Normal) -> Normal:
    """gamma(x) gamma(y) / gamma(x + y)."""
    t.use("beta-by-gamma")
    return rgamma(t, x + y) / (rgamma(t, x) * rgamma(t, y))


def binomial(t: Table, n: Normal, k: Normal, *, factorials: bool) -> Normal:
    """n over k for an integer k: 0 below 0, a product for a literal k >= 0, else n!/(k! (n - k)!) where
    `factorials` says that n is an integer >= 0 (1/(k! (n - k)!) is then 0 for k < 0 and for k > n), or that
    0 <= k <= n, of which neither need be an integer."""
    number = k.integer
    if number is None and factorials and (n - k).integer is not None:
        t.use("binomial-by-factorials")
        number = (n - k).integer
    if number is not None and number <= FARTHEST:
        if number < 0:
            return t.zero
        result = t.one
        for i in range(number):
            result = result * (n - t.rational(i)).scaled(Fraction(1, i + 1))
        if number:
            t.use("binomial-as-product")
        return result
    if factorials:
        t.use("binomial-by-factorials")
        return rgamma(t, k + t.one) * rgamma(t, n - k + t.one) / rgamma(t, n + t.one)
    return function(t, "binomial", (n, k), (0, 0))


# special values


def special_value(t: Table, name: str, args: tuple[Normal, ...]) -> Normal | None:
    """The value at a rational argument, shifted into (0, 1]; None where there is nothing to do."""
    value = args[-1].constant
    if value is None or abs(value) > FARTHEST:
        return None
    if name == "fibonacci":
        return t.rational(_fibonacci(int(value))) if value.denominator == 1 else None
    order = 0
    if name == "polygamma":
        found = args[0].integer
        if found is None or found < 1:
            return None
        order = found
    steps = -floor(-value) - 1
    start = value - steps
    if steps:
        base = _at_start(t, name, order, start)
        moved = _shifted(t, name, order, t.rational(start), steps)
        return moved(base) if moved is not None else None
    return _known_start(t, name, order, start)


def _at_start(t: Table, name: str, order: int, start: Fraction) -> Normal:
    args = (t.rational(order), t.rational(start)) if name == "polygamma" else (t.rational(start),)
    return function(t, name, args, (0,) * len(args))


def _known_start(t: Table, name: str, order: int, start: Fraction) -> Normal | None:
    pi, euler = t.atom(ConstAtom("pi")), t.atom(ConstAtom("EulerGamma"))
    half = Fraction(1, 2)
    match name, order, start:
        case "rgamma", _, 1:
            return t.one
        case "rgamma", _, start if start == half:
            t.use("gamma-of-half")
            return absolute_power(t, pi, -half)
        case "digamma", _, 1:
            t.use("digamma-of-1")
            return -euler
        case "digamma", _, start if start == half:
            t.use("digamma-of-1")
            return -euler - log_abs(t, t.rational(2)).scaled(Fraction(2))
        case "polygamma", 1, 1:
            t.use("digamma-of-1")
            return (pi * pi).scaled(Fraction(1, 6))
        case "polygamma", 1, start if start == half:
            t.use("digamma-of-1")
            return (pi * pi).scaled(half)
        case _:
            return None


def _fibonacci(n: int) -> int:
    before, here = 0, 1
    for _ in range(abs(n)):
        before, here = here, before + here
    return before if n >= 0 or n % 2 else -before


# shifts


def _shifted(t: Table, name: str, order: int, x: Normal, steps: int) -> Callable[[Normal], Normal] | None:
    """f(x + steps) from f(x); for negative steps f at the lower argument, which asks no condition of rgamma."""
    if abs(steps) > FARTHEST:
        return None
    between = [x + t.rational(i) for i in (range(steps) if steps > 0 else range(steps, 0))]
    match name:
        case "rgamma":
            t.use("gamma-recurrence")
            rising = t.one
            for factor in between:
                rising = rising * factor
            return lambda base: base / rising if steps > 0 else base * rising
        case "digamma":
            t.use("digamma-recurrence")
            total = t.total(t.one / factor for factor in between)
            return lambda base: base + total if steps > 0 else base - total
        case "polygamma":
            t.use("digamma-recurrence")
            scale = Fraction((-1) ** order * factorial(order))
            total = t.total(t.one / factor ** (order + 1) for factor in between).scaled(scale)
            return lambda base: base + total if steps > 0 else base - total
        case _:
            return None


def align(t: Table, normal: Normal) -> Normal:
    """`normal` with arguments of one function that differ by integers brought to one of them: to the highest,
    at which the function is defined where it is at a lower one; fibonacci to the two lowest."""
    normal = _without_argument(t, normal)
    groups: list[list[tuple[FunctionAtom, int]]] = []
    for atom in deep_atoms(t, normal):
        for group in groups:
            first = group[0][0]
            if first.name != atom.name or first.args[:-1] != atom.args[:-1]:
                continue
            offset = (atom.args[-1] - first.args[-1]).integer
            if offset is not None and abs(offset) <= FARTHEST:
                group.append((atom, offset))
                break
        else:
            groups.append([(atom, 0)])
    values: dict[Atom, Normal] = {}
    for group in groups:
        if len(group) > 1:
            values |= _fibonacci_values(t, group) if group[0][0].name == "fibonacci" else _values(t, group)
    if not values:
        return normal
    names: frozenset[str] = frozenset().union(*(x.free() for atom in values for x in arguments(atom)))
    return t.replace(normal, names, values.get)


def _without_argument(t: Table, normal: Normal) -> Normal:
    """rgamma(x)/x is rgamma(x + 1)."""
    if normal.den.is_constant():
        return normal
    for i in normal.atoms():
        match t[i]:
            case FunctionAtom("rgamma", (x,), (0,)) if x.constant is None and x.den.is_one():
                num, den, divisor = t.aligned(normal.num, normal.den, x.num)
                if num.degrees()[i] > 0 and not den.gcd(divisor).is_constant():
                    t.use("gamma-recurrence")
                    raised = x * rgamma(t, x + t.one)
                    return _without_argument(t, t.with_atom(normal, i, raised))
    return normal


def _values(t: Table, group: list[tuple[FunctionAtom, int]]) -> dict[Atom, Normal]:
    top, highest = max(group, key=lambda g: g[1])
    found: dict[Atom, Normal] = {}
    order = (top.args[0].integer or 0) if top.name == "polygamma" else 0
    for atom, offset in group:
        if offset < highest and (top.name != "polygamma" or order > 0):
            shift = _shifted(t, top.name, order, top.args[-1], offset - highest)
            if shift is not None:
                found[atom] = shift(t.atom(top))
    return found


def _fibonacci_values(t: Table, group: list[tuple[FunctionAtom, int]]) -> dict[Atom, Normal]:
    lowest = min(offset for _, offset in group)
    base = next(atom for atom, offset in group if offset == lowest).args[0]
    first, second = (function(t, "fibonacci", (base + t.rational(i),), (0,)) for i in (0, 1))
    found: dict[Atom, Normal] = {}
    for atom, offset in group:
        steps = offset - lowest
        if steps > 1:
            t.use("fibonacci-recurrence")
            found[atom] = second.scaled(Fraction(_fibonacci(steps))) + first.scaled(Fraction(_fibonacci(steps - 1)))
    return found


def deep_atoms(t: Table, normal: Normal, names: frozenset[str] = RECURRING) -> Iterator[FunctionAtom]:
    """The functions of these names at any depth outside folds, each once."""
    seen: set[int] = set()
    pending = [normal]
    while pending:
        for i in pending.pop().atoms():
            if i in seen:
                continue
            seen.add(i)
            atom = t[i]
            if isinstance(atom, FoldAtom | FunctionalAtom):
                continue
            if isinstance(atom, FunctionAtom) and atom.name in names and not any(atom.orders):
                yield atom
            pending += arguments(atom)
