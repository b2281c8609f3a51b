"""The architecture, held: imports only point down, wherever they stand in a module, and never go round in a circle."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

#: the rooms of the house from top to bottom: a room imports from those below it, and rooms of one row keep apart
ROOMS = (
    ("__main__",),
    ("cli",),
    ("response",),
    ("fix", "inventory", "migration"),
    ("scan",),
    ("policy",),
    ("history", "hygiene"),
    ("inspection",),
    ("acceptance", "attribution"),
    ("triage",),
    ("engine",),
    ("joining",),
    ("decoding",),
    ("credential_files",),
    ("generic",),
    ("rules",),
    ("containers",),
    ("odb", "remote", "report", "sources"),
    ("cache", "config", "git"),
    ("masking",),
    ("support",),
    ("model",),
)
FLOORS = {room: floor for floor, row in enumerate(reversed(ROOMS)) for room in row}

Graph = Mapping[str, frozenset[str]]


def modules_under(root: Path, package: str) -> dict[str, str]:
    """Dotted name -> source text of every module of ``package``, whose folder stands in ``root``."""
    found = {}
    for path in sorted((root / package).rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path.read_text(encoding="utf-8")
    return found


def named_in(node: ast.AST, strings: bool) -> Iterator[str]:
    """Dotted names that one node may import: statements at any depth and, if asked, strings, for lazy tables."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, f"line {node.lineno}: a relative import"
        yield node.module or ""
        yield from (f"{node.module}.{alias.name}" for alias in node.names)
    elif strings and isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        start = node.values[0] if node.values else None
        made_up = isinstance(start, ast.Constant) and str(start.value).startswith("keyguard.")
        assert not made_up, f"line {node.lineno}: a module's name is put together, so nobody can tell what is imported"


def imports_of(name: str, source: str, known: frozenset[str], strings: bool) -> frozenset[str]:
    """The modules among ``known`` that ``name`` imports."""
    tree = ast.parse(source)
    found = {target for node in ast.walk(tree) for target in named_in(node, strings) if target in known} - {name}
    # `from a.b import c` names both a.b and a.b.c: where c is a module, a.b is only the way there
    return frozenset(target for target in found if not is_a_way(target, found) or takes_from(tree, target, known))


def is_a_way(package: str, found: set[str]) -> bool:
    """Whether modules in ``package`` were found as well."""
    return any(target.startswith(f"{package}.") for target in found)


