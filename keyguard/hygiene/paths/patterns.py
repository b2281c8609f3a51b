"""Patterns for paths, as the lists in ``data/`` have them, and a quick way to match them against ten thousand paths.

``*`` and ``?`` match within a name, ``**/`` matches any leading folders. A pattern without a slash matches the last
part of a path, at any depth.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property, lru_cache

from keyguard.hygiene.paths.file_index import FileIndex
from keyguard.support.regex import expression

_WILD = expression(r"(\*\*/|\*|\?)")


class Patterns:
    """A list of patterns. Most names are decided by their beginning or end, without ``re``."""

    def __init__(self, patterns: Iterable[str]) -> None:
        patterns = tuple(patterns)
        self._exact: set[bytes] = set()
        sure_starts: list[bytes] = []
        sure_ends: list[bytes] = []
        starts: list[bytes] = []
        ends: list[bytes] = []
        wild: list[str] = []
        for pattern in patterns:
            name = pattern.rpartition("/")[2]
            head, tail = _WILD.split(name)[0].encode(), _WILD.split(name)[-1].encode()
            if pattern == head.decode():
                self._exact.add(head)
                continue
            if pattern == f"*{tail.decode()}":
                sure_ends.append(tail)
                continue
            if pattern == f"{head.decode()}*":
                sure_starts.append(head)
                continue
            wild.append(pattern)
            if len(tail) >= len(head):
                ends.append(tail)
            else:
                starts.append(head)
        self._sure_starts, self._sure_ends = tuple(sure_starts), tuple(sure_ends)
        self._maybe_starts, self._maybe_ends = tuple(starts), tuple(ends)
        self._starts, self._ends = (*sure_starts, *starts), (*self._exact, *sure_ends, *ends)
        self._wild = wild

    def fit(self, path: bytes) -> bool:
        """Return whether one of the patterns matches the path."""
        name = path[path.rfind(b"/") + 1 :]
        if name in self._exact or name.endswith(self._sure_ends) or name.startswith(self._sure_starts):
            return True
        if not (name.endswith(self._maybe_ends) or name.startswith(self._maybe_starts)):
            return False
        return self._compiled.match(path) is not None

    @cached_property
    def _compiled(self) -> re.Pattern[bytes]:
        """The patterns that need ``re``, compiled for the first name that may match: for most lists no name does."""
        return re.compile(b"(?:%s)\\Z" % b"|".join(map(_pattern, self._wild)))

    def names(self, files: FileIndex) -> set[bytes]:
        """Return the last parts of paths that may match: all that do, and a few more."""
        return files.named(self._exact, self._starts, self._ends)

    def among(self, paths: Iterable[bytes]) -> list[bytes]:
        """Return the paths that match, in their order; sorted, if ``paths`` is an index."""
        if isinstance(paths, FileIndex):
            return sorted(path for name in self.names(paths) for path in paths.by_name[name] if self.fit(path))
        ends, starts, fit = self._ends, self._starts, self.fit
        if not starts:
            return [path for path in paths if path.endswith(ends) and fit(path)]
        return [
            path
            for path in paths
            if (path.endswith(ends) or path[path.rfind(b"/") + 1 :].startswith(starts)) and fit(path)
        ]


@lru_cache(maxsize=256)
def of(patterns: tuple[str, ...]) -> Patterns:
    """Return the patterns, compiled once."""
    return Patterns(patterns)


def in_folder(path: bytes, folders: Iterable[str]) -> str:
    """Return the first of the folders (names or paths) that contains the path, at any depth; empty if none does."""
    around = b"/" + path[: path.rfind(b"/") + 1]
    return next((one for one, within in _within(tuple(folders)) if within in around), "")


@lru_cache(maxsize=256)
def _within(folders: tuple[str, ...]) -> list[tuple[str, bytes]]:
    """Return each folder with the text that a path through it contains."""
    return [(one, b"/%s/" % one.encode()) for one in folders]


def _pattern(text: str) -> bytes:
    head = b"(?:.*/)?" if "/" not in text or text.startswith("**/") else b""
    special = {"**/": b"(?:.*/)?", "*": b"[^/]*", "?": b"[^/]"}
    return head + b"".join(
        special.get(part) or re.escape(part.encode()) for part in _WILD.split(text.removeprefix("**/"))
    )
