"""The judge: the only module that makes Proved, Conditional and Refuted.

Trusted. `prove` compares normal forms and definedness; `compare` evaluates both lines at a
point by enclosures, sharing no rule with `prove`. Points come from outside (search proposes);
every hypothesis is checked again here. A line is an array, a number or an equation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice, product
from typing import Literal, cast, get_args

from flint import arb

from lossproof.derivation import Declaration, Step
from lossproof.kernel.atoms import AbsAtom, DeltaAtom, FunctionAtom, Var
from lossproof.kernel.comparison import Factory, admissible, compared, decimal
from lossproof.kernel.comparison import decided as condition_at
from lossproof.kernel.conditions import Condition, Conditions
from lossproof.kernel.enclosure import Evaluator
from lossproof.kernel.functions import reduce
from lossproof.kernel.hypotheses import Hypotheses
from lossproof.kernel.inequalities import sign_of
from lossproof.kernel.jets import OutOfBudget, Undecided, Undefined
from lossproof.kernel.laws import LAWS
from lossproof.kernel.normal_form import DivisionByZero, Normal, OutOfWork, Unsupported
from lossproof.kernel.normalize import NeedsCases, Normalizer
from lossproof.kernel.points import Point
from lossproof.kernel.readback import Readback
from lossproof.kernel.sign_sets import sign_decides
from lossproof.kernel.sums import eliminate_relations, is_integer
from lossproof.kernel.validity import validate
from lossproof.term import (
    ONE,
    ZERO,
    Add,
    Call,
    Component,
    Entry,
    ForAll,
    Limit,
    Mul,
    Number,
    Pow,
    Relation,
    RelationName,
    Symbol,
    Term,
    free_names,
    map_children,
    mul,
    subtract,
    walk,
)
from lossproof.verdict import Conditional, Counterexample, Proved, Refuted, Verdict

MAX_CASES = 48
HYPOTHESIS_PRECISION = 256
OPERATIONS = 60_000
MOST_ENTRIES = 64
"""So many entries of an array line are compared at a point."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The kernel's finding before a point is exhibited: the lines are equal (or related) wherever
    both are defined; `same_domain` if they are defined at the same points. `assumed` are conditions
    that are more than definedness asks for: where one fails nothing was shown."""

    conditions: tuple[Term, ...]
    same_domain: bool
    laws: tuple[str, ...]
    assumed: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class Open:
    """The kernel did not settle the step, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """Both lines at one point: their values. `holds` is False where the step's relation provably
    fails, True where it holds or the enclosures still overlap at the last precision."""

    holds: bool
    left: Fraction | arb | bool
    right: Fraction | arb | bool
    position: tuple[int, ...] = ()


# proof


def prove(step: Step, work: int = 150_000) -> Claim | Open:
    """Decide a step by normal forms. InputError where a line has no meaning."""
    validate(step)
    try:
        if step.relation in ("=>", "<=>"):
            return _implication(step, work)
        return _by_cases(_entrywise(step), work)
    except OutOfWork:
        return Open("the budget of work was used up")
    except Unsupported as reason:
        return Open(f"not supported yet: {reason}")
    except DivisionByZero:
        return Open("a denominator is 0 at every point")


def _implication(step: Step, work: int) -> Claim | Open:
    """=> between equations: the left is a hypothesis for the right, which must be defined there."""
    if not isinstance(step.left, Relation) or not isinstance(step.right, Relation):
        return Open("=> and <=> join equations")
    ways = [(step.left, step.right)] + ([(step.right, step.left)] if step.relation == "<=>" else [])
    laws: dict[str, None] = {}
    conditions: dict[Term, None] = {}
    assumed: dict[Term, None] = {}
    for hypothesis, goal in ways:
        if goal.op not in ("=", "<", "<=", ">", ">="):
            return Open("this relation")
        inner = replace(step, left=goal.left, right=goal.right, relation=goal.op, given=(*step.given, hypothesis))
        found = _by_cases(_entrywise(inner), work, defined=True)
        if isinstance(found, Open):
            return found
        laws.update(dict.fromkeys(found.laws))
        conditions.update(dict.fromkeys(found.conditions))
        assumed.update(dict.fromkeys(found.assumed))
    return Claim(tuple(conditions), not conditions, tuple(laws), tuple(assumed))


