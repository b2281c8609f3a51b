"""Find the vendors that are mentioned near a key at all: of the thirty that share a prefix, mostly none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from keyguard.attribution.evidence.context import REACH
from keyguard.engine.page import Page
from keyguard.model.finding import Vendor

#: bytes that may occur within a name: see ``vendor_names``
_NOISE = b"_-. \t\n\r\f\v"
#: bytes of a page per lookup from which searching the whole page pays off: on a page with many keys, a name that
#: does not occur anywhere in it is not searched any more
_SHARE = 4096
#: bytes of a page that is not searched as a whole
_LARGE = 256 << 10

#: a text to search, in lower case, and the id of its vendor
_Needle = tuple[bytes, str]


class VendorMentions:
    """Searches for the names and domains of some vendors; what they mean there is for others to decide."""

    def __init__(self, vendors: Iterable[Vendor]) -> None:
        every = list(vendors)
        self._names = [(name.encode(), one.id) for one in every for name in one.names]
        domains = {(".".join(host.split(".")[-2:]).encode(), one.id) for one in every for host in one.hosts}
        self._domains = sorted(domains)
        self._page: Page | None = None
        self._asked = 0
        self._there: set[str] | None = None
        self._left: tuple[Sequence[_Needle], Sequence[_Needle]] = (self._names, self._domains)

    def at(self, page: Page, start: int, end: int) -> set[str]:
        """Return the ids of the vendors mentioned within ``REACH`` bytes of a span."""
        self._turn_to(page)
        self._asked += 1
        if 0 <= self._asked * _SHARE - len(page.data) < _SHARE:
            self._left = _in(page.data, *self._left)
        names, domains = self._left
        if not (names or domains):
            return set()
        found = _in(b"\0".join(page.around(start, end, REACH, REACH)), names, domains)
        return {whose for needles in found for _, whose in needles}

    def on(self, page: Page) -> set[str]:
        """Return the ids of the vendors mentioned anywhere on a page; all of them if it is too large to search."""
        self._turn_to(page)
        if self._there is None:
            if len(page.data) <= _LARGE:
                self._left = _in(page.data, *self._left)
            self._there = {whose for needles in self._left for _, whose in needles}
        return self._there

    def _turn_to(self, page: Page) -> None:
        if page is not self._page:
            self._page, self._asked, self._left, self._there = page, 0, (self._names, self._domains), None

    def among(self, text: bytes) -> set[str]:
        """Return the ids of the vendors mentioned in a text of the same page."""
        return {whose for needles in _in(text, *self._left) for _, whose in needles}


def _in(text: bytes, names: Sequence[_Needle], domains: Sequence[_Needle]) -> tuple[list[_Needle], list[_Needle]]:
    """Return the names and the domains that occur in the text."""
    text = text.lower()
    plain = text.translate(None, _NOISE)
    return [one for one in names if one[0] in plain], [one for one in domains if one[0] in text]
