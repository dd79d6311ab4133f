"""Markdown to pieces: display and inline formulas, formulas in image addresses, comments, headings, pictures.

Untrusted as to truth, safe on any text. Imports markdown-it-py with the dollar-math, amsmath and front-matter plugins,
and `pieces`. The parser says what is a formula and what is code; it does not say where inline formulas stand, so they
are looked for in the source of their block, in order.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

from lossproof.read.document.pieces import (
    Broken,
    Formula,
    FrontMatter,
    Heading,
    Picture,
    Piece,
    Pieces,
    Remark,
    Text,
)

__all__ = ["markdown_pieces"]

MAX_LEAD = 200      # characters of text before an inline formula that are kept

_COMMENT = re.compile(r"<!--(.*?)(?:-->|\Z)", re.S)
_DOLLARS = re.compile(r"(?<!\\)\$\$(?P<display>[^$]+)\$\$|(?<![\\$])\$(?P<inline>[^$\n]+)\$")
_IMAGE = re.compile(r"!\[(?:[^\]\\]|\\.)*\]\(\s*<?(?P<address>[^)\s>]*(?:\([^)\s]*\)[^)\s>]*)*)")
_LATEX_ADDRESS = re.compile(r"latex\?", re.I)
_ESCAPED = re.compile(r"(?:%[0-9A-Fa-f]{2})+|&#?\w+;|.", re.S)

_Rule = Callable[[StateBlock, int, int, bool], bool]


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark").use(front_matter_plugin).use(amsmath_plugin)
    parser.use(dollarmath_plugin, double_inline=True, allow_blank_lines=False)
    # Text may stand right above a display formula: as amsmath's environments, `$$` ends the paragraph before it.
    # Otherwise an environment inside the dollar signs would end it, and the closing signs would open a formula.
    for rule in parser.block.ruler.__rules__:
        if rule.name == "math_block":
            rule.fn = _only_asks(rule.fn)
            rule.alt = ["paragraph", "reference", "blockquote", "list"]
    parser.block.ruler.__cache__ = None
    return parser


def _only_asks(rule: _Rule) -> _Rule:
    """The rule, which leaves no trace where it is only asked whether a block begins."""
    def asked(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        count, line = len(state.tokens), state.line
        found = rule(state, start, end, silent)
        if silent:
            del state.tokens[count:]
            state.line = line
        return found

    return asked


def markdown_pieces(text: Text) -> Pieces:
    """The pieces of a Markdown text, in its order."""
    return _Cutter(text).pieces()


class _Cutter:
    """Walks the parser's tokens, and the source beside them."""

    def __init__(self, text: Text) -> None:
        self._text = text
        self._source = text.text
        self._found: list[Piece] = []
        self._front: FrontMatter | None = None
        self._block = 0

    def pieces(self) -> Pieces:
        tokens = _parser().parse(self._source)
        for before, token in zip([None, *tokens], tokens, strict=False):
            self._block += token.block and token.nesting == 0
            if token.map is not None:
                self._token(token, before)
        return Pieces(self._text, tuple(self._found), self._front)

    def _region(self, token: Token) -> tuple[int, int]:
        """The offsets of the lines that a block stands on."""
        assert token.map is not None
        # the parser counts form feeds and the like as characters of a line, as we do
        first, last = (min(number, len(self._text.starts)) for number in token.map)
        end = self._text.starts[last] if last < len(self._text.starts) else len(self._source)
        return self._text.starts[min(first, len(self._text.starts) - 1)], end

    def _token(self, token: Token, before: Token | None) -> None:
        start, end = self._region(token)
        match token.type:
            case "front_matter":
                self._front = FrontMatter(token.content, self._source.find("\n", start) + 1)
            case "math_block" | "math_block_label" | "amsmath":
                self._formula(token.content, start, end, True)
            case "fence" if token.info.strip() == "math":
                self._formula(token.content, self._source.find("\n", start) + 1, end, True)
            case "html_block":
                self._html(start, end)
            case "inline":
                if before is not None and before.type == "heading_open":
                    words = self._source[start:end].strip().strip("#").strip()
                    self._found.append(Heading(int(before.tag[1:]), words, start))
                self._inline(token.children or [], start, end)

    def _formula(self, content: str, start: int, end: int, display: bool, lead: str = "") -> int:
        """Note a formula whose content stands in source[start:end]; where it ends."""
        places = _find(self._source, content, start, end)
        if places is None:      # the parser changed it in a way that we do not know: its block is its place
            places = [start] * len(content) + [end]
        if content.strip():
            self._found.append(Formula(content, places, display, self._block, lead[-MAX_LEAD:]))
        return max(places[-1], start)

    def _inline(self, children: Sequence[Token], start: int, end: int) -> None:
        cursor, lead = start, ""
        for token in children:
            match token.type:
                case "text" | "text_special" | "softbreak" | "hardbreak":
                    lead += token.content or " "
                    if "$$" in token.content:
                        at = max(self._source.find("$$", cursor, end), cursor)
                        self._found.append(Broken("`$$` opened here is never closed", at, at + 2))
                        cursor = min(at + 2, end)
                case "math_inline" | "math_inline_double":
                    opening = self._source.find(token.markup, cursor, end)
                    begin = cursor if opening < 0 else opening + len(token.markup)
                    cursor = self._formula(token.content, begin, end, len(token.markup) == 2, lead)
                    cursor = min(cursor + len(token.markup), end)
                    lead += " "
                case "image":
                    cursor = self._image(token, cursor, end, lead)
                case "html_inline":
                    at = self._source.find(token.content, cursor, end)
                    if at >= 0:
                        self._html(at, at + len(token.content))
                        cursor = at + len(token.content)

    def _image(self, token: Token, cursor: int, end: int, lead: str) -> int:
        found = _IMAGE.search(self._source, cursor, end)
        if found is None:
            self._found.append(Picture(str(token.attrs.get("src", "")), cursor, end))
            return cursor
        marker = _LATEX_ADDRESS.search(found["address"])
        if marker is None:
            self._found.append(Picture(found["address"], found.start(), found.end() + 1))
            return found.end()
        try:
            content, places = _decoded(self._source, found.start("address") + marker.end(), found.end("address"))
        except UnicodeDecodeError:
            message = "the formula in this image's address is not UTF-8"
            self._found.append(Broken(message, found.start(), found.end()))
            return found.end()
        inline = re.match(r"\s*\\inline(?![A-Za-z])", content)
        skip = inline.end() if inline else 0
        self._found.append(Formula(content[skip:], places[skip:], inline is None, self._block, lead[-MAX_LEAD:]))
        return found.end()

    def _html(self, start: int, end: int) -> None:
        """Comments and dollar signs in HTML, which the parser hands on as it is."""
        cursor = start
        for comment in _COMMENT.finditer(self._source, start, end):
            self._dollars(cursor, comment.start())
            self._found.append(Remark(comment[1], comment.start(1)))
            cursor = comment.end()
        self._dollars(cursor, end)

    def _dollars(self, start: int, end: int) -> None:
        for found in _DOLLARS.finditer(self._source, start, end):
            group = "display" if found["display"] is not None else "inline"
            self._found.append(Formula(found[group], range(found.start(group), found.end(group) + 1),
                                       group == "display", self._block))


