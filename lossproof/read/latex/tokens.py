"""The tokens of a formula, each with its place: the first look at LaTeX text.

Untrusted as to truth and safe on any text: nothing is expanded or run, macros are refused, and the
work is linear in the text, whose length is limited. Imports nothing of lossproof.

Spacing commands, labels, tags, phantoms and comments become tokens of kind "skip": they carry no
meaning but stay in the list, so that tokens always cover the text but for blanks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NoReturn

__all__ = ["MAX_DEPTH", "MAX_FORMULA", "MAX_TOKENS", "LatexProblem", "Token", "tokenize"]

MAX_FORMULA = 100_000
MAX_TOKENS = 20_000
# Deep enough for anything that a person writes; all walks over the tree stay inside Python's own limit.
MAX_DEPTH = 60
_MAX_DIGITS = 4_000

TokenKind = Literal["letter", "number", "command", "open", "close", "script", "prime", "align", "newline", "sign",
                    "begin", "end", "text", "skip"]


class LatexProblem(Exception):
    """What cannot be read, and where: `start` and `end` are offsets into the given text."""

    def __init__(self, message: str, help: str = "", start: int = 0, end: int = 0, code: str = "LP006") -> None:
        super().__init__(message)
        self.message = message
        self.help = help
        self.start = start
        self.end = end
        self.code = code


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text: `text` is its meaning (`\\ne` is `\\neq`), start and end where it stands."""

    kind: TokenKind
    text: str
    start: int
    end: int


_TOKEN = re.compile(r"""
    (?P<blank>[\s~\u200b\u2060\ufeff]+ | %[^\n]*)
  | (?P<command>\\[A-Za-z]+\*?)
  | (?P<newline>\\\\(?:\*|(?=\[))?)
  | (?P<escape>\\.)
  | (?P<number>[0-9]+(?:\.[0-9]+)?|(?<!\.)\.[0-9]+)
  | (?P<dots>\.\.\.)
  | (?P<other>.)""", re.VERBOSE | re.DOTALL)
_STEP = re.compile(r"\s*\[\s*-?[0-9.]+\s*(?:pt|em|ex|mm|cm|in|bp|mu)\s*\]")   # \\[2pt]
_NAME = re.compile(r"\s*\{\s*([A-Za-z]+\*?)\s*\}")

