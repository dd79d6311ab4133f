"""A notation for a document that declares none: what its letters seem to range over, ready to be edited and saved.

Untrusted as to truth: everything here is a guess from how formulas are set, each entry is marked `assumed`, and every
verdict says that it rests on it. Imports `survey`, what guesses (`arrays`, `proposer`, `random_names`,
`parameters`), `pieces`, `declared`, and the notation of the formula reader.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from lossproof.derivation import RANDOM
from lossproof.diagnostic import InputError
from lossproof.read.document.arrays import find_arrays
from lossproof.read.document.bars import others_than_means
from lossproof.read.document.declared import directive
from lossproof.read.document.dotted import note_families
from lossproof.read.document.parameters import suppose_positive
from lossproof.read.document.pieces import Formula, Pieces, Remark
from lossproof.read.document.proposer import Proposer, scripts_of
from lossproof.read.document.random_names import random_letters
from lossproof.read.document.said_shapes import said_shapes
from lossproof.read.document.survey import Survey, laid_out, survey
from lossproof.read.latex.notation import Name, Notation
from lossproof.term import Symbol

__all__ = ["Proposal", "formulas_of", "propose", "propose_for", "proposed", "to_yaml"]

_SAMPLE = re.compile(r"(?P<what>[sr])_\{?(?P<letters>[a-z]{1,2})\}?(?P<square>\^\{?2\}?)?")
_EXPECTED_OF = re.compile(r"\\math(?:rm|bb)\{E\}_\{([A-Z])\}")
_COVARIANCE = re.compile(r"\\Sigma_\{([A-Z])([A-Z])\}")
_CAPITAL = re.compile(r"(?<![\\A-Za-z])[A-Z](?![A-Za-z])")
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

    return propose_for(load(path)).yaml


def propose_for(pieces: Pieces) -> Proposal:
    """The notation that the formulas of a document suggest, and the shapes that its words say."""
    text = pieces.text.text
    return propose(formulas_of(pieces), tuple(said_shapes(text)), others_than_means(text))


def formulas_of(pieces: Pieces) -> list[tuple[str, bool]]:
    """What the notation is guessed from: the formulas, with whether each is displayed, and the author's hypotheses."""
    found: list[tuple[str, bool]] = []
    for piece in pieces.pieces:
        if isinstance(piece, Formula):
            found.append((piece.text, piece.display))
        elif isinstance(piece, Remark) and (said := directive(piece)) is not None and said.name == "given" \
                and said.text != "none":
            found += [(text.strip().strip("$"), True) for text in said.text.split(";")]
    return found


def propose(formulas: Sequence[tuple[str, bool]], shapes: Sequence[str] = (), others: Set[str] = frozenset()
            ) -> Proposal:
    """The notation that formulas (with whether each is displayed) suggest; `shapes` are said besides: they count where
    the formulas show that there are arrays. `others` are letters that with a bar are no means."""
    telling = [text for text, display in formulas if display or _TELLING.search(text)]
    nodes = laid_out(telling)
    found, random = survey(nodes), random_letters(nodes)
    said = laid_out([text for text, _ in formulas if r"\in" in text])
    arrays = find_arrays(nodes, said)
    if shapes and arrays.kinds:
        arrays = find_arrays(nodes, [*said, *laid_out(shapes)])
    note_families(found, arrays, nodes)
    mapping = Proposer(found, arrays, telling).mapping()
    _mark_random(mapping["names"], random)
    for key, function in ((r"\Sigma", "covariance"), (r"\sigma", "deviation")):
        use = found.uses.get(key)
        if use is not None and use.bare == use.applied.total() and use.bare and all(
                any(letter in argument for letter in random) for argument in use.applied):
            # Sigma(X), Sigma(X, Y), sigma(X), and nothing else
            mapping["names"].pop(key, None)
            mapping["functions"][key] = {"is": function}
    for key, arguments in found.applied_to.items():
        of = _EXPECTED_OF.fullmatch(key)
        if of is not None and key in mapping["functions"] and all(
                set(_CAPITAL.findall(argument)) == {of[1]} for argument in arguments):
            mapping["functions"][key] = {"is": "expectation"}       # over X, and of nothing else that is random
    suppose_positive(mapping["names"], nodes)
    covariances = _covariances(mapping["names"])
    notation = _accepted(mapping)
    let = (*_statistics(notation, found, telling, others), *covariances)
    return Proposal(notation, to_yaml({**mapping, "let": list(let)} if let else mapping), let)


def _mark_random(names: dict[str, Any], letters: frozenset[str]) -> None:
    """Note which names are random quantities, by their letters."""
    for key, entry in names.items():
        if entry.get("kind") in ("scalar", "indexed", "vector", "matrix") and scripts_of(key)[0] in letters:
            entry["assume"] = [*entry.get("assume", ()), RANDOM]


def _covariances(names: dict[str, Any]) -> tuple[str, ...]:
    r"""\Sigma_{XY} is the covariance matrix of two random vectors, of their sizes."""
    vectors = {key: entry["shape"][0] for key, entry in names.items()
               if entry.get("kind") == "vector" and RANDOM in entry.get("assume", ())}
    said = []
    for key, entry in names.items():
        found = _COVARIANCE.fullmatch(key)
        if found is not None and found[1] in vectors and found[2] in vectors and entry.get("kind") in (
                "scalar", "matrix"):
            names[key] = {**entry, "kind": "matrix", "shape": [vectors[found[1]], vectors[found[2]]]}
            said.append(rf"{key} = \mathrm{{Cov}}({', '.join(dict.fromkeys(found.groups()))})")
    return tuple(said)


