"""The paths of objects that no commit reaches.

Git keeps trees that no commit holds: of a commit that a hook refused, of an index that was written and changed again,
and folders of either without the tree that contained them. A path below such a tree may lack its first folders, and
folders are evidence (``tests/``), so it is completed by what is staged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import NamedTuple


class UnreachablePath(NamedTuple):
    """A path of an object that no commit reaches."""

    path: bytes
    complete: bool
    """Whether the index holds a file under this path, so that no folder is missing before it."""


class UnreachablePaths:
    """Completes paths by the indexes of all worktrees."""

    def __init__(self, staged: Callable[[], Iterable[tuple[str, bytes]]]) -> None:
        """``staged`` returns (id, path) for everything that is staged; it is called once, and only if needed."""
        self._staged = staged

    def of(self, oid: str) -> bytes:
        """Return the first path at which an object is staged; empty if it is not staged."""
        return next(iter(self._by_id.get(oid, ())), b"")

    def completed(self, path: bytes, oid: str) -> UnreachablePath:
        """Return the path of an object, given its path below a tree that no commit holds.

        A path at which the object itself is staged wins; then the path itself, if something is staged there; then the
        one staged path that ends in it.
        """
        own = [known for known in self._by_id.get(oid, ()) if _ends_in(known, path)]
        known = self._by_name.get(path.rpartition(b"/")[2], ())
        longer = own or ([path] if path in known else [one for one in known if _ends_in(one, path)])
        return UnreachablePath(longer[0], True) if own or len(longer) == 1 else UnreachablePath(path, False)

    @cached_property
    def _by_id(self) -> dict[str, list[bytes]]:
        """Id -> the paths at which it is staged."""
        found: dict[str, list[bytes]] = {}
        for oid, path in self._staged():
            found.setdefault(oid, []).append(path)
        return found

    @cached_property
    def _by_name(self) -> dict[bytes, set[bytes]]:
        """Name of a file -> the staged paths with this name."""
        found: dict[bytes, set[bytes]] = {}
        for paths in self._by_id.values():
            for path in paths:
                found.setdefault(path.rpartition(b"/")[2], set()).add(path)
        return found


def _ends_in(path: bytes, end: bytes) -> bool:
    return path == end or path.endswith(b"/" + end)
