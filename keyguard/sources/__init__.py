"""Sources of things to scan: each is one module with a function from what was asked for to a listing.

Standard input is no listing but a stream, see ``keyguard.scan.run_stream``.
"""

from __future__ import annotations

from collections.abc import Callable

from keyguard.sources import changes, named, staged, tree
from keyguard.sources.listing import Ask, Listing

SOURCES: dict[str, Callable[[Ask], Listing]] = {
    "tree": tree.listing,
    "staged": staged.listing,
    "changes": changes.listing,
    "named": named.listing,
}
