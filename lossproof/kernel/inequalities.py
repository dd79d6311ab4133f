"""Signs read from the written line, where squares and logs still stand.

Trusted. Imports `normalize`, `hypotheses`, `signs`. At every node both the normal form's sign
and the rule for the node are asked; the rules are those of sums, products, even powers,
exp, abs, and log t by the sign of t - 1.
"""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction

from lossproof.kernel.atoms import Bounds
from lossproof.kernel.hypotheses import Hypotheses
from lossproof.kernel.normal_form import DivisionByZero, Normal, Unsupported
from lossproof.kernel.normalize import NeedsCases, Scope
from lossproof.kernel.sign_sets import STRICT_SIGNS, Sign, both, folded_sign, product_sign, sum_sign
from lossproof.term import Add, Call, Entry, Fold, Mul, Number, Pow, Symbol, Term


def sign_of(h: Hypotheses, term: Term, scope: Scope = Scope()) -> Sign:  # noqa: B008 (immutable)
    """What is known of the sign of a written term, wherever it is defined."""
    try:
        known = h.n.table.sign(h.value(term, scope))
    except (Unsupported, DivisionByZero, NeedsCases):
        known = Sign.UNKNOWN
    if known in (Sign.POSITIVE, Sign.NEGATIVE, Sign.ZERO):
        return known
    return both(known, _by_rule(h, term, scope))


def _by_rule(h: Hypotheses, term: Term, scope: Scope) -> Sign:
    t = h.n.table
    match term:
        case Add(args):
            result = Sign.ZERO
            for a in args:
                result = sum_sign(result, sign_of(h, a, scope))
            if result is not Sign.UNKNOWN:
                t.use("sum-of-nonnegatives")
            return result
        case Mul(args):
            result = Sign.POSITIVE
            for a in args:
                result = product_sign(result, sign_of(h, a, scope))
            return result
        case Pow(base, Number(value)) if value.denominator == 1:
            sign = sign_of(h, base, scope)
            if value % 2:
                return sign if value > 0 or sign in STRICT_SIGNS else Sign.UNKNOWN
            t.use("square-nonnegative")
            return Sign.POSITIVE if sign in STRICT_SIGNS or value < 0 else Sign.NONNEGATIVE
        case Pow(base, Number(value)):
            # a non-integer power is defined at a base >= 0 only, and is >= 0 there
            strict = value < 0 or sign_of(h, base, scope) in STRICT_SIGNS
            return Sign.POSITIVE if strict else Sign.NONNEGATIVE
        case Call("log", (argument,)):
            t.use("log-against-1")
            return sign_of(h, Add((argument, Number(Fraction(-1)))), scope)
        case Call("Abs" | "sqrt", (argument,)):
            return Sign.POSITIVE if sign_of(h, argument, scope) in STRICT_SIGNS else Sign.NONNEGATIVE
        case Call("matmul" | "dot" | "trace" | "det") if h.n.matrices is not None and not h.n.arrays.shape(term):
            try:
                return h.n.matrices.sign(term, scope)
            except (Unsupported, DivisionByZero, NeedsCases):
                return Sign.UNKNOWN
        case Fold("sum", body, range_, condition):
            return _fold_sign(h, body, range_.name, scope, _bounds(h, term, scope), condition)
        case Symbol(name) if name in h.n.definitions and name not in scope.bound:
            definition = h.n.definitions[name]
            return Sign.UNKNOWN if definition.ranges else sign_of(h, definition.body, Scope())
        case Entry(name, indices) if name in h.n.definitions and h.n.definitions[name].ranges:
            definition = h.n.definitions[name]
            inner = Scope()
            for r, i in zip(definition.ranges, indices, strict=True):
                inner = inner.bind(r.name, h.value(i, scope))
            return sign_of(h, definition.body, inner)
        case _:
            return Sign.UNKNOWN


def _bounds(h: Hypotheses, fold: Fold, scope: Scope) -> Bounds:
    return h.bounds(fold.range, scope)


def _fold_sign(h: Hypotheses, body: Term, name: str, scope: Scope, bounds: Bounds, condition: Term | None) -> Sign:
    t = h.n.table
    whole = condition is None
    if condition is not None:
        # where the condition is not understood the range is smaller than this one: only the weak sign is safe
        with suppress(Unsupported):
            bounds, whole = h.n.restricted(name, bounds, condition, scope), True
    with h.n.inside(name, bounds, scope) as (_, inner):
        sign = sign_of(h, body, inner)
    count: Normal = bounds.upper - bounds.lower + t.one - t.rational(len(bounds.excluded))
    t.use("sum-of-nonnegatives")
    return folded_sign(sign, nonempty=whole and t.sign(count) is Sign.POSITIVE)


