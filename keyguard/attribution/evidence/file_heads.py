"""What a file as a whole says of vendors: found out once, however many keys are in it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from keyguard.attribution.evidence.context import unmarked
from keyguard.attribution.evidence.imports import by_import, import_lines
from keyguard.attribution.evidence.names import Evidence, Vendors, by_words, hosts_in, marks


class Head:
    """The beginning of a file, for imports and what is set before it is used."""

    def __init__(self, text: bytes, where: Callable[[], str] = lambda: "in the same file") -> None:
        """``where`` gives what reasons say of the file; it is asked where there is one."""
        self.text = text
        self._where = where
        self._plain = unmarked(text)
        self._marked: dict[str, bool] = {}
        #: what was looked for -> vendor -> what there is
        self._known: dict[str, dict[str, Evidence | None]] = {}
        #: the same for the vendors that were asked about last: keys of one kind follow each other
        self._last: dict[str, tuple[Vendors, list[Evidence]]] = {}

    def imports(self, vendors: Vendors) -> list[Evidence]:
        """Vendors whose packages it imports."""
        return self._once("imports", vendors, lambda some: by_import(some, self._lines))

    def hosts(self, vendors: Vendors) -> list[Evidence]:
        """Vendors whose hosts it names."""
        return self._once("hosts", vendors, lambda some: self._here(hosts_in(some, self._low, "")))

    def words(self, vendors: Vendors) -> list[Evidence]:
        """Vendors that it names in any way."""
        return self._once("words", vendors, lambda some: self._here(by_words(some, self._plain, "")))

    def _near(self, vendors: Vendors) -> Vendors:
        """Those of the vendors of whose packages and hosts at least a part stands in it: hardly ever any."""
        known, low = self._marked, self._low
        for id, one in vendors.items():
            if id not in known:
                known[id] = any(mark in low for mark in marks(one.hosts, one.imports))
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
        """What there is of these vendors; each is looked for once, whoever else is asked for with it."""
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