def takes_from(tree: ast.Module, package: str, known: frozenset[str]) -> bool:
    """Whether something of ``package`` itself is imported, and not just a module that lies in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == package:
            if any(f"{package}.{alias.name}" not in known for alias in node.names):
                return True
        elif isinstance(node, ast.Import) and any(alias.name == package for alias in node.names):
            return True
    return False


def graph_of(sources: Mapping[str, str], strings: bool = True) -> Graph:
    """Module -> the modules it imports, or names in a string."""
    known = frozenset(sources)
    return {name: imports_of(name, source, known, strings) for name, source in sources.items()}


def room_of(name: str) -> str:
    """The room in which a module lies; empty for the root itself, which everybody may ask for the version."""
    return ([*name.split("."), ""])[1]


def wrong_imports(graph: Graph) -> list[str]:
    """What points up, or sideways into another room."""
    wrong = []
    for name, imported in sorted(graph.items()):
        for target in sorted(imported):
            here, there = room_of(name), room_of(target)
            if there and here != there and FLOORS[there] >= FLOORS[here]:
                wrong.append(f"{name} imports {target}")
    return wrong


def packages_of(graph: Graph) -> Graph:
    """The same between packages, each with the modules directly in it; a module of the root stands for itself."""
    folders = {name for name in graph if any(other.startswith(f"{name}.") for other in graph)}

    def package(name: str) -> str:
        return name if name in folders or name.count(".") == 1 else name.rpartition(".")[0]

    found: dict[str, set[str]] = {package(name): set() for name in graph}
    for name, imported in graph.items():
        found[package(name)].update(package(target) for target in imported)
    return {name: frozenset(targets - {name}) for name, targets in found.items()}


def circle_in(graph: Graph) -> list[str]:
    """One circle of imports, the first module again at its end; empty when there is none."""
    done: set[str] = set()

    def walk(name: str, path: list[str]) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name not in done:
            for target in sorted(graph[name]):
                if circle := walk(target, [*path, name]):
                    return circle
            done.add(name)
        return []

    return next((circle for name in sorted(graph) if (circle := walk(name, []))), [])


@pytest.fixture(scope="module")
def sources() -> dict[str, str]:
    return modules_under(ROOT, "keyguard")


@pytest.fixture(scope="module")
def graph(sources: dict[str, str]) -> Graph:
    return graph_of(sources)


def test_every_room_is_in_the_table_and_nothing_else_lies_beside_them(graph: Graph) -> None:
    assert {room_of(name) for name in graph} - {""} == set(FLOORS)
    assert {path.name for path in (ROOT / "keyguard").glob("*.py")} == {"__init__.py", "__main__.py"}


def test_imports_point_down(graph: Graph) -> None:
    assert wrong_imports(graph) == []


def test_neither_modules_nor_packages_import_each_other_in_a_circle(sources: dict[str, str]) -> None:
    # a package's table names its modules in strings, and they take their shape from the package: that is no circle
    graph = graph_of(sources, strings=False)
    assert circle_in(graph) == []
    assert circle_in(packages_of(graph)) == []


def test_a_room_has_about_fifteen_files(sources: dict[str, str]) -> None:
    counted = Counter(name.rpartition(".")[0] for name in sources)
    assert {package: count for package, count in counted.items() if count > 20 and package != "keyguard"} == {}


@pytest.mark.parametrize(
    "source",
    [
        "from keyguard.scan import run",
        "from keyguard import scan",
        "import keyguard.scan",
        "import keyguard.scan as engine",
        "def later():\n    from keyguard import scan",
        "class Late:\n    def load(self):\n        import keyguard.scan",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from keyguard.scan import run",
        "try:\n    import keyguard.scan\nexcept ImportError:\n    pass",
        "import importlib\nimportlib.import_module('keyguard.scan')",
        "TABLE = {'all': 'keyguard.scan'}",
    ],
)
def test_an_import_that_points_up_is_seen_wherever_it_stands(source: str) -> None:
    graph = graph_of({"keyguard": "", "keyguard.scan": "", "keyguard.rules": source})
    assert wrong_imports(graph) == ["keyguard.rules imports keyguard.scan"]


def test_a_name_that_is_put_together_is_refused() -> None:
    with pytest.raises(AssertionError, match="put together"):
        graph_of({"keyguard.rules": "import_module(f'keyguard.{name}')"})


def test_a_relative_import_is_refused() -> None:
    with pytest.raises(AssertionError, match="relative"):
        graph_of({"keyguard.rules": "from .scan import run"})


def test_rooms_of_one_row_keep_apart_and_modules_of_one_room_need_not() -> None:
    graph = graph_of(
        {
            "keyguard.odb.pack": "from keyguard.odb.files import open_file\nfrom keyguard.sources.tree import listing",
            "keyguard.odb.files": "",
            "keyguard.sources.tree": "",
        }
    )
    assert wrong_imports(graph) == ["keyguard.odb.pack imports keyguard.sources.tree"]


def test_a_circle_of_packages_is_seen_where_no_module_is_in_one() -> None:
    graph = graph_of(
        {
            "keyguard.git.refs": "",
            "keyguard.git.refs.tips": "from keyguard.git.index.file import read",
            "keyguard.git.refs.head": "",
            "keyguard.git.index": "",
            "keyguard.git.index.file": "",
            "keyguard.git.index.entries": "from keyguard.git.refs.head import head",
        }
    )
    assert circle_in(graph) == []
    assert circle_in(packages_of(graph)) == ["keyguard.git.index", "keyguard.git.refs", "keyguard.git.index"]


def test_a_circle_is_seen_through_a_package_and_a_function() -> None:
    graph = graph_of(
        {
            "keyguard.report": "from keyguard.report import text",
            "keyguard.report.text": "def late():\n    from keyguard.report.lines import wrap",
            "keyguard.report.lines": "from keyguard.report import REPORTERS",
        }
    )
    assert circle_in(graph) == ["keyguard.report", "keyguard.report.text", "keyguard.report.lines", "keyguard.report"]


def test_a_package_is_imported_only_by_who_takes_something_of_its_own() -> None:
    sources = {
        "keyguard.report": "",
        "keyguard.report.text": "",
        "keyguard.scan": "from keyguard.report import text",
    }
    assert graph_of(sources)["keyguard.scan"] == {"keyguard.report.text"}
    sources["keyguard.scan"] = "from keyguard.report import text, REPORTERS"
    assert graph_of(sources)["keyguard.scan"] == {"keyguard.report", "keyguard.report.text"}
