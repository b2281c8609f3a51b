"""JSON as people write it in configurations: with comments, with commas too many. And options in code, by looking."""

from __future__ import annotations

import re
from typing import Any

import msgspec

#: a configuration that is larger is none, or is meant to hurt
_LIMIT = 1 << 20
#: strings first, so that nothing in them is taken for a comment
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|//[^\n]*|/\*.*?\*/|,(?=\s*[\]}])', re.DOTALL)


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
