"""A project's requirements for key rotation: the maximal age of keys, and the keys that are known to be revoked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from keyguard.support import dates
from keyguard.support.errors import ConfigError

#: how a record names a key: its fingerprint, a prefix of it, or the short id of a report
_NAME = r"(?:KG-)?([0-9a-f]{6,32})"


class Rotation(msgspec.Struct, frozen=True):
    """The maximal age in days, a record of revocations, and what vendors answered about keys."""

    max_age_days: int = 90
    """0: no limit."""
    revoked: dict[str, str] = {}
    """Fingerprints or prefixes of them -> the day on which the key was revoked, or an empty string."""

    dead: dict[str, dict[str, str]] = {}
    """Fingerprints -> the vendor that reported the key as dead -> the day. An empty name stands for a vendor that is
    known to own the key, whatever attribution finds.
    """

    def is_revoked(self, fingerprint: str, vendor: str = "") -> bool:
        """Return whether the project's record, or the vendor of the key, says that the key no longer works.

        ``vendor`` is the vendor, if it is certain.
        """
        if vendor in self.dead.get(fingerprint, ()):
            return True
        return any(fingerprint.startswith(name) for name in self.revoked)

    def revoked_on(self, fingerprint: str) -> str:
        """Return the day in the record; empty if there is none."""
        return next((day for name, day in self.revoked.items() if fingerprint.startswith(name)), "")

    def with_vendor_answers(self, dead: Mapping[str, Mapping[str, str]]) -> Rotation:
        """Return a copy with what vendors reported."""
        return Rotation(self.max_age_days, self.revoked, {name: {**said} for name, said in dead.items()})


#: without any setting
DEFAULT_ROTATION = Rotation()


def read_record(written: Mapping[str, Any]) -> dict[str, str]:
    """Parse a record as a user writes it: ids as reports show them, with dates. Raise ConfigError for an invalid
    one.
    """
    record = {}
    for name, date in written.items():
        found = re.fullmatch(_NAME, name)
        if not found:
            raise ConfigError(f"{name!r} is no id of a key: write KG-7f3a9c, or its fingerprint")
        if not dates.day(str(date)):
            raise ConfigError(f"{str(date)!r} is no date: write 2026-01-31")
        record[found[1]] = dates.day(str(date))
    return record
