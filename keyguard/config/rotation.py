"""What a project demands of the life of its keys: how old they may grow, and which of them are known to be revoked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from keyguard.support import dates
from keyguard.support.errors import ConfigError

#: what names a key in a record: its fingerprint, the digits that one begins with, or the short id of a report
_NAME = r"(?:KG-)?([0-9a-f]{6,32})"


class Rotation(msgspec.Struct, frozen=True):
    """Days, a record of revocations, and what vendors said of keys."""

    max_age_days: int = 90
    """0: keys may grow as old as they like."""
    revoked: dict[str, str] = {}
    """Fingerprints, or digits that they begin with -> the day on which the key was revoked, or nothing."""

    dead: dict[str, dict[str, str]] = {}
    """Fingerprints -> who said that the key is dead -> the day. Under an empty name stands one of whom it is known that
    the key is his, whatever else is found out about it."""

    def is_revoked(self, fingerprint: str, vendor: str = "") -> bool:
        """Whether a record of the project says that this key does not work any more, or its vendor has said so.

        ``vendor`` is who that is, if it is certain.
        """
        if vendor in self.dead.get(fingerprint, ()):
            return True
        return any(fingerprint.startswith(name) for name in self.revoked)

    def revoked_on(self, fingerprint: str) -> str:
        """The day that the record gives; empty where there is none."""
        return next((day for name, day in self.revoked.items() if fingerprint.startswith(name)), "")

    def with_vendor_answers(self, dead: Mapping[str, Mapping[str, str]]) -> Rotation:
        """The same with what vendors said."""
        return Rotation(self.max_age_days, self.revoked, {name: {**said} for name, said in dead.items()})


#: where nobody said anything
DEFAULT_ROTATION = Rotation()


def read_record(written: Mapping[str, Any]) -> dict[str, str]:
    """A record as a person writes it: ids as reports show them, with dates. Raises ``ConfigError``."""
    record = {}
    for name, date in written.items():
        found = re.fullmatch(_NAME, name)
        if not found:
            raise ConfigError(f"revoked: {name!r} is no id of a key: write KG-7f3a9c, or its fingerprint")
        if not dates.day(str(date)):
            raise ConfigError(f"revoked: {name}: {str(date)!r} is no date: write 2026-01-31")
        record[found[1]] = dates.day(str(date))
    return record
