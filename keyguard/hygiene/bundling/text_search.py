"""The same without a parser: what stands directly in the block of an option. Names are not followed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from keyguard.hygiene.bundling.contents import Content, Kind
from keyguard.hygiene.bundling.inlined_options import Inlined
from keyguard.hygiene.project.balanced_blocks import LONGEST, block_end
from keyguard.support.regex import expression

_COMMENT = expression(
    rb"//[^\r\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/)?|\"(?:[^\"\\\r\n]|\\.)*\"?|'(?:[^'\\\r\n]|\\.)*'?|`(?:[^`\\]|\\.)*`?",
    re.DOTALL,
)
#: a read of an environment variable: ``process.env.X``, ``process.env["X"]``, ``env.X``
_READ = expression(rb"\b(?:process\.env|import\.meta\.env|Deno\.env|env)(?:\.|\[[\"'`])([A-Z][A-Z0-9_]{2,80})\b")
_LISTED = expression(rb"[\"'`]([A-Z][A-Z0-9_]{2,80})[\"'`]")
_ALL = expression(
    rb"[\"'`]?process\.env[\"'`]?\s*:\s*(?:JSON\.stringify\(\s*)?process\.env\b(?![.\[])|\.\.\.process\.env\b"
)
_TEXT = expression(rb"\"[^\"\\\r\n]{0,4000}\"|'[^'\\\r\n]{0,4000}'|`[^`\\]{0,4000}`")
#: bytes of one configuration that are searched for the ends of blocks; nested blocks count again
_MOST = 4 * LONGEST


def inlined(content: bytes, rows: Iterable[Mapping[str, Any]]) -> Iterator[Inlined]:
    """Yield what each option of ``rows`` (``[[inlining]]`` in browser.toml) writes into the bundle."""
    code = _COMMENT.sub(lambda found: b" " * len(found[0]) if found[0][:1] == b"/" else found[0], content)
    for row in rows:
        looked = 0
        for found in _opening(row).finditer(code):
            start, end = found.end() - 1, block_end(code, found.end() - 1)
            if end:
                yield from (Inlined(one, row["says"]) for one in _in_block(code, start, end, bool(row.get("names"))))
            looked += (end or min(len(code), start + LONGEST)) - start
            if looked > _MOST:
                break


def _opening(row: Mapping[str, Any]) -> re.Pattern[bytes]:
    """Return the pattern that matches the beginning of a block, up to its bracket."""
    if row.get("call"):
        return re.compile(rb"\b%s\s*\(\s*[\[{]" % re.escape(row["call"].encode()))
    return re.compile(rb"(?<![\w.])%s\s*:\s*\{" % re.escape(row["option"][-1].encode()))


def _in_block(code: bytes, start: int, end: int, names: bool) -> Iterator[Content]:
    yield from (Content(Kind.ALL, b"", *found.span()) for found in _ALL.finditer(code, start, end))
    pattern = _LISTED if names else _READ
    yield from (Content(Kind.VARIABLE, found[1], *found.span(1)) for found in pattern.finditer(code, start, end))
    yield from (Content(Kind.TEXT, b"", *found.span()) for found in _TEXT.finditer(code, start, end))
