"""Notations from mappings: the entries of a YAML or JSON file, checked one by one.

Untrusted as to truth. Imports the notation, the declarations of the text form, and, lazily, the packs, which it makes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from fractions import Fraction
from typing import NoReturn

from lossproof.derivation import UNSPECIFIED, Declaration
from lossproof.diagnostic import InputError, diagnostic
from lossproof.latex_names import HOLE
from lossproof.read.expression import parse, parse_declarations
from lossproof.read.latex.keys import identifier, is_index, key_of, parts_of
from lossproof.read.latex.layout import lay_out
from lossproof.read.latex.notation import Function, Name, Notation, SumRange, normalized
from lossproof.read.latex.tokens import LatexProblem, tokenize
from lossproof.read.latex.typeset import (
    Scripted,
    canonical,
)
from lossproof.read.lexical import shorten
from lossproof.term import (
    ARRAY_FUNCTIONS,
    KNOWN_FUNCTIONS,
    Number,
    Span,
    Term,
)

__all__ = ["OWN_KEYS", "read_mapping"]

_NAME_KEYS = frozenset({"implied", "same", "name", "assumed", "opaque", "over"})
_FUNCTION_KEYS = frozenset({"is", "arity", "of", "name", "assumed"})
_NAME = re.compile(r"\\?[^\W\d]\w*")
_SUM_KEYS = frozenset({"index", "from", "upto"})
_KEYS = ("names", "functions", "labels", "sums", "given", "packs", "prime")
OWN_KEYS = ("given", "at", "let", "title", "source", "language")
"""What a document's notation says besides; whoever reads the document takes it out."""


def read_mapping(mapping: Mapping[str, object], span: Span | None = None) -> Notation:
    """The notation that a mapping declares; InputError that says which key is wrong."""
    return _Reader(mapping, span).notation()


