"""A project as hygiene looks at it: its files and what they hold, what git would ignore, and which keys were seen."""

from __future__ import annotations

import os
import stat
from codecs import BOM_UTF8
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from keyguard.config.rotation import USUAL, Rotation
from keyguard.engine.compiled import Engine
from keyguard.git.worktree.ignored import Verdict, verdicts
from keyguard.hygiene.project import places
from keyguard.hygiene.project.neighbours import Beside
from keyguard.hygiene.reach.ways import Clients
from keyguard.inspection.inspector import Inspector
from keyguard.model.finding import Blob, HistoryCoverage, Rule, Sighting, Skipped, Where
from keyguard.model.violation import Spot
from keyguard.sources.listing import Folder, shown_below
from keyguard.sources.reading import Absent, Reader
from keyguard.support.errors import GitError
from keyguard.support.regex import expression

#: larger files are no configuration and no code that a person wrote
LIMIT = 4 << 20
#: bytes of files that are kept for the next check that asks
_KEPT = 64 << 20
_BREAK = expression(rb"\r\n|\n|\r")


class Local(NamedTuple):
    """A file that stands where the project's files are, listed or ignored."""

    path: bytes
    mode: int
    """Permissions, 9 bits."""


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
        rotation: Rotation = USUAL,
        beside: Beside | None = None,
    ) -> None:
        """``folders`` share one root and are not none. What is not known yet can be told later, by ``know``."""
        self.root, self.shown = folders[0].root, folders[0].shown
        self.folders = tuple(folders)
        self.engine = engine
        self._beside = beside or Beside(self.root, folders)
        self.files = self._beside.files
        """What git tracks or could track."""
        self.keys: dict[bytes, list[Sighting]] = defaultdict(list)
        """The keys in each listed file."""
        self._inspected: dict[bytes, list[Sighting]] = {}
        self.gaps: list[Skipped] = []
        """What could not be found out."""
        self.held: Callable[[bytes], bytes | None] = dict[bytes, bytes]().get
        """Gives the texts of files that need not be read again, by their paths."""
        self._contents: dict[bytes, bytes | None] = {}
        self._kept = 0
        self._last_line = (b"", 1, 0)
        self._unanswered: set[int] = set()
        self._reader = Reader(self.root, self.shown, LIMIT)
        self.know(sightings, past, history=history, now=now, rotation=rotation)

    def know(
        self,
        sightings: Sequence[Sighting],
        past: Sequence[Sighting],
        *,
        history: HistoryCoverage | None = None,
        now: int | None = None,
        rotation: Rotation = USUAL,
    ) -> None:
        """Which keys there are; ``sightings`` are of files, named as reports show them."""
        self.past = list(past)
        """The keys in history."""
        self.history, self.now = history, now
        """What of history was read, if it was; the moment to which ages are counted, in seconds since the epoch."""
        self.rotation = rotation
        cut = len(shown_below(self.shown, b"")) if self.shown else 0
        for one in sightings:
            path = one.occurrence.path[cut:]
            if path in self.files and one.occurrence.path == self.display(path):
                self.keys[path].append(one)

    # --- files --------------------------------------------------------------------------------------------------

    def display(self, path: bytes) -> bytes:
        """The path as reports show it."""
        return shown_below(self.shown, path)

    def read(self, path: bytes) -> bytes | None:
        """The content of a file, listed or not; None where there is none, or more than ``LIMIT`` bytes."""
        if path not in self._contents:
            if (data := self.held(path) or self._reader.small(path)) is None:
                data = self._read(path)
            if self._kept + len(data or b"") > _KEPT:
                return data
            self._kept += len(data or b"")
            self._contents[path] = data
        return self._contents[path]

    @property
    def by_name(self) -> dict[bytes, list[bytes]]:
        """The listed files by the last part of their paths."""
        return self.files.by_name

    def exists(self, path: bytes) -> bool:
        """Whether there is anything at the path, listed or not."""
        return path in self.files or os.path.lexists(os.path.join(self.root, path))

    @cached_property
    def clients(self) -> Clients:
        """What of the project reaches a browser or a phone."""
        return Clients(self.files, self.read)

    def tracked(self, path: bytes) -> bool:
        """Whether git tracks the file."""
        file = self.files.get(path)
        return file is not None and bool(file.oid)

    def in_repository(self, path: bytes) -> bool:
        """Whether a git repository is around the file."""
        return self._folder_of(path).repository is not None

    def locals(self, wanted: Callable[[bytes], bool], folders: Collection[bytes] = ()) -> Iterator[Local]:
        """The regular files of the names that are wanted, ignored ones too, in folders that hold listed files, and in
        the ``folders`` of these names beside them.
        """
        for path in self._beside.called(wanted, folders):
            with suppress(OSError):
                mode = os.lstat(os.path.join(self.root, path)).st_mode
                if stat.S_ISREG(mode):
                    yield Local(path, stat.S_IMODE(mode))

    def close(self) -> None:
        """Let go of the folders that were read from."""
        self._reader.close()

    # --- what git ignores ---------------------------------------------------------------------------------------

    def in_project(self, source: bytes, path: bytes) -> bytes:
        """The path of the rules that decided on ``path``, below the root; empty where they lie somewhere else."""
        repository = self._folder_of(path).repository
        if repository is None or os.path.isabs(source):
            return b""
        found = os.path.relpath(os.path.join(os.fsencode(repository.top), source), self.root)
        return b"" if found.startswith(b"../") else found

    def repository_of(self, path: bytes) -> int:
        """A number that files of one repository share."""
        return self.folders.index(self._folder_of(path))

    def ignored(self, paths: Collection[bytes]) -> dict[bytes, Verdict]:
        """Whether git would ignore each path if it were not tracked. Outside of repositories nothing is ignored.

        Behind a link everything is: git refuses to take it, and to be asked about it. So is what git fails to answer,
        which is a gap: of nothing it is said that git would take it, unless git said so.
        """
        found = dict.fromkeys(paths, Verdict())
        groups: dict[int, list[bytes]] = defaultdict(list)
        for path in paths:
            if self._behind_link(path):
                found[path] = Verdict(ignored=not self.tracked(path))
            else:
                groups[self.folders.index(self._folder_of(path))].append(path)
        for index, group in sorted(groups.items()):
            repository = self.folders[index].repository
            if repository is None:
                continue
            if index in self._unanswered:
                found.update((path, Verdict(ignored=not self.tracked(path))) for path in group)
                continue
            top = os.fsencode(repository.top)
            asked = {os.path.relpath(os.path.join(self.root, path), top): path for path in sorted(group)}
            try:
                found.update((asked[name], verdict) for name, verdict in verdicts(repository, list(asked)).items())
            except GitError as error:
                self._unanswered.add(index)  # it would take git as long again to fail
                found.update((path, Verdict(ignored=not self.tracked(path))) for path in group)
                self.gaps.append(Skipped(path=self.display(group[0]), reason="git-failed", detail=str(error)))
        return found

    def _behind_link(self, path: bytes) -> bool:
        """Whether a folder that the path leads through is a link."""
        parts = path.split(b"/")
        return any(os.path.islink(os.path.join(self.root, *parts[:depth])) for depth in range(1, len(parts)))

    def _folder_of(self, path: bytes) -> Folder:
        """The folder whose repository the path belongs to: the innermost one."""
        place = os.path.join(self.root, path) + b"/"

        def depth(folder: Folder) -> int:
            top = os.fsencode(folder.repository.top) if folder.repository else b""
            return len(top) if top and place.startswith(top.rstrip(b"/") + b"/") else 0

        return max(self.folders, key=depth)

    # --- keys ---------------------------------------------------------------------------------------------------

    def inspect(self, path: bytes) -> list[Sighting]:
        """The keys in a file, listed or not, in order."""
        if path in self.files:
            return self.keys.get(path, [])
        if path not in self._inspected:
            data = self.read(path)
            blob = Blob(path=self.display(path), where=Where.TREE)
            self._inspected[path] = Inspector(self.engine).inspect(blob, data).sightings if data else []
        return self._inspected[path]

    def seen(self) -> Iterator[Sighting]:
        """All keys of which it is known so far that they are in a file, listed or not."""
        for groups in (self.keys, self._inspected):
            yield from (one for group in groups.values() for one in group)

    @cached_property
    def rules(self) -> dict[str, Rule]:
        """The rules by id."""
        return self.engine.ruleset.by_id()

    def vendor_name(self, key: Sighting) -> str:
        """Whose key it is, as people write it."""
        return self.engine.ruleset.vendors[self.rules[key.attribution.rule].vendor].name

    def key_name(self, key: Sighting, kind: str = "") -> str:
        """``Stripe key``, or with a kind ``Stripe live key``; by its rule's title where it is no known vendor's."""
        rule, kind = self.rules[key.attribution.rule], f"{kind} " if kind else ""
        if self.engine.ruleset.vendors[rule.vendor].url:
            return f"{self.vendor_name(key)} {kind}key"
        title = rule.title.partition(",")[0]
        return f"{kind}{title[:1].lower()}{title[1:]}"

    # --- places -------------------------------------------------------------------------------------------------

    def spot(self, path: bytes, start: int, end: int) -> Spot:
        """A stretch of a file, in bytes, as a place; the file as a whole where it cannot be read any more."""
        data = self.read(path)
        if data is None or not 0 <= start < end <= len(data):
            return places.of_file(path)
        return places.of_span(path, data, start, end, self.engine)

    def hidden(self, path: bytes, start: int, end: int, around: tuple[int, int] | None = None) -> Spot:
        """The same for a stretch that is a secret: shown is what stands ``around`` it, if that is given."""
        data = self.read(path)
        if data is None or not 0 <= start < end <= len(data):
            return places.of_file(path)
        return places.of_secret(path, data, (start, end), around or (start, end), self.engine)

    def offset(self, path: bytes, key: Sighting) -> int:
        """Where a key begins in its file, in bytes; 0 where the file cannot be read any more."""
        data = self.read(path) or b""
        at = self._line(path, data, key.occurrence.line)
        text = data[at : at + 4 * key.occurrence.column].decode("utf-8", "surrogateescape")
        return at + len(text[: key.occurrence.column - 1].encode("utf-8", "surrogateescape"))

    def _line(self, path: bytes, data: bytes, line: int) -> int:
        """Where a line begins, looked for from the last one that was asked for in the file."""
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
        except (
            OSError
        ) as error:  # it was read a moment ago: what a check does not see, it must not pass over in silence
            detail = os.strerror(error.errno or 0)
            self.gaps.append(Skipped(path=self.display(path), reason="unreadable", detail=detail))
            return None
        finally:
            self._reader.release()
