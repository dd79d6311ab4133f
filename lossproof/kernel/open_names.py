"""Names of variables that stand for opened binders, with their ranges, and other fresh names.

Trusted. Imports `atoms`. No author's name begins with %, so that nothing is captured.
"""

from __future__ import annotations

from collections.abc import Iterable

from lossproof.kernel.atoms import Bounds


class OpenNames:
    """The fresh names of one table."""

    def __init__(self) -> None:
        self._fresh = 0
        self._ranges_seen: dict[Bounds, int] = {}
        self._live: set[str] = set()
        self.ranges: dict[str, Bounds] = {}

    def fresh(self, bounds: Bounds | None = None) -> str:
        """A new variable name %n, with its range if it is an opened bound variable."""
        self._fresh += 1
        name = f"%{self._fresh}"
        if bounds is not None:
            self.ranges[name] = bounds
        return name

    def open(self, bounds: Bounds) -> str:
        """A name for an opened bound variable with this range, which no other open variable has.

        Once it is released the same range may get the same name again, so that work on the
        same body is not done twice. A name that is never released stays its variable's own.
        """
        number = self._ranges_seen.setdefault(bounds, len(self._ranges_seen))
        name = f"%r{number}"
        while name in self._live:
            name += "."
        self._live.add(name)
        self.ranges[name] = bounds
        return name

    def release(self, names: Iterable[str]) -> None:
        """Nothing in use has these opened variables free any more."""
        self._live.difference_update(names)
