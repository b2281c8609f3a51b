"""From the hits of a range to places: an occurrence for each path and commit of the range that brought a key there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from keyguard.history.outcome import placed
from keyguard.history.ranges.ends import Ends
from keyguard.history.ranges.fetched import Fetched
from keyguard.history.ranges.introduced import Arrival, Arrivals
from keyguard.history.ranges.range_commits import Stretch
from keyguard.history.ranges.reachability import Reaching, names_of
from keyguard.history.views import IN_NAME, Views
from keyguard.inspection.inspector import Inspector
from keyguard.model.finding import Sighting, Trace, Vendor

#: paths below a tree that no commit has
_MOST = 5_000


class Settler:
    """All that is known of one range."""

    def __init__(
        self,
        stretch: Stretch,
        fetched: Fetched,
        names: Mapping[bytes, list[Sighting]],
        inspector: Inspector,
        vendors: Iterable[Vendor],
        *,
        authors: bool,
    ) -> None:
        """``names``: names of files and folders, and the keys in them."""
        self._stretch = stretch
        self._fetched = fetched
        self._names = names
        self._authors = authors
        self._views = Views((), names, fetched, inspector, vendors)
        self._views.hits = fetched.hits  # files before the range come to be known on the way
        self._read = list(fetched.hits)

    def sightings(self, reaching: Reaching, ends: Ends) -> Iterator[Sighting]:
        """Every hit at every place of its own."""
        yield from self._messages(reaching, ends)
        finder = Arrivals(self._stretch, self._fetched, self._views, self._names)
        arrivals = finder.find(reaching.known)
        takers = finder.takers({one.key for one in arrivals})
        for one in arrivals:
            trace = self._history(one, takers[one.key], finder, reaching)
            commit = self._stretch.commits[one.commit]
            for sighting in self._views.of(self._fetched.number(one.oid), *one.key):
                yield placed(sighting, one.key[0], commit=one.commit, author_date=commit.date, trace=trace)
        yield from self._beside(ends)

    def _messages(self, reaching: Reaching, ends: Ends) -> Iterator[Sighting]:
        """What stands in commits and tags themselves."""
        for number in self._read:
            oid, hit = self._fetched.oid(number), self._fetched.hits[number]
            commit = self._stretch.commits.get(oid)
            if commit is None and oid not in ends.tags:
                continue
            kind, reach = ("commit", reaching.reach(oid)) if commit else ("tag", "tag")
            led = [tip for tip, at, _ in reaching.holders if oid in (at, tip.oid)]
            at_head = any(tip.reach == "head" for tip in led)
            author = self._author(oid) if commit else ""
            trace = Trace(kind=kind, oid=oid, author=author, at_head=at_head, refs=names_of(led), reach=reach)
            date, brought = (commit.date, oid) if commit else ("", "")
            for sighting in hit.sightings:
                yield placed(sighting, f"{kind}:{oid}".encode(), commit=brought, author_date=date, trace=trace)

    def _history(self, one: Arrival, takers: list[str], finder: Arrivals, reaching: Reaching) -> Trace:
        """What became of it."""
        gone = [oid for oid in takers if reaching.comes_after(oid, one.commit)]
        holding = []
        for tip, at, tree in reaching.holders:
            left = any(reaching.leads(tip, at, oid) for oid in gone)
            if not left and reaching.leads(tip, at, one.commit) and finder.holds_below(tree, one.key):
                holding.append(tip)
        at_head = any(tip.reach == "head" for tip in holding)
        removed = "" if at_head else next(iter(gone), "")
        return Trace(
            kind="name" if one.key[1].startswith(IN_NAME) else "blob",
            oid=one.oid,
            author=self._author(one.commit),
            removed=removed,
            removed_date=self._stretch.commits[removed].date if removed else "",
            at_head=at_head,
            refs=names_of(holding),
            reach=reaching.reach(one.commit),
        )

    def _beside(self, ends: Ends) -> Iterator[Sighting]:
        """What a tag or another ref is put on that is no commit, and all below it."""
        novelty = self._stretch.novelty
        sought = novelty.seek({bytes.fromhex(self._fetched.oid(number)) for number in self._read}, self._names)
        held = [(f"blob:{oid}".encode(), oid) for oid in ends.blobs]
        for tree in ends.trees:
            held += [(place.path, place.oid) for place in novelty.places((tree, ()), _MOST, sought)]
        for path, oid in held:
            number = self._fetched.number(oid)
            for key in self._views.keys(path.rpartition(b"/")[2], number):
                kind = "name" if key.startswith(IN_NAME) else "blob"
                for sighting in self._views.of(number, path, key):
                    yield placed(sighting, path, trace=Trace(kind=kind, oid=oid, reach="tag"))

    def _author(self, commit: str) -> str:
        return self._stretch.commits[commit].author.decode("utf-8", "replace") if self._authors else ""
