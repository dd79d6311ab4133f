"""What is known of a random variable that is distributed as a known family says: density, mean, moment-generating
function and the like, as terms.

Untrusted as to truth: the formulas are those of Johnson, Kotz and Balakrishnan, *Continuous Univariate Distributions*
(two volumes) and Johnson, Kemp and Kotz, *Univariate Discrete Distributions*; parameters are in the order and the
meaning that the *Book of Statistical Proofs* gives them (rates, not scales). A document may mean others: what is said
here refutes nothing. Imports the ground floor.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from lossproof.term import (
    ONE,
    ZERO,
    Bool,
    Call,
    Const,
    Fold,
    Piecewise,
    Pow,
    Range,
    Relation,
    Symbol,
    Term,
    add,
    divide,
    free_names,
    fresh_name,
    mul,
    negate,
    number,
    subtract,
)

__all__ = ["Known", "Support", "by_cases", "known"]

_TWO = number(2)
_PI = Const("pi")

Formula = Callable[[Term], Term]


@dataclass(frozen=True, slots=True)
class Support:
    """Where a formula in one variable holds: between two ends, of which None is none.

    `closed` says that the ends belong to it. Elsewhere the value is 0, or of a distribution function, which `rises`, 1
    above it; it is undefined where `exists` is false. `whole` is true where the variable takes whole numbers only.
    """

    lower: Term | None = None
    upper: Term | None = None
    closed: bool = False
    exists: bool = True
    rises: bool = False
    whole: bool = False

    @property
    def ends(self) -> tuple[Term, Term]:
        """Both ends, infinite where there is none."""
        return self.lower or Const("-oo"), self.upper or Const("oo")

    def conditions(self, value: Term, inner: bool) -> tuple[Relation, ...]:
        """That a value is in it; with `inner`, that it is no end of a stretch of the line."""
        closed = self.closed and (self.whole or not inner)
        found = [Relation("<=" if closed else "<", self.lower, value)] if self.lower is not None else []
        return (*found, *([Relation("<=" if closed else "<", value, self.upper)] if self.upper is not None else []))


_ALL = Support()
_POSITIVE = Support(ZERO)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a random variable X; None for what has no elementary form here.

    `density` is that of X at a point (its mass where X is discrete: `support.whole`), `distribution` P(X <= x) on the
    support, `transform` E(exp(t X)) with the t for which it exists. `domain` is what the parameters satisfy, `unimodal`
    what they satisfy where `mode` holds.
    """

    density: Formula
    mean: Term | None = None
    variance: Term | None = None
    support: Support = _ALL
    transform: Formula | None = None
    exists: Support = _ALL
    distribution: Formula | None = None
    mode: Term | None = None
    median: Term | None = None
    entropy: Term | None = None
    log_mean: Term | None = None
    skewness: Term | None = None
    domain: tuple[Relation, ...] = ()
    unimodal: tuple[Relation, ...] = field(default=())


def by_cases(value: Term, at: Term, support: Support, derived: bool = False) -> Term:
    """A function's value at a point by cases: its formula on the stretch, what it is elsewhere."""
    inside = support.conditions(at, derived)
    if not inside:
        return value
    pieces: list[tuple[Term, Term]] = [(value, _all(inside))]
    if support.exists:
        if support.rises and not derived and support.upper is not None:
            pieces.append((ONE, Relation("<=", support.upper, at)))
        pieces.append((ZERO, Bool("and", ())))
    return Piecewise(tuple(pieces), span=value.span)


def known(kind: str, parameters: Sequence[Term]) -> Known | None:
    """What is known of a member of a family with parameters that are numbers; None for another number of them."""
    family = _FAMILIES.get(kind)
    if family is None or family[0] != len(parameters):
        return None
    return family[1](*parameters)


# --- short forms ----------------------------------------------------------------------------------------------------


def _all(conditions: tuple[Relation, ...]) -> Term:
    return conditions[0] if len(conditions) == 1 else Bool("and", conditions)


def _exp(term: Term) -> Term:
    return Call("exp", (term,))


def _log(term: Term) -> Term:
    return Call("log", (term,))


def _sqrt(term: Term) -> Term:
    return Call("sqrt", (term,))


def _gamma(term: Term) -> Term:
    return Call("gamma", (term,))


def _square(term: Term) -> Term:
    return Pow(term, _TWO)


def _half(term: Term) -> Term:
    return divide(term, _TWO)


def _positive(*terms: Term) -> tuple[Relation, ...]:
    return tuple(Relation("<", ZERO, term) for term in terms)


def _up_to(mass: Formula, lower: Term) -> Formula:
    """The sum of a mass from its lower end up to x, a whole number that is not below it."""
    def total(x: Term) -> Term:
        name = fresh_name("i", free_names(x) | free_names(mass(ZERO)))
        return Fold("sum", mass(Symbol(name)), Range(name, lower, x))
    return total


