"""Turn sightings into findings, one for each key with all its occurrences, and apply the user's suppressions.

Detection happens elsewhere, the decision here. Nothing below this package knows of ``--select``, ``--ignore`` or
inline markers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from keyguard.masking.secret import short_id
from keyguard.model.finding import (
    REACHES,
    Attribution,
    Certainty,
    Confidence,
    Finding,
    Ground,
    Occurrence,
    Rule,
    Severity,
    Sighting,
    Suppressed,
    Where,
)
from keyguard.rules.loader import RuleSet
from keyguard.support import dates
from keyguard.support.sanitize import shown_path
from keyguard.triage.policy import Policy

_ORDER = {Certainty.CERTAIN: 0, Certainty.LIKELY: 1, Certainty.AMBIGUOUS: 2}
#: the kinds of evidence, strongest first
_STANDING = (*Ground,)
_MOST_REASONS = 4
#: the number of occurrences that a finding lists, nearest first; further ones are counted
MOST_PLACES = 1000


class TriageResult(msgspec.Struct, frozen=True):
    """Findings, worst first, and what was suppressed."""

    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()

    @classmethod
    def of(cls, findings: Iterable[Finding], suppressed: Iterable[Suppressed]) -> TriageResult:
        """Return the result with both in order."""
        return cls(
            findings=tuple(sorted(findings, key=_finding_order)),
            suppressed=tuple(sorted(suppressed, key=lambda one: (*_place(one.occurrence), one.fingerprint))),
        )


def decide(
    sightings: Iterable[Sighting], ruleset: RuleSet, policy: Policy, ids: Mapping[str, str] | None = None
) -> TriageResult:
    """Group sightings by key, merge the attributions of each key, and apply the suppressions.

    ``ids`` maps fingerprints to short ids, if there are others besides these.
    """
    from keyguard.triage import samples

    groups: dict[str, dict[tuple[object, ...], Sighting]] = {}
    for sighting in sightings:
        groups.setdefault(sighting.fingerprint, {}).setdefault(_place(sighting.occurrence), sighting)
    ids = ids or short_ids(groups)
    rules = ruleset.by_id()
    findings: list[Finding] = []
    suppressed: list[Suppressed] = []
    for fingerprint, places in groups.items():
        group = sorted(places.values(), key=lambda one: _nearness(one.occurrence))
        attribution = _merge_attributions(_known(group, ruleset), rules)
        rule = rules[attribution.rule]
        unwanted = not policy.wants(rule.id)
        silent = [one for one in group if unwanted or (policy.inline and one.suppression is not None)]
        loud = [one for one in group if not unwanted and not (policy.inline and one.suppression is not None)]
        suppressed += [_suppressed(one, ids[fingerprint], rule, policy) for one in silent]
        if loud:
            found = _finding(loud, ids[fingerprint], attribution, rule, ruleset, policy)
            lower = samples.set_aside if found.judged else samples.lower
            severity, lowered = lower(found.severity, group)
            findings.append(msgspec.structs.replace(found, severity=severity, lowered=lowered) if lowered else found)
    return TriageResult.of(findings, suppressed)


def without_doubtful(decided: TriageResult, confidence: Confidence) -> TriageResult:
    """Return the result without the secrets that have no vendor's format and are less sure than that."""
    found = (one for one in decided.findings if not one.judged or one.confidence.rank >= confidence.rank)
    return TriageResult.of(found, decided.suppressed)


def _known(group: Sequence[Sighting], ruleset: RuleSet) -> Sequence[Sighting]:
    """Return the sightings by trusted rules; if there are none, those by rules from the scanned repository.

    A vendor's format says more than the file where the same key is found as a secret without one.
    """
    known = [one for one in group if one.attribution.rule not in ruleset.added] or group
    return [one for one in known if one.judged is None] or known


def _place(one: Occurrence) -> tuple[object, ...]:
    return (one.path, one.line, one.column, one.where.value, one.commit, one.trace.oid if one.trace else "")


