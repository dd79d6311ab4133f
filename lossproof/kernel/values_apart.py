"""Values of functions of which nothing is known, as numbers: what holds whatever numbers f(x), f(y) are holds of them.

Trusted. Imports the ground floor. Where a hypothesis tells such a value (f(x) + log 2 = c), a point at which it holds
is found for the number, while a function with that value is hard to write. A function stays one where it is
differentiated, where its arguments are arrays, bound or varied, where they rest on an index (a hypothesis is said of
all of its values, a number would be the same for all), and where two of its values could be at one place. Nothing is
told apart where something random is spoken of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lossproof.derivation import PERHAPS_ARRAY, RANDOM, Declaration, Step, reached
from lossproof.term import (
    EXPECTATIONS,
    Call,
    Derivative,
    Entry,
    Limit,
    Partial,
    Subst,
    Symbol,
    Term,
    binders,
    children,
    fresh_identifier,
    map_children,
    substitute,
    walk,
)

__all__ = ["Apart", "values_apart"]


@dataclass(frozen=True, slots=True)
class Apart:
    """A step and hypotheses with numbers for values of functions, and what each number is."""

    step: Step
    hypotheses: tuple[Term, ...]
    values: Mapping[str, Term]

    def written(self, term: Term) -> Term:
        """A term of that step with the values that were written."""
        return substitute(term, self.values)


def values_apart(step: Step, hypotheses: Sequence[Term]) -> Apart | None:
    """A step and more hypotheses for it with numbers for values of functions. None where no value can be told apart.

    If the step that is returned holds under the hypotheses that are returned, so does the one that is given under its
    own: those are a special case.
    """
    terms = (step.left, step.right, *step.given, *hypotheses)
    names_of = reached(terms, step.definitions)
    if any(RANDOM in step.declarations[name].assumptions for name in names_of & step.declarations.keys()):
        return None
    bodies = [step.definitions[name].body for name in sorted(names_of & step.definitions.keys())]
    whole = (*terms, *bodies)
    if any(isinstance(part, Call) and part.function in EXPECTATIONS for term in whole for part in walk(term)):
        return None
    calls = {function: args for function, args in _calls(whole).items() if _are_apart(step, function, args, whole)}
    if not calls:
        return None
    taken = {*step.declarations, *step.definitions, *(name for term in whole for part in walk(term)
                                                       for name in binders(part))}
    names: dict[tuple[str, tuple[Term, ...]], str] = {}
    for function in sorted(calls):
        for args in calls[function]:
            names[function, args] = fresh_identifier(f"value_of_{function}", taken)
            taken.add(names[function, args])

    def changed(term: Term) -> Term:
        if isinstance(term, Call) and (term.function, term.args) in names:
            return Symbol(names[term.function, term.args], span=term.span)
        return map_children(term, changed)

    declarations = {**step.declarations, **{name: Declaration(name, "scalar") for name in names.values()}}
    made = replace(step, left=changed(step.left), right=changed(step.right), given=tuple(map(changed, step.given)),
                   declarations=declarations,
                   definitions={n: replace(d, body=changed(d.body)) for n, d in step.definitions.items()})
    values = {name: Call(function, args) for (function, args), name in names.items()}
    return Apart(made, tuple(map(changed, hypotheses)), values)


def _calls(terms: Sequence[Term]) -> dict[str, list[tuple[Term, ...]]]:
    found: dict[str, list[tuple[Term, ...]]] = {}
    for term in terms:
        for part in walk(term):
            if isinstance(part, Call) and part.args not in found.setdefault(part.function, []):
                found[part.function].append(part.args)
    return found


def _are_apart(step: Step, function: str, places: Sequence[tuple[Term, ...]], terms: Sequence[Term]) -> bool:
    """Whether the values of a function are numbers that may be any, each at a place of its own."""
    declared = step.declarations.get(function)
    if declared is None or declared.kind != "function" or declared.array or declared.shape or declared.assumptions & {
            "complex", PERHAPS_ARRAY}:
        return False
    bound = {name for term in terms for part in walk(term) for name in (*binders(part), *_varied(part))}
    bound |= {range_.name for definition in step.definitions.values() for range_ in definition.ranges}
    bound |= {name for name, known in step.declarations.items() if known.kind == "index"}
    for args in places:
        if reached(args, step.definitions) & bound or not all(_is_number(step, arg) for arg in args):
            return False
    if any(isinstance(part, Call) and part.function == function and any(part.orders)
           for term in terms for part in walk(term)):
        return False
    return len(places) == 1 or _at_names_of_their_own(step, function, places, terms)


def _varied(term: Term) -> Iterator[str]:
    """The names that a term varies, or puts a value for."""
    match term:
        case Derivative(by=Symbol(name) | Entry(family=name)) | Limit(variable=Symbol(name) | Entry(family=name)) | \
                Subst(variable=Symbol(name) | Entry(family=name)):
            yield name
        case Partial():
            yield from reached((term,), {})
        case _:
            pass


def _is_number(step: Step, term: Term) -> bool:
    """Whether an argument is seen to be a number."""
    match term:
        case Symbol(name):
            declared = step.declarations.get(name)
            if name in step.definitions:
                return not step.definitions[name].ranges and _is_number(step, step.definitions[name].body)
            return declared is not None and declared.kind in ("scalar", "integer", "size")
        case Entry(family, indices):
            declared = step.declarations.get(family)
            return declared is not None and declared.rank == len(indices)
        case Call(function) if function not in step.declarations:
            return False
        case _:
            return all(_is_number(step, child) for child in children(term))


def _at_names_of_their_own(step: Step, function: str, places: Sequence[tuple[Term, ...]],
                           terms: Sequence[Term]) -> bool:
    """Whether all arguments are names of real numbers, each at one place and nowhere else: they may all differ."""
    names = [arg.name for args in places for arg in args if isinstance(arg, Symbol)]
    if len(names) != sum(map(len, places)) or len(set(names)) != len(names):
        return False
    if any(step.declarations[name].kind != "scalar" or name in step.definitions for name in names):
        return False

    def elsewhere(term: Term) -> bool:
        if isinstance(term, Call) and term.function == function:
            return False
        return (isinstance(term, Symbol) and term.name in names) or any(map(elsewhere, children(term)))

    return not any(map(elsewhere, terms))
