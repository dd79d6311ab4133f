"""Integrals over spaces of which only the name is known: a step with such integrals as one with finite sums.

Trusted. Imports the other modules about spaces, `components` and the ground floor.

Over a space X that is only named, finitely many functions g_1, ..., g_m that are integrable there have finitely many
points x_i of X and weights w_i >= 0 with sum_i w_i g_k(x_i) = the integral of g_k, for every k at once (Richter 1957,
Rogosinski 1958), and the points avoid any given null set (where all of X is one, the weights are 0). A statement about
finitely many integrals, and about the values of functions at each point, that holds for all finite systems of points
and weights holds for the integrals therefore, wherever each of them exists. An integral within an integral is one at
each of the chosen points, which are to be chosen before those of its own space: `space_order` says when that can be.

Nothing is known of the functions: each value of an opaque function is a number of its own, one for each point (which
is more general than any function). So what is proved holds for every space, measure and function; what is not proved
is open, and nothing is refuted here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count

from lossproof.derivation import Step
from lossproof.kernel.components import Components
from lossproof.kernel.normal_form import Unsupported
from lossproof.kernel.space_conditions import existence
from lossproof.kernel.space_order import merged, parted, systems
from lossproof.kernel.space_sums import Sums, Written
from lossproof.kernel.space_terms import (
    SPACE,
    Names,
    apart,
    holds_space,
    is_endless,
    named,
    names_reached,
    quantities_over_spaces,
    space_over,
    written_out,
)
from lossproof.term import (
    EXPECTATIONS,
    Call,
    Component,
    Derivative,
    Entry,
    Family,
    Fold,
    ForAll,
    Integral,
    Limit,
    Partial,
    Subst,
    Symbol,
    Term,
    binders,
    children,
    free_names,
    walk,
)

__all__ = ["SPACE", "Atoms", "atoms", "over_spaces", "without_spaces"]


@dataclass(frozen=True, slots=True)
class Atoms:
    """A step with finite sums for integrals, under which conditions it says the same, and the way back."""

    step: Step
    conditions: tuple[Term, ...]
    integrals: bool
    _written: Written
    _names: frozenset[str]

    def written(self, condition: Term) -> Term | None:
        """A condition on the sums as one on the integrals; None where it is none."""
        found = self._written.back(condition, {})
        return named(found) if free_names(found) <= self._names else None


def over_spaces(step: Step) -> bool:
    """Whether a space of which only the name is known stands in a line, in a hypothesis, or in what they reach."""
    if not any(SPACE in declared.assumptions for declared in step.declarations.values()):
        return False
    quantities = quantities_over_spaces(step)
    return any(holds_space(term, step.declarations) or (quantities and free_names(term) & quantities)
               for term in (step.left, step.right, *step.given))


def without_spaces(step: Step) -> Step | None:
    """The step under those of its hypotheses that are not about such a space; None where a line is."""
    kept = tuple(term for term in step.given if not over_spaces(replace(step, left=term, right=term, given=())))
    return None if over_spaces(replace(step, given=())) else replace(step, given=kept)


def atoms(step: Step) -> Atoms | None:
    """The step with finite sums for its integrals over named spaces, and numbers for the values of opaque functions.

    None where something in it is not a matter of values at points: a derivative, a limit, an integral with
    bounds that holds a variable of such a space.
    """
    quantities = quantities_over_spaces(step)
    numbers = count(1)

    def plain(term: Term) -> Term | None:
        found = written_out(term, step, quantities)
        if found is None or not _fits(found, step, frozenset()):
            return None
        return apart(found, step.declarations, numbers)

    left, right = plain(step.left), plain(step.right)
    if left is None or right is None:
        return None
    given = tuple(found for term in step.given if (found := plain(term)) is not None)
    conditions = tuple(map(named, existence((left, right), given, step.declarations)))
    left, right = parted(left, step.declarations), parted(right, step.declarations)
    written = replace(step, left=left, right=right, given=given)
    names = frozenset((*step.declarations, *step.definitions))
    for loose in (False, True):
        if loose:
            written = replace(written, left=merged(left, step.declarations), right=merged(right, step.declarations))
        nodes = systems((written.left, written.right, *given), step.declarations, loose)
        if nodes is not None:
            sums = Sums(written, nodes, loose)
            return Atoms(sums.step, conditions, bool(sums.spaces), sums.written, names)
    return None


def _fits(term: Term, step: Step, inside: frozenset[str]) -> bool:
    """Whether a term is made of values at points only, as far as the variables of spaces (`inside`) are concerned."""
    def varies(terms: tuple[Term, ...]) -> bool:
        return any(names_reached(t, step.definitions) & inside for t in terms)

    match term:
        case Derivative() | Limit() | Subst() | Partial():
            return not varies((term,)) and not holds_space(term, step.declarations)
        case Integral(body, name) if space_over(term, step.declarations) is not None:
            return _fits(body, step, inside | {name})
        case Integral():
            return not varies((term,)) and not holds_space(term, step.declarations)
        case ForAll() if space_over(term, step.declarations) is not None:
            return False
        case Call(function) if function in EXPECTATIONS:
            return False
        case Call(function, args) if _is_opaque(function, step.declarations) and any(
                _is_array(part, step) for arg in args for part in walk(arg)):
            return False
        case Symbol(name) | Entry(family=name) if name in step.definitions and varies((Symbol(name),)):
            return False        # it varies with the variable, and the tree does not show how
        case Entry(indices=indices) | Component(indices=indices) if varies(indices):
            return False
        case Fold(range=range_) | ForAll(range=range_) if varies((range_.lower, range_.upper)):
            return False
        case Family(ranges=ranges) if varies(tuple(end for r in ranges for end in (r.lower, r.upper))):
            return False
        case _ if is_endless(term) and holds_space(term, step.declarations):
            return False        # these are infinitely many integrals
    hidden = inside - set(binders(term))
    return all(_fits(child, step, hidden) for child in children(term))


def _is_opaque(function: str, declarations: Names) -> bool:
    return function in declarations and declarations[function].kind == "function"


def _is_array(term: Term, step: Step) -> bool:
    match term:
        case Family():
            return True
        case Symbol(name):
            if name in step.definitions:
                try:
                    return bool(Components(step.declarations, step.definitions).shape(term))
                except Unsupported:
                    return True
            return name in step.declarations and step.declarations[name].kind == "family"
        case _:
            return False

