"""The notation of a document: what names, functions and sums mean as they are typeset.

Untrusted as to truth: it says how formulas are read, and every report shows it. Imports the ground
floor, the declarations of the text form, and the typeset tree.

A name is known by how it is set: `\\hat{y}`, `w_j`, `\\delta^l`, `P(y|x)`. Its entry is that of the JSON
Lines format, with `implied` (indices that are not written), `same` (another way to set a name) and `name`
(what it is called in text) besides.
"""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal, NoReturn

from lossproof.derivation import Declaration
from lossproof.diagnostic import InputError, diagnostic
from lossproof.latex_names import HOLE, function_name, is_harmless, latex_name
from lossproof.read.expression import parse, parse_declarations
from lossproof.read.latex.layout import Bracket, Group, Leaf, Node, Nodes, Scripted, canonical, lay_out
from lossproof.read.latex.tokens import LatexProblem, tokenize
from lossproof.read.lexical import shorten
from lossproof.read.syntax import RESERVED
from lossproof.term import ARRAY_FUNCTIONS, KNOWN_FUNCTIONS, Number, Span, Term, fresh_name

__all__ = ["Function", "Name", "Notation", "SumRange", "identifier", "key_of", "normalized", "parts_of"]

UNSPECIFIED = "unspecified"
"""Assumption of a function of which nothing is known, not even that any function would do: no counterexample may
choose one for it."""

_NAME_KEYS = frozenset({"implied", "same", "name", "assumed", "opaque"})
_FUNCTION_KEYS = frozenset({"is", "arity", "of", "name", "assumed"})
_SUM_KEYS = frozenset({"index", "from", "upto"})
_KEYS = ("names", "functions", "labels", "sums", "given", "packs", "prime")


@dataclass(frozen=True, slots=True)
class Name:
    """A name as typeset. `sub` and `sup` hold its scripts part by part, None for the place of an index.

    `rows` of scripts: () where nothing is written there. `nodes` is how many nodes the key has (1 but for names
    such as P(y|x)). `implied` are the indices that stand before the written ones without being written.
    """

    key: str
    declaration: Declaration
    base: str
    sub: tuple[str | None, ...] = ()
    sup: tuple[str | None, ...] = ()
    primes: int = 0
    nodes: int = 1
    implied: tuple[str, ...] = ()
    bracketed: bool = False

    @property
    def identifier(self) -> str:
        return self.declaration.name


@dataclass(frozen=True, slots=True)
class Function:
    """A function as typeset. `name` is a known function's or that of `declaration`, which is None for known ones.

    `opaque`: its calls are read as they are set, with any arguments (a density, an expectation).
    `of` is the LaTeX of its argument where none is written.
    """

    key: str
    name: str
    arity: int = 1
    declaration: Declaration | None = None
    opaque: bool = False
    of: str | None = None
    density: str | None = None


@dataclass(frozen=True, slots=True)
class SumRange:
    """What \\sum_x ranges over: the index in the tree, and its bounds where they are declared."""

    index: str
    lower: Term | None = None
    upper: Term | None = None


_NO_NAMES: Mapping[str, Name] = {}
_NO_FUNCTIONS: Mapping[str, Function] = {}
_NO_SUMS: Mapping[str, SumRange] = {}


