"""Plan the remediation of one key: steps in order, with commands."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from keyguard.model.finding import Certainty, Environment, Finding, Occurrence, Severity, Where
from keyguard.model.verdict import State
from keyguard.report.history_phrases import history_advice
from keyguard.report.phrases import any_of, has_vendor, place_text, prose, steps

_LOCAL = ("stash", "index", "worktree", "reflog", "dangling")
_LAST = (
    "A key that is dead does no harm in history. To rewrite it changes the id of every commit since, and whoever has a"
    " clone keeps the key: that is why it comes last."
)


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step."""

    title: str
    detail: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """The remediation of one key."""

    id: str
    fingerprint: str
    title: str
    masked: str
    severity: str
    why: tuple[str, ...]
    places: tuple[str, ...]
    steps: tuple[Step, ...]


class AvailableRequests(msgspec.Struct, frozen=True):
    """What requests to the vendor can do about a key."""

    verify: bool = False
    revoke: bool = False
    admin: bool = False
    """Whether revoking needs another credential of the account."""


def plan(finding: Finding, means: AvailableRequests, known: State | None = None) -> Plan:
    """Return the plan for a key; ``known`` is the vendor's latest verdict."""
    return Plan(
        id=finding.id,
        fingerprint=finding.fingerprint,
        title=prose(finding.title),
        masked=finding.masked,
        severity=finding.severity.label,
        why=tuple(_why(finding, known)),
        places=tuple(map(place_text, finding.occurrences)),
        steps=tuple(_steps(finding, means, known)),
    )


def _why(finding: Finding, known: State | None) -> Iterator[str]:
    """Yield the reasons for the severity."""
    yield prose(finding.description)
    if finding.environment is not Environment.UNKNOWN:
        yield f"It is a {finding.environment.value} key."
    if finding.certainty is not Certainty.CERTAIN and has_vendor(finding):
        yield f"Whose it is, is {finding.certainty.value}: find that out first."
    if known is not None:
        yield f"When its vendor was last asked, it was {known.value}."
    if said := history_advice(finding):
        yield said


def _steps(finding: Finding, means: AvailableRequests, known: State | None) -> Iterator[Step]:
    name, dead = finding.id, known is State.INACTIVE
    issued = has_vendor(finding)
    sure = finding.certainty is Certainty.CERTAIN or not issued
    if not sure:
        names = any_of(list(finding.candidates)) if finding.candidates else prose(finding.vendor_name)
        yield Step(title="Find out whose key it is", detail=(f"It can be of {names}. Ask whoever wrote the code.",))
    vendor = "" if sure else " --vendor VENDOR"
    if means.verify and not dead:
        yield Step(title="See whether it is active", commands=(f"keyguard verify {name}{vendor}",))
    if not dead:
        title = "Replace it at its vendor" if issued else "Replace it"
        yield Step(title=title, detail=(*steps(finding.remedy), *filter(None, [finding.rotation])))
        yield from _revocation(name, vendor, means) if means.revoke else ()
    if means.verify:
        commands = (f"keyguard verify {name}{vendor}",)
        yield Step(title="See that it is dead", detail=("The answer has to be: inactive.",), commands=commands)
    yield from _out_of_files(finding)
    yield from _out_of_history(finding)
    yield Step(title="Tell who has to know", detail=tuple(_whom(finding)))
    yield Step(title="Prove that it is gone", commands=(f"keyguard prove {finding.fingerprint}",))


def _revocation(name: str, vendor: str, means: AvailableRequests) -> Iterator[Step]:
    by = ("It takes another credential of the account, that may administer its keys.",) if means.admin else ()
    yield Step(
        title="Revoke it, once the new one is deployed",
        detail=("The first command only shows what the second one does.", *by),
        commands=(f"keyguard revoke {name}{vendor}", f"keyguard revoke {name}{vendor} --execute"),
    )


def _out_of_files(finding: Finding) -> Iterator[Step]:
    here = [one for one in finding.occurrences if one.where is not Where.HISTORY]
    if here:
        yield Step(
            title="Take it out of the files",
            detail=(*(place_text(one) for one in here), "Read it from the environment or a secret store instead."),
            commands=("keyguard fix --unsafe",),
        )


def _out_of_history(finding: Finding) -> Iterator[Step]:
    past = [one for one in finding.occurrences if one.where is Where.HISTORY and one.trace is not None]
    if not past:
        return
    if all(_reach(one) in _LOCAL for one in past):
        yield Step(
            title="Have this clone forget it",
            detail=("No other clone got it from here. Drop the stash that holds it, if one does.",),
            commands=("git reflog expire --expire=now --all", "git gc --prune=now"),
        )
        return
    yield Step(
        title="If it must not be found any more: rewrite history",
        detail=(_LAST,),
        commands=(f"keyguard purge {finding.id}", f"keyguard purge {finding.id} --execute"),
    )


def _whom(finding: Finding) -> Iterator[str]:
    yield "Whoever owns the account, and whoever answers for security here."
    if finding.severity >= Severity.HIGH:
        whose = "the vendor's logs" if has_vendor(finding) else "the logs of what it opens"
        yield f"Look at {whose} since " + (finding.first_seen[:10] or "the day it was written down")
        yield "If anybody's data could be read with it: the law may give you a day by which to say so."


def _reach(one: Occurrence) -> str:
    return one.trace.reach if one.trace else ""
