"""Cache the result of a full scan of one store, for as long as its history does not change.

The key is a digest of everything that the result depends on: packs by their checksums, loose objects by their ids, and
all tips. Cached results are masked; if a path or a ref name contains a key, nothing is stored.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

import msgspec

from keyguard.cache.cache import Cache
from keyguard.engine.compiled import Engine
from keyguard.git.layout.alternates import alternates
from keyguard.git.layout.repository import Repository
from keyguard.git.refs.tips import Tips
from keyguard.history.result import HistoryResult
from keyguard.inspection.filenames import Names
from keyguard.masking.known_values import KNOWN
from keyguard.model.finding import Blob, Sighting, Where
from keyguard.support import digests
from keyguard.support.errors import GitError

_KIND = "history"
#: increment when a scan of the same store has another result
_FORMAT = 3
#: gaps that persist; any other gap may have been closed by the next scan
_LASTING = frozenset(("missing", "shallow", "partial", "over-budget"))
#: bytes at the end of a pack index: the checksums of the pack and of the index; for SHA-256, the second half of the
#: former and the latter (gitformat-pack(5))
_TAIL = 64


def state_of(repository: Repository, tips: Tips, *, authors: bool) -> bytes:
    """Return a digest of everything that the result of a scan depends on. Raise OSError if part of it cannot be
    read.
    """
    digest = digests.new("sha256")
    head = (_FORMAT, repository.object_format, authors, bool(repository.top), tips, _folders(repository))
    # the commits at which a shallow clone ends are a set, whose order differs from process to process
    digest.update(msgspec.msgpack.encode(head, order="deterministic"))
    for folder in (repository.objects, *alternates(repository.objects)):
        for line in _store(folder):
            digest.update(line)
    return digest.digest()


def recall(cache: Cache, state: bytes) -> HistoryResult | None:
    """Return the cached result for that state, or None."""
    data = cache.get(_KIND, state)
    if data is None:
        return None
    try:
        return msgspec.msgpack.decode(data, type=HistoryResult)
    except (msgspec.MsgspecError, ValueError):
        return None


def remember(cache: Cache, state: bytes, found: HistoryResult, engine: Engine) -> None:
    """Store a result, unless a gap in it may be temporary or a name in it contains a key: whoever acts on that key
    needs the name unmasked.
    """
    if any(one.gap and one.reason not in _LASTING for one in found.skipped):
        return
    names = Names(engine)
    if names.hide_all(found.sightings) != found.sightings or [*map(names.hide_in, found.skipped)] != found.skipped:
        return
    if any(names.masked(name) != name for name in found.links.values()):
        return
    cache.put(_KIND, state, msgspec.msgpack.encode(found))


def defer_values(repository: Repository, sightings: Sequence[Sighting], engine: Engine) -> None:
    """Arrange for the secret values of cached sightings to be read again if output has to be masked that could contain
    them.
    """

    def read() -> None:
        from keyguard.git.objects.blobs import BlobReader
        from keyguard.git.process.opening import open_objects
        from keyguard.inspection.inspector import Inspector

        wanted = {one.fingerprint: one for one in sightings if one.fingerprint not in KNOWN and one.occurrence.trace}
        oids = {one.occurrence.trace.oid: one for one in wanted.values() if one.occurrence.trace}
        inspector = Inspector(engine)
        # a value that cannot be read again does not occur in any text that is read now
        with suppress(GitError, OSError), open_objects(repository) as git:
            for content in BlobReader(git, any_kind=True).blobs(filter(None, oids)):
                if not content.problem:
                    inspector.inspect_stream(Blob(oids[content.oid].occurrence.file, Where.HISTORY), content.read)

    if any(one.fingerprint not in KNOWN for one in sightings):
        KNOWN.defer(read)


def _store(folder: str) -> Iterator[bytes]:
    """Yield lines that identify the state of an object directory."""
    packs = os.path.join(folder, "pack")
    for name in _names(packs):
        if name.endswith((".pack", ".idx")):
            path = os.path.join(packs, name)
            info = os.stat(path)
            yield f"{name} {_state(info)}\n".encode("utf-8", "surrogateescape") + _tail(path, info.st_size)
        else:
            yield f"{name}\n".encode("utf-8", "surrogateescape")
    yield "\n".join(["", *_names(folder), ""]).encode("utf-8", "surrogateescape")
    for number in range(256):
        head = f"{number:02x}"
        inside = os.path.join(folder, head)
        for name in _names(inside):
            yield f"{head}{name} {_state(os.lstat(f'{inside}/{name}'))}\n".encode("utf-8", "surrogateescape")


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return []


def _tail(path: str, size: int) -> bytes:
    """Return the last ``_TAIL`` bytes of a file."""
    fd = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    try:
        return os.pread(fd, _TAIL, max(0, size - _TAIL))
    finally:
        os.close(fd)


def _folders(repository: Repository) -> list[object]:
    """Return the state of the index, which says under which paths objects are staged."""
    try:
        info = os.stat(repository.index_file)
    except OSError:
        return []
    return [_state(info)]


def _state(info: os.stat_result) -> str:
    """Return what changes when a file's content changes: a writer can set its times, except for the last (ctime)."""
    return f"{info.st_size} {info.st_mtime_ns} {info.st_ino} {info.st_ctime_ns}"


def refs_of(tips: Tips) -> Iterable[bytes]:
    """Return the names of all refs, sorted."""
    return sorted({tip.name for tip in tips.tips if tip.name.startswith(b"refs/")})
