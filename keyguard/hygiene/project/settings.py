"""The settings in a file: ``NAME=value`` as shells, Java, TOML, INI, YAML and JSON write it.

One lenient pattern reads all these formats, a line at a time. Lines that it cannot read yield nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from keyguard.support.regex import expression

_LINE = expression(
    rb"""(?m)^[ \t]*(?:export[ \t]+|-[ \t]+|//[^\s=]{1,200}:)?(?P<quote>["']?)"""
    rb"""(?P<name>[A-Za-z_][\w./:@-]{0,120}?)(?P=quote)"""
    rb"""[ \t]*[=:][ \t]*"""
    rb"""(?:"(?P<double>[^"\r\n]*)"|'(?P<single>[^'\r\n]*)'|`(?P<back>[^`\r\n]*)`|(?P<plain>[^\r\n]*))"""
)
_NETRC = expression(rb"(?:^|\s)(?P<name>password)\s+(?P<plain>\S+)")
_COMMENT = expression(rb"(?:^|[ \t])#")
_HUMP = expression(r"(?<=[a-z0-9])(?=[A-Z])")
_SEPARATORS = expression(r"[^A-Za-z0-9]+")
#: settings of one file: nobody writes more by hand
_MOST = 2000


class Setting(NamedTuple):
    """One name with the value that is assigned to it."""

    name: str
    """As written, without anything before its last ``:``."""
    value: bytes
    start: int
    end: int
    """The span of the name, in bytes."""

    @property
    def words(self) -> str:
        """The name in the style of environment variables: ``spring.mail.authToken`` becomes SPRING_MAIL_AUTH_TOKEN."""
        return _SEPARATORS.sub("_", _HUMP.sub("_", self.name)).strip("_").upper()


def settings(path: bytes, content: bytes) -> Iterator[Setting]:
    """Yield the settings of a file, in order, without comments."""
    pattern = _NETRC if path.endswith(b"netrc") else _LINE
    for count, found in enumerate(pattern.finditer(content)):
        if count == _MOST:
            return
        parts = found.groupdict()
        quoted = next((text for kind in ("double", "single", "back") if (text := parts.get(kind)) is not None), None)
        name = found["name"].rpartition(b":")[2]
        value = _plain(found["plain"]) if quoted is None else quoted
        end = found.end("name")
        yield Setting(name.decode("utf-8", "replace"), value, end - len(name), end)


def _plain(text: bytes) -> bytes:
    """Return an unquoted value, up to a comment or a trailing comma."""
    comment = _COMMENT.search(text)
    return text[: comment.start() if comment else len(text)].strip().rstrip(b",;").strip(b"\"'")