@dataclass(frozen=True, slots=True)
class Notation:
    """Names, functions, labels and sums, by how they are typeset (their canonical text)."""

    names: Mapping[str, Name] = field(default_factory=dict)
    functions: Mapping[str, Function] = field(default_factory=dict)
    labels: frozenset[str] = frozenset()
    sums: Mapping[str, SumRange] = field(default_factory=dict)
    given: tuple[str, ...] = ()
    packs: tuple[str, ...] = ()
    prime: Literal["derivative", "name"] = "name"

    @staticmethod
    def from_mapping(mapping: Mapping[str, object], *, span: Span | None = None) -> Notation:
        """The notation that a YAML or JSON mapping declares, its packs included.

        Raises InputError (LP107 and those of declarations) that says which key is wrong.
        """
        return _Reader(mapping, span).notation()

    @property
    def declarations(self) -> dict[str, Declaration]:
        """Declarations by identifier, those of functions included; what is read as it is set brings its own."""
        found = {name.identifier: name.declaration for name in self.names.values()}
        found.update({f.declaration.name: f.declaration for f in self.functions.values()
                      if f.declaration is not None and not f.opaque})
        return found

    @property
    def latex_names(self) -> dict[str, str]:
        """How each identifier is typeset, for the printers."""
        return {name: d.latex for name, d in self.declarations.items() if d.latex is not None}

    def merged(self, other: Notation) -> Notation:
        """This notation with `other` added; where both say something of a name, `other` counts."""
        names = {**{k: n for k, n in self.names.items() if k not in other.functions}, **other.names}
        functions = {**{k: f for k, f in self.functions.items() if k not in other.names}, **other.functions}
        taken = {name.identifier for name in names.values()}
        for key, function in functions.items():
            # \\mathrm{t} of a pack and the t of a document are two things
            if function.declaration is not None and function.name in taken:
                free = fresh_name(f"{function.name}_of", taken).replace("'", "_")
                functions[key] = replace(function, name=free, declaration=replace(function.declaration, name=free))
        return Notation(names, functions, self.labels | other.labels,
                        {**self.sums, **other.sums}, tuple(dict.fromkeys((*self.given, *other.given))),
                        tuple(dict.fromkeys((*self.packs, *other.packs))),
                        other.prime if other.prime != "name" else self.prime)

    def with_names(self, names: Iterable[Name] = (), functions: Iterable[Function] = ()) -> Notation:
        """This notation with more names, by their keys."""
        return replace(self, names={**self.names, **{n.key: n for n in names}},
                       functions={**self.functions, **{f.key: f for f in functions}})

    def with_declarations(self, brought: Mapping[str, Declaration]) -> Notation:
        """This notation with the declarations that a formula brought along, each under the LaTeX that the printers give it."""
        names: list[Name] = []
        functions: list[Function] = []
        for name, declaration in brought.items():
            shown = declaration.latex if declaration.latex is not None and is_harmless(declaration.latex) else None
            if declaration.kind == "function":
                if shown is None or shown.count(HOLE) != declaration.arity:
                    functions.append(Function(key_of(str(function_name(name, {}))), name, declaration.arity, declaration))
            else:
                names.append(normalized(key_of(shown or str(latex_name(name, {}))), declaration))
        return self.with_names(names, functions)


# keys

def key_of(typeset: str) -> str:
    """The canonical text of a name as typeset; LatexProblem where it cannot be set."""
    return canonical(lay_out(tokenize(typeset)))


def parts_of(script: Nodes | None) -> tuple[str, ...]:
    """The parts of a script: split at commas, else letter by letter where it is letters and digits only."""
    return tuple(canonical(part) for part in split_parts(script))


def split_parts(script: Nodes | None) -> tuple[Nodes, ...]:
    """As `parts_of`, with the nodes themselves. A bracket around all of it is left out."""
    if not script:
        return ()
    if len(script) == 1 and isinstance(script[0], Bracket) and script[0].opening == "(":
        script = script[0].items
    if len(script) == 1 and isinstance(script[0], Group):
        script = script[0].items
    parts: list[list[Node]] = [[]]
    for node in script:
        if isinstance(node, Leaf) and node.text in (",", ";"):
            parts.append([])
        else:
            parts[-1].append(node)
    if len(parts) == 1 and all(not _is_sign(node) for node in script):
        return tuple((node,) for node in script)
    return tuple(tuple(part) for part in parts if part)


def _is_sign(node: Node) -> bool:
    return isinstance(node, Leaf) and (node.kind == "sign" or node.text in (
        r"\cdot", r"\times", r"\neq", r"\leq", r"\geq", r"\mid", r"\in"))


_PREFIXES = {r"\mathcal": "cal", r"\mathbf": "bold", r"\boldsymbol": "bold", r"\mathbb": "bb", r"\mathfrak": "frak",
             r"\mathscr": "scr", r"\mathsf": "sf", r"\mathtt": "tt", r"\mathit": "", r"\mathrm": ""}
