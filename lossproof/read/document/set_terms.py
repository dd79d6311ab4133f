r"""Sets as a document writes them: `A \cup B`, `\bigcup_{i=1}^{n} A_i`, `\emptyset`; where p(A) is a probability.

Untrusted as to truth. Imports the ground floor and `events`. What is only read as it is set is taken apart again here;
signs of two kinds side by side, as in `A \cup B \cap C`, say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from lossproof.derivation import UNSPECIFIED, Declaration
from lossproof.latex_names import HOLE
from lossproof.read.latex.events import CHANCES
from lossproof.term import ONE, Call, Const, Entry, Number, Pow, Symbol, Term, add, free_names

__all__ = ["Both", "Either", "Empty", "Leaf", "Not", "Sets", "Union", "Whole", "chance_of", "heads_of_sets", "holds",
           "is_of_sets", "settled", "sets_of"]

_SIGNS = (r"\cap", r"\cup", r"\setminus", r"\backslash", r"\bigcup", r"\bigcap", r"\emptyset", r"\varnothing")
_HAS_SIGN = re.compile("|".join(re.escape(sign) + r"(?![A-Za-z])" for sign in _SIGNS))
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[A-Za-z0-9]|[^\s]")
_HEADS = CHANCES | {"p"}
_USE = re.compile(r"(?<![A-Za-z\\_^{])(?P<head>" + "|".join(map(re.escape, sorted(_HEADS, key=len, reverse=True)))
                  + r")\s*(?:\\left|\\big[lr]?|\\Big[lr]?)?\s*\(")
_DENSITY = re.compile(r"\s*(?:[a-z]|\\(?:theta|mu|phi|beta))\s*(?:_\{?\w+\}?)?\s*[,;|)]")
_COMPLEMENT = ("c", "C", r"\mathrm{c}", r"\mathsf{c}", r"\complement")


@dataclass(frozen=True, slots=True)
class Empty:
    """The empty set."""


@dataclass(frozen=True, slots=True)
class Whole:
    """The set of all outcomes."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A set of which only the name is known: a name, an entry, or a letter as it is set."""

    of: Term | str


@dataclass(frozen=True, slots=True)
class Not:
    """A complement."""

    of: Sets


