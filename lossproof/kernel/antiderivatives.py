"""Proposals for antiderivatives of normal forms: powers, exps, logs, roots, trigonometric functions.

Imports `derivatives`, `univariate`, `functions`, `normal_form`. Nothing here is trusted: `integrals`
differentiates a proposal and compares before it is used.
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm

from lossproof.kernel.atoms import Atom, ConstAtom, ExpAtom, FoldAtom, FunctionAtom, LogAtom, RootAtom, Var
from lossproof.kernel.binders import opened
from lossproof.kernel.derivatives import Differentiator
from lossproof.kernel.function_atoms import function
from lossproof.kernel.functions import absolute_power, exp, reduce
from lossproof.kernel.normal_form import DivisionByZero, Normal, Table, Unsupported
from lossproof.kernel.sign_sets import STRICT_SIGNS, Sign
from lossproof.kernel.sums import close_again
from lossproof.kernel.univariate import coefficients, primitive_of_rational, slope, value

_DEEPEST = 6
_BY_PARTS = ("atan", "asin", "acos", "erf")


def propose(t: Table, body: Normal, name: str) -> Normal | None:
    """Something whose derivative by the name may be the body; None where none is found."""
    try:
        return _Search(t, name).find(body, 0)
    except (Unsupported, DivisionByZero):
        return None


class _Search:
    """One variable of integration."""

    def __init__(self, t: Table, name: str) -> None:
        self.t, self.name, self.x = t, name, t.var(name)
        self.slope = Differentiator(t, Var(name), lambda _atom: None)

    def find(self, body: Normal, depth: int) -> Normal | None:
        """An antiderivative, group by group of terms with the same functions."""
        t = self.t
        t.spend(4)
        if body.is_zero or depth > _DEEPEST:
            return t.zero if body.is_zero else None
        if self.name not in body.free():
            return body * self.x
        # exps and roots that divide are negative powers
        below: list[tuple[int, int]] = []
        den = t.polynomial(body.den)
        for i in self._moving(den):
            power = min(dict(mono).get(i, 0) for mono, _ in t.terms(den.num))
            if power and isinstance(t[i], ExpAtom | RootAtom):
                below.append((i, -power))
                den = den / t.monomial(((i, power),))
        if self._moving(den):
            return self._substituted(body, depth)
        groups: dict[tuple[tuple[int, int], ...], Normal] = {}
        for mono, c in t.terms(body.num):
            above = [(i, e) for i, e in mono if self.name in t.free_of(i) and not isinstance(t[i], Var)]
            kind = tuple(sorted(above + below))
            part = t.monomial(tuple(p for p in mono if p not in above)).scaled(Fraction(c)) / den
            groups[kind] = groups[kind] + part if kind in groups else part
        result = t.zero
        for kind, part in groups.items():
            found = self._group(part, kind, depth)
            if found is None:
                # terms that only together have an antiderivative: total derivatives of products
                return self._as_product(body, depth + 1)
            result = result + found
        return result

    def _moving(self, normal: Normal) -> list[int]:
        """The atoms other than the variable itself that depend on it."""
        return [i for i in normal.atoms() if self.name in self.t.free_of(i) and not isinstance(self.t[i], Var)]

    def _group(self, part: Normal, kind: tuple[tuple[int, int], ...], depth: int) -> Normal | None:
        """An antiderivative of a rational function times powers of functions."""
        t = self.t
        if not kind:
            return primitive_of_rational(t, part, self.name)
        atoms: list[Atom] = [t[i] for i, _ in kind]
        whole = part * self._product(kind)
        match atoms, [e for _, e in kind]:
            case [LogAtom() | FunctionAtom("atan" | "asin" | "acos" | "erf")], [power]:
                return self._by_parts(part, whole, kind, power, depth)
            case [FoldAtom("sum") as fold], [1]:
                return self._under_sum(part, fold, depth)
            case _ if all(isinstance(a, ExpAtom) for a in atoms):
                return self._exponential(part, kind)
            case _ if all(isinstance(a, RootAtom) for a in atoms):
                return self._substituted(whole, depth)
            case _ if all(isinstance(a, ExpAtom | FunctionAtom) for a in atoms):
                return self._trigonometric(part, kind, depth)
        return None

    def _product(self, kind: tuple[tuple[int, int], ...]) -> Normal:
        result = self.t.one
        for i, e in kind:
            result = result * self.t.monomial(((i, 1),)) ** e
        return result

    # exps

    def _exponential(self, part: Normal, kind: tuple[tuple[int, int], ...]) -> Normal | None:
        """A polynomial times exp of something: Q exp(E) with Q' + Q E' the polynomial, and an erf for the rest."""
        t = self.t
        exponent = t.zero
        for i, e in kind:
            atom = t[i]
            assert isinstance(atom, ExpAtom)
            exponent = exponent + atom.exponent.scaled(Fraction(e, atom.root))
        whole = self._product(kind)
        inner = coefficients(t, exponent, self.name)
        rest = coefficients(t, part, self.name)
        if inner is None:
            return self._power_law(part, exponent, whole)
        if rest is None:
            return None
        rate = slope(t, inner)
        if not rate:
            plain = primitive_of_rational(t, part, self.name)
            return None if plain is None else plain * whole
        found = t.zero
        while len(rest) >= len(rate):
            shift = len(rest) - len(rate)
            lead = rest[-1] / rate[-1]
            term = lead * self.x**shift
            found = found + term
            rest_now = coefficients(t, value(t, rest, self.x) - self.slope(term) - term * value(
                t, rate, self.x), self.name)
            if rest_now is None or len(rest_now) >= len(rest):
                return None
            rest = rest_now
        result = found * whole
        if not rest:
            return result
        if len(inner) != 3 or len(rest) != 1:
            return None
        a, b, c = -inner[2], inner[1], inner[0]
        if t.sign(a) is not Sign.POSITIVE:
            return None
        root = absolute_power(t, a, Fraction(1, 2))
        bell = function(t, "erf", (reduce(t, root * self.x - b / root.scaled(Fraction(2))),), (0,))
        pi = absolute_power(t, t.atom(ConstAtom("pi")), Fraction(1, 2))
        return result + rest[0] * pi / root.scaled(Fraction(2)) * exp(t, c + b * b / a.scaled(Fraction(4))) * bell

    def _power_law(self, part: Normal, exponent: Normal, whole: Normal) -> Normal | None:
        """c L**n exp(s log L) for an affine L."""
        t = self.t
        logs = self._moving(exponent)
        if len(logs) != 1 or not isinstance(log := t[logs[0]], LogAtom):
            return None
        base = coefficients(t, log.base, self.name)
        power = exponent / t.atom(log)
        if base is None or len(base) != 2 or self.name in power.free():
            return None
        rate = self.slope(part) * log.base / part
        if self.name in rate.free():
            return None
        # part is c L**n where L part'/part is n L'
        total = rate / base[1] + power + t.one
        if t.sign(total) not in STRICT_SIGNS:
            return None
        return part * log.base * whole / (total * base[1])

    # by parts and by substitution

    def _by_parts(self, part: Normal, whole: Normal, kind: tuple[tuple[int, int], ...], power: int,
                  depth: int) -> Normal | None:
        """P f**m = (Q f**m)' - m Q f' f**(m-1) with Q' = P, Q chosen to cancel where f' has a pole."""
        t = self.t
        (number, _), = kind
        atom = t[number]
        me = t.monomial(((number, 1),))
        rate = self.slope(me)
        ratio = part / rate
        if self.name not in ratio.free():
            return ratio * me ** (power + 1) / t.rational(power + 1)
        outer = primitive_of_rational(t, part, self.name)
        if outer is None or self._moving(outer):
            return None
        if isinstance(atom, LogAtom):
            base = coefficients(t, atom.base, self.name)
            if base is not None and len(base) == 2 and coefficients(t, outer, self.name) is not None:
                outer = outer - t.substitute(outer, {self.name: -base[0] / base[1]})
        inner = self.find(reduce(t, outer * rate * me ** (power - 1)).scaled(Fraction(power)), depth + 1)
        return None if inner is None else outer * whole / part - inner

    def _under_sum(self, part: Normal, fold: FoldAtom, depth: int) -> Normal | None:
        """The antiderivative of a finite sum, term by term."""
        t = self.t
        with opened(t, fold) as (names, ranges, body):
            if any(self.name in end.free() for r in ranges for end in (r.lower, r.upper)):
                return None
            inner = self.find(part * body, depth + 1)
            return None if inner is None else close_again(t, "sum", names, ranges, inner)

    def _substituted(self, body: Normal, depth: int) -> Normal | None:
        """A rational function of exp(c x), or of x and roots of one affine base."""
        t = self.t
        atoms = [t[i] for i in self._moving(body)]
        if atoms and all(isinstance(a, ExpAtom) for a in atoms):
            return self._of_exp(body, [a for a in atoms if isinstance(a, ExpAtom)], depth)
        if atoms and all(isinstance(a, RootAtom) for a in atoms):
            return self._of_root(body, [a for a in atoms if isinstance(a, RootAtom)])
        return None

    def _of_exp(self, body: Normal, atoms: list[ExpAtom], depth: int) -> Normal | None:
        t = self.t
        basis = atoms[0].exponent
        rate = self.slope(basis)
        if any(a.exponent != basis for a in atoms) or self.name in rate.free():
            return None
        explicit = t.number(Var(self.name))
        if explicit is not None and explicit in body.atoms():
            # P(x) R(exp) by parts, P a polynomial
            parts = t.split(body, self.name)
            top = t.total(c for c, _ in parts[:1])
            degree = max((dict(m).get(explicit, 0) for m, _ in t.terms(body.num)), default=0)
            poly = self.x**degree
            rest = body / poly
            if self.name in top.free() or explicit in rest.atoms():
                return None
            outer = self._of_exp(rest, atoms, depth)
            if outer is None or explicit in outer.atoms():
                return None
            inner = self.find(self.slope(poly) * outer, depth + 1)
            return None if inner is None else poly * outer - inner
        size = lcm(*(a.root for a in atoms))
        variable = t.fresh()
        v = t.var(variable)
        moved = t.rebuild(body, lambda i: v ** (size // atom.root) if isinstance(
            atom := t[i], ExpAtom) and atom.exponent == basis else t.monomial(((i, 1),)))
        found = primitive_of_rational(t, moved.scaled(Fraction(size)) / (rate * v), variable)
        return None if found is None else t.substitute(found, {variable: exp(t, basis.scaled(Fraction(1, size)))})

    def _of_root(self, body: Normal, atoms: list[RootAtom]) -> Normal | None:
        t = self.t
        base = atoms[0].base
        if len(atoms) == 2 and all(a.root == 2 for a in atoms):
            # the roots of two factors as the root of their product
            base = base * atoms[1].base
            poly = coefficients(t, base, self.name)
            return None if poly is None or len(poly) != 3 else self._of_square_root(body, base, poly)
        poly = coefficients(t, base, self.name)
        if any(a.base != base for a in atoms) or poly is None:
            return None
        if len(poly) == 3 and len(atoms) == 1 and atoms[0].root == 2:
            return self._of_square_root(body, base, poly)
        if len(poly) != 2:
            return None
        size = lcm(*(a.root for a in atoms))
        variable = t.fresh()
        v = t.var(variable)
        x = (v**size - poly[0]) / poly[1]

        def change(i: int) -> Normal:
            match t[i]:
                case RootAtom(inner, root) if inner == base:
                    return v ** (size // root)
                case Var(n) if n == self.name:
                    return x
                case _:
                    return t.monomial(((i, 1),))

        moved = t.rebuild(body, change) * (v ** (size - 1)).scaled(Fraction(size)) / poly[1]
        found = primitive_of_rational(t, moved, variable)
        return None if found is None else t.substitute(found, {variable: absolute_power(t, base, Fraction(1, size))})

    def _of_square_root(self, body: Normal, base: Normal, poly: list[Normal]) -> Normal | None:
        """c/sqrt(q) and c sqrt(q) for q = a - b x**2 up to sign, by asin."""
        t = self.t
        root = absolute_power(t, base, Fraction(1, 2))
        c, b, a = poly
        if not b.is_zero:
            return None
        # the root is of |base|; the sign of base is the author's side of the interval
        if t.sign(a) is Sign.POSITIVE and t.sign(c) is Sign.NEGATIVE:
            a, c = -a, -c
        if t.sign(-a) is not Sign.POSITIVE or t.sign(c) is not Sign.POSITIVE:
            return None
        narrow = absolute_power(t, -a / c, Fraction(1, 2))
        angle = function(t, "asin", (narrow * self.x,), (0,)) / absolute_power(t, -a, Fraction(1, 2))
        factor = reduce(t, body * root)
        if self.name not in factor.free():
            return factor * angle
        factor = reduce(t, body / root)
        if self.name not in factor.free():
            return factor * (self.x * root + c * angle).scaled(Fraction(1, 2))
        return None

    # trigonometric and opaque functions

    def _trigonometric(self, part: Normal, kind: tuple[tuple[int, int], ...], depth: int) -> Normal | None:
        """P sin**a cos**b of one affine angle, times exp of a linear exponent where a + b = 1."""
        t = self.t
        powers = {"sin": 0, "cos": 0}
        angle: Normal | None = None
        exponent = t.zero
        for i, e in kind:
            match t[i]:
                case FunctionAtom(("sin" | "cos") as which, (inner,), (0,)) if angle in (None, inner):
                    angle = inner
                    powers[which] = e
                case ExpAtom(inner, root):
                    exponent = exponent + inner.scaled(Fraction(e, root))
                case _:
                    return self._as_product(part * self._product(kind), depth + 1)
        assert angle is not None
        rate, growth = self.slope(angle), self.slope(exponent)
        poly = coefficients(t, part, self.name)
        if self.name in rate.free() or self.name in growth.free() or poly is None:
            return None
        sin, cos = (function(t, which, (angle,), (0,)) for which in ("sin", "cos"))
        if not growth.is_zero:
            if len(poly) != 1 or sum(powers.values()) != 1:
                return None
            square = growth * growth + rate * rate
            top = growth * sin - rate * cos if powers["sin"] else growth * cos + rate * sin
            return part * exp(t, exponent) * top / square
        if len(poly) > 1:
            if sum(powers.values()) != 1:
                return None
            outer = -cos / rate if powers["sin"] else sin / rate
            inner_ = self.find(self.slope(part) * outer, depth + 1)
            return None if inner_ is None else part * outer - inner_
        found = self._powers(sin, cos, powers["sin"], powers["cos"], rate)
        return None if found is None else part * found

    def _powers(self, sin: Normal, cos: Normal, a: int, b: int, rate: Normal) -> Normal | None:
        t = self.t
        if a == 0 and b == 0:
            return self.x
        if a == 1:
            return -(cos ** (b + 1)) / rate.scaled(Fraction(b + 1))
        if a:
            return None
        lower = t.zero if b == 1 else self._powers(sin, cos, 0, b - 2, rate)
        if lower is None:
            return None
        return cos ** (b - 1) * sin / rate.scaled(Fraction(b)) + lower.scaled(Fraction(b - 1, b))

    def _as_product(self, body: Normal, depth: int) -> Normal | None:
        """A total derivative of products of opaque functions: the term with the highest derivative is
        the one that came from differentiating it."""
        t = self.t
        found, rest = t.zero, body
        for _ in range(12):
            if rest.is_zero:
                return found
            if self._moving(t.polynomial(rest.den)):
                return None
            best: tuple[int, Normal] | None = None
            for mono, c in t.terms(rest.num):
                for i, e in mono:
                    atom = t[i]
                    if e != 1 or not isinstance(atom, FunctionAtom) or len(atom.args) != 1 or not atom.orders[0]:
                        continue
                    inner = self.slope(atom.args[0])
                    if inner.is_zero:
                        continue
                    lower = function(t, atom.name, atom.args, (atom.orders[0] - 1,))
                    others = t.monomial(tuple(p for p in mono if p[0] != i)).scaled(Fraction(c)) / inner
                    # f f' is (f**2/2)'
                    same = lower.atoms()
                    power = 1 + (dict(mono).get(same[0], 0) if len(same) == 1 else 0)
                    term = lower * others / t.polynomial(rest.den).scaled(Fraction(power))
                    if best is None or atom.orders[0] > best[0]:
                        best = (atom.orders[0], term)
            if best is None:
                remaining = self._plain(rest, depth)
                return None if remaining is None else found + remaining
            found, rest = found + best[1], reduce(t, rest - self.slope(best[1]))
        return None

    def _plain(self, body: Normal, depth: int) -> Normal | None:
        """An antiderivative of what has no opaque derivative."""
        if any(isinstance(a := self.t[i], FunctionAtom) and any(a.orders) for i in self._moving(body)):
            return None
        if any(isinstance(a := self.t[i], FunctionAtom) and a.name not in ("sin", "cos", *_BY_PARTS)
               for i in self._moving(body)):
            return None
        return self.find(body, depth)

