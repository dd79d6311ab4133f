"""What an equation says: its factors as alternatives, and simpler equations that follow from each; cases of a sign.

Trusted. Imports `hypotheses`, `definedness`, `squares`, `wording`. An equation between products says that one
of the factors is 0; exp is injective; a sum of squares is 0 only where each of them is.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import gcd

from lossproof.derivation import Step
from lossproof.kernel.atoms import ExpAtom, LogAtom
from lossproof.kernel.binders import is_integer
from lossproof.kernel.context import NeedsCases
from lossproof.kernel.definedness import Conditions
from lossproof.kernel.functions import exp, log_abs
from lossproof.kernel.hypotheses import Hypotheses
from lossproof.kernel.normal_form import DivisionByZero, Normal, Table, Unsupported
from lossproof.kernel.normalize import Normalizer
from lossproof.kernel.readback import Readback
from lossproof.kernel.sign_sets import STRICT_SIGNS, Sign, sign_decides
from lossproof.kernel.squares import completed
from lossproof.kernel.wording import equation_of
from lossproof.term import ZERO, Relation, RelationName, Term

_MOST_FACTORS = 6
_LAWS = ("zero-product", "power-injective", "exp-injective", "squares-are-0")


def alternatives(step: Step, equation: Relation) -> tuple[list[tuple[Term, ...]], tuple[str, ...]]:
    """Lists of conditions of which at least one holds where the equation and the hypotheses do, and the laws used.

    Each begins with where the equation's sides are defined. One list, perhaps empty, where nothing more is seen.
    """
    n = Normalizer(step.declarations, step.definitions)
    h = Hypotheses(n, step.given)
    c = Conditions(h)
    t = n.table
    try:
        defined = tuple(x.term for x in c.written(equation) if x.exact and not c.discharged(x.term))
        facts = [f for x in defined for f in h.facts(x)]
        if equation.op != "=":
            return [defined], ()
        t.laws.clear()
        with n.facts.assuming(facts):
            difference = h.value(equation.left) - h.value(equation.right)
            found = [(*defined, *said) for said in _factors(n, difference)]
    except (Unsupported, DivisionByZero, NeedsCases):
        return [()], ()
    return found or [defined], tuple(law for law in t.laws if law in _LAWS)


def _factors(n: Normalizer, difference: Normal) -> list[tuple[Term, ...]]:
    """One list of equations for each factor that may be 0."""
    t = n.table
    root = _odd_root(t, t.polynomial(difference.num))
    if root is not None:
        t.use("power-injective")
        difference = root
    factors = [f for f, _ in t.factors(difference.num)[1] if t.sign(f) not in STRICT_SIGNS]
    if not 1 <= len(factors) <= _MOST_FACTORS:
        return []
    if len(factors) > 1:
        t.use("zero-product")
    readback = Readback(t, frozenset(n.declarations))
    found = []
    for factor in factors:
        said: list[Term] = []
        for polynomial in (factor, *_following(t, factor)):
            try:
                said.append(equation_of(n, readback, polynomial))
            except Unsupported:
                continue
        found.append(tuple(dict.fromkeys(said)))
    return found


def sign_cases(n: Normalizer, poly: Normal) -> list[Relation]:
    """The cases of a sign as hypotheses; all that are not ruled out by what is known."""
    sign = n.table.sign(poly)
    # for a delta 0 or not is enough; where that is known more is asked
    delta = is_integer(n.table, poly) and sign is not Sign.NONZERO
    ops: tuple[RelationName, ...] = ("=", "!=") if delta else (">", "=", "<")
    readback = Readback(n.table, frozenset(n.declarations))
    # an equation is written for one variable, so that it can act
    equation = equation_of(n, readback, poly)
    compared = Relation(">", readback.term(poly), ZERO)
    return [replace(equation if op in ("=", "!=") else compared, op=op) for op in ops
            if sign_decides(op, sign) is not False]


def _odd_root(t: Table, poly: Normal) -> Normal | None:
    """p m + q m' for (p m)^r + (q m')^r with odd r > 1."""
    terms = t.terms(poly.num)
    if len(terms) > 2:
        return None
    order = gcd(*(e for mono, _ in terms for _, e in mono))
    roots = [_root(c, order) for _, c in terms] if order % 2 and order > 1 and all(m for m, _ in terms) else []
    if len(roots) != 2:
        return None
    parts = [t.monomial(tuple((i, e // order) for i, e in mono)).scaled(Fraction(r))
             for (mono, _), r in zip(terms, roots, strict=True) if r is not None]
    return t.total(parts) if len(parts) == 2 else None


def _root(value: int, order: int) -> int | None:
    """The integer whose odd power is the value, if it is small."""
    return next((r for r in range(-50, 51) if r**order == value), None)


def _following(t: Table, poly: Normal) -> list[Normal]:
    """Polynomials that are 0 where this one is."""
    found: list[Normal] = []
    terms = t.terms(poly.num)
    if len(terms) == 2:
        (first, a), (second, b) = terms
        one, other = t.monomial(first), t.monomial(second)
        positive = a * b < 0 and all(t.sign(t.monomial(((i, 1),))) is Sign.POSITIVE for i in poly.atoms())
        if positive and any(isinstance(t[i], ExpAtom) for i in poly.atoms()):
            t.use("exp-injective")
            found.append(log_abs(t, one.scaled(Fraction(abs(a)))) - log_abs(t, other.scaled(Fraction(abs(b)))))
    logs = [i for i in poly.atoms() if isinstance(t[i], LogAtom)]
    if logs and all(len(mono) == 1 and mono[0][1] == 1 and abs(c) <= 6 for mono, c in terms
                    if any(i in logs for i, _ in mono)):
        found.append(t.polynomial((exp(t, poly) - t.one).num))
    pending = [poly]
    for _ in range(3):
        squares = [part for p in pending for part in completed(t, p)]
        if not squares:
            break
        t.use("squares-are-0")
        found += squares
        pending = squares
    return found
