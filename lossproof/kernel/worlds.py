"""Looking names up at a point, under the derivatives and substitutions around a term.

Trusted. Imports the ground floor, `points`, `jets`, `concrete`. `enclosure` evaluates terms on
top of this.

Names are looked up in two places. *Local* values belong to bound variables. The *world* is
the point as changed by the derivatives and substitutions around a term: each varies or sets
one name. A quantity that is varied stands for itself from there on: it is not unfolded, but
a variable further in that it depends on still moves it (the chain rule).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from flint import fmpq

from lossproof.derivation import Declaration, Definition
from lossproof.kernel import concrete
from lossproof.kernel.concrete import SINGLE, Array, Position, Value, scalar
from lossproof.kernel.integers import written_integer
from lossproof.kernel.jets import (
    ONE,
    ZERO,
    Dual,
    Missing,
    OutOfBudget,
    Real,
    Undecided,
    Undefined,
    integer_of,
)
from lossproof.kernel.points import Point
from lossproof.term import (
    Number,
    Range,
    Term,
)

# A bound integer is an int, a parameter of a concrete function a Real, or a whole array.
Local: TypeAlias = Mapping[str, "int | Real | Array"]
NOTHING: Local = {}
_WRITTEN_ONE = Number(Fraction(1))


class Target(NamedTuple):
    """What a derivative or a substitution is by: a name, or one entry of it."""

    name: str
    indices: Position = ()


_NO_TARGET = Target("")


class World:
    """The point, or a world in which one more name (an entry, where there are indices) differs.

    `assigned` None: the name varies, by the infinitesimal of `tag` on `side`; else it is set.
    """

    __slots__ = ("assigned", "parent", "seen", "side", "tag", "target")

    def __init__(self, parent: World | None = None, target: Target = _NO_TARGET, tag: int = 0, side: int = 0,
                 assigned: Real | None = None) -> None:
        self.parent = parent
        self.target = target
        self.tag = tag
        self.side = side
        self.assigned = assigned
        self.seen: dict[tuple[str, Position | None], Value] = {}

    def value(self, outer: Callable[[World], Real]) -> Real:
        """The value that the changed name has here; `outer` gives the one that it had before."""
        if self.assigned is not None:
            return self.assigned
        assert self.parent is not None
        return Dual(self.tag, outer(self.parent), ONE, self.side)

    def changes(self, name: str) -> bool:
        """Whether `name` is varied or set in this world."""
        here: World | None = self
        while here is not None:
            if here.target.name == name:
                return True
            here = here.parent
        return False


class Names(ABC):
    """Values of names at one point. `operations` bounds the work, the same on every machine."""

    def __init__(self, declarations: Mapping[str, Declaration], definitions: Mapping[str, Definition], point: Point,
                 operations: int) -> None:
        self._declarations = declarations
        self._definitions = definitions
        self._point = point
        self._operations = self._allowed = operations
        self._entries = 0
        self._root = World()

    def spent(self) -> int:
        """How much work was done so far, with the entries of arrays that functions of arrays were asked for."""
        return self._allowed - self._operations + self._entries

    @abstractmethod
    def _unguarded(self, term: Term, local: Local, world: World) -> Value:
        """The value of a term."""

    def _charge(self, work: int = 1) -> None:
        self._operations -= work
        if self._operations < 0:
            raise OutOfBudget

    def _value(self, term: Term, local: Local, world: World) -> Value:
        self._charge()
        try:
            return self._unguarded(term, local, world)
        except Undefined as undefined:
            if undefined.term is None:
                undefined.term = term
            raise

    def _values(self, terms: Sequence[Term], local: Local, world: World) -> list[Value]:
        """All values. One that is provably undefined wins over one that is undecided."""
        found: list[Value] = []
        doubt: Undecided | None = None
        for term in terms:
            try:
                found.append(self._value(term, local, world))
            except Undecided as undecided:
                doubt = doubt or undecided
        if doubt is not None:
            raise doubt
        return found

    def _number(self, term: Term, local: Local, world: World) -> Real:
        return scalar(self._value(term, local, world))

    def _integer(self, term: Term, local: Local, world: World, what: str) -> int:
        """An integer; Undefined where the value is none, since `what` must be one."""
        found = integer_of(self._number(term, local, world))
        if found is None:
            raise Undefined(f"{what} that is not an integer", term)
        return found

    def _position(self, indices: Sequence[Term], local: Local, world: World) -> Position:
        return tuple(self._integer(i, local, world, "an index") for i in indices)

    def _symbol(self, name: str, local: Local, world: World) -> Value:
        if name in local:
            bound = local[name]
            return fmpq(bound) if isinstance(bound, int) else bound
        if name in self._definitions:
            return self._quantity_whole(name, world)
        declaration = self._declarations.get(name)
        if declaration is not None:
            if declaration.kind == "family":
                sizes = self._sizes(name, declaration)
                return Array(sizes, lambda at: self._primitive(name, at, world))
            if "complex" in declaration.assumptions:
                raise Undecided("complex values are not enclosed")
        return self._primitive(name, (), world)

    def _holds_array(self, name: str, world: World) -> bool:
        """Whether a name stands for an array; a declared one need not have a value."""
        declaration = self._declarations.get(name)
        if declaration is not None:
            return declaration.kind == "family"
        return name in self._definitions and isinstance(self._quantity_whole(name, world), Array)

    def _sizes(self, name: str, declaration: Declaration) -> Position:
        if declaration.shape is None:
            raise Undecided(f"the ranges of {name} are not known")
        return self._shape_written(declaration.shape, NOTHING, self._root)

    def _shape_written(self, sizes: Sequence[Term], local: Local, world: World) -> Position:
        """The sizes of an array, those that are written as 1 being marked."""
        return tuple(SINGLE if size == _WRITTEN_ONE else self._integer(size, local, world, "a size") for size in sizes)

    def _entry(self, name: str, indices: Position, local: Local, world: World) -> Real:
        if name in local:
            held = local[name]
            if not isinstance(held, Array):
                raise Undecided("a bound number has no entries")
            return held.at(indices)
        if name in self._definitions:
            return self._quantity(name, indices, world)
        declaration = self._declarations.get(name)
        if declaration is None or declaration.kind != "family":
            raise Undecided(f"{name} has no entries")
        if "complex" in declaration.assumptions:
            raise Undecided("complex values are not enclosed")
        if declaration.shape is None:
            if len(indices) != declaration.rank:
                raise Undecided("an entry with the wrong number of indices")
            return self._primitive(name, indices, world)
        held = Array(self._sizes(name, declaration), lambda at: self._primitive(name, at, world))
        return held.at(indices)

    def _primitive(self, name: str, indices: Position, world: World) -> Real:
        """The value of a declared symbol or entry in a world."""
        here: World = world
        while here.parent is not None:
            if here.target == (name, indices):
                return here.value(lambda outer: self._primitive(name, indices, outer))
            here = here.parent
        held: Mapping[Position, Fraction] = self._point.entries.get(name, {})
        found = held.get(indices) if indices else self._point.values.get(name)
        if found is None and not indices and name in self._point.constants:
            return self._number(self._point.constants[name], NOTHING, self._root)
        if found is None:
            raise Missing(name, indices)
        return fmpq(found.numerator, found.denominator)

    def _quantity_whole(self, name: str, world: World) -> Value:
        """A quantity without indices: a number, or all its entries."""
        definition = self._definitions[name]
        if definition.ranges:
            spans = [self._span(bound, NOTHING, self._root) for bound in definition.ranges]

            def entry(at: Position) -> Real:
                return self._quantity(name, tuple(s[i - 1] for s, i in zip(spans, at, strict=True)), world)

            return Array(self._spanned(definition.ranges, spans), entry)
        body = self._unfolded(definition, (), world)
        if isinstance(body, Array):
            return Array(body.shape, lambda at: self._quantity(name, at, world))
        return self._quantity(name, (), world)

    def _quantity(self, name: str, indices: Position, world: World) -> Real:
        """The value of a quantity, or of its entry, in a world: unfolded, unless it is varied there."""
        key = (name, indices)
        if key not in world.seen:
            world.seen[key] = self._quantity_unseen(name, indices, world)
        return scalar(world.seen[key])

    def _quantity_unseen(self, name: str, indices: Position, world: World) -> Real:
        definition = self._definitions[name]
        inside: list[World] = []
        here: World = world
        while here.parent is not None and here.target.name != name:
            inside.append(here)
            here = here.parent
        if here.parent is None:
            return self._unfolded_entry(definition, indices, world)
        if here.target.indices == indices:
            result = here.value(lambda outer: self._quantity(name, indices, outer))
        else:
            result = self._quantity(name, indices, here.parent)
        # Further in, a variable that the quantity depends on moves it.
        for change in reversed(inside):
            if change.assigned is not None:
                continue
            moved = self._unfolded_entry(definition, indices, change)
            if isinstance(moved, Dual) and moved.tag == change.tag:
                if change.side:
                    raise Undecided("a quantity at a kink, held fixed further out")
                result = result + Dual(change.tag, ZERO, moved.eps)
        return result

    def _unfolded_entry(self, definition: Definition, indices: Position, world: World) -> Real:
        body = self._unfolded(definition, indices[:len(definition.ranges)], world)
        rest = indices[len(definition.ranges):]
        return concrete.component(body, rest) if rest else scalar(body)

    def _unfolded(self, definition: Definition, indices: Position, world: World) -> Value:
        """The body of a definition at indices; Undefined outside their ranges."""
        if len(indices) != len(definition.ranges):
            raise Undecided(f"{definition.name} has {len(definition.ranges)} indices")
        local: dict[str, int | Real | Array] = {}
        for bound, index in zip(definition.ranges, indices, strict=True):
            if not self._within(bound, index, local):
                raise Undefined(f"an entry of {definition.name} outside its range")
            local[bound.name] = index
        if definition.ranges:
            return self._value(definition.body, local, world)
        key = (definition.name, None)
        if key not in world.seen:
            world.seen[key] = self._value(definition.body, local, world)
        return world.seen[key]

    @staticmethod
    def _spanned(ranges: Sequence[Range], spans: Sequence[range]) -> Position:
        """The shape of a family over ranges."""
        return tuple(SINGLE if bound.upper == _WRITTEN_ONE == bound.lower else len(span)
                     for bound, span in zip(ranges, spans, strict=True))

    def _within(self, bound: Range, index: int, local: Local) -> bool:
        lower = self._integer(bound.lower, local, self._root, "a bound")
        return lower <= index <= self._integer(bound.upper, local, self._root, "a bound")

    def _span(self, bound: Range, local: Local, world: World) -> range:
        """The integers of a range; Undefined where a bound is no integer, Undecided where it is infinite."""
        lower = self._integer(bound.lower, local, world, "a bound")
        return range(lower, self._integer(bound.upper, local, world, "a bound") + 1)

    def _is_integer(self, term: Term, local: Local) -> bool:
        """Whether a term is an integer as it is written. A name that is not declared stands for an index."""
        bound = {name: isinstance(value, int) for name, value in local.items()}
        return written_integer(term, self._declarations, self._definitions, bound, undeclared=True)
