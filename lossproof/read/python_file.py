"""A derivation file in Python to a `Document`.

Untrusted, and the file is code: it is run, as pytest runs tests. Imports SymPy (through the
vocabulary), the ground floor and the readers beside it. `read` can be called in a child process;
what it returns holds no SymPy. Every way in which a file can be broken ends in one InputError that
names the file, the line and what to write instead.
"""

from __future__ import annotations

import ast
import difflib
import hashlib
import io
import linecache
import re
import sys
import tokenize
import traceback
import unicodedata
import warnings
from dataclasses import replace
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, cast

import sympy

from lossproof import vocabulary
from lossproof.derivation import Derivation, Document, Expectation, Line, LineRelation
from lossproof.diagnostic import InputError, diagnostic, why_unreadable
from lossproof.read.as_written import as_written
from lossproof.read.shapes import Shapes
from lossproof.read.sympy_terms import SympyReader
from lossproof.term import Bool, ForAll, Relation, Span, Term
from lossproof.vocabulary.nodes import Quantity, exact
from lossproof.vocabulary.registry import Registry, WrittenDerivation, WrittenLine, make_span, reading

_CHAINED = re.compile(r"cannot determine truth value of Relational")


def read(path: str | Path) -> Document:
    """The document in the file at `path`; InputError where it cannot be read, run or understood."""
    file = str(path)
    tree, code = _parse(file)
    with reading(file) as registry, as_written():
        module = _run(file, code, registry)
        return _Converter(file, tree, registry, module).document(ast.get_docstring(tree) or "")


# reading and running


def _why(file: str, error: OSError | SyntaxError | UnicodeDecodeError) -> str:
    """Why a file could not be read; of a wrong coding line, what Python says of it."""
    try:
        Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as found:
        return why_unreadable(found)
    return str(error)


def _parse(file: str) -> tuple[ast.Module, CodeType]:
    try:
        with tokenize.open(file) as opened:
            source = opened.read()
    except (OSError, SyntaxError, UnicodeDecodeError) as error:     # SyntaxError: a wrong coding line
        raise InputError(diagnostic("LP002", f"cannot read {file}: {_why(file, error)}", Span(file, 1))) from error
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)      # 2(x + 1): the error that follows says it better
            tree = ast.parse(source, file)
            return tree, compile(tree, file, "exec", dont_inherit=True)
    except SyntaxError as error:
        raise InputError(_syntax_error(file, source, error)) from error
    except (ValueError, RecursionError, MemoryError) as error:      # null bytes; brackets nested too deep
        raise InputError(diagnostic("LP006", f"not Python: {error}", Span(file, 1))) from error


def _syntax_error(file: str, source: str, error: SyntaxError) -> Any:
    line, column = error.lineno or 1, error.offset or 1
    span = Span(file, line, column, error.end_lineno or line, error.end_offset or column + 1)
    message = error.msg
    if never := re.match(r"'(.)' was never closed", message):
        return diagnostic("LP001", f"`{never[1]}` opened here is never closed", span)
    if re.match(r"unmatched '.'|closing parenthesis", message):
        return diagnostic("LP001", message.replace("'", "`"), span)
    if opened := _open_bracket(source):
        bracket, line, column = opened
        return diagnostic("LP001", f"`{bracket}` opened here is never closed",
                          Span(file, line, column, line, column + 1))
    helps = ("two lines of a derivation are separated by a comma",) if "comma" in message else ()
    return diagnostic("LP006", message, span, helps=helps)


def _open_bracket(source: str) -> tuple[str, int, int] | None:
    """The innermost bracket that is still open at the end of the text (bracket, line, column from 1)."""
    stack: list[tuple[str, int, int]] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.OP and token.string in "([{":
                stack.append((token.string, token.start[0], token.start[1] + 1))
            elif token.type == tokenize.OP and token.string in ")]}" and stack:
                stack.pop()
    except (tokenize.TokenError, SyntaxError, IndentationError):
        pass        # the text ends early: what is open by then is what we look for
    return stack[-1] if stack else None


