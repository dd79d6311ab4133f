"""The grammar of expressions: sums, products and factors.

Untrusted as to truth; what is judged is what this makes of the text. It keeps order and exact numbers, and refuses
what is not clear. Each module from `names` up to this one reads one kind of thing and hands the rest on. Imports the
ground floor, `atoms` and the typeset tree.
"""

from __future__ import annotations

from fractions import Fraction

from lossproof.read.latex.atoms import Atoms
from lossproof.read.latex.distributions import DISTRIBUTION, DISTRIBUTIONS
from lossproof.read.latex.folds import TIMES
from lossproof.read.latex.matching import LETTER_LIKE, split_at
from lossproof.read.latex.names import TRANSPOSED, Cursor, span_of
from lossproof.read.latex.tokens import LatexProblem
from lossproof.read.latex.typeset import (
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
)
from lossproof.term import MINUS_ONE, Add, Call, Const, Entry, Mul, Number, Pow, Symbol, Term, walk

__all__ = ["Grammar"]

class Grammar(Atoms):
    """Reads nodes of a formula as terms and conditions."""

    def value(self, nodes: Nodes) -> Term:
        """The term of a whole expression; LatexProblem where it is none."""
        if not nodes:
            self.refuse("there is nothing where an expression is expected", nodes)
        for node in nodes:
            if isinstance(node, Leaf) and node.text in (",", ";", ":", "|", r"\mid"):
                self.refuse(f"`{node.text}` is not expected here", node)
        with self.deeper(nodes):
            nodes = self.integrals(nodes)
            return self._sum(nodes)

    def side(self, nodes: Nodes, relation: str) -> Term:
        """A whole side of a row: a value, or a list; a set or a distribution beside the signs that call for one."""
        if any(isinstance(n, Leaf) and n.text in (",", ";", "|", r"\mid") for n in nodes) or (
                len(nodes) == 1 and _is_tuple(nodes[0])):
            return self._list(nodes)
        if relation == "distributed by":
            named = self._distribution(nodes)
            if named is not None:
                return named
        if relation == "distributed by" and not (
                len(nodes) == 2 and isinstance(nodes[1], Bracket) and self.function_at(nodes[0]) is not None):
            return self.set_as_is(nodes, "distribution")    # \\chi^2(k) is no product
        if relation not in ("in", "notin", "subset", "distributed", "distributed by", "independent"):
            return self.value(nodes)
        before = set(self.seen)
        try:
            return self.value(nodes)
        except LatexProblem:
            self.seen = before
            return self.set_as_is(nodes, "set")

    def _distribution(self, nodes: Nodes) -> Term | None:
        """A distribution of a known name with parameters that are values: its name as set, and they."""
        if len(nodes) < 2 or not isinstance(nodes[-1], Bracket) or canonical(nodes[:-1]) not in DISTRIBUTIONS:
            return None
        before = set(self.seen)
        try:
            parts = split_at(nodes[-1].items, (",",))
            parameters = [self.value(part) for part in parts]
        except LatexProblem:
            self.seen = before
            return None
        self.mark(nodes)
        for node in nodes[-1].items:
            if isinstance(node, Leaf) and node.text == ",":
                self.mark(node)
        name = Symbol("~ " + canonical(nodes[:-1]), span=span_of(nodes))
        return Call(DISTRIBUTION, (name, *parameters), span=span_of(nodes))

    def _list(self, nodes: Nodes) -> Term:
        """x_1, \\ldots, x_n in brackets as a vector, also transposed; any other list is read as it is set."""
        bracket = nodes[0].base if isinstance(nodes[0], Scripted) else nodes[0]
        if len(nodes) == 1 and isinstance(bracket, Bracket) and bracket.opening in ("(", "[", r"\{", r"\lbrace"):
            before = set(self.seen)
            try:
                found = self.listed(split_at(bracket.items, (",",)), nodes)
            except LatexProblem:
                found = None
            if found is not None:
                return found
            self.seen = before
        return self.set_as_is(nodes, "list")

    def _sum(self, nodes: Nodes) -> Term:
        parts = self._signed_parts(nodes)
        if len(parts) == 1 and parts[0][0] == "+":
            return self.product(parts[0][1])
        terms: list[Term] = []
        signs: list[str] = []
        negated: dict[int, Term] = {}       # what is in brackets behind a minus sign stays one factor
        waiting: tuple[Nodes, str] | None = None        # dots whose last term is to come
        for sign, part in parts:
            if canonical(part) == r"\dots":
                if not terms or waiting is not None:
                    self.refuse("the dots do not say what they stand for", part)
                self.mark(part)
                waiting = part, sign
                continue
            term = self.product(part)
            if sign == "-" and len(part) == 1 and isinstance(part[0], Bracket) and isinstance(term, Mul | Number):
                negated[id(term)] = Mul((MINUS_ONE, term), span=term.span)
            if waiting is not None:
                same = [t for t, s in zip(terms, signs, strict=True)]
                found = None
                if signs[-1] == waiting[1] == sign or (
                    len(signs) == 1 == signs.count("+") and sign == waiting[1] == "+"
                ):
                    run = 1
                    while run < len(signs) and (signs[-1 - run] == sign):
                        run += 1
                    found = self.dotted(same[-run:], term, "sum", part)
                if found is None:
                    self.refuse("the dots do not say what they stand for", waiting[0],
                                "the terms on both sides must differ in one index only")
                fold, taken = found
                del terms[-taken:], signs[-taken:]
                term = fold
                waiting = None
            joined = self.joined(terms[-1], term) if terms and signs[-1] == sign else None
            if joined is not None:
                terms[-1] = joined
            else:
                terms.append(term)
                signs.append(sign)
        if waiting is not None:
            self.refuse("the dots have nothing behind them", waiting[0])
        args = tuple(negated.get(id(t), self._negated(t)) if s == "-" else t for t, s in zip(terms, signs, strict=True))
        whole = args[0] if len(args) == 1 else Add(args, span=span_of(nodes))
        self.shape(whole, nodes)
        return whole

    def _signed_parts(self, nodes: Nodes) -> list[tuple[str, Nodes]]:
        """The summands with their signs."""
        parts: list[tuple[str, Nodes]] = []
        sign, begin = "+", 0
        for place, node in enumerate(nodes):
            if not (isinstance(node, Leaf) and node.text in ("+", "-", r"\pm", r"\mp")):
                continue
            if node.text in (r"\pm", r"\mp"):
                self.refuse("two signs at once are not read", node, code="LP105")
            self.mark(node)
            before = nodes[begin:place]
            if before and _opens_body(before[-1]):
                continue        # \sum_k -x_k: the sign belongs to the body
            if not before:
                if place + 1 >= len(nodes):
                    self.refuse("there is nothing behind this sign", node)
                if begin < place or (
                    parts and not before and begin == place and place > 0 and _is_sign(nodes[place - 1])
                ):
                    self.refuse("two signs stand side by side", node, "use brackets")
                if place == 0 or not parts:
                    sign = _both(sign, node.text)
                    begin = place + 1
                    continue
            if before and isinstance(before[-1], Leaf) and before[-1].text in (*TIMES, "/"):
                self.refuse("two signs stand side by side", node, "use brackets")
            parts.append((sign, before))
            sign, begin = node.text, place + 1
        if begin >= len(nodes):
            self.refuse("there is nothing behind this sign", nodes[-1])
        parts.append((sign, nodes[begin:]))
        return parts

    def signed_product(self, nodes: Nodes) -> Term:
        """A product, with a sign before it or without one."""
        first = nodes[0] if nodes else None
        if isinstance(first, Leaf) and first.text in ("+", "-") and len(nodes) > 1:
            self.mark(first)
            term = self.product(nodes[1:])
            return self._negated(term) if first.text == "-" else term
        return self.product(nodes)

    def _negated(self, term: Term) -> Term:
        match term:
            case Number(value):
                return Number(-value, span=term.span)
            case Const("oo"):
                return Const("-oo", span=term.span)
            case Mul((Number(value) as first, *rest)) if value > 0 and rest:
                return Mul((Number(-value, span=first.span), *rest), span=term.span)
            case Mul(args):
                return Mul((MINUS_ONE, *args), span=term.span)
            case _:
                return Mul((MINUS_ONE, term), span=term.span)

    def product(self, nodes: Nodes) -> Term:
        """The term of a product: factors side by side or with signs between them."""
        if not nodes:
            self.refuse("there is nothing where a factor is expected", nodes)
        parts = split_at(nodes, (r"\odot", r"\circ"))
        if len(parts) > 1:
            for operation in nodes:
                if isinstance(operation, Leaf) and operation.text in (r"\odot", r"\circ"):
                    self.mark(operation)
            if not all(parts):
                self.refuse("this sign has nothing beside it", nodes)
            term = Call("hadamard", tuple(self.product(part) for part in parts), span=span_of(nodes))
            self.shape(term, nodes)
            return term
        if any(map(_composes, nodes)):
            return self.set_as_is(nodes, "composed")
        cursor = Cursor(nodes)
        factors: list[Term] = []
        sign: Node | None = None
        while (node := cursor.peek()) is not None:
            if isinstance(node, Leaf) and node.text in (*TIMES, "/", r"\div"):
                if not factors or sign is not None:
                    self.refuse("this sign has nothing before it", node)
                self.mark(node)
                sign = cursor.take()
                continue
            if isinstance(node, Leaf) and node.text == r"\bmod":
                self.mark(cursor.take())
                return Call("Mod", (self._factors(factors, nodes), self.product(cursor.rest)), span=span_of(nodes))
            if isinstance(node, Leaf) and node.text == r"\dots":
                factors = [self._dotted_product(cursor, factors)]
                sign = None
                continue
            slash = isinstance(sign, Leaf) and sign.text in ("/", r"\div")
            if slash:
                factor = self._divisor(cursor)
            else:
                factor = self.factor(cursor)
            factors.append(Pow(factor, MINUS_ONE, span=factor.span) if slash else factor)
            if slash and self.is_array(factor, nodes):
                self.refuse("an array has no reciprocal", nodes, "LP106")
            sign = None
        if sign is not None:
            self.refuse("this sign has nothing behind it", sign)
        return self._factors(factors, nodes)

    def _divisor(self, cursor: Cursor) -> Term:
        begin = cursor.at
        factor = self.factor(cursor)
        after = cursor.peek()
        if after is not None and not (
            isinstance(after, Leaf) and (after.text in TIMES or after.text in ("/", r"\dots"))
        ):
            self.refuse("it is not clear what this slash divides by", cursor.nodes[max(begin - 1, 0):cursor.at + 1],
                        r"write \frac{a}{b} c, or use brackets")
        return factor

    def _dotted_product(self, cursor: Cursor, factors: list[Term]) -> Term:
        """x_1 \\cdots x_n"""
        dots = cursor.take()
        self.mark(dots)
        after = cursor.peek()
        if isinstance(after, Leaf) and after.text in TIMES:
            self.mark(cursor.take())
        if not factors or cursor.peek() is None:
            self.refuse("the dots do not say what they stand for", dots)
        last = self.factor(cursor)
        found = self.dotted(factors, last, "product", (dots,))
        if found is None:
            self.refuse("the dots do not say what they stand for", dots,
                        "the factors on both sides must differ in one index only")
        fold, taken = found
        rest = factors[:-taken]
        return Mul((*rest, fold), span=span_of(cursor.nodes)) if rest else fold

    def _factors(self, factors: list[Term], nodes: Nodes) -> Term:
        if len(factors) == 1:
            return factors[0]
        span = span_of(nodes)
        arrays = [f for f in factors if self.shape(f, nodes)]
        unclear = [f for f in factors if self.is_perhaps_array(f)]
        if unclear and len(unclear) + len(arrays) > 1:
            self.need_number(unclear[0], nodes)     # the order of matrices counts
        if len(arrays) > 1:
            self._check_between(factors, arrays, nodes)
        term: Term
        if len(arrays) < 2:
            term = Mul(tuple(factors), span=span)
        else:
            product = Call("matmul", tuple(arrays), span=span)
            if len(arrays) == len(factors):
                term = product
            else:
                rest: list[Term] = []
                for factor in factors:
                    if factor is arrays[0]:
                        rest.append(product)
                    elif not any(factor is array for array in arrays):
                        rest.append(factor)
                term = Mul(tuple(rest), span=span)
        self.shape(term, nodes)
        return term

    def _check_between(self, factors: list[Term], arrays: list[Term], nodes: Nodes) -> None:
        """LatexProblem where a letter that nobody declared to be a number stands between matrices."""
        ends = [n for n, factor in enumerate(factors) if any(factor is array for array in arrays)]
        for factor in factors[ends[0] + 1 : ends[-1]]:
            for part in () if any(factor is array for array in arrays) else walk(factor):
                name = part.name if isinstance(part, Symbol) else part.family if isinstance(part, Entry) else ""
                if name in self.declarations and self.declarations[name].assumed:
                    self.refuse("a letter between matrices is no number, and it was taken for one", nodes,
                                "declare it as a matrix, or as a number", "LP106")

    def factor(self, cursor: Cursor) -> Term:
        """One factor with its scripts, and a factorial behind it."""
        before = cursor.at
        node = cursor.peek()
        assert node is not None
        term = self._factor(cursor, node)
        while (after := cursor.peek()) is not None:
            if isinstance(after, Leaf) and after.text == r"\%":
                self.mark(cursor.take())
                term = Mul((term, Number(Fraction(1, 100))), span=span_of(cursor.nodes[before:cursor.at]))
            elif isinstance(after, Leaf) and after.text == "!":
                self.mark(cursor.take())
                term = Call("factorial", (term,), span=span_of(cursor.nodes[before:cursor.at]))
            elif isinstance(after, Scripted) and isinstance(after.base, Leaf) and after.base.text in ("!",):
                self.mark(after.base)
                cursor.take()
                term = self.scripts(Call("factorial", (term,), span=span_of(cursor.nodes[before:cursor.at])), after)
            elif isinstance(after, Scripted) and isinstance(after.base, Leaf) and after.base.text == "|" \
                    and after.sub is not None:
                self.mark(after.base)
                cursor.take()
                term = self.value_at(term, after.sub, after) if after.sup is None else self.between(
                    cursor.nodes[before:cursor.at - 1], after.sub, after.sup, after)
            elif isinstance(after, Scripted) and after.base == Group((), after.base.start, after.base.end) \
                    and after.sub is None and not after.primes:
                cursor.take()
                term = self.scripts(term, after)
            else:
                return term
        return term

    def _factor(self, cursor: Cursor, node: Node) -> Term:
        spread = self.spread_name(cursor)
        if spread is not None:
            return spread
        operator = self.operator(cursor)
        if operator is not None:
            return operator
        called = self.call(cursor)
        if called is not None:
            return called
        after = cursor.peek(1)
        if isinstance(node, Leaf | Scripted | Command) and _is_call_like(after) and (
                not isinstance(node, Scripted) or node.sup is None) and self._is_name(node):
            assert after is not None
            if self._is_assumed(node):
                return self._value_of_something(cursor, node, after)
            self.refuse(f"`{canonical(node)}` is declared as a name, and this looks like its value at something",
                        (node, after), r"declare it under functions, or write \cdot for the product", "LP107")
        inverted = self._inverse_at(cursor, node, after)
        if inverted is not None:
            return inverted
        differential = self._differential_alone(cursor) or self._indicator(cursor)
        if differential is not None:
            return differential
        cursor.take()
        return self._atom(node)

    def _atom(self, node: Node) -> Term:
        match node:
            case Leaf("number"):
                self.mark(node)
                return Number(Fraction(node.text), span=span_of(node))
            case Command(name=r"\mathrm", args=(inner,)) if _is_formula(inner):
                return self.value(inner)        # \\mathrm{1 - R^2}
            case Group(items=items):
                if not items:
                    self.refuse("there is nothing between these braces", node)
                return self.value(items)
            case Bracket():
                return self._bracket(node, None)
            case Scripted(base=Bracket() as bracket):
                return self._bracket(bracket, node)
            case Scripted(base, sub, sup, primes):
                return self._scripted(node, base, sub, sup, primes)
            case Command(name=r"\frac", args=(above, below)):
                return self._fraction(node, above, below)
            case Command(name=r"\binom", args=(above, below)):
                return self._binomial(node, above, below)
            case Command(name=r"\sqrt", args=(inside,), option=option):
                return self._root(node, inside, option)
            case Command(name=r"\boxed" | r"\smash" | r"\ensuremath" | r"\cancel" | r"\underbrace" | r"\overbrace",
                         args=(inside,)):
                return self.value(inside)
            case Command(name=r"\overset" | r"\underset" | r"\stackrel"):
                self.refuse("what is stacked here is not read", node, code="LP105")
            case Environment(name=name):
                return self._environment(node, name)
            case Leaf() | Command() | Words():
                return self._letter(node)


