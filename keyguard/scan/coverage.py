"""Build the result of a scan: triaged and sorted findings, with an account of what was read and what was not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from keyguard import __version__
from keyguard.config.rotation import DEFAULT_ROTATION, Rotation
from keyguard.containers.kinds import counted
from keyguard.engine.compiled import Engine
from keyguard.inspection.filenames import Names
from keyguard.inspection.results import Results
from keyguard.masking.known_values import KNOWN
from keyguard.model.finding import UNOPENED, Confidence, Configuration, Coverage, Run, Severity, Sighting, Skipped
from keyguard.rules.loader import RuleSet
from keyguard.scan.acceptance import prefix_of, with_accepted_gaps, without_accepted
from keyguard.scan.overrides import with_overrides
from keyguard.sources.listing import Folder
from keyguard.triage import findings
from keyguard.triage.dead_keys import lower_dead
from keyguard.triage.findings import TriageResult, without_doubtful
from keyguard.triage.policy import Policy
from keyguard.triage.refused_commits import lower_refused

if TYPE_CHECKING:
    from keyguard.history.result import HistoryResult
    from keyguard.hygiene.run import HygieneResult
    from keyguard.triage.overrides import PathOverride


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """The settings that decide what is reported."""

    policy: Policy = Policy()
    paths: tuple[PathOverride, ...] = ()
    """What holds for findings whose places are all in some files, …"""
    start: str = "."
    """… found from this path."""
    fail_on: Severity = Severity.LOW
    confidence: Confidence = Confidence.HIGH
    """The least confidence with which secrets without a vendor's format fail the run."""
    audit: bool = True
    """Whether secrets below that are shown as well."""
    allow_incomplete: bool = False
    fail_on_unread: bool = False
    """Whether what a scan does not open makes it incomplete."""
    now: int | None = None
    """Seconds since the epoch, from which ages are computed; None: reports have no ages."""
    keys: bool = True
    """Whether keys are reported, and not only hygiene violations."""
    configuration: Configuration = Configuration()
    """The configuration that these settings come from."""
    accepted: Callable[[], bytes] | None = None
    """Returns the file of accepted findings; None if none counts."""
    rotation: Rotation = DEFAULT_ROTATION
    """Which keys are known to be dead."""
    whole: bool = False
    """Whether a whole project is scanned, so that an accepted finding that is not found no longer exists."""


class Collected(msgspec.Struct, kw_only=True):
    """Everything that one scan has collected so far."""

    scope: str
    listed: int = 0
    tally: Results = msgspec.field(default_factory=Results)
    past: HistoryResult | None = None
    kept: HygieneResult | None = None
    gaps: Sequence[Skipped] = ()
    """Gaps that each represent any number of files."""
    folders: Sequence[Folder] = ()
    """The folders that were listed."""


def build_run(seen: Collected, engine: Engine, terms: Terms) -> Run:
    """Return the run for what was collected."""
    names, past, kept, tally = Names(engine), seen.past, seen.kept, seen.tally
    chosen = [*tally.skipped, *seen.gaps, *(past.skipped if past else []), *(kept.skipped if kept else [])]
    judged = [_judged(one, terms) for one in with_accepted_gaps(chosen, terms.accepted, terms.now)]
    skipped = tuple(sorted(map(names.hide_in, judged)))
    sightings = tally.sightings + (past.sightings if past else []) if terms.keys else []
    decided, ruleset = TriageResult(), RuleSet()
    if sightings or (kept and kept.violations):
        ruleset = engine.ruleset
        decided = _decide(names.hide_all(sightings), kept, ruleset, terms)
        decided = with_overrides(decided, terms.paths, terms.start, seen.folders)
        decided = lower_refused(lower_dead(decided, terms.rotation, ruleset.by_id()))
    whole = terms.whole and not any(one.gap for one in skipped)
    if not terms.audit:
        decided = without_doubtful(decided, terms.confidence)
    decided, unused = without_accepted(
        decided, terms.accepted, seen.folders, terms.now, whole=whole, digests={one.digest for one in skipped}
    )
    rules = ruleset.by_id()
    found = sorted({finding.rule for finding in decided.findings} & rules.keys())
    vendors = {name for finding in decided.findings for name in (finding.vendor, *finding.candidates)}
    KNOWN.exempt(partial(_ids, decided))
    return Run(
        version=__version__,
        findings=decided.findings,
        suppressed=decided.suppressed,
        unused=len(unused),
        skipped=skipped,
        coverage=_coverage(seen, engine, names, complete=not any(one.gap for one in skipped)),
        placeholders=tally.placeholders + (past.placeholders if past else 0),
        fail_on=terms.fail_on,
        confidence=terms.confidence,
        allow_incomplete=terms.allow_incomplete,
        keys=terms.keys,
        rules=tuple(rules[name] for name in found),
        vendors={name: ruleset.vendors[name] for name in sorted(vendors & ruleset.vendors.keys())},
        configuration=names.hide_in_configuration(terms.configuration),
        prefix=prefix_of(seen.folders),
        now=terms.now,
    )


def _judged(one: Skipped, terms: Terms) -> Skipped:
    """Return the entry, as a gap if the user wants what is not opened to be one."""
    is_gap = terms.fail_on_unread and one.reason in UNOPENED
    return msgspec.structs.replace(one, gap=True) if is_gap else one


def _coverage(seen: Collected, engine: Engine, names: Names, *, complete: bool) -> Coverage:
    tally, past, kept = seen.tally, seen.past, seen.kept
    return Coverage(
        scope=seen.scope,
        listed=seen.listed,
        read=tally.read,
        skipped=seen.listed - tally.read if seen.gaps else sum(not one.member for one in tally.skipped),
        bytes=tally.size,
        rules=engine.count,
        added=tuple((names.masked_text(name), count) for name, count in engine.added),
        checks=kept.checks if kept else 0,
        engine=engine.prefilter.name,
        complete=complete,
        unopened=counted(tally.skipped),
        history=names.hide_in_coverage(past.coverage) if past else None,
    )


def _ids(decided: TriageResult) -> Iterator[str]:
    """Yield the ids of keys and objects in a run, which masking must leave as they are."""
    yield from (name for one in decided.findings for name in (one.id, one.fingerprint))
    yield from (name for one in decided.suppressed for name in (one.id, one.fingerprint))
    for place in (place for one in decided.findings for place in one.occurrences):
        yield from (place.commit, *((place.trace.oid, place.trace.removed) if place.trace else ()))


def _decide(sightings: list[Sighting], kept: HygieneResult | None, ruleset: RuleSet, terms: Terms) -> TriageResult:
    if kept is None or not kept.violations:
        return findings.decide(sightings, ruleset, terms.policy)
    from keyguard.hygiene.data import tables
    from keyguard.triage import violations

    names = {one.fingerprint for one in sightings} | set(map(violations.fingerprint, kept.violations))
    ids = findings.short_ids(names)
    keys = findings.decide(sightings, ruleset, terms.policy, ids)
    facts = violations.Lookups(tables.checks(), kept.sightings, ruleset)
    ways = violations.decide(kept.violations, facts, terms.policy, ids)
    return TriageResult.of(keys.findings + ways.findings, keys.suppressed + ways.suppressed)
