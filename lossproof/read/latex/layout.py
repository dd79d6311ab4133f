"""Tokens to the typeset tree: groups, brackets, scripts, fractions, accents, environments.

Untrusted as to truth. It knows how a formula is set and nothing of what it means. Imports `tokens`.
Every bracket is matched here, so an unbalanced one is a problem with its place, never a shorter formula.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NoReturn

from lossproof.read.latex.tokens import MAX_DEPTH, LatexProblem, Token

__all__ = ["ARGUMENTS", "Accented", "Bracket", "Command", "Environment", "Group", "Leaf", "Node", "Nodes", "Scripted", "Words",
           "canonical", "lay_out", "leaves"]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One sign, letter, number or command without arguments."""

    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Words:
    """Running text, of \\text{...} or of a language written without blanks."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Group:
    """{...}"""

    items: Nodes
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Bracket:
    """Matched delimiters; "." is the empty one of \\left. and \\right."""

    opening: str
    closing: str
    items: Nodes
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Scripted:
    """A base with a subscript, a superscript, primes; at least one of them."""

    base: Node
    sub: Nodes | None
    sup: Nodes | None
    primes: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Command:
    """A command with arguments, such as \\frac, \\hat, \\mathrm; `option` is what stands in [...]."""

    name: str
    args: tuple[Nodes, ...]
    option: Nodes | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Environment:
    """\\begin{name} ... \\end{name} inside of a formula: rows of cells."""

    name: str
    rows: tuple[tuple[Nodes, ...], ...]
    start: int
    end: int


Node = Leaf | Words | Group | Bracket | Scripted | Command | Environment
Nodes = tuple[Node, ...]
Accented = frozenset({r"\hat", r"\bar", r"\tilde", r"\dot", r"\ddot", r"\vec", r"\check", r"\breve", r"\acute", r"\grave",
                      r"\overline", r"\underline"})
FONTS = frozenset({r"\mathrm", r"\mathbf", r"\mathit", r"\mathsf", r"\mathtt", r"\mathcal", r"\mathbb", r"\mathfrak",
                   r"\boldsymbol", r"\operatorname", r"\mathscr", r"\mathnormal"})

ARGUMENTS = dict.fromkeys((*Accented, *FONTS, r"\sqrt", r"\underbrace", r"\overbrace", r"\substack", r"\boxed", r"\cancel", r"\not", r"\mathclap", r"\xrightarrow", r"\overrightarrow", r"\bmod", r"\pmod", r"\smash", r"\ensuremath"), 1)
del ARGUMENTS[r"\bmod"]
ARGUMENTS |= dict.fromkeys((r"\frac", r"\binom", r"\overset", r"\underset", r"\stackrel"), 2)
_OPTION = frozenset({r"\sqrt", r"\xrightarrow"})
_OPENING = {"(": ")", "[": "]", r"\{": r"\}", r"\lfloor": r"\rfloor", r"\lceil": r"\rceil", r"\langle": r"\rangle",
            r"\lvert": r"\rvert", r"\lVert": r"\rVert"}
_CLOSING = frozenset(_OPENING.values())
_PLAIN = {r"\lvert": "|", r"\rvert": "|", r"\lVert": r"\|", r"\rVert": r"\|"}
_DELIMITERS = frozenset({*_OPENING, *_CLOSING, "|", r"\|", ".", "/", "<", ">", r"\mid"})
_INFIX = {r"\choose": r"\binom", r"\over": r"\frac"}


def lay_out(tokens: Sequence[Token]) -> Nodes:
    """The typeset tree of a row's tokens. LatexProblem for unbalanced brackets, missing arguments, deep nesting."""
    meaningful = [t for t in tokens if t.kind != "skip"]
    joined = _Layout(_without_empty_delimiters(meaningful))
    return joined.all()


