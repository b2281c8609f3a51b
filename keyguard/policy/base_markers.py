"""Determine the markers that count for a change: those by which its base already allows the same key."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress

import msgspec

from keyguard.engine.compiled import Engine
from keyguard.git.layout.modes import GITLINK
from keyguard.git.layout.repository import Repository
from keyguard.git.objects.blobs import BlobContent, BlobReader, read_blobs
from keyguard.git.objects.commit_files import CommitFiles
from keyguard.git.process.isolated_git import IsolatedGit
from keyguard.git.process.opening import open_objects
from keyguard.inspection.inspector import Inspector
from keyguard.model.finding import Blob, Sighting, Where
from keyguard.policy.change_base import NamedCommit
from keyguard.support.errors import GitError

#: largest file, in bytes, that is read into memory at once
_LARGEST = 16 << 20
#: fingerprint -> ids of the rules for which a marker allows it
Allowed = dict[str, set[str]]


class BaseMarkers:
    """Removes the markers that a commit does not contain."""

    def __init__(self, repository: Repository, base: NamedCommit | None) -> None:
        """Without a ``base``, no marker counts."""
        self._repository = repository
        self._base = base
        self._known: Allowed = {}
        self._asked: set[str] = set()

    def filtered(self, sightings: Sequence[Sighting], engine: Engine | None) -> list[Sighting]:
        """Return the sightings, each with a marker only if the base allows the same key for the same rule.

        Without an engine, or if the base cannot be read, no marker counts. The base's files are read only if there are
        markers.
        """
        claims = [one for one in sightings if one.suppression or one.spared]
        wanted = {one.fingerprint for one in claims} - self._asked
        if wanted and self._base and engine:
            self._asked |= wanted
            paths = dict.fromkeys(one.occurrence.file for one in claims)
            with suppress(GitError):  # without evidence that a key is allowed, it is not
                self._look(self._base.commit, wanted, paths, Inspector(engine))
        return [_judged(one, self._known.get(one.fingerprint, ())) for one in sightings]

    def _look(self, commit: str, wanted: set[str], paths: Iterable[bytes], inspector: Inspector) -> None:
        """Find the base's markers for these keys, first at the keys' present paths, which is nearly always enough."""
        missing = set(wanted)
        with open_objects(self._repository) as git:
            files = CommitFiles(BlobReader(git, any_kind=True), commit, "the base")
            near = {stored.oid: path for path in paths if (stored := files.find(path)) and stored.mode != GITLINK}
            for places in (near, _listed(git, files.tree)):
                for one in inspect_blobs(git, places, inspector):
                    if one.fingerprint in wanted and (rules := _rules(one)):
                        self._known.setdefault(one.fingerprint, set()).update(rules)
                        missing.discard(one.fingerprint)
                if not missing:
                    return


def _judged(one: Sighting, allowed: Collection[str]) -> Sighting:
    if not (one.suppression or one.spared):
        return one
    kept = one.suppression if one.attribution.rule in allowed else None
    spared = {rule: marker for rule, marker in one.spared.items() if rule in allowed}
    dropped = next((marker for rule, marker in one.spared.items() if rule not in allowed), None)
    return msgspec.structs.replace(
        one, suppression=kept, spared=spared, waived=None if kept else one.suppression or dropped
    )


def _rules(one: Sighting) -> set[str]:
    return {*one.spared, *([one.attribution.rule] if one.suppression else ())}


def _listed(git: IsolatedGit, tree: str) -> dict[str, bytes]:
    """Return object id -> path of every file below a tree."""
    found: dict[str, bytes] = {}
    for record in git.records(git.start("ls-tree", "-r", "-z", "--full-tree", tree)):
        head, _, path = record.partition(b"\t")
        _, kind, oid = head.split(b" ")
        if kind == b"blob":
            found.setdefault(oid.decode("ascii"), path)
    return found


def inspect_blobs(git: IsolatedGit, places: dict[str, bytes], inspector: Inspector) -> Iterator[Sighting]:
    """Yield the keys in blobs, given as object id -> path; what cannot be read is left out."""
    for content in read_blobs(git, places):
        if not content.problem:
            yield from _inspected(content, places[content.oid], inspector)


def _inspected(content: BlobContent, path: bytes, inspector: Inspector) -> list[Sighting]:
    blob = Blob(path=path, where=Where.HISTORY)
    try:
        if content.size <= _LARGEST:
            return inspector.inspect(blob, content.read(content.size)).sightings
        return inspector.inspect_stream(blob, content.read).sightings
    except GitError:
        return []
