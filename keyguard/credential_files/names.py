"""Which formats a path is known by: a file's name, the folder it stands in, an ending; copies of such files too."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, TypeAlias, TypeVar

from keyguard.support.regex import expression

Row = TypeVar("Row")

#: endings of copies
_COPY_ENDINGS = frozenset(
    b"bak backup old orig save copy example sample template tmpl tpl dist default symlink j2 erb ejs local".split()
)
#: what people add to the name of a copy (``.netrc.bak``, ``credentials~``, ``.npmrc.example``)
_COPIES = expression(rb"(?:~|[._-](?:" + b"|".join(sorted(_COPY_ENDINGS)) + rb")|\.[0-9]{1,8})\Z")
#: names under which dotfile managers keep ``.netrc``: ``dot_netrc``, ``private_dot_netrc``, ``dot-netrc``
_DOTFILES = expression(rb"\A(?:(?:private|readonly|executable|exact|create|modify|literal)_)*dot[_-]")
#: how many folders are remembered
_FOLDERS = 10_000
_MANAGERS = (b"dot", b"private_", b"readonly_", b"executable_", b"exact_", b"create_", b"modify_", b"literal_")


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
        self._hints = _Hints()
        for patterns, row in rows:
            for pattern in patterns:
                self._add(pattern.encode(), row)

    def _add(self, pattern: bytes, row: Row) -> None:
        folder, _, name = pattern.rpartition(b"/")
        deep = folder.endswith(b"/**")
        within = b"/%b/" % folder.removesuffix(b"/**") if folder else b""
        start, star, end = name.partition(b"*")
        known = _Known(within, deep, start, end, row)
        self._hints.add(within, deep, start, star + end)
        if not star:
            self._names.setdefault(name, []).append(known)
        else:
            ending = end.rpartition(b".")[2] if b"." in end else b""
            self._endings.setdefault(ending, []).append(known)

    def among(self, path: bytes) -> tuple[Row, ...]:
        """Return the rows that a path is known by, none twice, in the order of the table for each pattern."""
        path = path.lower()
        return self._rows(path) if self._hints.among(path) else ()

    def indices(self, paths: Iterable[bytes]) -> list[int]:
        """Return the indices of the paths that a row is known by."""
        may_fit = self._hints.among
        lowered = enumerate(map(bytes.lower, paths))
        return [at for at, path in lowered if may_fit(path) and self._rows(path)]

    def _rows(self, path: bytes) -> tuple[Row, ...]:
        """Return the rows that a path in lower case is known by."""
        folder, _, name = path.rpartition(b"/")
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


_Hint: TypeAlias = tuple[tuple[bytes, ...], tuple[bytes, ...], tuple[bytes, ...]]


class _Hints:
    """Tells of nearly every path within a microsecond that no pattern fits it."""

    def __init__(self) -> None:
        #: by what stands behind the last dot of a name: its first bytes, its last bytes, its folder
        self._by_ending: dict[bytes, _Hint] = {}
        #: the first bytes of a name for patterns that do not tell the ending, by the first one
        self._starts: dict[bytes, tuple[bytes, ...]] = {}
        for start in _MANAGERS:
            self._add_start(start)
        self._folders: tuple[bytes, ...] = ()
        #: parts of the path of files in deep folders
        self._parts: tuple[bytes, ...] = ()
        #: whether a folder tells, for those that were asked of
        self._telling: dict[bytes, bool] = {}

    def add(self, within: bytes, deep: bool, start: bytes, rest: bytes) -> None:
        """Add a pattern: its folder, and its name up to a star and from there."""
        folder = within[1:]
        if deep:
            self._parts = (*self._parts, folder)
        elif rest == b"*" and not start:
            self._folders = (*self._folders, folder)
        elif rest == b"*":
            self._add_start(start)
        else:
            name = rest or start
            starts, ends, folders = self._by_ending.get(_ending(name), ((), (), ()))
            if start:
                starts = (*starts, start)
            elif rest[1:] != b"." + _ending(rest) or not folder:
                ends = (*ends, rest[1:])
            else:
                folders = (*folders, folder)
            self._by_ending[_ending(name)] = starts, ends, folders

    def _add_start(self, start: bytes) -> None:
        self._starts[start[:1]] = (*self._starts.get(start[:1], ()), start)

    def among(self, path: bytes) -> bool:
        """Whether some pattern may fit a path in lower case."""
        cut = path.rfind(b"/") + 1
        name, folder = path[cut:], path[:cut]
        telling = self._telling.get(folder)
        if telling is None:
            telling = self._telling[folder] = self._tells(folder)
        if telling or name.startswith(self._starts.get(name[:1], ())):
            return True
        ending = name[name.rfind(b".") + 1 :]
        known = self._by_ending.get(ending)
        if ending in _COPY_ENDINGS and len(ending) < len(name) and self.among(path[: -len(ending) - 1]):
            return True
        if known is None:
            return not ending.isalpha() and (not ending.isalnum() or ending.isdigit())
        return name.startswith(known[0]) or name.endswith(known[1]) or folder.endswith(known[2])

    def _tells(self, folder: bytes) -> bool:
        """Whether a folder alone may tell that a pattern fits the files in it."""
        if len(self._telling) > _FOLDERS:
            self._telling.clear()
        return folder.endswith(self._folders) or any(part in folder for part in self._parts)


def _ending(name: bytes) -> bytes:
    return name[name.rfind(b".") + 1 :]


def _undotted(folder: bytes) -> bytes:
    return b"/".join(_DOTFILES.sub(b".", part) for part in folder.split(b"/"))
