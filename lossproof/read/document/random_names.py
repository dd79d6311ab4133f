"""Which letters of a document are random quantities: a guess from what stands under E, Var, Cov and Corr.

Untrusted as to truth. A number is a random quantity, too, of one value: a letter that is taken for random without need
makes steps undecided, and none proved that is false. Imports the typeset tree and `survey`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from lossproof.read.document.survey import letter
from lossproof.read.latex.packs import PACKS
from lossproof.read.latex.typeset import Bracket, Nodes, Scripted, canonical, children

__all__ = ["random_letters"]

_EXPECTATIONS = frozenset(key for key, function in PACKS["statistics"].functions.items() if function.expectation)
_SURELY = re.compile(r"[R-Z]|[xyz]|\\varepsilon|\\epsilon|\\mathbf\{[R-Zxyz]\}"
                     r"|\\(?:hat|bar|tilde|overline|widehat)\{.+\}")
_PERHAPS = re.compile(r"[A-Z]|\\mathbf\{[A-Z]\}")


def random_letters(formulas: Sequence[Nodes]) -> frozenset[str]:
    """The letters with their accents, such as X, y, \\hat{\\theta}.

    R to Z, x to z, errors and what has a hat or a bar are random where they stand under an expectation; where none of
    these does, capital letters are, and the small letters of their entries: nobody writes the mean of a constant.
    """
    found: set[str] = set()
    left: list[set[str]] = []
    for argument in _arguments(formulas):
        letters = set(_letters(argument))
        random = {key for key in letters if _SURELY.fullmatch(key)} or {
            key for key in letters if _PERHAPS.fullmatch(key)}
        found |= random
        if not random:
            left.append(letters)
    return frozenset(found.union(*({key for key in letters if key.upper() in found} for letters in left)))


def _arguments(formulas: Iterable[Nodes]) -> Iterator[Nodes]:
    """What stands in the brackets behind an expectation's sign."""
    for nodes in formulas:
        for node, after in zip_longest(nodes, nodes[1:]):
            base = node.base if isinstance(node, Scripted) else node
            bracket = after.base if isinstance(after, Scripted) else after
            if isinstance(bracket, Bracket) and canonical(base) in _EXPECTATIONS:
                yield bracket.items
            yield from _arguments(children(node))


def _letters(nodes: Nodes) -> Iterator[str]:
    """The letters in nodes, without those of indices and exponents that are no letters of their own."""
    for node in nodes:
        base = node.base if isinstance(node, Scripted) else node
        key = letter(base)
        if key is not None:
            yield key
            if isinstance(node, Scripted) and node.sup:
                yield from _letters(node.sup)
            continue
        for inner in children(node):
            yield from _letters(inner)