# Spacing, sizes and layout: no meaning of their own.
_SKIPPED = frozenset(
    {
        r"\quad",
        r"\qquad",
        r"\thinspace",
        r"\medspace",
        r"\thickspace",
        r"\enspace",
        r"\negthinspace",
        r"\displaystyle",
        r"\textstyle",
        r"\scriptstyle",
        r"\scriptscriptstyle",
        r"\nonumber",
        r"\notag",
        r"\limits",
        r"\nolimits",
        r"\allowbreak",
        r"\noindent",
        r"\strut",
        r"\mathstrut",
        r"\hfill",
        r"\qedhere",
        r"\qed",
        r"\square",
        r"\blacksquare",
        r"\inline",
        r"\large",
        r"\small",
        r"\normalsize",
        r"\Large",
        r"\centering",
        r"\hline",
        r"\mathord",
        r"\mathclose",
        r"\mathopen",
        r"\relax",
        r"\tiny",
        r"\footnotesize",
        r"\bf",
        r"\it",
    }
)
_SKIPPED_ESCAPES = frozenset("\\" + c for c in ",;:!>/ \n\t-")
_SIZES = frozenset("\\" + size + side for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r", "m"))
# The argument is no part of the formula.
_SKIPPED_WITH_ARGUMENT = frozenset(
    {
        r"\label",
        r"\tag",
        r"\tag*",
        r"\hphantom",
        r"\vphantom",
        r"\phantom",
        r"\eqref",
        r"\ref",
        r"\hspace",
        r"\vspace",
        r"\hspace*",
        r"\vspace*",
        r"\color",
        r"\kern",
        r"\mspace",
        r"\cite",
        r"\intertext",
    }
)
# The argument is running text.
_TEXT = frozenset({r"\text", r"\textrm", r"\textnormal", r"\mbox", r"\hbox", r"\textbf", r"\textit", r"\textsf",
                   r"\texttt", r"\textup"})
# Words that join statements; as `\mathrm{and}` they are set as names are.
_JOINING = re.compile(r"\s*\{\s*(?:and|or|if|where|with|for(?: all)?|when|otherwise|else|such that|und|oder|falls"
                      r"|sonst)\s*\}")
_FONTS = frozenset({r"\mathrm", r"\mathit", r"\mathsf", r"\mathbf"})
_FORBIDDEN = frozenset({
    r"\def", r"\edef", r"\gdef", r"\xdef", r"\let", r"\newcommand", r"\renewcommand", r"\providecommand",
    r"\DeclareMathOperator", r"\newenvironment", r"\input", r"\include", r"\includegraphics", r"\write", r"\read",
    r"\openin", r"\openout", r"\csname", r"\catcode", r"\loop", r"\expandafter", r"\immediate", r"\special",
    r"\newcommand*", r"\renewcommand*", r"\DeclareMathOperator*", r"\futurelet", r"\afterassignment", r"\require",
    r"\href", r"\url", r"\verb", r"\usepackage", r"\documentclass", r"\jobname", r"\fi", r"\else", r"\ifx", r"\if"})

_SAME: Mapping[str, str] = {
    r"\ne": r"\neq",
    r"\le": r"\leq",
    r"\ge": r"\geq",
    r"\leqslant": r"\leq",
    r"\geqslant": r"\geq",
    r"\to": r"\rightarrow",
    r"\longrightarrow": r"\rightarrow",
    r"\gets": r"\leftarrow",
    r"\iff": r"\Leftrightarrow",
    r"\implies": r"\Rightarrow",
    r"\Longrightarrow": r"\Rightarrow",
    r"\Longleftrightarrow": r"\Leftrightarrow",
    r"\ldots": r"\dots",
    r"\cdots": r"\dots",
    r"\dotsc": r"\dots",
    r"\dotsb": r"\dots",
    r"\dotsm": r"\dots",
    r"\dotsi": r"\dots",
    r"\lbrace": r"\{",
    r"\rbrace": r"\}",
    r"\lbrack": "[",
    r"\rbrack": "]",
    r"\dfrac": r"\frac",
    r"\tfrac": r"\frac",
    r"\cfrac": r"\frac",
    r"\dbinom": r"\binom",
    r"\tbinom": r"\binom",
    r"\widehat": r"\hat",
    r"\widetilde": r"\tilde",
    r"\land": r"\wedge",
    r"\lor": r"\vee",
    r"\lnot": r"\neg",
    r"\vert": "|",
    r"\mid": r"\mid",
    r"\Vert": r"\|",
    r"\ast": "*",
    r"\colon": ":",
    r"\lt": "<",
    r"\gt": ">",
    r"\coloneqq": r":=",
    r"\triangleq": ":=",
    r"\equiv": r"\equiv",
    r"\bm": r"\boldsymbol",
    r"\pmb": r"\boldsymbol",
    r"\mathbfit": r"\boldsymbol",
    r"\ii": r"\mathrm{i}",
    r"\emptyset": r"\emptyset",
    r"\varnothing": r"\emptyset",
    r"\operatorname*": r"\operatorname",
    r"\mathop": r"\operatorname",
    r"\rm": r"\mathrm",
    r"\backslash": r"\setminus",
    r"\_": "_",
    r"\slash": "/",
    r"\longmapsto": r"\mapsto",
    r"\intercal": r"\top",
    r"\dag": r"\dagger",
    r"\Pr": r"\Pr",
    r"\minus": "-",
    r"\plus": "+",
}
_CHARACTERS: Mapping[str, str] = {
    "\u2212": "-", "\u2013": "-", "\u00d7": r"\times", "\u00b7": r"\cdot", "\u22c5": r"\cdot", "\u2264": r"\leq",
    "\u2265": r"\geq", "\u2260": r"\neq", "\u221e": r"\infty", "\uff08": "(", "\uff09": ")", "\uff0c": ",",
    "\uff1b": ";", "\uff1a": ":", "\u3002": ".", "\uff0e": ".", "\u3001": ",", "\uff1d": "=", "\uff0b": "+",
    "\uff0d": "-", "\uff5c": "|", "\u3010": "[", "\u3011": "]", "\uff3b": "[", "\uff3d": "]", "\uff0a": "*",
    "\uff0f": "/", "\uff1c": "<", "\uff1e": ">", "\uff01": "!", "\u2026": r"\dots", "\u22ef": r"\dots",
    "\u2202": r"\partial", "\u2211": r"\sum", "\u220f": r"\prod", "\u222b": r"\int", "\u2208": r"\in",
    "\u2192": r"\rightarrow", "\u21d2": r"\Rightarrow", "\u21d4": r"\Leftrightarrow", "\u2032": "'", "\u2019": "'",
    "\u2248": r"\approx", "\u221d": r"\propto", "\u2299": r"\odot", "\u22a4": r"\top", "\u2223": r"\mid"}
_GREEK = [
    "alpha",
    "beta",
    "gamma",
    "delta",
    "varepsilon",
    "zeta",
    "eta",
    "theta",
    "iota",
    "kappa",
    "lambda",
    "mu",
    "nu",
    "xi",
    "omicron",
    "pi",
    "rho",
    "varsigma",
    "sigma",
    "tau",
    "upsilon",
    "varphi",
    "chi",
    "psi",
    "omega",
]


def tokenize(text: str, offset: int = 0) -> tuple[Token, ...]:
    """The tokens of `text`; places count from `offset`. LatexProblem where the text cannot be a formula."""
    return _Tokenizer(text, offset).run()


class _Tokenizer:
    def __init__(self, text: str, offset: int) -> None:
        self._text = text
        self._offset = offset
        self._found: list[Token] = []
        self._at = 0

    def run(self) -> tuple[Token, ...]:
        if len(self._text) > MAX_FORMULA:
            raise LatexProblem(f"the formula is longer than {MAX_FORMULA} characters", "", self._offset,
                               self._offset + 1, "LP105")
        while self._at < len(self._text):
            self._next()
            if len(self._found) > MAX_TOKENS:
                self._refuse(f"the formula has more than {MAX_TOKENS} signs", "", self._at, self._at + 1, "LP105")
        return tuple(self._found)

    def _refuse(self, message: str, help: str, start: int, end: int, code: str = "LP006") -> NoReturn:
        raise LatexProblem(message, help, self._offset + start, self._offset + end, code)

    def _add(self, kind: TokenKind, text: str, start: int, end: int) -> None:
        self._found.append(Token(kind, text, self._offset + start, self._offset + end))
        self._at = end

    def _next(self) -> None:
        start = self._at
        found = _TOKEN.match(self._text, start)
        assert found is not None
        piece, end = found[0], found.end()
        match found.lastgroup:
            case "blank":
                self._at = end
            case "command":
                self._command(piece, start, end)
            case "newline":
                step = _STEP.match(self._text, end)
                self._add("newline", r"\\", start, step.end() if step else end)
            case "escape":
                if piece in _SKIPPED_ESCAPES:
                    self._add("skip", piece, start, end)
                elif piece in (r"\{", r"\}", r"\|", r"\%", r"\&", r"\#", r"\$", r"\_"):
                    self._add("sign", _SAME.get(piece, piece), start, end)
                elif piece in (r"\(", r"\)", r"\[", r"\]"):
                    self._refuse("a formula begins or ends inside of a formula", "", start, end, "LP001")
                else:
                    self._refuse(f"`{_shown(piece)}` is not a sign of a formula", "", start, end)
            case "dots":
                self._add("command", r"\dots", start, end)
            case "number":
                if len(piece) > _MAX_DIGITS:
                    self._refuse("this number is too long", "", start, end, "LP105")
                self._add("number", piece, start, end)
            case _:
                self._other(piece, start, end)

    def _command(self, piece: str, start: int, end: int) -> None:
        if piece.endswith("*") and piece not in _SKIPPED_WITH_ARGUMENT | _FORBIDDEN and piece != r"\operatorname*":
            piece, end = piece[:-1], end - 1
        if piece in _FORBIDDEN:
            self._refuse(
                f"`{piece}` is not read: formulas are taken as they stand", "write the formula out", start, end, "LP105"
            )
        if piece in _SKIPPED or piece in _SIZES:
            self._add("skip", piece, start, end)
        elif piece in _SKIPPED_WITH_ARGUMENT:
            _, after = self._argument(end)
            self._add("skip", piece, start, after)
        elif piece in _TEXT or (piece in _FONTS and _JOINING.match(self._text, end)):
            inside, after = self._argument(end)
            self._add("text", inside, start, after)
        elif piece in (r"\begin", r"\end"):
            name = _NAME.match(self._text, end)
            if name is None:
                self._refuse(f"`{piece}` needs the name of an environment", "", start, end)
            after = name.end()
            if piece == r"\begin" and name[1] in ("array", "alignedat", "alignat", "alignat*"):
                _, after = self._argument(after)    # its columns
            self._add("begin" if piece == r"\begin" else "end", name[1], start, after)
        elif piece in (r"\newline", r"\cr"):
            self._add("newline", r"\\", start, end)
        elif piece == r"\prime":
            self._add("prime", "'", start, end)
        else:
            same = _SAME.get(piece, piece)
            self._add("command" if same[0] == "\\" and same[1:2].isalpha() else "sign", same, start, end)

    def _argument(self, at: int) -> tuple[str, int]:
        """The raw text of a braced argument that begins at `at`, and where it ends."""
        while at < len(self._text) and self._text[at].isspace():
            at += 1
        if at >= len(self._text) or self._text[at] != "{":
            return "", at
        depth, place = 0, at
        while place < len(self._text):
            character = self._text[place]
            if character == "\\":
                place += 1
            elif character == "{":
                depth += 1
            elif character == "}":
                depth -= 1
                if depth == 0:
                    return self._text[at + 1:place], place + 1
            place += 1
        self._refuse("`{` opened here is never closed", "", at, at + 1, "LP001")

    def _other(self, piece: str, start: int, end: int) -> None:
        known = _CHARACTERS.get(piece)
        if known is not None:
            kind: TokenKind = "prime" if known == "'" else "command" if known[0] == "\\" else "sign"
            self._add(kind, known, start, end)
        elif piece == "{":
            self._add("open", piece, start, end)
        elif piece == "}":
            self._add("close", piece, start, end)
        elif piece in "_^":
            self._add("script", piece, start, end)
        elif piece == "'":
            self._add("prime", piece, start, end)
        elif piece == "&":
            self._add("align", piece, start, end)
        elif piece.isascii() and piece.isalpha():
            self._add("letter", piece, start, end)
        elif piece in "+-*/=<>()[]|,;:.!?":
            self._add("sign", piece, start, end)
        elif "\u03b1" <= piece <= "\u03c9":
            self._add("command", "\\" + _GREEK[ord(piece) - 0x3b1], start, end)
        elif piece.isalpha():
            # words of a language that is written without blanks
            while end < len(self._text) and not self._text[end].isascii() and self._text[end].isalpha():
                end += 1
            self._add("text", self._text[start:end], start, end)
        else:
            self._refuse(f"`{_shown(piece)}` is not a sign of a formula", "", start, end)


def _shown(piece: str) -> str:
    return piece if piece.isprintable() else f"U+{ord(piece[-1]):04X}"
