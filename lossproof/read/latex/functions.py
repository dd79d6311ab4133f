"""Known functions in formulas: logarithms, trigonometric functions, maxima, traces, with brackets and without.

Untrusted as to truth. How far a function without brackets reaches is decided only where it is clear: `\\log x y` is
a problem. Imports the ground floor, `as_set` and the typeset tree.
"""

from __future__ import annotations

from collections.abc import Mapping

from lossproof.read.latex.as_set import AsSet
from lossproof.read.latex.matching import literal, split_at
from lossproof.read.latex.names import Cursor, span_of
from lossproof.read.latex.tokens import LatexProblem
from lossproof.read.latex.typeset import (
    Bracket,
    Command,
    Group,
    Leaf,
    Node,
    Nodes,
    Scripted,
    Words,
    canonical,
)
from lossproof.term import (
    ARRAY_FUNCTIONS,
    KNOWN_FUNCTIONS,
    MINUS_ONE,
    Call,
    Mul,
    Pow,
    Term,
    number,
)

__all__ = [
    "COMMANDS",
    "Functions",
    "INTEGRAL",
    "LOOSE",
    "NEED_BRACKET",
    "WORDS",
    "bracket_of",
    "is_bracket",
    "is_minus_one",
    "order_of",
]

# Commands and upright words with a fixed meaning, where nothing else is declared.
COMMANDS: Mapping[str, str] = {
    r"\log": "log", r"\ln": "log", r"\exp": "exp", r"\sin": "sin", r"\cos": "cos", r"\tan": "tan",
    r"\arcsin": "asin", r"\arccos": "acos", r"\arctan": "atan", r"\sinh": "sinh", r"\cosh": "cosh", r"\tanh": "tanh",
    r"\max": "Max", r"\min": "Min", r"\det": "det", r"\Gamma": "gamma",
    r"\mathrm{arsinh}": "asinh", r"\mathrm{arcosh}": "acosh", r"\mathrm{artanh}": "atanh", r"\mathrm{sgn}": "sign",
    r"\mathrm{sign}": "sign", r"\mathrm{tr}": "trace", r"\mathrm{trace}": "trace", r"\mathrm{Tr}": "trace",
    r"\mathrm{det}": "det", r"\mathrm{sigmoid}": "logistic", r"\mathrm{softmax}": "softmax",
    r"\mathrm{logistic}": "logistic", r"\mathrm{softplus}": "softplus", r"\mathrm{exp}": "exp", r"\mathrm{log}": "log",
    r"\mathrm{ln}": "log", r"\mathrm{erf}": "erf", r"\mathrm{erfc}": "erfc", r"\mathrm{max}": "Max",
    r"\mathrm{min}": "Min", r"\mathrm{logsumexp}": "logsumexp", r"\mathrm{LSE}": "logsumexp", r"\mathrm{B}": "beta",
    r"\psi": "digamma", r"\zeta": "zeta", r"\sigma": "logistic", r"\Theta": "Heaviside", r"\mathrm{sin}": "sin",
    r"\mathrm{cos}": "cos", r"\mathrm{tanh}": "tanh", r"\mathrm{abs}": "Abs", r"\mathrm{floor}": "floor",
    r"\mathrm{sqrt}": "sqrt", **{rf"\mathrm{{{name}}}": name for name in (
        "beta", "gamma", "digamma", "zeta", "Heaviside", "harmonic", "polygamma", "loggamma")}}
WORDS: Mapping[str, str] = {
    "log": "log", "ln": "log", "exp": "exp", "sin": "sin", "cos": "cos", "tan": "tan", "tanh": "tanh", "sinh": "sinh",
    "cosh": "cosh", "arctan": "atan", "max": "Max", "min": "Min", "sigmoid": "logistic", "softmax": "softmax",
    "softplus": "softplus", "erf": "erf", "sgn": "sign", "Sigmoid": "logistic", "tr": "trace", "det": "det"}
