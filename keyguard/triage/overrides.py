"""Apply what the configuration says about findings whose places are all in some files (``[[paths]]``)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property

import msgspec

from keyguard.config.keys import PathSettings
from keyguard.config.values import parse_severity
from keyguard.model.finding import Finding, Occurrence, Severity, Suppressed, Where
from keyguard.sources.excludes import Exclude, Excluded
from keyguard.triage.findings import MOST_PLACES, TriageResult
from keyguard.triage.policy import Policy

#: kinds of traces whose path is the path of a file
_FILES = ("blob", "name")


class PathOverride(msgspec.Struct, frozen=True):
    """What holds for findings whose places are all in matching files."""

    match: Exclude
    severity: Severity | None = None
    """Lowers only; None leaves it as it is."""
    policy: Policy = Policy()
    """Its ``ignore`` are the rules that are not reported there."""


def path_overrides(settings: Iterable[tuple[str, PathSettings]]) -> tuple[PathOverride, ...]:
    """Return what settings say; each comes with the folder that its patterns are relative to."""
    return tuple(
        PathOverride(
            Exclude(folder, one.match),
            parse_severity(one.severity) if one.severity else None,
            Policy(ignore=one.ignore),
        )
        for folder, one in settings
    )


class PathOverrides:
    """Several of them, for paths below the top of one project."""

    def __init__(
        self, overrides: Sequence[PathOverride], top: bytes, relative: Callable[[Occurrence], bytes] | None = None
    ) -> None:
        """``relative`` returns the path of a place below ``top``; without it, it is the place's own path."""
        self._overrides = overrides
        self._top = top
        self._relative = relative or (lambda place: place.path)

    def ignores(self, finding: Finding) -> bool:
        """Return whether the finding is not to be reported, because of where its places are."""
        return any(not one.policy.wants(finding.rule) for one in self._matching(finding))

    def severity(self, finding: Finding) -> Severity:
        """Return the severity of the finding, lowered because of where its places are."""
        return min([finding.severity, *(one.severity for one in self._matching(finding) if one.severity is not None)])

    def _matching(self, finding: Finding) -> Iterator[PathOverride]:
        # further places that are not listed may be in other files
        if not (finding.more and len(finding.occurrences) >= MOST_PLACES):
            for one, matches in zip(self._overrides, self._patterns, strict=True):
                if all(self._covers(matches, place) for place in finding.occurrences):
                    yield one

    def _covers(self, matches: Excluded, place: Occurrence) -> bool:
        if place.where is Where.STDIN or (place.trace is not None and place.trace.kind not in _FILES):
            return False
        return matches.covers(self._top, self._relative(place))

    @cached_property
    def _patterns(self) -> list[Excluded]:
        return [Excluded([one.match]) for one in self._overrides]


def with_paths(decided: TriageResult, overrides: PathOverrides) -> TriageResult:
    """Return the findings with lower severities, and without those that are ignored, where all places match."""
    found: list[Finding] = []
    suppressed = [*decided.suppressed]
    for one in decided.findings:
        if overrides.ignores(one):
            suppressed += _places(one)
        else:
            found.append(msgspec.structs.replace(one, severity=overrides.severity(one)))
    return TriageResult.of(found, suppressed)


def _places(finding: Finding) -> Iterator[Suppressed]:
    for place in finding.occurrences:
        yield Suppressed(
            id=finding.id,
            fingerprint=finding.fingerprint,
            rule=finding.rule,
            severity=finding.severity,
            occurrence=place,
            by="ignore",
        )
