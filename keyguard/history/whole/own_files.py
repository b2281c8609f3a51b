"""Keys in git's own files: addresses of remotes, messages in reflogs, names of branches."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from keyguard.engine.compiled import Engine
from keyguard.git.layout.repository import Repository
from keyguard.git.own_files import own_files, own_texts
from keyguard.history.outcome import placed
from keyguard.inspection.filenames import Names
from keyguard.inspection.inspector import InspectedText, Inspector
from keyguard.model.finding import Blob, Sighting, Skipped, Trace, Where
from keyguard.odb.files import open_regular
from keyguard.support.errors import GitError

_PIECE = 1 << 20


def in_own_files(repository: Repository, refs: Iterable[bytes], engine: Engine) -> tuple[list[Sighting], list[Skipped]]:
    """What stands in the files of a git directory, in their names and those of refs, and what could not be read."""
    inspector = Inspector(engine)
    files, skipped = own_files(repository)
    texts, more = own_texts(repository)
    skipped = [*skipped, *(gap for gap in more if gap not in skipped)]
    sightings: list[Sighting] = []
    for shown, path in files:
        try:
            with open_regular(path) as fd:
                seen = inspector.inspect_stream(_blob(shown), _reading(fd))
        except (GitError, OSError) as error:
            skipped.append(Skipped(path=shown, reason="unreadable", detail=str(error)))
        else:
            sightings += _traced(seen, shown)
            if seen.container:
                skipped.append(Skipped(path=shown, reason="container", detail=seen.container, gap=False))
    for shown, text in texts:
        sightings += _traced(inspector.inspect(_blob(shown), text), shown)
    # refs that are packed stand in a file, too
    known = {one.fingerprint for one in sightings if one.occurrence.path.endswith(b"packed-refs")}
    inside = b".git/" if repository.top else b""
    paths = [shown for shown, _ in files] + [inside + name for name in refs]
    names = [one for one in Names(engine).sightings(paths, Where.HISTORY) if one.fingerprint not in known]
    sightings += [placed(one, one.occurrence.path, trace=Trace(kind="name")) for one in names]
    return sightings, skipped


def _traced(seen: InspectedText, shown: bytes) -> Iterable[Sighting]:
    return [placed(one, shown, trace=Trace(kind="file")) for one in seen.sightings]


def _blob(path: bytes) -> Blob:
    return Blob(path=path, where=Where.HISTORY)


def _reading(fd: int) -> Callable[[], bytes]:
    return lambda: os.read(fd, _PIECE)