INTEGRAL = r"\int...d"
"""What an integral, from its sign to its dx, is joined to as one command."""
_TRIGONOMETRIC = frozenset({"sin", "cos", "tan"})
LOOSE = frozenset(
    {"log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "asin", "acos", "atan", "asinh", "acosh", "atanh"}
)
# These signs stand for names and for functions as well: they are functions only with a bracket behind them.
NEED_BRACKET = frozenset({"gamma", "digamma", "zeta", "logistic", "beta", "Heaviside"})


class Functions(AsSet):
    """Reads known functions at what follows them."""

    def _is_name(self, node: Node) -> bool:
        before = set(self.seen)
        try:
            return self.name(node) is not None
        except LatexProblem:
            return False
        finally:
            self.seen = before

    def _applied(self, cursor: Cursor, name: str, at: Nodes, sub: Nodes | None, sup: Nodes | None, primes: int) -> Term:
        """A known function at what follows."""
        if name == "log" and sub is not None:
            divisor: Term | None = Call("log", (self.value(sub),), span=span_of(sub))
            if canonical(sub) == "e":
                divisor = None
        elif sub is not None:
            self.refuse("a subscript at a function is not read", sub)
        else:
            divisor = None
        if name == "digamma" and sup is not None and order_of(sup) is not None:
            order = order_of(sup)
            self.mark(sup)
            return Call("polygamma", (number(order or 0), *self._arguments_of(cursor, name, at)), span=span_of(at))
        exponent = None if sup is None or primes else self._exponent(sup, name)
        orders = (primes,) if primes else ()
        if sup is not None and exponent is None:
            self.refuse("this superscript of a function is not read", sup)
        term = self._finished(cursor, name, self._arguments_of(cursor, name, at), at, orders)
        if exponent is not None:
            term = Pow(term, exponent, span=span_of(at))
        if divisor is not None:
            term = Mul((term, Pow(divisor, MINUS_ONE, span=divisor.span)), span=span_of(at))
        return term

    def _exponent(self, sup: Nodes, name: str) -> Term | None:
        """\\sin^2 x is a power; \\sin^{-1} would be the inverse function."""
        exponent = self.value(sup)
        if exponent == MINUS_ONE:
            self.refuse("this may be the inverse function or the reciprocal", sup,
                        r"write \arcsin x, or \frac{1}{\sin x}")
        return exponent

    def _finished(self, cursor: Cursor, name: str, args: tuple[Term, ...], at: Nodes,
                  orders: tuple[int, ...] = ()) -> Term:
        allowed = KNOWN_FUNCTIONS.get(name) or ARRAY_FUNCTIONS[name]
        if name == "softmax" and len(args) == 1:
            return self._softmax(cursor, args[0], at)
        if not allowed[0] <= len(args) <= allowed[1]:
            self.refuse(f"`{canonical(at)}` does not take {len(args)} argument{'s' * (len(args) != 1)}", at)
        if any(orders) and (len(orders) != len(args) or name in ARRAY_FUNCTIONS):
            self.refuse("this derivative is not read", at)
        for arg in args:
            self.need_number(arg, at)
        match name, args:
            case "trace", (Call("matmul") as product,) if not self.shape(product, at):
                return product      # of the matrix with this one entry
        term = Call(name, args, orders if any(orders) else (), span=span_of(at))
        if name in ARRAY_FUNCTIONS or any(self.shape(a, at) for a in args):
            self.shape(term, at)
        return term

    def _softmax(self, cursor: Cursor, family: Term, at: Nodes) -> Term:
        """softmax(z)_k: the index stands at the bracket, which the caller has read already."""
        index = self._pending_index
        self._pending_index = None
        if index is None:
            self.refuse("softmax needs the index of its entry", at, r"write \mathrm{softmax}(z)_k")
        return Call("softmax", (family, self.index(index)), span=span_of(at))

    _pending_index: Nodes | None = None

    def _arguments_of(self, cursor: Cursor, name: str, at: Nodes) -> tuple[Term, ...]:
        """The arguments that follow a function's name, in brackets or bare."""
        after = cursor.peek()
        if after is None:
            self.refuse(f"`{canonical(at)}` has no argument", at)
        bracket = bracket_of(after)
        if bracket is not None and bracket.opening in ("(", "[", r"\{"):
            cursor.take()
            args = tuple(self.family_or_value(part) for part in split_at(bracket.items, (",", ";")))
            if isinstance(after, Scripted):
                return self._with_scripts(cursor, name, args, after, at)
            return args
        return (self._bare(cursor, name, at),)

    def family_or_value(self, nodes: Nodes) -> Term:
        """A value, or the name of a whole family."""
        return self.value(nodes)

    def _with_scripts(self, cursor: Cursor, name: str, args: tuple[Term, ...], after: Scripted,
                      at: Nodes) -> tuple[Term, ...]:
        """Scripts on the bracket behind a function: a power of the value where that is clear."""
        if name == "softmax" and after.sub is not None and after.sup is None:
            self._pending_index = after.sub
            return args
        if name in LOOSE or after.sub is not None or after.primes:
            self.refuse(f"it is not clear whether this belongs to `{canonical(at)}` or to its argument",
                        after.sup or after.sub or after, r"write \left(\log(x)\right)^2 or \log\left(x^2\right)")
        # a power of the value: the caller's factor is raised when the cursor comes to it
        raised = Scripted(Group((), after.base.end, after.base.end), None, after.sup, 0, after.base.end, after.end)
        cursor.nodes = (*cursor.nodes[:cursor.at], raised, *cursor.nodes[cursor.at:])
        return args

    def _bare(self, cursor: Cursor, name: str, at: Nodes) -> Term:
        """The argument of a function without brackets."""
        first = cursor.peek()
        assert first is not None
        if isinstance(first, Leaf) and first.kind == "sign" and first.text not in ("|", r"\|"):
            self.refuse(f"`{canonical(at)}` has no argument", at)
        begin = cursor.at
        lead = literal(first)
        argument = self.factor(cursor)
        parts = [argument]
        while (after := cursor.peek()) is not None and not self._ends_bare(after, cursor):
            pi = canonical(after) == r"\pi"
            if lead is None or not (pi or name in _TRIGONOMETRIC) or isinstance(after, Bracket):
                self.refuse(f"it is not clear how far `{canonical(at)}` reaches", cursor.nodes[begin:cursor.at + 1],
                            r"use brackets: \log(x) y or \log(x y)")
            parts.append(self.factor(cursor))
        return parts[0] if len(parts) == 1 else Mul(tuple(parts), span=span_of(cursor.nodes[begin:cursor.at]))

    def _ends_bare(self, node: Node, cursor: Cursor) -> bool:
        """True where a function without brackets surely ends before `node`."""
        if isinstance(node, Leaf) and node.text in (r"\cdot", r"\times", "*", "/", r"\odot", "!", "|"):
            return True
        if isinstance(node, Words):
            return True
        leaf = node.base if isinstance(node, Scripted) else node
        key = canonical(leaf)
        return (key in COMMANDS and key not in self._by_base and COMMANDS[key] not in NEED_BRACKET) \
            or key in (r"\sum", r"\prod", r"\int", r"\lim") or (isinstance(node, Command) and node.name == INTEGRAL)

    def factor(self, cursor: Cursor) -> Term:
        """One factor of a product."""
        raise NotImplementedError


def bracket_of(node: Node | None) -> Bracket | None:
    """The bracket that a node is, with or without scripts or braces around it."""
    if isinstance(node, Scripted):
        node = node.base
    while isinstance(node, Group) and len(node.items) == 1:
        node = node.items[0]
    return node if isinstance(node, Bracket) else None


def is_bracket(node: Node | None, openings: str = "([") -> bool:
    bracket = bracket_of(node)
    return bracket is not None and bracket.opening in openings and bracket.opening not in ("", "|")


def order_of(sup: Nodes) -> int | None:
    """The order in f^{(2)}."""
    if len(sup) == 1 and isinstance(sup[0], Bracket) and sup[0].opening == "(" and len(sup[0].items) == 1:
        value = literal(sup[0].items[0])
        if value is not None and value.denominator == 1 and 1 <= value <= 64:
            return int(value)
    return None


def is_minus_one(sup: Nodes) -> bool:
    return canonical(sup) == "-1"
