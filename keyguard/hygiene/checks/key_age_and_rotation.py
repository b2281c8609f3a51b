"""``key-too-old`` and ``key-removed-not-rotated``: keys in use for too long, and keys removed but never revoked."""

from __future__ import annotations

import time
from collections.abc import Iterator

from keyguard.hygiene.envfiles import contents
from keyguard.hygiene.keys.lifetimes import KeyLifetime, is_aside, key_lifetimes, last_change
from keyguard.hygiene.project import spots
from keyguard.hygiene.project.project import Project
from keyguard.masking.secret import short_id
from keyguard.model.finding import Certainty, Confidence, Environment, Occurrence, Severity, Sighting
from keyguard.model.violation import Spot, Violation
from keyguard.support import dates
from keyguard.support.sanitize import shown_path

_DAY = 86_400
#: kinds of occurrences in history that belong to a file
_FILES = ("blob", "name")
#: kinds of references whose commits a clone receives
_SHARED = ("head", "branch", "remote", "tag")
#: spots reported for one key
_MOST = 100


def too_old(project: Project) -> Iterator[Violation]:
    """Yield ``key-too-old`` for keys that are still present and older than the project allows."""
    limit, now = project.rotation.max_age_days, project.now
    for life in key_lifetimes(project) if limit and now is not None else ():
        there = _there(life)
        if there and not is_aside(project, life) and not _is_revoked(project, life):
            first = life.first_seen()
            found = _by_commit(life, first, now) if first else _by_file(project, life, now)
            if found and found[0] > limit:
                yield _old(project, life, there, *found)


def not_rotated(project: Project) -> Iterator[Violation]:
    """Yield ``key-removed-not-rotated`` for keys that commits removed and that no record calls revoked."""
    for life in key_lifetimes(project) if project.history else ():
        removals = [one for one in life.past if _is_removal(project, one)]
        if _there(life) or not removals or is_aside(project, life) or _is_revoked(project, life):
            continue
        last = dates.sorted_dates(_removed(one) for one in removals)
        latest = next((one for one in removals if last and _removed(one) == last[-1]), removals[0])
        yield _removed_only(project, life, latest)


CHECKS = (too_old, not_rotated)


def _is_revoked(project: Project, life: KeyLifetime) -> bool:
    said = life.key.attribution
    vendor = said.vendor if said.certainty is Certainty.CERTAIN else ""
    return project.rotation.is_revoked(life.fingerprint, vendor)


# --- ages -------------------------------------------------------------------------------------------------------------


def _by_commit(life: KeyLifetime, first: Occurrence, now: int | None) -> tuple[int, str, Confidence | None]:
    """Return the age in days, a phrase that says how it is known, and the confidence."""
    since = f"first committed {dates.day(first.author_date)}, to {shown_path(first.path)}, by {first.commit[:10]}"
    return dates.age(first.author_date, now) or 0, since, None


def _by_file(project: Project, life: KeyLifetime, now: int | None) -> tuple[int, str, Confidence | None] | None:
    """Return the same for a key in no commit: at least the age of the file around it; None if unknown."""
    then = last_change(project, [path for path, _ in life.here])
    if then is None or now is None:
        return None
    day = time.strftime("%Y-%m-%d", time.gmtime(then))
    since = f"no commit has it; the file was last changed {day}, and the key may be older than that"
    return max(now - then, 0) // _DAY, since, Confidence.MEDIUM


def _old(
    project: Project, life: KeyLifetime, there: list[Spot], days: int, since: str, confidence: Confidence | None
) -> Violation:
    limit = project.rotation.max_age_days
    return Violation(
        check="key-too-old",
        message=f"{_called(project, life)} has been in use for {days:,} days: {limit:,} are allowed",
        spots=tuple(there[:_MOST]),
        because=(since,),
        severity=_severity(project, life.key, live=Severity.MEDIUM, test=Severity.INFO, other=Severity.LOW),
        confidence=confidence,
        key=life.fingerprint,
    )


# --- removals ---------------------------------------------------------------------------------------------------------


def _is_removal(project: Project, one: Sighting) -> bool:
    """Return whether a commit that a clone receives removed the key from a file of this project."""
    place = one.occurrence
    trace, below = place.trace, project.display(b"")
    if trace is None or trace.kind not in _FILES or not trace.removed or trace.reach not in _SHARED:
        return False
    return place.path.startswith(below) if below else True


def _removed(one: Sighting) -> str:
    return one.occurrence.trace.removed_date if one.occurrence.trace else ""


def _removed_only(project: Project, life: KeyLifetime, latest: Sighting) -> Violation:
    place = latest.occurrence
    day, commit = dates.day(_removed(latest)), place.trace.removed[:10] if place.trace else ""
    name = short_id(life.fingerprint)
    first = life.first_seen()
    since = f"in history since {dates.day(first.author_date)}; " if first else ""
    return Violation(
        check="key-removed-not-rotated",
        message=f"{_called(project, life)} was taken out{f' on {day}' if day else ''}, but nothing says that it"
        " was revoked",
        spots=(spots.of_key(place.path, place),),
        because=(
            f"{since}commit {commit} took it out of {shown_path(place.path)}",
            f"{name} is the finding about the key, and stays while history has it; this one ends with a record",
        ),
        severity=_severity(project, life.key, live=Severity.HIGH, test=Severity.LOW, other=Severity.MEDIUM),
        key=life.fingerprint,
        steps=(f'When it is revoked, record it: "{name}" = 2026-01-31 under [revoked] in .keyguard.toml.',),
    )


# --- words ------------------------------------------------------------------------------------------------------------


def _there(life: KeyLifetime) -> list[Spot]:
    """Return the spots where the key is now: in files, else in those of HEAD."""
    if life.here:
        return [spots.of_key(path, one.occurrence) for path, one in life.here]
    return [spots.of_key(one.occurrence.path, one.occurrence) for one in life.at_head]


def _called(project: Project, life: KeyLifetime) -> str:
    said = contents.key_phrase(project, life.key)
    return said[:1].upper() + said[1:]


def _severity(project: Project, key: Sighting, *, live: Severity, test: Severity, other: Severity) -> Severity:
    """Return the severity for the key's environment, at most that of the key itself."""
    worth = project.rules[key.attribution.rule].severity_of(key.environment)
    word = {Environment.LIVE: live, Environment.TEST: test}.get(key.environment, other)
    return min(word, worth)
