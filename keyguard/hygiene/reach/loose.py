"""JSON as people write it in configurations: with comments, with commas too many. And options in code, by looking."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec

from keyguard.support.regex import expression

#: a configuration that is larger is none, or is meant to hurt
_LIMIT = 1 << 20
#: strings too, so that nothing in them is taken for a comment; what is not closed goes on, or it would be tried again
_TOKEN = expression(rb'"(?:[^"\\]|\\.)*"?|//[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/)?|,(?=\s*[\]}])', re.DOTALL)

#: options of one name in one configuration
_BLOCKS = 50
#: what belongs to one option ends within this
_BLOCK = 8000
#: what is said so shortly before an option makes it one of the server's
_NEAR = 60
_SERVER = expression(rb"[sS]sr|SSR|isServer\b")
_BRACKET = expression(rb"[\[\](){}]")
_STRING = expression(rb"[\"'`]([^\"'`\r\n]{0,300})[\"'`]")
_KEY = expression(rb"(?:[\"']([^\"'\r\n]{1,100})[\"']|\b([\w$]{1,100}))\s{0,9}:(?!:)")
_REGEX_MARKS = expression(rb"[\^$\\/]|\(.*")


def parsed(data: bytes | None) -> Any:
    """What the text says; None where there is none, or it cannot be understood."""
    if data is None or len(data) > _LIMIT:
        return None
    data = data.removeprefix(b"\xef\xbb\xbf")
    for text in (data, None):
        try:
            return msgspec.json.decode(_plain(data) if text is None else text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
    return None


def _plain(data: bytes) -> bytes:
    # a comment may stand between a comma that is too many and its bracket: twice, then
    for _ in range(2):
        data = _TOKEN.sub(lambda found: found[0] if found[0].startswith(b'"') else b" ", data)
    return data


def block_after(data: bytes, word: bytes) -> Iterator[bytes]:
    """What follows each use of a word as an option: all between its brackets, or the rest of the line."""
    option = re.compile(rb"\b" + re.escape(word) + rb"[\"']?\s{0,9}[:=(]\s{0,9}")
    for found in islice(option.finditer(data[:_LIMIT]), _BLOCKS):
        block = _balanced(data[found.end() : found.end() + _BLOCK])
        around = data[max(0, found.start() - _NEAR) : found.start()] + block.partition(b"\n")[0]
        if not _SERVER.search(around):
            yield block


def strings(code: bytes) -> list[bytes]:
    """The texts in quotes, in order."""
    return [text for text in _STRING.findall(code) if text]


def pairs(code: bytes) -> Iterator[tuple[bytes, list[bytes]]]:
    """The options in a block, with the texts in what they are set to; of ``find`` and ``replacement`` one is made."""
    keys = list(_KEY.finditer(code))
    sought = b""
    for index, key in enumerate(keys):
        value = code[key.end() : keys[index + 1].start() if index + 1 < len(keys) else len(code)]
        name = key[1] or key[2]
        if name == b"find":
            sought = _REGEX_MARKS.sub(b"", next(iter(strings(value)), value.strip(b" ,\r\n{}/")))
        elif name == b"replacement":
            yield sought, strings(value)
        else:
            yield name, strings(value)


def _balanced(code: bytes) -> bytes:
    if not code.startswith((b"{", b"[")):
        return code.partition(b"\n")[0]
    depth = 0
    for found in _BRACKET.finditer(code):
        depth += 1 if found[0] in b"{[(" else -1
        if depth == 0:
            return code[: found.end()]
    return code
