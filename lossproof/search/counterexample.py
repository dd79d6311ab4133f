"""Candidate points for a step, and making a point that refutes one easy to read.

Untrusted: points are proposals, which the judge checks. Imports the ground floor, `draft`,
`concrete_functions`, `kernel`. Random choices derive from the step alone (a stable hash of its text),
so that the same step gets the same points on every machine.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from math import prod

from lossproof.derivation import Declaration, Step, reached
from lossproof.kernel.jets import OutOfBudget, Undecided, Undefined
from lossproof.kernel.points import Point
from lossproof.kernel.pointwise import takes_long
from lossproof.search.concrete_functions import candidates, simpler
from lossproof.search.descent import descents
from lossproof.search.draft import (
    MOST_LOOKS,
    OPERATIONS_A_LOOK,
    Cell,
    Draft,
    is_no_assignment,
    positions,
    used_names,
)
from lossproof.search.exact_values import settled, with_constants
from lossproof.search.values import (
    LATER,
    NEARBY,
    SMALL,
    Chooser,
    kinks,
    names_in_exponents,
    shape_matrix,
    special_values,
)
from lossproof.term import (
    Call,
    Derivative,
    Relation,
    Subst,
    Symbol,
    Term,
    free_names,
    number,
    subtract,
    walk,
)

_INTEGER_KINDS = ("integer", "size", "index")
# Sizes of a round: the same for all names, or (0) different ones.
_SIZES = (2, 1, 3, 2, 0, 4, 3)
# where an equation that is not linear in matrices has to be solved for entries: easy for one entry, costly for many
_SIZES_TANGLED = (1, 2, 1, 3, 1, 2, 0, 1)
# where a product of matrices is inverted, as X^T X, it is of no use that all sizes are the same: the rows of a matrix
# are to be more than its columns (_TALL)
_TALL = -1
_SIZES_TALL = (_TALL, _TALL, 2, _TALL, 1, 0, _TALL, 3, 0)
_LOOKS_TANGLED = 300
# where no family has to be filled: what holds at the first few sizes may fail later
_SIZES_ALONE = (2, 1, 3, 5, 4, 8, 6, 12, 7, 20, 10, 41, 9, 64)
_INDICES = ("first", "different", "last", "random")
_STYLES = ("small", "fractions", "zeros", "equal", "special", "kink", "positive", "fractions", "boundary", "small",
           "large")
_MOST_ENTRIES = 400
# So many drafts in a row without a new point end the search (by default eight times as many before the first).
_BARREN = 150
# From so many points an inequality is followed downhill.
_DESCENTS = 5
# The points of one search may be looked at so often.
_LOOKS = 20_000
# A look at a hypothesis with an integral counts for so many.
_COSTLY_LOOK = 50
# A point is moved onto a place where a branch changes, or not, after so many looks.
_LOOKS_AT_KINK = 200


def points(step: Step, *, limit: int, patience: int = _BARREN, first: int = 8 * _BARREN,
           looks: int = _LOOKS) -> Iterator[Point]:
    """At most `limit` points that satisfy the declarations and hypotheses of a step, all different.

    For a step between equations most points satisfy the left equation too (or the right one,
    for an equivalence). Points where both lines are provably undefined are left out. Every
    name that the step reaches has a value, and no other. Ends early where points are hard to
    come by: after a number of drafts in proportion to `limit`, `patience` drafts without a new point, `first`
    without any, or `looks` looks at drafts.
    """
    search = _Search(step)
    # a point at which neither equation holds tells nothing; of a plain implication only the left one counts
    equations = {"=>": (step.left,), "<=>": (step.left, step.right)}.get(step.relation, ())
    if equations:
        patience = min(patience, _BARREN // 2)
    seen: set[str] = set()
    nearest: list[Point] = []
    found, barren = 0, 0
    for turn in range(8 + 6 * limit):
        if found >= limit or barren > (patience if found else first) or search.looks > looks:
            return
        barren += 1
        draft = search.draft(turn)
        if draft is None:
            continue
        if equations and not any(draft.holds(side) for side in equations):
            continue
        point = draft.point()
        key = _key(point)
        if key not in seen and draft.valid() and not draft.undefined():
            seen.add(key)
            found, barren = found + 1, 0
            if found <= _DESCENTS:
                nearest.append(point)
            yield point
            if found == 3 * _DESCENTS:
                yield from descents(step, nearest)


def _is_tangled(hypothesis: Term) -> bool:
    """Whether an equation is not linear in the entries of a matrix: it holds an inverse, or a matrix times itself."""
    for part in walk(hypothesis):
        if isinstance(part, Call) and part.function in ("inverse", "matmul"):
            names = [inner.name for inner in walk(part) if isinstance(inner, Symbol)]
            if part.function == "inverse" or len(set(names)) < len(names):
                return True
    return False


def _columns(families: Sequence[Declaration], terms: Sequence[Term]) -> frozenset[str]:
    """The sizes that count columns of a matrix with another number of rows, where a product is inverted."""
    inverted = (part.args[0] for term in terms for part in walk(term)
                if isinstance(part, Call) and part.function == "inverse")
    if not any(isinstance(part, Call) and part.function == "matmul" for one in inverted for part in walk(one)):
        return frozenset()
    shapes = [declared.shape for declared in families if declared.shape is not None and len(declared.shape) == 2]
    return frozenset(columns.name for rows, columns in shapes
                     if isinstance(rows, Symbol) and isinstance(columns, Symbol) and rows != columns)


def _make_diagonal(draft: Draft, name: str) -> None:
    """Make a square matrix diagonal and invertible: equations between products of such are solved entry by entry."""
    held = draft.entries[name]
    size = max((max(at) for at in held), default=0)
    if any(len(at) != 2 for at in held) or len(held) != size * size:
        return
    for at in held:
        wanted = (held[at] or Fraction(1)) if at[0] == at[1] else Fraction(0)
        if draft.allowed((name, at), wanted):
            draft.set((name, at), wanted)


def _key(point: Point) -> str:
    entries = [(name, sorted(held.items())) for name, held in sorted(point.entries.items())]
    functions = [(name, f.text) for name, f in sorted(point.functions.items())]
    return repr((sorted(point.values.items()), entries, functions, sorted(point.constants.items(), key=str)))


class _Search:
    """What the drafts of a step have in common."""

    def __init__(self, step: Step) -> None:
        self.step = step
        used = used_names(step)
        declared = [step.declarations[name] for name in sorted(used) if name in step.declarations]
        self.sizes = [d for d in declared if d.kind == "size"]
        self.integers = _in_order([d for d in declared if d.kind in ("index", "integer")])
        self.scalars = [d for d in declared if d.kind == "scalar"]
        self.families = [d for d in declared if d.kind == "family"]
        self.functions = [d for d in declared if d.kind in ("function", "functional")]
        whole = {d.name for d in (*self.sizes, *self.integers)}
        # Hypotheses about sizes and indices come before families have entries.
        self.early = [h for h in step.given if self._reach(h) <= whole]
        terms = [step.left, step.right, *step.given]
        terms += [step.definitions[name].body for name in sorted(used) if name in step.definitions]
        solved = [*step.given, *((step.left, step.right) if step.relation in ("=>", "<=>") else ())]
        self.tangled = any(is_no_assignment(h) and _is_tangled(h) for h in solved)
        self.columns = _columns(self.families, terms)
        self.special = special_values(terms)
        self.kinks = kinks(terms)
        self.looks = 0
        said = [*step.given, *(step.definitions[name].body for name in reached(step.given, step.definitions)
                               if name in step.definitions)]
        self.cost = _COSTLY_LOOK if any(map(takes_long, said)) else 1
        self.in_exponents = names_in_exponents(terms) & {d.name for d in (*self.scalars, *self.families)}
        self._text = repr((step.left, step.right, step.relation, step.given))

    def _seed(self, turn: int) -> random.Random:
        text = f"{self._text[:-1]}, {turn})"
        return random.Random(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big"))

    def _reach(self, hypothesis: Term) -> set[str]:
        return set(reached((hypothesis,), self.step.definitions, self.step.declarations))

    def draft(self, turn: int) -> Draft | None:
        """The draft of a turn; None where hypotheses could not be made to hold."""
        draft = Draft(self.step, rotation=turn, cost=self.cost,
                      most_looks=_LOOKS_TANGLED if self.tangled else MOST_LOOKS)
        try:
            return self._drawn(draft, turn)
        finally:
            self.looks += max(draft.looks, draft.spent() // OPERATIONS_A_LOOK)

    def _drawn(self, draft: Draft, turn: int) -> Draft | None:
        random_ = self._seed(turn)
        self._set_sizes(draft, turn, random_)
        self._set_integers(draft, turn, random_)
        if self.early and not draft.repair(self.early):
            return None
        style = _STYLES[turn % len(_STYLES)]
        if self.in_exponents and turn % 3 == 2:
            style = "powers"
        elif self.kinks and turn % 4 == 3:
            style = "kink"
        for declaration in self.functions:
            choice = candidates(declaration)
            draft.functions[declaration.name] = choice[turn % len(choice)]
        chooser = Chooser(draft, style, self.special, random_, self.in_exponents)
        for declaration in self.scalars:
            if "complex" in declaration.assumptions:
                return None
            chooser.choose((declaration.name, ()), declaration)
        for declaration in self.families:
            if not self._set_family(draft, declaration, chooser, random_):
                return None
            if self.tangled and turn % 3 == 1 and declaration.traits <= {"symmetric"}:
                _make_diagonal(draft, declaration.name)
        if not self._complete(draft, chooser):
            return None
        if style == "kink" and self.kinks:
            self._to_kink(draft, turn // 4)
        supposed = self._supposed(turn)
        if supposed and turn % 2:
            # a side that is a symbol, solved for it: its value need not be rational
            exact = with_constants(draft, supposed[0], self.scalars, turn)
            if exact is not None and (not self.step.given or exact.repair(self.step.given)):
                return exact
        hypotheses = (*self.step.given, *supposed)
        if hypotheses and not draft.repair(hypotheses) and not settled(draft, hypotheses):
            return None
        return draft if self._complete(draft, chooser) else None

    def _supposed(self, turn: int) -> tuple[Term, ...]:
        """The equation that is taken to hold at a point of this turn."""
        match self.step.relation:
            case "=>":
                return () if turn % 4 == 3 else (self.step.left,)
            case "<=>" if turn % 9 and any(isinstance(part, Derivative | Subst) for part in walk(self.step.left)):
                # a derivative that is to be 0 is costly to solve, and the other equation most often says the same
                return ((self.step.right,), (self.step.right,), ())[turn % 3]
            case "<=>":
                return ((self.step.left,), (self.step.right,), ())[turn % 3]
            case _:
                return ()

    def _set_sizes(self, draft: Draft, turn: int, random_: random.Random) -> None:
        sizes = _SIZES_TALL if self.columns else _SIZES_TANGLED if self.tangled else _SIZES if (
            self.families or self.functions) else _SIZES_ALONE
        pattern = sizes[turn % len(sizes)]
        for declaration in self.sizes:
            least = int(declaration.domain.lower or 1)
            wanted = pattern or random_.randint(least, max(least, 3))
            if pattern == _TALL:
                wanted = random_.randint(1, 2) if declaration.name in self.columns else random_.randint(3, 4)
            draft.set((declaration.name, ()), Fraction(max(least, wanted)))

    def _set_integers(self, draft: Draft, turn: int, random_: random.Random) -> None:
        pattern = _INDICES[(turn // 2) % len(_INDICES)]
        largest = max((int(v) for v in draft.values.values()), default=3)
        for place, declaration in enumerate(self.integers):
            cell: Cell = (declaration.name, ())
            if declaration.kind == "integer":
                pool = (*SMALL, *(v for v in self.special if v.denominator == 1))
                if turn % 8 == 7:
                    # what holds at the first few values may fail later
                    pool = LATER
                fitting = [v for v in pool if draft.allowed(cell, v)] or [declaration.domain.lower or Fraction(0)]
                draft.set(cell, random_.choice(fitting) if turn else fitting[0])
                continue
            low = draft.bound(declaration.lower)
            high = draft.bound(declaration.upper)
            first = int(low) if low is not None else 1
            last = int(high) if high is not None else max(first, largest)
            match pattern:
                case "first":
                    value = first
                case "last":
                    value = last
                case "different":
                    value = first + place % max(1, last - first + 1)
                case _:
                    value = random_.randint(first, max(first, last))
            draft.set(cell, Fraction(value))

    def _set_family(self, draft: Draft, declaration: Declaration, chooser: Chooser,
                    random_: random.Random) -> bool:
        name = declaration.name
        draft.entries[name] = {}
        if "complex" in declaration.assumptions:
            return False
        if declaration.shape is None:
            return True
        sizes = [draft.exact(size) for size in declaration.shape]
        if any(n is None or n.denominator != 1 for n in sizes):
            return False
        shape = tuple(int(n) for n in sizes if n is not None)
        if prod(shape) > _MOST_ENTRIES:
            return False
        for at in positions(shape):
            chooser.choose((name, at), declaration)
        if declaration.traits:
            return shape_matrix(draft, name, shape, declaration.traits, random_)
        return True

    def _complete(self, draft: Draft, chooser: Chooser) -> bool:
        """Give the entries of families of unknown ranges that are asked for a value."""
        if all(d.shape is not None for d in self.families):
            return True
        for _ in range(_MOST_ENTRIES):
            cell = draft.missing()
            if cell is None:
                return True
            declaration = self.step.declarations.get(cell[0])
            if declaration is None or declaration.kind != "family":
                return False
            chooser.choose(cell, declaration)
        return False

    def _to_kink(self, draft: Draft, turn: int) -> None:
        """Move the point onto a place where a branch changes, or just beside it."""
        left, right = self.kinks[turn % len(self.kinks)]
        beside = NEARBY[turn // len(self.kinks) % 3]
        seen = max(draft.looks, draft.spent() // OPERATIONS_A_LOOK)
        most, draft.most_looks = draft.most_looks, min(draft.most_looks, seen + _LOOKS_AT_KINK * draft.cost)
        draft.repair((Relation("=", subtract(left, right), number(beside)),), passes=1)
        draft.most_looks = most
        draft.owner.clear()


def _in_order(declarations: Sequence[Declaration]) -> list[Declaration]:
    """Declarations after those that their bounds name."""
    waiting, done = list(declarations), list[Declaration]()
    while waiting:
        names = {d.name for d in waiting}
        ready = [d for d in waiting if not any(free_names(b) & names for b in (d.lower, d.upper) if b is not None)]
        done += ready or waiting
        waiting = [d for d in waiting if ready and d not in ready]
    return done


def shrink(step: Step, point: Point, still_differs: Callable[[Point], bool], budget: int = 400) -> Point:
    """A point that still differs and is easier to read: smaller sizes, more zeros, smaller numbers.

    `still_differs` is asked at most `budget` times. Hypotheses are made to hold again after
    each change, and points where they do not are dropped. The same input gives the same
    point.
    """
    return _Shrink(step, still_differs, budget).shrink(point)


class _Shrink:
    """Greedy: whatever is simpler and still differs is kept, until nothing is."""

    def __init__(self, step: Step, still_differs: Callable[[Point], bool], budget: int) -> None:
        self._step = step
        self._differs = still_differs
        self._left = budget
        self._hypotheses = step.given
        self._search = _Search(step)

    def shrink(self, point: Point) -> Point:
        start = Draft.of(self._step, point)
        if self._step.relation in ("=>", "<=>"):
            self._hypotheses += tuple(side for side in (self._step.left, self._step.right) if start.holds(side))
        changed = True
        while changed and self._left > 0:
            before = _key(point)
            for part in (self._sizes, self._functions, self._indices, self._all_at_once, self._cells):
                point = part(point)
            point = self._trimmed(point)
            changed = _key(point) != before
        return point

    def _trimmed(self, point: Point) -> Point:
        """Only those entries of families of unknown ranges that the step asks for."""
        draft = Draft.of(self._step, point)
        for declaration in self._search.families:
            if declaration.shape is None:
                draft.entries[declaration.name] = {}
        while (cell := draft.missing()) is not None:
            draft.set(cell, point.entries.get(cell[0], {}).get(cell[1], Fraction(0)))
        return draft.point()

    def _kept(self, draft: Draft, fixed: Sequence[Cell]) -> Point | None:
        """The draft's point, with the hypotheses mended around the fixed cells, if it still differs."""
        if self._left <= 0:
            return None
        for cell in fixed:
            draft.owner[cell] = None
        chooser = Chooser(draft, "zeros", (), random.Random(0))
        if self._hypotheses and not draft.repair(self._hypotheses):
            return None
        if not self._search._complete(draft, chooser) or not draft.valid():
            return None
        point = draft.point()
        self._left -= 1
        try:
            return point if self._differs(point) else None
        except (Undefined, Undecided, OutOfBudget):
            return None

    def _sizes(self, point: Point) -> Point:
        for declaration in self._search.sizes:
            name = declaration.name
            for size in range(int(declaration.domain.lower or 1), int(point.values[name])):
                smaller = self._resized(point, name, size)
                if smaller is not None:
                    point = smaller
                    break
        return point

    def _resized(self, point: Point, name: str, size: int) -> Point | None:
        draft = Draft.of(self._step, point)
        old = point.values[name]
        draft.set((name, ()), Fraction(size))
        fixed: list[Cell] = [(name, ())]
        for declaration in self._search.integers:
            upper = draft.bound(declaration.upper)
            value = draft.values[declaration.name]
            follows = upper is None and declaration.kind == "index" and value == old
            if follows or (upper is not None and value > upper):
                draft.set((declaration.name, ()), upper if upper is not None else Fraction(size))
        for declaration in self._search.families:
            if declaration.shape is None:
                continue
            sizes = [draft.exact(n) for n in declaration.shape]
            if any(n is None for n in sizes):
                return None
            held = draft.entries[declaration.name]
            shape = tuple(int(n) for n in sizes if n is not None)
            draft.entries[declaration.name] = {at: held.get(at, Fraction(0)) for at in positions(shape)}
        return self._kept(draft, fixed)

    def _functions(self, point: Point) -> Point:
        for declaration in self._search.functions:
            for function in simpler(declaration):
                if point.functions[declaration.name] == function:
                    break
                draft = Draft.of(self._step, point)
                draft.functions[declaration.name] = function
                kept = self._kept(draft, ())
                if kept is not None:
                    point = kept
                    break
        return point

    def _indices(self, point: Point) -> Point:
        for declaration in self._search.integers:
            cell: Cell = (declaration.name, ())
            for value in _simpler(point.values[declaration.name], whole=True, index=declaration.kind == "index"):
                kept = self._changed(point, (cell,), value)
                if kept is not None:
                    point = kept
                    break
        return point

    def _real_cells(self, point: Point) -> list[Cell]:
        names = [(d.name, ()) for d in self._search.scalars if d.name in point.values]
        return [*names, *((d.name, at) for d in self._search.families for at in sorted(point.entries[d.name]))]

    def _all_at_once(self, point: Point) -> Point:
        """Try 0, then 1, for everything that is not a size or an index."""
        cells = self._real_cells(point)
        for value in (Fraction(0), Fraction(1)):
            draft = Draft.of(self._step, point)
            moved = [cell for cell in cells if draft.allowed(cell, value)]
            if sum(draft.get(cell) != value for cell in moved) > 1:
                for cell in moved:
                    draft.set(cell, value)
                kept = self._kept(draft, ())
                if kept is not None and _weight(kept) < _weight(point):
                    return kept
        return point

    def _cells(self, point: Point) -> Point:
        for cell in self._real_cells(point):
            name, at = cell
            here = point.entries[name].get(at) if at else point.values.get(name)
            if here is None:
                continue
            for value in _simpler(here):
                kept = self._changed(point, (cell,), value)
                if kept is not None:
                    point = kept
                    break
        return point

    def _changed(self, point: Point, cells: Sequence[Cell], value: Fraction) -> Point | None:
        draft = Draft.of(self._step, point)
        if not all(draft.allowed(cell, value) for cell in cells):
            return None
        for cell in cells:
            draft.set(cell, value)
        kept = self._kept(draft, cells)
        # Mending a hypothesis may cost more elsewhere than the change gained.
        return kept if kept is not None and _weight(kept) < _weight(point) else None


def _cost(value: Fraction) -> tuple[int, int, int]:
    """Orders numbers by how easy they are to read: 0, 1, -1, 2, ..., 1/2, ..."""
    return (value != 0) + 2 * (value.denominator - 1), abs(value.numerator), int(value < 0)


def _weight(point: Point) -> tuple[int, int, int]:
    costs = [_cost(v) for v in (*point.values.values(), *(v for held in point.entries.values() for v in held.values()))]
    return sum(c[0] for c in costs), sum(c[1] for c in costs), sum(c[2] for c in costs)


def _simpler(value: Fraction, *, whole: bool = False, index: bool = False) -> list[Fraction]:
    """Values that are easier to read than `value`, easiest first."""
    if index:
        return [Fraction(n) for n in range(1, min(int(value), 6))]
    pool = [Fraction(n) for n in (0, 1, -1, 2, -2, 3, -3, 4, -4, 10, -10)]
    pool += [Fraction(round(value)), Fraction(int(value))]
    if not whole:
        pool += [Fraction(n, d) for d in (2, 3, 4) for n in (1, -1, 3, -3) if n % d]
    return sorted({v for v in pool if _cost(v) < _cost(value)}, key=_cost)


__all__ = ["points", "shrink"]
