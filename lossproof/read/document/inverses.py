r"""Inverse functions: what g^{-1}(y) is where the document says what g is; what cancels where g is said to have one.

Untrusted as to truth. Imports the ground floor, `names` and `wording`. Where a formula h is written for g^{-1}, h
stands for it only where h(g(x)) = x and g(h(y)) = y are proved; where nothing is known of g but that it is invertible,
that is a premise.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from lossproof.derivation import UNSPECIFIED, Derivation, Premise
from lossproof.latex_names import HOLE
from lossproof.read.document.names import Names
from lossproof.read.document.wording import Course, Wording
from lossproof.term import (
    MINUS_ONE,
    Call,
    Fold,
    Integral,
    Limit,
    Pow,
    Relation,
    Symbol,
    Term,
    binders,
    free_names,
    fresh_identifier,
    map_children,
    substitute,
    walk,
)

__all__ = ["Inverse", "Inverses"]

_SUFFIX = "_inverse"


@dataclass(frozen=True, slots=True)
class Inverse:
    """What is written for the inverse of a function: `body` at `argument`; what must hold for it, of which names."""

    argument: str
    body: Term
    beside: tuple[tuple[Term, Term], ...]
    own: frozenset[str]


@dataclass(slots=True)
class Inverses:
    """The inverse functions of one document, whose derivations are made."""

    names: Names
    wording: Wording | None
    derivations: Sequence[Derivation]
    _formulas: dict[str, Inverse | None] = field(default_factory=dict)

    def of(self, name: str) -> str | None:
        """The function whose inverse has this name, with one meaning throughout; None where it is none."""
        declared = self.names.declarations.get(name)
        function = name.removesuffix(_SUFFIX)
        if declared is None or function == name or declared.arity != 1 or UNSPECIFIED not in declared.assumptions or (
                not (declared.latex or "").endswith(f"^{{-1}}({HOLE})")):
            return None
        made = self.names.declarations.get(function)
        if made is None or made.kind != "function" or made.arity != 1 or UNSPECIFIED in made.assumptions or (
                function in self.names.origin.values()):
            return None
        return function

    def name_of(self, function: str) -> str | None:
        """The name of a function's inverse, where the document writes it."""
        name = function + _SUFFIX
        return name if self.of(name) == function else None

    def course(self, function: str) -> tuple[Course, Premise] | None:
        """How a function of which nothing else is known is said to run, and the premise that says so."""
        declared = self.names.declarations.get(function)
        if self.wording is None or declared is None or function in self.names.functions:
            return None
        found = self.wording.course(declared.latex or function)
        inverse = self.name_of(function)
        if found is None or inverse is None:
            return None
        course, span = found
        x, y = Symbol("x"), Symbol("y")
        of_x, of_y = Call(function, (x,)), Call(function, (y,))
        match course:
            case "invertible":
                said = Relation("=", Call(inverse, (of_x,)), x)
            case "increasing":
                said = Relation("=", Relation("<=", of_x, of_y), Relation("<=", x, y))
            case "decreasing":
                said = Relation("=", Relation("<=", of_x, of_y), Relation(">=", x, y))
        return course, Premise(said, span)

    def written_out(self, term: Term, used: dict[str, Inverse], bound: frozenset[str] = frozenset()) -> Term:
        """The term with formulas for inverses of functions that the document says; those that were used are noted."""
        inside = bound | set(binders(term))
        inner = map_children(term, lambda child: self.written_out(child, used, inside))
        match inner:
            case Call(name, (argument,), ()) if (formula := self.formula(name)) is not None and not (
                    free_names(formula.body) - {formula.argument}) & bound:
                used[name] = formula
                return replace(substitute(formula.body, {formula.argument: argument}), span=term.span)
            case _:
                return inner

    def cancelled(self, term: Term, premises: dict[Term, Premise]) -> Term:
        """The term with g(g^{-1}(y)) = y and (g^{-1})'(y) = 1/g'(g^{-1}(y)) used, for functions said to be invertible.

        The premises that were used are noted.
        """
        inner = map_children(term, lambda child: self.cancelled(child, premises))
        match inner:
            case Call(outer, (Call(within, (argument,), ()),), orders) if sum(orders) <= 1:
                function = self.of(outer) or self.of(within)
                if {outer, within} != {function, f"{function}{_SUFFIX}"} or function is None:
                    return inner
                said = self.course(function)
                if said is None:
                    return inner
                premises[said[1].term] = said[1]
                return argument if not any(orders) else Pow(Call(within, (argument,), (1,)), MINUS_ONE)
            case _:
                return inner

    def formula(self, name: str) -> Inverse | None:
        """What the document writes for the inverse of a function that it says; None where it does not."""
        if name not in self._formulas:
            function = self.of(name)
            known = self.names.functions.get(function) if function is not None else None
            self._formulas[name] = None
            if known is not None and known.at == "all" and function is not None:
                for argument, body in self._written(name):
                    made = self._checked(function, known.parameters[0], argument, body)
                    if made is not None:
                        self._formulas[name] = made
                        break
        return self._formulas[name]

    def _written(self, name: str) -> Iterator[tuple[str, Term]]:
        """What lines set equal to the inverse at a name."""
        for derivation in self.derivations:
            for index, line in enumerate(derivation.lines[1:], 2):
                before = derivation.lines[derivation.before(index) - 1]
                if line.unread is not None or before.unread is not None or line.relation != "=":
                    continue
                for one, other in ((before.term, line.term), (line.term, before.term)):
                    match one:
                        case Call(called, (Symbol(argument),), ()) if called == name and argument in free_names(
                                other) and name not in free_names(other):
                            yield argument, other
                        case _:
                            pass

    def _checked(self, function: str, parameter: str, argument: str, body: Term) -> Inverse | None:
        """A formula with what must be proved for it to be the inverse; None where that cannot be asked."""
        declarations = self.names.declarations
        if parameter not in declarations or argument not in declarations:
            return None
        fresh = []
        for name in (parameter, argument):
            taken = {*declarations, *self.names.definitions, *self.names.functions}
            made = fresh_identifier(name, taken)
            declarations[made] = replace(declarations[name], name=made, latex=None)
            fresh.append(made)
        x, y = map(Symbol, fresh)
        there = self.names.unfold(Call(function, (x,)))
        back = self.names.unfold(Call(function, (substitute(body, {argument: y}),)))
        beside = ((substitute(body, {argument: there}), x), (back, y))
        if any(isinstance(part, Integral | Fold | Limit) for pair in beside for side in pair for part in walk(side)):
            return None
        return Inverse(argument, body, beside, frozenset(fresh))
