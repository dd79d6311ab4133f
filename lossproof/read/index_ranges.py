"""The range of an index that nobody declared, from what it is an index of: in exp(z[k]) with z of K entries, k is 1..K.

Untrusted as to truth: what it finds becomes part of a definition, which every report shows. Imports the ground floor.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lossproof.derivation import Declaration, Definition
from lossproof.print_text import text
from lossproof.term import ONE, Call, Entry, Range, Symbol, Term, binders, children

__all__ = ["range_of"]


def range_of(index: str, body: Term, names: Mapping[str, Declaration],
             definitions: Mapping[str, Definition]) -> Range | str:
    """The one range that every use of `index` in `body` agrees on; else, in words, why there is none."""
    found = {(lower, upper) for family, position in _uses(index, body)
             if (bounds := _bounds(family, position, names, definitions)) is not None for lower, upper in [bounds]}
    if len(found) > 1:
        several = sorted(f"{text(lower)}..{text(upper)}" for lower, upper in found)
        return f"it runs over {' and over '.join(several)}"
    for lower, upper in found:
        return Range(index, lower, upper)
    return "it stands at no family whose sizes are known"


def _uses(index: str, term: Term) -> Iterator[tuple[str, int]]:
    """Each family that has `index`, alone and free, as an index: (name, position from 0)."""
    match term:
        case Entry(family, indices):
            yield from ((family, position) for position, at in enumerate(indices) if at == Symbol(index))
        case Call("softmax", (Symbol(family), at)) if at == Symbol(index):
            yield family, 0
        case _:
            pass
    if index not in binders(term):      # bounds of a binder do not see its name; such a use is not looked for
        for child in children(term):
            yield from _uses(index, child)


def _bounds(family: str, position: int, names: Mapping[str, Declaration],
            definitions: Mapping[str, Definition]) -> tuple[Term, Term] | None:
    declaration = names.get(family)
    if declaration is not None:
        if declaration.shape is None or position >= len(declaration.shape):
            return None
        return ONE, declaration.shape[position]
    definition = definitions.get(family)
    if definition is None or position >= len(definition.ranges):
        return None
    return definition.ranges[position].lower, definition.ranges[position].upper
