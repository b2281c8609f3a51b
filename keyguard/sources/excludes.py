"""What the user's own patterns leave out of a listing; each file of it is said to be left out."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from keyguard.model.finding import Skipped
from keyguard.sources.listing import Listing
from keyguard.support.errors import UsageError

if TYPE_CHECKING:
    from keyguard.sources.ignores import Ignores


class Exclude(msgspec.Struct, frozen=True):
    """Patterns in the manner of ``.gitignore``, and the folder that they are relative to."""

    base: str
    patterns: tuple[str, ...]


def exclude(listing: Listing, excludes: tuple[Exclude, ...]) -> None:
    """Take out what the user's own patterns leave out; each is listed as skipped."""
    is_out = left_out(excludes)
    if is_out is None:
        return

    def wanted(root: bytes, path: bytes, shown: bytes) -> bool:
        if is_out(root, path, shown):
            listing.skipped.append(Skipped(path=shown, reason="excluded", gap=False))
            return False
        return True

    for folder in listing.folders:
        folder.files[:] = [one for one in folder.files if wanted(folder.root, one.path, folder.display(one.path))]
    for stored in listing.stored:
        top = os.fsencode(stored.repository.top)
        stored.blobs[:] = [blob for blob in stored.blobs if wanted(top, blob.path, blob.path)]


def left_out(excludes: tuple[Exclude, ...]) -> Callable[..., bool] | None:
    """Whether patterns leave out a path below a root, which is shown as a third one (else as itself).

    None where there are no patterns. ``UsageError`` for too many.
    """
    rules = [rule for rule in map(_rules, excludes) if rule]

    def is_out(root: bytes, path: bytes, shown: bytes = b"") -> bool:
        place = os.path.join(root, path)
        return any(
            ignores.covers(place[len(base) :] if place.startswith(base) else shown or path) for base, ignores in rules
        )

    return is_out if rules else None


def _rules(one: Exclude) -> tuple[bytes, Ignores] | None:
    """The folder, with a slash, and its patterns; None if there are none."""
    if not one.patterns:
        return None
    from keyguard.sources.ignores import Ignores

    base = os.fsencode(os.path.realpath(one.base)).rstrip(b"/") + b"/"
    try:
        return base, Ignores("\n".join(one.patterns).encode("utf-8", "surrogateescape"))
    except ValueError as error:
        raise UsageError(f"--exclude: {error}") from error
