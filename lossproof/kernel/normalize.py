"""From the written tree to a normal form.

Trusted. Imports the kernel's lower modules and the ground floor. Quantities are unfolded,
save those that are frozen because something outside differentiates or takes a limit by them.
Hypotheses that are equations do not act here: they are applied to the finished normal form
(`hypotheses`), so that no operator ever sees a hypothesis about its own variable.
"""

from __future__ import annotations

from collections.abc import Mapping

from lossproof.derivation import Declaration, Definition
from lossproof.kernel import function_atoms, functions
from lossproof.kernel.algebra import functional
from lossproof.kernel.atoms import Bounds, ConstAtom
from lossproof.kernel.binders import is_integer
from lossproof.kernel.context import NeedsCases, Scope
from lossproof.kernel.diagonal import inverse_entry
from lossproof.kernel.known import known, known_prime
from lossproof.kernel.matrices import Matrices
from lossproof.kernel.normal_form import DivisionByZero, Normal, Unsupported
from lossproof.kernel.operators import Operators
from lossproof.kernel.sign_sets import sign_decides
from lossproof.term import (
    ARRAY_FUNCTIONS,
    Add,
    Bool,
    Call,
    Component,
    Const,
    Derivative,
    Entry,
    Fold,
    Integral,
    Limit,
    Mul,
    Number,
    Partial,
    Piecewise,
    Pow,
    Relation,
    Subst,
    Symbol,
    Term,
)

ENTRIES, WORDS, SUMS = range(3)
"""How arrays are read: by their entries, as words, or as words in which an inverse of a sum is a letter."""


