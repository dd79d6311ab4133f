"""Normal forms: quotients of integer polynomials over atoms, and the atom table of a step.

Trusted. Imports `atoms`, `open_names` and python-flint. Two terms are equal (wherever both are defined)
when the numerator of their difference is the zero polynomial. A non-zero normal form says
nothing: atoms may depend on each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

from flint import Ordering, fmpz_mpoly, fmpz_mpoly_ctx

from lossproof.kernel.atoms import (
    Atom,
    FunctionAtom,
    Var,
    free_names_of,
)
from lossproof.kernel.letters import Form, Named, Word
from lossproof.kernel.open_names import OpenNames
from lossproof.kernel.sign_sets import Sign

Monomial = tuple[tuple[int, int], ...]
"""Atom numbers with their exponents, ascending."""
Sparse = tuple[tuple[Monomial, int], ...]
"""Monomials with their coefficients, leading first."""


_FEW = 2
"""The terms of a polynomial of so many are looked through without asking first which generators occur."""


class Unsupported(Exception):
    """The kernel has no way to put this into a normal form; the step stays unknown."""


class DivisionByZero(Exception):
    """A denominator is identically zero: the line is undefined everywhere (or here)."""


class OutOfWork(Exception):
    """The step's budget of work is used up."""


class Normal:
    """A quotient of two coprime polynomials over the atoms of one table; immutable.

    Only the number of generators over which the polynomials are written grows with the table (`Table.present`).
    """

    __slots__ = ("_atoms", "_free", "_hash", "_key", "den", "num", "table")

    def __init__(self, table: Table, num: fmpz_mpoly, den: fmpz_mpoly) -> None:
        self.table, self.num, self.den = table, num, den
        self._atoms: tuple[int, ...] | None = None
        self._free: frozenset[str] | None = None
        self._key: tuple[Sparse, Sparse] | None = None
        self._hash: int | None = None

    @property
    def key(self) -> tuple[Sparse, Sparse]:
        """A hashable value that is equal for equal normal forms of one table."""
        if self._key is None:
            self._key = (_sparse(self.num), _sparse(self.den))
        return self._key

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(self.key)
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Normal) and hash(self) == hash(other) and self.key == other.key

    def __repr__(self) -> str:
        return f"<{self.table.show(self)}>"

    def __add__(self, other: Normal) -> Normal:
        t = self.table
        (a, b), (c, d) = t.present(self), t.present(other)
        if b == d:
            return t.quotient(a + c, b)
        return t.quotient(a * d + c * b, b * d)

    def __sub__(self, other: Normal) -> Normal:
        return self + other.scaled(Fraction(-1))

    def __neg__(self) -> Normal:
        return self.scaled(Fraction(-1))

    def __mul__(self, other: Normal) -> Normal:
        t = self.table
        (a, b), (c, d) = t.present(self), t.present(other)
        return t.quotient(a * c, b * d)

    def __truediv__(self, other: Normal) -> Normal:
        t = self.table
        if other.is_zero:
            raise DivisionByZero
        (a, b), (c, d) = t.present(self), t.present(other)
        return t.quotient(a * d, b * c)

    def __pow__(self, exponent: int) -> Normal:
        t = self.table
        if abs(exponent) > 1 and abs(exponent) * max(len(self.num), len(self.den)) > 4000:
            raise Unsupported("a power too large to expand")
        if exponent < 0:
            if self.is_zero:
                raise DivisionByZero
            return t.quotient(self.den ** -exponent, self.num ** -exponent, coprime=True)
        return t.quotient(self.num**exponent, self.den**exponent, coprime=True)

    def scaled(self, factor: Fraction) -> Normal:
        """factor * self."""
        if factor == 1:
            return self
        return self.table.quotient(self.num * factor.numerator, self.den * factor.denominator)

    @property
    def is_zero(self) -> bool:
        return bool(self.num.is_zero())

    @property
    def constant(self) -> Fraction | None:
        """The value, if it is a rational number."""
        if not (self.num.is_constant() and self.den.is_constant()):
            return None
        return Fraction(_constant(self.num), _constant(self.den))

    @property
    def integer(self) -> int | None:
        """The value, if it is an integer."""
        value = self.constant
        return int(value) if value is not None and value.denominator == 1 else None

    def atoms(self) -> tuple[int, ...]:
        """The numbers of the atoms that occur (on the outside), ascending."""
        if self._atoms is None:
            if self._key is not None:
                seen = {i for poly in self._key for mono, _ in poly for i, _ in mono}
            else:
                seen = {i for poly in (self.num, self.den) if not poly.is_constant()
                        for i, degree in enumerate(poly.degrees()) if degree}
            self._atoms = tuple(sorted(seen))
        return self._atoms

    def free(self) -> frozenset[str]:
        """All names that occur free, binders of the outside included."""
        if self._free is None:
            self._free = frozenset().union(*(self.table.free_of(i) for i in self.atoms()))
        return self._free


