"""The floors hold: who may import whom, who may load SymPy, who may make a verdict. Read from the sources."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "lossproof"
SOURCES = sorted(PACKAGE.rglob("*.py"))

# The floor of each module, the longest matching prefix counts. The package's face hands on the vocabulary's names and
# imports nothing by itself; it stands above everything because it must not be imported from inside.
FLOORS = {
    "lossproof": 7, "lossproof.__main__": 7, "lossproof.cli": 6,
    "lossproof.report": 5,
    "lossproof.checker": 4, "lossproof.deciding": 4, "lossproof.lowering": 4, "lossproof.resting": 4,
    "lossproof.runner": 4, "lossproof.task": 4, "lossproof.worker": 4,
    "lossproof.data_names": 4, "lossproof.worker_process": 4,
    "lossproof.intake": 4, "lossproof.summary": 4, "lossproof.prose_verdicts": 4,
    "lossproof.search": 3, "lossproof.read": 3, "lossproof.vocabulary": 3,
    "lossproof.kernel": 2,
    "lossproof.term": 1, "lossproof.derivation": 1, "lossproof.verdict": 1, "lossproof.diagnostic": 1,
    "lossproof.latex_names": 1, "lossproof.print_text": 1,
    "lossproof.print_latex": 1, "lossproof.print_pretty": 1, "lossproof.print_parts": 1,
}

# Modules of the reader that meet SymPy's objects: they turn them into terms.
SYMPY_READERS = {"lossproof.read.python_file", "lossproof.read.sympy_terms", "lossproof.read.as_written"}


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def floor(module: str) -> int:
    while module not in FLOORS:
        module = module.rpartition(".")[0]
        assert module, "not a module of lossproof"
    return FLOORS[module]


def exists(module: str) -> bool:
    path = ROOT.joinpath(*module.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """Each module that a source imports, anywhere in it, and whether only type checkers do."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {id(inside) for node in ast.walk(tree) if isinstance(node, ast.If)
                   and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING" for inside in ast.walk(node)}
    package = module_name(path) if path.name == "__init__.py" else module_name(path).rpartition(".")[0]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, id(node) in typing_only
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                up = package.split(".")[:len(package.split(".")) - node.level + 1]
                base = ".".join([*up, *([base] if base else [])])
            for alias in node.names:
                inside = f"{base}.{alias.name}"
                yield (inside if base.startswith("lossproof") and exists(inside) else base), id(node) in typing_only


def test_every_module_has_a_floor_of_its_own() -> None:
    """A new module must be given its floor here: only packages pass theirs on to what is in them."""
    bare = [module_name(p) for p in SOURCES if p.parent == PACKAGE and module_name(p) not in FLOORS]
    assert bare == []


def test_readme_lists_every_module() -> None:
    """By name, or by a row for its whole folder; and no module that is not there."""
    listed, whole = set(), set()
    for row in re.findall(r"^\| \d \| (.*?) \|", (ROOT / "README.md").read_text(encoding="utf-8"), re.M):
        for part in row.split("; "):
            folder = re.match(r"`([\w/]+/)`\s*", part)
            names = re.findall(r"\w+", part[folder.end():] if folder else part)
            listed |= {(folder[1] if folder else "") + name for name in names}
            whole |= {folder[1]} if folder and not names else set()
    modules = {str(path.relative_to(PACKAGE).with_suffix("")) for path in SOURCES if not path.stem.startswith("__")}
    assert {name for name in modules if name.rpartition("/")[0] + "/" not in whole} == listed


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_imports_never_point_upwards(path: Path) -> None:
    """A module imports from its own floor and from lower ones, also lazily."""
    own = floor(module_name(path))
    wrong = [found for found, _ in imports(path)
             if found.split(".")[0] == "lossproof" and floor(found) > own and not harmless(path, found)]
    assert wrong == []


def harmless(path: Path, found: str) -> bool:
    """The face imports nothing: its version may be read, and the vocabulary puts a name on it."""
    return found == "lossproof" and (module_name(path) == "lossproof.vocabulary"
                                     or "from lossproof import __version__" in path.read_text(encoding="utf-8"))


def test_there_is_no_cycle() -> None:
    """Nobody imports itself by way of others, when modules are loaded."""
    graph: dict[str, set[str]] = {}
    for path in SOURCES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        lazy = {id(inside) for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
                for inside in ast.walk(node)}
        eager = ast.Module([node for node in tree.body if id(node) not in lazy and not isinstance(
            node, ast.FunctionDef | ast.ClassDef)], [])
        found = set()
        for node in eager.body:
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("lossproof"):
                for alias in node.names:
                    inside = f"{node.module}.{alias.name}"
                    found.add(inside if exists(inside) else str(node.module))
        graph[module_name(path)] = found - {module_name(path)}
    done: set[str] = set()

    def visit(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, " -> ".join((*trail, module))
        if module not in done:
            for after in sorted(graph.get(module, ())):
                visit(after, (*trail, module))
            done.add(module)

    for module in sorted(graph):
        visit(module, ())


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_sympy_is_loaded_only_where_authors_expressions_are_read_or_proposals_made(path: Path) -> None:
    """The vocabulary, the reader of Python files and the untrusted search; above all not the kernel."""
    module = module_name(path)
    allowed = module in SYMPY_READERS or module.split(".")[1:2] in (["vocabulary"], ["search"])
    assert allowed or not [found for found, _ in imports(path) if found.split(".")[0] == "sympy"]


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_only_the_judge_makes_verdicts_that_count(path: Path) -> None:
    """Proved, Conditional and Refuted are constructed in kernel/judge.py, and nowhere else in the package."""
    made = [node.lineno for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call) and called(node.func) in {"Proved", "Conditional", "Refuted"}]
    assert not made or module_name(path) == "lossproof.kernel.judge"


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_verdicts_have_no_other_names(path: Path) -> None:
    """No alias, no `getattr`, no `replace` of a verdict's fields: the test above would not see it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {"Proved", "Conditional", "Refuted"}
    renamed = [alias.asname for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names
               if alias.name in names and alias.asname not in (None, alias.name)]
    bound = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Assign)
             and called(node.value) in names]
    assert renamed == [] and bound == []


def called(node: ast.expr) -> str:
    """The last part of a dotted name."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def test_nothing_evaluates_text() -> None:
    """No eval, exec, sympify or parse_expr in the package, but for the reader that runs derivation files."""
    found = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and called(node.func) in {"eval", "exec", "sympify", "parse_expr", "S"}:
                found.append(f"{module_name(path)}: {called(node.func)}")
    assert set(found) <= {"lossproof.read.python_file: exec", "lossproof.vocabulary.nodes: sympify"}


@pytest.mark.parametrize("module", [
    "lossproof.cli", "lossproof.runner", "lossproof.checker", "lossproof.report.console"])
def test_these_load_without_sympy(module: str) -> None:
    """The command line, the parent of the workers and the judging workers never pay for SymPy."""
    check = f"import sys, {module}; sys.exit('sympy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], cwd=ROOT, check=False).returncode == 0