def _still_there(one: Occurrence) -> bool:
    """Whether the key is at this place now: in the files, in those of HEAD, or in one of git's own files."""
    if one.where is not Where.HISTORY:
        return True
    return one.trace is not None and (one.trace.at_head or one.trace.kind == "file")


def _standing(one: Occurrence) -> tuple[int, int]:
    """Return the rank of a place: in the files, still at HEAD, then by reachability."""
    if one.where is not Where.HISTORY:
        return 0, 0
    reach = one.trace.reach if one.trace else ""
    return 1 if _still_there(one) else 2, REACHES.index(reach) if reach in REACHES else len(REACHES)


def _nearness(one: Occurrence) -> tuple[object, ...]:
    """Return the sort key for the occurrences of one key: nearest first, then newest."""
    date = dates.instant(one.author_date) if one.where is Where.HISTORY else None
    return (*_standing(one), date is None, -(date or 0), *_place(one))


def _first_seen(places: Sequence[Occurrence]) -> str:
    return next(iter(dates.sorted_dates(one.author_date for one in places)), "")


def _last_seen(places: Sequence[Occurrence]) -> str:
    """Return the date when the key was last known to be present; empty while it still is."""
    if any(map(_still_there, places)):
        return ""
    ends = [one.trace.removed_date if one.trace and one.trace.removed else one.author_date for one in places]
    return next(reversed(dates.sorted_dates(ends)), "")


def short_ids(fingerprints: Iterable[str]) -> dict[str, str]:
    """Return the shortest ids, from six digits on, that distinguish these fingerprints."""
    known = sorted(fingerprints)
    length = 6
    while len({fingerprint[:length] for fingerprint in known}) < len(known):
        length += 1
    return {fingerprint: short_id(fingerprint, length) for fingerprint in known}


def _merge_attributions(group: Sequence[Sighting], rules: dict[str, Rule]) -> Attribution:
    """Return one attribution for all places of a key: the most certain; contradictions make it ambiguous."""
    doubtful = [one for one in group if one.attribution.ground is Ground.CONTRADICTION]
    best = min(map(_surety, group))
    sure = [one for one in group if one.attribution.ground is not Ground.CONTRADICTION]
    surest = [one for one in sure if _surety(one) == best]
    vendors = {one.attribution.vendor for one in surest}
    if len(vendors) == 1 and all(vendors <= {*one.attribution.named} for one in doubtful):
        said = _placed(next((one for one in surest if one.attribution.because), surest[0]))
        return _doubted(said, [*map(_placed, doubtful)]) if doubtful else said
    every = [*map(_placed, surest + doubtful)]
    return every[0] if len(every) == 1 else _unclear(every, rules)


def _unclear(surest: Sequence[Attribution], rules: dict[str, Rule]) -> Attribution:
    """Return an ambiguous attribution to the fallback, with the vendors that have evidence first."""
    vendors = dict.fromkeys(one.vendor for one in surest if not rules[one.rule].fallback)
    named = [name for one in surest for name in one.named]
    family = rules[surest[0].rule].family
    speaker = next((rule for rule in rules.values() if rule.fallback and rule.family == family), None)
    return Attribution(
        rule=speaker.id if speaker else surest[0].rule,
        vendor=speaker.vendor if speaker else surest[0].vendor,
        certainty=Certainty.AMBIGUOUS,
        candidates=tuple(dict.fromkeys([*vendors, *named, *(name for one in surest for name in one.candidates)])),
        because=_reasons(surest),
        ground=Ground.CONTRADICTION,
    )


def _surety(one: Sighting) -> tuple[int, int]:
    """Return a rank, lower for more certain: the key's own file outranks other files, and those outrank the shape."""
    said = one.attribution
    return _ORDER[said.certainty], _STANDING.index(said.ground) if said.certainty is Certainty.LIKELY else 0


def _doubted(said: Attribution, doubts: Sequence[Attribution]) -> Attribution:
    """Return the attribution as likely at best, because other places contradict it."""
    return msgspec.structs.replace(said, certainty=Certainty.LIKELY, because=_reasons([said, *doubts]))


