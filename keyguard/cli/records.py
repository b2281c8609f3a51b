"""What is on record about keys: in the project's configuration, and in the user's own journal."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from keyguard.config import Settings
from keyguard.model import Run
from keyguard.remote import journal
from keyguard.remote.journal import Entry, Journal, JournalError
from keyguard.rotation import Rotation

if TYPE_CHECKING:
    from keyguard.inventory.rows import Ended


class Known(NamedTuple):
    """Both of them."""

    rotation: Rotation
    """The configuration's."""
    active: dict[str, Entry]
    """The journal's: keys by fingerprint that their vendors took last, and …"""
    dead: dict[str, Entry]
    """… those that they did not."""


def rotation(settings: Settings) -> Rotation:
    """What the project demands, with every key that either of them calls revoked."""
    return settings.rotation().plus({name: entry.time[:10] for name, entry in known(settings).dead.items()})


def known(settings: Settings) -> Known:
    """All that is on record. A journal that cannot be read vouches for no key."""
    found = Journal(journal.folder(os.environ))
    try:
        dead = found.inactive()
        entries = [one for one in found.entries() if (one.action, one.outcome) == ("verify", "active")]
    except JournalError:
        return Known(settings.rotation(), {}, {})
    active = {one.fingerprint: one for one in entries if one.fingerprint not in dead}
    return Known(settings.rotation(), active, dead)


def ends(run: Run, known: Known) -> dict[str, Ended]:
    """What is known of each key that was found, by its fingerprint; what a vendor said comes first."""
    from keyguard.inventory.rows import Ended  # with all of hygiene, which a scan loads while others read files

    found = {}
    for one in run.findings:
        name = one.fingerprint
        if name in known.dead:
            found[name] = Ended("inactive", known.dead[name].time[:10])
        elif known.rotation.is_revoked(name):
            found[name] = Ended("revoked", known.rotation.revoked_on(name))
        elif name in known.active:
            found[name] = Ended("active", known.active[name].time[:10])
    return found
