"""Every step of a document with the other ways to read it: by the laws of densities, of proportional sides, and with
integrals without bounds as integrals over all values of their variable, or as antiderivatives.

Untrusted as to truth. Imports the ground floor, `antiderivatives`, `names`, `probabilities`, `proportional`.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace

from lossproof.derivation import Derivation, Line, LineRelation, Reading
from lossproof.read.document.antiderivatives import antiderivatives
from lossproof.read.document.evidences import Evidences
from lossproof.read.document.likelihoods import Likelihoods
from lossproof.read.document.names import Names
from lossproof.read.document.posteriors import Posteriors
from lossproof.read.document.probabilities import Probabilities
from lossproof.read.document.proportional import Proportional
from lossproof.term import Const, Integral, Number, Relation, Symbol, Term, divide, map_children

__all__ = ["PROPORTIONAL", "with_readings"]

PROPORTIONAL = "what varies is not written, and the two sides are not seen to be proportional"


def with_readings(derivations: tuple[Derivation, ...], names: Names, proportional: Set[str],
                  usable: Set[str]) -> tuple[Derivation, ...]:
    """The derivations, each line with its readings; `proportional` are the chains L, R that say L ~ R, on the `usable`
    of which other lines may rest."""
    posteriors = Posteriors(names, derivations, frozenset(usable))
    evidences = Evidences(posteriors, derivations)
    return tuple(_proportional(one, names, posteriors) if one.name in proportional else _read(one, names, evidences)
                 for one in derivations)


def _read(derivation: Derivation, names: Names, evidences: Evidences) -> Derivation:
    probabilities, likelihoods = Probabilities(names), Likelihoods(names)

    def read(index: int, line: Line) -> Line:
        made = read_alone(index, line)
        if index < 2:
            return made
        first, last = evidences.posteriors.readings(derivation, index), evidences.readings(derivation, index)
        if last and not isinstance(derivation.lines[0].term, Integral):
            first, last = (*first, *last), ()
        first = (*first, *likelihoods.readings(derivation, index))
        return replace(made, readings=(*first, *made.readings, *last)) if first or last else made

    def read_alone(index: int, line: Line) -> Line:
        before = derivation.lines[derivation.before(index) - 1] if index > 1 else line
        if index < 2 or line.unread or before.unread:
            return line
        if line.alone and isinstance(line.term, Relation) and line.term.op == "=":
            return replace(line, readings=of_sides(line.term.left, line.term.right, "=", line.bare))
        if line.relation in ("=>", "<=>"):
            return line
        return replace(line, readings=of_sides(before.term, line.term, line.relation, line.bare))

    def of_sides(left: Term, right: Term, relation: LineRelation, bare: bool) -> tuple[Reading, ...]:
        found = probabilities.readings(left, right, alone=bare)
        if relation != "=":
            return found
        over_all = _over_all(left, names), _over_all(right, names)
        if over_all != (left, right):
            found = (*found, Reading(*over_all, law="usual-meaning"))
        slopes = antiderivatives(left, right, names.declarations)
        return found if slopes is None else (*found, slopes)

    return replace(derivation, lines=tuple(read(index, line) for index, line in enumerate(derivation.lines, 1)))


def _over_all(term: Term, names: Names) -> Term:
    """A term with each integral without bounds over all that is declared of its variable."""
    inner = map_children(term, lambda child: _over_all(child, names))
    match inner:
        case Integral(body, name, Symbol(low), Symbol(high)) if (low, high) == (f"inf_{name}", f"sup_{name}"):
            declared = names.declarations.get(name)
            if declared is None or declared.kind != "scalar" or declared.domain.values is not None or declared.whole:
                return inner
            lower, upper = declared.domain.lower, declared.domain.upper
            return Integral(body, name, Const("-oo") if lower is None else Number(lower),
                            Const("oo") if upper is None else Number(upper), span=term.span)
        case _:
            return inner


def _proportional(derivation: Derivation, names: Names, posteriors: Posteriors) -> Derivation:
    """L ~ R as L/R here = L/R elsewhere; what later lines say that L is does not count."""
    first, second = derivation.lines
    if isinstance(first.term, Symbol) and names.lines.get(first.term.name, 0) >= _first_line(derivation):
        names = replace(names, definitions={name: known for name, known in names.definitions.items()
                                            if name != first.term.name})
    found = (*Proportional(names).readings(first.term, second.term), *posteriors.proportional_to(derivation))
    quotient = divide(first.term, second.term)
    here, elsewhere = (found[0].left, found[0].right) if found else (quotient, quotient)
    return replace(derivation, lines=(replace(first, term=here), replace(second, term=elsewhere, readings=found)))


def _first_line(derivation: Derivation) -> int:
    """Where a derivation begins."""
    return 0 if derivation.span is None else derivation.span.line
