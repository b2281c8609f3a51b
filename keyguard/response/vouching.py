"""Whose word counts that a key is dead: its own vendor's, asked where that vendor takes keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from keyguard.endpoints import Request
from keyguard.model import Certainty, Finding
from keyguard.remote.journal import Entry, is_alive, is_dead, is_word_of
from keyguard.rules import RuleSet
from keyguard.userconfig import Reached
from keyguard.verdict import State


class Vouching:
    """The hosts at which each vendor is asked, by the packs and by what the user has set for himself."""

    def __init__(self, ruleset: RuleSet, reached: Mapping[str, Reached]) -> None:
        """``ruleset`` is of packs that are trusted with addresses."""
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
        """Whether the host of an entry is one at which its vendor is asked, or software runs that the user named.

        An entry without a host was made by hand.
        """
        return not entry.host or entry.vendor in self._anywhere or entry.host in self._hosts.get(entry.vendor, ())

    def state(self, finding: Finding, entries: Sequence[Entry]) -> State | None:
        """What is known of a key by the last of these entries that is about it, and is the word of its vendor."""
        for one in reversed(entries):
            if one.fingerprint != finding.fingerprint:
                continue
            if is_alive(one):
                return State.ACTIVE
            if is_dead(one) and self.counts(one, finding):
                return State.INACTIVE
            if one.action == "verify" and one.outcome == State.UNKNOWN.value:
                return State.UNKNOWN
        return None

    def counts(self, entry: Entry, finding: Finding | None) -> bool:
        """Whether an entry is the word of a key's own vendor. ``finding`` is None where the key stands nowhere now."""
        certain = finding is not None and finding.certainty is Certainty.CERTAIN
        return self.is_host(entry) and is_word_of(entry, finding.vendor if finding and certain else "")

    def why_not(self, entry: Entry, finding: Finding | None) -> str:
        """Why an entry does not count, in words."""
        if not self.is_host(entry):
            return "keys of that vendor are asked about elsewhere"
        if finding is not None and finding.certainty is Certainty.CERTAIN:
            return f"it is a key of {finding.vendor_name}"
        return "it was not certain whose key it is, and another vendor's would have been refused in the same way"
