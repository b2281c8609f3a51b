"""Attributions to one vendor: certain, likely, or by the only rule that matches."""

from __future__ import annotations

from collections.abc import Iterable

from keyguard.model.finding import Attribution, Certainty, Confidence, Ground, Rule
from keyguard.rules import checksums

#: the reason where a key's own structure identifies its vendor
STRUCTURE = "the key's own structure"


def alone(rule: Rule, secret: bytes) -> Attribution:
    """Return the attribution to the only rule that matches."""
    if is_proven(rule, secret):
        return certain(rule, STRUCTURE, ground=Ground.PROOF)
    if rule.confidence is Confidence.HIGH:
        return certain(rule, "the key's prefix", ground=Ground.PROOF)
    return likely([rule], rule.vendor, "the words around it", Ground.SHAPE)


def narrowed(rules: list[Rule], secret: bytes) -> list[Rule]:
    """Return only the rules whose structure the secret has, plus the fallback; all rules if it has none."""
    few = [
        rule for rule in rules if rule.checksum in checksums.NARROWING and checksums.CHECKSUMS[rule.checksum](secret)
    ]
    return [*few, *(rule for rule in rules if rule.fallback)] if few else rules


def is_proven(rule: Rule, secret: bytes) -> bool:
    """Whether a secret has a structure that only keys of this rule have."""
    return rule.checksum in checksums.PROOFS and checksums.CHECKSUMS[rule.checksum](secret)


def certain(rule: Rule, *why: str, ground: Ground) -> Attribution:
    """Return the attribution to a rule's vendor, certain for these reasons."""
    return Attribution(rule=rule.id, vendor=rule.vendor, certainty=Certainty.CERTAIN, because=why, ground=ground)


def likely(rules: list[Rule], vendor: str, why: str, ground: Ground) -> Attribution:
    """Return the attribution to one of the vendors of these rules, likely for this reason."""
    rule = rule_of(rules, vendor)
    return Attribution(
        rule=rule.id,
        vendor=vendor,
        certainty=Certainty.LIKELY,
        because=(why,),
        ground=ground,
        possible=ids(rules),
    )


def ids(rules: Iterable[Rule]) -> tuple[str, ...]:
    """Return the ids of rules."""
    return tuple(rule.id for rule in rules)


def rule_of(rules: list[Rule], vendor: str) -> Rule:
    """Return the first rule of a vendor."""
    return next(rule for rule in rules if rule.vendor == vendor)
