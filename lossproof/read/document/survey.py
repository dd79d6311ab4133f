"""How the letters of a document are used: with which indices, under which signs, applied to what.

Untrusted as to truth. It looks at how formulas are set, before anything is declared. Imports the typeset tree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from lossproof.read.latex.distributions import DISTRIBUTIONS
from lossproof.read.latex.layout import (
    Bracket,
    Command,
    Environment,
    Group,
    Leaf,
    Node,
    Nodes,
    Scripted,
    Words,
    canonical,
    lay_out,
)
from lossproof.read.latex.tokens import LatexProblem, tokenize

__all__ = ["Survey", "TRANSPOSED", "Use", "is_label", "laid_out", "letter", "parts", "survey"]

ACCENTS = frozenset({r"\hat", r"\bar", r"\tilde", r"\vec", r"\check", r"\breve", r"\overline", r"\underline"})
FONTS = frozenset({r"\mathrm", r"\mathbf", r"\mathit", r"\mathsf", r"\mathcal", r"\mathbb", r"\mathfrak",
                   r"\boldsymbol", r"\operatorname", r"\mathscr", r"\mathnormal", r"\text"})
GREEK = frozenset("\\" + name for name in (
    "alpha", "beta", "gamma", "delta", "epsilon", "varepsilon", "zeta", "eta", "theta", "vartheta", "iota", "kappa",
    "lambda", "mu", "nu", "xi", "pi", "varpi", "rho", "varrho", "sigma", "varsigma", "tau", "upsilon", "phi",
    "varphi", "chi", "psi", "omega", "Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi",
    "Psi", "Omega", "ell"))
TRANSPOSED = frozenset({"T", r"\top", r"\mathrm{T}", r"\mathsf{T}", r"\mathbf{T}", r"\intercal", r"\mathrm{t}"})
_SUMS = frozenset({r"\sum", r"\prod"})
_ROOTS = frozenset({r"\log", r"\ln", r"\lg"})
_BETWEEN = frozenset({",", ";", "|", "=", r"\mid", r"\vert"})
_BEFORE = frozenset({",", ";", ".", ":", r"\quad", r"\qquad", r"\;", r"\Rightarrow", r"\Leftrightarrow", r"\implies"})
_SIGNS = frozenset({"+", "-", "=", r"\cdot", r"\times", "<", ">", r"\leq", r"\geq", r"\sim", ","})


@dataclass(slots=True)
class Use:
    """How one letter (with its accents and font) is used over a document."""

    bare: int = 0
    subscripts: Counter[tuple[str, ...]] = field(default_factory=Counter)       # the parts of each subscript
    labelled: Counter[tuple[tuple[str, ...], str]] = field(default_factory=Counter)    # with superscripts, no powers
    applied: Counter[str] = field(default_factory=Counter)                      # to what stands in brackets behind it
    squared: Counter[tuple[str, ...]] = field(default_factory=Counter)          # of these, those to the power 2
    equated: set[tuple[str, ...]] = field(default_factory=set)                  # and those of which this is said
    primes: int = 0
    primed: Counter[tuple[tuple[str, ...], int]] = field(default_factory=Counter)    # subscripts with how many primes
    transposed: int = 0
    inverted: int = 0
    under_log: int = 0
    stated: set[tuple[tuple[str, ...], str]] = field(default_factory=set)   # subscripts, labels before an equals sign
    zero: set[tuple[tuple[str, ...], str]] = field(default_factory=set)     # and of what is said to be 0
    first: int = 0


@dataclass(slots=True)
class Survey:
    """What is known of all letters, by their canonical text; and of sums."""

    uses: dict[str, Use] = field(default_factory=dict)
    bounds: dict[str, Counter[str]] = field(default_factory=dict)   # index -> upper bounds as set
    bare_sums: Counter[str] = field(default_factory=Counter)        # what stands under sums without bounds
    differentials: set[str] = field(default_factory=set)
    applied_to: dict[str, Counter[str]] = field(default_factory=dict)   # full name as set -> arguments
    count: int = 0

    def use(self, key: str) -> Use:
        if key not in self.uses:
            self.count += 1
            self.uses[key] = Use(first=self.count)
        return self.uses[key]


def laid_out(formulas: Iterable[str]) -> list[Nodes]:
    """The formulas as they are set; those that cannot be set are left out."""
    found = []
    for formula in formulas:
        try:
            found.append(lay_out(tokenize(formula)))
        except LatexProblem:
            continue
    return found


def survey(formulas: Iterable[Nodes]) -> Survey:
    """What the formulas show."""
    found = Survey()
    for nodes in formulas:
        _walk(nodes, found, False)
    return found


def letter(node: Node) -> str | None:
    """The canonical text of a letter with its accents and font, a word of letters, or None."""
    match node:
        case Leaf("letter", text):
            return text
        case Leaf("command", text) if text in GREEK:
            return text
        case Command(name, args) if name in FONTS and len(args) == 1:
            signs = any(isinstance(inner, Leaf) and inner.text in ("+", "-", "=") for inner in args[0][1:])
            return None if signs else canonical(node)
        case Command(name, (inner,)) if name in ACCENTS and len(inner) == 1:
            return canonical(node) if letter(inner[0]) is not None else None
        case Group(items=(inner,)):
            return letter(inner)
        case Words(text) if text.strip().isalpha() and text.strip().isupper() and len(text.strip()) <= 5:
            return canonical(node)      # BF, LL
        case _:
            return None


def parts(script: Nodes | None) -> tuple[str, ...]:
    """The parts of a subscript: split at commas, else letter by letter where it is letters and digits."""
    if not script:
        return ()
    if len(script) == 1 and isinstance(script[0], Group | Bracket):
        script = script[0].items
    if any(isinstance(node, Leaf) and node.text in (",", ";") for node in script):
        made: list[str] = [""]
        for node in script:
            if isinstance(node, Leaf) and node.text in (",", ";"):
                made.append("")
            else:
                made[-1] += canonical(node)
        return tuple(part for part in made if part)
    if all(letter(node) is not None or (isinstance(node, Leaf) and node.kind == "number") for node in script):
        return tuple(canonical(node) for node in script)
    return (canonical(script),)


def is_label(sup: Nodes) -> bool:
    """True for a superscript that belongs to the name: (1), *, a word."""
    if len(sup) == 1:
        node = sup[0]
        if isinstance(node, Bracket) and node.opening == "(":
            return True
        if isinstance(node, Leaf):
            return node.text in ("*", "+", "-", r"\ast", r"\star", r"\dagger", r"\circ", r"\prime")
        if isinstance(node, Command) and node.name in (r"\mathrm", r"\text"):
            return canonical(node) not in TRANSPOSED
        return isinstance(node, Words)
    return False


def _walk(nodes: Nodes, found: Survey, in_log: bool) -> None:
    at, outside = 0, in_log
    while at < len(nodes):
        node = nodes[at]
        base = node.base if isinstance(node, Scripted) else node
        if isinstance(base, Leaf) and base.text in _SUMS and isinstance(node, Scripted):
            _sum(node, found)
        elif isinstance(base, Leaf) and base.text in _ROOTS:
            # what follows it, up to the next sign; \ln N(m, v) is a distribution
            in_log = canonical(nodes[at:at + 2]) not in DISTRIBUTIONS
            if isinstance(node, Scripted):
                _walk(node.sub or (), found, True)      # the base is positive
            at += 1
            continue
        elif isinstance(base, Leaf) and base.text == r"\int":
            _walk(node.sub or () if isinstance(node, Scripted) else (), found, False)
            _walk(node.sup or () if isinstance(node, Scripted) else (), found, False)
        elif isinstance(node, Leaf) and node.text in _SIGNS:
            in_log = outside
        elif letter(base) is not None:
            at += _name(node, base, nodes, at, found, in_log)
            if in_log and at < len(nodes) and _are_arguments(nodes[at]):
                _inner(nodes[at], found, False)     # log p(y | mu)
                at += 1
            continue
        else:
            _inner(node, found, in_log)
        at += 1


def _inner(node: Node, found: Survey, in_log: bool) -> None:
    match node:
        case Group(items=items) | Bracket(items=items):
            _walk(items, found, in_log)
        case Scripted(base, sub, sup):
            # what is squared may have any sign
            _inner(base, found, in_log and not (isinstance(base, Bracket) and sup and canonical(sup) == "2"))
            _walk(sub or (), found, False)
            _walk(sup or (), found, False)
        case Command(name, args, option):
            for arg in args[1:] if name in (r"\overset", r"\stackrel") else args:
                _walk(arg, found, in_log or name == r"\sqrt")
            _walk(option or (), found, False)
        case Environment(rows=rows):
            for row in rows:
                _walk(tuple(node for cell in row for node in cell), found, in_log)
        case _:
            pass


def _are_arguments(node: Node) -> bool:
    """Whether a bracket holds several things, as a function's does and a factor's does not."""
    return isinstance(node, Bracket) and node.opening == "(" and any(
        isinstance(item, Leaf) and item.text in _BETWEEN for item in node.items)


def _begins(node: Node) -> bool:
    """Whether a statement may begin behind a node: words, space, an arrow, a comma."""
    text = canonical((node,))
    return isinstance(node, Words) or text in _BEFORE or text.startswith(r"\label")


def _is_zero(nodes: Nodes) -> bool:
    """Whether nodes begin with `= 0` and end there, or go on with what ends a statement."""
    return len(nodes) > 1 and canonical(nodes[:2]) == "=0" and (len(nodes) == 2 or _begins(nodes[2]))


def _sum(node: Scripted, found: Survey) -> None:
    """Note the index of a sum or product with its upper bound."""
    sub = node.sub or ()
    equal = [n for n, item in enumerate(sub) if isinstance(item, Leaf) and item.text == "="]
    if len(equal) == 1:
        index = canonical(sub[:equal[0]])
        found.bounds.setdefault(index, Counter())
        if node.sup:
            found.bounds[index][canonical(node.sup)] += 1
        _walk(sub[equal[0] + 1:], found, False)
    elif sub:
        found.bare_sums[canonical(sub)] += 1
    _walk(node.sup or (), found, False)


def _name(node: Node, base: Node, nodes: Nodes, at: int, found: Survey, in_log: bool) -> int:
    """Note the use of a letter; how many nodes it takes."""
    key = letter(base)
    assert key is not None
    if key in (r"\mathrm{d}", "d") and at + 1 < len(nodes):
        by = nodes[at + 1]
        by_key = letter(by.base if isinstance(by, Scripted) else by)
        if by_key is not None and (key != "d" or any(
                isinstance(n.base if isinstance(n, Scripted) else n, Leaf)
                and (n.base if isinstance(n, Scripted) else n).text == r"\int" for n in nodes[:at])):  # type: ignore[union-attr]
            found.differentials.add(by_key)
            return 1
    use = found.use(key)
    sub = node.sub if isinstance(node, Scripted) else None
    sup = node.sup if isinstance(node, Scripted) else None
    if isinstance(node, Scripted):
        use.primes += node.primes > 0
    full = key
    label = canonical(sup) if sup and is_label(sup) and canonical(sup) not in TRANSPOSED else ""
    if label:
        use.labelled[parts(sub), label] += 1
    elif sub:
        use.subscripts[parts(sub)] += 1
    else:
        use.bare += 1
    if sub:
        full = f"{key}_{{{canonical(sub)}}}"
        for part in sub:
            if letter(part) is None:
                _inner(part, found, False)
    if sup:
        text = canonical(sup)
        if text in TRANSPOSED:
            use.transposed += 1
        elif text.startswith("-1"):
            use.inverted += 1
        elif not label:
            _walk(sup, found, False)
    use.under_log += in_log
    after = nodes[at + 1] if at + 1 < len(nodes) else None
    if (at == 0 or _begins(nodes[at - 1])) and isinstance(after, Leaf) and after.text == "=":
        use.stated.add((parts(sub), label))
        if _is_zero(nodes[at + 1:at + 4]) and (label or not sup):
            use.zero.add((parts(sub), label))
    if sup and not label and canonical(sup) == "2":
        use.squared[parts(sub)] += 1
        if at == 0 and isinstance(after, Leaf) and after.text in ("=", "&"):
            use.equated.add(parts(sub))
    after_base = after.base if isinstance(after, Scripted) else after
    if isinstance(node, Scripted) and node.primes and sub and not isinstance(after_base, Bracket):
        use.primed[parts(sub), node.primes] += 1
    if isinstance(after_base, Bracket) and after_base.opening in ("(", "["):
        use.applied[canonical(after_base.items)] += 1
        found.applied_to.setdefault(full, Counter())[canonical(after_base.items)] += 1
    return 1
