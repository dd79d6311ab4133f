"""The phrases that all reports share: a declaration in words, a counterexample's values, a diagnostic for a step.

Not trusted: it words what was decided elsewhere. Imports the data types, `summary` and the printers of terms. What
renders a term (text or LaTeX) is handed in, so that a phrase is worded once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

from lossproof.derivation import Declaration, Derivation, Document, Domain, Line
from lossproof.diagnostic import Diagnostic, diagnostic
from lossproof.print_text import pretty
from lossproof.summary import claim_expectation, has_fault
from lossproof.term import Entry, Number, Relation, Symbol, Term, free_names
from lossproof.verdict import Conditional, Counterexample, Defined, Error, Proved, Refuted, StepResult, Unknown

__all__ = ["Show", "assumed_names", "claim_finding", "describe_declaration", "diagnosis_words", "given_words",
           "laws_words", "premises_words", "seconds_words", "show_for", "step_finding", "value_words"]

Show = Callable[[Term], str]

HEADLINE = 79   # a headline stands alone under 80 characters


def show_for(document: Document, derivation: Derivation | None = None) -> Show:
    """How terms of a document are shown as text: no function is renamed to a declared name, and within a derivation
    a range is left out only where all its lines agree on it."""
    taken = {*document.declarations, *document.definitions}
    beside = [] if derivation is None else [line.term for line in derivation.lines]
    return lambda term: pretty(term, beside=beside, taken=taken)


def seconds_words(seconds: float) -> str:
    """Seconds to two digits, as `0.03 s`, `12 s`."""
    return f"{seconds:.2f} s" if seconds < 1 else f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"


def laws_words(laws: Iterable[str]) -> str:
    """The laws' names; "normal form" where polynomial arithmetic was enough."""
    return ", ".join(laws) or "normal form"


def given_words(given: Iterable[Term], show: Show) -> list[str]:
    """The hypotheses, one text each."""
    return [show(term) for term in given]


def premises_words(result: StepResult, show: Show) -> list[str]:
    """What the verdict rests on that the document says elsewhere: `given line 43: n = a + b`."""
    return [f"given{'' if premise.span is None else f' line {premise.span.line}'}: {show(premise.term)}"
            for premise in result.premises]


def _number(value: Fraction) -> str:
    return str(value)


def _interval(domain: Domain) -> str | None:
    """"in (0, 1]", "at least 2", "positive"; None for all reals."""
    low, high = domain.lower, domain.upper
    if low is not None and high is not None:
        left, right = "(" if domain.lower_open else "[", ")" if domain.upper_open else "]"
        return f"in {left}{_number(low)}, {_number(high)}{right}"
    if low is not None:
        if low == 0:
            return "positive" if domain.lower_open else "nonnegative"
        return f"greater than {_number(low)}" if domain.lower_open else f"at least {_number(low)}"
    if high is not None:
        if high == 0:
            return "negative" if domain.upper_open else "at most 0"
        return f"less than {_number(high)}" if domain.upper_open else f"at most {_number(high)}"
    return None


def _domain(domain: Domain, plain: str) -> str:
    """A domain in words; `plain` is the word for all of it ("real", "integer")."""
    if domain.values is not None:
        return "one of " + ", ".join(_number(value) for value in domain.values)
    words = [word for word in (_interval(domain), "nonzero" if domain.nonzero else None) if word]
    kind = "integer" if domain.integer else plain
    return ", ".join([kind, *words]) if words else kind


def describe_declaration(declaration: Declaration, show: Show) -> str:
    """What a name ranges over, in words, such as "real, positive" or "family of reals over 1..K"."""
    plain = "complex" if "complex" in declaration.assumptions else "real"
    extra = sorted(declaration.assumptions - {"real", "complex", "positive", "nonnegative", "negative", "nonzero",
                                              "integer"})
    match declaration.kind:
        case "scalar":
            words = _domain(declaration.domain, plain)
        case "integer":
            words = _domain(declaration.domain, "integer")
        case "size":
            least = declaration.domain.lower or Fraction(1)
            words = f"size, at least {_number(least)}"
        case "index" if declaration.upper is not None:
            words = f"index, {show(declaration.lower or Number(Fraction(1)))}..{show(declaration.upper)}"
        case "index":
            words = "index, in range wherever it is used"
        case "family":
            words = _family(declaration, show)
        case "function":
            count = "" if declaration.arity == 1 else f" of {declaration.arity} arguments"
            words = f"smooth function{count}"
        case "functional":
            words = "smooth function of a whole family"
    return ", ".join([words, *(word.replace("_", " ") for word in extra), *(["assumed"] * declaration.assumed)])


