"""A parser for Dockerfiles, for what decides where files of the context go: stages, working folders and copies."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

_DIRECTIVE = re.compile(rb"\A(?:#[ \t]*\w+[ \t]*=[^\n]*\n)*#[ \t]*escape[ \t]*=[ \t]*`", re.IGNORECASE)
_INSTRUCTION = re.compile(rb"[ \t]*(?:ONBUILD[ \t]+)?([A-Za-z]+)[ \t]+")
_HEREDOC = re.compile(rb"<<-?[ \t]*[\"']?([A-Za-z_]\w*)[\"']?")
_FLAG = re.compile(r"--([a-z-]+)(?:=(\S*))?\s+")
_KNOWN = frozenset((b"FROM", b"WORKDIR", b"COPY", b"ADD", b"RUN"))
#: instructions of one Dockerfile that are read: nobody writes more
_MOST = 4000


class Copy(NamedTuple):
    """A ``COPY`` or ``ADD``, from the context or from another stage."""

    sources: tuple[str, ...]
    target: str
    """The absolute path in the image; it ends with a slash if it is certainly a folder."""
    start: int
    end: int
    """The span of the instruction, in bytes."""
    stage: str = ""
    """The stage that it copies from; empty for the context."""
    excluded: tuple[str, ...] = ()


class Stage(NamedTuple):
    """A build stage: the instructions from one ``FROM`` to the next."""

    name: str
    base: str
    copies: list[Copy]


class _Line(NamedTuple):
    word: bytes
    rest: str
    start: int
    end: int


def stages(content: bytes) -> list[Stage]:
    """Return all stages, in order; none if the content is no Dockerfile."""
    found: list[Stage] = []
    folders: dict[str, str] = {}
    folder = "/"
    for line in _lines(content):
        if line.word == b"FROM":
            words = [word for word in line.rest.split() if not word.startswith("--")]
            name = words[2].lower() if len(words) > 2 and words[1].lower() == "as" else str(len(found))
            base = words[0].lower() if words else ""
            found.append(Stage(name, base, []))
            folder = folders[name] = folders.get(base, "/")
        elif found and line.word == b"WORKDIR":
            folder = folders[found[-1].name] = posixpath.normpath(posixpath.join(folder, _unquoted(line.rest)))
        elif found and line.word in (b"COPY", b"ADD") and (copy := _copy(line, folder)):
            found[-1].copies.append(copy)
    return found


def _copy(line: _Line, folder: str) -> Copy | None:
    rest, flags = line.rest, list[tuple[str, str]]()
    while flag := _FLAG.match(rest):
        flags.append((flag[1], flag[2] or ""))
        rest = rest[flag.end() :]
    words = _words(rest)
    if len(words) < 2:
        return None
    *sources, target = words
    where = posixpath.normpath(posixpath.join(folder, target))
    if target.endswith(("/", ".")) or len(sources) > 1:
        where = where.rstrip("/") + "/"
    given = dict(flags)
    excluded = tuple(value for name, value in flags if name == "exclude")
    return Copy(tuple(sources), where, line.start, line.end, given.get("from", "").lower(), excluded)


def _words(rest: str) -> list[str]:
    if rest.startswith("["):
        try:
            found = json.loads(rest)
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, list) and all(isinstance(one, str) for one in found):
            return found
    return [_unquoted(word) for word in rest.split() if not word.startswith("<<")]


def _unquoted(text: str) -> str:
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text


def _lines(content: bytes) -> Iterator[_Line]:
    """Yield the instructions that matter, each joined into one line, without comments and the bodies of heredocs."""
    escape = b"`" if _DIRECTIVE.match(content) else b"\\"
    at, count = 0, 0
    while at < len(content) and count < _MOST:
        start, end, text = at, *_joined(content, at, escape)
        at, count = end, count + 1
        found = _INSTRUCTION.match(text)
        word = found[1].upper() if found else b""
        if found is None or word not in _KNOWN:
            continue
        for here in _HEREDOC.finditer(text):
            at = _behind(content, at, here[1])
        shown = start + found.start(1)
        rest = text[found.end() :].decode("utf-8", "surrogateescape").strip()
        yield _Line(word, rest, shown, shown + len(_line(content, shown)))


def _joined(content: bytes, at: int, escape: bytes) -> tuple[int, bytes]:
    """Return the end of an instruction, and its lines joined into one."""
    pieces: list[bytes] = []
    while at < len(content):
        end = content.find(b"\n", at)
        line = _line(content, at)
        at = end + 1 if end >= 0 else len(content)
        comment = line.lstrip().startswith(b"#")
        if pieces and (comment or not line):
            continue
        if comment or not line.endswith(escape):
            pieces.append(line)
            break
        pieces.append(line[:-1] + b" ")
    return at, b"".join(pieces)


def _behind(content: bytes, at: int, word: bytes) -> int:
    """Return the end of a heredoc."""
    found = re.compile(rb"(?m)^[ \t]*%s[ \t]*\r?$\n?" % re.escape(word)).search(content, at)
    return found.end() if found else len(content)


def _line(content: bytes, at: int) -> bytes:
    end = content.find(b"\n", at)
    return content[at : end if end >= 0 else len(content)].rstrip()
