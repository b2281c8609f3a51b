"""The environment files of a project, looked for once: those that are there, and those that something reads."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from keyguard.hygiene.data import tables
from keyguard.hygiene.envfiles import contents as holdings
from keyguard.hygiene.envfiles.contents import Holding
from keyguard.hygiene.envfiles.names import holds_keys, is_for_tests, is_plain, is_private
from keyguard.hygiene.envfiles.readers import Reader, readers
from keyguard.hygiene.project.memoize import memoized
from keyguard.hygiene.project.project import Local, Project


class Survey(NamedTuple):
    """What there is."""

    here: tuple[Local, ...]
    """Files in which keys are kept, ignored ones too."""
    holdings: dict[bytes, Holding]
    """What is in each of them."""
    readers: tuple[Reader, ...]
    """Who reads one, whether or not it is there."""

    def kept(self, project: Project) -> list[Holding]:
        """The files that nobody else should get: with a secret in them, or made for one and not tracked."""
        return [one for one in self.holdings.values() if is_kept(project, one)]


@memoized
def survey(project: Project) -> Survey:
    """All that there is."""
    local = project.local_files(is_wanted, [one.encode() for one in tables.load("envfiles")["files"]["folders"]])
    here = tuple(one for one in local if holds_keys(one.path))
    found = {one.path: holdings.holding(project, one.path) for one in sorted(here)}
    return Survey(here, found, tuple(readers(project)))


def is_wanted(name: bytes) -> bool:
    """Whether a file of this name may hold keys, in whichever folder."""
    return name in _names() or holds_keys(name)


def is_kept(project: Project, one: Holding) -> bool:
    """Whether it would be bad if others got the file, as it is or as it soon will be."""
    if project.tracked(one.path):
        return bool(one.keys)
    if one.severity is not None:
        return True
    return (is_plain(one.path) or is_private(one.path)) and not one.encrypted and not is_for_tests(one.path)


@cache
def _names() -> frozenset[bytes]:
    """Last parts of the patterns that say in which folder a file has to lie."""
    return frozenset(one.rpartition("/")[2].encode() for one in tables.load("envfiles")["files"]["others"])
