"""Complex terms as pairs of real ones: the written tree in, its real and its imaginary part out.

Trusted: both halves of the kernel, proof and evaluation, see a complex line only through these pairs. Imports the
ground floor, `components` and the normal forms. A symbol z that is declared complex is the two real symbols `re(z)`
and `im(z)`, a family two families. A pair is defined where *both* its parts are, and that is where the written term
is: a part is dropped only where what is left is still defined at the same points. What has no real and imaginary part
in finite terms (branches of log, roots, powers that are no integers) is Unsupported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import comb

from lossproof.derivation import Declaration, Definition, Domain
from lossproof.kernel.components import Components
from lossproof.kernel.functions import reduce
from lossproof.kernel.normal_form import DivisionByZero, OutOfWork, Unsupported
from lossproof.kernel.normalize import NeedsCases, Normalizer
from lossproof.term import (
    MINUS_ONE,
    ONE,
    ZERO,
    Add,
    Bool,
    Call,
    Component,
    Const,
    Derivative,
    Entry,
    Family,
    Fold,
    ForAll,
    Integral,
    Limit,
    Mul,
    Number,
    Partial,
    Piecewise,
    Pow,
    Range,
    Relation,
    Subst,
    Symbol,
    Term,
    add,
    mul,
    number,
    substitute,
    walk,
)

MOST_FACTORS = 8
"""So many complex factors of one product are multiplied out."""
LARGEST_POWER = 32
PARTS = ("conjugate", "re", "im")
"""The functions that only complex numbers call for."""

_I = Const("I")
_LINEAR = ("transpose", "trace")
_MULTILINEAR = ("matmul", "hadamard", "outer", "dot")
_AT_ZERO = {"exp": ONE, "cos": ONE, "cosh": ONE, "sin": ZERO, "sinh": ZERO}
_SMOOTH = ("exp", "sin", "cos", "sinh", "cosh", "tanh", "atan", "asinh")


class NoOrder(Unsupported):
    """An inequality of what is not seen to be real."""


@dataclass(frozen=True, slots=True)
class Pair:
    """re + i im; `im` is ZERO where the value is real by its form."""

    re: Term
    im: Term = ZERO


def real_name(name: str) -> str:
    """The name of the real part of what is called `name`; no author can write such a name."""
    return f"re({name})"


def imaginary_name(name: str) -> str:
    """The name of the imaginary part."""
    return f"im({name})"


def twin(name: str) -> str:
    """The name of the imaginary part for that of the real part, and the other way round."""
    return f"{'im' if name.startswith('re') else 're'}{name[2:]}"


def has_parts(term: Term) -> bool:
    """Whether the node itself belongs to complex numbers: I, conjugate, re, im."""
    return term == _I or (isinstance(term, Call) and term.function in PARTS)


class RealParts:
    """Takes the terms of one step apart.

    `declarations` and `definitions` grow to those that the parts stand under. `nonzero` maps a real term to the
    complex one that is 0 exactly where it is. `laws` are those that were used.
    """

    def __init__(self, declarations: Mapping[str, Declaration], definitions: Mapping[str, Definition]) -> None:
        self._written = definitions
        self._shapes = Components(declarations, definitions)
        self._complex = {n for n, d in declarations.items() if "complex" in d.assumptions}
        self._mixed: dict[str, bool] = {}
        self.declarations: dict[str, Declaration] = {}
        self.definitions: dict[str, Definition] = {}
        self.nonzero: dict[Term, Term] = {}
        self.laws: dict[str, None] = {}
        self.laws["real-parts"] = None
        for name, d in declarations.items():
            if name not in self._complex:
                self.declarations[name] = d
                continue
            for part in (real_name(name), imaginary_name(name)):
                self.declarations[part] = Declaration(
                    part, d.kind, shape=d.shape, rank=d.rank, array=d.array, assumed=d.assumed, span=d.span)

    # the public face

    def pair(self, term: Term, bound: Mapping[str, Declaration]) -> Pair:
        """The real and the imaginary part; names in `bound` are bound (and real) here."""
        if not self._mentions(term, bound):
            return Pair(term)
        match term:
            case Const():
                return Pair(ZERO, ONE)
            case Symbol(name):
                return self._named(name, Symbol)
            case Entry(name, indices):
                at = tuple(self.real(i, bound) for i in indices)
                return self._named(name, lambda part: Entry(part, at))
            case Add(args):
                pairs = [self.pair(a, bound) for a in args]
                return Pair(_added(p.re for p in pairs), _added(p.im for p in pairs))
            case Mul(args):
                return self._multilinear(lambda chosen: _times(*chosen), [self.pair(a, bound) for a in args])
            case Pow(base, exponent):
                return self._power(base, exponent, bound)
            case Call(function, args, orders):
                return self._call(term, function, args, orders, bound)
            case Fold():
                return self._fold(term, bound)
            case Family(body, ranges):
                inner = {**bound, **{r.name: _index(r.name) for r in ranges}}
                spans = tuple(self._range(r, bound) for r in ranges)
                return _each(lambda part: Family(part, spans), self.pair(body, inner))
            case Component(array, indices):
                at = tuple(self.real(i, bound) for i in indices)
                return _each(lambda part: Component(part, at), self.pair(array, bound))
            case Derivative(body, by, order):
                if self._mentions(by, bound):
                    raise Unsupported("a derivative by a complex number")
                return _each(lambda part: Derivative(part, by, order), self.pair(body, bound))
            case Limit(body, variable, target, side):
                if self._mentions(variable, bound):
                    raise Unsupported("a limit along a complex number")
                to = self.real(target, bound)
                return _each(lambda part: Limit(part, variable, to, side), self.pair(body, bound))
            case Integral(body, name, lower, upper):
                inner = {**bound, name: Declaration(name, "scalar")}
                ends = self.real(lower, bound), self.real(upper, bound)
                return _each(lambda part: Integral(part, name, *ends), self.pair(body, inner))
            case Subst(body, variable, value):
                if self._mentions(variable, bound):
                    raise Unsupported("a substitution for a complex number")
                at_value = self.real(value, bound)
                return _each(lambda part: Subst(part, variable, at_value), self.pair(body, bound))
            case Piecewise(pieces):
                pairs = [self.pair(value, bound) for value, _ in pieces]
                conditions = [self.condition(c, bound) for _, c in pieces]

                def chosen(parts: Sequence[Term]) -> Term:
                    return Piecewise(tuple(zip(parts, conditions, strict=True)))

                real = all(p.im == ZERO for p in pairs)
                return Pair(chosen([p.re for p in pairs]), ZERO if real else chosen([p.im for p in pairs]))
            case Partial(function, family, indices):
                at = tuple(self.real(i, bound) for i in indices)
                return Pair(Partial(function, self.real(family, bound), at))
            case _:
                raise Unsupported(f"{type(term).__name__} of complex numbers")

    def real(self, term: Term, bound: Mapping[str, Declaration],
             otherwise: str = "a real number is needed, and this is complex") -> Term:
        """The real term that `term` is; Unsupported where its imaginary part is not seen to be 0."""
        pair = self.pair(term, bound)
        if pair.im == ZERO:
            return pair.re
        if not self.vanishes(pair.im, bound):
            raise Unsupported(otherwise)
        return self.guarded(pair.re, pair.im)

    def vanishes(self, term: Term, bound: Mapping[str, Declaration]) -> bool:
        """Whether the normal form of a real term is 0."""
        if term == ZERO:
            return True
        n = Normalizer({**self.declarations, **bound}, self.definitions)
        try:
            return not n.arrays.shape(term) and reduce(n.table, n.normal(term)).is_zero
        except (Unsupported, DivisionByZero, NeedsCases, OutOfWork):
            return False

    def guarded(self, term: Term, other: Term) -> Term:
        """`term`, undefined also where `other` is."""
        if self._total(other):
            return term
        return Mul((ZERO, other)) if term == ZERO else Add((term, Mul((ZERO, other))))

    def condition(self, term: Term, bound: Mapping[str, Declaration]) -> Term:
        """A condition on complex numbers as one on real ones."""
        match term:
            case Relation("=" | "!=", left, right) if self._mentions(term, bound):
                return self._equation(term.op, self.pair(left, bound), self.pair(right, bound), (left, right), bound)
            case Relation(op, left, right) if self._mentions(term, bound):
                sides = [self.pair(side, bound) for side in (left, right)]
                if not all(self.vanishes(side.im, bound) for side in sides):
                    raise NoOrder("complex numbers have no order")
                return Relation(op, *(self.guarded(side.re, side.im) for side in sides), span=term.span)
            case Bool(op, args):
                return Bool(op, tuple(self.condition(a, bound) for a in args), span=term.span)
            case ForAll(body, range_, extra):
                inner = {**bound, range_.name: _index(range_.name)}
                return ForAll(self.condition(body, inner), self._range(range_, bound),
                              None if extra is None else self.condition(extra, inner), span=term.span)
            case _:
                return term

    def _equation(self, op: str, left: Pair, right: Pair, written: tuple[Term, Term],
                  bound: Mapping[str, Declaration]) -> Term:
        if self.vanishes(left.im, bound) and self.vanishes(right.im, bound):
            sides = self.guarded(left.re, left.im), self.guarded(right.re, right.im)
            return Relation("=" if op == "=" else "!=", *sides)
        if op == "=":
            return Bool("and", (Relation("=", left.re, right.re), Relation("=", left.im, right.im)))
        apart = Pair(_added((left.re, _minus(right.re))), _added((left.im, _minus(right.im))))
        return Relation("!=", self._square(apart, written[0] if right == Pair(ZERO) else None), ZERO)

    # names

    def is_complex(self, name: str) -> bool:
        """Whether a declared name or a quantity has an imaginary part."""
        if name in self._written and name not in self._mixed:
            self._define(name)
        return name in self._complex

    def _mentions(self, term: Term, bound: Mapping[str, Declaration]) -> bool:
        """Whether anything in the term has an imaginary part, or asks for one."""
        for part in walk(term):
            match part:
                case Symbol(name) | Entry(family=name):
                    if name not in bound and self.is_complex(name):
                        return True
                case _:
                    if has_parts(part):
                        return True
        return False

    def _define(self, name: str) -> None:
        """Enter a quantity: as it was written, or as its real part, or as both parts."""
        self._mixed[name] = False
        q = self._written[name]
        bound = {r.name: _index(r.name) for r in q.ranges}
        pair = self.pair(q.body, bound)
        if self.vanishes(pair.im, bound):
            self.definitions[name] = Definition(name, self.guarded(pair.re, pair.im), q.ranges, q.latex, q.cites, q.span)
            return
        self._mixed[name] = True
        self._complex.add(name)
        for part, body in ((real_name(name), pair.re), (imaginary_name(name), pair.im)):
            self.definitions[part] = Definition(part, body, q.ranges, span=q.span)

    def _named(self, name: str, make: Callable[[str], Term]) -> Pair:
        return Pair(make(real_name(name)), make(imaginary_name(name)))

    def _range(self, r: Range, bound: Mapping[str, Declaration]) -> Range:
        return Range(r.name, self.real(r.lower, bound), self.real(r.upper, bound))

    # operations

    def _multilinear(self, build: Callable[[Sequence[Term]], Term], pairs: Sequence[Pair]) -> Pair:
        """A product of any kind: one summand for every choice of a part of each factor."""
        if sum(1 for p in pairs if p.im != ZERO and p.re != ZERO) > MOST_FACTORS:
            raise Unsupported("a product of so many complex factors")
        choices = [[(p.re, 0)] if p.im == ZERO else [(p.im, 1)] if p.re == ZERO else [(p.re, 0), (p.im, 1)]
                   for p in pairs]
        found: tuple[list[Term], list[Term]] = ([], [])
        for choice in product(*choices):
            turns = sum(turn for _, turn in choice)
            summand = build([part for part, _ in choice])
            found[turns % 2].append(_minus(summand) if turns % 4 >= 2 else summand)
        return Pair(add(*found[0]), add(*found[1]))

    def _square(self, pair: Pair, written: Term | None) -> Term:
        """|w|^2; it is 0 where w, which is `written` so, is."""
        squares = [Pow(part, number(2)) for part in (pair.re, pair.im) if part != ZERO]
        found = add(*squares)
        if written is not None and len(squares) == 2:
            self.nonzero.setdefault(found, written)
        self.laws["modulus"] = None
        return found

    def _power(self, base: Term, exponent: Term, bound: Mapping[str, Declaration]) -> Pair:
        match base, exponent:
            case Const("E"), _:
                return self._exp(self.pair(exponent, bound))
            case Call("exp", (inner,), ()), _ if _is_integer(exponent, {**self.declarations, **bound}):
                return self._exp(self._multilinear(lambda c: _times(*c), [self.pair(inner, bound), Pair(exponent)]))
            case Call("Abs", (inner,), ()), Number(value) if value.denominator == 1 and value.numerator % 2 == 0:
                square = self._square(self.pair(inner, bound), inner)
                return Pair(Pow(square, Number(value / 2)))
            case _, Number(value) if value.denominator == 1:
                return self._natural(self.pair(base, bound), int(value), base)
            case Const("I"), _ if _is_integer(exponent, {**self.declarations, **bound}):
                return self._exp(Pair(ZERO, Mul((exponent, Const("pi"), number(Fraction(1, 2))))))
        over = self.pair(exponent, bound)
        if over.im != ZERO and not self.vanishes(over.im, bound):
            if not self._is_positive(base):
                raise Unsupported("a complex power of what is not known to be positive")
            return self._exp(self._multilinear(lambda c: _times(*c), [over, Pair(Call("log", (base,)))]))
        if _is_integer(exponent, {**self.declarations, **bound}):
            why = "a power of a complex number with a symbol as exponent"
        else:
            why = "the branch of a root of a complex number is not followed"
        return Pair(Pow(self.real(base, bound, why), self.guarded(over.re, over.im)))

    def _natural(self, w: Pair, power: int, written: Term) -> Pair:
        """w**power for an integer power; for a negative one |w|^2 must not be 0."""
        if w.im == ZERO:
            return Pair(Pow(w.re, number(power)))
        if w.re == ZERO:
            # (i b)**power
            one = w.im if w.im == ONE else Pow(w.im, number(power))
            signed = one if power % 4 < 2 else _minus(one)
            return Pair(ZERO, signed) if power % 2 else Pair(signed)
        if abs(power) > LARGEST_POWER:
            raise Unsupported("so high a power of a complex number")
        if power == 0:
            return Pair(Add((Pow(w.re, ZERO), Mul((ZERO, w.im)))))
        if power < 0:
            self.laws["complex-reciprocal"] = None
            turned = self._natural(Pair(w.re, _minus(w.im)), -power, written)
            below = Pow(self._square(w, written), number(power))
            return Pair(_times(turned.re, below), _times(turned.im, below))
        found: tuple[list[Term], list[Term]] = ([], [])
        for k in range(power + 1):
            factors = [number(comb(power, k)), *(Pow(part, number(e)) for part, e in ((w.re, power - k), (w.im, k)) if e)]
            summand = _times(*factors)
            found[k % 2].append(_minus(summand) if k % 4 >= 2 else summand)
        return Pair(add(*found[0]), add(*found[1]))

    def _is_positive(self, base: Term) -> bool:
        match base:
            case Number(value):
                return value > 0
            case Const("pi"):
                return True
            case Symbol(name):
                domain = self.declarations[name].domain if name in self.declarations else Domain()
                return domain.lower is not None and (domain.lower > 0 or (domain.lower == 0 and domain.lower_open))
            case _:
                return False

    def _exp(self, w: Pair) -> Pair:
        if w.im == ZERO:
            return Pair(Call("exp", (w.re,)))
        self.laws["euler"] = None
        size = _at("exp", w.re)
        return Pair(_times(size, _at("cos", w.im)), _times(size, _at("sin", w.im)))

    def _call(self, term: Term, function: str, args: tuple[Term, ...], orders: tuple[int, ...],
              bound: Mapping[str, Declaration]) -> Pair:
        pairs = [self.pair(a, bound) for a in args]
        if function in _LINEAR:
            return _each(lambda part: Call(function, (part,)), pairs[0])
        if function in _MULTILINEAR:
            return self._multilinear(lambda chosen: Call(function, tuple(chosen)), pairs)
        if function in PARTS and not any(orders):
            (w,) = pairs
            match function:
                case "conjugate":
                    return Pair(w.re, ZERO if w.im == ZERO else _minus(w.im))
                case "re":
                    return Pair(self.guarded(w.re, w.im))
                case _:
                    return Pair(self.guarded(w.im, w.re))
        if all(p.im == ZERO for p in pairs):
            return Pair(Call(function, tuple(p.re for p in pairs), orders))
        if not any(orders) and len(args) == 1:
            if self._shapes.shape(args[0]):
                raise Unsupported(f"{function} of a complex array, entry by entry")
            found = self._of_one(function, pairs[0], args[0])
            if found is not None:
                return found
        why = f"the branch of {function} of a complex number is not followed" if function in (
            "log", "sqrt", "asin", "acos", "atan", "asinh", "acosh", "atanh") else f"{function} of a complex number"
        return Pair(Call(function, tuple(self.real(a, bound, why) for a in args), orders))

    def _of_one(self, function: str, w: Pair, written: Term) -> Pair | None:
        """A function of a complex number that has its parts in finite terms."""
        match function:
            case "exp":
                return self._exp(w)
            case "Abs":
                if w.re == ZERO:
                    return Pair(Call("Abs", (w.im,)))
                size = Call("sqrt", (self._square(w, written),))
                self.nonzero.setdefault(size, written)
                return Pair(size)
            case "sin" | "cos" | "sinh" | "cosh":
                self.laws["complex-trigonometric"] = None
                return _trigonometric(function, w)
            case "tan" | "tanh":
                self.laws["complex-trigonometric"] = None
                above, below = ("sin", "cos") if function == "tan" else ("sinh", "cosh")
                under = self._natural(_trigonometric(below, w), -1, Call(below, (written,)))
                return self._multilinear(lambda c: _times(*c), [_trigonometric(above, w), under])
            case _:
                return None

    def _fold(self, term: Fold, bound: Mapping[str, Declaration]) -> Pair:
        inner = {**bound, term.range.name: _index(term.range.name)}
        range_ = self._range(term.range, bound)
        where = None if term.condition is None else self.condition(term.condition, inner)
        pair = self.pair(term.body, inner)
        if term.kind == "sum" or pair.im == ZERO:
            return _each(lambda part: Fold(term.kind, part, range_, where), pair)
        match term.body:
            case Call("exp", (inside,), ()) | Pow(Const("E"), inside):
                return self._exp(_each(lambda part: Fold("sum", part, range_, where), self.pair(inside, inner)))
        match range_:
            case Range(name, Number(lower), Number(upper)) if where is None and upper - lower < MOST_FACTORS:
                factors = [substitute(term.body, {name: number(k)}) for k in range(int(lower), int(upper) + 1)]
                return self.pair(mul(*factors), bound) if factors else Pair(ONE)
        raise Unsupported("a product of complex numbers over a range")

    def _total(self, term: Term) -> bool:
        """Whether a real term is plainly defined, and smooth, everywhere."""
        match term:
            case Number() | Const("pi" | "E"):
                return True
            case Symbol(name):
                declaration = self.declarations.get(name)
                return declaration is not None and declaration.kind not in ("family", "function", "functional")
            case Add(args) | Mul(args):
                return all(self._total(a) for a in args)
            case Pow(base, Number(value)):
                return value.denominator == 1 and value >= 0 and self._total(base)
            case Call(function, (inner,), ()):
                return function in _SMOOTH and self._total(inner)
            case _:
                return False


def _trigonometric(function: str, w: Pair) -> Pair:
    """sin, cos, sinh, cosh of a + ib by the addition theorems."""
    a, b = w.re, w.im
    match function:
        case "sin":
            return Pair(_with_zeros("sin", a, "cosh", b), _with_zeros("cos", a, "sinh", b))
        case "cos":
            return Pair(_with_zeros("cos", a, "cosh", b), _minus(_with_zeros("sin", a, "sinh", b)))
        case "sinh":
            return Pair(_with_zeros("sinh", a, "cos", b), _with_zeros("cosh", a, "sin", b))
        case _:
            return Pair(_with_zeros("cosh", a, "cos", b), _with_zeros("sinh", a, "sin", b))


def _with_zeros(first: str, a: Term, second: str, b: Term) -> Term:
    """The product of the two values; 0 where one is, since the other part of the pair holds the argument, too."""
    factors = _at(first, a), _at(second, b)
    return ZERO if ZERO in factors else _times(*factors)


def _at(function: str, term: Term) -> Term:
    return _AT_ZERO[function] if term == ZERO else Call(function, (term,))


def _each(build: Callable[[Term], Term], pair: Pair) -> Pair:
    """An operation that is linear in the pair; a part that is the number 0 stays it where the other one is left."""
    if pair.im == ZERO:
        return Pair(build(pair.re))
    return Pair(ZERO if pair.re == ZERO else build(pair.re), build(pair.im))


def _times(*factors: Term) -> Term:
    return mul(*(f for f in factors if f != ONE))


def _added(terms: Iterable[Term]) -> Term:
    return add(*(term for term in terms if term != ZERO))


def _minus(term: Term) -> Term:
    return Number(-term.value) if isinstance(term, Number) else Mul((MINUS_ONE, term))


def _index(name: str) -> Declaration:
    return Declaration(name, "integer", Domain(integer=True))


def _is_integer(term: Term, declarations: Mapping[str, Declaration]) -> bool:
    """Whether a term is an integer by its declarations."""
    match term:
        case Number(value):
            return value.denominator == 1
        case Symbol(name):
            declaration = declarations.get(name)
            return declaration is not None and (
                declaration.kind in ("integer", "size", "index") or declaration.domain.integer)
        case Add(args) | Mul(args):
            return all(_is_integer(a, declarations) for a in args)
        case _:
            return False
