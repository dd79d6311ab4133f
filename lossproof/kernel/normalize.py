"""From the written tree to a normal form.

Trusted. Imports the kernel's lower modules and the ground floor. Quantities are unfolded,
save those that are frozen because something outside differentiates or takes a limit by them.
Hypotheses that are equations do not act here: they are applied to the finished normal form
(`hypotheses`), so that no operator ever sees a hypothesis about its own variable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fractions import Fraction

from lossproof.derivation import Declaration, Definition
from lossproof.kernel import function_atoms, functions, integrals, limits
from lossproof.kernel.algebra import functional, new_table
from lossproof.kernel.asymptotics import UnknownSign
from lossproof.kernel.atoms import Atom, Bounds, ConstAtom, DetAtom, EntryAtom, TraceAtom, Var, free_names_of
from lossproof.kernel.binders import in_range, is_integer
from lossproof.kernel.components import Components
from lossproof.kernel.derivatives import Chain, Differentiator
from lossproof.kernel.known import known, known_prime
from lossproof.kernel.letters import Form
from lossproof.kernel.matrices import Matrices
from lossproof.kernel.matrix_calculus import Target, differential
from lossproof.kernel.normal_form import DivisionByZero, Normal, Table, Unsupported
from lossproof.kernel.series import Series
from lossproof.kernel.sign_sets import Sign, sign_decides
from lossproof.kernel.signs import Facts
from lossproof.kernel.stretches import Suppose
from lossproof.kernel.sums import product_over, split_entry, sum_over
from lossproof.kernel.words import changed, supposing
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
    Range,
    Relation,
    Subst,
    Symbol,
    Term,
    free_names,
)


class NeedsCases(Exception):
    """The value depends on the sign of `poly`, which is not known: the judge may split cases."""

    def __init__(self, poly: Normal) -> None:
        super().__init__("cases")
        self.poly = poly


@dataclass(frozen=True, slots=True)
class Scope:
    """Values of bound variables, and the quantities that are not unfolded here."""

    bound: Mapping[str, Normal] = field(default_factory=dict)
    frozen: frozenset[str] = frozenset()

    def bind(self, name: str, value: Normal) -> Scope:
        """The scope with one more bound variable."""
        return replace(self, bound={**self.bound, name: value})


class Normalizer:
    """Normal forms of terms under the declarations and definitions of one step.

    Arrays are read by their entries, or, with `words`, as words over matrices.
    """

    def __init__(self, declarations: Mapping[str, Declaration], definitions: Mapping[str, Definition],
                 work: int = 200_000, *, words: bool = False) -> None:
        self.table: Table = new_table(work)
        self.declarations = declarations
        self.definitions = definitions
        self.arrays = Components(declarations, definitions)
        self.facts = Facts(self.table, declarations)
        # the equations among the hypotheses, which act before a limit (filled in by `hypotheses`)
        self.before_limit: Callable[[Normal], Normal] = lambda normal: normal
        # whether a term is known to be defined in a scope (filled in by `conditions`)
        self.defined_at: Callable[[Term, Scope], bool] = lambda _term, _scope: False
        # a derivative where the hypotheses leave one value for its variable (filled in by `kinks`)
        self.at_kink: Callable[[Derivative, str], Normal | None] = lambda _term, _name: None
        self._closure: dict[str, frozenset[str]] = {}
        shapes: dict[str, tuple[Bounds, ...] | None] = {}
        self.facts.entry_shape = shapes
        one = self.table.one
        for name, d in declarations.items():
            if d.kind == "family":
                shapes[name] = None if d.shape is None else tuple(Bounds(one, self.normal(s)) for s in d.shape)
            elif d.kind == "index" and d.upper is not None:
                lower = one if d.lower is None else self.normal(d.lower)
                shapes[name] = (Bounds(lower, self.normal(d.upper)),)
        self.facts.entry_bounds = {
            name: Bounds(self.normal(d.lower), self.normal(d.upper)) for name, d in declarations.items()
            if d.kind == "family" and d.lower is not None and d.upper is not None
        }
        for name, q in definitions.items():
            if q.ranges:
                try:
                    shapes[name] = tuple(Bounds(self.normal(r.lower), self.normal(r.upper)) for r in q.ranges)
                except Unsupported:
                    shapes[name] = None
            elif words and (sizes := self._sizes(name)):
                shapes[name] = tuple(Bounds(one, self.normal(s)) for s in sizes)
        self.matrices = Matrices(self, declarations) if words else None

    def _sizes(self, name: str) -> tuple[Term, ...]:
        """The shape of a quantity that is an array, () for others."""
        try:
            return self.arrays.shape_of_name(name)
        except Unsupported:
            return ()

    def mentions(self, term: Term) -> frozenset[str]:
        """The names that a term depends on, through quantities too."""
        found: set[str] = set()
        for name in free_names(term):
            found |= self._mentioned(name)
        return frozenset(found)

    def _mentioned(self, name: str) -> frozenset[str]:
        if name not in self._closure:
            self._closure[name] = frozenset((name,))
            q = self.definitions.get(name)
            if q is not None:
                inside = self.mentions(q.body) - {r.name for r in q.ranges}
                self._closure[name] = inside | {name}
        return self._closure[name]

    # terms

    def normal(self, term: Term, scope: Scope = Scope()) -> Normal:
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
                    raise Unsupported("an entry of an inverse matrix")
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
        return self.normal(definition.body, Scope(frozen=scope.frozen))

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

    # folds

    def _fold(self, term: Fold, scope: Scope) -> Normal:
        t = self.table
        range_ = term.range
        if range_.upper == Const("oo"):
            return self._series(term, scope)
        bounds = self.bounds(range_, scope)
        for end in (bounds.lower, bounds.upper):
            if not is_integer(t, end) and end.integer is None:
                raise Unsupported("a bound that is not known to be an integer")
        over = sum_over if term.kind == "sum" else product_over
        if term.condition is not None:
            return self._restricted(term, bounds, scope)
        with self.inside(range_.name, bounds, scope) as (name, inner):
            return over(t, name, bounds, self.normal(term.body, inner))

    def bounds(self, range_: Range, scope: Scope) -> Bounds:
        """The range; one to infinity as that up to an integer of which nothing else is known."""
        lower = self.normal(range_.lower, scope)
        if range_.upper != Const("oo"):
            return Bounds(lower, self.normal(range_.upper, scope))
        far = self.table.fresh()
        self.table.ranges[far] = Bounds(lower, self.table.var(far))
        return Bounds(lower, self.table.var(far))

    def _series(self, term: Fold, scope: Scope) -> Normal:
        with self.series(term, scope) as (work, body):
            return work.value(body)

    @contextmanager
    def series(self, term: Fold, scope: Scope, suppose: Suppose | None = None) -> Iterator[
            tuple[Series, Normal]]:
        """A sum to infinity and its body; Unsupported for a product or a restricted sum."""
        if term.kind != "sum" or term.condition is not None:
            raise Unsupported("an infinite product or a restricted infinite sum")
        bounds = self.bounds(term.range, scope)
        if not is_integer(self.table, bounds.lower):
            raise Unsupported("a bound that is not known to be an integer")
        with self.inside(term.range.name, bounds, scope) as (name, inner):
            yield Series(self.table, name, bounds.lower, suppose), self.normal(term.body, inner)

    @contextmanager
    def inside(self, name: str, bounds: Bounds, scope: Scope) -> Iterator[tuple[str, Scope]]:
        """A kernel name for the bound variable `name`, and the scope inside its binder; for the duration."""
        opened = self.table.open(bounds)
        try:
            yield opened, scope.bind(name, self.table.var(opened))
        finally:
            self.table.release((opened,))

    def _restricted(self, term: Fold, bounds: Bounds, scope: Scope) -> Normal:
        """A sum over k != p: the full sum less the p term where p is in range and the term is
        defined there, else an atom of its own."""
        t = self.table
        bounds = self.restricted(term.range.name, bounds, term.condition, scope)
        full = Bounds(bounds.lower, bounds.upper)
        points = [e for e in bounds.excluded if in_range(t, e, full) is not False]
        scopes = [scope.bind(term.range.name, e) for e in points]
        if term.kind == "sum" and all(
                in_range(t, e, full) is True and self.defined_at(term.body, at)
                for e, at in zip(points, scopes, strict=True)):
            t.use("sum-except")
            with self.inside(term.range.name, full, scope) as (name, inner):
                result = sum_over(t, name, full, self.normal(term.body, inner))
            for i, at in enumerate(scopes):
                # a value that is excluded twice is taken out once
                first_time = t.one
                for earlier in points[:i]:
                    first_time = first_time * (t.one - function_atoms.delta(t, points[i] - earlier))
                result = result - self.normal(term.body, at) * first_time
            return result
        bounds = Bounds(bounds.lower, bounds.upper, tuple(points))
        over = sum_over if term.kind == "sum" else product_over
        with self.inside(term.range.name, bounds, scope) as (name, inner):
            return over(t, name, bounds, self.normal(term.body, inner))

    def restricted(self, name: str, bounds: Bounds, condition: Term | None, scope: Scope) -> Bounds:
        """The range less the values that `name != value` conditions take out; Unsupported for others."""
        if condition is None:
            return bounds
        probe = self.table.fresh(bounds)
        excluded = self.excluded_values(condition, probe, scope.bind(name, self.table.var(probe)))
        return Bounds(bounds.lower, bounds.upper, excluded)

    def excluded_values(self, condition: Term, name: str, inner: Scope) -> tuple[Normal, ...]:
        """The values that `name != value` conditions take out of a range; Unsupported for other conditions."""
        t = self.table
        match condition:
            case Relation("!=", left, right):
                difference = self.normal(left, inner) - self.normal(right, inner)
                me = t.var(name)
                for value in (me - difference, me + difference):
                    if name not in value.free():
                        return (value,)
            case Bool("and", args):
                return tuple(e for a in args for e in self.excluded_values(a, name, inner))
        raise Unsupported("a sum with this condition")

    # operators

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

    def fresh_scope(self, scope: Scope) -> Scope:
        """The scope of a quantity's definition: no bound variable reaches into it."""
        return Scope(frozen=scope.frozen)

    def unfolded_form(self, form: Form, name: str, scope: Scope) -> Form:
        """A form with the quantity that was held put in."""
        if name not in self.definitions or name in scope.frozen or self.matrices is None:
            return form
        with supposing(self.table, self.matrices.values(name, scope)):
            return changed(form, lambda normal: self.unfold(normal, name, scope))

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

    def is_opaque(self, function: str) -> bool:
        """Whether a function is a declared one, which is smooth."""
        declaration = self.declarations.get(function)
        return declaration is not None and declaration.kind == "function"

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
        inner = replace(scope, frozen=scope.frozen | {name}) if name in self.definitions else scope
        with self.facts.without(self._mentioned(name)):
            moving = self.table.fresh()
            normal = self.before_limit(self.normal(body, inner))
            end = self._end(limit.target, scope)
            if name not in self.definitions and not self.facts.approached(name, end, limit.side):
                raise Unsupported(f"a limit of {name} to where its declaration does not let it go")
            yield self._moved(normal, variable, name, moving), moving, end

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
            if not any(t.sign(d) in (Sign.POSITIVE, Sign.NEGATIVE, Sign.NONZERO) for d in differences):
                raise Unsupported(f"a limit by an entry of {name} beside an entry that may be the same one")
        return moved

    def _substituted(self, body: Term, variable: Term, value: Term, scope: Scope) -> Normal:
        t = self.table
        target, name = self.target(variable, scope)
        inner = replace(scope, frozen=scope.frozen | {name}) if name in self.definitions else scope
        with self.facts.without(self._mentioned(name)):
            moving = t.fresh()
            moved = self._moved(self.normal(body, inner), target, name, moving)
        new = self.normal(value, scope)
        if not self.facts.allowed(name, new):
            raise Unsupported(f"{name} at a value that is not known to be one that its declaration allows")
        return t.substitute(moved, {moving: new})

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
