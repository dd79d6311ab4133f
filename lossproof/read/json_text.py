"""JSON that knows where it stands: one JSON text in, a tree of nodes with their places out.

Untrusted as to truth, safe on any text: nesting, numbers and names are bounded, nothing is evaluated. Imports nothing
of lossproof. Python's own `json` forgets places, keeps the last of two equal keys, and reads NaN and half surrogate
pairs; here all of these are errors with a place, a path such as steps[1].expr, and what to write instead.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn

__all__ = ["JsonError", "Node", "offset_in_string", "places_in_string", "plain", "read_json"]

MAX_DEPTH = 20
MAX_DIGITS = 1000

_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?P<rest>(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)")
_PLAIN_STRING = re.compile(r'"([^"\\\x00-\x1f]*)"')
# What stands for one character inside a string: a surrogate pair, an escape, the character itself.
_CHARACTER = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|.", re.S)
_WORDS: Mapping[str, object] = {"true": True, "false": False, "null": None}
_OTHER_WORDS = {"True": "true", "False": "false", "None": "null", "NaN": "a string", "Infinity": 'the string "oo"',
                "undefined": "null", "nil": "null"}
_STRINGS = json.JSONDecoder()


class JsonError(Exception):
    """A text that is no JSON, or holds more than is read: where (offset), on which path, why, what to write."""

    def __init__(self, offset: int, path: str, message: str, *helps: str) -> None:
        super().__init__(message)
        self.offset = offset
        self.path = path
        self.message = message
        self.helps = helps


@dataclass(frozen=True, slots=True)
class Node:
    """A JSON value at text[start:end].

    `value` is a str, int, float, bool or None; of an object a dict of Nodes, and `keys` says where each key stands;
    of an array a list of Nodes.
    """

    value: object
    start: int
    end: int
    keys: Mapping[str, int] = field(default_factory=dict)


def read_json(text: str) -> Node:
    """The node of the whole text; JsonError at the first thing that is not right."""
    reader = _Reader(text)
    node = reader.value(reader.skip(0), "", 0)
    end = reader.skip(node.end)
    if end < len(text):
        raise JsonError(end, "", "something follows the JSON value of this line", "one line holds one derivation")
    return node


def plain(node: Node) -> object:
    """The value without places: dicts, lists, strings and numbers."""
    match node.value:
        case dict(members):
            return {name: plain(member) for name, member in members.items()}
        case list(items):
            return [plain(item) for item in items]
        case value:
            return value


def offset_in_string(text: str, node: Node, index: int) -> int:
    """Where in `text` the character number `index` (from 0) of a string node stands, its escapes counted."""
    written = text[node.start + 1: node.end - 1]
    if "\\" not in written:
        return node.start + 1 + min(index, len(written))
    position = 0
    for _ in range(index):
        match = _CHARACTER.match(written, position)
        if match is None:
            break
        position = match.end()
    return node.start + 1 + position


def places_in_string(text: str, node: Node) -> list[int]:
    """Where in `text` each character of a string node stands, its escapes counted."""
    written = range(node.start + 1, node.end - 1)
    if text.find("\\", written.start, written.stop) < 0:
        return list(written)
    return [found.start() for found in _CHARACTER.finditer(text, written.start, written.stop)]


class _Reader:
    """Reads from one text; every method takes the offset at which it begins."""

    def __init__(self, text: str) -> None:
        self._text = text

    def skip(self, at: int) -> int:
        """The offset of the next character that is no white space."""
        match = _SPACE.match(self._text, at)
        return at if match is None else match.end()

    def value(self, at: int, path: str, depth: int) -> Node:
        """The value that begins at `at`."""
        if depth > MAX_DEPTH:
            raise JsonError(at, path, f"objects and lists are nested more than {MAX_DEPTH} deep")
        match self._text[at: at + 1]:
            case "{":
                return self._object(at, path, depth)
            case "[":
                return self._array(at, path, depth)
            case '"':
                return self._string(at, path)
            case _:
                return self._number_or_word(at, path)

    def _object(self, at: int, path: str, depth: int) -> Node:
        members: dict[str, Node] = {}
        keys: dict[str, int] = {}
        here = self.skip(at + 1)
        if self._text[here: here + 1] == "}":
            return Node(members, at, here + 1)
        while True:
            if self._text[here: here + 1] != '"':
                self._expected(here, path, 'a key in double quotes')
            key = self._string(here, path)
            name = str(key.value)
            below = f"{path}.{_short(name)}" if path else _short(name)
            if name in members:
                raise JsonError(here, below, f"the key `{_short(name)}` stands twice in this object",
                                "every key stands once; rename or remove one of them")
            colon = self.skip(key.end)
            if self._text[colon: colon + 1] != ":":
                self._expected(colon, below, "`:`")
            member = self.value(self.skip(colon + 1), below, depth + 1)
            members[name], keys[name] = member, here
            here = self.skip(member.end)
            if self._text[here: here + 1] == "}":
                return Node(members, at, here + 1, keys)
            if self._text[here: here + 1] != ",":
                self._expected(here, path, "`,` or `}`")
            here = self.skip(here + 1)

    def _array(self, at: int, path: str, depth: int) -> Node:
        items: list[Node] = []
        here = self.skip(at + 1)
        if self._text[here: here + 1] == "]":
            return Node(items, at, here + 1)
        while True:
            item = self.value(here, f"{path}[{len(items)}]", depth + 1)
            items.append(item)
            here = self.skip(item.end)
            if self._text[here: here + 1] == "]":
                return Node(items, at, here + 1)
            if self._text[here: here + 1] != ",":
                self._expected(here, path, "`,` or `]`")
            here = self.skip(here + 1)

    def _string(self, at: int, path: str) -> Node:
        simple = _PLAIN_STRING.match(self._text, at)
        if simple is not None:
            return Node(simple.group(1), at, simple.end())
        try:
            value, end = _STRINGS.raw_decode(self._text, at)
        except json.JSONDecodeError as error:
            if error.msg.startswith("Unterminated"):
                raise JsonError(at, path, "this string is never closed", 'end it with `"`') from None
            helps = ("in JSON a backslash is written `\\\\`",) if "escape" in error.msg else (
                "write a control character as an escape, such as \\n",)
            raise JsonError(error.pos, path, error.msg[:1].lower() + error.msg[1:].removesuffix(" at"),
                            *helps) from None
        assert isinstance(value, str)
        half = next((i for i, character in enumerate(value) if "\ud800" <= character <= "\udfff"), None)
        if half is not None:
            place = offset_in_string(self._text, Node(value, at, end), half)
            raise JsonError(place, path, "half of a surrogate pair is no character", "write the character itself")
        return Node(value, at, end)

    def _number_or_word(self, at: int, path: str) -> Node:
        number = _NUMBER.match(self._text, at)
        if number is not None:
            written = number.group()
            if len(written) > MAX_DIGITS:
                raise JsonError(at, path, f"a number with {len(written)} characters is too long",
                                "numbers of an expression stand inside its string")
            return Node(float(written) if number["rest"] else int(written), at, number.end())
        for word, value in _WORDS.items():
            if self._text.startswith(word, at):
                return Node(value, at, at + len(word))
        for word, instead in _OTHER_WORDS.items():
            if self._text.startswith(word, at):
                raise JsonError(at, path, f"`{word}` is not JSON", f"write {instead}")
        self._expected(at, path, "a value")

    def _expected(self, at: int, path: str, what: str) -> NoReturn:
        found = self._text[at: at + 1]
        if not found:
            raise JsonError(at, path, f"the line ends where {what} is expected",
                            "one line holds one whole derivation, without line breaks in it")
        shown = found if found.isprintable() else f"U+{ord(found):04X}"
        helps = ("strings stand in double quotes",) if found == "'" else ()
        raise JsonError(at, path, f"{what} is expected here, and `{shown}` is found", *helps)


def _short(name: str) -> str:
    """A key as it may stand in a message."""
    printable = "".join(c if c.isprintable() else "?" for c in name[:41])
    return printable if len(printable) <= 40 else printable[:37] + "..."
