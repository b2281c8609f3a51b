"""What other files say of keys whose own file leaves open whose they are: likely, and never certain.

Code that reads the variable, files beside it, manifests, a README: whoever can write into a repository can write all of
them, and what is certain may be sent to a vendor. It is looked for only where a key was seen that is not certain.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

import msgspec

from keyguard.attribution.evidence import dataflow
from keyguard.attribution.evidence.context import unmarked
from keyguard.attribution.evidence.file_heads import Head
from keyguard.attribution.evidence.manifests import by_needs, is_lock, is_manifest
from keyguard.attribution.evidence.names import Evidence, Vendors, marks
from keyguard.attribution.project_files import Texts, is_code
from keyguard.engine.compiled import Engine
from keyguard.engine.page import HEAD
from keyguard.engine.words import Finder, finder
from keyguard.model.finding import Attribution, Certainty, Ground, Rule, Sighting
from keyguard.sources.listing import Folder
from keyguard.support.sanitize import shown_path

#: grounds that evidence from other files may stand against
_WEAK = (Ground.SHAPE, Ground.NOTHING)
_MOST_REASONS = 3
#: places in one folder at which is looked what a variable is given to
_MOST_USES = 5_000


def completed(
    folders: Sequence[Folder],
    sightings: Iterable[Sighting],
    engine: Engine,
    masked: Callable[[bytes], bytes],
    held: Callable[[int, bytes], bytes | None],
) -> list[Sighting]:
    """Return the same sightings in the same order, with what other files in the folders say of those that are not
    certain. ``masked`` hides keys in the path of a file that is named as a reason; ``held`` gives texts that were read
    already, by the number of their folder and their path.
    """
    order = sorted(range(len(folders)), key=lambda number: -len(folders[number].shown))
    projects = [_Project(Texts(folders[at], partial(held, at)), folders[at], engine, masked) for at in order]
    found, ruleset = [*sightings], engine.ruleset
    several = {rule.id: rule.vendor for rule in ruleset.rules if not rule.fallback}
    homes: dict[int, list[int]] = defaultdict(list)
    for number, one in enumerate(found):
        if _is_open(one, several):
            at = next((at for at, project in enumerate(projects) if project.holds(one.occurrence.path)), None)
            if at is not None:
                homes[at].append(number)
    for at, numbers in sorted(homes.items()):
        # whoever saw them first, they are judged in one order: there is an end to what is looked at
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
    """Whether more can be known: it may be a key of several, and nothing in its own file contradicts itself."""
    said = one.attribution
    if said.certainty is Certainty.CERTAIN or said.ground is Ground.CONTRADICTION:
        return False
    return len({vendors[id] for id in said.possible if id in vendors}) > 1


class _Project:
    """One folder, and what its files say."""

    def __init__(self, texts: Texts, folder: Folder, engine: Engine, masked: Callable[[bytes], bytes]) -> None:
        self._texts = texts
        self._shown = folder.display(b"")
        self._masked = masked
        self._native = engine.prefilter.name == "hyperscan"
        self._ruleset = engine.ruleset
        self._rules = engine.ruleset.by_id()
        self._code: dict[str, list[bytes]] = {}
        self._heads: dict[bytes, Head] = {}
        self._finders: dict[tuple[str, ...], Finder] = {}
        self._known: dict[tuple[bytes, tuple[str, ...]], list[Evidence]] = {}
        self._left = _MOST_USES

    def holds(self, path: bytes) -> bool:
        """Whether the path, as shown, lies in the folder."""
        return path.startswith(self._shown)

    def close(self) -> None:
        """Let go of what was opened."""
        self._texts.close()

    def judge(self, sightings: list[Sighting]) -> list[Sighting]:
        """Each of these, with what is known of it now."""
        variables = [self._variable(one) for one in sightings]
        self._code = self._texts.mentions({name for name in variables if name}, native=self._native)
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
        found = _decided(one.attribution, levels, rules)
        if found is one.attribution:
            return one
        suppression = one.suppression if found.rule == one.attribution.rule else one.spared.get(found.rule)
        return msgspec.structs.replace(one, attribution=found, suppression=suppression)

    def _variable(self, one: Sighting) -> str:
        """The name under which other files know the key."""
        place, path = one.occurrence, one.occurrence.path.removeprefix(self._shown)
        text = place.snippet.text[: place.snippet.start]
        if text.strip(" \t-\"'").startswith("value") and place.line > 1:
            above = self._texts.line(path, place.line - 1)
            text = above.decode("utf-8", "replace") + "\n" + text
        line = text.encode("utf-8", "replace")
        found = dataflow.setting(line, len(line))
        return found.name if found else ""

    def _by_uses(self, vendors: Vendors, path: bytes, variable: str) -> list[Evidence]:
        """Code that gets at the variable: what it gives it to, or else what that code imports or calls."""
        strong: list[Evidence] = []
        weak: list[Evidence] = []
        telling = dataflow.is_telling(variable)
        for other in self._code.get(variable, ()):
            if other != path and (telling or _folder(other) == _folder(path)):
                text = unmarked(self._texts.read(other))
                places = dataflow.read_in(variable, text)[: max(0, self._left)]
                self._left -= len(places)
                for place in places:
                    line = text.count(b"\n", 0, place.start()) + 1
                    at = f"{self._display(other)}:{line}"
                    for found in dataflow.use(vendors, text, place.start(), place.end(), members=telling):
                        strong.append(found._replace(why=f"{dataflow.shown(found.why, variable)} at {at}"))
                if places and not strong:
                    weak += self._about(vendors, other, f", which reads {variable}")
        return _distinct(strong or weak)

    def _about(self, vendors: Vendors, path: bytes, more: str = "") -> list[Evidence]:
        """What a file imports, or else calls."""
        head = self._head(path)
        if not self._marks(vendors)(head.text):
            return []
        if imported := head.imports(vendors):
            where = f" in {self._display(path)}"
            return [one._replace(why=one.why + where + more) for one in imported]
        return [one._replace(why=one.why + more) for one in head.hosts(vendors)]

    def _marks(self, vendors: Vendors) -> Finder:
        """What finds the packages and hosts of some vendors, or parts of them: in most files there are none."""
        key = tuple(vendors)
        if key not in self._finders:
            words = {mark for one in vendors.values() for mark in marks(one.hosts, one.imports)}
            self._finders[key] = finder(words, native=self._native, nocase=True)
        return self._finders[key]

    def _by_neighbours(self, vendors: Vendors, path: bytes) -> list[Evidence]:
        """What the code in the same folder imports, or calls."""
        others = [other for other in self._texts.beside(path) if other != path and is_code(other)]
        return _distinct(one for other in others for one in self._about(vendors, other))

    def _by_needs(self, vendors: Vendors, path: bytes) -> list[Evidence]:
        """The nearest manifest above the key that names one; or else all there are."""
        for group in (*self._texts.above(path, is_manifest), self._texts.everywhere(is_manifest)):
            stated = [one for one in group if not is_lock(one)]
            found = _distinct(one for other in stated or group for one in self._needs(vendors, other))
            if found:
                return found
        return []

    def _needs(self, vendors: Vendors, path: bytes) -> list[Evidence]:
        key = (path, tuple(vendors))
        if key not in self._known:
            found = by_needs(vendors, path.rpartition(b"/")[2], self._texts.read(path))
            self._known[key] = [one._replace(why=f"{one.why} {self._display(path)}") for one in found]
        return self._known[key]

    def _by_readme(self, vendors: Vendors, path: bytes) -> list[Evidence]:
        """What a README above the key is about."""
        for group in self._texts.above(path, _is_readme):
            for other in group:
                if other != path and (found := self._head(other).words(vendors)):
                    return found
        return []

    def _head(self, path: bytes) -> Head:
        if path not in self._heads:
            self._heads[path] = Head(self._texts.read(path)[:HEAD], lambda: f"in {self._display(path)}")
        return self._heads[path]

    def _display(self, path: bytes) -> str:
        return shown_path(self._masked(self._shown + path))


def _decided(said: Attribution, levels: list[list[Evidence]], rules: list[Rule]) -> Attribution:
    """What comes of it: the nearest evidence decides, and must not contradict what the key's own file says."""
    evidence = levels[0] if said.ground not in _WEAK else next(filter(None, levels), [])
    own = {said.vendor} if said.certainty is Certainty.LIKELY else set()
    named = {one.vendor for one in evidence} | own
    if not evidence:
        return said
    if len(named) > 1:
        return _doubted(said, evidence, rules)
    vendor = evidence[0].vendor
    more = [one for level in levels if {one.vendor for one in level} == {vendor} for one in level[:1]]
    reasons = [*(said.because if own else ()), *(one.why for one in more)]
    rule = next(rule for rule in rules if rule.vendor == vendor)
    return msgspec.structs.replace(
        said,
        rule=rule.id,
        vendor=vendor,
        certainty=Certainty.LIKELY,
        candidates=(),
        because=tuple(dict.fromkeys(reasons))[:_MOST_REASONS],
        ground=Ground.PROJECT if said.ground in _WEAK else said.ground,
    )


