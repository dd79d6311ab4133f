"""Complex terms as pairs of real ones: the written tree in, its real and its imaginary part out.

Trusted: both halves of the kernel, proof and evaluation, see a complex line only through these pairs. Imports the
ground floor, `pairs`, `components` and the normal forms. A symbol z that is declared complex is the two real symbols
`re(z)` and `im(z)`, a family two families. A pair is defined where *both* its parts are, and that is where the written
term is: a part is dropped only where what is left is still defined at the same points. What has no real and imaginary
part in finite terms (branches of log, roots, powers that are no integers) is Unsupported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from lossproof.derivation import Declaration, Definition
from lossproof.kernel.components import Components
from lossproof.kernel.context import NeedsCases
from lossproof.kernel.functions import reduce
from lossproof.kernel.integers import written_integer
from lossproof.kernel.normal_form import DivisionByZero, OutOfWork, Unsupported
from lossproof.kernel.normalize import Normalizer
from lossproof.kernel.pairs import (
    Pair,
    added,
    bound_index,
    exponential,
    imaginary_name,
    imaginary_power,
    is_endless,
    is_positive,
    is_smooth,
    linear,
    minus,
    multilinear,
    multiplied,
    natural_power,
    real_name,
    tangent,
    times,
    trigonometric,
    written_out,
)
from lossproof.term import (
    ARRAY_FUNCTIONS,
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
    number,
    walk,
)

PARTS = ("conjugate", "re", "im")
"""The functions that only complex numbers call for."""

_I = Const("I")
_LINEAR = ("transpose", "trace")
_MULTILINEAR = ("matmul", "hadamard", "outer", "dot")


class NoOrder(Unsupported):
    """An inequality of what is not seen to be real."""


def has_parts(term: Term) -> bool:
    """Whether the node itself belongs to complex numbers: I, conjugate, re, im."""
    return term == _I or (isinstance(term, Call) and term.function in PARTS)


class RealParts:
    """Takes the terms of one step apart.

    `declarations` and `definitions` grow to those that the parts stand under. `nonzero` maps a real term,
    which is never negative, to the complex one that is 0 exactly where it is. `laws` are those that were used.
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
                return Pair(added(p.re for p in pairs), added(p.im for p in pairs))
            case Mul(args):
                return multiplied([self.pair(a, bound) for a in args])
            case Pow(base, exponent):
                return self._power(base, exponent, bound)
            case Call(function, args, orders):
                return self._call(term, function, args, orders, bound)
            case Fold():
                return self._fold(term, bound)
            case Family(body, ranges):
                inner = {**bound, **{r.name: bound_index(r.name) for r in ranges}}
                spans = tuple(self._range(r, bound) for r in ranges)
                return linear(lambda part: Family(part, spans), self.pair(body, inner))
            case Component(array, indices):
                at = tuple(self.real(i, bound) for i in indices)
                return linear(lambda part: Component(part, at), self.pair(array, bound))
            case Derivative(body, by, order):
                if self._mentions(by, bound):
                    raise Unsupported("a derivative by a complex number")
                return linear(lambda part: Derivative(part, by, order), self.pair(body, bound))
            case Limit(body, variable, target, side):
                if self._mentions(variable, bound):
                    raise Unsupported("a limit along a complex number")
                to = self.real(target, bound)
                return linear(lambda part: Limit(part, variable, to, side), self.pair(body, bound))
            case Integral(body, name, lower, upper):
                inner = {**bound, name: Declaration(name, "scalar")}
                ends = self.real(lower, bound), self.real(upper, bound)
                return linear(lambda part: Integral(part, name, *ends), self.pair(body, inner))
            case Subst(body, variable, value):
                if self._mentions(variable, bound):
                    raise Unsupported("a substitution for a complex number")
                at_value = self.real(value, bound)
                own = {variable.name: Declaration(variable.name, "scalar")} if isinstance(variable, Symbol) else {}
                return linear(lambda part: Subst(part, variable, at_value), self.pair(body, {**bound, **own}))
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
        if is_smooth(other, self.declarations):
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
                inner = {**bound, range_.name: bound_index(range_.name)}
                return ForAll(self.condition(body, inner), self._range(range_, bound),
                              None if extra is None else self.condition(extra, inner), span=term.span)
            case _:
                return term

    def goals(self, equation: Term) -> Term:
        """What is to be shown for an equation: each part is undefined where the other is."""
        match equation:
            case Relation("=", left, right) if self._mentions(equation, {}):
                a, b = self.pair(left, {}), self.pair(right, {})
                if not (self.vanishes(a.im, {}) and self.vanishes(b.im, {})):
                    return Bool("and", (Relation("=", self.guarded(a.re, a.im), self.guarded(b.re, b.im)),
                                        Relation("=", self.guarded(a.im, a.re), self.guarded(b.im, b.re))))
        return self.condition(equation, {})

    def _equation(self, op: str, left: Pair, right: Pair, written: tuple[Term, Term],
                  bound: Mapping[str, Declaration]) -> Term:
        if self.vanishes(left.im, bound) and self.vanishes(right.im, bound):
            sides = self.guarded(left.re, left.im), self.guarded(right.re, right.im)
            return Relation("=" if op == "=" else "!=", *sides)
        if op == "=":
            return Bool("and", (Relation("=", left.re, right.re), Relation("=", left.im, right.im)))
        apart = Pair(added((left.re, minus(right.re))), added((left.im, minus(right.im))))
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
        bound = {r.name: bound_index(r.name) for r in q.ranges}
        try:
            pair = self.pair(q.body, bound)
        except Unsupported:
            del self._mixed[name]  # a second look must fail as well: the quantity is not a real one
            raise
        if self.vanishes(pair.im, bound):
            self.definitions[name] = replace(q, body=self.guarded(pair.re, pair.im))
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
                return self._exponential(self.pair(exponent, bound))
            case Call("exp", (inner,), ()), _ if self._is_integer(exponent, bound):
                return self._exponential(multiplied([self.pair(inner, bound), Pair(exponent)]))
            case Call("Abs", (inner,), ()), Number(value) if value.denominator == 1 and value.numerator % 2 == 0:
                square = self._square(self.pair(inner, bound), inner)
                return Pair(Pow(square, Number(value / 2)))
            case _, Number(value) if value.denominator == 1:
                return self._natural(self.pair(base, bound), int(value), base)
            case Const("I"), _ if self._is_integer(exponent, bound):
                return self._exponential(Pair(ZERO, Mul((exponent, Const("pi"), number(Fraction(1, 2))))))
        over = self.pair(exponent, bound)
        if over.im != ZERO and not self.vanishes(over.im, bound):
            if not is_positive(base, {**self.declarations, **bound}):
                raise Unsupported("a complex power of what is not known to be positive")
            return self._exponential(multiplied([over, Pair(Call("log", (base,)))]))
        if self._is_integer(exponent, bound):
            why = "a power of a complex number with a symbol as exponent"
        else:
            why = "the branch of a root of a complex number is not followed"
        return Pair(Pow(self.real(base, bound, why), self.guarded(over.re, over.im)))

    def _is_integer(self, term: Term, bound: Mapping[str, Declaration]) -> bool:
        return written_integer(term, {**self.declarations, **bound}, {}, {})

    def _natural(self, w: Pair, power: int, written: Term) -> Pair:
        """w**power for an integer power; for a negative one |w|^2 must not be 0."""
        if w.im == ZERO:
            return Pair(Pow(w.re, number(power)))
        if w.re == ZERO:
            return imaginary_power(w.im, power)
        if power == 0:
            return Pair(Add((Pow(w.re, ZERO), Mul((ZERO, w.im)))))
        if power < 0:
            self.laws["complex-reciprocal"] = None
            turned = natural_power(Pair(w.re, minus(w.im)), -power)
            below = Pow(self._square(w, written), number(power))
            return Pair(times(turned.re, below), times(turned.im, below))
        return natural_power(w, power)

    def _exponential(self, w: Pair) -> Pair:
        if w.im != ZERO:
            self.laws["euler"] = None
        return exponential(w)

    def _call(self, term: Term, function: str, args: tuple[Term, ...], orders: tuple[int, ...],
              bound: Mapping[str, Declaration]) -> Pair:
        pairs = [self.pair(a, bound) for a in args]
        if function in _LINEAR:
            return linear(lambda part: Call(function, (part,)), pairs[0])
        if function in _MULTILINEAR:
            return multilinear(lambda chosen: Call(function, tuple(chosen)), pairs)
        if function in PARTS and not any(orders):
            (w,) = pairs
            match function:
                case "conjugate":
                    return Pair(w.re, ZERO if w.im == ZERO else minus(w.im))
                case "re":
                    return Pair(self.guarded(w.re, w.im))
                case _:
                    return Pair(self.guarded(w.im, w.re))
        if all(p.im == ZERO for p in pairs):
            return Pair(Call(function, tuple(p.re for p in pairs), orders))
        if not any(orders) and len(args) == 1:
            if self._shapes.shape(args[0]):
                of = "matrix" if function in ARRAY_FUNCTIONS else "array, entry by entry"
                raise Unsupported(f"{function} of a complex {of}")
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
                return self._exponential(w)
            case "Abs":
                if w.re == ZERO:
                    return Pair(Call("Abs", (w.im,)))
                size = Call("sqrt", (self._square(w, written),))
                self.nonzero.setdefault(size, written)
                return Pair(size)
            case "sin" | "cos" | "sinh" | "cosh":
                self.laws["complex-trigonometric"] = None
                return trigonometric(function, w)
            case "tan" | "tanh":
                self.laws["complex-trigonometric"] = None
                found, below = tangent(function, w)
                self.nonzero.setdefault(below, Call("cos" if function == "tan" else "cosh", (written,)))
                return found
            case _:
                return None

    def _fold(self, term: Fold, bound: Mapping[str, Declaration]) -> Pair:
        inner = {**bound, term.range.name: bound_index(term.range.name)}
        range_ = self._range(term.range, bound)
        where = None if term.condition is None else self.condition(term.condition, inner)
        try:
            pair = self.pair(term.body, inner)
        except Unsupported:
            expanded = None if where is not None else written_out(term.kind, term.body, range_)
            if expanded is None:
                raise
            return self.pair(expanded, bound)
        if term.kind == "sum" or pair.im == ZERO:
            return linear(lambda part: Fold(term.kind, part, range_, where), pair)
        # an endless product may have a value where the sum of the exponents has none, as of exp(2 pi I)
        match term.body:
            case Call("exp", (inside,), ()) | Pow(Const("E"), inside) if not is_endless(range_):
                exponent = self.pair(inside, inner)
                return self._exponential(linear(lambda part: Fold("sum", part, range_, where), exponent))
        expanded = None if where is not None else written_out("product", term.body, range_)
        if expanded is None:
            raise Unsupported("a product of complex numbers over a range")
        return self.pair(expanded, bound)
