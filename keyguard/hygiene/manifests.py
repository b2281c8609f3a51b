"""``key-in-k8s``: secrets in manifests of Kubernetes, in clear or in base64, which hides nothing."""

from __future__ import annotations

import base64
import binascii
import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

import msgspec

from keyguard.engine.placeholders import entropy, is_placeholder, is_spelled
from keyguard.expression import expression
from keyguard.hygiene import cues, data, patterns, spots
from keyguard.hygiene.concerns import a_key, concerns
from keyguard.hygiene.infrastructure import severity_of
from keyguard.hygiene.once import once
from keyguard.hygiene.project import Project
from keyguard.hygiene.stage import Stage, judge
from keyguard.hygiene.stages.frames import document, documents
from keyguard.hygiene.stages.words import split
from keyguard.inspector import Inspector
from keyguard.keeping import Violation
from keyguard.model import Blob, Confidence, Severity, Sighting, Where
from keyguard.sanitize import shown, shown_path

_KIND = expression(rb"(?m)^[\"']?kind[\"']?:[ \t]*[\"']?([A-Za-z]{3,40})")
_API = expression(rb"(?m)^[\"']?apiVersion[\"']?:[ \t]*[\"']?[A-Za-z]")
#: the two maps of a Secret, and a line of one
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
#: of a value that no rule knows: as long and as mixed as what was made to be a secret
_SHORTEST, _LEAST = 12, 3.2


class _Entry(NamedTuple):
    """A name with its value in a Secret."""

    name: str
    span: tuple[int, int]
    value: bytes
    """What it stands for: decoded, if it is in base64."""
    encoded: bool


def key_in_k8s(project: Project) -> Iterator[Violation]:
    """One for each key and manifest, and one for each other value of a Secret that looks like one."""
    files, secrets = manifests(project)
    for path in sorted({*secrets, *(one for one in files if project.keys.get(one))}):
        yield from _in_clear(project, path)
        yield from _in_secrets(project, path)


CHECKS = (key_in_k8s,)


@once
def manifests(project: Project) -> tuple[list[bytes], list[bytes]]:
    """The manifests of a project, and those of them in which there may be a Secret."""
    files = [path for path in data.patterns("manifests", "files").among(project.files) if _is_ours(path)]
    return files, cues.files_with(project, files, (b"Secret",))


def encoded(project: Project) -> dict[bytes, list[Sighting]]:
    """The keys in base64 in Secrets by the path of the manifest, each where its value stands."""
    found = {path: [key for value in values for key in value.keys] for path, values in _secrets(project).items()}
    return {path: keys for path, keys in found.items() if keys}


def _is_ours(path: bytes) -> bool:
    return not patterns.in_folder(path, data.load("environments")["aside"]["folders"])


def _in_clear(project: Project, path: bytes) -> Iterator[Violation]:
    """The keys that stand in a manifest, or in the values of a chart, as they are."""
    content = project.read(path) or b""
    places: dict[str, list[tuple[Sighting, str]]] = {}
    for key in project.keys.get(path, ()):
        kind = _kind_at(content, project.offset(path, key))
        where = f"a {kind}" if kind else "the values of a chart" if _of_chart(project, path) else ""
        if where and concerns(project, path, key):
            places.setdefault(key.fingerprint, []).append((key, where))
    for found in places.values():
        key, where = found[0]
        yield Violation(
            check="key-in-k8s",
            message=f"{a_key(project, key)} in clear in {where} in {shown_path(path)}",
            spots=tuple(spots.of_key(path, one.occurrence) for one, _ in found),
            severity=severity_of(key),
            key=key.fingerprint,
        )


def _kind_at(content: bytes, offset: int) -> str:
    """The kind of the manifest that a place is in; empty where it is in none."""
    return _kind_of(content, *document(content, offset))


@lru_cache(maxsize=64)
def _kind_of(content: bytes, start: int, end: int) -> str:
    found = _KIND.search(content, start, end)
    return found[1].decode() if found and _API.search(content, start, end) else ""


def _of_chart(project: Project, path: bytes) -> bool:
    folder, _, name = path.rpartition(b"/")
    return name.startswith(b"values") and (folder + b"/Chart.yaml").lstrip(b"/") in project.files


# --- what is in a Secret --------------------------------------------------------------------------------------------


class _Value(NamedTuple):
    """An entry of a Secret, none of whose value is a key in clear."""

    entry: _Entry
    keys: tuple[Sighting, ...]
    """The keys in it, decoded, that stand nowhere before in the file."""
    plain: bool
    """Whether it is decoded without any key."""


@once
def _secrets(project: Project) -> dict[bytes, list[_Value]]:
    """The values of all Secrets by the path of the manifest, sorted."""
    return {path: [*islice(_values(project, path), _MOST)] for path in sorted(manifests(project)[1])}