def _entrywise(step: Step) -> Step:
    """An array line is judged by its generic entry: one fresh index a dimension."""
    shape = Normalizer(step.declarations, step.definitions).arrays.shape(step.left)
    if not shape:
        return step
    taken = set(step.declarations) | set(step.definitions) | free_names(step.left) | free_names(step.right)
    names: list[str] = []
    for letter in "ijklmn":
        name = letter
        while name in taken:
            name += "'"
        names.append(name)
    indices = names[: len(shape)]
    declarations = dict(step.declarations)
    for name, size in zip(indices, shape, strict=True):
        declarations[name] = Declaration(name, "index", lower=ONE, upper=size)
    at = tuple(Symbol(n) for n in indices)
    return replace(step, left=Component(step.left, at), right=Component(step.right, at), declarations=declarations)


def _by_cases(step: Step, work: int, *, defined: bool = False) -> Claim | Open:
    """Prove every case; a case is one more hypothesis. `defined`: the lines must be defined, too."""
    pending: list[tuple[Term, ...]] = list(_finite_cases(step))
    laws: dict[str, None] = {}
    conditions: dict[Term, None] = {}
    assumed: dict[Term, None] = {}
    same_domain = True
    tried = 0
    while pending:
        case = pending.pop(0)
        tried += 1
        if tried + len(pending) > MAX_CASES:
            return Open("too many cases")
        attempt = _Case(replace(step, given=(*step.given, *case)), work, defined)
        found = attempt.settle()
        if isinstance(found, list):
            pending = [(*case, extra) for extra in found] + pending
        elif isinstance(found, Open):
            return found
        else:
            laws.update(dict.fromkeys(found.laws))
            conditions.update(dict.fromkeys(found.conditions))
            assumed.update(dict.fromkeys(found.assumed))
            same_domain = same_domain and found.same_domain
    if tried > 1:
        laws["cases"] = None
    return Claim(tuple(conditions), same_domain, tuple(laws), tuple(assumed))


def _finite_cases(step: Step) -> Iterator[tuple[Term, ...]]:
    """One case a combination of values of the scalars that range over a finite set."""
    n = Normalizer(step.declarations, step.definitions)
    names = n.mentions(step.left) | n.mentions(step.right)
    known = {g.left for g in step.given if isinstance(g, Relation) and g.op == "="}
    finite = [
        (name, values) for name in sorted(names)
        if (d := step.declarations.get(name)) is not None and d.kind in ("scalar", "integer")
        and (values := d.domain.values) is not None and Symbol(name) not in known
    ]
    for combination in product(*(values for _, values in finite)):
        yield tuple(
            Relation("=", Symbol(name), Number(value)) for (name, _), value in zip(finite, combination, strict=True)
        )


