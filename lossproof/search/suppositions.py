"""Hypotheses about parameters that a step may lack: signs on which integrals, limits and infinite sums depend.

Untrusted: what is supposed here becomes a condition of the verdict, and the kernel proves the step under it.
Imports the ground floor, `draft` and `kernel.proof`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lossproof.derivation import Declaration, Step, reached
from lossproof.kernel.proof import Claim
from lossproof.search.draft import used_names
from lossproof.term import (
    MINUS_ONE,
    ONE,
    ZERO,
    Add,
    Const,
    Entry,
    Fold,
    ForAll,
    Integral,
    Limit,
    Mul,
    Number,
    Range,
    Relation,
    Symbol,
    Term,
    free_names,
    fresh_name,
    walk,
)

MOST_SUPPOSED = 8
"""So many hypotheses are supposed together."""

Proving = Callable[[tuple[Term, ...]], Claim | None]
"""The claim of the step under further hypotheses, which are among its conditions; None where there is none."""


def claims(step: Step, prove: Proving) -> Iterator[tuple[tuple[Term, ...], Claim]]:
    """Hypotheses about the step's parameters with its claim under them; each has fewer of them than the one before.

    None where the step has no parameter of unknown sign under an integral, a limit or an infinite sum, where there
    are too many, or where all together do not help.
    """
    supposed = signs(step)
    if not 0 < len(supposed) <= MOST_SUPPOSED:
        return
    found = prove(tuple(supposed))
    if found is None:
        return
    yield tuple(supposed), found
    for one in list(supposed):
        fewer = [other for other in supposed if other != one]
        if fewer and (found := prove(tuple(fewer))) is not None:
            supposed = fewer
            yield tuple(supposed), found


def signs(step: Step) -> list[Term]:
    """What may have to be supposed: parameters are positive, p < 1 where 1 - p is written, an interval's lower end is
    the lower one."""
    used = used_names(step)
    terms = [step.left, step.right, *(step.definitions[name].body for name in sorted(used) if name in step.definitions)]
    parts = [part for term in terms for part in walk(term)]
    moving = [part for part in parts if _needs_signs(part)]
    ends = [(part.lower, part.upper) for part in parts if isinstance(part, Integral) and not _is_number(part)]
    names = reached([*moving, *(end for pair in ends for end in pair)], step.definitions, step.declarations)
    variables = {part.variable.name for part in moving if isinstance(part, Limit) and isinstance(part.variable, Symbol)}
    found: dict[Term, None] = {}
    ordered = set[str]()
    for low, high in ends:
        if isinstance(low, Symbol) and isinstance(high, Symbol) and {low.name, high.name} <= set(step.declarations):
            found[Relation("<", low, high)] = None
            ordered |= {low.name, high.name}
    for name in sorted(names - variables - ordered):
        declaration = step.declarations.get(name)
        if declaration is None or not _is_open(declaration):
            continue
        found[_positive(declaration, used)] = None
        if declaration.kind == "scalar" and any(_is_rest_to_one(part, name) for part in parts):
            found[Relation("<", Symbol(name), ONE)] = None
    return list(found)


def _is_open(declaration: Declaration) -> bool:
    """Whether a number, or the entries of a family, may have both signs by declaration."""
    domain = declaration.domain
    if "complex" in declaration.assumptions or domain.values is not None or declaration.array:
        return False
    if declaration.kind == "family":
        return domain.lower is None and domain.upper is None and bool(declaration.shape)
    return declaration.kind in ("scalar", "integer") and (domain.lower is None or domain.lower < 0) and (
        domain.upper is None or domain.upper > 0)


def _positive(declaration: Declaration, used: frozenset[str]) -> Term:
    """The declared number, or every entry of the declared family, is positive."""
    if declaration.kind != "family":
        return Relation(">", Symbol(declaration.name), ZERO)
    taken, indices = set(used), list[Term]()
    for _ in declaration.shape or ():
        name = fresh_name("k", taken)
        taken.add(name)
        indices.append(Symbol(name))
    said: Term = Relation(">", Entry(declaration.name, tuple(indices)), ZERO)
    for index, size in reversed(list(zip(indices, declaration.shape or (), strict=True))):
        assert isinstance(index, Symbol)
        said = ForAll(said, Range(index.name, ONE, size))
    return said


def _needs_signs(part: Term) -> bool:
    match part:
        case Limit() | Integral():
            return True
        case Fold("sum", _, range_):
            return any(isinstance(x, Const) for end in (range_.lower, range_.upper) for x in walk(end))
        case _:
            return False


def _is_number(part: Integral) -> bool:
    return not free_names(part.lower) and not free_names(part.upper)


def _is_rest_to_one(part: Term, name: str) -> bool:
    """Whether this is 1 - name."""
    match part:
        case Add((Number(one), Mul((minus, Symbol(found))))) if one == 1 and minus == MINUS_ONE:
            return found == name
        case _:
            return False
