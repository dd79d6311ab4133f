"""Random terms, random rewritings that keep their value, and random edits. Not a test itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from random import Random

from independent import Point, positions

from lossproof.derivation import Declaration
from lossproof.read.expression import parse_declarations
from lossproof.term import (
    MINUS_ONE,
    ONE,
    Add,
    Bool,
    Call,
    Derivative,
    Entry,
    Fold,
    Mul,
    Number,
    Pow,
    Range,
    Relation,
    Symbol,
    Term,
    binders,
    children,
    divide,
    free_names,
    map_children,
    number,
    substitute,
    subtract,
    walk,
)

DECLARATIONS: Mapping[str, Declaration] = parse_declarations({
    "n": {"kind": "size"}, "p": {"kind": "index", "upto": "n"}, "q": {"kind": "index", "upto": "n"},
    "x": {"kind": "scalar"}, "y": {"kind": "scalar"}, "r": {"kind": "scalar", "assume": ["positive"]},
    "z": {"kind": "indexed", "shape": ["n"]}, "w": {"kind": "indexed", "shape": ["n"], "assume": ["positive"]},
    "f": {"kind": "function", "arity": 1},
})
X, Y, R, N, P, Q = (Symbol(name) for name in "xyrnpq")
TO_N = (ONE, N)
BOUND = ("k", "j", "i")


# terms

def random_term(random: Random, depth: int, bound: tuple[str, ...] = ()) -> Term:
    """A term that is defined at every point of the declarations, or nearly so, under the bound names."""
    if depth == 0:
        return _leaf(random, bound)

    def inner(more: tuple[str, ...] = ()) -> Term:
        return random_term(random, depth - 1, (*bound, *more))

    match random.randrange(12):
        case 0 | 1:
            return Add((inner(), inner()))
        case 2 | 3:
            return Mul((inner(), inner()))
        case 4:
            return subtract(inner(), inner())
        case 5:
            return Call("exp", (inner(),))
        case 6:
            return Call("logistic", (inner(),))
        case 7:
            return Pow(inner(), number(random.choice((2, 2, 3))))
        case 8:
            return Call("log", (_positive(random, bound),))
        case 9:
            return divide(inner(), _positive(random, bound))
        case 10 if len(bound) < 2:
            name = BOUND[len(bound)]
            return Fold("sum", inner((name,)), Range(name, *TO_N))
        case 11 if not bound:
            by = random.choice((X, R, Entry("z", (P,)), Entry("w", (Q,))))
            return Derivative(inner(), by)
        case _:
            return Call("f", (inner(),))


def _leaf(random: Random, bound: tuple[str, ...]) -> Term:
    index: Term = Symbol(random.choice((*bound, *bound, "p", "q")))
    return random.choice((X, Y, R, number(2), number(Fraction(1, 2)), Entry("z", (index,)), Entry("w", (index,)),
                          Entry("z", (index,)), Call("KroneckerDelta", (index, P))))


def _positive(random: Random, bound: tuple[str, ...]) -> Term:
    """A term that is positive everywhere."""
    index: Term = Symbol(random.choice((*bound, "p")))
    return random.choice((
        R, Entry("w", (index,)), Call("exp", (Entry("z", (index,)),)), Add((ONE, Pow(X, number(2)))),
        Add((R, Call("exp", (X,)))), Fold("sum", Call("exp", (Entry("z", (Symbol("l"),)),)), Range("l", *TO_N)),
        Mul((R, Entry("w", (index,)))),
    ))


# rewritings that keep the value

Rule = Callable[[Random, Term], Term | None]


def _shuffle(random: Random, term: Term) -> Term | None:
    match term:
        case Add(args) | Mul(args):
            return type(term)(tuple(random.sample(args, len(args))))
    return None


def _distribute(random: Random, term: Term) -> Term | None:
    match term:
        case Mul((Add(args), *rest)) if rest:
            return Add(tuple(Mul((a, *rest)) for a in args))
        case Mul((first, Add(args))):
            return Add(tuple(Mul((first, a)) for a in args))
    return None


def _rename(random: Random, term: Term) -> Term | None:
    if isinstance(term, Fold):
        name = random.choice(("t", "x", "h"))
        if name not in free_names(term.body) and name not in {b for t in walk(term.body) for b in binders(t)}:
            old = term.range
            return Fold(term.kind, substitute(term.body, {old.name: Symbol(name)}), Range(name, old.lower, old.upper))
    return None


def _linear(random: Random, term: Term) -> Term | None:
    match term:
        case Fold("sum", Add(args), range_, None):
            return Add(tuple(Fold("sum", a, range_) for a in args))
        case Derivative(Add(args), by, 1):
            return Add(tuple(Derivative(a, by) for a in args))
        case Derivative(Mul((a, b)), by, 1):
            return Add((Mul((Derivative(a, by), b)), Mul((a, Derivative(b, by)))))
        case Derivative(Call("exp", (a,)) as e, by, 1):
            return Mul((e, Derivative(a, by)))
        case Derivative(Call("f", (a,), ()), by, 1):
            return Mul((Call("f", (a,), (1,)), Derivative(a, by)))
    return None


def _pull_out(random: Random, term: Term) -> Term | None:
    match term:
        case Fold("sum", Mul((a, b)), range_, None) if range_.name not in free_names(a):
            return Mul((a, Fold("sum", b, range_)))
        case Fold("sum", body, Range(name, lower, upper), None) if (lower, upper) == TO_N:
            if random.random() < 0.5:
                return Add((substitute(body, {name: ONE}), Fold("sum", body, Range(name, number(2), upper))))
            last = Fold("sum", body, Range(name, ONE, subtract(upper, ONE)))
            return Add((last, substitute(body, {name: upper})))
    return None


def _exponentials(random: Random, term: Term) -> Term | None:
    match term:
        case Call("exp", (Add(args),)):
            return Mul(tuple(Call("exp", (a,)) for a in args))
        case Call("logistic", (a,)):
            if random.random() < 0.5:
                return divide(ONE, Add((ONE, Call("exp", (Mul((MINUS_ONE, a)),)))))
            return subtract(ONE, Call("logistic", (Mul((MINUS_ONE, a)),)))
        case Call("log", (Mul((a, b)),)) if _sure(a) and _sure(b):
            return Add((Call("log", (a,)), Call("log", (b,))))
        case Pow(base, Number(value)) if value == 2:
            return Mul((base, base))
        case Symbol("r"):
            return random.choice((Call("exp", (Call("log", (R,)),)), Pow(Call("sqrt", (R,)), number(2)),
                                  Call("sqrt", (Pow(R, number(2)),)), Call("Abs", (R,))))
        case Entry("z", (Symbol("p"),)):
            body = Mul((Call("KroneckerDelta", (Symbol("t"), P)), Entry("z", (Symbol("t"),))))
            return Fold("sum", body, Range("t", *TO_N))
    return None


def _sure(term: Term) -> bool:
    positive_entry = isinstance(term, Entry) and term.family == "w"
    return term == R or positive_entry or (isinstance(term, Call) and term.function == "exp")


def _anything(random: Random, term: Term) -> Term | None:
    if isinstance(term, Number):
        return None
    extra = random.choice((X, R, Call("exp", (Y,)), Entry("z", (Q,)), Fold("sum", Entry("z", (Symbol("l"),)),
                                                                          Range("l", *TO_N))))
    match random.randrange(5):
        case 0:
            return Add((term, extra, Mul((MINUS_ONE, extra))))
        case 1:
            return divide(Mul((term, R)), R)
        case 2:
            return Call("log", (Call("exp", (term,)),))
        case 3:
            return divide(Add((term, term)), number(2))
        case _:
            e = Call("exp", (extra,))
            return Mul((term, e, Call("exp", (Mul((MINUS_ONE, extra)),))))


def _conditionally(random: Random, term: Term) -> Term | None:
    return None if isinstance(term, Number) else divide(Mul((term, X)), X)


RULES: tuple[Rule, ...] = (_shuffle, _distribute, _rename, _linear, _pull_out, _exponentials, _anything)


def rewrite(random: Random, term: Term, times: int, rules: tuple[Rule, ...] = RULES) -> Term:
    """The term after some rewritings at random places; its value stays, its domain may shrink by `_conditionally`."""
    for _ in range(times):
        rule = random.choice(rules)
        fitting = [t for t in places(term) if rule(Random(0), t) is not None]
        if fitting:
            place = random.choice(fitting)
            changed = rule(random, place)
            if changed is not None:
                term = replaced(term, place, changed)
    return term


def conditionally(random: Random, term: Term) -> Term:
    """The term with one place multiplied and divided by x."""
    return rewrite(random, term, 1, (_conditionally,))


def places(term: Term) -> list[Term]:
    """The terms inside that are values: no indices, exponents, bounds or variables of derivatives."""
    found = [] if isinstance(term, Relation | Bool) else [term]
    match term:
        case Entry() | Number() | Symbol() | Call("KroneckerDelta"):
            pass
        case Pow(base, _):
            found += places(base)
        case Fold(body=body) | Derivative(body=body):
            found += places(body)
        case _:
            found += [place for child in children(term) for place in places(child)]
    return found


def replaced(term: Term, old: Term, new: Term) -> Term:
    """`term` with one place, the very object, replaced."""
    if term is old:
        return new
    done = False

    def change(child: Term) -> Term:
        nonlocal done
        if done:
            return child
        changed = replaced(child, old, new)
        done = changed is not child
        return changed

    changed = map_children(term, change)
    return changed if done else term


# edits

def edit(random: Random, term: Term) -> Term:
    """The term with a mistake at a random place; it may be none."""
    place = random.choice(places(term))
    return replaced(term, place, _mistake(random, place))


def _mistake(random: Random, term: Term) -> Term:
    match term:
        case Number(value):
            return Number(value + random.choice((1, -1, Fraction(1, 2))))
        case Entry(family, (index,)):
            other = random.choice((P, Q, ONE, N))
            return Entry(family, (other,)) if other != index else Entry("w" if family == "z" else "z", (index,))
        case Symbol():
            return random.choice((X, Y, R))
        case Add(args) | Mul(args) if len(args) > 1 and random.random() < 0.7:
            left = args[1:] if random.random() < 0.5 else args[:-1]
            return left[0] if len(left) == 1 else type(term)(left)
        case Pow(base, exponent) if random.random() < 0.7:
            return random.choice((base, Pow(base, Add((exponent, ONE))), Mul((number(2), base))))
        case Call("exp", (a,)) if random.random() < 0.7:
            return random.choice((Add((ONE, a)), Call("logistic", (a,)), Call("exp", (Mul((MINUS_ONE, a)),))))
        case Call("log", (a,)) if random.random() < 0.7:
            return random.choice((a, Call("log", (Add((a, ONE)),)), divide(ONE, a)))
        case Call("logistic", (a,)) if random.random() < 0.7:
            return random.choice((Call("logistic", (Mul((MINUS_ONE, a)),)), Call("exp", (a,))))
        case Fold(kind, body, Range(name, lower, upper), None) if random.random() < 0.8:
            return random.choice((
                substitute(body, {name: P}), Fold(kind, body, Range(name, lower, subtract(upper, ONE))),
                Mul((N, substitute(body, {name: ONE}))),
                Pow(Fold(kind, body, Range(name, lower, upper)), number(2)),
            ))
        case Derivative(body, _, order):
            wrong = random.choice((X, Entry("z", (Q,)), Entry("w", (P,))))
            return random.choice((body, Derivative(body, wrong, order), Mul((number(2), term))))
        case _:
            return random.choice((Mul((MINUS_ONE, term)), Add((term, ONE)), Mul((number(2), term)),
                                  Pow(term, number(2)), X))


# points

def sample(random: Random, declarations: Mapping[str, Declaration] = DECLARATIONS, size: int = 3) -> Point:
    """A point of the declarations: sizes up to `size`, small rationals elsewhere."""
    values: dict[str, Fraction] = {}
    entries: dict[str, dict[tuple[int, ...], Fraction]] = {}
    functions: dict[str, Callable[..., object]] = {}
    for name, d in declarations.items():
        if d.kind == "size":
            values[name] = Fraction(random.randint(int(d.domain.lower or 1), max(size, int(d.domain.lower or 1))))
    for name, d in declarations.items():
        match d.kind:
            case "index":
                top = values.get(d.upper.name) if isinstance(d.upper, Symbol) else None
                values[name] = Fraction(random.randint(1, int(top or 2)))
            case "scalar" | "integer":
                values[name] = _number(random, d)
            case "family" if d.shape is not None:
                shape = tuple(int(values[s.name]) if isinstance(s, Symbol) else int(s.value)  # type: ignore[attr-defined]
                              for s in d.shape)
                entries[name] = {at: _number(random, d) for at in positions(shape)}
            case "family":
                entries[name] = {at: _number(random, d) for at in positions((size + 2,) * d.rank)}
            case "function":
                functions[name] = _FUNCTIONS[d.arity]
    return Point(values, entries, functions)


_FUNCTIONS: Mapping[int, Callable[..., object]] = {
    1: lambda t: t**3 / 3 + t / 2 + 1, 2: lambda s, t: s**3 / 3 + s * t + t / 2 + 1,
}


def _number(random: Random, declaration: Declaration) -> Fraction:
    domain = declaration.domain
    if domain.values is not None:
        return random.choice(domain.values)
    for _ in range(200):
        value = Fraction(random.randint(-6, 6), 1 if domain.integer else random.randint(1, 4))
        if domain.lower is not None and domain.upper is not None:
            value = domain.lower + (domain.upper - domain.lower) * Fraction(random.randint(0, 6), 6)
        if value in domain:
            return value
    raise ValueError(f"no value for {declaration.name}")
