"""What the words of a text say of a matrix: `$W$ is also symmetric`, `an orthogonal matrix $Q$`, `its covariance $V$`.

Untrusted as to truth: what is found is a premise, which is named where a line rests on it. Imports the ground floor.
Only words that are known count, from the name on: what is not understood, asked, denied or restricted says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lossproof.derivation import Declaration
from lossproof.term import ZERO, Call, Relation, Symbol, Term

__all__ = ["is_doubtful", "properties_of", "property_words", "without_links"]

_NOUNS: Mapping[str, tuple[str, ...]] = {
    "covariance": ("symmetric",), "variance-covariance": ("symmetric",), "correlation": ("symmetric",),
    "precision": ("symmetric",), "gram": ("symmetric",), "projection": ("idempotent",)}
"""What a matrix of such a name is."""
_ADJECTIVES: Mapping[str, tuple[str, ...]] = {
    "symmetric": ("symmetric",), "diagonal": ("symmetric",), "idempotent": ("idempotent",),
    "orthogonal": ("orthogonal",), "invertible": ("invertible",), "nonsingular": ("invertible",),
    "non-singular": ("invertible",), "positive-definite": ("positive",), "definite": ("positive",)}
_FILLING = frozenset({"a", "an", "the", "also", "thus", "hence", "therefore", "again", "both", "and", "real", "square",
                      "matrix", "matrices", "positive", "known"})
_BEFORE = frozenset({"a", "an", "the", "its", "their", "this", "with", "by", "and", "some", "given", "two", "as",
                     "into"})
_NARROWING = frozenset({"if", "iff", "when", "whenever", "unless", "only", "provided", "for", "in", "at", "on", "up",
                        "about", "under", "exactly", "but", "or", "as", "than", "with", "to", "between"})
_DOUBT = re.compile(
    r"\b(?:no|not|never|neither|nor|none|cannot|without|whether|if|unless|when(?:ever)?|would|could|might|may|were|had"
    r"|every|any|all|each|only|why|how|false|wrong|show|prove|claim|check|hope)\b|n't\b", re.I)
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()]*\)")
_SIZE = re.compile(r"\$[^$]*\\times[^$]*\$|\b\w+-by-\w+\b|\b[a-z] ?[x×] ?[a-z]\b")
_LISTED = re.compile(r"(?:\s*,?\s*(?:and\s+)?\$[^$]+\$)*\s*")
_END = re.compile(r"[.;:?!,](?=\s|$)|\n\s*\n|\$\$")


def without_links(text: str) -> str:
    """Markdown with the words of its links alone."""
    return _LINK.sub(r"\1", text)


def is_doubtful(words: str) -> bool:
    """Whether words ask, deny or restrict what they are about."""
    return bool(_DOUBT.search(words))


def property_words(before: str, after: str) -> tuple[str, ...]:
    """What a matrix is said to be by the words of its sentence before and after its name."""
    before, after = (_SIZE.sub(" ", without_links(text)) for text in (before, after))
    if is_doubtful(before):
        return ()
    return tuple(dict.fromkeys((*_named(before), *_told(before, after))))


def _named(before: str) -> Iterator[str]:
    """`a symmetric matrix $A$`, `the precision matrix $P$`."""
    words = before.split()
    if not words or words.pop() not in ("matrix", "matrices"):
        return
    found: list[str] = []
    while words and (known := _meaning(words[-1], words[-2:-1])) is not None:
        found += known
        words.pop()
        if known == ("positive",) and words[-1:] == ["positive"]:
            words.pop()
    if not words or words[-1].lower() in _BEFORE:
        yield from found


def _told(before: str, after: str) -> Iterator[str]:
    """`$A$ is symmetric`, `let $A$ and $B$ be symmetric`."""
    after = _END.split(after, maxsplit=1)[0]
    listed = _LISTED.match(after)
    assert listed is not None
    verb, _, rest = after[listed.end():].lstrip().partition(" ")
    many = "$" in listed[0]
    if verb not in (("are", "be") if many else ("is", "be", "are")) or (
            verb == "be" and not re.search(r"\b[Ll]et\b", before)):
        return
    found: list[str] = []
    words = rest.split()
    while words:
        if words[0] == "positive" and words[1:2] != ["definite"]:
            break
        known = _meaning(words[0], ["positive"] if words[0] == "definite" and "positive" in rest else [])
        if known is None and words[0] not in _FILLING:
            break
        if words[0] == "covariance" and words[1:2] not in (["matrix"], ["matrices"]):
            return
        found += known or ()
        words.pop(0)
    if words and words[0].lower() in _NARROWING:
        return
    # `$u$ and $v$ are orthogonal`: to each other
    yield from (one for one in found if not (one == "orthogonal" and (many or verb == "are")))


def _meaning(word: str, before: list[str]) -> tuple[str, ...] | None:
    """What a word says; `definite` only behind `positive`."""
    word = word.lower()
    if word == "definite" and before != ["positive"]:
        return None
    return _ADJECTIVES.get(word) or _NOUNS.get(word) or (() if word in ("real", "square", "and") else None)


def properties_of(name: str, declared: Declaration, words: tuple[str, ...]) -> Iterator[Term]:
    """What these words say of a declared matrix, as conditions; nothing of one that is not square."""
    shape = declared.shape or ()
    if declared.kind != "family" or not declared.array or len(shape) != 2 or shape[0] != shape[1]:
        return
    matrix = Symbol(name)
    turned = Call("transpose", (matrix,))
    for word in words:
        match word:
            case "symmetric" if not declared.assumptions & {"symmetric", "diagonal", "positive_definite"}:
                yield Relation("=", turned, matrix)
            case "idempotent":
                yield Relation("=", Call("matmul", (matrix, matrix)), matrix)
            case "orthogonal":
                yield Relation("=", Call("matmul", (turned, matrix)), Call("identity", shape[:1]))
            case "invertible":
                yield Relation("!=", Call("det", (matrix,)), ZERO)
            case "positive":
                yield Relation(">", Call("det", (matrix,)), ZERO)
            case _:
                pass
