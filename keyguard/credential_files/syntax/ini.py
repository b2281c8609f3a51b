"""INI: sections, ``key = value`` and ``key: value``, as npm, git, MySQL, AWS, pip and Python's configparser write it.

The keys of an entry are (section, key); the section is the text in brackets, empty before the first one. Lines without
a key, which would continue a value, are passed over: what stands around such a section in another text looks like them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyguard.credential_files.syntax.entry import Entry, text_of
from keyguard.support.regex import expression

_LINE = expression(rb"[^\r\n]+")
#: the sign of a comment and, in it, a key that is a single word: anything else there is text for readers
_COMMENT = expression(rb"[ \t]*[#;]+[ \t]*(?=(?:[^\s=:\[]{1,200}[ \t]*[=:]|\[)?)")
_SECTION = expression(rb"[ \t]*\[([^\]\r\n]{1,500})\]")
_KEY = expression(
    rb"[ \t]*(?:export[ \t]+)?(?:"
    rb"(?P<colon>[A-Za-z_][\w. -]{0,100}?)[ \t]*:(?!//|[\w./@-]{0,200}=)"
    rb"|(?P<equals>(?![a-z+]{2,12}://)[^\s=\[#;][^=\r\n]{0,300}?)[ \t]*\??=)[ \t]*"
)
#: a value in quotes, or one up to the end of the line or to a comment that is set off
_VALUE = expression(
    rb"(?:\"(?P<double>[^\"\\]*(?:\\.[^\"\\]*)*)\"|'(?P<single>[^']*)')(?=[ \t]*(?:[#;,]|\Z))|(?P<bare>\S.*)"
)
_INLINE = expression(rb"[ \t][#;]")
_ESCAPE = expression(r"\\([\"\\])")


def entries(data: bytes) -> Iterator[Entry]:
    """Yield all entries of a text, those in comments too."""
    section, group = "", 0
    for line in _LINE.finditer(data, 3 if data.startswith(b"\xef\xbb\xbf") else 0):
        at, end = line.span()
        mark = _COMMENT.match(data, at, end)
        if mark:
            at = mark.end()
            found = _KEY.match(data, at, end)
            if found and b" " not in (found["colon"] or found["equals"]):
                yield from _entry(data, found.end(), end, (section, _name(found)), group, comment=True)
            continue
        head = _SECTION.match(data, at, end)
        if head:
            section, group = text_of(head[1].strip(b" \t")), group + 1
            at = head.end()
        found = _KEY.match(data, at, end)
        if found:
            yield from _entry(data, found.end(), end, (section, _name(found)), group)


def _name(found: re.Match[bytes]) -> str:
    return text_of(found["colon"] or found["equals"])


def _entry(
    data: bytes, start: int, end: int, keys: tuple[str, ...], group: int, *, comment: bool = False
) -> Iterator[Entry]:
    found = _VALUE.match(data, start, end)
    if not found:
        return
    kind = found.lastgroup or ""
    first, last = found.span(kind)
    if kind == "bare":
        comment_sign = _INLINE.search(data, first, last)
        last = comment_sign.start() if comment_sign else last
        last = first + len(data[first:last].rstrip(b" \t"))
    text = text_of(data[first:last])
    yield Entry(keys, _ESCAPE.sub(r"\1", text) if kind == "double" else text, first, last, group, comment)
