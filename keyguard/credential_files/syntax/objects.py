"""JSON and what is written like it: JSON with comments, JavaScript's and Python's objects, HCL, JSON in a string.

The keys of an entry are those of the objects and lists around it. Only strings are entries. What stands around a
document (a shell script, a page of Markdown) does no harm, since a string ends with its line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from keyguard.credential_files.syntax.entry import DEEPEST, Entry, text_of
from keyguard.support.regex import expression

#: A string whose quotes are escaped, for a document in a string; one in double quotes, unless it is such a document;
#: one in single quotes, unless it contains an object; a word; a sign. A backslash takes the next character with it, so
#: that no quote is tried twice.
_TOKEN = expression(
    rb"\\{1,7}\"(?P<inner>[^\"\\\r\n]*)\\{1,7}\"|\\.|\"\"\"|'''"
    rb"|\"(?P<double>(?![ ]?[\[{][ ]?\\)[^\"\\\r\n]*(?:\\.[^\"\\\r\n]*)*)\""
    rb"|'(?P<single>[^'\"{}\\\r\n]*)'"
    rb"|(?P<word>[A-Za-z_$][\w.$-]*)"
    rb"|(?P<separator>=>|[:=])|(?P<open>[\[{])|(?P<close>[\]}])|(?P<comma>,)"
)
_STRINGS = ("inner", "double", "single")
_UNICODE = expression(r"\\u([0-9A-Fa-f]{4})|\\(.)")


def entries(data: bytes, start: int = 0) -> Iterator[Entry]:
    """Yield all strings that are values of an object or items of a list, from an offset on."""
    reader = _Reader()
    for token in _TOKEN.finditer(data, start):
        kind = token.lastgroup
        if kind is None:
            continue
        if kind == "word" or kind in _STRINGS:
            found = reader.scalar(token, kind)
        elif kind == "separator":
            reader.separator()
            continue
        elif kind == "open":
            reader.open(token[0])
            continue
        else:
            found = reader.comma() if kind == "comma" else reader.close(token[0])
        if found:
            yield found


class _Level:
    """An object or a list that is being read."""

    __slots__ = ("count", "group", "is_list", "keys", "name")

    def __init__(self, keys: tuple[str, ...], group: int, *, is_list: bool) -> None:
        self.keys = keys
        self.group = group
        self.is_list = is_list
        self.count = 0
        #: the name of the value that comes next
        self.name: str | None = None


class _Reader:
    """Where in the document a token stands."""

    def __init__(self) -> None:
        self._levels = [_Level((), 0, is_list=False)]
        self._groups = 0
        #: levels that are open below the deepest one that is kept
        self._deeper = 0
        #: a word or string that is a name, if a separator follows, or an item of a list
        self._last: tuple[re.Match[bytes], str] | None = None

    def scalar(self, token: re.Match[bytes], kind: str) -> Entry | None:
        level = self._levels[-1]
        if level.name is None:
            self._last = token, kind
            return None
        name, level.name = level.name, None
        return _entry(level, name, token, kind) if kind != "word" else None

    def separator(self) -> None:
        if self._last:
            self._levels[-1].name = _decoded(*self._last)
            self._last = None

    def open(self, sign: bytes) -> None:
        level = self._levels[-1]
        name = level.name
        if name is None:
            name = str(level.count) if level.is_list else _decoded(*self._last) if self._last else ""
        level.name = self._last = None
        if len(self._levels) > DEEPEST:
            self._deeper += 1
            return
        self._groups += 1
        self._levels.append(_Level((*level.keys, name), self._groups, is_list=sign == b"["))

    def comma(self) -> Entry | None:
        level, last = self._levels[-1], self._last
        level.name = self._last = None
        if not level.is_list:
            return None
        level.count += 1
        return _entry(level, str(level.count - 1), *last) if last and last[1] != "word" else None

    def close(self, sign: bytes) -> Entry | None:
        found = self.comma()
        is_list = sign == b"]"
        if self._deeper:
            self._deeper -= 1
        elif any(level.is_list == is_list for level in self._levels[1:]):
            while self._levels.pop().is_list != is_list:
                pass
        return found


def _entry(level: _Level, name: str, token: re.Match[bytes], kind: str) -> Entry:
    return Entry((*level.keys, name), _decoded(token, kind), *token.span(kind), level.group)


def _decoded(token: re.Match[bytes], kind: str) -> str:
    text = text_of(token[kind])
    if "\\" not in text:
        return text
    try:
        return str(json.loads(f'"{text}"'))
    except ValueError:
        return _UNICODE.sub(lambda found: chr(int(found[1], 16)) if found[1] else found[2], text)
