"""Functions in formulas: known ones, declared ones, and those that are read as they are set.

Untrusted as to truth. Imports the ground floor, `names` and the typeset tree. How far a function without
brackets reaches is decided only where it is clear: `\\log x y` is a problem.
"""

from __future__ import annotations

from collections.abc import Mapping

from lossproof.latex_names import HOLE
from lossproof.read.latex.densities import density
from lossproof.read.latex.layout import Bracket, Command, Group, Leaf, Node, Nodes, Scripted, Words, canonical
from lossproof.read.latex.names import LETTER_LIKE, Cursor, Names, literal, span_of
from lossproof.read.latex.notation import Function
from lossproof.read.latex.tokens import LatexProblem
from lossproof.term import (
    ARRAY_FUNCTIONS,
    KNOWN_FUNCTIONS,
    MINUS_ONE,
    Call,
    Mul,
    Pow,
    Relation,
    Symbol,
    Term,
    number,
)

__all__ = ["Calls", "split_at"]

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
_TRIGONOMETRIC = frozenset({"sin", "cos", "tan"})
_LOOSE = frozenset({"log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "asin", "acos", "atan", "asinh", "acosh", "atanh"})
# These signs stand for names and for functions as well: they are functions only with a bracket behind them.
_NEED_BRACKET = frozenset({"gamma", "digamma", "zeta", "logistic", "beta", "Heaviside"})
SEPARATORS = {",": "", ";": "at", "|": "given", r"\mid": "given", r"\|": "from"}


class Calls(Names):
    """Reads what is applied to arguments."""

    def condition(self, nodes: Nodes) -> Term:
        """The condition that nodes say."""
        raise NotImplementedError

    def call(self, cursor: Cursor) -> Term | None:
        """The call that begins at the cursor, or None where no function stands there."""
        node = cursor.peek()
        assert node is not None
        word = self._word(cursor)
        if word is not None:
            return word
        found = self.function_at(node)
        if found is not None:
            function, named, sup, primes = found
            if function.opaque:
                return self._opaque(cursor, function, named, sup, primes)
            return self._declared(cursor, function, named, sup, primes)
        return self._builtin(cursor, node)

    # words typed as letters

    def _word(self, cursor: Cursor) -> Term | None:
        """`log(a)` typed letter by letter: a known or declared word, the longest that fits."""
        run: list[str] = []
        place = cursor.at
        while place < len(cursor.nodes):
            node = cursor.nodes[place]
            leaf = node.base if isinstance(node, Scripted) else node
            if not (isinstance(leaf, Leaf) and leaf.kind == "letter") or (run and leaf.start != cursor.nodes[place - 1].end):
                break
            run.append(leaf.text)
            place += 1
            if isinstance(node, Scripted):
                break
        for length in range(len(run), 1, -1):
            word = "".join(run[:length])
            function = self.notation.functions.get(word)
            if function is None and word not in WORDS:
                continue
            nodes = cursor.nodes[cursor.at:cursor.at + length]
            if function is None and all(self._is_name(n) for n in nodes):
                self.refuse(f"`{word}` may be a function or a product of {', '.join(run[:length])}", nodes,
                            rf"write \{word} or use spaces and \cdot")
            if any(isinstance(n, Scripted) for n in nodes[:-1]):
                continue
            self.mark(nodes[:-1])
            last = nodes[-1]
            cursor.at += length
            self.mark(last.base if isinstance(last, Scripted) else last)
            sub, sup, primes = (last.sub, last.sup, last.primes) if isinstance(last, Scripted) else (None, None, 0)
            if function is not None:
                cursor.at -= 1
                if function.opaque:
                    return self._opaque(cursor, function, last, sup, primes)
                return self._declared(cursor, function, last, sup, primes)
            return self._applied(cursor, WORDS[word], nodes, sub, sup, primes)
        return None

    def _is_name(self, node: Node) -> bool:
        before = set(self.seen)
        try:
            return self.name(node) is not None
        except LatexProblem:
            return False
        finally:
            self.seen = before

    # known functions

    def _builtin(self, cursor: Cursor, node: Node) -> Term | None:
        sub = sup = None
        primes = 0
        base = node
        if isinstance(node, Scripted):
            base, sub, sup, primes = node.base, node.sub, node.sup, node.primes
        key = canonical(base)
        name = COMMANDS.get(key)
        if name is None or not isinstance(base, Leaf | Command | Words):
            return None
        if name == "gamma" and sub is not None and _is_bracket(cursor.peek(1)):
            # the multivariate gamma function
            return self._opaque(cursor, Function(key, "Gamma", 1, None, True), node if sup is None else Scripted(
                base, sub, None, 0, node.start, node.end), sup, primes)
        if name in _NEED_BRACKET and (not _is_bracket(cursor.peek(1)) or sub is not None):
            if key == r"\psi" and sup is not None and _is_bracket(cursor.peek(1)):
                pass
            return None
        if name in ("Max", "Min") and (sub is not None or not _is_bracket(cursor.peek(1), r"(\{[")):
            return None
        self.mark(base)
        cursor.take()
        return self._applied(cursor, name, (base,), sub, sup, primes)

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
        if name == "digamma" and sup is not None and _order(sup) is not None:
            order = _order(sup)
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
        bracket = _bracket(after)
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
        if name in _LOOSE or after.sub is not None or after.primes:
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
        return (key in COMMANDS and key not in self._by_base and COMMANDS[key] not in _NEED_BRACKET) \
            or key in (r"\sum", r"\prod", r"\int", r"\lim")

    def factor(self, cursor: Cursor) -> Term:
        """One factor of a product."""
        raise NotImplementedError

    # declared functions

    def _declared(self, cursor: Cursor, function: Function, named: Node, sup: Nodes | None, primes: int) -> Term | None:
        node = cursor.peek()
        assert node is not None
        after = cursor.peek(1)
        bracket = _bracket(after)
        if bracket is None or bracket.opening not in ("(", "[", r"\{"):
            if function.of is None:
                if function.declaration is None and self._is_name(node):
                    return None
                if function.name in _LOOSE or function.name in ("exp", "trace", "det"):
                    cursor.take()
                    self.mark(named)
                    return self._applied(cursor, function.name, (named,), None, sup, primes)
                return self._without_argument(cursor, function, node)
            self.mark(named)
            cursor.take()
            argument = self._of(function, node)
            term: Term = Call(function.name, (argument,), (primes,) if primes else (), span=span_of(node))
            return self.raised(term, sup, node) if sup is not None else term
        if function.key in self._by_base and not self._is_call(function, bracket):
            self.refuse(f"`{function.key}` is a name and a function: this may be a product or a call", (node, bracket),
                        r"write \cdot for the product, or give one of them another name")
        self.mark(named)
        cursor.take()
        order = None if sup is None else _order(sup)
        if order is not None and sup is not None:
            self.mark(sup)
            primes, sup = order, None
        cursor.take()
        args = tuple(self.family_or_value(part) for part in split_at(bracket.items, (",", ";")))
        if function.declaration is not None:
            wanted = function.arity if function.declaration.kind == "function" else 1
            if len(args) != wanted:
                self.refuse(f"`{function.key}` takes {wanted} argument{'s' * (wanted != 1)}, and {len(args)} are written",
                            (node, bracket))
            if primes and wanted != 1:
                self.refuse("a prime at a function of several arguments is not read", node)
            term = Call(function.name, args, (primes,) if primes else (), span=span_of((node, bracket)))
            self.shape(term, (node, bracket))
        else:
            if isinstance(after, Scripted) and function.name == "softmax" and after.sub is not None:
                self._pending_index = after.sub
            term = self._finished(cursor, function.name, args, (node, bracket), (primes,) if primes else ())
            if function.name == "softmax":
                return term
        if sup is not None:
            if _is_minus_one(sup):
                term = self._inverse(function, args, (node, bracket))
                self.mark(sup)
                return self.scripts(term, after) if isinstance(after, Scripted) else term
            if isinstance(after, Scripted):
                self.refuse("a function has two superscripts", sup)
            return self.raised(term, sup, node)
        return self.scripts(term, after) if isinstance(after, Scripted) else term

    def _inverse(self, function: Function, args: tuple[Term, ...], at: Nodes) -> Term:
        """f^{-1}(y): nothing is known of it, so it does not matter whether it is the inverse or the reciprocal."""
        holes = ", ".join([HOLE] * len(args))
        return self.template(at, f"{function.key}^{{-1}}({holes})", args, f"{function.name}_inverse", at=at)

    def _without_argument(self, cursor: Cursor, function: Function, node: Node) -> Term | None:
        if function.declaration is not None and function.declaration.kind == "functional":
            cursor.take()
            self.mark(node)
            return Symbol(function.name, span=span_of(node))
        if function.declaration is not None and function.declaration.assumed:
            cursor.take()
            self.mark(node)     # nobody said that it is a function: a number as well
            return self.template((node,), canonical(node), (), f"{function.name}_value", at=node)
        self.refuse(f"`{function.key}` is a function and stands here without an argument", node,
                    "say in the notation what it is taken of: {is: ..., of: z}")

    def _of(self, function: Function, at: Node) -> Term:
        from lossproof.read.latex.layout import lay_out
        from lossproof.read.latex.tokens import tokenize
        assert function.of is not None
        try:
            return self.value(lay_out(tokenize(function.of)))
        except LatexProblem as problem:
            self.refuse(f"the argument `{function.of}` that the notation gives `{function.key}`: {problem.message}", at)

    def _is_call(self, function: Function, bracket: Bracket) -> bool:
        """True where a bracket behind a sign that is a name and a function surely holds arguments."""
        if len(bracket.items) == 1:
            node = bracket.items[0]     # nobody writes a product as p(x)
            leaf = node.base if isinstance(node, Scripted) and node.sup is None else node
            return (isinstance(leaf, Leaf) and leaf.kind in ("letter", "command")) or (
                isinstance(leaf, Command) and leaf.name in LETTER_LIKE)
        return any(isinstance(n, Leaf) and (n.text in SEPARATORS or n.text == "=") for n in bracket.items)

    # what is read as it is set

    def _opaque(self, cursor: Cursor, function: Function, named: Node, sup: Nodes | None, primes: int) -> Term | None:
        """E(X), p(x|m), RSS: the value of a function of which nothing is known."""
        node = cursor.peek()
        assert node is not None
        after = cursor.peek(1)
        bracket = _bracket(after)
        called = bracket is not None and bracket.opening in ("(", "[", r"\{") and bracket.closing in (")", "]", r"\}")
        if called and function.key in self._by_base:
            assert bracket is not None
            if not self._is_call(function, bracket):
                self.refuse(f"`{function.key}` is a name and a function: this may be a product or a call",
                            (node, bracket), r"write \cdot for the product, or give one of them another name")
        if not called and function.key in self._by_base:
            return None
        self.mark(named)
        cursor.take()
        power: Nodes | None = sup
        label = ""
        if sup is not None and canonical(sup) in self.notation.labels:
            label, power = canonical(sup), None
            self.mark(sup)
        if isinstance(named, Scripted) and named.sub is not None:
            text, holes, arrays = self.as_set((named,), function.name)
        else:
            text, holes, arrays = canonical(named), (), frozenset()
        if label:
            text += f"^{{{label}}}"
        if primes:
            text += "'" * primes
        if not called:
            if after is not None and not isinstance(after, Scripted) and canonical(after) in ("(", "["):
                self.refuse("this bracket is not closed", after, code="LP001")
            term = self.template((node,), text, holes, function.name + "_value" * (not holes), mentions=arrays, at=node)
            return term if power is None else self.raised(term, power, node)
        assert bracket is not None
        cursor.take()
        inverse = power is not None and _is_minus_one(power)
        if power is not None and inverse:
            # the inverse or the reciprocal: nothing is known of it, so it does not matter which
            text += "^{-1}"
            self.mark(power)
            power = None
        term = self._opaque_call(function, text, holes, arrays, bracket, (node, bracket))
        if power is not None:
            term = self.raised(term, power, node)
        return self.scripts(term, after) if isinstance(after, Scripted) else term

    def _opaque_call(self, function: Function, head: str, holes: tuple[Term, ...], arrays: frozenset[str],
                     bracket: Bracket, at: Nodes) -> Term:
        parts, separators = _separated(bracket.items)
        if function.density and ";" in separators:
            args = self._values(parts)
            if args is not None:
                known = density(function.density, args, self, at)
                if known is not None:
                    return known
        pieces: list[str] = []
        args_found: list[Term] = list(holes)
        mentions = set(arrays)
        simple = not holes and head == function.key
        for part in parts:
            value = self._scalar(part)
            if value is not None:
                pieces.append(HOLE)
                args_found.append(value)
                continue
            simple = False
            text, inner, more = self.as_set(part, function.name)
            self.mark(part)
            pieces.append(text)
            args_found += inner
            mentions |= more
        written = pieces[0] if pieces else ""
        for separator, piece in zip(separators, pieces[1:], strict=True):
            self_mark = {"|": "|", r"\mid": "|", r"\|": r"\|", ";": "; ", ",": ", "}[separator]
            written += self_mark + piece
        self.mark((bracket,))
        key = f"{head}({written})"
        hint = function.name if not separators else function.name + "_" + _pattern(separators)
        return self.template(at, key, tuple(args_found), hint if simple else f"{function.name} of", at=at,
                             mentions=frozenset(mentions))

    def _values(self, parts: list[Nodes]) -> list[Term] | None:
        before = set(self.seen)
        try:
            return [self.value(part) for part in parts]
        except LatexProblem:
            self.seen = before
            return None

    def _scalar(self, part: Nodes) -> Term | None:
        """The number that an argument is; None where it is an array, a statement or cannot be read."""
        before, extra = set(self.seen), dict(self.extra)
        try:
            term = self.value(part)
            if not self.shape(term, part) and not self.shapes.is_bare_family(term, self.frame.names) \
                    and not isinstance(term, Relation):
                return term
        except LatexProblem:
            pass
        self.seen = before
        for name in set(self.extra) - set(extra):
            del self.extra[name], self.declarations[name]
        return None


def _pattern(separators: list[str]) -> str:
    """p(x, y|m) is p_2_given_1."""
    counts, words = [1], []
    for separator in separators:
        if separator == ",":
            counts[-1] += 1
        else:
            words.append(SEPARATORS[separator])
            counts.append(1)
    written = str(counts[0])
    for word, count in zip(words, counts[1:], strict=True):
        written += f"_{word}_{count}"
    return written


def _separated(items: Nodes) -> tuple[list[Nodes], list[str]]:
    parts: list[list[Node]] = [[]]
    separators: list[str] = []
    for node in items:
        if isinstance(node, Leaf) and node.text in SEPARATORS:
            separators.append(node.text)
            parts.append([])
        else:
            parts[-1].append(node)
    return [tuple(part) for part in parts], separators


def split_at(nodes: Nodes, signs: tuple[str, ...]) -> list[Nodes]:
    """The nodes between the given signs."""
    parts: list[list[Node]] = [[]]
    for node in nodes:
        if isinstance(node, Leaf) and node.text in signs:
            parts.append([])
        else:
            parts[-1].append(node)
    return [tuple(part) for part in parts]


def _bracket(node: Node | None) -> Bracket | None:
    """The bracket that a node is, with or without scripts or braces around it."""
    if isinstance(node, Scripted):
        node = node.base
    while isinstance(node, Group) and len(node.items) == 1:
        node = node.items[0]
    return node if isinstance(node, Bracket) else None


def _is_bracket(node: Node | None, openings: str = "([") -> bool:
    bracket = _bracket(node)
    return bracket is not None and bracket.opening in openings and bracket.opening not in ("", "|")


def _order(sup: Nodes) -> int | None:
    """The order in f^{(2)}."""
    if len(sup) == 1 and isinstance(sup[0], Bracket) and sup[0].opening == "(" and len(sup[0].items) == 1:
        value = literal(sup[0].items[0])
        if value is not None and value.denominator == 1 and 1 <= value <= 64:
            return int(value)
    return None


def _is_minus_one(sup: Nodes) -> bool:
    return canonical(sup) == "-1"


