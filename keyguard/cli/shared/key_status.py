"""What is on record about keys: in the project's configuration, and in the user's own journal."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from keyguard.config import user_config
from keyguard.config.project_config import Settings
from keyguard.config.rotation import Rotation
from keyguard.engine import compiled
from keyguard.model.finding import Run
from keyguard.remote import journal
from keyguard.remote.journal import Entry, Journal, JournalError, is_dead
from keyguard.response.journal_evidence import JournalEvidence
from keyguard.support.errors import KeyguardError

if TYPE_CHECKING:
    from keyguard.inventory.rows import Ended


class KnownStatus(NamedTuple):
    """Both of them."""

    rotation: Rotation
    """The configuration's."""
    entries: tuple[Entry, ...] = ()
    """The journal's."""
    vouching: JournalEvidence | None = None
    """Whose entries count; None where there are none."""


def rotation(settings: Settings, rules: Sequence[str] = ()) -> Rotation:
    """What the project demands, with every key that it calls revoked, and what vendors said of keys.

    ``rules`` are packs that the user has named.
    """
    found, dead = known_status(settings, rules), defaultdict[str, dict[str, str]](dict)
    if found.vouching is not None:
        # once for keys of each vendor that has called one dead, and once for keys of which nothing is certain
        for vendor in sorted({one.vendor for one in found.entries if is_dead(one)} | {""}):
            for name, entry in found.vouching.standing(found.entries, vendor).items():
                if is_dead(entry):
                    dead[name][vendor] = entry.time[:10]
    return found.rotation.knowing(dead)


def known_status(settings: Settings, rules: Sequence[str] = ()) -> KnownStatus:
    """All that is on record. A journal that cannot be read vouches for no key."""
    try:
        entries = tuple(Journal(journal.folder(os.environ)).entries())
    except JournalError:
        entries = ()
    return KnownStatus(settings.rotation(), entries, journal_evidence(rules) if entries else None)


def journal_evidence(rules: Sequence[str] = ()) -> JournalEvidence:
    """Where vendors are asked, by the packs that came with the program or that the user has named, and by his own
    configuration; one that cannot be read says nothing.
    """
    try:
        reached = user_config.load(user_config.path(os.environ)).vendors
    except KeyguardError:
        reached = {}
    return JournalEvidence(compiled.load(tuple(rules)).ruleset, reached)


def key_endings(run: Run, known: KnownStatus) -> dict[str, Ended]:
    """What is known of each key that was found, by its fingerprint; what its vendor said comes first."""
    from keyguard.inventory.rows import Ended  # with all of hygiene, which a scan loads while others read files

    found = {}
    for one in run.findings:
        name = one.fingerprint
        last = known.vouching.decides(known.entries, name, one) if known.vouching else None
        if last is not None and is_dead(last):
            found[name] = Ended("inactive", last.time[:10])
        elif known.rotation.is_revoked(name):
            found[name] = Ended("revoked", known.rotation.revoked_on(name))
        elif last is not None:
            found[name] = Ended("active", last.time[:10])
    return found
