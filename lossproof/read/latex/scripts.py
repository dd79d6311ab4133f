"""What scripts mean: entries, powers, transposition, inverses, primes, signs with indices.

Untrusted as to truth. Imports the ground floor, `calculus` and the typeset tree.
"""

from __future__ import annotations

from lossproof.read.latex.calculus import Calculus
from lossproof.read.latex.keys import split_parts
from lossproof.read.latex.matching import LETTER_LIKE, split_at
from lossproof.read.latex.names import ONE_LETTER_CONSTANTS, TRANSPOSED, span_of
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
    leaves,
)
from lossproof.read.magnitude import is_huge
from lossproof.term import (
    ARRAY_FUNCTIONS,
    MINUS_ONE,
    Call,
    Const,
    Derivative,
    Entry,
    Number,
    Pow,
    Symbol,
    Term,
    free_names,
    walk,
)

__all__ = ["Scripts"]

class Scripts(Calculus):
    """Reads what has a subscript, a superscript or a prime."""

    def _atom(self, node: Node) -> Term:
        """The term of one node."""
        raise NotImplementedError

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
        if (
            sub is None
            and not isinstance(base, Leaf | Words)
            and not (isinstance(base, Command) and base.name in LETTER_LIKE)
        ):
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

    def raised(self, base: Term, sup: Nodes, at: Node) -> Term:
        """`base` with a superscript: transposed, inverted, or a power."""
        key = canonical(sup)
        shape = self.shape(base, at)
        if key in TRANSPOSED and (shape or key != "T" or "T" not in self._by_base):
            self.mark(sup)
            self.need_number(base, at)
            if not shape:
                # x^T A x is a number, and its own transpose; x - y, of which nobody said that they are numbers, is not
                number = not isinstance(base, Symbol | Entry) and (
                    any(isinstance(part, Call) and part.function in ARRAY_FUNCTIONS for part in walk(base))
                    or not any(self.declarations[name].assumed for name in free_names(base) & set(self.declarations)))
                return base if number else self._transposed_number(base, sup)
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


def _is_mark(items: Nodes) -> bool:
    """True for what numbers a name, as in y^{(i)} and y^{(-1)}, and is no power."""
    signs = sum(isinstance(n, Leaf) and n.kind == "sign" for n in items)
    return len(items) - signs <= 1
