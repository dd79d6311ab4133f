"""Values that are no rational numbers: an equation solved for a symbol that stands on one side, angles.

Untrusted: that an equation holds at such values is for the evaluator to see. Imports the ground floor and `draft`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from lossproof.derivation import Declaration
from lossproof.search.draft import Draft
from lossproof.term import ZERO, Call, Const, Mul, Number, Relation, Symbol, Term, free_names, substitute, walk

_ANGLES = tuple(Fraction(n, d) for n, d in ((1, 1), (0, 1), (2, 1), (-1, 1), (1, 2), (1, 6), (5, 6), (-1, 2), (3, 2)))


def with_constants(draft: Draft, equation: Term, scalars: Sequence[Declaration], turn: int) -> Draft | None:
    """The draft with values at which the equation holds by the way it is written; None where none are seen."""
    changed = draft.copy()
    if _has_angles(equation) and turn % 4 == 1:
        for place, declaration in enumerate(scalars):
            multiple = _ANGLES[(turn // 4 + place * (1 + turn // 40)) % len(_ANGLES)]
            _assign(changed, declaration.name, ZERO if not multiple else Mul((Number(multiple), Const("pi"))))
        return changed
    solutions = list(_solutions(changed, equation))
    if not solutions:
        return None
    name, value = solutions[turn // 2 % len(solutions)]
    _assign(changed, name, value)
    return changed


def settled(draft: Draft, hypotheses: Iterable[Term]) -> bool:
    """Change the draft so that the equations among the hypotheses that do not hold do; whether all hold then."""
    hypotheses = list(hypotheses)
    for hypothesis in hypotheses:
        if not draft.holds(hypothesis):
            solutions = list(_solutions(draft, hypothesis))
            if not solutions:
                return False
            _assign(draft, *solutions[0])
    return all(draft.holds(h) for h in hypotheses)


def _assign(draft: Draft, name: str, value: Term) -> None:
    draft.values.pop(name, None)
    draft.constants.pop(name, None)
    match value:
        case Number(exact):
            draft.values[name] = exact
        case _:
            draft.constants[name] = value


def _solutions(draft: Draft, equation: Term) -> Iterator[tuple[str, Term]]:
    """Each scalar that stands on one side of an equation, with the other side at the draft's values."""
    if not isinstance(equation, Relation) or equation.op != "=":
        return
    match equation.left, equation.right:
        case Call(one, (a,)), Call(other_name, (b,)) if one == other_name:
            # the same function of equal arguments
            yield from _solutions(draft, Relation("=", a, b))
    held: dict[str, Term] = {name: Number(value) for name, value in draft.values.items()}
    held.update(draft.constants)
    for side, other in ((equation.left, equation.right), (equation.right, equation.left)):
        match side:
            case Symbol(name) if name in held and name not in free_names(other):
                declaration = draft.step.declarations.get(name)
                if declaration is None or declaration.kind != "scalar" or not free_names(other) <= held.keys():
                    continue
                value = substitute(other, held)
                exact = draft.exact(value)
                yield name, value if exact is None else Number(exact)


def _has_angles(term: Term) -> bool:
    return any(isinstance(part, Call) and part.function in ("sin", "cos", "tan") for part in walk(term))
