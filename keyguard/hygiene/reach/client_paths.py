"""Answers which of some files reach a browser or a phone, and through which imports."""

from __future__ import annotations

from collections.abc import Callable, Collection
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from keyguard.hygiene.reach.code.module import Places

if TYPE_CHECKING:
    from keyguard.hygiene.reach.client_search import ClientSearch, FoundPath


class ClientPath(NamedTuple):
    """A path of imports from an entry point to a file."""

    entry: bytes
    kind: str
    """The kind of entry point, in words."""
    steps: tuple[bytes, ...]
    """Each imports the next: the entry point first, the file itself last."""
    server_spans: tuple[tuple[int, int], ...] = ()
    """The spans of the file that stay on the server nevertheless, or that no client asks for, in bytes: start, end."""
    unused_spans: tuple[tuple[int, int], ...] = ()
    """The spans that a bundler drops, because nothing uses what they declare."""
    parsed: bool = True
    """Whether every step was parsed, and not only scanned as text."""


class ClientPaths:
    """Answers for one project; the work for one question is reused for the next."""

    def __init__(self, files: Collection[bytes], read: Callable[[bytes], bytes | None]) -> None:
        """``files`` are all paths, relative to the root; ``read`` returns the content of one, or None."""
        self._files, self._read = files, read
        self._project: ClientSearch | None = None

    def paths(self, wanted: Collection[bytes], places: Places = MappingProxyType({})) -> dict[bytes, ClientPath]:
        """Return the shortest path to each wanted file that reaches a client; of equals, the first by file paths.

        ``places`` are the offsets in a file that matter, in bytes: a file in it counts if one of them is shipped.
        """
        asked = sorted(path for path in set(wanted) if path in self._files)
        if not asked:
            return {}
        found = self._found(asked, places)
        return {
            path: ClientPath(
                one.steps[0],
                one.kind,
                one.steps,
                (*one.server_spans, *one.unasked_spans),
                one.unused_spans,
                one.parsed,
            )
            for path, one in found.items()
        }

    def imported(self, path: bytes, text: bytes) -> tuple[bytes, ...]:
        """Return the project's files that ``text`` means when ``path`` imports it."""
        return self._search().imported(path, text)

    def _found(self, asked: list[bytes], places: Places) -> dict[bytes, FoundPath]:
        """Return the paths that a new search would find.

        If the budgets that earlier questions left are used up, a new search answers the question again.
        """
        if self._project and not self._project.exhausted:
            found = self._project.find_paths(asked, places)
            if not self._project.exhausted:
                return found
        self._project = None
        return self._search().find_paths(asked, places)

    def _search(self) -> ClientSearch:
        # imported late: most projects have no such question, and never pay for it
        from keyguard.hygiene.reach.client_search import ClientSearch

        self._project = self._project or ClientSearch(self._files, self._read)
        return self._project


def client_paths(
    files: Collection[bytes], read: Callable[[bytes], bytes | None], wanted: Collection[bytes]
) -> dict[bytes, ClientPath]:
    """Return the paths to the wanted files, for a single question."""
    return ClientPaths(files, read).paths(wanted)
