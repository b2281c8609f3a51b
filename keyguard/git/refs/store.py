"""Hold all refs of a repository with their values, read from loose and packed refs and reftables without git."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from keyguard.git.layout.reader import GitDirReader
from keyguard.git.layout.worktrees import PER_WORKTREE, Worktree, prefix_of
from keyguard.support.errors import GitError

if TYPE_CHECKING:
    from keyguard.git.refs.reftable_stack import Tables

_REF_LIMIT = 8 << 10
_PACKED_LIMIT = 128 << 20
#: git itself follows no longer chain
_DEPTH = 5
_SYMBOLIC = b"ref:"


class RefStore:
    """Refs by full name. Those of other worktrees have the names that git gives them: ``worktrees/x/HEAD``."""

    def __init__(self, id_length: int) -> None:
        self.ids: dict[bytes, bytes] = {}
        """name -> object id in hex"""
        self.symbolic: dict[bytes, bytes] = {}
        """name -> name of the ref that a symbolic ref points to"""
        self.resolved: dict[bytes, bytes] = {}
        """name -> id that a symbolic ref resolves to"""
        self._loose = re.compile(rb"([0-9a-fA-F]{%d})(?:\s|\Z)" % id_length)
        self._packed = re.compile(rb"\n([0-9a-fA-F]{%d})[ \t]([^\n]+)" % id_length)

    def read_packed(self, reader: GitDirReader, path: str) -> None:
        """Add the refs of ``packed-refs``; a loose ref that is read later overrides them."""
        data = b"\n" + (reader.read(path, _PACKED_LIMIT) or b"").removesuffix(b"\n")
        found = self._packed.findall(data)
        self.ids.update({name: oid for oid, name in found})
        # the peeled target of a tag is a line of its own, which is not a ref
        odd = data.count(b"\n") - data.count(b"\n#") - data.count(b"\n^") - len(found)
        if odd and len(data) > 1:
            reader.gap(path, "corrupt", f"{odd} lines are no refs")

    def read_loose(self, reader: GitDirReader, worktree: Worktree) -> None:
        """Add the refs below ``refs`` in the git directory of a worktree."""
        start = len(worktree.folder.rstrip("/")) + 1
        for entry in reader.walk(os.path.join(worktree.folder, "refs")):
            name = worktree.full_name(os.fsencode(entry.path[start:]))
            # git ignores lock files and names with a leading dot (.DS_Store)
            if name and not entry.name.startswith(".") and not entry.name.endswith(".lock"):
                self.read_one(reader, entry.path, name)

    def read_one(self, reader: GitDirReader, path: str, name: bytes) -> None:
        """Add one loose ref. A symbolic link to a ref is how early versions of git stored symbolic refs."""
        target = reader.link(path)
        if target is not None and target.startswith(b"refs/"):
            self.put_symbolic(name, target)
            return
        data = reader.read(path, _REF_LIMIT)
        if data is None:
            return
        if data.startswith(_SYMBOLIC):
            self.put_symbolic(name, data[len(_SYMBOLIC) :].strip())
        elif (found := self._loose.match(data)) and found[1].strip(b"0"):
            self.ids[name] = found[1]
        else:
            self.ids.pop(name, None)
            reader.gap(path, "corrupt", "holds neither an object id nor the name of a ref")

    def read_tables(self, worktree: Worktree, tables: Tables) -> None:
        """Add the refs of a worktree that uses reftables, including HEAD."""
        for name, ref in tables.refs.items():
            full = worktree.full_name(name)
            if full and ref.target:
                self.put_symbolic(full, ref.target)
            elif full and ref.oid.strip(b"\0"):
                self.ids[full] = ref.oid.hex().encode()

    def put_symbolic(self, name: bytes, target: bytes) -> None:
        """Add a symbolic ref."""
        self.symbolic[name] = target
        self.ids.pop(name, None)

    def resolve(self, name: bytes, prefix: bytes = b"") -> bytes:
        """Return the id that a ref resolves to in its worktree; empty if it is unborn.

        Raise GitError if it leads in a circle, or to an invalid name.
        """
        for _ in range(_DEPTH + 1):
            if name in self.ids:
                return self.ids[name]
            target = self.symbolic.get(name)
            if target is None:
                break
            name = _full_name(target, prefix)
        else:
            raise GitError("leads through too many symbolic refs")
        if not name.removeprefix(prefix).startswith(b"refs/") or b"/." in name or b"\0" in name or name.endswith(b"/"):
            raise GitError("leads to an impossible ref")
        return b""


def _full_name(name: bytes, prefix: bytes) -> bytes:
    if prefix_of(name):
        return name
    return name if name.startswith(b"refs/") and not name.startswith(PER_WORKTREE) else prefix + name
