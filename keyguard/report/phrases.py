"""Words that several formats share: a finding in a line, whose key it is, numbers and sizes. Locale plays no part."""

from __future__ import annotations

from keyguard.model.finding import Certainty, Environment, Finding, Occurrence, Run, Severity
from keyguard.support.sanitize import shown, shown_path

_ENVIRONMENT = {
    Environment.LIVE: ", live",
    Environment.TEST: ", test",
    Environment.PUBLISHABLE: ", publishable",
    Environment.UNKNOWN: "",
}
_UNITS = ("kB", "MB", "GB", "TB", "PB")
_MOST_CANDIDATES = 6


def headline(finding: Finding) -> str:
    """What it is, on one line: the title of the rule and the environment, or what is wrong with how a key is kept."""
    if finding.message:
        return prose(finding.message)
    return prose(finding.title) + _ENVIRONMENT[finding.environment]


def place(occurrence: Occurrence) -> str:
    """``path:line:column`` as editors and problem matchers read it, and the commit if it is in history."""
    return f"{shown_path(occurrence.path)}:{occurrence.line}:{occurrence.column}{in_commit(occurrence)}"


def in_commit(occurrence: Occurrence) -> str:
    """`` in commit 4f2c1ab990``; nothing where there is none, or where the place is the commit itself."""
    if not occurrence.commit or (occurrence.trace is not None and occurrence.trace.kind == "commit"):
        return ""
    return f" in commit {shown(occurrence.commit[:10])}"


def evidence(finding: Finding) -> list[str]:
    """Why hygiene says what it says, a line a reason; of a key, whose vendor the reasons are about, which rules of the
    scanned repository's own find it, too.
    """
    if finding.also:
        rules = any_of([prose(rule) for rule in finding.also]).replace(" or ", " and ")
        return [f"also found by {rules}, of this repository's own rules"]
    return [prose(reason) for reason in finding.because] if finding.kind == "hygiene" else []


def alive(finding: Finding) -> str:
    """What the vendor said of the key; nothing where nobody was asked."""
    if finding.verdict is None:
        return ""
    asked = f" ({prose(finding.verdict.host)})" if finding.verdict.host else ""
    return f"{finding.verdict.state.value}: {prose(finding.verdict.reason)}{asked}"


def dead(finding: Finding) -> str:
    """Return how it is known that a key no longer works; empty if it may."""
    state, _, day = finding.ended.partition(" ")
    if not state:
        return ""
    when = f" on {prose(day)}" if day else ""
    return f"revoked{when}, as recorded" if state == "revoked" else f"inactive: its vendor refused it{when}"


def allowed(finding: Finding) -> str:
    """By what the change that is judged would allow it, without effect; nothing for what it does not."""
    if not finding.allowed_by_change:
        return ""
    return f"allowed by this change, which does not count: {'; '.join(map(prose, finding.allowed_by_change))}"


def whose(finding: Finding, run: Run) -> str:
    """The vendor, how sure that is and why; the candidates where it cannot be told."""
    because = "; ".join(prose(reason) for reason in finding.because) if finding.kind == "key" else ""
    if finding.certainty is Certainty.AMBIGUOUS:
        names = [_vendor_name(run, vendor) for vendor in finding.candidates] or [prose(finding.vendor_name)]
        said = f"cannot be told: {any_of(names)}"
        return f"{said} ({because})" if because else said
    said = f"{prose(finding.vendor_name)}, {finding.certainty.value}"
    return f"{said}: {because}" if because else said


def any_of(names: list[str]) -> str:
    """``a, b or c``; after six of them, how many more."""
    if len(names) > _MOST_CANDIDATES:
        return ", ".join(names[:_MOST_CANDIDATES]) + f" or {number(len(names) - _MOST_CANDIDATES)} more"
    return " or ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def prose(text: str) -> str:
    """A text of ours or of a rule pack on one line."""
    return shown(" ".join(text.split()))


def steps(text: str) -> list[str]:
    """The same with its line breaks kept: a line a step."""
    return [line for line in map(prose, text.splitlines()) if line]


def number(count: int) -> str:
    """``1,204``."""
    return f"{count:,}"


def counted(count: int, noun: str, plural: str = "") -> str:
    """``1 file``, ``2 files``."""
    return f"{number(count)} {noun if count == 1 else plural or noun + 's'}"


def size(count: int) -> str:
    """Bytes for people, in powers of a thousand: ``812 B``, ``41.2 MB``."""
    if count < 1000:
        return f"{count} B"
    value, power = count / 1000, 0
    while value >= 999.95 and power < len(_UNITS) - 1:
        value, power = value / 1000, power + 1
    return f"{value:.1f} {_UNITS[power]}"


def by_severity(run: Run) -> list[tuple[Severity, int]]:
    """How many findings of each severity there are, the worst first, none left out that has any."""
    counts = dict.fromkeys(sorted(Severity, reverse=True), 0)
    for finding in run.findings:
        counts[finding.severity] += 1
    return [(severity, count) for severity, count in counts.items() if count]


def _vendor_name(run: Run, vendor: str) -> str:
    known = run.vendors.get(vendor)
    return prose(known.name if known else vendor)
