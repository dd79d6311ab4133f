"""Matrices that are written out of other things than numbers: columns side by side, rows one below another, entries
with dots between them.

Untrusted as to truth. [a b] of columns is a e_1^T + b e_2^T, and rows one below another likewise; with dots in both
directions the corners say what the entry in row i and column j is. What is not clear is None. Imports the ground floor,
`brackets` and the typeset tree.
"""

from __future__ import annotations

from lossproof.read.latex.brackets import Brackets
from lossproof.read.latex.dots import is_dots
from lossproof.read.latex.names import span_of
from lossproof.read.latex.tokens import LatexProblem
from lossproof.read.latex.typeset import Environment, Nodes
from lossproof.term import (
    MOST_ENTRIES,
    ONE,
    ZERO,
    Add,
    Call,
    Component,
    Entry,
    Family,
    Mul,
    Range,
    Symbol,
    Term,
    binders,
    free_names,
    fresh_identifier,
    substitute,
    written_out,
)

__all__ = ["Blocks"]


class Blocks(Brackets):
    """Reads matrices that are written out."""

    def written(self, node: Environment) -> Term | None:
        """A matrix of numbers, all of them written or with dots; of columns or rows; None for others."""
        rows = [row for row in node.rows if any(row)]
        width = len(rows[0]) if rows else 0
        if not width or any(len(row) != width or not all(row) for row in rows) or len(rows) * width > MOST_ENTRIES:
            return None
        if any(is_dots(n) for row in rows for cell in row for n in cell):
            return self._dotted_matrix(rows, node) if len(rows) > 1 and width > 1 else self._dotted_line(rows, node)
        entries = [self.value(cell) for row in rows for cell in row]
        if any(self.is_perhaps_array(entry) for entry in entries):
            return None
        shapes = [self.shape(entry, node) for entry in entries]
        if not any(shapes):
            return entries[0] if len(entries) == 1 else written_out(len(rows), width, tuple(entries), span_of(node))
        if len(rows) == 1 and all(len(shape) == 1 for shape in shapes):
            parts = [(entry, _unit(place, width, row=True)) for place, entry in enumerate(entries)]
        elif width == 1 and all(len(shape) == 2 and shape[0] == ONE for shape in shapes):
            parts = [(_unit(place, len(rows), row=False), entry) for place, entry in enumerate(entries)]
        else:
            return None
        products = tuple(Call("matmul", pair, span=span_of(node)) for pair in parts)
        whole = products[0] if len(products) == 1 else Add(products, span=span_of(node))
        self.shape(whole, node)
        return whole

    def diagonal(self, parts: list[Nodes], at: Nodes) -> Term | None:
        """diag(v) of a vector, diag(a_1, ..., a_n): the matrix with these on its diagonal and 0 elsewhere."""
        before = set(self.seen)
        try:
            line = self.value(parts[0]) if len(parts) == 1 else self.listed(parts, at)
            shape = () if line is None else self.shape(line, at)
        except LatexProblem:
            line, shape = None, ()
        size = shape[0] if len(shape) == 1 else None
        if line is None or size is None or self.is_perhaps_array(line):
            self.seen = before
            return None
        taken = {*self.frame.names, *self.declarations, *free_names(line), *binders(line)}
        i = fresh_identifier("i", taken)
        j = fresh_identifier("j", {*taken, i})
        entry: Term = Component(line, (Symbol(i),))
        if isinstance(line, Symbol):
            entry = Entry(line.name, (Symbol(i),))
        elif isinstance(line, Family):
            entry = substitute(line.body, {line.ranges[0].name: Symbol(i)})
        delta = Call("KroneckerDelta", (Symbol(i), Symbol(j)))
        return Family(Mul((entry, delta)), (Range(i, ONE, size), Range(j, ONE, size)), span=span_of(at))

    def _dotted_line(self, rows: list[tuple[Nodes, ...]], node: Environment) -> Term | None:
        """x_1, ..., x_n below one another, or beside one another."""
        listed = self.listed([cell for row in rows for cell in row], (node,))
        return listed if listed is None or len(rows[0]) == 1 else Call("transpose", (listed,), span=span_of(node))

    def _dotted_matrix(self, rows: list[tuple[Nodes, ...]], node: Environment) -> Term | None:
        """f(1, 1), ..., f(1, n) to f(m, 1), ..., f(m, n), or f(1) to f(n) on the diagonal and 0 elsewhere."""
        dots = [[all(map(is_dots, cell)) for cell in row] for row in rows]
        if len(rows) != 3 or len(rows[0]) != 3 or [sum(line) for line in dots] != [1, 3, 1] or not (
                dots[0][1] and dots[2][1]):
            return None
        for row in rows:
            for cell in row:
                if all(map(is_dots, cell)):
                    self.mark(cell)
        first, right, below, last = (self.value(rows[i][j]) for i, j in ((0, 0), (0, 2), (2, 0), (2, 2)))
        if any(self.shape(corner, node) or self.is_perhaps_array(corner) for corner in (first, right, below, last)):
            return None
        taken = {*self.frame.names, *self.declarations}.union(*map(free_names, (first, right, below, last)))
        i = fresh_identifier("i", taken)
        j = fresh_identifier("j", {*taken, i})
        at = span_of(node)
        if right == below == ZERO:
            found = self._along(first, last, i) or self._constant(first, last)
            if found is None:
                return None
            entry, size = found
            delta = Call("KroneckerDelta", (Symbol(i), Symbol(j)))
            body = delta if entry == ONE else Mul((entry, delta))
            return Family(body, (Range(i, ONE, size), Range(j, ONE, size)), span=at)
        top, bottom = self._along(first, right, j), self._along(below, last, j)
        if top is None or bottom is None or top[1] != bottom[1]:
            return None
        found = self._along(top[0], bottom[0], i)
        if found is None or substitute(found[0], {i: ONE, j: ONE}) != first or not free_names(found[0]) >= {i, j}:
            return None
        return Family(found[0], (Range(i, ONE, found[1]), Range(j, ONE, top[1])), span=at)

    def _constant(self, first: Term, last: Term) -> tuple[Term, Term] | None:
        """The same on all of the diagonal, and the only size that there is."""
        sizes = [name for name, declared in self.declarations.items() if declared.kind == "size"]
        return (first, Symbol(sizes[0])) if first == last and len(sizes) == 1 else None

    def _along(self, low: Term, high: Term, index: str) -> tuple[Term, Term] | None:
        """What becomes `low` at index 1 and `high` at the size, and the size; None where they are not of one form."""
        found = self.dotted([low], high, "sum", ())
        if found is None or found[0].range.lower != ONE:
            return None
        return substitute(found[0].body, {found[0].range.name: Symbol(index)}), found[0].range.upper


def _unit(place: int, size: int, *, row: bool) -> Term:
    """The unit row or column with its 1 at a place, counted from 0."""
    entries = tuple(ONE if k == place else ZERO for k in range(size))
    return written_out(1, size, entries) if row else written_out(size, 1, entries)


