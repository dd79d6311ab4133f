"""Where a written line is defined, read from the tree before any rewriting.

Trusted. Imports the kernel's lower modules and the ground floor. `written` lists the
conditions, `discharged` says whether one follows from what is known. A condition that is
not `exact` is sufficient for definedness but may not be necessary (a kink under a
derivative, say): a line that rests on one that is not discharged is never called proved.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from lossproof.kernel.atoms import Bounds
from lossproof.kernel.hypotheses import Hypotheses
from lossproof.kernel.inequalities import sign_of
from lossproof.kernel.normal_form import DivisionByZero, Unsupported
from lossproof.kernel.normalize import NeedsCases, Scope
from lossproof.kernel.sign_sets import Sign, sign_decides
from lossproof.kernel.sums import EXPAND_UP_TO, is_integer
from lossproof.term import (
    ARRAY_FUNCTIONS,
    MINUS_ONE,
    ONE,
    ZERO,
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
    Number,
    Partial,
    Piecewise,
    Pow,
    Range,
    Relation,
    RelationName,
    Subst,
    Symbol,
    Term,
    binders,
    children,
    free_names,
    fresh_name,
    rename_binders,
    substitute,
    subtract,
    walk,
)


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition for definedness; `exact` if the line is undefined wherever it fails."""

    term: Term
    exact: bool = True


