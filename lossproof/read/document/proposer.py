"""What the letters of a document seem to stand for: indices, families, functions, sizes, arrays, numbers.

Untrusted as to truth: everything here is a guess from how formulas are set. Imports `survey`, `arrays` and the
typeset tree.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Any

from lossproof.derivation import UNSPECIFIED
from lossproof.read.document.arrays import Arrays
from lossproof.read.document.survey import GREEK, TRANSPOSED, Survey, Use
from lossproof.read.latex.distributions import DISTRIBUTIONS
from lossproof.read.latex.functions import COMMANDS
from lossproof.read.latex.keys import parts_of
from lossproof.read.latex.layout import Scripted, canonical, lay_out
from lossproof.read.latex.packs import PACKS
from lossproof.read.latex.tokens import tokenize

__all__ = ["Proposer", "scripts_of"]

_FUNCTION_LETTERS = frozenset({
    "f", "g", "h", "p", "q", "F", "G", "H", "Q", "M", "P", "S", "L", "J", r"\phi", r"\Phi", r"\psi", r"\Psi",
    r"\varphi"})
_EVERYWHERE = frozenset({"exp", "log", "sin", "cos", "tanh", "trace", "det", "erf", "erfc", "sqrt"})
_INDEX_LETTERS = frozenset("ijklmnpqrst")
_CONSTANTS = frozenset({"e", r"\mathrm{e}", r"\pi", r"\mathrm{d}", "d"})
_ARRAYS = frozenset({"I", "1", "0", r"\mathbf{I}", r"\mathbf{1}"})      # with their size below them
_SINGLE = r"(?:\\(?:hat|bar|tilde|vec)\{)?(?:[A-Za-z]|\\[A-Za-z]+)\}?(?:_(?:\{[^{}]*\}|.))?"
_SET = re.compile(r"\\in\s*(\\mathcal\{\w+\})")
_COUNTED = re.compile(r"(?:\||\\lvert|\\vert)\s*(\\mathcal\{\w+\})\s*(?:\\right\s*)?(?:\||\\rvert|\\vert)")
_STATISTICS = re.compile(r"\\mathrm\{(?:E|Var|Cov|Pr|KL|Corr|Gam|Bin|Bet)\}|\\mathcal\{N\}|\\sim\b|\\mathbb\{E\}|"
                         r"\\Gamma|\\psi\(")
_DIFFERENCE = re.compile(r"\\Delta\s*([a-zA-Z])(?![a-zA-Z_^])")
_WORD = re.compile(r"\\(?:mathrm|operatorname|text)\{[^{}]{2,}\}")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A name as it is set: the letter, its subscript with None for each place of an index, its label above."""

    key: str
    sub: tuple[str | None, ...] = ()
    label: str = ""

    @property
    def rank(self) -> int:
        return sum(part is None for part in self.sub)

    def typeset(self, letters: Sequence[str]) -> str:
        """The name as it is set, with letters at the places of indices."""
        wanted = iter(letters)
        parts = [next(wanted) if part is None else part for part in self.sub]
        joint = "," if any(len(part) > 1 and not part.isdigit() and part != r"\bullet" for part in parts) else " "
        joint = "" if all(len(part) == 1 for part in parts) else joint
        sub = f"_{{{joint.join(parts)}}}" if parts else ""
        return f"{self.key}{sub}" + (f"^{{{self.label}}}" if self.label else "")


