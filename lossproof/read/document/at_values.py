"""A function that is only read as it is set, at values of its variables: LL(\\hat b, s) is LL(b, s) at b = \\hat b.

Untrusted as to truth. Imports the ground floor and `values`. Only a mark says that a letter is a value of another one:
\\hat b of b, not b of a; and what the function is of b is only known where what defines it reaches b.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from lossproof.derivation import UNSPECIFIED, Declaration
from lossproof.latex_names import HOLE
from lossproof.read.document.set_terms import is_of_sets
from lossproof.read.document.values import Part, density, value_of
from lossproof.read.latex.events import CHANCES
from lossproof.term import Call, Derivative, Entry, Fold, Mul, Number, Pow, Subst, Symbol, Term, free_names

if TYPE_CHECKING:
    from lossproof.read.document.names import Names

__all__ = ["at_marks", "is_as_set", "is_stationary", "meaning"]

_MARK = re.compile(r"\\(?:hat|tilde|check)(?:\s*\{([^{}]*)\}|\s*(\\?[A-Za-z]+))")
_HALF, _TWO = Number(Fraction(1, 2)), Number(Fraction(2))


def at_marks(term: Term, known: Mapping[Term, Symbol], declarations: Mapping[str, Declaration],
             reaches: Callable[[Term], set[str]]) -> Term | None:
    """A value that nothing is said of, by the one that the document says: `known` leads from a value to its name.

    None where no value is known at the letters of which the arguments are values, or more than one is.
    """
    at = value_of(term, declarations)
    if at is None or density(term, declarations) is not None:
        return None
    found: list[Term] = []
    for other, name in known.items():
        of = value_of(other, declarations)
        if of is None or (of.head, of.bar, len(of.left), len(of.right)) != (at.head, at.bar, len(at.left), len(
                at.right)):
            continue
        pairs = list(zip((*of.left, *of.right), (*at.left, *at.right), strict=True))
        changes = [_change(one, two, declarations) for one, two in pairs if one != two]
        if not changes or any(change is None for change in changes):
            continue
        made: Term = name
        reached = reaches(name)
        for change in changes:
            assert change is not None
            if change[0].name not in reached or change[0].name in {c[0].name for c in changes if c and c != change}:
                break
            made = Subst(made, *change, span=term.span)
        else:
            found.append(made)
    return found[0] if len(found) == 1 else None


def is_as_set(term: Term, declarations: Mapping[str, Declaration]) -> bool:
    """Whether a term is a value that has no meaning but how it is set."""
    name = term.name if isinstance(term, Symbol) else term.function if isinstance(term, Call) else ""
    return name in declarations and UNSPECIFIED in declarations[name].assumptions


def is_stationary(left: Term, right: Term) -> bool:
    """Whether an equation says that a derivative is 0 at a value of its variable: it says what that value is."""
    zero = right == Number(Fraction(0)) or (isinstance(right, Call) and right.function == "zeros")
    if not zero or not isinstance(left, Subst):
        return False
    match left.body:
        case Derivative() | Symbol() | Mul((Derivative(), Pow())):      # by a name, or by its power
            return True
        case _:
            return False


def meaning(before: Term, after: Term, names: Names) -> tuple[Term, Term] | None:
    """What an equation between two sides says of a value that is only read as it is set: the value, what it is.

    A product of such values over a range and another one over the same range say it of their factors.
    """
    match before, after:
        case Fold("product", body, range_, None), Fold("product", other, same, None) if range_ == same:
            before, after = body, other
        case _:
            pass
    if not is_as_set(before, names.declarations) or value_of(before, names.declarations) is None or before in (
            names.values):
        return None
    name = before.name if isinstance(before, Symbol) else before.function if isinstance(before, Call) else ""
    if is_of_sets(before, names.declarations) or names.is_defined(name) or name in names.rests_on(
            after) or not free_names(after):
        return None
    latex = names.declarations[name].latex or ""
    if latex.endswith(f"^{{-1}}({HOLE})") or latex.partition("(")[0] in CHANCES:
        return None         # an inverse function, or the probability of an event: more is known of it
    if isinstance(before, Call) and not all(isinstance(part, Symbol | Entry | Pow) for part in before.args):
        return None
    return before, after


def _change(one: Part, other: Part, declarations: Mapping[str, Declaration]) -> tuple[Symbol, Term] | None:
    """The variable and its value that make one part another; None where that is no marked value of it."""
    match _term(one, declarations), _term(other, declarations):
        case Symbol(name) as variable, Symbol(marked) as value if _plain(marked, declarations) == _latex(
                name, declarations):
            return variable, value
        case Pow(Symbol(name) as variable, exponent), Symbol(marked) as value if exponent == _TWO and _plain(
                marked, declarations) == f"{_latex(name, declarations)}^2" and _is_positive(name, declarations):
            return variable, Pow(value, _HALF)
        case _:
            return None


def _term(part: Part, declarations: Mapping[str, Declaration]) -> Term | None:
    """The number that a part is, or the one array that is set like it."""
    if part.args:
        return part.args[0] if part.piece == HOLE else None
    names = [name for name, declared in declarations.items() if declared.array and UNSPECIFIED not in
             declared.assumptions and _latex(name, declarations) == _bare(part.piece)]
    return Symbol(names[0]) if len(names) == 1 else None


def _latex(name: str, declarations: Mapping[str, Declaration]) -> str:
    declared = declarations.get(name)
    return _bare((declared.latex if declared is not None else None) or name)


def _plain(name: str, declarations: Mapping[str, Declaration]) -> str | None:
    """How the letter is set of which a name is a value by a mark."""
    declared = declarations.get(name)
    written = (declared.latex if declared is not None else None) or name
    plain = _MARK.sub(lambda found: found[1] or found[2], written)
    return _bare(plain) if plain != written else None


def _bare(latex: str) -> str:
    return re.sub(r"[{}\s]", "", latex)


def _is_positive(name: str, declarations: Mapping[str, Declaration]) -> bool:
    lower = declarations[name].domain.lower if name in declarations else None
    return lower is not None and lower >= 0
