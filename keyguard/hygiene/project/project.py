"""A project as the checks see it: its files and their content, what git would ignore, and the keys that were found."""

from __future__ import annotations

import os
from codecs import BOM_UTF8
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice

from keyguard.config.rotation import DEFAULT_ROTATION, Rotation
from keyguard.engine.compiled import Engine
from keyguard.git.worktree.ignore_rules import IgnoreVerdict, verdicts
from keyguard.hygiene.project import spots
from keyguard.hygiene.project.local_files import Local, LocalFiles, regular_files
from keyguard.hygiene.reach.client_paths import ClientPaths
from keyguard.inspection.inspector import Inspector
from keyguard.model.finding import Blob, HistoryCoverage, Rule, Sighting, Skipped, Where
from keyguard.model.violation import Spot
from keyguard.sources.listing import Folder, shown_below
from keyguard.sources.reading import Absent, Reader
from keyguard.support.errors import GitError
from keyguard.support.regex import expression

#: bytes: larger files are no configuration, and no code that a person wrote
LIMIT = 4 << 20
#: bytes of file content that are kept for the next check that asks
_KEPT = 64 << 20
_BREAK = expression(rb"\r\n|\n|\r")


class Project:
    """One folder that was asked for, with the repositories in it. Paths are bytes, relative to its root."""

    def __init__(
        self,
        folders: Sequence[Folder],
        sightings: Sequence[Sighting],
        past: Sequence[Sighting],
        engine: Engine,
        *,
        history: HistoryCoverage | None = None,
        now: int | None = None,
        rotation: Rotation = DEFAULT_ROTATION,
        local_files: LocalFiles | None = None,
        built: bool = False,
    ) -> None:
        """``folders`` are at least one and share one root. Keys that are not known yet can be added by ``add_keys``."""
        self.built = built
        """Whether the files are build output, of which browsers download everything that can be served."""
        self.root, self.shown = folders[0].root, folders[0].shown
        self.folders = tuple(folders)
        self.engine = engine
        self._local_files = local_files or LocalFiles(self.root, folders)
        self.files = self._local_files.files
        """The files that git tracks or could track."""
        self.keys: dict[bytes, list[Sighting]] = defaultdict(list)
        """The keys in each listed file."""
        self._inspected: dict[bytes, list[Sighting]] = {}
        self.gaps: list[Skipped] = []
        """What could not be read or found out."""
        self.held: Callable[[bytes], bytes | None] = lambda _: None  # texts that need not be read again, by path
        self._contents: dict[bytes, bytes | None] = {}
        self._kept = 0
        self._last_read: dict[bytes, bytes | None] = {}
        self._last_line = (b"", 1, 0)
        self._unanswered: set[int] = set()
        self._reader = Reader(self.root, self.shown, LIMIT)
        self.add_keys(sightings, past, history=history, now=now, rotation=rotation)

    def add_keys(
        self,
        sightings: Sequence[Sighting],
        past: Sequence[Sighting],
        *,
        history: HistoryCoverage | None = None,
        now: int | None = None,
        rotation: Rotation = DEFAULT_ROTATION,
    ) -> None:
        """Add the keys that were found. ``sightings`` are keys in files, whose paths are those of reports."""
        self.past = list(past)
        """The keys in history."""
        self.history, self.now = history, now
        """What was read of history, if it was; the moment at which ages are computed, in seconds since the epoch."""
        self.rotation = rotation
        cut = len(shown_below(self.shown, b"")) if self.shown else 0
        for one in sightings:
            path = one.occurrence.path[cut:]
            if path in self.files and one.occurrence.path == self.display(path):
                self.keys[path].append(one)

    # --- files --------------------------------------------------------------------------------------------------

    def display(self, path: bytes) -> bytes:
        """Return the path as reports show it."""
        return shown_below(self.shown, path)

    def read(self, path: bytes) -> bytes | None:
        """Return the content of a file, listed or not; None if there is none, or more than ``LIMIT`` bytes."""
        if path not in self._contents and path not in self._last_read:
            data = self.held(path) or self._reader.small(path) or self._read(path)
            fits = self._kept + len(data or b"") <= _KEPT
            self._kept += len(data or b"") if fits else 0
            if fits:
                self._contents[path] = data
            else:
                self._last_read = {path: data}  # for those who ask for it once for each of its keys
        return self._contents[path] if path in self._contents else self._last_read[path]

    @property
    def by_name(self) -> dict[bytes, list[bytes]]:
        """The listed files by the last part of their paths."""
        return self.files.by_name

    def exists(self, path: bytes) -> bool:
        """Return whether anything exists at the path, listed or not."""
        return path in self.files or os.path.lexists(os.path.join(self.root, path))

    @cached_property
    def client_paths(self) -> ClientPaths:
        """The search for the files of the project that reach a browser or a phone."""
        return ClientPaths(self.files, self.read)

    def tracked(self, path: bytes) -> bool:
        """Return whether git tracks the file."""
        file = self.files.get(path)
        return file is not None and bool(file.oid)

    def in_repository(self, path: bytes) -> bool:
        """Return whether the file lies in a git repository."""
        return self._folder_of(path).repository is not None

    def local_files(self, wanted: Callable[[bytes], bool], folders: Collection[bytes] = ()) -> Iterator[Local]:
        """Yield the regular files whose names are wanted, ignored ones too.

        It looks in all folders that hold listed files, and in unlisted folders beside them that have one of the names
        ``folders``.
        """
        yield from self.local(self._local_files.named(wanted, folders))

    def local(self, paths: Iterable[bytes]) -> Iterator[Local]:
        """Yield those of the paths that are regular files, in order."""
        return regular_files(self.root, paths)

    def close(self) -> None:
        """Close the folders that were read from."""
        self._reader.close()

    # --- what git ignores ---------------------------------------------------------------------------------------

    def in_project(self, source: bytes, path: bytes) -> bytes:
        """Return the path of the ignore file that decided on ``path``, relative to the root; empty if outside."""
        repository = self._folder_of(path).repository
        if repository is None or os.path.isabs(source):
            return b""
        found = os.path.relpath(os.path.join(os.fsencode(repository.top), source), self.root)
        return b"" if found.startswith(b"../") else found

    def repository_of(self, path: bytes) -> int:
        """Return a number that is the same for all files of one repository."""
        return self.folders.index(self._folder_of(path))

    def ignored(self, paths: Collection[bytes]) -> dict[bytes, IgnoreVerdict]:
        """Return whether git would ignore each path if it were not tracked. Outside of repositories nothing is ignored.

        Behind a symbolic link everything counts as ignored: git refuses to add it, and to answer about it. So does
        everything that git fails to answer about, which is a gap: keyguard says that git would add a file only if git
        said so.
        """
        found = dict.fromkeys(paths, IgnoreVerdict())
        groups: dict[int, list[bytes]] = defaultdict(list)
        for path in paths:
            if self._behind_link(path):
                found[path] = IgnoreVerdict(ignored=not self.tracked(path))
            else:
                groups[self.folders.index(self._folder_of(path))].append(path)
        for index, group in sorted(groups.items()):
            repository = self.folders[index].repository
            if repository is None:
                continue
            if index in self._unanswered:
                found.update((path, IgnoreVerdict(ignored=not self.tracked(path))) for path in group)
                continue
            top = os.fsencode(repository.top)
            asked = {os.path.relpath(os.path.join(self.root, path), top): path for path in sorted(group)}
            try:
                found.update((asked[name], verdict) for name, verdict in verdicts(repository, list(asked)).items())
            except GitError as error:
                self._unanswered.add(index)  # git would take as long to fail again
                found.update((path, IgnoreVerdict(ignored=not self.tracked(path))) for path in group)
                self.gaps.append(Skipped(path=self.display(group[0]), reason="git-unanswered", detail=str(error)))
        return found

    def _behind_link(self, path: bytes) -> bool:
        """Return whether a folder in the path is a symbolic link."""
        parts = path.split(b"/")
        return any(os.path.islink(os.path.join(self.root, *parts[:depth])) for depth in range(1, len(parts)))

    def _folder_of(self, path: bytes) -> Folder:
        """Return the folder of the innermost repository that contains the path."""
        place = os.path.join(self.root, path) + b"/"

        def depth(folder: Folder) -> int:
            top = os.fsencode(folder.repository.top) if folder.repository else b""
            return len(top) if top and place.startswith(top.rstrip(b"/") + b"/") else 0

        return max(self.folders, key=depth)

    # --- keys ---------------------------------------------------------------------------------------------------

    def inspect(self, path: bytes) -> list[Sighting]:
        """Return the keys in a file, listed or not, in order."""
        if path in self.files:
            return self.keys.get(path, [])
        if path not in self._inspected:
            data = self.read(path)
            blob = Blob(path=self.display(path), where=Where.TREE)
            self._inspected[path] = Inspector(self.engine, opens=False).inspect(blob, data).sightings if data else []
        return self._inspected[path]

    def keys_in_files(self) -> Iterator[Sighting]:
        """Yield all keys known so far to be in a file, listed or not."""
        for groups in (self.keys, self._inspected):
            yield from (one for group in groups.values() for one in group)

    @cached_property
    def rules(self) -> dict[str, Rule]:
        """The rules by id."""
        return self.engine.ruleset.by_id()

    def vendor_name(self, key: Sighting) -> str:
        """Return the display name of the vendor that issued the key."""
        return self.engine.ruleset.vendors[self.rules[key.attribution.rule].vendor].name

    def key_name(self, key: Sighting, kind: str = "") -> str:
        """Return ``Stripe key``, or ``Stripe live key`` for a kind; for an unknown vendor, the title of the rule."""
        rule, kind = self.rules[key.attribution.rule], f"{kind} " if kind else ""
        if self.engine.ruleset.vendors[rule.vendor].url:
            return f"{self.vendor_name(key)} {kind}key"
        title = rule.title.partition(",")[0]
        return f"{kind}{title[:1].lower()}{title[1:]}"

    # --- places -------------------------------------------------------------------------------------------------

    def spot(self, path: bytes, start: int, end: int) -> Spot:
        """Return the spot of a span, in bytes; the file as a whole if it cannot be read any more."""
        data = self.read(path)
        if data is None or not 0 <= start < end <= len(data):
            return spots.of_file(path)
        return spots.of_span(path, data, start, end, self.engine)

    def hidden_spot(self, path: bytes, start: int, end: int, around: tuple[int, int] | None = None) -> Spot:
        """Return the spot of a span that is a secret; the text ``around`` it is shown, if that span is given."""
        data = self.read(path)
        if data is None or not 0 <= start < end <= len(data):
            return spots.of_file(path)
        return spots.of_secret(path, data, (start, end), around or (start, end), self.engine)

    def offset(self, path: bytes, key: Sighting) -> int:
        """Return the offset of a key in its file, in bytes; 0 if the file cannot be read any more."""
        data = self.read(path) or b""
        at = self._line(path, data, key.occurrence.line)
        text = data[at : at + 4 * key.occurrence.column].decode("utf-8", "surrogateescape")
        return at + len(text[: key.occurrence.column - 1].encode("utf-8", "surrogateescape"))

    def _line(self, path: bytes, data: bytes, line: int) -> int:
        """Return the offset of a line, counting from the last line that was asked for in the same file."""
        known, number, at = self._last_line
        if known != path or number > line:
            number, at = 1, len(BOM_UTF8) if data.startswith(BOM_UTF8) else 0
        for found in islice(_BREAK.finditer(data, at), line - number):
            number, at = number + 1, found.end()
        self._last_line = (path, line, at if number == line else len(data))
        return self._last_line[2]

    def _read(self, path: bytes) -> bytes | None:
        try:
            opened = self._reader.read(path)
            if isinstance(opened, Skipped):
                self.gaps += [opened] if opened.gap else []
                return None
            return opened.data if opened.read is None else b"".join(iter(opened.read, b""))
        except Absent:
            return None
        except OSError as error:
            # it was readable a moment ago: what a check cannot see must be reported
            detail = os.strerror(error.errno or 0)
            self.gaps.append(Skipped(path=self.display(path), reason="unreadable", detail=detail))
            return None
        finally:
            self._reader.release()
