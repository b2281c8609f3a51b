"""The files of one folder that may hold evidence about a key in another file: each is read once, up to a limit."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Container, Iterator
from contextlib import suppress
from functools import cached_property
from itertools import chain, islice

from keyguard.engine.words import finder
from keyguard.model.finding import Skipped
from keyguard.sources.listing import Folder
from keyguard.sources.reading import Absent, Reader
from keyguard.support.regex import expression

#: bytes; a larger file is neither hand-written code nor a manifest
LIMIT = 512 << 10
#: the files and bytes that are searched for the names of variables
_MOST_FILES, MOST_BYTES = 4_000, 24 << 20
#: the files next to a key, and the manifests in the whole folder, that are examined
_MOST_BESIDE, _MOST_MANIFESTS = 40, 40
#: files examined for one variable
_MOST_MENTIONS = 40
#: the same for a name so general that most files mean something else by it
_MOST_COMMON = 400
#: bytes of text that are searched at once
_TOGETHER = 1 << 16
#: bytes of content that are cached
_KEPT = 32 << 20
_CODE = frozenset(
    b"bash c cc cfc cjs clj cpp cs cts dart ejs erb ex exs fs go gradle groovy h hs html ipynb java js jsx kt kts lua "
    b"m mjs ml mts php pl pm ps1 py r rb rs scala sh sql svelte swift tf ts tsx vb vue zsh".split()
)
_INSTALLED = expression(rb"(?:^|/)(?:node_modules|vendor|site-packages|third_party|bower_components|\.venv|venv)/")


def is_code(path: bytes) -> bool:
    """Whether a file is code, by the extension of its name."""
    return path.rpartition(b".")[2].lower() in _CODE


def is_written_code(path: bytes) -> bool:
    """Whether a file is code that belongs to the project itself."""
    return is_code(path) and not _INSTALLED.search(path)


class ProjectFiles:
    """The hand-written files of a folder, by path relative to its root."""

    def __init__(self, folder: Folder, held: Callable[[bytes], bytes | None] = lambda _: None) -> None:
        """``held`` gives the texts of files that were read already, by path; None for others."""
        self._paths = [file.path for file in folder.files]
        self._reader = Reader(folder.root, folder.shown, LIMIT)
        self._held = held
        self._known: dict[bytes, bytes] = {}
        self._kept = 0
        self._chosen: dict[Callable[[bytes], bool], dict[bytes, list[bytes]]] = {}

    def close(self) -> None:
        """Close the folders that were opened."""
        self._reader.close()

    @property
    def paths(self) -> list[bytes]:
        """Return the paths of all files in the folder."""
        return self._paths

    def read(self, path: bytes) -> bytes:
        """Return the content of a file; empty if it is too large or cannot be read."""
        known = self._known.get(path)
        if known is None and (known := self._held(path)) is None:
            known = self._read(path)
            self._kept += len(known)
            if self._kept <= _KEPT:
                self._known[path] = known
        return known

    def line(self, path: bytes, number: int) -> bytes:
        """Return one line of a file, counted from 1; empty if there is none."""
        lines = self.read(path).splitlines()
        return lines[number - 1] if 0 < number <= len(lines) else b""

    def in_same_folder(self, path: bytes) -> list[bytes]:
        """Return the files in the folder of a path."""
        return self._by_folder.get(path.rpartition(b"/")[0], [])[:_MOST_BESIDE]

    def in_parent_folders(self, path: bytes, wanted: Callable[[bytes], bool]) -> Iterator[list[bytes]]:
        """Yield the wanted files of each folder from that of the path upwards; folders without any are left out.

        ``wanted`` takes the name of a file.
        """
        folders = self._wanted(wanted)
        while path:
            path = path.rpartition(b"/")[0]
            if path in folders:
                yield folders[path]

    def in_whole_folder(self, wanted: Callable[[bytes], bool]) -> list[bytes]:
        """Return the wanted files in the whole folder."""
        return [*islice(chain.from_iterable(self._wanted(wanted).values()), _MOST_MANIFESTS)]

    def mentions(self, names: set[str], common: Container[str], *, native: bool) -> dict[str, list[bytes]]:
        """Return, for each name, the code files that mention it; more of them for ``common`` names.

        ``native``: whether Hyperscan may be used.
        """
        found: dict[str, list[bytes]] = defaultdict(list)
        if not names:
            return found
        named = finder({name.encode() for name in names}, native=native)
        for group in self._code():
            # in most groups no text contains any of the names
            there = named(b"\n".join(text for _, text in group))
            for path, text in group if there else ():
                for word in there if len(group) == 1 else named(text):
                    most = _MOST_COMMON if (name := word.decode()) in common else _MOST_MENTIONS
                    if len(paths := found[name]) < most:
                        paths.append(path)
        return found

    def _code(self) -> Iterator[list[tuple[bytes, bytes]]]:
        """Yield groups of (path, text) of code, up to the limits on files and bytes."""
        group, size, left = list[tuple[bytes, bytes]](), 0, MOST_BYTES
        for path in [path for path in self._written if is_code(path)][:_MOST_FILES]:
            text = self.read(path)
            left -= len(text)
            if left < 0:
                break
            group.append((path, text))
            size += len(text)
            if size >= _TOGETHER:
                yield group
                group, size = [], 0
        yield group

    def _wanted(self, wanted: Callable[[bytes], bool]) -> dict[bytes, list[bytes]]:
        """Return the wanted files by folder."""
        if wanted not in self._chosen:
            found: dict[bytes, list[bytes]] = defaultdict(list)
            for path in self._written:
                folder, _, name = path.rpartition(b"/")
                if wanted(name) and len(found[folder]) < _MOST_BESIDE:
                    found[folder].append(path)
            self._chosen[wanted] = {folder: paths for folder, paths in found.items() if paths}
        return self._chosen[wanted]

    @cached_property
    def _by_folder(self) -> dict[bytes, list[bytes]]:
        found: dict[bytes, list[bytes]] = defaultdict(list)
        for path in self._written:
            found[path.rpartition(b"/")[0]].append(path)
        return found

    @cached_property
    def _written(self) -> list[bytes]:
        return [path for path in self._paths if not _INSTALLED.search(path)]

    def _read(self, path: bytes) -> bytes:
        at = bisect_left(self._paths, path)
        if at == len(self._paths) or self._paths[at] != path:
            return b""
        if data := self._reader.small(path):
            return data
        with suppress(Absent, OSError):
            opened = self._reader.read(path)
            if not isinstance(opened, Skipped):
                return opened.data if opened.read is None and opened.data else b""
        return b""
