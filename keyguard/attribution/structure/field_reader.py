"""Read the fields and assignments in a text: ``provider: stripe``, ``baseUrl = "https://api.stripe.com"``."""

from __future__ import annotations

import re
from typing import NamedTuple

from keyguard.attribution.structure.frames import Frame, Window
from keyguard.support.regex import expression

#: a field or an assignment: name, optionally its type, and the beginning of its value
_FIELD = expression(
    rb"(?<![\w$.\-/])[\"'`:]?([A-Za-z_$@#][\w$.-]{0,60})[\"'`]?\]?(?:[ \t]*:[ \t]*[&A-Za-z][\w<>&'\[\]. ]{0,30}(?==))?"
    rb"(?:[ \t]*(?:=>|:=|=(?!=)|:(?![:/]))\s*|(?<=base_uri)[ \t]+(?=[\"']))"
    rb"((?:[^\s\"'`,;(){}\[\]]{0,60}\(\s?[\w:]{0,20}\s?){0,2}[bfru@$:]{0,2}"
    rb"(?:\"[^\"\r\n]*\"|'[^'\r\n]*'|`[^`\r\n]*`|[^\s\"'`,;]{1,200}))"
    rb"|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`[^`\n]*`"
)


class Field(NamedTuple):
    """A field with its value, without quotes."""

    name: bytes
    value: bytes
    quoted: bool


def fields_of(window: Window, frame: Frame, inner: Frame | None) -> list[Field]:
    """Return the fields directly in a frame, without those nested deeper."""
    text = window.text
    before, after = text[frame.start : window.at], text[window.at : frame.end]
    if inner is not None:
        before, after = text[frame.start : max(frame.start, inner.opener)], text[min(inner.end, frame.end) : frame.end]
    if frame.kind in (b":", b"-", b"#"):
        line = _line_from(text, inner.opener if inner else window.at)
        indent = _indent(line)
        return [*read_fields(_at_indent(before, indent, line)), *read_fields(_at_indent(after, indent, line))]
    return [*read_fields(_flat(before)), *read_fields(_flat(after))]


def unquoted(value: bytes) -> bytes:
    """Return the string in a value, without what is around it."""
    return (
        re.sub(rb"^[^\"'`]*[\"'`]", b"", value).strip(b"\"'`")
        if b'"' in value or b"'" in value or b"`" in value
        else value
    )


def read_fields(text: bytes) -> list[Field]:
    """Return all fields in a text, in order."""
    found = []
    for one in _FIELD.finditer(text):
        if one[1] is None:
            continue
        value = one[2]
        plain = unquoted(value)
        found.append(Field(one[1], plain, plain != value))
    return found


def _flat(text: bytes) -> bytes:
    for _ in range(6):
        text, count = re.subn(rb"\([^()\"'`]*\)|\[[^\[\]]*\]|\{[^{}]*\}", b" ", text)
        if not count:
            break
    # what is left open is nested, and closed further on
    return text


def _at_indent(text: bytes, indent: int, line: bytes) -> bytes:
    """Return the lines of that indentation; an item's dash counts as indentation."""
    kept = []
    for one in re.split(rb"\n", text):
        item = re.match(rb"([ \t]*-[ \t]+)", one)
        depth = len(item[1]) if item else _indent(one)
        if depth == indent:
            kept.append(one[len(item[1]) :] if item else one)
    return b"\n".join(kept)


def _line_from(text: bytes, at: int) -> bytes:
    start = text.rfind(b"\n", 0, at) + 1
    return text[start : at + 60].split(b"\n", 1)[0]


def _indent(line: bytes) -> int:
    item = re.match(rb"([ \t]*-[ \t]+)", line)
    return len(item[1]) if item else len(line) - len(line.lstrip(b" \t"))
