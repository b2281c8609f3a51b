"""The environment files of a project: those that exist, and those that something reads. Computed once."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from keyguard.hygiene.data import tables
from keyguard.hygiene.envfiles import contents
from keyguard.hygiene.envfiles.contents import EnvFile
from keyguard.hygiene.envfiles.names import holds_keys, is_for_tests, is_plain, is_private, may_hold_keys
from keyguard.hygiene.envfiles.readers import Reader, readers
from keyguard.hygiene.project.local_files import Local
from keyguard.hygiene.project.memoize import memoized
from keyguard.hygiene.project.project import Project


class Survey(NamedTuple):
    """The environment files of one project."""

    here: tuple[Local, ...]
    """The files in which keys are kept, ignored ones too."""
    contents: dict[bytes, EnvFile]
    """The secrets in each of them."""
    readers: tuple[Reader, ...]
    """What reads an environment file, whether or not it exists."""

    def private_files(self, project: Project) -> list[EnvFile]:
        """Return the files that must stay private: those with a secret, and untracked ones meant for secrets."""
        return [one for one in self.contents.values() if must_stay_private(project, one)]


@memoized
def survey(project: Project) -> Survey:
    """Return the environment files of the project."""
    local = project.local_files(is_wanted, [one.encode() for one in tables.load("envfiles")["files"]["folders"]])
    known = {one.path: one for one in local}
    folders = (one for one in tables.patterns("envfiles", "files", "full").among(project.files) if one not in known)
    known.update((one.path, one) for one in project.local(folders))
    here = tuple(one for path, one in known.items() if holds_keys(path) or _is_environment(project, path))
    found = {one.path: contents.read_env_file(project, one.path) for one in sorted(here)}
    return Survey(here, found, tuple(readers(project)))


def is_wanted(name: bytes) -> bool:
    """Return whether a file of this name may hold keys, in any folder."""
    return name in _names() or holds_keys(name) or may_hold_keys(name)


def _is_environment(project: Project, path: bytes) -> bool:
    return may_hold_keys(path) and contents.is_environment(project.read(path) or b"")


def must_stay_private(project: Project, one: EnvFile) -> bool:
    """Return whether nobody else should get the file, as it is or as it will soon be."""
    if project.tracked(one.path):
        return bool(one.keys)
    if one.severity is not None:
        return True
    return (is_plain(one.path) or is_private(one.path)) and not one.encrypted and not is_for_tests(one.path)


@cache
def _names() -> frozenset[bytes]:
    """Return the last parts of patterns that require a certain folder."""
    return frozenset(one.rpartition("/")[2].encode() for one in tables.load("envfiles")["files"]["others"])
