"""Where a derivative may not exist: conditions in a neighbourhood, and away from kinks.

Trusted. Imports `conditions` and the ground floor. A kink (|x| at 0, a tie in a maximum, the border
of a piece) gives a condition that is not exact.
"""

from __future__ import annotations

from collections.abc import Iterator

from lossproof.kernel.atoms import Var
from lossproof.kernel.binders import is_integer, known_nonzero
from lossproof.kernel.conditions import Condition, Discharge, negation
from lossproof.kernel.context import NeedsCases
from lossproof.kernel.derivatives import Differentiator
from lossproof.kernel.germs import MOST_POINTS, exists_at, kink_points, slope_at
from lossproof.kernel.normal_form import DivisionByZero, Normal, Unsupported
from lossproof.term import (
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
    Partial,
    Piecewise,
    Range,
    Relation,
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

_KINKED = frozenset({"Abs", "sign", "Heaviside", "Max", "Min", "floor", "ceiling", "Mod", "KroneckerDelta"})


class Neighbourhoods(Discharge):
    """Conditions of lines under a derivative."""

    def apart(self, term: Term) -> Term:
        """A binder renamed where its name means something else inside a quantity of the body, or is
        not one of the names that are declared to run."""
        names = binders(term)
        if not names:
            return term
        reached: frozenset[str] = frozenset()
        for part in children(term):
            for name in free_names(part) & set(self.n.definitions):
                reached |= self.n.mentions(Symbol(name))
        taken = set(self.n.declarations) | set(self.n.definitions) | free_names(term) | set(names)
        renamed: dict[str, str] = {}
        for name in names:
            # an integral's variable is a number of its own, whatever else has the name
            other = name in self.n.declarations and (isinstance(term, Integral) or not self._runs_as(name, term))
            if name in reached or name in self.n.definitions or other:
                renamed[name] = fresh_name(name + "'", taken)
                taken.add(renamed[name])
        return rename_binders(term, renamed) if renamed else term

    def _runs_as(self, name: str, term: Term) -> bool:
        """Whether a binder runs its name through what is declared of it, and nothing else is said of the name."""
        d = self.n.declarations[name]
        ranges = term.ranges if isinstance(term, Family) else (term.range,) if isinstance(term, Fold | ForAll) else ()
        return d.kind == "index" and name not in self.h.mentions and (d.upper is None or any(
            r.name == name and r.lower == (d.lower or ONE) and r.upper == d.upper for r in ranges))

    def is_functional(self, function: str) -> bool:
        declaration = self.n.declarations.get(function)
        return declaration is not None and declaration.kind == "functional"

    def generic(self, family: Term) -> tuple[Term, list[Range]]:
        """The entry of a family at fresh indices, and the ranges of these."""
        shape = self.n.arrays.shape(family)
        taken = free_names(family) | set(self.n.declarations) | set(self.n.definitions)
        names = [fresh_name(f"i{i + 1}", taken) for i in range(len(shape))]
        component = self.n.arrays.component(family, tuple(Symbol(n) for n in names))
        return component, [Range(n, ONE, s) for n, s in zip(names, shape, strict=True)]

    def quantified(self, c: Condition, range_: Range, condition: Term | None) -> Condition:
        """The condition for every value of a bound variable."""
        if range_.name not in free_names(c.term) and condition is None and self._starts_at_one(range_):
            return c
        return Condition(ForAll(c.term, range_, condition), c.exact)

    def _starts_at_one(self, range_: Range) -> bool:
        """1..size, or a range to infinity, which is never empty."""
        if range_.upper == Const("oo"):
            return True
        declaration = self.n.declarations.get(range_.upper.name) if isinstance(range_.upper, Symbol) else None
        return range_.lower == ONE and declaration is not None and declaration.kind == "size"

    def at_entry(self, kink: Condition, by: Term) -> Condition:
        """A kink of every summand that reads only its own entry is asked for at the moving entry only."""
        match kink.term, by:
            case ForAll(inside, range_, None), Entry(family, (index,)):
                own = Entry(family, (Symbol(range_.name),))
                reads = [p for p in walk(inside) if isinstance(p, Entry) and p.family == family]
                through = self.n.mentions(inside) & set(self.n.definitions)
                if all(p == own for p in reads) and not through and Symbol(family) not in walk(inside):
                    return Condition(substitute(inside, {range_.name: index}), kink.exact)
        return kink

    def opened(self, c: Condition, name: str) -> Condition:
        """The condition in a neighbourhood: >= becomes >, which is more than needed."""
        if name not in self.n.mentions(c.term):
            return c
        match c.term:
            case Relation(">=" | "<=" as op, left, right) if not self._discrete(left, right):
                exact = c.exact and self._crosses(subtract(left, right), name)
                return Condition(Relation(">" if op == ">=" else "<", left, right), exact)
            case ForAll(body, range_, condition):
                inner = self.opened(Condition(body, c.exact), name)
                return Condition(ForAll(inner.term, range_, condition), inner.exact)
            case Relation("="):
                # an equation about the variable holds in no neighbourhood
                return Condition(Bool("or", ()), exact=False)
            case Bool("not", (inner_term,)):
                return self.opened(Condition(negation(inner_term), exact=False), name)
            case Bool(op, args):
                parts = [self.opened(Condition(a, c.exact), name) for a in args]
                return Condition(Bool(op, tuple(p.term for p in parts)), False)
            case _:
                return c

    def _crosses(self, gap: Term, name: str) -> bool:
        """Whether the gap changes its sign with the variable wherever it is 0: the body is then undefined on
        one side of such a point and has no derivative there."""
        t = self.n.table
        try:
            normal = self.n.normal(gap)
            plain = all(name not in t.free_of(i) or t[i] == Var(name) for i in normal.atoms())
            slope = Differentiator(t, Var(name), lambda _atom: None)(normal)
            return plain and normal.den.is_constant() and known_nonzero(t, slope)
        except (Unsupported, DivisionByZero, NeedsCases):
            return False

    def settled(self, term: Derivative, name: str, kinks: list[Condition]) -> list[Condition]:
        """The kinks of a derivative, those left out at which it exists all the same; exact where it does not."""
        found: list[Condition] = []
        for kink in kinks:
            points = kink_points(self.n, kink.term, name)
            if points is None or len(points) > MOST_POINTS:
                found.append(kink)
                continue
            exist = [exists_at(self.n, term, name, point) for point in points if self._may_be_at(name, point)]
            if None in exist or len(set(exist)) > 1:
                found.append(kink)
            elif False in exist:
                found.append(Condition(kink.term))
        return found

    def _may_be_at(self, name: str, point: Normal) -> bool:
        """Whether the variable is not known to be elsewhere."""
        return not known_nonzero(self.n.table, self.h.value(Symbol(name)) - self.h.apply(point))

    def at_kink(self, term: Derivative, name: str) -> Normal | None:
        """The derivative at the one value that the hypotheses leave for the variable, from both germs."""
        here = self.h.value(Symbol(name))
        if name in here.free():
            return None
        value = slope_at(self.n, term, name, here)
        return value or None

    def _discrete(self, *terms: Term) -> bool:
        """Whether only integers are compared, which no derivative moves."""
        try:
            return all(is_integer(self.n.table, self.n.normal(t)) for t in terms)
        except (Unsupported, DivisionByZero, NeedsCases):
            return False

    def kinks(self, body: Term, ranges: dict[str, Range], name: str) -> list[Condition]:
        """Conditions that keep the body away from points where a function in it may have no derivative."""
        found: list[Condition] = []
        if name not in self.n.mentions(body):
            return found
        body = self.apart(body)
        match body:
            case Fold(_, inside, range_, condition):
                edges = (range_.lower, range_.upper, *(() if condition is None else (condition,)))
                if any(name in self.n.mentions(edge) for edge in edges):
                    raise Unsupported("the derivative of a sum or product by what its range depends on")
                return [self.quantified(c, range_, condition)
                        for c in self.kinks(inside, {**ranges, range_.name: range_}, name)]
            case Call("softmax" | "logsumexp" | "dot" | "trace" | "matmul", _) as call:
                return self.kinks(self.n.arrays.scalar(call), ranges, name)
            case Call("det", (array,)):
                found = self._kinks_of_entries(array, ranges, name)
                if self.n.arrays.concrete_size(array) is None:
                    # its derivative is written with the inverse, which is more than needed
                    found.append(Condition(Relation("!=", body, ZERO), exact=False))
                return found
            case Call(function, (family,)) | Partial(function, family, _) if self.is_functional(function):
                entry, bounds = self.generic(family)
                kinks = self.kinks(entry, {**ranges, **{r.name: r for r in bounds}}, name)
                for r in reversed(bounds):
                    kinks = [self.quantified(c, r, None) for c in kinks]
                return kinks
            case Symbol(quantity) if quantity in self.n.definitions and quantity != name:
                definition = self.n.definitions[quantity]
                if self.n.arrays.shape(definition.body):
                    raise Unsupported(f"the derivative through the array {quantity} taken whole")
                return self.kinks(definition.body, {}, name)
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
                            for c in self.kinks(definition.body, {}, name)]
                return self.kinks(self.n.arrays.component(definition.body, indices), ranges, name)
            case Component(array, indices):
                entry = self.n.arrays.component(array, indices)
                match entry:
                    case Component(Call("inverse", (inner,))):
                        return self._kinks_of_entries(inner, ranges, name)
                return self.kinks(entry, ranges, name)
        match body:
            case Call():
                found += self.kinks_of_call(body)
            case Piecewise(pieces):
                for _, condition in pieces:
                    for part in walk(condition):
                        if isinstance(part, Relation) and name in self.n.mentions(part):
                            found.append(Condition(Relation("!=", part.left, part.right), exact=False))
        for child in children(body):
            found += self.kinks(child, ranges, name)
        return found

    def _kinks_of_entries(self, array: Term, ranges: dict[str, Range], name: str) -> list[Condition]:
        """The kinks of every entry of an array."""
        if name not in self.n.mentions(array):
            return []
        entry, own = self.generic(array)
        found = self.kinks(entry, {**ranges, **{r.name: r for r in own}}, name)
        for r in reversed(own):
            found = [self.quantified(c, r, None) for c in found]
        return found

    def kinks_of_call(self, call: Call) -> list[Condition]:
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
