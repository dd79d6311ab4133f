"""Gives the names of a document the usual meanings where it says how something is distributed.

Untrusted as to truth. Imports `facts`, `names` and the shapes that `derive` takes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lossproof.derivation import Declaration
from lossproof.kernel.integers import is_declared_integer
from lossproof.read.document.derive import Deriver
from lossproof.read.document.facts import Distributed, distributed, facts
from lossproof.read.document.names import Model, function_of
from lossproof.read.document.statements import ReadRow, Side
from lossproof.read.document.survey import laid_out, survey
from lossproof.read.latex.densities import density_of_arrays, transform_of_vectors
from lossproof.read.latex.families import Known, known
from lossproof.read.latex.layout import canonical, lay_out
from lossproof.read.latex.tokens import tokenize
from lossproof.term import Const, Entry, Fold, Number, Symbol, Term, free_names, walk

__all__ = ["Usual"]

Shape = tuple[Term | None, ...]
_DISCRETE = re.compile(r"\bdiscrete\s+uniform|\bdiskrete?[nrs]?\s+Gleichverteil|离散均匀", re.I)
_CONTINUOUS = re.compile(r"\bcontinuous\s+uniform|\bstetige?[nrs]?\s+Gleichverteil|连续均匀", re.I)
_SCRIPTS = re.compile(r"_\s*\{?\s*(\\[A-Za-z]+|[A-Za-z])")


@dataclass(slots=True)
class Usual:
    """Walks with the reader of a document of this text; `formulas` are all of its formulas, as they are set."""

    deriver: Deriver
    formulas: Sequence[str]
    text: str
    _written: Mapping[str, Iterable[str]] | None = None     # what is set with something in brackets behind it
    _random: set[str] = field(default_factory=set)
    _said: dict[str, Distributed] = field(default_factory=dict)

    def suppose(self, rows: Sequence[ReadRow], read: Callable[[str], Side | None], section: int = 0) -> None:
        """Rows that say how something is distributed give its density, mean, ... their meanings.

        `read` reads LaTeX of a value. A distribution whose parameters are random themselves gives none: its mean is one
        given the others.
        """
        names = self.deriver.names
        for row in rows:
            names.parameters |= _parameters(row, names.declarations)
        for said in distributed(rows):
            names.distributed.add(said.of)
            names.models.append(Model(names.now(said.term), said.kind, tuple(map(names.now, said.parameters))))
            repeated, self._said[said.of] = self._said.get(said.of) == said, said
            if isinstance(said.term, Symbol):
                self._random.add(said.term.name)
            if repeated or self._random & {name for term in said.parameters for name in names.rests_on(term)}:
                continue
            found = self._law(said)
            if found is None:
                continue
            law, shape = found
            (names.discrete if law.support.whole else names.continuous).add(said.of)
            if not law.support.whole and not shape:
                names.supports.space(said.of, law.support)
            self._facts(said, law, shape, read, section)

    def _law(self, said: Distributed) -> tuple[Known, Shape] | None:
        """What is known of a number, or of a normal vector; and its shape."""
        names = self.deriver.names
        kind = said.kind
        if kind == "uniform" and _DISCRETE.search(self.text):
            if _CONTINUOUS.search(self.text):
                return None         # the letter is that of both
            kind = "discrete-uniform"
        shapes = [names.shape(term) for term in said.parameters]
        if names.shape(said.term) == () and not any(shape != () for shape in shapes):
            law = known(kind, said.parameters)
            return None if law is None else (law, ())
        match kind, said.parameters, shapes:
            case "normal", (mean, covariance), ((Term() as size,), (height, width)) if size == height == width:
                vector, square = (size,), (size, size)

                def density(x: Term) -> Term:
                    made = density_of_arrays("normal", (x, mean, covariance), (vector, vector, square))
                    assert made is not None
                    return made

                return Known(density, transform=lambda t: transform_of_vectors(t, mean, covariance)), vector
            case _:
                return None

    def _facts(self, said: Distributed, law: Known, shape: Shape, read: Callable[[str], Side | None],
               section: int) -> None:
        names = self.deriver.names
        done = set()
        taken = frozenset().union(*map(free_names, said.parameters))
        for fact in facts(said, law, self._applied(), names.supposed):
            left, argument = read(f"{fact.written}({fact.argument})"), read(fact.argument)
            head = None if left is None else self.deriver.head(left) or function_of(
                left.term, names.declarations, taken)
            if head is None or argument is None or head.name in done:
                continue
            at = Symbol(head.arguments[0]) if head.arguments else names.now(argument.term)
            if shape != (() if head.arguments else names.shape(at)):
                continue
            done.add(head.name)
            body = fact.value(at)
            if body is not None and all(map(self._whole, _bounds_of_sums(body))):
                names.suppose(head, at, names.now(body), fact.support, fact.given, said.of, section)

    def _whole(self, bound: Term) -> bool:
        """Whether a bound of a sum is one: a name that takes whole numbers, a number, an end of the line."""
        declared = self.deriver.names.declarations.get(bound.name) if isinstance(bound, Symbol) else None
        return isinstance(bound, Number | Const) or (declared is not None and is_declared_integer(declared))

    def _applied(self) -> Mapping[str, Iterable[str]]:
        if self._written is None:
            self._written = survey(laid_out(self.formulas)).applied_to
        return self._written


def _parameters(row: ReadRow, declarations: Mapping[str, Declaration]) -> set[str]:
    """The names that may be parameters of a distribution of which a row says that something is distributed so.

    Not the indices of that: X_i ~ N(mu_i, 1) says of each its own. In X ~ F_theta, theta is one.
    """
    found: set[str] = set()
    for statement in row.statements:
        for relation, left, right in zip(statement.relations, statement.sides, statement.sides[1:], strict=False):
            if relation.startswith("distributed"):
                indices = {index.name for part in walk(left.term) if isinstance(part, Entry)
                           for index in part.indices if isinstance(index, Symbol)}
                below = {canonical(lay_out(tokenize(script))) for script in _SCRIPTS.findall(right.latex)}
                found |= {name for name, declared in declarations.items() if (
                    name in free_names(left.term) | free_names(right.term) and not (
                        declared.kind == "index" and name in indices)) or (
                    declared.kind != "index" and (declared.latex or name) in below)}
    return found


def _bounds_of_sums(term: Term) -> Iterator[Term]:
    for part in walk(term):
        if isinstance(part, Fold):
            yield from (part.range.lower, part.range.upper)
