"""Evidence in other files for keys whose own file leaves the vendor open: it makes a vendor likely, never certain.

The sources are code that reads the variable, files next to the key, manifests, and a README. Whoever can write into a
repository can write all of these, and a key with a certain vendor may be sent to it. They are read only if a scan
found a key whose attribution is not certain.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial

import msgspec

from keyguard.attribution.evidence import dataflow
from keyguard.attribution.evidence.context import unmarked
from keyguard.attribution.evidence.file_heads import FileHead
from keyguard.attribution.evidence.host_constants import HostConstants
from keyguard.attribution.evidence.manifests import by_dependencies, is_lock, is_manifest
from keyguard.attribution.evidence.vendor_names import Evidence, Vendors, shortest_identifiers
from keyguard.attribution.project_answers import decided, distinct, is_imported
from keyguard.attribution.project_files import ProjectFiles, is_code
from keyguard.engine.compiled import Engine
from keyguard.engine.page import HEAD
from keyguard.engine.words import Finder, finder
from keyguard.model.finding import Certainty, Ground, Sighting
from keyguard.sources.listing import Folder
from keyguard.support.sanitize import shown_path

#: names that a file binds by importing another one: name there -> name in the file
Bindings = Callable[[bytes, bytes], dict[bytes, bytes]]
#: what finds such names among the files of a folder, given their paths and what reads one
Importing = Callable[[Collection[bytes], Callable[[bytes], bytes | None]], Bindings]
#: the number of uses of variables that are examined in one folder
_MOST_USES = 5_000


def add_project_evidence(
    folders: Sequence[Folder],
    sightings: Iterable[Sighting],
    engine: Engine,
    masked: Callable[[bytes], bytes],
    held: Callable[[int, bytes], bytes | None],
    importing: Importing,
) -> list[Sighting]:
    """Return the same sightings in the same order, uncertain ones with evidence from other files in the folders.

    ``masked`` hides keys in the path of a file that is given as a reason; ``held`` returns the texts of files that were
    read already, by the number of their folder and their path; ``importing`` finds the imports between files.
    """
    order = sorted(range(len(folders)), key=lambda number: -len(folders[number].shown))
    projects = [_ProjectEvidence(folders[at], engine, masked, partial(held, at), importing) for at in order]
    found, ruleset = [*sightings], engine.ruleset
    several = {rule.id: rule.vendor for rule in ruleset.rules if not rule.fallback}
    homes: dict[int, list[int]] = defaultdict(list)
    for number, one in enumerate(found):
        if _is_open(one, several):
            at = next((at for at, project in enumerate(projects) if project.holds(one.occurrence.path)), None)
            if at is not None:
                homes[at].append(number)
    for at, numbers in sorted(homes.items()):
        # in a fixed order, whichever process found them first: the number of uses that are examined is limited
        numbers.sort(key=lambda number: _place(found[number]))
        answers = projects[at].judge([found[number] for number in numbers])
        for number, answer in zip(numbers, answers, strict=True):
            found[number] = answer
        projects[at].close()
    return found


def _place(one: Sighting) -> tuple[bytes, int, int, str, str]:
    place = one.occurrence
    return place.path, place.line, place.column, place.commit, one.fingerprint


def _is_open(one: Sighting, vendors: Mapping[str, str]) -> bool:
    """Whether more evidence could help: several vendors are possible, and the key's own file has no contradiction."""
    said = one.attribution
    if said.certainty is Certainty.CERTAIN or said.ground is Ground.CONTRADICTION:
        return False
    return len({vendors[id] for id in said.possible if id in vendors}) > 1


