"""The findings of a scan that the project accepts."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

import msgspec

from keyguard.git.layout.repository import discover
from keyguard.model.finding import Occurrence, Skipped, Where
from keyguard.sources.listing import Folder
from keyguard.support import dates
from keyguard.support.errors import GitError
from keyguard.triage.findings import TriageResult

if TYPE_CHECKING:
    from keyguard.acceptance.entry import Entry


def without_accepted(
    decided: TriageResult,
    read: Callable[[], bytes] | None,
    folders: Sequence[Folder],
    now: int | None,
    *,
    whole: bool,
    digests: Collection[str] = (),
) -> tuple[TriageResult, tuple[Entry, ...]]:
    """Return what is left of the findings, and the entries that none of them needed.

    ``read`` gives the content of the file, which is not looked at where it could change nothing: without findings,
    unless the ``whole`` project was scanned, so that an entry without a finding is of no use. ``digests`` are those of
    files that are not read whole. Raises ``ConfigError`` for a file that is broken.
    """
    if read is None or not (decided.findings or whole):
        return decided, ()
    from keyguard.acceptance import PATH
    from keyguard.acceptance.entry import parse  # not needed by a commit without findings
    from keyguard.acceptance.matching import Accepted

    entries = parse(read(), PATH)
    if not entries:
        return decided, ()
    accepted = Accepted(entries, from_top(folders), now)
    left = accepted.apply(decided)
    return left, tuple(one for one in accepted.unused() if one.digest not in digests or not one.digest) if whole else ()


def with_accepted_gaps(
    skipped: Sequence[Skipped], read: Callable[[], bytes] | None, now: int | None
) -> Sequence[Skipped]:
    """Return the entries for what was not read, with those that the project accepts by digest as no gaps."""
    if read is None or not any(one.digest for one in skipped):
        return skipped
    from keyguard.acceptance import PATH
    from keyguard.acceptance.entry import parse

    today = dates.day_of(now) if now is not None else ""
    entries = {one.digest: one for one in parse(read(), PATH) if not (one.until and today and one.until < today)}
    return [_accepted_gap(one, entries.get(one.digest)) for one in skipped]


def _accepted_gap(one: Skipped, entry: Entry | None) -> Skipped:
    if entry is None or not one.digest:
        return one
    return msgspec.structs.replace(one, gap=False, detail=f"{one.detail}; accepted: {entry.reason}")


def from_top(folders: Sequence[Folder]) -> Callable[[Occurrence], bytes]:
    """Return the function that gives the path of a place from the top of the project: of the repository around the
    outermost folder, or of that folder where there is none. Places in git are given so already.
    """
    known = sorted(((folder.display(b""), folder.root) for folder in folders), key=lambda pair: -len(pair[0]))
    tops: list[bytes] = []

    def relative(place: Occurrence) -> bytes:
        if place.where is not Where.TREE or not known:
            return place.path
        if not tops:
            tops.append(_top(min((root for _, root in known), key=len)))
        root, rest = next(
            ((root, place.path[len(shown) :]) for shown, root in known if place.path.startswith(shown)),
            (b"", place.path),
        )
        return os.path.relpath(os.path.join(os.path.realpath(root), rest), tops[0]) if root else rest

    return relative


def prefix_of(folders: Sequence[Folder]) -> bytes:
    """Return what stands before the shown paths of files from the top of the repository, with a slash; empty where they
    count from there, are absolute, or there is no repository.
    """
    if not folders:
        return b""
    outermost = min(folders, key=lambda one: len(one.root))
    if outermost.shown.startswith(b"/"):
        return b""
    start = os.getcwdb() if outermost.shown else outermost.root
    inner = os.path.relpath(os.path.realpath(start), _top(outermost.root))
    return b"" if inner == b"." or inner.startswith(b"..") else inner + b"/"


def _top(folder: bytes) -> bytes:
    """Return the top of the repository around a folder; the folder itself where there is none."""
    try:
        repository = discover(os.fsdecode(folder))
    except GitError:
        repository = None
    return os.path.realpath(os.fsencode(repository.top) if repository and repository.top else folder)
