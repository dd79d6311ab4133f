"""Names as LaTeX, and the escaping of whatever an author typed.

Trusted with one thing: nothing that goes through here can end the formula or the page it stands
in, or run a command of LaTeX that is not on the list below. Imports nothing of lossproof.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["HOLE", "LatexName", "escape_math", "escape_text", "function_name", "is_harmless", "latex_name"]



def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_GREEK = _words("""
    alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi varpi rho varrho
    sigma varsigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega ell
""")
_SPELLED = {"lamda": "lambda", "lam": "lambda", "lambda_": "lambda", "Lamda": "Lambda", "eps": "varepsilon"}
_UNICODE_GREEK = {
    unicodedata.lookup(f"GREEK {size} LETTER {name.upper().replace('LAMBDA', 'LAMDA')}"): latex
    for size, names in (("SMALL", "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho "
                                  "sigma tau upsilon phi chi psi omega"),
                        ("CAPITAL", "gamma delta theta lambda xi pi sigma upsilon phi psi omega"))
    for name in names.split()
    for latex in [name if size == "SMALL" else name.title()]}
_ACCENTS = {"hat": "hat", "bar": "bar", "tilde": "tilde", "dot": "dot", "vec": "vec"}

_TEXT = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "#": r"\#", "%": r"\%", "&": r"\&", "$": r"\$", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", '"': r"\textquotedbl{}", "`": r"\textasciigrave{}", "\n": " ", "\t": " ", "\r": " "}
_MATH = {
    "\\": r"\backslash{}", "{": r"\{", "}": r"\}", "#": r"\#", "%": r"\%", "&": r"\&", "$": r"\$", "_": r"\_",
    "^": r"\text{\textasciicircum}", "~": r"\text{\textasciitilde}", " ": r"\ ", "\n": r"\ ", "\t": r"\ ", "\r": r"\ "}

# What an author's own LaTeX for a name may hold. Everything else falls back to the rule for the name.
_ALONE = _GREEK | _words("""
    prime star ast dagger top bot perp circ infty hbar nabla partial imath jmath Re Im
    int sum prod log ln exp sin cos tan max min det lim inf sup cdot times leq geq neq in notin sim mid bullet dots
    langle rangle
    cup cap emptyset propto approx otimes to rightarrow
""")
# In the LaTeX of a function: the place of an argument.
HOLE = r"\ast"
_WITH_ARGUMENT = _words("""
    hat bar tilde dot ddot vec check breve acute grave widehat widetilde overline underline mathbf mathrm mathit mathsf
    mathtt mathcal mathbb mathfrak boldsymbol operatorname frac sqrt binom