# --- families -------------------------------------------------------------------------------------------------------


def _normal(m: Term, v: Term) -> Known:
    return Known(
        density=lambda x: divide(_exp(negate(divide(_square(subtract(x, m)), mul(_TWO, v)))), _sqrt(mul(_TWO, _PI, v))),
        mean=m, variance=v,
        transform=lambda t: _exp(add(mul(m, t), _half(mul(v, _square(t))))),
        distribution=lambda x: _half(add(ONE, Call("erf", (divide(subtract(x, m), _sqrt(mul(_TWO, v))),)))),
        mode=m, median=m, skewness=ZERO,
        entropy=_half(_log(mul(_TWO, _PI, v, Const("E")))),
        domain=_positive(v))


def _log_normal(m: Term, v: Term) -> Known:
    normal = _normal(m, v)
    assert normal.distribution is not None
    return Known(
        density=lambda x: divide(normal.density(_log(x)), x),
        support=_POSITIVE,
        mean=_exp(add(m, _half(v))),
        variance=subtract(_exp(add(mul(_TWO, m), mul(_TWO, v))), _exp(add(mul(_TWO, m), v))),
        distribution=lambda x: _half(add(ONE, Call("erf", (divide(subtract(_log(x), m), _sqrt(mul(_TWO, v))),)))),
        mode=_exp(subtract(m, v)), median=_exp(m), log_mean=m,
        entropy=add(m, _half(_log(mul(_TWO, _PI, v, Const("E"))))),
        domain=_positive(v))


def _exponential(rate: Term) -> Known:
    return Known(
        density=lambda x: mul(rate, _exp(negate(mul(rate, x)))),
        support=Support(ZERO, closed=True),
        mean=divide(ONE, rate), variance=divide(ONE, _square(rate)),
        transform=lambda t: divide(rate, subtract(rate, t)), exists=Support(upper=rate, exists=False),
        distribution=lambda x: subtract(ONE, _exp(negate(mul(rate, x)))),
        mode=ZERO, median=divide(_log(_TWO), rate), entropy=subtract(ONE, _log(rate)), skewness=_TWO,
        domain=_positive(rate))


def _of_gamma(a: Term, b: Term) -> Known:
    return Known(
        density=lambda x: mul(divide(Pow(b, a), _gamma(a)), Pow(x, subtract(a, ONE)), _exp(negate(mul(b, x)))),
        support=_POSITIVE,
        mean=divide(a, b), variance=divide(a, _square(b)),
        transform=lambda t: Pow(subtract(ONE, divide(t, b)), negate(a)), exists=Support(upper=b, exists=False),
        mode=divide(subtract(a, ONE), b), unimodal=(Relation("<", ONE, a),),
        log_mean=subtract(Call("digamma", (a,)), _log(b)), skewness=divide(_TWO, _sqrt(a)),
        entropy=add(a, negate(_log(b)), _log(_gamma(a)), mul(subtract(ONE, a), Call("digamma", (a,)))),
        domain=_positive(a, b))


def _chi_squared(k: Term) -> Known:
    return _of_gamma(_half(k), number("1/2"))


def _beta(a: Term, b: Term) -> Known:
    total = add(a, b)
    return Known(
        density=lambda x: divide(mul(Pow(x, subtract(a, ONE)), Pow(subtract(ONE, x), subtract(b, ONE))),
                                 Call("beta", (a, b))),
        support=Support(ZERO, ONE),
        mean=divide(a, total), variance=divide(mul(a, b), mul(_square(total), add(total, ONE))),
        mode=divide(subtract(a, ONE), subtract(total, _TWO)),
        unimodal=(Relation("<", ONE, a), Relation("<", ONE, b)),
        log_mean=subtract(Call("digamma", (a,)), Call("digamma", (total,))),
        domain=_positive(a, b))


def _uniform(a: Term, b: Term) -> Known:
    return Known(
        density=lambda x: divide(ONE, subtract(b, a)),
        support=Support(a, b, closed=True),
        mean=_half(add(a, b)), variance=divide(_square(subtract(b, a)), number(12)), median=_half(add(a, b)),
        distribution=lambda x: divide(subtract(x, a), subtract(b, a)),
        entropy=_log(subtract(b, a)), skewness=ZERO,
        domain=(Relation("<", a, b),))


def _discrete_uniform(a: Term, b: Term) -> Known:
    """On the whole numbers from a to b, which are whole themselves."""
    count = add(subtract(b, a), ONE)
    return Known(
        density=lambda x: divide(ONE, count),
        support=Support(a, b, closed=True, whole=True),
        mean=_half(add(a, b)), variance=divide(subtract(_square(count), ONE), number(12)),
        distribution=lambda x: divide(add(subtract(Call("floor", (x,)), a), ONE), count),
        domain=(Relation("<=", a, b),))


