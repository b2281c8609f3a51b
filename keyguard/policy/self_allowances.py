"""Findings that a change's own configuration would suppress: they are reported, count, and say so."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from typing import TYPE_CHECKING

import msgspec

from keyguard.acceptance import PATH
from keyguard.config import project_config
from keyguard.config.project_config import Settings
from keyguard.config.rotation import Rotation
from keyguard.config.values import parse_confidence, parse_severity, parse_size
from keyguard.model.finding import Confidence, Finding, Run, Severity
from keyguard.sources.excludes import Exclude, Excluded
from keyguard.support.errors import ConfigError
from keyguard.triage.overrides import PathOverride, PathOverrides, path_overrides
from keyguard.triage.policy import Policy
from keyguard.triage.samples import less_severe

if TYPE_CHECKING:
    from keyguard.acceptance.matching import Accepted


class OwnSettings(msgspec.Struct, frozen=True):
    """The settings in a change's own configuration."""

    policy: Policy
    fail_on: Severity
    confidence: Confidence
    revoked: Rotation
    excludes: tuple[Exclude, ...]
    max_size: int | None
    containers: bool
    """Whether containers are opened."""
    sizes: Callable[[Collection[str]], dict[str, int]]
    """Maps object ids to sizes in bytes."""
    top: bytes
    """The folder to which paths in reports are relative."""
    path: str
    """The path of the configuration file, for people."""
    paths: tuple[PathOverride, ...] = ()
    accepted: bytes = b""
    """The change's file of accepted findings."""


def own_settings(
    settings: Settings, top: str, sizes: Callable[[Collection[str]], dict[str, int]], accepted: bytes = b""
) -> OwnSettings:
    """Return what these settings of a change, and its accepted findings, would decide if they were in effect."""
    said = settings.config
    return OwnSettings(
        policy=Policy(
            select=said.select,
            ignore=said.ignore,
            levels={name: parse_severity(level) for name, level in said.severity.items()},
        ),
        fail_on=parse_severity(said.fail_on),
        confidence=parse_confidence(said.confidence),
        revoked=settings.rotation(),
        max_size=parse_size(said.max_size),
        containers=not said.no_containers,
        sizes=sizes,
        excludes=tuple(Exclude(base, patterns) for base, patterns in settings.excludes()),
        top=os.fsencode(top),
        path=settings.origin.path,
        paths=path_overrides(settings.paths()),
        accepted=accepted,
    )


def add_allowances(run: Run, own: OwnSettings, revoked: Rotation) -> Run:
    """Return the run, with findings that list the settings of the change that would suppress them.

    ``revoked`` is the rotation that is in effect already.
    """
    # a pattern that is not obeyed allows nothing
    out = Excluded(own.excludes)
    large = _too_large(run, own)
    accepted = _accepted(own.accepted)
    paths = PathOverrides(own.paths, own.top)

    def reasons(one: Finding) -> Iterator[str]:
        yield from one.allowed_by_change
        if not own.policy.wants(one.rule):
            yield f"{'select' if own.policy.select else 'ignore'} in {own.path}"
        if out and any(out.covers(own.top, place.path) for place in one.occurrences):
            yield f"exclude in {own.path}"
        if any(place.trace and place.trace.oid in large for place in one.occurrences):
            yield f"max-size in {own.path}"
        if not own.containers and any(place.member for place in one.occurrences):
            yield f"no-containers in {own.path}"
        if run.fail_on <= one.severity < own.fail_on:
            yield f"fail-on in {own.path}"
        if one.judged and run.confidence.rank <= one.confidence.rank < own.confidence.rank:
            yield f"confidence in {own.path}"
        if _own_level(one, own) < one.severity:
            yield f"[severity] in {own.path}"
        if paths.ignores(one) or paths.severity(one) < one.severity:
            yield f"[[paths]] in {own.path}"
        if own.revoked.is_revoked(one.fingerprint) and not revoked.is_revoked(one.fingerprint):
            yield f"[revoked] in {own.path}"
        if accepted and accepted.find(one):
            yield PATH

    found = tuple(msgspec.structs.replace(one, allowed_by_change=tuple(reasons(one))) for one in run.findings)
    return msgspec.structs.replace(run, findings=found)


def _own_level(one: Finding, own: OwnSettings) -> Severity:
    """Return the severity of a finding by the change's own ``[severity]``; a seeming sample is one step below that."""
    level = own.policy.level_of(one.rule)
    if level is None or one.malformed:
        return one.severity
    return less_severe(level) if one.lowered else level


def _accepted(data: bytes) -> Accepted | None:
    """Return what the change would accept; None if that is nothing, or its file is invalid."""
    if not data:
        return None
    from keyguard.acceptance.entry import parse  # most changes have no such file
    from keyguard.acceptance.matching import Accepted

    try:
        entries = parse(data, PATH)
    except ConfigError:
        return None
    return Accepted(entries, lambda place: place.path, None) if entries else None


def _too_large(run: Run, own: OwnSettings) -> set[str]:
    """Return the ids of objects with keys that are larger than the change's own ``max-size``."""
    if own.max_size is None:
        return set()
    traces = [place.trace for one in run.findings for place in one.occurrences if place.trace]
    sizes = own.sizes({trace.oid for trace in traces if trace.kind == "blob"})
    return {oid for oid, size in sizes.items() if size > own.max_size}


def changed_settings(before: Settings | None, after: Settings | None) -> tuple[str, ...]:
    """Return the names of all settings in which two configurations differ."""
    usual = project_config.Config()
    one, other = (before.config if before else usual), (after.config if after else usual)
    names = zip(project_config.Config.__struct_fields__, project_config.Config.__struct_encode_fields__, strict=True)
    found = [word for field, word in names if getattr(one, field) != getattr(other, field)]
    same_packs = (before.packs if before else ()) == (after.packs if after else ())
    return tuple(found) if same_packs else (*found, "rules")
