"""Sources of what to scan. Each is a module with a function that turns a request into a listing.

A module is imported when its source is used, so a commit hook does not import what walks trees.

Standard input is a stream and has no listing: see ``keyguard.scan.run.run_stream``.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from importlib import import_module

from keyguard.sources.listing import Ask, Listing

#: name -> module with a function ``listing``, or with ``started`` where git can run while the caller does other work
SOURCES: dict[str, str] = {
    "tree": "keyguard.sources.tree",
    "staged": "keyguard.sources.staged",
    "changes": "keyguard.sources.changes",
    "built": "keyguard.sources.built",
    "named": "keyguard.sources.named",
}


def started(source: str, ask: Ask) -> AbstractContextManager[Callable[[], Listing]]:
    """Start a source, and return a context manager for a function that returns its listing.

    Inside the ``with`` block, what the listing names can be read. Entering the block, or calling the function, raises
    ``KeyguardError`` if nothing of the request can be listed.
    """
    module = import_module(SOURCES[source])
    begin: Callable[[Ask], AbstractContextManager[Callable[[], Listing]]] | None = getattr(module, "started", None)
    return begin(ask) if begin else nullcontext(partial(module.listing, ask))