class _Case:
    """One case of a step, with its own atom table."""

    def __init__(self, step: Step, work: int, defined: bool) -> None:
        self.step = step
        self.defined = defined
        self.n = Normalizer(step.declarations, step.definitions, work)
        self.h = Hypotheses(self.n, step.given)
        self.c = Conditions(self.h)

    def settle(self) -> Claim | Open | list[Term]:
        """A claim, the reason why not, or hypotheses that split this case."""
        left, right = self._open(self.step.left), self._open(self.step.right)
        impossible = [[c for c in side if self.c.impossible(c.term)] for side in (left, right)]
        if any(impossible):
            # in this case a line is undefined everywhere: nothing to compare, but domains may differ
            nowhere = impossible[0] or impossible[1]
            both = all(any(c.exact for c in side) for side in impossible)
            assumed = tuple(c.term for side in impossible for c in side if not c.exact)
            both = both and not self.defined
            return Claim(() if both else tuple(_tidy(c.term) for c in nowhere), both, (), assumed)
        facts = [f for c in (*left, *right) for f in self.h.facts(c.term)]
        with self.n.facts.assuming(facts):
            try:
                related = self._related()
            except NeedsCases as needed:
                related = needed.poly
        if isinstance(related, Normal):
            # split by what the hypotheses leave, not by what definedness adds: a domain is judged, too
            return self._split(related)
        if not related:
            return Open("the two sides' normal forms differ")
        if self.defined:
            same = not left and not right
        else:
            exact = all(c.exact for c in (*left, *right))
            same = exact and self._implied(right, left) and self._implied(left, right)
        conditions = () if same else self._least([*left, *right])
        assumed = tuple(c.term for c in (*left, *right) if not c.exact)
        return Claim(conditions, same, tuple(law for law in LAWS if law in self.n.table.laws), assumed)

    def _open(self, line: Term) -> list[Condition]:
        """Conditions for the line to be defined that do not follow from the hypotheses."""
        left_open: list[Condition] = []
        for c in self.c.written(line):
            if not self.c.discharged(c.term):
                left_open.append(c)
            elif isinstance(c.term, Relation) and any((isinstance(p, Call) and p.function == "sqrt") or isinstance(
                    p, Pow) for p in walk(line)):
                # seen on the written line, where squares still stand: roots ask for it in normal form
                self.n.facts.learn_all(self.h.facts(c.term))
        return left_open

    def _implied(self, wanted: list[Condition], known: list[Condition]) -> bool:
        terms = {c.term for c in known}
        facts = [f for c in known for f in self.h.facts(c.term)]
        with self.n.facts.assuming(facts):
            return all(c.term in terms or self.c.discharged(c.term) for c in wanted)

    def _least(self, conditions: list[Condition]) -> tuple[Term, ...]:
        """The conditions less those that follow from the others."""
        kept = list(dict.fromkeys(conditions))
        for c in list(kept):
            others = [o for o in kept if o is not c]
            if any(o.term == c.term for o in others) or self._implied([c], others):
                kept = others
        return tuple(dict.fromkeys(_tidy(c.term) for c in kept))

    def _related(self) -> bool | Normal:
        """Whether the lines are related, or what the answer depends on the sign of."""
        step = self.step
        if step.relation != "=":
            if step.left == step.right:
                return step.relation in ("<=", ">=")
            written = step.left if step.right == ZERO else subtract(step.left, step.right)
            if sign_decides(step.relation, sign_of(self.h, written)) is True:
                return True
            return self._depends_on(self.h.value(written))
        if step.left == step.right:
            self.n.table.use("same-line")
            return True
        difference = reduce(self.n.table, self.h.value(step.left) - self.h.value(step.right))
        if difference.is_zero or reduce(self.n.table, eliminate_relations(self.n.table, difference)).is_zero:
            return True
        return self._depends_on(difference)

    def _depends_on(self, difference: Normal) -> Literal[False] | Normal:
        """The argument of a delta, an absolute value or a sign that is left in the difference."""
        t = self.n.table
        for i in difference.atoms():
            match t[i]:
                case DeltaAtom(inner) | AbsAtom(inner) | FunctionAtom("sign", (inner,)) if self._closed(inner):
                    return inner
        return False

    def _closed(self, normal: Normal) -> bool:
        return not any(name[0] in "%#@" for name in normal.free())

    def _split(self, poly: Normal) -> list[Term]:
        """The cases of a sign as hypotheses; all that are not ruled out by what is known."""
        if not self._closed(poly):
            raise Unsupported("cases on a bound variable")
        ops: tuple[RelationName, ...] = ("=", "!=") if is_integer(self.n.table, poly) else (">", "=", "<")
        term = Readback(self.n.table, frozenset(self.step.declarations)).term(poly)
        # an equation is written for one variable, so that it can act
        left, right = _solved(self.n, poly, term)
        sign = self.n.table.sign(poly)
        # a case that contradicts what is known is no case
        return [
            Relation(op, left, right) if op in ("=", "!=") else Relation(op, term, ZERO)
            for op in ops if sign_decides(op, sign) is not False
        ]


