"""What a file as a whole says of vendors: found out once, however many keys are in it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from keyguard.evidence.imports import by_import, import_lines
from keyguard.evidence.names import Evidence, Vendors, by_words, hosts_in
from keyguard.surroundings import unmarked


class Head:
    """The beginning of a file, for imports and what is set before it is used."""

    def __init__(self, text: bytes, where: str = "in the same file") -> None:
        """``where`` is what reasons say of the file."""
        self.text = text
        self._where = where
        self._plain = unmarked(text)
        self._known: dict[tuple[str, tuple[str, ...]], list[Evidence]] = {}

    def imports(self, vendors: Vendors) -> list[Evidence]:
        """Vendors whose packages it imports."""
        return self._once("imports", vendors, lambda: by_import(vendors, self._lines))

    def hosts(self, vendors: Vendors) -> list[Evidence]:
        """Vendors whose hosts it names."""
        return self._once("hosts", vendors, lambda: hosts_in(vendors, self._plain, self._where))

    def words(self, vendors: Vendors) -> list[Evidence]:
        """Vendors that it names in any way."""
        return self._once("words", vendors, lambda: by_words(vendors, self._plain, self._where))

    @cached_property
    def _lines(self) -> bytes:
        return import_lines(self._plain)

    def _once(self, kind: str, vendors: Vendors, find: Callable[[], list[Evidence]]) -> list[Evidence]:
        key = (kind, tuple(vendors))
        if key not in self._known:
            self._known[key] = find()
        return self._known[key]
