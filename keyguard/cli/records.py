"""What is on record about keys: in the project's configuration, and in the user's own journal."""

from __future__ import annotations

import os

from keyguard.config import Settings
from keyguard.remote import journal
from keyguard.remote.journal import Entry, Journal, JournalError
from keyguard.rotation import Rotation


def rotation(settings: Settings) -> Rotation:
    """What the project demands, with every key that either of them calls revoked."""
    return settings.rotation().plus({name: entry.time[:10] for name, entry in _dead().items()})


def _dead() -> dict[str, Entry]:
    """By fingerprint; nothing where the journal cannot be read: then it vouches for no key."""
    try:
        return Journal(journal.folder(os.environ)).inactive()
    except JournalError:
        return {}
