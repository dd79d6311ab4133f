"""What shows by itself that a letter is a vector, a matrix or a number: transpositions, inverses, determinants, traces,
distributions, exponents, denominators.

Untrusted as to truth. Imports the typeset tree, `survey` and `array_names`.
"""

from __future__ import annotations

from collections.abc import Callable

from lossproof.read.document.array_names import Arrays, full_name, inner_of, is_upper, is_word, split
from lossproof.read.document.survey import TRANSPOSED, is_label
from lossproof.read.latex.layout import Bracket, Command, Leaf, Node, Nodes, Scripted, canonical

__all__ = ["NORMALS", "look_at", "look_for_blocks", "look_for_densities", "look_for_spaces", "parts_of_normal"]

NORMALS = frozenset({r"\mathcal{N}", r"\mathcal{MN}", r"\mathrm{N}"})
_SUM_SIGNS = frozenset({"+", "-"})
_REALS = frozenset({r"\mathbb{R}", r"\mathbf{R}"})
_E = frozenset({"e", r"\mathrm{e}"})


def look_at(found: Arrays, rows: list[Nodes]) -> None:
    """Note what the rows show; distributions first, for they tell a random vector from a matrix."""
    for row in rows:
        _numbers(found, row, False)
    for row in rows:
        _distributions(found, row)
    for row in rows:
        _scripts(found, row)


def look_for_blocks(found: Arrays, nodes: Nodes) -> None:
    """Where \\Sigma_{22} is a matrix, \\Sigma_{12} is one: they are blocks of a matrix."""
    for node in nodes:
        name = full_name(node)
        if name is not None and is_upper(name) and name not in found.kinds and any(
                kind == "m" and _are_blocks(known, name) for known, kind in found.kinds.items()):
            found.become(name, "m")
        for inner in inner_of(node):
            look_for_blocks(found, inner)


def look_for_spaces(found: Arrays, nodes: Nodes) -> None:
    """x \\in \\mathbb{R}^n, X \\in \\mathbb{R}^{n \\times p}: the shape is said."""
    for place, node in enumerate(nodes[1:-1], 1):
        space = nodes[place + 1]
        if not (isinstance(node, Leaf) and node.text == r"\in" and isinstance(space, Scripted) and space.sup
                and canonical(space.base) in _REALS):
            continue
        name = full_name(nodes[place - 1])
        sizes = [canonical(part) for part in split(space.sup, frozenset({r"\times"}))]
        if name is None or "math" in name or len(sizes) > 2 or sizes[:1] == ["1"] or not all(
                len(size) == 1 and size.isalnum() for size in sizes):
            continue
        if len(sizes) == 2 and sizes[1] == "1":
            sizes = sizes[:1]
        found.become(name, "v" if len(sizes) == 1 else "m", strong=True)
        if len(found.places.get(name, ())) == len(sizes):
            found.units.update(size for size in sizes if size.isalpha())
            for own, size in zip(found.places[name], sizes, strict=True):
                found.same(own, found.named(size))


def look_for_densities(found: Arrays, nodes: Nodes, size_of: Callable[[Nodes], int | None]) -> None:
    """(2 pi)^n |V|, also as a quotient: n is the size of V, as in the density of a normal distribution."""
    for node in nodes:
        if isinstance(node, Command) and node.name == r"\frac":
            look_for_densities(found, (*node.args[0], *node.args[1]), size_of)
        else:
            for inner in inner_of(node):
                look_for_densities(found, inner, size_of)
    raised = [canonical(node.sup) for node in nodes if isinstance(node, Scripted) and node.sup
              and isinstance(node.base, Bracket) and canonical(node.base.items).startswith(r"2\pi")]
    inside = [node.items for node in nodes if isinstance(node, Bracket) and node.opening == node.closing == "|"]
    if len(raised) == len(inside) == 1 and len(raised[0]) == 1 and raised[0].isalpha():
        size = size_of(inside[0])
        if size is not None:
            found.units.add(raised[0])
            found.same(size, found.named(raised[0]))


def parts_of_normal(name: Node, arguments: Node | None) -> tuple[Nodes, ...]:
    """The parameters of a normal distribution, last the covariances; () where it is none, or none of arrays.

    Of N(x; m, V) and MN(X; M, U, V) also what the density is taken at, first.
    """
    if full_name(name) not in NORMALS or not isinstance(arguments, Bracket):
        return ()
    return tuple(split(arguments.items, frozenset({",", ";"})))


def _numbers(found: Arrays, nodes: Nodes, inside: bool) -> None:
    """Names in exponents, but for those of exp and e, where x^T y may stand, and names that a number is divided by."""
    for node in nodes:
        name = full_name(node)
        if inside and name is not None:
            found.numbers.add(name)
        if isinstance(node, Command) and node.name == r"\frac" and len(node.args[1]) == 1:
            below = full_name(node.args[1][0])
            if below is not None and not (isinstance(node.args[1][0], Scripted) and node.args[1][0].sup):
                found.numbers.add(below)
        raised = isinstance(node, Scripted) and node.sup and canonical(node.sup) not in TRANSPOSED \
            and not is_label(node.sup) and canonical(node.base) not in _E
        if raised and isinstance(node, Scripted):
            _numbers(found, node.sup or (), True)
        if isinstance(node, Scripted) and name is None:
            _numbers(found, (node.base,), inside)
        elif not isinstance(node, Scripted):
            for inner in inner_of(node):
                _numbers(found, inner, inside)