@dataclass(frozen=True, slots=True)
class Both:
    """An intersection."""

    parts: tuple[Sets, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """A union of a few sets."""

    parts: tuple[Sets, ...]


@dataclass(frozen=True, slots=True)
class Union:
    """The union of a set for every value of an index, in 1..upper where that is known."""

    index: str
    upper: Term | None
    body: Sets


Sets = Empty | Whole | Leaf | Not | Both | Either | Union
Declared = Mapping[str, Declaration]


def is_of_sets(term: Term, declarations: Declared) -> bool:
    """Whether a term is a set that is written with signs of sets, or the probability of one."""
    latex = _latex(term, declarations)
    if latex is not None and _HAS_SIGN.search(latex):
        return True
    return isinstance(term, Call) and chance_of(term, declarations) is not None and any(
        is_of_sets(arg, declarations) for arg in term.args)


def heads_of_sets(formulas: Iterable[str]) -> frozenset[str]:
    """How probabilities are set that formulas take of sets, written with signs, and of no small letter alone."""
    found: dict[str, bool] = {}
    for formula in formulas:
        for use in _USE.finditer(formula):
            head = "".join(use["head"].split())
            if _DENSITY.match(formula, use.end()):
                found[head] = False
            elif _HAS_SIGN.search(_inside(formula[use.end():])):
                found.setdefault(head, True)
    return frozenset(head for head, sets in found.items() if sets)


def _inside(text: str) -> str:
    """A text as far as the bracket that closes what it begins in."""
    depth = 1
    for place, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if not depth:
            return text[:place]
    return ""


def chance_of(term: Term, declarations: Declared) -> tuple[str, Term | str] | None:
    """How a probability is set, and of what it is: a term, or LaTeX; None for what is no value of one letter."""
    latex = _latex(term, declarations)
    if latex is None and isinstance(term, Call) and len(term.args) == 1 and not any(term.orders):
        declared = declarations.get(term.function)
        head = None if declared is None or declared.kind != "function" else declared.latex or term.function
        return (head, term.args[0]) if head in _HEADS else None
    found = None if latex is None else re.fullmatch(r"([^()]+)\((.*)\)", latex, re.S)
    if found is None or found[1] not in _HEADS:
        return None
    if isinstance(term, Call):
        return (found[1], term.args[0]) if found[2] == HOLE and len(term.args) == 1 else None
    return found[1], found[2]


def sets_of(term: Term | str, declarations: Declared) -> Sets | None:
    """The set that a term is; None for what is not understood as one."""
    if isinstance(term, str):
        return _parsed(term, iter(()), declarations)
    latex = _latex(term, declarations)
    if latex is not None and _HAS_SIGN.search(latex):
        return _parsed(latex, iter(term.args if isinstance(term, Call) else ()), declarations)
    match term:
        case Symbol(name) if name in declarations:
            return Whole() if declarations[name].latex == r"\Omega" or name == "Omega" else Leaf(term)
        case Entry():
            return Leaf(term)
        case Pow(base, Symbol(name)) if (declarations[name].latex or name if name in declarations else name) in "cC":
            inner = sets_of(base, declarations)
            return None if inner is None else Not(inner)
        case _:
            return None


def _latex(term: Term, declarations: Declared) -> str | None:
    """How a term is set of which only that is known."""
    name = term.name if isinstance(term, Symbol) else term.function if isinstance(term, Call) else None
    declared = None if name is None else declarations.get(name)
    if declared is None or UNSPECIFIED not in declared.assumptions or (isinstance(term, Call) and any(term.orders)):
        return None
    return declared.latex


def _parsed(latex: str, args: Iterator[Term], declarations: Declared) -> Sets | None:
    reader = _Reader(_TOKEN.findall(latex.replace(HOLE, "\x00")), args, declarations)
    try:
        made = reader.whole()
    except LookupError:
        return None
    return made if reader.at == len(reader.tokens) and next(args, None) is None else None


class _Reader:
    """Reads tokens of a set; LookupError where they are none that is known."""

    def __init__(self, tokens: list[str], args: Iterator[Term], declarations: Declared) -> None:
        self.tokens = tokens
        self.at = 0
        self._args = args
        self._declarations = declarations

    def whole(self) -> Sets:
        parts = [self._part()]
        signs: set[str] = set()
        while self._next() in (r"\cap", r"\cup", r"\setminus", r"\backslash"):
            signs.add(self._take())
            parts.append(self._part())
        if not signs:
            return parts[0]
        if len(signs) > 1 or (not signs & {r"\cap", r"\cup"} and len(parts) > 2):
            raise LookupError
        sign = signs.pop()
        if sign in (r"\setminus", r"\backslash"):
            return Both((parts[0], Not(parts[1])))
        return Both(tuple(parts)) if sign == r"\cap" else Either(tuple(parts))

    def _part(self) -> Sets:
        made = self._atom()
        while self._next() == "^":
            self._take()
            if "".join(self._group()) not in _COMPLEMENT:
                raise LookupError
            made = Not(made)
        return made

    def _atom(self) -> Sets:
        token = self._take()
        if token == "\x00":
            made = sets_of(self._argument(), self._declarations)
            if made is None:
                raise LookupError
            return made
        if token in (r"\emptyset", r"\varnothing"):
            return Empty()
        if token == r"\Omega":
            return Whole()
        if token in ("(", "["):
            made = self.whole()
            if self._take() != {"(": ")", "[": "]"}[token]:
                raise LookupError
            return made
        if token == r"\overline" and self._next() == "{":
            self._take()
            made = self.whole()
            if self._take() != "}":
                raise LookupError
            return Not(made)
        if token in (r"\bigcup", r"\cup", r"\bigcap", r"\cap") and self._next() == "_":
            return self._big(token.endswith("cap"))
        if re.fullmatch("[A-Z]", token) and self._next() != "_":
            return Leaf(token)
        raise LookupError

    def _big(self, every: bool) -> Sets:
        """A union, or an intersection, over all values of an index that counts from 1."""
        self._take()
        below = self._group()
        if below[1:] not in ([], ["=", "1"]) or not below:
            raise LookupError
        first = self._argument() if below[0] == "\x00" else self._letter(below[0])
        if not isinstance(first, Symbol):
            raise LookupError
        upper: Term | None = None
        if self._next() == "^":
            self._take()
            upper = self._end(self._group())
        if (upper is None) != (len(below) == 1):
            raise LookupError
        body = self._part()
        if any(self._mentions(leaf, first.name) for leaf in _leaves(body)):
            raise LookupError       # A_i is a name of its own, and one for each i
        made = Union(first.name, upper, Not(body) if every else body)
        return Not(made) if every else made

    def _mentions(self, leaf: Leaf, index: str) -> bool:
        """Whether a name as a whole has the letter of an index below it."""
        latex = leaf.of if isinstance(leaf.of, str) else leaf.of.name if isinstance(leaf.of, Symbol) else ""
        declared, letter = self._declarations.get(latex), self._declarations.get(index)
        written = (declared.latex if declared is not None else None) or latex
        below = re.findall(r"\\?[A-Za-z]+", written.partition("_")[2])
        return index in below or (letter is not None and letter.latex in below)

    def _end(self, above: list[str]) -> Term:
        match above:
            case [r"\infty"]:
                return Const("oo")
            case ["\x00"]:
                return self._argument()
            case [letter]:
                return self._letter(letter)
            case ["\x00", "+", "1"]:
                return add(self._argument(), ONE)
            case [letter, "+", "1"]:
                return add(self._letter(letter), ONE)
            case _:
                raise LookupError

    def _letter(self, text: str) -> Term:
        if text.isdigit() and text != "0":
            return Number(Fraction(int(text)))
        found = [name for name, declared in self._declarations.items() if (declared.latex or name) == text
                 and declared.kind in ("index", "size", "scalar", "integer")]
        if len(found) != 1:
            raise LookupError
        return Symbol(found[0])

    def _group(self) -> list[str]:
        """What stands in braces, or the next token."""
        if self._next() != "{":
            return [self._take()]
        self._take()
        found: list[str] = []
        depth = 1
        while True:
            token = self._take()
            depth += (token == "{") - (token == "}")
            if not depth:
                return found
            found.append(token)

    def _argument(self) -> Term:
        found = next(self._args, None)
        if found is None:
            raise LookupError
        return found

    def _next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def _take(self) -> str:
        if self.at >= len(self.tokens):
            raise LookupError
        self.at += 1
        return self.tokens[self.at - 1]


def holds(sets: Sets, name: str) -> bool:
    """Whether a set depends on a name."""
    match sets:
        case Leaf(of):
            return not isinstance(of, str) and name in free_names(of)
        case Not(inner):
            return holds(inner, name)
        case Both(parts) | Either(parts):
            return any(holds(part, name) for part in parts)
        case Union(index, upper, body):
            return (upper is not None and name in free_names(upper)) or (index != name and holds(body, name))
        case _:
            return False


def _leaves(sets: Sets) -> Iterator[Leaf]:
    match sets:
        case Leaf():
            yield sets
        case Not(inner) | Union(body=inner):
            yield from _leaves(inner)
        case Both(parts) | Either(parts):
            for part in parts:
                yield from _leaves(part)
        case _:
            pass


def complement(sets: Sets) -> Sets:
    """The complement, with complements of names and of unions over an index only."""
    match sets:
        case Empty():
            return Whole()
        case Whole():
            return Empty()
        case Not(of):
            return of
        case Both(parts):
            return Either(tuple(map(complement, parts)))
        case Either(parts):
            return Both(tuple(map(complement, parts)))
        case _:
            return Not(sets)


def settled(sets: Sets) -> Sets:
    """The same set, with unions over an index of what depends on it alone, where a union of intersections is none."""
    match sets:
        case Not(of):
            return complement(settled(of))
        case Both(parts):
            return Both(tuple(map(settled, parts)))
        case Either(parts):
            return Either(tuple(map(settled, parts)))
        case Union(index, upper, body):
            within = settled(body)
            if not holds(within, index):
                return within       # there is one value of the index at least
            match within:
                case Either(parts):
                    return Either(tuple(settled(Union(index, upper, part)) for part in parts))
                case Both(parts):
                    fixed = tuple(part for part in parts if not holds(part, index))
                    rest = tuple(part for part in parts if holds(part, index))
                    union = Union(index, upper, rest[0] if len(rest) == 1 else Both(rest))
                    return Both((*fixed, union)) if fixed else union
                case _:
                    return Union(index, upper, within)
        case _:
            return sets