def _reasons(said: Sequence[Attribution]) -> tuple[str, ...]:
    """Return the first reasons of all attributions: a key may have a thousand places."""
    return tuple(dict.fromkeys(why for one in said for why in one.because))[:_MOST_REASONS]


def _placed(one: Sighting) -> Attribution:
    """Return the attribution of a sighting with the place of each reason."""
    said = one.attribution
    if said.ground not in (Ground.NAME, Ground.BESIDE, Ground.CONTRADICTION):
        return said
    return msgspec.structs.replace(said, because=tuple(_with_place(why, one.occurrence) for why in said.because))


def _with_place(why: str, place: Occurrence) -> str:
    path = shown_path(place.path)
    if why.startswith("import "):
        return f"{why} in {path}"
    if " on line " in why:
        return f"{why} of {path}"
    return why if why.endswith((" in the path", " in the same file")) else f"{why} at {path}:{place.line}"


def _severity(rule: Rule, one: Sighting, policy: Policy) -> Severity:
    if one.malformed:
        return Severity.INFO
    level = policy.level_of(rule.id)
    return rule.severity_of(one.environment) if level is None else level


def _finding(
    group: Sequence[Sighting], id: str, attribution: Attribution, rule: Rule, ruleset: RuleSet, policy: Policy
) -> Finding:
    first = _known(group, ruleset)[0]
    added = {one.attribution.rule for one in group} & ruleset.added.keys()
    vendor = ruleset.vendors[rule.vendor]
    places = tuple(one.occurrence for one in group)
    named = places[:MOST_PLACES]
    return Finding(
        id=id,
        fingerprint=first.fingerprint,
        rule=rule.id,
        title=rule.title,
        description=rule.description,
        vendor=vendor.id,
        vendor_name=vendor.name,
        certainty=attribution.certainty,
        candidates=attribution.candidates,
        because=attribution.because,
        environment=first.environment,
        severity=_severity(rule, first, policy),
        confidence=_confidence(group, rule),
        masked=first.masked,
        malformed=first.malformed,
        occurrences=named,
        more=len(places) - len(named) + sum(one.more for one in group),
        first_seen=_first_seen(places),
        last_seen=_last_seen(places),
        remedy=rule.remedy,
        rotation=rule.rotation or vendor.rotation,
        references=rule.references,
        also=tuple(sorted(added.union(*(one.also for one in group)) - {rule.id})),
        allowed_by_change=_waived(group),
        guessable=first.guessable,
        names=tuple(sorted({one.name for one in group})) if first.guessable else (),
        judged=first.judged is not None,
    )


def _confidence(group: Sequence[Sighting], rule: Rule) -> Confidence:
    """Return the confidence in a key: that of its rule, or the best of its places that count as secrets in use."""
    judged = [one for one in group if one.judged is not None]
    if len(judged) < len(group):
        return rule.confidence
    from keyguard.triage import samples

    in_use = [one for one in judged if not samples.aside_reason(one)] or judged
    return max((one.judged or Confidence.LOW for one in in_use), key=lambda one: one.rank)


def _waived(group: Sequence[Sighting]) -> tuple[str, ...]:
    """Return the markers of the change itself that would suppress the key, without effect."""
    said = [(one.waived, one.occurrence) for one in group if one.waived is not None]
    places = dict.fromkeys(f"'{marker.marker}' at {shown_path(at.path)}:{marker.line}" for marker, at in said)
    return tuple(places)[:_MOST_REASONS]


def _suppressed(one: Sighting, id: str, rule: Rule, policy: Policy) -> Suppressed:
    by_rule, found = not policy.wants(rule.id), one.suppression
    return Suppressed(
        id=id,
        fingerprint=one.fingerprint,
        rule=rule.id,
        severity=_severity(rule, one, policy),
        occurrence=one.occurrence,
        by="ignore" if by_rule else "inline",
        marker=found.marker if found and not by_rule else "",
        reason=found.reason if found and not by_rule else "",
    )


def _finding_order(one: Finding) -> tuple[object, ...]:
    nearest = one.occurrences[0]
    return (-one.severity, *_standing(nearest), *_place(nearest), one.rule, one.fingerprint)
