"""Which function stands at a place of a formula: a declared one, a known one, or one that is read as it is set.

Untrusted as to truth. Imports the ground floor, `functions` and the typeset tree.
"""

from __future__ import annotations

from lossproof.derivation import RANDOM
from lossproof.latex_names import HOLE
from lossproof.read.latex.densities import density
from lossproof.read.latex.events import CHANCES, sides_of
from lossproof.read.latex.functions import (
    COMMANDS,
    LOOSE,
    NEED_BRACKET,
    WORDS,
    Functions,
    bracket_of,
    is_bracket,
    is_minus_one,
    order_of,
)
from lossproof.read.latex.keys import identifier
from lossproof.read.latex.layout import lay_out
from lossproof.read.latex.matching import LETTER_LIKE, split_at
from lossproof.read.latex.names import Cursor, span_of
from lossproof.read.latex.notation import Function
from lossproof.read.latex.tokens import LatexProblem, tokenize
from lossproof.read.latex.typeset import (
    Bracket,
    Command,
    Leaf,
    Node,
    Nodes,
    Scripted,
    Words,
    canonical,
    leaves,
)
from lossproof.term import (
    ARRAY_FUNCTIONS,
    Call,
    Relation,
    Symbol,
    Term,
    free_names,
)

__all__ = ["Calls"]

# What stands above a name and is no power of it.
STARS = frozenset({"*", r"\ast", r"\star"})
SEPARATORS = {",": "", ";": "at", "|": "given", r"\mid": "given", r"\|": "from"}

# The value of these at an array may be an array.
_OF_ARRAYS = frozenset(
    {
        r"\mathrm{E}",
        r"\mathbb{E}",
        r"\mathrm{Var}",
        r"\mathbb{V}",
        r"\mathrm{Cov}",
        r"\mathrm{Corr}",
        r"\mathrm{diag}",
        r"\Sigma",
        r"\mathrm{vec}",
        r"\mathrm{mean}",
        r"\mathrm{mode}",
        r"\mathrm{median}",
        r"\mathrm{var}",
        r"\mathrm{cov}",
        r"\mathrm{std}",
        r"\mathrm{C}",
        r"\mathrm{D}",
        r"\mathrm{MAP}",
        r"\mathrm{MLE}",
    }
)


