"""Extend the markers of what is pushed to the earlier commits of the push, so that a later commit may allow a key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

import msgspec

from keyguard.engine.compiled import Engine
from keyguard.git.layout.modes import GITLINK
from keyguard.git.layout.repository import Repository
from keyguard.git.objects.blobs import BlobReader
from keyguard.git.objects.commit_files import CommitFiles
from keyguard.git.objects.file_set import FOLDER, Stored
from keyguard.git.process.opening import open_objects
from keyguard.inspection.inspector import Inspector
from keyguard.model.finding import Sighting, Suppression
from keyguard.policy.base_markers import inspect_blobs
from keyguard.support.errors import GitError

#: (fingerprint, rule) of a key
_Key = tuple[str, str]


class TipMarkers:
    """Allows keys in earlier versions of files whose last versions have a marker for them."""

    def __init__(self, repository: Repository, tips: Sequence[str]) -> None:
        """``tips`` are the commits that are pushed."""
        self._repository = repository
        self._tips = tips

    def filtered(self, sightings: Sequence[Sighting], engine: Engine | None) -> list[Sighting]:
        """Return the sightings, with the markers that the last versions of their files have for the same keys.

        A key that one of these versions has without a marker is not allowed in any. The tips are read only if there are
        keys without a marker.
        """
        bare = [one for one in sightings if not one.suppression and _is_file(one)]
        if engine is None or not bare:
            return [*sightings]
        allowed: Mapping[_Key, Suppression] = {}
        with suppress(GitError):  # without evidence that a key is allowed, it is not
            allowed = self._allowed(dict.fromkeys(one.occurrence.file for one in bare), Inspector(engine))
        return [_marked(one, allowed) if not one.suppression and _is_file(one) else one for one in sightings]

    def _allowed(self, paths: Mapping[bytes, None], inspector: Inspector) -> dict[_Key, Suppression]:
        """Return the keys that the tips have at these paths with markers only."""
        marked: dict[_Key, Suppression] = {}
        bare: set[_Key] = set()
        with open_objects(self._repository) as git:
            reader = BlobReader(git, any_kind=True)
            every = [CommitFiles(reader, tip, "what is pushed") for tip in self._tips]
            found = {(stored.oid, path) for files in every for path in paths if (stored := _file(files, path))}
            for oid, path in sorted(found):
                for one in inspect_blobs(git, {oid: path}, inspector):
                    if one.suppression:
                        marked[_key(one)] = one.suppression
                    else:
                        bare.add(_key(one))
        return {key: marker for key, marker in marked.items() if key not in bare}


def _file(files: CommitFiles, path: bytes) -> Stored | None:
    stored = files.find(path)
    return None if stored is None or stored.mode in (FOLDER, GITLINK) else stored


def _is_file(one: Sighting) -> bool:
    """Return whether the key is in the content of a file."""
    return one.occurrence.trace is not None and one.occurrence.trace.kind == "blob"


def _marked(one: Sighting, allowed: Mapping[_Key, Suppression]) -> Sighting:
    marker = allowed.get(_key(one))
    return msgspec.structs.replace(one, suppression=marker) if marker else one


def _key(one: Sighting) -> _Key:
    return one.fingerprint, one.attribution.rule
