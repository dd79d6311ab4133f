"""Declarations: what each name that an author uses ranges over.

Untrusted. Imports SymPy, the ground floor, nodes and registry. Several names may be
given at once (`reals("w x b")`); one name gives the object itself, several a tuple.
"""

from __future__ import annotations

import keyword
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

from sympy import Rational, S, Tuple
from sympy.core.symbol import Str

from lossproof import term as t
from lossproof.derivation import NONNEGATIVE, POSITIVE, REAL, Declaration, Domain
from lossproof.read.syntax import RESERVED
from lossproof.vocabulary.arrays import ArrayFamily, apply
from lossproof.vocabulary.nodes import (
    Declared,
    Family,
    FamilyOf,
    OpaquePartial,
    Quantity,
    Shape,
    WholeCall,
    checked_indices,
    exact,
    shape_of,
)
from lossproof.vocabulary.registry import current, place, wrong

_COMPLEX = frozenset({"complex"})
_NOTHING: frozenset[str] = frozenset()


def reals(names: str, *, latex: str | None = None) -> Any:
    """Real numbers, by name."""
    return _scalars(names, REAL, latex, real=True)


def positives(names: str, *, latex: str | None = None) -> Any:
    """Real numbers > 0."""
    return _scalars(names, POSITIVE, latex, positive=True)


def complexes(names: str, *, nonzero: bool = False, latex: str | None = None) -> Any:
    """Complex numbers, by name; SymPy's `I`, `conjugate`, `re`, `im` and `Abs` go with them."""
    domain = Domain(nonzero=nonzero)
    return _each(names, lambda name: _declare(Declaration(name, "scalar", domain, latex=latex, assumptions=_COMPLEX,
                                                          span=place()), complex=True))


def integers(names: str, *, nonnegative: bool = False, latex: str | None = None) -> Any:
    """Integers of any sign, or from 0."""
    domain = Domain(lower=Fraction(0) if nonnegative else None, integer=True)
    assumptions = {"integer": True, **({"nonnegative": True} if nonnegative else {})}
    return _each(names, lambda name: _declare(Declaration(name, "integer", domain, latex=latex, span=place()),
                                              **assumptions))


def scalar(names: str, *, interval: tuple[Any, Any] | None = None, closed: bool | str = False,
           values: Iterable[Any] | None = None, positive: bool = False, nonnegative: bool = False,
           negative: bool = False, nonzero: bool = False, latex: str | None = None) -> Any:
    """Real numbers in a set: an interval, finitely many `values`, or a sign.

    An interval is open unless `closed` is True, "left" or "right"; a bound may be oo.
    """
    domain = make_domain(interval, closed, values, positive, nonnegative, negative, nonzero)
    return _scalars(names, domain, latex, real=True)


def size(names: str, *, min: int = 1, latex: str | None = None) -> Any:
    """Sizes: integers >= `min`, such as the number of classes or samples."""
    domain = Domain(lower=Fraction(min), integer=True)
    sign = {"positive": True} if min >= 1 else {"nonnegative": True}
    return _each(names, lambda name: _declare(Declaration(name, "size", domain, latex=latex, span=place()),
                                              integer=True, **sign))


def index(names: str, *bounds: Any, latex: str | None = None) -> Any:
    """Indices that run over 1..K (`index("k", K)`) or lower..upper (`index("k", 2, K)`). LP103 without a range."""
    if not 1 <= len(bounds) <= 2:
        raise wrong("LP103", f"index `{names}` has no range", f'write {names} = index("{names}", K): it runs over 1..K')
    lower, upper = (S.One, exact(bounds[0])) if len(bounds) == 1 else (exact(bounds[0]), exact(bounds[1]))

    def one(name: str) -> Declared:
        declaration = Declaration(name, "index", Domain(integer=True), lower=bound_term(lower), upper=bound_term(upper),
                                  latex=latex, span=place())
        return _declare(declaration, lower, upper, integer=True)

    return _each(names, one)


def family(names: str, *sizes: Any, interval: tuple[Any, Any] | None = None, closed: bool | str = False,
           values: Iterable[Any] | None = None, positive: bool = False, nonnegative: bool = False,
           negative: bool = False, nonzero: bool = False, complex: bool = False, latex: str | None = None) -> Any:
    """Indexed families of real numbers: `z = family("z", K)` has the entries z[1] .. z[K].

    Several sizes, several indices; every entry is in the set that the keywords say, as for `scalar`, or `complex`.
    """
    domain = make_domain(interval, closed, values, positive, nonnegative, negative, nonzero)
    if complex and domain not in (REAL, Domain(nonzero=True)):
        raise wrong("LP107", "a complex number is in no interval and has no sign", "keep complex=True alone")
    return _each(names, lambda name: _family(name, sizes, domain, latex, assumptions=_COMPLEX if complex else _NOTHING))


