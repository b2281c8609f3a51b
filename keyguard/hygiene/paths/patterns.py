"""Patterns for paths, as the lists in ``data/`` have them, and a way to hold them against ten thousand paths quickly.

``*`` and ``?`` stay within a name, ``**/`` is any folders before. A pattern without a slash is for the last part of a
path, at any depth.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property, lru_cache

from keyguard.hygiene.paths.files import Files
from keyguard.support.regex import expression

_WILD = expression(r"(\*\*/|\*|\?)")


class Patterns:
    """Some patterns. Names that one of them must mean, or none of them can, are told by how they begin or end, and
    without any ``re``.
    """

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
        """Whether one of the patterns means the path."""
        name = path[path.rfind(b"/") + 1 :]
        if name in self._exact or name.endswith(self._sure_ends) or name.startswith(self._sure_starts):
            return True
        if not (name.endswith(self._maybe_ends) or name.startswith(self._maybe_starts)):
            return False
        return self._compiled.match(path) is not None

    @cached_property
    def _compiled(self) -> re.Pattern[bytes]:
        """Made for the first name that could be meant: of most lists no name ever is."""
        return re.compile(b"(?:%s)\\Z" % b"|".join(map(_pattern, self._wild)))

    def names(self, files: Files) -> set[bytes]:
        """The last parts of paths that could be meant: all that are, and a few more."""
        return files.named(self._exact, self._starts, self._ends)

    def among(self, paths: Iterable[bytes]) -> list[bytes]:
        """The paths that one of the patterns means, in their order; of ``Files``, sorted."""
        if isinstance(paths, Files):
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
    """These patterns, made once."""
    return Patterns(patterns)


def in_folder(path: bytes, folders: Iterable[str]) -> str:
    """The first of the folders (which may be several deep) that the path lies in, at any depth; empty if in none."""
    around = b"/" + path[: path.rfind(b"/") + 1]
    return next((one for one, within in _within(tuple(folders)) if within in around), "")


@lru_cache(maxsize=256)
def _within(folders: tuple[str, ...]) -> list[tuple[str, bytes]]:
    """Each folder, and what stands in a path that leads through it."""
    return [(one, b"/%s/" % one.encode()) for one in folders]


def _pattern(text: str) -> bytes:
    head = b"(?:.*/)?" if "/" not in text or text.startswith("**/") else b""
    special = {"**/": b"(?:.*/)?", "*": b"[^/]*", "?": b"[^/]"}
    return head + b"".join(
        special.get(part) or re.escape(part.encode()) for part in _WILD.split(text.removeprefix("**/"))
    )
