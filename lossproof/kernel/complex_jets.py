"""Complex enclosures that carry mixed derivatives: what integrands are made of on their way round a contour.

Trusted. Imports `jets` and python-flint. A `Wave` has one complex enclosure for every set of tags: the
coefficient of the product of their infinitesimals, each of which has square 0. A function is applied by its
Taylor coefficients (`acb_series`). Real functions are taken on their real domain only: a value whose enclosure
leaves the right half plane has no log, so that whatever is finite here is defined at the real points too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flint import acb, acb_series, arb, fmpq

from lossproof.kernel.jets import Dual, Real, Undecided

Tags = frozenset[int]
NO_TAGS: Tags = frozenset()


class Wave:
    """Complex coefficients by sets of tags; the empty set is always there."""

    __slots__ = ("parts",)

    def __init__(self, parts: Mapping[Tags, acb]) -> None:
        self.parts = parts

    @property
    def base(self) -> acb:
        """The value without infinitesimal parts."""
        return self.parts[NO_TAGS]

    @property
    def is_constant(self) -> bool:
        """Whether nothing that varies moves it."""
        return len(self.parts) == 1

    def __add__(self, other: Wave) -> Wave:
        result = dict(self.parts)
        for tags, value in other.parts.items():
            result[tags] = result[tags] + value if tags in result else value
        return Wave(result)

    def __mul__(self, other: Wave) -> Wave:
        result: dict[Tags, acb] = {}
        for a, x in self.parts.items():
            for b, y in other.parts.items():
                if a.isdisjoint(b):
                    both = a | b
                    value = x * y
                    result[both] = result[both] + value if both in result else value
        return Wave(result)

    def union(self, other: Wave) -> Wave:
        """What holds both, part by part."""
        nothing = acb(0)
        return Wave({tags: self.parts.get(tags, nothing).union(other.parts.get(tags, nothing))
                     for tags in {**self.parts, **other.parts}})

    def scaled(self, factor: acb) -> Wave:
        """factor * self."""
        return Wave({tags: value * factor for tags, value in self.parts.items()})

    def applied(self, coefficients: Callable[[acb, int], list[acb]]) -> Wave:
        """A function by its Taylor coefficients at the base (as many as are asked for)."""
        if self.is_constant:
            return Wave({NO_TAGS: coefficients(self.base, 1)[0]})
        small = {tags: value for tags, value in self.parts.items() if tags}
        size = len(frozenset().union(*small)) + 1
        taylor = coefficients(self.base, size)
        rest = Wave({NO_TAGS: acb(0), **small})
        result, power = Wave({NO_TAGS: taylor[0]}), Wave({NO_TAGS: acb(1)})
        for c in taylor[1:]:
            power = power * rest
            result = result + power.scaled(c)
        return result


def constant(value: acb | int) -> Wave:
    """A number."""
    return Wave({NO_TAGS: acb(value)})


def of_real(x: Real) -> Wave:
    """A jet as a wave; one-sided jets are not taken."""
    if isinstance(x, Dual):
        if x.side:
            raise Undecided("a one-sided derivative under an integral")
        inner, outer = of_real(x.re), of_real(x.eps)
        return Wave({**inner.parts, **{tags | {x.tag}: v for tags, v in outer.parts.items()}})
    return constant(acb(arb(x)) if isinstance(x, fmpq) else acb(x))


def to_real(parts: Mapping[Tags, arb]) -> Real:
    """Coefficients as a jet, the newest tag outermost."""
    tags = frozenset().union(*parts)
    if not tags:
        return parts[NO_TAGS]
    newest = max(tags)
    inner = {t: v for t, v in parts.items() if newest not in t}
    outer = {t - {newest}: v for t, v in parts.items() if newest in t}
    outer.setdefault(NO_TAGS, arb(0))
    return Dual(newest, to_real(inner), to_real(outer))


def _by_series(method: str) -> Callable[[acb, int], list[acb]]:
    def coefficients(x: acb, size: int) -> list[acb]:
        if size == 1:
            return [getattr(x, method)()]
        return _listed(getattr(acb_series([x, 1], prec=size), method)(), size)

    return coefficients


def _listed(series: acb_series, size: int) -> list[acb]:
    return [series[i] for i in range(size)]


def _right(coefficients: Callable[[acb, int], list[acb]]) -> Callable[[acb, int], list[acb]]:
    """Only in the right half plane."""
    return lambda x, size: coefficients(x, size) if x.real > 0 else [acb("nan")] * size


def _inside(coefficients: Callable[[acb, int], list[acb]]) -> Callable[[acb, int], list[acb]]:
    """Only inside the unit disc, where inverse functions have no cuts."""
    return lambda x, size: coefficients(x, size) if abs(x) < 1 else [acb("nan")] * size


def _logistic(x: acb, size: int) -> list[acb]:
    if size == 1:
        return [1 / (1 + (-x).exp())]
    return _listed(1 / (1 + (-acb_series([x, 1], prec=size)).exp()), size)


def _softplus(x: acb, size: int) -> list[acb]:
    inner = 1 + x.exp()
    if not inner.real > 0:
        return [acb("nan")] * size
    if size == 1:
        return [inner.log()]
    return _listed((1 + acb_series([x, 1], prec=size).exp()).log(), size)


def _hyperbolic(name: str) -> Callable[[acb, int], list[acb]]:
    def coefficients(x: acb, size: int) -> list[acb]:
        e = acb_series([x, 1], prec=size).exp()
        f = (-acb_series([x, 1], prec=size)).exp()
        if name == "tanh":
            return _listed((e - f) / (e + f), size)
        return _listed((e - f if name == "sinh" else e + f) / 2, size)

    return lambda x, size: [getattr(x, name)()] if size == 1 else coefficients(x, size)


def _atan(x: acb, size: int) -> list[acb]:
    # the cuts are on the imaginary axis, from i and from -i outwards
    if not (abs(x.imag) < 1 or x.real > 0 or x.real < 0):
        return [acb("nan")] * size
    return _by_series("atan")(x, size)


def _only_value(method: str) -> Callable[[acb, int], list[acb]]:
    def coefficients(x: acb, size: int) -> list[acb]:
        if size > 1:
            raise Undecided(f"a derivative of {method} under an integral")
        return [getattr(x, method)()]

    return coefficients


def power_of(exponent: acb) -> Callable[[acb, int], list[acb]]:
    """x ** exponent in the right half plane."""
    def coefficients(x: acb, size: int) -> list[acb]:
        if size == 1:
            return [(exponent * x.log()).exp()]
        return _listed((acb_series([x, 1], prec=size).log() * exponent).exp(), size)

    return _right(coefficients)


def reciprocal(x: acb, size: int) -> list[acb]:
    """1/x, not finite where that may be a pole."""
    if x.contains(0):
        return [acb("nan")] * size
    return [1 / x] if size == 1 else _listed(1 / acb_series([x, 1], prec=size), size)


FUNCTIONS: Mapping[str, Callable[[acb, int], list[acb]]] = {
    **{name: _by_series(name) for name in ("exp", "sin", "cos", "erf", "erfc")},
    "tan": _by_series("tan"), "gamma": _by_series("gamma"), "log": _right(_by_series("log")),
    "sqrt": _right(_by_series("sqrt")), "loggamma": _right(_by_series("lgamma")), "logistic": _logistic,
    "softplus": _softplus, "atan": _atan, **{name: _hyperbolic(name) for name in ("sinh", "cosh", "tanh")},
    "asin": _inside(_only_value("asin")), "acos": _inside(_only_value("acos")),
    "atanh": _inside(_only_value("atanh")), "asinh": _inside(_only_value("asinh")), "digamma": _only_value("digamma"),
}
"""Taylor coefficients at a point of the functions that an integrand may have."""
