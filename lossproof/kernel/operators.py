"""Derivatives, integrals, limits and substitutions as normal forms.

Trusted. Imports `folding`, the modules of the operators and the ground floor. While an operator varies a name,
nothing that hypotheses say of the name is known; a quantity by which it is taken is held as a variable of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction

from lossproof.kernel import functions, integrals, limits
from lossproof.kernel.asymptotics import UnknownSign
from lossproof.kernel.atoms import Atom, DetAtom, EntryAtom, TraceAtom, Var, free_names_of
from lossproof.kernel.binders import is_integer, known_nonzero
from lossproof.kernel.context import NeedsCases, Scope
from lossproof.kernel.derivatives import Chain, Differentiator
from lossproof.kernel.folding import Folds
from lossproof.kernel.letters import Form
from lossproof.kernel.matrix_calculus import Target, differential
from lossproof.kernel.normal_form import Normal, Unsupported
from lossproof.kernel.sign_sets import Sign
from lossproof.kernel.stretches import Suppose
from lossproof.kernel.sums import split_entry
from lossproof.kernel.word_changes import changed, supposing
from lossproof.term import Const, Derivative, Entry, Integral, Limit, Mul, Number, Symbol, Term


class Operators(Folds):
    """Normal forms of what varies a name."""

    def _symbol(self, name: str, scope: Scope) -> Normal:
        raise NotImplementedError

    def _entry(self, family: str, indices: tuple[Normal, ...], scope: Scope) -> Normal:
        raise NotImplementedError

    def target(self, by: Term, scope: Scope) -> tuple[Var | EntryAtom, str]:
        """The atom that a derivative or limit is taken by, and its name."""
        match by:
            case Symbol(name) if name not in scope.bound:
                if self.arrays.shape_of_name(name):
                    raise Unsupported("a derivative, limit or substitution by an array taken whole")
                return Var(name), name
            case Symbol(name) if isinstance(bound := functions.single_atom(scope.bound[name]), Var) and (
                    not self.table.is_integer_name(bound.name)):
                # the variable of an integral around
                return bound, bound.name
            case Entry(family, indices):
                return EntryAtom(family, tuple(self.normal(i, scope) for i in indices)), family
            case _:
                raise Unsupported("a derivative or limit by a bound variable")

    def _derivative(self, body: Term, by: Term, order: int, scope: Scope) -> Normal:
        target, name = self.target(by, scope)
        self._must_vary(name)
        is_quantity = name in self.definitions
        outermost = not self.facts.varying and not scope.bound and isinstance(by, Symbol) and not is_quantity
        try:
            result = self.slope(body, name, target, scope, order)
        except NeedsCases:
            value = self.at_kink(Derivative(body, by, order), name) if outermost and not scope.frozen else None
            if value is None:
                raise
            return value
        return self.unfold(result, name, scope) if is_quantity and name not in scope.frozen else result

    def _must_vary(self, name: str) -> None:
        declaration = self.declarations.get(name)
        if declaration is not None and (
            declaration.kind not in ("scalar", "family") or declaration.domain.integer
            or declaration.domain.values is not None
        ):
            raise Unsupported(f"a derivative by {name}, which is not continuous")

    def slope(self, body: Term, name: str, target: Target, scope: Scope, order: int = 1) -> Normal:
        """The derivative of `body` by a target, which is `name` or part of it; quantities of that name still held."""
        inner = replace(scope, frozen=scope.frozen | {name}) if name in self.definitions else scope
        self.table.use("derivative")
        with self._varying(name), self.facts.without(self._mentioned(name), keep_open=True):
            result = self.normal(body, inner)
            for _ in range(order):
                result = Differentiator(self.table, target, self._chain(target, name, inner))(result)
        return result if self.matrices is None else self._assumed_again(name)(result)

    @contextmanager
    def _varying(self, name: str) -> Iterator[None]:
        if self.matrices is None:
            yield
        else:
            with self.matrices.varying(name):
                yield

    def slope_of_form(self, body: Term, by: Term, scope: Scope) -> Form:
        """The derivative of an array by a number."""
        assert self.matrices is not None
        target, name = self.target(by, scope)
        self._must_vary(name)
        if name in self.definitions:
            raise Unsupported("the derivative of an array by a quantity")
        self.table.use("derivative")
        with self._varying(name), self.facts.without(self._mentioned(name), keep_open=True):
            differentiate = Differentiator(self.table, target, self._chain(target, name, scope))
            found = differential(self.matrices.form(body, scope), differentiate.moved, differentiate)
        return changed(found, self._assumed_again(name))

    def _assumed_again(self, name: str) -> Callable[[Normal], Normal]:
        """What is assumed of an array that varied holds again."""
        return lambda normal: self.table.replace(normal, frozenset((name,)), lambda _atom: None)

    def _chain(self, target: Target, name: str, scope: Scope) -> Chain:
        """Derivatives of frozen quantities that depend on the target."""
        outer = scope.frozen - {name}

        def chain(atom: Atom) -> Normal | None:
            if isinstance(atom, TraceAtom | DetAtom):
                inside = free_names_of(atom) & outer
                if any(name in self._mentioned(quantity) for quantity in inside):
                    raise Unsupported("a derivative through an array that is a quantity")
                return None
            quantity = atom.name if isinstance(atom, Var) else atom.family if isinstance(atom, EntryAtom) else None
            if quantity is None or quantity not in outer or name not in self._mentioned(quantity):
                return None
            below = Scope(frozen=scope.frozen - {quantity})
            if isinstance(atom, EntryAtom):
                value = self._entry(quantity, atom.indices, below)
            else:
                value = self._symbol(quantity, below)
            return Differentiator(self.table, target, self._chain(target, name, below))(value)

        return chain

    def unfold(self, normal: Normal, name: str, scope: Scope) -> Normal:
        """`normal` with the quantity that was frozen put in."""
        if self.matrices is not None and (values := self.matrices.values(name, scope)):
            with supposing(self.table, values):
                return self._unfolded(normal, name, scope)
        return self._unfolded(normal, name, scope)

    def unfolded_form(self, form: Form, name: str, scope: Scope) -> Form:
        """A form with the quantity that was held put in."""
        if name not in self.definitions or name in scope.frozen or self.matrices is None:
            return form
        with supposing(self.table, self.matrices.values(name, scope)):
            return changed(form, lambda normal: self.unfold(normal, name, scope))

    def _unfolded(self, normal: Normal, name: str, scope: Scope) -> Normal:

        def value(atom: Atom) -> Normal | None:
            match atom:
                case Var(n) if n == name:
                    return self._symbol(name, scope)
                case EntryAtom(family, indices) if family == name:
                    return self._entry(name, tuple(self.unfold(i, name, scope) for i in indices), scope)
                case _:
                    return None

        return self.table.replace(normal, frozenset((name,)), value)

    def _integral(self, term: Integral, scope: Scope) -> Normal:
        with self.integration(term, scope) as (work, body, sign):
            return work.value(body).scaled(Fraction(sign))

    @contextmanager
    def integration(self, term: Integral, scope: Scope, suppose: Suppose | None = None) -> Iterator[
            tuple[integrals.Integration, Normal, int]]:
        """The interval (reversed where it runs from oo or to -oo: the sign is then -1), and the body over it."""
        ends: list[Normal | str] = [self._end(end, scope) for end in (term.lower, term.upper)]
        sign = 1
        if ends[0] == "oo" or ends[1] == "-oo":
            ends, sign = ends[::-1], -1
        if ends[0] == "oo" or ends[1] == "-oo":
            raise Unsupported("an integral from an infinite end to the same one")
        low, high = (None if isinstance(end, str) else end for end in ends)
        work = integrals.Integration(self.table, self.facts, low, high, self.is_opaque, suppose)
        with work.inside() as x:
            yield work, self.normal(term.body, scope.bind(term.name, x)), sign

    def _limit(self, term: Limit, scope: Scope) -> Normal:
        self.table.use("limit")
        with self._cases_of_limits(), self._moving(term, term.body, scope) as (body, moving, target):
            return limits.limit(self.table, self.facts, body, moving, target, term.side)

    def sign_near(self, body: Term, limit: Limit, scope: Scope) -> Sign:
        """The sign of `body` near the target of a limit."""
        with self._cases_of_limits(), self._moving(limit, body, scope) as (moved, moving, target):
            return limits.eventual_sign(self.table, self.facts, moved, moving, target, limit.side)

    @contextmanager
    def _cases_of_limits(self) -> Iterator[None]:
        """A sign that a limit depends on asks for cases; not under an operator, where these would be forgotten, and
        not for an integer, of which they tell no sign."""
        try:
            yield
        except UnknownSign as unknown:
            if self.facts.varying or is_integer(self.table, unknown.poly):
                raise
            raise NeedsCases(unknown.poly) from None

    @contextmanager
    def _moving(self, limit: Limit, body: Term, scope: Scope) -> Iterator[tuple[Normal, str, Normal | str]]:
        """`body` with the limit's variable under a fresh name, and where that goes, while hypotheses about it are
        forgotten. What is declared of it stands, so that values it may have must come near."""
        variable, name = self.target(limit.variable, scope)
        target = self._end(limit.target, scope)
        if name not in self.definitions and not self.facts.approached(name, target, limit.side):
            raise Unsupported(f"a limit of {name} to where its declaration does not let it go")
        # as an upper end grows beyond all bounds, what is below it stays so
        if any(not (upper and end == Symbol(name) and target == "oo") for end, upper in self._ranges_by(name, body)):
            raise Unsupported(f"a limit by {name}, on which ranges of other names rest")
        inner = replace(scope, frozen=scope.frozen | {name}) if name in self.definitions else scope
        with self.facts.without(self._mentioned(name)):
            moving = self.table.fresh()
            normal = self.before_limit(self.normal(body, inner))
            yield self._moved(normal, variable, name, moving), moving, target

    def _ranges_by(self, name: str, body: Term) -> Iterator[tuple[Term, bool]]:
        """The ends of declared ranges, of names in the body, that depend on a name; True with the upper ones."""
        for other in self.mentions(body):
            declaration, definition = self.declarations.get(other), self.definitions.get(other)
            ends: list[tuple[Term | None, bool]] = []
            if declaration is not None:
                ends += [(declaration.lower, False), (declaration.upper, True)]
                ends += [(size, True) for size in declaration.shape or ()]
            for r in definition.ranges if definition is not None else ():
                ends += [(r.lower, False), (r.upper, True)]
            yield from ((end, upper) for end, upper in ends if end is not None and name in self.mentions(end))

    def _end(self, target: Term, scope: Scope) -> Normal | str:
        match target:
            case Const("oo" | "-oo" as infinite):
                return infinite
            case Mul((Number(value), Const("oo"))):
                return "oo" if value > 0 else "-oo"
            case _:
                return self.normal(target, scope)

    def _moved(self, body: Normal, target: Var | EntryAtom, name: str, moving: str) -> Normal:
        """`body` with the target variable renamed to one of which nothing is known."""
        t = self.table
        if isinstance(target, Var):
            return t.substitute(body, {target.name: t.var(moving)})
        body = split_entry(t, body, name, target.indices)
        others: list[tuple[Normal, ...]] = []

        def value(atom: Atom) -> Normal | None:
            if isinstance(atom, TraceAtom | DetAtom):
                raise Unsupported(f"a limit or value of {name} inside a matrix product")
            if atom == target:
                return t.var(moving)
            if isinstance(atom, EntryAtom) and atom.family == name:
                others.append(atom.indices)
                return t.atom(atom)
            return None

        moved = t.replace(body, frozenset((name,)), value)
        for indices in others:
            differences = [i - j for i, j in zip(indices, target.indices, strict=True)]
            if not any(known_nonzero(t, d) for d in differences):
                raise Unsupported(f"a limit by an entry of {name} beside an entry that may be the same one")
        return moved

    def _substituted(self, body: Term, variable: Term, value: Term, scope: Scope) -> Normal:
        t = self.table
        target, name = self.target(variable, scope)
        if list(self._ranges_by(name, body)):
            raise Unsupported(f"another value of {name}, on which ranges of other names rest")
        inner = replace(scope, frozen=scope.frozen | {name}) if name in self.definitions else scope
        with self.facts.without(self._mentioned(name)):
            moving = t.fresh()
            moved = self._moved(self.normal(body, inner), target, name, moving)
        new = self.normal(value, scope)
        if not self.facts.allowed(name, new):
            raise Unsupported(f"{name} at a value that is not known to be one that its declaration allows")
        return t.substitute(moved, {moving: new})

    def fresh_scope(self, scope: Scope) -> Scope:
        """The scope of a quantity's definition: no bound variable reaches into it."""
        return Scope(frozen=scope.frozen)

    def is_opaque(self, function: str) -> bool:
        """Whether a function is a declared one, which is smooth."""
        declaration = self.declarations.get(function)
        return declaration is not None and declaration.kind == "function"