def vector(names: str, size: Any, *, complex: bool = False, latex: str | None = None) -> Any:
    """Vectors (columns) of real numbers, or complex ones, which lines may hold whole or by entries v[i]."""
    return _each(names, lambda name: _family(name, (size,), REAL, latex, array=True,
                                             assumptions=_COMPLEX if complex else _NOTHING))


def matrix(names: str, rows: Any, columns: Any, *, symmetric: bool = False, invertible: bool = False,
           positive_definite: bool = False, orthogonal: bool = False, diagonal: bool = False,
           complex: bool = False, latex: str | None = None) -> Any:
    """Matrices of real numbers, which lines may hold whole or by entries A[i, j]; or of complex ones, of which
    nothing else is known."""
    assumed = {"symmetric": symmetric, "invertible": invertible, "positive_definite": positive_definite,
               "orthogonal": orthogonal, "diagonal": diagonal, "complex": complex}
    if complex and sum(assumed.values()) > 1:
        raise wrong("LP107", "of a complex matrix nothing else may be assumed", "keep complex=True alone")
    facts = frozenset(fact for fact, holds in assumed.items() if holds)
    return _each(names, lambda name: _family(name, (rows, columns), REAL, latex, array=True, assumptions=facts))


class OpaqueFunction:
    """A function of which nothing is known but that it is smooth; call it to apply it."""

    def __init__(self, declaration: Declaration) -> None:
        self.declaration = declaration

    def __call__(self, *arguments: Any) -> Any:
        return self.derived((), arguments)

    def derived(self, orders: tuple[int, ...], arguments: tuple[Any, ...]) -> Any:
        """The function, or its derivative of these orders, at the arguments."""
        if len(arguments) != self.declaration.arity:
            raise wrong("LP107", f"`{self.declaration.name}` takes {self.declaration.arity} argument(s), "
                        f"not {len(arguments)}", f'declare it so: function("{self.declaration.name}", arity=...)')
        return apply(self.declaration.name, tuple(exact(a) for a in arguments), orders, self.declaration)


class OpaqueFunctional:
    """A smooth number-valued function of a whole family; call it with the family, quantity or vector."""

    def __init__(self, declaration: Declaration) -> None:
        self.declaration = declaration

    def __call__(self, whole: Any) -> Any:
        made = WholeCall(Str(self.declaration.name), Tuple(), whole_family(whole, self.declaration.name))
        made.declaration = self.declaration
        return made

    def partial(self, whole: Any, indices: tuple[Any, ...]) -> Any:
        """Its partial derivative by one entry of its argument."""
        whole = whole_family(whole, self.declaration.name)
        made = OpaquePartial(Str(self.declaration.name), whole, *checked_indices(whole, indices, whole_rank(whole)))
        made.declaration = self.declaration
        return made


def function(names: str, *, arity: int = 1, latex: str | None = None) -> Any:
    """Opaque smooth functions of `arity` numbers; at an array (arity 1) they act on every entry."""
    return _each(names, lambda name: OpaqueFunction(
        _record(Declaration(name, "function", arity=arity, latex=latex, span=place()))))


def functional(names: str, *, latex: str | None = None) -> Any:
    """Opaque smooth functions of a whole family, with a number as value: `J = functional("J")`, then `J(a)`."""
    return _each(names, lambda name: OpaqueFunctional(
        _record(Declaration(name, "functional", arity=1, latex=latex, span=place()))))


def whole_family(whole: Any, user: str) -> Any:
    """`whole` if it is a family, an indexed quantity or an array; else LP107."""
    if isinstance(whole, (Family, FamilyOf)) or (isinstance(whole, Quantity) and whole.limits) or shape_of(whole):
        return whole
    raise wrong("LP107", f"`{user}` takes a whole family, and `{whole}` is one number",
                f"give it the name without an index, or family_of(body, k): {user}(family_of(body, k))")


def whole_rank(whole: Any) -> int:
    """How many indices an entry of `whole` has."""
    return len(whole.limits) if isinstance(whole, Quantity) and whole.limits else len(
        whole.shape if isinstance(whole, (Family, FamilyOf)) else shape_of(whole))


