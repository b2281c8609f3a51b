"""Retrieve the value of a key from its finding: read it again at its place, and compare fingerprints.

Findings contain no secrets, and nothing on disk does. So whoever needs a value needs the repository.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import product

from keyguard.engine.compiled import Engine
from keyguard.engine.overlaps import Found
from keyguard.git.objects.blobs import BlobReader
from keyguard.git.process.opening import open_objects
from keyguard.history.stores import stores_at
from keyguard.inspection.members import member_text
from keyguard.inspection.name_boundaries import found_in
from keyguard.inspection.sightings import SightingFinder
from keyguard.masking.known_values import KNOWN
from keyguard.masking.secret import Secret
from keyguard.model.finding import Blob, Finding, Occurrence, Where
from keyguard.sources.reading import Absent, Opened, Reader
from keyguard.sources.tree import shown_root
from keyguard.support.errors import GitError

_MOST = 1 << 20
#: the most places of which the text is read that a key is written in
_MOST_TEXTS = 200
#: the most bytes between two keys that belong together
_NEAR = 2048


def secret_of(finding: Finding, paths: Sequence[str], engine: Engine) -> Secret | None:
    """Return the key of a finding from a scan of these paths; None if it is in none of its places any more."""
    for occurrence in finding.occurrences:
        for read in _readings(occurrence, paths):
            try:
                found = _secret(finding, occurrence, engine, read)
            except (OSError, GitError):
                continue
            if found is not None:
                return found
        for name in KNOWN.actual_paths(occurrence.path):
            found = _secret(finding, occurrence, engine, _once(name), found_in(name, engine))
            if found is not None:
                return found
    return None


def _secret(
    finding: Finding, place: Occurrence, engine: Engine, read: Callable[[int], bytes], keys: Found | None = None
) -> Secret | None:
    """Return the key of a finding from a text that ``read`` gives; ``keys`` are those in it, if they are known."""
    sighter = SightingFinder(engine.ruleset, engine.matcher)
    sighter.sight(Blob(place.path, place.where), read, keys)
    return sighter.secret(finding.fingerprint)


def texts_of(finding: Finding, secret: Secret, paths: Sequence[str], engine: Engine) -> set[bytes]:
    """Return the texts in which a key is written at its places, where it is not written as it is."""
    found, wrapped = set[bytes](), b"\n" in secret.reveal()  # a private key: its lines may be wrapped in many ways
    for place in [one for one in finding.occurrences if one.way or wrapped][:_MOST_TEXTS]:
        for read in _readings(place, paths):
            try:
                data = b"".join(iter(partial(read, _MOST), b""))
            except (OSError, GitError):
                continue
            matches = (one for one in engine.matcher.find(data, place.path).matches if one.secret == secret.reveal())
            found.update(data[one.start : one.end] for one in matches)
    found.discard(secret.reveal())
    return found


def secret_in(text: bytes, finding: Finding, engine: Engine) -> Secret | None:
    """Return the key of a finding from a scan of exactly this text."""
    sighter = SightingFinder(engine.ruleset, engine.matcher)
    sighter.sight(Blob(finding.occurrences[0].path, Where.STDIN), _once(text))
    return sighter.secret(finding.fingerprint)


def pair_of(finding: Finding, rule: str, secret: Secret, paths: Sequence[str], engine: Engine) -> Secret | None:
    """Return the key of another rule next to a secret.

    Return None if there is none, or if there are several, so that it is unknown which one belongs to it.
    """
    for occurrence in finding.occurrences:
        for read in _readings(occurrence, paths):
            try:
                data = b"".join(iter(partial(read, _MOST), b""))
            except (OSError, GitError):
                continue
            at = data.find(secret.reveal())
            beside = {
                match.secret
                for match in engine.matcher.find(data).matches
                if at >= 0
                and abs(match.start - at) <= _NEAR
                and any(engine.ruleset.rules[index].id == rule for index in match.rules)
            }
            if len(beside) == 1:
                return Secret(beside.pop())
    return None


def _readings(one: Occurrence, paths: Sequence[str]) -> Iterator[Callable[[int], bytes]]:
    """Yield readers of the text at a place, each from its beginning."""
    for read in _contents(one, paths):
        if not one.member:
            yield read
        elif (text := member_text(one.file, one.member, partial(read, _MOST))) is not None:
            yield _once(text)


def _contents(one: Occurrence, paths: Sequence[str]) -> Iterator[Callable[[int], bytes]]:
    """Yield readers of the content of the file of a place."""
    if one.where is not Where.HISTORY:
        yield from _of_file(one.file, paths)
    elif one.trace is not None and one.trace.kind == "name":
        return
    elif one.trace is not None and one.trace.kind == "file":
        yield from _of_own_file(one.file, paths)
    elif one.trace is not None:
        yield from _of_object(one.trace.oid, paths)


def _of_file(shown: bytes, paths: Sequence[str]) -> Iterator[Callable[[int], bytes]]:
    for path, actual in product(paths, KNOWN.actual_paths(shown)):
        root = os.fsencode(os.path.realpath(path))
        prefix = shown_root(path, alone=len(paths) == 1)
        inside = actual[len(prefix) :].lstrip(b"/") if actual.startswith(prefix) else None
        if not os.path.isdir(root):
            root, inside = os.path.dirname(root), os.path.basename(root)
        if inside:
            yield from _of_reader(Reader(root, b""), inside)


def _of_reader(reader: Reader, path: bytes) -> Iterator[Callable[[int], bytes]]:
    try:
        opened = reader.read(path)
        if isinstance(opened, Opened):
            if opened.data is not None:
                yield _once(opened.data)
            elif opened.read is not None:
                yield partial(_pieces, opened.read)
    except Absent:
        return
    finally:
        reader.close()  # also where the first place was enough


def _of_own_file(shown: bytes, paths: Sequence[str]) -> Iterator[Callable[[int], bytes]]:
    for path, actual in product(paths, KNOWN.actual_paths(shown)):
        for home in stores_at(path)[0]:
            name = actual.removeprefix(home.own_prefix).removeprefix(b".git/")
            for folder in {home.repository.common_dir, home.repository.git_dir}:
                yield from _of_reader(Reader(os.fsencode(folder), b""), name)


def _of_object(oid: str, paths: Sequence[str]) -> Iterator[Callable[[int], bytes]]:
    for path in paths:
        for home in stores_at(path)[0]:
            with open_objects(home.repository) as git:
                for content in BlobReader(git, any_kind=True).blobs([oid]):
                    if not content.problem:
                        yield content.read


def _pieces(read: Callable[[], bytes], size: int) -> bytes:
    """Return the next piece of ``read``, whatever size is requested."""
    return read()


def _once(data: bytes) -> Callable[[int], bytes]:
    left = [data]

    def read(size: int) -> bytes:
        return left.pop() if left else b""

    return read