class _ProjectEvidence:
    """The evidence in the files of one folder."""

    def __init__(
        self,
        folder: Folder,
        engine: Engine,
        masked: Callable[[bytes], bytes],
        held: Callable[[bytes], bytes | None],
        importing: Importing,
    ) -> None:
        self._files = ProjectFiles(folder, held)
        self._importing = importing
        self._bindings: Bindings | None = None
        self._shown = folder.display(b"")
        self._masked = masked
        self._native = engine.prefilter.name == "hyperscan"
        self._ruleset = engine.ruleset
        self._rules = engine.ruleset.by_id()
        self._code: dict[str, list[bytes]] = {}
        self._heads: dict[bytes, FileHead] = {}
        self._finders: dict[tuple[str, ...], Finder] = {}
        self._known: dict[tuple[bytes, tuple[str, ...]], list[Evidence]] = {}
        self._left = _MOST_USES

    def holds(self, path: bytes) -> bool:
        """Whether the path, as shown, is inside the folder."""
        return path.startswith(self._shown)

    def close(self) -> None:
        """Close the files that were opened."""
        self._files.close()

    def judge(self, sightings: list[Sighting]) -> list[Sighting]:
        """Return each sighting with its new attribution."""
        variables = [self._variable(one) for one in sightings]
        names = {name for name in variables if name}
        general = {name for name in names if not dataflow.is_telling(name)}
        self._code = self._files.mentions(names, general, native=self._native)
        return [self._judged(one, name) for one, name in zip(sightings, variables, strict=True)]

    def _judged(self, one: Sighting, variable: str) -> Sighting:
        rules = [self._rules[id] for id in one.attribution.possible]
        vendors = {rule.vendor: self._ruleset.vendors[rule.vendor] for rule in rules if not rule.fallback}
        path = one.occurrence.path.removeprefix(self._shown)
        levels = [
            self._by_uses(vendors, path, variable),
        ]
        if not any(rule.widespread for rule in rules):
            levels += [
                self._by_neighbours(vendors, path),
                self._by_needs(vendors, path),
                self._by_readme(vendors, path),
            ]
        found = decided(one.attribution, levels, rules)
        if found is one.attribution:
            return one
        suppression = one.suppression if found.rule == one.attribution.rule else one.spared.get(found.rule)
        return msgspec.structs.replace(one, attribution=found, suppression=suppression)

    def _variable(self, one: Sighting) -> str:
        """Return the name under which other files know the key; empty if there is none."""
        place, path = one.occurrence, one.occurrence.path.removeprefix(self._shown)
        text = place.snippet.text[: place.snippet.start]
        if text.strip(" \t-\"'").startswith("value") and place.line > 1:
            above = self._files.line(path, place.line - 1)
            text = above.decode("utf-8", "replace") + "\n" + text
        line = text.encode("utf-8", "replace")
        found = dataflow.setting_at(line, len(line))
        return found.name if found else ""

    def _by_uses(self, vendors: Vendors, path: bytes, variable: str) -> list[Evidence]:
        """Return evidence from code that reads the variable: its use, or else the imports and hosts there."""
        strong: list[Evidence] = []
        weak: list[Evidence] = []
        telling = dataflow.is_telling(variable)
        for other in self._code.get(variable, ()):
            if other == path:
                continue
            text = unmarked(self._files.read(other))
            here = telling or _folder(other) == _folder(path)
            bound = {} if here or not self._marks(vendors, names=True)(text) else self._imported(other, path)
            if not (here or bound):
                continue
            places = self._places(variable, text, bound)
            resolve = HostConstants(text).resolve if places and self._marks(vendors)(text) else bytes
            for place in places:
                line = text.count(b"\n", 0, place.start()) + 1
                at = f"{self._display(other)}:{line}"
                members = telling or bool(bound)
                for found in dataflow.uses_at(vendors, text, *place.span(), members=members, resolve=resolve):
                    strong.append(found._replace(why=f"{dataflow.shown(found.why, variable)} at {at}"))
            if places and not strong:
                weak += self._about(vendors, other, f", which reads {variable}")
        return distinct(strong or weak)

    def _places(self, variable: str, text: bytes, bound: Mapping[bytes, bytes]) -> list[re.Match[bytes]]:
        """Return the mentions of a variable; with ``bound``, those that are the imported one, or a member of it."""
        name = bound.get(variable.encode(), variable.encode()).decode("utf-8", "replace")
        found = dataflow.mentions_of(name, text)[: max(0, self._left)]
        self._left -= len(found)
        if not bound:
            return found
        objects = frozenset(bound.values())
        return [one for one in found if is_imported(text, one.start(), name.encode(), objects)]

    def _imported(self, path: bytes, target: bytes) -> dict[bytes, bytes]:
        """Return the names that a file binds by importing another one."""
        if self._bindings is None:
            self._bindings = self._importing(self._files.paths, self._files.read)
        return self._bindings(path, target)

    def _about(self, vendors: Vendors, path: bytes, more: str = "") -> list[Evidence]:
        """Return evidence from a file's imports, or else from the hosts that it calls."""
        head = self._head(path)
        if not self._marks(vendors)(head.text):
            return []
        if imported := head.imports(vendors):
            where = f" in {self._display(path)}"
            return [one._replace(why=one.why + where + more) for one in imported]
        return [one._replace(why=one.why + more) for one in head.hosts(vendors)]

    def _marks(self, vendors: Vendors, *, names: bool = False) -> Finder:
        """What finds the packages and hosts of some vendors, or parts of them: in most files there are none.

        ``names`` includes the vendors' names.
        """
        key = (*vendors, *([""] if names else []))
        if key not in self._finders:
            words = {mark for one in vendors.values() for mark in shortest_identifiers(one.hosts, one.imports)}
            if names:
                words.update(name.encode() for one in vendors.values() for name in one.names)
            self._finders[key] = finder(words, native=self._native, nocase=True)
        return self._finders[key]

    def _by_neighbours(self, vendors: Vendors, path: bytes) -> list[Evidence]:
        """Return evidence from the imports and hosts of code in the same folder."""
        others = [other for other in self._files.in_same_folder(path) if other != path and is_code(other)]
        return distinct(one for other in others for one in self._about(vendors, other))

    def _by_needs(self, vendors: Vendors, path: bytes) -> list[Evidence]:
        """Return evidence from the nearest manifest above the key that names a vendor's package; or from all."""
        for group in (*self._files.in_parent_folders(path, is_manifest), self._files.in_whole_folder(is_manifest)):
            stated = [one for one in group if not is_lock(one)]
            found = distinct(one for other in stated or group for one in self._needs(vendors, other))
            if found:
                return found
        return []

    def _needs(self, vendors: Vendors, path: bytes) -> list[Evidence]:
        key = (path, tuple(vendors))
        if key not in self._known:
            found = by_dependencies(vendors, path.rpartition(b"/")[2], self._files.read(path))
            self._known[key] = [one._replace(why=f"{one.why} {self._display(path)}") for one in found]
        return self._known[key]

    def _by_readme(self, vendors: Vendors, path: bytes) -> list[Evidence]:
        """Return evidence from a README above the key."""
        for group in self._files.in_parent_folders(path, _is_readme):
            for other in group:
                if other != path and (found := self._head(other).words(vendors)):
                    return found
        return []

    def _head(self, path: bytes) -> FileHead:
        if path not in self._heads:
            self._heads[path] = FileHead(self._files.read(path)[:HEAD], lambda: f"in {self._display(path)}")
        return self._heads[path]

    def _display(self, path: bytes) -> str:
        return shown_path(self._masked(self._shown + path))


def _is_readme(name: bytes) -> bool:
    return name.lower().startswith(b"readme")


def _folder(path: bytes) -> bytes:
    return path.rpartition(b"/")[0]