def _distributions(found: Arrays, nodes: Nodes) -> None:
    """X ~ N(m, V) with a covariance that is a matrix: X is a vector, also where it is a capital; V is symmetric."""
    for at, node in enumerate(nodes):
        after = nodes[at + 1] if at + 1 < len(nodes) else None
        parameters = parts_of_normal(node, after)
        for part in parameters[-2 if full_name(node) == r"\mathcal{MN}" else -1:]:
            covariance = _covariance(part)
            if len(parameters) > 1 and covariance is not None:
                found.symmetric.add(covariance)
        sign = isinstance(node, Leaf) and node.text == r"\sim"
        if sign and 0 < at < len(nodes) - 2 and len(parts := parts_of_normal(nodes[at + 1], nodes[at + 2])) == 2:
            before = nodes[at - 2] if at > 1 else None
            alone = before is None or (isinstance(before, Leaf) and before.text in (",", ";", r"\Rightarrow"))
            listed = at > 1 and not any(isinstance(n, Leaf) and n.text in ("=", r"\sim") for n in nodes[:at])
            name = full_name(nodes[at - 1])
            if alone and not listed and name is not None and "math" not in name and _is_covariance(parts[1]):
                found.become(name, "v", strong=True)
        for inner in inner_of(node):
            _distributions(found, inner)


def _covariance(nodes: Nodes) -> str | None:
    """The name of a covariance matrix, or of its inverse, behind numbers: V of s^2 V, P of (t P)^-1."""
    last = nodes[-1]
    name = full_name(last)
    if name is None and isinstance(last, Scripted) and last.sup and canonical(last.sup) == "-1" and isinstance(
            last.base, Bracket) and len(nodes) == 1 and last.base.items:
        return _covariance(last.base.items)
    plain = not isinstance(last, Scripted) or not last.sup or is_label(last.sup) or canonical(last.sup) == "-1"
    before = [full_name(node) for node in nodes[:-1] if not (isinstance(node, Leaf) and node.kind == "number")]
    numbers = all(other is not None and not is_upper(other) and "math" not in other for other in before)
    return name if name is not None and is_upper(name) and plain and numbers and "math" not in name else None


def _is_covariance(nodes: Nodes) -> bool:
    """True for what is a matrix as it stands: Sigma, and numbers before I_n."""
    last = nodes[-1]
    bare = last.base if isinstance(last, Scripted) else last
    eye = isinstance(last, Scripted) and canonical(bare) == "I" and last.sub is not None and not last.sup
    return eye or (len(nodes) == 1 and canonical(bare) == r"\Sigma" and not (isinstance(last, Scripted) and last.sup))


def _scripts(found: Arrays, nodes: Nodes) -> None:
    """What is transposed, inverted, traced, or stands in a determinant; the sizes below 1, 0 and I."""
    before: str | None = None
    for at, node in enumerate(nodes):
        name = full_name(node)
        after = nodes[at + 1] if at + 1 < len(nodes) else None
        if isinstance(node, Scripted):
            _superscript(found, node, name, called=isinstance(after, Bracket) and len(after.items) == 1)
            _unit(found, node)
        if isinstance(node, Bracket) and len(node.items) == 1 and before == r"\mathrm{tr}" and (
                traced := full_name(node.items[0])) is not None and is_upper(traced) and "math" not in traced:
            found.become_square(traced)
        before = name
        match node:
            case Bracket("|", "|", (single,)) if (inside := full_name(single)) is not None and is_upper(inside) \
                    and r"\math" not in inside and not (isinstance(single, Scripted) and single.sup):
                found.become_square(inside)
        for inner in inner_of(node):
            _scripts(found, inner)


def _superscript(found: Arrays, node: Scripted, name: str | None, called: bool) -> None:
    """What a superscript shows; the inverse of what is `called` is one of a function."""
    if not node.sup:
        return
    sup = canonical(node.sup)
    inner = node
    if name is not None and isinstance(node.base, Scripted):
        inner = node.base
    if sup in TRANSPOSED:
        if name is not None:
            found.become(name, "m" if is_upper(name) else "v", strong=True)
        elif isinstance(inner.base, Bracket):
            _transposed_sum(found, inner.base)
    elif name is not None and sup == "-1" and is_upper(name) and not called and (
            r"\mathrm" not in name or not is_word(name)):
        found.become_square(name)


def _transposed_sum(found: Arrays, bracket: Bracket) -> None:
    """(x - m)^T: its terms that are names are vectors, or matrices where all are capitals."""
    names = [name for part in split(bracket.items, _SUM_SIGNS) if len(part) == 1
             and (name := full_name(part[0])) is not None and "math" not in name
             and not (isinstance(part[0], Scripted) and part[0].sup and not is_label(part[0].sup))]
    random = any(full_name(node) in (r"\mathrm{E}", r"\mathbb{E}") for node in bracket.items)
    kind = "m" if all(map(is_upper, names)) and not random else "v"
    for name in names:
        found.become(name, kind, strong=True)


def _unit(found: Arrays, node: Scripted) -> None:
    """1_n, 0_p, I_n: n is a size."""
    if canonical(node.base) in ("0", "1", "I", r"\mathbf{1}", r"\mathbf{0}", r"\mathbf{I}") and node.sub:
        for size in canonical(node.sub):
            if len(canonical(node.sub)) <= 2 and size.isalpha():
                found.units.add(size)


def _are_blocks(first: str, second: str) -> bool:
    """Whether two names differ in the two digits below them only."""
    (letter_, _, below), (other, _, beneath) = first.partition("_{"), second.partition("_{")
    return letter_ == other and all(len(sub) == 3 and sub[:2].isdigit() for sub in (below, beneath))
