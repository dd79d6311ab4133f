"""What may stand at a place of a line: the names in scope there, and what the step itself writes with.

Untrusted. Imports the ground floor. `slips` asks it which names are like another, `undo` which terms may be missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from lossproof.derivation import Step
from lossproof.term import (
    ARRAY_FUNCTIONS,
    KNOWN_FUNCTIONS,
    MINUS_ONE,
    ONE,
    Add,
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
    children,
    free_names,
    walk,
)

Role = Literal["value", "index", "bound", "condition", "variable", "target", "exponent", "fixed"]
"""What a node is to its parent; "value" where it may be any number or array."""

_FAMILIES = 4      # so many families get entries in the pool
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
            return ("value", "variable", "target")[position]     # type: ignore[return-value]
        case Subst():
            return ("value", "variable", "value")[position]      # type: ignore[return-value]
        case Pow():
            return "value" if position == 0 else "exponent"
        case _ if own in ("index", "bound", "target"):
            return "fixed"
        case _ if own == "condition":
            return "value"
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
        used = [t.function for t in self.written if isinstance(t, Call) and len(t.args) == 1]
        declared = [d.name for d in self.step.declarations.values() if d.kind == "function" and d.arity == 1]
        return tuple(dict.fromkeys(f for f in (*used, *declared) if f not in ARRAY_FUNCTIONS and f != "logsumexp"))

    @cached_property
    def derived_by(self) -> tuple[Term, ...]:
        """What the lines differentiate by."""
        return tuple(dict.fromkeys(t.by for t in self.written if isinstance(t, Derivative)))

    @cached_property
    def ranges(self) -> tuple[Range, ...]:
        """The ranges that the lines add up over, and those of declared indices."""
        used = [t.range for t in self.written if isinstance(t, Fold)]
        declared = [Range(d.name, d.lower or ONE, d.upper) for d in self.step.declarations.values()
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
        found.update(dict.fromkeys(Symbol(n) for n in (*numbers[:12], *sorted(here))))
        families = [n for n in (*step.declarations, *step.definitions) if isinstance(self._sort(n), tuple)]
        for name in families[:_FAMILIES]:
            sort = self._sort(name)
            assert isinstance(sort, tuple)
            if isinstance(sort[1], tuple) and len(sort[1]) == 1:
                for index in sorted(indices):
                    if self._upper(index) in (sort[1][0], None):
                        found[Entry(name, (Symbol(index),))] = None
        return list(found)[:_MOST]


def _values(line: Term) -> Iterator[Term]:
    """The terms inside that are values: no indices, no bounds, no conditions."""
    stack: list[tuple[Term, Role]] = [(line, "value")]
    while stack:
        term, role = stack.pop()
        if role in ("value", "exponent", "target") and not isinstance(term, Relation):
            yield term
        for position, child in enumerate(children(term)):
            stack.append((child, "value" if isinstance(term, Relation) else role_of(term, position, role)))


# where a missing part is written

def inserted(op: Literal["+", "*"], args: tuple[Term, ...], new: Term) -> tuple[Term, ...]:
    """The arguments with one more, at the place where a reader would expect it."""
    if op == "+":
        negative = isinstance(new, Mul) and isinstance(new.args[0], Number) and new.args[0].value < 0
        leads = isinstance(args[0], Mul) and isinstance(args[0].args[0], Number) and args[0].args[0].value < 0
        return (new, *args) if leads and not negative and not isinstance(new, Number) else (*args, new)
    rank = _rank(new)
    at = len(args)
    while at > 0 and _rank(args[at - 1]) > rank:
        at -= 1
    return (*args[:at], new, *args[at:])


def _rank(factor: Term) -> tuple[int, str]:
    """Factors are written in this order: numbers, names, powers of them, brackets, functions, sums, quotients."""
    match factor:
        case Number():
            return 0, ""
        case Const():
            return 1, ""
        case Symbol(name):
            return 2, name
        case Pow(_, exponent) if exponent == MINUS_ONE:
            return 9, ""
        case Entry(name):
            return 3, name
        case Pow(base):
            return _rank(base)
        case Derivative() | Call() if not isinstance(factor, Call) or factor.function not in KNOWN_FUNCTIONS:
            return 5, ""
        case Call():
            return 5, ""
        case Add():
            return 6, ""
        case Fold():
            return 7, ""
        case _:
            return 6, ""
