"""The notation of a document: what names, functions and sums mean as they are typeset.

Untrusted as to truth: it says how formulas are read, and every report shows it. Imports the ground
floor, the declarations of the text form, and the typeset tree.

A name is known by how it is set: `\\hat{y}`, `w_j`, `\\delta^l`, `P(y|x)`. Its entry is that of the JSON
Lines format, with `implied` (indices that are not written), `same` (another way to set a name) and `name`
(what it is called in text) besides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from lossproof.derivation import Declaration
from lossproof.latex_names import HOLE, function_name, is_harmless, latex_name
from lossproof.read.latex.keys import is_index, key_of, parts_of
from lossproof.read.latex.layout import lay_out
from lossproof.read.latex.tokens import LatexProblem, tokenize
from lossproof.read.latex.typeset import (
    Bracket,
    Group,
    Scripted,
    canonical,
)
from lossproof.read.lexical import shorten
from lossproof.term import (
    Span,
    Term,
    fresh_identifier,
)

__all__ = ["Function", "Name", "Notation", "SumRange", "normalized"]

"""Assumption of a function of which nothing is known, not even that any function would do: no counterexample may
choose one for it."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name as typeset. `sub` and `sup` hold its scripts part by part, None for the place of an index.

    `rows` of scripts: () where nothing is written there. `nodes` is how many nodes the key has (1 but for names
    such as P(y|x)). `implied` are the indices that stand before the written ones without being written. `rows`: what
    one index stands for is a vector, a row of the matrix of all.
    """

    key: str
    declaration: Declaration
    base: str
    sub: tuple[str | None, ...] = ()
    sup: tuple[str | None, ...] = ()
    primes: int = 0
    nodes: int = 1
    implied: tuple[str, ...] = ()
    bracketed: bool = False
    rows: bool = False

    @property
    def identifier(self) -> str:
        return self.declaration.name


@dataclass(frozen=True, slots=True)
class Function:
    """A function as typeset. `name` is a known function's or that of `declaration`, which is None for known ones.

    `opaque`: its calls are read as they are set, with any arguments (a density, an expectation).
    `of` is the LaTeX of its argument where none is written. `expectation`: which of `term.EXPECTATIONS` its calls are,
    where a name in them is declared random.
    """

    key: str
    name: str
    arity: int = 1
    declaration: Declaration | None = None
    opaque: bool = False
    of: str | None = None
    density: str | None = None
    expectation: str | None = None


@dataclass(frozen=True, slots=True)
class SumRange:
    """What \\sum_x ranges over: the index in the tree, and its bounds where they are declared."""

    index: str
    lower: Term | None = None
    upper: Term | None = None


@dataclass(frozen=True, slots=True)
class Notation:
    """Names, functions, labels and sums, by how they are typeset (their canonical text)."""

    names: Mapping[str, Name] = field(default_factory=dict)
    functions: Mapping[str, Function] = field(default_factory=dict)
    labels: frozenset[str] = frozenset()
    sums: Mapping[str, SumRange] = field(default_factory=dict)
    given: tuple[str, ...] = ()
    packs: tuple[str, ...] = ()
    prime: Literal["derivative", "name"] = "name"

    @staticmethod
    def from_mapping(mapping: Mapping[str, object], *, span: Span | None = None) -> Notation:
        """The notation that a YAML or JSON mapping declares, its packs included.

        Raises InputError (LP107 and those of declarations) that says which key is wrong.
        """
        # it makes notations itself
        from lossproof.read.latex.notation_mapping import read_mapping
        return read_mapping(mapping, span)

    @property
    def declarations(self) -> dict[str, Declaration]:
        """Declarations by identifier, those of functions included; what is read as it is set brings its own."""
        found = {name.identifier: name.declaration for name in self.names.values()}
        found.update({f.declaration.name: f.declaration for f in self.functions.values()
                      if f.declaration is not None and not f.opaque})
        return found

    @property
    def latex_names(self) -> dict[str, str]:
        """How each identifier is typeset, for the printers."""
        return {name: d.latex for name, d in self.declarations.items() if d.latex is not None}

    def merged(self, other: Notation) -> Notation:
        """This notation with `other` added; where both say something of a name, `other` counts."""
        names = {**{k: n for k, n in self.names.items() if k not in other.functions}, **other.names}
        functions = {**{k: f for k, f in self.functions.items() if k not in other.names}, **other.functions}
        taken = {name.identifier for name in names.values()}
        for key, function in functions.items():
            # \\mathrm{t} of a pack and the t of a document are two things
            if function.declaration is not None and function.name in taken:
                free = fresh_identifier(f"{function.name}_of", taken)
                functions[key] = replace(function, name=free, declaration=replace(function.declaration, name=free))
        return Notation(names, functions, self.labels | other.labels,
                        {**self.sums, **other.sums}, tuple(dict.fromkeys((*self.given, *other.given))),
                        tuple(dict.fromkeys((*self.packs, *other.packs))),
                        other.prime if other.prime != "name" else self.prime)

    def with_names(self, names: Iterable[Name] = (), functions: Iterable[Function] = ()) -> Notation:
        """This notation with more names, by their keys."""
        return replace(self, names={**self.names, **{n.key: n for n in names}},
                       functions={**self.functions, **{f.key: f for f in functions}})

    def with_declarations(self, brought: Mapping[str, Declaration]) -> Notation:
        """This notation with the declarations that a formula brought along, each as the printers set it."""
        names: list[Name] = []
        functions: list[Function] = []
        for name, declaration in brought.items():
            shown = declaration.latex if declaration.latex is not None and is_harmless(declaration.latex) else None
            if declaration.kind == "function":
                if shown is None or shown.count(HOLE) != declaration.arity:
                    functions.append(
                        Function(key_of(str(function_name(name, {}))), name, declaration.arity, declaration)
                    )
            else:
                names.append(normalized(key_of(shown or str(latex_name(name, {}))), declaration))
        return self.with_names(names, functions)


def normalized(key: str, declaration: Declaration, *, implied: tuple[str, ...] = (), rows: bool = False) -> Name:
    """The Name of a canonical key under its declaration: which parts of its scripts are places of indices.

    An indexed family's key may show its indices (w_j, \\bar{y}^{(i)}); letters are indices then, as many as there
    are. A vector's or matrix's scripts are part of the name. LatexProblem where the indices do not fit.
    """
    nodes = lay_out(tokenize(key))
    if len(nodes) != 1:
        return Name(key, declaration, canonical(nodes[0]) if nodes else "", nodes=len(nodes), implied=implied,
                    rows=rows)
    node = nodes[0]
    if not isinstance(node, Scripted):
        return Name(key, declaration, canonical(node), implied=implied, rows=rows)
    base, primes = canonical(node.base), node.primes
    if isinstance(node.base, Group) and len(node.base.items) == 1:
        base = canonical(node.base.items[0])
    sub: tuple[str | None, ...] = parts_of(node.sub)
    sup: tuple[str | None, ...] = parts_of(node.sup)
    bracketed = bool(node.sup) and isinstance(node.sup[0], Bracket)  # type: ignore[index]
    rank = declaration.rank - len(implied) - rows
    if declaration.kind == "family" and (rows or not declaration.array) and rank > 0:
        slots = [n for n, part in enumerate(sub) if part is not None and is_index(part)]
        slots_up = [n for n, part in enumerate(sup) if part is not None and is_index(part)]
        if len(slots) + len(slots_up) == rank:
            pass
        elif len(slots) == rank:
            slots_up = []
        elif len(slots_up) == rank:
            slots = []
        elif not slots and not slots_up:
            return Name(key, declaration, base, (*sub, *([None] * rank)), sup, primes, 1, implied, bracketed, rows)
        elif len(slots) > rank and not slots_up:
            slots = slots[-rank:]
        else:
            raise LatexProblem(f"`{shorten(key)}` shows {len(slots) + len(slots_up)} indices, and its shape has {rank}",
                               "write one letter for each index")
        sub = tuple(None if n in slots else part for n, part in enumerate(sub))
        sup = tuple(None if n in slots_up else part for n, part in enumerate(sup))
    return Name(key, declaration, base, sub, sup, primes, 1, implied, bracketed, rows)
