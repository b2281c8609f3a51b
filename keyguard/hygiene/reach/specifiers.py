"""A first, cheap look at a file: all that it may import. Comments and types count here; parsing sorts them out."""

from __future__ import annotations

import re

#: more of a file is not looked at: what people import stands at its beginning, and bundles import nothing of a project
_LOOKED_AT = 1 << 20
_STATIC = re.compile(rb"from\s{0,99}[\"']([^\"'\r\n]{1,300})[\"']")
_IMPORT = re.compile(
    rb"import\s{0,99}(?:\(\s{0,99}(?:(?:/\*[^*]{0,300}\*/|//[^\n]{0,300}\n)\s{0,99}){0,4})?[\"'`]([^\"'`\r\n]{1,300})"
)
_REQUIRE = re.compile(rb"require(?:\.resolve)?\s{0,99}\(\s{0,99}[\"'`]([^\"'`\r\n]{1,300})")
#: workers, and files whose address is asked for
_ADDRESS = re.compile(rb"URL\s{0,99}\(\s{0,99}[\"'`]([^\"'`\r\n]{1,300})")
#: what a call that means many files is given, Vite's and webpack's
_MANY = re.compile(rb"(?:glob|globEager|context)\s{0,99}(?:<[^<>()]{0,200}>)?\(([^()]{1,600})\)")
_QUOTED = re.compile(rb"[\"'`]([^\"'`\r\n]{1,300})[\"'`]")
#: in HTML, and in blocks of components that are files of their own
_SOURCE = re.compile(rb"src\s{0,9}=\s{0,9}[\"']?([^\"'\s<>]{1,300})")

_SCRIPT = re.compile(rb"(?i)<script\b[^<>]{0,600}?\bsrc\s{0,9}=\s{0,9}[\"']?([^\"'\s<>]{1,300})")

_CONDITIONS = (
    (b"import", _IMPORT),
    (b"require", _REQUIRE),
    (b"URL", _ADDRESS),
)


def specifiers(data: bytes, markup: bool = False) -> list[bytes]:
    """Every text that a file may import something by, once, in order; those with ``*`` or ``${`` mean many files."""
    data = data[:_LOOKED_AT]
    found = _STATIC.findall(data)
    for literal, pattern in _CONDITIONS:
        if literal in data:
            found += pattern.findall(data)
    if b"meta.glob" in data or b"require.context" in data:
        for call in _MANY.findall(data):
            texts = _QUOTED.findall(call)
            found += [text if b"*" in text else text.rstrip(b"/") + b"/**" for text in texts]
    if markup:
        found += _SOURCE.findall(data)
    return list(dict.fromkeys(found))


def sources(data: bytes) -> list[bytes]:
    """What the scripts of a page are loaded from, once each, in order."""
    return list(dict.fromkeys(_SCRIPT.findall(data[:_LOOKED_AT])))
