"""``pyproject.toml``: the build backend of a Python project, and what backends have in common in reading it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from keyguard.hygiene.packaging.manifest_in import glob
from keyguard.hygiene.paths import globs
from keyguard.hygiene.project.project import Project
from keyguard.model.finding import Skipped
from keyguard.support.errors import RuleError, TooDeepError
from keyguard.support.tomlfile import load

#: file name in the project -> why the package contains it; empty if it does not
Takes = Callable[[str], str]


def backend(project: Project, folder: bytes) -> tuple[str, dict[str, Any]]:
    """Return the build backend of the project in a folder, and its ``pyproject.toml``; empty if nothing builds it."""
    path = folder + b"pyproject.toml"
    content = project.read(path) if path in project.files else None
    try:
        described = load("pyproject.toml", content) if content else {}
    except TooDeepError as error:
        described, gap = {}, Skipped(path=project.display(path), reason="too-deep", detail=str(error))
        project.gaps += [gap] if gap not in project.gaps else []
    except RuleError:
        described = {}
    name = at(described, "build-system").get("build-backend")
    if isinstance(name, str):
        return name, described
    old = any(folder + one in project.files for one in (b"setup.py", b"setup.cfg"))
    return ("setuptools.build_meta" if old or "build-system" in described else ""), described


def modules(project: Project, folder: bytes, described: dict[str, Any], name: object) -> list[str]:
    """Return the default places of a project's package that exist: beside ``pyproject.toml``, or in ``src``."""
    name = name or at(described, "project").get("name")
    if not isinstance(name, str):
        return []
    path = name.replace("-", "_").replace(".", "/")
    places = dict.fromkeys((path, path.lower(), f"src/{path}", f"src/{path.lower()}"))
    return [one for one in places if project.exists(folder + one.encode("utf-8", "surrogateescape"))]


def lies_in(name: str, folders: Sequence[str]) -> bool:
    """Return whether a file lies in one of the folders, at any depth."""
    return any(name.startswith(one + "/") for one in folders if one)


def named_by(words: Sequence[str], *, hidden: bool = True) -> Callable[[str], bool]:
    """Return a test that tells whether one of the globs matches a file, or a folder around it."""
    patterns = (word.strip("/") for word in words)
    tests = [glob(word, hidden=hidden) for _, word in globs.affordable(enumerate(patterns)) if word]

    def test(name: str) -> bool:
        parts = name.split("/")
        around = ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]
        return any(test(one) for one in around for test in tests)

    return test


def at(table: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Return the nested table of these names; empty if there is none."""
    found: Any = table
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def items(table: Mapping[str, Any], name: str) -> list[Any]:
    """Return the list of this name; empty if there is none."""
    found = table.get(name)
    return found if isinstance(found, list) else []


def texts(table: Mapping[str, Any], name: str) -> list[str]:
    """Return the strings in the list of this name."""
    return [one for one in items(table, name) if isinstance(one, str)]
