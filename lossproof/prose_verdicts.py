"""Verdicts on lines of documents, of which not everything is known: never a stronger one than the kernel's.

Imports the ground floor, what the kernel says of names and expectations, and verdicts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from lossproof.derivation import (
    PERHAPS_ARRAY,
    UNSPECIFIED,
    Declaration,
    Definition,
    Document,
    Line,
    Premise,
    Step,
    reached,
)
from lossproof.kernel import expected_numbers, judge, random_names
from lossproof.term import (
    Call,
    Derivative,
    Entry,
    Limit,
    Mul,
    Number,
    Pow,
    Relation,
    Symbol,
    Term,
    binders,
    free_names,
    substitute,
    walk,
)
from lossproof.verdict import Conditional, Defined, Error, Proved, Refuted, StepResult, Unknown

__all__ = ["is_only_as_set", "of_prose"]

_SCRIPTS = re.compile(r"[_^](\{[^{}]*\}|\\[A-Za-z]+|[A-Za-z])")
_LETTERS = re.compile(r"\\[A-Za-z]+|[A-Za-z]")
_WORDS = re.compile(r"\\(?:mathrm|text|operatorname)\{[^{}]*\}")


def of_prose(document: Document, line: Line, step: Step, result: StepResult) -> StepResult:
    """The result for a line of a document.

    A name's further meaning is a definition where it does not follow from the first one. Where the notation is inferred
    and the sides do not rest on the same names, what the text says in words may join them: nothing is refuted then.
    """
    if isinstance(result.verdict, Proved | Conditional) and document.prose is not None and document.prose.inferred:
        for of, by in _unsaid_slopes(step):
            reason = f"no notation says how {of} depends on {by}, by which it is differentiated"
            return replace(result, verdict=Unknown(reason, "LP306"), premises=())
        for of, by in _labelled(step):
            reason = f"no notation says how {of} depends on {by}, which varies"
            return replace(result, verdict=Unknown(reason, "LP306"), premises=())
    if isinstance(result.verdict, Proved | Conditional) and document.prose is not None and any(
            name in document.definitions and name not in step.definitions
            for name in document.prose.data.keys() & reached((step.left, step.right), step.definitions)):
        result = replace(result, verdict=judge.with_data_fixed(result.verdict))
    if isinstance(result.verdict, Proved | Conditional) and (later := tuple(_said_later(line, step))):
        # what an expectation is counts from the start, but not as if it had been said
        result = replace(result, verdict=judge.resting(result.verdict), premises=(*result.premises, *later))
    if isinstance(result.verdict, Proved | Conditional) and (line.usual or _guessed(step)):
        return replace(result, verdict=judge.by_usual_meanings(result.verdict))
    values = expected_numbers.values_of(step)
    by_chance = random_names.has_expectations(step) or bool(values)
    if by_chance and isinstance(result.verdict, Error) and result.verdict.diagnostic.code == "LP106" \
            and document.prose is not None and document.prose.inferred:
        result = replace(result, verdict=Unknown("the shapes of what is random do not fit, and are guessed", "LP306"))
    if line.otherwise is not None and isinstance(result.verdict, Refuted | Unknown) and result.fault is None:
        return StepResult(result.index, Defined(line.otherwise), seconds=result.seconds)
    if line.doubt is not None and isinstance(result.verdict, Refuted):
        return replace(result, verdict=Unknown(line.doubt, "LP306"), diagnosis=None)
    if document.prose is None:
        return result
    if isinstance(result.verdict, Refuted) and (unspecified := _unspecified(step)):
        reason = f"the sides differ at a point, but what {', '.join(unspecified)} stands for is only read as it is set"
        return replace(result, verdict=Unknown(reason, "LP306"), diagnosis=None)
    if not document.prose.inferred:
        return result
    if isinstance(result.verdict, Error) and result.verdict.diagnostic.code == "LP106" and _unwritten(step):
        reason = "a matrix or list that is not written out entry by entry has no shape to compare"
        return replace(result, verdict=Unknown(reason, "LP306"))
    if not isinstance(result.verdict, Refuted):
        return result
    if random_names.has_expectations(step) or any(step.definitions[name].ranges for name in values):
        reason = "the sides differ for some distribution, but what is random, and how, is only guessed"
        return replace(result, verdict=Unknown(reason, "LP306"), diagnosis=None)
    if _is_property(step):
        reason = "the sides differ at a point, but this may be a property that the text gives to what it is about"
        return replace(result, verdict=Unknown(reason, "LP306"), diagnosis=None)
    if (functions := _told_by_values(step)):
        reason = f"the sides differ for some functions, but this may be what the text says of {', '.join(functions)}"
        return replace(result, verdict=Unknown(reason, "LP306"), diagnosis=None)
    left, right = (_rests_on(side, step.definitions) for side in (step.left, step.right))
    said = _said_of(document)
    alone = sorted(left ^ right | _guessed(step) | {name for name in left | right if name in said or (
        name in step.declarations and _is_more(step.declarations[name]))})
    if alone:
        reason = f"the sides differ at a point, but no notation says what joins {', '.join(alone)} to the rest"
        return replace(result, verdict=Unknown(reason, "LP306"), diagnosis=None)
    for name in document.prose.data.keys() & step.declarations.keys() & reached(
            (step.left, step.right), step.definitions):
        reason = f"the sides differ at a point, where `{name}` is taken as data: no notation says so"
        return replace(result, verdict=Unknown(reason, "LP306"), diagnosis=None)
    for name in _turned_round(step):
        reason = f"a derivative by `{name}` of what `{name}` is made of: no notation says which of them vary"
        return replace(result, verdict=Unknown(reason, "LP306"), diagnosis=None)
    return result


def _said_later(line: Line, step: Step) -> Iterator[Premise]:
    """The values of expectations in a step that a document says on a later line."""
    for name in expected_numbers.values_of(step):
        said = step.definitions[name]
        if line.span is not None and said.span is not None and said.of is not None and said.span.line > line.span.line:
            yield Premise(Relation("=", said.of, said.body), said.span)


def is_only_as_set(document: Document, step: Step) -> bool:
    """Whether something in a step of a document has no meaning but how it is set, so that no point refutes it."""
    return document.prose is not None and bool(_unspecified(step))


def _is_more(declared: Declaration) -> bool:
    """True for an inferred name of which the text may say more than how it is set shows.

    A mean, whose bar says of what; a total, whose bullet says over what; a square matrix, which may be symmetric; an I
    that may be the identity.
    """
    marked = any(mark in (declared.latex or "") or mark[1:] in declared.name for mark in (r"\bar", r"\bullet"))
    square = declared.array and declared.shape is not None and len(declared.shape) == 2 \
        and declared.shape[0] == declared.shape[1]
    return declared.assumed and (square or marked or declared.latex in ("I", r"\mathbf{I}"))


def _unspecified(step: Step) -> list[str]:
    """What in a step has no meaning but how it is set: no counterexample may choose a value for it."""
    names = reached((step.left, step.right), step.definitions)
    return sorted(name for name in names & set(step.declarations)
                  if UNSPECIFIED in step.declarations[name].assumptions)


def _said_of(document: Document) -> set[str]:
    """Names of which an equation in the document says something that is no definition: `n = sum_i n_i` of a size."""
    return {first.name for derivation in document.derivations
            for first in (derivation.lines[0].term,) if isinstance(first, Symbol)
            and first.name in document.declarations and len(derivation.lines) == 2}


def _is_property(step: Step) -> bool:
    """Whether both sides are products of powers of one name: y^2 = y of a label, P P = P of a projection."""
    sides = (step.left, step.right)
    names = {name for side in sides for name in free_names(side)
             if name not in step.declarations or step.declarations[name].kind != "index"}
    return step.relation == "=" and len(names) == 1 and not names & step.definitions.keys() and all(
        map(_is_word, sides))


def _told_by_values(step: Step) -> list[str]:
    """Inferred functions of which the step may say what they are: g(2 x) = 2 g(x), k(x, y) = k(y, x), f'(x) = f(x).

    Those with values at more than one place, and the only one that is differentiated: who writes (f g)' = f' g' means
    all functions.
    """
    places: dict[str, set[tuple[Term, ...]]] = {}
    varied: set[str] = set()
    names = reached((step.left, step.right), step.definitions)
    for term in (step.left, step.right, *(step.definitions[n].body for n in sorted(names & step.definitions.keys()))):
        bound = {name: Symbol("_") for part in walk(term) for name in binders(part)}
        for part in walk(term):
            if isinstance(part, Call) and (declared := step.declarations.get(part.function)) is not None and (
                    declared.kind == "function" and declared.assumed):
                places.setdefault(part.function, set()).add(tuple(substitute(arg, bound) for arg in part.args))
                if any(part.orders):
                    varied.add(part.function)
            elif isinstance(part, Derivative):
                varied |= {one.function for one in walk(part.body) if isinstance(one, Call)}
    return sorted(name for name, at in places.items() if len(at) > 1 or (len(places) == 1 and name in varied))


def _is_word(term: Term) -> bool:
    match term:
        case Symbol() | Entry():
            return True
        case Mul(args):
            return all(map(_is_word, args))
        case Pow(base, Number(value=power)):
            return power.denominator == 1 and _is_word(base)
        case Call("matmul" | "transpose" | "inverse", args):
            return all(map(_is_word, args))
        case _:
            return False


def _guessed(step: Step) -> set[str]:
    """Quantities in a step whose definition stands nowhere in the document: it was guessed."""
    names = reached((step.left, step.right), step.definitions)
    return {name for name in names & step.definitions.keys() if step.definitions[name].span is None}


def _unwritten(step: Step) -> bool:
    """Whether a value that may be an array is in a step and is only read as it is set (the reader marks it so)."""
    names = reached((step.left, step.right), step.definitions)
    return any(PERHAPS_ARRAY in step.declarations[name].assumptions for name in names & set(step.declarations))


def _unsaid_slopes(step: Step) -> Iterator[tuple[str, str]]:
    """Names and functions' values that are differentiated by a name of which they are not said to be made.

    As numbers of their own they would have the derivative 0: dL/dw = dL/da da/dw, and dL/dw = 2 dL/da da/dw, too.
    """
    names = reached((step.left, step.right), step.definitions)
    bodies = [step.definitions[name].body for name in sorted(names & step.definitions.keys())]
    for term in (step.left, step.right, *bodies):
        for part in walk(term):
            if not isinstance(part, Derivative) or not isinstance(part.by, Symbol | Entry):
                continue
            body = part.body
            while isinstance(body, Derivative):
                body = body.body
            name = body.name if isinstance(body, Symbol) else body.family if isinstance(body, Entry) else \
                body.function if isinstance(body, Call) else ""
            declared = step.declarations.get(name)
            by = part.by.name if isinstance(part.by, Symbol) else part.by.family
            if declared is not None and declared.assumed and name not in step.definitions and name != by \
                    and by not in reached((body,), step.definitions):
                yield name, by


def _labelled(step: Step) -> Iterator[tuple[str, str]]:
    """Inferred names, and functions, below or above which the letter stands that varies: f_a(x), of which the slope by
    a, or the limit, would be that of a constant.
    """
    names = reached((step.left, step.right), step.definitions)
    bodies = [step.definitions[name].body for name in sorted(names & step.definitions.keys())]
    for part in (part for term in (step.left, step.right, *bodies) for part in walk(term)):
        by = part.by if isinstance(part, Derivative) else part.variable if isinstance(part, Limit) else None
        if not isinstance(part, Derivative | Limit) or not isinstance(by, Symbol):
            continue
        within = reached((part.body,), step.definitions)
        for name in sorted(within & step.declarations.keys() - step.definitions.keys() - {by.name}):
            if _is_of(step.declarations[name], step.declarations.get(by.name), by.name):
                yield name, by.name


def _is_of(declared: Declaration, by: Declaration | None, letter: str) -> bool:
    """Whether the letter of a name stands below or above an inferred one."""
    if not declared.assumed or declared.kind not in ("scalar", "function"):
        return False
    letter = re.sub(r"[{}\s]", "", (by.latex if by is not None else None) or letter)
    scripts = _SCRIPTS.findall(_WORDS.sub("", (declared.latex or "").partition("(")[0]))
    return any(letter in _LETTERS.findall(script) for script in scripts)


def _turned_round(step: Step) -> Iterator[str]:
    """Quantities by which something is differentiated that they themselves are made of."""
    for side in (step.left, step.right):
        waiting, seen = [side], set[str]()
        while waiting:
            for part in walk(waiting.pop()):
                if isinstance(part, Derivative) and isinstance(part.by, Symbol) and part.by.name in step.definitions:
                    others = {name: d for name, d in step.definitions.items() if name != part.by.name}
                    if _rests_on(part.body, others) & _rests_on(part.by, step.definitions):
                        yield part.by.name
                if isinstance(part, Symbol) and part.name in step.definitions and part.name not in seen:
                    seen.add(part.name)
                    waiting.append(step.definitions[part.name].body)


def _rests_on(term: Term, definitions: Mapping[str, Definition]) -> frozenset[str]:
    """The names that a line rests on, quantities unfolded."""
    return reached((term,), definitions) - definitions.keys()

