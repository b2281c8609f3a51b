"""Read ``objects/info/alternates``, the object directories that a repository borrows from, before git reads it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from keyguard.git.layout.control_files import read_control
from keyguard.support.errors import GitError
from keyguard.support.regex import expression

_LIMIT = 1 << 20
#: git itself follows no longer chain
_DEPTH = 5
_MOST = 1000
#: a quoted path with escapes as in C; git reads one with broken quotes as a plain line
_QUOTED = expression(rb'"((?:[^"\\]|\\(?:[abfnrtv"\\]|[0-3][0-7]{2}))*)"')
_ESCAPE = expression(rb'\\([abfnrtv"\\]|[0-3][0-7]{2})')
_LETTERS = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}


def alternates(objects: str) -> tuple[str, ...]:
    """Return the existing object directories that this one borrows from, directly or through others, without itself.

    Raise GitError if such a list is not a regular file of reasonable size: git must not read it then.
    """
    found: dict[str, None] = {objects: None}
    level = [objects]
    for _ in range(_DEPTH + 1):
        named = dict.fromkeys(path for folder in level for path in _listed(folder))
        level = [path for path in named if path not in found]
        found.update(dict.fromkeys(level))
        if not level:
            break
        if len(found) > _MOST:
            raise GitError(f"{objects}: borrows from more than {_MOST} object stores")
    return tuple(found)[1:]


def absent_alternates(objects: str) -> tuple[str, ...]:
    """Return the object directories that this one names, directly or through others, and that do not exist. git
    reports them and continues. Raise GitError as ``alternates`` does.
    """
    known = (objects, *alternates(objects))
    named = dict.fromkeys(path for folder in known for path in _named(folder))
    return tuple(path for path in named if not os.path.isdir(path))


def _listed(objects: str) -> list[str]:
    return [path for path in _named(objects) if os.path.isdir(path)]


def _named(objects: str) -> list[str]:
    data = read_control(os.path.join(objects, "info", "alternates"), _LIMIT) or b""
    return [os.path.normpath(os.path.join(objects, os.fsdecode(one))) for one in _entries(data) if b"\0" not in one]


def _entries(data: bytes) -> Iterator[bytes]:
    """Yield the paths in a list, parsed as git does: lines, comments, and quoted paths, which end at the closing
    quote.
    """
    at = 0
    while at < len(data):
        quoted = _QUOTED.match(data, at) if data.startswith(b'"', at) else None
        if quoted:
            yield _ESCAPE.sub(_unescaped, quoted[1])
            at = quoted.end() + 1
            continue
        end = data.find(b"\n", at)
        line = data[at : end if end >= 0 else len(data)]
        if line and not line.startswith(b"#"):
            yield line
        at += len(line) + 1


def _unescaped(found: re.Match[bytes]) -> bytes:
    """Return the byte that an escape sequence stands for."""
    code = found[1]
    return bytes((int(code, 8),)) if len(code) == 3 else _LETTERS.get(code, code)
