"""Names that are positive where a document says how something is distributed: rates, shapes, standard deviations.

Untrusted as to truth: a guess from how formulas are set, which the inferred notation shows. Imports the typeset tree,
the names of distributions, and `survey`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lossproof.read.document.survey import letter
from lossproof.read.latex.distributions import DISTRIBUTIONS
from lossproof.read.latex.layout import canonical, lay_out
from lossproof.read.latex.matching import split_at
from lossproof.read.latex.tokens import tokenize
from lossproof.read.latex.typeset import Bracket, Command, Group, Leaf, Node, Nodes, Scripted, children

__all__ = ["suppose_positive"]

# The places of the parameters of each family that are positive; a variance that is written as a square is that of a
# positive standard deviation.
_POSITIVE: Mapping[str, tuple[int, ...]] = {
    "normal": (1,), "log-normal": (1,), "gamma": (0, 1), "exponential": (0,), "beta": (0, 1), "poisson": (0,),
    "chi-squared": (0,), "wald": (0, 1), "ex-gaussian": (1, 2), "beta-binomial": (1, 2),
}
_SIGNS = frozenset({"+", "-", r"\pm", ",", ";", "|", "=", "<", ">"})
_NUMBERS = frozenset({"scalar", "indexed"})
_FACTORS = frozenset({*_NUMBERS, "size", "integer", "matrix"})     # a covariance may be a number times a matrix


def suppose_positive(names: dict[str, Any], formulas: Iterable[Nodes]) -> None:
    """Let the names of a notation be positive that are, or make up, a positive parameter of a known family."""
    found = {name for nodes in formulas for parameter in _parameters(nodes) for name in _factors(parameter, names)}
    for name in found:
        entry = names[name]
        if entry.get("kind") in _NUMBERS and not entry.get("opaque"):
            assumed = [word for word in entry.get("assume", []) if word != "nonnegative"]
            if "positive" not in assumed:
                names[name] = {**entry, "assume": [*assumed, "positive"], "assumed": entry.get("assumed", True)}


def _parameters(nodes: Nodes) -> Iterator[Nodes]:
    """The parameters that are positive, of all distributions with parameters in brackets."""
    for at, node in enumerate(nodes):
        if isinstance(node, Bracket) and node.opening == "(":
            for begin in (at - 1, at - 2):
                kind = DISTRIBUTIONS.get(canonical(nodes[begin:at])) if begin >= 0 else None
                if kind is not None and kind in _POSITIVE:
                    behind = split_at(node.items, (";",))[-1]
                    parameters = split_at(behind, (",",))
                    yield from (parameters[place] for place in _POSITIVE[kind] if place < len(parameters))
        for inner in children(node):
            yield from _parameters(inner)



def _factors(nodes: Nodes, names: Mapping[str, Any]) -> list[str]:
    """The names that a product, quotient or power is made of; none where it holds a sum or what is no factor."""
    keys = {canonical(lay_out(tokenize(key))): key for key in names}
    found: list[str] = []

    def collect(part: Nodes) -> bool:
        return all(one(node) for node in part)

    def one(node: Node) -> bool:
        for name in (node, Scripted(node.base, node.sub, None, 0, node.start, node.end)
                     if isinstance(node, Scripted) and node.sub else node.base if isinstance(node, Scripted) else node):
            key = keys.get(canonical(name))
            if key is not None:
                found.append(key)
                return names[key].get("kind") in _FACTORS
        match node:
            case Leaf(text=text):
                return text not in _SIGNS and letter(node) is None
            case Group(items=items) | Bracket(items=items):
                return collect(items)
            case Scripted(base=base, sub=None):
                return one(base)
            case Command(r"\frac" | r"\sqrt" | r"\tfrac" | r"\dfrac", args):
                return all(collect(arg) for arg in args)
            case _:
                return False

    return found if collect(nodes) else []
