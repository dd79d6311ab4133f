"""A point in the making: cells that can be set, and hypotheses that are made to hold.

Untrusted: whatever comes out is checked by the kernel's evaluator. Imports the ground floor
and `kernel.enclosure`. A *cell* is a declared symbol, or one entry of a declared family.
Hypotheses that are affine in a cell are solved for it by looking at two values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from math import isqrt

from lossproof.derivation import Step, reached
from lossproof.kernel.comparison import admissible
from lossproof.kernel.enclosure import Evaluator
from lossproof.kernel.jets import Missing, OutOfBudget, Undecided, Undefined
from lossproof.kernel.points import ConcreteFunction, Point
from lossproof.term import (
    Bool,
    Component,
    Entry,
    ForAll,
    Number,
    Relation,
    Symbol,
    Term,
    substitute,
    subtract,
)

Cell = tuple[str, tuple[int, ...]]

_INTEGER_KINDS = ("integer", "size", "index")
_WORK = 20_000
# A hypothesis over a longer range than this is left to chance.
_LONGEST_RANGE = 200
# Differences that are tried to get to the right side of an inequality.
_STEPS = tuple(Fraction(n, d) for n, d in ((1, 1), (1, 2), (1, 8), (3, 1), (1, 100)))
# A point is given up when it was looked at so often and the hypotheses do not hold yet.
MOST_LOOKS = 3000
# A look counts for more where it takes more operations than these.
OPERATIONS_A_LOOK = 30
# Values that are tried where nothing can be solved for.
_GUESSES = tuple(Fraction(n, d) for n, d in (
    (1, 1), (0, 1), (-1, 1), (1, 2), (2, 1), (-1, 2), (-2, 1), (3, 1), (1, 4), (-3, 1), (1, 10), (10, 1), (-10, 1)))


def used_names(step: Step) -> frozenset[str]:
    """All names that the two lines and the hypotheses reach, through definitions and declarations."""
    return reached((step.left, step.right, *step.given), step.definitions, step.declarations)


@dataclass(slots=True)
class Draft:
    """Values that may still change. `owner` says which hypothesis a cell was set for.

    `rotation` turns the order in which cells are tried, so that a*b = a*c is solved by a = 0 too.
    """

    step: Step
    values: dict[str, Fraction] = field(default_factory=dict)
    entries: dict[str, dict[tuple[int, ...], Fraction]] = field(default_factory=dict)
    functions: dict[str, ConcreteFunction] = field(default_factory=dict)
    owner: dict[Cell, Term | None] = field(default_factory=dict)
    rotation: int = 0
    constants: dict[str, Term] = field(default_factory=dict)
    # how often the point was looked at; a look that takes long counts for more
    looks: int = 0
    cost: int = 1
    # what these looks took, and who took the last of them
    operations: int = 0
    asked: Evaluator | None = None
    # the point is given up after so many looks
    most_looks: int = MOST_LOOKS

    @staticmethod
    def of(step: Step, point: Point) -> Draft:
        """A draft that begins with a point's values."""
        entries = {name: dict(held) for name, held in point.entries.items()}
        return Draft(step, dict(point.values), entries, dict(point.functions), constants=dict(point.constants))

    def copy(self) -> Draft:
        """A draft that can be changed without changing this one."""
        entries = {name: dict(held) for name, held in self.entries.items()}
        return Draft(self.step, dict(self.values), entries, dict(self.functions), dict(self.owner), self.rotation,
                     dict(self.constants), cost=self.cost, most_looks=self.most_looks)

    def point(self) -> Point:
        """The point as it stands."""
        entries = {name: dict(held) for name, held in self.entries.items()}
        return Point(dict(self.values), entries, dict(self.functions), dict(self.constants))

    def evaluator(self) -> Evaluator:
        """An evaluator at the point as it stands."""
        self.looks += self.cost
        point = Point(self.values, self.entries, self.functions, self.constants)
        self.operations = self.spent()
        self.asked = Evaluator(self.step.declarations, self.step.definitions, point, operations=_WORK)
        return self.asked

    def spent(self) -> int:
        """The operations that all looks so far took."""
        return self.operations + (0 if self.asked is None else self.asked.spent())

    def is_worn(self) -> bool:
        """Whether it was looked at so often, or the looks took so long, that another draft has better chances."""
        return self.looks > self.most_looks or self.spent() > OPERATIONS_A_LOOK * self.most_looks

    def cells(self) -> Iterator[Cell]:
        """The cells that have values, in the order in which they were set."""
        yield from ((name, ()) for name in self.values)
        yield from ((name, at) for name, held in self.entries.items() for at in held)

    def get(self, cell: Cell) -> Fraction:
        """The value of a cell."""
        name, at = cell
        return self.entries[name][at] if at else self.values[name]

    def set(self, cell: Cell, value: Fraction) -> None:
        """Give a cell a value; a symmetric matrix keeps its mirror image."""
        name, at = cell
        if not at:
            self.values[name] = value
            return
        self.entries.setdefault(name, {})[at] = value
        if len(at) == 2 and self.step.declarations[name].assumptions & {"symmetric", "positive_definite"}:
            self.entries[name][at[1], at[0]] = value

    def allowed(self, cell: Cell, value: Fraction) -> bool:
        """Whether the declaration of a cell's name lets it have the value."""
        declaration = self.step.declarations.get(cell[0])
        if declaration is None:
            return value.denominator == 1
        if declaration.kind in _INTEGER_KINDS and value.denominator != 1:
            return False
        if declaration.kind == "size" and not max(1, declaration.domain.lower or 1) <= value <= 100:
            return False
        if "diagonal" in declaration.assumptions and len(set(cell[1])) == 2 and value:
            return False
        if value not in declaration.domain:
            return False
        lower, upper = self.bound(declaration.lower), self.bound(declaration.upper)
        return (lower is None or lower <= value) and (upper is None or value <= upper)

    def bound(self, term: Term | None) -> Fraction | None:
        """The value of a declared bound; None where there is none (yet)."""
        if term is None:
            return None
        with suppress(Undefined, Undecided, OutOfBudget):
            return self.evaluator().exact(term)
        return None

    def exact(self, term: Term) -> Fraction | None:
        """The exact value of a term at the point; None where there is none."""
        with suppress(Undefined, OutOfBudget):
            return self.evaluator().exact(term)
        return None

    def holds(self, condition: Term) -> bool:
        """Whether a condition provably holds."""
        with suppress(OutOfBudget):
            return self.evaluator().holds(condition) is True
        return False

    def valid(self) -> bool:
        """Whether declarations and hypotheses provably hold."""
        try:
            return (admissible(self.point(), self.step.declarations, self.evaluator())
                    and all(self.holds(hypothesis) for hypothesis in self.step.given))
        except OutOfBudget:
            return False

    def undefined(self) -> bool:
        """Whether both lines are provably undefined: such a point tells nothing."""
        sides = (self.step.left, self.step.right)
        return all(not isinstance(side, Relation | Bool | ForAll) and self._undefined(side) for side in sides)

    def _undefined(self, term: Term) -> bool:
        try:
            self.evaluator().number(term)
        except Undefined:
            return True
        except (Undecided, OutOfBudget):
            return False
        return False

    def missing(self) -> Cell | None:
        """An entry of a family of unknown ranges that the step asks for and that has no value."""
        for term in (*self.step.given, self.step.left, self.step.right):
            try:
                if isinstance(term, Relation | Bool | ForAll):
                    self._ask(term)
                else:
                    self.evaluator().shape(term)
            except Missing as missing:
                return (missing.name, missing.indices)
            except (Undefined, Undecided, OutOfBudget):
                continue
        return None

    def _ask(self, condition: Term) -> None:
        """Evaluate both sides of the relations of a condition, for what they miss."""
        match condition:
            case Relation(_, left, right):
                for side in (left, right):
                    with suppress(Undefined):
                        self.evaluator().shape(side)
            case Bool(_, args):
                for arg in args:
                    self._ask(arg)
            case _:
                for instance in self.instances(condition):
                    if not isinstance(instance, ForAll):
                        self._ask(instance)

    # Hypotheses

    def repair(self, hypotheses: Iterable[Term], passes: int = 3) -> bool:
        """Change cells until the hypotheses hold; whether they do in the end."""
        hypotheses = sorted(hypotheses, key=is_no_assignment)
        for _ in range(passes):
            mended = [self._enforced(h) for h in hypotheses]
            if all(mended) and all(self.holds(h) for h in hypotheses):
                return True
        return False

    def instances(self, hypothesis: Term) -> list[Term]:
        """The relations that a hypothesis comes down to at the point; the hypothesis itself if it cannot be split."""
        match hypothesis:
            case Bool("and", args):
                return [i for arg in args for i in self.instances(arg)]
            case ForAll(body, bound, condition):
                lower, upper = self.exact(bound.lower), self.exact(bound.upper)
                if lower is None or upper is None or upper - lower > _LONGEST_RANGE:
                    return [hypothesis]
                found: list[Term] = []
                for index in range(int(lower), int(upper) + 1):
                    here: dict[str, Term] = {bound.name: Number(Fraction(index))}
                    if condition is None or self.holds(substitute(condition, here)):
                        found += self.instances(substitute(body, here))
                return found
            case Relation("=", left, right):
                shape = self._shape(left)
                return [Relation("=", _component(left, at), _component(right, at)) for at in positions(shape)]
            case _:
                return [hypothesis]

    def _shape(self, term: Term) -> tuple[int, ...]:
        with suppress(Undefined, Undecided, OutOfBudget):
            return self.evaluator().shape(term)
        return ()

    def _enforced(self, hypothesis: Term) -> bool:
        mended = [self.holds(i) or self._enforce(i) for i in self.instances(hypothesis)]
        return all(mended)

    def _enforce(self, condition: Term) -> bool:
        match condition:
            case Relation("=", left, right):
                if self._assign(condition, left, right) or self._assign(condition, right, left):
                    return True
                if any(isinstance(side, Component) and self._undefined(side) for side in (left, right)):
                    # an inverse that is none: another draft has better chances
                    return False
                return self._solve(condition, subtract(left, right), (Fraction(0),))
            case Relation(op, left, right):
                signs = {"<": (-1,), "<=": (-1,), ">": (1,), ">=": (1,), "!=": (1, -1)}[op]
                targets = tuple(s * step for step in _STEPS for s in signs)
                if op in ("<=", ">="):
                    targets = (*targets, Fraction(0))
                return self._solve(condition, subtract(left, right), targets)
            case Bool("or", args):
                return any(self._enforced(arg) for arg in args)
            case Bool("not", (Relation("=", left, right),)):
                return self._enforce(Relation("!=", left, right))
            case _:
                return False

    def _assign(self, condition: Term, target: Term, value_of: Term) -> bool:
        """Give a cell that stands alone on a side the value of the other side."""
        cells = self._written(Relation("=", target, Number(Fraction(0))))
        if len(cells) != 1 or cells[0] not in self.cells() or self.owner.get(cells[0], condition) != condition:
            return False
        if cells[0][0] in reached((value_of,), self.step.definitions, self.step.declarations):
            return False
        value = self.exact(value_of)
        if value is None or not self.allowed(cells[0], value):
            return False
        before = self.get(cells[0])
        self.set(cells[0], value)
        if self.holds(condition):
            self.owner[cells[0]] = condition
            return True
        self.set(cells[0], before)
        return False

    def _solve(self, condition: Term, difference: Term, targets: tuple[Fraction, ...]) -> bool:
        """Set a cell (or scale a family) so that `difference` takes one of the target values."""
        free = self._free_cells(condition)
        # an entry of an equation between matrices is first met by the entries there, which the others may leave alone
        place = self._place(condition)
        if place and any(self._shift(cell, condition, difference, targets) for cell in free if cell[1] == place):
            return True
        for family in dict.fromkeys(name for name, at in free if at):
            members = [cell for cell in free if cell[0] == family]
            # Scaling keeps signs: sum y = 1 with y >= 0 stays solvable.
            if len(members) > 1 and self._scale(members, condition, difference, targets):
                return True
        return (any(self._shift(cell, condition, difference, targets) for cell in free)
                or any(self._root(cell, condition, difference) for cell in free if not any(targets))
                or any(self._guess(cell, condition, free) for cell in free))

    def _place(self, condition: Term) -> tuple[int, ...]:
        """Which entry of an equation between matrices a condition is; () for others."""
        match condition:
            case Relation("=", Component(indices=(Number(row), Number(column))), _):
                return int(row), int(column)
            case _:
                return ()

    def _root(self, cell: Cell, condition: Term, difference: Term) -> bool:
        """Set a cell to a rational root, where the difference is of degree 2 in it."""
        if self.is_worn():
            return False
        before = self.get(cell)
        samples: list[Fraction] = []
        for t in range(4):
            self.set(cell, Fraction(t))
            value = self.exact(difference)
            if value is None:
                self.set(cell, before)
                return False
            samples.append(value)
        start, second = samples[0], samples[2] - 2 * samples[1] + samples[0]
        a, b = second / 2, samples[1] - samples[0] - second / 2
        square = _square_root(b * b - 4 * a * start)
        if a and square is not None and samples[3] == 9 * a + 3 * b + start:
            for sign in (1, -1) if self.rotation % 4 < 2 else (-1, 1):
                root = (sign * square - b) / (2 * a)
                if self.allowed(cell, root):
                    self.set(cell, root)
                    if self.holds(condition):
                        self.owner[cell] = condition
                        return True
        self.set(cell, before)
        return False

    def _guess(self, cell: Cell, condition: Term, others: list[Cell]) -> bool:
        """Try plain values, and other cells' values of either sign, for a condition that is not affine."""
        before = self.get(cell)
        pool = [*_GUESSES, *(sign * self.get(other) for other in others[:8] for sign in (-1, 1))]
        turn = self.rotation % len(pool)
        for value in pool[turn:] + pool[:turn]:
            if self.is_worn():
                break
            if self.allowed(cell, value):
                self.set(cell, value)
                if self.holds(condition):
                    self.owner[cell] = condition
                    return True
        self.set(cell, before)
        return False

    def _free_cells(self, condition: Term) -> list[Cell]:
        """Cells that a condition reaches and that no other hypothesis holds, written ones first."""
        names = reached((condition,), self.step.definitions, self.step.declarations)
        direct = self._written(condition)
        cells = [c for c in self.cells() if c[0] in names and self.owner.get(c, condition) == condition]
        others = [c for c in reversed(cells) if c not in direct]
        turn = self.rotation % len(others) if others else 0
        return [c for c in direct if c in cells] + others[turn:] + others[:turn]

    def _written(self, condition: Term) -> list[Cell]:
        """Cells that stand alone on a side of a relation: they are to be set."""
        found: list[Cell] = []
        if isinstance(condition, Relation):
            for side in (condition.left, condition.right):
                match side:
                    case Symbol(name) if name in self.values:
                        found.append((name, ()))
                    case Entry(name, indices) if name in self.entries:
                        at = [self.exact(i) for i in indices]
                        if all(i is not None and i.denominator == 1 for i in at):
                            found.append((name, tuple(int(i) for i in at if i is not None)))
        return found

    def _affine(self, change: _Change, difference: Term) -> tuple[Fraction, Fraction] | None:
        """(a, b) where the difference is a + b t for the change's parameter t, b not 0; None where it is not so."""
        samples: list[Fraction] = []
        before = change.save()
        try:
            for t in (Fraction(1), Fraction(2), Fraction(5)):
                change.apply(t)
                value = self.exact(difference)
                if value is None:
                    return None
                samples.append(value)
        finally:
            change.restore(before)
        slope = samples[1] - samples[0]
        if not slope or samples[2] - samples[0] != 4 * slope:
            return None
        return samples[0] - slope, slope

    def _attempt(self, change: _Change, condition: Term, difference: Term, targets: tuple[Fraction, ...]) -> bool:
        found = None if self.is_worn() else self._affine(change, difference)
        if found is None:
            return False
        start, slope = found
        before = change.save()
        for target in targets:
            change.apply((target - start) / slope)
            if all(self.allowed(c, self.get(c)) for c in change.cells) and self.holds(condition):
                for cell in change.cells:
                    self.owner[cell] = condition
                return True
        change.restore(before)
        return False

    def _shift(self, cell: Cell, condition: Term, difference: Term, targets: tuple[Fraction, ...]) -> bool:
        return self._attempt(_Change(self, (cell,), (Fraction(1),)), condition, difference, targets)

    def _scale(self, cells: list[Cell], condition: Term, difference: Term, targets: tuple[Fraction, ...]) -> bool:
        weights = tuple(self.get(cell) for cell in cells)
        return any(weights) and self._attempt(_Change(self, tuple(cells), weights), condition, difference, targets)


