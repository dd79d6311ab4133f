"""Documents and results made by hand, for the tests of reports. Not a test itself."""

from __future__ import annotations

from fractions import Fraction

from lossproof.derivation import POSITIVE, Declaration, Definition, Derivation, Document, Domain, Line
from lossproof.diagnostic import diagnostic
from lossproof.summary import Checked
from lossproof.term import (
    MINUS_ONE,
    ONE,
    ZERO,
    Add,
    Call,
    Entry,
    Fold,
    Mul,
    Number,
    Pow,
    Range,
    Relation,
    Span,
    Symbol,
    Term,
    add,
    divide,
    number,
    subtract,
)
from lossproof.term import Derivative as D
from lossproof.verdict import (
    Attempt,
    Conditional,
    Counterexample,
    DerivationResult,
    Diagnosis,
    DocumentResult,
    Proved,
    Refuted,
    StepResult,
    Unknown,
)

FILE = "derivations/softmax_losses.py"
K, k, p, q, x, y = (Symbol(name) for name in "Kkpqxy")
CLASSES = Range("k", ONE, K)
NOT_P = Relation("!=", k, p)


def yhat(i: Term) -> Entry:
    return Entry("yhat", (i,))


def square(term: Term) -> Pow:
    return Pow(term, number(2))


ERROR = D(Fold("sum", square(subtract(Entry("y", (k,)), yhat(k))), CLASSES), Entry("z", (p,)))
PRINTED = Mul((number(-2), yhat(p), square(subtract(ONE, yhat(p)))))
OTHERS = Fold("sum", square(yhat(k)), CLASSES, NOT_P)
RIGHT = Mul((number(-2), yhat(p), Add((square(subtract(ONE, yhat(p))), OTHERS))))
RESIDUAL = Mul((number(2), yhat(p), OTHERS))
POINT = Counterexample(
    values=((K, number(2)), (Entry("z", (ONE,)), ZERO), (Entry("z", (number(2),)), ZERO), (p, ONE)),
    left="-1/2", right="-1/4")
REFUTED = Refuted(POINT)
DIAGNOSIS = Diagnosis(RESIDUAL, "the terms k != p are missing", RIGHT, "missing-term")

DECLARATIONS = {
    "K": Declaration("K", "size", Domain(lower=Fraction(2))),
    "k": Declaration("k", "index", lower=ONE, upper=K),
    "p": Declaration("p", "index", lower=ONE, upper=K),
    "y": Declaration("y", "family", shape=(K,), rank=1),
    "z": Declaration("z", "family", shape=(K,), rank=1),
    "q": Declaration("q", "scalar", POSITIVE),
    "x": Declaration("x", "scalar", assumed=True),
    "f": Declaration("f", "function", arity=1),
    "W": Declaration("W", "family", shape=(K, Symbol("d")), rank=2, array=True),
}
DEFINITIONS = {
    "yhat": Definition("yhat", Call("softmax", (Symbol("z"), k)), (CLASSES,), cites=("C7",), span=Span(FILE, 12, 8)),
}


def span(line: int) -> Span:
    return Span(FILE, line, 9)


def checked(*pairs: tuple[Derivation, DerivationResult], title: str = "Softmax: 均方误差与交叉熵",
            errors: tuple[str, ...] = (), path: str = FILE) -> Checked:
    """A file with these derivations and results; `errors` are codes."""
    document = Document(title, path, "document C", "zh", DECLARATIONS, DEFINITIONS, tuple(d for d, _ in pairs))
    found = tuple(diagnostic(code, "something", Span(path, 1)) for code in errors)
    return Checked(document, DocumentResult(path, tuple(result for _, result in pairs), found))


def unreadable(code: str = "LP102", message: str = "`sigmaa` is not declared", line: int = 3,
               path: str = "derivations/broken.py") -> Checked:
    """A file that could not be read."""
    found = diagnostic(code, message, Span(path, line, 5), helps=("did you mean `sigma`?",))
    return Checked(None, DocumentResult(path, (), (found,)))


def refuted(expected: bool) -> tuple[Derivation, DerivationResult]:
    """The chain-rule step of row C11, recorded as an erratum or not."""
    lines = (Line(ERROR, span=span(60)),
             Line(PRINTED, by="chain rule", span=span(61), expect="refuted" if expected else "proved",
                  erratum="the other yhat_k also depend on z_p" if expected else None,
                  correct=RIGHT if expected else None),
             Line(PRINTED, span=span(62)))
    chain = Derivation("squared-error", "Squared error, as printed", lines, cites=("C11",),
                       expect_claim="refuted" if expected else None, span=span(59))
    step = StepResult(2, REFUTED, DIAGNOSIS, Proved(("derivative-of-sum",)) if expected else None,
                      (Attempt("normal form", "a difference is left", 0.0123),), 0.05)
    done = StepResult(3, Proved(()), seconds=0.001)
    return chain, DerivationResult("squared-error", (step, done), StepResult(1, REFUTED, DIAGNOSIS))


def plain() -> tuple[Derivation, DerivationResult]:
    """Proved, conditional and unknown steps, all as expected, under a hypothesis."""
    total = Fold("sum", yhat(k), CLASSES)
    lines = (Line(add(divide(square(q), q), total), span=span(20)),
             Line(add(q, total), span=span(21), expect="conditional", by="cancel"),
             Line(add(q, ONE), span=span(22), given=(Relation("=", total, ONE),)),
             Line(Add((ONE, q)), span=span(23), expect="unknown"))
    given = (Relation("=", Fold("sum", Entry("y", (k,)), CLASSES), ONE),)
    chain = Derivation("total", "The sum of softmax", lines, given, ("C7", "E1"), span=span(19))
    steps = (StepResult(2, Conditional((Relation("!=", q, ZERO),), ("cancel-common-factor",))),
             StepResult(3, Proved(("softmax-sums-to-one", "range-of-a-sum"), 3)),
             StepResult(4, Unknown("the normal forms differ and no point was found"),
                        attempts=(Attempt("points", "both sides agree at 40 points", 2.25),)))
    return chain, DerivationResult("total", steps, None)


def one_step(result: StepResult, *, expect: str = "proved", relation: str = "=", left: Term = x, right: Term = y
             ) -> tuple[Derivation, DerivationResult]:
    """A derivation of one step with any result."""
    lines = (Line(left, span=span(30)), Line(right, relation, expect=expect, span=span(31)))  # type: ignore[arg-type]
    return Derivation("single", "A single step", lines, span=span(29)), DerivationResult("single", (result,), None)


__all__ = [name for name in dir() if not name.startswith("_")]
_ = (MINUS_ONE, Number)
