"""Values that are read as they are set, taken apart again: p(y|theta, m) is p of y given theta and m.

Untrusted as to truth. Imports the ground floor.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lossproof.derivation import UNSPECIFIED, Declaration
from lossproof.latex_names import HOLE
from lossproof.print_text import text
from lossproof.term import Call, Entry, Pow, Symbol, Term, map_children

__all__ = ["Part", "Value", "density", "value_of"]

_DENSITY = re.compile(r"(?:[pq]|\\mathrm\{[pq]\})(?:_(?:\{[^{}]*\}|.))?")
_NO_NAME = re.compile(r"[=<>|+\-\[\]]|\\(?:wedge|vee|cup|cap|in|notin|neg|cdot|mid|neq|leq|geq|sim)(?![A-Za-z])|,")


@dataclass(frozen=True, slots=True)
class Part:
    """One argument: how it is set, with a hole for each number in it; those numbers."""

    piece: str
    args: tuple[Term, ...] = ()

    @property
    def key(self) -> str:
        """What tells it from other arguments: y and y_i are two, y_i and y_j are one at two places."""
        return self.piece.replace(HOLE, "*") + ":" + ",".join(text(_bare(arg)) for arg in self.args)

    @property
    def symbol(self) -> str | None:
        """The name of the number that it is, None where it is something else."""
        return self.args[0].name if self.piece == HOLE and isinstance(self.args[0], Symbol) else None

    @property
    def is_name(self) -> bool:
        """True for a name, a power of one, or an entry: no event, no list, nothing that is computed."""
        return not _NO_NAME.search(self.piece) and all(
            isinstance(arg, Symbol | Entry) or (isinstance(arg, Pow) and isinstance(arg.base, Symbol))
            for arg in self.args)


@dataclass(frozen=True, slots=True)
class Value:
    """A function at its arguments: what stands left of the bar, and what stands right of it."""

    head: str
    left: tuple[Part, ...]
    right: tuple[Part, ...] = ()
    bar: str = ""


def value_of(term: Term, declarations: Mapping[str, Declaration]) -> Value | None:
    """The value of an opaque function taken apart; None for anything else."""
    match term:
        case Call(function, args, orders) if function in declarations and not any(orders):
            declared = declarations[function]
        case Symbol(name) if name in declarations and UNSPECIFIED in declarations[name].assumptions:
            declared, args = declarations[name], ()
        case _:
            return None
    set_as = declared.latex
    if set_as is None:
        return None
    if declared.kind == "function" and HOLE not in set_as:
        return Value(set_as, tuple(Part(HOLE, (arg,)) for arg in args)) if "(" not in set_as else None
    head, opening, rest = set_as.partition("(")
    if not opening or not rest.endswith(")") or HOLE in head or set_as.count(HOLE) != len(args):
        return None
    pieces, separators = _split(rest[:-1])
    bars = [n for n, separator in enumerate(separators) if separator != ","]
    if len(bars) > 1 or not all(pieces):
        return None
    waiting = iter(args)
    parts = tuple(Part(piece, tuple(next(waiting) for _ in range(piece.count(HOLE)))) for piece in pieces)
    if not bars:
        return Value(head, parts)
    return Value(head, parts[:bars[0] + 1], parts[bars[0] + 1:], separators[bars[0]])


def density(term: Term, declarations: Mapping[str, Declaration]) -> Value | None:
    """The value of a density of names, such as p(y|theta): of no name twice, and of nothing but names."""
    value = value_of(term, declarations)
    if value is None or not _DENSITY.fullmatch(value.head) or value.bar not in ("", "|"):
        return None
    parts = (*value.left, *value.right)
    if len({part.key for part in parts}) < len(parts) or not all(part.is_name for part in parts):
        return None
    return value


def _bare(term: Term) -> Term:
    """The term without its indices."""
    match term:
        case Entry(family):
            return Entry(family, ())
        case _:
            return map_children(term, _bare)


def _split(inner: str) -> tuple[list[str], list[str]]:
    """The pieces of an argument list, and what stands between them."""
    pieces, separators, depth, at = [""], list[str](), 0, 0
    while at < len(inner):
        here = inner[at]
        if depth == 0 and inner.startswith(r"\|", at):
            separators.append(r"\|")
            pieces.append("")
            at += 2
            continue
        if here == "\\" and at + 1 < len(inner):
            pieces[-1] += inner[at:at + 2]
            at += 2
            continue
        depth += (here in "([{") - (here in ")]}")
        if depth == 0 and here in ",;|":
            separators.append(here)
            pieces.append("")
        else:
            pieces[-1] += here
        at += 1
    return [piece.strip() for piece in pieces], separators
