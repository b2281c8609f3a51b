"""Read blobs by id through one ``git cat-file --batch``, piece by piece, so that their size does not matter.

A corrupt loose object can claim a wrong size, and git repeats it: then the content of one object would be taken for the
answer about the next, or be waited for in vain. So after every object a random name is requested, and git's "missing"
for it is the sentinel that marks the end of the answer.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from itertools import islice

from keyguard.git.layout.head import is_object_id
from keyguard.git.process.isolated_git import IsolatedGit
from keyguard.support import digests
from keyguard.support.errors import GitError

#: objects requested ahead: enough to keep git busy, few enough for their ids and sentinels to fit a pipe
_AHEAD = 32
_PIECE = 1 << 18
#: unread bytes of a blob: up to this many are read and discarded, for more git is restarted
_DROPPED = 16 << 20
#: objects on which git may hang before it is given up
_HANGS = 3
#: bytes of a header: an id, a type and a size take fewer
_HEAD = 256


class BlobContent:
    """One blob, or an object of any kind if requested. It can be read until the next one is requested."""

    def __init__(self, oid: str, size: int = 0, reader: BlobReader | None = None, kind: bytes = b"blob") -> None:
        self.oid = oid
        self.kind = kind
        """As git names it."""
        self.size = size
        """In bytes, as git reports it."""
        self.problem = ""
        """Why there is nothing to read: ``missing``, ``corrupt``, ``unreadable`` or ``not-a-blob``; otherwise empty."""
        self.detail = ""
        """git's message about the problem."""
        self._reader = reader
        self._left = size
        self._digest = digests.new(reader.object_format, b"%s %d\0" % (kind, size), size) if reader else None

    def read(self, size: int = _PIECE) -> bytes:
        """Return the next ``size`` bytes, fewer only at the end. Raise GitError if the object is damaged."""
        if self._reader is None:
            raise GitError(f"object {self.oid} cannot be read: {self.problem or 'its turn is over'}")
        parts = []
        while size > 0 and self._left:
            piece = self._reader.take(min(size, self._left))
            self._left -= len(piece)
            size -= len(piece)
            if self._digest:
                self._digest.update(piece)
            parts.append(piece)
        if not self._left and self._digest:
            self._reader.check_sentinel()
            if self._digest.hexdigest() != self.oid:
                raise GitError(f"object {self.oid} holds something else than its id says")
            self._digest = None
        return b"".join(parts)

    def close(self, problem: str = "", detail: str = "") -> BlobContent:
        """End reading with an optional problem, and return this object; reading it from now on raises GitError."""
        self._reader, self.problem, self.detail = None, self.problem or problem, self.detail or detail
        return self


