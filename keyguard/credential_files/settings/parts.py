"""Parts of a value: the default in a reference to a variable, the value in ``NAME=value``."""

from __future__ import annotations

from keyguard.credential_files.syntax.entry import Entry, bytes_of
from keyguard.support.regex import expression

#: ``${NAME:-value}`` of shells, ``${NAME:value}`` of Spring, a default in a template of Jinja or ERB
_DEFAULT = expression(
    r"\$\{[\w.-]{1,100}:?[-:](?P<shell>[^{}$\s?+-][^{}]{0,200})\}"
    r"|\{\{[^{}]{1,100}\|\s{0,9}default\(\s{0,9}['\"](?P<jinja>[^'\"]{1,200})['\"][^{}]{0,50}\}\}"
    r"|<%=\s{0,9}ENV(?:\.fetch\(|\[)\s{0,9}['\"][\w.-]{1,100}['\"][^'\"<>]{1,20}['\"](?P<erb>[^'\"]{1,200})['\"][^'\"<>]{0,20}%>"
)


def part(entry: Entry, name: str, start: int, end: int | None = None, data: bytes = b"") -> Entry:
    """Return a part of an entry's value, in characters, as an entry of that name.

    Its span is exact if the value is written without escapes, or is found as it is in the text that is given; else it
    is that of the whole value.
    """
    value = entry.value[start:end]
    before, size, length = (_size(text) for text in (entry.value[:start], entry.value, value))
    span = entry.span
    if size == entry.end - entry.start:
        span = entry.start + before, entry.start + before + length
    elif (found := data.find(bytes_of(value), *span)) >= 0:
        span = found, found + length
    return entry._replace(keys=(*entry.keys[:-1], name), value=value, start=span[0], end=span[1])


def with_default(entry: Entry) -> Entry:
    """Return the default of an entry that is a reference with one; any other entry as it is."""
    if entry.value[:1] not in ("$", "{", "<"):
        return entry
    found = _DEFAULT.fullmatch(entry.value.strip())
    if not found:
        return entry
    start, end = found.span(found.lastgroup or 0)
    shift = len(entry.value) - len(entry.value.lstrip())
    return part(entry, entry.name, start + shift, end + shift)


def _size(text: str) -> int:
    return len(bytes_of(text))
