"""What was found in containers: without what the user's patterns exclude there, and told from what is in files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from keyguard.inspection.results import Results
from keyguard.model.finding import Sighting, Skipped
from keyguard.sources.excludes import Excluded
from keyguard.sources.listing import Listing


def exclude_members(found: Results, listing: Listing, out: Excluded) -> None:
    """Remove what was found in excluded files in containers; each of these is listed as skipped."""
    if not out or not any(one.occurrence.member for one in found.sightings):
        return
    covers = _covering(listing, out)
    verdicts: dict[tuple[bytes, bytes], bool] = {}
    kept = []
    for one in found.sightings:
        place = one.occurrence
        key = (place.path, place.member)
        if key not in verdicts:
            verdicts[key] = bool(place.member) and covers(place.path)
        if not verdicts[key]:
            kept.append(one)
    found.sightings = kept
    found.skipped += [
        Skipped(path=path, reason="excluded", gap=False, member=member)
        for (path, member), is_out in verdicts.items()
        if is_out
    ]


def in_files(sightings: Iterable[Sighting]) -> list[Sighting]:
    """Return the sightings that are in no container: hygiene does not look into these."""
    return [one for one in sightings if not one.occurrence.member]


def _covering(listing: Listing, out: Excluded) -> Callable[[bytes], bool]:
    """Return the function that tells of a path, as shown, whether patterns leave it out."""
    roots = [(folder.display(b""), folder.root) for folder in listing.folders]
    roots += [(b"", os.fsencode(stored.repository.top)) for stored in listing.stored]
    roots.sort(key=lambda pair: -len(pair[0]))

    def covers(path: bytes) -> bool:
        shown, root = next(((shown, root) for shown, root in roots if path.startswith(shown)), (b"", b""))
        return out.covers(root, path[len(shown) :], path)

    return covers
