"""The grammar of expressions: sums, products, powers, brackets, matrices, cases, conditions.

Untrusted as to truth; what is judged is what this makes of the text. It keeps order and exact numbers, and
refuses what is not clear. Imports the ground floor, `operators` and the typeset tree.
"""

from __future__ import annotations

from fractions import Fraction

from lossproof.read.latex.calls import split_at
from lossproof.read.latex.layout import (
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
from lossproof.read.latex.names import (
    LETTER_LIKE,
    ONE_LETTER_CONSTANTS,
    TRANSPOSED,
    Cursor,
    literal,
    span_of,
)
from lossproof.read.latex.notation import identifier, split_parts
from lossproof.read.latex.operators import RELATIONS, Operators
from lossproof.read.latex.tokens import LatexProblem
from lossproof.read.magnitude import is_huge
from lossproof.term import (
    MINUS_ONE,
    ONE,
    Add,
    Bool,
    Call,
    Const,
    Derivative,
    Entry,
    Mul,
    Number,
    Piecewise,
    Pow,
    Relation,
    Symbol,
    Term,
    divide,
)

__all__ = ["Grammar"]

_TIMES = frozenset({r"\cdot", r"\times", "*"})
_MATRICES = frozenset({"matrix", "pmatrix", "bmatrix", "vmatrix", "Bmatrix", "smallmatrix", "array", "Vmatrix"})
# Relations that no term has: what they join is read as it is set.
_STATEMENTS = frozenset({r"\sim", r"\notin", r"\propto", r"\approx", r"\subset", r"\subseteq", r"\rightarrow", r"\perp", r"\equiv"})
_OTHERWISE = frozenset({"otherwise", "else", "sonst", "otherwise.", "else.", "in all other cases"})
_FILLERS = frozenset({"if", "for", "when", "where", "and", "with", "if,", "falls", "for all"})


class Grammar(Operators):
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

    # sums

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
                if signs[-1] == waiting[1] == sign or (len(signs) == 1 == signs.count("+") and sign == waiting[1] == "+"):
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
                if begin < place or (parts and not before and begin == place and place > 0 and _is_sign(nodes[place - 1])):
                    self.refuse("two signs stand side by side", node, "use brackets")
                if place == 0 or not parts:
                    sign = _both(sign, node.text)
                    begin = place + 1
                    continue
            if before and isinstance(before[-1], Leaf) and before[-1].text in (*_TIMES, "/"):
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

    # products

    def product(self, nodes: Nodes) -> Term:
        """The term of a product: factors side by side or with signs between them."""
        if not nodes:
            self.refuse("there is nothing where a factor is expected", nodes)
        parts = split_at(nodes, (r"\odot", r"\circ"))
        if len(parts) > 1:
            for node in nodes:
                if isinstance(node, Leaf) and node.text in (r"\odot", r"\circ"):
                    self.mark(node)
            if not all(parts):
                self.refuse("this sign has nothing beside it", nodes)
            term = Call("hadamard", tuple(self.product(part) for part in parts), span=span_of(nodes))
            self.shape(term, nodes)
            return term
        if any(_composes(n) for n in nodes):
            return self.set_as_is(nodes, "composed")
        cursor = Cursor(nodes)
        factors: list[Term] = []
        sign: Node | None = None
        while (node := cursor.peek()) is not None:
            if isinstance(node, Leaf) and node.text in (*_TIMES, "/", r"\div"):
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
        if after is not None and not (isinstance(after, Leaf) and (after.text in _TIMES or after.text in ("/", r"\dots"))):
            self.refuse("it is not clear what this slash divides by", cursor.nodes[max(begin - 1, 0):cursor.at + 1],
                        r"write \frac{a}{b} c, or use brackets")
        return factor

    def _dotted_product(self, cursor: Cursor, factors: list[Term]) -> Term:
        """x_1 \\cdots x_n"""
        dots = cursor.take()
        self.mark(dots)
        after = cursor.peek()
        if isinstance(after, Leaf) and after.text in _TIMES:
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

    # factors

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
        differential = self._differential_alone(cursor) or self._indicator(cursor)
        if differential is not None:
            return differential
        cursor.take()
        return self._atom(node)

    def _is_assumed(self, node: Node) -> bool:
        """True where nobody declared the name: then it may be a function as well."""
        term = self.name(node)
        declaration = self.declarations.get(term.name if isinstance(term, Symbol) else term.family if isinstance(
            term, Entry) else "")
        return declaration is not None and declaration.assumed

    def _value_of_something(self, cursor: Cursor, node: Node, after: Node) -> Term:
        """D(\\beta, \\sigma^2) of a letter that was taken for a name: read as it is set."""
        bracket = after.base if isinstance(after, Scripted) else after
        cursor.at += 2
        self.mark(node)
        head = canonical(node)
        inside, holes, arrays = self.as_set((bracket,), "value")
        self.mark(bracket)
        term = self.template((node, bracket), head + inside, holes, f"{identifier(head)} of", mentions=arrays)
        return self.scripts(term, after) if isinstance(after, Scripted) else term

    def _differential_alone(self, cursor: Cursor) -> Term | None:
        """\\mathrm{d}x outside of integrals and derivatives: read as it is set."""
        node, after = cursor.peek(), cursor.peek(1)
        if node is None or after is None or canonical(node) != r"\mathrm{d}" or not self._is_index((after,)) \
                or r"\mathrm{d}" in self._by_base:
            return None
        cursor.at += 2
        self.mark((node, after))
        return self.template((node, after), canonical((node, after)), (), "differential of")

    def _atom(self, node: Node) -> Term:
        match node:
            case Leaf("number"):
                self.mark(node)
                return Number(Fraction(node.text), span=span_of(node))
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

    def _letter(self, node: Node) -> Term:
        term = self.name(node)
        if term is not None:
            return term
        key = canonical(node)
        if key in ONE_LETTER_CONSTANTS or key == "e":
            self.mark(node)
            constant = Const("E") if key == "e" else ONE_LETTER_CONSTANTS[key]
            return Const(constant.name, span=span_of(node))  # type: ignore[attr-defined]
        if isinstance(node, Words):
            self.refuse(f"the words `{node.text.strip()[:40]}` stand inside of a formula", node, code="LP105")
        if isinstance(node, Leaf) and node.kind == "sign":
            self.refuse(f"`{node.text}` is not expected here", node)
        if key == r"\mathrm{d}":
            self.refuse("a differential stands alone", node, "write an integral or a derivative", "LP105")
        if isinstance(node, Leaf) and node.text in (r"\bullet",):
            self.refuse(f"`{node.text}` is not read", node, code="LP105")
        if isinstance(node, Command) and node.name not in LETTER_LIKE:
            self.refuse(f"`{node.name}` is not read", node, code="LP105")
        self.undeclared(node)

    def _scripted(self, node: Scripted, base: Node, sub: Nodes | None, sup: Nodes | None, primes: int) -> Term:
        if isinstance(base, Command) and base.name in (r"\underbrace", r"\overbrace"):
            self.mark((*(sub or ()), *(sup or ())))     # a remark on what stands in the brace
            return self._atom(base)
        key = canonical(base)
        term = self.name(node)
        if term is not None:
            return term
        if key in ("e", r"\mathrm{e}") and sub is None and sup is not None and not primes and not self._names_e(key):
            self.mark(base)
            return Call("exp", (self.value(sup),), span=span_of(node))
        if primes:
            found = self.name(Scripted(base, sub, None, 0, node.start, node.end) if sub is not None else base)
            if found is not None:
                return self.primed(found, node)
        special = self._special(node, key, sub)
        if special is not None:
            if primes:
                return self.primed(special, node)
            return special if sup is None else self.raised(special, sup, node)
        if sub is None and not isinstance(base, Leaf | Words) and not (isinstance(base, Command) and base.name in LETTER_LIKE):
            inner = self._atom(base)
            if primes:
                return self.primed(inner, node)
            return inner if sup is None else self.raised(inner, sup, node)
        if sub is None and isinstance(base, Leaf) and (base.kind == "number" or key in ONE_LETTER_CONSTANTS):
            inner = self._atom(base)
            return self.primed(inner, node) if primes else self.raised(inner, sup or (), node)
        if isinstance(base, Group) and sub is not None and len(base.items) == 1:
            return self._group_entry(node, base, sub, sup)
        self.undeclared(node)

    def _group_entry(self, node: Scripted, base: Group, sub: Nodes, sup: Nodes | None) -> Term:
        """{x_0}_i: an entry of a name that has a subscript itself."""
        inner = base.items[0]
        if not isinstance(inner, Scripted) or inner.sub is None:
            self.undeclared(node)
        comma = Leaf("sign", ",", inner.end, inner.end)
        term = self.name(Scripted(inner.base, (*inner.sub, comma, *sub), inner.sup, inner.primes, node.start, node.end))
        if term is None:
            whole = self.name(inner)
            shape = () if whole is None else self.shape(whole, node)
            parts = split_parts(sub) if len(shape) != 1 else (sub,)
            if not isinstance(whole, Symbol) or not shape or len(parts) != len(shape):
                self.undeclared(node)
            term = Entry(whole.name, tuple(self.index(p) for p in parts), span=span_of(node))
        return term if sup is None else self.raised(term, sup, node)

    def _names_e(self, key: str) -> bool:
        return any(not name.sub for name in self._by_base.get(key, ()))

    def _special(self, node: Scripted, key: str, sub: Nodes | None) -> Term | None:
        """Signs with indices that have a meaning where nothing else is declared: delta_{ij}, 1_{i = j}, I_n, H_n."""
        if sub is None or any(not name.sup or None in name.sup for name in self._by_base.get(key, ())):
            return None
        parts = split_parts(sub)
        if key == r"\delta" and len(parts) == 2:
            self.mark(node.base)
            return Call("KroneckerDelta", (self.value(parts[0]), self.value(parts[1])), span=span_of(node))
        if key in (r"\mathbf{1}", r"\mathbb{1}", r"\mathbf{0}") and sub:
            equal = [n for n, s in enumerate(sub) if isinstance(s, Leaf) and s.text == "="]
            if len(equal) == 1 and key != r"\mathbf{0}":
                self.mark(node.base)
                self.mark(sub[equal[0]])
                return Call("KroneckerDelta", (self.value(sub[:equal[0]]), self.value(sub[equal[0] + 1:])),
                            span=span_of(node))
            self.mark(node.base)
            sizes = tuple(self.value(part) for part in self._sizes(sub))
            return Call("zeros" if key == r"\mathbf{0}" else "ones", sizes, span=span_of(node))
        if key in ("I", r"\mathbf{I}", r"\mathrm{I}"):
            sizes = tuple(self.value(part) for part in self._sizes(sub))
            if sizes and all(s == sizes[0] for s in sizes):
                self.mark(node.base)
                return Call("identity", (sizes[0],), span=span_of(node))
        if key in ("0", "1") and isinstance(node.base, Leaf):
            self.mark(node.base)
            sizes = tuple(self.value(part) for part in split_parts(sub))
            if not 1 <= len(sizes) <= 2:
                self.refuse("an array of zeros or ones has one or two sizes", sub)
            return Call("zeros" if key == "0" else "ones", sizes, span=span_of(node))
        if key == "H" and len(parts) == 1:
            self.mark(node.base)
            return Call("harmonic", (self.value(sub),), span=span_of(node))
        if key == r"\gamma" and canonical(sub) in (r"\mathrm{E}", "E"):
            self.mark(node)
            return Const("EulerGamma", span=span_of(node))
        return None

    def _sizes(self, sub: Nodes) -> list[Nodes]:
        for node in sub:
            if isinstance(node, Leaf) and node.text in (r"\times", ","):
                self.mark(node)
        return split_at(sub, (r"\times", ","))

    def _fraction(self, node: Command, above: Nodes, below: Nodes) -> Term:
        if not above or not below:
            self.refuse("a part of this fraction is empty", node)
        top, bottom = self.value(above), self.value(below)
        if self.is_array(bottom, below):
            self.refuse("an array has no reciprocal", below, "write A^{-1}", "LP106")
        one, other = (literal(part[0]) if len(part) == 1 else None for part in (above, below))
        if one is not None and other is not None and one.denominator == other.denominator == 1 and other > 1:
            value = one / other
            if value.denominator == other:
                return Number(value, span=span_of(node))
        if top == ONE:
            return Pow(bottom, MINUS_ONE, span=span_of(node))
        term = divide(top, bottom)
        return Mul(term.args, span=span_of(node)) if isinstance(term, Mul) else term

    def _binomial(self, node: Command, above: Nodes, below: Nodes) -> Term:
        if any(isinstance(leaf, Leaf) and leaf.text in (",", r"\dots") for leaf in leaves(below)):
            return self.set_as_is((node,), "multinomial")
        return Call("binomial", (self.value(above), self.value(below)), span=span_of(node))

    def _root(self, node: Command, inside: Nodes, option: Nodes | None) -> Term:
        term = self.value(inside)
        if option is None:
            return Call("sqrt", (term,), span=span_of(node))
        degree = self.value(option)
        if isinstance(degree, Number) and degree.value == 2:
            return Call("sqrt", (term,), span=span_of(node))
        exponent: Term = Number(1 / degree.value) if isinstance(degree, Number) and degree.value else Pow(degree, MINUS_ONE)
        return Pow(term, exponent, span=span_of(node))

    # brackets

    def _bracket(self, bracket: Bracket, around: Scripted | None) -> Term:
        opening, closing, items = bracket.opening, bracket.closing, bracket.items
        at: Node = around or bracket
        if around is not None and around.sub is not None and around.sup is not None and not around.primes:
            equal = [n for n, s in enumerate(around.sub) if isinstance(s, Leaf) and s.text == "="]
            if len(equal) == 1 and opening == "(":
                return self.family(around, items, around.sub, around.sup, equal[0])
            if not equal and (opening in "[." or self.integrated is not None) and opening in "([.":
                return self.between(items, around.sub, around.sup, around)
        if opening == "." and closing == "|" and around is not None and around.sub is not None and around.sup is None:
            return self.value_at(self.value(items), around.sub, at)
        match opening, closing:
            case ("(", ")") | ("[", "]") | (r"\{", r"\}") | (".", "."):
                term = self.value(items)
            case ("|", "|"):
                term = self._bars(bracket)
            case (r"\|", r"\|"):
                return self._norm(bracket, around)
            case (r"\lfloor", r"\rfloor") | (r"\lceil", r"\rceil"):
                term = Call("floor" if opening == r"\lfloor" else "ceiling", (self.value(items),), span=span_of(bracket))
            case (r"\langle", r"\rangle"):
                return self._mean_value(bracket, around)
            case (r"\{", "."):
                if len(items) == 1 and isinstance(items[0], Environment):
                    return self._cases(items[0])
                self.refuse("this bracket is never closed", bracket, code="LP001")
            case _:
                self.refuse(f"a bracket from `{opening}` to `{closing}` is not read", bracket, code="LP105")
        if around is None:
            return term
        if around.sub is not None:
            return self._bracket_with_index(term, around, bracket)
        return self.scripts(term, around)

    def _bracket_with_index(self, term: Term, around: Scripted, bracket: Bracket) -> Term:
        """(A B)_{ij} is an entry; [f]_{x=a} a value at a point."""
        sub = around.sub
        assert sub is not None
        if around.sup is None and any(isinstance(n, Leaf) and n.text == "=" for n in sub):
            return self.value_at(term, sub, around)
        shape = self.shape(term, bracket)
        parts = split_parts(sub) if len(shape) != 1 else (sub,)
        if not shape or len(parts) != len(shape):
            self.refuse("a subscript stands where no name is", sub, "declare the name with its subscript")
        from lossproof.term import Component
        entry: Term = Component(term, tuple(self.index(p) for p in parts), span=span_of(around))
        return entry if around.sup is None else self.raised(entry, around.sup, around)

    def _bars(self, bracket: Bracket) -> Term:
        """A determinant, a number of members, or an absolute value."""
        members = self._members(bracket)
        if members is not None:
            return members
        term = self.value(bracket.items)
        shape = self.shape(term, bracket)
        if len(shape) == 2:
            made = Call("det", (term,), span=span_of(bracket))
            self.shape(made, bracket)
            return made
        if len(shape) == 1:
            return Call("sqrt", (Call("dot", (term, term)),), span=span_of(bracket))
        return Call("Abs", (term,), span=span_of(bracket))

    def _members(self, bracket: Bracket) -> Term | None:
        """|\\mathcal{X}|: how many members a set has."""
        items = bracket.items
        if len(items) != 1 or not isinstance(items[0], Command) or items[0].name != r"\mathcal" \
                or canonical(items) in self._by_base:
            return None
        from lossproof.derivation import Declaration, Domain
        size = f"card_{identifier(canonical(items))}"
        self.declare(Declaration(size, "size", Domain(lower=ONE.value, integer=True), assumed=True,
                                 assumptions=frozenset({UNSPECIFIED}), latex=rf"\mathrm{{card}}_{{{canonical(items)}}}"))
        self.mark((bracket,))
        return Symbol(size, span=span_of(bracket))

    def _norm(self, bracket: Bracket, around: Scripted | None) -> Term:
        if around is not None and around.sub is not None and canonical(around.sub) != "2":
            self.refuse("only the Euclidean norm is read", around.sub, code="LP105")
        if around is not None and around.sub is not None:
            self.mark(around.sub)
        term = self.value(bracket.items)
        shape = self.shape(term, bracket)
        if len(shape) == 2:
            self.refuse("the norm of a matrix is not read", bracket, code="LP105")
        made: Term = Call("sqrt", (Call("dot", (term, term)),), span=span_of(bracket)) if shape else \
            Call("Abs", (term,), span=span_of(bracket))
        return made if around is None or around.sup is None else self.raised(made, around.sup, around)

    def _mean_value(self, bracket: Bracket, around: Scripted | None) -> Term:
        """Angle brackets, with the density that the mean is by below them: read as they are set."""
        inner: Nodes = (bracket,) if around is None or around.sub is None else (
            Scripted(bracket, around.sub, None, 0, around.start, around.end),)
        term = self.set_as_is(inner, "mean_value")
        if around is None or around.sup is None:
            return term
        return self.raised(term, around.sup, around)

    # scripts

    def raised(self, base: Term, sup: Nodes, at: Node) -> Term:
        """`base` with a superscript: transposed, inverted, or a power."""
        key = canonical(sup)
        shape = self.shape(base, at)
        if key in TRANSPOSED and (shape or key != "T" or "T" not in self._by_base):
            self.mark(sup)
            if not shape:
                return base if isinstance(base, Call) or not isinstance(base, Symbol | Entry) else \
                    self._transposed_number(base, sup)      # x^T A x is a number, and its own transpose
            return Call("transpose", (base,), span=span_of(at))
        if key in (r"-\mathrm{T}", r"-T", r"-\top") and shape:
            self.mark(sup)
            return Call("transpose", (Call("inverse", (base,), span=span_of(at)),), span=span_of(at))
        if len(sup) == 1 and isinstance(sup[0], Bracket) and _is_mark(sup[0].items):
            self.refuse("this superscript in brackets is no power", sup,
                        f"declare the name with it, or list it under labels: {key}")
        if len(sup) == 1 and isinstance(sup[0], Leaf) and sup[0].text in ("*", r"\star", "+", "-", r"\dagger"):
            self.refuse("this superscript is no power", sup, "declare the name with it")
        if key in self.notation.labels:
            self.refuse(f"`{key}` is a label, and no name is declared with it here", sup, "declare the name with it",
                        "LP102")
        exponent = self.value(sup)
        if not shape or self.shapes.is_bare_family(base, self.frame.names):
            term = Pow(base, exponent, span=span_of(at))
            if is_huge(term):
                self.refuse("this power is a number with too many digits to be judged", at, code="LP105")
            if self.shape(exponent, sup):
                self.refuse("an exponent is a number", sup, code="LP106")
            return term
        if exponent == MINUS_ONE:
            made = Call("inverse", (base,), span=span_of(at))
        elif isinstance(exponent, Number) and exponent.value.denominator == 1 and 2 <= exponent.value <= 64 \
                and len(shape) == 2:
            made = Call("matmul", (base,) * int(exponent.value), span=span_of(at))
        else:
            self.refuse("a matrix has only the powers -1, 2, 3, ... here", at, code="LP106")
        self.shape(made, at)
        return made

    def _transposed_number(self, base: Term, sup: Nodes) -> Term:
        self.refuse("this is a number: it is not transposed", sup, "declare it as a vector or matrix", "LP106")

    def primed(self, term: Term, node: Scripted) -> Term:
        """`'` at what is no function: the derivative by what the row differentiates by, where the notation says so."""
        if self.notation.prime != "derivative":
            self.refuse("`'` stands at what is no function", node, "declare the name with its prime, or say "
                        "prime: derivative in the notation")
        if self.prime_by is None:
            self.refuse("it is not clear by what `'` differentiates", node,
                        r"the row's first side says it: \frac{\partial c}{\partial w}")
        if node.sup is not None:
            self.refuse("a prime and a power stand at one letter", node, "use brackets")
        for leaf in leaves((node,)):
            self.seen.add(leaf.start)
        return Derivative(term, self.prime_by, node.primes, span=span_of(node))

    def side(self, nodes: Nodes, relation: str) -> Term:
        """A whole side of a row: a value, or a list; a set or a distribution beside the signs that call for one."""
        if any(isinstance(n, Leaf) and n.text in (",", ";", "|", r"\mid") for n in nodes) or (
                len(nodes) == 1 and _is_tuple(nodes[0])):
            return self.set_as_is(nodes, "list")
        if relation not in ("in", "notin", "subset", "distributed", "independent"):
            return self.value(nodes)
        before = set(self.seen)
        try:
            return self.value(nodes)
        except LatexProblem:
            self.seen = before
            return self.set_as_is(nodes, "set")

    def set_as_is(self, nodes: Nodes, hint: str) -> Term:
        """A value that is only read as it is set."""
        parts = split_at(nodes, (",", ";", "|", r"\mid"))
        if not all(parts):
            self.refuse("a part of this list is empty", nodes)
        text, holes, arrays = self.as_set(nodes, hint)
        self.mark(nodes)
        return self.template(nodes, text, holes, f"{hint} of", mentions=arrays)

    # environments

    def _environment(self, node: Environment, name: str) -> Term:
        if name in ("cases", "rcases", "dcases"):
            return self._cases(node)
        if name in _MATRICES:
            return self.set_as_is((node,), "matrix")
        if name in ("aligned", "split", "gathered") and len(node.rows) == 1:
            return self.value(tuple(n for cell in node.rows[0] for n in cell))
        self.refuse(f"an environment `{name}` inside of a formula is not read", node, code="LP105")

    def _cases(self, node: Environment) -> Term:
        pieces: list[tuple[Term, Term]] = []
        for row in node.rows:
            cells = [cell for cell in row if cell]
            if not cells:
                continue
            value_nodes, condition_nodes = cells[0], tuple(n for cell in cells[1:] for n in cell)
            if not condition_nodes:
                value_nodes, condition_nodes = self._after_words(value_nodes)
            value_nodes = self._trimmed(value_nodes)
            if not condition_nodes or not value_nodes:
                self.refuse("a case is a value and a condition", cells[0], r"write a & \text{if } x < 0 \\")
            pieces.append((self.value(value_nodes), self.condition(condition_nodes)))
        if not pieces:
            self.refuse("there are no cases", node)
        return Piecewise(tuple(pieces), span=span_of(node))

    def _after_words(self, nodes: Nodes) -> tuple[Nodes, Nodes]:
        for place, node in enumerate(nodes):
            if isinstance(node, Words) and place:
                return nodes[:place], nodes[place:]
        return nodes, ()

    def _trimmed(self, nodes: Nodes) -> Nodes:
        """Without the comma or full stop at the end."""
        while nodes and isinstance(nodes[-1], Leaf) and nodes[-1].text in (",", ";", "."):
            self.mark(nodes[-1])
            nodes = nodes[:-1]
        return nodes

    # conditions

    def condition(self, nodes: Nodes) -> Term:
        """A relation, or several joined by commas and words; `otherwise` is always true."""
        nodes = self._trimmed(nodes)
        parts: list[list[Node]] = [[]]
        choice: list[int] = []
        for node in nodes:
            word = " ".join(node.text.split()).lower().rstrip(",.") if isinstance(node, Words) else ""
            if isinstance(node, Words) and word in _OTHERWISE and len(nodes) == 1:
                self.mark(node)
                return Bool("and", (), span=span_of(node))
            if isinstance(node, Words) and (word in _FILLERS or not word):
                self.mark(node)
                if parts[-1]:
                    parts.append([])
            elif isinstance(node, Leaf) and node.text in (",", r"\wedge"):
                self.mark(node)
                parts.append([])
            elif (isinstance(node, Words) and word == "or") or (isinstance(node, Leaf) and node.text == r"\vee"):
                self.mark(node)
                choice.append(len(parts))
                parts.append([])
            else:
                parts[-1].append(node)
        filled = [tuple(part) for part in parts if part]
        if not filled:
            self.refuse("a condition is expected here", nodes)
        found = [self._relation(part) for part in filled]
        if choice and len(choice) + 1 == len(found):
            return Bool("or", tuple(found), span=span_of(nodes))
        if choice:
            self.refuse("`and` and `or` stand side by side", nodes, "use one of them")
        return found[0] if len(found) == 1 else Bool("and", tuple(found), span=span_of(nodes))

    def _relation(self, nodes: Nodes) -> Term:
        if len(nodes) == 1 and isinstance(nodes[0], Bracket) and nodes[0].opening == "(":
            return self.condition(nodes[0].items)
        if any(isinstance(n, Words) or (isinstance(n, Leaf) and n.text in _STATEMENTS) or (isinstance(n, Command) and n.name in (
                r"\overset", r"\stackrel")) for n in nodes):
            return self._statement(nodes)
        places = [n for n, node in enumerate(nodes) if isinstance(node, Leaf) and (
            node.text in RELATIONS or node.text == r"\in")]
        if not places:
            self.refuse("a condition is expected here", nodes)
        sides: list[Nodes] = []
        begin = 0
        for place in (*places, len(nodes)):
            sides.append(nodes[begin:place])
            begin = place + 1
        self.mark(tuple(nodes[n] for n in places))
        signs = [nodes[n].text for n in places]     # type: ignore[union-attr]
        if r"\in" in signs:
            if len(signs) != 1:
                self.refuse("this condition is not read", nodes)
            return self._membership_condition(sides[0], sides[1], nodes)
        terms = [self.value(side) for side in sides]
        relations = tuple(Relation(RELATIONS[sign], left, right, span=span_of(nodes))
                          for sign, left, right in zip(signs, terms, terms[1:], strict=False))
        return relations[0] if len(relations) == 1 else Bool("and", relations, span=span_of(nodes))

    def _membership_condition(self, left: Nodes, right: Nodes, at: Nodes) -> Term:
        term = self.value(left)
        if len(right) == 1 and isinstance(right[0], Bracket):
            bracket = right[0]
            parts = split_at(bracket.items, (",", ";"))
            self.mark(tuple(n for n in bracket.items if isinstance(n, Leaf) and n.text in (",", ";")))
            if bracket.opening == r"\{" and not any(canonical(p) == r"\dots" for p in parts):
                options = tuple(Relation("=", term, self.value(p), span=span_of(at)) for p in parts)
                return options[0] if len(options) == 1 else Bool("or", options, span=span_of(at))
            if bracket.opening in "[(" and bracket.closing in "])" and len(parts) == 2:
                low, high = self.value(parts[0]), self.value(parts[1])
                bounds = (Relation("<=" if bracket.opening == "[" else "<", low, term),
                          Relation("<=" if bracket.closing == "]" else "<", term, high))
                kept = tuple(r for r, end in zip(bounds, (low, high), strict=True) if not isinstance(end, Const)
                             or end.name not in ("oo", "-oo"))
                return kept[0] if len(kept) == 1 else Bool("and", kept, span=span_of(at))
        return self._statement(at)

    def _statement(self, nodes: Nodes) -> Term:
        """A condition that is only read as it is set: that its indicator is 1."""
        text, holes, arrays = self.as_set(nodes, "statement")
        self.mark(nodes)
        indicator = self.template(nodes, rf"\mathbf{{1}}({text})", holes, "statement of", mentions=arrays)
        return Relation("=", indicator, ONE, span=span_of(nodes))

    def _indicator(self, cursor: Cursor) -> Term | None:
        """\\mathbf{1}(X \\sim N): 1 where the statement holds; read as it is set."""
        node, after = cursor.peek(), cursor.peek(1)
        if node is None or canonical(node) != r"\mathbf{1}" or not isinstance(after, Bracket) or r"\mathbf{1}" in self._by_base:
            return None
        cursor.at += 2
        self.mark((node, after))
        condition = self._statement(after.items)
        assert isinstance(condition, Relation)
        return condition.left


def _composes(node: Node) -> bool:
    """True for the signs of sets and of the Kronecker product, which are read as they are set."""
    leaf = node.base if isinstance(node, Scripted) else node
    return isinstance(leaf, Leaf) and leaf.text in (r"\otimes", r"\oplus", r"\cup", r"\cap", r"\setminus", r"\emptyset",
                                                    r"\Omega_")


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


def _is_mark(items: Nodes) -> bool:
    """True for what numbers a name, as in y^{(i)} and y^{(-1)}, and is no power."""
    signs = sum(isinstance(n, Leaf) and n.kind == "sign" for n in items)
    return len(items) - signs <= 1


def _is_sign(node: Node) -> bool:
    return isinstance(node, Leaf) and node.text in ("+", "-")


def _both(first: str, second: str) -> str:
    return "+" if first == second else "-"