_MIRRORED: dict[RelationName, RelationName] = {">": "<", ">=": "<=", "<": ">", "<=": ">=", "=": "=", "!=": "!="}


def _tidy(condition: Term) -> Term:
    """x - 1 != 0 as x != 1, 2 x != 0 as x != 0, 2 <= n as n >= 2."""
    match condition:
        case Relation(op, Number() as left, right) if not isinstance(right, Number):
            return _tidy(Relation(_MIRRORED[op], right, left))
        case Relation(op, Add((term, Number(value))), right) if right == ZERO:
            return _tidy(Relation(op, term, Number(-value)))
        case Relation(op, Add((Number(value), Mul((Number(factor), term)))), right) if right == ZERO and factor == -1:
            return _tidy(Relation(_MIRRORED[op], term, Number(value)))
        case Relation(op, Mul((Number(factor), *rest)), Number(value)) if rest and factor != 0:
            return _tidy(Relation(op if factor > 0 else _MIRRORED[op], mul(*rest), Number(value / factor)))
        case Relation("!=", Pow(base, Number(power)), right) if right == ZERO and power > 0:
            return _tidy(Relation("!=", base, ZERO))
        case ForAll(body, range_, extra):
            return ForAll(_tidy(body), range_, extra)
        case _:
            return condition


def _solved(n: Normalizer, poly: Normal, term: Term) -> tuple[Term, Term]:
    for i in poly.atoms():
        atom = n.table[i]
        if isinstance(atom, Var) and atom.name in n.declarations:
            coefficient = dict(n.table.terms(poly.num)).get(((i, 1),))
            rest = n.table.var(atom.name) - poly.scaled(Fraction(1, coefficient)) if coefficient else None
            if rest is not None and atom.name not in rest.free():
                return Symbol(atom.name), Readback(n.table, frozenset(n.declarations)).term(rest)
    return term, ZERO


# points


def without_limits(step: Step) -> Step:
    """The step with every limit that the kernel can take replaced by its value, under the conditions for
    it, so that the lines can be evaluated at a point. Limits that it cannot take stay."""

    conditions: dict[Term, None] = {}

    def change(term: Term) -> Term:
        if isinstance(term, Limit):
            value = _limit_value(step, term, conditions)
            return term if value is None else value
        return map_children(term, change)

    if not any(isinstance(x, Limit) for line in (step.left, step.right) for x in walk(line)):
        return step
    left, right = change(step.left), change(step.right)
    # the value stands for the limit only where the limit is defined
    return replace(step, left=left, right=right, given=(*step.given, *conditions))


def _limit_value(step: Step, term: Limit, conditions: dict[Term, None]) -> Term | None:
    try:
        n = Normalizer(step.declarations, step.definitions)
        h = Hypotheses(n, step.given)
        c = Conditions(h)
        needed = [x.term for x in c.written(term) if not c.discharged(x.term)]
        value = Readback(n.table, frozenset(step.declarations)).term(h.value(term))
    except (Unsupported, DivisionByZero, NeedsCases, OutOfWork):
        return None
    conditions.update(dict.fromkeys(needed))
    return value


def hypotheses_hold(step: Step, point: Point) -> bool:
    """Whether the point provably satisfies declarations and hypotheses."""
    factory = _factory(step, point)
    return admissible(point, step.declarations, factory(64)) and holds_at(step, point, step.given)


def holds_at(step: Step, point: Point, conditions: tuple[Term, ...]) -> bool:
    """Whether the conditions provably hold at a point."""
    factory = _factory(step, point)
    return all(condition_at(c, factory, HYPOTHESIS_PRECISION) is True for c in conditions)


def _factory(step: Step, point: Point, operations: int = OPERATIONS) -> Factory:
    return lambda precision: Evaluator(step.declarations, step.definitions, point, precision, operations)


