"""Equations as hypotheses of a step, in the form that serves it best.

Trusted. Imports the ground floor and `matrices`. An equation that says what one name is, for all its entries, is the
name's meaning in this step: nothing changes but that the points at which it does not hold are left out. That is so only
where nothing in the step varies what the equation is about: under a derivative, a limit or a substitution by a name, an
equation with that name is a hypothesis like others, which is not used there. An equation between entries at declared
indices is said of all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from lossproof.derivation import NONNEGATIVE, POSITIVE, REAL, Declaration, Definition, Domain, Step, is_nonzero, reached
from lossproof.kernel.matrices import TRAITS
from lossproof.term import (
    EXPECTATIONS,
    MINUS_ONE,
    ONE,
    Add,
    Call,
    Const,
    Derivative,
    Entry,
    Family,
    Fold,
    ForAll,
    Limit,
    Mul,
    Number,
    Partial,
    Pow,
    Range,
    Relation,
    Subst,
    Symbol,
    Term,
    binders,
    children,
    divide,
    free_names,
    map_children,
    negate,
    substitute,
    subtract,
    walk,
)

__all__ = ["under"]

_OPEN = Const("oo")      # the end of a range that is not known
_SAID = TRAITS | {"complex"}


def under(step: Step, premises: Iterable[Term]) -> Step:
    """The step with more hypotheses: it holds where they do exactly if the one that is returned holds."""
    pending = list(premises)
    supposed = frozenset[str]().union(*(_indices(step, term) for term in step.given))
    while pending:
        premise, *pending = pending
        known = len(step.given)
        if supposed & _indices(step, premise):
            step = replace(step, given=(*step.given, premise))
            continue
        # what comes later must not vary what this one is about
        made = _meaning(replace(step, given=(*step.given, *pending)), premise)
        if made is None:
            step = replace(step, given=(*step.given, premise, *_said_of_all(step, premise)))
        else:
            step, pending = replace(made, given=made.given[:known]), list(made.given[known:])
    return step


def _said_of_all(step: Step, premise: Term) -> Iterator[Term]:
    """A condition with declared indices, for all values of these; nothing where it has none or an end is not known, or
    where a quantity in it is what it is at one of them.
    """
    indices = _indices(step, premise) & free_names(premise)
    if not indices or _at_one_index(step, premise):
        return
    for name in sorted(indices):
        declared = step.declarations[name]
        if declared.upper is None:
            return
        premise = ForAll(premise, Range(name, declared.lower or ONE, declared.upper))
    yield premise


def _indices(step: Step, term: Term) -> frozenset[str]:
    """The declared indices that a term is about, directly or by what its quantities mean."""
    return frozenset(name for name in reached((term,), step.definitions) if name in step.declarations
                     and step.declarations[name].kind == "index")


def _at_one_index(step: Step, term: Term) -> bool:
    """Whether a quantity in a term is what it is at one declared index."""
    quantities = reached((term,), step.definitions) & step.definitions.keys()
    return any(_indices(step, Symbol(quantity)) for quantity in quantities)


def _meaning(step: Step, premise: Term) -> Step | None:
    """The step with an equation as the meaning of the name on one side of it; None where it is not one."""
    if not isinstance(premise, Relation) or premise.op != "=":
        return None
    left, right = premise.left, premise.right
    whole = ((side, other, REAL) for side, other in ((left, right), (right, left)))
    for head, body, domain in chain(whole, _solved(step, left, right), _solved(step, right, left)):
        made = _definition(step, head, body, domain)
        if made is None or made.name in reached((body,), step.definitions):
            continue
        about = reached((body,), step.definitions) | {made.name}
        if about & (_varied(step, made) | (_bound(step, made) if _of_chance(step, premise) else frozenset())):
            continue
        if any(range_.upper == _OPEN for range_ in made.ranges):
            replaced = _replaced(step, made, head)
            if replaced is not None:
                return replaced
            continue
        declarations = {name: declared for name, declared in step.declarations.items() if name != made.name}
        return replace(step, declarations=declarations, definitions={**step.definitions, made.name: made})
    return None


def _solved(step: Step, side: Term, other: Term) -> Iterator[tuple[Term, Term, Domain]]:
    """An equation solved for a name on one side of it: the name, the value, the domain that goes with this solution.

    Each is equivalent to the equation, for a name of that domain: what is divided by is known not to be 0, and of two
    roots the domain tells one.
    """
    match side:
        case Symbol() | Entry():
            yield side, other, REAL
        case Add(terms):
            for number, term in enumerate(terms):
                rest = Add((*terms[:number], *terms[number + 1:])) if len(terms) > 2 else terms[1 - number]
                yield from _solved(step, term, subtract(other, rest))
        case Mul((sign, term)) if sign == MINUS_ONE:
            yield from _solved(step, term, negate(other))
        case Mul(factors):
            for number, factor in enumerate(factors):
                others = (*factors[:number], *factors[number + 1:])
                if all(is_nonzero(one, step.declarations) for one in others):
                    yield from _solved(step, factor, divide(other, Mul(others) if len(others) > 1 else others[0]))
        case Call("log", (Symbol() | Entry() as name,)):
            yield name, Call("exp", (other,)), POSITIVE
        case Call("exp", (inner,)):
            yield from _solved(step, inner, Call("log", (other,)))
        case Pow(inner, exponent) if exponent == MINUS_ONE:
            yield from _solved(step, inner, Pow(other, MINUS_ONE))
        case Pow(Symbol() | Entry() as name, Number(power)) if power.denominator == 1 and power > 0 and power % 2 == 0:
            yield name, Pow(other, Number(1 / power)), NONNEGATIVE


def _definition(step: Step, head: Term, body: Term, domain: Domain) -> Definition | None:
    """The definition that `head = body` is, of a real number, all entries of a family, or a whole array.

    What has a domain of its own would lose it, unless that is the one of the body.
    """
    declarations = step.declarations
    match head:
        case Symbol(name) if name in declarations and declarations[name].kind == "scalar":
            ranges: tuple[Range, ...] = ()
        case Symbol(name) if name in declarations and declarations[name].array:
            ranges = ()
        case Entry(name, indices) if name in declarations and declarations[name].kind == "family":
            shape = declarations[name].shape or (_OPEN,) * declarations[name].rank
            if len(shape) != len(indices) or len(set(indices)) != len(indices) or not all(
                    _runs_over(declarations, index, size) for index, size in zip(indices, shape, strict=True)):
                return None
            letters = [index.name for index in indices if isinstance(index, Symbol)]
            ranges = tuple(Range(letter, ONE, size) for letter, size in zip(letters, shape, strict=True))
        case _:
            return None
    if _indices(step, body) - {range_.name for range_ in ranges} or _at_one_index(step, body):
        return None         # it is said of other entries
    declared = declarations[name]
    if declared.domain not in (REAL, domain) or declared.assumptions & _SAID or (
            declared.domain == REAL and domain == NONNEGATIVE):
        return None         # it would lose what is known of the name, or take one root for both
    return Definition(name, body, ranges, declared.latex)


def _runs_over(declarations: Mapping[str, Declaration], index: Term, size: Term) -> bool:
    """Whether an index is a letter for any place of a range up to `size`."""
    declared = declarations.get(index.name) if isinstance(index, Symbol) else None
    return declared is not None and declared.kind == "index" and declared.lower in (None, ONE) and (
        size == _OPEN or declared.upper in (None, size))


def _replaced(step: Step, made: Definition, head: Term) -> Step | None:
    """The step with the entries of a family, whose range is not known, written out; None where that does not go.

    Every entry is taken as in range, so the equation holds of each that is written; where its index has an end, of
    those that run over the same range.
    """
    names = {range_.name for range_ in made.ranges}
    free = free_names(made.body) - names
    for part in _parts(step, made):
        if isinstance(part, Symbol) and part.name == made.name:
            return None         # the family as a whole
        if free & set(binders(part)):
            return None
    for definition in step.definitions.values():
        if made.name in free_names(definition.body) and free & {range_.name for range_ in definition.ranges}:
            return None         # there they are its indices
    ends = [step.declarations[index.name].upper if isinstance(index, Symbol) else None
            for index in (head.indices if isinstance(head, Entry) else ())]
    if any(end is not None for end in ends) and not all(
            _same_ranges(term, made.name, ends, step.declarations, {})
            for term in (step.left, step.right, *step.given, *(d.body for d in step.definitions.values()))):
        return None

    def written(term: Term) -> Term:
        inner = map_children(term, written)
        if isinstance(inner, Entry) and inner.family == made.name:
            values = {range_.name: index for range_, index in zip(made.ranges, inner.indices, strict=True)}
            return replace(substitute(made.body, values), span=term.span)
        return inner

    definitions = {name: replace(definition, body=written(definition.body))
                   for name, definition in step.definitions.items()}
    return replace(step, left=written(step.left), right=written(step.right), given=tuple(map(written, step.given)),
                   definitions=definitions)


def _same_ranges(term: Term, name: str, ends: Sequence[Term | None], declarations: Mapping[str, Declaration],
                 bound: Mapping[str, Range | None]) -> bool:
    """Whether the entries of a family run from 1 to these ends, where there are ends, wherever they stand in a term."""
    if isinstance(term, Entry) and term.family == name:
        for index, end in zip(term.indices, ends, strict=True):
            if end is None:
                continue
            if not isinstance(index, Symbol):
                return False
            if index.name in bound:
                range_ = bound[index.name]
                if range_ is None or range_.lower != ONE or range_.upper != end:
                    return False
            elif (declared := declarations.get(index.name)) is None or declared.kind != "index" or (
                    declared.lower not in (None, ONE) or declared.upper != end):
                return False
    inner: dict[str, Range | None] = {**bound, **dict.fromkeys(binders(term))}
    if isinstance(term, Subst) and isinstance(term.variable, Symbol):
        inner[term.variable.name] = None
    if isinstance(term, Fold | ForAll):
        inner[term.range.name] = term.range
    elif isinstance(term, Family):
        inner |= {range_.name: range_ for range_ in term.ranges}
    return all(_same_ranges(child, name, ends, declarations, inner) for child in children(term))


def _varied(step: Step, extra: Definition) -> frozenset[str]:
    """The names by which something in the step is differentiated, goes to a limit or is substituted."""
    found: set[str] = set()
    for part in _parts(step, extra):
        match part:
            case Derivative(by=by):
                found |= free_names(by)
            case Limit(variable=variable) | Subst(variable=variable):
                found |= free_names(variable)
            case Partial(family=family):
                found |= free_names(family)
            case _:
                pass
    return frozenset(found)


def _bound(step: Step, extra: Definition) -> frozenset[str]:
    """The names that something in the step binds."""
    ranges = (range_.name for definition in step.definitions.values() for range_ in definition.ranges)
    return frozenset(ranges).union(*(binders(part) for part in _parts(step, extra)))


def _of_chance(step: Step, premise: Term) -> bool:
    """Whether an equation says something of a distribution, which may be another one wherever a name in it varies."""
    parts = [premise, *(step.definitions[name].body for name in reached((premise,), step.definitions)
                        if name in step.definitions)]
    return any(isinstance(part, Call) and part.function in EXPECTATIONS for one in parts for part in walk(one))


def _parts(step: Step, extra: Definition) -> Iterator[Term]:
    """All that is in the lines, the hypotheses and the meanings of what they name."""
    definitions = {**step.definitions, extra.name: extra}
    terms = (step.left, step.right, *step.given, extra.body)
    for term in terms:
        yield from walk(term)
    for name in reached(terms, definitions) & definitions.keys():
        yield from walk(definitions[name].body)
