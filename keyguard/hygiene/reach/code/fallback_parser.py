"""Imports found without a parser, for files that tree-sitter cannot read. Every import counts as one of all names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyguard.hygiene.reach.code import specifiers
from keyguard.hygiene.reach.code.module import Import, Module
from keyguard.support.regex import expression

#: strings too, so that no comment is seen in them; an unclosed one goes on to the end, or it would be tried again
_TOKEN = expression(
    rb"//[^\r\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/)?"
    rb"|\"(?:[^\"\\\r\n]|\\.)*\"?|'(?:[^'\\\r\n]|\\.)*'?|`(?:[^`\\]|\\.)*`?",
    re.DOTALL,
)
_STATEMENT = expression(
    rb"(?<![\w$.])(?:import|export)\b\s{0,99}(type\b(?!\s{0,9}(?:,|from\b)))?"
    rb"[\w$*\s,]{0,120}(?:\{([^{}\"']{0,20000})\}\s{0,99})?(?:from\s{0,99})?[\"']([^\"'\r\n]{1,300})[\"']"
)
#: names in braces that are all types
_TYPES = expression(rb"\s*type\s[^,]*(?:,\s*type\s[^,]*)*,?\s*")


def scan_module(data: bytes) -> Module:
    """Return the module with the imports that a scan of the text finds; comments and imports of types are left out."""
    code = _TOKEN.sub(_without_comment, data)
    found = {text: Import(text, at=at) for text, at in _statements(code)}
    for text, at in (*specifiers.calls(code), *specifiers.addresses(code)):
        found.setdefault(text, Import(text, at=at, deep=True))
    return Module(imports=tuple(found.values()), parsed=False, whole=True)


def _statements(code: bytes) -> Iterator[tuple[bytes, int]]:
    for one in _STATEMENT.finditer(code):
        if one[1] is None and not (one[2] is not None and _TYPES.fullmatch(one[2])):
            yield one[3], one.start()


def _without_comment(found: re.Match[bytes]) -> bytes:
    return b" " * len(found[0]) if found[0].startswith((b"//", b"/*")) else found[0]