_WORD = re.compile(r"\\(?P<command>[A-Za-z]+)|(?P<word>[^\W_]+)|(?P<other>.)", re.DOTALL)
_SIGN_WORDS = {"*": "star", "+": "plus", "-": "minus", "'": "prime", "|": "given", "^": "up", "=": "is"}


def identifier(key: str) -> str:
    """A name for text made from a canonical key: \\hat{y} is yhat, x_{ij} is x_ij, \\mathcal{X} is calX."""
    nodes = lay_out(tokenize(key))
    word = "_".join(w for w in (_identifier(node) for node in nodes) if w) or "name"
    word = unicodedata.normalize("NFKC", re.sub(r"_+", "_", word).strip("_"))[:60] or "name"
    if not word.isidentifier():
        word = "n_" + re.sub(r"\W", "_", word)
    return word + "_" if keyword.iskeyword(word) or word in RESERVED or word in ("E", "I", "oo", "pi") else word


def _identifier(node: Node) -> str:
    match node:
        case Scripted(base, sub, sup, primes):
            return "_".join(p for p in (_identifier(base), _joined(sub or ()),
                                        ("up_" + _joined(sup)) if sup else "", "prime" * primes) if p)
        case Group(items=items):
            return _joined(items)
        case _ if getattr(node, "name", "") in (r"\hat", r"\bar", r"\tilde", r"\dot", r"\vec", r"\ddot", r"\overline"):
            return _joined(node.args[0]) + node.name[1:].replace("overline", "bar")  # type: ignore[union-attr]
        case _ if getattr(node, "name", "") in _PREFIXES:
            return _PREFIXES[node.name] + _joined(node.args[0]).replace("_", "")  # type: ignore[union-attr]
        case _:
            words = []
            for found in _WORD.finditer(canonical(node)):
                words.append(found["command"] or found["word"] or _SIGN_WORDS.get(found["other"], ""))
            return "_".join(w for w in words if w)


def _joined(nodes: Nodes) -> str:
    plain = all(isinstance(n, Leaf) and n.kind in ("letter", "number") for n in nodes)
    return ("" if plain else "_").join(w for w in (_identifier(n) for n in nodes) if w)


def normalized(key: str, declaration: Declaration, *, implied: tuple[str, ...] = ()) -> Name:
    """The Name of a canonical key under its declaration: which parts of its scripts are places of indices.

    An indexed family's key may show its indices (w_j, \\bar{y}^{(i)}); letters are indices then, as many as there
    are. A vector's or matrix's scripts are part of the name. LatexProblem where the indices do not fit.
    """
    nodes = lay_out(tokenize(key))
    if len(nodes) != 1:
        return Name(key, declaration, canonical(nodes[0]) if nodes else "", nodes=len(nodes), implied=implied)
    node = nodes[0]
    if not isinstance(node, Scripted):
        return Name(key, declaration, canonical(node), implied=implied)
    base, primes = canonical(node.base), node.primes
    if isinstance(node.base, Group) and len(node.base.items) == 1:
        base = canonical(node.base.items[0])
    sub: tuple[str | None, ...] = parts_of(node.sub)
    sup: tuple[str | None, ...] = parts_of(node.sup)
    bracketed = bool(node.sup) and isinstance(node.sup[0], Bracket)  # type: ignore[index]
    rank = declaration.rank - len(implied)
    if declaration.kind == "family" and not declaration.array and rank > 0:
        slots = [n for n, part in enumerate(sub) if part is not None and _is_index(part)]
        slots_up = [n for n, part in enumerate(sup) if part is not None and _is_index(part)]
        if len(slots) + len(slots_up) == rank:
            pass
        elif len(slots) == rank:
            slots_up = []
        elif len(slots_up) == rank:
            slots = []
        elif not slots and not slots_up:
            return Name(key, declaration, base, (*sub, *([None] * rank)), sup, primes, 1, implied, bracketed)
        elif len(slots) > rank and not slots_up:
            slots = slots[-rank:]
        else:
            raise LatexProblem(f"`{shorten(key)}` shows {len(slots) + len(slots_up)} indices, and its shape has {rank}",
                               "write one letter for each index")
        sub = tuple(None if n in slots else part for n, part in enumerate(sub))
        sup = tuple(None if n in slots_up else part for n, part in enumerate(sup))
    return Name(key, declaration, base, sub, sup, primes, 1, implied, bracketed)


