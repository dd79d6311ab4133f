"""Proof of a step: its cases, one after another; implications; complex lines by their parts; arrays by their entries.

Trusted. Imports `cases` and what that imports. What it finds is a `Claim`, which is no verdict yet: `judge` asks for
a point at which it says something.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product

from lossproof.derivation import Declaration, Step
from lossproof.kernel.cases import Case, Claim, Open
from lossproof.kernel.complex_steps import is_complex, real_steps
from lossproof.kernel.definedness import Conditions
from lossproof.kernel.diagonal import diagonal
from lossproof.kernel.equations import alternatives
from lossproof.kernel.hypotheses import Hypotheses
from lossproof.kernel.kept_names import with_kept_inverses, with_kept_names
from lossproof.kernel.kept_numbers import with_kept_numbers
from lossproof.kernel.matrices import TRAITS
from lossproof.kernel.normal_form import DivisionByZero, OutOfWork, Unsupported
from lossproof.kernel.normalize import ENTRIES, SUMS, WORDS, Normalizer
from lossproof.kernel.sizes import have_equal_sizes, sizes_apart
from lossproof.kernel.validity import validate
from lossproof.term import (
    ARRAY_FUNCTIONS,
    ONE,
    Add,
    Call,
    Component,
    Derivative,
    Family,
    ForAll,
    Mul,
    Number,
    Pow,
    Range,
    Relation,
    Subst,
    Symbol,
    Term,
    binders,
    free_names,
    subtract,
    walk,
)

__all__ = ["MAX_CASES", "Claim", "Open", "has_arrays", "prove", "prove_supposing"]

MAX_CASES = 48
_KEPT = 16
"""So many answers are kept."""
_LONG, _OF_LONG = 4, 5
"""Products of so many matrices are words first; their entries get one part of so many of the work."""


_settled: deque[tuple[Step, int, Claim | Open]] = deque(maxlen=_KEPT)


def prove(step: Step, work: int = 150_000) -> Claim | Open:
    """Decide a step by normal forms. InputError where a line has no meaning.

    A line is asked about several times on its way to a verdict: the last answers are kept, and one is given again where
    the same is asked with the same budget.
    """
    for known, budget, answer in _settled:
        if budget == work and known == step:
            return answer
    found = _proved(step, work)
    _settled.append((step, work, found))
    return found


def _proved(step: Step, work: int) -> Claim | Open:
    validate(step)
    step = sizes_apart(step)
    if not have_equal_sizes(step):
        return Open("arrays of sizes that may differ")
    kept = _with_numbers(step, work // _OF_LONG)
    if kept is not None and kept.same_domain:
        return kept
    long = _has_long_product(step)
    words_first = long or _has_small_inverse(step)
    first = _attempt(step, work, words=WORDS if words_first else ENTRIES)
    if isinstance(first, Claim) or not (words_first or has_arrays(step)):
        return first
    second = _attempt(step, work // _OF_LONG if long else work, words=ENTRIES if words_first else WORDS)
    if isinstance(second, Open) and _inverts_sum(step):
        second = _attempt(step, work, words=SUMS)
    if isinstance(second, Open):
        second = _with_kept(step, work) or second
    return second if isinstance(second, Claim) else kept or first


def _with_numbers(step: Step, work: int) -> Claim | None:
    """A step with numbers of arrays that stand in both lines as any numbers, which is far less to work out."""
    kept = with_kept_numbers(step, Normalizer(step.declarations, step.definitions).arrays.shape)
    found = None if kept is None else _attempt(kept.step, work)
    if kept is None or not isinstance(found, Claim):
        return None
    known = Conditions(Hypotheses(Normalizer(step.declarations, step.definitions, work, words=WORDS), step.given))
    try:
        open_ = [tuple(one for one in kept.written(terms) if not known.discharged(one))
                 for terms in (found.conditions, found.assumed)]
    except OutOfWork:
        return None
    return replace(found, conditions=open_[0], assumed=open_[1], same_domain=found.same_domain or not any(open_))


def _with_kept(step: Step, work: int) -> Claim | None:
    """A step between arrays with quantities as any matrices of their sizes, or with inverses as any."""
    shape = Normalizer(step.declarations, step.definitions).arrays.shape
    kept = with_kept_names(step, shape)
    found = None if kept is None else _attempt(kept, work, words=WORDS)
    if isinstance(found, Claim):
        return found
    written = any(isinstance(part, Family) and diagonal(part, step.definitions) is not None
                  for side in (step.left, step.right) for part in walk(side))
    free = with_kept_inverses(step, shape) if written else None     # of others, words are read
    found = None if free is None else _attempt(free[0], work, words=ENTRIES)
    if free is None or not isinstance(found, Claim):
        return None
    return None if any(free_names(term) & free[1] for term in (*found.conditions, *found.assumed)) else found


def _inverts_sum(step: Step) -> bool:
    """Whether the inverse of a sum in which an inverse stands is in a line, or in what it or a hypothesis reaches."""
    n = Normalizer(step.declarations, step.definitions)
    terms = (step.left, step.right, *step.given)
    names = frozenset().union(*map(n.mentions, terms)) & set(step.definitions)
    return any(isinstance(part, Call) and part.function == "inverse" and isinstance(part.args[0], Add) and any(
                   isinstance(inner, Call) and inner.function == "inverse" for inner in walk(part.args[0]))
               for term in (*terms, *(step.definitions[name].body for name in names)) for part in walk(term))


def _has_long_product(step: Step) -> bool:
    """Whether a product of many matrices is in a line, the entries of which are sums within sums."""
    return any(isinstance(part, Call) and part.function == "matmul" and len(part.args) >= _LONG
               for side in (step.left, step.right) for part in walk(side))


def _has_small_inverse(step: Step) -> bool:
    """Whether the inverse or determinant of a matrix of 2 or 3 rows is in a line, in which words come sooner to an
    end: the entries of its entries are sums."""
    arrays = Normalizer(step.declarations, step.definitions).arrays
    try:
        return any(isinstance(part, Call) and part.function in ("inverse", "det")
                   and arrays.concrete_size(part.args[0]) is not None
                   and any(isinstance(inner, Call) and inner.function == "matmul" for inner in walk(part.args[0]))
                   for side in (step.left, step.right) for part in walk(side))
    except Unsupported:
        return False


def prove_supposing(step: Step, supposed: tuple[Term, ...], work: int = 150_000) -> Claim | Open:
    """Decide a step under further hypotheses, which the claim then has as conditions: where one of them fails
    nothing was shown."""
    found = prove(replace(step, given=(*step.given, *supposed)), work)
    if isinstance(found, Open):
        return found
    known = Conditions(Hypotheses(Normalizer(step.declarations, step.definitions), step.given))
    open_ = tuple(one for one in supposed if not known.discharged(one))
    if not open_:
        return found
    return Claim(tuple(dict.fromkeys((*open_, *found.conditions))), False, found.laws,
                 tuple(dict.fromkeys((*open_, *found.assumed))))


def has_arrays(step: Step) -> bool:
    """Whether array functions are in the lines, in what they reach or in the hypotheses, or matrices are of which
    something is assumed."""
    n = Normalizer(step.declarations, step.definitions)
    names = n.mentions(step.left) | n.mentions(step.right)
    if any(step.declarations[name].assumptions & TRAITS for name in names & set(step.declarations)):
        return True
    bodies = (step.definitions[name].body for name in names & set(step.definitions))
    reached = [step.left, step.right, *step.given, *bodies]
    return any(isinstance(part, Call) and part.function in ARRAY_FUNCTIONS for term in reached for part in walk(term))


def _attempt(step: Step, work: int, *, words: int = ENTRIES) -> Claim | Open:
    """Decide a step with arrays read by their entries or as words over matrices (`ENTRIES`, `WORDS`, `SUMS`)."""
    try:
        if is_complex(step):
            return _both_parts(step, work)
        if step.relation in ("=>", "<=>"):
            return _implication(step, work, words)
        return _every_entry(step, work, words)
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


def _implication(step: Step, work: int, words: int) -> Claim | Open:
    """=> between equations: the left is a hypothesis for the right, which must be defined there."""
    if not isinstance(step.left, Relation) or not isinstance(step.right, Relation):
        return Open("=> and <=> join equations")
    if (differences := _by_differences(step, work, words)) is not None:
        return differences
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


def _by_differences(step: Step, work: int, words: int) -> Claim | None:
    """Equations whose sides differ by the same, up to a sign: each holds where the other does, as far as both are
    defined. Asked where a derivative or a value at a point is in one, of which a hypothesis says little.
    """
    left, right = step.left, step.right
    if not (isinstance(left, Relation) and isinstance(right, Relation) and left.op == right.op == "=") or not any(
            isinstance(part, Derivative | Subst) for side in (left, right) for part in walk(side)):
        return None
    arrays = Normalizer(step.declarations, step.definitions).arrays
    if len({tuple(arrays.shape(side)) for side in (left.left, left.right, right.left, right.right)}) > 1:
        return None
    for one, other in ((right.left, right.right), (right.right, right.left)):
        found = _every_entry(replace(step, left=subtract(left.left, left.right), right=subtract(one, other),
                                     relation="="), work, words)
        if isinstance(found, Claim):
            return found
    return None


def _every_entry(step: Step, work: int, words: int) -> Claim | Open:
    """An array line by its generic entry; by each entry where a matrix that is written out stands in a line."""
    arrays = Normalizer(step.declarations, step.definitions).arrays
    shape = arrays.shape(step.left)
    spans = [range(1, int(size.value) + 1) for size in shape if isinstance(size, Number)]
    if not spans or not any(arrays.holds_written(side) for side in (step.left, step.right)):
        entry = _entrywise(step)
        return _of_all_entries(step, entry, _by_cases(entry, work, words=words))
    claims: list[Claim] = []
    for at in product(*spans):
        entry = _entrywise(step, at)
        found = _of_all_entries(step, entry, _by_cases(entry, work, words=words))
        if isinstance(found, Open):
            return found
        claims.append(found)
    return Claim(tuple(dict.fromkeys(c for claim in claims for c in claim.conditions)),
                 all(claim.same_domain for claim in claims),
                 tuple(dict.fromkeys(law for claim in claims for law in claim.laws)),
                 tuple(dict.fromkeys(c for claim in claims for c in claim.assumed)))


def _of_all_entries(step: Step, entry: Step, found: Claim | Open) -> Claim | Open:
    """What is claimed of the generic entry of an array line, as a claim about the line: its conditions are asked for at
    every entry."""
    if isinstance(found, Open):
        return found
    indices = [declared for name, declared in entry.declarations.items() if name not in step.declarations]

    def everywhere(condition: Term) -> Term:
        for index in reversed(indices):
            if index.name in free_names(condition) and index.lower is not None and index.upper is not None:
                condition = ForAll(condition, Range(index.name, index.lower, index.upper))
        return condition

    return replace(found, conditions=tuple(dict.fromkeys(map(everywhere, found.conditions))),
                   assumed=tuple(dict.fromkeys(map(everywhere, found.assumed))))


def _entrywise(step: Step, places: Sequence[int] = ()) -> Step:
    """An array line is judged by its generic entry: one fresh index a dimension.

    `places` are given for the dimensions whose sizes are numbers, and then stand for the indices there.
    """
    shape = Normalizer(step.declarations, step.definitions).arrays.shape(step.left)
    if not shape:
        return step
    taken = set(step.declarations) | set(step.definitions)
    for side in (step.left, step.right):
        taken |= free_names(side) | {name for part in walk(side) for name in binders(part)}
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
    given = iter(places)
    at = tuple(Number(Fraction(next(given))) if places and isinstance(size, Number) else Symbol(n)
               for n, size in zip(indices, shape, strict=True))
    return replace(step, left=Component(step.left, at), right=Component(step.right, at), declarations=declarations)


def _by_cases(step: Step, work: int, *, defined: bool = False, words: int = ENTRIES) -> Claim | Open:
    """Prove every case; a case is one more hypothesis. `defined`: the lines must be defined, too."""
    n = Normalizer(step.declarations, step.definitions)
    pending: list[tuple[Term, ...]] = list(_finite_cases(step, n.mentions(step.left) | n.mentions(step.right)))
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
        attempt = Case(replace(step, given=(*step.given, *case)), work, defined, words)
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


def _finite_cases(step: Step, names: Collection[str]) -> Iterator[tuple[Term, ...]]:
    """One case a combination of values of those scalars among some names that range over a finite set."""
    known = {g.left for g in step.given if isinstance(g, Relation) and g.op == "="}
    finite = [
        (name, values) for name in sorted(names)
        if (d := step.declarations.get(name)) is not None and d.kind in ("scalar", "integer")
        and (values := d.domain.values) is not None and Symbol(name) not in known
    ]
    for combination in product(*(values for _, values in finite)):
        case = {name: value for (name, _), value in zip(finite, combination, strict=True)}
        if not any(_is_false(condition, case) for condition in step.given):
            yield tuple(Relation("=", Symbol(name), Number(value)) for name, value in case.items())


def _is_false(condition: Term, values: Mapping[str, Fraction]) -> bool:
    """Whether a relation between numbers that are known does not hold."""
    if not isinstance(condition, Relation):
        return False
    left, right = (_value(side, values) for side in (condition.left, condition.right))
    if left is None or right is None:
        return False
    match condition.op:
        case "=":
            return left != right
        case "!=":
            return left == right
        case "<":
            return left >= right
        case "<=":
            return left > right
        case ">":
            return left <= right
        case ">=":
            return left < right
        case _:
            return False


def _value(term: Term, values: Mapping[str, Fraction]) -> Fraction | None:
    """The value of a polynomial; None for anything else, and for what is not known."""
    match term:
        case Number(value):
            return value
        case Symbol(name):
            return values.get(name)
        case Add(args) | Mul(args):
            found = [_value(arg, values) for arg in args]
            made = Fraction(isinstance(term, Mul))
            for one in found:
                if one is None:
                    return None
                made = made * one if isinstance(term, Mul) else made + one
            return made
        case Pow(base, Number(power)) if power.denominator == 1 and 0 < power <= 10:
            inner = _value(base, values)
            return None if inner is None else inner ** int(power)
        case _:
            return None