def _ex_gaussian(m: Term, s: Term, rate: Term) -> Known:
    """Of a sum of a normal and an independent exponential variable (Grushka, Anal. Chem. 44, 1972)."""
    shifted = add(m, mul(rate, _square(s)))
    ratio = divide(ONE, mul(_square(s), _square(rate)))
    return Known(
        density=lambda x: mul(
            _half(rate), _exp(mul(_half(rate), add(mul(_TWO, m), mul(rate, _square(s)), mul(number(-2), x)))),
            Call("erfc", (divide(subtract(shifted, x), mul(_sqrt(_TWO), s)),))),
        mean=add(m, divide(ONE, rate)), variance=add(_square(s), divide(ONE, _square(rate))),
        transform=lambda t: mul(divide(rate, subtract(rate, t)),
                                _exp(add(mul(m, t), _half(mul(_square(s), _square(t)))))),
        exists=Support(upper=rate, exists=False),
        skewness=mul(divide(_TWO, mul(Pow(s, number(3)), Pow(rate, number(3)))), Pow(add(ONE, ratio), number("-3/2"))),
        domain=_positive(s, rate))


def _wald(drift: Term, bound: Term) -> Known:
    """The first passage of a Brownian motion with a drift (Folks and Chhikara, J. R. Stat. Soc. B 40, 1978)."""
    return Known(
        density=lambda x: mul(
            divide(bound, _sqrt(mul(_TWO, _PI, Pow(x, number(3))))),
            _exp(negate(divide(_square(subtract(bound, mul(drift, x))), mul(_TWO, x))))),
        support=_POSITIVE,
        mean=divide(bound, drift), variance=divide(bound, Pow(drift, number(3))),
        transform=lambda t: _exp(subtract(mul(bound, drift), _sqrt(mul(
            _square(bound), subtract(_square(drift), mul(_TWO, t)))))),
        exists=Support(upper=_half(_square(drift)), exists=False),
        domain=_positive(drift, bound))


def _bernoulli(p: Term) -> Known:
    other = subtract(ONE, p)
    return Known(
        density=lambda x: mul(Pow(p, x), Pow(other, subtract(ONE, x))),
        support=Support(ZERO, ONE, closed=True, whole=True),
        mean=p, variance=mul(p, other),
        transform=lambda t: add(other, mul(p, _exp(t))),
        domain=(Relation("<=", ZERO, p), Relation("<=", p, ONE)))


def _binomial(n: Term, p: Term) -> Known:
    other = subtract(ONE, p)
    mass: Formula = lambda x: mul(Call("binomial", (n, x)), Pow(p, x), Pow(other, subtract(n, x)))   # noqa: E731
    return Known(
        density=mass, support=Support(ZERO, n, closed=True, whole=True),
        mean=mul(n, p), variance=mul(n, p, other), distribution=_up_to(mass, ZERO),
        transform=lambda t: Pow(add(other, mul(p, _exp(t))), n),
        domain=(Relation("<=", ZERO, p), Relation("<=", p, ONE)))


def _poisson(rate: Term) -> Known:
    mass: Formula = lambda x: divide(mul(Pow(rate, x), _exp(negate(rate))), Call("factorial", (x,)))     # noqa: E731
    return Known(
        density=mass, support=Support(ZERO, closed=True, whole=True),
        mean=rate, variance=rate, distribution=_up_to(mass, ZERO),
        transform=lambda t: _exp(mul(rate, subtract(_exp(t), ONE))),
        domain=_positive(rate))


def _beta_binomial(n: Term, a: Term, b: Term) -> Known:
    total = add(a, b)
    mass: Formula = lambda x: divide(                                                                   # noqa: E731
        mul(Call("binomial", (n, x)), Call("beta", (add(a, x), add(b, subtract(n, x))))), Call("beta", (a, b)))
    return Known(
        density=mass, support=Support(ZERO, n, closed=True, whole=True),
        mean=divide(mul(n, a), total), distribution=_up_to(mass, ZERO),
        variance=divide(mul(n, a, b, add(total, n)), mul(_square(total), add(total, ONE))),
        domain=_positive(a, b))


_FAMILIES: Mapping[str, tuple[int, Callable[..., Known]]] = {
    "normal": (2, _normal), "log-normal": (2, _log_normal), "exponential": (1, _exponential), "gamma": (2, _of_gamma),
    "chi-squared": (1, _chi_squared), "beta": (2, _beta), "uniform": (2, _uniform),
    "discrete-uniform": (2, _discrete_uniform), "ex-gaussian": (3, _ex_gaussian),
    "wald": (2, _wald), "bernoulli": (1, _bernoulli), "binomial": (2, _binomial), "poisson": (1, _poisson),
    "beta-binomial": (3, _beta_binomial),
}
