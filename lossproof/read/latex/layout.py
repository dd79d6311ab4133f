"""Tokens to the typeset tree: groups, brackets, scripts, fractions, accents, environments.

Untrusted as to truth. It knows how a formula is set and nothing of what it means. Imports `tokens`.
Every bracket is matched here, so an unbalanced one is a problem with its place, never a shorter formula.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NoReturn

from lossproof.read.latex.delimiters import bars, infix, without_empty_delimiters
from lossproof.read.latex.tokens import MAX_DEPTH, LatexProblem, Token
from lossproof.read.latex.typeset import (
    FONTS,
    Accented,
    Bracket,
    Command,
    Environment,
    Group,
    Leaf,
    Node,
    Nodes,
    Scripted,
    Words,
    canonical,
    leaves,
)

__all__ = [
    "ARGUMENTS",
    "Bracket",
    "Command",
    "Environment",
    "Group",
    "Leaf",
    "Node",
    "Nodes",
    "Scripted",
    "Words",
    "canonical",
    "lay_out",
    "leaves",
]

ARGUMENTS = dict.fromkeys(
    (
        *Accented,
        *FONTS,
        r"\sqrt",
        r"\underbrace",
        r"\overbrace",
        r"\substack",
        r"\boxed",
        r"\cancel",
        r"\not",
        r"\mathclap",
        r"\xrightarrow",
        r"\overrightarrow",
        r"\bmod",
        r"\pmod",
        r"\smash",
        r"\ensuremath",
    ),
    1,
)
del ARGUMENTS[r"\bmod"]
ARGUMENTS |= dict.fromkeys((r"\frac", r"\binom", r"\overset", r"\underset", r"\stackrel"), 2)
_OVER = frozenset({r"\hat", r"\widehat", r"\tilde", r"\widetilde"})      # a mark of a whole family
_OPTION = frozenset({r"\sqrt", r"\xrightarrow"})
_OPENING = {"(": ")", "[": "]", r"\{": r"\}", r"\lfloor": r"\rfloor", r"\lceil": r"\rceil", r"\langle": r"\rangle",
            r"\lvert": r"\rvert", r"\lVert": r"\rVert"}
_CLOSING = frozenset(_OPENING.values())
_PLAIN = {r"\lvert": "|", r"\rvert": "|", r"\lVert": r"\|", r"\rVert": r"\|"}
_DELIMITERS = frozenset({*_OPENING, *_CLOSING, "|", r"\|", ".", "/", "<", ">", r"\mid"})


def lay_out(tokens: Sequence[Token]) -> Nodes:
    """The typeset tree of a row's tokens. LatexProblem for unbalanced brackets, missing arguments, deep nesting."""
    meaningful = [t for t in tokens if t.kind != "skip"]
    joined = _Layout(without_empty_delimiters(meaningful))
    return joined.all()


_PARAMETERS = frozenset({r"\mu", r"\sigma", r"\tau", r"\theta", r"\lambda", r"\nu", r"\kappa", r"\rho", r"\beta"})
"""Letters of parameters: what stands below them with an index of its own says what they are parameters of."""