def _doubted(said: Attribution, evidence: list[Evidence], rules: list[Rule]) -> Attribution:
    """Several are named: nobody can tell, but those are the first to ask."""
    speaker = next((rule for rule in rules if rule.fallback), None)
    own = [said.vendor] if said.certainty is Certainty.LIKELY else []
    if speaker is None:
        return said
    others = said.candidates or sorted(rule.vendor for rule in rules if not rule.fallback)
    return msgspec.structs.replace(
        said,
        rule=speaker.id,
        vendor=speaker.vendor,
        certainty=Certainty.AMBIGUOUS,
        candidates=tuple(dict.fromkeys([*own, *(one.vendor for one in evidence), *others])),
        because=tuple(dict.fromkeys([*said.because, *(one.why for one in evidence)]))[: _MOST_REASONS + 1],
        ground=Ground.PROJECT,
    )


def _distinct(found: Iterable[Evidence]) -> list[Evidence]:
    """The first for each vendor, in order of their names."""
    first: dict[str, Evidence] = {}
    for one in found:
        first.setdefault(one.vendor, one)
    return [first[vendor] for vendor in sorted(first)]


def _is_readme(name: bytes) -> bool:
    return name.lower().startswith(b"readme")


def _folder(path: bytes) -> bytes:
    return path.rpartition(b"/")[0]