def _family(declaration: Declaration, show: Show) -> str:
    plain = "complex" if "complex" in declaration.assumptions else "real"
    said = declaration.domain != Domain() or plain != "real"
    entries = f", each {_domain(declaration.domain, plain)}" if said else ""
    if declaration.shape is None:
        return f"family with {declaration.rank} indices whose range is not known{entries}"
    sizes = [show(size) for size in declaration.shape]
    if declaration.array:
        return ("vector of size " if len(sizes) == 1 else "matrix ") + " by ".join(sizes) + entries
    return "family over " + ", ".join(f"1..{size}" for size in sizes) + entries


def assumed_names(document: Document, derivation: Derivation) -> list[str]:
    """Names with an inferred declaration on which the derivation rests, also through quantities."""
    terms = [line.term for line in derivation.lines]
    terms += [given for line in derivation.lines for given in line.given] + list(derivation.given)
    wanted: set[str] = set().union(*(free_names(term) for term in terms))
    queue = list(wanted)
    while queue:
        name = queue.pop()
        if name in document.definitions:
            more = free_names(document.definitions[name].body) - wanted
            wanted |= more
            queue.extend(more)
    return [name for name in document.declarations if name in wanted and document.declarations[name].assumed]


def value_words(found: Counterexample, show: Show, quote: Callable[[str], str] = str) -> list[str]:
    """The point, one text for each name: `K = 2`, `z = (0, 0)`, `W = ((1, 0), (0, 1))`, `f: t^2`.

    Entries are gathered into one tuple where all of 1..n (and 1..m) are given; else each is named. `quote` sets the
    text of a concrete function.
    """
    words: list[str] = []
    families: dict[str, dict[tuple[int, ...], Term]] = {}
    for name, value in found.values:
        if isinstance(name, Entry):
            key = tuple(int(i.value) if isinstance(i, Number) else 0 for i in name.indices)
            families.setdefault(name.family, {})[key] = value
    told: set[str] = set()
    for name, value in found.values:
        whole = _whole(families[name.family], show) if isinstance(name, Entry) else None
        if not isinstance(name, Entry) or whole is None:
            words.append(f"{show(name)} = {show(value)}")
        elif name.family not in told:
            told.add(name.family)
            words.append(f"{show(Symbol(name.family))} = {whole}")
    words.extend(f"{show(Symbol(name))}: {quote(body)}" for name, body in found.functions)
    return words


def _whole(entries: Mapping[tuple[int, ...], Term], show: Show) -> str | None:
    """The entries of a vector or matrix as a tuple; None where some are missing."""
    if any(0 in key for key in entries):
        return None
    rank = len(next(iter(entries)))
    sizes = [max(key[axis] for key in entries) for axis in range(rank)]
    if rank == 1 and len(entries) == sizes[0]:
        return "(" + ", ".join(show(entries[i,]) for i in range(1, sizes[0] + 1)) + ")"
    if rank == 2 and len(entries) == sizes[0] * sizes[1]:
        rows = ("(" + ", ".join(show(entries[i, j]) for j in range(1, sizes[1] + 1)) + ")"
                for i in range(1, sizes[0] + 1))
        return "(" + ", ".join(rows) + ")"
    return None


def _fits(code: str, message: str) -> bool:
    made = diagnostic(code, message)
    return len(f"{made.severity}[{code}] {made.slug}: {message}") <= HEADLINE


def _with_detail(code: str, message: str, detail: str, label: str) -> tuple[str, tuple[str, ...]]:
    """A headline with its detail where both fit in a line; else the detail as a note."""
    whole = f"{message} {detail}"
    return (whole, ()) if detail and _fits(code, whole) else (message, (f"{label} {detail}",) if detail else ())


def step_finding(derivation: Derivation, result: StepResult, show: Show = pretty) -> Diagnostic:
    """The diagnostic for the step to line `result.index`: what came out, and what to do about it."""
    line = derivation.lines[result.index - 1]
    return _finding(line, result, line.expect, "LP201", show)