""")
_OWN = re.compile(r"\\(?P<alone>[A-Za-z]+)|(?P<script>[_^])|(?P<brace>[{}])|"
                  r"[A-Za-z0-9 ,.;:'()\[\]|*+=/<>-]|\\[,;: |]")


def escape_text(text: str) -> str:
    """`text` for the running text of a document that xelatex reads: every special character escaped.

    Line ends become spaces; control and formatting characters (direction marks among them) are left out.
    """
    return "".join(_TEXT.get(c, c) for c in text if c in _TEXT or _is_printable(c))


def escape_math(text: str) -> str:
    """`text` as it may stand inside \\mathit{...} or \\mathrm{...}; letters that are not ASCII go through \\text."""
    return "".join(_MATH.get(c) or (c if c.isascii() else rf"\text{{{c}}}")
                   for c in text if c in _MATH or _is_printable(c))


def _is_printable(character: str) -> bool:
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


@dataclass(frozen=True, slots=True)
class LatexName:
    """A name in two parts, so that an index can join the subscripts: \\hat{y}, ["p"]."""

    base: str
    under: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.base.replace(HOLE, "") + (f"_{{{','.join(self.under)}}}" if self.under else "")

    def entry(self, indices: list[str]) -> str:
        """The name with indices: x_{ij}; a comma between them where one is longer than a letter.

        Where the name has holes, they stand there.
        """
        if HOLE in self.base:
            pieces = self.base.split(HOLE)
            if len(pieces) == len(indices) + 1:
                return pieces[0] + "".join(index + piece for index, piece in zip(indices, pieces[1:], strict=True))
            return LatexName(f"{{{self}}}", self.under).entry(indices)
        if self.under:
            return f"{self.base}_{{{', '.join([*self.under, *indices])}}}"
        if len(indices) == 1 and len(indices[0]) == 1:
            return f"{self.base}_{indices[0]}"
        short = all(len(i) == 1 and i.isalpha() for i in indices)
        return f"{self.base}_{{{('' if short else ', ').join(indices)}}}"

    @property
    def raised(self) -> bool:
        """True where the base has a superscript of its own, so that another needs braces."""
        return "^" in self.base or "'" in self.base


def latex_name(name: str, own: Mapping[str, str]) -> LatexName:
    """The LaTeX of a declared name: what `own` says of it where that is harmless, else by the rule.

    The rule: sigma is \\sigma, yhat is \\hat{y}, sigmabar is \\bar{\\sigma}, w_1 and w1 are w_{1}, z_out is
    z_{\\mathrm{out}}, several letters are \\mathit{...}; primes stay. Whatever else the name
    holds is escaped.
    """
    given = own.get(name)
    if given is not None and is_harmless(given):
        given = given.strip()
        return LatexName(f"{{{given}}}" if "_" in given and HOLE not in given else given)
    plain = name.rstrip("'")
    primes = name[len(plain):]
    if plain in _SPELLED:
        return LatexName("\\" + _SPELLED[plain] + primes)
    parts = plain.split("_")
    numbered = re.fullmatch(r"([^\W\d]+)(\d+)", parts[0])
    if numbered:
        parts[0:1] = [numbered[1], numbered[2]]
    if not parts[0]:
        return LatexName(rf"\mathit{{{escape_math(plain)}}}{primes}")
    base = _letter(parts[0])
    if base is None:
        base = rf"\mathit{{{escape_math(parts[0])}}}"
    return LatexName(base + primes, tuple(_subscript(part) for part in parts[1:] if part))


def function_name(name: str, own: Mapping[str, str]) -> LatexName:
    """As `latex_name`, but several letters stand upright, as operators do."""
    made = latex_name(name, own)
    if made.base.startswith(r"\mathit{"):
        return LatexName(r"\operatorname{" + made.base.removeprefix(r"\mathit{"), made.under)
    return made


def _letter(word: str) -> str | None:
    """A letter, a Greek letter, or one of these under accents; None for other words."""
    if len(word) == 1:
        return "\\" + _UNICODE_GREEK[word] if word in _UNICODE_GREEK else escape_math(word)
    if word in _SPELLED:
        return "\\" + _SPELLED[word]
    if word in _GREEK:
        return "\\" + word
    for suffix, accent in _ACCENTS.items():
        if word.endswith(suffix) and len(word) > len(suffix):
            inner = _letter(word.removesuffix(suffix))
            if inner is not None:
                return rf"\{accent}{{{inner}}}"
    return None


def _subscript(part: str) -> str:
    letter = _letter(part)
    if letter is not None:
        return letter
    return part if part.isascii() and part.isdigit() else rf"\mathrm{{{escape_math(part)}}}"


def is_harmless(latex: str) -> bool:
    """True for LaTeX of a name that uses only letters, scripts, accents and fonts, with matching braces."""
    depth = position = 0
    scripts: list[str] = []
    needs_argument = True
    if len(latex) > 200:
        return False
    while position < len(latex):
        found = _OWN.match(latex, position)
        if found is None:
            return False
        position = found.end()
        command, script, brace = found["alone"], found["script"], found["brace"]
        if command and command not in _ALONE and command not in _WITH_ARGUMENT:
            return False
        if needs_argument and (script or brace == "}"):
            return False  # an accent, a script or a group with nothing in it
        depth += {"{": 1, "}": -1}.get(brace or "", 0)
        if depth < 0:
            return False
        if script and depth == 0:
            scripts.append(script)
        if not found[0].isspace():
            needs_argument = bool(script) or brace == "{" or command in _WITH_ARGUMENT
    # two scripts of one kind on one letter would stop LaTeX
    return depth == 0 and not needs_argument and len(scripts) == len(set(scripts))
