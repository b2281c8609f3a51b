"""Source distributions of Python projects: which files a build puts in, for each build backend."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from keyguard.git.worktree.ignore_rules import IgnoreVerdict
from keyguard.hygiene.packaging.gitrules import project_matcher
from keyguard.hygiene.packaging.manifest_in import taken
from keyguard.hygiene.packaging.pyproject import Takes, at, backend, items, lies_in, modules, named_by, texts
from keyguard.hygiene.project.project import Project

#: returns what git ignores, computed when first asked for
Verdicts = Callable[[], Mapping[bytes, IgnoreVerdict]]
_Test = Callable[[str], bool]
_GLOBAL = ("*.py[cdo]", "/dist")


def takes(project: Project, folder: bytes, verdicts: Verdicts) -> Takes | None:
    """Return a function that tells why a source distribution of the project in a folder contains a file.

    It is None if nothing is built there, or if the build backend is unknown. ``verdicts`` returns what git ignores.
    """
    name, described = backend(project, folder)
    for known, make in _BACKENDS.items():
        if name.startswith(known):
            return make(project, folder, described, verdicts)
    return None


# --- setuptools -------------------------------------------------------------------------------------------------------


def _setuptools(project: Project, folder: bytes, described: dict[str, Any], _: Verdicts) -> Takes:
    content = project.read(folder + b"MANIFEST.in") or b""
    needed = at(described, "build-system").get("requires")
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
    build = at(described, "tool", "hatch", "build")
    target = {**build, **at(build, "targets", "sdist")}
    ignored = [] if target.get("ignore-vcs") is True else _own_rules(project, folder)
    rules = partial(project_matcher, project, folder + b"pyproject.toml")
    left_out = rules([*_GLOBAL, *ignored, *texts(target, "exclude")])
    artifacts, included = rules(texts(target, "artifacts")), texts(target, "include")
    wanted = rules(included)
    only = [one.strip("/") for one in texts(target, "only-include")]
    forced = [one.strip("/") for one in at(target, "force-include")]

    def why(name: str) -> str:
        if name in forced or lies_in(name, forced):
            return "`force-include` in pyproject.toml names it"
        if only and not lies_in(name, only):
            return "`only-include` in pyproject.toml names it" if name in only else ""
        if artifacts(name):
            return "it is one of the artifacts in pyproject.toml"
        if left_out(name) or (included and not only and not wanted(name)):
            return ""
        return "hatch takes what the .gitignore beside pyproject.toml does not name"

    return why


def _own_rules(project: Project, folder: bytes) -> list[str]:
    """Return the nearest ``.gitignore``, from the project up: hatch reads that one, and none below."""
    while True:
        content = project.read(folder + b".gitignore")
        if content is not None or not folder:
            lines = (content or b"").decode("utf-8", "replace").splitlines()
            # rules that ignore the whole project belong to something around it
            around = project_matcher(project, folder + b".gitignore", lines)
            return [] if around(os.fsdecode(project.root)) else lines
        folder = folder[: folder.rstrip(b"/").rfind(b"/") + 1]


# --- poetry, flit, uv -------------------------------------------------------------------------------------------------


def _poetry(project: Project, folder: bytes, described: dict[str, Any], verdicts: Verdicts) -> Takes:
    poetry = at(described, "tool", "poetry")
    named = [_within(one) for one in items(poetry, "packages") if isinstance(one, dict)]
    inside = named or modules(project, folder, described, poetry.get("name"))[:1]
    listed = [
        one if isinstance(one, str) else one.get("path") for one in items(poetry, "include") if _is_for_sdist(one)
    ]
    given = named_by([one for one in listed if isinstance(one, str)])
    left_out = named_by(texts(poetry, "exclude"))

    def why(name: str) -> str:
        if given(name):
            return "`include` in pyproject.toml takes it"
        path = folder + name.encode("utf-8", "surrogateescape")
        ignored = verdicts().get(path, IgnoreVerdict()).ignored and not project.tracked(path)
        return "" if ignored or left_out(name) or not lies_in(name, inside) else "it lies in the package"

    return why


def _flit(project: Project, folder: bytes, described: dict[str, Any], _: Verdicts) -> Takes:
    sdist = at(described, "tool", "flit", "sdist")
    inside = modules(project, folder, described, at(described, "tool", "flit", "module").get("name"))[:1]
    given, left_out = (named_by(texts(sdist, kind), hidden=False) for kind in ("include", "exclude"))

    return _of_all(given, "include", left_out, inside, "flit")


def _uv(project: Project, folder: bytes, described: dict[str, Any], _: Verdicts) -> Takes:
    build = at(described, "tool", "uv", "build-backend")
    root = build.get("module-root")
    places = modules(project, folder, described, build.get("module-name"))
    inside = [one for one in places if one.startswith("src/") is (root is None or root == "src")]
    words = [*texts(build, "source-exclude"), "__pycache__"]
    left_out = project_matcher(project, folder + b"pyproject.toml", words)
    given = named_by(texts(build, "source-include"))

    return _of_all(given, "source-include", left_out, inside, "uv")


def _of_all(given: _Test, key: str, left_out: _Test, inside: Sequence[str], tool: str) -> Takes:
    """Return the function for a backend that adds the ``given`` files and the whole package, without ``left_out``."""

    def why(name: str) -> str:
        if left_out(name):
            return ""
        if given(name):
            return f"`{key}` in pyproject.toml takes it"
        return f"it lies in the package, of which {tool} takes everything" if lies_in(name, inside) else ""

    return why


_BACKENDS = {
    "setuptools": _setuptools,
    "hatchling": _hatch,
    "poetry": _poetry,
    "flit_core": _flit,
    "uv_build": _uv,
}


def _is_for_sdist(entry: object) -> bool:
    if isinstance(entry, dict):
        formats = entry.get("format", "sdist")
        return "sdist" in (formats if isinstance(formats, list) else [formats])
    return isinstance(entry, str)


def _within(package: Mapping[str, Any]) -> str:
    parts = [package.get("from"), package.get("include")]
    return "/".join(part.strip("/") for part in parts if isinstance(part, str))
