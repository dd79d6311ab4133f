"""The notation that a document declares: in its front matter, in a comment, or in a file beside it. YAML, read safely.

Untrusted as to truth, safe on any text: no tags, no aliases (which can make small text large), bounded size, every key
once; numbers with a point stay text, so that nothing becomes a float. Imports PyYAML and `pieces`.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from lossproof.diagnostic import InputError, diagnostic, why_unreadable
from lossproof.read.document.pieces import Pieces, Remark, Text

__all__ = ["Declared", "Directive", "declared", "directive", "merged", "read_yaml"]

MAX_YAML = 1 << 18      # characters
MAX_NODES = 20_000
MAX_LEVELS = 12
SUFFIX = ".notation.yaml"

_ORDERS = ("skip", "given", "fresh", "expect", "names")

_DIRECTIVE = re.compile(r"\s*(?P<name>lossproof|given|fresh|expect)\s*:(?P<text>.*)", re.S)


@dataclass(frozen=True, slots=True)
class Declared:
    """What a document's notation says, merged in the order front matter, comments, side file; None where nothing is."""

    mapping: Mapping[str, Any] | None
    source: str = ""        # the file that it stands in


@dataclass(frozen=True, slots=True)
class Directive:
    """What a comment asks for: `given`, `fresh`, `expect` (with its text), `skip`, or `notation` (YAML)."""

    name: str
    text: str = ""


class _Loader(yaml.SafeLoader):
    """Plain data: words, whole numbers, true and false, lists, mappings."""

    def compose_node(self, parent: Any, index: int) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            event: Any = self.get_event()   # type: ignore[no-untyped-call]
            mark = event.start_mark
            raise yaml.MarkedYAMLError(problem="an alias is not read here: write it out", problem_mark=mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[object] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a name is expected here", problem_mark=key.start_mark)
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"`{key.value[:40]}` stands here twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return {key.value: self.construct_object(value, deep=True) for key, value in node.value}


# Only what JSON has, too, and no floats: "0.5" stays text, which the declarations read exactly.
_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
        ("tag:yaml.org,2002:bool", r"^(?:true|false)$", "tf"),
        ("tag:yaml.org,2002:int", r"^[-+]?(?:0|[1-9][0-9]{0,17})$", "-+0123456789"),
        ("tag:yaml.org,2002:null", r"^(?:~|null|)$", ["~", "n", ""])):
    _Loader.add_implicit_resolver(_tag, re.compile(_pattern), list(_first))


def read_yaml(source: str, text: Text, offset: int) -> Any:
    """The data of YAML that stands at `offset` of a text; InputError with its place there."""
    if len(source) > MAX_YAML:
        raise InputError(diagnostic("LP002", f"the notation has {len(source)} characters; at most {MAX_YAML} are read",
                                    text.span(offset, offset)))
    try:
        levels = 0
        for nodes, event in enumerate(yaml.parse(source, Loader=_Loader)):
            if isinstance(event, yaml.CollectionStartEvent):
                levels += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                levels -= 1
            if levels > MAX_LEVELS or nodes > MAX_NODES:
                mark: Any = event.start_mark
                raise yaml.MarkedYAMLError(problem="the notation is too large or nested too deep", problem_mark=mark)
        return yaml.load(source, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = offset + (mark.index if mark is not None else 0)
        message = f"the notation is not YAML: {error.problem or error.context or 'it cannot be read'}"
        raise InputError(diagnostic("LP006", message, text.span(at, at + 1))) from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        message = f"the notation is not YAML: {str(error).splitlines()[0] if str(error) else 'it cannot be read'}"
        raise InputError(diagnostic("LP006", message, text.span(offset, offset))) from None


def directive(remark: Remark) -> Directive | None:
    """What a comment asks of lossproof; None for any other comment."""
    found = _DIRECTIVE.fullmatch(remark.text)
    if found is None:
        return None
    said = found["text"].strip()
    if found["name"] != "lossproof":
        return Directive(found["name"], said)
    if said == "skip":
        return Directive("skip")
    inner = _DIRECTIVE.fullmatch(said)
    if inner is not None and inner["name"] != "lossproof" and "\n" not in said:
        return Directive(inner["name"], inner["text"].strip())
    return Directive("notation", found["text"])


def declared(path: str, pieces: Pieces, notation: str) -> Declared:
    """The notation of a document; InputError where it cannot be read.

    `notation` is a file, or a directory in which NAME.notation.yaml stands; where it is empty, that is looked for
    beside the document.
    """
    found: dict[str, Any] | None = None
    for mapping in _inside(pieces):
        found = merged(found or {}, mapping)
    side = _side_file(path, notation)
    if side is not None:
        try:
            source = side.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(diagnostic("LP002", f"cannot read {side}: {why_unreadable(error)}")) from None
        text = Text(str(side), source)
        found = merged(found or {}, _mapping(read_yaml(source, text, 0), text, 0))
    return Declared(found, str(side) if side is not None else path)


def _inside(pieces: Pieces) -> Iterator[Mapping[str, Any]]:
    """What front matter and comments say."""
    if pieces.front is not None:
        try:
            front = read_yaml(pieces.front.text, pieces.text, pieces.front.offset)
        except InputError:
            if "lossproof" in pieces.front.text:
                raise
            front = None        # what other programs read is not ours to judge
        if isinstance(front, Mapping) and "lossproof" in front:
            yield _mapping(front["lossproof"], pieces.text, pieces.front.offset)
    for piece in pieces.pieces:
        if isinstance(piece, Remark) and (found := directive(piece)) is not None and found.name == "notation":
            at = piece.offset + piece.text.find(found.text) if found.text else piece.offset
            text = found.text
            if "\n" not in text:
                at += len(text) - len(text.lstrip())
                text = text.strip()
            said = read_yaml(text, pieces.text, at)
            if isinstance(said, str):
                raise _unknown(said, pieces.text, at + text.find(said))
            yield _mapping(said, pieces.text, at)


def _unknown(said: str, text: Text, offset: int) -> InputError:
    """Of a comment that holds words only: `<!-- lossproof: skp -->`."""
    word = said.partition("\n")[0]
    close = get_close_matches(word, _ORDERS, 1)
    helps = (f"did you mean `{close[0]}`?",) if close else ()
    return InputError(diagnostic(
        "LP107", f"`{word[:40]}` is nothing that a comment may say", text.span(offset, offset + len(word)),
        helps=(*helps, "write skip, or a notation such as names: {x: scalar}")))


def _mapping(found: Any, text: Text, offset: int) -> Mapping[str, Any]:
    if found is None:
        return {}
    if not isinstance(found, Mapping):
        raise InputError(diagnostic("LP107", "a notation is a list of names with what they range over",
                                    text.span(offset, offset), helps=("write names:, then x: {kind: scalar}",)))
    return found


def merged(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Both notations; what the second says of a name counts, lists are joined."""
    made = dict(first)
    for key, value in second.items():
        before = made.get(key)
        if isinstance(before, Mapping) and isinstance(value, Mapping):
            made[key] = {**before, **value}
        elif isinstance(before, list) and isinstance(value, list):
            made[key] = [*before, *value]
        else:
            made[key] = value
    return made


def _side_file(path: str, notation: str) -> Path | None:
    """The file beside a document, or the one that was asked for."""
    name = Path(path)
    if notation and not Path(notation).is_dir():
        return Path(notation)
    folder = Path(notation) if notation else name.parent
    for candidate in (folder / (name.name + SUFFIX), folder / (name.stem + SUFFIX)):
        if candidate.is_file():
            return candidate
    return None
