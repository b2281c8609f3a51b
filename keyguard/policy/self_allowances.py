"""What a change would allow for itself: such findings stay, count, and say so."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator

import msgspec

from keyguard.config import project_config
from keyguard.config.project_config import Settings
from keyguard.config.rotation import Rotation
from keyguard.model.finding import Finding, Run, Severity
from keyguard.sources.excludes import Exclude, left_out
from keyguard.triage.findings import Policy


class OwnSettings(msgspec.Struct, frozen=True):
    """What a change says in its own configuration."""

    policy: Policy
    fail_on: Severity
    revoked: Rotation
    excludes: tuple[Exclude, ...]
    max_size: int | None
    sizes: Callable[[Collection[str]], dict[str, int]]
    """Bytes of the objects of these ids."""
    top: bytes
    """The folder that paths in reports are relative to."""
    path: str
    """Of the file, as people know it."""


def own_settings(settings: Settings, top: str, sizes: Callable[[Collection[str]], dict[str, int]]) -> OwnSettings:
    """What these settings, of a change, would decide if they counted."""
    said = settings.config
    return OwnSettings(
        policy=Policy(select=said.select, ignore=said.ignore),
        fail_on=project_config.parse_severity(said.fail_on),
        revoked=settings.rotation(),
        max_size=project_config.parse_size(said.max_size),
        sizes=sizes,
        excludes=tuple(Exclude(base, patterns) for base, patterns in settings.excludes()),
        top=os.fsencode(top),
        path=settings.origin.path,
    )


def add_allowances(run: Run, own: OwnSettings, revoked: Rotation) -> Run:
    """The same run, in which findings say by what the change would allow them; ``revoked`` is what counts already."""
    is_out = left_out(own.excludes)
    large = _too_large(run, own)

    def reasons(one: Finding) -> Iterator[str]:
        yield from one.allowed_by_change
        if not own.policy.wants(one.rule):
            yield f"{'select' if own.policy.select else 'ignore'} in {own.path}"
        if is_out and any(is_out(own.top, place.path) for place in one.occurrences):
            yield f"exclude in {own.path}"
        if any(place.trace and place.trace.oid in large for place in one.occurrences):
            yield f"max-size in {own.path}"
        if run.fail_on <= one.severity < own.fail_on:
            yield f"fail-on in {own.path}"
        if own.revoked.is_revoked(one.fingerprint) and not revoked.is_revoked(one.fingerprint):
            yield f"[revoked] in {own.path}"

    found = tuple(msgspec.structs.replace(one, allowed_by_change=tuple(reasons(one))) for one in run.findings)
    return msgspec.structs.replace(run, findings=found)


def _too_large(run: Run, own: OwnSettings) -> set[str]:
    """The files with keys that are larger than the change wants anybody to read."""
    if own.max_size is None:
        return set()
    traces = [place.trace for one in run.findings for place in one.occurrences if place.trace]
    sizes = own.sizes({trace.oid for trace in traces if trace.kind == "blob"})
    return {oid for oid, size in sizes.items() if size > own.max_size}


def changed_settings(before: Settings | None, after: Settings | None) -> tuple[str, ...]:
    """The names of all that two configurations set differently."""
    usual = project_config.Config()
    one, other = (before.config if before else usual), (after.config if after else usual)
    names = zip(project_config.Config.__struct_fields__, project_config.Config.__struct_encode_fields__, strict=True)
    found = [word for field, word in names if getattr(one, field) != getattr(other, field)]
    same_packs = (before.packs if before else ()) == (after.packs if after else ())
    return tuple(found) if same_packs else (*found, "rules")
