"""The rules of the house that a machine can hold: sizes, docstrings, marks, and papers in step with the code."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import keyguard
from keyguard.cli import main
from tests.helpers.checkout import ROOT, offline_environment, run

PRODUCT = sorted((ROOT / "keyguard").rglob("*.py"))
TOOLS = sorted(path for name in ("benchmarks", "tools") for path in (ROOT / name).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
PAPERS = [ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "Makefile", "pyproject.toml")]

#: spelt in two parts, or this file would break its own rules
MARKS = ["TO" + "DO", "FIX" + "ME", "XX" + "X:", "pragma: no " + "cover"]

Function = ast.FunctionDef | ast.AsyncFunctionDef


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def source_of(path: Path) -> str:
    """Return the text of a file."""
    return path.read_text(encoding="utf-8")


def tree_of(path: Path) -> ast.Module:
    """Return the syntax of a module."""
    return ast.parse(source_of(path))


def left_for_later(source: str) -> list[str]:
    """Return the marks of work that is not done."""
    return [mark for mark in MARKS if mark in source]


@cache
def lengths_of(path: Path) -> list[tuple[str, int]]:
    """Return name and length of every function, method and nested function of a module."""
    return [(function.name, length_of(function)) for function in functions_in(tree_of(path))]


def functions_in(tree: ast.Module) -> Iterator[Function]:
    """Yield every function, method and nested function."""
    for node in ast.walk(tree):
        if isinstance(node, Function):
            yield node


def length_of(function: Function) -> int:
    """Lines from ``def`` to the end, the docstring left out."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is not None:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def without_docstring(tree: ast.Module) -> list[str]:
    """The module, and whatever is public in it (a class, a function, a method), that does not say what it is."""

    def walk(node: ast.Module | ast.ClassDef | Function, name: str) -> Iterator[str]:
        if ast.get_docstring(node) is None:
            yield name
        if isinstance(node, Function):
            return
        for child in node.body:
            if isinstance(child, ast.ClassDef | Function) and not child.name.startswith("_"):
                yield from walk(child, f"{name}.{child.name}")

    return list(walk(tree, "module"))


def test_no_module_has_more_than_300_lines() -> None:
    assert [name_of(path) for path in (*PRODUCT, *TOOLS) if len(source_of(path).splitlines()) > 300] == []


def test_no_function_has_more_than_50_lines() -> None:
    found = [(name_of(path), *one) for path in (*PRODUCT, *TOOLS, *TESTS) for one in lengths_of(path)]
    assert [(path, name) for path, name, length in found if length > 50] == []


def test_four_functions_of_five_have_20_lines_at_most() -> None:
    lengths = [length for path in PRODUCT for _, length in lengths_of(path)]
    assert sum(length <= 20 for length in lengths) >= 0.8 * len(lengths)


def test_everything_public_says_what_it_is() -> None:
    silent = {name_of(path): without_docstring(tree_of(path)) for path in (*PRODUCT, *TOOLS) if source_of(path)}
    assert {name: those for name, those in silent.items() if those} == {}


def test_nothing_is_left_for_later() -> None:
    marked = {name_of(path): left_for_later(source_of(path)) for path in (*PRODUCT, *TOOLS, *TESTS, *PAPERS)}
    assert {name: marks for name, marks in marked.items() if marks} == {}


def test_the_changelog_names_the_version_first() -> None:
    versions = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert versions[0] == keyguard.__version__


def test_the_readme_starts_with_the_two_commands() -> None:
    paragraphs = (ROOT / "README.md").read_text(encoding="utf-8").split("\n\n")
    assert paragraphs[0] == "# keyguard"
    assert "\n" not in paragraphs[1]
    assert [line.split()[:2] for line in paragraphs[2].splitlines()] == [["make", "scan"], ["make", "test"]]


def test_every_folder_and_file_the_papers_name_is_there() -> None:
    for paper in (ROOT / "README.md", ROOT / "CONTRIBUTING.md"):
        for link in re.findall(r"\]\(([^)#:]+)\)", paper.read_text(encoding="utf-8")):
            assert (paper.parent / link).exists(), f"{paper.name} links to {link}"


def test_every_module_that_the_architecture_names_is_there() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = re.findall(r"`([a-z_]+(?:/[a-z_]+)*(?:/|\.py))`", page)
    assert len(named) > 60
    known = {str(path.relative_to(ROOT / "keyguard")) for path in (ROOT / "keyguard").rglob("*")}
    ends = {"/".join(parts[at:]) for parts in (name.split("/") for name in known) for at in range(len(parts))}
    assert [name for name in named if name.rstrip("/") not in ends and not (ROOT / name).exists()] == []


def help_blocks() -> list[tuple[str, str]]:
    """(arguments, text) of every block in README.md and docs that starts with ``$ keyguard ... --help``."""
    texts = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")))
    return re.findall(r"^```\S*\n\$ keyguard ([^\n]*--help)\n(.*?)^```", texts, re.MULTILINE | re.DOTALL)


def in_any_version(text: str) -> str:
    """Help as all Pythons write it: wrapping apart, and with ``-f NAME, --format NAME`` as ``-f, --format NAME``."""
    flat = " ".join(text.split())
    return re.sub(r"(-\w) (\S+), (--[\w-]+) \2(?=\s|$)", r"\1, \3 \2", flat)


def test_the_readme_shows_the_help_of_the_program() -> None:
    assert "scan --help" in [arguments for arguments, _ in help_blocks()]


@pytest.mark.parametrize(("arguments", "shown"), help_blocks(), ids=[arguments for arguments, _ in help_blocks()])
def test_the_help_in_the_readme_is_what_the_program_says(arguments: str, shown: str, tmp_path: Path) -> None:
    env = offline_environment(tmp_path, COLUMNS="120", NO_COLOR="1", PYTHONPATH=str(ROOT))
    said = run(sys.executable, "-m", "keyguard", *arguments.split(), env=env, cwd=tmp_path)
    assert in_any_version(said) == in_any_version(shown)


def test_the_repository_itself_holds_no_key(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["scan", str(ROOT)])
    assert code == 0, capsys.readouterr().out


# --- the rules themselves -----------------------------------------------------------------------------------------


def test_a_docstring_does_not_count_as_length() -> None:
    (function,) = functions_in(ast.parse('def answer():\n    """One.\n\n    Two.\n    """\n    return 42\n'))
    assert length_of(function) == 2


def test_what_is_public_and_silent_is_seen_and_what_is_private_is_not() -> None:
    source = (
        '"""Doc."""\ndef loud():\n    pass\nclass A:\n    """Doc."""\n    def b(self): ...\n    def _c(self): ...\n'
    )
    assert without_docstring(ast.parse(source)) == ["module.loud", "module.A.b"]


def test_a_mark_of_work_that_is_not_done_is_seen() -> None:
    assert [left_for_later(f"x = 1  # {mark} later\n") for mark in MARKS] == [[mark] for mark in MARKS]
    assert left_for_later("x = 1  # done\n") == []


def test_help_is_compared_without_what_differs_between_versions() -> None:
    old = "options:\n  -f NAME, --format NAME\n                        how"
    assert in_any_version(old) == in_any_version("options:\n  -f, --format NAME  how")
    assert in_any_version(old) != in_any_version("options:\n  -f, --format FILE  how")