class Calls(Functions):
    """Reads what is applied to arguments."""

    def condition(self, nodes: Nodes) -> Term:
        """The condition that nodes say."""
        raise NotImplementedError

    def diagonal(self, parts: list[Nodes], at: Nodes) -> Term | None:
        """The diagonal matrix of a vector, or of numbers with dots; None for anything else."""
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
            guessed = function.declaration is not None and function.declaration.assumed
            if guessed and sup is not None and canonical(sup) in STARS:
                # f^*(x) is the value of another function
                plain = Function(function.key, identifier(canonical(named)), 1, None, True)
                return self._opaque(cursor, plain, named, sup, primes)
            if not function.opaque and isinstance(named, Scripted) and (label := self._bound_label(named)):
                # f_i in a sum over i is another function in each of its terms
                if function.declaration is not None and not guessed:
                    self.refuse(f"`{function.key}` is declared as one function, and `{label}` is an index here", node,
                                "declare a function of several arguments", "LP102")
                plain = Function(function.key, identifier(canonical(named.base)), 1, None, True)
                return self._opaque(cursor, plain, named, sup, primes)
            if function.opaque:
                return self._opaque(cursor, function, named, sup, primes)
            return self._declared(cursor, function, named, sup, primes)
        return self._builtin(cursor, node)

    def _bound_label(self, named: Scripted) -> str | None:
        """A letter in the scripts of a function's name that is bound where it stands."""
        scripts = (*(named.sub or ()), *(named.sup or ()))
        return next((leaf.text for leaf in leaves(scripts) if leaf.text in self.frame.bound), None)

    def _word(self, cursor: Cursor) -> Term | None:
        """`log(a)` typed letter by letter: a known or declared word, the longest that fits."""
        run: list[str] = []
        place = cursor.at
        while place < len(cursor.nodes):
            node = cursor.nodes[place]
            leaf = node.base if isinstance(node, Scripted) else node
            if not (isinstance(leaf, Leaf) and leaf.kind == "letter") or (
                run and leaf.start != cursor.nodes[place - 1].end
            ):
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
        if name == "gamma" and sub is not None and is_bracket(cursor.peek(1)):
            # the multivariate gamma function
            return self._opaque(cursor, Function(key, "Gamma", 1, None, True), node if sup is None else Scripted(
                base, sub, None, 0, node.start, node.end), sup, primes)
        if name in NEED_BRACKET and (not is_bracket(cursor.peek(1)) or sub is not None):
            if key == r"\psi" and sup is not None and is_bracket(cursor.peek(1)):
                pass
            return None
        if name in ("Max", "Min") and (sub is not None or not is_bracket(cursor.peek(1), r"(\{[")):
            return None
        self.mark(base)
        cursor.take()
        return self._applied(cursor, name, (base,), sub, sup, primes)

    def _declared(self, cursor: Cursor, function: Function, named: Node, sup: Nodes | None, primes: int) -> Term | None:
        node = cursor.peek()
        assert node is not None
        after = cursor.peek(1)
        bracket = bracket_of(after)
        if bracket is None or bracket.opening not in ("(", "[", r"\{"):
            if function.of is None:
                if function.declaration is None and self._is_name(node):
                    return None
                if function.name in LOOSE or function.name in ("exp", "trace", "det"):
                    cursor.take()
                    self.mark(named)
                    return self._applied(cursor, function.name, (named,), None, sup, primes)
                return self._without_argument(cursor, function, node)
            self.mark(named)
            cursor.take()
            argument = self._of(function, node)
            term: Term = Call(function.name, (argument,), (primes,) if primes else (), span=span_of(node))
            return self.raised(term, sup, node) if sup is not None else term
        if self._is_plain_name(function.key) and not self._is_call(function, bracket):
            self.refuse(f"`{function.key}` is a name and a function: this may be a product or a call", (node, bracket),
                        r"write \cdot for the product, or give one of them another name")
        self.mark(named)
        cursor.take()
        order = None if sup is None else order_of(sup)
        if order is not None and sup is not None:
            self.mark(sup)
            primes, sup = order, None
        cursor.take()
        args = tuple(self.family_or_value(part) for part in split_at(bracket.items, (",", ";")))
        if function.declaration is not None:
            wanted = function.arity if function.declaration.kind == "function" else 1
            if len(args) != wanted:
                self.refuse(
                    f"`{function.key}` takes {wanted} argument{'s' * (wanted != 1)}, and {len(args)} are written",
                    (node, bracket),
                )
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
            if is_minus_one(sup):
                term = self._inverse(function, args, (node, bracket))
                self.mark(sup)
                return self.scripts(term, after) if isinstance(after, Scripted) else term
            if isinstance(after, Scripted):
                self.refuse("a function has two superscripts", sup)
            if function.declaration is not None:
                self.refuse(f"this may be a power of `{function.key}` or its repeated application", sup,
                            r"write f(x)^2 or f(f(x))")
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
        assert function.of is not None
        try:
            return self.value(lay_out(tokenize(function.of)))
        except LatexProblem as problem:
            self.refuse(f"the argument `{function.of}` that the notation gives `{function.key}`: {problem.message}", at)

    def _is_plain_name(self, key: str) -> bool:
        """True for the key of a name without scripts, or of a family that may stand without them."""
        return any(not any((*name.sub, *name.sup)) for name in self._by_base.get(key, ()))

    def _is_call(self, function: Function, bracket: Bracket) -> bool:
        """True where a bracket behind a sign that is a name and a function surely holds arguments."""
        if len(bracket.items) == 1:
            node = bracket.items[0]     # nobody writes a product as p(x)
            leaf = node.base if isinstance(node, Scripted) and node.sup is None else node
            return (isinstance(leaf, Leaf) and leaf.kind in ("letter", "command")) or (
                isinstance(leaf, Command) and leaf.name in LETTER_LIKE)
        return any(isinstance(n, Leaf) and (n.text in SEPARATORS or n.text == "=") for n in bracket.items)

    def _opaque(self, cursor: Cursor, function: Function, named: Node, sup: Nodes | None, primes: int) -> Term | None:
        """E(X), p(x|m), RSS: the value of a function of which nothing is known."""
        node = cursor.peek()
        assert node is not None
        after = cursor.peek(1)
        bracket = bracket_of(after)
        called = bracket is not None and bracket.opening in ("(", "[", r"\{") and bracket.closing in (")", "]", r"\}")
        if called and self._is_plain_name(function.key):
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
        if sup is not None and (canonical(sup) in self.notation.labels or canonical(sup) in STARS):
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
        inverse = power is not None and is_minus_one(power)
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
        if function.key == r"\mathrm{diag}" and not holes and (matrix := self.diagonal(parts, at)) is not None:
            self.mark((bracket,))
            return matrix
        if function.density and ";" in separators:
            args = self._values(parts)
            if args is not None:
                known = density(function.density, args, self, at)
                if known is not None:
                    return known
        if function.expectation and head == function.key and not set(separators) - {","}:
            expected = self._expectation(function.expectation, parts, at)
            if expected is not None:
                return expected
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
            event = self._event(part) if head in CHANCES and not holes else None
            text, inner, more = event or self.as_set(part, function.name)
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
        number = function.key not in _OF_ARRAYS or not mentions
        return self.template(at, key, tuple(args_found), hint if simple else f"{function.name} of", at=at,
                             mentions=frozenset(mentions), number=number)

    def _event(self, part: Nodes) -> tuple[str, tuple[Term, ...], frozenset[str]] | None:
        """An event as it is set, with a hole for each side of its relations, and the values of these."""
        found = sides_of(part)
        values = [] if found is None else [self._scalar(side) for side in found[0]]
        args = tuple(value for value in values if value is not None)
        if found is None or len(args) < len(values):
            return None
        return HOLE + "".join(sign + HOLE for sign in found[1]), args, frozenset()

    def _expectation(self, function: str, parts: list[Nodes], at: Nodes) -> Term | None:
        """The expectation or the like of something random; None where nothing in it is, or it is not read."""
        least, most = ARRAY_FUNCTIONS[function]
        before, extra = set(self.seen), dict(self.extra)
        args = self._values(parts) if least <= len(parts) <= most else None
        if args is not None:
            names = frozenset().union(*(free_names(arg) for arg in args))
            term = Call(function, tuple(args), span=span_of(at))
            try:
                if any(RANDOM in self.declarations[name].assumptions for name in names & set(self.declarations)):
                    self.shape(term, at)
                    return term
            except LatexProblem:
                pass
        self.seen = before
        for name in set(self.extra) - set(extra):
            del self.extra[name], self.declarations[name]
        return None

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
