"""Terms as one would type them into SymPy, for the benchmark that asks SymPy the same questions.

Scalars only: arrays taken whole, opaque functionals and equation chains raise `NotTyped`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy

from lossproof.derivation import Declaration, Definition
from lossproof.term import (
    Add,
    Bool,
    Call,
    Const,
    Derivative,
    Entry,
    Fold,
    Integral,
    Limit,
    Mul,
    Number,
    Piecewise,
    Pow,
    Relation,
    Subst,
    Symbol,
    Term,
)

CONSTANTS = {"pi": sympy.pi, "E": sympy.E, "EulerGamma": sympy.EulerGamma, "oo": sympy.oo, "-oo": -sympy.oo}
RELATIONS: dict[str, Any] = {"=": sympy.Eq, "!=": sympy.Ne, "<": sympy.Lt, "<=": sympy.Le, ">": sympy.Gt,
                             ">=": sympy.Ge}


class NotTyped(Exception):
    """The line is not a scalar SymPy expression."""


class Writer:
    """Writes the lines of one document; quantities are put in."""

    def __init__(self, declarations: Mapping[str, Declaration], definitions: Mapping[str, Definition]) -> None:
        self.declarations = declarations
        self.definitions = definitions

    def symbol(self, name: str) -> Any:
        """A declared name with the assumptions that SymPy knows; a bound one is an integer."""
        declaration = self.declarations.get(name)
        if declaration is None or declaration.kind == "index":
            return sympy.Symbol(name, integer=True)
        if declaration.kind in ("size", "integer"):
            positive = True if declaration.kind == "size" else None
            lowest = declaration.domain.lower
            nonnegative = True if lowest is not None and lowest >= 0 else None
            return sympy.Symbol(name, integer=True, positive=positive, nonnegative=positive or nonnegative)
        if declaration.kind != "scalar":
            raise NotTyped(f"{name} taken whole")
        domain = declaration.domain
        asked: dict[str, bool] = {"real": True}
        if domain.lower is not None and domain.lower >= 0:
            asked["positive" if domain.lower > 0 or domain.lower_open or domain.nonzero else "nonnegative"] = True
        if domain.upper is not None and domain.upper <= 0:
            asked["negative" if domain.upper < 0 or domain.upper_open or domain.nonzero else "nonpositive"] = True
        if domain.nonzero:
            asked["nonzero"] = True
        if domain.integer:
            asked["integer"] = True
        return sympy.Symbol(name, **asked)

    def write(self, term: Term) -> Any:
        """The SymPy expression, evaluated as typing it would."""
        match term:
            case Number(value):
                return sympy.Rational(value.numerator, value.denominator)
            case Const(name):
                return CONSTANTS[name]
            case Symbol(name) if name in self.definitions:
                return self.quantity(name, ())
            case Symbol(name):
                return self.symbol(name)
            case Entry(family, indices) if family in self.definitions:
                return self.quantity(family, tuple(self.write(i) for i in indices))
            case Entry(family, indices):
                return sympy.IndexedBase(family, real=True)[tuple(self.write(i) for i in indices)]
            case Add(args):
                return sympy.Add(*(self.write(a) for a in args))
            case Mul(args):
                return sympy.Mul(*(self.write(a) for a in args))
            case Pow(base, exponent):
                return sympy.Pow(self.write(base), self.write(exponent))
            case Fold(kind, body, range_, condition):
                inner = self.write(body)
                if condition is not None:
                    inner = sympy.Piecewise((inner, self.write(condition)), (0 if kind == "sum" else 1, True))
                over = sympy.Sum if kind == "sum" else sympy.Product
                return over(inner, (self.symbol(range_.name), self.write(range_.lower), self.write(range_.upper)))
            case Derivative(body, by, order):
                return sympy.Derivative(self.write(body), (self.write(by), order))
            case Limit(body, variable, target, side):
                return sympy.Limit(self.write(body), self.write(variable), self.write(target), side)
            case Integral(body, name, lower, upper):
                variable = sympy.Symbol(name, real=True)
                inner = self.write(body).subs(self.symbol(name), variable)
                return sympy.Integral(inner, (variable, self.write(lower), self.write(upper)))
            case Subst(body, variable, value):
                return sympy.Subs(self.write(body), self.write(variable), self.write(value))
            case Piecewise(pieces):
                return sympy.Piecewise(*((self.write(v), self.write(c)) for v, c in pieces))
            case Relation(op, left, right):
                return RELATIONS[op](self.write(left), self.write(right))
            case Bool("and", args):
                return sympy.And(*(self.write(a) for a in args))
            case Bool("or", args):
                return sympy.Or(*(self.write(a) for a in args))
            case Bool("not", args):
                return sympy.Not(*(self.write(a) for a in args))
            case Call():
                return self.call(term)
            case _:
                raise NotTyped(type(term).__name__)

    def quantity(self, name: str, indices: tuple[Any, ...]) -> Any:
        definition = self.definitions[name]
        if len(indices) != len(definition.ranges):
            raise NotTyped(f"{name} taken whole")
        values = {self.symbol(r.name): i for r, i in zip(definition.ranges, indices, strict=True)}
        return self.write(definition.body).subs(values, simultaneous=True)

    def call(self, term: Call) -> Any:
        declaration = self.declarations.get(term.function)
        if declaration is not None and declaration.kind != "function":
            raise NotTyped(f"the functional {term.function}")
        if declaration is None and any(term.orders):
            raise NotTyped("a prime of a known function")
        if term.function in ("softmax", "logsumexp"):
            return self.softmax(term)
        args = [self.write(a) for a in term.args]
        if declaration is not None:
            variables = [sympy.Symbol(f"arg{i}") for i in range(len(args))]
            value = sympy.Function(term.function)(*variables)
            for variable, order in zip(variables, term.orders, strict=False):
                value = value.diff(variable, order)
            return sympy.Subs(value, variables, args) if any(term.orders) else sympy.Function(term.function)(*args)
        match term.function, args:
            case "logistic", [x]:
                return 1 / (1 + sympy.exp(-x))
            case "softplus", [x]:
                return sympy.log(1 + sympy.exp(x))
            case "xlogy", [x, y]:
                return sympy.Piecewise((0, sympy.Eq(x, 0)), (x * sympy.log(y), True))
        function = getattr(sympy, term.function, None)
        if function is None or term.function in ("dot", "trace", "transpose", "det", "inverse"):
            raise NotTyped(term.function)
        return function(*args)

    def softmax(self, term: Call) -> Any:
        family = term.args[0]
        declaration = self.declarations.get(family.name) if isinstance(family, Symbol) else None
        if declaration is None or not declaration.shape or len(declaration.shape) != 1:
            raise NotTyped("softmax of an expression")
        base, size = sympy.IndexedBase(declaration.name, real=True), self.write(declaration.shape[0])
        j = sympy.Symbol("j_", integer=True)
        total = sympy.Sum(sympy.exp(base[j]), (j, 1, size))
        return sympy.log(total) if term.function == "logsumexp" else sympy.exp(base[self.write(term.args[1])]) / total
