"""What a build of a Python project puts into its source distribution, as each build backend has it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from keyguard.errors import RuleError
from keyguard.git.ignored import Verdict
from keyguard.hygiene import globs
from keyguard.hygiene.packaging import gitrules
from keyguard.hygiene.packaging.manifest import glob, taken
from keyguard.hygiene.project import Project
from keyguard.packfile import load

#: name of a file in the project -> why it is in the distribution; empty if it is not
Takes = Callable[[str], str]
#: what git says of files, once it is asked
Verdicts = Callable[[], Mapping[bytes, Verdict]]
_GLOBAL = ("*.py[cdo]", "/dist")


def backend(project: Project, folder: bytes) -> tuple[str, dict[str, Any]]:
    """What builds the project in a folder, and what ``pyproject.toml`` says; empty if nothing does."""
    path = folder + b"pyproject.toml"
    content = project.read(path) if path in project.files else None
    try:
        described = load("pyproject.toml", content) if content else {}
    except RuleError:
        described = {}
    name = _at(described, "build-system").get("build-backend")
    if isinstance(name, str):
        return name, described
    old = any(folder + one in project.files for one in (b"setup.py", b"setup.cfg"))
    return ("setuptools.build_meta" if old or "build-system" in described else ""), described


def takes(project: Project, folder: bytes, verdicts: Verdicts) -> Takes | None:
    """What tells whether the project in a folder would ship a file; None where nothing is built, or by what is unknown.

    ``verdicts`` says of each file what git ignores.
    """
    name, described = backend(project, folder)
    for known, make in _BACKENDS.items():
        if name.startswith(known):
            return make(project, folder, described, verdicts)
    return None


# --- setuptools -------------------------------------------------------------------------------------------------------


def _setuptools(project: Project, folder: bytes, described: dict[str, Any], _: Verdicts) -> Takes:
    content = project.read(folder + b"MANIFEST.in") or b""
    needed = _at(described, "build-system").get("requires")
    names = " ".join(map(str, needed if isinstance(needed, list) else ()))
    by_git = "setuptools-scm" in names or "setuptools_scm" in names or "setuptools-git" in names

    def why(name: str) -> str:
        if line := taken(content, name):
            return f"MANIFEST.in:{line} takes it"
        if by_git and project.tracked(folder + name.encode("utf-8", "surrogateescape")):
            return "setuptools-scm takes whatever git tracks"
        return ""

    return why


# --- hatch ------------------------------------------------------------------------------------------------------------


def _hatch(project: Project, folder: bytes, described: dict[str, Any], _: Verdicts) -> Takes:
    build = _at(described, "tool", "hatch", "build")
    target = {**build, **_at(build, "targets", "sdist")}
    ignored = [] if target.get("ignore-vcs") is True else _own_rules(project, folder)
    left_out = gitrules.matcher([*_GLOBAL, *ignored, *_texts(target, "exclude")])
    artifacts, included = gitrules.matcher(_texts(target, "artifacts")), _texts(target, "include")
    wanted = gitrules.matcher(included)
    only = [one.strip("/") for one in _texts(target, "only-include")]

    def why(name: str) -> str:
        if only and not _lies_in(name, only):
            return "`only-include` in pyproject.toml names it" if name in only else ""
        if artifacts(name):
            return "it is one of the artifacts in pyproject.toml"
        if left_out(name) or (included and not only and not wanted(name)):
            return ""
        return "hatch takes what the .gitignore beside pyproject.toml does not name"

    return why


def _own_rules(project: Project, folder: bytes) -> list[str]:
    """The nearest ``.gitignore``, from the project up: hatch reads that one, and none below."""
    while True:
        content = project.read(folder + b".gitignore")
        if content is not None or not folder:
            lines = (content or b"").decode("utf-8", "replace").splitlines()
            # rules that leave out the whole project are those of something around it
            return [] if gitrules.matcher(lines)(os.fsdecode(project.root)) else lines
        folder = folder[: folder.rstrip(b"/").rfind(b"/") + 1]


# --- poetry, flit, uv -------------------------------------------------------------------------------------------------


def _poetry(project: Project, folder: bytes, described: dict[str, Any], verdicts: Verdicts) -> Takes:
    poetry = _at(described, "tool", "poetry")
    named = [_within(one) for one in _list(poetry, "packages") if isinstance(one, dict)]
    inside = named or _modules(project, folder, described, poetry.get("name"))[:1]
    listed = [
        one if isinstance(one, str) else one.get("path") for one in _list(poetry, "include") if _is_for_sdist(one)
    ]
    given = _globs([one for one in listed if isinstance(one, str)])
    left_out = _globs(_texts(poetry, "exclude"))

    def why(name: str) -> str:
        if given(name):
            return "`include` in pyproject.toml takes it"
        path = folder + name.encode("utf-8", "surrogateescape")
        ignored = verdicts().get(path, Verdict()).ignored and not project.tracked(path)
        return "" if ignored or left_out(name) or not _lies_in(name, inside) else "it lies in the package"

    return why


def _flit(project: Project, folder: bytes, described: dict[str, Any], _: Verdicts) -> Takes:
    sdist = _at(described, "tool", "flit", "sdist")
    inside = _modules(project, folder, described, _at(described, "tool", "flit", "module").get("name"))[:1]
    given, left_out = (_globs(_texts(sdist, kind), hidden=False) for kind in ("include", "exclude"))

    def why(name: str) -> str:
        if left_out(name):
            return ""
        if given(name):
            return "`include` in pyproject.toml takes it"
        return "it lies in the package, of which flit takes everything" if _lies_in(name, inside) else ""

    return why


def _uv(project: Project, folder: bytes, described: dict[str, Any], _: Verdicts) -> Takes:
    build = _at(described, "tool", "uv", "build-backend")
    root = build.get("module-root")
    modules = _modules(project, folder, described, build.get("module-name"))
    inside = [one for one in modules if one.startswith("src/") is (root is None or root == "src")]
    left_out = gitrules.matcher([*_texts(build, "source-exclude"), "__pycache__"])

    def why(name: str) -> str:
        taken_in = _lies_in(name, inside) and not left_out(name)
        return "it lies in the package, of which uv takes everything" if taken_in else ""

    return why


_BACKENDS = {
    "setuptools": _setuptools,
    "hatchling": _hatch,
    "poetry": _poetry,
    "flit_core": _flit,
    "uv_build": _uv,
}


def _modules(project: Project, folder: bytes, described: dict[str, Any], name: object) -> list[str]:
    """Where the package of a project lies, if nothing says otherwise: beside ``pyproject.toml``, or in ``src``."""
    name = name or _at(described, "project").get("name")
    if not isinstance(name, str):
        return []
    path = name.replace("-", "_").replace(".", "/")
    places = dict.fromkeys((path, path.lower(), f"src/{path}", f"src/{path.lower()}"))
    return [one for one in places if project.exists(folder + one.encode("utf-8", "surrogateescape"))]


def _within(package: Mapping[str, Any]) -> str:
    parts = [package.get("from"), package.get("include")]
    return "/".join(part.strip("/") for part in parts if isinstance(part, str))


def _lies_in(name: str, folders: Sequence[str]) -> bool:
    return any(name.startswith(one + "/") for one in folders if one)


def _is_for_sdist(entry: object) -> bool:
    if isinstance(entry, dict):
        formats = entry.get("format", "sdist")
        return "sdist" in (formats if isinstance(formats, list) else [formats])
    return isinstance(entry, str)


def _globs(words: Sequence[str], *, hidden: bool = True) -> Callable[[str], bool]:
    """What tells whether a glob of a build names a file, or a folder around it."""
    patterns = (word.strip("/") for word in words)
    tests = [glob(word, hidden=hidden) for _, word in globs.affordable(enumerate(patterns)) if word]

    def given(name: str) -> bool:
        parts = name.split("/")
        around = ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]
        return any(test(one) for one in around for test in tests)

    return given


def _at(table: Mapping[str, Any], *names: str) -> dict[str, Any]:
    found: Any = table
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def _list(table: Mapping[str, Any], name: str) -> list[Any]:
    found = table.get(name)
    return found if isinstance(found, list) else []


def _texts(table: Mapping[str, Any], name: str) -> list[str]:
    return [one for one in _list(table, name) if isinstance(one, str)]
