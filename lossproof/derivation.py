"""A derivation as data: declarations, quantities, hypotheses, lines.

Trusted (data only). Imports `term` and `diagnostic`. Readers make these, the checker walks them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import Literal

from lossproof.diagnostic import Diagnostic
from lossproof.term import Entry, Mul, Number, Pow, Range, Span, Symbol, Term, free_names

Kind = Literal["scalar", "integer", "size", "index", "family", "function", "functional"]
LineRelation = Literal["=", "<=", "<", ">=", ">", "=>", "<=>"]
Expectation = Literal["proved", "conditional", "refuted", "unknown", "holds"]
"""The verdict that an author expects; `holds` is proved or conditional, which documents expect."""


@dataclass(frozen=True, slots=True)
class Domain:
    """The real numbers that a scalar, or every entry of a family, ranges over.

    None as a bound is no bound. `values`, where given, is the whole (finite) set.
    """

    lower: Fraction | None = None
    upper: Fraction | None = None
    lower_open: bool = False
    upper_open: bool = False
    values: tuple[Fraction, ...] | None = None
    nonzero: bool = False
    integer: bool = False

    def __contains__(self, value: Fraction) -> bool:
        if self.values is not None and value not in self.values:
            return False
        if (self.integer and value.denominator != 1) or (self.nonzero and value == 0):
            return False
        if self.lower is not None and (value < self.lower or (self.lower_open and value == self.lower)):
            return False
        return not (self.upper is not None and (value > self.upper or (self.upper_open and value == self.upper)))


REAL = Domain()
POSITIVE = Domain(lower=Fraction(0), lower_open=True)
NONNEGATIVE = Domain(lower=Fraction(0))


# Marks among the assumptions of a declaration:
RANDOM = "random"                       # a random quantity, distributed in any way
UNSPECIFIED = "unspecified"             # known by how it is set only: a function may take more than values
PERHAPS_ARRAY = "perhaps an array"      # a value known so, which may be a vector or a matrix
MENTIONS = "mentions:"                  # with the name of an array behind it: one known so that stands in it
_MARKS = frozenset({UNSPECIFIED, PERHAPS_ARRAY})


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a name ranges over.

    - scalar, integer: `domain`.
    - size: a positive integer, at least `domain.lower` (1 unless said).
    - index: an integer in lower..upper (inclusive terms); both None: any integer that is
      in range wherever it is used.
    - family: entries over `shape` (sizes as terms, each index runs 1..size), each entry in
      `domain`; `array` is true for a vector or matrix, which lines may hold whole.
      `shape` None with `rank`: the ranges are not known, every entry is taken as in range.
    - function: opaque and smooth, `arity` arguments.
    - functional: opaque and smooth, of one whole family.

    `parameters`, of a random name: names on which its distribution is said to depend.
    """

    name: str
    kind: Kind
    domain: Domain = REAL
    shape: tuple[Term, ...] | None = None
    rank: int = 0
    array: bool = False
    lower: Term | None = None
    upper: Term | None = None
    arity: int = 0
    assumptions: frozenset[str] = frozenset()
    latex: str | None = None
    assumed: bool = False
    span: Span | None = field(default=None, compare=False)
    parameters: frozenset[str] = frozenset()

    @property
    def traits(self) -> frozenset[str]:
        """The assumptions that are about values; those by which a reader marks how a name is set are not."""
        return frozenset(a for a in self.assumptions if a not in _MARKS and not a.startswith(MENTIONS))

    @property
    def whole(self) -> bool:
        """Whether the name, or each of its entries, ranges over integers only."""
        values = self.domain.values
        return self.kind in ("integer", "size", "index") or self.domain.integer or (
            values is not None and all(value.denominator == 1 for value in values))


@dataclass(frozen=True, slots=True)
class Definition:
    """A quantity `name := body`, or `name[k] := body` for every k of `ranges`.

    The names in `ranges` are bound in `body`. A vector or matrix quantity without ranges has
    a body that is an array. `of` is the expectation of which a document says that this is its value.
    """

    name: str
    body: Term
    ranges: tuple[Range, ...] = ()
    latex: str | None = None
    cites: tuple[str, ...] = ()
    span: Span | None = field(default=None, compare=False)
    of: Term | None = None


