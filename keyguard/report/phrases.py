"""Phrases that several formats share: a finding in one line, its vendor, numbers and sizes, whatever the locale."""

from __future__ import annotations

from keyguard.model.finding import Certainty, Confidence, Environment, Finding, Occurrence, Run, Severity, Where
from keyguard.report.blocks import Block, blocks_of
from keyguard.support.sanitize import shown, shown_path

_ENVIRONMENT = {
    Environment.LIVE: ", live",
    Environment.TEST: ", test",
    Environment.PUBLISHABLE: ", publishable",
    Environment.UNKNOWN: "",
}
_UNITS = ("kB", "MB", "GB", "TB", "PB")
_MOST_CANDIDATES = 6
#: the name of the vendor in rule packs for secrets that no vendor issues, such as private keys
NO_VENDOR = "no vendor"


def headline(finding: Finding) -> str:
    """Return one line: the title of the rule and the environment, or what a check found."""
    if finding.message:
        return prose(finding.message)
    return prose(finding.title) + _ENVIRONMENT[finding.environment]


def further_problems(block: Block) -> list[str]:
    """Return ``high[key-too-old]: message (KG-…)`` for each finding about the key of a block besides the first.

    It ends with the place, if that is none of the first one's.
    """
    known = {(place.path, place.line) for place in block.head.occurrences}
    said = []
    for one in block.others:
        first = one.occurrences[0]
        where = "" if (first.path, first.line) in known else f" at {place_text(first)}"
        said.append(f"{one.severity.label}[{prose(one.rule)}]: {headline(one)}{where} ({shown(one.id)})")
    return said


def place_text(occurrence: Occurrence) -> str:
    """Return ``path:line:column`` as editors and problem matchers read it, with the commit for a place in history."""
    return f"{shown_path(occurrence.path)}:{occurrence.line}:{occurrence.column}{in_commit(occurrence)}"


def in_commit(occurrence: Occurrence) -> str:
    """Return `` in commit 4f2c1ab990``; empty if there is none, or if the place is the commit itself."""
    if not occurrence.commit or (occurrence.trace is not None and occurrence.trace.kind == "commit"):
        return ""
    return f" in commit {shown(occurrence.commit[:10])}"


def evidence(finding: Finding) -> list[str]:
    """Return the evidence of a check, a line for each reason.

    For a key, whose evidence is about its vendor, return which of the scanned repository's own rules also match it.
    """
    if finding.also:
        rules = any_of([prose(rule) for rule in finding.also]).replace(" or ", " and ")
        return [f"also found by {rules}, of this repository's own rules"]
    return [prose(reason) for reason in finding.because] if finding.kind == "hygiene" else []


def verdict_text(finding: Finding) -> str:
    """Return what the vendor said of the key; empty if it was not asked."""
    if finding.verdict is None:
        return ""
    asked = f" ({prose(finding.verdict.host)})" if finding.verdict.host else ""
    return f"{finding.verdict.state.value}: {prose(finding.verdict.reason)}{asked}"


def ended_text(finding: Finding) -> str:
    """Return how it is known that a key no longer works; empty if it may."""
    state, _, day = finding.ended.partition(" ")
    if not state:
        return ""
    when = f" on {prose(day)}" if day else ""
    if state != "revoked":
        return f"inactive: its vendor refused it{when}"
    there = any(one.where is not Where.HISTORY or (one.trace and one.trace.at_head) for one in finding.occurrences)
    still = "; still in the files, and so as severe as before" if there else ""
    return f"revoked{when}, as recorded{still}"


def lowered_text(finding: Finding) -> str:
    """Return why a key seems to be a sample, and what to do if it is; empty if its severity was not lowered."""
    if not finding.lowered:
        return ""
    return f"probably a sample: {'; '.join(map(prose, finding.lowered))}; {if_harmless(finding, 'it is')}"


def is_doubtful(finding: Finding) -> bool:
    """Return whether the finding may be wrong. A key whose vendor alone is uncertain is a key."""
    unclear = finding.certainty is Certainty.AMBIGUOUS and finding.confidence is Confidence.MEDIUM
    return finding.confidence is not Confidence.HIGH and not (unclear and has_vendor(finding))


def if_harmless(finding: Finding, condition: str) -> str:
    """Return ``if it is: keyguard accept KG-7f3a9c --reason TEXT``."""
    return f"if {condition}: keyguard accept {shown(finding.id)} --reason TEXT"


def allowed_text(finding: Finding) -> str:
    """Return how the scanned change would allow the finding, which has no effect; empty if it does not."""
    if not finding.allowed_by_change:
        return ""
    return f"allowed by this change, which does not count: {'; '.join(map(prose, finding.allowed_by_change))}"


def has_vendor(finding: Finding) -> bool:
    """Return whether a vendor issues such keys, known or not."""
    return bool(finding.vendor) and finding.vendor_name != NO_VENDOR


def attribution_text(finding: Finding, run: Run) -> str:
    """Return the vendor with certainty and evidence; the candidates if the vendor is ambiguous."""
    because = "; ".join(prose(reason) for reason in finding.because) if finding.kind == "key" else ""
    if finding.certainty is Certainty.AMBIGUOUS:
        names = [_vendor_name(run, vendor) for vendor in finding.candidates] or [prose(finding.vendor_name)]
        said = f"cannot be told: {any_of(names)}"
        return f"{said} ({because})" if because else said
    said = f"{prose(finding.vendor_name)}, {finding.certainty.value}"
    return f"{said}: {because}" if because else said


def any_of(names: list[str]) -> str:
    """Return ``a, b or c``; after six names, how many more there are."""
    if len(names) > _MOST_CANDIDATES:
        return ", ".join(names[:_MOST_CANDIDATES]) + f" or {number(len(names) - _MOST_CANDIDATES)} more"
    return " or ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def prose(text: str) -> str:
    """Return a text of ours or of a rule pack on one line, safe for terminals."""
    return shown(" ".join(text.split()))


def steps(text: str) -> list[str]:
    """Return the same with its line breaks kept: one line for each step."""
    return [line for line in map(prose, text.splitlines()) if line]


def number(count: int) -> str:
    """Return ``1,204``."""
    return f"{count:,}"


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return ``1 file`` or ``2 files``."""
    return f"{number(count)} {noun if count == 1 else plural or noun + 's'}"


def size(count: int) -> str:
    """Return a number of bytes for people, in powers of a thousand: ``812 B``, ``41.2 MB``."""
    if count < 1000:
        return f"{count} B"
    value, power = count / 1000, 0
    while value >= 999.95 and power < len(_UNITS) - 1:
        value, power = value / 1000, power + 1
    return f"{value:.1f} {_UNITS[power]}"


def by_severity(run: Run) -> list[tuple[Severity, int]]:
    """Return the number of keys, and of findings without one, for each severity that has any, the highest first."""
    counts = dict.fromkeys(sorted(Severity, reverse=True), 0)
    for block in blocks_of(run.findings):
        counts[block.severity] += 1
    return [(severity, count) for severity, count in counts.items() if count]


def _vendor_name(run: Run, vendor: str) -> str:
    known = run.vendors.get(vendor)
    return prose(known.name if known else vendor)