class Conditions:
    """Definedness of written terms under the hypotheses of a step."""

    def __init__(self, hypotheses: Hypotheses) -> None:
        self.h = hypotheses
        self.n = hypotheses.n
        self.n.defined_at = self.defined
        self._quantities: dict[str, tuple[Condition, ...]] = {}

    def defined(self, term: Term, scope: Scope) -> bool:
        """Whether the term is known to be defined, bound variables as in the scope."""
        return all(self.discharged(c.term, scope) for c in self.written(term))

    def written(self, term: Term) -> tuple[Condition, ...]:
        """The conditions under which every part of the term is defined, without repetition."""
        found: dict[Condition, None] = {}
        self._collect(term, {}, found)
        return tuple(found)

    # collecting

    def _collect(self, term: Term, ranges: dict[str, Range], found: dict[Condition, None]) -> None:
        term = self._apart(term)
        match term:
            case Fold(_, body, range_, condition):
                for bound in (range_.lower, range_.upper):
                    self._collect(bound, ranges, found)
                inner: dict[Condition, None] = {}
                self._collect(body, {**ranges, range_.name: range_}, inner)
                for c in inner:
                    found[self._quantified(c, range_, condition)] = None
                return
            case Derivative(body, by, _):
                self._derivative(body, by, ranges, found)
                return
            case Limit():
                self._limit(term, found)
                return
            case Subst(body, variable, value):
                self._collect(value, ranges, found)
                inner = {}
                self._collect(body, ranges, inner)
                for c in inner:
                    found[Condition(self._substituted(c.term, variable, value), c.exact)] = None
                return
            case Integral():
                raise Unsupported("the definedness of an integral")
            case Piecewise(pieces):
                self._piecewise(pieces, ranges, found)
                return
            case Component(array, indices):
                for i in indices:
                    self._collect(i, ranges, found)
                self._collect(self.n.arrays.component(array, indices), ranges, found)
                return
            case Call(function) if function in ARRAY_FUNCTIONS and self.n.arrays.shape(term):
                self._family(term, found)
                return
            case Call("softmax" | "logsumexp" | "dot" | "trace" | "matmul", _) as call:
                for arg in call.args[1:]:
                    if not self.n.arrays.shape(arg):
                        self._collect(arg, ranges, found)
                self._collect(self.n.arrays.scalar(call), ranges, found)
                return
            case Call(function, (family,)) | Partial(function, family, _) if self._is_functional(function):
                self._family(family, found)
                if isinstance(term, Partial):
                    for i in term.indices:
                        self._collect(i, ranges, found)
                return
            case Symbol(name) if name in self.n.definitions:
                for c in self._quantity(name):
                    found[c] = None
                return
            case Entry(family, indices):
                for i in indices:
                    self._collect(i, ranges, found)
                self._entry(family, indices, ranges, found)
                return
        for child in children(term):
            self._collect(child, ranges, found)
        for condition_ in self._own(term, ranges):
            found[condition_] = None

    def _substituted(self, condition: Term, variable: Term, value: Term) -> Term:
        """The condition with the variable at a value, also where a quantity depends on it."""
        if not isinstance(variable, Symbol) or variable.name not in self.n.mentions(condition):
            return _substituted(condition, variable, value) if isinstance(variable, Entry) else condition
        plain = {
            name: q.body for name, q in self.n.definitions.items()
            if not q.ranges and not self.n.arrays.shape(q.body) and name != variable.name
        }
        unfolded = condition
        for _ in plain:
            unfolded = substitute(unfolded, plain)
        if self.n.mentions(unfolded) - free_names(unfolded):
            # it may be reached through an indexed quantity too
            return _substituted(condition, variable, value)
        return substitute(unfolded, {variable.name: value})

    def _apart(self, term: Term) -> Term:
        """A binder renamed where its name means something else inside a quantity of the body, or is
        not one of the names that are declared to run."""
        names = binders(term)
        if not names or isinstance(term, Integral):
            return term
        reached: frozenset[str] = frozenset()
        for part in children(term):
            for name in free_names(part) & set(self.n.definitions):
                reached |= self.n.mentions(Symbol(name))
        taken = set(self.n.declarations) | set(self.n.definitions) | free_names(term) | set(names)
        renamed: dict[str, str] = {}
        for name in names:
            declaration = self.n.declarations.get(name)
            other = declaration is not None and declaration.kind != "index"
            if name in reached or name in self.n.definitions or other:
                renamed[name] = fresh_name(name + "'", taken)
                taken.add(renamed[name])
        return rename_binders(term, renamed) if renamed else term

    def _is_functional(self, function: str) -> bool:
        declaration = self.n.declarations.get(function)
        return declaration is not None and declaration.kind == "functional"

    def _generic(self, family: Term) -> tuple[Term, list[Range]]:
        """The entry of a family at fresh indices, and the ranges of these."""
        shape = self.n.arrays.shape(family)
        taken = free_names(family) | set(self.n.declarations) | set(self.n.definitions)
        names = [fresh_name(f"i{i + 1}", taken) for i in range(len(shape))]
        component = self.n.arrays.component(family, tuple(Symbol(n) for n in names))
        return component, [Range(n, ONE, s) for n, s in zip(names, shape, strict=True)]

    def _family(self, family: Term, found: dict[Condition, None]) -> None:
        """Every entry of a family that is taken whole."""
        inner: dict[Condition, None] = {}
        component, ranges = self._generic(family)
        self._collect(component, {r.name: r for r in ranges}, inner)
        for c in inner:
            for r in reversed(ranges):
                c = self._quantified(c, r, None)
            found[c] = None

    def _quantified(self, c: Condition, range_: Range, condition: Term | None) -> Condition:
        """The condition for every value of a bound variable."""
        if range_.name not in free_names(c.term) and condition is None and self._starts_at_one(range_):
            return c
        return Condition(ForAll(c.term, range_, condition), c.exact)

    def _starts_at_one(self, range_: Range) -> bool:
        """1..size, which is never empty."""
        declaration = self.n.declarations.get(range_.upper.name) if isinstance(range_.upper, Symbol) else None
        return range_.lower == ONE and declaration is not None and declaration.kind == "size"

    def _quantity(self, name: str) -> tuple[Condition, ...]:
        """Conditions of a quantity's definition (with its own indices free)."""
        if name not in self._quantities:
            self._quantities[name] = ()
            definition = self.n.definitions[name]
            inner: dict[Condition, None] = {}
            if not definition.ranges and self.n.arrays.shape(definition.body):
                self._family(definition.body, inner)
            else:
                self._collect(definition.body, {r.name: r for r in definition.ranges}, inner)
            self._quantities[name] = tuple(inner)
        return self._quantities[name]

    def _entry(self, family: str, indices: tuple[Term, ...], ranges: dict[str, Range],
               found: dict[Condition, None]) -> None:
        definition = self.n.definitions.get(family)
        if definition is not None and definition.ranges:
            sizes: list[tuple[Term, Term]] = [(r.lower, r.upper) for r in definition.ranges]
            values = {r.name: i for r, i in zip(definition.ranges, indices, strict=True)}
            for c in self._quantity(family):
                found[Condition(substitute(c.term, values), c.exact)] = None
        elif definition is not None:
            sizes = [(ONE, s) for s in self.n.arrays.shape(definition.body)]
            for c in self._quantity(family):
                # known for all entries at once: sufficient for this one
                found[Condition(c.term, exact=False)] = None
        else:
            declaration = self.n.declarations.get(family)
            if declaration is None or declaration.shape is None:
                return
            sizes = [(ONE, s) for s in declaration.shape]
        for index, (lower, upper) in zip(indices, sizes, strict=True):
            if not self._plainly_in(index, lower, upper, ranges):
                found[Condition(Relation(">=", index, lower))] = None
                found[Condition(Relation("<=", index, upper))] = None

    def _plainly_in(self, index: Term, lower: Term, upper: Term, ranges: dict[str, Range]) -> bool:
        if not isinstance(index, Symbol):
            return False
        if index.name in ranges:
            return ranges[index.name].lower == lower and ranges[index.name].upper == upper
        declaration = self.n.declarations.get(index.name)
        if declaration is None or declaration.kind != "index":
            return False
        return declaration.upper is None or ((declaration.lower or ONE) == lower and declaration.upper == upper)

    def _derivative(self, body: Term, by: Term, ranges: dict[str, Range], found: dict[Condition, None]) -> None:
        """A derivative exists where the body is defined in a neighbourhood and has no kink."""
        if isinstance(by, Entry):
            self._collect(by, ranges, found)
        name = by.family if isinstance(by, Entry) else by.name if isinstance(by, Symbol) else ""
        inner: dict[Condition, None] = {}
        self._collect(body, ranges, inner)
        for c in inner:
            found[self._open(c, name)] = None
        for kink in self._kinks(body, ranges, name):
            found[self._at_entry(kink, by)] = None

    def _at_entry(self, kink: Condition, by: Term) -> Condition:
        """A kink of every summand that reads only its own entry is asked for at the moving entry only."""
        match kink.term, by:
            case ForAll(inside, range_, None), Entry(family, (index,)):
                own = Entry(family, (Symbol(range_.name),))
                reads = [p for p in walk(inside) if isinstance(p, Entry) and p.family == family]
                through = self.n.mentions(inside) & set(self.n.definitions)
                if all(p == own for p in reads) and not through and Symbol(family) not in walk(inside):
                    return Condition(substitute(inside, {range_.name: index}), kink.exact)
        return kink

    def _open(self, c: Condition, name: str) -> Condition:
        """The condition in a neighbourhood: >= becomes >, which is more than needed."""
        if name not in self.n.mentions(c.term):
            return c
        match c.term:
            case Relation(">=" | "<=" as op, left, right) if not self._discrete(left, right):
                return Condition(Relation(">" if op == ">=" else "<", left, right), exact=False)
            case ForAll(body, range_, condition):
                inner = self._open(Condition(body, c.exact), name)
                return Condition(ForAll(inner.term, range_, condition), inner.exact)
            case Relation("="):
                # an equation about the variable holds in no neighbourhood
                return Condition(Bool("or", ()), exact=False)
            case Bool("not", (inner_term,)):
                return self._open(Condition(_negation(inner_term), exact=False), name)
            case Bool(op, args):
                parts = [self._open(Condition(a, c.exact), name) for a in args]
                return Condition(Bool(op, tuple(p.term for p in parts)), False)
            case _:
                return c

    def _discrete(self, *terms: Term) -> bool:
        """Whether only integers are compared, which no derivative moves."""
        try:
            return all(is_integer(self.n.table, self.n.normal(t)) for t in terms)
        except (Unsupported, DivisionByZero, NeedsCases):
            return False

    def _kinks(self, body: Term, ranges: dict[str, Range], name: str) -> list[Condition]:
        """Conditions that keep the body away from points where a function in it may have no derivative."""
        found: list[Condition] = []
        if name not in self.n.mentions(body):
            return found
        body = self._apart(body)
        match body:
            case Fold(_, inside, range_, condition):
                return [self._quantified(c, range_, condition)
                        for c in self._kinks(inside, {**ranges, range_.name: range_}, name)]
            case Call("softmax" | "logsumexp" | "dot" | "trace" | "matmul", _) as call:
                return self._kinks(self.n.arrays.scalar(call), ranges, name)
            case Call(function, (family,)) | Partial(function, family, _) if self._is_functional(function):
                entry, bounds = self._generic(family)
                kinks = self._kinks(entry, {**ranges, **{r.name: r for r in bounds}}, name)
                for r in reversed(bounds):
                    kinks = [self._quantified(c, r, None) for c in kinks]
                return kinks
            case Symbol(quantity) if quantity in self.n.definitions and quantity != name:
                definition = self.n.definitions[quantity]
                if self.n.arrays.shape(definition.body):
                    raise Unsupported(f"the derivative through the array {quantity} taken whole")
                return self._kinks(definition.body, {}, name)
            case Family() | Integral() | ForAll() | Derivative() | Limit() | Subst():
                # kinks under these are not followed: smooth bodies only
                if any((isinstance(part, Call) and part.function in _KINKED) or isinstance(part, Piecewise)
                       for part in self._reached(body)):
                    raise Unsupported("a derivative through an operator over a function with kinks")
                return []
            case Entry(quantity, indices) if quantity in self.n.definitions and quantity != name:
                definition = self.n.definitions[quantity]
                values = {r.name: i for r, i in zip(definition.ranges, indices, strict=False)}
                if definition.ranges:
                    return [Condition(substitute(c.term, values), False)
                            for c in self._kinks(definition.body, {}, name)]
                return self._kinks(self.n.arrays.component(definition.body, indices), ranges, name)
            case Component(array, indices):
                return self._kinks(self.n.arrays.component(array, indices), ranges, name)
        match body:
            case Call():
                found += self._kinks_of_call(body)
            case Piecewise(pieces):
                for _, condition in pieces:
                    for part in walk(condition):
                        if isinstance(part, Relation) and name in self.n.mentions(part):
                            found.append(Condition(Relation("!=", part.left, part.right), exact=False))
        for child in children(body):
            found += self._kinks(child, ranges, name)
        return found

    def _kinks_of_call(self, call: Call) -> list[Condition]:
        match call:
            case Call("Abs" | "sign" | "Heaviside", (x,)):
                return [Condition(Relation("!=", x, ZERO), exact=False)]
            case Call("Max" | "Min", args):
                return [Condition(Relation("!=", a, b), exact=False) for i, a in enumerate(args) for b in args[i + 1:]]
            case Call("floor" | "ceiling" | "Mod" | "KroneckerDelta" as function, _):
                raise Unsupported(f"the derivative of {function}")
            case _:
                return []

    def _reached(self, term: Term) -> Iterator[Term]:
        """All nodes of a term and of the quantities in it."""
        yield from walk(term)
        for name in self.n.mentions(term) & set(self.n.definitions):
            yield from walk(self.n.definitions[name].body)

    def _limit(self, term: Limit, found: dict[Condition, None]) -> None:
        """Conditions about the variable must hold near the target; the others stand."""
        if not isinstance(term.target, Const):
            self._collect(term.target, {}, found)
        variable = term.variable
        name = variable.family if isinstance(variable, Entry) else variable.name if isinstance(
            variable, Symbol) else ""
        for c in self.written(term.body):
            if name not in self.n.mentions(c.term):
                found[c] = None
            elif not self.discharged_near(c.term, term):
                raise Unsupported("a limit along which the expression is not seen to be defined")

    def discharged_near(self, condition: Term, limit: Limit, scope: Scope = Scope()) -> bool:  # noqa: B008
        """Whether a condition holds near the limit's target."""
        match condition:
            case Relation(op, left, right):
                sign = self.n.sign_near(subtract(left, right), limit, scope)
                return sign_decides(op, sign) is True
            case Bool("and", args):
                return all(self.discharged_near(a, limit, scope) for a in args)
            case Bool("or", args):
                return any(self.discharged_near(a, limit, scope) for a in args)
            case ForAll(body, range_, _):
                bounds = Bounds(self.h.value(range_.lower, scope), self.h.value(range_.upper, scope))
                if not isinstance(limit.variable, Entry):
                    with self.n.inside(range_.name, bounds, scope) as (_, inner):
                        return self.discharged_near(body, limit, inner)
                # the moving entry on its own, then all others
                if len(limit.variable.indices) != 1:
                    return False
                at = self.h.value(limit.variable.indices[0], scope)
                rest = Bounds(bounds.lower, bounds.upper, (at,))
                if not self.discharged_near(body, limit, scope.bind(range_.name, at)):
                    return False
                with self.n.inside(range_.name, rest, scope) as (_, inner):
                    return self.discharged_near(body, limit, inner)
            case _:
                return False

    def _piecewise(self, pieces: tuple[tuple[Term, Term], ...], ranges: dict[str, Range],
                   found: dict[Condition, None]) -> None:
        earlier: list[Term] = []
        for value, condition in pieces:
            self._collect(condition, ranges, found)
            inner: dict[Condition, None] = {}
            self._collect(value, ranges, inner)
            for c in inner:
                excused = (*earlier, Bool("not", (condition,)))
                found[Condition(Bool("or", (*excused, c.term)), c.exact)] = None
            earlier.append(condition)
        if pieces[-1][1] != Bool("and", ()):
            found[Condition(Bool("or", tuple(earlier)))] = None

    def _own(self, term: Term, ranges: dict[str, Range]) -> list[Condition]:
        """Conditions of the node itself, its parts being defined."""
        if isinstance(term, Call) and any(term.orders) and term.function not in self.n.declarations:
            # a known function's derivative: defined inside the function's domain, away from kinks
            inside = self._own(replace(term, orders=()), ranges)
            return [*(_strict(c) for c in inside), *self._kinks_of_call(term)]
        match term:
            case Pow(base, exponent):
                return self._power(base, exponent, self._scope(ranges))
            case Call("log", (x,)):
                return [Condition(Relation(">", x, ZERO))]
            case Call("sqrt", (x,)):
                return [Condition(Relation(">=", x, ZERO))]
            case Call("xlogy", (x, y)):
                return [Condition(Bool("or", (Relation(">", y, ZERO), Relation("=", x, ZERO))))]
            case Call("tan", (x,)):
                return [Condition(Relation("!=", Call("cos", (x,)), ZERO))]
            case Call("asin" | "acos", (x,)):
                return [Condition(Relation(">=", x, MINUS_ONE)), Condition(Relation("<=", x, ONE))]
            case Call("atanh", (x,)):
                return [Condition(Relation(">", x, MINUS_ONE)), Condition(Relation("<", x, ONE))]
            case Call("acosh", (x,)):
                return [Condition(Relation(">=", x, ONE))]
            case Call("gamma" | "loggamma" | "digamma", (x,)):
                return [Condition(Relation(">", x, ZERO), exact=False)]
            case Call("polygamma", (_, x)):
                return [Condition(Relation(">", x, ZERO), exact=False)]
            case Call("beta", (x, y)):
                return [Condition(Relation(">", a, ZERO), exact=False) for a in (x, y)]
            case Call("zeta", (x,)):
                return [Condition(Relation(">", x, ONE), exact=False)]
            case Call("Mod", (_, y)):
                return [Condition(Relation("!=", y, ZERO))]
            case Call("factorial" | "harmonic", (x,)):
                return [Condition(Relation(">=", x, ZERO), exact=False)]
            case Call("binomial", (x, y)):
                return [Condition(Relation(">=", y, ZERO), exact=False), Condition(Relation(">=", x, y), exact=False)]
            case Call("inverse", (x,)):
                return [Condition(Relation("!=", Call("det", (x,)), ZERO))]
            case _:
                return []

    def _scope(self, ranges: dict[str, Range]) -> Scope:
        """The bound variables around a node as opened ones."""
        scope = Scope()
        for name, r in ranges.items():
            bounds = Bounds(self.h.value(r.lower, scope), self.h.value(r.upper, scope))
            scope = scope.bind(name, self.n.table.var(self.n.table.open(bounds)))
        return scope

    def _power(self, base: Term, exponent: Term, scope: Scope) -> list[Condition]:
        if isinstance(base, Const):
            return []
        if isinstance(exponent, Number):
            value = exponent.value
            if value.denominator == 1:
                return [] if value >= 0 else [Condition(Relation("!=", base, ZERO))]
            return [Condition(Relation(">=" if value > 0 else ">", base, ZERO))]
        try:
            integer = is_integer(self.n.table, self.h.value(exponent, scope))
        except (Unsupported, DivisionByZero, NeedsCases):
            integer = False
        sign = sign_of(self.h, exponent, scope)
        if integer:
            if sign in (Sign.NONNEGATIVE, Sign.POSITIVE, Sign.ZERO):
                return []
            return [Condition(Bool("or", (Relation("!=", base, ZERO), Relation(">=", exponent, ZERO))))]
        # a negative base is defined where the exponent happens to be an integer, so neither is exact
        if sign is Sign.POSITIVE:
            return [Condition(Relation(">=", base, ZERO), exact=False)]
        return [Condition(Relation(">", base, ZERO), exact=False)]

    # discharging

    def impossible(self, condition: Term) -> bool:
        """Whether the condition fails at every point that is left."""
        match condition:
            case Relation(op, left, right):
                try:
                    sign = sign_of(self.h, left if right == ZERO else subtract(left, right))
                except (Unsupported, DivisionByZero, NeedsCases):
                    return False
                return sign_decides(op, sign) is False
            case ForAll(body, range_, None):
                # one index at which it fails is enough
                return any(
                    self.discharged(Bool("and", (Relation(">=", i, range_.lower), Relation("<=", i, range_.upper))))
                    and self.impossible(substitute(body, {range_.name: i}))
                    for i in self._known_indices()
                )
            case Bool("and", args):
                return any(self.impossible(a) for a in args)
            case Bool("or", args):
                return all(self.impossible(a) for a in args)
            case _:
                return False

    def _known_indices(self) -> tuple[Term, ...]:
        return (ONE, *(Symbol(d.name) for d in self.n.declarations.values() if d.kind == "index"))

    def discharged(self, condition: Term, scope: Scope = Scope()) -> bool:  # noqa: B008 (immutable)
        """Whether the condition follows from declarations, hypotheses and what is assumed."""
        t = self.n.table
        try:
            match condition:
                case Relation(op, left, right):
                    difference = left if right == ZERO else subtract(left, right)
                    return sign_decides(op, sign_of(self.h, difference, scope)) is True
                case Bool("and", args):
                    return all(self.discharged(a, scope) for a in args)
                case Bool("or", args):
                    return any(self.discharged(a, scope) for a in args)
                case Bool("not", (inner_term,)):
                    return self.discharged(_negation(inner_term), scope)
                case ForAll(body, range_, extra):
                    bounds = Bounds(self.h.value(range_.lower, scope), self.h.value(range_.upper, scope))
                    size = (bounds.upper - bounds.lower).integer
                    if size is not None and size < EXPAND_UP_TO:
                        values = [bounds.lower + t.rational(i) for i in range(size + 1)]
                        return all(self.discharged(body, scope.bind(range_.name, value)) for value in values)
                    with suppress(Unsupported):
                        bounds = self.n.restricted(range_.name, bounds, extra, scope)
                    with self.n.inside(range_.name, bounds, scope) as (_, inner):
                        return self.discharged(body, inner)
                case _:
                    return False
        except (Unsupported, DivisionByZero, NeedsCases):
            return False


