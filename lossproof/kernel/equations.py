"""What an equation says: its factors as alternatives, and simpler equations that follow from each; cases of a sign.

Trusted. Imports `hypotheses`, `definedness`, `squares`, `readback`. An equation between products says that one
of the factors is 0; exp is injective; a sum of squares is 0 only where each of them is.
"""

from __future__ import annotations

from fractions import Fraction
from math import gcd

from lossproof.derivation import Step
from lossproof.kernel.atoms import ExpAtom, LogAtom, Var
from lossproof.kernel.binders import is_integer
from lossproof.kernel.definedness import Conditions
from lossproof.kernel.functions import exp, log_abs
from lossproof.kernel.hypotheses import Hypotheses
from lossproof.kernel.normal_form import DivisionByZero, Normal, Table, Unsupported
from lossproof.kernel.normalize import NeedsCases, Normalizer
from lossproof.kernel.readback import Readback
from lossproof.kernel.sign_sets import STRICT_SIGNS, Sign, sign_decides
from lossproof.kernel.squares import completed
from lossproof.term import ZERO, Relation, RelationName, Symbol, Term

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
    found = []
    for factor in factors:
        said: list[Term] = []
        for polynomial in (factor, *_following(t, factor)):
            try:
                said.append(_equation(n, polynomial))
            except Unsupported:
                continue
        found.append(tuple(dict.fromkeys(said)))
    return found


def sign_cases(n: Normalizer, poly: Normal) -> list[Relation]:
    """The cases of a sign as hypotheses; all that are not ruled out by what is known."""
    ops: tuple[RelationName, ...] = ("=", "!=") if is_integer(n.table, poly) else (">", "=", "<")
    sign = n.table.sign(poly)
    # an equation is written for one variable, so that it can act
    solved = _equation(n, poly)
    term = Readback(n.table, frozenset(n.declarations)).term(poly)
    return [
        Relation(op, term, ZERO) if op in ("<", ">") else Relation(op, solved.left, solved.right)
        for op in ops if sign_decides(op, sign) is not False
    ]


def _equation(n: Normalizer, poly: Normal) -> Relation:
    """poly = 0, solved for a variable where one stands in it linearly with a number."""
    t = n.table
    readback = Readback(t, frozenset(n.declarations))
    for i in poly.atoms():
        atom = t[i]
        if isinstance(atom, Var) and atom.name in n.declarations:
            coefficient = dict(t.terms(poly.num)).get(((i, 1),))
            if coefficient:
                rest = t.var(atom.name) - t.polynomial(poly.num).scaled(Fraction(1, coefficient))
                if atom.name not in rest.free():
                    return Relation("=", Symbol(atom.name), readback.term(rest))
    return Relation("=", readback.term(poly), ZERO)


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
