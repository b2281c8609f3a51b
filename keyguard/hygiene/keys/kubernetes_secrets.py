"""Kubernetes Secrets: their values in manifests, in clear text or base64, and the keys in them."""

from __future__ import annotations

import base64
import binascii
import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import msgspec

from keyguard.credential_files.clouds import kubernetes_secret
from keyguard.hygiene.data import tables
from keyguard.hygiene.keys.secret_keys import is_reported
from keyguard.hygiene.paths import patterns
from keyguard.hygiene.project import word_search
from keyguard.hygiene.project.memoize import memoized
from keyguard.hygiene.project.project import Project
from keyguard.hygiene.stages.enclosing_blocks import yaml_documents
from keyguard.inspection.inspector import Inspector
from keyguard.model.finding import Blob, Sighting, Where
from keyguard.support.regex import expression

KIND = expression(rb"(?m)^[\"']?kind[\"']?:[ \t]*[\"']?([A-Za-z]{3,40})")
API = expression(rb"(?m)^[\"']?apiVersion[\"']?:[ \t]*[\"']?[A-Za-z]")
#: the two maps of a Secret, and one line of a map
_MAP = expression(
    rb"(?m)^(data|stringData):[ \t]*\r?\n((?:[ \t]+[^\r\n]*(?:\r?\n|\Z)|[ \t]*(?:\r?\n)|#[^\r\n]*\r?\n)*)"
)
_ENTRY = expression(
    rb"(?m)^[ \t]+[\"']?(?P<name>[A-Za-z0-9_.-]{1,120})[\"']?:[ \t]+"
    rb"[\"']?(?P<value>[^\s\"'{}$<>#|&*!][^\s\"'{}$<>]{7,8000})[\"']?[ \t]*(?:#[^\r\n]*)?\r?$"
)
_INDENT = expression(rb"(?m)^[ \t]+(?=[^\s#])")
_BASE64 = expression(rb"[A-Za-z0-9+/]+={0,2}")
#: documents of one file that are looked at, and values in all of them
_MOST = 500


class Entry(NamedTuple):
    """A name and its value in a Secret."""

    name: str
    span: tuple[int, int]
    value: bytes
    """The value, decoded if it is in base64."""
    encoded: bool


@memoized
def manifests(project: Project) -> tuple[list[bytes], list[bytes]]:
    """Return the manifests of a project, and those among them that may contain a Secret."""
    files = [path for path in tables.patterns("manifests", "files").among(project.files) if _is_ours(path)]
    return files, word_search.files_with(project, files, (b"Secret",))


def encoded(project: Project) -> dict[bytes, list[Sighting]]:
    """Return the base64 keys in Secrets by the manifest's path, each at the place of its value."""
    found = {path: [key for value in values for key in value.keys] for path, values in secret_values(project).items()}
    return {path: keys for path, keys in found.items() if keys}


def _is_ours(path: bytes) -> bool:
    return not patterns.in_folder(path, tables.load("environments")["aside"]["folders"])


class SecretValue(NamedTuple):
    """An entry of a Secret whose value contains no key in clear text."""

    entry: Entry
    keys: tuple[Sighting, ...]
    """The keys in the decoded value that occur nowhere before in the file."""
    plain: bool
    """Whether the decoded value contains no key, and no password or token that has a finding of its own."""


@memoized
def secret_values(project: Project) -> dict[bytes, list[SecretValue]]:
    """Return the values of all Secrets by the manifest's path, sorted."""
    return {path: [*islice(_values(project, path), _MOST)] for path in sorted(manifests(project)[1])}


def _values(project: Project, path: bytes) -> Iterator[SecretValue]:
    content = project.read(path) or b""
    reported = [(one.start, one.end) for one in kubernetes_secret.find(content, path, True)]
    known = {one.fingerprint for one in project.keys.get(path, ())}
    clear = sorted(project.offset(path, one) for one in project.keys.get(path, ()))
    for entry in islice(_entries(content), _MOST):
        first = bisect_left(clear, entry.span[0])
        if first < len(clear) and clear[first] < entry.span[1]:
            continue
        keys = _decoded(project, path, entry) if entry.encoded else []
        new = {one.fingerprint: one for one in reversed(keys) if one.fingerprint not in known}
        ours = tuple(one for one in reversed(new.values()) if is_reported(project, path, one))
        known.update(one.fingerprint for one in ours)
        plain = not keys and not any(start < entry.span[1] and entry.span[0] < end for start, end in reported)
        yield SecretValue(entry, ours, plain=plain)


def _entries(content: bytes) -> Iterator[Entry]:
    """Yield the values of all Secrets in a file."""
    for start, end in islice(yaml_documents(content), _MOST):
        kind = KIND.search(content, start, end)
        if kind and kind[1] == b"Secret" and API.search(content, start, end):
            for block in _MAP.finditer(content, start, end):
                yield from _entries_of(content, block)


def _entries_of(content: bytes, block: re.Match[bytes]) -> Iterator[Entry]:
    """Yield the values of one map; deeper indented lines belong to a value."""
    least = min((len(one) for one in _INDENT.findall(content, *block.span(2))), default=0)
    for found in _ENTRY.finditer(content, *block.span(2)):
        value, encoded = found["value"], block[1] == b"data"
        if found.start("name") - found.start() > least + 1:
            continue
        if encoded:
            value = _from_base64(value)
        if value:
            yield Entry(found["name"].decode(), found.span("value"), value, encoded)


def _from_base64(value: bytes) -> bytes:
    """Return the decoded value; empty if it is no base64."""
    if not _BASE64.fullmatch(value):
        return b""
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _decoded(project: Project, path: bytes, entry: Entry) -> list[Sighting]:
    """Return the keys in a decoded value, each at the place of the encoded one."""
    text = b"%s=%s\n" % (entry.name.encode(), entry.value)
    blob = Blob(path=project.display(path), where=Where.TREE)
    spot = project.hidden_spot(path, *entry.span)
    found = []
    for key in Inspector(project.engine, opens=False).inspect(blob, text).sightings:
        if key.judged is not None:  # the value of a Secret has a rule of its own
            continue
        place = msgspec.structs.replace(
            key.occurrence, line=spot.line, column=spot.column, end_line=spot.end_line, end_column=spot.end_column
        )
        snippet = msgspec.structs.replace(place.snippet, text=spot.text, start=spot.start, end=spot.end)
        found.append(msgspec.structs.replace(key, occurrence=msgspec.structs.replace(place, snippet=snippet)))
    return found
