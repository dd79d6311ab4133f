"""A notation for a document that declares none: what its letters seem to range over, ready to be edited and saved.

Untrusted as to truth: everything here is a guess from how formulas are set, each entry is marked `assumed`, and every
verdict says that it rests on it. Imports `survey` and the notation of the formula reader.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lossproof.diagnostic import InputError
from lossproof.read.document.pieces import Formula
from lossproof.read.document.survey import Survey, Use, survey
from lossproof.read.latex.notation import Notation
from lossproof.read.latex.packs import PACKS

__all__ = ["Proposal", "propose", "proposed", "to_yaml"]

_FUNCTION_LETTERS = frozenset({
    "f", "g", "h", "p", "q", "F", "G", "H", "Q", "M", "P", "S", "L", "J", r"\phi", r"\Phi", r"\psi", r"\Psi",
    r"\varphi"})
_INDEX_LETTERS = frozenset("ijklmnpqrst")
_CONSTANTS = frozenset({"e", r"\mathrm{e}", r"\pi", r"\mathrm{d}", "d"})
_SINGLE = re.compile(r"(?:\\(?:hat|bar|tilde|vec)\{)?(?:[A-Za-z]|\\[A-Za-z]+)\}?(?:_(?:\{[^{}]*\}|.))?")
_STATISTICS = re.compile(r"\\mathrm\{(?:E|Var|Cov|Pr|KL|Corr|Gam|Bin|Bet)\}|\\mathcal\{N\}|\\sim\b|\\mathbb\{E\}|"
                         r"\\Gamma|\\psi\(")
_WORD = re.compile(r"\\(?:mathrm|operatorname|text)\{[^{}]{2,}\}")


@dataclass(frozen=True, slots=True)
class Proposal:
    """The notation, and the same as YAML."""

    notation: Notation
    yaml: str


def proposed(path: str) -> str:
    """The proposal for a file, as YAML; InputError where it cannot be read."""
    from lossproof.read.document.open import load

    formulas = [piece for piece in load(path).pieces if isinstance(piece, Formula)]
    return propose([(formula.text, formula.display) for formula in formulas]).yaml


def propose(formulas: Sequence[tuple[str, bool]]) -> Proposal:
    """The notation that formulas (with whether each is displayed) suggest."""
    telling = [text for text, display in formulas if display or re.search(r"[=<>+]|\\[a-z]*(?:frac|leq|geq|sum)", text)]
    mapping = _Proposer(survey(telling), telling).mapping()
    notation = _accepted(mapping)
    return Proposal(notation, to_yaml(mapping))


def _accepted(mapping: dict[str, Any]) -> Notation:
    """The notation of a mapping; entries that it cannot hold are taken out one by one."""
    for _ in range(200):
        try:
            return Notation.from_mapping(mapping)
        except InputError as error:
            if not _without_culprit(mapping, error.diagnostic.message):
                break
    return Notation.from_mapping({"packs": mapping.get("packs", [])})


def _without_culprit(mapping: dict[str, Any], message: str) -> bool:
    """Take out the entry that a message is about; False where there is none."""
    found = re.match(r"(names|functions|sums)[.:] ?(.*)", message, re.S)
    if found is None:
        return False
    section = mapping.get(found[1], {})
    about = found[2]
    for key in sorted(section, key=len, reverse=True):
        if about.startswith(key) or f"`{key}`" in about:
            del section[key]
            return True
    if section:
        section.popitem()
        return True
    return False


@dataclass(slots=True)
class _Proposer:
    found: Survey
    formulas: Sequence[str]
    sizes: dict[str, str] = field(default_factory=dict)         # index letter -> size
    names: dict[str, Any] = field(default_factory=dict)
    functions: dict[str, Any] = field(default_factory=dict)
    indices: set[str] = field(default_factory=set)
    families: dict[str, list[str | None]] = field(default_factory=dict)     # base -> size of each place

    def mapping(self) -> dict[str, Any]:
        whole = "\n".join(self.formulas)
        statistics = bool(_STATISTICS.search(whole))
        packs = ["statistics"] if statistics else ["ml"]
        known = PACKS[packs[0]].functions
        self._indices()
        self._families()
        self._functions(set(known), statistics)
        self._names(set(known))
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
        for use in self.found.uses.values():
            for parts in use.subscripts:
                for part in parts:
                    own = self.found.uses.get(part)
                    if part in _INDEX_LETTERS and (own is None or not own.bare):
                        self.indices.add(part)

    def _is_indexed(self, parts: tuple[str, ...]) -> bool:
        return bool(parts) and all(part in self.indices for part in parts)

    def _families(self) -> None:
        """Names with index letters below them; the sizes of their places from the sums over these letters."""
        for key, use in self.found.uses.items():
            ranks = Counter(len(parts) for parts in use.subscripts if self._is_indexed(parts))
            if ranks:
                self.families[key] = [None] * ranks.most_common(1)[0][0]
        for _ in range(4):
            for key, places in self.families.items():
                for parts in self.found.uses[key].subscripts:
                    if len(parts) == len(places):
                        for number, part in enumerate(parts):
                            if places[number] is None and part in self.sizes:
                                places[number] = self.sizes[part]
                            elif part in self.indices and part not in self.sizes and places[number] is not None:
                                self.sizes[part] = str(places[number])

    # functions

    def _functions(self, known: set[str], statistics: bool) -> None:
        for full, arguments in self.found.applied_to.items():
            base = full.partition("_{")[0]
            use = self.found.uses.get(base)
            if use is None or full in known or (base in known and "_{" not in full) or base in _CONSTANTS:
                continue
            if not self._is_function(full, base, use, arguments):
                continue
            counts = {len(_split(argument)) for argument in arguments}
            spread = any(re.search(r"\||\\mid|\\vert|;|=|\\in\b|<|>", argument) for argument in arguments)
            if len(counts) > 1 or spread or _WORD.fullmatch(full) or not all(
                    _is_value(part, self.found) for argument in arguments for part in _split(argument)):
                self.functions[full] = {"is": "unspecified", "assumed": True}
            else:
                self.functions[full] = {"is": "opaque", "arity": counts.pop(), "assumed": True}

    def _is_function(self, full: str, base: str, use: Use, arguments: Counter[str]) -> bool:
        if base == r"\sigma":
            return False        # the pack's, or a number
        if any(re.search(r"\||\\mid|\\vert|;", argument) for argument in arguments):
            return True
        if "\\mathrm" in base or "\\operatorname" in base or "\\mathcal" in base or "\\mathbb" in base:
            return True
        single = sum(count for argument, count in arguments.items()
                     if all(_SINGLE.fullmatch(part.strip()) or part.strip().isdigit() for part in _split(argument)))
        total = arguments.total()
        if "_{" in full:
            parts = tuple(full.partition("_{")[2][:-1])
            return not self._is_indexed(parts) and single * 2 >= total and base in _FUNCTION_LETTERS
        if base in _FUNCTION_LETTERS and use.bare == total:
            return True
        if base in _FUNCTION_LETTERS:
            return total > use.bare - total and single * 2 >= total
        return use.bare == total and single == total and base not in self.families

    # the other names

    def _names(self, known: set[str]) -> None:
        bounds = {bound for counter in self.found.bounds.values() for bound in counter} | set(self.sizes.values())
        for bound in sorted(bounds):
            if re.fullmatch(r"[A-Za-z]|\\[A-Za-z]+", bound) and bound not in self.indices and bound != r"\infty":
                self.names[bound] = {"kind": "size", "assumed": True}
        for key, use in self.found.uses.items():
            if key in self.families:
                self.names[self._typeset(key, use)] = self._family(key, use)
            labels = {parts for parts in use.subscripts if not self._is_entry(key, parts)}
            for parts in sorted(labels):
                full = f"{key}_{{{','.join(parts)}}}" if any(len(p) > 1 for p in parts) and len(parts) > 1 \
                    else f"{key}_{{{''.join(parts)}}}"
                if full not in self.functions and key not in known:
                    self.names.setdefault(full, self._scalar(use))
            for label in sorted(use.labels):
                self.names.setdefault(f"{key}^{{{label}}}", self._scalar(use))
            if key in self.families and self._stands_alone(key, use):
                self.names.setdefault(key, self._scalar(use))
            if use.bare and key not in self.families and key not in self.functions and key not in known \
                    and key not in self.names and key not in _CONSTANTS:
                if key in self.indices:
                    continue
                self.names[key] = self._scalar(use)
            if use.bare and key == r"\sigma" and "ml" in known:
                continue
            if key == r"\sigma" and (use.bare > use.applied.total() or (use.primes == 0 and use.subscripts)):
                self.names[key] = self._scalar(use)
        for index in sorted(self.indices):
            if index not in self.names:
                size = self.sizes.get(index)
                if size is not None and size in self.names:
                    self.names[index] = {"kind": "index", "upto": size, "assumed": True}
                else:
                    self.names[index] = {"kind": "index", "assumed": True}

    def _stands_alone(self, key: str, use: Use) -> bool:
        """True for a letter with an index at places and none at most others: L_i and L."""
        del key
        return use.bare > sum(use.subscripts.values())

    def _is_entry(self, key: str, parts: tuple[str, ...]) -> bool:
        """True for a subscript that is an index of a family: a letter, a number, a size, an expression of these."""
        if key not in self.families:
            return False
        if len(parts) != len(self.families[key]):
            return False
        return all(part in self.indices or part.isdigit() or part in self.sizes.values()
                   or any(re.search(rf"(?<![A-Za-z\\]){re.escape(index)}(?![A-Za-z])", part) for index in self.indices)
                   for part in parts)

    def _typeset(self, key: str, use: Use) -> str:
        parts = next(parts for parts in use.subscripts if self._is_indexed(parts)
                     and len(parts) == len(self.families[key]))
        return f"{key}_{{{','.join(parts)}}}" if any(len(p) > 1 for p in parts) else f"{key}_{{{''.join(parts)}}}"

    def _family(self, key: str, use: Use) -> Mapping[str, Any]:
        places = self.families[key]
        made: dict[str, Any] = {"kind": "indexed"}
        if all(place is not None and (re.fullmatch(r"[A-Za-z]|[0-9]+", place)) for place in places):
            made["shape"] = list(places)
        else:
            made["rank"] = len(places)
        if use.under_log:
            made["assume"] = ["positive"]
        return {**made, "assumed": True}

    def _scalar(self, use: Use) -> dict[str, Any]:
        made: dict[str, Any] = {"kind": "scalar"}
        if use.under_log:
            made["assume"] = ["positive"]
        return {**made, "assumed": True}


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


def _is_value(part: str, found: Survey) -> bool:
    """True for an argument that is a number, and not an event or a random variable."""
    del found
    return re.fullmatch(r"[A-Z]|\\mathbf.*|\\mathcal.*", part.strip()) is None


# --- YAML ---------------------------------------------------------------------------------------------------------


def to_yaml(mapping: Mapping[str, Any]) -> str:
    """The mapping as YAML text, one name a line."""
    lines: list[str] = []
    for key, value in mapping.items():
        if isinstance(value, Mapping):
            if value:
                lines.append(f"{key}:")
                lines += [f"  {_scalar_text(name)}: {_flow(entry)}" for name, entry in value.items()]
        else:
            lines.append(f"{key}: {_flow(value)}")
    return "\n".join(lines) + "\n"


def _flow(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case Mapping():
            return "{" + ", ".join(f"{_scalar_text(str(k))}: {_flow(v)}" for k, v in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(_flow(v) for v in value) + "]"
        case _:
            return _scalar_text(str(value))


def _scalar_text(text: str) -> str:
    """A word as it is where YAML takes it for one, else in single quotes."""
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9]*|[0-9]+", text) and text not in ("true", "false", "null"):
        return text
    return "'" + text.replace("'", "''") + "'"
