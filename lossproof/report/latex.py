"""Derivations for a paper: one LaTeX document per file, or a fragment for someone's own.

Not trusted: it words results. Imports the data types, `summary`, the other report modules and the printers of terms.
A formula is cut into pieces at its top-level sums; TeX puts as many beside each other as fit and scales a piece that
alone is wider than the page. Everything an author typed goes through `prose` (text) or the printer of terms (names),
so that it stays what it is: text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from lossproof.derivation import Definition, Derivation, Document, Line
from lossproof.print_latex import escape_text, latex
from lossproof.report.json import latex_names
from lossproof.report.layout import harmless
from lossproof.report.phrases import assumed_names, describe_declaration, laws_words, value_words
from lossproof.summary import Checked, claim_expectation, is_expected, matched
from lossproof.term import Entry, Symbol, Term
from lossproof.verdict import Conditional, Defined, Error, Proved, Refuted, StepResult, Unknown

__all__ = ["document_latex", "fragment_latex", "pieces", "prose"]

# The fonts come with Debian's texlive-lang-chinese (and with TeX Live everywhere); xelatex finds them by file name.
# Fandol has Cyrillic, arrows and signs, which Latin Modern lacks: those go to it too. What Fandol lacks (Korean, some
# Japanese) is taken from Debian's fonts-noto-cjk where that is installed.
CJK = r"""\usepackage{xeCJK}
\setCJKmainfont[BoldFont=FandolHei-Regular.otf,ItalicFont=FandolKai-Regular.otf]{FandolSong-Regular.otf}
\setCJKsansfont{FandolHei-Regular.otf}
\setCJKmonofont{FandolFang-Regular.otf}
\IfFontExistsTF{Noto Serif CJK SC}{\xeCJKsetup{AutoFallBack=true}%
  \setCJKfallbackfamilyfont{\CJKrmdefault}{Noto Serif CJK SC}}{}
