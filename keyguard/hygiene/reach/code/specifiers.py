"""The specifiers that a file may import, found by a scan of its text; comments and types count until it is parsed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from keyguard.support.regex import expression

#: bytes that are scanned: imports are at the beginning of a file, and bundles import nothing of the project
_LOOKED_AT = 1 << 20
#: glob calls that are looked at in one file
_CALLS = 200
_STATIC = expression(rb"from\s{0,99}[\"']([^\"'\r\n]{1,300})[\"']")
#: imports of types alone. One pattern for each form: a fixed prefix is found many times faster than an alternation
_TYPES = tuple(
    re.compile(word + rest + rb"\s{0,99}from\s{0,99}[\"']([^\"'\r\n]{1,300})[\"']")
    for word, rest in (
        (rb"import", rb"\s{1,9}type\s{1,9}(?!from\b|,)[\w$]{1,99}"),
        (rb"import", rb"\s{1,9}type\s{0,9}\{[^\"'`;()=]{0,2000}?\}"),
        (rb"export", rb"\s{1,9}type\s{0,9}\{[^\"'`;()=]{0,2000}?\}"),
        (
            rb"import",
            rb"\s{0,9}\{(?:\s{0,99}type\s{1,9}[\w$]{1,99}(?:\s{1,9}as\s{1,9}[\w$]{1,99})?\s{0,99},?){1,99}\s{0,99}\}",
        ),
    )
)
#: a cheap test for any of these
_TYPED = expression(rb"(?:im|ex)port\s{0,9}\{?\s{0,99}type\b")
_IMPORT = expression(
    rb"import\s{0,99}(?:\(\s{0,99}(?:(?:/\*[^*]{0,300}\*/|//[^\n]{0,300}\n)\s{0,99}){0,4})?[\"'`]([^\"'`\r\n]{1,300})"
)
_REQUIRE = expression(rb"require(?:\.resolve)?\s{0,99}\(\s{0,99}[\"'`]([^\"'`\r\n]{1,300})")
#: workers, and files whose URL is computed
_ADDRESS = expression(rb"(?:URL|Worker|importScripts)\(\s{0,99}[\"'`]([^\"'`\r\n]{1,300})")
_ADDRESSING = (b"URL(", b"Worker(", b"importScripts(")
#: the argument of a call that imports many files, in Vite and webpack
_MANY = expression(rb"(?:glob|globEager|context)\s{0,99}(?:<[^<>()]{0,200}>)?\(([^()]{1,600})\)")
_QUOTED = expression(rb"[\"'`]([^\"'`\r\n]{1,300})[\"'`]")
#: in HTML, and in blocks of components that are files of their own
_SOURCE = expression(rb"src\s{0,9}=\s{0,9}[\"']?([^\"'\s<>]{1,300})")

_CONDITIONS = ((b"import", _IMPORT), (b"require", _REQUIRE))


def specifiers(data: bytes, markup: bool = False) -> list[bytes]:
    """Return every specifier that a file may import, once, in order; those with ``*`` or ``${`` match many files."""
    data = data[:_LOOKED_AT]
    found = _STATIC.findall(data)
    if _TYPED.search(data):
        # an import of types alone counts in both lists, so subtracting leaves the imports of values
        left = Counter(found)
        left.subtract(text for pattern in _TYPES for text in pattern.findall(data))
        found = [text for text in left if left[text] > 0]
    for literal, pattern in _CONDITIONS:
        if literal in data:
            found += pattern.findall(data)
    found += [text for text, _ in addresses(data)]
    if markup:
        found += _SOURCE.findall(data)
    return list(dict.fromkeys(found))


def calls(data: bytes) -> list[tuple[bytes, int]]:
    """Return the calls of ``import`` and ``require`` in code without comments: (specifier, offset)."""
    found = [*_IMPORT.finditer(data), *_REQUIRE.finditer(data)]
    return [(one[1], one.start()) for one in found if b"(" in one[0]]


def addresses(data: bytes) -> list[tuple[bytes, int]]:
    """Return what refers to files other than by import: workers, URLs and globs, as (specifier, offset)."""
    found = list(_many(data))
    if any(literal in data for literal in _ADDRESSING):
        for one in _ADDRESS.finditer(data):
            # a URL needs no leading dot to be relative to the file
            found += [(text, one.start()) for text in dict.fromkeys((one[1], b"./" + one[1].removeprefix(b"./")))]
    return found


def _many(data: bytes) -> Iterator[tuple[bytes, int]]:
    if b"meta.glob" in data or b"require.context" in data:
        for call in islice(_MANY.finditer(data), _CALLS):
            for text in _QUOTED.findall(call[1]):
                yield text if b"*" in text else text.rstrip(b"/") + b"/**", call.start()
