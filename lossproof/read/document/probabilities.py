"""Further readings of a step: values of densities as quotients of joint densities, entropies and means as integrals.

Untrusted as to truth: it says what usual notation means, and each reading is judged for itself. Imports the ground
floor, `names`, `values`, and from `kernel.spaces` what marks a space.

- p(x|y) is p(x, y)/p(y), and p(x, y) is p(y, x): one letter is a family of densities, told apart by their arguments.
  A name that all values of a letter are given, as the model in p(y|theta, m), is dropped: p(.|m) is a family, too.
- The integral of a density over all values of a name is the density of the other names, or 1: over the set that is
  the name's own (no set, Theta for theta, a calligraphic X for x) and over no other.
- KL[q||p] is the integral of q log(q/p); h[q] that of -q log q, and h(X), h(X|Y), h(X, Y), I(X, Y) as usual, of p.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lossproof.derivation import NONNEGATIVE, UNSPECIFIED, Declaration, Reading
from lossproof.kernel.spaces import SPACE
from lossproof.latex_names import HOLE
from lossproof.read.document.function_spaces import Sums, divergence, entropy, sums_in
from lossproof.read.document.names import Names
from lossproof.read.document.values import Part, Value, density, value_of
from lossproof.term import (
    MINUS_ONE,
    ONE,
    Call,
    Derivative,
    Entry,
    Fold,
    Integral,
    Limit,
    Mul,
    Partial,
    Range,
    Relation,
    Subst,
    Symbol,
    Term,
    binders,
    divide,
    free_names,
    map_children,
    mul,
    walk,
)

__all__ = ["Probabilities", "StepReader", "is_own"]

MAX_NODES = 4_000      # of a side whose quantities are unfolded
_ENTROPIES = frozenset({r"\mathrm{h}", r"\mathrm{H}"})
_OPAQUE = frozenset({UNSPECIFIED})
_SEVERAL = re.compile(r"(?:[pq]|\\mathrm\{[pq]\})(?:_(?:\{[^{}]*\}|.))?\(.*[|,]")


@dataclass(slots=True)
class Probabilities:
    """Makes readings of the steps of one document; declares what it needs beside the document's names."""

    names: Names

    def readings(self, left: Term, right: Term, *, alone: bool = False) -> tuple[Reading, ...]:
        """The further readings of a step between two lines, the most general one first; none where it has none.

        First by the laws of densities alone, whatever they are defined as; then, unless `alone`, by what they are.
        """
        found: list[Reading] = []
        for defined in (False,) if alone else (False, True):
            reading = StepReader(self.names, self.values(), defined).reading(left, right)
            if reading is None or reading in found:
                continue
            if reading.left == reading.right and not defined and self._restates(left):
                continue        # the usual definition, written out: nothing follows
            found.append(reading)
        return tuple(found)

    def says(self, left: Term, right: Term) -> bool:
        """True where a side that is the value of a density, or of a functional of them, has a meaning before it is
        given one, and the other side is no mere repetition of that: p(x|y) = p(x, y)/p(y) is a law, p = p is none."""
        declarations, values = self.names.declarations, self.values()
        reader = StepReader(self.names, values, False)
        value = density(left, declarations)
        functional = _functional(left, declarations)
        if left == right or (value is None and (functional is None or reader.expanded(functional) is None)):
            return False
        if not any(density(part, declarations) or _functional(part, declarations) or isinstance(part, Integral) or (
                isinstance(part, Symbol) and part.name in values) for part in walk(right)):
            return False
        reading = reader.reading(left, right)
        return reading is not None and (reading.left != reading.right or (value is not None and value.bar == "|"))

    def _restates(self, left: Term) -> bool:
        """Whether a side is a functional, as it is written."""
        written = self.values().get(left.name, left) if isinstance(left, Symbol) else left
        return _functional(written, self.names.declarations) is not None

    def values(self) -> dict[str, Call]:
        """What the names of values, in all their meanings, stand for."""
        first = {name: call for call, name in self.names.values.items() if isinstance(call, Call)}
        return first | {made: first[name] for made, name in self.names.origin.items() if name in first}


