"""The architecture, held: imports only point down, wherever they stand in a module, and never go round in a circle."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

#: module or package -> layer; what is more specific wins
LAYERS = {
    "keyguard": 0,
    "keyguard.model": 0,
    "keyguard.digests": 0,
    "keyguard.endpoints": 0,
    "keyguard.errors": 0,
    "keyguard.expression": 0,
    "keyguard.masking": 0,
    "keyguard.verdict": 0,
    "keyguard.past": 0,
    "keyguard.rule": 0,
    "keyguard.scales": 0,
    "keyguard.userdirs": 0,
    "keyguard.whose": 0,
    "keyguard.config": 1,
    "keyguard.dates": 1,
    "keyguard.keeping": 1,
    "keyguard.engine.backtracking": 1,
    "keyguard.engine.anchor": 1,
    "keyguard.engine.checksums": 1,
    "keyguard.engine.literals": 1,
    "keyguard.engine.plan": 1,
    "keyguard.git.child": 1,
    "keyguard.git.claims": 1,
    "keyguard.git.modes": 1,
    "keyguard.git.shadow": 1,
    "keyguard.packfile": 1,
    "keyguard.privatedir": 1,
    "keyguard.progress": 1,
    "keyguard.rotation": 1,
    "keyguard.tomldepth": 1,
    "keyguard.rules": 1,
    "keyguard.sanitize": 1,
    "keyguard.secrets": 1,
    "keyguard.templates": 1,
    "keyguard.userconfig": 1,
    "keyguard.workers": 1,
    "keyguard.cache": 2,
    "keyguard.canaries": 2,
    "keyguard.database": 2,
    "keyguard.engine": 2,
    "keyguard.generations": 2,
    "keyguard.git": 2,
    "keyguard.shelf": 2,
    "keyguard.surroundings": 2,
    "keyguard.evidence": 3,
    "keyguard.places": 3,
    "keyguard.remote": 3,
    "keyguard.report": 3,
    "keyguard.odb": 3,
    "keyguard.sources": 3,
    "keyguard.attribution": 4,
    "keyguard.suppress": 4,
    "keyguard.triage": 4,
    "keyguard.history": 6,
    "keyguard.hygiene": 6,
    "keyguard.elsewhere": 6,
    "keyguard.inspector": 5,
    "keyguard.names": 5,
    "keyguard.accounting": 7,
    "keyguard.change": 7,
    "keyguard.scan": 8,
    "keyguard.violations": 5,
    "keyguard.sightings": 5,
    "keyguard.tally": 5,
    "keyguard.worklist": 5,
    "keyguard.proving": 8,
    "keyguard.remedy": 9,
    "keyguard.inventory": 9,
    "keyguard.response": 9,
    "keyguard.cli": 10,
    "keyguard.__main__": 11,
}

#: (importer, imported) within one layer, in different packages, and why that is as it should be
SIDEWAYS = {
    ("keyguard.masking.forms", "keyguard.expression"): "patterns are compiled when they are first needed",
    ("keyguard.model", "keyguard.scales"): "the scales are nouns, too",
    ("keyguard.model", "keyguard.whose"): "and whose a key is",
    ("keyguard.whose", "keyguard.scales"): "which is on the scale of certainty",
    ("keyguard.model", "keyguard.past"): "and so is what history says",
    ("keyguard.model", "keyguard.rule"): "and so is a rule",
    ("keyguard.rule", "keyguard.scales"): "a rule says how bad its keys are",
    ("keyguard.rule", "keyguard.endpoints"): "and how their vendor is asked",
    ("keyguard.model", "keyguard.verdict"): "and what it answered",
    ("keyguard.packfile", "keyguard.tomldepth"): "what is read is looked at first",
    ("keyguard.config", "keyguard.packfile"): "both are TOML, and say in the same words where it is wrong",
    ("keyguard.rules", "keyguard.packfile"): "likewise",
    ("keyguard.userconfig", "keyguard.packfile"): "likewise",
    ("keyguard.config", "keyguard.rotation"): "what a project demands is part of its configuration",
    ("keyguard.rotation", "keyguard.dates"): "a revocation has a date",
    ("keyguard.rules", "keyguard.engine.checksums"): "a rule names its checksum, which has to exist",
    ("keyguard.rules", "keyguard.engine.literals"): "a rule from which no literal can be derived is refused on load",
    ("keyguard.rules", "keyguard.engine.backtracking"): "and one whose pattern could hold up a scan",
}

#: modules of the root that are parts of another, which is no package only because it is small
PARTS = {
    "keyguard.database": "keyguard.cache",
    "keyguard.generations": "keyguard.cache",
    "keyguard.inspector": "keyguard.scan",
    "keyguard.names": "keyguard.scan",
    "keyguard.shelf": "keyguard.cache",
    "keyguard.sightings": "keyguard.scan",
    "keyguard.tally": "keyguard.scan",
    "keyguard.worklist": "keyguard.scan",
}

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


def packages_of(name: str) -> list[str]:
    """``a.b.c`` -> ``[a.b, a]``."""
    parts = name.split(".")
    return [".".join(parts[:length]) for length in range(len(parts) - 1, 0, -1)]


def graph_of(sources: Mapping[str, str], strings: bool = True) -> Graph:
    """Module -> the modules it imports, or names in a string."""
    known = frozenset(sources)
    return {name: imports_of(name, source, known, strings) for name, source in sources.items()}


def layer_of(name: str) -> int | None:
    """The layer of a module, or None when neither it nor a package around it (the root aside) has one."""
    if name in LAYERS:
        return LAYERS[name]
    return next((LAYERS[package] for package in packages_of(name)[:-1] if package in LAYERS), None)


def home_of(name: str) -> str:
    """The package directly under the root in which a module lives; a module of the root is its own home."""
    return PARTS.get(name) or ".".join(name.split(".")[:2])


def wrong_imports(graph: Graph) -> list[str]:
    """What points up, or sideways into another package."""
    wrong = []
    for name, imported in sorted(graph.items()):
        for target in sorted(imported):
            here, there = layer_of(name), layer_of(target)
            if here is None or there is None or there < here:
                continue
            if there == here and (home_of(name) == home_of(target) or (name, target) in SIDEWAYS):
                continue
            wrong.append(f"{name} (layer {here}) imports {target} (layer {there})")
    return wrong


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


def test_every_module_has_a_layer(graph: Graph) -> None:
    assert [name for name in graph if layer_of(name) is None] == []


def test_imports_point_down(graph: Graph) -> None:
    assert wrong_imports(graph) == []


def test_imports_never_go_round_in_a_circle(sources: dict[str, str]) -> None:
    # a package's table names its modules in strings, and they take their shape from the package: that is no circle
    assert circle_in(graph_of(sources, strings=False)) == []


def test_the_tables_hold_nothing_that_is_gone(graph: Graph) -> None:
    assert [name for name in (*LAYERS, *PARTS, *PARTS.values()) if name not in graph] == []
    assert [pair for pair in SIDEWAYS if pair[1] not in graph.get(pair[0], ())] == []


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
    assert wrong_imports(graph) == ["keyguard.rules (layer 1) imports keyguard.scan (layer 8)"]


def test_a_name_that_is_put_together_is_refused() -> None:
    with pytest.raises(AssertionError, match="put together"):
        graph_of({"keyguard.rules": "import_module(f'keyguard.{name}')"})


def test_a_relative_import_is_refused() -> None:
    with pytest.raises(AssertionError, match="relative"):
        graph_of({"keyguard.rules": "from .scan import run"})


def test_siblings_of_one_layer_keep_apart_unless_they_share_a_package() -> None:
    graph = graph_of(
        {
            "keyguard.engine": "",
            "keyguard.engine.matcher": "from keyguard.engine.plan import Plan\nfrom keyguard.git.objects import read",
            "keyguard.engine.plan": "",
            "keyguard.git": "",
            "keyguard.git.objects": "",
        }
    )
    assert wrong_imports(graph) == [
        "keyguard.engine.matcher (layer 2) imports keyguard.git.objects (layer 2)",
    ]


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
    sources = {"keyguard.report": "", "keyguard.report.text": "", "keyguard.scan": "from keyguard.report import text"}
    assert graph_of(sources)["keyguard.scan"] == {"keyguard.report.text"}
    sources["keyguard.scan"] = "from keyguard.report import text, REPORTERS"
    assert graph_of(sources)["keyguard.scan"] == {"keyguard.report", "keyguard.report.text"}