def _statistics(notation: Notation, found: Survey, formulas: Sequence[str], others: Set[str] = frozenset()) -> tuple[
        str, ...]:
    r"""The usual meanings of names made of a family's letter, where nothing else is said.

    A bar is the mean, x̄ = (x_1 + ... + x_n)/n; s_x^2, s_{xy} and r_{xy} are the unbiased variance and covariance of a
    sample, and its correlation; beside estimates of two coefficients, ŷ_i is what these fit. `others` are letters whose
    bar the text says to be something else.
    """
    samples: dict[str, tuple[str, str]] = {}        # the letter of a family: its size and an index for it
    for name in notation.names.values():
        size = _size(notation, name)
        if size is not None:
            samples.setdefault(name.base, (size, "i" if size != "i" and "i" not in notation.names else "j"))
    means: dict[str, str] = {}
    statistics: dict[str, str] = {}
    for key, name in notation.names.items():
        if name.declaration.kind != "scalar":
            continue
        if (barred := re.fullmatch(r"\\bar\{(.+)\}", key)) and barred[1] in samples:
            if barred[1] in others:
                continue
            means[key] = _mean(barred[1], *samples[barred[1]])
        elif (of := _SAMPLE.fullmatch(key)) and all(letter in samples for letter in of["letters"]) \
                and (tuple(of["letters"]), "") not in found.use(of["what"]).stated:
            first, second = of["letters"][0], of["letters"][-1]
            bars = {letter: rf"\bar{{{letter}}}" for letter in of["letters"]}
            if samples[first] == samples[second] and (of["what"] == "s" or first != second) \
                    and notation.names.keys() >= set(bars.values()) and not others & set(of["letters"]):
                deviations = {letter: f"({letter}_{samples[letter][1]} - {bar})" for letter, bar in bars.items()}
                statistics[key] = _sample_statistic(of["what"], deviations, *samples[first], squared=bool(of["square"]))
    fitted = _fitted(notation, found, samples, formulas)
    return tuple(f"{key} = {body}" for key, body in (means | statistics | fitted).items())


def _fitted(notation: Notation, found: Survey, samples: Mapping[str, tuple[str, str]], formulas: Sequence[str]) -> dict[
        str, str]:
    """ŷ_i = β̂_0 + β̂_1 x_i, where there are two estimates and one other sample, and nothing else is said of ŷ."""
    estimates: dict[str, set[tuple[str | None, ...]]] = {}
    for name in notation.names.values():
        if name.base.startswith(r"\hat{") and name.declaration.kind == "scalar":
            estimates.setdefault(name.base, set()).add(tuple(name.sub))
    bases = [base for base, subs in estimates.items() if subs == {("0",), ("1",)}]
    made: dict[str, str] = {}
    for key, name in notation.names.items():
        inner, index = re.fullmatch(r"\\hat\{([a-z])\}", name.base), re.fullmatch(r".*_\{?([a-z])\}?", key)
        others = [other for other in samples if re.fullmatch("[a-z]", other) and inner and other != inner[1]]
        if inner is None or index is None or inner[1] not in samples or len(others) != 1 or len(bases) != 1 or not \
                samples.get(name.base) == samples[inner[1]] == samples[others[0]]:
            continue
        body = rf"{bases[0]}_0 + {bases[0]}_1 {others[0]}_{index[1]}"
        said = re.sub(r"\s", "", f"{key}={body}")
        if not found.use(name.base).stated or any(said in re.sub(r"\s", "", formula) for formula in formulas):
            made[key] = body
    return made


def _size(notation: Notation, name: Name) -> str | None:
    """The size of a family with one index or a vector, as it is typeset; None for other names."""
    shape = name.declaration.shape
    indexed = (name.sub == (None,) and not name.declaration.array) or (name.declaration.array and not name.sub)
    if shape is None or len(shape) != 1 or not isinstance(shape[0], Symbol) or not indexed or name.sup \
            or name.implied or name.nodes != 1:
        return None
    return notation.latex_names.get(shape[0].name, shape[0].name)


def _mean(letter: str, size: str, index: str) -> str:
    return rf"\frac{{1}}{{{size}}} \sum_{{{index}=1}}^{{{size}}} {letter}_{index}"


def _sample_statistic(what: str, deviations: Mapping[str, str], size: str, index: str, *, squared: bool) -> str:
    """A correlation, or a covariance, variance or standard deviation of samples."""
    def products(one: str, other: str) -> str:
        return rf"\sum_{{{index}=1}}^{{{size}}} {one + '^2' if one == other else f'{one} {other}'}"

    first, *rest = deviations.values()
    second = rest[0] if rest else first
    if what == "r":
        roots = " ".join(rf"\sqrt{{{products(one, one)}}}" for one in (first, second))
        return rf"\frac{{{products(first, second)}}}{{{roots}}}"
    variance = rf"\frac{{1}}{{{size} - 1}} {products(first, second)}"
    return variance if squared or rest else rf"\sqrt{{{variance}}}"


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