@dataclass(frozen=True, slots=True)
class Premise:
    """What a document says on another line, as a condition that a step may rest on.

    `cited`: the line or the words before it point there. `proves`: it stands in the proof of what rests on it, which
    may be what the proof arrives at, word for word. `supposed`: what stands there is only written where it holds, as a
    multinomial coefficient is where the numbers below add up to the one above; nothing is refuted elsewhere.
    """

    term: Term
    span: Span | None = field(default=None, compare=False)
    cited: bool = False
    proves: bool = False
    supposed: bool = False


ReadingLaw = Literal["antiderivatives", "definition", "densities", "events", "normalized", "usual-meaning"]
"""The law by which a step is read in another way."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Another way to read a step of a document: its two sides, and what holds beside the hypotheses in that reading.

    `law` names what makes it one. `premises` are what the document says and the reading rests on; each equation of
    `beside` must be proved, too, for all values of the names in `own`, wherever it is defined. `elsewhere` marks one by
    what other lines say that the left side is. `kept` are quantities that stand for any values in that reading: what
    holds for all holds for their own. Each equation of `of_own` must be proved of their own values, and `given` must
    hold for some of these.
    """

    left: Term
    right: Term
    given: tuple[Term, ...] = ()
    law: ReadingLaw = "densities"
    premises: tuple[Premise, ...] = ()
    beside: tuple[tuple[Term, Term], ...] = ()
    own: frozenset[str] = frozenset()
    elsewhere: bool = False
    kept: tuple[Declaration, ...] = ()
    of_own: tuple[tuple[Term, Term], ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chain. The first line's relation and expectation mean nothing.

    `relation` joins the line to the one before. `given` holds hypotheses of this step only.
    `expect` is the verdict that the author expects; `erratum` says why the source is wrong
    where a mistake is recorded on purpose, `correct` is what the line should have been.
    `latex` is the author's own, carried along as text.

    `otherwise`, in a document, says as what the line is taken where it is not proved: the text may say something new of
    a name, or state what is to be solved. Then it is neither refuted nor unknown, but defined. `alone` marks an
    equation that may hold by itself, and need not follow from the one before. `doubt` says why what the line stands for
    may be true although its sides differ: then it is unknown and not refuted. `premises`, in a document, are what it
    says on other lines: those are hypotheses of a step that is not decided without them, as few as it takes. `usual`
    marks a line in which a name has its usual meaning, which the document does not say.

    `readings` are other ways to read the step: what is proved in one of them is proved. `bare` marks a line that is
    judged by these only, since the document makes its left side mean what its right side says.

    `unread` says why the line's expression could not be read (then `term` is a Symbol that
    holds its text), `given_unread` why its hypotheses could not. Neither is ever judged.
    """

    term: Term
    relation: LineRelation = "="
    by: str | None = None
    given: tuple[Term, ...] = ()
    expect: Expectation = "proved"
    erratum: str | None = None
    correct: Term | None = None
    span: Span | None = field(default=None, compare=False)
    latex: str | None = None
    unread: Diagnostic | None = None
    given_unread: Diagnostic | None = None
    otherwise: str | None = None
    alone: bool = False
    premises: tuple[Premise, ...] = ()
    usual: bool = False
    readings: tuple[Reading, ...] = ()
    bare: bool = False
    doubt: str | None = None


@dataclass(frozen=True, slots=True)
class Derivation:
    """A chain of lines under hypotheses. `name` is unique in its document (a slug).

    `expect_claim` is the verdict expected of the claim first line ~ last line; None: proved
    where every step is expected proved, else not asked for. `is_text` is true for what a document's text says.
    """

    name: str
    title: str
    lines: tuple[Line, ...]
    given: tuple[Term, ...] = ()
    cites: tuple[str, ...] = ()
    expect_claim: Expectation | None = None
    span: Span | None = field(default=None, compare=False)
    is_text: bool = False

    def before(self, index: int) -> int:
        """The number of the line that line `index` is compared with: the one before it.

        In a text, where that could not be read and is equal to the one before it, it is the last one that could.
        """
        number = index - 1
        while self.is_text and number > 1:
            line = self.lines[number - 1]
            if line.unread is None or line.relation != "=":
                break
            number -= 1
        return index - 1 if number < 1 or self.lines[number - 1].unread is not None else number


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a formula (which stands at `formula`) in a document, and what it became.

    `counts` is true for a row with a relation that is displayed, and for a chain within a line of text. `steps` are
    lines of derivations that were made of it (derivation's name, number of the line), `defines` the quantities that it
    introduces, `unread` says why it could not be read, `remark` why nothing was made of it.
    """

    span: Span
    latex: str
    formula: Span
    counts: bool = True
    steps: tuple[tuple[str, int], ...] = ()
    defines: tuple[str, ...] = ()
    unread: Diagnostic | None = None
    remark: str | None = None


