"""What a clean commit pays for, and who asks for help: the modules that are loaded, counted, since time is different
everywhere.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from keyguard.cli.command_table import COMMANDS
from tests.helpers.checkout import ROOT, run

pytest_plugins = ("tests.helpers.shipping",)

#: too slow to load at every commit, or of no use there
TOO_HEAVY = {
    "_hashlib",
    "asyncio",
    "concurrent.futures",
    "dataclasses",
    "decimal",
    "dulwich",
    "isal",
    "numpy",
    "gettext",
    "git",
    "inspect",
    "jinja2",
    "locale",
    "multiprocessing",
    "pathlib",
    "pathspec",
    "rich",
    "shutil",
    "sqlite3",
    "tomllib",
    "tomli",
    "tree_sitter",
    "tree_sitter_javascript",
    "tree_sitter_typescript",
    "urllib3",
    "uuid",
}


WATCHED = """
import sys
before = set(sys.modules)
from keyguard.cli import main
try:
    code = main(sys.argv[1:])
except SystemExit as help:
    code = help.code
print("\\n".join(["loaded:", *sorted(set(sys.modules) - before)]))
sys.exit(code)
"""


@pytest.fixture
def repository(tmp_path: Path, offline: dict[str, str]) -> Path:
    """A repository with a commit, and one harmless change staged."""
    folder = tmp_path / "shop"
    folder.mkdir()
    run("git", "init", "--quiet", env=offline, cwd=folder)
    (folder / "app.py").write_text("print('hello')\n")
    run("git", "add", ".", env=offline, cwd=folder)
    run("git", "commit", "--quiet", "--message=first", env=offline, cwd=folder)
    (folder / "app.py").write_text("print('hello, world')\n")
    run("git", "add", ".", env=offline, cwd=folder)
    return folder


def modules_loaded(python: Path, *arguments: str, env: dict[str, str], cwd: Path) -> set[str]:
    """Names of what the command loads when the caches are warm; the command must end with 0.

    They are filled on the first run, and once more when the installation has grown old enough to be told by its times:
    at most once in the runs after that, so the one that loads less is the one with warm caches.
    """
    runs = [run(python, "-c", WATCHED, *arguments, env=env, cwd=cwd) for _ in range(3)]
    return min((set(said.rpartition("loaded:\n")[2].split()) for said in runs[1:]), key=len)


@pytest.mark.parametrize(
    "arguments",
    [
        ("hook", "pre-commit"),
        ("hook", "pre-commit", "app.py"),
        ("scan", "--staged"),
        ("scan", "--staged", "--exclude", "*.min.*", "--exclude", "!/a/**/b?/", "--exclude", "a*b*c"),
    ],
    ids=" ".join,
)
def test_a_clean_commit_loads_nothing_heavy(
    installed: Path, repository: Path, offline: dict[str, str], arguments: tuple[str, ...]
) -> None:
    loaded = modules_loaded(installed / "python", *arguments, env=offline, cwd=repository)
    assert "keyguard.scan.run" in loaded, "nothing was scanned, so nothing was measured"
    assert loaded & (TOO_HEAVY | {"textwrap"}) == set()


def test_a_clean_range_opens_no_pack_by_itself(installed: Path, repository: Path, offline: dict[str, str]) -> None:
    loaded = modules_loaded(installed / "python", "scan", "--range", "HEAD", env=offline, cwd=repository)
    assert "keyguard.history.ranges.run" in loaded
    assert loaded & {"numpy", "dulwich", "isal", "keyguard.engine.matcher"} == set()


def test_a_library_that_asks_for_more_is_loaded_whole(installed: Path, offline: dict[str, str], tmp_path: Path) -> None:
    script = """
import sys, types
usual = types.SimpleNamespace
types.SimpleNamespace = lambda **names: usual()
from keyguard.cli import main
try:
    main(["--version"])
except SystemExit:
    import msgspec
    print(msgspec.json.encode([1]), "UUID" in vars(sys.modules["uuid"]))
"""
    said = run(installed / "python", "-c", script, env=offline, cwd=tmp_path)
    assert said.splitlines()[-1] == "b'[1]' True"


@pytest.mark.parametrize("arguments", [("--help",), ("--version",)], ids=" ".join)
def test_help_and_version_load_no_command(
    installed: Path, repository: Path, offline: dict[str, str], arguments: tuple[str, ...]
) -> None:
    loaded = modules_loaded(installed / "python", *arguments, env=offline, cwd=repository)
    ours = {name for name in loaded if name.startswith("keyguard.")}
    assert "keyguard.cli.command_table" in ours
    assert ours & {module for module, _ in COMMANDS.values()} == set()
    assert len(ours) <= 12, sorted(ours)
    assert loaded & (TOO_HEAVY | {"hyperscan"}) == set()


@pytest.mark.parametrize("arguments", [("rules", "list"), ("rules", "show", "stripe-key"), ("explain", "stripe-key")])
def test_what_is_known_of_rules_is_told_without_parsing_and_without_a_scan(
    installed: Path, repository: Path, offline: dict[str, str], arguments: tuple[str, ...]
) -> None:
    loaded = modules_loaded(installed / "python", *arguments, env=offline, cwd=repository)
    ours = {name for name in loaded if name.startswith("keyguard.")}
    assert "keyguard.hygiene.data.tables" in ours
    assert len(ours) <= 61, sorted(ours)
    parses = {"keyguard.support.tomlfile", "keyguard.rules.literals", "keyguard.engine.matcher", "keyguard.scan.run"}
    assert loaded & (TOO_HEAVY | parses) == set()


def test_gitpython_is_loaded_only_to_change_something(
    installed: Path, repository: Path, offline: dict[str, str]
) -> None:
    loaded = modules_loaded(installed / "python", "fix", env=offline, cwd=repository)
    assert "keyguard.fix.hygiene" in loaded
    assert loaded & {"git", "gitdb", "keyguard.fix.files.untracking"} == set()


def test_a_heavy_module_would_be_seen(installed: Path, repository: Path, offline: dict[str, str]) -> None:
    heavy = WATCHED.replace("try:", "import dataclasses\ntry:")
    said = run(installed / "python", "-c", heavy, "hook", "pre-commit", env=offline, cwd=repository)
    assert "dataclasses" in said.rpartition("loaded:\n")[2].split()


def test_a_clean_commit_compiles_no_pattern_of_ours(installed: Path, repository: Path, offline: dict[str, str]) -> None:
    loaded = modules_loaded(installed / "python", "hook", "pre-commit", env=offline, cwd=repository)
    ours = sorted(name for name in loaded if name.startswith("keyguard."))
    assert {name: patterns for name in ours if (patterns := patterns_in(source_of(name)))} == {}


def source_of(module: str) -> str:
    path = ROOT / module.replace(".", "/")
    return (path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text(encoding="utf-8")


def patterns_in(source: str) -> list[str]:
    """Where a module has a pattern compiled when it is loaded: each takes a tenth of a millisecond or more."""
    top = ast.parse(source).body
    return [
        ast.unparse(node)
        for statement in top
        if not isinstance(statement, ast.FunctionDef | ast.ClassDef)
        for node in ast.walk(statement)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "re.compile"
    ]


def test_a_pattern_of_ours_would_be_seen() -> None:
    source = "WORD = re.compile('[a-z]')\n\ndef found():\n    return re.compile('a')\n"
    assert patterns_in(source) == ["re.compile('[a-z]')"]
