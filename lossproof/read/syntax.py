"""From Python's syntax tree to the written tree, by a white list and without evaluation.

Untrusted as to truth, but what is judged is what this makes of the text: it keeps order,
brackets and exact numbers, and refuses everything that it does not know. Imports the ground
floor, `lexical` and `shapes`; no SymPy, and nothing that executes text.

Brackets are kept by comparing places: in `a*b*c` the inner product starts where the outer one
does, in `(a*b)*c` it does not.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Mapping
from fractions import Fraction
from typing import Literal, NoReturn, TypeGuard

from lossproof.derivation import Declaration, Definition
from lossproof.read.lexical import MAX_DEPTH, Source, refuse, shorten
from lossproof.read.shapes import Shapes
from lossproof.term import (
    ARRAY_FUNCTIONS,
    KNOWN_FUNCTIONS,
    MINUS_ONE,
    Add,
    Bool,
    Call,
    Component,
    Const,
    Entry,
    ForAll,
    Mul,
    Number,
    Pow,
    Relation,
    RelationName,
    Span,
    Symbol,
    Term,
)

Bound = frozenset[str]
_Operators = tuple[type[ast.operator], ...]

CONSTANTS: Mapping[str, Literal["pi", "E", "EulerGamma", "I", "oo"]] = {
    "pi": "pi", "E": "E", "EulerGamma": "EulerGamma", "I": "I", "oo": "oo"}
ALIASES: Mapping[str, str] = {"ln": "log", "abs": "Abs"}
ARRAY_NAMES: Mapping[str, str] = {
    "MatMul": "matmul", "Transpose": "transpose", "HadamardProduct": "hadamard", "Outer": "outer", "Dot": "dot",
    "Trace": "trace", "Inverse": "inverse", "Determinant": "det", "Identity": "identity", "ZeroMatrix": "zeros",
    "OneMatrix": "ones", "Expectation": "expectation", "Variance": "variance", "Covariance": "covariance",
    "Correlation": "correlation", "StandardDeviation": "deviation"}
LAWLESS_FUNCTIONS: Mapping[str, tuple[int, int]] = {
    # Functions with a fixed meaning of which the kernel has no laws (yet): they are read, never reinterpreted.
    "acot": (1, 1), "asec": (1, 1), "acsc": (1, 1), "acoth": (1, 1), "asech": (1, 1), "acsch": (1, 1),
    "atan2": (2, 2)}
_COMPARISONS: Mapping[type[ast.cmpop], RelationName] = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
RELATIONS: Mapping[str, RelationName] = {"Eq": "=", "Ne": "!=", "Lt": "<", "Le": "<=", "Gt": ">", "Ge": ">="}
CONNECTIVES: Mapping[str, Literal["and", "or", "not"]] = {"And": "and", "Or": "or", "Not": "not"}
_NOT_ALLOWED: Mapping[type[ast.AST], tuple[str, str]] = {
    ast.Attribute: ("attribute access is not allowed", "write Transpose(A), Inverse(A) for A.T, A.I"),
    ast.Lambda: ("lambda is not allowed", ""),
    ast.IfExp: ("`if ... else` is not allowed", "write Piecewise((a, condition), (b, True))"),
    ast.NamedExpr: ("`:=` is not allowed inside an expression", ""),
    ast.JoinedStr: ("strings are not allowed", ""),
    ast.BoolOp: ("`and` and `or` are not allowed", "write `(a < b) & (c < d)`, or And(...), Or(...)"),
    ast.Tuple: ("a tuple stands here where one expression is expected", ""),
    ast.List: ("a list stands only in Matrix([[a, b], [c, d]])", "write FamilyOf(expr, (k, 1, K)) for a family"),
    ast.Starred: ("`*` before an argument is not allowed", ""),
    ast.Slice: ("slices are not allowed", "write FamilyOf(z[k], (k, 1, m)) for a part of a family"),
}
RESERVED = frozenset({
    "Sum", "Product", "Integral", "Derivative", "Limit", "Subs", "Piecewise", "ForAll", "Prime", "Partial",
    "FamilyOf", "Matrix", "Rational", "True", "False", *RELATIONS, *CONNECTIVES, *ARRAY_NAMES})
"""Names with a fixed meaning, which no declaration may take."""


def is_condition(term: Term) -> bool:
    """True for terms that are true or false, not a value."""
    return isinstance(term, Relation | Bool | ForAll)


class Expressions:
    """Makes trees of operators, names, entries and calls; `forms.Builder` adds what has a form of its own.

    The methods without an underscore are the interface; each raises InputError.
    """

    def __init__(self, source: Source, names: Mapping[str, Declaration],
                 definitions: Mapping[str, Definition]) -> None:
        self._source = source
        self.names = names
        self._definitions = definitions
        self._shapes = Shapes(names, definitions)
        self._depth = 0

    def build(self, node: ast.expr) -> Term:
        """The tree of `node`; InputError where something is not allowed, undeclared or of a wrong shape."""
        return self._convert(node, frozenset())

    def form(self, node: ast.Call, name: str, bound: Bound) -> Term:
        """The tree of a call that is no function: Sum, Derivative, Eq, ..."""
        raise NotImplementedError(name)

    # places and refusals

    def _offset(self, node: ast.expr) -> int:
        # line 1 of what Python parsed is the bracket that `parse` puts around the text
        return self._source.offset(node.lineno - 2, node.col_offset)

    def span(self, node: ast.expr) -> Span | None:
        if self._source.base is None:
            return None
        end = self._source.offset((node.end_lineno or node.lineno) - 2, node.end_col_offset or 0)
        return self._source.span(self._offset(node), end)

    def refuse(self, code: str, message: str, node: ast.expr, *helps: str) -> NoReturn:
        refuse(code, message, self.span(node), *(h for h in helps if h))

    # parts of a certain sort

    def value(self, node: ast.expr, bound: Bound) -> Term:
        """A number or an array: no condition, not infinite."""
        term = self.extended(node, bound)
        if isinstance(term, Const) and term.name in ("oo", "-oo"):
            self.refuse("LP107", f"`{term.name}` is no number: it stands only as a bound or as the target of a limit",
                         node)
        return term

    def extended(self, node: ast.expr, bound: Bound) -> Term:
        """A value, or oo or -oo."""
        term = self._convert(node, bound)
        if is_condition(term):
            self.refuse("LP107", "a condition stands here where a value is expected", node,
                         "comparisons inside `&`, `|` and `~` need brackets of their own"
                         if isinstance(node, ast.Compare) else "")
        return term

    def condition(self, node: ast.expr, bound: Bound) -> Term:
        term = self._convert(node, bound)
        if not is_condition(term):
            self.refuse("LP107", "a value stands here where a condition is expected", node,
                         "comparisons inside `&`, `|` and `~` need brackets of their own")
        return term

    # expressions

    def _convert(self, node: ast.expr, bound: Bound) -> Term:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self.refuse("LP105", f"the expression is nested more than {MAX_DEPTH} deep", node)
        term = self._dispatch(node, bound)
        self._shapes.of(term, bound)  # from the inside out: the parts' shapes are known already
        self._depth -= 1
        return term

    def _dispatch(self, node: ast.expr, bound: Bound) -> Term:
        match node:
            case ast.Constant():
                return self.constant(node)
            case ast.Name(id=name):
                return self._name(node, name, bound)
            case ast.BinOp(op=ast.Add() | ast.Sub()):
                return self._sum(node, bound)
            case ast.BinOp(op=ast.Mult() | ast.Div()):
                return self._product(node, bound)
            case ast.BinOp(op=ast.MatMult()):
                args = tuple(self.value(part, bound) for _, part in self._chain(node, (ast.MatMult,)))
                return Call("matmul", args, span=self.span(node))
            case ast.BinOp(left, ast.Pow(), right):
                return self._power(node, self.value(left, bound), self.value(right, bound), bound)
            case ast.BinOp(op=ast.BitAnd() | ast.BitOr() as op):
                args = tuple(self.condition(part, bound) for _, part in self._chain(node, (type(op),)))
                return Bool("and" if isinstance(op, ast.BitAnd) else "or", args, span=self.span(node))
            case ast.BinOp(op=op):
                self._refuse_operator(node, op)
            case ast.UnaryOp(ast.USub(), operand):
                return self._negation(node, operand, bound)
            case ast.UnaryOp(ast.UAdd(), operand):
                return self.value(operand, bound)
            case ast.UnaryOp(ast.Invert(), operand):
                return Bool("not", (self.condition(operand, bound),), span=self.span(node))
            case ast.UnaryOp():
                self.refuse("LP105", "`not` is not allowed", node, "write Not(...) or `~(...)`")
            case ast.Compare():
                return self._comparison(node, bound)
            case ast.Subscript():
                return self._subscript(node, bound)
            case ast.Call():
                return self._call(node, bound)
            case _:
                message, help_ = _NOT_ALLOWED.get(
                    type(node), ("this is not allowed in an expression", ""))
                self.refuse("LP105", message, node, help_)

    def _refuse_operator(self, node: ast.BinOp, op: ast.operator) -> NoReturn:
        match op:
            case ast.BitXor():
                self.refuse("LP105", "`^` is not allowed", node, "write `**` for a power")
            case ast.Mod():
                self.refuse("LP105", "`%` is not allowed", node, "write Mod(a, b)")
            case ast.FloorDiv():
                self.refuse("LP105", "`//` is not allowed", node, "write floor(a/b)")
            case _:
                self.refuse("LP105", "this operator is not allowed", node)

    def constant(self, node: ast.Constant) -> Term:
        if node.value is True or node.value is False:
            return Bool("and" if node.value else "or", (), span=self.span(node))
        literal = self._source.numbers.get(self._offset(node))
        if literal is None:
            what = "a string is" if isinstance(node.value, str | bytes) else f"`{node.value}` is"
            self.refuse("LP105", f"{what} not allowed here", node)
        return Number(Fraction(literal), span=self.span(node))

    def is_literal(self, node: ast.expr) -> TypeGuard[ast.Constant]:
        return isinstance(node, ast.Constant) and self._offset(node) in self._source.numbers

    def _name(self, node: ast.expr, name: str, bound: Bound) -> Term:
        span = self.span(node)
        if name in bound or name in self._definitions:
            return Symbol(name, span=span)
        declaration = self.names.get(name)
        if declaration is not None:
            if declaration.kind in ("function", "functional"):
                self.refuse("LP107", f"`{shorten(name)}` is a {declaration.kind} and stands here without an argument",
                             node, f"write {shorten(name)}(...)")
            return Symbol(name, span=span)
        if name in CONSTANTS:
            return Const(CONSTANTS[name], span=span)
        if name in KNOWN_FUNCTIONS or name in RESERVED or name in ALIASES or name in LAWLESS_FUNCTIONS:
            self.refuse("LP107", f"`{name}` is a function and stands here without an argument", node)
        self._undeclared(node, name, [*self.names, *self._definitions, *bound, *CONSTANTS])

    def _undeclared(self, node: ast.expr, name: str, candidates: list[str]) -> NoReturn:
        close = difflib.get_close_matches(name, candidates, n=1) if len(name) <= 100 else []
        self.refuse("LP102", f"`{shorten(name)}` is not declared", node,
                     *(f"did you mean `{shorten(other)}`?" for other in close))

    def _chain(self, node: ast.BinOp, operators: _Operators) -> list[tuple[ast.operator | None, ast.expr]]:
        """The operands of `a + b - c` in order, each with its operator (None for the first).

        A left operand in brackets of its own is one operand.
        """
        parts: list[tuple[ast.operator | None, ast.expr]] = []
        here = node
        while True:
            parts.append((here.op, here.right))
            left = here.left
            if isinstance(left, ast.BinOp) and isinstance(left.op, operators) and _same_start(here, left):
                here = left
            else:
                parts.append((None, left))
                return parts[::-1]

    def _sum(self, node: ast.BinOp, bound: Bound) -> Term:
        args: list[Term] = []
        for operator, part in self._chain(node, (ast.Add, ast.Sub)):
            term = self.value(part, bound)
            if isinstance(operator, ast.Sub):
                term = self._negated(part, term, self.span(part))
            args.append(term)
        return Add(tuple(args), span=self.span(node))

    def _negated(self, node: ast.expr, term: Term, span: Span | None) -> Term:
        """-term, where `node` is what stands behind the sign."""
        if isinstance(term, Number) and self.is_literal(node):
            return Number(-term.value, span=span)
        return Mul((MINUS_ONE, term), span=span)

    def _negation(self, node: ast.expr, operand: ast.expr, bound: Bound) -> Term:
        term = self.extended(operand, bound)
        if term == Const("oo"):
            return Const("-oo", span=self.span(node))
        if isinstance(term, Const) and term.name == "-oo":
            self.refuse("LP107", "`-oo` is no number", node)
        return self._negated(operand, term, self.span(node))

    def _product(self, node: ast.BinOp, bound: Bound) -> Term:
        factors: list[Term] = []
        for operator, part in self._chain(node, (ast.Mult, ast.Div)):
            if operator is None and isinstance(part, ast.UnaryOp) and isinstance(part.op, ast.USub) \
                    and _same_start(node, part) and not self.is_literal(part.operand):
                factors += [MINUS_ONE, self.value(part.operand, bound)]  # -a*b is one product of -1, a and b
                continue
            term = self.value(part, bound)
            if isinstance(operator, ast.Div):
                if self._shapes.of(term, bound):
                    self.refuse("LP106", "an array has no reciprocal", part, "write Inverse(A)")
                term = Pow(term, MINUS_ONE, span=self.span(part))
            factors.append(term)
        span = self.span(node)
        arrays = [f for f in factors if self._shapes.of(f, bound)]
        if len(arrays) < 2:
            return Mul(tuple(factors), span=span)
        product = Call("matmul", tuple(arrays), span=span)
        if len(arrays) == len(factors):
            return product
        rest: list[Term] = []
        for factor in factors:
            if factor is arrays[0]:
                rest.append(product)
            elif not any(factor is array for array in arrays):
                rest.append(factor)
        return Mul(tuple(rest), span=span)

    def _power(self, node: ast.expr, base: Term, exponent: Term, bound: Bound) -> Term:
        span = self.span(node)
        if not self._shapes.of(base, bound) or self._shapes.is_bare_family(base, bound):
            return Pow(base, exponent, span=span)
        if exponent == MINUS_ONE:
            return Call("inverse", (base,), span=span)
        if isinstance(exponent, Number) and exponent.value.denominator == 1 and 2 <= exponent.value <= 64:
            return Call("matmul", (base,) * int(exponent.value), span=span)
        self.refuse("LP106", "a matrix has only the powers -1, 2, 3, ... here", node,
                     "write HadamardProduct(a, a) for the square of each entry")

    def _comparison(self, node: ast.Compare, bound: Bound) -> Term:
        sides = [self.extended(side, bound) for side in (node.left, *node.comparators)]
        found: list[Term] = []
        for operator, left, right in zip(node.ops, sides, sides[1:], strict=False):
            name = _COMPARISONS.get(type(operator))
            if name is None:
                help_ = {ast.Eq: "write Eq(a, b)", ast.NotEq: "write Ne(a, b)"}.get(type(operator), "")
                self.refuse("LP105", "only `<`, `<=`, `>` and `>=` compare", node, help_)
            found.append(Relation(name, left, right, span=self.span(node)))
        return found[0] if len(found) == 1 else Bool("and", tuple(found), span=self.span(node))

    def _subscript(self, node: ast.Subscript, bound: Bound) -> Term:
        inside = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        indices = tuple(self.value(index, bound) for index in inside)
        span = self.span(node)
        if not indices:
            self.refuse("LP105", "an entry needs an index", node)
        if not isinstance(node.value, ast.Name):
            array = self.value(node.value, bound)
            if isinstance(array, Entry):
                self.refuse("LP107", "an entry has no entries", node, "write W[i, j], not W[i][j]")
            return Component(array, indices, span=span)
        name = node.value.id
        if name in bound:
            self.refuse("LP107", f"`{shorten(name)}` is a bound variable here and has no entries", node)
        shape = self._shapes.of_name(name)
        if shape is None:
            self._undeclared(node.value, name, [*self.names, *self._definitions])
        if not shape:
            self.refuse("LP107", f"`{shorten(name)}` is declared without entries", node)
        if len(shape) != len(indices):
            self.refuse("LP106", f"`{shorten(name)}` has {len(shape)} indices, and {len(indices)} are written", node)
        return Entry(name, indices, span=span)

    # calls

    def _call(self, node: ast.Call, bound: Bound) -> Term:
        if not isinstance(node.func, ast.Name):
            if isinstance(node.func, ast.Attribute):
                self.refuse("LP105", "attribute access is not allowed", node.func)
            self.refuse("LP105", "only a named function can be called", node,
                         "a product needs `*`, as in `2*(x + 1)`")
        name = node.func.id
        if node.keywords and name != "Limit":
            self.refuse("LP105", "keyword arguments are not allowed", node)
        for arg in node.args:
            if isinstance(arg, ast.Starred):
                self.refuse("LP105", "`*` before an argument is not allowed", arg)
        if name in bound:
            self.refuse("LP107", f"`{shorten(name)}` is a bound variable here, not a function", node,
                         "a product needs `*`")
        if name in RESERVED and name not in ARRAY_NAMES:
            return self.form(node, name, bound)
        function = self.function(node, name)
        return Call(function, tuple(self.value(a, bound) for a in node.args), span=self.span(node))

    def function(self, node: ast.Call, name: str, count: int | None = None) -> str:
        """The name of a function as the tree has it; the number of arguments is checked."""
        count = len(node.args) if count is None else count
        declaration = self.names.get(name)
        if declaration is not None or name in self._definitions:
            match declaration:
                case Declaration(kind="function", arity=arity):
                    allowed = (arity, arity)
                case Declaration(kind="functional"):
                    allowed = (1, 1)
                case _:
                    self.refuse("LP107", f"`{shorten(name)}` is not declared as a function", node,
                                 f"a product needs `*`; an entry is written {shorten(name)}[k]")
            function = name
        else:
            function = ALIASES.get(name, name)
            if function in KNOWN_FUNCTIONS:
                allowed = KNOWN_FUNCTIONS[function]
            elif function in LAWLESS_FUNCTIONS:
                allowed = LAWLESS_FUNCTIONS[function]
            elif function in ARRAY_NAMES:
                function = ARRAY_NAMES[function]
                allowed = ARRAY_FUNCTIONS[function]
            else:
                functions = [n for n, d in self.names.items() if d.kind in ("function", "functional")]
                self._undeclared(node.func, name, [*functions, *KNOWN_FUNCTIONS, *LAWLESS_FUNCTIONS, *RESERVED])
        if not allowed[0] <= count <= allowed[1]:
            wanted = str(allowed[0]) if allowed[0] == allowed[1] else f"{allowed[0]} to {allowed[1]}"
            self.refuse("LP107", f"`{shorten(name)}` takes {wanted} argument{'' if wanted == '1' else 's'}, "
                                  f"and {count} are written", node)
        return function


def _same_start(outer: ast.expr, inner: ast.expr) -> bool:
    """True where no bracket opens between the start of `outer` and that of its part `inner`."""
    return (outer.lineno, outer.col_offset) == (inner.lineno, inner.col_offset)
