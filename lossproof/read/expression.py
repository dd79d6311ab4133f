"""The text form of expressions and declarations: text in, the written tree out.

Untrusted as to truth, but safe on any text: a white list over Python's `ast`, nothing is
evaluated, and every failure is an InputError with a diagnostic. Imports the ground floor and
the modules of this folder that know tokens, syntax and shapes; no SymPy.

The form is SymPy's: `-Sum(y[k]*log(yhat[k]), (k, 1, K))`, `Derivative(L, z[p])`,
`Sum(yhat[k]**2, (k, 1, K), Ne(k, p))`, `Limit(e, z, -oo, '+')`, `Piecewise((a, x < 0), (b, True))`.
Beyond SymPy's: `Prime(f, z)` is f'(z), `Partial(G, a, i)` is dG/da_i, `ForAll(condition, (k, 1, K))`,
`FamilyOf(expr, (k, 1, K))`, `A@B`, `Outer(u, v)`, `Dot(u, v)`.
"""

from __future__ import annotations

import ast
import difflib
import keyword
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import NoReturn

from lossproof.derivation import RANDOM, Declaration, Definition, Domain, Kind
from lossproof.diagnostic import InputError
from lossproof.read.forms import Builder
from lossproof.read.lexical import refuse, scan, shorten
from lossproof.read.syntax import LAWLESS_FUNCTIONS, RESERVED, is_condition
from lossproof.term import ARRAY_FUNCTIONS, KNOWN_FUNCTIONS, Number, Span, Term

__all__ = ["parse", "parse_declarations"]

_EMPTY: Mapping[str, Definition] = {}
_NO_PLACES: Mapping[str, Span] = {}


def parse(text: str, *, names: Mapping[str, Declaration], definitions: Mapping[str, Definition] = _EMPTY,
          span: Span | None = None) -> Term:
    """The tree of `text` as written, under the declared `names` and the quantities `definitions`.

    `span` is where the text begins in its file; without it, terms and diagnostics have no
    place. Raises InputError: LP001 brackets, LP006 syntax, LP102 undeclared name, LP105 what
    the form does not have, LP106 shapes, LP107 a name or form used wrongly, LP108 no meaning.
    """
    source = scan(text, span)
    try:
        # In brackets of its own a text may have several lines. Brackets are known to match.
        tree = ast.parse("(\n" + source.text + "\n)", mode="eval")
    except SyntaxError as error:
        # Python's own wording may quote the text; ours does not
        place = None
        if error.lineno is not None and error.offset is not None and error.lineno >= 2:
            # the column counts characters already
            row = min(error.lineno - 2, len(source.starts) - 1)
            start = min(source.starts[row] + error.offset - 1, len(source.text))
            place = source.span(start, start + 1)
        refuse("LP006", "this is not an expression", place or span, *_advice(source.text))
    except (MemoryError, RecursionError):
        # Python's parser ends this way on deep nesting, at a fixed depth, and not for want of memory
        refuse("LP105", "the expression is nested too deeply", span)
    try:
        return Builder(source, names, definitions).build(tree.body)
    except RecursionError:
        refuse("LP105", "the expression is nested too deeply", span)


def _advice(text: str) -> tuple[str, ...]:
    """What the most usual mistake in a text that is no expression calls for."""
    if any(keyword.iskeyword(word) and word not in ("True", "False") for word in text.replace("(", " ").split()):
        return ("words of Python such as `lambda` are no names; write `lambda_`",)
    return ("products need `*`, powers `**`; an equation is written Eq(a, b)",)


# declarations

_KINDS: Mapping[str, tuple[str, ...]] = {
    "scalar": ("assume", "interval", "closed", "values"),
    "integer": ("assume", "interval", "closed", "values"),
    "size": ("min",),
    "index": ("from", "upto"),
    "indexed": ("shape", "rank", "assume", "interval", "closed", "values"),
    "vector": ("shape", "assume", "interval", "closed", "values"),
    "matrix": ("shape", "assume", "interval", "closed", "values"),
    "function": ("arity",),
    "functional": (),
}
_ASSUMPTIONS: Mapping[str, Domain] = {
    "real": Domain(), "positive": Domain(lower=Fraction(0), lower_open=True), "nonnegative": Domain(lower=Fraction(0)),
    "negative": Domain(upper=Fraction(0), upper_open=True), "nonpositive": Domain(upper=Fraction(0)),
    "nonzero": Domain(nonzero=True), "integer": Domain(integer=True)}
