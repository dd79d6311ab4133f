"""A written tree as LaTeX (amsmath), in the order written.

Trusted (data only). Imports `term`, `print_parts` and `latex_names`; no SymPy. The LaTeX comes from
the tree and from escaped names only, never from text that an author typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise

from lossproof.latex_names import HOLE, LatexName, escape_text, function_name, is_harmless, latex_name
from lossproof.print_parts import Level, Piece, digits, names_in, rows_of, segments, signed, space_of
from lossproof.term import (
    ARRAY_FUNCTIONS,
    KNOWN_FUNCTIONS,
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
)

__all__ = ["escape_text", "latex"]

_EMPTY: Mapping[str, str] = {}
_RELATIONS = {"=": "=", "!=": r"\neq", "<": "<", "<=": r"\leq", ">": ">", ">=": r"\geq"}
_FUNCTIONS = {
    "log": r"\log", "Max": r"\max", "Min": r"\min", "sin": r"\sin", "cos": r"\cos", "tan": r"\tan", "asin": r"\arcsin",
    "acos": r"\arccos", "atan": r"\arctan", "sinh": r"\sinh", "cosh": r"\cosh", "tanh": r"\tanh",
    "asinh": r"\operatorname{arsinh}", "acosh": r"\operatorname{arcosh}", "atanh": r"\operatorname{artanh}",
    "sign": r"\operatorname{sgn}", "gamma": r"\Gamma", "loggamma": r"\log\Gamma", "digamma": r"\psi",
    "beta": r"\mathrm{B}", "zeta": r"\zeta", "Heaviside": r"\Theta", "logistic": r"\sigma",
    "trace": r"\operatorname{tr}", "det": r"\det", "exp": r"\exp", "cot": r"\cot", "sec": r"\sec", "csc": r"\csc",
    "expectation": r"\mathrm{E}", "variance": r"\mathrm{Var}", "covariance": r"\mathrm{Cov}",
    "correlation": r"\mathrm{Corr}", "deviation": r"\mathrm{sd}",
    "coth": r"\coth", "re": r"\operatorname{Re}", "im": r"\operatorname{Im}"}
# Functions that may stand before a single letter without brackets: \log x.
_BARE = frozenset({"log", "sin", "cos", "tan", "sinh", "cosh", "tanh"})
_LOOSE = _BARE | {"asin", "acos", "atan", "asinh", "acosh", "atanh", "loggamma"}
_WRAPPED = {"Abs": (r"\left|", r"\right|"), "floor": (r"\left\lfloor ", r"\right\rfloor"),
            "ceiling": (r"\left\lceil ", r"\right\rceil"), "sqrt": (r"\sqrt{", "}"), "conjugate": (r"\overline{", "}")}
# A known function's sign gives way to a declared name that looks the same.
_TAKEN_BY = {"logistic": "sigma", "gamma": "Gamma", "digamma": "psi", "zeta": "zeta", "beta": "B", "Heaviside": "Theta"}
_TALL = re.compile(r"\\(?:frac|sum|prod|int|begin|left|binom|substack)")


def latex(term: Term, names: Mapping[str, str] = _EMPTY) -> str:
    """The LaTeX of `term` for math mode.

    `names` maps a declared name to its own LaTeX, which is taken where it holds letters, scripts, accents
    and fonts only; otherwise, and where it is "", the name follows the rule of `latex_names.latex_name`.
    A sign such as \\sigma for the logistic function is not used where a name in `names` or in the term has it.
    """
    return _Latex(names, names_in([term]) | set(names)).at(term, Level.FORALL)


def _bracket(inside: str) -> str:
    """Brackets that grow where what is inside is tall."""
    return rf"\left({inside}\right)" if _TALL.search(inside) else f"({inside})"


class _Latex:
    def __init__(self, own: Mapping[str, str], taken: set[str]) -> None:
        self._own = own
        self._taken = taken

    def at(self, term: Term, least: Level) -> str:
        """The LaTeX of `term`, in brackets where it holds together less than `least`."""
        written, level = self.piece(term)
        return written if level >= least else _bracket(written)

    def positive(self, term: Term, least: Level) -> str:
        """As `at`, and in brackets where a sign comes first."""
        written = self.at(term, least)
        return _bracket(written) if written.startswith("-") else written

    def commas(self, terms: Iterable[Term]) -> str:
        return ", ".join([self.at(t, Level.FORALL) for t in terms])

    def name(self, name: str) -> LatexName:
        return latex_name(name, self._own)

    def piece(self, term: Term) -> Piece:
        match term:
            case Number(value):
                sign = "-" if value < 0 else ""
                if value.denominator != 1:
                    above, below = digits(abs(value.numerator)), digits(value.denominator)
                    return rf"{sign}\frac{{{above}}}{{{below}}}", Level.PRODUCT
                return digits(value.numerator), Level.PRODUCT if sign else Level.ATOM
            case Const(name):
                return self._constant(name)
            case Symbol(name):
                made = self.name(name)
                return str(made), Level.POWER if made.raised else Level.ATOM
            case Entry(family, indices):
                made = self.name(family)
                return made.entry([self.at(i, Level.SUM) for i in indices]), Level.POWER if made.raised else Level.ATOM
            case Component(array, indices):
                return LatexName(self.at(array, Level.ATOM)).entry([self.at(i, Level.SUM) for i in indices]), Level.ATOM
            case Add(args):
                return self._sum(args)
            case Mul(args) if len(args) > 1:
                return self._product(term)
            case Mul(args):
                return self.piece(args[0] if args else ONE)
            case Pow(base, exponent):
                return self._power(base, exponent)
            case Relation(op, left, right):
                return f"{self.at(left, Level.OF)} {_RELATIONS[op]} {self.at(right, Level.OF)}", Level.RELATION
            case Bool("not", args):
                return rf"\neg {_bracket(self.at(args[0], Level.FORALL))}", Level.ATOM
            case Bool(op, args):
                if not args:
                    return r"\mathrm{true}" if op == "and" else r"\mathrm{false}", Level.ATOM
                sign, level = (r" \wedge ", Level.AND) if op == "and" else (r" \vee ", Level.OR)
                inner = Level.RELATION if op == "and" else Level.AND
                return sign.join([self.at(arg, inner) for arg in args]), level
            case Call(function, args, orders):
                return self._call(function, args, orders)
            case Derivative(body, by, order):
                return self._derivative(body, by, order)
            case _:
                return self._form(term)

    def _constant(self, name: str) -> Piece:
        match name:
            case "pi":
                return r"\pi", Level.ATOM
            case "E":
                return r"\mathrm{e}" if self._e_is_taken() else "e", Level.ATOM
            case "I":
                return r"\mathrm{i}", Level.ATOM
            case "EulerGamma":
                return r"\gamma_{\mathrm{E}}", Level.POWER
            case "oo":
                return r"\infty", Level.ATOM
            case _:
                return r"-\infty", Level.PRODUCT

    def _e_is_taken(self) -> bool:
        return not self._taken.isdisjoint({"e", "E"})

    def _form(self, term: Term) -> Piece:
        match term:
            case Fold(kind, body, range_, condition):
                if kind == "product":
                    # how far a product over a range reaches is open but for one factor
                    return rf"\prod{self._under(range_, condition)} {self.positive(body, Level.PREFIX)}", Level.PREFIX
                return rf"\sum{self._under(range_, condition)} {self.positive(body, Level.PRODUCT)}", Level.PREFIX
            case ForAll(body, range_, condition):
                where = rf",\ {self.at(condition, Level.OR)}" if condition else ""
                low, high = self.at(range_.lower, Level.SUM), self.at(range_.upper, Level.SUM)
                return (rf"{self.at(body, Level.OR)} \quad \forall {self.name(range_.name)} \in "
                        rf"\{{{low}, \dots, {high}\}}{where}", Level.FORALL)
            case Integral(body, name, lower, upper):
                bounds = "" if space_of(lower, upper) == name else (
                    rf"_{{{self.at(lower, Level.OF)}}}^{{{self.at(upper, Level.OF)}}}")
                return (rf"\int{bounds} {self.positive(body, Level.PRODUCT)} \,\mathrm{{d}}{self.name(name)}",
                        Level.PREFIX)
            case Family(body, ranges):
                return f"{_bracket(self.at(body, Level.FORALL))}{self._all(ranges)}", Level.POWER
            case Limit(body, variable, target, side):
                end = self.at(target, Level.OF)
                if side != "+-" and not isinstance(target, Const):
                    end = f"{self.at(target, Level.ATOM)}^{{{side}}}"
                return rf"\lim_{{{self.at(variable, Level.ATOM)} \to {end}}} {self.positive(body, Level.PRODUCT)}", \
                    Level.PREFIX
            case Subst(body, variable, value):
                return (rf"\left.{self.at(body, Level.POWER)}\right|_{{{self.at(variable, Level.ATOM)} = "
                        rf"{self.at(value, Level.OF)}}}", Level.POWER)
            case Piecewise(pieces):
                rows = [rf"{self.at(value, Level.OF)} & "
                        + (r"\text{otherwise}" if condition == Bool("and", ()) else self.at(condition, Level.OR))
                        for value, condition in pieces]
                return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}", Level.ATOM
            case Partial(function, Symbol(name), indices):
                below = self.name(name).entry([self.at(i, Level.SUM) for i in indices])
                return rf"\frac{{\partial {self.name(function)}}}{{\partial {below}}}", Level.POWER
            case Partial(function, family, indices):
                return (rf"\partial_{{{self.commas(indices)}}} {self.name(function)}"
                        f"{_bracket(self.at(family, Level.FORALL))}", Level.POWER)
            case _:
                raise TypeError(f"not a term: {type(term).__name__}")

    def _under(self, range_: Range, condition: Term | None) -> str:
        first = f"{self.name(range_.name)}={self.at(range_.lower, Level.SUM)}"
        upper = self.at(range_.upper, Level.SUM)
        if condition is None:
            return f"_{{{first}}}^{{{upper}}}"
        conditions = condition.args if isinstance(condition, Bool) and condition.op == "and" and condition.args else \
            (condition,)
        rows = r"\\ ".join([first, *(self.at(c, Level.RELATION) for c in conditions)])
        return rf"_{{\substack{{{rows}}}}}^{{{upper}}}"

    def _all(self, ranges: tuple[Range, ...]) -> str:
        if len(ranges) == 1:
            return self._under(ranges[0], None)
        under = [rf"{self.name(r.name)}={self.at(r.lower, Level.SUM)}, \dots, {self.at(r.upper, Level.SUM)}"
                 for r in ranges]
        return f"_{{{'; '.join(under)}}}"

    def _derivative(self, body: Term, by: Term, order: int) -> Piece:
        power = "" if order == 1 else f"^{{{order}}}"
        below = rf"\partial {self.at(by, Level.POWER)}" if order == 1 else rf"\partial {self.at(by, Level.ATOM)}{power}"
        simple = isinstance(body, Symbol | Entry) or (
            isinstance(body, Call) and body.function not in KNOWN_FUNCTIONS and body.function not in ARRAY_FUNCTIONS)
        if simple:
            return rf"\frac{{\partial{power} {self.at(body, Level.POWER)}}}{{{below}}}", Level.POWER
        inner = self.positive(body, Level.PRODUCT)
        if isinstance(body, Mul) and r" \cdot " in inner:
            inner = _bracket(inner)     # a sign between factors would leave open where the derivative ends
        return rf"\frac{{\partial{power}}}{{{below}}} {inner}", Level.PREFIX

    def _power(self, base: Term, exponent: Term) -> Piece:
        if exponent == MINUS_ONE:
            return rf"\frac{{1}}{{{self.at(base, Level.OF)}}}", Level.PRODUCT
        above = self.at(exponent, Level.OF)
        return f"{self.at(base, Level.ATOM)}^{{{above}}}", Level.POWER

    def _sum(self, args: tuple[Term, ...]) -> Piece:
        written = ""
        for arg in args:
            negative, rest = signed(arg)
            shown = self.positive(rest, Level.PRODUCT)
            written += (" - " if negative else " + ") + shown if written else ("-" if negative else "") + shown
        return written or "0", Level.SUM if len(args) > 1 else Level.PRODUCT

    def _product(self, term: Term) -> Piece:
        negative, rest = signed(term)
        if negative:
            return f"-{self.positive(rest, Level.PRODUCT)}", Level.PRODUCT
        assert isinstance(rest, Mul)
        parts = segments(rest.args)
        shown: list[str] = []
        for number, (above, below) in enumerate(parts):
            if below:
                over = "1" if not above else self.at(above[0], Level.OF) if len(above) == 1 else \
                    self._joined(self._factors(above, True))
                under = self.at(below[0], Level.OF) if len(below) == 1 else self._joined(self._factors(below, True))
                shown.append(rf"\frac{{{over}}}{{{under}}}")
            else:
                shown += self._factors(above, number == len(parts) - 1)
        return self._joined(shown), Level.PRODUCT

    def _factors(self, factors: list[Term], at_end: bool) -> list[str]:
        """The factors one by one; what reaches to the right stands bare only at the end."""
        return [self._factor(factor, at_end and number == len(factors) - 1) for number, factor in enumerate(factors)]

    def _factor(self, factor: Term, last: bool) -> str:
        written, level = self.piece(factor)
        fraction = isinstance(factor, Mul | Number | Pow) and written.startswith(r"\frac") and _is_one_fraction(written)
        if fraction or level >= (Level.PREFIX if last else Level.POWER):
            return written
        return _bracket(written)

    @staticmethod
    def _joined(shown: list[str]) -> str:
        written = shown[0]
        for before, factor in pairwise(shown):
            # two numbers side by side would read as one, a number and a fraction as their sum
            touching = factor[0].isdigit() or (before.isdigit() and factor.startswith(r"\frac"))
            written += (r" \cdot " if touching else " ") + factor
        return written

    def _call(self, function: str, args: tuple[Term, ...], orders: tuple[int, ...]) -> Piece:
        if any(orders):
            return self._prime(function, args, orders), Level.POWER
        if function in ARRAY_FUNCTIONS:
            return self._array_call(function, args)
        match function, args:
            case "exp", (argument,) if not self._e_is_taken():
                return f"e^{{{self.at(argument, Level.OF)}}}", Level.POWER
            case _, (argument,) if function in _WRAPPED:
                opening, closing = _WRAPPED[function]
                return opening + self.at(argument, Level.OF) + closing, Level.ATOM
            case _, (Symbol() | Entry() | Number() | Const() as argument,) if function in _BARE:
                written, level = self.piece(argument)
                if level == Level.ATOM:
                    return f"{_FUNCTIONS[function]} {written}", Level.PREFIX
            case "Mod", (left, right):
                return rf"{self.at(left, Level.POWER)} \bmod {self.at(right, Level.POWER)}", Level.SUM
            case "binomial", (upper, lower):
                return rf"\binom{{{self.at(upper, Level.OF)}}}{{{self.at(lower, Level.OF)}}}", Level.ATOM
            case "factorial", (argument,):
                return f"{self.at(argument, Level.ATOM)}!", Level.POWER
            case "KroneckerDelta", (left, right):
                indices = [self.at(left, Level.SUM), self.at(right, Level.SUM)]
                if "delta" in self._taken:
                    return rf"\mathbf{{1}}_{{{indices[0]} = {indices[1]}}}", Level.ATOM
                return LatexName(r"\delta").entry(indices), Level.ATOM
            case "softmax", (family, index):
                whole = LatexName(rf"\mathrm{{softmax}}{_bracket(self.at(family, Level.FORALL))}")
                return whole.entry([self.at(index, Level.SUM)]), Level.ATOM
            case "harmonic", (argument,):
                return f"H_{{{self.at(argument, Level.SUM)}}}", Level.ATOM
            case "polygamma", (order, argument):
                return rf"\psi^{{({self.at(order, Level.OF)})}}{_bracket(self.at(argument, Level.OF))}", Level.POWER
            case "distribution", (Symbol(name), *parameters):
                return f"{name.removeprefix('~ ')}{_bracket(self.commas(tuple(parameters)))}", Level.ATOM
            case _:
                set_ = self._as_set(function, args)
                if set_ is not None:
                    return set_, Level.POWER
        # \\log(x)^2 might be the logarithm of x^2
        raised = self._function(function).raised or function in _LOOSE
        return f"{self._function(function)}{_bracket(self.commas(args))}", Level.POWER if raised else Level.ATOM

    def _as_set(self, function: str, args: tuple[Term, ...]) -> str | None:
        """A call whose own LaTeX has a place for each argument: p(\\ast|\\ast) of x and m is p(x|m)."""
        own = self._own.get(function, "")
        pieces = own.split(HOLE)
        if len(pieces) != len(args) + 1 or not args or not is_harmless(own):
            return None
        written = pieces[0]
        for before, argument, after in zip(pieces, args, pieces[1:], strict=False):
            alone = before.rstrip()[-1:] in ("(", ",", ";", "|") and after.lstrip()[:1] in (")", ",", ";", "|")
            shown = self.at(argument, Level.OF if alone else Level.ATOM)
            space = " " if re.search(r"\\[A-Za-z]+$", written) and shown[:1].isalpha() else ""
            written += space + shown
            written += (" " if re.search(r"\\[A-Za-z]+$", shown) and after[:1].isalpha() else "") + after
        return written

    def _function(self, function: str) -> LatexName:
        if _TAKEN_BY.get(function) in self._taken:
            return LatexName(rf"\operatorname{{{function}}}")
        if function in _FUNCTIONS:
            return LatexName(_FUNCTIONS[function])
        return function_name(function, self._own)

    def _prime(self, function: str, args: tuple[Term, ...], orders: tuple[int, ...]) -> str:
        made = self._function(function)
        head = f"{{{made}}}" if made.raised else str(made)
        if len(orders) == 1 and orders[0] <= 3:
            head += "'" * orders[0]
        else:
            head += f"^{{({','.join(map(str, orders))})}}"
        return f"{head}{_bracket(self.commas(args))}"

    def _array_call(self, function: str, args: tuple[Term, ...]) -> Piece:
        match function, args:
            case "matmul", (first, *rest):
                negative, positive = signed(first)
                if negative:
                    return f"-{self.at(Call(function, (positive, *rest)), Level.PRODUCT)}", Level.PRODUCT
                return " ".join([self.at(arg, Level.POWER) for arg in args]), Level.PRODUCT
            case "transpose", (array,):
                return rf"{self.at(array, Level.ATOM)}^{{\top}}", Level.POWER
            case "inverse", (array,):
                return f"{self.at(array, Level.ATOM)}^{{-1}}", Level.POWER
            case "matrix", _ if rows := rows_of(args):
                body = r" \\ ".join(" & ".join(self.at(entry, Level.SUM) for entry in row) for row in rows)
                return rf"\begin{{pmatrix}} {body} \end{{pmatrix}}", Level.ATOM
            case "hadamard", _:
                return r" \odot ".join([self.at(arg, Level.POWER) for arg in args]), Level.PRODUCT
            case "outer", (left, right):
                return rf"{self.at(left, Level.POWER)} {self.at(right, Level.ATOM)}^{{\top}}", Level.PRODUCT
            case "dot", (left, right):
                return rf"{self.at(left, Level.ATOM)}^{{\top}} {self.at(right, Level.POWER)}", Level.PRODUCT
            case ("identity" | "zeros" | "ones"), _:
                sign = {"identity": "I", "zeros": r"\mathbf{0}", "ones": r"\mathbf{1}"}[function]
                sizes = r" \times ".join([self.at(a, Level.POWER) for a in args])
                return f"{sign}_{{{sizes}}}", Level.ATOM
            case _:
                # trace, det, expectations; a function of such a name with other arguments: only in a hand-made tree
                made = self._function(function)
                return f"{made}{_bracket(self.commas(args))}", Level.POWER if made.raised else Level.ATOM


def _is_one_fraction(written: str) -> bool:
    """True where `written` is one \\frac{...}{...} and nothing else."""
    depth = groups = 0
    for number, character in enumerate(written):
        if written[number - 1] == "\\" and number:
            continue
        if character == "{":
            depth += 1
        elif character == "}":
            depth -= 1
            groups += depth == 0
            if groups == 2 and depth == 0:
                return number == len(written) - 1
    return False
