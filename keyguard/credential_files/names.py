"""Which formats a path is known by: a file's name, the folder it stands in, an ending; copies of such files too."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, TypeVar

from keyguard.support.regex import expression

Row = TypeVar("Row")

#: what people add to the name of a copy (``.netrc.bak``, ``credentials~``, ``.npmrc.example``)
_COPIES = expression(
    rb"(?:~|[._-](?:bak|backup|old|orig|save|copy|example|sample|template|tmpl|tpl|dist|default|symlink|j2|erb|ejs|local)"
    rb"|\.[0-9]{1,8})\Z"
)
#: names under which dotfile managers keep ``.netrc``: ``dot_netrc``, ``private_dot_netrc``, ``dot-netrc``
_DOTFILES = expression(rb"\A(?:(?:private|readonly|executable|exact|create|modify|literal)_)*dot[_-]")


class PathTable(Generic[Row]):
    """Rows by the paths they are known by.

    A pattern is a file's name (``.netrc``), the end of a path (``.docker/config.json``) or an ending (``*.tfstate``),
    in lower case; paths are compared without regard to case.
    """

    def __init__(self, rows: Iterable[tuple[tuple[str, ...], Row]]) -> None:
        self._names: dict[bytes, list[tuple[bytes, Row]]] = {}
        self._endings: dict[bytes, list[Row]] = {}
        for patterns, row in rows:
            for pattern in patterns:
                self._add(pattern.encode(), row)

    def _add(self, pattern: bytes, row: Row) -> None:
        if pattern.startswith(b"*."):
            self._endings.setdefault(pattern[2:], []).append(row)
        else:
            folder, _, name = pattern.rpartition(b"/")
            self._names.setdefault(name, []).append((b"/" + folder + b"/" if folder else b"", row))

    def among(self, path: bytes) -> tuple[Row, ...]:
        """Return the rows that a path is known by, none twice, in the order of the table for each pattern."""
        folder, _, name = path.lower().rpartition(b"/")
        found = self._named(folder, name)
        if not found:
            original = _COPIES.sub(b"", _DOTFILES.sub(b".", name))
            found = self._named(_undotted(folder), original) if original not in (name, b"") else found
        return tuple(dict.fromkeys(found))

    def _named(self, folder: bytes, name: bytes) -> list[Row]:
        place = b"/%b/" % folder
        found = [row for within, row in self._names.get(name, ()) if place.endswith(within)]
        ending = name.rpartition(b".")[2]
        return [*found, *self._endings.get(ending, ())] if self._endings else found


def _undotted(folder: bytes) -> bytes:
    return b"/".join(_DOTFILES.sub(b".", part) for part in folder.split(b"/"))
