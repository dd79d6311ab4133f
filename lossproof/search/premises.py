"""Which of the things that a document says a step rests on: few, near, and about what its two sides do not share.

Untrusted: it proposes hypotheses, and the kernel judges the step under them. Imports the ground floor and the kernel's
view of what a name reaches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set

from lossproof.derivation import Premise, Step, reached
from lossproof.term import Call, Entry, Relation, Symbol, Term, free_names, walk

__all__ = ["is_step", "least", "names_of", "proposals"]

_ALONE, _TIGHT, _FEW, _MANY = 2, 2, 4, 10
"""So many of the nearest premises that are not cited are tried one by one, so many together."""
_MEANINGS = 6
"""So many lines that say what a name is are tried together."""
_OF_ONE = frozenset({"transpose", "matmul", "det"})


def proposals(step: Step, premises: Sequence[Premise]) -> Iterator[tuple[Premise, ...]]:
    """Sets of premises to try, smallest first. `premises` come nearest first."""
    usable = [premise for premise in premises if not is_step(step, premise.term)]
    arrived = [premise for premise in premises if premise.proves and is_step(step, premise.term)][-1:]
    if arrived:
        yield tuple(arrived)
    # what the text says of one matrix, as that it is symmetric, may stand beside anything
    traits = [premise for premise in usable if not premise.cited and _is_trait(step, premise.term)
              and free_names(premise.term) & names_of(step)][:_FEW]
    cited = tuple(premise for premise in usable if premise.cited)
    others = [premise for premise in usable if not premise.cited and premise not in traits]
    sides = [_names(step, side) for side in (step.left, step.right)]
    about = frozenset[str]().union(*sides, *(_names(step, premise.term) for premise in cited))
    one_sided = sides[0] ^ sides[1]
    # what speaks of a name of one side only, and of few that the step does not know
    ranked = sorted(others, key=lambda premise: (
        len(_names(step, premise.term) - about), not _names(step, premise.term) & one_sided))
    near = [premise for premise in others if _names(step, premise.term) & about]
    known = [premise for premise in ranked if _names(step, premise.term) & about]
    # what speaks of nothing else than is written in the lines
    written = free_names(step.left) | free_names(step.right)
    close = [premise for premise in known if free_names(premise.term) <= written]
    # and what speaks of the names that come in with these
    met = about.union(*(_names(step, premise.term) for premise in known[:_FEW]))
    further = [premise for premise in others if premise not in known and _names(step, premise.term) <= met]
    # alone first: of rows that are solved step by step each follows from the one before, and others lead astray
    alone = [[premise] for premise in dict.fromkeys((*near[:_ALONE], *known[:1]))]
    # an equation of few other names may say what joins those that one side has and the other has not
    tight = sorted(known, key=lambda premise: (
        not _names(step, premise.term) & one_sided, len(_names(step, premise.term) - one_sided)))
    said = _meanings(step, others, about)
    sets: list[tuple[Premise, ...]] = [cited, said]
    if cited and one_sided - frozenset[str]().union(*(_names(step, premise.term) for premise in cited)):
        sets.insert(0, (*cited, *said))     # what no cited line speaks of is said by others
    if not cited:
        sets = [*map(tuple, alone[:1]), said]
    sets += [(*cited, *more) for more in (
        *alone[:1], said, close[:_FEW], known[:_FEW], near[:_FEW], tight[:_TIGHT], *alone[1:],
        [*known[:_MANY], *near[:_FEW]], [*known[:_FEW], *further[:_FEW]])]
    seen: set[tuple[Premise, ...]] = {()}
    for found in (tuple(dict.fromkeys((*one, *traits))) for one in sets):
        if found not in seen:
            seen.add(found)
            yield found


def _meanings(step: Step, premises: Sequence[Premise], about: Set[str]) -> tuple[Premise, ...]:
    """The nearest lines that say what the names of a step are, and the names in these: `name = ...`."""
    found: dict[str, Premise] = {}
    names = set(about)
    grown = True
    while grown and len(found) < _MEANINGS:
        grown = False
        for premise in premises:
            name = _said(premise.term)
            if name in names and name not in found:
                found[name] = premise
                names |= _names(step, premise.term)
                grown = True
    return tuple(list(found.values())[:_MEANINGS])


def _said(term: Term) -> str | None:
    """The name that an equation says what it is: of a number, of an array, or of the entries of a family."""
    if not isinstance(term, Relation) or term.op != "=":
        return None
    for side, other in ((term.left, term.right), (term.right, term.left)):
        if isinstance(side, Symbol) and side.name not in free_names(other):
            return side.name
        if isinstance(side, Entry) and side.family not in free_names(other) and all(
                isinstance(index, Symbol) for index in side.indices):
            return side.family
    return None


def least(premises: tuple[Premise, ...], enough: Callable[[tuple[Premise, ...]], bool]) -> tuple[Premise, ...]:
    """Premises of which none can be left out, out of some that are enough: halves go first, then single ones."""
    size = len(premises) // 2
    while size >= 1:
        start = 0
        while start < len(premises):
            fewer = premises[:start] + premises[start + size:]
            if fewer and enough(fewer):
                premises = fewer
            else:
                start += size
        size = min(size // 2, len(premises) // 2)
    return premises


def is_step(step: Step, premise: Term) -> bool:
    """Whether a premise is what the step claims: a line does not follow from itself."""
    if not isinstance(premise, Relation):
        return False
    claimed = {(step.left, step.right), (step.right, step.left)}
    if isinstance(step.right, Relation):
        claimed |= {(step.right.left, step.right.right), (step.right.right, step.right.left)}
    return (premise.left, premise.right) in claimed


def names_of(step: Step) -> frozenset[str]:
    """The declared names that the two sides of a step are about."""
    return _names(step, step.left) | _names(step, step.right)


def _is_trait(step: Step, premise: Term) -> bool:
    """Whether a premise is about a single matrix: its transpose, its square, its determinant."""
    arrays = [name for name in free_names(premise) if name in step.declarations and step.declarations[name].array]
    return len(arrays) == 1 and arrays[0] not in step.definitions and isinstance(premise, Relation) and any(
        isinstance(part, Call) and part.function in _OF_ONE for part in walk(premise))


def _names(step: Step, term: Term) -> frozenset[str]:
    """The declared names that a term is about."""
    return reached((term,), step.definitions) & step.declarations.keys()
