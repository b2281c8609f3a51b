"""A whole history that has not changed since it was last scanned: its result, as the cache holds it.

It is found again by everything that it depends on: packs by their checksums, loose objects by their ids, and all that
points into the store. What is kept has been masked; where a key stands in a path or the name of a ref, nothing is kept.
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
from keyguard.history.outcome import Surveyed
from keyguard.inspection.filenames import Names
from keyguard.masking.known_values import KNOWN
from keyguard.model.finding import Blob, Sighting, Where
from keyguard.support import digests
from keyguard.support.errors import GitError

_KIND = "history"
#: changes when a survey comes to another result for the same store
_FORMAT = 2
#: gaps that are there again next time; of others, somebody may see to it that they are not
_LASTING = frozenset(("missing", "shallow", "partial"))
#: of an index of a pack: the checksum of the pack, and its own; of SHA-256, the second half and its own
_TAIL = 64


def state_of(repository: Repository, tips: Tips, *, authors: bool) -> bytes:
    """A digest of all that the result of a survey depends on. OSError where something of it cannot be read."""
    digest = digests.new("sha256")
    head = (_FORMAT, repository.object_format, authors, bool(repository.top), tips, _folders(repository))
    digest.update(msgspec.msgpack.encode(head, enc_hook=_listed))
    for folder in (repository.objects, *alternates(repository.objects)):
        for line in _store(folder):
            digest.update(line)
    return digest.digest()


def recall(cache: Cache, state: bytes) -> Surveyed | None:
    """What was found in that state, if it is known."""
    data = cache.get(_KIND, state)
    if data is None:
        return None
    try:
        return msgspec.msgpack.decode(data, type=Surveyed)
    except (msgspec.MsgspecError, ValueError):
        return None


def remember(cache: Cache, state: bytes, found: Surveyed, engine: Engine) -> None:
    """Keep what was found, unless it was not read whole for a reason that may pass, or a name in it holds a key: who
    acts on that needs the name as it is.
    """
    if any(one.gap and one.reason not in _LASTING for one in found.skipped):
        return
    names = Names(engine)
    if names.hide_all(found.sightings) != found.sightings or [*map(names.hide_in, found.skipped)] != found.skipped:
        return
    if any(names.masked(name) != name for name in found.links.values()):
        return
    cache.put(_KIND, state, msgspec.msgpack.encode(found))


def values_later(repository: Repository, sightings: Sequence[Sighting], engine: Engine) -> None:
    """Have the values of what was found in an earlier scan read again, when a name could hold one of them."""

    def read() -> None:
        from keyguard.git.objects.blobs import BlobReader
        from keyguard.git.process.opening import open_shadow
        from keyguard.inspection.inspector import Inspector

        wanted = {one.fingerprint: one for one in sightings if one.fingerprint not in KNOWN and one.occurrence.trace}
        oids = {one.occurrence.trace.oid: one for one in wanted.values() if one.occurrence.trace}
        inspector = Inspector(engine)
        # what cannot be read again is in no text that is read now, either
        with suppress(GitError, OSError), open_shadow(repository) as shadow:
            for content in BlobReader(shadow, any_kind=True).blobs(filter(None, oids)):
                if not content.problem:
                    inspector.inspect_stream(Blob(oids[content.oid].occurrence.path, Where.HISTORY), content.read)

    if any(one.fingerprint not in KNOWN for one in sightings):
        KNOWN.later(read)


def _store(folder: str) -> Iterator[bytes]:
    """Lines that tell one state of an object directory from every other."""
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
    fd = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    try:
        return os.pread(fd, _TAIL, max(0, size - _TAIL))
    finally:
        os.close(fd)


def _folders(repository: Repository) -> list[object]:
    """The state of the index: under which paths something is staged."""
    try:
        info = os.stat(repository.index_file)
    except OSError:
        return []
    return [_state(info)]


def _state(info: os.stat_result) -> str:
    """What tells a file from the same with other content: who writes into it can set its times, but for the last."""
    return f"{info.st_size} {info.st_mtime_ns} {info.st_ino} {info.st_ctime_ns}"


def _listed(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(type(value).__name__)


def refs_of(tips: Tips) -> Iterable[bytes]:
    """The names of all refs."""
    return sorted({tip.name for tip in tips.tips if tip.name.startswith(b"refs/")})