def _functional(term: Term, declarations: Mapping[str, Declaration]) -> Value | None:
    value = value_of(term, declarations)
    return value if value is not None and value.head in (r"\mathrm{KL}", r"\mathrm{I}", *_ENTROPIES) else None


@dataclass(frozen=True, slots=True)
class _Joint:
    """A joint density: its letter, the names that it is of by their keys, and those that all are given."""

    head: str
    keys: frozenset[str]


@dataclass(slots=True)
class StepReader:
    """One reading of one step."""

    names: Names
    values: Mapping[str, Call]
    defined: bool
    varied: frozenset[str] = frozenset()        # keys of names of which one value must not be taken for all
    unfolding: frozenset[str] = frozenset()     # names: all that depends on them is written out
    fixed: frozenset[str] = frozenset()         # names that stand for any values, whatever they are made of
    parts: dict[str, Part] = field(default_factory=dict)
    given: dict[str, frozenset[str]] = field(default_factory=dict)      # what all values of a letter are given
    known: dict[_Joint, Term] = field(default_factory=dict)             # joints that definitions say
    bound: dict[str, Term] = field(default_factory=dict)                # of names with a space: their integral of 1
    present: dict[_Joint, Call | Symbol] = field(default_factory=dict)
    changed: bool = False
    sums: list[Sums] = field(default_factory=list)      # over sets, in the lines

    def reading(self, left: Term, right: Term) -> Reading | None:
        """The reading of a step; None where it is no other than what is written."""
        sides = self.sides(left, right)
        return None if sides is None or not self.changed else Reading(sides[0], sides[1], tuple(self._laws(sides)))

    def sides(self, left: Term, right: Term) -> tuple[Term, Term] | None:
        """Both sides, in joint densities and integrals; None where that cannot be said."""
        unfolded = [self._unfolded(side, frozenset(), frozenset()) for side in (left, right)]
        self.sums = sums_in(unfolded, self.names.declarations)
        sides = [self._functionals(side) for side in unfolded]
        parts = [part for side in sides for part in walk(side)]
        if len(parts) > MAX_NODES or any(isinstance(part, Derivative | Limit | Partial | Subst) for part in parts):
            return None         # how a density depends on what an array holds is not known
        found = [value for part in parts if (value := self._density(part)) is not None]
        varying = {name for part in parts for name in binders(part)}
        for head in {value.head for value in found}:
            of = [{part for part in value.right if not any(free_names(arg) & varying for arg in part.args)}
                  for value in found if value.head == head]
            self.given[head] = frozenset(part.key for part in set.intersection(*of)) - self.varied
        for side in sides:
            self._bind(side)
        self._solve([part.name for part in parts if isinstance(part, Symbol)])
        made = [self._densities(side) for side in sides]
        made = [self._marginals(side) for side in made]
        return made[0], made[1]

    # what names stand for

    def _unfolded(self, term: Term, inside: frozenset[str], indices: frozenset[str]) -> Term:
        """The term with values for their names, and bodies for quantities that hold such values or integrals."""
        match term:
            case Symbol(name) if name in self.unfolding | self.fixed:
                return term
            case Symbol(name) if name in self.values and not (
                    self.defined and name in self.names.definitions and name not in inside):
                call = self.values[name]
                if density(call, self.names.declarations) or _functional(call, self.names.declarations):
                    return self._unfolded(call, inside, indices)
        match term:
            case Symbol(name) if name in self.names.definitions and name not in inside:
                definition = self.names.definitions[name]
                if definition.ranges or free_names(definition.body) & indices or not self._matters(name):
                    return term
                self.changed = True
                return self._unfolded(definition.body, inside | {name}, indices)
            case _:
                below = indices if isinstance(term, Integral) else indices | set(binders(term))
                return map_children(term, lambda child: self._unfolded(child, inside, below))

    def _matters(self, name: str, seen: frozenset[str] = frozenset()) -> bool:
        """Whether a quantity holds, in the end, an integral, the value of a density, or what is to be written out."""
        definition = self.names.definitions.get(name)
        if definition is None or name in seen | self.fixed:
            return False
        if free_names(definition.body) & self.unfolding:
            return True
        for part in walk(definition.body):
            if isinstance(part, Integral) or density(part, self.names.declarations) or (
                    isinstance(part, Symbol) and (part.name in self.values or self._matters(part.name, seen | {name}))):
                return True
        return False

    def _functionals(self, term: Term) -> Term:
        """The term with integrals for entropies, divergences and information."""
        inner = map_children(term, self._functionals)
        value = _functional(inner, self.names.declarations)
        made = None if value is None else self.expanded(value)
        if made is None:
            return inner
        self.changed = True
        return made

    def expanded(self, value: Value) -> Term | None:
        """The integral that a functional of densities is; None where it is not said by what densities."""
        alone = all(part.piece == HOLE for part in (*value.left, *value.right))
        if value.head == r"\mathrm{KL}" and value.bar == r"\|" and alone and len(value.left) == len(value.right) == 1:
            (p,), (q,) = value.left[0].args, value.right[0].args
            return self._over(p, mul(p, Call("log", (divide(p, q),)))) or divergence(
                p, q, self.sums, self.names.declarations)
        if value.head in _ENTROPIES and not value.bar and len(value.left) == 1 and alone and self._density(
                value.left[0].args[0]) is not None:
            p = value.left[0].args[0]
            return Mul((MINUS_ONE, made)) if (made := self._over(p, mul(p, Call("log", (p,))))) is not None else None
        if value.head in _ENTROPIES and not value.bar and len(value.left) == 1 and alone and (made := entropy(
                value.left[0].args[0], self.sums, self.names.declarations)) is not None:
            return made
        of = [self._variable(part) for part in (*value.left, *value.right)]
        letters = [name for name in of if name is not None]
        if len(letters) < len(of) or value.bar not in ("", "|") or len(set(letters)) < len(letters) or len(of) > 2:
            return None
        x, y = letters[0], letters[-1]
        joint = self._plain(*letters)
        if value.head == r"\mathrm{I}" and len(of) == 2 and not value.bar:
            inner = divide(joint, mul(self._plain(x), self._plain(y)))
        elif value.head in _ENTROPIES:
            inner = joint if not value.bar else divide(joint, self._plain(y))
        else:
            return None
        made = self._integral(mul(joint, Call("log", (inner,))), letters)
        return made if value.head == r"\mathrm{I}" else Mul((MINUS_ONE, made))

    def _variable(self, part: Part) -> str | None:
        """The letter of the values of a random variable: x of X."""
        letter = part.symbol or part.piece
        return letter.lower() if re.fullmatch("[S-Z]", letter) else None     # P and Q are distributions

    def _plain(self, *letters: str) -> Term:
        """p(x, y), of letters."""
        latex = f"p({', '.join([HOLE] * len(letters))})"
        for name, declared in self.names.declarations.items():
            if declared.kind == "function" and declared.latex == latex:
                return Call(name, tuple(Symbol(letter) for letter in letters))
        name = self._fresh("p_" + str(len(letters)))
        self.names.declarations[name] = Declaration(name, "function", arity=len(letters), latex=latex, assumed=True,
                                                    assumptions=_OPAQUE)
        return Call(name, tuple(Symbol(letter) for letter in letters))

    def _over(self, p: Term, body: Term) -> Term | None:
        """The integral over all that a density is of."""
        value = self._density(p)
        if value is None:
            return None
        letters = [part.symbol for part in value.left]
        named = [letter for letter in letters if letter is not None]
        return self._integral(body, named) if len(named) == len(letters) else None

    def _integral(self, body: Term, letters: list[str]) -> Term:
        for letter in reversed(letters):
            low, high = (f"{bound}_{letter}" for bound in ("inf", "sup"))
            for end in (low, high):
                self.names.declarations.setdefault(end, Declaration(
                    end, "scalar", assumed=True, assumptions=_OPAQUE | {SPACE}, latex=rf"\{end[:3]} {letter}"))
            body = Integral(body, letter, Symbol(low), Symbol(high))
        return body

    # densities

    def _density(self, term: Term) -> Value | None:
        value = density(term, self.names.declarations)
        if value is not None and not has_densities(self.names.declarations):
            return None
        if value is not None:
            for part in (*value.left, *value.right):
                self.parts.setdefault(part.key, part)
        return value

    def _bind(self, term: Term) -> None:
        """Note the names that are integrated, or summed, over all their values."""
        for part in walk(term):
            match part:
                case Integral(_, name, Symbol(low)) if is_own(name, low):
                    self.bound[Part(HOLE, (Symbol(name),)).key] = Integral(ONE, name, part.lower, part.upper)
                case Fold("sum", body, Range(index, _, Symbol(size)), None) if size.startswith("card_"):
                    for inner in walk(body):
                        match inner:
                            case Entry(family, (Symbol(at),)) if at == index and family.endswith(f"_in_{size[5:]}"):
                                name = family[:-len(size[5:]) - 4]
                                if is_own(name, f"inf_{size[5:]}"):
                                    member = Part(HOLE, (inner,))
                                    self.parts[member.key] = member
                                    self.bound[member.key] = Fold("sum", ONE, part.range)
                case _:
                    pass

    def _solve(self, held: list[str]) -> None:
        """What definitions of conditional densities in the lines say of joint ones: p(x, y) = p(x|y) p(y)."""
        if not self.defined:
            return
        of = {name: value for name in dict.fromkeys(held) if name in self.values and name in self.names.definitions
              and (value := self._density(self.values[name])) is not None}
        for value in of.values():
            right = frozenset(part.key for part in value.right)
            self.given[value.head] = self.given.get(value.head, right) & right
        for name, value in sorted(of.items(), key=lambda item: len(item[1].left) + len(item[1].right)):
            whole, condition = self._sets(value)
            if whole not in self.known:
                self.known[whole] = mul(Symbol(name), self._joint(condition)) if condition.keys else Symbol(name)

    def _sets(self, value: Value) -> tuple[_Joint, _Joint]:
        given = self.given.get(value.head, frozenset())
        right = frozenset(part.key for part in value.right) - given
        left = frozenset(part.key for part in value.left)
        return _Joint(value.head, left | right), _Joint(value.head, right)

    def _densities(self, term: Term) -> Term:
        """The term with quotients of joint densities for densities."""
        match term:
            case Integral(body, name, Symbol(low)) if is_own(name, low):
                return self._integral(self._densities(body), [name])
        value = self._density(term)
        if value is None:
            return map_children(term, self._densities)
        self.changed = True
        own = {part.key: part for part in (*value.left, *value.right)}
        whole, condition = self._sets(value)
        top = self._joint(whole, own)
        return divide(top, self._joint(condition, own)) if condition.keys else top

    def _joint(self, joint: _Joint, own: Mapping[str, Part] | None = None) -> Term:
        """The value of a joint density, at the places of `own`."""
        if joint in self.known:
            return self.known[joint]
        parts = [(own or {}).get(key) or self.parts[key] for key in sorted(joint.keys)]
        given = sorted(self.given.get(joint.head, frozenset()))
        of = tuple(arg for part in parts for arg in part.args)
        latex = f"{joint.head}({', '.join(part.piece for part in parts)}"
        latex += "|" + ", ".join(_shown(self.parts[key]) for key in given) + ")" if given else ")"
        name = "_".join(["joint", _word(joint.head), *map(_word, sorted(joint.keys)), *(["of"] if given else []),
                         *map(_word, given)])
        self.names.declarations.setdefault(name, Declaration(
            name, "function" if of else "scalar", NONNEGATIVE, arity=len(of), latex=latex, assumed=True,
            assumptions=_OPAQUE))
        made: Call | Symbol = Call(name, of) if of else Symbol(name)
        self.present.setdefault(joint, made)
        return made

    def _fresh(self, wanted: str) -> str:
        name, number = wanted, 1
        while name in self.names.declarations or name in self.names.definitions:
            number += 1
            name = f"{wanted}_{number}"
        return name

    # laws of integrals

    def _marginals(self, term: Term) -> Term:
        """The term with the integral of the joint density for one that is of a name which is integrated itself."""
        by_name = {made.function: joint for joint, made in self.present.items() if isinstance(made, Call)}
        larger: dict[str, _Joint] = {}
        for name, joint in by_name.items():
            if joint.keys & self.bound.keys():
                over = [other for other in self.present if other.head == joint.head and other.keys > joint.keys
                        and other.keys - joint.keys <= self.bound.keys()]
                if over:
                    larger[name] = max(over, key=lambda j: (len(j.keys), sorted(j.keys)))

        def change(part: Term) -> Term:
            inner = map_children(part, change)
            if isinstance(inner, Call) and inner.function in larger:
                joint = by_name[inner.function]
                places = dict(zip(sorted(joint.keys), self._places(joint, inner), strict=True))
                over = larger[inner.function]
                return self._over_all(self._joint(over, places), over.keys - joint.keys)
            return inner

        return change(term)

    def _places(self, joint: _Joint, call: Call) -> Iterator[Part]:
        waiting = iter(call.args)
        for key in sorted(joint.keys):
            part = self.parts[key]
            yield Part(part.piece, tuple(next(waiting) for _ in part.args))

    def _over_all(self, body: Term, keys: frozenset[str]) -> Term:
        for key in sorted(keys, reverse=True):
            match self.bound[key]:
                case Integral(_, name):
                    body = self._integral(body, [name])
                case Fold("sum", _, range_):
                    body = Fold("sum", body, range_)
        return body

    def _laws(self, sides: tuple[Term, Term]) -> Iterator[Term]:
        """The integrals of densities that the lines hold: the density of what is left, or 1."""
        held = {part.function for side in sides for part in walk(side) if isinstance(part, Call)}
        held |= {part.name for side in sides for part in walk(side) if isinstance(part, Symbol)}
        for joint, made in list(self.present.items()):
            bound = joint.keys & self.bound.keys()
            if not bound or (made.function if isinstance(made, Call) else made.name) not in held:
                continue
            rest = _Joint(joint.head, joint.keys - bound)
            if rest.keys and rest not in self.present and rest not in self.known:
                continue
            if any(isinstance(part, Entry) for key in rest.keys for arg in self.parts[key].args for part in walk(arg)):
                continue        # for each index, and the line does not say which it runs through
            yield Relation("=", self._over_all(self._joint(joint), bound), self._joint(rest) if rest.keys else ONE)