def _run(file: str, code: CodeType, registry: Registry) -> ModuleType:
    """The file, run as a module of its own name, so that two files called alike do not meet."""
    digest = hashlib.sha256(str(Path(file).absolute()).encode()).hexdigest()[:16]
    module = ModuleType(f"derivation_file_{digest}")
    module.__file__ = file
    sys.modules[module.__name__] = module       # dataclasses, for one, look their module up
    try:
        exec(code, module.__dict__)
    except InputError as error:
        raise _placed(error, Span(file, 1)) from error
    except KeyboardInterrupt:
        raise
    except BaseException as error:      # a file may raise anything, SystemExit too
        raise InputError(_failure(file, error, registry)) from error
    finally:
        del sys.modules[module.__name__]
    return module


def _failure(file: str, error: BaseException, registry: Registry) -> Any:
    """The diagnostic of what the file raised, at its own line."""
    span = Span(file, 1)
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename == file and frame.lineno:
            span = make_span(file, frame.lineno, frame.colno or 0, frame.end_lineno or 0, frame.end_colno or 0)
    first = (str(error).splitlines() or [""])[0]
    if isinstance(error, NameError) and error.name:
        return diagnostic("LP102", f"`{error.name}` is not declared", span, helps=_for_name(error.name, registry))
    message = f"{type(error).__name__}: {first}" if first else type(error).__name__
    helps: tuple[str, ...] = ()
    if _CHAINED.search(first):
        helps = ("Python cannot chain or test relations: write And(0 < a, a < 1), or two hypotheses",)
    elif missing := re.match(r"cannot import name '(\w+)' from 'lossproof'", first):
        message = f"lossproof has no `{missing[1]}`"
        helps = (*(f"did you mean `{name}`?" for name in _close(missing[1], vocabulary.__all__)),
                 f"it has {', '.join(vocabulary.__all__)}")
    elif isinstance(error, TypeError) and "not callable" in first:
        helps = ("a product needs `*`: write 2*(x + 1), f(z)*(a - y)",)
    return diagnostic("LP003", message, span, helps=helps)


def _for_name(name: str, registry: Registry) -> tuple[str, ...]:
    """What to write where a name is not known: a name alike that is declared, or the import that is missing."""
    if name in vocabulary.__all__:
        return (f"write from lossproof import {name}",)
    if close := _close(name, list(registry.names)):
        return (f"did you mean `{close[0]}`?",)
    if hasattr(sympy, name):
        return (f"write from sympy import {name}",)
    if close := _close(name, vocabulary.__all__):
        return (f"did you mean `{close[0]}`? (from lossproof import {close[0]})",)
    return (f'declare it first: {name} = reals("{name}"), or size, index, family with its range',)


def _close(name: str, known: list[str]) -> list[str]:
    return difflib.get_close_matches(name, known, n=1)


# converting


