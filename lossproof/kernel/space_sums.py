"""Finite sums for integrals over spaces that are only named, numbers for values of opaque functions, and the way back.

Trusted. Imports `space_terms`, `space_order` and the ground floor. `spaces` says why what holds of the sums holds of
the integrals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from lossproof.derivation import NONNEGATIVE, REAL, Declaration, Domain, Step
from lossproof.kernel.space_order import Node
from lossproof.kernel.space_terms import canonical, is_plainly_nonnegative, nest, space_over
from lossproof.term import (
    ONE,
    ZERO,
    Add,
    Call,
    Derivative,
    Entry,
    Fold,
    ForAll,
    Integral,
    Limit,
    Mul,
    Number,
    Partial,
    Pow,
    Range,
    Subst,
    Symbol,
    Term,
    add,
    binders,
    free_names,
    fresh_identifier,
    map_children,
    mul,
    substitute,
    walk,
)


@dataclass(frozen=True, slots=True)
class _System:
    """The finitely many points of a space: how many they are, their weights, and what they are of."""

    node: Node
    size: str
    weight: str
    lower: Term
    upper: Term


@dataclass(slots=True)
class Written:
    """The way back from sums and numbers to integrals and values."""

    values: dict[str, tuple[Term, tuple[str, ...]]] = field(default_factory=dict)   # a name: the value, its variables
    systems: dict[str, _System] = field(default_factory=dict)                       # by the number of points
    variables: dict[str, str] = field(default_factory=dict)                         # an index: the written variable
    _count: int = 0

    def back(self, term: Term, points: Mapping[str, Term]) -> Term:
        """The term in the symbols of the written step, with its variables' names apart; where it cannot be written
        so, a name that was made stays in it."""
        match term:
            case Symbol(name) if name in self.values:
                return self.values[name][0]
            case Entry(name, indices) if name in self.values:
                value, variables = self.values[name]
                at: dict[str, Term] = {}
                for variable, index in zip(variables, indices, strict=True):
                    if " " not in variable:         # the index of a sum
                        at[variable] = self.back(index, points)
                    elif isinstance(index, Symbol) and index.name in points:
                        at[variable] = points[index.name]
                    else:
                        return term                 # one of the chosen points, by its number
                return substitute(value, at)
            case Fold("sum", body, Range(index, lower, Symbol(size)), None) if size in self.systems and lower == ONE:
                system = self.systems[size]
                parts = [_without(part, Entry(system.weight, (Symbol(index),))) for part in _summands(body)]
                if any(part is None for part in parts):
                    return term
                variable, inner = self._variable(index, points)
                return add(*(Integral(self.back(part, inner), variable, system.lower, system.upper)
                             for part in parts if part is not None))
            case ForAll(body, Range(index, lower, Symbol(size)), condition) if size in self.systems and lower == ONE:
                system = self.systems[size]
                variable, inner = self._variable(index, points)
                return ForAll(self.back(body, inner), Range(variable, system.lower, system.upper),
                              None if condition is None else self.back(condition, inner))
            case Add(args) if any(_asks_only(arg) for arg in args):
                return add(*(self.back(arg, points) for arg in args if not _asks_only(arg)))
            case _:
                return map_children(term, lambda child: self.back(child, points))

    def _variable(self, index: str, points: Mapping[str, Term]) -> tuple[str, Mapping[str, Term]]:
        """A name of its own for the variable that an index is of; the kernel renames indices by primes."""
        self._count += 1
        variable = f"{self.variables.get(index.rstrip(chr(39)), 'x').split()[0]} b{self._count}"
        return variable, {**points, index: Symbol(variable)}


def _asks_only(term: Term) -> bool:
    """Whether a summand is 0 wherever it is defined, which is a condition of its own."""
    return isinstance(term, Mul) and term.args[0] == ZERO


def _summands(body: Term) -> tuple[Term, ...]:
    return body.args if isinstance(body, Add) else (body,)


def _without(term: Term, weight: Entry) -> Term | None:
    """The summand without its weight, None where it does not have it as a factor, once."""
    match term:
        case Mul(args):
            for at, arg in enumerate(args):
                rest = _without(arg, weight)
                if rest is not None:
                    left = [*args[:at], *(() if rest == ONE else (rest,)), *args[at + 1:]]
                    return mul(*left)
            return None
        case Fold("sum", body, range_, condition) if condition is None and not isinstance(body, Add):
            rest = _without(body, weight)
            return None if rest is None else Fold("sum", rest, range_)
        case _:
            return ONE if term == weight else None


class Sums:
    """Makes sums of integrals, and numbers of values; one naming for all the terms of a step."""

    def __init__(self, step: Step, nodes: Mapping[str, Node], loose: bool) -> None:
        self._known = step.declarations
        self._nodes = nodes
        self._loose = loose
        self._taken = {*step.declarations, *step.definitions}
        for term in (step.left, step.right, *step.given, *(d.body for d in step.definitions.values())):
            self._taken |= {name for part in walk(term) for name in (*binders(part), *free_names(part))}
        self._declarations: dict[str, Declaration] = {}
        self._values: dict[tuple[Term, tuple[Node | None, ...]], str] = {}
        self.spaces: dict[Node, _System] = {}
        self.written = Written()
        left, right = self._change(step.left, {}), self._change(step.right, {})
        given = tuple(self._change(term, {}) for term in step.given)
        self.step = replace(step, left=left, right=right, given=given,
                            declarations={**step.declarations, **self._declarations})

    def _change(self, term: Term, points: Mapping[str, str | None]) -> Term:
        """The term with sums for integrals and numbers for values; `points` has the index of the point that each
        variable is, None for the index of a sum."""
        match term:
            case Integral() if space_over(term, self._known) is not None:
                if self._loose and any(points.get(name) is not None for name in free_names(term)):
                    domain = NONNEGATIVE if is_plainly_nonnegative(term, self._known) else REAL
                    return self._value(term, points, "value", domain)
                return self._sum(term, points)
            case Symbol(name) if points.get(name) is not None:
                return self._value(term, points, name.split()[0], REAL)
            case Call(function, args) if self._is_opaque(function):
                domain = REAL if any(term.orders) else self._known[function].domain
                value = self._value(term, points, function, domain)
                # the value exists only where the arguments do
                partial = [self._change(arg, points) for arg in args if not self._is_total(arg)]
                return add(value, *(Mul((ZERO, arg)) for arg in partial))
            case Derivative() | Limit() | Subst() | Partial() | Integral():
                return term
            case _:
                inner_points = {**points, **dict.fromkeys(binders(term))}
                return map_children(term, lambda child: self._change(child, inner_points))

    def _sum(self, term: Integral, points: Mapping[str, str | None]) -> Term:
        members, body = nest(term, self._known)
        chosen = [(self._system(self._nodes[m.name], m.lower, m.upper), self._index(m.name)) for m in members]
        indices = {member.name: index for member, (_, index) in zip(members, chosen, strict=True)}
        made = self._change(body, {**points, **indices})
        for system, index in reversed(chosen):
            factors = made.args if isinstance(made, Mul) else (made,)
            made = Fold("sum", Mul((Entry(system.weight, (Symbol(index),)), *factors)),
                        Range(index, ONE, Symbol(system.size)))
        return made

    def _is_opaque(self, function: str) -> bool:
        declared = self._known.get(function)
        return declared is not None and declared.kind == "function"

    def _is_total(self, term: Term) -> bool:
        """Whether a term is defined whatever its names are, as is seen from how it is written."""
        match term:
            case Number():
                return True
            case Symbol(name):
                return name in self._known or " " in name
            case Entry(family, indices):
                declared = self._known.get(family)      # every entry of such a family is taken as in range
                return declared is not None and declared.shape is None and all(isinstance(i, Number) for i in indices)
            case Add(args) | Mul(args):
                return all(map(self._is_total, args))
            case Pow(base, Number(value)):
                return value.denominator == 1 and value > 0 and self._is_total(base)
            case Call("exp" | "Abs" as function, (arg,), ()) if function not in self._known:
                return self._is_total(arg)
            case _:
                return False

    def _value(self, value: Term, points: Mapping[str, str | None], wanted: str, domain: Domain) -> Term:
        """A value at points: a number, or one for each point and index that it is taken at."""
        bound = free_names(value) & points.keys()
        order = list(dict.fromkeys(p.name for p in walk(value) if isinstance(p, Symbol) and p.name in bound))
        # no name has a space at its end
        shape = substitute(value, {name: Symbol(f"{number} ") for number, name in enumerate(order)})
        nodes = tuple(self._nodes.get(name) if points[name] is not None else None for name in order)
        key = canonical(shape), nodes
        if key not in self._values:
            self._values[key] = self._number(wanted, nodes, domain)
            self.written.values[self._values[key]] = value, tuple(order)
        name = self._values[key]
        return Entry(name, tuple(Symbol(points[n] or n) for n in order)) if order else Symbol(name)

    def _number(self, wanted: str, nodes: tuple[Node | None, ...], domain: Domain) -> str:
        """A new name for a number, or for the numbers at points of these systems and at indices."""
        name = self._fresh(f"{wanted}_at" if nodes else f"{wanted}_here")
        at = [self.spaces[node].size for node in nodes if node is not None]
        if not nodes:
            made = Declaration(name, "scalar", domain, assumed=True)
        elif len(at) == len(nodes):
            made = Declaration(name, "family", domain, shape=tuple(map(Symbol, at)), rank=len(nodes), assumed=True)
        else:
            made = Declaration(name, "family", domain, rank=len(nodes), assumed=True)
        self._declarations[name] = made
        return name

    def _system(self, node: Node, lower: Term, upper: Term) -> _System:
        if node not in self.spaces:
            size, weight = self._fresh(f"points_{node[0]}"), self._fresh(f"weight_{node[0]}")
            self._declarations[size] = Declaration(size, "size", Domain(lower=Fraction(1), integer=True), assumed=True)
            self._declarations[weight] = Declaration(weight, "family", NONNEGATIVE, shape=(Symbol(size),), rank=1,
                                                     assumed=True)
            self.spaces[node] = self.written.systems[size] = _System(node, size, weight, lower, upper)
        return self.spaces[node]

    def _index(self, variable: str) -> str:
        index = self._fresh("i_1")
        self.written.variables[index] = variable
        return index

    def _fresh(self, wanted: str) -> str:
        name = fresh_identifier(wanted, self._taken)
        self._taken.add(name)
        return name
