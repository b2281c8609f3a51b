"""Source maps: which line of the source a place in a built file comes from, and whether a map contains the sources.

The format is ECMA-426 (https://tc39.es/ecma426/): JSON with ``sources``, perhaps ``sourcesContent``, and ``mappings``
in base64 VLQ; an index map has ``sections``.
"""

from __future__ import annotations

import json
from base64 import b64decode
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from posixpath import normpath
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Any, NamedTuple
from urllib.parse import unquote

from keyguard.hygiene.project.project import Project
from keyguard.support.regex import expression

#: bytes: maps of larger size are not decoded
_LARGEST = 32 << 20
_URL = expression(rb"[#@][ \t]*sourceMappingURL=([^\s'\"*]{1,2000})")
_DATA = expression(rb"data:application/json[^,]{0,100};base64,")
_INLINE = expression(rb"[#@][ \t]*sourceMappingURL=data:application/json[^,\s]{0,100};base64,([A-Za-z0-9+/=]+)")
#: bits of a number in a mapping
_LONGEST = 60
#: bytes at the end of a file in which the address of its map is
_TAIL = 4096
_DIGITS = {ord(char): value for value, char in enumerate(f"{ascii_uppercase}{ascii_lowercase}{digits}+/")}
_SCHEME = expression(r"[a-z][a-z0-9+.-]*://(?:/|_N_E/|[^/]*/)?")


class Origin(NamedTuple):
    """Where a place in a built file comes from."""

    shown: str
    """The name of the source, as the map has it."""
    line: int
    """From 1."""
    path: bytes = b""
    """The file, if it lies below the root of the project; relative to that."""


class _Source(NamedTuple):
    name: str
    content: str | None


