"""A notation for a document that declares none: what its letters seem to range over, ready to be edited and saved.

Untrusted as to truth: everything here is a guess from how formulas are set, each entry is marked `assumed`, and every
verdict says that it rests on it. Imports `survey` and the notation of the formula reader.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lossproof.diagnostic import InputError
from lossproof.read.document.arrays import find_arrays
from lossproof.read.document.parameters import suppose_positive
from lossproof.read.document.pieces import Formula
from lossproof.read.document.proposer import Proposer, scripts_of
from lossproof.read.document.random_names import random_letters
from lossproof.read.document.survey import laid_out, survey
from lossproof.read.latex.notation import Notation
from lossproof.term import Symbol

__all__ = ["Proposal", "propose", "proposed", "to_yaml"]

_TELLING = re.compile(r"[=<>+]|\\[a-z]*(?:frac|leq|geq|sum)|\\sim\b")      # of a formula within a line of text


@dataclass(frozen=True, slots=True)
class Proposal:
    """The notation, definitions that the text may leave out (as LaTeX), and the same as YAML."""

    notation: Notation
    yaml: str
    let: tuple[str, ...] = ()


def proposed(path: str) -> str:
    """The proposal for a file, as YAML; InputError where it cannot be read."""
    from lossproof.read.document.open import load

    formulas = [piece for piece in load(path).pieces if isinstance(piece, Formula)]
    return propose([(formula.text, formula.display) for formula in formulas]).yaml


def propose(formulas: Sequence[tuple[str, bool]]) -> Proposal:
    """The notation that formulas (with whether each is displayed) suggest."""
    telling = [text for text, display in formulas if display or _TELLING.search(text)]
    nodes = laid_out(telling)
    found, random = survey(nodes), random_letters(nodes)
    said = laid_out([text for text, _ in formulas if r"\in" in text])
    mapping = Proposer(found, find_arrays(nodes, said), telling).mapping()
    _mark_random(mapping["names"], random)
    for key, function in ((r"\Sigma", "covariance"), (r"\sigma", "deviation")):
        use = found.uses.get(key)
        if use is not None and use.bare == use.applied.total() and use.bare and all(
                any(letter in argument for letter in random) for argument in use.applied):
            # Sigma(X), Sigma(X, Y), sigma(X), and nothing else
            mapping["names"].pop(key, None)
            mapping["functions"][key] = {"is": function}
    suppose_positive(mapping["names"], nodes)
    notation = _accepted(mapping)
    let = _means(notation)
    return Proposal(notation, to_yaml({**mapping, "let": list(let)} if let else mapping), let)


def _mark_random(names: dict[str, Any], letters: frozenset[str]) -> None:
    """Note which names are random quantities, by their letters."""
    for key, entry in names.items():
        if entry.get("kind") in ("scalar", "indexed", "vector", "matrix") and scripts_of(key)[0] in letters:
            entry["assume"] = [*entry.get("assume", ()), "random"]


def _means(notation: Notation) -> tuple[str, ...]:
    """A bar above the letter of a family is its mean, where nothing else is said: x̄ = (x_1 + ... + x_n)/n."""
    typeset = notation.latex_names
    found: list[str] = []
    for key, name in notation.names.items():
        barred = re.fullmatch(r"\\bar\{(.+)\}", key)
        if barred is None or name.declaration.kind != "scalar":
            continue
        for of in notation.names.values():
            shape = of.declaration.shape
            indexed = (of.sub == (None,) and not of.declaration.array) or (of.declaration.array and not of.sub)
            if of.base == barred[1] and shape is not None and len(shape) == 1 and isinstance(shape[0], Symbol) \
                    and indexed and not of.sup and not of.implied and of.nodes == 1:
                size = typeset.get(shape[0].name, shape[0].name)
                index = "i" if size != "i" and "i" not in notation.names else "j"
                found.append(rf"{key} = \frac{{1}}{{{size}}} \sum_{{{index}=1}}^{{{size}}} {barred[1]}_{index}")
                break
    return tuple(found)


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
