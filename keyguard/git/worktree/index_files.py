"""Read single files of an index by path, without starting git if possible: a commit hook needs just a few."""

from __future__ import annotations

import os

from keyguard.git.index.integrity import EXTENDED, HEAD_SIZE, INTENT_TO_ADD, NAME_LENGTH, STAGE
from keyguard.git.layout.control_files import read_control
from keyguard.git.layout.modes import GITLINK
from keyguard.git.layout.repository import Repository
from keyguard.git.objects.blobs import read_blobs
from keyguard.git.objects.file_set import FOLDER, Stored
from keyguard.git.objects.loose_blobs import read_loose_blob
from keyguard.git.process.opening import open_index
from keyguard.support import digests
from keyguard.support.errors import GitError

_INDEX_LIMIT = 1 << 30
_MODES = (0o100644, 0o100755, 0o120000, GITLINK)
#: markers of a split or sparse index
_ODD = (b"link", b"sdir")


class IndexFiles:
    """The ``Files`` of an index. For a file in conflict, the version of the checked-out branch is used."""

    name = "the index"

    def __init__(self, repository: Repository, index: str | None = None) -> None:
        """Raise GitError if the index cannot be read."""
        self._repository = repository
        self._index = index
        self._data = read_control(index or repository.index_file, _INDEX_LIMIT) or b""
        self._listed: dict[bytes, Stored] | None = None
        #: whether names are stored in full, each after its own entry
        self._plain = self._data[:8] in (b"DIRC\0\0\0\2", b"DIRC\0\0\0\3") and not any(
            mark in self._data for mark in _ODD
        )

    def find(self, path: bytes) -> Stored | None:
        """As in ``Files``."""
        if self._plain or not self._data:
            return self._entry(path)
        return self._all().get(path)

    def below(self, folder: bytes) -> dict[bytes, Stored]:
        """As in ``Files``."""
        start = folder + b"/" if folder else b""
        found = {}
        for path, stored in self._all().items():
            if path.startswith(start):
                name, inner, _ = path[len(start) :].partition(b"/")
                found[name] = Stored(FOLDER, "") if inner else stored
        return found

    def read(self, path: bytes, oid: str, most: int) -> bytes | None:
        """As in ``Files``."""
        repository = self._repository
        data = read_loose_blob(repository.objects, oid, repository.object_format)
        if data is None:
            data = self._same_in_tree(path, oid, most)
        if data is not None:
            return data if len(data) <= most else None
        with open_index(repository, self._index) as git:
            for content in read_blobs(git, [oid]):
                if content.problem:
                    raise GitError(f"blob {oid}: {content.detail or content.problem}")
                return content.read(content.size) if content.size <= most else None
        return None

    def _entry(self, path: bytes) -> Stored | None:
        """Search for the name: it follows an entry of 62 or 74 bytes, and two more if the entry has extended flags."""
        size = 32 if self._repository.object_format == "sha256" else 20
        sides: dict[int, Stored] = {}
        at = self._data.find(path + b"\0")
        while at >= 0:
            for extra in (0, 2):
                start = at - 42 - size - extra
                if start < HEAD_SIZE or (start - HEAD_SIZE) % 8:
                    continue
                mode, oid, flags = self._fields(start, size)
                fits = flags & NAME_LENGTH == min(len(path), NAME_LENGTH) and bool(flags & EXTENDED) == bool(extra)
                if fits and mode in _MODES:
                    intended = extra and self._data[at - 2] << 8 & INTENT_TO_ADD
                    if not intended:
                        sides.setdefault((flags & STAGE) >> 12, Stored(mode, oid.hex()))
            at = self._data.find(path + b"\0", at + 1)
        return next((sides[stage] for stage in (0, 2, 3, 1) if stage in sides), None)

    def _fields(self, start: int, size: int) -> tuple[int, bytes, int]:
        """Return mode, id and flags of an entry that would begin there."""
        data, end = self._data, start + 40 + size
        mode, flags = data[start + 24 : start + 28], data[end : end + 2]
        return int.from_bytes(mode, "big"), data[start + 40 : end], int.from_bytes(flags, "big")

    def _all(self) -> dict[bytes, Stored]:
        """Return every entry, as git lists them."""
        if self._listed is None:
            found: dict[bytes, Stored] = {}
            with open_index(self._repository, self._index) as git:
                for record in git.records(git.start("ls-files", "-z", "--stage")):
                    head, _, path = record.partition(b"\t")
                    mode, oid, stage = head.split(b" ")
                    if path not in found or stage in (b"0", b"2"):
                        found[path] = Stored(int(mode, 8), oid.decode("ascii"))
            self._listed = found
        return self._listed

    def _same_in_tree(self, path: bytes, oid: str, most: int) -> bytes | None:
        """Return the content of the file in the work tree if it is the same as in the index, which saves starting
        git.
        """
        try:
            data = read_control(os.path.join(self._repository.top, os.fsdecode(path)), most)
        except GitError:
            return None
        if data is None:
            return None
        text = b"blob %d\0" % len(data) + data
        return data if digests.new(self._repository.object_format, text).hexdigest() == oid else None
