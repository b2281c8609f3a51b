"""``env-in-package``: a published package would contain an environment file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from keyguard.git.worktree.ignore_rules import IgnoreVerdict
from keyguard.hygiene.data import tables
from keyguard.hygiene.envfiles import contents
from keyguard.hygiene.envfiles.contents import EnvFile
from keyguard.hygiene.envfiles.names import is_aside
from keyguard.hygiene.envfiles.survey import survey
from keyguard.hygiene.packaging import sdists, wheels
from keyguard.hygiene.packaging.npm import Pack
from keyguard.hygiene.project.project import Project
from keyguard.model.finding import Confidence, Severity
from keyguard.model.violation import Violation
from keyguard.support.sanitize import shown_path

_PYTHON = (b"pyproject.toml", b"setup.py", b"setup.cfg")


class _Case(NamedTuple):
    """A file that a package would contain."""

    path: bytes
    env_file: EnvFile | None
    """None for a file that does not exist yet."""
    manifest: bytes
    by: str
    why: str


def env_in_package(project: Project) -> Iterator[Violation]:
    """Yield a violation for each file and package that includes it."""
    known = survey(project)
    files: dict[bytes, EnvFile | None] = {one.path: one for one in known.private_files(project)}
    for reader in known.readers:
        if not reader.weak and not project.exists(reader.file):
            files.setdefault(reader.file, None)
    if files:
        for case in (*_npm(project, files), *_python(project, files)):
            yield _violation(project, case)


CHECKS = (env_in_package,)


def _npm(project: Project, files: dict[bytes, EnvFile | None]) -> Iterator[_Case]:
    described = {path[: -len(b"package.json")]: path for path in project.by_name.get(b"package.json", ())}
    for folder, ours in _by_folder(described, files):
        path = described[folder]
        table = _described(project, path)
        if table is None or not _is_published(project, folder, table):
            continue
        pack = Pack(project, folder, table, _outer(project, folder, described))
        for one in ours:
            if pack.takes(_text(one[len(folder) :])):
                yield _Case(one, files[one], path, "npm pack", _why(pack.decider()))


def _outer(project: Project, folder: bytes, described: Iterable[bytes]) -> list[bytes]:
    """Return the ignore files of the folders around a workspace, which npm applies as well."""
    around = [one for one in sorted(described) if folder.startswith(one) and one != folder]
    top = next((one for one in around if "workspaces" in (_described(project, one + b"package.json") or {})), None)
    if top is None:
        return []
    places = [folder[: at + 1] for at in range(len(top) - 1, len(folder) - 1) if at < 0 or folder[at : at + 1] == b"/"]
    names = [[place + name for name in (b".npmignore", b".gitignore")] for place in places]
    return [found for pair in names if (found := next(filter(project.exists, pair), b""))]


def _is_published(project: Project, folder: bytes, table: dict[str, Any]) -> bool:
    """Return whether npm can publish the package and something says that it is published.

    Most packages are programs whose authors only forgot to mark them private.
    """
    signs = tables.load("packaging")["published"]
    scripts = table.get("scripts")
    if table.get("private") or not {"name", "version"} <= table.keys():
        return False
    named = isinstance(scripts, dict) and any(name in scripts for name in signs["scripts"])
    return named or any(key in table for key in signs["keys"]) or project.exists(folder + b".npmignore")


def _why(decider: str) -> str:
    return {
        "files": "`files` in package.json takes it",
        ".npmignore": "npm goes by .npmignore, which does not leave it out, and not by .gitignore",
        ".gitignore": "nothing in .gitignore leaves it out, and there is no .npmignore",
    }.get(decider, "nothing says which files to take, or to leave out")


def _described(project: Project, path: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(project.read(path) or b"")
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _python(project: Project, files: dict[bytes, EnvFile | None]) -> Iterator[_Case]:
    described: dict[bytes, bytes] = {}
    for name in reversed(_PYTHON):
        described |= {path[: -len(name)]: path for path in project.by_name.get(name, ())}

    @cache
    def verdicts() -> Mapping[bytes, IgnoreVerdict]:
        return project.ignored(sorted(files))

    for folder, ours in _by_folder(described, files):
        built = (
            ("a source distribution", sdists.takes(project, folder, verdicts)),
            ("a wheel", wheels.takes(project, folder)),
        )
        for one in ours:
            said = ((by, why(_text(one[len(folder) :]))) for by, why in built if why)
            by, reason = next(((by, reason) for by, reason in said if reason), ("", ""))
            if reason:
                yield _Case(one, files[one], described[folder], by, reason)


def _by_folder(described: Iterable[bytes], files: Iterable[bytes]) -> Iterator[tuple[bytes, list[bytes]]]:
    """Yield each package's folder with the files in it that belong to no nested package, sorted."""
    folders = sorted((one for one in described if not is_aside(one)), key=len, reverse=True)
    groups: dict[bytes, list[bytes]] = {}
    for path in sorted(files):
        home = next((one for one in folders if path.startswith(one)), None)
        if home is not None:
            groups.setdefault(home, []).append(path)
    yield from sorted(groups.items())


def _violation(project: Project, case: _Case) -> Violation:
    held = case.env_file
    name, takes_it = shown_path(case.path), "takes" if held else "would take"
    holds = contents.describe(project, held) if held else ""
    says = f"{case.by} of {shown_path(case.manifest)} {takes_it} {name}: {case.why}"
    spot = contents.worst_spot(project, held) if held else project.spot(case.manifest, 0, 1)
    return Violation(
        check="env-in-package",
        message=f"{says}; the file {holds}" if holds else says,
        spots=(spot,),
        subject=case.manifest.decode("utf-8", "backslashreplace"),
        files=(case.path,),
        because=(case.why,),
        severity=(held.severity or Severity.LOW) if held else Severity.LOW,
        confidence=None if held else Confidence.MEDIUM,
        key=held.key() if held else "",
    )


def _text(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")
