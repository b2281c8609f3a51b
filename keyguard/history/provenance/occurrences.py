"""From hits to places: an occurrence for each path and commit that brought a key there, and for what no commit has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from keyguard.git.refs.tips import Tip
from keyguard.history.outcome import placed
from keyguard.history.provenance.graph import DANGLING, Graph, Marks
from keyguard.history.provenance.provenance import Arrival, Key, Paths, Provenance
from keyguard.history.views import IN_NAME, Views
from keyguard.model.finding import REACHES, Sighting, Trace
from keyguard.odb.headers import COMMIT, TAG
from keyguard.odb.store import Store

_HEAD = REACHES.index("head")
#: reaches of tips that are refs of their own; of others the ref may stand elsewhere by now
_REFS = frozenset(("branch", "remote", "tag", "ref", "stash"))

Held = dict[Key, list[tuple[Tip, int]]]


class Placer:
    """All that is known of one store."""

    def __init__(
        self,
        store: Store,
        graph: Graph,
        tips: list[tuple[Tip, list[int]]],
        reaches: list[int],
        views: Views,
        *,
        author: Callable[[int], str],
        staged: Callable[[], dict[str, bytes]],
    ) -> None:
        """``tips`` are those that are there, with their numbers, ``reaches`` as the graph gives them.

        ``author`` says who wrote the commit of a number, or nothing; ``staged`` under which path an id is in an index.
        """
        self._store = store
        self._graph = graph
        self._tips = tips
        self._views = views
        self._author = author
        self._staged = staged
        self._reaches = reaches
        self._led: dict[int, list[Tip]] = {}
        for tip, numbers in tips:
            for number in numbers:
                self._led.setdefault(number, []).append(tip)

    def sightings(self, paths: Paths) -> Iterator[Sighting]:
        """Every hit at every place of its own."""
        provenance = Provenance(self._graph, paths)
        yield from self._messages()
        yield from self._arrived(provenance)
        yield from self._beside(provenance, paths)

    # --- commits and tags ---------------------------------------------------------------------------------------

    def _messages(self) -> Iterator[Sighting]:
        """What stands in commits and tags themselves."""
        for number, hit in self._views.hits.items():
            kind = int(self._store.kinds[number])
            if kind not in (COMMIT, TAG):
                continue
            name, oid, place = "commit" if kind == COMMIT else "tag", self._store.oid(number), self._graph.place(number)
            trace = self._trace(number, name, place)
            for sighting in hit.sightings:
                yield self._placed(sighting, f"{name}:{oid}".encode(), place, trace)

    # --- what commits brought -----------------------------------------------------------------------------------

    def _arrived(self, provenance: Provenance) -> Iterator[Sighting]:
        held = provenance.held(self._tips)
        arrivals = provenance.arrivals()
        times: dict[Key, int] = {}
        for one in arrivals:
            times[one.key] = times.get(one.key, 0) + 1
        told = [one for one in arrivals if one.gone or times[one.key] > 1]
        marks = self._graph.marks(place for one in told for place in (one.place, *one.gone)) if told else None
        for one in arrivals:
            found = self._views.of(one.number, *one.key)
            if found:
                gone = self._after(one, marks) if marks and one.gone else []
                holding = held.get(one.key, [])
                if marks and times[one.key] > 1:  # what holds it now may hold what came later
                    holding = [(tip, at) for tip, at in holding if self._still(one, at, gone, marks)]
                trace = self._history(one, holding, gone)
                for sighting in found:
                    yield self._placed(sighting, one.key[0], one.place, trace)

    def _history(self, one: Arrival, holding: list[tuple[Tip, int]], gone: list[int]) -> Trace:
        """What became of it."""
        reach = self._reaches[one.place]
        at_head = reach == _HEAD and any(tip.reach == "head" for tip, _ in holding)
        removed = -1 if at_head else next(iter(gone), -1)
        return Trace(
            kind="name" if one.key[1].startswith(IN_NAME) else "blob",
            oid=self._store.oid(one.number),
            author=self._author(int(self._graph.commits.numbers[one.place])),
            removed=self._graph.oid(removed) if removed >= 0 else "",
            removed_date=self._graph.date(removed) if removed >= 0 else "",
            at_head=at_head,
            refs=_refs(tip for tip, _ in holding),
            reach=REACHES[reach],
        )

    def _after(self, one: Arrival, marks: Marks) -> list[int]:
        """The commits that took it away after it came, the earliest first; before all, those that lead to HEAD."""
        times = self._graph.commits.times
        gone = [at for at in one.gone if marks.leads(one.place, at)]
        return sorted(gone, key=lambda at: (self._reaches[at] != _HEAD, times[at], at))

    def _still(self, one: Arrival, tip: int, gone: Iterable[int], marks: Marks) -> bool:
        """Whether what a commit brought is what is there at the tip."""
        return marks.leads(one.place, tip) and not any(marks.leads(at, tip) for at in gone)

    # --- what no commit has -------------------------------------------------------------------------------------

    def _beside(self, provenance: Provenance, paths: Paths) -> Iterator[Sighting]:
        """Hits that no commit leads to, under the paths that other trees give them, or that an index does."""
        known = provenance.numbers()
        rooted = {int(tree) for tree in self._graph.trees}
        inner = {child for entries in paths.trees.values() for child in entries.values()}
        placed_: set[int] = set()
        for tree in sorted(set(paths.trees) - inner - rooted):
            for (path, key), number in paths.keys(paths.under(tree)).items():
                if number not in known:
                    placed_.add(number)
                    yield from self._alone(number, path, key, tree)
        for number in sorted(set(self._views.hits) - known - placed_):
            if int(self._store.kinds[number]) not in (COMMIT, TAG):
                oid = self._store.oid(number)
                path = self._staged().get(oid, b"") if self._is_staged(number) else b""
                for key in self._views.keys(b"", number):
                    yield from self._alone(number, path or f"blob:{oid}".encode(), key, number)

    def _is_staged(self, number: int) -> bool:
        return any(tip.reach == "index" for tip in self._led.get(number, ()))

    def _alone(self, number: int, path: bytes, key: str, top: int) -> Iterator[Sighting]:
        kind = "name" if key.startswith(IN_NAME) else "blob"
        trace = self._trace(number, kind, -1, self._led.get(top, ()))
        for sighting in self._views.of(number, path, key):
            yield self._placed(sighting, path, -1, trace)

    # --- either way ---------------------------------------------------------------------------------------------

    def _trace(self, number: int, kind: str, place: int, further: Iterable[Tip] = ()) -> Trace:
        """Of an object that is looked at by itself; ``further`` tips lead to it as well."""
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
        return placed(sighting, path, commit=commit, author_date=date, trace=trace)


def _refs(tips: Iterable[Tip]) -> tuple[str, ...]:
    """The names of the refs among them, sorted."""
    names = {tip.name for tip in tips if tip.reach in _REFS and tip.name.startswith(b"refs/")}
    return tuple(name.decode("utf-8", "surrogateescape") for name in sorted(names))
