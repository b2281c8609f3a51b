"""Read single files of one commit by path: only the trees on the way are read."""

from __future__ import annotations

import re

from keyguard.git.objects.blobs import BlobReader
from keyguard.git.objects.commits import parse_commit
from keyguard.git.objects.file_set import FOLDER, Stored
from keyguard.support.errors import GitError
from keyguard.support.regex import expression

_ENTRY = {
    "sha1": expression(rb"([0-7]{5,6}) ([^\0/]{1,1024})\0(.{20})", re.DOTALL),
    "sha256": expression(rb"([0-7]{5,6}) ([^\0/]{1,1024})\0(.{32})", re.DOTALL),
}
#: largest commit or tree in bytes
_LARGEST = 16 << 20


class CommitFiles:
    """The ``Files`` of a commit, as long as git runs."""

    def __init__(self, reader: BlobReader, commit: str, name: str) -> None:
        """``reader`` returns objects of any kind. Raise GitError if the commit cannot be read."""
        self.name = name
        self._reader = reader
        self._entry = _ENTRY[reader.object_format]
        self._trees: dict[str, dict[bytes, Stored]] = {}
        parsed = parse_commit(self._content(commit, b"commit", _LARGEST) or b"")
        if parsed is None:
            raise GitError(f"commit {commit}: cannot be understood")
        self.tree = parsed.tree

    def find(self, path: bytes) -> Stored | None:
        """As in ``Files``."""
        found: Stored | None = Stored(FOLDER, self.tree)
        for part in path.split(b"/") if path else ():
            if found is None or found.mode != FOLDER:
                return None
            found = self._entries(found.oid).get(part)
        return found

    def below(self, folder: bytes) -> dict[bytes, Stored]:
        """As in ``Files``."""
        found = self.find(folder)
        return self._entries(found.oid) if found and found.mode == FOLDER else {}

    def read(self, path: bytes, oid: str, most: int) -> bytes | None:
        """As in ``Files``."""
        return self._content(oid, b"blob", most)

    def _entries(self, tree: str) -> dict[bytes, Stored]:
        if tree not in self._trees:
            data = self._content(tree, b"tree", _LARGEST)
            if data is None:
                raise GitError(f"tree {tree}: larger than {_LARGEST >> 20} MiB")
            listed = self._entry.findall(data)
            self._trees[tree] = {name: Stored(int(mode, 8), oid.hex()) for mode, name, oid in reversed(listed)}
        return self._trees[tree]

    def _content(self, oid: str, kind: bytes, most: int) -> bytes | None:
        """Return the content of an object; None if it is larger than ``most`` bytes. Raise GitError if it is missing or
        damaged.
        """
        data: bytes | None = None
        for content in self._reader.blobs([oid]):
            if content.problem or content.kind != kind:
                why = content.detail or content.problem or f"not a {kind.decode()}"
                raise GitError(f"{kind.decode()} {oid}: {why}")
            data = content.read(content.size) if content.size <= most else None
        return data
