"""Whether the difference of two lines is 0: the relations between atoms that normal forms do not use by themselves.

Trusted. Imports `relations`, `exponents`, `trigonometry`, `functions`. Each way turns the difference into another
normal form that is equal to it wherever both lines are defined; they are tried in turn until one gives 0.
"""

from __future__ import annotations

from collections.abc import Callable

from lossproof.kernel.constants import is_zero
from lossproof.kernel.exponents import joined
from lossproof.kernel.functions import reduce
from lossproof.kernel.normal_form import DivisionByZero, Normal, Table, Unsupported
from lossproof.kernel.reflections import duplicated, merged_powers, named_folds, reflected, supported
from lossproof.kernel.relations import eliminate_relations
from lossproof.kernel.trigonometry import expanded

Way = Callable[[Table, Normal], Normal]


def vanishes(t: Table, difference: Normal) -> bool:
    """Whether a reduced difference is seen to be 0 wherever both lines are defined."""
    if difference.is_zero:
        return True
    for way in _WAYS:
        try:
            changed = reduce(t, way(t, difference))
        except (DivisionByZero, Unsupported):
            continue
        if changed.is_zero:
            return True
        if way is not eliminate_relations:
            difference = changed
    return is_zero(t, difference)


_WAYS: tuple[Way, ...] = (
    eliminate_relations, joined, supported, merged_powers, named_folds, duplicated, reflected, expanded)
