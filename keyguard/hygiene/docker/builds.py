"""The image builds of a project: each Dockerfile with its context, from compose files or from what its copies need."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from keyguard.hygiene.data import tables
from keyguard.hygiene.docker.dockerfile import Stage, stages
from keyguard.hygiene.envfiles.names import is_aside
from keyguard.hygiene.paths import patterns
from keyguard.hygiene.project.project import Project

_BUILD = re.compile(rb"(?m)^(?P<indent>[ \t]+)build[ \t]*:[ \t]*(?P<here>[^\r\n#]*)")
_PART = re.compile(rb"(?P<indent>[ \t]+)(?P<name>context|dockerfile|target)[ \t]*:[ \t]*(?P<value>[^\r\n#]*)")
_IGNORE_FILES = (b".dockerignore", b".containerignore")


class Build(NamedTuple):
    """One way to build an image."""

    dockerfile: bytes
    context: bytes
    """The folder that the build receives, with a trailing slash; empty for the root."""
    stages: tuple[Stage, ...]
    targets: tuple[str, ...] = ()

    def ignore_file(self, project: Project) -> bytes:
        """Return the path of the ignore file that applies to the build; the file need not exist."""
        for own in (self.dockerfile + b".containerignore", self.dockerfile + b".dockerignore"):
            if project.exists(own):
                return own
        # podman and buildah look for this one first, and docker never does: only who uses them has one
        theirs = self.context + b".containerignore"
        return theirs if project.exists(theirs) else self.context + b".dockerignore"


def builds(project: Project) -> list[Build]:
    """Return all builds whose context is known, sorted."""
    names = tables.load("docker")
    paths = patterns.of(tuple(names["files"])).among(project.files)
    paths = [path for path in paths if not path.endswith(_IGNORE_FILES) and not is_aside(path)]
    if not paths:
        return []
    composed = patterns.of(tuple(names["compose"])).among(project.files)
    said = [one for path in composed for one in _composed(project, path)]
    folders = _folders(project)
    found = []
    for path in sorted(paths):
        parsed = tuple(stages(project.read(path) or b""))
        ours = [(context, target) for dockerfile, context, target in said if dockerfile == path]
        needed = None if ours else _needed(project, path, parsed, folders)
        contexts = {context for context, _ in ours} | ({needed} if needed is not None else set())
        targets = tuple(sorted({target for _, target in ours}))
        found += [Build(path, one, parsed, targets) for one in sorted(contexts)]
    return found


def _composed(project: Project, path: bytes) -> Iterator[tuple[bytes, bytes, str]]:
    """Yield (Dockerfile, context, target) of each service that a compose file builds."""
    content = b"" if is_aside(path) else project.read(path) or b""
    for found in _BUILD.finditer(content):
        parts = {b"context": _value(found["here"]) or b"."}
        at = content.find(b"\n", found.end()) + 1
        while at and (part := _PART.match(content, at)) and len(part["indent"]) > len(found["indent"]):
            parts[part["name"]] = _value(part["value"])
            at = content.find(b"\n", part.end()) + 1
        context = _below(os.path.join(os.path.dirname(path), parts[b"context"]))
        if context is not None:
            dockerfile = os.path.normpath(context + (parts.get(b"dockerfile") or b"Dockerfile"))
            yield dockerfile, context, parts.get(b"target", b"").decode("utf-8", "replace")


def _value(text: bytes) -> bytes:
    return text.strip().strip(b"\"'")


def _below(folder: bytes) -> bytes | None:
    """Return the folder with a trailing slash; empty for the root, None outside of the project."""
    folder = os.path.normpath(folder or b".")
    if folder.startswith((b"..", b"/")) or b"$" in folder or b"://" in folder:
        return None
    return b"" if folder == b"." else folder + b"/"


def _needed(project: Project, path: bytes, parsed: tuple[Stage, ...], folders: set[bytes]) -> bytes | None:
    """Return the nearest folder that contains most of the copied files; None if there is none.

    Where everything is copied, the sources tell nothing: then it is the root if that has a ``.dockerignore``.
    """
    sources = {source for stage in parsed for copy in stage.copies if not copy.stage for source in copy.sources}
    named = [_source(one) for one in sources if not set("*?[$<") & set(one) and "://" not in one]
    wanted = [one for one in named if one]
    home = path[: path.rfind(b"/") + 1]
    if not wanted and _is_for_docker(project, home):
        home = home[: home.rstrip(b"/").rfind(b"/") + 1]
    if not wanted and b".dockerignore" in project.files:
        return b""
    homes = [home]
    while homes[-1]:
        homes.append(homes[-1][: homes[-1].rstrip(b"/").rfind(b"/") + 1])
    counts = [sum(home + one in project.files or home + one + b"/" in folders for one in wanted) for home in homes]
    best = max(counts)
    return homes[counts.index(best)] if best or not wanted or len(homes) == 1 else None


def _folders(project: Project) -> set[bytes]:
    """Return all folders that contain listed files, each with a trailing slash."""
    found: set[bytes] = set()
    for path in project.files:
        folder = path[: path.rfind(b"/") + 1]
        while folder and folder not in found:
            found.add(folder)
            folder = folder[: folder.rstrip(b"/").rfind(b"/") + 1]
    return found


def _source(text: str) -> bytes:
    found = os.path.normpath("/" + text).lstrip("/")
    return found.encode("utf-8", "surrogateescape")


def _is_for_docker(project: Project, home: bytes) -> bool:
    """Return whether a folder contains only files for Docker."""
    ours = (path for path in project.files if path.startswith(home) and b"/" not in path[len(home) :])
    beside = patterns.of(tuple(tables.load("docker")["beside"]))
    return bool(home) and all(map(beside.fit, ours))
