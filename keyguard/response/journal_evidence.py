"""Decide which journal entries prove that a key is dead: those of its own vendor, asked where that accepts keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from keyguard.config.user_config import Reached
from keyguard.model.endpoint import Request
from keyguard.model.finding import Certainty, Finding
from keyguard.remote.journal import Entry, counts_for_vendor, deciding_entries
from keyguard.rules.loader import RuleSet


class JournalEvidence:
    """The hosts at which each vendor is asked, by the packs and the user's own settings."""

    def __init__(self, ruleset: RuleSet, reached: Mapping[str, Reached]) -> None:
        """``ruleset`` is made of packs that are trusted with URLs."""
        self._hosts: dict[str, set[str]] = {}
        self._anywhere: set[str] = set()
        for rule in ruleset.rules:
            self._add(rule.vendor, rule.verify, rule.revoke)
        for vendor, own in reached.items():
            self._add(vendor, own.verify, own.revoke)

    def _add(self, vendor: str, *requests: Request | None) -> None:
        for one in requests:
            if one is not None:
                self._hosts.setdefault(vendor, set()).add(one.host)
                if one.hosted or one.self_hosted:
                    self._anywhere.add(vendor)

    def is_host(self, entry: Entry) -> bool:
        """Whether the host of an entry is one of its vendor, or may be any because the software is self-hosted.

        An entry without a host was made by hand.
        """
        return not entry.host or entry.vendor in self._anywhere or entry.host in self._hosts.get(entry.vendor, ())

    def deciding_entries(self, entries: Iterable[Entry], vendor: str) -> dict[str, Entry]:
        """Return the entries that decide on a vendor's keys: see ``keyguard.remote.journal.deciding_entries``.

        ``vendor`` is certain; empty for keys of which nothing is certain now.
        """

        def counts(entry: Entry) -> bool:
            return self.is_host(entry) and counts_for_vendor(entry, vendor)

        return deciding_entries(entries, counts, self._settles)

    def deciding_entry(self, entries: Iterable[Entry], fingerprint: str, finding: Finding | None) -> Entry | None:
        """Return the entry that decides on one key; None if none does."""
        about = [one for one in entries if one.fingerprint == fingerprint]
        return self.deciding_entries(about, certain_vendor(finding)).get(fingerprint)

    def _settles(self, alive: Entry, dead: Entry) -> bool:
        """Whether the same vendor was asked and, for self-hosted software, at the same server."""
        return alive.vendor == dead.vendor and (alive.host == dead.host or alive.vendor not in self._anywhere)

    def why_not(self, entry: Entry, finding: Finding | None) -> str:
        """Return why an entry does not count, in words."""
        if not self.is_host(entry):
            return "keys of that vendor are asked about elsewhere"
        if finding is not None and certain_vendor(finding) not in ("", entry.vendor):
            return f"it is a key of {finding.vendor_name}"
        return "it was not certain whose key it is, and another vendor's would have been refused in the same way"


def certain_vendor(finding: Finding | None) -> str:
    """Return the vendor of a key if it is certain; empty if not, and for a key that was not found any more."""
    return finding.vendor if finding is not None and finding.certainty is Certainty.CERTAIN else ""
