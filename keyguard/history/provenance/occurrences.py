"""Turn hits into occurrences: one for each path and commit that introduced a key, and one for each unreachable
object.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec

from keyguard.git.refs.tips import Tip
from keyguard.history.provenance.commit_graph import DANGLING, Ancestry, CommitGraph
from keyguard.history.provenance.provenance import Introduction, Key, KeyPaths, Provenance
from keyguard.history.provenance.unreachable_paths import UnreachablePath, UnreachablePaths
from keyguard.history.result import with_place
from keyguard.history.sightings_by_path import NAME_PREFIX, SightingsByPath
from keyguard.masking.run_identity import is_run_identity
from keyguard.model.finding import REACHES, Sighting, Trace
from keyguard.model.scales import Confidence
from keyguard.odb.entry_headers import COMMIT, TAG
from keyguard.odb.store import Store
from keyguard.triage import samples

_HEAD = REACHES.index("head")
#: reaches of tips that are refs; for other tips (a reflog) the ref may point elsewhere by now
_REFS = frozenset(("branch", "remote", "tag", "ref", "stash"))


class OccurrenceBuilder:
    """Builds the occurrences of one store."""

    def __init__(
        self,
        store: Store,
        graph: CommitGraph,
        tips: list[tuple[Tip, list[int]]],
        reaches: list[int],
        keys_by_path: SightingsByPath,
        unreachable_paths: UnreachablePaths,
        *,
        author: Callable[[int], str],
    ) -> None:
        """``tips`` and ``reaches`` are what ``CommitGraph.numbered`` and ``CommitGraph.reaches`` return.

        ``author`` returns the author of a commit by its number, or an empty string.
        """
        self._store = store
        self._graph = graph
        self._tips = tips
        self._keys_by_path = keys_by_path
        self._author = author
        self._unreachable_paths = unreachable_paths
        self._reaches = reaches
        self._led: dict[int, list[Tip]] = {}
        for tip, numbers in tips:
            for number in numbers:
                self._led.setdefault(number, []).append(tip)

    def sightings(self, paths: KeyPaths) -> Iterator[Sighting]:
        """Yield a sighting for each occurrence of each hit."""
        provenance = Provenance(self._graph, paths)
        yield from self._messages()
        yield from self._introduced(provenance)
        yield from self._outside_commits(provenance, paths)

    # --- commits and tags ---------------------------------------------------------------------------------------

    def _messages(self) -> Iterator[Sighting]:
        """Yield what is in commit and tag objects themselves."""
        for number in self._keys_by_path.hits:
            kind = int(self._store.kinds[number])
            if kind not in (COMMIT, TAG):
                continue
            name, oid, place = "commit" if kind == COMMIT else "tag", self._store.oid(number), self._graph.place(number)
            trace, path = self._trace(number, name, place), f"{name}:{oid}".encode()
            for sighting in self._keys_by_path.under(number, path):
                yield self._placed(sighting, path, place, trace)

    # --- introduced by commits -----------------------------------------------------------------------------------

    def _introduced(self, provenance: Provenance) -> Iterator[Sighting]:
        """Yield what commits introduced to paths, with what removed it again and the refs that still hold it."""
        held = provenance.held(self._tips)
        introductions = provenance.introductions()
        times: dict[Key, int] = {}
        for one in introductions:
            times[one.key] = times.get(one.key, 0) + 1
        repeated = [one for one in introductions if one.removals or times[one.key] > 1]
        ancestry = (
            self._graph.ancestry(place for one in repeated for place in (one.place, *one.removals))
            if repeated
            else None
        )
        for one in introductions:
            found = self._keys_by_path.at_path(one.number, *one.key)
            if found:
                removals = self._removals_after(one, ancestry) if ancestry and one.removals else []
                holding = held.get(one.key, [])
                if ancestry and times[one.key] > 1:  # the tip may hold a later introduction of the same key
                    holding = [(tip, at) for tip, at in holding if self._is_held(one, at, removals, ancestry)]
                trace = self._history(one, holding, removals)
                for sighting in found:
                    yield self._placed(sighting, one.key[0], one.place, trace)

    def _history(self, one: Introduction, holding: list[tuple[Tip, int]], removals: list[int]) -> Trace:
        """Return the trace of an introduction: its refs, its removal, its reach."""
        reach = self._reaches[one.place]
        at_head = reach == _HEAD and any(tip.reach == "head" for tip, _ in holding)
        removed = -1 if at_head else next(iter(removals), -1)
        return Trace(
            kind="name" if one.key[1].startswith(NAME_PREFIX) else "blob",
            oid=self._store.oid(one.number),
            author=self._author(int(self._graph.commits.numbers[one.place])),
            removed=self._graph.oid(removed) if removed >= 0 else "",
            removed_date=self._graph.date(removed) if removed >= 0 else "",
            at_head=at_head,
            refs=_refs(tip for tip, _ in holding),
            reach=REACHES[reach],
        )

    def _removals_after(self, one: Introduction, ancestry: Ancestry) -> list[int]:
        """Return the commits that removed the key after its introduction, those that HEAD reaches first, then by
        date.
        """
        times = self._graph.commits.times
        removals = [at for at in one.removals if ancestry.is_ancestor(one.place, at)]
        return sorted(removals, key=lambda at: (self._reaches[at] != _HEAD, times[at], at))

    def _is_held(self, one: Introduction, tip: int, removals: Iterable[int], ancestry: Ancestry) -> bool:
        """Return whether the tip holds the key because of this introduction."""
        return ancestry.is_ancestor(one.place, tip) and not any(ancestry.is_ancestor(at, tip) for at in removals)

    # --- outside of commits -------------------------------------------------------------------------------------

    def _outside_commits(self, provenance: Provenance, paths: KeyPaths) -> Iterator[Sighting]:
        """Yield hits that no commit reaches, under the paths that unreachable trees or an index give them."""
        known = provenance.numbers()
        placed = dict[tuple[int, UnreachablePath, str], int]()
        for tree in self._unreachable_tops(paths):
            for (path, key), number in paths.keys(paths.under(tree)).items():
                if number not in known:
                    full = self._unreachable_paths.completed(path, self._store.oid(number))
                    placed.setdefault((number, full, key), tree)
        for (number, full, key), tree in placed.items():
            yield from self._single_object(number, full, key, tree)
        with_path = {number for number, _, _ in placed}
        for number in sorted(set(self._keys_by_path.hits) - known - with_path - paths.aside):
            if int(self._store.kinds[number]) not in (COMMIT, TAG):
                oid = self._store.oid(number)
                path = self._unreachable_paths.of(oid) if self._is_staged(number) else b""
                full = UnreachablePath(path or f"blob:{oid}".encode(), bool(path))
                for key in self._keys_by_path.keys(b"", number):
                    yield from self._single_object(number, full, key, number)

    def _unreachable_tops(self, paths: KeyPaths) -> list[int]:
        """Return the trees that lead to hits and are neither a commit's nor in another such tree."""
        rooted = {int(tree) for tree in self._graph.trees}
        inner = {child for entries in paths.trees.values() for child in entries.values()}
        return sorted(set(paths.trees) - inner - rooted - paths.aside)

    def _is_staged(self, number: int) -> bool:
        return any(tip.reach == "index" for tip in self._led.get(number, ()))

    def _single_object(self, number: int, full: UnreachablePath, key: str, top: int) -> Iterator[Sighting]:
        """Yield the occurrences of one key in an object that no commit reaches.

        Folders are evidence that a secret without a vendor's format belongs to a test. Where some may be missing,
        such a secret is of medium confidence.
        """
        if is_run_identity(key) and samples.aside_path(full.path):
            return
        kind = "name" if key.startswith(NAME_PREFIX) else "blob"
        trace = self._trace(number, kind, -1, self._led.get(top, ()))
        for sighting in self._keys_by_path.at_path(number, full.path, key):
            if sighting.judged is Confidence.HIGH and not full.complete:
                sighting = msgspec.structs.replace(sighting, judged=Confidence.MEDIUM)
            yield self._placed(sighting, full.path, -1, trace)

    # --- either way ---------------------------------------------------------------------------------------------

    def _trace(self, number: int, kind: str, place: int, further: Iterable[Tip] = ()) -> Trace:
        """Return the trace of an object itself; ``further`` tips reach it as well."""
        led = [*self._led.get(number, ()), *further]
        reach = self._reaches[place] if place >= 0 else min((REACHES.index(tip.reach) for tip in led), default=DANGLING)
        return Trace(
            kind=kind,
            oid=self._store.oid(number),
            author=self._author(number) if place >= 0 else "",
            at_head=any(tip.reach == "head" for tip in led),
            refs=_refs(led),
            reach=REACHES[reach],
        )

    def _placed(self, sighting: Sighting, path: bytes, place: int, trace: Trace) -> Sighting:
        commit, date = (self._graph.oid(place), self._graph.date(place)) if place >= 0 else ("", "")
        return with_place(sighting, path, commit=commit, author_date=date, trace=trace)


def _refs(tips: Iterable[Tip]) -> tuple[str, ...]:
    """Return the names of the refs among the tips, sorted."""
    names = {tip.name for tip in tips if tip.reach in _REFS and tip.name.startswith(b"refs/")}
    return tuple(name.decode("utf-8", "surrogateescape") for name in sorted(names))