def _is_index(part: str) -> bool:
    return len(part) == 1 and part.isalpha()


# mappings

class _Reader:
    def __init__(self, mapping: Mapping[str, object], span: Span | None) -> None:
        self._mapping = mapping
        self._span = span
        self._identifiers: dict[str, str] = {}      # canonical key -> identifier

    def _refuse(self, where: str, message: str, *helps: str, code: str = "LP107") -> NoReturn:
        raise InputError(diagnostic(code, f"{where}: {message}" if where else message, self._span, helps=helps))

    def notation(self) -> Notation:
        if not isinstance(self._mapping, Mapping):
            self._refuse("", "a notation is a mapping", "write names: ...")
        for key in self._mapping:
            if key not in _KEYS:
                self._refuse(shorten(str(key)), "this key is not known", f"the keys here are {', '.join(_KEYS)}")
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
            entries[key] = dict(entry)
        taken: dict[str, str] = {}
        for key, entry in entries.items():
            wanted = entry.pop("name", None)
            made = str(wanted) if wanted is not None else self._identifier(key, entry)
            while made in taken:
                if wanted is not None:
                    self._refuse(f"names.{shorten(key)}.name", f"`{shorten(made)}` is the name of {taken[made]} already",
                                 code="LP104")
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
            indices = tuple(self._identifiers.get(self._key(str(i), "implied"), identifier(self._key(str(i), "implied")))
                            for i in implied)
            try:
                found[key] = normalized(key, declaration, implied=indices)
            except LatexProblem as problem:
                self._refuse(f"names.{shorten(key)}", problem.message, problem.help)
        for key, target in same.items():
            if target not in found:
                self._refuse(f"names.{shorten(key)}.same", f"`{shorten(target)}` is not declared", code="LP102")
            try:
                found[key] = normalized(key, found[target].declaration, implied=found[target].implied)
            except LatexProblem as problem:
                self._refuse(f"names.{shorten(key)}", problem.message, problem.help)
        return found

    def _identifier(self, key: str, entry: Mapping[str, object]) -> str:
        """Of a family whose key shows its indices, the letter without them, where that is free."""
        nodes = lay_out(tokenize(key))
        if entry.get("kind") == "indexed" and len(nodes) == 1 and isinstance(nodes[0], Scripted) and nodes[0].sub \
                and nodes[0].sup is None and not nodes[0].primes and all(map(_is_index, parts_of(nodes[0].sub))):
            base = identifier(canonical(nodes[0].base))
            others = {self._key(str(k), "names") for k in self._section("names")}
            if canonical(nodes[0].base) not in others:
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
            raise InputError(replace(error.diagnostic, message=f"names: {error.diagnostic.message}")) from error
        return {name: replace(d, latex=plain[name].get("latex") or _typeset(key, d),  # type: ignore[arg-type]
                              assumed=bool(entries[key].get("assumed")),
                              assumptions=d.assumptions | ({UNSPECIFIED} if entries[key].get("opaque") else set()))
                for key, name in self._identifiers.items() for d in [found[name]]}

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
    """How the printers set a name: its key without the places of indices."""
    try:
        name = normalized(key, declaration)
    except LatexProblem:
        return None
    if name.nodes > 1 or None not in (*name.sub, *name.sup):
        return key
    sub = ",".join(part for part in name.sub if part is not None)
    sup = ",".join(part for part in name.sup if part is not None)
    if name.bracketed and sup:
        sup = f"({sup})"
    return name.base + "'" * name.primes + (f"_{{{sub}}}" if sub else "") + (f"^{{{sup}}}" if sup else "")
