"""What comes out of a check: data only.

Imports `term`, `derivation` and `diagnostic`. Only `kernel.judge` makes `Proved`, `Conditional` and
`Refuted`; a test walks the sources to hold that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lossproof.derivation import Premise
from lossproof.diagnostic import Diagnostic
from lossproof.term import Term

VerdictName = Literal["proved", "conditional", "refuted", "unknown", "error", "defined"]

EditKind = Literal[
    "sign", "number", "missing-factor", "extra-factor", "missing-term", "extra-term", "exponent", "index", "bound",
    "condition", "name", "function", "order", "transpose", "derivative", "fold", "limit", "relation",
]
"""What kind of slip the one change is that mends a refuted line. README says what each means."""


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A point at which the two sides are defined and provably differ.

    `values` pairs what is assigned (a Symbol or an Entry) with its exact value (a closed
    Term), sizes first, then indices, then the rest; `functions` pairs an opaque function's
    name with the concrete function that it stands for, as text. `left` and `right` are the
    two sides' values: exact where they are rational, else decimals that are certain to the
    digits shown and end in "...". `free` names what may take any value.
    """

    values: tuple[tuple[Term, Term], ...]
    left: str
    right: str
    functions: tuple[tuple[str, str], ...] = ()
    free: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Attempt:
    """Something that was tried on a step: what, how it ended, how long it took (seconds)."""

    what: str
    outcome: str
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Proved:
    """Both lines are defined at the same points and equal (or related) there."""

    laws: tuple[str, ...]
    checked_at: int = 0
    verdict: Literal["proved"] = "proved"


@dataclass(frozen=True, slots=True)
class Conditional:
    """Equal wherever both lines are defined and the `conditions` hold: these are about definedness, or about signs of
    parameters that an integral, a limit or an infinite sum depends on. A step that rests on other lines of its document
    is conditional on these, which are its result's `premises`; then there may be no conditions besides."""

    conditions: tuple[Term, ...]
    laws: tuple[str, ...]
    checked_at: int = 0
    verdict: Literal["conditional"] = "conditional"


@dataclass(frozen=True, slots=True)
class Refuted:
    """The two lines differ at a point that satisfies declarations and hypotheses."""

    counterexample: Counterexample
    verdict: Literal["refuted"] = "refuted"


@dataclass(frozen=True, slots=True)
class Unknown:
    """No verdict; `reason` is one sentence, `code` a diagnostic's code (LP301...)."""

    reason: str
    code: str = "LP302"
    verdict: Literal["unknown"] = "unknown"


@dataclass(frozen=True, slots=True)
class Error:
    """The line could not be read or has no meaning."""

    diagnostic: Diagnostic
    verdict: Literal["error"] = "error"


@dataclass(frozen=True, slots=True)
class Defined:
    """The line gives a name a (further) meaning, or states what is taken as given; `reason` is one sentence."""

    reason: str
    verdict: Literal["defined"] = "defined"


Verdict = Proved | Conditional | Refuted | Unknown | Error | Defined


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is known of a refuted step beyond the point; every suggestion has been proved.

    `residual` is right minus left in normal form; `remark` one sentence ("off by a factor
    -1", "the term ... is missing"); `suggestion` a line that is proved equal to the left (or
    related to it as the step asks). `edit` is the kind of the one change that makes the refuted
    line the suggestion; None where there is none. For the kind "relation" the line stands, and
    the remark names the relation that is proved.
    """

    residual: Term | None = None
    remark: str | None = None
    suggestion: Term | None = None
    edit: EditKind | None = None


@dataclass(frozen=True, slots=True)
class StepResult:
    """The outcome of one step of a chain (`index` is the line's number, from 2), or its claim.

    `fault` is set where the kernel and the enclosures disagree: a fault of lossproof. `premises` are what the document
    says on other lines and the verdict rests on, as on hypotheses.
    """

    index: int
    verdict: Verdict
    diagnosis: Diagnosis | None = None
    correction: Verdict | None = None
    attempts: tuple[Attempt, ...] = ()
    seconds: float = 0.0
    fault: str | None = None
    premises: tuple[Premise, ...] = ()


@dataclass(frozen=True, slots=True)
class DerivationResult:
    """Results of the steps in order (one fewer than lines), and of the claim first ~ last."""

    name: str
    steps: tuple[StepResult, ...]
    claim: StepResult | None


@dataclass(frozen=True, slots=True)
class DocumentResult:
    """Results of one document's derivations, in order; errors that belong to no step."""

    path: str
    derivations: tuple[DerivationResult, ...]
    errors: tuple[Diagnostic, ...] = ()