class BlobReader:
    """A ``git cat-file`` for several rounds of requests. It starts at once, and ends with ``IsolatedGit`` at the
    latest.
    """

    def __init__(self, git: IsolatedGit, *, any_kind: bool = False) -> None:
        """Report objects that are not blobs as a problem, unless ``any_kind`` is set."""
        self.object_format = git.object_format
        self._any_kind = any_kind
        self._git = git
        self._hangs = 0
        self._buffer = b""
        self._last = b""
        """The latest output of git."""
        self._unread_bytes = 0
        """Bytes of the current answer that were not taken yet."""
        self._sentinel = b""
        """What ends the current answer, until it was read."""
        self._sentinels = deque[bytes]()
        """The sentinels of the answers still to come."""
        self._final = b""
        """The last sentinel that was requested."""
        self._broken = False
        self._child = git.start("cat-file", "--batch")

    def blobs(self, oids: Iterable[str]) -> Iterator[BlobContent]:
        """Yield one ``BlobContent`` for each id, in order. One call at a time; the caller may stop early."""
        source, waiting = iter(oids), deque[str]()
        try:
            while True:
                fresh = list(islice(source, _AHEAD - len(waiting)))
                waiting.extend(fresh)
                if not self._broken:
                    self._request(fresh)
                if self._broken:
                    self._restart(waiting)
                if not waiting:
                    return
                content = self._answer(waiting[0])
                yield content
                content.close()
                waiting.popleft()
                self._skip_rest()
        finally:
            self._broken = self._broken or bool(waiting)

    def take(self, size: int) -> bytes:
        """Return between one and ``size`` bytes of git's output. Raise GitError if git died, hangs, or has nothing more
        to say.
        """
        if not self._buffer:
            self._buffer = self._read_output()
        piece, self._buffer = self._buffer[:size], self._buffer[size:]
        self._unread_bytes -= len(piece)
        return piece

    def check_sentinel(self) -> None:
        """Read the end of the current answer. Raise GitError if it is not there: git reported a wrong size."""
        sentinel, self._sentinel = self._sentinel, b""
        while sentinel:
            piece = self.take(len(sentinel))
            if not sentinel.startswith(piece):
                self._broken = True
                raise GitError("the object is not of the size that it says")
            sentinel = sentinel[len(piece) :]
        self._unread_bytes = 0

    def close(self) -> None:
        """Stop git."""
        self._git.stop(self._child)

    def _request(self, oids: Collection[str]) -> None:
        request = ""
        for oid in oids:
            if not is_object_id(oid, self.object_format):
                raise GitError(f"{oid!r} is not an object id")
            sentinel = f"?{os.urandom(12).hex()}"  # no ref can have this name, so git does not search for it
            self._final = f"{sentinel} missing\n".encode()
            self._sentinels.append(self._final)
            request += f"{oid}\n{sentinel}\n"
        try:
            self._child.write(request.encode())
        except GitError:
            self._broken = True

    def _answer(self, oid: str) -> BlobContent:
        """Read the header of the next answer: ``id type size``, or ``id missing``."""
        if self._hangs >= _HANGS:
            return BlobContent(oid).close("unreadable", "git hangs")
        hangs, heard = self._hangs, len(self._child.stderr)
        self._sentinel = self._sentinels.popleft()
        try:
            words = self._line().split(b" ")
            if words[0] != oid.encode() or (words[1:] != [b"missing"] and not b"".join(words[2:3]).isdigit()):
                self._broken = True
                raise GitError("git answered something else than it was asked")
        except GitError as error:
            return BlobContent(oid).close("unreadable" if self._hangs > hangs else "corrupt", str(error))
        if len(words) == 3:
            size = int(words[2])
            self._sentinel = b"\n" + self._sentinel
            self._unread_bytes = size + len(self._sentinel)
            content = BlobContent(oid, size, self, words[1])
            return content if self._any_kind or words[1] == b"blob" else content.close("not-a-blob")
        self._unread_bytes = len(self._sentinel)
        said = self._child.stderr[heard:].decode("utf-8", "backslashreplace").strip()
        return BlobContent(oid).close("corrupt" if said else "missing", said)

    def _line(self) -> bytes:
        line = self.take(1)
        while not line.endswith(b"\n"):
            line += self.take(self._buffer.find(b"\n") + 1 or _HEAD)
            if len(line) > _HEAD:
                self._broken = True
                raise GitError("git's answer has no end")
        return line[:-1]

    def _skip_rest(self) -> None:
        """Read to the end of the current answer, however much of it was used."""
        self._broken = self._broken or self._unread_bytes > _DROPPED
        try:
            while self._unread_bytes > len(self._sentinel) and not self._broken:
                self.take(self._unread_bytes - len(self._sentinel))
            if not self._broken:
                self.check_sentinel()
        except GitError:
            # git died or is out of sync, which the next round repairs; the rest of the answer was not needed
            self._broken = True

    def _read_output(self) -> bytes:
        # after the last sentinel git writes nothing more, whatever size the object claims
        if self._final and self._last.endswith(self._final):
            self._broken = True
            raise GitError("the object is shorter than it says")
        try:
            data = self._child.read(_PIECE)
        except GitError:
            self._broken = True
            self._hangs += 1
            raise
        if data:
            self._last = (self._last + data)[-_HEAD:]
            return data
        self._broken = True
        self._child.end()
        raise GitError("git cat-file ended without an answer")

    def _restart(self, waiting: Collection[str]) -> None:
        if self._hangs < _HANGS:
            self.close()
            self._child = self._git.start("cat-file", "--batch")
            self._buffer = self._last = self._final = b""
            self._unread_bytes, self._broken = 0, False
            self._sentinels.clear()
            self._request(waiting)


def read_blobs(git: IsolatedGit, oids: Iterable[str], *, any_kind: bool = False) -> Iterator[BlobContent]:
    """Yield the blobs of these ids in order, as ``BlobReader.blobs`` does, for a single round."""
    reader = BlobReader(git, any_kind=any_kind)
    try:
        yield from reader.blobs(oids)
    finally:
        reader.close()
