"""Sums and products over ranges as normal forms: the range, what a condition takes out of it, the terms.

Trusted. Imports `context`, `sums`, `series` and the ground floor.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from lossproof.kernel import function_atoms
from lossproof.kernel.atoms import Bounds
from lossproof.kernel.binders import in_range, is_integer
from lossproof.kernel.context import Context, Scope
from lossproof.kernel.normal_form import Normal, Unsupported
from lossproof.kernel.series import Series
from lossproof.kernel.stretches import Suppose
from lossproof.kernel.sums import product_over, sum_over
from lossproof.term import Bool, Const, Fold, Range, Relation, Term


class Folds(Context):
    """Normal forms of sums and products."""

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