_KINKED = frozenset({"Abs", "sign", "Heaviside", "Max", "Min", "floor", "ceiling", "Mod", "KroneckerDelta"})


def _strict(c: Condition) -> Condition:
    match c.term:
        case Relation(">=", left, right):
            return Condition(Relation(">", left, right), exact=False)
        case Relation("<=", left, right):
            return Condition(Relation("<", left, right), exact=False)
        case _:
            return Condition(c.term, exact=False)


def _negation(condition: Term) -> Term:
    """The condition that holds where this one does not (both sides being defined)."""
    match condition:
        case Relation(op, left, right):
            return Relation(_OPPOSITE[op], left, right)
        case Bool("not", (inner,)):
            return inner
        case Bool("and", args):
            return Bool("or", tuple(_negation(a) for a in args))
        case Bool("or", args):
            return Bool("and", tuple(_negation(a) for a in args))
        case _:
            raise Unsupported("the negation of this condition")


_OPPOSITE: dict[str, RelationName] = {"=": "!=", "!=": "=", ">": "<=", ">=": "<", "<": ">=", "<=": ">"}


def _substituted(condition: Term, variable: Term, value: Term) -> Term:
    """The condition with the variable at a value, also where a quantity depends on it."""
    match condition:
        case Relation(op, left, right):
            return Relation(op, Subst(left, variable, value), Subst(right, variable, value))
        case Bool(op, args):
            return Bool(op, tuple(_substituted(a, variable, value) for a in args))
        case ForAll(body, range_, extra):
            if range_.name in free_names(value) | free_names(variable):
                raise Unsupported("a substitution under a binder of the same name")
            return ForAll(_substituted(body, variable, value), range_, extra)
        case _:
            raise Unsupported("a substitution in this condition")