@dataclass(slots=True)
class Proposer:
    """Gathers what a survey of the formulas shows into the mapping of a notation."""

    found: Survey
    arrays: Arrays
    formulas: Sequence[str]
    sizes: dict[str, str] = field(default_factory=dict)         # index letter -> size
    names: dict[str, Any] = field(default_factory=dict)
    functions: dict[str, Any] = field(default_factory=dict)
    indices: set[str] = field(default_factory=set)
    families: dict[Pattern, list[str | None]] = field(default_factory=dict)    # the size of each place
    letters: dict[Pattern, tuple[str, ...]] = field(default_factory=dict)      # the letters seen at the places
    array_sizes: dict[int, str] = field(default_factory=dict)
    rows: set[str] = field(default_factory=set)                 # letters of families of vectors

    def mapping(self) -> dict[str, Any]:
        whole = "\n".join(self.formulas)
        statistics = bool(_STATISTICS.search(whole))
        packs = ["statistics"] if statistics else ["ml"]
        known = set(PACKS[packs[0]].functions) | {key for key, name in COMMANDS.items() if name in _EVERYWHERE}
        self._indices()
        self._families()
        self._functions(known)
        self._sizes()
        self._names(known, statistics)
        made: dict[str, Any] = {"packs": packs, "names": self.names, "functions": self.functions}
        sums = {index: self.sizes[index] for index in self.found.bare_sums if index in self.sizes}
        if sums:
            made["sums"] = sums
        if re.search(r"\]\s*'|[a-z]'", whole) and not statistics:
            made["prime"] = "derivative"
        return made

    # indices and families

    def _indices(self) -> None:
        for letter, bounds in self.found.bounds.items():
            if len(letter) == 1 or (letter.startswith("\\") and letter[1:].isalpha()):
                self.indices.add(letter)
                if bounds:
                    self.sizes[letter] = bounds.most_common(1)[0][0]
        for letter in self.found.bare_sums:
            if len(letter) == 1 and letter in _INDEX_LETTERS:
                self.indices.add(letter)
        for key, use in self.found.uses.items():
            for parts in (*use.subscripts, *(parts for parts, _ in use.labelled)):
                for part in parts:
                    own = self.found.uses.get(part)
                    whole = f"{key}_{{{part}}}" in self.arrays.kinds    # X_t^T: a matrix with a label
                    if part in _INDEX_LETTERS and (own is None or not own.bare) and part not in self._bounds() \
                            and not whole and key not in _ARRAYS and part not in self.arrays.units:
                        self.indices.add(part)

    def _bounds(self) -> set[str]:
        return {bound for counter in self.found.bounds.values() for bound in counter}

    def _pattern(self, key: str, parts: tuple[str, ...], label: str = "") -> Pattern:
        return Pattern(key, tuple(None if part in self.indices else part for part in parts), label)

    def _families(self) -> None:
        """Names with index letters below them; the sizes of their places from the sums over these letters."""
        seen: list[tuple[Pattern, tuple[str, ...]]] = []
        for key, use in self.found.uses.items():
            uses = [(parts, "") for parts in use.subscripts] + list(use.labelled)
            for parts, label in uses:
                pattern = self._pattern(key, parts, label)
                if pattern.rank:
                    letters = tuple(part for part in parts if part in self.indices)
                    seen.append((pattern, letters))
                    self.families.setdefault(pattern, [None] * pattern.rank)
                    if len(set(letters)) > len(set(self.letters.get(pattern, ()))):
                        self.letters[pattern] = letters     # a_{ij} says more than a_{ii}
        for pattern, letters in seen:
            # p_1 .. p_K beside p_j
            last = [parts[0] for parts in self.found.uses[pattern.key].subscripts
                    if len(parts) == 1 and re.fullmatch("[A-Z]", parts[0]) and parts[0] not in self.indices]
            if pattern.sub == (None,) and len(last) == 1 and letters[0] not in self.sizes and (
                    "1",) in self.found.uses[pattern.key].subscripts:
                self.sizes[letters[0]] = last[0]
        for _ in range(4):
            for pattern, letters in seen:
                places = self.families[pattern]
                for number, letter in enumerate(letters):
                    if places[number] is None and letter in self.sizes:
                        places[number] = self.sizes[letter]
                    elif letter not in self.sizes and places[number] is not None:
                        self.sizes[letter] = str(places[number])

    # functions

    def _functions(self, known: set[str]) -> None:
        for full, arguments in self.found.applied_to.items():
            base = full.partition("_{")[0]
            use = self.found.uses.get(base)
            if use is None or full in known or (base in known and "_{" not in full) or base in _CONSTANTS \
                    or full in self.arrays.kinds:
                continue
            if not self._is_function(full, base, use, arguments):
                continue
            counts = {len(_split(argument)) for argument in arguments}
            spread = any(re.search(r"\||\\mid|\\vert|;|=|\\in\b|<|>", argument) for argument in arguments)
            if len(counts) > 1 or spread or _WORD.fullmatch(full) or not (self._is_of_numbers(full, use) or all(
                    _is_value(part, self.arrays) for argument in arguments for part in _split(argument))):
                self.functions[full] = {"is": UNSPECIFIED, "assumed": True}
            elif full == "B" and counts == {2} and self._names_beta():
                self.functions[full] = {"is": "beta", "assumed": True}
            else:
                self.functions[full] = {"is": "opaque", "arity": counts.pop(), "assumed": True}

    def _names_beta(self) -> bool:
        """Whether the document names a beta distribution, beside which B(a, b) is the beta function."""
        return any(DISTRIBUTIONS.get(key.partition("(")[0]) == "beta" for key in self.found.applied_to)

    def _is_function(self, full: str, base: str, use: Use, arguments: Counter[str]) -> bool:
        if base == r"\sigma":
            return False        # the pack's, or a number
        if any(map(_is_parted, arguments)):
            return True
        if "\\mathrm" in base or "\\operatorname" in base or "\\mathcal" in base or "\\mathbb" in base:
            return True
        if any(re.fullmatch(r"[a-zA-Z]", argument) and argument not in self.sizes.values() for argument in arguments) \
                and (base in _FUNCTION_LETTERS or "_{" in full) and base not in self.sizes.values() \
                and base not in self.indices and 2 * arguments.total() >= use.bare:
            return True
        # f(-1), f(-x): of other letters, as in a(-1), it is a factor
        sign = r"[+-]?\s*" if base in _FUNCTION_LETTERS else ""
        single = sum(count for argument, count in arguments.items()
                     if all(re.fullmatch(f"{sign}(?:{_SINGLE}|[0-9]+)", part.strip()) for part in _split(argument)))
        total = arguments.total()
        if self._is_of_variable(full, base, use, arguments):
            return True
        if "_{" in full and (base == r"\Gamma" or (base == "I" and use.bare == 0)):
            return True         # the multivariate gamma function, I_0 of Bessel
        if use.bare == total and any(argument in self.arrays.kinds for argument in arguments):
            return True         # Sigma(X) and Sigma(X + a), of vectors
        if "_{" in full:
            parts = tuple(full.partition("_{")[2][:-1])
            return not all(part in self.indices for part in parts) and single * 2 >= total and base in _FUNCTION_LETTERS
        if base in _FUNCTION_LETTERS and use.bare == total:
            return True
        if base in _FUNCTION_LETTERS:
            return total > use.bare - total and single * 2 >= total
        return use.bare == total and single == total and not any(pattern.key == base for pattern in self.families)

    def _is_of_variable(self, full: str, base: str, use: Use, arguments: Counter[str]) -> bool:
        """Whether this is F_X or f_X, which are always applied: a distribution function or density of X."""
        sub = full.partition("_{")[2][:-1]
        return base in ("F", "f") and bool(re.fullmatch("[A-Z]", sub)) and use.subscripts[(sub,)] == arguments.total()

    def _is_of_numbers(self, full: str, use: Use) -> bool:
        """Whether a function that is applied to X as well is of numbers: it has an inverse, or is applied to x, too.

        Not where the argument may be a random variable as a whole, as that of an entropy h(X) is.
        """
        arguments = self.found.applied_to[full]
        lower = any(re.fullmatch(r"[a-z]", argument) for argument in arguments)
        clear = all(re.fullmatch(r"[A-Z]", argument) or all(
            _is_value(part, self.arrays) for part in _split(argument)) for argument in arguments)
        if not clear or any(argument in self.arrays.kinds for argument in arguments):
            return False
        if re.fullmatch(r"[Ff]_\{[A-Z]\}", full):
            return True
        return full in ("f", "g", r"\phi", r"\psi", r"\varphi") and (use.inverted > 0 or lower)

    # sizes

    def _sizes(self) -> None:
        """Sizes of arrays get the letters that they were seen with, or that a family's index has, or new ones."""
        arrays = self.arrays
        for name, places in arrays.places.items():
            for pattern, sizes in self.families.items():
                if pattern.typeset([""] * pattern.rank).partition("_")[0] == name and len(sizes) == len(places):
                    for place, size in zip(places, sizes, strict=True):
                        if size is not None and re.fullmatch(r"[A-Za-z]", size):
                            arrays.letters.setdefault(arrays.find(place), size)
        taken = {*self.found.uses, *self.sizes.values(), *self.indices, *arrays.units, *arrays.letters.values()}
        fresh = iter([letter for letter in "npqdmrvwuabcghklst" if letter not in taken]
                     + [f"d_{{{number}}}" for number in range(1, 100)])
        for places in arrays.places.values():
            for place in places:
                root = arrays.find(place)
                if root not in self.array_sizes:
                    written = arrays.letters.get(root)
                    self.array_sizes[root] = written or next(fresh)
                    if not self.array_sizes[root].isdigit():
                        self.names.setdefault(self.array_sizes[root], {"kind": "size", "assumed": True})
        for unit in sorted(arrays.units - self.indices):
            self.names.setdefault(unit, {"kind": "size", "assumed": True})

    # the other names

    def _names(self, known: set[str], statistics: bool) -> None:
        for bound in sorted(self._bounds() | set(self.sizes.values())):
            named = re.fullmatch(r"[A-Za-z](?:_\{?[0-9]\}?)?|\\[A-Za-z]+", bound)
            if named and bound not in self.indices and bound != r"\infty":
                self.names.setdefault(bound, {"kind": "size", "assumed": True})
        for name, kind in self.arrays.kinds.items():
            shape = [self.array_sizes[self.arrays.find(place)] for place in self.arrays.places[name]]
            symmetric = name in self.arrays.symmetric and kind == "m" and shape[0] == shape[1]
            self.names[name] = {"kind": "vector" if kind == "v" else "matrix", "shape": shape,
                                **({"assume": ["symmetric"]} if symmetric else {}), "assumed": True}
        for pattern, places in self.families.items():
            if pattern.typeset(self.letters[pattern]) in self.functions:
                continue
            if self.arrays.kinds.get(pattern.key) == "v" and pattern.sub == (None,) and not pattern.label:
                continue        # the vector's entries
            if self._are_rows(pattern, places):
                continue
            self._family(pattern, places)
        for pattern in self.families:
            if pattern.key in self.rows and len(pattern.sub) == 2 and not pattern.label:
                self.names.pop(pattern.typeset(self.letters[pattern]), None)    # y_{i1} is an entry of y_i
        sets = {found for text in self.formulas for found in _COUNTED.findall(text)} & {
            found for text in self.formulas for found in _SET.findall(text)}
        for key, use in self.found.uses.items():
            uses = [(parts, "") for parts in use.subscripts] + list(use.labelled)
            for parts, label in uses:
                pattern = self._pattern(key, parts, label)
                full = pattern.typeset([]) if not pattern.rank else ""
                known_too = full in self.functions or full in known or full in self.arrays.kinds
                if full and key not in _ARRAYS and not known_too and not self._is_entry(pattern):
                    self.names.setdefault(full, self._scalar(use, (parts, label)))
            if use.bare and key not in sets and self._is_scalar(key, use, known):
                self.names.setdefault(key, self._scalar(use))
        for index in sorted(self.indices):
            if index not in self.names:
                size = self.sizes.get(index)
                if size is not None and self.names.get(size, {"kind": "indexed"})["kind"] != "indexed":
                    self.names[index] = {"kind": "index", "upto": size, "assumed": True}
                else:
                    self.names[index] = {"kind": "index", "assumed": True}
        self._squares()
        if statistics:
            self._primed()
            self._differences()
        self._labelled_families()

    def _differences(self) -> None:
        """Delta x is one name, and no product."""
        for text in self.formulas:
            for letter in _DIFFERENCE.findall(text):
                self.names.setdefault(rf"\Delta {letter}", {"kind": "scalar", "assumed": True})

    def _primed(self) -> None:
        """A Greek letter with an index and a prime, such as the raw moment mu_2', is a name of its own."""
        for key, use in self.found.uses.items():
            for parts, primes in use.primed:
                pattern = self._pattern(key, parts)
                if key in GREEK and not pattern.rank:
                    self.names.setdefault(pattern.typeset([]) + "'" * primes, self._scalar(use))

    def _squares(self) -> None:
        """What is only written squared, and of whose square an equation says what it is, is known by its square.

        Any number that is not negative is a square, so nothing is lost.
        """
        for key, use in self.found.uses.items():
            for parts in sorted(use.equated):
                pattern = self._pattern(key, parts)
                full = pattern.typeset([]) if not pattern.rank else ""
                written = use.subscripts[parts] if parts else use.bare
                if use.squared[parts] == written and self.names.get(full, {}).get("kind") == "scalar":
                    entry = self.names.pop(full)
                    sign = "positive" if "positive" in entry.get("assume", ()) else "nonnegative"
                    self.names[f"{full}^{{2}}"] = {**entry, "assume": [sign]}

    def _are_rows(self, pattern: Pattern, places: Sequence[str | None]) -> bool:
        """Whether a family is one of vectors, as y_i where y_i^T is written; then that is what its name means."""
        full = pattern.typeset(self.letters[pattern])
        if self.arrays.kinds.get(full) != "v" or pattern.sub != (None,) or places[0] is None or not re.fullmatch(
                r"[A-Za-z]", places[0]):
            return False
        self.names[full] = {**self.names[full], "kind": "vector", "over": [places[0]], "assumed": True}
        self.rows.add(pattern.key)
        return True

    def _labelled_families(self) -> None:
        """Names with an index among their labels, such as n_{i\\bullet} and y_1^{(i)}, are one for each index.

        As one number, such a name would be the same in every term of a sum over the index.
        """
        families: list[tuple[str, tuple[tuple[str | None, ...], ...]]] = []
        for key, entry in list(self.names.items()):
            if entry.get("kind") not in ("scalar", "vector", "indexed") or "over" in entry:
                continue
            base, scripts = scripts_of(key)
            places = [part for script in scripts for part in script if part in self.indices]
            if not places or (entry["kind"] == "indexed" and not set(scripts[1]) & self.indices):
                continue
            sizes = [self.sizes.get(part) for part in places]
            if entry["kind"] == "vector":
                if len(places) == 1 and sizes[0] in self.names:
                    self.names[key] = {**entry, "over": sizes}
                continue
            made: dict[str, Any] = {k: v for k, v in entry.items() if k in ("assume", "opaque")}
            if all(size is not None and size in self.names for size in sizes):
                made["shape"] = sizes
            else:
                made["rank"] = len(places)
            self.names[key] = {"kind": "indexed", **made, "assumed": True}
            families.append((base, tuple(tuple(None if part in self.indices else part for part in script)
                                         for script in scripts)))
        for key, entry in list(self.names.items()):
            if entry.get("kind") == "scalar" and any(_is_at(scripts_of(key), family) for family in families):
                del self.names[key]         # n_{1\bullet} is an entry of n_{i\bullet}

    def _is_scalar(self, key: str, use: Use, known: set[str]) -> bool:
        if key in self.functions or key in _CONSTANTS or key in self.indices or key in self.names:
            return False
        if key in TRANSPOSED and (key != "T" or any(other.transposed for other in self.found.uses.values())):
            return False
        if key == r"\sigma":
            return use.bare > use.applied.total() or (use.primes == 0 and bool(use.subscripts))
        if key in known:
            return False
        family = next((pattern for pattern in self.families if pattern.key == key and pattern.sub == (None,)), None)
        return family is None or use.bare > sum(use.subscripts.values())

    def _is_entry(self, pattern: Pattern) -> bool:
        """True for a subscript that stands at the places of a family's indices: numbers, sizes, expressions."""
        for family in self.families:
            sub = pattern.sub
            if len(sub) == 1 < len(family.sub) and sub[0] is not None and sub[0].isdigit():
                sub = tuple(sub[0])         # a_{11} beside a_{ij}
            if family.key != pattern.key or family.label != pattern.label or len(family.sub) != len(sub):
                continue
            if all(theirs == mine or (theirs is None and self._is_index(mine))
                   for theirs, mine in zip(family.sub, sub, strict=True)):
                return True
        return False

    def _is_index(self, part: str | None) -> bool:
        return part is None or part.isdigit() or part in self.sizes.values() or any(
            re.search(rf"(?<![A-Za-z\\]){re.escape(index)}(?![A-Za-z])", part) for index in self.indices)

    def _family(self, pattern: Pattern, places: Sequence[str | None]) -> None:
        name = pattern.typeset(self.letters[pattern])
        made: dict[str, Any] = {"kind": "indexed"}
        if all(place is not None and re.fullmatch(r"[A-Za-z]|[0-9]+", place) for place in places):
            made["shape"] = list(places)
        else:
            made["rank"] = len(places)
        use = self.found.uses[pattern.key]
        bounds = {re.sub(r"[{} ]", "", bound) for bound in self._bounds()}
        if re.sub(r"[{} ]", "", name) in bounds or any(
                re.sub(r"[{} ]", "", pattern.typeset(letters)) in bounds
                for letters in islice(product(sorted(self.indices), repeat=pattern.rank), 1000)):
            made["assume"] = ["integer", "positive"]
        elif use.under_log:
            made["assume"] = ["positive"]
        self.names[name] = {**made, "assumed": True}

    def _scalar(self, use: Use, at: tuple[tuple[str, ...], str] = ((), "")) -> dict[str, Any]:
        """A number; what stands under a logarithm is positive, unless it is said to be 0 somewhere."""
        made: dict[str, Any] = {"kind": "scalar"}
        if use.under_log and at not in use.zero:
            made["assume"] = ["positive"]
        return {**made, "assumed": True}


