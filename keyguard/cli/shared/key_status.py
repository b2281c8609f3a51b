"""The known status of keys: from the project's configuration, and from the user's own journal."""

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
    """The status from both sources."""

    rotation: Rotation
    """From the configuration."""
    entries: tuple[Entry, ...] = ()
    """From the journal."""
    evidence: JournalEvidence | None = None
    """Decides which entries count; None without entries."""


def rotation(settings: Settings, rules: Sequence[str] = ()) -> Rotation:
    """Return the project's rotation settings, with the keys that it or their vendors have declared dead.

    ``rules`` are packs that the user has named.
    """
    found, dead = known_status(settings, rules), defaultdict[str, dict[str, str]](dict)
    if found.evidence is not None:
        # once per vendor that has declared a key dead, and once for keys without a certain vendor
        for vendor in sorted({one.vendor for one in found.entries if is_dead(one)} | {""}):
            for name, entry in found.evidence.deciding_entries(found.entries, vendor).items():
                if is_dead(entry):
                    dead[name][vendor] = entry.time[:10]
    return found.rotation.with_vendor_answers(dead)


def known_status(settings: Settings, rules: Sequence[str] = ()) -> KnownStatus:
    """Return everything that is known. A journal that cannot be read counts as empty."""
    try:
        entries = tuple(Journal(journal.folder(os.environ)).entries())
    except JournalError:
        entries = ()
    return KnownStatus(settings.rotation(), entries, journal_evidence(rules) if entries else None)


def journal_evidence(rules: Sequence[str] = ()) -> JournalEvidence:
    """Return which journal entries count, by the trusted packs and the user's own configuration.

    A configuration that cannot be read counts as empty.
    """
    try:
        reached = user_config.load(user_config.path(os.environ)).vendors
    except KeyguardError:
        reached = {}
    return JournalEvidence(compiled.load(tuple(rules)).ruleset, reached)


def key_endings(run: Run, known: KnownStatus) -> dict[str, Ended]:
    """Return fingerprint -> status for each key that was found; its vendor's statement takes precedence."""
    from keyguard.inventory.rows import Ended  # imports all of hygiene, which a scan does while workers read files

    found = {}
    for one in run.findings:
        name = one.fingerprint
        last = known.evidence.deciding_entry(known.entries, name, one) if known.evidence else None
        if last is not None and is_dead(last):
            found[name] = Ended("inactive", last.time[:10])
        elif known.rotation.is_revoked(name):
            found[name] = Ended("revoked", known.rotation.revoked_on(name))
        elif last is not None:
            found[name] = Ended("active", last.time[:10])
    return found