def _find(source: str, content: str, start: int, end: int) -> Sequence[int] | None:
    """The offset of each character of a content, and of its end, in source[start:end]; None where it is not found.

    Inside block quotes and lists, the parser takes the marks and blanks off the beginning of each line.
    """
    at = source.find(content, start, end)
    if at >= 0:
        return range(at, at + len(content) + 1)
    places: list[int] = []
    cursor = start
    for line in content.split("\n"):
        text = line.strip()
        at = source.find(text, cursor, end)
        if at < 0:
            return None
        blanks = len(line) - len(line.lstrip())
        places += [max(at - blanks + number, start) for number in range(blanks)]
        places += range(at, at + len(text))
        cursor = at + len(text)
        places += [min(cursor, end)] * (len(line) - blanks - len(text))
        places.append(min(cursor, end))     # the line's end
    return places


def _decoded(source: str, start: int, end: int) -> tuple[str, list[int]]:
    """The text that source[start:end] spells in percent and HTML escapes, with the place of each character."""
    text: list[str] = []
    places: list[int] = []
    for found in _ESCAPED.finditer(source, start, end):
        for character, offset in _characters(found):
            text.append(character)
            places.append(offset)
    places.append(end)
    return "".join(text), places


def _characters(found: re.Match[str]) -> Iterator[tuple[str, int]]:
    if found[0].startswith("%") and len(found[0]) > 1:
        raw = bytes.fromhex(found[0].replace("%", ""))
        offset = found.start()
        for character in raw.decode("utf-8"):
            yield character, offset
            offset += 3 * len(character.encode())
    else:
        for character in html.unescape(found[0]):
            yield character, found.start()
