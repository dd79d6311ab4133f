"""Probabilities of events, by what distribution functions and densities are: Pr(X <= x) = F_X(x), Pr(X = x) = f_X(x).

Untrusted as to truth. Imports the ground floor, `names`, `inverses`, `wording`. That a variable is continuous or
discrete, and which way a function runs, is said by the document: it is a premise where it is said in words, and what
goes with a distribution where that is given.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction

from lossproof.derivation import RANDOM, UNSPECIFIED, Declaration, Premise
from lossproof.latex_names import HOLE
from lossproof.read.document.affine import affine, sign_of, solution
from lossproof.read.document.inverses import Inverses
from lossproof.read.document.names import Names
from lossproof.read.latex.events import CHANCES, SIGNS
from lossproof.term import (
    ONE,
    ZERO,
    Bool,
    Call,
    Derivative,
    Number,
    Piecewise,
    Relation,
    Symbol,
    Term,
    binders,
    divide,
    free_names,
    map_children,
    subtract,
    walk,
)

__all__ = ["Chances"]

_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}
_SIGNS = "|".join(re.escape(sign) for sign in sorted(SIGNS, key=len, reverse=True))
_EVENT = re.compile(rf"(?P<head>.*)\({re.escape(HOLE)}(?P<signs>(?:(?:{_SIGNS}){re.escape(HOLE)})+)\)", re.S)


@dataclass(frozen=True, slots=True)
class Event:
    """A probability of a chain of relations between values."""

    head: str
    sides: tuple[Term, ...]
    signs: tuple[str, ...]


@dataclass(slots=True)
class Chances:
    """The probabilities of events of one document."""

    names: Names
    inverses: Inverses

    def event(self, term: Term) -> Event | None:
        """The event whose probability a term is."""
        if not isinstance(term, Call) or any(term.orders):
            return None
        declared = self.names.declarations.get(term.function)
        if declared is None or UNSPECIFIED not in declared.assumptions:
            return None
        found = _EVENT.fullmatch(declared.latex or "")
        if found is None or found["head"] not in CHANCES:
            return None
        signs = tuple(SIGNS[sign] for sign in re.findall(_SIGNS, found["signs"]))
        return Event(found["head"], term.args, signs) if len(term.args) == len(signs) + 1 else None

    def chance(self, head: str, left: Term, sign: str, right: Term) -> Call:
        """The probability of a relation."""
        written = next(key for key, name in SIGNS.items() if name == sign)
        latex = f"{head}({HOLE}{written}{HOLE})"
        for name, declared in self.names.declarations.items():
            if declared.latex == latex and UNSPECIFIED in declared.assumptions and declared.arity == 2:
                return Call(name, (left, right))
        number = 1
        while f"Pr_{number}" in self.names.declarations:
            number += 1
        name = f"Pr_{number}"
        self.names.declarations[name] = Declaration(name, "function", arity=2, latex=latex, assumed=True,
                                                    assumptions=frozenset({UNSPECIFIED}))
        return Call(name, (left, right))

    def solved(self, term: Term, premises: dict[Term, Premise]) -> Term:
        """The term with events of X for events of g(X), where the document says how g runs."""
        inner = map_children(term, lambda child: self.solved(child, premises))
        event = self.event(inner)
        if event is None or len(event.signs) != 1:
            return inner
        (left, right), sign = event.sides, event.signs[0]
        for one, other, relation in ((left, right, sign), (right, left, _TURNED[sign])):
            match self._meaning(one):
                case Call(function, (argument,), ()) if (inverse := self.inverses.name_of(function)) is not None:
                    said = self.inverses.course(function)
                    if relation in ("<", ">=") and self._is_distribution(function):
                        # F(x) < p exactly where x is below the least t with F(t) >= p
                        return self.chance(event.head, argument, relation, Call(inverse, (other,)))
                    if said is None or (relation not in ("=", "!=") and said[0] == "invertible") or any(
                            isinstance(part, Call) and part.function == function for part in walk(other)):
                        continue
                    premises[said[1].term] = said[1]
                    turned = _TURNED[relation] if said[0] == "decreasing" else relation
                    return self.chance(event.head, argument, turned, Call(inverse, (other,)))
                case _:
                    pass
        return self._of_affine(event) or inner

    def _of_affine(self, event: Event) -> Term | None:
        """The event of X for one of a + b X, where the sign of b is declared."""
        left, right = (self._written_out(side) for side in event.sides)
        free = [variable for variable in self._variables()
                if variable.name in free_names(left) | free_names(right)]
        if len(free) == 1 and left == free[0] and free[0].name not in free_names(right):
            return None         # it is solved
        parts = affine(subtract(left, right), free[0].name) if len(free) == 1 else None
        sign = None if parts is None else sign_of(parts[0], {
            name: declared for name, declared in self.names.declarations.items() if name not in self.names.definitions})
        if parts is None or sign is None:
            return None
        value = solution(*parts)
        if not self._is_fixed(value, free[0].name):
            return None
        relation = event.signs[0] if sign > 0 else _TURNED[event.signs[0]]
        return self.chance(event.head, free[0], relation, value)

    def _written_out(self, term: Term, inside: frozenset[str] = frozenset()) -> Term:
        """The term with what quantities are that are set as capital letters."""
        match term:
            case Symbol(name) if name in self.names.definitions and name not in inside and not self.names.definitions[
                    name].ranges and re.fullmatch("[A-Z]", self._letter(term)):
                return self._written_out(self.names.unfold(self.names.definitions[name].body), inside | {name})
            case _ if binders(term):
                return term
            case _:
                return map_children(term, lambda child: self._written_out(child, inside))

    def _meaning(self, term: Term) -> Term:
        """What a quantity is that is the value of a function."""
        definition = self.names.definitions.get(term.name) if isinstance(term, Symbol) else None
        if definition is None or definition.ranges:
            return term
        body = self.names.unfold(definition.body)
        return body if isinstance(body, Call) else term

    def in_space(self, left: Term, right: Term) -> tuple[Term, Term] | None:
        r"""A mass function, by cases `y \in \mathcal{Y}` and 0 for all else, in the first case; None for all else.

        Outside of the possible outcomes of Y, whose set has that name, it is 0 anyhow.
        """
        event = self.event(left)
        match event, right:
            case (Event(_, (Symbol() as variable, Symbol(letter)), ("=",)),
                  Piecewise(((value, inside), (other, outside)))) if other == ZERO and (
                      letter.upper() == self._letter(variable)):
                space = rf"\mathcal{{{self._letter(variable)}}}"
                if self._is_membership(inside, letter, r"\in", space) and (
                        outside == Bool("and", ()) or self._is_membership(outside, letter, r"\notin", space)):
                    return left, value
        return None

    def _is_membership(self, condition: Term, letter: str, sign: str, space: str) -> bool:
        """Whether a condition says that a letter is in a space, or not in it."""
        match condition:
            case Relation("=", Call(name, (Symbol(member), *rest), ()), one) if one == ONE and member == letter:
                declared = self.names.declarations.get(name)
                written = "" if declared is None or declared.latex is None else declared.latex
                for whole in rest:      # the set may be a name of its own
                    named = self.names.declarations.get(whole.name) if isinstance(whole, Symbol) else None
                    written = f"{HOLE}{sign}{space}".join(written.split(f"{HOLE}{sign}{HOLE}")) if named is not None \
                        and named.latex == space else ""
                return written == rf"\mathbf{{1}}({HOLE}{sign}{space})"
            case _:
                return False

    def medians(self, left: Term, right: Term) -> tuple[Term, Term, tuple[Premise, ...]] | None:
        """F_X at the median of X, which is 1/2 where X is continuous; None for what is something else."""
        half = Number(Fraction(1, 2))
        for variable in self._variables():
            name = self._named("F", variable)
            if name is None or right not in (half, divide(ONE, Number(Fraction(2)))):
                continue
            function = self.names.current.get(name, name)
            for median in self._medians_of(variable):
                for value in (Call(function, (median,)), self.names.supports.body(Call(function, (median,)))):
                    if self.names.unfold(value) == left:
                        if self._letter(variable) in self.names.continuous:
                            return half, half, ()
                        said = self._said("continuous", r"\mathrm{Pr}", variable)
                        return None if said is None else (half, half, (said,))
        return None

    def _medians_of(self, variable: Symbol) -> list[Term]:
        found: list[Term] = []
        for name, declared in self.names.declarations.items():
            if declared.kind == "function" and declared.latex == rf"\mathrm{{median}}({HOLE})":
                call = Call(name, (variable,))
                value = self.names.values.get(call)
                found += [call] if value is None else [Symbol(value), Symbol(self.names.current.get(value, value))]
        return found

    def _is_distribution(self, function: str) -> bool:
        """Whether this is F_X of a variable X."""
        return function in {self._named("F", variable) for variable in self._variables()}

    def valued(self, term: Term, premises: dict[Term, Premise]) -> Term:
        """The term with values of distribution functions and of mass functions for probabilities of events."""
        inner = map_children(term, lambda child: self.valued(child, premises))
        event = self.event(inner)
        return inner if event is None else self._value(event, premises) or inner

    def _value(self, event: Event, premises: dict[Term, Premise]) -> Term | None:
        match event:
            case Event(head, (left, right), (sign,)):
                for variable, value, relation in ((left, right, sign), (right, left, _TURNED[sign])):
                    if isinstance(variable, Symbol) and self._is_fixed(value, variable.name):
                        found = self._of_relation(head, variable, relation, value, premises)
                        if found is not None:
                            return found
                return None
            case Event(head, (lower, Symbol() as variable, upper), (first, second)) if {first, second} <= {"<", "<="}:
                if not (self._is_fixed(lower, variable.name) and self._is_fixed(upper, variable.name)):
                    return None
                needed = dict(premises)
                below = self._of_relation(head, variable, "<=" if first == "<" else "<", lower, needed)
                above = self._of_relation(head, variable, second, upper, needed)
                if below is None or above is None:
                    return None
                premises |= needed
                order = Relation("<=", lower, upper)
                premises[order] = Premise(order)
                return subtract(above, below)
            case _:
                return None

    def _of_relation(self, head: str, variable: Symbol, sign: str, value: Term, premises: dict[Term, Premise]
                     ) -> Term | None:
        needed: Premise | None = None
        if sign in ("=", "!="):
            mass = self._function("f", variable, value, premises)
            if mass is None:
                return None
            letter = self._letter(variable)
            if letter not in self.names.discrete:
                needed = self._said("mass", head, variable)
                if needed is None:
                    return None
            made = mass if sign == "=" else subtract(ONE, mass)
        else:
            below = self._function("F", variable, value, premises)
            if below is None:
                return None
            if sign in ("<", ">=") and self._letter(variable) not in self.names.continuous:
                needed = self._said("continuous", head, variable)
                if needed is None:
                    return None
            made = below if sign in ("<", "<=") else subtract(ONE, below)
        if needed is not None:
            premises[needed.term] = needed
        return made

    def says(self, left: Term, right: Term) -> tuple[Premise, ...] | None:
        """What a row rests on that says of F_X(x) or f_X(x) what it means: Pr(X <= x), Pr(X = x), F_X'(x).

        None where it says something else.
        """
        match left:
            case Call(function, (Symbol() as argument,), ()):
                pass
            case _:
                return None
        for variable in self._variables():
            distribution = self._named("F", variable)
            match right:
                case Derivative(Call(other, (inner,), ()), by, 1) if inner == by == argument and (
                        other == distribution and self._named("f", variable) == function):
                    said = self._said("density", "", variable)
                    return None if said is None else (said,)
                case _:
                    pass
            event = self.event(right)
            if event is None or event.sides != (variable, argument):
                continue
            if event.signs == ("<=",) and function == distribution:
                return ()
            if event.signs == ("=",) and function == self._named("f", variable):
                if self._letter(variable) in self.names.discrete:
                    return ()
                said = self._said("mass", event.head, variable)
                return None if said is None else (said,)
        return None

    def slopes(self, term: Term, premises: dict[Term, Premise]) -> Term:
        """The term with F_X'(x) for densities f_X(x) of which the document says nothing else."""
        inner = map_children(term, lambda child: self.slopes(child, premises))
        for variable in self._variables():
            distribution = self._named("F", variable)
            match inner:
                case Call(function, (argument,), ()) if distribution is not None and function == self._named(
                        "f", variable) and not {function, distribution} & self.names.functions.keys():
                    said = self._said("density", "", variable)
                    if said is not None:
                        premises[said.term] = said
                        return Call(distribution, (argument,), (1,))
                case _:
                    pass
        return inner

    def _said(self, what: str, head: str, variable: Symbol) -> Premise | None:
        """What the document says in words of a variable, as an equation."""
        wording, letter = self.inverses.wording, self._letter(variable)
        function, distribution = self._named("f", variable), self._named("F", variable)
        if wording is None:
            return None
        span = wording.named(what, "F" if what == "continuous" else "f", letter)    # type: ignore[arg-type]
        if span is None:
            return None
        x = Symbol("x")
        if what == "continuous":
            return Premise(Relation("=", self.chance(head, variable, "=", x), ZERO), span)
        if function is None:
            return None
        if what == "mass":
            return Premise(Relation("=", self.chance(head, variable, "=", x), Call(function, (x,))), span)
        if distribution is None:
            return None
        return Premise(Relation("=", Call(function, (x,)), Call(distribution, (x,), (1,))), span)

    def _function(self, what: str, variable: Symbol, value: Term, premises: dict[Term, Premise]) -> Term | None:
        """F_X or f_X at a value, what the document says it is written out, on its support only."""
        name = self._named(what, variable)
        if name is None:
            return None
        now = self.names.current.get(name, name)
        if not self._is_usual(now, what, variable):
            return None
        for condition in self.names.supports.given.get(now, ()):
            if isinstance(condition, Relation):
                premises[condition] = Premise(condition)
        return self.names.unfold(self.names.supports.body(Call(now, (value,))))

    def _is_usual(self, name: str, what: str, variable: Symbol) -> bool:
        """Whether F_X or f_X is not said to be another probability than the usual one, as Pr(X < x) or Pr(X > x)."""
        function = self.names.functions.get(name)
        if function is None:
            return True
        body = self.names.unfold(function.body)
        events = [event for part in walk(body) if (event := self.event(part)) is not None]
        usual = Event("", (variable, Symbol(function.parameters[0])), ("<=" if what == "F" else "=",))
        return not events or (self.event(body) is not None and replace(events[0], head="") == usual)

    def density(self, variable: Symbol, value: Term) -> Term | None:
        """f_X at a value, as lines hold it; None where the document has none."""
        name = self._named("f", variable)
        return None if name is None else self.names.unfold(Call(self.names.current.get(name, name), (value,)))

    def _named(self, what: str, variable: Symbol) -> str | None:
        """The name of the function that is set as F_X or f_X."""
        letter = self._letter(variable)
        written = (f"{what}_{{{letter}}}", f"{what}_{letter}")
        for name, declared in self.names.declarations.items():
            if declared.kind == "function" and declared.arity == 1 and declared.latex in written \
                    and UNSPECIFIED not in declared.assumptions and name not in self.names.origin:
                return name
        return None

    def _letter(self, variable: Symbol) -> str:
        declared = self.names.declarations.get(variable.name)
        return (declared.latex if declared is not None else None) or variable.name

    def _variables(self) -> list[Symbol]:
        """The names of numbers that are set as capital letters, and have one meaning."""
        renewed = set(self.names.origin.values())
        return [Symbol(name) for name, declared in self.names.declarations.items()
                if declared.kind == "scalar" and re.fullmatch("[A-Z]", declared.latex or name)
                and name not in renewed and name not in self.names.origin]

    def _is_fixed(self, value: Term, variable: str) -> bool:
        """Whether nothing in a value is random, as far as is seen, and the variable is one."""
        if variable not in {symbol.name for symbol in self._variables()}:
            return False
        for name in self.names.rests_on(value):
            declared = self.names.declarations.get(name)
            if name == variable or (declared is not None and declared.kind not in ("function", "size") and (
                    RANDOM in declared.assumptions or re.match("[A-Z]", declared.latex or name)
                    or (declared.latex or name) in self.names.distributed)):
                return False
        return True
