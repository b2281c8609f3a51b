"""The content of blobs by id, through one ``git cat-file --batch``, piece by piece: their size does not matter.

A loose object may lie about its size, and git repeats that. Then the content of one object would pass for the answer
about the next, or be waited for in vain. So a name that cannot be known beforehand, another one each time, is asked
after every object: git's "missing" about it is the seal that shows where the answer ended.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from itertools import islice

from keyguard.git.layout.head import is_object_id
from keyguard.git.process.shadow import Shadow
from keyguard.support import digests
from keyguard.support.errors import GitError

#: objects asked for at once: enough to keep git busy, few enough for their ids and seals to fit a pipe
_AHEAD = 32
_PIECE = 1 << 18
#: what nobody wants of a blob: up to here it is read and dropped, beyond it git is started anew
_DROPPED = 16 << 20
#: objects on which git may hang before the rest is given up
_HANGS = 3
#: bytes of a head: an id, a type and a size take fewer
_HEAD = 256


class BlobContent:
    """One blob, or any object where they were asked for. It can be read until the next one is asked for."""

    def __init__(self, oid: str, size: int = 0, reader: BlobReader | None = None, kind: bytes = b"blob") -> None:
        self.oid = oid
        self.kind = kind
        """As git names it."""
        self.size = size
        """In bytes, as git announces it."""
        self.problem = ""
        """Why there is nothing to read: ``missing``, ``corrupt``, ``unreadable`` or ``not-a-blob``; else empty."""
        self.detail = ""
        """What git said about the problem."""
        self._reader = reader
        self._left = size
        self._digest = digests.new(reader.object_format, b"%s %d\0" % (kind, size), size) if reader else None

    def read(self, size: int = _PIECE) -> bytes:
        """The next ``size`` bytes, fewer only at the end. GitError when the object turns out to be damaged."""
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
            self._reader.check_seal()
            if self._digest.hexdigest() != self.oid:
                raise GitError(f"object {self.oid} holds something else than its id says")
            self._digest = None
        return b"".join(parts)

    def close(self, problem: str = "", detail: str = "") -> BlobContent:
        """This very blob, which it is an error to read from now on."""
        self._reader, self.problem, self.detail = None, self.problem or problem, self.detail or detail
        return self


class BlobReader:
    """A ``git cat-file`` for several rounds of questions. It starts at once, and ends with the shadow at the latest."""

    def __init__(self, shadow: Shadow, *, any_kind: bool = False) -> None:
        """Objects that are no blobs are a problem, unless any kind is welcome."""
        self.object_format = shadow.object_format
        self._any_kind = any_kind
        self._shadow = shadow
        self._hangs = 0
        self._buffer = b""
        self._last = b""
        """The latest of what git said."""
        self._due = 0
        """Bytes of the present answer that were not taken yet."""
        self._seal = b""
        """What the present answer ends with, as long as it was not seen."""
        self._seals = deque[bytes]()
        """The seals of the answers still to come."""
        self._final = b""
        """The last of all that were asked for."""
        self._broken = False
        self._child = shadow.start("cat-file", "--batch")

    def blobs(self, oids: Iterable[str]) -> Iterator[BlobContent]:
        """One ``BlobContent`` for each id, in order. One round at a time; it may be left before its end."""
        source, waiting = iter(oids), deque[str]()
        try:
            while True:
                fresh = list(islice(source, _AHEAD - len(waiting)))
                waiting.extend(fresh)
                if not self._broken:
                    self._ask(fresh)
                if self._broken:
                    self._restart(waiting)
                if not waiting:
                    return
                content = self._answer(waiting[0])
                yield content
                content.close()
                waiting.popleft()
                self._pass_over()
        finally:
            self._broken = self._broken or bool(waiting)

    def take(self, size: int) -> bytes:
        """Between one and ``size`` bytes of what git answers; GitError when it died, hangs, or has no more to say."""
        if not self._buffer:
            self._buffer = self._fetch()
        piece, self._buffer = self._buffer[:size], self._buffer[size:]
        self._due -= len(piece)
        return piece

    def check_seal(self) -> None:
        """Go past the end of the present answer. GitError when it is not there: git was told a wrong size."""
        seal, self._seal = self._seal, b""
        while seal:
            piece = self.take(len(seal))
            if not seal.startswith(piece):
                self._broken = True
                raise GitError("the object is not of the size that it says")
            seal = seal[len(piece) :]
        self._due = 0

    def close(self) -> None:
        """End git."""
        self._shadow.stop(self._child)

    def _ask(self, oids: Collection[str]) -> None:
        request = ""
        for oid in oids:
            if not is_object_id(oid, self.object_format):
                raise GitError(f"{oid!r} is not an object id")
            seal = f"?{os.urandom(12).hex()}"  # no ref is called so: git need not look for it
            self._final = f"{seal} missing\n".encode()
            self._seals.append(self._final)
            request += f"{oid}\n{seal}\n"
        try:
            self._child.write(request.encode())
        except GitError:
            self._broken = True

    def _answer(self, oid: str) -> BlobContent:
        """The head of the next answer: ``id type size``, or ``id missing``."""
        if self._hangs >= _HANGS:
            return BlobContent(oid).close("unreadable", "git hangs")
        hangs, heard = self._hangs, len(self._child.complaints)
        self._seal = self._seals.popleft()
        try:
            words = self._line().split(b" ")
            if words[0] != oid.encode() or (words[1:] != [b"missing"] and not b"".join(words[2:3]).isdigit()):
                self._broken = True
                raise GitError("git answered something else than it was asked")
        except GitError as error:
            return BlobContent(oid).close("unreadable" if self._hangs > hangs else "corrupt", str(error))
        if len(words) == 3:
            size = int(words[2])
            self._seal = b"\n" + self._seal
            self._due = size + len(self._seal)
            content = BlobContent(oid, size, self, words[1])
            return content if self._any_kind or words[1] == b"blob" else content.close("not-a-blob")
        self._due = len(self._seal)
        said = self._child.complaints[heard:].decode("utf-8", "backslashreplace").strip()
        return BlobContent(oid).close("corrupt" if said else "missing", said)

    def _line(self) -> bytes:
        line = self.take(1)
        while not line.endswith(b"\n"):
            line += self.take(self._buffer.find(b"\n") + 1 or _HEAD)
            if len(line) > _HEAD:
                self._broken = True
                raise GitError("git's answer has no end")
        return line[:-1]

    def _pass_over(self) -> None:
        """Come to the end of the present answer, whatever was read of it."""
        self._broken = self._broken or self._due > _DROPPED
        try:
            while self._due > len(self._seal) and not self._broken:
                self.take(self._due - len(self._seal))
            if not self._broken:
                self.check_seal()
        except GitError:
            # git is gone, or out of step, which the next round sees to; nobody wanted what it still had to say
            self._broken = True

    def _fetch(self) -> bytes:
        # after the seal of the last question git says nothing more, however much the object promised
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
            self._child = self._shadow.start("cat-file", "--batch")
            self._buffer = self._last = self._final = b""
            self._due, self._broken = 0, False
            self._seals.clear()
            self._ask(waiting)


def read_blobs(shadow: Shadow, oids: Iterable[str], *, any_kind: bool = False) -> Iterator[BlobContent]:
    """The blobs of these ids, in order, as ``BlobReader.blobs``; for a single round."""
    reader = BlobReader(shadow, any_kind=any_kind)
    try:
        yield from reader.blobs(oids)
    finally:
        reader.close()
