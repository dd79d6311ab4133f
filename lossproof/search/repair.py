"""What is wrong with a refuted step: residual, ratio, and a line that would have been right.

Untrusted: everything here is a proposal. A line that is one slip away from the refuted one (`undo`) comes first. Else
normal forms of the kernel are written in terms of the quantities that the refuted line itself uses, so that a softmax
comes out as yhat_p and not as a quotient of exponentials.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import islice
from typing import Final

from lossproof.derivation import LineRelation, Step
from lossproof.diagnostic import InputError
from lossproof.kernel.atoms import Atom, Bounds, EntryAtom, ExpAtom, FoldAtom
from lossproof.kernel.binders import in_range
from lossproof.kernel.context import NeedsCases, Scope
from lossproof.kernel.definedness import Conditions
from lossproof.kernel.functions import reduce
from lossproof.kernel.hypotheses import Hypotheses
from lossproof.kernel.normal_form import DivisionByZero, Normal, OutOfWork, Table, Unsupported
from lossproof.kernel.normalize import Normalizer
from lossproof.kernel.readback import Readback
from lossproof.kernel.sums import split_term, sum_over
from lossproof.print_text import pretty
from lossproof.search import undo
from lossproof.search.factoring import factored, negated, scaled
from lossproof.term import Add, Call, Fold, Mul, Number, Pow, Relation, Term, add, free_names, node_count, walk
from lossproof.verdict import Diagnosis, EditKind

IsProved = Callable[[Step], bool]
"""Whether a step is proved, by the judge."""

PROOFS_OF_CHANGES = 4
PROOFS_FOR_INEQUALITY = 8
"""So many single changes that fit at points are given to the kernel, the nearest first. Nearly every change mends an
inequality at a few points."""

COST_OF_RELATION = 13
"""A change of the line that costs more than this gives way to another relation between the lines as they stand."""

_OTHERS: Final[Mapping[LineRelation, Sequence[LineRelation]]] = {
    "<": ("<=", ">", ">="), "<=": (">=", ">"), ">": (">=", "<", "<="), ">=": ("<=", "<"), "<=>": ("=>",),
}


def diagnose(step: Step, plain: Step, is_proved: IsProved) -> Diagnosis:
    """Residual, remark and proved suggestion; an empty diagnosis where nothing was found.

    `plain` is the step without the limits that the kernel can take.
    """
    single = _single_change(step, plain, is_proved)
    if not _has_residual(step):
        return single
    try:
        return _Repair(step, is_proved).diagnosis(single)
    except (Unsupported, DivisionByZero, NeedsCases, OutOfWork):
        return single


def residual_of(step: Step) -> Term | None:
    """Right minus left as the shortest term that was found; None where the lines have no normal forms."""
    try:
        made = _Repair(step, lambda _: False)
        forms = list(made._forms(reduce(made.t, made.right - made.left)))
    except (Unsupported, DivisionByZero, NeedsCases, OutOfWork):
        return None
    return min(forms, key=node_count) if forms else None


def _single_change(step: Step, plain: Step, is_proved: IsProved) -> Diagnosis:
    """The nearest line, or relation, one slip away that is proved."""
    others = iter(_OTHERS.get(step.relation, ()))
    most = PROOFS_OF_CHANGES if step.relation in ("=", "=>", "<=>") else PROOFS_FOR_INEQUALITY
    for change in islice(undo.changes(plain, step.left), most):
        if change.cost > COST_OF_RELATION and (found := _relation(step, others, is_proved)) is not None:
            return found
        if is_proved(replace(step, right=change.line)):
            return Diagnosis(None, undo.words(change.slip, pretty), change.line, change.slip.kind)
    return _relation(step, others, is_proved) or Diagnosis()


def _relation(step: Step, others: Iterator[LineRelation], is_proved: IsProved) -> Diagnosis | None:
    """The first of the other relations that is proved between the lines as they stand."""
    for relation in others:
        if is_proved(replace(step, relation=relation)):
            return Diagnosis(None, f"the relation should be {relation}", step.right, "relation")
    return None


def residual(step: Step) -> Term | None:
    """Right minus left as far as the kernel can simplify it; None where the step is no equation of that kind."""
    if not _has_residual(step):
        return None
    try:
        return _Repair(step, lambda _: False).residual()
    except (Unsupported, DivisionByZero, NeedsCases, OutOfWork, InputError):
        return None


def _has_residual(step: Step) -> bool:
    """Whether the step is an equation between numbers: arrays and equations as lines have no normal form."""
    if step.relation != "=" or isinstance(step.left, Relation):
        return False
    try:
        return not Normalizer(step.declarations, step.definitions).arrays.shape(step.left)
    except (Unsupported, InputError):
        return False


class _Repair:
    def __init__(self, step: Step, is_proved: IsProved) -> None:
        self.step = step
        self.is_proved = is_proved
        self.n = Normalizer(step.declarations, step.definitions)
        self.h = Hypotheses(self.n, step.given)
        Conditions(self.h)
        self.t: Table = self.n.table
        self.left = self.h.value(step.left)
        self.right = self.h.value(step.right)
        self.reader = Readback(self.t, self.n.mentions(step.left) | self.n.mentions(step.right))

    def proves(self, line: Term) -> bool:
        """Whether the line in the place of the right one makes a proved step."""
        return self.is_proved(replace(self.step, right=line))

    def residual(self) -> Term | None:
        """The shortest way of writing right minus left."""
        return min(self._forms(reduce(self.t, self.right - self.left)), key=node_count, default=None)

    def diagnosis(self, single: Diagnosis) -> Diagnosis:
        """The residual beside the single change that was found, else what normal forms tell."""
        residual = reduce(self.t, self.right - self.left)
        forms = list(self._forms(residual))
        shown = min(forms, key=node_count) if forms else None
        if single.suggestion is not None:
            return replace(single, residual=shown)
        edit: EditKind | None = None
        remark, suggestion = self._by_ratio()
        if suggestion is None:
            for form in sorted(forms, key=node_count):
                if node_count(form) > node_count(self.step.right) + 12 or isinstance(form, Add) \
                        or _is_tangled(form):
                    continue
                for line in self._without(form):
                    if self.proves(line):
                        remark, suggestion = f"the term {pretty(negated(form))} is missing", line
                        edit = "missing-term"
                        break
                if suggestion is not None:
                    break
        if suggestion is None:
            for form in sorted(self._forms(self.left), key=node_count):
                if node_count(form) <= 3 * node_count(self.step.right) + 20 and self.proves(form):
                    suggestion = form
                    break
        if (under := self._true_if(forms)) is not None:
            remark = under
        return Diagnosis(shown, remark, suggestion, edit)

    def _true_if(self, forms: list[Term]) -> str | None:
        """An equation about sums, sizes or symbols under which the step would be proved."""
        for form in sorted(forms, key=node_count):
            for factor in form.args if isinstance(form, Mul) else (form,):
                if isinstance(factor, Add) and node_count(factor) <= 24 and self._may_be_given(factor):
                    equation = _equation(factor)
                    if self.is_proved(replace(self.step, given=(*self.step.given, equation))):
                        return f"true if {pretty(equation.left)} = {pretty(equation.right)}"
        return None

    def _may_be_given(self, factor: Term) -> bool:
        """Whether a reader would take factor = 0 as a hypothesis: about sums, or about sizes alone."""
        names = free_names(factor)
        sizes = all((d := self.step.declarations.get(n)) is not None and d.kind == "size" for n in names)
        if any(isinstance(part, Call) for part in walk(factor)):
            return False
        sums = any(isinstance(part, Fold) for part in walk(factor))
        return sizes or (sums and names.isdisjoint(self.step.definitions))

    def _by_ratio(self) -> tuple[str | None, Term | None]:
        """right = c * left for a rational c."""
        if self.left.is_zero or self.right.is_zero:
            return None, None
        factor = (self.right / self.left).constant
        if factor is None:
            return None, None
        line = scaled(self.step.right, 1 / factor)
        return f"off by a factor {factor}", line if self.proves(line) else None

    def _without(self, residual: Term) -> Iterator[Term]:
        """The right line less the residual: with common factors taken out, and plainly."""
        missing = negated(residual)
        whole = factored(self.step.right, missing)
        if whole is not None:
            yield whole
        yield Add((*self.step.right.args, missing)) if isinstance(self.step.right, Add) else Add(
            (self.step.right, missing))

    # writing a normal form in the line's own quantities

    def _forms(self, normal: Normal) -> Iterator[Term]:
        """The normal form as a term, in quantities where that succeeds, then as it is."""
        names = [
            q for q in self.step.definitions
            if q in self.n.mentions(self.step.right) | self.n.mentions(self.step.left)
        ]
        written = free_names(self.step.right) | free_names(self.step.left)
        for name in sorted(names, key=lambda q: q not in written):
            try:
                folded = self._folded(normal, name)
                if folded is not None:
                    yield self.reader.term(self._with_exclusions(folded))
            except (Unsupported, DivisionByZero):
                continue
        try:
            yield self.reader.term(self._with_exclusions(normal))
        except Unsupported:
            return

    def _folded(self, normal: Normal, name: str) -> Normal | None:
        """`normal` written with the quantity: its definition is solved for an exponential in it."""
        t = self.t
        definition = self.step.definitions[name]
        if len(definition.ranges) > 1:
            return None
        if not definition.ranges:
            return self._solve(normal, self.n.normal(definition.body), t.var(name), None)
        (range_,) = definition.ranges
        bounds = Bounds(self.h.value(range_.lower), self.h.value(range_.upper))
        index = t.fresh(bounds)
        value = self.h.value(definition.body, Scope().bind(range_.name, t.var(index)))
        me = t.atom(EntryAtom(name, (t.var(index),)))
        result = self._solve(normal, value, me, index)
        if result is None:
            return None
        # what the quantity sums to, if that is a number
        fresh = t.fresh(bounds)
        total = self.h.value(definition.body, Scope().bind(range_.name, t.var(fresh)))
        constant = sum_over(t, fresh, bounds, total).constant
        if constant is not None:
            other = t.fresh(bounds)
            own = sum_over(t, other, bounds, t.atom(EntryAtom(name, (t.var(other),))))
            if len(own.atoms()) == 1:
                result = t.with_atom(result, own.atoms()[0], t.rational(constant))
        return result

    def _solve(self, normal: Normal, value: Normal, quantity: Normal, index: str | None) -> Normal | None:
        t = self.t
        for i in value.atoms():
            atom = t[i]
            if not isinstance(atom, ExpAtom) or (index is not None and index not in t.free_of(i)):
                continue
            # value = (p E + q)/(r E + s) = Y, so E = (q - s Y)/(r Y - p)
            p, q = _linear(t, t.polynomial(value.num), i)
            r, s = _linear(t, t.polynomial(value.den), i)
            if p is None or r is None or q is None or s is None:
                continue
            held: dict[int, Normal] = {}
            for part in (p, q, r, s):
                for j in part.atoms():
                    if isinstance(t[j], FoldAtom):
                        held[j] = t.var(f"@held{j}")
            hold = _holding(t, held)
            numerator, denominator = hold(q) - hold(s) * quantity, hold(r) * quantity - hold(p)
            if denominator.is_zero:
                continue
            solved = numerator / denominator
            held_normal = self._hold_everywhere(normal, held)
            result = self._replace_exp(held_normal, atom, solved, index)
            if not any(name.startswith("@held") for name in result.free()):
                return result
        return None

    def _hold_everywhere(self, normal: Normal, held: dict[int, Normal]) -> Normal:
        t = self.t
        atoms = {t[j]: v for j, v in held.items()}
        names = frozenset(n for j in held for n in t.free_of(j))
        return t.replace(normal, names, lambda atom: atoms.get(atom)) if names else normal

    def _replace_exp(self, normal: Normal, pattern: ExpAtom, solved: Normal, index: str | None) -> Normal:
        t = self.t

        def value(atom: Atom) -> Normal | None:
            if not isinstance(atom, ExpAtom):
                return None
            if index is None:
                return solved if atom == pattern else None
            for at in _indices(t, atom.exponent.atoms()):
                if t.substitute(pattern.exponent, {index: at}) == atom.exponent and atom.root == pattern.root:
                    return t.substitute(solved, {index: at})
            return None

        names = pattern.exponent.free() - ({index} if index else set())
        return t.replace(normal, frozenset(names), value)

    def _with_exclusions(self, normal: Normal) -> Normal:
        """sum f - f(p) written as a sum over k != p, where that is shorter."""
        t = self.t
        best = normal
        for i in list(normal.atoms()):
            fold = t[i]
            if not isinstance(fold, FoldAtom) or fold.kind != "sum" or len(fold.ranges) != 1:
                continue
            bounds = fold.ranges[0]
            for index in _indices(t, [j for j in normal.atoms() if j != i]):
                if in_range(t, index, bounds) is not True:
                    continue
                split = split_term(t, fold, index)
                changed = t.with_atom(normal, i, split)
                if len(changed.num) < len(best.num):
                    best = changed
        return best


def _is_tangled(term: Term) -> bool:
    """Whether a missing term is a mixture that no author left out: sums of three or more outside of a fold."""
    match term:
        case Add(args):
            return len(args) > 2 or any(map(_is_tangled, args))
        case Mul(args):
            return any(map(_is_tangled, args))
        case Pow(base, exponent):
            return _is_tangled(base) or _is_tangled(exponent)
        case _:
            return False


def _holding(t: Table, held: dict[int, Normal]) -> Callable[[Normal], Normal]:
    return lambda normal: t.rebuild(normal, lambda i: held.get(i) or t.monomial(((i, 1),)))


def _linear(t: Table, poly: Normal, number: int) -> tuple[Normal | None, Normal | None]:
    """(coefficient, rest) of the polynomial in one atom; None where it is not linear in it."""
    coefficient, rest = t.zero, t.zero
    for mono, c in t.terms(poly.num):
        power = dict(mono).get(number, 0)
        others = t.monomial(tuple((i, e) for i, e in mono if i != number)).scaled(Fraction(c))
        if power == 0:
            rest = rest + others
        elif power == 1:
            coefficient = coefficient + others
        else:
            return None, None
    return coefficient, rest


def _indices(t: Table, atoms: Iterable[int]) -> list[Normal]:
    """Index values of entries, at any depth outside sums."""
    found: dict[Normal, None] = {}
    for i in atoms:
        match t[i]:
            case EntryAtom(_, indices):
                found.update(dict.fromkeys(indices))
            case ExpAtom(exponent):
                found.update(dict.fromkeys(_indices(t, exponent.atoms())))
    return list(found)


def _equation(factor: Add) -> Relation:
    """factor = 0 with the numbers on the right and the first term positive."""
    numbers = sum((a.value for a in factor.args if isinstance(a, Number)), Fraction(0))
    others = [a for a in factor.args if not isinstance(a, Number)]
    if isinstance(others[0], Mul) and isinstance(others[0].args[0], Number) and others[0].args[0].value < 0:
        return Relation("=", add(*(scaled(a, Fraction(-1)) for a in others)), Number(numbers))
    return Relation("=", add(*others), Number(-numbers))
