"""What lossproof tells a person about one cause: code, headline, place, notes, help.

Data only. Imports `term` for places. Codes are never reused; each has a page that
`lossproof explain CODE` prints.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lossproof.term import Span

Severity = Literal["error", "refuted", "conditional", "unknown", "fault"]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One cause, one message. `code` such as "LP102", `slug` such as "undeclared-symbol"."""

    severity: Severity
    code: str
    slug: str
    message: str
    span: Span | None = None
    notes: tuple[str, ...] = ()
    helps: tuple[str, ...] = ()


class InputError(Exception):
    """Input that cannot be read or has no meaning; carries the diagnostic that says so.

    `derivation` is the name of the derivation it belongs to, where one line of a file is one and its name was read.
    """

    def __init__(self, diagnostic: Diagnostic, derivation: str | None = None) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic
        self.derivation = derivation


CODES: dict[str, tuple[str, Severity]] = {
    "LP001": ("unbalanced-bracket", "error"),
    "LP002": ("unreadable-file", "error"),
    "LP003": ("import-failed", "error"),
    "LP004": ("import-timeout", "error"),
    "LP005": ("nothing-to-check", "error"),
    "LP006": ("syntax-error", "error"),
    "LP101": ("float-in-derivation", "error"),
    "LP102": ("undeclared-symbol", "error"),
    "LP103": ("index-without-range", "error"),
    "LP104": ("declared-twice", "error"),
    "LP105": ("unsupported-expression", "error"),
    "LP106": ("wrong-shape", "error"),
    "LP107": ("wrong-use", "error"),
    "LP108": ("meaningless-line", "error"),
    "LP109": ("relations-do-not-compose", "error"),
    "LP110": ("unmet-expectation", "error"),
    "LP201": ("refuted-step", "refuted"),
    "LP202": ("refuted-claim", "refuted"),
    "LP203": ("undischarged-condition", "conditional"),
    "LP301": ("step-timeout", "unknown"),
    "LP302": ("undecided-step", "unknown"),
    "LP303": ("vacuous-step", "unknown"),
    "LP304": ("step-memory", "unknown"),
    "LP305": ("worker-died", "unknown"),
    "LP306": ("inferred-notation", "unknown"),
    "LP401": ("kernel-disagreement", "fault"),
    "LP402": ("internal-fault", "fault"),
}


def why_unreadable(error: OSError | UnicodeDecodeError) -> str:
    """Why a file could not be read as UTF-8, in words; bytes are counted from 1."""
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start + 1} is no UTF-8"
    return error.strerror or str(error)


def diagnostic(code: str, message: str, span: Span | None = None, *, notes: tuple[str, ...] = (),
               helps: tuple[str, ...] = ()) -> Diagnostic:
    """The diagnostic of a known code."""
    slug, severity = CODES[code]
    return Diagnostic(severity, code, slug, message, span, notes, helps)
