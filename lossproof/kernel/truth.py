"""Whether conditions hold at a point: yes, no, undefined, or not decided by the enclosures.

Trusted. Imports the ground floor, `worlds`, `jets`, `concrete`. Equality is decided by exact values, and by terms
that are written alike once the values of the point are put in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from fractions import Fraction
from functools import partial

from flint import fmpq

from lossproof.kernel import concrete
from lossproof.kernel.concrete import Array
from lossproof.kernel.jets import ZERO, Undecided, Undefined, compare
from lossproof.kernel.worlds import Local, Names, World
from lossproof.term import (
    Bool,
    Const,
    Derivative,
    ForAll,
    Limit,
    Number,
    Relation,
    Term,
    binders,
    map_children,
    substitute,
    walk,
)


class Truth(Names):
    """Conditions; the values in them `enclosure` adds."""

    def _holds(self, condition: Term, local: Local, world: World) -> bool:
        self._charge()
        match condition:
            case Relation(op, left, right):
                return self._relation(op, left, right, local, world)
            case Bool("and", args):
                return _every(partial(self._holds, a, local, world) for a in args)
            case Bool("or", args):
                return not _every(partial(self._fails, a, local, world) for a in args)
            case Bool("not", args):
                return not self._holds(args[0], local, world)
            case ForAll(body, bound, restriction):
                def instance(index: int) -> bool:
                    inner: Local = {**local, bound.name: index}
                    applies = restriction is None or self._holds(restriction, inner, world)
                    return not applies or self._holds(body, inner, world)

                return _every(partial(instance, i) for i in self._span(bound, local, world))
            case _:
                raise Undecided(f"{type(condition).__name__} is no condition")

    def _fails(self, condition: Term, local: Local, world: World) -> bool:
        return not self._holds(condition, local, world)

    def _relation(self, op: str, left: Term, right: Term, local: Local, world: World) -> bool:
        if right == Const("oo") or left == Const("-oo"):
            # every number is below oo
            self._number(left if right == Const("oo") else right, local, world)
            return op in ("<", "<=", "!=")
        x, y = self._values((left, right), local, world)
        if not isinstance(x, Array) and not isinstance(y, Array):
            try:
                return compare(x, op, y)
            except Undecided:
                # two terms that are written alike are equal wherever they are defined
                if left == right or self._alike(left, right, local, world):
                    return op in ("=", "<=", ">=")
                raise
        if op not in ("=", "!="):
            raise Undecided("arrays have no order")
        difference = concrete.elementwise(lambda pair: pair[0] - pair[1], (x, y))
        entries = concrete.array(difference).flat()
        equal = left == right or _every(partial(compare, entry, "=", ZERO) for entry in entries)
        return equal == (op == "=")

    def _alike(self, left: Term, right: Term, local: Local, world: World) -> bool:
        """Whether both are the same term once the point's values are put in: exp(x) and y, where y is exp(1).

        Not for what looks at a term beside the point, as a derivative does.
        """
        if world.parent is not None or any(isinstance(part, Derivative | Limit) for side in (left, right)
                                           for part in walk(side)):
            return False
        return self._folded(self._closed(left, local), local) == self._folded(self._closed(right, local), local)

    def _folded(self, term: Term, local: Local) -> Term:
        """The term with each part that has an exact value as that number."""
        if isinstance(term, Number | Const | Relation | Bool | ForAll):
            return term
        if not binders(term):
            with suppress(Undefined, Undecided):
                value = self._value(term, local, self._root)
                if isinstance(value, fmpq):
                    return Number(Fraction(int(value.p), int(value.q)))
            return map_children(term, lambda part: self._folded(part, local))
        return term

    def _closed(self, term: Term, local: Local) -> Term:
        """The term with the point's values of symbols put in."""
        values: dict[str, Term] = {name: Number(value) for name, value in self._point.values.items()}
        values.update(self._point.constants)
        return substitute(term, {name: value for name, value in values.items() if name not in local})


def _every(questions: Iterable[Callable[[], bool]]) -> bool:
    """Whether all hold: one False is enough, else one Undecided leaves it undecided."""
    doubt: Undecided | None = None
    for question in questions:
        try:
            if not question():
                return False
        except Undecided as undecided:
            doubt = doubt or undecided
        except Undefined as undefined:
            # An earlier False might have made this one unasked; a later one would not.
            raise (doubt or undefined) from undefined
    if doubt is not None:
        raise doubt
    return True
