"""Steps in which complex numbers occur, as steps about real numbers, and the way back.

Trusted. Imports the ground floor and `real_parts`. A step between complex lines is two real steps, for the real and
for the imaginary parts, each of which is defined where the lines are: it is proved where both are, and fails where
one does. What comes out of the real steps (conditions, points, remarks) is said in the symbols of the written one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from lossproof.derivation import Step
from lossproof.diagnostic import InputError, diagnostic
from lossproof.kernel.normal_form import Unsupported
from lossproof.kernel.pairs import Pair, is_endless
from lossproof.kernel.real_parts import PARTS, NoOrder, RealParts, has_parts
from lossproof.term import (
    ONE,
    ZERO,
    Add,
    Bool,
    Call,
    Const,
    Entry,
    Fold,
    ForAll,
    Mul,
    Number,
    Pow,
    Range,
    Relation,
    Symbol,
    Term,
    add,
    binders,
    children,
    map_children,
    negate,
    number,
    subtract,
    walk,
)

I = Const("I")  # noqa: E741 - its name


@dataclass(frozen=True, slots=True)
class RealSteps:
    """The real steps that a complex one comes down to.

    `pairs` says that the steps are one line's real parts and its imaginary parts, in this order; those in `backwards`
    go from the right line to the left one.
    """

    steps: tuple[Step, ...]
    pairs: bool
    laws: tuple[str, ...]
    nonzero: Mapping[Term, Term]
    names: frozenset[str]
    backwards: tuple[Step, ...] = ()

    def written(self, term: Term) -> Term:
        """A term of the real steps in the symbols of the written step."""
        match term:
            case Relation("!=" | ">", left, right) if right == ZERO and left in self.nonzero:
                return Relation("!=", self.nonzero[left], ZERO)
            case Symbol(name) if (found := self._part(name)) is not None:
                return Call(found[0], (Symbol(found[1]),))
            case Entry(name, indices) if (found := self._part(name)) is not None:
                return Call(found[0], (Entry(found[1], tuple(self.written(i) for i in indices)),))
            case Add((Pow(first, exponent), Pow(second, other))) if exponent == other == number(2):
                modulus = self._modulus(self.written(first), self.written(second))
                return map_children(term, self.written) if modulus is None else Pow(modulus, exponent)
            case Call("sqrt", (Add((Pow(first, exponent), Pow(second, other))),)) if exponent == other == number(2):
                modulus = self._modulus(self.written(first), self.written(second))
                return map_children(term, self.written) if modulus is None else modulus
            case Pow(base, Number(power)) if power == Fraction(1, 2):
                match self.written(base):
                    case Pow(Call("Abs") as size, exponent) if exponent == number(2):
                        return size
                    case other:
                        return Pow(other, term.exponent)
            case _:
                return map_children(term, self.written)

    def _part(self, name: str) -> tuple[str, str] | None:
        """("re", "z") for `re(z)`."""
        part, _, rest = name.partition("(")
        return (part, rest[:-1]) if part in PARTS and rest[:-1] in self.names else None

    @staticmethod
    def _modulus(first: Term, second: Term) -> Term | None:
        match first, second:
            case (Call("re", (z,)), Call("im", (w,))) | (Call("im", (z,)), Call("re", (w,))) if z == w:
                return Call("Abs", (z,))
            case _:
                return None

    def point(self, values: Iterable[tuple[Term, Term]]) -> tuple[tuple[Term, Term], ...]:
        """The values of a point, those of a complex number as one: z = 1 + 2 I."""
        found: dict[Term, Term | tuple[Term, Term]] = {}
        for place, value in values:
            match self.written(place):
                case Call("re", (z,)):
                    _, im = _held(found.get(z))
                    found[z] = (value, im)
                case Call("im", (z,)):
                    re, _ = _held(found.get(z))
                    found[z] = (re, value)
                case other:
                    found[other] = value
        return tuple((place, complex_number(*value) if isinstance(value, tuple) else value)
                     for place, value in found.items())


def _held(value: Term | tuple[Term, Term] | None) -> tuple[Term, Term]:
    return value if isinstance(value, tuple) else (ZERO, ZERO)


def complex_number(re: Term, im: Term) -> Term:
    """re + im I as people write it."""
    if im == ZERO:
        return re
    if isinstance(im, Number) and im.value < 0:
        turned = I if im.value == -1 else Mul((Number(-im.value), I))
        return subtract(re, turned) if re != ZERO else negate(I) if turned == I else Mul((im, I))
    turned = I if im == ONE else Mul((im, I))
    return turned if re == ZERO else Add((re, turned))


def is_complex(step: Step) -> bool:
    """Whether complex numbers occur in a step, also through quantities."""
    return any(True for _ in _complex_parts(step))


def _complex_parts(step: Step) -> Iterator[str]:
    """The complex names that a step reaches, and "" for each I, conjugate, re and im."""
    pending = [step.left, step.right, *step.given]
    seen: set[str] = set()
    while pending:
        for part in walk(pending.pop()):
            match part:
                case Symbol(name) | Entry(family=name):
                    if name in seen:
                        continue
                    seen.add(name)
                    if name in step.declarations and "complex" in step.declarations[name].assumptions:
                        yield name
                    if name in step.definitions:
                        pending.append(step.definitions[name].body)
                case _:
                    if has_parts(part):
                        yield ""


def real_steps(step: Step) -> RealSteps:
    """The real steps. InputError where a complex number stands that must be real, Unsupported where a line
    has no real and imaginary part that the kernel knows."""
    for name in ("I", *PARTS):
        if name in step.declarations or name in step.definitions:
            raise InputError(diagnostic("LP104", f"`{name}` is declared here, and complex numbers need the name",
                                        step.right.span, helps=("give what is declared another name",)))
    parts = RealParts(step.declarations, step.definitions)
    given = [*_nonzero(step, parts), *(real for hypothesis in step.given for real in _hypothesis(parts, hypothesis))]
    if step.relation in ("=>", "<=>"):
        made = _implications(step, parts, given, step.left, step.right)
        if step.relation == "=>":
            return _made(step, parts, made, False)
        backwards = _implications(step, parts, given, step.right, step.left)
        return replace(_made(step, parts, [*made, *backwards], False), backwards=tuple(backwards))
    left, right = parts.pair(step.left, {}), parts.pair(step.right, {})
    if step.relation != "=":
        sides = _ordered(parts, step.left, left), _ordered(parts, step.right, right)
        return _made(step, parts, [_step(step, parts, [*given, *_triangles(step, parts)], *sides)], False)
    real = _step(step, parts, given, parts.guarded(left.re, left.im), parts.guarded(right.re, right.im))
    if parts.vanishes(left.im, {}) and parts.vanishes(right.im, {}):
        return _made(step, parts, [real], False)
    imaginary = _step(step, parts, given, parts.guarded(left.im, left.re), parts.guarded(right.im, right.re))
    return _made(step, parts, [real, imaginary], True)


def _made(step: Step, parts: RealParts, steps: list[Step], pairs: bool) -> RealSteps:
    names = frozenset((*step.declarations, *step.definitions))
    return RealSteps(tuple(steps), pairs, tuple(parts.laws), parts.nonzero, names)


def _step(step: Step, parts: RealParts, given: Iterable[Term], left: Term, right: Term) -> Step:
    return replace(step, left=left, right=right, given=tuple(given), declarations=parts.declarations,
                   definitions=parts.definitions)


def _ordered(parts: RealParts, written: Term, pair: Pair) -> Term:
    """A side of an inequality, which must be real."""
    if not parts.vanishes(pair.im, {}):
        raise _no_order(written)
    return parts.guarded(pair.re, pair.im)


def _triangles(step: Step, parts: RealParts) -> Iterator[Term]:
    """|z + w| <= |z| + |w| for each such modulus in an inequality, outside of sums and the like.

    Not for endless sums: the sum of the moduli may diverge where the sum does not.
    """
    pending = [step.left, step.right]
    while pending:
        term = pending.pop()
        match term:
            case Call("Abs", (Add(args),)):
                bound = add(*(Call("Abs", (a,)) for a in args))
            case Call("Abs", (Fold("sum", body, range_, condition),)) if not is_endless(range_):
                bound = Fold("sum", Call("Abs", (body,)), range_, condition)
            case _:
                if not binders(term):
                    pending += children(term)
                continue
        parts.laws["triangle-inequality"] = None
        yield parts.condition(Relation("<=", term, bound), {})


def _no_order(written: Term) -> InputError:
    return InputError(diagnostic("LP108", "complex numbers have no order, and this is not seen to be real",
                                 written.span, helps=("compare real numbers: Abs(z), re(z), im(z)",)))


def _hypothesis(parts: RealParts, hypothesis: Term) -> list[Term]:
    """The real hypotheses that a written one comes down to."""
    try:
        found = _split(parts.condition(hypothesis, {}))
        match hypothesis:
            case Relation("=", Call("Abs") as size, other) | Relation("=", other, Call("Abs") as size):
                # |z| = r gives |z|^2 = r^2, which is a polynomial
                found += _split(parts.condition(Relation("=", Pow(size, number(2)), Pow(other, number(2))), {}))
        return found
    except NoOrder as error:
        raise _no_order(hypothesis) from error


def _split(condition: Term) -> list[Term]:
    match condition:
        case Bool("and", args) if args:
            return [part for arg in args for part in _split(arg)]
        case ForAll(body, range_, extra):
            return [ForAll(part, range_, extra, span=condition.span) for part in _split(body)]
        case _:
            return [condition]


def _nonzero(step: Step, parts: RealParts) -> list[Term]:
    """What `nonzero` says of complex names."""
    found: list[Term] = []
    for name in dict.fromkeys(_complex_parts(step)):
        d = step.declarations.get(name)
        if d is None or not d.domain.nonzero:
            continue
        if d.kind != "family":
            found.append(parts.condition(Relation("!=", Symbol(name), ZERO), {}))
            continue
        indices = [f"{name}'{k}" for k in range(1, d.rank + 1)]
        condition: Term = Relation("!=", Entry(name, tuple(Symbol(i) for i in indices)), ZERO)
        if d.shape is None:
            raise Unsupported("a family of complex numbers that are not 0, over ranges that are not known")
        for index, size in zip(indices, d.shape, strict=True):
            condition = ForAll(condition, Range(index, ONE, size))
        found += _split(parts.condition(condition, {}))
    return found


def _implications(step: Step, parts: RealParts, given: list[Term], left: Term, right: Term) -> list[Step]:
    """`=>` between equations: all real equations of the left are supposed, each of the right is to be shown."""
    supposed, shown = _split(parts.condition(left, {})), _split(parts.goals(right))
    if not supposed or not shown:
        raise Unsupported("=> between equations without content")
    return [replace(_step(step, parts, (*given, *supposed[:-1]), supposed[-1], goal), relation="=>") for goal in shown]


