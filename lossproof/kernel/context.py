"""What normal forms of one step's terms are made in: names, what they stand for, bound variables.

Trusted. Imports the kernel's lower modules and the ground floor. `Context` is the common part of the modules that
read terms (`folding`, `operators`, `normalize`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from lossproof.derivation import Declaration, Definition
from lossproof.kernel.algebra import new_table
from lossproof.kernel.atoms import Bounds
from lossproof.kernel.components import Components
from lossproof.kernel.matrices import Matrices
from lossproof.kernel.normal_form import Normal, Table, Unsupported
from lossproof.kernel.signs import Facts
from lossproof.term import Derivative, Term, free_names


class NeedsCases(Exception):
    """The value depends on the sign of `poly`, which is not known: the judge may split cases."""

    def __init__(self, poly: Normal) -> None:
        super().__init__("cases")
        self.poly = poly


@dataclass(frozen=True, slots=True)
class Scope:
    """Values of bound variables, and the quantities that are not unfolded here."""

    bound: Mapping[str, Normal] = field(default_factory=dict)
    frozen: frozenset[str] = frozenset()

    def bind(self, name: str, value: Normal) -> Scope:
        """The scope with one more bound variable."""
        return replace(self, bound={**self.bound, name: value})


class Context:
    """The names of a step with what is known of them, and the table of its atoms."""

    def __init__(self, declarations: Mapping[str, Declaration], definitions: Mapping[str, Definition],
                 work: int = 200_000, *, words: int = 0) -> None:
        self.table: Table = new_table(work)
        self.declarations = declarations
        self.definitions = definitions
        self.arrays = Components(declarations, definitions)
        # of arrays as words over matrices (made by `normalize`)
        self.matrices: Matrices | None = None
        self.facts = Facts(self.table, declarations)
        # the equations among the hypotheses, which act before a limit (filled in by `hypotheses`)
        self.before_limit: Callable[[Normal], Normal] = lambda normal: normal
        # whether a term is known to be defined in a scope (filled in by `conditions`)
        self.defined_at: Callable[[Term, Scope], bool] = lambda _term, _scope: False
        # a derivative where the hypotheses leave one value for its variable (filled in by `kinks`)
        self.at_kink: Callable[[Derivative, str], Normal | None] = lambda _term, _name: None
        self._closure: dict[str, frozenset[str]] = {}
        shapes: dict[str, tuple[Bounds, ...] | None] = {}
        self.facts.entry_shape = shapes
        one = self.table.one
        for name, d in declarations.items():
            if d.kind == "family":
                shapes[name] = None if d.shape is None else tuple(Bounds(one, self.normal(s)) for s in d.shape)
            elif d.kind == "index" and d.upper is not None:
                lower = one if d.lower is None else self.normal(d.lower)
                shapes[name] = (Bounds(lower, self.normal(d.upper)),)
        self.facts.entry_bounds = {
            name: Bounds(self.normal(d.lower), self.normal(d.upper)) for name, d in declarations.items()
            if d.kind == "family" and d.lower is not None and d.upper is not None
        }
        for name, q in definitions.items():
            if q.ranges:
                try:
                    shapes[name] = tuple(Bounds(self.normal(r.lower), self.normal(r.upper)) for r in q.ranges)
                except Unsupported:
                    shapes[name] = None
            elif words and (sizes := self._sizes(name)):
                shapes[name] = tuple(Bounds(one, self.normal(s)) for s in sizes)

    def _sizes(self, name: str) -> tuple[Term, ...]:
        """The shape of a quantity that is an array, () for others."""
        try:
            return self.arrays.shape_of_name(name)
        except Unsupported:
            return ()

    def mentions(self, term: Term) -> frozenset[str]:
        """The names that a term depends on, through quantities too."""
        found: set[str] = set()
        for name in free_names(term):
            found |= self._mentioned(name)
        return frozenset(found)

    def _mentioned(self, name: str) -> frozenset[str]:
        if name not in self._closure:
            self._closure[name] = frozenset((name,))
            q = self.definitions.get(name)
            if q is not None:
                inside = self.mentions(q.body) - {r.name for r in q.ranges}
                self._closure[name] = inside | {name}
        return self._closure[name]

    def normal(self, term: Term, scope: Scope = Scope()) -> Normal:
        """The normal form of a term (`normalize`)."""
        raise NotImplementedError