def _without_empty_delimiters(tokens: list[Token]) -> list[Token]:
    """The tokens without pairs \\right. ... \\left. that only interrupt a bracket at the end of a line."""
    kept: list[Token] = []
    open_: list[int] = []           # of each \left that is open, its delimiter's place in `kept`; -1: not empty
    suspended: list[int] = []
    place = 0
    while place < len(tokens):
        token = tokens[place]
        after = tokens[place + 1] if place + 1 < len(tokens) else None
        if token.text == r"\left" and after is not None:
            if after.text == "." and suspended:
                open_.append(suspended.pop())
                place += 2
                continue
            open_.append(len(kept))
        elif token.text == r"\right" and after is not None and open_:
            top = open_.pop()
            if after.text == "." and any(
                    t.text == r"\left" and n + 1 < len(tokens) and tokens[n + 1].text == "."
                    for n, t in enumerate(tokens[place + 2:place + 2002], place + 2)) and _resumes(tokens, place + 2):
                suspended.append(top)
                place += 2
                continue
        kept.append(token)
        place += 1
    return kept


def _resumes(tokens: list[Token], start: int) -> bool:
    """True where a \\left. follows whose bracket is closed by more \\right than \\left: it continues one."""
    depth = 0
    for place in range(start, len(tokens)):
        text = tokens[place].text
        if text == r"\left":
            if tokens[place + 1: place + 2] and tokens[place + 1].text == "." and depth == 0:
                # its partner: an empty \right. or any delimiter; \left. ... \right| with a script is a value at a point
                return not _is_value_at(tokens, place)
            depth += 1
        elif text == r"\right":
            depth -= 1
            if depth < 0:
                depth = 0
    return False


def _is_value_at(tokens: list[Token], start: int) -> bool:
    depth = 0
    for place in range(start, len(tokens)):
        if tokens[place].text == r"\left":
            depth += 1
        elif tokens[place].text == r"\right":
            depth -= 1
            if depth == 0:
                rest = [t.text for t in tokens[place + 1:place + 3]]
                return rest in (["|", "_"], [r"\rvert", "_"])
    return False


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
        return _bars(_infix(tuple(found)))

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
                    raise LatexProblem("two superscripts stand at one letter", "write {x^a}^b", script.start, script.end)
                sup = argument
            else:
                if sub is not None:
                    raise LatexProblem("two subscripts stand at one letter", "write x_{a,b}", script.start, script.end)
                sub = argument
        if sup is not None and sup and isinstance(sup[0], Scripted) and sup[0].primes and len(sup) == 1 \
                and sup[0].base == Group((), sup[0].base.start, sup[0].base.end) and sup[0].sup is None:
            primes, sup = primes + sup[0].primes, None
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
            raise LatexProblem(f"`{of.text}` takes the first digit only", f"write {of.text}{{{token.text}}}", token.start,
                               token.end)
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
            raise LatexProblem(f"`{opened.text}` opened here is never closed", "" if token is None or token.kind == "align"
                               else f"`{token.text}` comes first", opened.start, opened.end, "LP001")
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
            raise LatexProblem(f"\\begin{{{begin.text}}} is closed by \\end{{{token.text}}}", "", token.start, token.end,
                               "LP001")
        self._at += 1
        return Environment(begin.text, rows, begin.start, token.end)


def _infix(items: Nodes) -> Nodes:
    """{n \\choose k} as \\binom{n}{k}."""
    for place, item in enumerate(items):
        if isinstance(item, Leaf) and item.text in _INFIX:
            above, below = items[:place], items[place + 1:]
            if any(isinstance(i, Leaf) and i.text in _INFIX for i in below):
                raise LatexProblem(f"two `{item.text}` stand in one group", "use braces", item.start, item.end)
            return (Command(_INFIX[item.text], (above, below), None, items[0].start, items[-1].end),)
    return items


def _bar(node: Node) -> str:
    """"|" or "\\|" for a bar, with scripts or without; "" for everything else."""
    leaf = node.base if isinstance(node, Scripted) else node
    return leaf.text if isinstance(leaf, Leaf) and leaf.text in ("|", r"\|") else ""