def _values(project: Project, path: bytes) -> Iterator[_Value]:
    known = {one.fingerprint for one in project.keys.get(path, ())}
    clear = sorted(project.offset(path, one) for one in project.keys.get(path, ()))
    for entry in islice(_entries(project.read(path) or b""), _MOST):
        first = bisect_left(clear, entry.span[0])
        if first < len(clear) and clear[first] < entry.span[1]:
            continue
        keys = _decoded(project, path, entry) if entry.encoded else []
        new = {one.fingerprint: one for one in reversed(keys) if one.fingerprint not in known}
        ours = tuple(one for one in reversed(new.values()) if concerns(project, path, one))
        known.update(one.fingerprint for one in ours)
        yield _Value(entry, ours, plain=not keys)


def _in_secrets(project: Project, path: bytes) -> Iterator[Violation]:
    content = project.read(path) or b""
    for one in _secrets(project).get(path, ()):
        yield from (_encoded(project, path, key) for key in one.keys)
        if one.plain and _looks_secret(one.entry) and _is_real(path, content, one.entry):
            yield _other(project, path, one.entry)


def _entries(content: bytes) -> Iterator[_Entry]:
    """The values of all Secrets in a file."""
    for start, end in islice(documents(content), _MOST):
        kind = _KIND.search(content, start, end)
        if kind and kind[1] == b"Secret" and _API.search(content, start, end):
            for block in _MAP.finditer(content, start, end):
                yield from _entries_of(content, block)


def _entries_of(content: bytes, block: re.Match[bytes]) -> Iterator[_Entry]:
    """The values of one map; what is more indented stands within one of them."""
    least = min((len(one) for one in _INDENT.findall(content, *block.span(2))), default=0)
    for found in _ENTRY.finditer(content, *block.span(2)):
        value, encoded = found["value"], block[1] == b"data"
        if found.start("name") - found.start() > least + 1:
            continue
        if encoded:
            value = _from_base64(value)
        if value:
            yield _Entry(found["name"].decode(), found.span("value"), value, encoded)


def _from_base64(value: bytes) -> bytes:
    """What a value stands for; empty where it is no base64."""
    if not _BASE64.fullmatch(value):
        return b""
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _decoded(project: Project, path: bytes, entry: _Entry) -> list[Sighting]:
    """The keys in a decoded value, each where the value stands."""
    text = b"%s=%s\n" % (entry.name.encode(), entry.value)
    blob = Blob(path=project.display(path), where=Where.TREE)
    spot = project.hidden(path, *entry.span)
    found = []
    for key in Inspector(project.engine).inspect(blob, text).sightings:
        place = msgspec.structs.replace(
            key.occurrence, line=spot.line, column=spot.column, end_line=spot.end_line, end_column=spot.end_column
        )
        snippet = msgspec.structs.replace(place.snippet, text=spot.text, start=spot.start, end=spot.end)
        found.append(msgspec.structs.replace(key, occurrence=msgspec.structs.replace(place, snippet=snippet)))
    return found


def _encoded(project: Project, path: bytes, key: Sighting) -> Violation:
    return Violation(
        check="key-in-k8s",
        message=f"{a_key(project, key)} in base64 in a Secret in {shown_path(path)}",
        spots=(spots.of_key(path, key.occurrence),),
        because=("base64 is no encryption: everybody can read it",),
        severity=severity_of(key),
        key=key.fingerprint,
    )


def _looks_secret(entry: _Entry) -> bool:
    """By its name, and by a value that nobody would remember."""
    lists, words, value = data.load("manifests"), split(entry.name), entry.value
    if not set(words).isdisjoint(lists["public"]) or set(words).isdisjoint(lists["secret"]):
        return False
    if len(value) < _SHORTEST or not value.isascii() or b" " in value or b"\n" in value.strip():
        return False
    mixed = any(48 <= byte < 58 for byte in value) and value.lower() != value.upper()
    return mixed and not (is_placeholder(value) or is_spelled(value)) and entropy(value) >= _LEAST


def _is_real(path: bytes, content: bytes, entry: _Entry) -> bool:
    return judge(path, content, entry.span[0]).stage not in (Stage.TEST, Stage.EXAMPLE, Stage.DEVELOPMENT)


def _other(project: Project, path: bytes, entry: _Entry) -> Violation:
    how = "in base64" if entry.encoded else "in clear"
    return Violation(
        check="key-in-k8s",
        message=f"the value of {shown(entry.name)} {how} in a Secret in {shown_path(path)}",
        spots=(project.hidden(path, *entry.span),),
        subject=entry.name,
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
    )