def _composes(node: Node) -> bool:
    """True for the signs of sets and of the Kronecker product, which are read as they are set."""
    leaf = node.base if isinstance(node, Scripted) else node
    return isinstance(leaf, Leaf) and leaf.text in (r"\otimes", r"\oplus", r"\cup", r"\cap", r"\setminus", r"\emptyset",
                                                    r"\Omega_")


def _is_formula(nodes: Nodes) -> bool:
    """True for a sum or difference, which is no name in whatever font."""
    return any(isinstance(node, Leaf) and node.text in ("+", "-", "=") for node in nodes[1:])


def _is_tuple(node: Node) -> bool:
    """True for brackets with a list in them, transposed or not."""
    if isinstance(node, Scripted) and node.sup is not None and canonical(node.sup) in TRANSPOSED and node.sub is None:
        node = node.base
    return isinstance(node, Bracket) and any(
        isinstance(n, Leaf) and n.text in (",", ";", "|", r"\mid", ":") for n in node.items)


def _is_call_like(node: Node | None) -> bool:
    """True for (x) and (x, y): brackets that nobody puts around a factor."""
    raised = isinstance(node, Scripted)
    if isinstance(node, Scripted):
        node = node.base
    if not isinstance(node, Bracket) or node.opening != "(" or node.closing != ")":
        return False
    if any(isinstance(n, Leaf) and n.text in (",", ";", "|", r"\mid", "=") for n in node.items):
        return True
    if len(node.items) == 2 and _is_call_like(node.items[1]) and not isinstance(node.items[0], Leaf):
        return True         # f(g^{-1}(x))
    inner = node.items[0] if len(node.items) == 1 else None
    if isinstance(inner, Scripted) and inner.sup is None and not inner.primes:
        if raised:
            return False        # n (\\bar{y}_i)^2: in brackets because of the power
        inner = inner.base
    return (isinstance(inner, Leaf) and inner.kind in ("letter", "command")) or (
        isinstance(inner, Command) and inner.name in LETTER_LIKE)


def _opens_body(node: Node) -> bool:
    """True for \\sum and \\prod with what stands below them."""
    return isinstance(node, Scripted) and isinstance(node.base, Leaf) and node.base.text in (r"\sum", r"\prod")


def _is_sign(node: Node) -> bool:
    return isinstance(node, Leaf) and node.text in ("+", "-")


def _both(first: str, second: str) -> str:
    return "+" if first == second else "-"