def _bars(items: Nodes) -> Nodes:
    """Bars in pairs are brackets; a single one separates, as in p(x|y), or ends a value at a point."""
    places = [n for n, item in enumerate(items) if _bar(item)]
    if not places:
        return items
    if len(places) == 2 and places[1] == places[0] + 1 and items[places[0]].end == items[places[1]].start:
        joined = Leaf("sign", r"\|", items[places[0]].start, items[places[1]].end)
        return (*items[:places[0]], joined, *items[places[1] + 1:])
    if len(places) == 1:
        return items
    if len(places) % 2 or any(isinstance(items[n], Scripted) for n in places[::2]):
        at = items[places[0]]
        raise LatexProblem("it is not clear which bars `|` belong together", r"write \left| ... \right|, or \mid",
                           at.start, at.end)
    found: list[Node] = []
    done = 0
    for first, last in zip(places[::2], places[1::2], strict=True):
        found += items[done:first]
        opening, closing = items[first], items[last]
        bracket = Bracket(_bar(opening), _bar(closing), items[first + 1:last], opening.start,
                          closing.base.end if isinstance(closing, Scripted) else closing.end)
        if first + 1 == last:
            raise LatexProblem("there is nothing between the bars", "", opening.start, closing.end)
        found.append(replace(closing, base=bracket, start=opening.start) if isinstance(closing, Scripted) else bracket)
        done = last + 1
    return (*found, *items[done:])


def leaves(nodes: Nodes) -> Iterator[Leaf | Words]:
    """All leaves, from left to right as they were read."""
    stack: list[Node] = list(reversed(nodes))
    while stack:
        node = stack.pop()
        match node:
            case Leaf() | Words():
                yield node
            case Group(items=items) | Bracket(items=items):
                stack.extend(reversed(items))
            case Scripted(base, sub, sup):
                stack.extend(reversed((base, *(sub or ()), *(sup or ()))))
            case Command(args=args, option=option):
                stack.extend(reversed((*(option or ()), *(n for arg in args for n in arg))))
            case Environment(rows=rows):
                stack.extend(reversed([n for row in rows for cell in row for n in cell]))


def canonical(nodes: Nodes | Node) -> str:
    """The text that two pieces share exactly when they are set alike: braces that change nothing do not count."""
    if not isinstance(nodes, tuple):
        nodes = (nodes,)
    written = ""
    for node in nodes:
        piece = _canonical(node)
        # \mu x needs its blank, \mu_x does not
        if written and piece[:1].isalpha() and _ends_in_command(written):
            written += " "
        written += piece
    return written


def _ends_in_command(written: str) -> bool:
    tail = written.rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return tail.endswith("\\") and len(tail) < len(written)


def _canonical(node: Node) -> str:
    match node:
        case Leaf(text=text):
            return text
        case Words(text=text):
            return rf"\mathrm{{{' '.join(text.split())}}}"
        case Group(items=items):
            return canonical(items)
        case Bracket(opening, closing, items):
            return opening + canonical(items) + closing
        case Scripted(base, sub, sup, primes):
            return (_based(base) + "'" * primes + ("" if sub is None else f"_{_braced(canonical(sub))}")
                    + ("" if sup is None else f"^{_braced(canonical(sup))}"))
        case Command(name, args, option):
            name = {r"\operatorname": r"\mathrm", r"\overline": r"\bar"}.get(name, name)
            if name == r"\mathnormal" or name == r"\ensuremath":
                return canonical(args[0])
            opt = "" if option is None else f"[{canonical(option)}]"
            return name + opt + "".join(f"{{{canonical(a)}}}" for a in args)
        case Environment(name, rows):
            inside = r"\\".join("&".join(canonical(c) for c in row) for row in rows)
            return rf"\begin{{{name}}}{inside}\end{{{name}}}"


def _based(base: Node) -> str:
    """The base of scripts; a group of several, or of one with scripts, keeps its braces."""
    if isinstance(base, Group) and (len(base.items) != 1 or isinstance(base.items[0], Scripted)):
        return f"{{{canonical(base.items)}}}"
    return canonical(base)


def _braced(inside: str) -> str:
    return inside if len(inside) == 1 else f"{{{inside}}}"
