"""Derivatives of normal forms by a variable, an entry, or along a direction of an array.

Trusted. Imports `atoms`, `algebra`, `functions`, `sums`, `matrix_calculus`, `normal_form`. Bound variables are
opened under fresh names first, so that nothing is captured; d x_k / d x_p is a delta, which
the sum around it eliminates within its range. That the derivative exists is a matter of
`conditions`.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from lossproof.kernel.algebra import functional, open_functional
from lossproof.kernel.atoms import (
    AbsAtom,
    Atom,
    Bounds,
    ConstAtom,
    DeltaAtom,
    DetAtom,
    EntryAtom,
    ExpAtom,
    FoldAtom,
    FunctionalAtom,
    FunctionAtom,
    IntegralAtom,
    LogAtom,
    PowAtom,
    RootAtom,
    TraceAtom,
    Var,
)
from lossproof.kernel.binders import is_integer, opened
from lossproof.kernel.function_atoms import delta, function
from lossproof.kernel.functions import absolute_power, exp, power
from lossproof.kernel.integral_atoms import close_integral, open_integral
from lossproof.kernel.matrix_calculus import Target, direction, of_atom, of_entry
from lossproof.kernel.normal_form import Normal, Table, Unsupported
from lossproof.kernel.sign_sets import STRICT_SIGNS
from lossproof.kernel.sums import close_again

Chain = Callable[[Atom], Normal | None]
"""The derivative of an atom that stands for a quantity, None for any other atom."""


class Differentiator:
    """Differentiates by one target: a `Var`, an `EntryAtom`, or a `Direction`."""

    def __init__(self, table: Table, target: Target, chain: Chain) -> None:
        self.t = table
        self.target = target
        self.moved = direction(table, target)
        self.chain = chain
        self._memo: dict[int, Normal] = {}

    def __call__(self, normal: Normal) -> Normal:
        """d normal / d target."""
        t = self.t
        upper, lower = t.zero, t.zero
        for i in normal.atoms():
            inner = self._atom(i)
            if inner.is_zero:
                continue
            num, den = (p.derivative(i) for p in t.aligned(normal.num, normal.den))
            upper = upper + t.polynomial(num) * inner
            if not den.is_zero():
                lower = lower + t.polynomial(den) * inner
        if lower.is_zero:
            return upper / t.polynomial(normal.den)
        t.use("quotient-rule")
        return (upper - normal * lower) / t.polynomial(normal.den)

    def _atom(self, number: int) -> Normal:
        if number not in self._memo:
            self._memo[number] = self._derive(self.t[number])
        return self._memo[number]

    def _derive(self, atom: Atom) -> Normal:
        t = self.t
        if atom == self.target:
            return t.one
        through = self.chain(atom)
        if through is not None:
            t.use("chain-rule")
            return through
        match atom:
            case Var() | ConstAtom():
                return t.zero
            case EntryAtom(family, indices):
                return self._entry(family, indices)
            case ExpAtom(exponent, root):
                inner = self(exponent)
                return inner if inner.is_zero else self._used("derivative-of-exp", t.atom(atom) * inner, root)
            case LogAtom(base):
                inner = self(base)
                return inner if inner.is_zero else self._used("derivative-of-log", inner / base)
            case RootAtom(base, root):
                inner = self(base)
                return inner if inner.is_zero else self._used("derivative-of-power", t.atom(atom) * inner / base, root)
            case AbsAtom(base):
                inner = self(base)
                return inner if inner.is_zero else self._used("derivative-of-abs", t.atom(atom) * inner / base)
            case DeltaAtom(difference):
                if not self(difference).is_zero:
                    raise Unsupported("a derivative by an index")
                return t.zero
            case FoldAtom():
                return self._fold(atom)
            case FunctionAtom(name, args, orders):
                return self._function(name, args, orders)
            case FunctionalAtom():
                return self._functional(atom)
            case IntegralAtom():
                return self._integral(atom)
            case TraceAtom() | DetAtom():
                return of_atom(t, atom, self.moved, self)
            case PowAtom(base, exponent):
                if not self(exponent).is_zero:
                    raise Unsupported("a derivative by the exponent of a base of unknown sign")
                inner = self(base)
                if inner.is_zero:
                    return inner
                lower = power(t, base, exponent - t.one, integer=is_integer(t, exponent))
                return self._used("derivative-of-power", exponent * lower * inner)

    def _used(self, law: str, result: Normal, divisor: int = 1) -> Normal:
        self.t.use(law)
        return result.scaled(Fraction(1, divisor))

    def _entry(self, family: str, indices: tuple[Normal, ...]) -> Normal:
        t = self.t
        if self.moved is not None and self.moved.name == family and not isinstance(self.target, EntryAtom):
            t.use("derivative-of-entry")
            return of_entry(t, self.moved, indices)
        if not isinstance(self.target, EntryAtom) or self.target.family != family:
            return t.zero
        t.use("derivative-of-entry")
        result = t.one
        for index, wanted in zip(indices, self.target.indices, strict=True):
            result = result * delta(t, index - wanted)
        return result

    def _fold(self, atom: FoldAtom) -> Normal:
        t = self.t
        with opened(t, atom) as (names, ranges, body):
            if any(not self(n).is_zero for r in ranges for n in (r.lower, r.upper)):
                raise Unsupported("a derivative by a bound of a sum")
            inner = self(body)
            if inner.is_zero:
                return t.zero
            if atom.kind == "sum":
                t.use("derivative-of-sum")
                return close_again(t, "sum", names, ranges, inner)
            if len(names) != 1:
                raise Unsupported("the derivative of a nested product")
            t.use("derivative-of-product")
            if t.sign(body) in STRICT_SIGNS:
                return t.atom(atom) * close_again(t, "sum", names, ranges, inner / body)
            # a factor may be 0: each one's derivative times the product of the others
            (name,), (bounds,) = names, ranges
            others = Bounds(bounds.lower, bounds.upper, (*bounds.excluded, t.var(name)))
            fresh = t.open(others)
            rest = close_again(t, "product", [fresh], [others], t.substitute(body, {name: t.var(fresh)}))
            t.release((fresh,))
            return close_again(t, "sum", names, ranges, inner * rest)

    def _integral(self, atom: IntegralAtom) -> Normal:
        """Leibniz: the integrand at the moving ends, and its derivative under the sign (a finite interval)."""
        t = self.t
        name, body = open_integral(t, atom)
        inner = self(body)
        if not inner.is_zero and (atom.lower is None or atom.upper is None):
            raise Unsupported("a derivative under an integral to infinity")
        result = t.zero if inner.is_zero else close_integral(t, name, atom.lower, atom.upper, inner)
        for end, sign in ((atom.upper, 1), (atom.lower, -1)):
            rate = t.zero if end is None else self(end)
            if end is not None and not rate.is_zero:
                result = result + t.substitute(body, {name: end}) * rate.scaled(Fraction(sign))
        return result if result.is_zero else self._used("derivative-of-integral", result)

    def _function(self, name: str, args: tuple[Normal, ...], orders: tuple[int, ...]) -> Normal:
        t = self.t
        result = t.zero
        for i, argument in enumerate(args):
            inner = self(argument)
            if inner.is_zero:
                continue
            known = derivative_of(t, name, args) if not any(orders) else None
            if known is not None:
                t.use(f"derivative-of-{name}")
                result = result + known * inner
            elif name in _NOT_SMOOTH:
                raise Unsupported(f"the derivative of {name}")
            else:
                t.use("chain-rule")
                raised = tuple(o + (j == i) for j, o in enumerate(orders))
                result = result + function(t, name, args, raised) * inner
        return result

    def _functional(self, atom: FunctionalAtom) -> Normal:
        t = self.t
        names, ranges, body = open_functional(t, atom)
        inner = self(body)
        if any(not self(i).is_zero for p in atom.partials for i in p):
            raise Unsupported("a derivative by an index")
        if inner.is_zero:
            return inner
        t.use("chain-rule-of-functional")
        bounds = [r for r in ranges if isinstance(r, Bounds)]
        again, _, fresh_body = open_functional(t, atom)
        partial = functional(
            t, atom.name, again, atom.ranges, fresh_body, (*atom.partials, tuple(t.var(n) for n in names))
        )
        return close_again(t, "sum", names, bounds, partial * inner)


_NOT_SMOOTH = frozenset({
    "sign", "floor", "ceiling", "Mod", "Heaviside", "KroneckerDelta", "binomial", "fibonacci", "Piecewise",
    "Max", "Min", "zeta", "polygamma",
})
"""Known functions whose derivative has no law here (opaque functions are smooth and have one)."""


def derivative_of(t: Table, name: str, args: tuple[Normal, ...]) -> Normal | None:
    """The derivative of a known function by its last argument, None where there is no law."""
    if len(args) > (2 if name == "polygamma" else 1):
        return None
    x = args[-1]
    half = Fraction(1, 2)
    match name:
        case "sin":
            return function(t, "cos", args, (0,))
        case "cos":
            return -function(t, "sin", args, (0,))
        case "atan":
            return t.one / (t.one + x * x)
        case "asin":
            return absolute_power(t, t.one - x * x, -half)
        case "erf":
            return t.rational(2) * absolute_power(t, t.atom(ConstAtom("pi")), -half) * exp(t, -(x * x))
        case "rgamma":
            return -function(t, "rgamma", args, (0,)) * function(t, "digamma", args, (0,))
        case "polygamma" if (args[0].integer or 0) >= 1:
            return function(t, "polygamma", (args[0] + t.one, x), (0, 0))
        case "digamma":
            return function(t, "polygamma", (t.one, x), (0, 0))
        case _:
            return None
