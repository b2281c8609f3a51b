"""Keys in Git LFS objects: commits contain only a pointer to such an object, and no rewrite changes the object.

The format of a pointer: https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from keyguard.git.layout.head import read_head
from keyguard.git.layout.repository import Repository
from keyguard.git.objects.blobs import BlobReader
from keyguard.git.process.opening import open_objects
from keyguard.git.unscanned import lfs_files
from keyguard.model.finding import Finding, Occurrence, Where
from keyguard.odb.regular_files import open_regular
from keyguard.report.phrases import place_text
from keyguard.response.purging.replacements import Replacements
from keyguard.sources.tree import shown_root
from keyguard.support.errors import GitError
from keyguard.support.sanitize import shown

#: the start of a pointer, and its largest size in bytes
_BEGIN = b"version https://git-lfs.github.com/spec/"
MOST = 1024
_ID = re.compile(rb"^oid sha256:([0-9a-f]{64})$", re.MULTILINE)
_PIECE = 4 << 20
_ADVICE = (
    "no rewrite changes it: take the file out of history (git filter-repo --invert-paths --path FILE), and ask the host"
    " to remove the object"
)


class LargeFile(NamedTuple):
    """One Git LFS object that contains a key."""

    oid: str
    """The object's id, a SHA-256 in hex."""
    what: str
    """The description for people."""
    keys: frozenset[int]
    """The numbers of the keys in it."""
    advice: str
    is_served: bool
    """Whether a commit that the server has, or HEAD, has a pointer to it."""


def object_of(text: bytes) -> str:
    """Return the id of the object that a pointer refers to; empty if the text is no pointer."""
    found = _ID.search(text) if text.startswith(_BEGIN) and len(text) <= MOST else None
    return found[1].decode() if found else ""


def holding(
    repository: Repository, source: str, findings: Sequence[Finding], forms: Replacements, pointers: Mapping[str, str]
) -> list[LargeFile]:
    """Return the Git LFS objects that contain a key: those of files in the work tree, and those in the store.

    ``source`` is the path that was scanned; ``pointers`` are those on the server: id of the object -> blob.
    """
    found = {one.oid: one for one in _checked_out(repository, source, findings)}
    for one in _stored(repository, forms, pointers):
        before = found.get(one.oid)
        found[one.oid] = before._replace(keys=before.keys | one.keys) if before else one
    return list(found.values())


def _checked_out(repository: Repository, source: str, findings: Sequence[Finding]) -> Iterator[LargeFile]:
    """Yield the objects of files with a key for which HEAD has a pointer."""
    base, prefix = os.path.realpath(source), shown_root(source, alone=True)
    files: dict[bytes, tuple[Occurrence, set[int]]] = {}
    for number, finding in enumerate(findings):
        for one in finding.occurrences:
            if one.where is Where.TREE and repository.top and os.path.isdir(base):
                path = os.path.join(os.fsencode(base), one.path[len(prefix) :].lstrip(b"/"))
                files.setdefault(os.path.relpath(path, os.fsencode(repository.top)), (one, set()))[1].add(number)
    head = read_head(repository).oid
    if not files or not head:
        return
    with open_objects(repository) as git:
        rows = (row.partition(b"\t") for row in git.run("ls-tree", "-r", "-z", head).split(b"\0"))
        ids = {info.split()[2].decode(): files[path] for info, _, path in rows if path in files}
        for oid, content in zip(ids, BlobReader(git).blobs(ids), strict=False):
            stored = "" if content.problem else object_of(content.read(MOST + 1))
            if stored:
                one, keys = ids[oid]
                what = f"{place_text(one)}, for which git itself has the pointer {shown(oid[:10])}"
                yield LargeFile(stored, what, frozenset(keys), _ADVICE, is_served=True)


def _stored(repository: Repository, forms: Replacements, pointers: Mapping[str, str]) -> Iterator[LargeFile]:
    """Yield the objects with a key in this clone's store of git-lfs."""
    for path in sorted(lfs_files(repository)):
        keys = _keys_in(path, forms)
        if keys:
            oid = os.path.basename(path)
            pointer = pointers.get(oid)
            what = f"the object {shown(oid[:10])} in lfs/objects"
            if pointer:
                what += f", for which the server has the pointer {pointer[:10]} (git log --all --find-object={pointer})"
                yield LargeFile(oid, what, keys, _ADVICE, is_served=True)
            else:
                what += ", for which the server has no pointer"
                yield LargeFile(oid, what, keys, "git lfs prune", is_served=False)


def _keys_in(path: str, forms: Replacements) -> frozenset[int]:
    found, text = set[int](), b""
    with suppress(GitError, OSError), open_regular(path) as fd:
        while piece := os.read(fd, _PIECE):
            text = text[-forms.longest :] + piece
            found |= forms.keys_in(text)
    return frozenset(found)
