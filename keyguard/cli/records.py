"""What is on record about keys: in the project's configuration, and in the user's own journal."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from keyguard import userconfig
from keyguard.config import Settings
from keyguard.engine import compiled
from keyguard.errors import KeyguardError
from keyguard.model import Finding, Run
from keyguard.remote import journal
from keyguard.remote.journal import Entry, Journal, JournalError, is_alive
from keyguard.response.vouching import Vouching
from keyguard.rotation import Rotation

if TYPE_CHECKING:
    from keyguard.inventory.rows import Ended


class Known(NamedTuple):
    """Both of them."""

    rotation: Rotation
    """The configuration's."""
    active: dict[str, Entry]
    """The journal's: keys by fingerprint that their vendors took, and …"""
    dead: dict[str, list[Entry]]
    """… those that were not taken since, where their entries say. Whether that is the word of a key's own vendor, is
    known to who knows the vendor."""


def rotation(settings: Settings, rules: Sequence[str] = ()) -> Rotation:
    """What the project demands, with every key that it calls revoked, and what vendors said of keys.

    ``rules`` are packs that the user has named.
    """
    dead = known(settings, rules).dead
    return settings.rotation().knowing(
        {name: {who: one.time[:10] for one in said for who in _names(one)} for name, said in dead.items()}
    )


def _names(entry: Entry) -> tuple[str, ...]:
    return (entry.vendor, "") if journal.is_word_of(entry, "") else (entry.vendor,)


def known(settings: Settings, rules: Sequence[str] = ()) -> Known:
    """All that is on record. A journal that cannot be read vouches for no key."""
    found = Journal(journal.folder(os.environ))
    try:
        entries = list(found.entries())
        dead = found.deaths()
    except JournalError:
        return Known(settings.rotation(), {}, {})
    if dead:
        vouching = vouching_of(rules)
        dead = {name: [one for one in said if vouching.is_host(one)] for name, said in dead.items()}
    active = {one.fingerprint: one for one in entries if is_alive(one)}
    return Known(settings.rotation(), active, {name: said for name, said in dead.items() if said})


def vouching_of(rules: Sequence[str] = ()) -> Vouching:
    """Where vendors are asked, by the packs that came with the program or that the user has named, and by his own
    configuration; one that cannot be read says nothing.
    """
    try:
        reached = userconfig.load(userconfig.path(os.environ)).vendors
    except KeyguardError:
        reached = {}
    return Vouching(compiled.load(tuple(rules)).ruleset, reached)


def death(finding: Finding, known: Known) -> Entry | None:
    """The last entry by which the vendor of a key says that it is dead."""
    vendor = finding.vendor if finding.certainty.value == "certain" else ""
    return next(
        (one for one in reversed(known.dead.get(finding.fingerprint, ())) if journal.is_word_of(one, vendor)), None
    )


def ends(run: Run, known: Known) -> dict[str, Ended]:
    """What is known of each key that was found, by its fingerprint; what a vendor said comes first."""
    from keyguard.inventory.rows import Ended  # with all of hygiene, which a scan loads while others read files

    found = {}
    for one in run.findings:
        name, dead = one.fingerprint, death(one, known)
        if dead is not None:
            found[name] = Ended("inactive", dead.time[:10])
        elif known.rotation.is_revoked(name):
            found[name] = Ended("revoked", known.rotation.revoked_on(name))
        elif name in known.active:
            found[name] = Ended("active", known.active[name].time[:10])
    return found