class _Reader:
    def __init__(self, mapping: Mapping[str, object], span: Span | None) -> None:
        self._mapping = mapping
        self._span = span
        self._identifiers: dict[str, str] = {}      # canonical key -> identifier
        self._written: dict[str, str] = {}          # canonical key -> as it is written in the mapping

    def _refuse(self, where: str, message: str, *helps: str, code: str = "LP107") -> NoReturn:
        raise InputError(diagnostic(code, f"{where}: {message}" if where else message, self._span, helps=helps))

    def notation(self) -> Notation:
        if not isinstance(self._mapping, Mapping):
            self._refuse("", "a notation is a mapping", "write names: ...")
        for key in self._mapping:
            if key not in _KEYS:
                known = tuple(dict.fromkeys((*_KEYS, *OWN_KEYS)))
                close = get_close_matches(str(key), known, 1)
                self._refuse(shorten(str(key)), "this key is not known", *(f"did you mean `{k}`?" for k in close),
                             f"the keys here are {', '.join(known)}")
        packs = self._strings("packs")
        made = Notation(packs=packs)
        if packs:
            made = self._with_packs(packs).merged(made)
        prime = self._mapping.get("prime", "name")
        if prime not in ("derivative", "name"):
            self._refuse("prime", "`'` is a derivative or part of a name", "write prime: derivative")
        labels = frozenset(self._key(label, "labels") for label in self._strings("labels"))
        names = self._names()
        declared = {name.identifier: name.declaration for name in names.values()}
        return made.merged(Notation(names, self._functions(declared), labels, self._sums(declared),
                                    self._strings("given"), packs, "derivative" if prime == "derivative" else "name"))

    def _with_packs(self, packs: tuple[str, ...]) -> Notation:
        from lossproof.read.latex.packs import PACKS  # a pack is a notation itself, so it imports this module
        made = Notation()
        for pack in packs:
            if pack not in PACKS:
                self._refuse("packs", f"there is no pack `{shorten(pack)}`", f"there are {', '.join(PACKS)}")
            made = made.merged(PACKS[pack])
        return made

    def _strings(self, key: str) -> tuple[str, ...]:
        value = self._mapping.get(key) or ()
        if isinstance(value, str):
            value = (value,)
        if not isinstance(value, list | tuple) or not all(isinstance(v, str | int) for v in value):
            self._refuse(key, "this is a list of strings")
        return tuple(str(v) for v in value)

    def _section(self, key: str) -> Mapping[str, object]:
        value = self._mapping.get(key) or {}
        if not isinstance(value, Mapping):
            self._refuse(key, "this is a mapping from what is typeset to what it means")
        return {str(k): v for k, v in value.items()}

    def _key(self, typeset: str, where: str) -> str:
        try:
            key = key_of(typeset)
        except LatexProblem as problem:
            self._refuse(f"{where}.{shorten(typeset)}", problem.message, *([problem.help] if problem.help else []),
                         code=problem.code)
        if not key:
            self._refuse(where, "an empty name")
        return key

    def _names(self) -> dict[str, Name]:
        entries: dict[str, dict[str, object]] = {}      # by canonical key
        same: dict[str, str] = {}
        for typeset, value in self._section("names").items():
            key = self._key(typeset, "names")
            self._written.setdefault(key, typeset)
            if key in entries or key in same:
                self._refuse(f"names.{shorten(typeset)}", "this name is declared twice", code="LP104")
            entry = {"kind": value} if isinstance(value, str) else value
            if not isinstance(entry, Mapping):
                self._refuse(f"names.{shorten(typeset)}", "a declaration is an object with a `kind`",
                             "write {kind: scalar}")
            if "same" in entry:
                if set(entry) - {"same"}:
                    self._refuse(f"names.{shorten(typeset)}", "`same` stands alone")
                same[key] = self._key(str(entry["same"]), f"names.{shorten(typeset)}.same")
                continue
            entries[key] = self._with_rows(dict(entry), f"names.{shorten(typeset)}")
        taken: dict[str, str] = {}
        for key, entry in entries.items():
            wanted = entry.pop("name", None)
            made = str(wanted) if wanted is not None else self._identifier(key, entry)
            while made in taken:
                if wanted is not None:
                    self._refuse(
                        f"names.{shorten(key)}.name",
                        f"`{shorten(made)}` is the name of {taken[made]} already",
                        code="LP104",
                    )
                made += "_"
            taken[made] = key
            self._identifiers[key] = made
        declarations = self._declarations(entries)
        found: dict[str, Name] = {}
        for key, entry in entries.items():
            declaration = declarations[self._identifiers[key]]
            implied = entry.get("implied", ())
            implied = (implied,) if isinstance(implied, str) else implied
            if not isinstance(implied, list | tuple) or len(implied) > declaration.rank:
                self._refuse(f"names.{shorten(key)}.implied", "this is a list of indices, no more than there are sizes")
            indices = tuple(
                self._identifiers.get(self._key(str(i), "implied"), identifier(self._key(str(i), "implied")))
                for i in implied
            )
            try:
                found[key] = normalized(key, declaration, implied=indices, rows="over" in entry)
            except LatexProblem as problem:
                self._refuse(f"names.{shorten(key)}", problem.message, problem.help)
        for key, target in same.items():
            if target not in found:
                self._refuse(f"names.{shorten(key)}.same", f"`{shorten(target)}` is not declared", code="LP102")
            try:
                found[key] = normalized(key, found[target].declaration, implied=found[target].implied,
                                        rows=found[target].rows)
            except LatexProblem as problem:
                self._refuse(f"names.{shorten(key)}", problem.message, problem.help)
        return found

    def _with_rows(self, entry: dict[str, object], where: str) -> dict[str, object]:
        """The entry of a vector for each index (`over: [n]`) as that of the matrix with these rows."""
        if "over" in entry:
            over, shape = entry["over"], entry.get("shape")
            help_ = "a vector for each index is {kind: vector, shape: [p], over: [n]}"
            if entry.get("kind") != "vector":
                self._refuse(where, "`over` is for `kind: vector`", help_)
            if not isinstance(over, list | tuple) or not isinstance(shape, list | tuple) or (
                    len(over), len(shape)) != (1, 1):
                self._refuse(where, "`over` is a list of one size, `shape` too", help_)
            entry.update(kind="matrix", shape=[*over, *shape])
        return entry

    def _identifier(self, key: str, entry: Mapping[str, object]) -> str:
        """Of a family whose key shows its indices, the letter without them, where that is free."""
        nodes = lay_out(tokenize(key))
        node = nodes[0] if len(nodes) == 1 else None
        indexed = entry.get("kind") == "indexed" or "over" in entry
        if indexed and isinstance(node, Scripted) and node.sub and node.sup is None and not node.primes and all(
                map(is_index, parts_of(node.sub))):
            base = identifier(canonical(node.base))
            others = {self._key(str(k), "names") for k in self._section("names")}
            if canonical(node.base) not in others:
                return base
        return identifier(key)

    def _declarations(self, entries: Mapping[str, Mapping[str, object]]) -> dict[str, Declaration]:
        plain: dict[str, Mapping[str, object]] = {}
        for key, entry in entries.items():
            made = {k: self._translated(k, v) for k, v in entry.items() if k not in _NAME_KEYS}
            plain[self._identifiers[key]] = made
            if made.get("kind") in ("function", "functional"):
                self._refuse(f"names.{shorten(key)}", "functions are declared under `functions`")
        try:
            found = parse_declarations(plain, span=self._span)
        except InputError as error:
            self._check_sizes(entries)
            raise InputError(replace(error.diagnostic, message=f"names: {error.diagnostic.message}")) from error
        return {name: replace(d, latex=plain[name].get("latex") or _typeset(key, d),  # type: ignore[arg-type]
                              assumed=bool(entries[key].get("assumed")),
                              assumptions=d.assumptions | ({UNSPECIFIED} if entries[key].get("opaque") else set()))
                for key, name in self._identifiers.items() for d in [found[name]]}

    def _check_sizes(self, entries: Mapping[str, Mapping[str, object]]) -> None:
        """Refuse the first size or bound that is a single name and not declared."""
        for key, entry in entries.items():
            shape = entry.get("shape")
            sizes = [("size", size) for size in shape] if isinstance(shape, list | tuple) else []
            for what, size in (*sizes, *(("bound", entry.get(end)) for end in ("from", "upto"))):
                if isinstance(size, str) and _NAME.fullmatch(size) and not {
                        size, _translate(size, self._identifiers)} & set(self._identifiers.values()):
                    self._refuse("names", f"`{shorten(self._written[key])}`: the {what} `{shorten(size)}` is not "
                                 "declared", f"add {size}: size", code="LP102")

    def _translated(self, key: str, value: object) -> object:
        """Sizes and bounds name other names as they are typeset; the text form wants their identifiers."""
        if isinstance(value, list | tuple):
            return [self._translated(key, v) for v in value]
        if isinstance(value, Mapping):
            return {k: self._translated(str(k), v) for k, v in value.items()}
        if isinstance(value, str) and key in ("shape", "from", "upto"):
            return _translate(value, self._identifiers)
        return value

    def _functions(self, declared: Mapping[str, Declaration]) -> dict[str, Function]:
        found: dict[str, Function] = {}
        for typeset, value in self._section("functions").items():
            where = f"functions.{shorten(typeset)}"
            key = self._key(typeset, "functions")
            entry = {"is": value} if isinstance(value, str) else value
            if not isinstance(entry, Mapping) or set(entry) - _FUNCTION_KEYS:
                self._refuse(where, "a function is a known one's name, `opaque`, or an object with `is`",
                             "write logistic, or {is: opaque, arity: 1}")
            kind, arity, of = entry.get("is", "opaque"), entry.get("arity", 1), entry.get("of")
            if not isinstance(arity, int) or not 1 <= arity <= 64 or not (of is None or isinstance(of, str)):
                self._refuse(where, "`arity` is a number from 1 to 64, `of` is LaTeX")
            if not isinstance(kind, str):
                self._refuse(where, "`is` is the name of a known function, `opaque` or `unspecified`")
            name = str(entry.get("name") or identifier(key))
            if kind in ("opaque", "functional", UNSPECIFIED):
                while name in declared or name in KNOWN_FUNCTIONS or name in ARRAY_FUNCTIONS or name == "ln":
                    name += "_"
                declaration = Declaration(name, "functional" if kind == "functional" else "function", arity=arity,
                                          latex=key, assumed=bool(entry.get("assumed")),
                                          assumptions=frozenset({UNSPECIFIED} if kind == UNSPECIFIED else ()))
                found[key] = Function(key, name, arity, declaration, kind == UNSPECIFIED, of)
            elif kind in KNOWN_FUNCTIONS or kind in ARRAY_FUNCTIONS:
                least = {**KNOWN_FUNCTIONS, **ARRAY_FUNCTIONS}[kind][0]
                found[key] = Function(key, kind, least, None, False, of)
            else:
                self._refuse(where, f"there is no function `{shorten(kind)}`",
                             "write opaque for a function of which nothing is known")
        return found

    def _sums(self, declared: Mapping[str, Declaration]) -> dict[str, SumRange]:
        found: dict[str, SumRange] = {}
        sizes = {n: d for n, d in declared.items() if d.kind in ("size", "index", "integer")}
        for typeset, value in self._section("sums").items():
            where, key = f"sums.{shorten(typeset)}", self._key(typeset, "sums")
            entry = {"upto": value} if isinstance(value, str | int) else value
            if not isinstance(entry, Mapping) or set(entry) - _SUM_KEYS:
                self._refuse(where, "a sum's range has `index`, `from` and `upto`", "write {index: i, upto: n}")
            index = self._key(str(entry.get("index", typeset)), where)
            bounds: list[Term | None] = []
            for bound, otherwise in (("from", 1), ("upto", None)):
                given = entry.get(bound, otherwise)
                if given is None:
                    bounds.append(None)
                elif isinstance(given, int) and not isinstance(given, bool):
                    bounds.append(Number(Fraction(given)))
                else:
                    try:
                        bounds.append(parse(_translate(str(given), self._identifiers), names=sizes))
                    except InputError as error:
                        self._refuse(where, f"{shorten(str(given))}: {error.diagnostic.message}",
                                     *error.diagnostic.helps, code=error.diagnostic.code)
            name = self._identifiers.get(index, identifier(index))
            found[key] = SumRange(name, bounds[0] if bounds[1] is not None else None, bounds[1])
        return found


def _translate(text: str, identifiers: Mapping[str, str]) -> str:
    try:
        key = key_of(text)
    except LatexProblem:
        return text
    return identifiers.get(key, text)


def _typeset(key: str, declaration: Declaration) -> str | None:
    """How the printers set a name: its key without the places of indices, or with a hole for each where more stands
    in the same script."""
    try:
        name = normalized(key, declaration)
    except LatexProblem:
        return None
    if name.nodes > 1 or None not in (*name.sub, *name.sup):
        return key
    if None in name.sup or set(name.sub) - {None}:
        scripts = [" ".join(HOLE if part is None else part for part in parts) for parts in (name.sub, name.sup)]
        above = f"({scripts[1]})" if name.bracketed and scripts[1] else scripts[1]
        return name.base + "'" * name.primes + (f"_{{{scripts[0]}}}" if scripts[0] else "") + (
            f"^{{{above}}}" if above else "")
    sub = ",".join(part for part in name.sub if part is not None)
    sup = ",".join(part for part in name.sup if part is not None)
    if name.bracketed and sup:
        sup = f"({sup})"
    return name.base + "'" * name.primes + (f"_{{{sub}}}" if sub else "") + (f"^{{{sup}}}" if sup else "")
