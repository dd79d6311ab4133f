"""Document, quantities, derivations and their steps, as an author writes them.

Untrusted: what is written is recorded in the registry; the reader converts it. Imports
the ground floor, nodes, names and registry.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, get_args

from sympy import Tuple

from lossproof.derivation import Expectation, LineRelation
from lossproof.vocabulary.arrays import ArrayQuantity
from lossproof.vocabulary.functions import limit_of
from lossproof.vocabulary.names import check_name
from lossproof.vocabulary.nodes import Family, Quantity, exact, shape_of
from lossproof.vocabulary.registry import (
    WrittenDerivation,
    WrittenDocument,
    WrittenLine,
    current,
    elsewhere,
    place,
    wrong,
)


def Document(title: str, *, source: str = "", language: str = "en") -> WrittenDocument:
    """Say what the file is about: title, where it comes from, and the language of the title. Once a file."""
    registry = current()
    made = WrittenDocument(title, source, language)
    if not elsewhere():
        if registry.document is not None and registry.path is not None:
            raise wrong("LP107", "a second Document in one file",
                        "one file is one document: put the rest in a file of its own")
        registry.document = made
    return made


def quantity(name: str, body: Any, *, over: Any = None, latex: str | None = None,
             cites: str | Iterable[str] = ()) -> Any:
    """The quantity `name := body`; `over=k` (or several indices) defines name[k] for every k.

    It keeps its name in lines and is unfolded where a step needs it. Of an array body, it is an array.
    """
    body = exact(body)
    indices = () if over is None else tuple(over) if isinstance(over, (tuple, list)) else (over,)
    limits = tuple(Tuple(*limit_of(k)) for k in indices)
    if limits and shape_of(body):
        raise wrong("LP107", f"`{name}` has an index, and its body is an array already", "leave out over=")
    if isinstance(body, Family) and not shape_of(body):
        raise wrong("LP107", f"`{body}` is a family and stands here without an index",
                    f'write quantity("{name}", {body}[k], over=k), or declare {body} as a vector')
    made = (ArrayQuantity if shape_of(body) else Quantity)(check_name(name), body, limits)
    made.latex, made.cites, made.span = latex, _words(cites), place()
    current().add(name, made, None)
    return made


def step(expr: Any, *, by: str | None = None, relation: str = "=", given: Any = (), expect: str = "proved",
         erratum: str | None = None, correct: Any = None) -> WrittenLine:
    """A line with more to say than its expression.

    `by` is the justification, `relation` joins it to the line before, `given` holds hypotheses of this step only,
    `expect` is the verdict it should get, `erratum` says why the source is wrong here and `correct` what it
    should have said.
    """
    _one_of("relation", relation, get_args(LineRelation))
    _one_of("expect", expect, get_args(Expectation))
    if erratum is not None and expect == "proved":
        raise wrong("LP107", "an erratum in a step that is expected to be proved", 'write expect="refuted"')
    return WrittenLine(expr, relation, by, _hypotheses(given), expect, erratum, correct, place())


def derivation(title: str, lines: Iterable[Any], *, given: Any = (), cites: str | Iterable[str] = (),
               expect_claim: str | None = None) -> WrittenDerivation:
    """A chain of lines, each an expression or a `step`, under the hypotheses `given`.

    `expect_claim` is the verdict expected of first line = last line, where a step is not expected to be proved.
    """
    chain = tuple(line if isinstance(line, WrittenLine) else WrittenLine(line) for line in lines)
    if len(chain) < 2:
        raise wrong("LP107", f'"{title}" has {len(chain)} line(s); a step needs two', "add the line that follows")
    if expect_claim is not None:
        _one_of("expect_claim", expect_claim, get_args(Expectation))
    made = WrittenDerivation(title, chain, _hypotheses(given), _words(cites), expect_claim, place())
    if not elsewhere():
        current().derivations.append(made)
    return made


def _hypotheses(given: Any) -> tuple[Any, ...]:
    """One hypothesis or several, as a tuple."""
    return tuple(given) if isinstance(given, (list, tuple)) else (given,)


def _words(cites: str | Iterable[str]) -> tuple[str, ...]:
    if isinstance(cites, str):      # "A5, page 3" cites two places: a blank is part of a name
        return tuple(word for part in cites.split(",") if (word := part.strip()))
    return tuple(cites)


def _one_of(what: str, said: str, allowed: tuple[str, ...]) -> None:
    if said not in allowed:
        raise wrong("LP107", f"{what}={said!r} is not known", f"write one of {', '.join(allowed)}")
