"""What ``pyproject.toml`` says of how a project is built, and how build backends in general take what it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from keyguard.hygiene.packaging.manifest import glob
from keyguard.hygiene.paths import globs
from keyguard.hygiene.project.project import Project
from keyguard.model.finding import Skipped
from keyguard.support.errors import RuleError, TooDeepError
from keyguard.support.tomlfile import load

#: name of a file in the project -> why it is in what is built; empty if it is not
Takes = Callable[[str], str]


def backend(project: Project, folder: bytes) -> tuple[str, dict[str, Any]]:
    """What builds the project in a folder, and what ``pyproject.toml`` says; empty if nothing does."""
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
    """Where the package of a project lies, if nothing says otherwise: beside ``pyproject.toml``, or in ``src``."""
    name = name or at(described, "project").get("name")
    if not isinstance(name, str):
        return []
    path = name.replace("-", "_").replace(".", "/")
    places = dict.fromkeys((path, path.lower(), f"src/{path}", f"src/{path.lower()}"))
    return [one for one in places if project.exists(folder + one.encode("utf-8", "surrogateescape"))]


def lies_in(name: str, folders: Sequence[str]) -> bool:
    """Whether a file lies in one of the folders, at any depth."""
    return any(name.startswith(one + "/") for one in folders if one)


def named_by(words: Sequence[str], *, hidden: bool = True) -> Callable[[str], bool]:
    """What tells whether a glob of a build names a file, or a folder around it."""
    patterns = (word.strip("/") for word in words)
    tests = [glob(word, hidden=hidden) for _, word in globs.affordable(enumerate(patterns)) if word]

    def test(name: str) -> bool:
        parts = name.split("/")
        around = ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]
        return any(test(one) for one in around for test in tests)

    return test


def at(table: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The table of this name in the one of the name before it; empty where there is none."""
    found: Any = table
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def items(table: Mapping[str, Any], name: str) -> list[Any]:
    """A list; empty where there is none."""
    found = table.get(name)
    return found if isinstance(found, list) else []


def texts(table: Mapping[str, Any], name: str) -> list[str]:
    """The texts in a list."""
    return [one for one in items(table, name) if isinstance(one, str)]
