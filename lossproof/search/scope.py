"""What may stand at a place of a line: the names in scope there, and what the step itself writes with.

Untrusted. Imports the ground floor and `draft`. `slips` asks it which names are like another, `missing` which terms may
be missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Literal

from lossproof.derivation import Step
from lossproof.search.draft import used_names
from lossproof.term import (
    ARRAY_FUNCTIONS,
    MINUS_ONE,
    ONE,
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
    Pow,
    Range,
    Relation,
    Subst,
    Symbol,
    Term,
    add,
    children,
    free_names,
    node_count,
    walk,
)

Role = Literal["value", "index", "bound", "condition", "variable", "target", "exponent", "fixed"]
"""What a node is to its parent; "value" where it may be any number or array."""

_FAMILIES = 8      # so many families get entries in the pool
_ARGUMENTS = 10    # so many names get functions of them
_MOST = 400


def role_of(parent: Term, position: int, own: Role) -> Role:
    """The role of the child at `position`."""
    match parent:
        case Fold() | ForAll():
            return ("value" if isinstance(parent, Fold) else "condition", "bound", "bound", "condition")[position]
        case Integral():
            return "value" if position == 0 else "bound"
        case Family():
            return "value" if position == 0 else "fixed"
        case Entry():
            return "index"
        case Component() | Partial():
            return "value" if position == 0 else "index"
        case Call("softmax"):
            return "value" if position == 0 else "index"
        case Call("KroneckerDelta" | "identity" | "zeros" | "ones"):
            return "index"
        case Derivative():
            return "value" if position == 0 else "variable"
        case Limit():
            return ("value", "variable", "target")[position]
        case Subst():
            return ("value", "variable", "value")[position]
        case Pow():
            return "value" if position == 0 else "exponent"
        case _ if own in ("index", "bound", "target"):
            return "fixed"
        case Relation() if own == "condition":
            return "index"
        case Bool() if own == "condition":
            return "condition"
        case _:
            return "value"


@dataclass(frozen=True)
class Scope:
    """The names at a place: `bound` has the bound indices with their upper bounds."""

    step: Step
    bound: Mapping[str, Term]

    def inside(self, term: Term) -> Scope:
        """The scope in the body of a binder; the scope itself below anything else."""
        match term:
            case Fold(range=range_) | ForAll(range=range_):
                return replace(self, bound={**self.bound, range_.name: range_.upper})
            case Family(ranges=ranges):
                return replace(self, bound={**self.bound, **{r.name: r.upper for r in ranges}})
            case Integral(name=name):
                return replace(self, bound={**self.bound, name: Const("oo")})
            case _:
                return self

    # what the step writes with

    @cached_property
    def written(self) -> tuple[Term, ...]:
        """All terms inside both lines, once each."""
        return tuple(dict.fromkeys(t for line in (self.step.right, self.step.left) for t in walk(line)))

    @cached_property
    def functions(self) -> tuple[str, ...]:
        """Functions of one argument that the lines use or the step declares."""
        bodies = [self.step.definitions[n].body for n in sorted(used_names(self.step)) if n in self.step.definitions]
        said = (*self.written, *(t for body in bodies for t in walk(body)))
        used = [t.function for t in said if isinstance(t, Call) and len(t.args) == 1]
        used += ["log" for t in said if isinstance(t, Call) and t.function == "xlogy"]
        declared = [d.name for d in self.step.declarations.values() if d.kind == "function" and d.arity == 1]
        return tuple(dict.fromkeys(f for f in (*used, *declared) if f not in ARRAY_FUNCTIONS and f != "logsumexp"))

    @cached_property
    def _writes_primes(self) -> bool:
        return any(isinstance(t, Call) and any(t.orders) for t in self.written)

    @cached_property
    def derived_by(self) -> tuple[Term, ...]:
        """What the lines differentiate by."""
        return tuple(dict.fromkeys(t.by for t in self.written if isinstance(t, Derivative)))

    @cached_property
    def variables(self) -> tuple[Term, ...]:
        """Names and entries that a quantity may be differentiated by."""
        near = used_names(self.step)
        return tuple(t for t in self.pool() if isinstance(t, Symbol | Entry) and free_names(t) <= near)[:12]

    def is_quantity(self, term: Term) -> bool:
        """Whether the term is a defined name, or an entry of one."""
        name = term.name if isinstance(term, Symbol) else term.family if isinstance(term, Entry) else None
        return name in self.step.definitions

    @cached_property
    def ranges(self) -> tuple[tuple[Range, Term | None], ...]:
        """The ranges that the lines add up over, with their conditions, and those of declared indices."""
        used = [(t.range, t.condition) for t in self.written if isinstance(t, Fold)]
        declared = [(Range(d.name, d.lower or ONE, d.upper), None) for d in self.step.declarations.values()
                    if d.kind == "index" and d.upper is not None]
        return tuple(dict.fromkeys((*used, *declared)))

    @cached_property
    def limits(self) -> tuple[Limit, ...]:
        """The limits that the lines take."""
        return tuple(t for t in self.written if isinstance(t, Limit))

    @cached_property
    def arrays(self) -> tuple[Term, ...]:
        """Vectors and matrices held whole, and their transposes."""
        names = [Symbol(n) for n in (*self.step.declarations, *self.step.definitions) if self.is_array(n)]
        return (*names, *(Call("transpose", (n,)) for n in names))

    @property
    def has_arrays(self) -> bool:
        return bool(self.arrays)

    def is_array(self, name: str) -> bool:
        """Whether a name is declared as a vector or matrix (a quantity: one without indices that is an array)."""
        declaration = self.step.declarations.get(name)
        if declaration is not None:
            return declaration.kind == "family" and declaration.array
        definition = self.step.definitions.get(name)
        if definition is None or definition.ranges:
            return False
        return any(isinstance(t, Symbol) and t.name != name and self.is_array(t.name) for t in walk(definition.body)) \
            and not isinstance(definition.body, Entry)

    def is_declared(self, name: str) -> bool:
        return name in self.step.declarations or name in self.step.definitions

    def is_smooth(self, function: str) -> bool:
        """Whether the name is a declared function."""
        declaration = self.step.declarations.get(function)
        return declaration is not None and declaration.kind == "function"

    # names like others

    def _sort(self, name: str) -> object:
        """Names of one sort may stand for each other."""
        step = self.step
        if name in self.bound:
            return "number"
        definition = step.definitions.get(name)
        if definition is not None:
            if definition.ranges:
                return ("family", tuple(r.upper for r in definition.ranges))
            return "array" if self.is_array(name) else "number"
        declaration = step.declarations.get(name)
        if declaration is None:
            return None
        if declaration.kind == "family":
            return ("family", declaration.shape if declaration.shape is not None else declaration.rank)
        return "number" if declaration.kind in ("scalar", "size", "index", "integer") else declaration.kind

    def names_like(self, name: str) -> Iterator[Term]:
        """Other numbers, or arrays of the same shape, by name."""
        sort = self._sort(name)
        if sort is None:
            return
        for other in (*self.bound, *self.step.declarations, *self.step.definitions):
            if other != name and self._sort(other) == sort:
                yield Symbol(other)

    def families_like(self, name: str) -> Iterator[str]:
        """Other families over the same ranges."""
        sort = self._sort(name)
        for other in (*self.step.declarations, *self.step.definitions):
            if isinstance(sort, tuple) and other != name and self._sort(other) == sort:
                yield other

    def indices_like(self, term: Term, own: tuple[str, Term] | None = None) -> Iterator[Term]:
        """Other indices in scope that run over the same range as the index (any, for what is no name)."""
        upper = own[1] if own is not None else self._upper(term.name) if isinstance(term, Symbol) else None
        declared = [d.name for d in self.step.declarations.values() if d.kind == "index" and d.name not in self.bound]
        for other in (*self.bound, *declared):
            if Symbol(other) != term and (upper is None or self._upper(other) in (upper, None)):
                yield Symbol(other)

    def _upper(self, name: str) -> Term | None:
        if name in self.bound:
            return self.bound[name]
        declaration = self.step.declarations.get(name)
        return None if declaration is None else declaration.upper

    # what may be missing

    def pool(self) -> list[Term]:
        """Terms that may be missing here, as factors or summands: what the step writes, and its names."""
        here = set(self.bound)
        inner: set[str] = set()
        for term in self.written:
            match term:
                case Fold(range=range_):
                    inner.add(range_.name)
                case Integral(name=name):
                    inner.add(name)
                case Family(ranges=ranges):
                    inner.update(r.name for r in ranges)
                case _:
                    pass
        step = self.step
        hidden = {n for n in inner - here if n not in step.declarations}
        found: dict[Term, None] = {}
        indices = set(here)
        for line in (step.right, step.left, *step.given):
            for term in _values(line):
                names = free_names(term)
                if names.isdisjoint(hidden) and not isinstance(term, Number | Relation | Family):
                    found[term] = None
        numbers = [d.name for d in step.declarations.values() if d.kind in ("scalar", "size", "integer")]
        numbers += [d.name for d in step.definitions.values() if not d.ranges and not self.is_array(d.name)]
        indices |= {d.name for d in step.declarations.values() if d.kind == "index"}
        near = used_names(step)
        numbers.sort(key=lambda name: name not in near)
        found.update(dict.fromkeys(Symbol(n) for n in (*sorted(here), *numbers[:12])))
        families = [n for n in (*step.definitions, *step.declarations) if isinstance(self._sort(n), tuple)]
        families.sort(key=lambda name: name not in near)
        for name in families[:_FAMILIES]:
            sort = self._sort(name)
            assert isinstance(sort, tuple)
            if isinstance(sort[1], tuple) and len(sort[1]) <= 2:
                places = [[Symbol(i) for i in sorted(indices) if self._upper(i) in (size, None)] for size in sort[1]]
                found.update(dict.fromkeys(Entry(name, at) for at in product(*places)))
        found.update(dict.fromkeys(self.arrays))
        # what the lines themselves speak of comes first
        spoken = free_names(step.right) | free_names(step.left) | here
        return sorted(found, key=lambda term: not free_names(term) <= spoken)[:_MOST]


    def relatives(self, pool: list[Term]) -> list[Term]:
        """Terms that the step does not write, but nearly: f of a name, a neighbour of a power, a slope, a delta."""
        found: dict[Term, None] = {}
        near = used_names(self.step)
        names = sorted((t for t in pool if isinstance(t, Symbol | Entry)), key=lambda t: not free_names(t) <= near)
        arguments = [t.args[0] for t in self.written if isinstance(t, Call) and len(t.args) == 1]
        functions = dict.fromkeys(other for f in self.functions for other in (f, *_RELATED.get(f, ())))
        small = [t for t in pool if isinstance(t, Add | Mul) and node_count(t) <= 6][:6]
        for argument in dict.fromkeys((*names[:_ARGUMENTS], *small, *(a for a in arguments if a in set(pool)))):
            found.update(dict.fromkeys(Call(f, (argument,)) for f in functions))
            for function in self.functions:
                if self.is_smooth(function):
                    value = Call(function, (argument,))
                    slopes = [Derivative(value, by, n) for by in self.derived_by if by == argument for n in (1, 2)]
                    primes = [Call(function, (argument,), (order,)) for order in (1, 2)]
                    found.update(dict.fromkeys((*primes, *slopes) if self._writes_primes else (*slopes, *primes)))
        for term in pool:
            match term:
                case Pow(base, exponent) if exponent != MINUS_ONE:
                    found.update(dict.fromkeys(Pow(base, _plus(exponent, d)) for d in (-1, 1)))
                    found.update(dict.fromkeys(Pow(name, exponent) for name in names[:4]))
                case Symbol() | Entry():
                    found.update(dict.fromkeys((_plus(term, 1), _plus(term, -1), Add((ONE, Mul((MINUS_ONE, term)))))))
                    varies = isinstance(term, Symbol) and term.name in self.step.definitions
                    found.update(dict.fromkeys(Derivative(term, by) for by in self.derived_by if varies and by != term))
                case _:
                    pass
        indices = [Symbol(n) for n in (*sorted(self.bound), *(d.name for d in self.step.declarations.values()
                                                            if d.kind == "index" and d.name not in self.bound))][:5]
        for i, first in enumerate(indices):
            found.update(dict.fromkeys(Call("KroneckerDelta", (first, second)) for second in indices[i + 1:]))
        wholes = self.arrays[:8]
        found.update(dict.fromkeys(Call("matmul", (a, b)) for a in wholes for b in wholes))
        known = set(pool)
        return [t for t in found if t not in known][:_MOST]


_RELATED = {
    "sin": ("cos",), "cos": ("sin",), "tan": ("sin", "cos"), "sinh": ("cosh",), "cosh": ("sinh",),
    "tanh": ("sinh", "cosh"), "log": ("exp",), "softplus": ("logistic",), "logistic": ("exp",),
}


def _plus(term: Term, by: int) -> Term:
    match term:
        case Number(value):
            return Number(value + by)
        case Add((*rest, Number(value))) if rest:
            return add(*rest) if value + by == 0 else Add((*rest, Number(value + by)))
        case _:
            return Add((term, Number(Fraction(by))))


def _values(line: Term) -> Iterator[Term]:
    """The terms inside that are values: no indices, no bounds, no conditions."""
    stack: list[tuple[Term, Role]] = [(line, "value")]
    while stack:
        term, role = stack.pop()
        if role in ("value", "exponent", "target") and not isinstance(term, Relation):
            yield term
        for position, child in enumerate(children(term)):
            stack.append((child, "value" if isinstance(term, Relation) else role_of(term, position, role)))
