"""The rules that match one text, the vendors that the key could belong to, and those mentioned near it."""

from __future__ import annotations

from keyguard.attribution.evidence.vendor_mentions import VendorMentions
from keyguard.model.finding import Attribution, Rule, Vendor
from keyguard.rules import checksums
from keyguard.rules.loader import RuleSet


class Candidates:
    """The rules that match the same text, and their vendors."""

    def __init__(self, rules: list[Rule], ruleset: RuleSet) -> None:
        self.rules = rules
        #: what their shape alone says of them, once that was asked
        self.shapes: list[Attribution | None] = []
        self.provable = [rule for rule in rules if rule.checksum in checksums.PROOFS]
        self.narrowing = any(rule.checksum in checksums.NARROWING for rule in rules)
        self.vendors = {rule.vendor: ruleset.vendors[rule.vendor] for rule in rules if not rule.fallback}
        family = next((rule.family for rule in rules if rule.fallback), "")
        known = {rule.vendor for rule in rules}
        self.others = {
            rule.vendor: ruleset.vendors[rule.vendor]
            for rule in (ruleset.rules if family else ())
            if rule.family == family and rule.vendor not in known
        }
        """Vendors of the same family whose known keys look different."""
        self.known = {**self.vendors, **self.others}
        self.nearby = VendorMentions([*self.vendors.values(), *self.others.values()])


class NamedCandidates(dict[str, Vendor]):
    """The vendors mentioned near a key, out of ``everyone``, the candidates; likewise out of the ``others``."""

    def __init__(self, company: Candidates, named: set[str]) -> None:
        # mostly none is
        super().__init__([(id, vendor) for id, vendor in company.vendors.items() if id in named] if named else ())
        self.everyone = company.vendors
        self.several = len(named) > 1
        self.others = {id: vendor for id, vendor in company.others.items() if id in named} if named else {}