_RATIONAL = re.compile(r"(?P<top>[+-]?[0-9]{1,100}(?:\.[0-9]{0,100})?(?:[eE][+-]?[0-9]{1,3})?)"
                       r"(?:/(?P<bottom>[0-9]{1,100}))?")
_MATRIX_ASSUMPTIONS = frozenset({"symmetric", "invertible", "positive_definite", "orthogonal", "diagonal"})


def parse_declarations(symbols: Mapping[str, Mapping[str, object]], *, span: Span | None = None,
                       places: Mapping[str, Span] = _NO_PLACES) -> dict[str, Declaration]:
    """The declarations of a JSON `symbols` object: name -> {"kind": ..., ...}.

    Kinds: scalar, integer, size (min), index (from, upto), indexed (shape or rank), vector,
    matrix, function (arity), functional; any of them may have `latex`. Numbers are integers or strings ("1/2", "0.1").
    `places` says where each declaration stands; one that it does not hold stands at `span`.
    Raises InputError: LP101 for a JSON float, LP104 for a name that has a fixed meaning, LP105
    for complex values, LP107 for keys and values that are not known, and what `parse` raises
    for the sizes and bounds, which may use every declared size, index and integer.
    """
    reader = _DeclarationReader(span, places)
    first = {name: reader.outline(name, entry) for name, entry in symbols.items()}
    return {name: reader.complete(first[name], symbols[name], first) for name in symbols}