@dataclass(frozen=True, slots=True)
class _Change:
    """Cells that are set to t times their weights."""

    draft: Draft
    cells: tuple[Cell, ...]
    weights: tuple[Fraction, ...]

    def apply(self, t: Fraction) -> None:
        for cell, weight in zip(self.cells, self.weights, strict=True):
            self.draft.set(cell, t * weight)

    def save(self) -> tuple[Fraction, ...]:
        return tuple(self.draft.get(cell) for cell in self.cells)

    def restore(self, before: tuple[Fraction, ...]) -> None:
        for cell, value in zip(self.cells, before, strict=True):
            self.draft.set(cell, value)


def _square_root(value: Fraction) -> Fraction | None:
    """The rational square root, if there is one."""
    if value < 0:
        return None
    root = Fraction(isqrt(value.numerator), isqrt(value.denominator))
    return root if root * root == value else None


def is_no_assignment(hypothesis: Term) -> bool:
    """False for `cell = term`, also for every index: these are made to hold first."""
    match hypothesis:
        case ForAll(body=body):
            return is_no_assignment(body)
        case Relation("=", Symbol() | Entry(), _) | Relation("=", _, Symbol() | Entry()):
            return False
        case _:
            return True


def _component(term: Term, at: tuple[int, ...]) -> Term:
    """The entry of an array term at a position; a number itself."""
    if not at:
        return term
    indices = tuple(Number(Fraction(i)) for i in at)
    return Entry(term.name, indices) if isinstance(term, Symbol) else Component(term, indices)


def positions(shape: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """All positions of a shape, row by row."""
    return product(*(range(1, n + 1) for n in shape))