def _constant(poly: fmpz_mpoly) -> int:
    return int(poly.leading_coefficient()) if not poly.is_zero() else 0


def _sparse(poly: fmpz_mpoly) -> Sparse:
    if poly.is_constant():
        return () if poly.is_zero() else (((), int(poly.leading_coefficient())),)
    if len(poly) <= _FEW:
        return tuple((tuple((i, int(e)) for i, e in enumerate(mono) if e), int(c)) for mono, c in poly.terms())
    live = [i for i, degree in enumerate(poly.degrees()) if degree > 0]
    return tuple((tuple((i, int(mono[i])) for i in live if mono[i]), int(c)) for mono, c in poly.terms())


class Table(OpenNames):
    """The atoms of one step, the arithmetic over them, and the laws used so far.

    `constructors` rebuilds an atom from changed arguments (filled in by `algebra`);
    `sign` answers what is known of a normal form's sign (filled in by `signs`); `letter` and
    `inverse_of` belong to words over matrices (filled in by `matrices` and `algebra`).
    """

    def __init__(self, work: int = 200_000) -> None:
        super().__init__()
        self._atoms: list[Atom] = []
        self._numbers: dict[Atom, int] = {}
        self._free: list[frozenset[str]] = []
        self._alone: list[Normal] = []
        self._ctx = _context(12)
        self.work = work
        self.laws: dict[str, None] = {}
        self.sign: Callable[[Normal], Sign] = lambda _normal: Sign.UNKNOWN
        self.is_integer_name: Callable[[str], bool] = lambda name: name[0] in "%#" and name in self.ranges
        self.entry_in_range: Callable[[str, tuple[Normal, ...]], bool] = lambda _family, _indices: False
        # of a name that may be a letter of a word: the letter, with the traits that may be used now
        self.letter: Callable[[str], Named | None] = lambda _name: None
        self.inverse_of: Callable[[Form], Form] = _no_inverse
        # while these are set, words are made with them: letters with values, words that equal forms
        self.letter_values: dict[str, Form] = {}
        self.word_rules: tuple[tuple[Word, Form], ...] = ()
        # whether (A^-1 + B)^-1 is A (1 + B A)^-1; else it is a letter as it stands
        self.pulls = True
        self.constructors: dict[type, Callable[[Atom, Callable[[Normal], Normal]], Normal]] = {}
        # how many atoms each function has, its values at special arguments, and shifts by integers (`algebra`)
        self.function_count: dict[str, int] = {}
        self.special: Callable[[str, tuple[Normal, ...]], Normal | None] = lambda _name, _args: None
        self.align: Callable[[Normal], Normal] = lambda normal: normal
        self.zero = self.rational(0)
        self.one = self.rational(1)

    def use(self, law: str) -> None:
        """Record that a named law was used."""
        self.laws[law] = None

    def spend(self, units: int = 1) -> None:
        """Count work; budgets count work, not time, so that verdicts do not depend on the machine."""
        self.work -= units
        if self.work < 0:
            raise OutOfWork

    # atoms

    def rational(self, value: int | Fraction) -> Normal:
        """The normal form of a rational number."""
        value = Fraction(value)
        return Normal(self, self._ctx.constant(value.numerator), self._ctx.constant(value.denominator))

    def atom(self, atom: Atom) -> Normal:
        """The normal form that is this one atom."""
        number = self._numbers.get(atom)
        if number is None:
            self.spend()
            number = len(self._atoms)
            self._numbers[atom] = number
            self._atoms.append(atom)
            self._free.append(free_names_of(atom))
            if isinstance(atom, FunctionAtom):
                self.function_count[atom.name] = self.function_count.get(atom.name, 0) + 1
            if number >= self._ctx.nvars():
                self._ctx = _context(2 * self._ctx.nvars())
            self._alone.append(Normal(self, self._ctx.gen(number), self._ctx.constant(1)))
        return self._alone[number]

    def var(self, name: str) -> Normal:
        """The normal form of a variable."""
        return self.atom(Var(name))

    def __getitem__(self, number: int) -> Atom:
        return self._atoms[number]

    def number(self, atom: Atom) -> int | None:
        """The atom's number if it is in the table."""
        return self._numbers.get(atom)

    def free_of(self, number: int) -> frozenset[str]:
        """The names free in an atom."""
        return self._free[number]

    # arithmetic

    def aligned(self, *polys: fmpz_mpoly) -> list[fmpz_mpoly]:
        """The polynomials over the present number of generators (contexts grow with the table)."""
        return [p if p.context() is self._ctx else self._lift(p) for p in polys]

    def present(self, normal: Normal) -> tuple[fmpz_mpoly, fmpz_mpoly]:
        """Numerator and denominator over the present number of generators; the normal form keeps them so."""
        if normal.num.context() is not self._ctx:
            normal.num = self._lift(normal.num)
        if normal.den.context() is not self._ctx:
            normal.den = self._lift(normal.den)
        return normal.num, normal.den

    def _lift(self, poly: fmpz_mpoly) -> fmpz_mpoly:
        if poly.is_constant():
            return self._ctx.constant(poly.leading_coefficient() if poly else 0)
        missing = self._ctx.nvars() - poly.context().nvars()
        return self._ctx.from_dict({(*mono, *((0,) * missing)): c for mono, c in poly.terms()})

    def quotient(self, num: fmpz_mpoly, den: fmpz_mpoly, *, coprime: bool = False) -> Normal:
        """num/den, cancelled, the denominator's leading coefficient positive."""
        size = len(num) + len(den)
        self.spend(1 + size // 16)
        if size > 20_000:
            raise OutOfWork
        if num.is_zero():
            return Normal(self, self._ctx.constant(0), self._ctx.constant(1))
        if not coprime and not den.is_one():
            common = num.gcd(den)
            if not common.is_one():
                num, den = num // common, den // common
        if den.leading_coefficient() < 0:
            num, den = -num, -den
        return Normal(self, num, den)

    def polynomial(self, poly: fmpz_mpoly) -> Normal:
        """The normal form of a polynomial."""
        (poly,) = self.aligned(poly)
        return Normal(self, poly, self._ctx.constant(1))

    def parts(self, normal: Normal) -> tuple[Normal, Normal]:
        """Numerator and denominator as normal forms."""
        return self.polynomial(normal.num), self.polynomial(normal.den)

    def monomial(self, mono: Monomial) -> Normal:
        """The product of atoms to their exponents."""
        exponents = [0] * self._ctx.nvars()
        for i, e in mono:
            exponents[i] = e
        return Normal(self, self._ctx.from_dict({tuple(exponents): 1}), self._ctx.constant(1))

    def terms(self, poly: fmpz_mpoly) -> list[tuple[Monomial, int]]:
        """The terms of a polynomial, leading first."""
        return list(_sparse(poly))

    def factors(self, poly: fmpz_mpoly) -> tuple[int, list[tuple[Normal, int]]]:
        """Content with sign, and irreducible factors (leading coefficient positive) with multiplicity."""
        self.spend(1 + len(poly) // 4)
        if len(poly) > 400:
            raise OutOfWork
        content, found = poly.factor()
        result, sign = [], int(content)
        for factor, multiplicity in found:
            if factor.leading_coefficient() < 0:
                factor = -factor
                sign = -sign if multiplicity % 2 else sign
            result.append((self.polynomial(factor), int(multiplicity)))
        return sign, result

    def total(self, items: Iterable[Normal]) -> Normal:
        """The sum of normal forms."""
        result = self.zero
        for item in items:
            result = result + item
        return result

    def evaluate(self, poly: fmpz_mpoly, value: Callable[[int], Normal]) -> Normal:
        """The polynomial with value(i) for atom i."""
        result = self.zero
        powers: dict[tuple[int, int], Normal] = {}
        for mono, coefficient in _sparse(poly):
            self.spend()
            product = self.rational(coefficient)
            for i, e in mono:
                if (i, e) not in powers:
                    powers[i, e] = value(i) ** e
                product = product * powers[i, e]
            result = result + product
        return result

    def rebuild(self, normal: Normal, value: Callable[[int], Normal]) -> Normal:
        """`normal` with value(i) for each atom i; DivisionByZero where its denominator becomes 0."""
        num = self.evaluate(normal.num, value)
        if normal.den.is_constant():
            return num.scaled(Fraction(1, _constant(normal.den)))
        return num / self.evaluate(normal.den, value)

    def with_atom(self, normal: Normal, number: int, value: Normal) -> Normal:
        """`normal` with one atom, where it stands on the outside, replaced."""
        return self.rebuild(normal, lambda i: value if i == number else self.monomial(((i, 1),)))

    def replace(self, normal: Normal, names: frozenset[str], value: Callable[[Atom], Normal | None]) -> Normal:
        """`normal` with value(atom) for the atoms that give one, at any depth.

        `names` are names of which at least one occurs free in every atom that changes:
        other atoms are left as they are without a look inside.
        """
        memo: dict[int, Normal] = {}

        def at(normal_: Normal) -> Normal:
            if names.isdisjoint(normal_.free()):
                return normal_
            return self.rebuild(normal_, one)

        def one(i: int) -> Normal:
            if i not in memo:
                atom = self._atoms[i]
                if names.isdisjoint(self._free[i]):
                    memo[i] = self.atom(atom)
                else:
                    direct = value(atom)
                    memo[i] = direct if direct is not None else self.inside(atom, at)
            return memo[i]

        return at(normal)

    def inside(self, atom: Atom, change: Callable[[Normal], Normal]) -> Normal:
        """The atom with its arguments changed, made again by its constructor."""
        return self.constructors[type(atom)](atom, change)

    def substitute(self, normal: Normal, values: Mapping[str, Normal]) -> Normal:
        """`normal` with variables replaced."""
        if not values:
            return normal
        return self.replace(
            normal, frozenset(values), lambda atom: values.get(atom.name) if isinstance(atom, Var) else None
        )

    def split(self, normal: Normal, name: str) -> list[tuple[Normal, Normal]]:
        """`normal` as a sum of coefficient * body; coefficients are free of the name, bodies are
        monomials in the atoms that have it, over the part of the denominator that has it."""
        den_free, den_bound = self.one, self.one
        if normal.den.is_constant():
            den_free = self.polynomial(normal.den)
        else:
            content, factors = self.factors(normal.den)
            den_free = self.rational(content)
            for factor, multiplicity in factors:
                if name in factor.free():
                    den_bound = den_bound * factor**multiplicity
                else:
                    den_free = den_free * factor**multiplicity
        groups: dict[Monomial, Normal] = {}
        for mono, coefficient in _sparse(normal.num):
            bound = tuple((i, e) for i, e in mono if name in self._free[i])
            rest = tuple((i, e) for i, e in mono if name not in self._free[i])
            part = self.monomial(rest).scaled(Fraction(coefficient))
            groups[bound] = groups[bound] + part if bound in groups else part
        return [(c / den_free, self.monomial(m) / den_bound) for m, c in groups.items() if not c.is_zero]

    def show(self, normal: Normal) -> str:
        """A text for people who debug the kernel."""
        def poly(p: fmpz_mpoly) -> str:
            return " + ".join("*".join([str(c), *(f"{self._atoms[i]!r}^{e}" for i, e in m)]) for m, c in _sparse(p))
        return f"({poly(normal.num)})/({poly(normal.den)})"


def _no_inverse(_form: Form) -> Form:
    raise Unsupported("an inverse matrix")


def _context(size: int) -> fmpz_mpoly_ctx:
    return fmpz_mpoly_ctx.get(("x", size), Ordering.lex)
