"""From a normal form back to a written tree, for people and for case hypotheses.

Trusted. Imports `atoms`, `sums`, `normal_form` and the ground floor. The tree has the same
value wherever it is defined; it is not unique and no verdict depends on its looks.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import chain, count

from lossproof.kernel.algebra import open_functional
from lossproof.kernel.atoms import (
    AbsAtom,
    Atom,
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
from lossproof.kernel.binders import open_fold
from lossproof.kernel.integral_atoms import open_integral
from lossproof.kernel.letters import Form, InverseOf, Letter, Named, OnesVector, Unit, Word, rows_of
from lossproof.kernel.normal_form import Normal, Table, Unsupported
from lossproof.kernel.sign_sets import Sign
from lossproof.kernel.words import transposed
from lossproof.term import (
    MINUS_ONE,
    ONE,
    Bool,
    Call,
    Component,
    Const,
    Entry,
    Family,
    Fold,
    Integral,
    Mul,
    Number,
    Partial,
    Pow,
    Range,
    Relation,
    Symbol,
    Term,
    add,
    mul,
    negate,
)

_NAMES = "kjilmnqrst"


class Readback:
    """Writes normal forms of one table as terms; names of bound variables avoid `taken`."""

    def __init__(self, table: Table, taken: frozenset[str], bound: dict[str, str] | None = None) -> None:
        self.t = table
        self.taken = taken
        self.bound = bound or {}

    def term(self, normal: Normal) -> Term:
        """The term; Unsupported where a fresh variable of the kernel's is left in it."""
        t = self.t
        top = self._sum(normal.num)
        if normal.den.is_one():
            return top
        bottom = self._sum(normal.den)
        value = normal.den.is_constant()
        if value and len(normal.num) == 1:
            ((mono, c),) = t.terms(normal.num)
            return self._product(mono, Fraction(c, int(normal.den.leading_coefficient())))
        if top == ONE:
            return Pow(bottom, MINUS_ONE)
        return mul(*(top.args if isinstance(top, Mul) else (top,)), Pow(bottom, MINUS_ONE))

    def _sum(self, poly: object) -> Term:
        content, factors = self.t.factors(poly)
        if len(self.t.terms(poly)) > 1 and (len(factors) > 1 or factors[0][1] > 1 or abs(content) != 1):
            parts: list[Term] = [] if content == 1 else [Number(Fraction(content))]
            for factor, multiplicity in sorted(factors, key=lambda f: len(f[0].num)):
                base = self._plain_sum(factor.num)
                parts.append(base if multiplicity == 1 else Pow(base, Number(Fraction(multiplicity))))
            return mul(*parts)
        return self._plain_sum(poly)

    def _plain_sum(self, poly: object) -> Term:
        parts = [self._product(mono, Fraction(c)) for mono, c in self.t.terms(poly)]
        positive_first = sorted(parts, key=_is_negative)
        return add(*positive_first)

    def _product(self, mono: tuple[tuple[int, int], ...], coefficient: Fraction) -> Term:
        parts: list[Term] = []
        for i, e in mono:
            base = self._atom(self.t[i])
            parts.append(base if e == 1 else Pow(base, Number(Fraction(e))))
        if not parts:
            return Number(coefficient)
        if coefficient == -1:
            return negate(mul(*parts)) if len(parts) == 1 else Mul((MINUS_ONE, *parts))
        return mul(*parts) if coefficient == 1 else mul(Number(coefficient), *parts)

    def _atom(self, atom: Atom) -> Term:
        match atom:
            case Var(name):
                if name in self.bound:
                    return Symbol(self.bound[name])
                if name[0] in "%#@":
                    raise Unsupported("a variable of the kernel's own")
                return Symbol(name)
            case ConstAtom("pi"):
                return Const("pi")
            case ConstAtom():
                return Const("EulerGamma")
            case EntryAtom(family, indices):
                return Entry(family, tuple(self.term(i) for i in indices))
            case ExpAtom(exponent, root):
                return Call("exp", (self.term(exponent.scaled(Fraction(1, root))),))
            case RootAtom(base, root):
                return Pow(self._magnitude(base), Number(Fraction(1, root)))
            case LogAtom(base):
                return Call("log", (self._magnitude(base),))
            case AbsAtom(base):
                return Call("Abs", (self.term(base),))
            case DeltaAtom(difference):
                zero = Number(Fraction(0))
                return Call("KroneckerDelta", (self.term(difference), zero))
            case TraceAtom(word):
                return self._trace(word)
            case DetAtom(form):
                return Call("det", (self._form(form),))
            case FoldAtom():
                return self._fold(atom)
            case FunctionAtom(name, args, orders):
                shown = orders if any(orders) else ()
                return Call(name, tuple(self.term(a) for a in args), shown)
            case FunctionalAtom():
                return self._functional(atom)
            case IntegralAtom(lower, upper):
                name, body = open_integral(self.t, atom)
                inner = self._named([name])
                ends = (Const("-oo") if lower is None else self.term(lower),
                        Const("oo") if upper is None else self.term(upper))
                return Integral(inner.term(body), inner.bound[name], *ends)
            case PowAtom(base, exponent):
                return Pow(self.term(base), self.term(exponent))

    def _magnitude(self, base: Normal) -> Term:
        inner = self.term(base)
        positive = self.t.sign(base) in (Sign.POSITIVE, Sign.NONNEGATIVE)
        return inner if positive else Call("Abs", (inner,))

    def _named(self, names: list[str]) -> Readback:
        bound = dict(self.bound)
        for name in names:
            used = self.taken | set(bound.values())
            bound[name] = next(n for n in chain(_NAMES, (f"k{i}" for i in count(1))) if n not in used)
        return Readback(self.t, self.taken, bound)

    def _trace(self, word: Word) -> Term:
        """The trace of a product; a number written as a product, with unit vectors at its ends as indices."""
        one = self.t.one
        if rows_of(word[0]) != one:
            return Call("trace", (self._word(word),))
        indices = [self.term(u.index) for u in (word[0], word[-1]) if isinstance(u, Unit)]
        inner = word[isinstance(word[0], Unit):len(word) - isinstance(word[-1], Unit)]
        if not indices:
            return self._word(word)
        if len(indices) == 1 and isinstance(word[0], Unit) is False:
            # a row at an index is the column of the transpose
            inner = transposed(inner)[0]
        return Component(self._word(inner), tuple(indices))

    def _word(self, word: Word) -> Term:
        letters = [self._letter(letter) for letter in word]
        return letters[0] if len(letters) == 1 else Call("matmul", tuple(letters))

    def _letter(self, letter: Letter) -> Term:
        match letter:
            case Named(name, transposed=is_turned, inverted=inverted):
                if name[0] in "%#@":
                    raise Unsupported("a variable of the kernel's own")
                term: Term = Symbol(name)
                if inverted:
                    term = Call("inverse", (term,))
                return Call("transpose", (term,)) if is_turned else term
            case OnesVector(size, row):
                ones = Call("ones", (self.term(size),))
                return Call("transpose", (ones,)) if row else ones
            case InverseOf(form):
                return Call("inverse", (self._form(form),))
            case Unit():
                raise Unsupported("a unit vector inside a product")

    def _form(self, form: Form) -> Term:
        parts: list[Term] = []
        for word, c in form.terms:
            array = self._word(word) if word else Call("identity", (self.term(form.rows),))
            if c == self.t.one:
                parts.append(array)
            else:
                factor = self.term(c)
                parts.append(Mul((*(factor.args if isinstance(factor, Mul) else (factor,)), array)))
        return add(*sorted(parts, key=_is_negative))

    def _fold(self, atom: FoldAtom) -> Term:
        names, ranges, body = open_fold(self.t, atom)
        inner = self._named(names)
        result = inner.term(body)
        for name, bounds in zip(reversed(names), reversed(ranges), strict=True):
            shown = inner.bound[name]
            conditions = tuple(Relation("!=", Symbol(shown), inner.term(e)) for e in bounds.excluded)
            condition = None if not conditions else conditions[0] if len(conditions) == 1 else Bool("and", conditions)
            range_ = Range(shown, inner.term(bounds.lower), inner.term(bounds.upper))
            result = Fold(atom.kind, result, range_, condition)
        return result

    def _functional(self, atom: FunctionalAtom) -> Term:
        names, ranges, body = open_functional(self.t, atom)
        inner = self._named(names)
        shown = tuple(
            Range(inner.bound[n], inner.term(r.lower), inner.term(r.upper))
            for n, r in zip(names, ranges, strict=True)
        )
        family = Family(inner.term(body), shown)
        match atom.partials:
            case ():
                return Call(atom.name, (family,))
            case (partial,):
                return Partial(atom.name, family, tuple(self.term(i) for i in partial))
        raise Unsupported("a higher derivative of a functional")


def _is_negative(term: Term) -> bool:
    match term:
        case Number(value):
            return value < 0
        case Mul((Number(value), *_)):
            return value < 0
        case _:
            return False
