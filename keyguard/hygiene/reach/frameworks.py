"""The entry points by which code of an application gets into a browser or onto a phone."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from keyguard.hygiene import data
from keyguard.hygiene.reach import names, specifiers
from keyguard.hygiene.reach.layout import App
from keyguard.hygiene.reach.resolve import Files

#: pages that are read: documentation of thousands tells nothing more
_PAGES = 2000


class Entry(NamedTuple):
    """Where a client begins."""

    path: bytes
    kind: str


@cache
def config_names() -> frozenset[bytes]:
    """The names of configurations, without their endings, that make a folder an application."""
    return frozenset(name.encode() for one in _table() for name in one.get("configs", ()))


def entries(app: App, files: Files) -> Iterator[Entry]:
    """All entry points of an application, those that say most first."""
    yield from _pages(app, files)


def _pages(app: App, files: Files) -> Iterator[Entry]:
    """The scripts of HTML files, and the files themselves: a script may stand in them."""
    pages = [path for path in app.files if names.extension(path) in (b".html", b".htm") and names.ships(path)]
    for page in sorted(pages, key=lambda path: (path.count(b"/"), path))[:_PAGES]:
        shown = names.last(page).decode("utf-8", "backslashreplace")
        for text in specifiers.sources(app.text(page)):
            found = _of_page(app, files, page, text)
            if found is not None:
                yield Entry(found, f"script of {shown}")
        yield Entry(page, "web page")


def _of_page(app: App, files: Files, page: bytes, text: bytes) -> bytes | None:
    """The file that an address in a page means: below the page, or below what a server would serve."""
    address = text.partition(b"?")[0].partition(b"#")[0]
    if not address.startswith(b"/"):
        return files.find(names.join(names.folder(page), address))
    roots = dict.fromkeys((names.folder(page), app.root))
    places = (names.join(root, served + address[1:]) for root in roots for served in (b"", b"public/", b"static/"))
    return next(filter(None, map(files.find, places)), None)


@cache
def _table() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = data.load("frameworks")["frameworks"]
    return found