class _Converter:
    """Turns what the registry holds into the document."""

    def __init__(self, file: str, tree: ast.Module, registry: Registry, module: ModuleType) -> None:
        self.file = file
        self.registry = registry
        self.reader = SympyReader(registry)
        self.variables = {id(value): name for name, value in vars(module).items()}
        self.calls = {(node.lineno, node.col_offset): node for node in ast.walk(tree) if isinstance(node, ast.Call)}
        self.lists = {target.id: node.value for node in tree.body if isinstance(node, ast.Assign)
                      for target in node.targets if isinstance(target, ast.Name)}
        self.taken: set[str] = set()

    def document(self, docstring: str) -> Document:
        """The whole document; InputError at the first thing that cannot be converted."""
        for name, named in list(self.registry.names.items()):
            span = named.span if isinstance(named, Quantity) else self.registry.spans.get(name)
            self._at(span, self.reader.use, named)
        shapes = Shapes(self.reader.declarations, self.reader.definitions)
        for name, definition in self.reader.definitions.items():
            self._at(definition.span, shapes.of_name, name)
        derivations = tuple(self._derivation(written, shapes) for written in self.registry.derivations)
        said = self.registry.document
        title = said.title if said else docstring.strip().partition("\n")[0].rstrip(".") or Path(self.file).stem
        return Document(title, self.file, said.source if said else "", said.language if said else "en",
                        dict(self.reader.declarations), dict(self.reader.definitions), derivations)

    def _derivation(self, written: WrittenDerivation, shapes: Shapes) -> Derivation:
        spans = self._line_spans(written)
        lines = tuple(self._line(line, span, shapes) for line, span in zip(written.lines, spans, strict=True))
        return Derivation(self._name(written), written.title, lines,
                          self._hypotheses(written.given, written.span, shapes), written.cites,
                          cast(Expectation | None, written.expect_claim), written.span)

    def _line(self, line: WrittenLine, span: Span | None, shapes: Shapes) -> Line:
        correct = None if line.correct is None else self._term(line.correct, span, shapes)
        return Line(self._term(line.expr, span, shapes), cast(LineRelation, line.relation), line.by,
                    self._hypotheses(line.given, span, shapes), cast(Expectation, line.expect), line.erratum, correct,
                    span)

    def _term(self, expr: Any, span: Span | None, shapes: Shapes) -> Term:
        def convert(expr: Any) -> Term:
            found = self.reader.term(exact(expr))
            shapes.of(found)
            return found
        found: Term = self._at(span, convert, expr)
        return replace(found, span=span)

    def _hypotheses(self, given: tuple[Any, ...], span: Span | None, shapes: Shapes) -> tuple[Term, ...]:
        found = []
        for expr in given:
            term = self._term(expr, span, shapes)
            if not isinstance(term, (Relation, Bool, ForAll)):
                helps = ("write given=[Eq(y, 1)], [x > 0], one_hot(y, p) or for_all(k, ...)",)
                raise InputError(diagnostic("LP107", f"`{expr}` is a value; a hypothesis is a condition", span,
                                            helps=helps))
            found.append(term)
        return tuple(found)

    def _at(self, span: Span | None, act: Any, argument: Any) -> Any:
        """`act(argument)`; an error without a place of its own is placed at `span`."""
        try:
            return act(argument)
        except InputError as error:
            raise _placed(error, span) from error
        except RecursionError as error:
            raise InputError(diagnostic("LP105", "the expression is nested too deep", span)) from error

    def _name(self, written: WrittenDerivation) -> str:
        """The variable that holds the derivation, else a slug of its title; unique in the file."""
        text = "".join(c if c.isalnum() else " " for c in unicodedata.normalize("NFKC", written.title).lower())
        wanted = self.variables.get(id(written)) or "-".join(text.split())[:60].strip("-") or "derivation"
        name, number = wanted, 1
        while name in self.taken:
            number += 1
            name = f"{wanted}-{number}"
        self.taken.add(name)
        return name

    def _line_spans(self, written: WrittenDerivation) -> list[Span | None]:
        """Where each line of the chain stands: its element of the list, else its step, else the derivation."""
        span = written.span
        elements: list[ast.expr] = []
        if span is not None and (call := self.calls.get(self._position(span))) is not None:
            chain = next((keyword.value for keyword in call.keywords if keyword.arg == "lines"),
                         call.args[1] if len(call.args) > 1 else None)
            if isinstance(chain, ast.Name):
                chain = self.lists.get(chain.id)
            if isinstance(chain, (ast.List, ast.Tuple)):
                elements = chain.elts
        if len(elements) != len(written.lines) or any(isinstance(e, ast.Starred) for e in elements):
            return [line.span or span for line in written.lines]
        return [self._element_span(element) for element in elements]

    def _position(self, span: Span) -> tuple[int, int]:
        text = linecache.getline(self.file, span.line)[:span.column - 1]
        return span.line, len(text.encode())

    def _element_span(self, element: ast.expr) -> Span:
        """The element's place; of `step(expr, ...)`, that of its expression."""
        match element:
            case ast.Call(func=ast.Name(id="step") | ast.Attribute(attr="step"), args=[expr, *_]):
                element = expr
        return make_span(self.file, element.lineno, element.col_offset, element.end_lineno or 0,
                         element.end_col_offset or 0)


def _placed(error: InputError, span: Span | None) -> InputError:
    """The error, at `span` if it has no place in the file yet."""
    if error.diagnostic.span is not None:
        return error
    return InputError(replace(error.diagnostic, span=span))
