"""A written tree as text: exact for the checker's own reader, and on one line for people.

Trusted (data only). Imports `term` and `print_parts`; no SymPy. `text` is exact: `read.expression.parse` reads it
back to the same tree. `pretty`, which is for messages, stands in `print_pretty`.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterable

from lossproof.print_parts import Level, Piece, digits, is_literal, is_reciprocal, names_in, rows_of
from lossproof.print_pretty import pretty
from lossproof.term import (
    MINUS_ONE,
    ONE,
    ZERO,
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
)

__all__ = ["pretty", "text"]

_ARRAY_NAMES = {
    "transpose": "Transpose", "hadamard": "HadamardProduct", "outer": "Outer", "dot": "Dot", "trace": "Trace",
    "inverse": "Inverse", "det": "Determinant", "identity": "Identity", "zeros": "ZeroMatrix", "ones": "OneMatrix",
    "expectation": "Expectation", "variance": "Variance", "covariance": "Covariance", "correlation": "Correlation",
    "deviation": "StandardDeviation"}
_RELATIONS = {"=": "Eq", "!=": "Ne"}


# the text form


def text(term: Term) -> str:
    """The text form of `term`, which `parse` reads back to the same tree.

    Two things have no spelling of their own and come back in other words of the same meaning: a bound
    variable whose name is no identifier (k', made by a substitution) is renamed, and Euler's
    number is `exp(1)` where something else in the term is called E.
    """
    return _Text(names_in([term])).at(term, Level.OR)


class _Text:
    def __init__(self, names: set[str]) -> None:
        self._euler = "exp(1)" if "E" in names else "E"
        self._renamed: dict[str, str] = {}
        taken = set(names)
        for name in sorted(names):
            if not name.isidentifier() or keyword.iskeyword(name):
                plain = "".join(c if c.isidentifier() or c.isdigit() else "_" for c in name).lstrip("0123456789") or "k"
                new = plain
                count = 0
                while new in taken or keyword.iskeyword(new):
                    count += 1
                    new = f"{plain}{count}"
                taken.add(new)
                self._renamed[name] = new

    def name(self, name: str) -> str:
        return self._renamed.get(name, name)

    def at(self, term: Term, least: Level) -> str:
        """The text of `term`, in brackets where it holds together less than `least`."""
        written, level = self.piece(term)
        return written if level >= least else f"({written})"

    def commas(self, terms: Iterable[Term]) -> str:
        return ", ".join([self.at(t, Level.OR) for t in terms])

    def piece(self, term: Term) -> Piece:
        match term:
            case Number(value):
                if value.denominator != 1:
                    return f"Rational({digits(value.numerator)}, {digits(value.denominator)})", Level.ATOM
                return digits(value.numerator), Level.PRODUCT if value < 0 else Level.ATOM
            case Const(name):
                if name == "-oo":
                    return "-oo", Level.PRODUCT
                return self._euler if name == "E" else name, Level.ATOM
            case Symbol(name):
                return self.name(name), Level.ATOM
            case Entry(family, indices):
                return f"{self.name(family)}[{self.commas(indices)}]", Level.ATOM
            case Component(array, indices):
                return f"{self.at(array, Level.ATOM)}[{self.commas(indices)}]", Level.ATOM
            case Add(args):
                return (self._sum(args), Level.SUM) if len(args) > 1 else self.piece(args[0] if args else ZERO)
            case Mul(args):
                return (self._product(args), Level.PRODUCT) if len(args) > 1 else self.piece(args[0] if args else ONE)
            case Pow(base, exponent):
                return f"{self.at(base, Level.ATOM)}**{self.at(exponent, Level.ATOM)}", Level.POWER
            case Relation(op, left, right):
                if op in _RELATIONS:
                    return f"{_RELATIONS[op]}({self.commas((left, right))})", Level.ATOM
                return f"{self.at(left, Level.SUM)} {op} {self.at(right, Level.SUM)}", Level.RELATION
            case Bool(op, args):
                return self._bool(op, args)
            case Call(function, args, orders):
                return self._call(function, args, orders)
            case _:
                return f"{self._form(term)}", Level.ATOM

    def _form(self, term: Term) -> str:
        match term:
            case Fold(kind):
                return f"{'Sum' if kind == 'sum' else 'Product'}({self._ranged(term)})"
            case ForAll():
                return f"ForAll({self._ranged(term)})"
            case Integral():
                return f"Integral({self._ranged(term)})"
            case Family(body, ranges):
                return f"FamilyOf({self.at(body, Level.OR)}, {', '.join([self._range(r) for r in ranges])})"
            case Derivative(body, by, order):
                by_text = self.at(by, Level.OR)
                return f"Derivative({self.at(body, Level.OR)}, {by_text if order == 1 else f'({by_text}, {order})'})"
            case Limit(body, variable, target, side):
                return f"Limit({self.commas((body, variable, target))}{f', {side!r}' if side != '+-' else ''})"
            case Subst(body, variable, value):
                return f"Subs({self.commas((body, variable, value))})"
            case Piecewise(pieces):
                return f"Piecewise({', '.join([f'({self.commas(piece)})' for piece in pieces])})"
            case Partial(function, family, indices):
                return f"Partial({self.name(function)}, {self.commas((family, *indices))})"
            case _:
                raise TypeError(f"not a term: {type(term).__name__}")

    def _range(self, range_: Range) -> str:
        return f"({self.name(range_.name)}, {self.commas((range_.lower, range_.upper))})"

    def _ranged(self, term: Term) -> str:
        """The arguments of nested binders of one kind: the body, then the ranges from the inside out."""
        limits: list[str] = []
        here = term
        while type(here) is type(term) and getattr(here, "kind", "") == getattr(term, "kind", ""):
            match here:
                case Fold(_, body, range_, condition) | ForAll(body, range_, condition):
                    limits.append(self._range(range_) + (f", {self.at(condition, Level.OR)}" if condition else ""))
                case Integral(body, name, lower, upper):
                    limits.append(self._range(Range(name, lower, upper)))
                case _:
                    raise TypeError(f"not a binder: {type(here).__name__}")
            here = body
        return ", ".join([self.at(here, Level.OR), *reversed(limits)])

    def _sum(self, args: tuple[Term, ...]) -> str:
        written = self.at(args[0], Level.PRODUCT)
        for arg in args[1:]:
            match arg:
                case Number(value) if value < 0 and value.denominator == 1:
                    written += f" - {digits(-value.numerator)}"
                case Mul((first, rest)) if first == MINUS_ONE and not is_literal(rest):
                    negative = self.at(rest, Level.PRODUCT)
                    written += f" - ({negative})" if negative.startswith("-") else f" - {negative}"
                case _:
                    written += f" + {self.at(arg, Level.PRODUCT)}"
        return written

    def _product(self, args: tuple[Term, ...]) -> str:
        first, rest = args[0], args[1:]
        if first == MINUS_ONE and not is_literal(rest[0]) and not is_reciprocal(rest[0]):
            # -a is -1*a, and reads so; but -2 would be a number, and -1/a is what it says
            written, rest = f"-{self.at(rest[0], Level.POWER)}", rest[1:]
        elif isinstance(first, Number) and first.value.denominator == 1:
            written = digits(first.value.numerator)
        else:
            written = self.at(first, Level.POWER)
        for factor in rest:
            if is_reciprocal(factor):
                assert isinstance(factor, Pow)
                written += f"/{self.at(factor.base, Level.POWER)}"
            else:
                written += f"*{self.at(factor, Level.POWER)}"
        return written

    def _bool(self, op: str, args: tuple[Term, ...]) -> Piece:
        if op == "not":
            return f"~{self.at(args[0], Level.ATOM)}", Level.POWER
        if not args:
            return "True" if op == "and" else "False", Level.ATOM
        if len(args) == 1:
            return f"{op.title()}({self.at(args[0], Level.OR)})", Level.ATOM
        sign, level = (" & ", Level.AND) if op == "and" else (" | ", Level.OR)
        return sign.join([self.at(arg, Level.POWER) for arg in args]), level

    def _call(self, function: str, args: tuple[Term, ...], orders: tuple[int, ...]) -> Piece:
        if function == "matmul":
            return "@".join([self.at(arg, Level.POWER) for arg in args]), Level.PRODUCT
        if function == "matrix" and (rows := rows_of(args)):
            return f"Matrix([{', '.join(f'[{self.commas(row)}]' for row in rows)}])", Level.ATOM
        name = self.name(_ARRAY_NAMES.get(function, function))
        if not any(orders):
            return f"{name}({self.commas(args)})", Level.ATOM
        if len(args) == 1:
            order = "" if orders == (1,) else f", {orders[0]}"
            return f"Prime({name}, {self.at(args[0], Level.OR)}{order})", Level.ATOM
        return f"Prime({name}, ({self.commas(args)}), ({', '.join(map(str, orders))}))", Level.ATOM
