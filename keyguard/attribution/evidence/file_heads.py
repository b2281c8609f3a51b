"""The evidence that a file as a whole gives for vendors, computed once, however many keys are in it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from keyguard.attribution.evidence.context import unmarked
from keyguard.attribution.evidence.imports import by_import, import_lines
from keyguard.attribution.evidence.vendor_names import Evidence, Vendors, by_words, hosts_in, shortest_identifiers


class FileHead:
    """The beginning of a file, with its imports and configuration."""

    def __init__(self, text: bytes, where: Callable[[], str] = lambda: "in the same file") -> None:
        """``where`` gives the words for the file in a reason; it is called only if there is one."""
        self.text = text
        self._where = where
        self._plain = unmarked(text)
        self._marked: dict[str, bool] = {}
        #: kind of evidence -> vendor -> the evidence, None if there is none
        self._known: dict[str, dict[str, Evidence | None]] = {}
        #: the same for the vendors that were asked about last: keys of one kind follow each other
        self._last: dict[str, tuple[Vendors, list[Evidence]]] = {}

    def imports(self, vendors: Vendors) -> list[Evidence]:
        """Return the vendors whose packages the file imports."""
        return self._once("imports", vendors, lambda some: by_import(some, self._lines))

    def hosts(self, vendors: Vendors) -> list[Evidence]:
        """Return the vendors whose hosts the file mentions."""
        return self._once("hosts", vendors, lambda some: self._here(hosts_in(some, self._low, "")))

    def words(self, vendors: Vendors) -> list[Evidence]:
        """Return the vendors that the file mentions in any way."""
        return self._once("words", vendors, lambda some: self._here(by_words(some, self._plain, "")))

    def _near(self, vendors: Vendors) -> Vendors:
        """Return the vendors of which a package or host occurs in the file at least in part: hardly ever any."""
        known, low = self._marked, self._low
        for id, one in vendors.items():
            if id not in known:
                known[id] = any(mark in low for mark in shortest_identifiers(one.hosts, one.imports))
        return {id: one for id, one in vendors.items() if known[id]}

    @cached_property
    def _low(self) -> bytes:
        return self._plain.lower()

    @cached_property
    def _lines(self) -> bytes:
        return import_lines(self._plain)

    def _here(self, found: list[Evidence]) -> list[Evidence]:
        return [one._replace(why=one.why + self._where()) for one in found]

    def _once(self, kind: str, vendors: Vendors, find: Callable[[Vendors], list[Evidence]]) -> list[Evidence]:
        """Return the evidence for these vendors; each is searched once, whichever vendors are requested with it."""
        last = self._last.get(kind)
        if last is None or last[0] is not vendors:
            some = vendors if kind == "words" else self._near(vendors)
            last = self._last[kind] = vendors, self._first(kind, some, find)
        return last[1]

    def _first(self, kind: str, vendors: Vendors, find: Callable[[Vendors], list[Evidence]]) -> list[Evidence]:
        known = self._known.setdefault(kind, {})
        if missing := {id: vendor for id, vendor in vendors.items() if id not in known}:
            known.update(dict.fromkeys(missing))
            known.update((one.vendor, one) for one in find(missing))
        return [found for id in vendors if (found := known[id])]
