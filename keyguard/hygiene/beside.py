"""The files of a project by their names, and what lies beside them: known without any key, so it is found out early."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Collection
from contextlib import suppress
from functools import cached_property


class Beside:
    """Names in the folders of a project. Paths are relative to its root."""

    def __init__(self, root: bytes, files: Collection[bytes]) -> None:
        """``files`` are those that are listed: what git tracks or could track."""
        self._root = root
        self._files = files
        self._called: dict[tuple[object, ...], list[bytes]] = {}

    def look(self) -> None:
        """Find it all out now: whoever asks later need not wait."""
        _ = self.by_name, self._others

    @cached_property
    def by_name(self) -> dict[bytes, list[bytes]]:
        """The listed files by the last part of their paths."""
        found: dict[bytes, list[bytes]] = defaultdict(list)
        for path in self._files:
            found[path[path.rfind(b"/") + 1 :]].append(path)
        return found

    def called(self, wanted: Callable[[bytes], bool], folders: Collection[bytes] = ()) -> list[bytes]:
        """What has a name that is wanted, by name, listed or not: in folders that hold listed files, and in the
        ``folders`` of these names beside them.

        A name is held against what is wanted once, however often that is asked for.
        """
        asked = (wanted, *folders)
        if asked not in self._called:
            places = (self.by_name, self._others, self._inside(folders))
            names = sorted({name for place in places for name in filter(wanted, place)})
            self._called[asked] = [
                path for name in names for path in sorted({one for place in places for one in place.get(name, ())})
            ]
        return self._called[asked]

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
        files = frozenset(self._files)
        for folder in sorted({path[: path.rfind(b"/") + 1] for path in files} | {b""}):
            with suppress(OSError):
                for name in os.listdir(os.path.join(self._root, folder)):
                    if folder + name not in files:
                        found[name].append(folder + name)
        return found
