"""What a term is at a concrete point: exactly, or enclosed, or provably undefined.

Trusted. Imports the ground floor, `quadrature`, `truth`, `worlds`, `points`, `elementary`, `powers`, `jets`,
`concrete`, `angles`. It evaluates the written tree as it stands: definitions are unfolded, sums are added up,
derivatives are taken by nested dual numbers (`calculus`). It shares no rule with the normal form, so that it can
refute what that proves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from math import prod

from flint import arb, ctx, fmpq

from lossproof.derivation import Declaration, Definition
from lossproof.kernel import concrete
from lossproof.kernel.angles import sine_of_pi
from lossproof.kernel.concrete import Array, Position, Value, scalar
from lossproof.kernel.elementary import apply, logsumexp, softmax
from lossproof.kernel.jets import (
    ONE,
    ZERO,
    Dual,
    Missing,
    Real,
    Undecided,
    Undefined,
)
from lossproof.kernel.points import Point
from lossproof.kernel.powers import power
from lossproof.kernel.quadrature import Quadrature
from lossproof.kernel.truth import Truth
from lossproof.kernel.worlds import NOTHING, Local, World
from lossproof.term import (
    ARRAY_FUNCTIONS,
    Add,
    Call,
    Component,
    Const,
    Derivative,
    Entry,
    Family,
    Fold,
    Integral,
    Limit,
    Mul,
    Number,
    Partial,
    Piecewise,
    Pow,
    Range,
    Subst,
    Symbol,
    Term,
)


class Evaluator(Quadrature, Truth):
    """Evaluates terms at one point, with enclosures of `precision` bits.

    `operations` bounds the work: OutOfBudget when it is used up, at the same place on every
    machine.
    """

    def __init__(self, declarations: Mapping[str, Declaration], definitions: Mapping[str, Definition], point: Point,
                 precision: int = 64, operations: int = 200_000) -> None:
        super().__init__(declarations, definitions, point, precision, operations)

    # The public face

    def number(self, term: Term) -> Fraction | arb:
        """The value of a scalar term: exact, or an enclosure.

        Undefined where it provably has none, Undecided where the enclosures do not tell,
        OutOfBudget where the work is too much.
        """
        with ctx.workprec(self._precision):
            result = scalar(self._value(term, NOTHING, self._root))
        assert not isinstance(result, Dual)
        return Fraction(int(result.p), int(result.q)) if isinstance(result, fmpq) else result

    def value(self, term: Term) -> arb:
        """The value as an enclosure; raises what `number` raises."""
        found = self.number(term)
        if isinstance(found, Fraction):
            with ctx.workprec(self._precision):
                return arb(fmpq(found.numerator, found.denominator))
        return found

    def exact(self, term: Term) -> Fraction | None:
        """The exact rational value; None where there is none or it is not found. Raises Undefined."""
        try:
            found = self.number(term)
        except Undecided:
            return None
        return found if isinstance(found, Fraction) else None

    def holds(self, condition: Term) -> bool | None:
        """Whether a condition holds (one that is undefined does not); None where undecided."""
        with ctx.workprec(self._precision):
            try:
                return self._holds(condition, NOTHING, self._root)
            except Undefined:
                return False
            except Undecided:
                return None

    def shape(self, term: Term) -> tuple[int, ...]:
        """The shape of an array term, () for a number. Raises as `number` does."""
        with ctx.workprec(self._precision):
            found = self._value(term, NOTHING, self._root)
        return found.shape if isinstance(found, Array) else ()

    # Terms

    def _unguarded(self, term: Term, local: Local, world: World) -> Value:
        match term:
            case Number(value):
                return fmpq(value.numerator, value.denominator)
            case Symbol(name):
                return self._symbol(name, local, world)
            case Entry(family, indices):
                return self._entry(family, self._position(indices, local, world), local, world)
            case Add(args):
                return concrete.total(self._values(args, local, world))
            case Mul(args):
                return concrete.scaled(self._values(args, local, world))
            case Pow(base, exponent):
                return self._power(base, exponent, local, world)
            case Call(function, args, orders):
                return self._call(function, args, orders, local, world)
            case Fold(range=Range(upper=Const("oo"))):
                return self._series(term, local, world)
            case Fold():
                return self._fold(term, local, world)
            case Derivative(body, by, order):
                return self._derivative(body, by, order, local, world)
            case Piecewise(pieces):
                for value, condition in pieces:
                    if self._holds(condition, local, world):
                        return self._value(value, local, world)
                raise Undefined("no piece applies")
            case Component(array, indices):
                return concrete.component(self._value(array, local, world), self._position(indices, local, world))
            case Family(body, ranges):
                return self._family(ranges, lambda inner: self._value(body, inner, world), local, world)
            case Subst(body, variable, value):
                new = self._number(value, local, world)
                if isinstance(variable, Symbol) and variable.name in local:
                    return self._value(body, {**local, variable.name: new}, world)
                target = self._target(variable, local, world)
                if isinstance(variable, Symbol) and self._holds_array(variable.name, world):
                    raise Undecided("a substitution for a whole array")
                return self._value(body, local, World(world, target, assigned=new))
            case Partial(function, family, indices):
                held = concrete.array(self._value(family, local, world))
                return self._partial(function, held, self._position(indices, local, world), world)
            case Const(name):
                return _constant(name)
            case Integral():
                return self._integral_of(term, local, world)
            case Limit():
                raise Undecided("a limit is not enclosed")
            case _:
                raise Undecided(f"{type(term).__name__} is no value")

    def _power(self, base: Term, exponent: Term, local: Local, world: World) -> Real:
        y = self._number(exponent, local, world)
        if base == Const("E"):
            return apply("exp", (y,))
        return power(self._number(base, local, world), y, integer=self._is_integer(exponent, local))

    # Sums, families

    def _fold(self, term: Fold, local: Local, world: World) -> Value:
        found: list[Value] = []
        doubt: Undecided | None = None
        for index in self._span(term.range, local, world):
            inner: Local = {**local, term.range.name: index}
            self._charge()
            try:
                if term.condition is None or self._holds(term.condition, inner, world):
                    found.append(self._value(term.body, inner, world))
            except Undecided as undecided:
                doubt = doubt or undecided
        if doubt is not None:
            raise doubt
        return concrete.total(found) if term.kind == "sum" else concrete.scaled(found)

    def _family(self, ranges: Sequence[Range], entry: Callable[[Local], Value], local: Local, world: World) -> Array:
        """The array of `entry` over the ranges, positions counting from 1 whatever the lower bounds."""
        spans = [self._span(bound, local, world) for bound in ranges]
        lowers = [span.start for span in spans]

        def inner(at: Position) -> dict[str, int | Real | Array]:
            names = {r.name: low + i - 1 for r, low, i in zip(ranges, lowers, at, strict=False)}
            return {**local, **names}

        shape = self._spanned(ranges, spans)
        first: Value = ZERO
        if all(shape):
            # Only to see whether the entries are arrays: a number's value does not matter here.
            with suppress(Undefined, Undecided):
                first = entry(inner((1,) * len(ranges)))
        if not isinstance(first, Array):
            return Array(shape, lambda at: scalar(entry(inner(at))))
        return Array(shape + first.shape, lambda at: concrete.component(entry(inner(at)), at[len(ranges):]))

    # Functions

    def _call(self, name: str, args: Sequence[Term], orders: Sequence[int], local: Local, world: World) -> Value:
        if name in self._declarations:
            return self._opaque(name, self._values(args, local, world), orders, world)
        if name in ARRAY_FUNCTIONS:
            return self._array_function(name, args, local, world)
        if name == "softmax" and not any(orders):
            held = self._value(args[0], local, world)
            position = self._position(args[1:], local, world)
            family = concrete.array(held)
            family.at(position)
            return softmax(family.flat(), family.positions().index(position))
        if name == "logsumexp" and not any(orders):
            return logsumexp(concrete.array(self._value(args[0], local, world)).flat())
        self._charge(1 + self._precision // 64)
        if name in ("sin", "cos") and not any(orders) and world.parent is None:
            angle = self._closed(args[0], local) if self._point.constants else args[0]
            exact = sine_of_pi(angle, Fraction(name == "cos", 2))
            if exact is not None:
                return fmpq(exact.numerator, exact.denominator)
        function: Callable[[Sequence[Real]], Real] = lambda numbers: apply(name, numbers)  # noqa: E731
        return concrete.elementwise(self._ordered(function, orders), self._values(args, local, world))

    def _opaque(self, name: str, values: Sequence[Value], orders: Sequence[int], world: World) -> Value:
        stands_for = self._point.functions.get(name)
        if stands_for is None:
            raise Missing(name)
        if stands_for.functional:
            if any(orders):
                raise Undecided("a functional has partial derivatives by entries only")
            return self._functional(name, concrete.array(values[0]), world)

        def function(numbers: Sequence[Real]) -> Real:
            bound = dict(zip(stands_for.parameters, numbers, strict=True))
            return self._number(stands_for.body, bound, self._root)

        return concrete.elementwise(self._ordered(function, orders), values)

    def _functional(self, name: str, family: Array, world: World) -> Real:
        stands_for = self._point.functions[name]
        flat = family.flat()
        whole, size = stands_for.parameters
        bound: Local = {whole: Array((len(flat),), lambda at: flat[at[0] - 1]), size: len(flat)}
        return self._number(stands_for.body, bound, self._root)

    def _partial(self, name: str, family: Array, position: Position, world: World) -> Real:
        family.at(position)
        if name not in self._point.functions:
            raise Missing(name)

        def along(tag: int, side: int) -> Real:
            def entry(at: Position) -> Real:
                value = family.at(at)
                return Dual(tag, value, ONE, side) if tag and at == position else value

            return self._functional(name, Array(family.shape, entry), world)

        return self._slope(along)

    def _array_function(self, name: str, args: Sequence[Term], local: Local, world: World) -> Value:
        if name in ("identity", "zeros", "ones"):
            sizes = self._shape_written(args, local, world)
            return concrete.identity(sizes[0]) if name == "identity" else concrete.filled(sizes, fmpq(name == "ones"))
        if name == "matrix":
            rows, columns = self._position(args[:2], local, world)
            entries = args[2:]
            # what is written as a row times a column is a number
            height = concrete.SINGLE if rows == 1 else rows
            return Array((rows,) if columns == 1 else (height, columns), lambda at: self._number(
                entries[(at[0] - 1) * columns + (at[1] if columns > 1 else 1) - 1], local, world))
        values = self._values(args, local, world)
        self._entries += sum(prod(value.shape) for value in values if isinstance(value, Array))
        match name:
            case "matmul":
                return concrete.matrix_product(values)
            case "hadamard":
                return concrete.elementwise(concrete.multiply, values)
            case "transpose":
                return concrete.transpose(values[0])
            case "outer":
                return concrete.outer(values[0], values[1])
            case "dot":
                return concrete.dot(values[0], values[1])
            case "trace":
                return concrete.trace(values[0])
            case "det":
                return concrete.determinant(values[0])
            case "inverse":
                return concrete.inverse(values[0])
            case _:
                raise Undecided(f"{name} has no enclosure")


def _constant(name: str) -> Real:
    match name:
        case "pi":
            return arb.pi()
        case "E":
            return arb.const_e()
        case "EulerGamma":
            return arb.const_euler()
        case _:
            raise Undecided("an infinite value")
