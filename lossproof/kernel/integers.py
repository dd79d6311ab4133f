"""Which terms are integers as they are written: 0 to such a power is 1 where the power is 0.

Trusted. Imports the ground floor only. By the form of a term and the declarations, before any rewriting: `m - m`
with a real m is 0 and still no integer by what is written. Both halves of the kernel ask here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lossproof.derivation import Declaration, Definition
from lossproof.term import Add, Call, Entry, Fold, Mul, Number, Piecewise, Pow, Symbol, Term

_ALWAYS = ("KroneckerDelta", "floor", "ceiling", "sign")
_OF_INTEGERS = ("Abs", "Max", "Min", "Mod", "factorial", "binomial", "fibonacci")


def is_declared_integer(declaration: Declaration) -> bool:
    """Whether the declaration allows integers only."""
    if declaration.kind in ("integer", "size", "index") or declaration.domain.integer:
        return True
    values = declaration.domain.values
    return values is not None and all(v.denominator == 1 for v in values)


def written_integer(term: Term, declarations: Mapping[str, Declaration], definitions: Mapping[str, Definition],
                    bound: Mapping[str, bool], *, undeclared: bool = False) -> bool:
    """Whether a term is an integer by its form. `bound`: of names that are bound here, whether they are;
    `undeclared`: whether names that nothing is known of are."""

    def inside(part: Term, own: Iterable[str] = ()) -> bool:
        return written_integer(part, declarations, definitions, {**bound, **dict.fromkeys(own, True)},
                               undeclared=undeclared)

    match term:
        case Number(value):
            return value.denominator == 1
        case Symbol(name) | Entry(family=name):
            if name in bound:
                return bound[name]
            if name in definitions:
                q = definitions[name]
                return written_integer(q.body, declarations, definitions, {r.name: True for r in q.ranges},
                                       undeclared=undeclared)
            declaration = declarations.get(name)
            return undeclared if declaration is None else is_declared_integer(declaration)
        case Add(args) | Mul(args):
            return all(inside(a) for a in args)
        case Pow(base, Number(value)):
            return value.denominator == 1 and value >= 0 and inside(base)
        case Call(function, args, ()):
            return function in _ALWAYS or (function in _OF_INTEGERS and all(inside(a) for a in args))
        case Fold(body=body, range=range_):
            return inside(body, (range_.name,))
        case Piecewise(pieces):
            return all(inside(value) for value, _ in pieces)
        case _:
            return False