class Normalizer(Operators):
    """Normal forms of terms under the declarations and definitions of one step.

    Arrays are read by their entries, or, with `words` not 0, as words over matrices.
    """

    def __init__(self, declarations: Mapping[str, Declaration], definitions: Mapping[str, Definition],
                 work: int = 200_000, *, words: int = 0) -> None:
        super().__init__(declarations, definitions, work, words=words)
        if words:
            self.matrices = Matrices(self, declarations)
            self.table.pulls = words != SUMS

    def normal(self, term: Term, scope: Scope = Scope()) -> Normal:  # noqa: B008 (immutable)
        """The normal form; Unsupported where there is none, DivisionByZero where it is undefined."""
        t = self.table
        t.spend()
        match term:
            case Number(value):
                return t.rational(value)
            case Const("E"):
                return functions.exp(t, t.one)
            case Const("pi" | "EulerGamma" as name):
                return t.atom(ConstAtom(name))
            case Symbol(name):
                return self._symbol(name, scope)
            case Entry(family, indices):
                return self._entry(family, tuple(self.normal(i, scope) for i in indices), scope)
            case Add(args):
                return t.total(self.normal(a, scope) for a in args)
            case Mul(args):
                result = t.one
                for a in args:
                    result = result * self.normal(a, scope)
                return result
            case Pow(Const("E"), exponent):
                return functions.exp(t, self.normal(exponent, scope))
            case Pow(base, exponent):
                power = self.normal(exponent, scope)
                return functions.power(t, self.normal(base, scope), power, integer=is_integer(t, power))
            case Call(function, args, orders):
                return self._call(function, args, orders, scope)
            case Partial(function, family, indices):
                at = tuple(self.normal(i, scope) for i in indices)
                return self._functional(function, family, (at,), scope)
            case Fold():
                return self._fold(term, scope)
            case Component(array, indices):
                if self.matrices is not None:
                    return self.matrices.component(array, tuple(self.normal(i, scope) for i in indices), scope)
                entry = self.arrays.component(array, indices)
                if isinstance(entry, Component):
                    inverted = entry.array.args[0] if isinstance(entry.array, Call) else entry.array
                    found = inverse_entry(inverted, entry.indices, self.definitions)
                    if found is None:
                        raise Unsupported("an entry of an inverse matrix")
                    self.table.use("inverse-of-diagonal")
                    entry = found
                return self.normal(entry, scope)
            case Derivative(body, by, order):
                return self._derivative(body, by, order, scope)
            case Limit():
                return self._limit(term, scope)
            case Subst(body, variable, value):
                return self._substituted(body, variable, value, scope)
            case Piecewise(pieces):
                return self._piecewise(pieces, scope)
            case Integral():
                return self._integral(term, scope)
            case _:
                raise Unsupported(f"{type(term).__name__} as a value")

    def _symbol(self, name: str, scope: Scope) -> Normal:
        if name in scope.bound:
            return scope.bound[name]
        definition = self.definitions.get(name)
        if definition is None or name in scope.frozen:
            return self.table.var(name)
        self.table.use("definition")
        made = self.facts.made_quantities if self.is_at_rest() else {}
        if (name, scope.frozen) not in made:
            made[name, scope.frozen] = self.normal(definition.body, Scope(frozen=scope.frozen))
        return made[name, scope.frozen]

    def is_at_rest(self) -> bool:
        """Whether a normal form that is made now is the one that is made later, while nothing else is learned: no
        array varies, and no equation between words acts."""
        t = self.table
        return not (t.letter_values or t.word_rules or (self.matrices is not None and self.matrices.varies))

    def _entry(self, family: str, indices: tuple[Normal, ...], scope: Scope) -> Normal:
        definition = self.definitions.get(family)
        if definition is None or family in scope.frozen:
            related = self.matrices.entry(family, indices) if self.matrices is not None else None
            return function_atoms.entry(self.table, family, indices) if related is None else related
        self.table.use("definition")
        inner = Scope(frozen=scope.frozen)
        if self.matrices is not None and not definition.ranges:
            return self.matrices.component(definition.body, indices, inner)
        if definition.ranges:
            for r, value in zip(definition.ranges, indices, strict=True):
                inner = inner.bind(r.name, value)
            return self.normal(definition.body, inner)
        names = tuple(f"@{i}" for i in range(len(indices)))
        for name, value in zip(names, indices, strict=True):
            inner = inner.bind(name, value)
        return self.normal(self.arrays.component(definition.body, tuple(Symbol(n) for n in names)), inner)

    def _call(self, function: str, args: tuple[Term, ...], orders: tuple[int, ...], scope: Scope) -> Normal:
        t = self.table
        if function in ARRAY_FUNCTIONS or function in ("softmax", "logsumexp"):
            if function == "softmax":
                t.use("softmax")
            elif self.matrices is not None and function in ARRAY_FUNCTIONS:
                return self.matrices.scalar(Call(function, args), scope)
            elif self.arrays.shape(Call(function, args)):
                raise Unsupported("an array as a number")
            return self.normal(self.arrays.scalar(Call(function, args)), scope)
        declaration = self.declarations.get(function)
        if declaration is not None and declaration.kind == "functional":
            return self._functional(function, args[0], (), scope)
        values = tuple(self.normal(a, scope) for a in args)
        if declaration is not None:
            return function_atoms.function(t, function, values, orders or (0,) * len(values))
        if any(orders):
            return known_prime(t, function, values, orders)
        return known(t, function, values)

    def _functional(self, name: str, family: Term, partials: tuple[tuple[Normal, ...], ...], scope: Scope) -> Normal:
        t = self.table
        shape = self.arrays.shape(family)
        if not shape:
            raise Unsupported(f"{name} of something that is no family")
        ranges = tuple(Bounds(t.one, self.normal(s, scope)) for s in shape)
        names = [t.fresh(r) for r in ranges]
        inner = scope
        placeholders = tuple(f"@{n}" for n in names)
        for placeholder, n in zip(placeholders, names, strict=True):
            inner = inner.bind(placeholder, t.var(n))
        body = self.normal(self.arrays.component(family, tuple(Symbol(p) for p in placeholders)), inner)
        return functional(t, name, names, ranges, body, partials)

    def _piecewise(self, pieces: tuple[tuple[Term, Term], ...], scope: Scope) -> Normal:
        for value, condition in pieces:
            known = self.holds(condition, scope)
            if known is None:
                raise NeedsCases(self._undecided(condition, scope))
            if known:
                self.table.use("piecewise")
                return self.normal(value, scope)
        raise DivisionByZero

    def holds(self, condition: Term, scope: Scope) -> bool | None:
        """Whether a condition holds by what is known of signs; None where that is not known."""
        match condition:
            case Relation(op, left, right):
                return sign_decides(op, self.table.sign(self.normal(left, scope) - self.normal(right, scope)))
            case Bool("not", (inner,)):
                known = self.holds(inner, scope)
                return None if known is None else not known
            case Bool("and", args):
                found = [self.holds(a, scope) for a in args]
                return False if False in found else None if None in found else True
            case Bool("or", args):
                found = [self.holds(a, scope) for a in args]
                return True if True in found else None if None in found else False
            case _:
                return None

    def _undecided(self, condition: Term, scope: Scope) -> Normal:
        match condition:
            case Relation(_, left, right):
                return self.normal(left, scope) - self.normal(right, scope)
            case Bool(_, args):
                for a in args:
                    if self.holds(a, scope) is None:
                        return self._undecided(a, scope)
        raise Unsupported("this condition")
