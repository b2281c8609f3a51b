"""The user's own patterns, and what they leave out of a listing; each file that they leave out is listed as skipped."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from keyguard.model.finding import Skipped
from keyguard.sources.listing import Listing

if TYPE_CHECKING:
    from keyguard.sources.gitignore.rules import IgnoreRules


class Exclude(msgspec.Struct, frozen=True):
    """Patterns as in a ``.gitignore``, and the folder that they are relative to."""

    base: str
    patterns: tuple[str, ...]


class Excluded:
    """What patterns leave out."""

    def __init__(self, excludes: Iterable[Exclude]) -> None:
        self._rules = [_rules(one) for one in excludes if one.patterns]

    def __bool__(self) -> bool:
        """Whether there are patterns."""
        return bool(self._rules)

    def covers(self, root: bytes, path: bytes, shown: bytes = b"") -> bool:
        """Return whether patterns leave out a path below a root, which is shown as a third one (else as itself)."""
        place = os.path.join(root, path)
        return any(
            rules.covers(place[len(base) :] if place.startswith(base) else shown or path) for base, rules in self._rules
        )

    def refused(self) -> list[Skipped]:
        """Return a gap for each list with patterns that are not obeyed, since matching them would take too long."""
        refused = [rules.refused for _, rules in self._rules if rules.refused]
        if not refused:
            return []
        from keyguard.sources.gitignore.refusal import refusal

        return [refusal(b"exclude", one) for one in refused]


def exclude(listing: Listing, out: Excluded) -> None:
    """Take out what the user's own patterns leave out; each is listed as skipped."""
    if not out:
        return

    def wanted(root: bytes, path: bytes, shown: bytes) -> bool:
        if out.covers(root, path, shown):
            listing.skipped.append(Skipped(path=shown, reason="excluded", gap=False))
            return False
        return True

    for folder in listing.folders:
        folder.files[:] = [one for one in folder.files if wanted(folder.root, one.path, folder.display(one.path))]
    for stored in listing.stored:
        top = os.fsencode(stored.repository.top)
        stored.blobs[:] = [blob for blob in stored.blobs if wanted(top, blob.path, blob.path)]


def _rules(one: Exclude) -> tuple[bytes, IgnoreRules]:
    """Return the folder, with a slash, and the rules for what is below it."""
    from keyguard.sources.gitignore import saved
    from keyguard.sources.gitignore.linear import Budget
    from keyguard.sources.gitignore.rules import IgnoreRules

    base = os.fsencode(os.path.realpath(one.base)).rstrip(b"/") + b"/"
    text = "\n".join(one.patterns).encode("utf-8", "surrogateescape")
    return base, IgnoreRules(saved.read(text), Budget())