def claim_finding(derivation: Derivation, claim: StepResult, show: Show = pretty) -> Diagnostic:
    """The diagnostic for the claim first line ~ last line."""
    return _finding(derivation.lines[-1], claim, claim_expectation(derivation), "LP202", show)


def _finding(line: Line, result: StepResult, expected: str | None, refuted: str, show: Show) -> Diagnostic:
    verdict = result.verdict
    expects = () if expected in (None, "proved", "holds", verdict.verdict) else (f"the file expects `{expected}` here",)
    tried = tuple(f"tried {a.what}: {a.outcome} ({seconds_words(a.seconds)})" for a in result.attempts)
    if has_fault(result):
        code = verdict.code if isinstance(verdict, Unknown) and verdict.code.startswith("LP4") else "LP401"
        message = "a fault of lossproof, not of the derivation"
        return diagnostic(code, message, line.span, notes=(result.fault or "", *tried),
                          helps=("please report it with this file",))
    match verdict:
        case Error(diagnostic=found):
            return found
        case Refuted(counterexample=point):
            if verdict.verdict == expected and not isinstance(result.correction, Proved):
                said = result.correction.verdict if result.correction is not None else "not checked"
                message = f"refuted as expected, but the correction is {said}"
                help_ = "`correct` is the line as it should have been; it must be proved"
                return diagnostic("LP110", message, line.span, helps=(help_,))
            notes, helps = _diagnosis(line, result, "the left side" if refuted == "LP201" else "the first line", show)
            first, label = ("the chain's two ends differ", "they differ") if refuted == "LP202" else _differ(line)
            message, more = _with_detail(refuted, first, "at " + ", ".join(value_words(point, show)), label)
            free = (f"for any {', '.join(point.free)}",) if point.free else ()
            return diagnostic(refuted, message, line.span, notes=(*more, *free, *notes, *expects), helps=helps)
        case Conditional(conditions=conditions):
            words = [show(condition) for condition in conditions] or premises_words(result, show)
            conditions_text = " and ".join(words)
            message, more = _with_detail("LP203", "proved only where", conditions_text, "it is proved only where")
            message = message if not more else "proved only under conditions"
            helps = ('say expect="conditional" if the domain is meant to change, or add what is missing to `given`',)
            return diagnostic("LP203", message, line.span, notes=(*more, *expects), helps=() if expects else helps)
        case Unknown(reason=reason, code=code):
            message, more = (reason, ()) if _fits(code, reason) else ("no verdict", (reason,))
            difference = diagnosis_words(result, show)
            rest = (f"{difference}, which was not shown to be 0",) if difference else ()
            return diagnostic(code, message, line.span, notes=(*more, *rest, *tried, *expects))
        case Defined(reason=reason):
            return diagnostic("LP110", f"defined, but the file expects `{expected}`", line.span, notes=(reason,))
        case Proved():
            help_ = f'remove expect="{expected}", or write the line as the source has it'
            return diagnostic("LP110", f"proved, but the file expects `{expected}`", line.span, helps=(help_,))


def _differ(line: Line) -> tuple[str, str]:
    """How a refuted line fails, for a headline and for a note."""
    match line.relation:
        case "=" if isinstance(line.term, Relation):
            return "the two equations differ", "they differ"
        case "=":
            return "the two sides differ", "they differ"
        case "=>" | "<=>":
            return f"`{line.relation}` fails", "it fails"
        case relation:
            return f"left {relation} right fails", "it fails"


def _diagnosis(line: Line, result: StepResult, left: str, show: Show) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Notes and helps from what is known of a refuted step; every suggestion has been proved."""
    found = result.diagnosis
    if found is None:
        return (), ()
    note = diagnosis_words(result, show)
    if found.suggestion is None or found.edit == "relation":
        helps: tuple[str, ...] = ()
    elif line.relation == "=":
        helps = (f"{show(found.suggestion)} is proved equal to {left}",)
    else:
        helps = (f"with {show(found.suggestion)} the step is proved",)
    return ((note,) if note else ()), helps


def diagnosis_words(result: StepResult, show: Show) -> str:
    """The residual and the remark on it: "right - left = 2 x y: the term is missing"; empty where nothing is known."""
    found = result.diagnosis
    if found is None:
        return ""
    residual = "" if found.residual is None else f"right - left = {show(found.residual)}"
    return ": ".join(text for text in (residual, found.remark) if text)
