"""The names of a document as it is read: what is defined, what it was used for, which meaning holds from where on.

Untrusted as to truth. Imports the ground floor, `expected_values`, `supports`, `shapes`, and from the formula reader
`families` and `as_set`, which knows what stands for a value.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Literal

from lossproof.derivation import RANDOM, UNSPECIFIED, Declaration, Definition
from lossproof.diagnostic import InputError
from lossproof.print_latex import latex
from lossproof.read.document.at_values import at_marks, is_as_set
from lossproof.read.document.expected_values import ExpectedValues, is_expectation
from lossproof.read.document.supports import Supports
from lossproof.read.latex.as_set import unknown_dependence
from lossproof.read.latex.families import Support, by_cases
from lossproof.read.shapes import Shapes
from lossproof.term import (
    ONE,
    Add,
    Call,
    Derivative,
    Entry,
    Mul,
    Number,
    Pow,
    Range,
    Relation,
    Span,
    Subst,
    Symbol,
    Term,
    binders,
    free_names,
    fresh_identifier,
    map_children,
    renamed,
    substitute,
    walk,
)

__all__ = ["Function", "Head", "Model", "Names", "function_of", "head_of", "is_known_everywhere", "is_number"]

_DENSITIES = frozenset("fFpPq")
MAX_UNFOLDED = 20_000       # nodes of a line in which functions were replaced by their bodies


@dataclass(frozen=True, slots=True)
class Head:
    """What stands on the left of a definition: `name`, `name_k` or `name(x)`."""

    name: str
    indices: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Function:
    """A function with its body: `f(x) := ...`.

    `at` says where a line may use it: of all arguments; of the letters that it is said of only, since the body does not
    depend on them and may be a value (`F(m) = 1/2`); or of these where they are free, since it is said of some values.
    """

    parameters: tuple[str, ...]
    body: Term
    at: Literal["all", "letters", "free letters"] = "all"

    def holds_at(self, args: Sequence[Term], bound: Set[str]) -> bool:
        """Whether it may be used at arguments within binders of these names."""
        if self.at == "all":
            return True
        letters = all(isinstance(arg, Symbol) and arg.name == name
                      for arg, name in zip(args, self.parameters, strict=True))
        return letters and (self.at == "letters" or not bound & set(self.parameters))


@dataclass(frozen=True, slots=True)
class Model:
    """That something is said to be distributed as a member of a family."""

    of: Term
    kind: str
    parameters: tuple[Term, ...]


def _letter(latex: str) -> str:
    """The first letter of what is set, if it is one of the alphabet."""
    found = re.search(r"[A-Za-z]", re.sub(r"\\[A-Za-z]+", "", latex))
    return found[0] if found else ""


def is_number(term: Term) -> bool:
    """True for a number that is written out, such as 1, -1 or 1/2."""
    match term:
        case Number():
            return True
        case Mul(args) | Add(args):
            return all(is_number(arg) for arg in args)
        case Pow(base, exponent):
            return is_number(base) and is_number(exponent)
        case _:
            return False


def head_of(term: Term, declarations: Mapping[str, Declaration]) -> Head | None:
    """The head that a left side is; None where it defines nothing."""
    match term:
        case Symbol(name) if name in declarations and declarations[name].kind in ("scalar", "integer", "family"):
            return Head(name)
        case Entry(family, indices) if family in declarations and declarations[family].kind == "family":
            names = tuple(index.name for index in indices if isinstance(index, Symbol))
            if len(names) == len(indices) == len(set(names)) and all(
                    name not in declarations or declarations[name].kind == "index" for name in names):
                return Head(family, names)
        case Call(function, args, ()) if function in declarations and is_known_everywhere(declarations[function]):
            names = tuple(arg.name for arg in args if isinstance(arg, Symbol))
            if len(names) == len(args) == len(set(names)) and all(
                    name in declarations and declarations[name].kind in ("scalar", "integer") for name in names):
                return Head(function, (), names)
    return None


def function_of(term: Term, declarations: Mapping[str, Declaration], taken: Collection[str] = ()) -> Head | None:
    """The function that a value is of, whatever it is applied to; None for a value that is known alone.

    Its argument is named by what it is applied to, or by a name in that which is not `taken`.
    """
    match term:
        case Call(function, (argument,), ()) if function in declarations \
                and is_known_everywhere(declarations[function]):
            if isinstance(argument, Symbol):
                return Head(function, (), (argument.name,))
            names = sorted(name for name in free_names(argument) - set(taken)
                           if name in declarations and declarations[name].kind == "scalar")
            return Head(function, (), (names[0],)) if names else None
        case _:
            return None


def is_known_everywhere(declared: Declaration) -> bool:
    """True for a function whose arguments are values: what is said of f(x) holds of f(t)."""
    return declared.kind == "function" and UNSPECIFIED not in declared.assumptions


@dataclass(slots=True)
class Names:
    """What the names of one document mean; `current` leads from a name to the one that holds its present meaning."""

    declarations: dict[str, Declaration]
    definitions: dict[str, Definition] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    current: dict[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)                # in what was claimed so far
    values: dict[Call | Derivative, str] = field(default_factory=dict)      # of what is known as a whole only
    origin: dict[str, str] = field(default_factory=dict)       # of a further meaning's name, the name as written
    lines: dict[str, int] = field(default_factory=dict)        # where a name was defined
    sections: dict[str, int] = field(default_factory=dict)     # the section that a name was defined in
    expected: ExpectedValues = field(default_factory=ExpectedValues)
    supports: Supports = field(default_factory=Supports)
    supposed: set[str] = field(default_factory=set)            # what has the meaning that a distribution usually has
    usual: dict[str, str] = field(default_factory=dict)        # of a name, the one that has that meaning
    of: dict[str, str] = field(default_factory=dict)           # of such a name, the variable that it says something of
    restated: list[tuple[str, Term, Term]] = field(default_factory=list)    # the variable, what is usual, what is said
    parameters: set[str] = field(default_factory=set)          # of distributions, as written
    distributed: set[str] = field(default_factory=set)         # what is said to have a distribution, as set
    continuous: set[str] = field(default_factory=set)          # of these, what has a known one
    discrete: set[str] = field(default_factory=set)
    models: list[Model] = field(default_factory=list)          # how quantities are said to be distributed
    of_sets: frozenset[str] = frozenset()                      # how probabilities are set that are taken of sets
    data: set[str] = field(default_factory=set)                # what a model with an error says what it is made of

    def now(self, term: Term) -> Term:
        """The term with every name in its present meaning, expectations to which the document gave a value by name."""
        values = {name: now for name, now in self.current.items() if self.expected.is_value(name)}
        return renamed(self._expected(self.as_written(term)), values)

    def as_written(self, term: Term) -> Term:
        """The term with every name in its present meaning, expectations as they are."""
        valued = renamed(self._valued(term), {
            name: now for name, now in self.current.items() if not self.expected.is_value(name)})
        return self._known(map_children(valued, self._at_marks))

    def _at_marks(self, term: Term) -> Term:
        """The term with values of what is only read as it is set, at marked letters, by those at the letters."""
        inner = map_children(term, self._at_marks)
        if not isinstance(inner, Symbol | Call) or self.is_defined(inner.name if isinstance(
                inner, Symbol) else inner.function) or not is_as_set(inner, self.declarations):
            return inner
        known: dict[Term, Symbol] = {call: Symbol(self.current.get(name, name)) for call, name in self.values.items()
                                     if isinstance(call, Call) and self.is_defined(name)}
        known |= {Symbol(name): Symbol(self.current.get(name, name)) for name in self.declarations
                  if is_as_set(Symbol(name), self.declarations) and name not in self.origin and self.is_defined(name)}
        return at_marks(inner, known, self.declarations, self.rests_on) or inner

    def _known(self, term: Term) -> Term:
        """The term with a value of its own for each derivative of what nobody has said how it depends."""
        inner = map_children(term, self._known)
        if isinstance(inner, Derivative) and unknown_dependence((inner,), self.declarations, self.definitions) and not (
                isinstance(inner.body, Call) and inner.body.function in self.functions):
            return self._name_of(inner, "derivative", latex(inner, self.typeset()))
        return inner

    def typeset(self) -> dict[str, str]:
        """How names are typeset, for the printers."""
        return {name: declared.latex for name, declared in self.declarations.items() if declared.latex}

    def _expected(self, term: Term) -> Term:
        """The term, present meanings in it, with names for expectations whose value is known."""
        match self.expected.find(term) if is_expectation(term) else None:
            case (Symbol(name) | Entry(family=name)) as found if self.is_defined(name):
                return found
        return map_children(term, self._expected)

    def with_values(self, term: Term, but: Collection[str] = ()) -> Term:
        """The term with names for expectations to which the document gives a value anywhere, `but` for some names."""
        match self.expected.find(term) if is_expectation(term) else None:
            case (Symbol(name) | Entry(family=name)) as found if name in self.definitions and name not in but:
                return found
        return map_children(term, lambda child: self.with_values(child, but))

    def name_expectation(self, call: Call, latex: str) -> Term | None:
        """The name of an expectation's value, its names in their present meanings; None where it can have none."""
        now = self.as_written(call)
        return self.expected.name(now, latex, self.declarations, self.definitions) if isinstance(now, Call) else None

    def _valued(self, term: Term, bound: frozenset[str] = frozenset()) -> Term:
        """The term with values of unspecified functions that have names of their own.

        Under an integral or sum over x, p(x) is no single value: there, what p(x) was said to be stands for it.
        """
        if not self.values:
            return term
        if isinstance(term, Call | Derivative) and term in self.values:
            name = self.values[term]
            taken = free_names(term) & bound
            if not taken:
                return Symbol(name, span=term.span)
            definition = self.definitions.get(self.current.get(name, name))
            body = None if definition is None else self._opened(definition.body, bound)
            if body is not None and free_names(body) & bound <= taken:
                return replace(body, span=term.span)
            return term
        inside = bound | set(binders(term))
        return map_children(term, lambda child: self._valued(child, inside))

    def _opened(self, term: Term, bound: frozenset[str], inside: frozenset[str] = frozenset()) -> Term:
        """The term with what names of values stand for, where that varies with names that are bound around it."""
        match term:
            case Symbol(name) if name in self.definitions and name in self.values.values() and name not in inside \
                    and self.rests_on(term) & bound:
                return self._opened(self.definitions[name].body, bound, inside | {name})
            case _:
                return map_children(term, lambda child: self._opened(child, bound, inside))

    def name_value(self, call: Call, latex: str) -> Symbol:
        """A name for the value of an unspecified function, which is known at these arguments only."""
        return self._name_of(call, call.function, latex)

    def _name_of(self, term: Call | Derivative, of: str, latex: str) -> Symbol:
        """A name for a value that is known as a whole only."""
        if term not in self.values:
            words = "_".join(sorted(free_names(term) - {of}))
            wanted = re.sub(r"\W", "_", f"{of}_of_{words}")[:60].strip("_")
            taken = {*self.declarations, *self.values.values(), *self.definitions, *self.functions}
            name = fresh_identifier(wanted, taken)
            by = self.declarations.get(term.by.name) if isinstance(term, Derivative) and isinstance(
                term.by, Symbol) else None
            made = Declaration(name, "scalar") if by is None or not by.array else Declaration(
                name, "family", shape=by.shape, array=True)
            self.declarations[name] = replace(made, latex=latex, assumed=True)
            self.values[term] = name
            # bodies may hold the value: no name may come to rest on itself
            for known, definition in self.definitions.items():
                self.definitions[known] = replace(definition, body=self._valued(definition.body))
            for known, function in self.functions.items():
                self.functions[known] = replace(function, body=self._valued(function.body))
        return Symbol(self.values[term], span=term.span)

    def is_defined(self, name: str) -> bool:
        """True where the name stands for something that the document has said."""
        name = self.current.get(name, name)
        return name in self.definitions or name in self.functions

    def forget(self, name: str) -> None:
        """From here on, the name is as if it had not been defined."""
        if self.is_defined(name):
            self.renew(name)

    def forget_said(self, variables: Collection[str], section: int) -> frozenset[str]:
        """From here on, nothing is known of variables by how earlier sections say that they are distributed, nor what
        expectations of theirs are. The names that this was known by."""
        written = {self.declarations[name].latex or name for name in variables if name in self.declarations}
        about = {name for name, made in self.usual.items() if self.of[made] in written}
        about |= {known.name for known in self.expected.known if free_names(known.of) & set(variables)}
        found: set[str] = set()
        for name in about:
            now = self.current.get(name, name)
            if self.is_defined(name) and self.sections.get(now, section) < section:
                found |= {name, now}
                self.forget(name)
        return frozenset(found)

    def mean(self, name: str, line: int) -> bool:
        """Let a name mean what it was defined as on a line; False where it was not."""
        for made, where in self.lines.items():
            if where == line and (made == name or self.origin.get(made) == name):
                self.current[name] = made
                return True
        return False

    def renew(self, name: str) -> str:
        """Another name for a further meaning of `name`, declared as it was, from here on."""
        number = 2
        while f"{name}_{number}" in self.declarations or f"{name}_{number}" in self.definitions \
                or f"{name}_{number}" in self.functions:
            number += 1
        made = f"{name}_{number}"
        before = self.declarations[name]
        self.declarations[made] = replace(before, name=made, latex=before.latex or name)
        self.origin[made] = name
        self.current[name] = made
        return made

    def may_define(self, head: Head, body: Term) -> bool:
        """True where the body can be the meaning of the head: it does not rest on the name itself, and an array is not
        said to be a number."""
        name = self.current.get(head.name, head.name)
        if name in self.rests_on(body):
            return False
        declared = self.declarations[head.name]
        if head.indices:
            return self._ranges(head) is not None
        if declared.array and declared.shape and self.shape(body) == ():
            return False
        return declared.kind != "family" or declared.array

    def _ranges(self, head: Head) -> tuple[Range, ...] | None:
        shape = self.declarations[head.name].shape
        if shape is None or len(shape) != len(head.indices):
            return None
        return tuple(Range(name, ONE, size) for name, size in zip(head.indices, shape, strict=True))

    def define(self, head: Head, body: Term, span: Span | None, section: int, *, narrowed: bool = False) -> str:
        """Give a name its meaning; what it is called inside. A name that has one already gets another.

        `narrowed` says that this is the meaning of a function for some arguments only.
        """
        before = name = self.current.get(head.name, head.name)
        if self.is_defined(head.name):
            name = self.renew(head.name)
            self.supports.restated(before, name, body)
        declared = self.declarations[name]
        if head.arguments or declared.kind == "function":
            value = span is not None and not set(head.arguments) <= free_names(body)
            self.functions[name] = Function(
                head.arguments, body, "free letters" if narrowed else "letters" if value else "all")
        else:
            ranges = self._ranges(head) if head.indices else ()
            assert ranges is not None
            of = self.expected.of(self.origin.get(name, name), head.indices)
            self.definitions[name] = Definition(name, body, ranges, declared.latex, span=span, of=of)
        self.sections[name] = section
        if span is not None:
            self.lines[name] = span.line
        return name

    def shape(self, term: Term) -> tuple[Term | None, ...] | None:
        """The sizes of an array, nothing of a number; None for a family without an index, and what has no meaning."""
        shapes = Shapes(self.declarations, self.definitions)
        try:
            return None if shapes.is_bare_family(term, frozenset()) else tuple(shapes.of(term))
        except InputError:
            return None

    def suppose(self, head: Head, at: Term, body: Term, support: Support, given: tuple[Relation, ...], of: str,
                section: int = 0) -> None:
        """Give a name the meaning that it usually has at `at`: on a support, under conditions, as something of `of`."""
        if not head.arguments:
            body = by_cases(body, at, support)      # the name is of one value
        if not self.may_define(head, body):
            return
        name = self.define(head, body, None, section)
        self.supposed.add(name)
        self.usual[head.name] = name
        self.of[name] = of
        self.supports.functions.pop(name, None)
        if head.arguments and support.conditions(at, False):
            self.supports.functions[name] = support
        self.supports.given[name] = given

    def rests_on(self, term: Term) -> set[str]:
        """The names in a term, in what these are defined as, and so on."""
        found: set[str] = set()
        waiting = list(free_names(term))
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                if name in self.definitions:
                    waiting.extend(free_names(self.definitions[name].body))
                elif name in self.functions:
                    waiting.extend(free_names(self.functions[name].body))
        return found

    # at the end

    def unfold(self, term: Term) -> Term:
        """The term with functions of the document replaced by their bodies."""
        made = self._unfold(self._valued(term), frozenset(), frozenset())
        return made if sum(1 for _ in islice(walk(made), MAX_UNFOLDED + 1)) <= MAX_UNFOLDED else term

    def _unfold(self, term: Term, inside: frozenset[str], bound: frozenset[str]) -> Term:
        binding = bound | set(binders(term))
        inner = map_children(term, lambda child: self._unfold(child, inside, binding))
        match inner:
            case Call(name, args, orders) if name in self.functions and name not in inside:
                function = self.functions[name]
                if len(args) != len(function.parameters) or not function.holds_at(args, bound):
                    return inner
                body = self._unfold(function.body, inside | {name}, frozenset())
                if not any(orders):
                    return replace(substitute(body, dict(zip(function.parameters, args, strict=True))), span=term.span)
                for parameter, order in zip(function.parameters, orders, strict=True):
                    if order:
                        body = Derivative(body, Symbol(parameter), order)
                for parameter, arg in zip(function.parameters, args, strict=True):
                    body = Subst(body, Symbol(parameter), arg)
                return replace(body, span=term.span)
            case _:
                return inner

    def kept(self) -> dict[str, Declaration]:
        """The declarations of what is not defined; random names may rest on all parameters that the document names."""
        known = self.declarations.keys() | self.definitions.keys()
        written = self.parameters | {self.origin.get(name, name) for name in self._in_densities()}
        parameters = frozenset(name for name in known if self.origin.get(name, name) in written)
        return {name: declared if RANDOM not in declared.assumptions else replace(
                    declared, parameters=parameters - {name})
                for name, declared in self.declarations.items()
                if name not in self.definitions and (
                    name not in self.functions or self.functions[name].at != "all")}

    def _in_densities(self) -> set[str]:
        """The names in what the document says to be a density or a chance, going by its letter; not its variable."""
        said = [(name, function.body, function.parameters) for name, function in self.functions.items()]
        said += [(call.function, self.definitions[name].body, ()) for call, name in self.values.items()
                 if isinstance(call, Call) and name in self.definitions]
        random = {name.upper() for name, declared in self.declarations.items() if RANDOM in declared.assumptions}
        typeset = self.typeset()
        return {name for of, body, own in said if _letter(typeset.get(of, of)) in _DENSITIES
                for name in free_names(body) - set(own) if name.upper() not in random and not (
                    name in self.declarations and self.declarations[name].kind == "index")}

    def without_usual(self, variables: Collection[str]) -> None:
        """What was supposed of variables is not so: the names are as if nothing had been said of them."""
        for name, of in self.of.items():
            if of in variables:
                self.definitions.pop(name, None)
                self.functions.pop(name, None)
                self.supports.functions.pop(name, None)
                self.supports.given.pop(name, None)

    def settle(self) -> None:
        """Nothing more is defined: what definitions suppose of the names in them goes with their names."""
        for name, definition in self.definitions.items():
            made = self.supports.body(definition.body) if definition.ranges else self.supports.quantity(
                name, definition.body)
            self.definitions[name] = replace(definition, body=made)
        for name, function in self.functions.items():
            self.functions[name] = replace(function, body=self.supports.body(function.body))

    def final(self) -> dict[str, Definition]:
        """The definitions, functions unfolded, values of expectations by name where no name comes to rest on itself."""
        for name, definition in self.definitions.items():
            body = self.with_values(definition.body)
            if name not in self.rests_on(body):
                self.definitions[name] = replace(definition, body=body)
        return {name: replace(definition, body=self.unfold(definition.body))
                for name, definition in self.definitions.items()}
