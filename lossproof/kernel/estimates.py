"""Inequalities between sums as facts: Cauchy-Schwarz, and tangents of log and of convex functions under a sum.

Trusted. Imports `sums`, `binders`, `functions`, `derivatives`, `signs`. Each fact is a polynomial that is
>= 0 wherever the line is defined; whether one helps is for `signs` to see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lossproof.kernel.atoms import (
    AbsAtom,
    Bounds,
    EntryAtom,
    ExpAtom,
    FoldAtom,
    LogAtom,
    PowAtom,
    RootAtom,
    Var,
)
from lossproof.kernel.binders import NOT_NEGATIVE, count_of, known_nonzero, opened
from lossproof.kernel.derivatives import Differentiator
from lossproof.kernel.facts import Fact
from lossproof.kernel.functions import log_abs
from lossproof.kernel.normal_form import DivisionByZero, Normal, Table, Unsupported
from lossproof.kernel.regular import defined_along, smooth_along
from lossproof.kernel.sign_sets import Sign, interval_of
from lossproof.kernel.signs import Facts
from lossproof.kernel.sums import sum_over

_MOST_SUMS = 6
_MOST_REFERENCES = 6
Apply = Callable[[Normal], Normal]
"""A normal form under the equations among the hypotheses."""


@dataclass(frozen=True, slots=True)
class _Sum:
    """A sum over one range, opened: its body in the variable `name`."""

    atom: FoldAtom
    name: str
    bounds: Bounds
    body: Normal


def estimates(t: Table, facts: Facts, poly: Normal, apply: Apply, functions: frozenset[str]) -> Iterator[
        tuple[str, list[Fact]]]:
    """Groups of facts about the sums in a polynomial, each with the law that they are of."""
    yield "cauchy-schwarz", _collected(_cauchy_schwarz(t, poly, apply))
    yield "log-tangent", _collected(_log_tangents(t, poly, apply))
    yield "jensen", _collected(_convex(t, facts, poly, apply, functions))


def _collected(found: Iterator[Normal]) -> list[Fact]:
    return [Fact(f, Sign.NONNEGATIVE, frozenset()) for f in dict.fromkeys(found) if f.constant is None]


def _over(t: Table, s: _Sum, body: Normal, apply: Apply) -> Normal:
    """The sum of another body over the range of a sum."""
    fresh = t.open(s.bounds)
    result = sum_over(t, fresh, s.bounds, t.substitute(body, {s.name: t.var(fresh)}))
    t.release((fresh,))
    return apply(result)


def _fact(t: Table, value: Normal) -> Normal:
    """The polynomial with the sign of a quotient."""
    top, bottom = t.parts(value)
    return top if t.sign(bottom) is Sign.POSITIVE else top * bottom


def use_estimate(t: Table, law: str) -> None:
    """Record that facts of a law of `estimates` were used."""
    match law:
        case "cauchy-schwarz":
            t.use("cauchy-schwarz")
        case "log-tangent":
            t.use("log-tangent")
        case _:
            t.use("jensen")


def _sums(t: Table, normal: Normal) -> list[FoldAtom]:
    """Sums over one range, also inside exps, logs and roots."""
    found: dict[FoldAtom, None] = {}

    def look(inner: Normal, depth: int) -> None:
        for i in inner.atoms():
            match t[i]:
                case FoldAtom("sum", (_,)) as fold if not any(n[0] == "#" for n in t.free_of(i)):
                    found[fold] = None
                case ExpAtom(part) | LogAtom(part) | RootAtom(part) | AbsAtom(part) if depth:
                    look(part, depth - 1)

    look(normal, 2)
    return list(found)[:_MOST_SUMS]


def _each(t: Table, poly: Normal) -> Iterator[_Sum]:
    for fold in _sums(t, poly):
        with opened(t, fold) as ((name,), (bounds,), body):
            yield _Sum(fold, name, bounds, body)


# Cauchy-Schwarz

def _cauchy_schwarz(t: Table, poly: Normal, apply: Apply) -> Iterator[Normal]:
    """(sum h)^2 <= sum u sum v where h^2 = u v and u, v >= 0."""
    folds = _sums(t, poly)
    for s in _each(t, poly):
        square = s.body * s.body
        bodies = [t.substitute(f.body, {f"#{f.first}": t.var(s.name)}) for f in folds if f.ranges == s.atom.ranges]
        if count_of(t, s.bounds) is not None:
            bodies.append(t.one)
        for v in bodies:
            if v == s.body and v == t.one:
                continue
            u = square / v
            fine = known_nonzero(t, t.polynomial(u.den)) and known_nonzero(t, t.polynomial(v.den))
            if fine and t.sign(u) in NOT_NEGATIVE and t.sign(v) in NOT_NEGATIVE:
                whole = apply(t.atom(s.atom))
                yield _fact(t, _over(t, s, u, apply) * _over(t, s, v, apply) - whole * whole)


# tangents of log

def _log_tangents(t: Table, poly: Normal, apply: Apply) -> Iterator[Normal]:
    """sum w log g against references c > 0, by log(g/c) <= g/c - 1, for w >= 0 and g > 0."""
    outside = _references(t, poly)
    folds = _sums(t, poly)
    for s in _each(t, poly):
        for i in s.body.atoms():
            if s.name not in t.free_of(i) or s.body.num.degrees()[i] != 1:
                continue
            match t[i]:
                case LogAtom(base):
                    g = -base if t.sign(base) is Sign.NEGATIVE else base
                case ExpAtom():
                    g = t.monomial(((i, 1),))
                case _:
                    continue
            weight = s.body / t.monomial(((i, 1),))
            if i in weight.atoms() or t.sign(weight) not in NOT_NEGATIVE or t.sign(g) is not Sign.POSITIVE:
                continue
            inside = [
                t.substitute(a.base, {f"#{f.first}": t.var(s.name)}) for f in folds if f.ranges == s.atom.ranges
                for k in f.body.atoms() if isinstance(a := t[k], LogAtom)
            ]
            for c in dict.fromkeys((*outside, *inside)):
                if c == g or t.sign(c) is not Sign.POSITIVE:
                    continue
                ratio, gap = g / c, log_abs(t, g) - log_abs(t, c)
                for body in (ratio - t.one - gap, t.one / ratio - t.one + gap):
                    try:
                        yield _fact(t, _over(t, s, weight * body, apply))
                    except (Unsupported, DivisionByZero):
                        continue


def _references(t: Table, poly: Normal) -> list[Normal]:
    """1, the arguments of logs, exps, and their inverses."""
    found: dict[Normal, None] = {t.one: None}
    for i in poly.atoms():
        match t[i]:
            case LogAtom(base) if base.constant is None:
                values = (base, t.one / base)
            case ExpAtom():
                values = (t.monomial(((i, 1),)), t.one / t.monomial(((i, 1),)))
            case _:
                continue
        found.update(dict.fromkeys(values))
    return list(found)[:_MOST_REFERENCES]


# convex functions

def _convex(t: Table, facts: Facts, poly: Normal, apply: Apply, functions: frozenset[str]) -> Iterator[Normal]:
    """sum w f(u) >= W f(mu) + f'(mu) (sum w u - mu W) for W = sum w, mu = sum w u / W, where w >= 0, W > 0 and
    f'' >= 0 on the declared interval of u's entries, in which mu is too."""
    for s in _each(t, poly):
        entries = [a for a in _entries(t, s.body) if s.name in {n for i in a.indices for n in i.free()}]
        for entry in dict.fromkeys(entries):
            value = _bound_value(t, facts, entry)
            if value is None:
                continue
            moved = _with(t, s.body, entry, value)
            for weight, f in _weights(t, moved, value, s.name):
                if t.sign(weight) not in NOT_NEGATIVE:
                    continue
                (name,) = value.free()
                along = frozenset((name,))
                if not defined_along(t, f, along, functions) or not smooth_along(t, f, along, functions):
                    continue
                slope = Differentiator(t, Var(name), lambda _atom: None)
                try:
                    first = slope(f)
                    bend = t.sign(slope(first))
                    total = _over(t, s, weight, apply)
                    if bend in (Sign.UNKNOWN, Sign.NONZERO) or t.sign(total) is not Sign.POSITIVE:
                        continue
                    mean = _over(t, s, weight * t.atom(entry), apply) / total
                    gap = apply(t.atom(s.atom)) - total * t.substitute(f, {name: mean})
                except (Unsupported, DivisionByZero):
                    continue
                yield _fact(t, gap if bend in NOT_NEGATIVE else -gap)


def _with(t: Table, body: Normal, entry: EntryAtom, value: Normal) -> Normal:
    return t.replace(body, frozenset((entry.family,)), lambda atom: value if atom == entry else None)


def _weights(t: Table, body: Normal, value: Normal, name: str) -> Iterator[tuple[Normal, Normal]]:
    """The body as weight * f(value), f free of the index, the weight free of the value."""
    (variable,) = value.free()
    parts = t.split(body, variable)
    if len(parts) == 1 and name not in parts[0][1].free():
        yield parts[0]


def _bound_value(t: Table, facts: Facts, entry: EntryAtom) -> Normal | None:
    """A fresh variable in the declared interval of an entry."""
    declaration = facts.declarations.get(entry.family)
    if declaration is None or declaration.domain.values is not None or declaration.domain.nonzero:
        return None
    name = t.fresh()
    facts.declare_within(name, interval_of(declaration.domain))
    return t.var(name)


def _entries(t: Table, normal: Normal) -> Iterator[EntryAtom]:
    for i in normal.atoms():
        match t[i]:
            case EntryAtom() as entry:
                yield entry
            case ExpAtom(inner) | LogAtom(inner) | RootAtom(inner) | PowAtom(inner):
                yield from _entries(t, inner)
