"""The typeset tree: what stands in a formula and how it is set, without what it means.

Untrusted as to truth. Imports nothing of lossproof.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

__all__ = [
    "Accented",
    "Bracket",
    "Command",
    "Environment",
    "FONTS",
    "Group",
    "Leaf",
    "Node",
    "Nodes",
    "Scripted",
    "Words",
    "canonical",
    "children",
    "leaves",
]


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
Accented = frozenset(
    {
        r"\hat",
        r"\bar",
        r"\tilde",
        r"\dot",
        r"\ddot",
        r"\vec",
        r"\check",
        r"\breve",
        r"\acute",
        r"\grave",
        r"\overline",
        r"\underline",
    }
)
FONTS = frozenset({r"\mathrm", r"\mathbf", r"\mathit", r"\mathsf", r"\mathtt", r"\mathcal", r"\mathbb", r"\mathfrak",
                   r"\boldsymbol", r"\operatorname", r"\mathscr", r"\mathnormal"})


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


def children(node: Node) -> Iterator[Nodes]:
    """The lists of nodes directly inside of a node, without a command's option: the base of scripts, too."""
    match node:
        case Group(items=items) | Bracket(items=items):
            yield items
        case Scripted(base, sub, sup):
            yield (base,)
            yield from (script for script in (sub, sup) if script)
        case Command(args=args):
            yield from args
        case Environment(rows=rows):
            yield from (cell for row in rows for cell in row)
        case Leaf() | Words():
            return


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