def scripts_of(key: str) -> tuple[str, tuple[tuple[str, ...], ...]]:
    """The letter of a name, and the parts of its subscript and superscript."""
    nodes = lay_out(tokenize(key))
    if len(nodes) != 1 or not isinstance(nodes[0], Scripted):
        return key, ((), ())
    return canonical(nodes[0].base), (parts_of(nodes[0].sub), parts_of(nodes[0].sup))


def _is_at(name: tuple[str, tuple[tuple[str, ...], ...]],
           family: tuple[str, tuple[tuple[str | None, ...], ...]]) -> bool:
    """True for a name that is set as a family is, with something else at the places of its indices."""
    if name[0] != family[0] or [len(script) for script in name[1]] != [len(script) for script in family[1]]:
        return False
    pairs = [pair for written, places in zip(name[1], family[1], strict=True)
             for pair in zip(written, places, strict=True)]
    return all(mine == theirs or (theirs is None and mine != r"\bullet") for mine, theirs in pairs)


def _split(argument: str) -> list[str]:
    """An argument's parts at commas outside of braces."""
    parts, depth = [""], 0
    for character in argument:
        depth += (character in "{([") - (character in "})]")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def _is_parted(argument: str) -> bool:
    """Whether a bar or a semicolon parts what stands in brackets, as in p(x|y); two bars may be an absolute value."""
    return bool(re.search(r"\\mid|;|\|\||\\Vert|\\\|", argument)) or len(re.findall(r"\||\\vert", argument)) % 2 == 1


def _is_value(part: str, arrays: Arrays) -> bool:
    """True for an argument that is a number, and not an event, a random variable or an array."""
    return part.strip() not in arrays.kinds and re.fullmatch(r"[A-Z]|\\mathbf.*|\\mathcal.*", part.strip()) is None
