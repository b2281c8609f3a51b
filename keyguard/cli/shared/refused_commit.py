"""Remember the blobs of a commit that was refused, so that a later scan knows where they come from."""

from __future__ import annotations

import os

from keyguard.cache.refused_blobs import remember_refused
from keyguard.model.finding import Run, Where
from keyguard.sources import staged
from keyguard.sources.listing import Ask
from keyguard.support import dates
from keyguard.support.errors import KeyguardError


def remember(found: Run) -> None:
    """Store the ids of the staged blobs for which a commit is refused. Whatever prevents it changes nothing else."""
    refusing = [one for one in found.findings if one.kind == "key" and found.fails(one)]
    paths = {place.file for one in refusing for place in one.occurrences if place.where is Where.INDEX}
    if not paths:
        return
    ask = Ask(paths=(".",), index=os.environ.get("GIT_INDEX_FILE", ""))
    try:
        repository = staged.repository_of(ask)
        blobs = [blob for stored in staged.listing(ask).stored for blob in stored.blobs]
        remember_refused(repository.objects, [one.oid for one in blobs if one.path in paths], dates.now(os.environ))
    except (KeyguardError, OSError):
        return
