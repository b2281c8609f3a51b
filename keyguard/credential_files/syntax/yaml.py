"""YAML: mappings, lists, quoted and block scalars, documents; what is in comments is read as well.

A line that is no ``key: value`` or item of a list is passed over, so a template or a broken document still gives its
values. A block scalar is an entry, and what is in it is read too: often that is a document. Left out: keys of several
lines, complex keys, flow collections within others; aliases and tagged values (``!vault``) are no entries.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyguard.credential_files.syntax.entry import DEEPEST, Entry, text_of
from keyguard.support.regex import expression

_LINE = expression(rb"([^\r\n]*)(?:\r\n|\r|\n|\Z)")
_INDENT = expression(rb"[ \t]*")
_COMMENT = expression(rb"[ \t]*#+[ \t]*")
_DOCUMENT = expression(rb"(?:---|\.\.\.)(?=[ \t]|\Z)")
#: what ends a document that stands in another text: the end of a code block or heredoc, a command; no template's line
_FOREIGN = expression(rb"[ \t]*```|[^\s{}\[\]'\"?!&*%|>@`#-]")
_ITEM = expression(rb"-(?:[ \t]+|\Z)")
_KEY = expression(
    rb"(?:\"(?P<double>[^\"\\]{0,300})\"|'(?P<single>[^']{0,300})'"
    rb"|(?P<plain>[^\s#:\"'\[\]{},&*!|>%@`-](?:[^\s:]|:(?=\S)|[ \t](?=[^\s#:])){0,300}))[ \t]*:(?:[ \t]+|\Z)"
)
#: what may stand before a value: an anchor, the tag of a string
_PROPERTIES = expression(rb"(?:(?:&\S{1,100}|!!(?:str|binary))[ \t]+){0,2}")
_BLOCK = expression(rb"[|>][0-9+-]{0,3}[ \t]*(?:#.*)?\Z")
_QUOTED = expression(rb"\"(?P<double>[^\"\\]*(?:\\[\s\S][^\"\\]*)*)\"|'(?P<single>(?:[^']|'')*)'")
_PLAIN = expression(rb"[^\s#&*!|>%@`\"'\[{].*")
_INLINE = expression(rb"[ \t]#")
_PAIR = expression(
    rb"(?:(?P<key>[\w.-]{1,200})|\"(?P<key2>[^\"]{1,200})\"|'(?P<key3>[^']{1,200})')[ \t]*:[ \t]*(?:"
    rb"\"(?P<double>[^\"\\]*(?:\\.[^\"\\]*)*)\"|'(?P<single>(?:[^']|'')*)'|(?P<plain>[^\s,\[\]{}\"'&*!][^,\[\]{}]*))"
)
_ESCAPE = expression(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|\r?\n[ \t]*|([\s\S]))")
_CONTROL = {"t": "\t", "n": "\n", "r": "\r", "0": "\0", "e": "\x1b"}
#: bytes within which a quoted scalar of several lines ends
_LONGEST = 16 << 10
#: block scalars in one another that are entries
_NESTED = 4


def entries(data: bytes) -> Iterator[Entry]:
    """Yield all scalars that are values of a mapping or items of a list, those in comments too."""
    reader = _Reader(data)
    at = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    while at < len(data):
        line = _LINE.match(data, at)
        if not line:
            break
        yield from reader.line(at, line.end(1))
        at = max(line.end(), reader.read)


class _Level:
    """A mapping or a list that is being read."""

    __slots__ = ("count", "group", "indent", "is_list", "keys", "name")

    def __init__(self, indent: int, keys: tuple[str, ...], group: int, *, is_list: bool) -> None:
        self.indent = indent
        self.keys = keys
        self.group = group
        self.is_list = is_list
        self.count = 0
        #: the key of a mapping, or index of an item, that was read last
        self.name = "0" if is_list else ""

    def copy(self) -> _Level:
        other = _Level(self.indent, self.keys, self.group, is_list=self.is_list)
        other.name, other.count = self.name, self.count
        return other


class _Reader:
    """Where in the document a line stands."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._document: list[_Level] = []
        self._groups = 0
        #: the levels in a run of comments, which are not those of the document; None outside
        self._aside: list[_Level] | None = None
        self._comment = False
        #: the end of what was read, if it is more than the line
        self.read = 0
        #: the ends of the block scalars around the line
        self._blocks: list[int] = []

    @property
    def _levels(self) -> list[_Level]:
        if self._comment and self._aside is not None:
            return self._aside
        return self._document

    def line(self, start: int, end: int) -> Iterator[Entry]:
        """Yield the entries of a line; ``read`` is then at least the end of what they took."""
        data = self._data
        found = _COMMENT.match(data, start, end) or _INDENT.match(data, start, end)
        at = found.end() if found else start
        if at == end:
            return
        signs = data[start:at].count(b"#")
        self._comment = signs > 0
        if not self._comment:
            self._aside = None
            if at == start and _DOCUMENT.match(data, start, end):
                self._document.clear()
                return
        elif not (_ITEM.match(data, at, end) or _KEY.match(data, at, end)):
            return
        elif self._aside is None:
            self._aside = [level.copy() for level in self._document]
        # without the sign of a comment and the space behind it, a line stands where it stood before
        yield from self._content(start + (signs and signs + (data[at - 1 : at] == b" ")), at, end)

    def _content(self, start: int, at: int, end: int) -> Iterator[Entry]:
        data, first = self._data, at
        while item := _ITEM.match(data, at, end):
            self._enter(at - start, is_list=True)
            at = item.end()
        key = _KEY.match(data, at, end)
        if key:
            self._enter(at - start, is_list=False)
            self._levels[-1].name = text_of(key[key.lastgroup or 0])
            at = key.end()
        elif at == first or not self._levels:
            if not self._comment and _FOREIGN.match(data, start, end):
                self._document.clear()
            return
        found = _PROPERTIES.match(data, at, end)
        yield from self._value(found.end() if found else at, end)

    def _enter(self, indent: int, *, is_list: bool) -> None:
        """Go to the mapping or list at an indentation: out of deeper ones, and into a new one if there is none."""
        levels = self._levels
        while levels and (
            levels[-1].indent > indent or (levels[-1].indent == indent and levels[-1].is_list and not is_list)
        ):
            levels.pop()
        top = levels[-1] if levels else None
        if top and top.indent == indent and top.is_list == is_list:
            if is_list:
                top.count += 1
                top.name = str(top.count)
        elif len(levels) < DEEPEST:
            self._groups += 1
            levels.append(_Level(indent, (*top.keys, top.name) if top else (), self._groups, is_list=is_list))

    def _value(self, at: int, end: int) -> Iterator[Entry]:
        data, level = self._data, self._levels[-1]
        first = data[at : at + 1]
        if first in (b'"', b"'"):
            yield from self._quoted(level, at, end)
        elif first in (b"{", b"["):
            yield from self._flow(level, at, end)
        elif _BLOCK.match(data, at, end):
            if not self._comment:
                yield from self._block(level, end)
        elif _PLAIN.match(data, at, end):
            note = _INLINE.search(data, at, end)
            stop = note.start() if note else end
            stop = at + len(data[at:stop].rstrip())
            yield self._entry(level, level.name, text_of(data[at:stop]), at, stop)

    def _entry(self, level: _Level, name: str, value: str, start: int, end: int, group: int = 0) -> Entry:
        return Entry((*level.keys, name), value, start, end, group or level.group, self._comment)

    def _quoted(self, level: _Level, at: int, end: int) -> Iterator[Entry]:
        found = _QUOTED.match(self._data, at, end)
        if not found and not self._comment:
            found = _QUOTED.match(self._data, at, at + _LONGEST)
            if found and not _is_indented(found[0], level.indent):
                found = None
            elif found:
                self.read = self._line_end(found.end())
        if found:
            kind = found.lastgroup or ""
            yield self._entry(level, level.name, decoded(text_of(found[kind]), kind), *found.span(kind))

    def _line_end(self, at: int) -> int:
        line = _LINE.match(self._data, at)
        return line.end() if line else at

    def _flow(self, level: _Level, at: int, end: int) -> Iterator[Entry]:
        """Yield the pairs of flow mappings, as if they were of one."""
        self._groups += 1
        inner = _Level(level.indent, (*level.keys, level.name), self._groups, is_list=False)
        for pair in _PAIR.finditer(self._data, at, end):
            kind = pair.lastgroup or ""
            name = text_of(pair["key"] or pair["key2"] or pair["key3"])
            raw = pair[kind].rstrip() if kind == "plain" else pair[kind]
            start = pair.start(kind)
            yield self._entry(inner, name, decoded(text_of(raw), kind), start, start + len(raw))

    def _block(self, level: _Level, end: int) -> Iterator[Entry]:
        """Yield the text of a block scalar whose header ends at ``end``, as one entry."""
        data = self._data
        self._blocks = [one for one in self._blocks if one > end]
        if len(self._blocks) >= _NESTED:
            return
        at = start = self._line_end(end)
        lines, stop = [], start
        while at < len(data):
            line = _LINE.match(data, at)
            if not line:
                break
            text = line[1]
            if text.strip():
                if len(text) - len(text.lstrip(b" \t")) <= level.indent:
                    break
                stop = line.end(1)
            lines.append(text)
            at = line.end()
        indent = min((len(text) - len(text.lstrip(b" \t")) for text in lines if text.strip()), default=0)
        if stop > start:
            self._blocks.append(stop)
            value = b"\n".join(text[indent:] for text in lines).rstrip()
            yield self._entry(level, level.name, text_of(value), min(start + indent, stop), stop)


def _is_indented(text: bytes, indent: int) -> bool:
    """Whether all lines but the first stand deeper than an indentation."""
    lines = text.splitlines()[1:]
    return all(len(line) - len(line.lstrip()) > indent for line in lines if line.strip())


def decoded(text: str, kind: str) -> str:
    """Return what a scalar means that is written in ``double`` or ``single`` quotes, or ``plain``."""
    if kind == "single":
        return text.replace("''", "'")
    return _ESCAPE.sub(_meaning, text) if kind == "double" and "\\" in text else text


def _meaning(found: re.Match[str]) -> str:
    if found[1] or found[2]:
        return chr(int(found[1] or found[2], 16))
    return _CONTROL.get(found[3], found[3]) if found[3] else ""
