"""Attributions by evidence from several files, and whether a mention is of what a file imports."""

from __future__ import annotations

from collections.abc import Container, Iterable

import msgspec

from keyguard.attribution.evidence.vendor_names import Evidence
from keyguard.model.finding import Attribution, Certainty, Ground, Rule
from keyguard.support.regex import expression

#: grounds that evidence from other files may override
_WEAK = (Ground.SHAPE, Ground.NOTHING)
_MOST_REASONS = 3
#: the first name of a chain of members
_ROOT = expression(
    rb"(?<![\w$.)\]])([A-Za-z_$][\w$]{0,60})(?:(?:\?\.|\.|->|::)[\w$]{1,60}|\[[\w\"']{1,60}\]){0,6}(?:\?\.|\.|->|::)$"
)


def decided(said: Attribution, levels: list[list[Evidence]], rules: list[Rule]) -> Attribution:
    """Return the attribution by the nearest evidence; ambiguous if it contradicts itself or the key's own file."""
    evidence = levels[0] if said.ground not in _WEAK else next(filter(None, levels), [])
    own = {said.vendor} if said.certainty is Certainty.LIKELY else set()
    named = {one.vendor for one in evidence} | own
    if not evidence:
        return said
    if len(named) > 1:
        return _doubted(said, evidence, rules)
    vendor = evidence[0].vendor
    more = [one for level in levels if {one.vendor for one in level} == {vendor} for one in level[:1]]
    reasons = [*(said.because if own else ()), *(one.why for one in more)]
    rule = next(rule for rule in rules if rule.vendor == vendor)
    return msgspec.structs.replace(
        said,
        rule=rule.id,
        vendor=vendor,
        certainty=Certainty.LIKELY,
        candidates=(),
        because=tuple(dict.fromkeys(reasons))[:_MOST_REASONS],
        ground=Ground.PROJECT if said.ground in _WEAK else said.ground,
    )


def _doubted(said: Attribution, evidence: list[Evidence], rules: list[Rule]) -> Attribution:
    """Return the attribution with several named candidates: still ambiguous, but these come first."""
    speaker = next((rule for rule in rules if rule.fallback), None)
    own = [said.vendor] if said.certainty is Certainty.LIKELY else []
    if speaker is None:
        return said
    others = said.candidates or sorted(rule.vendor for rule in rules if not rule.fallback)
    return msgspec.structs.replace(
        said,
        rule=speaker.id,
        vendor=speaker.vendor,
        certainty=Certainty.AMBIGUOUS,
        candidates=tuple(dict.fromkeys([*own, *(one.vendor for one in evidence), *others])),
        because=tuple(dict.fromkeys([*said.because, *(one.why for one in evidence)]))[: _MOST_REASONS + 1],
        ground=Ground.PROJECT,
    )


def distinct(found: Iterable[Evidence]) -> list[Evidence]:
    """Return the first evidence for each vendor, ordered by vendor."""
    first: dict[str, Evidence] = {}
    for one in found:
        first.setdefault(one.vendor, one)
    return [first[vendor] for vendor in sorted(first)]


def is_imported(text: bytes, at: int, name: bytes, objects: Container[bytes]) -> bool:
    """Whether a mention is the imported name itself, or a member of one of the imported objects."""
    before = text[max(0, at - 200) : at]
    if not before.endswith((b".", b"->", b"::")):
        return name in objects
    found = _ROOT.search(before)
    return bool(found and found[1] in objects)