def make_domain(interval: tuple[Any, Any] | None, closed: bool | str, values: Iterable[Any] | None, positive: bool,
                nonnegative: bool, negative: bool, nonzero: bool) -> Domain:
    """The domain that the keywords say; LP107 where two of them compete."""
    if sum(1 for said in (interval, values, positive or None, nonnegative or None, negative or None)
           if said is not None) > 1:
        raise wrong("LP107", "two ranges for one name",
                    "keep one of interval=, values=, positive=, nonnegative=, negative=")
    if values is not None:
        return Domain(values=tuple(dict.fromkeys(rational(value) for value in values)), nonzero=nonzero)
    if interval is not None:
        if closed not in (True, False, "left", "right"):
            raise wrong("LP107", f"closed={closed!r} is not known",
                        'write closed=True, closed="left" or closed="right"')
        low, high = (exact(end) for end in interval)
        return Domain(None if low is S.NegativeInfinity else rational(low),
                      None if high is S.Infinity else rational(high),
                      closed not in (True, "left"), closed not in (True, "right"), nonzero=nonzero)
    if negative:
        return Domain(upper=Fraction(0), upper_open=True)
    if positive or nonnegative:
        return POSITIVE if positive or nonzero else NONNEGATIVE
    return Domain(nonzero=nonzero)


def rational(value: Any) -> Fraction:
    """The exact fraction; LP107 for anything that is no rational number."""
    number = exact(value)
    if not isinstance(number, Rational):
        number = number.doit() if not number.free_symbols else number
    if not isinstance(number, Rational):
        raise wrong("LP107", f"{value} is not a rational number",
                    "bounds and values of a range are integers or Rational")
    return Fraction(int(number.p), int(number.q))


def bound_term(bound: Any) -> t.Term:
    """The term of an index's bound or a size: sizes, integers and sums of them. LP103 for anything else."""
    bound = exact(bound)
    if isinstance(bound, Declared) and bound.declaration.kind in ("size", "index", "integer"):
        return t.Symbol(bound.name)
    if bound.is_Integer:
        return t.number(int(bound))
    if bound.is_Add or bound.is_Mul:
        parts = tuple(bound_term(argument) for argument in bound.args)
        return t.Add(parts) if bound.is_Add else t.Mul(parts)
    raise wrong("LP103", f"`{bound}` is no size", f'write {bound} = size("{bound}")')


def _scalars(names: str, domain: Domain, latex: str | None, **assumptions: bool) -> Any:
    return _each(names, lambda name: _declare(Declaration(name, "scalar", domain, latex=latex, span=place()),
                                              **assumptions))


def _family(name: str, sizes: Shape, domain: Domain, latex: str | None, *, array: bool = False,
            assumptions: frozenset[str] = frozenset()) -> Any:
    if not sizes:
        raise wrong("LP103", f"family `{name}` has no size", f'write {name} = family("{name}", K)')
    shape = tuple(exact(size) for size in sizes)
    declaration = Declaration(name, "family", domain, shape=tuple(bound_term(size) for size in shape), rank=len(shape),
                              array=array, latex=latex, assumptions=assumptions, span=place())
    made = (ArrayFamily if array else Family)(declaration, shape)
    current().add(name, made, declaration)
    return made


def _declare(declaration: Declaration, lower: Any = None, upper: Any = None, **assumptions: bool) -> Declared:
    made = Declared(declaration, lower, upper, **assumptions)
    current().add(declaration.name, made, declaration)
    return made


def _record(declaration: Declaration) -> Declaration:
    current().add(declaration.name, OpaqueFunction(declaration), declaration)
    return declaration


def _each(names: str, make: Callable[[str], Any]) -> Any:
    """`make` of the one name, or the tuple of it over several; LP107 for what cannot be a name."""
    if not isinstance(names, str):
        raise wrong("LP107", f"{names!r} is not a name", 'names are written in quotation marks: reals("x y")')
    found = names.replace(",", " ").split()
    if not found:
        raise wrong("LP107", "a declaration without a name", 'write reals("x y")')
    return make(check_name(found[0])) if len(found) == 1 else tuple(make(check_name(name)) for name in found)


def check_name(name: str) -> str:
    """The name, if it can stand in text form; else LP107."""
    if not name.isidentifier() or keyword.iskeyword(name):
        raise wrong("LP107", f'"{name}" cannot be a name', 'a name is letters, digits and _, and no word of Python; '
                    'how it prints is latex=: reals("lam", latex=r"\\lambda")')
    if (name in t.KNOWN_FUNCTIONS or name in t.ARRAY_FUNCTIONS or name in RESERVED) and name not in _GREEK:
        raise wrong("LP107", f"`{name}` already means something", "use another name, and latex= for how it prints")
    return name


# Known functions whose names people also use for numbers.
_GREEK = frozenset({"beta", "gamma", "zeta"})

