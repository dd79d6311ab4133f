"""Matrix terms as forms over words, and the numbers that they hold.

Trusted. Imports `words`, `inverses`, `matrix_calculus`, `components`, `normal_form` and the ground
floor. A term that is no product, sum, transpose or inverse of declared arrays (an elementwise
function, say) is not read here: it stays with its entries.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from typing import TYPE_CHECKING

from lossproof.derivation import Declaration
from lossproof.kernel.binders import is_integer
from lossproof.kernel.inverses import definite, det, inverse
from lossproof.kernel.letters import Form, Named
from lossproof.kernel.matrix_calculus import Direction, gradient, moving_letter
from lossproof.kernel.normal_form import Normal, Unsupported
from lossproof.kernel.sign_sets import Sign
from lossproof.kernel.sums import sum_over
from lossproof.kernel.word_sums import sum_of_form
from lossproof.kernel.words import (
    collected,
    element,
    identity,
    number,
    of_number,
    of_ones,
    of_unit,
    of_word,
    plus,
    scaled,
    times,
    trace,
    transpose,
    zero,
)
from lossproof.kernel.written import written_form
from lossproof.term import (
    Add,
    Call,
    Const,
    Derivative,
    Entry,
    Family,
    Fold,
    Mul,
    Number,
    Range,
    Symbol,
    Term,
    free_names,
)

if TYPE_CHECKING:
    from lossproof.kernel.context import Scope
    from lossproof.kernel.normalize import Normalizer


class Matrices:
    """Reads matrix terms for one normalizer, which reads the numbers in them."""

    def __init__(self, normalizer: Normalizer, declarations: Mapping[str, Declaration]) -> None:
        self.n = normalizer
        self.t = normalizer.table
        self.declarations = declarations
        self._varying: frozenset[str] = frozenset()
        self.t.letter = self.letter

    def letter(self, name: str) -> Named | None:
        """A declared vector or matrix, or a quantity that is not unfolded, as a letter."""
        bounds = self.n.facts.entry_shape.get(name)
        declaration = self.declarations.get(name)
        if declaration is not None and declaration.kind != "family":
            return None
        if bounds is None or len(bounds) not in (1, 2) or any(b.lower != self.t.one for b in bounds):
            return None
        columns = bounds[1].upper if len(bounds) == 2 else self.t.one
        traits: frozenset[str] = frozenset()
        if declaration is not None and name not in self._varying and bounds[0].upper == columns:
            traits = declaration.assumptions & TRAITS
        return Named(name, bounds[0].upper, columns, len(bounds), traits)

    @contextmanager
    def varying(self, name: str) -> Iterator[None]:
        """While an array varies, its entries are free: no assumption on it may be used."""
        before = self._varying
        self._varying = before | {name}
        try:
            yield
        finally:
            self._varying = before

    @property
    def varies(self) -> bool:
        """Whether an array varies now."""
        return bool(self._varying)

    def has_shape(self, term: Term) -> bool:
        """Whether a term is an array."""
        return bool(self.n.arrays.shape(term))

    # forms

    def form(self, term: Term, scope: Scope) -> Form:
        """The form of an array, or of a number (one row and one column). Unsupported where it has none."""
        self.t.spend()
        if not self.has_shape(term) and not (isinstance(term, Call) and term.function == "matmul"):
            return of_number(self.n.normal(term, scope))
        match term:
            case Symbol(name):
                return self._symbol(name, scope)
            case Add(args):
                return plus(*(self.form(a, scope) for a in args))
            case Mul(args):
                factor = self.t.one
                held: Form | None = None
                for a in args:
                    if held is None and self.has_shape(a):
                        held = self.form(a, scope)
                    else:
                        factor = factor * self.n.normal(a, scope)
                assert held is not None
                return scaled(held, factor)
            case Derivative(body, by, 1):
                return self._derivative(body, by, scope)
            case Family(body, ranges):
                return self._row(body, ranges, scope)
            case Fold("sum", body, range_, None):
                return self._sum(body, range_, scope)
            case Call(function, args, ()):
                return self._call(function, args, scope)
            case _:
                raise Unsupported("a word over this array")

    def _symbol(self, name: str, scope: Scope) -> Form:
        definition = self.n.definitions.get(name)
        if definition is not None and name not in scope.frozen:
            if definition.ranges:
                raise Unsupported("a word over a family of entries")
            self.t.use("definition")
            made = self.n.facts.made_forms if self.n.is_at_rest() else {}
            if (name, scope.frozen) not in made:
                made[name, scope.frozen] = self.form(definition.body, self.n.fresh_scope(scope))
            return made[name, scope.frozen]
        letter = self.letter(name)
        if letter is None:
            raise Unsupported(f"a word over {name}")
        return of_word((letter,))

    def _row(self, body: Term, ranges: tuple[Range, ...], scope: Scope) -> Form:
        """A row or a column of a matrix, as a column: (Y[i, c])_c is the transpose of Y times the unit vector of i."""
        match body, ranges:
            case Entry(name, (first, second)), (Range(c, Number(Fraction(numerator=1, denominator=1)), size),):
                letter = self.letter(name) if name not in self.n.definitions else None
                row = second == Symbol(c) and c not in free_names(first)
                if letter is not None and (row or (first == Symbol(c) and c not in free_names(second))):
                    form = of_word((letter,))
                    form = transpose(form) if row else form
                    if form.rows == self.n.normal(size, scope):
                        at = self.n.normal(first if row else second, scope)
                        return times(form, of_unit(at, form.columns, row=False))
        raise Unsupported("a word over this family")

    def _sum(self, body: Term, range_: Range, scope: Scope) -> Form:
        """A sum of arrays over a range from 1."""
        bounds = self.n.bounds(range_, scope)
        if range_.upper == Const("oo") or bounds.lower != self.t.one or not is_integer(self.t, bounds.upper):
            raise Unsupported("a word over this sum")
        with self.n.inside(range_.name, bounds, scope) as (name, inner):
            made = sum_of_form(self.t, name, bounds.upper, self.form(body, inner),
                               lambda number_: sum_over(self.t, name, bounds, number_))
        if made is None:
            raise Unsupported("a word over this sum")
        return made

    def _call(self, function: str, args: tuple[Term, ...], scope: Scope) -> Form:
        match function:
            case "matmul":
                return self._product([self.form(a, scope) for a in args])
            case "transpose":
                return transpose(self.form(args[0], scope))
            case "inverse":
                return inverse(self.form(args[0], scope))
            case "outer":
                left, right = (self.form(a, scope) for a in args)
                return times(left, transpose(right))
            case "identity":
                return identity(self.n.normal(args[0], scope))
            case "zeros" | "ones":
                sizes = [self.n.normal(a, scope) for a in args]
                rows, columns = sizes if len(sizes) == 2 else (sizes[0], self.t.one)
                if function == "zeros":
                    return zero(rows, columns)
                return times(of_ones(rows, row=False), of_ones(columns, row=True))
            case "matrix":
                height, width = (self.n.normal(a, scope) for a in args[:2])
                numbers = [self.n.normal(a, scope) for a in args[2:]]
                count = width.integer
                if not count or any(self.has_shape(a) for a in args[2:]):
                    raise Unsupported("a word over this matrix")
                return written_form(height, width, [numbers[k:k + count] for k in range(0, len(numbers), count)])
            case _:
                raise Unsupported(f"a word over {function}")

    def _product(self, forms: list[Form]) -> Form:
        result = forms[0]
        for form in forms[1:]:
            if result.columns == form.rows:
                result = times(result, form)
            elif self._is_number(result):
                result = scaled(form, number(result))
            elif self._is_number(form):
                result = scaled(result, number(form))
            else:
                raise Unsupported("a product of shapes that are not seen to fit")
        return result

    def _is_number(self, form: Form) -> bool:
        return form.rows == form.columns == self.t.one

    def _derivative(self, body: Term, by: Term, scope: Scope) -> Form:
        if self.has_shape(body):
            if self.has_shape(by):
                raise Unsupported("a word over the derivative of an array by an array")
            return self.n.slope_of_form(body, by, scope)
        if not isinstance(by, Symbol):
            raise Unsupported("a word over this derivative")
        declaration = self.declarations.get(by.name)
        if declaration is not None and (declaration.domain.integer or declaration.domain.values is not None):
            raise Unsupported(f"a derivative by {by.name}, which is not continuous")
        letter = self.letter(by.name)
        if letter is None:
            raise Unsupported(f"a derivative by {by.name}")
        moving = moving_letter(self.t, letter)
        along = Direction(by.name, collected(letter.rows, letter.columns, [((moving,), self.t.one)]))
        slope = self.n.slope(body, by.name, along, scope)
        found = gradient(self.t, slope, moving)
        return self.n.unfolded_form(found, by.name, scope)

    def values(self, name: str, scope: Scope) -> Mapping[str, Form]:
        """The value of an array quantity, by which its letter may be replaced."""
        definition = self.n.definitions[name]
        if definition.ranges or not self.has_shape(definition.body):
            return {}
        return {name: self.form(definition.body, self.n.fresh_scope(scope))}

    # numbers

    def scalar(self, call: Call, scope: Scope) -> Normal:
        """The value of an array function whose value is a number."""
        match call:
            case Call("trace", (array,)):
                return trace(self.form(array, scope))
            case Call("det", (array,)):
                return det(self.form(array, scope))
            case Call("dot", (left, right)):
                return trace(times(transpose(self.form(left, scope)), self.form(right, scope)))
            case Call("matmul", args):
                whole = self._product([self.form(a, scope) for a in args])
                if not self._is_number(whole):
                    raise Unsupported("a matrix as a number")
                return number(whole)
            case _:
                raise Unsupported(f"the value of {call.function}")

    def sign(self, call: Call, scope: Scope) -> Sign:
        """NONNEGATIVE for a number that is written as P^T P, P^T K P with K positive semidefinite, or the trace
        of such."""
        match call:
            case Call("dot", (left, right)):
                return Sign.NONNEGATIVE if self.form(left, scope) == self.form(right, scope) else Sign.UNKNOWN
            case Call("det", (array,)):
                return self._definite(_factors(array), scope)
            case Call("trace", (array,)):
                factors = _factors(array)
            case Call("matmul"):
                factors = _factors(call)
            case _:
                return Sign.UNKNOWN
        turns = range(len(factors)) if call.function == "trace" else (0,)
        if any(self._definite(factors[k:] + factors[:k], scope) is not Sign.UNKNOWN for k in turns):
            return Sign.NONNEGATIVE
        return Sign.UNKNOWN

    def _definite(self, factors: tuple[Term, ...], scope: Scope) -> Sign:
        """NONNEGATIVE for a product that is seen to be positive semidefinite."""
        forms = [self.form(a, scope) for a in factors]
        half = len(forms) // 2
        if any(transpose(forms[k]) != forms[-1 - k] for k in range(half)):
            return Sign.UNKNOWN
        if len(forms) % 2 == 0 or definite(forms[half]) in (Sign.POSITIVE, Sign.NONNEGATIVE):
            self.t.use("definite-form")
            return Sign.NONNEGATIVE
        return Sign.UNKNOWN

    def component(self, array: Term, indices: tuple[Normal, ...], scope: Scope) -> Normal:
        """An entry of an array, in range."""
        return element(self.form(array, scope), indices[0], indices[1] if len(indices) == 2 else self.t.one)

    def entry(self, family: str, indices: tuple[Normal, ...]) -> Normal | None:
        """An entry of a declared matrix whose entries depend on each other; None for other families."""
        letter = self.letter(family)
        if letter is None or not letter.traits or len(indices) != 2:
            return None
        return element(of_word((letter,)), *indices)


def _factors(term: Term) -> tuple[Term, ...]:
    """The factors of a written product, transposed products taken apart."""
    match term:
        case Call("matmul", args):
            return tuple(f for a in args for f in _factors(a))
        case Call("transpose", (Call("matmul", args),)):
            return tuple(f for a in reversed(args) for f in _factors(Call("transpose", (a,))))
        case Call("transpose", (Call("transpose", (inner,)),)):
            return _factors(inner)
        case _:
            return (term,)


TRAITS = frozenset({"symmetric", "invertible", "positive_definite", "orthogonal", "diagonal"})
"""The assumptions on matrices that words know."""