\xeCJKDeclareCharClass{CJK}{"0400 -> "04FF, "2190 -> "21FF, "2200 -> "22FF, "2460 -> "24FF, "25A0 -> "27BF}
\xeCJKsetup{CJKmath=true}
"""

PREAMBLE = r"""% Compile with xelatex. Written by lossproof from {path}.
\documentclass[11pt,a4paper]{{article}}
\usepackage[margin=2cm]{{geometry}}
\usepackage{{amsmath,amssymb}}
\usepackage{{graphicx}}   % scales formulas that are wider than the page
\usepackage{{xcolor}}
\usepackage{{fontspec}}
{cjk}\setlength{{\parindent}}{{0pt}}
\setlength{{\parskip}}{{3pt}}
\setlength{{\emergencystretch}}{{3em}}
"""

FRAGMENT = r"""% Written by lossproof from {path}. For \input into a document with
% \usepackage{{amsmath,amssymb,graphicx,xcolor}}{cjk}
"""

# \lpline{relation}{pieces}{remarks}: the relation, the formula beside it, the remarks at the right, or below where a
# piece is too wide for that. \lppiece{formula}: one piece that does not break.
MACROS = r"""\ifdefined\lpline\else
\newsavebox\lpbox
\newlength\lpmax
\newlength\lproom
\newcommand\lpmeasure[1]{\sbox\lpbox{$\displaystyle #1$}\ifdim\wd\lpbox>\lpmax\global\lpmax=\wd\lpbox\fi}%
\newcommand\lpset[1]{\sbox\lpbox{$\displaystyle #1$}\setlength\lproom{\dimexpr\linewidth-1.2em\relax}%
  \ifdim\wd\lpbox>\lproom\resizebox{\lproom}{!}{\usebox\lpbox}\else\usebox\lpbox\fi\hskip 0pt plus 2em\relax}%
\let\lppiece\lpset
\newcommand\lpformula[1]{\raggedright\hangindent=1.2em\hangafter=1\relax #1\par}%
\newcommand\lpremarks[1]{\small\raggedright #1\par}%
\newcommand\lpline[3]{\par\setlength\lpmax{0pt}\let\lppiece\lpmeasure\setbox0=\hbox{#2}\let\lppiece\lpset
  \ifdim\lpmax>\dimexpr.6\linewidth-3em\relax
    \noindent\makebox[1.8em][l]{$#1$}\parbox[t]{\dimexpr\linewidth-1.8em\relax}{\lpformula{#2}}%
    \par\nopagebreak\noindent\hspace*{.62\linewidth}\parbox[t]{.38\linewidth}{\lpremarks{#3}}%
  \else
    \noindent\makebox[1.8em][l]{$#1$}\parbox[t]{\dimexpr.6\linewidth-1.8em\relax}{\lpformula{#2}}%
    \hfill\parbox[t]{.38\linewidth}{\lpremarks{#3}}%
  \fi\par\lpgap}%
\newcommand\lpnote[1]{\par\noindent\hspace*{1.8em}\parbox[t]{\dimexpr\linewidth-1.8em\relax}{\lpremarks{#1}}\par\nopagebreak\smallskip}%
\newcommand\lpverdict[2]{\textcolor{#1}{\textbf{#2}}}%
\newcommand\lpgap{\smallskip}%
\newcommand\lptitle[1]{\par\bigskip\noindent{\large\bfseries #1}\par\nopagebreak\smallskip
  \gdef\lpgap{\nopagebreak\smallskip\gdef\lpgap{\smallskip}}}%
\definecolor{lpproved}{HTML}{1B6E2C}%
\definecolor{lpconditional}{HTML}{8A5A00}%
\definecolor{lprefuted}{HTML}{A31515}%
\definecolor{lpunknown}{HTML}{6A3D9A}%
\definecolor{lperror}{HTML}{A31515}%
\fi
"""

_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "varepsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma",
    "τ": "tau", "υ": "upsilon", "φ": "varphi", "χ": "chi", "ψ": "psi", "ω": "omega", "Γ": "Gamma", "Δ": "Delta",
    "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi", "Σ": "Sigma", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega",
    "∂": "partial", "∑": "sum", "∏": "prod", "≤": "le", "≥": "ge", "≠": "ne", "→": "to", "∞": "infty", "∈": "in",
    "⇒": "Rightarrow", "⇔": "Leftrightarrow", "∇": "nabla", "≈": "approx", "⊙": "odot",
}
_SIGNS = {character: f"\\{name}" for character, name in _GREEK.items()} | {"−": "-"}


def prose(written: str) -> str:
    """What an author typed, as LaTeX text: nothing in it is a command; Greek letters and signs go to math."""
    return "".join(f"\\ensuremath{{{_SIGNS[c]}}}" if c in _SIGNS else c for c in escape_text(written))


def document_latex(checked: Checked) -> str:
    """A whole document for one file that was read; compiles with xelatex as it is."""
    body = _body(checked)
    cjk = CJK if _needs_cjk(body) else ""
    preamble = PREAMBLE.format(path=_comment(checked.result.path), cjk=cjk)
    return preamble + MACROS + "\\begin{document}\n" + body + "\\end{document}\n"


def fragment_latex(checked: Checked) -> str:
    """The same without a preamble, for `\\input`; a comment says which packages it needs."""
    body = _body(checked)
    cjk = " and, for the Chinese in it, xeCJK" if _needs_cjk(body) else ""
    return FRAGMENT.format(path=_comment(checked.result.path), cjk=cjk) + MACROS + body


def _comment(path: str) -> str:
    return harmless(path)


def _needs_cjk(body: str) -> bool:
    """True where a character is beyond what Latin Modern has: wide, or in a range that the CJK font takes over."""
    return any(ord(c) >= 0x400 and unicodedata.category(c)[0] in "LSN" for c in body)


# --- formulas --------------------------------------------------------------------------------------------------


_TOKEN = re.compile(r"\\left\b|\\right\b|\\begin\b|\\end\b|\\[A-Za-z]+|\\.|.", re.DOTALL)
_OPENS = frozenset({"{", "(", "[", "\\left", "\\begin"})
_CLOSES = frozenset({"}", ")", "]", "\\right", "\\end"})
_BREAKS = frozenset({"+", "-", "=", "<", ">", "\\le", "\\leq", "\\ge", "\\geq", "\\ne", "\\neq", "\\mathrel"})
_DELIMITERS = frozenset("()[].|/<>")
WIDE = 150   # characters of LaTeX in a piece from which it may break between factors too


def pieces(formula: str) -> list[str]:
    """The formula cut where a line may break: before the top-level signs `+ - =` and the like, outside all brackets.

    A long piece is cut before its bracketed factors too. Joined, the pieces are the formula.
    """
    found: list[str] = []
    for piece in _cut(formula, factors=False):
        found.extend(_cut(piece, factors=True) if len(piece) > WIDE else [piece])
    return found


def _cut(formula: str, *, factors: bool) -> list[str]:
    cuts: list[int] = []
    depth = 0
    skip = False        # the delimiter behind \left and \right is not a bracket of its own
    operand = False     # something stands before this place that a sign could join
    for match in _TOKEN.finditer(formula):
        token = match.group()
        if skip and token in _DELIMITERS:
            skip = False
            continue
        skip = token in {"\\left", "\\right"}
        if depth == 0 and operand:
            if not factors and token in _BREAKS:
                cuts.append(match.start())
                operand = False
                continue
            if factors and token in {"(", "\\left"} and formula[match.start() - 1] == " ":   # not an argument's
                cuts.append(match.start())
        depth += (token in _OPENS) - (token in _CLOSES)
        operand = operand if token.isspace() else token not in _BREAKS | {"_", "^"}
    places = [0, *cuts, len(formula)]
    return [formula[i:j].strip() for i, j in pairwise(places) if formula[i:j].strip()]


def _set(formula: str) -> str:
    """The pieces of a formula for `\\lpline`; a sign at a piece's start keeps its spaces."""
    first, *rest = pieces(formula) or [""]
    return f"\\lppiece{{{first}}}" + "".join(f"\\lppiece{{{{}}{piece}}}" for piece in rest)


def _formula(term: Term, names: Mapping[str, str]) -> str:
    return _set(latex(term, names))


# --- the body --------------------------------------------------------------------------------------------------


def _body(checked: Checked) -> str:
    document = checked.document
    if document is None:
        said = [prose(error.message) for error in checked.result.errors]
        return "".join(f"\\lpnote{{\\lpverdict{{lperror}}{{error}} {message}}}\n" for message in said)
    names = latex_names(document)
    parts = [f"\\par\\noindent{{\\LARGE\\bfseries {prose(document.title)}\\par}}\n"]
    language = "" if document.language == "en" else document.language
    source = ", ".join(prose(word) for word in (document.source, language) if word)
    parts.append(f"\\lpnote{{{source}}}\n" if source else "")
    parts.append(_declarations(document, names))
    parts.extend(_definition(definition, names) for definition in document.definitions.values())
    for derivation, results, claim in matched(checked):
        parts.append(_derivation(document, derivation, results, claim, names))
    return "".join(parts)


def _math(term: Term, names: Mapping[str, str]) -> str:
    return f"${latex(term, names)}$"


def _declarations(document: Document, names: Mapping[str, str]) -> str:
    entries = []
    for declaration in document.declarations.values():
        says = describe_declaration(declaration, lambda term: _math(term, names))
        entries.append(f"{_math(Symbol(declaration.name), names)}: {says}")
    told = ";\n".join(entries)
    return f"\\lptitle{{Declarations}}\n\\noindent {{\\raggedright {told}.\\par}}\n" if entries else ""


def _definition(definition: Definition, names: Mapping[str, str]) -> str:
    head = Entry(definition.name, tuple(Symbol(r.name) for r in definition.ranges)) if definition.ranges \
        else Symbol(definition.name)
    body = _set(f"{latex(head, names)} \\mathrel{{:=}} {latex(definition.body, names)}")
    ranges = ", ".join(f"${latex(Symbol(r.name), names)} = {latex(r.lower, names)}, \\dots, {latex(r.upper, names)}$"
                       for r in definition.ranges)
    cites = f" [{prose(', '.join(definition.cites))}]" if definition.cites else ""
    return f"\\lpline{{}}{{{body}}}{{{_join(ranges, 'defined' + cites)}}}\n"


def _join(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


def _derivation(document: Document, derivation: Derivation, results: Sequence[StepResult], claim: StepResult | None,
                names: Mapping[str, str]) -> str:
    cites = f" [{prose(', '.join(derivation.cites))}]" if derivation.cites else ""
    parts = [f"\\lptitle{{{prose(derivation.title)}{cites}}}\n"]
    if derivation.given:
        given = _list(derivation.given, names)
        parts.append(f"\\lpnote{{Given {given}.}}\n")
    if assumed := assumed_names(document, derivation):
        rests = ", ".join(_math(Symbol(name), names) for name in assumed)
        parts.append(f"\\lpnote{{Rests on what was inferred of {rests}.}}\n")
    if derivation.lines and derivation.lines[0].unread is None:     # else it has a result, which shows it
        parts.append(f"\\lpline{{}}{{{_formula(derivation.lines[0].term, names)}}}{{}}\n")
    for result in results:
        parts.append(_step(derivation.lines[result.index - 1], result, names))
    if claim is not None and len(results) > 1:
        said = claim.verdict.verdict
        fine = is_expected(claim_expectation(derivation), claim) and said != "proved"
        parts.append(f"\\lpnote{{From the first line to the last: {_verdict(said)}{', as expected' * fine}.}}\n")
    return "".join(parts)


def _list(terms: Iterable[Term], names: Mapping[str, str]) -> str:
    return ", ".join(_math(term, names) for term in terms)


def _verdict(name: str) -> str:
    return f"\\lpverdict{{lp{name}}}{{{name}}}"


_RELATIONS = {"=": "=", "<": "<", ">": ">", "<=": r"\le", ">=": r"\ge", "=>": r"\Rightarrow", "<=>": r"\Leftrightarrow"}


def _step(line: Line, result: StepResult, names: Mapping[str, str]) -> str:
    """A line of the chain with what stands beside it, and what is to be said below it."""
    verdict = result.verdict
    fine = is_expected(line.expect, result, corrected=line.correct is not None)
    beside = [_verdict(verdict.verdict) + ("" if fine and isinstance(verdict, Proved) else
                                           ", as expected" if fine else ", not as expected")]
    below: list[str] = []
    if line.by:
        beside.append(prose(line.by))
    match verdict:
        case Proved(laws=laws):
            beside.extend([] if line.by else [prose(laws_words(laws))])
        case Conditional(conditions=conditions, laws=laws):
            beside.extend([f"where {_list(conditions, names)}"] if conditions else [])
            beside.extend([] if line.by else [prose(laws_words(laws))])
        case Refuted(counterexample=point):
            values = value_words(point, lambda term: latex(term, names), lambda body: f"\\text{{{prose(body)}}}")
            at = f"at {', '.join(f'${value}$' for value in values)}: " if values else ""
            beside.append(f"{at}left is {_value(point.left)}, right is {_value(point.right)}")
            below.extend(_below(line, result, names))
        case Unknown(reason=reason):
            beside.append(prose(reason))
        case Error(diagnostic=found):
            beside.append(prose(found.message))
        case Defined(reason=reason):
            beside.append(prose(reason))
    if line.given:
        beside.append(f"given {_list(line.given, names)}")
    for premise in result.premises:
        line_words = "" if premise.span is None else f" line {premise.span.line}"
        beside.append(f"given{line_words}: {_math(premise.term, names)}")
    remarks = "; ".join(beside)
    return (f"\\lpline{{{_RELATIONS[line.relation]}}}{{{_formula(line.term, names)}}}{{{remarks}}}\n" + "".join(below))


def _below(line: Line, result: StepResult, names: Mapping[str, str]) -> list[str]:
    """Erratum, what is missing, and the line as it should have been, each only where it was proved."""
    found: list[str] = []
    if line.erratum:
        found.append(f"\\lpnote{{Erratum: {prose(line.erratum)}}}\n")
    known = result.diagnosis
    if known is not None and known.remark:
        found.append(f"\\lpnote{{Note: {prose(known.remark)}}}\n")
    correct = line.correct if isinstance(result.correction, Proved) else None
    if correct is None and known is not None and known.edit != "relation":     # the note names the relation
        correct = known.suggestion
    if correct is not None:
        shown = _formula(correct, names)
        found.append(f"\\lpline{{{_RELATIONS[line.relation]}}}{{{shown}}}{{correct; {_verdict('proved')}}}\n")
    return found


def _value(value: str) -> str:
    """A side's value: a number is set as mathematics."""
    return f"${value}$" if re.fullmatch(r"-?\d+(/\d+)?(\.\d+)?", value) else prose(value)
