"""Lenient parsing of configuration: JSON with comments and trailing commas, and options in JavaScript code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec

from keyguard.support.regex import expression

#: bytes: a larger configuration is none, or is an attack
_LIMIT = 1 << 20
#: strings too, so that no comment is seen in them; an unclosed one goes on to the end, or it would be tried again
_TOKEN = expression(rb'"(?:[^"\\]|\\.)*"?|//[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/)?|,(?=\s*[\]}])', re.DOTALL)

#: options of one name that are read in one configuration
_BLOCKS = 50
#: bytes that the value of one option may take
_BLOCK = 8000
#: bytes before an option in which a word makes it one of the server build
_NEAR = 60
_SERVER = expression(rb"[sS]sr|SSR|isServer\b")
_BRACKET = expression(rb"[\[\](){}]")
_STRING = expression(rb"[\"'`]([^\"'`\r\n]{0,300})[\"'`]")
_KEY = expression(rb"(?:[\"']([^\"'\r\n]{1,100})[\"']|\b([\w$]{1,100}))\s{0,9}:(?!:)")
_REGEX_MARKS = expression(rb"[\^$\\/]|\(.*")


def lenient_json(data: bytes | None) -> Any:
    """Return the decoded JSON; None if there is none, or if it is invalid."""
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
    # a comment may stand between a trailing comma and its bracket, so two passes are needed
    for _ in range(2):
        data = _TOKEN.sub(lambda found: found[0] if found[0].startswith(b'"') else b" ", data)
    return data


def option_values(data: bytes, word: bytes) -> Iterator[bytes]:
    """Yield the value of each option of this name: everything in its brackets, or the rest of the line."""
    option = re.compile(rb"\b" + re.escape(word) + rb"[\"']?\s{0,9}[:=(]\s{0,9}")
    for found in islice(option.finditer(data[:_LIMIT]), _BLOCKS):
        block = _balanced(data[found.end() : found.end() + _BLOCK])
        around = data[max(0, found.start() - _NEAR) : found.start()] + block.partition(b"\n")[0]
        if not _SERVER.search(around):
            yield block


def quoted_strings(code: bytes) -> list[bytes]:
    """Return the quoted strings, in order."""
    return [text for text in _STRING.findall(code) if text]


def option_pairs(code: bytes) -> Iterator[tuple[bytes, list[bytes]]]:
    """Yield the options in a block, with the strings in their values; ``find`` with ``replacement`` is one option."""
    keys = list(_KEY.finditer(code))
    sought = b""
    for index, key in enumerate(keys):
        value = code[key.end() : keys[index + 1].start() if index + 1 < len(keys) else len(code)]
        name = key[1] or key[2]
        if name == b"find":
            sought = _REGEX_MARKS.sub(b"", next(iter(quoted_strings(value)), value.strip(b" ,\r\n{}/")))
        elif name == b"replacement":
            yield sought, quoted_strings(value)
        else:
            yield name, quoted_strings(value)


def _balanced(code: bytes) -> bytes:
    if not code.startswith((b"{", b"[")):
        return code.partition(b"\n")[0]
    depth = 0
    for found in _BRACKET.finditer(code):
        depth += 1 if found[0] in b"{[(" else -1
        if depth == 0:
            return code[: found.end()]
    return code
