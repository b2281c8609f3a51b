"""The files of a project by name, listed or not. They need no keys, so they are looked up before keys are known."""

from __future__ import annotations

import os
import stat
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from typing import NamedTuple

from keyguard.hygiene.paths.file_index import FileIndex
from keyguard.hygiene.paths.patterns import Patterns
from keyguard.sources.listing import Folder


class Local(NamedTuple):
    """A regular file in one of the project's folders, listed or ignored."""

    path: bytes
    mode: int
    """The 9 permission bits."""


def regular_files(root: bytes, paths: Iterable[bytes]) -> Iterator[Local]:
    """Yield those of the paths below ``root`` that are regular files, in order."""
    for path in paths:
        with suppress(OSError):
            mode = os.lstat(os.path.join(root, path)).st_mode
            if stat.S_ISREG(mode):
                yield Local(path, stat.S_IMODE(mode))


class LocalFiles:
    """The files in the folders of a project, by name. Paths are relative to its root."""

    def __init__(self, root: bytes, folders: Iterable[Folder]) -> None:
        """``folders`` all share ``root``."""
        self.files = FileIndex((file.path, file) for folder in folders for file in folder.files)
        """The listed files by path: those that git tracks or could track."""
        self._root = root
        self._fitting: dict[Callable[[bytes], bool], set[bytes]] = {}

    def prepare(self, wanted: Mapping[Callable[[bytes], bool], Patterns]) -> None:
        """Look everything up now, so that later calls need not wait.

        ``wanted`` are the predicates of later calls; the patterns of each match every name that it accepts.
        """
        self.files.prepare()
        for one, patterns in wanted.items():
            self._fitting[one] = {*filter(one, patterns.names(self.files)), *filter(one, self._others)}

    def named(self, wanted: Callable[[bytes], bool], folders: Collection[bytes] = ()) -> Iterator[bytes]:
        """Yield the paths whose names are wanted, ordered by name, listed or not.

        It looks in all folders that hold listed files, and in unlisted folders beside them that have one of the names
        ``folders``.
        """
        inside = self._inside(folders)
        places = (self.files.by_name, self._others, inside)
        for name in sorted({*self._names(wanted), *filter(wanted, inside)}):
            yield from sorted({path for place in places for path in place.get(name, ())})

    def _names(self, wanted: Callable[[bytes], bool]) -> set[bytes]:
        """Return all names that the predicate accepts; each name is tested against a predicate once."""
        if wanted not in self._fitting:
            self._fitting[wanted] = {*filter(wanted, self.files.by_name), *filter(wanted, self._others)}
        return self._fitting[wanted]

    def _inside(self, names: Collection[bytes]) -> dict[bytes, list[bytes]]:
        """Return the files in unlisted folders of these names, by name."""
        found: dict[bytes, list[bytes]] = defaultdict(list)
        for folder in (folder for name in names for folder in self._others.get(name, ())):
            with suppress(OSError):
                if not os.path.islink(os.path.join(self._root, folder)):
                    for name in os.listdir(os.path.join(self._root, folder)):
                        found[name].append(folder + b"/" + name)
        return found

    @cached_property
    def _others(self) -> dict[bytes, list[bytes]]:
        """The unlisted files and folders, by name."""
        found: dict[bytes, list[bytes]] = defaultdict(list)
        root = os.path.join(self._root, b"")
        for folder, names in sorted(self.files.by_folder.items()):
            with suppress(OSError):
                for name in set(os.listdir(root + folder)) - names:
                    found[name].append(folder + name)
        return found
