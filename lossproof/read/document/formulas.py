"""A formula of a document to rows that can be derived from: read by the formula reader, placed in the file.

Untrusted as to truth, safe on any text. Imports the formula reader, `raw_rows`, and the shapes that `derive` takes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from lossproof.derivation import Declaration
from lossproof.diagnostic import Diagnostic, diagnostic
from lossproof.read.document.pieces import Formula, Text
from lossproof.read.document.raw_rows import RawRow, raw_rows
from lossproof.read.document.statements import ReadRow, Side, Statement
from lossproof.read.latex import rows as latex_rows
from lossproof.read.latex.notation import Notation
from lossproof.read.latex.tokens import MAX_FORMULA, LatexProblem
from lossproof.term import Bool, Relation, Span

__all__ = ["read_rows"]

_IGNORED = frozenset({"in", "notin", "distributed", "approx", "~", "->", "subset", "independent", "<<", ">>"})
_COUNTER = re.compile(r"\s*(?:\\(?:quad|qquad|[,;:! ]))*\s*(?:[A-Za-z]\s*,\s*)*[A-Za-z]\s*=\s*[0-9]")


def read_rows(formula: Formula, notation: Notation, text: Text, declarations: dict[str, Declaration]) -> list[ReadRow]:
    """The rows of a formula; declarations that they bring along are added to `declarations`."""
    if len(formula.text) > MAX_FORMULA:
        span = text.span(formula.places[0], formula.places[0] + 1)
        message = f"the formula has {len(formula.text)} characters; at most {MAX_FORMULA} are read"
        return [ReadRow((), span, formula.text[:80], formula.display, diagnostic("LP105", message, span))]
    return _Placer(formula, notation, text, declarations).rows()


_ALTERNATIVE = frozenset({"or", "oder", "\u6216"})
_CONDITIONAL = frozenset({"if", "when", "whenever", "unless", "falls", "wenn"})


class _Placer:
    """Reads one formula and says where its parts stand."""

    def __init__(self, formula: Formula, notation: Notation, text: Text, declarations: dict[str, Declaration]) -> None:
        self._formula = formula
        self._notation = notation
        self._text = text
        self._declarations = declarations

    def rows(self) -> list[ReadRow]:
        raws = raw_rows(self._formula.text)
        try:
            read = latex_rows.read_formula(self._formula.text, self._notation)
        except LatexProblem as problem:
            if not any(self._counts(raw) for raw in raws) and problem.code != "LP001":
                return []
            return self._all_unread(raws, problem)
        found: list[ReadRow] = []
        for number, raw in enumerate(raws):
            end = raws[number + 1].start if number + 1 < len(raws) else len(self._formula.text) + 1
            parts = [row for row in read if raw.start <= row.start < end]
            if parts:
                found.append(self._row(raw, parts))
            elif self._counts(raw):
                found.append(ReadRow((), self._span(raw.start, raw.end), self._latex(raw.start, raw.end), True,
                                     belongs=True))
        return found

    def _counts(self, raw: RawRow) -> bool:
        return raw.relations > 0 if self._formula.display else raw.equals >= 2

    def _all_unread(self, raws: tuple[RawRow, ...], problem: LatexProblem) -> list[ReadRow]:
        """Every row of a formula that cannot be read as a whole."""
        wrong = self._diagnostic(problem)
        counted = [raw for raw in raws if self._counts(raw)] or list(raws[:1])
        return [ReadRow((), self._span(raw.start, raw.end), self._latex(raw.start, raw.end), self._counts(raw), wrong)
                for raw in counted]

    def _row(self, raw: RawRow, parts: list[latex_rows.Row]) -> ReadRow:
        span, latex = self._span(raw.start, raw.end), self._latex(raw.start, raw.end)
        statements: list[Statement] = []
        for number, part in enumerate(parts):
            problems = part.problems
            if problems:
                beside = bool(set(part.relations) & _IGNORED) or not part.relations or (
                    number > 0 and _COUNTER.match(self._formula.text, part.start) is not None)
                if beside and (number > 0 or not self._counts(raw) or bool(set(part.relations) & _IGNORED)):
                    if problems[0].code == "LP001":
                        return ReadRow((), span, latex, self._counts(raw), self._diagnostic(problems[0]), raw.begins)
                    continue
                return ReadRow((), span, latex, self._counts(raw), self._diagnostic(problems[0]), raw.begins)
            for name, declared in part.extra.items():
                self._declarations.setdefault(name, declared)
            # `a, if b`: the word stands at the end of what is before it
            words = (*(parts[number - 1].words[-1:] if number else ()), *part.words[:1])
            said = any(word.lower().strip(" ,") in _CONDITIONAL for word in words)
            if any(word.lower().strip(" ,") in _ALTERNATIVE for word in words) and statements:
                # one of them holds: neither is claimed
                statements[-1] = replace(statements[-1], relations=("or",) * len(statements[-1].relations))
                said = True
            statements.extend(self._statements(part, number > 0, said))
        return ReadRow(tuple(statements), span, latex, self._counts(raw), continues=raw.begins,
                       words=tuple(word for part in parts for word in part.words),
                       supposed=tuple(dict.fromkeys(
                           term for part in parts for side in part.sides for term in side.supposed)))

    def _statements(self, part: latex_rows.Row, beside: bool, conditional: bool) -> Iterator[Statement]:
        sides = []
        for side in part.sides:
            assert side.term is not None
            span = self._span(side.start, side.end)
            sides.append(Side(replace(side.term, span=span), span, self._latex(side.start, side.end)))
        relations = tuple("=" if relation == ":=" else relation for relation in part.relations)
        if conditional:
            relations = ("if",) * len(relations)    # it says when, and claims nothing
        if not set(relations) & {"=>", "<=>"}:
            yield Statement(tuple(sides), relations, part.continues, part.join or ("," if beside else ""))
            return
        joins = list(relations) if part.continues else ["", *relations]
        for made, join in zip(sides, joins, strict=True):
            yield self._equation(made, join)

    def _equation(self, side: Side, join: str) -> Statement:
        """A side of an implication as a statement of its own."""
        match side.term:
            case Relation(op, left, right):
                return Statement((replace(side, term=left), replace(side, term=right)), (op,), False, join)
            case Bool("and", args) if args and all(isinstance(arg, Relation) for arg in args):
                relations = [arg for arg in args if isinstance(arg, Relation)]
                ends = (relations[0].left, *(relation.right for relation in relations))
                return Statement(tuple(replace(side, term=term) for term in ends),
                                 tuple(relation.op for relation in relations), False, join)
            case _:
                return Statement((side,), (), False, join)

    # places

    def _span(self, start: int, end: int) -> Span:
        text, places = self._formula.text, self._formula.places
        start, end = min(start, len(text)), min(end, len(text))
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        return self._text.span(places[start], places[end - 1] + 1 if end > start else places[end])

    def _latex(self, start: int, end: int) -> str:
        return self._formula.text[start:end].strip()

    def _diagnostic(self, problem: LatexProblem) -> Diagnostic:
        return diagnostic(problem.code, problem.message, self._span(problem.start, max(problem.end, problem.start + 1)),
                          helps=(problem.help,) if problem.help else ())