def _word(key: str) -> str:
    """A word for a key, another for each: what is no plain name brings a digest of itself."""
    plain = re.fullmatch(r"\*:(\w+)", key) or re.fullmatch(r"(\w)", key)
    if plain:
        return plain[1]
    return re.sub(r"\W+", "", key) + hashlib.sha256(key.encode()).hexdigest()[:4]


def _shown(part: Part) -> str:
    """A part that is no hole of the template: by its text."""
    return part.piece if not part.args else "".join(sorted(free_names(part.args[0]))) if part.piece == HOLE \
        else part.piece.replace(HOLE, "")


def has_densities(declarations: Mapping[str, Declaration]) -> bool:
    """Whether p and q are seen to stand for densities: one has a bar or several arguments, or the document integrates
    over, or sums over the members of, a set that has a name."""
    return any(_SEVERAL.match(declared.latex or "") or name.startswith("card_") or (
        SPACE in declared.assumptions and re.match(r"inf_(?:cal|[A-Z])", name))
               for name, declared in declarations.items())


def is_own(name: str, low: str) -> bool:
    """Whether the space with this end is the one of all values of a name."""
    space = low.removeprefix("inf_").lower()
    plain = name.rstrip("_").lower()
    return low.startswith("inf_") and space.rstrip("_") in (plain, f"cal{plain}", f"bb{plain}", f"mathbb{plain}")