def origin(project: Project, path: bytes, start: int, end: int) -> Origin | None:
    """Return where a span of a built file, in bytes, comes from; None if no source map tells."""
    data = project.read(path) or b""
    value = data[start:end].decode("utf-8", "replace")
    if path.endswith(b".map"):
        document = _parsed(data)
        return _containing(project, path, document, value) if document else None
    at, document = _map_of(project, path, data)
    if document is None:
        return None
    line = data.count(b"\n", 0, start)
    before = data[data.rfind(b"\n", 0, start) + 1 : start].decode("utf-8", "replace")
    place = _mapped(document, line, len(before.encode("utf-16-le")) // 2)
    if place is None:
        return _containing(project, at, document, value)
    source, number = place
    text = source.content
    if text is None or value not in text:
        return _containing(project, at, document, value) or _origin(project, at, source.name, number + 1)
    return _origin(project, at, source.name, _nearest(text, value, number))


def has_sources(data: bytes) -> bool:
    """Return whether a source map contains the text of sources."""
    document = _parsed(data)
    return document is not None and any(one.content for one in _sources(document))


def _containing(project: Project, at: bytes, document: dict[str, Any], value: str) -> Origin | None:
    """Return the place in the sources of a map that contain a value."""
    for source in _sources(document):
        if source.content and value in source.content:
            return _origin(project, at, source.name, _nearest(source.content, value, 0))
    return None


def _nearest(text: str, value: str, number: int) -> int:
    """Return the line, from 1, of the place of a value that is nearest to a line, from 0."""
    nearest = line = done = 0
    at = text.find(value)
    first = True
    while at >= 0:
        line, done = line + text.count("\n", done, at), at
        if first or abs(line - number) < abs(nearest - number):
            nearest, first = line, False
        at = text.find(value, at + len(value))
    return nearest + 1


def _origin(project: Project, at: bytes, name: str, line: int) -> Origin:
    """Return an origin; a file is named only if it lies below the root, and nothing outside is ever opened."""
    plain = _SCHEME.sub("", name).partition("?")[0]
    plain = plain.removeprefix("./") or name
    folder = at.rpartition(b"/")[0]
    if plain.startswith("/"):
        return Origin(name, line)
    encoded = plain.encode("utf-8", "surrogateescape")
    for base in (folder, *_above(folder)):
        target = normpath(base + b"/" + encoded if base else encoded)
        if not target.startswith((b"../", b"/")) and target != b".." and project.exists(target):
            return Origin(target.decode("utf-8", "replace"), line, target)
    return Origin(plain, line)


def _above(folder: bytes) -> Iterator[bytes]:
    while folder:
        folder = folder.rpartition(b"/")[0]
        yield folder


def _map_of(project: Project, path: bytes, data: bytes) -> tuple[bytes, dict[str, Any] | None]:
    """Return the path that the names in the map of a built file are relative to, and the map."""
    if inline := _INLINE.search(data, max(0, data.rfind(b"sourceMappingURL=") - 4)):
        try:
            return path, _parsed(b64decode(inline[1]))
        except ValueError:
            return path, None
    named = [found[1].decode("latin-1") for found in _URL.finditer(data, max(0, len(data) - _TAIL))]
    folder, own = path.rpartition(b"/")[0], path.rpartition(b"/")[2] + b".map"
    for name in (*(unquote(one).encode("latin-1", "replace") for one in named[-1:]), own):
        target = normpath(folder + b"/" + name if folder else name)
        if not target.startswith((b"../", b"/")) and b":" not in target and (found := project.read(target)):
            return target, _parsed(found)
    return path, None


@lru_cache(2)  # that of a bundle is asked for once for each of its keys
def _parsed(data: bytes) -> dict[str, Any] | None:
    if len(data) > _LARGEST:
        return None
    try:
        document = json.loads(data[4:] if data.startswith(b")]}'") else data)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _parts(document: dict[str, Any]) -> list[tuple[int, int, dict[str, Any]]]:
    """Return the maps of an index map with the line and column at which each begins; a plain map is the only one."""
    sections = document.get("sections")
    if not isinstance(sections, list):
        return [(0, 0, document)]
    found = []
    for one in sections:
        offset, inner = (one.get("offset"), one.get("map")) if isinstance(one, dict) else (None, None)
        if isinstance(offset, dict) and isinstance(inner, dict):
            line, column = offset.get("line"), offset.get("column")
            found.append((line if isinstance(line, int) else 0, column if isinstance(column, int) else 0, inner))
    return found


def _sources(document: dict[str, Any]) -> list[_Source]:
    return [source for _, _, part in _parts(document) for source in _own_sources(part)]


def _own_sources(part: dict[str, Any]) -> list[_Source]:
    names, contents, root = part.get("sources"), part.get("sourcesContent"), part.get("sourceRoot")
    texts = contents if isinstance(contents, list) else []
    before = root.rstrip("/") + "/" if isinstance(root, str) and root else ""
    found = []
    for index, name in enumerate(names if isinstance(names, list) else []):
        text = texts[index] if index < len(texts) else None
        found.append(_Source(before + str(name or ""), text if isinstance(text, str) else None))
    return found


def _mapped(document: dict[str, Any], line: int, column: int) -> tuple[_Source, int] | None:
    """Return the source, and its line from 0, of a place in the built file: line from 0, column in UTF-16 units."""
    first, offset, part = 0, 0, None
    for begin, at, one in _parts(document):
        if (begin, at) <= (line, column):
            first, offset, part = begin, at, one
    mappings = part.get("mappings") if part else None
    if part is None or not isinstance(mappings, str):
        return None
    found = _segment(mappings, line - first, column - (offset if line == first else 0))
    sources = _own_sources(part)
    if found is None or not 0 <= found[0] < len(sources):
        return None
    return sources[found[0]], found[1]


def _segment(mappings: str, line: int, column: int) -> tuple[int, int] | None:
    """Return the number of the source and the line in it, both from 0, of the last segment at or before a place."""
    columns, origins = _segments(mappings, line)
    at = bisect_right(columns, column)
    return origins[at - 1] if at else None


@lru_cache(2)  # a bundle is one long line, of which each key asks
def _segments(mappings: str, line: int) -> tuple[list[int], list[tuple[int, int] | None]]:
    """Return the columns of a line at which segments begin, and the source and line of each, if it has one."""
    source = number = 0
    columns, origins = list[int](), list[tuple[int, int] | None]()
    for index, group in enumerate(mappings.split(";", line + 1)[: line + 1]):
        at = 0
        for segment in group.split(",") if group else ():
            fields = _decoded(segment)
            if not fields:
                return columns, origins
            at += fields[0]
            if len(fields) >= 4:
                source, number = source + fields[1], number + fields[2]
            if index == line and (not columns or at >= columns[-1]):
                columns.append(at)
                origins.append((source, number) if len(fields) >= 4 else None)
    return columns, origins


def _decoded(segment: str) -> list[int]:
    """Return the numbers of a segment in base64 VLQ; empty if it is none."""
    numbers, value, shift = list[int](), 0, 0
    for char in segment.encode("latin-1", "replace"):
        digit = _DIGITS.get(char)
        if digit is None:
            return []
        value |= (digit & 31) << shift
        if digit & 32:
            shift += 5
            if shift > _LONGEST:
                return []
            continue
        numbers.append(-(value >> 1) if value & 1 else value >> 1)
        value = shift = 0
    return numbers
