"""The files of a project by their names, and what lies beside them: known without any key, so it is found out early."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property

from keyguard.hygiene.paths.files import Files
from keyguard.hygiene.paths.patterns import Patterns
from keyguard.sources.listing import Folder


class Beside:
    """Names in the folders of a project. Paths are relative to its root."""

    def __init__(self, root: bytes, folders: Iterable[Folder]) -> None:
        """The ``folders`` share this root."""
        self.files = Files((file.path, file) for folder in folders for file in folder.files)
        """The listed ones by their path: what git tracks or could track."""
        self._root = root
        self._fitting: dict[Callable[[bytes], bool], set[bytes]] = {}

    def look(self, wanted: Mapping[Callable[[bytes], bool], Patterns]) -> None:
        """Find it all out now, so that whoever asks later need not wait; also which names are ``wanted``, all of which
        the patterns mean.
        """
        self.files.look()
        for one, patterns in wanted.items():
            self._fitting[one] = {*filter(one, patterns.names(self.files)), *filter(one, self._others)}

    def called(self, wanted: Callable[[bytes], bool], folders: Collection[bytes] = ()) -> Iterator[bytes]:
        """What has a name that is wanted, by name, listed or not: in folders that hold listed files, and in the
        ``folders`` of these names beside them.
        """
        inside = self._inside(folders)
        places = (self.files.by_name, self._others, inside)
        for name in sorted({*self._names(wanted), *filter(wanted, inside)}):
            yield from sorted({path for place in places for path in place.get(name, ())})

    def _names(self, wanted: Callable[[bytes], bool]) -> set[bytes]:
        """A name is held against what is wanted once, however often that is asked for."""
        if wanted not in self._fitting:
            self._fitting[wanted] = {*filter(wanted, self.files.by_name), *filter(wanted, self._others)}
        return self._fitting[wanted]

    def _inside(self, names: Collection[bytes]) -> dict[bytes, list[bytes]]:
        """What lies in folders of these names in which nothing is listed, by its name."""
        found: dict[bytes, list[bytes]] = defaultdict(list)
        for folder in (folder for name in names for folder in self._others.get(name, ())):
            with suppress(OSError):
                if not os.path.islink(os.path.join(self._root, folder)):
                    for name in os.listdir(os.path.join(self._root, folder)):
                        found[name].append(folder + b"/" + name)
        return found

    @cached_property
    def _others(self) -> dict[bytes, list[bytes]]:
        """What is not listed, by its name."""
        found: dict[bytes, list[bytes]] = defaultdict(list)
        root = os.path.join(self._root, b"")
        for folder, names in sorted(self.files.by_folder.items()):
            with suppress(OSError):
                for name in set(os.listdir(root + folder)) - names:
                    found[name].append(folder + name)
        return found
