"""Turn the hits of a range into occurrences: one for each path and commit of the range that introduced a key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from keyguard.history.ranges.commit_trees import RangeCommits
from keyguard.history.ranges.introduced import Introduction, IntroductionFinder
from keyguard.history.ranges.objects import RangeObjects
from keyguard.history.ranges.reachability import Reachability, names_of
from keyguard.history.ranges.selection import Selection
from keyguard.history.result import with_place
from keyguard.history.sightings_by_path import NAME_PREFIX, SightingsByPath
from keyguard.inspection.inspector import Inspector
from keyguard.model.finding import Sighting, Trace, Vendor

#: paths reported for a tree that a tag or ref points to directly
_MOST = 5_000


class RangeOccurrenceBuilder:
    """Builds the occurrences of one range."""

    def __init__(
        self,
        range_commits: RangeCommits,
        objects: RangeObjects,
        names: Mapping[bytes, list[Sighting]],
        inspector: Inspector,
        vendors: Iterable[Vendor],
        *,
        authors: bool,
    ) -> None:
        """``names`` maps names of files and folders to the keys in them."""
        self._range = range_commits
        self._objects = objects
        self._names = names
        self._authors = authors
        self._keys_by_path = SightingsByPath((), names, objects, inspector, vendors)
        self._keys_by_path.hits = objects.hits  # shared, since files from before the range are inspected on demand
        self._read = list(objects.hits)

    def sightings(self, reachability: Reachability, selection: Selection) -> Iterator[Sighting]:
        """Yield a sighting for each occurrence of each hit."""
        yield from self._messages(reachability, selection)
        finder = IntroductionFinder(self._range, self._objects, self._keys_by_path, self._names)
        introductions = finder.find(reachability.excluded_trees)
        removing_commits = finder.removing_commits({one.key for one in introductions})
        for one in introductions:
            trace = self._history(one, removing_commits[one.key], finder, reachability)
            commit = self._range.commits[one.commit]
            for sighting in self._keys_by_path.at_path(self._objects.number(one.oid), *one.key):
                yield with_place(sighting, one.key[0], commit=one.commit, author_date=commit.date, trace=trace)
        yield from self._outside_commits(selection)

    def _messages(self, reachability: Reachability, selection: Selection) -> Iterator[Sighting]:
        """Yield what is in commit and tag objects themselves."""
        for number in self._read:
            oid = self._objects.oid(number)
            commit = self._range.commits.get(oid)
            if commit is None and oid not in selection.tags:
                continue
            kind, reach = ("commit", reachability.reach(oid)) if commit else ("tag", "tag")
            led = [tip for tip, at, _ in reachability.holders if oid in (at, tip.oid)]
            at_head = any(tip.reach == "head" for tip in led)
            author = self._author(oid) if commit else ""
            trace = Trace(kind=kind, oid=oid, author=author, at_head=at_head, refs=names_of(led), reach=reach)
            date, brought = (commit.date, oid) if commit else ("", "")
            path = f"{kind}:{oid}".encode()
            for sighting in self._keys_by_path.under(number, path):
                yield with_place(sighting, path, commit=brought, author_date=date, trace=trace)

    def _history(
        self, one: Introduction, removing_commits: list[str], finder: IntroductionFinder, reachability: Reachability
    ) -> Trace:
        """Return the trace of an introduction: its refs, its removal, its reach."""
        gone = [oid for oid in removing_commits if reachability.comes_after(oid, one.commit)]
        holding = []
        for tip, at, tree in reachability.holders:
            left = any(reachability.leads_to(tip, at, oid) for oid in gone)
            if not left and reachability.leads_to(tip, at, one.commit) and finder.holds_below(tree, one.key):
                holding.append(tip)
        at_head = any(tip.reach == "head" for tip in holding)
        removed = "" if at_head else next(iter(gone), "")
        return Trace(
            kind="name" if one.key[1].startswith(NAME_PREFIX) else "blob",
            oid=one.oid,
            author=self._author(one.commit),
            removed=removed,
            removed_date=self._range.commits[removed].date if removed else "",
            at_head=at_head,
            refs=names_of(holding),
            reach=reachability.reach(one.commit),
        )

    def _outside_commits(self, selection: Selection) -> Iterator[Sighting]:
        """Yield what is in trees and blobs that a tag or ref points to directly."""
        diffs = self._range.diffs
        target = diffs.make_target({bytes.fromhex(self._objects.oid(number)) for number in self._read}, self._names)
        held = [(f"blob:{oid}".encode(), oid) for oid in selection.blobs]
        for tree in selection.trees:
            held += [(place.path, place.oid) for place in diffs.places((tree, ()), _MOST, target)]
        for path, oid in held:
            number = self._objects.number(oid)
            for key in self._keys_by_path.keys(path.rpartition(b"/")[2], number):
                kind = "name" if key.startswith(NAME_PREFIX) else "blob"
                for sighting in self._keys_by_path.at_path(number, path, key):
                    yield with_place(sighting, path, trace=Trace(kind=kind, oid=oid, reach="tag"))

    def _author(self, commit: str) -> str:
        return self._range.commits[commit].author.decode("utf-8", "replace") if self._authors else ""
