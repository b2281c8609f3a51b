"""Templates: text with slots such as ``<<host>>``; a slot of a secret is remembered by its byte span.

A slot may be followed by one way of writing it: ``<<secret:json>>``. Unknown slots are errors.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import quote

_SLOT = re.compile(r"<<(\w+)(?::(\w+))?>>")

WRITTEN: Mapping[str, Callable[[str], str]] = {
    "json": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "xml": lambda text: html.escape(text, quote=True),
    "url": lambda text: quote(text, safe=""),
    "b64": lambda text: base64.b64encode(text.encode()).decode(),
    "upper": str.upper,
    "lower": str.lower,
    "camel": lambda name: _camel(name),
    "pascal": lambda name: _camel(name)[:1].upper() + _camel(name)[1:],
    "kebab": lambda name: name.lower().replace("_", "-"),
    "dotted": lambda name: name.lower().replace("_", "."),
}


def _camel(name: str) -> str:
    first, *rest = name.lower().split("_")
    return first + "".join(word.capitalize() for word in rest)


class Rendered(NamedTuple):
    """A text, and where the secrets in it are, in bytes of its UTF-8."""

    text: bytes
    spans: tuple[tuple[int, int], ...]


def render(template: str, slot: Callable[[str], str], secrets: Mapping[str, str]) -> Rendered:
    """Fill a template: ``secrets`` gives the slots that are secrets, ``slot`` makes up all others."""
    parts: list[bytes] = []
    spans: list[tuple[int, int]] = []
    at = size = 0

    def add(text: str) -> None:
        nonlocal size
        parts.append(text.encode())
        size += len(parts[-1])

    for found in _SLOT.finditer(template):
        add(template[at : found.start()])
        name, written = found.groups()
        value = secrets[name] if name in secrets else slot(name)
        start = size
        add(WRITTEN[written](value) if written else value)
        if name in secrets:
            spans.append((start, size))
        at = found.end()
    add(template[at:])
    return Rendered(b"".join(parts), tuple(spans))
