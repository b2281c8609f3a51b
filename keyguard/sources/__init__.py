"""Sources of things to scan: each is one module with a function from what was asked for to a listing.

A module is imported when it is asked for: a commit does not pay for what walks trees.

Standard input is no listing but a stream, see ``keyguard.scan.run.run_stream``.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from importlib import import_module

from keyguard.sources.listing import Ask, Listing

#: name -> module with a function ``listing``, or with ``started`` where git can be at work before it is waited for
SOURCES: dict[str, str] = {
    "tree": "keyguard.sources.tree",
    "staged": "keyguard.sources.staged",
    "changes": "keyguard.sources.changes",
    "named": "keyguard.sources.named",
}


def started(source: str, ask: Ask) -> AbstractContextManager[Callable[[], Listing]]:
    """What gives the listing of things to scan, and holds what it takes to read them, for a ``with`` block.

    The block, or the call, raises ``KeyguardError`` where nothing of what was asked for can be listed.
    """
    module = import_module(SOURCES[source])
    begin: Callable[[Ask], AbstractContextManager[Callable[[], Listing]]] | None = getattr(module, "started", None)
    return begin(ask) if begin else nullcontext(partial(module.listing, ask))