def compare(step: Step, point: Point) -> Outcome | None:
    """Both lines at a point that satisfies the hypotheses; None where a line is undefined or undecided.

    `step` is free of limits (`without_limits`).
    """
    try:
        if not hypotheses_hold(step, point):
            return None
        if step.relation in ("=>", "<=>"):
            return _compare_equations(step, point)
        shape = _factory(step, point)(64).shape(step.left)
        found: Outcome | None = None
        for position in islice(product(*(range(1, n + 1) for n in shape)), MOST_ENTRIES):
            found = _compare_at(step, point, position)
            if found is None or not found.holds:
                return found
        return found
    except (Undefined, Undecided, OutOfBudget):
        return None


def _compare_at(step: Step, point: Point, position: tuple[int, ...]) -> Outcome | None:
    at = tuple(Number(Fraction(i)) for i in position)
    left = Component(step.left, at) if at else step.left
    right = Component(step.right, at) if at else step.right
    factory = _factory(step, point)
    values = compared(left, right, factory)
    a, b = values.left, values.right
    if a is None or b is None or isinstance(a, Undefined) or isinstance(b, Undefined):
        return None
    if step.relation == "=":
        holds: bool | None = values.outcome != "differ"
    else:
        holds = condition_at(Relation(_plain(step.relation), left, right), factory)
    return Outcome(holds is not False, a, b, position)


def _compare_equations(step: Step, point: Point) -> Outcome | None:
    factory = _factory(step, point)
    a, b = condition_at(step.left, factory), condition_at(step.right, factory)
    if a is None or b is None:
        return None
    fails = (a and not b) or (step.relation == "<=>" and b and not a)
    if fails or (a and b):
        return Outcome(not fails, a, b)
    return None


def _plain(relation: str) -> RelationName:
    for op in get_args(RelationName):
        if op == relation:
            return cast(RelationName, op)
    raise ValueError(relation)


# verdicts


def proved(claim: Claim, checked_at: int) -> Proved | Conditional:
    """The verdict of a claim for which points were exhibited."""
    if checked_at < 1:
        raise ValueError("a claim about nothing is not proved")
    if claim.same_domain:
        return Proved(claim.laws, checked_at)
    return Conditional(claim.conditions, claim.laws, checked_at)


def chained(verdicts: Sequence[Verdict]) -> Proved | None:
    """The claim of a chain whose steps are all proved and whose relations compose: first and last
    line are defined at the same points, and related there."""
    if not verdicts or not all(isinstance(v, Proved) for v in verdicts):
        return None
    laws = dict.fromkeys(law for v in verdicts if isinstance(v, Proved) for law in v.laws)
    return Proved(("transitivity", *laws), min(v.checked_at for v in verdicts if isinstance(v, Proved)))


def refuted(step: Step, point: Point) -> Refuted | None:
    """The verdict of a point at which the step provably fails; None if it does not."""
    found = compare(step, point)
    if found is None or found.holds:
        return None
    values: list[tuple[Term, Term]] = []
    for kinds in (("size",), ("index",), ("scalar", "integer")):
        for name in sorted(point.values):
            declaration = step.declarations.get(name)
            if declaration is not None and declaration.kind in kinds:
                values.append((Symbol(name), Number(point.values[name])))
    for family in sorted(point.entries):
        for position, value in sorted(point.entries[family].items()):
            values.append((_entry(family, position), Number(value)))
    functions = tuple((name, f.text) for name, f in sorted(point.functions.items()))
    where = f" at entry {', '.join(map(str, found.position))}" if found.position else ""
    left, right = shown(found.left), shown(found.right)
    return Refuted(Counterexample(tuple(values), f"{left}{where}", f"{right}{where}", functions))


def shown(value: Fraction | arb | bool) -> str:
    """A value as people read it: exact, or its certain digits."""
    return str(value).lower() if isinstance(value, bool) else decimal(value)


def _entry(family: str, position: tuple[int, ...]) -> Term:
    return Entry(family, tuple(Number(Fraction(i)) for i in position))


