"""Find keys in the files of a git directory: URLs of remotes, messages in reflogs, names of branches."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from keyguard.engine.compiled import Engine
from keyguard.git.layout.repository import Repository
from keyguard.git.metadata_files import metadata_files, table_reflogs
from keyguard.history.result import with_place
from keyguard.inspection.filenames import Names
from keyguard.inspection.inspected_text import InspectedText
from keyguard.inspection.inspector import Inspector
from keyguard.model.finding import Blob, Sighting, Skipped, Trace, Where
from keyguard.odb.regular_files import open_regular
from keyguard.support.errors import GitError

_PIECE = 1 << 20


def in_metadata_files(
    repository: Repository, refs: Iterable[bytes], engine: Engine
) -> tuple[list[Sighting], list[Skipped]]:
    """Return the sightings in these files, in their names and in the names of ``refs``, and what could not be read."""
    # packs of other stores may lie among them, and are read as such
    inspector = Inspector(engine, opens=False)
    files, skipped = metadata_files(repository)
    texts, more = table_reflogs(repository)
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
            skipped += [one.at(shown) for one in seen.unread]
    for shown, text in texts:
        sightings += _traced(inspector.inspect(_blob(shown), text), shown)
    # packed-refs holds names of refs as well
    known = {one.fingerprint for one in sightings if one.occurrence.path.endswith(b"packed-refs")}
    inside = b".git/" if repository.top else b""
    paths = [shown for shown, _ in files] + [inside + name for name in refs]
    names = [one for one in Names(engine).sightings(paths, Where.HISTORY) if one.fingerprint not in known]
    sightings += [with_place(one, one.occurrence.path, trace=Trace(kind="name")) for one in names]
    return sightings, skipped


def _traced(seen: InspectedText, shown: bytes) -> Iterable[Sighting]:
    """Return the sightings of a file with its place in history."""
    return [with_place(one, shown, trace=Trace(kind="file")) for one in seen.sightings]


def _blob(path: bytes) -> Blob:
    return Blob(path=path, where=Where.HISTORY)


def _reading(fd: int) -> Callable[[], bytes]:
    """Return a function that reads the next piece of the file."""
    return lambda: os.read(fd, _PIECE)