@dataclass(frozen=True, slots=True)
class Prose:
    """What belongs to a document that was written to be read: its rows in order, its pictures, its notation.

    `notation` is YAML text where it was inferred; None where the document declares its notation. `data` are the names
    of which a model with a distributed error says what they are made of, as they are declared.
    """

    rows: tuple[Row, ...] = ()
    pictures: tuple[Span, ...] = ()
    notation: str | None = None
    notes: tuple[Diagnostic, ...] = ()
    data: Mapping[str, Declaration] = field(default_factory=dict)

    @property
    def inferred(self) -> bool:
        """True where every verdict rests on an inferred notation."""
        return self.notation is not None


@dataclass(frozen=True, slots=True)
class Document:
    """One file: declarations and quantities shared by its derivations.

    Names are unique over declarations and definitions together. `prose` is there for files that are read as text.
    """

    title: str
    path: str
    source: str = ""
    language: str = "en"
    declarations: Mapping[str, Declaration] = field(default_factory=dict)
    definitions: Mapping[str, Definition] = field(default_factory=dict)
    derivations: tuple[Derivation, ...] = ()
    prose: Prose | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One question for the judge: under these names and hypotheses, does `right` follow `left`?"""

    left: Term
    right: Term
    relation: LineRelation = "="
    given: tuple[Term, ...] = ()
    declarations: Mapping[str, Declaration] = field(default_factory=dict)
    definitions: Mapping[str, Definition] = field(default_factory=dict)


def is_nonzero(term: Term, declarations: Mapping[str, Declaration]) -> bool:
    """Whether a number is not 0, by what is declared of the names in it."""
    match term:
        case Number(value):
            return value != 0
        case Symbol(name) | Entry(family=name) if name in declarations:
            declared = declarations[name]
            return not declared.array and (declared.kind == "size" or (
                declared.kind in ("scalar", "integer", "family") and Fraction(0) not in declared.domain))
        case Mul(factors):
            return all(is_nonzero(factor, declarations) for factor in factors)
        case Pow(base, Number()):
            return is_nonzero(base, declarations)
        case _:
            return False


def reached(terms: Iterable[Term], definitions: Mapping[str, Definition],
            declarations: Mapping[str, Declaration] = MappingProxyType({})) -> frozenset[str]:
    """The names that are free in terms, and in what their quantities are defined as, for which indices.

    With declarations, also those in the shapes and bounds of names without a definition.
    """
    found: set[str] = set()
    waiting = [free_names(term) for term in terms]
    while waiting:
        for name in waiting.pop() - found:
            found.add(name)
            if name in definitions:
                definition = definitions[name]
                waiting.append(free_names(definition.body) - {range_.name for range_ in definition.ranges})
                said: tuple[Term | None, ...] = tuple(end for r in definition.ranges for end in (r.lower, r.upper))
            elif name in declarations:
                declared = declarations[name]
                said = (*(declared.shape or ()), declared.lower, declared.upper)
            else:
                continue
            waiting += [free_names(term) for term in said if term is not None]
    return frozenset(found)
