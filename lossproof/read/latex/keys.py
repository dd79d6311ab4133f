"""How names are known: the canonical text of what is typeset, the parts of scripts, names for text.

Untrusted as to truth. Imports the typeset tree.
"""

from __future__ import annotations

import keyword
import re
import unicodedata

from lossproof.read.latex.layout import lay_out
from lossproof.read.latex.tokens import tokenize
from lossproof.read.latex.typeset import (
    Bracket,
    Group,
    Leaf,
    Node,
    Nodes,
    Scripted,
    canonical,
)
from lossproof.read.syntax import RESERVED
from lossproof.term import ARRAY_FUNCTIONS, KNOWN_FUNCTIONS

__all__ = ["identifier", "is_index", "key_of", "parts_of", "split_parts"]

def key_of(typeset: str) -> str:
    """The canonical text of a name as typeset; LatexProblem where it cannot be set."""
    return canonical(lay_out(tokenize(typeset)))


def parts_of(script: Nodes | None) -> tuple[str, ...]:
    """The parts of a script: split at commas, else letter by letter where it is letters and digits only."""
    return tuple(canonical(part) for part in split_parts(script))


def split_parts(script: Nodes | None) -> tuple[Nodes, ...]:
    """As `parts_of`, with the nodes themselves. A bracket around all of it is left out."""
    if not script:
        return ()
    if len(script) == 1 and isinstance(script[0], Bracket) and script[0].opening == "(":
        script = script[0].items
    if len(script) == 1 and isinstance(script[0], Group):
        script = script[0].items
    parts: list[list[Node]] = [[]]
    for node in script:
        if isinstance(node, Leaf) and node.text in (",", ";"):
            parts.append([])
        else:
            parts[-1].append(node)
    if len(parts) == 1 and all(not _is_sign(node) for node in script):
        return tuple((node,) for node in script)
    return tuple(tuple(part) for part in parts if part)


def _is_sign(node: Node) -> bool:
    return isinstance(node, Leaf) and (node.kind == "sign" or node.text in (
        r"\cdot", r"\times", r"\neq", r"\leq", r"\geq", r"\mid", r"\in"))


_PREFIXES = {r"\mathcal": "cal", r"\mathbf": "bold", r"\boldsymbol": "bold", r"\mathbb": "bb", r"\mathfrak": "frak",
             r"\mathscr": "scr", r"\mathsf": "sf", r"\mathtt": "tt", r"\mathit": "", r"\mathrm": ""}
_WORD = re.compile(r"\\(?P<command>[A-Za-z]+)|(?P<word>[^\W_]+)|(?P<other>.)", re.DOTALL)
# Names that are not free: a function of that name could not be told from it (\beta, and the beta function).
_TAKEN = frozenset({*RESERVED, *KNOWN_FUNCTIONS, *ARRAY_FUNCTIONS, "E", "I", "oo", "pi"})
_SIGN_WORDS = {"*": "star", "+": "plus", "-": "minus", "'": "prime", "|": "given", "^": "up", "=": "is"}


def identifier(key: str) -> str:
    """A name for text made from a canonical key: \\hat{y} is yhat, x_{ij} is x_ij, \\mathcal{X} is calX."""
    nodes = lay_out(tokenize(key))
    word = "_".join(w for w in (_identifier(node) for node in nodes) if w) or "name"
    word = unicodedata.normalize("NFKC", re.sub(r"_+", "_", word).strip("_"))[:60] or "name"
    if not word.isidentifier():
        word = "n_" + re.sub(r"\W", "_", word)
    return word + "_" if keyword.iskeyword(word) or word in _TAKEN else word


def _identifier(node: Node) -> str:
    match node:
        case Scripted(base, sub, sup, primes):
            return "_".join(p for p in (_identifier(base), _joined(sub or ()),
                                        ("up_" + _joined(sup)) if sup else "", "prime" * primes) if p)
        case Group(items=items):
            return _joined(items)
        case _ if getattr(node, "name", "") in (r"\hat", r"\bar", r"\tilde", r"\dot", r"\vec", r"\ddot", r"\overline"):
            return _joined(node.args[0]) + node.name[1:].replace("overline", "bar")  # type: ignore[union-attr]
        case _ if getattr(node, "name", "") in _PREFIXES:
            return _PREFIXES[node.name] + _joined(node.args[0]).replace("_", "")  # type: ignore[union-attr]
        case _:
            words = []
            for found in _WORD.finditer(canonical(node)):
                words.append(found["command"] or found["word"] or _SIGN_WORDS.get(found["other"], ""))
            return "_".join(w for w in words if w)


def _joined(nodes: Nodes) -> str:
    plain = all(isinstance(n, Leaf) and n.kind in ("letter", "number") for n in nodes)
    return ("" if plain else "_").join(w for w in (_identifier(n) for n in nodes) if w)


def is_index(part: str) -> bool:
    return len(part) == 1 and part.isalpha()
