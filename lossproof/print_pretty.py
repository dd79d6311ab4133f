"""A written tree as one line for a person: ASCII, in the order written, with the brackets its meaning needs.

Trusted (data only). Imports `term` and `print_parts`; no SymPy. `print_text` hands `pretty` on.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from lossproof.print_parts import Level, Piece, digits, is_literal, names_in, rows_of, segments, signed, space_of
from lossproof.term import (
    MINUS_ONE,
    ONE,
    Add,
    Bool,
    Call,
    Component,
    Const,
    Derivative,
    Entry,
    Family,
    Fold,
    ForAll,
    Integral,
    Limit,
    Mul,
    Number,
    Partial,
    Piecewise,
    Pow,
    Range,
    Relation,
    Subst,
    Symbol,
    Term,
    binders,
    free_names,
    walk,
)

__all__ = ["pretty"]

_SPOKEN = {"logistic": "sigma", "Abs": "abs", "Max": "max", "Min": "min", "ceiling": "ceil", "Mod": "mod",
           "trace": "tr", "expectation": "E", "variance": "Var", "covariance": "Cov", "correlation": "Corr",
           "deviation": "sd"}


def pretty(term: Term, *, beside: Iterable[Term] = (), taken: Collection[str] = ()) -> str:
    """`term` on one line for a person, in ASCII but for the names: d/dz_p of sum_k (y_k - yhat_k)^2.

    A range 1..K is left out (`sum_k`) where every sum over k in `term` and in the terms `beside`
    it has that range. `taken` are declared names, which no function is renamed to: `logistic` is
    shown as `sigma` unless something is called sigma.
    """
    terms = [term, *beside]
    return _Pretty(names_in(terms) | set(taken), _plain_ranges(terms)).at(term, Level.FORALL)


def _plain_ranges(terms: list[Term]) -> set[str]:
    """The bound names whose ranges need not be shown: always 1..K, with K the same free name."""
    ranges: dict[str, set[tuple[Term, Term]]] = {}
    bound: set[str] = set()
    for term in terms:
        for part in walk(term):
            bound.update(binders(part))
            if isinstance(part, Fold):
                ranges.setdefault(part.range.name, set()).add((part.range.lower, part.range.upper))
    found: set[str] = set()
    for name, pairs in ranges.items():
        lower, upper = next(iter(pairs))
        if len(pairs) == 1 and lower == ONE and isinstance(upper, Symbol) and upper.name not in bound:
            found.add(name)
    return found


class _Pretty:
    def __init__(self, names: set[str], plain: set[str]) -> None:
        self._names = names
        self._plain = plain

    def at(self, term: Term, least: Level) -> str:
        """The print of `term`, in brackets where it holds together less than `least`."""
        written, level = self.piece(term)
        return written if level >= least else f"({written})"

    def positive(self, term: Term, least: Level) -> str:
        """As `at`, and in brackets where a sign comes first."""
        written = self.at(term, least)
        return f"({written})" if written.startswith("-") else written

    def commas(self, terms: Iterable[Term]) -> str:
        return ", ".join([self.at(t, Level.FORALL) for t in terms])

    def piece(self, term: Term) -> Piece:
        match term:
            case Number(value):
                if value.denominator != 1:
                    return f"{digits(value.numerator)}/{digits(value.denominator)}", Level.PRODUCT
                return digits(value.numerator), Level.PRODUCT if value < 0 else Level.ATOM
            case Const(name) | Symbol(name):
                return name, Level.PRODUCT if name.startswith("-") else Level.ATOM
            case Entry(family, indices):
                return self._entry(family, indices), Level.ATOM
            case Component(array, indices):
                return f"{self.at(array, Level.ATOM)}_{{{self.commas(indices)}}}", Level.ATOM
            case Add(args):
                return self._sum(args)
            case Mul(args) if len(args) > 1:
                return self._product(term)
            case Mul(args):
                return self.piece(args[0] if args else ONE)
            case Pow(base, exponent) if exponent == MINUS_ONE:
                return f"1/{self.at(base, Level.PREFIX)}", Level.PRODUCT
            case Pow(base, exponent):
                simple = isinstance(exponent, Symbol) or is_literal(exponent)
                above = self.at(exponent, Level.ATOM)
                above = above if simple or above.startswith("(") else f"({above})"
                return f"{self.at(base, Level.ATOM)}^{above}", Level.POWER
            case Relation(op, left, right):
                return f"{self.at(left, Level.OF)} {op} {self.at(right, Level.OF)}", Level.RELATION
            case Bool("not", args):
                return f"not ({self.at(args[0], Level.FORALL)})", Level.ATOM
            case Bool(op, args):
                if not args:
                    return "true" if op == "and" else "false", Level.ATOM
                level, inner = (Level.AND, Level.RELATION) if op == "and" else (Level.OR, Level.AND)
                return f" {op} ".join([self.at(arg, inner) for arg in args]), level
            case Call("distribution", (Symbol(name), *parameters)):
                word = re.sub(r"\\math[a-z]+|[\\{}~ ]", "", name)       # \\mathcal{N} is N
                return f"{word}({self.commas(tuple(parameters))})", Level.ATOM
            case Call(function, args, orders):
                return self._call(function, args, orders)
            case _:
                return self._form(term)

    def _form(self, term: Term) -> Piece:
        match term:
            case Fold(kind, body, range_, condition):
                head = f"{'sum' if kind == 'sum' else 'prod'}_{self._under(range_, condition)}"
                return f"{head} {self.positive(body, Level.PRODUCT)}", Level.PREFIX
            case ForAll(body, range_, condition):
                where = f" with {self.at(condition, Level.OR)}" if condition else ""
                return f"for all {self._span(range_, ' in ')}{where}: {self.at(body, Level.FORALL)}", Level.FORALL
            case Integral(body, name, lower, upper):
                space = space_of(lower, upper)
                bounds = "" if space == name else f"_{{{name} in {space}}}" if space is not None else (
                    f"_{{{name}={self.at(lower, Level.OF)}}}^{{{self.at(upper, Level.OF)}}}")
                return f"int{bounds} {self.positive(body, Level.POWER)} d{name}", Level.PREFIX
            case Family(Entry(family, (*first, Symbol(last))), (Range(name, lower, Symbol()),)) if (
                    first and last == name and lower == ONE and all(name not in free_names(index) for index in first)):
                return self._entry(family, tuple(first)), Level.ATOM      # a vector of a family of vectors
            case Family(body, ranges):
                under = ", ".join([self._span(r, "=") for r in ranges])
                return f"({self.at(body, Level.FORALL)})_{{{under}}}", Level.ATOM
            case Derivative(body, by, order):
                power = "" if order == 1 else f"^{order}"
                below = f"d{self.at(by, Level.ATOM)}{power}"
                if isinstance(body, Symbol | Entry):
                    return f"d{power}{self.at(body, Level.ATOM)}/{below}", Level.PRODUCT
                inner = Level.OF if isinstance(body, Derivative) else Level.PRODUCT
                return f"d{power}/{below} of {self.positive(body, inner)}", Level.OF
            case Limit(body, variable, target, side):
                end = self.at(target, Level.OF)
                if side != "+-" and not isinstance(target, Const):
                    end += side
                return f"lim_{{{self.at(variable, Level.ATOM)} -> {end}}} {self.positive(body, Level.PRODUCT)}", \
                    Level.PREFIX
            case Subst(body, variable, value):
                inside = f"{self.at(body, Level.OF)} at {self.at(variable, Level.ATOM)} = {self.at(value, Level.OF)}"
                return f"({inside})", Level.ATOM
            case Piecewise(pieces):
                said = [f"{self.at(value, Level.OF)} "
                        + ("otherwise" if condition == Bool("and", ()) else f"if {self.at(condition, Level.OR)}")
                        for value, condition in pieces]
                return f"{{{'; '.join(said)}}}", Level.ATOM
            case Partial(function, Symbol(name), indices):
                return f"d{function}/d{self._entry(name, indices)}", Level.PRODUCT
            case Partial(function, family, indices):
                return f"{function}'_{{{self.commas(indices)}}}({self.at(family, Level.FORALL)})", Level.ATOM
            case _:
                raise TypeError(f"not a term: {type(term).__name__}")

    def _entry(self, family: str, indices: tuple[Term, ...]) -> str:
        if len(indices) == 1 and (is_literal(indices[0]) or _letter(indices[0])):
            under = self.at(indices[0], Level.ATOM)
        elif all(_letter(i) for i in indices):
            under = "".join([self.at(i, Level.ATOM) for i in indices])
        else:
            under = f"{{{','.join([self.at(i, Level.SUM) for i in indices])}}}"
        written = f"{family}_{under}"
        # a symbol z_p beside the entry z[p] would look the same
        return f"{family}[{self.commas(indices)}]" if written in self._names else written

    def _span(self, range_: Range, joint: str) -> str:
        return f"{range_.name}{joint}{self.at(range_.lower, Level.POWER)}..{self.at(range_.upper, Level.POWER)}"

    def _under(self, range_: Range, condition: Term | None) -> str:
        name = range_.name
        conditions = condition.args if isinstance(condition, Bool) and condition.op == "and" else \
            () if condition is None else (condition,)
        said = ", ".join([self.at(c, Level.RELATION) for c in conditions])
        # sum_{k = 2} would read as a lower bound
        about_name = all(isinstance(c, Relation) and c.op != "=" and c.left == Symbol(name) for c in conditions)
        if name in self._plain:
            if not said:
                return name if len(name) == 1 else f"{{{name}}}"
            return f"{{{said}}}" if about_name else f"{{{name}: {said}}}"
        first = f"{name}={self.at(range_.lower, Level.OF)}"
        return f"{{{first}{', ' if said else ''}{said}}}^{{{self.at(range_.upper, Level.OF)}}}"

    def _sum(self, args: tuple[Term, ...]) -> Piece:
        written = ""
        for arg in args:
            negative, rest = signed(arg)
            shown = self.positive(rest, Level.PRODUCT)
            written += (" - " if negative else " + ") + shown if written else ("-" if negative else "") + shown
        return written or "0", Level.SUM if len(args) > 1 or written.startswith("-") else Level.PRODUCT

    def _product(self, term: Term) -> Piece:
        negative, rest = signed(term)
        if negative:
            # the sign reaches over the whole product, so the rest must be a product or tighter
            return f"-{self.positive(rest, Level.PRODUCT)}", Level.PRODUCT
        assert isinstance(rest, Mul)
        parts = segments(rest.args)
        shown: list[str] = []
        for number, (above, below) in enumerate(parts):
            last = number == len(parts) - 1
            written = self._factors(above, last and not below) if above else "1"
            if below:
                under = self._factors(below, False) if len(below) > 1 else \
                    self.at(below[0], Level.PREFIX if last else Level.POWER)
                written += f"/({under})" if len(below) > 1 else f"/{under}"
                written = written if last else f"({written})"
            shown.append(written)
        return self._joined(shown), Level.PRODUCT

    def _factors(self, factors: list[Term], at_end: bool) -> str:
        """The factors side by side; what reaches to the right stands bare only at the end."""
        return self._joined([
            self.at(factor, Level.PREFIX if at_end and number == len(factors) - 1 else Level.POWER)
            for number, factor in enumerate(factors)])

    @staticmethod
    def _joined(shown: list[str]) -> str:
        written = shown[0]
        for factor in shown[1:]:
            if factor[0].isdigit():
                written += f"*{factor}"
            else:
                written += (" * " if factor.startswith(_REACHING) else " ") + factor
        return written

    def _call(self, function: str, args: tuple[Term, ...], orders: tuple[int, ...]) -> Piece:
        match function, args:
            case "matmul", (first, *rest):
                negative, positive = signed(first)
                if negative:
                    return f"-{self.at(Call(function, (positive, *rest)), Level.PRODUCT)}", Level.PRODUCT
                return " ".join([self.at(arg, Level.POWER) for arg in args]), Level.PRODUCT
            case "matrix", _ if rows := rows_of(args):
                return f"[{'; '.join(self.commas(row) for row in rows)}]", Level.ATOM
            case "hadamard", _:
                return " .* ".join([self.at(arg, Level.POWER) for arg in args]), Level.PRODUCT
            case "transpose", (array,) if "T" not in self._names:
                return f"{self.at(array, Level.ATOM)}^T", Level.POWER
            case "inverse", (array,):
                return f"{self.at(array, Level.ATOM)}^(-1)", Level.POWER
            case "KroneckerDelta", (left, right):
                return f"[{self.at(left, Level.SUM)} = {self.at(right, Level.SUM)}]", Level.ATOM
            case "softmax", (family, index):
                return self._entry(f"softmax({self.at(family, Level.FORALL)})", (index,)), Level.ATOM
            case _:
                pass
        name = _SPOKEN.get(function, function)
        name = function if name in self._names else name
        if len(orders) == 1:
            name += "'" * orders[0] if orders[0] <= 3 else f"^({orders[0]})"
        elif any(orders):
            name += f"^({','.join(map(str, orders))})"
        return f"{name}({self.commas(args)})", Level.ATOM


_REACHING = ("sum_", "prod_", "int_", "lim_")


def _letter(term: Term) -> bool:
    return isinstance(term, Symbol) and len(term.name) == 1
