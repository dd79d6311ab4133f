"""What a text says of quantities that are independent: `let $X_1, \\ldots, X_n$ be independent`, `y_i i.i.d. ~ D`.

Untrusted as to truth: what is found is a premise, which is named where a line rests on it. Imports the ground floor and
`properties`. Of what independence is, only that the covariances are 0 is said.
"""

from __future__ import annotations

import re

from lossproof.derivation import RANDOM, Declaration
from lossproof.read.document.properties import is_doubtful, without_links
from lossproof.term import ONE, ZERO, Call, Entry, ForAll, Range, Relation, Symbol, Term, free_names, fresh_identifier

__all__ = ["first_listed", "independent", "is_identical", "uncorrelated"]

_LISTED = re.compile(r"(?P<name>\\?[A-Za-z]+)_\{?1\}?\s*,\s*\\[cl]?dots\s*,\s*(?P=name)_\{?\w+\}?")
_WORD = r"(?:(?:mutually|pairwise|statistically)\s+)?(?:independent|uncorrelated|i\.\s?i\.\s?d\.)(?!\s+of\b)"
_BEFORE = re.compile(rf"(?<!linearly )(?<!\w)(?<!-){_WORD}[^.;:$]{{0,80}}\$?\s*\Z")
_AFTER = re.compile(rf"\s*(?:be|are)\s+(?:all\s+)?{_WORD}(?![^.;:$]{{0,40}}\b(?:vectors|columns|if|when|given)\b)")
_OPPOSED = re.compile(
    r"\b(?:believ\w+|pretend\w*|think|thought|suspect\w*|seem\w*|appear\w*|almost|nearly|far from|as if|as though)\b")
_TURNED = re.compile(r"[^.;$]*\b(?:yet|but|although|though|however|despite)\b[^.;]*"
                     r"\b(?:correlated|dependent|dependence)\b")
_IDENTICAL = re.compile(
    r"\\(?:overset|stackrel)\s*\{\s*\\(?:mathrm|text|textrm)\s*\{\s*i\.?\s*i\.?\s*d\.?\s*\}\s*\}\s*\{?\s*\\sim\b")


def first_listed(latex: str) -> str | None:
    """`X_1` of `X_1, \\ldots, X_n`."""
    found = _LISTED.search(latex)
    return None if found is None else f"{found['name']}_1"


def independent(latex: str, before: str, after: str) -> str | None:
    """The first of the quantities in a formula that the words around it say to be independent: `X_1`."""
    found = _LISTED.search(latex)
    before, after = without_links(before), without_links(after)
    if found is None or is_doubtful(before) or _OPPOSED.search(before) or _TURNED.match(after):
        return None
    if not (_BEFORE.search(before) or _AFTER.match(after)):
        return None
    return f"{found['name']}_1"


def is_identical(latex: str) -> bool:
    """Whether a row says by a sign that what it is about is independent and identically distributed."""
    return _IDENTICAL.search(latex) is not None


def uncorrelated(declared: Declaration) -> Term | None:
    """That the covariances of all pairs of entries of a family are 0; None of what is no family of random numbers."""
    if declared.kind != "family" or RANDOM not in declared.assumptions or declared.shape is None or len(
            declared.shape) != 1:
        return None
    (size,) = declared.shape
    taken = {declared.name, *free_names(size)}
    i = fresh_identifier("i", taken)
    j = fresh_identifier("j", taken | {i})
    one, other = Entry(declared.name, (Symbol(i),)), Entry(declared.name, (Symbol(j),))
    apart = Relation("=", Call("covariance", (one, other)), ZERO)
    inner = ForAll(apart, Range(j, ONE, size), Relation("!=", Symbol(i), Symbol(j)))
    return ForAll(inner, Range(i, ONE, size))