class _DeclarationReader:
    """Reads declarations in two passes, as bounds and sizes may name what is declared later."""

    def __init__(self, span: Span | None, places: Mapping[str, Span]) -> None:
        self._span = span
        self._places = places

    def _refuse(self, code: str, name: str, message: str, *helps: str) -> NoReturn:
        refuse(code, f"`{shorten(str(name))}`: {message}", self._place(name), *helps)

    def _place(self, name: str) -> Span | None:
        return self._places.get(name, self._span)

    def outline(self, name: str, entry: object) -> Declaration:
        """The declaration without its sizes and bounds."""
        self._check_name(name)
        if not isinstance(entry, Mapping):
            self._refuse("LP107", name, "a declaration is an object with a `kind`")
        kind = entry.get("kind")
        if not isinstance(kind, str) or kind not in _KINDS:
            self._refuse("LP107", name, f"the kind {_quote(kind)} is not known", *_mean(kind, _KINDS))
        for key in entry:
            if key not in ("kind", "latex", *_KINDS[kind]):
                self._refuse("LP107", name, f"a declaration of kind {kind} has no {_quote(key)}",
                             *_mean(key, _KINDS[kind]))
        latex = entry.get("latex")
        if latex is not None and not isinstance(latex, str):
            self._refuse("LP107", name, "`latex` is a string")
        made = Declaration(name, "scalar", latex=latex, span=self._place(name))
        match kind:
            case "size":
                least = self._whole(name, entry.get("min", 1), "min", 1)
                return replace(made, kind="size", domain=Domain(lower=Fraction(least), integer=True))
            case "index":
                return replace(made, kind="index", domain=Domain(integer=True))
            case "function" | "functional":
                if name in KNOWN_FUNCTIONS or name in ARRAY_FUNCTIONS or name in LAWLESS_FUNCTIONS:
                    self._refuse("LP104", name, "this function has a meaning of its own; choose another name")
                is_function: Kind = "function" if kind == "function" else "functional"
                return replace(made, kind=is_function, arity=self._whole(name, entry.get("arity", 1), "arity", 1, 64))
            case "scalar" | "integer":
                domain, assumptions = self._domain(name, entry, integer=kind == "integer", matrix=False)
                return replace(made, kind="integer" if domain.integer else "scalar", domain=domain,
                               assumptions=assumptions)
            case _:
                domain, assumptions = self._domain(name, entry, integer=False, matrix=kind == "matrix")
                return replace(made, kind="family", domain=domain, assumptions=assumptions, array=kind != "indexed",
                               rank=self._rank(name, kind, entry))

    def complete(self, made: Declaration, entry: Mapping[str, object],
                 all_names: Mapping[str, Declaration]) -> Declaration:
        """The declaration with its sizes and bounds, read under all names."""
        values = entry.get("values")
        bounds = entry if made.kind == "index" else values if isinstance(values, Mapping) else None
        if bounds is not None and "upto" in bounds:
            made = replace(made, lower=self._term(made.name, bounds.get("from", "1"), all_names),
                           upper=self._term(made.name, bounds["upto"], all_names))
        elif bounds is not None and "from" in bounds:
            self._refuse("LP103", made.name, "an index with `from` needs `upto`", 'write "upto": "K"')
        shape = entry.get("shape")
        if shape is not None:
            assert isinstance(shape, list | tuple)
            made = replace(made, shape=tuple(self._term(made.name, size, all_names) for size in shape))
        return made

    def _check_name(self, name: str) -> None:
        if not name.isidentifier() or len(name) > 100:
            self._refuse("LP107", name, "this is not a name: letters, digits and `_`, not beginning with a digit")
        if unicodedata.normalize("NFKC", name) != name:
            self._refuse("LP107", name, "this name holds characters that Python writes otherwise",
                         f"write {unicodedata.normalize('NFKC', name)}")
        if keyword.iskeyword(name):
            self._refuse("LP107", name, "this word belongs to Python", f"write {name}_")
        if name in RESERVED or name == "__debug__":
            self._refuse("LP104", name, "this name has a fixed meaning; choose another")

    def _rank(self, name: str, kind: str, entry: Mapping[str, object]) -> int:
        shape = entry.get("shape")
        if shape is None:
            if kind != "indexed":
                self._refuse("LP107", name, f"a {kind} needs its shape", 'write "shape": ["n"]')
            if "rank" not in entry:
                self._refuse("LP103", name, "an indexed family needs `shape`, or `rank` where its ranges are not known",
                             'write "shape": ["K"]')
            return self._whole(name, entry["rank"], "rank", 1, 16)
        wanted = {"vector": (1, 1), "matrix": (2, 2)}.get(kind, (1, 16))
        if not isinstance(shape, list | tuple) or not wanted[0] <= len(shape) <= wanted[1]:
            self._refuse("LP107", name, f"the shape of a {'family' if kind == 'indexed' else kind} is a list of "
                                        f"{wanted[0] if kind != 'indexed' else 'its'} size{'s' * (kind != 'vector')}")
        if "rank" in entry and entry["rank"] != len(shape):
            self._refuse("LP107", name, "`rank` and `shape` disagree")
        return len(shape)

    def _term(self, name: str, value: object, all_names: Mapping[str, Declaration]) -> Term:
        """A size or bound: an integer, or an expression over declared sizes, indices and integers."""
        if isinstance(value, float):
            self._float(name, value)
        if isinstance(value, int) and not isinstance(value, bool):
            return Number(Fraction(value))
        if not isinstance(value, str):
            self._refuse("LP107", name, f"{_quote(value)} is no size or bound")
        allowed = {n: d for n, d in all_names.items() if d.kind in ("size", "index", "integer")}
        wrong = all_names.get(value.strip())
        if wrong is not None and wrong.name not in allowed:
            self._refuse("LP107", name, f"`{shorten(value)}` is no size, index or integer")
        try:
            term = parse(value, names=allowed)
        except InputError as error:     # its place in the size would need the place of the size: the name says enough
            found = error.diagnostic
            self._refuse(found.code, name, f"{_quote(value)}: {found.message}", *found.helps)
        if is_condition(term):
            self._refuse("LP107", name, f"{_quote(value)} is no size or bound")
        return term

    def _domain(self, name: str, entry: Mapping[str, object], *, integer: bool,
                matrix: bool) -> tuple[Domain, frozenset[str]]:
        domain = Domain(integer=integer)
        assumed = entry.get("assume", [])
        if not isinstance(assumed, list | tuple):
            self._refuse("LP107", name, "`assume` is a list")
        about_matrix: set[str] = set()
        is_complex = is_random = False
        for assumption in assumed:
            if assumption == "complex":
                is_complex = True
            elif assumption == RANDOM:
                is_random = True
            elif matrix and isinstance(assumption, str) and assumption in _MATRIX_ASSUMPTIONS:
                about_matrix.add(assumption)
            elif isinstance(assumption, str) and assumption in _ASSUMPTIONS:
                domain = _both(domain, _ASSUMPTIONS[assumption])
            else:
                known = [*_ASSUMPTIONS, "complex", RANDOM, *(_MATRIX_ASSUMPTIONS if matrix else ())]
                self._refuse("LP107", name, f"the assumption {_quote(assumption)} is not known",
                             *_mean(assumption, known))
        if "interval" in entry:
            domain = _both(domain, self._interval(name, entry))
        elif "closed" in entry:
            self._refuse("LP107", name, "`closed` belongs to an `interval`")
        values = entry.get("values")
        if isinstance(values, Mapping):
            if values.get("kind") != "index" or set(values) - {"kind", "from", "upto"}:
                self._refuse("LP107", name, '`values` is a list, or {"kind": "index", "upto": "K"}')
            domain = _both(domain, Domain(integer=True))
        elif values is not None:
            if not isinstance(values, list | tuple) or not values:
                self._refuse("LP107", name, "`values` is a list of numbers, and not empty")
            exact = tuple(self._rational(name, value) for value in values)
            domain = replace(domain, values=tuple(v for v in dict.fromkeys(exact) if v in domain))
        if is_complex:
            if domain not in (Domain(), Domain(nonzero=True)) or about_matrix:
                self._refuse("LP107", name, "a complex number is in no interval and has no sign",
                             "beside `complex` stands only `nonzero`; say the rest of re(z) and im(z), as a hypothesis")
            about_matrix.add("complex")
        if is_random:
            about_matrix.add(RANDOM)
        if _is_empty(domain):
            self._refuse("LP108", name, "no number is left that it could be")
        return domain, frozenset(about_matrix)

    def _interval(self, name: str, entry: Mapping[str, object]) -> Domain:
        interval, closed = entry["interval"], entry.get("closed", True)
        if not isinstance(interval, list | tuple) or len(interval) != 2 or not isinstance(closed, bool):
            self._refuse("LP107", name, '`interval` is a list of two bounds, `closed` true or false')
        lower, upper = interval
        low = None if lower in ("-oo", None) else self._rational(name, lower)
        high = None if upper in ("oo", None) else self._rational(name, upper)
        return Domain(lower=low, upper=high, lower_open=low is not None and not closed,
                      upper_open=high is not None and not closed)

    def _rational(self, name: str, value: object) -> Fraction:
        if isinstance(value, float):
            self._float(name, value)
        if isinstance(value, int) and not isinstance(value, bool):
            return Fraction(value)
        if isinstance(value, str):
            found = _RATIONAL.fullmatch(value.strip())
            if found is not None and (found["bottom"] is None or int(found["bottom"])):
                return Fraction(found["top"]) / int(found["bottom"] or 1)
        self._refuse("LP107", name, f"{_quote(value)} is no exact number", 'write "1/2" or "0.1"')

    def _float(self, name: str, value: float) -> NoReturn:
        self._refuse("LP101", name, "a JSON number with a decimal point is not exact",
                     f'write it as a string: "{value}"')

    def _whole(self, name: str, value: object, key: str, least: int, most: int | None = None) -> int:
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
            value = int(value)
        if isinstance(value, float):
            self._float(name, value)
        above = isinstance(value, int) and most is not None and value > most
        if not isinstance(value, int) or isinstance(value, bool) or value < least or above:
            bounds = f"from {least} to {most}" if most is not None else f"of at least {least}"
            self._refuse("LP107", name, f"`{key}` is an integer {bounds}")
        return value


def _is_empty(domain: Domain) -> bool:
    """True where the domain's own bounds leave nothing; domains of integers between two are not looked at."""
    if domain.values is not None:
        return not domain.values
    if domain.lower is None or domain.upper is None or domain.lower < domain.upper:
        return False
    return domain.lower > domain.upper or domain.lower not in domain


def _both(left: Domain, right: Domain) -> Domain:
    """The numbers that are in both domains; neither has `values`."""
    lower, lower_open = max(((d.lower, d.lower_open) for d in (left, right) if d.lower is not None),
                            default=(None, False))
    uppers = [(-d.upper, d.upper_open) for d in (left, right) if d.upper is not None]
    upper, upper_open = max(uppers, default=(None, False))
    return Domain(lower, None if upper is None else -upper, lower_open, upper_open, None,
                  left.nonzero or right.nonzero, left.integer or right.integer)


def _quote(value: object) -> str:
    return f"`{shorten(str(value))}`"


def _mean(value: object, known: Iterable[str]) -> tuple[str, ...]:
    close = difflib.get_close_matches(str(value)[:100], list(known), n=1)
    return tuple(f"did you mean `{name}`?" for name in close)

