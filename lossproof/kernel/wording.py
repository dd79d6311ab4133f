"""How conditions and equations are written: x - 1 != 0 as x != 1, an equation solved for a variable.

Trusted: what is written here is what was shown, and what acts as a hypothesis of a case. Imports `readback`,
`normalize` and the ground floor.
"""

from __future__ import annotations

from fractions import Fraction

from lossproof.kernel.atoms import Var
from lossproof.kernel.normal_form import Normal
from lossproof.kernel.normalize import Normalizer
from lossproof.kernel.readback import Readback
from lossproof.kernel.sign_sets import Sign, sign_decides
from lossproof.term import (
    ZERO,
    Add,
    Bool,
    ForAll,
    Mul,
    Number,
    Pow,
    Relation,
    RelationName,
    Symbol,
    Term,
    mul,
)

_MIRRORED: dict[RelationName, RelationName] = {">": "<", ">=": "<=", "<": ">", "<=": ">=", "=": "=", "!=": "!="}
_FALSE = Bool("or", ())


def tidy(condition: Term) -> Term:
    """x - 1 != 0 as x != 1, 2 x != 0 as x != 0, 2 <= n as n >= 2."""
    match condition:
        case Relation(op, Number() as left, right) if not isinstance(right, Number):
            return tidy(Relation(_MIRRORED[op], right, left))
        case Relation(op, Add((term, Number(value))), right) if right == ZERO:
            return tidy(Relation(op, term, Number(-value)))
        case Relation(op, Add((Number(value), Mul((Number(factor), term)))), right) if right == ZERO and factor == -1:
            return tidy(Relation(_MIRRORED[op], term, Number(value)))
        case Relation(op, Mul((Number(factor), *rest)), Number(value)) if rest and factor != 0:
            return tidy(Relation(op if factor > 0 else _MIRRORED[op], mul(*rest), Number(value / factor)))
        case Relation("!=", Pow(base, Number(power)), right) if right == ZERO and power > 0:
            return tidy(Relation("!=", base, ZERO))
        case Bool("or", args) if any(_is_false(a) for a in args):
            kept = tuple(a for a in args if not _is_false(a))
            return tidy(kept[0]) if len(kept) == 1 else Bool("or", kept)
        case ForAll(body, range_, extra):
            return ForAll(tidy(body), range_, extra)
        case _:
            return condition


def _is_false(condition: Term) -> bool:
    """Whether a condition between numbers fails."""
    match condition:
        case Relation(op, Number(left), Number(right)):
            sign = Sign.POSITIVE if left > right else Sign.NEGATIVE if left < right else Sign.ZERO
            return sign_decides(op, sign) is False
        case _:
            return condition == _FALSE


def equation_of(n: Normalizer, readback: Readback, normal: Normal) -> Relation:
    """normal = 0, solved for a variable where one stands in it linearly with a number, so that it can act."""
    t = n.table
    poly = t.polynomial(normal.num)
    for i in poly.atoms():
        atom = t[i]
        if isinstance(atom, Var) and atom.name in n.declarations:
            coefficient = dict(t.terms(poly.num)).get(((i, 1),))
            if coefficient:
                rest = t.var(atom.name) - poly.scaled(Fraction(1, coefficient))
                if atom.name not in rest.free():
                    return Relation("=", Symbol(atom.name), readback.term(rest))
    return Relation("=", readback.term(normal), ZERO)
