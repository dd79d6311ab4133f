"""Proof of a step: normal forms of both lines, their definedness, and cases.

Trusted. Imports the kernel's normal forms, hypotheses and conditions. What it finds is a `Claim`,
which is no verdict yet: `judge` asks for a point at which it says something.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Literal

from lossproof.derivation import Declaration, Step
from lossproof.kernel.atoms import AbsAtom, DeltaAtom, FunctionAtom, IntegralAtom
from lossproof.kernel.complex_steps import is_complex, real_steps
from lossproof.kernel.conditions import Condition
from lossproof.kernel.definedness import Conditions
from lossproof.kernel.equations import alternatives, sign_cases
from lossproof.kernel.functions import reduce
from lossproof.kernel.hypotheses import Hypotheses
from lossproof.kernel.induction import by_induction
from lossproof.kernel.inequalities import sign_of
from lossproof.kernel.integral_relations import eliminate_integrals
from lossproof.kernel.inverses import difference as difference_of
from lossproof.kernel.inverses import vanishes as form_vanishes
from lossproof.kernel.laws import LAWS
from lossproof.kernel.matrices import TRAITS
from lossproof.kernel.normal_form import DivisionByZero, Normal, OutOfWork, Unsupported
from lossproof.kernel.normalize import NeedsCases, Normalizer, Scope
from lossproof.kernel.order import Order
from lossproof.kernel.sign_sets import Sign, sign_decides
from lossproof.kernel.validity import validate
from lossproof.kernel.vanishing import vanishes
from lossproof.term import (
    ARRAY_FUNCTIONS,
    ONE,
    ZERO,
    Add,
    Call,
    Component,
    ForAll,
    Mul,
    Number,
    Pow,
    Relation,
    RelationName,
    Symbol,
    Term,
    free_names,
    mul,
    subtract,
    walk,
)

MAX_CASES = 48


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


def prove(step: Step, work: int = 150_000) -> Claim | Open:
    """Decide a step by normal forms. InputError where a line has no meaning."""
    validate(step)
    by_entries = _attempt(step, work)
    if isinstance(by_entries, Claim) or not _has_arrays(step):
        return by_entries
    by_words = _attempt(step, work, words=True)
    return by_words if isinstance(by_words, Claim) else by_entries


def _has_arrays(step: Step) -> bool:
    """Whether array functions, or matrices of which something is assumed, are in the lines or in what they reach."""
    n = Normalizer(step.declarations, step.definitions)
    names = n.mentions(step.left) | n.mentions(step.right)
    if any(step.declarations[name].assumptions & TRAITS for name in names & set(step.declarations)):
        return True
    reached = [step.left, step.right, *(step.definitions[name].body for name in names & set(step.definitions))]
    return any(isinstance(part, Call) and part.function in ARRAY_FUNCTIONS for term in reached for part in walk(term))


def _attempt(step: Step, work: int, *, words: bool = False) -> Claim | Open:
    """Decide a step with arrays read by their entries or as words over matrices."""
    try:
        if is_complex(step):
            return _both_parts(step, work)
        if step.relation in ("=>", "<=>"):
            return _implication(step, work, words)
        return _by_cases(_entrywise(step), work, words=words)
    except OutOfWork:
        return Open("the budget of work was used up")
    except Unsupported as reason:
        return Open(f"not supported yet: {reason}")
    except DivisionByZero:
        return Open("a denominator is 0 at every point")


def _both_parts(step: Step, work: int) -> Claim | Open:
    """A step between complex lines: its real parts and its imaginary parts, each of which has the lines' domain."""
    parts = real_steps(step)
    claims: list[Claim] = []
    for real in parts.steps:
        found = prove(real, work)
        if isinstance(found, Open):
            return found
        claims.append(found)

    def together(kept: Iterable[tuple[Term, ...]]) -> tuple[Term, ...]:
        return tuple(dict.fromkeys(parts.written(term) for terms in kept for term in terms))

    laws = dict.fromkeys((*parts.laws, *(law for claim in claims for law in claim.laws)))
    return Claim(together(c.conditions for c in claims), all(c.same_domain for c in claims), tuple(laws),
                 together(c.assumed for c in claims))


def _implication(step: Step, work: int, words: bool) -> Claim | Open:
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
        found = _by_cases(_entrywise(inner), work, defined=True, words=words)
        if isinstance(found, Open) or not found.same_domain:
            # where the hypothesis is defined, and what else it says
            ways_out, used = alternatives(step, hypothesis)
            tried = [_by_cases(_entrywise(replace(inner, given=(*inner.given, *said))), work, defined=True, words=words)
                     for said in ways_out]
            claims = [c for c in tried if isinstance(c, Claim)]
            if len(claims) == len(tried):
                laws.update(dict.fromkeys(used))
                found = Claim(
                    tuple(x for c in claims for x in c.conditions), all(c.same_domain for c in claims),
                    tuple(x for c in claims for x in c.laws), tuple(x for c in claims for x in c.assumed))
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


def _by_cases(step: Step, work: int, *, defined: bool = False, words: bool = False) -> Claim | Open:
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
        attempt = _Case(replace(step, given=(*step.given, *case)), work, defined, words)
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

    def __init__(self, step: Step, work: int, defined: bool, words: bool) -> None:
        self.step = step
        self.defined = defined
        self.n = Normalizer(step.declarations, step.definitions, work, words=words)
        self.h = Hypotheses(self.n, step.given)
        self.c = Conditions(self.h)

    def settle(self) -> Claim | Open | list[Term]:
        """A claim, the reason why not, or hypotheses that split this case."""
        try:
            return self._settled()
        except NeedsCases as needed:
            return self._split(needed.poly)

    def _settled(self) -> Claim | Open | list[Term]:
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
        exact = [c for c in left_open if c.exact]
        # what follows from the exact conditions asks for nothing more, so it does not spoil them
        return [c for c in left_open if c.exact or not self._implied([c], exact)]

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
            difference = self.h.value(written)
            depends = self._depends_on(difference)
            order = Order(self.n.table, self.n.facts, self.h.apply, self._functions())
            return order.holds(difference, step.relation) if depends is False else depends
        if step.left == step.right:
            self.n.table.use("same-line")
            return True
        if self.n.matrices is not None and isinstance(step.left, Component) and isinstance(step.right, Component):
            forms = [self.h.form(self.n.matrices.form(side.array, Scope())) for side in (step.left, step.right)]
            if form_vanishes(difference_of(*forms)):
                return True
        difference = reduce(self.n.table, self.h.value(step.left) - self.h.value(step.right))
        if vanishes(self.n.table, difference):
            return True
        if any(isinstance(self.n.table[i], IntegralAtom) for i in difference.atoms()):
            known = eliminate_integrals(self.n.table, self.n.facts, self.n.is_opaque, difference)
            if reduce(self.n.table, known).is_zero:
                return True
        if step.given and self.n.table.sign(difference) is Sign.ZERO:
            return True
        depends = self._depends_on(difference)
        if depends is False and by_induction(self.n.table, difference, function=self._functions()):
            return True
        return depends

    def _functions(self) -> frozenset[str]:
        """The opaque functions, which are smooth everywhere."""
        return frozenset(d.name for d in self.step.declarations.values() if d.kind == "function")

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
        """The cases of a sign as hypotheses."""
        if not self._closed(poly):
            raise Unsupported("cases on a bound variable")
        return [*sign_cases(self.n, poly)]


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
