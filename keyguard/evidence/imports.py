"""Vendors by their packages: what a file imports, in any language."""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyguard.evidence.names import Evidence, Vendors
from keyguard.expression import expression

_IMPORTS = expression(
    rb"(?m)^[^\r\n]{0,120}?(?:\b(?:import|require|require_once|from|use|using|include|gem|load|alias)\b|<script)[^\r\n]{0,200}"
    rb"|^[ \t]*(?:[\w.]{1,60}[ \t]+)?\"[\w.-]{1,100}\.\w{1,20}/[^\"\r\n]{1,200}\"[ \t]*\r?$"
)


def import_lines(text: bytes) -> bytes:
    """The lines of a file that import something, in lower case."""
    return b"\n".join(_IMPORTS.findall(text.replace(b"\r", b"\n"))).lower()


def by_import(vendors: Vendors, lines: bytes) -> list[Evidence]:
    """Vendors whose packages stand in such lines."""
    return [*_imported(vendors, lines)]


def _imported(vendors: Vendors, lines: bytes) -> Iterator[Evidence]:
    for vendor in vendors.values():
        name = next((name for name in vendor.imports if is_named(lines, name.lower().encode())), "")
        if name:
            yield Evidence(vendor.id, f"import {name.rstrip('/')}")


def is_named(text: bytes, name: bytes) -> bool:
    """Whether a package stands in the text and not inside a longer name (``stripe`` is not ``stripes``).

    What ends with ``/`` is a scope, and stands for all packages in it.
    """
    if name not in text:
        return False
    after = rb"" if name.endswith(b"/") else rb"(?![A-Za-z0-9_-])"
    return bool(re.search(rb"(?<![A-Za-z0-9_@-])" + re.escape(name) + after, text))
