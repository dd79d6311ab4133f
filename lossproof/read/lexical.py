"""The first look at the text form: which characters and tokens may occur at all.

Not trusted to decide anything; it only refuses. Imports `diagnostic` and `term`. It runs
before Python's own parser sees the text, so that huge numbers, deep brackets, strings and
odd characters end in a diagnostic of ours and never in a crash.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn

from lossproof.diagnostic import InputError, diagnostic
from lossproof.term import Span

MAX_LENGTH = 100_000
# Deep enough for anything written by a person, and what walks the tree by recursion stays
# well inside Python's own limit.
MAX_DEPTH = 100
# Python refuses to turn longer numbers into text or back (sys.get_int_max_str_digits).
MAX_DIGITS = 4_000
_MAX_BRACKETS = 190  # Python's tokenizer stops at 200 and we add one pair

_TOKEN = re.compile(
    r"""(?P<space>[ \t\n]+)
    |(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<name>[^\W\d]\w*)
    |(?P<side>'(?:\+-|\+|-)'|"(?:\+-|\+|-)")
    |(?P<open>[(\[{])
    |(?P<close>[)\]}])
    |(?P<operator>\*\*|//|<=|>=|==|!=|:=|[-+*/%@&|~^<>=,:.])""",
    re.VERBOSE,
)
_PAIRS = {")": "(", "]": "[", "}": "{"}
_LOOKALIKES = {"\u2212": "-", "\u00d7": "*", "\u00b7": "*", "\u22c5": "*", "\u00f7": "/", "\u2264": "<=",
               "\u2265": ">=", "\u2260": "Ne(a, b)", "\u221e": "oo", "\uff08": "(", "\uff09": ")", "\uff0c": ","}


@dataclass(frozen=True, slots=True)
class Source:
    """A text that passed the first look: where its lines and numbers are.

    `numbers` maps the offset of a numeric literal to the literal as written, which is how
    decimals stay exact.
    """

    text: str
    base: Span | None
    lines: tuple[str, ...]
    starts: tuple[int, ...]
    numbers: Mapping[int, str] = field(default_factory=dict)

    def span(self, start: int, end: int) -> Span | None:
        """The place of text[start:end] in the file that `base` points into; None without a base."""
        if self.base is None:
            return None
        line, column = self._place(start)
        end_line, end_column = self._place(end)
        return Span(self.base.file, line, column, end_line, end_column)

    def _place(self, offset: int) -> tuple[int, int]:
        assert self.base is not None
        row = bisect_right(self.starts, offset) - 1
        column = offset - self.starts[row]
        return self.base.line + row, (self.base.column if row == 0 else 1) + column

    def offset(self, line: int, byte_column: int) -> int:
        """The offset of a place that Python's parser gives (line from 0, column in bytes)."""
        if line >= len(self.lines):
            return len(self.text)
        row = self.lines[line]
        column = byte_column if row.isascii() else len(row.encode()[:byte_column].decode(errors="replace"))
        return self.starts[line] + column


def refuse(code: str, message: str, span: Span | None, *helps: str) -> NoReturn:
    """Raise the InputError of that code."""
    raise InputError(diagnostic(code, message, span, helps=helps))


def shorten(text: str, width: int = 40) -> str:
    """`text` as it may be quoted in a message: one line, printable, not too long."""
    printable = "".join(c if c.isprintable() else "?" for c in text)
    return printable if len(printable) <= width else printable[: width - 3] + "..."


def scan(text: str, base: Span | None) -> Source:
    """The text with its lines and numbers located.

    Fails with LP001 for brackets that do not match, LP105 for what the text form does not
    have (strings, odd characters, absurd numbers or nesting), LP006 for an empty text.
    """
    if len(text) > MAX_LENGTH:
        refuse("LP105", f"the expression has {len(text)} characters; at most {MAX_LENGTH} are read", base)
    text = text.replace("\r", " ")
    lines = tuple(text.split("\n"))
    starts = [0]
    for line in lines[:-1]:
        starts.append(starts[-1] + len(line) + 1)
    numbers: dict[int, str] = {}
    source = Source(text, base, lines, tuple(starts), numbers)
    if not text.strip():
        refuse("LP006", "the expression is empty", base)
    opened: list[tuple[str, int]] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            _refuse_character(source, position)
        start, position = position, match.end()
        token = match.group()
        match match.lastgroup:
            case "number":
                _check_number(source, token, start, text[position: position + 1])
                numbers[start] = token
            case "open":
                opened.append((token, start))
                if len(opened) > _MAX_BRACKETS:
                    refuse("LP105", f"brackets are nested more than {_MAX_BRACKETS} deep",
                           source.span(start, start + 1))
            case "close":
                _close(source, opened, token, start)
            case _:
                pass
    if opened:
        bracket, start = opened[-1]
        refuse("LP001", f"`{bracket}` opened here is never closed", source.span(start, start + 1))
    return source


def _close(source: Source, opened: list[tuple[str, int]], token: str, start: int) -> None:
    place = source.span(start, start + 1)
    if not opened:
        refuse("LP001", f"`{token}` here closes nothing", place)
    bracket, begun = opened.pop()
    if bracket != _PAIRS[token]:
        refuse("LP001", f"`{token}` here does not match the `{bracket}` at character {begun + 1}", place)


def _check_number(source: Source, token: str, start: int, following: str) -> None:
    place = source.span(start, start + len(token))
    if following and (following.isalnum() or following in "._"):
        rest = shorten(token, 20)
        refuse("LP105", f"`{rest}` and what follows it do not make a number", place,
               "numbers are written in decimal; a product needs `*`, as in `2*x`")
    mantissa, _, exponent = token.lower().partition("e")
    if len(mantissa) > MAX_DIGITS:
        refuse("LP105", f"a number with {len(mantissa)} digits is too long; at most {MAX_DIGITS} are read", place)
    if exponent and (len(exponent) > 6 or abs(int(exponent)) > MAX_DIGITS):
        refuse("LP105", f"the exponent of `{shorten(token)}` is too large", place)


def _refuse_character(source: Source, start: int) -> NoReturn:
    character = source.text[start]
    place = source.span(start, start + 1)
    if character in "'\"":
        refuse("LP105", "strings are not allowed (only '+', '-' and '+-' as the side of a limit)", place)
    if character == "#":
        refuse("LP105", "comments are not allowed inside an expression", place)
    if character == "!":  # n! is how people write it
        refuse("LP105", "`!` is not allowed", place, "write factorial(n)")
    if character in _LOOKALIKES:
        refuse("LP105", f"the character {_name(character)} is not allowed", place, f"write `{_LOOKALIKES[character]}`")
    refuse("LP105", f"the character {_name(character)} is not allowed", place)


def _name(character: str) -> str:
    if " " < character <= "~":
        return f"`{character}`"
    known = unicodedata.name(character, "")
    return f"U+{ord(character):04X}" + (f" ({known.lower()})" if known else "")
