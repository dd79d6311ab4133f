"""One line of a JSON Lines file to a `Document`: a derivation as data, from anyone.

Untrusted as to truth, safe on any bytes: nothing is evaluated, sizes are bounded, and every way in which a line can be
broken ends in one InputError that names the line, the JSON path, the column and what to write instead. Imports the
ground floor and the readers of text beside it; no SymPy. README describes the format, version 1.

An expression that cannot be read spoils its own step only: the line is kept with its error, the others are judged.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal, NoReturn, cast, get_args

from lossproof.derivation import Declaration, Definition, Derivation, Document, Expectation, Line, LineRelation
from lossproof.diagnostic import Diagnostic, InputError, diagnostic
from lossproof.read.expression import parse, parse_declarations
from lossproof.read.index_ranges import range_of
from lossproof.read.json_text import JsonError, Node, offset_in_string, plain, read_json
from lossproof.read.lexical import shorten
from lossproof.read.magnitude import is_huge
from lossproof.read.syntax import is_condition
from lossproof.term import Pow, Range, Span, Symbol, Term, map_children, walk

__all__ = ["read_line"]

MAX_NAME = 200
MAX_SHOWN = 200     # characters of an expression that could not be read, which stand for it in reports

_Kind = Literal["a string", "an object", "a list"]
_KINDS: Mapping[_Kind, type] = {"a string": str, "an object": dict, "a list": list}
_FIELDS: Mapping[str, _Kind] = {
    "id": "a string", "title": "a string", "symbols": "an object", "let": "an object", "given": "a list",
    "steps": "a list"}
_STEP_FIELDS: Mapping[str, _Kind] = {
    "expr": "a string", "relation": "a string", "by": "a string", "given": "a list", "expect": "a string",
    "latex": "a string"}
_HEAD = re.compile(r"\s*(?P<name>\w+)\s*(?:\[(?P<indices>[\w\s,]+)\]\s*)?")


def read_line(path: str, number: int, raw: bytes) -> Document:
    """The document of line `number` of the file at `path`: one derivation, named by its `id`, else `line-NUMBER`.

    Raises InputError where the line cannot be read at all: LP002 for what is no UTF-8, LP006 for what is no JSON, LP107
    for missing, unknown and wrong values, LP104 for names that are taken, and what `parse` and `parse_declarations`
    raise for `symbols`, `let` and `given`. Expressions of single steps that cannot be read are noted at their lines.
    """
    try:
        text = raw.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        column = len(raw[:error.start].decode(errors="replace")) + 1
        raise InputError(diagnostic(
            "LP002", f"the line is not UTF-8: byte 0x{raw[error.start]:02x} in column {column}",
            Span(path, number, column), helps=("save the file as UTF-8",))) from None
    return _Reader(path, number, text).document()


class _Reader:
    """Reads one line; `document` is the whole interface."""

    def __init__(self, path: str, number: int, text: str) -> None:
        self._path = path
        self._number = number
        self._text = text
        self._name: str | None = None
        self._names: dict[str, Declaration] = {}
        self._definitions: dict[str, Definition] = {}

    def document(self) -> Document:
        """The document; InputError, with the derivation's name where that was read."""
        try:
            return self._document()
        except InputError as error:
            raise InputError(error.diagnostic, self._name) from error

    def _document(self) -> Document:
        try:
            node = read_json(self._text)
        except JsonError as error:
            self._refuse("LP006", error.offset, error.path, error.message, *error.helps)
        if not isinstance(node.value, dict):
            self._refuse("LP107", node.start, "", f"a derivation is an object, and this is {_kind(node)}",
                         'write {"id": "...", "symbols": {...}, "steps": [...]}')
        self._name = self._identifier(node.value.get("id"))
        fields = self._fields(node, "", _FIELDS, ("steps",))
        self._declare(fields.get("symbols"))
        self._define(fields.get("let"))
        given = self._given(fields.get("given"), "given")
        title = fields["title"].value if "title" in fields else self._name
        derivation = Derivation(self._name, str(title), self._lines(fields["steps"]), given, span=self._whole())
        return Document(f"line {self._number}", self._path, declarations=self._names, definitions=self._definitions,
                        derivations=(derivation,))

    # places and refusals

    def _whole(self) -> Span:
        return self._span(0, len(self._text.rstrip()))

    def _span(self, start: int, end: int) -> Span:
        return Span(self._path, self._number, start + 1, self._number, end + 1)

    def _refuse(self, code: str, offset: int, path: str, message: str, *helps: str) -> NoReturn:
        said = f"{path}: {message}" if path else message
        raise InputError(diagnostic(code, said, self._span(offset, offset + 1), helps=helps))

    # objects

    def _identifier(self, node: Node | None) -> str:
        """The name of the derivation; the other fields' errors carry it."""
        if node is None:
            return f"line-{self._number}"
        if not isinstance(node.value, str):
            self._refuse("LP107", node.start, "id", f"a string is expected here, and this is {_kind(node)}",
                         'write "id": "..."')
        if not 0 < len(node.value) <= MAX_NAME or not node.value.isprintable():
            self._refuse("LP107", node.start, "id", f"an id has 1 to {MAX_NAME} printable characters")
        return node.value

    def _fields(self, node: Node, path: str, kinds: Mapping[str, _Kind], required: tuple[str, ...]) -> dict[str, Node]:
        """The members of an object, each of the kind that it must have; no other keys."""
        if not isinstance(node.value, dict):
            self._refuse("LP107", node.start, path, f"an object is expected here, and this is {_kind(node)}",
                         'write {"expr": "..."}' if "expr" in kinds else "write {...}")
        members: dict[str, Node] = node.value
        for key, member in members.items():
            here = f"{path}.{shorten(key)}" if path else shorten(key)
            if key not in kinds:
                close = difflib.get_close_matches(key[:100], list(kinds), n=1)
                self._refuse("LP107", node.keys[key], here, "this key is not known",
                             f"did you mean `{close[0]}`?" if close else f"the keys here are {', '.join(kinds)}")
            self._expect(member, here, kinds[key])
        for key in required:
            if key not in members:
                self._refuse("LP107", node.start, path, f"`{key}` is missing", f'write "{key}": {_example(kinds[key])}')
        return members

    def _expect(self, node: Node, path: str, kind: _Kind) -> None:
        if not isinstance(node.value, _KINDS[kind]):
            helps = {"a string": f'write "{shorten(str(node.value))}" in double quotes'
                     if isinstance(node.value, int | float) and not isinstance(node.value, bool) else "write a string",
                     "an object": "write {...}", "a list": "write [...]"}
            self._refuse("LP107", node.start, path, f"{kind} is expected here, and this is {_kind(node)}", helps[kind])

    # names

    def _declare(self, node: Node | None) -> None:
        if node is None:
            return
        assert isinstance(node.value, dict)
        symbols = {name: cast(Mapping[str, object], plain(member)) for name, member in node.value.items()}
        places = {name: self._span(node.keys[name], member.end) for name, member in node.value.items()}
        try:
            self._names.update(parse_declarations(symbols, span=self._span(node.start, node.end), places=places))
        except InputError as error:
            raise _prefixed(error, "symbols") from error

    def _define(self, node: Node | None) -> None:
        """Quantities in their order; each may use those before it."""
        if node is None:
            return
        assert isinstance(node.value, dict)
        heads: dict[str, tuple[str, ...]] = {}
        for key in node.value:
            path, at = f"let.{shorten(key)}", node.keys[key]
            match = _HEAD.fullmatch(key)
            indices = () if match is None else tuple(i.strip() for i in (match["indices"] or "").split(",")
                                                     if match["indices"] is not None)
            if match is None or not all(i.isidentifier() for i in indices) or len(set(indices)) < len(indices):
                self._refuse("LP107", at, path, "a quantity is called by a name, or by a name with its indices",
                             'write "L": "..." or "yhat[k]": "..."')
            name = match["name"]
            try:    # the rules for names are those of declarations
                parse_declarations({name: {"kind": "scalar"}}, span=self._span(at, at + len(key) + 2))
            except InputError as error:
                raise _prefixed(error, "let") from error
            if name in self._names or name in heads:
                where = "symbols" if name in self._names else "let"
                self._refuse("LP104", at, path, f"`{shorten(name)}` is declared in `{where}` already",
                             "choose another name")
            heads[name] = indices
        for (key, body), (name, indices) in zip(node.value.items(), heads.items(), strict=True):
            self._expect(body, f"let.{shorten(key)}", "a string")
            self._definitions[name] = self._definition(name, indices, body, f"let.{shorten(key)}", set(heads))

    def _definition(self, name: str, indices: tuple[str, ...], node: Node, path: str, later: set[str]) -> Definition:
        names = dict(self._names)
        for index in indices:
            declared = self._names.get(index)
            if index in self._definitions or (declared is not None and declared.kind != "index"):
                self._refuse("LP107", node.start, path, f"`{shorten(index)}` is not an index",
                             f'declare it: "{shorten(index)}": {{"kind": "index", "upto": "K"}}')
            if declared is None:
                names[index] = Declaration(index, "index")
        try:
            body = self._value(node, path, names)
        except InputError as error:
            found = error.diagnostic
            unknown = re.match(re.escape(path) + r": `(\w+)` is not declared", found.message)
            if unknown is None or unknown[1] not in later - set(self._definitions):
                raise
            raise InputError(replace(found, helps=("a quantity of `let` may use those before it: change the order",)
                                     if unknown[1] != name else ("a quantity cannot be defined by itself",))) from error
        ranges = tuple(self._range(index, body, node, path) for index in indices)
        for range_ in ranges:
            if any(Symbol(index) in (*walk(range_.lower), *walk(range_.upper)) for index in indices):
                self._refuse("LP105", node.start, path, f"the range of `{range_.name}` depends on another index",
                             "define it over the whole range")
        return Definition(name, body, ranges, span=self._span(node.start, node.end))

    def _range(self, index: str, body: Term, node: Node, path: str) -> Range:
        """The declared range of an index, else the one that its use in the body shows."""
        declared = self._names.get(index)
        if declared is not None and declared.lower is not None and declared.upper is not None:
            return Range(index, declared.lower, declared.upper)
        found = range_of(index, body, self._names, self._definitions)
        if isinstance(found, Range):
            return found
        self._refuse("LP103", node.start, path, f"the range of `{shorten(index)}` is not known: {found}",
                     f'declare it: "{shorten(index)}": {{"kind": "index", "upto": "K"}}')

    # expressions

    def _parse(self, node: Node, path: str, names: Mapping[str, Declaration]) -> Term:
        """The tree of a string; its places and those of errors are columns of the line."""
        written = str(node.value)
        # one character stays one character, and a line break would count as a line of the file
        source = written.replace("\n", " ").replace("\r", " ")
        begin = self._span(node.start + 1, node.end - 1)
        escaped = node.end - node.start - 2 != len(written)
        try:
            term = parse(source, names=names, definitions=self._definitions,
                         span=replace(begin, column=1) if escaped else begin)
            huge = next((part for part in walk(term) if isinstance(part, Pow) and is_huge(part)), None)
            if huge is not None:
                raise InputError(diagnostic("LP105", "this power is a number with too many digits to be judged",
                                            huge.span))
        except InputError as error:
            found = error.diagnostic
            span = self._moved(found.span, node) if escaped else found.span
            offset = (span or begin).column - 1
            notes = (f"at `{shorten(self._text[offset: node.end - 1])}`",) if offset > node.start + 1 else ()
            raise InputError(replace(found, message=f"{path}: {found.message}", span=span,
                                     notes=(*notes, *found.notes))) from error
        return self._with_places(term, node) if escaped else term

    def _moved(self, span: Span | None, node: Node) -> Span | None:
        """A place in a string that has escapes, as a place of the line."""
        if span is None:
            return None
        return self._span(offset_in_string(self._text, node, span.column - 1),
                          offset_in_string(self._text, node, max(span.end_column, span.column) - 1))

    def _with_places(self, term: Term, node: Node) -> Term:
        made = map_children(term, lambda child: self._with_places(child, node))
        return replace(made, span=self._moved(term.span, node))

    def _value(self, node: Node, path: str, names: Mapping[str, Declaration]) -> Term:
        term = self._parse(node, path, names)
        if is_condition(term):
            self._refuse("LP107", node.start, path, "a condition stands here where a value is expected")
        return term

    def _given(self, node: Node | None, path: str) -> tuple[Term, ...]:
        if node is None:
            return ()
        assert isinstance(node.value, list)
        found = []
        for number, item in enumerate(node.value):
            here = f"{path}[{number}]"
            self._expect(item, here, "a string")
            term = self._parse(item, here, self._names)
            if not is_condition(term):
                self._refuse("LP107", item.start, here, "this is a value; a hypothesis is a condition",
                             'write "Eq(x, 1)", "x < 1" or "ForAll(y[k] >= 0, (k, 1, K))"')
            found.append(term)
        return tuple(found)

    # lines

    def _lines(self, node: Node) -> tuple[Line, ...]:
        assert isinstance(node.value, list)
        if len(node.value) < 2:
            self._refuse("LP107", node.start, "steps", f"there {'is' if node.value else 'are'} {len(node.value)} "
                         f"line{'' if node.value else 's'}, and a step needs two", "add the line that follows")
        return tuple(self._line(item, number) for number, item in enumerate(node.value))

    def _line(self, node: Node, number: int) -> Line:
        """A line of the chain; an InputError is for what is no line at all."""
        path = f"steps[{number}]"
        fields = self._fields(node, path, _STEP_FIELDS, ("expr",))
        relation = self._one_of(fields.get("relation"), f"{path}.relation", get_args(LineRelation), "=")
        expect = self._one_of(fields.get("expect"), f"{path}.expect", get_args(Expectation), "proved")
        if number == 0 and "given" in fields and fields["given"].value:
            self._refuse("LP107", fields["given"].start, f"{path}.given", "no step leads to the first line",
                         "write the hypothesis into the derivation's `given`, or at the line that needs it")
        expr = fields["expr"]
        unread: Diagnostic | None = None
        given_unread: Diagnostic | None = None
        given: tuple[Term, ...] = ()
        try:
            term = self._parse(expr, f"{path}.expr", self._names)
        except InputError as error:
            unread, term = error.diagnostic, Symbol(shorten(str(expr.value), MAX_SHOWN))
        try:
            given = self._given(fields.get("given"), f"{path}.given")
        except InputError as error:
            given_unread = error.diagnostic
        by, latex = (None if name not in fields else str(fields[name].value) for name in ("by", "latex"))
        return Line(term, cast(LineRelation, relation), by, given, cast(Expectation, expect),
                    span=self._span(expr.start + 1, expr.end - 1), latex=latex, unread=unread,
                    given_unread=given_unread)

    def _one_of(self, node: Node | None, path: str, allowed: tuple[str, ...], otherwise: str) -> str:
        if node is None:
            return otherwise
        if node.value not in allowed:
            self._refuse("LP107", node.start, path, f"`{shorten(str(node.value))}` is not known",
                         f"write one of {', '.join(allowed)}")
        return str(node.value)


def _kind(node: Node) -> str:
    """What a JSON value is, in words."""
    match node.value:
        case dict():
            return "an object"
        case list():
            return "a list"
        case str():
            return "a string"
        case None:
            return "null"
        case bool():
            return "true" if node.value else "false"
        case _:
            return "a number"


def _example(kind: _Kind) -> str:
    return {"a string": '"..."', "an object": "{...}", "a list": "[...]"}[kind]


def _prefixed(error: InputError, path: str) -> InputError:
    return InputError(replace(error.diagnostic, message=f"{path}: {error.diagnostic.message}"))
