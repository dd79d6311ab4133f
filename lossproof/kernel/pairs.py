"""Complex numbers as pairs of real terms, and what is done with such pairs.

Trusted. Imports the ground floor and `normal_form` (for `Unsupported`). A pair is defined where *both* its parts are:
an operation drops a part only where what is left is still defined at the same points. `real_parts` takes terms apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import comb

from lossproof.derivation import Declaration, Domain
from lossproof.kernel.normal_form import Unsupported
from lossproof.term import (
    MINUS_ONE,
    ONE,
    ZERO,
    Add,
    Call,
    Const,
    Mul,
    Number,
    Pow,
    Range,
    Symbol,
    Term,
    add,
    mul,
    number,
    substitute,
    walk,
)

MOST_FACTORS = 8
"""So many complex factors of one product are multiplied out."""
LARGEST_POWER = 32

_AT_ZERO = {"exp": ONE, "cos": ONE, "cosh": ONE, "sin": ZERO, "sinh": ZERO}

_SMOOTH = ("exp", "sin", "cos", "sinh", "cosh", "tanh", "atan", "asinh")


@dataclass(frozen=True, slots=True)
class Pair:
    """re + i im; `im` is ZERO where the value is real by its form."""

    re: Term
    im: Term = ZERO


def real_name(name: str) -> str:
    """The name of the real part of what is called `name`; no author can write such a name."""
    return f"re({name})"


def imaginary_name(name: str) -> str:
    """The name of the imaginary part."""
    return f"im({name})"


def twin(name: str) -> str:
    """The name of the imaginary part for that of the real part, and the other way round."""
    return f"{'im' if name.startswith('re') else 're'}{name[2:]}"


def linear(build: Callable[[Term], Term], pair: Pair) -> Pair:
    """An operation that is linear in the pair; a part that is the number 0 stays it where the other one is left."""
    if pair.im == ZERO:
        return Pair(build(pair.re))
    return Pair(ZERO if pair.re == ZERO else build(pair.re), build(pair.im))


def multilinear(build: Callable[[Sequence[Term]], Term], pairs: Sequence[Pair]) -> Pair:
    """A product of any kind: one summand for every choice of a part of each factor."""
    if sum(1 for p in pairs if p.im != ZERO and p.re != ZERO) > MOST_FACTORS:
        raise Unsupported("a product of so many complex factors")
    choices = [[(p.re, 0)] if p.im == ZERO else [(p.im, 1)] if p.re == ZERO else [(p.re, 0), (p.im, 1)]
               for p in pairs]
    found: tuple[list[Term], list[Term]] = ([], [])
    for choice in product(*choices):
        turns = sum(turn for _, turn in choice)
        summand = build([part for part, _ in choice])
        found[turns % 2].append(minus(summand) if turns % 4 >= 2 else summand)
    return Pair(add(*found[0]), add(*found[1]))


def multiplied(pairs: Sequence[Pair]) -> Pair:
    """The product."""
    return multilinear(lambda chosen: times(*chosen), pairs)


def natural_power(w: Pair, power: int) -> Pair:
    """w**power for power > 0 by the binomial theorem; w has both parts."""
    if power > LARGEST_POWER:
        raise Unsupported("so high a power of a complex number")
    found: tuple[list[Term], list[Term]] = ([], [])
    for k in range(power + 1):
        parts = ((w.re, power - k), (w.im, k))
        summand = times(number(comb(power, k)), *(Pow(part, number(e)) for part, e in parts if e))
        found[k % 2].append(minus(summand) if k % 4 >= 2 else summand)
    return Pair(add(*found[0]), add(*found[1]))


def imaginary_power(b: Term, power: int) -> Pair:
    """(i b)**power."""
    one = b if b == ONE else Pow(b, number(power))
    signed = one if power % 4 < 2 else minus(one)
    return Pair(ZERO, signed) if power % 2 else Pair(signed)


def exponential(w: Pair) -> Pair:
    """exp(a + ib) = exp(a) (cos b + i sin b)."""
    if w.im == ZERO:
        return Pair(Call("exp", (w.re,)))
    size = at("exp", w.re)
    return Pair(times(size, at("cos", w.im)), times(size, at("sin", w.im)))


def trigonometric(function: str, w: Pair) -> Pair:
    """sin, cos, sinh, cosh of a + ib by the addition theorems."""
    a, b = w.re, w.im
    match function:
        case "sin":
            return Pair(_with_zeros("sin", a, "cosh", b), _with_zeros("cos", a, "sinh", b))
        case "cos":
            return Pair(_with_zeros("cos", a, "cosh", b), minus(_with_zeros("sin", a, "sinh", b)))
        case "sinh":
            return Pair(_with_zeros("sinh", a, "cos", b), _with_zeros("cosh", a, "sin", b))
        case _:
            return Pair(_with_zeros("cosh", a, "cos", b), _with_zeros("sinh", a, "sin", b))


def tangent(function: str, w: Pair) -> tuple[Pair, Term]:
    """tan(a + ib) = (sin a cos a + i sinh b cosh b)/(cos(a)^2 + sinh(b)^2), tanh likewise; and the denominator."""
    first, second = ("", "h") if function == "tan" else ("h", "")
    squares = (at("cos", w.re), at("sinh", w.im)) if function == "tan" else (at("sinh", w.re), at("cos", w.im))
    below = added(square if square in (ZERO, ONE) else Pow(square, number(2)) for square in squares)
    parts = (_with_zeros(f"sin{kind}", part, f"cos{kind}", part) for kind, part in ((first, w.re), (second, w.im)))
    return Pair(*(part if part == ZERO else Mul((part, Pow(below, MINUS_ONE))) for part in parts)), below


def _with_zeros(first: str, a: Term, second: str, b: Term) -> Term:
    """The product of the two values; 0 where one is, since the other part of the pair holds the argument, too."""
    factors = at(first, a), at(second, b)
    return ZERO if ZERO in factors else times(*factors)


def at(function: str, term: Term) -> Term:
    """exp, sin, cos, sinh or cosh of a term, worked out at the number 0."""
    return _AT_ZERO[function] if term == ZERO else Call(function, (term,))


def times(*factors: Term) -> Term:
    """The product, without factors that are the number 1."""
    return mul(*(f for f in factors if f != ONE))


def added(terms: Iterable[Term]) -> Term:
    """The sum, without summands that are the number 0."""
    return add(*(term for term in terms if term != ZERO))


def minus(term: Term) -> Term:
    """-term."""
    return Number(-term.value) if isinstance(term, Number) else Mul((MINUS_ONE, term))


def is_positive(base: Term, declarations: Mapping[str, Declaration]) -> bool:
    """Whether a base is positive by its form or its declaration."""
    match base:
        case Number(value):
            return value > 0
        case Const("pi"):
            return True
        case Symbol(name):
            domain = declarations[name].domain if name in declarations else Domain()
            return domain.lower is not None and (domain.lower > 0 or (domain.lower == 0 and domain.lower_open))
        case _:
            return False


def is_smooth(term: Term, declarations: Mapping[str, Declaration]) -> bool:
    """Whether a real term is plainly defined, and smooth, everywhere."""
    match term:
        case Number() | Const("pi" | "E"):
            return True
        case Symbol(name):
            declaration = declarations.get(name)
            return declaration is not None and declaration.kind not in ("family", "function", "functional")
        case Add(args) | Mul(args):
            return all(is_smooth(a, declarations) for a in args)
        case Pow(base, Number(value)):
            return value.denominator == 1 and value >= 0 and is_smooth(base, declarations)
        case Call(function, (inner,), ()):
            return function in _SMOOTH and is_smooth(inner, declarations)
        case _:
            return False


def written_out(kind: str, body: Term, range_: Range) -> Term | None:
    """A sum or product over few concrete numbers, term by term."""
    match range_:
        case Range(name, Number(lower), Number(upper)) if (
                upper - lower < MOST_FACTORS and lower.denominator == upper.denominator == 1):
            terms = [substitute(body, {name: number(k)}) for k in range(int(lower), int(upper) + 1)]
            return add(*terms) if kind == "sum" else mul(*terms)
        case _:
            return None


def is_endless(range_: Range) -> bool:
    """Whether a bound is infinite."""
    return any(isinstance(part, Const) for bound in (range_.lower, range_.upper) for part in walk(bound))


def bound_index(name: str) -> Declaration:
    """The declaration of an index of a sum, a product or a family."""
    return Declaration(name, "integer", Domain(integer=True))
