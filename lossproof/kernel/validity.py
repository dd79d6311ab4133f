"""Whether a step means anything: names, arities, shapes.

Trusted. Imports the ground floor and `components`. What is wrong with a line is one error
with its remedy; the other lines of a derivation are still judged.
"""

from __future__ import annotations

from difflib import get_close_matches

from lossproof.derivation import Step
from lossproof.diagnostic import InputError, diagnostic
from lossproof.kernel.components import Components, Shape
from lossproof.kernel.integers import written_integer
from lossproof.kernel.normal_form import Unsupported
from lossproof.print_parts import rows_of
from lossproof.print_text import pretty
from lossproof.term import (
    ARRAY_FUNCTIONS,
    KNOWN_FUNCTIONS,
    ONE,
    Bool,
    Call,
    Const,
    Derivative,
    Entry,
    Family,
    Fold,
    ForAll,
    Relation,
    Symbol,
    Term,
    binders,
    children,
    free_names,
    walk,
)


def validate(step: Step) -> None:
    """InputError (LP102, LP106, LP108) where a line or hypothesis has no meaning."""
    for name in sorted(set(step.declarations) & set(step.definitions)):
        raise InputError(diagnostic("LP104", f"`{name}` is declared and defined, too", step.definitions[name].span))
    for term in (step.left, step.right, *step.given):
        _names(term, step)
        _check(term, step, frozenset())
    _shapes(step)


def _names(term: Term, step: Step) -> None:
    known = {*step.declarations, *step.definitions}
    for name in sorted(free_names(term) - known):
        close = get_close_matches(name, known, 1)
        helps = (f"did you mean `{close[0]}`?",) if close else ("declare it, with what it ranges over",)
        raise InputError(diagnostic("LP102", f"`{name}` is not declared", term.span, helps=helps))


def _check(term: Term, step: Step, bound: frozenset[str]) -> None:
    """The node and all below it; `bound` are the names that run over integers here."""
    _node(term, step, bound)
    inner = bound | set(binders(term))
    for child in children(term):
        _check(child, step, inner)


def _node(term: Term, step: Step, bound: frozenset[str]) -> None:
    match term:
        case Call(function, args):
            least, most = {**KNOWN_FUNCTIONS, **ARRAY_FUNCTIONS}.get(function, (None, None))
            declaration = step.declarations.get(function)
            if declaration is not None:
                if declaration.kind not in ("function", "functional"):
                    raise InputError(diagnostic("LP108", f"`{function}` is no function", term.span))
                least = most = 1 if declaration.kind == "functional" else declaration.arity or 1
            if least is None or most is None:
                return
            if function == "matrix" and declaration is None and not rows_of(args):
                raise InputError(diagnostic("LP106", "a matrix written out has as many entries in each row", term.span))
            if not least <= len(args) <= most:
                wanted = str(least) if least == most else f"{least} to {most}"
                message = f"`{function}` takes {wanted} arguments, not {len(args)}"
                raise InputError(diagnostic("LP108", message, term.span))
        case Entry(family, indices):
            rank = _rank(family, step)
            if rank is not None and rank != len(indices):
                message = f"`{family}` has {rank} indices, not {len(indices)}" if rank else f"`{family}` has no entries"
                raise InputError(diagnostic("LP106", message, term.span))
            for index in indices:
                if not _may_be_integer(index, step, bound):
                    message = f"the index {pretty(index)} of `{family}` is no integer"
                    raise InputError(diagnostic("LP108", message, term.span))
        case Derivative(_, by, _):
            _differentiable(by, step)
        case Fold(range=range_) | ForAll(range=range_):
            for end in (range_.lower, range_.upper):
                if end not in (Const("oo"), Const("-oo")) and not _may_be_integer(end, step, bound):
                    message = f"the bound {pretty(end)} of `{range_.name}` is no integer"
                    raise InputError(diagnostic("LP108", message, term.span))


def _rank(family: str, step: Step) -> int | None:
    declaration = step.declarations.get(family)
    if declaration is not None:
        if declaration.kind != "family":
            return 0
        return declaration.rank if declaration.shape is None else len(declaration.shape)
    definition = step.definitions.get(family)
    if definition is not None and definition.ranges:
        return len(definition.ranges)
    return None


def _differentiable(by: Term, step: Step) -> None:
    name = by.name if isinstance(by, Symbol) else by.family if isinstance(by, Entry) else None
    declaration = step.declarations.get(name) if name is not None else None
    if declaration is None:
        return
    if declaration.whole or declaration.domain.values is not None or declaration.kind in ("function", "functional"):
        message = f"a derivative by `{name}`, which does not vary continuously, means nothing"
        raise InputError(diagnostic("LP108", message, by.span))


def _may_be_integer(term: Term, step: Step, bound: frozenset[str]) -> bool:
    """Whether a bound or an index is built from integers, as such must be."""
    return written_integer(term, step.declarations, step.definitions, dict.fromkeys(bound, True), undeclared=True)


def _shapes(step: Step) -> None:
    shapes = Components(step.declarations, step.definitions)
    if step.relation in ("=>", "<=>"):
        for line in (step.left, step.right):
            if not isinstance(line, Relation):
                raise InputError(diagnostic("LP108", f"{step.relation} joins equations, not values", line.span))
        return
    for line in (step.left, step.right):
        if isinstance(line, Relation | Bool):
            helps = ('write relation="<=>" or "=>"',)
            raise InputError(diagnostic("LP108", f"an equation is joined by {step.relation}", line.span, helps=helps))
    try:
        left, right = shapes.shape(step.left), shapes.shape(step.right)
    except Unsupported as reason:
        if any(isinstance(part, Family) and any(range_.lower != ONE for range_ in part.ranges)
               for line in (step.left, step.right) for part in walk(line)):
            return      # it may have a meaning, and is not decided
        raise InputError(diagnostic("LP106", str(reason), step.right.span)) from reason
    if left != right:
        message = f"the lines have different shapes: {_shape_text(left)} and {_shape_text(right)}"
        raise InputError(diagnostic("LP106", message, step.right.span))


def _shape_text(shape: Shape) -> str:
    return " x ".join(pretty(size) for size in shape) if shape else "a number"
