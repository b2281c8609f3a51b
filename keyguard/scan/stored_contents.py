"""The contents of blobs in an object store, in their order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from keyguard.sources.listing import Stored

if TYPE_CHECKING:
    from keyguard.git.objects.blobs import BlobContent


def contents_of(stored: Stored) -> Iterator[BlobContent]:
    """Yield the content of each blob; raises ``GitError``."""
    if not stored.blobs:
        return
    oids = [blob.oid for blob in stored.blobs]
    if stored.reader:
        yield from stored.reader.blobs(oids)
        return
    from keyguard.git.objects.blobs import read_blobs
    from keyguard.git.process.opening import open_objects

    with open_objects(stored.repository) as git:
        yield from read_blobs(git, oids)
