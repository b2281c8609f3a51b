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

    A pattern is a file's name (``.netrc``) or the end of a path (``.docker/config.json``), in lower case; paths are
    compared without regard to case. ``*`` in the name is any text (``*.tfstate``, ``application-*.yml``), and a folder
    that ends in ``**`` has any number of folders below it (``group_vars/**/*.yml``).
    """

    def __init__(self, rows: Iterable[tuple[tuple[str, ...], Row]]) -> None:
        self._names: dict[bytes, list[_Known[Row]]] = {}
        #: by what stands behind the last dot of the pattern, or b"" if nothing definite does
        self._endings: dict[bytes, list[_Known[Row]]] = {}
        for patterns, row in rows:
            for pattern in patterns:
                self._add(pattern.encode(), row)

    def _add(self, pattern: bytes, row: Row) -> None:
        folder, _, name = pattern.rpartition(b"/")
        deep = folder.endswith(b"/**")
        within = b"/%b/" % folder.removesuffix(b"/**") if folder else b""
        start, star, end = name.partition(b"*")
        known = _Known(within, deep, start, end, row)
        if not star:
            self._names.setdefault(name, []).append(known)
        else:
            ending = end.rpartition(b".")[2] if b"." in end else b""
            self._endings.setdefault(ending, []).append(known)

    def among(self, path: bytes) -> tuple[Row, ...]:
        """Return the rows that a path is known by, none twice, in the order of the table for each pattern."""
        folder, _, name = path.lower().rpartition(b"/")
        found = self._named(folder, name)
        if not found:
            original = _undotted(folder), _COPIES.sub(b"", _DOTFILES.sub(b".", name))
            found = self._named(*original) if original != (folder, name) and original[1] else found
        return tuple(dict.fromkeys(found))

    def _named(self, folder: bytes, name: bytes) -> list[Row]:
        place = b"/%b/" % folder
        endings = (name.rpartition(b".")[2], b"") if b"." in name else (b"",)
        known = [*self._names.get(name, ()), *(one for ending in endings for one in self._endings.get(ending, ()))]
        return [one.row for one in known if one.fits(place, name)]


class _Known(Generic[Row]):
    """A pattern, taken apart."""

    __slots__ = ("_deep", "_end", "_start", "_within", "row")

    def __init__(self, within: bytes, deep: bool, start: bytes, end: bytes, row: Row) -> None:
        self._within = within
        self._deep = deep
        self._start = start
        self._end = end
        self.row = row

    def fits(self, place: bytes, name: bytes) -> bool:
        """Whether a name in a folder, which begins and ends with a slash, fits."""
        if not (name.startswith(self._start) and name.endswith(self._end)):
            return False
        return self._within in place if self._deep else place.endswith(self._within)


def _undotted(folder: bytes) -> bytes:
    return b"/".join(_DOTFILES.sub(b".", part) for part in folder.split(b"/"))