class _Layout:
    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def all(self) -> Nodes:
        items = self._items(None)
        if self._at < len(self._tokens):
            self._unexpected(self._tokens[self._at])
        return items

    def _unexpected(self, token: Token) -> NoReturn:
        match token:
            case Token("close") | Token("sign", ")" | "]" | r"\}"):
                message, code = f"`{token.text}` closes what is not open", "LP001"
            case Token("command", r"\right" | r"\rfloor" | r"\rceil" | r"\rangle" | r"\rvert"):
                message, code = f"`{token.text}` closes what is not open", "LP001"
            case Token("end"):
                message, code = f"\\end{{{token.text}}} closes what is not open", "LP001"
            case Token("align"):
                message, code = "`&` stands outside of an environment with columns", "LP006"
            case _:
                message, code = f"`{token.text}` is not expected here", "LP006"
        raise LatexProblem(message, "", token.start, token.end, code)

    def _peek(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _items(self, opened: Token | None, in_cell: bool = False) -> Nodes:
        """Nodes up to a token that closes something, or to the end; the caller looks at what it was."""
        self._deeper(opened)
        found: list[Node] = []
        while (token := self._peek()) is not None and not self._closes(token, in_cell):
            found.append(self._scripted(found))
        self._depth -= 1
        return bars(infix(tuple(found)))

    def _deeper(self, at: Token | None) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            at = at or self._tokens[min(self._at, len(self._tokens) - 1)]
            raise LatexProblem(f"the formula is nested more than {MAX_DEPTH} deep", "", at.start, at.end, "LP105")

    def _closes(self, token: Token, in_cell: bool) -> bool:
        match token.kind:
            case "close" | "end":
                return True
            case "align" | "newline":
                if in_cell:
                    return True
                if token.kind == "newline":
                    raise LatexProblem("a line ends inside of a bracket", "", token.start, token.end)
                return True
            case "sign" | "command":
                return token.text == r"\right" or token.text in _CLOSING
            case _:
                return False

    def _scripted(self, before: list[Node]) -> Node:
        """The next node with its scripts."""
        token = self._tokens[self._at]
        if token.kind in ("script", "prime"):
            base: Node = Group((), token.start, token.start)     # x {}_1 or a script at the start
        else:
            base = self._one()
        sub: Nodes | None = None
        sup: Nodes | None = None
        primes, end = 0, base.end
        while (script := self._peek()) is not None and script.kind in ("script", "prime"):
            self._at += 1
            if script.kind == "prime":
                primes += 1
                end = script.end
                continue
            if self._peek() is None:
                raise LatexProblem(f"`{script.text}` has nothing behind it", "", script.start, script.end)
            if self._peek() is not None and self._tokens[self._at].kind == "prime":
                primes, end = primes + 1, self._tokens[self._at].end
                self._at += 1
                continue
            argument = self._argument(script)
            end = self._tokens[self._at - 1].end
            if script.text == "^":
                if argument and all(isinstance(n, Leaf) and n.kind == "prime" for n in argument):
                    primes += len(argument)
                    continue
                if sup is not None:
                    raise LatexProblem(
                        "two superscripts stand at one letter", "write {x^a}^b", script.start, script.end
                    )
                sup = argument
            else:
                if sub is not None:
                    raise LatexProblem("two subscripts stand at one letter", "write x_{a,b}", script.start, script.end)
                sub = argument
        if sup is not None and sup and isinstance(sup[0], Scripted) and sup[0].primes and len(sup) == 1 \
                and sup[0].base == Group((), sup[0].base.start, sup[0].base.end) and sup[0].sup is None:
            primes, sup = primes + sup[0].primes, None
        if sub is None and isinstance(base, Command) and base.name in _OVER:
            match base.args:
                case ((Scripted(Leaf() as letter, tuple(inner), None, 0),),):   # \hat{x_i} is \hat{x}_i
                    base, sub = replace(base, args=((letter,),)), inner
        if sub is not None and isinstance(base, Leaf) and base.text in _PARAMETERS:
            match sub:
                case (Scripted(Leaf("letter", of) as variable, (Leaf("letter" | "number", part) as index,), None, 0),) \
                        if of.isupper() and len(part) == 1 and not part.isupper():
                    sub = (variable, index)     # \sigma_{X_i} is \sigma_{X i}: of X, at i
        if sub is None and sup is None and not primes:
            return base
        return Scripted(base, sub, sup, primes, base.start, end)

    def _argument(self, of: Token) -> Nodes:
        """What a script or a command takes: a braced group's nodes, or the next node."""
        token = self._peek()
        if token is None or token.kind in ("close", "align", "newline", "end", "script") \
                or (token.kind == "sign" and token.text in (")", "]") and of.kind != "script"):
            raise LatexProblem(f"`{of.text}` has nothing behind it", "", of.start, of.end)
        if token.kind == "number" and len(token.text) > 1:
            # set as x to the power 1, times 2
            raise LatexProblem(
                f"`{of.text}` takes the first digit only", f"write {of.text}{{{token.text}}}", token.start, token.end
            )
        node = self._one()
        return node.items if isinstance(node, Group) else (node,)

    def _one(self) -> Node:
        token = self._tokens[self._at]
        self._at += 1
        match token.kind:
            case "open":
                items = self._items(token)
                end = self._close(token, "}")
                return Group(items, token.start, end)
            case "text":
                return Words(token.text, token.start, token.end)
            case "begin":
                return self._environment(token)
            case "command" if token.text == r"\left":
                return self._left(token)
            case "command" if token.text in ARGUMENTS:
                return self._command(token)
            case ("sign" | "command") if token.text in _OPENING:
                return self._bracket(token)
            case "sign" | "command" | "letter" | "number" | "prime":
                return Leaf(token.kind, token.text, token.start, token.end)
            case _:
                self._unexpected(token)

    def _close(self, opened: Token, closing: str) -> int:
        token = self._peek()
        if token is None or token.text != closing or token.kind == "text":
            raise LatexProblem(
                f"`{opened.text}` opened here is never closed",
                "" if token is None or token.kind == "align" else f"`{token.text}` comes first",
                opened.start,
                opened.end,
                "LP001",
            )
        self._at += 1
        return token.end

    def _bracket(self, opened: Token) -> Node:
        items = self._items(opened)
        closing = _OPENING[opened.text]
        token = self._peek()
        if token is not None and {opened.text, token.text} in ({"(", "]"}, {"[", ")"}) \
                and sum(isinstance(n, Leaf) and n.text in (",", ";") for n in items) == 1:
            closing = token.text        # an interval, half open
        end = self._close(opened, closing)
        return Bracket(_PLAIN.get(opened.text, opened.text), _PLAIN.get(closing, closing), items, opened.start, end)

    def _left(self, left: Token) -> Node:
        opening = self._delimiter(left)
        items = self._items(left)
        token = self._peek()
        if token is None or token.text != r"\right":
            raise LatexProblem(r"`\left" + f"{opening}` opened here is never closed", "", left.start, left.end, "LP001")
        self._at += 1
        closing = self._delimiter(token)
        return Bracket(opening, closing, items, left.start, self._tokens[self._at - 1].end)

    def _delimiter(self, of: Token) -> str:
        token = self._peek()
        if token is None or token.text not in _DELIMITERS:
            raise LatexProblem(f"`{of.text}` needs a bracket behind it", "", of.start, of.end, "LP001")
        self._at += 1
        text = _PLAIN.get(token.text, token.text)
        return {"<": r"\langle", ">": r"\rangle", r"\mid": "|"}.get(text, text)

    def _command(self, token: Token) -> Node:
        option: Nodes | None = None
        here = self._peek()
        if token.text in _OPTION and here is not None and here.text == "[":
            bracket = self._one()
            assert isinstance(bracket, Bracket)
            option = bracket.items
        self._deeper(token)
        args = tuple(self._command_argument(token) for _ in range(ARGUMENTS[token.text]))
        self._depth -= 1
        return Command(token.text, args, option, token.start, self._tokens[self._at - 1].end)

    def _command_argument(self, token: Token) -> Nodes:
        here = self._peek()
        if token.text == r"\substack" and here is not None and here.kind == "open":
            self._at += 1
            rows = self._rows(here, "close")
            if self._peek() is None:
                raise LatexProblem("`{` opened here is never closed", "", here.start, here.end, "LP001")
            self._at += 1
            return (Environment("substack", rows, here.start, self._tokens[self._at - 1].end),)
        if token.text == r"\operatorname" and here is not None and here.text == "*":
            self._at += 1
        return self._argument(token)

    def _rows(self, opened: Token, until: str) -> tuple[tuple[Nodes, ...], ...]:
        rows: list[tuple[Nodes, ...]] = []
        cells: list[Nodes] = []
        while True:
            cells.append(self._items(opened, in_cell=True))
            token = self._peek()
            if token is None or token.kind == until:
                break
            if token.kind not in ("align", "newline"):
                self._unexpected(token)
            self._at += 1
            if token.kind == "newline":
                rows.append(tuple(cells))
                cells = []
        if cells != [()]:
            rows.append(tuple(cells))
        return tuple(rows)

    def _environment(self, begin: Token) -> Node:
        rows = self._rows(begin, "end")
        token = self._peek()
        if token is None:
            raise LatexProblem(f"\\begin{{{begin.text}}} is never closed", "", begin.start, begin.end, "LP001")
        if token.text != begin.text:
            raise LatexProblem(
                f"\\begin{{{begin.text}}} is closed by \\end{{{token.text}}}", "", token.start, token.end, "LP001"
            )
        self._at += 1
        return Environment(begin.text, rows, begin.start, token.end)
