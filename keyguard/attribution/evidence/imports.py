"""Find vendors by the packages that a file imports, in any language."""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyguard.attribution.evidence.vendor_names import Evidence, Vendors
from keyguard.support.regex import expression

_IMPORT = expression(rb"\b(?:import|require|require_once|from|use|using|include|gem|load|alias)\b|<script")
#: bytes of a line that may precede such a keyword, and bytes after it that are used
_BEFORE, _BEHIND = 120, 200
#: a line in a block of imports, as in Go
_LISTED = expression(rb"(?m)^[ \t]*(?:[\w.]{1,60}[ \t]+)?\"[\w.-]{1,100}\.\w{1,20}/[^\"\n]{1,200}\"[ \t]*$")


def import_lines(text: bytes) -> bytes:
    """Return the lines of a file that import something, in lower case."""
    text = text.replace(b"\r", b"\n")
    found, end = list[bytes](), 0
    # searching for the keywords first takes a third of the time of examining each line
    while word := _IMPORT.search(text, end):
        start = text.rfind(b"\n", 0, word.start()) + 1
        end = text.find(b"\n", word.end())
        end = len(text) if end < 0 else end
        if word.start() - start <= _BEFORE:
            found.append(text[start : min(end, word.end() + _BEHIND)])
    return b"\n".join([*found, *_LISTED.findall(text)]).lower()


def by_import(vendors: Vendors, lines: bytes) -> list[Evidence]:
    """Return the vendors whose packages occur in such lines."""
    return [*_imported(vendors, lines)]


def _imported(vendors: Vendors, lines: bytes) -> Iterator[Evidence]:
    for vendor in vendors.values():
        name = next((name for name in vendor.imports if is_named(lines, name.lower().encode())), "")
        if name:
            yield Evidence(vendor.id, f"import {name.rstrip('/')}")


def is_named(text: bytes, name: bytes) -> bool:
    """Whether a package name occurs in the text, and not inside a longer name (``stripe`` is not ``stripes``).

    A name that ends with ``/`` is a scope, and stands for all packages in it.
    """
    if name not in text:
        return False
    after = rb"" if name.endswith(b"/") else rb"(?![A-Za-z0-9_-])"
    return bool(re.search(rb"(?<![A-Za-z0-9_@-])" + re.escape(name) + after, text))
